// SPDX-License-Identifier: Apache-2.0
//
// A loop of a stablecoin: no position, only a debt. At which price does it die, and what did one venue's print do to it?
//
// L times its own money in USDe, bought with (L - 1) times its money in borrowed USDT, entered at 1. Cross margin liquidates at
// a margin level (assets / debts, no haircut) of 1.10.
//
//   usde_loop [OUT.csv]      OUT.csv: price of death against the loop, for usde_loop.gp
#include <loadline/loadline.hpp>

#include <cstdio>

using namespace loadline;

namespace {

constexpr KeyId usde{0};
constexpr double own_money = 20'000;

//! [loop]
/// `loop` times 20,000 of USDe, against what that takes in USDT.
Result<Portfolio<double>> make_loop(double loop) {
  const Asset<double> held[] = {{.amount = loop * own_money, .key = usde}};
  return Portfolio<double>::make({.cash = -(loop - 1) * own_money,  // below zero: a debt
                                  .assets = held,
                                  .rule = {.requirement = false, .level = true, .level_ratio = 1.1}},
                                 1);
}
//! [loop]

/// The lows of USDe/USDT by minute on Binance spot, 10 October 2025, UTC, where one was lower than all before it. Facts; the
/// source is in docs/sources.md. Whether the index took the last trade or something smoother was not published.
struct Low {
  const char* minute;
  double price;
};
constexpr Low lows[] = {{"21:20", 0.9},  {"21:21", 0.8999}, {"21:22", 0.8955}, {"21:36", 0.84},   {"21:37", 0.83},   {"21:38", 0.8}, {"21:39", 0.78},
                        {"21:40", 0.76}, {"21:41", 0.7303}, {"21:42", 0.68},   {"21:43", 0.6616}, {"21:44", 0.6567}, {"21:54", 0.65}};
constexpr double print = 0.65, redemption = 0.997;  // the day's low on that venue; 1 to within 0.3 %

const char* first_reached(double price) {
  for (const Low& low : lows)
    if (low.price <= price) return low.minute;
  return "never";
}

}  // namespace

int main(int argc, char** argv) {
  std::puts("20,000 of own money in USDe, the rest borrowed in USDT; liquidated at a level of 1.10\n");
  std::puts("                          dies at  equity   a low at   at the print of 0.65              at redemption, 0.997");
  std::puts(" loop     USDe     owed    USDe =  left     or below   level     equity  status         level   status");
  for (const double loop : {2.0, 2.4, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 10.0}) {
    const auto portfolio = make_loop(loop);
    if (!portfolio) return std::fprintf(stderr, "%s\n", message(portfolio.error().code)), 2;
    //! [dies]
    Workspace<double> workspace(*portfolio);
    const Price<double> entered[] = {1}, printed[] = {print}, redeemed[] = {redemption};
    const auto below = portfolio->solve(entered, usde, workspace).below;
    const auto at_print = portfolio->figures(printed), at_redemption = portfolio->figures(redeemed);
    //! [dies]
    std::printf("%4.1fx  %7.0f  %7.0f    %.4f  %7.2f  %-8s  %.4f  %9.2f  %-12s  %.4f  %s\n", loop, loop * own_money, (loop - 1) * own_money, *below.liquidation,
                below.equity_left->raw(), first_reached(*below.liquidation), at_print.level->raw(), at_print.equity.raw(), name(at_print.status),
                at_redemption.level->raw(), name(at_redemption.status));
  }

  if (argc < 2) return 0;
  std::FILE* csv = std::fopen(argv[1], "w");
  if (csv == nullptr) return std::perror(argv[1]), 2;
  std::fputs("loop,dies at,print,redemption\n", csv);
  for (int tenths = 15; tenths <= 100; ++tenths) {
    const auto portfolio = make_loop(tenths / 10.0);
    if (!portfolio) return std::fprintf(stderr, "%s\n", message(portfolio.error().code)), 2;
    const Price<double> entered[] = {1};
    const auto below = portfolio->liquidation_below(entered, usde);
    std::fprintf(csv, "%.1f,%.4f,%.3f,%.3f\n", tenths / 10.0, (*below).raw(), print, redemption);
  }
  return std::fclose(csv) == 0 ? 0 : 3;
}
