// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/scalar.hpp"

#include <type_traits>

/// @file
/// The exponential function, falling, in any scalar: what averages over time and discounts need.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// What is left after x time constants.
///
/// @f[ e^{-x} = 2^{-n}\, (1 - m(x - n \ln 2)), \qquad n = \lfloor x / \ln 2 \rfloor @f]
/// @par Units    dimensionless
/// @par Shape    x >= 0; 0 is returned above 1,400, where a double holds nothing any more
/// @par Rounding double: within 1e-15 of the value, relative, down to the smallest normal number. A scalar that rounds nothing cannot
///               hold e^-x: what it is given is off by less than 2^-128, and is short, so that repeated use stays cheap
/// @par Errors   none
/// @par Cost     20 divisions in double, 40 in other scalars
/// @par Source   textbook: reduction by ln 2 in two parts, Taylor series
template <Scalar T>
[[nodiscard]] constexpr T decay(const T& x);

/// What has gone after x time constants, without the loss of digits that 1 - decay(x) has for a small x.
///
/// @f[ m(x) = 1 - e^{-x} = x \left(1 - \tfrac{x}{2} \left(1 - \tfrac{x}{3} \left(\cdots\right)\right)\right) @f]
/// @par Units    dimensionless
/// @par Shape    x >= 0
/// @par Rounding as of decay; for a small x as well
/// @par Errors   none
/// @par Cost     that of decay
/// @par Source   textbook: Taylor series
template <Scalar T>
[[nodiscard]] constexpr T decayed_share(const T& x);

namespace detail {

/// x >= 0 without its bits below 2^-160, where the scalar rounds nothing and can do so; as it is elsewhere. The powers of a
/// fraction double in length with every other step: kept whole they would cost thousands of digits.
template <Scalar T>
[[nodiscard]] constexpr T shortened(const T& x) {
  if constexpr (requires { ScalarTraits<T>::truncated(x, 160); })
    return ScalarTraits<T>::truncated(x, 160);
  else
    return x;
}

/// 1 - e^-x on [0, 0.7]: the first term left out is below 2^-76 for the 20 of a built-in number, below 2^-184 for 40.
template <Scalar T>
[[nodiscard]] constexpr T decay_series(const T& x) {
  constexpr int terms = std::is_floating_point_v<T> ? 20 : 40;
  T sum = T(1);
  for (int k = terms; k > 1; --k) sum = shortened(T(T(1) - T(T(x * sum) / T(k))));
  return T(x * sum);
}

/// n and x - n ln 2 in [0, ln 2), up to rounding. ln 2 in two parts: n times the first is exact in a double.
template <Scalar T>
struct Halvings {
  int count = 0;
  T rest;

  constexpr explicit Halvings(const T& x) : rest(T(0)) {
    constexpr int digits[] = {0xb172, 0x17f7, 0xd1cf, 0x79ab, 0xc9e3, 0xb398, 0x03f2, 0xf6af, 0x40f3, 0x4326, 0x7298, 0xb62d, 0x8a0d};
    const T base = T(65'536);
    T low = T(0);
    for (int i = 12; i > 1; --i) low = T(T(low + T(digits[i])) / base);
    low = T(T(low / base) / base);
    const T high = T(T(T(T(digits[0]) * base) + T(digits[1])) / T(base * base));
    for (int step = 1'024; step > 0; step /= 2)
      if (!(x < T(T(T(count + step) * high) + T(T(count + step) * low)))) count += step;
    rest = T(T(x - T(T(count) * high)) - T(T(count) * low));
    rest = rest < T(0) ? carry(rest, T(0)) : shortened(rest);
  }
};

}  // namespace detail

template <Scalar T>
constexpr T decay(const T& x) {
  LOADLINE_ASSERT(!(x < T(0)));
  if (!(T(0) < x) && !is_nothing_yet(x)) return T(1);
  if (T(1'400) < x) return T(0);
  const detail::Halvings<T> halvings(x);
  T left = detail::shortened(T(T(1) - detail::decay_series(halvings.rest)));
  for (int i = 0; i < halvings.count; ++i) left = T(left / T(2));
  return left;
}

template <Scalar T>
constexpr T decayed_share(const T& x) {
  LOADLINE_ASSERT(!(x < T(0)));
  if (!(T(0) < x) && !is_nothing_yet(x)) return T(0);
  if (T(T(2) * x) < T(1)) return detail::shortened(detail::decay_series(detail::shortened(x)));
  return T(T(1) - decay(x));
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
