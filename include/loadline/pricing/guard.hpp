// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/pricing/index.hpp"
#include "loadline/pricing/median.hpp"

/// @file
/// An index with the guards that Binance published, in two versions.

namespace loadline {
inline namespace v1 {

/// What is done with a source that is far from the median of all.
enum class FarSource : std::uint8_t {
  left_out,  ///< one: its weight is 0; several: the median replaces the mean
  bounded,   ///< it counts at the edge of the band around the median
};

inline namespace LOADLINE_FLAGS {

/// A weighted index whose legs are held against their own median.
///
/// The mean of the fresh legs, weights made to sum to one again, once those further than `band` from their median are treated as `far`
/// says. Legs without a fresh print (Fresh) have weight 0. At the edge of the band a leg still counts: with `left_out` the index jumps
/// there, with `bounded` it only bends.
///
/// The guards compare venues. Where all legs are one venue's own books, as in its old WBETH and BNSOL indices, a print that moves one
/// leg of two moves their median half the way, and one that moves all moves the median with them.
/// @par Units    those of the legs; band: a fraction of the median
/// @par Shape    one weight a leg, >= 0, summing to one; band in (0, 1)
/// @par Rounding none but the scalar's
/// @par Errors   check: as Weighted, BAD_PARAMETER (PRICE_BAND), those of the legs; price: those of the legs but STALE_PRICE, which leaves a leg out;
/// STALE_PRICE where no
///               leg with a weight is left
/// @par Cost     that of the legs, O(n^2) comparisons
/// @par Source   Binance FAQ on the index of USD-M contracts, 2020-10-29 (5 %, 10 s); a newer wording on its P2P index page (3 %, for BTC and ETH 1 %, 5
/// minutes).
///               Which one the futures index used on 2025-10-10 was not seen
template <Scalar T, class... Legs>
struct Guarded {
  static constexpr std::size_t count = sizeof...(Legs);
  static_assert(count > 0, "an index has at least one leg");
  FarSource far;
  Ratio<T> band;
  std::array<Ratio<T>, count> weights;
  std::tuple<Legs...> legs;

  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    FreshLegs<V, count> fresh = fresh_legs<V>(feeds, legs);
    if (fresh.fault) return *fresh.fault;
    std::array<V, count> sorted = fresh.value;
    const V median = middle(sorted, fresh.count);
    const V low = V(median * V(T(T(1) - band.raw()))), high = V(median * V(T(T(1) + band.raw())));
    Priced<V> out{V(0), fresh.flags};
    T weight = T(0);
    std::size_t far_ones = 0;
    for (std::size_t k = 0; k < fresh.count; ++k) {
      const T& w = weights[fresh.leg[k]].raw();
      const V& x = fresh.value[k];
      const bool below = x < low, above = high < x;
      if (below || above) {
        out.flags.guarded = true;
        ++far_ones;
        if (far == FarSource::left_out) continue;
        out.value += V(V(w) * (below ? low : high));
      } else {
        out.value += V(V(w) * x);
      }
      weight += w;
    }
    if (far == FarSource::left_out && far_ones > 1) return within_range(Priced<V>{median, out.flags}, Field::index_weights);
    if (!(T(0) < weight)) return Error{Errc::stale_price, Field::index_weights};
    out.value = V(out.value / V(weight));
    return within_range(std::move(out), Field::index_weights);
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (!is_finite(band.raw())) return Error{Errc::bad_number, Field::price_band};
    if (!(T(0) < band.raw()) || !(band.raw() < T(1))) return Error{Errc::bad_parameter, Field::price_band};
    return check_weighted(feeds, weights, legs);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t source) const noexcept {
    Dependence all = Dependence::none;
    std::apply([&](const Legs&... leg) { ((all = either(all, leg.dependence(source))), ...); }, legs);
    return count == 1 ? all : bent(all);
  }
  /// Whatever one source prints, what is left in the mean lies in the band around the median, and the median between the others. Where
  /// no other leg leaves the band, those count as they are, and only the one that moves is uncertain.
  [[nodiscard]] constexpr std::optional<PriceRange<T>> range(const Feeds<T>& feeds, std::size_t source) const {
    T fixed = T(0), resting = T(0), moving = T(0);  // sum of what stands still, its weights, those of what does not
    std::size_t counted = 0;
    const auto middle = median_range(feeds, source, legs, [&](std::size_t k, const T* price) {
      const T& w = weights[k].raw();
      if (T(0) < w) ++counted;
      if (price) fixed += T(w * *price);
      (price ? resting : moving) += w;
    });
    if (!middle || counted < 2) return std::nullopt;  // the last one with a weight may be left out, and then there is no price
    const T down = T(T(1) - band.raw()), up = T(T(1) + band.raw()), slack = T(T(16) * unit_roundoff<T>());
    const PriceRange<T> loose{T(middle->low * down), T(middle->high * up)};
    if (middle->moved > 1 || !(T(T(middle->high * down) * T(T(1) + slack)) < middle->least) || !(middle->most < T(T(middle->low * up) * T(T(1) - slack))))
      return loose;
    const T weight = T(resting + moving);
    // Left out, it leaves the mean of the others, which lies between these two: each is a mean of it and of an end of the band.
    return PriceRange<T>{T(T(fixed + T(moving * loose.low)) / weight), T(T(fixed + T(moving * *loose.high)) / weight)};
  }
};

/// Version (a): one source more than 5 % from the median has weight 0, several: the median. Legs: Fresh with 10,000 ms.
template <Scalar T, class... Legs>
[[nodiscard]] constexpr Guarded<T, Legs...> binance_index_2020(const std::array<Ratio<T>, sizeof...(Legs)>& weights, Legs... legs) {
  return {FarSource::left_out, Ratio<T>(bps<T>(500)), weights, {std::move(legs)...}};
}
/// Version (b): a source more than 3 % (BTC and ETH: 1 %) away counts at the edge. Legs: Fresh with 300,000 ms.
template <Scalar T, class... Legs>
[[nodiscard]] constexpr Guarded<T, Legs...> binance_index_bounded(const Ratio<T>& band, const std::array<Ratio<T>, sizeof...(Legs)>& weights, Legs... legs) {
  return {FarSource::bounded, band, weights, {std::move(legs)...}};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
