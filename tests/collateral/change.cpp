// SPDX-License-Identifier: Apache-2.0
// Dated ratios: what held when, the file of Binance's announcements, and rows that are refused.
#include "support/property.hpp"
#include "support/sample.hpp"

#include <loadline/collateral/change_file.hpp>
#include <loadline/ext/multiprecision.hpp>

#include <fstream>
#include <iterator>

using namespace loadline;

namespace {

Moment at(std::string_view text) {
  return *read_moment(text);
}
template <class T>
using Ratios = std::span<const Change<Ratio<T>>>;

template <class T>
Result<ChangeFile<T>, ChangeError> announcements() {
  std::ifstream in(LOADLINE_DATA_DIR "/binance_portfolio_margin_ratios_2025-08_2026-04.csv", std::ios::binary);
  return read_changes<T>(std::string(std::istreambuf_iterator<char>(in), {}));
}
template <class T>
bool is(const std::optional<Ratio<T>>& x, std::string_view text) {
  return x.has_value() && x->raw() == dec<T>(text);
}

struct BadFile {
  const char* claim;
  const char* text;
  ChangeFault fault;
  Errc code;
  std::uint32_t line;
};
#define HEADER "asset,effective,from,to\n"
#define ROW "A,2025-01-01T06:00Z,0.5,0.6\n"
constexpr BadFile bad_files[] = {
    {"an empty text", "", ChangeFault::empty, Errc::missing_field, 0},
    {"a header alone", "# a\n" HEADER, ChangeFault::empty, Errc::missing_field, 2},
    {"no header", ROW, ChangeFault::header, Errc::bad_field, 1},
    {"three columns", HEADER "A,2025-01-01T06:00Z,0.5\n", ChangeFault::columns, Errc::bad_field, 2},
    {"five columns", HEADER "A,2025-01-01T06:00Z,0.5,0.6,\n", ChangeFault::columns, Errc::bad_field, 2},
    {"no asset", HEADER ",2025-01-01T06:00Z,0.5,0.6\n", ChangeFault::columns, Errc::bad_field, 2},
    {"a day with a zone", HEADER "A,2025-01-01Z,0.5,0.6\n", ChangeFault::time, Errc::bad_time, 2},
    {"an hour without a zone", HEADER "A,2025-01-01T06:00,0.5,0.6\n", ChangeFault::time, Errc::bad_time, 2},
    {"no time", HEADER "A,,0.5,0.6\n", ChangeFault::time, Errc::bad_time, 2},
    {"a day that is none", HEADER "A,2025-02-29T06:00Z,0.5,0.6\n", ChangeFault::time, Errc::bad_time, 2},
    {"a ratio that is no number", HEADER "A,2025-01-01T06:00Z,half,0.6\n", ChangeFault::number, Errc::bad_number, 2},
    {"a ratio that is missing", HEADER "A,2025-01-01T06:00Z,0.5,\n", ChangeFault::number, Errc::bad_number, 2},
    {"a ratio that is NaN", HEADER "A,2025-01-01T06:00Z,0.5,nan\n", ChangeFault::number, Errc::bad_number, 2},
    {"a ratio beyond any double", HEADER "A,2025-01-01T06:00Z,0.5,1e999\n", ChangeFault::number, Errc::number_range, 2},
    {"a ratio above 1", HEADER ROW "B,2025-01-01T06:00Z,0.5,1.0001\n", ChangeFault::ratio, Errc::bad_weight, 3},
    {"a ratio in percent", HEADER "A,2025-01-01T06:00Z,50,0.6\n", ChangeFault::ratio, Errc::bad_weight, 2},
    {"a ratio below 0", HEADER "A,2025-01-01T06:00Z,0.5,-0.1\n", ChangeFault::ratio, Errc::bad_weight, 2},
    {"the same minute again", HEADER ROW ROW, ChangeFault::order, Errc::bad_time, 3},
    {"a minute of the day before it", HEADER "A,2025-01-01,0.5,0.6\nA,2025-01-01T06:00Z,0.6,0.7\n", ChangeFault::order, Errc::bad_time, 3},
    {"an earlier change of one asset", HEADER ROW "B,2024-01-01T06:00Z,0.5,0.6\nA,2024-12-31T06:00Z,0.6,0.7\n", ChangeFault::order, Errc::bad_time, 4},
};

}  // namespace

