// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/collateral/weight.hpp"

/// @file
/// Maintenance of a debt by loan brackets.

namespace loadline {
inline namespace v1 {

/// One row: the part of a gross debt between the cap before and this cap needs `maintenance_rate` of it.
/// @par Units    cap: value or amount of the debt, as loan_unit says; rates: fractions
/// @par Shape    one row of a table
/// @par Rounding none
/// @par Errors   none here; check
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, An asset
template <Scalar T>
struct LoanBracket {
  std::optional<T> cap = std::nullopt;                  ///< upper end, included; only the last may be open. The last rate goes on
  Ratio<T> maintenance_rate = 0;                        ///< in [0, 1), not falling
  std::optional<Ratio<T>> initial_rate = std::nullopt;  ///< >= maintenance_rate, not falling; absent: the maintenance rate
};

inline namespace LOADLINE_FLAGS {

/// Which of the two rates of a row.
enum class LoanRate : unsigned char { maintenance, initial };
template <Scalar T>
[[nodiscard]] constexpr const T& rate_of(const LoanBracket<T>& row, LoanRate which) {
  return which == LoanRate::initial && row.initial_rate ? row.initial_rate->raw() : row.maintenance_rate.raw();
}

/// Checks a table of loan brackets; nullopt: it is in order. An empty table means no requirement.
/// @par Units    caps: value or amount of the debt; rates: fractions
/// @par Shape    caps ascending from 0, neither rate falling
/// @par Rounding none
/// @par Errors   BAD_NUMBER, BAD_MMR (outside [0, 1), or initial below maintenance), BAD_BRACKETS, BRACKETS_NOT_CONVEX; `item` is the row
/// @par Cost     O(rows)
/// @par Source   docs/reference/account-file.md, An asset
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check(std::span<const LoanBracket<T>> rows) {
  const auto fault = [](Errc code, Field field, std::size_t row) { return Error{code, field, 0, static_cast<std::uint32_t>(row)}; };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const T& mmr = rate_of(rows[i], LoanRate::maintenance);
    const T& imr = rate_of(rows[i], LoanRate::initial);
    if (!is_finite(mmr) || !is_finite(imr)) return fault(Errc::bad_number, Field::loan_bracket, i);
    if (mmr < T(0) || !(mmr < T(1)) || imr < mmr) return fault(Errc::bad_mmr, Field::loan_bracket, i);
    if (i > 0 && !rows[i - 1].cap) return fault(Errc::bad_brackets, Field::loan_bracket, i);
    if (i > 0 && (mmr < rate_of(rows[i - 1], LoanRate::maintenance) || imr < rate_of(rows[i - 1], LoanRate::initial)))
      return fault(Errc::brackets_not_convex, Field::loan_bracket, i);
    if (!rows[i].cap) continue;
    if (!is_finite(*rows[i].cap)) return fault(Errc::bad_number, Field::loan_cap, i);
    if (!((i == 0 ? T(0) : *rows[i - 1].cap) < *rows[i].cap)) return fault(Errc::bad_brackets, Field::loan_cap, i);
  }
  return std::nullopt;
}

/// The schedule of a table, marginal; one piece a row.
/// @par Units    those of the table
/// @par Shape    out: at least a piece a row
/// @par Rounding that of S
/// @par Errors   none; the table has passed check
/// @par Cost     O(rows)
/// @par Source   docs/reference/account-file.md, An asset
template <Scalar S, Scalar T>
constexpr std::size_t write_loan(std::span<const LoanBracket<T>> rows, LoanRate which, std::span<Piece<S>> out) {
  S floor = S(0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const S rate = S(rate_of(rows[i], which));
    out[i] = Piece<S>{floor, rate, i == 0 ? S(0) : joining_offset(out[i - 1], floor, rate)};
    if (rows[i].cap) floor = S(*rows[i].cap);
  }
  return rows.size();
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
