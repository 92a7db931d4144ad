// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// @file
/// A day, or a minute of a day, as dated rules name it.

namespace loadline {
inline namespace v1 {

/// A stretch of UTC: one minute, or a whole day where no hour is known. Numbers that sort by time: YYYYMMDDHHMM.
///
/// A day is not its midnight: rules change at an hour, and on that day a day alone does not say which rule held.
struct Moment {
  std::int64_t first;  ///< the first minute of it
  std::int64_t last;   ///< the last; of a minute, itself
  friend constexpr bool operator==(Moment, Moment) = default;
};

/// Whether a lies wholly before b, or wholly from the end of b on. Neither: an hour would be needed to tell.
[[nodiscard]] constexpr bool before(Moment a, Moment b) noexcept {
  return a.last < b.first;
}
[[nodiscard]] constexpr bool since(Moment a, Moment b) noexcept {
  return b.last <= a.first;
}

/// The moment of a text: YYYY-MM-DD is a day, YYYY-MM-DDTHH:MM[:SS][Z] a minute of it, in UTC; nullopt: no such text or no such day.
/// @par Units    UTC
/// @par Shape    years 0001 to 9999 of the Gregorian calendar
/// @par Rounding seconds are checked and dropped: the minute that has begun
/// @par Errors   none; nullopt
/// @par Cost     O(1), no allocation
/// @par Source   none
[[nodiscard]] constexpr std::optional<Moment> read_moment(std::string_view text) noexcept {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";  // d: a digit; any other character is itself
  constexpr int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (text.size() > 11 && text.back() == 'Z') text.remove_suffix(1);
  if (text.size() != 10 && text.size() != 16 && text.size() != 19) return std::nullopt;
  std::int64_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (shape[i] != 'd') {
      if (text[i] != shape[i]) return std::nullopt;
      continue;
    }
    if (text[i] < '0' || '9' < text[i]) return std::nullopt;
    digits = 10 * digits + (text[i] - '0');
  }
  if (text.size() == 19) {
    if (digits % 100 > 59) return std::nullopt;
    digits /= 100;
  }
  const std::int64_t day = text.size() == 10 ? digits : digits / 10'000;
  const std::int64_t y = day / 10'000, m = day / 100 % 100, d = day % 100;
  const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  if (y < 1 || m < 1 || m > 12 || d < 1 || d > length[m - 1] + (m == 2 && leap ? 1 : 0)) return std::nullopt;
  if (text.size() == 10) return Moment{day * 10'000, day * 10'000 + 2'359};
  if (digits / 100 % 100 > 23 || digits % 100 > 59) return std::nullopt;
  return Moment{digits, digits};
}

}  // namespace v1
}  // namespace loadline
