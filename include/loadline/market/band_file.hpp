// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/rows.hpp"
#include "loadline/core/text.hpp"
#include "loadline/market/band_snapshot.hpp"
#include "loadline/market/moment.hpp"

#include <algorithm>
#include <vector>

/// @file
/// Snapshots of bands from text, row by row. Not part of loadline.hpp.

namespace loadline {
inline namespace v1 {

/// What is wrong with a row of such a file.
enum class BandFault : std::uint8_t {
  header,        ///< the first row is not the one that the reader knows
  columns,       ///< not as many columns as the header has
  blank,         ///< a blank before or after a column
  time,          ///< not one of the file's form
  number,        ///< a column is not a number
  percentage,    ///< a band that is none of -5 to 5, or 0
  missing_band,  ///< the row does not carry the band that comes next: one is missing, twice there, or out of order
  order,         ///< not after the one before
  gap,           ///< later after the one before than was allowed
  depth,         ///< a content below zero, or less than the band inside it, or a price not above zero where there is content
  empty,         ///< no rows
};

/// The fault in words.
[[nodiscard]] constexpr const char* message(BandFault fault) noexcept {
  switch (fault) {
    case BandFault::header: return "the header is not the one of such a file";
    case BandFault::columns: return "a row needs as many columns as the header";
    case BandFault::blank: return "a stray blank";
    case BandFault::time: return "not a time of such a file";
    case BandFault::number: return "not a finite number";
    case BandFault::percentage: return "the band must be one of -5 to -1 and 1 to 5";
    case BandFault::missing_band: return "a band is missing, repeated or out of order";
    case BandFault::order: return "not after the one before";
    case BandFault::gap: return "a gap in time";
    case BandFault::depth: return "cumulative depth below zero or falling, or no price";
    case BandFault::empty: return "no rows";
  }
  return "unknown";
}

/// The first fault of a file: its code, the fault, and the line (from 1).
struct BandError {
  Errc code = Errc::missing_field;
  BandFault fault = BandFault::empty;
  std::uint32_t line = 0;
};

/// What a reader lets pass, by name.
struct BandReading {
  bool trim_blanks = false;  ///< stray blanks are taken off, and their lines listed; else they are a fault
  Time longest_gap = 0;      ///< milliseconds from one snapshot to the next; 0: any
};

/// The snapshots of a file, in the order of time.
template <Scalar T>
struct BandFile {
  std::vector<BandSnapshot<T>> snapshots;
  std::vector<std::uint32_t> trimmed;  ///< lines whose stray blanks were taken off

  /// The last snapshot that is not after a time; nullptr: there is none.
  [[nodiscard]] const BandSnapshot<T>* at(Time t) const noexcept {
    const auto later = std::upper_bound(snapshots.begin(), snapshots.end(), t, [](Time x, const BandSnapshot<T>& s) { return x < s.time; });
    return later == snapshots.begin() ? nullptr : &*(later - 1);
  }
};

inline namespace LOADLINE_FLAGS {

/// Reads the daily depth file of a venue: a header, then ten rows a snapshot, from -5 to -1 and from 1 to 5.
///
///     timestamp,percentage,depth,notional,weighted_avg_price
///     2025-10-10 00:00:07,-5,8243.012,979983314.2056,118886.556783564
///
/// Lines that begin with # are comments. Nothing is sorted, filled in or skipped.
/// @par Units    depth: base units; notional: money; times: UTC
/// @par Shape    snapshots ascend in time, each with all ten bands
/// @par Rounding that of reading the text into T
/// @par Errors   BandError: BAD_FIELD (header, columns, blank, percentage), BAD_TIME (time, order, gap), BAD_NUMBER or NUMBER_RANGE, BAD_BOOK (missing_band,
///               depth), MISSING_FIELD (empty)
/// @par Cost     O(text); allocates
/// @par Source   the layout of Binance's public bookDepth files
template <Scalar T>
[[nodiscard]] Result<BandFile<T>, BandError> read_bands(std::string_view text, const BandReading& reading = {});

namespace detail {

/// The milliseconds of a text YYYY-MM-DD HH:MM:SS; nullopt: no such text or no such day.
[[nodiscard]] constexpr std::optional<Time> time_of_row(std::string_view text) noexcept {
  if (text.size() != 19 || text[10] != ' ') return std::nullopt;
  std::array<char, 19> with_t{};
  std::copy(text.begin(), text.end(), with_t.begin());
  with_t[10] = 'T';
  const std::optional<Moment> minute = read_moment(std::string_view(with_t.data(), with_t.size()));
  if (!minute) return std::nullopt;
  const std::int64_t day = minute->first / 10'000, clock = minute->first % 10'000;
  const std::int64_t month = day / 100 % 100, years = day / 10'000 - (month < 3 ? 1 : 0);  // years that begin in March, so that a leap day comes last
  const std::int64_t of_year = (153 * (month < 3 ? month + 9 : month - 3) + 2) / 5 + day % 100 - 1;
  const std::int64_t days = 365 * years + years / 4 - years / 100 + years / 400 + of_year - 719'468;
  const std::int64_t seconds = (text[17] - '0') * 10 + (text[18] - '0');
  return (((days * 24 + clock / 100) * 60 + clock % 100) * 60 + seconds) * 1'000;
}

[[nodiscard]] constexpr std::string_view without_blanks(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const std::size_t begin = text.find_first_not_of(blanks);
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

}  // namespace detail

template <Scalar T>
Result<BandFile<T>, BandError> read_bands(std::string_view text, const BandReading& reading) {
  constexpr std::array<std::string_view, 10> order = {"-5", "-4", "-3", "-2", "-1", "1", "2", "3", "4", "5"};
  const BandDepth<T> nothing{T(0), T(0), T(0)};
  BandFile<T> file;
  Rows rows(text);
  bool header = false;
  std::size_t next = 0;  // in `order`
  BandSnapshot<T> snapshot{0, {nothing, nothing, nothing, nothing, nothing}, {nothing, nothing, nothing, nothing, nothing}};
  const auto fault = [&rows](Errc code, BandFault what) { return BandError{code, what, rows.line()}; };
  while (const std::optional<std::string_view> row = rows.next()) {
    if (!header) {
      if (*row != "timestamp,percentage,depth,notional,weighted_avg_price") return fault(Errc::bad_field, BandFault::header);
      header = true;
      continue;
    }
    auto columns = columns_of<5>(*row);
    if (!columns) return fault(Errc::bad_field, BandFault::columns);
    bool blank = false;
    for (std::string_view& column : *columns) {
      const std::string_view trimmed = detail::without_blanks(column);
      blank = blank || trimmed.size() != column.size();
      column = trimmed;
    }
    if (blank && !reading.trim_blanks) return fault(Errc::bad_field, BandFault::blank);
    if (blank) file.trimmed.push_back(rows.line());
    const std::optional<Time> time = detail::time_of_row((*columns)[0]);
    if (!time) return fault(Errc::bad_time, BandFault::time);
    const auto found = static_cast<std::size_t>(std::find(order.begin(), order.end(), (*columns)[1]) - order.begin());
    if (found == order.size()) return fault(Errc::bad_field, BandFault::percentage);
    if (found != next || (next > 0 && *time != snapshot.time)) return fault(Errc::bad_book, BandFault::missing_band);
    if (next == 0 && !file.snapshots.empty()) {
      const Time last = file.snapshots.back().time;
      if (*time <= last) return fault(Errc::bad_time, BandFault::order);
      if (0 < reading.longest_gap && reading.longest_gap < *time - last) return fault(Errc::bad_time, BandFault::gap);
    }
    std::array<std::optional<T>, 3> number;
    for (std::size_t i = 0; i < number.size(); ++i) {
      const Result<T> x = read_number<T>((*columns)[2 + i]);
      if (!x) return fault(x.error().code, BandFault::number);
      number[i] = *x;
    }
    const BandDepth<T> band{*number[0], *number[1], *number[2]};
    if (band.size < T(0) || band.value < T(0) || (T(0) < band.size && !(T(0) < band.mean_price))) return fault(Errc::bad_book, BandFault::depth);
    const bool bid = next < band_count;
    const std::size_t k = bid ? band_count - 1 - next : next - band_count;
    if (next > 0 && next != band_count) {  // bids come from the outside inwards, asks from the inside outwards
      const BandDepth<T>&inner = bid ? band : snapshot.asks[k - 1], &outer = bid ? snapshot.bids[k + 1] : band;
      if (outer.size < inner.size || outer.value < inner.value) return fault(Errc::bad_book, BandFault::depth);
    }
    snapshot.time = *time;
    (bid ? snapshot.bids : snapshot.asks)[k] = band;
    if (++next < order.size()) continue;
    file.snapshots.push_back(snapshot);
    next = 0;
  }
  if (next > 0) return fault(Errc::bad_book, BandFault::missing_band);
  if (file.snapshots.empty()) return fault(Errc::missing_field, BandFault::empty);
  return file;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
