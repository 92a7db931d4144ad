// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/config.hpp"

#include <concepts>
#include <type_traits>

/// @file
/// What a number must be able to do: `double`, a decimal, a rational, a dual number, a wrapper of your own.

namespace loadline {
inline namespace v1 {

/// A number: copyable, not an integer, made from `int`, with + - * / and an order.
///
/// Operators may return expression templates or proxies: the library stores nothing but `T` and writes `T(a * b)`.
/// Laws (not expressible here): an ordered field, up to rounding; `T(0)` is zero; for a NaN every comparison is false.
template <class T>
concept Scalar = std::copyable<T> && !std::integral<T> && requires(T a, const T& b) {
  T(0);
  T(a + b);
  T(a - b);
  T(a * b);
  T(a / b);
  T(-b);
  a += b;
  a -= b;
  { b < b } -> std::convertible_to<bool>;
  { b == b } -> std::convertible_to<bool>;
};

/// A number whose copies cannot throw; with it queries are noexcept.
template <class T>
concept NothrowScalar = Scalar<T> && std::is_nothrow_copy_constructible_v<T> && std::is_nothrow_move_constructible_v<T>;

inline namespace LOADLINE_FLAGS {

/// How a number is used, unless ScalarTraits says otherwise.
template <class T>
struct ScalarDefaults {
  /// The number in which a report is computed before it is rounded to `T`. For `double` it is a ball of two doubles and
  /// a radius (piecewise/ball.hpp), which brings the error bound.
  using Working = T;
  /// Whether the number rounds nothing (a rational).
  static constexpr bool exact = false;
  /// Whether the number is an enclosure: it knows its own error, and its sign is open where the error may decide it.
  static constexpr bool encloses = false;
  // A specialisation may add `static T roundoff()`: the largest relative error of one operation. Without it, half the
  // distance from 1 to the next number is taken. `Rough`: a plain number in which a search may begin. An exact scalar may add,
  // for roots of polynomials (ext/multiprecision.hpp does): `rational_root(p, low, high)`, the only root in an interval if
  // the scalar holds it; `make_primitive(p)`, a positive multiple of short coefficients; `sign_at(p, x)`, a quicker sign.
};

/// Specialise it, deriving from ScalarDefaults, for a number type of your own where the defaults do not fit.
template <class T>
struct ScalarTraits : ScalarDefaults<T> {};
template <class T>
using Working = typename ScalarTraits<T>::Working;

/// -1, 0 or 1. A NaN counts as 0, which every test of the library reads as "fails".
template <Scalar T>
[[nodiscard]] constexpr int sign(const T& x) {
  return (T(0) < x ? 1 : 0) - (x < T(0) ? 1 : 0);
}

/// Whether `sign(x)` is beyond doubt. Plain scalars claim nothing and never doubt; a ball that holds 0 and more does.
template <Scalar T>
[[nodiscard]] constexpr bool sign_is_certain(const T&) {
  return true;
}

template <Scalar T>
[[nodiscard]] constexpr T magnitude(const T& x) {
  if (x < T(0)) return T(-x);
  return x;
}

/// x without its uncertainty: a place to look at, for which a ball's radius would only blur what is seen there.
template <Scalar T>
[[nodiscard]] constexpr T point(const T& x) {
  return x;
}

/// A number that stands for all of [low, high]: the middle; of a ball, one that holds both ends.
template <Scalar T>
[[nodiscard]] constexpr T around(const T& low, const T& high) {
  return T(T(low + high) / T(2));
}

/// False for NaN and the infinities, in every scalar.
template <Scalar T>
[[nodiscard]] constexpr bool is_finite(const T& x) {
  return T(x - x) == T(0);
}

/// The largest relative error of one operation; 0 for a scalar without rounding.
template <Scalar T>
[[nodiscard]] constexpr T unit_roundoff() {
  if constexpr (ScalarTraits<T>::exact) return T(0);
  if constexpr (requires { ScalarTraits<T>::roundoff(); }) return ScalarTraits<T>::roundoff();
  const T half = T(T(1) / T(2));
  T u = T(1);
  for (int i = 0; i < 1'200; ++i) {
    if (!(T(1) < T(T(1) + u))) return u;
    u = T(u * half);
  }
  return T(0);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
