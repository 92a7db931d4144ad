// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/collateral/change.hpp"
#include "loadline/core/rows.hpp"
#include "loadline/core/text.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

/// @file
/// Dated changes of collateral ratios from text, row by row. Not part of loadline.hpp.

namespace loadline {
inline namespace v1 {

/// What is wrong with a row of a file of changes.
enum class ChangeFault : std::uint8_t {
  header,   ///< the first row is not asset,effective,from,to
  columns,  ///< not four columns, or no asset
  time,     ///< not a minute or a day of UTC
  number,   ///< a ratio is not a number
  ratio,    ///< a ratio outside [0, 1]
  order,    ///< not after the change before of the same asset
  empty,    ///< no rows
};

/// The fault in words.
[[nodiscard]] constexpr const char* message(ChangeFault fault) noexcept {
  switch (fault) {
    case ChangeFault::header: return "the header must be asset,effective,from,to";
    case ChangeFault::columns: return "a row needs four columns, the first an asset";
    case ChangeFault::time: return "the time must be YYYY-MM-DDTHH:MMZ, or YYYY-MM-DD";
    case ChangeFault::number: return "not a finite number";
    case ChangeFault::ratio: return "the ratio is outside [0, 1]";
    case ChangeFault::order: return "not after the change before of the same asset";
    case ChangeFault::empty: return "no rows";
  }
  return "unknown";
}

/// The first fault of a file of changes: its code, the fault, and the line (from 1).
struct ChangeError {
  Errc code = Errc::missing_field;
  ChangeFault fault = ChangeFault::empty;
  std::uint32_t line = 0;
};

/// One asset's changes, in the order of time.
template <Scalar T>
struct AssetChanges {
  std::string asset;
  std::vector<Change<Ratio<T>>> changes;
};

/// The changes of a file, by asset in the order of their first row.
template <Scalar T>
struct ChangeFile {
  std::vector<AssetChanges<T>> assets;
  std::vector<std::uint32_t> breaks;  ///< lines whose `from` is not the asset's `to` before: a warning, a change is missing

  /// The changes of an asset; empty: the file has none.
  [[nodiscard]] std::span<const Change<Ratio<T>>> find(std::string_view asset) const noexcept {
    for (const AssetChanges<T>& a : assets)
      if (a.asset == asset) return a.changes;
    return {};
  }
};

inline namespace LOADLINE_FLAGS {

/// Reads a file of changes: lines that begin with # are comments, then a header, then rows in any order of assets.
///
///     asset,effective,from,to
///     DOT,2025-08-08T06:00Z,0.8,0.75
///
/// Nothing is sorted or skipped. A day stands where the hour is not known. An empty `from` is one that the announcement does not name.
/// @par Units    ratios: fractions; times: UTC
/// @par Shape    the rows of one asset ascend in time
/// @par Rounding that of reading the text into T
/// @par Errors   ChangeError: BAD_FIELD (header, columns), BAD_TIME (time, order), BAD_NUMBER or NUMBER_RANGE, BAD_WEIGHT, MISSING_FIELD (empty)
/// @par Cost     O(rows x assets); allocates
/// @par Source   none
template <Scalar T>
[[nodiscard]] Result<ChangeFile<T>, ChangeError> read_changes(std::string_view text) {
  ChangeFile<T> file;
  Rows rows(text);
  bool header = false;
  while (const std::optional<std::string_view> row = rows.next()) {
    const std::uint32_t line = rows.line();
    if (!header) {
      if (*row != "asset,effective,from,to") return ChangeError{Errc::bad_field, ChangeFault::header, line};
      header = true;
      continue;
    }
    const auto columns = columns_of<4>(*row);
    if (!columns || columns->front().empty()) return ChangeError{Errc::bad_field, ChangeFault::columns, line};
    const std::array<std::string_view, 4>& column = *columns;
    const std::optional<Moment> effective = read_moment(column[1]);
    if (!effective || (column[1].size() > 10 && column[1].back() != 'Z')) return ChangeError{Errc::bad_time, ChangeFault::time, line};
    std::array<std::optional<Ratio<T>>, 2> ratio;
    for (std::size_t i = 0; i < ratio.size(); ++i) {
      if (i == 0 && column[2].empty()) continue;
      const Result<T> x = read_number<T>(column[2 + i]);
      if (!x) return ChangeError{x.error().code, ChangeFault::number, line};
      if (*x < T(0) || T(1) < *x) return ChangeError{Errc::bad_weight, ChangeFault::ratio, line};
      ratio[i] = Ratio<T>(*x);
    }
    AssetChanges<T>* asset = nullptr;
    for (AssetChanges<T>& a : file.assets)
      if (a.asset == column[0]) asset = &a;
    if (asset == nullptr) asset = &file.assets.emplace_back(AssetChanges<T>{std::string(column[0]), {}});
    if (!asset->changes.empty()) {
      const Change<Ratio<T>>& last = asset->changes.back();
      if (!before(last.effective, *effective)) return ChangeError{Errc::bad_time, ChangeFault::order, line};
      if (ratio[0] && !(*ratio[0] == last.to)) file.breaks.push_back(line);
    }
    asset->changes.push_back({*effective, ratio[0], *ratio[1]});
  }
  if (file.assets.empty()) return ChangeError{Errc::missing_field, ChangeFault::empty, rows.line()};
  return file;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
