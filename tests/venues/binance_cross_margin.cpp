// SPDX-License-Identifier: Apache-2.0
// Cross margin, Classic and Pro.
#include "support/catch.hpp"
#include "venues/accounts.hpp"
#include "venues/priced.hpp"

#include <loadline/venues/binance_cross_margin.hpp>

using namespace loadline;
using venues::BinanceCrossMarginClassic;
using venues::BinanceCrossMarginProNetCollateral;
using venues::BinanceCrossMarginProNetEquity;
using venues::BinanceMarginBalance;

namespace {

/// The brackets of the venue's example.
template <class T>
std::vector<LoanBracket<T>> example_loan() {
  return {{.cap = dec<T>("50000"), .maintenance_rate = dec<T>("0.05"), .initial_rate = Ratio<T>(dec<T>("0.1112"))},
          {.cap = dec<T>("100000"), .maintenance_rate = dec<T>("0.07"), .initial_rate = Ratio<T>(dec<T>("0.1429"))},
          {.maintenance_rate = dec<T>("0.08"), .initial_rate = Ratio<T>(dec<T>("0.2"))}};
}
template <class T>
std::vector<LoanBracket<T>> flat_loan(std::string_view rate) {
  return {{.maintenance_rate = dec<T>(rate)}};
}

template <class T>
Portfolio<T> classic(std::initializer_list<BinanceMarginBalance<T>> rows, const std::vector<Price<T>>& prices) {
  std::vector<Asset<T>> assets;
  for (const auto& row : rows) assets.push_back(BinanceCrossMarginClassic::asset<T>(row));
  return portfolio<T>(BinanceCrossMarginClassic::account<T>(assets), prices);
}
template <class T>
Portfolio<T> pro_equity(std::initializer_list<BinanceMarginBalance<T>> rows, const std::vector<Price<T>>& prices) {
  std::vector<Asset<T>> assets;
  for (const auto& row : rows) assets.push_back(BinanceCrossMarginProNetEquity::asset<T>(row));
  return portfolio<T>(BinanceCrossMarginProNetEquity::account<T>(assets), prices);
}
template <class T>
Portfolio<T> pro_collateral(std::initializer_list<BinanceMarginBalance<T>> rows, const std::vector<Price<T>>& prices) {
  std::vector<Asset<T>> assets;
  for (const auto& row : rows)
    for (const Asset<T>& a : BinanceCrossMarginProNetCollateral::assets<T>(row)) assets.push_back(a);
  return portfolio<T>(BinanceCrossMarginProNetCollateral::account<T>(assets), prices);
}

}  // namespace

// --- Classic ------------------------------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("a level of 1.1 is liquidation, interest counts as debt", "[venues][source:bn_xm_level_table]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto at = [](std::string_view held) {
    const auto p = classic<T>({{.free = dec<T>(held), .locked = 1}, {.borrowed = 9, .interest = 1}}, {});
    return p.figures({});
  };
  const auto edge = at("10"), above = at("10.01"), call = at("11"), bankrupt = at("8");
  REQUIRE(edge.level.has_value());
  CHECK(same(edge.level->raw(), "1.1"));
  CHECK(edge.status == Status::liquidatable);
  CHECK(edge.failing.has(Test::level));
  CHECK(above.status == Status::safe);
  CHECK(call.status == Status::safe);  // a margin call is no test
  CHECK(bankrupt.status == Status::bankrupt);
  const auto unlevered = classic<T>({{.free = 10}}, {}).figures({});
  CHECK_FALSE(unlevered.level.has_value());
  CHECK(unlevered.status == Status::no_margin);
}

