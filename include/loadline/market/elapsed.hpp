// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/scalar.hpp"

#include <cstdint>

/// @file
/// Times, and spans of time as numbers, for rates and decays.

namespace loadline {
inline namespace v1 {

/// Milliseconds since 1970-01-01 UTC.
using Time = std::int64_t;

inline constexpr Time milliseconds_per_day = 86'400'000;
/// 365 days, as the growth caps of lending markets count.
inline constexpr Time milliseconds_per_year = 365 * milliseconds_per_day;

/// Milliseconds from one time to a later one; 0 where it is not later. A span beyond the type is its largest value.
struct Elapsed {
  Time from;
  Time to;

  [[nodiscard]] constexpr Time length() const noexcept {
    if (!(from < to)) return 0;
    const std::uint64_t length = static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
    constexpr Time longest = INT64_MAX;
    return length > static_cast<std::uint64_t>(longest) ? longest : static_cast<Time>(length);
  }
};

inline namespace LOADLINE_FLAGS {

/// A count of milliseconds in any scalar: digits of 30 bits, since a scalar is made from an int.
/// @par Units    milliseconds
/// @par Shape    none
/// @par Rounding in double: once, above 2^53
/// @par Errors   none
/// @par Cost     O(1)
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr T milliseconds(Time time) {
  constexpr Time base = Time{1} << 30;
  const T scale = T(1 << 30);
  const T high = T(T(T(static_cast<int>(time / base / base)) * scale) + T(static_cast<int>(time / base % base)));
  return T(T(high * scale) + T(static_cast<int>(time % base)));
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
