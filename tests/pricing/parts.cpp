// SPDX-License-Identifier: Apache-2.0
// What a rule's parts say reaches its user: their flags, their errors, their faults; and what the sources themselves may hold.
#include "pricing/laws.hpp"
#include "support/strict.hpp"

#include <loadline/pricing/bounds.hpp>
#include <loadline/pricing/guard.hpp>
#include <loadline/pricing/mark.hpp>
#include <loadline/pricing/peg.hpp>
#include <loadline/pricing/price_map.hpp>
#include <loadline/pricing/redemption.hpp>
#include <loadline/pricing/twap.hpp>

#include <limits>

using namespace loadline;
using namespace pricing_laws;

namespace {

const double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

/// Prices of 1 and 1.01: near each other for every guard and clamp here.
template <class T>
std::vector<Source<T>> two_sources() {
  return {{T(1)}, {T(T(101) / T(100))}};
}
const PriceFlags held{.capped = true, .floored = true}, doubted{.guarded = true, .stale = true};
const Refused refused;

/// One part of a rule, made by `make(part)`.
template <class T, class Make>
void check_part(const Make& make) {
  const auto s = two_sources<T>();
  const Feeds<T> feeds(s, 0);
  Reach<T> reach;
  const Feeds<T, Probe<T>> moving(s, 0, 0, Probe<T>(s[0].value, T(1), reach));
  CHECK_FALSE(make(Flagged{0}).check(feeds));
  CHECK(make(Flagged{0}).price(feeds)->flags == PriceFlags{});
  const auto flagged = make(Flagged{0, {true, true, true, true}});
  CHECK(all_flags(flagged.price(feeds)));
  CHECK(all_flags(flagged.price(moving)));
  CHECK(make(refused).check(feeds) == refused.error);
  const auto still = make(refused).price(feeds);
  REQUIRE_FALSE(still);
  CHECK(still.error() == refused.error);
  const auto walked = make(refused).price(moving);
  REQUIRE_FALSE(walked);
  CHECK(walked.error() == refused.error);
}
/// Two, made by `make(a, b)`: of each as of one, and the flags of both together.
template <class T, class Make>
void check_parts(const Make& make) {
  check_part<T>([&make](const auto& part) { return make(part, Flagged{1}); });
  check_part<T>([&make](const auto& part) { return make(Flagged{1}, part); });
  const auto s = two_sources<T>();
  for (const bool turned : {false, true}) {
    const auto rule = make(Flagged{0, turned ? doubted : held}, Flagged{1, turned ? held : doubted});
    CHECK(all_flags(rule.price(Feeds<T>(s, 0))));
    for (const std::size_t i : {0U, 1U}) {
      Reach<T> reach;
      CHECK(all_flags(rule.price(Feeds<T, Probe<T>>(s, 0, i, Probe<T>(s[i].value, T(1), reach)))));
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("flags, errors and faults of the parts are those of the whole", "[pricing][laws]", LOADLINE_SCALARS) {
  using T = TestType;
  const Ratio<T> half(T(T(1) / T(2))), tenth(T(T(1) / T(10)));
  check_parts<T>([](const auto& a, const auto& b) { return Times{a, b}; });
  check_parts<T>([&]<class A, class B>(const A& a, const B& b) { return Weighted<T, A, B>{{half, half}, {a, b}}; });
  check_parts<T>([&](const auto& a, const auto& b) { return Blend{half, a, b}; });
  check_parts<T>([&](const auto& a, const auto& b) { return Clamp{tenth, tenth, a, b}; });
  check_parts<T>([](const auto& a, const auto& b) { return LowerOf{a, b}; });
  check_parts<T>([](const auto& a, const auto& b) { return Redemption{a, b}; });
  check_parts<T>([](const auto& a, const auto& b) { return Median(a, b); });
  check_parts<T>([&](const auto& a, const auto& b) { return binance_index_2020<T>({half, half}, a, b); });
  check_parts<T>([&](const auto& a, const auto& b) { return binance_index_bounded<T>(tenth, {half, half}, a, b); });
  check_part<T>([&](const auto& a) { return Floor{Price<T>(half.raw()), a}; });
  check_part<T>([&](const auto& a) { return HigherOf{a, Spot{0}}; });
  check_part<T>([&](const auto& a) { return HigherOf{Spot{1}, a}; });
  check_part<T>([&](const auto& a) { return FallingPeg{Price<T>(T(1)), half, Ratio<T>(2), a}; });
  check_part<T>([&]<class A>(const A& a) { return GrowthCap<T, A>{a, Ratio<T>(2), 0, Ratio<T>(0)}; });
  check_part<T>([&]<class A>(const A& a) { return QueueRedemption<T, A>{a, tenth, Ratio<T>(0), Ratio<T>(0), 0}; });
  check_part<T>([&]<class A>(const A& a) { return Ema<T, A>{{T(1), -1, 5}, a}; });
  check_part<T>([&]<class A>(const A& a) { return Twap<T, A>{{}, 5, 5, a}; });
}

TEMPLATE_TEST_CASE("a rule that holds a price says so, at the edge itself it holds nothing", "[pricing]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const std::vector<Source<T>> s{{T(6)}, {T(8)}};
  const Feeds<T> feeds(s, 0);
  const auto flags = [&](const auto& rule) { return rule.price(feeds)->flags; };
  const PriceFlags none, floored{.floored = true}, capped{.capped = true};
  const auto ratio = [](int percent) { return Ratio<T>(T(T(percent) / T(100))); };
  CHECK(flags(Floor{Price<T>(6), Spot{0}}) == none);
  CHECK(flags(Floor{Price<T>(7), Spot{0}}) == floored);
  CHECK(flags(Clamp{ratio(25), ratio(0), Spot{0}, Spot{1}}) == none);  // 0.75 of 8
  CHECK(flags(Clamp{ratio(12), ratio(0), Spot{0}, Spot{1}}) == floored);
  CHECK(flags(Clamp{ratio(0), ratio(50), Spot{1}, Times{Spot{0}, Floor{Price<T>(1), Fresh{0, 1}}}}) == floored);  // 36 and more
  CHECK(flags(Clamp{ratio(0), ratio(25), Spot{1}, Spot{0}}) == capped);
  CHECK(flags(Clamp{ratio(0), Ratio<T>(T(T(1) / T(3))), Spot{0}, Spot{0}}) == none);
  CHECK(flags(LowerOf{Spot{0}, Spot{1}}) == none);
  CHECK(flags(HigherOf{Spot{0}, Spot{1}}) == floored);
  CHECK(flags(HigherOf{Spot{1}, Spot{0}}) == none);
  CHECK(flags(HigherOf{Spot{1}, Spot{1}}) == none);
  const auto peg = [&](int reference, int fall, int cap) { return FallingPeg{Price<T>(reference), Ratio<T>(fall), Ratio<T>(cap), Spot{0}}; };
  CHECK(flags(peg(12, 2, 1)) == none);  // 0 of itself
  CHECK(flags(peg(12, 3, 1)) == floored);
  CHECK(flags(peg(6, 3, 1)) == none);  // 1 of itself
  CHECK(flags(peg(5, 3, 1)) == capped);
  const Flagged stale{0, {.stale = true}};  // what holds a price keeps what its part said
  CHECK(flags(Floor{Price<T>(7), stale}) == PriceFlags{.floored = true, .stale = true});
  CHECK(flags(FallingPeg{Price<T>(12), Ratio<T>(3), Ratio<T>(1), stale}) == PriceFlags{.floored = true, .stale = true});
  CHECK(flags(FallingPeg{Price<T>(5), Ratio<T>(3), Ratio<T>(1), stale}) == PriceFlags{.capped = true, .stale = true});
}

TEMPLATE_TEST_CASE("a source that is no price is named by every rule that reads it", "[pricing][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto print = [](const auto& rule, double x) {
    const Source<T> s[] = {{T(1)}, {T(1)}, {num<T>(x)}};
    const auto p = rule.price(Feeds<T>(s, 0));
    return p ? std::optional<Error>() : p.error();
  };
  for (const double x : {not_a_number, infinity, -infinity}) {
    CHECK(print(Spot{2}, x) == Error{Errc::bad_number, Field::source, 2});
    CHECK(print(Fresh{2, 0}, x) == Error{Errc::bad_number, Field::source, 2});
    CHECK(print(DepthMedian<2>{{0, 2}, 0}, x) == Error{Errc::bad_number, Field::source, 2});
    CHECK(print(RedemptionRatio<T>{.source = 2}, x) == Error{Errc::bad_number, Field::redemption_ratio, 2});
    CHECK(print(GrowthCap<T, RedemptionRatio<T>>{{.source = 2}, T(1), 0, T(0)}, x) == Error{Errc::bad_number, Field::redemption_ratio, 2});
  }
  for (const double x : {0.0, -1.0}) {
    CHECK(print(Spot{2}, x) == Error{Errc::bad_price, Field::source, 2});
    CHECK(print(Fresh{2, 0}, x) == Error{Errc::bad_price, Field::source, 2});
    CHECK(print(DepthMedian<2>{{0, 2}, 0}, x) == Error{Errc::bad_price, Field::source, 2});
  }
  CHECK(print(Times{Spot{2}, Spot{2}}, 1e200) == Error{Errc::overflow, Field::source});
  CHECK(print(Times{Spot{2}, Spot{2}}, 1e-200) == Error{Errc::bad_price, Field::source});
  // Half of the smallest number is 0, and two of them are.
  const Ratio<T> half(num<T>(0.5));
  CHECK(print(Blend{half, Spot{2}, Spot{2}}, 5e-324) == Error{Errc::bad_price, Field::source});
  CHECK(print(Weighted<T, Spot, Spot>{{half, half}, {Spot{2}, Spot{2}}}, 5e-324) == Error{Errc::bad_price, Field::index_weights});
}

TEMPLATE_TEST_CASE("what has no weight is not asked", "[pricing]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const std::vector<Source<T>> s{{T(3)}, {T(5)}};
  const auto value = [&s](const auto& rule) {
    const auto p = rule.price(Feeds<T>(s, 0));
    REQUIRE(p);
    return p->value;
  };
  CHECK(value(Weighted<T, Spot, Refused>{{Ratio<T>(1), Ratio<T>(0)}, {Spot{0}, refused}}) == T(3));
  CHECK(value(Weighted<T, Refused, Spot>{{Ratio<T>(0), Ratio<T>(1)}, {refused, Spot{1}}}) == T(5));
  CHECK(value(Blend{Ratio<T>(0), refused, Spot{1}}) == T(5));
  CHECK(value(Blend{Ratio<T>(1), Spot{0}, refused}) == T(3));
  CHECK(Blend{Ratio<T>(0), Spot{0}, Spot{1}}.dependence(0) == Dependence::none);
  CHECK(Blend{Ratio<T>(1), Spot{0}, Spot{1}}.dependence(1) == Dependence::none);
  CHECK((Weighted<T, Spot, Spot>{{Ratio<T>(1), Ratio<T>(0)}, {Spot{0}, Spot{1}}}.dependence(1)) == Dependence::none);
}

TEST_CASE("how far weights may be from one", "[pricing][bad_input]") {
  const std::vector<Source<Rational>> s{{Rational(3)}, {Rational(5)}};
  const auto exact = [&s](const Rational& a, const Rational& b, WeightSum sum) {
    return Weighted<Rational, Spot, Spot>{{a, b}, {Spot{0}, Spot{1}}, sum}.check(Feeds<Rational>(s, 0));
  };
  const Error off{Errc::bad_weight, Field::index_weights};
  const Rational half(1, 2), each(1, 200'000'000), bit(1, 1'000'000'000'000);
  CHECK_FALSE(exact(half, half, WeightSum::one));
  for (const int side : {-1, 1}) {
    CHECK(exact(half, half + side * bit, WeightSum::one) == off);
    CHECK_FALSE(exact(half + side * each, half + side * each, WeightSum::printed));  // each off by half of the last digit
    CHECK(exact(half + side * each, half + side * (each + bit), WeightSum::printed) == off);
  }
  const std::vector<Source<double>> d{{3}, {5}};
  const auto rounded = [&d](double a, double b) { return Weighted<double, Spot, Spot>{{a, b}, {Spot{0}, Spot{1}}}.check(Feeds<double>(d, 0)); };
  CHECK_FALSE(rounded(0.1, 0.9));
  CHECK(rounded(0.5, 0.500000001) == off);
  CHECK(rounded(0.5, 0.499999999) == off);
}

TEST_CASE("the age of a print: none for one that moves, and no overflow", "[pricing]") {
  constexpr Time first = std::numeric_limits<Time>::min(), last = std::numeric_limits<Time>::max();
  const std::vector<Source<double>> s{{1, first}, {1, 7}};
  CHECK(Feeds<double>(s, last).age(0) == last);
  CHECK(Feeds<double>(s, 0).age(0) == last);
  CHECK(Feeds<double>(s, -1).age(0) == last);
  CHECK(Feeds<double>(s, -2).age(0) == last - 1);
  CHECK(Feeds<double>(s, 9).age(1) == 2);
  CHECK(Feeds<double>(s, 7).age(1) == 0);
  CHECK(Feeds<double>(s, 6).age(1) == -1);
  CHECK(Feeds<double>(s, first).age(1) == -1);
  CHECK(Feeds<double>(s, 9, 1, 4.0).age(1) == 0);
  CHECK(Feeds<double>(s, 9, 1, 4.0).value(1) == 4);
  CHECK(Feeds<double>(s, 9, 1, 4.0).age(0) == last);
}

TEMPLATE_TEST_CASE("a rate may be zero or below, a price may not; a depth is a number, and not below zero", "[pricing][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto fault = [](double value, double depth, bool any_sign) {
    const Source<T> s[] = {{T(1)}, {num<T>(value), 0, num<T>(depth), any_sign}};
    return check_sources<T>(s, 0);
  };
  CHECK_FALSE(fault(0, 0, true));
  CHECK_FALSE(fault(-1, 0, true));
  CHECK(fault(0, 0, false) == Error{Errc::bad_price, Field::source, 1});
  for (const double x : {not_a_number, infinity, -infinity}) {
    CHECK(fault(x, 0, true) == Error{Errc::bad_number, Field::source, 1});
    CHECK(fault(1, x, false) == Error{Errc::bad_number, Field::source_depth, 1});
  }
}

TEMPLATE_TEST_CASE("a map writes each key its own price, and the first fault is the one told", "[pricing]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Source<T>> s{{T(3)}, {T(5)}};
  const Feeds<T> feeds(s, 0);
  std::vector<Price<T>> marks(3, Price<T>(1));
  const PriceMap crossed(Keyed{KeyId{2}, Spot{0}}, Keyed{KeyId{0}, Spot{1}});
  CHECK_FALSE(crossed.check(feeds));
  CHECK_FALSE(crossed.write(feeds, std::span<Price<T>>(marks)));
  CHECK(marks[0] == Price<T>(5));
  CHECK(marks[1] == Price<T>(1));  // no rule: the mark that it has
  CHECK(marks[2] == Price<T>(3));
  Refused other;
  other.error.item = 4;
  const PriceMap faulty(Keyed{KeyId{0}, refused}, Keyed{KeyId{1}, other}, Keyed{KeyId{2}, Spot{1}});
  CHECK(faulty.check(feeds) == refused.error);
  CHECK(faulty.write(feeds, std::span<Price<T>>(marks)) == refused.error);
  CHECK(marks[0] == Price<T>(5));
  CHECK(PriceMap(Keyed{KeyId{1}, Spot{0}}, Keyed{KeyId{2}, Spot{0}}, Keyed{KeyId{1}, Spot{0}}).check(feeds) == Error{Errc::bad_field, Field::key, 0, 2});
}

TEMPLATE_TEST_CASE("bounds that are no numbers, or out of range, are named", "[pricing][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto s = two_sources<T>();
  const Feeds<T> feeds(s, 0);
  const auto blend = [&](double share) { return Blend{Ratio<T>(num<T>(share)), Spot{0}, Spot{1}}.check(feeds); };
  const auto floor = [&](double least) { return Floor{Price<T>(num<T>(least)), Spot{0}}.check(feeds); };
  const auto clamp = [&](double down, double up) { return Clamp{Ratio<T>(num<T>(down)), Ratio<T>(num<T>(up)), Spot{0}, Spot{1}}.check(feeds); };
  const auto peg = [&](double reference, double fall, double cap) {
    return FallingPeg{Price<T>(num<T>(reference)), Ratio<T>(num<T>(fall)), Ratio<T>(num<T>(cap)), Spot{0}}.check(feeds);
  };
  CHECK_FALSE(blend(0));
  CHECK_FALSE(blend(1));
  CHECK(blend(-0.1) == Error{Errc::bad_parameter, Field::blend_share});
  CHECK(floor(-1) == Error{Errc::bad_price, Field::price_floor});
  CHECK_FALSE(clamp(0, 0));
  CHECK(clamp(-0.1, 0.2) == Error{Errc::bad_parameter, Field::price_floor});
  CHECK(clamp(1.5, 0) == Error{Errc::bad_parameter, Field::price_floor});
  for (const double x : {not_a_number, infinity}) {
    CHECK(blend(x) == Error{Errc::bad_number, Field::blend_share});
    CHECK(floor(x) == Error{Errc::bad_number, Field::price_floor});
    CHECK(clamp(x, 0) == Error{Errc::bad_number, Field::price_floor});
    CHECK(clamp(0, x) == Error{Errc::bad_number, Field::price_cap});
    CHECK(peg(x, 1, 1) == Error{Errc::bad_number, Field::source});
    CHECK(peg(1, 1, x) == Error{Errc::bad_number, Field::redemption_ratio});
  }
  CHECK(peg(-1, 1, 1) == Error{Errc::bad_price, Field::source});
  CHECK(peg(1, 1, -1) == Error{Errc::bad_ratio, Field::redemption_ratio});
}
