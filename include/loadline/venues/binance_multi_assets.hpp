// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/venues/binance_usdm.hpp"

/// @file
/// Binance USD-M futures in Multi-Assets Mode: every asset of the wallet is margin for every contract.

namespace loadline {
inline namespace v1 {
namespace venues {

/// A balance of the USD-M wallet with its row of assetIndex, under the API's own names.
template <Scalar T>
struct BinanceMultiAssetBalance {
  Quantity<T> wallet_balance;             ///< walletBalance; below zero it is a debt
  std::span<const WeightTier<T>> weight;  ///< one row, BinanceMultiAssets::weight(bidBuffer)
  Ratio<T> ask_buffer;                    ///< askBuffer
  std::optional<KeyId> index = {};        ///< the key of the asset's index, e.g. USDTUSD
  Price<T> index_price = 1;               ///< index, of an asset without a key
};

/// Binance USD-M, Multi-Assets Mode. Numeraire: USD; cross margin only; a liquidation takes all positions together.
///
/// @f[ equity = \sum_a \min(e_a\,bid_a,\; e_a\,ask_a), \quad bid = index\,(1 - bidBuffer), \quad ask = index\,(1 + askBuffer) @f]
/// @f[ maintenance = \sum_a ask_a \sum_{i\ in\ a} MM_i, \qquad liquidated\ when\ maintenance / equity \ge 100\,\% @f]
/// e_a is the wallet balance of the asset with the unrealised PnL of the contracts that it settles, so the PnL goes through the
/// weight, and what is negative counts at the ask. What the venue calls account equity is `Figures::margin_balance` here;
/// `equity` stands at the index itself.
///
/// Published: the sum of equity; and, in its example, initial margin times the ask rate and a maintenance of 199.596, which is
/// what the ask rate gives (0.5 x 20,000 x 0.8 % x 0.99495 + 20 x 600 x 1 %). Not published: a formula for maintenance in words,
/// the truncation of rates to 8 decimals before they are used, and a cap on what one asset may count. Auto-exchange of negative
/// balances is an event after which there is another account, not a rule of this one.
/// @par Units    balances, notional, cum: the asset; buffers: fractions; prices: USD, of contracts the asset that settles
/// @par Shape    positions: settle given, isolated_wallet absent
/// @par Rounding none here; assetIndex prints rates truncated to 8 decimals
/// @par Errors   none here; Portfolio::make checks
/// @par Cost     none
/// @par Source   Binance FAQ "How to calculate margin ratio in the Multi-Assets Mode" (2022-07-06 and later copies); assetIndex of the API documentation
struct BinanceMultiAssets {
  static constexpr RuleSet rules{"binance-usdm-multi-assets", "2022-07-06", "2025-10-11", "Binance FAQ: margin ratio in the Multi-Assets Mode; assetIndex"};

  /// Liquidated at a margin ratio of 100 % or more.
  template <Scalar T>
  [[nodiscard]] static constexpr LiquidationRule<T> rule() {
    return BinanceUsdM::rule<T>();
  }

  /// What a positive balance counts. The caller keeps the row; announcements name 1 - bidBuffer "collateral value ratio".
  template <Scalar T>
  [[nodiscard]] static constexpr WeightTier<T> weight(const Ratio<T>& bid_buffer) {
    return {.weight = Ratio<T>(1) - bid_buffer};
  }

  template <Scalar T>
  [[nodiscard]] static constexpr Asset<T> asset(const BinanceMultiAssetBalance<T>& row) {
    const Ratio<T> ask = Ratio<T>(1) + row.ask_buffer;
    return {.amount = row.wallet_balance,
            .key = row.index,
            .price = row.index_price,
            .weight_tiers = row.weight,
            .liability_weight = ask,
            .pnl_in_tiers = true,
            .requirement_weight = ask};
  }

  /// A position of BinanceUsdM that pays in an asset of the wallet.
  template <Scalar T>
  [[nodiscard]] static constexpr Position<T> position(const BinancePosition<T>& row, AssetId settle) {
    Position<T> out = BinanceUsdM::position(row);
    out.settle = settle;
    return out;
  }

  template <Scalar T>
  [[nodiscard]] static constexpr Account<T> account(std::span<const Asset<T>> assets, std::span<const Position<T>> positions) {
    return {.assets = assets, .positions = positions, .rule = rule<T>(), .cum_policy = CumPolicy::strict};
  }
};

}  // namespace venues
}  // namespace v1
}  // namespace loadline
