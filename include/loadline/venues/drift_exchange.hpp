// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/venues/drift_spot.hpp"

/// @file
/// Drift v2 in the program's own integers: a borrow repaid with a deposit, or either exchanged for the result of a perpetual.

namespace loadline {
inline namespace v1 {
namespace venues {
namespace drift {

/// What the account holds and owes, and what bounds a transfer.
template <WholeNumber I>
struct SpotTerms {
  I balance;                          ///< tokens of the asset
  I owed;                             ///< tokens of the liability
  I max_fund_fee;                     ///< millionths; 0 for gains and losses of perpetuals
  I liquidator_max;                   ///< tokens of the liability that he takes over at most
  std::optional<I> limit_price = {};  ///< asset tokens per liability token that he wants at least, 6 decimals
};

/// A transfer of tokens with the fund's share of the repayment.
template <WholeNumber I>
struct SpotTransfer {
  TokenTransfer<I> tokens;  ///< the account gives the asset and is rid of the liability, but for the fund's fee
  I fund_fee;               ///< tokens of the liability that stay owed: they are the fund's
  bool covers;              ///< the shortage is covered: the liquidation ends
};

inline namespace LOADLINE_FLAGS {

/// How much of a liability is repaid with an asset, and the fund's fee.
///
/// What covers the shortage times the allowed share, not above what is owed, what the asset pays for, and the liquidator's limit. A liability of 10 USD or
/// less goes whole. A gain or loss of a perpetual without base is a token of the quote: price 1, 6 decimals, the market's fee, no fund's fee.
/// @par Units    tokens in their own decimals
/// @par Shape    the liability's weight holds the liquidation buffer. A transfer of 0: nothing may go yet. Where the asset bounds the repayment, the last unit
///               of it may cost more than is left of the asset, if that is a dollar or more as asset_for_liability counts
/// @par Rounding the repayment down, but up where the asset bounds it; the asset and the fee down
/// @par Errors   those of liability_to_cover, spot_fund_fee, asset_for_liability and meets_limit; BAD_PARAMETER (CLOSE_FRACTION: the share; AMOUNT: nothing
/// would
///               change hands; REFERENCE_PRICE: the limit is not met)
/// @par Cost     O(1)
/// @par Source   Drift protocol-v2 @0ae3e3b1, controller/liquidation.rs: liquidate_spot, liquidate_borrow_for_perp_pnl, liquidate_perp_pnl_for_deposit
template <WholeNumber I>
[[nodiscard]] constexpr Result<SpotTransfer<I>> liquidate_tokens(const TokenTerms<I>& asset, const TokenTerms<I>& liability, const SpotTerms<I>& terms,
                                                                 const Shortage<I>& s, const I& share) {
  if (share < I(0) || I(10'000) < share) return Error{Errc::bad_parameter, Field::close_fraction};
  const Result<I> fee = spot_fund_fee(asset, liability, s.market, terms.owed, terms.max_fund_fee);
  if (!fee) return fee.error();
  const Result<std::optional<I>> covering = liability_to_cover(asset, liability, s.account, *fee);
  if (!covering) return covering.error();
  const Result<I> payable = liability_for_asset(asset, liability, terms.balance);
  if (!payable) return payable.error();
  Checked<I> exact;
  I allowed = share == I(0) ? I(0) : terms.owed;  // where no amount covers the shortage, all may go
  if (*covering) allowed = exact.times_over(**covering, share, I(10'000), Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::amount, 1};
  if (allowed == I(0)) return SpotTransfer<I>{{I(0), I(0)}, I(0), false};
  const I value = exact.times_shifted(terms.owed, liability.price, -liability.decimals, Cut::floor);
  if (!(I(10'000'000) < value) && allowed < terms.owed) allowed = terms.owed;
  const I repaid = detail::least(detail::least(terms.liquidator_max, terms.owed), detail::least(allowed, *payable));
  const Result<I> given = asset_for_liability(asset, liability, terms.balance, repaid);
  if (!given) return given.error();
  if (!(I(0) < repaid) || *given == I(0)) return Error{Errc::bad_parameter, Field::amount};
  if (terms.limit_price) {
    const Result<bool> met = meets_limit(TokenTransfer<I>{*given, repaid}, asset.decimals, liability.decimals, *terms.limit_price);
    if (!met) return met.error();
    if (!*met) return Error{Errc::bad_parameter, Field::reference_price};
  }
  const SpotTransfer<I> out{{*given, repaid}, exact.times_over(repaid, *fee, I(1'000'000), Cut::floor), *covering && !(repaid < **covering)};
  if (exact.overflowed()) return Error{Errc::overflow, Field::amount, 1};
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace drift
}  // namespace venues
}  // namespace v1
}  // namespace loadline
