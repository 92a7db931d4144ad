// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/ball.hpp"
#include "loadline/piecewise/roots.hpp"
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

/// Scratch memory of one thread for one wallet, allocated once; see Workspace.
template <Scalar T>
struct Scratch {
  using W = Working<T>;

  const void* owner;  ///< whose legs it was made for
  std::vector<Piece<W>> pieces;
  std::vector<Term<W>> terms;
  std::array<std::vector<Root<W>>, test_count> roots;  ///< by test
  std::vector<TestRoot<T>> found;
  std::vector<T> value, partial;        ///< by slot
  std::vector<const Cell<T>*> cell;     ///< by slot
  std::vector<Lines<W>> before, after;  ///< by slot: what the keys below and above it contribute while they stand still

  explicit Scratch(const Lowered<T>& account) : owner(account.legs.data()) {
    pieces.assign(account.rows.size(), Piece<W>{W(0), W(0), W(0)});
    std::size_t edges = 0;
    for (const Leg<T>& leg : account.legs) {
      write_schedule<W>(account.table(leg), std::span(pieces).subspan(leg.first_row, leg.rows));
      edges += leg.rows - 1;
    }
    terms.reserve(account.legs.size());
    const Root<W> none{{W(0), W(1)}, 0, 0, false};
    roots[static_cast<std::size_t>(Test::requirement)].assign(2 * edges + 1, none);
    roots[static_cast<std::size_t>(Test::equity)].assign(1, none);
    found.assign(2 * edges + 2, TestRoot<T>{T(0), RootKind::cross, Test::requirement});
    value.assign(account.profiles.size(), T(0));
    partial.assign(account.profiles.size(), T(0));
    cell.assign(account.profiles.size(), nullptr);
    before.assign(account.profiles.size() + 1, Lines<W>{{W(0), W(0)}, {W(0), W(0)}});
    after = before;
  }

  [[nodiscard]] bool fits(const Lowered<T>& account) const noexcept {
    return owner == account.legs.data() && pieces.size() == account.rows.size() && cell.size() == account.profiles.size();
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
