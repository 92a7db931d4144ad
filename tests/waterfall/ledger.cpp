// SPDX-License-Identifier: Apache-2.0
// The ledger: transfers between parties, which sum to zero whatever they are.
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/waterfall/ledger.hpp>

#include <array>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace {

using loadline::Errc;
using loadline::Error;
using loadline::Field;
using loadline::Ledger;
using loadline::Money;
using loadline::PartyId;
using loadline::PartyKind;
using loadline::Rational;
using loadline::Reason;
using loadline::Transfer;

constexpr PartyId account{PartyKind::account}, other{PartyKind::account, 1}, venue{PartyKind::venue}, fund{PartyKind::insurance_fund},
    fees{PartyKind::fee_pool}, buyers{PartyKind::buyers}, market{PartyKind::market};
constexpr std::array parties{account, other, venue, fund, fees, buyers, market};
constexpr std::array reasons{Reason::close_out, Reason::forced_sale,     Reason::trading_fee,  Reason::liquidation_fee, Reason::fund_payment,
                             Reason::adl,       Reason::socialised_loss, Reason::compensation, Reason::fee_refund};

constexpr bool sums_at_compile_time() {
  std::array<Transfer<double>, 2> storage{};
  Ledger<double> ledger(storage);
  return ledger.record({account, buyers, 3}) && ledger.record({venue, account, 1}) && !ledger.record({venue, account, 1}) &&
         ledger.balance(account) == Money<double>(-2) && ledger.sum_of_balances() == Money<double>(0);
}
static_assert(sums_at_compile_time());

