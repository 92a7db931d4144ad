// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/text.hpp"
#include "loadline/ext/json_document.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// @file
/// Times of the account file: text to milliseconds since 1970.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {
namespace detail {

/// Days from 1970-01-01 to a date of the Gregorian calendar; nullopt: no such day.
[[nodiscard]] constexpr std::optional<int> days_since_1970(int year, int month, int day) noexcept {
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  constexpr int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > length[month - 1] + (month == 2 && leap ? 1 : 0)) return std::nullopt;
  int days = 365 * (year - 1) + (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 - 719'162;
  for (int m = 1; m < month; ++m) days += length[m - 1] + (m == 2 && leap ? 1 : 0);
  return days + day - 1;
}

/// Milliseconds since 1970 of YYYY-MM-DDTHH:MM[:SS[.fff]]Z as whole days and the rest; nullopt: not such a text.
[[nodiscard]] inline std::optional<std::pair<int, int>> read_time(std::string_view s) {
  const auto digits = [&s](std::size_t least, std::size_t most) -> std::optional<int> {
    std::size_t n = 0;
    int x = 0;
    for (; n < most && n < s.size() && s[n] >= '0' && s[n] <= '9'; ++n) x = 10 * x + (s[n] - '0');
    if (n < least) return std::nullopt;
    s.remove_prefix(n);
    for (std::size_t k = n; most == 3 && k < 3; ++k) x *= 10;
    return x;
  };
  const auto skip = [&s](char c) {
    if (s.empty() || s.front() != c) return false;
    s.remove_prefix(1);
    return true;
  };
  std::array<int, 5> part{};
  constexpr char before[] = {'-', '-', 'T', ':'};
  for (std::size_t i = 0; i < 5; ++i) {
    if (i > 0 && !skip(before[i - 1])) return std::nullopt;
    const std::optional<int> x = digits(i == 0 ? 4 : 2, i == 0 ? 4 : 2);
    if (!x) return std::nullopt;
    part[i] = *x;
  }
  int second = 0, milli = 0;
  if (skip(':')) {
    const std::optional<int> x = digits(2, 2);
    if (!x) return std::nullopt;
    second = *x;
    if (skip('.')) {
      const std::optional<int> f = digits(1, 3);
      if (!f) return std::nullopt;
      milli = *f;
    }
  }
  const std::optional<int> days = days_since_1970(part[0], part[1], part[2]);
  if (!skip('Z') || !s.empty() || !days || part[3] > 23 || part[4] > 59 || second > 59) return std::nullopt;
  return std::pair(*days, ((part[3] * 60 + part[4]) * 60 + second) * 1000 + milli);
}

/// The date, YYYY-MM-DD, so many days after 1970-01-01.
/// @pre from year 1 to 9999
[[nodiscard]] inline std::string date_after_1970(int days) {
  int year = 1970 + days / 366 - (days < 0 ? 1 : 0);  // not after the right one
  while (days_since_1970(year + 1, 1, 1) && *days_since_1970(year + 1, 1, 1) <= days) ++year;
  int month = 1;
  while (month < 12 && *days_since_1970(year, month + 1, 1) <= days) ++month;
  const auto digits = [](int x, std::size_t width) {
    std::string text = std::to_string(x);
    return std::string(width - std::min(width, text.size()), '0') + text;
  };
  return digits(year, 4) + "-" + digits(month, 2) + "-" + digits(days - *days_since_1970(year, month, 1) + 1, 2);
}

/// The day, in UTC, of a time field as written; nullopt: before year 1 or after year 9999.
[[nodiscard]] inline std::optional<std::string> day_of(const JsonValue& time) {
  int days = 0;
  if (time.kind == JsonValue::Kind::string && time.text.find('T') != std::string::npos) {
    days = read_time(time.text)->first;
  } else {
    const Result<double> ms = read_number<double>(time.text);
    if (!ms || !(*ms > -62e12) || !(*ms < 253e12)) return std::nullopt;
    days = static_cast<int>(*ms / 86'400'000.0);
    if (static_cast<double>(days) * 86'400'000.0 > *ms) --days;
  }
  return date_after_1970(days);
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
