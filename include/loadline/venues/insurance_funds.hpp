// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/fund_rule.hpp"
#include "loadline/waterfall/fund_trigger_rules.hpp"
#include "loadline/waterfall/insurance_fund.hpp"

/// @file
/// Insurance funds of venues: what reaches them, and when ADL begins. Where the sources leave something open, it is a parameter.

namespace loadline {
inline namespace v1 {
namespace venues {

/// Binance USD-M. The contribution is a reading: the fee, as far as the surplus bears it. Funds stand by category since 2025-05-06.
/// @par Units    times: milliseconds
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Binance FAQ 360033525471 (ADL), liquidation protocol; delisting announcements, e.g. 2025-10-03: no fund in the last hour
struct BinanceInsuranceFund {
  using Contribution = CappedFee;
  static constexpr Time delisting_span = 3'600'000;

  [[nodiscard]] static constexpr CannotTakeOver trigger() noexcept { return {}; }
  [[nodiscard]] static constexpr CannotTakeOver delisted_at(Time settlement) noexcept { return {settlement, delisting_span}; }
};

/// Bybit. Isolated pools report every minute, shared ones once a day. `least_balance` (adlTriggerThreshold) differs: 1 in the documentation's
/// examples, 10,000 in its sample answer.
/// @par Units    times: milliseconds; money: the pool's coin
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Bybit API documentation, adl-alert (0.3 and 0.25); help page on ADL of 2025-11 (1 and 0.95 unless a contract has its own)
struct BybitInsuranceFund {
  using Contribution = WholeSurplus;  // isolated margin
  static constexpr Time window = 8 * 3'600'000;
  static constexpr Time isolated_period = 60'000, shared_period = milliseconds_per_day;

  template <Scalar T>
  [[nodiscard]] static constexpr ContractDrawdown<T> trigger(const Money<T>& least_balance) {
    return {.levels = {bps<T>(3'000), bps<T>(2'500)}, .least_balance = least_balance};
  }
  template <Scalar T>
  [[nodiscard]] static constexpr ContractDrawdown<T> default_trigger(const Money<T>& least_balance) {
    return {.levels = {bps<T>(10'000), bps<T>(9'500)}, .least_balance = least_balance};
  }
};

/// OKX. The stop level is not published: give one, or leave the start level. The rule by the average is a third party's account of it.
/// @par Units    times: milliseconds; money: USDT
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   OKX, older text of the rules of its fund (30 % from the peak of eight hours); a third party's note of 2025 (30 % or 50,000)
struct OkxInsuranceFund {
  static constexpr Time window = 8 * 3'600'000;

  template <Scalar T>
  [[nodiscard]] static constexpr PeakDrawdown<T> trigger() {
    return {{bps<T>(3'000), bps<T>(3'000)}};
  }
  template <Scalar T>
  [[nodiscard]] static constexpr PeakDrawdown<T> trigger(const Ratio<T>& stop) {
    return {{bps<T>(3'000), stop}};
  }
  template <Scalar T>
  [[nodiscard]] static constexpr BelowAverage<T> trigger_2025() {
    return {.share = bps<T>(3'000), .amount = 50'000};
  }
};

/// BitMEX: a fund for each contract. The whole surplus, the whole deficit.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   BitMEX, page on its fund
struct BitmexInsuranceFund {
  using Contribution = WholeSurplus;
};

/// Bitget.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Bitget, help page on its fund
struct BitgetInsuranceFund {
  using Contribution = WholeSurplus;
};

/// Hyperliquid: a vault takes over what the book does not, with the margin that is left. Below zero: ADL at the previous mark.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Hyperliquid documentation, liquidations and ADL
struct HyperliquidVault {
  using Contribution = RemainingMargin;

  [[nodiscard]] static constexpr NegativeAccountValue trigger() noexcept { return {}; }
};

/// dYdX v4: at most 0.5 % of the fill, never more than the surplus; a deficit is paid whole or not at all. Isolated markets have funds of their own.
/// @par Units    fee_rate: a fraction of the filled notional
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   dydxprotocol/v4-chain at 84d4664b, x/clob/keeper/liquidations.go and deleveraging.go
struct DydxInsuranceFund {
  using Contribution = CappedFee;

  template <Scalar T>
  [[nodiscard]] static constexpr Ratio<T> fee_rate() {
    return bps<T>(50);
  }
  template <Scalar T>
  [[nodiscard]] static constexpr FundTerms<T> terms(const Money<T>& balance) {
    return {.balance = balance, .whole = true};
  }
  [[nodiscard]] static constexpr BalanceRule trigger() noexcept { return {}; }
};

}  // namespace venues
}  // namespace v1
}  // namespace loadline
