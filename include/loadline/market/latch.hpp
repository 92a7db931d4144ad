// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/market/elapsed.hpp"

#include <optional>

/// @file
/// What every guard of a book shares: the clock, and a refusal that stands until somebody takes it back.

namespace loadline {
inline namespace v1 {

/// A refusal that stays. The book that follows a broken one may look whole and still hold what broke it.
/// @par Units    milliseconds
/// @par Shape    max_age > 0
/// @par Rounding none
/// @par Errors   the first one, again and again, until reset()
/// @par Cost     O(1)
/// @par Source   none
class Latch {
 public:
  constexpr explicit Latch(Time max_age) noexcept : max_age_(max_age) {}

  /// The refusal that holds; nullopt: none.
  [[nodiscard]] constexpr const std::optional<Error>& refusal() const noexcept { return refusal_; }
  /// When it was made.
  [[nodiscard]] constexpr Time refused_at() const noexcept { return refused_at_; }
  /// Takes the refusal back, and forgets the times that were seen.
  constexpr void reset() noexcept {
    refusal_.reset();
    seen_.reset();
  }
  /// A guard asks refusal() first, so that the first fault stays.
  constexpr std::optional<Error> refuse(const Error& error, Time now) noexcept {
    refusal_ = error;
    refused_at_ = now;
    return refusal_;
  }
  /// BAD_TIME (SOURCE_TIME): from after now, or before the one before; STALE_PRICE (MAX_AGE): too old.
  constexpr std::optional<Error> clock(Time of_book, Time now) noexcept {
    if (now < of_book || (seen_ && of_book < *seen_)) return refuse({Errc::bad_time, Field::source_time}, now);
    if (max_age_ < Elapsed{of_book, now}.length()) return refuse({Errc::stale_price, Field::max_age}, now);
    seen_ = of_book;
    return std::nullopt;
  }
  [[nodiscard]] constexpr Time max_age() const noexcept { return max_age_; }

 private:
  Time max_age_;
  std::optional<Error> refusal_;
  Time refused_at_ = 0;
  std::optional<Time> seen_;
};

}  // namespace v1
}  // namespace loadline
