// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/account.hpp"
#include "loadline/ext/json_fields.hpp"

/// @file
/// An account file, read and checked, with storage of its own.

namespace loadline {
inline namespace v1 {

/// How a file is read.
struct FileOptions {
  bool lenient = false;                  ///< an unknown field is a warning
  std::optional<std::string> tick = {};  ///< of positions that name none, as text
};

/// An account file, read and checked: what the library needs, and the names that it does not.
template <Scalar T>
struct AccountFile {
  struct Path {
    std::string name;
    std::vector<std::pair<KeyId, Ratio<T>>> betas;  ///< the keys that move
  };
  struct Rules {
    std::optional<std::string> id, date, source;
  };

  std::string numeraire = "USDT";
  std::optional<JsonValue> as_of;  ///< as written
  std::optional<std::string> name, venue;
  std::optional<Rules> rules;
  std::vector<std::string> keys;                ///< names of the base keys, in the file's order: a KeyId is an index into it
  std::vector<Price<T>> marks;                  ///< by key
  std::vector<std::string> kinds;               ///< by key; empty: none
  std::vector<std::string> symbols;             ///< by SymbolId
  std::vector<std::vector<Bracket<T>>> tables;  ///< by position
  std::vector<Position<T>> positions;
  std::vector<Path> paths;
  Account<T> account;  ///< over the vectors above
  bool has_orders = false;
  std::vector<FileWarning> warnings;

  AccountFile() = default;
  AccountFile(const AccountFile&) = delete;  // `account` and the positions point into the object
  AccountFile& operator=(const AccountFile&) = delete;
  AccountFile(AccountFile&&) noexcept = default;  // a moved vector keeps its storage
  AccountFile& operator=(AccountFile&&) noexcept = default;
  ~AccountFile() = default;

  /// "BTCUSDT", or "BTCUSDT LONG" for a leg of hedge mode.
  [[nodiscard]] std::string label(const Position<T>& p) const {
    const std::string& symbol = symbols[p.symbol->index];
    return p.side == Side::one_way ? symbol : symbol + (p.side == Side::long_leg ? " LONG" : " SHORT");
  }
};

}  // namespace v1
}  // namespace loadline