Transfer<Rational> any_transfer() {
  const auto from = *rc::gen::inRange<std::size_t>(0, parties.size());
  const auto step = *rc::gen::inRange<std::size_t>(1, parties.size());
  return {parties[from], parties[(from + step) % parties.size()], Rational(*rc::gen::inRange(1, 1'000'000), *rc::gen::element(1, 3, 7, 100, 99'991)),
          *rc::gen::elementOf(reasons)};
}

}  // namespace

TEMPLATE_TEST_CASE("a transfer takes from one party what it gives another", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array<Transfer<T>, 5> storage{};
  Ledger<T> ledger(storage);
  REQUIRE(*ledger.record({account, buyers, T(35), Reason::forced_sale}) == 0);
  REQUIRE(*ledger.record({account, fees, T(2), Reason::liquidation_fee}) == 1);
  REQUIRE(*ledger.record({venue, account, T(35), Reason::compensation}) == 2);
  REQUIRE(*ledger.record({venue, account, T(2), Reason::fee_refund}) == 3);
  CHECK(ledger.balance(account) == Money<T>(T(0)));
  CHECK(ledger.balance(venue) == Money<T>(T(-37)));
  CHECK(ledger.balance(buyers) == Money<T>(T(35)));
  CHECK(ledger.balance(fees) == Money<T>(T(2)));
  CHECK(ledger.balance(market) == Money<T>(T(0)));
  CHECK(ledger.balance(other) == Money<T>(T(0)));  // of the kind of `account`, but another
  CHECK(ledger.balance(account, Reason::forced_sale) == Money<T>(T(-35)));
  CHECK(ledger.balance(account, Reason::compensation) == Money<T>(T(35)));
  CHECK(ledger.total(Reason::compensation) == Money<T>(T(35)));
  CHECK(ledger.total(Reason::adl) == Money<T>(T(0)));
  CHECK(ledger.turnover() == Money<T>(T(74)));
  CHECK(ledger.sum_of_balances() == Money<T>(T(0)));
  CHECK(ledger.room() == 1);

  std::vector<PartyId> order;
  ledger.each_party([&order](PartyId party, const Money<T>&) { order.push_back(party); });
  CHECK(order == std::vector<PartyId>{account, buyers, fees, venue});

  ledger.rewind(2);
  CHECK(ledger.size() == 2);
  CHECK(ledger.balance(account) == Money<T>(T(-37)));
  CHECK(ledger.turnover() == Money<T>(T(37)));
}

TEST_CASE("the balances of random transfers sum to exactly zero", "[waterfall][laws]") {
  check_property("in rationals, each balance and total by an independent count", 300, [] {
    std::vector<Transfer<Rational>> storage(40);
    Ledger<Rational> ledger(storage);
    const auto count = *rc::gen::inRange(0, 41);
    std::map<std::pair<int, unsigned>, Rational> balances;
    std::map<int, Rational> totals;
    Rational turnover = 0;
    const auto id = [](PartyId p) { return std::pair{static_cast<int>(p.kind), p.index}; };
    for (int i = 0; i < count; ++i) {
      const Transfer<Rational> t = any_transfer();
      RC_ASSERT(ledger.record(t).has_value());
      balances[id(t.from)] -= t.amount.raw();
      balances[id(t.to)] += t.amount.raw();
      totals[static_cast<int>(t.reason)] += t.amount.raw();
      turnover += t.amount.raw();
    }
    RC_ASSERT(ledger.sum_of_balances().raw() == 0);
    RC_ASSERT(ledger.turnover().raw() == turnover);
    std::size_t visited = 0;
    ledger.each_party([&](PartyId party, const Money<Rational>& balance) {
      ++visited;
      RC_ASSERT(balance.raw() == balances.at(id(party)));
    });
    RC_ASSERT(visited == balances.size());
    for (const PartyId party : parties) {
      Rational by_reason = 0;
      for (const Reason reason : reasons) by_reason += ledger.balance(party, reason).raw();
      RC_ASSERT(by_reason == ledger.balance(party).raw());
    }
    for (const Reason reason : reasons) RC_ASSERT(ledger.total(reason).raw() == totals[static_cast<int>(reason)]);
    const auto kept = *rc::gen::inRange<std::size_t>(0, ledger.size() + 1);
    ledger.rewind(kept);
    RC_ASSERT(ledger.size() == kept);
    RC_ASSERT(ledger.sum_of_balances().raw() == 0);
  });
}

TEMPLATE_TEST_CASE("a ledger names what it does not take, and stays as it was", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  std::array<Transfer<T>, 2> storage{};
  Ledger<T> ledger(storage);
  REQUIRE(ledger.record({account, venue, T(1)}).has_value());
  const auto refused = [&ledger](const Transfer<T>& t) {
    const auto place = ledger.record(t);
    REQUIRE_FALSE(place.has_value());
    CHECK(ledger.size() == 1);
    CHECK(ledger.turnover() == Money<T>(T(1)));
    return place.error();
  };
  CHECK(refused({account, venue, num<T>(not_a_number)}) == Error{Errc::bad_number, Field::amount, 1});
  CHECK(refused({account, venue, num<T>(infinity)}) == Error{Errc::bad_number, Field::amount, 1});
  CHECK(refused({account, venue, num<T>(-infinity)}) == Error{Errc::bad_number, Field::amount, 1});
  CHECK(refused({account, venue, T(-1)}) == Error{Errc::bad_parameter, Field::amount, 1});
  CHECK(refused({account, venue, T(0)}) == Error{Errc::bad_parameter, Field::amount, 1});
  CHECK(refused({account, venue, num<T>(-0.0)}) == Error{Errc::bad_parameter, Field::amount, 1});
  CHECK(refused({venue, venue, T(1)}) == Error{Errc::bad_parameter, Field::transfer, 1});
  CHECK(refused({account, venue, num<T>(1e308)}) == Error{Errc::overflow, Field::amount, 1});
  REQUIRE(ledger.record({account, other, T(1)}).has_value());
  const auto full = ledger.record({account, venue, T(1)});
  REQUIRE_FALSE(full.has_value());
  CHECK(full.error() == Error{Errc::bad_size, Field::transfer, 2});
  CHECK(ledger.size() == 2);
}

TEMPLATE_TEST_CASE("an empty ledger, and one without storage, owe nobody anything", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array<Transfer<T>, 1> storage{};
  for (const std::span<Transfer<T>> room : {std::span<Transfer<T>>(storage), std::span<Transfer<T>>()}) {
    Ledger<T> ledger(room);
    CHECK(ledger.size() == 0);
    CHECK(ledger.transfers().empty());
    CHECK(ledger.balance(account) == Money<T>(T(0)));
    CHECK(ledger.total(Reason::adl) == Money<T>(T(0)));
    CHECK(ledger.sum_of_balances() == Money<T>(T(0)));
    ledger.each_party([](PartyId, const Money<T>&) { FAIL("nobody is in it"); });
    ledger.rewind(0);
  }
  Ledger<T> none((std::span<Transfer<T>>()));
  const auto full = none.record({account, venue, T(1)});
  REQUIRE_FALSE(full.has_value());
  CHECK(full.error() == Error{Errc::bad_size, Field::transfer, 0});
}

TEST_CASE("every party and every reason has a name of its own", "[waterfall]") {
  std::map<std::string, int> names;
  for (const Reason reason : reasons) ++names[name(reason)];
  for (const PartyKind kind :
       {PartyKind::account, PartyKind::counterparties, PartyKind::venue, PartyKind::insurance_fund, PartyKind::fee_pool, PartyKind::buyers, PartyKind::market})
    ++names[name(kind)];
  CHECK(names.size() == reasons.size() + 7);
  CHECK(names.count("unknown") == 0);
}
