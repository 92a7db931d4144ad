// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/account.hpp"
#include "loadline/market/rule_set.hpp"

#include <array>

/// @file
/// Binance cross margin (spot margin): Classic, and Pro in its two dated readings.

namespace loadline {
inline namespace v1 {
namespace venues {

/// One asset of a margin account, under the API's own names.
template <Scalar T>
struct BinanceMarginBalance {
  Quantity<T> free = 0;
  Quantity<T> locked = 0;
  Quantity<T> borrowed = 0;
  Quantity<T> interest = 0;
  std::span<const WeightTier<T>> collateral = {};  ///< crossMarginCollateralRatio: maxUsdValue, discountRate; marginal
  std::span<const LoanBracket<T>> loan = {};       ///< Pro, leverageBracket: maxDebt in USDT, maintenanceMarginRate, initialMarginRate
  std::optional<KeyId> index = {};                 ///< the key of the asset's index price
  Price<T> index_price = 1;                        ///< of an asset without a key
};

/// Binance Cross Margin Classic, 3x and 5x.
///
/// @f[ level = \frac{\sum assets}{\sum (borrowed + interest)}, \qquad liquidated\ when\ level \le 1.1 @f]
/// Gross, and without haircut: what is held counts whole, whatever its collateral ratio. The ratios are initial weights here: they
/// bound borrowing (collateral level above 1.5 at 3x, 1.25 at 5x) and transfers (above 2), and enter `available` only. The margin
/// call (1.3 at 3x, 1.16 at 5x) is not a test.
///
/// The last day: since 2026-01-21 13:00 UTC there are three ratios, for borrowing, transfers and liquidation, and whether the third
/// enters this level is not published.
/// @par Units    balances: the asset; prices: the numeraire (the venue reckons in BTC: a ratio is the same in any)
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none here; Portfolio::make checks
/// @par Cost     none
/// @par Source   Binance FAQ "Margin level and risk control"; "Introduction to Binance Cross Margin Pro" (2023-11-12: 1.1 for 3x and 5x);
///               "Cross margin collateral ratio" (the level is calculated without any haircuts)
struct BinanceCrossMarginClassic {
  static constexpr RuleSet rules{"binance-cross-margin-classic", "2023-11-12", "2026-01-20",
                                 "Binance FAQ: margin level and risk control; cross margin collateral ratio"};

  template <Scalar T>
  [[nodiscard]] static constexpr LiquidationRule<T> rule() {
    return {.requirement = false, .level = true, .level_ratio = Ratio<T>(bps<T>(11'000)), .when = LiquidateWhen::at_or_below_zero};
  }
  template <Scalar T>
  [[nodiscard]] static constexpr Asset<T> asset(const BinanceMarginBalance<T>& row) {
    return {.amount = row.free + row.locked,
            .key = row.index,
            .price = row.index_price,
            .initial_weight_tiers = row.collateral,
            .borrowed = row.borrowed,
            .interest = row.interest};
  }
  template <Scalar T>
  [[nodiscard]] static constexpr Account<T> account(std::span<const Asset<T>> assets) {
    return {.assets = assets, .rule = rule<T>()};
  }
};

/// Binance Cross Margin Pro until 2025-01-21 10:00 UTC: net equity, no haircut.
///
/// @f[ level = \frac{\sum net\ equity}{\sum MM}, \qquad liquidated\ when\ level \le 1 @f]
/// MM is charged on the gross liability of each coin by brackets of its value, marginal: value x rate - maintenance amount.
/// The FAQ's words: liquidation is not affected by asset haircut. The ratios are initial weights only.
/// @par Units    balances: the asset; brackets: USDT of the liability; rates: fractions
/// @par Shape    loan: caps ascending, rates not falling
/// @par Rounding none
/// @par Errors   none here; Portfolio::make checks
/// @par Cost     none
/// @par Source   Binance FAQ "Introduction to Binance Cross Margin Pro" (2023-11-12); margin data page, example of 13 BTC and 13 ETH
struct BinanceCrossMarginProNetEquity {
  static constexpr RuleSet rules{"binance-cross-margin-pro-net-equity", "2023-11-12", "2025-01-21", "Binance FAQ: introduction to Cross Margin Pro"};

  template <Scalar T>
  [[nodiscard]] static constexpr LiquidationRule<T> rule() {
    return {.requirement = true, .requirement_ratio = 1, .when = LiquidateWhen::at_or_below_zero};
  }
  template <Scalar T>
  [[nodiscard]] static constexpr Asset<T> asset(const BinanceMarginBalance<T>& row) {
    Asset<T> out = BinanceCrossMarginClassic::asset(row);
    out.loan_brackets = row.loan;
    return out;
  }
  template <Scalar T>
  [[nodiscard]] static constexpr Account<T> account(std::span<const Asset<T>> assets) {
    return {.assets = assets, .rule = rule<T>()};
  }
};

/// Binance Cross Margin Pro since 2025-01-21 10:00 UTC: net collateral, with haircut.
///
/// @f[ level = \frac{\sum collateral\ value - \sum (liability + interest)}{\sum MM}, \qquad liquidated\ when\ level \le 1 @f]
/// The collateral value of a coin is that of all of it that is held, by tiers, and what is owed counts whole: a coin held and
/// owed at once is not netted. It is two assets here, one held and one owed. That the tiers meet the gross amount is our reading of
/// the definition; no example with both was seen. Not modelled: the loss of open orders, which is taken off the collateral.
///
/// The last day: since 2026-01-21 13:00 UTC the ratio is the one called Liquidation, announced with unchanged values.
/// @par Units    as before the change; tiers: USD of the amount held
/// @par Shape    as before the change
/// @par Rounding none
/// @par Errors   none here; Portfolio::make checks
/// @par Cost     none
/// @par Source   Binance FAQ "How to calculate margin level on Cross Margin Pro" (2024-12-19); announcement of 2025-10-14: ratio changes
///               affect the margin level of Cross Margin Pro
struct BinanceCrossMarginProNetCollateral {
  static constexpr RuleSet rules{"binance-cross-margin-pro-net-collateral", "2025-01-21", "2026-01-20", "Binance FAQ: margin level on Cross Margin Pro"};

  template <Scalar T>
  [[nodiscard]] static constexpr LiquidationRule<T> rule() {
    return BinanceCrossMarginProNetEquity::rule<T>();
  }
  /// What is held, at its tiers; then what is owed, whole.
  template <Scalar T>
  [[nodiscard]] static constexpr std::array<Asset<T>, 2> assets(const BinanceMarginBalance<T>& row) {
    return {Asset<T>{.amount = row.free + row.locked, .key = row.index, .price = row.index_price, .weight_tiers = row.collateral},
            Asset<T>{.key = row.index, .price = row.index_price, .borrowed = row.borrowed, .interest = row.interest, .loan_brackets = row.loan}};
  }
  template <Scalar T>
  [[nodiscard]] static constexpr Account<T> account(std::span<const Asset<T>> assets) {
    return {.assets = assets, .rule = rule<T>()};
  }
};

}  // namespace venues
}  // namespace v1
}  // namespace loadline
