// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/collateral/exchange.hpp"
#include "loadline/market/rule_set.hpp"

/// @file
/// Binance's auto-exchange in Multi-Assets Mode: when it happens, in its two readings.

namespace loadline {
inline namespace v1 {
namespace venues {

/// A row of the USD-M wallet with its row of assetIndex, under the API's own names.
template <Scalar T>
struct BinanceExchangeBalance {
  Quantity<T> wallet_balance;             ///< walletBalance
  Price<T> index = 1;                     ///< index
  Ratio<T> auto_exchange_bid_buffer = 0;  ///< autoExchangeBidBuffer: 2.5 % of BTC in the examples; 1 % of USD1 (2025-12-11) and U (2026-02-05)
  Ratio<T> auto_exchange_ask_buffer = 0;  ///< autoExchangeAskBuffer
};

/// The older reading: a wallet balance below -10,000 USD, a deficit after liquidation, or a loan to value of 1.
///
/// Whether the 10,000 are meant of one balance or of all together is not said; here of one.
/// @par Units    balances: the asset; index: USD; buffers: fractions
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none here; exchange_trigger and exchange check
/// @par Cost     none
/// @par Source   Binance FAQ on Multi-Assets Mode, older version: 20,000 / 97.5 % = 20,513
struct BinanceAutoExchangeOld {
  static constexpr RuleSet rules{"binance-auto-exchange-old", "", "", "Binance FAQ: Multi-Assets Mode, auto-exchange, older version"};

  template <Scalar T>
  [[nodiscard]] static constexpr ExchangeRule<T> rule() {
    return {.allowed_debt = Money<T>(10'000), .loan_to_value = 1};
  }
  template <Scalar T>
  [[nodiscard]] static constexpr ExchangeBalance<T> balance(const BinanceExchangeBalance<T>& row) {
    return {
        .amount = row.wallet_balance, .price = row.index, .bid = Ratio<T>(1) - row.auto_exchange_bid_buffer, .ask = Ratio<T>(1) + row.auto_exchange_ask_buffer};
  }
};

/// The newer reading: bounds by asset and VIP level, and a loan to value of 0.995.
///
/// @f[ -5{,}000\ USDT\ or\ USDC\ (regular,\ VIP\ 1), \quad -10{,}000\ (others), \quad -0.1\ BTC\ (all) @f]
/// Of an asset that is none of the three no bound is published.
/// @par Units    as before
/// @par Shape    vip: 0 is a regular user
/// @par Rounding none
/// @par Errors   none here; exchange_trigger and exchange check
/// @par Cost     none
/// @par Source   Binance's Multi-Assets page, newer version: 5,000 / 97.5 % = 5,128.20
struct BinanceAutoExchange {
  static constexpr RuleSet rules{"binance-auto-exchange", "", "", "Binance's Multi-Assets page, auto-exchange by VIP level"};

  template <Scalar T>
  [[nodiscard]] static constexpr ExchangeRule<T> rule() {
    return {.loan_to_value = Ratio<T>(bps<T>(9'950))};
  }
  /// What may be owed of an asset before it is exchanged; absent: none is published.
  template <Scalar T>
  [[nodiscard]] static constexpr std::optional<Quantity<T>> allowed_debt(std::string_view asset, int vip) {
    if (asset == "BTC") return Quantity<T>(bps<T>(1'000));
    if (asset == "USDT" || asset == "USDC") return Quantity<T>(vip <= 1 ? 5'000 : 10'000);
    return std::nullopt;
  }
  template <Scalar T>
  [[nodiscard]] static constexpr ExchangeBalance<T> balance(const BinanceExchangeBalance<T>& row, std::string_view asset, int vip) {
    ExchangeBalance<T> out = BinanceAutoExchangeOld::balance(row);
    out.allowed_debt = allowed_debt<T>(asset, vip);
    return out;
  }
};

}  // namespace venues
}  // namespace v1
}  // namespace loadline
