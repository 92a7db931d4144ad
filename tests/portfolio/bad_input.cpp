// SPDX-License-Identifier: Apache-2.0
// Bad accounts: which code, which field, which position and row. And beside each the edge that is still in order.

// A caller's bug ends in this macro; here it throws, so that a test can see it.
struct Broken {};
constexpr void asserted(bool condition) {
  if (!condition) throw Broken();
}
#define LOADLINE_ASSERT(condition) asserted(static_cast<bool>(condition))

#include "support/catch.hpp"
#include "support/sample.hpp"
#include "support/strict.hpp"

#include <loadline/loadline.hpp>

#include <array>
#include <limits>
#include <memory>

using namespace loadline;

namespace {

constexpr double nan_ = std::numeric_limits<double>::quiet_NaN(), signalling = std::numeric_limits<double>::signaling_NaN();
constexpr double inf = std::numeric_limits<double>::infinity(), subnormal = std::numeric_limits<double>::denorm_min();
constexpr double huge = std::numeric_limits<double>::max();

/// A good account of three positions (BTC, ETH in two legs), a coin with every table and a product of the two keys, to be
/// spoiled in one place or two.
template <class T>
struct Draft {
  std::vector<WeightTier<T>> weights{{.cap = T(100), .weight = 1}, {.cap = T(200), .weight = dec<T>("0.5")}},
      initial_weights{{.cap = T(100), .weight = dec<T>("0.75")}, {.weight = dec<T>("0.25")}};
  std::vector<LoanBracket<T>> loans{{.cap = T(10), .maintenance_rate = dec<T>("0.01"), .initial_rate = Ratio<T>(dec<T>("0.02"))},
                                    {.maintenance_rate = dec<T>("0.02"), .initial_rate = Ratio<T>(dec<T>("0.04"))}};
  std::vector<Asset<T>> assets;
  std::vector<KeyId> times{KeyId{0}, KeyId{1}};
  std::vector<DerivedPrice<T>> derived{DerivedPrice<T>{{}}};
  std::array<std::vector<Bracket<T>>, 3> tables;
  std::vector<Position<T>> positions;
  Account<T> account;
  std::uint32_t key_count = 2;

