// SPDX-License-Identifier: Apache-2.0
//
// A hedge in AVAX whose short is taken on 10 October 2025: where it stood in the queue, how much of it goes, at which price and cost; where the naked long
// dies; how far the account was from its death all along; what would have lowered its light; and the same hedge with its legs on two venues.
//
//   adl_hedge BRACKETS.csv [OUT.csv]      OUT.csv: the margin excess along the price, with and without the short, for adl_hedge.gp
#include <loadline/loadline.hpp>

#include <loadline/analysis/hedge_taken.hpp>
#include <loadline/analysis/lower_light.hpp>
#include <loadline/analysis/robust_distance.hpp>
#include <loadline/analysis/taken_at_light.hpp>
#include <loadline/analysis/taken_cost.hpp>
#include <loadline/analysis/two_venues.hpp>
#include <loadline/margin/bracket_file.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

using namespace loadline;

namespace {

constexpr KeyId future{0}, perpetual{1};
constexpr std::uint32_t long_leg = 0, short_leg = 1;
constexpr std::uint64_t own_id = 7;
constexpr double entry = 26.59, mark = 18.00, bankruptcy = 18.70;

//! [account]
/// 40,000 AVAX long in one contract, as many short in another, both from 26.59, on 250,000 of cash.
struct Hedge {
  std::vector<Position<double>> positions;
  std::vector<Price<double>> marks{mark, mark};
  Account<double> account;

