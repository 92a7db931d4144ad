// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/polynomial.hpp"

/// @file
/// The Bernstein form of a polynomial, which shows its signs on an interval.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// A positive number by which bernstein() multiplies, so that for small degrees it never divides by 3, 5 or 7.
template <Scalar T>
[[nodiscard]] T bernstein_scale(std::size_t degree) {
  if (degree > 20) return T(1);  // it would leave the range of int; only sharpness is lost
  int multiple = 1;              // the least common multiple of 1 .. degree + 1
  for (int k = 2; k <= static_cast<int>(degree) + 1; ++k) {
    int a = multiple, b = k;
    while (b != 0) {
      const int rest = a % b;
      a = b;
      b = rest;
    }
    multiple = multiple / a * k;
  }
  return T(multiple / (static_cast<int>(degree) + 1));
}

/// The Bernstein coefficients of p on [low, high], all times bernstein_scale.
///
/// The first and the last are values at the ends, the others control p in between: on the interval p stays between the
/// least and the largest of them, and it has at most as many zeros inside as they change sign.
/// @par Formula  b_i = sum_j C(i, j) / C(n, j) c_j, with c the coefficients in (x - low) / (high - low)
/// @par Units    none
/// @par Shape    as many as p has
/// @par Rounding that of T
/// @par Errors   total
/// @par Cost     O(degree^2)
/// @par Source   Farouki, The Bernstein polynomial basis: a centennial retrospective (2012)
template <Scalar T>
[[nodiscard]] Polynomial<T> bernstein(PolynomialView<T> p, const T& low, const T& high) {
  Polynomial<T> c(p.begin(), p.end());
  const std::size_t n = c.empty() ? 0 : c.size() - 1;
  if (!(low == T(0)))  // at the end 0 an exact zero must not blur, nor below
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = n; j-- > i;) c[j] += T(c[j + 1] * low);
  const T width = T(high - low);
  T power = bernstein_scale<T>(n), choose = T(1);
  for (std::size_t j = 0; j < c.size(); ++j) {
    c[j] = T(c[j] * T(power / choose));
    power = T(power * width);
    choose = T(T(choose * T(static_cast<int>(n - j))) / T(static_cast<int>(j) + 1));
  }
  for (std::size_t k = 1; k <= n; ++k)
    for (std::size_t i = n; i >= k; --i) c[i] += c[i - 1];
  if (n > 0 && high == T(0)) c.back() = T(p.front() * bernstein_scale<T>(n));
  return c;
}

/// The sign that p has all over [low, high], as its Bernstein coefficients show it; 0 where they do not.
template <Scalar T>
[[nodiscard]] int sign_on(PolynomialView<T> p, const T& low, const T& high) {
  int all = 0;
  for (const T& b : bernstein<T>(p, low, high)) {
    const int s = sign(b);
    if (s == 0 || s == -all) return 0;
    all = s;
  }
  return all;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
