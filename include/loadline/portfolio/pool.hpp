// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/account.hpp"
#include "loadline/portfolio/leg.hpp"

#include <algorithm>
#include <vector>

/// @file
/// A checked account with storage of its own: what lowering starts from.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

inline constexpr std::uint32_t no_index = 0xffff'ffff;

/// An asset of a pool; its tables live in the pool. The first holding of a pool is its cash.
template <Scalar T>
struct Holding {
  std::uint32_t asset;  ///< index in the account; no_index: the cash
  std::uint32_t first_tier, tiers, first_initial, initials, first_loan, loans;
  Working<T> amount;  ///< held; kept in the working scalar, since closing a position adds to it
  Asset<T> terms;     ///< as given, but for its spans, which are empty here
};

/// A product of base keys.
struct KeyProduct {
  std::uint32_t first, count;  ///< among the pool's factors
};

/// One wall's worth of balances and positions.
template <Scalar T>
struct Pool {
  std::vector<Leg<T>> legs;
  std::vector<Bracket<T>> rows;  ///< the legs' brackets
  std::vector<Holding<T>> holdings;
  std::vector<WeightTier<T>> tiers;
  std::vector<LoanBracket<T>> loans;
  std::vector<KeyProduct> derived;
  std::vector<Working<T>> derived_factors;  ///< by derived key
  std::vector<KeyId> factors;
  std::uint32_t key_count = 0;  ///< marks that a query takes
  LiquidationRule<T> rule = {};
  CumPolicy cum_policy = CumPolicy::strict;
  HedgeOffset hedge_offset = HedgeOffset::both;
  std::vector<std::uint32_t> by_holding;      ///< indices of legs, grouped by settle asset and inside it by bracket group
  std::vector<std::uint32_t> first_settling;  ///< by holding, and one more: where its legs begin in by_holding

  [[nodiscard]] BracketTable<T> table(const Leg<T>& leg) const { return table_of<T>(leg, rows, cum_policy); }
  [[nodiscard]] std::span<const WeightTier<T>> weights(const Holding<T>& h) const noexcept {
    return std::span<const WeightTier<T>>(tiers).subspan(h.first_tier, h.tiers);
  }
  [[nodiscard]] std::span<const WeightTier<T>> initial_weights(const Holding<T>& h) const noexcept {
    return std::span<const WeightTier<T>>(tiers).subspan(h.first_initial, h.initials);
  }
  [[nodiscard]] std::span<const LoanBracket<T>> loans_of(const Holding<T>& h) const noexcept {
    return std::span<const LoanBracket<T>>(loans).subspan(h.first_loan, h.loans);
  }
  [[nodiscard]] std::span<const std::uint32_t> settling_in(std::size_t holding) const noexcept {
    return {by_holding.data() + first_settling[holding], first_settling[holding + 1] - first_settling[holding]};
  }
  std::span<const KeyId> factors_of(KeyId&&) const = delete;  // a base key is its own only factor: the span would dangle
  /// The base keys whose product a key is.
  [[nodiscard]] std::span<const KeyId> factors_of(const KeyId& key) const noexcept {
    if (key.index < key_count) return {&key, 1};
    const KeyProduct& d = derived[key.index - key_count];
    return {factors.data() + d.first, d.count};
  }
  template <Scalar S>
  [[nodiscard]] S factor_of(KeyId key) const {
    return key.index < key_count ? S(1) : rounded_to<S>(derived_factors[key.index - key_count]);
  }
};

/// Legs that choose their bracket together: neighbours in Pool::by_holding.
template <Scalar T>
[[nodiscard]] constexpr bool same_group(const Leg<T>& a, const Leg<T>& b) {
  return a.terms.bracket_group && b.terms.bracket_group && *a.terms.bracket_group == *b.terms.bracket_group;
}

/// The price of a key, base or derived; `price_of(KeyId)` gives base keys in S.
template <Scalar S, Scalar T, class PriceOf>
[[nodiscard]] S key_price(const Pool<T>& pool, KeyId key, const PriceOf& price_of) {
  if (key.index < pool.key_count) return price_of(key);
  S x = pool.template factor_of<S>(key);
  for (const KeyId k : pool.factors_of(key)) x = S(x * price_of(k));
  return x;
}

