// SPDX-License-Identifier: Apache-2.0
//
// Which input moves the liquidation price most? Every price with its derivatives, in one run.
#include <loadline/ext/eigen.hpp>
#include <loadline/loadline.hpp>

#include <cstdio>

using namespace loadline;

int main() {
  //! [sensitivities]
  using Number = Dual<4>;  // four inputs of interest; every other number has zero derivatives
  const Number cash = seeded<4>(20'000, 0), size = seeded<4>(3, 1), rate = seeded<4>(0.005, 2), ether_mark = seeded<4>(3'000, 3);

  constexpr KeyId btc{0}, eth{1};
  const Bracket<Number> btc_rows[] = {{.cap = 50'000, .rate = Number(0.004)}, {.rate = rate}}, eth_rows[] = {{.rate = Number(0.005)}};
  const Position<Number> positions[] = {{.key = btc, .size = size, .entry = 61'000, .brackets = btc_rows},
                                        {.key = eth, .size = Number(-20), .entry = 2'900, .brackets = eth_rows}};
  const auto portfolio = Portfolio<Number>::make({.cash = cash, .positions = positions}, 2);
  const Price<Number> marks[] = {60'000, ether_mark};
  const auto below = portfolio->liquidation_below(marks, btc);
  const double price = value_of(*below);         // as in double
  const auto by_input = derivatives_of(*below);  // d price / d cash, d size, d rate, d mark of ETH
  //! [sensitivities]

  std::printf("liquidation price of BTC: %.2f\n\n%-12s %12s %16s %22s\n", price, "input", "value", "d price / d", "1 % more moves it by");
  const char* names[] = {"cash", "size", "rate", "ETH mark"};
  const Number values[] = {cash, size, rate, ether_mark};
  for (int i = 0; i < 4; ++i) std::printf("%-12s %12.3f %16.4f %22.2f\n", names[i], values[i].value(), by_input[i], 0.01 * values[i].value() * by_input[i]);

  // The same of a joint move, where prices are roots of polynomials: everything that solve() returns has derivatives.
  Workspace<Number> workspace(*portfolio);
  const Ratio<Number> together[] = {1, 1};
  const PathAnswer<Number> fall = portfolio->solve(marks, together, workspace);
  std::printf("\neverything falls together: dies at %.2f %%, and 1,000 more cash moves that by %.2f %%\n", 100 * value_of(*fall.below.liquidation),
              100 * 1'000 * derivatives_of(*fall.below.liquidation)[0]);
}
