// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_path.hpp"
#include "loadline/ext/json_table.hpp"
#include "loadline/portfolio/check.hpp"

#include <set>

/// @file
/// The positions of an account file, with their brackets.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// The index of a name, new names counted on.
[[nodiscard]] inline std::uint32_t number_of(std::unordered_map<std::string, std::uint32_t>& ids, const std::string& name, std::vector<std::string>* names) {
  const auto [it, added] = ids.emplace(name, static_cast<std::uint32_t>(ids.size()));
  if (added && names != nullptr) names->push_back(name);
  return it->second;
}

template <class Exact, Scalar T>
[[nodiscard]] std::vector<Bracket<T>> read_position_brackets(const PoolScope<T>& pool, const Fields& f, const Position<T>& p, const std::string& at) {
  const auto read = []<class S>(const Fields& row) {
    return Bracket<S>{.floor = row.template number<S>("floor"),
                      .cap = cap_of<S>(row),
                      .rate = Ratio<S>(row.template needed_number<S>("mmr")),
                      .cum = row.template number<S>("cum")};
  };
  const auto check_in = [&]<class S>(const std::vector<Bracket<S>>& rows) {
    const S coefficient = f.template number<S>("bracket_coefficient").value_or(S(1));
    return check(BracketTable<S>{rows, p.bracket_unit, p.bracket_rule, pool.out.account.cum_policy, coefficient});
  };
  return read_table<Exact, Bracket>(pool, f, "brackets", {"cap", "mmr", "cum", "floor"}, read, check_in, [&](const Error& e) { return position_path(e, at); });
}

/// `positions`: the legs of the pool, after its assets.
template <class Exact, Scalar T>
void read_positions(PoolScope<T>& pool, const Fields& object) {
  const std::vector<JsonValue>& rows = object.items("positions");
  std::set<std::pair<std::string, std::size_t>> seen;
  std::unordered_map<std::string, std::uint32_t> symbol_ids, group_ids;
  pool.out.brackets.reserve(rows.size());
  pool.out.positions.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string at = object.path("positions", i);
    const Fields f = pool.fields(rows[i], at,
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
    const std::optional<KeyId> key = pool.prices.find(key_name);
    if (!key) fail(Errc::missing_price, at, "key " + key_name + " has no price");
    constexpr Side sides[] = {Side::one_way, Side::long_leg, Side::short_leg};
    constexpr ContractKind kinds[] = {ContractKind::linear, ContractKind::inverse, ContractKind::quanto};
    const auto number_or = [&](std::string_view name, int otherwise) { return f.template number<T>(name).value_or(T(otherwise)); };
    Position<T> p{.key = *key,
                  .size = f.template needed_number<T>("qty"),
                  .entry = f.template needed_number<T>("entry"),
                  .brackets = {},
                  .side = sides[side],
                  .symbol = SymbolId{number_of(symbol_ids, symbol, &pool.out.symbols)},
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
    if (!p.tick && pool.options.tick) p.tick = Price<T>(*read_number<T>(*pool.options.tick));
    if (const auto x = f.template number<T>("isolated_margin")) p.isolated_margin = Quantity<T>(*x);
    if (const auto group = f.text("bracket_group")) p.bracket_group = GroupId{number_of(group_ids, *group, nullptr)};
    const std::optional<std::string> settle = f.text("settle");
    if (kind == 2 && !settle) fail(Errc::missing_field, f.path("settle"), "a quanto contract names the asset in which it settles");
    pool.out.brackets.push_back(read_position_brackets<Exact>(pool, f, p, at));
    p.brackets = pool.out.brackets.back();
    const std::string pays = settle.value_or(pool.file.numeraire);
    if (const auto it = pool.asset_ids.find(pays); it != pool.asset_ids.end()) p.settle = AssetId{it->second};
    const auto assets = static_cast<std::uint32_t>(pool.out.assets.size());
    if (const auto e = check(p, pool.key_count(), assets, pool.out.account.cum_policy)) fail(e->code, position_path(*e, at));
    if (!p.settle && pays != pool.file.numeraire)
      fail(Errc::missing_price, at, "settles in " + pays + ", which is not listed as collateral (list it with amount 0)");
    if (!seen.emplace(symbol, side).second) fail(Errc::duplicate_symbol, at);
    pool.out.positions.push_back(std::move(p));
  }
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
