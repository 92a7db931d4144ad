// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/rounding.hpp"
#include "loadline/portfolio/ends.hpp"
#include "loadline/portfolio/figures.hpp"
#include "loadline/portfolio/place.hpp"
#include "loadline/portfolio/route.hpp"

/// @file
/// Where an account changes status along one path: all roots of all tests, computed in the working scalar, rounded once.

namespace loadline {
inline namespace v1 {

/// What is known before a route is taken.
template <Scalar T>
struct Departure {
  Sums<Working<T>> still;  ///< of all that the route does not move
  const Figures<T>* now;
};

inline namespace LOADLINE_FLAGS {

/// Reads the answer off the roots of every function.
template <Scalar T, class Place>
class Reading {
 public:
  using W = Working<T>;
  using Found = std::array<Roots<Place>, function_count>;

  Reading(const Lowered<T>& account, const Departure<T>& from, const Route<W>& route, Scratch<T>& scratch)
      : account_(&account), from_(&from), route_(&route), scratch_(&scratch) {}

  [[nodiscard]] PathAnswer<T> answer(const Found& found, Doubt doubt) {
    RootsByTest<Place> on, solvency;
    solvency[0] = found[static_cast<std::size_t>(Function::solvency)];
    for (std::size_t t = 0; t < test_count; ++t)
      if (account_->tests.has(static_cast<Test>(t))) on[t] = found[t];
    const Figures<T>& now = *from_->now;
    const bool failing = !now.failing.empty();
    const Place start = place_of<Place>(route_->start);
    const StatusWalk<Place> status(on, account_->pool.rule.when, start, doubt), bankruptcy(solvency, LiquidateWhen::below_zero, start, doubt);
    PathAnswer<T> out{.liquidatable_now = failing, .bankrupt_now = now.status == Status::bankrupt};
    const std::optional<Price<T>> tick = least_tick();
    out.has_tick = tick.has_value();
    for (const Toward side : {Toward::below, Toward::above}) {
      PathSide<T>& to = side == Toward::below ? out.below : out.above;
      if (const std::optional<End<Place>> end = status.end(side, failing)) {
        (failing ? to.recovery : to.liquidation) = rounded(*end->at);
        to.within = within(*end->at);
        if (!failing) liquidation(*end, side, tick, to);
      }
      if (out.bankrupt_now) continue;
      if (const std::optional<End<Place>> end = bankruptcy.end(side, false)) {
        to.bankruptcy = rounded(*end->at);
        to.bankruptcy_within = within(*end->at);
      }
    }
    out.roots = merge(on, doubt);
    out.overflow = !doubt.finite;
    out.ulp = rounded_.ulp(doubt.certain);
    out.path_class = route_->path_class;
    return out;
  }

 private:
  [[nodiscard]] T rounded(const Place& place) { return rounded_(outward(*route_, point_of<W>(place))); }
  [[nodiscard]] std::optional<Enclosure<T>> within(const Place& place) const {
    const std::optional<Enclosure<W>> e = enclosure(place);
    if (!e) return std::nullopt;
    const auto end = [&](const W& x) {
      const Point<W> p = outward(*route_, Point<W>{x, W(1)});
      return static_cast<T>(W(p.n / p.d));
    };
    return Enclosure<T>{end(e->low), end(e->high)};
  }

  /// Roots of all tests, merged: by place, then by test.
  [[nodiscard]] std::span<const TestRoot<T>> merge(const RootsByTest<Place>& roots, Doubt& doubt) {
    std::size_t count = 0;
    for (const auto& r : roots)
      if (r) count += r->roots.size();
    while (scratch_->found.size() < count) scratch_->found.push_back(TestRoot<T>{T(0), RootKind::cross, Test::requirement});  // class Q
    count = 0;
    for (std::array<std::size_t, test_count> next{};;) {
      std::optional<std::size_t> first;
      for (std::size_t t = 0; t < test_count; ++t) {
        if (!roots[t] || next[t] == roots[t]->roots.size()) continue;
        if (!first || compare(roots[t]->roots[next[t]].at, roots[*first]->roots[next[*first]].at, doubt) < 0) first = t;
      }
      if (!first) return std::span<const TestRoot<T>>(scratch_->found).first(count);
      const Root<Place>& r = roots[*first]->roots[next[*first]++];
      scratch_->found[count++] = TestRoot<T>{rounded(r.at), r.kind(), static_cast<Test>(*first), within(r.at)};
    }
  }

  /// What goes with a liquidation price: the test, how far it is, the ticks, what is left.
  void liquidation(const End<Place>& end, Toward side, const std::optional<Price<T>>& tick, PathSide<T>& to) {
    to.test = end.test;
    const Point<W> at = point_of<W>(*end.at);
    if (route_->key) {
      const W mark = W(route_->start.n * at.d);
      to.distance = static_cast<T>(W(magnitude(W(at.n - mark)) / mark));
    }
    if (tick) {
      const W unit = W(tick->raw());
      const W count = ticks(*end.at, unit, side == Toward::below ? Direction::up : Direction::down);
      to.tick = static_cast<T>(W(count * unit));
    }
    Sums<W> sums = Along<T>(*account_, *scratch_).sums_at(W(at.n / at.d));
    to.equity_left = static_cast<T>(W(W(from_->still[Sum::equity] + sums[Sum::equity]) - W(from_->still[Sum::fees] + sums[Sum::fees])));
  }

  [[nodiscard]] std::optional<Price<T>> least_tick() const {
    const std::uint32_t slot = route_->key ? account_->slot_of(*route_->key) : no_index;
    if (slot == no_index || account_->ticks[slot] == T(0)) return std::nullopt;
    return Price<T>(account_->ticks[slot]);
  }

  const Lowered<T>* account_;
  const Departure<T>* from_;
  const Route<W>* route_;
  Scratch<T>* scratch_;
  Rounder<T> rounded_ = {};
};

/// Solves along the route that lies in the scratch memory.
template <Scalar T>
[[nodiscard]] PathAnswer<T> solve_along(const Lowered<T>& account, const Departure<T>& from, Route<Working<T>> route, Scratch<T>& scratch) {
  using W = Working<T>;
  Along<T> along(account, scratch);
  Doubt doubt{from.now->certain && from.still.certain, true};
  const auto note = [&doubt](const Doubt& d) { doubt = {doubt.certain && d.certain, doubt.finite && d.finite}; };
  const auto each = [&](const auto& one) {
    for (const Function f : {Function::requirement, Function::level, Function::equity_test, Function::solvency})
      if (account.on(f)) one(f, static_cast<std::size_t>(f), function_of(account, f, from.still));
  };
  route.path_class = along.classify();
  if (route.path_class == PathClass::affine) {
    typename Reading<T, Point<W>>::Found found{};
    each([&](Function f, std::size_t i, const W& still) {
      Slice<W> slice = along.slice(f, still, route.domain);
      found[i] = all_roots<W>(slice, scratch.roots[i]);
      note(slice.doubt);
    });
    return Reading<T, Point<W>>(account, from, route, scratch).answer(found, doubt);
  }
  typename Reading<T, Algebraic<W>>::Found found{};
  each([&](Function f, std::size_t i, const W& still) {
    Curve<W> curve = along.curve(f, still, route.domain);
    CurveRoots<W> roots = all_roots(curve);
    scratch.points[i] = std::move(roots.roots);
    found[i] = {scratch.points[i], roots.first};
    note(curve.doubt);
  });
  return Reading<T, Algebraic<W>>(account, from, route, scratch).answer(found, doubt);
}

/// Sums up, for every slot, what the keys below and above it contribute while they stand still.
/// @par Units    numeraire
/// @par Shape    fills `price`, `before` and `after`, one entry a slot and one more
/// @par Rounding that of the working scalar
/// @par Errors   total
/// @par Cost     O(parts * pieces), no allocation
/// @par Source   none
template <Scalar T>
void stand_still(const Lowered<T>& account, Marks<T> marks, Scratch<T>& scratch) {
  using W = Working<T>;
  const std::size_t slots = account.keys.size();
  for (std::size_t j = 0; j < slots; ++j) scratch.price[j] = W(marks[account.keys[j].index].raw());
  const auto price = [&](std::uint32_t slot) { return scratch.price[slot]; };
  scratch.after[slots] = no_sums<W>();
  for (std::size_t j = slots; j-- > 0;) {  // `before` holds each slot's own sums until they are needed below
    scratch.before[j] = no_sums<W>();
    add_parts(account.form, account.form.own_of(j), price, scratch.before[j]);
    scratch.after[j] = scratch.after[j + 1];
    add(scratch.after[j], scratch.before[j]);
  }
  Sums<W> sum = no_sums<W>();
  add_parts(account.form, std::span<const std::uint32_t>(account.form.fixed), price, sum);
  for (std::size_t j = 0; j <= slots; ++j) {
    const Sums<W> own = scratch.before[j];
    scratch.before[j] = sum;
    if (j < slots) add(sum, own);
  }
}

/// One key, the others held. @pre stand_still at these marks
template <Scalar T>
[[nodiscard]] PathAnswer<T> solve_standing(const Lowered<T>& account, Marks<T> marks, const Figures<T>& now, KeyId key, Scratch<T>& scratch) {
  using W = Working<T>;
  const std::uint32_t slot = account.slot_of(key);
  const std::size_t slots = account.keys.size();
  Departure<T> from{scratch.before[slot == no_index ? slots : slot], &now};
  scratch.moving.clear();
  scratch.factors.clear();
  const auto price = [&](std::uint32_t s) { return scratch.price[s]; };
  if (slot != no_index) {
    add(from.still, scratch.after[slot + 1]);
    for (const std::uint32_t i : account.form.own_of(slot)) scratch.moving.push_back(i);
  }
  for (const std::uint32_t i : account.form.shared) {
    if (slot != no_index && account.form.moves(account.form.parts[i], slot))
      scratch.moving.push_back(i);
    else
      add_parts(account.form, {&i, 1}, price, from.still);
  }
  const W mark = W(marks[key.index].raw());
  if (slot != no_index) {
    scratch.factors.push_back({W(0), W(1)});
    scratch.factor_of[slot] = 0;
    scratch.price[slot] = W(1);
  }
  const PathAnswer<T> out = solve_along(account, from, Route<W>{.domain = {Point<W>{W(0), W(1)}, std::nullopt}, .start = {mark, W(1)}, .key = key}, scratch);
  if (slot != no_index) {
    scratch.factor_of[slot] = no_index;
    scratch.price[slot] = mark;
  }
  return out;
}

template <Scalar T>
[[nodiscard]] PathAnswer<T> solve_key(const Lowered<T>& account, Marks<T> marks, KeyId key, Scratch<T>& scratch) {
  stand_still(account, marks, scratch);
  return solve_standing(account, marks, figures(account, marks), key, scratch);
}

/// Every key of the account in turn: `f(key, answer)`. The sums over the other keys are made once.
template <Scalar T, class F>
void solve_keys(const Lowered<T>& account, Marks<T> marks, Scratch<T>& scratch, const F& f) {
  stand_still(account, marks, scratch);
  const Figures<T> now = figures(account, marks);
  for (const KeyId key : account.keys) f(key, solve_standing(account, marks, now, key, scratch));
}

/// P_k (1 + beta_k s) for every base key, into the scratch memory; the domain ends where the first price reaches zero.
template <Scalar T>
[[nodiscard]] Route<Working<T>> joint_route(const Lowered<T>& account, Marks<T> marks, std::span<const Ratio<T>> betas, Scratch<T>& scratch) {
  using W = Working<T>;
  T most = T(0), least = T(0);
  for (const Ratio<T>& beta : betas) {
    if (most < beta.raw()) most = beta.raw();
    if (beta.raw() < least) least = beta.raw();
  }
  const bool rises = T(0) < most;
  Route<W> route{{}, {rises ? W(1) : W(0), W(1)}};
  if (rises) {
    route.steepest = W(most);
    route.domain.low = Point<W>{W(0), W(1)};
  }
  if (least < T(0)) route.domain.high = Point<W>{rises ? W(W(most) - W(least)) : W(1), W(-W(least))};
  scratch.factors.clear();
  std::vector<W>& own = scratch.betas;
  own.clear();
  for (std::uint32_t j = 0; j < account.keys.size(); ++j) {
    const KeyId key = account.keys[j];
    const W beta = W(betas[key.index].raw());
    scratch.price[j] = W(marks[key.index].raw());
    scratch.factor_of[j] = no_index;
    if (vanishes(beta)) continue;
    std::uint32_t f = 0;
    while (f < own.size() && !vanishes(W(own[f] - beta))) ++f;
    if (f == own.size()) {
      own.push_back(beta);
      const W share = rises ? W(beta / *route.steepest) : beta;
      scratch.factors.push_back(rises ? Line<W>{W(W(1) - share), share} : Line<W>{W(1), share});
    }
    scratch.factor_of[j] = f;
  }
  return route;
}

/// P_k + slope_k s for every base key, into the scratch memory; the domain ends where the first price reaches zero.
template <Scalar T>
[[nodiscard]] Route<Working<T>> sloped_route(const Lowered<T>& account, Marks<T> marks, std::span<const T> slopes, Scratch<T>& scratch) {
  using W = Working<T>;
  Route<W> route{{}, {W(0), W(1)}};
  scratch.factors.clear();
  for (std::uint32_t j = 0; j < account.keys.size(); ++j) {
    const KeyId key = account.keys[j];
    const W price = W(marks[key.index].raw()), slope = W(slopes[key.index]);
    scratch.price[j] = price;
    scratch.factor_of[j] = no_index;
    if (vanishes(slope)) continue;
    const Point<W> zero = slope < W(0) ? Point<W>{price, W(-slope)} : Point<W>{W(-price), slope};
    std::optional<Point<W>>& end = slope < W(0) ? route.domain.high : route.domain.low;
    const bool nearer = !end || (slope < W(0) ? W(zero.n * end->d) < W(end->n * zero.d) : W(end->n * zero.d) < W(zero.n * end->d));
    if (nearer) end = zero;
    // Prices in a fixed proportion are one factor, and the proportion stands still.
    std::uint32_t f = 0;
    const auto same = [&](const Line<W>& l) { return vanishes(W(W(l.a * slope) - W(l.b * price))); };
    while (f < scratch.factors.size() && !same(scratch.factors[f])) ++f;
    if (f == scratch.factors.size()) {
      scratch.factors.push_back({price, slope});
      scratch.price[j] = W(1);
    } else {
      scratch.price[j] = W(slope / scratch.factors[f].b);
    }
    scratch.factor_of[j] = f;
  }
  return route;
}

/// Along the route that lies in the scratch memory.
template <Scalar T>
[[nodiscard]] PathAnswer<T> solve_route(const Lowered<T>& account, Marks<T> marks, const Route<Working<T>>& route, Scratch<T>& scratch) {
  using W = Working<T>;
  scratch.moving.clear();
  const Figures<T> now = figures(account, marks);
  Departure<T> from{no_sums<W>(), &now};
  const auto price = [&](std::uint32_t s) { return scratch.price[s]; };
  for (std::uint32_t i = 0; i < account.form.parts.size(); ++i) {
    const Part<W>& part = account.form.parts[i];
    bool moves = false;
    const auto note = [&](const Monomial<W>& m) {
      for (const Power& q : account.form.powers_of(m)) moves = moves || scratch.factor_of[q.slot] != no_index;
    };
    for (const Monomial<W>& m : account.form.amount_of(part)) note(m);
    if (part.pieces > 0) note(part.unit);
    if (moves)
      scratch.moving.push_back(i);
    else
      add_parts(account.form, {&i, 1}, price, from.still);
  }
  const PathAnswer<T> out = solve_along(account, from, route, scratch);
  for (std::uint32_t& f : scratch.factor_of) f = no_index;
  return out;
}

/// Along P_k (1 + beta_k s).
template <Scalar T>
[[nodiscard]] PathAnswer<T> solve_joint(const Lowered<T>& account, Marks<T> marks, std::span<const Ratio<T>> betas, Scratch<T>& scratch) {
  return solve_route(account, marks, joint_route(account, marks, betas, scratch), scratch);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
