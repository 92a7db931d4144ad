// SPDX-License-Identifier: Apache-2.0
#include "support/property.hpp"
#include "support/strict.hpp"
#include "waterfall/long_account.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/waterfall/book_market.hpp>
#include <loadline/waterfall/pro_rata.hpp>
#include <loadline/waterfall/queue.hpp>
#include <loadline/waterfall/water_filling.hpp>
#include <loadline/waterfall/waterfall.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using namespace loadline;

int pick(int low, int high) {
  return *rc::gen::inRange(low, high + 1);
}
template <class T>
T part(int n) {
  return T(T(n) / T(16));
}
template <class T>
T size_of(const T& x) {
  return x < T(0) ? T(-x) : x;
}

/// A venue: an account to be closed, books, a fund, and who is on the other side.
template <class T>
struct Venue {
  static constexpr std::uint32_t keys = 3;
  std::vector<std::vector<Piece<T>>> rows;
  std::vector<ClosingLeg<T>> legs;
  Closing<T> account{T(0), {}};
  std::vector<TradedBook<T, PlainBook<T>>> books;
  std::optional<InsuranceFund<T>> fund;
  std::vector<People<T>> people;
  std::vector<OtherSide<T>> others;
  DeleveragingWorkspace<T> workspace{4};
  bool insolvent = false, spare = true;
  std::vector<Transfer<T>> storage;
  std::vector<WaterfallStep<T>> steps;

  explicit Venue(std::size_t places = 400) : storage(4 * places), steps(places) {}
};

