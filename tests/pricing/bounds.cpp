// SPDX-License-Identifier: Apache-2.0
// Indices, blends, floors, clamps, pegs: the laws of a pricing model, worked numbers, and what is refused.
#include "pricing/laws.hpp"
#include "support/strict.hpp"

#include <loadline/pricing/bounds.hpp>
#include <loadline/pricing/index.hpp>
#include <loadline/pricing/peg.hpp>
#include <loadline/pricing/price_map.hpp>

#include <limits>

using namespace loadline;
using namespace pricing_laws;

namespace {

template <class T>
using OldIndex = Weighted<T, Spot, Times<Spot, Spot>>;

static_assert(WrappedPricing<Spot, double> && WrappedPricing<Times<Spot, Spot>, Strict> && WrappedPricing<OldIndex<Rational>, Rational>);
static_assert(WrappedPricing<Floor<double, Blend<double, Spot, Times<Spot, Spot>>>, double>);
static_assert(WrappedPricing<Clamp<double, Spot, Spot>, double> && WrappedPricing<FallingPeg<double, Spot>, double>);
static_assert(WrappedPricing<HigherOf<Spot, Spot>, double>);

Rational price(const auto& rule, const std::vector<Source<Rational>>& sources) {
  const auto p = rule.price(Feeds<Rational>(sources, 0));
  RC_ASSERT(bool(p));
  return p->value;
}
const Rational& least(const Rational& a, const Rational& b) {
  return b < a ? b : a;
}
const Rational& most(const Rational& a, const Rational& b) {
  return a < b ? b : a;
}

}  // namespace

TEST_CASE("every model keeps the laws, alone and composed", "[pricing][laws]") {
  check_property("laws", 150, [] {
    const auto s = random_sources(4);
    const Rational w = share(), floor(*rc::gen::inRange(1, 200)), down(*rc::gen::inRange(0, 12), 12), up = share();
    const Weighted<Rational, Spot, Times<Spot, Spot>> index{{Ratio<Rational>(w), Ratio<Rational>(Rational(1 - w))}, {Spot{0}, Times{Spot{1}, Spot{2}}}};
    RC_ASSERT(!index.check(Feeds<Rational>(s, 0)));
    check_laws(index, s, 0);
    const Blend blend{Ratio<Rational>(share()), index, Spot{3}};
    check_laws(blend, s, 0);
    const Floor floored{Price<Rational>(floor), blend};
    check_laws(floored, s, 0);
    const Clamp clamped{Ratio<Rational>(down), Ratio<Rational>(up), floored, Times{Spot{3}, Spot{1}}};
    check_laws(clamped, s, 0);
    const TwoPrice two{blend, Spot{2}};
    check_laws(two.opening(), s, 0);
    check_laws(two.liquidation(), s, 0);
    check_laws(FallingPeg{Price<Rational>(Rational(*rc::gen::inRange(1, 200))), Ratio<Rational>(Rational(*rc::gen::inRange(0, 40), 10)),
                          Ratio<Rational>(Rational(*rc::gen::inRange(1, 30), 10)), blend},
               s, 0, true);
    check_laws(Times{Spot{1}, Spot{1}}, s, 0);  // a square: no line, and it says so
  });
}

TEST_CASE("closed forms, written out", "[pricing]") {
  check_property("by definition", 300, [] {
    const auto s = random_sources(4);
    const Rational w = share(), floor(*rc::gen::inRange(1, 200)), down(*rc::gen::inRange(0, 12), 12), up = share(), a = share();
    const Rational index = w * s[0].value + (1 - w) * s[1].value * s[2].value;
    const Weighted<Rational, Spot, Times<Spot, Spot>> weighted{{Ratio<Rational>(w), Ratio<Rational>(Rational(1 - w))}, {Spot{0}, Times{Spot{1}, Spot{2}}}};
    RC_ASSERT(price(weighted, s) == index);
    const Rational blended = a * index + (1 - a) * s[3].value;
    const Blend blend{Ratio<Rational>(a), weighted, Spot{3}};
    RC_ASSERT(price(blend, s) == blended);
    RC_ASSERT(price(Floor{Price<Rational>(floor), blend}, s) == most(blended, floor));
    const Rational nav = s[3].value, clamped = least(most(blended, Rational((1 - down) * nav)), Rational((1 + up) * nav));
    RC_ASSERT(price(Clamp{Ratio<Rational>(down), Ratio<Rational>(up), blend, Spot{3}}, s) == clamped);
    RC_ASSERT(((1 - down) * nav <= clamped && clamped <= (1 + up) * nav));  // within its clamp
    const TwoPrice two{blend, Spot{3}};
    RC_ASSERT(price(two.opening(), s) == least(blended, nav));
    RC_ASSERT(price(two.liquidation(), s) == most(blended, nav));
    const Rational reference(*rc::gen::inRange(1, 200)), fall(*rc::gen::inRange(0, 40), 10), cap(*rc::gen::inRange(1, 30), 10);
    const Rational r = most(Rational(0), least(cap, Rational(1 - fall * (1 - s[0].value / reference))));
    RC_ASSERT(price(FallingPeg{Price<Rational>(reference), Ratio<Rational>(fall), Ratio<Rational>(cap), Spot{0}}, s) == r);
  });
}

