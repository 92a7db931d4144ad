// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_asset.hpp"
#include "loadline/ext/json_position.hpp"
#include "loadline/ext/json_rule.hpp"

/// @file
/// What a pool of an account file holds: an account's own, or one behind a wall.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// `orders`: read and checked, and then left out.
template <Scalar T>
void read_orders(PoolScope<T>& pool, const Fields& object) {
  if (object.choice("orders_rule", {"ignore", "loss", "worst_case"}) != 0) fail(Errc::unsupported, object.path("orders_rule"));
  const std::vector<JsonValue>& rows = object.items("orders");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Fields f = pool.fields(rows[i], object.path("orders", i), {"symbol", "side", "qty", "price", "reduce_only", "trigger"});
    static_cast<void>(f.needed_text("symbol"));
    static_cast<void>(f.text("side", true));
    static_cast<void>(f.template needed_number<T>("qty"));
    static_cast<void>(f.template number<T>("price"));
    static_cast<void>(f.flag("reduce_only", false));
    if (const JsonValue* trigger = f.find("trigger")) {
      const Fields t = pool.fields(*trigger, f.path("trigger"), {"price", "source"});
      static_cast<void>(t.template needed_number<T>("price"));
      static_cast<void>(t.choice("source", {"mark", "last"}));
    }
  }
  pool.out.has_orders = !rows.empty();
  if (pool.out.has_orders) pool.file.warnings.push_back({"ORDERS_IGNORED", object.path("orders")});
}

/// Balances, positions and orders, each under the policy that was read before. `Exact` is the scalar in which tables are checked.
template <class Exact, Scalar T>
void read_contents(PoolScope<T>& pool, const Fields& object) {
  read_assets<Exact>(pool, object);
  read_positions<Exact>(pool, object);
  read_orders(pool, object);
  Account<T>& account = pool.out.account;  // over the vectors, which no longer grow
  account.assets = pool.out.asset_rows;
  account.positions = pool.out.positions;
  account.derived = pool.file.derived;
  if (const auto e = first_misfit(account)) fail(e->code, pool.out.path("positions", e->index), "it does not fit the positions that it is joined with");
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