/// The price of one unit of a holding.
template <Scalar S, Scalar T, class PriceOf>
[[nodiscard]] S holding_price(const Pool<T>& pool, const Holding<T>& h, const PriceOf& price_of) {
  const S base = h.terms.key ? key_price<S>(pool, *h.terms.key, price_of) : S(h.terms.price.raw());
  return S(base * S(h.terms.ratio.raw()));
}

/// What is owed of a holding: borrowed + interest + max(-amount, 0).
template <Scalar T>
[[nodiscard]] Working<T> debt_of(const Holding<T>& h) {
  using W = Working<T>;
  W debt = W(W(h.terms.borrowed.raw()) + W(h.terms.interest.raw()));
  if (h.amount < W(0)) debt -= h.amount;
  return debt;
}
/// amount - borrowed - interest
template <Scalar T>
[[nodiscard]] Working<T> net_of(const Holding<T>& h) {
  using W = Working<T>;
  return W(h.amount - W(W(h.terms.borrowed.raw()) + W(h.terms.interest.raw())));
}
template <Scalar T>
[[nodiscard]] bool owes(const Pool<T>& pool) {
  for (const Holding<T>& h : pool.holdings)
    if (Working<T>(0) < debt_of(h)) return true;
  return false;
}

/// Sets what of every leg needs margin: all of it, or what the hedge offset leaves.
template <Scalar T>
void offset_legs(Pool<T>& pool) {
  using W = Working<T>;
  const auto symbol = [](const Leg<T>& leg) { return leg.terms.symbol ? leg.terms.symbol->index : leg.terms.key.index; };
  std::vector<std::uint32_t> order(pool.legs.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    order[i] = i;
    pool.legs[i].required = magnitude(W(pool.legs[i].terms.size.raw()));
  }
  if (pool.hedge_offset == HedgeOffset::both) return;
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Leg<T>&l = pool.legs[a], &r = pool.legs[b];
    return symbol(l) != symbol(r) ? symbol(l) < symbol(r) : l.terms.side < r.terms.side;
  });
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    W net = W(0);
    std::size_t larger = begin;
    for (end = begin; end < order.size() && symbol(pool.legs[order[end]]) == symbol(pool.legs[order[begin]]); ++end) {
      net += W(pool.legs[order[end]].terms.size.raw());
      if (pool.legs[order[larger]].required < pool.legs[order[end]].required) larger = end;
    }
    if (end - begin < 2) continue;
    for (std::size_t i = begin; i < end; ++i)
      if (i != larger) pool.legs[order[i]].required = W(0);
    if (pool.hedge_offset == HedgeOffset::net) pool.legs[order[larger]].required = magnitude(net);
  }
}

/// Groups the legs by the asset in which they settle, and inside it by bracket group.
template <Scalar T>
void sort_legs(Pool<T>& pool) {
  pool.by_holding.resize(pool.legs.size());
  for (std::uint32_t i = 0; i < pool.legs.size(); ++i) pool.by_holding[i] = i;
  const auto group = [](const Leg<T>& leg) { return leg.terms.bracket_group ? leg.terms.bracket_group->index : no_index; };
  std::sort(pool.by_holding.begin(), pool.by_holding.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Leg<T>&l = pool.legs[a], &r = pool.legs[b];
    if (l.holding != r.holding) return l.holding < r.holding;
    return group(l) != group(r) ? group(l) < group(r) : a < b;
  });
  pool.first_settling.assign(pool.holdings.size() + 1, 0);
  for (const Leg<T>& leg : pool.legs) ++pool.first_settling[leg.holding + 1];
  for (std::size_t h = 0; h < pool.holdings.size(); ++h) pool.first_settling[h + 1] += pool.first_settling[h];
}

/// Writes derived prices as products of base keys.
template <Scalar T>
void multiply_out(Pool<T>& out, std::span<const DerivedPrice<T>> derived) {
  using W = Working<T>;
  for (const DerivedPrice<T>& d : derived) {
    const auto first = static_cast<std::uint32_t>(out.factors.size());
    W factor = W(d.factor.raw());
    for (const KeyId& key : d.times) {
      factor = W(factor * out.template factor_of<W>(key));
      const std::span<const KeyId> of = out.factors_of(key);
      const std::vector<KeyId> base(of.begin(), of.end());  // `factors` grows
      out.factors.insert(out.factors.end(), base.begin(), base.end());
    }
    out.derived.push_back({first, static_cast<std::uint32_t>(out.factors.size()) - first});
    out.derived_factors.push_back(factor);
  }
}