  Draft() : account{.cash = 100'000} {
    for (auto& table : tables)
      table = {{.floor = T(0), .cap = T(1'000), .rate = dec<T>("0.01"), .cum = T(0)},
               {.floor = T(1'000), .cap = T(5'000), .rate = dec<T>("0.02"), .cum = T(10)},
               {.floor = T(5'000), .cap = T(9'000), .rate = dec<T>("0.05"), .cum = T(160)}};
    assets.push_back({.amount = 3});
    assets.push_back({.amount = 2, .key = KeyId{1}, .ratio = dec<T>("1.05")});
    positions.push_back({.key = {0}, .size = 1, .entry = 50'000, .brackets = {}});
    positions.push_back({.key = {1}, .size = 2, .entry = 3'000, .brackets = {}, .side = Side::long_leg});
    positions.push_back({.key = {1}, .size = -1, .entry = 3'000, .brackets = {}, .side = Side::short_leg});
  }

  Position<T>& at(std::size_t i) { return positions[i]; }
  Bracket<T>& row(std::size_t position, std::size_t i) { return tables[position][i]; }

  [[nodiscard]] Result<Portfolio<T>> make() {
    for (std::size_t i = 0; i < positions.size() && i < tables.size(); ++i) positions[i].brackets = tables[i];
    account.positions = positions;
    if (!assets.empty()) {
      Asset<T>& a = assets.back();
      a.weight_tiers = weights;
      a.initial_weight_tiers = initial_weights;
      a.loan_brackets = loans;
    }
    if (!derived.empty()) derived[0].times = times;
    account.assets = assets;
    account.derived = derived;
    return Portfolio<T>::make(account, key_count);
  }
};

template <class T>
struct Case {
  const char* claim;
  void (*spoil)(Draft<T>&);
  Error expected;
};

template <class T>
void check_all(std::initializer_list<Case<T>> cases) {
  for (const Case<T>& c : cases) {
    INFO(c.claim);
    Draft<T> draft;
    REQUIRE(draft.make().has_value());
    c.spoil(draft);
    const Result<Portfolio<T>> made = draft.make();
    REQUIRE_FALSE(made.has_value());
    CHECK(std::string(name(made.error().code)) == name(c.expected.code));
    CHECK(static_cast<int>(made.error().field) == static_cast<int>(c.expected.field));
    CHECK(made.error().index == c.expected.index);
    CHECK(made.error().item == c.expected.item);
  }
}
template <class T>
void check_good(std::initializer_list<std::pair<const char*, void (*)(Draft<T>&)>> cases) {
  for (const auto& [claim, change] : cases) {
    INFO(claim);
    Draft<T> draft;
    change(draft);
    CHECK(draft.make().has_value());
  }
}

}  // namespace

TEMPLATE_TEST_CASE("a number that is not finite is BAD_NUMBER, whatever field it is in", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  using D = Draft<T>;
  constexpr Errc bad = Errc::bad_number;
  for (const double x : {nan_, -nan_, signalling, inf, -inf}) {
    CAPTURE(x);
    static double value;
    value = x;
    check_all<T>({
        {"cash", [](D& d) { d.account.cash = T(value); }, {bad, Field::cash}},
        {"ratio of the rule", [](D& d) { d.account.rule.requirement_ratio = T(value); }, {bad, Field::rule_ratio}},
        {"ratio of the level test, also where it is not listed", [](D& d) { d.account.rule.level_ratio = T(value); }, {bad, Field::level_ratio}},
        {"factor of a product", [](D& d) { d.derived[0].factor = T(value); }, {bad, Field::derived_factor, 0}},
        {"amount", [](D& d) { d.assets[1].amount = T(value); }, {bad, Field::amount, 1}},
        {"ratio of an asset", [](D& d) { d.assets[0].ratio = T(value); }, {bad, Field::asset_ratio, 0}},
        {"price of an asset", [](D& d) { d.assets[0].price = T(value); }, {bad, Field::asset_price, 0}},
        {"liability weight", [](D& d) { d.assets[1].liability_weight = T(value); }, {bad, Field::liability_weight, 1}},
        {"requirement weight", [](D& d) { d.assets[1].requirement_weight = T(value); }, {bad, Field::requirement_weight, 1}},
        {"borrowed", [](D& d) { d.assets[1].borrowed = T(value); }, {bad, Field::borrowed, 1}},
        {"interest", [](D& d) { d.assets[0].interest = T(value); }, {bad, Field::interest, 0}},
        {"cap of a tier", [](D& d) { d.weights[1].cap = T(value); }, {bad, Field::tier_cap, 1, 1}},
        {"weight of a tier", [](D& d) { d.weights[0].weight = T(value); }, {bad, Field::tier_weight, 1, 0}},
        {"cap of a tier for initial margin", [](D& d) { d.initial_weights[0].cap = T(value); }, {bad, Field::initial_tier_cap, 1, 0}},
        {"weight of a tier for initial margin", [](D& d) { d.initial_weights[1].weight = T(value); }, {bad, Field::initial_tier_weight, 1, 1}},
        {"cap of a loan", [](D& d) { d.loans[0].cap = T(value); }, {bad, Field::loan_cap, 1, 0}},
        {"rate of a loan", [](D& d) { d.loans[1].maintenance_rate = T(value); }, {bad, Field::loan_bracket, 1, 1}},
        {"initial rate of a loan", [](D& d) { d.loans[1].initial_rate = Ratio<T>(T(value)); }, {bad, Field::loan_bracket, 1, 1}},
        {"size", [](D& d) { d.at(0).size = T(value); }, {bad, Field::size, 0}},
        {"size of a leg", [](D& d) { d.at(2).size = T(value); }, {bad, Field::size, 2}},
        {"multiplier", [](D& d) { d.at(1).multiplier = T(value); }, {bad, Field::multiplier, 1}},
        {"entry", [](D& d) { d.at(2).entry = T(value); }, {bad, Field::entry, 2}},
        {"fee rate", [](D& d) { d.at(0).fee_rate = T(value); }, {bad, Field::fee_rate, 0}},
        {"liquidation fee rate", [](D& d) { d.at(0).liquidation_fee_rate = T(value); }, {bad, Field::liquidation_fee_rate, 0}},
        {"taker fee rate", [](D& d) { d.at(0).taker_fee_rate = T(value); }, {bad, Field::taker_fee_rate, 0}},
        {"leverage", [](D& d) { d.at(1).leverage = Ratio<T>(T(value)); }, {bad, Field::leverage, 1}},
        {"accrued", [](D& d) { d.at(1).accrued = T(value); }, {bad, Field::accrued, 1}},
        {"fixed maintenance", [](D& d) { d.at(1).maintenance_fixed = T(value); }, {bad, Field::maintenance_fixed, 1}},
        {"tick", [](D& d) { d.at(1).tick = Price<T>(T(value)); }, {bad, Field::tick, 1}},
        {"isolated margin", [](D& d) { d.at(1).isolated_margin = Quantity<T>(T(value)); }, {bad, Field::isolated_margin, 1}},
        {"coefficient", [](D& d) { d.at(1).bracket_coefficient = T(value); }, {bad, Field::bracket_coefficient, 1}},
        {"rate", [](D& d) { d.row(1, 2).rate = T(value); }, {bad, Field::bracket_rate, 1, 2}},
        {"cap", [](D& d) { d.row(1, 1).cap = T(value); }, {bad, Field::bracket_cap, 1, 1}},
        {"last cap", [](D& d) { d.row(2, 2).cap = T(value); }, {bad, Field::bracket_cap, 2, 2}},
        {"floor", [](D& d) { d.row(2, 1).floor = T(value); }, {bad, Field::bracket_floor, 2, 1}},
        {"deduction", [](D& d) { d.row(1, 2).cum = T(value); }, {bad, Field::bracket_cum, 1, 2}},
        {"deduction that is ignored", [](D& d) { d.account.cum_policy = CumPolicy::recompute, d.row(0, 1).cum = T(value); }, {bad, Field::bracket_cum, 0, 1}},
        {"deduction used as given", [](D& d) { d.account.cum_policy = CumPolicy::as_given, d.row(0, 1).cum = T(value); }, {bad, Field::bracket_cum, 0, 1}},
    });
  }
}

TEMPLATE_TEST_CASE("a field outside its range is named", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  using D = Draft<T>;
  check_all<T>({
      {"entry 0", [](D& d) { d.at(1).entry = 0; }, {Errc::bad_price, Field::entry, 1}},
      {"entry -0.0", [](D& d) { d.at(1).entry = T(-0.0); }, {Errc::bad_price, Field::entry, 1}},
      {"entry below 0", [](D& d) { d.at(0).entry = -1; }, {Errc::bad_price, Field::entry, 0}},
      {"multiplier 0", [](D& d) { d.at(0).multiplier = 0; }, {Errc::bad_field, Field::multiplier, 0}},
      {"multiplier -0.0", [](D& d) { d.at(0).multiplier = T(-0.0); }, {Errc::bad_field, Field::multiplier, 0}},
      {"multiplier below 0", [](D& d) { d.at(2).multiplier = -1; }, {Errc::bad_field, Field::multiplier, 2}},
      {"leverage 0", [](D& d) { d.at(0).leverage = Ratio<T>(0); }, {Errc::bad_leverage, Field::leverage, 0}},
      {"leverage below 0", [](D& d) { d.at(1).leverage = Ratio<T>(-10); }, {Errc::bad_leverage, Field::leverage, 1}},
      {"fee rate below 0", [](D& d) { d.at(0).fee_rate = T(-subnormal); }, {Errc::bad_field, Field::fee_rate, 0}},
      {"fee rate 1", [](D& d) { d.at(0).fee_rate = 1; }, {Errc::bad_field, Field::fee_rate, 0}},
      {"liquidation fee rate 1", [](D& d) { d.at(1).liquidation_fee_rate = 1; }, {Errc::bad_field, Field::liquidation_fee_rate, 1}},
      {"liquidation fee rate below 0", [](D& d) { d.at(1).liquidation_fee_rate = -1; }, {Errc::bad_field, Field::liquidation_fee_rate, 1}},
      {"taker fee rate 2", [](D& d) { d.at(2).taker_fee_rate = 2; }, {Errc::bad_field, Field::taker_fee_rate, 2}},
      {"taker fee rate below 0", [](D& d) { d.at(2).taker_fee_rate = -1; }, {Errc::bad_field, Field::taker_fee_rate, 2}},
      {"fixed maintenance below 0", [](D& d) { d.at(0).maintenance_fixed = T(-subnormal); }, {Errc::bad_field, Field::maintenance_fixed, 0}},
      {"tick 0", [](D& d) { d.at(0).tick = Price<T>(0); }, {Errc::bad_field, Field::tick, 0}},
      {"tick below 0", [](D& d) { d.at(0).tick = Price<T>(-1); }, {Errc::bad_field, Field::tick, 0}},
      {"coefficient 0", [](D& d) { d.at(0).bracket_coefficient = 0; }, {Errc::bad_field, Field::bracket_coefficient, 0}},
      {"coefficient below 0", [](D& d) { d.at(1).bracket_coefficient = -1; }, {Errc::bad_field, Field::bracket_coefficient, 1}},
      {"a long leg that is short", [](D& d) { d.at(1).size = -1; }, {Errc::bad_field, Field::size, 1}},
      {"a short leg that is long", [](D& d) { d.at(2).size = 1; }, {Errc::bad_field, Field::size, 2}},
      {"a key without a price", [](D& d) { d.at(1).key = KeyId{3}; }, {Errc::missing_price, Field::key, 1}},
      {"no prices at all", [](D& d) { d.key_count = 0, d.derived.clear(), d.assets.clear(); }, {Errc::missing_price, Field::key, 0}},
      {"a settle asset that is not there", [](D& d) { d.at(1).settle = AssetId{2}; }, {Errc::missing_price, Field::settle, 1}},
      {"a rule that lists no test", [](D& d) { d.account.rule.requirement = false; }, {Errc::bad_rule, Field::rule}},
      {"ratio 0", [](D& d) { d.account.rule.requirement_ratio = 0; }, {Errc::bad_rule, Field::rule_ratio}},
      {"ratio below 0", [](D& d) { d.account.rule.requirement_ratio = -1; }, {Errc::bad_rule, Field::rule_ratio}},
      {"level ratio 0", [](D& d) { d.account.rule.level_ratio = 0; }, {Errc::bad_rule, Field::level_ratio}},
      {"one symbol twice", [](D& d) { d.at(1).side = Side::one_way, d.at(1).key = KeyId{0}; }, {Errc::duplicate_symbol, Field::symbol, 1}},
      {"one leg twice", [](D& d) { d.at(2).side = Side::long_leg, d.at(2).size = 1; }, {Errc::duplicate_symbol, Field::symbol, 2}},
      {"one symbol on two keys",
       [](D& d) { d.at(0).symbol = d.at(1).symbol = SymbolId{7}, d.at(1).side = Side::one_way; },
       {Errc::duplicate_symbol, Field::symbol, 1}},
      {"one symbol twice, cross and isolated",
       [](D& d) { d.at(1).side = Side::one_way, d.at(1).key = KeyId{0}, d.at(1).isolated_margin = Quantity<T>(1); },
       {Errc::duplicate_symbol, Field::symbol, 1}},
  });
}

TEMPLATE_TEST_CASE("a field of an asset or a derived price outside its range is named", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  using D = Draft<T>;
  check_all<T>({
      {"a product of nothing", [](D& d) { d.times.clear(); }, {Errc::bad_field, Field::derived, 0}},
      {"a product of itself", [](D& d) { d.times[1] = KeyId{2}; }, {Errc::missing_price, Field::derived, 0, 1}},
      {"a product of one key twice",
       [](D& d) {
         d.times = {KeyId{1}, KeyId{0}, KeyId{1}};
       },
       {Errc::bad_field, Field::derived, 0}},
      {"a product of one key twice, through another product",
       [](D& d) {
         static constexpr std::array<KeyId, 2> again{KeyId{2}, KeyId{0}};
         d.derived.push_back({again});
       },
       {Errc::bad_field, Field::derived, 1}},
      {"a product of a later one",
       [](D& d) {
         d.times[1] = KeyId{3};
         d.derived.push_back({d.times});
       },
       {Errc::missing_price, Field::derived, 0, 1}},
      {"factor 0", [](D& d) { d.derived[0].factor = 0; }, {Errc::bad_price, Field::derived_factor, 0}},
      {"factor below 0",
       [](D& d) {
         d.derived.push_back({d.times, -1});
       },
       {Errc::bad_price, Field::derived_factor, 1}},
      {"a key without a price", [](D& d) { d.assets[1].key = KeyId{3}; }, {Errc::missing_price, Field::asset_key, 1}},
      {"price 0", [](D& d) { d.assets[0].price = 0; }, {Errc::bad_price, Field::asset_price, 0}},
      {"price below 0", [](D& d) { d.assets[0].price = T(-subnormal); }, {Errc::bad_price, Field::asset_price, 0}},
      {"ratio 0", [](D& d) { d.assets[1].ratio = T(-0.0); }, {Errc::bad_ratio, Field::asset_ratio, 1}},
      {"ratio below 0", [](D& d) { d.assets[1].ratio = -1; }, {Errc::bad_ratio, Field::asset_ratio, 1}},
      {"liability weight below 1", [](D& d) { d.assets[1].liability_weight = T(std::nextafter(1.0, 0.0)); }, {Errc::bad_weight, Field::liability_weight, 1}},
      {"requirement weight below 1", [](D& d) { d.assets[0].requirement_weight = 0; }, {Errc::bad_weight, Field::requirement_weight, 0}},
      {"borrowed below 0", [](D& d) { d.assets[1].borrowed = T(-subnormal); }, {Errc::bad_field, Field::borrowed, 1}},
      {"interest below 0", [](D& d) { d.assets[1].interest = -1; }, {Errc::bad_field, Field::interest, 1}},
      {"weight above 1", [](D& d) { d.weights[0].weight = T(std::nextafter(1.0, 2.0)); }, {Errc::bad_weight, Field::tier_weight, 1, 0}},
      {"weight below 0", [](D& d) { d.weights[1].weight = T(-subnormal); }, {Errc::bad_weight, Field::tier_weight, 1, 1}},
      {"rising weight", [](D& d) { d.weights[0].weight = 0; }, {Errc::tiers_not_concave, Field::tier_weight, 1, 1}},
      {"caps that do not ascend", [](D& d) { d.weights[1].cap = T(100); }, {Errc::bad_tiers, Field::tier_cap, 1, 1}},
      {"cap 0", [](D& d) { d.weights[0].cap = T(0); }, {Errc::bad_tiers, Field::tier_cap, 1, 0}},
      {"a tier after an open one", [](D& d) { d.weights[0].cap = std::nullopt; }, {Errc::bad_tiers, Field::tier, 1, 1}},
      {"initial weight above 1", [](D& d) { d.initial_weights[0].weight = 2; }, {Errc::bad_weight, Field::initial_tier_weight, 1, 0}},
      {"rising initial weight", [](D& d) { d.initial_weights[1].weight = 1; }, {Errc::tiers_not_concave, Field::initial_tier_weight, 1, 1}},
      {"initial cap below 0", [](D& d) { d.initial_weights[0].cap = T(-1); }, {Errc::bad_tiers, Field::initial_tier_cap, 1, 0}},
      {"an initial tier after an open one", [](D& d) { d.initial_weights[0].cap = std::nullopt; }, {Errc::bad_tiers, Field::initial_tier, 1, 1}},
      {"loan rate 1", [](D& d) { d.loans[1].maintenance_rate = 1; }, {Errc::bad_mmr, Field::loan_bracket, 1, 1}},
      {"loan rate below 0", [](D& d) { d.loans[0].maintenance_rate = -1; }, {Errc::bad_mmr, Field::loan_bracket, 1, 0}},
      {"initial loan rate below the maintenance rate",
       [](D& d) { d.loans[0].initial_rate = Ratio<T>(dec<T>("0.009")); },
       {Errc::bad_mmr, Field::loan_bracket, 1, 0}},
      {"falling loan rate",
       [](D& d) { d.loans[0].maintenance_rate = d.loans[0].initial_rate->raw(), d.loans[1].maintenance_rate = 0; },
       {Errc::brackets_not_convex, Field::loan_bracket, 1, 1}},
      {"falling initial loan rate", [](D& d) { d.loans[0].initial_rate = Ratio<T>(dec<T>("0.05")); }, {Errc::brackets_not_convex, Field::loan_bracket, 1, 1}},
      {"loan caps that do not ascend", [](D& d) { d.loans[1].cap = T(10); }, {Errc::bad_brackets, Field::loan_cap, 1, 1}},
      {"a loan row after an open one", [](D& d) { d.loans[0].cap = std::nullopt; }, {Errc::bad_brackets, Field::loan_bracket, 1, 1}},
  });
}

TEMPLATE_TEST_CASE("positions that do not fit what they are joined with are named", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  using D = Draft<T>;
  check_all<T>({
      {"legs of one symbol on two keys",
       [](D& d) { d.account.hedge_offset = HedgeOffset::net, d.at(1).symbol = d.at(2).symbol = SymbolId{5}, d.at(2).key = KeyId{0}; },
       {Errc::bad_field, Field::symbol, 2}},
      {"of two kinds", [](D& d) { d.account.hedge_offset = HedgeOffset::larger, d.at(2).kind = ContractKind::inverse; }, {Errc::bad_field, Field::symbol, 2}},
      {"of two multipliers", [](D& d) { d.account.hedge_offset = HedgeOffset::net, d.at(1).multiplier = 2; }, {Errc::bad_field, Field::symbol, 2}},
      {"in two assets", [](D& d) { d.account.hedge_offset = HedgeOffset::net, d.at(2).settle = AssetId{0}; }, {Errc::bad_field, Field::symbol, 2}},
      {"a group in two assets",
       [](D& d) { d.at(0).bracket_group = d.at(2).bracket_group = GroupId{3}, d.at(2).settle = AssetId{0}; },
       {Errc::bad_field, Field::bracket_group, 2}},
      {"a group of two tables",
       [](D& d) { d.at(0).bracket_group = d.at(1).bracket_group = GroupId{3}, d.row(1, 2).rate = dec<T>("0.06"), d.row(1, 2).cum = std::nullopt; },
       {Errc::bad_field, Field::bracket_group, 1}},
      {"a group of two units",
       [](D& d) { d.at(0).bracket_group = d.at(1).bracket_group = GroupId{3}, d.at(1).bracket_unit = BracketUnit::size; },
       {Errc::bad_field, Field::bracket_group, 1}},
      {"a group at mark and at entry",
       [](D& d) { d.at(0).bracket_group = d.at(1).bracket_group = GroupId{3}, d.at(0).maintenance_at = MaintenanceAt::entry; },
       {Errc::bad_field, Field::bracket_group, 1}},
      {"a group of two coefficients",
       [](D& d) { d.at(0).bracket_group = d.at(1).bracket_group = GroupId{3}, d.at(1).bracket_coefficient = 2; },
       {Errc::bad_field, Field::bracket_group, 1}},
      {"legs before groups",
       [](D& d) {
         d.at(0).bracket_group = d.at(1).bracket_group = GroupId{3}, d.at(1).bracket_coefficient = 2;
         d.account.hedge_offset = HedgeOffset::net, d.at(2).multiplier = 2;
       },
       {Errc::bad_field, Field::symbol, 2}},
      {"a bad position before legs that do not fit",
       [](D& d) { d.account.hedge_offset = HedgeOffset::net, d.at(1).multiplier = 2, d.at(2).entry = 0; },
       {Errc::bad_price, Field::entry, 2}},
  });
  check_good<T>({
      {"legs that fit", [](D& d) { d.account.hedge_offset = HedgeOffset::net; }},
      {"an isolated leg", [](D& d) { d.account.hedge_offset = HedgeOffset::net, d.at(1).multiplier = 2, d.at(1).isolated_margin = Quantity<T>(1); }},
      {"a group", [](D& d) { d.at(0).bracket_group = d.at(1).bracket_group = GroupId{3}; }},
      {"a group, one of it isolated",
       [](D& d) { d.at(0).bracket_group = d.at(1).bracket_group = GroupId{3}, d.at(1).bracket_coefficient = 2, d.at(1).isolated_margin = Quantity<T>(1); }},
  });
}

TEMPLATE_TEST_CASE("a bad table is named by its position and its row", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  using D = Draft<T>;
  check_all<T>({
      {"no brackets", [](D& d) { d.tables[1].clear(); }, {Errc::empty_brackets, Field::brackets, 1}},
      {"first floor above 0", [](D& d) { d.row(0, 0).floor = T(1); }, {Errc::bad_brackets, Field::bracket_floor, 0, 0}},
      {"first floor below 0", [](D& d) { d.row(0, 0).floor = T(-1); }, {Errc::bad_brackets, Field::bracket_floor, 0, 0}},
      {"gap", [](D& d) { d.row(1, 1).floor = T(1'001); }, {Errc::bad_brackets, Field::bracket_floor, 1, 1}},
      {"overlap", [](D& d) { d.row(1, 2).floor = T(4'999); }, {Errc::bad_brackets, Field::bracket_floor, 1, 2}},
      {"caps out of order",
       [](D& d) { std::swap(d.row(2, 0).cap, d.row(2, 1).cap), d.row(2, 1).floor = d.row(2, 2).floor = std::nullopt; },
       {Errc::bad_brackets, Field::bracket_cap, 2, 1}},
      {"rows out of order", [](D& d) { std::swap(d.row(2, 0), d.row(2, 1)); }, {Errc::bad_brackets, Field::bracket_floor, 2, 0}},
      {"one cap twice", [](D& d) { d.row(0, 1).cap = T(1'000); }, {Errc::bad_brackets, Field::bracket_cap, 0, 1}},
      {"first cap 0", [](D& d) { d.row(0, 0).cap = T(0); }, {Errc::bad_brackets, Field::bracket_cap, 0, 0}},
      {"cap below 0", [](D& d) { d.row(0, 0).cap = T(-1); }, {Errc::bad_brackets, Field::bracket_cap, 0, 0}},
      {"a row after an open one", [](D& d) { d.row(1, 1).cap = std::nullopt; }, {Errc::bad_brackets, Field::bracket, 1, 2}},
      {"rate 1", [](D& d) { d.row(1, 2).rate = 1; }, {Errc::bad_mmr, Field::bracket_rate, 1, 2}},
      {"rate below 0", [](D& d) { d.row(0, 0).rate = T(-subnormal); }, {Errc::bad_mmr, Field::bracket_rate, 0, 0}},
      {"rate 40, meant in percent", [](D& d) { d.row(2, 2).rate = 40; }, {Errc::bad_mmr, Field::bracket_rate, 2, 2}},
      {"falling rate", [](D& d) { d.row(1, 1).rate = dec<T>("0.009"); }, {Errc::brackets_not_convex, Field::bracket_rate, 1, 1}},
      {"first deduction not 0", [](D& d) { d.row(0, 0).cum = dec<T>("0.01"); }, {Errc::cum_mismatch, Field::bracket_cum, 0, 0}},
      {"deduction a cent too high", [](D& d) { d.row(2, 1).cum = dec<T>("10.01"); }, {Errc::cum_mismatch, Field::bracket_cum, 2, 1}},
      {"deduction a cent too low", [](D& d) { d.row(2, 2).cum = dec<T>("159.99"); }, {Errc::cum_mismatch, Field::bracket_cum, 2, 2}},
      {"a deduction under the whole-position rule", [](D& d) { d.at(0).bracket_rule = BracketRule::whole; }, {Errc::cum_mismatch, Field::bracket_cum, 0, 1}},
  });
}

TEMPLATE_TEST_CASE("the first fault counts: rule, cash, derived prices, assets, then the positions in their order", "[portfolio][bad_input]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  using D = Draft<T>;
  check_all<T>({
      {"rule before cash", [](D& d) { d.account.cash = T(nan_), d.account.rule.requirement = false; }, {Errc::bad_rule, Field::rule}},
      {"the rule's tests before its ratio",
       [](D& d) { d.account.rule.requirement_ratio = T(nan_), d.account.rule.requirement = false; },
       {Errc::bad_rule, Field::rule}},
      {"the rule's ratio before cash", [](D& d) { d.account.cash = T(nan_), d.account.rule.requirement_ratio = 0; }, {Errc::bad_rule, Field::rule_ratio}},
      {"cash before positions", [](D& d) { d.at(0).entry = 0, d.account.cash = T(inf); }, {Errc::bad_number, Field::cash}},
      {"cash before derived prices", [](D& d) { d.derived[0].factor = 0, d.account.cash = T(inf); }, {Errc::bad_number, Field::cash}},
      {"derived prices before assets", [](D& d) { d.assets[0].ratio = 0, d.derived[0].factor = 0; }, {Errc::bad_price, Field::derived_factor, 0}},
      {"assets before positions", [](D& d) { d.at(0).entry = 0, d.assets[1].ratio = 0; }, {Errc::bad_ratio, Field::asset_ratio, 1}},
      {"the first asset before the second",
       [](D& d) { d.assets[1].ratio = 0, d.assets[0].liability_weight = 0; },
       {Errc::bad_weight, Field::liability_weight, 0}},
      {"the first position before the last", [](D& d) { d.at(2).key = KeyId{9}, d.at(0).tick = Price<T>(0); }, {Errc::bad_field, Field::tick, 0}},
      {"a table of the first position before a size of the second",
       [](D& d) { d.row(0, 2).cum = T(0), d.at(1).size = T(nan_); },
       {Errc::cum_mismatch, Field::bracket_cum, 0, 2}},
      {"a symbol that comes twice before a fault of a later position",
       [](D& d) { d.at(1).symbol = SymbolId{0}, d.at(1).side = Side::one_way, d.at(2).entry = 0; },
       {Errc::duplicate_symbol, Field::symbol, 1}},
      {"a fault of an earlier position before a symbol that comes twice",
       [](D& d) { d.at(2).side = Side::long_leg, d.at(2).size = 1, d.at(1).entry = 0; },
       {Errc::bad_price, Field::entry, 1}},
      {"a row's fault before a later row's", [](D& d) { d.row(1, 2).rate = 1, d.row(1, 1).cap = T(1); }, {Errc::bad_brackets, Field::bracket_cap, 1, 1}},
      {"a table's form before its deductions", [](D& d) { d.row(1, 0).cum = T(5), d.row(1, 2).rate = 1; }, {Errc::bad_mmr, Field::bracket_rate, 1, 2}},
      {"a bad position before a figure that is too large",
       [](D& d) { d.at(0).size = T(huge), d.at(2).multiplier = 0; },
       {Errc::bad_field, Field::multiplier, 2}},
  });
}

TEMPLATE_TEST_CASE("a figure that is too large for its type is OVERFLOW, before any price is known", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  using D = Draft<T>;
  check_all<T>({
      {"price times quantity", [](D& d) { d.at(0).entry = T(1e308), d.at(0).size = 10; }, {Errc::overflow, Field::account}},
      {"of a short", [](D& d) { d.at(0).entry = T(1e308), d.at(0).size = -10; }, {Errc::overflow, Field::account}},
      {"quantity times multiplier", [](D& d) { d.at(0).size = T(1e308), d.at(0).multiplier = 10; }, {Errc::overflow, Field::account}},
      {"two legs of one key, each finite",
       [](D& d) { d.at(1).entry = d.at(2).entry = T(1e308), d.at(1).size = 1, d.at(2).side = Side::one_way, d.at(2).size = 1; },
       {Errc::overflow, Field::account}},
      {"cap times coefficient", [](D& d) { d.at(1).bracket_coefficient = T(1e308); }, {Errc::overflow, Field::account}},
      {"the price of a cap, where the size is subnormal", [](D& d) { d.at(1).size = T(subnormal); }, {Errc::overflow, Field::account}},
      {"price times quantity, where the key is not plain",
       [](D& d) { d.assets[1].key = KeyId{2}, d.at(0).entry = T(1e308), d.at(0).size = 10; },
       {Errc::overflow, Field::account}},
      {"amount times ratio, where the key is not plain",
       [](D& d) { d.assets[1].key = KeyId{2}, d.assets[1].amount = T(1e308), d.assets[1].ratio = 10, d.weights.clear(); },
       {Errc::overflow, Field::account}},
      {"ratio times maintenance",
       [](D& d) { d.account.rule.requirement_ratio = T(huge), d.row(0, 2).cap = std::nullopt, d.at(0).size = 1'000; },
       {Errc::overflow, Field::account}},
      {"of an isolated position, by its index",
       [](D& d) { d.at(2).entry = T(1e308), d.at(2).size = -10, d.at(2).isolated_margin = Quantity<T>(1); },
       {Errc::overflow, Field::position, 2}},
  });
}

TEMPLATE_TEST_CASE("what lies exactly on an edge, or just inside, is in order", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  using D = Draft<T>;
  check_good<T>({
      {"size 0", [](D& d) { d.at(0).size = 0; }},
      {"size -0.0", [](D& d) { d.at(0).size = T(-0.0); }},
      {"a long leg of 0", [](D& d) { d.at(1).size = 0; }},
      {"a long leg of -0.0", [](D& d) { d.at(1).size = T(-0.0); }},
      {"a short leg of 0", [](D& d) { d.at(2).size = 0; }},
      {"subnormal entry and tick", [](D& d) { d.at(0).entry = T(subnormal), d.at(2).tick = Price<T>(T(subnormal)); }},
      {"a subnormal size without a cap", [](D& d) { d.tables[0] = flat<T>("0.01"), d.at(0).size = T(subnormal); }},
      {"fee rates just below 1", [](D& d) { d.at(0).fee_rate = d.at(0).liquidation_fee_rate = d.at(0).taker_fee_rate = T(std::nextafter(1.0, 0.0)); }},
      {"fee rates 0", [](D& d) { d.at(0).fee_rate = d.at(0).liquidation_fee_rate = d.at(0).taker_fee_rate = 0; }},
      {"fixed maintenance 0", [](D& d) { d.at(0).maintenance_fixed = T(-0.0); }},
      {"a rate just below 1", [](D& d) { d.row(0, 2).rate = T(std::nextafter(1.0, 0.0)), d.row(0, 2).cum = std::nullopt; }},
      {"rates 0",
       [](D& d) {
         for (auto& row : d.tables[0]) row.rate = 0, row.cum = T(0);
       }},
      {"equal rates",
       [](D& d) {
         for (auto& row : d.tables[0]) row.rate = dec<T>("0.01"), row.cum = T(0);
       }},
      {"caps next to each other", [](D& d) { d.row(0, 1).cap = T(std::nextafter(1000.0, 2000.0)), d.row(0, 2).floor = d.row(0, 2).cum = std::nullopt; }},
      {"no floors and no deductions",
       [](D& d) {
         for (auto& row : d.tables[0]) row.floor = row.cum = std::nullopt;
       }},
      {"a last cap that is open", [](D& d) { d.row(0, 2).cap = std::nullopt; }},
      {"negative accrued and isolated margin", [](D& d) { d.at(0).accrued = -5, d.at(1).isolated_margin = Quantity<T>(-5); }},
      {"negative cash", [](D& d) { d.account.cash = -5; }},
      {"the equity test alone", [](D& d) { d.account.rule.requirement = false, d.account.rule.equity = true; }},
      {"long and short of one symbol", [](D&) {}},
      {"one-way positions of two symbols on one key", [](D& d) { d.at(1).key = KeyId{0}, d.at(1).side = Side::one_way, d.at(1).symbol = SymbolId{5}; }},
      {"a price without a position", [](D& d) { d.key_count = 9; }},
      {"no positions, from a null pointer", [](D& d) { d.positions.clear(); }},
      {"a deduction that is wrong, ignored", [](D& d) { d.account.cum_policy = CumPolicy::recompute, d.row(0, 1).cum = T(77); }},
      {"a deduction that is wrong, used as given", [](D& d) { d.account.cum_policy = CumPolicy::as_given, d.row(0, 1).cum = T(77); }},
  });
}

TEMPLATE_TEST_CASE("a number of positions or assets that no index holds is BAD_SIZE", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const Asset<T> coin{.amount = 1};
  const Account<T> coins{.assets = std::span(std::addressof(coin), std::size_t{0xffff'fffe})};
  CHECK(Portfolio<T>::make(coins, 1).error() == Error{Errc::bad_size, Field::account});
  const std::vector<Bracket<T>> rows = flat<T>("0.01");
  const Position<T> one{.key = {0}, .size = 1, .entry = 1, .brackets = rows};
  // The span claims more than there is; the size is looked at before anything is read.
  const Account<T> account{.positions = std::span(std::addressof(one), std::size_t{0xffff'ffff})};
  const auto made = Portfolio<T>::make(account, 1);
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error() == Error{Errc::bad_size, Field::account});
}

TEMPLATE_TEST_CASE("too few marks, a foreign key or a workspace of another portfolio is the caller's bug, and asserted", "[portfolio][bad_input]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  Draft<T> draft;
  const Portfolio<T> p = *draft.make();
  draft.positions.pop_back();
  const Portfolio<T> other = *draft.make();
  const std::array<Price<T>, 2> marks{Price<T>(50'000), Price<T>(3'000)};
  const Marks<T> all = marks, one = all.first(1);
  Workspace<T> workspace(p), foreign(other);
  std::vector<PositionFigures<T>> rows;
  std::vector<Bound<T>> bounds(1, Outcome::none);
  CHECK_THROWS_AS(static_cast<void>(p.excess(one)), Broken);
  CHECK_THROWS_AS(static_cast<void>(p.equity(one)), Broken);
  CHECK_THROWS_AS(static_cast<void>(p.maintenance(one)), Broken);
  CHECK_THROWS_AS(static_cast<void>(p.figures(one)), Broken);
  CHECK_THROWS_AS(static_cast<void>(p.liquidation_price(one, KeyId{0})), Broken);
  CHECK_THROWS_AS(static_cast<void>(p.liquidation_below(all, KeyId{2})), Broken);
  CHECK_THROWS_AS(static_cast<void>(p.bankruptcy_price(all, KeyId{2})), Broken);
  CHECK_THROWS_AS(p.positions(all, rows), Broken);
  CHECK_THROWS_AS(p.liquidation_prices(all, Toward::below, workspace, bounds), Broken);  // two keys, one place
  CHECK_THROWS_AS(static_cast<void>(p.solve(one, KeyId{0}, workspace)), Broken);
  CHECK_THROWS_AS(static_cast<void>(p.solve(all, KeyId{0}, foreign)), Broken);
  const std::array<Ratio<T>, 1> betas{Ratio<T>(1)};
  CHECK_THROWS_AS(static_cast<void>(p.solve(all, betas, workspace)), Broken);
  CHECK_NOTHROW(static_cast<void>(p.solve(all, KeyId{0}, workspace)));

  Draft<T> product;
  product.assets[1].key = KeyId{2};
  const Portfolio<T> q = *product.make();
  Workspace<T> of_q(q);
  std::vector<Bound<T>> both(2, Outcome::none);
  CHECK_FALSE(q.plain(KeyId{0}));
  CHECK_FALSE(q.plain(KeyId{1}));
  CHECK_THROWS_AS(static_cast<void>(q.plain(KeyId{2})), Broken);  // no base key
  CHECK_THROWS_AS(static_cast<void>(q.liquidation_below(all, KeyId{0})), Broken);
  CHECK_THROWS_AS(static_cast<void>(q.liquidation_above(all, KeyId{1})), Broken);
  CHECK_THROWS_AS(static_cast<void>(q.liquidation_price(all, KeyId{1})), Broken);
  CHECK_THROWS_AS(static_cast<void>(q.bankruptcy_price(all, KeyId{0})), Broken);
  CHECK_THROWS_AS(static_cast<void>(q.distance(all, KeyId{0})), Broken);
  CHECK_NOTHROW(static_cast<void>(q.liquidation_price(all, KeyId{0}, of_q)));
  CHECK_NOTHROW(q.liquidation_prices(all, Toward::below, of_q, both));
  CHECK_NOTHROW(static_cast<void>(q.excess(all)));
  CHECK_THROWS_AS(static_cast<void>(p.without(all, 3)), Broken);
  CHECK_THROWS_AS(static_cast<void>(p.binding(all, foreign)), Broken);
}

TEMPLATE_TEST_CASE("a result's value is not taken where there is none", "[core][bad_input]", LOADLINE_SCALARS) {
  const Bound<TestType> none = Outcome::none;
  CHECK_THROWS_AS(static_cast<void>(*none), Broken);
}

// --- marks --------------------------------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("the gate for marks names the first that is no price", "[market][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto gate = [](std::initializer_list<double> values) {
    std::vector<Price<T>> marks;
    for (const double x : values) marks.emplace_back(T(x));
    return check_marks<T>(std::span<const Price<T>>(marks));
  };
  const auto is = [&](std::initializer_list<double> values, Errc code, std::uint32_t index) {
    const auto checked = gate(values);
    CAPTURE(index);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error() == Error{code, Field::mark, index});
  };
  is({nan_}, Errc::bad_number, 0);
  is({1, -nan_}, Errc::bad_number, 1);
  is({1, 2, signalling}, Errc::bad_number, 2);
  is({1, inf}, Errc::bad_number, 1);
  is({-inf, 1}, Errc::bad_number, 0);
  is({1, 0}, Errc::bad_price, 1);
  is({-0.0, 1}, Errc::bad_price, 0);
  is({1, 2, -3}, Errc::bad_price, 2);
  is({1, 0, nan_}, Errc::bad_price, 1);
  is({1, nan_, 0}, Errc::bad_number, 1);
  REQUIRE(gate({}).has_value());
  CHECK(*gate({}) == 0);
  REQUIRE(gate({subnormal, 1, huge}).has_value());
  CHECK(*gate({subnormal, 1, huge}) == 3);
}

TEMPLATE_TEST_CASE("a NaN that gets past the gate never looks safe", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const Portfolio<T> p = *Draft<T>().make();
  Workspace<T> workspace(p);
  for (const double x : {nan_, signalling}) {
    for (const std::size_t bad : {0U, 1U}) {
      std::array<Price<T>, 2> marks{Price<T>(50'000), Price<T>(3'000)};
      REQUIRE(p.status(marks) == Status::safe);
      marks[bad] = T(x);
      CAPTURE(bad);
      CHECK(p.status(marks) >= Status::liquidatable);
      for (const KeyId key : {KeyId{0}, KeyId{1}}) {
        CHECK(p.liquidation_below(marks, key).outcome() == Outcome::already);
        CHECK(p.liquidation_above(marks, key).outcome() == Outcome::already);
        CHECK(p.solve(marks, key, workspace).liquidatable_now);
      }
    }
  }
}

TEMPLATE_TEST_CASE("the mark of a key without a position is not looked at", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  Draft<T> draft;
  draft.key_count = 4;
  const Portfolio<T> p = *draft.make();
  const std::array<Price<T>, 4> marks{Price<T>(50'000), Price<T>(3'000), Price<T>(T(nan_)), Price<T>(-1)};
  CHECK(p.status(marks) == Status::safe);
  CHECK(p.excess(marks) == (*Draft<T>().make()).excess(std::span(marks).first(2)));
  CHECK(p.liquidation_below(marks, KeyId{2}).outcome() == Outcome::none);
  CHECK(p.liquidation_above(marks, KeyId{3}).outcome() == Outcome::none);
}

// --- good, but on the edge --------------------------------------------------------------------------------------------------------

TEMPLATE_TEST_CASE("a quantity of 0 or -0.0 needs nothing and has no liquidation price", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Bracket<T>> rows = flat<T>("0.01");
  for (const double zero : {0.0, -0.0}) {
    const std::array<Position<T>, 1> position{{{.key = {0}, .size = T(zero), .entry = 50, .brackets = rows, .maintenance_fixed = 7, .tick = Price<T>(1)}}};
    const Portfolio<T> p = *Portfolio<T>::make({.cash = 100, .positions = position}, 1);
    const std::array<Price<T>, 1> marks{Price<T>(50)};
    CHECK(p.status(marks) == Status::no_margin);
    CHECK(p.tests().empty());
    CHECK(p.maintenance(marks) == Money<T>(0));
    CHECK(p.equity(marks) == Money<T>(100));
    CHECK_FALSE(p.margin_ratio(marks));
    CHECK_FALSE(p.distance(marks, KeyId{0}));
    const Bounds<T> bounds = p.liquidation_price(marks, KeyId{0});
    CHECK(bounds.below.outcome() == Outcome::none);
    CHECK(bounds.above.outcome() == Outcome::none);
    const auto leg = figures_of_legs<T>(p, marks)[0];
    CHECK(leg.notional == Quantity<T>(0));
    CHECK(leg.maintenance == Quantity<T>(0));
    CHECK_FALSE(leg.allocated_bankruptcy_price);
    Workspace<T> workspace(p);
    const auto answer = p.solve(marks, KeyId{0}, workspace);
    CHECK_FALSE(answer.below.liquidation);
    CHECK_FALSE(answer.above.liquidation);
    CHECK(answer.roots.empty());
  }
}

// 1e18 at 1e-9 is a notional of 1e9: 1 % of it is 1e7. (1e9 - 5e7) / (1e18 x 0.99) = 95/99 x 1e-9.
TEMPLATE_TEST_CASE("a price of 1e-9 with a quantity of 1e18 is priced to the last place", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto s = Sample<T>("5e7", {"1e-9"}).with({.qty = "1e18", .entry = "1e-9", .brackets = flat<T>("0.01")});
  const auto p = s.portfolio();
  CHECK(same(p.figures(s.marks).gross_notional, "1e9"));
  CHECK(same(p.maintenance(s.marks), "1e7"));
  CHECK(same(p.liquidation_below(s.marks, KeyId{0}), "95/99000000000"));
  Workspace<T> workspace(p);
  const auto answer = p.solve(s.marks, KeyId{0}, workspace);
  CHECK(same(answer.below.liquidation, "95/99000000000"));
  if (std::same_as<T, double>) CHECK(answer.ulp <= 0.5);
}

TEMPLATE_TEST_CASE("a subnormal price gives finite figures", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Bracket<T>> rows = flat<T>("0.01");
  const std::array<Position<T>, 1> position{{{.key = {0}, .size = 1, .entry = 1, .brackets = rows}}};
  const Portfolio<T> p = *Portfolio<T>::make({.cash = 2, .positions = position}, 1);
  const std::array<Price<T>, 1> marks{Price<T>(T(subnormal))};
  const auto f = p.figures(marks);
  CHECK(f.equity == Money<T>(1));
  CHECK(f.status == Status::safe);
  CHECK(f.gross_notional == Money<T>(T(subnormal)));
  CHECK(p.liquidation_below(marks, KeyId{0}).outcome() == Outcome::none);
}

TEMPLATE_TEST_CASE("a mark that overflows the notional never looks safe for a loser", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Bracket<T>> rows = flat<T>("0.01");
  const std::array<Position<T>, 2> positions{{{.key = {0}, .size = -10, .entry = 1, .brackets = rows}, {.key = {1}, .size = 10, .entry = 1, .brackets = rows}}};
  const Portfolio<T> one = *Portfolio<T>::make({.cash = 100, .positions = std::span(positions).first(1)}, 2);
  const std::array<Price<T>, 2> marks{Price<T>(T(1e308)), Price<T>(T(1e308))};
  CHECK(one.status(marks) >= Status::liquidatable);
  CHECK(one.liquidation_below(marks, KeyId{0}).outcome() == Outcome::already);
  const Portfolio<T> both = *Portfolio<T>::make({.cash = 100, .positions = positions}, 2);  // inf - inf
  CHECK(both.status(marks) >= Status::liquidatable);
  CHECK(both.liquidation_below(marks, KeyId{0}).outcome() == Outcome::already);
}

// Each notional of 1e308 is finite, their sum is not.
TEMPLATE_TEST_CASE("notionals that overflow only in the sum never look safe for losers", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Bracket<T>> rows = flat<T>("0.01");
  const std::array<Position<T>, 2> positions{
      {{.key = {0}, .size = 1, .entry = T(1e308), .brackets = rows}, {.key = {1}, .size = 1, .entry = T(1e308), .brackets = rows}}};
  const auto made = Portfolio<T>::make({.cash = 100, .positions = positions}, 2);
  REQUIRE(made.has_value());
  const std::array<Price<T>, 2> low{Price<T>(1), Price<T>(1)};
  CHECK(made->status(low) >= Status::liquidatable);
  CHECK(made->liquidation_below(low, KeyId{0}).outcome() == Outcome::already);
}

TEMPLATE_TEST_CASE("a debt turns the equity test on, and an account that owes more than it has is bankrupt", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::array<Price<T>, 1> marks{Price<T>(50)};
  const Portfolio<T> debt = *Portfolio<T>::make({.cash = -1}, 1);
  CHECK(debt.tests() == Tests().add(Test::equity));
  CHECK(debt.status(marks) == Status::bankrupt);
  CHECK((*Portfolio<T>::make({.cash = 0}, 1)).status(marks) == Status::no_margin);

  const std::vector<Bracket<T>> rows = flat<T>("1/64");
  const std::array<Position<T>, 1> position{{{.key = {0}, .size = 1, .entry = 32, .brackets = rows}}};
  const Portfolio<T> held = *Portfolio<T>::make({.cash = -2, .positions = position}, 1);
  CHECK(held.tests() == Tests().add(Test::requirement).add(Test::equity));
  CHECK(held.status(marks) == Status::safe);                        // 18 - 2 against 0.78
  CHECK(same(held.liquidation_below(marks, KeyId{0}), "2176/63"));  // (32 + 2) / (1 - 1/64)
  CHECK(same(held.bankruptcy_price(marks, KeyId{0}).below, "34"));
}

// 64 at 1/64 needs 1 at the mark of 64.
TEMPLATE_TEST_CASE("an account below maintenance has a recovery price and no liquidation price, and a bankrupt one says so", "[portfolio][bad_input]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  const auto account = [](std::string_view cash) { return Sample<T>(cash, {"64"}).with({.entry = "64", .brackets = flat<T>("1/64")}); };
  const auto low = account("0.5"), broke = account("-3"), nothing = account("0");
  const Portfolio<T> p = low.portfolio(), b = broke.portfolio();
  Workspace<T> workspace(p), other(b);
  const auto answer = p.solve(low.marks, KeyId{0}, workspace);
  CHECK(p.status(low.marks) == Status::liquidatable);
  CHECK(answer.liquidatable_now);
  CHECK_FALSE(answer.bankrupt_now);
  CHECK_FALSE(answer.below.liquidation);
  CHECK_FALSE(answer.above.liquidation);
  CHECK_FALSE(answer.below.recovery);
  CHECK(same(answer.above.recovery, "4064/63"));  // 63.5 / (63/64)
  CHECK(same(answer.below.bankruptcy, "63.5"));

  const auto bankrupt = b.solve(broke.marks, KeyId{0}, other);
  CHECK(b.status(broke.marks) == Status::bankrupt);
  CHECK(bankrupt.bankrupt_now);
  CHECK_FALSE(bankrupt.below.bankruptcy);
  CHECK(b.bankruptcy_price(broke.marks, KeyId{0}).below.outcome() == Outcome::already);
  CHECK(same(bankrupt.above.recovery, "4288/63"));                           // 67 / (63/64)
  CHECK(nothing.portfolio().status(nothing.marks) == Status::liquidatable);  // an equity of 0 is not below zero
}

// 10.01 instead of 10: at 1,000 the requirement falls from 10 to 9.99. With 9.995 of cash the account fails just below.
TEMPLATE_TEST_CASE("a deduction rounded to cents is used as given, and its jump is reported", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Bracket<T>> rows{{.cap = T(1'000), .rate = dec<T>("0.01")}, {.rate = dec<T>("0.02"), .cum = dec<T>("10.01")}};
  const auto account = [&](CumPolicy policy) { return Sample<T>("9.995", {"1100"}, policy).with({.entry = "1000", .brackets = rows}); };
  const auto s = account(CumPolicy::as_given);
  const Portfolio<T> p = s.portfolio();
  CHECK(same(p.liquidation_below(s.marks, KeyId{0}), "1000"));
  Workspace<T> workspace(p);
  const auto answer = p.solve(s.marks, KeyId{0}, workspace);
  CHECK(same(answer.below.liquidation, "1000"));
  REQUIRE(answer.roots.size() == 1);
  CHECK(answer.roots[0].kind == RootKind::jump);
  const auto recomputed = account(CumPolicy::recompute);  // 1,000 + 0.005 / 0.98
  CHECK(same(recomputed.portfolio().liquidation_below(recomputed.marks, KeyId{0}), "980005/980"));
}

TEMPLATE_TEST_CASE("a notional above the last cap is flagged, one exactly on it is not, and an open table has no end", "[portfolio][bad_input]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Bracket<T>> closed{{.cap = T(1'000), .rate = dec<T>("0.01")}, {.cap = T(2'000), .rate = dec<T>("0.02")}},
      open{{.cap = T(1'000), .rate = dec<T>("0.01")}, {.rate = dec<T>("0.02")}};
  const auto leg = [](const std::vector<Bracket<T>>& rows, double mark) {
    const std::array<Position<T>, 1> position{{{.key = {0}, .size = -1, .entry = 1'000, .brackets = rows}}};
    return figures_of_legs<T>(*Portfolio<T>::make({.positions = position}, 1), std::array{Price<T>(T(mark))})[0];
  };
  CHECK_FALSE(leg(closed, 2'000).above_last_cap);
  CHECK(leg(closed, std::nextafter(2'000.0, huge)).above_last_cap);
  CHECK(leg(closed, 3'000).bracket == 1);
  CHECK(same(leg(closed, 3'000).maintenance, "50"));  // 3,000 x 2 % - 10
  CHECK_FALSE(leg(open, 3'000).above_last_cap);
  CHECK(leg(closed, 1'000).bracket == 0);
  CHECK(leg(closed, std::nextafter(1'000.0, huge)).bracket == 1);
}

TEMPLATE_TEST_CASE("a position without a symbol is the contract of its key", "[portfolio][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  Draft<T> draft;
  draft.at(1).symbol = SymbolId{1};  // the second leg names none: its key is 1
  draft.at(1).side = Side::short_leg;
  draft.at(1).size = -1;
  const auto made = draft.make();
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error() == Error{Errc::duplicate_symbol, Field::symbol, 2});
}

TEST_CASE("every code has a name and a message of its own", "[core][bad_input]") {
  constexpr Errc codes[] = {
      Errc::bad_json,         Errc::bad_number,          Errc::number_range,  Errc::bad_time,          Errc::bad_field,      Errc::missing_field,
      Errc::unknown_field,    Errc::unsupported,         Errc::bad_schema,    Errc::duplicate_key,     Errc::duplicate_name, Errc::duplicate_asset,
      Errc::duplicate_symbol, Errc::bad_price,           Errc::missing_price, Errc::stale_price,       Errc::bad_ratio,      Errc::bad_weight,
      Errc::bad_rule,         Errc::bad_tiers,           Errc::empty_tiers,   Errc::tiers_not_concave, Errc::empty_brackets, Errc::bad_brackets,
      Errc::bad_mmr,          Errc::brackets_not_convex, Errc::cum_mismatch,  Errc::bad_leverage,      Errc::bad_size,       Errc::overflow};
  std::vector<std::string> seen;
  for (const Errc code : codes)
    for (const std::string text : {name(code), message(code)}) {
      CHECK_FALSE(text.empty());
      CHECK(text != "UNKNOWN");
      CHECK(text != "unknown");
      CHECK(std::find(seen.begin(), seen.end(), text) == seen.end());
      seen.push_back(text);
    }
}

TEMPLATE_TEST_CASE("members of a group with the same table fit, whatever its decimals", "[bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const Bracket<T> table[] = {{.cap = num<T>(0.1), .rate = num<T>(0.01)}, {.cap = num<T>(0.7), .rate = num<T>(0.03)}, {.rate = num<T>(0.1)}};
  const auto make = [&](double coefficient, double other) {
    const Position<T> members[] = {{.key = KeyId{0},
                                    .size = num<T>(1),
                                    .entry = num<T>(2),
                                    .brackets = table,
                                    .symbol = SymbolId{0},
                                    .bracket_coefficient = num<T>(coefficient),
                                    .bracket_group = GroupId{0}},
                                   {.key = KeyId{0},
                                    .size = num<T>(-1),
                                    .entry = num<T>(2),
                                    .brackets = table,
                                    .symbol = SymbolId{1},
                                    .bracket_coefficient = num<T>(other),
                                    .bracket_group = GroupId{0}}};
    return Portfolio<T>::make({.cash = num<T>(100), .positions = members}, 1);
  };
  CHECK(make(1, 1).has_value());
  CHECK(make(1.1, 1.1).has_value());
  CHECK(make(1.0 / 3, 1.0 / 3).has_value());
  const auto unlike = make(1, 1.0000000001);
  REQUIRE(!unlike);
  CHECK(unlike.error() == Error{Errc::bad_field, Field::bracket_group, 1});
}