  explicit Hedge(std::span<const Bracket<double>> brackets)
      : positions{{.key = future, .size = 40'000, .entry = entry, .brackets = brackets},
                  {.key = perpetual, .size = -40'000, .entry = entry, .brackets = brackets}} {
    account.cash = 250'000;
    account.positions = positions;
  }
};
//! [account]

//! [score]
/// A leveraged return: profit percent times leverage; of a loser over it. All of an account's equity stands behind its position.
double score_of(double size, double entry_price, double equity) {
  return ProfitTimesLeverage{}.score(AdlPosition<double>{.size = size, .entry = entry_price, .mark = mark, .bankruptcy = mark - equity / size});
}
//! [score]

/// The shorts of the perpetual, ours among them, and a long.
struct Population {
  std::vector<std::uint64_t> ids{1, 2, 3, 4, 5, 6, own_id, 8, 9, 10};
  std::vector<double> sizes{-9'000, -22'000, -15'000, -60'000, -30'000, -25'000, -40'000, -80'000, -45'000, 70'000};
  std::vector<double> entries{27.10, 26.80, 25.90, 24.00, 22.50, 20.10, entry, 28.40, 17.20, 26.00};
  std::vector<double> equities{30'000, 95'000, 80'000, 420'000, 120'000, 90'000, 0, 1'900'000, 300'000, 90'000};
  std::vector<double> scores;

  explicit Population(double own_equity) {
    equities[6] = own_equity;
    for (std::size_t i = 0; i < ids.size(); ++i) scores.push_back(score_of(sizes[i], entries[i], equities[i]));
  }
};

int failed(const char* what, const Error& e) {
  return std::fprintf(stderr, "%s: %s (%s)\n", what, message(e.code), name(e.field)), 2;
}
void print(const char* label, const KeyDeath<double>& d) {
  std::printf("    %-22s", label);
  for (const auto& [side, bound] : {std::pair("below", &d.price.below), std::pair("above", &d.price.above)})
    *bound ? std::printf("   %s %8.4f", side, (**bound).raw()) : std::printf("   %s     none", side);
  d.distance ? std::printf("   a move of %7.2f %% kills\n", 100 * d.distance->raw()) : std::puts("   no move kills");
}
int print_deaths(const Portfolio<double>& portfolio, Marks<double> marks) {
  const std::vector<Ratio<double>> together(2, Ratio<double>(1));
  const auto deaths = key_deaths<double>(portfolio, marks);
  const auto joint = nearest_death<double>(portfolio, marks, together);
  if (!deaths || !joint) return failed("deaths", deaths ? joint.error() : deaths.error());
  std::printf("    equity %.2f, maintenance %.2f\n", portfolio.equity(marks).raw(), portfolio.maintenance(marks).raw());
  for (const KeyDeath<double>& d : *deaths) print(d.key == future ? "the future alone" : "the perpetual alone", d);
  if (*joint) std::printf("    %-22s   %32s a move of %7.2f %% kills\n", "both together", "", 100 * (*joint)->distance.raw());
  return 0;
}

int own_account(std::span<const Bracket<double>> brackets, std::FILE* csv) {
  const Hedge hedge(brackets);
  const auto before = Portfolio<double>::make(hedge.account, 2);
  if (!before) return failed("account", before.error());
  std::printf("1. Before: marks %.2f, both legs from %.2f\n", mark, entry);
  if (const int e = print_deaths(*before, hedge.marks)) return e;

  Population people(before->equity(hedge.marks).raw());
  const auto population = Candidates<double>::make({people.ids, people.sizes, people.equities, people.entries, people.scores});
  if (!population) return failed("population", population.error());

  //! [queue]
  const QueuedLeg<double> legs[] = {{short_leg, own_id, {.need = 110'000, .liquidated = 1, .mark = mark, .bankruptcy = bankruptcy}, *population}};
  DeleveragingWorkspace<double> workspace(population->size());
  const DeleverageRule rule{.price = DeleveragePrice::bankruptcy};
  const auto queue = hedge_taken<double>(hedge.account, legs, rule, AdlQueue{}, workspace);
  if (!queue) return failed("queue", queue.error());
  const LegTaken<double>& taken = queue->front();
  //! [queue]
  const auto pro_rata = hedge_taken<double>(hedge.account, legs, rule, ContractsProRata{}, workspace);
  const auto water = hedge_taken<double>(hedge.account, legs, rule, LeverageWaterFilling{}, workspace);
  if (!pro_rata || !water) return failed("policies", pro_rata ? water.error() : pro_rata.error());
  std::printf("\n2. A long of %.0f AVAX is liquidated and nobody takes it; its bankruptcy price is %.2f\n", legs[0].need.need, bankruptcy);
  std::printf("    our short: score %.4f, %zu positions of %.0f AVAX in front of it, %.0f AVAX on the side\n", taken.place->score, taken.place->in_front,
              taken.place->units_in_front, taken.place->side);
  std::printf("    a queue takes %.2f of ours at %.2f%s\n", taken.units, taken.leg.fill.raw(), taken.cancels_orders ? ", and cancels our orders" : "");
  std::printf("    contracts pro rata would take %.2f, leverage water-filling %.2f\n", pro_rata->front().units, water->front().units);

  //! [light]
  const double open_interest = 326'000;
  const auto goal = FurtherBack<double>::make(*population, own_id, 1);
  if (!goal) return failed("light", goal.error());
  const auto range = taken_at_light<double>({.held = taken.held, .side = open_interest, .light = goal->now()}, legs[0].need.need);
  //! [light]
  if (!range) return failed("light", range.error());
  std::printf("    by the light alone (fifth %u of 5 from the front): between %.2f and %.2f\n", goal->now() + 1, range->least, range->most);

  //! [after]
  const TakenLeg<double> gone[] = {taken.leg};
  const auto left = TakenAccount<double>::make(hedge.account, 2, gone);
  if (!left) return failed("account afterwards", left.error());
  const auto after = left->portfolio();
  if (!after) return failed("account afterwards", after.error());
  //! [after]
  std::printf("\n3. Afterwards: cash %.2f, %.0f AVAX long, %.0f short\n", left->account().cash.raw(), left->account().positions[long_leg].size.raw(),
              std::abs(left->account().positions[short_leg].size.raw()));
  if (const int e = print_deaths(*after, hedge.marks)) return e;

  //! [cost]
  const auto bids = PowerLaw<double>::make({.side = BookSide::bids, .mid = mark, .size = 3'000, .reach = 0.01, .end = 0.10, .spread = 0.005});
  if (!bids) return failed("book", bids.error());
  const auto cost = taken_cost<double>(*before, hedge.marks, taken.leg, *bids, {.move_per_minute = 0.02, .minutes = 3});
  if (!cost) return failed("cost", cost.error());
  //! [cost]
  std::puts("\n4. What it cost, against the mark");
  std::printf("    the fill                 %12.2f\n", cost->fill.raw());
  std::printf("    re-hedging in the book   %12.2f   average %.4f; %.2f of %.2f AVAX find no bid\n", cost->rehedge.raw(),
              cost->average ? cost->average->raw() : 0.0, cost->unhedged.raw(), cost->units.raw());
  std::printf("    three minutes at 2 %%     %12.2f\n", cost->naked.raw());
  std::printf("    together                 %12.2f\n", cost->total().raw());

  //! [robust]
  const std::vector<Price<double>> fills{mark, bankruptcy};
  const std::vector<Ratio<double>> together{1, 1};
  const auto robust = robust_distance<double>(hedge.account, 2, hedge.marks, {.fills = fills, .joint_betas = together});
  if (!robust) return failed("robust distance", robust.error());
  //! [robust]
  std::puts("\n5. The ADL-robust distance: over every set of winning legs that may go first");
  std::printf("    both prices together: %.2f %% as it stands, %.2f %% whatever is taken (%zu of %zu sets%s)\n",
              robust->untouched ? 100 * robust->untouched->raw() : 0.0, robust->least ? 100 * robust->least->raw() : 0.0, robust->subsets,
              std::size_t{1} << robust->winners, robust->every_subset ? ", all" : "");

  //! [lower]
  const double equity = before->equity(hedge.marks).raw(), maintenance = before->maintenance(hedge.marks).raw();
  const OwnFigures<double> own{.size = -40'000,
                               .entry = entry,
                               .mark = mark,
                               .wallet = 250'000,
                               .equity = equity,
                               .maintenance = maintenance,
                               .own_maintenance = maintenance / 2,
                               .notional = 80'000 * mark};
  const auto lower = lower_light(own, scored_by(ProfitTimesLeverage{}), *goal, 2e6);
  if (!lower) return failed("lower light", lower.error());
  //! [lower]
  std::puts("\n6. What would have put the short into the next fifth of the queue");
  const auto way = [](const char* what, const std::optional<LightStep<double>>& step) {
    if (!step) return void(std::printf("    %-20s does not lead there\n", what));
    std::printf("    %-20s %12.2f   score then %.4f\n", what, step->amount, step->score.value_or(0) + 0.0);
  };
  way("cash, USDT", lower->cash);
  way("closing, AVAX", lower->smaller);
  way("profit realised", lower->realised);

  if (csv != nullptr) {
    std::fputs("price,hedged,naked\n", csv);
    for (int i = 0; i <= 120; ++i) {
      const std::vector<Price<double>> at{4.0 + 0.25 * i, 4.0 + 0.25 * i};
      std::fprintf(csv, "%.2f,%.2f,%.2f\n", at[0].raw(), before->excess(at).raw(), after->excess(at).raw());
    }
  }
  return 0;
}

int on_two_venues(std::span<const Bracket<double>> brackets) {
  std::puts("\n7. The same hedge with its legs on two venues, 20,000 AVAX each from 26.59. One prints 6.02 (Binance COIN-M), the other 17.00 (Coinbase)");
  std::puts("    long on   leverage   long dies below   short dies above   at the prints            naked AVAX   that dies at   from the print");
  for (const bool long_at_low : {true, false})
    for (const double leverage : {1.25, 2.0, 3.0, 5.0}) {
      const double notional = 20'000 * entry;
      const std::vector<Price<double>> marks{entry};
      const Position<double> up[] = {{.key = KeyId{0}, .size = 20'000, .entry = entry, .brackets = brackets}};
      const Position<double> down[] = {{.key = KeyId{0}, .size = -20'000, .entry = entry, .brackets = brackets}};
      //! [venues]
      const auto longs = Portfolio<double>::make({.cash = notional / leverage, .positions = up}, 1);
      const auto shorts = Portfolio<double>::make({.cash = notional / leverage, .positions = down}, 1);
      if (!longs || !shorts) return failed("venues", longs ? shorts.error() : longs.error());
      const Price<double> low = 6.02, other = 17.00;
      const auto r = two_venues<double>({&*longs, marks, KeyId{0}, long_at_low ? low : other}, {&*shorts, marks, KeyId{0}, long_at_low ? other : low});
      if (!r) return failed("venues", r.error());
      //! [venues]
      const WickOutcome<double>& l = r->first;
      const WickOutcome<double>& s = r->second;
      std::printf("    %-9s %8.2f   %15.4f   %16.4f   long %s, short %s %12.0f", long_at_low ? "COIN-M" : "Coinbase", leverage,
                  l.price.below ? (*l.price.below).raw() : 0.0, s.price.above ? (*s.price.above).raw() : 0.0, l.dies ? "dies " : "lives",
                  s.dies ? "dies " : "lives", r->naked.raw());
      if (l.dies && !s.dies)
        std::printf("   %12.4f   %+13.2f %%\n", (*s.price.above).raw(), 100 * s.from_print->raw());
      else
        std::puts("");
    }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: adl_hedge BRACKETS.csv [OUT.csv]\n"), 2;
  std::ifstream in(argv[1], std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const auto file = read_brackets<double>(text);
  if (!file) return std::fprintf(stderr, "%s:%u: %s\n", argv[1], file.error().line, message(file.error().fault)), 2;
  const SymbolBrackets<double>* table = file->find("AVAXUSDT");
  if (table == nullptr) return std::fprintf(stderr, "%s: no AVAXUSDT\n", argv[1]), 2;
  std::FILE* csv = argc > 2 ? std::fopen(argv[2], "w") : nullptr;
  if (argc > 2 && csv == nullptr) return std::perror(argv[2]), 2;
  std::puts("Scenario, not a reconstruction: account, population, depth, need and bankruptcy price are assumptions. The prices 26.59, 6.02 and 17.00 were");
  std::puts("traded on 10 October 2025; that a mark went as far as the trades is an assumption too, and that all contracts are linear.\n");
  if (const int e = own_account(table->rows, csv)) return e;
  if (const int e = on_two_venues(table->rows)) return e;
  return csv == nullptr || std::fclose(csv) == 0 ? 0 : 3;
}
