// SPDX-License-Identifier: Apache-2.0
//
// One large long is liquidated: into the book of a normal minute, into one with a seventh of its depth and a gap, and where the mark has fallen
// through its bankruptcy price, by venues of three kinds. Each step, and who paid.
//
//   waterfall BRACKETS.csv [OUT.csv]      OUT.csv: the steps, for waterfall.gp
#include <loadline/loadline.hpp>
#include <loadline/margin/bracket_file.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace loadline;

namespace {

constexpr KeyId btc{0};

//! [account]
/// 1,500 BTC bought at 116,848 with eight times leverage.
struct Whale {
  std::vector<Position<double>> positions;
  Account<double> account;

  explicit Whale(std::span<const Bracket<double>> brackets)
      : positions{{.key = btc, .size = 1'500, .entry = 116'848, .brackets = brackets, .liquidation_fee_rate = 0.0125, .taker_fee_rate = 0.0005}} {
    account.cash = 1'500 * 116'848 / 8.0;
    account.positions = positions;
  }
};
//! [account]

/// A moment: the mark, the BTC bid within 1 % of it, the gap between them, and how the venue goes about it.
struct Scene {
  const char* name;
  double mark;
  double within_one_percent, gap;
  StageOrder order;
  DeleveragePrice deleverage_at;
  double fund;
};

/// Rounded to cents, and never minus zero.
double cents(double x) {
  return std::round(100 * x) / 100 + 0.0;
}

void print_ledger(const Ledger<double>& ledger) {
  ledger.each_party(
      [&](PartyId party, const Money<double>& balance) { std::printf("    %-15s %2u   %+16.2f\n", name(party.kind), party.index, cents(balance.raw())); });
  std::printf("    %-15s      %+16.2f\n", "sum", cents(ledger.sum_of_balances().raw()));
}

int run(const Portfolio<double>& portfolio, const Scene& b, int scene, std::FILE* csv) {
  //! [books]
  const auto side = [&](BookSide s) {
    return PowerLaw<double>::make({.side = s, .mid = b.mark, .size = b.within_one_percent, .reach = 0.01, .end = 0.15, .spread = b.gap});
  };
  const auto bids = side(BookSide::bids), asks = side(BookSide::asks);
  if (!bids || !asks) return std::fprintf(stderr, "%s\n", message((bids ? asks : bids).error().code)), 2;
  std::vector<TradedBook<double, PowerLaw<double>>> books{{btc, *bids, *asks}};
  BookMarket<double, PowerLaw<double>> market{books};
  //! [books]

  //! [others]
  std::vector<std::uint64_t> ids{1, 2, 3, 4};
  std::vector<double> sizes{-900, -450, -150, 400}, equities{9e6, 30e6, 20e6, 8e6};  // a column for each figure
  const auto candidates = Candidates<double>::make({ids, sizes, equities});
  if (!candidates) return std::fprintf(stderr, "%s\n", message(candidates.error().code)), 2;
  const OtherSide<double> others[] = {{btc, *candidates}};
  DeleveragingWorkspace<double> workspace(candidates->size());
  //! [others]

  //! [run]
  auto closing = ClosingAccount<double>::make(portfolio);
  auto fund = InsuranceFund<double>::make({.balance = b.fund});
  if (!closing || !fund) return std::fprintf(stderr, "%s\n", message((closing ? fund.error() : closing.error()).code)), 2;
  const std::vector<Price<double>> marks{b.mark};
  Closing<double> account = closing->at(marks);
  std::vector<Transfer<double>> storage(100);
  std::vector<WaterfallStep<double>> steps(20);
  Ledger<double> ledger(storage);
  const Waterfall<double, CloseEverything, AtBankruptcy, ContractsProRata> venue{{}, {}, {}, b.order, {b.deleverage_at}};
  const double equity = account.equity, needed = maintenance(account);
  const auto report = venue.run(account, market, *fund, std::span<const OtherSide<double>>(others), workspace, ledger, std::span<WaterfallStep<double>>(steps));
  //! [run]
  if (!report) return std::fprintf(stderr, "%s\n", message(report.error().code)), 2;

  std::printf("%d. %s: mark %.0f, %.0f BTC bid within 1 %%, a gap of %.2f %%, a fund of %.1f million\n", scene, b.name, b.mark, b.within_one_percent,
              100 * b.gap, b.fund / 1e6);
  std::printf("  equity %.2f, maintenance %.2f\n", equity, needed);
  std::puts("  stage          ended            BTC asked         done    average price   limit or takeover          equity");
  for (std::size_t i = 0; i < report->steps; ++i) {
    const WaterfallStep<double>& s = steps[i];
    std::printf("  %-13s  %-14s %11.3f  %11.3f  %15.2f  %18.2f  %14.2f\n", name(s.stage), name(s.end), s.asked, s.done, s.price, s.limit.value_or(0),
                cents(s.equity));
    if (csv != nullptr)
      std::fprintf(csv, "%d,%s,%zu,%s,%s,%.6f,%.6f,%.4f,%.4f,%.4f\n", scene, b.name, i, name(s.stage), name(s.end), s.asked, s.done, s.price,
                   s.limit.value_or(0), cents(s.equity));
  }
  std::printf("  the fund now has %.2f; still missing: %.2f\n  who gained (+) and lost (-) against the mark:\n", fund->balance().raw(), report->deficit);
  print_ledger(ledger);
  std::puts("");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: waterfall BRACKETS.csv [OUT.csv]\n"), 2;
  std::ifstream in(argv[1], std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const auto file = read_brackets<double>(text);
  if (!file) return std::fprintf(stderr, "%s:%u: %s\n", argv[1], file.error().line, message(file.error().fault)), 2;
  const SymbolBrackets<double>* table = file->find("BTCUSDT");
  if (table == nullptr) return std::fprintf(stderr, "%s: no BTCUSDT\n", argv[1]), 2;
  const Whale whale(table->rows);
  const auto portfolio = Portfolio<double>::make(whale.account, 1);
  if (!portfolio) return std::fprintf(stderr, "%s\n", message(portfolio.error().code)), 2;
  std::FILE* csv = argc > 2 ? std::fopen(argv[2], "w") : nullptr;
  if (argc > 2 && csv == nullptr) return std::perror(argv[2]), 2;
  if (csv != nullptr) std::fputs("scene,name,step,stage,ended,asked,done,price,limit,equity\n", csv);
  std::puts("Scenario: 1,500 BTC long from 116,848 on eight times leverage. Books, fund and counterparties are assumptions; the depths are about");
  std::puts("what was bid on 10 October 2025 before the cascade and in it.\n");
  int scene = 0;
  for (const Scene& b : {Scene{"normal book", 105'390, 2'000, 0.0001, usual_order, DeleveragePrice::bankruptcy, 2e6},
                         Scene{"vacuum", 105'390, 280, 0.01, usual_order, DeleveragePrice::bankruptcy, 2e6},
                         Scene{"vacuum and a mark below bankruptcy", 101'500, 280, 0.01, usual_order, DeleveragePrice::bankruptcy, 4e5},
                         Scene{"the same in a delisting hour", 101'500, 280, 0.01, delisting_hour, DeleveragePrice::bankruptcy, 4e5},
                         Scene{"the same deleveraged at the mark", 101'500, 280, 0.01, deleveraging_first, DeleveragePrice::mark, 4e5}})
    if (const int failed = run(*portfolio, b, ++scene, csv)) return failed;
  return csv == nullptr || std::fclose(csv) == 0 ? 0 : 3;
}
