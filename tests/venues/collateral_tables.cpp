// SPDX-License-Identifier: Apache-2.0
// Venues' collateral tiers by day, the worked numbers that they give, ranks, and the three ratios of Binance.
#include "collateral/laws.hpp"
#include "venues/priced.hpp"

#include <loadline/venues/binance_ratio_use.hpp>
#include <loadline/venues/collateral_tables.hpp>

#include <set>
#include <type_traits>

using namespace loadline;
using namespace loadline::venues;

namespace {

template <class T>
std::vector<WeightTier<T>> tiers_of(std::string_view id) {
  const CollateralTable* table = find_table(collateral_tables, id);
  REQUIRE(table != nullptr);
  std::vector<WeightTier<T>> out(table->count);
  REQUIRE(*write_tiers<T>(*table, out) == table->count);
  return out;
}
/// What an account counts of a balance under a table.
template <class T>
T counts(std::string_view id, std::string_view amount, std::string_view price = "1") {
  const auto tiers = tiers_of<T>(id);
  const std::array<Asset<T>, 1> assets{
      Asset<T>{.amount = dec<T>(amount), .price = dec<T>(price), .weight_tiers = tiers, .tier_unit = find_table(collateral_tables, id)->unit}};
  return portfolio<T>({.assets = assets}, {}).figures({}).margin_balance.raw();
}
/// Whether it is that number: exactly in rationals.
template <class T>
bool gives(const T& x, std::string_view exact) {
  if constexpr (std::is_same_v<T, Rational>)
    return x == dec<Rational>(exact);
  else
    return same(x, exact);
}
template <class T>
bool rows_are(std::string_view id, const std::vector<WeightTier<T>>& wanted) {
  const auto found = tiers_of<T>(id);
  if (found.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (found[i].cap.has_value() != wanted[i].cap.has_value() || (found[i].cap && !(*found[i].cap == *wanted[i].cap)) || !(found[i].weight == wanted[i].weight))
      return false;
  return true;
}

static_assert(!std::is_convertible_v<RatioTiers<RatioUse::borrow, double>, RatioTiers<RatioUse::liquidation, double>>);
static_assert(!std::is_convertible_v<RatioTiers<RatioUse::transfer_out, double>, RatioTiers<RatioUse::borrow, double>>);
template <RatioUse Use>
void needs(const RatioTiers<Use, double>&);
template <class Tiers>
concept AcceptedForLiquidation = requires(const Tiers& tiers) {
  needs<RatioUse::liquidation>(tiers);
};
static_assert(AcceptedForLiquidation<RatioTiers<RatioUse::liquidation, double>>);
static_assert(!AcceptedForLiquidation<RatioTiers<RatioUse::borrow, double>> && !AcceptedForLiquidation<RatioTiers<RatioUse::transfer_out, double>>);
static_assert(collateral_tables.size() == 30);

}  // namespace

// --- worked numbers -----------------------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("6,000 BTC at 20,000 count 119,500,000 on cross margin", "[venues][source:bn_xm_btc_tiers]", double, Strict, Rational) {
  CHECK(gives(counts<TestType>("binance-cross-margin-btc", "6000", "20000"), "119500000"));
}

TEMPLATE_TEST_CASE("the caps of asset No. 6", "[venues][source:bn_xm_asset_no6_caps]", double, Strict, Rational) {
  for (const auto& [value, counted] :
       {std::pair("800000", "800000"), std::pair("1200000", "1180000"), std::pair("2000000", "1860000"), std::pair("2500000", "2110000"),
        std::pair("4000000", "2410000"), std::pair("6000000", "2610000"), std::pair("9000000", "2610000")})
    CHECK(gives(counts<TestType>("binance-cross-margin-no-6", value), counted));
}

