// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/scalar.hpp"

/// @file
/// Rounding to the tick, at the reporting edge, in a named direction.

namespace loadline {
inline namespace v1 {

enum class Direction : unsigned char { down, up };

inline namespace LOADLINE_FLAGS {

/// The whole number k for which k * tick is nearest to x without lying above it (down) or below it (up).
///
/// A liquidation price below the mark is rounded up, one above it down: against the account. To round a fraction n / d,
/// ask for the ticks of n at tick * d: no division comes before the decision.
/// @par Units    x and tick in one unit, tick > 0; the result is a count
/// @par Shape    none
/// @par Rounding the direction named; where a ball leaves open which side of a multiple x is on, the step further is taken
/// @par Errors   total for x >= 0; a count that the scalar does not hold is the largest that it does
/// @par Cost     O(log(x / tick)) additions, no allocation
/// @par Source   Bybit prints a long's 60,326.2975 as 60,326.3 (tick 0.1)
template <Scalar T>
[[nodiscard]] constexpr T whole_ticks(const T& x, const T& tick, Direction direction) {
  // The largest k with k * tick <= x, found bit by bit: no scalar needs a floor of its own.
  T step = tick, weight = T(1);
  while (!(x < step) && is_finite(T(step + step)) && is_finite(T(weight + weight))) {
    step += T(step);
    weight += T(weight);
  }
  const auto reaches = [&](const T& multiple) {  // in doubt: rounding down it does not, rounding up it does, and one more is taken
    const T rest = T(x - multiple);
    return sign(rest) > 0 || (sign(rest) == 0 && (direction == Direction::up || sign_is_certain(rest)));
  };
  T reached = T(0), count = T(0);
  for (; !(weight < T(1)); step = T(step / T(2)), weight = T(weight / T(2))) {
    const T next = T(reached + step), more = T(count + weight);
    if (!reaches(next) || !is_finite(more)) continue;
    reached = next;
    count = more;
  }
  const T rest = T(x - reached);
  const bool exact = sign(rest) == 0 && sign_is_certain(rest);
  return direction == Direction::up && !exact ? T(count + T(1)) : count;
}

/// The multiple of `tick` that whole_ticks counts.
/// @par Units    those of tick
/// @par Shape    tick > 0
/// @par Rounding towards `direction`, then that of one product in T
/// @par Errors   total for x >= 0
/// @par Cost     that of whole_ticks
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr T round_to_tick(const T& x, const T& tick, Direction direction) {
  return T(whole_ticks(x, tick, direction) * tick);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
