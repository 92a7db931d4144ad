// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/venues/drift_liquidation.hpp"

/// @file
/// Drift v2 in the program's own integers: what one token is worth in another when a borrow is repaid with a deposit.

namespace loadline {
inline namespace v1 {
namespace venues {
namespace drift {

/// One side of a transfer of tokens.
template <WholeNumber I>
struct TokenTerms {
  I price;          ///< oracle price, 6 decimals, > 0
  int decimals;     ///< of the token, 0 to 18
  I multiplier;     ///< millionths: 1 + fee for the asset, 1 - fee for the liability; > 0
  I weight = I(0);  ///< maintenance weight, ten-thousandths
};

/// What a transfer moves: tokens of the asset to the liquidator, tokens of the liability from him.
template <WholeNumber I>
struct TokenTransfer {
  I asset, liability;
};

inline namespace LOADLINE_FLAGS {
namespace detail {

template <WholeNumber I>
[[nodiscard]] constexpr std::optional<Error> fault(const TokenTerms<I>& t, std::uint32_t which) {
  if (!(I(0) < t.price)) return Error{Errc::bad_price, Field::asset_price, which};
  if (t.decimals < 0 || 18 < t.decimals) return Error{Errc::bad_parameter, Field::exponent, which};
  if (!(I(0) < t.multiplier)) return Error{Errc::bad_parameter, Field::liquidation_fee_rate, which};
  if (t.weight < I(0)) return Error{Errc::bad_weight, Field::tier_weight, which};
  return std::nullopt;
}
template <WholeNumber I>
[[nodiscard]] constexpr std::optional<Error> fault(const TokenTerms<I>& asset, const TokenTerms<I>& liability) {
  if (const std::optional<Error> e = fault(asset, 0)) return e;
  return fault(liability, 1);
}
/// a b c / (d e) 10^shift: one quotient, then the decimals, both cut the same way.
template <WholeNumber I>
[[nodiscard]] constexpr I exchanged(Checked<I>& exact, const I& amount, const TokenTerms<I>& from, const TokenTerms<I>& to, Cut cut) {
  const int shift = to.decimals - from.decimals;
  const I scaled = exact.shifted(amount, shift < 0 ? 0 : shift, cut);
  const I out = exact.times_over(scaled, exact.times(from.price, to.multiplier), exact.times(to.price, from.multiplier), cut);
  return exact.shifted(out, shift < 0 ? shift : 0, cut);
}

}  // namespace detail

/// The tokens of a liability whose repayment covers a shortage; none where repaying costs as much as it frees.
///
/// @f[ \frac{s \cdot 10^{decimals}}{p\, (w_l - \lfloor w_a m_a / m_l \rfloor) - \lfloor p\, g \rfloor w_l} @f]
/// g is the fund's fee; weights carry one digit more than they are stored with.
/// @par Units    tokens in their own decimals
/// @par Shape    shortage >= 0
/// @par Rounding every quotient is cut
/// @par Errors   BAD_PRICE (ASSET_PRICE), BAD_PARAMETER (EXPONENT, LIQUIDATION_FEE_RATE), BAD_WEIGHT (TIER_WEIGHT): `index` 0 the asset, 1 the liability;
///               BAD_PARAMETER (DEFICIT); OVERFLOW
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/liquidation.rs, calculate_liability_transfer_to_cover_margin_shortage
template <WholeNumber I>
[[nodiscard]] constexpr Result<std::optional<I>> liability_to_cover(const TokenTerms<I>& asset, const TokenTerms<I>& liability, const I& shortage,
                                                                    const I& fund_fee) {
  if (const std::optional<Error> e = detail::fault(asset, liability)) return *e;
  if (shortage < I(0)) return Error{Errc::bad_parameter, Field::deficit};
  if (fund_fee < I(0)) return Error{Errc::bad_parameter, Field::liquidation_fee_rate, 1};
  if (!(asset.weight < liability.weight)) return std::optional<I>();
  Checked<I> exact;
  const I ten = I(10), owed = exact.times(liability.weight, ten);
  const I held = exact.times_over(exact.times(asset.weight, ten), asset.multiplier, liability.multiplier, Cut::floor);
  const I fee = exact.times(exact.times_over(liability.price, fund_fee, I(1'000'000), Cut::floor), owed);
  const I a_unit = exact.minus(exact.times(liability.price, exact.minus(owed, held)), fee);
  if (exact.overflowed()) return Error{Errc::overflow, Field::deficit};
  if (!(I(0) < a_unit)) return std::optional<I>();
  const int shift = liability.decimals - 6;
  const I scaled = exact.shifted(shortage, shift < 0 ? 0 : shift, Cut::floor);
  const I out = exact.shifted(exact.times_over(scaled, I(100'000'000'000LL), a_unit, Cut::floor), shift < 0 ? shift : 0, Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::deficit};
  return std::optional<I>(out);
}

/// The tokens of a liability that an amount of the asset repays.
/// @par Units    tokens in their own decimals
/// @par Shape    asset_amount >= 0
/// @par Rounding up: the whole asset must be paid for
/// @par Errors   those of liability_to_cover; BAD_PARAMETER (AMOUNT)
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/liquidation.rs, calculate_liability_transfer_implied_by_asset_amount
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> liability_for_asset(const TokenTerms<I>& asset, const TokenTerms<I>& liability, const I& asset_amount) {
  if (const std::optional<Error> e = detail::fault(asset, liability)) return *e;
  if (asset_amount < I(0)) return Error{Errc::bad_parameter, Field::amount};
  Checked<I> exact;
  const I out = detail::exchanged(exact, asset_amount, asset, liability, Cut::ceil);
  if (exact.overflowed()) return Error{Errc::overflow, Field::amount};
  return out;
}

/// The tokens of the asset that pay for a repayment; the whole balance where they differ from it by less than 1 USD.
/// @par Units    tokens in their own decimals
/// @par Shape    amounts >= 0; the result may exceed the balance, the caller bounds the repayment
/// @par Rounding down, in favour of the account; then the last dollar goes with the rest
/// @par Errors   those of liability_to_cover; BAD_PARAMETER (AMOUNT: `index` 0 the balance, 1 the repayment)
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/liquidation.rs, calculate_asset_transfer_for_liability_transfer
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> asset_for_liability(const TokenTerms<I>& asset, const TokenTerms<I>& liability, const I& balance, const I& repaid) {
  if (const std::optional<Error> e = detail::fault(asset, liability)) return *e;
  if (balance < I(0) || repaid < I(0)) return Error{Errc::bad_parameter, Field::amount, balance < I(0) ? 0U : 1U};
  Checked<I> exact;
  const I out = detail::exchanged(exact, repaid, liability, asset, Cut::floor);
  const I apart = exact.magnitude(exact.minus(out, balance));
  // The program scales the wrong way here: with more than 6 decimals less than a dollar is rounded, with fewer more. Kept as it is.
  const int up = asset.decimals > 6 ? asset.decimals - 6 : 0, down = asset.decimals > 6 ? 0 : asset.decimals - 6;
  const I value = exact.shifted(exact.shifted(exact.times_over(apart, asset.price, I(1'000'000), Cut::floor), up, Cut::floor), down, Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::amount};
  return value < I(1'000'000) ? balance : out;
}

/// The fund's fee of a repayment: what is left of the weights' difference when the whole liability covers the shortage.
///
/// @f[ \min\Bigl(max, \Bigl\lfloor \frac{(w_l - \lfloor w_a m_a / m_l \rfloor - s / (amount\, p))^+}{w_l} \Bigr\rfloor\Bigr) @f]
/// @par Units    millionths
/// @par Shape    0 where the asset's weight is not below the liability's, or nothing is owed
/// @par Rounding every quotient is cut
/// @par Errors   those of liability_to_cover; BAD_PARAMETER (AMOUNT)
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/liquidation.rs, calculate_spot_if_fee
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> spot_fund_fee(const TokenTerms<I>& asset, const TokenTerms<I>& liability, const I& shortage, const I& owed_tokens,
                                                const I& max_fee) {
  if (const std::optional<Error> e = detail::fault(asset, liability)) return *e;
  if (shortage < I(0)) return Error{Errc::bad_parameter, Field::deficit};
  if (owed_tokens < I(0)) return Error{Errc::bad_parameter, Field::amount, 1};
  if (max_fee < I(0)) return Error{Errc::bad_parameter, Field::liquidation_fee_rate, 1};
  if (!(asset.weight < liability.weight) || owed_tokens == I(0)) return I(0);
  Checked<I> exact;
  const I million = I(1'000'000), owed = exact.times(liability.weight, I(100));
  const I held = exact.times_over(exact.times(asset.weight, I(100)), asset.multiplier, liability.multiplier, Cut::floor);
  const I a_unit = exact.over(exact.times_over(exact.times(shortage, million), exact.shifted(I(1), liability.decimals, Cut::floor), owed_tokens, Cut::floor),
                              liability.price, Cut::floor);
  const I left = exact.minus(exact.minus(owed, held), a_unit);
  const I fee = I(0) < left ? exact.times_over(left, million, owed, Cut::floor) : I(0);
  if (exact.overflowed()) return Error{Errc::overflow, Field::deficit};
  return detail::least(max_fee, fee);
}

/// Whether a transfer gives the liquidator at least his limit: asset tokens per liability token, 6 decimals, cut twice.
/// @par Units    limit: asset per liability, millionths
/// @par Shape    amounts > 0
/// @par Rounding the price of the transfer is cut: in doubt it does not meet the limit
/// @par Errors   BAD_PARAMETER (AMOUNT: nothing repaid or below zero; EXPONENT); OVERFLOW
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/spot_swap.rs, math/liquidation.rs
template <WholeNumber I>
[[nodiscard]] constexpr Result<bool> meets_limit(const TokenTransfer<I>& t, int asset_decimals, int liability_decimals, const I& limit) {
  if (t.asset < I(0) || !(I(0) < t.liability)) return Error{Errc::bad_parameter, Field::amount, t.asset < I(0) ? 0U : 1U};
  if (asset_decimals < 0 || 18 < asset_decimals || liability_decimals < 0 || 18 < liability_decimals) return Error{Errc::bad_parameter, Field::exponent};
  Checked<I> exact;
  const I a_token = exact.times_shifted(t.asset, I(1'000'000), -asset_decimals, Cut::floor);
  const I price = exact.times_over(a_token, exact.shifted(I(1), liability_decimals, Cut::floor), t.liability, Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::amount};
  return !(price < limit);
}

/// Whether a swap made on the account's behalf pays at least what a liquidation at the worst fees would.
/// @par Units    none
/// @par Shape    amounts > 0
/// @par Rounding both prices are cut, each step by itself
/// @par Errors   those of liability_to_cover; BAD_PARAMETER (AMOUNT); OVERFLOW
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, math/liquidation.rs, validate_swap_within_liquidation_boundaries
template <WholeNumber I>
[[nodiscard]] constexpr Result<bool> swap_within_bounds(const TokenTerms<I>& asset, const TokenTerms<I>& liability, const TokenTransfer<I>& t) {
  if (const std::optional<Error> e = detail::fault(asset, liability)) return *e;
  if (!(I(0) < t.asset) || t.liability < I(0)) return Error{Errc::bad_parameter, Field::amount, I(0) < t.asset ? 1U : 0U};
  Checked<I> exact;
  const I million = I(1'000'000), paid = exact.times_shifted(t.liability, million, -liability.decimals, Cut::floor);
  const I price = exact.times_over(paid, exact.shifted(I(1), asset.decimals, Cut::floor), t.asset, Cut::floor);
  const I worst =
      exact.over(exact.times_over(exact.times(asset.price, million), liability.multiplier, liability.price, Cut::floor), asset.multiplier, Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::amount};
  return !(price < worst);
}

}  // namespace LOADLINE_FLAGS
}  // namespace drift
}  // namespace venues
}  // namespace v1
}  // namespace loadline
