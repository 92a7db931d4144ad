// SPDX-License-Identifier: Apache-2.0
#pragma once

/// @file
/// loadline: how much a leveraged account may carry, where it goes under, and what happens then.
///
/// This header needs no third party. Beside it: loadline/f64.hpp (aliases for double), loadline/ext (JSON,
/// Boost.Multiprecision), loadline/margin/bracket_file.hpp and
/// loadline/collateral/change_file.hpp (brackets and dated ratios from text).

#include "loadline/analysis/largest_purchase.hpp"
#include "loadline/analysis/redemption_trade.hpp"
#include "loadline/analysis/wrong_way.hpp"
#include "loadline/collateral/change.hpp"
#include "loadline/collateral/exchange.hpp"
#include "loadline/collateral/liquidity.hpp"
#include "loadline/core/numerics.hpp"
#include "loadline/liquidation/certified.hpp"
#include "loadline/liquidation/falling_peg.hpp"
#include "loadline/liquidation/feed_death.hpp"
#include "loadline/liquidation/frontier.hpp"
#include "loadline/market/bands.hpp"
#include "loadline/market/book.hpp"
#include "loadline/market/consumption.hpp"
#include "loadline/market/power_depth.hpp"
#include "loadline/piecewise/newton.hpp"
#include "loadline/portfolio/portfolio.hpp"
#include "loadline/pricing/bounds.hpp"
#include "loadline/pricing/filter.hpp"
#include "loadline/pricing/growth_floor.hpp"
#include "loadline/pricing/guard.hpp"
#include "loadline/pricing/mark.hpp"
#include "loadline/pricing/peg.hpp"
#include "loadline/pricing/redemption.hpp"
#include "loadline/pricing/twap.hpp"
#include "loadline/venues/binance_auto_exchange.hpp"
#include "loadline/venues/binance_october_2025.hpp"
#include "loadline/venues/binance_ratio_use.hpp"
#include "loadline/venues/catalogue.hpp"
#include "loadline/venues/collateral_tables.hpp"
#include "loadline/venues/insurance_funds.hpp"
#include "loadline/version.hpp"
#include "loadline/waterfall/asset_fund.hpp"
#include "loadline/waterfall/compensation.hpp"
#include "loadline/waterfall/fund_path.hpp"
#include "loadline/waterfall/fund_pool.hpp"
#include "loadline/waterfall/fund_rule.hpp"
#include "loadline/waterfall/fund_sizing.hpp"
#include "loadline/waterfall/fund_trigger.hpp"
#include "loadline/waterfall/fund_trigger_rules.hpp"
#include "loadline/waterfall/fund_window.hpp"
#include "loadline/waterfall/insurance_fund.hpp"
#include "loadline/waterfall/ledger.hpp"
#include "loadline/waterfall/voucher.hpp"
