// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/collateral/weight.hpp"
#include "loadline/market/rule_set.hpp"

#include <array>

/// @file
/// A venue's collateral tiers as dated data: whole numbers, which every scalar holds exactly.

namespace loadline {
inline namespace v1 {
namespace venues {

/// One row as a venue prints it.
struct CollateralRow {
  int cap;     ///< upper end, included; 0: open
  int weight;  ///< in basis points: 9,775 is 97.75 %
};

/// The most rows of a table.
inline constexpr std::size_t max_collateral_rows = 8;

/// A table of tiers: whose, of which asset or rank, in which unit, and on which days it was seen. Tiers are marginal.
struct CollateralTable {
  RuleSet rules;       ///< id, first and last day, source
  const char* market;  ///< the venue and its mode: one name for tables that can stand for each other on other days
  const char* name;    ///< the asset, or "No. 6", "rank 6" where assets share tables
  TierUnit unit;
  std::size_t count;
  std::array<CollateralRow, max_collateral_rows> rows;

  [[nodiscard]] constexpr std::span<const CollateralRow> tiers() const { return std::span<const CollateralRow>(rows).first(count); }
};

inline namespace LOADLINE_FLAGS {

/// The tiers of a table in the caller's storage.
/// @return how many were written
/// @par Units    caps: as the table says; weights: fractions
/// @par Shape    out: at least as many as the table has rows, max_collateral_rows always suffice
/// @par Rounding that of weight / 10,000 in T
/// @par Errors   BAD_SIZE (no room); nothing is written then
/// @par Cost     O(rows), no allocation
/// @par Source   that of the table
template <Scalar T>
[[nodiscard]] constexpr Result<std::size_t> write_tiers(const CollateralTable& table, std::span<WeightTier<T>> out) {
  if (out.size() < table.count) return Error{Errc::bad_size, Field::weight_tiers};
  for (std::size_t i = 0; i < table.count; ++i) {
    out[i] = WeightTier<T>{.weight = Ratio<T>(bps<T>(table.rows[i].weight))};
    if (table.rows[i].cap != 0) out[i].cap = T(table.rows[i].cap);
  }
  return table.count;
}

}  // namespace LOADLINE_FLAGS

/// The table of an asset or rank on a day; nullptr: none that was seen then. Nobody's table is not no haircut.
///
/// On the day of a change both tables cover the day, and the one that counts less comes first in the lists.
/// @par Units    day: YYYY-MM-DD in UTC, or YYYY-MM-DDT..., of which the day counts
/// @par Shape    tables: as the lists of this folder
/// @par Rounding none
/// @par Errors   none; nullptr. A table without days is found by its id only
/// @par Cost     O(tables)
/// @par Source   none
[[nodiscard]] constexpr const CollateralTable* find_table(std::span<const CollateralTable> tables, std::string_view market, std::string_view name,
                                                          std::string_view day) noexcept {
  for (const CollateralTable& table : tables)
    if (table.market == market && table.name == name && covers(table.rules, day)) return &table;
  return nullptr;
}

/// The table of an id, whatever its days; nullptr: none is called that.
[[nodiscard]] constexpr const CollateralTable* find_table(std::span<const CollateralTable> tables, std::string_view id) noexcept {
  for (const CollateralTable& table : tables)
    if (table.rules.id == id) return &table;
  return nullptr;
}

}  // namespace venues
}  // namespace v1
}  // namespace loadline
