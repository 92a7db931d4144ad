// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/band_snapshot.hpp"
#include "loadline/market/fill.hpp"

#include <cstdint>
#include <optional>

/// @file
/// What a snapshot of bands still says where one order that is not there has shifted its mid. Never done unasked.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// An order that a feed shows and the market would have taken long ago: a bid above the market, or an ask below it.
template <Scalar T>
struct Phantom {
  BookSide side;
  T size;
  T bound;  ///< a bid: the mean price of the first band is above this; an ask: below. Else others stand beside it, and the best price is not known
};

/// Up to a price, so much of a side.
template <Scalar T>
struct DepthEdge {
  T price;
  T distance;  ///< of the price from the mark, as a share of it: above it > 0, below it < 0
  T depth;     ///< base units from the market to the price
};

/// How a depth within a distance is known.
enum class Evidence : std::uint8_t {
  measured,      ///< between two edges beyond the market: linear between them
  interpolated,  ///< inside the first edge beyond the market: its proportional share, a guess of the shape
  beyond,        ///< outside the bands, no distance, or no edge lies beyond the market: nothing is known
};

/// The depth of a side within a distance of the mark.
template <Scalar T>
struct SalvagedDepth {
  Evidence evidence;
  std::optional<T> depth;  ///< base units; nullopt: Evidence::beyond
};

/// The distances between which a side is measured, as shares of the mark, both above zero.
template <Scalar T>
struct MeasuredRange {
  T nearest;   ///< nearer than this only the sum is known
  T farthest;  ///< nothing is known beyond
};

/// One side at prices that do not depend on the shifted mid.
template <Scalar T>
struct SalvagedSide {
  BookSide side;
  std::array<DepthEdge<T>, band_count> edges;  ///< outwards

  /// Whether an edge lies beyond the market, on the side's own half.
  [[nodiscard]] constexpr bool outside(std::size_t k) const { return T(0) < away(k); }
  /// The range that is measured; nullopt: no edge lies beyond the market.
  [[nodiscard]] constexpr std::optional<MeasuredRange<T>> range() const {
    for (std::size_t k = 0; k < edges.size(); ++k)
      if (outside(k)) return MeasuredRange<T>{away(k), away(edges.size() - 1)};
    return std::nullopt;
  }
  /// All that lies within the first edge beyond the market: a bound that needs no interpolation. nullopt: no such edge.
  [[nodiscard]] constexpr std::optional<T> within_first_edge() const {
    for (std::size_t k = 0; k < edges.size(); ++k)
      if (outside(k)) return edges[k].depth;
    return std::nullopt;
  }
  /// The depth within a distance, a share of the mark; of one below zero, or of a NaN, nothing is known.
  [[nodiscard]] constexpr SalvagedDepth<T> within(const T& distance) const {
    if (!is_finite(distance) || distance < T(0)) return {Evidence::beyond, std::nullopt};
    for (std::size_t k = 0; k < edges.size(); ++k) {
      if (!outside(k) || away(k) < distance) continue;
      const bool first = k == 0 || !outside(k - 1);
      if (first && away(k) == distance) return {Evidence::measured, edges[k].depth};
      const T from = first ? T(0) : away(k - 1), held = first ? T(0) : edges[k - 1].depth;
      const T share = T(T(distance - from) / T(away(k) - from));
      return {first ? Evidence::interpolated : Evidence::measured, T(held + T(T(edges[k].depth - held) * share))};
    }
    return {Evidence::beyond, std::nullopt};
  }

 private:
  [[nodiscard]] constexpr T away(std::size_t k) const { return side == BookSide::asks ? edges[k].distance : T(-edges[k].distance); }
};

/// What was salvaged, and from what.
template <Scalar T>
struct Salvaged {
  T mid;   ///< from which the file measured its bands
  T mark;  ///< from which distances are measured now
  SalvagedSide<T> bids, asks;
};

