// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/form.hpp"
#include "loadline/portfolio/pool.hpp"

/// @file
/// From balances and positions to the lowered form.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// A product of prices under construction: powers ascending by slot, none of them zero.
template <Scalar W>
struct Product {
  W coefficient;
  std::vector<Power> powers = {};

  [[nodiscard]] Product operator*(const Product& y) const {
    if (y.powers.empty() || powers.empty()) return Product{W(coefficient * y.coefficient), y.powers.empty() ? powers : y.powers};
    Product out{W(coefficient * y.coefficient)};
    auto a = powers.begin(), b = y.powers.begin();
    while (a != powers.end() || b != y.powers.end()) {
      if (b == y.powers.end() || (a != powers.end() && a->slot < b->slot))
        out.powers.push_back(*a++);
      else if (a == powers.end() || b->slot < a->slot)
        out.powers.push_back(*b++);
      else if (const Power both{a->slot, a++->exponent + b++->exponent}; both.exponent != 0)
        out.powers.push_back(both);
    }
    return out;
  }
  [[nodiscard]] Product operator*(const W& k) const& { return Product{W(coefficient * k), powers}; }
  [[nodiscard]] Product operator*(const W& k) && { return Product{W(coefficient * k), std::move(powers)}; }
  [[nodiscard]] Product inverse() const {
    Product out{W(W(1) / coefficient), powers};
    for (Power& p : out.powers) p.exponent = -p.exponent;
    return out;
  }
};

/// Writes the parts of a pool into a form. `slot_of(KeyId)` numbers the base keys.
template <Scalar T, class SlotOf>
class Lowering {
 public:
  using W = Working<T>;

  Lowering(const Pool<T>& pool, const SlotOf& slot_of) : pool_(&pool), slot_of_(&slot_of) {}

  [[nodiscard]] Form<W> form(std::size_t slots) {
    const std::size_t usual = 4 * (pool_->legs.size() + pool_->holdings.size());  // so that they grow once or not at all
    form_.parts.reserve(usual);
    form_.monomials.reserve(2 * usual);
    form_.powers.reserve(2 * usual);
    form_.pieces.reserve(pool_->rows.size() + pool_->tiers.size() + pool_->loans.size());
    for (std::size_t h = 0; h < pool_->holdings.size(); ++h) holding(h);
    sort_parts(slots);
    return std::move(form_);
  }

 private:
  using Amount = std::vector<Product<W>>;
  static W w(const T& x) { return W(x); }

  /// The sign of x, which decides what a form looks like; where it is open nothing made from the form is certain.
  int decide(const W& x) {
    form_.certain = form_.certain && sign_is_certain(x);
    return sign(x);
  }

  [[nodiscard]] Product<W> price(const KeyId& key) const {
    if (key.index < pool_->key_count) return Product<W>{W(1), {{(*slot_of_)(key), 1}}};
    Product<W> out{pool_->template factor_of<W>(key)};
    for (const KeyId& k : pool_->factors_of(key)) out = out * Product<W>{W(1), {{(*slot_of_)(k), 1}}};
    return out;
  }
  [[nodiscard]] Product<W> price(const Holding<T>& h) const {
    return (h.terms.key ? price(*h.terms.key) : Product<W>{w(h.terms.price.raw())}) * w(h.terms.ratio.raw());
  }

  [[nodiscard]] Monomial<W> monomial(const Product<W>& p) {
    const auto first = static_cast<std::uint32_t>(form_.powers.size());
    form_.powers.insert(form_.powers.end(), p.powers.begin(), p.powers.end());
    return {p.coefficient, first, static_cast<std::uint32_t>(p.powers.size())};
  }

  struct Tiers {
    std::uint32_t first, count;
    bool continuous, concave;  ///< concave: what it adds to a test is
  };

