// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/queue.hpp"

/// @file
/// Lights: in which fifth of the deleveraging queue a position stands. Of all candidates of a side, without sorting them.

namespace loadline {
inline namespace v1 {

/// What a place in the queue is counted by.
enum class QueueWeight : std::uint8_t {
  contracts,  ///< BitMEX: the base units in front
  users,      ///< Binance: how many are in front
};

/// How a venue shows places in the queue.
struct LightRule {
  std::uint32_t lights = 5;
  QueueWeight by = QueueWeight::contracts;
  bool insolvent = false;  ///< accounts without equity stand in the queue
};

/// Who stands in the queue.
template <Scalar T>
struct QueueCount {
  T total;               ///< base units, or users
  std::size_t queued;    ///< on the side, in the queue
  std::size_t excluded;  ///< on the side, passed over for their equity
};

inline namespace LOADLINE_FLAGS {

/// A position's weight in the queue of a side (1 longs, -1 shorts); zero: it does not stand in it.
template <Scalar T>
[[nodiscard]] constexpr T queue_weight(const Candidates<T>& candidates, int side, const LightRule& rule, std::size_t i) {
  const T& size = candidates.columns().sizes[i];
  const T held = side > 0 ? size : T(-size);
  // No branches for doubles: who stands where is anybody's guess.
  const bool solvent = T(0) < candidates.columns().equities[i], other = T(0) < held, queued = other & (solvent | rule.insolvent);
  if constexpr (std::same_as<T, double>) return detail::only_if(queued, rule.by == QueueWeight::contracts ? held : 1.0);
  return !queued ? T(0) : rule.by == QueueWeight::contracts ? held : T(1);
}

namespace detail {

/// Gives lights to a stretch of the queue that is not yet in order, with so much of the queue in front of it and lights `first` to `last` of it to give.
template <Scalar T, class Weight>
struct LightSplit {
  QueueOrder<T> before;
  const Weight& weight;
  T total;
  std::uint32_t lights;
  std::span<std::uint32_t> out;

  /// The part, of [least, most], in which a queue of so much in front ends; `next`: in which the one after that begins.
  [[nodiscard]] std::uint32_t part(const T& front, std::uint32_t least, std::uint32_t most, bool next) const {
    const T scaled = T(T(static_cast<int>(lights)) * front);
    for (; least < most; ++least) {
      const T end = T(T(static_cast<int>(least)) * total);
      if (scaled < end || (!next && scaled == end)) break;
    }
    return least;
  }
  /// Halves it by std::nth_element, and the halves that have more than one light to give.
  void halve(std::span<std::uint32_t> order, const T& front, std::uint32_t first, std::uint32_t last) const {
    if (first == last || order.size() < 2) {
      for (const std::uint32_t i : order) out[i] = lights + 1 - last;
      return;
    }
    const std::size_t middle = order.size() / 2;
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(middle), order.end(), before);
    T cut = front;
    for (const std::uint32_t i : order.first(middle)) cut += weight(i);
    halve(order.first(middle), front, first, part(cut, first, last, false));
    halve(order.subspan(middle), cut, part(cut, first, last, true), last);
  }
};

/// Buckets from 1 on, of equal width between two numbers, one for all below and one for all above: a function that never falls. The width is one of the
/// numbers, or of their bits where that spreads a sample better: scores may lie decades apart.
struct LightBuckets {
  static constexpr std::size_t count = 4'096, sample = 256;
  bool bits = false;
  double low = 0, high = 0, scale = 0;

  /// Between the ends of a sample, less a few; where they are one, that one has a bucket of its own.
  constexpr explicit LightBuckets(std::span<double> of) {
    if (of.empty()) return;
    std::sort(of.begin(), of.end());
    const std::size_t few = of.size() / 64;
    const LightBuckets wide(of[few], of[of.size() - 1 - few], false), deep(wide.low, wide.high, true);
    *this = 4 * deep.fullest(of) < wide.fullest(of) ? deep : wide;
  }
  [[nodiscard]] constexpr bool flat() const { return low == high; }
  [[nodiscard]] constexpr std::uint32_t at(double x) const {
    if (bits) x = image(x);
    const double steps = (x - low) * scale, most = static_cast<double>(count - 4);
    const double from_zero = 0 < steps ? steps : 0, inside = from_zero < most ? from_zero : most;
    return 1 + static_cast<std::uint32_t>(inside) + static_cast<std::uint32_t>(low <= x) + static_cast<std::uint32_t>(high < x);
  }

 private:
  /// A number in the order of the doubles.
  [[nodiscard]] static constexpr double image(double x) {
    const auto whole = std::bit_cast<std::int64_t>(x + 0.0);  // minus zero is zero
    return static_cast<double>(whole ^ ((whole >> 63) & INT64_MAX));
  }
  constexpr LightBuckets(double from, double to, bool by_bits) : bits(by_bits), low(by_bits ? image(from) : from), high(by_bits ? image(to) : to) {
    const double width = static_cast<double>(count - 4) / (high - low);
    if (low < high && is_finite(width)) scale = width;
  }
  /// Of a sorted sample, how many share a bucket.
  [[nodiscard]] constexpr std::size_t fullest(std::span<const double> of) const {
    std::size_t most = 0, run = 0;
    for (std::size_t k = 0; k < of.size(); ++k) {
      run = k > 0 && at(of[k]) == at(of[k - 1]) ? run + 1 : 1;
      most = std::max(most, run);
    }
    return most;
  }
};

/// The same for doubles by a histogram, and again inside the buckets that lie on an edge of two lights: of scores, of equal scores by that of ids.
template <class Weight>
struct LightSpread {
  static constexpr std::uint32_t most_lights = 64;

  LightSplit<double, Weight> split;
  std::span<double> sums, numbers;

  void spread(std::span<std::uint32_t> order, double front, std::uint32_t first, std::uint32_t last) const {
    if (first == last || order.size() < LightBuckets::sample) return split.halve(order, front, first, last);
    const bool by_id = std::all_of(order.begin(), order.end(), [&](std::uint32_t i) { return split.before.scores[i] == split.before.scores[order[0]]; });
    const auto signed_id = [&](std::uint32_t i) { return static_cast<std::int64_t>(split.before.ids[i] ^ (std::uint64_t{1} << 63)); };
    const auto key = [&](std::uint32_t i) { return by_id ? -static_cast<double>(signed_id(i)) : split.before.scores[i]; };
    std::array<double, LightBuckets::sample> sample;
    for (std::size_t k = 0; k < sample.size(); ++k) sample[k] = key(order[k * order.size() / sample.size()]);
    const LightBuckets buckets(sample);
    if (buckets.scale == 0 && (by_id || !buckets.flat())) return split.halve(order, front, first, last);
    std::fill(sums.begin(), sums.end(), 0.0);
    for (const std::uint32_t i : order) sums[split.out[i] = buckets.at(key(i))] += split.weight(i);
    read(
        order.size(), [&](std::size_t k) { return order[k]; }, order, front, first, last);
  }
  /// The histogram from its upper end, `out` of each item being its bucket.
  template <class Item>
  void read(std::size_t items, const Item& item, std::span<std::uint32_t> order, double front, std::uint32_t first, std::uint32_t last) const {
    struct Edge {
      double front = 0;
      std::uint32_t first = 0, last = 0;
      std::size_t behind = 0;
    };
    std::array<Edge, most_lights> edges{};
    const std::uint32_t lights = split.lights;
    std::uint32_t count = 0;
    std::size_t mixed = 0;
    for (std::size_t b = sums.size(); b-- > 0;) {
      if (sums[b] == 0) continue;
      const double end = front + sums[b];
      first = split.part(front, first, last, true);
      const std::uint32_t ends = split.part(end, first, last, false);
      sums[b] = first == ends ? lights + 1 - first : lights + 1 + count;
      if (first != ends) edges[count++] = {front, first, ends, 0};
      first = ends;
      front = end;
    }
    for (std::size_t k = 0; k < items; ++k) {
      const std::uint32_t i = item(k), light = static_cast<std::uint32_t>(sums[split.out[i]]);
      split.out[i] = light;
      order[mixed] = i;
      mixed += static_cast<std::size_t>(light > lights);
    }
    if (count == 1) return spread(order.first(mixed), edges[0].front, edges[0].first, edges[0].last);
    // Edge by edge, each in the order of the memory.
    const auto edge_of = [&](std::uint32_t i) -> Edge& { return edges[split.out[i] - lights - 1]; };
    for (const std::uint32_t i : order.first(mixed)) ++edge_of(i).behind;
    std::size_t place = 0;
    for (Edge& e : edges) e.behind = (place += e.behind) - e.behind;
    for (const std::uint32_t i : order.first(mixed)) numbers[edge_of(i).behind++] = i;
    for (std::size_t k = 0; k < mixed; ++k) order[k] = static_cast<std::uint32_t>(numbers[k]);
    place = 0;
    for (const Edge& e : std::span(edges).first(count)) {
      const std::size_t inside = e.behind - place;
      spread(order.subspan(place, inside), e.front, e.first, e.last);
      place = e.behind;
    }
  }
};

}  // namespace detail

/// Writes how many lights are lit for each position of a side: `lights` for the first to be taken, 1 for the last, 0 for who is not in the queue.
///
/// @f[ light = L + 1 - k, \qquad k = \Big\lceil L \cdot \frac{\sum_{j \le i} w_j}{\sum_j w_j} \Big\rceil @f]
/// over the queue in the order of AdlQueue, oneself included, w the base units or 1. BitMEX's percentile is 100 k / L; Binance's adlQuantile L - k.
/// @par Units    `out`: a count of lights
/// @par Shape    needs the column of scores; side 1 longs, -1 shorts; `out` and the workspace have a place for each candidate
/// @par Rounding none where the weights add up exactly; else who ends on the edge of two lights, up to the rounding of the sum, may get either
/// @par Errors   MISSING_FIELD (COUNTERPARTY: no scores), BAD_SIZE (COUNTERPARTY), BAD_PARAMETER (LEVEL: no lights, or more than 10,000), BAD_NUMBER
///               (SCORE: of one in the queue, `index`), OVERFLOW (SIZE: all of them together). `out` has no meaning after an error
/// @par Cost     O(candidates log lights + lights) expected; many doubles by a histogram, and again inside the buckets on the edges of lights. No allocation
/// @par Source   testnet.bitmex.com/app/autoDeleveragingExamples (percentiles); Binance FAQ 360033525471 and its API (adlQuantile)
template <Scalar T>
[[nodiscard]] Result<QueueCount<T>> fill_lights(const Candidates<T>& candidates, int side, const LightRule& rule, DeleveragingWorkspace<T>& workspace,
                                                std::span<std::uint32_t> out) {
  const std::span<const T> scores = candidates.columns().scores;
  const std::span<const T> sizes = candidates.columns().sizes;
  const std::size_t n = candidates.size();
  if (rule.lights == 0 || rule.lights > 10'000) return Error{Errc::bad_parameter, Field::level};
  if (workspace.size() < n || out.size() < n) return Error{Errc::bad_size, Field::counterparty};
  if (scores.size() != n) return Error{Errc::missing_field, Field::counterparty};
  const std::span<std::uint32_t> order = workspace.order();
  const auto weight = [candidates, side, rule](std::size_t i) { return queue_weight(candidates, side, rule, i); };
  using Spread = detail::LightSpread<decltype(weight)>;
  const bool many = std::same_as<T, double> && !(n < DeleveragingWorkspace<T>::many) && !(rule.lights > Spread::most_lights);
  const std::span<T> sums = many ? workspace.weights().first(detail::LightBuckets::count) : std::span<T>();
  std::fill(sums.begin(), sums.end(), T(0));
  std::array<double, detail::LightBuckets::sample> sample;
  std::size_t sampled = 0;
  if constexpr (std::same_as<T, double>)
    for (std::size_t k = 0; many && k < sample.size(); ++k)
      if (const std::size_t i = k * n / sample.size(); 0 < weight(i) && is_finite(scores[i])) sample[sampled++] = scores[i];
  const detail::LightBuckets buckets(std::span<double>(sample).first(sampled));
  std::size_t queued = 0, held = 0;
  bool unscored = false;
  T total = T(0);
  for (std::size_t i = 0; i < n; ++i) {
    const T w = weight(i);
    const bool in = T(0) < w;
    unscored |= in & !is_finite(scores[i]);
    held += static_cast<std::size_t>(side > 0 ? T(0) < sizes[i] : sizes[i] < T(0));
    if (!many) order[queued] = static_cast<std::uint32_t>(i);
    queued += static_cast<std::size_t>(in);
    total += w;
    if constexpr (std::same_as<T, double>)
      if (many) sums[out[i] = buckets.at(scores[i]) & (0U - static_cast<std::uint32_t>(in))] += w;
  }
  if (unscored)
    for (std::size_t i = 0; i < n; ++i)
      if (!is_finite(scores[i]) && T(0) < weight(i)) return Error{Errc::bad_number, Field::score, static_cast<std::uint32_t>(i)};
  if (!is_finite(T(T(static_cast<int>(rule.lights)) * total))) return Error{Errc::overflow, Field::size};
  const detail::LightSplit<T, decltype(weight)> split{{scores, candidates.columns().ids}, weight, total, rule.lights, out};
  if constexpr (std::same_as<T, double>)
    if (many) {
      const auto all = [](std::size_t i) { return static_cast<std::uint32_t>(i); };
      Spread{split, sums, workspace.numbers()}.read(n, all, order, 0, 1, rule.lights);
      return QueueCount<T>{total, queued, held - queued};
    }
  std::fill_n(out.begin(), n, 0U);
  split.halve(order.first(queued), T(0), 1, rule.lights);
  return QueueCount<T>{total, queued, held - queued};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
