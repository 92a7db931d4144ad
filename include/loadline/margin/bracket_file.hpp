// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/rows.hpp"
#include "loadline/core/text.hpp"
#include "loadline/margin/bracket.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

/// @file
/// Bracket tables from text, row by row. Not part of loadline.hpp.

namespace loadline {
inline namespace v1 {

/// What is wrong with a row of a bracket file.
enum class RowFault : std::uint8_t {
  header,        ///< the first row is not symbol,floor,cap,rate,cum,max_leverage
  columns,       ///< not six columns, or no symbol
  number,        ///< a column is not a number
  rate,          ///< a rate outside [0, 1)
  gap,           ///< the floor lies above the cap before (or the first floor above 0)
  overlap,       ///< the floor lies below the cap before
  order,         ///< the cap does not lie above the floor
  second_table,  ///< the floor is 0 again inside one symbol, or the symbol came before
  falling_rate,  ///< a rate below the one before
  cum,           ///< the deduction is not the one that joins the bracket to the one before
  empty,         ///< no rows
};

/// The fault in words.
[[nodiscard]] constexpr const char* message(RowFault fault) noexcept {
  switch (fault) {
    case RowFault::header: return "the header must be symbol,floor,cap,rate,cum,max_leverage";
    case RowFault::columns: return "a row needs six columns, the first a symbol";
    case RowFault::number: return "not a finite number";
    case RowFault::rate: return "the rate is outside [0, 1)";
    case RowFault::gap: return "a gap: the floor lies above the cap before";
    case RowFault::overlap: return "an overlap: the floor lies below the cap before";
    case RowFault::order: return "the cap does not lie above the floor";
    case RowFault::second_table: return "a second table of one symbol";
    case RowFault::falling_rate: return "the rate falls";
    case RowFault::cum: return "the deduction does not join the bracket to the one before";
    case RowFault::empty: return "no rows";
  }
  return "unknown";
}

/// The first fault of a bracket file: the code that the account file gives it, the fault, and the line (from 1).
struct RowError {
  Errc code = Errc::bad_brackets;
  RowFault fault = RowFault::empty;
  std::uint32_t line = 0;
};

/// One symbol's table.
template <Scalar T>
struct SymbolBrackets {
  std::string symbol;
  std::vector<Bracket<T>> rows;
  std::vector<Ratio<T>> max_leverage;  ///< by row
};

/// The tables of a file, in its order.
/// @par Units    those of Bracket
/// @par Shape    symbols in the order of the file, each once
/// @par Rounding none
/// @par Errors   none; read_brackets has checked it
/// @par Cost     find: O(symbols)
/// @par Source   docs/reference/account-file.md, Bracket files
template <Scalar T>
struct BracketFile {
  std::vector<SymbolBrackets<T>> symbols;

  /// The table of a symbol; nullptr: the file has none.
  [[nodiscard]] const SymbolBrackets<T>* find(std::string_view symbol) const noexcept {
    for (const SymbolBrackets<T>& s : symbols)
      if (s.symbol == symbol) return &s;
    return nullptr;
  }
};

inline namespace LOADLINE_FLAGS {

/// Reads a bracket file: lines that begin with # are comments, then a header, then rows grouped by symbol.
///
///     symbol,floor,cap,rate,cum,max_leverage
///     BTCUSDT,0,50000,0.004,0,125
///     BTCUSDT,50000,600000,0.005,50,100
///
/// Nothing is sorted, joined or skipped: the first row that does not follow from the one before is refused by its line.
/// An empty cap leaves the last bracket open; an empty cum is derived.
/// @par Units    floor < x <= cap and cum in the quote asset (or contracts); rates are fractions
/// @par Shape    rows grouped by symbol
/// @par Rounding that of reading the text into T; the check of cum allows for it (margin/bracket.hpp)
/// @par Errors   RowError
/// @par Cost     O(text); allocates
/// @par Source   docs/reference/account-file.md, Bracket files
template <Scalar T>
[[nodiscard]] Result<BracketFile<T>, RowError> read_brackets(std::string_view text) {
  BracketFile<T> file;
  Rows rows(text);
  bool header = false;
  while (const std::optional<std::string_view> row = rows.next()) {
    const std::uint32_t line = rows.line();
    if (!header) {
      if (*row != "symbol,floor,cap,rate,cum,max_leverage") return RowError{Errc::bad_field, RowFault::header, line};
      header = true;
      continue;
    }
    const auto columns = columns_of<6>(*row);
    if (!columns || columns->front().empty()) return RowError{Errc::bad_field, RowFault::columns, line};
    const std::array<std::string_view, 6>& column = *columns;
    std::array<std::optional<T>, 6> number;
    for (std::size_t i = 1; i < column.size(); ++i) {
      if ((i == 2 || i == 4) && column[i].empty()) continue;
      const Result<T> x = read_number<T>(column[i]);
      if (!x) return RowError{x.error().code, RowFault::number, line};
      number[i] = *x;
    }
    const bool again = !file.symbols.empty() && file.symbols.back().symbol == column[0];
    if (!again) {
      if (file.find(column[0]) != nullptr) return RowError{Errc::duplicate_symbol, RowFault::second_table, line};
      file.symbols.push_back({std::string(column[0]), {}, {}});
    }
    SymbolBrackets<T>& symbol = file.symbols.back();
    const Bracket<T> bracket{number[1], number[2], Ratio<T>(*number[3]), number[4]};
    const T floor = *number[1];
    if (again && floor == T(0)) return RowError{Errc::bad_brackets, RowFault::second_table, line};
    if (again && !symbol.rows.back().cap) return RowError{Errc::bad_brackets, RowFault::overlap, line};
    const T expected = again ? *symbol.rows.back().cap : T(0);
    if (expected < floor) return RowError{Errc::bad_brackets, RowFault::gap, line};
    if (floor < expected) return RowError{Errc::bad_brackets, RowFault::overlap, line};
    if (again && bracket.rate < symbol.rows.back().rate) return RowError{Errc::brackets_not_convex, RowFault::falling_rate, line};
    symbol.rows.push_back(bracket);
    symbol.max_leverage.emplace_back(*number[5]);
    if (const std::optional<Error> e = check(BracketTable<T>{symbol.rows})) {
      const RowFault fault = e->code == Errc::bad_mmr        ? RowFault::rate
                             : e->code == Errc::cum_mismatch ? RowFault::cum
                             : e->code == Errc::bad_number   ? RowFault::number
                                                             : RowFault::order;
      return RowError{e->code, fault, line};
    }
  }
  if (file.symbols.empty()) return RowError{Errc::empty_brackets, RowFault::empty, rows.line()};
  return file;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
