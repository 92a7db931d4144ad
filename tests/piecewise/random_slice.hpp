// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/property.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/piecewise/roots.hpp>

#include <algorithm>
#include <ostream>
#include <vector>

/// @file
/// Random slices in exact rationals, and a plain evaluator of the same function that shares nothing with the library.

using loadline::Rational;

inline int sign_of(const Rational& x) {
  return x < 0 ? -1 : x > 0 ? 1 : 0;
}

/// The value of a point of a path.
inline Rational value_of(const loadline::Point<Rational>& p) {
  return Rational(p.n / p.d);
}

/// What a random slice may hold.
struct SliceKind {
  bool concave;         ///< weight * schedule is concave and continuous
  bool rising_only;     ///< amounts that rise, unit 1: what one key of an account gives
  bool positive_range;  ///< the path is (0, inf)
};

/// A slice with storage of its own: base + sum of weight * unit * S(amount / unit).
struct RandomSlice {
  loadline::Line<Rational> base{0, 0};
  std::vector<std::vector<loadline::Piece<Rational>>> schedules;
  std::vector<loadline::Term<Rational>> terms;
  loadline::Domain<Rational> domain;

  [[nodiscard]] loadline::Slice<Rational> slice() { return {base, terms, domain}; }

  /// S(x), by definition: the last piece whose `from` lies below x.
  static Rational schedule_value(const std::vector<loadline::Piece<Rational>>& pieces, const Rational& x) {
    const loadline::Piece<Rational>* piece = &pieces.front();
    for (const auto& p : pieces)
      if (&p != &pieces.front() && p.from < x) piece = &p;
    return Rational(piece->slope * x + piece->offset);
  }

  [[nodiscard]] Rational value(const Rational& s) const {
    Rational sum = base.a + base.b * s;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const auto& t = terms[i];
      const Rational unit = t.unit.a + t.unit.b * s, amount = t.amount.a + t.amount.b * s;
      sum += t.weight * unit * schedule_value(schedules[i], Rational(amount / unit));
    }
    return sum;
  }

  /// The tier edges inside the domain, ascending, each once.
  [[nodiscard]] std::vector<Rational> edges() const {
    std::vector<Rational> out;
    for (std::size_t i = 0; i < terms.size(); ++i)
      for (std::size_t j = 1; j < schedules[i].size(); ++j) {
        const auto& t = terms[i];
        const Rational& from = schedules[i][j].from;
        const Rational slope = t.amount.b - from * t.unit.b, level = t.amount.a - from * t.unit.a;
        if (slope == 0) continue;
        const Rational s = -level / slope;
        if (domain.low && !(value_of(*domain.low) < s)) continue;
        if (domain.high && !(s < value_of(*domain.high))) continue;
        out.push_back(s);
      }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }
};

inline std::ostream& operator<<(std::ostream& out, const RandomSlice& f) {
  out << "f = " << f.base.a << " + " << f.base.b << " s";
  for (std::size_t i = 0; i < f.terms.size(); ++i) {
    const auto& t = f.terms[i];
    out << "\n  + " << t.weight << " * (" << t.unit.a << " + " << t.unit.b << " s) * S((" << t.amount.a << " + " << t.amount.b << " s) / unit), S:";
    for (const auto& p : f.schedules[i]) out << "  above " << p.from << ": " << p.slope << " x + " << p.offset;
  }
  out << "\n  on (" << (f.domain.low ? value_of(*f.domain.low).str() : "-inf") << ", " << (f.domain.high ? value_of(*f.domain.high).str() : "inf") << ")";
  return out;
}

inline std::vector<loadline::Piece<Rational>> random_schedule(bool joined, bool convex) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 5);
  std::vector<int> slopes;
  for (std::size_t i = 0; i < count; ++i) slopes.push_back(*rc::gen::inRange(-3, 6));
  if (joined) std::sort(slopes.begin(), slopes.end());
  if (joined && !convex) std::reverse(slopes.begin(), slopes.end());
  std::vector<loadline::Piece<Rational>> out{{Rational(0), Rational(slopes[0], 4), Rational(*rc::gen::inRange(0, 3))}};
  Rational from = *rc::gen::inRange(0, 4);
  for (std::size_t i = 1; i < count; ++i) {
    from += *rc::gen::inRange(1, 5);
    const Rational slope(slopes[i], 4);
    const auto& before = out.back();
    const Rational offset = joined ? Rational(before.offset + before.slope * from - slope * from) : Rational(*rc::gen::inRange(-4, 5));
    out.push_back({from, slope, offset});
  }
  return out;
}

