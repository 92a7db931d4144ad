// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/adl_score.hpp"

/// @file
/// Scores that one source gives where others say otherwise, and those of smaller venues.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

/// Leverage times mark over bankruptcy price, as printed: nothing asks for the side or for profit.
///
/// @f[ s = \frac{N}{e} \cdot \frac{P}{B} @f]
/// Without equity the leverage, and at a bankruptcy price of zero or less the ratio, counts as `limit`.
/// @par Units    dimensionless
/// @par Shape    limit > 0
/// @par Rounding that of the scalar
/// @par Errors   total
/// @par Cost     O(1)
/// @par Source   Chitra, arXiv 2512.01112, for Binance; Binance's own page says otherwise (ProfitTimesMarginRatio)
struct LeverageTimesBankruptcyRatio {
  int limit = 1'000'000'000;
  static constexpr AdlNeeds needs{.equity = true, .notional = true, .bankruptcy = true};
  template <Scalar T>
  [[nodiscard]] constexpr T score(const AdlPosition<T>& p) const {
    return T(detail::limited(p.notional, p.equity, limit) * detail::limited(p.mark, p.bankruptcy, limit));
  }
};

/// Profit in money times leverage: s = U N / e. Large positions come before small ones of the same return.
/// @par Units    money
/// @par Shape    limit > 0: the leverage without equity
/// @par Rounding that of the scalar
/// @par Errors   total
/// @par Cost     O(1)
/// @par Source   Gate from 2022-11 on; GTE; Much
struct MoneyTimesLeverage {
  int limit = 1'000'000'000;
  static constexpr AdlNeeds needs{.equity = true, .notional = true};
  template <Scalar T>
  [[nodiscard]] constexpr T score(const AdlPosition<T>& p) const {
    return T(unrealised(p) * detail::limited(p.notional, p.equity, limit));
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
