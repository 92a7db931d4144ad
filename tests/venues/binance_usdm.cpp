// SPDX-License-Identifier: Apache-2.0
// Binance USD-M as a rule set, and the bracket file of October 2024.
#include "support/catch.hpp"
#include "support/strict.hpp"
#include "venues/accounts.hpp"

#include <loadline/loadline.hpp>

#include <array>
#include <set>

using namespace loadline;
using venues::BinanceUsdM;

TEST_CASE("the rule set says where it is from and on which days it holds", "[venues]") {
  CHECK_FALSE(std::string_view(BinanceUsdM::rules.id).empty());
  CHECK(std::string_view(BinanceUsdM::rules.source).find("Binance") != std::string_view::npos);
  for (const std::string_view day : {BinanceUsdM::rules.first_day, BinanceUsdM::rules.last_day}) {
    REQUIRE(day.size() == 10);
    for (std::size_t i = 0; i < day.size(); ++i) CHECK((i == 4 || i == 7 ? day[i] == '-' : day[i] >= '0' && day[i] <= '9'));
  }
  CHECK(std::string_view(BinanceUsdM::rules.first_day) < std::string_view(BinanceUsdM::rules.last_day));
  CHECK(std::string_view(BinanceUsdM::rules.last_day) >= "2024-10-24");  // the date of the bracket file
}

TEMPLATE_TEST_CASE("the requirement alone is tested, once, and fails at zero", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  constexpr LiquidationRule<T> rule = BinanceUsdM::rule<T>();
  STATIC_REQUIRE(rule.requirement);
  STATIC_REQUIRE_FALSE(rule.equity);
  STATIC_REQUIRE(rule.when == LiquidateWhen::at_or_below_zero);
  CHECK(rule.requirement_ratio == Ratio<T>(1));

  const Account<T> account = BinanceUsdM::account<T>(Money<T>(7), {});
  CHECK(account.cash == Money<T>(7));
  CHECK(account.positions.empty());
  CHECK(account.cum_policy == CumPolicy::strict);
  CHECK(account.rule.requirement);
}

namespace {

template <class T>
Portfolio<T> on_binance(const Sample<T>& s) {
  return *Portfolio<T>::make(BinanceUsdM::account<T>(s.cash, s.positions), static_cast<std::uint32_t>(s.marks.size()));
}

}  // namespace

// A margin ratio of exactly 100 % is liquidated: 1,024 at 1/128 needs 8, and 8 are there.
TEMPLATE_TEST_CASE("a margin ratio of 100 % is liquidation", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto s = Sample<T>("8", {"1024"}).with({.entry = "1024", .brackets = flat<T>("1/128")});
  const auto f = on_binance(s).figures(s.marks);
  CHECK(f.margin_ratio == Ratio<T>(1));
  CHECK(f.excess == Money<T>(0));
  CHECK(f.status == Status::liquidatable);
}

// The wallet of 10,000 carries both; BTC at 40,000 and ETH at 2,000 need 160 + 130.
TEMPLATE_TEST_CASE("cross: the contracts share the wallet, and each one's price takes the others at their marks", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto s = Sample<T>("10000", {"40000", "2000"})
                     .with({.key = 0, .qty = "1", .entry = "42000", .brackets = flat<T>("0.004")})
                     .with({.key = 1, .qty = "-10", .entry = "2100", .brackets = flat<T>("0.0065")});
  const auto p = on_binance(s);
  CHECK(p.isolated().empty());
  CHECK(same(p.excess(s.marks), "8710"));                          // 10,000 - 2,000 + 1,000 - 160 - 130
  CHECK(same(p.liquidation_below(s.marks, btc), "7782500/249"));   // 40,000 - 8,710 / 0.996 = 31,255.02...
  CHECK(same(p.liquidation_above(s.marks, eth), "5768000/2013"));  // 2,000 + 8,710 / (10 x 1.0065) = 2,865.37...
  CHECK(p.liquidation_above(s.marks, btc).outcome() == Outcome::none);
  CHECK(p.liquidation_below(s.marks, eth).outcome() == Outcome::none);
}

