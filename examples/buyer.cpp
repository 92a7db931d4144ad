// SPDX-License-Identifier: Apache-2.0
//
// The other side of a depeg: what does a print below redemption value imply, what does its buyer earn, and how much can an account
// buy and still live through a further fall?
//
// Prints of Binance spot on 10 October 2025 (docs/sources.md). For BNSOL and WBETH only the lows of the day are known, of the
// pair and of the coin, not one minute: the coin stood at its low or above, so the failure probabilities are at least these.
#include <loadline/loadline.hpp>

#include <array>
#include <cstdio>

using namespace loadline;

namespace {

struct Wrapped {
  const char* name;
  double print, ratio, underlying;  // USDT; units of the underlying in one; USDT
  double fee, days;                 // of this example, not a venue's
};
constexpr Wrapped wrapped[] = {
    {"USDe", 0.6567, 1, 1, 0.001, 1}, {"USDe", 0.65, 1, 1, 0.001, 1}, {"BNSOL", 34.90, 1.076, 168.79, 0.001, 3}, {"WBETH", 430.65, 1.08, 3'435, 0.001, 10}};
constexpr double carry_per_year = 0.10, level_ratio = 1.1;

//! [account]
constexpr KeyId coin{0}, peg{1}, token{2};  // the token is worth coin x peg x ratio; the first derived key comes after two marks

/// 100,000 USDT and 1 BTC at 105,000, less what `units` of a token cost; liquidated where assets <= 1.10 x debts.
Result<Portfolio<double>> account_with(double units, const Wrapped& w) {
  const KeyId factors[] = {coin, peg};
  const DerivedPrice<double> derived[] = {{.times = factors}};
  const Asset<double> assets[] = {{.amount = 1, .price = 105'000}, {.amount = units, .key = token, .ratio = w.ratio}};
  return Portfolio<double>::make({.cash = 100'000 - units * w.print,  // below zero: a debt
                                  .assets = assets,
                                  .derived = derived,
                                  .rule = {.requirement = false, .level = true, .level_ratio = level_ratio}},
                                 2);
}
//! [account]

/// What the level test leaves at a peg.
double excess(const Portfolio<double>& account, const Wrapped& w, double at_peg) {
  const Price<double> marks[] = {w.underlying, at_peg};
  const auto f = account.figures(marks);
  return f.assets.raw() - level_ratio * f.debts.raw();
}

int complain(const Error& e) {
  return std::fprintf(stderr, "%s: %s\n", name(e.code), name(e.field)), 2;
}
const char* remark(Implied reads) {
  return reads == Implied::above_one ? "  gains in any case" : reads == Implied::below_zero ? "  loses in any case" : "";
}

}  // namespace

int main() {
  std::puts("a fee of 0.1 %, a queue of 1, 3 and 10 days, money at 10 % a year; R: recovered if redemption fails\n");
  std::puts("                redeems           after fee     gain     rate   redemption fails with");
  std::puts("         print      for     peg   and queue   a unit             R = 0   R = 0.5");
  for (const Wrapped& w : wrapped) {
    //! [implied]
    const auto wait = discount_factor({.days = w.days, .rate_per_year = carry_per_year});
    if (!wait) return complain(wait.error());
    RedemptionTrade<double> trade{.print = w.print, .redemption_ratio = w.ratio, .underlying = w.underlying, .fee = w.fee, .discount = *wait};
    const auto profit = redemption_profit(trade);
    const auto nothing_recovered = implied_failure(trade);
    trade.recovery_share = 0.5;
    const auto half_recovered = implied_failure(trade);
    //! [implied]
    if (!profit) return complain(profit.error());
    if (!nothing_recovered || !half_recovered) return complain((nothing_recovered ? half_recovered : nothing_recovered).error());
    const double value = w.ratio * w.underlying;
    std::printf("%-5s %8.4f %8.2f  %.4f   %9.4f %8.4f  %5.1f %%   %5.1f %%   %5.1f %%%s\n", w.name, w.print, value, w.print / value, profit->redeemed.raw(),
                profit->gain.raw(), 100 * profit->rate.raw(), 100 * nothing_recovered->value.raw(), 100 * half_recovered->value.raw(),
                remark(half_recovered->reads));
  }

  std::puts("\n100,000 USDT and 1 BTC at 105,000; the level of 1.10 is to hold down to half the print\n");
  std::puts("                 keeps                                  without   put back:  level at");
  std::puts("         print     peg       buys      costs       owes    the cash   dies at   the print");
  for (const Wrapped& w : wrapped) {
    const double peg_now = w.print / (w.ratio * w.underlying), kept = peg_now / 2;
    const auto before = account_with(0, w);
    if (!before) return complain(before.error());
    //! [purchase]
    // What pays counts once while it is cash and 1.10 times once it is owed; the token counts whole.
    const Piece<double> payment[] = {{0, level_ratio, 0}, {0, 1, 0}}, whole[] = {{0, 1, 0}};
    const auto at = [&](double at_peg) {
      return largest_purchase(TieredPurchase<double>{.excess = excess(*before, w, at_peg),
                                                     .paid = w.print,
                                                     .price = w.ratio * w.underlying * at_peg,
                                                     .balance = 100'000,
                                                     .weights = whole,
                                                     .payment = payment});
    };
    const auto there = at(kept), here = at(peg_now);
    if (!there || !here) return complain((there ? here : there).error());
    const Purchase<double> bought = both(*there, *here);  // safe at both, so safe between them
    //! [purchase]
    if (bought.limit != PurchaseLimit::bounded) return std::fputs("no bound\n", stderr), 1;
    // The same account without the cash pays by debt from the first unit: one weight, one way to pay, one division.
    const auto from_debt =
        largest_purchase(PurchaseAtPeg<double>{.excess = 105'000, .paid = w.print, .payment_factor = level_ratio, .price = w.ratio * w.underlying * kept});
    if (!from_debt) return complain(from_debt.error());

    //! [put_back]
    const double units = bought.most.raw();
    const auto after = account_with(units, w);
    if (!after) return complain(after.error());
    Workspace<double> workspace(*after);
    const Price<double> marks[] = {w.underlying, peg_now};
    const auto dies = after->solve(marks, peg, workspace).below.liquidation;
    //! [put_back]
    const double cost = units * w.print;
    std::printf("%-5s %8.4f %.5f  %9.2f  %9.2f  %9.2f   %9.2f   %.5f      %.4f\n", w.name, w.print, kept, units, cost, cost - 100'000, from_debt->most.raw(),
                dies ? *dies : 0.0, after->figures(marks).level->raw());
  }
  return 0;
}
