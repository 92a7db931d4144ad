// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/id.hpp"
#include "loadline/margin/rule.hpp"
#include "loadline/piecewise/roots.hpp"

#include <optional>
#include <span>

/// @file
/// What the queries of a portfolio answer.

namespace loadline {
inline namespace v1 {

/// Whether there is a price on a side.
enum class Outcome : unsigned char {
  price,    ///< there is one
  none,     ///< there is no such price on this side
  already,  ///< the account is there at these marks (liquidatable, or bankrupt): it needs no price to get there
};

inline namespace LOADLINE_FLAGS {

/// A liquidation or bankruptcy price on one side of the mark, or the reason why there is none.
/// @par Units    numeraire per base unit
/// @par Shape    a price, or the outcome that says why there is none
/// @par Rounding that of the query
/// @par Errors   reading an absent price is a LOADLINE_ASSERT
/// @par Cost     O(1)
/// @par Source   none
template <Scalar T>
class Bound {
 public:
  constexpr Bound(Outcome outcome) : value_(T(0)), outcome_(outcome) {}                      // NOLINT(google-explicit-constructor)
  constexpr Bound(const Price<T>& price) : value_(price.raw()), outcome_(Outcome::price) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] constexpr Outcome outcome() const noexcept { return outcome_; }
  [[nodiscard]] constexpr bool has_value() const noexcept { return outcome_ == Outcome::price; }
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] constexpr Price<T> operator*() const {
    LOADLINE_ASSERT(has_value());
    return value_;
  }

 private:
  T value_;
  Outcome outcome_;
};

/// Both sides of one key.
template <Scalar T>
struct Bounds {
  Bound<T> below, above;
};

}  // namespace LOADLINE_FLAGS

/// The figures of an account at its marks.
/// @par Units    as the members say; ratios: fractions
/// @par Shape    absent: the ratio means nothing
/// @par Rounding each figure once, to T
/// @par Errors   `certain` is false where a sign was in doubt
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, What is computed
template <Scalar T>
struct Figures {
  Money<T> equity;          ///< every balance with the PnL and accrued in it, at its price
  Money<T> margin_balance;  ///< the same, with weights
  Money<T> maintenance, initial;
  Money<T> excess;                ///< margin balance - ratio * maintenance: at or below zero is liquidation
  Money<T> available;             ///< margin balance at the weights for initial margin - initial
  Money<T> assets, debts;         ///< of the level test: gross, profits with the assets, losses with the debts
  std::optional<Ratio<T>> level;  ///< assets / debts; absent without debts
  Money<T> gross_notional, net_notional;
  std::optional<Ratio<T>> margin_ratio;        ///< maintenance / margin balance; absent if maintenance is 0 or the balance is not above 0
  std::optional<Ratio<T>> effective_leverage;  ///< gross notional / equity; absent if equity is not above 0
  std::optional<Ratio<T>> net_leverage;        ///< |net notional| / equity; likewise
  Status status;
  Tests tests;    ///< those that are on
  Tests failing;  ///< those that fail: the account is liquidatable (a bankrupt account without tests is not)
  bool certain;   ///< false: a sign that decides the status was in doubt, and the account is reported as less safe
};

/// The figures of one position at its mark.
/// @par Units    as the members say
/// @par Shape    one a position
/// @par Rounding each figure once, to T
/// @par Errors   none
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, What is computed
template <Scalar T>
struct PositionFigures {
  std::uint32_t position = 0;                                       ///< index in the account
  Quantity<T> notional = 0, pnl = 0, maintenance = 0, initial = 0;  ///< of the settle asset
  Price<T> settle_price = 0;
  T measure = T(0);           ///< what chose the bracket: notional at mark or entry, or contracts; of the whole bracket group
  Ratio<T> rate = 0;          ///< of its bracket
  T cum = T(0);               ///< deduction in use
  std::uint32_t bracket = 0;  ///< 0-based row
  bool above_last_cap = false;
  std::optional<Price<T>> allocated_bankruptcy_price = {};  ///< the mark moved by this position's share of equity, by maintenance
};

