// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/plain.hpp"

/// @file
/// The figures of an account at its marks, straight from balances and positions, and rounded once.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// The sums over a pool at marks.
template <Scalar S>
struct Totals {
  S equity, balance, initial_balance, maintenance, initial, assets, debts, gross, net;
  bool certain = true;  ///< false: a bracket was open at which the requirement may jump
};

/// A leg at its mark, with what its group and its settle asset have to say.
template <Scalar S>
struct LegAt {
  std::uint32_t leg;
  LegFigures<S> figures;
};

/// Every leg that settles in a holding, in groups: `f(LegAt)`. `price_of(KeyId)` gives base keys in S.
template <Scalar S, Scalar T, class PriceOf, class F>
void each_leg(const Pool<T>& pool, std::size_t holding, const PriceOf& price_of, const F& f) {
  const std::span<const std::uint32_t> legs = pool.settling_in(holding);
  const auto mark = [&](std::size_t i) { return key_price<S>(pool, pool.legs[legs[i]].terms.key, price_of); };
  for (std::size_t begin = 0, end = 0; begin < legs.size(); begin = end) {
    S measure = measure_of(pool.legs[legs[begin]], mark(begin));
    for (end = begin + 1; end < legs.size() && same_group(pool.legs[legs[begin]], pool.legs[legs[end]]); ++end)
      measure += measure_of(pool.legs[legs[end]], mark(end));
    for (std::size_t i = begin; i < end; ++i) f(LegAt<S>{legs[i], leg_figures<S>(pool.legs[legs[i]], pool.table(pool.legs[legs[i]]), mark(i), measure)});
  }
}

/// S(x) of a weight table, x >= 0: every tier's part at its weight.
template <Scalar S, Scalar T>
[[nodiscard]] S weighted_value(std::span<const WeightTier<T>> tiers, const S& x) {
  if (tiers.empty()) return x;
  S sum = S(0), floor = S(0);
  for (const WeightTier<T>& tier : tiers) {
    const bool inside = !tier.cap || !(S(*tier.cap) < x);
    sum += S(S(tier.weight.raw()) * S((inside ? x : S(*tier.cap)) - floor));
    if (inside) return sum;
    floor = S(*tier.cap);
  }
  return sum;
}

/// What a balance counts as margin; `inside`: the PnL that goes through its tiers.
template <Scalar S, Scalar T>
[[nodiscard]] S margin_value(const Holding<T>& h, std::span<const WeightTier<T>> tiers, const S& inside, const S& price) {
  const S liability = S(S(h.terms.liability_weight.raw()) * price), owed = S(S(h.terms.borrowed.raw()) + S(h.terms.interest.raw()));
  const S held = S(rounded_to<S>(h.amount) + inside);
  if (!h.terms.usable) return S(liability * S(S(held < S(0) ? held : S(0)) - owed));
  const S amount = S(held - owed);
  if (amount < S(0)) return S(liability * amount);
  if (h.terms.tier_unit == TierUnit::value) return weighted_value<S, T>(tiers, S(amount * price));
  return S(weighted_value<S, T>(tiers, amount) * price);
}

/// What a debt requires.
template <Scalar S, Scalar T>
[[nodiscard]] S loan_need(const Holding<T>& h, std::span<const LoanBracket<T>> rows, LoanRate which, const S& price) {
  const bool by_value = h.terms.loan_unit == TierUnit::value;
  const S debt = rounded_to<S>(debt_of(h)), x = by_value ? S(debt * price) : debt;
  S sum = S(0), floor = S(0);
  for (std::size_t i = 0; i < rows.size() && floor < x; ++i) {
    const bool last = i + 1 == rows.size() || !rows[i].cap || !(S(*rows[i].cap) < x);
    sum += S(S(rate_of(rows[i], which)) * S((last ? x : S(*rows[i].cap)) - floor));
    if (last) break;
    floor = S(*rows[i].cap);
  }
  return S(S(by_value ? sum : S(sum * price)) * S(h.terms.requirement_weight.raw()));
}