/// Every number is a few sixteenths, so that double and the rationals see the same venue.
template <class T>
void fill(Venue<T>& v) {
  for (std::uint32_t k = 0; k < Venue<T>::keys; ++k) {
    const int mark = pick(40, 400);
    TradedBook<T, PlainBook<T>> book{KeyId{k}, {BookSide::bids, {}}, {BookSide::asks, {}}};
    int bid = mark + pick(-8, 2), ask = bid + pick(1, 8);
    for (int i = pick(0, 4); i > 0 && bid > 0; --i, bid -= pick(1, 30)) book.bids.levels.push_back({part<T>(bid), part<T>(pick(1, 200))});
    for (int i = pick(0, 4); i > 0; --i, ask += pick(1, 30)) book.asks.levels.push_back({part<T>(ask), part<T>(pick(1, 200))});
    v.books.push_back(book);
    People<T>& side = v.people.emplace_back();
    for (int i = pick(0, 4); i > 0; --i) side.add(static_cast<std::uint64_t>(i), part<T>(pick(-200, 200)), part<T>(pick(-10, 500)));
    for (std::size_t i = 0; i < side.size(); ++i) side.scores.push_back(T(pick(-2, 2)));
    if (pick(0, 3) == 0) continue;
    std::vector<Piece<T>>& rows = v.rows.emplace_back();
    T floor = T(0), rate = part<T>(pick(0, 1));
    for (int i = pick(1, 3); i > 0; --i, floor = T(floor + part<T>(pick(16, 4'000))), rate = T(rate + T(part<T>(pick(0, 2)) / T(4))))
      rows.push_back({floor, rate, rows.empty() ? T(0) : joining_offset(rows.back(), floor, rate)});
    v.legs.push_back({.key = KeyId{k},
                      .size = part<T>(pick(-300, 300)),
                      .mark = part<T>(mark),
                      .maintenance = {},
                      .measure = part<T>(mark),
                      .liquidation_fee_rate = T(part<T>(pick(0, 2)) / T(8)),
                      .taker_fee_rate = T(part<T>(pick(0, 1)) / T(16))});
  }
  for (std::size_t i = 0; i < v.legs.size(); ++i) v.legs[i].maintenance = v.rows[i];
  v.account.legs = v.legs;
  v.account.requirement_ratio = part<T>(pick(0, 1) ? 16 : pick(8, 32));
  if (pick(0, 1)) v.account.when = LiquidateWhen::below_zero;
  start(v.account);
  v.account.equity = T(T(maintenance(v.account) * part<T>(pick(-16, 20))) + part<T>(pick(-64, 16)));
  v.fund = *InsuranceFund<T>::make({.balance = part<T>(pick(0, 1) * pick(0, 2'000)), .whole = pick(0, 3) == 0});
  for (std::uint32_t k = 0; k < Venue<T>::keys; ++k) v.others.push_back({KeyId{k}, v.people[k].view(), 100 * k, part<T>(pick(20, 400))});
}

constexpr StageOrder orders[] = {usual_order, deleveraging_first, delisting_hour, unfilled_only, without_deleveraging};

/// The policy whose orders may pass over the market.
constexpr int backstopped = 5;

/// Runs it under the policy with this number.
template <class T>
Result<WaterfallReport<T>> run(Venue<T>& v, Ledger<T>& ledger, const StageOrder& order, DeleveragePrice price, int policy) {
  BookMarket<T, PlainBook<T>> market{v.books};
  const auto with = [&](const auto& close_out, const auto& limit, const auto& adl) {
    using C = std::decay_t<decltype(close_out)>;
    using L = std::decay_t<decltype(limit)>;
    using A = std::decay_t<decltype(adl)>;
    const Waterfall<T, C, L, A> waterfall{close_out, limit, adl, order, {.price = price, .insolvent = v.insolvent, .spare = v.spare}};
    return waterfall.run(v.account, market, *v.fund, std::span<const OtherSide<T>>(v.others), v.workspace, ledger, std::span<WaterfallStep<T>>(v.steps));
  };
  switch (policy) {
    case 0: return with(CloseEverything{LegOrder::largest_notional}, AtBankruptcy{}, AdlQueue{});
    case 1: return with(CloseToRatio<T>{}, AtBankruptcy{}, LeverageWaterFilling{});
    case 2: return with(CloseToRatio<T>{.target = part<T>(8), .one_order = true}, AtBankruptcy{.with_fee = false}, ContractsProRata{});
    case 3: return with(StepDown{1}, AtBankruptcy{}, ContractsProRata{});
    case 4: return with(CloseShare<T>{.above = T(100), .pause = T(0), .backstop = T(0)}, AtFillablePrice<T>{}, ContractsProRata{});
    case backstopped: return with(CloseShare<T>{.above = T(100), .pause = T(0)}, AtBankruptcy{}, ContractsProRata{});
    default: return with(CloseEverything{}, AtAnyPrice{}, ContractsProRata{});
  }
}

/// Two sums that must agree: exactly where nothing is rounded.
template <class T>
bool same(const T& a, const T& b) {
  if constexpr (std::is_same_v<T, double>)
    return std::fabs(a - b) <= 1e-9 * (1 + std::fabs(a) + std::fabs(b));
  else
    return a == b;
}
/// Not below zero, but for rounding.
template <class T>
bool not_negative(const T& x) {
  return same(x, T(0)) || T(0) < x;
}

template <class T>
void laws() {
  Venue<T> v;
  fill(v);
  const Venue<T> before = v;
  const T equity = v.account.equity, had = v.fund->balance().raw();
  Ledger<T> ledger(v.storage);
  const StageOrder& order = orders[pick(0, 4)];
  const DeleveragePrice price = std::array{DeleveragePrice::bankruptcy, DeleveragePrice::mark, DeleveragePrice::reference,
                                           DeleveragePrice::reference_capped}[static_cast<std::size_t>(pick(0, 3))];
  v.insolvent = pick(0, 3) == 0;
  v.spare = pick(0, 3) != 0;
  const int policy = pick(0, 6);
  const auto report = run(v, ledger, order, price, policy);
  RC_ASSERT(report.has_value());
  const std::span<const WaterfallStep<T>> steps = std::span<const WaterfallStep<T>>(v.steps).first(report->steps);
  const PartyId account{PartyKind::account}, fund{PartyKind::insurance_fund};

  // I15: what one has lost another has gained, and every book-keeper says the same.
  RC_ASSERT(same(ledger.sum_of_balances().raw(), T(0)));
  if (!(std::is_same_v<T, double> && report->end == WaterfallEnd::closed)) RC_ASSERT(same(T(v.account.equity - equity), ledger.balance(account).raw()));
  RC_ASSERT(same(T(v.fund->balance().raw() - had), ledger.balance(fund).raw()));
  for (std::uint32_t k = 0; k < v.keys; ++k)
    for (std::uint32_t i = 0; i < v.people[k].size(); ++i)
      RC_ASSERT(same(T(v.people[k].equities[i] - before.people[k].equities[i]), ledger.balance(PartyId{PartyKind::counterparties, 100 * k + i}).raw()));

  // I16: contracts only change hands. What the account gave up the market, the fund and the other side have.
  for (std::size_t leg = 0; leg < v.legs.size(); ++leg) {
    T market = T(0), taken = T(0), matched = T(0), given = T(0);
    for (const WaterfallStep<T>& s : steps) {
      if (s.leg != leg) continue;
      if (s.stage == Stage::market) market += s.done;
      if (s.stage == Stage::fund) taken += s.done;
      if (s.stage == Stage::deleveraging) matched += s.done;
    }
    const std::uint32_t k = v.legs[leg].key.index;
    const bool is_long = T(0) < before.legs[leg].size;
    for (std::size_t i = 0; i < v.people[k].size(); ++i) {
      const T &now = v.people[k].sizes[i], &then = before.people[k].sizes[i];
      given += size_of<T>(T(now - then));
      RC_ASSERT(now == then || (is_long ? then < T(0) : T(0) < then));  // I17: nobody on the same side
      const bool turned = (now < T(0) && T(0) < then) || (then < T(0) && T(0) < now);
      RC_ASSERT(!turned);
      RC_ASSERT(!(size_of(then) < size_of(now)));
      const T &left = v.people[k].equities[i], &had_before = before.people[k].equities[i];
      if (v.spare && !(had_before < T(0))) RC_ASSERT(not_negative(left));  // I18: no new bankruptcy
      if (!v.insolvent && !(T(0) < had_before)) RC_ASSERT(now == then);
    }
    RC_ASSERT(same(matched, given));
    RC_ASSERT(same(size_of<T>(T(v.legs[leg].size - before.legs[leg].size)), T(T(market + taken) + matched)));
    const T &now = v.legs[leg].size, &then = before.legs[leg].size;
    const bool between = is_long ? !(then < now) && !(now < T(0)) : !(now < then) && !(T(0) < now);
    RC_ASSERT(between);
    const TradedBook<T, PlainBook<T>>& book = v.books[k];
    RC_ASSERT(same(market, is_long ? book.taken_bids : book.taken_asks));
  }

  // I17, I21: the stages in their order, each only for what the one before has left; the fund never below zero.
  RC_ASSERT(!(v.fund->balance().raw() < T(0)));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const WaterfallStep<T>& s = steps[i];
    RC_ASSERT(!(s.asked < s.done) && !(s.done < T(0)));
    if (s.stage == Stage::fund && !order.fund_pays_deficit) RC_FAIL("the fund is not in this order");
    if (s.stage == Stage::market && T(0) < s.done && s.limit) {
      const bool is_long = T(0) < before.legs[s.leg].size;
      RC_ASSERT(not_negative(is_long ? T(s.price - *s.limit) : T(*s.limit - s.price)));
    }
    const bool passed_over = policy == backstopped && order.stages[0] == Stage::market && s.stage == order.stages[1];
    const bool follows = i > 0 && !passed_over && (order.stages[0] != s.stage) && s.stage != Stage::deficit && s.stage != Stage::socialised;
    if (follows) RC_ASSERT(same(s.asked, T(steps[i - 1].asked - steps[i - 1].done)));
    if (s.stage == Stage::socialised && order.fund_pays_deficit) {
      RC_ASSERT(steps[i - 1].stage == Stage::deficit);
      RC_ASSERT(steps[i - 1].end == StepEnd::paid_in_part);
    }
  }

  // I18: at the bankruptcy price nobody but the account loses, and the account ends where it should.
  const bool all_closed = std::all_of(v.legs.begin(), v.legs.end(), [](const ClosingLeg<T>& l) { return l.size == T(0); });
  if (all_closed && order.socialised) {
    RC_ASSERT(not_negative(v.account.equity));
    RC_ASSERT(report->deficit == T(0));
  }
  const bool bounded = policy == 0 || policy == 1 || policy == 3;
  if (bounded && !(equity < T(0)) && price == DeleveragePrice::bankruptcy) RC_ASSERT(not_negative(v.account.equity));
  // How it ended.
  T needed = T(0);
  for (const ClosingLeg<T>& l : v.legs) needed += maintenance(l);
  if (report->end == WaterfallEnd::requirement_met) RC_ASSERT(!fails(T(v.account.equity - T(v.account.requirement_ratio * needed)), v.account.when));
  if (report->end == WaterfallEnd::closed) RC_ASSERT(all_closed);
  if (report->end == WaterfallEnd::unplaced) RC_ASSERT(!all_closed);
}

/// A policy as a user may get it wrong.
template <class T>
struct Careless {
  std::size_t leg;
  T size;
  [[nodiscard]] std::optional<CloseOrder<T>> next(const Closing<T>&, const CloseProgress<T>&) const { return CloseOrder<T>{leg, size}; }
};

}  // namespace

TEST_CASE("whatever the venue, money and contracts only change hands", "[waterfall]") {
  check_property("in rationals exactly", 2'500, [] { laws<Rational>(); });
  check_property("in double but for rounding", 2'500, [] { laws<double>(); });
}

TEST_CASE("a partial liquidation ends at its target or with the positions closed", "[waterfall]") {
  int partial = 0;
  check_property("with a book that costs nothing", 600, [&] {
    using T = Rational;
    Venue<T> v;
    fill(v);
    for (auto& leg : v.legs) leg.liquidation_fee_rate = leg.taker_fee_rate = T(0);
    v.account.equity = abs(v.account.equity);
    for (auto& book : v.books) {
      T mark = T(0);
      for (const auto& leg : v.legs)
        if (leg.key == book.key) mark = leg.mark;
      book.bids.levels = book.asks.levels = {{mark, T(100'000)}};
    }
    v.account.requirement_ratio = 1;
    start(v.account);
    const bool must = must_close(v.account);
    Ledger<T> ledger(v.storage);
    const auto report = run(v, ledger, usual_order, DeleveragePrice::bankruptcy, 2);
    RC_ASSERT(report.has_value());
    if (!must) return;
    const bool reached = 2 * maintenance(v.account) == v.account.equity;
    const bool closed = std::all_of(v.legs.begin(), v.legs.end(), [](const ClosingLeg<T>& l) { return l.size == T(0); });
    RC_ASSERT(closed || 2 * maintenance(v.account) <= v.account.equity);
    partial += reached && !closed;
  });
  CHECK(partial > 20);
}

TEMPLATE_TEST_CASE("a long through every stage", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  // 16 long at a mark of 64 with an equity of -32: worth nothing at 66. Bids: 4 at 66, more below. A fund of 8, then 3 shorts.
  const std::vector<Piece<T>> rows{{T(0), T(T(1) / T(64)), T(0)}};
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{7}, .size = T(16), .mark = T(64), .maintenance = rows, .measure = T(64)}};
  std::vector<TradedBook<T, PlainBook<T>>> books{{KeyId{7}, {BookSide::bids, {{T(66), T(4)}, {T(65), T(100)}}}, {BookSide::asks, {}}}};
  BookMarket<T, PlainBook<T>> market{books};
  People<T> shorts{{1, T(-4), T(100)}, {2, T(50), T(100)}, {3, T(-12), T(100)}};
  const OtherSide<T> others[] = {{KeyId{7}, shorts.view(), 10}};
  DeleveragingWorkspace<T> workspace(3);
  std::vector<Transfer<T>> storage(40);
  Ledger<T> ledger(storage);
  std::vector<WaterfallStep<T>> steps(10, WaterfallStep<T>{Stage::market, StepEnd::filled, 0, T(0), T(0), T(0), std::nullopt, T(0)});
  auto fund = *InsuranceFund<T>::make({.balance = 8});
  Closing<T> account{T(-32), legs};
  const Waterfall<T, CloseEverything, AtBankruptcy, ContractsProRata> waterfall{{}, {}, {}};
  const auto go = [&] {
    return waterfall.run(account, market, fund, std::span<const OtherSide<T>>(others), workspace, ledger, std::span<WaterfallStep<T>>(steps));
  };
  const auto report = go();
  REQUIRE(report);
  CHECK(report->end == WaterfallEnd::closed);
  REQUIRE(report->steps == 3);
  CHECK(steps[0].end == StepEnd::at_limit);
  CHECK(plain(steps[0].done) == 4.0);
  CHECK(plain(steps[0].price) == 66.0);
  CHECK(plain(steps[0].equity) == -24.0);
  CHECK(steps[1].end == StepEnd::fund_short);
  CHECK(plain(steps[1].asked) == 12.0);
  CHECK(plain(steps[1].done) == 4.0);  // 24 are missing, 8 are there: a third
  CHECK(plain(steps[1].equity) == -16.0);
  CHECK(steps[2].end == StepEnd::matched);
  CHECK(plain(steps[2].done) == 8.0);
  CHECK(plain(account.equity) == 0.0);
  CHECK(plain(fund.balance().raw()) == 0.0);
  CHECK(plain(shorts.sizes[0]) == -2.0);
  CHECK(plain(shorts.sizes[1]) == 50.0);
  CHECK(plain(shorts.sizes[2]) == -6.0);
  CHECK(plain(shorts.equities[2]) == 88.0);  // 6 units at 66 that are worth 64
  CHECK(plain(ledger.balance(PartyId{PartyKind::counterparties, 10}).raw()) == -4.0);
  CHECK(plain(ledger.balance(PartyId{PartyKind::market}).raw()) == -8.0);
  CHECK(plain(ledger.sum_of_balances().raw()) == 0.0);
  // Once more: nothing is left to be done.
  const auto again = go();
  REQUIRE(again);
  CHECK(again->end == WaterfallEnd::closed);
  CHECK(again->steps == 0);
}

TEMPLATE_TEST_CASE("a waterfall that cannot go on says so, and nothing is lost", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Piece<T>> rows{{T(0), T(T(1) / T(64)), T(0)}};
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(16), .mark = T(64), .maintenance = rows, .measure = T(64)}};
  std::vector<TradedBook<T, PlainBook<T>>> books{{KeyId{0}, {BookSide::bids, {{T(66), T(4)}}}, {BookSide::asks, {}}}};
  BookMarket<T, PlainBook<T>> market{books};
  People<T> shorts{{1, T(-4), T(100)}};
  std::vector<OtherSide<T>> others{{KeyId{0}, shorts.view(), 0}};
  DeleveragingWorkspace<T> workspace(1);
  std::vector<Transfer<T>> storage(40);
  std::vector<WaterfallStep<T>> steps(10, WaterfallStep<T>{Stage::market, StepEnd::filled, 0, T(0), T(0), T(0), std::nullopt, T(0)});
  auto fund = *InsuranceFund<T>::make({.balance = 0});
  Closing<T> account{T(-32), legs};
  std::size_t places = storage.size(), step_places = steps.size();
  const auto go = [&] {
    Ledger<T> ledger{std::span<Transfer<T>>(storage).first(places)};
    const Waterfall<T, CloseEverything, AtBankruptcy, ContractsProRata> waterfall{{}, {}, {}};
    const auto r =
        waterfall.run(account, market, fund, std::span<const OtherSide<T>>(others), workspace, ledger, std::span<WaterfallStep<T>>(steps).first(step_places));
    CHECK(plain(ledger.sum_of_balances().raw()) == 0.0);
    CHECK(plain(account.equity) == -32.0 + plain(ledger.balance(PartyId{PartyKind::account}).raw()));
    return r;
  };
  const auto refused = [&](Errc code, Field field, std::uint32_t item = 0) {
    const auto r = go();
    REQUIRE_FALSE(r);
    CHECK(r.error().code == code);
    CHECK(r.error().field == field);
    CHECK(r.error().item == item);
  };
  const double nan = std::nan(""), infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {nan, infinity}) {
    const T value = num<T>(bad);
    legs[0].size = value;
    refused(Errc::bad_number, Field::size);
    legs[0].size = T(16), legs[0].mark = value;
    refused(Errc::bad_number, Field::mark);
    legs[0].mark = T(64), legs[0].fixed = value;
    refused(Errc::bad_number, Field::maintenance_fixed);
    legs[0].fixed = T(0), legs[0].taker_fee_rate = value;
    refused(Errc::bad_number, Field::taker_fee_rate);
    legs[0].taker_fee_rate = T(0), others[0].reference = value;
    refused(Errc::bad_number, Field::reference_price);
    others[0].reference = std::nullopt;
  }
  legs[0].mark = T(0);
  refused(Errc::bad_price, Field::mark);
  legs[0].mark = T(64), legs[0].liquidation_fee_rate = T(1);
  refused(Errc::bad_parameter, Field::liquidation_fee_rate);
  legs[0].liquidation_fee_rate = T(-1);
  refused(Errc::bad_parameter, Field::liquidation_fee_rate);
  legs[0].liquidation_fee_rate = T(0);
  others[0].reference = T(0);
  refused(Errc::bad_price, Field::reference_price);
  others[0].reference = std::nullopt;
  workspace = DeleveragingWorkspace<T>(0);
  refused(Errc::bad_size, Field::counterparty);
  workspace = DeleveragingWorkspace<T>(1);
  places = 3;
  refused(Errc::bad_size, Field::transfer);
  places = 4, step_places = 0;
  refused(Errc::bad_size, Field::account);
  CHECK(plain(legs[0].size) == 16.0);
  step_places = 1;  // the order is sent, the rest is not taken over
  refused(Errc::bad_size, Field::account);
  CHECK(plain(legs[0].size) == 12.0);
  CHECK(plain(account.equity) == -24.0);
}

TEMPLATE_TEST_CASE("a short that is worth nothing at every price is not sold at any", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Piece<T>> rows{{T(0), T(T(1) / T(64)), T(0)}};
  for (const int equity : {-99, -100, -101, -5'000}) {
    std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(-1), .mark = T(100), .maintenance = rows, .measure = T(100)}};
    std::vector<TradedBook<T, PlainBook<T>>> books{{KeyId{0}, {BookSide::bids, {}}, {BookSide::asks, {{T(1'000), T(5)}}}}};
    BookMarket<T, PlainBook<T>> market{books};
    DeleveragingWorkspace<T> workspace(0);
    std::vector<Transfer<T>> storage(40);
    Ledger<T> ledger(storage);
    std::vector<WaterfallStep<T>> steps(10, WaterfallStep<T>{Stage::market, StepEnd::filled, 0, T(0), T(0), T(0), std::nullopt, T(0)});
    auto fund = *InsuranceFund<T>::make({.balance = 100'000});
    Closing<T> account{T(equity), legs};
    const Waterfall<T, CloseEverything, AtBankruptcy, ContractsProRata> waterfall{{}, {}, {}};
    const auto report = waterfall.run(account, market, fund, {}, workspace, ledger, std::span<WaterfallStep<T>>(steps));
    REQUIRE(report);
    CHECK(report->end == WaterfallEnd::closed);
    CHECK(plain(books[0].taken_asks) == 0.0);
    CHECK(plain(account.equity) == 0.0);
    CHECK(plain(fund.balance().raw()) == 100'000.0 + equity);
  }
}

TEMPLATE_TEST_CASE("what a policy asks for is held against the account", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Piece<T>> rows{{T(0), T(T(1) / T(64)), T(0)}};
  std::vector<ClosingLeg<T>> legs;
  std::vector<TradedBook<T, PlainBook<T>>> books;
  DeleveragingWorkspace<T> workspace(0);
  std::vector<Transfer<T>> storage(40);
  std::vector<WaterfallStep<T>> steps(10, WaterfallStep<T>{Stage::market, StepEnd::filled, 0, T(0), T(0), T(0), std::nullopt, T(0)});
  auto fund = *InsuranceFund<T>::make({.balance = 0});
  Closing<T> account{T(-1), {}};
  PartyId party{PartyKind::account};
  const auto go = [&](const Careless<T>& policy) {
    legs = {{.key = KeyId{0}, .size = T(1), .mark = T(64), .maintenance = rows, .measure = T(64)},
            {.key = KeyId{1}, .size = T(0), .mark = T(64), .maintenance = rows, .measure = T(64)}};
    books = {{KeyId{0}, {BookSide::bids, {{T(64), T(9)}}}, {BookSide::asks, {}}},
             {KeyId{1}, {BookSide::bids, {{T(64), T(9)}}}, {BookSide::asks, {{T(65), T(9)}}}}};
    account = Closing<T>{T(-1), legs};
    BookMarket<T, PlainBook<T>> market{books};
    Ledger<T> ledger(storage);
    Waterfall<T, Careless<T>, AtAnyPrice, ContractsProRata> waterfall{policy, {}, {}};
    waterfall.account_party = party;
    return waterfall.run(account, market, fund, {}, workspace, ledger, std::span<WaterfallStep<T>>(steps));
  };
  const auto more = go({0, T(3)});  // more than there is: what there is; then nothing of it is left, and the run ends
  REQUIRE(more);
  CHECK(plain(legs[0].size) == 0.0);
  CHECK(plain(books[0].taken_bids) == 1.0);
  const auto closed = go({1, T(3)});  // a position that is not there
  REQUIRE(closed);
  CHECK(closed->end == WaterfallEnd::unplaced);
  CHECK(plain(legs[1].size) == 0.0);
  CHECK(plain(books[1].taken_asks) == 0.0);
  for (const double nothing : {0.0, -1.0, std::nan("")}) {
    const auto idle = go({0, num<T>(nothing)});
    REQUIRE(idle);
    CHECK(idle->end == WaterfallEnd::unplaced);
    CHECK(plain(legs[0].size) == 1.0);
  }
  const auto outside = go({2, T(1)});
  REQUIRE_FALSE(outside);
  CHECK(outside.error().code == Errc::bad_size);
  CHECK(outside.error().field == Field::position);
  CHECK(outside.error().index == 2);
  for (const PartyKind kind : {PartyKind::market, PartyKind::counterparties, PartyKind::insurance_fund, PartyKind::venue}) {
    party = PartyId{kind};
    const auto same = go({0, T(1)});
    REQUIRE_FALSE(same);
    CHECK(same.error().field == Field::transfer);
    CHECK(plain(legs[0].size) == 1.0);
  }
}

TEMPLATE_TEST_CASE("a policy that waits goes on from where it was", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Piece<T>> rows{{T(0), T(T(1) / T(4)), T(0)}};
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(16), .mark = T(64), .maintenance = rows, .measure = T(64)}};
  std::vector<TradedBook<T, PlainBook<T>>> books{{KeyId{0}, {BookSide::bids, {{T(64), T(100)}}}, {BookSide::asks, {}}}};
  BookMarket<T, PlainBook<T>> market{books};
  DeleveragingWorkspace<T> workspace(0);
  std::vector<Transfer<T>> storage(40);
  Ledger<T> ledger(storage);
  std::vector<WaterfallStep<T>> steps(10, WaterfallStep<T>{Stage::market, StepEnd::filled, 0, T(0), T(0), T(0), std::nullopt, T(0)});
  auto fund = *InsuranceFund<T>::make({.balance = 0});
  Closing<T> account{T(64), legs};
  const Waterfall<T, CloseShare<T>, AtBankruptcy, ContractsProRata> waterfall{
      {.share = T(T(1) / T(4)), .above = T(512), .pause = T(30), .backstop = T(0)}, {}, {}};
  CloseProgress<T> progress;
  const auto go = [&] { return waterfall.run(account, market, fund, {}, workspace, ledger, std::span<WaterfallStep<T>>(steps), progress); };
  CHECK(go()->end == WaterfallEnd::no_more_orders);
  CHECK(plain(legs[0].size) == 12.0);
  CHECK(plain(progress.first_shortage) == 192.0);
  progress.seconds += T(29);
  CHECK(go()->end == WaterfallEnd::no_more_orders);
  CHECK(plain(legs[0].size) == 12.0);
  progress.seconds += T(1);
  CHECK(go()->end == WaterfallEnd::closed);
  CHECK(progress.orders == 2);
  CHECK(plain(progress.first_shortage) == 192.0);
}

TEMPLATE_TEST_CASE("the seconds between two orders are told to the policy", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  for (const int seconds : {29, 30}) {
    Long<T> v({{T(64), T(100)}}, 1'000);
    v.account.equity = T(180);
    Waterfall<T, CloseShare<T>, AtBankruptcy, ContractsProRata> venue{{.share = T(T(1) / T(4)), .above = T(512), .pause = T(30)}, {}, {}};
    venue.seconds_per_order = T(seconds);
    const auto report = v.run(venue);
    REQUIRE(report);
    CHECK(report->end == (seconds == 30 ? WaterfallEnd::closed : WaterfallEnd::no_more_orders));
    CHECK(plain(v.legs[0].size) == (seconds == 30 ? 0.0 : 12.0));
    CHECK(plain(v.progress.seconds) == (seconds == 30 ? 60.0 : 29.0));
  }
}

TEMPLATE_TEST_CASE("below two thirds of the maintenance nothing goes to the market, and who takes over gets what is left", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  for (const int equity : {171, 170}) {  // two thirds of 256 are 170.67
    Long<T> v({{T(64), T(100)}}, 1'000);
    v.account.equity = T(equity);
    const auto report = v.run(Waterfall<T, CloseShare<T>, AtBankruptcy, ContractsProRata>{{.above = T(2'000)}, {}, {}});
    REQUIRE(report);
    CHECK(report->end == WaterfallEnd::closed);
    REQUIRE(report->steps == 1);
    CHECK(v.steps[0].stage == (equity == 171 ? Stage::market : Stage::fund));
    CHECK(plain(v.books[0].taken_bids) == (equity == 171 ? 16.0 : 0.0));
    CHECK(plain(v.fund.balance().raw()) == (equity == 171 ? 1'000.0 : 1'170.0));
    CHECK(plain(v.account.equity) == (equity == 171 ? 171.0 : 0.0));
  }
}

TEMPLATE_TEST_CASE("a deficit is named where nobody may pay it, and is left alone while positions are open", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  StageOrder nobody = usual_order;
  nobody.fund_pays_deficit = nobody.socialised = false;
  Long<T> v({{T(60), T(100)}}, 8);
  v.account.equity = T(-32);
  const auto sold = v.run(Waterfall<T, CloseEverything, AtAnyPrice, ContractsProRata>{{}, {}, {}, nobody});
  REQUIRE(sold);
  CHECK(sold->end == WaterfallEnd::deficit);
  CHECK(sold->steps == 1);
  CHECK(plain(sold->deficit) == 96.0);
  CHECK(plain(v.account.equity) == -96.0);
  CHECK(plain(v.fund.balance().raw()) == 8.0);
  // The fund pays what it has, and the rest stays.
  nobody.fund_pays_deficit = true;
  const auto part_paid = v.run(Waterfall<T, CloseEverything, AtAnyPrice, ContractsProRata>{{}, {}, {}, nobody});
  REQUIRE(part_paid);
  CHECK(part_paid->end == WaterfallEnd::deficit);
  CHECK(plain(part_paid->deficit) == 88.0);
  CHECK(plain(v.fund.balance().raw()) == 0.0);
  // Half of it finds nobody: what the position will cost is not known yet, so nobody pays.
  Long<T> open({{T(60), T(8)}}, 1'000);
  open.account.equity = T(-32);
  StageOrder market_only = usual_order;
  market_only.count = 1;
  const auto unplaced = open.run(Waterfall<T, CloseEverything, AtAnyPrice, ContractsProRata>{{}, {}, {}, market_only});
  REQUIRE(unplaced);
  CHECK(unplaced->end == WaterfallEnd::unplaced);
  CHECK(unplaced->steps == 1);
  CHECK(plain(unplaced->deficit) == 64.0);
  CHECK(plain(open.fund.balance().raw()) == 1'000.0);
  // Asked for once more in the same run it is not sent again.
  open.account.equity = T(-32);
  const auto again = open.run(Waterfall<T, Careless<T>, AtAnyPrice, ContractsProRata>{{0, T(8)}, {}, {}, market_only});
  REQUIRE(again);
  CHECK(again->end == WaterfallEnd::unplaced);
  CHECK(again->steps == 1);
}

TEMPLATE_TEST_CASE("what the market leaves of an order goes where the order and the venue say", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  // A policy that is asked again: the fund waits for it.
  Long<T> asked_again({{T(64), T(2)}}, 1'000);
  asked_again.account.equity = T(180);
  const auto waits = asked_again.run(Waterfall<T, CloseShare<T>, AtBankruptcy, ContractsProRata>{{.share = T(T(1) / T(4)), .above = T(512)}, {}, {}});
  REQUIRE(waits);
  CHECK(waits->end == WaterfallEnd::no_more_orders);
  CHECK(waits->steps == 1);
  CHECK(plain(asked_again.legs[0].size) == 14.0);
  // A venue that deleverages only what the market took nothing of.
  for (const int bid : {64, 32}) {
    Long<T> v({{T(bid), T(2)}}, 1'000);
    v.account.equity = T(180);
    const auto report = v.run(Waterfall<T, CloseEverything, AtBankruptcy, ContractsProRata>{{}, {}, {}, unfilled_only});
    REQUIRE(report);
    CHECK(report->end == WaterfallEnd::unplaced);
    REQUIRE(report->steps == 2);
    CHECK(v.steps[1].end == (bid == 64 ? StepEnd::market_filled : StepEnd::unplaced));
    CHECK(plain(v.steps[1].asked) == (bid == 64 ? 14.0 : 16.0));
  }
  // One position finds nobody, the other is sold: the run ends without a place for the first.
  Long<T> two({{T(64), T(2)}}, 0);
  two.legs.push_back(two.legs[0]);
  two.legs[1].key = KeyId{1}, two.legs[1].size = T(1);
  two.account.legs = two.legs;
  two.books.push_back({KeyId{1}, {BookSide::bids, {{T(64), T(2)}}}, {BookSide::asks, {}}});
  const auto report = two.run(Waterfall<T, CloseEverything, AtAnyPrice, ContractsProRata>{{}, {}, {}, StageOrder{.count = 1}});
  REQUIRE(report);
  CHECK(report->end == WaterfallEnd::unplaced);
  CHECK(plain(two.legs[0].size) == 14.0);
  CHECK(plain(two.legs[1].size) == 0.0);
}

TEST_CASE("the fees of a fill are of its value, and the fund's is what the fill brought beyond the bankruptcy price", "[waterfall]") {
  using T = double;
  // 16 long at 64, equity 64: worth nothing at 60. 8 of them at 62 bring 16 more than at 60; the taker fee is 496 / 248 = 2.
  for (const int part : {62, 31}) {
    Long<T> v({{T(62), T(8)}}, 0);
    v.account.equity = T(64);
    v.legs[0].taker_fee_rate = 1.0 / 248, v.legs[0].liquidation_fee_rate = 1.0 / part;
    const auto report = v.run(Waterfall<T, CloseEverything, AtAnyPrice, ContractsProRata>{{}, {}, {}, StageOrder{.count = 1}});
    REQUIRE(report);
    const T fee = part == 62 ? T(8) : T(14);  // 496 / 62; and 16 would be more than 16 - 2
    CHECK(v.fund.balance().raw() == Approx(fee));
    CHECK(v.account.equity == Approx(64 - 8 * 2 - 2 - fee));
  }
  // No more than there is.
  Long<T> poor({{T(62), T(8)}}, 0);
  poor.account.equity = T(20);
  poor.legs[0].liquidation_fee_rate = 0.25;
  REQUIRE(poor.run(Waterfall<T, CloseEverything, AtAnyPrice, ContractsProRata>{{}, {}, {}, StageOrder{.count = 1}}));
  CHECK(poor.fund.balance().raw() == 0);  // worth nothing at 62.75: nothing was beyond it
  CHECK(poor.account.equity == 4);
}

TEST_CASE("how much of the equity stands behind a takeover is a policy", "[waterfall]") {
  using T = Rational;
  for (const Allotment how : {Allotment::by_maintenance, Allotment::whole})
    for (const bool deleveraged : {false, true}) {
      Long<T> v({}, 0);
      v.legs.push_back(v.legs[0]);
      v.legs[1].key = KeyId{1};
      v.account.legs = v.legs;
      v.account.equity = T(64);  // 32 behind each, 2 a unit; or 64, 4 a unit, behind the first, and nothing is left for the second
      People<T> shorts{{1, T(-99), T(1'000)}}, more = shorts;
      const OtherSide<T> others[] = {{KeyId{0}, shorts.view(), 0}, {KeyId{1}, more.view(), 1}};
      DeleveragingWorkspace<T> workspace(1);
      BookMarket<T, PlainBook<T>> market{{}};
      Ledger<T> ledger(v.storage);
      Waterfall<T, CloseEverything, AtBankruptcy, ContractsProRata> venue{{}, {}, {}, deleveraged ? deleveraging_first : usual_order};
      venue.allotment = how;
      const auto report = venue.run(v.account, market, v.fund, std::span<const OtherSide<T>>(others), workspace, ledger, std::span<WaterfallStep<T>>(v.steps));
      REQUIRE(report);
      REQUIRE(report->steps == (deleveraged ? 2 : 4));
      const bool whole = how == Allotment::whole;
      CHECK(v.steps[deleveraged ? 0 : 1].price == (whole ? 60 : 62));
      CHECK(v.steps[deleveraged ? 1 : 3].price == (whole ? 64 : 62));
      CHECK(v.account.equity == 0);
    }
}

TEST_CASE("what rounding leaves of an account is no deficit", "[waterfall]") {
  int below = 0;
  for (int i = 1; i < 400; ++i) {
    Long<double> v({}, 1'000'000);
    v.legs[0].size = 16.1 / i, v.legs[0].mark = v.legs[0].measure = 64.3;
    v.account.equity = 0.1 * i;
    const auto report = v.run(Waterfall<double, CloseEverything, AtBankruptcy, ContractsProRata>{{}, {}, {}, usual_order});
    REQUIRE(report);
    if (report->end == WaterfallEnd::requirement_met) continue;
    CHECK(report->deficit == 0);
    if (report->end != WaterfallEnd::closed) continue;
    CHECK(report->steps == 2);
    CHECK(std::fabs(v.account.equity) < 1e-12);
    below += v.account.equity < 0;
  }
  CHECK(below > 0);
}

TEMPLATE_TEST_CASE("an account whose figures cannot be is refused before anything is sold", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto refused = [](const auto& spoil, Errc code, Field field) {
    Long<T> v({{T(64), T(100)}}, 1'000);
    spoil(v);
    const auto r = v.run(Waterfall<T, CloseEverything, AtAnyPrice, ContractsProRata>{{}, {}, {}});
    REQUIRE_FALSE(r);
    CHECK(r.error().code == code);
    CHECK(r.error().field == field);
    CHECK(plain(v.books[0].taken_bids) == 0.0);
  };
  using V = Long<T>;
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    refused([=](V& v) { v.account.equity = num<T>(bad); }, Errc::bad_number, Field::account);
    refused([=](V& v) { v.account.requirement_ratio = num<T>(bad); }, Errc::bad_number, Field::account);
    refused([=](V& v) { v.legs[0].measure = num<T>(bad); }, Errc::bad_number, Field::maintenance_fixed);
    refused([=](V& v) { v.legs[0].scale = num<T>(bad); }, Errc::bad_number, Field::maintenance_fixed);
    refused([=](V& v) { v.legs[0].rate = num<T>(bad); }, Errc::bad_number, Field::maintenance_fixed);
  }
  refused([](V& v) { v.account.requirement_ratio = T(0); }, Errc::bad_parameter, Field::account);
  refused([](V& v) { v.legs[0].measure = T(-1); }, Errc::bad_parameter, Field::maintenance_fixed);
  refused([](V& v) { v.legs[0].scale = T(-1); }, Errc::bad_parameter, Field::maintenance_fixed);
  refused([](V& v) { v.legs[0].rate = T(-1); }, Errc::bad_parameter, Field::maintenance_fixed);
  refused([](V& v) { v.legs[0].fixed = T(-1); }, Errc::bad_parameter, Field::maintenance_fixed);
  refused([](V& v) { v.legs[0].liquidation_fee_rate = T(1); }, Errc::bad_parameter, Field::liquidation_fee_rate);
  refused([](V& v) { v.legs[0].taker_fee_rate = T(1); }, Errc::bad_parameter, Field::taker_fee_rate);
  // Each figure is a number, their product is none.
  refused([](V& v) { v.legs[0].size = v.legs[0].mark = num<T>(1e200); }, Errc::overflow, Field::size);
  refused([](V& v) { v.legs[0].rate = num<T>(1e308); }, Errc::overflow, Field::account);
}

TEMPLATE_TEST_CASE("books, positions and stages that are not there", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Piece<T>> rows{{T(0), T(T(1) / T(64)), T(0)}};
  std::vector<ClosingLeg<T>> legs{{.key = KeyId{0}, .size = T(-16), .mark = T(64), .maintenance = rows, .measure = T(64)}};
  BookMarket<T, PlainBook<T>> market{{}};
  DeleveragingWorkspace<T> workspace(0);
  std::vector<Transfer<T>> storage(40);
  Ledger<T> ledger(storage);
  std::vector<WaterfallStep<T>> steps(10, WaterfallStep<T>{Stage::market, StepEnd::filled, 0, T(0), T(0), T(0), std::nullopt, T(0)});
  auto fund = *InsuranceFund<T>::make({.balance = 0});
  Closing<T> account{T(8), legs};
  const auto go = [&](const StageOrder& order) {
    const Waterfall<T, CloseEverything, AtBankruptcy, ContractsProRata> waterfall{{}, {}, {}, order};
    return waterfall.run(account, market, fund, {}, workspace, ledger, std::span<WaterfallStep<T>>(steps));
  };
  // No book and nobody on the other side: it stays open, and the report says so.
  const auto left = go(delisting_hour);
  REQUIRE(left);
  CHECK(left->end == WaterfallEnd::unplaced);
  CHECK(plain(legs[0].size) == -16.0);
  CHECK(steps[0].end == StepEnd::at_limit);
  CHECK(steps[1].end == StepEnd::unplaced);
  CHECK(plain(account.equity) == 8.0);
  // The fund takes it with what is left of the equity.
  const auto taken = go(usual_order);
  REQUIRE(taken);
  CHECK(taken->end == WaterfallEnd::closed);
  CHECK(plain(fund.balance().raw()) == 8.0);
  CHECK(plain(*steps[1].limit) == 64.5);
  // Nothing to close.
  Closing<T> empty{T(0), {}};
  const Waterfall<T, CloseEverything, AtBankruptcy, ContractsProRata> waterfall{{}, {}, {}};
  const auto none = waterfall.run(empty, market, fund, {}, workspace, ledger, std::span<WaterfallStep<T>>(steps));
  REQUIRE(none);
  CHECK(none->end == WaterfallEnd::closed);
  CHECK(none->steps == 0);
  // Below zero with nothing to close: the fund, then everybody.
  empty.equity = T(-20);
  const auto shared = waterfall.run(empty, market, fund, {}, workspace, ledger, std::span<WaterfallStep<T>>(steps));
  REQUIRE(shared);
  CHECK(shared->steps == 2);
  CHECK(steps[0].end == StepEnd::paid_in_part);
  CHECK(plain(steps[0].done) == 8.0);
  CHECK(plain(steps[1].done) == 12.0);
  CHECK(plain(ledger.total(Reason::socialised_loss).raw()) == 12.0);
  // A solvent position that no book takes.
  legs[0].size = T(16), account.equity = T(2'000), account.requirement_ratio = T(1'000);
  const auto solvent = go(usual_order);
  REQUIRE(solvent);
  CHECK(solvent->end == WaterfallEnd::unplaced);
  CHECK(steps[1].end == StepEnd::solvent);
  CHECK(plain(legs[0].size) == 16.0);
}
