// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/property.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/portfolio/portfolio.hpp>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <vector>

/// @file
/// Random accounts, written down in exact rationals, and their figures by definition.

using loadline::Rational;

template <class T>
T from_rational(const Rational& x) {
  if constexpr (std::is_same_v<T, Rational>)
    return x;
  else
    return T(x.convert_to<double>());
}

/// How much a random account may hold.
enum class Jumps {
  none,      ///< marginal brackets with derived deductions
  whole,     ///< whole-position rates as well
  anything,  ///< given, inexact deductions as well
};

struct RowSketch {
  std::optional<Rational> cap;
  Rational rate;
  std::optional<Rational> cum;
};

struct PositionSketch {
  std::uint32_t key, symbol;
  loadline::Side side = loadline::Side::one_way;
  Rational size = 0, entry = 1, multiplier = 1, coefficient = 1, fixed = 0, fee = 0, accrued = 0;
  std::vector<RowSketch> rows = {};
  loadline::BracketUnit unit = loadline::BracketUnit::notional;
  loadline::BracketRule rule = loadline::BracketRule::marginal;
  loadline::MaintenanceAt at = loadline::MaintenanceAt::mark;

  [[nodiscard]] Rational gross(const Rational& price) const { return Rational(abs(size) * multiplier * price); }

  /// The maintenance by definition: the row whose cap is the first not below the measure.
  [[nodiscard]] Rational maintenance(const Rational& mark, bool given) const {
    const Rational price = at == loadline::MaintenanceAt::mark ? mark : entry;
    const bool by_size = unit == loadline::BracketUnit::size;
    const Rational measure = by_size ? Rational(abs(size)) : gross(price);
    std::size_t row = 0;
    Rational derived = 0;
    while (row + 1 < rows.size() && *rows[row].cap * coefficient < measure) {
      derived += *rows[row].cap * coefficient * (rows[row + 1].rate - rows[row].rate);
      ++row;
    }
    if (rule == loadline::BracketRule::whole) derived = 0;
    const Rational cum = given && rows[row].cum ? Rational(*rows[row].cum * coefficient) : derived;
    if (size == 0) return 0;
    return gross(price) * (rows[row].rate + fee) - (by_size ? Rational(cum * multiplier * price) : cum) + fixed;
  }
};

struct AccountSketch {
  Rational cash = 0, ratio = 1;
  std::vector<PositionSketch> positions;
  std::vector<Rational> marks;
  bool equity_test = false;
  loadline::LiquidateWhen when = loadline::LiquidateWhen::at_or_below_zero;
  loadline::CumPolicy policy = loadline::CumPolicy::strict;

  [[nodiscard]] Rational equity(const std::vector<Rational>& at) const {
    Rational sum = cash;
    for (const PositionSketch& p : positions) sum += p.size * p.multiplier * (at[p.key] - p.entry) + p.accrued;
    return sum;
  }
  [[nodiscard]] Rational maintenance(const std::vector<Rational>& at) const {
    Rational sum = 0;
    for (const PositionSketch& p : positions) sum += p.maintenance(at[p.key], policy == loadline::CumPolicy::as_given);
    return sum;
  }
  [[nodiscard]] Rational excess(const std::vector<Rational>& at) const { return Rational(equity(at) - ratio * maintenance(at)); }
  [[nodiscard]] std::vector<Rational> with(std::uint32_t key, const Rational& price) const {
    std::vector<Rational> out = marks;
    out[key] = price;
    return out;
  }
};

inline std::ostream& operator<<(std::ostream& out, const AccountSketch& a) {
  out << "cash " << a.cash << ", ratio " << a.ratio << (a.equity_test ? ", equity test" : "")
      << (a.when == loadline::LiquidateWhen::below_zero ? ", fails below 0" : ", fails at or below 0")
      << (a.policy == loadline::CumPolicy::as_given ? ", cum as given" : "") << "\nmarks";
  for (const Rational& m : a.marks) out << " " << m;
  for (const PositionSketch& p : a.positions) {
    out << "\n  key " << p.key << " symbol " << p.symbol << " side " << int(p.side) << " size " << p.size << " x " << p.multiplier << " entry " << p.entry
        << " fixed " << p.fixed << " fee " << p.fee << " accrued " << p.accrued << " coefficient " << p.coefficient
        << (p.unit == loadline::BracketUnit::size ? " by size" : "") << (p.rule == loadline::BracketRule::whole ? " whole" : "")
        << (p.at == loadline::MaintenanceAt::entry ? " at entry" : "") << " rows";
    for (const RowSketch& r : p.rows) {
      out << " (";
      if (r.cap) out << *r.cap;
      out << ": " << r.rate;
      if (r.cum) out << " - " << *r.cum;
      out << ")";
    }
  }
  return out;
}

