// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/ball.hpp"
#include "loadline/piecewise/curve.hpp"
#include "loadline/portfolio/answer.hpp"
#include "loadline/portfolio/lowered.hpp"

#include <array>
#include <cstddef>
#include <vector>

/// @file
/// Room for the queries that return more than a number.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// Scratch memory of one thread for one pool, allocated once; see Workspace.
template <Scalar T>
struct Scratch {
  using W = Working<T>;
  template <class P>
  using RootLists = std::array<std::vector<Root<P>>, function_count>;

  const void* owner;  ///< whose parts it was made for
  std::vector<Term<W>> terms;
  RootLists<Point<W>> roots;  ///< by function
  std::vector<TestRoot<T>> found;
  std::vector<T> value, partial;                     ///< by slot
  std::vector<const Cell<T>*> cell;                  ///< by slot
  std::vector<SharedTerm<T>> shared;                 ///< what moves with one key and others
  std::vector<Sums<W>> before, after;                ///< by slot: what the keys below and above it contribute while they stand still
  std::vector<W> price;                              ///< by slot: at the marks; on a route what stands still of it
  std::vector<Line<W>> factors;                      ///< of the route: what its prices are made of
  std::vector<W> betas;                              ///< by factor, of a joint route
  std::vector<std::uint32_t> factor_of;              ///< by slot; no_index: the price stands still
  std::vector<std::int32_t> exponents, denominator;  ///< by factor
  std::vector<std::uint32_t> moving;                 ///< the parts that the route moves
  std::vector<CurveTerm<W>> curves;                  ///< of class Q, which allocates
  RootLists<Algebraic<W>> points;

  explicit Scratch(const Lowered<T>& account) : owner(account.form.parts.data()) {
    const std::size_t slots = account.keys.size();
    std::size_t edges = 0, tiered = 0;
    for (const Part<W>& p : account.form.parts)
      if (p.pieces > 0) edges += p.pieces - 1, ++tiered;
    terms.reserve(tiered);
    const Root<Point<W>> none{{W(0), W(1)}, 0, 0, false};
    for (auto& list : roots) list.assign(2 * edges + 1, none);
    found.assign(test_count * (2 * edges + 1), TestRoot<T>{T(0), RootKind::cross, Test::requirement});
    value.assign(slots, T(0));
    partial.assign(slots, T(0));
    cell.assign(slots, nullptr);
    std::size_t loose = 0;
    for (const Profiles<T>& f : account.profiles) loose = f.loose.parts.size() < loose ? loose : f.loose.parts.size();
    shared.assign(loose, SharedTerm<T>{{T(0), T(0)}, {T(0), T(0)}, nullptr, nullptr, nullptr});
    before.assign(slots + 1, no_sums<W>());
    after = before;
    price.assign(slots, W(0));
    factor_of.assign(slots, no_index);
    factors.reserve(slots + 1);
    betas.reserve(slots + 1);
    exponents.reserve(slots + 1);
    denominator.reserve(slots + 1);
    moving.reserve(account.form.parts.size());
  }

  [[nodiscard]] bool fits(const Lowered<T>& account) const noexcept { return owner == account.form.parts.data() && cell.size() == account.keys.size(); }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
