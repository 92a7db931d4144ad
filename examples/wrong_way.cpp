// SPDX-License-Identifier: Apache-2.0
//
// A BTC perpetual on BTC, WBETH and USDe, against a debt: of which print of which feed does it die, what would the same value in
// cash have made of it, and what do BTC and USDe do together?
//
//   wrong_way [OUT.csv]      OUT.csv: the frontier of BTC and USDe, for wrong_way.gp
#include <loadline/analysis/conditional_haircut.hpp>
#include <loadline/loadline.hpp>

#include <array>
#include <cstdio>

using namespace loadline;

namespace {

constexpr KeyId btc{0}, wbeth{1}, usde{2};
const char* const key_names[] = {"BTC", "WBETH", "USDe"};

//! [sources]
enum : std::size_t { btc_usdt, wbeth_usdt, wbeth_eth, eth_usdt, eth_ratio, usde_usdt, usde_redemption };
constexpr std::array<const char*, 7> source_names{"BTC/USDT", "WBETH/USDT", "WBETH/ETH", "ETH/USDT", "WBETH redemption", "USDe/USDT", "USDe redemption"};
const std::array<Source<double>, 7> sources{Source<double>{112'000}, {4'320}, {1.08}, {4'000}, {1.08}, {1}, {1}};

/// Until 14 October 2025: every leg from the venue's own books.
const PriceMap old_rules(Keyed{btc, Spot{btc_usdt}},
                         Keyed{wbeth, Weighted<double, Spot, Times<Spot, Spot>>{{0.2, 0.8}, {Spot{wbeth_usdt}, Times{Spot{wbeth_eth}, Spot{eth_usdt}}}}},
                         Keyed{usde, Spot{usde_usdt}});
/// Since: WBETH at its redemption ratio; USDe half at redemption and never below a floor (share and floor are not published: ours).
const PriceMap new_rules(Keyed{btc, Spot{btc_usdt}}, Keyed{wbeth, Times{Spot{eth_ratio}, Spot{eth_usdt}}},
                         Keyed{usde, Floor{Price<double>(0.9), Blend{Ratio<double>(0.5), Spot{usde_usdt}, Spot{usde_redemption}}}});
//! [sources]

struct Held {
  std::array<WeightTier<double>, 1> coin{WeightTier<double>{.weight = 0.95}}, staked{WeightTier<double>{.weight = 0.9}};
  std::array<Asset<double>, 3> assets{Asset<double>{.amount = 2, .key = btc, .weight_tiers = coin},
                                      {.amount = 100, .key = wbeth, .weight_tiers = staked},
                                      {.amount = 300'000, .key = usde, .weight_tiers = coin}};
  std::array<Bracket<double>, 2> brackets{Bracket<double>{.cap = 3'000'000, .rate = 0.0065}, {.rate = 0.01}};
  std::array<Position<double>, 1> legs{Position<double>{.key = btc, .size = 30, .entry = 113'000, .brackets = brackets}};
};

void print(const Bound<double>& b) {
  if (b)
    std::printf("%12.4f", (*b).raw());
  else
    std::printf("%12s", b.outcome() == Outcome::none ? "none" : "already");
}
void print(const FeedBound<double>& b) {
  switch (b.outcome) {
    case FeedOutcome::dies: return void(std::printf("%12.4f", b.print));
    case FeedOutcome::cannot: return void(std::printf("%12s", "cannot"));
    case FeedOutcome::already: return void(std::printf("%12s", "already"));
    default: return void(std::printf("%12s", "not known"));
  }
}

int fail(const Error& e) {
  return std::fprintf(stderr, "%s: %s\n", name(e.field), message(e.code)), 2;
}

}  // namespace

int main(int argc, char** argv) {
  const Held held;
  const auto made =
      Portfolio<double>::make({.cash = -700'000, .assets = held.assets, .positions = held.legs, .rule = {.requirement_ratio = 1.05, .equity = true}}, 3);
  if (!made) return fail(made.error());
  const Portfolio<double>& p = *made;
  std::array<Price<double>, 3> marks{1, 1, 1};
  if (const auto e = new_rules.write(Feeds<double>(sources, 0), std::span<Price<double>>(marks))) return fail(*e);

  std::printf("30 BTC long on 2 BTC, 100 WBETH and 300,000 USDe, 700,000 USDT owed. Equity %.0f, excess %.0f\n\n", p.equity(marks).raw(),
              p.excess(marks).raw());
  std::puts("         lost for a fall of 100 %      percent of equity                  dies at, the same");
  std::puts("key      positions    collateral       for one of price       dies at    value in cash     slope");
  //! [report]
  for (const KeyId key : {btc, wbeth, usde}) {
    const auto r = wrong_way<double>(p, marks, key);
    if (!r) return fail(r.error());
    std::printf("%-6s %11.0f  %12.0f  %21.2f ", key_names[key.index], r->slope.positions.raw(), r->slope.collateral.raw(), r->elasticity->raw());
    print(r->price.below);
    print(r->price_in_cash.below);
    r->steepness ? std::printf("     x %.3f\n", r->steepness->raw()) : std::printf("         -\n");
  }
  //! [report]
  const auto c = concentration<double>(p, marks);
  std::printf("\nCollateral %.0f, the largest asset %.0f %% of it, concentration (sum of squared shares) %.2f\n", c.value.raw(), 100 * c.largest.raw(),
              c.herfindahl.raw());

  std::puts("\nDeath by feed: that one print, all others unchanged\n");
  std::puts("                        old rules                  new rules");
  std::puts("feed                 at or below  or above     at or below  or above");
  //! [feeds]
  FeedWorkspace<double> workspace(p);
  std::array<FeedDeath<double>, 7> before, after;
  if (const auto e = deaths_by_feed<double>(p, marks, old_rules, sources, 0, workspace, before)) return fail(*e);
  if (const auto e = deaths_by_feed<double>(p, marks, new_rules, sources, 0, workspace, after)) return fail(*e);
  //! [feeds]
  for (std::size_t i = 0; i < sources.size(); ++i) {
    std::printf("%-18s", source_names[i]);
    for (const FeedBound<double>* b : {&before[i].below, &before[i].above, &after[i].below, &after[i].above}) print(*b);
    std::puts("");
  }

  std::puts("\nA haircut of WBETH that knows that BTC is under stress: volatility 4 %, 99 % for each, by correlation\n");
  std::puts("correlation   alone   under stress   difference");
  for (const double rho : {-0.5, 0.0, 0.5, 0.8, 1.0}) {
    const auto h = conditional_haircut({.volatility = 0.04, .correlation = rho, .stress = 2.326, .confidence = 2.326});
    std::printf("%11.1f  %5.1f %%  %9.1f %%  %+9.1f %%\n", rho, 100 * h->separate, 100 * h->conditional, 100 * h->difference);
  }

  std::FILE* csv = argc > 1 ? std::fopen(argv[1], "w") : nullptr;
  if (argc > 1 && csv == nullptr) return std::perror(argv[1]), 2;
  if (csv) std::fputs("USDe,BTC\n", csv);
  std::puts("\nBTC and USDe together: liquidated at or below\n\n      USDe         BTC");
  //! [frontier]
  // A debt turns the equity test on, so corners are not exact here: take USDe step by step and solve BTC exactly.
  Workspace<double> room(p);
  for (int step = 1; step <= 22; ++step) {
    std::array<Price<double>, 3> at = marks;
    at[usde.index] = Price<double>(0.05 * step);
    const Bound<double> below = p.liquidation_price(at, btc, room).below;
    //! [frontier]
    if (!below) continue;
    std::printf("%10.2f  %10.2f\n", 0.05 * step, (*below).raw());
    if (csv) std::fprintf(csv, "%.2f,%.2f\n", 0.05 * step, (*below).raw());
  }
  return csv == nullptr || std::fclose(csv) == 0 ? 0 : 3;
}
