// SPDX-License-Identifier: Apache-2.0
// The accounts of vectors.cpp as exact fractions: no tolerance.
#include "support/catch.hpp"
#include "venues/accounts.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/loadline.hpp>

#include <array>

using namespace loadline;

namespace {

using Q = Rational;

/// A liquidation price by both queries, which must agree; nullopt: none.
std::optional<Q> price(const Portfolio<Q>& p, Marks<Q> marks, KeyId key, Toward side) {
  Workspace<Q> workspace(p);
  const PathAnswer<Q> answer = p.solve(marks, key, workspace);
  const Bound<Q> plain = side == Toward::below ? p.liquidation_below(marks, key) : p.liquidation_above(marks, key);
  const std::optional<Q> solved = side == Toward::below ? answer.below.liquidation : answer.above.liquidation;
  REQUIRE(plain.has_value() == solved.has_value());
  if (plain) CHECK((*plain).raw() == *solved);
  CHECK(plain.outcome() != Outcome::already);
  CHECK(answer.ulp == 0.0);  // a rational claims no error
  return solved;
}
std::optional<Q> below(const Portfolio<Q>& p, const Sample<Q>& s, KeyId key) {
  return price(p, s.marks, key, Toward::below);
}
std::optional<Q> above(const Portfolio<Q>& p, const Sample<Q>& s, KeyId key) {
  return price(p, s.marks, key, Toward::above);
}
Q q(std::string_view text) {
  return dec<Q>(text);
}

/// Given deductions pass only as they are: a rational forgives nothing.
void check_deductions(std::vector<Bracket<Q>> rows, std::initializer_list<std::string_view> cum) {
  REQUIRE(rows.size() == cum.size());
  const BracketTable<Q> table{rows};
  std::size_t i = 0;
  for (Deductions<Q, Q> row(table);; row.advance()) {
    CHECK(row.derived() == q(*(cum.begin() + i++)));
    if (row.last()) break;
  }
  i = 0;
  for (const std::string_view text : cum) rows[i++].cum = q(text);
  CHECK(check(BracketTable<Q>{rows}) == std::nullopt);
  rows.back().cum = Q(*rows.back().cum + q("1e-30"));
  CHECK(check(BracketTable<Q>{rows}) == Error{Errc::cum_mismatch, Field::bracket_cum, 0, static_cast<std::uint32_t>(rows.size() - 1)});
}

}  // namespace

TEST_CASE("one-way cross, short: 5714765/502", "[venues][source:bn_um_cross_oneway_btc_short]") {
  const auto s = short_btc_long_eth<Q>();
  CHECK(above(s.portfolio(), s, btc) == q("5714765/502"));
  CHECK_FALSE(below(s.portfolio(), s, btc));
  CHECK(s.portfolio().excess(s.marks).raw() == q("9.6443438"));
}

TEST_CASE("one-way cross, long: 945278281/4967500", "[venues][source:bn_um_cross_oneway_eth_long]") {
  const auto s = short_btc_long_eth<Q>();
  CHECK(below(s.portfolio(), s, eth) == q("945278281/4967500"));
  CHECK_FALSE(above(s.portfolio(), s, eth));
}

TEST_CASE("isolated ETH: 184807997818/165779055", "[venues][source:bn_um_faq_isolated_eth]") {
  const auto s = faq_isolated_eth<Q>();
  CHECK(below(s.portfolio().isolated()[0], s, only) == q("184807997818/165779055"));
}

TEST_CASE("isolated BTC: 8352683401/444795, with its one bracket and with the whole ladder", "[venues][source:bn_um_faq_isolated_btc]") {
  const auto one = faq_isolated_btc<Q>(), all = faq_isolated_btc<Q>(btcusdt_2021<Q>());
  CHECK(below(one.portfolio().isolated()[0], one, only) == q("8352683401/444795"));
  CHECK(below(all.portfolio().isolated()[0], all, only) == q("8352683401/444795"));
}

TEST_CASE("cross ETH: 955928834071/828895275", "[venues][source:bn_um_faq_cross_eth]") {
  const auto s = faq_cross<Q>();
  const auto p = s.portfolio();
  CHECK(below(p, s, eth) == q("955928834071/828895275"));
  const auto legs = figures_of_legs<Q>(p, s.marks);
  CHECK(legs[0].maintenance.raw() == q("71200.811444"));
  CHECK(legs[0].pnl.raw() == q("-56354.56848"));
  CHECK(p.figures(s.marks).excess.raw() == q("603182.236814"));
}

