// SPDX-License-Identifier: Apache-2.0
// Isolated margin: a pair, its tier and its level.
#include "support/catch.hpp"
#include "venues/accounts.hpp"
#include "venues/priced.hpp"

#include <loadline/venues/binance_isolated_margin.hpp>

using namespace loadline;
using venues::BinanceIsolatedLeverage;
using venues::BinanceIsolatedMargin;
using venues::BinanceIsolatedMarginFlat;
using venues::BinanceIsolatedMarginRising;
using venues::BinanceIsolatedTier;
using venues::BinanceMarginBalance;

namespace {

/// BTCUSDT as the older page has it: 9 BTC and 70,000 USDT a tier.
template <class T>
std::vector<BinanceIsolatedTier<T>> btcusdt() {
  std::vector<BinanceIsolatedTier<T>> out;
  for (int tier = 1; tier <= 10; ++tier)
    out.push_back({.liquidation_risk_ratio = BinanceIsolatedMarginRising::liquidation_ratio<T>(BinanceIsolatedLeverage::x10, static_cast<std::size_t>(tier)),
                   .base_asset_max_borrowable = 9 * tier,
                   .quote_asset_max_borrowable = 70'000 * tier});
  return out;
}
template <class T>
std::size_t tier_of(const std::vector<BinanceIsolatedTier<T>>& rows, std::string_view base, std::string_view quote) {
  return BinanceIsolatedMargin::tier<T>(rows, dec<T>(base), dec<T>(quote));
}
template <class T>
Portfolio<T> pair(const BinanceMarginBalance<T>& base, const BinanceMarginBalance<T>& quote, std::string_view ratio, const std::vector<Price<T>>& prices) {
  const auto assets = BinanceIsolatedMargin::assets<T>(base, quote);
  return portfolio<T>(BinanceIsolatedMargin::account<T>(assets, Ratio<T>(dec<T>(ratio))), prices);
}

}  // namespace

// The base loan is in tier 2, the quote loan in tier 4.
TEMPLATE_TEST_CASE("15 BTC and 250,000 USDT are tier 4, liquidated at 1.083", "[venues][source:bn_im_tier_example]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rows = btcusdt<T>();
  CHECK(tier_of<T>(rows, "15", "0") == 2);
  CHECK(tier_of<T>(rows, "0", "250000") == 4);
  CHECK(tier_of<T>(rows, "15", "250000") == 4);
  CHECK(rows[3].liquidation_risk_ratio == Ratio<T>(dec<T>("1.083")));
}

TEMPLATE_TEST_CASE("a tier holds up to its amounts, included, and the last goes on", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rows = btcusdt<T>();
  CHECK(tier_of<T>(rows, "0", "0") == 1);
  CHECK(tier_of<T>(rows, "9", "70000") == 1);
  CHECK(tier_of<T>(rows, "9.001", "0") == 2);
  CHECK(tier_of<T>(rows, "0", "70000.01") == 2);
  CHECK(tier_of<T>(rows, "90", "0") == 10);
  CHECK(tier_of<T>(rows, "1000", "0") == 10);
  const std::vector<BinanceIsolatedTier<T>> one{rows[0]};
  CHECK(tier_of<T>(one, "1000", "0") == 1);
}

TEMPLATE_TEST_CASE("the older table rises with the tier, the newer one does not", "[venues][source:bn_im_tables]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rising = [](BinanceIsolatedLeverage most, std::size_t tier) { return BinanceIsolatedMarginRising::liquidation_ratio<T>(most, tier); };
  const std::tuple<BinanceIsolatedLeverage, std::vector<const char*>> tables[]{
      {BinanceIsolatedLeverage::x10, {"1.050", "1.061", "1.072", "1.083", "1.094", "1.106", "1.117", "1.128", "1.139", "1.150"}},
      {BinanceIsolatedLeverage::x5, {"1.150", "1.158", "1.165", "1.173", "1.180"}},
      {BinanceIsolatedLeverage::x3, {"1.18", "1.1975", "1.215", "1.2325", "1.25"}}};
  for (const auto& [most, ratios] : tables) {
    for (std::size_t i = 0; i < ratios.size(); ++i) CHECK(rising(most, i + 1) == Ratio<T>(dec<T>(ratios[i])));
    CHECK(rising(most, 0) == rising(most, 1));
    CHECK(rising(most, 99) == rising(most, ratios.size()));
    CHECK(BinanceIsolatedMarginFlat::liquidation_ratio<T>(most) == rising(most, 1));
  }
}

// Long: 1 BTC against 9,000 at 1.05. Short: 11,000 against 1 BTC. At 1.083 the same long dies at 9,747.
TEMPLATE_TEST_CASE("a pair has closed liquidation prices", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto prices = marks<T>({"10000"});
  const auto up = liquidation<T>(pair<T>({.free = 1, .index = btc}, {.borrowed = 8'900, .interest = 100}, "1.05", prices), prices, btc);
  CHECK(same(up.below, "9450", 2e4));
  CHECK(up.above.outcome() == Outcome::none);
  const auto down = liquidation<T>(pair<T>({.borrowed = 1, .index = btc}, {.free = 11'000}, "1.05", prices), prices, btc);
  CHECK(same(down.above, "220000/21", 2e4));
  CHECK(down.below.outcome() == Outcome::none);
  CHECK(same(liquidation<T>(pair<T>({.free = 1, .index = btc}, {.borrowed = 9'000}, "1.083", prices), prices, btc).below, "9747", 2e4));
}

// 1.25 x 1,024 against 1,280.
TEMPLATE_TEST_CASE("a level at the ratio is liquidation", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  CHECK(pair<T>({.free = 1'280}, {.borrowed = 1'024}, "1.25", {}).status({}) == Status::liquidatable);
  CHECK(pair<T>({.free = 1'279, .locked = 2}, {.borrowed = 1'024}, "1.25", {}).status({}) == Status::safe);
  CHECK(pair<T>({.free = 1'000}, {.borrowed = 1'024}, "1.25", {}).status({}) == Status::bankrupt);
  CHECK(pair<T>({.free = 1}, {}, "1.25", {}).status({}) == Status::no_margin);
  const auto rule = BinanceIsolatedMargin::rule<T>(Ratio<T>(2));
  CHECK(rule.level);
  CHECK_FALSE(rule.requirement);
  CHECK_FALSE(rule.level_weighted);
}
