// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/collateral/weight.hpp"

/// @file
/// Haircuts from the depth of a book: what selling a balance would lose, as weight tiers.

namespace loadline {
inline namespace v1 {

/// Bids whose sum grows as a power of their distance from the mid: Q(d) = size (d / reach)^exponent, down to `end`.
template <Scalar T>
struct PowerDepth {
  T size;            ///< all bids within `reach`, > 0; in units of the asset or in its value: the caps come out in the same
  Ratio<T> reach;    ///< > 0, e.g. 1 %
  int exponent = 1;  ///< 1: a block book, linear impact; 2: a V-shaped one, square-root impact; up to 8
  Ratio<T> end;      ///< where the book ends, in (0, 1)
};

/// One level of a book: so much is bid at this distance below the mid.
template <Scalar T>
struct DepthLevel {
  Ratio<T> distance;  ///< in [0, 1), ascending
  T size;             ///< > 0
};

/// What is taken off beside the depth.
template <Scalar T>
struct LiquidityTerms {
  Ratio<T> spread = 0;         ///< half of it, or a gap, as a fraction of the mid, in [0, 1)
  Ratio<T> market_weight = 1;  ///< 1 - market haircut, in [0, 1]; multiplies
};

/// How a table came out.
template <Scalar T>
struct LiquidityTable {
  std::size_t tiers;  ///< written
  T error;            ///< the table counts at most this much less than the curve, in the unit of size
};

inline namespace LOADLINE_FLAGS {

/// Two haircuts in one: (1 - a) (1 - b), each weight clamped to [0, 1] first.
template <Scalar T>
[[nodiscard]] constexpr Ratio<T> combined_weight(const Ratio<T>& market, const Ratio<T>& liquidity) {
  const auto clamp = [](const T& w) -> T { return !(T(0) < w) ? T(0) : T(1) < w ? T(1) : w; };  // a NaN counts nothing
  return T(clamp(market.raw()) * clamp(liquidity.raw()));
}

/// What a tier table counts of a balance x >= 0: H(x), marginal.
template <Scalar T>
[[nodiscard]] constexpr T counted(std::span<const WeightTier<T>> tiers, const T& x) {
  if (tiers.empty()) return x;
  T sum = T(0), floor = T(0);
  for (const WeightTier<T>& tier : tiers) {
    const bool last = !tier.cap || !(*tier.cap < x);
    sum += T(T((last ? x : *tier.cap) - floor) * tier.weight.raw());
    if (last) return sum;
    floor = *tier.cap;
  }
  return sum;
}

namespace detail {
template <Scalar T>
[[nodiscard]] constexpr T whole_power(const T& x, int n) {
  T out = T(1);
  for (int i = 0; i < n; ++i) out = T(out * x);
  return out;
}
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check_terms(const LiquidityTerms<T>& terms) {
  if (!is_finite(terms.spread.raw())) return Error{Errc::bad_number, Field::price_band};
  if (terms.spread.raw() < T(0) || !(terms.spread.raw() < T(1))) return Error{Errc::bad_parameter, Field::price_band};
  if (!is_finite(terms.market_weight.raw())) return Error{Errc::bad_number, Field::tier_weight};
  if (terms.market_weight.raw() < T(0) || T(1) < terms.market_weight.raw()) return Error{Errc::bad_weight, Field::tier_weight};
  return std::nullopt;
}
}  // namespace detail

/// Checks a depth; nullopt: it is in order.
/// @par Units    those of PowerDepth
/// @par Shape    none
/// @par Rounding none
/// @par Errors   BAD_NUMBER; BAD_PARAMETER: SOURCE_DEPTH (size, reach, exponent), PRICE_FLOOR (an end outside (0, 1), or below zero with the
///               spread: nobody sells at a negative price); BAD_WEIGHT; OVERFLOW (the size at the end)
/// @par Cost     O(exponent)
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check(const PowerDepth<T>& depth, const LiquidityTerms<T>& terms) {
  if (const std::optional<Error> e = detail::check_terms(terms)) return e;
  if (!is_finite(depth.size) || !is_finite(depth.reach.raw())) return Error{Errc::bad_number, Field::source_depth};
  if (!is_finite(depth.end.raw())) return Error{Errc::bad_number, Field::price_floor};
  if (!(T(0) < depth.size) || !(T(0) < depth.reach.raw()) || depth.exponent < 1 || depth.exponent > 8) return Error{Errc::bad_parameter, Field::source_depth};
  if (!(T(0) < depth.end.raw()) || !(depth.end.raw() < T(1)) || T(1) < T(depth.end.raw() + terms.spread.raw()))
    return Error{Errc::bad_parameter, Field::price_floor};
  const T all = T(depth.size * detail::whole_power(T(depth.end.raw() / depth.reach.raw()), depth.exponent));
  if (!is_finite(all) || !(T(0) < all)) return Error{Errc::overflow, Field::source_depth};
  return std::nullopt;
}

/// The weight of V units sold into a power-law book.
///
/// @f[ w(V) = w_m (1 - s - A), \quad A = \frac{g}{g+1}\, d, \quad V = Q(d) = D (d / d_1)^g @f]
/// d, the distance of the worst fill, is found by halving and taken at the upper end: the weight is never above the formula's.
/// What the book does not hold counts 0.
/// @par Units    V: that of size; the result is a fraction
/// @par Shape    V > 0; V <= 0 has the weight before the first sale, w_m (1 - s)
/// @par Rounding 64 halvings of [0, end]: at most end / 2^64 below the formula
/// @par Errors   those of check; BAD_NUMBER (V)
/// @par Cost     O(64 exponent), no allocation
/// @par Source   closed form of crossing a static book (docs/sources.md)
template <Scalar T>
[[nodiscard]] constexpr Result<Ratio<T>> liquidity_weight(const PowerDepth<T>& depth, const LiquidityTerms<T>& terms, const T& v) {
  if (const std::optional<Error> e = check(depth, terms)) return *e;
  if (!is_finite(v)) return Error{Errc::bad_number, Field::amount};
  const T keep = T(T(1) - terms.spread.raw()), share = T(T(depth.exponent) / T(depth.exponent + 1));
  if (!(T(0) < v)) return Ratio<T>(T(terms.market_weight.raw() * keep));
  const auto bids = [&](const T& d) { return T(depth.size * detail::whole_power(T(d / depth.reach.raw()), depth.exponent)); };
  T low = T(0), high = depth.end.raw(), filled = v;
  if (const T all = bids(high); all < v) filled = all;
  for (int i = 0; i < 64 && filled < bids(high); ++i) {
    const T middle = T(T(low + high) / T(2));
    if (bids(middle) < filled)
      low = middle;
    else
      high = middle;
  }
  const T weight = T(terms.market_weight.raw() * T(keep - T(share * high)));
  return Ratio<T>(filled < v ? T(weight * T(filled / v)) : weight);
}

/// Weight tiers from a power-law book: as many as `out` holds, their edges at equal steps of the worst price.
///
/// @f[ d_k = \frac{k}{n} end, \quad cap_k = Q(d_k), \quad
///     w_k = w_m \Bigl(1 - s - \frac{g}{g+1} \frac{end}{n} \frac{k^{g+1} - (k-1)^{g+1}}{k^g - (k-1)^g}\Bigr) @f]
/// H(V) = V w(V) is concave, and the table is its chords: equal to it at the edges and below it between. Above the last cap
/// nothing counts. The error of a tier is the height of the triangle of its chord and the tangents at its ends.
/// @par Units    caps and error: that of size
/// @par Shape    1 to 1,000 tiers; check(tiers) of weight.hpp accepts them
/// @par Rounding that of T
/// @par Errors   those of check; EMPTY_TIERS (no room), BAD_SIZE (more than 1,000, or steps too small for T). After an error `out` holds nothing of use
/// @par Cost     O(tiers x exponent), no allocation
/// @par Source   closed form of crossing a static book (docs/sources.md)
template <Scalar T>
[[nodiscard]] constexpr Result<LiquidityTable<T>> liquidity_tiers(const PowerDepth<T>& depth, const LiquidityTerms<T>& terms, std::span<WeightTier<T>> out) {
  if (out.empty()) return Error{Errc::empty_tiers, Field::weight_tiers};
  if (const std::optional<Error> e = check(depth, terms)) return *e;
  if (out.size() > 1'000) return Error{Errc::bad_size, Field::weight_tiers};
  const int g = depth.exponent, n = static_cast<int>(out.size());
  const T step = T(depth.end.raw() / T(n)), keep = T(T(1) - terms.spread.raw()), share = T(T(g) / T(g + 1));
  T floor = T(0), error = T(0);
  for (int k = 1; k <= n; ++k) {
    const T upper = detail::whole_power(T(k), g), lower = detail::whole_power(T(k - 1), g);
    const T mean = T(share * T(T(T(upper * T(k)) - T(lower * T(k - 1))) / T(upper - lower)));  // in steps, between k - 1 and k
    const T cap = T(depth.size * detail::whole_power(T(T(step * T(k)) / depth.reach.raw()), g));
    out[static_cast<std::size_t>(k - 1)] = {.cap = cap, .weight = T(terms.market_weight.raw() * T(keep - T(step * mean)))};
    const T above = T(T(k) - mean), under = T(mean - T(k - 1));  // slopes of the tangents from that of the chord, in steps; their sum is one
    const T height = T(T(T(cap - floor) * T(step * terms.market_weight.raw())) * T(above * under));
    if (error < height) error = height;
    floor = cap;
  }
  if (check(std::span<const WeightTier<T>>(out))) return Error{Errc::bad_size, Field::weight_tiers};
  return LiquidityTable<T>{out.size(), error};
}

/// Weight tiers from the levels of a book: one for each while `out` has room, else neighbours are joined evenly.
///
/// @f[ w_i = w_m (1 - s - \bar d_i), \quad \bar d_i = \frac{\sum q_j d_j}{\sum q_j}\ over\ the\ levels\ of\ tier\ i, \quad cap_i = \sum_{j \le i} q_j @f]
/// Level by level the table is the curve itself, with an error of 0; joined, it is a chord of it and below it.
/// @par Units    caps and error: that of size
/// @par Shape    distances ascending, two levels of one distance allowed; the last with the spread not beyond 1
/// @par Rounding that of T
/// @par Errors   EMPTY_TIERS (no room, no levels); BAD_NUMBER, BAD_PARAMETER (SOURCE_DEPTH: a size, a distance out of order or range; `item` is
///               the level; PRICE_BAND: the spread), BAD_WEIGHT, OVERFLOW, BAD_SIZE (a size too small for T beside the sum before). After an
///               error `out` holds nothing of use
/// @par Cost     O(levels), no allocation
/// @par Source   closed form of crossing a static book (docs/sources.md)
template <Scalar T>
[[nodiscard]] constexpr Result<LiquidityTable<T>> liquidity_tiers(std::span<const DepthLevel<T>> levels, const LiquidityTerms<T>& terms,
                                                                  std::span<WeightTier<T>> out) {
  if (out.empty() || levels.empty()) return Error{Errc::empty_tiers, Field::weight_tiers};
  if (const std::optional<Error> e = detail::check_terms(terms)) return *e;
  const T keep = T(T(1) - terms.spread.raw());
  for (std::size_t j = 0; j < levels.size(); ++j) {
    const auto item = static_cast<std::uint32_t>(j);
    const T& d = levels[j].distance.raw();
    if (!is_finite(d) || !is_finite(levels[j].size)) return Error{Errc::bad_number, Field::source_depth, 0, item};
    if (!(T(0) < levels[j].size) || d < T(0) || !(d < T(1)) || keep < d || (j > 0 && d < levels[j - 1].distance.raw()))
      return Error{Errc::bad_parameter, Field::source_depth, 0, item};
  }
  const std::size_t n = out.size() < levels.size() ? out.size() : levels.size();
  T cap = T(0), error = T(0);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t begin = i * levels.size() / n, end = (i + 1) * levels.size() / n;
    T size = T(0), cost = T(0);
    for (std::size_t j = begin; j < end; ++j) {
      size += levels[j].size;
      cost += T(levels[j].size * levels[j].distance.raw());
    }
    const T mean = end - begin == 1 ? levels[begin].distance.raw() : T(cost / size);
    T gap = T(0);  // the curve above the chord, at the end of each level
    for (std::size_t j = begin; j + 1 < end; ++j) {
      gap += T(levels[j].size * T(mean - levels[j].distance.raw()));
      if (const T height = T(gap * terms.market_weight.raw()); error < height) error = height;
    }
    cap += size;
    if (!is_finite(cap) || !is_finite(mean)) return Error{Errc::overflow, Field::source_depth, 0, static_cast<std::uint32_t>(begin)};
    out[i] = {.cap = cap, .weight = T(terms.market_weight.raw() * T(keep - mean))};
  }
  if (check(std::span<const WeightTier<T>>(out.first(n)))) return Error{Errc::bad_size, Field::weight_tiers};
  return LiquidityTable<T>{n, error};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
