// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/decay.hpp"

/// @file
/// The natural logarithm in any scalar: the inverse of decay(), and with it powers of what does not fall.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// The natural logarithm of one and more, without the loss of digits that the logarithm of 1 + z has for a small z.
///
/// @f[ \ln(1 + z) = n \ln 2 + 2 \operatorname{artanh} \frac{w}{2 + w}, \qquad 1 + z = 2^n (1 + w), \quad -\tfrac13 \le w < \tfrac13 @f]
/// A power is then decay(a log_one_plus(z)) = (1 + z)^-a, in every scalar.
/// @par Units    dimensionless
/// @par Shape    z >= 0, finite
/// @par Rounding double: within 1e-15 of the value, relative. A scalar that rounds nothing is off by less than 2^-120, relative to 1 + z
/// @par Errors   none
/// @par Cost     35 divisions in double, 120 in other scalars, and one for each doubling of 1 + z
/// @par Source   textbook: series of the inverse hyperbolic tangent
template <Scalar T>
[[nodiscard]] constexpr T log_one_plus(const T& z);

namespace detail {

/// 2 artanh(w / (2 + w)) = ln(1 + w) on [-1/3, 1/2]: y^2 <= 1/25, and the first term left out is below 2^-60 of the sum, of the 40 terms 2^-190.
template <Scalar T>
[[nodiscard]] constexpr T log_series(const T& w) {
  constexpr int terms = std::is_floating_point_v<T> ? 11 : 40;
  const bool below = w < T(0);
  const T y = shortened(T((below ? T(-w) : w) / T(T(2) + w)));
  const T square = shortened(T(y * y));
  T sum = T(T(1) / T(2 * terms + 1));
  for (int k = terms; k-- > 0;) sum = shortened(T(T(square * sum) + T(T(1) / T(2 * k + 1))));
  const T series = T(T(2) * T(y * sum));
  return below ? T(-series) : series;
}

}  // namespace detail

template <Scalar T>
constexpr T log_one_plus(const T& z) {
  LOADLINE_ASSERT(!(z < T(0)) && is_finite(z));
  T w = z;
  int doublings = 0;
  for (; !(T(T(3) * w) < T(1)); ++doublings) w = T(T(w - T(1)) / T(2));
  if (doublings == 0) return detail::log_series(w);
  const T two = T(detail::log_series(T(T(1) / T(3))) + detail::log_series(T(T(1) / T(2))));  // ln 4/3 + ln 3/2
  return T(T(T(doublings) * two) + detail::log_series(w));
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