TEMPLATE_TEST_CASE("the first bad row of a file of changes is refused by its line", "[collateral]", LOADLINE_SCALARS) {
  for (const BadFile& bad : bad_files) {
    INFO(bad.claim);
    const auto file = read_changes<TestType>(bad.text);
    REQUIRE_FALSE(file.has_value());
    CHECK(std::string(message(file.error().fault)) == message(bad.fault));
    CHECK(std::string(name(file.error().code)) == name(bad.code));
    CHECK(file.error().line == bad.line);
  }
}

TEMPLATE_TEST_CASE("a change that does not begin where the one before ended is counted, not refused", "[collateral]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto file =
      read_changes<T>(HEADER ROW "B,2025-01-01T06:00Z,,0.1\r\nA,2025-02-01T06:00Z,0.55,0.4\nA,2025-03-01T06:00Z,0.4,0\nB,2025-03-01T06:00Z,0.1,1\n");
  REQUIRE(file.has_value());
  CHECK(file->breaks == std::vector<std::uint32_t>{4});
  CHECK(breaks(file->find("A")) == 1);
  CHECK(breaks(file->find("B")) == 0);
  CHECK(file->find("C").empty());
  CHECK(check(file->find("A")) == std::nullopt);
  // Between the two the ratio fell to 0.55 on a day that nobody has: the smaller counts.
  CHECK(is(least_in_force(file->find("A"), at("2025-01-15")), "0.55"));
  CHECK_FALSE(least_in_force(file->find("B"), at("2024-12-31")).has_value());
}

TEMPLATE_TEST_CASE("what held at an hour, on a day, and before anything is known", "[collateral]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto file = read_changes<T>(HEADER "A,2025-01-10T06:00Z,0.8,0.75\nA,2025-02-10T06:00Z,0.75,0.9\n");
  REQUIRE(file.has_value());
  const Ratios<T> a = file->find("A");
  const InForce<Ratio<T>> early = in_force(a, at("2025-01-09"));
  CHECK_FALSE(early.value.has_value());  // absent: nobody said since when
  CHECK(is(early.next_from, "0.8"));
  CHECK(is(least_in_force(a, at("2025-01-09")), "0.8"));
  CHECK(is(in_force(a, at("2025-01-10T06:00Z")).value, "0.75"));
  CHECK_FALSE(in_force(a, at("2025-01-10T05:59Z")).value.has_value());
  const InForce<Ratio<T>> fall = in_force(a, at("2025-01-10")), rise = in_force(a, at("2025-02-10"));
  CHECK((is(fall.value, "0.8") && is(fall.other, "0.75")));
  CHECK((is(rise.value, "0.75") && is(rise.other, "0.9")));
  CHECK(is(least_in_force(a, at("2025-01-10")), "0.75"));  // the day alone: the smaller of the two
  CHECK(is(least_in_force(a, at("2025-02-10")), "0.75"));
  CHECK(is(least_in_force(a, at("2025-02-10T06:00Z")), "0.9"));
  const InForce<Ratio<T>> late = in_force(a, at("2030-01-01"));
  CHECK((is(late.value, "0.9") && !late.other && !late.next_from));
  CHECK_FALSE(least_in_force(Ratios<T>{}, at("2025-01-01")).has_value());
}

TEMPLATE_TEST_CASE("a list of changes made by hand is checked", "[collateral]", LOADLINE_SCALARS) {
  using T = TestType;
  const Moment first = at("2025-01-01T06:00Z"), second = at("2025-01-02T06:00Z");
  const auto fault = [](std::vector<Change<Ratio<T>>> changes) { return check(Ratios<T>(changes)); };
  CHECK(fault({{first, {}, dec<T>("0.5")}, {second, Ratio<T>(0), 1}}) == std::nullopt);
  CHECK(fault({{first, {}, dec<T>("0.5")}, {first, {}, 1}}) == Error{Errc::bad_time, Field::source_time, 0, 1});
  CHECK(fault({{second, {}, dec<T>("0.5")}, {first, {}, 1}}) == Error{Errc::bad_time, Field::source_time, 0, 1});
  CHECK(fault({{first, {}, 2}}) == Error{Errc::bad_weight, Field::tier_weight, 0, 0});
  CHECK(fault({{first, Ratio<T>(-1), 1}}) == Error{Errc::bad_weight, Field::tier_weight, 0, 0});
  CHECK(fault({{first, {}, num<T>(NAN)}}) == Error{Errc::bad_number, Field::tier_weight, 0, 0});
}

