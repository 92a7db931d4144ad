// SPDX-License-Identifier: Apache-2.0
// Whose position goes, how much of it, at which price, what that costs, and the account that is left.
#include "support/catch.hpp"
#include "support/property.hpp"
#include "support/strict.hpp"
#include "waterfall/people.hpp"

#include <loadline/analysis/hedge_taken.hpp>
#include <loadline/analysis/nearest_death.hpp>
#include <loadline/analysis/taken_at_light.hpp>
#include <loadline/analysis/taken_cost.hpp>
#include <loadline/ext/multiprecision.hpp>
#include <loadline/market/book.hpp>
#include <loadline/waterfall/adl_light.hpp>
#include <loadline/waterfall/pro_rata.hpp>

#include <array>
#include <limits>

using namespace loadline;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t spot_leg = 0, perp_leg = 1;

bool near(const Rational& x, const char* value) {
  return x == Rational(value);
}
template <class T>
bool near(const T& x, const char* value) {
  return plain(x) == Approx(Rational(value).convert_to<double>()).epsilon(1e-13);
}
bool same(const Rational& x, const Rational& y) {
  return x == y;
}
template <class T>
bool same(const T& x, const T& y) {
  return plain(x) == Approx(plain(y)).epsilon(1e-12);
}

/// 10 long on key 0 and 10 short on key 1, both from 100, 300 of cash, maintenance 1 %; both marks are 80.
template <class T>
struct Hedge {
  std::array<Bracket<T>, 1> brackets{Bracket<T>{.rate = Ratio<T>(bps<T>(100))}};
  std::array<Position<T>, 2> positions{Position<T>{.key = KeyId{0}, .size = Size<T>(10), .entry = Price<T>(100), .brackets = brackets},
                                       Position<T>{.key = KeyId{1}, .size = Size<T>(-10), .entry = Price<T>(100), .brackets = brackets}};
  std::vector<Price<T>> marks{Price<T>(80), Price<T>(80)};
  Account<T> account;

  Hedge() {
    account.cash = T(300);
    account.positions = positions;
  }
  Hedge(const Hedge&) = delete;
  Hedge& operator=(const Hedge&) = delete;
  [[nodiscard]] Portfolio<T> made() const { return *Portfolio<T>::make(account, 2); }
};

/// Shorts of the perpetual by score: 4 of somebody, our 10, 6 more, and a long that has nothing to do with it.
template <class T>
People<T> shorts() {
  People<T> p{{11, T(-4), T(100)}, {7, T(-10), T(284)}, {12, T(-6), T(500)}, {13, T(9), T(50)}};
  for (const int score : {30, 20, 10, 99}) p.scores.push_back(T(score));
  for (const int entry : {120, 100, 90, 85}) p.entries.push_back(T(entry));
  return p;
}
template <class T>
AdlNeed<T> need_of(int units) {
  return {T(units), 1, T(80), T(84)};
}
template <class T, class Policy>
Result<LegTaken<T>> one(const Hedge<T>& hedge, const QueuedLeg<T>& leg, const DeleverageRule& rule, const Policy& policy) {
  DeleveragingWorkspace<T> workspace(leg.population.size());
  const auto r = hedge_taken<T>(hedge.account, std::span(&leg, 1), rule, policy, workspace);
  if (!r) return r.error();
  return r->front();
}

}  // namespace

TEMPLATE_TEST_CASE("of a need of 9 the first four go elsewhere, and five are ours, at the bankruptcy price", "[hedge_taken]", double, Strict, Rational) {
  using T = TestType;
  const Hedge<T> hedge;
  People<T> people = shorts<T>();
  const auto r = one<T>(hedge, {perp_leg, 7, need_of<T>(9), people.view()}, {}, AdlQueue{});
  REQUIRE(r);
  CHECK(near(r->units, "5"));
  CHECK(near(r->held, "10"));
  CHECK(near(r->leg.contracts.raw(), "5"));
  CHECK(near(r->leg.fill.raw(), "84"));
  CHECK(r->leg.position == perp_leg);
  CHECK(r->cancels_orders);
  REQUIRE(r->place);
  CHECK(near(r->place->score, "20"));
  CHECK(r->place->in_front == 1U);
  CHECK(near(r->place->units_in_front, "4"));
  CHECK(near(r->place->units, "10"));
  CHECK(near(r->place->side, "20"));
  CHECK(near(r->all.placed, "9"));
  CHECK(r->all.touched == 2U);
}

