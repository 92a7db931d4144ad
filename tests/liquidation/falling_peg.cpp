// SPDX-License-Identifier: Apache-2.0
// The closed form of collateral that falls with its underlying, against the signs of the account's figure in fractions.
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/liquidation/falling_peg.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace loadline;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

/// The account once more: numbers that a double holds, and its figure at a price.
struct Exact {
  Rational cash, collateral, weight, size, entry, rate, deduction, reference, fall, cap;

  [[nodiscard]] Rational ratio(const Rational& price) const {
    const Rational r = 1 - fall * (1 - price / reference);
    return r < 0 ? Rational(0) : r > cap ? cap : r;
  }
  [[nodiscard]] Rational figure(const Rational& price) const {
    return cash + collateral * weight * price * ratio(price) + size * (price - entry) - rate * abs(size) * price + deduction;
  }
  /// Where a branch ends, and where the figure turns within the middle one: between neighbours of these it rises or falls throughout.
  [[nodiscard]] std::vector<Rational> turns() const {
    if (fall == 0) return {};
    std::vector<Rational> out{Rational(reference * (1 - 1 / fall)), Rational(reference * (1 - (1 - cap) / fall))};
    const Rational a = collateral * weight * fall / reference, b = collateral * weight * (1 - fall) + size - rate * abs(size);
    if (a != 0) out.push_back(Rational(-b / (2 * a)));
    return out;
  }
  /// Whether the middle branch nearly touches zero: there half of the digits are lost, and whether there is a root may be.
  [[nodiscard]] bool touches() const {
    const Rational a = collateral * weight * fall / reference, b = collateral * weight * (1 - fall) + size - rate * abs(size);
    const Rational c = 4 * a * (cash - size * entry + deduction);
    return abs(Rational(b * b - c)) * 10'000 < b * b;
  }
  [[nodiscard]] FallingPegAccount<double> rounded() const {
    const auto d = [](const Rational& x) { return x.convert_to<double>(); };
    return {.cash = d(cash),
            .collateral = d(collateral),
            .weight = d(weight),
            .size = d(size),
            .entry = d(entry),
            .maintenance_rate = d(rate),
            .deduction = d(deduction),
            .reference = d(reference),
            .fall = d(fall),
            .cap = d(cap)};
  }
};

Rational part(int from, int to, int of) {
  return Rational(*rc::gen::inRange(from, to + 1), of);
}
Exact any_account() {
  Exact a;
  a.collateral = part(0, 64, 16);
  a.weight = part(0, 16, 16);
  a.size = part(-64, 64, 16);
  a.entry = part(70, 130, 1);
  a.rate = part(0, 16, 128);
  a.deduction = part(0, 160, 16);
  a.reference = part(4, 9, 1) * 16;
  a.fall = *rc::gen::element(Rational(0), Rational(1, 2), Rational(1), Rational(5, 4), Rational(2), Rational(4));
  a.cap = part(2, 12, 8);
  return a;
}

}  // namespace

