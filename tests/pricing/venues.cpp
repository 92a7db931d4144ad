// SPDX-License-Identifier: Apache-2.0
// Several venues: medians, guards, the mark price; what they stop and what they do not.
#include "pricing/laws.hpp"
#include "support/sample.hpp"

#include <loadline/pricing/guard.hpp>
#include <loadline/pricing/mark.hpp>

#include <algorithm>
#include <limits>

using namespace loadline;
using namespace pricing_laws;

namespace {

static_assert(WrappedPricing<Median<Fresh, Fresh, Times<Spot, Spot>>, double> && WrappedPricing<DepthMedian<5>, Strict>);
static_assert(WrappedPricing<Guarded<double, Fresh, Fresh>, double> && WrappedPricing<MarkPrice<Rational, Spot>, Rational>);

Median<Fresh, Fresh, Fresh, Fresh, Fresh> median_of_five(Time age = 1'000) {
  return Median(Fresh{0, age}, Fresh{1, age}, Fresh{2, age}, Fresh{3, age}, Fresh{4, age});
}
std::array<Ratio<Rational>, 5> fifths() {
  std::array<Ratio<Rational>, 5> w{Ratio<Rational>(0), Ratio<Rational>(0), Ratio<Rational>(0), Ratio<Rational>(0), Ratio<Rational>(0)};
  w.fill(Ratio<Rational>(Rational(1, 5)));
  return w;
}
Rational value(const auto& rule, const std::vector<Source<Rational>>& s, Time now = 0) {
  const auto p = rule.price(Feeds<Rational>(s, now));
  RC_ASSERT(bool(p));
  return p->value;
}
std::vector<Rational> sorted(const std::vector<Source<Rational>>& s) {
  std::vector<Rational> x;
  for (const auto& one : s) x.push_back(one.value);
  std::sort(x.begin(), x.end());
  return x;
}

}  // namespace

