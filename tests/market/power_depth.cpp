// SPDX-License-Identifier: Apache-2.0
// Power laws against the closed form and against slices, the laws of a depth, and parameters that are none.
#include "market/depth_laws.hpp"
#include "support/strict.hpp"

#include <loadline/market/power_depth.hpp>

#include <boost/multiprecision/cpp_bin_float.hpp>

#include <cmath>
#include <limits>

/// What a number type of one's own adds to have powers.
template <>
struct loadline::ScalarTraits<Strict> : loadline::ScalarDefaults<Strict> {
  [[nodiscard]] static Strict power(const Strict& x, const Strict& y) { return Strict(std::pow(x.number(), y.number())); }
};

using namespace loadline;
using namespace depth_laws;

namespace {

static_assert(InvertibleDepth<PowerLaw<Strict>, Strict> && InvertibleDepth<PowerLaw<double>, double>);
static_assert(PoweredScalar<Strict> && PoweredScalar<float> && !PoweredScalar<Rational>);

template <class T>
PowerTerms<T> random_terms(const T& exponent) {
  return {.side = *rc::gen::element(BookSide::bids, BookSide::asks),
          .mid = drawn<T>(1, 5'000),
          .size = drawn<T>(1, 1'000),
          .reach = drawn<T>(1, 500, 10'000),
          .end = drawn<T>(1, 8'000, 10'000),
          .exponent = exponent,
          .spread = drawn<T>(0, 100, 10'000)};
}

}  // namespace

TEST_CASE("a block book obeys the laws of a depth exactly, and its integral", "[market][laws]") {
  check_property("g = 1 in rationals", 300, [] {
    const PowerTerms<Rational> t = random_terms<Rational>(1);
    const auto side = PowerLaw<Rational>::make(t);
    RC_ASSERT(side.has_value());
    check_depth_laws<Rational>(*side, true);
    RC_ASSERT(side->total() == t.size.raw() * t.end.raw() / t.reach.raw());
    const Rational v = side->total() * drawn<Rational>(0, 500, 1'000), q = side->total() * drawn<Rational>(1, 500, 1'000), rise = t.reach.raw() / t.size.raw();
    // The loss of unit x is s + rise x: integrated from v to v + q.
    const Rational loss = q * t.spread.raw() + rise * ((v + q) * (v + q) - v * v) / 2;
    const Fill<Rational> f = fill(*side, q, v);
    RC_ASSERT(cost_against(t.side, f, t.mid).raw() == t.mid.raw() * loss);
    const Rational away = t.spread.raw() + rise * (v + q);
    RC_ASSERT(f.worst == t.mid.raw() * (1 + (t.side == BookSide::bids ? Rational(-away) : away)));
  });
}

TEST_CASE("power laws obey the laws of a depth, the closed form with something taken, and their slices", "[market][laws]") {
  check_property("any g in double", 400, [] {
    const double g = *rc::gen::element(0.3, 0.5, 1.0, 1.5, 2.0, 3.0, 4.7);
    const PowerTerms<double> t = random_terms<double>(g);
    const auto side = PowerLaw<double>::make(t);
    RC_ASSERT(side.has_value());
    check_depth_laws<double>(*side, true);
    const long double d1 = t.reach.raw(), size = t.size.raw(), s = t.spread.raw(), mid = t.mid.raw();
    const double v = side->total() * drawn<double>(0, 500, 1'000), q = side->total() * drawn<double>(1, 499, 1'000);
    const long double a = d1 * std::pow(size, -1 / static_cast<long double>(g)) * g / (g + 1) *
                          (std::pow(static_cast<long double>(v) + q, (g + 1.0L) / g) - std::pow(static_cast<long double>(v), (g + 1.0L) / g)) / q;
    const Fill<double> f = fill(*side, q, v);
    RC_ASSERT(std::abs(cost_against(t.side, f, t.mid).raw() - static_cast<double>(mid * q * (s + a))) <= 1e-11 * t.mid.raw() * (v + q));
    // Slices of equal size at the worst price of their middle units.
    const int slices = 4'000;
    double sum = 0;
    for (int i = 0; i < slices; ++i) sum += q / slices * side->walk(v + q * (i + 0.5) / slices).worst;
    RC_ASSERT(std::abs(sum - f.value) <= 1e-4 * t.end.raw() * t.mid.raw() * q);
  });
}

// 100 within 1 %: a block book loses half of its worst distance on average, a V-shaped one two thirds.
TEMPLATE_TEST_CASE("a block book loses half of its worst distance, a V-shaped one two thirds", "[market][source:depth_closed_form]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto exact = [](const T& x, double y) { return std::abs(plain(x) - y) <= 1e-12 * std::abs(y); };
  const PowerTerms<T> terms{.side = BookSide::bids, .mid = T(1'000), .size = T(100), .reach = bps<T>(100), .end = bps<T>(1'000)};
  const auto block = PowerLaw<T>::make(terms);
  REQUIRE(block.has_value());
  CHECK(exact(block->total(), 1'000));
  CHECK(exact(*average_price(fill(*block, T(200), T(0))), 990));
  CHECK(exact(fill(*block, T(200), T(0)).worst, 980));
  CHECK(exact(*average_price(fill(*block, T(200), T(200))), 970));
  CHECK(exact(largest_at_average(*block, T(970), T(200)), 200));
  CHECK(exact(largest_at_average(*block, T(990), T(0)), 200));
  CHECK(exact(largest_within(*block, T(980), T(50)), 150));
  CHECK(exact(largest_at_cost(*block, CostLimit<T>{T(1'000), T(2'000)}, T(0)), 200));    // 200 that lose 1 %
  CHECK(exact(largest_at_cost(*block, CostLimit<T>{T(1'000), T(6'000)}, T(200)), 200));  // 200 more that lose 3 %
  CHECK(largest_at_cost(*block, CostLimit<T>{T(1'000), T(1'000'000)}, T(200)) == T(block->total() - T(200)));
  CHECK(largest_at_cost(*block, CostLimit<T>{T(1'000), T(-1)}, T(0)) == T(0));
  PowerTerms<T> bent = terms;
  bent.exponent = 2;
  bent.spread = bps<T>(10);
  const auto v_shaped = PowerLaw<T>::make(bent);
  REQUIRE(v_shaped.has_value());
  CHECK(exact(fill(*v_shaped, T(400), T(0)).worst, 979));                       // 2 % beyond the spread
  CHECK(exact(*average_price(fill(*v_shaped, T(100), T(0))), 999 - 20.0 / 3));  // 2/3 of 1 %
  CHECK(exact(largest_at_average(*v_shaped, T(T(2'977) / T(3)), T(0)), 100));
  CHECK(exact(largest_within(*v_shaped, T(979), T(0)), 400));
  CHECK(exact(largest_at_cost(*v_shaped, CostLimit<T>{T(1'000), T(T(2'300) / T(3))}, T(0)), 100));
  bent.side = BookSide::asks;
  const auto asks = PowerLaw<T>::make(bent);
  REQUIRE(asks.has_value());
  CHECK(exact(fill(*asks, T(400), T(0)).worst, 1'021));
  CHECK(exact(depth_within(*v_shaped, *asks, Slippage<T>{T(1'000), bps<T>(210)}).both(), 800));
  // Beyond the end: all of it and a rest, at a price above zero.
  const Fill<T> over = fill(*v_shaped, T(20'000), T(0));
  CHECK((exact(over.filled, 10'000) && exact(over.unfilled, 10'000) && exact(over.worst, 899)));
}

TEMPLATE_TEST_CASE("parameters of no power law are named", "[market][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  struct Bad {
    const char* claim;
    double mid, size, reach, end, exponent, spread;
    Error error;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = HUGE_VAL;
  const Bad bad[] = {{"mid 0", 0, 1, .01, .1, 1, 0, {Errc::bad_price, Field::mid}},
                     {"mid NaN", nan, 1, .01, .1, 1, 0, {Errc::bad_number, Field::mid}},
                     {"size 0", 1, 0, .01, .1, 1, 0, {Errc::bad_parameter, Field::book_depth}},
                     {"size below 0", 1, -1, .01, .1, 1, 0, {Errc::bad_parameter, Field::book_depth}},
                     {"size infinite", 1, inf, .01, .1, 1, 0, {Errc::bad_number, Field::book_depth}},
                     {"reach 0", 1, 1, 0, .1, 1, 0, {Errc::bad_parameter, Field::band}},
                     {"reach NaN", 1, 1, nan, .1, 1, 0, {Errc::bad_number, Field::band}},
                     {"exponent 0", 1, 1, .01, .1, 0, 0, {Errc::bad_parameter, Field::exponent}},
                     {"exponent below 0", 1, 1, .01, .1, -1, 0, {Errc::bad_parameter, Field::exponent}},
                     {"exponent NaN", 1, 1, .01, .1, nan, 0, {Errc::bad_number, Field::exponent}},
                     {"end 0", 1, 1, .01, 0, 1, 0, {Errc::bad_parameter, Field::price_band}},
                     {"end 1", 1, 1, .01, 1, 1, 0, {Errc::bad_parameter, Field::price_band}},
                     {"end NaN", 1, 1, .01, nan, 1, 0, {Errc::bad_number, Field::price_band}},
                     {"spread below 0", 1, 1, .01, .1, 1, -.01, {Errc::bad_parameter, Field::spread}},
                     {"spread NaN", 1, 1, .01, .1, 1, nan, {Errc::bad_number, Field::spread}},
                     {"a price of zero", 1, 1, .01, .5, 1, .5, {Errc::bad_parameter, Field::spread}},
                     {"a book without end", 1, 1e300, 1e-6, .9, 8, 0, {Errc::overflow, Field::book_depth}},
                     {"money beyond range", 1e10, 1e308, .1, .1, 1, 0, {Errc::overflow, Field::book_depth}},
                     {"a book of nothing", 1, 1e-300, .9, 1e-6, 8, 0, {Errc::overflow, Field::book_depth}}};
  for (const Bad& b : bad) {
    INFO(b.claim);
    const auto made = PowerLaw<T>::make({.side = BookSide::bids,
                                         .mid = num<T>(b.mid),
                                         .size = num<T>(b.size),
                                         .reach = num<T>(b.reach),
                                         .end = num<T>(b.end),
                                         .exponent = num<T>(b.exponent),
                                         .spread = num<T>(b.spread)});
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error() == b.error);
  }
  const auto side = PowerLaw<T>::make({.side = BookSide::bids, .mid = T(1), .size = T(1), .reach = bps<T>(100), .end = bps<T>(1'000)});
  CHECK(side->within(num<T>(nan)) == T(0));
  CHECK(side->size_at_average(num<T>(nan), T(0)) == T(0));
  CHECK(side->size_at_average(num<T>(inf), T(0)) == T(0));
  CHECK(side->size_at_average(num<T>(-inf), T(0)) == T(0));
  CHECK(side->size_at_average(num<T>(nan), T(1)) == T(0));
}

TEMPLATE_TEST_CASE("decimals and binary numbers of Boost have powers, in all their digits", "[market][laws]", Decimal, boost::multiprecision::cpp_bin_float_50,
                   boost::multiprecision::cpp_dec_float_100) {
  using T = TestType;
  static_assert(PoweredScalar<T>);
  const T tiny = T(unit_roundoff<T>() * 10'000);
  check_property("roots and squares by other means", 60, [&] {
    const T x = drawn<T>(1'000, 9'999, 10'000), q = T(x * 10'000);
    const auto near_to = [&](const T& a, const T& b) { return magnitude(T(a - b)) <= T(tiny * magnitude(b)); };
    for (const int exponent : {2, 4}) {
      const auto side =
          PowerLaw<T>::make({.side = BookSide::asks, .mid = 1'000, .size = 10'000, .reach = bps<T>(1'000), .end = bps<T>(1'000), .exponent = exponent});
      RC_ASSERT(side.has_value());
      const T root = exponent == 2 ? T(sqrt(x)) : T(sqrt(T(sqrt(x))));  // how far of the reach
      RC_ASSERT(near_to(side->walk(q).worst, T(1'000 + 100 * root)));
      RC_ASSERT(near_to(side->walk(q).value, T(q * (1'000 + T(100 * exponent) * root / (exponent + 1)))));
      RC_ASSERT(near_to(side->within(T(1'000 + 100 * x)), T(10'000 * (exponent == 2 ? T(x * x) : T(x * x * x * x)))));
    }
  });
}

TEST_CASE("a rational has no powers: an exponent other than 1 is refused, not rounded", "[market][bad_input]") {
  const auto made =
      PowerLaw<Rational>::make({.side = BookSide::bids, .mid = 1, .size = 1, .reach = bps<Rational>(100), .end = bps<Rational>(1'000), .exponent = 2});
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error() == Error{Errc::unsupported, Field::exponent});
}
