// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_path.hpp"
#include "loadline/ext/json_prices.hpp"
#include "loadline/portfolio/check.hpp"

#include <set>

/// @file
/// The balances and positions of an account file: an account's own, or a pool's.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// Reads one pool. `Exact` is the scalar in which tables are checked: with a rational, on the numbers as printed.
template <Scalar T, Scalar Exact>
class PoolReader {
 public:
  PoolReader(AccountFile<T>& file, const PriceReader<T>& prices, const FileOptions& options, PoolFile<T>& out)
      : file_(&file), prices_(&prices), options_(&options), out_(&out) {}

  /// liquidate_when, cum_policy, hedge_offset and rule; where they are absent those of `up`.
  void policy(const Fields& f, const Account<T>& up) {
    Account<T>& a = out_->account;
    a.rule = up.rule;
    a.cum_policy = up.cum_policy;
    a.hedge_offset = up.hedge_offset;
    if (f.has("liquidate_when")) a.rule.when = f.choice("liquidate_when", {"le", "lt"}) == 1 ? LiquidateWhen::below_zero : LiquidateWhen::at_or_below_zero;
    constexpr CumPolicy policies[] = {CumPolicy::strict, CumPolicy::recompute, CumPolicy::as_given};
    if (f.has("cum_policy")) a.cum_policy = policies[f.choice("cum_policy", {"strict", "recompute", "as_given"})];
    constexpr HedgeOffset offsets[] = {HedgeOffset::both, HedgeOffset::larger, HedgeOffset::net};
    if (f.has("hedge_offset")) a.hedge_offset = offsets[f.choice("hedge_offset", {"both", "larger", "net"})];
    if (f.has("rule")) rule(f, a.rule);
  }

  void contents(const Fields& f) {
    assets(f);
    positions(f);
    orders(f);
    connect();
    if (const auto e = first_misfit(out_->account)) fail(e->code, out_->path("positions", e->index), "it does not fit the positions that it is joined with");
  }

 private:
  Fields fields(const JsonValue& value, std::string at, std::initializer_list<std::string_view> known) {
    return {value, std::move(at), known, options_->lenient, file_->warnings};
  }

  void rule(const Fields& f, LiquidationRule<T>& out) {
    const std::vector<JsonValue>& tests = f.items("rule");
    if (tests.empty()) fail(Errc::bad_rule, f.path("rule"));
    out = LiquidationRule<T>{.requirement = false, .when = out.when};
    const auto once = [](bool& listed, const std::string& at) {
      if (listed) fail(Errc::bad_rule, at, "a test twice");
      listed = true;
    };
    const auto ratio = [](const Fields& test, Ratio<T>& to) {
      if (const auto x = test.template number<T>("ratio")) to = *x;
      if (!(T(0) < to.raw())) fail(Errc::bad_rule, test.path("ratio"));
    };
    for (std::size_t i = 0; i < tests.size(); ++i) {
      const std::string at = f.path("rule", i);
      std::vector<FileWarning> ignored;
      const std::string name = Fields(tests[i], at, {}, true, ignored).needed_text("test");
      if (name == "requirement") {
        const Fields test = fields(tests[i], at, {"test", "ratio"});
        once(out.requirement, at);
        ratio(test, out.requirement_ratio);
      } else if (name == "level") {
        const Fields test = fields(tests[i], at, {"test", "ratio", "weighted"});
        once(out.level, at);
        if (!test.has("ratio")) fail(Errc::missing_field, test.path("ratio"));
        ratio(test, out.level_ratio);
        out.level_weighted = test.flag("weighted", false);
      } else if (name == "equity") {
        fields(tests[i], at, {"test"});
        once(out.equity, at);
      } else {
        fail(Errc::bad_rule, at + ".test", "must be requirement, level or equity");
      }
    }
  }

