// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/position.hpp"
#include "loadline/market/contract.hpp"
#include "loadline/piecewise/schedule.hpp"

#include <cstdint>

/// @file
/// One leg of a portfolio and its figures at a mark.

namespace loadline {
inline namespace v1 {

/// A checked position with storage of its own for nothing: its rows live in the portfolio.
template <Scalar T>
struct Leg {
  std::uint32_t position;         ///< index in the account
  std::uint32_t slot;             ///< index of its key among the portfolio's keys
  std::uint32_t first_row, rows;  ///< its brackets among the portfolio's
  Position<T> terms;              ///< as given, but for `brackets`, which is empty here
};

/// What one leg contributes at a mark.
template <Scalar T>
struct LegFigures {
  Money<T> notional, pnl, maintenance, initial;
  T measure;              ///< what chose the bracket: notional at mark or entry, or contracts
  Ratio<T> rate;          ///< of the bracket
  T cum;                  ///< the deduction in use
  std::uint32_t bracket;  ///< 0-based row
  bool above_last_cap;    ///< measure above a finite last cap; the last rate goes on
  bool certain;           ///< false: the measure may lie on either side of an edge at which the requirement may jump
};

inline namespace LOADLINE_FLAGS {

/// The bracket table of a leg, over the portfolio's rows.
template <Scalar T>
[[nodiscard]] constexpr BracketTable<T> table_of(const Leg<T>& leg, std::span<const Bracket<T>> rows, CumPolicy policy) {
  return {rows.subspan(leg.first_row, leg.rows), leg.terms.bracket_unit, leg.terms.bracket_rule, policy, leg.terms.bracket_coefficient.raw()};
}

/// What a leg contributes at a mark. By notional the deduction is money; by size it is contracts, valued like the position.
///
/// @f[ need = N\,(rate + fee) - cum \ (\text{by notional}), \qquad N\,(rate + fee) - cum\,m\,P \ (\text{by size}), \qquad + fixed @f]
/// N = |q| m P is the notional at mark or at entry. Computed in `S`, which may be wider than the leg's own scalar.
/// @par Units    money: numeraire
/// @par Shape    none
/// @par Rounding that of S
/// @par Errors   total
/// @par Cost     O(brackets), no allocation
/// @par Source   Binance USD-M FAQ: MM = notional x rate - maintenance amount; Bybit: + estimated fee to close
template <Scalar S, Scalar T>
[[nodiscard]] constexpr LegFigures<S> leg_figures(const Leg<T>& leg, const BracketTable<T>& table, const S& mark) {
  const Position<T>& p = leg.terms;
  const LinearContract<S> contract{Ratio<S>(S(p.multiplier.raw()))};
  const Size<S> size = S(p.size.raw());
  const Price<S> entry = S(p.entry.raw());
  const S contracts = magnitude(size.raw());
  const Price<S> price = p.maintenance_at == MaintenanceAt::mark ? Price<S>(mark) : entry;
  const S base = contract.notional(size, price).raw();
  const S measure = p.bracket_unit == BracketUnit::size ? contracts : base;
  Deductions<S, T> row(table);
  bool doubtful = false;
  for (std::optional<S> cap = row.cap(); cap; cap = row.cap()) {
    const S beyond = S(measure - *cap);
    const bool open = sign(beyond) == 0 && !sign_is_certain(beyond);
    if (open && is_continuous(table)) break;  // either bracket gives the same
    if (!open && sign(beyond) <= 0) break;
    doubtful = doubtful || open;  // in doubt the dearer bracket
    row.advance();
  }
  const bool held = S(0) < contracts;
  S need = S(base * S(row.rate() + S(p.fee_rate.raw())));
  if (held) {
    need -= p.bracket_unit == BracketUnit::size ? contract.signed_notional(Size<S>(row.used()), price).raw() : row.used();
    need += S(p.maintenance_fixed.raw());
  }
  bool above = false;
  if (const auto& cap = table.rows.back().cap) above = row.last() && S(S(*cap) * S(table.coefficient)) < measure;
  return {.notional = contract.notional(size, Price<S>(mark)),
          .pnl = contract.pnl(size, entry, Price<S>(mark)),
          .maintenance = need,
          .initial = p.leverage ? S(base / S(p.leverage->raw())) : need,
          .measure = measure,
          .rate = row.rate(),
          .cum = row.used(),
          .bracket = static_cast<std::uint32_t>(row.index()),
          .above_last_cap = above,
          .certain = !doubtful};
}

/// Writes the leg's maintenance schedule (rate, minus the deduction) and returns the number of pieces.
template <Scalar S, Scalar T>
constexpr std::size_t write_schedule(const BracketTable<T>& table, std::span<Piece<S>> out) {
  for (Deductions<S, T> d(table);; d.advance()) {
    out[d.index()] = Piece<S>{d.floor(), d.rate(), S(-d.used())};
    if (d.last()) return d.index() + 1;
  }
}

/// Whether a position of this kind needs any margin at all.
template <Scalar T>
[[nodiscard]] constexpr bool needs_margin(const Leg<T>& leg, const BracketTable<T>& table) {
  if (leg.terms.size.raw() == T(0)) return false;
  if (T(0) < leg.terms.maintenance_fixed.raw() || T(0) < leg.terms.fee_rate.raw()) return true;
  for (const Bracket<T>& row : table.rows)
    if (T(0) < row.rate.raw() || (table.cum_policy == CumPolicy::as_given && row.cum && !(*row.cum == T(0)))) return true;
  return false;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
