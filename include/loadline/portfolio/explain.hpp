// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/figures.hpp"

/// @file
/// Why is this the number: the terms, pieces and marks behind a figure.

namespace loadline {
inline namespace v1 {

/// One leg's part in the excess; amounts of its settle asset.
/// @par Units    as the members say
/// @par Shape    one a leg
/// @par Rounding each figure once, to T
/// @par Errors   none
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, What is computed
template <Scalar T>
struct ExplainedLeg {
  std::uint32_t position = 0;  ///< index in the account
  KeyId key = {0};
  Price<T> mark = 0, settle_price = 0;  ///< the prices it was valued at
  Quantity<T> pnl = 0, accrued = 0, notional = 0, maintenance = 0;
  std::uint32_t bracket = 0;  ///< 0-based row
  Ratio<T> rate = 0;          ///< of that row
  T cum = T(0);               ///< deduction in use
};

/// One asset's part in it; the first is the account's cash.
/// @par Units    as the members say
/// @par Shape    one an asset, and the cash
/// @par Rounding each figure once, to T
/// @par Errors   none
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, What is computed
template <Scalar T>
struct ExplainedAsset {
  std::optional<AssetId> asset = {};  ///< absent: the cash
  Price<T> price = 0;
  Quantity<T> net = 0;       ///< amount - borrowed - interest
  Quantity<T> gain = 0;      ///< PnL and accrued that settle in it
  Money<T> balance = 0;      ///< what both count as margin
  Money<T> maintenance = 0;  ///< of its debt
};

/// balance - ratio * maintenance = excess; collateral is what of the balance is neither PnL nor accrued (with their haircut).
/// @par Units    numeraire; ratio: a factor
/// @par Shape    none
/// @par Rounding each figure once, to T
/// @par Errors   none
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, What is computed
template <Scalar T>
struct Explanation {
  Money<T> collateral, pnl, accrued, balance, maintenance, excess;
  Ratio<T> ratio;
};

inline namespace LOADLINE_FLAGS {

/// The account with one base key at another price, leg by leg and asset by asset; computed in Working<T>, each figure rounded once.
template <Scalar T>
[[nodiscard]] Explanation<T> explain(const Lowered<T>& account, Marks<T> marks, KeyId key, Price<T> price, std::span<ExplainedLeg<T>> rows,
                                     std::span<ExplainedAsset<T>> assets) {
  using W = Working<T>;
  const Pool<T>& pool = account.pool;
  const auto price_of = [&](KeyId k) { return W((k == key ? price : marks[k.index]).raw()); };
  W pnl = W(0), accrued = W(0);
  Totals<W> sum{W(0), W(0), W(0), W(0), W(0), W(0), W(0), W(0), W(0)};
  for (std::size_t i = 0; i < pool.holdings.size(); ++i) {
    const Holding<T>& h = pool.holdings[i];
    const W settle = holding_price<W>(pool, h, price_of);
    W gain = W(0);
    each_leg<W>(pool, i, price_of, [&](const LegAt<W>& at) {
      const Leg<T>& leg = pool.legs[at.leg];
      const LegFigures<W>& f = at.figures;
      gain += W(f.pnl + W(leg.terms.accrued.raw()));
      pnl += W(settle * f.pnl);
      accrued += W(settle * W(leg.terms.accrued.raw()));
      sum.maintenance += W(W(f.maintenance * settle) * W(h.terms.requirement_weight.raw()));
      if (rows.empty()) return;
      rows[at.leg] = ExplainedLeg<T>{.position = leg.position,
                                     .key = leg.terms.key,
                                     .mark = static_cast<T>(key_price<W>(pool, leg.terms.key, price_of)),
                                     .settle_price = static_cast<T>(settle),
                                     .pnl = static_cast<T>(f.pnl),
                                     .accrued = leg.terms.accrued,
                                     .notional = static_cast<T>(f.notional),
                                     .maintenance = static_cast<T>(f.maintenance),
                                     .bracket = f.bracket,
                                     .rate = static_cast<T>(f.rate),
                                     .cum = static_cast<T>(f.cum)};
    });
    const W before = sum.balance, need = sum.maintenance;
    add_holding_to(sum, pool, h, gain, settle);
    if (assets.empty()) continue;
    assets[i] = ExplainedAsset<T>{.asset = h.asset == no_index ? std::nullopt : std::optional(AssetId{h.asset}),
                                  .price = static_cast<T>(settle),
                                  .net = static_cast<T>(net_of(h)),
                                  .gain = static_cast<T>(gain),
                                  .balance = static_cast<T>(W(sum.balance - before)),
                                  .maintenance = static_cast<T>(W(sum.maintenance - need))};
  }
  const Ratio<T>& ratio = pool.rule.requirement_ratio;
  return {.collateral = static_cast<T>(W(sum.balance - W(pnl + accrued))),
          .pnl = static_cast<T>(pnl),
          .accrued = static_cast<T>(accrued),
          .balance = static_cast<T>(sum.balance),
          .maintenance = static_cast<T>(sum.maintenance),
          .excess = static_cast<T>(W(sum.balance - W(W(ratio.raw()) * sum.maintenance))),
          .ratio = ratio};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
