// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/adl_score.hpp"
#include "loadline/waterfall/candidates.hpp"

#include <concepts>
#include <optional>

/// @file
/// What moves a position back in the queue: cash, a smaller position, profit that is realised.

namespace loadline {
inline namespace v1 {

/// The own figures that scores are made of. A score of one's own reads what it needs.
template <Scalar T>
struct OwnFigures {
  T size;             ///< base units, long > 0
  T entry;            ///< average entry price, > 0
  T mark;             ///< > 0
  T wallet;           ///< balance without unrealised profit, as the venue's formula reads it
  T equity;           ///< of the account, at the marks
  T maintenance;      ///< of the account
  T own_maintenance;  ///< of this position
  T notional;         ///< of all positions of the account, at the marks
};

/// One way to a lower light.
template <Scalar T>
struct LightStep {
  T amount;                ///< cash to add; base units to close; profit to realise
  std::optional<T> score;  ///< afterwards; absent: the position is closed, and stands in no queue
};

/// The three ways; absent: that one does not lead there.
template <Scalar T>
struct LowerLight {
  std::optional<LightStep<T>> cash, smaller, realised;
};

/// A score of the own figures: `score(figures) -> T`.
template <class S, class T>
concept OwnScore = Scalar<T> && requires(const S& score, const OwnFigures<T>& own) {
  { score(own) } -> std::convertible_to<T>;
};
/// What is to be reached: `reached(score, units) -> bool`, with the base units that are left of the position.
template <class G, class T>
concept LightGoal = Scalar<T> && requires(const G& goal, const T& x) {
  { goal.reached(x, x) } -> std::same_as<bool>;
};

inline namespace LOADLINE_FLAGS {

/// The figures as a formula for the queue reads them. All of the account's equity stands behind the position: its bankruptcy price is that of a cross
/// account whose other prices stand still.
/// @pre the position is open
template <Scalar T>
[[nodiscard]] AdlPosition<T> adl_position(const OwnFigures<T>& own) {
  return {own.size, own.entry, own.mark, own.wallet, own.equity, own.maintenance, own.notional, T(own.mark - T(own.equity / own.size))};
}
/// A score of the own figures by a formula for the queue.
template <class Formula>
[[nodiscard]] auto scored_by(const Formula& formula) {
  return [formula]<Scalar T>(const OwnFigures<T>& own) requires AdlScore<Formula, T> {
    return formula.score(adl_position(own));
  };
}
/// The figures with so much more cash.
template <Scalar T>
[[nodiscard]] OwnFigures<T> with_cash(OwnFigures<T> own, const T& cash) {
  own.wallet += cash;
  own.equity += cash;
  return own;
}
/// The figures with so many base units closed at the mark, without a fee: their profit goes to the wallet.
///
/// The position's maintenance shrinks in proportion: tiers let it shrink by no less.
template <Scalar T>
[[nodiscard]] OwnFigures<T> with_less(OwnFigures<T> own, const T& units) {
  const T held = magnitude(own.size), part = T(units / held);
  const T closed = own.size < T(0) ? T(-units) : units;
  const T freed = T(own.own_maintenance * part);
  own.wallet += T(closed * T(own.mark - own.entry));
  own.size -= closed;
  own.maintenance -= freed;
  own.own_maintenance -= freed;
  own.notional -= T(units * own.mark);
  return own;
}
/// The figures after closing and reopening at the mark, without a fee: the entry is the mark.
template <Scalar T>
[[nodiscard]] OwnFigures<T> with_profit_realised(OwnFigures<T> own) {
  own.wallet += T(own.size * T(own.mark - own.entry));
  own.entry = own.mark;
  return own;
}

/// The goal where a threshold is known: below it. At it is not enough, since equal scores go by id.
template <Scalar T>
struct BelowScore {
  T threshold;
  [[nodiscard]] constexpr bool reached(const T& score, const T&) const { return score < threshold; }
};

/// The goal where the population is known: a light further back than now, counted by contracts of one side.
///
/// @f[ light = \Big\lceil n\,\frac{front + q}{S} \Big\rceil - 1 @f] 0 is the first to be taken. Closing a part changes q and S.
/// @par Units    base units
/// @par Shape    scores: one of every candidate; those of the own row are the score and size now. Accounts without equity stand in no queue unless
///               `insolvent` says so, as in AdlQueue and fill_lights
/// @par Rounding that of the scalar
/// @par Errors   make: BAD_FIELD (COUNTERPARTY: no such id; SCORE: no lights, or more than 1,000; POSITION: `liquidated` is neither 1 nor -1), MISSING_FIELD
///               (COUNTERPARTY: no scores), BAD_NUMBER (SCORE: of one in the queue, `index`), BAD_PARAMETER (SIZE: the own position is not on the side that is
///               taken from), OVERFLOW (OPEN_INTEREST: all of them together)
/// @par Cost     O(candidates) each; no allocation
/// @par Source   BitMEX: ceil(5 * cumulative quantity / total)
template <Scalar T>
class FurtherBack {
 public:
  [[nodiscard]] static Result<FurtherBack> make(const Candidates<T>& population, std::uint64_t id, int liquidated, std::uint32_t lights = 5,
                                                bool insolvent = false) {
    const CandidateColumns<T>& c = population.columns();
    if (liquidated != 1 && liquidated != -1) return Error{Errc::bad_field, Field::position};
    if (lights == 0 || lights > 1'000) return Error{Errc::bad_field, Field::score};
    if (c.scores.size() != population.size()) return Error{Errc::missing_field, Field::counterparty};
    std::size_t row = population.size();
    for (std::size_t i = 0; i < population.size(); ++i) {
      if (c.ids[i] == id) row = i;
    }
    if (row == population.size()) return Error{Errc::bad_field, Field::counterparty};
    FurtherBack out(population, row, liquidated, lights, insolvent);
    const T own = population.held(out.side_, row);
    if (!(T(0) < own)) return Error{Errc::bad_parameter, Field::size, static_cast<std::uint32_t>(row)};
    T all = T(0);
    for (std::size_t i = 0; i < population.size(); ++i) {
      const bool queued = i == row || out.queued(i);
      if (queued && !is_finite(c.scores[i])) return Error{Errc::bad_number, Field::score, static_cast<std::uint32_t>(i)};
      if (queued) all += population.held(out.side_, i);
    }
    if (!is_finite(T(all * T(static_cast<int>(lights))))) return Error{Errc::overflow, Field::open_interest};
    out.now_ = out.light(c.scores[row], own);
    return out;
  }
  /// The light with such a score and so many base units left.
  [[nodiscard]] std::uint32_t light(const T& score, const T& units) const {
    const CandidateColumns<T>& c = population_.columns();
    T front = T(0), all = units;
    for (std::size_t i = 0; i < population_.size(); ++i) {
      const T held = population_.held(side_, i);
      if (i == row_ || !queued(i)) continue;
      all += held;
      if (score < c.scores[i] || (c.scores[i] == score && c.ids[i] < c.ids[row_])) front += held;
    }
    const T reach = T(T(front + units) * T(static_cast<int>(lights_)));
    std::uint32_t k = 0;
    T end = all;
    for (; k + 1 < lights_ && end < reach; ++k) end += all;
    return k;
  }
  /// The light at the score in the column.
  [[nodiscard]] std::uint32_t now() const noexcept { return now_; }
  /// The same as a count of lit lights, as fill_lights has it: all of them for the first to be taken.
  [[nodiscard]] std::uint32_t lit() const noexcept { return lights_ - now_; }
  [[nodiscard]] bool reached(const T& score, const T& units) const { return now_ < light(score, units); }

 private:
  FurtherBack(const Candidates<T>& population, std::size_t row, int liquidated, std::uint32_t lights, bool insolvent)
      : population_(population), side_{T(0), liquidated, T(1), T(1)}, row_(row), lights_(lights), insolvent_(insolvent) {}

  /// Whether a candidate stands in the queue.
  [[nodiscard]] bool queued(std::size_t i) const { return T(0) < population_.held(side_, i) && (insolvent_ || T(0) < population_.columns().equities[i]); }

  Candidates<T> population_;
  Deleverage<T> side_;
  std::size_t row_;
  std::uint32_t lights_, now_ = 0;
  bool insolvent_;
};

namespace detail {

/// The least amount in [0, most] that passes, by halving: the end that passed is what is returned.
template <Scalar T, class Passes>
[[nodiscard]] std::optional<T> least_passing(const T& most, const Passes& passes) {
  if (passes(T(0))) return T(0);
  if (!(T(0) < most) || !passes(most)) return std::nullopt;
  T low = T(0), high = most;
  constexpr int steps = ScalarTraits<T>::exact ? 64 : 1'100;
  for (int i = 0; i < steps; ++i) {
    const T middle = T(T(low + high) / T(2));
    if (!(low < middle) || !(middle < high)) break;
    (passes(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace detail

/// What it takes to reach a goal, in each of three ways: cash added (up to `most_cash`), base units closed, profit realised.
///
/// Every amount has been tried: at it the goal is reached. It is the least one where the score falls as the amount rises, to 2^-64 of the range in a
/// rational and to the last digit in other scalars. Realising is all or nothing; a loss is realised as well, and may raise a score: then it is absent.
/// @par Units    money; base units
/// @par Shape    size not 0; most_cash >= 0
/// @par Rounding that of the score; amounts up, to the side on which the goal is reached
/// @par Errors   BAD_NUMBER (SIZE, ENTRY, MARK, CASH: wallet or most_cash, ACCOUNT: equity, notional, MAINTENANCE_FIXED: maintenance, SCORE: the present
/// score),
///               BAD_PRICE (ENTRY, MARK), BAD_PARAMETER (SIZE: none, CASH: most_cash below zero)
/// @par Cost     some 60 scores and goals a way
/// @par Source   docs/howto/will-my-hedge-be-taken.md
template <Scalar T, OwnScore<T> Score, LightGoal<T> Goal>
[[nodiscard]] Result<LowerLight<T>> lower_light(const OwnFigures<T>& own, const Score& score, const Goal& goal, const T& most_cash) {
  for (const auto& [x, field] :
       {std::pair(&own.size, Field::size), std::pair(&own.entry, Field::entry), std::pair(&own.mark, Field::mark), std::pair(&own.wallet, Field::cash),
        std::pair(&own.equity, Field::account), std::pair(&own.maintenance, Field::maintenance_fixed),
        std::pair(&own.own_maintenance, Field::maintenance_fixed), std::pair(&own.notional, Field::account), std::pair(&most_cash, Field::cash)})
    if (!is_finite(*x)) return Error{Errc::bad_number, field};
  if (!(T(0) < own.entry)) return Error{Errc::bad_price, Field::entry};
  if (!(T(0) < own.mark)) return Error{Errc::bad_price, Field::mark};
  if (own.size == T(0)) return Error{Errc::bad_parameter, Field::size};
  if (most_cash < T(0)) return Error{Errc::bad_parameter, Field::cash};
  if (!is_finite(T(score(own)))) return Error{Errc::bad_number, Field::score};
  const T held = magnitude(own.size);
  const auto passes = [&](const OwnFigures<T>& then) {
    const T s = T(score(then));
    return is_finite(s) && goal.reached(s, magnitude(then.size));
  };
  LowerLight<T> out;
  if (const auto cash = detail::least_passing<T>(most_cash, [&](const T& x) { return passes(with_cash(own, x)); }))
    out.cash = LightStep<T>{*cash, T(score(with_cash(own, *cash)))};
  // Closed whole it stands in no queue.
  const auto units = detail::least_passing<T>(held, [&](const T& x) { return !(x < held) || passes(with_less(own, x)); });
  if (units) out.smaller = LightStep<T>{*units, *units < held ? std::optional<T>(T(score(with_less(own, *units)))) : std::nullopt};
  if (const OwnFigures<T> then = with_profit_realised(own); passes(then)) out.realised = LightStep<T>{T(own.size * T(own.mark - own.entry)), T(score(then))};
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