/// The account in one scalar, with its storage.
template <class T>
struct Book {
  std::vector<std::vector<loadline::Bracket<T>>> brackets;
  std::vector<loadline::Position<T>> positions;
  std::vector<loadline::Price<T>> marks;
  loadline::Account<T> account;

  explicit Book(const AccountSketch& a) {
    const auto number = [](const Rational& x) { return from_rational<T>(x); };
    brackets.reserve(a.positions.size());
    for (const PositionSketch& p : a.positions) {
      auto& rows = brackets.emplace_back();
      for (const RowSketch& r : p.rows)
        rows.push_back({.cap = r.cap ? std::optional<T>(number(*r.cap)) : std::nullopt,
                        .rate = number(r.rate),
                        .cum = r.cum ? std::optional<T>(number(*r.cum)) : std::nullopt});
      positions.push_back({.key = {p.key},
                           .size = number(p.size),
                           .entry = number(p.entry),
                           .brackets = rows,
                           .side = p.side,
                           .symbol = loadline::SymbolId{p.symbol},
                           .multiplier = number(p.multiplier),
                           .bracket_unit = p.unit,
                           .bracket_rule = p.rule,
                           .bracket_coefficient = number(p.coefficient),
                           .maintenance_at = p.at,
                           .maintenance_fixed = number(p.fixed),
                           .fee_rate = number(p.fee),
                           .accrued = number(p.accrued)});
    }
    for (const Rational& m : a.marks) marks.push_back(number(m));
    account.cash = number(a.cash);
    account.positions = positions;
    account.rule.requirement_ratio = number(a.ratio);
    account.rule.equity = a.equity_test;
    account.rule.when = a.when;
    account.cum_policy = a.policy;
  }
  Book(const Book&) = delete;
  Book& operator=(const Book&) = delete;

  [[nodiscard]] loadline::Portfolio<T> portfolio() const {
    const auto made = loadline::Portfolio<T>::make(account, static_cast<std::uint32_t>(marks.size()));
    RC_ASSERT(made.has_value());
    return *made;
  }
  [[nodiscard]] std::vector<loadline::Price<T>> with(std::uint32_t key, const T& price) const {
    std::vector<loadline::Price<T>> out = marks;
    out[key] = price;
    return out;
  }
};

