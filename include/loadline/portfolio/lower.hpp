// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/account.hpp"
#include "loadline/piecewise/slice.hpp"
#include "loadline/portfolio/leg.hpp"

/// @file
/// From legs to the normal form: the margin excess as base line plus terms, along one path.

namespace loadline {
inline namespace v1 {

/// The two figures that the tests of a wallet account look at, along one path.
template <Scalar T>
struct Lines {
  Line<T> equity;       ///< cash + sum of PnL and accrued
  Line<T> requirement;  ///< equity less ratio * the part of maintenance that has no tier edge on the path
  bool certain = true;  ///< false: a bracket was open at which the requirement may jump
};

inline namespace LOADLINE_FLAGS {

/// Adds one leg along price(s) = price.a + price.b s: its lines to `out`, and its tiered part, if it has edges, to `term`.
///
/// @return whether `term` was written: the leg moves, needs margin and is measured by its notional at the mark
/// @par Units    money: numeraire; s: the parameter of the path
/// @par Shape    none
/// @par Rounding that of S
/// @par Errors   total
/// @par Cost     O(brackets)
/// @par Source docs/explanation/normal-form.md
template <Scalar S, Scalar T>
constexpr bool lower(const Leg<T>& leg, const BracketTable<T>& table, Schedule<S> schedule, const S& ratio, const Line<S>& price, Lines<S>& out,
                     Term<S>& term) {
  const Position<T>& p = leg.terms;
  const S per_price = S(S(p.size.raw()) * S(p.multiplier.raw()));
  const S gross = magnitude(per_price);
  const Line<S> gain{S(S(per_price * S(price.a - S(p.entry.raw()))) + S(p.accrued.raw())), S(per_price * price.b)};
  out.equity.a += gain.a;
  out.equity.b += gain.b;
  out.requirement.a += gain.a;
  out.requirement.b += gain.b;
  if (p.size.raw() == T(0)) return false;
  const bool moves = !(price.b == S(0));
  if (p.maintenance_at == MaintenanceAt::entry || !moves) {  // a constant; a wallet account has no other price in it
    const LegFigures<S> f = leg_figures<S>(leg, table, price.a);
    out.requirement.a -= S(ratio * f.maintenance.raw());
    out.certain = out.certain && f.certain;
    return false;
  }
  const bool tiered = p.bracket_unit == BracketUnit::notional;
  S per_mark = S(gross * S(p.fee_rate.raw()));  // maintenance per unit of price, without the tiers
  if (!tiered) {
    const S contracts = magnitude(S(p.size.raw()));
    const Piece<S>& piece = schedule[piece_of(schedule, contracts)];
    per_mark += S(S(gross * piece.slope) + S(piece.offset * S(p.multiplier.raw())));
  }
  out.requirement.a -= S(ratio * S(S(per_mark * price.a) + S(p.maintenance_fixed.raw())));
  out.requirement.b -= S(ratio * S(per_mark * price.b));
  if (tiered) term = Term<S>{S(-ratio), Line<S>{S(gross * price.a), S(gross * price.b)}, Line<S>{S(1), S(0)}, schedule, 0};
  return tiered;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
