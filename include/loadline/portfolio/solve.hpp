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
      bounded_ = bounded_ && is_finite(claim);
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
[[nodiscard]] std::span<const TestRoot<T>> merge(const RootsByTest<Working<T>>& roots, std::span<TestRoot<T>> out, Rounder<T>& rounded) {
  std::size_t count = 0;
  for (std::array<std::size_t, test_count> next{};;) {
    std::optional<std::size_t> first;
    for (std::size_t t = 0; t < test_count; ++t) {
      if (!roots[t] || next[t] == roots[t]->roots.size()) continue;
      if (!first || compare(roots[t]->roots[next[t]].at, roots[*first]->roots[next[*first]].at) < 0) first = t;
    }
    if (!first) return out.first(count);
    const Root<Working<T>>& r = roots[*first]->roots[next[*first]++];
    out[count++] = TestRoot<T>{rounded(r.at), r.kind(), static_cast<Test>(*first)};
  }
}

/// Solves along a route; `price_of(key)` is that key's price as a line in s.
template <Scalar T, class PriceOf>
[[nodiscard]] PathAnswer<T> solve_along(const Lowered<T>& account, Marks<T> marks, const Route<Working<T>>& route, const PriceOf& price_of,
                                        Scratch<T>& scratch) {
  using W = Working<T>;
  LOADLINE_ASSERT(scratch.fits(account));
  Lines<W> lines{{W(account.cash.raw()), W(0)}, {W(account.cash.raw()), W(0)}};
  scratch.terms.clear();
  std::optional<Price<T>> tick;
  for (const Leg<T>& leg : account.legs) {
    Term<W> term{W(0), {W(0), W(0)}, {W(1), W(0)}, {}, 0};
    const Schedule<W> schedule = Schedule<W>(scratch.pieces).subspan(leg.first_row, leg.rows);
    if (lower<W>(leg, account.table(leg), schedule, W(account.rule.requirement_ratio.raw()), price_of(leg.terms.key), lines, term))
      scratch.terms.push_back(term);
    if (route.key == leg.terms.key && leg.terms.tick && (!tick || *leg.terms.tick < *tick)) tick = leg.terms.tick;
  }
  Slice<W> requirement{lines.requirement, scratch.terms, route.domain}, equity{lines.equity, {}, route.domain};
  constexpr auto of = [](Test test) { return static_cast<std::size_t>(test); };
  RootsByTest<W> on, solvency;
  solvency[of(Test::equity)] = all_roots<W>(equity, scratch.roots[of(Test::equity)]);
  if (account.tests.has(Test::equity)) on[of(Test::equity)] = solvency[of(Test::equity)];
  if (account.tests.has(Test::requirement)) on[of(Test::requirement)] = all_roots<W>(requirement, scratch.roots[of(Test::requirement)]);

  const Figures<T> now = figures(account, marks);
  const Frontier<W> status(on, account.rule.when, route.start), bankruptcy(solvency, LiquidateWhen::below_zero, route.start);
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
  out.roots = merge<T>(on, scratch.found, rounded);
  out.ulp = rounded.ulp(now.certain && requirement.certain && equity.certain);
  return out;
}

/// One key, the others held.
template <Scalar T>
[[nodiscard]] PathAnswer<T> solve_key(const Lowered<T>& account, Marks<T> marks, KeyId key, Scratch<T>& scratch) {
  using W = Working<T>;
  const Route<W> route{{Point<W>{W(0), W(1)}, std::nullopt}, {W(marks[key.index].raw()), W(1)}, key};
  return solve_along(
      account, marks, route,
      [&](KeyId k) {
        return k == key ? Line<W>{W(0), W(1)} : Line<W>{W(marks[k.index].raw()), W(0)};
      },
      scratch);
}

/// P_k (1 + beta_k s) for every key; the domain ends where the first price reaches zero.
template <Scalar T>
[[nodiscard]] PathAnswer<T> solve_joint(const Lowered<T>& account, Marks<T> marks, std::span<const Ratio<T>> betas, Scratch<T>& scratch) {
  using W = Working<T>;
  Route<W> route{{}, {W(0), W(1)}, std::nullopt};
  for (const Ratio<T>& beta : betas) {
    const W b = W(beta.raw());
    if (sign(b) > 0) {
      const Point<W> end{W(-1), b};
      if (!route.domain.low || compare(*route.domain.low, end) < 0) route.domain.low = end;
    } else if (sign(b) < 0) {
      const Point<W> end{W(1), W(-b)};
      if (!route.domain.high || compare(end, *route.domain.high) < 0) route.domain.high = end;
    }
  }
  const auto price_of = [&](KeyId k) {
    const W mark = W(marks[k.index].raw());
    return Line<W>{mark, W(mark * W(betas[k.index].raw()))};
  };
  return solve_along(account, marks, route, price_of, scratch);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
