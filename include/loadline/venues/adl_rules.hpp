// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/waterfall/adl_light.hpp"
#include "loadline/waterfall/adl_rank.hpp"
#include "loadline/waterfall/adl_score.hpp"
#include "loadline/waterfall/adl_score_other.hpp"
#include "loadline/waterfall/stage.hpp"

/// @file
/// How venues deleverage: the formula of the queue, the price, the lights. Each with its date; what a source leaves open is said.
///
/// `Score` is the formula, `rule` whom and at which price, `lights` how places are shown; what is not there is not known. No source says whether accounts
/// without equity stand in the queue, and only dYdX says that nobody is taken beyond his equity: else `insolvent` and `spare` are the library's defaults.
/// `cancels_orders` is true where the venue says so or says nothing.

namespace loadline {
inline namespace v1 {
namespace venues {

/// Binance USD-M, as of the FAQ seen in 2025. At the bankruptcy price of the liquidated order, without a fee for who is taken; his open orders are cancelled.
/// adlQuantile is the light less one (4 is the front). Its page gives rank over users without the direction of the rank: counted from the front here.
/// Which wallet is meant in multi-assets mode and portfolio margin is not published: score_two_readings.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Binance FAQ 360033525471; API, adlQuantile. Chitra (arXiv 2512.01112) reads leverage x mark / bankruptcy: LeverageTimesBankruptcyRatio
struct BinanceAdl {
  using Score = ProfitTimesMarginRatio;
  static constexpr DeleverageRule rule{.price = DeleveragePrice::bankruptcy, .cancels_orders = true};
  static constexpr LightRule lights{.lights = 5, .by = QueueWeight::users, .insolvent = true};  // the formula scores them: 0

  [[nodiscard]] static constexpr std::uint32_t adl_quantile(std::uint32_t light) noexcept { return light == 0 ? 0 : light - 1; }
};

/// BitMEX. Longs and shorts are ranked apart; whole positions at the bankruptcy price.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   testnet.bitmex.com/app/autoDeleveragingExamples; that a light counts contracts is inferred from its table, and reproduces it
struct BitmexAdl {
  using Score = ProfitTimesLeverage;
  static constexpr DeleverageRule rule{};
  static constexpr LightRule lights{};

  /// 20 for the front of five, 100 for the end; 0: not in the queue.
  [[nodiscard]] static constexpr std::uint32_t percentile(std::uint32_t light) noexcept { return light == 0 ? 0 : 100 * (6 - light) / 5; }
};

/// OKX from 2025-08 on: at the mark, and at the bankruptcy price once its fund is nearly used up (`when_fund_is_low`).
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   OKX help page of 2025-08; the count of its lights from memory, what they count is not known
struct OkxAdl {
  using Score = ProfitTimesLeverage;
  static constexpr DeleverageRule rule{.price = DeleveragePrice::mark};
  static constexpr DeleverageRule when_fund_is_low{.price = DeleveragePrice::bankruptcy};
  static constexpr LightRule lights{};
};

/// OKX before: cross margin by the account's ratio.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   OKX, older text; the price from the same source as OkxAdl
struct OkxAdlBefore2025 {
  using Score = ProfitOverMarginLevel;
  static constexpr DeleverageRule rule{.price = DeleveragePrice::mark};
};

/// HTX, as OKX before 2025.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   HTX help 64914554002695
struct HtxAdl {
  using Score = ProfitOverMarginLevel;
  static constexpr DeleverageRule rule{};
};

/// Bybit: "leveraged return", of profit and effective leverage; the formula is not published, this is the one that fits the words. adlRankIndicator is the
/// light (0: no position).
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Bybit help page on ADL, 2025-11; API, adlRankIndicator
struct BybitAdl {
  using Score = ProfitTimesLeverage;
  static constexpr DeleverageRule rule{};
  static constexpr LightRule lights{};
};

/// Bybit by a newer text of a third party: at the mark where the bankruptcy price is more than 5 % of the mark away from it.
/// @par Units    prices
/// @par Shape    mark > 0
/// @par Rounding none: compared by multiplication
/// @par Errors   total
/// @par Cost     O(1)
/// @par Source   a third party's text on Bybit's rule, 2025; exactly 5 % away is not more
struct BybitAdlNearMark {
  using Score = ProfitTimesLeverage;
  static constexpr DeleverageRule rule{.price = DeleveragePrice::reference};  // OtherSide::reference = price(...)
  static constexpr LightRule lights{};

  template <Scalar T>
  struct Prices {
    T bankruptcy;
    T mark;
  };
  template <Scalar T>
  [[nodiscard]] static constexpr T price(const Prices<T>& p) {
    return p.mark < T(T(20) * magnitude(T(p.bankruptcy - p.mark))) ? p.mark : p.bankruptcy;
  }
};

/// Gate from 2022-11 on: unrealised profit times leverage. At first it was profit alone; now it is "return rate and MMR" by a formula that is not published.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Gate, announcements and help; what its five bars count is not known
struct GateAdl2022 {
  using Score = MoneyTimesLeverage;
  static constexpr DeleverageRule rule{};
};

/// Hyperliquid: an account below zero is closed against the other side at the mark before (an older page: the oracle price before). No lights.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Hyperliquid documentation, auto-deleveraging. On 10 October 2025 the order of what was taken did not follow any of the fields that are public
struct HyperliquidAdl {
  using Score = PriceRatioTimesLeverage;
  static constexpr DeleverageRule rule{.price = DeleveragePrice::reference};
};

/// Ethereal: effective leverage, then unrealised profit, then the lowest balance, then the newest account, each highest first but the balance. At the mark of
/// its oracle, not beyond the bankruptcy price; no more of anybody than is needed.
/// @par Units    opened: any time that grows
/// @par Shape    as fill_ranks
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   Ethereal documentation, auto-deleveraging; after that by id, which is this library's
struct EtherealAdl {
  static constexpr DeleverageRule rule{.price = DeleveragePrice::reference_capped};

  template <Scalar T>
  struct Columns {
    std::span<const T> leverages, profits, balances, opened;
  };
  template <Scalar T>
  [[nodiscard]] static constexpr std::array<RankKey<T>, 4> keys(const Columns<T>& c) {
    return {{{c.leverages}, {c.profits}, {c.balances, false}, {c.opened}}};
  }
};

/// dYdX v4: no ranking. The other side's list from a pseudo-random start, at most 500 accounts an attempt, ten attempts a block (fill_round_robin). At the
/// bankruptcy price of the liquidated account; in final settlement, of one that is not below zero, at the oracle price. A fill that would leave either
/// side invalid is refused. The integers are in dydx_liquidation.hpp.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   dydxprotocol/v4-chain at 84d4664b, x/clob/keeper/deleveraging.go and x/clob/flags/flags.go
struct DydxAdl {
  static constexpr std::size_t reach = 500, attempts_per_block = 10;
  static constexpr DeleverageRule rule{.price = DeleveragePrice::bankruptcy, .insolvent = false, .spare = true};
  static constexpr DeleverageRule final_settlement{.price = DeleveragePrice::reference, .insolvent = false, .spare = true};
};

/// The state of one side of a GMX v2 market.
template <Scalar T>
struct GmxSide {
  T pool_amount;      ///< tokens of the pool that pays this side
  T pool_price;       ///< money a token
  T interest_tokens;  ///< open interest in index tokens
  T interest_usd;     ///< open interest at entry
  T index_price;
  bool is_long = true;
};

/// GMX v2: nobody is ranked. Deleveraging is allowed while the side's profit is more than a share of the pool, and keepers choose whom: each order must bring
/// the share down, and not below another one. At the oracle price, with no limit on slippage.
/// @par Units    factors: profit over pool
/// @par Shape    factors >= 0
/// @par Rounding none: compared by multiplication
/// @par Errors   total; a pool of nothing owes whatever profit there is
/// @par Cost     O(1)
/// @par Source   gmx-io/gmx-synthetics at a5c0c883, AdlUtils.sol, AdlHandler.sol, MarketUtils.sol
struct GmxAdl {
  static constexpr DeleverageRule rule{.price = DeleveragePrice::reference};

  template <Scalar T>
  [[nodiscard]] static constexpr T profit(const GmxSide<T>& s) {
    const T worth = T(s.interest_tokens * s.index_price);
    return s.is_long ? T(worth - s.interest_usd) : T(s.interest_usd - worth);
  }
  /// profit / pool > factor; exactly the factor is not enough.
  template <Scalar T>
  [[nodiscard]] static constexpr bool enabled(const GmxSide<T>& s, const Ratio<T>& most_factor) {
    return T(most_factor.raw() * T(s.pool_amount * s.pool_price)) < profit(s);
  }
  /// Whether an order may pass that leaves `after` of `before`: the share falls, and stays at or above the least.
  template <Scalar T>
  [[nodiscard]] static constexpr bool passes(const GmxSide<T>& before, const GmxSide<T>& after, const Ratio<T>& least_factor) {
    const T pool_before = T(before.pool_amount * before.pool_price), pool_after = T(after.pool_amount * after.pool_price);
    return T(profit(after) * pool_before) < T(profit(before) * pool_after) && !(profit(after) < T(least_factor.raw() * pool_after));
  }
};

}  // namespace venues
}  // namespace v1
}  // namespace loadline
