// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/collateral/loan.hpp"
#include "loadline/collateral/weight.hpp"
#include "loadline/core/id.hpp"

/// @file
/// An asset of an account: held, owed, and what it counts.

namespace loadline {
inline namespace v1 {

/// A balance, over the caller's own storage. Only `amount` and, but for the numeraire, a price are needed.
///
/// With p the price of one unit, net = amount - borrowed - interest and G the PnL and accrued of the positions that settle in it:
///     equity          p (net + G)
///     margin balance  W(p net) + p G, or W(p (net + G)) with `pnl_in_tiers`; W the weight tiers, or liability_weight below zero
///     debt            borrowed + interest + max(-amount, 0)
/// @par Units    amounts: the asset; price: numeraire a unit; weights and ratio: fractions
/// @par Shape    tables may be empty
/// @par Rounding none
/// @par Errors   none here; Portfolio::make
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, An asset
template <Scalar T>
struct Asset {
  Quantity<T> amount = 0;                                    ///< held; below zero it is a debt
  std::optional<KeyId> key = {};                             ///< whose price it follows, a base or a derived key
  Price<T> price = 1;                                        ///< of an asset without a key, constant, > 0; 1 is the numeraire
  Ratio<T> ratio = 1;                                        ///< units of the key's coin in one of this, > 0
  std::span<const WeightTier<T>> weight_tiers = {};          ///< for liquidation; empty: weight 1
  std::span<const WeightTier<T>> initial_weight_tiers = {};  ///< for initial margin; empty: weight_tiers
  TierUnit tier_unit = TierUnit::value;
  Ratio<T> liability_weight = 1;                       ///< what a negative balance counts, >= 1
  bool pnl_in_tiers = false;                           ///< G goes through the tiers
  bool usable = true;                                  ///< false: worth nothing as collateral, while its debt counts
  Ratio<T> requirement_weight = 1;                     ///< on requirements that settle in this asset, >= 1
  Quantity<T> borrowed = 0;                            ///< gross, beside what is held; >= 0
  Quantity<T> interest = 0;                            ///< owed, in the asset; >= 0
  std::span<const LoanBracket<T>> loan_brackets = {};  ///< maintenance of the debt; empty: none
  TierUnit loan_unit = TierUnit::value;
};

}  // namespace v1
}  // namespace loadline