/// The positions named by `members`, which have been checked, on these holdings; `holding_of(position)` is the settle asset's.
template <Scalar T, class HoldingOf>
[[nodiscard]] Pool<T> make_pool(const Account<T>& account, std::uint32_t key_count, std::span<const std::uint32_t> members, const HoldingOf& holding_of) {
  Pool<T> out;
  out.key_count = key_count;
  out.rule = account.rule;
  out.cum_policy = account.cum_policy;
  out.hedge_offset = account.hedge_offset;
  multiply_out(out, account.derived);
  out.legs.reserve(members.size());
  for (const std::uint32_t i : members) {
    const Position<T>& p = account.positions[i];
    Leg<T> leg{i, holding_of(p), static_cast<std::uint32_t>(out.rows.size()), static_cast<std::uint32_t>(p.brackets.size()), Working<T>(0), p};
    leg.terms.brackets = {};
    out.rows.insert(out.rows.end(), p.brackets.begin(), p.brackets.end());
    out.legs.push_back(std::move(leg));
  }
  return out;
}

/// Adds a holding; without tables for one that an isolated position stands on.
template <Scalar T>
void add_holding(Pool<T>& pool, std::uint32_t index, const Asset<T>& asset) {
  const auto append = [](auto& to, const auto& rows) {
    const auto first = static_cast<std::uint32_t>(to.size());
    to.insert(to.end(), rows.begin(), rows.end());
    return first;
  };
  Holding<T> h{index, 0, 0, 0, 0, 0, 0, Working<T>(asset.amount.raw()), asset};
  h.first_tier = append(pool.tiers, asset.weight_tiers);
  h.tiers = static_cast<std::uint32_t>(asset.weight_tiers.size());
  const auto& initial = asset.initial_weight_tiers.empty() ? asset.weight_tiers : asset.initial_weight_tiers;
  h.first_initial = append(pool.tiers, initial);
  h.initials = static_cast<std::uint32_t>(initial.size());
  h.first_loan = append(pool.loans, asset.loan_brackets);
  h.loans = static_cast<std::uint32_t>(asset.loan_brackets.size());
  h.terms.weight_tiers = h.terms.initial_weight_tiers = {};
  h.terms.loan_brackets = {};
  pool.holdings.push_back(std::move(h));
}

/// The pool of the account itself: its cash, its assets, and every position without a wallet of its own.
template <Scalar T>
[[nodiscard]] Pool<T> main_pool(const Account<T>& account, std::uint32_t key_count) {
  std::vector<std::uint32_t> members;
  for (std::uint32_t i = 0; i < account.positions.size(); ++i)
    if (!account.positions[i].isolated_margin) members.push_back(i);
  Pool<T> out = make_pool(account, key_count, members, [](const Position<T>& p) { return p.settle ? p.settle->index + 1 : 0; });
  add_holding(out, no_index, Asset<T>{.amount = account.cash.raw()});
  for (std::uint32_t i = 0; i < account.assets.size(); ++i) add_holding(out, i, account.assets[i]);
  offset_legs(out);
  sort_legs(out);
  return out;
}

/// The pool of one isolated position: its margin, of its settle asset, at weight 1.
template <Scalar T>
[[nodiscard]] Pool<T> isolated_pool(const Account<T>& account, std::uint32_t key_count, std::uint32_t position) {
  const Position<T>& p = account.positions[position];
  Pool<T> out = make_pool(account, key_count, {&position, 1}, [](const Position<T>& q) { return q.settle ? 1U : 0U; });
  add_holding(out, no_index, Asset<T>{.amount = p.settle ? Quantity<T>(0) : *p.isolated_margin});
  if (p.settle) {
    const Asset<T>& a = account.assets[p.settle->index];
    add_holding(out, p.settle->index,
                Asset<T>{.amount = *p.isolated_margin, .key = a.key, .price = a.price, .ratio = a.ratio, .requirement_weight = a.requirement_weight});
  }
  offset_legs(out);
  sort_legs(out);
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
