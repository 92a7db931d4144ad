// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/strict.hpp"
#include "waterfall/people.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/venues/adl_rules.hpp>

namespace {

using namespace loadline;

template <class Venue>
concept Scored = requires {
  typename Venue::Score;
};
template <class Venue>
concept Lit = requires {
  Venue::lights;
};

template <class T>
T tenth(int n) {
  return T(T(n) / T(10));
}
/// A GMX market of 1,000 tokens at 5,000 against 100,000 index tokens bought for 2,000,000.
template <class T>
venues::GmxSide<T> gmx(int index_price, bool is_long = true) {
  return {T(1'000), T(5'000), T(100'000), T(2'000'000), T(index_price), is_long};
}

}  // namespace

#define ALL_SCALARS double, Strict, Rational

TEST_CASE("each venue has what is known of it, and no more", "[venues]") {
  STATIC_REQUIRE(std::same_as<venues::BinanceAdl::Score, ProfitTimesMarginRatio>);
  STATIC_REQUIRE(std::same_as<venues::BitmexAdl::Score, ProfitTimesLeverage>);
  STATIC_REQUIRE(std::same_as<venues::OkxAdl::Score, ProfitTimesLeverage>);
  STATIC_REQUIRE(std::same_as<venues::OkxAdlBefore2025::Score, venues::HtxAdl::Score>);
  STATIC_REQUIRE(std::same_as<venues::HyperliquidAdl::Score, PriceRatioTimesLeverage>);
  STATIC_REQUIRE(std::same_as<venues::GateAdl2022::Score, MoneyTimesLeverage>);
  STATIC_REQUIRE(!Scored<venues::DydxAdl> && !Scored<venues::GmxAdl> && !Scored<venues::EtherealAdl>);  // not a figure of one position
  STATIC_REQUIRE(Lit<venues::BinanceAdl> && Lit<venues::BybitAdl> && !Lit<venues::HyperliquidAdl> && !Lit<venues::DydxAdl>);
  STATIC_REQUIRE(venues::BinanceAdl::rule.price == DeleveragePrice::bankruptcy && venues::BinanceAdl::rule.cancels_orders);
  STATIC_REQUIRE(venues::OkxAdl::rule.price == DeleveragePrice::mark && venues::OkxAdl::when_fund_is_low.price == DeleveragePrice::bankruptcy);
  STATIC_REQUIRE(venues::HyperliquidAdl::rule.price == DeleveragePrice::reference);
  STATIC_REQUIRE(venues::EtherealAdl::rule.price == DeleveragePrice::reference_capped);
  STATIC_REQUIRE(venues::DydxAdl::rule.price == DeleveragePrice::bankruptcy && venues::DydxAdl::rule.spare);
  STATIC_REQUIRE(venues::BinanceAdl::lights.by == QueueWeight::users && venues::BitmexAdl::lights.by == QueueWeight::contracts);
  // Lights under the venues' own names: the front of five, the end, not in the queue.
  CHECK(venues::BinanceAdl::adl_quantile(5) == 4);
  CHECK(venues::BinanceAdl::adl_quantile(1) == 0);
  CHECK(venues::BinanceAdl::adl_quantile(0) == 0);
  CHECK(venues::BitmexAdl::percentile(5) == 20);
  CHECK(venues::BitmexAdl::percentile(1) == 100);
  CHECK(venues::BitmexAdl::percentile(0) == 0);
}

// 100,000 index tokens for 2,000,000, a pool of 5,000,000, a factor of 10 %. At 22 the profit is 4 % of the pool, at 26 12 %; at 25 it is exactly 10 %.
TEMPLATE_TEST_CASE("GMX deleverages above a share of the pool, not at it", "[venues][source:gmx_is_adl_enabled]", ALL_SCALARS) {
  using T = TestType;
  const Ratio<T> tenth_of_pool(tenth<T>(1));
  CHECK_FALSE(venues::GmxAdl::enabled(gmx<T>(22), tenth_of_pool));
  CHECK(venues::GmxAdl::enabled(gmx<T>(26), tenth_of_pool));
  CHECK_FALSE(venues::GmxAdl::enabled(gmx<T>(25), tenth_of_pool));
  CHECK(venues::GmxAdl::profit(gmx<T>(25)) == T(500'000));
  // Shorts gain where longs lose: at 14 600,000, at 15 exactly 10 %.
  CHECK(venues::GmxAdl::enabled(gmx<T>(14, false), tenth_of_pool));
  CHECK_FALSE(venues::GmxAdl::enabled(gmx<T>(15, false), tenth_of_pool));
  CHECK_FALSE(venues::GmxAdl::enabled(gmx<T>(26, false), tenth_of_pool));
  venues::GmxSide<T> empty = gmx<T>(20);
  empty.pool_amount = T(0);
  CHECK_FALSE(venues::GmxAdl::enabled(empty, tenth_of_pool));  // nothing is owed
  empty.index_price = T(21);
  CHECK(venues::GmxAdl::enabled(empty, tenth_of_pool));
}

TEMPLATE_TEST_CASE("a GMX order must bring the share down, and not too far", "[venues]", ALL_SCALARS) {
  using T = TestType;
  // From 12 %. Half of the interest is closed: its 300,000 are paid out of the pool (60 tokens): 300,000 of 4,700,000, 6.4 %.
  const venues::GmxSide<T> before = gmx<T>(26);
  const venues::GmxSide<T> after{T(940), T(5'000), T(50'000), T(1'000'000), T(26)};
  CHECK(venues::GmxAdl::passes(before, after, Ratio<T>(tenth<T>(0))));
  CHECK(venues::GmxAdl::passes(before, after, Ratio<T>(T(T(6) / T(100)))));
  CHECK_FALSE(venues::GmxAdl::passes(before, after, Ratio<T>(T(T(7) / T(100)))));
  CHECK_FALSE(venues::GmxAdl::passes(before, before, Ratio<T>(tenth<T>(0))));  // it must fall
  CHECK_FALSE(venues::GmxAdl::passes(after, before, Ratio<T>(tenth<T>(0))));
  if constexpr (std::same_as<T, Rational>) CHECK(venues::GmxAdl::passes(before, after, Ratio<T>(Rational(3) / 47)));  // exactly the least is enough
}

TEMPLATE_TEST_CASE("Bybit's newer price is the mark where the bankruptcy price is far from it", "[venues]", ALL_SCALARS) {
  using T = TestType;
  const auto price = [](int bankruptcy) { return venues::BybitAdlNearMark::price<T>({T(bankruptcy), T(100)}); };
  CHECK(price(94) == T(100));
  CHECK(price(95) == T(95));  // exactly 5 % is not more
  CHECK(price(99) == T(99));
  CHECK(price(105) == T(105));
  CHECK(price(106) == T(100));
}

// Made by hand: a long of 30 is to be closed at mark 120, the mark before 118. Shorts: entry, size, account value.
//   1: 150, 10, 400   1.25 x 1,200 / 400 = 3.75
//   2: 130, 20, 600   13/12 x 2,400 / 600 = 4.333
//   3: 100, 10, 200   5/6 x 6 = 5: a loser, and first
//   4: 200, 5, 6,000  5/3 x 0.1 = 0.1667
TEMPLATE_TEST_CASE("Hyperliquid's queue takes a levered loser first", "[venues]", ALL_SCALARS) {
  using T = TestType;
  People<T> people;
  const int entries[] = {150, 130, 100, 200}, sizes[] = {10, 20, 10, 5}, equities[] = {400, 600, 200, 6'000};
  for (int i = 0; i < 4; ++i) {
    people.add(static_cast<std::uint64_t>(i + 1), T(-sizes[i]), T(equities[i]));
    people.entries.push_back(T(entries[i]));
  }
  people.scores.assign(4, T(0));
  const ScoreColumns<T> columns{.mark = T(120), .sizes = people.sizes, .entries = people.entries, .equities = people.equities};
  REQUIRE_FALSE(fill_scores<T>(venues::HyperliquidAdl::Score{}, columns, people.scores).has_value());
  if constexpr (std::same_as<T, Rational>) CHECK(people.scores == std::vector<T>{Rational(15) / 4, Rational(13) / 3, Rational(5), Rational(1) / 6});
  DeleveragingWorkspace<T> workspace(4);
  std::vector<T> out(4, T(0));
  const Deleverage<T> d{T(25), 1, T(120), T(118)};
  const auto a = AdlQueue{}.allocate(d, people.view(), workspace, std::span<T>(out));
  REQUIRE(a.has_value());
  CHECK(out == std::vector<T>{T(0), T(15), T(10), T(0)});
  CHECK(transfer_per_unit(d) == T(-2));  // bought back at 118 instead of 120: who is taken gains
}

// Four accounts that differ in one figure each; the fifth is the one that loses every comparison.
TEMPLATE_TEST_CASE("Ethereal ranks by leverage, profit, balance and age", "[venues]", ALL_SCALARS) {
  using T = TestType;
  const std::vector<std::uint64_t> ids{1, 2, 3, 4, 5};
  const std::vector<T> leverages{T(9), T(5), T(5), T(5), T(5)}, profits{T(0), T(70), T(50), T(50), T(50)}, balances{T(8), T(8), T(6), T(8), T(8)},
      opened{T(1), T(1), T(1), T(7), T(3)};
  std::vector<T> scores(5, T(0));
  std::vector<std::uint32_t> order(5);
  const auto keys = venues::EtherealAdl::keys<T>({leverages, profits, balances, opened});
  REQUIRE_FALSE(fill_ranks<T>(keys, ids, order, scores).has_value());
  CHECK(order == std::vector<std::uint32_t>{0, 1, 2, 3, 4});
  for (int i = 0; i < 5; ++i) CHECK(scores[static_cast<std::size_t>(i)] == T(5 - i));
}

TEST_CASE("dYdX reaches 500 accounts of the other side, from a start", "[venues]") {
  const std::vector<double> sizes(700, -1.0);
  std::vector<double> scores(700), most(700);
  const auto count = fill_round_robin<double>(1, sizes, 1'300, venues::DydxAdl::reach, scores, most);
  REQUIRE(count.has_value());
  CHECK(count->listed == 700);
  CHECK(count->scanned == 500);
  CHECK(scores[600] == 500);  // 1,300 modulo 700
  CHECK(scores[399] == 1);
  CHECK(scores[400] == 0);
  CHECK(most[400] == 0);
  CHECK(most[399] == 1);
}