/// One holding at a price, with the PnL and accrued that settle in it.
template <Scalar S, Scalar T>
void add_holding_to(Totals<S>& sum, const Pool<T>& pool, const Holding<T>& h, const S& gain, const S& price) {
  const S none = S(0), zero = S(0);
  const S& inside = h.terms.pnl_in_tiers ? gain : none;
  const S outside = h.terms.pnl_in_tiers ? S(0) : S(gain * price);
  const S debt = rounded_to<S>(debt_of(h)), amount = rounded_to<S>(h.amount);
  sum.equity += S(S(rounded_to<S>(net_of(h)) + gain) * price);
  sum.balance += S(margin_value<S>(h, pool.weights(h), inside, price) + outside);
  sum.initial_balance += S(margin_value<S>(h, pool.initial_weights(h), inside, price) + outside);
  sum.maintenance += loan_need<S>(h, pool.loans_of(h), LoanRate::maintenance, price);
  sum.initial += loan_need<S>(h, pool.loans_of(h), LoanRate::initial, price);
  if (h.terms.usable && (zero < amount || is_nothing_yet(amount))) {
    const bool by_value = h.terms.tier_unit == TierUnit::value;
    if (!pool.rule.level || !pool.rule.level_weighted)
      sum.assets += S(amount * price);
    else
      sum.assets += by_value ? weighted_value<S, T>(pool.weights(h), S(amount * price)) : S(weighted_value<S, T>(pool.weights(h), amount) * price);
  }
  (zero < gain ? sum.assets : sum.debts) += S(magnitude(gain) * price);
  sum.debts += S(debt * price);
}

/// All sums; `f(LegAt, settle price)` sees every leg on the way.
template <Scalar S, Scalar T, class PriceOf, class F>
[[nodiscard]] Totals<S> totals(const Pool<T>& pool, const PriceOf& price_of, const F& f) {
  Totals<S> sum{S(0), S(0), S(0), S(0), S(0), S(0), S(0), S(0), S(0)};
  for (std::size_t i = 0; i < pool.holdings.size(); ++i) {
    const Holding<T>& h = pool.holdings[i];
    const S price = holding_price<S>(pool, h, price_of), weighted = S(price * S(h.terms.requirement_weight.raw()));
    S gain = S(0);
    each_leg<S>(pool, i, price_of, [&](const LegAt<S>& at) {
      const Position<T>& p = pool.legs[at.leg].terms;
      const S notional = S(at.figures.notional * price);
      gain += S(at.figures.pnl + S(p.accrued.raw()));
      sum.maintenance += S(at.figures.maintenance * weighted);
      sum.initial += S(at.figures.initial * weighted);
      sum.gross += notional;
      if (p.size.raw() < T(0))
        sum.net -= notional;
      else
        sum.net += notional;
      sum.certain = sum.certain && at.figures.certain;
      f(at, price);
    });
    add_holding_to(sum, pool, h, gain, price);
  }
  return sum;
}

/// Base keys at the marks, in S.
template <Scalar S, Scalar T>
[[nodiscard]] auto at_marks(Marks<T> marks) {
  return [marks](KeyId key) { return S(marks[key.index].raw()); };
}

template <Scalar T>
[[nodiscard]] Totals<Working<T>> totals(const Lowered<T>& account, Marks<T> marks) {
  using W = Working<T>;
  return totals<W>(account.pool, at_marks<W>(marks), [](const LegAt<W>&, const W&) {});
}

