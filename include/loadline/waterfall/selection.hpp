// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/deleveraging.hpp"

#include <algorithm>
#include <array>
#include <bit>

/// @file
/// Weighted selection: where in an order a sum reaches what is needed, without sorting.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

namespace detail {

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

// Of many doubles: a sample guesses two keys between which the need ends, one pass leaves those between them.

/// Those among whom the need ends, side by side: where they stand, their keys, what they have.
struct Undecided {
  std::span<std::uint32_t> order;
  std::span<double> keys, weights;

  void keep(std::size_t count) { order = order.first(count), keys = keys.first(count), weights = weights.first(count); }
};

/// x or zero, without a branch.
[[nodiscard]] constexpr double only_if(bool so, double x) noexcept {
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & (std::uint64_t{0} - static_cast<std::uint64_t>(so)));
}

/// The smallest and the largest key among which the need is thought to end, both included; the larger key goes first.
struct KeyRange {
  static constexpr double infinity = std::bit_cast<double>(std::uint64_t{0x7FF} << 52);  // <limits> is a thousand lines
  double low = -infinity, high = infinity;
};

/// Three standard deviations of the sampled sum to either side of where it reaches the need.
///
/// `key(place)`, `weight(place)`: of those that weigh nothing the key may be no number.
template <class Key, class Weight>
[[nodiscard]] KeyRange guessed_range(std::size_t count, double need, const Key& key, const Weight& weight) {
  struct Drawn {
    double key, weight;
  };
  constexpr std::size_t drawn = 2'048, least = 16;
  std::array<Drawn, drawn> sample;
  std::size_t m = 0;
  double all = 0, squares = 0;
  for (std::size_t k = 0; k < drawn; ++k) {
    const std::size_t place = k * count / drawn;
    const Drawn one{key(place), weight(place)};
    if (!(0 < one.weight) || !is_finite(one.key)) continue;
    all += one.weight;
    squares += one.weight * one.weight;
    sample[m++] = one;
  }
  KeyRange range;
  if (m < 4 * least || !is_finite(squares)) return range;
  std::sort(sample.begin(), sample.begin() + static_cast<std::ptrdiff_t>(m), [](const Drawn& a, const Drawn& b) { return b.key < a.key; });
  const double target = need * (static_cast<double>(drawn) / static_cast<double>(count)), share = target / all;
  double sum = 0, spread = 0;
  std::size_t at = 0;
  for (; at + 1 < m && !(target < sum); ++at) {
    sum += sample[at].weight;
    spread += sample[at].weight * sample[at].weight;
  }
  spread = 9 * (spread + share * share * squares);
  const auto far = [&](double between, std::size_t ranks) { return ranks >= least && !(between * between < spread); };
  sum = 0;
  for (std::size_t k = at; k-- > 0;) {
    sum += sample[k].weight;
    if (!far(sum, at - k)) continue;
    range.high = sample[k].key;
    break;
  }
  sum = 0;
  for (std::size_t k = at; k < m; ++k) {
    sum += sample[k].weight;
    if (!far(sum, k - at)) continue;
    range.low = sample[k].key;
    break;
  }
  return range;
}

/// What a range divides: those before it, and those in it.
struct RangeSums {
  double before = 0, reached = 0;  ///< what the former have, and what both have
  std::size_t touched = 0;         ///< of those before it
  std::size_t inside = 0;
  bool some_key_is_no_number = false;
};

/// Writes to `out` what is available, and nothing for those behind the range; to `within` those in it. In blocks that stay in the nearest cache, with no
/// branches but those of what is available: on which side of the range somebody is, is anybody's guess.
[[nodiscard]] inline RangeSums split_by(const KeyRange& range, const Deleverage<double>& d, const Candidates<double>& candidates, const Undecided& within,
                                        std::span<double> out, Allocation<double>& counted) {
  constexpr std::size_t block = 512, lanes = 4;
  const double low = range.low, high = range.high;
  const double* const scores = candidates.columns().scores.data();
  std::uint32_t* const order = within.order.data();
  RangeSums found;
  std::array<double, block> ahead;
  for (std::size_t first = 0; first < out.size(); first += block) {
    const std::size_t size = std::min(block, out.size() - first);
    add_available(d, candidates, first, first + size, out, counted);
    double* const units = out.data() + first;
    const double* const key = scores + first;
    for (std::size_t j = 0; j < size; ++j) {
      const double x = units[j];
      ahead[j] = high < key[j] ? x : 0.0;
      units[j] = key[j] < low ? 0.0 : x;
    }
    std::array<double, lanes> before{}, reached{}, nothing{};
    const std::size_t even = size - size % lanes;
    for (std::size_t j = 0; j < even; j += lanes)
      for (std::size_t k = 0; k < lanes; ++k) {
        before[k] += ahead[j + k];
        reached[k] += units[j + k];
        nothing[k] += key[j + k] - key[j + k];
      }
    for (std::size_t j = even; j < size; ++j) before[0] += ahead[j], reached[0] += units[j], nothing[0] += key[j] - key[j];
    found.some_key_is_no_number |= !((nothing[0] + nothing[1]) + (nothing[2] + nothing[3]) == 0);
    found.before += (before[0] + before[1]) + (before[2] + before[3]);
    found.reached += (reached[0] + reached[1]) + (reached[2] + reached[3]);
    std::size_t inside = found.inside, touched = 0;
    for (std::size_t j = 0; j < size; ++j) {
      order[inside] = static_cast<std::uint32_t>(first + j);
      inside += static_cast<std::size_t>(ahead[j] < units[j]);
      touched += static_cast<std::size_t>(0 < ahead[j]);
    }
    for (std::size_t k = found.inside; k < inside; ++k) {
      within.keys[k] = scores[order[k]];
      within.weights[k] = out[order[k]];
    }
    found.inside = inside;
    found.touched += touched;
  }
  return found;
}

/// Keeps of many items those among whom the need ends; who stands behind them gets nothing, what those before them have is taken off the need.
///
/// Stops where the items are few, or a guess has missed, or all have one key.
/// @return how many of those before them have something
[[nodiscard]] inline std::size_t narrow(Undecided& items, double& need, std::span<double> out) {
  std::size_t touched = 0;
  while (items.order.size() >= DeleveragingWorkspace<double>::many) {
    const std::size_t count = items.order.size();
    const double *const keys = items.keys.data(), *const weights = items.weights.data();
    const KeyRange range = guessed_range(
        count, need, [&](std::size_t place) { return keys[place]; }, [&](std::size_t place) { return weights[place]; });
    double ahead = 0, reached = 0;
    for (std::size_t j = 0; j < count; ++j) {
      ahead += only_if(range.high < keys[j], weights[j]);
      reached += only_if(range.low <= keys[j], weights[j]);
    }
    if (need < ahead || !(need < reached)) return touched;
    std::size_t kept = 0, before = 0;
    for (std::size_t j = 0; j < count; ++j) {
      const double key = keys[j], weight = weights[j];
      const std::uint32_t i = items.order[j];
      out[i] = only_if(range.low <= key, weight);
      items.order[kept] = i;
      items.keys[kept] = key;
      items.weights[kept] = weight;
      kept += static_cast<std::size_t>(static_cast<int>(range.low <= key) & static_cast<int>(key <= range.high));
      before += static_cast<std::size_t>(range.high < key);
    }
    if (kept == count) return touched;
    touched += before;
    need -= ahead;
    items.keep(kept);
  }
  return touched;
}

}  // namespace detail

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
