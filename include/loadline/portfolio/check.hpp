// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/account.hpp"
#include "loadline/core/result.hpp"
#include "loadline/portfolio/pool.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

/// @file
/// Every check of an account, in one place: what passes here cannot fail later.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// The first fault of one position; nullopt: it is in order. The caller sets `index`.
/// @par Units    those of Position
/// @par Shape    none
/// @par Rounding none but that of the bracket check
/// @par Errors MISSING_PRICE (key), BAD_NUMBER (NaN, infinity), BAD_FIELD, BAD_PRICE (entry), BAD_LEVERAGE, and those of its brackets
/// @par Cost     O(brackets)
/// @par Source   docs/reference/errors.md
template <Scalar T>
[[nodiscard]] std::optional<Error> check(const Position<T>& p, std::uint32_t prices, std::uint32_t assets, CumPolicy policy) {
  const auto fault = [](Errc code, Field field) { return std::optional<Error>(Error{code, field}); };
  const auto number = [&](const T& x, Field field) { return is_finite(x) ? std::nullopt : fault(Errc::bad_number, field); };
  const auto above_zero = [&](const T& x, Field field, Errc code) {
    if (!is_finite(x)) return fault(Errc::bad_number, field);
    return T(0) < x ? std::nullopt : fault(code, field);
  };
  const auto rate = [&](const Ratio<T>& x, Field field) {
    if (!is_finite(x.raw())) return fault(Errc::bad_number, field);
    return x.raw() < T(0) || !(x.raw() < T(1)) ? fault(Errc::bad_field, field) : std::nullopt;
  };
  if (p.key.index >= prices) return fault(Errc::missing_price, Field::key);
  if (p.settle && p.settle->index >= assets) return fault(Errc::missing_price, Field::settle);
  if (auto e = number(p.size.raw(), Field::size)) return e;
  if ((p.side == Side::long_leg && p.size.raw() < T(0)) || (p.side == Side::short_leg && T(0) < p.size.raw())) return fault(Errc::bad_field, Field::size);
  if (auto e = above_zero(p.multiplier.raw(), Field::multiplier, Errc::bad_field)) return e;
  if (auto e = above_zero(p.entry.raw(), Field::entry, Errc::bad_price)) return e;
  if (auto e = rate(p.fee_rate, Field::fee_rate)) return e;
  if (auto e = rate(p.liquidation_fee_rate, Field::liquidation_fee_rate)) return e;
  if (auto e = rate(p.taker_fee_rate, Field::taker_fee_rate)) return e;
  if (p.leverage)
    if (auto e = above_zero(p.leverage->raw(), Field::leverage, Errc::bad_leverage)) return e;
  if (auto e = number(p.accrued.raw(), Field::accrued)) return e;
  if (auto e = number(p.maintenance_fixed.raw(), Field::maintenance_fixed)) return e;
  if (p.maintenance_fixed.raw() < T(0)) return fault(Errc::bad_field, Field::maintenance_fixed);
  if (p.tick)
    if (auto e = above_zero(p.tick->raw(), Field::tick, Errc::bad_field)) return e;
  if (p.isolated_margin)
    if (auto e = number(p.isolated_margin->raw(), Field::isolated_margin)) return e;
  return check(BracketTable<T>{p.brackets, p.bracket_unit, p.bracket_rule, policy, p.bracket_coefficient.raw()});
}

/// The first fault of one asset; nullopt: it is in order. The caller sets `index`.
/// @par Units    those of Asset
/// @par Shape    prices: the number of base and derived keys
/// @par Rounding none
/// @par Errors   MISSING_PRICE (key), BAD_NUMBER, BAD_PRICE, BAD_RATIO, BAD_WEIGHT, BAD_FIELD, and those of its tables
/// @par Cost     O(rows)
/// @par Source   docs/reference/errors.md
template <Scalar T>
[[nodiscard]] std::optional<Error> check(const Asset<T>& a, std::uint32_t prices) {
  const auto fault = [](Errc code, Field field) { return std::optional<Error>(Error{code, field}); };
  const auto at_least = [&](const T& x, const T& least, bool strictly, Field field, Errc code) {
    if (!is_finite(x)) return fault(Errc::bad_number, field);
    return x < least || (strictly && x == least) ? fault(code, field) : std::nullopt;
  };
  if (!is_finite(a.amount.raw())) return fault(Errc::bad_number, Field::amount);
  if (auto e = at_least(a.ratio.raw(), T(0), true, Field::asset_ratio, Errc::bad_ratio)) return e;
  if (a.key && a.key->index >= prices) return fault(Errc::missing_price, Field::asset_key);
  if (auto e = at_least(a.price.raw(), T(0), true, Field::asset_price, Errc::bad_price)) return e;
  if (auto e = at_least(a.liability_weight.raw(), T(1), false, Field::liability_weight, Errc::bad_weight)) return e;
  if (auto e = at_least(a.requirement_weight.raw(), T(1), false, Field::requirement_weight, Errc::bad_weight)) return e;
  if (auto e = check(a.weight_tiers)) return e;
  if (auto e = check(a.initial_weight_tiers)) {
    e->field = e->field == Field::tier ? Field::initial_tier : e->field == Field::tier_cap ? Field::initial_tier_cap : Field::initial_tier_weight;
    return e;
  }
  if (auto e = at_least(a.borrowed.raw(), T(0), false, Field::borrowed, Errc::bad_field)) return e;
  if (auto e = at_least(a.interest.raw(), T(0), false, Field::interest, Errc::bad_field)) return e;
  return check(a.loan_brackets);
}

