// SPDX-License-Identifier: Apache-2.0
//
// One account of each kind, as docs/howto shows it. examples/data holds the same accounts as files.
#include <loadline/collateral/change_file.hpp>
#include <loadline/loadline.hpp>

#include <array>
#include <cstdio>
#include <initializer_list>
#include <utility>

using namespace loadline;

namespace {

using Pool = Result<Portfolio<double>>;

/// What kills it first, over the named keys.
void show(const char* what, const Pool& made, Marks<double> marks, std::initializer_list<const char*> keys) {
  if (!made) {
    std::printf("%-26s  refused: %s\n", what, message(made.error().code));
    return;
  }
  Workspace<double> workspace(*made);
  const auto b = made->binding(marks, workspace);
  std::printf("%-26s  %-10s  equity %12.2f  ", what, name(made->status(marks)), made->figures(marks).equity.raw());
  if (!b) {
    std::puts("nothing kills it");
  } else if (!b->key) {
    std::printf("now, by %s\n", name(b->test));
  } else {
    const auto a = made->solve(marks, *b->key, workspace);
    const auto& side = *b->side == Toward::below ? a.below : a.above;
    std::printf("%s %s %.4f, by %s, with %.2f left\n", keys.begin()[b->key->index], *b->side == Toward::below ? "below" : "above", *b->price, name(b->test),
                side.equity_left->raw());
  }
}

constexpr KeyId btc{0}, eth{1};
const Bracket<double> three_rows[] = {{.cap = 50'000, .rate = 0.004}, {.cap = 600'000, .rate = 0.005}, {.rate = 0.0065}};
const Bracket<double> half_percent[] = {{.rate = 0.005}};
const Bracket<double> one_percent[] = {{.rate = 0.01}};
const WeightTier<double> at_95[] = {{.weight = 0.95}};

void linear() {
  //! [linear]
  const Bracket<double> btc_rows[] = {{.cap = 50'000, .rate = 0.004, .cum = 0},
                                      {.cap = 600'000, .rate = 0.005, .cum = 50},  // checked: 50,000 x (0.5 % - 0.4 %)
                                      {.cap = 3'000'000, .rate = 0.0065, .cum = 950},
                                      {.rate = 0.01, .cum = 11'450}};
  const Bracket<double> eth_rows[] = {{.cap = 50'000, .rate = 0.004}, {.cap = 600'000, .rate = 0.005}, {.rate = 0.0065}};  // cum is derived
  const Position<double> positions[] = {{.key = btc, .size = 3, .entry = 61'000, .brackets = btc_rows, .leverage = 20, .tick = 0.1},
                                        {.key = eth, .size = -20, .entry = 2'900, .brackets = eth_rows, .accrued = -12.5, .leverage = 20}};
  const auto portfolio = Portfolio<double>::make({.cash = 20'000, .positions = positions}, 2);
  const Price<double> marks[] = {60'000, 3'000};
  //! [linear]
  show("linear, one wallet", portfolio, marks, {"BTC", "ETH"});
}

void hedge() {
  //! [hedge]
  const Position<double> legs[] = {{.key = btc, .size = 10, .entry = 60'500, .brackets = three_rows, .side = Side::long_leg},
                                   {.key = btc, .size = -9, .entry = 60'200, .brackets = three_rows, .side = Side::short_leg}};
  const Price<double> marks[] = {60'000};
  for (const auto& [offset, what] : {std::pair(HedgeOffset::both, "hedge, both legs"), std::pair(HedgeOffset::larger, "hedge, the larger leg"),
                                     std::pair(HedgeOffset::net, "hedge, the net size")})
    show(what, Portfolio<double>::make({.cash = 20'000, .positions = legs, .hedge_offset = offset}, 1), marks, {"BTC"});
  //! [hedge]
}

void isolated() {
  //! [isolated]
  const Position<double> positions[] = {{.key = btc, .size = 1, .entry = 60'000, .brackets = half_percent},
                                        {.key = eth, .size = -20, .entry = 2'900, .brackets = half_percent, .isolated_margin = 6'000}};
  const auto account = Portfolio<double>::make({.cash = 20'000, .positions = positions}, 2);
  const Price<double> marks[] = {60'000, 3'000};
  show("the shared wallet", account, marks, {"BTC", "ETH"});
  if (account)
    for (const Portfolio<double>& leg : account->isolated()) show("isolated ETH", leg, marks, {"BTC", "ETH"});
  //! [isolated]

  //! [pool]
  // Any other wall is an account of its own: here a pair of isolated margin, with a rule of its own.
  const Asset<double> pair[] = {{.amount = 1, .key = btc}};
  const auto pool = Portfolio<double>::make({.cash = -40'012.5, .assets = pair, .rule = {.requirement = false, .level = true, .level_ratio = 1.15}}, 2);
  //! [pool]
  show("isolated margin BTC/USDT", pool, marks, {"BTC", "ETH"});
}

void coin_margined() {
  //! [coin_margined]
  const Bracket<double> by_coins[] = {{.cap = 5, .rate = 0.004}, {.cap = 10, .rate = 0.005}, {.cap = 20, .rate = 0.01}, {.rate = 0.025}};
  const Asset<double> coins[] = {{.amount = 3, .key = btc}};
  const Position<double> positions[] = {
      {.key = btc,
       .size = 6'075,  // contracts of 100 USD
       .entry = 67'500,
       .brackets = by_coins,  // caps in the coin
       .symbol = SymbolId{0},
       .kind = ContractKind::inverse,
       .settle = AssetId{0},
       .multiplier = 100},
      {.key = eth,
       .size = 600,  // 0.000001 BTC for a dollar of ETH
       .entry = 2'600,
       .brackets = one_percent,
       .symbol = SymbolId{1},
       .kind = ContractKind::quanto,
       .settle = AssetId{0},
       .multiplier = 0.000001},
  };
  const auto portfolio = Portfolio<double>::make({.assets = coins, .positions = positions}, 2);
  const Price<double> marks[] = {67'500, 2'520};
  //! [coin_margined]
  show("coin-margined", portfolio, marks, {"BTC", "ETH"});
}

void multi_asset() {
  //! [multi_asset]
  constexpr KeyId usdt{2};
  const WeightTier<double> btc_tiers[] = {{.cap = 10, .weight = 0.98}, {.cap = 20, .weight = 0.95}};  // in BTC; above 20: nothing
  const WeightTier<double> eth_tiers[] = {{.cap = 1'000'000, .weight = 0.95}, {.cap = 2'000'000, .weight = 0.9}};
  const WeightTier<double> eth_initial[] = {{.cap = 1'000'000, .weight = 0.9}}, usdt_tiers[] = {{.weight = 0.9999}};
  const Asset<double> assets[] = {
      {.amount = 12, .key = btc, .weight_tiers = btc_tiers, .tier_unit = TierUnit::amount},
      {.amount = 500, .key = eth, .weight_tiers = eth_tiers, .initial_weight_tiers = eth_initial},
      {.amount = 150'000, .key = usdt, .weight_tiers = usdt_tiers, .liability_weight = 1.005, .pnl_in_tiers = true},
  };
  const Bracket<double> rows[] = {{.cap = 50'000, .rate = 0.004}, {.cap = 600'000, .rate = 0.005}, {.cap = 3'000'000, .rate = 0.0065}, {.rate = 0.01}};
  const Position<double> positions[] = {{.key = btc, .size = 60, .entry = 66'000, .brackets = rows, .settle = AssetId{2}, .leverage = 10}};
  const auto portfolio = Portfolio<double>::make({.assets = assets, .positions = positions}, 3);
  const Price<double> marks[] = {67'500, 2'520, 0.9996};
  //! [multi_asset]
  show("multi-asset", portfolio, marks, {"BTC", "ETH", "USDT"});
}

void wrapped() {
  //! [wrapped]
  constexpr KeyId ether{0}, peg{1}, rate{2}, wbeth{3};  // three marks; the first derived key comes after them
  const KeyId factors[] = {ether, rate, peg};
  const DerivedPrice<double> derived[] = {{.times = factors}};
  const Asset<double> assets[] = {{.amount = 100, .key = wbeth, .weight_tiers = at_95}};
  const Position<double> positions[] = {{.key = ether, .size = -108, .entry = 4'000, .brackets = one_percent}};
  const auto portfolio = Portfolio<double>::make({.cash = -300'000, .assets = assets, .positions = positions, .derived = derived}, 3);
  const Price<double> marks[] = {4'000, 1, 1.08};
  //! [wrapped]
  show("wrapped", portfolio, marks, {"ETH", "PEG", "RATE"});
}

void cross_margin() {
  //! [cross_margin]
  constexpr KeyId usde{0};
  const WeightTier<double> borrowing[] = {{.weight = 0.9}};  // decides what may be borrowed, not when it dies
  const Asset<double> assets[] = {{.amount = 60'000, .key = usde, .initial_weight_tiers = borrowing},
                                  {.borrowed = 40'000, .interest = 0}};  // no key, price 1: the numeraire
  const auto portfolio = Portfolio<double>::make({.assets = assets, .rule = {.requirement = false, .level = true, .level_ratio = 1.1}}, 1);
  const Price<double> marks[] = {1};
  //! [cross_margin]
  show("cross margin, a debt", portfolio, marks, {"USDE"});
}

void portfolio_margin() {
  //! [portfolio_margin]
  const LoanBracket<double> loans[] = {{.cap = 50'000, .maintenance_rate = 0.04, .initial_rate = 0.1}, {.maintenance_rate = 0.06, .initial_rate = 0.15}};
  const Asset<double> assets[] = {{.amount = 3, .key = btc, .weight_tiers = at_95, .pnl_in_tiers = true}, {.borrowed = 60'000, .loan_brackets = loans}};
  const Bracket<double> by_coins[] = {{.cap = 5, .rate = 0.004}, {.cap = 10, .rate = 0.005}, {.rate = 0.01}};
  const Position<double> positions[] = {
      {.key = btc, .size = 2, .entry = 61'000, .brackets = three_rows, .symbol = SymbolId{0}, .settle = AssetId{1}, .leverage = 10},
      {.key = btc,
       .size = -300,
       .entry = 60'500,
       .brackets = by_coins,
       .symbol = SymbolId{1},
       .kind = ContractKind::inverse,
       .settle = AssetId{0},
       .multiplier = 100,
       .leverage = 10},
  };
  const auto portfolio = Portfolio<double>::make({.assets = assets, .positions = positions, .rule = {.requirement_ratio = 1.05}}, 1);
  const Price<double> marks[] = {60'000};
  //! [portfolio_margin]
  show("portfolio margin", portfolio, marks, {"BTC"});
}

void haircut_table() {
  //! [haircut_table]
  namespace v = venues;
  const v::CollateralTable* table = v::find_table(v::collateral_tables, v::binance_cross_margin, "No. 6", "2025-12-01");
  if (table == nullptr) return;  // seen on other days, or never: that is not "no haircut"
  std::array<WeightTier<double>, v::max_collateral_rows> rows;
  const auto count = v::write_tiers<double>(*table, rows);  // into your own storage
  if (!count) return;
  const Asset<double> assets[] = {{.amount = 1'000'000, .key = btc, .weight_tiers = std::span(rows).first(*count), .tier_unit = table->unit},
                                  {.borrowed = 1'200'000}};
  const auto portfolio = Portfolio<double>::make({.assets = assets}, 1);
  const Price<double> marks[] = {2};
  //! [haircut_table]
  show("haircut of a rank and day", portfolio, marks, {"COIN"});
}

void haircut_depth() {
  //! [haircut_depth]
  // 200,000 coins are bid within 2 %, the book thickens away from the mid (exponent 2), and we trust it down to -12 %.
  const PowerDepth<double> depth{.size = 200'000, .reach = 0.02, .exponent = 2, .end = 0.12};
  std::array<WeightTier<double>, 6> rows;  // six tiers, never above the curve
  const auto made = liquidity_tiers<double>(depth, {.spread = 0.001, .market_weight = 0.9}, rows);
  if (!made) return;
  const Asset<double> assets[] = {{.amount = 1e6, .key = btc, .weight_tiers = rows, .tier_unit = TierUnit::amount},  // caps in coins, as size is
                                  {.borrowed = 1'200'000}};
  const auto portfolio = Portfolio<double>::make({.assets = assets}, 1);
  const Price<double> marks[] = {2};
  //! [haircut_depth]
  show("haircut from depth", portfolio, marks, {"COIN"});
  std::printf("  six tiers count at most %.0f coins less than the curve; 1,000,000 coins sold: weight %.4f, by the curve %.4f\n", made->error,
              counted<double>(rows, 1e6) / 1e6, liquidity_weight<double>(depth, {.spread = 0.001, .market_weight = 0.9}, 1e6)->raw());
}

void haircut_use() {
  //! [haircut_use]
  using venues::RatioUse;
  const auto pro = venues::MarginMode::pro;
  const auto dies = venues::binance_ratio<RatioUse::liquidation, double>(pro, 6, "2026-01-21T13:00Z");
  const auto leaves = venues::binance_ratio<RatioUse::transfer_out, double>(pro, 6, "2026-01-21T13:00Z");
  if (!dies || !leaves) return;
  Asset<double> assets[] = {{.amount = 1'000'000, .key = btc}, {.borrowed = 1'000'000}};
  weigh(assets[0], *dies);    // to the tiers that decide the liquidation
  weigh(assets[0], *leaves);  // to those of what is available; the types do not mix
  const auto portfolio = Portfolio<double>::make({.assets = assets}, 1);
  const Price<double> marks[] = {2};
  //! [haircut_use]
  show("three ratios", portfolio, marks, {"COIN"});
  if (portfolio) std::printf("  available for a transfer: %.2f\n", portfolio->figures(marks).available.raw());
}

void haircut_day() {
  //! [haircut_day]
  const auto file = read_changes<double>("asset,effective,from,to\nFIL,2025-08-22T06:00Z,0.75,0.7\nFIL,2025-10-28T06:00Z,0.7,0.5\n");
  if (!file) return void(std::printf("line %u: %s\n", file.error().line, message(file.error().fault)));
  for (const char* when : {"2025-08-01", "2025-10-10T21:20:00Z", "2025-10-28", "2025-10-28T06:00Z"}) {
    const auto ratio = least_in_force(file->find("FIL"), *read_moment(when));
    std::printf("  FIL %-20s  %.2f\n", when, ratio ? ratio->raw() : 0.0);  // not known: count nothing
  }
  //! [haircut_day]
}

void exchange_debt() {
  //! [exchange]
  using venues::BinanceAutoExchange;
  const ExchangeBalance<double> wallet[] = {
      BinanceAutoExchange::balance<double>({.wallet_balance = -5'001}, "USDT", 0),
      BinanceAutoExchange::balance<double>({.wallet_balance = 0.05, .index = 100'000, .auto_exchange_bid_buffer = 0.025}, "BTC", 0),
      BinanceAutoExchange::balance<double>({.wallet_balance = 2, .index = 3'000, .auto_exchange_bid_buffer = 0.025}, "ETH", 0)};
  const auto why = exchange_trigger<double>(wallet, BinanceAutoExchange::rule<double>(), false);
  Quantity<double> moved[] = {0, 0, 0};
  const auto done = exchange<double>(wallet, moved);
  if (why && done && *why == ExchangeTrigger::balance)
    std::printf("  exchanged: USDT %+.2f, BTC %+.6f, ETH %+.6f; uncovered %.2f\n", moved[0].raw(), moved[1].raw(), moved[2].raw(), done->uncovered.raw());
  //! [exchange]
}

void book() {
  //! [book]
  // Several accounts are several portfolios over one array of marks.
  const Position<double> long_leg[] = {{.key = btc, .size = 10, .entry = 58'000, .brackets = half_percent}};
  const Position<double> short_leg[] = {{.key = btc, .size = -10, .entry = 58'000, .brackets = half_percent}};
  const Pool accounts[] = {Portfolio<double>::make({.cash = 100'000, .positions = long_leg}, 1),
                           Portfolio<double>::make({.cash = 100'000, .positions = short_leg}, 1)};
  const Price<double> marks[] = {60'000};
  for (const Pool& account : accounts) show(&account == accounts ? "book: long at one venue" : "book: short at another", account, marks, {"BTC"});
  //! [book]
}

}  // namespace

int main() {
  linear();
  hedge();
  isolated();
  coin_margined();
  multi_asset();
  wrapped();
  cross_margin();
  portfolio_margin();
  book();
  haircut_table();
  haircut_depth();
  haircut_use();
  haircut_day();
  exchange_debt();
}
