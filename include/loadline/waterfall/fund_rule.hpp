// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"

#include <concepts>
#include <optional>

/// @file
/// What a liquidation puts into the insurance fund: rules that venues differ in.

namespace loadline {
inline namespace v1 {

/// What a rule of contribution is told about a fill.
template <Scalar T>
struct FilledOrder {
  Money<T> notional;              ///< filled, >= 0
  Money<T> surplus;               ///< what the fill brought above the bankruptcy price; below zero: a deficit
  Ratio<T> fee_rate = 0;          ///< liquidation fee on the filled notional, >= 0
  Money<T> remaining_margin = 0;  ///< what the account is left with; below zero: a deficit
};

/// A fill of a close-out.
template <Scalar T>
struct ClosedFill {
  Size<T> size;  ///< of the position that was closed, base units, long > 0
  Price<T> fill;
  Price<T> bankruptcy;
  Ratio<T> fee_rate = 0;
  Money<T> remaining_margin = 0;
};

/// A rule from a fill to what the fund gets of it. Laws, which tests/waterfall/fund.cpp checks for the rules below: never below zero,
/// zero where there is neither a surplus nor margin left, never above the larger of the two. A rule may add `check()`, which names what is
/// wrong with the rule itself.
template <class R, class T>
concept FundRule = Scalar<T> && requires(const R& rule, const FilledOrder<T>& order) {
  { rule.contribution(order) } -> std::same_as<T>;
};

inline namespace LOADLINE_FLAGS {

namespace detail {

/// What a rule says is wrong with itself, if it says so at all.
template <class R>
[[nodiscard]] constexpr std::optional<Error> rule_fault(const R& rule) {
  if constexpr (requires {
                  { rule.check() } -> std::same_as<std::optional<Error>>;
                })
    return rule.check();
  else
    return std::nullopt;
}

}  // namespace detail

/// The fee, as far as the surplus bears it; the rest stays with the account.
///
/// @f[ c = \min(fee \cdot notional,\ \max(surplus, 0)) @f]
/// @par Units    money: the numeraire
/// @par Shape    those of FilledOrder
/// @par Rounding none but the scalar's
/// @par Errors   none; see `contribution`
/// @par Cost     O(1)
/// @par Source   dYdX v4, GetLiquidationInsuranceFundDelta; of Binance a reading: its pages say "a portion of the remaining collateral"
struct CappedFee {
  template <Scalar T>
  [[nodiscard]] constexpr T contribution(const FilledOrder<T>& order) const {
    const T fee = T(order.fee_rate.raw() * order.notional.raw());
    if (!(T(0) < order.surplus.raw())) return T(0);
    return fee < order.surplus.raw() ? fee : order.surplus.raw();
  }
};

/// All that the fill brought above the bankruptcy price.
/// @par Units    money: the numeraire
/// @par Shape    those of FilledOrder
/// @par Rounding none
/// @par Errors   none; see `contribution`
/// @par Cost     O(1)
/// @par Source   BitMEX and Bitget, pages on their funds; Bybit, isolated margin
struct WholeSurplus {
  template <Scalar T>
  [[nodiscard]] constexpr T contribution(const FilledOrder<T>& order) const {
    return T(0) < order.surplus.raw() ? order.surplus.raw() : T(0);
  }
};

/// All that the account has left.
/// @par Units    money: the numeraire
/// @par Shape    those of FilledOrder
/// @par Rounding none
/// @par Errors   none; see `contribution`
/// @par Cost     O(1)
/// @par Source   Hyperliquid documentation: a backstop liquidation does not return the maintenance margin
struct RemainingMargin {
  template <Scalar T>
  [[nodiscard]] constexpr T contribution(const FilledOrder<T>& order) const {
    return T(0) < order.remaining_margin.raw() ? order.remaining_margin.raw() : T(0);
  }
};

/// A share of what another rule would take.
/// @par Units    share: a fraction
/// @par Shape    share in [0, 1]
/// @par Rounding none but the scalar's
/// @par Errors   check: BAD_NUMBER, BAD_PARAMETER (FUND_SHARE: outside [0, 1]), then those of the other rule; see `contribution`
/// @par Cost     that of the rule
/// @par Source   fund dynamics with shares of fees: arXiv 2512.01112
template <Scalar T, FundRule<T> R>
struct ShareOf {
  Ratio<T> share;
  R rule;

  [[nodiscard]] constexpr T contribution(const FilledOrder<T>& order) const { return T(share.raw() * rule.contribution(order)); }
  [[nodiscard]] constexpr std::optional<Error> check() const {
    if (!is_finite(share.raw())) return Error{Errc::bad_number, Field::fund_share};
    if (share.raw() < T(0) || T(1) < share.raw()) return Error{Errc::bad_parameter, Field::fund_share};
    return detail::rule_fault(rule);
  }
};

/// The fill as a rule sees it.
///
/// @f[ notional = |q|\,P, \qquad surplus = q\,(P - B) @f]
/// @par Units    size: base units of a linear contract; prices: numeraire per base unit
/// @par Shape    prices > 0, a bankruptcy price of zero is allowed (a long without a loan); fee_rate >= 0
/// @par Rounding none but the scalar's
/// @par Errors   BAD_NUMBER (SIZE, REFERENCE_PRICE: the fill, LIQUIDATION_PRICE: the bankruptcy price, FEE_RATE, AMOUNT), BAD_PRICE,
///               BAD_PARAMETER (FEE_RATE), OVERFLOW (SIZE)
/// @par Cost     O(1)
/// @par Source   BitMEX, page on its fund
template <Scalar T>
[[nodiscard]] constexpr Result<FilledOrder<T>> filled_order(const ClosedFill<T>& f) {
  if (!is_finite(f.size.raw())) return Error{Errc::bad_number, Field::size};
  if (!is_finite(f.fill.raw())) return Error{Errc::bad_number, Field::reference_price};
  if (!is_finite(f.bankruptcy.raw())) return Error{Errc::bad_number, Field::liquidation_price};
  if (!(T(0) < f.fill.raw())) return Error{Errc::bad_price, Field::reference_price};
  if (f.bankruptcy.raw() < T(0)) return Error{Errc::bad_price, Field::liquidation_price};
  const FilledOrder<T> order{.notional = T(magnitude(f.size.raw()) * f.fill.raw()),
                             .surplus = (f.fill - f.bankruptcy) * f.size,
                             .fee_rate = f.fee_rate,
                             .remaining_margin = f.remaining_margin};
  if (!is_finite(order.notional.raw()) || !is_finite(order.surplus.raw())) return Error{Errc::overflow, Field::size};
  if (!is_finite(f.fee_rate.raw())) return Error{Errc::bad_number, Field::fee_rate};
  if (f.fee_rate.raw() < T(0)) return Error{Errc::bad_parameter, Field::fee_rate};
  if (!is_finite(f.remaining_margin.raw())) return Error{Errc::bad_number, Field::amount};
  return order;
}

/// What a rule takes of an order, checked.
/// @par Units    money: the numeraire
/// @par Shape    those of FilledOrder
/// @par Rounding that of the rule
/// @par Errors   BAD_NUMBER, BAD_PARAMETER (AMOUNT: the notional; FEE_RATE; FUND_SHARE: the rule took less than nothing, or more than there is),
///               OVERFLOW (AMOUNT: the rule's figure), those of the rule's own `check`
/// @par Cost     that of the rule
/// @par Source   none
template <Scalar T, FundRule<T> R>
[[nodiscard]] constexpr Result<Money<T>> contribution(const R& rule, const FilledOrder<T>& order) {
  for (const Money<T>& money : {order.notional, order.surplus, order.remaining_margin})
    if (!is_finite(money.raw())) return Error{Errc::bad_number, Field::amount};
  if (!is_finite(order.fee_rate.raw())) return Error{Errc::bad_number, Field::fee_rate};
  if (order.notional.raw() < T(0)) return Error{Errc::bad_parameter, Field::amount};
  if (order.fee_rate.raw() < T(0)) return Error{Errc::bad_parameter, Field::fee_rate};
  if (const std::optional<Error> e = detail::rule_fault(rule)) return *e;
  const T taken = rule.contribution(order);
  if (!is_finite(taken)) return Error{Errc::overflow, Field::amount};
  if (taken < T(0)) return Error{Errc::bad_parameter, Field::fund_share};
  if (T(0) < taken && order.surplus.raw() < taken && order.remaining_margin.raw() < taken) return Error{Errc::bad_parameter, Field::fund_share};
  return Money<T>(taken);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