/// Takes a phantom order out of a snapshot and turns its bands into cumulative depth at distances from the mark.
///
/// The phantom is the best price of its side, so the mid of the file lies half way between it and the market. With A the mean price of its side's first band
/// and P the mark, the edge of band k lies at
/// @f[ M = \frac{A + P}{2}, \qquad d_k = \frac{M\,(1 \pm k/100)}{P} - 1 @f]
/// and every band of its side holds the phantom's size too much.
/// @par Units    prices: money per base unit; size, depth: base units
/// @par Shape    the phantom's size and bound above zero. A band that holds up to a thousandth less than the phantom holds nothing without it
/// @par Rounding that of the scalar
/// @par Errors   BAD_NUMBER, BAD_PRICE (MARK); BAD_NUMBER, BAD_PARAMETER (SIZE: the phantom's; THRESHOLD: its bound); BAD_NUMBER, BAD_BOOK (BAND: `index` the
/// band,
///               `item` 0 for bids and 1 for asks: cumulative depth falls, the first band's price does not show the phantom alone, a band does not hold it);
///               BAD_BOOK (MID: the phantom does not lie beyond the mark)
/// @par Cost     O(bands), no allocation
/// @par Source   docs/howto/band-files.md
template <Scalar T>
[[nodiscard]] constexpr Result<Salvaged<T>> salvage(const BandSnapshot<T>& snapshot, const T& mark, const Phantom<T>& phantom) {
  if (!is_finite(mark)) return Error{Errc::bad_number, Field::mark};
  if (!(T(0) < mark)) return Error{Errc::bad_price, Field::mark};
  if (!is_finite(phantom.size)) return Error{Errc::bad_number, Field::size};
  if (!(T(0) < phantom.size)) return Error{Errc::bad_parameter, Field::size};
  if (!is_finite(phantom.bound)) return Error{Errc::bad_number, Field::threshold};
  if (!(T(0) < phantom.bound)) return Error{Errc::bad_parameter, Field::threshold};
  const bool on_bids = phantom.side == BookSide::bids;
  const std::uint32_t own = on_bids ? 0 : 1;
  const T& best = (on_bids ? snapshot.bids : snapshot.asks)[0].mean_price;
  if (!is_finite(best)) return Error{Errc::bad_number, Field::band, 0, own};
  if (on_bids ? !(phantom.bound < best) : !(best < phantom.bound)) return Error{Errc::bad_book, Field::band, 0, own};
  if (on_bids ? !(mark < best) : !(best < mark)) return Error{Errc::bad_book, Field::mid};
  const T mid = T(T(best + mark) / T(2));
  if (!is_finite(T(T(105) * mid)) || !is_finite(T(T(T(2) * mid) / mark))) return Error{Errc::overflow, Field::mid};
  const auto side = [&](BookSide which, std::optional<Error>& fault) {
    const bool bids = which == BookSide::bids;
    const std::array<BandDepth<T>, band_count>& bands = bids ? snapshot.bids : snapshot.asks;
    const auto edge = [&](std::size_t k) -> DepthEdge<T> {
      const auto index = static_cast<std::uint32_t>(k);
      const T& held = bands[k].size;
      if (!fault && !is_finite(held)) fault = Error{Errc::bad_number, Field::band, index, bids ? 0U : 1U};
      if (!fault && held < (k == 0 ? T(0) : bands[k - 1].size)) fault = Error{Errc::bad_book, Field::band, index, bids ? 0U : 1U};
      const int per_cent = static_cast<int>(k) + 1;
      const T price = T(T(mid * T(bids ? 100 - per_cent : 100 + per_cent)) / T(100));
      T depth = held;
      if (bids == on_bids) {
        if (!fault && T(T(1'000) * held) < T(T(999) * phantom.size)) fault = Error{Errc::bad_book, Field::band, index, own};
        depth = held < phantom.size ? T(0) : T(held - phantom.size);
      }
      return {price, T(T(price / mark) - T(1)), depth};
    };
    static_assert(band_count == 5);
    return SalvagedSide<T>{which, {edge(0), edge(1), edge(2), edge(3), edge(4)}};
  };
  std::optional<Error> fault;
  const SalvagedSide<T> bids = side(BookSide::bids, fault), asks = side(BookSide::asks, fault);
  if (fault) return *fault;
  return Salvaged<T>{mid, mark, bids, asks};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