// The isolated BTC long has 1,000 of its own; the cross ETH long has the wallet, and BTC's price is nothing to it.
TEMPLATE_TEST_CASE("isolated: a position stands alone on its own wallet, and the cross wallet does without it", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto s = Sample<T>("500", {"40000", "2000"})
                     .with({.key = 0, .qty = "1", .entry = "40000", .brackets = flat<T>("0.004"), .isolated_margin = "1000"})
                     .with({.key = 1, .qty = "1", .entry = "2000", .brackets = flat<T>("0.0065")});
  const auto p = on_binance(s);
  REQUIRE(p.isolated().size() == 1);
  REQUIRE(p.legs().size() == 1);
  CHECK(p.legs()[0].position == 1);
  CHECK(p.isolated()[0].legs()[0].position == 0);
  CHECK(same(p.isolated()[0].liquidation_below(s.marks, btc), "9750000/249"));  // 39,000 / 0.996
  CHECK(same(p.liquidation_below(s.marks, eth), "3000000/1987"));               // 1,500 / 0.9935
  CHECK(p.liquidation_below(s.marks, btc).outcome() == Outcome::none);
  const std::array<Price<T>, 2> crash{Price<T>(30'000), Price<T>(2'000)};
  CHECK(p.isolated()[0].status(crash) == Status::bankrupt);
  CHECK(p.status(crash) == Status::safe);
}

// Two legs at 10,000: needs 40 + 36 whatever the net of 0.1 is.
TEMPLATE_TEST_CASE("hedge: both legs of a symbol need margin, and are one function of its price", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto s = Sample<T>("500", {"10000"})
                     .with({.qty = "1", .entry = "10000", .brackets = flat<T>("0.004"), .side = Side::long_leg})
                     .with({.qty = "-0.9", .entry = "10000", .brackets = flat<T>("0.004"), .side = Side::short_leg});
  const auto p = on_binance(s);
  CHECK(same(p.maintenance(s.marks), "76"));
  CHECK(same(p.excess(s.marks), "424"));
  // slope 0.996 - 0.9 x 1.004 = 0.0924: 10,000 - 424 / 0.0924 = 5,411.25...
  CHECK(same(p.liquidation_below(s.marks, only), "1250000/231", 1e5));
}

