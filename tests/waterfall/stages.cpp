// SPDX-License-Identifier: Apache-2.0
#include "waterfall/long_account.hpp"

#include <cmath>
#include <limits>

/// @file
/// Single stages of a waterfall: what they pay, at which price, what they report, and what stops them.

using namespace loadline;

namespace {

template <class T>
using Everything = Waterfall<T, CloseEverything, AtBankruptcy, ContractsProRata>;
template <class T>
using Anywhere = Waterfall<T, CloseEverything, AtAnyPrice, ContractsProRata>;

constexpr StageOrder market_only{.count = 1};
constexpr double nan_ = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

template <class T>
void check_refused(const Result<WaterfallReport<T>>& report, Errc code, Field field, std::uint32_t index) {
  REQUIRE_FALSE(report);
  CHECK(report.error().code == code);
  CHECK(report.error().field == field);
  CHECK(report.error().index == index);
}

/// A deleveraging that says what the test wants it to say, and keeps what it was asked.
template <class T>
struct Told {
  T placed, given;
  Deleverage<T>* asked = nullptr;
  [[nodiscard]] Result<Allocation<T>> allocate(const Deleverage<T>& d, const Candidates<T>&, DeleveragingWorkspace<T>&, std::span<T> out) const {
    if (asked != nullptr) *asked = d;
    out[0] = given;
    return Allocation<T>{placed, T(0), 1, 0, 1};
  }
};
/// One that has an error.
template <class T>
struct Unable {
  [[nodiscard]] Result<Allocation<T>> allocate(const Deleverage<T>&, const Candidates<T>&, DeleveragingWorkspace<T>&, std::span<T>) const {
    return Error{Errc::bad_number, Field::score, 5};
  }
};
/// A market that fills what the test wants it to fill.
template <class T>
struct ToldMarket {
  Fill<T> answer;
  [[nodiscard]] Fill<T> fill(KeyId, BookSide, const T&, const std::optional<T>&) const { return answer; }
};
/// A limit, whatever the account.
template <class T>
struct LimitAt {
  T price;
  [[nodiscard]] std::optional<T> limit(const Closing<T>&, const ClosingLeg<T>&) const { return price; }
};
/// A fund that can neither pay nor take.
template <class T>
struct Frozen {
  [[nodiscard]] Money<T> balance() const { return T(0); }
  [[nodiscard]] Result<FundDraw<T>> quote(const Money<T>&) const { return Error{Errc::overflow, Field::fund_limit, 3}; }
  Result<FundDraw<T>> pay(const Money<T>& deficit) { return quote(deficit); }
  Result<T> take(const Money<T>&) { return Error{Errc::overflow, Field::fund, 3}; }
};

}  // namespace

// ---- when it begins and ends ----

TEMPLATE_TEST_CASE("an account that holds is left alone, wherever its policy aims", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  const Waterfall<T, CloseToRatio<T>, AtBankruptcy, ContractsProRata> to_half{{.target = T(T(1) / T(2))}, {}, {}};
  Long<T> v({{T(64), T(100)}}, 0);
  v.account.equity = T(300);  // 256 are needed, and 512 would be half
  const auto held = v.run(to_half);
  REQUIRE(held);
  CHECK(held->end == WaterfallEnd::requirement_met);
  CHECK(held->steps == 0);
  CHECK(plain(held->deficit) == 0.0);
  CHECK(plain(v.legs[0].size) == 16.0);
  // Once it fails it is closed down to where the policy aims: 100 needed of 200.
  v.account.equity = T(200);
  const auto closed = v.run(to_half);
  REQUIRE(closed);
  CHECK(closed->end == WaterfallEnd::requirement_met);
  CHECK(plain(v.legs[0].size) == 6.25);
}

TEMPLATE_TEST_CASE("where a final order turns out too small the next one follows", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  Long<T> v({{T(60), T(100)}}, 0);  // 4 a unit are lost, which the policy does not expect: each order leaves a quarter of what was missing
  v.account.equity = T(240);
  const auto report = v.run(Waterfall<T, CloseToRatio<T>, AtAnyPrice, ContractsProRata>{{.one_order = true, .rounds = 3}, {}, {}});
  REQUIRE(report);
  CHECK(report->steps == 4);
  CHECK(plain(v.steps[0].done) == 1.0);
  CHECK(plain(v.steps[1].done) == 0.25);
  CHECK(plain(v.legs[0].size) == 0.0);
}