TEMPLATE_TEST_CASE("1,500,000 at ranks 4, 6, 8 and 10", "[venues][source:bn_pmpro_rank_values]", double, Strict, Rational) {
  using T = TestType;
  CHECK(gives(counts<T>("binance-portfolio-margin-pro-rank-4", "1500000"), "1500000"));
  CHECK(gives(counts<T>("binance-portfolio-margin-pro-rank-6", "1500000"), "1405000"));
  CHECK(gives(counts<T>("binance-portfolio-margin-pro-rank-8", "1500000"), "820000"));
  CHECK(gives(counts<T>("binance-portfolio-margin-pro-rank-10", "1500000"), "290000"));
}

TEMPLATE_TEST_CASE("11 million USDT under the two copies of OKX's page", "[venues][source:okx_discount_usdt_a][source:okx_discount_usdt_b]", double, Strict,
                   Rational) {
  CHECK(gives(counts<TestType>("okx-discount-usdt-a", "11000000"), "10300000"));
  CHECK(gives(counts<TestType>("okx-discount-usdt-b", "11000000"), "10825000"));
}

TEMPLATE_TEST_CASE("10 BTC at 60,000 on Bitget", "[venues][source:bitget_haircut_tiers]", double, Strict, Rational) {
  CHECK(gives(counts<TestType>("bitget-multi-asset-btc", "10", "60000"), "582000"));
}

// 45 BTC of the help page's tiers: 10 x (0.98 + 0.95 + 0.9 + 0.85) + 5 x 0.8 = 40.8.
TEMPLATE_TEST_CASE("BTC by coins on Bybit", "[venues]", double, Strict, Rational) {
  CHECK(gives(counts<TestType>("bybit-unified-btc", "45", "2"), "81.6"));
  CHECK(gives(counts<TestType>("bybit-unified-btc", "70", "2"), "89.6"));  // nothing above 50
}

// OKX prints 5,785,500 for 100 BTC at 60,000. Its rows above 25 BTC were not seen: here they count nothing, which is less, never more.
TEST_CASE("OKX's example of 100 BTC is not reproduced, and what is known of it stays below it", "[venues]") {
  CHECK(counts<Rational>("okx-discount-btc", "100", "60000") == Rational(1'469'250));  // (20 x 0.98 + 5 x 0.9775) x 60,000
  CHECK(counts<Rational>("okx-discount-btc", "100", "60000") < Rational(5'785'500));
  CHECK(counts<Rational>("okx-discount-btc", "20", "60000") == Rational(1'176'000));
}

// The tables that the tests of the two account types write out themselves are these.
TEMPLATE_TEST_CASE("the tables equal those written out elsewhere", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  CHECK(rows_are<T>("binance-cross-margin-btc",
                    weights<T>({"100000000", "120000000", "150000000", "180000000", "200000000"}, {"1", "0.975", "0.95", "0.9", "0.85"})));
  CHECK(rows_are<T>("binance-portfolio-margin-pro-rank-3", weights<T>({"10000000", "30000000", ""}, {"1", "0.975", "0.95"})));
  CHECK(rows_are<T>("binance-portfolio-margin-pro-rank-5", weights<T>({"1000000", "2000000", "5000000", ""}, {"1", "0.95", "0.75", "0.6"})));
  CHECK(rows_are<T>("binance-portfolio-margin-pro-rank-7", weights<T>({"800000", "1200000", "2000000", ""}, {"1", "0.95", "0.75", "0.5"})));
  CHECK(rows_are<T>("binance-portfolio-margin-pro-rank-9", weights<T>({"100000", "250000", "500000", ""}, {"1", "0.8", "0.5", "0.1"})));
  CHECK(rows_are<T>("binance-portfolio-margin-pro-rank-11", weights<T>({"50000", ""}, {"1", "0.1"})));
  CHECK(rows_are<T>("binance-portfolio-margin-pro-rank-13", weights<T>({"8000000", "12000000", ""}, {"0.999", "0.975", "0"})));
  CHECK(rows_are<T>("binance-portfolio-margin-pro-rank-16", weights<T>({"1200000", "2000000", ""}, {"1", "0.975", "0"})));
  CHECK(rows_are<T>("binance-cross-margin-no-7",
                    weights<T>({"200000", "400000", "800000", "1000000", "3000000", "4000000", ""}, {"1", "0.8", "0.7", "0.5", "0.2", "0.1", "0"})));
  CHECK(rows_are<T>("binance-cross-margin-no-8", weights<T>({"100000", "250000", "500000", "700000", "1000000", ""}, {"1", "0.8", "0.6", "0.3", "0.1", "0"})));
  CHECK(rows_are<T>("binance-cross-margin-no-9", weights<T>({"100000", "150000", "200000", "400000", "600000", ""}, {"1", "0.8", "0.6", "0.3", "0.1", "0"})));
  CHECK(rows_are<T>("binance-cross-margin-no-10", weights<T>({"100000", ""}, {"1", "0"})));
  CHECK(rows_are<T>("okx-discount-beth-before", weights<T>({"1000000", "2000000", "4000000", ""}, {"0.8", "0.75", "0.5", "0"})));
  CHECK(rows_are<T>("okx-discount-beth", weights<T>({"2000000", "4000000", "8000000", ""}, {"0.95", "0.85", "0.5", "0"})));
  CHECK(rows_are<T>("okx-discount-luna", weights<T>({"250000", "500000", "1000000"}, {"0.8", "0.7", "0.5"})));
}

