// SPDX-License-Identifier: Apache-2.0
// Averages over time: the exponential function, the exponential and the time-weighted average, what moves them.
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/pricing/index.hpp>
#include <loadline/pricing/twap.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

using namespace loadline;

namespace {

using Wide = boost::multiprecision::number<boost::multiprecision::cpp_dec_float<120>>;
using Integer = boost::multiprecision::cpp_int;

constexpr Time second = 1'000, minute = 60 * second;

static_assert(WrappedPricing<Ema<double, Spot>, double> && WrappedPricing<Ema<Rational, Spot>, Rational> && WrappedPricing<Ema<Strict, Spot>, Strict>);
static_assert(WrappedPricing<Twap<double, Spot>, double> && WrappedPricing<Twap<Strict, Ema<Strict, Spot>>, Strict>);
static_assert(0.3678794411714422 < decay(1.0) && decay(1.0) < 0.3678794411714424);  // in a constant expression as well

/// Far below what a rational's decay may be off by, far above what it is.
const Rational tiny = Rational(1) / Rational(Integer(1) << 128);

Wide wide(const Rational& x) {
  return Wide(Wide(numerator(x)) / Wide(denominator(x)));
}
Wide distance(const Wide& a, const Wide& b) {
  return a < b ? Wide(b - a) : Wide(a - b);
}
Rational distance(const Rational& a, const Rational& b) {
  return a < b ? Rational(b - a) : Rational(a - b);
}

Rational price() {
  return Rational(*rc::gen::inRange(1, 4'000), 8);
}
Time span(Time longest) {
  return *rc::gen::inRange<Time>(0, longest);
}

template <class T>
std::vector<Source<T>> one_source(const T& value) {
  return {Source<T>{.value = value}};
}

}  // namespace

// --- the exponential --------------------------------------------------------------------------------------------------

TEST_CASE("in double, what is left and what has gone are right to 1e-15 for every span", "[pricing][property]") {
  check_property("|decay - e^-x| <= 1e-15 e^-x, likewise 1 - e^-x", 1'000, [] {
    const double x = std::ldexp(static_cast<double>(*rc::gen::inRange<std::int64_t>(1, std::int64_t{1} << 53)), *rc::gen::inRange(-113, -43));
    if (x > 708) return;  // below the smallest normal number
    const Wide left = exp(Wide(-Wide(x))), gone = 1 - left;
    RC_ASSERT(distance(Wide(decay(x)), left) <= Wide("1e-15") * left);
    RC_ASSERT(distance(Wide(decayed_share(x)), gone) <= Wide("1e-15") * gone);
  });
}

TEST_CASE("in fractions, what is left is right to 2^-128 and short", "[pricing][property]") {
  check_property("|decay - e^-x| < 2^-128", 200, [] {
    const Rational x = Rational(*rc::gen::inRange(1, 1'000'000), *rc::gen::element(1'000'000, 30'000, 1'234'577));
    const Wide left = exp(Wide(-wide(x)));
    RC_ASSERT(distance(wide(decay(x)), left) < wide(tiny));
    RC_ASSERT(distance(wide(decayed_share(x)), Wide(1 - left)) < wide(tiny));
    RC_ASSERT(Rational(decay(x) * Rational(Integer(1) << 220)) == Rational(Integer(decay(x) * Rational(Integer(1) << 220))));
  });
}

TEMPLATE_TEST_CASE("no time: all is left; for ever: nothing", "[pricing]", LOADLINE_SCALARS, Rational, Decimal) {
  using T = TestType;
  CHECK(decay(T(0)) == T(1));
  CHECK(decayed_share(T(0)) == T(0));
  CHECK(decay(T(1'401)) == T(0));
  CHECK(T(0) < decay(T(705)));  // still a normal double
  CHECK(decayed_share(T(1'401)) == T(1));
  CHECK(T(0) < decayed_share(T(T(1) / T(1'000'000'000))));
}

TEST_CASE("a decimal of 50 digits gets them all", "[pricing]") {
  const Decimal e("2.71828182845904523536028747135266249775724709369995957496697");
  CHECK(abs(Decimal(decay(Decimal(1)) * e - 1)) < Decimal("1e-48"));
  CHECK(abs(Decimal(decay(Decimal(2)) * e * e - 1)) < Decimal("1e-48"));
}

TEST_CASE("milliseconds in any scalar", "[pricing]") {
  for (const Time t : {Time{0}, Time{-1}, Time{1} << 30, Time{1'760'131'200'000}, Time{-1'760'131'200'001}, std::numeric_limits<Time>::max(),
                       std::numeric_limits<Time>::min()}) {
    CHECK(milliseconds<Rational>(t) == Rational(t));
    CHECK(milliseconds<double>(t) == static_cast<double>(t));
  }
  constexpr Time first = std::numeric_limits<Time>::min(), last = std::numeric_limits<Time>::max();
  CHECK(Elapsed{first, last}.length() == last);
  CHECK(Elapsed{last, first}.length() == 0);
  CHECK(Elapsed{-3, 4}.length() == 7);
}

// --- the exponential average ------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("a crash to a tenth for a minute takes an average of an hour down by 1.5 %", "[pricing]", LOADLINE_SCALARS) {
  using T = TestType;
  // a = 1 - e^(-1/60) = 0.016528546...; 100 - 90 a.
  EmaState<T> state{T(100), 0, 60 * minute};
  CHECK(plain(Ema<T, Spot>{state, {0}}.price(Feeds<T>(one_source(T(10)), minute))->value) == Approx(98.512430843945574).epsilon(1e-14));
  REQUIRE(state.update({T(10), minute}));
  CHECK(plain(state.value) == Approx(98.512430843945574).epsilon(1e-14));
  CHECK(state.time == minute);
}

TEST_CASE("two steps with the same price are one: exact in e^-x, so only decay's error is left", "[pricing][property]") {
  check_property("EMA(dt1) then EMA(dt2) == EMA(dt1 + dt2) for constant input", 200, [] {
    const Rational m = price(), x = price();
    const Time dt1 = span(minute * 90), dt2 = span(minute * 90), tau = 1 + span(minute * 60);
    EmaState<Rational> twice{m, 5, tau}, once = twice;
    RC_ASSERT(twice.update({x, 5 + dt1}).has_value());
    RC_ASSERT(twice.update({x, 5 + dt1 + dt2}).has_value());
    RC_ASSERT(once.update({x, 5 + dt1 + dt2}).has_value());
    RC_ASSERT(distance(twice.value, once.value) < tiny * 10'000);
    const EmaState<double> start{m.convert_to<double>(), 5, tau};
    EmaState<double> rough = start;
    RC_ASSERT(rough.update({x.convert_to<double>(), 5 + dt1}).has_value());
    RC_ASSERT(rough.update({x.convert_to<double>(), 5 + dt1 + dt2}).has_value());
    RC_ASSERT(std::abs(rough.value - once.value.convert_to<double>()) <= 1e-14 * (start.value + x.convert_to<double>()));
  });
}

TEST_CASE("the average lies between what it was and what it sees, and is the integral of the prints", "[pricing][property]") {
  check_property("EMA == M e^(-t/tau) + sum of x_i (e^(-age of end) - e^(-age of start))", 200, [] {
    const Rational m = price();
    const Time tau = 1 + span(minute * 60);
    EmaState<Rational> state{m, 0, tau};
    std::vector<Print<Rational>> prints;
    for (int i = 0; i < 4; ++i) {
      const Rational before = state.value, x = price();
      prints.push_back({x, state.time + span(minute * 20)});
      RC_ASSERT(state.update(prints.back()).has_value());
      RC_ASSERT(state.value >= (before < x ? before : x) && state.value <= (before < x ? x : before));
    }
    // An independent sum, in 120 digits.
    const auto weight = [&](Time from) { return exp(Wide(-Wide(Wide(prints.back().time - from) / Wide(tau)))); };
    Wide sum = wide(m) * weight(0);
    Time from = 0;
    for (const auto& p : prints) {
      sum += wide(p.value) * Wide(weight(p.time) - weight(from));
      from = p.time;
    }
    RC_ASSERT(distance(wide(state.value), sum) < wide(tiny) * 10'000);
  });
}

TEST_CASE("walking the next print, the average is one line", "[pricing][property]") {
  check_property("Ema{Spot} of a probe == direct evaluation", 200, [] {
    const Rational m = price(), x = price(), y = price();
    const Ema<Rational, Spot> rule{{m, 0, 1 + span(minute * 60)}, {0}};
    const Time now = span(minute * 90);
    Reach<Rational> reach{.direction = x < y ? 1 : -1};
    const auto walked = rule.price(Feeds<Rational, Probe<Rational>>(one_source(x), now, 0, Probe<Rational>(x, 1, reach)));
    const auto direct = rule.price(Feeds<Rational>(one_source(y), now));
    RC_ASSERT(reach.straight && walked.has_value() && direct.has_value());
    const Rational step = distance(x, y);
    if (reach.distance) RC_ASSERT(!(*reach.distance < step));
    RC_ASSERT(direct->value == walked->value.value() + walked->value.slope() * (y - x));
    RC_ASSERT(rule.dependence(0) == Dependence::affine && rule.dependence(1) == Dependence::none);
  });
}

TEST_CASE("the print that moves an average so far, held so long, does", "[pricing][property]") {
  check_property("EMA and TWAP after the print == M (1 + x)", 200, [] {
    const Rational m = price(), move = Rational(*rc::gen::inRange(-50, 400), 1'000);
    const Time tau = 1 + span(minute * 60), hold = tau / 3 + 1, window = hold + span(minute * 60) + 1;
    const Result<Ratio<Rational>> ema = print_to_move_ema(Manipulation<Rational>{move, hold}, tau);
    if (ema) {
      EmaState<Rational> state{m, 0, tau};
      RC_ASSERT(state.update({Rational(m * (1 + ema->raw())), hold}).has_value());
      RC_ASSERT(state.value == m * (1 + move));  // decay's error cancels: the same share moves and is solved for
    }
    const Result<Ratio<Rational>> twap = print_to_move_twap(Manipulation<Rational>{move, hold}, window);
    RC_ASSERT(twap.has_value() == (move * window > -Rational(hold)));
    if (twap) {
      const std::array<Print<Rational>, 1> prints{Print<Rational>{m, 0}};
      const Twap<Rational, Spot> rule{prints, window, hold, {0}};
      RC_ASSERT(rule.price(Feeds<Rational>(one_source(Rational(m * (1 + twap->raw()))), window))->value == m * (1 + move));
    }
  });
}

// --- the time-weighted average ----------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("half an hour at 1 and half an hour at 2 is 1.5 over the hour", "[pricing][source:mango_stable_price_avg]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  // A print a minute: 1 for 30 of them, then 2; the average of the hour.
  std::vector<Print<T>> room(61, Print<T>{T(0), 0});
  PrintWindow<T> window(room, 60 * minute);
  for (int i = 0; i < 60; ++i) CHECK_FALSE(window.add({T(i < 30 ? 1 : 2), i * minute}));
  const Twap<T, Spot> rule{window.prints(), window.window(), 0, {0}};
  const auto feeds = one_source(T(9));
  CHECK_FALSE(rule.check(Feeds<T>(feeds, 60 * minute)));
  CHECK(magnitude(T(rule.price(Feeds<T>(feeds, 60 * minute))->value - T(T(3) / T(2)))) < bps<T>(100));
}

TEST_CASE("the time-weighted average is that of each millisecond", "[pricing][property]") {
  check_property("TWAP == sum over milliseconds", 200, [] {
    std::vector<Print<Rational>> prints;
    Time at = 0;
    for (int i = *rc::gen::inRange(1, 8); i > 0; --i) prints.push_back({price(), at += 1 + span(9)});
    const Time now = at + span(12), window = 1 + span(40), hold = span(window + 1);
    const Rational x = price();
    const Twap<Rational, Spot> rule{prints, window, hold, {0}};
    const auto found = rule.price(Feeds<Rational>(one_source(x), now));
    const Time start = now + hold - window;
    RC_ASSERT(found.has_value() == (window == hold || prints.front().time <= start));
    if (!found) {
      RC_ASSERT((found.error() == Error{Errc::missing_price, Field::window}));
      return;
    }
    Rational sum = 0;
    for (Time t = start; t < now + hold; ++t) {
      Rational held = x;
      if (t < now)
        for (const auto& p : prints)
          if (p.time <= t) held = p.value;
      sum += held;
    }
    RC_ASSERT(found->value == sum / window);
    RC_ASSERT(rule.dependence(0) == (hold == 0 ? Dependence::none : Dependence::affine));
    if (hold == 0) RC_ASSERT(rule.price(Feeds<Rational>(one_source(Rational(-7)), now))->value == found->value);
    Reach<Rational> reach;
    const auto walked = rule.price(Feeds<Rational, Probe<Rational>>(one_source(x), now, 0, Probe<Rational>(x, 1, reach)));
    RC_ASSERT(walked->value.value() == found->value && walked->value.slope() == Rational(hold, window));
  });
}

TEST_CASE("a window with little room forgets only what it does not need", "[pricing][property]") {
  check_property("the average of the kept prints == that of all", 200, [] {
    const Time window = 20;
    std::vector<Print<Rational>> room(22, Print<Rational>{0, 0}), all;
    PrintWindow<Rational> kept(room, window);
    Time at = 0;
    for (int i = 0; i < 60; ++i) {
      all.push_back({price(), at += 1 + span(4)});
      RC_ASSERT(!kept.add(all.back()).has_value());
    }
    const Feeds<Rational> feeds(std::span<const Source<Rational>>{}, at + span(5));
    RC_ASSERT((Twap<Rational, Spot>{kept.prints(), window, 0, {0}}.price(feeds)->value) == (Twap<Rational, Spot>{all, window, 0, {0}}.price(feeds)->value));
  });
}

// --- edges and bad input ----------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("an average refuses what it cannot use, and stays as it was", "[pricing]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = T(num<T>(0.0) / num<T>(0.0)), infinite = T(num<T>(1.0) / num<T>(0.0));
  EmaState<T> state{T(100), 1'000, minute};
  const auto refused = [&state](const T& x, Time at) {
    const Error e = state.update({x, at}).error();
    CHECK(state.value == T(100));
    CHECK(state.time == 1'000);
    return e;
  };
  CHECK(refused(T(99), 999) == Error{Errc::bad_time, Field::source_time});
  CHECK(refused(T(0), 2'000) == Error{Errc::bad_price, Field::source});
  CHECK(refused(T(-1), 2'000) == Error{Errc::bad_price, Field::source});
  CHECK(refused(nan, 2'000) == Error{Errc::bad_number, Field::source});
  CHECK(refused(infinite, 2'000) == Error{Errc::bad_number, Field::source});
  CHECK(state.update({T(1), 1'000}).value_or(T(0)) == T(100));  // the same millisecond: no time, no change

  const auto faulty = [](const T& value, Time tau) { return Ema<T, Spot>{{value, 0, tau}, {0}}.check(Feeds<T>(one_source(T(1)), 0)); };
  CHECK(faulty(T(1), 1) == std::nullopt);
  CHECK(faulty(T(1), 0) == Error{Errc::bad_parameter, Field::time_constant});
  CHECK(faulty(T(1), -1) == Error{Errc::bad_parameter, Field::time_constant});
  CHECK(faulty(T(0), 1) == Error{Errc::bad_price, Field::source});
  CHECK(faulty(nan, 1) == Error{Errc::bad_number, Field::source});

  const Ema<T, Spot> rule{state, {0}};
  const auto good = one_source(T(50)), bad = one_source(T(0));
  CHECK(rule.price(Feeds<T>(good, 999)).error() == Error{Errc::bad_time, Field::source_time});
  CHECK(rule.check(Feeds<T>(good, 999)) == Error{Errc::bad_time, Field::source_time});
  CHECK(rule.price(Feeds<T>(good, 1'000))->value == T(100));
  CHECK(rule.price(Feeds<T>(bad, 2'000)).error() == Error{Errc::bad_price, Field::source, 0});
  CHECK(Ema<T, Spot>{state, {3}}.check(Feeds<T>(good, 1'000)) == Error{Errc::bad_size, Field::source, 3});
  // 1e20 + 1 (1 - 1e20) rounds to nothing.
  CHECK(Ema<T, Spot>{{num<T>(1e20), 0, 1}, {0}}.price(Feeds<T>(one_source(T(1)), minute)).error() == Error{Errc::bad_price, Field::source});
}

TEMPLATE_TEST_CASE("a time-weighted average is not made of less than its window", "[pricing]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const std::array<Print<T>, 2> prints{Print<T>{T(4), 10}, Print<T>{T(8), 20}};
  const auto feeds = one_source(T(16));
  const auto at = [&](Time window, Time hold, Time now) { return Twap<T, Spot>{prints, window, hold, {0}}.price(Feeds<T>(feeds, now)); };
  CHECK(at(20, 0, 30)->value == T(6));
  CHECK(at(21, 0, 30).error() == Error{Errc::missing_price, Field::window});
  CHECK(at(10, 0, 30)->value == T(8));
  CHECK(at(10, 0, 1'000)->value == T(8));  // the last print is carried
  CHECK(at(20, 10, 30)->value == T(12));
  CHECK(at(10, 10, 30)->value == T(16));  // the past is out
  CHECK(at(10, 11, 30).error() == Error{Errc::bad_parameter, Field::window});
  CHECK(at(10, -1, 30).error() == Error{Errc::bad_parameter, Field::window});
  CHECK(at(0, 0, 30).error() == Error{Errc::bad_parameter, Field::window});
  CHECK(at(5, 0, 19).error() == Error{Errc::bad_time, Field::source_time, 0, 1});
  CHECK(Twap<T, Spot>{prints, 20, 0, {7}}.check(Feeds<T>(feeds, 30)) == Error{Errc::bad_size, Field::source, 7});
  const std::array<Print<T>, 2> wrong{Print<T>{T(4), 20}, Print<T>{T(0), 10}}, back{Print<T>{T(4), 20}, Print<T>{T(8), 10}};
  CHECK(Twap<T, Spot>{wrong, 5, 0, {0}}.check(Feeds<T>(feeds, 30)) == Error{Errc::bad_price, Field::source, 0, 1});
  CHECK(Twap<T, Spot>{back, 5, 0, {0}}.check(Feeds<T>(feeds, 30)) == Error{Errc::bad_time, Field::source_time, 0, 1});
  CHECK(Twap<T, Spot>{{}, 5, 0, {0}}.price(Feeds<T>(feeds, 30)).error() == Error{Errc::missing_price, Field::window});
}

TEMPLATE_TEST_CASE("a window of prints refuses what it cannot use, and stays as it was", "[pricing]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  std::array<Print<T>, 2> room{Print<T>{T(0), 0}, Print<T>{T(0), 0}};
  PrintWindow<T> window(room, 10);
  CHECK_FALSE(window.add({T(1), 0}));
  CHECK(window.add({T(1), -1}) == Error{Errc::bad_time, Field::source_time});
  CHECK(window.add({T(0), 1}) == Error{Errc::bad_price, Field::source});
  CHECK_FALSE(window.add({T(9), 0}));  // the same millisecond: the later one holds from here
  CHECK(window.prints().size() == 1);
  CHECK(window.prints()[0].value == T(9));
  CHECK_FALSE(window.add({T(2), 5}));
  CHECK(window.add({T(3), 14}) == Error{Errc::bad_size, Field::window});  // both reach into (4, 14]
  CHECK(window.prints().size() == 2);
  CHECK_FALSE(window.add({T(3), 15}));  // the first has left (5, 15]
  CHECK(window.prints()[0].value == T(2));
  CHECK(window.prints()[1].value == T(3));
  PrintWindow<T> none(room, 0);
  CHECK(none.add({T(1), 0}) == Error{Errc::bad_parameter, Field::window});
}

TEMPLATE_TEST_CASE("what moves an average: faults are named", "[pricing]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = T(num<T>(0.0) / num<T>(0.0));
  const auto ema = [](const T& move, Time hold, Time tau) { return print_to_move_ema(Manipulation<T>{move, hold}, tau); };
  const auto twap = [](const T& move, Time hold, Time window) { return print_to_move_twap(Manipulation<T>{move, hold}, window); };
  // 1 % of an hour's average within a minute: 60.5 % above it; by the clock 60 %.
  CHECK(plain(ema(bps<T>(100), minute, 60 * minute)->raw()) == Approx(0.605013888).epsilon(1e-8));
  CHECK(plain(twap(bps<T>(100), minute, 60 * minute)->raw()) == Approx(0.6).epsilon(1e-14));
  CHECK(ema(bps<T>(-200), minute, 60 * minute).error() == Error{Errc::bad_price, Field::source});
  CHECK(ema(T(1), 0, 1).error() == Error{Errc::bad_parameter, Field::window});
  CHECK(ema(T(1), 1, 0).error() == Error{Errc::bad_parameter, Field::time_constant});
  CHECK(ema(nan, 1, 1).error() == Error{Errc::bad_number, Field::price_band});
  CHECK(ema(num<T>(1e308), 1, 1'000).error() == Error{Errc::overflow, Field::source});
  CHECK(twap(T(-1), 5, 10).error() == Error{Errc::bad_price, Field::source});
  CHECK(twap(T(1), 11, 10).error() == Error{Errc::bad_parameter, Field::window});
  CHECK(twap(T(1), 0, 10).error() == Error{Errc::bad_parameter, Field::window});
}

TEMPLATE_TEST_CASE("averages whose state is no average are refused by every way in", "[pricing][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = T(num<T>(0.0) / num<T>(0.0)), infinite = T(num<T>(1.0) / num<T>(0.0));
  const auto live = one_source(T(1));
  struct Row {
    T value;
    Time time_constant;
    Error error;
  };
  const Row rows[] = {{nan, 1, {Errc::bad_number, Field::source}},
                      {infinite, 1, {Errc::bad_number, Field::source}},
                      {T(0), 1, {Errc::bad_price, Field::source}},
                      {T(-1), 1, {Errc::bad_price, Field::source}},
                      {T(1), 0, {Errc::bad_parameter, Field::time_constant}}};
  for (const Row& row : rows) {
    EmaState<T> state{row.value, 0, row.time_constant};
    CHECK(state.check() == row.error);
    CHECK(state.update({T(1), 1}).error() == row.error);
    CHECK(state.time == 0);
    CHECK(Ema<T, Spot>{state, {0}}.price(Feeds<T>(live, 1)).error() == row.error);
    CHECK(Ema<T, Spot>{state, {0}}.check(Feeds<T>(live, 1)) == row.error);
  }
  // 1e20 + 1 (1 - 1e20) rounds to nothing: the state stays.
  EmaState<T> large{num<T>(1e20), 0, 1};
  CHECK(large.update({T(1), minute}).error() == Error{Errc::bad_price, Field::source});
  CHECK(large.value == num<T>(1e20));
  CHECK(large.time == 0);
}

TEMPLATE_TEST_CASE("a print that is no number enters no window and no average", "[pricing][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto live = one_source(T(1));
  for (const double x : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    std::array<Print<T>, 2> room{Print<T>{T(0), 0}, Print<T>{T(0), 0}};
    PrintWindow<T> window(room, 10);
    CHECK(window.add({num<T>(x), 0}) == Error{Errc::bad_number, Field::source});
    CHECK(window.prints().empty());
    const std::array<Print<T>, 2> prints{Print<T>{T(1), 0}, Print<T>{num<T>(x), 1}};
    CHECK(Twap<T, Spot>{prints, 5, 0, {0}}.price(Feeds<T>(live, 9)).error() == Error{Errc::bad_number, Field::source, 0, 1});
  }
  std::array<Print<T>, 1> room{Print<T>{T(0), 0}};
  CHECK((PrintWindow<T>(room, -1).add({T(1), 0})) == Error{Errc::bad_parameter, Field::window});
  const std::array<Print<T>, 2> least{Print<T>{num<T>(5e-324), 0}, Print<T>{num<T>(5e-324), 5}};  // halves of it are 0
  CHECK(Twap<T, Spot>{least, 10, 0, {0}}.price(Feeds<T>(live, 10)).error() == Error{Errc::bad_price, Field::window});
  const std::array<Print<T>, 3> late{Print<T>{T(1), 0}, Print<T>{T(2), 5}, Print<T>{T(4), 10}};
  CHECK(Twap<T, Spot>{late, 10, 0, {0}}.price(Feeds<T>(live, 10))->value == T(T(3) / T(2)));  // the last print has held for no time
  CHECK(Twap<T, Spot>{late, 10, 0, {0}}.price(Feeds<T>(live, 9)).error() == Error{Errc::bad_time, Field::source_time, 0, 2});
}

TEMPLATE_TEST_CASE("a move that needs a price of zero cannot be had; the smallest span counts", "[pricing]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const T half(T(T(1) / T(2)));
  const auto twap = [](const T& move) { return print_to_move_twap(Manipulation<T>{move, 5}, 10); };
  CHECK(twap(T(-half)).error() == Error{Errc::bad_price, Field::source});  // exactly zero
  CHECK(twap(T(T(-7) / T(16)))->raw() == T(T(-7) / T(8)));
  CHECK(print_to_move_twap(Manipulation<T>{half, 10}, 10)->raw() == half);  // held for all of it
  CHECK(Elapsed{5, 5}.length() == 0);
  CHECK(Elapsed{5, 6}.length() == 1);
  CHECK(Elapsed{std::numeric_limits<Time>::min(), -1}.length() == std::numeric_limits<Time>::max());
  CHECK(Elapsed{std::numeric_limits<Time>::min(), 0}.length() == std::numeric_limits<Time>::max());
}
