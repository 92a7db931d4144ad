// SPDX-License-Identifier: Apache-2.0
// COIN-M: inverse contracts, a pool per coin.
#include "support/catch.hpp"
#include "venues/accounts.hpp"
#include "venues/priced.hpp"

#include <loadline/venues/binance_coinm.hpp>

using namespace loadline;
using venues::BinanceCoinM;

namespace {

template <class T>
Position<T> contracts(KeyId key, std::string_view amount, std::string_view entry, std::span<const Bracket<T>> brackets, Side side = Side::one_way) {
  return BinanceCoinM::position<T>(
      {.symbol_mark = key, .position_amt = dec<T>(amount), .entry_price = dec<T>(entry), .brackets = brackets, .contract_size = 100, .position_side = side});
}
/// A wallet of bitcoins: figures in bitcoins, or in dollars at the first mark.
template <class T>
std::array<Asset<T>, 1> wallet(std::string_view amount, bool in_coins = true) {
  return {in_coins ? BinanceCoinM::coin<T>(Quantity<T>(dec<T>(amount))) : BinanceCoinM::coin<T>(Quantity<T>(dec<T>(amount)), KeyId{0})};
}

}  // namespace

TEMPLATE_TEST_CASE("100 contracts of 100 USD at 25,000 are 0.4 BTC and need 0.0016", "[venues][source:bn_cm_mm_example]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rate = flat<T>("0.004");
  const auto prices = marks<T>({"25000"});
  const std::array<Position<T>, 1> one{contracts<T>(only, "100", "25000", rate)};
  const auto coins = wallet<T>("0.1"), dollars = wallet<T>("0.1", false);
  const auto p = portfolio<T>(BinanceCoinM::account<T>(coins, one), prices);
  const auto leg = figures_of_legs<T>(p, prices)[0];
  CHECK(same(leg.notional, "0.4"));
  CHECK(same(leg.maintenance, "0.0016"));
  CHECK(same(p.maintenance(prices), "0.0016"));
  CHECK(same(portfolio<T>(BinanceCoinM::account<T>(dollars, one), prices).maintenance(prices), "40"));
}

