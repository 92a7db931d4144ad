// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/id.hpp"
#include "loadline/margin/bracket.hpp"
#include "loadline/market/contract.hpp"

#include <optional>
#include <span>

/// @file
/// A position, as a venue reports it.

namespace loadline {
inline namespace v1 {

/// One-way mode, or one of the two legs of hedge mode.
enum class Side : unsigned char { one_way, long_leg, short_leg };

/// A contract held, over the caller's own storage. Only key, size, entry and brackets are needed.
/// @par Units    size: contracts; entry, tick: numeraire (inverse: of the quote) per base unit; fixed, accrued, isolated: the settle asset; rates: fractions
/// @par Shape    brackets: at least one row
/// @par Rounding none
/// @par Errors   none here; Portfolio::make
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, A position
template <Scalar T>
struct Position {
  KeyId key;                             ///< whose mark it follows
  Size<T> size;                          ///< contracts, long > 0; a long leg >= 0, a short leg <= 0
  Price<T> entry;                        ///< > 0
  std::span<const Bracket<T>> brackets;  ///< at least one
  Side side = Side::one_way;             ///< hedge mode: which leg
  std::optional<SymbolId> symbol = {};   ///< the contract; absent: one contract a key, named by the key
  ContractKind kind = ContractKind::linear;
  std::optional<AssetId> settle = {};  ///< the asset in which it pays; absent: the account's cash
  Ratio<T> multiplier = 1;             ///< linear: base units per contract; inverse: face value; > 0
  BracketUnit bracket_unit = BracketUnit::notional;
  BracketRule bracket_rule = BracketRule::marginal;
  Ratio<T> bracket_coefficient = 1;           ///< multiplies caps and cum, > 0
  std::optional<GroupId> bracket_group = {};  ///< its measures add up for the choice of the bracket
  MaintenanceAt maintenance_at = MaintenanceAt::mark;
  Quantity<T> maintenance_fixed = 0;                ///< added to maintenance, of the settle asset, >= 0
  Ratio<T> fee_rate = 0;                            ///< closing fee that the venue counts into maintenance, in [0, 1)
  Ratio<T> liquidation_fee_rate = 0;                ///< charged when liquidated, in [0, 1)
  Ratio<T> taker_fee_rate = 0;                      ///< in [0, 1)
  Quantity<T> accrued = 0;                          ///< funding and the like, of the settle asset, booked later; > 0 to be received
  std::optional<Ratio<T>> leverage = {};            ///< initial margin is notional / leverage; absent: maintenance; > 0
  std::optional<Price<T>> tick = {};                ///< > 0
  std::optional<Quantity<T>> isolated_margin = {};  ///< given: the leg stands alone on so much of its settle asset
};

}  // namespace v1
}  // namespace loadline
