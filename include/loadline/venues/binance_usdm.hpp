// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/account.hpp"

/// @file
/// Binance USD-M futures: single-asset mode, cross, isolated, one-way and hedge.

namespace loadline {
inline namespace v1 {
namespace venues {

/// A dated rule set: where it is from and on which days it is known to hold.
struct RuleSet {
  const char* id;
  const char* first_day;  ///< YYYY-MM-DD
  const char* last_day;   ///< the last day for which it was checked
  const char* source;
};

/// Binance USD-M, single-asset mode. Names and values only; the arithmetic is the library's own.
///
/// @f[ MM = notional \cdot rate - cum, \qquad liquidated\ when\ margin\ balance \le \sum MM \ (margin\ ratio \ge 100\,\%) @f]
/// Notional at the mark price; in cross mode all contracts but the isolated ones share the wallet, in hedge mode the LONG and
/// SHORT leg of a symbol are one function of its price; an isolated position stands alone on its isolated wallet.
/// `notionalCoef` of the user's leverageBracket multiplies caps and cum.
/// @par Units    wallet, notional, cum: the margin asset (USDT or USDC); rates: fractions
/// @par Rounding none here; Binance prints prices to the tick
/// @par Source   Binance FAQ "How to calculate liquidation price of USD-M futures contracts" and "Leverage and margin of
///               USD-M futures" (text copies 2020 to 2024), leverageBracket and positionRisk of the API documentation
struct BinanceUsdM {
  static constexpr RuleSet rules{"binance-usdm-single-asset", "2020-01-01", "2025-10-11",
                                 "Binance FAQ: liquidation price of USD-M futures; leverage and margin of USD-M futures"};

  /// Liquidated at a margin ratio of 100 % or more: the requirement fails at or below zero.
  template <Scalar T>
  [[nodiscard]] static constexpr LiquidationRule<T> rule() {
    return {.requirement = true, .requirement_ratio = 1, .equity = false, .when = LiquidateWhen::at_or_below_zero};
  }

  /// A cross wallet with its positions; isolated ones carry their isolated_margin.
  template <Scalar T>
  [[nodiscard]] static constexpr Account<T> account(Money<T> cross_wallet_balance, std::span<const Position<T>> positions) {
    return {.cash = cross_wallet_balance, .positions = positions, .rule = rule<T>(), .cum_policy = CumPolicy::strict};
  }
};

}  // namespace venues
}  // namespace v1
}  // namespace loadline
