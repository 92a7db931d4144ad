// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"

/// @file
/// What a contract pays: from a size in contracts to money.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

/// A contract that pays its multiple of the price difference in the numeraire.
///
/// @f[ pnl = q\,m\,(P - E), \qquad notional = |q|\,m\,P @f]
/// @par Units    q contracts, long > 0; m base units per contract; E, P numeraire per base unit; results in the numeraire
/// @par Shape    none
/// @par Rounding none
/// @par Errors   total
/// @par Cost     two products, no allocation
/// @par Source   Binance USD-M FAQ "liquidation price": Side x Pos x (LP - EP)
template <Scalar T>
struct LinearContract {
  Ratio<T> multiplier = 1;

  /// Size in base units times price: linear contracts only.
  [[nodiscard]] constexpr Money<T> signed_notional(const Size<T>& size, const Price<T>& price) const { return size * multiplier * price; }
  [[nodiscard]] constexpr Money<T> notional(const Size<T>& size, const Price<T>& price) const {
    return Money<T>(magnitude(signed_notional(size, price).raw()));
  }
  [[nodiscard]] constexpr Money<T> pnl(const Size<T>& size, const Price<T>& entry, const Price<T>& mark) const { return size * multiplier * (mark - entry); }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
