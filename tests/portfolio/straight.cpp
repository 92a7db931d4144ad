// SPDX-License-Identifier: Apache-2.0
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/portfolio/portfolio.hpp>

#include <array>
#include <cmath>
#include <deque>
#include <type_traits>
#include <vector>

namespace {

using loadline::Bound;
using loadline::KeyClass;
using loadline::KeyId;
using loadline::Outcome;
using loadline::Portfolio;
using loadline::Price;
using loadline::Rational;
using loadline::Toward;
using loadline::Workspace;

/// A random account whose collateral and positions follow products of two or three of its keys.
template <class T>
struct Products {
  static constexpr std::uint32_t key_count = 3;
  std::deque<std::vector<loadline::WeightTier<T>>> weights;
  std::deque<std::vector<loadline::LoanBracket<T>>> loans;
  std::deque<std::vector<loadline::Bracket<T>>> brackets;
  std::vector<std::vector<KeyId>> factors{{KeyId{0}, KeyId{1}}, {KeyId{0}, KeyId{1}, KeyId{2}}};
  std::vector<loadline::DerivedPrice<T>> derived;
  std::vector<loadline::Asset<T>> assets;
  std::vector<loadline::Position<T>> positions;
  std::vector<Price<T>> marks;
  loadline::Account<T> account;
};

int pick(int low, int high) {
  return *rc::gen::inRange(low, high + 1);
}
/// n / 16: exact in every scalar.
template <class T>
T part(int n) {
  return T(T(n) / T(16));
}

template <class T>
std::vector<loadline::Bracket<T>> random_brackets() {
  std::vector<loadline::Bracket<T>> rows;
  int cap = 0, rate = 0;
  for (int i = pick(1, 3); i > 0; --i) {
    rate += pick(0, 2);
    loadline::Bracket<T> row{.rate = part<T>(rate)};
    if (i > 1) row.cap = part<T>(cap += pick(16, 1'600));
    rows.push_back(row);
  }
  return rows;
}
template <class T>
std::vector<loadline::WeightTier<T>> random_weights() {
  std::vector<loadline::WeightTier<T>> rows;
  int cap = 0, weight = 16;
  for (int i = pick(1, 4); i > 0; --i) {
    loadline::WeightTier<T> row{.weight = part<T>(weight)};
    if (i > 1) row.cap = part<T>(cap += pick(16, 1'600));
    rows.push_back(row);
    weight -= pick(0, weight);
  }
  return rows;
}

/// The same account in any scalar, for the same random numbers: every number is a few sixteenths.
template <class T>
void fill(Products<T>& p) {
  for (const auto& f : p.factors) p.derived.push_back({.times = f});
  const int kind = pick(0, 3);
  for (int i = pick(1, 3); i > 0; --i) {
    loadline::Asset<T> a;
    a.key = KeyId{static_cast<std::uint32_t>(pick(1, 4))};
    a.amount = part<T>(pick(-40, 200));
    if (pick(0, 3) > 0) a.weight_tiers = p.weights.emplace_back(random_weights<T>());
    if (pick(0, 1) > 0) a.tier_unit = loadline::TierUnit::amount;
    if (pick(0, 2) == 0) {
      a.borrowed = part<T>(pick(0, 60));
      loadline::LoanBracket<T> low, high;
      low.cap = part<T>(160), low.maintenance_rate = part<T>(1), high.maintenance_rate = part<T>(2);
      p.loans.push_back({low, high});
      a.loan_brackets = p.loans.back();
    }
    p.assets.push_back(a);
  }
  for (int i = pick(0, 2); i > 0; --i) {
    loadline::Position<T> q{.key = KeyId{static_cast<std::uint32_t>(pick(0, 4))},
                            .size = part<T>(pick(-100, 100)),
                            .entry = part<T>(pick(1, 160)),
                            .brackets = p.brackets.emplace_back(random_brackets<T>())};
    q.symbol = loadline::SymbolId{static_cast<std::uint32_t>(i)};
    if (kind == 0) q.bracket_rule = loadline::BracketRule::whole;
    p.positions.push_back(q);
  }
  p.account.cash = part<T>(pick(-1'000, 3'000));
  p.account.rule.level = pick(0, 2) == 0;
  p.account.rule.equity = pick(0, 2) == 0;
  if (pick(0, 1) > 0) p.account.rule.when = loadline::LiquidateWhen::below_zero;
  p.account.derived = p.derived;
  p.account.assets = p.assets;
  p.account.positions = p.positions;
  for (std::uint32_t k = 0; k < Products<T>::key_count; ++k) p.marks.emplace_back(part<T>(pick(1, 64)));
}

template <class T>
Bound<T> one(const Portfolio<T>& p, const std::vector<Price<T>>& marks, KeyId key, Toward side, Workspace<T>& room) {
  return side == Toward::below ? p.liquidation_below(marks, key, room) : p.liquidation_above(marks, key, room);
}

}  // namespace

TEST_CASE("the prices of every key of an account with products are those of the general solver, exactly in rationals", "[portfolio][straight]") {
  int straight = 0, found = 0;
  check_property("liquidation_below and above with a workspace say what solve says", 600, [&] {
    Products<Rational> a;
    fill(a);
    const auto made = Portfolio<Rational>::make(a.account, a.key_count);
    RC_PRE(static_cast<bool>(made));
    Workspace<Rational> room(*made);
    for (const KeyId key : made->keys()) {
      const auto exact = made->solve(a.marks, key, room);
      const std::array<std::optional<Rational>, 2> wanted{exact.below.liquidation, exact.above.liquidation};
      straight += made->lowered().key_class[made->lowered().slot_of(key)] == KeyClass::straight;
      const auto both = made->liquidation_price(a.marks, key, room);
      for (const Toward side : {Toward::below, Toward::above}) {
        const Bound<Rational> b = one(*made, a.marks, key, side, room);
        const Bound<Rational>& same = side == Toward::below ? both.below : both.above;
        RC_ASSERT(b.outcome() == same.outcome() && (!b || *b == *same));
        RC_ASSERT((b.outcome() == Outcome::already) == exact.liquidatable_now);
        const std::optional<Rational>& p = wanted[side == Toward::below ? 0 : 1];
        RC_ASSERT(exact.liquidatable_now || static_cast<bool>(b) == p.has_value());
        if (b) {
          ++found;
          RC_ASSERT((*b).raw() == *p);
        }
      }
    }
  });
  CHECK(straight > 100);
  CHECK(found > 100);
}

TEST_CASE("in double the price of a key of a product is a zero of the failing test", "[portfolio][straight]") {
  int found = 0;
  check_property("as near as the sums that make it up allow", 600, [&] {
    Products<double> a;
    fill(a);
    const auto made = Portfolio<double>::make(a.account, a.key_count);
    RC_PRE(static_cast<bool>(made));
    Workspace<double> room(*made);
    for (const KeyId key : made->keys()) {
      const auto exact = made->solve(a.marks, key, room);
      if (exact.liquidatable_now || made->lowered().key_class[made->lowered().slot_of(key)] != KeyClass::straight) continue;
      for (const Toward side : {Toward::below, Toward::above}) {
        const Bound<double> b = one(*made, a.marks, key, side, room);
        const std::optional<double>& p = side == Toward::below ? exact.below.liquidation : exact.above.liquidation;
        RC_ASSERT(static_cast<bool>(b) == p.has_value());
        if (!b) continue;
        ++found;
        // All numbers are below 1e5 and all slopes that are not zero above 1e-4.
        RC_ASSERT(std::fabs((*b).raw() - *p) <= 1e-9 * (1.0 + *p));
      }
    }
  });
  CHECK(found > 100);
}

TEMPLATE_TEST_CASE("a peg and the coin it belongs to: edges, ends and marks that are no number", "[portfolio][straight]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<KeyId> factors{KeyId{0}, KeyId{1}};
  const std::vector<loadline::DerivedPrice<T>> derived{{.times = factors}};
  const std::vector<loadline::WeightTier<T>> tiers{{.cap = T(100), .weight = T(1)}, {.weight = T(T(1) / T(2))}};
  std::vector<loadline::Asset<T>> assets{{.amount = T(10), .key = KeyId{2}, .weight_tiers = tiers}};
  loadline::Account<T> account;
  account.rule.equity = true;
  account.assets = assets;
  account.derived = derived;
  // 10 coins of 20 at a peg of 1 are worth 100 + 100 / 2 = 150; the debt is D. Down to a value of 100 half of each unit counts.
  struct Expected {
    int debt;
    double coin, peg;
  };
  for (const Expected& e : {Expected{125, 15.0, 0.75}, Expected{100, 10.0, 0.5}, Expected{50, 5.0, 0.25}}) {
    account.cash = T(-e.debt);
    const auto p = Portfolio<T>::make(account, 2);
    REQUIRE(p);
    Workspace<T> room(*p);
    const std::vector<Price<T>> marks{T(20), T(1)};
    REQUIRE_FALSE(p->plain(KeyId{0}));
    CHECK(plain((*p->liquidation_below(marks, KeyId{0}, room)).raw()) == e.coin);
    CHECK(plain((*p->liquidation_below(marks, KeyId{1}, room)).raw()) == e.peg);
    CHECK(p->liquidation_above(marks, KeyId{1}, room).outcome() == Outcome::none);
    CHECK(plain(p->excess(marks).raw()) == 150.0 - e.debt);
    const std::vector<Price<T>> lost{T(20), T(num<T>(std::nan("")))};
    CHECK(p->liquidation_below(lost, KeyId{0}, room).outcome() == Outcome::already);
    CHECK(p->liquidation_price(lost, KeyId{1}, room).above.outcome() == Outcome::already);
  }
  account.cash = T(-150);
  account.rule.when = loadline::LiquidateWhen::below_zero;  // at zero it lives, just below it dies: the price is the mark
  const auto p = Portfolio<T>::make(account, 2);
  REQUIRE(p);
  Workspace<T> room(*p);
  const std::vector<Price<T>> marks{T(20), T(1)};
  CHECK(plain((*p->liquidation_below(marks, KeyId{1}, room)).raw()) == 1.0);
}