  /// weight * amount, or weight * unit * S(amount / unit)
  void part(Sum sum, const W& weight, const Amount& amount, const Product<W>& unit, const Tiers& tiers) {
    const auto first = static_cast<std::uint32_t>(form_.monomials.size());
    for (const Product<W>& p : amount) {
      if (vanishes(p.coefficient)) continue;
      form_.monomials.push_back(monomial(p));
      // A product of numbers that are not zero: its sign is lost only where it underflows, and then no price reaches a cap.
      form_.finite = form_.finite && (sum != Sum::maintenance || tiers.count < 2 || sign_is_certain(p.coefficient));
    }
    const auto count = static_cast<std::uint32_t>(form_.monomials.size()) - first;
    if (count == 0 && tiers.count == 0) return;
    form_.parts.push_back({sum, weight, first, count, monomial(unit), tiers.first, tiers.count, tiers.continuous, tiers.concave});
  }
  void part(Sum sum, const W& weight, const Amount& amount) { part(sum, weight, amount, Product<W>{W(1)}, {0, 0, true, true}); }

  /// Room for a schedule of at most `most` pieces; `write(span)` returns how many it wrote.
  template <class Write>
  [[nodiscard]] Tiers tiers(std::size_t most, bool continuous, bool concave, const Write& write) {
    const std::size_t first = form_.pieces.size();
    form_.pieces.resize(first + most, Piece<W>{W(0), W(0), W(0)});
    const std::size_t count = write(std::span<Piece<W>>(form_.pieces).subspan(first));
    form_.pieces.resize(first + count, Piece<W>{W(0), W(0), W(0)});
    return {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(count), continuous, concave};
  }
  /// S on a fixed amount: a number. An edge belongs to the piece below it.
  [[nodiscard]] W take(const Tiers& t, const W& x) {
    std::size_t i = t.first;
    while (i + 1 < t.first + t.count && decide(W(x - form_.pieces[i + 1].from)) > 0) ++i;
    const W y = W(W(form_.pieces[i].slope * x) + form_.pieces[i].offset);
    form_.pieces.resize(t.first, Piece<W>{W(0), W(0), W(0)});
    return y;
  }

  void holding(std::size_t index) {
    const Holding<T>& h = pool_->holdings[index];
    const Product<W> p = price(h);
    Amount gain;  // p G
    for (const std::uint32_t i : pool_->settling_in(index)) {
      const Amount own = leg_gain(pool_->legs[i], p);
      part(Sum::equity, W(1), own);
      if (!h.terms.pnl_in_tiers) part(Sum::balance, W(1), own);
      gain.insert(gain.end(), own.begin(), own.end());
      fees(pool_->legs[i], p);
    }
    part(Sum::equity, W(1), {p * net_of(h)});
    balance(h, p, h.terms.pnl_in_tiers ? gain : Amount{});
    loan(h, p);
    if (pool_->rule.level) level(h, p, gain);
    const auto legs = pool_->settling_in(index);
    for (std::size_t begin = 0, end = 0; begin < legs.size(); begin = end) {
      for (end = begin + 1; end < legs.size() && same_group(pool_->legs[legs[begin]], pool_->legs[legs[end]]);) ++end;
      requirement(legs.subspan(begin, end - begin), p * w(h.terms.requirement_weight.raw()));
    }
  }

  [[nodiscard]] Amount leg_gain(const Leg<T>& leg, const Product<W>& settle) const {
    const Position<T>& t = leg.terms;
    const W face = W(w(t.size.raw()) * w(t.multiplier.raw())), entry = w(t.entry.raw()), accrued = w(t.accrued.raw());
    const Product<W> mark = price(t.key);
    if (t.kind == ContractKind::inverse) return {settle * W(W(face / entry) + accrued), settle * mark.inverse() * W(-face)};
    return {settle * mark * face, settle * W(accrued - W(face * entry))};
  }
  /// Notional of so many contracts at the mark, in the numeraire.
  [[nodiscard]] Product<W> notional(const Position<T>& t, const W& contracts, const Product<W>& settle) const {
    const Product<W> mark = price(t.key);
    return settle * (t.kind == ContractKind::inverse ? mark.inverse() : mark) * W(contracts * w(t.multiplier.raw()));
  }
  void fees(const Leg<T>& leg, const Product<W>& settle) {
    const W rate = W(w(leg.terms.liquidation_fee_rate.raw()) + w(leg.terms.taker_fee_rate.raw()));
    if (!vanishes(rate)) part(Sum::fees, rate, {notional(leg.terms, magnitude(w(leg.terms.size.raw())), settle)});
  }

