// SPDX-License-Identifier: Apache-2.0
// The largest balance of a window, and the triggers that look at it.
#include "support/property.hpp"
#include "support/sample.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/venues/insurance_funds.hpp>
#include <loadline/waterfall/fund_window.hpp>

#include <array>
#include <limits>
#include <vector>

/// A number that counts how often it is compared.
struct Counted {
  double value;
  static inline long comparisons = 0;
  explicit Counted(int x) : value(x) {}
  explicit Counted(double x) : value(x) {}
  friend Counted operator+(const Counted& a, const Counted& b) { return Counted(a.value + b.value); }
  friend Counted operator-(const Counted& a, const Counted& b) { return Counted(a.value - b.value); }
  friend Counted operator*(const Counted& a, const Counted& b) { return Counted(a.value * b.value); }
  friend Counted operator/(const Counted& a, const Counted& b) { return Counted(a.value / b.value); }
  friend Counted operator-(const Counted& a) { return Counted(-a.value); }
  Counted& operator+=(const Counted& b) { return value += b.value, *this; }
  Counted& operator-=(const Counted& b) { return value -= b.value, *this; }
  friend bool operator<(const Counted& a, const Counted& b) { return ++comparisons, a.value < b.value; }
  friend bool operator==(const Counted& a, const Counted& b) { return ++comparisons, a.value == b.value; }
};

namespace {

using namespace loadline;
namespace venue = loadline::venues;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
constexpr Time hour = 3'600'000;

static_assert(AdlTrigger<PeakDrawdown<Strict>, Strict> && AdlTrigger<ContractDrawdown<Rational>, Rational> && AdlTrigger<BelowAverage<double>, double>);
static_assert(AdlTrigger<CannotTakeOver, Strict> && AdlTrigger<NegativeAccountValue, Strict> && AdlTrigger<BalanceRule, Rational>);

template <class V>
Error error_of(const Result<V>& r) {
  REQUIRE_FALSE(r.has_value());
  return r.error();
}
template <class T>
T figure(int least, int most) {
  return T(T(*rc::gen::inRange(least, most)) / T(*rc::gen::element(1, 3, 7)));
}

constexpr bool peaks_at_compile_time() {
  std::array<WindowSample<double>, 2> storage{};
  WindowPeak<double> window(storage, 10);
  return !window.add(0, 5.0) && !window.add(5, 3.0) && window.peak() == 5.0 && !window.add(20, 1.0) && window.peak() == 3.0;
}
static_assert(peaks_at_compile_time());

}  // namespace

// I22, against every sample that was ever added.
TEST_CASE("the peak is the largest value of the window, and the drawdown lies in [0, 1]", "[waterfall][fund][laws]") {
  const auto law = [](auto zero) {
    using T = decltype(zero);
    const Time width = *rc::gen::inRange(1, 40);
    const auto reading = *rc::gen::element(WindowReading::held, WindowReading::sampled);
    const int count = *rc::gen::inRange(1, 60);
    std::vector<WindowSample<T>> storage(static_cast<std::size_t>(count));
    WindowPeak<T> window(storage, width, reading);
    std::vector<Time> times;
    std::vector<T> values;
    Time now = *rc::gen::inRange(-1'000, 1'000);
    for (int i = 0; i < count; ++i) {
      now += *rc::gen::inRange(0, 15);
      times.push_back(now), values.push_back(figure<T>(0, 30));
      RC_ASSERT(!window.add(now, values.back()));
      T peak = values.back();
      for (std::size_t j = 0; j < values.size(); ++j) {
        const bool inside = reading == WindowReading::sampled ? now - width <= times[j] : j + 1 == values.size() || now - width < times[j + 1];
        if (inside && peak < values[j]) peak = values[j];
      }
      RC_ASSERT(window.peak() == peak && window.latest() == values.back());
      const auto gone = drawdown(window);
      RC_ASSERT(bool(gone));
      RC_ASSERT(!(gone->raw() < T(0)) && !(T(1) < gone->raw()));
      RC_ASSERT(gone->raw() == (peak == T(0) ? T(1) : T(T(peak - values.back()) / peak)));
    }
  };
  check_property("in double", 400, [&law] { law(0.0); });
  check_property("exactly, in rationals", 400, [&law] { law(Rational(0)); });
}

