// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_prices.hpp"

/// @file
/// The tables of an account file: rows read and checked, and what the readers of a pool share.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// One pool while it is read: from what, into what, and the assets that its positions may settle in.
template <Scalar T>
struct PoolScope {
  AccountFile<T>& file;
  const PriceReader<T>& prices;
  const FileOptions& options;
  PoolFile<T>& out;
  std::unordered_map<std::string, std::uint32_t> asset_ids = {};

  Fields fields(const JsonValue& value, std::string at, std::initializer_list<std::string_view> known) const {
    return {value, std::move(at), known, options.lenient, file.warnings};
  }
  /// Base and derived keys together: what a KeyId may be.
  [[nodiscard]] std::uint32_t key_count() const noexcept { return static_cast<std::uint32_t>(file.keys.size() + file.derived.size()); }
};

/// A table of rows of one pool, each read by `read.operator()<S>(fields)`, and checked by `check_in.operator()<S>(rows)`: in `Exact`, then
/// in T. With a rational `Exact` the numbers are checked as printed.
template <class Exact, template <class> class Row, Scalar T, class Read, class Check, class Path>
[[nodiscard]] std::vector<Row<T>> read_table(const PoolScope<T>& pool, const Fields& f, std::string_view name, std::initializer_list<std::string_view> known,
                                             const Read& read, const Check& check_in, const Path& path_of) {
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
      const Fields row = pool.fields(rows[i], f.path(name, i), known);
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

/// The cap of a row; none: null or absent.
template <Scalar S>
[[nodiscard]] std::optional<S> cap_of(const Fields& row) {
  const JsonValue* cap = row.find("cap");
  return cap == nullptr || cap->kind == JsonValue::Kind::null ? std::nullopt : row.template number<S>("cap");
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
