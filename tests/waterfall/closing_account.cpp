// SPDX-License-Identifier: Apache-2.0
#include "portfolio/random_account.hpp"

#include <loadline/waterfall/closing_account.hpp>

#include <array>

using loadline::ClosingAccount;
using loadline::Errc;
using loadline::Field;
using loadline::KeyId;
using loadline::Portfolio;
using loadline::Price;

TEST_CASE("an account to be closed needs what the portfolio needs, and a part of it what a smaller one does", "[waterfall][closing]") {
  int taken = 0;
  check_property("in rationals exactly", 600, [&] {
    const AccountSketch a = random_account(Jumps::anything);
    const Book<Rational> book(a);
    const Portfolio<Rational> p = book.portfolio();
    auto made = ClosingAccount<Rational>::make(p);
    if (!made) {
      RC_ASSERT(made.error().code == Errc::unsupported);
      return;
    }
    ++taken;
    for (int round = 0; round < 2; ++round) {  // the second time whole again
      loadline::Closing<Rational> now = made->at(book.marks);
      RC_ASSERT(maintenance(now) == a.maintenance(a.marks));
      RC_ASSERT(excess(now) == a.excess(a.marks));
      RC_ASSERT(now.legs.size() == a.positions.size());
      const bool given = a.policy == loadline::CumPolicy::as_given;
      for (std::size_t i = 0; i < now.legs.size(); ++i) {
        PositionSketch half = a.positions[i];
        half.size /= 2;
        if (half.size == 0) continue;
        resize(now, now.legs[i], Rational(now.legs[i].size / 2));
        RC_ASSERT(now.legs[i].needed == half.maintenance(a.marks[half.key], given));
      }
    }
  });
  CHECK(taken > 100);
}

TEST_CASE("what the close-out does not know is refused", "[waterfall][closing][bad_input]") {
  const std::array<loadline::Bracket<double>, 1> rows{{{.rate = 0.01}}};
  std::vector<loadline::Position<double>> positions{{.key = KeyId{0}, .size = 2, .entry = 100, .brackets = rows}};
  loadline::Account<double> account{.cash = 50};
  const auto refused = [&](Errc code, Field field) {
    account.positions = positions;
    const auto p = Portfolio<double>::make(account, 2);
    REQUIRE(p);
    const auto made = ClosingAccount<double>::make(*p);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == code);
    CHECK(made.error().field == field);
  };
  positions[0].kind = loadline::ContractKind::inverse;
  refused(Errc::unsupported, Field::position);
  positions[0].kind = loadline::ContractKind::linear;
  positions.push_back({.key = KeyId{1}, .size = 1, .entry = 100, .brackets = rows});
  positions[0].bracket_group = positions[1].bracket_group = loadline::GroupId{1};
  refused(Errc::unsupported, Field::position);
  positions.pop_back();
  positions[0].bracket_group.reset();
  account.rule.level = true;
  refused(Errc::unsupported, Field::rule);
  account.rule.level = false;
  account.positions = positions;
  const auto p = Portfolio<double>::make(account, 2);
  auto made = ClosingAccount<double>::make(*p);
  REQUIRE(made);
  const std::vector<Price<double>> marks{90, 1};
  const auto now = made->at(marks);
  CHECK(now.equity == Approx(30));
  CHECK(maintenance(now) == Approx(1.8));
}
