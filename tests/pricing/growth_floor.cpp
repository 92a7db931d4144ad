// SPDX-License-Identifier: Apache-2.0
// A floor that falls with time: what passes, what freezes, and what the floor may not be.
#include "pricing/laws.hpp"
#include "support/strict.hpp"

#include <loadline/pricing/growth_floor.hpp>
#include <loadline/pricing/index.hpp>
#include <loadline/pricing/redemption.hpp>

using namespace loadline;
using namespace pricing_laws;

namespace {

constexpr Time day = milliseconds_per_day, year = milliseconds_per_year;

static_assert(WrappedPricing<GrowthFloor<double, RedemptionRatio<double>>, double>);
static_assert(WrappedPricing<Redemption<GrowthFloor<Strict, GrowthCap<Strict, RedemptionRatio<Strict>>>, Spot>, Strict>);

}  // namespace

TEMPLATE_TEST_CASE("at the floor there is a price, a unit below it there is none", "[pricing]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const GrowthFloor<T, RedemptionRatio<T>> rule{{.source = 0}, T(2), 0, T(T(1) / T(2))};  // 50 % a year: 1.5 after half of it
  const auto at = [&](const T& r, Time now) {
    const std::array<Source<T>, 1> s{Source<T>{r}};
    return rule.price(Feeds<T>(s, now));
  };
  CHECK(at(T(T(3) / T(2)), year / 2)->value == T(T(3) / T(2)));
  CHECK(at(T(9), year / 2)->value == T(9));
  CHECK(at(T(T(23) / T(16)), year / 2).error() == Error{Errc::bad_ratio, Field::ratio_drop});
  CHECK(at(T(T(31) / T(16)), 0).error() == Error{Errc::bad_ratio, Field::ratio_drop});  // at the snapshot nothing has been allowed yet
  CHECK(at(T(2), 0)->value == T(2));
  CHECK(at(T(T(1) / T(16)), 2 * year)->value == T(T(1) / T(16)));  // the floor has come down to zero
  CHECK(at(T(T(1) / T(16)), 9 * year)->value == T(T(1) / T(16)));
  CHECK(at(T(0), 9 * year).error() == Error{Errc::bad_ratio, Field::redemption_ratio});
  CHECK(at(T(2), -1).error() == Error{Errc::bad_time, Field::ratio_drop});
}

TEST_CASE("r >= r0 (1 - s t / year), or nothing", "[pricing][laws]") {
  int frozen = 0, priced = 0;
  check_property("by definition, and by the laws of a pricing model", 300, [&] {
    const Rational r0(*rc::gen::inRange(1, 300), 100), fall(*rc::gen::inRange(0, 40), 100);
    const Time t0 = *rc::gen::inRange(0, 100) * day, now = t0 + *rc::gen::inRange(0, 1'000) * day;
    const GrowthFloor<Rational, RedemptionRatio<Rational>> rule{{.source = 0}, r0, t0, fall};
    const std::vector<Source<Rational>> s{{Rational(r0 * *rc::gen::inRange(50, 120) / 100), now}, {Rational(3'000), now}};
    const auto p = rule.price(Feeds<Rational>(s, now));
    const Rational days((now - t0) / day);
    const bool above = !(s[0].value < r0 * (1 - fall * days / 365));
    RC_ASSERT(p.has_value() == above);
    RC_ASSERT(rule.check(Feeds<Rational>(s, now)).has_value() == !above);
    if (above) RC_ASSERT(p->value == s[0].value);
    (above ? priced : frozen) += 1;
    check_laws(rule, s, now);
    check_laws(Redemption{rule, Spot{1}}, s, now);
  });
  CHECK(frozen > 30);
  CHECK(priced > 30);
}

TEMPLATE_TEST_CASE("faults of a floor are named", "[pricing][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = T(num<T>(0.0) / num<T>(0.0)), infinite = T(num<T>(1.0) / num<T>(0.0));
  const std::array<Source<T>, 1> live{Source<T>{T(1)}};
  const auto floor = [&](const T& r0, Time t0, const T& fall, std::size_t source = 0) {
    return GrowthFloor<T, RedemptionRatio<T>>{{.source = source}, r0, t0, fall}.check(Feeds<T>(live, 100 * day));
  };
  CHECK(!floor(T(1), 0, T(0)));
  CHECK(floor(nan, 0, T(0)) == Error{Errc::bad_number, Field::ratio_drop});
  CHECK(floor(T(1), 0, infinite) == Error{Errc::bad_number, Field::ratio_drop});
  CHECK(floor(T(0), 0, T(0)) == Error{Errc::bad_ratio, Field::ratio_drop});
  CHECK(floor(T(1), 0, T(-1)) == Error{Errc::bad_parameter, Field::ratio_drop});
  CHECK(floor(T(1), 101 * day, T(0)) == Error{Errc::bad_time, Field::ratio_drop});
  CHECK(floor(T(2), 0, T(0)) == Error{Errc::bad_ratio, Field::ratio_drop});  // the live ratio is below it already
  CHECK(floor(T(1), 0, T(0), 3) == Error{Errc::bad_size, Field::source, 3});
}
