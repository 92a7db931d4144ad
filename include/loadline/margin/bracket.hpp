// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"

#include <cstddef>
#include <optional>
#include <span>

/// @file
/// Bracketed maintenance: rates that step up with the size of a position.

namespace loadline {
inline namespace v1 {

/// One row of a venue's table: for floor < x <= cap the requirement is notional * rate - cum.
/// @par Units    floor, cap: as BracketUnit says; cum: the settle asset; rate: a fraction
/// @par Shape    one row of a table
/// @par Rounding none
/// @par Errors   none here; check
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, A position
template <Scalar T>
struct Bracket {
  std::optional<T> floor = std::nullopt;  ///< if given it must equal the cap before; the first is 0
  std::optional<T> cap = std::nullopt;    ///< upper end, included; only the last may be open
  Ratio<T> rate;                          ///< maintenance margin rate, in [0, 1), not falling
  std::optional<T> cum = std::nullopt;    ///< the deduction ("maintenance amount") as the venue gives it
};

/// What floor and cap measure.
enum class BracketUnit : unsigned char { notional, size };
/// Each slice at its own rate, or the whole position at the rate of its bracket (the requirement jumps at an edge).
enum class BracketRule : unsigned char { marginal, whole };
/// What to do with a given cum: demand that it is the derived one, ignore it, or use it as it is.
enum class CumPolicy : unsigned char { strict, recompute, as_given };
/// The price at which maintenance is taken.
enum class MaintenanceAt : unsigned char { mark, entry };

/// A table with its reading. Caps and cum are multiplied by `coefficient` (Binance: notionalCoef of the user).
/// @par Units    those of Bracket; coefficient: a factor
/// @par Shape    rows: at least one; caps ascending
/// @par Rounding none
/// @par Errors   none here; check
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, A position
template <Scalar T>
struct BracketTable {
  std::span<const Bracket<T>> rows;
  BracketUnit unit = BracketUnit::notional;
  BracketRule rule = BracketRule::marginal;
  CumPolicy cum_policy = CumPolicy::strict;
  T coefficient = T(1);
};

inline namespace LOADLINE_FLAGS {

/// The deductions that a table uses, row by row: cum_0 = 0, cum_k = cum_(k-1) + floor_k (rate_k - rate_(k-1)).
///
/// Computed in `S`, which may be a wider number than the table's own; nothing is stored, so nothing is allocated.
/// @par Units    floor, cap, deduction: those of the table; rate: a fraction
/// @par Shape    one row at a time, in order
/// @par Rounding that of S
/// @par Errors   none; the table has passed check()
/// @par Cost     O(1) a row
/// @par Source  Binance USD-M FAQ: 5,000,000 x (5 % - 2.5 %) + 16,300 = 141,300; Bybit's mmDeduction is the same rule
template <Scalar S, Scalar T>
class Deductions {
 public:
  constexpr explicit Deductions(const BracketTable<T>& table) : table_(&table), cum_(S(0)), floor_(S(0)) {}

  [[nodiscard]] constexpr S rate() const { return S(row().rate.raw()); }
  /// The floor of the row, scaled by the coefficient.
  [[nodiscard]] constexpr const S& floor() const { return floor_; }
  /// The cap of the row, scaled; none: the row is open, or it is the last (its rate goes on).
  [[nodiscard]] constexpr std::optional<S> cap() const {
    if (last() || !row().cap) return std::nullopt;
    return scaled_cap();
  }
  [[nodiscard]] constexpr bool last() const { return index_ + 1 == table_->rows.size(); }
  [[nodiscard]] constexpr std::size_t index() const { return index_; }
  /// The derived deduction, scaled; 0 throughout for whole-position tables.
  [[nodiscard]] constexpr const S& derived() const { return cum_; }
  /// The deduction in use: derived, or given where the policy says so.
  [[nodiscard]] constexpr S used() const {
    if (table_->cum_policy == CumPolicy::as_given && row().cum) return S(S(*row().cum) * S(table_->coefficient));
    return cum_;
  }
  /// @pre !last()
  constexpr void advance() {
    floor_ = scaled_cap();
    const S before = rate();
    ++index_;
    if (table_->rule == BracketRule::marginal) cum_ += S(floor_ * S(rate() - before));
  }

 private:
  constexpr const Bracket<T>& row() const { return table_->rows[index_]; }
  constexpr S scaled_cap() const { return S(S(*row().cap) * S(table_->coefficient)); }

  const BracketTable<T>* table_;
  S cum_, floor_;
  std::size_t index_ = 0;
};

/// Whether the requirement is continuous: marginal, with deductions that are the derived ones.
/// @par Units    those of the table
/// @par Shape    at least one row
/// @par Rounding that of T
/// @par Errors   none; the table has passed check
/// @par Cost     O(rows)
/// @par Source   docs/reference/account-file.md, A position
template <Scalar T>
[[nodiscard]] constexpr bool is_continuous(const BracketTable<T>& table) {
  if (table.rule == BracketRule::whole) return false;
  if (table.cum_policy != CumPolicy::as_given) return true;
  for (Deductions<T, T> d(table);; d.advance()) {
    if (!(d.used() == d.derived())) return false;
    if (d.last()) return true;
  }
}

/// Checks one table; nullopt: it is in order.
///
/// A given cum must equal the derived one exactly in a scalar without rounding. In a rounding scalar both sides are taken
/// for the nearest numbers to what the venue printed, and the difference may be what those roundings explain.
/// @par Units    those of the table
/// @par Shape    at least one row; floors ascending from 0, rates not falling
/// @par Rounding see above: what the rounding of the inputs explains is allowed
/// @par Errors  EMPTY_BRACKETS, BAD_NUMBER, BAD_MMR, BAD_BRACKETS (gap, overlap, order, a row after the open one),
///              BRACKETS_NOT_CONVEX (a falling rate), CUM_MISMATCH; `item` is the row
/// @par Cost    O(rows), no allocation
/// @par Source   docs/reference/account-file.md, A position
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check(const BracketTable<T>& table) {
  const auto fault = [](Errc code, Field field, std::size_t row) { return Error{code, field, 0, static_cast<std::uint32_t>(row)}; };
  if (!is_finite(table.coefficient)) return fault(Errc::bad_number, Field::bracket_coefficient, 0);
  if (!(T(0) < table.coefficient)) return fault(Errc::bad_field, Field::bracket_coefficient, 0);
  if (table.rows.empty()) return fault(Errc::empty_brackets, Field::brackets, 0);
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const Bracket<T>& row = table.rows[i];
    const T& rate = row.rate.raw();
    if (!is_finite(rate)) return fault(Errc::bad_number, Field::bracket_rate, i);
    if (rate < T(0) || !(rate < T(1))) return fault(Errc::bad_mmr, Field::bracket_rate, i);
    if (i > 0 && !table.rows[i - 1].cap) return fault(Errc::bad_brackets, Field::bracket, i);
    if (i > 0 && rate < table.rows[i - 1].rate.raw()) return fault(Errc::brackets_not_convex, Field::bracket_rate, i);
    const T floor = i == 0 ? T(0) : *table.rows[i - 1].cap;
    if (row.floor && !is_finite(*row.floor)) return fault(Errc::bad_number, Field::bracket_floor, i);
    if (row.floor && !(*row.floor == floor)) return fault(Errc::bad_brackets, Field::bracket_floor, i);
    if (row.cap && !is_finite(*row.cap)) return fault(Errc::bad_number, Field::bracket_cap, i);
    if (row.cap && !(floor < *row.cap)) return fault(Errc::bad_brackets, Field::bracket_cap, i);
    if (row.cum && !is_finite(*row.cum)) return fault(Errc::bad_number, Field::bracket_cum, i);
  }
  if (table.cum_policy != CumPolicy::strict) return std::nullopt;
  const T u = unit_roundoff<T>();
  T slack = T(0);  // what the rounding of caps and rates to T, and of these sums, can amount to
  for (Deductions<T, T> d(table);; d.advance()) {
    if (table.rule == BracketRule::marginal) slack += T(T(T(8) * u) * T(d.floor() * d.rate()));
    if (const std::optional<T>& given = table.rows[d.index()].cum) {
      const T scaled = T(*given * table.coefficient);
      if (T(slack + T(T(T(8) * u) * magnitude(scaled))) < magnitude(T(scaled - d.derived()))) return fault(Errc::cum_mismatch, Field::bracket_cum, d.index());
    }
    if (d.last()) return std::nullopt;
  }
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
