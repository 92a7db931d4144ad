// SPDX-License-Identifier: Apache-2.0
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/waterfall/close_limit.hpp>
#include <loadline/waterfall/close_out.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using loadline::Allotment;
using loadline::ClosePart;
using loadline::Closing;
using loadline::ClosingLeg;
using loadline::KeyId;
using loadline::LegOrder;
using loadline::Piece;
using loadline::Rational;

/// Marginal brackets of a notional: caps and rates, deductions made continuous.
template <class T>
std::vector<Piece<T>> brackets(const std::vector<std::pair<T, T>>& rows) {
  std::vector<Piece<T>> out;
  for (const auto& [floor, rate] : rows) out.push_back({floor, rate, out.empty() ? T(0) : loadline::joining_offset(out.back(), floor, rate)});
  return out;
}
template <class T>
T ratio(const Closing<T>& account) {
  return T(loadline::maintenance(account) / account.equity);
}
/// After x units of the only position were sold at so high a cost.
template <class T>
Closing<T> sold(const Closing<T>& account, std::vector<ClosingLeg<T>>& room, std::size_t leg, const T& x, const T& cost_rate) {
  room.assign(account.legs.begin(), account.legs.end());
  Closing<T> out{T(account.equity - T(T(cost_rate * room[leg].mark) * x)), room, account.requirement_ratio, account.when};
  resize(out, room[leg], room[leg].size < T(0) ? T(room[leg].size + x) : T(room[leg].size - x));
  return out;
}
int pick(int low, int high) {
  return *rc::gen::inRange(low, high + 1);
}

}  // namespace

