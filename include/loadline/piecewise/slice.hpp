// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/term.hpp"

#include <optional>

/// @file
/// The normal form along one path, walked cell by cell.

namespace loadline {
inline namespace v1 {

enum class Toward : unsigned char { below, above };

/// What the scalar could not tell while an answer was made.
struct Doubt {
  bool certain = true;  ///< false once a sign that may have shaped the answer was open
  bool finite = true;   ///< false once a figure was too large for the scalar
};

/// The open interval on which a path is defined; an end that is absent lies at infinity.
template <Scalar T>
struct Domain {
  std::optional<Point<T>> low, high;
};

/// f = base + sum of terms along one path, with a cursor in every term.
///
/// The walk moves cursors *by index*; whether an edge is met is decided by signs and by comparing edges with each other,
/// never by comparing a computed edge with s again: rounding can neither skip a cell nor repeat one.
/// @par Units    s: the parameter of the path
/// @par Shape    one schedule and one cursor a term
/// @par Rounding that of T
/// @par Errors   total; `doubt` tells what was open
/// @par Cost  line, next: O(terms); seek, start: O(terms * pieces); no allocation
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
struct Slice {
  Line<T> base;
  std::span<Term<T>> terms;
  Domain<T> domain;
  bool continuous = false;  ///< known to have no jumps: then two edges that cannot be told apart may count as one
  Doubt doubt = {};
};

inline namespace LOADLINE_FLAGS {

/// The sign of x; notes where it is open. A figure that is not finite has the sign 0.
template <Scalar T>
[[nodiscard]] constexpr int decide(const T& x, Doubt& doubt) {
  const int s = sign(x);
  if (!is_finite(x)) {
    doubt = {false, false};
    return 0;
  }
  if (s == 0 && !sign_is_certain(x)) doubt.certain = false;
  return s;
}

/// f on the present cell.
template <Scalar T>
[[nodiscard]] constexpr Line<T> line(const Slice<T>& f) {
  Line<T> l = f.base;
  for (const Term<T>& t : f.terms) {
    const Line<T> u = line(t);
    l.a += u.a;
    l.b += u.b;
  }
  return l;
}

/// Sets the cursors to the pieces that hold s itself: an edge belongs to the piece below it.
template <Scalar T>
constexpr void seek(Slice<T>& f, const Point<T>& s) {
  for (Term<T>& t : f.terms)
    for (t.piece = 0; t.piece + 1 < t.schedule.size() && decide(scaled_at(gap(t, t.piece + 1), s), f.doubt) > 0;) ++t.piece;
}

/// Sets the cursors to the first cell of the domain, just above its low end.
template <Scalar T>
constexpr void start(Slice<T>& f) {
  for (Term<T>& t : f.terms) {
    const auto beyond = [&](std::size_t i) {  // the sign of the gap just above the low end
      const Line<T> g = gap(t, i);
      if (f.domain.low) {
        const int s = decide(scaled_at(g, *f.domain.low), f.doubt);
        return s > 0 || (s == 0 && sign(g.b) > 0);
      }
      const int s = -sign(g.b);
      return s > 0 || (s == 0 && decide(g.a, f.doubt) > 0);
    };
    for (t.piece = 0; t.piece + 1 < t.schedule.size() && beyond(t.piece + 1);) ++t.piece;
  }
}

/// The next edge of a term in one direction, and whether its cursor rises there; nullopt: none before infinity.
template <Scalar T>
struct Edge {
  Point<T> at;
  bool rises;
};
template <Scalar T>
[[nodiscard]] constexpr std::optional<Edge<T>> next_edge(const Term<T>& t, Toward side) {
  const int along = side == Toward::above ? sign(turn(t)) : -sign(turn(t));
  if (along == 0 || (along > 0 ? t.piece + 1 == t.schedule.size() : t.piece == 0)) return std::nullopt;
  const bool rises = along > 0;
  const Line<T> g = gap(t, rises ? t.piece + 1 : t.piece);
  const int slope = sign(g.b);
  if (slope == 0 || (slope > 0) != (rises == (side == Toward::above))) return std::nullopt;  // it lies behind, or nowhere
  if (slope > 0) return Edge<T>{{T(-g.a), g.b}, rises};
  return Edge<T>{{g.a, T(-g.b)}, rises};
}

/// -1, 0, 1: whether p lies below, on or above q. Points that the scalar cannot tell apart count as one, and are noted.
template <Scalar T>
[[nodiscard]] constexpr int compare(const Point<T>& p, const Point<T>& q, Doubt& doubt) {
  const T same = T(p.d - q.d);
  if (sign(same) == 0 && sign_is_certain(same)) return decide(T(p.n - q.n), doubt);
  return decide(T(T(p.n * q.d) - T(q.n * p.d)), doubt);
}

/// Moves over the next tier edge (all terms that have it) and returns it; nullopt: the domain's end comes first.
///
/// Two edges that cannot be told apart are passed as one. Where f is continuous that does no harm: f has one certain sign
/// before and behind both, or the signs there are noted as open. Where it may jump, the order itself is noted as open.
template <Scalar T>
constexpr std::optional<Point<T>> next(Slice<T>& f, Toward side) {
  Doubt order_doubt;
  std::optional<Point<T>> nearest;
  std::size_t first = 0;
  bool first_rises = false;
  for (std::size_t i = 0; i < f.terms.size(); ++i) {
    const std::optional<Edge<T>> e = next_edge(f.terms[i], side);
    if (!e) continue;
    if (nearest) {
      const int order = compare(e->at, *nearest, order_doubt);
      if (side == Toward::above ? order >= 0 : order <= 0) continue;
    }
    nearest = e->at;
    first = i;
    first_rises = e->rises;
  }
  if (!nearest) return std::nullopt;
  const std::optional<Point<T>>& end = side == Toward::above ? f.domain.high : f.domain.low;
  if (end) {
    const int order = compare(*nearest, *end, f.doubt);
    if (side == Toward::above ? order >= 0 : order <= 0) return std::nullopt;
  }
  for (std::size_t i = 0; i < f.terms.size(); ++i) {
    bool rises = first_rises;
    if (i != first) {
      const std::optional<Edge<T>> e = next_edge(f.terms[i], side);
      if (!e || compare(e->at, *nearest, order_doubt) != 0) continue;
      rises = e->rises;
    }
    rises ? ++f.terms[i].piece : --f.terms[i].piece;
  }
  f.doubt.finite = f.doubt.finite && order_doubt.finite;
  f.doubt.certain = f.doubt.certain && order_doubt.finite && (order_doubt.certain || f.continuous);
  return nearest;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
