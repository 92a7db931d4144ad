// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/asset.hpp"
#include "loadline/account/position.hpp"
#include "loadline/margin/rule.hpp"
#include "loadline/market/derived.hpp"

/// @file
/// An account, as a venue reports it.

namespace loadline {
inline namespace v1 {

/// What of two legs of one symbol needs margin. The legs must agree in key, kind, multiplier and settle asset.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   legs that do not agree: Portfolio::make
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, An account
enum class HedgeOffset : unsigned char {
  both,    ///< each leg by itself
  larger,  ///< only the leg of the larger size (of two alike: the one-way, then the long one)
  net,     ///< that leg, for the difference of the two
};

/// Balances and positions under one rule, over the caller's own storage; no invariants: Portfolio::make checks it all.
/// @par Units    cash: numeraire; the rest: those of its parts
/// @par Shape    any number of assets, positions and derived prices; the spans must outlive Portfolio::make
/// @par Rounding none
/// @par Errors   none here; Portfolio::make
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, An account
template <Scalar T>
struct Account {
  Money<T> cash = 0;  ///< wallet in the numeraire at weight 1; positions without a settle asset pay here. Below zero it is a debt
  std::span<const Asset<T>> assets = {};
  std::span<const Position<T>> positions = {};
  std::span<const DerivedPrice<T>> derived = {};  ///< the keys after the marks
  LiquidationRule<T> rule = {};
  CumPolicy cum_policy = CumPolicy::strict;
  HedgeOffset hedge_offset = HedgeOffset::both;
};

}  // namespace v1
}  // namespace loadline