TEMPLATE_TEST_CASE("other policies, other shares: pro rata a half of half the side, by profit what the profit says", "[hedge_taken]", double, Strict,
                   Rational) {
  using T = TestType;
  const Hedge<T> hedge;
  People<T> people = shorts<T>();
  CHECK(near(one<T>(hedge, {perp_leg, 7, need_of<T>(8), people.view()}, {}, ContractsProRata{})->units, "4"));  // 8 x 10/20
  // Profits 4 x 40, 10 x 20, 6 x 10: 200 of 420.
  CHECK(near(one<T>(hedge, {perp_leg, 7, need_of<T>(4), people.view()}, {}, ProfitProRata{})->units, "40/21"));
  people.scores.clear();
  const auto unscored = one<T>(hedge, {perp_leg, 7, need_of<T>(8), people.view()}, {}, ContractsProRata{});
  REQUIRE(unscored);
  CHECK_FALSE(unscored->place);
}

TEMPLATE_TEST_CASE("taken whole by what the account holds, and capped by the equity that must be spared", "[hedge_taken]", double, Strict, Rational) {
  using T = TestType;
  const Hedge<T> hedge;
  People<T> people = shorts<T>();
  const auto whole = one<T>(hedge, {perp_leg, 7, need_of<T>(100), people.view()}, {}, AdlQueue{});
  REQUIRE(whole);
  CHECK(whole->leg.contracts == Size<T>(10));
  CHECK(near(whole->all.unplaced, "80"));
  people.equities[1] = T(20);  // at 4 a unit it pays for 5
  const auto spared = one<T>(hedge, {perp_leg, 7, need_of<T>(100), people.view()}, {}, AdlQueue{});
  REQUIRE(spared);
  CHECK(near(spared->units, "5"));
  CHECK(near(spared->place->units, "5"));
  CHECK(near(spared->place->side, "15"));
  people.equities[1] = T(-1);
  const auto passed = one<T>(hedge, {perp_leg, 7, need_of<T>(100), people.view()}, {}, AdlQueue{});
  REQUIRE(passed);
  CHECK(passed->units == T(0));
  CHECK(passed->place->units == T(0));
  CHECK_FALSE(passed->cancels_orders);
  CHECK(passed->all.excluded == 1U);
}

TEMPLATE_TEST_CASE("a leg on the side that is liquidated is not taken", "[hedge_taken]", double, Strict, Rational) {
  using T = TestType;
  const Hedge<T> hedge;
  People<T> people = shorts<T>();
  AdlNeed<T> need = need_of<T>(9);
  need.liquidated = -1;
  const auto r = one<T>(hedge, {perp_leg, 7, need, people.view()}, {}, AdlQueue{});
  REQUIRE(r);
  CHECK(r->held == T(0));
  CHECK(r->units == T(0));
  CHECK_FALSE(r->place);
  CHECK_FALSE(r->cancels_orders);
}

TEMPLATE_TEST_CASE("the price is the rule's", "[hedge_taken]", double, Strict, Rational) {
  using T = TestType;
  const auto price = [](DeleveragePrice rule, const AdlNeed<T>& need) { return *deleverage_price<T>(rule, need); };
  AdlNeed<T> n{T(1), 1, T(80), T(84), T(82)};
  CHECK(price(DeleveragePrice::bankruptcy, n) == T(84));
  CHECK(price(DeleveragePrice::bankruptcy, {T(1), -1, T(80), T(-3), T(82)}) == T(0));  // a short that is worth nothing at every price: nobody sells below zero
  CHECK(price(DeleveragePrice::reference_capped, {T(1), -1, T(80), T(-3), T(82)}) == T(0));
  for (const T& worthless : {T(-5), T(0)}) {  // a long that is solvent at every price above zero: the mark
    CHECK(price(DeleveragePrice::bankruptcy, {T(1), 1, T(80), worthless, T(82)}) == T(80));
    CHECK(price(DeleveragePrice::reference_capped, {T(1), 1, T(80), worthless, T(82)}) == T(82));
  }
  CHECK(price(DeleveragePrice::mark, n) == T(80));
  CHECK(price(DeleveragePrice::reference, n) == T(82));
  CHECK(price(DeleveragePrice::reference_capped, n) == T(84));  // a long sold at 82 would leave a deficit
  n.reference = T(90);
  CHECK(price(DeleveragePrice::reference_capped, n) == T(90));
  n.liquidated = -1;
  CHECK(price(DeleveragePrice::reference_capped, n) == T(84));  // a short bought back at 90 would
  n.bankruptcy = std::nullopt;
  CHECK(price(DeleveragePrice::bankruptcy, n) == T(80));  // solvent at every price: the mark
  CHECK(price(DeleveragePrice::reference_capped, n) == T(90));
}

