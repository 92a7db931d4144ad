// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/schedule.hpp"

/// @file
/// The perspective of a tier schedule along a path: the one shape of every part of an account.

namespace loadline {
inline namespace v1 {

/// a + b s
template <Scalar T>
struct Line {
  T a, b;
};

/// A point n / d of the path, d > 0. Kept as a fraction: to ask for the sign of a line at it needs no division.
template <Scalar T>
struct Point {
  T n, d;
};

/// weight * unit(s) * S( amount(s) / unit(s) ), with amount and unit affine in s and unit > 0 on the path.
///
///     linear contract     amount |q| m P(s)     unit 1        inverse contract    amount |q| m        unit P(s)
///     haircut by value    amount n P(s) + pnl   unit 1        haircut by amount   amount n P(s)+ pnl  unit P(s)
///
/// On each piece this is the line weight * (slope * amount + offset * unit); see docs/explanation/normal-form.md.
template <Scalar T>
struct Term {
  T weight;
  Line<T> amount, unit;
  Schedule<T> schedule;
  std::size_t piece = 0;  ///< the solver's cursor
};

inline namespace LOADLINE_FLAGS {

template <Scalar T>
[[nodiscard]] LOADLINE_INLINE constexpr T at(const Line<T>& l, const T& s) {
  return T(l.a + T(l.b * s));
}

/// Where a line that is not level is zero.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE constexpr T root(const Line<T>& l) {
  return T(-T(l.a / l.b));
}

/// A root on a tier edge where both sides meet: the edge; of a number with derivatives, with those of the root of the line
/// below, or of the line above where that is level.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE constexpr T root_on_edge(const T& edge, const Line<T>& below, const Line<T>& above) {
  if constexpr (DualScalar<T>) {
    const Line<T>& l = below.b == T(0) ? above : below;
    if (!(l.b == T(0))) return carry(root(l), edge);
  }
  return static_cast<void>(below), static_cast<void>(above), edge;
}

/// d * l(n / d): same sign as the line at the point, no division.
template <Scalar T>
[[nodiscard]] constexpr T scaled_at(const Line<T>& l, const Point<T>& p) {
  return T(T(l.a * p.d) + T(l.b * p.n));
}

/// The term on the piece under its cursor.
template <Scalar T>
[[nodiscard]] constexpr Line<T> line(const Term<T>& t) {
  const Piece<T>& p = t.schedule[t.piece];
  return {T(t.weight * T(T(p.slope * t.amount.a) + T(p.offset * t.unit.a))), T(t.weight * T(T(p.slope * t.amount.b) + T(p.offset * t.unit.b)))};
}

/// amount - from_i * unit: above 0 beyond edge i, 0 on it.
template <Scalar T>
[[nodiscard]] constexpr Line<T> gap(const Term<T>& t, std::size_t i) {
  const T& from = t.schedule[i].from;
  return {T(t.amount.a - T(from * t.unit.a)), T(t.amount.b - T(from * t.unit.b))};
}

/// Sign of d(amount / unit)/ds, which is the same all along the path.
template <Scalar T>
[[nodiscard]] constexpr T turn(const Term<T>& t) {
  return T(T(t.amount.b * t.unit.a) - T(t.amount.a * t.unit.b));
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
