// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/liquidation/pro_rata_price.hpp"
#include "loadline/waterfall/closing.hpp"

#include <concepts>

/// @file
/// The price beyond which a liquidation order does not trade.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// `limit(account, leg)`: the worst price; nullopt: any.
template <class L, class T>
concept CloseLimit = Scalar<T> && requires(const L& l, const Closing<T>& account, const ClosingLeg<T>& leg) {
  { l.limit(account, leg) } -> std::same_as<std::optional<T>>;
};

/// At the bankruptcy price: what does not fill there is not sold below it.
/// @par Units    numeraire per base unit
/// @par Shape    none
/// @par Rounding that of the scalar
/// @par Errors   none; nullopt where no price above zero uses up what stands behind the position
/// @par Cost     O(legs)
/// @par Source   Binance USD-M: the order's limit is the bankruptcy price (forceOrders); BitMEX, Bybit alike
struct AtBankruptcy {
  Allotment allotment = Allotment::by_maintenance;
  bool with_fee = true;  ///< the taker fee is paid out of the equity behind the position

  template <Scalar T>
  [[nodiscard]] constexpr std::optional<T> limit(const Closing<T>& account, const ClosingLeg<T>& leg) const {
    return bankruptcy_price(leg, account.equity, maintenance(account), allotment, with_fee ? leg.taker_fee_rate : T(0));
  }
};

/// At dYdX's fillable price, which opens as the account gets worse: fillable_price of liquidation/pro_rata_price.hpp.
/// @par Units    numeraire per base unit
/// @par Shape    none
/// @par Rounding that of the scalar; in the venue's integers: venues/dydx_liquidation.hpp
/// @par Errors   none; nullopt where a long may be sold at any price above zero; the mark where fillable_price has an error (no maintenance,
///               parameters outside their range)
/// @par Cost     O(1)
/// @par Source   dYdX v4, x/clob/keeper/liquidations.go, GetFillablePrice
template <Scalar T>
struct AtFillablePrice {
  SpreadTerms<T> spread = {};

  [[nodiscard]] constexpr std::optional<T> limit(const Closing<T>& account, const ClosingLeg<T>& leg) const {
    const Result<Price<T>> price = fillable_price(ProRataTerms<T>{leg.mark, leg.size, leg.needed, account.equity, maintenance(account)}, spread);
    if (!price) return leg.mark;
    if (!(T(0) < price->raw())) return std::nullopt;
    return price->raw();
  }
};

/// At any price: the backstop of venues that sell whatever it fetches.
struct AtAnyPrice {
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<T> limit(const Closing<T>&, const ClosingLeg<T>&) const {
    return std::nullopt;
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
