// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/account_file.hpp"
#include "loadline/ext/json_time.hpp"
#include "loadline/portfolio/check.hpp"

#include <set>
#include <unordered_map>

/// @file
/// The reader of the account file, schema 1: JSON text to an AccountFile.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// The field of a position that a library error speaks of, as the file names it.
[[nodiscard]] constexpr std::string_view file_name(Field field) noexcept {
  switch (field) {
    case Field::size: return "qty";
    case Field::multiplier: return "multiplier";
    case Field::entry: return "entry";
    case Field::leverage: return "leverage";
    case Field::accrued: return "accrued";
    case Field::fee_rate: return "fee_rate";
    case Field::liquidation_fee_rate: return "liquidation_fee_rate";
    case Field::taker_fee_rate: return "taker_fee_rate";
    case Field::maintenance_fixed: return "maintenance_fixed";
    case Field::tick: return "tick";
    case Field::isolated_margin: return "isolated_margin";
    case Field::bracket_coefficient: return "bracket_coefficient";
    case Field::brackets: return "brackets";
    case Field::bracket_floor: return "floor";
    case Field::bracket_cap: return "cap";
    case Field::bracket_rate: return "mmr";
    case Field::bracket_cum: return "cum";
    default: return "";
  }
}

/// The path of a library error that concerns the position at `at`.
[[nodiscard]] inline std::string position_path(const Error& e, const std::string& at) {
  const std::string name(file_name(e.field));
  switch (e.field) {
    case Field::bracket: return at + ".brackets[" + std::to_string(e.item) + "]";
    case Field::bracket_floor:
    case Field::bracket_cap:
    case Field::bracket_rate:
    case Field::bracket_cum: return at + ".brackets[" + std::to_string(e.item) + "]." + name;
    default: return name.empty() ? at : at + "." + name;
  }
}

/// Reads one file. `Exact` is the scalar in which bracket tables are checked: with a rational, on the numbers as printed.
template <Scalar T, Scalar Exact>
class FileReader {
 public:
  FileReader(const JsonValue& document, const FileOptions& options) : document_(&document), options_(&options) {}

  AccountFile<T> read() {
    const bool many = document_->kind == JsonValue::Kind::object && document_->find("accounts") != nullptr;
    const Fields top = many ? fields(*document_, "", {"schema", "as_of", "numeraire", "prices", "paths", "frontier", "accounts"})
                            : fields(*document_, "",
                                     {"schema", "as_of", "numeraire", "prices", "paths", "frontier", "name", "collateral", "positions", "liquidate_when",
                                      "cum_policy", "hedge_offset", "rule", "orders", "orders_rule", "venue", "rules", "pools"});
    if (const JsonValue* v = top.find("schema"); v != nullptr && (v->kind != JsonValue::Kind::number || v->text != "1")) fail(Errc::bad_schema, "schema");
    const std::optional<T> as_of = time(top, "as_of");
    if (as_of) out_.as_of = *top.find("as_of");
    if (const auto text = top.text("numeraire")) out_.numeraire = *text;
    prices(top, as_of);
    top.unsupported({"accounts"});
    policy(top);
    out_.name = top.text("name");
    out_.venue = top.text("venue");
    if (const JsonValue* v = top.find("rules")) {
      const Fields r = fields(*v, "rules", {"id", "date", "source"});
      out_.rules = typename AccountFile<T>::Rules{r.text("id"), r.text("date"), r.text("source")};
    }
    collateral(top);
    positions(top);
    orders(top);
    pools(top);
    paths(top);
    top.unsupported({"frontier"});
    for (std::size_t i = 0; i < out_.positions.size(); ++i) out_.positions[i].brackets = out_.tables[i];
    out_.account.positions = out_.positions;
    return std::move(out_);
  }

 private:
  Fields fields(const JsonValue& value, std::string at, std::initializer_list<std::string_view> known) {
    return {value, std::move(at), known, options_->lenient, out_.warnings};
  }

  [[nodiscard]] static std::optional<T> time(const Fields& f, std::string_view name) {
    const JsonValue* v = f.find(name);
    if (v == nullptr) return std::nullopt;
    if (v->kind != JsonValue::Kind::string) return Fields::number<T>(*v, f.path(name));
    const auto read = read_time(v->text);
    if (!read) fail(Errc::bad_time, f.path(name));
    return T(T(T(read->first) * T(86'400'000)) + T(read->second));
  }

  [[nodiscard]] std::optional<std::uint32_t> key(std::string_view name) const {
    const auto it = key_ids_.find(std::string(name));
    return it == key_ids_.end() ? std::nullopt : std::optional(it->second);
  }

