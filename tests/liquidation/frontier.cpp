// SPDX-License-Identifier: Apache-2.0
#include "portfolio/random_account.hpp"

#include <loadline/liquidation/frontier.hpp>

using namespace loadline;

TEST_CASE("corners of a frontier: exact on them, straight between them", "[frontier]") {
  int corners = 0;
  check_property("the frontier is what solve finds at every y, and the chord between two corners is on it", 600, [&] {
    AccountSketch drawn = random_account(Jumps::none);
    drawn.equity_test = false;
    Rational gross = 0;
    for (const PositionSketch& position : drawn.positions) gross += position.gross(drawn.marks[position.key]);
    drawn.cash = Rational(drawn.cash - drawn.excess(drawn.marks) + gross * *rc::gen::inRange(1, 60) / 100);
    const Book<Rational> book(drawn);
    const Portfolio<Rational> p = book.portfolio();
    if (p.keys().size() < 2U) return;
    const KeyId x = p.keys()[0], y = p.keys()[1];
    if (!has_exact_frontier(p, x, y)) return;
    const Rational mark = book.marks[y.index].raw();
    const auto line = frontier<Rational>(p, book.marks, x, y, Price<Rational>(Rational(mark / 4)), Price<Rational>(Rational(mark * 3)));
    RC_ASSERT(line.size() >= 2U);
    corners += static_cast<int>(line.size());
    Workspace<Rational> w(p);
    const auto check = [&](const Rational& at, const std::optional<Bounds<Rational>>& found) {
      const PathAnswer<Rational> exact = p.solve(book.with(y.index, at), x, w);
      if (!found) return exact;
      RC_ASSERT(exact.liquidatable_now == (found->below.outcome() == Outcome::already));
      if (exact.liquidatable_now) return exact;
      RC_ASSERT(exact.below.liquidation.has_value() == found->below.has_value());
      RC_ASSERT(exact.above.liquidation.has_value() == found->above.has_value());
      if (found->below) RC_ASSERT((*found->below).raw() == *exact.below.liquidation);
      if (found->above) RC_ASSERT((*found->above).raw() == *exact.above.liquidation);
      return exact;
    };
    for (std::size_t i = 0; i < line.size(); ++i) {
      check(line[i].y.raw(), line[i].x);
      if (i == 0 || !line[i].x.below || !line[i - 1].x.below) continue;
      const Rational share(*rc::gen::inRange(1, 10), 10);
      const Rational between = line[i - 1].y.raw() + share * (line[i].y.raw() - line[i - 1].y.raw());
      const Rational low = (*line[i - 1].x.below).raw(), high = (*line[i].x.below).raw();
      const PathAnswer<Rational> exact = check(between, std::nullopt);
      RC_ASSERT(exact.below.liquidation.has_value());
      RC_ASSERT(*exact.below.liquidation == Rational(low + share * (high - low)));
    }
  });
  CHECK(corners > 600);
}
