// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"

#include <optional>

/// @file
/// Prices of one position of a cross account: where its share of the equity is gone, and how far a liquidation order may go towards it.

namespace loadline {
inline namespace v1 {

/// A position inside an account, at its mark.
template <Scalar T>
struct ProRataTerms {
  Price<T> mark;               ///< > 0
  Size<T> size;                ///< base units; long > 0, short < 0, not 0
  Money<T> maintenance;        ///< of this position, >= 0
  Money<T> equity;             ///< of the account, any sign
  Money<T> total_maintenance;  ///< of the account, > 0, not below the position's
};

/// How a liquidation order's spread opens as the account gets worse.
template <Scalar T>
struct SpreadTerms {
  Ratio<T> adjustment = T(1);         ///< >= 1: the spread is fully open when equity has fallen to 1 - 1/adjustment of maintenance
  Ratio<T> widest = T(T(1) / T(10));  ///< the fully open spread as a share of the position's maintenance, >= 0
};

inline namespace LOADLINE_FLAGS {
namespace detail {

template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> fault(const ProRataTerms<T>& p) {
  if (!is_finite(p.mark.raw())) return Error{Errc::bad_number, Field::mark};
  if (!is_finite(p.size.raw())) return Error{Errc::bad_number, Field::size};
  if (!is_finite(p.maintenance.raw())) return Error{Errc::bad_number, Field::position};
  if (!is_finite(p.equity.raw()) || !is_finite(p.total_maintenance.raw())) return Error{Errc::bad_number, Field::account};
  if (!(T(0) < p.mark.raw())) return Error{Errc::bad_price, Field::mark};
  if (p.size.raw() == T(0)) return Error{Errc::bad_parameter, Field::size};
  if (p.maintenance.raw() < T(0) || p.total_maintenance.raw() < p.maintenance.raw()) return Error{Errc::bad_parameter, Field::position};
  if (!(T(0) < p.total_maintenance.raw())) return Error{Errc::bad_parameter, Field::account};
  return std::nullopt;
}

}  // namespace detail

/// The bankruptcy price of one position of a cross account: closing any part at it keeps equity over maintenance as it is.
///
/// @f[ p = mark - \frac{E\, m_i}{M\, size} @f]
/// with m_i the position's maintenance and M the account's. E = 0: the mark. Closing everything at such prices leaves exactly nothing.
/// @par Units    numeraire per base unit; may be zero or below where a long has more equity than notional
/// @par Shape    linear contracts, maintenance proportional to the part that is closed
/// @par Rounding that of T
/// @par Errors   BAD_NUMBER; BAD_PRICE (MARK); BAD_PARAMETER (SIZE: zero; POSITION: its maintenance below zero or above the account's; ACCOUNT: no
///               maintenance); OVERFLOW
/// @par Cost     O(1), no allocation
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/liquidations.go: -DNNV - TNC |DMMR| / TMMR
template <Scalar T>
[[nodiscard]] constexpr Result<Price<T>> pro_rata_bankruptcy_price(const ProRataTerms<T>& p) {
  if (const std::optional<Error> e = detail::fault(p)) return *e;
  const T share = T(p.equity.raw() * T(p.maintenance.raw() / p.total_maintenance.raw()));
  const T price = T(p.mark.raw() - T(share / p.size.raw()));
  if (!is_finite(price)) return Error{Errc::overflow, Field::liquidation_price};
  return Price<T>(price);
}

/// The worst price that a liquidation order accepts, with a spread that opens as the account gets worse.
///
/// @f[ p = mark - \frac{o\, w\, m_i}{size}, \qquad o = \min(\max(a (1 - E/M), 0), 1) @f]
/// At or above its maintenance an account sells at the mark. a is the adjustment, w the widest spread.
/// @par Units    numeraire per base unit; may be zero or below where w is large
/// @par Shape    linear contracts; kinks at E = M and at E = M (1 - 1/a), where the slope is that of the side on which the spread is clamped
/// @par Rounding that of T
/// @par Errors   those of pro_rata_bankruptcy_price; BAD_NUMBER, BAD_PARAMETER (THRESHOLD: the adjustment below 1; SPREAD: below zero)
/// @par Cost     O(1), no allocation
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/liquidations.go: (PNNV - ABR SMMR PMMR) / PS
template <Scalar T>
[[nodiscard]] constexpr Result<Price<T>> fillable_price(const ProRataTerms<T>& p, const SpreadTerms<T>& spread) {
  if (const std::optional<Error> e = detail::fault(p)) return *e;
  if (!is_finite(spread.adjustment.raw())) return Error{Errc::bad_number, Field::threshold};
  if (!is_finite(spread.widest.raw())) return Error{Errc::bad_number, Field::spread};
  if (spread.adjustment.raw() < T(1)) return Error{Errc::bad_parameter, Field::threshold};
  if (spread.widest.raw() < T(0)) return Error{Errc::bad_parameter, Field::spread};
  T open = T(spread.adjustment.raw() * T(T(p.total_maintenance.raw() - p.equity.raw()) / p.total_maintenance.raw()));
  if (!(T(0) < open)) open = T(0);
  if (!(open < T(1))) open = T(1);
  const T price = T(p.mark.raw() - T(T(open * T(spread.widest.raw() * p.maintenance.raw())) / p.size.raw()));
  if (!is_finite(price)) return Error{Errc::overflow, Field::liquidation_price};
  return Price<T>(price);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
