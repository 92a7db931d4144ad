// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"

/// @file
/// Buying a wrapped asset below what it redeems for: what the print implies, and what the buyer earns.

namespace loadline {
inline namespace v1 {

/// One unit bought at a print, to be redeemed.
template <Scalar T>
struct RedemptionTrade {
  Price<T> print;                 ///< p, what is paid for a unit, > 0
  Ratio<T> redemption_ratio = 1;  ///< r, units of the underlying for one, > 0
  Price<T> underlying = 1;        ///< P, > 0; 1 is the numeraire
  Ratio<T> fee = 0;               ///< f, of what is redeemed, in [0, 1)
  Ratio<T> discount = 1;          ///< d, what money at the end of the queue is worth now, > 0; see discount_factor
  Ratio<T> recovery_share = 0;    ///< R, of r P, received where redemption fails, in [0, 1]; as a value of now
};

/// Where an implied probability lies.
enum class Implied : unsigned char {
  probability,  ///< in [0, 1]
  below_zero,   ///< the print is above what redemption pays: the buyer loses even if it succeeds
  above_one,    ///< the print is below what failure pays: the buyer gains even then
};

/// The probability at which a buyer breaks even: as it comes out, not cut to [0, 1].
template <Scalar T>
struct ImpliedFailure {
  Ratio<T> value;
  Implied reads;
};

/// What one unit brings.
template <Scalar T>
struct RedemptionProfit {
  Price<T> redeemed;   ///< value of a redemption that succeeds, after fee and queue
  Price<T> recovered;  ///< value of one that fails
  Price<T> gain;       ///< redeemed - print; below zero: a loss
  Price<T> loss;       ///< print - recovered; below zero: a gain
  Ratio<T> rate;       ///< gain / print, for the whole queue, not per year
};

inline namespace LOADLINE_FLAGS {

/// Checks a trade; nullopt: it is in order.
/// @par Units    as in RedemptionTrade
/// @par Shape    none
/// @par Rounding none
/// @par Errors   BAD_NUMBER; BAD_PRICE (ASSET_PRICE the print, MARK the underlying); BAD_RATIO (REDEMPTION_RATIO); BAD_PARAMETER
///               (REDEMPTION_FEE, DISCOUNT_RATE, RECOVERY_SHARE); OVERFLOW (MARK: r P)
/// @par Cost     O(1)
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check(const RedemptionTrade<T>& trade) {
  if (!is_finite(trade.print.raw())) return Error{Errc::bad_number, Field::asset_price};
  if (!(T(0) < trade.print.raw())) return Error{Errc::bad_price, Field::asset_price};
  if (!is_finite(trade.redemption_ratio.raw())) return Error{Errc::bad_number, Field::redemption_ratio};
  if (!(T(0) < trade.redemption_ratio.raw())) return Error{Errc::bad_ratio, Field::redemption_ratio};
  if (!is_finite(trade.underlying.raw())) return Error{Errc::bad_number, Field::mark};
  if (!(T(0) < trade.underlying.raw())) return Error{Errc::bad_price, Field::mark};
  if (!is_finite(trade.fee.raw())) return Error{Errc::bad_number, Field::redemption_fee};
  if (trade.fee.raw() < T(0) || !(trade.fee.raw() < T(1))) return Error{Errc::bad_parameter, Field::redemption_fee};
  if (!is_finite(trade.discount.raw())) return Error{Errc::bad_number, Field::discount_rate};
  if (!(T(0) < trade.discount.raw())) return Error{Errc::bad_parameter, Field::discount_rate};
  if (!is_finite(trade.recovery_share.raw())) return Error{Errc::bad_number, Field::recovery_share};
  if (trade.recovery_share.raw() < T(0) || T(1) < trade.recovery_share.raw()) return Error{Errc::bad_parameter, Field::recovery_share};
  const T value = T(trade.redemption_ratio.raw() * trade.underlying.raw());
  if (!is_finite(T(value * trade.discount.raw())) || !is_finite(T(value / trade.print.raw()))) return Error{Errc::overflow, Field::mark};
  return std::nullopt;
}

/// What a unit brings if redemption succeeds, and if it fails.
///
/// @f[ S = r P\,(1 - f)\,d, \qquad F = R\,r P, \qquad gain = S - p, \qquad loss = p - F, \qquad rate = gain / p @f]
/// @par Units    prices: numeraire per unit of the wrapped asset, as values of now
/// @par Shape    none
/// @par Rounding none but the scalar's
/// @par Errors   those of check; OVERFLOW
/// @par Cost     O(1)
/// @par Source   derived: cash flows of the trade
template <Scalar T>
[[nodiscard]] constexpr Result<RedemptionProfit<T>> redemption_profit(const RedemptionTrade<T>& trade) {
  if (const std::optional<Error> e = check(trade)) return *e;
  const Price<T> value = trade.redemption_ratio * trade.underlying;
  const Price<T> redeemed = value * (Ratio<T>(1) - trade.fee) * trade.discount, recovered = value * trade.recovery_share;
  const Ratio<T> rate = (redeemed - trade.print) / trade.print;
  if (!is_finite(rate.raw())) return Error{Errc::overflow, Field::asset_price};
  return RedemptionProfit<T>{redeemed, recovered, redeemed - trade.print, trade.print - recovered, rate};
}

/// The probability that redemption fails at which a buyer at the print breaks even.
///
/// @f[ p = (1 - q)\,S + q\,F \quad\Rightarrow\quad q = \frac{S - p}{S - F} @f]
/// Break-even of one who minds no risk: a print also pays for bearing it, and for what the seller was forced to do. A bound, then, on
/// what the market believed, not a measurement. Outside [0, 1] the value is given as it is and `reads` says so.
/// @par Units    q: a fraction
/// @par Shape    S > F
/// @par Rounding none but the scalar's
/// @par Errors   those of redemption_profit; BAD_PARAMETER (RECOVERY_SHARE: failing pays as much as succeeding, and no probability
///               follows from a price)
/// @par Cost     O(1)
/// @par Source   derived: the break-even solved for q
template <Scalar T>
[[nodiscard]] constexpr Result<ImpliedFailure<T>> implied_failure(const RedemptionTrade<T>& trade) {
  const Result<RedemptionProfit<T>> profit = redemption_profit(trade);
  if (!profit) return profit.error();
  if (!(profit->recovered < profit->redeemed)) return Error{Errc::bad_parameter, Field::recovery_share};
  const T q = T(profit->gain.raw() / T(profit->redeemed.raw() - profit->recovered.raw()));
  if (!is_finite(q)) return Error{Errc::overflow, Field::probability};
  // By the signs of the two outcomes, not of q: a quotient may round onto 1.
  const Implied reads = profit->gain.raw() < T(0) ? Implied::below_zero : profit->loss.raw() < T(0) ? Implied::above_one : Implied::probability;
  return ImpliedFailure<T>{q, reads};
}

/// The print at which a buyer breaks even if redemption fails with probability q; `trade.print` is checked and not used.
///
/// @f[ p = (1 - q)\,S + q\,F @f]
/// @par Units    numeraire per unit of the wrapped asset
/// @par Shape    q in [0, 1]
/// @par Rounding none but the scalar's
/// @par Errors   those of redemption_profit; BAD_NUMBER, BAD_PARAMETER (PROBABILITY: outside [0, 1])
/// @par Cost     O(1)
/// @par Source   derived: expected value of the trade
template <Scalar T>
[[nodiscard]] constexpr Result<Price<T>> break_even_print(const RedemptionTrade<T>& trade, const Ratio<T>& failure) {
  if (!is_finite(failure.raw())) return Error{Errc::bad_number, Field::probability};
  if (failure.raw() < T(0) || T(1) < failure.raw()) return Error{Errc::bad_parameter, Field::probability};
  const Result<RedemptionProfit<T>> profit = redemption_profit(trade);
  if (!profit) return profit.error();
  return (Ratio<T>(1) - failure) * profit->redeemed + failure * profit->recovered;
}

/// What a wait costs: the days in the queue, and what money costs a year (funding, less what the asset earns while it waits).
struct QueueCost {
  double days = 0.0;
  double rate_per_year = 0.0;  ///< continuously compounded; below zero where the asset earns more than money costs
};

/// e^(-rate days / 365), for `RedemptionTrade::discount`. In double only: an exact scalar takes the factor itself.
///
/// @f[ d = e^{-y T} @f]
/// @par Units    days; a fraction per year of 365 days
/// @par Shape    days >= 0
/// @par Rounding that of the C library's exp
/// @par Errors   BAD_NUMBER, BAD_PARAMETER (QUEUE_TIME below zero), OVERFLOW (DISCOUNT_RATE: the factor is 0 or infinite)
/// @par Cost     one exp
/// @par Source   continuous compounding
[[nodiscard]] inline Result<Ratio<double>> discount_factor(const QueueCost& cost) {
  if (!is_finite(cost.days)) return Error{Errc::bad_number, Field::queue_time};
  if (cost.days < 0.0) return Error{Errc::bad_parameter, Field::queue_time};
  if (!is_finite(cost.rate_per_year)) return Error{Errc::bad_number, Field::discount_rate};
  const double d = __builtin_exp(-cost.rate_per_year * cost.days / 365.0);
  if (!(0.0 < d) || !is_finite(d)) return Error{Errc::overflow, Field::discount_rate};
  return Ratio<double>(d);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