TEST_CASE("between the mark and each answer the figure is above zero, beyond it not; without an answer it is throughout", "[falling_peg][property]") {
  int already = 0, below = 0, above = 0, never_below = 0, never_above = 0, flat = 0;
  check_property("by the signs of the figure", 2'000, [&] {
    Exact a = any_account();
    const Rational mark = part(4 * 70, 4 * 130, 4);
    a.cash = part(-64, 1'024, 16);
    a.cash = Rational((a.cash - a.figure(mark) + a.cash).convert_to<double>());  // that leaves a little; what a double holds of it
    const Rational here = a.figure(mark);
    const Bounds<double> b = falling_peg_liquidation(a.rounded(), Price<double>(mark.convert_to<double>()));
    if (here <= 0) {
      ++already;
      RC_ASSERT((b.below.outcome() == Outcome::already && b.above.outcome() == Outcome::already));
      return;
    }
    if (a.touches() || here * 1'000'000 < 1) return;
    RC_ASSERT((b.below.outcome() != Outcome::already && b.above.outcome() != Outcome::already));
    const Rational bit(1, 1'000'000'000);
    const auto all_well = [&a](const Rational& low, const std::optional<Rational>& high) {
      if (low > 0) RC_ASSERT(a.figure(low) > 0);
      if (high) RC_ASSERT(a.figure(*high) > 0);
      for (const Rational& x : a.turns())
        if (x > low && (!high || x < *high)) RC_ASSERT(a.figure(x) > 0);
    };
    if (b.below) {
      ++below;
      const Rational at((*b.below).raw());
      RC_ASSERT((at > 0 && at < mark));
      RC_ASSERT(a.figure(at * (1 - bit)) < 0);
      all_well(at * (1 + bit), mark);
    } else {
      ++never_below;
      RC_ASSERT(a.cash - a.size * a.entry + a.deduction >= 0);  // the figure at 0
      all_well(Rational(0), mark);
    }
    if (b.above) {
      ++above;
      const Rational at((*b.above).raw());
      RC_ASSERT(at > mark);
      RC_ASSERT(a.figure(at * (1 + bit)) < 0);
      all_well(mark, Rational(at * (1 - bit)));
    } else {
      ++never_above;
      const Rational slope = a.collateral * a.weight * (a.fall == 0 && a.cap > 1 ? Rational(1) : a.cap) + a.size - a.rate * abs(a.size);
      if (slope == 0) ++flat;
      RC_ASSERT(slope >= 0);  // of the last branch
      all_well(mark, std::nullopt);
    }
  });
  CHECK(already > 100);
  CHECK(below > 100);
  CHECK(above > 20);
  CHECK(never_below > 100);
  CHECK(never_above > 100);
}

TEST_CASE("a root where two branches meet is found, to whichever side it rounds", "[falling_peg][property]") {
  int zero = 0, full = 0;
  check_property("the figure is 0 at the end of a branch", 3'000, [&] {
    Exact a = any_account();
    a.fall = Rational((*rc::gen::element(Rational(5, 4), Rational(7, 5), Rational(3), Rational(13, 4))).convert_to<double>());
    a.rate = Rational((a.rate / 3).convert_to<double>());
    a.weight = Rational((a.weight / 3).convert_to<double>());
    const Rational mark = part(4 * 70, 4 * 130, 4);
    const bool lower = *rc::gen::arbitrary<bool>();
    const Rational end = a.turns()[lower ? 0 : 1];
    a.cash = 0;
    a.cash = Rational((-a.figure(end)).convert_to<double>());
    if (end <= 0 || abs(Rational(mark - end)) < 1 || a.figure(mark) * 1'000 < 1) return;
    // The figure passes zero there, and not slowly.
    const Rational beyond = end < mark ? Rational(end * Rational(999, 1'000)) : Rational(end * Rational(1'001, 1'000));
    const Rational before = end < mark ? Rational(end * Rational(1'001, 1'000)) : Rational(end * Rational(999, 1'000));
    if (a.figure(beyond) * 1'000 > -1 || a.figure(before) * 1'000 < 1) return;
    for (const Rational& x : a.turns())  // and nowhere on the way from the mark
      if ((end < x && x < mark) || (mark < x && x < end))
        if (a.figure(x) * 1'000 < 1) return;
    const Bounds<double> b = falling_peg_liquidation(a.rounded(), Price<double>(mark.convert_to<double>()));
    const Bound<double>& found = end < mark ? b.below : b.above;
    RC_ASSERT(found.has_value());
    RC_ASSERT(abs(Rational(Rational((*found).raw()) - end)) * 1'000'000'000 < end);
    ++(lower ? zero : full);
  });
  CHECK(zero > 50);
  CHECK(full > 50);
}

// One coin at full weight, 100 its price and its reference; a contract of one coin from 100, 100 in cash: exact in a double.
TEMPLATE_TEST_CASE("roots where branches meet, by hand", "[falling_peg]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto at = [](double cash, double size, double fall, double cap, double deduction = 0) {
    return falling_peg_liquidation<T>({.cash = num<T>(cash),
                                       .collateral = T(1),
                                       .size = num<T>(size),
                                       .entry = T(100),
                                       .deduction = num<T>(deduction),
                                       .reference = T(100),
                                       .fall = num<T>(fall),
                                       .cap = num<T>(cap)},
                                      Price<T>(100));
  };
  // Fall 2: the ratio is 0 at 50 and below; 50 of cash and a long: 50 + P r + P - 100 is 0 at 50, where the branches meet.
  REQUIRE(at(50, 1, 2, 1).below);
  CHECK(plain((*at(50, 1, 2, 1).below).raw()) == Approx(50).epsilon(1e-14));
  CHECK(plain((*at(60, 1, 2, 1).below).raw()) == Approx(40).epsilon(1e-14));      // on the flat branch
  CHECK(plain((*at(50, 1, 2, 1, 10).below).raw()) == Approx(40).epsilon(1e-14));  // a deduction is as good as cash
  CHECK(at(100, 1, 2, 1).below.outcome() == Outcome::none);                       // nothing is lost at 0 but the whole of it
  // A short of two with a cap of 1: C = cash + 200, slope -1 above 100: dead at 100 + 100 of cash.
  CHECK(plain((*at(0, -2, 1, 1).above).raw()) == Approx(200).epsilon(1e-14));
  CHECK(at(0, -1, 1, 1).above.outcome() == Outcome::none);  // hedged above, slope 0
  // A cap of 1.5, reached at 150 and a root on it: 150 x 1.5 + cash - 3 x 50 = 0.
  CHECK(plain((*at(-75, -3, 1, 1.5).above).raw()) == Approx(150).epsilon(1e-14));
  // At zero at the mark: liquidated. And where the mark cannot be told from it.
  CHECK(at(-100, 1, 1, 1).below.outcome() == Outcome::already);
  CHECK(at(-100, 1, 0, 1).above.outcome() == Outcome::already);
  CHECK(at(-100 + 1e-13, 1, 0, 1).below.outcome() == Outcome::already);
  CHECK(at(-100 + 1e-10, 1, 0, 1).below.has_value());
  // Coins and a short that cancel but for the last bit: no slope, and no price far beyond every other.
  CHECK(at(50, -std::nextafter(1.0, 2.0), 0, 1).above.outcome() == Outcome::none);
  CHECK(at(50, -1.0001, 0, 1).above.has_value());
}

TEMPLATE_TEST_CASE("a figure that is no number or outside its range is not called safe", "[falling_peg][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto outcome = [](const auto& change, double mark = 100) {
    FallingPegAccount<T> a{
        .cash = T(50), .collateral = T(1), .size = T(1), .entry = T(100), .maintenance_rate = bps<T>(100), .reference = T(100), .fall = T(1)};
    change(a);
    const Bounds<T> b = falling_peg_liquidation<T>(a, Price<T>(num<T>(mark)));
    CHECK((b.below.outcome() == Outcome::already) == (b.above.outcome() == Outcome::already));
    return b.below.outcome();
  };
  const auto same = [](FallingPegAccount<T>&) {};
  CHECK(outcome(same) == Outcome::price);
  for (const double x : {not_a_number, infinity, -infinity}) {
    const T bad = num<T>(x);
    CHECK(outcome([&](auto& a) { a.cash = bad; }) == Outcome::already);
    CHECK(outcome([&](auto& a) { a.collateral = bad; }) == Outcome::already);
    CHECK(outcome([&](auto& a) { a.weight = bad; }) == Outcome::already);
    CHECK(outcome([&](auto& a) { a.size = bad; }) == Outcome::already);
    CHECK(outcome([&](auto& a) { a.entry = bad; }) == Outcome::already);
    CHECK(outcome([&](auto& a) { a.maintenance_rate = bad; }) == Outcome::already);
    CHECK(outcome([&](auto& a) { a.deduction = bad; }) == Outcome::already);
    CHECK(outcome([&](auto& a) { a.reference = bad; }) == Outcome::already);
    CHECK(outcome([&](auto& a) { a.fall = bad; }) == Outcome::already);
    CHECK(outcome([&](auto& a) { a.cap = bad; }) == Outcome::already);
    CHECK(outcome(same, x) == Outcome::already);
  }
  for (const double x : {-0.01, 1.01}) {
    CHECK(outcome([&](auto& a) { a.weight = num<T>(x); }) == Outcome::already);
    CHECK(outcome([&](auto& a) { a.maintenance_rate = num<T>(x); }) == Outcome::already);
  }
  CHECK(outcome([](auto& a) { a.maintenance_rate = T(1), a.cash = T(200); }) == Outcome::already);
  CHECK(outcome([](auto& a) { a.collateral = T(-1), a.cash = T(300); }) == Outcome::already);
  CHECK(outcome([](auto& a) { a.reference = T(0); }) == Outcome::already);
  CHECK(outcome([](auto& a) { a.reference = T(-100), a.fall = T(0); }) == Outcome::already);
  CHECK(outcome([](auto& a) { a.fall = num<T>(-0.01); }) == Outcome::already);
  CHECK(outcome([](auto& a) { a.cap = T(0), a.cash = T(200); }) == Outcome::already);
  CHECK(outcome(same, 0) == Outcome::already);
  CHECK(outcome([](auto& a) { a.cash = T(500); }, -100) == Outcome::already);
}