// --- the tables as such -------------------------------------------------------------------------------------------------------

TEST_CASE("every table keeps the laws of a haircut", "[venues]") {
  for (const CollateralTable& table : collateral_tables) check_haircut_laws(table.rules.id, tiers_of<Rational>(table.rules.id));
}

TEST_CASE("every table has an id of its own, a source, rows, and days in order or none", "[venues]") {
  std::set<std::string_view> ids;
  for (const CollateralTable& table : collateral_tables) {
    INFO(table.rules.id);
    CHECK(ids.insert(table.rules.id).second);
    CHECK_FALSE(std::string_view(table.rules.source).empty());
    CHECK(table.count > 0);
    CHECK(table.count <= max_collateral_rows);
    const std::string_view first = table.rules.first_day, last = table.rules.last_day;
    CHECK(first.empty() == last.empty());
    CHECK(first <= last);
    if (first.empty()) {
      CHECK(find_table(std::span(&table, 1), table.market, table.name, "2025-10-10") == nullptr);
      continue;
    }
    CHECK((read_moment(first) && read_moment(last)));
    for (const std::string_view day : {first, last}) CHECK(find_table(std::span(&table, 1), table.market, table.name, day) == &table);
    // Where two tables cover a day, the first found counts no more than the other.
    const CollateralTable* found = find_table(collateral_tables, table.market, table.name, last);
    REQUIRE(found != nullptr);
    for (int i = 0; i <= 100; ++i) {
      const Rational v = Rational(i) * 100'000;
      CHECK(haircut_value(tiers_of<Rational>(found->rules.id), v) <= haircut_value(tiers_of<Rational>(table.rules.id), v));
    }
  }
}

TEST_CASE("a table is found by market, name and day, and no other day's table is given for it", "[venues]") {
  const auto id = [](std::string_view market, std::string_view name, std::string_view day) {
    const CollateralTable* table = find_table(collateral_tables, market, name, day);
    return std::string_view(table == nullptr ? "none" : table->rules.id);
  };
  CHECK(id(binance_cross_margin, "No. 6", "2025-10-14") == "binance-cross-margin-no-6");
  CHECK(id(binance_cross_margin, "No. 6", "2026-01-21T12:00:00Z") == "binance-cross-margin-no-6");
  CHECK(id(binance_cross_margin, "No. 6", "2025-10-10") == "none");  // the tables of the crash were not seen
  CHECK(id(binance_cross_margin, "No. 6", "2026-01-22") == "none");
  CHECK(id(binance_cross_margin, "rank 6", "2025-10-14") == "none");
  CHECK(id(binance_portfolio_margin_pro, "rank 4", "2025-10-10") == "binance-portfolio-margin-pro-rank-4");
  CHECK(id(binance_portfolio_margin_pro, "rank 12", "2025-10-10") == "none");
  CHECK(id(okx_discount, "BETH", "2024-07-18") == "okx-discount-beth-before");
  CHECK(id(okx_discount, "USDT", "2024-07-18") == "none");
  CHECK(id(bitget_multi_asset, "BTC", "2024-09-05") == "bitget-multi-asset-btc");
  CHECK(id(bitget_multi_asset, "BTC", "no day") == "none");
  CHECK(id("", "", "") == "none");
  CHECK(find_table(collateral_tables, "no such id") == nullptr);
}

