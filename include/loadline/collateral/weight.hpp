// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"
#include "loadline/piecewise/schedule.hpp"

#include <cstddef>
#include <optional>
#include <span>

/// @file
/// Collateral weights (haircuts): what an asset counts as margin, tier by tier.

namespace loadline {
inline namespace v1 {

/// One row: the part of a balance between the cap before and this cap counts at `weight`.
/// @par Units    cap: value or amount, as tier_unit says; weight: a fraction
/// @par Shape    one row of a table
/// @par Rounding none
/// @par Errors   none here; check
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, An asset
template <Scalar T>
struct WeightTier {
  std::optional<T> cap = std::nullopt;  ///< upper end, included; only the last may be open. Above a finite last cap: weight 0
  Ratio<T> weight = 1;                  ///< in [0, 1], not rising
};

/// What the caps of a table measure: value in the numeraire, or units of the asset.
enum class TierUnit : unsigned char { value, amount };

inline namespace LOADLINE_FLAGS {

/// Checks a table of weights; nullopt: it is in order. An empty table means weight 1.
/// @par Units    caps: value or amount; weights: fractions
/// @par Shape    caps ascending from 0, weights not rising
/// @par Rounding none
/// @par Errors   BAD_NUMBER, BAD_WEIGHT (outside [0, 1]), BAD_TIERS (order, a tier after the open one), TIERS_NOT_CONCAVE
///               (a rising weight); `item` is the row
/// @par Cost     O(rows)
/// @par Source   docs/reference/account-file.md, An asset
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check(std::span<const WeightTier<T>> tiers) {
  const auto fault = [](Errc code, Field field, std::size_t row) { return Error{code, field, 0, static_cast<std::uint32_t>(row)}; };
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    const T& weight = tiers[i].weight.raw();
    if (!is_finite(weight)) return fault(Errc::bad_number, Field::tier_weight, i);
    if (weight < T(0) || T(1) < weight) return fault(Errc::bad_weight, Field::tier_weight, i);
    if (i > 0 && !tiers[i - 1].cap) return fault(Errc::bad_tiers, Field::tier, i);
    if (i > 0 && tiers[i - 1].weight.raw() < weight) return fault(Errc::tiers_not_concave, Field::tier_weight, i);
    if (!tiers[i].cap) continue;
    if (!is_finite(*tiers[i].cap)) return fault(Errc::bad_number, Field::tier_cap, i);
    if (!((i == 0 ? T(0) : *tiers[i - 1].cap) < *tiers[i].cap)) return fault(Errc::bad_tiers, Field::tier_cap, i);
  }
  return std::nullopt;
}

/// Most pieces that the schedule of a table has: one for debts, the rows, and one of weight 0 above a finite last cap.
template <Scalar T>
[[nodiscard]] constexpr std::size_t max_weight_pieces(std::span<const WeightTier<T>> tiers) {
  return (tiers.empty() ? 1 : tiers.size()) + 2;
}

/// The schedule of a table: `below` is the slope for x < 0 (the liability weight), then the tiers, marginal.
/// @return the number of pieces written
/// @par Units    those of the table
/// @par Shape    out: at least max_weight_pieces
/// @par Rounding that of S
/// @par Errors   none; the table has passed check
/// @par Cost     O(rows)
/// @par Source   docs/reference/account-file.md, An asset
template <Scalar S, Scalar T>
constexpr std::size_t write_weights(std::span<const WeightTier<T>> tiers, const S& below, std::span<Piece<S>> out) {
  std::size_t n = 0;
  out[n++] = Piece<S>{S(0), below, S(0)};
  const auto add = [&](const S& from, const S& slope) {
    out[n] = Piece<S>{from, slope, joining_offset(out[n - 1], from, slope)};
    ++n;
  };
  if (tiers.empty()) add(S(0), S(1));
  S floor = S(0);
  for (const WeightTier<T>& tier : tiers) {
    add(floor, S(tier.weight.raw()));
    if (tier.cap) floor = S(*tier.cap);
  }
  if (!tiers.empty() && tiers.back().cap) add(floor, S(0));
  return n;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