TEST_CASE("cross BTC: 1404674704751/53375400, with its one bracket and with the whole ladder", "[venues][source:bn_um_faq_cross_btc]") {
  const auto s = faq_cross<Q>(), all = faq_cross<Q>(btcusdt_2021<Q>());
  CHECK(below(s.portfolio(), s, btc) == q("1404674704751/53375400"));
  CHECK(below(all.portfolio(), all, btc) == q("1404674704751/53375400"));
  const auto legs = figures_of_legs<Q>(s.portfolio(), s.marks);
  CHECK(legs[1].maintenance.raw() == q("356512.508122"));
  CHECK(legs[1].pnl.raw() == q("-448192.88514"));
}

#define EXACT_ISOLATED(id, account, side, other, text)        \
  TEST_CASE("isolated: " text, "[venues]" id) {               \
    const auto s = account;                                   \
    const auto p = s.portfolio();                             \
    CHECK(side(p.isolated()[0], s, only) == q(text));         \
    CHECK_FALSE(other(p.isolated()[0], s, only).has_value()); \
  }

EXACT_ISOLATED("[source:ft_binance_iso_short_l5_o10_a1]", binance_isolated<Q>("-1", "10", "2"), above, below, "1201/101")
EXACT_ISOLATED("[source:ft_binance_iso_short_l3_o10_a1]", binance_isolated<Q>("-1", "10", "3.3333333333"), above, below, "133433333333/10100000000")
EXACT_ISOLATED("[source:ft_binance_iso_short_l5_o8_a1]", binance_isolated<Q>("-1", "8", "1.6"), above, below, "961/101")
EXACT_ISOLATED("[source:ft_binance_iso_short_l5_o10_a0.6]", binance_isolated<Q>("-0.6", "10", "1.2"), above, below, "3605/303")
EXACT_ISOLATED("[source:ft_binance_iso_long_l5_o10_a1]", binance_isolated<Q>("1", "10", "2"), below, above, "799/99")
EXACT_ISOLATED("[source:ft_binance_iso_long_l5_o8_a1]", binance_isolated<Q>("1", "8", "1.6"), below, above, "71/11")
EXACT_ISOLATED("[source:ft_binance_iso_long_l3_o10_a1]", binance_isolated<Q>("1", "10", "10/3"), below, above, "1997/297")
EXACT_ISOLATED("[source:ft_binance_iso_long_l5_o10_a0.6]", binance_isolated<Q>("0.6", "10", "1.2"), below, above, "2395/297")
EXACT_ISOLATED("[source:ft_bybit_iso_long_l1]", bybit_isolated<Q>("1", "10"), below, above, "0.1")
EXACT_ISOLATED("[source:ft_bybit_iso_long_l3]", bybit_isolated<Q>("1", "10/3"), below, above, "203/30")
EXACT_ISOLATED("[source:ft_bybit_iso_long_l5]", bybit_isolated<Q>("1", "2"), below, above, "8.1")
EXACT_ISOLATED("[source:ft_bybit_iso_long_l10]", bybit_isolated<Q>("1", "1"), below, above, "9.1")
EXACT_ISOLATED("[source:ft_bybit_iso_short_l1]", bybit_isolated<Q>("-1", "10"), above, below, "19.9")
EXACT_ISOLATED("[source:ft_bybit_iso_short_l3]", bybit_isolated<Q>("-1", "10/3"), above, below, "397/30")
EXACT_ISOLATED("[source:ft_bybit_iso_short_l5]", bybit_isolated<Q>("-1", "2"), above, below, "11.9")
EXACT_ISOLATED("[source:ft_bybit_iso_short_l10]", bybit_isolated<Q>("-1", "1"), above, below, "10.9")
EXACT_ISOLATED("[source:by_iso_usdt_19700]", isolated_19700<Q>(), below, above, "19700")

TEST_CASE("the ADA samples: 0.0800428005, 0.764277, 12.314277, 0.61571385", "[venues][source:bn_um_mm_ADAUSDT][source:bn_um_positionRisk_ADA]") {
  const auto s = ada_sample<Q>();
  const auto leg = figures_of_legs<Q>(s.portfolio(), s.marks)[0];
  CHECK(leg.maintenance.raw() == q("0.0800428005"));
  CHECK(leg.pnl.raw() == q("0.764277"));
  CHECK(leg.notional.raw() == q("12.314277"));
  CHECK(leg.initial.raw() == q("0.61571385"));
}