  void balance(const Holding<T>& h, const Product<W>& p, const Amount& inside) {
    const W liability = w(h.terms.liability_weight.raw()), net = net_of(h);
    if (!h.terms.usable) {
      const W owed = W(w(h.terms.borrowed.raw()) + w(h.terms.interest.raw()));
      part(Sum::balance, W(-liability), {p * owed});
      if (inside.empty()) {
        if (decide(h.amount) < 0) part(Sum::balance, liability, {p * h.amount});
        return;
      }
      const Tiers below = tiers(2, true, true, [](std::span<Piece<W>> out) {
        out[0] = Piece<W>{W(0), W(1), W(0)};
        out[1] = Piece<W>{W(0), W(0), W(0)};
        return std::size_t{2};
      });
      part(Sum::balance, liability, joined(inside, p * h.amount), Product<W>{W(1)}, below);
      return;
    }
    const bool flat = h.tiers == 0;  // weight 1 above zero
    if (inside.empty() && decide(net) < 0) return part(Sum::balance, liability, {p * net});
    if (flat && (inside.empty() || vanishes(W(liability - W(1))))) return part(Sum::balance, W(1), joined(inside, p * net));
    weighted(Sum::balance, pool_->weights(h), liability, h, p, net, inside);
  }

  /// W(p (net + inside)): tiers by value or by amount.
  void weighted(Sum sum, std::span<const WeightTier<T>> rows, const W& liability, const Holding<T>& h, const Product<W>& p, const W& net,
                const Amount& inside) {
    const Tiers t = tiers(max_weight_pieces(rows), true, true, [&](std::span<Piece<W>> out) { return write_weights<W>(rows, liability, out); });
    if (h.terms.tier_unit == TierUnit::value) return part(sum, W(1), joined(inside, p * net), Product<W>{W(1)}, t);
    if (inside.empty()) return part(sum, W(1), {p * take(t, net)});
    part(sum, W(1), joined(inside, p * net), p, t);
  }
  static Amount joined(Amount amount, const Product<W>& more) {
    amount.push_back(more);
    return amount;
  }

  void loan(const Holding<T>& h, const Product<W>& p) {
    const W debt = debt_of(h), weight = w(h.terms.requirement_weight.raw());
    if (h.loans == 0 || decide(debt) <= 0) return;
    const Tiers t = tiers(h.loans, true, true, [&](std::span<Piece<W>> out) { return write_loan<W>(pool_->loans_of(h), LoanRate::maintenance, out); });
    if (h.terms.loan_unit == TierUnit::value)
      part(Sum::maintenance, weight, {p * debt}, Product<W>{W(1)}, t);
    else
      part(Sum::maintenance, weight, {p * take(t, debt)});
  }

