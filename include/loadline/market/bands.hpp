// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"
#include "loadline/market/ladder.hpp"

#include <cstdint>

/// @file
/// One side of a book of which only sums are known: so much within 1 % of the mid, so much within 2 %.

namespace loadline {
inline namespace v1 {

/// All that is offered within a distance of the mid.
template <Scalar T>
struct Band {
  Ratio<T> distance;  ///< a share of the mid
  T depth;            ///< from the mid to there, in the unit of the table
};

/// What the depth of a band counts.
enum class BandUnit : std::uint8_t {
  base,  ///< units of the asset
  value  ///< money
};

/// A table of bands as a venue or a data vendor gives it.
template <Scalar T>
struct BandTable {
  BookSide side;
  Price<T> mid;
  std::span<const Band<T>> bands;
  Ratio<T> spread = 0;  ///< half of it: nothing is offered nearer to the mid
  BandUnit unit = BandUnit::base;
};

inline namespace LOADLINE_FLAGS {

/// One side of bands: between two distances the units lie evenly.
///
/// With edges d_j, so that a band of base units m_j runs from price mid (1 - d_(j-1)) to mid (1 - d_j) on the bids' side:
/// @f[ m_j = Q_j - Q_{j-1} \quad\mathrm{or, from\ money,}\quad m_j = \frac{Q_j - Q_{j-1}}{mid\,(1 \mp (d_{j-1} + d_j) / 2)} @f]
/// A band that adds nothing is a hole: the next begins at its own first price.
/// @par Units    distance, spread: shares of the mid; depth: base units or money
/// @par Shape    0 <= spread < first distance; distances ascending, those of bids below 1; depths >= 0, not falling. Beyond the last
///               distance the book ends
/// @par Rounding that of the scalar
/// @par Errors   make: BAD_NUMBER (MID, SPREAD, BAND), BAD_PRICE (MID), BAD_PARAMETER (SPREAD: below zero), BAD_BOOK (BAND: distances out of
///               order or range, a depth that falls), OVERFLOW (BAND); `index` is the band
/// @par Cost     make: O(bands), one allocation; queries as of Ladder
/// @par Source   docs/explanation/order-books.md
template <Scalar T>
class Bands : public Ladder<T> {
 public:
  [[nodiscard]] static Result<Bands> make(const BandTable<T>& table) {
    const T& mid = table.mid.raw();
    if (!is_finite(mid)) return Error{Errc::bad_number, Field::mid};
    if (!(T(0) < mid)) return Error{Errc::bad_price, Field::mid};
    if (!is_finite(table.spread.raw())) return Error{Errc::bad_number, Field::spread};
    if (table.spread.raw() < T(0)) return Error{Errc::bad_parameter, Field::spread};
    const bool bids = table.side == BookSide::bids;
    const auto price_at = [&](const T& distance) { return T(mid * (bids ? T(T(1) - distance) : T(T(1) + distance))); };
    std::vector<Rung<T>> rungs;
    rungs.reserve(table.bands.size());
    T distance = table.spread.raw(), depth = T(0), size = T(0), value = T(0);
    for (std::size_t i = 0; i < table.bands.size(); ++i) {
      const auto fault = [i](Errc code) { return Error{code, Field::band, static_cast<std::uint32_t>(i)}; };
      const Band<T>& band = table.bands[i];
      if (!is_finite(band.distance.raw()) || !is_finite(band.depth)) return fault(Errc::bad_number);
      if (!(distance < band.distance.raw()) || (bids && !(band.distance.raw() < T(1))) || band.depth < depth) return fault(Errc::bad_book);
      const T first = price_at(distance), last = price_at(band.distance.raw()), middle = T(T(first + last) / T(2));
      const T sum = table.unit == BandUnit::base ? band.depth : T(size + T(T(band.depth - depth) / middle));
      value += T(T(sum - size) * middle);
      if (!is_finite(sum) || !is_finite(value) || !is_finite(last) || !(T(0) < last)) return fault(Errc::overflow);
      if (size < sum) rungs.push_back({first, last, sum, value});
      distance = band.distance.raw();
      depth = band.depth;
      size = sum;
    }
    return Bands(table.side, std::move(rungs));
  }

 private:
  using Ladder<T>::Ladder;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
