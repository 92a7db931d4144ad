// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/waterfall/stage.hpp"

/// @file
/// At which price the other side is closed, by a venue's rule.

namespace loadline {
inline namespace v1 {

/// What is liquidated in a contract, and the prices that a rule may choose from.
template <Scalar T>
struct AdlNeed {
  T need;                                      ///< base units that nobody else would have
  int liquidated;                              ///< 1: a long position is being closed, and shorts are taken; -1: a short one
  T mark;                                      ///< of the contract
  std::optional<T> bankruptcy = std::nullopt;  ///< price of the liquidated position; absent, or of a long not above zero: it is solvent at every price
  std::optional<T> reference = std::nullopt;   ///< that the venue names: the mark before, an oracle
};

inline namespace LOADLINE_FLAGS {

/// The price at which a rule closes who is taken.
///
/// Where a long is solvent at every price above zero, its bankruptcy price is absent or not above zero, and the mark stands in its place. Nobody sells below
/// zero: where a short is worth nothing at every price, longs are closed at zero, and the rest of its deficit stays.
/// @par Units    numeraire per base unit
/// @par Shape    none
/// @par Rounding none
/// @par Errors   BAD_PARAMETER (POSITION: `liquidated` is neither 1 nor -1), BAD_NUMBER (MARK, LIQUIDATION_PRICE: the bankruptcy price, REFERENCE_PRICE),
/// BAD_PRICE
///               (MARK, REFERENCE_PRICE), MISSING_PRICE (REFERENCE_PRICE: the rule asks for one)
/// @par Cost     O(1)
/// @par Source   docs/explanation/deleveraging.md
template <Scalar T>
[[nodiscard]] constexpr Result<T> deleverage_price(DeleveragePrice rule, const AdlNeed<T>& need) {
  if (need.liquidated != 1 && need.liquidated != -1) return Error{Errc::bad_parameter, Field::position};
  if (!is_finite(need.mark)) return Error{Errc::bad_number, Field::mark};
  if (!(T(0) < need.mark)) return Error{Errc::bad_price, Field::mark};
  if (need.bankruptcy && !is_finite(*need.bankruptcy)) return Error{Errc::bad_number, Field::liquidation_price};
  if (need.reference && !is_finite(*need.reference)) return Error{Errc::bad_number, Field::reference_price};
  if (need.reference && !(T(0) < *need.reference)) return Error{Errc::bad_price, Field::reference_price};
  std::optional<T> worthless = need.bankruptcy;
  if (worthless && !(T(0) < *worthless)) worthless = need.liquidated > 0 ? std::optional<T>() : std::optional<T>(T(0));
  if (rule == DeleveragePrice::bankruptcy) return worthless ? *worthless : need.mark;
  if (rule == DeleveragePrice::mark) return need.mark;
  if (!need.reference) return Error{Errc::missing_price, Field::reference_price};
  const bool capped = rule == DeleveragePrice::reference_capped && worthless.has_value();
  const bool beyond = capped && (need.liquidated > 0 ? *need.reference < *worthless : *worthless < *need.reference);
  return beyond ? *worthless : *need.reference;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