TEST_CASE("a leg's light is the one that all candidates' lights give; none without scores or without a place in the queue", "[hedge_taken][light]") {
  const Hedge<double> hedge;
  People<double> people = shorts<double>();
  DeleveragingWorkspace<double> workspace(people.size());
  std::vector<std::uint32_t> lit(people.size());
  REQUIRE(fill_lights<double>(people.view(), -1, LightRule{}, workspace, lit));
  std::size_t row = 0;
  while (people.ids[row] != 7) ++row;
  const auto light = [&](const DeleverageRule& rule) { return one<double>(hedge, {perp_leg, 7, need_of<double>(9), people.view()}, rule, AdlQueue{})->light; };
  CHECK(light({}) == lit[row]);
  CHECK(lit[row] > 0);
  people.equities[row] = 0;
  CHECK_FALSE(light({}));
  CHECK(light({.insolvent = true}));
  people.scores.clear();
  CHECK_FALSE(one<double>(hedge, {perp_leg, 7, need_of<double>(9), people.view()}, {}, ContractsProRata{})->light);
}

TEST_CASE("bad queues are named: ids, sizes, needs, scores, prices", "[hedge_taken][bad_input]") {
  using T = double;
  const Hedge<T> hedge;
  People<T> people = shorts<T>();
  const auto error = [&](const QueuedLeg<T>& leg, DeleveragePrice price = DeleveragePrice::bankruptcy) {
    return one<T>(hedge, leg, {.price = price}, AdlQueue{}).error();
  };
  CHECK(error({perp_leg, 999, need_of<T>(9), people.view()}) == Error{Errc::bad_field, Field::counterparty});
  CHECK(error({2, 7, need_of<T>(9), people.view()}) == Error{Errc::bad_field, Field::position});
  CHECK(error({spot_leg, 7, need_of<T>(9), people.view()}) == Error{Errc::bad_parameter, Field::size});  // the account is long there
  CHECK(error({perp_leg, 11, need_of<T>(9), people.view()}) == Error{Errc::bad_parameter, Field::size});
  for (const ContractKind kind : {ContractKind::inverse, ContractKind::quanto}) {
    Hedge<T> other;
    other.positions[perp_leg].kind = kind;
    CHECK(one<T>(other, {perp_leg, 7, need_of<T>(9), people.view()}, {}, AdlQueue{}).error() == Error{Errc::unsupported, Field::position});
  }
  for (const double multiplier : {0.0, -1.0, no_number}) {
    Hedge<T> other;
    other.positions[perp_leg].multiplier = multiplier;
    CHECK(one<T>(other, {perp_leg, 7, need_of<T>(9), people.view()}, {}, AdlQueue{}).error() == Error{Errc::bad_field, Field::multiplier});
  }
  CHECK(error({perp_leg, 7, need_of<T>(-1), people.view()}) == Error{Errc::bad_parameter, Field::size});
  CHECK(error({perp_leg, 7, {no_number, 1, 80, 84}, people.view()}) == Error{Errc::bad_number, Field::size});
  CHECK(error({perp_leg, 7, {9, 0, 80, 84}, people.view()}) == Error{Errc::bad_parameter, Field::position});
  CHECK(error({perp_leg, 7, {9, 1, no_number, 84}, people.view()}) == Error{Errc::bad_number, Field::mark});
  CHECK(error({perp_leg, 7, {9, 1, 0, 84}, people.view()}) == Error{Errc::bad_price, Field::mark});
  CHECK(error({perp_leg, 7, {9, 1, 80, no_number}, people.view()}) == Error{Errc::bad_number, Field::liquidation_price});
  CHECK(error({perp_leg, 7, {9, 1, 80, 84, no_number}, people.view()}) == Error{Errc::bad_number, Field::reference_price});
  CHECK(error({perp_leg, 7, {9, 1, 80, 84, 0}, people.view()}) == Error{Errc::bad_price, Field::reference_price});
  CHECK(error({perp_leg, 7, {9, 1, 80, 84}, people.view()}, DeleveragePrice::reference) == Error{Errc::missing_price, Field::reference_price});
  people.scores[2] = no_number;
  CHECK(error({perp_leg, 7, need_of<T>(9), people.view()}) == Error{Errc::bad_number, Field::score, 2});
  people.scores[2] = 10;
  people.scores[3] = no_number;  // of the other side: nobody asks
  CHECK(one<T>(hedge, {perp_leg, 7, need_of<T>(9), people.view()}, {}, AdlQueue{}));
  people.scores.clear();
  CHECK(error({perp_leg, 7, need_of<T>(9), people.view()}) == Error{Errc::missing_field, Field::counterparty});
  // The second of two legs.
  people = shorts<T>();
  const QueuedLeg<T> two[] = {{perp_leg, 7, need_of<T>(9), people.view()}, {perp_leg, 999, need_of<T>(9), people.view()}};
  DeleveragingWorkspace<T> workspace(4), small(3);
  CHECK(hedge_taken<T>(hedge.account, two, {}, AdlQueue{}, workspace).error() == Error{Errc::bad_field, Field::counterparty, 1});
  const QueuedLeg<T> second_bad[] = {two[0], {perp_leg, 7, need_of<T>(-1), people.view()}};
  CHECK(hedge_taken<T>(hedge.account, second_bad, {}, AdlQueue{}, workspace).error() == Error{Errc::bad_parameter, Field::size, 0, 1});
  CHECK(hedge_taken<T>(hedge.account, std::span(two, 1), {}, AdlQueue{}, small).error() == Error{Errc::bad_size, Field::counterparty});
}

