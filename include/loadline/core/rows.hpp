// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// @file
/// The rows of a text with comments, and the columns of a row: what the readers of tables share. Not part of loadline.hpp.

namespace loadline {
inline namespace v1 {

/// The rows of a text, one after the other. Empty lines and those that begin with # are passed over; a carriage return at the end is not
/// part of a row.
/// @par Units    none
/// @par Shape    views of the text
/// @par Rounding none
/// @par Errors   none
/// @par Cost     O(text) for all of it; no allocation
/// @par Source   none
class Rows {
 public:
  constexpr explicit Rows(std::string_view text) noexcept : text_(text) {}

  /// The next row; nullopt: there is none.
  [[nodiscard]] constexpr std::optional<std::string_view> next() noexcept {
    while (!text_.empty()) {
      ++line_;
      const std::size_t end = text_.find('\n');
      std::string_view row = text_.substr(0, end);
      text_ = end == std::string_view::npos ? std::string_view() : text_.substr(end + 1);
      if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
      if (!row.empty() && row.front() != '#') return row;
    }
    return std::nullopt;
  }
  /// The line of that row, from 1; at the end the number of lines.
  [[nodiscard]] constexpr std::uint32_t line() const noexcept { return line_; }

 private:
  std::string_view text_;
  std::uint32_t line_ = 0;
};

/// The columns of a row, parted by commas; nullopt: there are not N of them.
/// @par Units    none
/// @par Shape    N views of the row; a column may be empty
/// @par Rounding none
/// @par Errors   nullopt as above
/// @par Cost     O(row), no allocation
/// @par Source   none
template <std::size_t N>
[[nodiscard]] constexpr std::optional<std::array<std::string_view, N>> columns_of(std::string_view row) noexcept {
  std::array<std::string_view, N> column;
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t comma = row.find(',');
    column[i] = row.substr(0, comma);
    const bool last = comma == std::string_view::npos;
    if (last != (i + 1 == N)) return std::nullopt;
    if (!last) row.remove_prefix(comma + 1);
  }
  return column;
}

}  // namespace v1
}  // namespace loadline
