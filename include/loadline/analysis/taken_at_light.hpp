// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/adl_quantile.hpp"

/// @file
/// What a published light says of a position in a queue that one cannot see.

namespace loadline {
inline namespace v1 {

/// A position of which no more is known than the light that the venue shows.
template <Scalar T>
struct LitLeg {
  T held;               ///< base units, > 0
  T side;               ///< base units of all positions of its side, its own included: the open interest
  std::uint32_t light;  ///< 0: among the first to be taken. Venues count the other way round: four of BitMEX's five lights are 1, Binance's quantile 4 is 0
  std::uint32_t lights = 5;  ///< into how many parts the queue is cut
  bool by_users = false;     ///< equal numbers of users, not of contracts (Binance)
  T passed_over = T(0);      ///< base units in front, at most, that will not be taken: accounts without equity, positions with a cap
};

/// Between which bounds something lies.
template <Scalar T>
struct TakenRange {
  T least, most;
};

inline namespace LOADLINE_FLAGS {

/// The least and the most that a queue takes of a position with a light, for a need.
///
/// By contracts, with k the light, n of them, q the position and S the side:
/// @f[ \frac{front + q}{S} \in \Big(\frac{k}{n}, \frac{k+1}{n}\Big], \qquad x = \min(q, \max(0, Q - front)) @f]
/// By users the light says nothing of contracts: anything from none to all of the others may stand in front.
/// @par Units    base units
/// @par Shape    0 < held <= side, light < lights
/// @par Rounding that of the scalar
/// @par Errors   BAD_NUMBER (SIZE: held, need, passed_over; OPEN_INTEREST: side), BAD_PARAMETER (SIZE: held or passed_over outside their range, or a need
///               below zero; OPEN_INTEREST: below what is held; LEVEL: no such light, or none that a position of this size can have),
///               OVERFLOW (OPEN_INTEREST: lights times the side)
/// @par Cost     O(1)
/// @par Source   BitMEX: ceil(5 * cumulative quantity / total); Binance: rank / number of users; the bounds are derived
template <Scalar T>
[[nodiscard]] Result<TakenRange<T>> taken_at_light(const LitLeg<T>& leg, const T& need) {
  if (!is_finite(leg.held) || !is_finite(need) || !is_finite(leg.passed_over)) return Error{Errc::bad_number, Field::size};
  if (need < T(0) || leg.passed_over < T(0)) return Error{Errc::bad_parameter, Field::size};
  if (leg.lights == 0 || leg.light >= leg.lights) return Error{Errc::bad_parameter, Field::level};
  const Result<QueueStretch<T>> front = units_in_front<T>(leg.lights - leg.light, leg.lights, {leg.side, leg.held});
  if (!front && !(leg.by_users && front.error() == Error{Errc::bad_parameter, Field::level})) return front.error();
  T fewest = leg.by_users ? T(0) : front->least;
  const T most = leg.by_users ? T(leg.side - leg.held) : front->most;
  fewest -= leg.passed_over;
  if (fewest < T(0)) fewest = T(0);
  const auto taken = [&](const T& ahead) {
    const T left = T(need - ahead);
    if (!(T(0) < left)) return T(0);
    return left < leg.held ? left : leg.held;
  };
  return TakenRange<T>{taken(most), taken(fewest)};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
