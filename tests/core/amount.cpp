// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/strict.hpp"

#include <loadline/core/amount.hpp>

#include <concepts>
#include <limits>
#include <type_traits>

using loadline::Amount;
using loadline::bps;
using loadline::Money;
using loadline::Price;
using loadline::Ratio;
using loadline::Size;

TEMPLATE_TEST_CASE("amounts multiply and divide with their dimensions", "[amount]", LOADLINE_SCALARS) {
  using T = TestType;
  const Price<T> price = 50'000;
  const Size<T> size = T(T(1) / T(4));
  const Money<T> notional = price * size;
  CHECK(plain(notional.raw()) == 12'500.0);
  CHECK(notional / size == price);
  CHECK(notional / price == size);
  CHECK(notional / notional == Ratio<T>(1));
  STATIC_REQUIRE(std::same_as<decltype(price * price), Amount<T, 2, -2>>);
  STATIC_REQUIRE(std::same_as<decltype(size * size), Amount<T, 0, 2>>);
  STATIC_REQUIRE(std::same_as<decltype(Ratio<T>(1) * price), Price<T>>);
  STATIC_REQUIRE(std::same_as<decltype(Ratio<T>(1) / price), Amount<T, -1, 1>>);
}

TEMPLATE_TEST_CASE("amounts of one dimension add, subtract and negate", "[amount]", LOADLINE_SCALARS) {
  using T = TestType;
  Money<T> sum = Money<T>(7) + Money<T>(5);
  CHECK(plain(sum.raw()) == 12.0);
  CHECK(plain((Money<T>(7) - Money<T>(5)).raw()) == 2.0);
  CHECK(plain((-sum).raw()) == -12.0);
  sum += Money<T>(3);
  CHECK(plain(sum.raw()) == 15.0);
  sum -= Money<T>(20);
  CHECK(plain(sum.raw()) == -5.0);
}

TEMPLATE_TEST_CASE("amounts are made from exactly T or an integer, by name", "[amount]", LOADLINE_SCALARS) {
  using T = TestType;
  struct Order {
    Size<T> size;
    Price<T> price;
  };
  const Order order{.size = -3, .price = T(100)};
  CHECK(plain(order.size.raw()) == -3.0);
  CHECK(plain(order.price.raw()) == 100.0);
  STATIC_REQUIRE(std::is_convertible_v<T, Price<T>>);
  STATIC_REQUIRE(std::is_convertible_v<int, Price<T>>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<Price<T>, bool>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<Price<T>, float>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<Price<T>, Size<T>>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Price<T>, T>);
  STATIC_REQUIRE(std::is_constructible_v<Price<T>, double> == std::is_same_v<T, double>);
  STATIC_REQUIRE(sizeof(Price<T>) == sizeof(T));
}

TEMPLATE_TEST_CASE("amounts compare like their numbers", "[amount]", LOADLINE_SCALARS) {
  using T = TestType;
  const Price<T> low = 1, high = 2;
  CHECK(low < high);
  CHECK_FALSE(high < low);
  CHECK_FALSE(low < low);
  CHECK(high > low);
  CHECK_FALSE(low > low);
  CHECK(low <= low);
  CHECK(low <= high);
  CHECK_FALSE(high <= low);
  CHECK(high >= low);
  CHECK(high >= high);
  CHECK_FALSE(low >= high);
  CHECK(low == low);
  CHECK(low != high);
  CHECK_FALSE(low == high);
}

TEMPLATE_TEST_CASE("an amount that is not a number is not <, >, <=, >= or == to anything", "[amount]", LOADLINE_SCALARS) {
  using T = TestType;
  const Money<T> nan = T(std::numeric_limits<double>::quiet_NaN()), one = 1;
  for (const auto& [a, b] : {std::pair{nan, one}, std::pair{one, nan}, std::pair{nan, nan}}) {
    CHECK_FALSE(a < b);
    CHECK_FALSE(a > b);
    CHECK_FALSE(a <= b);
    CHECK_FALSE(a >= b);
    CHECK_FALSE(a == b);
    CHECK(a != b);
  }
}

TEMPLATE_TEST_CASE("a basis point is a ten-thousandth", "[amount]", LOADLINE_SCALARS) {
  using T = TestType;
  CHECK(plain(bps<T>(10'000)) == 1.0);
  CHECK(plain(bps<T>(40)) == 0.004);
  CHECK(plain(bps<T>(-25)) == -0.0025);
  CHECK(plain(bps<T>(0)) == 0.0);
}
