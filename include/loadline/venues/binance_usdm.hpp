// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/account.hpp"
#include "loadline/market/rule_set.hpp"

/// @file
/// Binance USD-M futures: single-asset mode, cross, isolated, one-way and hedge.

namespace loadline {
inline namespace v1 {
namespace venues {

/// One row of positionRisk, under the API's own names; the sign of the amount and positionSide must agree.
template <Scalar T>
struct BinancePosition {
  KeyId symbol_mark;                             ///< the key of the symbol's mark price
  Size<T> position_amt;                          ///< positionAmt, signed
  Price<T> entry_price;                          ///< entryPrice, not breakEvenPrice
  std::span<const Bracket<T>> brackets;          ///< leverageBracket: notionalCap, maintMarginRatio, cum
  Side position_side = Side::one_way;            ///< positionSide BOTH, LONG, SHORT
  Ratio<T> notional_coef = 1;                    ///< notionalCoef of the user
  std::optional<Ratio<T>> leverage = {};         ///< for the initial margin
  std::optional<Money<T>> isolated_wallet = {};  ///< isolatedWallet; given: an isolated position
  std::optional<SymbolId> symbol = {};           ///< where two symbols share one mark
};

/// Binance USD-M, single-asset mode. Names and values only; the arithmetic is the library's own.
///
/// @f[ MM = notional \cdot rate - cum, \qquad liquidated\ when\ margin\ balance \le \sum MM \ (margin\ ratio \ge 100\,\%) @f]
/// Notional at the mark price. Cross: all contracts but the isolated ones share the wallet. Hedge mode: the LONG and SHORT legs
/// of a symbol are one function of its price. Isolated: each position (in hedge mode each leg) stands alone on its own wallet.
/// `notionalCoef` of the user multiplies caps and cum. The liquidation fee is charged after liquidation and is not part of MM.
/// @par Units    wallet, notional, cum: the margin asset (USDT or USDC); rates: fractions
/// @par Shape    brackets: floor < notional <= cap, as announced
/// @par Rounding none here; Binance prints prices to the tick
/// @par Errors   none here; Portfolio::make checks
/// @par Cost     none
/// @par Source   Binance FAQ "How to calculate liquidation price of USD-M futures contracts" and "Leverage and margin of
///               USD-M futures" (text copies of 2020 to 2024); leverageBracket and positionRisk of the API documentation
struct BinanceUsdM {
  static constexpr RuleSet rules{"binance-usdm-single-asset", "2020-01-01", "2025-10-11",
                                 "Binance FAQ: liquidation price of USD-M futures; leverage and margin of USD-M futures"};

  /// Liquidated at a margin ratio of 100 % or more: the requirement fails at or below zero.
  template <Scalar T>
  [[nodiscard]] static constexpr LiquidationRule<T> rule() {
    return {.requirement = true, .requirement_ratio = 1, .equity = false, .when = LiquidateWhen::at_or_below_zero};
  }

  /// A position in this library's terms: maintenance at the mark, marginal brackets by notional.
  template <Scalar T>
  [[nodiscard]] static constexpr Position<T> position(const BinancePosition<T>& row) {
    return {.key = row.symbol_mark,
            .size = row.position_amt,
            .entry = row.entry_price,
            .brackets = row.brackets,
            .side = row.position_side,
            .symbol = row.symbol,
            .bracket_coefficient = row.notional_coef,
            .leverage = row.leverage,
            .isolated_margin = row.isolated_wallet ? std::optional<Quantity<T>>(row.isolated_wallet->raw()) : std::nullopt};  // it settles in the numeraire
  }

  /// The cross wallet with its positions; isolated ones carry their own wallet.
  template <Scalar T>
  [[nodiscard]] static constexpr Account<T> account(Money<T> cross_wallet_balance, std::span<const Position<T>> positions) {
    return {.cash = cross_wallet_balance, .positions = positions, .rule = rule<T>(), .cum_policy = CumPolicy::strict};
  }
};

}  // namespace venues
}  // namespace v1
}  // namespace loadline
