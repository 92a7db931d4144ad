// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/venues/dydx_margin.hpp"

/// @file
/// dYdX v4, liquidation in the chain's own integers: bankruptcy price, fillable price, insurance fund, limits of a block, priority.

namespace loadline {
inline namespace v1 {
namespace venues {
namespace dydx {

/// The chain's liquidation parameters; the defaults are those of the deployed chain's genesis code.
template <WholeNumber I>
struct LiquidationConfig {
  I max_fee_ppm = I(5'000);                    ///< largest fee on a fill, in [0, 1e6]
  I bankruptcy_adjustment_ppm = I(1'000'000);  ///< BA: how fast the spread opens, >= 1e6
  I spread_ppm = I(100'000);                   ///< SMMR: the widest spread as a share of maintenance, >= 0
  I min_notional = I(1'000);                   ///< quote quantums of one position that may always go at once, >= 0
  I max_portion_ppm = I(1'000'000);            ///< share of one position that may go at once, in [0, 1e6]
  I max_block_notional;                        ///< quote quantums of one account in a block, >= 0
  I max_block_lost;                            ///< quote quantums that the fund may lose on one account in a block, >= 0
};

/// Which position is closed, and by how much: against its side.
template <WholeNumber I>
struct Closing {
  std::size_t position;  ///< index into the account's positions
  I quantums;            ///< base quantums added to the position
};

/// A fill of a liquidation order.
template <WholeNumber I>
struct Filled {
  std::size_t position;
  I quantums;            ///< base quantums filled, > 0
  I subticks;            ///< price, > 0
  int quantum_exponent;  ///< quote quantums = subticks x quantums x 10^quantum_exponent
};

inline namespace LOADLINE_FLAGS {
namespace detail {

template <WholeNumber I>
[[nodiscard]] constexpr std::optional<Error> fault(const Account<I>& account, const Closing<I>& closing) {
  const auto at = static_cast<std::uint32_t>(closing.position);
  if (account.positions.size() <= closing.position || account.positions[closing.position].quantums == I(0))
    return Error{Errc::bad_parameter, Field::position, at};
  const I& held = account.positions[closing.position].quantums;
  const bool opposite = held < I(0) ? I(0) < closing.quantums : closing.quantums < I(0);
  if (!opposite || (held < I(0) ? I(0) < I(held + closing.quantums) : I(held + closing.quantums) < I(0))) return Error{Errc::bad_parameter, Field::size, at};
  return std::nullopt;
}

template <WholeNumber I>
[[nodiscard]] constexpr std::optional<Error> fault(const LiquidationConfig<I>& c) {
  const I whole = I(1'000'000);
  if (c.max_fee_ppm < I(0) || whole < c.max_fee_ppm) return Error{Errc::bad_parameter, Field::liquidation_fee_rate};
  if (c.bankruptcy_adjustment_ppm < whole) return Error{Errc::bad_parameter, Field::threshold};
  if (c.spread_ppm < I(0)) return Error{Errc::bad_parameter, Field::spread};
  if (c.min_notional < I(0)) return Error{Errc::bad_parameter, Field::quantity};
  if (c.max_portion_ppm < I(0) || whole < c.max_portion_ppm) return Error{Errc::bad_parameter, Field::close_fraction};
  if (c.max_block_notional < I(0)) return Error{Errc::bad_parameter, Field::amount};
  if (c.max_block_lost < I(0)) return Error{Errc::bad_parameter, Field::fund_limit};
  return std::nullopt;
}

}  // namespace detail

/// What a part of a position changes hands for so that the account's ratio of collateral to maintenance stays as it was.
///
/// @f[ q = -\Delta N - \lfloor TNC\, |\Delta M| / TMMR \rfloor @f]
/// The differences are those of rounded figures, before and after. Closed whole at q the last position leaves nothing and owes nothing.
/// @par Units    quote quantums that the account receives (a buyer pays: below 0)
/// @par Shape    an account of any sign of collateral
/// @par Rounding the floor makes q round up, in favour of the account: closing at q never needs the fund
/// @par Errors   BAD_PARAMETER (POSITION: none there; SIZE: zero, on the position's own side, or beyond it; ACCOUNT: no maintenance); those of risk
/// @par Cost     O(positions)
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/liquidations.go, GetBankruptcyPriceInQuoteQuantums
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> bankruptcy_quote(const Account<I>& account, const Closing<I>& closing) {
  if (const std::optional<Error> e = detail::fault(account, closing)) return *e;
  const Result<Risk<I>> total = risk(account);
  if (!total) return total.error();
  if (total->maintenance == I(0)) return Error{Errc::bad_parameter, Field::account};
  Holding<I> part = account.positions[closing.position];
  Checked<I> exact;
  const Risk<I> before = detail::risk(exact, part);
  part.quantums = exact.plus(part.quantums, closing.quantums);
  const Risk<I> after = detail::risk(exact, part);
  const I change = exact.minus(after.net_collateral, before.net_collateral), freed = exact.magnitude(exact.minus(after.maintenance, before.maintenance));
  const I share = exact.times_over(total->net_collateral, freed, total->maintenance, Cut::floor);
  const I out = exact.minus(exact.minus(I(0), change), share);
  if (exact.overflowed()) return Error{Errc::overflow, Field::liquidation_price};
  return out;
}

/// The worst price at which a liquidation order of this position may fill.
///
/// @f[ p = \frac{N - ABR \cdot SMMR \cdot M}{size}, \quad ABR = \min(BA\,(1 - TNC / TMMR),\ 1) \text{, at least } 0 @f]
/// @par Units    quote quantums per base quantum, a reduced fraction; may be zero or below
/// @par Shape    the size that is closed does not enter but must be a part of the position
/// @par Rounding none
/// @par Errors   those of bankruptcy_quote; of the config BAD_PARAMETER (THRESHOLD: BA; SPREAD: SMMR; LIQUIDATION_FEE_RATE, QUANTITY, CLOSE_FRACTION,
///               AMOUNT, FUND_LIMIT)
/// @par Cost     O(positions + digits)
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/liquidations.go, GetFillablePrice
template <WholeNumber I>
[[nodiscard]] constexpr Result<Fraction<I>> fillable_price(const Account<I>& account, const Closing<I>& closing, const LiquidationConfig<I>& config) {
  if (const std::optional<Error> e = detail::fault(account, closing)) return *e;
  if (const std::optional<Error> e = detail::fault(config)) return *e;
  const Result<Risk<I>> total = risk(account);
  if (!total) return total.error();
  if (total->maintenance == I(0)) return Error{Errc::bad_parameter, Field::account};
  const Holding<I>& held = account.positions[closing.position];
  Checked<I> exact;
  const Risk<I> own = detail::risk(exact, held);
  const I whole = I(1'000'000);
  const auto product = [&](const Fraction<I>& a, const Fraction<I>& b) {  // crosswise, so that no factor stays that could go
    const Fraction<I> ab = Fraction<I>{a.numerator, b.denominator}.reduced(), ba = Fraction<I>{b.numerator, a.denominator}.reduced();
    return Fraction<I>{exact.times(ab.numerator, ba.numerator), exact.times(ab.denominator, ba.denominator)};
  };
  Fraction<I> opened = Fraction<I>{exact.minus(total->maintenance, total->net_collateral), total->maintenance}.reduced();
  opened = product(Fraction<I>{config.bankruptcy_adjustment_ppm, whole}.reduced(), opened);
  if (opened.numerator < I(0)) opened = {I(0), I(1)};
  if (opened.denominator < opened.numerator) opened = {I(1), I(1)};
  const Fraction<I> widest = product(Fraction<I>{config.spread_ppm, whole}.reduced(), {own.maintenance, I(1)});
  const Fraction<I> spread = product(opened, widest);
  const Fraction<I> rest = Fraction<I>{exact.minus(exact.times(own.net_collateral, spread.denominator), spread.numerator), spread.denominator}.reduced();
  const Fraction<I> price = product(rest, held.quantums < I(0) ? Fraction<I>{I(-1), exact.magnitude(held.quantums)} : Fraction<I>{I(1), held.quantums});
  if (exact.overflowed()) return Error{Errc::overflow, Field::liquidation_price};
  return price.reduced();
}

/// A fillable price as the order book's subticks.
/// @par Units    price: quote quantums per base quantum; result: subticks, a multiple of the tick
/// @par Shape    within [one tick, the last multiple below 2^64]: a price of zero and below becomes one tick
/// @par Rounding up for the sale of a long, down for the purchase of a short: never past the price
/// @par Errors   BAD_PARAMETER (TICK: not above zero or beyond 64 bits; LIQUIDATION_PRICE: a denominator not above zero; EXPONENT: beyond 60); OVERFLOW
/// @par Cost     O(digits)
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/liquidations.go, ConvertFillablePriceToSubticks
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> fillable_subticks(const Fraction<I>& price, bool long_position, const I& subticks_per_tick, int quantum_exponent) {
  I last = I(1);
  for (int i = 0; i < 64; ++i) last = I(last * I(2));
  last = I(last - I(1));
  if (!(I(0) < price.denominator)) return Error{Errc::bad_parameter, Field::liquidation_price};
  if (!(I(0) < subticks_per_tick) || last < subticks_per_tick) return Error{Errc::bad_parameter, Field::tick};
  if (quantum_exponent < -60 || 60 < quantum_exponent) return Error{Errc::bad_parameter, Field::exponent};
  last = I(last - I(last % subticks_per_tick));
  Checked<I> exact;
  const Cut cut = long_position ? Cut::ceil : Cut::floor;
  // One division only: the power of ten goes to the side where it is whole.
  const int up = quantum_exponent < 0 ? -quantum_exponent : 0, down = quantum_exponent < 0 ? 0 : quantum_exponent;
  const I unit = exact.times(exact.times(price.denominator, subticks_per_tick), exact.shifted(I(1), down, Cut::floor));
  const I ticks = exact.times_over(price.numerator, exact.shifted(I(1), up, Cut::floor), unit, cut);
  const I out = exact.times(ticks, subticks_per_tick);
  if (exact.overflowed()) return Error{Errc::overflow, Field::liquidation_price};
  return out < subticks_per_tick ? subticks_per_tick : (last < out ? last : out);
}

/// What a fill moves into the insurance fund: the fee, or minus the loss.
///
/// @f[ x = \pm\lfloor subticks \cdot quantums \cdot 10^{e} \rfloor - q, \qquad
///     x > 0: \min(\lfloor |fill| fee / 10^6 \rfloor, x), \quad \text{else } x @f]
/// with q from bankruptcy_quote; a sale counts above zero, a purchase below.
/// @par Units    quote quantums
/// @par Shape    the side is the opposite of the position's
/// @par Rounding fill and fee are cut: the fee never takes more than the surplus over the bankruptcy price
/// @par Errors   those of bankruptcy_quote and the config; BAD_PARAMETER (QUANTITY: nothing filled; LIQUIDATION_PRICE: subticks not above zero; EXPONENT)
/// @par Cost     O(positions)
/// @par Source   dYdX v4-chain @84d4664b, x/clob/keeper/liquidations.go, GetLiquidationInsuranceFundDelta
template <WholeNumber I>
[[nodiscard]] constexpr Result<I> fund_delta(const Account<I>& account, const Filled<I>& fill, const LiquidationConfig<I>& config) {
  if (!(I(0) < fill.quantums)) return Error{Errc::bad_parameter, Field::quantity};
  if (!(I(0) < fill.subticks)) return Error{Errc::bad_parameter, Field::liquidation_price};
  if (fill.quantum_exponent < -60 || 60 < fill.quantum_exponent) return Error{Errc::bad_parameter, Field::exponent};
  if (const std::optional<Error> e = detail::fault(config)) return *e;
  const bool buys = fill.position < account.positions.size() && account.positions[fill.position].quantums < I(0);
  const Result<I> bankrupt = bankruptcy_quote(account, Closing<I>{fill.position, buys ? fill.quantums : I(I(0) - fill.quantums)});
  if (!bankrupt) return bankrupt.error();
  Checked<I> exact;
  const I moved = exact.times_shifted(fill.subticks, fill.quantums, fill.quantum_exponent, Cut::floor);
  const I surplus = exact.minus(buys ? exact.minus(I(0), moved) : moved, *bankrupt);
  const I fee = exact.times_over(moved, config.max_fee_ppm, I(1'000'000), Cut::floor);
  if (exact.overflowed()) return Error{Errc::overflow, Field::fund};
  return I(0) < surplus && fee < surplus ? fee : surplus;
}

}  // namespace LOADLINE_FLAGS
}  // namespace dydx
}  // namespace venues
}  // namespace v1
}  // namespace loadline
