// SPDX-License-Identifier: Apache-2.0
#include "piecewise/random_curve.hpp"
#include "support/strict.hpp"

#include <loadline/piecewise/ball.hpp>
#include <loadline/piecewise/isolate.hpp>
#include <loadline/piecewise/order.hpp>

#include <cmath>
#include <limits>

namespace {

using loadline::Algebraic;
using loadline::Ball;
using loadline::Domain;
using loadline::Doubt;
using loadline::isolate;
using loadline::Point;
using loadline::Polynomial;

Polynomial<Rational> with_roots(const std::vector<Rational>& roots) {
  Polynomial<Rational> p{1};
  for (const Rational& r : roots) p = loadline::product(p, {Rational(-r), 1});
  return p;
}

std::vector<Algebraic<Rational>> exact(const Polynomial<Rational>& p, const Domain<Rational>& domain = {}) {
  Doubt doubt;
  std::vector<Algebraic<Rational>> out = isolate(p, domain, doubt);
  CHECK(doubt.certain);
  return out;
}

template <class T>
Polynomial<T> as(const std::vector<int>& coefficients) {
  Polynomial<T> out;
  for (const int c : coefficients) out.push_back(T(c));
  return out;
}

/// A number with one derivative.
struct Dual {
  double x, d = 0;
  constexpr explicit Dual(int value) : x(value) {}
  constexpr Dual(double value, double slope) : x(value), d(slope) {}
  friend Dual operator+(const Dual& a, const Dual& b) { return {a.x + b.x, a.d + b.d}; }
  friend Dual operator-(const Dual& a, const Dual& b) { return {a.x - b.x, a.d - b.d}; }
  friend Dual operator*(const Dual& a, const Dual& b) { return {a.x * b.x, a.d * b.x + a.x * b.d}; }
  friend Dual operator/(const Dual& a, const Dual& b) { return {a.x / b.x, (a.d - a.x / b.x * b.d) / b.x}; }
  Dual operator-() const { return {-x, -d}; }
  Dual& operator+=(const Dual& b) { return *this = *this + b; }
  Dual& operator-=(const Dual& b) { return *this = *this - b; }
  friend bool operator<(const Dual& a, const Dual& b) { return a.x < b.x; }
  friend bool operator==(const Dual& a, const Dual& b) { return a.x == b.x; }
};

double plain(const Ball& x) {
  return x.hi();
}

}  // namespace

TEST_CASE("chosen rational roots come out exactly, each once, and none at the open ends", "[isolate]") {
  check_property("isolate == the distinct chosen roots inside", 400, [] {
    std::vector<Rational> roots;
    for (auto count = *rc::gen::inRange(1, 6); count > 0; --count) roots.emplace_back(*rc::gen::inRange(-12, 13), *rc::gen::inRange(1, 7));
    Polynomial<Rational> p = with_roots(roots);
    loadline::scale(p, Rational(Rational(*rc::gen::inRange(1, 9)) / -7));
    if (*rc::gen::arbitrary<bool>()) p = loadline::product(p, {1, 1, 1});  // no more real roots
    Domain<Rational> domain;
    if (*rc::gen::arbitrary<bool>()) domain.low = {*rc::gen::elementOf(roots), Rational(1)};
    if (*rc::gen::arbitrary<bool>()) domain.high = {Rational(*rc::gen::inRange(-3, 13)), Rational(2)};
    std::sort(roots.begin(), roots.end());
    roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
    std::erase_if(roots, [&](const Rational& r) { return (domain.low && r <= value_of(*domain.low)) || (domain.high && r >= value_of(*domain.high)); });
    RC_LOG() << p << std::endl;
    Doubt doubt;
    const auto found = isolate(p, domain, doubt);
    RC_ASSERT(doubt.certain);
    RC_ASSERT(found.size() == roots.size());
    for (std::size_t i = 0; i < roots.size(); ++i) RC_ASSERT((found[i].exact() && found[i].low == roots[i]));
  });
}

TEST_CASE("irrational roots are enclosed, to any number of bits", "[isolate]") {
  const auto roots = exact({-2, 0, 1});
  REQUIRE(roots.size() == 2);
  CHECK_FALSE(roots[1].exact());
  narrow(roots[1], 200);
  CHECK(roots[1].low * roots[1].low < 2);
  CHECK(roots[1].high * roots[1].high > 2);
  CHECK((roots[1].high - roots[1].low) * Rational(boost::multiprecision::cpp_int(1) << 199) < 1);
  CHECK(located(roots[0]).convert_to<double>() == -std::sqrt(2.0));
  CHECK(exact({1, 0, 1}).empty());
  CHECK(exact({}).empty());
  CHECK(exact({5}).empty());
  CHECK(exact({0, 0, 0, 1}).size() == 1);
}

TEST_CASE("two roots of a cubic that differ by 2^-60 are two", "[isolate]") {
  const Rational close(1, boost::multiprecision::cpp_int(1) << 60);
  const auto roots = exact(with_roots({1, Rational(1 + close), 5}));
  REQUIRE(roots.size() == 3);
  CHECK(roots[1].low == 1 + close);
}

