// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"
#include "loadline/market/elapsed.hpp"

#include <optional>
#include <span>

/// @file
/// The largest value of a rolling window, in amortised constant time, and the drawdown from it.

namespace loadline {
inline namespace v1 {

/// What counts as inside a window that ends now.
enum class WindowReading : std::uint8_t {
  held,     ///< a value stands until the next sample: the one that the window began with counts, however old its sample
  sampled,  ///< only samples whose own time lies in [now - width, now], as of a page that a venue refreshes
};

/// A value that may still become the largest: what WindowPeak stores.
template <Scalar T>
struct WindowSample {
  T value = T(0);
  Time time = 0;
  Time until = 0;  ///< when the next sample came; of the latest: not yet known
};

inline namespace LOADLINE_FLAGS {

/// The largest value of the last `width` milliseconds, over storage of the caller's.
///
/// @f[ peak = \max_{u \in [t - width,\, t]} F(u) @f]
/// A ring holds the samples that no later one has reached, so their values fall from front to back, and the front is the answer.
/// @par Units    times: milliseconds; values: any one unit, of any sign
/// @par Shape    width > 0; times do not go backwards. Of two samples of one time both count
/// @par Rounding none
/// @par Errors   add: BAD_PARAMETER (WINDOW), BAD_NUMBER (AMOUNT), BAD_TIME (SOURCE_TIME: a step back), BAD_SIZE (WINDOW: the storage is full of
///               values that may still become the largest; the sample is not kept). The window is then as it was
/// @par Cost     add: amortised O(1), since a sample enters once and leaves once; peak O(1); no allocation
/// @par Source   textbook: monotone queue
template <Scalar T>
class WindowPeak {
 public:
  constexpr WindowPeak(std::span<WindowSample<T>> storage, Time width, WindowReading reading = WindowReading::held)
      : storage_(storage), width_(width), reading_(reading) {}

  /// nullopt: it is kept.
  constexpr std::optional<Error> add(Time time, const T& value) {
    if (width_ <= 0) return Error{Errc::bad_parameter, Field::window};
    if (!is_finite(value)) return Error{Errc::bad_number, Field::amount};
    if (count_ > 0 && time < at(count_ - 1).time) return Error{Errc::bad_time, Field::source_time};
    std::size_t keep = count_, leave = 0;
    while (keep > 0 && !(value < at(keep - 1).value)) --keep;
    while (leave < keep && gone(leave, time)) ++leave;
    if (keep - leave == storage_.size()) return Error{Errc::bad_size, Field::window};
    if (count_ > 0) at(count_ - 1).until = time;  // the latest is always at the back
    head_ = place(leave);
    count_ = keep - leave;
    at(count_++) = {value, time, time};
    return std::nullopt;
  }

  [[nodiscard]] constexpr bool empty() const noexcept { return count_ == 0; }
  /// How many places of the storage are in use.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return count_; }
  [[nodiscard]] constexpr Time width() const noexcept { return width_; }
  /// The largest value; not of an empty window.
  [[nodiscard]] constexpr const T& peak() const { return LOADLINE_ASSERT(count_ > 0), at(0).value; }
  /// The value of the last sample; not of an empty window.
  [[nodiscard]] constexpr const T& latest() const { return LOADLINE_ASSERT(count_ > 0), at(count_ - 1).value; }

 private:
  /// Where the i-th lies, i <= count_: a subtraction, since a division costs more than all the rest.
  [[nodiscard]] constexpr std::size_t place(std::size_t i) const noexcept { return head_ + i < storage_.size() ? head_ + i : head_ + i - storage_.size(); }
  [[nodiscard]] constexpr WindowSample<T>& at(std::size_t i) const { return storage_[place(i)]; }
  /// Whether the i-th has left the window at `now`. The latest ends now: held, it is inside.
  [[nodiscard]] constexpr bool gone(std::size_t i, Time now) const {
    if (reading_ == WindowReading::sampled) return width_ < Elapsed{at(i).time, now}.length();
    return i + 1 < count_ && width_ <= Elapsed{at(i).until, now}.length();
  }

  std::span<WindowSample<T>> storage_;
  std::size_t head_ = 0, count_ = 0;
  Time width_;
  WindowReading reading_;
};

/// What is gone of the largest balance.
///
/// @f[ DD = \frac{peak - F}{peak} @f]
/// Of a fund that held nothing in the whole window: 1, since it covers nothing.
/// @par Units    a fraction in [0, 1]
/// @par Shape    a window of balances, not empty
/// @par Rounding none but the scalar's
/// @par Errors   BAD_FUND (FUND: the latest balance is below zero), BAD_SIZE (WINDOW: it is empty)
/// @par Cost     O(1)
/// @par Source   Bybit, page on ADL: drawdown from the largest balance of eight hours
template <Scalar T>
[[nodiscard]] constexpr Result<Ratio<T>> drawdown(const WindowPeak<T>& window) {
  if (window.empty()) return Error{Errc::bad_size, Field::window};
  if (window.latest() < T(0)) return Error{Errc::bad_fund, Field::fund};
  if (!(T(0) < window.peak())) return Ratio<T>(T(1));
  return Ratio<T>(T(T(window.peak() - window.latest()) / window.peak()));
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
