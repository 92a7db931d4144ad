// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/property.hpp"
#include "support/strict.hpp"
#include "waterfall/people.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/waterfall/lots.hpp>
#include <loadline/waterfall/pro_rata.hpp>
#include <loadline/waterfall/queue.hpp>
#include <loadline/waterfall/water_filling.hpp>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

/// @file
/// Random venues for deleveraging, and every policy once more: by sorting, in fractions.

using loadline::Rational;
using Fractions = std::vector<Rational>;

template <class T>
T from_fraction(const Rational& x) {
  if constexpr (std::same_as<T, Rational>)
    return x;
  else
    return T(static_cast<double>(x));
}

enum class Rule { queue, contracts, profit, risk, risk_above, water, hedge };
inline constexpr Rule rules[] = {Rule::queue, Rule::contracts, Rule::profit, Rule::risk, Rule::risk_above, Rule::water, Rule::hedge};

/// A random side of a contract, and what is to be given up.
struct Venue {
  People<Rational> people;
  loadline::Deleverage<Rational> d{0, 1, 100, 100, false, true};

  [[nodiscard]] std::size_t size() const { return people.size(); }
  [[nodiscard]] Rational transfer() const { return d.liquidated > 0 ? Rational(d.price - d.mark) : Rational(d.mark - d.price); }
  [[nodiscard]] Rational held(std::size_t i) const { return std::max(Rational(0), d.liquidated > 0 ? Rational(-people.sizes[i]) : people.sizes[i]); }
  [[nodiscard]] Rational available(std::size_t i) const {
    const Rational &equity = people.equities[i], t = transfer();
    if (equity <= 0 && !d.insolvent) return 0;
    Rational units = held(i);
    if (!people.most.empty()) units = std::min(units, people.most[i]);
    if (d.spare && t > 0) units = std::min(units, std::max(Rational(0), Rational(equity / t)));
    return units;
  }
  [[nodiscard]] Rational total() const {
    Rational sum = 0;
    for (std::size_t i = 0; i < size(); ++i) sum += available(i);
    return sum;
  }
  template <class T>
  [[nodiscard]] People<T> as() const {
    People<T> out;
    out.ids = people.ids;
    const auto copy = [](std::vector<T>& to, const Fractions& from) {
      for (const Rational& x : from) to.push_back(from_fraction<T>(x));
    };
    copy(out.sizes, people.sizes);
    copy(out.equities, people.equities);
    copy(out.entries, people.entries);
    copy(out.scores, people.scores);
    copy(out.added_variance, people.added_variance);
    copy(out.most, people.most);
    return out;
  }
  template <class T>
  [[nodiscard]] loadline::Deleverage<T> task() const {
    return {from_fraction<T>(d.need), d.liquidated, from_fraction<T>(d.mark), from_fraction<T>(d.price), d.insolvent, d.spare};
  }
};

inline Rational drawn(int low, int high, int parts = 1) {
  return Rational(*rc::gen::inRange(low * parts, high * parts + 1)) / parts;
}

/// Few distinct numbers: ties, zeros and negatives are common.
inline Venue random_venue(int most_people = 9) {
  Venue v;
  const int n = *rc::gen::inRange(0, most_people + 1), price = *rc::gen::inRange(85, 116);
  const bool capped = *rc::gen::inRange(0, 3) == 0;
  for (int i = 0; i < n; ++i) {
    v.people.add(static_cast<std::uint64_t>((i * 7919 + 13) % 101), drawn(-6, 6), drawn(-20, 120));
    v.people.entries.push_back(drawn(70, 130));
    v.people.scores.push_back(drawn(-2, 3));
    v.people.added_variance.push_back(drawn(-10, 20));
    if (capped) v.people.most.push_back(drawn(0, 4, 2));
  }
  v.d = {0, *rc::gen::inRange(0, 2) == 0 ? 1 : -1, 100, Rational(price), *rc::gen::inRange(0, 3) == 0, *rc::gen::inRange(0, 3) != 0};
  v.d.need = Rational(v.total() * drawn(0, 8) / 7);  // sometimes nothing, all, or more than all
  return v;
}

inline constexpr int unit_variance = 2;

/// Each policy as the library has it; `f(policy)`.
template <class T, class F>
auto with_policy(Rule rule, const F& f) {
  switch (rule) {
    case Rule::queue: return f(loadline::AdlQueue{});
    case Rule::contracts: return f(loadline::ContractsProRata{});
    case Rule::profit: return f(loadline::ProfitProRata{});
    case Rule::risk: return f(loadline::RiskAwareProRata<T>{{2, T(0)}});
    case Rule::risk_above: return f(loadline::RiskAwareProRata<T>{{0, T(3)}});
    case Rule::water: return f(loadline::LeverageWaterFilling{});
    case Rule::hedge: break;
  }
  return f(loadline::LeastHedgeBreaking<T>{T(unit_variance)});
}

template <class T>
struct Outcome {
  std::vector<T> given;
  loadline::Allocation<T> report;
};
template <class T, class Policy>
loadline::Result<Outcome<T>> try_policy(const Policy& policy, const loadline::Deleverage<T>& d, People<T>& people) {
  const auto candidates = loadline::Candidates<T>::make(people.columns());
  if (!candidates) return candidates.error();
  loadline::DeleveragingWorkspace<T> workspace(people.size());
  std::vector<T> out(people.size(), T(77));  // what a policy does not write is seen
  const auto a = policy.allocate(d, *candidates, workspace, std::span<T>(out));
  if (!a) return a.error();
  return Outcome<T>{out, *a};
}
template <class T>
Outcome<T> allocated(Rule rule, const Venue& v) {
  People<T> people = v.as<T>();
  return *with_policy<T>(rule, [&](const auto& policy) { return try_policy<T>(policy, v.task<T>(), people); });
}

/// Shares clamp(a + b level, 0, c) that sum to Q, all b > 0, Q below the sum of the caps: the sorted places where they bend, walked from the left.
inline Fractions by_sorted_bends(const Fractions& a, const Fractions& b, const Fractions& c, const Rational& need) {
  std::vector<std::pair<Rational, Rational>> bends;  // where, and the slope gained
  for (std::size_t i = 0; i < a.size(); ++i) {
    bends.emplace_back(Rational(-a[i] / b[i]), b[i]);
    bends.emplace_back(Rational((c[i] - a[i]) / b[i]), Rational(-b[i]));
  }
  std::sort(bends.begin(), bends.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  Rational sum = 0, slope = 0, at = bends.empty() ? Rational(0) : bends.front().first;
  for (const auto& [where, gained] : bends) {
    if (sum + slope * (where - at) >= need) break;
    sum += Rational(slope * (where - at));
    at = where;
    slope += gained;
  }
  const Rational level = slope == 0 ? at : Rational(at + (need - sum) / slope);
  Fractions out;
  for (std::size_t i = 0; i < a.size(); ++i) out.push_back(std::clamp(Rational(a[i] + b[i] * level), Rational(0), c[i]));
  return out;
}

/// What each gives up under a rule.
inline Fractions reference(Rule rule, const Venue& v) {
  const std::size_t n = v.size();
  Fractions out(n, Rational(0)), caps;
  for (std::size_t i = 0; i < n; ++i) caps.push_back(v.available(i));
  if (v.d.need >= v.total()) return caps;
  if (rule == Rule::queue) {
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
      return v.people.scores[i] != v.people.scores[j] ? v.people.scores[j] < v.people.scores[i] : v.people.ids[i] < v.people.ids[j];
    });
    Rational left = v.d.need;
    for (const std::size_t i : order) {
      out[i] = std::min(left, caps[i]);
      left -= out[i];
    }
    return out;
  }
  Fractions a, b, c;
  std::vector<std::size_t> rising, last;
  Rational theirs = 0, others = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (caps[i] == 0) continue;
    const Rational q = v.held(i), &e = v.people.equities[i], leverage = e > 0 ? Rational(q * v.d.mark / e) : Rational(0);
    Rational zero = 0, slope = 0;
    switch (rule) {
      case Rule::contracts: slope = q; break;
      case Rule::profit:
        slope = q * std::max(Rational(0), v.d.liquidated > 0 ? Rational(v.people.entries[i] - 100) : Rational(100 - v.people.entries[i]));
        break;
      case Rule::risk: slope = q * leverage * leverage * leverage; break;
      case Rule::risk_above: slope = q * leverage * std::max(Rational(0), Rational(leverage - 3)); break;
      case Rule::water: zero = q, slope = e - v.transfer() * q; break;
      default: zero = v.people.added_variance[i] / unit_variance, slope = e / unit_variance;
    }
    (slope > 0 ? rising : last).push_back(i);
    (slope > 0 ? theirs : others) += caps[i];
    if (slope > 0) a.push_back(zero), b.push_back(slope), c.push_back(caps[i]);
  }
  if (v.d.need < theirs) {
    const Fractions shares = by_sorted_bends(a, b, c, v.d.need);
    for (std::size_t k = 0; k < rising.size(); ++k) out[rising[k]] = shares[k];
    return out;
  }
  for (const std::size_t i : rising) out[i] = caps[i];
  for (const std::size_t i : last) out[i] = Rational((v.d.need - theirs) * caps[i] / others);
  return out;
}
