// SPDX-License-Identifier: Apache-2.0
#include <loadline/loadline.hpp>

int main() {
  using namespace loadline;
  const Bracket<double> brackets[] = {{.rate = 0.01}};
  const Position<double> positions[] = {{.key = KeyId{0}, .size = 1.0, .entry = 100.0, .brackets = brackets}};
  const auto portfolio = Portfolio<double>::make({.cash = 10.0, .positions = positions}, 1);
  if (!portfolio) return 1;
  const Price<double> marks[] = {100.0};
  const auto below = portfolio->liquidation_below(marks, KeyId{0});  // (100 - 10) / 0.99
  return below && (*below).raw() > 90.90 && (*below).raw() < 90.91 ? 0 : 1;
}
