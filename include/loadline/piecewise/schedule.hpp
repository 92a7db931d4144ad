// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/scalar.hpp"

#include <cstddef>
#include <span>

/// @file
/// A tier schedule: the piecewise affine function behind brackets, haircuts and loan tiers.

namespace loadline {
inline namespace v1 {

/// `slope * x + offset` for x above `from`, up to and including the next piece's `from`.
///
/// The first piece reaches down without end (a debt in a haircut); its `from` is not looked at.
template <Scalar T>
struct Piece {
  T from, slope, offset;
};

/// Pieces in ascending order of `from`. Continuous unless a venue's own numbers are not: then solvers report jumps.
template <Scalar T>
using Schedule = std::span<const Piece<T>>;

inline namespace LOADLINE_FLAGS {

/// Index of the piece that holds x; an edge belongs to the piece below it, as venues print it (floor < x <= cap).
/// @par Units    x: that of `from`
/// @par Shape    at least one piece
/// @par Rounding none
/// @par Errors   total
/// @par Cost O(pieces)
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
[[nodiscard]] constexpr std::size_t piece_of(Schedule<T> schedule, const T& x) {
  std::size_t i = 0;
  while (i + 1 < schedule.size() && schedule[i + 1].from < x) ++i;
  return i;
}

/// S(x).
template <Scalar T>
[[nodiscard]] constexpr T value(Schedule<T> schedule, const T& x) {
  const Piece<T>& p = schedule[piece_of(schedule, x)];
  return T(T(p.slope * x) + p.offset);
}

/// The offset that joins a piece to the one before it: offset' = offset - from (slope' - slope).
///
/// For brackets this is the deduction rule d_k = d_(k-1) + f_k (r_k - r_(k-1)) with offset = -d.
/// @par Units    those of the schedule
/// @par Shape    none
/// @par Rounding that of T
/// @par Errors   total
/// @par Cost     two products
/// @par Source  Binance USD-M FAQ (maintenance amount): 5,000,000 x (5 % - 2.5 %) + 16,300 = 141,300
template <Scalar T>
[[nodiscard]] constexpr T joining_offset(const Piece<T>& before, const T& from, const T& slope) {
  return T(before.offset - T(from * T(slope - before.slope)));
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
