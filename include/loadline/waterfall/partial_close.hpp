// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/closing.hpp"

/// @file
/// Closing a part: when it makes things worse, and the least part that is enough.

namespace loadline {
inline namespace v1 {

/// What closing one more unit of a position does to an account.
struct CloseEffect {
  bool ratio_worse;   ///< maintenance / equity, the margin ratio that venues print, rises
  bool excess_worse;  ///< equity - ratio * maintenance falls
};

/// A part of a position, and whether closing it is enough.
template <Scalar T>
struct ClosePart {
  T size;        ///< base units to close, >= 0
  bool reaches;  ///< after it the target holds; false: not even closing all of it is enough
};

inline namespace LOADLINE_FLAGS {

/// Whether liquidating makes it worse.
///
/// @f[ \frac{MM}{e} \text{ rises} \iff c\,P > m_k \frac{e}{MM}, \qquad e - MM \text{ falls} \iff c\,P > m_k @f]
/// m_k is the *marginal* maintenance of the slice closed; the average MM / n is no bound. With the liquidation fee inside c, small
/// positions are always worse off (a fee of 1.25 % against 0.4 %): nothing is left after the fee, and venues close them whole.
/// @par Units    cost_rate c: a fraction of the notional at the mark: slippage, taker fee and liquidation fee together
/// @par Shape    the leg is one of the account's
/// @par Rounding that of the scalar
/// @par Errors   total; an account without equity: its ratio is beyond measure, and gets no better by paying
/// @par Cost     O(legs * pieces)
/// @par Source   docs/explanation/waterfall.md; A. Chitra et al. 2025 (the slice formula, one flat rate)
template <Scalar T>
[[nodiscard]] constexpr CloseEffect effect_of_closing(const Closing<T>& account, const ClosingLeg<T>& leg, const T& cost_rate) {
  const T cost = T(cost_rate * leg.mark), saved = marginal_maintenance(leg);
  return {T(saved * account.equity) < T(cost * maintenance(account)), T(account.requirement_ratio * saved) < cost};
}

/// The least part of a position that brings requirement / equity down to a target; the requirement is the rule's ratio times maintenance.
///
/// @f[ x = \frac{R - \rho\,e}{r\,m_k - \rho\,c\,P}, \qquad R = r\,MM @f]
/// inside the tier that the position is in; where that passes the tier's lower end the same from there, one tier down. As m_k falls
/// from tier to tier, a tier in which it does not help is followed by none in which it does: then the answer is all of it.
/// @par Units    target rho: > 0, 1 is the requirement itself; cost_rate: as of effect_of_closing, taken as the same for every unit
/// @par Shape    the leg is one of the account's; its schedule is convex
/// @par Rounding that of the scalar
/// @par Errors   total; `reaches` as above
/// @par Cost     O(legs * pieces)
/// @par Source   docs/explanation/waterfall.md
template <Scalar T>
[[nodiscard]] constexpr ClosePart<T> least_part(const Closing<T>& account, const ClosingLeg<T>& leg, const T& target, const T& cost_rate) {
  const T all = magnitude(leg.size);
  const T& r = account.requirement_ratio;
  T needed = T(r * maintenance(account)), equity = account.equity, closed = T(0);
  if (!(T(target * equity) < needed)) return {T(0), true};
  const T others = T(needed - T(r * leg.needed));
  const T cost = T(cost_rate * leg.mark);
  std::size_t i = leg.maintenance.empty() ? 0 : piece_of(leg.maintenance, T(leg.measure * all));
  for (;;) {
    const T saved = leg.maintenance.empty() ? leg.rate : T(T(T(leg.scale * leg.measure) * leg.maintenance[i].slope) + leg.rate);
    const T gain = T(T(r * saved) - T(target * cost));
    if (!(T(0) < gain)) break;
    const T least = T(T(needed - T(target * equity)) / gain);
    const bool last = i == 0 || leg.maintenance.empty();
    const T end = last ? all : T(all - T(leg.maintenance[i].from / leg.measure));  // of what may be closed in this tier
    if (!(end < T(closed + least))) return {T(closed + least), true};
    if (last) break;
    // Down to the edge, which belongs to the tier below.
    equity = T(account.equity - T(cost * end));
    ClosingLeg<T> rest = leg;
    rest.size = T(all - end);
    needed = T(others + T(r * maintenance(rest)));
    closed = end;
    if (!(T(target * equity) < needed)) return {closed, true};  // a requirement that jumps
    --i;
  }
  return {all, !(T(target * T(account.equity - T(cost * all))) < others)};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
