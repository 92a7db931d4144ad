// SPDX-License-Identifier: Apache-2.0
// What moves a position back in the queue: how much cash, how much smaller, or its profit realised.
#include "support/catch.hpp"
#include "support/property.hpp"
#include "support/strict.hpp"
#include "waterfall/people.hpp"

#include <loadline/analysis/lower_light.hpp>
#include <loadline/ext/multiprecision.hpp>
#include <loadline/waterfall/adl_light.hpp>

#include <limits>

using namespace loadline;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

bool near(const Rational& x, const char* value) {
  const Rational apart = x - Rational(value);
  return -Rational(1, 1'000'000'000) < apart && apart < Rational(1, 1'000'000'000);
}
template <class T>
bool near(const T& x, const char* value) {
  return plain(x) == Approx(Rational(value).convert_to<double>()).epsilon(1e-12);
}

/// Profit by entry value times notional by equity: a leveraged return.
struct LeveragedReturn {
  template <class T>
  T operator()(const OwnFigures<T>& own) const {
    const T change = T(T(own.mark - own.entry) / own.entry), profit = own.size < T(0) ? T(-change) : change;
    return T(profit * T(own.notional / own.equity));
  }
};
/// Entry by mark times notional by equity, of a short.
struct PriceRatio {
  template <class T>
  T operator()(const OwnFigures<T>& own) const {
    return T(T(own.entry / own.mark) * T(own.notional / own.equity));
  }
};
/// Profit by wallet times maintenance by equity.
struct ProfitByWallet {
  template <class T>
  T operator()(const OwnFigures<T>& own) const {
    const T profit = T(own.size * T(own.mark - own.entry));
    const T by = own.wallet < T(1) ? T(1) : own.wallet;
    return T(T((T(0) < profit ? profit : T(0)) / by) * T(own.maintenance / own.equity));
  }
};

/// A short of 10 from 100 at a mark of 80, on a wallet of 200: profit 200, equity 400, notional 800.
template <class T>
OwnFigures<T> own_short() {
  return {.size = T(-10), .entry = T(100), .mark = T(80), .wallet = T(200), .equity = T(400), .maintenance = T(8), .own_maintenance = T(8), .notional = T(800)};
}

}  // namespace

