// SPDX-License-Identifier: Apache-2.0
// Redemption ratios: limits, growth caps, queues.
#include "support/property.hpp"
#include "support/sample.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/pricing/index.hpp>
#include <loadline/pricing/redemption.hpp>

#include <array>
#include <limits>
#include <vector>

using namespace loadline;

namespace {

using Integer = boost::multiprecision::cpp_int;

constexpr Time day = milliseconds_per_day, year = milliseconds_per_year;

template <class T>
std::vector<Source<T>> sources(std::initializer_list<T> values) {
  std::vector<Source<T>> out;
  for (const T& v : values) out.push_back({.value = v});
  return out;
}

/// A cap on source 0 with a snapshot of 1 at time 0 and 10 % a year.
template <class T>
GrowthCap<T, RedemptionRatio<T>> ten_percent(Time min_age = 0, Time max_age = 180 * day) {
  return {RedemptionRatio<T>{.source = 0}, T(1), 0, bps<T>(1'000), min_age, max_age};
}

static_assert(WrappedPricing<RedemptionRatio<double>, double> && WrappedPricing<GrowthCap<Rational, RedemptionRatio<Rational>>, Rational>);
static_assert(WrappedPricing<Redemption<RedemptionRatio<Strict>, Spot>, Strict>);
static_assert(WrappedPricing<QueueRedemption<double, Redemption<RedemptionRatio<double>, Spot>>, double>);

Rational fraction(int from, int to, int parts) {
  return Rational(*rc::gen::inRange(from * parts, to * parts + 1), parts);
}

}  // namespace

// --- worked numbers -------------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("a ratio below zero has no price, where the lending market's adapter says 0", "[pricing][source:capo_capped_lst_price_03]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  // The adapter's integers, 8 decimals: base 1, ratio -1e-8, snapshot ratio 1, 10 % a year, no time gone.
  const auto rule = Redemption{ten_percent<T>(), Spot{1}};
  const auto price = rule.price(Feeds<T>(sources<T>({T(T(-1) / T(100'000'000)), T(1)}), 0));
  REQUIRE_FALSE(price);
  CHECK(price.error() == Error{Errc::bad_ratio, Field::redemption_ratio, 0});
}

TEMPLATE_TEST_CASE("a stablecoin at 1 under a cap of 1.04 is worth 1, and not capped", "[pricing][source:capo_capped_stable_price_01]", LOADLINE_SCALARS,
                   Rational) {
  using T = TestType;
  // A cap that does not grow; the adapter's integers, 8 decimals.
  const GrowthCap<T, Spot> rule{Spot{0}, T(104'000'000), 0, T(0)};
  const auto price = rule.price(Feeds<T>(sources<T>({T(100'000'000)}), 0));
  REQUIRE(price);
  CHECK(price->value == T(100'000'000));
  CHECK_FALSE(price->flags.capped);
  const auto above = rule.price(Feeds<T>(sources<T>({T(105'000'000)}), 0));
  CHECK(above->value == T(104'000'000));
  CHECK(above->flags.capped);
}

TEST_CASE("the caps as deployed: the integers of the contract are below the exact line by what they cut", "[pricing][source:capo_deployed_caps]") {
  struct Deployed {
    const char* snapshot_ratio;  // 18 decimals
    long long snapshot_seconds;
    int growth_bps;
  };
  // wstETH, rETH, cbETH, weETH, osETH, sUSDe, tETH.
  const Deployed table[] = {{"1157209899495068171", 1708004591, 968}, {"1098284517740008249", 1708004591, 930}, {"1063814269953974334", 1708004591, 812},
                            {"1034656878645040505", 1711416299, 875}, {"1014445878439441413", 1713934379, 875}, {"1073500440864333503", 1717576067, 5000},
                            {"1207148153557508708", 1748925539, 1204}};
  for (const Deployed& d : table)
    for (const long long seconds : {0LL, 1LL, 7LL * 86'400, 180LL * 86'400, 365LL * 86'400, 757LL * 86'400 + 1}) {
      const Integer r0(d.snapshot_ratio);
      const Integer growth = r0 * d.growth_bps * 1'000'000 / 10'000 / (365 * 86'400);
      const Integer contract = r0 + growth * seconds / 1'000'000;
      const GrowthCap<Rational, Spot> rule{Spot{0}, Rational(r0), d.snapshot_seconds * 1'000, bps<Rational>(d.growth_bps)};
      const Rational cap = rule.cap((d.snapshot_seconds + seconds) * 1'000);
      CAPTURE(d.snapshot_ratio, seconds);
      CHECK(cap >= Rational(contract));
      CHECK(cap - Rational(contract) < 1 + Rational(seconds, 1'000'000));
      CHECK(cap == Rational(r0) * (1 + Rational(d.growth_bps, 10'000) * Rational(seconds, 365 * 86'400)));
    }
}

TEMPLATE_TEST_CASE("WBETH by its conversion ratio does not follow the venue's own prints", "[pricing]", LOADLINE_SCALARS) {
  using T = TestType;
  // The day's figures of 10 October 2025: conversion near 1.0797, WBETH/ETH printed 0.2012, ETH here 3,500.
  const auto rule = Redemption{RedemptionRatio<T>{.source = 0}, Spot{1}};
  const auto feeds = sources<T>({num<T>(1.0797), T(3'500), num<T>(0.2012)});
  CHECK(plain(rule.price(Feeds<T>(feeds, 0))->value) == Approx(3'778.95));
  CHECK(plain(Times{Spot{2}, Spot{1}}.price(Feeds<T>(feeds, 0))->value) == Approx(704.2));
  CHECK(rule.dependence(2) == Dependence::none);
}

TEMPLATE_TEST_CASE("half a year in a queue at 4 % and 2 %, fee 0.5 %: 0.995 e^-0.03 of the redemption", "[pricing]", LOADLINE_SCALARS) {
  using T = TestType;
  const QueueRedemption<T, Redemption<RedemptionRatio<T>, Spot>> rule{{{.source = 0}, {1}}, bps<T>(50), bps<T>(400), bps<T>(200), year / 2};
  const auto feeds = sources<T>({T(1), T(1'000)});
  CHECK_FALSE(rule.check(Feeds<T>(feeds, 0)));
  CHECK(plain(rule.price(Feeds<T>(feeds, 0))->value) == Approx(965.5933058807659).epsilon(1e-14));
}

// --- laws -----------------------------------------------------------------------------------------------------------

TEST_CASE("a capped redemption is what a second computation in fractions says, and flagged where the cap binds", "[pricing][property]") {
  check_property("Redemption{GrowthCap} == P min(r, r0 + r0 g t / year)", 300, [] {
    const Rational r = fraction(1, 3, 50), p = fraction(1, 5'000, 7), r0 = fraction(1, 2, 100), g = fraction(0, 1, 100);
    const Time t0 = *rc::gen::inRange<Time>(0, year), dt = *rc::gen::inRange<Time>(0, 3 * year);
    const auto rule = Redemption{GrowthCap<Rational, RedemptionRatio<Rational>>{{.source = 0}, r0, t0, g}, Spot{1}};
    const auto feeds = sources<Rational>({r, p});
    const auto price = rule.price(Feeds<Rational>(feeds, t0 + dt));
    RC_ASSERT(price.has_value());
    const Rational cap = r0 + r0 * g * Rational(Integer(dt), Integer(365) * 24 * 3'600'000);
    RC_TAG(cap < r ? "capped" : "free");
    RC_ASSERT(price->value == p * (cap < r ? cap : r));
    RC_ASSERT(price->flags.capped == (cap < r));
    // What the check says of the same: the cap is below the live ratio exactly where it binds.
    const auto fault = rule.check(Feeds<Rational>(feeds, t0 + dt));
    RC_ASSERT(fault.has_value() == (cap < r));
    if (fault) RC_ASSERT((*fault == Error{Errc::cap_below_rate, Field::growth_cap}));
  });
}

TEST_CASE("walking a source, a capped redemption is the line it claims, up to its reach", "[pricing][property]") {
  check_property("probe == direct evaluation inside the reach", 400, [] {
    const Rational r = fraction(1, 2, 64), p = fraction(1, 9, 8), r0 = fraction(1, 2, 8), reference = fraction(1, 2, 16);
    const Rational drop = fraction(0, 1, 4);
    const auto rule = QueueRedemption<Rational, Redemption<GrowthCap<Rational, RedemptionRatio<Rational>>, Spot>>{
        {{{.source = 0, .reference = reference, .max_drop = drop}, r0, 0, bps<Rational>(1'000)}, {1}}, bps<Rational>(10), bps<Rational>(300), 0, 9 * day};
    const auto feeds = sources<Rational>({r, p});
    const Time now = 40 * day;
    const std::size_t moving = *rc::gen::inRange<std::size_t>(0, 2);
    Reach<Rational> reach{.direction = *rc::gen::element(1, -1)};
    const Probe<Rational> x(feeds[moving].value, 1, reach);
    const auto walked = rule.price(Feeds<Rational, Probe<Rational>>(feeds, now, moving, x));
    const Rational far = reach.distance ? *reach.distance : Rational(5);
    RC_ASSERT(reach.straight);
    for (const Rational& part : {Rational(1, 1'000), Rational(1, 3), Rational(999, 1'000)}) {
      auto there = feeds;
      const Rational step = far * part * reach.direction;
      there[moving].value += step;
      const auto direct = rule.price(Feeds<Rational>(there, now));
      RC_ASSERT(direct.has_value() == walked.has_value());
      if (!walked) {
        RC_ASSERT(direct.error() == walked.error());
        continue;
      }
      RC_ASSERT(direct->value == walked->value.value() + walked->value.slope() * step);
      RC_ASSERT(direct->flags == walked->flags);
    }
    RC_ASSERT(rule.dependence(1) == Dependence::affine && rule.dependence(0) == Dependence::piecewise && rule.dependence(2) == Dependence::none);
  });
}

TEST_CASE("a longer queue, a higher fee and a higher rate never add", "[pricing][property]") {
  check_property("QueueRedemption falls in each of its parameters", 200, [] {
    const Rational fee = fraction(0, 1, 100) / 2, rate = fraction(0, 1, 100);
    const Time queue = *rc::gen::inRange<Time>(0, 400 * day);
    const auto factor = [](const Rational& f, const Rational& y, Time q) { return QueueRedemption<Rational, Spot>{{0}, f, y, 0, q}.factor(); };
    const Rational here = factor(fee, rate, queue);
    RC_ASSERT(here > 0 && here <= 1 - fee);
    RC_ASSERT(factor(fee + Rational(1, 100), rate, queue) < here);
    RC_ASSERT(factor(fee, rate + Rational(1, 100), queue) <= here);
    RC_ASSERT(factor(fee, rate, queue + day) <= here);
    if (queue == 0) RC_ASSERT(here == 1 - fee);
  });
}

// --- edges and bad input ----------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("a ratio may fall to its limit, not beyond", "[pricing]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const RedemptionRatio<T> rule{.source = 1, .reference = T(2), .max_drop = T(T(1) / T(4))};
  const auto at = [&](const T& r) { return rule.price(Feeds<T>(sources<T>({T(7), r}), 0)); };
  CHECK(at(T(T(3) / T(2)))->value == T(T(3) / T(2)));
  CHECK(at(T(9))->value == T(9));
  const auto below = at(T(T(23) / T(16)));
  REQUIRE_FALSE(below);
  CHECK(below.error() == Error{Errc::bad_ratio, Field::ratio_drop, 1});
  for (const T& r : {T(0), T(-1)}) CHECK(at(r).error() == Error{Errc::bad_ratio, Field::redemption_ratio, 1});
}

TEMPLATE_TEST_CASE("at the cap itself nothing is capped; a unit above is", "[pricing]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const GrowthCap<T, RedemptionRatio<T>> rule{{.source = 0}, T(1), 0, T(1)};  // 100 % a year: 1.5 after half of it
  const auto at = [&](int sixteenths) { return rule.price(Feeds<T>(sources<T>({T(T(sixteenths) / T(16))}), year / 2)); };
  CHECK(at(24)->value == T(T(3) / T(2)));
  CHECK_FALSE(at(24)->flags.capped);
  CHECK(at(25)->value == T(T(3) / T(2)));
  CHECK(at(25)->flags.capped);
  CHECK(at(1)->value == T(T(1) / T(16)));  // no floor: a fall passes through
}

TEMPLATE_TEST_CASE("faults of redemption rules are named", "[pricing]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = T(num<T>(0.0) / num<T>(0.0)), infinite = T(num<T>(1.0) / num<T>(0.0));
  const auto live = sources<T>({num<T>(1.05), T(3'000)});
  const Feeds<T> feeds(live, 100 * day);
  const auto cap = [&](const T& r0, Time t0, const T& g, Time low = 0, Time high = 180 * day) {
    return GrowthCap<T, RedemptionRatio<T>>{{.source = 0}, r0, t0, g, low, high}.check(feeds);
  };
  const auto limit = [&](std::size_t source, const T& reference, const T& drop) {
    return RedemptionRatio<T>{.source = source, .reference = reference, .max_drop = drop}.check(feeds);
  };
  const auto queued = [&](const T& fee, const T& y, const T& s, Time q) {
    return QueueRedemption<T, RedemptionRatio<T>>{{.source = 0}, fee, y, s, q}.check(feeds);
  };

  CHECK(cap(T(1), 93 * day, T(3), 7 * day) == std::nullopt);  // exactly the least age; 5.75 % gained
  CHECK(cap(T(1), 93 * day + 1, T(3), 7 * day) == Error{Errc::bad_time, Field::max_age});
  CHECK(cap(T(1), -80 * day, T(1)) == std::nullopt);  // exactly the greatest
  CHECK(cap(T(1), -80 * day - 1, T(1)) == Error{Errc::bad_time, Field::max_age});
  CHECK(cap(T(1), 100 * day + 1, T(1)) == Error{Errc::bad_time, Field::growth_cap});
  CHECK(cap(T(1), 0, bps<T>(1'000)) == Error{Errc::cap_below_rate, Field::growth_cap});  // 1.0274 under a live 1.05
  CHECK(cap(T(0), 0, T(1)) == Error{Errc::bad_ratio, Field::growth_cap});
  CHECK(cap(T(2), 0, T(-1)) == Error{Errc::bad_parameter, Field::growth_cap});
  CHECK(cap(nan, 0, T(1)) == Error{Errc::bad_number, Field::growth_cap});
  CHECK(cap(T(1), 0, infinite) == Error{Errc::bad_number, Field::growth_cap});
  CHECK(cap(num<T>(1.7e308), 0, T(9)) == Error{Errc::overflow, Field::growth_cap});
  CHECK(cap(T(2), 0, T(1), -1) == Error{Errc::bad_parameter, Field::max_age});
  CHECK(cap(T(2), 0, T(1), 8, 7) == Error{Errc::bad_parameter, Field::max_age});

  CHECK(limit(0, T(1), bps<T>(100)) == std::nullopt);
  CHECK(limit(2, T(1), bps<T>(100)) == Error{Errc::bad_size, Field::source, 2});
  CHECK(limit(0, T(0), bps<T>(100)) == Error{Errc::bad_ratio, Field::redemption_ratio, 0});
  CHECK(limit(0, T(1), T(-1)) == Error{Errc::bad_parameter, Field::ratio_drop, 0});
  CHECK(limit(0, T(1), T(2)) == Error{Errc::bad_parameter, Field::ratio_drop, 0});
  CHECK(limit(0, T(1), nan) == Error{Errc::bad_number, Field::ratio_drop, 0});
  CHECK(limit(0, infinite, T(0)) == Error{Errc::bad_number, Field::redemption_ratio, 0});

  CHECK(queued(T(0), T(0), T(0), 0) == std::nullopt);
  CHECK(queued(T(1), T(0), T(0), 0) == Error{Errc::bad_parameter, Field::redemption_fee});
  CHECK(queued(bps<T>(-1), T(0), T(0), 0) == Error{Errc::bad_parameter, Field::redemption_fee});
  CHECK(queued(nan, T(0), T(0), 0) == Error{Errc::bad_number, Field::redemption_fee});
  CHECK(queued(T(0), bps<T>(-100), bps<T>(100), 0) == std::nullopt);
  CHECK(queued(T(0), bps<T>(-101), bps<T>(100), 0) == Error{Errc::bad_parameter, Field::discount_rate});
  CHECK(queued(T(0), nan, T(0), 0) == Error{Errc::bad_number, Field::discount_rate});
  CHECK(queued(T(0), T(0), T(0), -1) == Error{Errc::bad_parameter, Field::queue_time});
  CHECK(queued(T(0), T(1'500), T(0), year) == Error{Errc::bad_price, Field::discount_rate});

  // A snapshot from after now has no cap, and no price; nor has a product that leaves the type.
  CHECK(ten_percent<T>().price(Feeds<T>(live, -1)).error() == Error{Errc::bad_time, Field::growth_cap});
  const auto big = sources<T>({T(2), num<T>(1.7e308)}), small = sources<T>({num<T>(1e-200), num<T>(1e-200)});
  const auto product = Redemption{RedemptionRatio<T>{.source = 0}, Spot{1}};
  CHECK(product.price(Feeds<T>(big, 0)).error() == Error{Errc::overflow, Field::redemption_ratio});
  CHECK(product.price(Feeds<T>(small, 0)).error() == Error{Errc::bad_price, Field::redemption_ratio});
}

TEST_CASE("a ratio with an age limit is stale after it, at any value", "[pricing][bad_input]") {
  const Source<double> sources[] = {{1.08, 1'000}, {4'000, 1'000}};
  const Redemption<RedemptionRatio<double>, Spot> rule{{.source = 0, .max_age = 500}, {1}};
  CHECK(rule.price(Feeds<double>(sources, 1'500))->value == Approx(4'320));
  CHECK(rule.price(Feeds<double>(sources, 1'501)).error() == Error{Errc::stale_price, Field::source, 0});
  CHECK(rule.price(Feeds<double>(sources, 999)).error() == Error{Errc::bad_time, Field::source_time, 0});
  CHECK(RedemptionRatio<double>{.source = 0, .max_age = -1}.check(Feeds<double>(sources, 999)) == Error{Errc::bad_parameter, Field::max_age, 0});
}

TEMPLATE_TEST_CASE("reports print the spread of a wrapped asset and its underlying",
                   "[pricing]"
                   "[source:capo_lst_report_spread_02]"
                   "[source:capo_lst_report_spread_05]"
                   "[source:capo_lst_report_spread_06]"
                   "[source:capo_lst_report_spread_08]"
                   "[source:capo_lst_report_spread_09]"
                   "[source:capo_lst_report_spread_11]"
                   "[source:capo_lst_report_spread_12]"
                   "[source:capo_lst_report_spread_13]"
                   "[source:capo_lst_report_spread_14]"
                   "[source:capo_lst_report_spread_15]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  struct Row {
    const char *wrapped, *underlying, *percent;
  };
  const Row rows[] = {{"1.07443411", "1.00229077", "6.95"},       {"2416.30640034", "2345.59", "2.97"},     {"3003.31153267", "2910.74767442", "3.13"},
                      {"2386.48362954", "2369.65763465", "0.71"}, {"3427.96527912", "3397.11", "0.90"},     {"3580.67090312", "3533.39", "1.33"},
                      {"2422.44377662", "2374.84110663", "1.98"}, {"2531.92559066", "2468.842568", "2.52"}, {"3221.24330165", "3136.37", "2.67"},
                      {"4116.67544107", "3998.0992", "2.92"}};
  for (const Row& row : rows) {
    const auto spread = price_spread(Price<T>(dec<T>(row.wrapped)), Price<T>(dec<T>(row.underlying)));
    REQUIRE(spread);
    CHECK(printed(T(T(100) * spread->raw()), row.percent, 0.51));  // the reports cut or round the last digit
    const auto other = price_spread(Price<T>(dec<T>(row.underlying)), Price<T>(dec<T>(row.wrapped)));
    CHECK(plain(other->raw()) == -plain(spread->raw()));
  }
  CHECK(price_spread(Price<T>(num<T>(0)), Price<T>(num<T>(1))).error() == Error{Errc::bad_price, Field::source, 0});
  CHECK(price_spread(Price<T>(num<T>(1)), Price<T>(num<T>(-1))).error() == Error{Errc::bad_price, Field::source, 1});
  CHECK(price_spread(Price<T>(num<T>(1)), Price<T>(num<T>(std::numeric_limits<double>::infinity()))).error() == Error{Errc::bad_number, Field::source, 1});
}

TEMPLATE_TEST_CASE("limits and caps at their edges, and what a cap without an end would let through", "[pricing]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto live = sources<T>({num<T>(1.5)});
  const auto rule = [](const T& r0, const T& growth, Time age = std::numeric_limits<Time>::max()) {
    return GrowthCap<T, RedemptionRatio<T>>{{.source = 0, .max_age = age}, r0, 0, growth};
  };
  CHECK_FALSE(rule(T(1), T(1)).check(Feeds<T>(live, year / 2)));  // exactly at the cap
  CHECK(rule(T(1), T(1)).check(Feeds<T>(live, year / 2 - 1)) == Error{Errc::cap_below_rate, Field::growth_cap});
  CHECK(rule(num<T>(1.7e308), T(9)).price(Feeds<T>(live, year)).error() == Error{Errc::overflow, Field::growth_cap});
  CHECK(rule(T(2), T(0), 5).check(Feeds<T>(live, 5)) == std::nullopt);
  CHECK(rule(T(2), T(0), 5).check(Feeds<T>(live, 6)) == Error{Errc::stale_price, Field::source, 0});
  CHECK(rule(T(1), T(0)).price(Feeds<T>(live, 0))->flags == PriceFlags{.capped = true});
  CHECK(rule(T(1), T(0)).price(Feeds<T>(live, 0))->value == T(1));  // now is the snapshot: no growth yet

  // A ratio that may fall by anything asks for no reference; one that may not says that it has an end.
  const RedemptionRatio<T> any{.source = 0}, limited{.source = 0, .reference = T(1), .max_drop = T(T(1) / T(4))};
  CHECK_FALSE(any.check(Feeds<T>(live, 0)));
  CHECK(any.dependence(0) == Dependence::affine);
  CHECK(limited.dependence(0) == Dependence::piecewise);
  CHECK(limited.dependence(1) == Dependence::none);
  const RedemptionRatio<T> none{.source = 0, .reference = T(1), .max_drop = T(0)};
  CHECK(none.price(Feeds<T>(sources<T>({T(1)}), 0))->value == T(1));
  CHECK(none.price(Feeds<T>(sources<T>({num<T>(0.999)}), 0)).error() == Error{Errc::bad_ratio, Field::ratio_drop, 0});
  CHECK_FALSE(none.check(Feeds<T>(live, 0)));
  CHECK((RedemptionRatio<T>{.source = 0, .reference = T(-1), .max_drop = T(0)}).check(Feeds<T>(live, 0)) == Error{Errc::bad_ratio, Field::redemption_ratio, 0});

  const QueueRedemption<T, RedemptionRatio<T>> queued{any, T(0), num<T>(0.1), num<T>(-0.05), year};
  CHECK(plain(queued.factor()) == Approx(0.951229424500714).epsilon(1e-14));  // e^-0.05
  CHECK(queued.dependence(0) == Dependence::affine);
  CHECK(queued.dependence(1) == Dependence::none);
  CHECK(plain(price_spread(Price<T>(3), Price<T>(1))->raw()) == 1);  // 2 (3 - 1) / (3 + 1)
  CHECK(plain(price_spread(Price<T>(1), Price<T>(3))->raw()) == -1);
}