// Long: 1 BTC against 10,000. Short: 20,000 against 1 BTC. Both sides of one coin: 2 P = 1.1 (0.5 P + 10,000).
TEMPLATE_TEST_CASE("the level has closed liquidation prices, gross", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"15000"});
  const auto up = liquidation<T>(classic<T>({{.free = 1, .index = btc}, {.borrowed = 10'000}}, prices), prices, btc);
  CHECK(same(up.below, "11000", 15'000));
  CHECK(up.above.outcome() == Outcome::none);
  const auto down = liquidation<T>(classic<T>({{.borrowed = 1, .index = btc}, {.free = 20'000}}, prices), prices, btc);
  CHECK(same(down.above, "200000/11", 2e4));
  CHECK(down.below.outcome() == Outcome::none);
  const auto both = liquidation<T>(classic<T>({{.free = 2, .borrowed = dec<T>("0.5"), .index = btc}, {.borrowed = 10'000}}, prices), prices, btc);
  CHECK(same(both.below, "220000/29", 3e4));
}

// 6,000 BTC at 20,000: the level takes 120,000,000, borrowing 119,500,000.
TEMPLATE_TEST_CASE("a haircut bounds borrowing and leaves the level alone", "[venues][source:bn_xm_btc_tiers]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"20000"});
  const auto tiers = weights<T>({"100000000", "120000000", "150000000", "180000000", "200000000"}, {"1", "0.975", "0.95", "0.9", "0.85"});
  const auto free_of_debt = classic<T>({{.free = 6'000, .collateral = tiers, .index = btc}}, prices).figures(prices);
  CHECK(same(free_of_debt.available, "119500000"));
  CHECK(same(free_of_debt.assets, "120000000"));
  const auto half = weight<T>("0.5");
  const auto cut = classic<T>({{.free = 1, .collateral = half, .index = btc}, {.borrowed = 10'000}}, prices);
  const auto whole = classic<T>({{.free = 1, .index = btc}, {.borrowed = 10'000}}, prices);
  CHECK(cut.figures(prices).level == whole.figures(prices).level);
  CHECK(same(liquidation<T>(cut, prices, btc).below, "11000", 2e4));
  CHECK(same(cut.figures(prices).available, "0", 2e4));
  CHECK(same(whole.figures(prices).available, "10000", 2e4));
}

TEMPLATE_TEST_CASE("the tiers of asset No. 6 count marginally and end", "[venues][source:bn_xm_asset_no6_caps]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto tiers = weights<T>({"800000", "1200000", "2000000", "2500000", "4000000", "6000000", ""}, {"1", "0.95", "0.85", "0.5", "0.2", "0.1", "0"});
  const std::pair<int, const char*> rows[]{{800'000, "800000"},    {1'200'000, "1180000"}, {2'000'000, "1860000"}, {2'500'000, "2110000"},
                                           {4'000'000, "2410000"}, {6'000'000, "2610000"}, {9'000'000, "2610000"}};
  for (const auto& [value, counts] : rows) {
    CHECK(same(classic<T>({{.free = value, .collateral = tiers}}, {}).figures({}).available, counts, 9e6));
    CHECK(same(pro_collateral<T>({{.free = value, .collateral = tiers}}, {}).figures({}).margin_balance, counts, 9e6));
    CHECK(pro_equity<T>({{.free = value, .collateral = tiers}}, {}).figures({}).margin_balance == Money<T>(value));
  }
}

// --- Pro ----------------------------------------------------------------------------------------------------------------------

// 13 BTC at 30,000 and 13 ETH at 3,000 owed: 390,000 in the third bracket and 39,000 in the second, which begins at 30,000 for ETH:
// each coin has its own table.
TEMPLATE_TEST_CASE("maintenance of gross debts by brackets is 31,330, initial margin 75,327.1", "[venues][source:bn_xm_pro_im]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"30000", "3000"});
  const auto btc_loan = example_loan<T>();
  auto eth_loan = example_loan<T>();
  eth_loan[0].cap = dec<T>("30000");
  const std::initializer_list<BinanceMarginBalance<T>> rows{
      {.borrowed = 13, .loan = btc_loan, .index = btc}, {.borrowed = 13, .loan = eth_loan, .index = eth}, {.free = 500'000}};
  for (const auto& p : {pro_equity<T>(rows, prices), pro_collateral<T>(rows, prices)}) {
    const auto f = p.figures(prices);
    CHECK(same(f.maintenance, "31330"));
    CHECK(same(f.initial, "75327.1"));
    CHECK(same(f.margin_balance, "71000", 5e5));
    CHECK(f.status == Status::safe);
  }
  // BTC rises alone: 461,000 - 13 P = 0.08 x 13 P - 2,000 + 2,130, to 32,825.5...
  const auto above = liquidation<T>(pro_equity<T>(rows, prices), prices, btc).above;
  CHECK(same(above, "23043500/702", 1e6));
}

// 1 BTC at 90 % against 10,000 at 5 %: P - 10,000 = 500, and 0.9 P - 10,000 = 500.
TEMPLATE_TEST_CASE("the two readings of Pro die at two prices", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"20000"});
  const auto w = weight<T>("0.9");
  const auto loan = flat_loan<T>("0.05");
  const std::initializer_list<BinanceMarginBalance<T>> rows{{.free = 1, .collateral = w, .index = btc}, {.borrowed = 10'000, .loan = loan}};
  CHECK(same(liquidation<T>(pro_equity<T>(rows, prices), prices, btc).below, "10500", 2e4));
  CHECK(same(liquidation<T>(pro_collateral<T>(rows, prices), prices, btc).below, "35000/3", 2e4));
}

// A short: 1 BTC owed at 2 %, 20,000 held at 95 %: 19,000 = 1.02 P.
TEMPLATE_TEST_CASE("a short of Pro has its price above", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"15000"});
  const auto w = weight<T>("0.95");
  const auto loan = flat_loan<T>("0.02");
  const std::initializer_list<BinanceMarginBalance<T>> rows{{.borrowed = 1, .loan = loan, .index = btc}, {.free = 20'000, .collateral = w}};
  CHECK(same(liquidation<T>(pro_collateral<T>(rows, prices), prices, btc).above, "950000/51", 3e4));
  CHECK(same(liquidation<T>(pro_equity<T>(rows, prices), prices, btc).above, "1000000/51", 3e4));
}

// 2 BTC held and 1 owed at 10,000, brackets at 2 %: net collateral 10,000, maintenance 200, level 50. At a ratio of 90 % the held
// coins count 18,000 and the owed one 10,000; net equity is 10,000 still.
TEMPLATE_TEST_CASE("a coin held and owed at once is not netted since 2025", "[venues][source:bn_xm_pro_borrow_example]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"10000"});
  const auto full = weights<T>({"1000000", "2000000", "3000000", "4000000", "5000000"}, {"1", "0.975", "0.95", "0.9", "0.85"});
  const auto w = weight<T>("0.9");
  const std::vector<LoanBracket<T>> loan{{.cap = dec<T>("1000000"), .maintenance_rate = dec<T>("0.02"), .initial_rate = Ratio<T>(dec<T>("0.1112"))},
                                         {.maintenance_rate = dec<T>("0.03"), .initial_rate = Ratio<T>(dec<T>("0.1429"))}};
  const auto f = pro_collateral<T>({{.free = 2, .borrowed = 1, .collateral = full, .loan = loan, .index = btc}}, prices).figures(prices);
  CHECK(same(f.margin_balance, "10000"));
  CHECK(same(f.maintenance, "200"));
  CHECK(same(f.margin_ratio->raw(), "0.02"));
  const std::initializer_list<BinanceMarginBalance<T>> cut{{.free = 2, .borrowed = 1, .collateral = w, .loan = loan, .index = btc}};
  CHECK(same(pro_collateral<T>(cut, prices).figures(prices).margin_balance, "8000", 2e4));
  CHECK(same(pro_equity<T>(cut, prices).figures(prices).margin_balance, "10000", 2e4));
}

// 1,024 owed at 1/128 need 8: a net equity of 8 is a level of 1.
TEMPLATE_TEST_CASE("a level of exactly 1 is liquidation on Pro", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto loan = flat_loan<T>("1/128");
  for (const int held : {1'032, 1'033}) {
    const std::initializer_list<BinanceMarginBalance<T>> rows{{.free = held}, {.borrowed = 1'024, .loan = loan, .index_price = 1}};
    const Status wanted = held == 1'032 ? Status::liquidatable : Status::safe;
    CHECK(pro_equity<T>(rows, {}).status({}) == wanted);
    CHECK(pro_collateral<T>(rows, {}).status({}) == wanted);
  }
}

TEMPLATE_TEST_CASE("rules of cross margin", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto classic_rule = BinanceCrossMarginClassic::rule<T>();
  CHECK(classic_rule.level);
  CHECK_FALSE(classic_rule.requirement);
  CHECK_FALSE(classic_rule.level_weighted);
  CHECK(classic_rule.level_ratio == Ratio<T>(dec<T>("1.1")));
  const auto pro = BinanceCrossMarginProNetEquity::rule<T>(), pro_new = BinanceCrossMarginProNetCollateral::rule<T>();
  for (const auto& rule : {pro, pro_new}) {
    CHECK(rule.requirement);
    CHECK_FALSE(rule.level);
    CHECK(rule.requirement_ratio == Ratio<T>(1));
    CHECK(rule.when == LiquidateWhen::at_or_below_zero);
  }
}
