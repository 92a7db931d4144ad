// SPDX-License-Identifier: Apache-2.0
// Bankruptcy and fillable prices of one position of a cross account, over any scalar. Source of the numbers: dYdX v4-chain @84d4664b, liquidations_test.go.
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/liquidation/pro_rata_price.hpp>

#include <array>
#include <limits>
#include <vector>

using namespace loadline;

namespace {

/// 0.1 BTC at 50,000, long or short, one tenth of maintenance, cash as given.
template <class T>
ProRataTerms<T> tenth(bool is_long, int cash) {
  const T size = is_long ? T(T(1) / T(10)) : T(T(-1) / T(10));
  return {.mark = T(50'000), .size = size, .maintenance = T(500), .equity = T(is_long ? cash + 5'000 : cash - 5'000), .total_maintenance = T(500)};
}

}  // namespace

TEMPLATE_TEST_CASE("the source's prices of 0.1 BTC", "[liquidation][source:dydx_bankruptcy_price][source:dydx_fillable_price]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const SpreadTerms<T> usual{};
  const auto is = [](const Result<Price<T>>& p, const T& x) {
    const T off = T(p->raw() - x);
    return off < T(T(1) / T(1'000'000)) && T(-off) < T(T(1) / T(1'000'000));
  };
  CHECK(is(pro_rata_bankruptcy_price(tenth<T>(true, -5'100)), T(51'000)));  // in debt beyond its position
  CHECK(is(pro_rata_bankruptcy_price(tenth<T>(false, 4'900)), T(49'000)));
  CHECK(is(pro_rata_bankruptcy_price(tenth<T>(true, -5'000)), T(50'000)));
  CHECK(is(pro_rata_bankruptcy_price(tenth<T>(true, -4'501)), T(45'010)));
  CHECK(is(fillable_price(tenth<T>(true, -4'501), usual), T(49'999)));
  CHECK(is(fillable_price(tenth<T>(true, -4'501), {.adjustment = T(2)}), T(49'998)));
  CHECK(is(fillable_price(tenth<T>(true, -4'501), {.widest = T(T(1) / T(5))}), T(49'998)));
  CHECK(is(fillable_price(tenth<T>(false, 4'500), usual), T(50'500)));       // below zero: the whole spread
  CHECK(fillable_price(tenth<T>(true, -4'000), usual)->raw() == T(50'000));  // above maintenance: the mark
  CHECK(fillable_price(tenth<T>(true, -4'500), usual)->raw() == T(50'000));  // exactly at it
}

TEST_CASE("laws of pro-rata prices", "[liquidation]") {
  using T = Rational;
  check_property("closing everything leaves nothing; closing a part keeps the ratio", 200, [] {
    const auto n = *rc::gen::inRange<std::size_t>(1, 6);
    std::vector<ProRataTerms<T>> all(n, tenth<T>(true, 0));
    T total = 0;
    for (auto& p : all) {
      p.mark = T(*rc::gen::inRange(1, 100'000));
      p.size = T(*rc::gen::inRange(1, 10'000) * (*rc::gen::arbitrary<bool>() ? 1 : -1), 7);
      p.maintenance = T(*rc::gen::inRange(1, 1'000'000), 13);
      total += p.maintenance.raw();
    }
    T equity = T(*rc::gen::inRange(-1'000'000, 1'000'000), 3);
    const T first = T(equity / total);
    for (auto& p : all) {
      p.equity = equity;
      p.total_maintenance = total;
      const auto price = pro_rata_bankruptcy_price(p);
      RC_ASSERT(price);
      const T part = T(*rc::gen::inRange(1, 100), 100);  // of this position, then the rest of it
      equity += T(T(price->raw() - p.mark.raw()) * p.size.raw() * part);
      total -= T(p.maintenance.raw() * part);
      RC_ASSERT(T(equity) == T(first * total));
      auto rest = p;
      rest.size = T(p.size.raw() * (1 - part));
      rest.maintenance = T(p.maintenance.raw() * (1 - part));
      rest.equity = equity;
      rest.total_maintenance = total;
      const auto again = pro_rata_bankruptcy_price(rest);
      RC_ASSERT(again && again->raw() == price->raw());
      equity += T(T(again->raw() - p.mark.raw()) * rest.size.raw());
      total -= rest.maintenance.raw();
    }
    RC_ASSERT(total == 0 && equity == 0);
  });
  check_property("the spread opens with trouble, between the mark and its widest", 200, [] {
    const bool is_long = *rc::gen::arbitrary<bool>();
    auto p = tenth<T>(is_long, 0);
    const SpreadTerms<T> s{.adjustment = T(*rc::gen::inRange(100, 500), 100), .widest = T(*rc::gen::inRange(0, 200), 100)};
    p.equity = T(*rc::gen::inRange(-1'000, 1'000));
    const T here = fillable_price(p, s)->raw();
    p.equity = T(p.equity.raw() - *rc::gen::inRange(0, 500));
    const T worse = fillable_price(p, s)->raw(), widest = T(s.widest.raw() * 5'000);
    const bool below = worse <= here && here <= 50'000 && worse >= 50'000 - widest, above = worse >= here && here >= 50'000 && worse <= 50'000 + widest;
    const bool opens = is_long ? below : above;
    RC_ASSERT(opens);
    const T end = is_long ? T(50'000 - widest) : T(50'000 + widest);
    if (p.equity.raw() <= 0) RC_ASSERT(worse == end);
  });
  check_property("a long and a short with the same figures are mirror images", 100, [] {
    const int equity = *rc::gen::inRange(-10'000, 10'000);
    auto up = tenth<T>(true, 0), down = tenth<T>(false, 0);
    up.equity = down.equity = T(equity);
    RC_ASSERT(T(pro_rata_bankruptcy_price(up)->raw() + pro_rata_bankruptcy_price(down)->raw()) == 100'000);
    RC_ASSERT(T(fillable_price(up, SpreadTerms<T>{})->raw() + fillable_price(down, SpreadTerms<T>{})->raw()) == 100'000);
  });
}

TEST_CASE("what has no pro-rata price", "[liquidation]") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const auto fault = [](auto change) {
    auto p = tenth<double>(true, -4'501);
    change(p);
    const auto a = pro_rata_bankruptcy_price(p), b = fillable_price(p, SpreadTerms<double>{});
    REQUIRE((!a && !b));
    CHECK(a.error() == b.error());
    return a.error();
  };
  using P = ProRataTerms<double>;
  CHECK(fault([&](P& p) { p.mark = nan; }) == Error{Errc::bad_number, Field::mark});
  CHECK(fault([&](P& p) { p.mark = 0.0; }) == Error{Errc::bad_price, Field::mark});
  CHECK(fault([&](P& p) { p.size = 0.0; }) == Error{Errc::bad_parameter, Field::size});
  CHECK(fault([&](P& p) { p.size = infinity; }) == Error{Errc::bad_number, Field::size});
  CHECK(fault([&](P& p) { p.maintenance = -1.0; }) == Error{Errc::bad_parameter, Field::position});
  CHECK(fault([&](P& p) { p.maintenance = 501.0; }) == Error{Errc::bad_parameter, Field::position});
  CHECK(fault([&](P& p) { p.maintenance = p.total_maintenance = 0.0; }) == Error{Errc::bad_parameter, Field::account});
  CHECK(fault([&](P& p) { p.equity = nan; }) == Error{Errc::bad_number, Field::account});
  CHECK(pro_rata_bankruptcy_price(P{.mark = 1, .size = 1e-300, .maintenance = 1, .equity = 1e300, .total_maintenance = 1}).error() ==
        Error{Errc::overflow, Field::liquidation_price});
  const auto p = tenth<double>(true, -4'501);
  CHECK(fillable_price(p, {.adjustment = 0.5}).error() == Error{Errc::bad_parameter, Field::threshold});
  CHECK(fillable_price(p, {.adjustment = nan}).error() == Error{Errc::bad_number, Field::threshold});
  CHECK(fillable_price(p, {.widest = -0.1}).error() == Error{Errc::bad_parameter, Field::spread});
  CHECK(fillable_price(p, {.widest = infinity}).error() == Error{Errc::bad_number, Field::spread});
}
