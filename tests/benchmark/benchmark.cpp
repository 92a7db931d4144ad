// SPDX-License-Identifier: Apache-2.0
//
// Prices per call beside a hand-written solver, in one process: medians of interleaved rounds, one JSON object a line.
// Ratios mean something; nanoseconds of one machine do not.
#include "yardstick.hpp"

#include <loadline/loadline.hpp>
#include <loadline/margin/bracket_file.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#ifdef __clang__
#define LOADLINE_BENCHMARK_COMPILER "clang " __clang_version__
#else
#define LOADLINE_BENCHMARK_COMPILER "gcc " __VERSION__
#endif
#ifndef LOADLINE_BENCHMARK_FLAGS
#define LOADLINE_BENCHMARK_FLAGS "unknown"
#endif

using namespace loadline;

namespace {

constexpr int ticks = 256;  // different marks, gone through again and again

volatile double sink;

double yardstick_or_zero(const Wallet& wallet, const double* mark, int symbol, int side) {
  const double price = yardstick(wallet, mark, symbol, side);
  return std::isnan(price) ? 0.0 : price;
}

struct Market {
  const char* symbol;
  double mark;
};
constexpr Market markets[] = {{"BTCUSDT", 67'000}, {"ETHUSDT", 2'500}, {"SOLUSDT", 170},         {"BNBUSDT", 590},         {"XRPUSDT", 0.53},
                              {"DOGEUSDT", 0.14},  {"ADAUSDT", 0.34},  {"AVAXUSDT", 26},         {"LINKUSDT", 11},         {"LTCUSDT", 70},
                              {"DOTUSDT", 4.1},    {"ATOMUSDT", 4.4},  {"SUIUSDT", 1.9},         {"AAVEUSDT", 150},        {"TRXUSDT", 0.165},
                              {"BTCUSDC", 67'000}, {"ETHUSDC", 2'500}, {"1000PEPEUSDT", 0.0095}, {"1000SHIBUSDT", 0.0175}, {"BTCUSDT_241227", 68'000}};

/// One account of n symbols, alternately long and short, for both solvers.
struct Case {
  int n;
  std::vector<std::vector<Row>> rows;
  std::vector<const Row*> row_starts;
  std::vector<double> qty, entry;
  std::vector<std::vector<double>> marks;
  std::vector<std::vector<Price<double>>> typed_marks;
  Wallet wallet{};
  std::vector<Position<double>> positions;
  Account<double> account;

  Case(int count, const BracketFile<double>& file) : n(count) {
    const double notional[] = {3.1e6, 8e5, 2.5e5, 6e4, 1.2e6};
    double gross = 0;
    for (int i = 0; i < n; ++i) {
      const SymbolBrackets<double>& table = *file.find(markets[i].symbol);
      rows.emplace_back();
      for (const Bracket<double>& b : table.rows) rows.back().push_back({b.cap ? *b.cap : 0.0, b.rate.raw(), *b.cum});
      rows.back().back().cap = std::numeric_limits<double>::infinity();
      const double size = notional[i % 5] / markets[i].mark;
      qty.push_back(i % 2 == 0 ? size : -size);
      entry.push_back(markets[i].mark * (1 + 0.01 * (i % 3 - 1)));
      gross += notional[i % 5];
    }
    for (const auto& r : rows) row_starts.push_back(r.data());
    for (int i = 0; i < n; ++i)
      positions.push_back({.key = KeyId{static_cast<std::uint32_t>(i)},
                           .size = qty[static_cast<std::size_t>(i)],
                           .entry = entry[static_cast<std::size_t>(i)],
                           .brackets = file.find(markets[i].symbol)->rows});
    unsigned random = 12'345;
    for (int t = 0; t < ticks; ++t) {
      marks.emplace_back();
      typed_marks.emplace_back();
      for (int i = 0; i < n; ++i) {
        random = random * 1'664'525U + 1'013'904'223U;
        const double mark = markets[i].mark * (0.99 + 0.02 * (random >> 8) / (1U << 24));
        marks.back().push_back(mark);
        typed_marks.back().emplace_back(mark);
      }
    }
    wallet = {gross / 8, n, qty.data(), entry.data(), row_starts.data()};
    account = {.cash = gross / 8, .positions = positions};
  }
};

/// The account of a case with a coin of each of its first five symbols in the place of most of its cash; flat weights, or tiers.
struct Collateral {
  std::vector<WeightTier<double>> tiers;
  std::vector<Asset<double>> assets;
  Account<double> account;

  Collateral(const Case& c, bool tiered) : account(c.account) {
    const double value = 0.9 * c.account.cash.raw() / std::min(c.n, 5);
    if (tiered)
      tiers = {{.cap = 0.2 * value, .weight = 1},
               {.cap = 0.5 * value, .weight = 0.975},
               {.cap = 0.9 * value, .weight = 0.95},
               {.cap = 2 * value, .weight = 0.9},
               {.weight = 0.8}};
    else
      tiers = {{.weight = 0.95}};
    for (int i = 0; i < std::min(c.n, 5); ++i)
      assets.push_back({.amount = value / markets[i].mark, .key = KeyId{static_cast<std::uint32_t>(i)}, .weight_tiers = tiers});
    account.cash = 0.2 * c.account.cash.raw();
    account.assets = assets;
  }
};

/// The account of a case with a wrapped coin in the place of most of its cash, on tiers: priced by a key of its own, or as a product of
/// the first symbol's key and a peg. Either is the last mark.
struct Wrapped {
  std::vector<WeightTier<double>> tiers;
  std::vector<Asset<double>> assets;
  std::vector<KeyId> factors;
  std::vector<DerivedPrice<double>> product;
  Account<double> account;
  KeyId last;
  std::vector<std::vector<Price<double>>> marks;

  Wrapped(const Case& c, bool pegged) : account(c.account), last{static_cast<std::uint32_t>(c.n)}, marks(c.typed_marks) {
    const double value = 0.9 * c.account.cash.raw(), price = pegged ? markets[0].mark : 4'320;
    tiers = {{.cap = 0.2 * value, .weight = 1},
             {.cap = 0.5 * value, .weight = 0.975},
             {.cap = 0.9 * value, .weight = 0.95},
             {.cap = 2 * value, .weight = 0.9},
             {.weight = 0.8}};
    factors = {KeyId{0}, last};
    product = {{.times = factors}};
    assets = {{.amount = value / price, .key = pegged ? KeyId{last.index + 1} : last, .weight_tiers = tiers}};
    account.cash = 0.2 * c.account.cash.raw();
    account.assets = assets;
    if (pegged) account.derived = product;
    for (std::size_t t = 0; t < marks.size(); ++t) marks[t].emplace_back((pegged ? 1.0 : price) * (1 - 0.0001 * static_cast<double>(t % 16)));
  }
};

/// Nanoseconds per call of f(tick), and what it returned, so that nothing is optimised away.
template <class F>
double nanoseconds(const F& f, int calls) {
  double sum = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) sum += f(static_cast<std::size_t>(i & (ticks - 1)));
  const auto end = std::chrono::steady_clock::now();
  sink = sum;
  return std::chrono::duration<double, std::nano>(end - begin).count() / calls;
}

double median(std::vector<double> v) {
  const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

/// Times both in turn and prints one row.
template <class Ours, class Yardstick>
void row(const std::string& name, const char* only, const Ours& ours, const Yardstick& yardstick, int calls) {
  if (only != nullptr && name.find(only) == std::string::npos) return;
  std::vector<double> a, b;
  for (int round = 0; round < 41; ++round) {
    a.push_back(nanoseconds(ours, calls));
    b.push_back(nanoseconds(yardstick, calls));
  }
  const double ns = median(a), yard = median(b);
  std::printf("{\"name\": \"%s\", \"ns\": %.2f, \"yardstick_ns\": %.2f, \"ratio\": %.3f, \"compiler\": \"%s\", \"flags\": \"%s\"}\n", name.c_str(), ns, yard,
              ns / yard, LOADLINE_BENCHMARK_COMPILER, LOADLINE_BENCHMARK_FLAGS);
  std::fflush(stdout);
}

double number(const Bound<double>& b) {
  return b ? (*b).raw() : 0.0;
}

/// Wrapped collateral beside the same account with cash; and every death by feed of an index of five sources beside one price.
template <class Plain>
void wrapped_rows(const Case& c, const std::string& size, const char* only, const Plain& plain) {
  for (const bool pegged : {false, true}) {
    const Wrapped w(c, pegged);
    const auto p = Portfolio<double>::make(w.account, w.last.index + 1);
    if (!p) return static_cast<void>(std::fprintf(stderr, "%s\n", message(p.error().code)));
    Workspace<double> room(*p);
    const auto price = [&](KeyId key) { return [&, key](std::size_t t) { return number(p->liquidation_below(w.marks[t], key, room)); }; };
    row((pegged ? "pegged_price" : "wrapped_price") + size, only, price(KeyId{0}), plain, 2'000);
    row((pegged ? "peg" : "wrapped") + size, only, price(w.last), plain, 2'000);
    if (pegged) continue;
    const std::array<Ratio<double>, 5> weights{0.3, 0.3, 0.2, 0.1, 0.1};
    // The same account with so little cash that it dies of the wrapped coin at 99 % of its mark: inside of what guards let through.
    Account<double> thin = w.account;
    std::vector<Price<double>> near = w.marks[0];
    near.back() = 0.99 * 4'320;
    thin.cash = thin.cash.raw() - p->excess(near).raw();
    const auto edge = Portfolio<double>::make(thin, w.last.index + 1);
    if (!edge) return static_cast<void>(std::fprintf(stderr, "%s\n", message(edge.error().code)));
    const auto feeds_row = [&](const char* name, const auto& rule, const Portfolio<double>& account, std::size_t mask) {
      const PriceMap map(Keyed{w.last, rule});
      FeedWorkspace<double> feeds(account);
      std::array<FeedDeath<double>, 5> out;
      std::array<Source<double>, 5> sources{Source<double>{4'320}, {4'321}, {4'319}, {4'322}, {4'318}};
      row(
          name + size, only,
          [&](std::size_t t) {
            sources[0].value = 4'320 - 0.1 * static_cast<double>(t % 16);
            const auto fault = deaths_by_feed<double>(account, w.marks[t & mask], map, sources, 0, feeds, out);
            return fault ? 1e300 : out[0].below.print + out[4].above.print;
          },
          [&](std::size_t t) { return number(account.liquidation_below(w.marks[t & mask], KeyId{0})); }, 2'000);
    };
    const std::size_t each = ticks - 1, first = 0;
    feeds_row("feeds_of_five", Weighted<double, Spot, Spot, Spot, Spot, Spot>{weights, {Spot{0}, Spot{1}, Spot{2}, Spot{3}, Spot{4}}}, *p, each);
    const auto guarded = binance_index_2020<double>(weights, Spot{0}, Spot{1}, Spot{2}, Spot{3}, Spot{4});
    feeds_row("guarded_feeds", guarded, *p, each);
    feeds_row("guarded_walk", guarded, *edge, first);
  }
}

/// One whole waterfall beside one evaluation of the margin (balance and maintenance over all brackets): every position goes through its book
/// to the fund and to the other side.
void waterfall_rows(const Case& c, const std::string& size, const char* only) {
  Account<double> account = c.account;
  std::vector<Position<double>> positions(account.positions.begin(), account.positions.end());
  for (Position<double>& p : positions) p.liquidation_fee_rate = 0.0125, p.taker_fee_rate = 0.0005;
  account.positions = positions;
  account.cash = account.cash.raw() / 60;
  const auto portfolio = Portfolio<double>::make(account, static_cast<std::uint32_t>(c.n));
  if (!portfolio) return static_cast<void>(std::fprintf(stderr, "%s\n", message(portfolio.error().code)));
  auto closing = ClosingAccount<double>::make(*portfolio);
  if (!closing) return static_cast<void>(std::fprintf(stderr, "%s\n", message(closing.error().code)));
  std::vector<TradedBook<double, Levels<double>>> books;
  struct People {
    std::vector<std::uint64_t> ids{0, 1, 2, 3};
    std::vector<double> sizes, equities = std::vector<double>(4, 1e6);
  };
  std::vector<People> people, fresh;
  std::vector<OtherSide<double>> others;
  for (std::uint32_t k = 0; k < static_cast<std::uint32_t>(c.n); ++k) {
    const double mark = markets[k].mark, units = std::abs(c.qty[k]);
    std::vector<BookLevel<double>> bids, asks;
    for (int i = 1; i <= 10; ++i) {  // half of the position within 1 %
      bids.push_back({mark * (1 - 0.001 * i), 0.05 * units});
      asks.push_back({mark * (1 + 0.001 * i), 0.05 * units});
    }
    const auto b = Levels<double>::make(BookSide::bids, bids), a = Levels<double>::make(BookSide::asks, asks);
    if (!b || !a) return static_cast<void>(std::fprintf(stderr, "no book\n"));
    books.push_back({KeyId{k}, *b, *a});
    fresh.emplace_back().sizes.assign(4, c.qty[k] > 0 ? -units : units);
  }
  people = fresh;
  for (std::uint32_t k = 0; k < people.size(); ++k)
    others.push_back({KeyId{k}, *Candidates<double>::make({people[k].ids, people[k].sizes, people[k].equities}), 4 * k});
  BookMarket<double, Levels<double>> market{books};
  DeleveragingWorkspace<double> workspace(4);
  std::vector<Transfer<double>> storage(1'000);
  std::vector<WaterfallStep<double>> steps(100);
  const Waterfall<double, CloseEverything, AtBankruptcy, ContractsProRata> waterfall{{LegOrder::largest_maintenance}, {}, {}};
  const auto fund = InsuranceFund<double>::make({.balance = 1e4});
  const auto whole = [&](std::size_t t) {
    Closing<double> now = closing->at(c.typed_marks[t]);
    for (auto& book : books) book.taken_bids = book.taken_asks = 0;
    for (std::size_t k = 0; k < people.size(); ++k) {
      std::copy(fresh[k].sizes.begin(), fresh[k].sizes.end(), people[k].sizes.begin());
      std::copy(fresh[k].equities.begin(), fresh[k].equities.end(), people[k].equities.begin());
    }
    InsuranceFund<double> left = *fund;
    Ledger<double> ledger(storage);
    const auto report =
        waterfall.run(now, market, left, std::span<const OtherSide<double>>(others), workspace, ledger, std::span<WaterfallStep<double>>(steps));
    return report ? now.equity + static_cast<double>(report->steps) : 1e300;
  };
  if (!(whole(0) < 1e300)) std::fprintf(stderr, "the waterfall fails\n");
  row(
      "waterfall" + size, only, whole, [&](std::size_t t) { return portfolio->margin_ratio(c.typed_marks[t]).value_or(Ratio<double>(0)).raw(); }, 2'000);
}

void rows(int n, const BracketFile<double>& file, const char* only) {
  const Case c(n, file);
  const auto made = Portfolio<double>::make(c.account, static_cast<std::uint32_t>(n));
  if (!made) return static_cast<void>(std::fprintf(stderr, "%s\n", message(made.error().code)));
  const Portfolio<double>& portfolio = *made;
  const std::string size = "/n" + std::to_string(n);
  const KeyId key{0};
  const auto yardstick = [&](std::size_t t) { return yardstick_or_zero(c.wallet, c.marks[t].data(), 0, -1); };

  double worst = 0;  // both must give the same prices
  for (std::size_t t = 0; t < ticks; ++t)
    for (std::uint32_t k = 0; k < static_cast<std::uint32_t>(n); ++k) {
      const double y = yardstick_or_zero(c.wallet, c.marks[t].data(), static_cast<int>(k), -1),
                   z = yardstick_or_zero(c.wallet, c.marks[t].data(), static_cast<int>(k), +1);
      const auto [below, above] = portfolio.liquidation_price(c.typed_marks[t], KeyId{k});
      worst = std::max({worst, std::abs(y - number(below)) / markets[k].mark, std::abs(z - number(above)) / markets[k].mark});
    }
  if (worst > 1e-10) std::fprintf(stderr, "n%d: the solvers differ by %g of the mark\n", n, worst);

  row(
      "liquidation_price" + size, only, [&](std::size_t t) { return number(portfolio.liquidation_below(c.typed_marks[t], key)); }, yardstick, 20'000);
  row(
      "both_sides" + size, only,
      [&](std::size_t t) {
        const auto [below, above] = portfolio.liquidation_price(c.typed_marks[t], key);
        return number(below) + number(above);
      },
      yardstick, 20'000);
  row(
      "raw" + size, only,
      [&](std::size_t) { return number(Portfolio<double>::make(c.account, static_cast<std::uint32_t>(n))->liquidation_below(c.typed_marks[0], key)); },
      yardstick, 500);
  // The same account proved, in coins, and in tiers: beside its own plain query.
  Workspace<double> workspace(portfolio);
  const auto plain = [&](std::size_t t) { return number(portfolio.liquidation_below(c.typed_marks[t], key)); };
  const auto proved = [](const CertifiedBound<double>& b) { return number(b.bound) + (b.certified() ? 0.0 : 1e300); };
  row(
      "certified" + size, only,
      [&](std::size_t t) {
        return proved(liquidation_price_certified(portfolio, std::span<const Price<double>>(c.typed_marks[t]), key, Toward::below, workspace));
      },
      plain, 20'000);
  row(
      "certified_both" + size, only,
      [&](std::size_t t) {
        const auto [below, above] = liquidation_price_certified(portfolio, std::span<const Price<double>>(c.typed_marks[t]), key, workspace);
        return proved(below) + proved(above);
      },
      [&](std::size_t t) {
        const auto [below, above] = portfolio.liquidation_price(c.typed_marks[t], key);
        return number(below) + number(above);
      },
      20'000);
  for (const bool tiered : {false, true}) {
    const Collateral collateral(c, tiered);
    const auto other = Portfolio<double>::make(collateral.account, static_cast<std::uint32_t>(n));
    if (!other) return static_cast<void>(std::fprintf(stderr, "%s\n", message(other.error().code)));
    if (!other->plain(key)) std::fprintf(stderr, "the key shares parts with others\n");
    row((tiered ? "tiered" : "coin") + size, only, [&](std::size_t t) { return number(other->liquidation_below(c.typed_marks[t], key)); }, plain, 20'000);
  }
  wrapped_rows(c, size, only, plain);
  waterfall_rows(c, size, only);
  if (n != 20) return;
  row(
      "excess" + size, only, [&](std::size_t t) { return portfolio.excess(c.typed_marks[t]).raw(); }, yardstick, 20'000);
  std::vector<Bound<double>> out(portfolio.keys().size(), Outcome::none);
  const auto all = [&](std::size_t t) {
    portfolio.liquidation_prices(c.typed_marks[t], Toward::below, workspace, out);
    return number(out[0]) + number(out[10]);
  };
  const auto all_yardstick = [&](std::size_t t) {
    double sum = 0;
    for (int k = 0; k < n; ++k) sum += yardstick_or_zero(c.wallet, c.marks[t].data(), k, -1);
    return sum;
  };
  row("all_prices" + size, only, all, all_yardstick, 5'000);
}

/// A book of 1,000 levels crossed, beside one binary search of its prices for the same level.
void book_rows(const char* only) {
  std::vector<BookLevel<double>> levels;
  std::vector<double> prices;
  unsigned random = 54'321;
  const auto drawn = [&random] {
    random = random * 1'664'525U + 1'013'904'223U;
    return static_cast<double>(random >> 8) / (1U << 24);
  };
  double price = 100;
  for (int i = 0; i < 1'000; ++i) {
    prices.push_back(price);
    levels.push_back({price, 0.1 + drawn()});
    price += 0.01 + 0.05 * drawn();
  }
  const auto asks = Levels<double>::make(BookSide::asks, levels);
  if (!asks) return static_cast<void>(std::fprintf(stderr, "%s\n", message(asks.error().code)));
  std::vector<double> size, worst, average;
  for (int t = 0; t < ticks; ++t) {
    size.push_back(asks->total() * drawn());
    const Fill<double> f = fill(*asks, size.back(), 0.0);
    worst.push_back(f.worst);
    average.push_back(f.value / f.filled);
  }
  const auto search = [&](std::size_t t) { return *std::lower_bound(prices.begin(), prices.end(), worst[t]); };
  for (std::size_t t = 0; t < ticks; ++t)
    if (search(t) != worst[t]) std::fprintf(stderr, "the searches differ\n");
  row(
      "book_cross", only, [&](std::size_t t) { return fill(*asks, size[t], 0.0).value; }, search, 20'000);
  row(
      "book_cross_taken", only, [&](std::size_t t) { return fill(*asks, 0.5 * size[t], 0.5 * size[t]).value; }, search, 20'000);
  row(
      "book_at_average", only, [&](std::size_t t) { return largest_at_average(*asks, average[t], 0.0); }, search, 20'000);
}

/// Nanoseconds of CPU time, the least of nine runs, of what a machine under load lets through.
template <class F>
double least_of_nine(const F& f) {
  double least = std::numeric_limits<double>::infinity();
  for (int k = 0; k < 9; ++k) {
    const std::clock_t begin = std::clock();
    f();
    least = std::min(least, 1e9 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  }
  return least;
}

/// Of a million candidates those who are taken, and the lights of all: beside one std::nth_element and one std::sort of the same scores.
void deleveraging_rows(const char* only) {
  if (only != nullptr && std::string("adl_queue adl_lights adl_water_filling").find(only) == std::string::npos) return;
  constexpr std::size_t n = 1'000'000;
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> lognormal(0, 1.5);
  std::vector<std::uint64_t> ids(n);
  std::vector<double> sizes(n), equities(n), scores(n), keys(n), out(n);
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    ids[i] = (i * 2'654'435'761U) % 4'294'967'291U;
    sizes[i] = -lognormal(random);
    total -= sizes[i];
    equities[i] = 100 * lognormal(random);
    scores[i] = lognormal(random);
  }
  const auto candidates = Candidates<double>::make({ids, sizes, equities, {}, scores, {}, {}});
  if (!candidates) return static_cast<void>(std::fprintf(stderr, "%s\n", message(candidates.error().code)));
  DeleveragingWorkspace<double> workspace(n);
  const Deleverage<double> d{0.05 * total, 1, 100, 102};
  const auto time = [&](const auto& policy) {
    return least_of_nine([&] {
      const auto a = policy.allocate(d, *candidates, workspace, std::span<double>(out));
      sink = a ? a->placed : 0;
    });
  };
  const double copy = least_of_nine([&] { keys = scores; });
  const double nth = least_of_nine([&] {
    keys = scores;
    std::nth_element(keys.begin(), keys.begin() + n / 20, keys.end(), std::greater<double>());
  });
  const double sort = least_of_nine([&] {
    keys = scores;
    std::sort(keys.begin(), keys.end());
  });
  const auto print = [](const char* name, double ours, double yardstick) {
    std::printf("{\"name\": \"%s\", \"ns\": %.2f, \"yardstick_ns\": %.2f, \"ratio\": %.3f, \"compiler\": \"%s\", \"flags\": \"%s\"}\n", name, ours, yardstick,
                ours / yardstick, LOADLINE_BENCHMARK_COMPILER, LOADLINE_BENCHMARK_FLAGS);
  };
  const double queue = time(AdlQueue{}), water = time(LeverageWaterFilling{});
  std::vector<std::uint32_t> lit(n);
  const double lights = least_of_nine([&] {
    const auto counted = fill_lights(*candidates, -1, LightRule{}, workspace, std::span<std::uint32_t>(lit));
    sink = counted ? counted->total : 0;
  });
  print("adl_queue/nth_element", queue, nth - copy);
  print("adl_queue/sort", queue, sort - copy);
  print("adl_lights/nth_element", lights, nth - copy);
  print("adl_water_filling/sort", water, sort - copy);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: benchmark BRACKETS.csv [ROW]\n"), 2;
  std::ifstream in(argv[1]);
  std::stringstream text;
  text << in.rdbuf();
  const auto file = read_brackets<double>(text.str());
  if (!file) return std::fprintf(stderr, "%s:%u: %s\n", argv[1], file.error().line, message(file.error().fault)), 2;
  const char* only = argc > 2 ? argv[2] : nullptr;
  for (const int n : {1, 5, 20}) rows(n, *file, only);
  book_rows(only);
  deleveraging_rows(only);
}
