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
  // the scalar holds it; `make_primitive(p)`, a positive multiple of short coefficients; `sign_at(p, x)`, a quicker sign. `truncated(x, bits)`
  // keeps short what a function that it cannot hold returns (market/decay.hpp). A number with powers that is not built in adds
  // `power(x, y)`, x > 0 (market/power_depth.hpp).
  // A number that carries derivatives (ext/eigen.hpp) adds `carry(from, to)`, the value of `to` with the derivatives of `from`,
  // and `vanishes(x)`: the value is zero and so is every derivative.
};

/// Specialise it, deriving from ScalarDefaults, for a number type of your own where the defaults do not fit.
template <class T>
struct ScalarTraits : ScalarDefaults<T> {};
template <class T>
using Working = typename ScalarTraits<T>::Working;

/// A number that carries derivatives beside its value; it is compared by value.
///
/// Points are found on values, with all derivatives zero, and then given the derivatives of what they are roots of. Where a
/// root lies on a tier edge and both sides meet there, those of the side below the edge (above, where that one is level).
template <class T>
concept DualScalar = Scalar<T> && requires(const T& x) {
  { ScalarTraits<T>::carry(x, x) } -> std::same_as<T>;
  { ScalarTraits<T>::vanishes(x) } -> std::same_as<bool>;
};

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

/// `to`; of a number with derivatives, its value with the derivatives of `from`.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE constexpr T carry(const T& from, const T& to) {
  if constexpr (DualScalar<T>)
    return ScalarTraits<T>::carry(from, to);
  else
    return static_cast<void>(from), to;
}

/// Whether x is zero and stays so: of a number with derivatives, these are zero as well. What vanishes may be left out of a sum.
template <Scalar T>
[[nodiscard]] constexpr bool vanishes(const T& x) {
  if constexpr (DualScalar<T>)
    return ScalarTraits<T>::vanishes(x);
  else
    return x == T(0);
}

/// Whether x is zero, but has derivatives that are not.
template <Scalar T>
[[nodiscard]] constexpr bool is_nothing_yet(const T& x) {
  return x == T(0) && !vanishes(x);
}

/// x without its uncertainty: a place to look at, for which a ball's radius would only blur what is seen there; without
/// derivatives as well.
template <Scalar T>
[[nodiscard]] constexpr T point(const T& x) {
  if constexpr (DualScalar<T>)
    return carry(T(0), x);
  else
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

namespace detail {

template <Scalar T>
[[nodiscard]] constexpr T searched_roundoff() {
  const T half = T(T(1) / T(2));
  T u = T(1);
  for (int i = 0; i < 1'200; ++i) {
    if (!(T(1) < T(T(1) + u))) return u;
    u = T(u * half);
  }
  return T(0);
}

}  // namespace detail

/// The largest relative error of one operation; 0 for a scalar without rounding.
template <Scalar T>
[[nodiscard]] constexpr T unit_roundoff() {
  if constexpr (ScalarTraits<T>::exact) return T(0);
  if constexpr (requires { ScalarTraits<T>::roundoff(); }) return ScalarTraits<T>::roundoff();
  if constexpr (std::is_floating_point_v<T>) {  // the search costs more than a query: the compiler's work
    constexpr T found = detail::searched_roundoff<T>();
    return found;
  }
  return detail::searched_roundoff<T>();
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
