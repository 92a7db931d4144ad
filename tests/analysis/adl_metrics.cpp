// SPDX-License-Identifier: Apache-2.0
#include "support/property.hpp"
#include "support/sample.hpp"
#include "support/strict.hpp"
#include "waterfall/people.hpp"

#include <loadline/analysis/adl_metrics.hpp>
#include <loadline/core/rows.hpp>
#include <loadline/ext/multiprecision.hpp>

#include <cmath>
#include <fstream>
#include <iterator>
#include <map>

using namespace loadline;

namespace {

std::string file(const char* name) {
  std::ifstream in(std::string(LOADLINE_TEST_DATA_DIR "/") + name, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}
double number(std::string_view text) {
  return std::stod(std::string(text));
}

/// A row of the published table: a wave under a policy.
struct Published {
  int wave;
  std::string policy;
  double needed;
  AdlWave<double> figures;
  std::optional<double> solvency, residual, largest_loss;
};
std::vector<Published> published() {
  const std::string text = file("adl_waves_2025-10-10.csv");
  Rows rows(text);
  REQUIRE(rows.next());  // the names
  std::vector<Published> out;
  const auto optional = [](std::string_view t) { return t.empty() ? std::nullopt : std::optional<double>(number(t)); };
  while (const auto row = rows.next()) {
    const auto c = columns_of<9>(*row);
    REQUIRE(c);
    Published p{std::stoi(std::string((*c)[0])), std::string((*c)[1]), number((*c)[2]), {}, optional((*c)[6]), optional((*c)[7]), optional((*c)[8])};
    p.figures.spent = number((*c)[3]);
    p.figures.deficit = number((*c)[4]);
    p.figures.largest_loss = number((*c)[5]);
    // The tables do not print what the best winner kept; either ratio tells it.
    const double left = p.figures.deficit.raw() - p.figures.spent.raw();
    if (p.solvency)
      p.figures.survivor = *p.solvency * left;
    else if (p.residual)
      p.figures.survivor = *p.residual * left / (1 - *p.residual);
    out.push_back(p);
  }
  return out;
}
bool near(double a, double b, double part = 1e-12) {
  return std::abs(a - b) <= part * std::max(std::abs(a), std::abs(b));
}
bool is_cents(double a, double b) {
  return std::abs(a - b) < 0.005;
}

}  // namespace

TEST_CASE("the waves of 10 October: needed, taken and overshoot to the cent", "[analysis][source:hl_adl_waves_2025_10_10]") {
  Money<double> needed = 0, spent = 0, over = 0;
  int waves = 0;
  for (const Published& p : published()) {
    if (p.policy != "production") continue;
    ++waves;
    needed += Money<double>(p.needed);
    spent += p.figures.spent;
    over += overshoot(p.figures, Money<double>(p.needed));
  }
  CHECK(waves == 16);
  CHECK(is_cents(needed.raw(), 15'079'669.61));
  CHECK(is_cents(spent.raw(), 60'108'335.33));
  CHECK(is_cents(over.raw(), 45'028'665.72));
}

TEST_CASE("what a wave needed is the sum over what it closed", "[analysis][source:hl_adl_waves_2025_10_10]") {
  const std::string text = file("adl_gaps_2025-10-10.csv");
  Rows rows(text);
  REQUIRE(rows.next());
  std::map<int, std::vector<AdlFill<double>>> fills;
  std::size_t count = 0;
  while (const auto row = rows.next()) {
    const auto c = columns_of<4>(*row);
    REQUIRE(c);
    fills[std::stoi(std::string((*c)[0]))].push_back({.size = number((*c)[2]), .mark = 0, .price = number((*c)[3])});
    ++count;
  }
  CHECK(count == 728);
  for (const Published& p : published()) CHECK(near(needed_budget<double>(fills.at(p.wave)).raw(), p.needed, 1e-10));
}

TEST_CASE("the published ratios of every wave and policy hang together", "[analysis][source:hl_adl_waves_2025_10_10]") {
  int ratios = 0, undefined = 0;
  for (const Published& p : published()) {
    INFO("wave " << p.wave << ", " << p.policy);
    const auto solvency = profit_to_solvency(p.figures, SurvivorRatio::as_coded);
    const auto loss = profit_to_largest_loss(p.figures, SurvivorRatio::as_coded);
    CHECK(solvency.has_value() == p.solvency.has_value());  // none where as much was taken as was missing
    CHECK(loss.has_value() == p.largest_loss.has_value());
    const auto residual = residual_share(p.figures);
    REQUIRE(p.residual);
    REQUIRE(residual);
    CHECK(near(residual->raw(), *p.residual));
    if (!solvency || !loss || !p.largest_loss) {
      ++undefined;
      continue;
    }
    CHECK(near(loss->raw(), *p.largest_loss));
    CHECK(near(residual->raw(), solvency->raw() / (1 + solvency->raw())));
    // As printed, the same survivor stands over what was covered.
    const auto printed = profit_to_solvency(p.figures, SurvivorRatio::as_printed);
    REQUIRE(printed);
    CHECK(near(printed->raw() * p.figures.spent.raw(), p.figures.survivor.raw()));
    CHECK(near(profit_to_largest_loss(p.figures, SurvivorRatio::as_printed)->raw() * p.figures.largest_loss.raw(), printed->raw() * p.figures.deficit.raw()));
    ++ratios;
  }
  CHECK(ratios == 16 * 7 - 26);
  CHECK(undefined == 26);
}

TEMPLATE_TEST_CASE("the paper's five accounts: queue and pro rata leave the best winner different profits", "[analysis][source:chitra_five_accounts]", double,
                   Strict, Rational) {
  using T = TestType;
  // Equities 10, 5, 1, -3, -12; profits 8, 4, 1/2; half of the deficit of 15 is covered.
  const T half = T(T(1) / T(2));
  const std::vector<Money<T>> profits{8, 4, Money<T>(half)};
  const std::vector<Money<T>> queue{Money<T>(T(T(7) / T(2))), 4, 0};
  std::vector<Money<T>> pro_rata;
  const T share = T(T(T(15) * half) / T(T(25) / T(2)));  // 7.5 of 12.5
  CHECK(share == T(T(3) / T(5)));
  for (const Money<T>& w : profits) pro_rata.push_back(Money<T>(T(w.raw() * share)));
  AdlWave<T> wave{.deficit = 15, .largest_loss = 12, .spent = Money<T>(T(T(15) / T(2)))};
  const auto close = [](const T& a, const T& b) { return magnitude(T(a - b)) < T(T(1) / T(1'000'000'000)); };

  wave.survivor = best_survivor<T>(profits, queue);
  CHECK(wave.survivor == Money<T>(T(T(9) / T(2))));
  CHECK(close(profit_to_solvency(wave, SurvivorRatio::as_printed)->raw(), T(T(3) / T(5))));
  CHECK(close(profit_to_largest_loss(wave, SurvivorRatio::as_printed)->raw(), T(T(3) / T(4))));
  wave.survivor = best_survivor<T>(profits, pro_rata);
  CHECK(close(wave.survivor.raw(), T(T(16) / T(5))));
  // B is at most the best winner's profit: the queue leaves B (1 - w / U) less than pro rata does, and here more, since it does not begin with him.
  CHECK(close(profit_to_solvency(wave, SurvivorRatio::as_coded)->raw(), T(T(32) / T(75))));
  CHECK(close(residual_share(wave)->raw(), T(T(32) / T(107))));
}

TEMPLATE_TEST_CASE("ratios over nothing are none", "[analysis]", LOADLINE_SCALARS) {
  using T = TestType;
  for (const SurvivorRatio reading : {SurvivorRatio::as_printed, SurvivorRatio::as_coded}) {
    CHECK_FALSE(profit_to_solvency(AdlWave<T>{}, reading));
    CHECK_FALSE(profit_to_largest_loss(AdlWave<T>{}, reading));
    CHECK_FALSE(profit_to_largest_loss(AdlWave<T>{.deficit = 5, .largest_loss = 0, .spent = 2, .survivor = 1}, reading));
  }
  const AdlWave<T> nothing_spent{.deficit = 5, .largest_loss = 5, .spent = 0, .survivor = 10},
      all_spent{.deficit = 5, .largest_loss = 5, .spent = 5, .survivor = 10};
  CHECK_FALSE(profit_to_solvency(nothing_spent, SurvivorRatio::as_printed));
  CHECK_FALSE(profit_to_largest_loss(nothing_spent, SurvivorRatio::as_printed));
  CHECK(*profit_to_solvency(nothing_spent, SurvivorRatio::as_coded) == Ratio<T>(2));
  CHECK(*profit_to_solvency(all_spent, SurvivorRatio::as_printed) == Ratio<T>(2));
  CHECK_FALSE(profit_to_solvency(all_spent, SurvivorRatio::as_coded));
  CHECK_FALSE(profit_to_largest_loss(all_spent, SurvivorRatio::as_coded));
  CHECK(*residual_share(all_spent) == Ratio<T>(1));
  CHECK_FALSE(residual_share(AdlWave<T>{}));
  CHECK(best_survivor<T>({}, {}) == Money<T>(0));
  const std::vector<Money<T>> profit{3}, more{5};
  CHECK(best_survivor<T>(profit, more) == Money<T>(0));
  CHECK(needed_budget<T>({}) == Money<T>(0));
}

TEMPLATE_TEST_CASE("concentration: one who bears all, and all who bear the same", "[analysis]", double, Strict, Rational) {
  using T = TestType;
  const auto of = [](std::vector<T> burdens) { return burden_spread<T>(burdens); };
  const auto one = of({T(0), T(7), T(0), T(0)});
  CHECK(one.largest == Ratio<T>(1));
  CHECK(one.herfindahl == Ratio<T>(1));
  CHECK(one.gini == Ratio<T>(T(T(3) / T(4))));  // (n - 1) / n
  CHECK(one.bearers == 1);
  const auto all = of({T(2), T(2), T(2), T(2)});
  CHECK(all.largest == Ratio<T>(T(T(1) / T(4))));
  CHECK(all.herfindahl == Ratio<T>(T(T(1) / T(4))));
  CHECK(all.gini == Ratio<T>(0));
  CHECK(all.bearers == 4);
  const auto nobody = of({T(0), T(0)});
  CHECK(nobody.bearers == 0);
  CHECK(nobody.gini == Ratio<T>(0));
  CHECK(of({}).largest == Ratio<T>(0));
}

TEST_CASE("concentration equals its definition by pairs", "[analysis][property]") {
  check_property("gini is the mean difference over twice the mean", 300, [] {
    std::vector<Rational> x;
    for (int n = *rc::gen::inRange(1, 12); n > 0; --n) x.push_back(Rational(*rc::gen::inRange(0, 30)));
    Rational sum = 0, pairs = 0, squares = 0, most = 0;
    for (const Rational& a : x) {
      sum += a;
      squares += a * a;
      if (most < a) most = a;
      for (const Rational& b : x) pairs += a < b ? Rational(b - a) : Rational(a - b);
    }
    const auto c = burden_spread<Rational>(x);
    if (sum == 0) return;
    RC_ASSERT(c.gini.raw() == pairs / (2 * sum * static_cast<int>(x.size())));
    RC_ASSERT(c.herfindahl.raw() == squares / (sum * sum));
    RC_ASSERT(c.largest.raw() == most / sum);
  });
}

TEMPLATE_TEST_CASE("hedge damage: a leg that adds risk is closed gladly, one that hedges is not", "[analysis]", double, Strict, Rational) {
  using T = TestType;
  People<T> people{{1, T(-10), T(64)}, {2, T(-10), T(64)}, {3, T(-10), T(0)}, {4, T(10), T(64)}};
  people.added_variance = {T(20), T(-20), T(20), T(20)};
  const Candidates<T> candidates = people.view();
  const Deleverage<T> d{T(4), 1, T(100), T(120)};
  const std::vector<T> given{T(2), T(5), T(1), T(0)};
  const auto damage = hedge_damage<T>(d, candidates, given, T(2));
  // (-2*2*20 + 4*2)/64 + (2*5*20 + 25*2)/64; the third has no equity to divide by.
  CHECK(damage.variance == T(T(T(-72) + T(250)) / T(64)));
  CHECK(damage.hedging == Size<T>(5));
  CHECK(damage.accounts == 1);
  CHECK(damage.new_bankrupts == 1);  // 5 units at 20 each of 64 are more than it has
  people.added_variance.clear();
  const auto plain_legs = hedge_damage<T>(d, people.view(), given, T(2));
  CHECK(plain_legs.variance == T(T(T(-72) + T(-150)) / T(64)));
  CHECK(plain_legs.hedging == Size<T>(0));
}
