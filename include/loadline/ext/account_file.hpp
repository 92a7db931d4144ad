// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/account.hpp"
#include "loadline/ext/json_fields.hpp"
#include "loadline/market/rule_set.hpp"

/// @file
/// An account file, read and checked, with storage of its own.

namespace loadline {
inline namespace v1 {

/// How a file is read.
/// @par Units    tick: numeraire per base unit
/// @par Shape    none
/// @par Rounding none
/// @par Errors   an unreadable tick: the caller checks it
/// @par Cost     none
/// @par Source   docs/reference/account-file.md
struct FileOptions {
  bool lenient = false;                         ///< an unknown field is a warning
  std::optional<std::string> tick = {};         ///< of positions that name none, as text
  std::span<const venues::RuleSet> rules = {};  ///< those of which an answer says whether as_of lies in their days: venues::catalogue
};

/// One wall's worth of a file: balances and positions under one rule, with the names that the library does not need.
template <Scalar T>
struct PoolFile {
  std::string name;                  ///< of a pool
  std::string at;                    ///< the path of its object; empty: the whole file
  std::vector<std::string> assets;   ///< names by AssetId
  std::vector<std::string> symbols;  ///< names by SymbolId
  std::vector<Asset<T>> asset_rows;
  std::vector<Position<T>> positions;
  std::vector<std::vector<WeightTier<T>>> weights;
  std::vector<std::vector<LoanBracket<T>>> loans;
  std::vector<std::vector<Bracket<T>>> brackets;
  Account<T> account = {};  ///< over the vectors above
  bool has_orders = false;

  [[nodiscard]] std::string path(std::string_view field, std::size_t i) const {
    return (at.empty() ? "" : at + ".") + std::string(field) + "[" + std::to_string(i) + "]";
  }
  /// "BTCUSDT", or "BTCUSDT LONG" for a leg of hedge mode.
  [[nodiscard]] std::string label(const Position<T>& p) const {
    const std::string& symbol = symbols[p.symbol->index];
    return p.side == Side::one_way ? symbol : symbol + (p.side == Side::long_leg ? " LONG" : " SHORT");
  }
};

/// One account of a file.
template <Scalar T>
struct AccountEntry {
  struct Rules {
    std::optional<std::string> id, date, source;
  };

  std::optional<std::string> name, venue;
  std::optional<Rules> rules;
  PoolFile<T> main;
  std::vector<PoolFile<T>> pools;  ///< walled off; isolated positions stand in `main`
};

/// An account file, read and checked: what the library needs, and the names that it does not.
/// @par Units    those of the file
/// @par Shape    keys ascending; marks and kinds by key
/// @par Rounding that of reading
/// @par Errors   none; read_account has checked it
/// @par Cost     a move keeps the storage, a copy is not allowed
/// @par Source   docs/reference/account-file.md
template <Scalar T>
struct AccountFile {
  struct Path {
    std::string name;
    std::vector<std::pair<KeyId, Ratio<T>>> betas;  ///< the keys that move
  };
  struct Frontier {
    KeyId x, y;
    std::vector<Price<T>> y_values;
    std::vector<std::string> texts;  ///< as written
  };

  std::string numeraire = "USDT";
  std::optional<JsonValue> as_of;  ///< as written
  std::vector<std::string> keys;   ///< base keys by name, ascending: a KeyId is an index into them, and on into `derived_keys`
  std::vector<Price<T>> marks;     ///< by base key
  std::vector<std::string> kinds;  ///< by base key; empty: none
  std::vector<std::string> derived_keys;
  std::vector<std::vector<KeyId>> factors;  ///< by derived key
  std::vector<DerivedPrice<T>> derived;
  std::vector<AccountEntry<T>> accounts;
  bool many = false;  ///< a book: the file lists `accounts`
  std::vector<Path> paths;
  std::optional<Frontier> frontier;
  std::vector<FileWarning> warnings;
  std::span<const venues::RuleSet> known_rules;  ///< FileOptions::rules

  AccountFile() = default;
  AccountFile(const AccountFile&) = delete;  // accounts point into the object
  AccountFile& operator=(const AccountFile&) = delete;
  AccountFile(AccountFile&&) noexcept = default;  // a moved vector keeps its storage
  AccountFile& operator=(AccountFile&&) noexcept = default;
  ~AccountFile() = default;

  [[nodiscard]] const std::string& key_name(KeyId key) const { return key.index < keys.size() ? keys[key.index] : derived_keys[key.index - keys.size()]; }
};

}  // namespace v1
}  // namespace loadline
