// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/account.hpp"
#include "loadline/market/rule_set.hpp"

/// @file
/// Binance COIN-M futures: inverse contracts, one pool of margin per coin.

namespace loadline {
inline namespace v1 {
namespace venues {

/// One row of positionRisk of COIN-M, under the API's own names; the sign of the amount and positionSide must agree.
template <Scalar T>
struct BinanceCoinPosition {
  KeyId symbol_mark;                                ///< the key of the symbol's mark price
  Size<T> position_amt;                             ///< positionAmt, in contracts, signed
  Price<T> entry_price;                             ///< entryPrice, not breakEvenPrice
  std::span<const Bracket<T>> brackets;             ///< leverageBracket v2: qtyCap, maintMarginRatio, cum, all in the coin
  Ratio<T> contract_size;                           ///< contractSize in USD: 100 for BTC, 10 for the other coins
  Side position_side = Side::one_way;               ///< positionSide BOTH, LONG, SHORT
  Ratio<T> notional_coef = 1;                       ///< notionalCoef of the user
  std::optional<Ratio<T>> leverage = {};            ///< for the initial margin
  std::optional<Quantity<T>> isolated_wallet = {};  ///< of the coin; given: an isolated position
  std::optional<SymbolId> symbol = {};              ///< where two symbols share one mark
};

/// Binance COIN-M. Margin is shared by the contracts of one coin and by nothing else: one Account for each coin.
///
/// @f[ notional = |q|\,F / P, \qquad pnl = q\,F\,(1/E - 1/P), \qquad MM = notional \cdot rate - cum @f]
/// with q the contracts (long > 0), F the contract size, all results in the coin; liquidated at a margin ratio of 100 %. A
/// single contract of one coin dies at the price
/// @f[ long: |q| F (1 + rate) / (|q| F / E + C), \quad short: |q| F (1 - rate) / (|q| F / E - C), \quad C = WB - TMM + UPNL + cum @f]
/// with the bracket that holds there; a short with C at or above |q| F / E has none. Both legs of a symbol are one function.
///
/// Published as text: the definitions, notional and maintenance examples, the deduction rule. The price formula is an image; the
/// one above follows from the definitions, and for cum = 0 a widely used client library has it. Not published: what notionalCoef
/// does to floors (read as in USD-M), a numeric example of a liquidation price.
/// @par Units    wallet, notional, cum, brackets: the coin; contract size: USD; prices: USD per coin
/// @par Shape    brackets: floor < notional <= cap, in the coin
/// @par Rounding none here; the API prints prices to 8 decimals
/// @par Errors   none here; Portfolio::make checks
/// @par Cost     none
/// @par Source   Binance FAQ "How to calculate liquidation price of COIN-M futures contracts" (2021-02-05 and a later copy); "Leverage and
///               margin in coin-margined futures contracts" (2020-06-11: margin is shared by one asset only); leverageBracket v2, positionRisk
struct BinanceCoinM {
  static constexpr RuleSet rules{"binance-coinm", "2021-02-05", "2025-10-11",
                                 "Binance FAQ: liquidation price of COIN-M futures; leverage and margin in coin-margined futures"};

  template <Scalar T>
  [[nodiscard]] static constexpr LiquidationRule<T> rule() {
    return {.requirement = true, .requirement_ratio = 1, .equity = false, .when = LiquidateWhen::at_or_below_zero};
  }

  /// The wallet of a coin, valued at the price of a key; it is the only asset of its account, so it is worth its whole value.
  template <Scalar T>
  [[nodiscard]] static constexpr Asset<T> coin(Quantity<T> cross_wallet_balance, KeyId index) {
    return {.amount = cross_wallet_balance, .key = index};
  }
  /// The same with the coin for numeraire: every figure is in coins, as the venue shows them. No liquidation price changes.
  template <Scalar T>
  [[nodiscard]] static constexpr Asset<T> coin(Quantity<T> cross_wallet_balance) {
    return {.amount = cross_wallet_balance};
  }

  /// A position in this library's terms; `coin` names its asset in the account, the first where there is no other.
  template <Scalar T>
  [[nodiscard]] static constexpr Position<T> position(const BinanceCoinPosition<T>& row, AssetId coin = AssetId{0}) {
    return {.key = row.symbol_mark,
            .size = row.position_amt,
            .entry = row.entry_price,
            .brackets = row.brackets,
            .side = row.position_side,
            .symbol = row.symbol,
            .kind = ContractKind::inverse,
            .settle = coin,
            .multiplier = row.contract_size,
            .bracket_coefficient = row.notional_coef,
            .leverage = row.leverage,
            .isolated_margin = row.isolated_wallet};
  }

  /// One coin with its contracts: assets is the one coin.
  template <Scalar T>
  [[nodiscard]] static constexpr Account<T> account(std::span<const Asset<T>> coin, std::span<const Position<T>> positions) {
    return {.assets = coin, .positions = positions, .rule = rule<T>(), .cum_policy = CumPolicy::strict};
  }
};

}  // namespace venues
}  // namespace v1
}  // namespace loadline
