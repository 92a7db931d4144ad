// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/portfolio.hpp"

/// @file
/// The line in the plane of two prices along which an account dies, with its exact corners.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// Where the first key's price fails while the second stands at `y`.
/// @par Units    numeraire per base unit
/// @par Shape    none
/// @par Rounding that of T
/// @par Errors   none; a side without a price says so
/// @par Cost     none
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
struct FrontierVertex {
  Price<T> y;
  Bounds<T> x;
};

/// Whether the frontier of two keys has exact corners: only the requirement is tested, every key is plain and its excess concave in it,
/// both keys are held.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none; false where nothing depends on one of the keys, or x is y
/// @par Cost     O(1)
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
[[nodiscard]] bool has_exact_frontier(const Portfolio<T>& portfolio, KeyId x, KeyId y) {
  const Lowered<T>& account = portfolio.lowered();
  return account.simple && !(x == y) && account.slot_of(x) != no_index && account.slot_of(y) != no_index;
}

/// The corners of the frontier for y from `low` to `high`, ascending: between two of them it is a straight line.
///
/// What two plain keys contribute does not mix: f(x, y) = rest + g(x) + h(y), each a line on each of its cells. So f is affine
/// on axis-parallel rectangles, and the curve f = 0 turns only on their sides: where y passes an edge of h, and where x passes
/// an edge of g, or the mark of x, which ends the range of y in which the account lives.
/// @pre has_exact_frontier(portfolio, x, y), low <= high
/// @par Units    numeraire per base unit
/// @par Shape    `low` and `high` are corners, one where they are equal; the mark of y is not looked at
/// @par Rounding that of T; exact in rationals
/// @par Errors   none; a side without a price says so
/// @par Cost     O((edges of x) * (cells of y) log) and a plain search a corner; allocates
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
[[nodiscard]] std::vector<FrontierVertex<T>> frontier(const Portfolio<T>& portfolio, Marks<T> marks, KeyId x, KeyId y, Price<T> low, Price<T> high) {
  LOADLINE_ASSERT(has_exact_frontier(portfolio, x, y) && !(high < low));
  const Lowered<T>& account = portfolio.lowered();
  const Profiles<T>& f = account.of(Function::requirement);
  const KeyCells &kx = f.keys[account.slot_of(x)], &ky = f.keys[account.slot_of(y)];
  const Profile<T> g = profile(f, kx), h = profile(f, ky);
  T rest = f.fixed;
  for (const KeyCells& k : f.keys)
    if (k.key != x.index && k.key != y.index) rest += cell_value(f, k, marks);
  const auto value_of = [](Profile<T> cells, const T& s) { return at(cell_of(cells, s)->line, s); };

  std::vector<T> corners{low.raw(), high.raw()};
  const auto add = [&](const T& s) {
    if (low.raw() < s && s < high.raw()) corners.push_back(s);
  };
  for (std::size_t i = 0; i + 1 < h.size(); ++i) add(h[i].to);
  const auto add_roots = [&](const T& at_x) {  // where f(at_x, y) = 0
    const T v = T(rest + value_of(g, at_x));
    for (std::size_t i = 0; i < h.size(); ++i) {
      if (h[i].line.b == T(0)) continue;
      const T s = root(Line<T>{T(v + h[i].line.a), h[i].line.b});
      if ((i == 0 || h[i - 1].to < s) && (i + 1 == h.size() || !(h[i].to < s))) add(s);
    }
  };
  for (std::size_t i = 0; i + 1 < g.size(); ++i) add_roots(g[i].to);
  const T& mark = marks[x.index].raw();
  add_roots(mark);
  std::sort(corners.begin(), corners.end());
  corners.erase(std::unique(corners.begin(), corners.end()), corners.end());

  std::vector<FrontierVertex<T>> out;
  out.reserve(corners.size());
  for (const T& s : corners) {
    const Standing<T> standing{&f, &kx, cell_of(g, mark), mark, T(rest + value_of(h, s))};
    const LiquidateWhen when = account.pool.rule.when;
    out.push_back({Price<T>(s), {search(standing, when, Toward::below, true, true), search(standing, when, Toward::above, true, true)}});
  }
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
