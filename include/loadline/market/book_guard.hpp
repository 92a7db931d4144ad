// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/market/band_snapshot.hpp"
#include "loadline/market/fill.hpp"
#include "loadline/market/latch.hpp"

#include <cstdint>
#include <span>

/// @file
/// Guards that refuse a book that cannot be: crossed, unsorted, stale; and stay refused until reset.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// What is wrong with a book of levels, best price first on both sides; nullopt: nothing.
///
/// A level is any struct with a `price` and a `size`. An empty side is a book of one side, not a fault.
/// @par Units    those of the levels
/// @par Shape    bids fall, asks rise, strictly; prices and sizes above zero; best bid < best ask
/// @par Rounding none
/// @par Errors   BAD_NUMBER, BAD_BOOK (LEVEL: `index` the level, `item` 0 for bids and 1 for asks: no price, no size, out of order; SPREAD: crossed, or locked:
///               equal best prices would have traded)
/// @par Cost     O(levels), no allocation
/// @par Source   none
template <class L>
[[nodiscard]] constexpr std::optional<Error> check_levels(std::span<const L> bids, std::span<const L> asks);

/// Lets a stream of books pass until one is refused, and then none, until reset() is called by name.
/// @par Units    milliseconds
/// @par Shape    make: max_age > 0
/// @par Rounding none
/// @par Errors   make: BAD_PARAMETER (MAX_AGE). look: BAD_TIME (SOURCE_TIME), STALE_PRICE (MAX_AGE), those of check_levels; while it is latched, the first of
/// them
/// @par Cost     that of check_levels
/// @par Source   none
class BookGuard {
 public:
  [[nodiscard]] static constexpr Result<BookGuard> make(Time max_age) {
    if (max_age <= 0) return Error{Errc::bad_parameter, Field::max_age};
    return BookGuard(Latch(max_age));
  }
  /// Refused: the fault; nullopt: the book may be used.
  template <class L>
  constexpr std::optional<Error> look(std::span<const L> bids, std::span<const L> asks, Time of_book, Time now) {
    if (latch_.refusal()) return latch_.refusal();
    if (const std::optional<Error> e = latch_.clock(of_book, now)) return e;
    if (const std::optional<Error> e = check_levels(bids, asks)) return latch_.refuse(*e, now);
    return std::nullopt;
  }
  [[nodiscard]] constexpr const Latch& latch() const noexcept { return latch_; }
  constexpr void reset() noexcept { latch_.reset(); }

 private:
  constexpr explicit BookGuard(const Latch& latch) : latch_(latch) {}
  Latch latch_;
};

/// Where the mid of a snapshot of bands can be: it lies above the mean of the bids within 1 % of it, and less than 1 % above; of the asks likewise.
template <Scalar T>
struct MidRange {
  T low, high;
};

/// The mids that a snapshot allows; low > high: none, the book is crossed.
///
/// @f[ \max\left(\bar b, \frac{\bar a}{1.01}\right) \le m \le \min\left(\frac{\bar b}{0.99}, \bar a\right) @f]
/// @par Units    money per base unit
/// @par Shape    mean prices above zero in the first band of both sides
/// @par Rounding that of the scalar
/// @par Errors   none
/// @par Cost     O(1)
/// @par Source   docs/howto/band-files.md
template <Scalar T>
[[nodiscard]] constexpr MidRange<T> possible_mids(const BandSnapshot<T>& snapshot) {
  const T &bid = snapshot.bids[0].mean_price, &ask = snapshot.asks[0].mean_price;
  const T from_ask = T(T(T(100) * ask) / T(101)), from_bid = T(T(T(100) * bid) / T(99));
  return {from_ask < bid ? bid : from_ask, ask < from_bid ? ask : from_bid};
}

/// The same guard for bands, which show no best prices.
///
/// Refused: no mid is possible, or none within `tolerance` of the mark. Suspect, which latches as well but refuses nothing: the mean of a side's first
/// band lies itself nearer to the mark than `tolerance`, or beyond it. What a whole per cent of book holds cannot lie so near the market; orders
/// that should have traded still stand there.
/// @par Units    milliseconds; tolerance: a share of the mark
/// @par Shape    make: max_age > 0, tolerance in (0, 1). max_age holds for the snapshot and for the mark
/// @par Rounding that of the scalar
/// @par Errors   make: BAD_NUMBER, BAD_PARAMETER (MAX_AGE, PRICE_BAND). look: BAD_TIME, STALE_PRICE (SOURCE_TIME, MAX_AGE: the snapshot; MARK), BAD_NUMBER,
///               BAD_PRICE (MARK); BAD_NUMBER, BAD_BOOK (BAND: `index` the band, `item` 0 for bids and 1 for asks: no content, no price, or less than the band
///               inside it, in units or in money); BAD_BOOK (SPREAD: no mid is possible; MID: none near the mark)
/// @par Cost     O(bands)
/// @par Source   docs/howto/band-files.md
template <Scalar T>
class BandGuard {
 public:
  [[nodiscard]] static constexpr Result<BandGuard> make(Time max_age, const Ratio<T>& tolerance) {
    if (max_age <= 0) return Error{Errc::bad_parameter, Field::max_age};
    if (!is_finite(tolerance.raw())) return Error{Errc::bad_number, Field::price_band};
    if (!(T(0) < tolerance.raw()) || !(tolerance.raw() < T(1))) return Error{Errc::bad_parameter, Field::price_band};
    return BandGuard(Latch(max_age), tolerance.raw());
  }
  /// Refused: the fault; nullopt: the snapshot may be used, but see suspect().
  constexpr std::optional<Error> look(const BandSnapshot<T>& snapshot, const TimedPrice<T>& mark, Time now);

