// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/analysis/nearest_death.hpp"
#include "loadline/analysis/taken_account.hpp"
#include "loadline/market/slippage.hpp"

/// @file
/// What it costs to have a position taken: the fill against the mark, the hedge bought back, the minutes without it.

namespace loadline {
inline namespace v1 {

/// The minutes without a hedge, and the move that the caller fears in them. No volatility is assumed.
template <Scalar T>
struct NakedTime {
  Ratio<T> move_per_minute = 0;  ///< against what is left, >= 0: 0.01 is one percent
  T minutes = T(0);              ///< >= 0. Who thinks that moves grow otherwise gives one minute and the whole move
};

/// The parts of the cost.
template <Scalar T>
struct TakenCost {
  Money<T> fill;                                   ///< against the mark; below zero who was taken gained
  Money<T> rehedge;                                ///< of what the book holds, against the mark
  Money<T> naked;                                  ///< of the stated move; scale it as you like
  Quantity<T> units;                               ///< base units that were taken
  Quantity<T> unhedged;                            ///< of them: what the book does not hold
  std::optional<Price<T>> average = std::nullopt;  ///< at which the hedge is bought back

  [[nodiscard]] constexpr Money<T> total() const { return fill + rehedge + naked; }
};

inline namespace LOADLINE_FLAGS {

/// The cost of having contracts of one position taken.
///
/// @f[ C = \underbrace{s\,(P - F)\,q}_{fill} + \underbrace{s\,(A - P)\,q_{book}}_{rehedge} + \underbrace{q\,P\,\mu\,t}_{naked} @f]
/// with s = 1 for a long position that was taken, P the mark, F the fill, A the average price over the depth of that minute, q_book what of q it holds,
/// mu the move per minute and t the minutes. Of an inverse contract the first term is that of its own payoff, and q is its face value over the mark.
/// What the book does not hold stays open and costs nothing here: `unhedged` says how much that is.
/// @par Units    numeraire; a linear contract's book is quoted as its mark is, in its settle asset
/// @par Shape    depth: asks where a long position was taken, bids where a short one was
/// @par Rounding that of the scalar
/// @par Errors   those of key_deaths for the marks; BAD_FIELD (POSITION: none of this wallet), UNSUPPORTED (POSITION: a quanto contract has no book to hedge
/// in);
///               BAD_NUMBER (SIZE, REFERENCE_PRICE: the fill, SHOCK: the move, WINDOW: the minutes), BAD_PARAMETER (SIZE: below zero, or more than there is;
///               SHOCK, WINDOW: below zero), BAD_PRICE (REFERENCE_PRICE: at or below zero for an inverse contract), BAD_BOOK (BOOK_SIDE: the
///               wrong side), OVERFLOW (TRANSFER)
/// @par Cost     a fill of the depth; no allocation
/// @par Source   docs/howto/will-my-hedge-be-taken.md
template <Scalar T, Depth<T> D>
[[nodiscard]] Result<TakenCost<T>> taken_cost(const Portfolio<T>& portfolio, Marks<T> marks, const TakenLeg<T>& taken, const D& depth,
                                              const NakedTime<T>& naked = {}) {
  if (const std::optional<Error> e = detail::marks_fault(portfolio, marks)) return *e;
  const Pool<T>& pool = portfolio.lowered().pool;
  const Leg<T>* leg = nullptr;
  for (const Leg<T>& l : pool.legs)
    if (l.position == taken.position) leg = &l;
  if (leg == nullptr) return Error{Errc::bad_field, Field::position};
  if (leg->terms.kind == ContractKind::quanto) return Error{Errc::unsupported, Field::position};
  const T &contracts = taken.contracts.raw(), &fill_price = taken.fill.raw(), &move = naked.move_per_minute.raw();
  if (!is_finite(contracts)) return Error{Errc::bad_number, Field::size};
  if (contracts < T(0) || magnitude(leg->terms.size.raw()) < contracts) return Error{Errc::bad_parameter, Field::size};
  if (!is_finite(fill_price)) return Error{Errc::bad_number, Field::reference_price};
  const bool inverse = leg->terms.kind == ContractKind::inverse, is_long = T(0) < leg->terms.size.raw();
  if (inverse && !(T(0) < fill_price)) return Error{Errc::bad_price, Field::reference_price};
  if (!is_finite(move)) return Error{Errc::bad_number, Field::shock};
  if (move < T(0)) return Error{Errc::bad_parameter, Field::shock};
  if (!is_finite(naked.minutes)) return Error{Errc::bad_number, Field::window};
  if (naked.minutes < T(0)) return Error{Errc::bad_parameter, Field::window};
  if (depth.side() != (is_long ? BookSide::asks : BookSide::bids)) return Error{Errc::bad_book, Field::book_side};

  const T mark = key_price<T>(pool, leg->terms.key, at_marks<T>(marks)), settle = holding_price<T>(pool, pool.holdings[leg->holding], at_marks<T>(marks));
  // Entered at the fill, it would now show what was lost by it.
  Position<T> part = leg->terms;
  part.size = Size<T>(is_long ? contracts : T(-contracts));
  part.entry = Price<T>(fill_price);
  const T face = T(contracts * leg->terms.multiplier.raw()), units = inverse ? T(face / mark) : face;
  const T quoted_in = inverse ? T(1) : settle;  // what a unit of the book's money is worth
  const Fill<T> bought = loadline::fill<T>(depth, units, T(0));
  TakenCost<T> out{.fill = Money<T>(T(pnl_of<T>(part, mark) * settle)),
                   .rehedge = Money<T>(T(cost_against<T>(depth.side(), bought, Price<T>(mark)).raw() * quoted_in)),
                   .naked = Money<T>(T(T(T(units * mark) * T(move * naked.minutes)) * quoted_in)),
                   .units = Quantity<T>(units),
                   .unhedged = Quantity<T>(bought.unfilled)};
  if (const std::optional<T> average = average_price(bought)) out.average = Price<T>(*average);
  if (!is_finite(out.total().raw())) return Error{Errc::overflow, Field::transfer};
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
