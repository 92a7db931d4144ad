// SPDX-License-Identifier: Apache-2.0
// Which print of which feed kills: the two WBETH indices, by hand; random indices and accounts, by putting the print back in.
#include "support/catch.hpp"
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/liquidation/feed_death.hpp>
#include <loadline/pricing/index.hpp>

#include <array>

using namespace loadline;

namespace {

constexpr KeyId wbeth{0}, eth{1};
enum : std::size_t { wbeth_usdt, wbeth_eth, eth_usdt, redemption };

/// 100 WBETH at a margin level of 1.10. At ETH 4,000 and 1.08 ETH to one WBETH they are worth 432,000; with what is owed they
/// die at 0.71 of that.
template <class T>
struct Loan {
  std::array<Source<T>, 4> sources{Source<T>{T(4'320)}, Source<T>{T(T(108) / T(100))}, Source<T>{T(4'000)}, Source<T>{T(T(108) / T(100))}};
  std::vector<Price<T>> marks{Price<T>(T(4'320)), Price<T>(T(4'000))};
  std::array<Asset<T>, 1> held{Asset<T>{.amount = Quantity<T>(100), .key = wbeth}};

  [[nodiscard]] Result<Portfolio<T>> made() const {
    const T owed = T(T(432'000 * 71) / T(110));
    return Portfolio<T>::make({.cash = T(-owed),
                               .assets = held,
                               .rule = {.requirement = false, .level = true, .level_ratio = Ratio<T>(bps<T>(11'000)), .when = LiquidateWhen::at_or_below_zero}},
                              2);
  }
};
template <class T>
auto old_index() {
  return PriceMap(Keyed{wbeth, Weighted<T, Spot, Times<Spot, Spot>>{{Ratio<T>(bps<T>(2'000)), Ratio<T>(bps<T>(8'000))},
                                                                    {Spot{wbeth_usdt}, Times{Spot{wbeth_eth}, Spot{eth_usdt}}}}},
                  Keyed{eth, Spot{eth_usdt}});
}
auto new_index() {
  return PriceMap(Keyed{wbeth, Times{Spot{redemption}, Spot{eth_usdt}}}, Keyed{eth, Spot{eth_usdt}});
}

template <class T, class Map>
std::array<FeedDeath<T>, 4> all(const Loan<T>& loan, const Map& map) {
  const auto p = loan.made();
  REQUIRE(p);
  FeedWorkspace<T> workspace(*p);
  std::array<FeedDeath<T>, 4> out;
  REQUIRE(!map.check(Feeds<T>(loan.sources, 0)));
  REQUIRE(!deaths_by_feed<T>(*p, loan.marks, map, loan.sources, 0, workspace, out));
  return out;
}
bool near(const Rational& x, const char* value) {
  return x == Rational(value);
}
template <class T>
bool near(const T& x, const char* value) {
  return plain(x) == Approx(Rational(value).convert_to<double>()).epsilon(1e-14);
}
double plain(const Rational& x) {
  return x.convert_to<double>();
}

}  // namespace

TEMPLATE_TEST_CASE("the old WBETH index dies of the cross, never of the dollar pair; the new one of no pair of the wrapped coin", "[feed]", double, Strict,
                   Rational) {
  using T = TestType;
  const Loan<T> loan;
  const auto old = all(loan, old_index<T>());
  CHECK(old[wbeth_usdt].below.outcome == FeedOutcome::cannot);  // without it the index is still 0.8 of redemption
  CHECK(old[wbeth_usdt].above.outcome == FeedOutcome::cannot);
  REQUIRE(old[wbeth_eth].below.outcome == FeedOutcome::dies);
  CHECK(near(old[wbeth_eth].below.print, "1377/2000"));  // (0.71 - 0.2) / 0.8 = 0.6375 of 1.08
  CHECK(old[wbeth_eth].below.key == wbeth);
  REQUIRE(old[eth_usdt].below.outcome == FeedOutcome::dies);
  CHECK(near(old[eth_usdt].below.print, "2550"));  // 0.6375 of 4,000: the dollar pair still says 4,320
  CHECK(old[redemption].below.outcome == FeedOutcome::cannot);
  CHECK(old[wbeth_eth].above.outcome == FeedOutcome::cannot);

  const auto now = all(loan, new_index());
  CHECK(now[wbeth_usdt].below.outcome == FeedOutcome::cannot);
  CHECK(now[wbeth_eth].below.outcome == FeedOutcome::cannot);
  REQUIRE(now[eth_usdt].below.outcome == FeedOutcome::dies);
  CHECK(near(now[eth_usdt].below.print, "2840"));
  REQUIRE(now[redemption].below.outcome == FeedOutcome::dies);
  CHECK(near(now[redemption].below.print, "1917/2500"));  // 0.71 of 1.08
}

TEMPLATE_TEST_CASE("the same account with its peg as a key: it dies at 0.71", "[feed]", double, Strict, Rational) {
  using T = TestType;
  const KeyId keys[] = {KeyId{0}, KeyId{1}};
  const DerivedPrice<T> product[] = {{.times = keys, .factor = Ratio<T>(T(T(108) / T(100)))}};  // key 2 = ETH x peg x 1.08
  const Asset<T> held[] = {{.amount = Quantity<T>(100), .key = KeyId{2}}};
  const T owed = T(T(432'000 * 71) / T(110));
  const auto p = Portfolio<T>::make(
      {.cash = T(-owed), .assets = held, .derived = product, .rule = {.requirement = false, .level = true, .level_ratio = Ratio<T>(bps<T>(11'000))}}, 2);
  REQUIRE(p);
  const Price<T> marks[] = {Price<T>(4'000), Price<T>(1)};
  Workspace<T> workspace(*p);
  const auto peg = p->liquidation_price(marks, KeyId{1}, workspace);
  REQUIRE(peg.below);
  CHECK(near((*peg.below).raw(), "71/100"));
}