  /// Since when a side is suspect; nullopt: it is not.
  [[nodiscard]] constexpr const std::optional<Time>& suspect(BookSide side) const noexcept { return suspect_[side == BookSide::asks ? 1 : 0]; }
  [[nodiscard]] constexpr const Latch& latch() const noexcept { return latch_; }
  constexpr void reset() noexcept {
    latch_.reset();
    suspect_ = {};
  }

 private:
  constexpr BandGuard(const Latch& latch, const T& tolerance) : latch_(latch), tolerance_(tolerance) {}
  Latch latch_;
  T tolerance_;
  std::array<std::optional<Time>, 2> suspect_{};
};

namespace detail {

/// The number of a dimensioned value, or of a raw one.
[[nodiscard]] constexpr const auto& undimensioned(const auto& x) {
  if constexpr (requires { x.raw(); })
    return x.raw();
  else
    return x;
}

template <class L>
[[nodiscard]] constexpr std::optional<Error> check_side(std::span<const L> levels, bool asks) {
  const std::uint32_t item = asks ? 1 : 0;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto &price = undimensioned(levels[i].price), &size = undimensioned(levels[i].size);
    using T = std::remove_cvref_t<decltype(price)>;
    const auto index = static_cast<std::uint32_t>(i);
    if (!is_finite(price) || !is_finite(size)) return Error{Errc::bad_number, Field::level, index, item};
    const bool sorted = i == 0 || (asks ? undimensioned(levels[i - 1].price) < price : price < undimensioned(levels[i - 1].price));
    if (!(T(0) < price) || !(T(0) < size) || !sorted) return Error{Errc::bad_book, Field::level, index, item};
  }
  return std::nullopt;
}

template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check_bands(const std::array<BandDepth<T>, band_count>& bands, std::uint32_t item) {
  for (std::size_t k = 0; k < bands.size(); ++k) {
    const auto index = static_cast<std::uint32_t>(k);
    const BandDepth<T>& band = bands[k];
    if (!is_finite(band.size) || !is_finite(band.value) || !is_finite(band.mean_price)) return Error{Errc::bad_number, Field::band, index, item};
    const bool falls = band.value < (k > 0 ? bands[k - 1].value : T(0)) || (k > 0 && band.size < bands[k - 1].size);
    if (!(T(0) < band.size) || !(T(0) < band.mean_price) || falls) return Error{Errc::bad_book, Field::band, index, item};
  }
  return std::nullopt;
}

}  // namespace detail

template <class L>
constexpr std::optional<Error> check_levels(std::span<const L> bids, std::span<const L> asks) {
  if (const std::optional<Error> e = detail::check_side(bids, false)) return e;
  if (const std::optional<Error> e = detail::check_side(asks, true)) return e;
  if (bids.empty() || asks.empty()) return std::nullopt;
  if (!(detail::undimensioned(bids.front().price) < detail::undimensioned(asks.front().price))) return Error{Errc::bad_book, Field::spread};
  return std::nullopt;
}

template <Scalar T>
constexpr std::optional<Error> BandGuard<T>::look(const BandSnapshot<T>& snapshot, const TimedPrice<T>& mark, Time now) {
  if (latch_.refusal()) return latch_.refusal();
  if (const std::optional<Error> e = latch_.clock(snapshot.time, now)) return e;
  const auto refuse = [&](Errc code, Field field) { return latch_.refuse({code, field}, now); };
  if (!is_finite(mark.price)) return refuse(Errc::bad_number, Field::mark);
  if (!(T(0) < mark.price)) return refuse(Errc::bad_price, Field::mark);
  if (now < mark.time) return refuse(Errc::bad_time, Field::mark);
  if (latch_.max_age() < Elapsed{mark.time, now}.length()) return refuse(Errc::stale_price, Field::mark);
  if (const std::optional<Error> e = detail::check_bands(snapshot.bids, 0)) return latch_.refuse(*e, now);
  if (const std::optional<Error> e = detail::check_bands(snapshot.asks, 1)) return latch_.refuse(*e, now);
  const MidRange<T> mids = possible_mids(snapshot);
  const T low = T(mark.price * T(T(1) - tolerance_)), high = T(mark.price * T(T(1) + tolerance_));
  if (low < snapshot.bids[0].mean_price && !suspect_[0]) suspect_[0] = snapshot.time;
  if (snapshot.asks[0].mean_price < high && !suspect_[1]) suspect_[1] = snapshot.time;
  if (mids.high < mids.low) return refuse(Errc::bad_book, Field::spread);
  if (high < mids.low || mids.high < low) return refuse(Errc::bad_book, Field::mid);
  return std::nullopt;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
