// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/slice.hpp"

/// @file
/// Newton on a concave slice: from a failing point back to the root, in finitely many exact steps.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// The nearest root of a concave f from a point where f < 0, towards the side where f rises.
///
/// f lies below each of its lines, so a step cannot pass the root; each step but the last changes a cell, so there are at
/// most as many steps as edges, and the last one is exact. nullopt: f rises to no zero on that side.
/// @pre f concave (every weight * schedule is; whole-position rates are not), f(s) < 0
/// @par Units    s: the parameter of the path
/// @par Shape    none
/// @par Rounding that of the scalar; the walk ends where a step no longer moves
/// @par Errors   total; nullopt as above
/// @par Cost     O(steps * terms * pieces), no allocation
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
[[nodiscard]] constexpr std::optional<T> newton(Slice<T> f, T s, Toward side) {
  for (bool moved = false;; moved = true) {
    seek(f, Point<T>{s, T(1)});
    const Line<T> l = line(f);
    const int rise = side == Toward::above ? sign(l.b) : -sign(l.b);
    if (rise <= 0) return moved && !(at(l, s) < T(0)) ? std::optional<T>(s) : std::nullopt;
    const T next = root(l);
    if (side == Toward::above ? !(s < next) : !(next < s)) return s;
    if (const auto& end = side == Toward::above ? f.domain.high : f.domain.low)
      if (side == Toward::above ? !(T(next * end->d) < end->n) : !(end->n < T(next * end->d))) return std::nullopt;
    s = next;
  }
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
