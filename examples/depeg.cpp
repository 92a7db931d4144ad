// SPDX-License-Identifier: Apache-2.0
//
// 10 October 2025: which accounts died of one venue's prints of USDe, WBETH and BNSOL, and under which pricing rule would they
// have lived?
//
//   depeg MINUTES.csv [OUT.csv]      MINUTES.csv: minute, low, close, pool_low; OUT.csv: the index under each rule, for depeg.gp
#include <loadline/core/rows.hpp>
#include <loadline/core/text.hpp>
#include <loadline/loadline.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace loadline;

namespace {

struct Minute {
  std::string time;
  double low, close, pool;
};

/// The rows of the file; false names the row that cannot be read.
bool read(const char* path, std::vector<Minute>& out) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::fprintf(stderr, "%s: cannot be read\n", path), false;
  const std::string text(std::istreambuf_iterator<char>(in), {});
  Rows rows(text);
  for (bool header = false; const auto row = rows.next();) {
    if (!header && *row == "minute,low,close,pool_low") {
      header = true;
      continue;
    }
    const auto column = columns_of<4>(*row);
    const auto number = [&](std::size_t i) { return column ? read_number<double>((*column)[i]).value_or(0) : 0; };
    const double low = number(1), close = number(2), pool_low = number(3);
    if (!header || !(0 < low && low <= close && 0 < pool_low))
      return std::fprintf(stderr, "%s: row %u: expected minute,low,close,pool_low\n", path, rows.line()), false;
    out.push_back({std::string(column->front()), low, close, pool_low});
  }
  return !out.empty() || (std::fprintf(stderr, "%s: no minutes\n", path), false);
}

//! [rules]
// Sources of USDe: Binance's spot print, a pool on chain, and what one USDe redeems for.
enum : std::size_t { venue, pool, redeem };
const Spot old_rule{venue};                                       // the venue's own book
const Spot redemption_rule{redeem};                               // what Ethena pays, all day: 1
const Floor floor_rule{Price<double>(0.95), Spot{venue}};         // Binance's, since; its value is not published
const Median median_rule(Spot{venue}, Spot{pool}, Spot{redeem});  // of three
//! [rules]

double index_of(const auto& rule, double print, double pool_price) {
  const Source<double> sources[] = {{print}, {pool_price}, {1}};
  return rule.price(Feeds<double>(sources, 0))->value;
}

enum class Sample { low, close, three_closes };

/// The first minute in which the index is at or below the price of death.
const char* first_death(const auto& rule, const std::vector<Minute>& minutes, double dies_at, Sample reading) {
  int in_a_row = 0;
  for (const Minute& m : minutes) {
    const bool dead = index_of(rule, reading == Sample::low ? m.low : m.close, m.pool) <= dies_at;
    in_a_row = dead ? in_a_row + 1 : 0;
    if (in_a_row == (reading == Sample::three_closes ? 3 : 1)) return m.time.c_str();
  }
  return "lives";
}

/// Three readings of the venue's print, and the lows under the other rules.
void print_deaths(const std::vector<Minute>& minutes, double dies_at) {
  const auto low = [&](const auto& rule) { return first_death(rule, minutes, dies_at, Sample::low); };
  std::printf("%-6s %-7s %-16s  %-10s  %-10s  %s\n", low(old_rule), first_death(old_rule, minutes, dies_at, Sample::close),
              first_death(old_rule, minutes, dies_at, Sample::three_closes), low(redemption_rule), low(floor_rule), low(median_rule));
}

constexpr KeyId coin{0}, perp{1}, quarterly{2};