TEMPLATE_TEST_CASE("a leveraged return of 0.4 comes below 0.25 by 240 of cash, by 3.75 units, or by realising", "[lower_light]", double, Strict, Rational) {
  using T = TestType;
  const auto r = lower_light<T>(own_short<T>(), LeveragedReturn{}, BelowScore<T>{T(T(1) / T(4))}, T(1'000));
  REQUIRE(r);
  REQUIRE((r->cash && r->smaller && r->realised));
  CHECK(near(r->cash->amount, "240"));  // 0.2 x 800 / 640
  CHECK(*r->cash->score < T(T(1) / T(4)));
  CHECK(near(r->smaller->amount, "15/4"));  // 0.2 x (800 - 80 x) / 400: 500 of notional
  CHECK(*r->smaller->score < T(T(1) / T(4)));
  CHECK(near(r->realised->amount, "200"));
  CHECK(*r->realised->score == T(0));
}

TEMPLATE_TEST_CASE("by profit on the wallet a realised profit helps twice", "[lower_light]", double, Strict, Rational) {
  using T = TestType;
  // 200 / 200 x 8 / 400 = 0.02. Below 0.01: cash 200 / (200 + x) x 8 / (400 + x), x = 112.3105...
  const auto r = lower_light<T>(own_short<T>(), ProfitByWallet{}, BelowScore<T>{T(T(1) / T(100))}, T(1'000));
  REQUIRE((r && r->cash && r->smaller && r->realised));
  const T x = r->cash->amount;
  CHECK(near(T(T(T(200) + x) * T(T(400) + x)), "160000"));
  // A part a closed: 200 (1 - a) / (200 + 200 a) x 8 (1 - a) / 400 = 0.02 (1 - a)^2 / (1 + a): a^2 - 2.5 a + 0.5 = 0.
  const T a = T(r->smaller->amount / T(10));
  CHECK(magnitude(T(T(T(a * a) + T(T(1) / T(2))) - T(T(5) * T(a / T(2))))) < T(T(1) / T(1'000'000'000)));
}

TEMPLATE_TEST_CASE("by a price ratio realising helps little, and too little cash is no way", "[lower_light]", double, Strict, Rational) {
  using T = TestType;
  // 1.25 x 800 / 400 = 2.5; realised it is 2.
  const auto r = lower_light<T>(own_short<T>(), PriceRatio{}, BelowScore<T>{T(2)}, T(99));
  REQUIRE(r);
  CHECK_FALSE(r->cash);  // 100 would be the score itself, and that is not below it
  CHECK_FALSE(r->realised);
  REQUIRE(r->smaller);
  CHECK(near(r->smaller->amount, "2"));
  const auto more = lower_light<T>(own_short<T>(), PriceRatio{}, BelowScore<T>{T(2)}, T(101));
  REQUIRE((more && more->cash));
  CHECK(near(more->cash->amount, "100"));
  CHECK(T(100) < more->cash->amount);
}

TEST_CASE("already there: nothing to add; nowhere to get: only closing it whole", "[lower_light]") {
  const auto there = lower_light<double>(own_short<double>(), LeveragedReturn{}, BelowScore<double>{0.5}, 0.0);
  REQUIRE((there && there->cash && there->smaller));
  CHECK(there->cash->amount == 0);
  CHECK(there->smaller->amount == 0);
  const auto nowhere = lower_light<double>(own_short<double>(), LeveragedReturn{}, BelowScore<double>{-1}, 1e9);
  REQUIRE(nowhere);
  CHECK_FALSE(nowhere->cash);
  CHECK_FALSE(nowhere->realised);
  REQUIRE(nowhere->smaller);
  CHECK(nowhere->smaller->amount == 10);
  CHECK_FALSE(nowhere->smaller->score);
}

TEST_CASE("the least amounts of random accounts reach the goal, and a little less does not", "[lower_light]") {
  check_property("both ends of the search, in closed form for a price ratio", 200, [] {
    using T = Rational;
    const T mark = *rc::gen::inRange(50, 150), size = T(*rc::gen::inRange(1, 50));
    const OwnFigures<T> own{.size = T(-size),
                            .entry = T(*rc::gen::inRange(50, 150)),
                            .mark = mark,
                            .wallet = T(*rc::gen::inRange(1, 500)),
                            .equity = T(*rc::gen::inRange(1, 900)),
                            .maintenance = T(5),
                            .own_maintenance = T(5),
                            .notional = T(mark * size)};
    const T threshold = Rational(*rc::gen::inRange(1, 60)) / 10;
    const auto r = lower_light<T>(own, PriceRatio{}, BelowScore<T>{threshold}, T(100'000));
    RC_ASSERT(bool(r));
    const T needed = own.entry / own.mark * own.notional / threshold - own.equity;
    if (PriceRatio{}(own) < threshold) {
      RC_ASSERT(r->cash->amount == 0);
      return;
    }
    if (!r->cash) {
      RC_ASSERT(needed >= 100'000);
      return;
    }
    RC_ASSERT(needed < r->cash->amount);
    RC_ASSERT(r->cash->amount - needed < Rational(1, 1'000'000'000));
    RC_ASSERT(*r->cash->score < threshold);
    const T part = size - threshold * own.equity * own.mark / own.entry / mark;
    RC_ASSERT(part <= r->smaller->amount);
    RC_ASSERT(r->smaller->amount - part < Rational(1, 1'000'000'000));
  });
}

TEMPLATE_TEST_CASE("in a population the goal is a light further back, whatever closing does to the queue", "[lower_light]", double, Strict, Rational) {
  using T = TestType;
  // Ten shorts of 10 by score 1 to 10 and ours, with a score of 8.5: two stand before us.
  People<T> people;
  for (int i = 1; i <= 10; ++i) {
    people.add(static_cast<std::uint64_t>(i), T(-10), T(100));
    people.scores.push_back(T(i));
  }
  people.add(99, T(-10), T(400));
  people.scores.push_back(T(T(17) / T(2)));
  people.add(55, T(1'000), T(1));  // a long does not count
  people.scores.push_back(T(9));
  const auto goal = FurtherBack<T>::make(people.view(), 99, 1);
  REQUIRE(goal);
  CHECK(goal->now() == 1U);  // 30 of 110 with us: the second fifth
  CHECK(goal->light(T(11), T(10)) == 0U);
  CHECK(goal->light(T(0), T(10)) == 4U);
  CHECK(goal->light(T(8), T(10)) == 1U);            // behind 9, 10 and, of equals, the lower id: 40 of 110
  CHECK(goal->light(T(7), T(10)) == 2U);            // 50 of 110
  CHECK(goal->light(T(T(13) / T(2)), T(3)) == 2U);  // 43 of 103 with 3 left: what is closed is gone from the total too
  const auto score = [](const OwnFigures<T>& own) { return T(T(own.notional / own.equity) * T(T(17) / T(4))); };  // 8.5 now
  const auto r = lower_light<T>(own_short<T>(), score, *goal, T(1'000));
  REQUIRE((r && r->cash && r->smaller));
  // At 7, behind 10, 9, 8 and by its id 7: 800 / e x 4.25 = 7.
  CHECK(near(r->cash->amount, "600/7"));
  CHECK(goal->light(*r->cash->score, T(10)) == 2U);
  // Smaller, more of the others must be in front: with u left, front + u > 2/5 (100 + u). 800 u / 10 / 400 x 4.25 = 0.85 u: at u = 8.2353 the score is 7, and
  // 48 > 43.
  CHECK(near(r->smaller->amount, "30/17"));
  CHECK(goal->light(*r->smaller->score, T(T(10) - r->smaller->amount)) == 2U);
  CHECK_FALSE(r->realised);  // this score knows no entry
  // The last light has none behind it.
  people.scores[10] = T(0);
  const auto last = FurtherBack<T>::make(people.view(), 99, 1);
  REQUIRE(last);
  CHECK(last->now() == 4U);
  CHECK_FALSE(last->reached(T(-100), T(10)));
}

TEST_CASE("bad figures and goals are named", "[lower_light][bad_input]") {
  const auto error = [](OwnFigures<double> own, double most = 10) {
    return lower_light<double>(own, LeveragedReturn{}, BelowScore<double>{0.1}, most).error();
  };
  const auto with = [](double OwnFigures<double>::*member, double value) {
    OwnFigures<double> own = own_short<double>();
    own.*member = value;
    return own;
  };
  using F = OwnFigures<double>;
  CHECK(error(with(&F::size, no_number)) == Error{Errc::bad_number, Field::size});
  CHECK(error(with(&F::entry, no_number)) == Error{Errc::bad_number, Field::entry});
  CHECK(error(with(&F::mark, no_number)) == Error{Errc::bad_number, Field::mark});
  CHECK(error(with(&F::wallet, no_number)) == Error{Errc::bad_number, Field::cash});
  CHECK(error(with(&F::equity, no_number)) == Error{Errc::bad_number, Field::account});
  CHECK(error(with(&F::maintenance, no_number)) == Error{Errc::bad_number, Field::maintenance_fixed});
  CHECK(error(with(&F::notional, no_number)) == Error{Errc::bad_number, Field::account});
  CHECK(error(with(&F::size, 0)) == Error{Errc::bad_parameter, Field::size});
  CHECK(error(with(&F::entry, 0)) == Error{Errc::bad_price, Field::entry});
  CHECK(error(with(&F::mark, -1)) == Error{Errc::bad_price, Field::mark});
  CHECK(error(with(&F::equity, 0)) == Error{Errc::bad_number, Field::score});  // a score that is infinite
  CHECK(error(own_short<double>(), -1) == Error{Errc::bad_parameter, Field::cash});
  CHECK(error(own_short<double>(), no_number) == Error{Errc::bad_number, Field::cash});

  People<double> people{{1, -1, 1}, {2, -1, 1}};
  CHECK(FurtherBack<double>::make(people.view(), 1, 1).error() == Error{Errc::missing_field, Field::counterparty});
  people.scores = {1, 2};
  CHECK(FurtherBack<double>::make(people.view(), 3, 1).error() == Error{Errc::bad_field, Field::counterparty});
  CHECK(FurtherBack<double>::make(people.view(), 1, 0).error() == Error{Errc::bad_field, Field::position});
  CHECK(FurtherBack<double>::make(people.view(), 1, 1, 0).error() == Error{Errc::bad_field, Field::score});
  people.scores[1] = no_number;
  CHECK(FurtherBack<double>::make(people.view(), 1, 1).error() == Error{Errc::bad_number, Field::score, 1});
  people = {{1, -1e308, 1}, {2, -1e308, 1}, {3, 1, 1}};
  people.scores = {1, 2, 3};
  CHECK(FurtherBack<double>::make(people.view(), 3, 1).error() == Error{Errc::bad_parameter, Field::size, 2});  // a long, where shorts are taken
  CHECK(FurtherBack<double>::make(people.view(), 1, 1).error() == Error{Errc::overflow, Field::open_interest});
}

TEST_CASE("who has no equity stands in no queue, and so in front of nobody, as the lights of all have it", "[lower_light]") {
  People<double> people{{1, -60, -50}, {7, -10, 400}, {3, -90, 500}};
  people.scores = {1e9, 5, 1};
  const Candidates<double> population = people.view();
  DeleveragingWorkspace<double> workspace(3);
  std::vector<std::uint32_t> lit(3);
  for (const bool insolvent : {false, true}) {
    REQUIRE(fill_lights<double>(population, -1, LightRule{.insolvent = insolvent}, workspace, lit));
    for (const std::size_t row : {std::size_t{1}, std::size_t{2}}) {
      const auto goal = FurtherBack<double>::make(population, people.ids[row], 1, 5, insolvent);
      REQUIRE(goal);
      CHECK(goal->now() == 5 - lit[row]);
    }
  }
  CHECK(lit[1] == 3);
  CHECK(FurtherBack<double>::make(population, 7, 1)->now() == 0);
}

TEST_CASE("one's own light is the one that all candidates' lights give", "[lower_light][property]") {
  check_property("lit() equals fill_lights, losers, ties and accounts without equity included", 300, [] {
    People<Rational> people;
    for (int i = *rc::gen::inRange(1, 12); i > 0; --i) {
      people.add(static_cast<std::uint64_t>(i), Rational(*rc::gen::inRange(-9, 10)), Rational(*rc::gen::inRange(-3, 20)));
      people.scores.push_back(Rational(*rc::gen::inRange(-2, 4)));
    }
    const Candidates<Rational> population = people.view();
    const int liquidated = *rc::gen::arbitrary<bool>() ? 1 : -1;
    const LightRule rule{.lights = static_cast<std::uint32_t>(*rc::gen::inRange(1, 8)), .insolvent = *rc::gen::arbitrary<bool>()};
    DeleveragingWorkspace<Rational> workspace(people.size());
    std::vector<std::uint32_t> lit(people.size());
    RC_ASSERT(fill_lights<Rational>(population, -liquidated, rule, workspace, lit).has_value());
    for (std::size_t row = 0; row < people.size(); ++row) {
      if (lit[row] == 0) continue;
      const auto own = FurtherBack<Rational>::make(population, people.ids[row], liquidated, rule.lights, rule.insolvent);
      RC_ASSERT(own.has_value());
      RC_ASSERT(own->lit() == lit[row]);
    }
  });
}
