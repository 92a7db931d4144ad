// SPDX-License-Identifier: Apache-2.0
// Coin collateral beside the same value in cash; the split of the slope; what is concentrated; separate and joint requirements.
#include "support/catch.hpp"
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/analysis/wrong_way.hpp>
#include <loadline/ext/multiprecision.hpp>

#include <array>
#include <limits>

using namespace loadline;

namespace {

constexpr KeyId coin{0};

/// One coin at `weight`, and a linear contract on its own price: `leverage` coins long (or short) at entry 100, maintenance 1 %.
template <class T>
struct CoinAccount {
  std::array<WeightTier<T>, 1> weight;
  std::array<Asset<T>, 1> held;
  std::array<Bracket<T>, 1> brackets{Bracket<T>{.rate = Ratio<T>(bps<T>(100))}};
  std::array<Position<T>, 1> positions;
  std::vector<Price<T>> marks{Price<T>(100)};

  CoinAccount(T weight_, T leverage)
      : weight{WeightTier<T>{.weight = Ratio<T>(weight_)}},
        held{Asset<T>{.amount = Quantity<T>(1), .key = coin, .weight_tiers = weight}},
        positions{Position<T>{.key = coin, .size = Size<T>(leverage), .entry = Price<T>(100), .brackets = brackets}} {}
  CoinAccount(const CoinAccount&) = delete;
  CoinAccount& operator=(const CoinAccount&) = delete;
  [[nodiscard]] Portfolio<T> made() const {
    auto p = Portfolio<T>::make({.assets = held, .positions = positions}, 1);
    REQUIRE(p);
    return *std::move(p);
  }
};
bool near(const Rational& x, const char* value) {
  return x == Rational(value);
}
template <class T>
bool near(const T& x, const char* value) {
  return plain(x) == Approx(Rational(value).convert_to<double>()).epsilon(1e-14);
}

}  // namespace

TEMPLATE_TEST_CASE("three coins long on one coin: dead at 0.765 of the entry, on cash at 0.673", "[wrong_way]", double, Strict, Rational) {
  using T = TestType;
  const CoinAccount<T> a(T(T(95) / T(100)), T(3));
  const Portfolio<T> p = a.made();
  const auto r = wrong_way<T>(p, a.marks, coin);
  REQUIRE(r);
  CHECK(near(r->slope.positions.raw(), "300"));
  CHECK(near(r->slope.collateral.raw(), "100"));
  CHECK(near(r->equity.raw(), "100"));
  CHECK(near(r->elasticity->raw(), "4"));
  CHECK(near(r->steepness->raw(), "4/3"));  // 1 + 1/3
  REQUIRE((r->price.below && r->price_in_cash.below));
  CHECK(near((*r->price.below).raw(), "30000/392"));          // l / (w + l (1 - m)) = 3 / 3.92
  CHECK(near((*r->price_in_cash.below).raw(), "20000/297"));  // (l - 1) / (l (1 - m)) = 2 / 2.97
}

TEST_CASE("the slope is 1 + 1/leverage times that of cash, and a short is hedged by its coin", "[wrong_way]") {
  check_property("closed forms of coin collateral", 200, [] {
    const Rational w = Rational(*rc::gen::inRange(1, 101)) / 100;
    const Rational l = Rational(*rc::gen::inRange(1, 200)) / 10 * (*rc::gen::arbitrary<bool>() ? 1 : -1);
    const CoinAccount<Rational> a(w, l);
    const Portfolio<Rational> p = a.made();
    if (p.excess(a.marks).raw() <= 0) return;
    const auto r = wrong_way<Rational>(p, a.marks, coin);
    RC_ASSERT(bool(r));
    RC_ASSERT(r->steepness->raw() == 1 + 1 / l);
    RC_ASSERT(r->elasticity->raw() == 1 + l);
    const Rational m(1, 100);
    if (l > 0) {
      RC_ASSERT((*r->price.below).raw() == 100 * l / (w + l * (1 - m)));
      const Rational cash = 100 * (l - 1) / (l * (1 - m));
      const bool right = cash > 0 ? r->price_in_cash.below && (*r->price_in_cash.below).raw() == cash : !r->price_in_cash.below;
      RC_ASSERT(right);
    } else if (-l * (1 + m) > w) {
      RC_ASSERT((*r->price.above).raw() == 100 * -l / (-l * (1 + m) - w));
    } else {
      RC_ASSERT(!r->price.above);  // the coin rises as fast as the short loses
    }
  });
}

