// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/adl_light.hpp"

/// @file
/// How much of a deleveraging queue is in front: exactly where the others are known, a range where only a light is.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

/// How much of the queue is in front of one position, oneself included, as a share of all of it.
///
/// @f[ \frac{\sum_{j \le i} w_j}{\sum_j w_j} @f] over the queue in the order of AdlQueue.
/// @par Units    dimensionless, in (0, 1]
/// @par Shape    needs the column of scores; side 1 longs, -1 shorts
/// @par Rounding that of the scalar; never above 1
/// @par Errors   MISSING_FIELD (COUNTERPARTY: no scores), BAD_NUMBER (SCORE: of one in the queue, `index`), BAD_PARAMETER (COUNTERPARTY: the position is not in
///               the queue, `index`), OVERFLOW (SIZE: all of them together)
/// @par Cost     O(candidates), no allocation
/// @par Source   testnet.bitmex.com/app/autoDeleveragingExamples
template <Scalar T>
[[nodiscard]] Result<T> queue_share(const Candidates<T>& candidates, int side, const LightRule& rule, std::size_t own) {
  const std::span<const T> scores = candidates.columns().scores;
  if (scores.size() != candidates.size()) return Error{Errc::missing_field, Field::counterparty};
  if (!(own < scores.size()) || !(T(0) < queue_weight(candidates, side, rule, own)))
    return Error{Errc::bad_parameter, Field::counterparty, static_cast<std::uint32_t>(own)};
  const detail::QueueOrder<T> before{scores, candidates.columns().ids};
  T front = T(0), behind = T(0);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const T weight = queue_weight(candidates, side, rule, i);
    if (!(T(0) < weight)) continue;
    if (!is_finite(scores[i])) return Error{Errc::bad_number, Field::score, static_cast<std::uint32_t>(i)};
    (before(static_cast<std::uint32_t>(own), static_cast<std::uint32_t>(i)) ? behind : front) += weight;
  }
  const T total = T(front + behind);
  if (!is_finite(total)) return Error{Errc::overflow, Field::size};
  return T(front / total);
}

/// The same of every position of a side; zero for who is not in the queue. `workspace.order()` begins with the queue in its order, afterwards.
/// @par Units    dimensionless
/// @par Shape    `out` and the workspace have a place for each candidate
/// @par Rounding that of the scalar; the last is 1
/// @par Errors   those of fill_lights but LEVEL
/// @par Cost     O(candidates log candidates), no allocation
/// @par Source   as queue_share
template <Scalar T>
[[nodiscard]] Result<QueueCount<T>> fill_shares(const Candidates<T>& candidates, int side, const LightRule& rule, DeleveragingWorkspace<T>& workspace,
                                                std::span<T> out) {
  const std::span<const T> scores = candidates.columns().scores;
  const std::size_t n = candidates.size();
  if (workspace.size() < n || out.size() < n) return Error{Errc::bad_size, Field::counterparty};
  if (scores.size() != n) return Error{Errc::missing_field, Field::counterparty};
  const std::span<std::uint32_t> order = workspace.order();
  QueueCount<T> counted{T(0), 0, 0};
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = T(0);
    if (!(T(0) < queue_weight(candidates, side, rule, i))) {
      const T& size = candidates.columns().sizes[i];
      counted.excluded += side > 0 ? T(0) < size : size < T(0);
      continue;
    }
    if (!is_finite(scores[i])) return Error{Errc::bad_number, Field::score, static_cast<std::uint32_t>(i)};
    order[counted.queued++] = static_cast<std::uint32_t>(i);
  }
  const std::span<std::uint32_t> queue = order.first(counted.queued);
  std::sort(queue.begin(), queue.end(), detail::QueueOrder<T>{scores, candidates.columns().ids});
  for (const std::uint32_t i : queue) out[i] = counted.total += queue_weight(candidates, side, rule, i);
  if (!is_finite(counted.total)) return Error{Errc::overflow, Field::size};
  for (const std::uint32_t i : queue) out[i] = T(out[i] / counted.total);
  return counted;
}

/// From `least` on, up to `most`.
template <Scalar T>
struct QueueStretch {
  T least;
  T most;
};
/// The shares of the queue, oneself included, that a light of a venue leaves open: more than `least`, no more than `most`.
///
/// @f[ \frac{L - light}{L} < share \le \frac{L - light + 1}{L} @f]
/// @par Units    shares of the queue
/// @par Shape    light in [1, lights], as fill_lights counts: `lights` is the front
/// @par Rounding that of the scalar
/// @par Errors   BAD_PARAMETER (LEVEL: no such light)
/// @par Cost     O(1)
/// @par Source   docs/explanation/deleveraging-scores.md
template <Scalar T>
[[nodiscard]] constexpr Result<QueueStretch<T>> stretch_of(std::uint32_t light, std::uint32_t lights) {
  if (light == 0 || lights < light || lights > INT32_MAX) return Error{Errc::bad_parameter, Field::level};
  const T all = T(static_cast<int>(lights)), behind = T(static_cast<int>(lights - light));
  return QueueStretch<T>{T(behind / all), T(T(behind + T(1)) / all)};
}

/// What else stands in the queue of a position whose light is known.
template <Scalar T>
struct QueueAround {
  T queue;  ///< base units of the whole side: the open interest
  T own;    ///< base units of the position, no more than the queue
};
/// Base units in front of a position, oneself not included, that its light leaves open; from a light by contracts.
///
/// @f[ \max\Big(0,\ \frac{L - light}{L} Q - q\Big) \le front \le \min\Big(Q - q,\ \frac{L - light + 1}{L} Q - q\Big) @f]
/// A light by users says nothing about base units.
/// @par Units    base units
/// @par Shape    0 < own <= queue
/// @par Rounding that of the scalar
/// @par Errors   those of stretch_of; BAD_NUMBER, BAD_PARAMETER (OPEN_INTEREST the queue, SIZE one's own; BAD_PARAMETER (LEVEL): so large a position does not
///               show this light), OVERFLOW (OPEN_INTEREST)
/// @par Cost     O(1)
/// @par Source   docs/explanation/deleveraging-scores.md
template <Scalar T>
[[nodiscard]] constexpr Result<QueueStretch<T>> units_in_front(std::uint32_t light, std::uint32_t lights, const QueueAround<T>& around) {
  const Result<QueueStretch<T>> shares = stretch_of<T>(light, lights);
  if (!shares) return shares;
  if (!is_finite(around.queue)) return Error{Errc::bad_number, Field::open_interest};
  if (!is_finite(around.own)) return Error{Errc::bad_number, Field::size};
  if (!(T(0) < around.own)) return Error{Errc::bad_parameter, Field::size};
  if (around.queue < around.own) return Error{Errc::bad_parameter, Field::open_interest};
  const T all = T(static_cast<int>(lights)), scaled = T(all * around.queue);
  if (!is_finite(scaled)) return Error{Errc::overflow, Field::open_interest};
  const auto edge = [&](std::uint32_t k) { return T(T(T(T(static_cast<int>(k)) * around.queue) / all) - around.own); };
  const T least = edge(lights - light);
  T most = edge(lights - light + 1);
  if (most < T(-T(T(T(8) * unit_roundoff<T>()) * around.queue))) return Error{Errc::bad_parameter, Field::level};
  if (most < T(0)) most = T(0);  // by rounding only
  return QueueStretch<T>{T(0) < least ? least : T(0), most};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
