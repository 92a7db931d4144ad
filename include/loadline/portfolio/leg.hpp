// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/position.hpp"
#include "loadline/market/contract.hpp"
#include "loadline/piecewise/ball.hpp"
#include "loadline/piecewise/schedule.hpp"

#include <cstdint>

/// @file
/// One leg of a portfolio and its figures at a mark, in its settle asset.

namespace loadline {
inline namespace v1 {

/// A checked position with storage of its own for nothing: its rows live in the pool.
template <Scalar T>
struct Leg {
  std::uint32_t position;         ///< index in the account
  std::uint32_t holding;          ///< index of its settle asset among the pool's holdings
  std::uint32_t first_row, rows;  ///< its brackets among the pool's
  Working<T> required;            ///< contracts that need margin: |size|, or what the hedge offset leaves of it
  Position<T> terms;              ///< as given, but for `brackets`, which is empty here
};

/// What one leg contributes at a mark; amounts of its settle asset.
template <Scalar T>
struct LegFigures {
  T notional, pnl, maintenance, initial;
  T measure;              ///< what chose the bracket: notional at mark or entry, or contracts; of the whole group
  T rate;                 ///< of the bracket
  T cum;                  ///< the deduction in use
  std::uint32_t bracket;  ///< 0-based row
  bool above_last_cap;    ///< measure above a finite last cap; the last rate goes on
  bool certain;           ///< false: the measure may lie on either side of an edge at which the requirement may jump
};

inline namespace LOADLINE_FLAGS {

/// From the working scalar to another, or to itself.
template <Scalar S, Scalar W>
[[nodiscard]] constexpr S rounded_to(const W& x) {
  if constexpr (std::same_as<S, W>)
    return x;
  else
    return static_cast<S>(x);
}

/// The bracket table of a leg, over the pool's rows.
template <Scalar T>
[[nodiscard]] constexpr BracketTable<T> table_of(const Leg<T>& leg, std::span<const Bracket<T>> rows, CumPolicy policy) {
  return {rows.subspan(leg.first_row, leg.rows), leg.terms.bracket_unit, leg.terms.bracket_rule, policy, leg.terms.bracket_coefficient.raw()};
}

/// Notional of so many contracts at a price, in the settle asset: q m P, of inverse contracts q m / P.
template <Scalar S, Scalar T>
[[nodiscard]] constexpr S notional_of(const Position<T>& p, const S& contracts, const S& price) {
  const S face = S(contracts * S(p.multiplier.raw()));
  return p.kind == ContractKind::inverse ? S(face / price) : S(face * price);
}

/// Profit and loss at a mark, in the settle asset.
template <Scalar S, Scalar T>
[[nodiscard]] constexpr S pnl_of(const Position<T>& p, const S& mark) {
  if (p.kind == ContractKind::inverse)
    return InverseContract<S>{Ratio<S>(S(p.multiplier.raw()))}.pnl(Size<S>(S(p.size.raw())), Price<S>(S(p.entry.raw())), Price<S>(mark)).raw();
  return LinearContract<S>{Ratio<S>(S(p.multiplier.raw()))}.pnl(Size<S>(S(p.size.raw())), Price<S>(S(p.entry.raw())), Price<S>(mark)).raw();
}

/// Notional of the contracts that need margin, at mark or entry.
template <Scalar S, Scalar T>
[[nodiscard]] constexpr S base_of(const Leg<T>& leg, const S& mark) {
  return notional_of(leg.terms, rounded_to<S>(leg.required), leg.terms.maintenance_at == MaintenanceAt::mark ? mark : S(leg.terms.entry.raw()));
}

/// What the leg adds to the measure that chooses its bracket.
template <Scalar S, Scalar T>
[[nodiscard]] constexpr S measure_of(const Leg<T>& leg, const S& mark) {
  return leg.terms.bracket_unit == BracketUnit::size ? rounded_to<S>(leg.required) : base_of(leg, mark);
}

/// What a leg contributes at a mark. By notional the deduction is money; by size it is contracts, valued like the position.
///
/// @f[ need = N\,(rate + fee) - cum\,N/X, \qquad + fixed @f]
/// N is the notional at mark or at entry of the size that needs margin, X the measure of the bracket group (N itself, or contracts).
/// Computed in `S`, which may be wider than the leg's own scalar.
/// @par Units    amounts of the settle asset
/// @par Shape    measure: that of the leg's group; measure_of(leg, mark) where it has none
/// @par Rounding that of S
/// @par Errors   total
/// @par Cost     O(brackets), no allocation
/// @par Source   Binance USD-M FAQ: MM = notional x rate - maintenance amount; Bybit: + estimated fee to close
template <Scalar S, Scalar T>
[[nodiscard]] constexpr LegFigures<S> leg_figures(const Leg<T>& leg, const BracketTable<T>& table, const S& mark, const S& measure) {
  const Position<T>& p = leg.terms;
  const S base = base_of(leg, mark);
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
  S need = S(base * S(row.rate() + S(p.fee_rate.raw())));
  const S required = rounded_to<S>(leg.required);
  if (S(0) < required && !vanishes(row.used())) {
    if (p.bracket_unit == BracketUnit::notional && !p.bracket_group)
      need -= row.used();
    else
      need -= S(S(row.used() * base) / measure);
  }
  if (!(p.size.raw() == T(0))) need += S(p.maintenance_fixed.raw());
  bool above = false;
  if (const auto& cap = table.rows.back().cap) above = row.last() && S(S(*cap) * S(table.coefficient)) < measure;
  return {.notional = notional_of(p, magnitude(S(p.size.raw())), mark),
          .pnl = pnl_of(p, mark),
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
  if (T(0) < leg.terms.maintenance_fixed.raw()) return true;
  if (!(Working<T>(0) < leg.required)) return false;
  if (T(0) < leg.terms.fee_rate.raw()) return true;
  for (const Bracket<T>& row : table.rows)
    if (T(0) < row.rate.raw() || (table.cum_policy == CumPolicy::as_given && row.cum && !(*row.cum == T(0)))) return true;
  return false;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