/// A loop: `times` its own 10,000 in USDe, the rest owed in USDT; liquidated at a margin level of 1.10, without haircut.
double loop_dies_at(double times) {
  const Asset<double> held[] = {{.amount = times * 10'000, .key = coin}};
  const auto p = Portfolio<double>::make({.cash = -(times - 1) * 10'000, .assets = held, .rule = {.requirement = false, .level = true, .level_ratio = 1.1}}, 1);
  const Price<double> entered[] = {1};
  return (*p->liquidation_below(entered, coin)).raw();
}

/// 100,000 USDe at a weight, as margin of a hedge: 35 BTC long in the perpetual and 35 short in a delivery, maintenance 1 %, requirement x 1.05.
double hedge_dies_at(double weight) {
  const WeightTier<double> weights[] = {{.weight = weight}};
  const Bracket<double> brackets[] = {{.rate = 0.01}};
  const Asset<double> held[] = {{.amount = 100'000, .key = coin, .weight_tiers = weights}};
  const Position<double> legs[] = {{.key = perp, .size = 35, .entry = 112'722, .brackets = brackets},
                                   {.key = quarterly, .size = -35, .entry = 113'000, .brackets = brackets}};
  const auto p = Portfolio<double>::make({.assets = held, .positions = legs, .rule = {.requirement_ratio = 1.05}}, 3);
  const Price<double> marks[] = {1, 112'722, 113'000};
  return (*p->liquidation_below(marks, coin)).raw();
}

/// A staked coin of which only the lows of the day are known. `least` and `most` bound the underlying while it printed them.
struct Staked {
  const char *name, *underlying;
  double own_share, pair_low, cross_low, ratio, least, most;
};
constexpr Staked staked[] = {{"WBETH", "ETH", 0.2, 430.65, 0.2012, 1.0797, 3'435, 3'900}, {"BNSOL", "SOL", 0.3, 34.90, 0.1286, 1.0760, 168.79, 190}};

/// 100 staked coins at a weight, hedged by a short of the underlying, against a debt of a share of their value.
const char* verdict(const Staked& s, double weight, double debt, bool redemption) {
  const WeightTier<double> weights[] = {{.weight = weight}};
  const Bracket<double> brackets[] = {{.rate = 0.01}};
  const double entry = s.most, value = 100 * s.ratio * entry;
  const Asset<double> held[] = {{.amount = 100, .key = coin, .weight_tiers = weights}};
  const Position<double> legs[] = {{.key = perp, .size = -100 * s.ratio, .entry = entry, .brackets = brackets}};
  const auto p = Portfolio<double>::make({.cash = -debt * value, .assets = held, .positions = legs, .rule = {.requirement_ratio = 1.05, .equity = true}}, 2);
  //! [bounds]
  // Sources: coin/USDT, coin/underlying, underlying/USDT, the redemption ratio. The excess is a line in the underlying here, so
  // the ends of its range decide.
  const auto old_index = PriceMap(Keyed{coin, Weighted<double, Spot, Times<Spot, Spot>>{{s.own_share, 1 - s.own_share}, {Spot{0}, Times{Spot{1}, Spot{2}}}}},
                                  Keyed{perp, Spot{2}});
  const auto new_index = PriceMap(Keyed{coin, Times{Spot{3}, Spot{2}}}, Keyed{perp, Spot{2}});
  bool may_die = false, dies = true;
  for (const double underlying : {s.least, s.most}) {
    const auto dead = [&](const auto& map, double pair) {
      const Source<double> sources[] = {{pair}, {s.cross_low}, {underlying}, {s.ratio}};
      Price<double> marks[2] = {1, 1};
      if (map.write(Feeds<double>(sources, 0), std::span<Price<double>>(marks))) return true;  // no price: in doubt, dead
      return !p->figures(marks).failing.empty();
    };
    may_die = may_die || (redemption ? dead(new_index, s.pair_low) : dead(old_index, s.pair_low));      // all legs at their lows together
    dies = dies && (redemption ? dead(new_index, s.pair_low) : dead(old_index, s.ratio * underlying));  // the cross at its low, the pair at redemption value
  }
  //! [bounds]
  return dies ? "DIES" : may_die ? "MAY DIE" : "LIVES";
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Minute> minutes;
  if (argc < 2) return std::fprintf(stderr, "usage: depeg MINUTES.csv [OUT.csv]\n"), 2;
  if (!read(argv[1], minutes)) return 2;

  std::puts("USDe loops against USDT, level 1.10; first minute (UTC) at or below the price of death, by reading of the print\n");
  std::puts("                  venue's own spot                 redemption  floor 0.95  median of three");
  std::puts("loop  dies at     low    close   3 closes          low         low         low");
  for (const double times : {2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 8.0, 10.0}) {
    const double at = loop_dies_at(times);
    std::printf("%4.1fx  %.4f   ", times, at);
    print_deaths(minutes, at);
  }
  std::puts("\nVenues cap such loops at 3x to 5x; 8x and 10x are for contrast. How the index sampled the book was not published: hence three readings.");

  std::puts("\nUSDe as margin of a hedge, 35 BTC long and 35 short. Its collateral ratio on the day is not public: 0.90 and 0.95\n");
  std::puts("ratio  dies at     low    close   3 closes          redemption  floor 0.95  median of three");
  for (const double weight : {0.90, 0.95}) {
    const double at = hedge_dies_at(weight);
    std::printf("%.2f   %.4f      ", weight, at);
    print_deaths(minutes, at);
  }
  std::puts("\n100 WBETH or BNSOL, hedged by a short, against a debt. Only the lows of the day are known, no minute, and not whether the index took them:");
  std::puts("DIES even with the dollar pair at redemption value, LIVES even with all legs at their lows together, else MAY DIE\n");
  std::puts("coin   debt / value   ratio 0.90: old index   redemption     ratio 0.95: old index   redemption");
  for (const Staked& s : staked)
    for (const double debt : {0.05, 0.15, 0.25, 0.35, 0.50})
      std::printf("%-6s %8.2f       %-23s %-14s %-23s %s\n", s.name, debt, verdict(s, 0.90, debt, false), verdict(s, 0.90, debt, true),
                  verdict(s, 0.95, debt, false), verdict(s, 0.95, debt, true));

  if (argc < 3) return 0;
  std::FILE* csv = std::fopen(argv[2], "w");
  if (csv == nullptr) return std::perror(argv[2]), 2;
  std::fputs("minute,venue low,venue close,floor,median,redemption\n", csv);
  for (const Minute& m : minutes)
    std::fprintf(csv, "%s,%.4f,%.4f,%.4f,%.4f,%.4f\n", m.time.c_str(), m.low, m.close, index_of(floor_rule, m.low, m.pool),
                 index_of(median_rule, m.low, m.pool), index_of(redemption_rule, m.low, m.pool));
  return std::fclose(csv) == 0 ? 0 : 3;
}
