// SPDX-License-Identifier: Apache-2.0
#include "piecewise/random_slice.hpp"
#include "support/strict.hpp"

#include <loadline/piecewise/sweep.hpp>

#include <array>
#include <limits>

namespace {

using loadline::Cell;
using loadline::cell_of;
using loadline::first_failure_above;
using loadline::first_failure_below;
using loadline::LiquidateWhen;
using loadline::never_fails;
using loadline::no_end;
using loadline::Profile;
using loadline::Slice;
using loadline::Toward;

/// The cells of a slice on (0, inf), less a level x that is added at every query.
std::vector<Cell<Rational>> cells_of(RandomSlice& f, const Rational& x) {
  std::vector<Cell<Rational>> out;
  Slice<Rational> walk = f.slice();
  walk.base.a -= x;
  start(walk);
  for (bool more = true; more;) {
    const auto l = line(walk);
    const auto edge = next(walk, Toward::above);
    out.push_back({edge ? value_of(*edge) : no_end<Rational>(), l});
    more = edge.has_value();
  }
  return out;
}

bool sign_fails(int sign, LiquidateWhen when) {
  return sign < 0 || (sign == 0 && when == LiquidateWhen::at_or_below_zero);
}

/// The nearest failure from s by the list of all roots: a zero that counts, or a root beyond which the function fails.
std::optional<Rational> nearest_failure(const Expected& all, const Rational& s, Toward side, LiquidateWhen when) {
  std::optional<Rational> best;
  for (const ExpectedRoot& r : all.roots) {
    const bool beyond = sign_fails(side == Toward::above ? r.right : r.left, when);
    const bool on = r.zero && sign_fails(0, when) && r.at != s;
    if (!beyond && !on) continue;
    if (side == Toward::above && r.at >= s && !best) best = r.at;
    if (side == Toward::below && r.at <= s) best = r.at;
  }
  return best;
}

/// A starting point that does not fail: anywhere, on an edge, or on a root.
std::optional<Rational> safe_start(const RandomSlice& f, const Expected& all, LiquidateWhen when) {
  const auto where = *rc::gen::inRange(0, 4);
  Rational s(*rc::gen::inRange(1, 80), *rc::gen::inRange(1, 6));
  const std::vector<Rational> edges = f.edges();
  if (where == 1 && !edges.empty()) s = edges[*rc::gen::inRange<std::size_t>(0, edges.size())];
  if (where == 2 && !all.roots.empty()) s = all.roots[*rc::gen::inRange<std::size_t>(0, all.roots.size())].at;
  if (sign_fails(sign_of(f.value(s)), when)) return std::nullopt;
  return s;
}

/// 10,000 cash and a long of 10 contracts from 20,000: 1 % of notional up to 150,000, then 2 % less 1,500. See the table below.
template <class T>
constexpr std::array<Cell<T>, 2> long_of_ten() {
  // P up to 15,000: 10 (P - 20,000) - 0.1 P; then 10 (P - 20,000) - 0.2 P + 1,500. Tenths, so that every scalar holds them: times 10.
  return {Cell<T>{T(15'000), {T(-2'000'000), T(99)}}, Cell<T>{no_end<T>(), {T(-1'985'000), T(98)}}};
}

constexpr double worked_price(double ten_times_cash) {
  const auto cells = long_of_ten<double>();
  const Profile<double> profile = cells;
  return *first_failure_below(profile, cell_of(profile, 20'000.0), ten_times_cash, 20'000.0, true, LiquidateWhen::at_or_below_zero);
}
// 98 P = 1,985,000 - 123,000 = 1,862,000: P = 19,000, in the upper cell.
static_assert(worked_price(123'000.0) == 19'000.0);
// 99 P = 2,000,000 - 911,000 = 1,089,000: P = 11,000, below the edge at 15,000.
static_assert(worked_price(911'000.0) == 11'000.0);

}  // namespace

TEST_CASE("a sweep finds the nearest failure among all roots", "[sweep]") {
  int prices = 0, jumps = 0, starts_on_edge = 0;
  check_property("first_failure_below/above == nearest of all roots, jumps or none, either rule", 4'000, [&] {
    const bool concave = *rc::gen::arbitrary<bool>();
    RandomSlice f = random_slice({.concave = concave, .rising_only = true, .positive_range = true});
    f.domain.low = {Rational(0), Rational(1)};
    RC_LOG() << f << std::endl;
    const Expected all = expected_roots(f);
    const auto when = *rc::gen::arbitrary<bool>() ? LiquidateWhen::below_zero : LiquidateWhen::at_or_below_zero;
    const std::optional<Rational> s = safe_start(f, all, when);
    if (!s) return;
    RC_LOG() << "from " << *s << (when == LiquidateWhen::below_zero ? " <" : " <=") << std::endl;
    const Rational x = *rc::gen::inRange(-5, 6);
    const std::vector<Cell<Rational>> cells = cells_of(f, x);
    const Profile<Rational> profile = cells;
    const Cell<Rational>* here = cell_of(profile, *s);
    RC_ASSERT(Rational(x + at(here->line, *s)) == f.value(*s));
    const std::optional<Rational> below = nearest_failure(all, *s, Toward::below, when), above = nearest_failure(all, *s, Toward::above, when);
    RC_ASSERT(first_failure_below(profile, here, x, *s, false, when) == below);
    RC_ASSERT(first_failure_above(profile, here, x, *s, false, when) == above);
    if (concave) {
      RC_ASSERT(first_failure_below(profile, here, x, *s, true, when) == below);
      RC_ASSERT(first_failure_above(profile, here, x, *s, true, when) == above);
      if (f.value(*s) > 0) {
        RC_ASSERT(never_fails(profile, x, Toward::below) == !below.has_value());
        RC_ASSERT(never_fails(profile, x, Toward::above) == !above.has_value());
      }
    }
    for (const auto& p : {below, above}) {
      if (!p) continue;
      ++prices;
      if (f.value(*p) != 0) ++jumps;
    }
    const std::vector<Rational> edges = f.edges();
    if (std::find(edges.begin(), edges.end(), *s) != edges.end()) ++starts_on_edge;
  });
  CHECK(prices > 200);  // the cases were met
  CHECK(jumps > 5);
  CHECK(starts_on_edge > 20);
}

TEMPLATE_TEST_CASE("the cell of a price is the one that ends at it", "[sweep]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto cells = long_of_ten<T>();
  const Profile<T> profile = cells;
  CHECK(cell_of(profile, T(1)) == cells.data());
  CHECK(cell_of(profile, T(15'000)) == cells.data());
  CHECK(cell_of(profile, T(15'001)) == cells.data() + 1);
  CHECK(cell_of(profile, T(1'000'000'000)) == cells.data() + 1);
}

TEMPLATE_TEST_CASE("a long fails below, through its brackets, and never above", "[sweep]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto cells = long_of_ten<T>();
  const Profile<T> profile = cells;
  const T mark = T(20'000);
  const auto below = [&](int cash) { return first_failure_below(profile, cell_of(profile, mark), T(cash), mark, true, LiquidateWhen::at_or_below_zero); };
  CHECK(plain(below(123'000).value()) == 19'000.0);
  CHECK(plain(below(515'000).value()) == 15'000.0);  // on the edge
  CHECK(plain(below(911'000).value()) == 11'000.0);
  CHECK_FALSE(below(2'000'000).has_value());  // paid in full: 0 is not a price
  CHECK(plain(below(1'999'999).value()) > 0.0);
  CHECK_FALSE(first_failure_above(profile, cell_of(profile, mark), T(123'000), mark, true, LiquidateWhen::at_or_below_zero).has_value());
  CHECK(never_fails(profile, T(123'000), Toward::above));
  CHECK_FALSE(never_fails(profile, T(123'000), Toward::below));
  CHECK(never_fails(profile, T(2'000'000), Toward::below));
}

TEMPLATE_TEST_CASE("a jump into failure is the edge itself", "[sweep]", LOADLINE_SCALARS) {
  using T = TestType;
  // 5 up to 10, then -1 up to 20, then 3.
  const std::array<Cell<T>, 3> cells{Cell<T>{T(10), {T(5), T(0)}}, Cell<T>{T(20), {T(-1), T(0)}}, Cell<T>{no_end<T>(), {T(3), T(0)}}};
  const Profile<T> profile = cells;
  for (const auto when : {LiquidateWhen::at_or_below_zero, LiquidateWhen::below_zero}) {
    CHECK(plain(first_failure_above(profile, cells.data(), T(0), T(1), false, when).value()) == 10.0);
    CHECK(plain(first_failure_below(profile, cells.data() + 2, T(0), T(30), false, when).value()) == 20.0);
    CHECK_FALSE(first_failure_below(profile, cells.data(), T(0), T(1), false, when).has_value());
    CHECK_FALSE(first_failure_above(profile, cells.data(), T(2), T(1), false, when).has_value());
  }
  // With one more, the middle cell is at zero: that fails under one rule only.
  CHECK(plain(first_failure_above(profile, cells.data(), T(1), T(1), false, LiquidateWhen::at_or_below_zero).value()) == 10.0);
  CHECK_FALSE(first_failure_above(profile, cells.data(), T(1), T(1), false, LiquidateWhen::below_zero).has_value());
}

TEMPLATE_TEST_CASE("a touch of zero fails at or below zero, but not below it", "[sweep]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::array<Cell<T>, 2> cells{Cell<T>{T(4), {T(4), T(-1)}}, Cell<T>{no_end<T>(), {T(-4), T(1)}}};
  const Profile<T> profile = cells;
  CHECK(plain(first_failure_above(profile, cells.data(), T(0), T(1), false, LiquidateWhen::at_or_below_zero).value()) == 4.0);
  CHECK(plain(first_failure_below(profile, cells.data() + 1, T(0), T(9), false, LiquidateWhen::at_or_below_zero).value()) == 4.0);
  CHECK_FALSE(first_failure_above(profile, cells.data(), T(0), T(1), false, LiquidateWhen::below_zero).has_value());
  CHECK_FALSE(first_failure_below(profile, cells.data() + 1, T(0), T(9), false, LiquidateWhen::below_zero).has_value());
}

TEMPLATE_TEST_CASE("what is not a number fails", "[sweep]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan(std::numeric_limits<double>::quiet_NaN());
  for (const auto when : {LiquidateWhen::at_or_below_zero, LiquidateWhen::below_zero}) {
    CHECK(loadline::fails(nan, when));
    CHECK(loadline::fails(T(-1), when));
    CHECK_FALSE(loadline::fails(T(1), when));
  }
  CHECK(loadline::fails(T(0), LiquidateWhen::at_or_below_zero));
  CHECK_FALSE(loadline::fails(T(0), LiquidateWhen::below_zero));
}

TEST_CASE("a root in double stays inside its cell, however level the line is", "[sweep]") {
  check_property("s below the mark and at or above 0; the mark or above it on the other side", 2'000, [] {
    // A line through the mark that is all but level: -a / b alone loses every digit.
    const double mark = *rc::gen::inRange(1, 1'000'000) / 1'000.0;
    const double slope = *rc::gen::inRange(1, 1'000) * 1e-17;
    const double edge = mark * *rc::gen::inRange(1, 1'000) / 1'000.0;
    const double level = -slope * (edge + (mark - edge) * *rc::gen::inRange(0, 1'000) / 1'000.0) + *rc::gen::inRange(-3, 4) * 1e-19;
    const std::array<Cell<double>, 2> up{Cell<double>{edge, {level, slope}}, Cell<double>{no_end<double>(), {level, slope}}};
    const Profile<double> rising = up;
    if (const auto p = first_failure_below(rising, cell_of(rising, mark), 0.0, mark, true, LiquidateWhen::at_or_below_zero)) {
      RC_ASSERT(*p <= mark);
      RC_ASSERT(*p >= 0.0);
    }
    const std::array<Cell<double>, 2> down{Cell<double>{mark * 2.0, {-level, -slope}}, Cell<double>{no_end<double>(), {-level, -slope}}};
    const Profile<double> falling = down;
    if (const auto p = first_failure_above(falling, cell_of(falling, mark), 0.0, mark, true, LiquidateWhen::at_or_below_zero)) RC_ASSERT(*p >= mark);
  });
}
