// SPDX-License-Identifier: Apache-2.0
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/core/rounding.hpp>
#include <loadline/ext/multiprecision.hpp>
#include <loadline/piecewise/ball.hpp>

#include <limits>

using loadline::Ball;
using loadline::Direction;
using loadline::Rational;
using loadline::round_to_tick;
using loadline::whole_ticks;

TEMPLATE_TEST_CASE("rounding goes in the direction named and leaves multiples alone", "[rounding]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto down = [](double x, double tick) { return plain(round_to_tick(num<T>(x), num<T>(tick), Direction::down)); };
  const auto up = [](double x, double tick) { return plain(round_to_tick(num<T>(x), num<T>(tick), Direction::up)); };
  CHECK(down(7.75, 0.5) == 7.5);
  CHECK(up(7.75, 0.5) == 8.0);
  CHECK(down(7.5, 0.5) == 7.5);
  CHECK(up(7.5, 0.5) == 7.5);
  CHECK(down(0.0, 0.5) == 0.0);
  CHECK(up(0.0, 0.5) == 0.0);
  CHECK(down(0.25, 0.5) == 0.0);
  CHECK(up(0.25, 0.5) == 0.5);
  CHECK(down(1'000'000.0, 1.0) == 1'000'000.0);
  CHECK(up(1'000'000.25, 1.0) == 1'000'001.0);
  CHECK(plain(whole_ticks(num<T>(7.75), num<T>(0.5), Direction::down)) == 15.0);
  CHECK(plain(whole_ticks(num<T>(7.75), num<T>(0.5), Direction::up)) == 16.0);
}

// Source: Bybit prints a long's 60,326.2975 as 60,326.3 (tick 0.1)
TEMPLATE_TEST_CASE("a long's 60,326.2975 is printed as 60,326.3", "[rounding]", LOADLINE_SCALARS) {
  using T = TestType;
  const T price = T(T(603'262'975) / T(10'000)), tick = T(T(1) / T(10));
  CHECK(plain(whole_ticks(price, tick, Direction::up)) == 603'263.0);
  CHECK(plain(whole_ticks(price, tick, Direction::down)) == 603'262.0);
  CHECK(plain(round_to_tick(price, tick, Direction::up)) == Approx(60'326.3).epsilon(2e-16).margin(0.0));  // a tenth is not a double
}

TEST_CASE("rationals are rounded exactly", "[rounding]") {
  check_property("k tick <= x < (k + 1) tick, and the ceiling", 1'000, [] {
    const Rational x(*rc::gen::inRange(0, 1'000'000), *rc::gen::inRange(1, 1'000)), tick(*rc::gen::inRange(1, 200), *rc::gen::inRange(1, 1'000));
    const Rational down = whole_ticks(x, tick, Direction::down), up = whole_ticks(x, tick, Direction::up);
    RC_ASSERT(denominator(down) == 1);
    RC_ASSERT(down * tick <= x);
    RC_ASSERT(x < (down + 1) * tick);
    RC_ASSERT(up * tick >= x);
    RC_ASSERT((up - 1) * tick < x);
    RC_ASSERT(round_to_tick(x, tick, Direction::up) == up * tick);
    const Rational multiple = tick * *rc::gen::inRange(0, 5'000);
    RC_ASSERT(round_to_tick(multiple, tick, Direction::down) == multiple);
    RC_ASSERT(round_to_tick(multiple, tick, Direction::up) == multiple);
  });
  CHECK(round_to_tick(Rational(603'262'975, 10'000), Rational(1, 10), Direction::up) == Rational(603'263, 10));
}

TEST_CASE("a fraction is rounded without a division: the ticks of n at tick * d", "[rounding]") {
  check_property("whole_ticks(n, tick d) == whole_ticks(n / d, tick)", 500, [] {
    const Rational n(*rc::gen::inRange(0, 100'000), 7), d(*rc::gen::inRange(1, 500), 3), tick(*rc::gen::inRange(1, 50), 10);
    for (const Direction direction : {Direction::down, Direction::up})
      RC_ASSERT(whole_ticks(n, Rational(tick * d), direction) == whole_ticks(Rational(n / d), tick, direction));
  });
}

TEST_CASE("a ball that may lie on either side of a multiple is rounded the step further", "[rounding]") {
  const Ball third = Ball(1) / Ball(3);
  const Ball one = third * Ball(3);  // 1, but not known to be
  REQUIRE_FALSE(one.exact());
  CHECK(whole_ticks(one, Ball(1), Direction::up) == Ball(2));
  CHECK(whole_ticks(one, Ball(1), Direction::down) == Ball(0));
  CHECK(whole_ticks(Ball(1), Ball(1), Direction::up) == Ball(1));
  CHECK(whole_ticks(Ball(1), Ball(1), Direction::down) == Ball(1));
  CHECK(whole_ticks(third, Ball(0.25), Direction::up) == Ball(2));
  CHECK(whole_ticks(third, Ball(0.25), Direction::down) == Ball(1));
}

TEMPLATE_TEST_CASE("rounding ends for every price, also for the largest and for what is no number", "[rounding]", LOADLINE_SCALARS) {
  using T = TestType;
  const double most = std::numeric_limits<double>::max();
  CHECK(plain(round_to_tick(num<T>(most), T(1), Direction::down)) == most);
  CHECK(plain(round_to_tick(num<T>(0x1p1023), T(1), Direction::up)) == 0x1p1023);
  CHECK(plain(whole_ticks(num<T>(0x1p-1074), T(1), Direction::up)) == 1.0);
  CHECK(plain(whole_ticks(T(16), num<T>(0x1p-1074), Direction::down)) == most);  // 2^1078 of them: as many as there are numbers for
  static_cast<void>(whole_ticks(num<T>(std::numeric_limits<double>::infinity()), T(1), Direction::up));
  static_cast<void>(whole_ticks(num<T>(std::numeric_limits<double>::quiet_NaN()), T(1), Direction::up));
}
