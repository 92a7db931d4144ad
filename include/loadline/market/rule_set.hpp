// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

/// @file
/// What a venue's rules are called, where they are from, and on which days they are known to hold.

namespace loadline {
inline namespace v1 {
namespace venues {

/// A dated rule set: where it is from and on which days it is known to hold.
/// @par Units    days: YYYY-MM-DD in UTC, both included
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   the venue, as `source` says
struct RuleSet {
  const char* id;
  const char* first_day;  ///< YYYY-MM-DD; empty: not known, and no day is covered
  const char* last_day;   ///< the last day for which it was checked; rules may hold on after it. Empty as above
  const char* source;
};

/// Whether a text is a day, YYYY-MM-DD; the calendar is not asked.
[[nodiscard]] constexpr bool is_day(std::string_view text) noexcept {
  if (text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (i == 4 || i == 7 ? text[i] != '-' : text[i] < '0' || '9' < text[i]) return false;
  return true;
}

/// Whether a rule set is known to hold on a day. False says only that nobody checked, not that the rules were others.
/// @par Units    day: YYYY-MM-DD in UTC, or a time of the account file, YYYY-MM-DDT..., of which the day counts
/// @par Shape    both ends included
/// @par Rounding rules that change at an hour: the day of the change belongs to both sets
/// @par Errors   none; false for a text that is no day
/// @par Cost     O(1)
/// @par Source   none
[[nodiscard]] constexpr bool covers(const RuleSet& rules, std::string_view day) noexcept {
  if (day.size() > 10 && day[10] == 'T') day = day.substr(0, 10);
  return is_day(day) && is_day(rules.first_day) && is_day(rules.last_day) && std::string_view(rules.first_day) <= day &&
         day <= std::string_view(rules.last_day);
}

}  // namespace venues
}  // namespace v1
}  // namespace loadline
