// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/core/whole.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// @file
/// dYdX v4, margin: net collateral and requirements of an account in the chain's own integers.
///
/// Quote quantums are millionths of a USDC; base quantums are 10^atomic_resolution of a coin; ppm are millionths.

namespace loadline {
inline namespace v1 {
namespace venues {
namespace dydx {

/// A perpetual: its oracle price and its liquidity tier.
template <WholeNumber I>
struct Market {
  int atomic_resolution;  ///< a base quantum is 10^atomic_resolution of the coin
  I price;                ///< oracle price in units of 10^price_exponent, >= 0
  int price_exponent;
  I initial_ppm;                 ///< base initial margin fraction, in [0, 1e6]
  I maintenance_fraction_ppm;    ///< maintenance as a share of the base initial margin, in [0, 1e6]
  I open_interest_floor = I(0);  ///< quote quantums; above it the initial fraction rises
  I open_interest_cap = I(0);    ///< quote quantums; from it on the fraction is 1; 0: no scaling
  I open_interest = I(0);        ///< base quantums
};

/// A position: long > 0, short < 0, in base quantums.
template <WholeNumber I>
struct Holding {
  Market<I> market;
  I quantums;
  I custom_initial_ppm = I(0);  ///< the user's own leverage limit: raises the initial fraction only
};

/// A subaccount: quote quantums and positions.
template <WholeNumber I>
struct Account {
  I usdc;
  std::span<const Holding<I>> positions = {};
};

/// What an account or a position is worth and needs; risks add.
template <WholeNumber I>
struct Risk {
  I net_collateral, initial, maintenance;

  [[nodiscard]] constexpr bool initially_covered() const { return !(net_collateral < initial); }
  [[nodiscard]] constexpr bool maintained() const { return !(net_collateral < maintenance); }
  /// Below maintenance. An account without positions is not, whatever it owes.
  [[nodiscard]] constexpr bool liquidatable() const { return I(0) < maintenance && net_collateral < maintenance; }
};

/// Whether an update of an account that is not initially covered may stand.
enum class Transition : std::uint8_t { success, newly_undercollateralized, still_undercollateralized };

inline namespace LOADLINE_FLAGS {
namespace detail {

/// The exponent of quote quantums per base quantum and unit of price.
template <WholeNumber I>
[[nodiscard]] constexpr int quote_exponent(const Market<I>& m) {
  return m.price_exponent + m.atomic_resolution + 6;
}

template <WholeNumber I>
[[nodiscard]] constexpr std::optional<Error> fault(const Market<I>& m) {
  const I whole = I(1'000'000);
  if (m.price < I(0)) return Error{Errc::bad_price, Field::mark};
  if (m.atomic_resolution < -60 || 60 < m.atomic_resolution || m.price_exponent < -60 || 60 < m.price_exponent)
    return Error{Errc::bad_parameter, Field::exponent};
  if (m.initial_ppm < I(0) || whole < m.initial_ppm || m.maintenance_fraction_ppm < I(0) || whole < m.maintenance_fraction_ppm)
    return Error{Errc::bad_parameter, Field::bracket_rate};
  if (m.open_interest < I(0) || m.open_interest_floor < I(0) || (!(m.open_interest_cap == I(0)) && !(m.open_interest_floor < m.open_interest_cap)))
    return Error{Errc::bad_parameter, Field::open_interest};
  return std::nullopt;
}

template <WholeNumber I>
[[nodiscard]] constexpr I notional(Checked<I>& exact, const Market<I>& m, const I& quantums) {
  return exact.times_shifted(m.price, quantums, quote_exponent(m), Cut::toward_zero);
}

template <WholeNumber I>
[[nodiscard]] constexpr I initial_ppm(Checked<I>& exact, const Market<I>& m, const I& open_interest) {
  const I whole = I(1'000'000);
  if (m.open_interest_cap == I(0) || !(m.open_interest_floor < open_interest)) return m.initial_ppm;
  if (!(open_interest < m.open_interest_cap)) return whole;
  return exact.plus(m.initial_ppm, exact.times_over(exact.minus(whole, m.initial_ppm), exact.minus(open_interest, m.open_interest_floor),
                                                    exact.minus(m.open_interest_cap, m.open_interest_floor), Cut::floor));
}

template <WholeNumber I>
[[nodiscard]] constexpr Risk<I> risk(Checked<I>& exact, const Holding<I>& h) {
  const I whole = I(1'000'000), worth = notional(exact, h.market, h.quantums), size = exact.magnitude(worth);
  I rate = initial_ppm(exact, h.market, notional(exact, h.market, h.market.open_interest));
  if (rate < h.custom_initial_ppm) rate = h.custom_initial_ppm;
  const I base = exact.times_over(size, h.market.initial_ppm, whole, Cut::ceil);
  return {worth, exact.times_over(size, rate, whole, Cut::ceil), exact.times_over(base, h.market.maintenance_fraction_ppm, whole, Cut::ceil)};
}

}  // namespace detail

/// The initial margin fraction at an open interest (quote quantums), in ppm.
///
/// @f[ base \text{ up to the floor}, \quad base + \lfloor (10^6 - base) (OI - floor) / (cap - floor) \rfloor, \quad 10^6 \text{ from the cap on} @f]
/// @par Units    open interest: quote quantums; result: ppm
/// @par Shape    open_interest >= 0
/// @par Rounding floor
/// @par Errors   those of a market: BAD_PRICE (MARK), BAD_PARAMETER (EXPONENT, BRACKET_RATE, OPEN_INTEREST); OVERFLOW
/// @par Cost     O(1)
/// @par Source   dYdX v4-chain @84d4664b, x/perpetuals/types/liquidity_tier.go
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> scaled_initial_ppm(const Market<I>& market, const I& open_interest) {
  if (const std::optional<Error> e = detail::fault(market)) return *e;
  if (open_interest < I(0)) return Error{Errc::bad_parameter, Field::open_interest};
  Checked<I> exact;
  const I out = detail::initial_ppm(exact, market, open_interest);
  if (exact.overflowed()) return Error{Errc::overflow, Field::open_interest};
  return out;
}

/// Notional, initial and maintenance margin of one position.
///
/// @f[ N = price \cdot quantums \cdot 10^{e}, \quad IM = \lceil |N| f / 10^6 \rceil, \quad
///     MM = \lceil \lceil |N| base / 10^6 \rceil\, share / 10^6 \rceil @f]
/// f is the scaled fraction or the user's own, whichever is higher; maintenance takes neither.
/// @par Units    quote quantums
/// @par Shape    quantums of either sign
/// @par Rounding notional towards zero; both margins up, maintenance twice: each step is against the account
/// @par Errors   those of a market; BAD_PARAMETER (LEVERAGE: the user's fraction below 0 or above 1e6); OVERFLOW (SIZE)
/// @par Cost     O(1)
/// @par Source   dYdX v4-chain @84d4664b, lib/quantums.go, x/perpetuals/lib/lib.go
template <WholeNumber I>
[[nodiscard]] constexpr Result<Risk<I>> risk(const Holding<I>& holding) {
  if (const std::optional<Error> e = detail::fault(holding.market)) return *e;
  if (holding.custom_initial_ppm < I(0) || I(1'000'000) < holding.custom_initial_ppm) return Error{Errc::bad_parameter, Field::leverage};
  Checked<I> exact;
  const Risk<I> out = detail::risk(exact, holding);
  if (exact.overflowed()) return Error{Errc::overflow, Field::size};
  return out;
}

/// Net collateral and requirements of an account: sums, without netting between positions.
/// @par Units    quote quantums
/// @par Shape    any number of positions, each market once
/// @par Rounding none beyond the positions' own
/// @par Errors   those of a position, with its index; OVERFLOW
/// @par Cost     O(positions)
/// @par Source   dYdX v4-chain @84d4664b, x/subaccounts/keeper, lib/margin/risk.go
template <WholeNumber I>
[[nodiscard]] constexpr Result<Risk<I>> risk(const Account<I>& account) {
  Checked<I> exact;
  Risk<I> sum{account.usdc, I(0), I(0)};
  for (std::size_t i = 0; i < account.positions.size(); ++i) {
    const Result<Risk<I>> one = risk(account.positions[i]);
    if (!one) return Error{one.error().code, one.error().field, static_cast<std::uint32_t>(i)};
    sum = {exact.plus(sum.net_collateral, one->net_collateral), exact.plus(sum.initial, one->initial), exact.plus(sum.maintenance, one->maintenance)};
  }
  if (exact.overflowed()) return Error{Errc::overflow, Field::account};
  return sum;
}

/// Which account is closer to trouble: 1 where a is, -1 where b is, 0 where they are alike.
///
/// By net collateral over maintenance; between equal ratios the larger maintenance is riskier; without any maintenance the smaller net collateral.
/// @par Units    none
/// @par Shape    maintenance >= 0
/// @par Rounding none: the ratios are compared by continued fractions
/// @par Errors   total
/// @par Cost     O(digits)
/// @par Source   dYdX v4-chain @84d4664b, lib/margin/risk.go
template <WholeNumber I>
[[nodiscard]] constexpr int compare_risk(const Risk<I>& a, const Risk<I>& b) {
  const auto order = [](const I& x, const I& y) { return x < y ? -1 : (y < x ? 1 : 0); };
  const bool a_none = a.maintenance == I(0), b_none = b.maintenance == I(0);
  if (a_none && b_none) return order(b.net_collateral, a.net_collateral);
  // Cross products with one maintenance of 0: only the sign of the other side's figure is left.
  const int first = a_none   ? order(I(0), a.net_collateral)
                    : b_none ? order(b.net_collateral, I(0))
                             : compare(Fraction<I>{b.net_collateral, b.maintenance}, Fraction<I>{a.net_collateral, a.maintenance});
  return first != 0 ? first : order(a.maintenance, b.maintenance);
}

/// Whether an account that is not initially covered after an update may take it: maintenance must not rise, and the ratio must not fall.
/// @par Units    quote quantums
/// @par Shape    maintenance >= 0
/// @par Rounding none
/// @par Errors   total
/// @par Cost     O(digits)
/// @par Source   dYdX v4-chain @84d4664b, x/subaccounts/lib/updates.go
template <WholeNumber I>
[[nodiscard]] constexpr Transition transition(const Risk<I>& before, const Risk<I>& after) {
  const Transition no = before.initially_covered() ? Transition::newly_undercollateralized : Transition::still_undercollateralized;
  if (before.maintenance < after.maintenance) return no;
  if (before.maintenance == I(0) || after.maintenance == I(0)) {
    const bool better = before.maintenance == after.maintenance && before.net_collateral < after.net_collateral;
    return better ? Transition::success : no;
  }
  const int change = compare(Fraction<I>{after.net_collateral, after.maintenance}, Fraction<I>{before.net_collateral, before.maintenance});
  return change < 0 ? no : Transition::success;
}

}  // namespace LOADLINE_FLAGS
}  // namespace dydx
}  // namespace venues
}  // namespace v1
}  // namespace loadline
