// SPDX-License-Identifier: Apache-2.0
//
// The same 9 BTC long, on collateral of the same worth, in coins, in a mix and in cash: which dies first, and of what?
//
//   collateral_account [OUT.csv]      OUT.csv: excess against the move, for collateral_account.gp
#include <loadline/loadline.hpp>

#include <array>
#include <cmath>
#include <cstdio>

using namespace loadline;

namespace {

constexpr KeyId btc{0}, eth{1};
constexpr std::uint32_t key_count = 2;
constexpr double btc_mark = 67'500, eth_mark = 2'520;

struct Named {
  const char* name;
  Portfolio<double> portfolio;
};

std::array<Price<double>, key_count> moved(double btc_factor, double eth_factor) {
  return {btc_mark * btc_factor, eth_mark * eth_factor};
}

void write_csv(std::FILE* csv, std::span<const Named> accounts) {
  std::fputs("move", csv);
  for (const Named& a : accounts) std::fprintf(csv, ",%s", a.name);
  std::fputs(",mixed and ETH falls too\n", csv);
  for (int percent = -45; percent <= 20; ++percent) {
    const double factor = 1 + percent / 100.0;
    std::fprintf(csv, "%d", percent);
    for (const Named& a : accounts) std::fprintf(csv, ",%.2f", a.portfolio.excess(moved(factor, 1)).raw());
    std::fprintf(csv, ",%.2f\n", accounts[1].portfolio.excess(moved(factor, factor)).raw());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto marks = moved(1, 1);

  //! [accounts]
  // Rates of an example, in the shape that venues use. Coin-margined contracts have their caps in coins.
  const Bracket<double> by_coins[] = {{.cap = 5, .rate = 0.004}, {.cap = 10, .rate = 0.005}, {.cap = 20, .rate = 0.01}, {.rate = 0.025}};
  const Bracket<double> by_value[] = {{.cap = 50'000, .rate = 0.004}, {.cap = 600'000, .rate = 0.005}, {.cap = 3'000'000, .rate = 0.0065}, {.rate = 0.01}};
  const WeightTier<double> haircut[] = {{.weight = 0.95}};

  // Coin-margined: 3 BTC, and 6,075 contracts of 100 USD, 9 BTC at the mark, that pay in BTC.
  const Asset<double> coins[] = {{.amount = 3, .key = btc}};
  const Position<double> inverse[] = {{.key = btc,
                                       .size = 6'075,
                                       .entry = 67'500,
                                       .brackets = by_coins,
                                       .kind = ContractKind::inverse,
                                       .settle = AssetId{0},  // coins[0]
                                       .multiplier = 100}};

  // Multi-asset: 1 BTC and 35 ETH, counted at 95 %, and cash; 9 BTC long in a contract that pays in cash.
  const Asset<double> mixed[] = {{.amount = 1, .key = btc, .weight_tiers = haircut}, {.amount = 35, .key = eth, .weight_tiers = haircut}};
  const Position<double> linear[] = {{.key = btc, .size = 9, .entry = 67'500, .brackets = by_value}};

  const Result<Portfolio<double>> made[] = {Portfolio<double>::make({.assets = coins, .positions = inverse}, key_count),
                                            Portfolio<double>::make({.cash = 46'800, .assets = mixed, .positions = linear}, key_count),
                                            Portfolio<double>::make({.cash = 202'500, .positions = linear}, key_count)};  // the yardstick
  //! [accounts]
  for (const auto& p : made)
    if (!p) return std::fprintf(stderr, "%s, field %d, item %u\n", message(p.error().code), static_cast<int>(p.error().field), p.error().index), 2;
  const Named accounts[] = {{"coin-margined", *made[0]}, {"mixed", *made[1]}, {"cash", *made[2]}};

  std::puts("9 BTC long on collateral worth 202,500 USDT; BTC 67,500, ETH 2,520\n");
  std::puts("               dies first of                                both fall   equity left   lost for a fall of 100 %, first order");
  std::puts("account        key side   test            price    move    together   at the price   BTC position  BTC collat.  ETH collat.");
  //! [binding]
  for (const auto& [name, portfolio] : accounts) {
    Workspace<double> workspace(portfolio);
    const auto b = portfolio.binding(marks, workspace);  // over all keys and sides
    if (!b || !b->key) return std::printf("%s: %s\n", name, b ? "liquidatable now" : "nothing kills it"), 1;
    const char *key = *b->key == btc ? "BTC" : "ETH", *side = *b->side == Toward::below ? "below" : "above";
    std::printf("%-13s  %s %s  %-11s  %8.2f  %+5.1f %%", name, key, side, loadline::name(b->test), *b->price, 100 * (*b->price / btc_mark - 1));

    const Ratio<double> all[] = {1, 1};  // P (1 + s) for both coins
    const auto joint = portfolio.solve(marks, all, workspace);
    const auto on_btc = portfolio.loss_slope(marks, btc), on_eth = portfolio.loss_slope(marks, eth);
    const auto there = portfolio.solve(marks, *b->key, workspace);
    std::printf("    %+5.1f %%  %13.2f  %13.0f  %11.0f  %11.0f\n", 100 * *joint.below.liquidation, there.below.equity_left->raw(), on_btc.positions.raw(),
                on_btc.collateral.raw(), on_eth.collateral.raw());
  }
  //! [binding]

  if (argc < 2) return 0;
  std::FILE* csv = std::fopen(argv[1], "w");
  if (csv == nullptr) return std::perror(argv[1]), 2;
  write_csv(csv, accounts);
  return std::fclose(csv) == 0 ? 0 : 3;
}
