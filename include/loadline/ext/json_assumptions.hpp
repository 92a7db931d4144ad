// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_number.hpp"
#include "loadline/ext/json_time.hpp"
#include "loadline/portfolio/portfolio.hpp"

#include <string>

/// @file
/// What an answer assumes: its rules, its tests, its kinds of price.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// On which days a known rule set holds, and whether as_of is one of them; null: no such set.
template <Scalar T>
[[nodiscard]] AnswerJson rules_hold(const AccountFile<T>& file, const std::string& id) {
  const auto rules = std::find_if(file.known_rules.begin(), file.known_rules.end(), [&](const venues::RuleSet& r) { return id == r.id; });
  if (rules == file.known_rules.end()) return nullptr;
  AnswerJson out{{"first_day", rules->first_day}, {"last_day", rules->last_day}, {"on_as_of", nullptr}, {"source", rules->source}};
  if (const auto day = file.as_of ? detail::day_of(*file.as_of) : std::nullopt) out["on_as_of"] = venues::covers(*rules, *day);
  return out;
}

/// What the figures of an account rest on.
template <Scalar T>
[[nodiscard]] AnswerJson assumptions(NumberWriter<T>& to, const AccountFile<T>& file, const AccountEntry<T>& entry, const Portfolio<T>& portfolio) {
  const Account<T>& account = entry.main.account;
  AnswerJson out;
  out["as_of"] = file.as_of ? AnswerJson(file.as_of->text) : AnswerJson(nullptr);
  if (file.as_of && file.as_of->kind == JsonValue::Kind::number)
    if (AnswerJson number = AnswerJson::parse(file.as_of->text, nullptr, false); number.is_number()) out["as_of"] = std::move(number);
  out["rules"] = nullptr;
  if (entry.rules) {
    out["rules"] = AnswerJson::object();
    if (entry.rules->id) out["rules"]["id"] = *entry.rules->id;
    if (entry.rules->date) out["rules"]["date"] = *entry.rules->date;
    if (entry.rules->source) out["rules"]["source"] = *entry.rules->source;
  }
  out["rules_hold"] = entry.rules && entry.rules->id ? rules_hold(file, *entry.rules->id) : AnswerJson(nullptr);
  out["liquidate_when"] = when_of(account);
  out["rule"] = AnswerJson::array();
  const LiquidationRule<T>& rule = account.rule;
  if (rule.requirement) out["rule"].push_back({{"test", "requirement"}, {"ratio", to.number(rule.requirement_ratio)}});
  if (rule.level) out["rule"].push_back({{"test", "level"}, {"ratio", to.number(rule.level_ratio)}, {"weighted", rule.level_weighted}});
  if (rule.equity) out["rule"].push_back({{"test", "equity"}});
  constexpr const char *policies[] = {"strict", "recompute", "as_given"}, *offsets[] = {"both", "larger", "net"};
  out["cum_policy"] = policies[static_cast<std::size_t>(account.cum_policy)];
  out["hedge_offset"] = offsets[static_cast<std::size_t>(account.hedge_offset)];
  out["price_kinds"] = AnswerJson::object();
  for (const KeyId key : portfolio.keys())
    append(out["price_kinds"], file.keys[key.index], file.kinds[key.index].empty() ? AnswerJson(nullptr) : AnswerJson(file.kinds[key.index]));
  bool orders = entry.main.has_orders;
  for (const PoolFile<T>& pool : entry.pools) orders = orders || pool.has_orders;
  out["not_modelled"] = AnswerJson::array();
  if (orders) out["not_modelled"].push_back("orders");
  return out;
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
