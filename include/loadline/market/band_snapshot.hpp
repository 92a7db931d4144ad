// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/core/scalar.hpp"
#include "loadline/market/elapsed.hpp"

#include <array>
#include <cstddef>

/// @file
/// A book as five bands a side, as venues publish its depth; and the mark against which such a snapshot is held.

namespace loadline {
inline namespace v1 {

/// Bands a side: within 1 %, 2 %, 3 %, 4 % and 5 % of the mid.
inline constexpr std::size_t band_count = 5;

/// What a side holds from the mid to the edge of a band.
template <Scalar T>
struct BandDepth {
  T size;        ///< base units
  T value;       ///< their money
  T mean_price;  ///< the mean price of them
};

/// The content of both sides at a time. The mid from which the bands were measured is not known: files do not say it.
template <Scalar T>
struct BandSnapshot {
  Time time;
  std::array<BandDepth<T>, band_count> bids, asks;
};

/// A price and the time for which it stands.
template <Scalar T>
struct TimedPrice {
  T price;
  Time time;
};

inline namespace LOADLINE_FLAGS {

/// One minute of a mark price.
///
/// @f[ P(t) = open + (close - open)\, \frac{t - t_0}{60\,000} @f]
/// @par Units    prices: money per base unit; times: milliseconds
/// @par Shape    at: the time lies in the minute
/// @par Rounding that of the scalar
/// @par Errors   at: BAD_TIME (MARK): a time outside the minute; OVERFLOW (MARK)
/// @par Cost     O(1)
/// @par Source   a choice: the mark moves evenly inside the minute
template <Scalar T>
struct MarkMinute {
  Time start;
  T open, close;

  [[nodiscard]] constexpr Result<T> at(Time t) const {
    if (t < start || 60'000 <= Elapsed{start, t}.length()) return Error{Errc::bad_time, Field::mark};
    const T mark = T(open + T(T(T(close - open) * milliseconds<T>(Elapsed{start, t}.length())) / T(60'000)));
    if (!is_finite(mark)) return Error{Errc::overflow, Field::mark};
    return mark;
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
