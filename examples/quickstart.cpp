// SPDX-License-Identifier: Apache-2.0
//
// A bot's tick loop: how far is this account from liquidation at every new mark?
#include <loadline/f64.hpp>

#include <cstdio>

int main() {
  //! [quickstart]
  using namespace loadline;
  constexpr KeyId btc{0}, eth{1};
  const f64::Bracket brackets[] = {{.cap = 50'000, .rate = 0.004}, {.cap = 600'000, .rate = 0.005}, {.cap = 3'000'000, .rate = 0.0065}, {.rate = 0.01}};
  const f64::Position positions[] = {{.key = btc, .size = 3.0, .entry = 61'000, .brackets = brackets},
                                     {.key = eth, .size = -20.0, .entry = 2'900, .brackets = brackets}};

  const auto portfolio = f64::Portfolio::make({.cash = 20'000, .positions = positions}, 2);  // checks; once per fill
  if (!portfolio) return std::printf("position %u: %s\n", portfolio.error().index, message(portfolio.error().code)), 1;

  for (const double mark : {60'000.0, 58'000.0, 56'000.0}) {  // your tick loop: no allocation
    const f64::Price marks[] = {mark, 3'000.0};
    const auto [below, above] = portfolio->liquidation_price(marks, btc);
    std::printf("BTC %.0f: excess %.2f; liquidated ", mark, portfolio->excess(marks).raw());
    if (below) std::printf("below %.2f (%.1f %%)", (*below).raw(), 100 * ((*below).raw() / mark - 1));
    std::puts(above ? " and above" : ", never above");
  }
  //! [quickstart]
}