/// The first fault of the derived prices; nullopt: they are in order.
/// @par Units    those of DerivedPrice
/// @par Shape    each made of base keys and earlier ones
/// @par Rounding none
/// @par Errors   BAD_NUMBER, BAD_PRICE (factor), BAD_FIELD (no keys, or a base key twice), MISSING_PRICE (a key that is not there, or not yet)
/// @par Cost     O(n log n) in the keys multiplied out
/// @par Source   docs/reference/errors.md
template <Scalar T>
[[nodiscard]] std::optional<Error> check(std::span<const DerivedPrice<T>> derived, std::uint32_t key_count) {
  Pool<T> out;
  out.key_count = key_count;
  for (std::uint32_t i = 0; i < derived.size(); ++i) {
    const DerivedPrice<T>& d = derived[i];
    const auto fault = [i](Errc code, Field field, std::size_t item) { return Error{code, field, i, static_cast<std::uint32_t>(item)}; };
    if (!is_finite(d.factor.raw())) return fault(Errc::bad_number, Field::derived_factor, 0);
    if (!(T(0) < d.factor.raw())) return fault(Errc::bad_price, Field::derived_factor, 0);
    if (d.times.empty()) return fault(Errc::bad_field, Field::derived, 0);
    for (std::size_t j = 0; j < d.times.size(); ++j)
      if (d.times[j].index >= key_count + i) return fault(Errc::missing_price, Field::derived, j);
    multiply_out(out, derived.subspan(i, 1));
    const KeyProduct& p = out.derived.back();
    std::vector<std::uint32_t> base;
    for (std::uint32_t k = p.first; k < p.first + p.count; ++k) base.push_back(out.factors[k].index);
    std::sort(base.begin(), base.end());
    if (std::adjacent_find(base.begin(), base.end()) != base.end()) return fault(Errc::bad_field, Field::derived, 0);
  }
  return std::nullopt;
}

/// Whether two positions may choose their bracket together. Figures that differ by no more than rounding explains are alike: a
/// deduction in doubt is not another one than its own copy.
template <Scalar T>
[[nodiscard]] bool may_share_brackets(const Position<T>& a, const Position<T>& b, CumPolicy policy) {
  using W = Working<T>;
  if (a.settle != b.settle || a.bracket_unit != b.bracket_unit || a.bracket_rule != b.bracket_rule || a.maintenance_at != b.maintenance_at) return false;
  if (a.brackets.size() != b.brackets.size()) return false;
  const auto differ = [](const W& x, const W& y) { return x < y || y < x; };
  const BracketTable<T> ta{a.brackets, a.bracket_unit, a.bracket_rule, policy, a.bracket_coefficient.raw()};
  const BracketTable<T> tb{b.brackets, b.bracket_unit, b.bracket_rule, policy, b.bracket_coefficient.raw()};
  for (Deductions<W, T> x(ta), y(tb);; x.advance(), y.advance()) {
    if (differ(x.rate(), y.rate()) || differ(x.used(), y.used()) || differ(x.floor(), y.floor())) return false;
    if (x.last()) break;
  }
  const auto &last_a = a.brackets.back().cap, &last_b = b.brackets.back().cap;
  if (last_a.has_value() != last_b.has_value()) return false;
  return !last_a || !differ(W(W(*last_a) * W(a.bracket_coefficient.raw())), W(W(*last_b) * W(b.bracket_coefficient.raw())));
}