// notionalCoef 1.5: the cap of 50,000 becomes 75,000 and the deduction of 50 becomes 75.
TEMPLATE_TEST_CASE("notionalCoef multiplies caps and deductions", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  auto s = Sample<T>("10000", {"60000"}).with({.qty = "1", .entry = "60000", .brackets = binance_brackets<T>("BTCUSDT")});
  const auto plain_leg = figures_of_legs<T>(on_binance(s), s.marks)[0];
  CHECK(plain_leg.bracket == 1);
  CHECK(same(plain_leg.maintenance, "250"));  // 60,000 x 0.5 % - 50

  s.positions[0].bracket_coefficient = dec<T>("1.5");
  const auto p = on_binance(s);
  const auto wide = figures_of_legs<T>(p, s.marks)[0];
  CHECK(wide.bracket == 0);
  CHECK(same(wide.maintenance, "240"));  // 60,000 x 0.4 %

  const std::array<Price<T>, 3> at{Price<T>(75'000), Price<T>(75'001), Price<T>(100'000)};
  const auto edge = figures_of_legs<T>(p, std::span(at).subspan(0, 1))[0], above = figures_of_legs<T>(p, std::span(at).subspan(1, 1))[0],
             high = figures_of_legs<T>(p, std::span(at).subspan(2, 1))[0];
  CHECK(edge.bracket == 0);
  CHECK(same(edge.maintenance, "300"));
  CHECK(above.bracket == 1);
  CHECK(same(above.cum, "75"));
  CHECK(same(high.maintenance, "425"));  // 100,000 x 0.5 % - 75
}

TEMPLATE_TEST_CASE("a row of positionRisk becomes a position under the venue's rules", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rows = binance_brackets<T>("BTCUSDT");
  const Position<T> p = BinanceUsdM::position<T>({.symbol_mark = KeyId{3},
                                                  .position_amt = dec<T>("-0.5"),
                                                  .entry_price = 40'000,
                                                  .brackets = rows,
                                                  .position_side = Side::short_leg,
                                                  .notional_coef = dec<T>("1.5"),
                                                  .leverage = Ratio<T>(20),
                                                  .isolated_wallet = Money<T>(1'000),
                                                  .symbol = SymbolId{7}});
  CHECK(p.key == KeyId{3});
  CHECK(p.size == Size<T>(dec<T>("-0.5")));
  CHECK(p.entry == Price<T>(40'000));
  CHECK(p.brackets.data() == rows.data());
  CHECK(p.brackets.size() == 12);
  CHECK(p.side == Side::short_leg);
  CHECK(p.bracket_coefficient == Ratio<T>(dec<T>("1.5")));
  CHECK(p.leverage == Ratio<T>(20));
  CHECK(p.isolated_margin == Quantity<T>(1'000));
  CHECK(p.symbol == SymbolId{7});
  CHECK(p.multiplier == Ratio<T>(1));
  CHECK(p.bracket_unit == BracketUnit::notional);
  CHECK(p.bracket_rule == BracketRule::marginal);
  CHECK(p.maintenance_at == MaintenanceAt::mark);
  CHECK(p.fee_rate == Ratio<T>(0));  // the liquidation fee is no part of the requirement

  const Position<T> cross = BinanceUsdM::position<T>({.symbol_mark = KeyId{0}, .position_amt = 1, .entry_price = 40'000, .brackets = rows});
  CHECK(cross.side == Side::one_way);
  CHECK_FALSE(cross.isolated_margin);
  CHECK_FALSE(cross.leverage);
  CHECK_FALSE(cross.symbol);
  CHECK(cross.bracket_coefficient == Ratio<T>(1));
}

// A short amount on the LONG side contradicts itself.
TEMPLATE_TEST_CASE("positionSide and the sign of the amount must agree", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rows = flat<T>("0.004");
  const std::array<Position<T>, 1> wrong{
      BinanceUsdM::position<T>({.symbol_mark = KeyId{0}, .position_amt = -1, .entry_price = 1, .brackets = rows, .position_side = Side::long_leg})};
  const auto made = Portfolio<T>::make(BinanceUsdM::account<T>(Money<T>(1), wrong), 1);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error() == Error{Errc::bad_field, Field::size, 0});
}

// --- the bracket file ---------------------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("the bracket file has 23 symbols, each with one table that passes every check", "[venues][data]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto file = binance_file<T>();
  REQUIRE(file.has_value());
  CHECK(file->symbols.size() == 23);
  std::set<std::string> names;
  for (const SymbolBrackets<T>& s : file->symbols) {
    INFO(s.symbol);
    CHECK(names.insert(s.symbol).second);
    CHECK(check(BracketTable<T>{s.rows}) == std::nullopt);
    REQUIRE(s.max_leverage.size() == s.rows.size());
    CHECK(s.rows.size() >= 8);
    CHECK(s.rows.front().floor == T(0));
    CHECK(s.rows.back().cap.has_value());
    for (std::size_t i = 0; i < s.rows.size(); ++i) {
      CHECK(s.rows[i].cum.has_value());
      // The initial rate, 1 / max leverage, lies at or above the maintenance rate.
      CHECK(plain(s.max_leverage[i].raw()) * plain(s.rows[i].rate.raw()) <= 1.0);
      if (i > 0) CHECK(s.max_leverage[i] < s.max_leverage[i - 1]);
    }
  }
}

TEMPLATE_TEST_CASE("every deduction of the bracket file is the derived one", "[venues][data]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto file = binance_file<T>();
  REQUIRE(file.has_value());
  for (const SymbolBrackets<T>& s : file->symbols) {
    const BracketTable<T> table{s.rows};
    for (Deductions<T, T> row(table);; row.advance()) {
      INFO(s.symbol << " row " << row.index());
      CHECK(printed(row.derived(), ScalarText<T>::write(*s.rows[row.index()].cum), 1e-6));
      if (row.last()) break;
    }
  }
}

TEMPLATE_TEST_CASE("a delivery is a symbol of its own, with brackets of its own", "[venues][data]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto file = binance_file<T>();
  REQUIRE(file.has_value());
  for (const char* symbol : {"BTCUSDT_241227", "BTCUSDT_250328", "ETHUSDT_241227", "ETHUSDT_250328"}) {
    INFO(symbol);
    const SymbolBrackets<T>* delivery = file->find(symbol);
    const SymbolBrackets<T>* perpetual = file->find(std::string_view(symbol).substr(0, 7));
    REQUIRE(delivery != nullptr);
    REQUIRE(perpetual != nullptr);
    CHECK(delivery->rows.size() == 8);
    CHECK(perpetual->rows.size() == 12);
    CHECK(perpetual->rows[0].rate < delivery->rows[0].rate);
  }
  CHECK(file->find("BTCUSDT_") == nullptr);
  CHECK(file->find("btcusdt") == nullptr);
}
