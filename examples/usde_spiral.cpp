// SPDX-License-Identifier: Apache-2.0
//
// Loops of USDe die of the venue's print, their USDe is sold into the venue's book, and the book's price is the print: where does it end?
//
// A scenario, no record: seventeen loops from 2x to 6x with 2 million of own money each, liquidated at a level of 1.10 (docs/sources.md); bids that
// lie as a power law, 20 million USDe within 10 % of par, four times that within 20 %, none below 0.60; a first sale of 16.2 million, which takes them
// down to 0.91.
//
//   usde_spiral [OUT.csv]      OUT.csv: the index by round under four rules, for usde_spiral.gp
#include <loadline/loadline.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

using namespace loadline;

namespace {

constexpr KeyId usde{0};
constexpr std::size_t groups = 17;
constexpr double own_money = 2e6, first_sale = 16.2e6;
constexpr double loop_of(std::size_t i) {
  return 2 + 0.25 * static_cast<double>(i);
}

//! [market]
// Sources of USDe: the venue's own print, and what one USDe redeems for.
enum : std::size_t { venue, redeem };
const PriceMap old_rule(Keyed{usde, Spot{venue}});
const PriceMap half_rule(Keyed{usde, Weighted<double, Spot, Spot>{{0.5, 0.5}, {Spot{venue}, Spot{redeem}}}});
const PriceMap floor_rule(Keyed{usde, Floor{Price<double>(0.85), Spot{venue}}});
const PriceMap redemption_rule(Keyed{usde, Spot{redeem}});

/// The bids, `times` as deep.
PowerLaw<double> bids_of(double times) {
  return *PowerLaw<double>::make({.side = BookSide::bids, .mid = 1.0, .size = times * 20e6, .reach = 0.1, .end = 0.4, .exponent = 2.0});
}
//! [market]

/// One run, with what it leaves.
struct Run {
  SpiralSum<double> sum;
  std::array<SpiralRound<double>, groups + 1> rounds;
  std::array<SpiralFate<double>, groups> fates;
  double print, index, lost, unpaid;
};

template <class Rules>
Run run(const std::vector<Portfolio<double>>& loops, const Rules& rules, SalePrint print = SalePrint::last, double depth = 1, Seizure seizure = Seizure::all) {
  Run out{};
  //! [run]
  const PowerLaw<double> bids = bids_of(depth);
  std::vector<SpiralAccount<double>> accounts;
  for (std::size_t i = 0; i < groups; ++i)
    accounts.push_back({.portfolio = &loops[i], .collateral = loop_of(i) * own_money, .owed = (loop_of(i) - 1) * own_money});
  std::array<Source<double>, 2> sources{Source<double>{bids.walk(first_sale).worst}, {1}};
  std::array<Price<double>, 1> marks{1};
  std::array<Transfer<double>, groups> transfers;
  Ledger<double> ledger(transfers);
  const SpiralTerms<double> terms{.key = usde, .source = venue, .print = print, .taken = first_sale, .seizure = seizure};
  const auto sum = collateral_spiral<double>(terms, accounts, rules, bids, {sources, marks, out.fates, out.rounds}, ledger);
  //! [run]
  if (!sum) return std::fprintf(stderr, "%s: %s %u\n", name(sum.error().code), name(sum.error().field), sum.error().index), out;
  out.sum = *sum;
  out.print = sources[venue].value;
  out.index = marks[0].raw();
  out.lost = ledger.balance({PartyKind::buyers}).raw();
  for (std::size_t i = 0; i < groups; ++i)
    if (out.fates[i].round != 0) out.unpaid += std::max(0.0, (loop_of(i) - 1) * own_money - out.fates[i].proceeds.raw());
  return out;
}

void print_rounds(const char* title, const Run& o) {
  std::printf("%s\n\nround   print   index   loops that die    million USDe sold   million USDT for it   the book then ends at\n", title);
  for (std::uint32_t k = 0; k < o.sum.rounds; ++k) {
    const SpiralRound<double>& r = o.rounds[k];
    double least = 0, most = 0;
    for (std::size_t i = groups; i-- > 0;)
      if (o.fates[i].round == k + 1) least = loop_of(i), most = most < least ? least : most;
    std::printf("%5u  %.4f  %.4f   ", k + 1, r.print.raw(), r.index.raw());
    if (r.deaths == 0) {
      std::puts("nobody");
      continue;
    }
    std::printf("%2u: %.2fx - %.2fx  %17.2f   %19.2f   %21.4f\n", r.deaths, least, most, r.sale.filled / 1e6, r.sale.value / 1e6, r.sale.worst);
  }
  std::puts("");
}

void print_sum(const char* what, const Run& o) {
  std::printf("%-42s %6u %6u %10.2f %11.4f %11.4f %12.2f %8.2f\n", what, o.sum.rounds, o.sum.deaths, o.sum.sold.raw() / 1e6, o.print, o.index, o.lost / 1e6,
              o.unpaid / 1e6);
}

/// The index in a round; after the last, as it stays.
double index_in(const Run& o, std::uint32_t k) {
  return o.rounds[std::min(k, o.sum.rounds - 1)].index.raw();
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Portfolio<double>> loops;
  for (std::size_t i = 0; i < groups; ++i) {
    const Asset<double> held[] = {{.amount = loop_of(i) * own_money, .key = usde}};
    const auto p =
        Portfolio<double>::make({.cash = -(loop_of(i) - 1) * own_money, .assets = held, .rule = {.requirement = false, .level = true, .level_ratio = 1.1}}, 1);
    if (!p) return 2;
    loops.push_back(*p);
  }
  const Run before = run(loops, old_rule), after = run(loops, redemption_rule), half = run(loops, half_rule), floored = run(loops, floor_rule);
  for (const Run* o : {&before, &after, &half, &floored})
    if (o->sum.rounds == 0) return 2;

  std::puts("A scenario: seventeen loops of USDe against USDT, 2x to 6x, 2 million of own money each (136 million USDe), level 1.10;");
  std::puts("bids by a power law, 20 million USDe within 10 % of par and 80 within 20 %, of which a first sale takes 16.2\n");
  print_rounds("Index: the venue's own print (old rule)", before);
  print_rounds("Index: redemption, 1 (new rule)", after);

  std::puts("                                                                million               index  million USDT: lost    debt");
  std::puts("index                                      rounds   dead  USDe sold  last print     then  against index  unpaid");
  print_sum("venue's print, the last trade", before);
  print_sum("venue's print, average of the sale", run(loops, old_rule, SalePrint::average));
  print_sum("venue's print, forced sales left out", run(loops, old_rule, SalePrint::untouched));
  print_sum("half venue, half redemption", half);
  print_sum("venue's print, floor 0.85", floored);
  print_sum("redemption", after);
  print_sum("venue's print, only what is owed seized", run(loops, old_rule, SalePrint::last, 1, Seizure::owed));
  print_sum("venue's print, half the bids", run(loops, old_rule, SalePrint::last, 0.5));
  print_sum("venue's print, a tenth more bids", run(loops, old_rule, SalePrint::last, 1.1));
  print_sum("venue's print, a quarter more bids", run(loops, old_rule, SalePrint::last, 1.25));
  std::puts(
      "\nThe first sale is the same in every row, 16.2 million USDe. Real bids come back, or leave; here they do neither. The floor and the shares are ours: "
      "the venue's");
  std::puts("are not published. \"Lost against index\" is what the dead sold for less than the index of their round.");

  if (argc < 2) return 0;
  std::FILE* csv = std::fopen(argv[1], "w");
  if (csv == nullptr) return std::perror(argv[1]), 2;
  std::fputs("round,venue's print,half redemption,floor,redemption\n", csv);
  for (std::uint32_t k = 0; k < before.sum.rounds; ++k)
    std::fprintf(csv, "%u,%.4f,%.4f,%.4f,%.4f\n", k + 1, index_in(before, k), index_in(half, k), index_in(floored, k), index_in(after, k));
  return std::fclose(csv) == 0 ? 0 : 3;
}
