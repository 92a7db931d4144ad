// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/id.hpp"
#include "loadline/core/result.hpp"
#include "loadline/piecewise/sweep.hpp"

#include <optional>
#include <span>
#include <utility>

/// @file
/// An account on its way out: what is left of each position, what it needs, and at which price it is worth nothing.

namespace loadline {
inline namespace v1 {

/// A position that is being closed, in base units of a contract that pays in the numeraire.
///
/// @f[ MM = scale \cdot S(measure \cdot |size|) + rate \cdot |size| + fixed @f]
template <Scalar T>
struct ClosingLeg {
  KeyId key;                ///< whose book it is sold into, and whose other side is deleveraged
  T size;                   ///< what is left; long > 0
  T mark;                   ///< what all transfers are valued against
  Schedule<T> maintenance;  ///< tiers of the measure
  T measure;                ///< of one base unit: the mark for tiers of notional
  T scale = T(1);           ///< what the schedule's value is multiplied by
  T rate = T(0);            ///< maintenance of a base unit beside the tiers: fees that the venue counts in
  T fixed = T(0);           ///< the same of the whole position, while it is open
  T liquidation_fee_rate = T(0);
  T taker_fee_rate = T(0);
  T needed = T(0);     ///< its maintenance; kept by `resize`, set by `start`
  bool stuck = false;  ///< nobody would have it: orders pass over it
};

/// The account: its margin balance at the marks, and its positions. Closing changes both.
template <Scalar T>
struct Closing {
  T equity;
  std::span<ClosingLeg<T>> legs;
  T requirement_ratio = T(1);  ///< of maintenance
  LiquidateWhen when = LiquidateWhen::at_or_below_zero;
  T needed = T(0);  ///< the maintenance of all positions; kept by `resize`, set by `start`
};

/// How much of an account's equity stands behind one of its positions when a price is sought at which it is worth nothing.
enum class Allotment : std::uint8_t {
  by_maintenance,  ///< its share of the maintenance: closing everything at these prices leaves exactly nothing (dYdX v4)
  whole,           ///< all of it: right for an account of one position, and for the last one that is left
};

inline namespace LOADLINE_FLAGS {

/// The maintenance of what is left of a position.
/// @par Units    numeraire
/// @par Shape    none
/// @par Rounding that of the scalar
/// @par Errors   total
/// @par Cost     O(pieces)
/// @par Source   docs/explanation/waterfall.md
template <Scalar T>
[[nodiscard]] constexpr T maintenance(const ClosingLeg<T>& leg) {
  const T units = magnitude(leg.size);
  if (units == T(0)) return T(0);
  const T tiers = leg.maintenance.empty() ? T(0) : T(leg.scale * value(leg.maintenance, T(leg.measure * units)));
  return T(T(tiers + T(leg.rate * units)) + leg.fixed);
}
/// What the last base unit of a position needs: the marginal rate of its tier, per unit.
template <Scalar T>
[[nodiscard]] constexpr T marginal_maintenance(const ClosingLeg<T>& leg) {
  if (leg.maintenance.empty()) return leg.rate;
  const Piece<T>& p = leg.maintenance[piece_of(leg.maintenance, T(leg.measure * magnitude(leg.size)))];
  return T(T(T(leg.scale * leg.measure) * p.slope) + leg.rate);
}
/// Adds up the maintenance of the positions anew: without what rounding a running sum would gather.
template <Scalar T>
constexpr void add_up(Closing<T>& account) {
  T sum = T(0);
  for (const ClosingLeg<T>& leg : account.legs) sum += leg.needed;
  account.needed = sum;
}
/// Sets what is left of one of the account's positions.
/// @par Cost     O(legs + pieces)
template <Scalar T>
constexpr void resize(Closing<T>& account, ClosingLeg<T>& leg, const T& size) {
  leg.size = size;
  leg.needed = maintenance(leg);
  add_up(account);
}
/// Sets `needed` of the account and of every position: once, before anything else is asked of it.
template <Scalar T>
constexpr void start(Closing<T>& account) {
  for (ClosingLeg<T>& leg : account.legs) {
    leg.needed = maintenance(leg);
    leg.stuck = false;
  }
  add_up(account);
}
/// The maintenance of the account. @pre start
template <Scalar T>
[[nodiscard]] constexpr const T& maintenance(const Closing<T>& account) {
  return account.needed;
}
/// Equity less what the requirement asks for.
template <Scalar T>
[[nodiscard]] constexpr T excess(const Closing<T>& account) {
  return T(account.equity - T(account.requirement_ratio * maintenance(account)));
}
/// Whether the requirement fails.
template <Scalar T>
[[nodiscard]] constexpr bool must_close(const Closing<T>& account) {
  return fails(excess(account), account.when);
}

/// Checks an account that is to be closed; nullopt: it is in order.
/// @par Units    those of ClosingLeg
/// @par Shape    none
/// @par Rounding none
/// @par Errors   BAD_NUMBER (ACCOUNT, SIZE, MARK, MAINTENANCE_FIXED for measure, scale, rate and fixed, the fees), BAD_PRICE (MARK), BAD_PARAMETER
///               (ACCOUNT: a requirement ratio that is not above zero; MAINTENANCE_FIXED: one of the four below zero; fees outside [0, 1)), OVERFLOW (SIZE:
///               the notionals up to this leg add up to too much); `index` is the leg. The schedule is taken as it is
/// @par Cost     O(legs)
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check(const Closing<T>& account) {
  if (!is_finite(account.equity) || !is_finite(account.requirement_ratio)) return Error{Errc::bad_number, Field::account};
  if (!(T(0) < account.requirement_ratio)) return Error{Errc::bad_parameter, Field::account};
  T notional = T(0);
  for (std::size_t i = 0; i < account.legs.size(); ++i) {
    const ClosingLeg<T>& leg = account.legs[i];
    const auto index = static_cast<std::uint32_t>(i);
    if (!is_finite(leg.size)) return Error{Errc::bad_number, Field::size, index};
    if (!is_finite(leg.mark)) return Error{Errc::bad_number, Field::mark, index};
    if (!(T(0) < leg.mark)) return Error{Errc::bad_price, Field::mark, index};
    if (!is_finite(leg.measure) || !is_finite(leg.scale) || !is_finite(leg.rate) || !is_finite(leg.fixed))
      return Error{Errc::bad_number, Field::maintenance_fixed, index};
    if (leg.measure < T(0) || leg.scale < T(0) || leg.rate < T(0) || leg.fixed < T(0)) return Error{Errc::bad_parameter, Field::maintenance_fixed, index};
    notional += T(leg.mark * magnitude(leg.size));
    if (!is_finite(notional)) return Error{Errc::overflow, Field::size, index};
    for (const auto& [rate, field] :
         {std::pair(&leg.liquidation_fee_rate, Field::liquidation_fee_rate), std::pair(&leg.taker_fee_rate, Field::taker_fee_rate)}) {
      if (!is_finite(*rate)) return Error{Errc::bad_number, field, index};
      if (*rate < T(0) || !(*rate < T(1))) return Error{Errc::bad_parameter, field, index};
    }
  }
  return std::nullopt;
}

/// The price at which closing a position uses up the equity behind it, its taker fee included where `fee` is.
///
/// @f[ B = \frac{mark - s\,e/|q|}{1 - s\,fee}, \qquad e = E \frac{MM_i}{\sum_j MM_j} \ \text{or}\ E @f]
/// with s = 1 for a long position, -1 for a short one.
/// @par Units    numeraire per base unit
/// @par Shape    a position that is open; total: the sum of maintenance; fee in [0, 1)
/// @par Rounding that of the scalar
/// @par Errors   nullopt: the position is closed, or it is long and solvent at every price above zero. Of a short that is worth nothing at every
///               price B is at or below zero: nobody sells there. Where a figure leaves the scalar's range: the mark. Without any maintenance
///               to share by all of the equity stands behind it
/// @par Cost     O(1)
/// @par Source   dYdX v4, bankruptcy price -DNNV - TNC |DMMR| / TMMR; by_maintenance is that rule
template <Scalar T>
[[nodiscard]] constexpr std::optional<T> bankruptcy_price(const ClosingLeg<T>& leg, const T& equity, const T& total, Allotment allotment, const T& fee) {
  const T units = magnitude(leg.size);
  if (!(T(0) < units)) return std::nullopt;
  const bool shared = allotment == Allotment::by_maintenance && T(0) < total;
  const T behind = shared ? T(T(equity * leg.needed) / total) : equity;
  const bool is_long = T(0) < leg.size;
  const T worthless = T(leg.mark - T(behind / leg.size));  // pro_rata_bankruptcy_price, of figures that have been checked
  const T price = is_long ? T(worthless / T(T(1) - fee)) : T(worthless / T(T(1) + fee));
  if (!is_finite(price)) return leg.mark;
  if (is_long && !(T(0) < price)) return std::nullopt;
  return price;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
