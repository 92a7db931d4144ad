// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/polynomial.hpp"
#include "loadline/piecewise/slice.hpp"

#include <cstdint>

/// @file
/// A real number that is a root of a polynomial, and how its enclosure is narrowed.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

/// A real number: `low` itself where low == high, else the only root of `polynomial` in the open interval (low, high).
///
/// The polynomial has certain, opposite signs at the two ends; in an exact scalar it has no multiple roots. The ends carry
/// no radius. Comparing narrows the enclosure, so objects are not for two threads at once.
template <Scalar T>
struct Algebraic {
  Polynomial<T> polynomial;  ///< where the number is exact, looked at for its derivatives only: empty, it has its own
  mutable T low, high;
  std::int8_t low_sign = 0;  ///< of the polynomial at `low`
  bool resolved = true;      ///< false: what lies in the enclosure, if anything, the scalar could not tell; it stays as it is

  [[nodiscard]] bool exact() const { return low == high; }
};

/// x as such a number.
template <Scalar T>
[[nodiscard]] Algebraic<T> exactly(const T& x) {
  return {{}, point(x), point(x)};
}

/// A point between two points, so many eighths of the way.
template <Scalar T>
[[nodiscard]] T part_way(const T& low, const T& high, int eighths) {
  if (eighths == 4) return point(T(T(low + high) / T(2)));
  return point(T(low + T(T(high - low) * T(T(eighths) / T(8)))));
}

/// Narrows the enclosure to the side of x on which the number lies. False: x is not inside, or the sign there is open.
template <Scalar T>
bool split(const Algebraic<T>& a, const T& x) {
  if (!a.resolved || !(a.low < x) || !(x < a.high)) return false;
  int s = 0;
  if constexpr (requires { ScalarTraits<T>::sign_at(a.polynomial, x); }) {
    s = ScalarTraits<T>::sign_at(a.polynomial, x);
  } else {
    const T v = value(a.polynomial, x);
    s = sign(v);
    if (s == 0 && (!sign_is_certain(v) || !is_finite(v))) return false;
  }
  if (s == 0)
    a.low = a.high = x;
  else
    (s == a.low_sign ? a.low : a.high) = x;
  return true;
}

/// Narrows the enclosure to about half. False: it is exact, or the scalar can do no better.
template <Scalar T>
bool refine(const Algebraic<T>& a) {
  if (a.exact()) return false;
  for (const int eighths : {4, 3, 5})  // a number in the very middle may leave the sign there open
    if (split(a, part_way(a.low, a.high, eighths))) return true;
  return false;
}

/// Narrows to the scalar's limit, by Newton kept inside the enclosure; the signs at the new ends are verified.
/// @par Units    none
/// @par Shape    none
/// @par Rounding for scalars that round
/// @par Errors   total
/// @par Cost     about ten values of the polynomial
/// @par Source   Newton with bisection where it leaves the enclosure or does not converge (Numerical Recipes, rtsafe)
template <Scalar T>
void polish(const Algebraic<T>& a) {
  if (!a.resolved || a.exact()) return;
  const T unit = T(unit_roundoff<T>() * T(4)), two = T(2);
  if (!(T(unit * T(magnitude(a.high) * T(4))) < T(a.high - a.low))) return;
  const Polynomial<T> slope = derivative(a.polynomial);
  T x = part_way(a.low, a.high, 4), before = T(a.high - a.low);
  if constexpr (requires { typename ScalarTraits<T>::Rough; }) {
    using Rough = typename ScalarTraits<T>::Rough;
    Algebraic<Rough> guess{{}, static_cast<Rough>(a.low), static_cast<Rough>(a.high), a.low_sign};
    for (const T& c : a.polynomial) guess.polynomial.push_back(static_cast<Rough>(c));
    polish(guess);
    const T found = T(around(guess.low, guess.high));
    if (a.low < found && found < a.high) x = found;
  }
  for (int i = 0; i < 2'000; ++i) {  // some ten; the bound is for numbers near 0, which bisection meets
    if (!split(a, x) || a.exact()) break;
    T next = point(T(x - T(value(a.polynomial, x) / value(slope, x))));
    T step = magnitude(T(next - x));
    if (!(a.low < next) || !(next < a.high) || !(T(step * two) < before)) {
      next = part_way(a.low, a.high, 4);
      step = magnitude(T(next - x));
    }
    before = step;
    x = next;
    if (!(T(unit * magnitude(x)) < step)) break;
  }
  T off = point(T(unit * magnitude(x)));
  for (int i = 0; i < 60 && !a.exact(); ++i) {
    const T l = point(T(x - off)), h = point(T(x + off));
    const bool below = !(a.low < l) || (split(a, l) && a.low == l), above = !(h < a.high) || (split(a, h) && a.high == h);
    if (below && above) break;
    off = T(off * T(4));
  }
}

/// Narrows until the width is below 2^-bits of the number, or the scalar can do no better.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none in an exact scalar (bisection); else see polish
/// @par Errors   total
/// @par Cost     O(bits) values of the polynomial in an exact scalar
/// @par Source   none
template <Scalar T>
void narrow(const Algebraic<T>& a, int bits) {
  if constexpr (ScalarTraits<T>::exact) {
    split(a, T(0));  // else an enclosure around 0 is never narrow
    T share = T(1);
    for (int i = 0; i < bits; ++i) share = T(share / T(2));
    const auto size = [&] { return magnitude(a.low) < magnitude(a.high) ? magnitude(a.low) : magnitude(a.high); };
    while (!a.exact() && !(T(a.high - a.low) < T(share * size()))) {
      if constexpr (requires { ScalarTraits<T>::bisect(a.polynomial, a.low, a.high, 1, 1); })
        ScalarTraits<T>::bisect(a.polynomial, a.low, a.high, a.low_sign, 32);  // in integers
      else
        refine(a);
    }
  } else {
    static_cast<void>(bits);  // the limit is a dozen values away: nothing is saved by stopping before it
    polish(a);
  }
}

/// The number itself; else the middle of the narrowed enclosure, after one Newton step in T. A ball holds the whole enclosure.
///
/// The step also lifts: from a point, which has no derivatives, it brings a dual number those of the root. So it is taken
/// for numbers that are exact, too. At a multiple root there are none: they are not finite.
/// @par Units    none
/// @par Shape    none
/// @par Rounding to about 2^-bits of the number in an exact scalar
/// @par Errors   total
/// @par Cost     narrow
/// @par Source   none
template <Scalar T>
[[nodiscard]] T located(const Algebraic<T>& a, int bits = 100) {
  narrow(a, bits);
  const bool lifts = DualScalar<T> && !a.polynomial.empty();
  if (a.exact() && !lifts) return a.low;
  const T x = lifts ? point(around(a.low, a.high)) : around(a.low, a.high);
  if (ScalarTraits<T>::encloses || (!a.resolved && !lifts)) return x;
  const T next = T(x - T(value(a.polynomial, x) / value(derivative(a.polynomial), x)));
  return a.exact() || !a.resolved || next < a.low || a.high < next || !is_finite(next) ? carry(next, x) : next;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