TEST_CASE("a small ring that is never overfull answers as a large one", "[waterfall][fund][laws]") {
  check_property("the ring wraps; what is refused changes nothing", 400, [] {
    std::vector<WindowSample<double>> small(*rc::gen::inRange<std::size_t>(0, 6)), large(100);
    WindowPeak<double> a(small, 20), b(large, 20);
    Time now = 0;
    for (int i = 0; i < 60; ++i) {
      now += *rc::gen::inRange(0, 12);
      const double value = *rc::gen::inRange(0, 20);
      const auto refused = a.add(now, value);
      if (refused) {
        RC_ASSERT((*refused == Error{Errc::bad_size, Field::window}));
        RC_ASSERT(a.size() == small.size());  // of the large one: what it holds beside this sample
        if (a.empty()) return;
        RC_ASSERT(a.peak() == b.peak() && a.latest() == b.latest());
        return;
      }
      RC_ASSERT(!b.add(now, value));
      RC_ASSERT(a.peak() == b.peak() && a.latest() == b.latest() && a.size() == b.size());
    }
  });
}

TEST_CASE("a sample enters once and leaves once", "[waterfall][fund]") {
  // Falling values fill the ring, a high one empties it, again and again: comparisons a sample stay below a constant.
  constexpr int count = 100'000;
  for (const Time width : {10, 1'000, 50'000}) {
    std::vector<WindowSample<Counted>> storage(static_cast<std::size_t>(width) + 1);
    WindowPeak<Counted> window(storage, width, WindowReading::sampled);
    Counted::comparisons = 0;
    std::size_t most = 0;
    for (int t = 0; t < count; ++t) {
      if (window.add(t, Counted(t % (2 * static_cast<int>(width)) == 0 ? count : -t))) FAIL("refused");
      most = window.size() < most ? most : window.size();
    }
    CHECK(most == static_cast<std::size_t>(width) + 1);
    CHECK(Counted::comparisons <= 3L * count);
  }
}

