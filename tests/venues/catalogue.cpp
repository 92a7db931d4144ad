// SPDX-License-Identifier: Apache-2.0
// The rule sets of the library by id, and the days on which they hold.
#include "support/catch.hpp"

#include <loadline/venues/catalogue.hpp>

#include <string>

using namespace loadline::venues;

namespace {

constexpr RuleSet year{"year", "2024-01-01", "2024-12-31", "none"};
constexpr RuleSet undated{"undated", "", "", "none"};

static_assert(covers(year, "2024-01-01") && covers(year, "2024-06-30") && covers(year, "2024-12-31"));
static_assert(!covers(year, "2023-12-31") && !covers(year, "2025-01-01"));
static_assert(covers(year, "2024-12-31T23:59:59Z") && !covers(year, "2025-01-01T00:00:00Z"));
static_assert(!covers(year, "") && !covers(year, "2024") && !covers(year, "2024-06-3") && !covers(year, "2024/06/30") && !covers(year, "2024-06-30 12:00"));
static_assert(!covers(undated, "2024-06-30") && !covers(undated, ""));
static_assert(find_rules("binance-usdm-single-asset") != nullptr && find_rules("binance") == nullptr && find_rules("") == nullptr);

}  // namespace

TEST_CASE("every rule set has an id, a source and days in order, or no known day at all", "[venues]") {
  for (const RuleSet& rules : catalogue) {
    INFO(rules.id);
    CHECK_FALSE(std::string_view(rules.id).empty());
    CHECK(std::string_view(rules.source).find("Binance") != std::string_view::npos);
    const std::string_view first = rules.first_day, last = rules.last_day;
    if (first.empty()) {
      CHECK(last.empty());
      continue;
    }
    CHECK(is_day(first));
    CHECK(is_day(last));
    CHECK(first <= last);
    CHECK(covers(rules, first));
    CHECK(covers(rules, last));
  }
}

TEST_CASE("the catalogue is ordered by id, without a repetition, and finds each", "[venues]") {
  CHECK(catalogue.size() == 10);
  for (std::size_t i = 0; i < catalogue.size(); ++i) {
    if (i > 0) CHECK(std::string_view(catalogue[i - 1].id) < std::string_view(catalogue[i].id));
    CHECK(find_rules(std::string(catalogue[i].id)) == &catalogue[i]);
  }
}

TEST_CASE("on the day of a change at an hour both rule sets hold", "[venues]") {
  const RuleSet &before = BinanceCrossMarginProNetEquity::rules, &after = BinanceCrossMarginProNetCollateral::rules;
  CHECK(covers(before, "2025-01-20"));
  CHECK_FALSE(covers(after, "2025-01-20"));
  CHECK(covers(before, "2025-01-21"));
  CHECK(covers(after, "2025-01-21"));
  CHECK_FALSE(covers(before, "2025-01-22"));
  CHECK(covers(after, "2025-01-22"));
}

TEST_CASE("the day of the crash is covered by every rule set in force that has a date", "[venues]") {
  for (const char* id : {"binance-coinm", "binance-cross-margin-classic", "binance-cross-margin-pro-net-collateral", "binance-portfolio-margin",
                         "binance-portfolio-margin-pro", "binance-usdm-multi-assets", "binance-usdm-single-asset"}) {
    INFO(id);
    REQUIRE(find_rules(id) != nullptr);
    CHECK(covers(*find_rules(id), "2025-10-10T21:20:00Z"));
  }
  CHECK_FALSE(covers(BinanceIsolatedMarginFlat::rules, "2025-10-10"));  // its copies have no date
}
