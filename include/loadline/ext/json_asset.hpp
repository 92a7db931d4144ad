// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_path.hpp"
#include "loadline/ext/json_table.hpp"
#include "loadline/portfolio/check.hpp"

/// @file
/// The balances of an account file, with their weight tiers and loan brackets.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// A table of weights, if the asset has it.
template <class Exact, Scalar T>
void read_weights(PoolScope<T>& pool, const Fields& f, std::string_view name, std::span<const WeightTier<T>>& to) {
  if (!f.has(name)) return;
  if (f.items(name).empty()) fail(Errc::empty_tiers, f.path(name));
  pool.out.weights.push_back(read_table<Exact, WeightTier>(
      pool, f, name, {"cap", "weight"},
      []<class S>(const Fields& row) {
        return WeightTier<S>{cap_of<S>(row), Ratio<S>(row.template needed_number<S>("weight"))};
      },
      []<class S>(const std::vector<WeightTier<S>>& rows) { return check<S>(std::span<const WeightTier<S>>(rows)); },
      [&](const Error& e) { return field_path(e, f.path(name, e.item)); }));
  to = pool.out.weights.back();
}

/// The brackets of the asset's debt, if it has them.
template <class Exact, Scalar T>
void read_loans(PoolScope<T>& pool, const Fields& f, std::span<const LoanBracket<T>>& to) {
  if (!f.has("loan_brackets")) return;
  if (f.items("loan_brackets").empty()) fail(Errc::empty_brackets, f.path("loan_brackets"));
  const auto read = []<class S>(const Fields& row) {
    LoanBracket<S> out{.cap = cap_of<S>(row), .maintenance_rate = Ratio<S>(row.template needed_number<S>("mmr"))};
    if (const auto x = row.template number<S>("imr")) out.initial_rate = Ratio<S>(*x);
    return out;
  };
  pool.out.loans.push_back(read_table<Exact, LoanBracket>(
      pool, f, "loan_brackets", {"cap", "mmr", "imr"}, read,
      []<class S>(const std::vector<LoanBracket<S>>& rows) { return check<S>(std::span<const LoanBracket<S>>(rows)); },
      [&](const Error& e) { return field_path(e, f.path("loan_brackets", e.item)); }));
  to = pool.out.loans.back();
}

/// `collateral`: the balances of the pool.
template <class Exact, Scalar T>
void read_assets(PoolScope<T>& pool, const Fields& object) {
  const std::vector<JsonValue>& rows = object.items("collateral");
  pool.out.weights.reserve(2 * rows.size());
  pool.out.loans.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string at = object.path("collateral", i);
    const Fields f = pool.fields(rows[i], at,
                                 {"asset", "amount", "key", "price", "ratio", "weight_tiers", "tier_unit", "liability_weight", "pnl_in_tiers", "borrowed",
                                  "interest", "loan_brackets", "loan_unit", "usable", "requirement_weight", "initial_weight_tiers"});
    const std::string name = f.needed_text("asset");
    const bool numeraire = name == pool.file.numeraire;
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
      a.key = pool.prices.find(*key);
      if (!a.key) fail(Errc::missing_price, f.path("key"), "key " + *key + " has no price");
    }
    if (const auto x = f.template number<T>("price")) a.price = *x;
    read_weights<Exact>(pool, f, "weight_tiers", a.weight_tiers);
    read_weights<Exact>(pool, f, "initial_weight_tiers", a.initial_weight_tiers);
    read_loans<Exact>(pool, f, a.loan_brackets);
    if (const auto e = check(a, pool.key_count())) fail(e->code, field_path(*e, at));
    if (!numeraire && a.weight_tiers.empty() && T(0) < a.amount.raw() && a.usable) pool.file.warnings.push_back({"DEFAULT_WEIGHT", at});
    if (!pool.asset_ids.emplace(name, static_cast<std::uint32_t>(i)).second) fail(Errc::duplicate_asset, at);
    pool.out.assets.push_back(name);
    pool.out.asset_rows.push_back(std::move(a));
  }
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
