// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/core/whole.hpp"

#include <cstdint>
#include <optional>

/// @file
/// Drift v2, liquidation of a perpetual in the program's own integers: the ramps, the fees, how much goes, at which price.
///
/// Base amounts have 9 decimals, money and prices 6, fees are millionths, margin ratios ten-thousandths.

namespace loadline {
inline namespace v1 {
namespace venues {
namespace drift {

/// A position that is to be closed, and the fees of its market.
template <WholeNumber I>
struct PerpTerms {
  I base;            ///< base amount; long > 0, short < 0
  I oracle_price;    ///< >= 0
  I quote_price;     ///< oracle price of the quote token, >= 0
  I margin_ratio;    ///< maintenance ratio with the liquidation buffer, in ten-thousandths
  I liquidator_fee;  ///< millionths
  I max_fund_fee;    ///< millionths: the fund's fee if the account can bear it
  I step;            ///< order step of the market, > 0
};

/// How far the account is below its requirement, buffer included.
template <WholeNumber I>
struct Shortage {
  I account;  ///< requirement less collateral, buffers included, >= 0
  I market;   ///< the part of it that this market's requirement has, >= 0
  I freed;    ///< what this liquidation has freed so far, >= 0
};

/// How a liquidation widens with time.
template <WholeNumber I>
struct Ramp {
  I initial;   ///< ten-thousandths that may go at once
  I duration;  ///< slots until all may go, >= 0
  I since;     ///< slot in which the liquidation began
  I slot;      ///< now
};

/// What changes hands.
template <WholeNumber I>
struct PerpTransfer {
  I base;            ///< base amount taken over, >= 0
  I value;           ///< at the oracle price
  I liquidator_fee;  ///< paid by the account to the liquidator
  I fund_fee;        ///< paid by the account to the insurance fund
  bool covers;       ///< the shortage is covered: the liquidation ends
};

inline namespace LOADLINE_FLAGS {
namespace detail {

template <WholeNumber I>
[[nodiscard]] constexpr std::optional<Error> fault(const PerpTerms<I>& p) {
  if (p.oracle_price < I(0) || p.quote_price < I(0)) return Error{Errc::bad_price, Field::mark};
  if (p.margin_ratio < I(0)) return Error{Errc::bad_parameter, Field::bracket_rate};
  if (p.liquidator_fee < I(0) || p.max_fund_fee < I(0)) return Error{Errc::bad_parameter, Field::liquidation_fee_rate};
  if (!(I(0) < p.step)) return Error{Errc::bad_parameter, Field::tick};
  return std::nullopt;
}
template <WholeNumber I>
[[nodiscard]] constexpr I whole_steps(Checked<I>& exact, const I& amount, const I& step, Cut cut) {
  return exact.times(exact.over(amount, step, cut), step);
}
template <WholeNumber I>
[[nodiscard]] constexpr I least(const I& a, const I& b) {
  return b < a ? b : a;
}

}  // namespace detail

/// The liquidator's fee: the base fee for 1,500 slots, then one millionth more for every slot since the account was last active.
/// @par Units    millionths
/// @par Shape    not above max_fee
/// @par Rounding none
/// @par Errors   BAD_TIME (SOURCE_TIME: now is before the account was active); BAD_PARAMETER (LIQUIDATION_FEE_RATE: below zero); OVERFLOW
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/liquidation.rs, get_liquidation_fee
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> liquidator_fee(const I& base_fee, const I& max_fee, const I& last_active, const I& slot) {
  if (slot < last_active) return Error{Errc::bad_time, Field::source_time};
  if (base_fee < I(0) || max_fee < I(0)) return Error{Errc::bad_parameter, Field::liquidation_fee_rate};
  Checked<I> exact;
  const I elapsed = exact.minus(slot, last_active), risen = exact.plus(base_fee, elapsed);
  if (exact.overflowed()) return Error{Errc::overflow, Field::liquidation_fee_rate};
  return elapsed < I(1'500) ? base_fee : detail::least(risen, max_fee);
}

/// The fund's fee: what closing the whole position would leave above the shortage, less a twentieth, up to the market's fee.
///
/// @f[ \min\Bigl(max, \bigl\lfloor \tfrac{19}{20} (r - f - s / (base \cdot price))^+ \bigr\rfloor\Bigr) @f]
/// The twentieth keeps the fee from bringing the account to nothing. 0 where there is no price, no position, or r <= f.
/// @par Units    millionths
/// @par Shape    shortage: the market's part
/// @par Rounding the shortage per unit is cut twice, the fee once: towards zero
/// @par Errors   those of the terms: BAD_PRICE (MARK), BAD_PARAMETER (BRACKET_RATE, LIQUIDATION_FEE_RATE, TICK); BAD_PARAMETER (DEFICIT); OVERFLOW
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/liquidation.rs, calculate_perp_if_fee
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> perp_fund_fee(const PerpTerms<I>& p, const I& shortage) {
  if (const std::optional<Error> e = detail::fault(p)) return *e;
  if (shortage < I(0)) return Error{Errc::bad_parameter, Field::deficit};
  Checked<I> exact;
  const I million = I(1'000'000), ratio = exact.times(p.margin_ratio, I(100));
  if (exact.overflowed()) return Error{Errc::overflow, Field::bracket_rate};
  if (p.base == I(0) || !(p.liquidator_fee < ratio)) return I(0);
  const I price = exact.times_over(p.oracle_price, p.quote_price, million, Cut::floor);
  if (p.oracle_price == I(0) || p.quote_price == I(0)) return I(0);
  if (price == I(0) && !exact.overflowed()) return Error{Errc::bad_price, Field::mark};  // two dust prices
  const I a_unit = exact.times_over(shortage, I(1'000'000'000), exact.magnitude(p.base), Cut::floor);
  const I left = exact.minus(exact.minus(ratio, p.liquidator_fee), exact.times_over(a_unit, million, price, Cut::floor));
  if (exact.overflowed()) return Error{Errc::overflow, Field::deficit};
  if (!(I(0) < left)) return I(0);
  return detail::least(p.max_fund_fee, exact.times_over(left, I(19), I(20), Cut::floor));
}

/// The base amount whose closing covers a shortage; none where closing costs as much as it frees.
///
/// @f[ \Bigl\lfloor \frac{10^9 s}{\lfloor price (r - f) \rfloor - \lfloor oracle \cdot g \rfloor} \Bigr\rfloor @f]
/// with r the ratio, f the liquidator's fee and g the fund's.
/// @par Units    base amount, 9 decimals
/// @par Shape    shortage >= 0: of the account
/// @par Rounding every product and the quotient are cut; the caller rounds up to the step, so that the shortage is covered
/// @par Errors   those of perp_fund_fee
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/liquidation.rs, calculate_base_asset_amount_to_cover_margin_shortage
template <WholeNumber I>
[[nodiscard]] constexpr Result<std::optional<I>> base_to_cover(const PerpTerms<I>& p, const I& shortage, const I& fund_fee) {
  if (const std::optional<Error> e = detail::fault(p)) return *e;
  if (shortage < I(0)) return Error{Errc::bad_parameter, Field::deficit};
  if (fund_fee < I(0)) return Error{Errc::bad_parameter, Field::liquidation_fee_rate};
  Checked<I> exact;
  const I million = I(1'000'000), ratio = exact.times(p.margin_ratio, I(100));
  if (exact.overflowed()) return Error{Errc::overflow, Field::bracket_rate};
  if (p.oracle_price == I(0) || !(p.liquidator_fee < ratio)) return std::optional<I>();
  const I price = exact.times_over(p.oracle_price, p.quote_price, million, Cut::floor);
  const I freed = exact.times_over(price, exact.minus(ratio, p.liquidator_fee), million, Cut::floor);
  const I a_unit = exact.minus(freed, exact.times_over(p.oracle_price, fund_fee, million, Cut::floor));
  if (exact.overflowed()) return Error{Errc::overflow, Field::deficit};
  if (!(I(0) < a_unit)) return std::optional<I>();
  const I out = exact.times_over(shortage, I(1'000'000'000), a_unit, Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::deficit};
  return std::optional<I>(out);
}

/// How much of the shortage may be freed now, in ten-thousandths of it.
///
/// @f[ \Bigl\lfloor \frac{10^4\, (\lfloor (s + freed)\, t / 10^4 \rfloor - freed)^+}{s} \Bigr\rfloor, \qquad
///     t = \min(10^4, initial + \lfloor 10^4\, slots / duration \rfloor) @f]
/// All of it where the shortage is below 50 USD.
/// @par Units    ten-thousandths
/// @par Shape    0 to 10,000; a duration of zero: all at once
/// @par Rounding down at each step: a liquidation goes no faster than its ramp
/// @par Errors   BAD_TIME (SOURCE_TIME: now is before it began); BAD_PARAMETER (DEFICIT: a figure of the shortage below zero; CLOSE_FRACTION: the ramp);
/// OVERFLOW
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/liquidation.rs, calculate_max_pct_to_liquidate
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> allowed_share(const Shortage<I>& s, const Ramp<I>& ramp) {
  if (s.account < I(0) || s.freed < I(0)) return Error{Errc::bad_parameter, Field::deficit};
  if (ramp.initial < I(0) || ramp.duration < I(0)) return Error{Errc::bad_parameter, Field::close_fraction};
  const I all = I(10'000);
  if (s.account < I(50'000'000)) return all;
  if (ramp.slot < ramp.since) return Error{Errc::bad_time, Field::source_time};
  Checked<I> exact;
  I share = all;
  if (!(ramp.duration == I(0)))
    share = detail::least(all, exact.plus(ramp.initial, exact.times_over(exact.minus(ramp.slot, ramp.since), all, ramp.duration, Cut::floor)));
  const I most = exact.times_over(exact.plus(s.account, s.freed), share, all, Cut::floor), more = exact.minus(most, s.freed);
  const I out = I(0) < more ? exact.times_over(more, all, s.account, Cut::floor) : I(0);
  if (exact.overflowed()) return Error{Errc::overflow, Field::deficit};
  return out;
}

/// How much of a position a liquidator takes over, and the fees.
///
/// What covers the shortage, rounded up to a step, times the allowed share; not above the position nor the liquidator's own limit. A position
/// worth 50 USD or less goes whole. The price is the oracle's: a limit below it for a long, above it for a short is not met.
/// @par Units    base amount, money
/// @par Shape    share: from allowed_share; 10,000 for an isolated position. A base of 0: nothing may go yet
/// @par Rounding the amount up to a step, the liquidator's limit down; value and fees towards zero
/// @par Errors   those of perp_fund_fee; BAD_PARAMETER (SIZE: no position; TICK: it is no multiple of the step; QUANTITY: the liquidator's limit is below one
/// step; REFERENCE_PRICE: the limit
///               price is not met; CLOSE_FRACTION); OVERFLOW
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, controller/liquidation.rs, liquidate_perp
template <WholeNumber I>
[[nodiscard]] constexpr Result<PerpTransfer<I>> liquidate_perp(const PerpTerms<I>& p, const Shortage<I>& s, const I& share, const I& liquidator_max,
                                                               const std::optional<I>& limit_price) {
  const Result<I> fee = perp_fund_fee(p, s.market);
  if (!fee) return fee.error();
  const Result<std::optional<I>> covering = base_to_cover(p, s.account, *fee);
  if (!covering) return covering.error();
  if (p.base == I(0)) return Error{Errc::bad_parameter, Field::size};
  if (share < I(0) || I(10'000) < share) return Error{Errc::bad_parameter, Field::close_fraction};
  Checked<I> exact;
  const I held = exact.magnitude(p.base), million = I(1'000'000);
  if (!(I(held % p.step) == I(0))) return Error{Errc::bad_parameter, Field::tick};
  const I most = liquidator_max < I(0) ? I(0) : detail::whole_steps(exact, liquidator_max, p.step, Cut::floor);
  if (most == I(0)) return Error{Errc::bad_parameter, Field::quantity};
  const auto value = [&](const I& base) { return exact.times_over(base, p.oracle_price, I(1'000'000'000), Cut::floor); };
  // Where no amount covers the shortage, the share is of the whole position.
  const I needed = *covering ? detail::whole_steps(exact, **covering, p.step, Cut::ceil) : held;
  I allowed = exact.times_over(needed, share, I(10'000), Cut::floor);
  if (allowed == I(0)) return PerpTransfer<I>{I(0), I(0), I(0), I(0), false};
  if (!(I(50'000'000) < value(held)) && allowed < held) allowed = held;
  if (limit_price && (I(0) < p.base ? *limit_price < p.oracle_price : p.oracle_price < *limit_price)) return Error{Errc::bad_parameter, Field::reference_price};
  const I base = detail::whole_steps(exact, detail::least(detail::least(held, most), allowed), p.step, Cut::ceil), worth = value(base);
  const PerpTransfer<I> out{base, worth, exact.times_over(worth, p.liquidator_fee, million, Cut::floor), exact.times_over(worth, *fee, million, Cut::floor),
                            covering->has_value() && !(base < needed)};
  if (exact.overflowed()) return Error{Errc::overflow, Field::size};
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace drift
}  // namespace venues
}  // namespace v1
}  // namespace loadline
