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
using loadline::Rational;

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
  const std::array<loadline::Asset<double>, 1> coin{{{.amount = 1, .price = 2}}};
  account.assets = coin;
  positions[0].settle = loadline::AssetId{0};
  refused(Errc::unsupported, Field::position);
  positions[0].settle.reset();
  account.assets = {};
  account.hedge_offset = loadline::HedgeOffset::larger;
  refused(Errc::unsupported, Field::rule);
  account.hedge_offset = loadline::HedgeOffset::both;
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

TEST_CASE("what a portfolio says of its positions and its rule is what is closed", "[waterfall][closing]") {
  const std::array<loadline::Bracket<Rational>, 1> rows{{{.rate = Rational(1) / 100}}};
  const std::vector<loadline::Position<Rational>> positions{{.key = KeyId{1},
                                                             .size = -3,
                                                             .entry = 100,
                                                             .brackets = rows,
                                                             .multiplier = 2,
                                                             .fee_rate = Rational(1) / 1'000,
                                                             .liquidation_fee_rate = Rational(1) / 80,
                                                             .taker_fee_rate = Rational(1) / 2'000}};
  loadline::Account<Rational> account{.cash = 50};
  account.positions = positions;
  account.rule.requirement_ratio = 2;
  account.rule.when = loadline::LiquidateWhen::below_zero;
  const auto p = Portfolio<Rational>::make(account, 2);
  REQUIRE(p);
  auto made = ClosingAccount<Rational>::make(*p);
  REQUIRE(made);
  const std::vector<Price<Rational>> marks{1, 90};
  const auto now = made->at(marks);
  CHECK(now.equity == 50 + 6 * 10);
  CHECK(now.requirement_ratio == 2);
  CHECK(now.when == loadline::LiquidateWhen::below_zero);
  REQUIRE(now.legs.size() == 1);
  const loadline::ClosingLeg<Rational>& leg = now.legs[0];
  CHECK(leg.key == KeyId{1});
  CHECK(leg.size == -6);  // base units, and short
  CHECK(leg.mark == 90);
  CHECK(leg.liquidation_fee_rate == Rational(1) / 80);
  CHECK(leg.taker_fee_rate == Rational(1) / 2'000);
  CHECK(maintenance(now) == 540 * (Rational(1) / 100 + Rational(1) / 1'000));
  CHECK(excess(now) == now.equity - 2 * maintenance(now));
}
