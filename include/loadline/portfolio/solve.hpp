// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/rounding.hpp"
#include "loadline/portfolio/ends.hpp"
#include "loadline/portfolio/figures.hpp"

#include <bit>

/// @file
/// Where an account changes status along one path: all roots of all tests, computed in the working scalar, rounded once.

namespace loadline {
inline namespace v1 {

/// A path: every key's price as a line in s, and the open interval on which all of them are above zero.
template <Scalar T>
struct Route {
  Domain<T> domain;
  Point<T> start;            ///< the present
  std::optional<KeyId> key;  ///< a single key: s is its price
};

inline namespace LOADLINE_FLAGS {

/// From the working scalar to the caller's, with the largest error that this rounding can have made.
template <Scalar T>
class Rounder {
 public:
  using W = Working<T>;

  [[nodiscard]] T operator()(const Point<W>& p) {
    const W x = W(p.n / p.d);
    if constexpr (std::same_as<W, Ball>) {
      const double error = x.rounding_error(), size = magnitude(x.hi());
      const double unit = size > 0.0 ? size - std::bit_cast<double>(std::bit_cast<std::uint64_t>(size) - 1) : 0x1p-1074;
      const double claim = error / unit * (1.0 + 0x1p-50);
      if (error != 0.0) claimed_ = claim <= 0.5 && claimed_ <= 0.5 ? 0.5 : claimed_ < claim ? claim : claimed_;
      bounded_ = bounded_ && claim < 0x1p52;  // beyond that no digit is claimed
    }
    return static_cast<T>(x);
  }

  /// The claim, in units in the last place; absent: none is made. A scalar without rounding claims 0.
  [[nodiscard]] std::optional<double> ulp(bool certain) const {
    if (ScalarTraits<T>::exact) return 0.0;
    return std::same_as<W, Ball> && certain && bounded_ && LOADLINE_UNSAFE_MATH == 0 ? std::optional<double>(claimed_) : std::nullopt;
  }

 private:
  double claimed_ = 0.0;
  bool bounded_ = true;
};

/// Roots of all tests, merged: by value, then by test.
template <Scalar T>
[[nodiscard]] std::span<const TestRoot<T>> merge(const RootsByTest<Working<T>>& roots, std::span<TestRoot<T>> out, Rounder<T>& rounded, Doubt& doubt) {
  std::size_t count = 0;
  for (std::array<std::size_t, test_count> next{};;) {
    std::optional<std::size_t> first;
    for (std::size_t t = 0; t < test_count; ++t) {
      if (!roots[t] || next[t] == roots[t]->roots.size()) continue;
      if (!first || compare(roots[t]->roots[next[t]].at, roots[*first]->roots[next[*first]].at, doubt) < 0) first = t;
    }
    if (!first) return out.first(count);
    const Root<Working<T>>& r = roots[*first]->roots[next[*first]++];
    out[count++] = TestRoot<T>{rounded(r.at), r.kind(), static_cast<Test>(*first)};
  }
}

/// What is known before a route is taken: what stands still, and the legs that move.
template <Scalar T>
struct Departure {
  Lines<Working<T>> still;  ///< cash, and the legs that stand still
  std::span<const std::uint32_t> moving;
  bool continuous;  ///< the legs that move have no jumps
};

/// Solves along a route; `price_of(key)` is that key's price as a line in s, `now` the figures at its start.
template <Scalar T, class PriceOf>
[[nodiscard]] PathAnswer<T> solve_along(const Lowered<T>& account, const Figures<T>& now, const Departure<T>& from, const Route<Working<T>>& route,
                                        const PriceOf& price_of, Scratch<T>& scratch) {
  using W = Working<T>;
  Lines<W> lines = from.still;
  scratch.terms.clear();
  std::optional<Price<T>> tick;
  for (const std::uint32_t i : from.moving) {
    const Leg<T>& leg = account.legs[i];
    Term<W> term{W(0), {W(0), W(0)}, {W(1), W(0)}, {}, 0};
    const Schedule<W> schedule = Schedule<W>(scratch.pieces).subspan(leg.first_row, leg.rows);
    if (lower<W>(leg, account.table(leg), schedule, W(account.rule.requirement_ratio.raw()), price_of(leg.terms.key), lines, term))
      scratch.terms.push_back(term);
    if (route.key && leg.terms.tick && (!tick || *leg.terms.tick < *tick)) tick = leg.terms.tick;
  }
  constexpr auto of = [](Test test) { return static_cast<std::size_t>(test); };
  Slice<W> requirement{lines.requirement, scratch.terms, route.domain, from.continuous}, equity{lines.equity, {}, route.domain, true};
  RootsByTest<W> on, solvency;
  solvency[of(Test::equity)] = all_roots<W>(equity, scratch.roots[of(Test::equity)]);
  if (account.tests.has(Test::equity)) on[of(Test::equity)] = solvency[of(Test::equity)];
  if (account.tests.has(Test::requirement)) on[of(Test::requirement)] = all_roots<W>(requirement, scratch.roots[of(Test::requirement)]);

  Doubt doubt{now.certain && lines.certain && requirement.doubt.certain && equity.doubt.certain, requirement.doubt.finite && equity.doubt.finite};
  const StatusWalk<W> status(on, account.rule.when, route.start, doubt), bankruptcy(solvency, LiquidateWhen::below_zero, route.start, doubt);
  Rounder<T> rounded;
  PathAnswer<T> out{.liquidatable_now = now.liquidatable, .bankrupt_now = now.status == Status::bankrupt};
  const auto side = [&](Toward toward, PathSide<T>& to) {
    if (const std::optional<End<W>> end = status.end(toward, now.liquidatable)) {
      (now.liquidatable ? to.recovery : to.liquidation) = rounded(end->at);
      if (!now.liquidatable) {
        to.test = end->test;
        if (route.key) {
          const W mark = W(route.start.n * end->at.d);
          to.distance = static_cast<T>(W(magnitude(W(end->at.n - mark)) / mark));
        }
        if (tick) {
          const Direction direction = toward == Toward::below ? Direction::up : Direction::down;
          to.tick = static_cast<T>(W(whole_ticks(end->at.n, W(W(tick->raw()) * end->at.d), direction) * W(tick->raw())));
        }
      }
    }
    if (out.bankrupt_now) return;
    if (const std::optional<End<W>> end = bankruptcy.end(toward, false)) to.bankruptcy = rounded(end->at);
  };
  side(Toward::below, out.below);
  side(Toward::above, out.above);
  out.has_tick = tick.has_value();
  out.roots = merge<T>(on, scratch.found, rounded, doubt);
  out.overflow = !doubt.finite;
  out.ulp = rounded.ulp(doubt.certain);
  return out;
}

/// Sums up, for every slot, what the keys below and above it contribute while they stand still.
/// @par Units    numeraire
/// @par Shape    fills `before` and `after`, one entry a slot and one more
/// @par Rounding that of the working scalar
/// @par Errors   total
/// @par Cost O(legs * brackets), no allocation
/// @par Source   none
template <Scalar T>
void stand_still(const Lowered<T>& account, Marks<T> marks, Scratch<T>& scratch) {
  using W = Working<T>;
  const auto add = [](Lines<W>& to, const Lines<W>& x) {
    to.equity.a += x.equity.a;
    to.requirement.a += x.requirement.a;
    to.certain = to.certain && x.certain;
  };
  const Lines<W> none{{W(0), W(0)}, {W(0), W(0)}};
  const std::size_t slots = account.profiles.size();
  scratch.after[slots] = none;
  for (std::size_t j = slots; j-- > 0;) {  // `before` holds each slot's own sum until it is needed below
    Lines<W> own = none;
    Term<W> unused{W(0), {W(0), W(0)}, {W(1), W(0)}, {}, 0};
    for (const std::uint32_t i : account.legs_of(j)) {
      const Leg<T>& leg = account.legs[i];
      const Line<W> mark{W(marks[leg.terms.key.index].raw()), W(0)};
      lower<W>(leg, account.table(leg), Schedule<W>(), W(account.rule.requirement_ratio.raw()), mark, own, unused);
    }
    scratch.before[j] = own;
    scratch.after[j] = scratch.after[j + 1];
    add(scratch.after[j], own);
  }
  Lines<W> sum{{W(account.cash.raw()), W(0)}, {W(account.cash.raw()), W(0)}};
  for (std::size_t j = 0; j <= slots; ++j) {
    const Lines<W> own = scratch.before[j];
    scratch.before[j] = sum;
    if (j < slots) add(sum, own);
  }
}

/// One key, the others held. @pre stand_still at these marks
template <Scalar T>
[[nodiscard]] PathAnswer<T> solve_standing(const Lowered<T>& account, Marks<T> marks, const Figures<T>& now, KeyId key, Scratch<T>& scratch) {
  using W = Working<T>;
  const std::uint32_t slot = account.slot_of(key);
  const bool held = slot != Lowered<T>::no_slot;
  Departure<T> from{scratch.before[held ? slot : account.profiles.size()], {}, true};
  if (held) {
    const Lines<W>& above = scratch.after[slot + 1];
    from.still.equity.a += above.equity.a;
    from.still.requirement.a += above.requirement.a;
    from.still.certain = from.still.certain && above.certain;
    from.moving = account.legs_of(slot);
    from.continuous = account.profiles[slot].continuous;
  }
  const Route<W> route{{Point<W>{W(0), W(1)}, std::nullopt}, {W(marks[key.index].raw()), W(1)}, key};
  return solve_along(
      account, now, from, route,
      [](KeyId) {
        return Line<W>{W(0), W(1)};
      },
      scratch);
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

/// P_k (1 + beta_k s) for every key; the domain ends where the first price reaches zero.
template <Scalar T>
[[nodiscard]] PathAnswer<T> solve_joint(const Lowered<T>& account, Marks<T> marks, std::span<const Ratio<T>> betas, Scratch<T>& scratch) {
  using W = Working<T>;
  Route<W> route{{}, {W(0), W(1)}, std::nullopt};
  Doubt ignored;  // betas are the caller's own numbers: they can be told apart
  for (const Ratio<T>& beta : betas) {
    const W b = W(beta.raw());
    if (sign(b) > 0) {
      const Point<W> end{W(-1), b};
      if (!route.domain.low || compare(*route.domain.low, end, ignored) < 0) route.domain.low = end;
    } else if (sign(b) < 0) {
      const Point<W> end{W(1), W(-b)};
      if (!route.domain.high || compare(end, *route.domain.high, ignored) < 0) route.domain.high = end;
    }
  }
  const auto price_of = [&](KeyId k) {
    const W mark = W(marks[k.index].raw());
    return Line<W>{mark, W(mark * W(betas[k.index].raw()))};
  };
  Departure<T> from{{{W(account.cash.raw()), W(0)}, {W(account.cash.raw()), W(0)}}, account.by_key, true};
  for (const KeyCells& k : account.profiles) from.continuous = from.continuous && k.continuous;
  return solve_along(account, figures(account, marks), from, route, price_of, scratch);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
