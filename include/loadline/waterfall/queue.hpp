// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/deleveraging.hpp"
#include "loadline/waterfall/selection.hpp"

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

}  // namespace detail

/// The highest score is closed first and whole, until the need is met; the last one in part.
///
/// @f[ x_{(k)} = \min\Big(c_{(k)},\ Q - \sum_{j<k} x_{(j)}\Big), \qquad s_{(1)} \ge s_{(2)} \ge \dots @f]
/// Equal scores go by id, the lower first. Losers are not left out: their scores put them last.
/// @par Units    base units; scores have none
/// @par Shape    needs the column of scores
/// @par Rounding that of the scalar; the sum is the need
/// @par Errors   MISSING_FIELD (COUNTERPARTY: no scores), BAD_NUMBER (SCORE: one of somebody who may be taken, `index`), OVERFLOW (SIZE: what is available
///               adds up to more than the scalar holds), those of check
/// @par Cost     O(candidates) expected: one pass between two scores that a sample guesses, then selection among those between them, not sorting. No
///               allocation
/// @par Source   testnet.bitmex.com/app/autoDeleveragingExamples; Binance FAQ 360033525471; docs/explanation/deleveraging.md
struct AdlQueue {
  template <Scalar T>
  [[nodiscard]] Result<Allocation<T>> allocate(const Deleverage<T>& d, const Candidates<T>& candidates, DeleveragingWorkspace<T>& workspace,
                                               std::span<T> out) const {
    if (const auto e = check<T>(d, candidates, workspace, out)) return *e;
    const std::span<const T> scores = candidates.columns().scores;
    const std::span<const std::uint64_t> ids = candidates.columns().ids;
    const std::size_t n = candidates.size();
    out = out.first(n);
    if (scores.size() != n) return Error{Errc::missing_field, Field::counterparty};
    Allocation<T> a{T(0), T(0), 0, 0, 0};
    T left = d.need;
    std::span<std::uint32_t> order = workspace.order();
    bool many = false;
    if constexpr (std::same_as<T, double>) many = n >= DeleveragingWorkspace<T>::many;
    if (const auto e = many ? among_many(left, d, candidates, workspace, order, out, a) : among_all(d, candidates, order, out, a)) return *e;
    if (!is_finite(a.placed)) return Error{Errc::overflow, Field::size};
    if (!(d.need < a.placed)) {
      a.unplaced = T(d.need - a.placed);
      a.touched = a.eligible;
      return a;
    }
    a.placed = d.need;
    const std::size_t whole = detail::whole_ones(order, left, detail::QueueOrder<T>{scores, ids}, [&](std::uint32_t i) { return out[i]; });
    a.touched += whole;
    if (whole == order.size()) return a;
    const std::uint32_t last = order[whole];
    const T most = out[last];
    for (const std::uint32_t i : order.subspan(whole)) out[i] = T(0);
    if (!(T(0) < left)) return a;
    out[last] = left < most ? left : most;
    ++a.touched;
    return a;
  }

 private:
  /// Writes what is available to `out`, its sum to `counted`, those who have something to `order`.
  template <Scalar T>
  [[nodiscard]] static std::optional<Error> among_all(const Deleverage<T>& d, const Candidates<T>& candidates, std::span<std::uint32_t>& order,
                                                      std::span<T> out, Allocation<T>& counted) {
    counted = all_available(d, candidates, out);
    std::size_t count = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (!(T(0) < out[i])) continue;
      if (!is_finite(candidates.columns().scores[i])) return Error{Errc::bad_number, Field::score, static_cast<std::uint32_t>(i)};
      order[count++] = static_cast<std::uint32_t>(i);
    }
    order = order.first(count);
    return std::nullopt;
  }
  /// The same, but to `order` only those among whom the need ends. Who stands before them gives up all he has, and it is taken off the need; who stands
  /// behind them, nothing.
  template <Scalar T>
  [[nodiscard]] static std::optional<Error> among_many(T& need, const Deleverage<T>& d, const Candidates<T>& candidates, DeleveragingWorkspace<T>& workspace,
                                                       std::span<std::uint32_t>& order, std::span<T> out, Allocation<T>& counted) {
    if constexpr (std::same_as<T, double>) {
      const std::span<const double> scores = candidates.columns().scores;
      const double transfer = transfer_per_unit(d);
      const auto available = [&](std::size_t i) { return candidates.available(d, transfer, i); };
      const detail::KeyRange guess = detail::guessed_range(
          out.size(), need, [&](std::size_t i) { return scores[i]; }, available);
      detail::Undecided within{order, workspace.numbers(), workspace.weights()};
      detail::RangeSums sums = detail::split_by(guess, d, candidates, within, out, counted);
      if (sums.some_key_is_no_number)
        for (std::size_t i = 0; i < out.size(); ++i)
          if (!is_finite(scores[i]) && 0 < available(i)) return Error{Errc::bad_number, Field::score, static_cast<std::uint32_t>(i)};
      if (need < sums.before || !(need < sums.reached)) {  // a miss, or there is too little
        counted = {0, 0, 0, 0, 0};
        sums = detail::split_by({}, d, candidates, within, out, counted);
      }
      counted.touched = sums.touched;
      order = order.first(sums.inside);
      if (!(d.need < counted.placed)) return std::nullopt;
      need -= sums.before;
      within.keep(sums.inside);
      counted.touched += detail::narrow(within, need, out);
      if (std::all_of(within.keys.begin(), within.keys.end(), [&](double key) { return key == within.keys[0]; })) {
        // The lower id is the larger key. Ids that are equal as doubles stay together.
        for (std::size_t j = 0; j < within.order.size(); ++j) within.keys[j] = -static_cast<double>(candidates.columns().ids[within.order[j]]);
        counted.touched += detail::narrow(within, need, out);
      }
      order = within.order;
    }
    return std::nullopt;
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