TEST_CASE("every deduction of the bracket file is the derived one, exactly",
          "[venues][source:bn_um_brackets_btcusdt][source:bn_um_brackets_ethusdt][source:bn_um_brackets_solusdt]"
          "[source:bn_um_brackets_bnbusdt][source:bn_um_brackets_xrpusdt][source:bn_um_brackets_dogusdt]") {
  const auto file = binance_file<Q>();  // the reader checks every given deduction; a rational leaves it no slack
  REQUIRE(file.has_value());
  CHECK(file->symbols.size() == 23);
  check_deductions(file->find("BTCUSDT")->rows,
                   {"0", "50", "950", "11450", "131450", "481450", "2981450", "14481450", "26481450", "41481450", "121481450", "421481450"});
  check_deductions(file->find("ETHUSDT")->rows,
                   {"0", "50", "950", "11450", "131450", "381450", "2006450", "9506450", "17506450", "27506450", "80506450", "280506450"});
  check_deductions(file->find("SOLUSDT")->rows, {"0", "30", "380", "8380", "28380", "228380", "2228380", "4228380", "16728380", "66728380"});
  check_deductions(file->find("BNBUSDT")->rows, {"0", "10", "210", "2210", "9710", "84710", "834710", "1584710", "6272210", "25022210"});
  check_deductions(file->find("XRPUSDT")->rows, {"0", "15", "85", "1685", "5685", "45685", "445685", "845685", "3345685", "13345685"});
  check_deductions(file->find("DOGEUSDT")->rows, {"0", "20", "170", "7670", "11670", "51670", "451670", "851670", "3351670", "13351670"});
}

TEST_CASE("the deductions of 2021 and of the rule's example, exactly", "[venues][source:bn_um_brackets_btcusdt_2021_03_18][source:bn_um_cum_rule_example]") {
  check_deductions(btcusdt_2021<Q>(), {"0", "50", "1300", "16300", "266300", "1266300", "2516300", "5016300", "25016300", "100016300"});
  check_deductions(ladder<Q>({"50000", "250000", "1000000", "5000000", ""}, {"0.004", "0.005", "0.01", "0.025", "0.05"}),
                   {"0", "50", "1300", "16300", "141300"});
}

TEST_CASE("the mmDeduction of twenty tiers, exactly", "[venues][source:by_btcusdt_mm_deduction]") {
  check_deductions(ladder<Q>({"2000000",  "2600000",  "3200000",  "3800000",  "4400000",  "5000000",  "5600000",  "8500000",  "10000000", "14000000",
                              "20000000", "28000000", "38000000", "50000000", "55000000", "60000000", "65000000", "70000000", "75000000", "80000000"},
                             {"0.005", "0.0056", "0.0063", "0.0067", "0.0071", "0.0077", "0.0091", "0.01",  "0.013", "0.015",
                              "0.016", "0.02",   "0.025",  "0.029",  "0.03",   "0.035",  "0.036",  "0.038", "0.04",  "0.045"}),
                   {"0",     "1200",   "3020",   "4300",   "5820",   "8460",   "15460",  "20500",  "46000",   "66000",
                    "80000", "160000", "300000", "452000", "502000", "777000", "837000", "967000", "1107000", "1482000"});
}

TEST_CASE("tiered margin: 350 and 92.5", "[venues][source:by_xyz_tiered_mm]") {
  const auto s = xyz<Q>();
  const auto leg = figures_of_legs<Q>(s.portfolio(), s.marks)[0];
  CHECK(leg.initial.raw() == Q(350));
  CHECK(leg.maintenance.raw() == q("92.5"));
  CHECK(leg.bracket == 3);
}

TEST_CASE("60326.2975, on the tick 603263/10", "[venues][source:by_live_b]") {
  const auto s = live_b<Q>();
  const auto p = s.portfolio();
  const Portfolio<Q>& pool = p.isolated()[0];
  CHECK(below(pool, s, only) == q("60326.2975"));
  Workspace<Q> workspace(pool);
  CHECK(pool.solve(s.marks, only, workspace).below.tick == q("603263/10"));
  const auto leg = figures_of_legs<Q>(pool, s.marks)[0];
  CHECK(leg.maintenance.raw() == q("13.45313904"));
  CHECK(leg.pnl.raw() == q("7.0422"));
}

