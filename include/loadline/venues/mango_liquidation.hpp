// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/core/rounding.hpp"
#include "loadline/core/scalar.hpp"

#include <initializer_list>
#include <optional>

/// @file
/// Mango v4, liquidation: tokens for tokens, a perpetual's base and gains, losses and the insurance vault.
///
/// The program computes in binary fixed point with 48 bits behind the point, this in any scalar: equal but for those bits.
/// Health is that of the program's LiquidationEnd: initial weights unscaled, at oracle prices. Amounts are in native units.

namespace loadline {
inline namespace v1 {
namespace venues {
namespace mango {

/// A token and what the account holds of it.
template <Scalar T>
struct Token {
  T price;                ///< oracle, > 0
  T weight;               ///< initial asset weight for an asset, initial liability weight for a liability, >= 0
  T balance;              ///< tokens
  T health_balance;       ///< tokens with the weighted gains and losses of perpetuals that settle in them
  T fee = T(0);           ///< to the liquidator, >= 0
  T platform_fee = T(0);  ///< to the platform, >= 0
};

/// What a transfer of tokens moves.
template <Scalar T>
struct TokenTransfer {
  T liability;  ///< tokens repaid
  T given;      ///< tokens of the asset that the account gives
  T received;   ///< of them to the liquidator; the rest is the platform's
};

/// The token in which a perpetual settles: what health is beside it, and what one token adds.
template <Scalar T>
struct SettleToken {
  T rest;             ///< health without this token and what settles in it
  T balance;          ///< tokens with the weighted gains and losses of perpetuals
  T asset_price;      ///< price times initial asset weight, >= 0
  T liability_price;  ///< price times initial liability weight, > 0
};

inline namespace LOADLINE_FLAGS {
namespace detail {

template <Scalar T>
[[nodiscard]] constexpr bool finite(std::initializer_list<const T*> all) {
  for (const T* x : all)
    if (!is_finite(*x)) return false;
  return true;
}
template <Scalar T>
[[nodiscard]] constexpr T smaller(const T& a, const T& b) {
  return b < a ? b : a;
}
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> fault(const Token<T>& t, std::uint32_t which) {
  if (!finite<T>({&t.price, &t.weight, &t.balance, &t.health_balance, &t.fee, &t.platform_fee})) return Error{Errc::bad_number, Field::asset, which};
  if (!(T(0) < t.price)) return Error{Errc::bad_price, Field::asset_price, which};
  if (t.weight < T(0)) return Error{Errc::bad_weight, Field::tier_weight, which};
  if (t.fee < T(0) || t.platform_fee < T(0)) return Error{Errc::bad_parameter, Field::liquidation_fee_rate, which};
  return std::nullopt;
}
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> fault(const SettleToken<T>& s) {
  if (!finite<T>({&s.rest, &s.balance, &s.asset_price, &s.liability_price})) return Error{Errc::bad_number, Field::settle};
  if (s.asset_price < T(0) || !(T(0) < s.liability_price) || s.liability_price < s.asset_price) return Error{Errc::bad_price, Field::settle};
  return std::nullopt;
}
/// Health with so much of the token.
template <Scalar T>
[[nodiscard]] constexpr T health(const SettleToken<T>& s) {
  return T(s.rest + T(s.balance * (s.balance < T(0) ? s.liability_price : s.asset_price)));
}

}  // namespace detail

/// The balance of the settle token at which health is zero; none where no amount of it is enough (a weight of zero).
///
/// @f[ b = -rest / liability\_price \text{ for } rest \ge 0, \qquad -rest / asset\_price \text{ otherwise} @f]
/// Less the present balance: what must be given to an account, or above zero health what may be taken from it.
/// @par Units    tokens
/// @par Shape    asset_price <= liability_price
/// @par Rounding that of T
/// @par Errors   BAD_NUMBER, BAD_PRICE (SETTLE); OVERFLOW
/// @par Cost     O(1)
/// @par Source   Mango v4 @1303a4a1, health/cache.rs
template <Scalar T>
[[nodiscard]] constexpr Result<std::optional<T>> balance_at_zero_health(const SettleToken<T>& s) {
  if (const std::optional<Error> e = detail::fault(s)) return *e;
  if (s.rest < T(0) && s.asset_price == T(0)) return std::optional<T>();
  const T out = T(T(-s.rest) / (s.rest < T(0) ? s.asset_price : s.liability_price));
  if (!is_finite(out)) return Error{Errc::overflow, Field::settle};
  return std::optional<T>(out);
}

/// How much of a liability is repaid with an asset.
///
/// @f[ x = \min\Bigl(\frac{-health}{p_l w_l - p_l\, ff\, w_a}, \frac{a\, p_a}{p_l\, ff}, l, max\Bigr), \qquad
///     ff = (1 + f_l + g_l)(1 + f_a + g_a) @f]
/// a and l are the smaller of balance and health balance: what perpetuals gain or lose is not liquidated here.
/// @par Units    tokens
/// @par Shape    health below zero; where a repayment frees nothing (the divisor is not above zero) only the amounts bound it
/// @par Rounding that of T; the program rounds the divisions down in its last bit
/// @par Errors   BAD_NUMBER, BAD_PRICE, BAD_WEIGHT, BAD_PARAMETER of a token (`index` 0 the asset, 1 the liability); BAD_PARAMETER (AMOUNT: nothing to
///               give or nothing owed, `index` as before; QUANTITY: the limit is not above zero); OVERFLOW
/// @par Cost     O(1)
/// @par Source   Mango v4 @1303a4a1, instructions/token_liq_with_token.rs
template <Scalar T>
[[nodiscard]] constexpr Result<TokenTransfer<T>> liquidate_token(const Token<T>& asset, const Token<T>& liability, const T& health, const T& max_repaid) {
  if (const std::optional<Error> e = detail::fault(asset, 0)) return *e;
  if (const std::optional<Error> e = detail::fault(liability, 1)) return *e;
  if (!is_finite(health)) return Error{Errc::bad_number, Field::account};
  if (!is_finite(max_repaid)) return Error{Errc::bad_number, Field::quantity};
  if (!(T(0) < max_repaid)) return Error{Errc::bad_parameter, Field::quantity};
  const T held = detail::smaller(asset.balance, asset.health_balance);
  const T owed = detail::smaller(T(-liability.balance), T(-liability.health_balance));
  if (!(T(0) < held)) return Error{Errc::bad_parameter, Field::amount, 0};
  if (!(T(0) < owed)) return Error{Errc::bad_parameter, Field::amount, 1};
  if (!(health < T(0))) return TokenTransfer<T>{T(0), T(0), T(0)};
  const T to_liquidator = T(T(T(1) + liability.fee) * T(T(1) + asset.fee));
  const T all = T(T(T(T(1) + liability.fee) + liability.platform_fee) * T(T(T(1) + asset.fee) + asset.platform_fee));
  const T with_fees = T(liability.price * all), freed = T(T(liability.price * liability.weight) - T(with_fees * asset.weight));
  T repaid = detail::smaller(detail::smaller(T(T(held * asset.price) / with_fees), owed), max_repaid);
  if (T(0) < freed) repaid = detail::smaller(repaid, T(T(-health) / freed));
  const T base = T(T(repaid * liability.price) / asset.price);
  const TokenTransfer<T> out{repaid, T(base * all), T(base * to_liquidator)};
  if (!detail::finite<T>({&out.liability, &out.given, &out.received})) return Error{Errc::overflow, Field::amount};
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace mango
}  // namespace venues
}  // namespace v1
}  // namespace loadline
