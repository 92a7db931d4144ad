// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/property.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/piecewise/ball.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using loadline::Ball;
using loadline::is_finite;
using loadline::Rational;

static_assert(loadline::Scalar<Ball> && loadline::NothrowScalar<Ball>);
static_assert(std::same_as<loadline::Working<double>, Ball>);

int sign_of(const Rational& x) {
  return x < 0 ? -1 : x > 0 ? 1 : 0;
}

Rational middle(const Ball& x) {
  return Rational(Rational(x.hi()) + Rational(x.lo()));
}

bool contains(const Ball& x, const Rational& exact) {
  const Rational off = Rational(exact - middle(x));
  return Rational(abs(off)) <= Rational(x.radius());
}

/// A ball and the number that it stands for.
struct Tracked {
  Ball ball;
  Rational exact;
};

/// A double with an exponent in [-spread, spread]: a small integer, a power of two, few bits or all 53.
double leaf(int spread) {
  const auto bits = *rc::gen::inRange(1, 54);
  const auto mantissa = *rc::gen::inRange<std::int64_t>(1, (std::int64_t{1} << bits));
  const auto exponent = *rc::gen::inRange(-spread, std::min(spread, 1'024) + 1);
  const double x = std::ldexp(static_cast<double>(mantissa), exponent - bits);
  return *rc::gen::arbitrary<bool>() ? x : -x;
}

/// A random program over + - * /: every step picks two earlier values, so that sums cancel and errors meet again.
std::vector<Tracked> run_program(int spread) {
  std::vector<Tracked> values;
  const auto leaves = *rc::gen::inRange(1, 5);
  for (int i = 0; i < leaves; ++i) {
    const double x = leaf(spread);
    values.push_back({Ball(x), Rational(x)});
  }
  const auto steps = *rc::gen::inRange(1, 12);
  for (int i = 0; i < steps; ++i) {
    const Tracked a = values[*rc::gen::inRange<std::size_t>(0, values.size())];
    const Tracked b = values[*rc::gen::inRange<std::size_t>(0, values.size())];
    const auto operation = *rc::gen::inRange(0, 6);
    Tracked next{Ball(0), Rational(0)};
    if (operation <= 1) next = {a.ball + b.ball, Rational(a.exact + b.exact)};
    if (operation == 2) next = {a.ball - b.ball, Rational(a.exact - b.exact)};
    if (operation == 3) next = {a.ball * b.ball, Rational(a.exact * b.exact)};
    if (operation == 4) {
      if (b.exact == 0) continue;
      next = {a.ball / b.ball, Rational(a.exact / b.exact)};
    }
    if (operation == 5) {  // what rounding to double leaves out
      if (!is_finite(a.ball)) continue;
      next = {a.ball - Ball(a.ball.hi()), Rational(a.exact - Rational(a.ball.hi()))};
    }
    if (msb(Rational(abs(next.exact) + 1).convert_to<boost::multiprecision::cpp_int>()) > 20'000 || msb(denominator(next.exact)) > 20'000) break;
    values.push_back(next);
  }
  return values;
}

/// Near 1, over most of the range of double, and down among the subnormals and up to overflow.
const int spreads[] = {4, 60, 400, 1'000, 1'070};

}  // namespace

TEST_CASE("a finite ball holds the exact value of any expression", "[ball]") {
  for (const int spread : spreads) {
    std::size_t finite = 0, exact = 0, all = 0;
    check_property("|exact - (hi + lo)| <= radius, exponents up to " + std::to_string(spread), 2'000, [&] {
      for (const Tracked& v : run_program(spread)) {
        ++all;
        if (!is_finite(v.ball)) continue;
        ++finite;
        if (v.ball.exact()) {
          ++exact;
          RC_ASSERT(middle(v.ball) == v.exact);
        }
        RC_ASSERT(v.ball.radius() >= 0.0);
        RC_ASSERT(contains(v.ball, v.exact));
        RC_ASSERT(v.ball.hi() + v.ball.lo() == v.ball.hi());  // hi is the double nearest to the middle
        RC_ASSERT(Rational(abs(Rational(v.exact - Rational(v.ball.hi())))) <= Rational(v.ball.rounding_error()));
      }
    });
    // The claim would be empty if nearly all balls overflowed, or none were wider than a point.
    CHECK(2 * finite > all);
    CHECK(exact < finite);
  }
}

