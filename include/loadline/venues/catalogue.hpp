// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/venues/binance_coinm.hpp"
#include "loadline/venues/binance_cross_margin.hpp"
#include "loadline/venues/binance_isolated_margin.hpp"
#include "loadline/venues/binance_multi_assets.hpp"
#include "loadline/venues/binance_portfolio_margin.hpp"
#include "loadline/venues/binance_usdm.hpp"

#include <array>

/// @file
/// Every rule set of the library, by its id: so that an answer can say whether its rules are known to hold on its day.

namespace loadline {
inline namespace v1 {
namespace venues {

/// All of them, by id.
inline constexpr std::array catalogue{BinanceCoinM::rules,
                                      BinanceCrossMarginClassic::rules,
                                      BinanceCrossMarginProNetCollateral::rules,
                                      BinanceCrossMarginProNetEquity::rules,
                                      BinanceIsolatedMarginFlat::rules,
                                      BinanceIsolatedMarginRising::rules,
                                      BinancePortfolioMargin::rules,
                                      BinancePortfolioMarginPro::rules,
                                      BinanceMultiAssets::rules,
                                      BinanceUsdM::rules};

/// The rule set of an id; null: none is called that.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   null: no such id
/// @par Cost     O(rule sets)
/// @par Source   none
[[nodiscard]] constexpr const RuleSet* find_rules(std::string_view id) noexcept {
  for (const RuleSet& rules : catalogue)
    if (rules.id == id) return &rules;
  return nullptr;
}

}  // namespace venues
}  // namespace v1
}  // namespace loadline