inline PositionSketch random_position(std::uint32_t key, std::uint32_t symbol, Jumps jumps, bool given) {
  PositionSketch p{.key = key, .symbol = symbol};
  p.size = Rational(*rc::gen::inRange(-20, 21), *rc::gen::element(1, 2, 10));
  p.entry = Rational(*rc::gen::inRange(1, 400), *rc::gen::element(1, 4, 10));
  p.multiplier = Rational(1, *rc::gen::element(1, 1, 8, 100));
  if (*rc::gen::inRange(0, 4) == 0) p.coefficient = Rational(*rc::gen::inRange(1, 6), 2);
  if (*rc::gen::inRange(0, 4) == 0) p.fixed = *rc::gen::inRange(0, 20);
  if (*rc::gen::inRange(0, 4) == 0) p.fee = Rational(*rc::gen::inRange(0, 40), 10'000);
  if (*rc::gen::inRange(0, 4) == 0) p.accrued = *rc::gen::inRange(-30, 31);
  if (*rc::gen::inRange(0, 6) == 0) p.unit = loadline::BracketUnit::size;
  if (*rc::gen::inRange(0, 6) == 0) p.at = loadline::MaintenanceAt::entry;
  if (jumps != Jumps::none && *rc::gen::arbitrary<bool>()) p.rule = loadline::BracketRule::whole;
  const auto count = *rc::gen::inRange<std::size_t>(1, 6);
  Rational cap = 0, rate = 0;
  for (std::size_t i = 0; i < count; ++i) {
    RowSketch row;
    cap += Rational(*rc::gen::inRange(1, 500)) * p.multiplier;
    rate += Rational(*rc::gen::inRange(0, 900), 10'000);
    row.rate = rate;
    if (i + 1 < count || *rc::gen::arbitrary<bool>()) row.cap = cap;
    if (given && *rc::gen::arbitrary<bool>()) row.cum = Rational(*rc::gen::inRange(-20, 60));
    p.rows.push_back(row);
  }
  return p;
}

/// One to four keys, each with one position, two legs of hedge mode, or two symbols; legs of several keys may be mixed.
inline AccountSketch random_account(Jumps jumps) {
  AccountSketch a;
  const bool given = jumps == Jumps::anything && *rc::gen::arbitrary<bool>();
  if (given) a.policy = loadline::CumPolicy::as_given;
  const auto keys = *rc::gen::inRange<std::uint32_t>(1, 5);
  std::uint32_t symbol = 0;
  for (std::uint32_t key = 0; key < keys; ++key) {
    a.marks.push_back(Rational(*rc::gen::inRange(1, 400), *rc::gen::element(1, 4, 10)));
    const auto form = *rc::gen::inRange(0, 4);
    a.positions.push_back(random_position(key, symbol, jumps, given));
    if (form == 1 || form == 2) {
      a.positions.push_back(random_position(key, form == 1 ? symbol : ++symbol, jumps, given));
      if (form == 1) {
        PositionSketch& l = a.positions[a.positions.size() - 2];
        PositionSketch& s = a.positions.back();
        l.side = loadline::Side::long_leg;
        s.side = loadline::Side::short_leg;
        l.size = Rational(abs(l.size));
        s.size = Rational(-abs(s.size));
      }
    }
    ++symbol;
  }
  if (*rc::gen::inRange(0, 3) == 0) a.ratio = Rational(*rc::gen::inRange(1, 13), 8);
  a.equity_test = *rc::gen::inRange(0, 4) == 0;
  if (*rc::gen::inRange(0, 3) == 0) a.when = loadline::LiquidateWhen::below_zero;
  // Cash: a share of the notional above the losses; or such that the excess is exactly zero somewhere on the path of a key.
  Rational gross = 0;
  for (const PositionSketch& p : a.positions) gross += p.gross(a.marks[p.key]);
  if (*rc::gen::inRange(0, 3) > 0) {
    a.cash = Rational(gross * *rc::gen::inRange(-5, 120) / 100 - a.equity(a.marks));
  } else {
    const auto key = *rc::gen::inRange<std::uint32_t>(0, keys);
    Rational price = a.marks[key] * *rc::gen::inRange(1, 25) / 12;
    const PositionSketch& p = a.positions[*rc::gen::inRange<std::size_t>(0, a.positions.size())];
    if (*rc::gen::arbitrary<bool>() && p.key == key && p.rows.front().cap && p.size != 0)  // at a tier edge
      price = *p.rows.front().cap * p.coefficient / (abs(p.size) * p.multiplier);
    a.cash = Rational(-a.excess(a.with(key, price)));
  }
  RC_LOG() << a << std::endl;
  return a;
}

/// The same account, in the own values of its doubles.
inline AccountSketch in_own_doubles(const AccountSketch& drawn, const Book<double>& book) {
  AccountSketch a = drawn;
  a.cash = Rational(book.account.cash.raw());
  a.ratio = Rational(book.account.rule.requirement_ratio.raw());
  for (std::size_t i = 0; i < a.marks.size(); ++i) a.marks[i] = Rational(book.marks[i].raw());
  for (std::size_t i = 0; i < a.positions.size(); ++i) {
    PositionSketch& p = a.positions[i];
    const auto& q = book.positions[i];
    p.size = Rational(q.size.raw());
    p.entry = Rational(q.entry.raw());
    p.multiplier = Rational(q.multiplier.raw());
    p.coefficient = Rational(q.bracket_coefficient.raw());
    p.fixed = Rational(q.maintenance_fixed.raw());
    p.fee = Rational(q.fee_rate.raw());
    p.accrued = Rational(q.accrued.raw());
    for (std::size_t r = 0; r < p.rows.size(); ++r) {
      p.rows[r].rate = Rational(book.brackets[i][r].rate.raw());
      if (p.rows[r].cap) p.rows[r].cap = Rational(*book.brackets[i][r].cap);
    }
  }
  return a;
}