TEST_CASE("numbers from different polynomials are compared exactly", "[algebraic]") {
  Doubt doubt;
  const auto sqrt2 = exact({-2, 0, 1});                                           // x^2 - 2
  const auto other = exact(loadline::product<Rational>({-2, 0, 1}, {-3, 0, 1}));  // (x^2 - 2)(x^2 - 3)
  const auto near = exact({Rational(-2) + Rational(1, 1'000'000'000), 0, 1});     // a little less than 2
  REQUIRE(other.size() == 4);
  CHECK(compare(sqrt2[1], other[2], doubt) == 0);
  CHECK(compare(sqrt2[1], other[3], doubt) == -1);
  CHECK(compare(other[1], sqrt2[0], doubt) == 0);
  CHECK(compare(sqrt2[1], near[1], doubt) == 1);
  CHECK(compare(near[1], sqrt2[1], doubt) == -1);
  CHECK(compare(sqrt2[1], Rational(3, 2), doubt) == -1);
  CHECK(compare(sqrt2[1], Rational(7, 5), doubt) == 1);
  CHECK(compare(sqrt2[1], loadline::exactly(Rational(1)), doubt) == 1);
  CHECK(sign_of(Polynomial<Rational>{-2, 0, 1}, other[2], doubt) == 0);
  CHECK(sign_of(Polynomial<Rational>{-3, 0, 1}, other[2], doubt) == -1);
  CHECK(sign_of(Polynomial<Rational>{-2, 0, 1}, near[1], doubt) == -1);
  CHECK(sign_right_of(Polynomial<Rational>{4, 0, -4, 0, 1}, sqrt2[1], doubt) == 1);  // (x^2 - 2)^2
  CHECK(sign_right_of(Polynomial<Rational>{-2, 0, 1}, sqrt2[0], doubt) == -1);
  CHECK(doubt.certain);
}

TEMPLATE_TEST_CASE("roots in every scalar", "[isolate]", LOADLINE_SCALARS, Ball, loadline::Decimal) {
  using T = TestType;
  const auto number = [](const T& x) {
    if constexpr (std::same_as<T, loadline::Decimal>)
      return x.template convert_to<double>();
    else
      return plain(x);
  };
  const auto roots = [&](const std::vector<int>& coefficients) {
    Doubt doubt;
    std::vector<double> out;
    for (const auto& r : isolate(as<T>(coefficients), Domain<T>{}, doubt)) out.push_back(number(located(r)));
    CHECK(doubt.finite);
    return out;
  };
  const auto three = roots({-6, 11, -6, 1});
  REQUIRE(three.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(three[i] == Approx(static_cast<double>(i + 1)).epsilon(1e-14));
  const auto irrational = roots({-2, 0, 1});
  REQUIRE(irrational.size() == 2);
  CHECK(irrational[1] == Approx(std::sqrt(2.0)).epsilon(1e-15));
  CHECK(roots({1, 0, 1}).empty());
  CHECK(roots({-1, 3}) == std::vector<double>{1.0 / 3.0});
  CHECK(roots({0, -1, 0, 1}).size() == 3);
  CHECK(roots({-8, 12, -6, 1}).size() == 1);  // (x - 2)^3
  CHECK(roots({-1, 3, -3, 1, 0}).size() == 1);
}

TEST_CASE("a dual number gets the derivative of its root", "[isolate]") {
  Doubt doubt;
  const auto roots = isolate<Dual>({Dual(-2.0, -1.0), Dual(0), Dual(1)}, {}, doubt);  // x^2 = a at a = 2: dx/da = 1 / (2 x)
  REQUIRE(roots.size() == 2);
  CHECK(located(roots[1]).x == Approx(std::sqrt(2.0)).epsilon(1e-15));
  CHECK(located(roots[1]).d == Approx(0.5 / std::sqrt(2.0)).epsilon(1e-14));
  CHECK(located(isolate<Dual>({Dual(-2.0, -1.0), Dual(4)}, {}, doubt)[0]).d == 0.25);
}

TEST_CASE("a ball tells what it cannot tell", "[isolate]") {
  const Ball third = Ball(1) / Ball(3);
  Doubt doubt;
  const auto twice = isolate<Ball>({third, Ball(-2) * third, third}, {}, doubt);  // (x - 1)^2 / 3
  REQUIRE(twice.size() == 1);
  CHECK_FALSE(twice[0].resolved);
  CHECK_FALSE(doubt.certain);
  CHECK(located(twice[0]).radius() < 1e-14);
  CHECK(compare(twice[0], Ball(2), doubt) == -1);

  doubt = {};
  const auto once = isolate<Ball>({-third, Ball(1)}, {}, doubt);  // a simple root whose place is blurred
  REQUIRE(once.size() == 1);
  CHECK(doubt.certain);
  CHECK(once[0].resolved);
  const auto equal = isolate<Ball>({-third, Ball(0), Ball(3)}, {}, doubt);  // 3 x^2 - 1/3: the same number
  REQUIRE(equal.size() == 2);
  CHECK(doubt.certain);
  CHECK(compare(once[0], equal[1], doubt) == 0);
  CHECK_FALSE(doubt.certain);

  doubt = {};
  const Ball open = third + third + third - Ball(1);
  CHECK(isolate<Ball>({Ball(-1), Ball(1), open}, {}, doubt).size() == 1);  // perhaps a second root, far out
  CHECK_FALSE(doubt.certain);
}

TEMPLATE_TEST_CASE("what is not a number ends, without roots and noted", "[isolate]", double, Strict, Ball) {
  using T = TestType;
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    for (std::size_t i = 0; i < 4; ++i) {
      Polynomial<T> p = as<T>({-6, 11, -6, 1});
      p[i] = T(bad);
      Doubt doubt;
      CHECK(isolate(p, Domain<T>{}, doubt).empty());
      CHECK_FALSE(doubt.finite);
    }
    Doubt doubt;
    CHECK(isolate(as<T>({-6, 11, -6, 1}), Domain<T>{Point<T>{T(bad), T(1)}, std::nullopt}, doubt).empty());
    CHECK_FALSE(doubt.finite);
  }
  Doubt doubt;
  const auto huge = isolate(Polynomial<T>{T(-1e300), T(1e-300), T(1e-300)}, Domain<T>{}, doubt);  // a bound beyond the range
  CHECK((huge.size() <= 2 && (huge.size() == 2 || !doubt.certain)));
}