TEMPLATE_TEST_CASE("the announced ratios of Portfolio Margin, 2025-08 to 2026-04", "[collateral][source:bn_pm_ratio_changes]", double, Strict, Rational) {
  using T = TestType;
  const auto file = announcements<T>();
  REQUIRE(file.has_value());
  std::size_t rows = 0, broken = 0;
  for (const AssetChanges<T>& asset : file->assets) {
    rows += asset.changes.size();
    broken += breaks(Ratios<T>(asset.changes));
    CHECK(check(Ratios<T>(asset.changes)) == std::nullopt);
  }
  CHECK(rows == 264);
  CHECK(file->assets.size() == 188);
  CHECK(file->breaks == std::vector<std::uint32_t>{102, 233});  // XEC and 1000SATS
  CHECK(broken == 2);
  struct Known {
    const char *asset, *when, *ratio;
  };
  for (const Known& known : std::initializer_list<Known>{{"TRX", "2025-08-25", "0.5"},
                                                         {"TRX", "2025-10-10", "0.85"},
                                                         {"SUI", "2025-10-10", "0.7"},
                                                         {"WBTC", "2025-08-26", "0.5"},
                                                         {"WBTC", "2025-10-10", "0.7"},
                                                         {"WBTC", "2026-04-25", "0.6"},
                                                         {"PAXG", "2025-10-10", "0.8"},
                                                         {"PAXG", "2025-12-31", "0.6"},
                                                         {"DOT", "2025-10-10T21:20:00Z", "0.75"},
                                                         {"FIL", "2025-10-10", "0.7"},
                                                         {"LTC", "2026-02-06T05:59Z", "0.85"},
                                                         {"LTC", "2026-02-06T06:00Z", "0.8"},
                                                         {"WIF", "2026-03-01", "0.4"},
                                                         {"USDP", "2026-01-30", "0.9"},
                                                         {"XEC", "2025-09-15", "0.35"},
                                                         {"U", "2026-03-20", "0.9"}}) {
    INFO(known.asset << " " << known.when);
    CHECK(is(least_in_force(file->find(known.asset), at(known.when)), known.ratio));
  }
  CHECK(file->find("BTC").empty());  // of the largest coins no ratio was found
}

// The lookup against one written down again: every candidate value, one by one, from a table of days.
TEST_CASE("what held is the last change before, whatever the list", "[collateral]") {
  check_property("in_force and least_in_force against a search over days", 200, [] {
    const int n = *rc::gen::inRange(0, 5);
    std::vector<Change<Ratio<Rational>>> changes;
    std::vector<int> days;
    int day = 1;
    for (int i = 0; i < n; ++i) {
      day += *rc::gen::inRange(1, 6);
      days.push_back(day);
      const std::string text = "2025-01-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + "T06:00Z";
      changes.push_back({at(text), Ratio<Rational>(Rational(*rc::gen::inRange(0, 11)) / 10), Ratio<Rational>(Rational(*rc::gen::inRange(0, 11)) / 10)});
    }
    const int asked = *rc::gen::inRange(1, 29);
    const std::string text = "2025-01-" + std::string(asked < 10 ? "0" : "") + std::to_string(asked);
    std::optional<Rational> least;
    const auto consider = [&least](const Rational& x) { least = least && *least < x ? least : std::optional<Rational>(x); };
    for (std::size_t i = 0; i < changes.size(); ++i) {
      const bool last = i + 1 == changes.size();
      if (days[i] <= asked && (last || asked <= days[i + 1])) consider(changes[i].to.raw());       // the ratio of this stretch
      if (asked <= days[i] && (i == 0 || days[i - 1] <= asked)) consider(changes[i].from->raw());  // what its end claims it was
    }
    const auto found = least_in_force(Ratios<Rational>(changes), at(text));
    RC_ASSERT(found.has_value() == least.has_value());
    if (found) RC_ASSERT(found->raw() == *least);
  });
}
