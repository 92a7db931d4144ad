// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// dYdX v4's fillable price: from the mark away by a spread that grows with the account's distress.
///
/// @f[ P (1 - s\, a\, r\, m), \qquad a = clamp\left(b \left(1 - \tfrac{E}{MM}\right), 0, 1\right),\quad m = \frac{MM_i}{|q_i| P} @f]
/// @par Units    adjustment b, spread r: fractions
/// @par Shape    none
/// @par Rounding that of the scalar; in the venue's integers: venues/dydx_liquidation.hpp
/// @par Errors   none
/// @par Cost     O(legs)
/// @par Source   dYdX v4, x/clob/keeper/liquidations.go, GetFillablePrice: b = 1, r = 0.1 by default
template <Scalar T>
struct AtFillablePrice {
  T adjustment = T(1);
  T spread = T(T(1) / T(10));

  [[nodiscard]] constexpr std::optional<T> limit(const Closing<T>& account, const ClosingLeg<T>& leg) const {
    const T needed = maintenance(account), units = magnitude(leg.size);
    if (!(T(0) < needed) || units == T(0)) return std::nullopt;
    T share = T(adjustment * T(T(1) - T(account.equity / needed)));
    if (share < T(0)) share = T(0);
    if (T(1) < share) share = T(1);
    const T away = T(T(share * spread) * T(leg.needed / units));
    const T price = T(0) < leg.size ? T(leg.mark - away) : T(leg.mark + away);
    if (!(T(0) < price)) return std::nullopt;
    return price;
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
