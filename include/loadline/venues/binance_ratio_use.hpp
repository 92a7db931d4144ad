// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/asset.hpp"
#include "loadline/venues/binance_collateral.hpp"

/// @file
/// Binance cross margin's three collateral ratios: for borrowing, for transfers out, and for liquidation.

namespace loadline {
inline namespace v1 {
namespace venues {

/// What a collateral ratio is used for.
enum class RatioUse : unsigned char { borrow, transfer_out, liquidation };

/// Cross margin Classic or Pro.
enum class MarginMode : unsigned char { classic, pro };

/// When the one ratio became three: 2026-01-21 13:00 UTC.
inline constexpr Moment three_ratios = *read_moment("2026-01-21T13:00Z");

/// Borrow and Transfer-Out ratio of ranks 1 to 10 since then, in basis points.
inline constexpr std::array<int, 10> rank_ratios{9'999, 9'500, 9'000, 9'000, 8'000, 6'000, 5'000, 4'000, 2'000, 1'000};

inline namespace LOADLINE_FLAGS {

/// Weight tiers that know what they are for. Tiers for one use are another type than tiers for another: no function takes the wrong ones.
template <RatioUse Use, Scalar T>
struct RatioTiers {
  std::array<WeightTier<T>, max_collateral_rows> rows;
  std::size_t count;

  [[nodiscard]] constexpr std::span<const WeightTier<T>> tiers() const& { return std::span<const WeightTier<T>>(rows).first(count); }
  void tiers() const&& = delete;  // the span would outlive the rows
};

/// The ratio of a rank for one use, at a moment and in a mode.
///
/// Before 2026-01-21 13:00 UTC one ratio, the tier table of the rank, served all uses, but for the level of Classic, which takes no haircut: there
/// liquidation has weight 1. Since then borrowing (Classic only) and transfers have one flat ratio a rank, and liquidation keeps the
/// tables. Whether the Liquidation ratio enters the level of Classic since then is not published.
/// @par Units    tiers: USD of the amount held
/// @par Shape    rank 1 to 10; the tables of ranks 1 to 5 were not seen
/// @par Rounding none: where the day alone leaves the side of the change open, the answer is an error
/// @par Errors   BAD_PARAMETER (TIER: the rank); BAD_TIME (SOURCE_TIME: the day of the change without an hour); MISSING_FIELD (WEIGHT_TIERS: no
///               table was seen for that rank and day); UNSUPPORTED (RULE: borrowing on Pro since the change; liquidation on Classic since)
/// @par Cost     O(tables), no allocation
/// @par Source   Binance announcement of the three ratios, 2026-01-21; announcement of 2025-10-14; FAQ "Cross margin collateral ratio"
template <RatioUse Use, Scalar T>
[[nodiscard]] constexpr Result<RatioTiers<Use, T>> binance_ratio(MarginMode mode, int rank, std::string_view when) {
  if (rank < 1 || rank > static_cast<int>(rank_ratios.size())) return Error{Errc::bad_parameter, Field::tier};
  const std::optional<Moment> moment = read_moment(when);
  if (!moment) return Error{Errc::bad_time, Field::source_time};
  const bool three = since(*moment, three_ratios);
  if (!three && !before(*moment, three_ratios)) return Error{Errc::bad_time, Field::source_time};
  RatioTiers<Use, T> out{};
  if (Use == RatioUse::liquidation && mode == MarginMode::classic) {
    if (three) return Error{Errc::unsupported, Field::rule};
    out.count = 1;  // weight 1, open
    return out;
  }
  if (Use == RatioUse::borrow && mode == MarginMode::pro && three) return Error{Errc::unsupported, Field::rule};
  if (Use != RatioUse::liquidation && three) {
    out.rows[0].weight = Ratio<T>(bps<T>(rank_ratios[static_cast<std::size_t>(rank - 1)]));
    out.count = 1;
    return out;
  }
  constexpr std::array names{"No. 1", "No. 2", "No. 3", "No. 4", "No. 5", "No. 6", "No. 7", "No. 8", "No. 9", "No. 10"};
  const CollateralTable* table = find_table(binance_collateral, binance_cross_margin, names[static_cast<std::size_t>(rank - 1)], when);
  if (table == nullptr) return Error{Errc::missing_field, Field::weight_tiers};
  const Result<std::size_t> count = write_tiers<T>(*table, out.rows);
  if (!count) return count.error();
  out.count = *count;
  return out;
}

/// What decides when an account dies.
template <Scalar T>
constexpr void weigh(Asset<T>& asset, const RatioTiers<RatioUse::liquidation, T>& ratio) {
  asset.weight_tiers = ratio.tiers();
}
/// What decides how much may be borrowed: `available` of the figures.
template <Scalar T>
constexpr void weigh(Asset<T>& asset, const RatioTiers<RatioUse::borrow, T>& ratio) {
  asset.initial_weight_tiers = ratio.tiers();
}
/// What decides how much may leave: `available` of an account of its own, asked for transfers.
template <Scalar T>
constexpr void weigh(Asset<T>& asset, const RatioTiers<RatioUse::transfer_out, T>& ratio) {
  asset.initial_weight_tiers = ratio.tiers();
}
template <RatioUse Use, Scalar T>
void weigh(Asset<T>& asset, const RatioTiers<Use, T>&& ratio) = delete;  // the asset points into it

}  // namespace LOADLINE_FLAGS
}  // namespace venues
}  // namespace v1
}  // namespace loadline
