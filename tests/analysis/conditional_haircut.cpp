// SPDX-License-Identifier: Apache-2.0
// The haircut that knows that the book is under stress: closed forms, and what is refused.
#include "support/catch.hpp"

#include <loadline/analysis/conditional_haircut.hpp>

#include <cmath>
#include <limits>

using namespace loadline;

TEST_CASE("a Gaussian haircut under stress", "[analysis]") {
  const auto at = [](double rho) { return *conditional_haircut({.volatility = 0.1, .correlation = rho, .stress = 2.326, .confidence = 2.326}); };
  CHECK(at(0).difference == 0);
  CHECK(at(1).difference == Approx(0).margin(1e-15));
  CHECK(at(0.6).conditional == Approx(1 - std::exp(-0.1 * 2.326 * 1.4)));
  CHECK(at(-0.6).difference < 0);
  CHECK(at(0.6).difference > 0);
  CHECK(!conditional_haircut({.volatility = -1, .correlation = 0, .stress = 1, .confidence = 1}));
  CHECK(!conditional_haircut({.volatility = 1, .correlation = 1.1, .stress = 1, .confidence = 1}));
  CHECK(!conditional_haircut({.volatility = 1, .correlation = std::numeric_limits<double>::quiet_NaN(), .stress = 1, .confidence = 1}));
}

TEST_CASE("the book's quantile and the haircut's own are two numbers", "[analysis]") {
  const auto at = [](double rho) { return *conditional_haircut({.volatility = 0.2, .correlation = rho, .stress = 3, .confidence = 1.5}); };
  CHECK(at(0.6).separate == Approx(1 - std::exp(-0.3)).epsilon(1e-14));
  CHECK(at(0.6).conditional == Approx(1 - std::exp(-(0.36 + 0.24))).epsilon(1e-14));
  CHECK(at(0.6).difference == Approx(std::exp(-0.3) - std::exp(-0.6)).epsilon(1e-14));
  CHECK(at(-0.6).conditional == Approx(1 - std::exp(0.36 - 0.24)).epsilon(1e-14));  // below zero: it rises while the book loses
  CHECK(at(1).conditional == Approx(1 - std::exp(-0.6)).epsilon(1e-14));
  CHECK(at(-1).conditional == Approx(1 - std::exp(0.6)).epsilon(1e-14));
  const auto good = [](double volatility, double correlation, double stress, double confidence) {
    return conditional_haircut({volatility, correlation, stress, confidence}).has_value();
  };
  CHECK(good(0, -1, 0, 0));
  CHECK_FALSE(good(1, -1.1, 1, 1));
  for (const double x : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
    CHECK_FALSE(good(x, 0, 1, 1));
    CHECK_FALSE(good(1, x, 1, 1));
    CHECK_FALSE(good(1, 0, x, 1));
    CHECK_FALSE(good(1, 0, 1, x));
  }
}
