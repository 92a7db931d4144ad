// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/band_file.hpp"

#include <charconv>

/// @file
/// Minutes of a mark price from text, row by row; its faults are those of a file of bands. Not part of loadline.hpp.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// Reads minutes of a mark price: a header, then one row a minute, of which the first, second and fifth column are used.
///
///     open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore
///     1760054400000,121662,121737.53736410,121662,121689.00965205,0,1760054459999,0,60,0,0,0
///
/// @par Units    open_time: milliseconds since 1970; prices: money per base unit
/// @par Shape    minutes ascend; a minute may be missing
/// @par Rounding that of reading the text into T
/// @par Errors   BandError: as read_bands; BAD_PRICE (depth: a price not above zero)
/// @par Cost     O(text); allocates
/// @par Source   the layout of Binance's public kline files
template <Scalar T>
[[nodiscard]] Result<std::vector<MarkMinute<T>>, BandError> read_mark_minutes(std::string_view text);

/// The mark at a time.
/// @par Units    money per base unit
/// @par Shape    minutes as read_mark_minutes gives them
/// @par Rounding that of MarkMinute::at
/// @par Errors   MISSING_PRICE (MARK): no minute holds the time; OVERFLOW (MARK)
/// @par Cost     O(log minutes)
/// @par Source   none
template <Scalar T>
[[nodiscard]] Result<T> mark_at(const std::vector<MarkMinute<T>>& minutes, Time t) {
  const auto later = std::upper_bound(minutes.begin(), minutes.end(), t, [](Time x, const MarkMinute<T>& m) { return x < m.start; });
  if (later == minutes.begin()) return Error{Errc::missing_price, Field::mark};
  const Result<T> mark = (later - 1)->at(t);
  if (!mark && mark.error().code == Errc::bad_time) return Error{Errc::missing_price, Field::mark};
  return mark;
}

template <Scalar T>
Result<std::vector<MarkMinute<T>>, BandError> read_mark_minutes(std::string_view text) {
  std::vector<MarkMinute<T>> minutes;
  Rows rows(text);
  bool header = false;
  const auto fault = [&rows](Errc code, BandFault what) { return BandError{code, what, rows.line()}; };
  while (const std::optional<std::string_view> row = rows.next()) {
    if (!header) {
      if (*row != "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore")
        return fault(Errc::bad_field, BandFault::header);
      header = true;
      continue;
    }
    const auto columns = columns_of<12>(*row);
    if (!columns) return fault(Errc::bad_field, BandFault::columns);
    Time start = 0;
    const std::string_view& digits = columns->front();
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), start);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || start % 60'000 != 0) return fault(Errc::bad_time, BandFault::time);
    if (!minutes.empty() && start <= minutes.back().start) return fault(Errc::bad_time, BandFault::order);
    const Result<T> open = read_number<T>((*columns)[1]), close = read_number<T>((*columns)[4]);
    if (!open || !close) return fault(open ? close.error().code : open.error().code, BandFault::number);
    if (!(T(0) < *open) || !(T(0) < *close)) return fault(Errc::bad_price, BandFault::depth);
    minutes.push_back({start, *open, *close});
  }
  if (minutes.empty()) return fault(Errc::missing_field, BandFault::empty);
  return minutes;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
