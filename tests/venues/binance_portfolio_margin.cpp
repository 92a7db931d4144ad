// SPDX-License-Identifier: Apache-2.0
// Portfolio Margin and Portfolio Margin Pro: one ratio over USD-M, COIN-M and cross margin.
#include "support/catch.hpp"
#include "venues/accounts.hpp"
#include "venues/priced.hpp"

#include <loadline/venues/binance_portfolio_margin.hpp>

using namespace loadline;
using venues::BinancePortfolioMargin;
using venues::BinancePortfolioMarginPro;

namespace {

template <class T>
std::array<LoanBracket<T>, 1> loan(int leverage) {
  return {*BinancePortfolioMargin::loan<T>(leverage)};
}
/// uniMMR; the library's margin ratio is its inverse.
template <class T>
T uni_mmr(const Figures<T>& f) {
  return T(f.margin_balance.raw() / f.maintenance.raw());
}

}  // namespace

// The coins, loans and contracts of the FAQ's example; it was cut before index prices and collateral rates. Ours: USDT 1, BTC 40,000,
// ETH 2,000, rates 1, 95 %, 95 %. Equity 6,186 + 0.11 x 38,000 + 5 x 1,900 = 19,866.
TEMPLATE_TEST_CASE("futures and loans of the FAQ's example add up to one ratio", "[venues][source:bn_pm_example_upnl]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"40000", "42000", "2000"});  // BTC (mark and index), the delivery, ETH
  const auto rate = flat<T>("0.005");
  const auto w = weight<T>("0.95");
  const auto lent = loan<T>(3);
  const std::array<Asset<T>, 3> assets{
      BinancePortfolioMargin::asset<T>({.cross_margin_free = 1'000, .um_wallet_balance = 5'000}),
      BinancePortfolioMargin::asset<T>({.cross_margin_free = dec<T>("0.1"),
                                        .cross_margin_borrowed = dec<T>("0.04"),
                                        .cm_wallet_balance = dec<T>("0.1"),
                                        .collateral_rate = w,
                                        .loan = lent,
                                        .index = KeyId{0}}),
      BinancePortfolioMargin::asset<T>({.cross_margin_free = 20, .cross_margin_borrowed = 15, .collateral_rate = w, .loan = lent, .index = KeyId{2}})};
  const std::array<Position<T>, 3> positions{
      BinancePortfolioMargin::position<T>(
          venues::BinancePosition<T>{.symbol_mark = KeyId{0}, .position_amt = dec<T>("-0.05"), .entry_price = 52'000, .brackets = rate}, AssetId{0}),
      BinancePortfolioMargin::position<T>(
          venues::BinancePosition<T>{.symbol_mark = KeyId{1}, .position_amt = dec<T>("0.04"), .entry_price = 52'350, .brackets = rate}, AssetId{0}),
      BinancePortfolioMargin::position<T>(
          venues::BinanceCoinPosition<T>{
              .symbol_mark = KeyId{0}, .position_amt = 100, .entry_price = 50'000, .brackets = rate, .contract_size = 100, .symbol = SymbolId{9}},
          AssetId{1})};
  const auto p = portfolio<T>(BinancePortfolioMargin::account<T>(assets, positions), prices);
  const auto legs = figures_of_legs<T>(p, prices);
  CHECK(same(legs[0].pnl, "600", 3e3));
  CHECK(same(legs[1].pnl, "-414", 3e3));
  CHECK(same(legs[2].pnl, "-0.05", 0.25));
  CHECK(same(legs[2].maintenance, "0.00125"));
  const auto f = p.figures(prices);
  CHECK(same(f.margin_balance, "19866"));
  CHECK(same(f.maintenance, "3228.4"));  // 10 + 8.4 + 0.00125 x 40,000 + 0.004 x 40,000 + 1.5 x 2,000
  CHECK(f.status == Status::safe);
}

// The one position that gives the sample's requirements: notional 2,372.469206 at 1 %, 50x.
TEMPLATE_TEST_CASE("uniMMR of the API's sample", "[venues][source:bn_pm_unimmr_sample]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"2372.469206"});
  const auto rate = flat<T>("0.01");
  const std::array<Asset<T>, 1> assets{BinancePortfolioMargin::asset<T>({.cross_margin_free = dec<T>("122607.35137903")})};
  const std::array<Position<T>, 1> one{BinancePortfolioMargin::position<T>(
      venues::BinancePosition<T>{.symbol_mark = only, .position_amt = 1, .entry_price = dec<T>("2372.469206"), .brackets = rate, .leverage = Ratio<T>(50)},
      AssetId{0})};
  const auto f = portfolio<T>(BinancePortfolioMarginPro::account<T>(assets, one), prices).figures(prices);
  CHECK(printed(f.maintenance.raw(), "23.72469206"));
  CHECK(printed(f.initial.raw(), "47.44938412"));
  CHECK(printed(uni_mmr(f), "5167.92171923", 1));  // cut off
  CHECK(printed(f.available.raw(), "122559.90199491"));
}

// crossMarginAsset 92.27530794 is 100 + 3 - 10 - 0.72469206: net of the loan, so the row takes free and locked instead.
TEMPLATE_TEST_CASE("a balance is what is free and locked, less the loan and its interest", "[venues][source:bn_pm_balance_sample]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto lent = loan<T>(10);
  const std::array<Asset<T>, 1> assets{BinancePortfolioMargin::asset<T>(
      {.cross_margin_free = 100, .cross_margin_locked = 3, .cross_margin_borrowed = 10, .cross_margin_interest = dec<T>("0.72469206"), .loan = lent})};
  const auto f = portfolio<T>(BinancePortfolioMargin::account<T>(assets, {}), {}).figures({});
  CHECK(same(f.equity, "92.27530794", 103));
  CHECK(same(f.maintenance, "0.536234603"));  // 5 % of the loan and its interest
}

TEMPLATE_TEST_CASE("a haircut meets positive net balances only", "[venues][source:bn_pm_collateral_3btc]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto w = weight<T>("0.95");
  for (const auto& [held, counts] : {std::pair(3, "2.85"), std::pair(-3, "-3"), std::pair(0, "0")}) {
    const std::array<Asset<T>, 1> assets{BinancePortfolioMargin::asset<T>({.um_wallet_balance = held, .collateral_rate = w})};
    CHECK(same(portfolio<T>(BinancePortfolioMargin::account<T>(assets, {}), {}).figures({}).margin_balance, counts));
  }
  // 3 held and 1 owed: 2 x 95 %, not 3 x 95 % - 1.
  const std::array<Asset<T>, 1> netted{BinancePortfolioMargin::asset<T>({.cross_margin_free = 3, .cross_margin_borrowed = 1, .collateral_rate = w})};
  CHECK(same(portfolio<T>(BinancePortfolioMargin::account<T>(netted, {}), {}).figures({}).margin_balance, "1.9"));
}

// 1 BTC at 95 % and 10,000 USDT lent at 10x, 5 %: 0.95 P - 10,000 = 1.05 x 500.
TEMPLATE_TEST_CASE("a loan needs maintenance 1.05 times", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"20000"});
  const auto w = weight<T>("0.95");
  const auto lent = loan<T>(10);
  const std::array<Asset<T>, 2> assets{BinancePortfolioMargin::asset<T>({.cross_margin_free = 1, .collateral_rate = w, .index = btc}),
                                       BinancePortfolioMargin::asset<T>({.cross_margin_borrowed = 10'000, .loan = lent})};
  const auto p = portfolio<T>(BinancePortfolioMargin::account<T>(assets, {}), prices);
  CHECK(same(p.maintenance(prices), "500"));
  CHECK(same(liquidation<T>(p, prices, btc).below, "210500/19", 2e4));
  CHECK(same(liquidation<T>(portfolio<T>(BinancePortfolioMarginPro::account<T>(assets, {}), prices), prices, btc).below, "210500/19", 2e4));
}

// A coin-margined short against its own coin: 1 BTC at 95 % and 20,000 USD short at 20,000. With G = 20,000/P - 1 in coins, inside
// the weight: 0.95 (1 + G) P = 19,000 at any price, and the requirement does not move: the price kills nobody.
TEMPLATE_TEST_CASE("PnL in a coin meets the coin's rate", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"20000"});
  const auto rate = flat<T>("0.005");
  const auto w = weight<T>("0.95");
  const std::array<Asset<T>, 1> assets{BinancePortfolioMargin::asset<T>({.cm_wallet_balance = 1, .collateral_rate = w, .index = btc})};
  const std::array<Position<T>, 1> hedge_short{BinancePortfolioMargin::position<T>(
      venues::BinanceCoinPosition<T>{.symbol_mark = btc, .position_amt = -200, .entry_price = 20'000, .brackets = rate, .contract_size = 100}, AssetId{0})};
  const auto p = portfolio<T>(BinancePortfolioMargin::account<T>(assets, hedge_short), prices);
  for (const int price : {100, 20'000, 1'000'000}) {
    const auto at = std::vector<Price<T>>{Price<T>(price)};
    const auto f = p.figures(at);
    CHECK(same(f.margin_balance, "19000", 1e6));
    CHECK(same(f.maintenance, "100", 1e6));
  }
  CHECK(liquidation<T>(p, prices, btc).below.outcome() == Outcome::none);
  CHECK(liquidation<T>(p, prices, btc).above.outcome() == Outcome::none);
}

// 0.01 BTC at 95 % beside -160 USDT: 30 USD of equity at 20,000, and below 0 at 15,000. Nothing needs margin.
TEMPLATE_TEST_CASE("without positions and loans negative equity alone liquidates", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"20000"}), fallen = marks<T>({"15000"});
  const auto w = weight<T>("0.95");
  const auto lent = loan<T>(3);
  const std::array<Asset<T>, 2> assets{BinancePortfolioMargin::asset<T>({.cross_margin_free = dec<T>("0.01"), .collateral_rate = w, .index = btc}),
                                       BinancePortfolioMargin::asset<T>({.um_wallet_balance = -160, .loan = lent})};
  for (const auto& account : {BinancePortfolioMargin::account<T>(assets, {}), BinancePortfolioMarginPro::account<T>(assets, {})}) {
    const auto p = portfolio<T>(account, prices);
    const auto f = p.figures(prices);
    CHECK(f.maintenance == Money<T>(0));  // a negative balance is no loan
    CHECK(same(f.margin_balance, "30", 200));
    CHECK(f.status == Status::safe);
    CHECK(p.figures(fallen).failing.has(Test::equity));
    CHECK(p.status(fallen) == Status::bankrupt);  // 150 against 160, without any haircut
    CHECK(same(liquidation<T>(p, prices, btc).below, "320000/19", 2e4));
  }
}

// 1 at 50 % of 2,048 against -1,024: an equity of 0 is not below 0. In an empty account nothing is tested.
TEMPLATE_TEST_CASE("an equity of exactly 0 is still safe on Portfolio Margin, and not on Pro", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"2048"});
  const auto w = weight<T>("0.5");
  const std::array<Asset<T>, 2> assets{BinancePortfolioMargin::asset<T>({.cross_margin_free = 1, .collateral_rate = w, .index = btc}),
                                       BinancePortfolioMargin::asset<T>({.um_wallet_balance = -1'024})};
  CHECK(portfolio<T>(BinancePortfolioMargin::account<T>(assets, {}), prices).status(prices) == Status::safe);
  CHECK(portfolio<T>(BinancePortfolioMarginPro::account<T>(assets, {}), prices).status(prices) == Status::liquidatable);
  CHECK(portfolio<T>(BinancePortfolioMarginPro::account<T>(assets, {}, BinancePortfolioMarginPro::rule_falls_below<T>()), prices).status(prices) ==
        Status::safe);
  CHECK(portfolio<T>(BinancePortfolioMargin::account<T>({}, {}), prices).status(prices) == Status::no_margin);
  CHECK(portfolio<T>(BinancePortfolioMarginPro::account<T>({}, {}), prices).status(prices) == Status::no_margin);
}

TEMPLATE_TEST_CASE("the rules of Portfolio Margin and Pro differ in the trigger and the equity test", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto pm = BinancePortfolioMargin::rule<T>(), pro = BinancePortfolioMarginPro::rule<T>(), below = BinancePortfolioMarginPro::rule_falls_below<T>();
  for (const auto& rule : {pm, pro, below}) {
    CHECK(rule.requirement_ratio == Ratio<T>(dec<T>("1.05")));
    CHECK(rule.requirement);
    CHECK_FALSE(rule.level);
  }
  CHECK(pm.equity);
  CHECK_FALSE(pro.equity);
  CHECK(pm.when == LiquidateWhen::below_zero);
  CHECK(pro.when == LiquidateWhen::at_or_below_zero);
  CHECK(below.when == LiquidateWhen::below_zero);
}

TEMPLATE_TEST_CASE("loan rates are published for 3, 5 and 10 times", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  for (const auto& [leverage, maintenance, initial] : {std::tuple(3, "0.1", "1/2"), std::tuple(5, "0.08", "1/4"), std::tuple(10, "0.05", "1/9")}) {
    const auto rates = BinancePortfolioMargin::loan<T>(leverage);
    REQUIRE(rates.has_value());
    CHECK(same(rates->maintenance_rate, maintenance));
    CHECK(same(*rates->initial_rate, initial));
    CHECK(check(std::span<const LoanBracket<T>>(loan<T>(leverage))) == std::nullopt);
  }
  for (const int leverage : {-1, 0, 1, 2, 4, 20}) CHECK_FALSE(BinancePortfolioMargin::loan<T>(leverage).has_value());
}

// 1,500,000 USD of an asset by its rank: 4, 6, 8, 10.
TEMPLATE_TEST_CASE("Pro counts tiers of a rank marginally", "[venues][source:bn_pmpro_rank_values]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto counts = [](const std::vector<WeightTier<T>>& tiers) {
    const std::array<Asset<T>, 1> assets{BinancePortfolioMargin::asset<T>({.cross_margin_free = 1'500'000, .collateral_rate = tiers})};
    return portfolio<T>(BinancePortfolioMarginPro::account<T>(assets, {}), {}).figures({}).margin_balance;
  };
  CHECK(same(counts(weights<T>({"3000000", "6000000", ""}, {"1", "0.95", "0.9"})), "1500000"));
  CHECK(same(counts(weights<T>({"800000", "1200000", "4000000", ""}, {"1", "0.95", "0.75", "0.5"})), "1405000"));
  CHECK(same(counts(weights<T>({"200000", "400000", "800000", "1000000", ""}, {"1", "0.8", "0.7", "0.4", "0.2"})), "820000"));
  CHECK(same(counts(weights<T>({"50000", "100000", "200000", "400000", ""}, {"1", "0.8", "0.5", "0.2", "0.1"})), "290000"));
}
