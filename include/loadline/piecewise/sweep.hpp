// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/slice.hpp"

#include <cstddef>

/// @file
/// The nearest root of a profile: one key's terms, summed once into cells and searched at every tick.

namespace loadline {
inline namespace v1 {

/// When a test fails: at or below zero, or below it.
enum class LiquidateWhen : unsigned char { at_or_below_zero, below_zero };

/// One cell of a profile: the line a + b s for s up to and including `to`, from above the `to` of the cell before.
///
/// The last cell has no end; its `to` is not looked at, except in floating point, where infinity saves a comparison.
template <Scalar T>
struct Cell {
  T to;
  Line<T> line;
};

/// The cells of one key over (0, inf), in ascending order; at least one.
template <Scalar T>
using Profile = std::span<const Cell<T>>;

inline namespace LOADLINE_FLAGS {

/// What the last cell's `to` is set to.
template <Scalar T>
[[nodiscard]] constexpr T no_end() {
  if constexpr (std::floating_point<T>)
    return __builtin_huge_val();
  else
    return T(0);
}

/// Whether a figure fails. A NaN fails.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE constexpr bool fails(const T& figure, LiquidateWhen when) {
  if (T(0) < figure) return false;
  return when == LiquidateWhen::at_or_below_zero || !(T(0) == figure);
}

/// The cell that holds s.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE constexpr const Cell<T>* cell_of(Profile<T> cells, const T& s) {
  const Cell<T>* c = cells.data();
  if constexpr (std::floating_point<T>) {
    while (c->to < s) ++c;
  } else {
    for (const Cell<T>* last = c + cells.size() - 1; c != last && c->to < s;) ++c;
  }
  return c;
}

/// Whether the function that goes on as `l` from the edge e towards `side` fails just beyond it.
template <Scalar T>
[[nodiscard]] constexpr bool fails_beyond(const Line<T>& l, const T& e, Toward side, LiquidateWhen when) {
  const T v = at(l, e);
  if (v < T(0) || T(0) < v) return v < T(0);
  return side == Toward::above ? fails(l.b, when) : fails(T(-l.b), when);
}

/// Whether a function is zero on both sides of an edge that it reaches at the value v, not above zero, and leaves along `beyond`.
template <Scalar T>
[[nodiscard]] constexpr bool zero_across(const T& v, const Line<T>& beyond, const T& edge, bool continuous) {
  return !(T(0) < v) && (continuous || at(beyond, edge) == T(0));
}

/// Whether a function fails at or beyond an edge that it reaches at the value v, and leaves along `beyond`.
template <Scalar T>
[[nodiscard]] constexpr bool fails_across(const T& v, const Line<T>& beyond, const T& edge, bool continuous, Toward side, LiquidateWhen when) {
  return (zero_across(v, beyond, edge, continuous) && fails(T(0), when)) || fails_beyond(beyond, edge, side, when);
}

/// A root, kept inside the cell that it must lie in: where the line is all but level, -a / b alone may fall beside it.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE constexpr T between(T p, const T& low, const T& high) {
  p = p < low ? carry(p, low) : p;
  return high < p ? carry(p, high) : p;
}

/// Whether a concave x + profile, above zero at some s, stays there on one side of it; one look at that end is enough.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE constexpr bool never_fails(Profile<T> cells, const T& x, Toward side) {
  return side == Toward::below ? !(T(x + cells.front().line.a) < T(0)) : !(cells.back().line.b < T(0));
}

/// The first failure of x + profile below s, which the cell c holds: a root, or an edge at which it jumps into failure.
///
/// @par Formula  in the first cell whose line x + a + b p is below zero at its lower end: p = -(x + a) / b
/// @pre x + profile does not fail at s; `continuous`: it has no jumps and is concave
/// @par Units    x: numeraire; s, result: the price of the key
/// @par Shape    at least one cell
/// @par Rounding that of the scalar; the root is kept inside its cell
/// @par Errors   nullopt: no such point above 0
/// @par Cost     O(cells passed), one division, no allocation
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE constexpr std::optional<T> first_failure_below(Profile<T> cells, const Cell<T>* c, const T& x, T s, bool continuous,
                                                                             LiquidateWhen when) {
  for (;; --c) {
    const T a = T(x + c->line.a);
    if (c == cells.data()) {
      if (!(a < T(0)) || !(T(0) < c->line.b)) return std::nullopt;
      return between(root(Line<T>{a, c->line.b}), T(0), s);
    }
    const T& edge = c[-1].to;
    const T v = T(a + T(c->line.b * edge));
    if (!continuous || !(T(0) < v)) {
      if (v < T(0)) return between(root(Line<T>{a, c->line.b}), edge, s);
      const Line<T> beyond{T(x + c[-1].line.a), c[-1].line.b};
      if (fails_across(v, beyond, edge, continuous, Toward::below, when)) {
        if (DualScalar<T> && zero_across(v, beyond, edge, continuous)) return root_on_edge(edge, beyond, Line<T>{a, c->line.b});
        return edge;
      }
    }
    s = edge;
  }
}

/// The same upwards.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE constexpr std::optional<T> first_failure_above(Profile<T> cells, const Cell<T>* c, const T& x, T s, bool continuous,
                                                                             LiquidateWhen when) {
  for (const Cell<T>* last = cells.data() + cells.size() - 1;; ++c) {
    const T a = T(x + c->line.a);
    if (c == last) {
      if (!(c->line.b < T(0))) return std::nullopt;
      const T p = root(Line<T>{a, c->line.b});
      return p < s ? carry(p, s) : p;
    }
    const T v = T(a + T(c->line.b * c->to));
    if (!continuous || !(T(0) < v)) {
      if (v < T(0)) return between(root(Line<T>{a, c->line.b}), s, c->to);
      const Line<T> beyond{T(x + c[1].line.a), c[1].line.b};
      if (fails_across(v, beyond, c->to, continuous, Toward::above, when)) {
        if (DualScalar<T> && zero_across(v, beyond, c->to, continuous)) return root_on_edge(c->to, Line<T>{a, c->line.b}, beyond);
        return c->to;
      }
    }
    s = c->to;
  }
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
