// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/isolate.hpp"
#include "loadline/piecewise/order.hpp"
#include "loadline/piecewise/roots.hpp"

/// @file
/// The normal form along a path on which amounts and units are polynomials, and all its roots.

namespace loadline {
inline namespace v1 {

/// weight * unit(s) * S( amount(s) / unit(s) ), with amount and unit polynomials, unit > 0 on the path.
template <Scalar T>
struct CurveTerm {
  T weight;
  Polynomial<T> amount, unit;
  Schedule<T> schedule;
};

/// f = base + sum of terms along one path, all times one common positive denominator: f is known by its sign.
template <Scalar T>
struct Curve {
  Polynomial<T> base;
  std::span<const CurveTerm<T>> terms;
  Domain<T> domain;
  bool continuous = false;  ///< known to have no jumps: then edges, or a root and an edge, that cannot be told apart may count as one
  Doubt doubt = {};
};

/// All roots of one curve in ascending order, and the sign below the first of them.
template <Scalar T>
struct CurveRoots {
  std::vector<Root<Algebraic<T>>> roots;
  std::int8_t first = 0;

  [[nodiscard]] Roots<Algebraic<T>> view() const noexcept { return {roots, first}; }
};

inline namespace LOADLINE_FLAGS {
namespace detail {

/// The gaps above the tier edges of all terms, term by term: amount - from * unit.
template <Scalar T>
[[nodiscard]] std::vector<Polynomial<T>> gaps(const Curve<T>& f) {
  std::vector<Polynomial<T>> out;
  for (const CurveTerm<T>& t : f.terms)
    for (std::size_t i = 1; i < t.schedule.size(); ++i) out.push_back(difference<T>(t.amount, t.schedule[i].from, t.unit));
  return out;
}

/// Makes one number of several that cannot be told apart.
template <Scalar T>
void widen(Algebraic<T>& a, const Algebraic<T>& b) {
  if (a.exact() && b.exact() && a.low == b.low) return;
  a = {std::move(a.polynomial), a.low < b.low ? a.low : b.low, a.high < b.high ? b.high : a.high, 0, false};
}

/// Whether the scalar cannot tell a root from an end of the domain, where it does not count: a price of zero. A ball knows
/// its signs at an end that is exact; where nothing tells how far a value is off, a root that comes that near is on the end.
template <Scalar T>
[[nodiscard]] bool on_end(const Algebraic<T>& r, const Domain<T>& domain) {
  if (ScalarTraits<T>::exact) return false;
  const auto on = [&](const std::optional<Point<T>>& end) {
    if (!end) return false;
    const T x = T(end->n / end->d), at = point(x), near = T(magnitude(at) * T(unit_roundoff<T>() * T(1'024)));
    if (!r.resolved && !(at < r.low) && !(r.high < at)) return true;
    if (ScalarTraits<T>::encloses && x == at) return false;
    if (!ScalarTraits<T>::encloses) polish(r);
    return !(near < magnitude(T(r.low - at))) && !(near < magnitude(T(r.high - at)));
  };
  return on(domain.low) || on(domain.high);
}

/// The edges inside the domain, ascending, each once; those that cannot be told apart count as one, as in a Slice.
template <Scalar T>
[[nodiscard]] std::vector<Algebraic<T>> edges(const std::vector<Polynomial<T>>& gaps, Curve<T>& f) {
  std::vector<Algebraic<T>> out;
  Doubt order;
  for (const Polynomial<T>& gap : gaps) {
    for (Algebraic<T>& e : isolate_quietly(gap, f.domain, f.doubt)) {
      if (on_end(e, f.domain)) {
        f.doubt.certain = false;
        continue;
      }
      if (!e.resolved) order.certain = false;
      std::size_t i = out.size();
      int side = 1;
      Doubt equal;
      while (i > 0 && (side = compare(e, out[i - 1], equal)) < 0) --i;  // no std::sort: what cannot be told apart has no strict order
      if (i > 0 && side == 0) {
        if (!equal.certain) widen(out[i - 1], e);
        order.certain = order.certain && equal.certain;
      } else {
        out.insert(out.begin() + static_cast<std::ptrdiff_t>(i), std::move(e));
      }
    }
  }
  f.doubt.certain = f.doubt.certain && (order.certain || f.continuous);
  return out;
}

/// A point strictly between two numbers; null: infinity.
template <Scalar T>
[[nodiscard]] T point_between(const Algebraic<T>* a, const Algebraic<T>* b) {
  if (!a && !b) return T(0);
  if (!a) return point(T(b->low - T(T(1) + magnitude(b->low))));
  if (!b) return point(T(a->high + T(T(1) + magnitude(a->high))));
  while (!(a->high < b->low)) {
    const bool moved = refine(*a);
    if (!refine(*b) && !moved) break;
  }
  return part_way(a->high, b->low, 4);
}

/// f on the cell that holds s.
template <Scalar T>
[[nodiscard]] Polynomial<T> piece(Curve<T>& f, const std::vector<Polynomial<T>>& gaps, const T& s) {
  Polynomial<T> out = f.base;
  std::size_t gap = 0;
  for (const CurveTerm<T>& t : f.terms) {
    std::size_t i = 0;
    while (i + 1 < t.schedule.size() && decide(value(gaps[gap + i], s), f.doubt) > 0) ++i;
    gap += t.schedule.size() - 1;
    add<T>(out, T(t.weight * t.schedule[i].slope), t.amount);
    add<T>(out, T(t.weight * t.schedule[i].offset), t.unit);
  }
  trim(out);
  return out;
}

/// An end of a cell: a tier edge, or an end of the domain, where a root does not count; null: infinity.
template <Scalar T>
struct Fence {
  const Algebraic<T>* at;
  bool edge;
};

/// f between two fences: its roots strictly inside, what cannot be told from an edge, and the signs in between.
template <Scalar T>
struct CurveCell {
  Polynomial<T> f;
  std::vector<Algebraic<T>> inside, on_low, on_high;
  std::vector<int> signs;  ///< below root i; the last: above all
};
template <Scalar T>
[[nodiscard]] CurveCell<T> cell(Curve<T>& f, const std::vector<Polynomial<T>>& gaps, Fence<T> low, Fence<T> high) {
  const T sample = point_between(low.at, high.at);
  CurveCell<T> c{piece(f, gaps, sample), {}, {}, {}, {}};
  Domain<T> range = f.domain;
  if (low.edge) range.low = Point<T>{low.at->low, T(1)};
  if (high.edge) range.high = Point<T>{high.at->high, T(1)};
  for (const Algebraic<T>& r : isolate_quietly(c.f, range, f.doubt)) {
    Doubt ignored;  // the edge itself is looked at later
    const int from_low = low.edge ? compare(r, *low.at, ignored) : 1, from_high = high.edge ? compare(r, *high.at, ignored) : -1;
    if (from_low == 0) c.on_low.push_back(r);
    if (from_high == 0) c.on_high.push_back(r);
    if (!(from_low > 0) || !(from_high < 0)) continue;
    if (on_end(r, f.domain)) {
      f.doubt.certain = false;
      continue;
    }
    f.doubt.certain = f.doubt.certain && r.resolved;
    c.inside.push_back(r);
  }
  // At the ends of such a root f has a certain sign. In exact scalars its polynomial need not be f, and there is always room.
  const auto own = [](const Algebraic<T>& r) { return !ScalarTraits<T>::exact && r.resolved && !r.exact(); };
  const std::size_t count = c.inside.size();
  for (std::size_t i = 0; i <= count; ++i) {
    const Algebraic<T>*below = i > 0 ? &c.inside[i - 1] : low.at, *above = i < count ? &c.inside[i] : high.at;
    const T s = count == 0 ? sample : i > 0 && own(*below) ? below->high : i < count && own(*above) ? above->low : point_between(below, above);
    c.signs.push_back(c.f.empty() ? 0 : decide(value(c.f, s), f.doubt));
  }
  return c;
}

/// A zero on an edge: derivatives that are not the edge's, but those of the root of f below it, or above it where f is level
/// there; see root_on_edge.
template <Scalar T>
void lift_on_edge(Algebraic<T>& at, const Polynomial<T>& below, const Polynomial<T>& above) {
  if constexpr (DualScalar<T>) {
    const T x = point(located(at));
    if (at.resolved) at.low = at.high = x;
    const auto level = [&x](const Polynomial<T>& p) { return value(derivative(p), x) == T(0); };
    at.polynomial = level(below) && !level(above) ? above : below;
  } else {
    static_cast<void>(at), static_cast<void>(below), static_cast<void>(above);
  }
}

/// What happens at the edge e between two cells; nullopt: nothing.
///
/// Where f is continuous, one side tells for both: a certain sign on either is that of f. And if f changes sign from
/// cell to cell it is zero at the edge, or as near to it as the scalar sees.
template <Scalar T>
[[nodiscard]] std::optional<Root<Algebraic<T>>> event(Curve<T>& f, const Algebraic<T>& e, const CurveCell<T>& below, const CurveCell<T>& above) {
  Doubt of_left, of_right;
  const int left = sign_of(below.f, e, of_left), right = sign_of(above.f, e, of_right);
  const int from = below.signs.back(), to = above.signs.front();
  Root<Algebraic<T>> root{e, static_cast<std::int8_t>(from), static_cast<std::int8_t>(to), left == 0 && right == 0};
  f.doubt.finite = f.doubt.finite && of_left.finite && of_right.finite;
  if (!f.continuous || ScalarTraits<T>::exact) {
    f.doubt.certain = f.doubt.certain && of_left.certain && of_right.certain;
    if (left == right && left != 0 && from == to) return std::nullopt;
    if (root.zero) lift_on_edge(root.at, below.f, above.f);
    return root;
  }
  if ((left != 0 || right != 0) && from == to) return std::nullopt;
  root.zero = true;
  lift_on_edge(root.at, below.f, above.f);
  if ((left == 0 && of_left.certain) || (right == 0 && of_right.certain)) return root;
  f.doubt.certain = f.doubt.certain && from * to < 0;
  for (const Algebraic<T>& r : below.on_high) widen(root.at, r);
  for (const Algebraic<T>& r : above.on_low) widen(root.at, r);
  return root;
}

}  // namespace detail

/// Every root of f on its open domain, in ascending order: those inside the cells, and the events at tier edges.
///
/// The meaning of an event is that of all_roots on a Slice: both sides zero is a zero, one sign on both sides and no zero
/// is nothing, all else is a jump. In a scalar that rounds, a root that cannot be told from an edge lies on it.
/// @par Units    s: the parameter of the path
/// @par Shape    each schedule has at least one piece
/// @par Rounding none in an exact scalar; else `f.doubt` tells whether every sign and every order was beyond doubt
/// @par Errors   total
/// @par Cost     O(edges * terms) polynomials, an isolation each; allocates
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
[[nodiscard]] CurveRoots<T> all_roots(Curve<T>& f) {
  const std::vector<Polynomial<T>> gaps = detail::gaps(f);
  const std::vector<Algebraic<T>> edges = detail::edges(gaps, f);
  std::optional<Algebraic<T>> low, high;
  if (f.domain.low) low = exactly(T(f.domain.low->n / f.domain.low->d));
  if (f.domain.high) high = exactly(T(f.domain.high->n / f.domain.high->d));
  CurveRoots<T> found;
  std::optional<detail::CurveCell<T>> before;
  for (std::size_t i = 0; i <= edges.size(); ++i) {
    const detail::Fence<T> from = i > 0 ? detail::Fence<T>{&edges[i - 1], true} : detail::Fence<T>{low ? &*low : nullptr, false};
    const detail::Fence<T> to = i < edges.size() ? detail::Fence<T>{&edges[i], true} : detail::Fence<T>{high ? &*high : nullptr, false};
    detail::CurveCell<T> cell = detail::cell(f, gaps, from, to);
    if (!before)
      found.first = static_cast<std::int8_t>(cell.signs.front());
    else if (std::optional<Root<Algebraic<T>>> event = detail::event(f, *from.at, *before, cell))
      found.roots.push_back(std::move(*event));
    for (std::size_t r = 0; r < cell.inside.size(); ++r)
      found.roots.push_back({cell.inside[r], static_cast<std::int8_t>(cell.signs[r]), static_cast<std::int8_t>(cell.signs[r + 1]), true});
    before = std::move(cell);
  }
  return found;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