TEMPLATE_TEST_CASE("what was short before the first order is noted once", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto shortage = [](std::uint32_t orders, int noted) {
    Long<T> v({{T(64), T(100)}}, 0);
    v.account.equity = T(200);  // 56 are missing
    v.progress.orders = orders;
    v.progress.first_shortage = T(noted);
    REQUIRE(v.run(Everything<T>{{}, {}, {}}));
    return plain(v.progress.first_shortage);
  };
  CHECK(shortage(0, 0) == 56.0);
  CHECK(shortage(0, 100) == 100.0);  // a policy that has waited
  CHECK(shortage(1, 0) == 0.0);      // its first order was sent when exactly nothing was missing
}

TEST_CASE("what rounding leaves of a deficit that the fund paid is no deficit", "[waterfall]") {
  Long<double> v({{64, 100}}, 0);
  v.account.equity = -8;
  v.fund = *InsuranceFund<double>::make({.balance = 8 - 1e-12});
  const auto report = v.run(Anywhere<double>{{}, {}, {}, StageOrder{.count = 1, .socialised = false}});
  REQUIRE(report);
  CHECK(v.account.equity < 0);
  CHECK(report->end == WaterfallEnd::closed);
  CHECK(report->deficit == 0);
}

TEMPLATE_TEST_CASE("a count of more stages than there are counts those that there are", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  Long<T> v({}, 0);
  v.account.equity = T(-1);
  const auto report = v.run(Everything<T>{{}, {}, {}, StageOrder{.count = 100'000}});
  REQUIRE(report);
  CHECK(report->end == WaterfallEnd::unplaced);
  CHECK(report->steps == 3);
}

TEMPLATE_TEST_CASE("a stage that is none for positions is passed over", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  Long<T> v({{T(64), T(100)}}, 0);
  v.account.equity = T(1);
  const auto report = v.run(Everything<T>{{}, {}, {}, StageOrder{{Stage::deficit, Stage::socialised, Stage::market}}});
  REQUIRE(report);
  CHECK(report->end == WaterfallEnd::closed);
  CHECK(report->steps == 1);
}

TEMPLATE_TEST_CASE("of an order that passes over the market the market took nothing", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  Long<T> v({{T(64), T(100)}}, 0);
  v.against(-99);
  v.account.equity = T(64);
  REQUIRE(v.run(Waterfall<T, CloseShare<T>, AtBankruptcy, ContractsProRata>{{}, {}, {}, unfilled_only}));
  CHECK(v.steps[0].stage == Stage::deleveraging);
  CHECK(v.steps[0].end == StepEnd::matched);
}

// ---- what a step reports ----

TEMPLATE_TEST_CASE("a step that did nothing has no price, and says of which position and how much it was asked", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto check_step = [](const WaterfallStep<T>& s, Stage stage, StepEnd end, double asked, double done, double price) {
    CHECK(s.stage == stage);
    CHECK(s.end == end);
    CHECK(s.leg == 1);
    CHECK(plain(s.asked) == asked);
    CHECK(plain(s.done) == done);
    CHECK(plain(s.price) == price);
  };
  Long<T> nobody({{T(65), T(100)}}, 0);  // worth nothing at 66: nobody bids that, the fund has nothing, and there is no other side
  nobody.second();
  nobody.account.equity = T(-32);
  REQUIRE(nobody.run(Everything<T>{{}, {}, {}}));
  check_step(nobody.steps[0], Stage::market, StepEnd::at_limit, 16, 0, 0);
  check_step(nobody.steps[1], Stage::fund, StepEnd::fund_short, 16, 0, 0);
  check_step(nobody.steps[2], Stage::deleveraging, StepEnd::unplaced, 16, 0, 0);
  for (int i = 0; i < 3; ++i) CHECK(plain(*nobody.steps[static_cast<std::size_t>(i)].limit) == 66.0);
  // Each did a part: 4 in the market at 66, 6 by a fund of 12, 2 by the other side.
  Long<T> parts({{T(67), T(2)}, {T(66), T(2)}}, 12);
  parts.second();
  parts.against(-2);
  parts.account.equity = T(-34);
  REQUIRE(parts.run(Everything<T>{{}, {}, {}, StageOrder{.fund_pays_deficit = false, .socialised = false}}));
  check_step(parts.steps[0], Stage::market, StepEnd::at_limit, 16, 2, 67);
  check_step(parts.steps[1], Stage::fund, StepEnd::fund_short, 14, 6, 66);
  check_step(parts.steps[2], Stage::deleveraging, StepEnd::unplaced, 8, 2, 66);
  for (int i = 1; i < 3; ++i) CHECK(plain(*parts.steps[static_cast<std::size_t>(i)].limit) == 66.0);
  // An average of two levels, all of it filled.
  Long<T> filled({{T(67), T(8)}, {T(66), T(8)}}, 0);
  filled.second();
  filled.account.equity = T(-32);
  REQUIRE(filled.run(Everything<T>{{}, {}, {}}));
  check_step(filled.steps[0], Stage::market, StepEnd::filled, 16, 16, 66.5);
  // Taken over whole, and solvent at every price.
  Long<T> whole({}, 32);
  whole.second();
  whole.account.equity = T(-32);
  REQUIRE(whole.run(Everything<T>{{}, {}, {}}));
  check_step(whole.steps[1], Stage::fund, StepEnd::taken_over, 16, 16, 66);
  Long<T> solvent({}, 32);
  solvent.second();
  solvent.account.equity = T(2'000);
  solvent.account.requirement_ratio = T(1'000);
  REQUIRE(solvent.run(Everything<T>{{}, {}, {}}));
  check_step(solvent.steps[1], Stage::fund, StepEnd::solvent, 16, 0, 0);
  CHECK_FALSE(solvent.steps[1].limit.has_value());
  // The other side takes all; and is passed over where the market took a part.
  Long<T> matched({}, 0);
  matched.second();
  matched.against(-99);
  matched.account.equity = T(-32);
  REQUIRE(matched.run(Everything<T>{{}, {}, {}, deleveraging_first}));
  check_step(matched.steps[0], Stage::deleveraging, StepEnd::matched, 16, 16, 66);
  Long<T> passed({{T(66), T(4)}}, 0);
  passed.second();
  passed.against(-99);
  passed.account.equity = T(-32);
  REQUIRE(passed.run(Everything<T>{{}, {}, {}, unfilled_only}));
  check_step(passed.steps[1], Stage::deleveraging, StepEnd::market_filled, 12, 0, 0);
}

TEMPLATE_TEST_CASE("a deficit's steps say what was missing and what was paid", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  Long<T> v({{T(64), T(100)}}, 12);
  v.account.equity = T(-32);
  REQUIRE(v.run(Anywhere<T>{{}, {}, {}}));
  CHECK(v.steps[1].end == StepEnd::paid_in_part);
  CHECK(plain(v.steps[1].asked) == 32.0);
  CHECK(plain(v.steps[1].done) == 12.0);
  CHECK(plain(v.steps[1].equity) == -20.0);
  CHECK(v.steps[2].end == StepEnd::shared_out);
  CHECK(plain(v.steps[2].asked) == 20.0);
  CHECK(plain(v.steps[2].done) == 20.0);
  CHECK(plain(v.steps[2].equity) == 0.0);
  CHECK(plain(v.ledger.balance(PartyId{PartyKind::market}, Reason::socialised_loss).raw()) == -20.0);
  // A fund that has enough pays all of it, and nobody else does.
  Long<T> paid({{T(64), T(100)}}, 32);
  paid.account.equity = T(-32);
  const auto report = paid.run(Anywhere<T>{{}, {}, {}});
  REQUIRE(report);
  CHECK(report->steps == 2);
  CHECK(paid.steps[1].end == StepEnd::paid);
  CHECK(plain(paid.account.equity) == 0.0);
}

// ---- who is paid, and for what ----

TEMPLATE_TEST_CASE("money moves between the parties that the venue names, each for its reason", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  const PartyId account{PartyKind::account, 7}, fund{PartyKind::insurance_fund, 3};
  const auto moved = [&](Long<T>& v, PartyId party, Reason reason) { return plain(v.ledger.balance(party, reason).raw()); };
  const auto run = [&](Long<T>& v, const StageOrder& order) {
    v.party = account;
    Anywhere<T> waterfall{{}, {}, {}, order};
    waterfall.account_party = account;
    waterfall.fund_party = fund;
    REQUIRE(v.run(waterfall));
  };
  // Fees and what the market won: 16 units at 62.
  Long<T> sold({{T(62), T(100)}}, 0);
  sold.account.equity = T(255);
  sold.legs[0].taker_fee_rate = T(T(1) / T(62)), sold.legs[0].liquidation_fee_rate = T(T(1) / T(31));
  run(sold, usual_order);
  CHECK(moved(sold, PartyId{PartyKind::market}, Reason::close_out) == 32.0);
  CHECK(moved(sold, PartyId{PartyKind::venue}, Reason::trading_fee) == Approx(16.0));
  CHECK(moved(sold, fund, Reason::liquidation_fee) == Approx(32.0));
  CHECK(moved(sold, account, Reason::liquidation_fee) == Approx(-32.0));
  // A takeover of a position that is worth something, and of one that is worth less than nothing.
  Long<T> taken({}, 0);
  taken.account.equity = T(64);
  taken.legs[0].taker_fee_rate = T(T(1) / T(2));  // of orders only
  run(taken, usual_order);
  CHECK(moved(taken, fund, Reason::fund_payment) == 64.0);
  CHECK(moved(taken, account, Reason::fund_payment) == -64.0);
  Long<T> rescued({}, 100);
  rescued.account.equity = T(-32);
  run(rescued, usual_order);
  CHECK(moved(rescued, fund, Reason::fund_payment) == -32.0);
  CHECK(moved(rescued, account, Reason::fund_payment) == 32.0);
  // The other side, by its place among the parties: it pays what the account misses.
  Long<T> matched({}, 0);
  matched.people = People<T>{{1, T(99), T(1'000)}, {2, T(-99), T(1'000)}};
  matched.others = {{KeyId{0}, matched.people.view(), 10}};
  matched.workspace = DeleveragingWorkspace<T>(2);
  matched.account.equity = T(-32);
  run(matched, deleveraging_first);
  CHECK(moved(matched, PartyId{PartyKind::counterparties, 11}, Reason::adl) == -32.0);
  CHECK(moved(matched, account, Reason::adl) == 32.0);
}

TEMPLATE_TEST_CASE("an account is another party than who trades with it, kind and index together", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto allowed = [](PartyId account, PartyId fund) {
    Long<T> v({{T(64), T(100)}}, 0);
    v.party = account;
    Everything<T> waterfall{{}, {}, {}};
    waterfall.account_party = account;
    waterfall.fund_party = fund;
    const auto r = v.run(waterfall);
    if (!r) check_refused(r, Errc::bad_parameter, Field::transfer, 0);
    return r.has_value();
  };
  const PartyId fund{PartyKind::insurance_fund, 3};
  CHECK(allowed(PartyId{PartyKind::account}, fund));
  CHECK(allowed(PartyId{PartyKind::insurance_fund}, fund));  // another fund
  CHECK(allowed(PartyId{PartyKind::market, 1}, fund));
  CHECK_FALSE(allowed(fund, fund));
  CHECK_FALSE(allowed(PartyId{PartyKind::market}, fund));
  CHECK_FALSE(allowed(PartyId{PartyKind::venue}, fund));
  CHECK_FALSE(allowed(PartyId{PartyKind::counterparties, 99}, fund));
}

TEMPLATE_TEST_CASE("a liquidation fee is no more than a fill brought beyond the price at which the position is worth nothing", "[waterfall]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  // Two positions of 16 at 64 with an equity of 64: worth nothing 2 a unit from the mark, or 4 where all of it stands behind one. Half a unit is lost.
  for (const int sign : {1, -1})
    for (const Allotment how : {Allotment::by_maintenance, Allotment::whole}) {
      const T price = T(T(64) - T(T(sign) / T(2)));
      Long<T> v({{price, T(16)}}, 0);
      v.books[0].asks.levels = v.books[0].bids.levels;
      v.legs.push_back(v.legs[0]);
      v.legs[1].key = KeyId{1};
      for (auto& leg : v.legs) leg.size = T(16 * sign), leg.liquidation_fee_rate = T(T(1) / T(2));
      v.account.legs = v.legs;
      v.account.equity = T(64);
      Anywhere<T> waterfall{{}, {}, {}, market_only};
      waterfall.allotment = how;
      REQUIRE(v.run(waterfall));
      CHECK(plain(v.fund.balance().raw()) == (how == Allotment::whole ? 56.0 : 24.0));
    }
}

TEMPLATE_TEST_CASE("a liquidation fee is no more than the account has left", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  // Worth nothing at 66; half of it at 70 brings 32 beyond that, but half of what was missing is missing for the rest.
  Long<T> v({{T(70), T(8)}}, 0);
  v.account.equity = T(-32);
  v.legs[0].liquidation_fee_rate = T(T(1) / T(4));
  REQUIRE(v.run(Anywhere<T>{{}, {}, {}, market_only}));
  CHECK(plain(v.fund.balance().raw()) == 16.0);
  CHECK(plain(v.account.equity) == 0.0);
}

// ---- at which price the other side is closed ----

TEMPLATE_TEST_CASE("the price of a deleveraging is the one that the rule names", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto price = [](DeleveragePrice rule, int size, int equity, const std::optional<T>& reference, int ratio = 1) {
    Long<T> v({}, 0);
    v.legs[0].size = T(size);
    v.against(size < 0 ? 99 : -99, reference);
    v.account.equity = T(equity);
    v.account.requirement_ratio = T(ratio);
    v.legs[0].taker_fee_rate = T(T(1) / T(2));  // of orders only
    REQUIRE(v.run(Everything<T>{{}, {}, {}, StageOrder{deleveraging_first.stages, 1, false, false}, {.price = rule}}));
    CHECK(plain(v.steps[0].done) == 16.0);
    CHECK(plain(v.account.equity) == equity + size * (plain(v.steps[0].price) - 64));
    return plain(v.steps[0].price);
  };
  using enum DeleveragePrice;
  // A long, worth nothing at 60. A price below that would leave a deficit.
  CHECK(price(bankruptcy, 16, 64, T(50)) == 60.0);
  CHECK(price(mark, 16, 64, T(50)) == 64.0);
  for (const int named : {50, 62, 70}) CHECK(price(reference, 16, 64, T(named)) == named);
  CHECK(price(reference_capped, 16, 64, T(50)) == 60.0);
  for (const int named : {60, 62, 70}) CHECK(price(reference_capped, 16, 64, T(named)) == named);
  // A short, worth nothing at 68.
  CHECK(price(bankruptcy, -16, 64, T(80)) == 68.0);
  CHECK(price(mark, -16, 64, T(80)) == 64.0);
  for (const int named : {50, 66, 80}) CHECK(price(reference, -16, 64, T(named)) == named);
  CHECK(price(reference_capped, -16, 64, T(80)) == 68.0);
  for (const int named : {50, 66, 68}) CHECK(price(reference_capped, -16, 64, T(named)) == named);
  // A long that is solvent at every price: the mark, and a named price is not capped.
  CHECK(price(bankruptcy, 16, 2'000, T(50), 1'000) == 64.0);
  CHECK(price(reference_capped, 16, 2'000, T(50), 1'000) == 50.0);
  // A short that is worth nothing at every price: bought back for nothing at best.
  CHECK(price(bankruptcy, -16, -1'040, std::nullopt) == 0.0);
  CHECK(price(bankruptcy, -16, -1'024, std::nullopt) == 0.0);
  CHECK(price(bankruptcy, -16, -1'008, std::nullopt) == 1.0);
  CHECK(price(reference_capped, -16, -1'040, T(10)) == 0.0);
}

TEMPLATE_TEST_CASE("without a price that the rule asks for nobody is deleveraged", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  for (const DeleveragePrice rule : {DeleveragePrice::reference, DeleveragePrice::reference_capped}) {
    Long<T> v({}, 0);
    v.against(-99);
    v.account.equity = T(64);
    const Everything<T> waterfall{{}, {}, {}, deleveraging_first, {.price = rule}};
    check_refused(v.run(waterfall), Errc::missing_price, Field::reference_price, 1);
    CHECK(plain(v.legs[0].size) == 16.0);
    CHECK(plain(v.people.sizes[0]) == -99.0);
    // Nobody there needs no price.
    v.others.clear();
    const auto nobody = v.run(waterfall);
    REQUIRE(nobody);
    CHECK(nobody->end == WaterfallEnd::unplaced);
  }
  // A price that is none, of the second other side.
  Long<T> v({}, 0);
  for (const double bad : {nan_, infinity}) {
    v.against(-99, num<T>(bad));
    check_refused(v.run(Everything<T>{{}, {}, {}}), Errc::bad_number, Field::reference_price, 1);
  }
  for (const int bad : {0, -1}) {
    v.against(-99, T(bad));
    check_refused(v.run(Everything<T>{{}, {}, {}}), Errc::bad_price, Field::reference_price, 1);
  }
}

// ---- policies, markets and funds that go wrong ----

TEMPLATE_TEST_CASE("a deleveraging is told what is left and by which rule", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  for (const int sign : {1, -1})
    for (const bool rule : {false, true}) {
      Long<T> v({{T(64), T(4)}}, 0);
      v.books[0].asks.levels = v.books[0].bids.levels;
      v.legs[0].size = T(16 * sign);
      v.against(-99 * sign);
      v.account.equity = T(64);
      Deleverage<T> asked{T(0), 0, T(0), T(0), false, false};
      const Waterfall<T, CloseEverything, AtBankruptcy, Told<T>> waterfall{{}, {}, {T(0), T(0), &asked}, delisting_hour, {.insolvent = rule, .spare = !rule}};
      REQUIRE(v.run(waterfall));
      CHECK(plain(asked.need) == 12.0);
      CHECK(asked.liquidated == sign);
      CHECK(plain(asked.mark) == 64.0);
      CHECK(plain(asked.price) == Approx(64.0 - sign * 64.0 / 12));
      CHECK(asked.insolvent == rule);
      CHECK(asked.spare != rule);
    }
}

TEMPLATE_TEST_CASE("a deleveraging that places more than it was asked for, or no number, is refused", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto run = [](Long<T>& v, const auto& policy) {
    v.second();
    v.against(-99);
    v.account.equity = T(-32);
    return v.run(Waterfall<T, CloseEverything, AtBankruptcy, std::decay_t<decltype(policy)>>{{}, {}, policy, deleveraging_first});
  };
  const auto untouched = [](const Long<T>& v) {
    CHECK(plain(v.legs[1].size) == 16.0);
    CHECK(plain(v.people.sizes[0]) == -99.0);
    CHECK(plain(v.people.equities[0]) == 100'000.0);
    CHECK(v.ledger.size() == 0);
  };
  for (const double placed : {17.0, -1.0, nan_, infinity}) {
    Long<T> v({}, 0);
    check_refused(run(v, Told<T>{num<T>(placed), T(16)}), Errc::bad_parameter, Field::counterparty, 1);
    untouched(v);
  }
  Long<T> v({}, 0);  // more from one than any number holds
  check_refused(run(v, Told<T>{T(16), num<T>(infinity)}), Errc::bad_number, Field::amount, 0);
  untouched(v);
  for (const double nothing : {-1.0, nan_}) {
    Long<T> passed({}, 0);
    CHECK(run(passed, Told<T>{T(0), num<T>(nothing)}));
    untouched(passed);
  }
  Long<T> unable({}, 0);
  check_refused(run(unable, Unable<T>{}), Errc::bad_number, Field::score, 5);
  untouched(unable);
  Long<T> all({}, 0);
  REQUIRE(run(all, Told<T>{T(16), T(16)}));
  CHECK(plain(all.people.sizes[0]) == -83.0);
}

TEMPLATE_TEST_CASE("what one has given up before another's entry fails is closed", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  struct Second {
    [[nodiscard]] Result<Allocation<T>> allocate(const Deleverage<T>&, const Candidates<T>&, DeleveragingWorkspace<T>&, std::span<T> out) const {
      out[0] = T(4), out[1] = num<T>(infinity);
      return Allocation<T>{T(16), T(0), 2, 0, 2};
    }
  };
  Long<T> v({}, 0);
  v.people = People<T>{{1, T(-99), T(1'000)}, {2, T(-99), T(1'000)}};
  v.others = {{KeyId{0}, v.people.view(), 0}};
  v.workspace = DeleveragingWorkspace<T>(2);
  v.account.equity = T(-32);
  check_refused(v.run(Waterfall<T, CloseEverything, AtBankruptcy, Second>{{}, {}, {}, deleveraging_first}), Errc::bad_number, Field::amount, 1);
  CHECK(plain(v.people.sizes[0]) == -95.0);
  CHECK(plain(v.people.sizes[1]) == -99.0);
  CHECK(plain(v.legs[0].size) == 12.0);
  CHECK(plain(v.account.equity) == -24.0);
}

TEMPLATE_TEST_CASE("only so much is deleveraged as the order is for", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  Long<T> v({}, 0);
  v.against(-99);
  v.account.equity = T(200);
  REQUIRE(v.run(Waterfall<T, CloseShare<T>, AtBankruptcy, ContractsProRata>{{.share = T(T(1) / T(4)), .above = T(512)}, {}, {}, deleveraging_first}));
  CHECK(plain(v.people.sizes[0]) == -95.0);
}

TEMPLATE_TEST_CASE("memory that is too small names the other side that needs more", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  Long<T> v({}, 0);
  v.against(-99);
  People<T> none;
  v.others[0].candidates = none.view();
  v.workspace = DeleveragingWorkspace<T>(0);
  v.account.equity = T(64);
  check_refused(v.run(Everything<T>{{}, {}, {}}), Errc::bad_size, Field::counterparty, 1);
}

TEMPLATE_TEST_CASE("a market that fills more than it was asked for, or no number, is refused", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto run = [](Long<T>& v, double filled, double value) {
    v.second();
    v.account.equity = T(64);
    ToldMarket<T> market{{num<T>(filled), num<T>(value), T(64), T(0)}};
    return v.run(Everything<T>{{}, {}, {}, market_only}, market, v.fund);
  };
  for (const auto& [filled, value] : {std::pair(17.0, 1'024.0), {-1.0, 64.0}, {nan_, 64.0}, {infinity, 64.0}, {4.0, nan_}, {4.0, infinity}, {4.0, -64.0}}) {
    Long<T> v({}, 0);
    check_refused(run(v, filled, value), Errc::bad_parameter, Field::book_depth, 1);
    CHECK(plain(v.legs[1].size) == 16.0);
    CHECK(plain(v.account.equity) == 64.0);
  }
  // What is left is what was not filled, whatever it says.
  Long<T> v({}, 0);
  const auto report = run(v, 4, 256);
  REQUIRE(report);
  CHECK(report->end == WaterfallEnd::unplaced);
  CHECK(plain(v.legs[1].size) == 12.0);
  CHECK(v.steps[0].end == StepEnd::at_limit);
}

TEMPLATE_TEST_CASE("a limit that is no number sells and buys nothing", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  for (const int size : {16, -16})
    for (const double bad : {nan_, infinity}) {
      Long<T> v({{T(64), T(100)}}, 0);
      v.books[0].asks.levels = v.books[0].bids.levels;
      v.legs[0].size = T(size);
      v.second();
      v.account.equity = T(64);
      const Waterfall<T, CloseEverything, LimitAt<T>, ContractsProRata> waterfall{{}, {num<T>(bad)}, {}};
      check_refused(v.run(waterfall), Errc::bad_number, Field::liquidation_price, 1);
      CHECK(plain(v.legs[1].size) == size);
      CHECK(v.ledger.size() == 0);  // nor does the fund take it
      CHECK(plain(v.books[0].taken_bids) == 0.0);
      CHECK(plain(v.books[0].taken_asks) == 0.0);
    }
}

TEMPLATE_TEST_CASE("an order without a place names its position", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto run = [](Long<T>& v, std::size_t places, std::size_t step_places) {
    v.legs.push_back(v.legs[0]);
    v.account.legs = v.legs;
    v.account.equity = T(200);
    v.places = places;
    v.steps.erase(v.steps.begin() + static_cast<std::ptrdiff_t>(step_places), v.steps.end());
    return v.run(Anywhere<T>{{}, {}, {}, market_only});
  };
  for (const bool in_ledger : {false, true}) {
    Long<T> v({{T(60), T(100)}}, 0);
    check_refused(run(v, in_ledger ? 3 : 40, in_ledger ? 10 : 1), Errc::bad_size, in_ledger ? Field::transfer : Field::account, 1);
    CHECK(plain(v.legs[0].size) == 0.0);
    CHECK(plain(v.legs[1].size) == 16.0);
  }
  Long<T> enough({{T(60), T(100)}}, 0);  // 200 - 2 * 64 = 72
  CHECK(run(enough, 4, 2));
}

TEMPLATE_TEST_CASE("a deficit without a place for who pays it stays", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto run = [](Long<T>& v, bool fund_pays, std::size_t places, std::size_t step_places) {
    v.legs[0].size = T(0);
    v.account.equity = T(-32);
    v.places = places;
    v.steps.erase(v.steps.begin() + static_cast<std::ptrdiff_t>(step_places), v.steps.end());
    StageOrder order = usual_order;
    order.fund_pays_deficit = fund_pays;
    return v.run(Anywhere<T>{{}, {}, {}, order});
  };
  for (const bool fund_pays : {true, false}) {
    Long<T> no_step({}, 100), no_entry({}, 100), enough({}, 100);
    check_refused(run(no_step, fund_pays, 40, 0), Errc::bad_size, Field::account, 0);
    CHECK(plain(no_step.account.equity) == -32.0);
    check_refused(run(no_entry, fund_pays, 0, 10), Errc::bad_size, Field::transfer, 0);
    CHECK(plain(no_entry.account.equity) == -32.0);
    CHECK(run(enough, fund_pays, 1, 1));
    CHECK(plain(enough.account.equity) == 0.0);
  }
}

TEMPLATE_TEST_CASE("what the ledger or the fund cannot hold stops the run, and what was done before it stays", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  struct Fault {
    const char* at;
    int equity, bid, balance;  // of the account; 0: no bids; of the fund
    double taker_fee, liquidation_fee;
    bool of_the_fund;  // the fund is asked
    int left;          // base units
    Error frozen;      // what a fund says that can do nothing
  };
  const Error no_payment{Errc::overflow, Field::fund_limit, 3}, no_contribution{Errc::overflow, Field::fund, 3};
  const Fault faults[] = {
      {"a sale, though its fee would fit", 200, 32, 0, std::ldexp(1.0, -30), 0, false, 16, {}},
      {"a trading fee", 200, 64, 0, 0.125, 0, false, 16, {}},
      {"a liquidation fee", 200, 64, 0, 0, 0.125, true, 0, no_contribution},
      {"a takeover", 64, 0, 0, 0, 0, true, 16, no_contribution},
      {"a takeover that the fund pays for", -32, 0, 100, 0, 0, true, 16, no_payment},
      {"a deficit", -32, 64, 100, 0, 0, true, 0, no_payment},
      {"a deficit that is shared out", -32, 64, 0, 0, 0, false, 0, {}},
  };
  // Prices so large that what moves here is too much beside what the ledger holds.
  const T huge = num<T>(std::ldexp(1.0, 980)), most = num<T>(std::numeric_limits<double>::max() / 2);
  for (const Fault& f : faults) {
    for (const bool frozen : {false, true}) {
      INFO(f.at << (frozen ? ", fund" : ", ledger"));
      if (frozen && !f.of_the_fund) continue;
      const T scale = frozen ? T(1) : huge;
      Long<T> v({}, 0);
      v.fund = *InsuranceFund<T>::make({.balance = T(T(f.balance) * scale)});
      if (f.bid > 0) v.books[0].bids.levels = {{T(T(f.bid) * scale), T(100)}};
      v.legs[0].mark = v.legs[0].measure = T(T(64) * scale);
      v.legs[0].taker_fee_rate = num<T>(f.taker_fee);
      v.legs[0].liquidation_fee_rate = num<T>(f.liquidation_fee);
      v.account.equity = T(T(f.equity) * scale);
      Anywhere<T> waterfall{{}, {}, {}};
      waterfall.allotment = Allotment::whole;  // a product of two such figures is none
      if (frozen) {
        BookMarket<T, PlainBook<T>> market{v.books};
        Frozen<T> fund;
        check_refused(v.run(waterfall, market, fund), f.frozen.code, f.frozen.field, f.frozen.index);
        CHECK(v.ledger.size() == 0);
      } else {
        v.held = most;
        check_refused(v.run(waterfall), Errc::overflow, Field::amount, 1);
        CHECK(v.ledger.size() == 1);
      }
      CHECK(plain(v.legs[0].size) == f.left);
      CHECK(v.account.equity == T(T(f.equity) * scale));
      CHECK(v.fund.balance().raw() == T(T(f.balance) * scale));
    }
  }
  // The other side, which is as it was.
  Long<T> v({}, 0);
  v.held = most;
  v.against(-99);
  v.legs[0].mark = v.legs[0].measure = T(T(64) * huge);
  v.account.equity = T(T(64) * huge);
  Anywhere<T> waterfall{{}, {}, {}, deleveraging_first};
  waterfall.allotment = Allotment::whole;
  check_refused(v.run(waterfall), Errc::overflow, Field::amount, 1);
  CHECK(plain(v.legs[0].size) == 16.0);
  CHECK(plain(v.people.sizes[0]) == -99.0);
}
