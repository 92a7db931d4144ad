// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/slice.hpp"

#include <cstdint>

/// @file
/// Every place where a slice is zero, touches zero or jumps across it.

namespace loadline {
inline namespace v1 {

/// What happens at a root.
enum class RootKind : std::uint8_t {
  cross,              ///< zero, with opposite signs beside it
  touch,              ///< zero, with the same sign on both sides
  jump,               ///< no zero: the function jumps at a tier edge (or to or from zero)
  zero_interval_end,  ///< zero all along one side
};

/// The account-file word for it.
[[nodiscard]] constexpr const char* name(RootKind kind) noexcept {
  switch (kind) {
    case RootKind::cross: return "cross";
    case RootKind::touch: return "touch";
    case RootKind::jump: return "jump";
    case RootKind::zero_interval_end: return "zero-interval-end";
  }
  return "unknown";
}

/// A root with the signs of the function just below and just above it. `Place` is what says where: Point<T> on lines,
/// Algebraic<T> on polynomials (curve.hpp).
template <class Place>
struct Root {
  Place at;
  std::int8_t left, right;
  bool zero;  ///< the function is zero at the point; false: it jumps there

  [[nodiscard]] constexpr RootKind kind() const noexcept {
    if (!zero) return RootKind::jump;
    if (left == 0 || right == 0) return RootKind::zero_interval_end;
    return left == right ? RootKind::touch : RootKind::cross;
  }
};

/// All roots of one function in ascending order, and the sign below the first of them.
template <class Place>
struct Roots {
  std::span<const Root<Place>> roots;
  std::int8_t first = 0;

  /// Sign in the open interval below root i (i = size: above the last).
  [[nodiscard]] constexpr int sign_below(std::size_t i) const noexcept { return i == 0 ? first : roots[i - 1].right; }
};

inline namespace LOADLINE_FLAGS {

/// Most roots that a slice can have: one at each edge and one inside each cell.
template <Scalar T>
[[nodiscard]] constexpr std::size_t max_roots(std::span<const Term<T>> terms) {
  std::size_t edges = 0;
  for (const Term<T>& t : terms) edges += t.schedule.size() - 1;
  return 2 * edges + 1;
}

/// The edge as the root of both lines that meet there; see root_on_edge.
template <Scalar T>
[[nodiscard]] constexpr Point<T> meeting(const Point<T>& edge, const Line<T>& below, const Line<T>& above) {
  if constexpr (DualScalar<T>) {
    const T at = root_on_edge(T(edge.n / edge.d), below, above);
    return {carry(T(at * point(edge.d)), edge.n), point(edge.d)};  // the same values: what was one point stays one
  } else {
    return static_cast<void>(below), static_cast<void>(above), edge;
  }
}

/// Every root of f on its open domain, in ascending order.
///
/// One walk from the low end to the high end. In a cell f is a line: it has a root inside iff its signs just above the
/// lower edge and at the upper edge are opposite. At an edge the two lines are compared: both zero is a zero, one sign
/// on both sides and no zero is nothing, all else is a jump.
/// @par Units    s: the parameter of the path
/// @par Shape    `out` holds at least max_roots(f.terms) places
/// @par Rounding none of its own; `f.doubt` tells whether every sign was beyond doubt
/// @par Errors   total
/// @par Cost     O(edges * terms), no allocation
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
[[nodiscard]] constexpr Roots<Point<T>> all_roots(Slice<T>& f, std::span<Root<Point<T>>> out) {
  std::size_t count = 0;
  const auto small = [](int s) { return static_cast<std::int8_t>(s); };
  start(f);
  Line<T> l = line(f);
  int here = f.domain.low ? decide(scaled_at(l, *f.domain.low), f.doubt) : -decide(l.b, f.doubt);
  if (here == 0) here = f.domain.low ? decide(l.b, f.doubt) : decide(l.a, f.doubt);
  Roots<Point<T>> found{{}, small(here)};
  const auto add = [&](const Point<T>& at, int right, bool zero) {
    LOADLINE_ASSERT(count < out.size());
    out[count++] = Root<Point<T>>{at, small(here), small(right), zero};
    here = right;
  };
  for (;;) {
    const std::optional<Point<T>> edge = next(f, Toward::above);
    const std::optional<Point<T>>& end = edge ? edge : f.domain.high;
    int at_end = end ? decide(scaled_at(l, *end), f.doubt) : decide(l.b, f.doubt);
    if (!end && at_end == 0) at_end = here;
    if (here * at_end < 0) {
      if (sign(l.b) > 0)
        add({T(-l.a), l.b}, at_end, true);
      else
        add({l.a, T(-l.b)}, at_end, true);
    }
    if (!edge) break;
    const Line<T> below = l;
    l = line(f);
    const int beyond = decide(scaled_at(l, *edge), f.doubt);
    if (at_end == beyond && beyond != 0) continue;
    const bool zero = at_end == 0 && beyond == 0;
    add(zero ? meeting(*edge, below, l) : *edge, beyond != 0 ? beyond : decide(l.b, f.doubt), zero);
  }
  found.roots = out.first(count);
  return found;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