TEST_CASE("medians, guards and marks keep the laws of a pricing model", "[pricing][laws]") {
  check_property("laws", 60, [] {
    auto s = random_sources(5);
    check_laws(median_of_five(), s, 0);
    auto aged = s;  // what moves prints now, however long it was silent
    for (auto& one : aged) one.time = *rc::gen::element<Time>(0, -1'000, -1'001);
    check_laws(median_of_five(), aged, 0);
    check_laws(DepthMedian<5>{{0, 1, 2, 3, 4}, 1'000}, aged, 0);
    check_laws(Median(Fresh{0, 9}, Times{Spot{1}, Spot{2}}, Spot{3}, Fresh{4, 9}), s, 0);
    check_laws(DepthMedian<5>{{0, 1, 2, 3, 4}, 1'000}, s, 0);
    for (auto& one : s) one.value = Rational(100 + one.value / 20);  // near each other
    check_laws(Guarded<Rational, Fresh, Fresh, Fresh, Fresh, Fresh>{*rc::gen::element(FarSource::left_out, FarSource::bounded),
                                                                    Ratio<Rational>(Rational(*rc::gen::inRange(1, 9), 100)), fifths(), median_of_five().legs},
               s, 0);
    s[3] = {Rational(*rc::gen::inRange(-30, 31), 10'000), 0, 0, true};
    s[4] = {Rational(*rc::gen::inRange(-30, 31), 10), 0, 0, true};
    const MarkPrice<Rational, Spot> mark{Spot{0}, 3, 4, 1, Rational(*rc::gen::inRange(0, 9)), 8};
    RC_ASSERT(!mark.check(Feeds<Rational>(s, 0)));
    for (const std::size_t i : {0U, 1U, 2U})
      for (const int direction : {-1, 1}) check_walk(mark, s, 0, i, direction);
    for (const std::size_t i : {3U, 4U}) {  // of any sign, which check_walk does not walk
      RC_ASSERT(mark.dependence(i) == Dependence::piecewise);
      for (const int direction : {-1, 1}) {
        Reach<Rational> reach{direction};
        const auto line = mark.price(Feeds<Rational, Probe<Rational>>(s, 0, i, Probe<Rational>(s[i].value, Rational(1), reach)));
        RC_ASSERT((line.has_value() && reach.straight));
        const Rational step = Rational((reach.distance ? *reach.distance : Rational(i == 3 ? Rational(1, 100) : Rational(10))) * direction / 2);
        auto there = s;
        there[i].value += step;
        const auto p = mark.price(Feeds<Rational>(there, 0));
        RC_ASSERT((p.has_value() && p->value == line->value.value() + line->value.slope() * step));
      }
    }
    const MarkPrice<Rational, Times<Spot, Spot>> twice{Times{Spot{0}, Spot{3}}, 3, 4, 1, 1, 8};
    RC_ASSERT(twice.dependence(3) == Dependence::other);  // the funding's own source moves the index: a square
    RC_ASSERT(twice.dependence(0) == Dependence::piecewise);
    RC_ASSERT(twice.dependence(2) == Dependence::none);
  });
}

TEST_CASE("the mark is the middle one of index and funding, index and basis, and the contract", "[pricing]") {
  int below = 0, between = 0, above = 0;
  check_property("by sorting", 300, [&] {
    const Rational index(*rc::gen::inRange(900, 1'100), 10), funding(*rc::gen::inRange(-30, 31), 1'000), basis(*rc::gen::inRange(-30, 31), 10);
    const Rational contract(*rc::gen::inRange(900, 1'100), 10), left(*rc::gen::inRange(0, 9)), interval(*rc::gen::element(8, 9, 24));
    const std::vector<Source<Rational>> s{{index}, {funding, 0, 0, true}, {basis, 0, 0, true}, {contract}};
    std::vector<Rational> three{Rational(index + index * funding * left / interval), Rational(index + basis), contract};
    std::sort(three.begin(), three.end());
    ++(contract == three[0] ? below : contract == three[2] ? above : between);
    RC_ASSERT((value(MarkPrice<Rational, Spot>{Spot{0}, 1, 2, 3, left, interval}, s) == three[1]));
  });
  CHECK((below > 0 && between > 0 && above > 0));
}

TEMPLATE_TEST_CASE("a mark refuses what it cannot use, by name", "[pricing][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();
  const auto price = [](double funding, double basis, double contract) {
    const Source<T> s[] = {{T(100)}, {num<T>(funding), 0, T(0), true}, {num<T>(basis), 0, T(0), true}, {num<T>(contract), 0, T(0), true}};
    const auto p = MarkPrice<T, Spot>{Spot{0}, 1, 2, 3, T(8)}.price(Feeds<T>(s, 0));
    return p ? std::optional<Error>() : p.error();
  };
  CHECK_FALSE(price(0, 0, 100));
  CHECK_FALSE(price(0, -200, 100));  // one of three below zero is not the middle one
  for (const double x : {nan, infinite, -infinite}) {
    CHECK(price(x, 0, 100) == Error{Errc::bad_number, Field::mark});
    CHECK(price(0, x, 100) == Error{Errc::bad_number, Field::mark});
    CHECK(price(0, 0, x) == Error{Errc::bad_number, Field::mark});
  }
  CHECK(price(0, -200, -1) == Error{Errc::bad_price, Field::mark});
  CHECK(price(-2, -100, 100) == Error{Errc::bad_price, Field::mark});  // 0 is no price

  const Source<T> s[] = {{T(100)}, {T(0), 0, T(0), true}, {T(0), 0, T(0), true}, {T(100)}};
  const auto check = [&](double left, double interval, std::size_t funding = 1, std::size_t basis = 2, std::size_t contract = 3, std::size_t index = 0) {
    return MarkPrice<T, Spot>{Spot{index}, funding, basis, contract, num<T>(left), num<T>(interval)}.check(Feeds<T>(s, 0));
  };
  CHECK_FALSE(check(0, 8));
  CHECK_FALSE(check(8, 8));
  for (const double x : {nan, infinite}) {
    CHECK(check(x, 8) == Error{Errc::bad_number, Field::window});
    CHECK(check(0, x) == Error{Errc::bad_number, Field::window});
  }
  CHECK(check(0, 0) == Error{Errc::bad_parameter, Field::window});
  CHECK(check(-1, 8) == Error{Errc::bad_parameter, Field::window});
  CHECK(check(0, 8, 4) == Error{Errc::bad_size, Field::source, 4});
  CHECK(check(0, 8, 1, 4) == Error{Errc::bad_size, Field::source, 4});
  CHECK(check(0, 8, 1, 2, 4) == Error{Errc::bad_size, Field::source, 4});
  CHECK(check(0, 8, 1, 2, 3, 4) == Error{Errc::bad_size, Field::source, 4});
  const MarkPrice<T, Flagged> flagged{Flagged{0, {true, true, true, true}}, 1, 2, 3, T(0)};
  CHECK(all_flags(flagged.price(Feeds<T>(s, 0))));
}

TEMPLATE_TEST_CASE("the two bands as published: at the edge a source counts, beyond it not or at the edge", "[pricing]", double, Strict, Rational) {
  using T = TestType;
  const Ratio<T> quarter(T(T(1) / T(4))), half(T(T(1) / T(2)));
  const auto at = [&](const auto& index, const T& third) {
    const std::vector<Source<T>> s{{T(100)}, {T(100)}, {third}};
    return *index.price(Feeds<T>(s, 0));
  };
  const auto old = binance_index_2020<T>({quarter, quarter, half}, Spot{0}, Spot{1}, Spot{2});
  CHECK(at(old, T(104)).value == T(102));
  CHECK(at(old, T(104)).flags == PriceFlags{});
  CHECK(at(old, T(106)).value == T(100));
  CHECK(at(old, T(106)).flags == PriceFlags{.guarded = true});
  CHECK(at(old, T(94)).value == T(100));
  const auto bounded = binance_index_bounded<T>(quarter, {quarter, quarter, half}, Spot{0}, Spot{1}, Spot{2});
  CHECK(at(bounded, T(124)).value == T(112));
  CHECK(at(bounded, T(125)).value == T(T(225) / T(2)));
  CHECK(at(bounded, T(125)).flags == PriceFlags{});
  CHECK(at(bounded, T(126)).value == T(T(225) / T(2)));  // as of 125
  CHECK(at(bounded, T(126)).flags == PriceFlags{.guarded = true});
  CHECK(at(bounded, T(1)).value == T(T(175) / T(2)));  // as of 75
  CHECK(at(bounded, T(75)).flags == PriceFlags{});
  const Guarded<T, Spot, Spot, Spot> left_out{FarSource::left_out, quarter, {quarter, quarter, half}, {Spot{0}, Spot{1}, Spot{2}}};
  CHECK(at(left_out, T(125)).value == T(T(225) / T(2)));
  CHECK(at(left_out, T(75)).value == T(T(175) / T(2)));
  CHECK(at(left_out, T(126)).value == T(100));
}

TEMPLATE_TEST_CASE("a leg keeps its own weight when one before it is silent; without any weight there is no price", "[pricing]", double, Strict, Rational) {
  using T = TestType;
  const Ratio<T> half(T(T(1) / T(2))), quarter(T(T(1) / T(4)));
  const Fresh legs[] = {{0, 10}, {1, 10}, {2, 10}};
  const auto index = binance_index_2020<T>({half, T(T(1) / T(8)), T(T(3) / T(8))}, legs[0], legs[1], legs[2]);
  const auto at = [](const auto& rule, Time first, Time second, const T& third) {
    const std::vector<Source<T>> s{{T(100), first}, {T(100), second}, {third, 0}};
    return rule.price(Feeds<T>(s, 0));
  };
  CHECK(at(index, -11, 0, T(104))->value == T(103));  // (100 + 3 x 104) / 4
  CHECK(at(index, -11, 0, T(104))->flags == PriceFlags{.stale = true});
  // A median in the place of the mean says what else happened.
  const auto split = at(index, -11, 0, T(200));
  CHECK(split->value == T(150));
  CHECK(split->flags == PriceFlags{.guarded = true, .stale = true});
  const auto none = binance_index_2020<T>({half, half, Ratio<T>(0)}, legs[0], legs[1], legs[2]);
  CHECK(at(none, -10, 0, T(100))->value == T(100));
  CHECK(at(none, -11, -11, T(100)).error() == Error{Errc::stale_price, Field::index_weights});
  const Guarded<T, Fresh, Fresh, Fresh> alone{FarSource::left_out, quarter, {Ratio<T>(0), Ratio<T>(0), Ratio<T>(1)}, {legs[0], legs[1], legs[2]}};
  CHECK(at(alone, 0, 0, T(130)).error() == Error{Errc::stale_price, Field::index_weights});  // the one with a weight is left out
}

TEST_CASE("medians by depth: their depth moves with the print, the flags with the age", "[pricing]") {
  const auto at = [](std::initializer_list<Source<double>> s) {
    return *DepthMedian<3>{{0, 1, 2}, 10}.price(Feeds<double>(std::vector<Source<double>>(s), 0));
  };
  // 0.1 + 0.7 is half of 1.6 and rounds to less: it counts as half, and the lower print is the median.
  CHECK(at({{1, 0, 0.1}, {2, 0, 0.7}, {3, 0, 0.8}}).value == 2);
  CHECK(at({{3, 0, 0.1}, {2, 0, 5}, {1, 0, 0.1}}).value == 2);
  CHECK(at({{3, 0, 5}, {2, 0, 0.1}, {1, 0, 0.1}}).value == 3);
  CHECK(at({{3, 0, 0.1}, {2, 0, 0.1}, {1, 0, 5}}).value == 1);
  CHECK(at({{3, -11, 5}, {2, 0, 0.1}, {1, 0, 0.2}}).value == 1);
  CHECK(at({{3, -11, 5}, {2, 0, 0.1}, {1, 0, 0.2}}).flags == PriceFlags{.stale = true});
  CHECK(at({{3, -10, 5}, {2, 0, 0.1}, {1, 0, 0.2}}).flags == PriceFlags{});
  const std::vector<Source<double>> s{{1, 5}, {2, 0}, {3, 0}};
  CHECK(DepthMedian<2>{{2, 1}, 0}.price(Feeds<double>(s, 0)).error() == Error{Errc::bad_parameter, Field::source_depth, 2});
  CHECK(DepthMedian<2>{{1, 0}, 9}.price(Feeds<double>(s, 0)).error() == Error{Errc::bad_time, Field::source_time, 0});
  CHECK_FALSE(DepthMedian<2>{{1, 2}, 0}.check(Feeds<double>(s, 5)));
  CHECK(DepthMedian<2>{{1, 3}, 0}.check(Feeds<double>(s, 5)) == Error{Errc::bad_size, Field::source, 3});
  const auto band = [&s](double b) { return Guarded<double, Spot>{FarSource::bounded, b, {1}, {Spot{0}}}.check(Feeds<double>(s, 5)); };
  CHECK(band(-0.1) == Error{Errc::bad_parameter, Field::price_band});
  CHECK(band(std::numeric_limits<double>::quiet_NaN()) == Error{Errc::bad_number, Field::price_band});
  CHECK(band(std::numeric_limits<double>::infinity()) == Error{Errc::bad_number, Field::price_band});
}

TEST_CASE("by definition: the middle one, half the depth, the mean of what is near", "[pricing]") {
  check_property("medians", 400, [] {
    auto s = random_sources(5);
    const auto x = sorted(s);
    RC_ASSERT(value(median_of_five(), s) == x[2]);
    RC_ASSERT(value(Median(Spot{0}, Spot{1}), s) == (s[0].value + s[1].value) / 2);
    Rational all = 0;
    for (const auto& one : s) all += one.depth;
    for (const Rational& at : x) {
      Rational below = 0;
      for (const auto& one : s)
        if (one.value <= at) below += one.depth;
      if (2 * below < all) continue;
      RC_ASSERT(value(DepthMedian<5>{{0, 1, 2, 3, 4}, 0}, s) == at);
      break;
    }
    const Rational band(*rc::gen::inRange(1, 60), 100), m = x[2];
    Rational near = 0, held = 0;
    int kept = 0;
    for (const auto& one : s) {
      const bool far = abs(one.value - m) > band * m;
      if (!far) near += one.value, ++kept;
      held += far ? Rational(one.value < m ? Rational((1 - band) * m) : Rational((1 + band) * m)) : one.value;
    }
    const auto guarded = [&](FarSource far) {
      return value(Guarded<Rational, Fresh, Fresh, Fresh, Fresh, Fresh>{far, Ratio<Rational>(band), fifths(), median_of_five().legs}, s);
    };
    RC_ASSERT(guarded(FarSource::left_out) == (kept < 4 ? m : Rational(near / kept)));
    RC_ASSERT(guarded(FarSource::bounded) == held / 5);
  });
}

TEST_CASE("two of five may print anything: the median stays among the honest", "[pricing]") {
  check_property("breakdown", 200, [] {
    auto s = random_sources(5);
    std::vector<Rational> honest{s[0].value, s[1].value, s[2].value};
    std::sort(honest.begin(), honest.end());
    s[3].value = Rational(*rc::gen::inRange(1, 1'000'000), 1'000);
    s[4].value = Rational(*rc::gen::inRange(1, 1'000'000), 1'000);
    const Rational p = value(median_of_five(), s);
    RC_ASSERT((honest[0] <= p && p <= honest[2]));
  });
}

TEST_CASE("guards compare venues: where all legs are one venue's, the crash passes", "[pricing]") {
  // Legs: WBETHUSDT, and WBETH/ETH x ETHUSDT, of one venue; before, and after a print of both at a third.
  const auto index = binance_index_2020<double>({Ratio<double>(0.2), Ratio<double>(0.8)}, Fresh{0, 10'000}, Times{Spot{1}, Spot{2}});
  const auto at = [&](double pair, double cross) {
    const Source<double> s[] = {{pair}, {cross}, {4'000}};
    return *index.price(Feeds<double>(s, 0));
  };
  CHECK(at(4'320, 1.08).value == Approx(4'320));
  CHECK(at(1'440, 0.36).value == Approx(1'440));  // nothing to compare with
  CHECK(at(1'440, 0.36).flags == PriceFlags{});
  CHECK(at(4'320, 0.36).value == Approx(2'880));  // both are 50 % from their median, which replaces the mean
  CHECK(at(4'320, 0.36).flags.guarded);
  // Five venues, one of which prints a third: left out.
  const auto wide =
      binance_index_2020<double>({0.2, 0.2, 0.2, 0.2, 0.2}, Fresh{0, 10'000}, Fresh{1, 10'000}, Fresh{2, 10'000}, Fresh{3, 10'000}, Fresh{4, 10'000});
  const Source<double> five[] = {{1'440}, {4'320}, {4'310}, {4'330}, {4'320}};
  CHECK(wide.price(Feeds<double>(five, 0))->value == Approx(4'320));
}

TEST_CASE("a silent source has weight 0 after ten seconds, not before; none left is an error", "[pricing][bad_input]") {
  const auto index = binance_index_2020<double>({0.5, 0.5}, Fresh{0, 10'000}, Fresh{1, 10'000});
  const auto at = [&](Time first, Time second) {
    const Source<double> s[] = {{100, first}, {102, second}};
    return index.price(Feeds<double>(s, 60'000));
  };
  CHECK(at(50'000, 50'000)->value == Approx(101));
  CHECK(at(49'999, 50'000)->value == Approx(102));
  CHECK(at(49'999, 50'000)->flags == PriceFlags{.stale = true});
  CHECK(at(0, 0).error() == Error{Errc::stale_price, Field::source, 0});
  CHECK(at(60'001, 60'000).error() == Error{Errc::bad_time, Field::source_time, 0});
  const Source<double> s[] = {{100, 0}, {102, 5}};
  CHECK(median_of_five().check(Feeds<double>(s, 5)) == Error{Errc::bad_size, Field::source, 2});
  CHECK(DepthMedian<2>{{0, 1}, 10}.price(Feeds<double>(s, 5)).error() == Error{Errc::bad_parameter, Field::source_depth, 0});
  CHECK(DepthMedian<2>{{0, 1}, 0}.price(Feeds<double>(s, 6)).error() == Error{Errc::stale_price, Field::source, 0});
  CHECK(DepthMedian<2>{{0, 1}, -1}.check(Feeds<double>(s, 6)) == Error{Errc::bad_parameter, Field::max_age, 0});
  const auto band = [&](double b) {
    return Guarded<double, Spot, Spot>{FarSource::bounded, Ratio<double>(b), {0.5, 0.5}, {Spot{0}, Spot{1}}}.check(Feeds<double>(s, 5));
  };
  CHECK(!band(0.01));
  CHECK(band(0) == Error{Errc::bad_parameter, Field::price_band});
  CHECK(band(1) == Error{Errc::bad_parameter, Field::price_band});
  CHECK(Guarded<double, Spot, Spot>{FarSource::bounded, Ratio<double>(0.1), {0.5, 0.6}, {Spot{0}, Spot{1}}}.check(Feeds<double>(s, 5)) ==
        Error{Errc::bad_weight, Field::index_weights});
}

TEMPLATE_TEST_CASE("Price1 of the mark: 10,000 with 0.03 % and four hours left", "[pricing][source:bn_markprice_funding_basis]", double, Strict, Rational) {
  using T = TestType;
  const Source<T> s[] = {{T(10'000)}, {dec<T>("0.0003"), 0, T(0), true}, {T(-5), 0, T(0), true}, {T(10'400)}};
  const MarkPrice<T, Spot> mark{Spot{0}, 1, 2, 3, T(4), T(8)};
  REQUIRE(!mark.check(Feeds<T>(s, 0)));
  const auto p = mark.price(Feeds<T>(s, 0));
  REQUIRE(p);
  if constexpr (std::is_same_v<T, Rational>)
    CHECK(p->value == dec<T>("10001.5"));
  else
    CHECK(same(p->value, "10001.5"));  // Price2 is 9,995, the contract prints 10,400: the middle is Price1
  MarkPrice<T, Spot> bad = mark;
  bad.hours_left = T(9);
  CHECK(bad.check(Feeds<T>(s, 0)) == Error{Errc::bad_parameter, Field::window});
}

TEMPLATE_TEST_CASE("an index of six venues: 0.0006496", "[pricing][source:by_index_1000BTT]", double, Strict, Rational) {
  using T = TestType;
  const char* prices[] = {"0.0006485", "0.0006502", "0.000648", "0.000649", "0.00065", "0.0006517"};
  const char* weights[] = {"0.1383220862762299", "0.0407528429737999", "0.1629044859431618", "0.0432327388538453", "0.5322401401714303", "0.0825477057815328"};
  std::vector<Source<T>> s;
  for (const char* p : prices) s.push_back({dec<T>(p)});
  const auto w = [&](std::size_t i) { return Ratio<T>(dec<T>(weights[i])); };
  const Weighted<T, Spot, Spot, Spot, Spot, Spot, Spot> index{{w(0), w(1), w(2), w(3), w(4), w(5)}, {Spot{0}, Spot{1}, Spot{2}, Spot{3}, Spot{4}, Spot{5}}};
  CHECK(!index.check(Feeds<T>(s, 0)));
  const auto p = index.price(Feeds<T>(s, 0));
  REQUIRE(p);
  CHECK(!(T(p->value - dec<T>("0.0006496")) < dec<T>("-0.00000005")));  // printed to 7 decimals
  CHECK(T(p->value - dec<T>("0.0006496")) < dec<T>("0.00000005"));
}

TEMPLATE_TEST_CASE("weights rounded to eight decimals sum to 1.00000001: refused, unless they are said to be printed",
                   "[pricing][source:bn_index_constituents]", double, Strict, Rational) {
  using T = TestType;
  const char* prices[] = {"94057.03", "94140.58", "94060.10", "94096.70", "94057.02", "94064.03", "94067.90"};
  const char* weights[] = {"0.51282051", "0.15384615", "0.02564103", "0.07692308", "0.07692308", "0.07692308", "0.07692308"};
  std::vector<Source<T>> s;
  Rational exact = 0, all = 0;
  for (std::size_t i = 0; i < 7; ++i) {
    s.push_back({dec<T>(prices[i])});
    exact += dec<Rational>(weights[i]) * dec<Rational>(prices[i]);
    all += dec<Rational>(weights[i]);
  }
  CHECK(all == dec<Rational>("1.00000001"));
  const auto w = [&](std::size_t i) { return Ratio<T>(dec<T>(weights[i])); };
  Weighted<T, Spot, Spot, Spot, Spot, Spot, Spot, Spot> index{{w(0), w(1), w(2), w(3), w(4), w(5), w(6)},
                                                              {Spot{0}, Spot{1}, Spot{2}, Spot{3}, Spot{4}, Spot{5}, Spot{6}}};
  CHECK(index.check(Feeds<T>(s, 0)) == Error{Errc::bad_weight, Field::index_weights});
  index.sums_to = WeightSum::printed;
  CHECK(!index.check(Feeds<T>(s, 0)));
  const auto p = index.price(Feeds<T>(s, 0));
  REQUIRE(p);
  const Rational mean = exact / all;
  if constexpr (std::is_same_v<T, Rational>)
    CHECK(p->value == mean);
  else
    CHECK(plain(p->value) == Approx(mean.convert_to<double>()).epsilon(1e-15));
  CHECK(mean.convert_to<double>() == Approx(94'074.57).margin(0.5));
}