  void prices(const Fields& top, const std::optional<T>& as_of) {
    const JsonValue* table = top.table("prices");
    if (table == nullptr) return;
    for (std::size_t i = 0; i < table->items.size(); ++i) {
      const JsonValue& v = table->items[i];
      const std::string at = "prices." + table->names[i];
      std::string kind;
      std::optional<T> price;
      if (v.kind == JsonValue::Kind::object) {
        if (v.find("times") != nullptr) fields(v, at, {"times", "factor"}).unsupported({"times"});
        const Fields p = fields(v, at, {"value", "kind", "source", "time", "max_age"});
        static constexpr std::string_view kinds[] = {"mark", "index", "last", "redemption", "stable", "peg"};
        if (p.has("kind")) kind = kinds[p.choice("kind", {kinds[0], kinds[1], kinds[2], kinds[3], kinds[4], kinds[5]})];
        static_cast<void>(p.text("source"));
        const std::optional<T> t = time(p, "time"), age = p.number<T>("max_age");
        if (age && *age < T(0)) fail(Errc::bad_field, p.path("max_age"), "must not be negative");
        if (t && as_of && *as_of < *t) fail(Errc::bad_time, p.path("time"), "the price is from after as_of");
        if (age && !t) fail(Errc::missing_field, p.path("time"), "max_age needs the price's time");
        if (age && !as_of) fail(Errc::missing_field, "as_of", "max_age needs as_of");
        if (age && T(*age * T(1000)) < T(*as_of - *t)) fail(Errc::stale_price, at);
        price = p.needed_number<T>("value");
      } else {
        price = Fields::number<T>(v, at);
      }
      if (!(T(0) < *price)) fail(Errc::bad_price, at);
      key_ids_.emplace(table->names[i], static_cast<std::uint32_t>(out_.keys.size()));
      out_.keys.push_back(table->names[i]);
      out_.marks.emplace_back(*price);
      out_.kinds.push_back(kind);
    }
  }

  void policy(const Fields& top) {
    Account<T>& a = out_.account;
    a.rule.when = top.choice("liquidate_when", {"le", "lt"}) == 1 ? LiquidateWhen::below_zero : LiquidateWhen::at_or_below_zero;
    constexpr CumPolicy policies[] = {CumPolicy::strict, CumPolicy::recompute, CumPolicy::as_given};
    a.cum_policy = policies[top.choice("cum_policy", {"strict", "recompute", "as_given"})];
    if (top.choice("hedge_offset", {"both", "net", "larger"}) != 0) fail(Errc::unsupported, "hedge_offset");
    if (!top.has("rule")) return;
    const std::vector<JsonValue>& tests = top.items("rule");
    if (tests.empty()) fail(Errc::bad_rule, "rule");
    a.rule.requirement = a.rule.equity = false;
    for (std::size_t i = 0; i < tests.size(); ++i) {
      const std::string at = top.path("rule", i);
      std::vector<FileWarning> ignored;
      const std::string test = Fields(tests[i], at, {}, true, ignored).needed_text("test");
      if (test == "level") {
        fields(tests[i], at, {"test", "ratio", "weighted"});
        fail(Errc::unsupported, at + ".test");
      } else if (test == "requirement") {
        const Fields f = fields(tests[i], at, {"test", "ratio"});
        if (a.rule.requirement) fail(Errc::bad_rule, at, "a test twice");
        a.rule.requirement = true;
        if (const auto ratio = f.number<T>("ratio")) a.rule.requirement_ratio = *ratio;
        if (!(T(0) < a.rule.requirement_ratio.raw())) fail(Errc::bad_rule, at + ".ratio");
      } else if (test == "equity") {
        fields(tests[i], at, {"test"});
        if (a.rule.equity) fail(Errc::bad_rule, at, "a test twice");
        a.rule.equity = true;
      } else {
        fail(Errc::bad_rule, at + ".test", "must be requirement, level or equity");
      }
    }
  }

  void collateral(const Fields& top) {
    const std::vector<JsonValue>& assets = top.items("collateral");
    for (std::size_t i = 0; i < assets.size(); ++i) {
      const std::string at = top.path("collateral", i);
      const Fields f = fields(assets[i], at,
                              {"asset", "amount", "key", "price", "ratio", "weight_tiers", "tier_unit", "liability_weight", "pnl_in_tiers", "borrowed",
                               "interest", "loan_brackets", "loan_unit", "usable", "requirement_weight", "initial_weight_tiers"});
      if (f.needed_text("asset") != out_.numeraire) fail(Errc::unsupported, at + ".asset", "only the numeraire is supported as collateral");
      if (f.has("key") || f.has("price")) fail(Errc::bad_field, at, "the numeraire has neither key nor price");
      f.unsupported({"ratio", "weight_tiers", "tier_unit", "liability_weight", "pnl_in_tiers", "borrowed", "interest", "loan_brackets", "loan_unit", "usable",
                     "requirement_weight", "initial_weight_tiers"});
      const T amount = f.needed_number<T>("amount");
      if (i > 0) fail(Errc::duplicate_asset, at);
      out_.account.cash = amount;
    }
  }