TEMPLATE_TEST_CASE("a value stands until the next: an old peak counts while the window began with it", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array<WindowSample<T>, 8> storage{};
  WindowPeak<T> held(storage, 8 * hour);
  REQUIRE_FALSE(held.add(0, T(100)));
  REQUIRE_FALSE(held.add(20 * hour, T(60)));  // nothing was heard for twenty hours: it stood at 100
  CHECK(held.peak() == T(100));
  CHECK(drawdown(held)->raw() == bps<T>(4'000));
  REQUIRE_FALSE(held.add(28 * hour - 1, T(60)));
  CHECK(held.peak() == T(100));
  REQUIRE_FALSE(held.add(28 * hour, T(60)));  // the window begins where it had fallen
  CHECK(held.peak() == T(60));
  WindowPeak<T> sampled(storage, 8 * hour, WindowReading::sampled);
  REQUIRE_FALSE(sampled.add(0, T(100)));
  REQUIRE_FALSE(sampled.add(8 * hour, T(60)));  // its own time lies on the edge: inside
  CHECK(sampled.peak() == T(100));
  REQUIRE_FALSE(sampled.add(8 * hour + 1, T(60)));
  CHECK(sampled.peak() == T(60));
}

TEMPLATE_TEST_CASE("a window names what it does not take, and stays as it was", "[waterfall][fund][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array<WindowSample<T>, 2> storage{};
  WindowPeak<T> window(storage, 100);
  CHECK(error_of(drawdown(window)) == Error{Errc::bad_size, Field::window});
  REQUIRE_FALSE(window.add(10, T(9)));
  REQUIRE_FALSE(window.add(11, T(8)));
  CHECK(window.add(9, T(1)) == Error{Errc::bad_time, Field::source_time});
  CHECK(window.add(12, num<T>(not_a_number)) == Error{Errc::bad_number, Field::amount});
  CHECK(window.add(12, num<T>(infinity)) == Error{Errc::bad_number, Field::amount});
  CHECK(window.add(12, T(7)) == Error{Errc::bad_size, Field::window});
  CHECK(window.peak() == T(9));
  CHECK(window.latest() == T(8));
  REQUIRE_FALSE(window.add(11, T(8)));  // the same time again, an equal value takes the place
  REQUIRE_FALSE(window.add(111, T(7)));
  CHECK(window.peak() == T(8));
  WindowPeak<T> none({}, 100), timeless(storage, 0), backwards(storage, -5);
  CHECK(none.add(0, T(1)) == Error{Errc::bad_size, Field::window});
  CHECK(timeless.add(0, T(1)) == Error{Errc::bad_parameter, Field::window});
  CHECK(backwards.add(0, T(1)) == Error{Errc::bad_parameter, Field::window});
  WindowPeak<T> owing(storage, 100);
  REQUIRE_FALSE(owing.add(0, T(-5)));  // a PnL may be below zero, a fund may not
  CHECK(owing.peak() == T(-5));
  CHECK(error_of(drawdown(owing)) == Error{Errc::bad_fund, Field::fund});
  WindowPeak<T> broke(storage, 100);
  REQUIRE_FALSE(broke.add(0, T(0)));
  CHECK(drawdown(broke)->raw() == T(1));
  WindowPeak<T> eons(storage, std::numeric_limits<Time>::max());
  REQUIRE_FALSE(eons.add(std::numeric_limits<Time>::min(), T(3)));
  REQUIRE_FALSE(eons.add(std::numeric_limits<Time>::max(), T(2)));
  CHECK(eons.peak() == T(3));
}

// Bybit, first example: a pool of 1,000,000, a contract has lost 350,000 of it: 35 %, ADL takes the 50,000 beyond 30 %.
TEMPLATE_TEST_CASE("Bybit: 35 % lost, ADL takes what is beyond 30 %, until 25 %", "[waterfall][fund][source:by_adl_ex1]", LOADLINE_SCALARS) {
  using T = TestType;
  AdlSwitch<T, ContractDrawdown<T>> adl(venue::BybitInsuranceFund::trigger<T>(T(1)));
  const auto after = [](int pnl) {
    return FundState<T>{.balance = 1'000'000, .peak = Money<T>(T(1'000'000)), .pnl = Money<T>(T(pnl)), .peak_pnl = Money<T>(T(0))};
  };
  CHECK_FALSE(*adl.update(after(-299'999)));
  CHECK(*adl.update(after(-350'000)));
  CHECK(adl.trigger().excess(after(-350'000)).raw() == T(50'000));
  CHECK(*adl.update(after(-300'000)));  // back at 30 %: it goes on
  CHECK(*adl.update(after(-250'000)));  // ends above -25 %, not at it
  CHECK_FALSE(*adl.update(after(-249'999)));
  CHECK_FALSE(*adl.update(after(-299'999)));  // and does not begin again before 30 %
  CHECK(adl.trigger().excess(after(-200'000)).raw() == T(0));
}

// Second example: 2,000,000 at most; the contract's PnL has fallen from 1,000,000 to 400,000: exactly 30 %.
TEMPLATE_TEST_CASE("Bybit: exactly 30 % fires", "[waterfall][fund][source:by_adl_ex2]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rule = venue::BybitInsuranceFund::trigger<T>(T(1));
  FundState<T> s{.balance = 2'000'000, .peak = Money<T>(T(2'000'000)), .pnl = Money<T>(T(400'000)), .peak_pnl = Money<T>(T(1'000'000))};
  CHECK(rule.fires(s));
  s.pnl = T(400'001);
  CHECK_FALSE(rule.fires(s));
}

TEMPLATE_TEST_CASE("Bybit: an empty pool fires, one above zero stops", "[waterfall][fund][source:by_adl_ex3]", LOADLINE_SCALARS) {
  using T = TestType;
  AdlSwitch<T, ContractDrawdown<T>> adl(venue::BybitInsuranceFund::trigger<T>(T(1)));
  const auto at = [](const T& balance) {
    return FundState<T>{.balance = balance, .peak = Money<T>(T(1'000)), .pnl = Money<T>(T(0)), .peak_pnl = Money<T>(T(0))};
  };
  CHECK(*adl.update(at(T(0))));
  CHECK(*adl.update(at(T(-5))));  // their own samples show pools below zero
  CHECK_FALSE(*adl.update(at(T(1))));
}

// The help page: peak 20,000, total loss 8,000 of which the position's margin of 1,000 bears its part: 35 %; start 30 %, stop 25 %.
TEMPLATE_TEST_CASE("Bybit: a loss of 8,000 less a margin of 1,000 is 35 % of 20,000", "[waterfall][fund][source:by_adl_help_2025]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array<WindowSample<T>, 4> storage{};
  WindowPeak<T> window(storage, venue::BybitInsuranceFund::window);
  REQUIRE_FALSE(window.add(0, T(20'000)));
  auto fund = *InsuranceFund<T>::make({.balance = 20'000});
  REQUIRE(fund.pay(T(8'000 - 1'000)).has_value());
  REQUIRE_FALSE(window.add(hour, fund.balance().raw()));
  CHECK(drawdown(window)->raw() == bps<T>(3'500));
  FundState<T> s{.balance = fund.balance(), .peak = Money<T>(window.peak()), .pnl = Money<T>(T(-7'000)), .peak_pnl = Money<T>(T(0))};
  CHECK(venue::BybitInsuranceFund::trigger<T>(T(0)).fires(s));
  CHECK_FALSE(venue::BybitInsuranceFund::default_trigger<T>(T(0)).fires(s));  // unless a contract has its own levels: all of it
}

// A third party's note: an average of 400,000 less the larger of 30 % and 50,000.
TEMPLATE_TEST_CASE("OKX: 280,000 below an average of 400,000", "[waterfall][fund][source:okx_if_threshold]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rule = venue::OkxInsuranceFund::trigger_2025<T>();
  CHECK(rule.level(T(400'000)).raw() == T(280'000));
  CHECK(rule.level(T(100'000)).raw() == T(50'000));  // where 30 % is less than 50,000
  const auto at = [](int balance) { return FundState<T>{.balance = balance, .average = Money<T>(T(400'000))}; };
  CHECK(rule.fires(at(280'000)));
  CHECK_FALSE(rule.fires(at(280'001)));
}

// Press on 10 October 2025: the shared USDT fund fell from about 1.23 to about 1.04 billion.
TEMPLATE_TEST_CASE("15 % is not 30 %: no drawdown rule fires on Binance's shared fund of October 2025", "[waterfall][fund][source:bn_fund_october_2025]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  std::array<WindowSample<T>, 4> storage{};
  WindowPeak<T> window(storage, venue::OkxInsuranceFund::window);
  REQUIRE_FALSE(window.add(0, T(1'230)));
  REQUIRE_FALSE(window.add(hour, T(1'230 - 188)));
  CHECK(printed(T(drawdown(window)->raw() * T(100)), "15.3"));
  const FundState<T> s{.balance = 1'042, .peak = Money<T>(window.peak())};
  CHECK_FALSE(venue::OkxInsuranceFund::trigger<T>().fires(s));
}

TEMPLATE_TEST_CASE("30 % from the peak, and until the stop level", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  AdlSwitch<T, PeakDrawdown<T>> adl(venue::OkxInsuranceFund::trigger<T>(Ratio<T>(bps<T>(2'000))));
  const auto at = [](int balance) { return FundState<T>{.balance = balance, .peak = Money<T>(T(1'000))}; };
  CHECK_FALSE(*adl.update(at(701)));
  CHECK(*adl.update(at(700)));
  CHECK(*adl.update(at(800)));
  CHECK_FALSE(*adl.update(at(801)));
  CHECK_FALSE(*adl.update(at(701)));
  CHECK(*adl.update(at(0)));
  CHECK(*adl.update(at(-1)));
}

// dYdX v4: a payment is valid where the balance after it is not below zero.
TEMPLATE_TEST_CASE("dYdX: a fund may reach zero, not less", "[waterfall][fund][source:dydx_insurance_fund_valid]", LOADLINE_SCALARS) {
  using T = TestType;
  const BalanceRule rule = venue::DydxInsuranceFund::trigger();
  CHECK_FALSE(rule.fires(FundState<T>{.balance = 0}));          // a contribution: nothing to pay
  CHECK(rule.fires(FundState<T>{.balance = 0, .deficit = 1}));  // empty
  CHECK_FALSE(rule.fires(FundState<T>{.balance = 51, .deficit = 51}));
  CHECK(rule.fires(FundState<T>{.balance = 50, .deficit = 51}));
}

TEMPLATE_TEST_CASE("Binance: ADL where the fund cannot take over; in the hour before a delisting, whatever is left open", "[waterfall][fund]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  const auto listed = venue::BinanceInsuranceFund::trigger();
  CHECK_FALSE(listed.fires(FundState<T>{.balance = 100, .deficit = 100, .unfilled = 5}));
  CHECK(listed.fires(FundState<T>{.balance = 100, .deficit = 101}));
  const Time settlement = 100 * hour;
  const auto delisted = venue::BinanceInsuranceFund::delisted_at(settlement);
  const auto at = [](Time now, int deficit, int unfilled) { return FundState<T>{.balance = 100, .deficit = deficit, .unfilled = unfilled, .now = now}; };
  CHECK(delisted.fund_pays(settlement - hour - 1));
  CHECK_FALSE(delisted.fires(at(settlement - hour - 1, 50, 5)));
  CHECK_FALSE(delisted.fund_pays(settlement - hour));
  CHECK(delisted.fires(at(settlement - hour, 50, 5)));         // the fund could pay, but is not asked
  CHECK_FALSE(delisted.fires(at(settlement - hour, 500, 0)));  // the order filled
  CHECK(delisted.fires(at(settlement - 1, 0, 1)));
  CHECK_FALSE(delisted.fund_pays(settlement));
  CHECK_FALSE(delisted.fund_pays(settlement + hour));
}

TEMPLATE_TEST_CASE("Hyperliquid: an account value below zero, not at it", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rule = venue::HyperliquidVault::trigger();
  CHECK_FALSE(rule.fires(FundState<T>{.balance = 0, .account_value = Money<T>(T(0))}));
  CHECK(rule.fires(FundState<T>{.balance = 1'000'000, .account_value = Money<T>(num<T>(-1e-9))}));
}

// I22: more losses never switch ADL off; the stop level never ends what the start level would begin.
TEST_CASE("triggers are monotone in losses", "[waterfall][fund][laws]") {
  const auto law = [](auto zero) {
    using T = decltype(zero);
    const T stop = T(T(*rc::gen::inRange(1, 101)) / T(100)), start = T(stop + T(T(T(1) - stop) * T(T(*rc::gen::inRange(0, 11)) / T(10))));
    const TriggerLevels<T> levels{start < stop ? stop : start, stop};
    FundState<T> s{.balance = figure<T>(-100, 1'000),
                   .average = Money<T>(figure<T>(1, 1'000)),
                   .pnl = Money<T>(figure<T>(-1'000, 1'000)),
                   .account_value = Money<T>(figure<T>(-100, 100)),
                   .deficit = figure<T>(0, 1'000),
                   .unfilled = figure<T>(0, 3),
                   .now = *rc::gen::inRange(0, 200),
                   .running = *rc::gen::arbitrary<bool>()};
    s.peak = s.balance + Money<T>(figure<T>(0, 1'000));
    s.peak_pnl = *s.pnl + Money<T>(figure<T>(0, 1'000));
    FundState<T> worse = s;
    worse.balance -= Money<T>(figure<T>(0, 500));
    *worse.pnl -= Money<T>(figure<T>(0, 500));
    *worse.account_value -= Money<T>(figure<T>(0, 50));
    worse.deficit += Money<T>(figure<T>(0, 500));
    worse.unfilled += Money<T>(figure<T>(0, 5));
    FundState<T> started = s;
    started.running = true;
    const auto holds = [&](const auto& trigger) {
      RC_ASSERT(!trigger.fires(s) || trigger.fires(worse));
      RC_ASSERT(!trigger.fires(s) || trigger.fires(started));
    };
    holds(PeakDrawdown<T>{levels});
    holds(ContractDrawdown<T>{levels});
    holds(BelowAverage<T>{start, figure<T>(0, 500)});
    holds(CannotTakeOver{});
    holds(CannotTakeOver{100, 50});
    holds(NegativeAccountValue{});
    holds(BalanceRule{});
    // With a least balance, in the PnL only: between zero and that balance the venue's rule begins nothing.
    worse.balance = s.balance;
    holds(ContractDrawdown<T>{levels, figure<T>(0, 500)});
  };
  check_property("in double", 500, [&law] { law(0.0); });
  check_property("exactly, in rationals", 500, [&law] { law(Rational(0)); });
}

TEST_CASE("the drawdown triggers fire where the drawdown of the window has reached the level", "[waterfall][fund][laws]") {
  check_property("exactly, in rationals, against a division", 500, [] {
    using T = Rational;
    const TriggerLevels<T> levels{Rational(*rc::gen::inRange(25, 101), 100), Rational(1, 4)};
    const T peak = figure<T>(1, 1'000), balance = figure<T>(0, 1'000) * peak / 1'000, loss = figure<T>(0, 2'000);
    const bool running = *rc::gen::arbitrary<bool>();
    const T level = running ? levels.stop.raw() : levels.start.raw();
    const FundState<T> s{.balance = balance, .peak = Money<T>(peak), .pnl = Money<T>(T(-loss)), .peak_pnl = Money<T>(T(0)), .running = running};
    RC_ASSERT(PeakDrawdown<T>{levels}.fires(s) == (T(1 - balance / peak) >= level));
    const ContractDrawdown<T> contract{levels};
    RC_ASSERT(contract.fires(s) == (balance <= 0 || T(loss / peak) >= level));
    const T excess = contract.excess(s).raw();
    RC_ASSERT(excess == (loss / peak > levels.start.raw() ? T(loss - levels.start.raw() * peak) : T(0)));
  });
}

TEMPLATE_TEST_CASE("between zero and its least balance Bybit's rule begins nothing", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  const ContractDrawdown<T> rule = venue::BybitInsuranceFund::trigger<T>(T(10'000));
  FundState<T> s{.balance = 10'001, .peak = Money<T>(T(100'000)), .pnl = Money<T>(T(-89'999)), .peak_pnl = Money<T>(T(0))};
  CHECK(rule.fires(s));
  s.balance = T(10'000);
  CHECK_FALSE(rule.fires(s));
  s.running = true;  // what has begun goes on
  CHECK(rule.fires(s));
  s.running = false, s.balance = T(0);
  CHECK(rule.fires(s));
}

TEMPLATE_TEST_CASE("what is missing or not a number counts as a reason to begin, and is named", "[waterfall][fund][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = num<T>(not_a_number);
  const auto refused = [](auto trigger, const FundState<T>& s) {
    AdlSwitch<T, decltype(trigger)> adl(trigger);
    const Error e = error_of(adl.update(s));
    CHECK_FALSE(adl.running());
    return e;
  };
  const PeakDrawdown<T> peak = venue::OkxInsuranceFund::trigger<T>();
  const ContractDrawdown<T> contract = venue::BybitInsuranceFund::trigger<T>(T(1));
  const BelowAverage<T> average = venue::OkxInsuranceFund::trigger_2025<T>();
  const Money<T> one(T(1)), two(T(2));
  CHECK(refused(peak, {.balance = 1}) == Error{Errc::missing_field, Field::window});
  CHECK(refused(peak, {.balance = 2, .peak = one}) == Error{Errc::bad_parameter, Field::window});
  CHECK(refused(peak, {.balance = nan, .peak = one}) == Error{Errc::bad_number, Field::fund});
  CHECK(refused(peak, {.balance = 1, .peak = Money<T>(nan)}) == Error{Errc::bad_number, Field::window});
  CHECK(refused(contract, {.balance = 1, .pnl = one, .peak_pnl = one}) == Error{Errc::missing_field, Field::window});
  CHECK(refused(contract, {.balance = 1, .peak = one, .peak_pnl = one}) == Error{Errc::missing_field, Field::amount});
  CHECK(refused(contract, {.balance = 1, .peak = one, .pnl = two, .peak_pnl = one}) == Error{Errc::bad_parameter, Field::amount});
  CHECK(refused(contract, {.balance = 1, .peak = one, .pnl = Money<T>(nan), .peak_pnl = one}) == Error{Errc::bad_number, Field::amount});
  CHECK(refused(contract, {.balance = 2, .peak = one, .pnl = one, .peak_pnl = one}) == Error{Errc::bad_parameter, Field::window});
  CHECK(refused(contract, {.balance = 1, .peak = one, .pnl = Money<T>(num<T>(-1e308)), .peak_pnl = Money<T>(num<T>(1e308))}) ==
        Error{Errc::overflow, Field::amount});
  CHECK(refused(average, {.balance = 1}) == Error{Errc::missing_field, Field::window});
  CHECK(refused(average, {.balance = 1, .average = Money<T>(T(0))}) == Error{Errc::bad_parameter, Field::window});
  CHECK(refused(NegativeAccountValue{}, {.balance = 1}) == Error{Errc::missing_field, Field::account});
  CHECK(refused(NegativeAccountValue{}, {.balance = 1, .account_value = Money<T>(nan)}) == Error{Errc::bad_number, Field::account});
  CHECK(refused(BalanceRule{}, {.balance = 1, .deficit = nan}) == Error{Errc::bad_number, Field::deficit});
  CHECK(refused(BalanceRule{}, {.balance = 1, .deficit = -1}) == Error{Errc::bad_parameter, Field::deficit});
  CHECK(refused(CannotTakeOver{}, {.balance = 1, .unfilled = -1}) == Error{Errc::bad_parameter, Field::quantity});
  CHECK(refused(CannotTakeOver{}, {.balance = 1, .unfilled = nan}) == Error{Errc::bad_number, Field::quantity});
  CHECK(refused(CannotTakeOver{.settlement = 100, .span = -1}, {.balance = 1}) == Error{Errc::bad_parameter, Field::window});
  CHECK(refused(BelowAverage<T>{Ratio<T>(bps<T>(1)), nan}, {.balance = 1, .average = one}) == Error{Errc::bad_number, Field::threshold});
  for (const auto& levels : {TriggerLevels<T>{bps<T>(2'000), bps<T>(3'000)}, {bps<T>(2'000), T(0)}, {bps<T>(10'001), bps<T>(3'000)}})
    CHECK(refused(PeakDrawdown<T>{levels}, {.balance = 1, .peak = one}) == Error{Errc::bad_parameter, Field::threshold});
  for (const auto& levels : {TriggerLevels<T>{nan, bps<T>(3'000)}, {bps<T>(3'000), nan}})
    CHECK(refused(PeakDrawdown<T>{levels}, {.balance = 1, .peak = one}) == Error{Errc::bad_number, Field::threshold});
  CHECK(refused(BelowAverage<T>{Ratio<T>(T(2)), 0}, {.balance = 1, .average = one}) == Error{Errc::bad_parameter, Field::threshold});
  CHECK(refused(ContractDrawdown<T>{contract.levels, -1}, {.balance = 1, .peak = one, .pnl = one, .peak_pnl = one}) ==
        Error{Errc::bad_parameter, Field::threshold});
  // Asked without the check: on.
  CHECK(peak.fires({.balance = 1}));
  CHECK(peak.fires({.balance = nan, .peak = one}));
  CHECK(peak.fires({.balance = 2, .peak = one}));
  CHECK(PeakDrawdown<T>{{nan, nan}}.fires({.balance = 1, .peak = one}));
  CHECK(contract.fires({.balance = 1, .peak = one}));
  CHECK(contract.fires({.balance = 2, .peak = two, .pnl = Money<T>(nan), .peak_pnl = one}));
  CHECK(venue::BybitInsuranceFund::trigger<T>(T(10)).fires({.balance = 1, .peak = Money<T>(nan), .pnl = one, .peak_pnl = one}));
  CHECK(contract.fires({.balance = 2, .peak = one, .pnl = one, .peak_pnl = one}));
  CHECK(average.fires({.balance = 1}));
  CHECK(BelowAverage<T>{Ratio<T>(bps<T>(1)), nan}.fires({.balance = 1, .average = one}));
  CHECK(average.fires({.balance = 1, .average = Money<T>(nan)}));
  CHECK(BalanceRule{}.fires(FundState<T>{.balance = nan}));
  CHECK(CannotTakeOver{}.fires(FundState<T>{.balance = 1, .deficit = nan}));
  CHECK(NegativeAccountValue{}.fires(FundState<T>{.balance = 1, .account_value = Money<T>(nan)}));
}
