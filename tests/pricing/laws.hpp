// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/property.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/pricing/source.hpp>

#include <vector>

/// @file
/// What every pricing model promises and no concept can state, on exact numbers.

namespace pricing_laws {

using loadline::Dependence;
using loadline::Errc;
using loadline::Error;
using loadline::Feeds;
using loadline::Field;
using loadline::Priced;
using loadline::PriceFlags;
using loadline::Probe;
using loadline::Rational;
using loadline::Reach;
using loadline::Result;
using loadline::Scalar;
using loadline::Source;

/// Walks source `i` away from its print and compares, inside every reach, with the price of the numbers themselves.
///
/// `may_be_zero`: the rule gives a ratio.
template <class Rule>
void check_walk(const Rule& rule, std::vector<Source<Rational>> sources, loadline::Time now, std::size_t i, int direction, bool may_be_zero = false) {
  const Dependence says = rule.dependence(i);
  Rational x = sources[i].value;
  std::optional<Rational> slope;
  for (int piece = 0; piece < 40; ++piece) {
    Reach<Rational> reach{direction};
    const Result<Priced<Probe<Rational>>> line = rule.price(Feeds<Rational, Probe<Rational>>(sources, now, i, Probe<Rational>(x, Rational(1), reach)));
    std::vector<Source<Rational>> other = sources;
    other[i].time = now;
    const Rational end = reach.distance ? Rational(x + direction * *reach.distance) : direction < 0 ? Rational(0) : Rational(x * 7);
    if (says != Dependence::other) RC_ASSERT(reach.straight);
    for (const int part : {1, 3, 6}) {
      other[i].value = Rational(x + (end - x) * part / 7);
      if (other[i].value <= 0) return;
      const Result<Priced<Rational>> p = rule.price(Feeds<Rational>(other, now));
      RC_ASSERT(p.has_value() == line.has_value());
      if (!p) {
        RC_ASSERT(p.error() == line.error());
        continue;
      }
      const bool in_range = may_be_zero ? !(p->value < 0) : 0 < p->value;
      RC_ASSERT(in_range);
      if (!reach.straight) continue;
      RC_ASSERT(p->value == Rational(line->value.value() + line->value.slope() * (other[i].value - x)));
      RC_ASSERT(p->flags == line->flags);
    }
    if (!line || !reach.straight) return;
    const Rational now_slope = line->value.slope();
    if (says == Dependence::none) RC_ASSERT(now_slope == 0);
    if (says == Dependence::affine && slope) RC_ASSERT(*slope == now_slope);
    slope = now_slope;
    if (!reach.distance || end <= 0) return;
    x = end;
  }
  RC_FAIL("too many pieces");
}

/// Law 4: a slope that a rule gives itself is the Probe's, and the Probe starts at the price at rest.
template <class Rule>
void check_slopes(const Rule& rule, const std::vector<Source<Rational>>& sources, loadline::Time now) {
  const Feeds<Rational> feeds(sources, now);
  const Result<Priced<Rational>> rest = rule.price(feeds);
  if (!rest) return;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (rule.dependence(i) != Dependence::none && rule.dependence(i) != Dependence::affine) continue;
    Reach<Rational> reach;
    const auto line = rule.price(Feeds<Rational, Probe<Rational>>(sources, now, i, Probe<Rational>(sources[i].value, Rational(1), reach)));
    RC_ASSERT(bool(line));
    RC_ASSERT(rule.slope(feeds, i) == line->value.slope());
    RC_ASSERT(rest->value == line->value.value());
  }
}
/// Law 5: whatever a source prints, there is a price, and it lies in the range that the rule names. How often it named one.
template <class Rule>
int check_ranges(const Rule& rule, const std::vector<Source<Rational>>& sources, loadline::Time now) {
  int named = 0;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto range = rule.range(Feeds<Rational>(sources, now), i);
    if (!range) continue;
    ++named;
    std::vector<Rational> prints{Rational(1, 1'000'000), Rational(1'000'000)};
    for (const auto& s : sources)
      for (const int percent : {90, 96, 99, 100, 101, 104, 110}) prints.push_back(Rational(s.value * percent / 100));
    std::vector<Source<Rational>> other = sources;
    other[i].time = now;
    for (const Rational& print : prints) {
      other[i].value = print;
      const auto p = rule.price(Feeds<Rational>(other, now));
      RC_ASSERT(bool(p));
      RC_ASSERT(!(p->value < range->low));
      if (range->high) RC_ASSERT(!(*range->high < p->value));
    }
  }
  return named;
}

/// All sources, both directions; and purity.
template <class Rule>
void check_laws(const Rule& rule, const std::vector<Source<Rational>>& sources, loadline::Time now, bool may_be_zero = false) {
  const Feeds<Rational> feeds(sources, now);
  const Result<Priced<Rational>> once = rule.price(feeds), twice = rule.price(feeds);
  RC_ASSERT(once.has_value() == twice.has_value());
  if (once) RC_ASSERT(once->value == twice->value);
  if constexpr (loadline::SlopedPricing<Rule, Rational>) check_slopes(rule, sources, now);
  if constexpr (loadline::RangedPricing<Rule, Rational>) check_ranges(rule, sources, now);
  for (std::size_t i = 0; i < sources.size(); ++i)
    for (const int direction : {-1, 1}) check_walk(rule, sources, now, i, direction, may_be_zero);
}

/// A source whose price carries given flags: does a rule pass on what its parts had to do?
struct Flagged {
  std::size_t source;
  PriceFlags flags = {};

  template <Scalar T, Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    return Priced<V>{feeds.value(source), flags};
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>&) const {
    return std::nullopt;
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return i == source ? Dependence::affine : Dependence::none; }
};
/// A rule without a price, refused by its check as well.
struct Refused {
  Error error{Errc::bad_ratio, Field::ratio_drop, 7, 3};

  template <Scalar T, Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>&) const {
    return error;
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>&) const {
    return error;
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t) const noexcept { return Dependence::none; }
};

/// Whether an answer has all four flags, compared one by one: the join of flags is itself under test.
inline bool all_flags(const auto& p) {
  return p && p->flags.capped && p->flags.floored && p->flags.guarded && p->flags.stale;
}

/// Sources with random prices around 100, all printed now.
inline std::vector<Source<Rational>> random_sources(std::size_t n) {
  std::vector<Source<Rational>> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back({Rational(*rc::gen::inRange(1, 400), *rc::gen::element(2, 3, 7)), 0, Rational(*rc::gen::inRange(1, 9))});
  return out;
}
inline Rational share() {
  return Rational(*rc::gen::inRange(0, 13), 12);
}

}  // namespace pricing_laws