  [[nodiscard]] std::vector<Bracket<T>> brackets(const Fields& f, const Position<T>& p, const std::string& at) {
    const std::vector<JsonValue>& rows = f.items("brackets");
    std::vector<Bracket<T>> out;
    std::vector<Bracket<Exact>> exact;
    const auto read = [&]<class S>(const Fields& row, std::vector<Bracket<S>>& to) {
      const JsonValue* cap = row.find("cap");
      to.push_back({.floor = row.number<S>("floor"),
                    .cap = cap == nullptr || cap->kind == JsonValue::Kind::null ? std::nullopt : row.number<S>("cap"),
                    .rate = Ratio<S>(row.needed_number<S>("mmr")),
                    .cum = row.number<S>("cum")});
    };
    const auto first_fault = [&]() -> std::optional<Error> {
      if constexpr (!std::same_as<T, Exact>) {
        const Exact coefficient = f.number<Exact>("bracket_coefficient").value_or(Exact(1));
        if (const auto e = check(BracketTable<Exact>{exact, p.bracket_unit, p.bracket_rule, out_.account.cum_policy, coefficient})) return e;
      }
      return check(BracketTable<T>{out, p.bracket_unit, p.bracket_rule, out_.account.cum_policy, p.bracket_coefficient.raw()});
    };
    try {
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const Fields row = fields(rows[i], f.path("brackets", i), {"cap", "mmr", "cum", "floor"});
        read(row, out);
        if constexpr (!std::same_as<T, Exact>) read(row, exact);
      }
    } catch (const Fault&) {  // an unreadable row: a fault in the rows before it comes first
      const std::optional<Error> e = out.empty() ? std::nullopt : first_fault();
      if (e) fail(e->code, position_path(*e, at));
      throw;
    }
    if (const auto e = first_fault()) fail(e->code, position_path(*e, at));
    return out;
  }

  void positions(const Fields& top) {
    const std::vector<JsonValue>& rows = top.items("positions");
    std::set<std::pair<std::string, std::size_t>> seen;
    out_.tables.reserve(rows.size());
    out_.positions.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string at = top.path("positions", i);
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
      const std::size_t side = f.choice("side", {"", "LONG", "SHORT"});
      if (f.choice("kind", {"linear", "inverse", "quanto", "option"}) != 0) fail(Errc::unsupported, at + ".kind");
      const std::string key_name = f.text("key").value_or(symbol);
      if (const auto settle = f.text("settle"); settle && *settle != out_.numeraire) fail(Errc::unsupported, at + ".settle");
      f.unsupported({"bracket_group"});
      const std::optional<std::uint32_t> k = key(key_name);
      if (!k) fail(Errc::missing_price, at, "key " + key_name + " has no price");
      Position<T> p{.key = KeyId{*k},
                    .size = f.needed_number<T>("qty"),
                    .entry = f.needed_number<T>("entry"),
                    .brackets = {},
                    .side = side == 1   ? Side::long_leg
                            : side == 2 ? Side::short_leg
                                        : Side::one_way,
                    .symbol = SymbolId{symbol_id(symbol)},
                    .multiplier = f.number<T>("multiplier").value_or(T(1)),
                    .bracket_unit = f.choice("bracket_unit", {"notional", "size"}) == 1 ? BracketUnit::size : BracketUnit::notional,
                    .bracket_rule = f.choice("bracket_rule", {"marginal", "whole"}) == 1 ? BracketRule::whole : BracketRule::marginal,
                    .bracket_coefficient = f.number<T>("bracket_coefficient").value_or(T(1)),
                    .maintenance_at = f.choice("maintenance_at", {"mark", "entry"}) == 1 ? MaintenanceAt::entry : MaintenanceAt::mark,
                    .maintenance_fixed = f.number<T>("maintenance_fixed").value_or(T(0)),
                    .fee_rate = f.number<T>("fee_rate").value_or(T(0)),
                    .liquidation_fee_rate = f.number<T>("liquidation_fee_rate").value_or(T(0)),
                    .taker_fee_rate = f.number<T>("taker_fee_rate").value_or(T(0)),
                    .accrued = f.number<T>("accrued").value_or(T(0))};
      if (const auto x = f.number<T>("leverage")) p.leverage = Ratio<T>(*x);
      if (const auto x = f.number<T>("tick")) p.tick = Price<T>(*x);
      if (!p.tick && options_->tick) p.tick = Price<T>(*read_number<T>(*options_->tick));
      if (const auto x = f.number<T>("isolated_margin")) p.isolated_margin = Money<T>(*x);
      out_.tables.push_back(brackets(f, p, at));
      p.brackets = out_.tables.back();
      if (const auto e = check(p, static_cast<std::uint32_t>(out_.keys.size()), out_.account.cum_policy)) fail(e->code, position_path(*e, at));
      if (!seen.emplace(symbol, side).second) fail(Errc::duplicate_symbol, at);
      out_.positions.push_back(std::move(p));
    }
  }

  [[nodiscard]] std::uint32_t symbol_id(const std::string& symbol) {
    const auto [it, added] = symbol_ids_.emplace(symbol, static_cast<std::uint32_t>(out_.symbols.size()));
    if (added) out_.symbols.push_back(symbol);
    return it->second;
  }

  void orders(const Fields& top) {
    if (top.choice("orders_rule", {"ignore", "loss", "worst_case"}) != 0) fail(Errc::unsupported, "orders_rule");
    const std::vector<JsonValue>& rows = top.items("orders");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Fields f = fields(rows[i], top.path("orders", i), {"symbol", "side", "qty", "price", "reduce_only", "trigger"});
      static_cast<void>(f.needed_text("symbol"));
      static_cast<void>(f.text("side", true));
      static_cast<void>(f.needed_number<T>("qty"));
      static_cast<void>(f.number<T>("price"));
      static_cast<void>(f.flag("reduce_only", false));
      if (const JsonValue* trigger = f.find("trigger")) {
        const Fields t = fields(*trigger, f.path("trigger"), {"price", "source"});
        static_cast<void>(t.needed_number<T>("price"));
        static_cast<void>(t.choice("source", {"mark", "last"}));
      }
    }
    out_.has_orders = !rows.empty();
    if (out_.has_orders) out_.warnings.push_back({"ORDERS_IGNORED", "orders"});
  }

  void pools(const Fields& top) {
    top.unsupported({"pools"});
    std::set<std::string> names;
    for (const Position<T>& p : out_.positions)
      if (p.isolated_margin && !names.insert(out_.label(p)).second) fail(Errc::duplicate_name, "pools", "two pools are called " + out_.label(p));
  }

  void paths(const Fields& top) {
    bool all_down = false;
    if (const JsonValue* table = top.table("paths"))
      for (std::size_t i = 0; i < table->items.size(); ++i) {
        const JsonValue& v = table->items[i];
        const std::string at = "paths." + table->names[i];
        if (v.kind != JsonValue::Kind::object) fail(Errc::bad_field, at, "must be an object");
        typename AccountFile<T>::Path path{table->names[i], {}};
        for (std::size_t j = 0; j < v.items.size(); ++j) {
          const std::optional<std::uint32_t> k = key(v.names[j]);
          if (!k) fail(Errc::missing_price, at + "." + v.names[j]);
          path.betas.emplace_back(KeyId{*k}, Ratio<T>(Fields::number<T>(v.items[j], at + "." + v.names[j])));
        }
        all_down = all_down || path.name == "all_down";
        out_.paths.push_back(std::move(path));
      }
    if (all_down) return;
    typename AccountFile<T>::Path path{"all_down", {}};
    for (std::uint32_t k = 0; k < out_.kinds.size(); ++k) {
      const std::string& kind = out_.kinds[k];
      if (kind != "stable" && kind != "redemption" && kind != "peg") path.betas.emplace_back(KeyId{k}, Ratio<T>(1));
    }
    if (!path.betas.empty()) out_.paths.push_back(std::move(path));
  }

  const JsonValue* document_;
  const FileOptions* options_;
  AccountFile<T> out_;
  std::unordered_map<std::string, std::uint32_t> key_ids_, symbol_ids_;
};

}  // namespace detail

/// Reads an account file of schema 1 (docs/reference/account-file.md) as far as this version supports it.
///
/// The first fault in the file's order is reported with its path; a valid field that is not supported yet answers UNSUPPORTED.
/// Bracket tables are checked in `Exact`: give a rational there, and a strict cum is compared with the numbers as printed.
/// @par Units    docs/reference/account-file.md
/// @par Shape    none
/// @par Rounding numbers go from text straight into T
/// @par Errors   FileError
/// @par Cost     O(text)
/// @par Source   docs/reference/account-file.md
template <Scalar T, Scalar Exact = T>
[[nodiscard]] Result<AccountFile<T>, FileError> read_account(const JsonValue& document, const FileOptions& options = {}) {
  try {
    return detail::FileReader<T, Exact>(document, options).read();
  } catch (const detail::Fault& fault) {
    return fault.error;
  }
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline