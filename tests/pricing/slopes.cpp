// SPDX-License-Identifier: Apache-2.0
// Rules that give their slopes and ranges themselves: what they give is what a Probe finds, and what prints show.
#include "pricing/laws.hpp"
#include "support/strict.hpp"

#include <loadline/pricing/bounds.hpp>
#include <loadline/pricing/guard.hpp>
#include <loadline/pricing/mark.hpp>
#include <loadline/pricing/redemption.hpp>
#include <loadline/pricing/twap.hpp>

using namespace loadline;
using namespace pricing_laws;

namespace {

static_assert(SlopedPricing<Spot, double> && SlopedPricing<Fresh, Strict> && SlopedPricing<RedemptionRatio<double>, double>);
static_assert(SlopedPricing<Weighted<double, Spot, Times<Fresh, Spot>>, double> && SlopedPricing<Blend<double, Spot, Fresh>, double>);
static_assert(SlopedPricing<Redemption<RedemptionRatio<double>, Ema<double, Spot>>, double>);
static_assert(SlopedPricing<QueueRedemption<Strict, Redemption<Spot, Twap<Strict, Spot>>>, Strict>);
// One part without a slope, and the whole has none.
static_assert(!SlopedPricing<Floor<double, Spot>, double> && !SlopedPricing<Weighted<double, Spot, Floor<double, Spot>>, double>);
static_assert(!SlopedPricing<Times<Spot, Median<Spot, Spot, Spot>>, double>);
static_assert(RangedPricing<Spot, double> && RangedPricing<Median<Fresh, Times<Spot, Spot>>, Strict> && RangedPricing<Guarded<double, Spot, Spot>, double>);

std::array<Ratio<Rational>, 5> weights_of(const std::array<int, 5>& n, int all) {
  const auto w = [&](std::size_t i) { return Ratio<Rational>(Rational(n[i], all)); };
  return {w(0), w(1), w(2), w(3), w(4)};
}
/// Around 100, near each other; some printed a while ago.
std::vector<Source<Rational>> near_sources(Time now, Time old) {
  std::vector<Source<Rational>> s;
  for (int i = 0; i < 5; ++i) s.push_back({Rational(*rc::gen::inRange(930, 1'071), 10), *rc::gen::inRange(0, 4) == 0 ? now - old : now});
  return s;
}

}  // namespace

TEST_CASE("slopes are what a Probe finds", "[pricing][laws]") {
  check_property("sums, products, averages, queues", 150, [] {
    const auto s = random_sources(4);
    const Time now = 60'000;
    const Rational w = share();
    const Weighted<Rational, Spot, Times<Spot, Spot>, Fresh> index{
        {Ratio<Rational>(Rational(w / 2)), Ratio<Rational>(Rational((1 - w) / 2)), Ratio<Rational>(Rational(1, 2))},
        {Spot{0}, Times{Spot{1}, Spot{2}}, Fresh{3, now}}};
    check_slopes(index, s, now);
    auto rounded = index;  // weights of which the sum is not one
    rounded.sums_to = WeightSum::printed;
    rounded.weights[2] = Ratio<Rational>(Rational(2, 3));
    check_slopes(rounded, s, now);
    auto without = index;  // a leg that has no weight is not asked: it is stale
    without.weights = {Ratio<Rational>(w), Ratio<Rational>(Rational(1 - w)), Ratio<Rational>(0)};
    std::get<2>(without.legs).max_age = 1;
    check_slopes(without, s, now);
    check_slopes(Blend{Ratio<Rational>(share()), index, Times{Spot{3}, Spot{0}}}, s, now);
    const Ema<Rational, Times<Spot, Spot>> ema{{Rational(100), 0, 90'000}, {Spot{0}, Spot{1}}};
    check_slopes(ema, s, now);
    const Print<Rational> prints[] = {{Rational(99), 0}, {Rational(101), 20'000}};
    const Twap<Rational, Spot> twap{prints, 50'000, *rc::gen::inRange(0, 50'000), Spot{1}};
    check_slopes(twap, s, now);
    check_slopes(Redemption{RedemptionRatio<Rational>{.source = 3}, ema}, s, now);
    check_slopes(QueueRedemption<Rational, Redemption<Spot, Twap<Rational, Spot>>>{{Spot{2}, twap}, bps<Rational>(30), bps<Rational>(400), 0, 1'000'000'000}, s,
                 now);
  });
}

TEMPLATE_TEST_CASE("slopes by hand", "[pricing]", double, Strict) {
  using T = TestType;
  const std::array<Source<T>, 3> s{Source<T>{T(50)}, Source<T>{T(4)}, Source<T>{T(10)}};
  const Feeds<T> feeds(s, 0);
  const T half = T(T(1) / T(2)), quarter = T(T(1) / T(4));
  const Weighted<T, Spot, Times<Spot, Spot>> index{{Ratio<T>(quarter), Ratio<T>(T(T(1) - quarter))}, {Spot{0}, Times{Spot{1}, Spot{2}}}};
  CHECK(index.slope(feeds, 0) == quarter);
  CHECK(index.slope(feeds, 1) == T(T(10) - T(quarter * T(10))));
  CHECK(index.slope(feeds, 2) == T(3));
  CHECK(index.slope(feeds, 7) == T(0));
  CHECK(Blend{Ratio<T>(half), index, Spot{0}}.slope(feeds, 0) == T(half + T(half * quarter)));
}

TEST_CASE("a range holds every price that one source can make", "[pricing][laws]") {
  int named = 0, guarded = 0;
  check_property("medians and guards, some of them stale", 200, [&] {
    const Time now = 100'000;
    const auto s = near_sources(now, 50'000);
    const Time age = *rc::gen::element(Time{10'000}, Time{90'000});
    const Median five(Fresh{0, age}, Fresh{1, age}, Fresh{2, age}, Fresh{3, age}, Fresh{4, age});
    named += check_ranges(five, s, now);
    named += check_ranges(Median(Fresh{0, age}, Spot{0}, Fresh{2, age}, Spot{3}, Fresh{4, age}), s, now);  // one source, two legs
    named += check_ranges(Median(Fresh{0, age}, Fresh{1, age}, Fresh{2, age}, Spot{3}), s, now);
    const auto w = *rc::gen::element(weights_of({1, 1, 1, 1, 1}, 5), weights_of({1, 0, 0, 0, 0}, 1), weights_of({3, 1, 0, 0, 0}, 4));
    const Guarded<Rational, Fresh, Fresh, Fresh, Fresh, Fresh> index{*rc::gen::element(FarSource::left_out, FarSource::bounded),
                                                                     Ratio<Rational>(Rational(*rc::gen::inRange(1, 9), 100)), w, five.legs};
    guarded += check_ranges(index, s, now);
  });
  CHECK(named > 1'000);
  CHECK(guarded > 300);
}

TEST_CASE("a range that is not known is not named", "[pricing]") {
  const std::array<Source<double>, 3> s{Source<double>{100}, {101}, {99}};
  const Feeds<double> feeds(s, 0);
  CHECK(!Median(Spot{0}, Spot{1}).range(feeds, 0));                           // of two, one moves the mean without end
  CHECK(!Median(Spot{0}, Spot{0}, Spot{1}).range(feeds, 0));                  // it has the majority
  CHECK(!Median(Spot{0}, Times{Spot{1}, Spot{2}}, Spot{2}).range(feeds, 1));  // a leg that names none
  const auto middle = Median(Spot{0}, Spot{1}, Spot{2}).range(feeds, 0);
  REQUIRE(middle);
  CHECK(middle->low == 99);
  CHECK(middle->high == 101);
  const auto guarded = [&](double a, double b) {
    return Guarded<double, Spot, Spot, Spot>{FarSource::left_out, 0.05, {a, b, 1 - a - b}, {Spot{0}, Spot{1}, Spot{2}}}.range(feeds, 0);
  };
  CHECK(!guarded(1, 0));  // left out, it would leave no weight: at such a print there is no price
  REQUIRE(guarded(0.5, 0.5));
  CHECK(guarded(0.5, 0.5)->low == Approx((99 * 0.95 + 101) / 2));  // the other two are in the band whatever the first prints
  CHECK(guarded(0.5, 0.5)->high == Approx((101 * 1.05 + 101) / 2));
}
