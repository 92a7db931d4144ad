// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/solve.hpp"

/// @file
/// Of what an account dies first, and what its equity leans on.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// Whether x is less than y beyond doubt. Distances of irrational prices are known to 2^-200; those of two factors of one
/// product are the same number, so what differs by less than 2^-90 of it is a tie.
template <Scalar T>
[[nodiscard]] bool is_nearer(const T& x, const T& y, bool irrational) {
  if (!irrational) return x < y;
  T share = T(1);
  for (int i = 0; i < 90; ++i) share = T(share / T(2));
  return x < T(y - T(y * share));
}

/// The nearer liquidation price of one path's answer, if it is nearer than `best`. Ties stay with `best`.
template <Scalar T>
void take_nearer(std::optional<Binding<T>>& best, KeyId key, const PathAnswer<T>& a) {
  for (const Toward side : {Toward::below, Toward::above}) {
    const PathSide<T>& end = side == Toward::below ? a.below : a.above;
    if (!end.liquidation || (best && !is_nearer(*end.distance, best->distance, end.within || best->within))) continue;
    best = Binding<T>{
        .test = *end.test, .key = key, .side = side, .price = end.liquidation, .within = end.within, .distance = *end.distance, .certified = a.certified()};
  }
}

/// The binding of an account in which tests fail now; nullopt: none does.
template <Scalar T>
[[nodiscard]] std::optional<Binding<T>> binding_now(const Figures<T>& now) {
  for (const Test test : {Test::requirement, Test::level, Test::equity})
    if (now.failing.has(test)) return Binding<T>{.test = test, .distance = T(0), .certified = now.certain};
  return std::nullopt;
}

/// What fails first: now, or at the least relative distance on any single key.
template <Scalar T>
[[nodiscard]] std::optional<Binding<T>> binding(const Lowered<T>& account, Marks<T> marks, Scratch<T>& scratch) {
  const Figures<T> now = figures(account, marks);
  if (auto b = binding_now(now)) return b;
  std::optional<Binding<T>> best;
  stand_still(account, marks, scratch);
  for (const KeyId key : account.keys) take_nearer(best, key, solve_standing(account, marks, now, key, scratch));
  return best;
}

/// P dE/dP: every part of the equity times the power with which the key's price enters it.
template <Scalar T>
[[nodiscard]] LossSlope<T> loss_slope(const Lowered<T>& account, Marks<T> marks, KeyId key) {
  using W = Working<T>;
  const Pool<T>& pool = account.pool;
  const auto price_of = at_marks<W>(marks);
  const auto power = [&](const std::optional<KeyId>& k) {
    if (k)
      for (const KeyId& f : pool.factors_of(*k))
        if (f == key) return W(1);
    return W(0);
  };
  W positions = W(0), collateral = W(0);
  for (std::size_t i = 0; i < pool.holdings.size(); ++i) {
    const Holding<T>& h = pool.holdings[i];
    const W settle = holding_price<W>(pool, h, price_of), own = power(h.terms.key);
    collateral += W(own * W(settle * net_of(h)));
    for (const std::uint32_t j : pool.settling_in(i)) {
      const Position<T>& p = pool.legs[j].terms;
      const W mark = key_price<W>(pool, p.key, price_of), face = W(W(p.size.raw()) * W(p.multiplier.raw()));
      const W moved = p.kind == ContractKind::inverse ? W(face / mark) : W(face * mark);  // P d(pnl)/dP in the settle asset
      positions += W(settle * W(W(own * W(pnl_of(p, mark) + W(p.accrued.raw()))) + W(power(p.key) * moved)));
    }
  }
  return {static_cast<T>(positions), static_cast<T>(collateral)};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
