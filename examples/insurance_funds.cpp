// SPDX-License-Identifier: Apache-2.0
//
// When does deleveraging begin? The venues' own worked examples, one a trigger; then a fund under a bad day, and how large it should have been.
//
// The figures of the triggers are the sources' (docs/sources.md); Binance's, Hyperliquid's and those of the bad day are of this example.
#include <loadline/loadline.hpp>
#include <loadline/waterfall/fund_bootstrap.hpp>
#include <loadline/waterfall/fund_tail.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <vector>

using namespace loadline;

namespace {

using Usd = Money<double>;
constexpr Time hour = 3'600'000;

int complain(const Error& e) {
  return std::fprintf(stderr, "%s: %s\n", name(e.code), name(e.field)), 2;
}
void row(const char* venue, const char* what, bool on) {
  std::printf("%-12s %-54s %s\n", venue, what, on ? "ADL" : "-");
}

int fills() {
  //! [contribution]
  // One contract, bankrupt at 99: closed at 99.25 it leaves 0.25, closed at 98.75 it lacks 0.25.
  auto fund = InsuranceFund<double>::make({.balance = 0});
  const auto above = filled_order<double>({.size = 1, .fill = 99.25, .bankruptcy = 99.0});
  const auto below = filled_order<double>({.size = 1, .fill = 98.75, .bankruptcy = 99.0});
  if (!fund || !above || !below) return 2;
  std::array<Transfer<double>, 2> entries;
  Ledger<double> ledger(entries);
  const auto gets = contribution<double>(venues::BitmexInsuranceFund::Contribution{}, *above);
  if (!gets) return complain(gets.error());
  const auto in = record_contribution(ledger, *fund, FundParties{}, *gets);
  const auto out = record_payment(ledger, *fund, FundParties{}, -below->surplus);
  //! [contribution]
  if (!in || !out) return 2;
  std::printf("gets %.2f, pays %.2f of %.2f, holds %.2f; the ledger sums to %.2f\n\n", *in, out->paid, -below->surplus.raw(), fund->balance().raw(),
              ledger.sum_of_balances().raw());
  return 0;
}

int triggers() {
  //! [bybit]
  // A pool of a million; one contract has lost 350,000 of it within eight hours. From 30 % on, until 25 %.
  AdlSwitch<double, ContractDrawdown<double>> bybit(venues::BybitInsuranceFund::trigger<double>(Usd(1)));
  FundState<double> pool{.balance = 1'000'000, .peak = Usd(1'000'000), .pnl = Usd(-350'000), .peak_pnl = Usd(0)};
  const auto begins = bybit.update(pool);
  const double adl_takes = bybit.trigger().excess(pool).raw();  // 50,000: the fund bears 30 %
  pool.pnl = Usd(-270'000);
  const auto goes_on = bybit.update(pool);
  pool.pnl = Usd(-240'000);
  const auto ends = bybit.update(pool);
  //! [bybit]
  if (!begins || !goes_on || !ends) return 2;
  row("Bybit", "a contract has lost 35 % of the pool", *begins);
  std::printf("%-12s ADL takes %.0f\n", "", adl_takes);
  row("", "27 %: above the stop level", *goes_on);
  row("", "24 %", *ends);

  //! [okx]
  // A fall of 30 % from the largest balance of eight hours.
  std::array<WindowSample<double>, 64> room;
  WindowPeak<double> window(room, venues::OkxInsuranceFund::window);
  if (const auto e = window.add(0, 400'000.0)) return complain(*e);
  if (const auto e = window.add(5 * hour, 290'000.0)) return complain(*e);
  const auto fallen = drawdown(window);  // 27.5 %
  FundState<double> okx{.balance = window.latest(), .peak = Usd(window.peak()), .average = Usd(400'000)};
  const bool from_peak = venues::OkxInsuranceFund::trigger<double>().fires(okx);
  okx.balance = 280'000.0;  // as a third party has it: 400,000 less the larger of 30 % and 50,000
  const bool below_average = venues::OkxInsuranceFund::trigger_2025<double>().fires(okx);
  //! [okx]
  if (!fallen) return complain(fallen.error());
  row("OKX", "290,000 of 400,000", from_peak);
  row("", "280,000 against an average of 400,000", below_average);

  //! [binance]
  // The fund cannot take over what costs more than it has. In the last hour before a delisting it is not asked.
  constexpr Time settlement = 100 * hour;
  const CannotTakeOver listed = venues::BinanceInsuranceFund::trigger(), delisted = venues::BinanceInsuranceFund::delisted_at(settlement);
  const bool covered = listed.fires(FundState<double>{.balance = 900, .deficit = 800});
  const bool too_much = listed.fires(FundState<double>{.balance = 900, .deficit = 901});
  const bool last_hour = delisted.fires(FundState<double>{.balance = 900, .deficit = 800, .unfilled = 40, .now = settlement - hour / 2});
  //! [binance]
  row("Binance", "a deficit of 800, a fund of 900", covered);
  row("", "a deficit of 901", too_much);
  row("", "half an hour before the delisting, 40 unfilled", last_hour);

  //! [on_chain]
  const bool negative = venues::HyperliquidVault::trigger().fires(FundState<double>{.balance = 0, .account_value = Usd(-1)});
  const bool to_zero = venues::DydxInsuranceFund::trigger().fires(FundState<double>{.balance = 51, .deficit = 51});
  const bool beyond = venues::DydxInsuranceFund::trigger().fires(FundState<double>{.balance = 50, .deficit = 51});
  //! [on_chain]
  row("Hyperliquid", "an account value of -1", negative);
  row("dYdX", "a deficit of 51, a fund of 51", to_zero);
  row("", "a deficit of 51, a fund of 50", beyond);
  return 0;
}

int bad_day() {
  //! [path]
  const auto fund = InsuranceFund<double>::make({.balance = 1'000});
  const std::array<FundShock<double>, 4> day{FundShock<double>{.time = 0, .deficit = 120},
                                             {.time = hour, .deficit = 300, .inflow = 80},
                                             {.time = 2 * hour, .deficit = 900},
                                             {.time = 9 * hour, .inflow = 200}};
  std::array<WindowSample<double>, 5> room;
  std::array<FundStep<double>, 4> path;
  if (const auto e = drawdown_path<double>(*fund, day, {room, 8 * hour}, path)) return complain(*e);
  //! [path]
  std::puts("\n hour  deficit    paid  unpaid   balance  drawdown");
  for (std::size_t i = 0; i < day.size(); ++i)
    std::printf("%5d %8.0f %7.0f %7.0f %9.0f   %5.1f %%\n", static_cast<int>(day[i].time / hour), day[i].deficit.raw(), path[i].paid.raw(),
                path[i].unpaid.raw(), path[i].balance.raw(), 100 * path[i].drawdown.raw());

  //! [sizing]
  // Twenty days' deficits. Holding a unit costs 1 a day where lacking it costs 10: one day in ten may exceed the fund.
  std::array<Usd, 20> losses{0, 0, 0, 0, 0, 0, 0, 5, 10, 10, 20, 25, 40, 60, 80, 120, 150, 300, 420, 900};
  const auto best = newsvendor_fund<double>({.carry = 1, .shortfall = 10}, losses);
  const auto seen = sample_tail<double>(0.9, losses);
  // Two scenarios of three accounts each: the two largest losses of the worse one.
  const std::array<Usd, 6> stress{300, 200, -50, 420, 10, 30};
  std::array<Usd, 2> largest{0, 0};
  const auto cover_2 = cover_fund<double>(stress, 3, largest);
  //! [sizing]
  if (!best || !seen || !cover_2) return 2;
  std::printf("\nnewsvendor %.0f; beyond 90 %%: %.0f; Cover 2: %.0f\n", best->raw(), seen->expected_shortfall.raw(), cover_2->amount.raw());
  return 0;
}

/// A thousand days' deficits: one in ten is above 100, with a tail of shape 0.4 and scale 80.
std::vector<Usd> thousand_days(std::mt19937_64& random) {
  std::vector<Usd> days;
  for (int i = 0; i < 1'000; ++i) {
    const double left = (static_cast<double>(random() >> 12) + 0.5) * 0x1p-52;
    days.push_back(left < 0.1 ? 100 + 80 * (std::pow(10 * left, -0.4) - 1) / 0.4 : 100 * (1 - left) / 0.9);
  }
  std::sort(days.begin(), days.end());
  return days;
}

int beyond_the_data() {
  std::mt19937_64 random(10);
  const std::vector<Usd> days = thousand_days(random);
  std::vector<Usd> resample(days.size(), Usd(0)), figures(400, Usd(0));
  //! [tail]
  // Beyond the data: the tail above 100, fitted; the mean of the losses beyond 99.9 %; and how far that could be off.
  const auto fit = fit_tail<double>(Usd(100), days);
  if (!fit) return complain(fit.error());
  const auto tail = peaks_over_threshold<double>(0.999, *fit);
  const auto shortfall = [](std::span<const Usd> losses) -> Result<Usd> {
    return fit_tail<double>(Usd(100), losses).and_then([](const TailFit<double>& f) -> Result<Usd> {
      const auto risk = peaks_over_threshold<double>(0.999, f);
      return risk ? Result<Usd>(risk->expected_shortfall) : risk.error();
    });
  };
  const auto range = bootstrap_interval<double>(0.9, days, shortfall, random, {resample, figures});
  // A tail without a mean has no figure.
  TailFit<double> heavy = *fit;
  heavy.shape = 1.1;
  const auto no_mean = peaks_over_threshold<double>(0.999, heavy);
  //! [tail]
  if (!tail || !range || no_mean) return 2;
  std::printf("tail: shape %.2f, scale %.0f of %d exceedances; at 99.9 %%: %.0f, and %.0f beyond (90 %%: %.0f to %.0f); shape 1.1: %s\n", fit->shape,
              fit->scale.raw(), static_cast<int>(fit->exceedances), tail->value_at_risk.raw(), tail->expected_shortfall.raw(), range->low.raw(),
              range->high.raw(), name(no_mean.error().code));
  return 0;
}

}  // namespace

int main() {
  if (const int failed = fills()) return failed;
  if (const int failed = triggers()) return failed;
  if (const int failed = bad_day()) return failed;
  return beyond_the_data();
}
