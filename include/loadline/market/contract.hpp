// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"

/// @file
/// What a contract pays: from a size in contracts to money.

namespace loadline {
inline namespace v1 {

/// How a contract pays. Quanto: like linear, in an asset that has nothing to do with the underlying.
enum class ContractKind : unsigned char { linear, inverse, quanto };

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

/// A contract with a fixed face value that pays in its own coin ("coin-margined").
///
/// @f[ pnl = q\,F\,(1/E - 1/P), \qquad notional = |q|\,F / P @f]
/// @par Units    q contracts, long > 0; F numeraire per contract; E, P numeraire per coin; results in coins
/// @par Shape    none
/// @par Rounding none
/// @par Errors   total
/// @par Cost     two divisions, no allocation
/// @par Source   Binance COIN-M FAQ: 100 contracts of 100 USD at 25,000 are 0.4 BTC
template <Scalar T>
struct InverseContract {
  Ratio<T> face = 1;

  [[nodiscard]] constexpr Quantity<T> notional(const Size<T>& size, const Price<T>& price) const {
    return Quantity<T>(T(T(magnitude(size.raw()) * face.raw()) / price.raw()));
  }
  [[nodiscard]] constexpr Quantity<T> pnl(const Size<T>& size, const Price<T>& entry, const Price<T>& mark) const {
    const T money = T(size.raw() * face.raw());
    return Quantity<T>(T(T(money / entry.raw()) - T(money / mark.raw())));
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
