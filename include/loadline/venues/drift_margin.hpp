// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/core/whole.hpp"

#include <cstdint>
#include <optional>

/// @file
/// Drift v2 in the program's own integers: margin ratios and weights that depend on the size.
///
/// Ratios and weights are ten-thousandths; sizes have 9 decimals; the size factor (the program's imf_factor) is in millionths.

namespace loadline {
inline namespace v1 {
namespace venues {
namespace drift {

/// What a margin is asked for: to open, to fill an order, to stay.
enum class MarginLevel : std::uint8_t { initial, fill, maintenance };

/// Ratios or weights of a market by level; to fill, the program takes their mean.
template <WholeNumber I>
struct Levels {
  I initial, maintenance;

  [[nodiscard]] constexpr I at(MarginLevel level) const {
    if (level == MarginLevel::initial) return initial;
    return level == MarginLevel::maintenance ? maintenance : I(I(initial + maintenance) / I(2));
  }
};

inline namespace LOADLINE_FLAGS {
namespace detail {

/// The root of x >= 0, cut: Newton from above.
template <WholeNumber I>
[[nodiscard]] constexpr I whole_root(const I& x) {
  if (x < I(2)) return x;
  I root = I(1);
  while (!(I(x / root) < root)) root = I(root * I(2));
  for (I next = I(I(root + I(x / root)) / I(2)); next < root; next = I(I(root + I(x / root)) / I(2))) root = next;
  return root;
}
template <WholeNumber I>
[[nodiscard]] constexpr std::optional<Error> margin_fault(const I& size, const I& factor) {
  if (size < I(0)) return Error{Errc::bad_parameter, Field::size};
  if (factor < I(0)) return Error{Errc::bad_parameter, Field::threshold};
  return std::nullopt;
}
template <WholeNumber I>
[[nodiscard]] constexpr std::optional<Error> margin_fault(const Levels<I>& of, Errc code, Field field) {
  // Below a trillion of a ten-thousandth, so that a mean fits.
  const I most = I(1'000'000'000'000LL);
  if (of.initial < I(0) || most < of.initial || of.maintenance < I(0) || most < of.maintenance) return Error{code, field};
  return std::nullopt;
}
/// 4/5 of a ratio and what the size adds to it; may be below the ratio.
template <WholeNumber I>
[[nodiscard]] constexpr I sloped(Checked<I>& exact, const I& ratio, const I& size, const I& factor) {
  if (factor == I(0)) return ratio;
  const I root = whole_root(exact.plus(exact.times(size, I(10)), I(1)));
  return exact.plus(exact.minus(ratio, I(ratio / I(5))), exact.times_over(root, factor, I(10'000'000), Cut::floor));
}

}  // namespace detail

/// A liability's weight, or a margin ratio, at a size.
///
/// @f[ \max\Bigl(w,\; w - \lfloor w / 5 \rfloor + \Bigl\lfloor \frac{\lfloor\sqrt{10\, size + 1}\rfloor\, factor}{10^7} \Bigr\rfloor\Bigr) @f]
/// The fifth that is taken off first lets small sizes pass without a premium.
/// @par Units    ten-thousandths; size: 9 decimals; factor: millionths
/// @par Shape    weight, size, factor >= 0; rises with the size; a factor of 0: the weight
/// @par Rounding the root and the premium are cut
/// @par Errors   BAD_WEIGHT (TIER_WEIGHT: below zero); BAD_PARAMETER (SIZE, THRESHOLD: the factor, below zero); OVERFLOW (SIZE)
/// @par Cost     O(digits)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/margin.rs, calculate_size_premium_liability_weight
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> size_premium(const I& weight, const I& size, const I& factor) {
  if (weight < I(0)) return Error{Errc::bad_weight, Field::tier_weight};
  if (const std::optional<Error> e = detail::margin_fault(size, factor)) return *e;
  Checked<I> exact;
  const I out = detail::sloped(exact, weight, size, factor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::size};
  return out < weight ? weight : out;
}

/// An asset's weight at a size.
///
/// @f[ \min\Bigl(w, \Bigl\lfloor \frac{1.1 \cdot 10^{10}}{10^6 + \lfloor \lfloor\sqrt{10\, size + 1}\rfloor\, factor / 10^5 \rfloor} \Bigr\rfloor\Bigr) @f]
/// @par Units    ten-thousandths; size: 9 decimals; factor: millionths
/// @par Shape    weight, size, factor >= 0; falls with the size; a factor of 0: the weight. It cuts the maintenance weight too
/// @par Rounding the root, the divisor's second part and the quotient are cut
/// @par Errors   those of size_premium
/// @par Cost     O(digits)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/margin.rs, calculate_size_discount_asset_weight
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> size_discount(const I& weight, const I& size, const I& factor) {
  if (weight < I(0)) return Error{Errc::bad_weight, Field::tier_weight};
  if (const std::optional<Error> e = detail::margin_fault(size, factor)) return *e;
  if (factor == I(0)) return weight;
  Checked<I> exact;
  const I root = detail::whole_root(exact.plus(exact.times(size, I(10)), I(1)));
  const I divisor = exact.plus(I(1'000'000), exact.times_over(root, factor, I(100'000), Cut::floor));
  const I out = exact.over(I(11'000'000'000LL), divisor, Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::size};
  return out < weight ? out : weight;
}

/// Tokens in 9 decimals, as the size-dependent weights take them.
/// @par Units    tokens: in their own decimals
/// @par Shape    tokens >= 0
/// @par Rounding down beyond 9 decimals, by 10^(decimals - 9)
/// @par Errors   BAD_PARAMETER (EXPONENT: decimals outside 0 to 18; SIZE: below zero); OVERFLOW (SIZE)
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, state/spot_market.rs
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> sized(const I& tokens, int decimals) {
  if (decimals < 0 || 18 < decimals) return Error{Errc::bad_parameter, Field::exponent};
  if (tokens < I(0)) return Error{Errc::bad_parameter, Field::size};
  Checked<I> exact;
  const I out = exact.shifted(tokens, 9 - decimals, Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::size};
  return out;
}

/// An initial weight under a limit on what is deposited, or on what is won: above it the weight falls so that their product stays.
///
/// @f[ \lfloor w\, start / total \rfloor \text{ for } total > start > 0, \quad w \text{ otherwise} @f]
/// @par Units    ten-thousandths; start, total: money
/// @par Shape    weight, start, total >= 0; a start of 0: no limit
/// @par Rounding down
/// @par Errors   BAD_WEIGHT (TIER_WEIGHT: below zero); BAD_PARAMETER (THRESHOLD: start, AMOUNT: total, below zero); OVERFLOW (AMOUNT)
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, state/spot_market.rs, get_scaled_initial_asset_weight; state/perp_market.rs, get_unrealized_asset_weight
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> scaled_weight(const I& weight, const I& start, const I& total) {
  if (weight < I(0)) return Error{Errc::bad_weight, Field::tier_weight};
  if (start < I(0)) return Error{Errc::bad_parameter, Field::threshold};
  if (total < I(0)) return Error{Errc::bad_parameter, Field::amount};
  if (start == I(0) || !(start < total)) return weight;
  Checked<I> exact;
  const I out = exact.times_over(weight, start, total, Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::amount};
  return out;
}

/// The margin ratio of a perpetual at a size.
///
/// size_premium of the level's ratio. With high leverage: at maintenance that of the lower ratio h; else, with r the ordinary ratio and s what
/// the size makes of it before the maximum is taken,
/// @f[ s < r: h + \Bigl\lfloor \frac{\max(r - h, 1)\, d}{10^6} \Bigr\rfloor, \quad
///     d = 10^6 - \Bigl\lfloor \frac{10^6 (r - s)}{\lfloor r / 5 \rfloor} \Bigr\rfloor; \qquad s = r: h; \qquad s > r: s @f]
/// @par Units    ten-thousandths; size: 9 decimals; factor: millionths
/// @par Shape    size >= 0: of the position, orders at their worst. high_leverage counts where both lower ratios are above zero. At s = r the program
///               falls back to h, beside values near r on either side: kept as it is
/// @par Rounding each quotient is cut
/// @par Errors   BAD_PARAMETER (BRACKET_RATE: a ratio below zero or beyond 10^12; SIZE, THRESHOLD: the factor, below zero); OVERFLOW (SIZE)
/// @par Cost     O(digits)
/// @par Source   Drift protocol-v2 @0ae3e3b1, state/perp_market.rs, get_margin_ratio; math/margin.rs
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> margin_ratio(const Levels<I>& ordinary, const Levels<I>& lower, MarginLevel level, const I& size, const I& factor,
                                               bool high_leverage) {
  for (const Levels<I>* of : {&ordinary, &lower})
    if (const std::optional<Error> e = detail::margin_fault(*of, Errc::bad_parameter, Field::bracket_rate)) return *e;
  if (const std::optional<Error> e = detail::margin_fault(size, factor)) return *e;
  const bool high = high_leverage && I(0) < lower.initial && I(0) < lower.maintenance;
  if (!high || level == MarginLevel::maintenance) return size_premium((high ? lower : ordinary).at(level), size, factor);
  Checked<I> exact;
  const I r = ordinary.at(level), h = lower.at(level), s = detail::sloped(exact, r, size, factor), million = I(1'000'000);
  if (exact.overflowed()) return Error{Errc::overflow, Field::size};
  if (!(s < r)) return r < s ? s : h;
  const I left = exact.minus(million, exact.times_over(exact.minus(r, s), million, I(r / I(5)), Cut::floor));
  const I apart = h < r ? exact.minus(r, h) : I(1);
  const I out = exact.plus(h, exact.times_over(apart, left, million, Cut::floor));
  if (exact.overflowed()) return Error{Errc::overflow, Field::size};
  return out;
}

/// The weight of what a perpetual has won and not settled; a loss counts whole.
///
/// @f[ gain > 0: \text{size\_discount}(w, 1000\, gain, factor) \text{ to open and to fill}, \quad w_m \text{ to stay}; \qquad 10^4 \text{ otherwise} @f]
/// @par Units    ten-thousandths; gain: money, 6 decimals; factor: millionths
/// @par Shape    initial, maintenance >= 0. Above what its market may owe the initial weight is scaled first: scaled_weight
/// @par Rounding that of size_discount
/// @par Errors   those of size_discount (a weight beyond 10^12 too)
/// @par Cost     O(digits)
/// @par Source   Drift protocol-v2 @0ae3e3b1, state/perp_market.rs, get_unrealized_asset_weight
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> gain_weight(const Levels<I>& weights, MarginLevel level, const I& gain, const I& factor) {
  if (const std::optional<Error> e = detail::margin_fault(weights, Errc::bad_weight, Field::tier_weight)) return *e;
  if (factor < I(0)) return Error{Errc::bad_parameter, Field::threshold};
  if (!(I(0) < gain)) return I(10'000);
  if (level == MarginLevel::maintenance) return weights.maintenance;
  Checked<I> exact;
  const I size = exact.times(gain, I(1'000));
  if (exact.overflowed()) return Error{Errc::overflow, Field::size};
  return size_discount(weights.initial, size, factor);
}

}  // namespace LOADLINE_FLAGS
}  // namespace drift
}  // namespace venues
}  // namespace v1
}  // namespace loadline
