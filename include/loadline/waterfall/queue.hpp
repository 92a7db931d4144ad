// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/deleveraging.hpp"

#include <bit>

/// @file
/// The queue: the highest score first, whole positions, the last one in part.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

namespace detail {

/// The order of the queue: by score, then by id.
template <Scalar T>
struct QueueOrder {
  std::span<const T> scores;
  std::span<const std::uint64_t> ids;
  [[nodiscard]] constexpr bool operator()(std::uint32_t a, std::uint32_t b) const {
    if (scores[b] < scores[a]) return true;
    return !(scores[a] < scores[b]) && ids[a] < ids[b];
  }
};

/// Moves to the front of `order` those whose units, taken from the front, do not exceed `need`; tells how many, and how much of the need is left.
///
/// A position that would exceed it comes next. Halves the range by std::nth_element and keeps the half in which the need ends.
template <Scalar T, class Before, class Units>
[[nodiscard]] std::size_t whole_ones(std::span<std::uint32_t> order, T& need, const Before& before, const Units& units) {
  std::size_t first = 0, last = order.size();
  while (first < last) {
    const std::size_t middle = first + (last - first) / 2;
    const auto at = [&](std::size_t i) { return order.begin() + static_cast<std::ptrdiff_t>(i); };
    std::nth_element(at(first), at(middle), at(last), before);
    T sum = T(0);
    for (std::size_t i = first; i <= middle; ++i) sum += units(order[i]);
    if (need < sum) {
      last = middle;
    } else {
      need -= sum;
      first = middle + 1;
    }
  }
  return first;
}

/// The high bits of a whole number in the order of the doubles, and the least double that has them. 2^16 of them.
[[nodiscard]] constexpr std::size_t bucket(double x) noexcept {
  const auto bits = std::bit_cast<std::uint64_t>(x + 0.0);  // minus zero is zero
  const auto flip = static_cast<std::uint64_t>(std::bit_cast<std::int64_t>(bits) >> 63) | (std::uint64_t{1} << 63);
  return static_cast<std::size_t>((bits ^ flip) >> 48);
}
[[nodiscard]] constexpr double bucket_begin(std::size_t place) noexcept {
  const std::uint64_t ordered = std::uint64_t{place} << 48;
  return std::bit_cast<double>(ordered >> 63 ? ordered ^ (std::uint64_t{1} << 63) : ~ordered);
}

/// x or zero, without a branch.
[[nodiscard]] constexpr double only_if(bool so, double x) noexcept {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & (std::uint64_t{0} - static_cast<std::uint64_t>(so)));
}

}  // namespace detail

/// The highest score is closed first and whole, until the need is met; the last one in part.
///
/// @f[ x_{(k)} = \min\Big(c_{(k)},\ Q - \sum_{j<k} x_{(j)}\Big), \qquad s_{(1)} \ge s_{(2)} \ge \dots @f]
/// Equal scores go by id, the lower first. Losers are not left out: their scores put them last.
/// @par Units    base units; scores have none
/// @par Shape    needs the column of scores
/// @par Rounding that of the scalar; the sum is the need
/// @par Errors   MISSING_FIELD (COUNTERPARTY: no scores), BAD_NUMBER (SCORE: one of somebody who may be taken, `index`), those of check
/// @par Cost     O(candidates): weighted selection, not sorting; doubles by a histogram of their order first. No allocation
/// @par Source   testnet.bitmex.com/app/autoDeleveragingExamples; Binance FAQ 360033525471; docs/explanation/deleveraging.md
struct AdlQueue {
  template <Scalar T>
  [[nodiscard]] Result<Allocation<T>> allocate(const Deleverage<T>& d, const Candidates<T>& candidates, DeleveragingWorkspace<T>& workspace,
                                               std::span<T> out) const {
    if (const auto e = check<T>(d, candidates, workspace, out)) return *e;
    const std::span<const T> scores = candidates.columns().scores;
    const std::size_t n = candidates.size();
    out = out.first(n);
    if (scores.size() != n) return Error{Errc::missing_field, Field::counterparty};
    const std::span<T> sums = n < DeleveragingWorkspace<T>::many ? std::span<T>() : workspace.sums();
    std::fill(sums.begin(), sums.end(), T(0));
    bool unscored = false;
    Allocation<T> a = all_available(d, candidates, out, [&](std::size_t i, const T& units) {
      unscored |= !is_finite(scores[i]) & (T(0) < units);
      if constexpr (std::same_as<T, double>)
        if (!sums.empty()) sums[detail::bucket(scores[i])] += units;
    });
    if (unscored)
      for (std::size_t i = 0; i < n; ++i)
        if (!is_finite(scores[i]) && T(0) < out[i]) return Error{Errc::bad_number, Field::score, static_cast<std::uint32_t>(i)};
    if (!(d.need < a.placed)) {
      a.unplaced = T(d.need - a.placed);
      a.touched = a.eligible;
      return a;
    }
    a.placed = T(0);
    T left = d.need;
    const std::span<std::uint32_t> order = undecided<T>(left, scores, sums, workspace.order(), out, a);
    const std::size_t whole = detail::whole_ones(order, left, detail::QueueOrder<T>{scores, candidates.columns().ids}, [&](std::uint32_t i) { return out[i]; });
    for (const std::uint32_t i : order.first(whole)) a.placed += out[i];
    a.touched += whole;
    if (d.need < a.placed) a.placed = d.need;  // by rounding
    if (whole == order.size()) return a;
    // The one in part takes what the others, added up as they are, leave of the need.
    const std::uint32_t last = order[whole];
    const T rest = T(d.need - a.placed), most = out[last];
    for (const std::uint32_t i : order.subspan(whole)) out[i] = T(0);
    if (!(T(0) < rest)) return a;
    const bool all = !(most < rest);
    out[last] = all ? rest : most;
    a.placed = all ? d.need : T(a.placed + most);
    ++a.touched;
    return a;
  }

 private:
  /// Those among whom the need ends: all, or of many doubles those in one bucket of the histogram. Who stands behind it gives up nothing. Those before it
  /// give up all they have: it is counted, and taken off the need.
  template <Scalar T>
  [[nodiscard]] static std::span<std::uint32_t> undecided(T& need, std::span<const T> scores, std::span<const T> sums, std::span<std::uint32_t> order,
                                                          std::span<T> out, Allocation<T>& counted) {
    std::size_t count = 0;
    if constexpr (std::same_as<T, double>) {
      if (!sums.empty()) {
        std::size_t end = sums.size() - 1;
        for (; end > 0 && !(need < sums[end]); --end) need -= sums[end];
        const double first = detail::bucket_begin(end), behind = detail::bucket_begin(end + 1);
        for (std::size_t i = 0; i < out.size(); ++i) {
          // No branches: on which side of the two somebody is, is anybody's guess.
          const double units = detail::only_if(first <= scores[i], out[i]), before = detail::only_if(behind <= scores[i], units);
          out[i] = units;
          order[count] = static_cast<std::uint32_t>(i);
          count += static_cast<std::size_t>(before < units);
          counted.placed += before;
          counted.touched += static_cast<std::size_t>(0 < before);
        }
        return order.first(count);
      }
    }
    for (std::size_t i = 0; i < out.size(); ++i)
      if (T(0) < out[i]) order[count++] = static_cast<std::uint32_t>(i);
    return order.first(count);
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