  /// A table of rows, each read by `read.operator()<S>(fields)`, and checked by `check_in.operator()<S>(rows)`: in Exact, then in T.
  template <template <class> class Row, class Read, class Check, class Path>
  std::vector<Row<T>> table(const Fields& f, std::string_view name, std::initializer_list<std::string_view> known, const Read& read, const Check& check_in,
                            const Path& path_of) {
    const std::vector<JsonValue>& rows = f.items(name);
    std::vector<Row<T>> out;
    std::vector<Row<Exact>> exact;
    const auto first_fault = [&]() -> std::optional<Error> {
      if constexpr (!std::same_as<T, Exact>)
        if (const auto e = check_in.template operator()<Exact>(exact)) return e;
      return check_in.template operator()<T>(out);
    };
    try {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const Fields row = fields(rows[i], f.path(name, i), known);
        out.push_back(read.template operator()<T>(row));
        if constexpr (!std::same_as<T, Exact>) exact.push_back(read.template operator()<Exact>(row));
      }
    } catch (const Fault&) {  // an unreadable row: a fault in the rows before it comes first
      const std::optional<Error> e = out.empty() ? std::nullopt : first_fault();
      if (e) fail(e->code, path_of(*e));
      throw;
    }
    if (const auto e = first_fault()) fail(e->code, path_of(*e));
    return out;
  }
  template <Scalar S>
  [[nodiscard]] static std::optional<S> cap_of(const Fields& row) {
    const JsonValue* cap = row.find("cap");
    return cap == nullptr || cap->kind == JsonValue::Kind::null ? std::nullopt : row.template number<S>("cap");
  }

  void weights(const Fields& f, std::string_view name, std::span<const WeightTier<T>>& to) {
    if (!f.has(name)) return;
    if (f.items(name).empty()) fail(Errc::empty_tiers, f.path(name));
    out_->weights.push_back(table<WeightTier>(
        f, name, {"cap", "weight"},
        []<class S>(const Fields& row) {
          return WeightTier<S>{cap_of<S>(row), Ratio<S>(row.template needed_number<S>("weight"))};
        },
        []<class S>(const std::vector<WeightTier<S>>& rows) { return check<S>(std::span<const WeightTier<S>>(rows)); },
        [&](const Error& e) { return field_path(e, f.path(name, e.item)); }));
    to = out_->weights.back();
  }

  void loans(const Fields& f, std::span<const LoanBracket<T>>& to) {
    if (!f.has("loan_brackets")) return;
    if (f.items("loan_brackets").empty()) fail(Errc::empty_brackets, f.path("loan_brackets"));
    const auto read = []<class S>(const Fields& row) {
      LoanBracket<S> out{.cap = cap_of<S>(row), .maintenance_rate = Ratio<S>(row.template needed_number<S>("mmr"))};
      if (const auto x = row.template number<S>("imr")) out.initial_rate = Ratio<S>(*x);
      return out;
    };
    out_->loans.push_back(table<LoanBracket>(
        f, "loan_brackets", {"cap", "mmr", "imr"}, read,
        []<class S>(const std::vector<LoanBracket<S>>& rows) { return check<S>(std::span<const LoanBracket<S>>(rows)); },
        [&](const Error& e) { return field_path(e, f.path("loan_brackets", e.item)); }));
    to = out_->loans.back();
  }

  void assets(const Fields& pool) {
    const std::vector<JsonValue>& rows = pool.items("collateral");
    out_->weights.reserve(2 * rows.size());
    out_->loans.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string at = pool.path("collateral", i);
      const Fields f = fields(rows[i], at,
                              {"asset", "amount", "key", "price", "ratio", "weight_tiers", "tier_unit", "liability_weight", "pnl_in_tiers", "borrowed",
                               "interest", "loan_brackets", "loan_unit", "usable", "requirement_weight", "initial_weight_tiers"});
      const std::string name = f.needed_text("asset");
      const bool numeraire = name == file_->numeraire;
      Asset<T> a{.amount = f.template needed_number<T>("amount"),
                 .ratio = f.template number<T>("ratio").value_or(T(1)),
                 .tier_unit = f.choice("tier_unit", {"value", "amount"}) == 1 ? TierUnit::amount : TierUnit::value,
                 .liability_weight = f.template number<T>("liability_weight").value_or(T(1)),
                 .pnl_in_tiers = f.flag("pnl_in_tiers", false),
                 .usable = f.flag("usable", true),
                 .requirement_weight = f.template number<T>("requirement_weight").value_or(T(1)),
                 .borrowed = f.template number<T>("borrowed").value_or(T(0)),
                 .interest = f.template number<T>("interest").value_or(T(0)),
                 .loan_unit = f.choice("loan_unit", {"value", "amount"}) == 1 ? TierUnit::amount : TierUnit::value};
      const std::optional<std::string> key = f.text("key");
      if (key && f.has("price")) fail(Errc::bad_field, f.path("price"), "key and price exclude each other");
      if (numeraire && (key || f.has("price"))) fail(Errc::bad_field, at, "the numeraire has neither key nor price");
      if (!numeraire && !key && !f.has("price")) fail(Errc::missing_price, at, "no key, no price, and it is not the numeraire");
      if (key) {
        a.key = prices_->find(*key);
        if (!a.key) fail(Errc::missing_price, f.path("key"), "key " + *key + " has no price");
      }
      if (const auto x = f.template number<T>("price")) a.price = *x;
      weights(f, "weight_tiers", a.weight_tiers);
      weights(f, "initial_weight_tiers", a.initial_weight_tiers);
      loans(f, a.loan_brackets);
      if (const auto e = check(a, static_cast<std::uint32_t>(file_->keys.size() + file_->derived.size()))) fail(e->code, field_path(*e, at));
      if (!numeraire && a.weight_tiers.empty() && T(0) < a.amount.raw() && a.usable) file_->warnings.push_back({"DEFAULT_WEIGHT", at});
      if (!asset_ids_.emplace(name, static_cast<std::uint32_t>(i)).second) fail(Errc::duplicate_asset, at);
      out_->assets.push_back(name);
      out_->asset_rows.push_back(std::move(a));
    }
  }

  [[nodiscard]] std::vector<Bracket<T>> brackets(const Fields& f, const Position<T>& p, const std::string& at) {
    const auto read = []<class S>(const Fields& row) {
      return Bracket<S>{.floor = row.template number<S>("floor"),
                        .cap = cap_of<S>(row),
                        .rate = Ratio<S>(row.template needed_number<S>("mmr")),
                        .cum = row.template number<S>("cum")};
    };
    const auto check_in = [&]<class S>(const std::vector<Bracket<S>>& rows) {
      const S coefficient = f.template number<S>("bracket_coefficient").value_or(S(1));
      return check(BracketTable<S>{rows, p.bracket_unit, p.bracket_rule, out_->account.cum_policy, coefficient});
    };
    return table<Bracket>(f, "brackets", {"cap", "mmr", "cum", "floor"}, read, check_in, [&](const Error& e) { return position_path(e, at); });
  }

  void positions(const Fields& pool) {
    const std::vector<JsonValue>& rows = pool.items("positions");
    std::set<std::pair<std::string, std::size_t>> seen;
    out_->brackets.reserve(rows.size());
    out_->positions.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string at = pool.path("positions", i);
      const Fields f = fields(rows[i], at,
                              {"symbol",
                               "key",
                               "side",
                               "kind",
                               "qty",
                               "multiplier",
                               "entry",
                               "settle",
                               "fee_rate",
                               "brackets",
                               "isolated_margin",
                               "leverage",
                               "accrued",
                               "maintenance_fixed",
                               "maintenance_at",
                               "bracket_unit",
                               "bracket_rule",
                               "bracket_coefficient",
                               "bracket_group",
                               "liquidation_fee_rate",
                               "taker_fee_rate",
                               "tick"});
      const std::string symbol = f.needed_text("symbol");
      const std::size_t side = f.choice("side", {"", "LONG", "SHORT"}), kind = f.choice("kind", {"linear", "inverse", "quanto", "option"});
      if (kind == 3) fail(Errc::unsupported, f.path("kind"), "options are reserved");
      const std::string key_name = f.text("key").value_or(symbol);
      const std::optional<KeyId> key = prices_->find(key_name);
      if (!key) fail(Errc::missing_price, at, "key " + key_name + " has no price");
      constexpr Side sides[] = {Side::one_way, Side::long_leg, Side::short_leg};
      constexpr ContractKind kinds[] = {ContractKind::linear, ContractKind::inverse, ContractKind::quanto};
      const auto number_or = [&](std::string_view name, int otherwise) { return f.template number<T>(name).value_or(T(otherwise)); };
      Position<T> p{.key = *key,
                    .size = f.template needed_number<T>("qty"),
                    .entry = f.template needed_number<T>("entry"),
                    .brackets = {},
                    .side = sides[side],
                    .symbol = SymbolId{id(symbol_ids_, symbol, &out_->symbols)},
                    .kind = kinds[kind],
                    .multiplier = number_or("multiplier", 1),
                    .bracket_unit = f.choice("bracket_unit", {"notional", "size"}) == 1 ? BracketUnit::size : BracketUnit::notional,
                    .bracket_rule = f.choice("bracket_rule", {"marginal", "whole"}) == 1 ? BracketRule::whole : BracketRule::marginal,
                    .bracket_coefficient = number_or("bracket_coefficient", 1),
                    .maintenance_at = f.choice("maintenance_at", {"mark", "entry"}) == 1 ? MaintenanceAt::entry : MaintenanceAt::mark,
                    .maintenance_fixed = number_or("maintenance_fixed", 0),
                    .fee_rate = number_or("fee_rate", 0),
                    .liquidation_fee_rate = number_or("liquidation_fee_rate", 0),
                    .taker_fee_rate = number_or("taker_fee_rate", 0),
                    .accrued = number_or("accrued", 0)};
      if (const auto x = f.template number<T>("leverage")) p.leverage = Ratio<T>(*x);
      if (const auto x = f.template number<T>("tick")) p.tick = Price<T>(*x);
      if (!p.tick && options_->tick) p.tick = Price<T>(*read_number<T>(*options_->tick));
      if (const auto x = f.template number<T>("isolated_margin")) p.isolated_margin = Quantity<T>(*x);
      if (const auto group = f.text("bracket_group")) p.bracket_group = GroupId{id(group_ids_, *group, nullptr)};
      const std::optional<std::string> settle = f.text("settle");
      if (kind == 2 && !settle) fail(Errc::missing_field, f.path("settle"), "a quanto contract names the asset in which it settles");
      out_->brackets.push_back(brackets(f, p, at));
      p.brackets = out_->brackets.back();
      const std::string pays = settle.value_or(file_->numeraire);
      if (const auto it = asset_ids_.find(pays); it != asset_ids_.end()) p.settle = AssetId{it->second};
      const auto assets = static_cast<std::uint32_t>(out_->assets.size());
      if (const auto e = check(p, static_cast<std::uint32_t>(file_->keys.size() + file_->derived.size()), assets, out_->account.cum_policy))
        fail(e->code, position_path(*e, at));
      if (!p.settle && pays != file_->numeraire)
        fail(Errc::missing_price, at, "settles in " + pays + ", which is not listed as collateral (list it with amount 0)");
      if (!seen.emplace(symbol, side).second) fail(Errc::duplicate_symbol, at);
      out_->positions.push_back(std::move(p));
    }
  }

  [[nodiscard]] static std::uint32_t id(std::unordered_map<std::string, std::uint32_t>& ids, const std::string& name, std::vector<std::string>* names) {
    const auto [it, added] = ids.emplace(name, static_cast<std::uint32_t>(ids.size()));
    if (added && names != nullptr) names->push_back(name);
    return it->second;
  }

  void orders(const Fields& pool) {
    if (pool.choice("orders_rule", {"ignore", "loss", "worst_case"}) != 0) fail(Errc::unsupported, pool.path("orders_rule"));
    const std::vector<JsonValue>& rows = pool.items("orders");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Fields f = fields(rows[i], pool.path("orders", i), {"symbol", "side", "qty", "price", "reduce_only", "trigger"});
      static_cast<void>(f.needed_text("symbol"));
      static_cast<void>(f.text("side", true));
      static_cast<void>(f.template needed_number<T>("qty"));
      static_cast<void>(f.template number<T>("price"));
      static_cast<void>(f.flag("reduce_only", false));
      if (const JsonValue* trigger = f.find("trigger")) {
        const Fields t = fields(*trigger, f.path("trigger"), {"price", "source"});
        static_cast<void>(t.template needed_number<T>("price"));
        static_cast<void>(t.choice("source", {"mark", "last"}));
      }
    }
    out_->has_orders = !rows.empty();
    if (out_->has_orders) file_->warnings.push_back({"ORDERS_IGNORED", pool.path("orders")});
  }

  /// The account over the vectors, which no longer grow.
  void connect() {
    out_->account.assets = out_->asset_rows;
    out_->account.positions = out_->positions;
    out_->account.derived = file_->derived;
  }

  AccountFile<T>* file_;
  const PriceReader<T>* prices_;
  const FileOptions* options_;
  PoolFile<T>* out_;
  std::unordered_map<std::string, std::uint32_t> asset_ids_, symbol_ids_, group_ids_;
};

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
