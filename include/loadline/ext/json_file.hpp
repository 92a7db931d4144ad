// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_pool.hpp"

#include <set>

/// @file
/// The reader of the account file, schema 1: JSON text to an AccountFile.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// Reads one file. See read_table for `Exact`.
template <Scalar T, Scalar Exact>
class FileReader {
 public:
  FileReader(const JsonValue& document, const FileOptions& options) : document_(&document), options_(&options) {}

  AccountFile<T> read() {
    out_.known_rules = options_->rules;
    out_.many = document_->kind == JsonValue::Kind::object && document_->find("accounts") != nullptr;
    const Fields top = out_.many ? fields(*document_, "", {"schema", "as_of", "numeraire", "prices", "paths", "frontier", "accounts"})
                                 : fields(*document_, "",
                                          {"schema", "as_of", "numeraire", "prices", "paths", "frontier", "name", "collateral", "positions", "liquidate_when",
                                           "cum_policy", "hedge_offset", "rule", "orders", "orders_rule", "venue", "rules", "pools"});
    if (const JsonValue* v = top.find("schema"); v != nullptr && (v->kind != JsonValue::Kind::number || v->text != "1")) fail(Errc::bad_schema, "schema");
    const std::optional<T> as_of = time_field<T>(top, "as_of");
    if (as_of) out_.as_of = *top.find("as_of");
    if (const auto text = top.text("numeraire")) out_.numeraire = *text;
    PriceReader<T> prices(out_, options_->lenient);
    prices.read(top, as_of);
    if (out_.many)
      accounts(top, prices);
    else
      account(top, prices, out_.accounts.emplace_back());
    paths(top, prices);
    frontier(top, prices);
    return std::move(out_);
  }

 private:
  Fields fields(const JsonValue& value, std::string at, std::initializer_list<std::string_view> known) {
    return {value, std::move(at), known, options_->lenient, out_.warnings};
  }

  void accounts(const Fields& top, const PriceReader<T>& prices) {
    const std::vector<JsonValue>& rows = top.items("accounts");
    if (rows.empty()) fail(Errc::bad_field, "accounts", "empty");
    out_.accounts.reserve(rows.size());
    std::set<std::string> names;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Fields f = fields(
          rows[i], top.path("accounts", i),
          {"name", "collateral", "positions", "liquidate_when", "cum_policy", "hedge_offset", "rule", "orders", "orders_rule", "venue", "rules", "pools"});
      static_cast<void>(f.needed_text("name"));
      account(f, prices, out_.accounts.emplace_back());
      if (!names.insert(*out_.accounts.back().name).second) fail(Errc::duplicate_name, f.path("name"));
    }
  }

  void account(const Fields& f, const PriceReader<T>& prices, AccountEntry<T>& out) {
    out.main.at = f.at();
    PoolScope<T> main{out_, prices, *options_, out.main};
    read_policy(main, f, Account<T>{});
    out.name = f.text("name");
    out.venue = f.text("venue");
    if (const JsonValue* v = f.find("rules")) {
      const Fields r = fields(*v, f.path("rules"), {"id", "date", "source"});
      out.rules = typename AccountEntry<T>::Rules{r.text("id"), r.text("date"), r.text("source")};
    }
    read_contents<Exact>(main, f);
    pools(f, prices, out);
  }

  void pools(const Fields& f, const PriceReader<T>& prices, AccountEntry<T>& out) {
    const std::vector<JsonValue>& rows = f.items("pools");
    out.pools.reserve(rows.size());
    std::set<std::string> names;
    const auto taken = [&](const std::string& name) {
      if (!names.insert(name).second) fail(Errc::duplicate_name, f.path("pools"), "two pools are called " + name);
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Fields p = fields(rows[i], f.path("pools", i),
                              {"name", "collateral", "positions", "liquidate_when", "cum_policy", "hedge_offset", "rule", "orders", "orders_rule"});
      PoolFile<T>& pool = out.pools.emplace_back();
      pool.at = p.at();
      pool.name = p.needed_text("name");
      PoolScope<T> scope{out_, prices, *options_, pool};
      read_policy(scope, p, out.main.account);
      read_contents<Exact>(scope, p);
      for (std::size_t j = 0; j < pool.positions.size(); ++j)
        if (pool.positions[j].isolated_margin) fail(Errc::bad_field, pool.path("positions", j) + ".isolated_margin", "a pool has no isolated positions");
    }
    for (const PoolFile<T>& pool : out.pools) taken(pool.name);
    for (const Position<T>& p : out.main.positions)
      if (p.isolated_margin) taken(out.main.label(p));
  }

  void paths(const Fields& top, const PriceReader<T>& prices) {
    bool all_down = false;
    if (const JsonValue* table = top.table("paths"))
      for (std::size_t i = 0; i < table->items.size(); ++i) {
        const JsonValue& v = table->items[i];
        const std::string at = "paths." + table->names[i];
        if (v.kind != JsonValue::Kind::object) fail(Errc::bad_field, at, "must be an object");
        typename AccountFile<T>::Path path{table->names[i], {}};
        for (std::size_t j = 0; j < v.items.size(); ++j) {
          const std::string beta = at + "." + v.names[j];
          const KeyId key = prices.base(v.names[j], beta);
          path.betas.emplace_back(key, Ratio<T>(Fields::number<T>(v.items[j], beta)));
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

  void frontier(const Fields& top, const PriceReader<T>& prices) {
    const JsonValue* v = top.find("frontier");
    if (v == nullptr) return;
    const Fields f = fields(*v, "frontier", {"x", "y", "y_values"});
    const std::string x = f.needed_text("x"), y = f.needed_text("y");
    typename AccountFile<T>::Frontier out{prices.base(x, f.path("x")), prices.base(y, f.path("y")), {}, {}};
    if (out.x == out.y) fail(Errc::bad_field, f.path("y"), "is x");
    const std::vector<JsonValue>& values = f.items("y_values");
    for (std::size_t i = 0; i < values.size(); ++i) {
      out.y_values.emplace_back(Fields::number<T>(values[i], f.path("y_values", i)));
      out.texts.push_back(values[i].text);
    }
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!(T(0) < out.y_values[i].raw())) fail(Errc::bad_price, f.path("y_values", i));
    out_.frontier = std::move(out);
  }

  const JsonValue* document_;
  const FileOptions* options_;
  AccountFile<T> out_;
};

}  // namespace detail

/// Reads an account file of schema 1 (docs/reference/account-file.md).
///
/// The first fault in the file's order is reported with its path. Tables are checked in `Exact`: give a rational there, and a
/// strict cum is compared with the numbers as printed.
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
