// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/venues/dydx_liquidation.hpp"

/// @file
/// dYdX v4, what one block does: how much may be liquidated, in which order, and deleveraging when nothing filled.

namespace loadline {
inline namespace v1 {
namespace venues {
namespace dydx {

/// The least and the most of one position that may be liquidated at once.
template <WholeNumber I>
struct NotionalLimits {
  I least, most;
};

/// A liquidation order, to be ranked.
template <WholeNumber I>
struct RankedOrder {
  I quantums;  ///< base quantums, > 0
  I subticks;  ///< fillable price, > 0
};

/// At which price an account may be deleveraged, if at all.
enum class Deleveraging : std::uint8_t { none, at_bankruptcy, at_oracle };

/// One chunk of a deleveraging: what the liquidated account gains; the other side loses the same.
template <WholeNumber I>
struct Offset {
  I base, quote;
};

inline namespace LOADLINE_FLAGS {

/// How much of a position may go at once.
///
/// @f[ least = \min(min\_notional, |N|), \qquad most = \max(least, \lfloor |N| portion / 10^6 \rfloor) @f]
/// @par Units    quote quantums
/// @par Shape    a position of zero has limits of zero
/// @par Rounding the portion down
/// @par Errors   those of risk and of the config; OVERFLOW
/// @par Cost     O(1)
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/liquidations.go
template <WholeNumber I>
[[nodiscard]] constexpr Result<NotionalLimits<I>> notional_limits(const Holding<I>& held, const LiquidationConfig<I>& config) {
  if (const std::optional<Error> e = detail::fault(held.market)) return *e;
  if (const std::optional<Error> e = detail::fault(config)) return *e;
  Checked<I> exact;
  const I worth = exact.magnitude(detail::notional(exact, held.market, held.quantums));
  const I least = config.min_notional < worth ? config.min_notional : worth;
  const I part = exact.times_over(worth, config.max_portion_ppm, I(1'000'000), Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::size};
  return NotionalLimits<I>{least, part < least ? least : part};
}

/// What is left of a limit of the block: of notional, or of what the fund may lose.
/// @par Units    quote quantums
/// @par Shape    used >= 0
/// @par Rounding none
/// @par Errors   BAD_PARAMETER (FUND_LIMIT: more is used than the limit allows, or a figure below zero)
/// @par Cost     O(1)
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/liquidations.go
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> left_in_block(const I& limit, const I& used) {
  if (used < I(0) || limit < used) return Error{Errc::bad_parameter, Field::fund_limit};
  return I(limit - used);
}

/// The base quantums of a liquidation order: the whole position if its limits allow, else what they allow, in steps.
/// @par Units    base quantums, >= 0
/// @par Shape    block_left: quote quantums left to this account
/// @par Rounding down: to a whole quantum, then to a whole step. Below one step: one step, or the position if it is smaller
/// @par Errors   those of notional_limits; BAD_PARAMETER (TICK: the step; AMOUNT: block_left below zero)
/// @par Cost     O(1)
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/liquidations.go
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> order_quantums(const Holding<I>& held, const LiquidationConfig<I>& config, const I& block_left, const I& step) {
  if (!(I(0) < step)) return Error{Errc::bad_parameter, Field::tick};
  if (block_left < I(0)) return Error{Errc::bad_parameter, Field::amount};
  const Result<NotionalLimits<I>> limits = notional_limits(held, config);
  if (!limits) return limits.error();
  const I& most = block_left < limits->most ? block_left : limits->most;
  Checked<I> exact;
  const I size = exact.magnitude(held.quantums);
  if (!(most < exact.magnitude(detail::notional(exact, held.market, held.quantums)))) return size;
  const int e = detail::quote_exponent(held.market);
  const I up = exact.shifted(I(1), e < 0 ? -e : 0, Cut::floor), down = exact.shifted(I(1), e < 0 ? 0 : e, Cut::floor);
  I out = exact.times_over(most, up, exact.times(held.market.price, down), Cut::floor);
  out = out < step ? step : I(out - I(out % step));
  if (exact.overflowed()) return Error{Errc::overflow, Field::size};
  return size < out ? size : out;
}

/// Which of two liquidation orders of one market goes first: 1 where a does, -1 where b does, 0: the hash of the order decides.
///
/// The larger |fillable - oracle| / oracle first, then the larger size in quote quantums.
/// @par Units    none
/// @par Shape    orders of one market, oracle price above zero
/// @par Rounding distances are compared exactly; the size in quote quantums is cut
/// @par Errors   those of a market; BAD_PRICE (MARK: zero); BAD_PARAMETER (EXPONENT); OVERFLOW
/// @par Cost     O(digits)
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/liquidations.go
template <WholeNumber I>
[[nodiscard]] constexpr Result<int> goes_first(const RankedOrder<I>& a, const RankedOrder<I>& b, const Market<I>& market, int quantum_exponent) {
  if (const std::optional<Error> e = detail::fault(market)) return *e;
  if (market.price == I(0)) return Error{Errc::bad_price, Field::mark};
  if (quantum_exponent < -60 || 60 < quantum_exponent) return Error{Errc::bad_parameter, Field::exponent};
  Checked<I> exact;
  const int k = quantum_exponent - detail::quote_exponent(market);
  const I oracle = exact.shifted(market.price, k < 0 ? -k : 0, Cut::floor);
  const auto distance = [&](const RankedOrder<I>& o) {
    return Fraction<I>{exact.magnitude(exact.minus(exact.shifted(o.subticks, k < 0 ? 0 : k, Cut::floor), oracle)), oracle};
  };
  const Fraction<I> da = distance(a), db = distance(b);
  const I qa = exact.times_shifted(a.subticks, a.quantums, quantum_exponent, Cut::floor);
  const I qb = exact.times_shifted(b.subticks, b.quantums, quantum_exponent, Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::liquidation_price};
  if (const int far = compare(da, db); far != 0) return far;
  return qa < qb ? -1 : (qb < qa ? 1 : 0);
}

/// Whether the fund can take a change: it may reach zero, not less. What comes in is always taken.
/// @par Units    quote quantums
/// @par Shape    balance >= 0
/// @par Rounding none
/// @par Errors   total
/// @par Cost     O(1)
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/deleveraging.go, IsValidInsuranceFundDelta
template <WholeNumber I>
[[nodiscard]] constexpr bool fund_can_take(const I& balance, const I& delta) {
  return !(delta < I(0)) || !(I(balance + delta) < I(0));
}

/// At which price an account is deleveraged: below zero at its bankruptcy price, else only in final settlement and at the oracle's.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   total
/// @par Cost     O(1)
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/deleveraging.go
template <WholeNumber I>
[[nodiscard]] constexpr Deleveraging may_deleverage(const Risk<I>& account, bool final_settlement) {
  if (account.net_collateral < I(0)) return Deleveraging::at_bankruptcy;
  return final_settlement ? Deleveraging::at_oracle : Deleveraging::none;
}

/// Closes part of a position against the opposite position of another account, if both may take it.
///
/// The price is the bankruptcy price of the liquidated account for this part, or the oracle's. Both updates must leave an account that is
/// initially covered, or better than it was (transition): else their bankruptcy prices do not overlap.
/// @par Units    base and quote quantums that the liquidated account gains
/// @par Shape    closing: of the liquidated account; other: the position of the second account in the same market
/// @par Rounding that of bankruptcy_quote; at the oracle price the notional is cut towards zero
/// @par Errors   those of bankruptcy_quote; BAD_PARAMETER (COUNTERPARTY: the other has no opposite position of that size; DEFICIT: one of the two may not
///               take the update, `index` 0 the liquidated account, 1 the other)
/// @par Cost     O(positions)
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/deleveraging.go, ProcessDeleveraging
template <WholeNumber I>
[[nodiscard]] constexpr Result<Offset<I>> deleverage(const Account<I>& liquidated, const Closing<I>& closing, const Account<I>& offsetting, std::size_t other,
                                                     bool at_oracle) {
  if (const std::optional<Error> e = detail::fault(liquidated, closing)) return *e;
  if (detail::fault(offsetting, Closing<I>{other, I(I(0) - closing.quantums)})) return Error{Errc::bad_parameter, Field::counterparty};
  const Holding<I>& held = liquidated.positions[closing.position];
  Checked<I> exact;
  I quote = exact.minus(I(0), detail::notional(exact, held.market, closing.quantums));
  if (!at_oracle) {
    const Result<I> bankrupt = bankruptcy_quote(liquidated, closing);
    if (!bankrupt) return bankrupt.error();
    quote = *bankrupt;
  }
  const auto refused = [&](const Account<I>& account, std::size_t at, const I& base, const I& gained, std::uint32_t which) -> std::optional<Error> {
    const Result<Risk<I>> before = risk(account);
    if (!before) return before.error();
    // The position's old part out, its new part in: the rest of the account does not change.
    Holding<I> part = account.positions[at];
    const Risk<I> old = detail::risk(exact, part);
    part.quantums = exact.plus(part.quantums, base);
    const Risk<I> now = detail::risk(exact, part);
    const auto moved = [&](const I& sum, const I& out, const I& in) { return exact.plus(exact.minus(sum, out), in); };
    const Risk<I> after{exact.plus(moved(before->net_collateral, old.net_collateral, now.net_collateral), gained),
                        moved(before->initial, old.initial, now.initial), moved(before->maintenance, old.maintenance, now.maintenance)};
    if (exact.overflowed()) return Error{Errc::overflow, Field::account};
    if (after.initially_covered() || transition(*before, after) == Transition::success) return std::nullopt;
    return Error{Errc::bad_parameter, Field::deficit, which};
  };
  if (const std::optional<Error> e = refused(liquidated, closing.position, closing.quantums, quote, 0)) return *e;
  if (const std::optional<Error> e = refused(offsetting, other, I(I(0) - closing.quantums), exact.minus(I(0), quote), 1)) return *e;
  return Offset<I>{closing.quantums, quote};
}

}  // namespace LOADLINE_FLAGS
}  // namespace dydx
}  // namespace venues
}  // namespace v1
}  // namespace loadline
