// SPDX-License-Identifier: Apache-2.0
//
// One large long is liquidated while the book is coming back: all at once, or down one tier at a time with half a minute between the orders. What
// the account itself has sold is missing from the bids, and returns within a minute or within ten.
#include <loadline/loadline.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

using namespace loadline;

namespace {

constexpr KeyId btc{0};
constexpr Time second = 1'000, minute = 60 * second;
constexpr Time turn = 20'371 * milliseconds_per_day + (21 * 60 + 22) * minute;  // 2025-10-10 21:22, when least was bid

//! [policy]
/// Down one tier, and then it waits for the next run; or everything at once.
struct OneTier {
  bool at_once;

  [[nodiscard]] std::optional<CloseOrder<double>> next(const Closing<double>& account, const CloseProgress<double>& progress) const {
    if (at_once) return CloseEverything{}.next(account, progress);
    if (progress.orders > 0) return std::nullopt;
    return StepDown{1}.next(account, progress);
  }
};
//! [policy]

//! [book]
/// A book in normal times, the share of it that is there at a time, and what one's own trades have taken out of it.
struct BookInTime {
  PowerLaw<double> bids, asks;
  DepthPath<double, PowerRecovery<double>> path;
  Consumption<double> sold, bought;

  using Side = Thinned<double, PowerLaw<double>>;
  /// As it is now. It looks at the sides of this book.
  [[nodiscard]] Result<TradedBook<double, Side>> at(Time now) const {
    const auto missing_bids = sold.at(now), missing_asks = bought.at(now);
    if (!missing_bids || !missing_asks) return (missing_bids ? missing_asks : missing_bids).error();
    return TradedBook<double, Side>{btc, Side(bids, path.level(now)), Side(asks, path.level(now)), *missing_bids, *missing_asks};
  }
  /// What is missing after a run at that time comes back from there.
  void keep(const TradedBook<double, Side>& traded, Time now) {
    sold = {sold.recovery_time, now, traded.taken_bids};
    bought = {bought.recovery_time, now, traded.taken_asks};
  }
};
//! [book]

/// Rounded to cents, and never minus zero.
double cents(double x) {
  return std::round(100 * x) / 100 + 0.0;
}

struct Scene {
  const char* name;
  bool at_once;
  Time recovery_time;  ///< of what the account itself has taken
};

int failed(const Error& e) {
  return std::fprintf(stderr, "%s\n", message(e.code)), 2;
}

int run(const Portfolio<double>& portfolio, const Scene& scene) {
  const double mark = 104'000;
  const auto side = [&](BookSide s) { return PowerLaw<double>::make({.side = s, .mid = mark, .size = 2'000, .reach = 0.01, .end = 0.15, .spread = 1e-4}); };
  const auto bids = side(BookSide::bids), asks = side(BookSide::asks);
  const auto path = DepthPath<double, PowerRecovery<double>>::make(
      {.start = turn - 20 * minute, .turn = turn, .trough = 0.14, .withdrawal_time = 60e3, .ceiling = 1, .recovery = {.time = 16.5 * 60e3, .exponent = 0.4}});
  auto closing = ClosingAccount<double>::make(portfolio);
  auto fund = InsuranceFund<double>::make({.balance = 2e6});
  if (!bids || !asks) return failed((bids ? asks : bids).error());
  if (!path) return failed(path.error());
  if (!closing || !fund) return failed(closing ? fund.error() : closing.error());
  BookInTime book{*bids, *asks, *path, {scene.recovery_time}, {scene.recovery_time}};
  const std::vector<Price<double>> marks{mark};
  Closing<double> account = closing->at(marks);
  std::vector<Transfer<double>> storage(200);
  std::vector<WaterfallStep<double>> steps(20);
  Ledger<double> ledger(storage);
  DeleveragingWorkspace<double> nobody(0);
  const double needed = maintenance(account);
  std::printf("%s\n  equity %.2f, maintenance %.2f\n", scene.name, account.equity, needed);
  std::puts("  second  depth  sold, missing  stage     ended        BTC asked      done  average price  limit or takeover       equity      needed");

  //! [run]
  const Waterfall<double, OneTier, AtBankruptcy, ContractsProRata> venue{{scene.at_once}, {}, {}};
  for (Time now = turn;; now += 30 * second) {
    auto as_it_is = book.at(now);
    if (!as_it_is) return failed(as_it_is.error());
    const double missing = as_it_is->taken_bids;
    BookMarket<double, BookInTime::Side> market{{&*as_it_is, 1}};
    const auto report = venue.run(account, market, *fund, {}, nobody, ledger, std::span<WaterfallStep<double>>(steps));
    if (!report) return failed(report.error());
    book.keep(*as_it_is, now);
    //! [run]
    for (const WaterfallStep<double>& s : std::span(steps).first(report->steps))
      std::printf("  %6lld  %4.1f%%  %13.1f  %-8s  %-10s  %10.2f  %8.2f  %13.2f  %17.2f  %11.2f  %10.2f\n", static_cast<long long>((now - turn) / second),
                  100 * path->level(now), missing, name(s.stage), name(s.end), s.asked, s.done, s.price, s.limit.value_or(0), cents(s.equity),
                  cents(maintenance(account)));
    if (report->end != WaterfallEnd::no_more_orders) {
      std::printf("  %s: %.2f BTC and %.2f left, the fund has %.2f\n", report->end == WaterfallEnd::requirement_met ? "the requirement is met" : "closed",
                  account.legs[0].size, cents(account.equity), cents(fund->balance().raw()));
      break;
    }
  }
  std::puts("  who gained (+) and lost (-) against the mark:");
  ledger.each_party([](PartyId party, const Money<double>& balance) { std::printf("    %-15s %+16.2f\n", name(party.kind), cents(balance.raw())); });
  std::printf("    %-15s %+16.2f\n\n", "sum", cents(ledger.sum_of_balances().raw()));
  return 0;
}

}  // namespace

int main() {
  // BTCUSDT on Binance, 2024-10-24, up to the tier in which 1,500 BTC are.
  const std::vector<Bracket<double>> brackets{{.cap = 50'000, .rate = 0.004}, {.cap = 600'000, .rate = 0.005}, {.cap = 3e6, .rate = 0.0065},
                                              {.cap = 12e6, .rate = 0.01},    {.cap = 70e6, .rate = 0.02},     {.cap = 100e6, .rate = 0.025},
                                              {.cap = 230e6, .rate = 0.05}};
  const std::vector<Position<double>> positions{
      {.key = btc, .size = 1'500, .entry = 116'848, .brackets = brackets, .liquidation_fee_rate = 0.0125, .taker_fee_rate = 0.0005}};
  Account<double> account{.cash = 1'500 * 116'848 / 8.0};
  account.positions = positions;
  const auto portfolio = Portfolio<double>::make(account, 1);
  if (!portfolio) return failed(portfolio.error());
  std::puts(
      "Scenario: 1,500 BTC long from 116,848 on eight times leverage, at a mark of 104,000. Normally 2,000 BTC are bid within 1 %; at 21:22 a seventh of");
  std::puts("it is left, and it comes back slowly. Book, fund and the speed at which one's own trades are forgotten are assumptions.\n");
  for (const Scene& scene : {Scene{"1. all at once", true, minute}, Scene{"2. a tier every 30 seconds, what was sold comes back in a minute", false, minute},
                             Scene{"3. a tier every 30 seconds, what was sold comes back in ten minutes", false, 10 * minute}})
    if (const int status = run(*portfolio, scene)) return status;
}
