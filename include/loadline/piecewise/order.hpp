// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/algebraic.hpp"
#include "loadline/piecewise/bernstein.hpp"

/// @file
/// The order of algebraic numbers, and the sign of a polynomial at one.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// -1, 0, 1: whether a lies below, on or above x. Where the scalar cannot tell they count as one, and that is noted.
template <Scalar T>
[[nodiscard]] int compare(const Algebraic<T>& a, const T& x, Doubt& doubt) {
  for (int pass = 0;; ++pass) {
    if (a.exact()) return decide(T(a.low - x), doubt);
    if (a.high < x || (a.resolved && a.high == x)) return -1;  // what is unresolved may lie on its ends
    if (x < a.low || (a.resolved && x == a.low)) return 1;
    if (a.resolved && a.low < x && x < a.high) {
      const T v = value(a.polynomial, x);
      if (sign(v) != 0) return sign(v) == a.low_sign ? 1 : -1;
      if (sign_is_certain(v) && x == point(x)) {
        a.low = a.high = x;
        return 0;
      }
    }
    if (pass == 1 || !a.resolved) break;
    polish(a);
  }
  doubt.certain = false;
  return 0;
}

/// Whether two polynomials are one, up to a factor. False where the scalar cannot tell.
template <Scalar T>
[[nodiscard]] bool proportional(const Polynomial<T>& p, const Polynomial<T>& q) {
  if (p.size() != q.size() || p.empty()) return false;
  for (std::size_t i = 0; i + 1 < p.size(); ++i)
    if (!(p[i] == q[i] && p.back() == q.back()) && !(T(p[i] * q.back()) == T(q[i] * p.back()))) return false;
  return true;
}

/// -1, 0, 1: whether a lies below, on or above b. In a scalar that rounds, numbers that it cannot tell apart count as one;
/// that is noted unless they are known to be one.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none: in an exact scalar equality is decided by a common divisor
/// @par Errors   total
/// @par Cost     none if the enclosures are apart; else values, and one common divisor, or polish
/// @par Source   none
template <Scalar T>
[[nodiscard]] int compare(const Algebraic<T>& a, const Algebraic<T>& b, Doubt& doubt) {
  if (b.exact()) return compare(a, b.low, doubt);
  if (a.exact()) return -compare(b, a.low, doubt);
  const auto meet = [&](const Polynomial<T>& p) {  // a root of p in both enclosures
    const T low = a.low < b.low ? b.low : a.low, high = b.high < a.high ? b.high : a.high;
    return low < high && sign(value(p, low)) * sign(value(p, high)) < 0;
  };
  const bool resolved = a.resolved && b.resolved;
  bool asked = false;
  for (int pass = 0;; ++pass) {
    if (a.exact() || b.exact()) return compare(a, b, doubt);
    if (a.high < b.low || (resolved && a.high == b.low)) return -1;
    if (b.high < a.low || (resolved && b.high == a.low)) return 1;
    split(a, b.low), split(a, b.high), split(b, a.low), split(b, a.high);
    if (resolved && (a.exact() || b.exact() || !(a.low < b.high) || !(b.low < a.high))) continue;
    if constexpr (ScalarTraits<T>::exact) {
      if (!asked && meet(common_divisor(a.polynomial, b.polynomial))) return 0;
      asked = true;
      refine(a), refine(b);
    } else if (pass == 0) {
      polish(a), polish(b);
    } else {
      if (asked || !resolved) break;
      asked = true;
      if (proportional(a.polynomial, b.polynomial) && meet(a.polynomial)) return 0;
    }
  }
  doubt.certain = false;
  return 0;
}

/// The sign of q at a.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none in an exact scalar; else 0 and a note where the sign is open
/// @par Errors   total
/// @par Cost     one Bernstein form, and where that does not tell, a common divisor or polish
/// @par Source   none
template <Scalar T>
[[nodiscard]] int sign_of(const Polynomial<T>& q, const Algebraic<T>& a, Doubt& doubt) {
  bool asked = false;
  for (;;) {
    if (q.empty()) return 0;
    if (a.exact()) return decide(value(q, a.low), doubt);
    if (const int s = sign_on(q, a.low, a.high)) return s;
    if constexpr (ScalarTraits<T>::exact) {
      if (!asked) {
        const Polynomial<T> common = common_divisor(q, a.polynomial);  // has no root at the ends: a.polynomial has none
        if (sign(value(common, a.low)) * sign(value(common, a.high)) < 0) return 0;
      }
      refine(a);
    } else {
      if (asked) break;
      polish(a);
    }
    asked = true;
  }
  for (const T& c : q) doubt.finite = doubt.finite && is_finite(c);
  doubt.certain = false;
  return 0;
}

/// The sign of q just above a: that of its first derivative that is not zero there.
template <Scalar T>
[[nodiscard]] int sign_right_of(Polynomial<T> q, const Algebraic<T>& a, Doubt& doubt) {
  for (; !q.empty(); q = derivative(q))
    if (const int s = sign_of(q, a, doubt)) return s;
  return 0;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
