// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"

#include <string>
#include <string_view>

/// @file
/// The fields of a library error, as the account file names them.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// The file's name for a field of a position, an asset or a table's row; empty: the object itself.
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
    case Field::bracket_rate: return "mmr";
    case Field::bracket_cum: return "cum";
    case Field::bracket_cap:
    case Field::tier_cap:
    case Field::initial_tier_cap:
    case Field::loan_cap: return "cap";
    case Field::tier_weight:
    case Field::initial_tier_weight: return "weight";
    case Field::asset_key: return "key";
    case Field::asset_price: return "price";
    case Field::amount: return "amount";
    case Field::asset_ratio: return "ratio";
    case Field::liability_weight: return "liability_weight";
    case Field::requirement_weight: return "requirement_weight";
    case Field::borrowed: return "borrowed";
    case Field::interest: return "interest";
    default: return "";
  }
}

/// A field of the object (an asset, a row) at `at`.
[[nodiscard]] inline std::string field_path(const Error& e, const std::string& at) {
  const std::string name(file_name(e.field));
  return name.empty() ? at : at + "." + name;
}
/// A field of the position at `at`, or of a row of its brackets.
[[nodiscard]] inline std::string position_path(const Error& e, const std::string& at) {
  switch (e.field) {
    case Field::bracket:
    case Field::bracket_floor:
    case Field::bracket_cap:
    case Field::bracket_rate:
    case Field::bracket_cum: return field_path(e, at + ".brackets[" + std::to_string(e.item) + "]");
    default: return field_path(e, at);
  }
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
