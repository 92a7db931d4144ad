// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/venues/binance_coinm.hpp"
#include "loadline/venues/binance_usdm.hpp"

/// @file
/// Binance Portfolio Margin and Portfolio Margin Pro: USD-M, COIN-M and cross margin under one ratio, uniMMR.

namespace loadline {
inline namespace v1 {
namespace venues {

/// One row of the unified balance, under the API's own names.
template <Scalar T>
struct BinanceUnifiedBalance {
  Quantity<T> cross_margin_free = 0;    ///< crossMarginFree
  Quantity<T> cross_margin_locked = 0;  ///< crossMarginLocked; crossMarginAsset is net of the loan and would count it twice
  Quantity<T> cross_margin_borrowed = 0;
  Quantity<T> cross_margin_interest = 0;
  Quantity<T> um_wallet_balance = 0;  ///< umWalletBalance, may be below zero
  Quantity<T> cm_wallet_balance = 0;
  std::span<const WeightTier<T>> collateral_rate = {};  ///< collateralRate: one open row; Pro: the tiers of its rank, in USD. Empty: 1
  std::span<const LoanBracket<T>> loan = {};            ///< BinancePortfolioMargin::loan(leverage)
  std::optional<KeyId> index = {};                      ///< the key of the asset's index price
  Price<T> index_price = 1;                             ///< of an asset without a key
};

/// Binance Portfolio Margin (account type PM_2). Numeraire: USD.
///
/// @f[ uniMMR = \frac{\sum_a \min(n_a\,p_a\,c_a,\; n_a\,p_a)}{\sum_i MM_i + \sum_a loan_a\,r\,p_a}, \qquad n = asset - loan + futures + uPnL @f]
/// with p the index price and c the collateral rate, so a haircut meets positive net balances only and neither debts nor
/// requirements; MM as in USD-M and COIN-M. Liquidated when uniMMR falls below 1.05, or when equity falls below 0, "even if there
/// are no open positions, loans, or orders": the equity test is asked for, and it alone decides where nothing needs margin.
///
/// Loans need maintenance on the gross amount. Of a coin without a loan, a negative balance needs none: its row's loan brackets
/// are left out. Not published: whether interest counts as loan (here it does); a negative sum beside a loan of the same coin
/// (here it needs maintenance as well, which is cautious). Not modelled: the loss of open orders, which lowers the equity.
/// @par Units    balances: the asset; prices: USD; rates: fractions; tiers of rates: USD
/// @par Shape    positions: cross, settle given; brackets as in USD-M and COIN-M
/// @par Rounding none here; the API truncates uniMMR to 8 decimals
/// @par Errors   none here; Portfolio::make checks
/// @par Cost     none
/// @par Source   Binance FAQ "What is uniMMR and how is it calculated" (2023-05-04, copies to 2025-02-06); "How does liquidation work in
///               the Binance Portfolio Margin account" (both tests); "maintenance margin ratio calculation" (2022-04-18, loan rates)
struct BinancePortfolioMargin {
  static constexpr RuleSet rules{"binance-portfolio-margin", "2023-05-04", "2025-10-11",
                                 "Binance FAQ: uniMMR; how liquidation works in the Portfolio Margin account"};

  /// uniMMR below 1.05, or equity below 0; each of them exactly is still safe.
  template <Scalar T>
  [[nodiscard]] static constexpr LiquidationRule<T> rule() {
    return {.requirement = true, .requirement_ratio = Ratio<T>(bps<T>(10'500)), .equity = true, .when = LiquidateWhen::below_zero};
  }

  /// Maintenance and initial rate of a margin loan at 3, 5 or 10 times: 10, 8 or 5 % (2022-04-18), and 1 / (leverage - 1).
  /// @return nullopt: no rate was published for it
  template <Scalar T>
  [[nodiscard]] static constexpr std::optional<LoanBracket<T>> loan(int leverage) {
    const int rate = leverage == 3 ? 1'000 : leverage == 5 ? 800 : leverage == 10 ? 500 : 0;
    if (rate == 0) return std::nullopt;
    return LoanBracket<T>{.maintenance_rate = Ratio<T>(bps<T>(rate)), .initial_rate = Ratio<T>(T(T(1) / T(leverage - 1)))};
  }

  template <Scalar T>
  [[nodiscard]] static constexpr Asset<T> asset(const BinanceUnifiedBalance<T>& row) {
    const bool lent = T(0) < row.cross_margin_borrowed.raw();
    return {.amount = row.cross_margin_free + row.cross_margin_locked + row.um_wallet_balance + row.cm_wallet_balance,
            .key = row.index,
            .price = row.index_price,
            .weight_tiers = row.collateral_rate,
            .pnl_in_tiers = true,
            .borrowed = row.cross_margin_borrowed,
            .interest = row.cross_margin_interest,
            .loan_brackets = lent ? row.loan : std::span<const LoanBracket<T>>{}};
  }

  /// A USD-M position that pays in an asset of the account.
  template <Scalar T>
  [[nodiscard]] static constexpr Position<T> position(const BinancePosition<T>& row, AssetId settle) {
    Position<T> out = BinanceUsdM::position(row);
    out.settle = settle;
    return out;
  }
  /// A COIN-M position that pays in its coin.
  template <Scalar T>
  [[nodiscard]] static constexpr Position<T> position(const BinanceCoinPosition<T>& row, AssetId coin) {
    return BinanceCoinM::position(row, coin);
  }

  template <Scalar T>
  [[nodiscard]] static constexpr Account<T> account(std::span<const Asset<T>> assets, std::span<const Position<T>> positions,
                                                    LiquidationRule<T> by = rule<T>()) {
    return {.assets = assets, .positions = positions, .rule = by, .cum_policy = CumPolicy::strict};
  }
};

/// Binance Portfolio Margin Pro (PM_1, called Classic Portfolio Margin in 2022; not PM_3, which is SPAN). As Portfolio Margin, but:
///
/// two of its pages disagree about a uniMMR of exactly 1.05. The status table prints "liquidation will take place" for
/// 100 % < uniMMR <= 105 % (`rule`); the page on liquidation says "falls below 105 %" (`rule_falls_below`). No page names a test
/// of equity (the library has one wherever something is owed). Assets and positions are those of BinancePortfolioMargin.
/// @par Units    none
/// @par Shape    tiers of the collateral rate, since 2024-09-11: marginal, in USD of the net balance (our reading, as on cross margin)
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Binance FAQ "Portfolio Margin Pro maintenance margin ratio calculation", "How does liquidation work under the Classic
///               Portfolio Margin account" (both 2022-04-18, and later copies)
struct BinancePortfolioMarginPro {
  static constexpr RuleSet rules{"binance-portfolio-margin-pro", "2022-04-18", "2025-10-11", "Binance FAQ: Portfolio Margin Pro maintenance margin ratio"};

  /// uniMMR at or below 1.05.
  template <Scalar T>
  [[nodiscard]] static constexpr LiquidationRule<T> rule() {
    return {.requirement = true, .requirement_ratio = Ratio<T>(bps<T>(10'500)), .equity = false, .when = LiquidateWhen::at_or_below_zero};
  }
  /// uniMMR below 1.05.
  template <Scalar T>
  [[nodiscard]] static constexpr LiquidationRule<T> rule_falls_below() {
    return {.requirement = true, .requirement_ratio = Ratio<T>(bps<T>(10'500)), .equity = false, .when = LiquidateWhen::below_zero};
  }

  template <Scalar T>
  [[nodiscard]] static constexpr Account<T> account(std::span<const Asset<T>> assets, std::span<const Position<T>> positions,
                                                    LiquidationRule<T> by = rule<T>()) {
    return BinancePortfolioMargin::account<T>(assets, positions, by);
  }
};

}  // namespace venues
}  // namespace v1
}  // namespace loadline