TEST_CASE("what closing costs is held against the marginal rate of the slice, not the average", "[waterfall][closing]") {
  // 100 BTC at 115,000 under brackets whose average rate is 0.90043 % and marginal rate 1 %; at the trigger, equity = maintenance.
  using T = Rational;
  const auto rows = brackets<T>({{T(0), T(4) / 1'000}, {T(50'000), T(5) / 1'000}, {T(600'000), T(65) / 10'000}, {T(3'000'000), T(1) / 100}});
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(100), .mark = T(115'000), .maintenance = rows, .measure = T(115'000)}}, room;
  Closing<T> account{T(0), legs};
  start(account);
  account.equity = maintenance(account);
  const T average = maintenance(account) / T(11'500'000), cost = T(95) / 10'000;
  CHECK(average < cost);  // dearer than the average
  CHECK(marginal_maintenance(legs[0]) / T(115'000) == T(1) / 100);
  const auto effect = effect_of_closing(account, legs[0], cost);
  CHECK_FALSE(effect.ratio_worse);
  CHECK_FALSE(effect.excess_worse);
  const Closing<T> after = sold(account, room, 0, T(T(1'000'000) / T(115'000)), cost);
  CHECK(ratio(after) < ratio(account));                                  // the margin ratio improves
  CHECK(after.equity / T(10'500'000) < account.equity / T(11'500'000));  // although equity / notional falls
  const auto toxic = effect_of_closing(account, legs[0], T(T(1) / 80));  // 1.25 %, a liquidation fee
  CHECK(toxic.ratio_worse);
  CHECK(toxic.excess_worse);
  const auto even = effect_of_closing(account, legs[0], T(T(1) / 100));  // just what the slice frees
  CHECK_FALSE(even.ratio_worse);
  CHECK_FALSE(even.excess_worse);
  legs[0].rate = 3;
  CHECK(marginal_maintenance(legs[0]) == 1'150 + 3);
}

TEMPLATE_TEST_CASE("a price at which a position is worth nothing", "[waterfall][closing]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Piece<T>> rows{{T(0), T(T(1) / T(8)), T(0)}};
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(4), .mark = T(64), .maintenance = rows, .measure = T(64)},
                                  {.key = KeyId{1}, .size = T(-8), .mark = T(32), .maintenance = rows, .measure = T(32)}};
  Closing<T> account{T(48), legs};
  start(account);
  const T total = maintenance(account);
  CHECK(plain(total) == 64.0);
  const auto price = [&](std::size_t i, Allotment how, double fee) { return bankruptcy_price(legs[i], account.equity, total, how, num<T>(fee)); };
  CHECK(plain(*price(0, Allotment::by_maintenance, 0)) == 64.0 - 24.0 / 4);  // half of 48 stands behind each
  CHECK(plain(*price(1, Allotment::by_maintenance, 0)) == 32.0 + 24.0 / 8);
  CHECK(plain(*price(0, Allotment::whole, 0)) == 64.0 - 48.0 / 4);
  CHECK(plain(*price(0, Allotment::by_maintenance, 0.5)) == 116.0);  // what is sold there leaves half to pay with
  CHECK(plain(*price(1, Allotment::by_maintenance, 0.25)) == 28.0);
  account.equity = T(1'000);
  CHECK_FALSE(price(0, Allotment::whole, 0).has_value());  // solvent at every price
  account.equity = T(256);
  CHECK_FALSE(price(0, Allotment::whole, 0).has_value());  // worth nothing at zero, and nobody sells there
  account.equity = T(255);
  CHECK(plain(*price(0, Allotment::whole, 0)) == 0.25);
  account.equity = num<T>(-1.7e308), legs[0].size = num<T>(0.25);  // a price that no number holds
  CHECK(plain(*price(0, Allotment::whole, 0)) == 64.0);
  resize(account, legs[0], T(0));
  CHECK_FALSE(price(0, Allotment::whole, 0).has_value());
  // A position without tiers: what a unit and the whole of it need.
  ClosingLeg<T> bare{.key = KeyId{0}, .size = T(-2), .mark = T(64), .maintenance = {}, .measure = T(64), .rate = T(3), .fixed = T(5)};
  CHECK(plain(maintenance(bare)) == 11.0);
  CHECK(plain(marginal_maintenance(bare)) == 3.0);
  Closing<T> one{T(10), std::span(&bare, 1)};
  start(one);
  const ClosePart<T> third = least_part(one, bare, T(1), T(0));
  CHECK(plain(third.size) == Approx(1.0 / 3));
  one.equity = T(11);  // just enough, and closing would only cost
  const ClosePart<T> none = least_part(one, bare, T(1), T(1));
  CHECK(plain(none.size) == 0.0);
  CHECK(none.reaches);
}

TEST_CASE("the least part reaches the target exactly, and no smaller one does", "[waterfall][closing]") {
  int partial = 0, whole = 0;
  check_property("in rationals", 1'500, [&] {
    using T = Rational;
    std::vector<std::pair<T, T>> steps{{T(0), T(pick(1, 8)) / 256}};
    for (int i = pick(0, 3); i > 0; --i) steps.emplace_back(T(steps.back().first + pick(64, 2'000)), T(steps.back().second + T(pick(0, 12)) / 256));
    const auto rows = brackets<T>(steps);
    const T mark = T(pick(8, 64));
    std::vector<ClosingLeg<T>> legs{{.key = KeyId{0},
                                     .size = T(pick(0, 1) ? pick(1, 200) : -pick(1, 200)),
                                     .mark = mark,
                                     .maintenance = rows,
                                     .measure = mark,
                                     .rate = T(pick(0, 2)) / 64,
                                     .fixed = T(pick(0, 2))},
                                    {.key = KeyId{1}, .size = T(pick(0, 60)), .mark = T(16), .maintenance = rows, .measure = T(16)}};
    std::vector<ClosingLeg<T>> room;
    Closing<T> account{T(0), legs};
    start(account);
    account.equity = maintenance(account) * T(pick(1, 40)) / 32;
    account.requirement_ratio = T(pick(0, 1) ? 8 : pick(4, 16)) / 8;
    const T target = T(pick(4, 8)) / 8, cost = T(pick(0, 6)) / 256;
    const ClosePart<T> part = least_part(account, legs[0], target, cost);
    RC_ASSERT(part.size >= T(0) && part.size <= abs(legs[0].size));
    const auto holds = [&](const T& x) {
      const Closing<T> after = sold(account, room, 0, x, cost);
      return account.requirement_ratio * maintenance(after) <= target * after.equity;
    };
    RC_ASSERT(holds(part.size) == part.reaches);
    if (!part.reaches) RC_ASSERT(part.size == abs(legs[0].size));
    if (part.reaches && part.size > T(0)) {
      part.size < abs(legs[0].size) ? ++partial : ++whole;
      for (int k = 0; k < 16; ++k) RC_ASSERT(!holds(T(part.size * T(k) / 16)));
    }
    // The ratio gets no worse by closing where the effect says so, along the whole tier.
    const auto effect = effect_of_closing(account, legs[0], cost);
    const std::size_t tier = piece_of(legs[0].maintenance, T(legs[0].measure * abs(legs[0].size)));
    const T below = T(abs(legs[0].size) - T(rows[tier].from / mark)) / 2;
    if (tier > 0 && account.equity > T(0)) {
      const Closing<T> after = sold(account, room, 0, below, cost);
      if (after.equity > T(0)) RC_ASSERT((ratio(after) > ratio(account)) == effect.ratio_worse);
      RC_ASSERT((excess(after) < excess(account)) == effect.excess_worse);
    }
  });
  CHECK(partial > 50);
  CHECK(whole > 10);
}

TEST_CASE("a requirement that jumps at a tier is met at the edge", "[waterfall][closing]") {
  using T = Rational;
  const std::vector<Piece<T>> rows{{T(0), T(1) / 100, T(0)}, {T(1'000), T(2) / 100, T(0)}};  // whole positions: 10 and 20
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(12), .mark = T(100), .maintenance = rows, .measure = T(100)}};
  Closing<T> account{T(15), legs};
  start(account);
  CHECK(maintenance(account) == T(24));
  const auto part = least_part(account, legs[0], T(1), T(0));
  CHECK(part.size == T(2));
  CHECK(part.reaches);
}

TEST_CASE("two tiers down: 15,000 contracts in tier 3, of which tier 1 holds 2,000", "[waterfall][closing][source:okx_partial_liq]") {
  using T = Rational;
  const std::vector<Piece<T>> rows{{T(0), T(1) / 100, T(0)}, {T(2'000), T(2) / 100, T(0)}, {T(10'000), T(3) / 100, T(0)}};  // by contracts
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(15'000), .mark = T(50), .maintenance = rows, .measure = T(1), .scale = T(50)}};
  Closing<T> account{T(0), legs};
  start(account);
  CHECK(maintenance(account) == T(50) * (T(15'000) * 3 / 100));
  CHECK(marginal_maintenance(legs[0]) == T(50) * 3 / 100);
  account.equity = maintenance(account) - T(150);
  CHECK(least_part(account, legs[0], T(1), T(0)).size == T(100));  // 1.5 a contract
  const loadline::StepDown down{2};
  const auto order = down.next(account, loadline::CloseProgress<T>{});
  REQUIRE(order);
  CHECK(order->size == T(13'000));
  CHECK_FALSE(order->final);
  resize(account, legs[0], T(2'000));
  CHECK(down.next(account, {})->size == T(2'000));  // in the first tier: all of it
  CHECK(down.next(account, {})->final);
  resize(account, legs[0], T(8'000));
  CHECK(down.next(account, {})->size == T(8'000));  // in the second too
  resize(account, legs[0], T(-15'000));
  CHECK(down.next(account, {})->size == T(13'000));
  CHECK(loadline::StepDown{1}.next(account, {})->size == T(5'000));
}

TEMPLATE_TEST_CASE("policies name orders of the size and of the position that they say", "[waterfall][closing]", LOADLINE_SCALARS) {
  using T = TestType;
  using loadline::CloseProgress;
  const std::vector<Piece<T>> rows{{T(0), T(T(1) / T(8)), T(0)}};
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(4), .mark = T(64), .maintenance = rows, .measure = T(64)},
                                  {.key = KeyId{1}, .size = T(-16), .mark = T(32), .maintenance = rows, .measure = T(32)},
                                  {.key = KeyId{2}, .size = T(2), .mark = T(8), .maintenance = rows, .measure = T(64)}};
  Closing<T> account{T(40), legs};
  start(account);
  const CloseProgress<T> first;
  CHECK(loadline::CloseEverything{}.next(account, first)->leg == 0);
  CHECK(loadline::CloseEverything{LegOrder::largest_notional}.next(account, first)->leg == 1);
  CHECK(loadline::CloseEverything{LegOrder::smallest_notional}.next(account, first)->leg == 2);
  CHECK(loadline::CloseEverything{LegOrder::largest_maintenance}.next(account, first)->leg == 1);
  CHECK(plain(loadline::CloseEverything{LegOrder::largest_notional}.next(account, first)->size) == 16.0);

  // None is closed twice, of two alike it is the first, and after so many rounds it is all of it.
  std::vector<ClosingLeg<T>> alike{legs[1], legs[0], legs[0]};
  alike[0].size = T(0);
  Closing<T> twins{T(60), alike};
  start(twins);
  for (const LegOrder how : {LegOrder::as_given, LegOrder::largest_maintenance, LegOrder::largest_notional, LegOrder::smallest_notional})
    CHECK(first_leg(twins, how) == 1);
  CHECK(plain(loadline::CloseToRatio<T>{.rounds = 4}.next(twins, CloseProgress<T>{.orders = 3})->size) == 0.5);
  CHECK(plain(loadline::CloseToRatio<T>{.rounds = 4}.next(twins, CloseProgress<T>{.orders = 4})->size) == 4.0);

  // 32 + 64 + 16 needed against 40; the short has 64 of it, 4 a unit: 16 units do not get to 1, 72 are missing.
  CHECK(plain(loadline::CloseToRatio<T>{}.next(account, first)->size) == 16.0);
  account.equity = T(100);
  CHECK(plain(loadline::CloseToRatio<T>{}.next(account, first)->size) == 3.0);
  CHECK(plain(loadline::CloseToRatio<T>{.target = T(T(1) / T(2))}.next(account, first)->size) == 15.5);

  const loadline::CloseShare<T> share{.share = T(T(1) / T(4)), .above = T(500), .pause = T(30)};
  CHECK(plain(share.next(account, first)->size) == 4.0);
  CHECK_FALSE(share.next(account, CloseProgress<T>{.orders = 1, .seconds = T(29)}).has_value());
  CHECK(plain(share.next(account, CloseProgress<T>{.orders = 1, .seconds = T(30)})->size) == 16.0);
  CHECK(plain(loadline::CloseShare<T>{.above = T(512)}.next(account, first)->size) == 16.0);  // not above
  CHECK(share.next(account, first)->to_market);
  account.equity = T(56);  // half of what is needed: below two thirds, and the market gets nothing, pause or no pause
  const auto backstop = share.next(account, CloseProgress<T>{.orders = 1, .seconds = T(29)});
  REQUIRE(backstop);
  CHECK(plain(backstop->size) == 16.0);
  CHECK_FALSE(backstop->to_market);
  CHECK(loadline::CloseShare<T>{.backstop = T(T(1) / T(2))}.next(account, first)->to_market);  // not below a half
  account.equity = T(-1);
  CHECK(loadline::CloseShare<T>{.backstop = T(0)}.next(account, first)->to_market);  // a venue that has none
  account.equity = T(100);

  const loadline::CloseBlock<T> block{.portion = T(T(1) / T(4)), .least = T(32), .block = T(1'000)};
  CHECK(plain(block.next(account, first)->size) == 1.0);                                                      // a quarter of 256 is 64
  CHECK(plain(loadline::CloseBlock<T>{T(T(1) / T(4)), T(128), T(1'000)}.next(account, first)->size) == 2.0);  // at least 128
  CHECK(plain(loadline::CloseBlock<T>{T(T(1) / T(4)), T(128), T(32)}.next(account, first)->size) == 0.5);     // the block's rest
  CHECK(plain(loadline::CloseBlock<T>{T(1), T(0), T(1'000)}.next(account, first)->size) == 4.0);
  CHECK_FALSE(loadline::CloseBlock<T>{T(1), T(0), T(0)}.next(account, first).has_value());

  // 12 are missing at first: the first position's least part is 12 / 8 = 1.5 units; a tenth of it, later half.
  const loadline::CloseRamp<T> ramp{.initial = T(T(1) / T(4)), .duration = T(100), .whole_below = T(2)};
  CHECK(plain(ramp.next(account, CloseProgress<T>{.first_shortage = T(12)})->size) == 0.375);
  CHECK(plain(ramp.next(account, CloseProgress<T>{.seconds = T(25), .first_shortage = T(12)})->size) == 0.75);
  CHECK(plain(ramp.next(account, CloseProgress<T>{.seconds = T(500), .first_shortage = T(12)})->size) == 1.5);
  CHECK_FALSE(ramp.next(account, CloseProgress<T>{.first_shortage = T(16)}).has_value());  // 4 of 16 are freed: a quarter
  CHECK(plain(loadline::CloseRamp<T>{T(0), T(100), T(13)}.next(account, CloseProgress<T>{.first_shortage = T(12)})->size) == 1.5);

  for (const int duration : {0, -100}) {  // no time: at once
    const auto at_once = loadline::CloseRamp<T>{T(0), T(duration), T(0)}.next(account, CloseProgress<T>{.first_shortage = T(12)});
    REQUIRE(at_once);
    CHECK(plain(at_once->size) == 1.5);
  }
  CHECK(plain(loadline::CloseRamp<T>{T(T(1) / T(4)), T(100), T(12)}.next(account, CloseProgress<T>{.first_shortage = T(12)})->size) == 0.375);  // not below
  const CloseProgress<T> ages{.orders = 1, .seconds = num<T>(1e308)};  // more durations than any number holds, of a shortage that was nothing
  const auto late = loadline::CloseRamp<T>{T(0), num<T>(1e-300), T(0)}.next(account, ages);
  REQUIRE(late);
  CHECK(plain(late->size) == 1.5);

  for (ClosingLeg<T>& leg : legs) leg.stuck = true;
  CHECK_FALSE(loadline::CloseEverything{}.next(account, first).has_value());
  CHECK_FALSE(loadline::CloseToRatio<T>{}.next(account, first).has_value());
  CHECK_FALSE(loadline::StepDown{}.next(account, first).has_value());
  CHECK_FALSE(share.next(account, first).has_value());
  CHECK_FALSE(block.next(account, first).has_value());
  CHECK_FALSE(ramp.next(account, CloseProgress<T>{.first_shortage = T(12)}).has_value());
}

TEMPLATE_TEST_CASE("policies say of an order whether it is the last word, and send none where nothing is missing", "[waterfall][closing]", LOADLINE_SCALARS) {
  using T = TestType;
  using loadline::CloseProgress;
  const std::vector<Piece<T>> rows{{T(0), T(T(1) / T(8)), T(0)}};
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(16), .mark = T(64), .maintenance = rows, .measure = T(64)}};
  Closing<T> account{T(100), legs};
  start(account);  // 128 are needed
  CHECK(loadline::CloseEverything{}.next(account, {})->final);
  CHECK_FALSE(loadline::CloseToRatio<T>{}.next(account, {})->final);
  CHECK(loadline::CloseToRatio<T>{.one_order = true}.next(account, {})->final);
  CHECK_FALSE(loadline::CloseShare<T>{.above = T(512)}.next(account, {})->final);
  CHECK(loadline::CloseShare<T>{.above = T(2'000)}.next(account, {})->final);
  const loadline::CloseBlock<T> block{T(1), T(0), T(1'000)};
  CHECK_FALSE(block.next(account, CloseProgress<T>{.orders = 1}).has_value());  // one order a block
  const auto none = loadline::StepDown{0}.next(account, {});                    // no tiers down: all of it
  REQUIRE(none);
  CHECK(plain(none->size) == 16.0);
  CHECK(none->final);
  account.equity = T(128);
  CHECK_FALSE(loadline::CloseToRatio<T>{}.next(account, {}).has_value());
  CHECK_FALSE((loadline::CloseRamp<T>{T(1), T(100), T(2)}.next(account, {}).has_value()));
}

TEMPLATE_TEST_CASE("what an order costs is slippage and both fees", "[waterfall][closing]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Piece<T>> rows{{T(0), T(T(1) / T(8)), T(0)}};
  const T cost = T(T(1) / T(64));
  std::vector<ClosingLeg<T>> legs{
      {.key = KeyId{0}, .size = T(16), .mark = T(64), .maintenance = rows, .measure = T(64), .liquidation_fee_rate = cost, .taker_fee_rate = T(T(2) * cost)}};
  Closing<T> account{T(116), legs};
  start(account);  // 12 are missing of 128: 8 a unit, of which 4 are lost again
  CHECK(plain(loadline::CloseToRatio<T>{.slippage = cost}.next(account, {})->size) == 3.0);
  CHECK(
      plain(loadline::CloseRamp<T>{.initial = T(1), .duration = T(1), .whole_below = T(0), .slippage = cost}.next(account, {.first_shortage = T(12)})->size) ==
      3.0);
}

TEST_CASE("a ramp closes no more than is enough, though rounding says so", "[waterfall][closing]") {
  const std::vector<Piece<double>> rows{{0, 0.125, 0}};
  std::vector<ClosingLeg<double>> legs{{.key = KeyId{0}, .size = 16, .mark = 64, .maintenance = rows, .measure = 64}};
  Closing<double> account{0, legs};
  start(account);
  int more = 0;
  for (int i = 1; i < 100; ++i) {
    account.equity = 128 - 0.1 * i;
    const double shortage = -excess(account), first = 1'000.3, enough = least_part(account, legs[0], 1.0, 0.0).size;
    more += shortage < first - (first - shortage);
    CHECK(loadline::CloseRamp<double>{1, 1, 0}.next(account, {.first_shortage = first})->size <= enough);
  }
  CHECK(more > 5);
}

TEST_CASE("a position on a tier's edge but for rounding is in the tier below, and closed whole there", "[waterfall][closing]") {
  const auto rows = brackets<double>({{0, 0.01}, {10'000, 0.02}});
  int above = 0;
  for (int i = 0; i < 2'000; ++i) {
    const double mark = 50'000.1 + 23.7 * i;
    std::vector<ClosingLeg<double>> legs{{.key = KeyId{0}, .size = 10'000 / mark, .mark = mark, .maintenance = rows, .measure = mark}};
    Closing<double> account{0, legs};
    start(account);
    above += 10'000 < legs[0].size * mark;
    const auto order = loadline::StepDown{1}.next(account, {});
    CHECK(order->size == legs[0].size);
    CHECK(order->final);
  }
  CHECK(above > 10);
}

TEMPLATE_TEST_CASE("an account to be closed is checked, each figure by its name and position", "[waterfall][closing][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  using loadline::Errc, loadline::Field;
  const auto fault = [](const auto& spoil) {
    std::vector<ClosingLeg<T>> legs(2, ClosingLeg<T>{.key = KeyId{0}, .size = T(-16), .mark = T(64), .maintenance = {}, .measure = T(64)});
    Closing<T> account{T(0), legs};
    spoil(account, legs[1]);
    return check(account);
  };
  using A = Closing<T>;
  using L = ClosingLeg<T>;
  const auto refused = [&](const auto& spoil, Errc code, Field field, std::uint32_t index = 1) {
    const auto e = fault(spoil);
    REQUIRE(e);
    CHECK(*e == loadline::Error{code, field, index});
  };
  CHECK_FALSE(fault([](A&, L&) {}));
  const std::pair<T L::*, Field> figures[] = {{&L::size, Field::size},
                                              {&L::mark, Field::mark},
                                              {&L::measure, Field::maintenance_fixed},
                                              {&L::scale, Field::maintenance_fixed},
                                              {&L::rate, Field::maintenance_fixed},
                                              {&L::fixed, Field::maintenance_fixed},
                                              {&L::liquidation_fee_rate, Field::liquidation_fee_rate},
                                              {&L::taker_fee_rate, Field::taker_fee_rate}};
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    for (const auto& [figure, field] : figures) refused([&, f = figure](A&, L& l) { l.*f = num<T>(bad); }, Errc::bad_number, field);
    refused([&](A& a, L&) { a.equity = num<T>(bad); }, Errc::bad_number, Field::account, 0);
    refused([&](A& a, L&) { a.requirement_ratio = num<T>(bad); }, Errc::bad_number, Field::account, 0);
  }
  for (const int bad : {0, -1}) {
    refused([&](A&, L& l) { l.mark = T(bad); }, Errc::bad_price, Field::mark);
    refused([&](A& a, L&) { a.requirement_ratio = T(bad); }, Errc::bad_parameter, Field::account, 0);
  }
  for (T L::*const figure : {&L::measure, &L::scale, &L::rate, &L::fixed}) {
    refused([&](A&, L& l) { l.*figure = T(-1); }, Errc::bad_parameter, Field::maintenance_fixed);
    CHECK_FALSE(fault([&](A&, L& l) { l.*figure = T(0); }));
  }
  for (const auto& [figure, field] : {std::pair(&L::liquidation_fee_rate, Field::liquidation_fee_rate), std::pair(&L::taker_fee_rate, Field::taker_fee_rate)})
    for (const int bad : {-1, 1}) refused([&, f = figure](A&, L& l) { l.*f = T(bad); }, Errc::bad_parameter, field);
  // Neither notional is too much, both are; their signs do not help.
  refused([](A& a, L& l) { a.legs[0].mark = l.mark = num<T>(1e307), l.size = T(15); }, Errc::overflow, Field::size);
}

TEMPLATE_TEST_CASE("what stands behind a position: all where nothing is needed, and prices below zero for shorts only", "[waterfall][closing]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  const auto price = [](int size, int equity) {
    const ClosingLeg<T> leg{.key = KeyId{0}, .size = T(size), .mark = T(64), .maintenance = {}, .measure = T(64)};
    return bankruptcy_price(leg, T(equity), T(0), Allotment::by_maintenance, T(0));
  };
  CHECK(plain(*price(4, 48)) == 52.0);
  CHECK(plain(*price(-4, 48)) == 76.0);
  REQUIRE(price(-4, -260));
  CHECK(plain(*price(-4, -260)) == -1.0);
  CHECK_FALSE(price(4, 260));
}

TEMPLATE_TEST_CASE("a run starts with no position stuck", "[waterfall][closing]", LOADLINE_SCALARS) {
  using T = TestType;
  ClosingLeg<T> leg{.key = KeyId{0}, .size = T(1), .mark = T(64), .maintenance = {}, .measure = T(64), .stuck = true};
  Closing<T> account{T(0), std::span(&leg, 1)};
  CHECK_FALSE(loadline::CloseEverything{}.next(account, {}));
  start(account);
  CHECK(loadline::CloseEverything{}.next(account, {}));
}

TEMPLATE_TEST_CASE("a position that costs more than it frees may still be enough, closed whole", "[waterfall][closing]", LOADLINE_SCALARS) {
  using T = TestType;
  for (const int equity : {63, 64}) {  // closing costs 64 and leaves nothing to be held
    ClosingLeg<T> leg{.key = KeyId{0}, .size = T(2), .mark = T(64), .maintenance = {}, .measure = T(64), .rate = T(3), .fixed = T(100)};
    Closing<T> account{T(equity), std::span(&leg, 1)};
    start(account);
    const ClosePart<T> part = least_part(account, leg, T(1), T(T(1) / T(2)));
    CHECK(plain(part.size) == 2.0);
    CHECK(part.reaches == (equity == 64));
  }
}

TEST_CASE("an edge or a share that rounding has moved closes no more than it says", "[waterfall][closing]") {
  using T = double;
  int moved = 0;
  for (int i = 0; i < 2'000; ++i) {
    const T mark = 50'000.1 + 23.7 * i;
    const auto rows = brackets<T>({{0, 0.01}, {10'000, 0.02}, {50'000, 0.03}});
    std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = 400'000 / mark, .mark = mark, .maintenance = rows, .measure = mark}};
    Closing<T> account{0, legs};
    start(account);
    const auto first = loadline::StepDown{1}.next(account, {});
    resize(account, legs[0], legs[0].size - first->size);
    moved += 50'000 < legs[0].size * mark;
    for (int step = 0; step < 2 && 10'001 < legs[0].size * mark; ++step) {  // a unit in the last place may need an order of its own
      const auto next = loadline::StepDown{1}.next(account, {});
      REQUIRE(next);
      resize(account, legs[0], legs[0].size - next->size);
    }
    CHECK(legs[0].size * mark == Approx(10'000));
    const loadline::CloseBlock<T> block{.portion = 1, .least = 0, .block = 1e12};
    CHECK(block.next(account, {})->size == legs[0].size);
  }
  CHECK(moved > 10);
}

TEST_CASE("a requirement that is more than the maintenance is what orders aim at", "[waterfall][closing]") {
  using T = Rational;
  const std::vector<Piece<T>> rows{{T(0), T(1) / 100, T(0)}};
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(1), .mark = T(100), .maintenance = rows, .measure = T(100)}};
  Closing<T> account{T(3) / 2, legs, T(2)};
  start(account);
  CHECK(must_close(account));  // 2 are asked for
  CHECK(loadline::CloseToRatio<T>{}.next(account, {})->size == T(1) / 4);
  CHECK_FALSE(loadline::CloseToRatio<T>{}.done(account));
  account.equity = 3;
  CHECK(loadline::CloseToRatio<T>{}.done(account));
  CHECK_FALSE(loadline::CloseToRatio<T>{.target = T(1) / 2}.done(account));  // 4 would be
  account.equity = T(3) / 2;
  CHECK(loadline::CloseRamp<T>{T(1), T(100), T(0)}.next(account, {.first_shortage = T(1) / 2})->size == T(1) / 4);
}

TEMPLATE_TEST_CASE("orders are limited at the bankruptcy price or at the fillable price", "[waterfall][closing]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Piece<T>> rows{{T(0), T(T(1) / T(8)), T(0)}};
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(4), .mark = T(64), .maintenance = rows, .measure = T(64), .taker_fee_rate = T(T(1) / T(2))}};
  Closing<T> account{T(16), legs};
  start(account);
  CHECK(plain(*loadline::AtBankruptcy{.with_fee = false}.limit(account, legs[0])) == 60.0);
  CHECK(plain(*loadline::AtBankruptcy{}.limit(account, legs[0])) == 120.0);
  // Half of the maintenance is left: a share of 1/2 of a spread of 1/4 of 8 a unit.
  const loadline::AtFillablePrice<T> fillable{{.widest = T(T(1) / T(4))}};
  CHECK(plain(*fillable.limit(account, legs[0])) == 63.0);
  resize(account, legs[0], T(-4));
  CHECK(plain(*fillable.limit(account, legs[0])) == 65.0);
  account.equity = T(-100);
  CHECK(plain(*fillable.limit(account, legs[0])) == 66.0);  // the share is at most 1
  account.equity = T(100);
  CHECK(plain(*fillable.limit(account, legs[0])) == 64.0);                                                      // and at least 0
  CHECK(plain(*loadline::AtFillablePrice<T>{{.adjustment = T(T(1) / T(2))}}.limit(account, legs[0])) == 64.0);  // no such spread: no worse than the mark
  CHECK_FALSE(loadline::AtAnyPrice{}.limit(account, legs[0]).has_value());
  // One of two alike: half of the equity behind it, or all.
  std::vector<ClosingLeg<T>> two{legs[0], legs[0]};
  two[0].size = two[1].size = T(4);
  Closing<T> both{T(16), two};
  start(both);
  const auto limit = [&](Allotment how) { return plain(*loadline::AtBankruptcy{.allotment = how, .with_fee = false}.limit(both, two[0])); };
  CHECK(limit(Allotment::by_maintenance) == 62.0);
  CHECK(limit(Allotment::whole) == 60.0);
  // A spread wider than the mark: a long is sold at any price.
  both.equity = T(-100);
  two[0].rate = T(1'000);
  start(both);
  CHECK_FALSE(fillable.limit(both, two[0]).has_value());
}
