// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/pool.hpp"

/// @file
/// A pool as it would be after a deal: a leg closed, collateral sold.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// A pool after one of its legs was closed at a price: PnL and accrued are paid out, nothing is charged.
template <Scalar T>
[[nodiscard]] Pool<T> without_leg(const Pool<T>& pool, std::size_t leg, const Working<T>& mark) {
  using W = Working<T>;
  Pool<T> out = pool;
  const Leg<T>& closed = pool.legs[leg];
  out.holdings[closed.holding].amount += W(pnl_of(closed.terms, mark) + W(closed.terms.accrued.raw()));
  out.legs.erase(out.legs.begin() + static_cast<std::ptrdiff_t>(leg));
  offset_legs(out);
  sort_legs(out);
  return out;
}

/// A pool whose collateral was sold at its price for the numeraire: what is held of an asset beyond what is owed of it. What is not
/// usable as collateral stays, and so do debts and the PnL in other coins; nothing is charged.
template <Scalar T, class PriceOf>
[[nodiscard]] Pool<T> in_cash_pool(const Pool<T>& pool, const PriceOf& price_of) {
  using W = Working<T>;
  Pool<T> out = pool;
  for (std::size_t i = 1; i < out.holdings.size(); ++i) {
    Holding<T>& h = out.holdings[i];
    const W net = net_of(h);
    if (!h.terms.usable || !(W(0) < net)) continue;
    out.holdings[0].amount += W(net * holding_price<W>(pool, h, price_of));
    h.amount = W(h.amount - net);
  }
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
