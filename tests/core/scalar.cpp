// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/strict.hpp"

#include <loadline/core/scalar.hpp>
#include <loadline/ext/multiprecision.hpp>
#include <loadline/piecewise/ball.hpp>

#include <limits>

using loadline::Ball;
using loadline::Decimal;
using loadline::is_finite;
using loadline::magnitude;
using loadline::Rational;
using loadline::sign;
using loadline::sign_is_certain;
using loadline::unit_roundoff;

TEMPLATE_TEST_CASE("sign and magnitude, and what is not a number has sign 0", "[scalar]", double, Strict, Rational, Decimal) {
  using T = TestType;
  CHECK(sign(T(-3)) == -1);
  CHECK(sign(T(0)) == 0);
  CHECK(sign(T(3)) == 1);
  CHECK(magnitude(T(-3)) == T(3));
  CHECK(magnitude(T(3)) == T(3));
  CHECK(magnitude(T(0)) == T(0));
  CHECK(sign_is_certain(T(0)));
  CHECK(sign_is_certain(T(1)));
  CHECK(is_finite(T(1)));
}

TEMPLATE_TEST_CASE("infinities and what is not a number are not finite", "[scalar]", LOADLINE_SCALARS) {
  using T = TestType;
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(is_finite(T(infinity)));
  CHECK_FALSE(is_finite(T(-infinity)));
  CHECK_FALSE(is_finite(T(nan)));
  CHECK(is_finite(T(std::numeric_limits<double>::max())));
  CHECK(is_finite(T(std::numeric_limits<double>::denorm_min())));
  CHECK(sign(T(nan)) == 0);
  CHECK(sign(T(infinity)) == 1);
  CHECK(sign(T(-infinity)) == -1);
}

TEMPLATE_TEST_CASE("the unit roundoff of a double is half the distance from 1 to the next one", "[scalar]", LOADLINE_SCALARS) {
  using T = TestType;
  CHECK(plain(unit_roundoff<T>()) == 0x1p-53);
}

TEST_CASE("the unit roundoff of other scalars: none, what they state, what they do", "[scalar]") {
  CHECK(unit_roundoff<Rational>() == 0);
  CHECK(unit_roundoff<Decimal>() == Decimal("1e-49"));
  CHECK(unit_roundoff<float>() == 0x1p-24F);
  CHECK(unit_roundoff<long double>() == std::numeric_limits<long double>::epsilon() / 2);
}

static_assert(unit_roundoff<double>() == 0x1p-53);
static_assert(sign(-2.0) == -1 && magnitude(-2.0) == 2.0 && is_finite(2.0));