TEST_CASE("the place in the queue says what the queue takes", "[hedge_taken]") {
  check_property("units = min(own, max(0, need - in front)), exactly", 300, [] {
    People<Rational> people;
    const int n = *rc::gen::inRange(1, 12);
    for (int i = 0; i < n; ++i) {
      people.add(static_cast<std::uint64_t>(100 - i), Rational(*rc::gen::inRange(-9, 10)), Rational(*rc::gen::inRange(-2, 60)));
      people.scores.push_back(Rational(*rc::gen::inRange(0, 4)));  // many alike
    }
    const Candidates<Rational> view = people.view();
    const Deleverage<Rational> d{Rational(*rc::gen::inRange(0, 40)), *rc::gen::arbitrary<bool>() ? 1 : -1, 80, *rc::gen::inRange(74, 87)};
    DeleveragingWorkspace<Rational> workspace(people.size());
    const auto a = AdlQueue{}.allocate(d, view, workspace, workspace.given());
    RC_ASSERT(bool(a));
    Rational side = 0;
    for (std::size_t row = 0; row < people.size(); ++row) {
      const auto place = queue_place(view, d, row);
      RC_ASSERT(bool(place));
      side += place->units;
      const Rational left = d.need < place->units_in_front ? Rational(0) : Rational(d.need - place->units_in_front);
      RC_ASSERT(workspace.given()[row] == (left < place->units ? left : place->units));
    }
    RC_ASSERT(queue_place(view, d, 0)->side == side);
  });
}

TEMPLATE_TEST_CASE("a light by contracts: between the far and the near end of its fifth", "[hedge_taken][light]", double, Strict, Rational) {
  using T = TestType;
  const auto range = [](std::uint32_t light, int need) { return *taken_at_light<T>({.held = T(10), .side = T(100), .light = light}, T(need)); };
  // The second fifth: with us, more than 20 and up to 40 stand in the queue, so 10 to 30 before us.
  CHECK(near(range(1, 25).least, "0"));
  CHECK(near(range(1, 25).most, "10"));
  CHECK(near(range(1, 34).least, "4"));
  CHECK(near(range(1, 12).most, "2"));
  CHECK(near(range(1, 40).least, "10"));
  CHECK(near(range(0, 5).most, "5"));
  CHECK(near(range(4, 100).least, "10"));
  CHECK(near(range(4, 75).most, "5"));
  CHECK(near(range(4, 75).least, "0"));
  // By users a light says next to nothing of contracts.
  const auto users = *taken_at_light<T>({.held = T(10), .side = T(100), .light = 4, .by_users = true}, T(95));
  CHECK(near(users.least, "5"));
  CHECK(near(users.most, "10"));
  // Who is passed over does not stand in front.
  CHECK(near(taken_at_light<T>({.held = T(10), .side = T(100), .light = 1, .passed_over = T(3)}, T(12))->most, "5"));
}

