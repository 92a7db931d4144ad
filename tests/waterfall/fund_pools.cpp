// SPDX-License-Identifier: Apache-2.0
// Funds of a contract, of a category and shared; a fund of several assets.
#include "support/sample.hpp"
#include "waterfall/fund_support.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/waterfall/asset_fund.hpp>
#include <loadline/waterfall/fund_pool.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using namespace loadline;

constexpr PartyId account{PartyKind::account, 7};
constexpr SymbolId btc{0}, eth{1}, meme{2};

static_assert(DeficitPayer<ContractFund<double>, double> && DeficitPayer<ContractFund<Strict, AssetFund<Strict>>, Strict>);
static_assert(DeficitPayer<AssetFund<double>, double> && DeficitPayer<AssetFund<Strict>, Strict>);

template <class T>
InsuranceFund<T> fund_of(const T& balance) {
  return *InsuranceFund<T>::make({.balance = balance});
}
constexpr PartyId pool(std::uint32_t i) {
  return {PartyKind::insurance_fund, i};
}

}  // namespace

TEMPLATE_TEST_CASE("a contract's own fund pays first, then its category, as far as the category lets it", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array funds{fund_of<T>(T(100)), fund_of<T>(T(1'000))};  // one of `meme`, one of a category
  std::array<PoolMember<T>, 4> members{PoolMember<T>{.contract = meme, .pool = 0},
                                       {.contract = meme, .pool = 1, .limit = Money<T>(T(300))},
                                       {.contract = btc, .pool = 1},
                                       {.contract = eth, .pool = 1}};
  auto pools = *FundPools<T>::make(funds, members);
  const auto first = pools.pay(meme, T(150));
  CHECK(first->paid == T(150));
  CHECK(funds[0].balance().raw() == T(0));
  CHECK(funds[1].balance().raw() == T(950));
  const auto second = pools.pay(meme, T(400));  // 250 are left of its limit
  CHECK(second->paid == T(250));
  CHECK(second->unpaid == T(150));
  CHECK(funds[1].balance().raw() == T(700));
  CHECK(pools.pay(btc, T(701))->unpaid == T(1));
  REQUIRE(pools.take(meme, T(40)).has_value());  // into its own
  CHECK(funds[0].balance().raw() == T(40));
  REQUIRE(pools.take(eth, T(9)).has_value());
  CHECK(funds[1].balance().raw() == T(9));
  CHECK(pools.pay(meme, T(50))->unpaid == T(10));
  pools.begin_period();
  CHECK(pools.pay(meme, T(50))->paid == T(9));
}

TEMPLATE_TEST_CASE("one contract's pools look like one fund", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array funds{fund_of<T>(T(10)), fund_of<T>(T(20)), fund_of<T>(T(40))};
  std::array<PoolMember<T>, 3> members{
      PoolMember<T>{.contract = btc, .pool = 0}, {.contract = btc, .pool = 1, .limit = Money<T>(T(5))}, {.contract = eth, .pool = 2}};
  auto pools = *FundPools<T>::make(funds, members);
  ContractFund<T> fund{pools, btc};
  std::array<Transfer<T>, 2> storage{};
  Ledger<T> ledger(storage);
  CHECK(fund.balance().raw() == T(30));
  CHECK(record_payment(ledger, fund, FundParties{}, Money<T>(T(18)))->unpaid == T(3));
  CHECK(fund.balance().raw() == T(15));
  REQUIRE(record_contribution(ledger, fund, FundParties{}, Money<T>(T(4))).has_value());
  CHECK(fund.balance().raw() == T(19));
  CHECK(ledger.balance(PartyId{PartyKind::insurance_fund}).raw() == T(-11));
  CHECK(funds[2].balance().raw() == T(40));
}

TEMPLATE_TEST_CASE("what happens to an isolated fund reaches no other", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array funds{fund_of<T>(T(10)), fund_of<T>(T(20))};
  std::array<PoolMember<T>, 2> members{PoolMember<T>{.contract = btc, .pool = 0}, {.contract = eth, .pool = 1}};
  auto pools = *FundPools<T>::make(funds, members);
  CHECK(pools.pay(btc, T(1'000))->unpaid == T(990));
  CHECK(funds[1].balance().raw() == T(20));
}

// I21 for pools: layers in their order, sums, sub-limits; and I15: the ledger says what the funds say.
TEST_CASE("pools pay in order, within limits, and the ledger has every payment", "[waterfall][fund][laws]") {
  check_property("exactly, in rationals, against an independent count", 500, [] {
    using T = Rational;
    const auto count = *rc::gen::inRange<std::size_t>(1, 4);
    std::vector<InsuranceFund<T>> funds;
    std::vector<T> balances;
    for (std::size_t i = 0; i < count; ++i) balances.push_back(figure<T>(2'000)), funds.push_back(fund_of<T>(balances[i]));
    const std::vector<T> start = balances;
    std::vector<PoolMember<T>> members;
    for (std::uint32_t c = 0; c < 3; ++c)
      for (std::uint32_t p = 0; p < count; ++p)
        if (p == c % count || *rc::gen::arbitrary<bool>()) {
          members.push_back({.contract = {c}, .pool = p});
          if (*rc::gen::arbitrary<bool>()) members.back().limit = Money<T>(figure<T>(1'000));
        }
    const std::vector<PoolMember<T>> terms = members;
    std::vector<T> paid_to(members.size(), T(0));
    std::vector<Transfer<T>> storage(*rc::gen::inRange<std::size_t>(0, 40));
    Ledger<T> ledger(storage);
    auto pools = *FundPools<T>::make(funds, members);
    for (int i = 0; i < 12; ++i) {
      const SymbolId contract{*rc::gen::inRange<std::uint32_t>(0, 3)};
      const T amount = figure<T>(1'500);
      const std::size_t entries = ledger.size();
      if (*rc::gen::inRange(0, 3) == 0) {
        const auto taken = pools.take(ledger, account, contract, amount);
        if (taken)
          for (std::size_t m = 0; m < terms.size(); ++m)
            if (terms[m].contract == contract) {
              balances[terms[m].pool] += amount;
              break;
            }
      } else {
        const auto draw = pools.pay(ledger, account, contract, amount);
        if (draw) {
          T rest = amount;
          for (std::size_t m = 0; m < terms.size(); ++m) {
            if (!(terms[m].contract == contract)) continue;
            T pays = rest;
            if (balances[terms[m].pool] < pays) pays = balances[terms[m].pool];
            if (terms[m].limit && terms[m].limit->raw() - paid_to[m] < pays) pays = terms[m].limit->raw() - paid_to[m];
            balances[terms[m].pool] -= pays, paid_to[m] += pays, rest -= pays;
          }
          RC_ASSERT(draw->unpaid == rest && draw->paid == T(amount - rest));
        } else {
          RC_ASSERT((draw.error().code == Errc::bad_size));
          RC_ASSERT(ledger.size() == entries);  // with a payment or two already written: taken back
        }
      }
      for (std::uint32_t p = 0; p < count; ++p) {
        RC_ASSERT(funds[p].balance().raw() == balances[p] && balances[p] >= 0);
        RC_ASSERT(ledger.balance(pool(p)).raw() == T(balances[p] - start[p]));
      }
      for (std::size_t m = 0; m < terms.size(); ++m) RC_ASSERT(members[m].paid.raw() == paid_to[m]);
    }
    RC_ASSERT(ledger.sum_of_balances().raw() == 0);
  });
  check_property("in double no fund is ever below zero, no limit exceeded beyond rounding", 400, [] {
    std::array funds{fund_of<double>(figure<double>(2'000)), fund_of<double>(figure<double>(2'000))};
    const double limit = figure<double>(1'000);
    std::array<PoolMember<double>, 2> members{PoolMember<double>{.contract = btc, .pool = 0, .limit = Money<double>(limit)}, {.contract = btc, .pool = 1}};
    auto pools = *FundPools<double>::make(funds, members);
    for (int i = 0; i < 20; ++i) {
      const double deficit = figure<double>(500);
      const auto draw = pools.pay(btc, deficit);
      RC_ASSERT(draw->paid >= 0 && draw->unpaid >= 0 && std::abs(draw->paid + draw->unpaid - deficit) <= 1e-12 * deficit);
      RC_ASSERT(funds[0].balance().raw() >= 0 && funds[1].balance().raw() >= 0 && members[0].paid.raw() <= limit * (1 + 1e-14));
    }
  });
}

TEMPLATE_TEST_CASE("pools name what they do not take, and keep their totals", "[waterfall][fund][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array funds{fund_of<T>(T(10)), fund_of<T>(T(20))};
  const auto made = [&funds](std::vector<PoolMember<T>> members) { return error_of(FundPools<T>::make(funds, members)); };
  CHECK(made({{.contract = btc, .pool = 0}, {.contract = btc, .pool = 2}}) == Error{Errc::bad_fund, Field::fund, 1, 2});
  CHECK(made({{.contract = btc, .pool = 1}, {.contract = btc, .pool = 1}}) == Error{Errc::duplicate_symbol, Field::fund, 1, 1});
  CHECK(made({{.contract = btc, .pool = 1, .limit = Money<T>(T(-1))}}) == Error{Errc::bad_parameter, Field::fund_limit, 0});
  CHECK(made({{.contract = btc, .pool = 1, .limit = Money<T>(num<T>(not_a_number))}}) == Error{Errc::bad_number, Field::fund_limit, 0});
  CHECK(made({{.contract = btc, .pool = 1, .paid = num<T>(infinity)}}) == Error{Errc::bad_number, Field::fund_limit, 0});
  CHECK(made({{.contract = btc, .pool = 1, .paid = -1}}) == Error{Errc::bad_parameter, Field::fund_limit, 0});
  std::array<PoolMember<T>, 2> members{PoolMember<T>{.contract = btc, .pool = 0}, {.contract = btc, .pool = 1}};
  auto pools = *FundPools<T>::make(funds, members);
  CHECK(error_of(pools.pay(btc, T(-1))) == Error{Errc::bad_parameter, Field::deficit});
  CHECK(error_of(pools.pay(btc, num<T>(infinity))) == Error{Errc::bad_number, Field::deficit});
  CHECK(error_of(pools.pay(eth, T(1))) == Error{Errc::bad_fund, Field::fund, eth.index});
  CHECK(error_of(pools.take(eth, T(1))) == Error{Errc::bad_fund, Field::fund, eth.index});
  CHECK(error_of(pools.take(btc, T(-1))) == Error{Errc::bad_parameter, Field::amount});
  std::array<Transfer<T>, 1> storage{};
  Ledger<T> ledger(storage);
  CHECK(error_of(pools.pay(ledger, account, btc, T(15))) == Error{Errc::bad_size, Field::transfer, 1});  // two payments, room for one
  CHECK(error_of(pools.take(ledger, account, eth, T(15))) == Error{Errc::bad_fund, Field::fund, eth.index});
  CHECK(ledger.size() == 0);
  CHECK(funds[0].balance().raw() == T(10));
  CHECK(funds[1].balance().raw() == T(20));
  CHECK(members[0].paid.raw() == T(0));
  CHECK(pools.pay(ledger, account, btc, T(0))->paid == T(0));
  CHECK(ledger.size() == 0);
  CHECK(FundPools<T>::make({}, {}).has_value());
  std::array rich{fund_of<T>(num<T>(1e308))};
  std::array<PoolMember<T>, 1> paid{PoolMember<T>{.contract = btc, .pool = 0, .paid = num<T>(1e308)}};
  auto drained = *FundPools<T>::make(rich, paid);
  CHECK(error_of(drained.pay(btc, num<T>(1e308))) == Error{Errc::overflow, Field::fund_limit, btc.index});
  CHECK(rich[0].balance().raw() == num<T>(1e308));
}

TEMPLATE_TEST_CASE("a fund that pays whole is asked for what its limit and earlier pools leave", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array funds{fund_of<T>(T(4)), *InsuranceFund<T>::make({.balance = 20, .whole = true})};
  std::array<PoolMember<T>, 3> members{
      PoolMember<T>{.contract = btc, .pool = 0}, {.contract = btc, .pool = 1}, {.contract = eth, .pool = 1, .limit = Money<T>(T(5))}};
  auto pools = *FundPools<T>::make(funds, members);
  CHECK(pools.quote(btc, T(24))->unpaid == T(0));
  CHECK(pools.quote(btc, T(25))->paid == T(4));  // 21 reach it, and it has 20
  CHECK(pools.quote(eth, T(25))->paid == T(5));
}

TEMPLATE_TEST_CASE("a fund of several assets pays from the first that holds something", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array<FundAsset<T>, 3> assets{
      FundAsset<T>{.amount = 100, .price = 1}, {.amount = 2, .price = 1'000, .haircut = bps<T>(5'000)}, {.amount = 8, .price = 5, .haircut = 1}};
  auto fund = *AssetFund<T>::make(assets);
  CHECK(fund.balance().raw() == T(1'100));
  CHECK(fund.pay(T(40))->paid == T(40));
  CHECK(fund.pay(T(310))->paid == T(310));  // 60 from the first, half a unit of the second
  CHECK(assets[0].amount.raw() == T(0));
  CHECK(assets[1].amount.raw() == bps<T>(15'000));
  const std::array<Price<T>, 3> prices{Price<T>(T(1)), T(800), T(5)};
  REQUIRE_FALSE(fund.revalue(prices));
  CHECK(fund.balance().raw() == T(600));
  REQUIRE(fund.take(T(25)).has_value());
  CHECK(assets[0].amount.raw() == T(25));
  const auto all = fund.pay(T(1'000));
  CHECK(all->paid == T(625));
  CHECK(all->unpaid == T(375));
  CHECK(fund.balance().raw() == T(0));
  CHECK(assets[1].amount.raw() == T(0));
  CHECK(assets[2].amount.raw() == T(8));  // counts nothing, is not touched
}

TEST_CASE("a fund of several assets loses what it pays", "[waterfall][fund][laws]") {
  const auto law = [](auto zero, bool exact) {
    using T = decltype(zero);
    std::vector<FundAsset<T>> assets;
    for (int i = 0, count = *rc::gen::inRange(1, 5); i < count; ++i)
      assets.push_back({.amount = figure<T>(100), .price = T(figure<T>(50) + T(1)), .haircut = i == 0 ? T(0) : T(T(*rc::gen::inRange(0, 11)) / T(10))});
    auto fund = *AssetFund<T>::make(assets);
    std::vector<Transfer<T>> storage(20);
    Ledger<T> ledger(storage);
    const T start = fund.balance().raw();
    for (int i = 0; i < 10; ++i) {
      const T before = fund.balance().raw(), money = figure<T>(1'500);
      if (*rc::gen::inRange(0, 3) == 0) {
        RC_ASSERT(bool(record_contribution(ledger, fund, FundParties{}, Money<T>(money))));
        if (exact) RC_ASSERT(fund.balance().raw() == T(before + money));
        continue;
      }
      const std::vector<FundAsset<T>> held = assets;
      const auto draw = record_payment(ledger, fund, FundParties{}, Money<T>(money));
      RC_ASSERT(draw->paid == (money < before ? money : before));
      for (const FundAsset<T>& a : assets) RC_ASSERT(!(a.amount.raw() < T(0)));
      if (exact) {
        RC_ASSERT(fund.balance().raw() == T(before - draw->paid));
        for (std::size_t j = 1; j < assets.size(); ++j) {  // none is touched behind one that still holds something
          const bool earlier_left = T(assets[j - 1].amount.raw() * T(T(1) - assets[j - 1].haircut.raw())) > 0;
          if (earlier_left) RC_ASSERT(assets[j].amount.raw() == held[j].amount.raw());
        }
      }
      if (draw->paid == before) RC_ASSERT(fund.balance().raw() == T(0));
    }
    if (exact) RC_ASSERT(ledger.balance(PartyId{PartyKind::insurance_fund}).raw() == T(fund.balance().raw() - start));
  };
  check_property("in double", 300, [&law] { law(0.0, false); });
  check_property("exactly, in rationals", 300, [&law] { law(Rational(0), true); });
}

TEMPLATE_TEST_CASE("a fund of several assets names what it does not take", "[waterfall][fund][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = num<T>(not_a_number);
  const auto made = [](std::vector<FundAsset<T>> assets) { return error_of(AssetFund<T>::make(assets)); };
  CHECK(made({}) == Error{Errc::bad_size, Field::fund});
  CHECK(made({{.amount = 1, .price = 1}, {.amount = -1, .price = 1}}) == Error{Errc::bad_fund, Field::amount, 1});
  CHECK(made({{.amount = nan, .price = 1}}) == Error{Errc::bad_number, Field::amount, 0});
  CHECK(made({{.amount = 1, .price = 0}}) == Error{Errc::bad_price, Field::asset_price, 0});
  CHECK(made({{.amount = 1, .price = nan}}) == Error{Errc::bad_number, Field::asset_price, 0});
  CHECK(made({{.amount = 1, .price = 1, .haircut = bps<T>(1)}}) == Error{Errc::bad_weight, Field::fund_share, 0});
  CHECK(made({{.amount = 1, .price = 1}, {.amount = 1, .price = 1, .haircut = bps<T>(10'001)}}) == Error{Errc::bad_weight, Field::fund_share, 1});
  CHECK(made({{.amount = num<T>(1e308), .price = 100}}) == Error{Errc::overflow, Field::fund});
  std::array<FundAsset<T>, 1> assets{FundAsset<T>{.amount = 5, .price = 2}};
  auto fund = *AssetFund<T>::make(assets);
  const std::array<Price<T>, 1> zero{Price<T>(T(0))}, broken{Price<T>(nan)}, huge{Price<T>(num<T>(1e308))};
  CHECK(fund.revalue({}) == Error{Errc::bad_size, Field::asset_price});
  CHECK(fund.revalue(zero) == Error{Errc::bad_price, Field::asset_price, 0});
  CHECK(fund.revalue(broken) == Error{Errc::bad_number, Field::asset_price, 0});
  CHECK(fund.revalue(huge) == Error{Errc::overflow, Field::fund});
  CHECK(error_of(fund.pay(T(-1))) == Error{Errc::bad_parameter, Field::deficit});
  CHECK(error_of(fund.pay(nan)) == Error{Errc::bad_number, Field::deficit});
  CHECK(error_of(fund.take(T(-1))) == Error{Errc::bad_parameter, Field::amount});
  CHECK(error_of(fund.take(nan)) == Error{Errc::bad_number, Field::amount});
  CHECK(fund.balance().raw() == T(10));
  std::array<FundAsset<T>, 1> dust{FundAsset<T>{.amount = 0, .price = num<T>(1e-300)}};
  auto worthless = *AssetFund<T>::make(dust);
  CHECK(error_of(worthless.take(num<T>(1e10))) == Error{Errc::overflow, Field::amount});  // a sum that is a number, of units that are none
  CHECK(dust[0].amount.raw() == T(0));
}
