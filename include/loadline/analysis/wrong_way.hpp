// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/portfolio.hpp"

/// @file
/// Wrong-way risk: collateral that falls when the positions lose.

namespace loadline {
inline namespace v1 {

/// What one key's price does to an account through its positions and through its collateral.
template <Scalar T>
struct WrongWay {
  LossSlope<T> slope;                                 ///< money lost for a fall of 100 %, to first order
  Money<T> equity;                                    ///< at the marks
  std::optional<Ratio<T>> elasticity = std::nullopt;  ///< P dE/dP / equity: percent of equity for one percent of price; absent if equity is not above 0
  std::optional<Ratio<T>> steepness = std::nullopt;   ///< (positions + collateral) / positions: 1 + 1 / leverage for coin collateral; absent without positions
  Bounds<T> price;                                    ///< liquidation prices of the key
  Bounds<T> price_in_cash;                            ///< the same, had the collateral been the same value in cash
};

/// How the collateral is spread: of what is held beyond what is owed of it, at the marks, without weights.
template <Scalar T>
struct Concentration {
  Money<T> value;           ///< of all of it, cash included
  Ratio<T> largest = 0;     ///< the share of the largest asset
  std::uint32_t asset = 0;  ///< that asset's index among holdings()
  Ratio<T> herfindahl = 0;  ///< sum of squared shares: 1 is one asset, 1/n is n alike
};

/// Profit of the book and change of the collateral's value in one scenario; a loss is negative.
template <Scalar T>
struct ScenarioChange {
  Money<T> book, collateral;
};

/// A requirement that takes the book and the collateral apart, and one that takes them together.
template <Scalar T>
struct WrongWayAddOn {
  Money<T> separate;  ///< the book's worst loss, and the collateral's value times its haircut
  Money<T> joint;     ///< the worst of their sum, in the same scenario
  Money<T> add_on;    ///< joint - separate: above zero where the haircut leaves out that both fall together, below where one hedges the other
};

inline namespace LOADLINE_FLAGS {

/// The wrong-way report of one key.
///
/// Coin collateral does not double a loss and does not make it quadratic: it adds its own line to that of the positions. Along one
/// price, with l the notional by the collateral's value, the slope is 1 + 1/l times that of cash collateral.
/// @par Units    money: numeraire; elasticity: percent by percent
/// @par Shape    none
/// @par Rounding none but the scalar's
/// @par Errors   OVERFLOW
/// @par Cost     that of Portfolio::make: the account in cash is one of its own
/// @par Source   docs/explanation/wrong-way.md
template <Scalar T>
[[nodiscard]] Result<WrongWay<T>> wrong_way(const Portfolio<T>& portfolio, Marks<T> marks, KeyId key) {
  const Result<Portfolio<T>> cash = portfolio.in_cash(marks);
  if (!cash) return cash.error();
  Workspace<T> held_room(portfolio), cash_room(*cash);
  WrongWay<T> out{.slope = portfolio.loss_slope(marks, key),
                  .equity = portfolio.equity(marks),
                  .price = portfolio.liquidation_price(marks, key, held_room),
                  .price_in_cash = cash->liquidation_price(marks, key, cash_room)};
  const T& positions = out.slope.positions.raw();
  const T slope = T(positions + out.slope.collateral.raw());
  if (T(0) < out.equity.raw()) out.elasticity = Ratio<T>(T(slope / out.equity.raw()));
  if (!(positions == T(0))) out.steepness = Ratio<T>(T(slope / positions));
  return out;
}

/// How concentrated the collateral is. A portfolio without collateral has value 0 and no shares.
/// @par Units    numeraire; shares: fractions of 1
/// @par Shape    none
/// @par Rounding none but the scalar's
/// @par Errors   none
/// @par Cost     O(assets)
/// @par Source   none
template <Scalar T>
[[nodiscard]] Concentration<T> concentration(const Portfolio<T>& portfolio, Marks<T> marks) {
  using W = Working<T>;
  LOADLINE_ASSERT(marks.size() >= portfolio.key_count());
  const std::span<const Holding<T>> all = portfolio.holdings();
  W sum = W(0), squares = W(0), most = W(0);
  Concentration<T> out{.value = Money<T>(0)};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const W net = net_of(all[i]);
    if (!all[i].terms.usable || !(W(0) < net)) continue;
    const W value = W(net * holding_price<W>(portfolio.lowered().pool, all[i], at_marks<W>(marks)));
    sum += value;
    squares += W(value * value);
    if (most < value) most = value, out.asset = static_cast<std::uint32_t>(i);
  }
  if (!is_finite(sum)) out.value = Money<T>(static_cast<T>(sum));  // a mark that is no number shows
  if (!(W(0) < sum)) return out;
  out.value = Money<T>(static_cast<T>(sum));
  out.largest = Ratio<T>(static_cast<T>(W(most / sum)));
  out.herfindahl = Ratio<T>(static_cast<T>(W(squares / W(sum * sum))));
  return out;
}

/// Separate and joint requirement over the same scenarios.
///
/// @f[ separate = \max_s (-\Delta B_s)^+ + h V, \qquad joint = \max_s (-(\Delta B_s + \Delta V_s))^+ @f]
/// with B the book, V the collateral and h its haircut.
/// @par Units    numeraire; haircut: fraction
/// @par Shape    any number of scenarios; none: the joint requirement is 0
/// @par Rounding none but the scalar's
/// @par Errors   BAD_NUMBER (a figure that is not finite; `index` is the scenario)
/// @par Cost     O(scenarios)
/// @par Source   docs/explanation/wrong-way.md
template <Scalar T>
[[nodiscard]] Result<WrongWayAddOn<T>> wrong_way_add_on(std::span<const ScenarioChange<T>> scenarios, const std::type_identity_t<Money<T>>& collateral,
                                                        const std::type_identity_t<Ratio<T>>& haircut) {
  T book = T(0), both = T(0);
  for (std::uint32_t i = 0; i < scenarios.size(); ++i) {
    const ScenarioChange<T>& s = scenarios[i];
    if (!is_finite(s.book.raw()) || !is_finite(s.collateral.raw())) return Error{Errc::bad_number, Field::account, i};
    if (s.book.raw() < book) book = s.book.raw();
    const T sum = T(s.book.raw() + s.collateral.raw());
    if (sum < both) both = sum;
  }
  if (!is_finite(collateral.raw()) || !is_finite(haircut.raw())) return Error{Errc::bad_number, Field::account};
  const T separate = T(T(haircut.raw() * collateral.raw()) - book);
  return WrongWayAddOn<T>{Money<T>(separate), Money<T>(T(-both)), Money<T>(T(T(-both) - separate))};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
