// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/venues/binance_cross_margin.hpp"

#include <cstddef>

/// @file
/// Binance isolated margin (spot margin): a pair, its two assets, and a level that its tier sets.

namespace loadline {
inline namespace v1 {
namespace venues {

/// One row of isolatedMarginTier, under the API's own names: a debt of at most so much of either asset.
template <Scalar T>
struct BinanceIsolatedTier {
  Ratio<T> liquidation_risk_ratio;         ///< liquidationRiskRatio
  Quantity<T> base_asset_max_borrowable;   ///< included
  Quantity<T> quote_asset_max_borrowable;  ///< included
};

/// The most leverage that a pair offers: it has 10 tiers, else 5.
enum class BinanceIsolatedLeverage : unsigned char { x3, x5, x10 };

/// Binance isolated margin. Numeraire: the quote asset; one Account a pair.
///
/// @f[ level = \frac{base\ p + quote}{(borrowed + interest)_{base}\,p + (borrowed + interest)_{quote}}, \qquad liquidated\ when\ level \le ratio @f]
/// The ratio is that of the account's tier: the higher one of what the base loan and the quote loan give. A tier goes by amounts
/// borrowed, so no price changes it. The API names the ratio of every tier of a pair, and it is data of the caller; the FAQ printed
/// two tables, which disagree (BinanceIsolatedMarginRising, BinanceIsolatedMarginFlat).
///
/// Not published: whether interest counts for the tier (here only the loan does); that "at or below" is the trigger is taken from
/// cross margin. No haircut is named for isolated pairs.
/// @par Units    balances: the assets; price: quote per base; ratios: fractions
/// @par Shape    tiers: at least one, amounts ascending; above the last its ratio goes on
/// @par Rounding none
/// @par Errors   none here; Portfolio::make checks
/// @par Cost     O(tiers)
/// @par Source   Binance FAQ "Tiered leverage function on isolated margin"; isolatedMarginTier of the API documentation
struct BinanceIsolatedMargin {
  template <Scalar T>
  [[nodiscard]] static constexpr LiquidationRule<T> rule(const Ratio<T>& liquidation_risk_ratio) {
    return {.requirement = false, .level = true, .level_ratio = liquidation_risk_ratio, .when = LiquidateWhen::at_or_below_zero};
  }

  /// The tier (from 1) of loans. @pre at least one row
  template <Scalar T>
  [[nodiscard]] static constexpr std::size_t tier(std::span<const BinanceIsolatedTier<T>> rows, const Quantity<T>& base_borrowed,
                                                  const Quantity<T>& quote_borrowed) {
    std::size_t i = 0;
    while (i + 1 < rows.size() && (rows[i].base_asset_max_borrowable < base_borrowed || rows[i].quote_asset_max_borrowable < quote_borrowed)) ++i;
    return i + 1;
  }

  /// Base, then quote. `collateral` and `loan` of the rows are not read.
  template <Scalar T>
  [[nodiscard]] static constexpr std::array<Asset<T>, 2> assets(const BinanceMarginBalance<T>& base, const BinanceMarginBalance<T>& quote) {
    const auto asset = [](const BinanceMarginBalance<T>& row) {
      return Asset<T>{.amount = row.free + row.locked, .key = row.index, .price = row.index_price, .borrowed = row.borrowed, .interest = row.interest};
    };
    return {asset(base), asset(quote)};
  }

  template <Scalar T>
  [[nodiscard]] static constexpr Account<T> account(std::span<const Asset<T>> assets, const Ratio<T>& liquidation_risk_ratio) {
    return {.assets = assets, .rule = rule<T>(liquidation_risk_ratio)};
  }
};

/// The older table: the ratio rises with the tier.
///
/// 10x: 1.05 to 1.15; 5x: 1.15 to 1.18; 3x: 1.18 to 1.25. The last day is that of the latest dated copy; the day on which the other
/// table took its place is not published.
/// @par Units    tier: from 1
/// @par Shape    10 tiers at 10x, else 5; a tier above the last has the ratio of the last
/// @par Rounding none; printed to 3 or 4 decimals
/// @par Errors   total; tier 0 reads as 1
/// @par Cost     O(1)
/// @par Source   Binance FAQ "Tiered leverage function on isolated margin", copies of 2020-07-02 (10x, 5x) and 2021-01-13 (3x)
struct BinanceIsolatedMarginRising {
  static constexpr RuleSet rules{"binance-isolated-margin-rising", "2020-07-02", "2021-01-13",
                                 "Binance FAQ: tiered leverage function on isolated margin (older copies)"};

  template <Scalar T>
  [[nodiscard]] static constexpr Ratio<T> liquidation_ratio(BinanceIsolatedLeverage most, std::size_t tier) {
    constexpr std::array<int, 10> x10{10'500, 10'610, 10'720, 10'830, 10'940, 11'060, 11'170, 11'280, 11'390, 11'500};
    constexpr std::array<int, 5> x5{11'500, 11'580, 11'650, 11'730, 11'800}, x3{11'800, 11'975, 12'150, 12'325, 12'500};
    const auto at = [&](const auto& table) { return table[tier == 0 ? 0 : (tier < table.size() ? tier : table.size()) - 1]; };
    return Ratio<T>(bps<T>(most == BinanceIsolatedLeverage::x10 ? at(x10) : most == BinanceIsolatedLeverage::x5 ? at(x5) : at(x3)));
  }
};

/// The newer table: one ratio for all tiers of a leverage, 1.05 at 10x, 1.15 at 5x, 1.18 at 3x.
///
/// Only undated copies were seen, so no day is known: covers() is false for every day.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none; printed to 2 decimals
/// @par Errors   total
/// @par Cost     O(1)
/// @par Source   Binance FAQ "Tiered leverage function on isolated margin", newer copies
struct BinanceIsolatedMarginFlat {
  static constexpr RuleSet rules{"binance-isolated-margin-flat", "", "", "Binance FAQ: tiered leverage function on isolated margin (newer copies, undated)"};

  template <Scalar T>
  [[nodiscard]] static constexpr Ratio<T> liquidation_ratio(BinanceIsolatedLeverage most) {
    return Ratio<T>(bps<T>(most == BinanceIsolatedLeverage::x10 ? 10'500 : most == BinanceIsolatedLeverage::x5 ? 11'500 : 11'800));
  }
};

}  // namespace venues
}  // namespace v1
}  // namespace loadline