  /// Assets less ratio * debts: what is held, what is owed, and G with the one or the other.
  void level(const Holding<T>& h, const Product<W>& p, const Amount& gain) {
    const W ratio = w(pool_->rule.level_ratio.raw());
    if (h.terms.usable && (decide(h.amount) > 0 || is_nothing_yet(h.amount))) {
      if (pool_->rule.level_weighted && h.tiers > 0)
        weighted(Sum::level, pool_->weights(h), W(1), h, p, h.amount, {});
      else
        part(Sum::level, W(1), {p * h.amount});
    }
    part(Sum::level, W(-ratio), {p * debt_of(h)});
    if (gain.empty()) return;
    const Tiers t = tiers(2, true, !(ratio < W(1)), [&](std::span<Piece<W>> out) {
      out[0] = Piece<W>{W(0), ratio, W(0)};
      out[1] = Piece<W>{W(0), W(1), W(0)};
      return std::size_t{2};
    });
    part(Sum::level, W(1), gain, Product<W>{W(1)}, t);
  }

  /// The requirement of one leg, or of the legs of one group, at `settle`: the price of their asset with its weight.
  void requirement(std::span<const std::uint32_t> legs, const Product<W>& settle) {
    const Leg<T>& first = pool_->legs[legs.front()];
    const bool at_mark = first.terms.maintenance_at == MaintenanceAt::mark, by_size = first.terms.bracket_unit == BracketUnit::size;
    Amount needed, rest;
    W at_entry = W(0), contracts = W(0);  // what needs margin where no price moves it, in the settle asset; or in contracts
    for (const std::uint32_t i : legs) {
      const Leg<T>& leg = pool_->legs[i];
      const Position<T>& t = leg.terms;
      contracts += leg.required;
      const W fee = w(t.fee_rate.raw());
      if (!(t.size.raw() == T(0))) rest.push_back(settle * w(t.maintenance_fixed.raw()));
      if (at_mark) {
        needed.push_back(notional(t, leg.required, settle));
        rest.push_back(needed.back() * fee);
      } else {
        const W base = base_of(leg, W(1));
        at_entry += base;
        rest.push_back(settle * W(base * fee));
      }
    }
    const BracketTable<T> table = pool_->table(first);
    if (decide(contracts) > 0) {
      const bool smooth = is_continuous(table);
      const Tiers t = tiers(first.rows, smooth, smooth, [&](std::span<Piece<W>> out) { return write_schedule<W>(table, out); });
      if (by_size) {  // a fixed share of the notional
        const W rate = W(take(t, contracts) / contracts);
        if (!at_mark) needed = {settle * at_entry};
        for (Product<W>& n : needed) rest.push_back(n * rate);
      } else if (!at_mark) {
        rest.push_back(settle * take(t, at_entry));
      } else {
        part(Sum::maintenance, W(1), needed, settle, t);
      }
    }
    part(Sum::maintenance, W(1), rest);
  }

  /// Which prices move which part.
  void sort_parts(std::size_t slots) {
    std::vector<std::uint32_t> owner(form_.parts.size());
    form_.first_own.assign(slots + 1, 0);
    for (std::uint32_t i = 0; i < owner.size(); ++i) {
      owner[i] = no_index;
      bool several = false;
      const auto note = [&](const Monomial<W>& m) {
        for (const Power& q : form_.powers_of(m)) {
          several = several || (owner[i] != no_index && owner[i] != q.slot);
          owner[i] = q.slot;
        }
      };
      for (const Monomial<W>& m : form_.amount_of(form_.parts[i])) note(m);
      if (form_.parts[i].pieces > 0) note(form_.parts[i].unit);
      if (several) {
        form_.shared.push_back(i);
        owner[i] = no_index;
      } else if (owner[i] == no_index) {
        form_.fixed.push_back(i);
      } else {
        ++form_.first_own[owner[i] + 1];
      }
    }
    for (std::size_t s = 0; s < slots; ++s) form_.first_own[s + 1] += form_.first_own[s];
    form_.own.resize(form_.first_own[slots]);
    std::vector<std::uint32_t> next = form_.first_own;
    for (std::uint32_t i = 0; i < owner.size(); ++i)
      if (owner[i] != no_index) form_.own[next[owner[i]]++] = i;
  }

  const Pool<T>* pool_;
  const SlotOf* slot_of_;
  Form<W> form_ = {};
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
