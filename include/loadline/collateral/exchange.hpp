// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"

#include <cstddef>
#include <span>

/// @file
/// Auto-exchange: a venue sells what an account holds to repay what it owes, at its own rates.

namespace loadline {
inline namespace v1 {

/// A balance as an exchange sees it. Selling one unit brings price x bid, buying one costs price x ask.
template <Scalar T>
struct ExchangeBalance {
  Quantity<T> amount = 0;                                  ///< below zero it is owed
  Price<T> price = 1;                                      ///< of the index, in the numeraire, > 0
  Ratio<T> bid = 1;                                        ///< 1 - buffer of the exchange on what is sold, in [0, 1]
  Ratio<T> ask = 1;                                        ///< 1 + buffer on what is bought, >= 1
  std::optional<Quantity<T>> allowed_debt = std::nullopt;  ///< more than this owed sets an exchange off; absent: no such bound
};

/// When a venue exchanges.
template <Scalar T>
struct ExchangeRule {
  std::optional<Money<T>> allowed_debt = std::nullopt;  ///< for every balance, by value at the index; absent: no such bound
  Ratio<T> loan_to_value = 1;                           ///< what is owed, at asks, over what is held, at bids: exchanged from here on
};

/// What set an exchange off, the first that applies.
enum class ExchangeTrigger : unsigned char { none, balance, deficit, loan_to_value };

/// What an exchange did; what moved per asset stands in the caller's span.
template <Scalar T>
struct Exchanged {
  Money<T> owed = 0;       ///< what repaying all debts costs
  Money<T> sold = 0;       ///< what was sold brought, and what was bought cost
  Money<T> uncovered = 0;  ///< owed - sold: nothing was left to sell
};

inline namespace LOADLINE_FLAGS {

/// Checks balances; nullopt: they are in order.
/// @par Units    those of ExchangeBalance
/// @par Shape    any number
/// @par Rounding none
/// @par Errors   BAD_NUMBER, BAD_PRICE, BAD_WEIGHT (bid outside [0, 1]: TIER_WEIGHT; ask below 1: LIABILITY_WEIGHT), BAD_PARAMETER (an allowed
///               debt below zero: THRESHOLD); `index` is the balance
/// @par Cost     O(balances)
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check(std::span<const ExchangeBalance<T>> balances) {
  for (std::size_t i = 0; i < balances.size(); ++i) {
    const ExchangeBalance<T>& b = balances[i];
    const auto fault = [i](Errc code, Field field) { return Error{code, field, static_cast<std::uint32_t>(i)}; };
    if (!is_finite(b.amount.raw())) return fault(Errc::bad_number, Field::amount);
    if (!is_finite(b.price.raw())) return fault(Errc::bad_number, Field::asset_price);
    if (!(T(0) < b.price.raw())) return fault(Errc::bad_price, Field::asset_price);
    if (!is_finite(b.bid.raw())) return fault(Errc::bad_number, Field::tier_weight);
    if (b.bid.raw() < T(0) || T(1) < b.bid.raw()) return fault(Errc::bad_weight, Field::tier_weight);
    if (!is_finite(b.ask.raw())) return fault(Errc::bad_number, Field::liability_weight);
    if (b.ask.raw() < T(1)) return fault(Errc::bad_weight, Field::liability_weight);
    if (!b.allowed_debt) continue;
    if (!is_finite(b.allowed_debt->raw())) return fault(Errc::bad_number, Field::threshold);
    if (b.allowed_debt->raw() < T(0)) return fault(Errc::bad_parameter, Field::threshold);
  }
  return std::nullopt;
}

/// What selling everything held would bring, at bids, and what repaying everything owed would cost, at asks.
template <Scalar T>
struct ExchangeSides {
  T held, owed;
};
template <Scalar T>
[[nodiscard]] constexpr ExchangeSides<T> exchange_sides(std::span<const ExchangeBalance<T>> balances) {
  ExchangeSides<T> out{T(0), T(0)};
  for (const ExchangeBalance<T>& b : balances) {
    const T at = T(magnitude(b.amount.raw()) * b.price.raw());
    if (b.amount.raw() < T(0))
      out.owed += T(at * b.ask.raw());
    else
      out.held += T(at * b.bid.raw());
  }
  return out;
}

/// Whether a venue exchanges these balances, and why.
///
/// balance: something owed is beyond its allowed debt (beyond: the bound itself is allowed). deficit: something is owed after a
/// liquidation. loan_to_value: owed >= limit x held. What a venue calls loan to value is rarely defined; here it is at the rates of
/// the exchange, which makes it no smaller than at the index.
/// @par Units    those of ExchangeBalance
/// @par Shape    any number of balances
/// @par Rounding none; compared by cross-multiplying
/// @par Errors   those of check; BAD_NUMBER, BAD_PARAMETER of the rule (an allowed debt below zero: THRESHOLD, a limit not above zero:
///               LEVEL_RATIO); OVERFLOW
/// @par Cost     O(balances), no allocation
/// @par Source   Binance FAQ on Multi-Assets Mode, auto-exchange
template <Scalar T>
[[nodiscard]] constexpr Result<ExchangeTrigger> exchange_trigger(std::span<const ExchangeBalance<T>> balances, const ExchangeRule<T>& rule,
                                                                 bool after_liquidation) {
  if (const std::optional<Error> e = check(balances)) return *e;
  if (rule.allowed_debt && !is_finite(rule.allowed_debt->raw())) return Error{Errc::bad_number, Field::threshold};
  if (rule.allowed_debt && rule.allowed_debt->raw() < T(0)) return Error{Errc::bad_parameter, Field::threshold};
  if (!is_finite(rule.loan_to_value.raw())) return Error{Errc::bad_number, Field::level_ratio};
  if (!(T(0) < rule.loan_to_value.raw())) return Error{Errc::bad_parameter, Field::level_ratio};
  const ExchangeSides<T> sides = exchange_sides(balances);
  const T limit = T(rule.loan_to_value.raw() * sides.held);
  if (!is_finite(sides.owed) || !is_finite(limit)) return Error{Errc::overflow, Field::account};
  for (const ExchangeBalance<T>& b : balances) {
    if (!(b.amount.raw() < T(0))) continue;
    const T debt = T(-b.amount.raw());
    if (b.allowed_debt && b.allowed_debt->raw() < debt) return ExchangeTrigger::balance;
    if (rule.allowed_debt && rule.allowed_debt->raw() < T(debt * b.price.raw())) return ExchangeTrigger::balance;
  }
  if (!(T(0) < sides.owed)) return ExchangeTrigger::none;
  if (after_liquidation) return ExchangeTrigger::deficit;
  return sides.owed < limit ? ExchangeTrigger::none : ExchangeTrigger::loan_to_value;
}

/// Sells all that is held pro rata until all that is owed is repaid, or nothing is left.
///
/// @f[ owed = \sum_{a_i < 0} |a_i| p_i ask_i, \quad held = \sum_{a_i > 0} a_i p_i bid_i, \quad sold = \min(owed, held), \quad
///     \Delta_i = -a_i \frac{sold}{held}\ (a_i > 0), \quad \Delta_i = |a_i| \frac{sold}{owed}\ (a_i < 0) @f]
/// Conservation: what is bought costs what the sales bring, at the rates. Pro rata over assets is our reading of "converts the
/// other assets"; a venue's order of assets is not published. An asset with a bid of 0 is sold for nothing along with the rest.
/// @par Units    moved: units of each asset, below zero sold, above zero bought
/// @par Shape    moved: one for each balance
/// @par Rounding that of T; nothing is sold beyond what is held nor bought beyond what is owed
/// @par Errors   those of check; BAD_SIZE (moved is not of that size); OVERFLOW. After an error `moved` is untouched
/// @par Cost     O(balances), no allocation
/// @par Source   Binance FAQ on Multi-Assets Mode, auto-exchange: 20,000 / 97.5 %; Binance's Multi-Assets page: 5,000 / 97.5 % = 5,128.20
template <Scalar T>
[[nodiscard]] constexpr Result<Exchanged<T>> exchange(std::span<const ExchangeBalance<T>> balances, std::span<Quantity<T>> moved) {
  if (moved.size() != balances.size()) return Error{Errc::bad_size, Field::quantity};
  if (const std::optional<Error> e = check(balances)) return *e;
  const auto [held, owed] = exchange_sides(balances);
  if (!is_finite(held) || !is_finite(owed)) return Error{Errc::overflow, Field::account};
  const bool enough = !(held < owed);
  const T sold = enough ? owed : held;
  const T of_held = !enough ? T(1) : held == T(0) ? T(0) : T(owed / held), of_owed = enough ? T(1) : T(held / owed);
  for (std::size_t i = 0; i < balances.size(); ++i) {
    const T& amount = balances[i].amount.raw();
    const T& share = amount < T(0) ? of_owed : of_held;
    moved[i] = amount == T(0) || share == T(0) ? T(0) : T(T(-amount) * share);  // no zero is negative
  }
  return Exchanged<T>{owed, sold, T(owed - sold)};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
