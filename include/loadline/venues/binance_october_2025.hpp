// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/compensation.hpp"
#include "loadline/waterfall/voucher.hpp"

#include <array>

/// @file
/// What Binance paid after 10 October 2025: the depeg compensation and the vouchers of the Together Initiative.

namespace loadline {
inline namespace v1 {
namespace venues {

/// Compensation for accounts liquidated on USDe, BNSOL or WBETH as collateral.
///
/// The window begins where the statement puts the severe depeg (after 21:36); its end, 22:16, and the reference time are those of
/// the press on the notice. "Fully covered" and about USD 283 million in two batches are the statement's words. Not published:
/// which price counts (so CollateralReading and PositionReading), which quantity, how the index was sampled, whether the end of the
/// window belongs to it (here it does, to the millisecond). The refund of fees stands in one press report only.
/// @par Units    times: milliseconds since 1970 UTC; assets: the ids below, or the caller's own
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Binance statement of 2025-10-12 18:15 UTC; notice of 2025-10-11 01:24 UTC; press of 2025-10-12
struct BinanceDepegCompensation {
  static constexpr Time from = 1'760'132'160'000;       ///< 2025-10-10 21:36 UTC
  static constexpr Time until = 1'760'134'560'000;      ///< 2025-10-10 22:16 UTC
  static constexpr Time reference = 1'760'140'800'000;  ///< 2025-10-11 00:00 UTC
  static constexpr AssetId usde{0}, bnsol{1}, wbeth{2};
  static constexpr std::array<AssetId, 3> assets{usde, bnsol, wbeth};

  [[nodiscard]] static constexpr CompensationRule rule(bool refund_fee = false) noexcept {
    return {.from = from, .until = until, .assets = assets, .refund_fee = refund_fee};
  }
};

/// Vouchers for forced liquidation in Futures and Margin: 4 to 6,000 USD each, 300 million in all.
///
/// How an amount follows from a loss is not published.
/// @par Units    USD; times: milliseconds since 1970 UTC
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Binance announcement of 2025-10-14, The Together Initiative
struct BinanceTogetherVouchers {
  static constexpr Time from = 1'760'054'400'000;      ///< 2025-10-10 00:00 UTC
  static constexpr Time until = 1'760'227'140'000;     ///< 2025-10-11 23:59 UTC
  static constexpr Time snapshot = 1'760'054'340'000;  ///< 2025-10-09 23:59 UTC

  template <Scalar T>
  [[nodiscard]] static constexpr VoucherRule<T> rule() {
    return {.least_loss = 50, .least_share = bps<T>(3'000), .least_amount = 4, .most_amount = 6'000};
  }
};

}  // namespace venues
}  // namespace v1
}  // namespace loadline
