// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/analysis/nearest_death.hpp"

/// @file
/// A hedge with its legs on two venues, each with a wick of its own: who dies, and what is left naked.

namespace loadline {
inline namespace v1 {

/// An account on one venue, and the worst print of a mark there.
template <Scalar T>
struct VenueAtWick {
  const Portfolio<T>* account;
  Marks<T> marks;  ///< before it
  KeyId key;       ///< the coin's price there
  Price<T> print;  ///< the low or high of its mark
};

/// One venue's answer.
template <Scalar T>
struct WickOutcome {
  Bounds<T> price;                     ///< liquidation prices of the key, from the marks before
  bool dies;                           ///< the print reaches one of them
  std::optional<Ratio<T>> distance;    ///< from the mark before; 0: dead already; absent: no price of this key kills
  std::optional<Ratio<T>> from_print;  ///< from the print, for one that lives; absent likewise
  Money<T> equity;                     ///< at the marks before: the most that is lost with it
  Quantity<T> exposure;                ///< base units that the account is long, collateral included
};

/// Both venues' answers.
template <Scalar T>
struct TwoVenues {
  WickOutcome<T> first, second;
  Quantity<T> hedged;  ///< sum of the exposures: what the hedge leaves open while both live
  Quantity<T> naked;   ///< of those that live: what is open after the wick
};

inline namespace LOADLINE_FLAGS {

/// One venue: whether its account reaches its liquidation price on the way from the mark to the print.
///
/// @f[ dies \iff print \le P_{below} \ \text{or}\ print \ge P_{above} @f] At the price itself it dies, whatever the rule says of equality.
/// @par Units    prices: numeraire per base unit; exposure: P dE/dP over P
/// @par Shape    only the key moves
/// @par Rounding that of the plain queries
/// @par Errors   MISSING_PRICE (KEY: there is no such key), BAD_NUMBER, BAD_PRICE (REFERENCE_PRICE: the print), those of key_deaths
/// @par Cost     that of one key's liquidation prices; allocates a workspace
/// @par Source   docs/howto/will-my-hedge-be-taken.md
template <Scalar T>
[[nodiscard]] Result<WickOutcome<T>> at_wick(const VenueAtWick<T>& venue) {
  const Portfolio<T>& account = *venue.account;
  if (const std::optional<Error> e = detail::marks_fault(account, venue.marks)) return *e;
  if (venue.key.index >= account.key_count()) return Error{Errc::missing_price, Field::key};
  const T& print = venue.print.raw();
  if (!is_finite(print)) return Error{Errc::bad_number, Field::reference_price};
  if (!(T(0) < print)) return Error{Errc::bad_price, Field::reference_price};
  Workspace<T> workspace(account);
  const Bounds<T> price = account.liquidation_price(venue.marks, venue.key, workspace);
  const Price<T>& mark = venue.marks[venue.key.index];
  const LossSlope<T> slope = account.loss_slope(venue.marks, venue.key);
  const T exposure = T(T(slope.positions.raw() + slope.collateral.raw()) / mark.raw());
  const Status now = account.status(venue.marks);
  const bool dead = now == Status::liquidatable || now == Status::bankrupt || price.below.outcome() == Outcome::already;
  const bool dies = dead || (price.below && !(*price.below < venue.print)) || (price.above && !(venue.print < *price.above));
  WickOutcome<T> out{.price = price,
                     .dies = dies,
                     .distance = dead ? std::optional<Ratio<T>>(Ratio<T>(0)) : detail::distance_to(price, mark),
                     .from_print = dies ? std::optional<Ratio<T>>(Ratio<T>(0)) : detail::distance_to(price, venue.print),
                     .equity = account.equity(venue.marks),
                     .exposure = Quantity<T>(exposure)};
  return out;
}

/// Both venues, each at its own print: the one hedges the other only as long as both live.
/// @par Units    those of at_wick
/// @par Shape    the keys are one coin's prices on two venues: the caller knows
/// @par Rounding that of at_wick
/// @par Errors   those of at_wick; `item` is the venue, 0 or 1
/// @par Cost     twice that of at_wick
/// @par Source   docs/howto/will-my-hedge-be-taken.md
template <Scalar T>
[[nodiscard]] Result<TwoVenues<T>> two_venues(const VenueAtWick<T>& first, const VenueAtWick<T>& second) {
  const Result<WickOutcome<T>> a = at_wick(first);
  if (!a) return a.error();
  const Result<WickOutcome<T>> b = at_wick(second);
  if (!b) {
    Error e = b.error();
    e.item = 1;
    return e;
  }
  T open = T(0);
  if (!a->dies) open += a->exposure.raw();
  if (!b->dies) open += b->exposure.raw();
  return TwoVenues<T>{*a, *b, a->exposure + b->exposure, Quantity<T>(open)};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
