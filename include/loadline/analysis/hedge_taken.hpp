// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/analysis/lower_light.hpp"
#include "loadline/analysis/taken_account.hpp"
#include "loadline/waterfall/deleverage_price.hpp"
#include "loadline/waterfall/queue.hpp"

/// @file
/// Will my hedge be taken? How much of a position goes, and at which price, by any policy.

namespace loadline {
inline namespace v1 {

/// Where a position stands among those that may be taken.
template <Scalar T>
struct QueuePlace {
  T score;
  std::size_t in_front;  ///< positions that go before it
  T units_in_front;      ///< base units that may be taken of them
  T units;               ///< that may be taken of itself
  T side;                ///< that may be taken of all
};

/// What becomes of one position.
template <Scalar T>
struct LegTaken {
  TakenLeg<T> leg;                                    ///< ready for TakenAccount
  T held;                                             ///< base units on the side that is taken from; 0: it is on the other side, and nothing goes
  T units;                                            ///< base units that go
  std::optional<QueuePlace<T>> place = std::nullopt;  ///< where there are scores
  std::optional<std::uint32_t> light = std::nullopt;  ///< of five by contracts, all lit for the first to be taken; absent: no scores, or not in the queue
  Allocation<T> all;                                  ///< what became of the need
  bool cancels_orders;                                ///< something goes, and the venue then cancels the open orders: stops and re-hedges too
};

/// A position of an account and the queue in which it stands.
template <Scalar T>
struct QueuedLeg {
  std::uint32_t position;  ///< index in the account
  std::uint64_t id;        ///< of its row among the candidates
  AdlNeed<T> need;
  Candidates<T> population;  ///< of the contract; the position's own row is one of them
};

inline namespace LOADLINE_FLAGS {

namespace detail {

/// The row of an id; none: the number of candidates.
template <Scalar T>
[[nodiscard]] std::size_t row_of(const Candidates<T>& population, std::uint64_t id) {
  const std::span<const std::uint64_t> ids = population.columns().ids;
  std::size_t row = 0;
  while (row < ids.size() && ids[row] != id) ++row;
  return row;
}

}  // namespace detail

/// Where one candidate stands in the queue of scores: highest first, equal ones by id.
///
/// What goes of it by AdlQueue is @f$ \min(units, \max(0, need - units\_in\_front)) @f$.
/// @par Units    base units; scores have none
/// @par Shape    row < candidates; needs the column of scores
/// @par Rounding that of the scalar
/// @par Errors   MISSING_FIELD (COUNTERPARTY: no scores), BAD_NUMBER (SCORE: one of somebody who may be taken, or the own one; `index`), OVERFLOW (SIZE: the
/// side)
/// @par Cost     O(candidates)
/// @par Source   as of AdlQueue
template <Scalar T>
[[nodiscard]] Result<QueuePlace<T>> queue_place(const Candidates<T>& population, const Deleverage<T>& d, std::size_t row) {
  const std::span<const T> scores = population.columns().scores;
  if (scores.size() != population.size()) return Error{Errc::missing_field, Field::counterparty};
  if (!is_finite(scores[row])) return Error{Errc::bad_number, Field::score, static_cast<std::uint32_t>(row)};
  const T transfer = transfer_per_unit(d);
  const detail::QueueOrder<T> before{scores, population.columns().ids};
  QueuePlace<T> out{scores[row], 0, T(0), population.available(d, transfer, row), T(0)};
  for (std::size_t i = 0; i < population.size(); ++i) {
    const T units = population.available(d, transfer, i);
    if (!(T(0) < units)) continue;
    if (!is_finite(scores[i])) return Error{Errc::bad_number, Field::score, static_cast<std::uint32_t>(i)};
    out.side += units;
    if (i == row || !before(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(row))) continue;
    out.units_in_front += units;
    ++out.in_front;
  }
  if (!is_finite(out.side)) return Error{Errc::overflow, Field::size};
  return out;
}

/// What becomes of each of an account's positions, each in the queue of its own contract, by any policy.
///
/// Where all of a position goes its contracts are the account's own number, else base units over the multiplier.
/// @par Units    base units of linear contracts
/// @par Shape    legs: each position once, each judged by itself: `spare` looks at one queue at a time; the workspace: for the largest population
/// @par Rounding that of the policy, and one division
/// @par Errors   BAD_FIELD (POSITION: there is no such position; MULTIPLIER; COUNTERPARTY: no candidate has this id), UNSUPPORTED (POSITION: an inverse or a
///               quanto contract, whose transfers are not linear), BAD_PARAMETER (SIZE: the candidate's size is not that of the position), `index` the leg;
///               those of deleverage_price, queue_place, FurtherBack and the policy with the
///               leg as `item`
/// @par Cost     that of the policy for each leg; allocates what it returns
/// @par Source   docs/howto/will-my-hedge-be-taken.md
template <Scalar T, Deleveraging<T> Policy>
[[nodiscard]] Result<std::vector<LegTaken<T>>> hedge_taken(const Account<T>& account, std::span<const QueuedLeg<T>> legs, const DeleverageRule& rule,
                                                           const Policy& policy, DeleveragingWorkspace<T>& workspace) {
  std::vector<LegTaken<T>> out;
  out.reserve(legs.size());
  for (std::uint32_t i = 0; i < legs.size(); ++i) {
    const QueuedLeg<T>& leg = legs[i];
    if (leg.position >= account.positions.size()) return Error{Errc::bad_field, Field::position, i};
    const std::size_t row = detail::row_of(leg.population, leg.id);
    if (row == leg.population.size()) return Error{Errc::bad_field, Field::counterparty, i};
    const Position<T>& p = account.positions[leg.position];
    if (p.kind != ContractKind::linear) return Error{Errc::unsupported, Field::position, i};
    if (!is_finite(p.multiplier.raw()) || !(T(0) < p.multiplier.raw())) return Error{Errc::bad_field, Field::multiplier, i};
    const T own = T(p.size.raw() * p.multiplier.raw()), apart = magnitude(T(own - leg.population.columns().sizes[row]));
    if (!(apart < T(T(T(8) * unit_roundoff<T>()) * magnitude(own))) && !(apart == T(0))) return Error{Errc::bad_parameter, Field::size, i};
    const Result<T> price = deleverage_price(rule.price, leg.need);
    const auto of_leg = [i](Error e) {
      e.item = i;
      return e;
    };
    if (!price) return of_leg(price.error());
    const Deleverage<T> d{leg.need.need, leg.need.liquidated, leg.need.mark, *price, rule.insolvent, rule.spare};
    const Result<Allocation<T>> all = policy.allocate(d, leg.population, workspace, workspace.given());
    if (!all) return of_leg(all.error());
    const T units = workspace.given()[row], held = leg.population.held(d, row), most = magnitude(p.size.raw());
    T contracts = T(0) < units && !(units < held) ? most : T(units / p.multiplier.raw());
    if (most < contracts) contracts = most;
    LegTaken<T> taken{.leg = {leg.position, Size<T>(contracts), Price<T>(*price)},
                      .held = held,
                      .units = units,
                      .all = *all,
                      .cancels_orders = rule.cancels_orders && T(0) < units};
    if (T(0) < held && !leg.population.columns().scores.empty()) {
      const Result<QueuePlace<T>> place = queue_place(leg.population, d, row);
      if (!place) return of_leg(place.error());
      taken.place = *place;
      if (rule.insolvent || T(0) < leg.population.columns().equities[row]) {
        const auto light = FurtherBack<T>::make(leg.population, leg.id, leg.need.liquidated, 5, rule.insolvent);
        if (!light) return of_leg(light.error());
        taken.light = light->lit();
      }
    }
    out.push_back(std::move(taken));
  }
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