TEMPLATE_TEST_CASE("a table that does not fit is not written", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array<WeightTier<T>, 2> small{WeightTier<T>{.weight = 0}, WeightTier<T>{.weight = 0}};
  CHECK(write_tiers<T>(*find_table(collateral_tables, "bitget-multi-asset-btc"), small).error() == Error{Errc::bad_size, Field::weight_tiers});
  CHECK(small[0].weight == Ratio<T>(0));
}

// --- ranks --------------------------------------------------------------------------------------------------------------------

TEST_CASE("an asset's rank by day, and none where no move was seen", "[venues]") {
  const auto rank = [](const char* market, const char* asset, const char* when) { return binance_rank(market, asset, *read_moment(when)); };
  CHECK(rank(binance_cross_margin, "ARB", "2026-01-13").value == 7);
  const auto arb = rank(binance_cross_margin, "ARB", "2026-01-12T13:00Z");  // the hour of the move is not known
  CHECK((arb.value == 6 && arb.other == 7));
  const auto early = rank(binance_cross_margin, "ARB", "2026-01-11");
  CHECK((!early.value && !early.other && early.next_from == 6));
  CHECK(rank(binance_cross_margin, "ZEC", "2026-01-13").value == 7);
  CHECK(rank(binance_portfolio_margin_pro, "ZEC", "2026-01-13").value == 10);
  const auto wld = rank(binance_portfolio_margin_pro, "WLD", "2025-12-01"), later = rank(binance_portfolio_margin_pro, "WLD", "2026-02-01");
  CHECK((wld.value == 7 && !wld.other && later.value == 8 && !later.other));
  const auto moved = rank(binance_portfolio_margin_pro, "WLD", "2026-01-23");
  CHECK((moved.value == 7 && moved.other == 8));
  CHECK_FALSE(rank(binance_portfolio_margin_pro, "WLD", "2025-11-06").value.has_value());
  const auto none = rank(binance_portfolio_margin_pro, "BTC", "2026-02-01");
  CHECK((!none.value && !none.other && !none.next_from));
  for (std::size_t i = 0; i < binance_rank_moves.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (std::string_view(binance_rank_moves[i].market) == binance_rank_moves[j].market &&
          std::string_view(binance_rank_moves[i].asset) == binance_rank_moves[j].asset)
        CHECK(before(binance_rank_moves[j].change.effective, binance_rank_moves[i].change.effective));
}

// --- borrowing, transfers, liquidation ----------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("before 2026-01-21 13:00 UTC one ratio served all uses", "[venues][source:bn_xm_three_ratios]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto one = tiers_of<T>("binance-cross-margin-no-6");
  const auto is_one = [&](const auto& ratio) {
    if (!ratio || ratio->count != one.size()) return false;
    for (std::size_t i = 0; i < one.size(); ++i)
      if (!(ratio->rows[i].weight == one[i].weight) || ratio->rows[i].cap.has_value() != one[i].cap.has_value()) return false;
    return true;
  };
  for (const char* when : {"2025-12-01", "2026-01-20", "2026-01-21T12:59Z"})
    for (const MarginMode mode : {MarginMode::classic, MarginMode::pro}) {
      CHECK(is_one(binance_ratio<RatioUse::borrow, T>(mode, 6, when)));
      CHECK(is_one(binance_ratio<RatioUse::transfer_out, T>(mode, 6, when)));
      CHECK(is_one(binance_ratio<RatioUse::liquidation, T>(mode, 6, when)) == (mode == MarginMode::pro));
    }
  // The level of Classic takes no haircut.
  const auto level = binance_ratio<RatioUse::liquidation, T>(MarginMode::classic, 6, "2025-12-01");
  REQUIRE(level.has_value());
  CHECK((level->count == 1 && level->rows[0].weight == Ratio<T>(1) && !level->rows[0].cap));
}