/// All figures and the status. A sign in doubt counts against the account.
template <Scalar T>
[[nodiscard]] Figures<T> figures(const Lowered<T>& account, Marks<T> marks) {
  using W = Working<T>;
  const Totals<W> sum = totals(account, marks);
  const LiquidationRule<T>& rule = account.pool.rule;
  const W excess = W(sum.balance - W(W(rule.requirement_ratio.raw()) * sum.maintenance));
  const W level = W(sum.assets - W(W(rule.level_ratio.raw()) * sum.debts));
  Tests failing;
  bool certain = sum.certain && account.form.certain && sign_is_certain(sum.equity);
  const auto test = [&](Test t, const W& figure) {
    if (!account.tests.has(t)) return;
    certain = certain && sign_is_certain(figure);
    if (fails(figure, rule.when)) failing.add(t);
  };
  test(Test::requirement, excess);
  test(Test::level, level);
  test(Test::equity, sum.balance);
  const auto over = [](const W& x, const W& by) { return sign(by) > 0 ? std::optional<Ratio<T>>(static_cast<T>(W(x / by))) : std::nullopt; };
  const auto status = [&] {
    if (fails(sum.equity, LiquidateWhen::below_zero)) return Status::bankrupt;
    if (!failing.empty()) return Status::liquidatable;
    return account.tests.empty() ? Status::no_margin : Status::safe;
  };
  return {.equity = static_cast<T>(sum.equity),
          .margin_balance = static_cast<T>(sum.balance),
          .maintenance = static_cast<T>(sum.maintenance),
          .initial = static_cast<T>(sum.initial),
          .excess = static_cast<T>(excess),
          .available = static_cast<T>(W(sum.initial_balance - sum.initial)),
          .assets = static_cast<T>(sum.assets),
          .debts = static_cast<T>(sum.debts),
          .level = over(sum.assets, sum.debts),
          .gross_notional = static_cast<T>(sum.gross),
          .net_notional = static_cast<T>(sum.net),
          .margin_ratio = static_cast<T>(sum.maintenance) == T(0) ? std::nullopt : over(sum.maintenance, sum.balance),
          .effective_leverage = over(sum.gross, sum.equity),
          .net_leverage = over(magnitude(sum.net), sum.equity),
          .status = status(),
          .tests = account.tests,
          .failing = failing,
          .certain = certain};
}

/// The figures of each leg, in order.
template <Scalar T>
void position_figures(const Lowered<T>& account, Marks<T> marks, std::span<PositionFigures<T>> out) {
  using W = Working<T>;
  const Totals<W> sum = totals(account, marks);
  const auto price_of = at_marks<W>(marks);
  const auto write = [&](const LegAt<W>& at, const W& settle) {
    const Leg<T>& leg = account.pool.legs[at.leg];
    const Position<T>& p = leg.terms;
    const LegFigures<W>& f = at.figures;
    std::optional<Price<T>> allocated;
    if (!(static_cast<T>(sum.maintenance) == T(0)) && !(p.size.raw() == T(0))) {
      // The share of equity is E MM_i / MM. As one fraction: whether the price is above zero needs no division.
      const W face = W(W(p.size.raw()) * W(p.multiplier.raw())), mark = key_price<W>(account.pool, p.key, price_of);
      const W share = W(W(sum.equity * f.maintenance) * W(account.pool.holdings[leg.holding].terms.requirement_weight.raw()));
      const W whole = W(sum.maintenance * face);
      const bool inverse = p.kind == ContractKind::inverse;  // 1 / (1 / mark + share / face), else mark - share / face
      const W above = inverse ? W(mark * whole) : W(W(mark * whole) - share), below = inverse ? W(whole + W(mark * share)) : whole;
      if (sign(above) * sign(below) > 0 || !is_finite(above) || !is_finite(below)) allocated = Price<T>(static_cast<T>(W(above / below)));
    }
    out[at.leg] = PositionFigures<T>{.position = leg.position,
                                     .notional = static_cast<T>(f.notional),
                                     .pnl = static_cast<T>(f.pnl),
                                     .maintenance = static_cast<T>(f.maintenance),
                                     .initial = static_cast<T>(f.initial),
                                     .settle_price = static_cast<T>(settle),
                                     .measure = static_cast<T>(f.measure),
                                     .rate = static_cast<T>(f.rate),
                                     .cum = static_cast<T>(f.cum),
                                     .bracket = f.bracket,
                                     .above_last_cap = f.above_last_cap,
                                     .allocated_bankruptcy_price = allocated};
  };
  static_cast<void>(totals<W>(account.pool, price_of, write));
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