/// The answer's class along a path: how its points were found.
enum class PathClass : unsigned char {
  affine,    ///< A: lines between tier edges; every point a quotient of two sums
  rational,  ///< Q: quotients of polynomials; points isolated, and irrational as a rule
};

/// Two numbers between which a point lies.
template <Scalar T>
struct Enclosure {
  T low, high;
};

/// One root of one test along a path.
template <Scalar T>
struct TestRoot {
  T value;
  RootKind kind;
  Test test;
  std::optional<Enclosure<T>> within = {};
};

/// One side of a path. Absent: there is no such point on this side.
/// @par Units    of a key: its price; of a path: the joint move s
/// @par Shape    none
/// @par Rounding prices to T; `tick` against the account
/// @par Errors   none
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, The answer
template <Scalar T>
struct PathSide {
  std::optional<T> liquidation = {};                   ///< end of the range around the present in which no test fails
  std::optional<Test> test = {};                       ///< the test that fails there
  std::optional<T> recovery = {};                      ///< for an account that fails now: where it stops failing
  std::optional<T> bankruptcy = {};                    ///< where equity falls below zero
  std::optional<Enclosure<T>> within = {};             ///< of an irrational liquidation or recovery
  std::optional<Enclosure<T>> bankruptcy_within = {};  ///< of an irrational bankruptcy
  std::optional<T> distance = {};                      ///< |liquidation / mark - 1|; keys only
  std::optional<T> tick = {};                          ///< the liquidation price rounded to the tick, against the account; keys only
  std::optional<Money<T>> equity_left = {};            ///< equity at the liquidation, less the fees of closing every position there
};

inline namespace LOADLINE_FLAGS {

/// Where an account changes status along one path, in a key's price or in a joint move s.
/// @par Units    of a key: its price; of a path: the joint move s
/// @par Shape    roots: valid until the next query with the workspace
/// @par Rounding no further off than `ulp`, where it is given
/// @par Errors   overflow: void
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, The answer
template <Scalar T>
struct PathAnswer {
  bool liquidatable_now, bankrupt_now;
  PathSide<T> below = {}, above = {};
  bool has_tick = false;                    ///< whether a position of the key has a tick
  std::span<const TestRoot<T>> roots = {};  ///< every root of every test that is on, ascending; lies in the workspace
  bool overflow = false;                    ///< a figure on the way was too large for the scalar: the answer is void
  std::optional<double> ulp = {};           ///< no price above is further off than so many units in its last place; absent: no claim
  PathClass path_class = PathClass::affine;

  /// Whether every price above is the nearest or next nearest number, proved.
  [[nodiscard]] constexpr bool certified() const noexcept { return ulp.has_value() && *ulp <= 1.0; }
};

}  // namespace LOADLINE_FLAGS

/// Which liquidation price is nearest, over keys and sides.
/// @par Units    price: that of the key; distance: a fraction
/// @par Shape    key, side and price absent: a test fails now
/// @par Rounding that of PathSide
/// @par Errors   none
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, The answer
template <Scalar T>
struct Binding {
  Test test;
  std::optional<KeyId> key = {};  ///< absent: a test fails now
  std::optional<Toward> side = {};
  std::optional<T> price = {};
  std::optional<Enclosure<T>> within = {};  ///< of an irrational price
  T distance;                               ///< |price / mark - 1|; 0 where a test fails now
  bool certified = false;
};

/// P dE/dP of one key: money lost for a fall of 100 %, to first order.
/// @par Units    numeraire for a fall of 100 %
/// @par Shape    none
/// @par Rounding each once, to T
/// @par Errors   none
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, The answer
template <Scalar T>
struct LossSlope {
  Money<T> positions;   ///< of PnL and accrued, with their settle price
  Money<T> collateral;  ///< of balances
};

}  // namespace v1
}  // namespace loadline
