// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/core/whole.hpp"

#include <optional>

/// @file
/// Drift v2 in the program's own integers: losses that nobody covers, and the liquidation price that its SDK shows.

namespace loadline {
inline namespace v1 {
namespace venues {
namespace drift {

inline namespace LOADLINE_FLAGS {

/// What every unit of base pays for a bankruptcy that no fund covers: added to the funding of longs, taken from that of shorts.
///
/// @f[ 1000\, \lceil 10^9\, loss / (long + short) \rceil @f]
/// @par Units    funding rate, 9 decimals; loss: 6 decimals
/// @par Shape    loss >= 0; long, short: base amounts of all longs and of all shorts, each >= 0
/// @par Rounding up: what is collected covers the loss
/// @par Errors   BAD_PARAMETER (DEFICIT: below zero; OPEN_INTEREST: none, or below zero); OVERFLOW
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/liquidation.rs
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> funding_for_bankruptcy(const I& loss, const I& long_base, const I& short_base) {
  if (loss < I(0)) return Error{Errc::bad_parameter, Field::deficit};
  if (long_base < I(0) || short_base < I(0)) return Error{Errc::bad_parameter, Field::open_interest};
  Checked<I> exact;
  const I all = exact.plus(long_base, short_base);
  if (all == I(0) && !exact.overflowed()) return Error{Errc::bad_parameter, Field::open_interest};
  const I out = exact.times(exact.times_over(loss, I(1'000'000'000), all, Cut::ceil), I(1'000));
  if (exact.overflowed()) return Error{Errc::overflow, Field::deficit};
  return out;
}

/// What a borrow that nobody repays takes from the interest index of all deposits; 0 where there are none.
/// @par Units    the index's own, 10 decimals
/// @par Shape    loss, deposits: tokens, >= 0
/// @par Rounding up: what is taken covers the loss
/// @par Errors   BAD_PARAMETER (DEFICIT: a figure below zero); OVERFLOW
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/liquidation.rs
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> deposit_index_cut(const I& index, const I& loss, const I& deposits) {
  if (index < I(0) || loss < I(0) || deposits < I(0)) return Error{Errc::bad_parameter, Field::deficit};
  if (deposits == I(0)) return I(0);
  Checked<I> exact;
  const I out = exact.times_over(index, loss, deposits, Cut::ceil);
  if (exact.overflowed()) return Error{Errc::overflow, Field::deficit};
  return out;
}

/// The liquidation price that Drift's SDK shows: free collateral over what one unit of price moves it. None: no price above zero.
///
/// @f[ oracle - \frac{10^6 (free)^+}{\lfloor (10^6 - 100 r)\, base / 10^9 \rfloor + other}, \quad \text{a short: } -(10^6 + 100 r) |base| @f]
/// Collateral on another oracle keeps its price; `other` is what collateral on the same oracle adds.
/// @par Units    price, 6 decimals; margin ratio: ten-thousandths; other: money for a price one higher, 6 decimals
/// @par Shape    one position; the ratio is that of its present size
/// @par Rounding both quotients towards zero
/// @par Errors   BAD_PRICE (MARK: not above zero); BAD_PARAMETER (BRACKET_RATE); OVERFLOW
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, sdk/src/user.ts
template <WholeNumber I>
[[nodiscard]] constexpr Result<std::optional<I>> shown_liquidation_price(const I& oracle, const I& free_collateral, const I& base, const I& margin_ratio,
                                                                         const I& other = I(0)) {
  if (!(I(0) < oracle)) return Error{Errc::bad_price, Field::mark};
  if (margin_ratio < I(0)) return Error{Errc::bad_parameter, Field::bracket_rate};
  Checked<I> exact;
  const I million = I(1'000'000), ratio = exact.times(margin_ratio, I(100));
  const I rate = base < I(0) ? exact.plus(million, ratio) : exact.minus(million, ratio);
  const I slope = exact.plus(exact.times_over(rate, base, I(1'000'000'000), Cut::toward_zero), other);
  if (exact.overflowed()) return Error{Errc::overflow, Field::size};
  if (slope == I(0)) return std::optional<I>();
  const I free = free_collateral < I(0) ? I(0) : free_collateral;
  const I out = exact.minus(oracle, exact.times_over(free, million, slope, Cut::toward_zero));
  if (exact.overflowed()) return Error{Errc::overflow, Field::liquidation_price};
  return I(0) < out ? std::optional<I>(out) : std::optional<I>();
}

}  // namespace LOADLINE_FLAGS
}  // namespace drift
}  // namespace venues
}  // namespace v1
}  // namespace loadline