// Size (1 +- rate) / (size / entry +- wallet): 10,000 x 1.004 / 0.5 and 10,000 x 0.996 / 0.3.
TEMPLATE_TEST_CASE("one contract has the closed form, whatever the numeraire", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rate = flat<T>("0.004");
  const auto prices = marks<T>({"25000"});
  const std::array<Position<T>, 1> up{contracts<T>(only, "100", "25000", rate)}, down{contracts<T>(only, "-100", "25000", rate)};
  for (const bool in_coins : {true, false}) {
    const auto coin = wallet<T>("0.1", in_coins);
    const auto bull = liquidation<T>(portfolio<T>(BinanceCoinM::account<T>(coin, up), prices), prices, only);
    CHECK(same(bull.below, "20080", 25'000));
    CHECK(bull.above.outcome() == Outcome::none);
    const auto bear = liquidation<T>(portfolio<T>(BinanceCoinM::account<T>(coin, down), prices), prices, only);
    CHECK(same(bear.above, "33200", 25'000));
    CHECK(bear.below.outcome() == Outcome::none);
  }
}

// 0.4 BTC short on a wallet of 0.4 BTC is one times short: no price takes more than it has.
TEMPLATE_TEST_CASE("a short of one times or less has no liquidation price", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rate = flat<T>("0.004");
  const auto prices = marks<T>({"25000"});
  const std::array<Position<T>, 1> down{contracts<T>(only, "-100", "25000", rate)};
  const auto whole = wallet<T>("0.4"), more = wallet<T>("0.5"), less = wallet<T>("0.39");
  for (const auto* coin : {&whole, &more}) {
    const auto b = liquidation<T>(portfolio<T>(BinanceCoinM::account<T>(*coin, down), prices), prices, only);
    CHECK(b.above.outcome() == Outcome::none);
    CHECK(b.below.outcome() == Outcome::none);
  }
  CHECK(same(liquidation<T>(portfolio<T>(BinanceCoinM::account<T>(less, down), prices), prices, only).above, "996000", 1e7));
}

// An isolated long of 2 contracts, 2x; the API printed 25119.97445760.
TEMPLATE_TEST_CASE("the API's price of an isolated position", "[venues][source:bn_cm_live_isolated]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rate = flat<T>("0.004");
  const auto prices = marks<T>({"38103.05510455"});
  for (const bool in_coins : {true, false}) {
    const auto coin = wallet<T>("0", in_coins);
    const std::array<Position<T>, 1> one{BinanceCoinM::position<T>({.symbol_mark = only,
                                                                    .position_amt = 2,
                                                                    .entry_price = dec<T>("37643.10000021"),
                                                                    .brackets = rate,
                                                                    .contract_size = 100,
                                                                    .leverage = Ratio<T>(2),
                                                                    .isolated_wallet = Quantity<T>(dec<T>("0.00268058"))})};
    const auto p = portfolio<T>(BinanceCoinM::account<T>(coin, one), prices);
    REQUIRE(p.isolated().size() == 1);
    CHECK(p.legs().empty());
    const auto leg = figures_of_legs<T>(p.isolated()[0], prices)[0];
    CHECK(printed(leg.pnl.raw(), "0.00006413", 1));
    CHECK(printed(leg.notional.raw(), "0.00524892", 1));
    const auto price = liquidation<T>(p.isolated()[0], prices, only).below;
    REQUIRE(price.has_value());
    CHECK(printed((*price).raw(), "25119.97445760", 1));
  }
}

// A perpetual long and a delivery short of BTC share 0.1 BTC: C = 0.1 - 0.004 x 5,000 / 25,500 + 5,000 (1 / 25,500 - 1 / 26,000).
TEMPLATE_TEST_CASE("contracts of one coin share its wallet", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rate = flat<T>("0.004");
  const auto prices = marks<T>({"25000", "25500"});
  const std::array<Position<T>, 2> two{contracts<T>(KeyId{0}, "100", "25000", rate), contracts<T>(KeyId{1}, "-50", "26000", rate)};
  const auto coin = wallet<T>("0.1");
  const auto p = portfolio<T>(BinanceCoinM::account<T>(coin, two), prices);
  CHECK(same(liquidation<T>(p, prices, KeyId{0}).below, "55471000/2779", 25'000));
  CHECK(liquidation<T>(p, prices, KeyId{0}).above.outcome() == Outcome::none);
}

// 10,000 long and 4,000 short of one symbol: 6,000 x (1/25,000) + 0.1 = (6,000 + 0.004 x 14,000) / P.
TEMPLATE_TEST_CASE("both legs of a symbol are one function of its price", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rate = flat<T>("0.004");
  const auto prices = marks<T>({"25000"});
  const std::array<Position<T>, 2> legs{contracts<T>(only, "100", "25000", rate, Side::long_leg), contracts<T>(only, "-40", "25000", rate, Side::short_leg)};
  const auto coin = wallet<T>("0.1");
  CHECK(same(liquidation<T>(portfolio<T>(BinanceCoinM::account<T>(coin, legs), prices), prices, only).below, "302800/17", 25'000));
}

// 1,000 contracts on 2 BTC: 4 BTC at 25,000 are in the first bracket, and 5.97 BTC at the price itself are in the second.
TEMPLATE_TEST_CASE("brackets go by coins, and the one at the price decides", "[venues][source:bn_cm_cum_300btc]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto table = ladder<T>({"5", "10", "20", "50", "100", "200", "400"}, {"0.004", "0.005", "0.01", "0.025", "0.05", "0.1", "0.125"});
  const auto prices = marks<T>({"25000"});
  const std::array<Position<T>, 1> one{contracts<T>(only, "1000", "25000", table)};
  const auto coin = wallet<T>("2");
  const auto p = portfolio<T>(BinanceCoinM::account<T>(coin, one), prices);
  CHECK(figures_of_legs<T>(p, prices)[0].bracket == 0);
  CHECK(same(liquidation<T>(p, prices, only).below, "20100000/1201", 25'000));  // 100,000 x 1.005 / (4 + 2 + 0.005)

  // 300 BTC are at 12.5 %, less 11.605.
  const std::array<Position<T>, 1> large{contracts<T>(only, "75000", "25000", table)};
  const auto leg = figures_of_legs<T>(portfolio<T>(BinanceCoinM::account<T>(coin, large), prices), prices)[0];
  CHECK(leg.bracket == 6);
  CHECK(same(leg.cum, "11.605", 50));
  CHECK(same(leg.maintenance, "25.895", 50));
}

// 50 BTC x (5 % - 2.5 %) + 0.56 = 1.81, and so on to 11.81. The rows below 50 BTC of that page were not seen: one stands for them.
TEMPLATE_TEST_CASE("the deductions of the older page have the steps of the rule", "[venues][source:bn_cm_cum_L5][source:bn_cm_cum_300btc_old]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  const auto table = ladder<T>({"50", "100", "200", ""}, {"0.025", "0.05", "0.1", "0.125"});
  const BracketTable<T> rows{table};
  Deductions<T, T> d(rows);
  for (const char* cum : {"0.56", "1.81", "6.81", "11.81"}) {
    CHECK(same(T(d.derived() + dec<T>("0.56")), cum, 50));
    if (!d.last()) d.advance();
  }
}

TEMPLATE_TEST_CASE("a row of positionRisk becomes an inverse position in its coin", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rate = flat<T>("0.004");
  const Position<T> p = BinanceCoinM::position<T>({.symbol_mark = KeyId{3},
                                                   .position_amt = -5,
                                                   .entry_price = 2'000,
                                                   .brackets = rate,
                                                   .contract_size = 10,
                                                   .position_side = Side::short_leg,
                                                   .notional_coef = dec<T>("1.5"),
                                                   .leverage = Ratio<T>(20),
                                                   .isolated_wallet = Quantity<T>(1),
                                                   .symbol = SymbolId{7}},
                                                  AssetId{2});
  CHECK(p.kind == ContractKind::inverse);
  CHECK(p.settle == AssetId{2});
  CHECK(p.key == KeyId{3});
  CHECK(p.size == Size<T>(-5));
  CHECK(p.entry == Price<T>(2'000));
  CHECK(p.multiplier == Ratio<T>(10));
  CHECK(p.side == Side::short_leg);
  CHECK(p.bracket_unit == BracketUnit::notional);
  CHECK(p.bracket_rule == BracketRule::marginal);
  CHECK(p.bracket_coefficient == Ratio<T>(dec<T>("1.5")));
  CHECK(p.leverage == Ratio<T>(20));
  CHECK(p.isolated_margin == Quantity<T>(1));
  CHECK(p.symbol == SymbolId{7});
  CHECK(p.maintenance_at == MaintenanceAt::mark);
  CHECK(BinanceCoinM::rule<T>().requirement_ratio == Ratio<T>(1));
}

// A size of 1/128 BTC needed on 1/128 held: the margin ratio is 100 %.
TEMPLATE_TEST_CASE("a margin ratio of 100 % is liquidation in coins too", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rate = flat<T>("1/128");
  const auto prices = marks<T>({"100"});
  const std::array<Position<T>, 1> one{contracts<T>(only, "1", "100", rate)};
  const auto edge = wallet<T>("0.0078125"), above = wallet<T>("0.0078126");
  CHECK(portfolio<T>(BinanceCoinM::account<T>(edge, one), prices).status(prices) == Status::liquidatable);
  CHECK(portfolio<T>(BinanceCoinM::account<T>(above, one), prices).status(prices) == Status::safe);
}