TEST_CASE("a comparison or a sign is never claimed falsely, not even by balls that overflowed", "[ball]") {
  for (const int spread : spreads)
    check_property("<, ==, sign, exponents up to " + std::to_string(spread), 1'000, [&] {
      const std::vector<Tracked> values = run_program(spread);
      for (const Tracked& a : values) {
        const int s = sign(a.ball);
        if (s != 0) RC_ASSERT(s == sign_of(a.exact));
        if (s == 0 && sign_is_certain(a.ball)) RC_ASSERT(a.exact == 0);
        if (s == 0 && !sign_is_certain(a.ball) && is_finite(a.ball)) {  // not shy: the ball does hold 0, or all but touches it
          const Rational reach = Rational(Rational(a.ball.radius()) * Rational(1.0 + 0x1p-40));
          RC_ASSERT(Rational(abs(middle(a.ball))) <= reach);
        }
        for (const Tracked& b : values) {
          if (a.ball < b.ball) RC_ASSERT(a.exact < b.exact);
          if (a.ball == b.ball) RC_ASSERT(a.exact == b.exact);
        }
      }
    });
}

TEST_CASE("sums and products of integers are known to be exact", "[ball]") {
  check_property("radius 0", 1'000, [] {
    Ball sum(0);
    std::int64_t exact = 0;
    const auto terms = *rc::gen::inRange(1, 10);
    for (int i = 0; i < terms; ++i) {
      const auto a = *rc::gen::inRange(-100'000, 100'001), b = *rc::gen::inRange(-100'000, 100'001), c = *rc::gen::inRange(-10'000, 10'001);
      sum += Ball(a) * Ball(b) * Ball(c);
      exact += std::int64_t{a} * b * c;
    }
    RC_ASSERT(sum.exact());
    RC_ASSERT(middle(sum) == Rational(exact));
    RC_ASSERT(sign_is_certain(sum));
    RC_ASSERT(sum == Ball(static_cast<double>(exact)) + Ball(static_cast<double>(exact - static_cast<std::int64_t>(static_cast<double>(exact)))));
  });
  CHECK((Ball(6) / Ball(3)).exact());
  CHECK(Ball(6) / Ball(3) == Ball(2));
  CHECK_FALSE((Ball(1) / Ball(3)).exact());
}

TEST_CASE("one operation on two doubles costs nothing or less than 2^-100 of its result", "[ball]") {
  check_property("tight radii", 2'000, [] {
    const double a = leaf(60), b = leaf(60);
    RC_ASSERT((Ball(a) + Ball(b)).radius() == 0.0);
    RC_ASSERT((Ball(a) * Ball(b)).radius() == 0.0);
    const Ball q = Ball(a) / Ball(b);
    RC_ASSERT(q.radius() <= 0x1p-100 * std::fabs(q.hi()));
    // And twice: third-order rests are dropped, no more.
    const Ball r = (Ball(a) * Ball(b) + Ball(b)) * q;
    RC_ASSERT(r.radius() <= 0x1p-95 * (std::fabs(a * b * q.hi()) + std::fabs(b * q.hi())));
  });
}