TEST_CASE("hedge 100 / 97: 11764400/103 and 6117800/47", "[venues][source:hedge_100_97]") {
  const auto s = hedge<Q>("100", "-97", "210000", binance_brackets<Q>("BTCUSDT"));
  const auto p = s.portfolio();
  CHECK(below(p, s, btc) == q("11764400/103"));
  CHECK(above(p, s, btc) == q("6117800/47"));
  CHECK(p.excess(s.marks).raw() == q("2709.44"));
  CHECK(p.maintenance(s.marks).raw() == q("207290.56"));
  Workspace<Q> workspace(p);
  CHECK(p.solve(s.marks, btc, workspace).roots.size() == 2);
}

TEST_CASE("hedge 100 / 100: none and 215725", "[venues][source:hedge_100_100]") {
  const auto s = hedge<Q>("100", "-100", "600000", binance_brackets<Q>("BTCUSDT"));
  const auto p = s.portfolio();
  CHECK_FALSE(below(p, s, btc));
  CHECK(above(p, s, btc) == Q(215725));
  CHECK(p.excess(s.marks).raw() == Q(389204));
  CHECK(p.maintenance(s.marks).raw() == Q(210796));
}

TEST_CASE("hedge 100 / 90: 7455800/81 and 9398140/3", "[venues][source:hedge_100_90]") {
  const auto s = hedge<Q>("100", "-90", "400000", binance_brackets<Q>("BTCUSDT"));
  const auto p = s.portfolio();
  CHECK(below(p, s, btc) == q("7455800/81"));
  CHECK(above(p, s, btc) == q("9398140/3"));
  CHECK(p.excess(s.marks).raw() == q("200888.8"));
  CHECK(p.maintenance(s.marks).raw() == q("199111.2"));
}

TEST_CASE("hedge 1 / 0.9: none and none", "[venues][source:hedge_flat_1_0.9]") {
  const auto s = hedge<Q>("1", "-0.9", "100000", flat<Q>("0.004"));
  const auto p = s.portfolio();
  CHECK_FALSE(below(p, s, btc));
  CHECK_FALSE(above(p, s, btc));
  CHECK(p.excess(s.marks).raw() == q("99111.9552"));
  CHECK(p.maintenance(s.marks).raw() == q("888.0448"));
}

// Decimals whose slope is 0 only where nothing is rounded: 1.01 x 0.99 - 0.99 x 1.01.
TEST_CASE("a hedge whose excess does not depend on the price has no liquidation price, or is liquidatable at any", "[portfolio][trap]") {
  const auto account = [](std::string_view cash, LiquidateWhen when) {
    return Sample<Q>(cash, {"50000"})
        .with({.qty = "1.01", .entry = "50000", .brackets = flat<Q>("0.01"), .side = Side::long_leg})
        .with({.qty = "-0.99", .entry = "50000", .brackets = flat<Q>("0.01"), .side = Side::short_leg})
        .with_rule(when);
  };
  const auto safe = account("2000", LiquidateWhen::at_or_below_zero);
  CHECK_FALSE(below(safe.portfolio(), safe, only));
  CHECK_FALSE(above(safe.portfolio(), safe, only));
  for (const char* mark : {"1", "50000", "1e9"}) CHECK(safe.portfolio().excess(std::array{Price<Q>(q(mark))}).raw() == Q(1000));

  const auto zero = account("1000", LiquidateWhen::at_or_below_zero);
  const auto p = zero.portfolio();
  CHECK(p.status(zero.marks) == Status::liquidatable);
  Workspace<Q> workspace(p);
  const auto answer = p.solve(zero.marks, only, workspace);
  CHECK_FALSE(answer.below.recovery);
  CHECK_FALSE(answer.above.recovery);

  const auto edge = account("1000", LiquidateWhen::below_zero);
  CHECK(edge.portfolio().status(edge.marks) == Status::safe);
  CHECK_FALSE(below(edge.portfolio(), edge, only));
  CHECK_FALSE(above(edge.portfolio(), edge, only));
}

// Entry 40, 100x, 1 %: margin 0.4 and maintenance 0.4.
TEST_CASE("margin equal to maintenance is liquidatable where the venue says at or below, and safe where it says below", "[portfolio][trap]") {
  const auto account = [](LiquidateWhen when) { return Sample<Q>("0.4", {"40"}).with({.entry = "40", .brackets = flat<Q>("0.01")}).with_rule(when); };
  const auto le = account(LiquidateWhen::at_or_below_zero), lt = account(LiquidateWhen::below_zero);
  CHECK(le.portfolio().status(le.marks) == Status::liquidatable);
  CHECK(lt.portfolio().status(lt.marks) == Status::safe);
  CHECK(below(lt.portfolio(), lt, only) == Q(40));
}
