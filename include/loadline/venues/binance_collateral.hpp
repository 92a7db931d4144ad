// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/collateral/change.hpp"
#include "loadline/venues/collateral_table.hpp"

/// @file
/// Binance's collateral tiers by rank: cross margin and Portfolio Margin Pro; and how assets moved between ranks.

namespace loadline {
inline namespace v1 {
namespace venues {

inline constexpr const char* binance_cross_margin = "binance-cross-margin";
inline constexpr const char* binance_portfolio_margin_pro = "binance-portfolio-margin-pro";

/// The tables that were seen. Days: from the first to the last announcement that printed or confirmed the same numbers; that they
/// held in between is our reading.
///
/// Cross margin: announced 2025-10-14 as the collateral ratio; ranks were moved on 2026-01-12, and since 2026-01-21 13:00 UTC these
/// are the Liquidation ratios, announced with unchanged values. The table of BTC is that of the FAQ, which has no date, and ends at 200 million:
/// above it nothing is printed, and nothing counts here. Portfolio Margin Pro: ranks 1, 2, 12, 14 and 15 were not seen; one announcement (2025-09-23, ONDO
/// before) prints 0 for the last tier of rank 10 where all others print 10 %. That Pro's tiers are marginal is read as on cross margin.
/// @par Units    caps: USD of the amount held (cross margin), of the net balance (Portfolio Margin Pro)
/// @par Shape    weights not rising
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Binance FAQ "Cross margin collateral ratio"; announcements of 2025-09-11 to 2026-04-24
inline constexpr std::array binance_collateral{
    CollateralTable{{"binance-cross-margin-btc", "", "", "Binance FAQ: cross margin collateral ratio"},
                    binance_cross_margin,
                    "BTC",
                    TierUnit::value,
                    5,
                    {{{100'000'000, 10'000}, {120'000'000, 9'750}, {150'000'000, 9'500}, {180'000'000, 9'000}, {200'000'000, 8'500}}}},
    CollateralTable{{"binance-cross-margin-no-6", "2025-10-14", "2026-01-21", "Binance announcement of 2025-10-14; 2026-01-21: values unchanged"},
                    binance_cross_margin,
                    "No. 6",
                    TierUnit::value,
                    7,
                    {{{800'000, 10'000}, {1'200'000, 9'500}, {2'000'000, 8'500}, {2'500'000, 5'000}, {4'000'000, 2'000}, {6'000'000, 1'000}, {0, 0}}}},
    CollateralTable{{"binance-cross-margin-no-7", "2025-10-14", "2026-01-21", "Binance announcement of 2025-10-14; 2026-01-21: values unchanged"},
                    binance_cross_margin,
                    "No. 7",
                    TierUnit::value,
                    7,
                    {{{200'000, 10'000}, {400'000, 8'000}, {800'000, 7'000}, {1'000'000, 5'000}, {3'000'000, 2'000}, {4'000'000, 1'000}, {0, 0}}}},
    CollateralTable{{"binance-cross-margin-no-8", "2025-10-14", "2026-01-21", "Binance announcement of 2025-10-14; 2026-01-21: values unchanged"},
                    binance_cross_margin,
                    "No. 8",
                    TierUnit::value,
                    6,
                    {{{100'000, 10'000}, {250'000, 8'000}, {500'000, 6'000}, {700'000, 3'000}, {1'000'000, 1'000}, {0, 0}}}},
    CollateralTable{{"binance-cross-margin-no-9", "2025-10-14", "2026-01-21", "Binance announcement of 2025-10-14; 2026-01-21: values unchanged"},
                    binance_cross_margin,
                    "No. 9",
                    TierUnit::value,
                    6,
                    {{{100'000, 10'000}, {150'000, 8'000}, {200'000, 6'000}, {400'000, 3'000}, {600'000, 1'000}, {0, 0}}}},
    CollateralTable{{"binance-cross-margin-no-10", "2025-10-14", "2026-01-21", "Binance announcement of 2025-10-14; 2026-01-21: values unchanged"},
                    binance_cross_margin,
                    "No. 10",
                    TierUnit::value,
                    2,
                    {{{100'000, 10'000}, {0, 0}}}},
    CollateralTable{
        {"binance-portfolio-margin-pro-rank-3", "2025-09-23", "2025-09-23", "Binance announcements of 2025-09-11 to 2026-04-24: tiered collateral ratio"},
        binance_portfolio_margin_pro,
        "rank 3",
        TierUnit::value,
        3,
        {{{10'000'000, 10'000}, {30'000'000, 9'750}, {0, 9'500}}}},
    CollateralTable{
        {"binance-portfolio-margin-pro-rank-4", "2025-09-16", "2026-03-13", "Binance announcements of 2025-09-11 to 2026-04-24: tiered collateral ratio"},
        binance_portfolio_margin_pro,
        "rank 4",
        TierUnit::value,
        3,
        {{{3'000'000, 10'000}, {6'000'000, 9'500}, {0, 9'000}}}},
    CollateralTable{
        {"binance-portfolio-margin-pro-rank-5", "2025-09-16", "2025-09-16", "Binance announcements of 2025-09-11 to 2026-04-24: tiered collateral ratio"},
        binance_portfolio_margin_pro,
        "rank 5",
        TierUnit::value,
        4,
        {{{1'000'000, 10'000}, {2'000'000, 9'500}, {5'000'000, 7'500}, {0, 6'000}}}},
    CollateralTable{
        {"binance-portfolio-margin-pro-rank-6", "2025-09-16", "2025-09-23", "Binance announcements of 2025-09-11 to 2026-04-24: tiered collateral ratio"},
        binance_portfolio_margin_pro,
        "rank 6",
        TierUnit::value,
        4,
        {{{800'000, 10'000}, {1'200'000, 9'500}, {4'000'000, 7'500}, {0, 5'000}}}},
    CollateralTable{
        {"binance-portfolio-margin-pro-rank-7", "2025-11-07", "2025-11-07", "Binance announcements of 2025-09-11 to 2026-04-24: tiered collateral ratio"},
        binance_portfolio_margin_pro,
        "rank 7",
        TierUnit::value,
        4,
        {{{800'000, 10'000}, {1'200'000, 9'500}, {2'000'000, 7'500}, {0, 5'000}}}},
    CollateralTable{
        {"binance-portfolio-margin-pro-rank-8", "2025-09-23", "2026-01-23", "Binance announcements of 2025-09-11 to 2026-04-24: tiered collateral ratio"},
        binance_portfolio_margin_pro,
        "rank 8",
        TierUnit::value,
        5,
        {{{200'000, 10'000}, {400'000, 8'000}, {800'000, 7'000}, {1'000'000, 4'000}, {0, 2'000}}}},
    CollateralTable{
        {"binance-portfolio-margin-pro-rank-9", "2025-10-14", "2026-01-23", "Binance announcements of 2025-09-11 to 2026-04-24: tiered collateral ratio"},
        binance_portfolio_margin_pro,
        "rank 9",
        TierUnit::value,
        4,
        {{{100'000, 10'000}, {250'000, 8'000}, {500'000, 5'000}, {0, 1'000}}}},
    CollateralTable{
        {"binance-portfolio-margin-pro-rank-10", "2025-10-24", "2026-04-24", "Binance announcements of 2025-09-11 to 2026-04-24: tiered collateral ratio"},
        binance_portfolio_margin_pro,
        "rank 10",
        TierUnit::value,
        5,
        {{{50'000, 10'000}, {100'000, 8'000}, {200'000, 5'000}, {400'000, 2'000}, {0, 1'000}}}},
    CollateralTable{
        {"binance-portfolio-margin-pro-rank-11", "2025-10-31", "2026-04-24", "Binance announcements of 2025-09-11 to 2026-04-24: tiered collateral ratio"},
        binance_portfolio_margin_pro,
        "rank 11",
        TierUnit::value,
        2,
        {{{50'000, 10'000}, {0, 1'000}}}},
    CollateralTable{
        {"binance-portfolio-margin-pro-rank-13", "2025-09-23", "2025-09-23", "Binance announcements of 2025-09-11 to 2026-04-24: tiered collateral ratio"},
        binance_portfolio_margin_pro,
        "rank 13",
        TierUnit::value,
        3,
        {{{8'000'000, 9'990}, {12'000'000, 9'750}, {0, 0}}}},
    CollateralTable{
        {"binance-portfolio-margin-pro-rank-16", "2026-03-13", "2026-03-13", "Binance announcements of 2025-09-11 to 2026-04-24: tiered collateral ratio"},
        binance_portfolio_margin_pro,
        "rank 16",
        TierUnit::value,
        3,
        {{{1'200'000, 10'000}, {2'000'000, 9'750}, {0, 0}}}},
};

/// An asset's move from one rank to another; `from` is absent where the copy does not show it.
struct RankMove {
  const char* market;
  const char* asset;
  Change<int> change;
};

/// The moves that were seen, ascending in time for each asset. Their hours are not in the copy: a whole day
/// is the moment of the change, and on that day both ranks are possible.
inline constexpr std::array binance_rank_moves{
    RankMove{binance_cross_margin, "ARB", {*read_moment("2026-01-12"), std::optional<int>(6), 7}},
    RankMove{binance_cross_margin, "ADA", {*read_moment("2026-01-12"), std::optional<int>(4), 5}},
    RankMove{binance_cross_margin, "CFX", {*read_moment("2026-01-12"), std::optional<int>(8), 9}},
    RankMove{binance_cross_margin, "TRX", {*read_moment("2026-01-12"), std::optional<int>(7), 6}},
    RankMove{binance_cross_margin, "ASTER", {*read_moment("2026-01-12"), std::optional<int>(8), 7}},
    RankMove{binance_cross_margin, "XPL", {*read_moment("2026-01-12"), std::optional<int>(9), 8}},
    RankMove{binance_cross_margin, "ZEC", {*read_moment("2026-01-12"), std::optional<int>(8), 7}},
    RankMove{binance_portfolio_margin_pro, "XRP", {*read_moment("2025-09-16"), std::optional<int>(5), 4}},
    RankMove{binance_portfolio_margin_pro, "DOGE", {*read_moment("2025-09-16"), std::optional<int>(5), 4}},
    RankMove{binance_portfolio_margin_pro, "ADA", {*read_moment("2025-09-16"), std::optional<int>(6), 5}},
    RankMove{binance_portfolio_margin_pro, "SUI", {*read_moment("2025-09-16"), std::optional<int>(6), 5}},
    RankMove{binance_portfolio_margin_pro, "BFUSD", {*read_moment("2025-09-23"), std::optional<int>(13), 3}},
    RankMove{binance_portfolio_margin_pro, "TRX", {*read_moment("2025-09-23"), std::nullopt, 6}},
    RankMove{binance_portfolio_margin_pro, "PUMP", {*read_moment("2025-09-23"), std::nullopt, 8}},
    RankMove{binance_portfolio_margin_pro, "ONDO", {*read_moment("2025-09-23"), std::optional<int>(10), 8}},
    RankMove{binance_portfolio_margin_pro, "XPL", {*read_moment("2025-10-14"), std::nullopt, 9}},
    RankMove{binance_portfolio_margin_pro, "ALGO", {*read_moment("2025-10-17"), std::nullopt, 8}},
    RankMove{binance_portfolio_margin_pro, "GALA", {*read_moment("2025-10-24"), std::nullopt, 10}},
    RankMove{binance_portfolio_margin_pro, "NOT", {*read_moment("2025-10-24"), std::nullopt, 10}},
    RankMove{binance_portfolio_margin_pro, "ZEC", {*read_moment("2025-10-31"), std::optional<int>(11), 10}},
    RankMove{binance_portfolio_margin_pro, "WLD", {*read_moment("2025-11-07"), std::nullopt, 7}},
    RankMove{binance_portfolio_margin_pro, "WIF", {*read_moment("2025-11-07"), std::nullopt, 7}},
    RankMove{binance_portfolio_margin_pro, "WLD", {*read_moment("2026-01-23"), std::nullopt, 8}},
    RankMove{binance_portfolio_margin_pro, "APT", {*read_moment("2026-01-23"), std::nullopt, 8}},
    RankMove{binance_portfolio_margin_pro, "TIA", {*read_moment("2026-01-23"), std::nullopt, 9}},
    RankMove{binance_portfolio_margin_pro, "ORDI", {*read_moment("2026-01-23"), std::nullopt, 9}},
    RankMove{binance_portfolio_margin_pro, "RWUSD", {*read_moment("2026-03-13"), std::optional<int>(16), 4}},
    RankMove{binance_portfolio_margin_pro, "TAO", {*read_moment("2026-04-24"), std::optional<int>(11), 10}},
};

inline namespace LOADLINE_FLAGS {

/// The rank of an asset at a moment: `value`, or both `value` and `other` on the day of a move.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none; an asset or time without a known move has no value
/// @par Cost     O(moves)
/// @par Source   Binance announcements of 2025-09-11 to 2026-04-24
[[nodiscard]] constexpr InForce<int> binance_rank(std::string_view market, std::string_view asset, Moment when) noexcept {
  InForce<int> out;
  for (const RankMove& move : binance_rank_moves) {
    if (move.market != market || move.asset != asset) continue;
    const InForce<int> one = in_force(std::span(&move.change, 1), when);
    if (one.next_from && !out.next_from) out.next_from = one.next_from;
    if (before(when, move.change.effective)) break;
    if (!one.other || one.value) out.value = one.value;
    out.other = one.other;
  }
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace venues
}  // namespace v1
}  // namespace loadline
