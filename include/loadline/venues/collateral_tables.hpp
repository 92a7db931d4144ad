// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/venues/binance_collateral.hpp"

/// @file
/// Collateral tiers of Bybit, OKX and Bitget, and the list of all tables.

namespace loadline {
inline namespace v1 {
namespace venues {

inline constexpr const char* bybit_unified = "bybit-unified";
inline constexpr const char* okx_discount = "okx-discount";
inline constexpr const char* bitget_multi_asset = "bitget-multi-asset";

/// Tables seen on other venues' pages. Where a page's rows were cut, the last cap is closed: what lies above counts nothing.
///
/// Bybit: the help page's example of the tiers in force since 2025-02-19 (for all accounts since 2025-03-27), the API documentation's sample,
/// and flat ratios of before; a ratio meets positive balances only. OKX: BETH before and after 2024-07-18; LUNA of
/// 2022-06-10; two copies of the page for USDT, which differ; of BTC the rows to 25 coins only, so OKX's example of 100 BTC at 60,000 = 5,785,500 is not
/// reproduced. Bitget: 2024-09-05; its caps of 100 BTC a user and 5,000 BTC in all are not in the table.
/// @par Units    caps: USD, on Bitget USDT, or units of the asset, as `unit` says
/// @par Shape    weights not rising
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Bybit help and API documentation on collateral value ratios; OKX's announcements and pages of discount rates; Bitget support 12560603815234
inline constexpr std::array other_collateral{
    CollateralTable{{"bybit-unified-btc", "", "", "Bybit help: tiered collateral value ratio, example"},
                    bybit_unified,
                    "BTC",
                    TierUnit::amount,
                    6,
                    {{{10, 9'800}, {20, 9'500}, {30, 9'000}, {40, 8'500}, {50, 8'000}, {0, 0}}}},
    CollateralTable{{"bybit-unified-btc-api-sample", "", "", "Bybit API documentation: sample of spot-margin-trade/collateral"},
                    bybit_unified,
                    "BTC",
                    TierUnit::amount,
                    2,
                    {{{1'000'000, 8'500}, {0, 0}}}},
    CollateralTable{
        {"bybit-unified-btc-flat", "", "", "Bybit help: collateral value ratio before tiers"}, bybit_unified, "BTC", TierUnit::value, 1, {{{0, 9'500}}}},
    CollateralTable{
        {"bybit-unified-eth-flat", "", "", "Bybit help: collateral value ratio before tiers"}, bybit_unified, "ETH", TierUnit::value, 1, {{{0, 9'500}}}},
    CollateralTable{
        {"bybit-unified-usdc-flat", "", "", "Bybit help: collateral value ratio before tiers"}, bybit_unified, "USDC", TierUnit::value, 1, {{{0, 10'000}}}},
    CollateralTable{
        {"bybit-unified-usdt-flat", "", "", "Bybit help: collateral value ratio before tiers"}, bybit_unified, "USDT", TierUnit::value, 1, {{{0, 9'950}}}},
    CollateralTable{{"okx-discount-beth-before", "2024-07-18", "2024-07-18", "OKX announcement: discount rate of BETH, 2024-07-18"},
                    okx_discount,
                    "BETH",
                    TierUnit::value,
                    4,
                    {{{1'000'000, 8'000}, {2'000'000, 7'500}, {4'000'000, 5'000}, {0, 0}}}},
    CollateralTable{{"okx-discount-beth", "2024-07-18", "2024-07-18", "OKX announcement: discount rate of BETH, 2024-07-18"},
                    okx_discount,
                    "BETH",
                    TierUnit::value,
                    4,
                    {{{2'000'000, 9'500}, {4'000'000, 8'500}, {8'000'000, 5'000}, {0, 0}}}},
    CollateralTable{{"okx-discount-luna", "2022-06-10", "2022-06-10", "OKX announcement: discount rate of LUNA, 2022-06-10"},
                    okx_discount,
                    "LUNA",
                    TierUnit::value,
                    3,
                    {{{250'000, 8'000}, {500'000, 7'000}, {1'000'000, 5'000}}}},
    CollateralTable{{"okx-discount-usdt-a", "", "", "OKX's page of discount rates, a third party's copy"},
                    okx_discount,
                    "USDT",
                    TierUnit::amount,
                    3,
                    {{{5'000'000, 10'000}, {10'000'000, 9'000}, {0, 8'000}}}},
    CollateralTable{{"okx-discount-usdt-b", "", "", "OKX's page of discount rates, another copy"},
                    okx_discount,
                    "USDT",
                    TierUnit::amount,
                    3,
                    {{{5'000'000, 10'000}, {10'000'000, 9'750}, {0, 9'500}}}},
    CollateralTable{
        {"okx-discount-btc", "", "", "OKX's page of discount rates, rows to 25 BTC"}, okx_discount, "BTC", TierUnit::amount, 2, {{{20, 9'800}, {25, 9'775}}}},
    CollateralTable{{"bitget-multi-asset-btc", "2024-09-05", "2024-09-05", "Bitget support 12560603815234"},
                    bitget_multi_asset,
                    "BTC",
                    TierUnit::value,
                    5,
                    {{{100'000, 9'750}, {500'000, 9'700}, {1'000'000, 9'650}, {5'000'000, 9'600}, {0, 8'500}}}},
};

/// Every table of the library.
inline constexpr std::array collateral_tables = [] {
  std::array<CollateralTable, binance_collateral.size() + other_collateral.size()> all{};
  std::size_t n = 0;
  for (const CollateralTable& table : binance_collateral) all[n++] = table;
  for (const CollateralTable& table : other_collateral) all[n++] = table;
  return all;
}();

}  // namespace venues
}  // namespace v1
}  // namespace loadline