TEST_CASE("an overflow and a division by what may be zero give a ball that is not finite", "[ball]") {
  const double most = std::numeric_limits<double>::max(), infinity = std::numeric_limits<double>::infinity();
  CHECK_FALSE(is_finite(Ball(most) + Ball(most)));
  CHECK_FALSE(is_finite(Ball(most) - Ball(-most)));
  CHECK_FALSE(is_finite(Ball(1e300) * Ball(-1e300)));
  CHECK_FALSE(is_finite(Ball(1e300) / Ball(1e-300)));
  CHECK_FALSE(is_finite(Ball(1) / Ball(0)));
  CHECK_FALSE(is_finite(Ball(0) / Ball(0)));
  CHECK_FALSE(is_finite(Ball(infinity)));
  CHECK_FALSE(is_finite(Ball(infinity) - Ball(infinity)));
  CHECK_FALSE(is_finite(Ball(std::numeric_limits<double>::quiet_NaN())));
  const Ball third = Ball(1) / Ball(3);
  const Ball about_zero = third * Ball(3) - Ball(1);
  REQUIRE(sign(about_zero) == 0);
  REQUIRE_FALSE(sign_is_certain(about_zero));
  CHECK_FALSE(is_finite(Ball(1) / about_zero));
  CHECK_FALSE(is_finite(Ball(0) / about_zero));
  CHECK_FALSE(sign_is_certain(Ball(1) / about_zero));
  CHECK(is_finite(Ball(most)));
  CHECK(is_finite(Ball(most) - Ball(most)));
}

TEST_CASE("a product below the least double is not taken for an exact zero", "[ball]") {
  const Ball tiny = Ball(0x1p-600) * Ball(0x1p-600);
  CHECK_FALSE(tiny.exact());
  CHECK_FALSE(sign_is_certain(tiny));
  CHECK(contains(tiny, Rational(Rational(0x1p-600) * Rational(0x1p-600))));
  const Ball quotient = Ball(0x1p-600) / Ball(0x1p+600);
  CHECK_FALSE(quotient.exact());
  CHECK((Ball(0) * Ball(0x1p-600)).exact());
}

TEST_CASE("comparisons ask for certainty", "[ball]") {
  const Ball third = Ball(1) / Ball(3);
  const Ball same = Ball(2) / Ball(6);
  CHECK_FALSE(third < same);
  CHECK_FALSE(same < third);
  CHECK_FALSE(third == same);  // equal, but not known to be
  CHECK(Ball(0) < third);
  CHECK(third < Ball(1));
  CHECK(sign(third) == 1);
  CHECK(sign(-third) == -1);
  CHECK(Ball(0.5) == Ball(1) / Ball(2));
  CHECK(static_cast<double>(third) == 1.0 / 3.0);
  const Ball nan(std::numeric_limits<double>::quiet_NaN());
  CHECK_FALSE(nan < third);
  CHECK_FALSE(third < nan);
  CHECK_FALSE(nan == nan);
  CHECK(sign(nan) == 0);
  CHECK_FALSE(sign_is_certain(nan));
}

TEST_CASE("a quotient holds all quotients of its operands' members, also where the divisor all but reaches zero", "[ball]") {
  // A divisor of known radius r around c + d: its members c + d - r and c + d + r must both give quotients inside.
  check_property("1 / y for y at both ends of the ball", 2'000, [] {
    const Ball third = Ball(1) / Ball(3);
    const Ball rest = third * Ball(3) - Ball(1);
    const Ball around_zero = rest - Ball(rest.hi()) - Ball(rest.lo());
    const double r = around_zero.radius();
    const auto above = *rc::gen::inRange(0, 64), below = *rc::gen::inRange(0, 64);
    const double c = r * (1.0 + above * 0x1p-52);
    const Ball y = around_zero + Ball(c) + Ball(-c * 0x1p-54 * (below / 32.0));
    const Ball q = Ball(1) / y;
    if (!is_finite(q)) return;
    for (const int end : {-1, 1}) {
      const Rational member = Rational(middle(y) + Rational(y.radius()) * end);
      RC_ASSERT(member > 0);
      RC_ASSERT(contains(q, Rational(1 / member)));
    }
  });
}