TEMPLATE_TEST_CASE("the old index of WBETH: a fifth of the dollar pair, the rest through ETH", "[pricing]", LOADLINE_SCALARS) {
  using T = TestType;
  // Lows of the day on Binance spot: WBETH/USDT 430.65, WBETH/ETH 0.2012, ETH 3,435.
  const Source<T> lows[] = {{num<T>(430.65)}, {num<T>(0.2012)}, {num<T>(3'435)}};
  const OldIndex<T> index{{num<T>(0.2), num<T>(0.8)}, {Spot{0}, Times{Spot{1}, Spot{2}}}};
  CHECK(!index.check(Feeds<T>(lows, 0)));
  CHECK(plain(index.price(Feeds<T>(lows, 0))->value) == Approx(0.2 * 430.65 + 0.8 * 0.2012 * 3'435));  // 639: the least it could be
  const Floor floored{Price<T>(num<T>(700)), index};
  const auto p = floored.price(Feeds<T>(lows, 0));
  CHECK(plain(p->value) == 700);
  CHECK(p->flags == PriceFlags{.floored = true});
}

TEMPLATE_TEST_CASE("what is refused, and where", "[pricing][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Source<T> sources[] = {{num<T>(2)}, {num<T>(3)}};
  const Feeds<T> feeds(sources, 0);
  const auto weights = [&](double a, double b) { return Weighted<T, Spot, Spot>{{num<T>(a), num<T>(b)}, {Spot{0}, Spot{1}}}.check(feeds); };
  CHECK(!weights(0.3, 0.7));
  CHECK(weights(0.3, 0.6) == Error{Errc::bad_weight, Field::index_weights});
  CHECK(weights(1.2, -0.2) == Error{Errc::bad_weight, Field::index_weight, 0, 1});
  CHECK(weights(nan, 1) == Error{Errc::bad_number, Field::index_weight, 0, 0});
  CHECK(Spot{2}.check(feeds) == Error{Errc::bad_size, Field::source, 2});
  CHECK((Floor{Price<T>(num<T>(0)), Spot{0}}.check(feeds)) == Error{Errc::bad_price, Field::price_floor});
  CHECK((Floor{Price<T>(num<T>(1)), Spot{7}}.check(feeds)) == Error{Errc::bad_size, Field::source, 7});
  const auto clamp = [&](double down, double up) { return Clamp{Ratio<T>(num<T>(down)), Ratio<T>(num<T>(up)), Spot{0}, Spot{1}}.check(feeds); };
  CHECK(!clamp(0.1, 0.1));
  CHECK(clamp(-0.2, -0.3) == Error{Errc::bad_parameter, Field::price_band});  // the floor above the cap
  CHECK(clamp(1, 0) == Error{Errc::bad_parameter, Field::price_floor});
  CHECK(clamp(0.1, -0.05) == Error{Errc::bad_parameter, Field::price_cap});
  CHECK((Blend{Ratio<T>(num<T>(1.1)), Spot{0}, Spot{1}}.check(feeds)) == Error{Errc::bad_parameter, Field::blend_share});
  const auto peg = [&](double reference, double fall, double cap) {
    return FallingPeg{Price<T>(num<T>(reference)), Ratio<T>(num<T>(fall)), Ratio<T>(num<T>(cap)), Spot{0}}.check(feeds);
  };
  CHECK(!peg(1, 0, 1));
  CHECK(peg(0, 0, 1) == Error{Errc::bad_price, Field::source});
  CHECK(peg(1, -1, 1) == Error{Errc::bad_parameter, Field::ratio_drop});
  CHECK(peg(1, 0, 0) == Error{Errc::bad_ratio, Field::redemption_ratio});
  CHECK(peg(1, nan, 1) == Error{Errc::bad_number, Field::ratio_drop});

  const auto fault = [](double value, Time time, double depth) {
    const Source<T> bad[] = {{num<T>(1)}, {num<T>(value), time, num<T>(depth)}};
    return check_sources<T>(bad, 10);
  };
  CHECK(!fault(1, 10, 0));
  CHECK(fault(nan, 0, 0) == Error{Errc::bad_number, Field::source, 1});
  CHECK(fault(0, 0, 0) == Error{Errc::bad_price, Field::source, 1});
  CHECK(fault(-1, 0, 0) == Error{Errc::bad_price, Field::source, 1});
  CHECK(fault(1, 11, 0) == Error{Errc::bad_time, Field::source_time, 1});
  CHECK(fault(1, 0, -1) == Error{Errc::bad_parameter, Field::source_depth, 1});

  const Source<T> none[] = {{num<T>(0)}, {num<T>(3)}};  // a rule asked without the gate still gives no price
  CHECK((Times{Spot{1}, Spot{0}}.price(Feeds<T>(none, 0)).error()) == Error{Errc::bad_price, Field::source, 0});
  CHECK(PriceMap(Keyed{KeyId{0}, Spot{0}}, Keyed{KeyId{0}, Spot{1}}).check(feeds) == Error{Errc::bad_field, Field::key, 0, 1});
  CHECK(PriceMap(Keyed{KeyId{0}, Spot{0}}, Keyed{KeyId{1}, Spot{5}}).check(feeds) == Error{Errc::bad_size, Field::source, 5});
}