inline RandomSlice random_slice(const SliceKind& kind) {
  RandomSlice f;
  bool positive = kind.positive_range || *rc::gen::arbitrary<bool>();
  const auto terms = *rc::gen::inRange(1, 5);
  for (int i = 0; i < terms; ++i) {
    const bool joined = kind.concave || *rc::gen::inRange(0, 3) > 0;
    const bool convex = *rc::gen::arbitrary<bool>();
    f.schedules.push_back(random_schedule(joined, convex));
    Rational weight(*rc::gen::inRange(1, 4), *rc::gen::inRange(1, 3));
    if (kind.concave ? convex : *rc::gen::arbitrary<bool>()) weight = -weight;
    loadline::Line<Rational> amount{0, *rc::gen::inRange(1, 4)}, unit{1, 0};
    const auto shape = kind.rising_only ? 0 : *rc::gen::inRange(0, 5);
    if (shape == 1) amount = {*rc::gen::inRange(0, 12), -*rc::gen::inRange(0, 3)};                                   // falling
    if (shape == 2) amount = {*rc::gen::inRange(-4, 12), *rc::gen::inRange(0, 3)};                                   // with PnL
    if (shape == 3) positive = true, amount = {*rc::gen::inRange(1, 30), 0}, unit = {0, 1};                          // inverse contract
    if (shape == 4) positive = true, amount = {*rc::gen::inRange(-12, 13), *rc::gen::inRange(0, 6)}, unit = {0, 1};  // haircut by amount
    f.terms.push_back({weight, amount, unit, {}, 0});
  }
  for (std::size_t i = 0; i < f.terms.size(); ++i) f.terms[i].schedule = f.schedules[i];
  if (positive) f.domain.low = {Rational(0), Rational(1)};
  if (positive && !kind.positive_range && *rc::gen::arbitrary<bool>()) f.domain.low = {Rational(1), Rational(*rc::gen::inRange(1, 4))};
  if (!kind.positive_range && *rc::gen::inRange(0, 3) == 0) f.domain.high = {Rational(*rc::gen::inRange(3, 20)), Rational(2)};
  f.base.b = Rational(*rc::gen::inRange(-8, 9), 4);
  // The level: zero at a tier edge, zero at some other point, or anything.
  const std::vector<Rational> edges = f.edges();
  const auto level = *rc::gen::inRange(0, 3);
  Rational s(*rc::gen::inRange(1, 25), 2);
  if (level == 0 && !edges.empty()) s = edges[*rc::gen::inRange<std::size_t>(0, edges.size())];
  f.base.a = level < 2 ? Rational(-f.value(s)) : Rational(*rc::gen::inRange(-20, 21));
  return f;
}

/// A root as it must be found.
struct ExpectedRoot {
  Rational at;
  int left, right;
  bool zero;
};

/// Every root by another way: between two neighbouring edges f is a line, and two of its values tell which.
struct Expected {
  std::vector<ExpectedRoot> roots;
  int first = 0;
};

inline Expected expected_roots(const RandomSlice& f) {
  const std::vector<Rational> edges = f.edges();
  Expected out;
  std::vector<Rational> at;  // the ends of the cells; an end at infinity is stood for by a point beyond all that happens
  int before = 0;
  Rational limit_before = 0;
  for (std::size_t i = 0; i <= edges.size(); ++i) {
    const std::optional<Rational> low = i > 0 ? std::optional(edges[i - 1]) : f.domain.low ? std::optional(value_of(*f.domain.low)) : std::nullopt;
    const std::optional<Rational> high = i < edges.size() ? std::optional(edges[i]) : f.domain.high ? std::optional(value_of(*f.domain.high)) : std::nullopt;
    const Rational p = low && high ? Rational((*low * 2 + *high) / 3) : low ? Rational(*low + 1) : high ? Rational(*high - 2) : Rational(0);
    const Rational q = low && high ? Rational((*low + *high * 2) / 3) : low ? Rational(*low + 2) : high ? Rational(*high - 1) : Rational(1);
    const Rational slope = (f.value(q) - f.value(p)) / (q - p), level = f.value(p) - slope * p;
    const auto on_line = [&](const Rational& s) { return Rational(level + slope * s); };
    const auto just_beside = [&](const std::optional<Rational>& end, int direction) {  // the sign of the line beside an end, inside the cell
      if (end && on_line(*end) != 0) return sign_of(on_line(*end));
      if (end) return sign_of(slope) * direction;
      return slope != 0 ? -sign_of(slope) * direction : sign_of(level);
    };
    const int left = just_beside(low, 1), right = just_beside(high, -1);
    if (i == 0) {
      out.first = left;
    } else {
      const Rational limit = on_line(*low);
      const int from = sign_of(limit_before), to = sign_of(limit);
      if (from != to || to == 0) out.roots.push_back({*low, before, left, from == 0 && to == 0});
    }
    if (left * right < 0) out.roots.push_back({Rational(-level / slope), left, right, true});
    before = right;
    if (high) limit_before = on_line(*high);
  }
  return out;
}