TEMPLATE_TEST_CASE("since then borrowing and transfers have a flat ratio by rank", "[venues][source:bn_xm_three_ratios]", LOADLINE_SCALARS) {
  using T = TestType;
  const char* flat_ratios[] = {"0.9999", "0.95", "0.9", "0.9", "0.8", "0.6", "0.5", "0.4", "0.2", "0.1"};
  for (int rank = 1; rank <= 10; ++rank)
    for (const char* when : {"2026-01-21T13:00Z", "2026-01-22", "2026-06-01"}) {
      const auto borrow = binance_ratio<RatioUse::borrow, T>(MarginMode::classic, rank, when);
      REQUIRE(borrow.has_value());
      CHECK((borrow->count == 1 && !borrow->rows[0].cap && borrow->rows[0].weight == Ratio<T>(dec<T>(flat_ratios[rank - 1]))));
      for (const MarginMode mode : {MarginMode::classic, MarginMode::pro}) {
        const auto out = binance_ratio<RatioUse::transfer_out, T>(mode, rank, when);
        REQUIRE(out.has_value());
        CHECK(out->rows[0].weight == borrow->rows[0].weight);
      }
      CHECK(binance_ratio<RatioUse::borrow, T>(MarginMode::pro, rank, when).error() == Error{Errc::unsupported, Field::rule});
      CHECK(binance_ratio<RatioUse::liquidation, T>(MarginMode::classic, rank, when).error() == Error{Errc::unsupported, Field::rule});
    }
  CHECK(binance_ratio<RatioUse::liquidation, T>(MarginMode::pro, 6, "2026-01-21T13:00Z").has_value());
}

TEMPLATE_TEST_CASE("a ratio that is not known is not given", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto fault = [](int rank, std::string_view when) { return binance_ratio<RatioUse::transfer_out, T>(MarginMode::pro, rank, when).error(); };
  for (const int rank : {-1, 0, 11}) CHECK(fault(rank, "2026-02-01") == Error{Errc::bad_parameter, Field::tier});
  CHECK(fault(6, "2026-01-21") == Error{Errc::bad_time, Field::source_time});  // which side of 13:00?
  CHECK(fault(6, "yesterday") == Error{Errc::bad_time, Field::source_time});
  CHECK(fault(5, "2025-12-01") == Error{Errc::missing_field, Field::weight_tiers});
  CHECK(fault(6, "2025-10-10") == Error{Errc::missing_field, Field::weight_tiers});
}

// 2,000,000 of rank 6 and a debt of 1: the level and what may be borrowed are two numbers.
TEMPLATE_TEST_CASE("each ratio goes to its own place in an asset", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto dies = binance_ratio<RatioUse::liquidation, T>(MarginMode::pro, 6, "2026-01-21T13:00Z");
  const auto borrows = binance_ratio<RatioUse::borrow, T>(MarginMode::classic, 6, "2026-02-01");
  REQUIRE((dies.has_value() && borrows.has_value()));
  std::array<Asset<T>, 1> assets{Asset<T>{.amount = 2'000'000}};
  weigh(assets[0], *dies);
  weigh(assets[0], *borrows);
  const auto f = portfolio<T>({.assets = assets}, {}).figures({});
  CHECK(same(f.margin_balance, "1860000"));
  CHECK(same(f.available, "1200000"));
}