TEMPLATE_TEST_CASE("in cash: what is owed stays, what cannot be used stays, the equity is the same", "[wrong_way]", double, Strict, Rational) {
  using T = TestType;
  const Asset<T> held[] = {{.amount = Quantity<T>(5), .key = coin, .borrowed = Quantity<T>(2)},
                           {.amount = Quantity<T>(7), .price = Price<T>(3), .usable = false},
                           {.amount = Quantity<T>(-4), .price = Price<T>(2)}};
  const auto p = Portfolio<T>::make({.cash = T(1), .assets = held, .rule = {.equity = true}}, 1);
  REQUIRE(p);
  const Price<T> marks[] = {Price<T>(10)};
  const auto cash = p->in_cash(marks);
  REQUIRE(cash);
  CHECK(near(p->equity(marks).raw(), "44"));  // 1 + 3 x 10 + 7 x 3 - 8
  CHECK(near(cash->equity(marks).raw(), "44"));
  CHECK(near(static_cast<T>(cash->holdings()[0].amount), "31"));
  CHECK(near(static_cast<T>(cash->holdings()[1].amount), "2"));
  CHECK(near(static_cast<T>(cash->holdings()[2].amount), "7"));
  CHECK(near(static_cast<T>(cash->holdings()[3].amount), "-4"));
  const Concentration<T> c = concentration<T>(*p, marks);
  CHECK(near(c.value.raw(), "31"));
  CHECK(near(c.largest.raw(), "30/31"));
  CHECK(c.asset == 1U);
  CHECK(near(c.herfindahl.raw(), "901/961"));
}

TEMPLATE_TEST_CASE("a book that falls with its collateral needs more than its parts, one that is hedged less", "[wrong_way]", double, Strict, Rational) {
  using T = TestType;
  const ScenarioChange<T> together[] = {{T(-100), T(-40)}, {T(50), T(10)}, {T(-20), T(-60)}};
  const WrongWayAddOn<T> wrong = *wrong_way_add_on<T>(together, Money<T>(T(200)), Ratio<T>(T(T(1) / T(10))));
  CHECK(near(wrong.separate.raw(), "120"));
  CHECK(near(wrong.joint.raw(), "140"));
  CHECK(near(wrong.add_on.raw(), "20"));
  const ScenarioChange<T> apart[] = {{T(-100), T(40)}, {T(50), T(-60)}};
  const WrongWayAddOn<T> right = *wrong_way_add_on<T>(apart, Money<T>(T(200)), Ratio<T>(T(T(1) / T(10))));
  CHECK(near(right.joint.raw(), "60"));
  CHECK(near(right.add_on.raw(), "-60"));
  CHECK(near(wrong_way_add_on<T>({}, Money<T>(T(200)), Ratio<T>(T(0)))->joint.raw(), "0"));
}

