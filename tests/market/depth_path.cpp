// SPDX-License-Identifier: Apache-2.0
// Depth in time: the three ways back, their calibration, paths of bands and of a spread, and what an order then gets.
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/market/bands.hpp>
#include <loadline/market/book.hpp>
#include <loadline/market/book_guard.hpp>
#include <loadline/market/depth_path.hpp>
#include <loadline/market/thinned.hpp>

#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

using namespace loadline;

namespace {

template <class T>
using Exponential = ExponentialRecovery<T>;
constexpr int minute = 60'000;

static_assert(Recovery<ExponentialRecovery<double>, double> && Recovery<PowerRecovery<Strict>, Strict> && Recovery<TwoSpeedRecovery<Rational>, Rational>);

double plain(const Rational& x) {
  return x.convert_to<double>();
}
using ::plain;

template <class T>
Ratio<T> pct(int n) {
  return bps<T>(100 * n);
}
/// What calibration gives, in minutes.
template <class T>
double minutes(const Result<T>& time) {
  REQUIRE(time.has_value());
  return plain(*time) / minute;
}
template <class T>
DepthPlan<T> good_plan() {
  return {.start = 10 * minute,
          .turn = 40 * minute,
          .trough = bps<T>(500),
          .withdrawal_time = T(2 * minute),
          .ceiling = bps<T>(8'000),
          .recovery = {T(9 * minute)}};
}

/// A block book: one unit a unit of price, from 100 down to 50.
template <class T>
struct Block {
  T deep = T(50);
  [[nodiscard]] BookSide side() const { return BookSide::bids; }
  [[nodiscard]] T total() const { return deep; }
  [[nodiscard]] Walk<T> walk(const T& q) const { return {T(T(T(100) * q) - T(T(q * q) / T(2))), T(T(100) - q)}; }
  [[nodiscard]] T within(const T& p) const { return p < T(T(100) - deep) ? deep : T(100) < p ? T(0) : T(T(100) - p); }
};
static_assert(Depth<Thinned<double, Block<double>>, double>);

Rational fraction(int from, int to, int parts) {
  return Rational(*rc::gen::inRange(from, to + 1), parts);
}

}  // namespace

TEMPLATE_TEST_CASE("the logarithm undoes the exponential", "[market]", LOADLINE_SCALARS) {
  using T = TestType;
  CHECK(log_one_plus(T(0)) == T(0));
  for (const double z : {1e-300, 1e-18, 1e-9, 1e-3, 0.1, 0.3333, 0.3334, 0.5, 1.0, 1.6, 1.7, 3.0, 100.0, 12345.678, 1e18, 1e300})
    CHECK(plain(log_one_plus(num<T>(z))) == Approx(std::log1p(z)).epsilon(1e-15));
}

TEST_CASE("the logarithm of a fraction is off by less than 2^-120", "[market][laws]") {
  using boost::multiprecision::log1p;
  check_property("against fifty digits, and back through decay", 200, [] {
    const Rational z = fraction(1, 100'000, 1'000) * (*rc::gen::arbitrary<bool>() ? 1 : 1'000'000);
    const Rational log = log_one_plus(z);
    const Decimal other = boost::multiprecision::log(Decimal(1) + Decimal(numerator(z)) / Decimal(denominator(z)));
    const Decimal mine = Decimal(numerator(log)) / Decimal(denominator(log));
    RC_ASSERT(abs(mine - other) < Decimal("1e-36"));
    RC_ASSERT(abs(decay(log) * (1 + z) - 1) < Rational(1, 1'000'000'000) / 1'000'000'000 / 1'000'000'000 / 1'000'000'000);
  });
  check_property("in double", 1'000, [] {
    const double z = std::exp(*rc::gen::inRange(-40'000, 700'000) / 1'000.0);
    const double expected = std::log1p(z);
    RC_ASSERT(std::abs(log_one_plus(z) - expected) <= 1e-15 * expected);
  });
}

TEMPLATE_TEST_CASE("time constants from one observed level", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  // "Fell to 10 % in three minutes, towards 5 %": 3 / ln 19.
  CHECK(minutes(exponential_time<T>({pct<T>(100), pct<T>(5), pct<T>(10), T(3 * minute)})) == Approx(3.0 / std::log(19.0)));
  CHECK(minutes(exponential_time<T>({pct<T>(100), pct<T>(5), pct<T>(10), T(3 * minute)})) == Approx(1.02).margin(0.005));
  // Back from 5 % to 80 % or 90 % in 35 minutes, towards 100 %.
  struct Row {
    int level;
    double tau, half_life, power, after_five, after_a_day;
  };
  for (const Row& row : {Row{80, 22.5, 15.6, 0.73, 0.58, 0.95}, Row{90, 15.5, 10.8, 0.13, 0.78, 0.98}}) {
    const SeenLevel<T> seen{pct<T>(5), pct<T>(100), pct<T>(row.level), T(35 * minute)};
    const Result<T> tau = exponential_time(seen), power = power_time(seen, bps<T>(4'000));
    CHECK(minutes(tau) == Approx(row.tau).margin(0.05));
    CHECK(minutes(tau) * plain(log_one_plus(T(1))) == Approx(row.half_life).margin(0.05));
    CHECK(minutes(power) == Approx(row.power).margin(0.005));
    // The power law's path: half a millisecond of withdrawal, so that the turn is at the trough.
    const auto path = DepthPath<T, PowerRecovery<T>>::make(
        {.start = 0, .turn = minute, .trough = pct<T>(5), .withdrawal_time = T(T(1) / T(2)), .ceiling = pct<T>(100), .recovery = {*power, bps<T>(4'000)}});
    REQUIRE(path.has_value());
    CHECK(plain(path->level(6 * minute)) == Approx(row.after_five).margin(0.005));
    CHECK(plain(path->level(minute + milliseconds_per_day)) == Approx(row.after_a_day).margin(0.005));
    CHECK(plain(path->level(36 * minute)) == Approx(row.level / 100.0).epsilon(1e-9));
  }
}

TEST_CASE("10 October 2025: a slow power law or a plateau, but no whole exponential recovery in an hour", "[market]") {
  // Asks of the BTCUSDT perpetual within 5 % of the mark, in BTC, medians of windows: minutes after 21:22, when 517.45 were left of 3,668.05.
  struct Window {
    int from, to;
    double size;
  };
  const std::vector<Window> seen{{9, 14, 992.2},    {14, 24, 1'229.4}, {24, 34, 1'489.0},  {34, 44, 1'773.7},
                                 {44, 54, 1'979.1}, {74, 98, 2'104.1}, {98, 128, 2'219.7}, {128, 158, 2'425.9}};
  const double before = 3'668.05, lowest = 517.45 / before;
  const auto worst = [&](const auto& recovery, int ceiling) {
    using R = std::remove_cvref_t<decltype(recovery)>;
    const auto path = DepthPath<double, R>::make(
        {.start = 0, .turn = minute, .trough = lowest, .withdrawal_time = 1.0, .ceiling = bps<double>(ceiling), .recovery = recovery});
    REQUIRE(path.has_value());
    double most = 0;
    for (const Window& w : seen) most = std::max(most, std::abs(path->level(minute + (w.from + w.to) * minute / 2) - w.size / before));
    return 100 * most;
  };
  CHECK(worst(PowerRecovery<double>{16.5 * minute, 0.4}, 10'000) < 3.5);
  CHECK(worst(ExponentialRecovery<double>{37.0 * minute}, 6'500) < 2.7);
  double best = 100;
  for (int tau = 20; tau < 300; ++tau) best = std::min(best, worst(ExponentialRecovery<double>{1.0 * tau * minute}, 10'000));
  CHECK(best > 9.5);
}

TEST_CASE("where rounding or range would lead out, nothing does", "[market]") {
  // Levels so far apart that their ratio is no number; so near that no logarithm is left of it, in double and in a fraction.
  CHECK(exponential_time<double>({-1.7e308, 1.7e308, 1e308, 1.0}).error() == Error{Errc::overflow, Field::level});
  const Rational near_by = Rational(1) / Rational(boost::multiprecision::cpp_int(1) << 200);
  CHECK(exponential_time<Rational>({0, 1, near_by, Rational(1)}).error() == Error{Errc::overflow, Field::recovery_time});
  CHECK(power_time<Rational>({0, 1, near_by, Rational(1)}, Rational(1)).error() == Error{Errc::overflow, Field::recovery_time});
  CHECK(milliseconds<Rational>(std::numeric_limits<Time>::max()) == Rational(std::numeric_limits<Time>::max()));
  CHECK(milliseconds<Rational>(std::numeric_limits<Time>::min()) == Rational(std::numeric_limits<Time>::min()));
  const Block<double> block;
  int below = 0, beyond = 0;
  for (int i = 1; i < 1'000; ++i) {
    // Hardly anything has come back: the level is that at the turn, though ceiling - (ceiling - level) may be less.
    const auto path =
        DepthPath<double>::make({.start = 0, .turn = 1, .trough = i / 2'000.0, .withdrawal_time = 1e-3, .ceiling = 0.9, .recovery = {.time = 1e300}});
    REQUIRE(path.has_value());
    CHECK(path->level(2) >= path->lowest());
    below += 0.9 - (0.9 - path->lowest()) < path->lowest() ? 1 : 0;
    // All of a share of a book, divided by the share, may be more than the book.
    const double share = i / 1'000.0;
    const Thinned<double, Block<double>> thin(block, share);
    CHECK(thin.walk(thin.total()).worst >= 50);
    beyond += share * 50 / share > 50 ? 1 : 0;
  }
  CHECK(below > 0);
  CHECK(beyond > 0);
}

TEMPLATE_TEST_CASE("a path at its corners", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const auto path = DepthPath<T>::make(good_plan<T>());
  REQUIRE(path.has_value());
  CHECK(path->level(std::numeric_limits<Time>::min()) == T(1));
  CHECK(path->level(10 * minute) == T(1));
  CHECK(path->level(40 * minute) == path->lowest());
  CHECK(plain(path->lowest()) == Approx(0.05 + 0.95 * std::exp(-15.0)));
  CHECK(plain(path->level(12 * minute)) == Approx(0.05 + 0.95 * std::exp(-1.0)));
  CHECK(plain(path->level(49 * minute)) == Approx(0.8 - (0.8 - plain(path->lowest())) * std::exp(-1.0)));
  CHECK(path->level(std::numeric_limits<Time>::max()) == path->ceiling());
  // Nothing is withdrawn: trough 1, or no time to withdraw. The level is 1 throughout.
  DepthPlan<T> plan = good_plan<T>();
  plan.trough = 1;
  plan.ceiling = 1;
  CHECK(DepthPath<T>::make(plan)->level(20 * minute) == T(1));
  plan = good_plan<T>();
  plan.turn = plan.start;
  plan.ceiling = 1;
  CHECK(DepthPath<T>::make(plan)->level(plan.start + 1) == T(1));
  // All is withdrawn, and nothing comes back.
  plan = good_plan<T>();
  plan.trough = 0;
  plan.turn = plan.start + 1'500 * 2 * Time{minute};
  plan.ceiling = 0;
  CHECK(DepthPath<T>::make(plan)->level(plan.turn + minute) == T(0));
}

TEMPLATE_TEST_CASE("a plan that cannot be gets a code and its culprit", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const auto broken = [](auto&& change) {
    DepthPlan<T> plan = good_plan<T>();
    change(plan);
    const auto path = DepthPath<T>::make(plan);
    REQUIRE(!path.has_value());
    return path.error();
  };
  const T tiny = T(T(1) / T(1'000'000));
  CHECK(broken([&](auto& p) { p.trough = T(T(1) + tiny); }) == Error{Errc::bad_parameter, Field::trough});
  CHECK(broken([&](auto& p) { p.trough = T(-tiny); }) == Error{Errc::bad_parameter, Field::trough});
  CHECK(broken([](auto& p) { p.withdrawal_time = T(0); }) == Error{Errc::bad_parameter, Field::withdrawal_time});
  CHECK(broken([](auto& p) { p.withdrawal_time = T(-1); }) == Error{Errc::bad_parameter, Field::withdrawal_time});
  CHECK(broken([](auto& p) { p.turn = p.start - 1; }) == Error{Errc::bad_time, Field::withdrawal_time});
  CHECK(broken([](auto& p) { p.ceiling = bps<T>(400); }) == Error{Errc::bad_parameter, Field::ceiling});  // below the trough
  CHECK(broken([](auto& p) {
          p.turn = p.start + minute;
          p.ceiling = bps<T>(6'200);
        }) == Error{Errc::bad_parameter, Field::ceiling});  // 62.6 % at the turn
  CHECK(broken([&](auto& p) { p.ceiling = T(T(1) + tiny); }) == Error{Errc::bad_parameter, Field::ceiling});
  CHECK(broken([](auto& p) { p.recovery.time = T(0); }) == Error{Errc::bad_parameter, Field::recovery_time});
  DepthPlan<T> edge = good_plan<T>();
  edge.turn = edge.start + minute;
  edge.ceiling = bps<T>(6'300);
  CHECK(DepthPath<T>::make(edge).has_value());

  CHECK(PowerRecovery<T>{T(0), T(1)}.check() == Error{Errc::bad_parameter, Field::recovery_time});
  CHECK(PowerRecovery<T>{T(1), T(0)}.check() == Error{Errc::bad_parameter, Field::exponent});
  CHECK(TwoSpeedRecovery<T>{T(0), T(1), 0}.check() == Error{Errc::bad_parameter, Field::recovery_time});
  CHECK(TwoSpeedRecovery<T>{T(2), T(1), 0}.check() == Error{Errc::bad_parameter, Field::recovery_time, 0, 1});
  CHECK(TwoSpeedRecovery<T>{T(1), T(1), T(T(1) + tiny)}.check() == Error{Errc::bad_parameter, Field::recovery_share});
  CHECK(TwoSpeedRecovery<T>{T(1), T(1), T(-tiny)}.check() == Error{Errc::bad_parameter, Field::recovery_share});
  CHECK(!TwoSpeedRecovery<T>{T(1), T(1), 1}.check());

  const auto seen = [](int from, int to, int level, int after) { return exponential_time<T>({pct<T>(from), pct<T>(to), pct<T>(level), T(after)}); };
  CHECK(seen(5, 100, 5, 1).error() == Error{Errc::bad_parameter, Field::level});
  CHECK(seen(5, 100, 100, 1).error() == Error{Errc::bad_parameter, Field::level});
  CHECK(seen(5, 5, 5, 1).error() == Error{Errc::bad_parameter, Field::level});
  CHECK(seen(100, 5, 4, 1).error() == Error{Errc::bad_parameter, Field::level});
  CHECK(seen(5, 100, 50, 0).error() == Error{Errc::bad_parameter, Field::recovery_time});
  CHECK(power_time<T>({pct<T>(5), pct<T>(100), pct<T>(50), T(1)}, T(0)).error() == Error{Errc::bad_parameter, Field::exponent});
  CHECK(power_time<T>({pct<T>(5), pct<T>(100), pct<T>(50), T(1)}, T(T(1) / T(10'000))).error() == Error{Errc::overflow, Field::recovery_time});  // e^-6,400
}

TEST_CASE("no number that is none gets in", "[market]") {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    const auto field = [&](auto member) {
      DepthPlan<double> plan = good_plan<double>();
      member(plan) = bad;
      const auto path = DepthPath<double>::make(plan);
      REQUIRE(!path.has_value());
      CHECK(path.error().code == Errc::bad_number);
      return path.error().field;
    };
    CHECK(field([](auto& p) -> auto& { return p.trough; }) == Field::trough);
    CHECK(field([](auto& p) -> auto& { return p.withdrawal_time; }) == Field::withdrawal_time);
    CHECK(field([](auto& p) -> auto& { return p.ceiling; }) == Field::ceiling);
    CHECK(field([](auto& p) -> auto& { return p.recovery.time; }) == Field::recovery_time);
    CHECK(exponential_time<double>({0.05, 1.0, bad, 1.0}).error() == Error{Errc::bad_number, Field::level});
    CHECK(exponential_time<double>({0.05, 1.0, 0.5, bad}).error() == Error{Errc::bad_number, Field::recovery_time});
    CHECK(PowerRecovery<double>{1.0, bad}.check() == Error{Errc::bad_number, Field::exponent});
    CHECK(TwoSpeedRecovery<double>{1.0, bad, 0.5}.check() == Error{Errc::bad_number, Field::recovery_time, 0, 1});
    CHECK(TwoSpeedRecovery<double>{1.0, 2.0, bad}.check() == Error{Errc::bad_number, Field::recovery_share});
  }
  const auto path = DepthPath<double, PowerRecovery<double>>::make(
      {.start = 0, .turn = 1, .trough = 0.5, .withdrawal_time = 1e-300, .ceiling = 0.75, .recovery = {1e-300, 1e-3}});
  CHECK(path->level(std::numeric_limits<Time>::max()) == 0.75);  // u / tau is beyond double
}

namespace {

/// The laws of a path, in fractions, and against fifty digits of another library.
template <class R>
void check_path(const char* shape, const std::function<R()>& any, const std::function<Decimal(const R&, const Decimal&)>& other_left) {
  check_property(shape, 25, [&] {
    const DepthPlan<Rational, R> plan{.start = *rc::gen::inRange(-100, 100) * minute,
                                      .turn = 0,
                                      .trough = fraction(0, 99, 100),
                                      .withdrawal_time = fraction(1, 400, 20) * minute,
                                      .ceiling = 0,
                                      .recovery = any()};
    DepthPlan<Rational, R> p = plan;
    p.turn = p.start + *rc::gen::inRange(0, 30) * minute;
    p.ceiling = 1;
    const Rational lowest = DepthPath<Rational, R>::make(p)->lowest();
    p.ceiling = lowest + (1 - lowest) * fraction(0, 4, 4);
    const auto path = DepthPath<Rational, R>::make(p);
    RC_ASSERT(path.has_value());
    const Rational exact = Rational(1, 1'000'000'000) / 1'000'000'000 / 1'000'000'000;  // far above 2^-120, far below a double's last place
    // Continuous: one millisecond moves it by no more than its steepest slope does.
    RC_ASSERT(path->level(p.start) == 1);
    RC_ASSERT(path->level(p.turn) == lowest);
    RC_ASSERT(abs(path->level(p.start + 1) - 1) <= (1 - p.trough.raw()) / p.withdrawal_time + (1 - lowest) + exact);
    RC_ASSERT(path->level(p.turn + 1) - lowest <= (p.ceiling.raw() - lowest) * (1 - p.recovery.left(Rational(1))) + exact);
    Rational before = 1;
    bool back = false;
    const Time span = (p.turn - p.start) + 120 * minute;
    for (int i = 0; i <= 12; ++i) {
      const Time t = p.start + span * i / 12;
      const Rational x = path->level(t);
      RC_ASSERT(p.trough.raw() <= x && x <= 1);
      if (!back && p.turn < t) before = lowest, back = true;
      const bool monotone = back ? before <= x + exact : x <= before + exact;
      RC_ASSERT(monotone);
      before = x;
      // The same in fifty digits.
      const auto decimal = [](const Rational& r) { return Decimal(numerator(r)) / Decimal(denominator(r)); };
      const Decimal phi = decimal(p.trough.raw()), rho = decimal(p.ceiling.raw()), tau = decimal(p.withdrawal_time);
      const auto out = [&](Time at) { return Decimal(phi + (1 - phi) * exp(Decimal(-Decimal(at - p.start) / tau))); };
      const Decimal expected = t <= p.turn ? out(t) : Decimal(rho - (rho - out(p.turn)) * other_left(p.recovery, Decimal(t - p.turn)));
      RC_ASSERT(abs(decimal(x) - expected) < Decimal("1e-30"));
    }
  });
}
Decimal as_decimal(const Rational& r) {
  return Decimal(numerator(r)) / Decimal(denominator(r));
}

}  // namespace

TEST_CASE("a path is continuous, stays between trough and 1, falls and then rises", "[market][laws]") {
  check_path<ExponentialRecovery<Rational>>(
      "exponential", [] { return ExponentialRecovery<Rational>{fraction(1, 400, 20) * minute}; },
      [](const auto& r, const Decimal& u) { return Decimal(exp(Decimal(-u / as_decimal(r.time)))); });
  check_path<PowerRecovery<Rational>>(
      "power law",
      [] {
        return PowerRecovery<Rational>{fraction(1, 400, 20) * minute, fraction(1, 200, 100)};
      },
      [](const auto& r, const Decimal& u) { return Decimal(pow(Decimal(1 + u / as_decimal(r.time)), Decimal(-as_decimal(r.exponent)))); });
  check_path<TwoSpeedRecovery<Rational>>(
      "two speeds",
      [] {
        const Rational fast = fraction(1, 400, 20) * minute;
        return TwoSpeedRecovery<Rational>{fast, fast * fraction(10, 300, 10), fraction(0, 10, 10)};
      },
      [](const auto& r, const Decimal& u) {
        const Decimal w = as_decimal(r.fast_share.raw());
        return Decimal(w * exp(Decimal(-u / as_decimal(r.fast))) + (1 - w) * exp(Decimal(-u / as_decimal(r.slow))));
      });
}

TEST_CASE("a calibrated path goes through the level that was seen", "[market][laws]") {
  check_property("down and up, exponential and power law", 150, [] {
    const Rational trough = fraction(0, 50, 100), reached = trough + (1 - trough) * fraction(1, 99, 100);
    const Time after = *rc::gen::inRange(1, 100) * minute;
    const auto down = exponential_time<Rational>({1, trough, reached, Rational(after)});
    RC_ASSERT(down.has_value());
    auto plan = DepthPlan<Rational>{.start = 7, .turn = 7 + after, .trough = trough, .withdrawal_time = *down, .ceiling = 1, .recovery = {Rational(1)}};
    const Rational exact = Rational(1, 1'000'000'000) / 1'000'000'000 / 1'000'000'000;
    const Rational lowest = DepthPath<Rational>::make(plan)->lowest();
    RC_ASSERT(abs(lowest - reached) < exact);
    plan.ceiling = lowest + (1 - lowest) * fraction(1, 10, 10);
    const Rational back = lowest + (plan.ceiling.raw() - lowest) * fraction(1, 99, 100);
    const SeenLevel<Rational> seen{lowest, plan.ceiling, back, Rational(after)};
    plan.recovery.time = *exponential_time(seen);
    RC_ASSERT(abs(DepthPath<Rational>::make(plan)->level(7 + 2 * after) - back) < exact);
    const Rational a = fraction(20, 200, 100);
    const auto tau = power_time(seen, a);
    RC_ASSERT(tau.has_value());
    const auto power = DepthPath<Rational, PowerRecovery<Rational>>::make({plan.start, plan.turn, plan.trough, plan.withdrawal_time, plan.ceiling, {*tau, a}});
    RC_ASSERT(abs(power->level(7 + 2 * after) - back) < exact);
  });
}

TEST_CASE("in double the same path, in bounds to the last bit", "[market][laws]") {
  check_property("against the standard library", 1'000, [] {
    const double phi = *rc::gen::inRange(0, 1'000) / 1'000.0, tau = *rc::gen::inRange(1, 3'000'000) / 3.0, a = *rc::gen::inRange(1, 300) / 100.0;
    const Time turn = *rc::gen::inRange(0, 3'000'000), t = *rc::gen::inRange(0, 30'000'000);
    const double down = phi + (1 - phi) * std::exp(-static_cast<double>(turn) / tau), rho = down + (1 - down) * *rc::gen::inRange(0, 100) / 100.0;
    const auto path = DepthPath<double, PowerRecovery<double>>::make({0, turn, phi, tau, rho < down ? 1.0 : rho, {tau, a}});
    RC_PRE(path.has_value());  // rho at the turn, and below it by rounding
    const double u = static_cast<double>(t - turn) / tau;
    const double expected =
        t <= turn ? phi + (1 - phi) * std::exp(-static_cast<double>(t) / tau) : path->ceiling() - (path->ceiling() - down) * std::pow(1 + u, -a);
    const double x = path->level(t);
    RC_ASSERT(std::abs(x - expected) < 2e-15);
    RC_ASSERT(phi <= x && x <= 1);
    if (turn < t) RC_ASSERT(path->lowest() <= x && x <= path->ceiling());
  });
}

TEMPLATE_TEST_CASE("each band has its own path: the near ones collapse, the far ones stay", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  std::vector<DepthPath<T>> paths;
  for (const int trough : {0, 5'000, 10'000}) {
    DepthPlan<T> plan = good_plan<T>();
    plan.trough = bps<T>(trough);
    plan.ceiling = 1;
    paths.push_back(*DepthPath<T>::make(plan));
  }
  const std::vector<T> normal{T(100), T(300), T(700)};
  std::vector<T> now(3, T(0));
  const std::span<const DepthPath<T>> all(paths);
  REQUIRE(!depth_in_bands<T>(40 * minute, all, std::span<const T>(normal), std::span<T>(now)));
  const double e = std::exp(-15.0);
  CHECK(plain(now[0]) == Approx(100 * e));
  CHECK(plain(now[1]) == Approx(100 * e + 200 * (0.5 + 0.5 * e)));
  CHECK(plain(now[2]) == Approx(100 * e + 200 * (0.5 + 0.5 * e) + 400));
  REQUIRE(!depth_in_bands<T>(0, all, std::span<const T>(normal), std::span<T>(now)));
  CHECK((now[0] == T(100) && now[1] == T(300) && now[2] == T(700)));

  const std::vector<T> falling{T(100), T(99), T(700)}, negative{T(-1), T(99), T(700)};
  CHECK(depth_in_bands<T>(0, all, std::span<const T>(falling), std::span<T>(now)) == Error{Errc::bad_book, Field::band, 1});
  CHECK(depth_in_bands<T>(0, all, std::span<const T>(negative), std::span<T>(now)) == Error{Errc::bad_book, Field::band, 0});
  CHECK(now[0] == T(100));  // nothing written
  CHECK(depth_in_bands<T>(0, all, std::span<const T>(normal), std::span<T>(now).first(2)) == Error{Errc::bad_size, Field::band});
  CHECK(depth_in_bands<T>(0, all.first(2), std::span<const T>(normal), std::span<T>(now)) == Error{Errc::bad_size, Field::band});
}

TEMPLATE_TEST_CASE("a spread widens and narrows on its own path", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const SpreadPlan<T> plan{
      .start = 0, .turn = 10 * minute, .normal = bps<T>(1), .peak = bps<T>(1'000), .widening_time = T(minute), .rest = bps<T>(3), .recovery = {T(5 * minute)}};
  const auto path = SpreadPath<T>::make(plan);
  REQUIRE(path.has_value());
  CHECK(path->spread(0) == bps<T>(1));
  CHECK(plain(path->spread(minute)) == Approx(0.1 - 0.0999 * std::exp(-1.0)));
  CHECK(path->spread(10 * minute) == path->widest());
  CHECK(plain(path->spread(15 * minute)) == Approx(0.0003 + (0.1 - 0.0999 * std::exp(-10.0) - 0.0003) * std::exp(-1.0)));
  CHECK(path->spread(std::numeric_limits<Time>::max()) == bps<T>(3));
  const auto broken = [&](auto&& change) {
    SpreadPlan<T> p = plan;
    change(p);
    const auto bad = SpreadPath<T>::make(p);
    REQUIRE(!bad.has_value());
    return bad.error();
  };
  CHECK(broken([](auto& p) { p.normal = T(-1); }) == Error{Errc::bad_parameter, Field::spread, 0, 0});
  CHECK(broken([](auto& p) { p.peak = T(0); }) == Error{Errc::bad_parameter, Field::spread, 0, 1});
  CHECK(broken([](auto& p) { p.peak = T(1); }) == Error{Errc::bad_parameter, Field::spread, 0, 1});
  CHECK(broken([](auto& p) { p.rest = T(0); }) == Error{Errc::bad_parameter, Field::spread, 0, 2});
  CHECK(broken([](auto& p) { p.rest = bps<T>(1'000); }) == Error{Errc::bad_parameter, Field::spread, 0, 2});
  CHECK(broken([](auto& p) { p.widening_time = T(0); }) == Error{Errc::bad_parameter, Field::withdrawal_time});
  CHECK(broken([](auto& p) { p.turn = -1; }) == Error{Errc::bad_time, Field::withdrawal_time});
  CHECK(broken([](auto& p) { p.recovery.time = T(0); }) == Error{Errc::bad_parameter, Field::recovery_time});
}

TEMPLATE_TEST_CASE("a thinned side is the side with a share of its units", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const Block<T> block;
  const Thinned<T, Block<T>> half(block, T(T(1) / T(2)));
  CHECK(half.side() == BookSide::bids);
  CHECK(half.total() == T(25));
  CHECK(half.walk(T(10)).worst == T(80));
  CHECK(half.walk(T(10)).value == T(900));
  CHECK(half.walk(T(0)).worst == T(100));
  CHECK(half.within(T(80)) == T(10));
  const Fill<T> all = fill(half, T(40), T(0));
  CHECK(all.filled == T(25));
  CHECK(all.unfilled == T(15));
  CHECK(all.worst == T(50));
  const Thinned<T, Block<T>> none(block, T(0)), whole(block, T(1));
  CHECK(none.total() == T(0));
  CHECK(none.walk(T(0)).worst == T(0));
  CHECK(fill(none, T(40), T(0)).filled == T(0));
  CHECK(fill(none, T(40), T(0)).unfilled == T(40));
  CHECK(whole.walk(T(7)).value == block.walk(T(7)).value);
}

TEST_CASE("more depth never lowers what a sale brings", "[market][laws]") {
  check_property("at two levels of one book", 300, [] {
    const Block<Rational> block;
    const Rational a = fraction(0, 100, 100), b = a + (1 - a) * fraction(0, 10, 10), q = fraction(0, 600, 10), taken = fraction(0, 300, 10),
                   limit = fraction(300, 1'100, 10);
    const Thinned<Rational, Block<Rational>> thin(block, a), thick(block, b);
    const Fill<Rational> less = fill(thin, q, taken), more = fill(thick, q, taken);
    RC_ASSERT(less.filled <= more.filled && less.value <= more.value);
    RC_ASSERT(less.filled + less.unfilled == q && more.filled + more.unfilled == q);
    if (less.filled == more.filled && q > 0) RC_ASSERT(less.worst <= more.worst);
    const Fill<Rational> limited = fill_within(thin, q, limit, taken), limited_more = fill_within(thick, q, limit, taken);
    RC_ASSERT(limited.filled <= limited_more.filled && limited.value <= limited_more.value);
    if (limited.filled > 0) RC_ASSERT(limited.worst >= limit);
    // By hand: every unit of the thin side is 1 / a units of price.
    if (a > 0) RC_ASSERT(less.value == less.filled * (100 - (taken + less.filled / 2) / a));
  });
  check_property("along a path, the later the better after the turn", 60, [] {
    const auto path = DepthPath<Rational>::make(good_plan<Rational>());
    const Block<Rational> block;
    Rational before = 0;
    for (Time t = 40 * minute; t < 100 * minute; t += *rc::gen::inRange(1, 20) * minute) {
      const Rational value = fill(Thinned<Rational, Block<Rational>>(block, path->level(t)), Rational(20), Rational(0)).value;
      RC_ASSERT(before <= value + Rational(1, 1'000'000'000));
      before = value;
    }
  });
}

TEST_CASE("thinned levels and bands: by hand the same levels and bands with less in them", "[market][laws]") {
  check_property("and more depth never lowers what a sale brings", 150, [] {
    const Rational d = fraction(1, 100, 100), more = d + (1 - d) * fraction(0, 10, 10), q = fraction(0, 900, 10), taken = fraction(0, 300, 10);
    std::vector<BookLevel<Rational>> levels, less;
    std::vector<Band<Rational>> bands, less_bands;
    Rational price = 1'000, distance = 0, depth = 0;
    const int count = *rc::gen::inRange(1, 8);
    for (int i = 0; i < count; ++i) {
      price -= fraction(1, 50, 10), distance += fraction(1, 50, 1'000), depth += fraction(0, 300, 10);
      const Rational size = fraction(1, 200, 10);
      levels.push_back({price, size}), less.push_back({price, Rational(d * size)});
      bands.push_back({distance, depth}), less_bands.push_back({distance, Rational(d * depth)});
    }
    RC_ASSERT(!check_levels(std::span<const BookLevel<Rational>>(levels), std::span<const BookLevel<Rational>>()));
    const auto same = [&](const auto& whole, const auto& small) {
      using D = std::remove_cvref_t<decltype(whole)>;
      const Thinned<Rational, D> thin(whole, d), thick(whole, more);
      RC_ASSERT(thin.total() == small.total());
      const Fill<Rational> a = fill(thin, q, taken), b = fill(small, q, taken), c = fill(thick, q, taken);
      const bool equal = a.filled == b.filled && a.value == b.value && a.worst == b.worst && a.unfilled == b.unfilled;
      RC_ASSERT(equal);
      const bool no_less = a.filled <= c.filled && a.value <= c.value;
      RC_ASSERT(no_less);
    };
    same(*Levels<Rational>::make(BookSide::bids, levels), *Levels<Rational>::make(BookSide::bids, less));
    same(*Bands<Rational>::make({BookSide::bids, Rational(1'000), bands}), *Bands<Rational>::make({BookSide::bids, Rational(1'000), less_bands}));
  });
}