TEST_CASE("what goes lies in the range that the light gives", "[hedge_taken][light]") {
  check_property("least <= taken <= most, for every position of a random queue", 300, [] {
    People<Rational> people;
    Rational side = 0;
    const int n = *rc::gen::inRange(1, 12);
    for (int i = 0; i < n; ++i) {
      people.add(static_cast<std::uint64_t>(i), Rational(-*rc::gen::inRange(1, 12)), Rational(1'000));
      people.scores.push_back(Rational(*rc::gen::inRange(0, 100)));
      side -= people.sizes.back();
    }
    const auto lights = static_cast<std::uint32_t>(*rc::gen::inRange(1, 7));
    const Deleverage<Rational> d{Rational(*rc::gen::inRange(0, 80)), 1, 80, 80};
    DeleveragingWorkspace<Rational> workspace(people.size());
    const auto a = AdlQueue{}.allocate(d, people.view(), workspace, workspace.given());
    RC_ASSERT(bool(a));
    for (std::size_t i = 0; i < people.size(); ++i) {
      const auto place = queue_place(people.view(), d, i);
      const Rational reach = (place->units_in_front + place->units) * static_cast<int>(lights);
      std::uint32_t light = 0;
      while (Rational(side * static_cast<int>(light + 1)) < reach) ++light;
      for (const bool by_users : {false, true}) {
        const auto r = taken_at_light<Rational>({.held = place->units, .side = side, .light = light, .lights = lights, .by_users = by_users}, d.need);
        RC_ASSERT(bool(r));
        RC_ASSERT(!(workspace.given()[i] < r->least));
        RC_ASSERT(!(r->most < workspace.given()[i]));
        RC_ASSERT(!by_users || r->most == (d.need < place->units ? d.need : place->units));
      }
    }
  });
}

TEST_CASE("a position that ends exactly with its fifth has that light, whatever rounding says", "[hedge_taken][light]") {
  for (int n = 1; n <= 40; ++n)
    for (int side = 1; side <= 40; ++side) {
      const double held = side / 10.0 / n;
      const auto r = taken_at_light<double>({.held = held, .side = side / 10.0, .light = 0, .lights = static_cast<std::uint32_t>(n)}, held);
      REQUIRE(r);
      CHECK(r->least == Approx(held).epsilon(1e-12));
    }
}

TEST_CASE("bad lights are named", "[hedge_taken][light][bad_input]") {
  const auto error = [](const LitLeg<double>& leg, double need = 5) { return taken_at_light<double>(leg, need).error(); };
  CHECK(error({.held = 1e307, .side = 1.7e308, .light = 4}, 1.7e308) == Error{Errc::overflow, Field::open_interest});
  CHECK(error({.held = 10, .side = 100, .light = 5}) == Error{Errc::bad_parameter, Field::level});
  CHECK(error({.held = 10, .side = 100, .light = 0, .lights = 0}) == Error{Errc::bad_parameter, Field::level});
  CHECK(error({.held = 50, .side = 100, .light = 0}) == Error{Errc::bad_parameter, Field::level});  // half of the side does not end in the first fifth
  CHECK(error({.held = 0, .side = 100, .light = 0}) == Error{Errc::bad_parameter, Field::size});
  CHECK(error({.held = 10, .side = 9, .light = 0}) == Error{Errc::bad_parameter, Field::open_interest});
  CHECK(error({.held = 10, .side = 100, .light = 0}, -1) == Error{Errc::bad_parameter, Field::size});
  CHECK(error({.held = 10, .side = 100, .light = 0, .passed_over = -1}) == Error{Errc::bad_parameter, Field::size});
  CHECK(error({.held = 10, .side = no_number, .light = 0}) == Error{Errc::bad_number, Field::open_interest});
  CHECK(error({.held = no_number, .side = 100, .light = 0}) == Error{Errc::bad_number, Field::size});
  CHECK(error({.held = 10, .side = 100, .light = 0}, no_number) == Error{Errc::bad_number, Field::size});
}

TEMPLATE_TEST_CASE("the short is taken at 84: 160 are booked, and the naked long dies at 54.55", "[hedge_taken][account]", double, Strict, Rational) {
  using T = TestType;
  const Hedge<T> hedge;
  const auto before = key_deaths<T>(hedge.made(), hedge.marks);
  REQUIRE(before);
  REQUIRE(before->size() == 2);
  CHECK(near((*(*before)[0].price.below).raw(), "5080/99"));    // 300 + 200 - 8 + 10 (P - 100) = 0.1 P
  CHECK(near((*(*before)[1].price.above).raw(), "10920/101"));  // 300 - 200 - 8 + 10 (100 - P) = 0.1 P
  CHECK(near((*before)[1].distance->raw(), "71/202"));
  CHECK((*before)[0].price.above.outcome() == Outcome::none);
  const TakenLeg<T> taken[] = {{perp_leg, Size<T>(10), Price<T>(84)}};
  const auto left = TakenAccount<T>::make(hedge.account, 2, taken);
  REQUIRE(left);
  CHECK(near(left->account().cash.raw(), "460"));
  const auto after = left->portfolio();
  REQUIRE(after);
  const auto deaths = key_deaths<T>(*after, hedge.marks);
  REQUIRE(deaths);
  REQUIRE(deaths->size() >= 1);
  CHECK(near((*(*deaths)[0].price.below).raw(), "600/11"));
  CHECK(near((*deaths)[0].distance->raw(), "7/22"));
  const auto first = nearest_death<T>(*after, hedge.marks);
  REQUIRE((first && *first));
  CHECK((*first)->key == KeyId{0});
  CHECK(near((*first)->distance.raw(), "7/22"));
  // Together the two legs die of nothing below; the long alone does.
  const Ratio<T> together[] = {Ratio<T>(1), Ratio<T>(1)};
  const auto hedged = nearest_death<T>(hedge.made(), hedge.marks, together), naked = nearest_death<T>(*after, hedge.marks, together);
  REQUIRE((hedged && naked && *hedged && *naked));
  CHECK(near((*hedged)->distance.raw(), "71/4"));  // 300 = 0.2 P at 1,500
  CHECK(near((*naked)->distance.raw(), "7/22"));
}

TEMPLATE_TEST_CASE("part of a coin-margined short with accrued funding, exactly", "[hedge_taken][account]", double, Strict, Rational) {
  using T = TestType;
  const Bracket<T> rate[] = {{.rate = Ratio<T>(bps<T>(100))}};
  const Asset<T> coins[] = {{.amount = Quantity<T>(7), .price = Price<T>(2)}, {.amount = Quantity<T>(50), .key = KeyId{0}}};
  const Position<T> positions[] = {{.key = KeyId{0},
                                    .size = Size<T>(-40),
                                    .entry = Price<T>(25),
                                    .brackets = rate,
                                    .kind = ContractKind::inverse,
                                    .settle = AssetId{1},
                                    .multiplier = Ratio<T>(10),
                                    .accrued = Quantity<T>(4)}};
  Account<T> account;
  account.cash = T(5);
  account.assets = coins;
  account.positions = positions;
  const TakenLeg<T> taken[] = {{0, Size<T>(10), Price<T>(20)}};
  const auto left = TakenAccount<T>::make(account, 1, taken);
  REQUIRE(left);
  // -100 (1/25 - 1/20) = 1 coin, and a quarter of the funding.
  CHECK(near(left->account().assets[1].amount.raw(), "52"));
  CHECK(near(left->account().assets[0].amount.raw(), "7"));
  CHECK(near(left->account().cash.raw(), "5"));
  CHECK(near(left->account().positions[0].size.raw(), "-30"));
  CHECK(near(left->account().positions[0].accrued.raw(), "3"));
  // At the fill as the mark nothing has changed but the shape.
  const Price<T> marks[] = {Price<T>(20)};
  CHECK(same(left->portfolio()->equity(marks).raw(), Portfolio<T>::make(account, 1)->equity(marks).raw()));
}

TEST_CASE("what is left equals an account built by hand", "[hedge_taken][account]") {
  check_property("sizes, cash and every liquidation price, exactly", 150, [] {
    using T = Rational;
    const auto some = [](int low, int high) { return Rational(*rc::gen::inRange(low, high)) / 4; };
    const Bracket<T> rows[] = {{.cap = T(1'000), .rate = Ratio<T>(T(1) / 100)}, {.rate = Ratio<T>(T(3) / 100)}};
    std::vector<Position<T>> positions, by_hand;
    std::vector<Price<T>> marks;
    std::vector<TakenLeg<T>> taken;
    const std::uint32_t n = *rc::gen::inRange<std::uint32_t>(1, 4);
    T cash = some(-400, 4'000);
    Account<T> before, expected;
    before.cash = Money<T>(cash);
    for (std::uint32_t k = 0; k < n; ++k) {
      T size = some(-200, 200), multiplier = some(1, 9), entry = some(200, 600), accrued = some(-20, 20);
      positions.push_back({.key = KeyId{k},
                           .size = Size<T>(size),
                           .entry = Price<T>(entry),
                           .brackets = rows,
                           .multiplier = Ratio<T>(multiplier),
                           .accrued = Quantity<T>(accrued)});
      marks.push_back(Price<T>(some(200, 600)));
      by_hand.push_back(positions.back());
      if (size == 0 || *rc::gen::arbitrary<bool>()) continue;
      const T held = size < 0 ? T(-size) : size, fill = some(200, 600), part = held * Rational(*rc::gen::inRange(0, 5)) / 4;
      taken.push_back({k, Size<T>(part), Price<T>(fill)});
      const T direction = size < 0 ? -1 : 1;
      cash += direction * part * multiplier * (fill - entry) + accrued * part / held;
      by_hand.back().size = Size<T>(T(size - direction * part));
      by_hand.back().accrued = Quantity<T>(T(accrued - accrued * part / held));
    }
    before.positions = positions;
    expected.cash = Money<T>(cash);
    expected.positions = by_hand;
    const auto left = TakenAccount<T>::make(before, n, taken);
    RC_ASSERT(bool(left));
    const auto a = left->portfolio(), b = Portfolio<T>::make(expected, n);
    RC_ASSERT(bool(a));
    RC_ASSERT(bool(b));
    RC_ASSERT(a->equity(marks) == b->equity(marks));
    RC_ASSERT(a->excess(marks) == b->excess(marks));
    const auto x = key_deaths<T>(*a, marks), y = key_deaths<T>(*b, marks);
    RC_ASSERT(x->size() == y->size());
    for (std::size_t k = 0; k < x->size(); ++k) {
      RC_ASSERT((*x)[k].price.below.outcome() == (*y)[k].price.below.outcome());
      RC_ASSERT((*x)[k].price.above.outcome() == (*y)[k].price.above.outcome());
      if ((*x)[k].price.below) RC_ASSERT(*(*x)[k].price.below == *(*y)[k].price.below);
      if ((*x)[k].price.above) RC_ASSERT(*(*x)[k].price.above == *(*y)[k].price.above);
      RC_ASSERT(((*x)[k].distance == (*y)[k].distance));
    }
    // Nothing taken, nothing changed.
    const auto untouched = TakenAccount<T>::make(before, n, {});
    RC_ASSERT(untouched->account().cash == before.cash);
    RC_ASSERT(untouched->portfolio()->excess(marks) == Portfolio<T>::make(before, n)->excess(marks));
  });
}

TEST_CASE("what cannot be taken is named", "[hedge_taken][account][bad_input]") {
  using T = double;
  Hedge<T> hedge;
  const auto error = [&](const TakenLeg<T>& leg) {
    const TakenLeg<T> taken[] = {{spot_leg, Size<T>(1), Price<T>(80)}, leg};
    return TakenAccount<T>::make(hedge.account, 2, taken).error();
  };
  CHECK(error({2, 1, 84}) == Error{Errc::bad_field, Field::position, 1});
  CHECK(error({perp_leg, -1, 84}) == Error{Errc::bad_parameter, Field::size, 1});
  CHECK(error({perp_leg, Size<T>(10.5), 84}) == Error{Errc::bad_parameter, Field::size, 1});
  CHECK(error({spot_leg, Size<T>(9.5), 84}) == Error{Errc::bad_parameter, Field::size, 1});  // one of ten is gone already
  CHECK(error({perp_leg, Size<T>(no_number), 84}) == Error{Errc::bad_number, Field::size, 1});
  CHECK(error({perp_leg, 1, Price<T>(no_number)}) == Error{Errc::bad_number, Field::reference_price, 1});
  CHECK(error({perp_leg, 10, Price<T>(-1e308)}) == Error{Errc::overflow, Field::cash, 1});
  hedge.positions[1].kind = ContractKind::inverse;
  CHECK(error({perp_leg, 1, 0}) == Error{Errc::bad_price, Field::reference_price, 1});
  hedge.positions[1].isolated_margin = Quantity<T>(100);
  CHECK(error({perp_leg, 1, 84}) == Error{Errc::unsupported, Field::isolated_margin, 1});
  hedge.account.cash = Money<T>(no_number);
  CHECK(error({perp_leg, 1, 84}) == Error{Errc::bad_number, Field::cash});
}

TEST_CASE("marks that are none are named, and an account without equity is dead", "[hedge_taken][account][bad_input]") {
  using T = double;
  Hedge<T> hedge;
  const Portfolio<T> p = hedge.made();
  const Price<T> bad[] = {80, no_number}, zero[] = {0, 80}, one_mark[] = {80};
  CHECK(key_deaths<T>(p, bad).error() == Error{Errc::bad_number, Field::mark, 1});
  CHECK(nearest_death<T>(p, zero).error() == Error{Errc::bad_price, Field::mark, 0});
  CHECK(nearest_death<T>(p, one_mark).error() == Error{Errc::missing_price, Field::mark, 1});
  const Ratio<T> betas[] = {1, no_number};
  CHECK(nearest_death<T>(p, hedge.marks, betas).error() == Error{Errc::bad_number, Field::shock, 1});
  CHECK(nearest_death<T>(p, hedge.marks, std::span(betas, 1)).error() == Error{Errc::bad_size, Field::shock, 1});
  Account<T> broke;
  broke.cash = Money<T>(-5);
  const auto dead = nearest_death<T>(*Portfolio<T>::make(broke, 1), one_mark);
  REQUIRE((dead && *dead));
  CHECK((*dead)->distance == Ratio<T>(0));
  CHECK_FALSE((*dead)->key);
  // A loan that is too large for its level, on assets whose price stands still: dead with equity left, and by no key.
  const Asset<T> coins[] = {{.amount = Quantity<T>(100)}, {.borrowed = Quantity<T>(95)}};
  Account<T> loan;
  loan.assets = coins;
  loan.rule = {.requirement = false, .level = true, .level_ratio = Ratio<T>(1.1)};
  const auto called = nearest_death<T>(*Portfolio<T>::make(loan, 1), one_mark);
  REQUIRE((called && *called));
  CHECK((*called)->distance == Ratio<T>(0));
  broke.cash = Money<T>(5);
  const auto alive = nearest_death<T>(*Portfolio<T>::make(broke, 1), one_mark);
  REQUIRE(alive);
  CHECK_FALSE(*alive);
}

TEMPLATE_TEST_CASE("the cost: 4 a unit at the fill, the book's average, and the minutes", "[hedge_taken][cost]", double, Strict, Rational) {
  using T = TestType;
  const Hedge<T> hedge;
  const BookLevel<T> bids[] = {{Price<T>(79), Quantity<T>(3)}, {Price<T>(77), Quantity<T>(5)}};
  const auto book = Levels<T>::make(BookSide::bids, bids);
  REQUIRE(book);
  const auto cost = taken_cost<T>(hedge.made(), hedge.marks, {perp_leg, Size<T>(10), Price<T>(84)}, *book, {Ratio<T>(bps<T>(100)), T(3)});
  REQUIRE(cost);
  CHECK(near(cost->fill.raw(), "40"));
  CHECK(near(cost->rehedge.raw(), "18"));  // 3 x 1 + 5 x 3
  CHECK(near(cost->unhedged.raw(), "2"));
  CHECK(near(cost->average->raw(), "311/4"));
  CHECK(near(cost->naked.raw(), "24"));  // 10 x 80 x 1 % x 3
  CHECK(near(cost->total().raw(), "82"));
  // Taken early, at a price better than the mark, it gains; at the mark only the book costs.
  const auto at = [&](int fill) { return *taken_cost<T>(hedge.made(), hedge.marks, {perp_leg, Size<T>(10), Price<T>(fill)}, *book); };
  CHECK(near(at(78).fill.raw(), "-20"));
  CHECK(at(80).fill == Money<T>(0));
  CHECK(at(80).total() == at(80).rehedge);
  const auto none = *taken_cost<T>(hedge.made(), hedge.marks, {perp_leg, Size<T>(0), Price<T>(84)}, *book, {Ratio<T>(1), T(9)});
  CHECK(none.total() == Money<T>(0));
  CHECK_FALSE(none.average);
}

TEMPLATE_TEST_CASE("the cost of a coin-margined long, in money", "[hedge_taken][cost]", double, Strict, Rational) {
  using T = TestType;
  const Bracket<T> rate[] = {{.rate = Ratio<T>(bps<T>(100))}};
  const Asset<T> coins[] = {{.amount = Quantity<T>(100), .key = KeyId{0}}};
  const Position<T> positions[] = {{.key = KeyId{0},
                                    .size = Size<T>(40),
                                    .entry = Price<T>(25),
                                    .brackets = rate,
                                    .kind = ContractKind::inverse,
                                    .settle = AssetId{0},
                                    .multiplier = Ratio<T>(10)}};
  Account<T> account;
  account.assets = coins;
  account.positions = positions;
  const Price<T> marks[] = {Price<T>(20)};
  const BookLevel<T> asks[] = {{Price<T>(21), Quantity<T>(100)}};
  const auto cost = taken_cost<T>(*Portfolio<T>::make(account, 1), marks, {0, Size<T>(40), Price<T>(16)}, *Levels<T>::make(BookSide::asks, asks));
  REQUIRE(cost);
  CHECK(near(cost->units.raw(), "20"));  // 400 / 20
  CHECK(near(cost->fill.raw(), "100"));  // 400 (1/16 - 1/20) = 5 coins at 20
  CHECK(near(cost->rehedge.raw(), "20"));
  CHECK(near(cost->unhedged.raw(), "0"));
}

TEST_CASE("bad costs are named", "[hedge_taken][cost][bad_input]") {
  using T = double;
  Hedge<T> hedge;
  const BookLevel<T> levels[] = {{79, 3}};
  const auto bids = *Levels<T>::make(BookSide::bids, levels), asks = *Levels<T>::make(BookSide::asks, levels);
  const auto error = [&](const TakenLeg<T>& leg, const Levels<T>& book, const NakedTime<T>& naked = {}) {
    return taken_cost<T>(hedge.made(), hedge.marks, leg, book, naked).error();
  };
  CHECK(error({5, 1, 84}, bids) == Error{Errc::bad_field, Field::position});
  CHECK(error({perp_leg, 1, 84}, asks) == Error{Errc::bad_book, Field::book_side});
  CHECK(error({spot_leg, 1, 84}, bids) == Error{Errc::bad_book, Field::book_side});
  CHECK(error({perp_leg, 11, 84}, bids) == Error{Errc::bad_parameter, Field::size});
  CHECK(error({perp_leg, Size<T>(no_number), 84}, bids) == Error{Errc::bad_number, Field::size});
  CHECK(error({perp_leg, 1, Price<T>(no_number)}, bids) == Error{Errc::bad_number, Field::reference_price});
  CHECK(error({perp_leg, 1, 84}, bids, {-1, 1}) == Error{Errc::bad_parameter, Field::shock});
  CHECK(error({perp_leg, 1, 84}, bids, {no_number, 1}) == Error{Errc::bad_number, Field::shock});
  CHECK(error({perp_leg, 1, 84}, bids, {1, -1}) == Error{Errc::bad_parameter, Field::window});
  CHECK(error({perp_leg, 1, 84}, bids, {1, no_number}) == Error{Errc::bad_number, Field::window});
  CHECK(error({perp_leg, 1, 84}, bids, {1e200, 1e200}) == Error{Errc::overflow, Field::transfer});
  hedge.positions[1].kind = ContractKind::quanto;
  CHECK(error({perp_leg, 1, 84}, bids) == Error{Errc::unsupported, Field::position});
  hedge.marks[0] = no_number;
  CHECK(error({perp_leg, 1, 84}, bids) == Error{Errc::bad_number, Field::mark});
}
