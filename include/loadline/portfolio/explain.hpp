// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/figures.hpp"

/// @file
/// Why is this the number: the terms, pieces and marks behind a figure.

namespace loadline {
inline namespace v1 {

/// One leg's part in the excess.
template <Scalar T>
struct ExplainedLeg {
  std::uint32_t position;  ///< index in the account
  KeyId key;
  Price<T> mark;  ///< the price it was valued at
  Money<T> pnl, accrued, notional, maintenance;
  std::uint32_t bracket;  ///< 0-based row
  Ratio<T> rate;          ///< of that row
  T cum;                  ///< deduction in use
};

/// cash + pnl + accrued - ratio * maintenance = excess
template <Scalar T>
struct Explanation {
  Money<T> cash, pnl, accrued, maintenance, excess;
  Ratio<T> ratio;
};

inline namespace LOADLINE_FLAGS {

/// The account with one key at another price, leg by leg; computed in Working<T>, each figure rounded once.
template <Scalar T>
[[nodiscard]] Explanation<T> explain(const Lowered<T>& account, Marks<T> marks, KeyId key, Price<T> price, std::span<ExplainedLeg<T>> rows) {
  using W = Working<T>;
  W pnl = W(0), accrued = W(0), maintenance = W(0);
  for (std::size_t i = 0; i < account.legs.size(); ++i) {
    const Leg<T>& leg = account.legs[i];
    const Price<T>& mark = leg.terms.key == key ? price : marks[leg.terms.key.index];
    const LegFigures<W> f = leg_figures<W>(leg, account.table(leg), W(mark.raw()));
    pnl += f.pnl.raw();
    accrued += W(leg.terms.accrued.raw());
    maintenance += f.maintenance.raw();
    rows[i] = ExplainedLeg<T>{.position = leg.position,
                              .key = leg.terms.key,
                              .mark = mark,
                              .pnl = static_cast<T>(f.pnl.raw()),
                              .accrued = leg.terms.accrued,
                              .notional = static_cast<T>(f.notional.raw()),
                              .maintenance = static_cast<T>(f.maintenance.raw()),
                              .bracket = f.bracket,
                              .rate = static_cast<T>(f.rate.raw()),
                              .cum = static_cast<T>(f.cum)};
  }
  const W equity = W(W(account.cash.raw()) + W(pnl + accrued));
  const W excess = W(equity - W(W(account.rule.requirement_ratio.raw()) * maintenance));
  return {account.cash, static_cast<T>(pnl), static_cast<T>(accrued), static_cast<T>(maintenance), static_cast<T>(excess), account.rule.requirement_ratio};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
