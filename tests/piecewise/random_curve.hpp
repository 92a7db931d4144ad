// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "piecewise/random_slice.hpp"

#include <loadline/piecewise/curve.hpp>

/// @file
/// Random curves in exact rationals with small dyadic numbers, which a ball holds as well; and a plain evaluator.

/// A curve with storage of its own: base + sum of weight * unit * S(amount / unit).
struct RandomCurve {
  loadline::Polynomial<Rational> base;
  std::vector<std::vector<loadline::Piece<Rational>>> schedules;
  std::vector<loadline::CurveTerm<Rational>> terms;
  loadline::Domain<Rational> domain;
  bool continuous = true;

  [[nodiscard]] loadline::Curve<Rational> curve() const { return {base, terms, domain, continuous, {}}; }

  static Rational at(const loadline::Polynomial<Rational>& p, const Rational& s) {
    Rational sum = 0, power = 1;
    for (const Rational& c : p) sum += c * power, power *= s;
    return sum;
  }

  /// f(s), by definition.
  [[nodiscard]] Rational value(const Rational& s) const {
    Rational sum = at(base, s);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const Rational unit = at(terms[i].unit, s), amount = at(terms[i].amount, s);
      sum += terms[i].weight * unit * RandomSlice::schedule_value(schedules[i], Rational(amount / unit));
    }
    return sum;
  }

  /// Whether an amount lies on a tier edge at s, where the value at the point belongs to neither side.
  [[nodiscard]] bool on_edge(const Rational& s) const {
    for (std::size_t i = 0; i < terms.size(); ++i)
      for (std::size_t j = 1; j < schedules[i].size(); ++j)
        if (at(terms[i].amount, s) == schedules[i][j].from * at(terms[i].unit, s)) return true;
    return false;
  }
};

inline std::ostream& operator<<(std::ostream& out, const loadline::Polynomial<Rational>& p) {
  out << "[";
  for (const Rational& c : p) out << " " << c;
  return out << " ]";
}
inline std::ostream& operator<<(std::ostream& out, const RandomCurve& f) {
  out << "f = " << f.base;
  for (std::size_t i = 0; i < f.terms.size(); ++i) {
    out << "\n  + " << f.terms[i].weight << " * " << f.terms[i].unit << " * S(" << f.terms[i].amount << " / unit), S:";
    for (const auto& p : f.schedules[i]) out << "  above " << p.from << ": " << p.slope << " x + " << p.offset;
  }
  out << "\n  on (" << (f.domain.low ? value_of(*f.domain.low).str() : "-inf") << ", " << (f.domain.high ? value_of(*f.domain.high).str() : "inf") << ")";
  return out;
}

/// A polynomial with so many random coefficients in quarters.
inline loadline::Polynomial<Rational> random_polynomial(int length) {
  loadline::Polynomial<Rational> out;
  for (int i = 0; i < length; ++i) out.push_back(Rational(*rc::gen::inRange(-8, 9), 4));
  return out;
}

/// The same, or one with chosen roots, some of them multiple.
inline loadline::Polynomial<Rational> random_base() {
  if (*rc::gen::arbitrary<bool>()) return random_polynomial(*rc::gen::inRange(1, 5));
  loadline::Polynomial<Rational> out{Rational(*rc::gen::inRange(-4, 5), 4)};
  for (auto count = *rc::gen::inRange(1, 4); count > 0; --count) out = loadline::product(out, {Rational(-*rc::gen::inRange(-1, 5)), 1});
  return out;
}

inline RandomCurve random_curve() {
  RandomCurve f;
  f.continuous = *rc::gen::arbitrary<bool>();
  const Rational s(*rc::gen::inRange(2, 16), 2);  // where much happens: some amounts lie on a tier edge there
  bool positive = *rc::gen::arbitrary<bool>();
  const auto terms = *rc::gen::inRange(0, 4);
  for (int i = 0; i < terms; ++i) {
    f.schedules.push_back(random_schedule(f.continuous, *rc::gen::arbitrary<bool>()));
    loadline::Polynomial<Rational> unit{1};
    const auto shape = *rc::gen::inRange(0, 4);
    if (shape == 1) positive = true, unit = {0, Rational(*rc::gen::inRange(1, 4))};
    if (shape == 2) unit = {1, 0, 1};
    if (shape == 3) positive = true, unit = {Rational(*rc::gen::inRange(0, 3)), Rational(1, 2), Rational(*rc::gen::inRange(0, 2))};
    auto amount = random_polynomial(*rc::gen::inRange(1, 5));
    if (*rc::gen::arbitrary<bool>()) amount[0] += f.schedules.back().back().from * RandomCurve::at(unit, s) - RandomCurve::at(amount, s);
    f.terms.push_back({Rational(*rc::gen::inRange(-4, 5), 2), amount, unit, {}});
  }
  for (std::size_t i = 0; i < f.terms.size(); ++i) f.terms[i].schedule = f.schedules[i];
  if (positive) f.domain.low = {Rational(0), Rational(1)};
  if (positive && *rc::gen::inRange(0, 3) == 0) f.domain.low = {Rational(1), Rational(2)};
  if (*rc::gen::inRange(0, 3) == 0) f.domain.high = {Rational(*rc::gen::inRange(3, 20)), Rational(2)};
  // The base: anything, zero at s, or zero all along below it.
  const auto level = *rc::gen::inRange(0, 5);
  if (level > 0) f.base = random_base();
  if (level > 2) f.base[0] -= f.value(s);
  if (level == 0) {
    const Rational near = s - Rational(1, 1'024);
    for (const auto& t : f.terms) {
      const auto& p = t.schedule[loadline::piece_of<Rational>(t.schedule, Rational(RandomCurve::at(t.amount, near) / RandomCurve::at(t.unit, near)))];
      loadline::add<Rational>(f.base, Rational(-t.weight * p.slope), t.amount);
      loadline::add<Rational>(f.base, Rational(-t.weight * p.offset), t.unit);
    }
  }
  return f;
}