/// The first position, in the account's order, that does not fit its hedge legs or its bracket group; and which of the two.
template <Scalar T>
[[nodiscard]] std::optional<Error> first_misfit(const Account<T>& account) {
  const std::span<const Position<T>> all = account.positions;
  const auto symbol = [&](std::uint32_t i) { return all[i].symbol ? all[i].symbol->index : all[i].key.index; };
  const auto group = [&](std::uint32_t i) { return all[i].bracket_group->index; };
  std::vector<std::uint32_t> cross, grouped;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (all[i].isolated_margin) continue;
    cross.push_back(i);
    if (all[i].bracket_group) grouped.push_back(i);
  }
  const auto first = [&](std::vector<std::uint32_t>& order, const auto& name, const auto& fits) {
    std::uint32_t bad = static_cast<std::uint32_t>(all.size());
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t i, std::uint32_t j) { return name(i) < name(j); });
    for (std::size_t k = 1, head = 0; k < order.size(); ++k) {
      if (name(order[k]) != name(order[head]))
        head = k;
      else if (!fits(all[order[head]], all[order[k]]))
        bad = std::min(bad, order[k]);
    }
    return bad;
  };
  if (account.hedge_offset != HedgeOffset::both) {
    const std::uint32_t bad = first(cross, symbol, [](const Position<T>& a, const Position<T>& b) {
      return a.key == b.key && a.kind == b.kind && a.multiplier == b.multiplier && a.settle == b.settle;
    });
    if (bad < all.size()) return Error{Errc::bad_field, Field::symbol, bad};
  }
  const std::uint32_t bad = first(grouped, group, [&](const Position<T>& a, const Position<T>& b) { return may_share_brackets(a, b, account.cum_policy); });
  if (bad < all.size()) return Error{Errc::bad_field, Field::bracket_group, bad};
  return std::nullopt;
}

/// The first position that repeats the symbol and side of another; the number of positions if none does.
template <Scalar T>
[[nodiscard]] std::uint32_t first_repeated(std::span<const Position<T>> positions) {
  const auto count = static_cast<std::uint32_t>(positions.size());
  const auto symbol = [&](std::uint32_t i) { return positions[i].symbol ? positions[i].symbol->index : positions[i].key.index; };
  std::vector<std::uint32_t> order(count);
  for (std::uint32_t i = 0; i < count; ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::uint32_t i, std::uint32_t j) {
    if (symbol(i) != symbol(j)) return symbol(i) < symbol(j);
    return positions[i].side != positions[j].side ? positions[i].side < positions[j].side : i < j;
  });
  std::uint32_t first = count;
  for (std::uint32_t k = 1; k < count; ++k)
    if (symbol(order[k]) == symbol(order[k - 1]) && positions[order[k]].side == positions[order[k - 1]].side) first = std::min(first, order[k]);
  return first;
}

/// The first fault of an account; nullopt: it is in order. The order: rule, cash, derived prices, assets, positions one by
/// one, then hedge legs and bracket groups.
/// @par Units    those of Account
/// @par Shape    fewer than 2^32 - 1 positions, assets, keys and rows
/// @par Rounding none but that of the bracket check
/// @par Errors those of an asset, a derived price and a position, and BAD_RULE, BAD_NUMBER (cash, ratio), DUPLICATE_SYMBOL, BAD_SIZE
/// @par Cost   O(positions log positions + rows)
/// @par Source   docs/reference/errors.md
template <Scalar T>
[[nodiscard]] std::optional<Error> check(const Account<T>& account, std::uint32_t key_count) {
  constexpr std::size_t most = 0xffff'fffe;
  if (account.positions.size() > most || account.assets.size() >= most || account.derived.size() > most - key_count)
    return Error{Errc::bad_size, Field::account};
  const auto indexed = [](Error e, std::uint32_t index) {
    e.index = index;
    return e;
  };
  const LiquidationRule<T>& rule = account.rule;
  if (!rule.requirement && !rule.level && !rule.equity) return Error{Errc::bad_rule, Field::rule};
  for (const Field field : {Field::rule_ratio, Field::level_ratio}) {
    const T& ratio = (field == Field::rule_ratio ? rule.requirement_ratio : rule.level_ratio).raw();
    if (!is_finite(ratio)) return Error{Errc::bad_number, field};
    if (!(T(0) < ratio)) return Error{Errc::bad_rule, field};
  }
  if (!is_finite(account.cash.raw())) return Error{Errc::bad_number, Field::cash};
  if (const std::optional<Error> e = check(account.derived, key_count)) return e;
  const auto prices = static_cast<std::uint32_t>(key_count + account.derived.size()), assets = static_cast<std::uint32_t>(account.assets.size());
  std::size_t rows = 0;
  for (std::uint32_t i = 0; i < assets; ++i) {
    const Asset<T>& a = account.assets[i];
    if (const std::optional<Error> e = check(a, prices)) return indexed(*e, i);
    rows += a.weight_tiers.size() + a.initial_weight_tiers.size() + a.loan_brackets.size() + 4;
    if (rows > most) return Error{Errc::bad_size, Field::asset, i};
  }
  const std::uint32_t repeated = first_repeated(account.positions);
  for (std::uint32_t i = 0; i < account.positions.size(); ++i) {
    if (const std::optional<Error> e = check(account.positions[i], prices, assets, account.cum_policy)) return indexed(*e, i);
    if (i == repeated) return Error{Errc::duplicate_symbol, Field::symbol, i};
    rows += account.positions[i].brackets.size() + 4;
    if (rows > most) return Error{Errc::bad_size, Field::brackets, i};
  }
  return first_misfit(account);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