TEST_CASE("a scenario that is no number is named, not left out", "[wrong_way][bad_input]") {
  const ScenarioChange<double> bad[] = {{-100, -50}, {std::numeric_limits<double>::quiet_NaN(), -1'000}};
  CHECK(wrong_way_add_on<double>(bad, Money<double>(1'000), Ratio<double>(0.1)).error() == Error{Errc::bad_number, Field::account, 1});
}

TEMPLATE_TEST_CASE("shares of a report are absent where there is nothing to divide by", "[wrong_way]", double, Strict, Rational) {
  using T = TestType;
  const Price<T> marks[] = {Price<T>(10)};
  const auto report = [&marks](int cash, int coins, int size) {
    const Asset<T> held[] = {{.amount = Quantity<T>(coins), .key = coin}};
    const Bracket<T> none[] = {{.rate = Ratio<T>(0)}};
    const Position<T> positions[] = {{.key = coin, .size = Size<T>(size), .entry = Price<T>(10), .brackets = none}};
    const auto p = Portfolio<T>::make(
        {.cash = T(cash), .assets = held, .positions = std::span(positions, size == 0 ? 0 : 1), .rule = {.requirement = false, .equity = true}}, 1);
    REQUIRE(p);
    const auto r = wrong_way<T>(*p, marks, coin);
    REQUIRE(r);
    return *r;
  };
  CHECK(near(report(-15, 2, 1).elasticity->raw(), "6"));  // 30 of 5
  CHECK(near(report(-15, 2, 1).steepness->raw(), "3"));
  CHECK_FALSE(report(-20, 2, 1).elasticity);
  CHECK_FALSE(report(-25, 2, 1).elasticity);
  CHECK_FALSE(report(5, 2, 0).steepness);
  CHECK(near(report(-15, 2, -1).steepness->raw(), "-1"));  // the coin gains what the short loses twice
}

TEMPLATE_TEST_CASE("concentration counts what is held beyond what is owed, where it can be used", "[wrong_way]", double, Strict, Rational) {
  using T = TestType;
  const auto at = [](std::span<const Asset<T>> held, int cash) {
    const auto p = Portfolio<T>::make({.cash = T(cash), .assets = held, .rule = {.requirement = false, .equity = true}}, 1);
    REQUIRE(p);
    const Price<T> marks[] = {Price<T>(10)};
    return concentration<T>(*p, marks);
  };
  const Asset<T> held[] = {{.amount = Quantity<T>(3), .key = coin, .borrowed = Quantity<T>(2)},
                           {.amount = Quantity<T>(9), .price = Price<T>(1), .borrowed = Quantity<T>(9)},
                           {.amount = Quantity<T>(30), .price = Price<T>(1)},
                           {.amount = Quantity<T>(99), .price = Price<T>(1), .usable = false}};
  const auto c = at(held, 0);
  CHECK(near(c.value.raw(), "40"));
  CHECK(near(c.largest.raw(), "3/4"));
  CHECK(near(c.herfindahl.raw(), "5/8"));
  const auto empty = at({}, -5);
  CHECK(near(empty.value.raw(), "0"));
  CHECK(near(empty.largest.raw(), "0"));
  CHECK(near(empty.herfindahl.raw(), "0"));
}

TEST_CASE("an add-on of figures that are no numbers has a name for each; gains alone need nothing", "[wrong_way][bad_input]") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();
  const ScenarioChange<double> gains[] = {{5, 7}, {2, -1}};
  const auto ask = [](std::span<const ScenarioChange<double>> s, double value, double haircut) {
    return wrong_way_add_on<double>(s, Money<double>(value), Ratio<double>(haircut));
  };
  CHECK(ask(gains, 100, 0.1)->separate == Money<double>(10));
  CHECK(ask(gains, 100, 0.1)->joint == Money<double>(0));
  CHECK(ask(gains, 100, 0.1)->add_on == Money<double>(-10));
  for (const double x : {nan, infinite, -infinite}) {
    const ScenarioChange<double> first[] = {{x, 0}}, second[] = {{1, 1}, {0, x}};
    CHECK(ask(first, 1, 1).error() == Error{Errc::bad_number, Field::account, 0});
    CHECK(ask(second, 1, 1).error() == Error{Errc::bad_number, Field::account, 1});
    CHECK(ask(gains, x, 0.1).error() == Error{Errc::bad_number, Field::account});
    CHECK(ask(gains, 1, x).error() == Error{Errc::bad_number, Field::account});
  }
}
