// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/core/scalar.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

/// @file
/// Who on the other side gives up how much: the place of auto-deleveraging in a waterfall, and its simplest policy.

namespace loadline {
inline namespace v1 {

/// A position on the other side of a contract.
template <Scalar T>
struct Counterparty {
  std::uint64_t id;
  T size;    ///< base units, long > 0
  T equity;  ///< of its account, at the marks
};

inline namespace LOADLINE_FLAGS {

/// `allocate(need, candidates, out)` writes how many base units each candidate gives up and returns their sum.
///
///  - 0 <= out[i] <= |candidates[i].size|, out[i] = 0 for candidates on the side of the liquidated account
///  - the sum is min(need, what the candidates have); what is missing is unplaced
/// `liquidated` is 1 where a long position is being closed, -1 where a short one is.
template <class A, class T>
concept Deleveraging = Scalar<T> && requires(const A& a, const T& need, int liquidated, std::span<const Counterparty<T>> candidates, std::span<T> out) {
  { a.allocate(need, liquidated, candidates, out) } -> std::same_as<T>;
};

/// Every contract of the other side is closed in the same proportion.
///
/// @f[ x_j = Q \frac{q_j}{\sum_i q_i} @f]
/// @par Units    base units
/// @par Shape    out: as many places as candidates
/// @par Rounding that of the scalar; the last one takes up what the others' rounding left, so that the sum is the need
/// @par Errors   total
/// @par Cost     O(candidates), no allocation
/// @par Source   docs/explanation/waterfall.md
struct ContractsProRata {
  template <Scalar T>
  [[nodiscard]] constexpr T allocate(const T& need, int liquidated, std::span<const Counterparty<T>> candidates, std::span<T> out) const {
    LOADLINE_ASSERT(candidates.size() <= out.size());
    const auto held = [liquidated](const Counterparty<T>& c) {
      const T other = liquidated > 0 ? T(-c.size) : c.size;
      return T(0) < other ? other : T(0);
    };
    T sum = T(0);
    for (const Counterparty<T>& c : candidates) sum += held(c);
    const bool all = !(need < sum);
    T left = all ? sum : need;
    const T placed = left;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const T has = held(candidates[i]);
      T x = all ? has : T(need * T(has / sum));
      if (has < x) x = has;
      if (left < x) x = left;
      left -= x;
      out[i] = x;
    }
    for (std::size_t i = candidates.size(); i-- > 0 && T(0) < left;) {  // what rounding left
      const T room = T(held(candidates[i]) - out[i]), more = room < left ? room : left;
      out[i] += more;
      left -= more;
    }
    return T(placed - left);
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
