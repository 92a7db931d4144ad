// SPDX-License-Identifier: Apache-2.0
#include "piecewise/random_curve.hpp"
#include "support/strict.hpp"

#include <loadline/piecewise/bernstein.hpp>

namespace {

using loadline::common_divisor;
using loadline::Polynomial;
using loadline::square_free;

Polynomial<Rational> with_roots(const std::vector<Rational>& roots) {
  Polynomial<Rational> p{1};
  for (const Rational& r : roots) p = loadline::product(p, {Rational(-r), 1});
  return p;
}

}  // namespace

TEMPLATE_TEST_CASE("arithmetic of polynomials, by hand", "[polynomial]", LOADLINE_SCALARS) {
  using T = TestType;
  const Polynomial<T> p{T(1), T(-2), T(3)};  // 1 - 2 x + 3 x^2
  CHECK(plain(loadline::value(p, T(2))) == 9.0);
  CHECK(plain(loadline::value(Polynomial<T>{}, T(2))) == 0.0);
  CHECK(loadline::derivative(p) == Polynomial<T>{T(-2), T(6)});
  CHECK(loadline::derivative(Polynomial<T>{T(5)}).empty());
  CHECK(loadline::product(p, {T(0), T(2)}) == Polynomial<T>{T(0), T(2), T(-4), T(6)});
  CHECK(loadline::product(p, {}).empty());
  CHECK(loadline::difference<T>(p, T(3), Polynomial<T>{T(0), T(0), T(1)}) == Polynomial<T>{T(1), T(-2)});
  Polynomial<T> sum{T(1)};
  loadline::add<T>(sum, T(2), p);
  CHECK(sum == Polynomial<T>{T(3), T(-4), T(6)});
  loadline::scale(sum, T(2));
  CHECK(sum == Polynomial<T>{T(6), T(-8), T(12)});
}

TEST_CASE("a Bernstein form is a partition of the values", "[polynomial]") {
  check_property("sum of b_i C(n, i) t^i (1 - t)^(n - i) == scale * p", 300, [] {
    const Polynomial<Rational> p = random_polynomial(*rc::gen::inRange(1, 8));
    const Rational low(*rc::gen::inRange(-8, 9), 3), high(low + Rational(*rc::gen::inRange(1, 9), 3)), t(*rc::gen::inRange(0, 8), 7);
    const Polynomial<Rational> b = loadline::bernstein<Rational>(p, low, high);
    RC_ASSERT(b.size() == p.size());
    Polynomial<Rational> row = b;  // de Casteljau
    for (std::size_t k = row.size(); k-- > 1;)
      for (std::size_t i = 0; i < k; ++i) row[i] = Rational(row[i] * (1 - t) + row[i + 1] * t);
    RC_ASSERT(row[0] == RandomCurve::at(p, Rational(low + (high - low) * t)) * loadline::bernstein_scale<Rational>(p.size() - 1));
    const int sign = loadline::sign_on<Rational>(p, low, high);
    RC_ASSERT(sign == 0 || sign == sign_of(row[0]));
  });
}

TEST_CASE("common divisors and square-free parts have the roots that they must have", "[polynomial]") {
  CHECK(common_divisor(with_roots({1, 2, 2, 3}), with_roots({2, 2, 4})) == with_roots({2, 2}));
  CHECK(common_divisor(with_roots({1}), with_roots({2})) == Polynomial<Rational>{1});
  CHECK(common_divisor(Polynomial<Rational>{}, with_roots({2})) == with_roots({2}));
  CHECK(common_divisor(Polynomial<Rational>{0, 0}, Polynomial<Rational>{}).empty());
  CHECK(square_free(with_roots({1, 1, 1, 2, 3, 3})) == with_roots({1, 2, 3}));
  CHECK(square_free(Polynomial<Rational>{2, 0, 1}) == Polynomial<Rational>{2, 0, 1});
  check_property("p == quotient * q + rest, and the rest is shorter", 300, [] {
    const Polynomial<Rational> p = random_polynomial(*rc::gen::inRange(1, 7));
    Polynomial<Rational> q = random_polynomial(*rc::gen::inRange(1, 5));
    loadline::trim(q);
    RC_PRE(!q.empty());
    const auto [quotient, rest] = loadline::divide(p, q);
    RC_ASSERT(rest.size() < q.size());
    Polynomial<Rational> again = loadline::product(quotient, q), expected = p;
    loadline::add<Rational>(again, 1, rest);
    loadline::trim(again);
    loadline::trim(expected);
    RC_ASSERT(again == expected);
  });
}
