// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/plain.hpp"

/// @file
/// The figures of an account at its marks, computed in the working scalar and rounded once.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// The sums over a wallet at marks, in the working scalar.
template <Scalar W>
struct Totals {
  W equity, maintenance, initial, gross, net;
  bool certain = true;  ///< false: a bracket was open at which the requirement may jump
};

template <Scalar T>
[[nodiscard]] LegFigures<Working<T>> figures_of(const Lowered<T>& account, const Leg<T>& leg, Marks<T> marks) {
  return leg_figures<Working<T>>(leg, account.table(leg), Working<T>(marks[leg.terms.key.index].raw()));
}

template <Scalar T>
[[nodiscard]] Totals<Working<T>> totals(const Lowered<T>& account, Marks<T> marks) {
  using W = Working<T>;
  Totals<W> sum{W(account.cash.raw()), W(0), W(0), W(0), W(0)};
  for (const Leg<T>& leg : account.legs) {
    const LegFigures<W> f = figures_of(account, leg, marks);
    sum.equity += W(f.pnl.raw() + W(leg.terms.accrued.raw()));
    sum.maintenance += f.maintenance.raw();
    sum.initial += f.initial.raw();
    sum.gross += f.notional.raw();
    sum.certain = sum.certain && f.certain;
    if (leg.terms.size.raw() < T(0))
      sum.net -= f.notional.raw();
    else
      sum.net += f.notional.raw();
  }
  return sum;
}

/// All figures and the status. A sign in doubt counts against the account.
template <Scalar T>
[[nodiscard]] Figures<T> figures(const Lowered<T>& account, Marks<T> marks) {
  using W = Working<T>;
  const Totals<W> sum = totals(account, marks);
  const W excess = W(sum.equity - W(W(account.rule.requirement_ratio.raw()) * sum.maintenance));
  const bool needs = account.tests.has(Test::requirement), owes = account.tests.has(Test::equity);
  const bool liquidatable = (needs && fails(excess, account.rule.when)) || (owes && fails(sum.equity, account.rule.when));
  const bool solvent = sign(sum.equity) > 0;
  const auto over_equity = [&](const W& x) { return solvent ? std::optional<Ratio<T>>(static_cast<T>(W(x / sum.equity))) : std::nullopt; };
  const auto status = [&] {
    if (fails(sum.equity, LiquidateWhen::below_zero)) return Status::bankrupt;
    if (liquidatable) return Status::liquidatable;
    return account.tests.empty() ? Status::no_margin : Status::safe;
  };
  return {.equity = static_cast<T>(sum.equity),
          .margin_balance = static_cast<T>(sum.equity),
          .maintenance = static_cast<T>(sum.maintenance),
          .initial = static_cast<T>(sum.initial),
          .excess = static_cast<T>(excess),
          .available = static_cast<T>(W(sum.equity - sum.initial)),
          .gross_notional = static_cast<T>(sum.gross),
          .net_notional = static_cast<T>(sum.net),
          .margin_ratio = static_cast<T>(sum.maintenance) == T(0) ? std::nullopt : over_equity(sum.maintenance),
          .effective_leverage = over_equity(sum.gross),
          .net_leverage = over_equity(magnitude(sum.net)),
          .status = status(),
          .tests = account.tests,
          .liquidatable = liquidatable,
          .certain = sum.certain && sign_is_certain(sum.equity) && (!needs || sign_is_certain(excess))};
}

/// The figures of each leg, in order.
template <Scalar T>
void position_figures(const Lowered<T>& account, Marks<T> marks, std::span<PositionFigures<T>> out) {
  using W = Working<T>;
  const Totals<W> sum = totals(account, marks);
  for (std::size_t i = 0; i < account.legs.size(); ++i) {
    const Position<T>& p = account.legs[i].terms;
    const LegFigures<W> f = figures_of(account, account.legs[i], marks);
    std::optional<Price<T>> allocated;
    if (!(static_cast<T>(sum.maintenance) == T(0)) && !(p.size.raw() == T(0))) {
      // mark - (E MM_i / MM) / (q m) as one fraction: whether it is above zero needs no division.
      const W below = W(sum.maintenance * W(W(p.size.raw()) * W(p.multiplier.raw())));
      const W above = W(W(W(marks[p.key.index].raw()) * below) - W(sum.equity * f.maintenance.raw()));
      if (sign(above) * sign(below) > 0 || !is_finite(above) || !is_finite(below)) allocated = Price<T>(static_cast<T>(W(above / below)));
    }
    out[i] = PositionFigures<T>{.position = account.legs[i].position,
                                .notional = static_cast<T>(f.notional.raw()),
                                .pnl = static_cast<T>(f.pnl.raw()),
                                .maintenance = static_cast<T>(f.maintenance.raw()),
                                .initial = static_cast<T>(f.initial.raw()),
                                .measure = static_cast<T>(f.measure),
                                .rate = static_cast<T>(f.rate.raw()),
                                .cum = static_cast<T>(f.cum),
                                .bracket = f.bracket,
                                .above_last_cap = f.above_last_cap,
                                .allocated_bankruptcy_price = allocated};
  }
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
