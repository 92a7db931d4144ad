// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/analysis/nearest_death.hpp"
#include "loadline/analysis/taken_account.hpp"

/// @file
/// How far an account is from its death when a venue may take its winning positions first.

namespace loadline {
inline namespace v1 {

/// What may be taken, and which move is feared.
template <Scalar T>
struct RobustTerms {
  std::span<const Price<T>> fills;             ///< one a position, by its index: at which it would be taken whole; those of losers are not looked at
  std::span<const Ratio<T>> joint_betas = {};  ///< given: the move is the joint one along them; else each key by itself, the others standing still
  std::size_t every = 10;                      ///< up to so many winning positions every subset is tried; <= 20
};

/// The least distance to death over the winning positions that may be taken.
template <Scalar T>
struct RobustDistance {
  std::optional<Ratio<T>> untouched;  ///< with nothing taken; absent: no single key's price kills
  std::optional<Ratio<T>> least;      ///< over all subsets that were tried, the empty one among them; 0: dead as soon as they are taken
  std::optional<KeyId> key;           ///< whose price kills there; absent: dead at the marks, or never
  std::vector<std::uint32_t> taken;   ///< the positions whose loss leaves it; of subsets alike the first tried
  std::size_t winners;                ///< positions with a profit at the marks
  std::size_t subsets;                ///< how many were tried
  bool every_subset;                  ///< false: none, each alone and all together only. What lies between is not known
};

inline namespace LOADLINE_FLAGS {

/// The ADL-robust distance: queues take winners first, so any of them may be gone before the next move.
///
/// @f[ d^* = \min_{S \subseteq W} \ d(\text{account without } S), \qquad W = \{ i : pnl_i(mark) > 0 \} @f]
/// with every position of S closed whole at its fill and d the relative distance of the nearest liquidation price. With up to `every` winning positions
/// all 2^n subsets are tried; beyond it none, each alone, and all together.
/// @par Units    distances: fractions of the mark, or of the joint move
/// @par Shape    positions with a wallet of their own die alone: they are neither taken nor counted
/// @par Rounding that of the plain queries
/// @par Errors   those of Portfolio::make, nearest_death and TakenAccount (`index`: the position); BAD_SIZE (REFERENCE_PRICE: fewer fills than positions;
///               POSITION: `every` too large)
/// @par Cost     a Portfolio::make and the liquidation prices of every key for each subset; allocates
/// @par Source   docs/howto/will-my-hedge-be-taken.md
template <Scalar T>
[[nodiscard]] Result<RobustDistance<T>> robust_distance(const Account<T>& account, std::uint32_t key_count, Marks<T> marks, const RobustTerms<T>& terms) {
  const std::span<const Price<T>> fills = terms.fills;
  const auto death_of = [&](const Portfolio<T>& p) { return terms.joint_betas.empty() ? nearest_death(p, marks) : nearest_death(p, marks, terms.joint_betas); };
  if (terms.every > 20) return Error{Errc::bad_size, Field::position};
  if (fills.size() < account.positions.size()) return Error{Errc::bad_size, Field::reference_price, static_cast<std::uint32_t>(fills.size())};
  const Result<Portfolio<T>> whole = Portfolio<T>::make(account, key_count);
  if (!whole) return whole.error();
  const auto untouched = death_of(*whole);
  if (!untouched) return untouched.error();
  std::vector<TakenLeg<T>> winners, taken;
  for (const Leg<T>& leg : whole->legs()) {
    const Position<T>& p = account.positions[leg.position];
    const T mark = key_price<T>(whole->lowered().pool, p.key, at_marks<T>(marks));
    if (!(T(0) < pnl_of<T>(p, mark))) continue;
    winners.push_back(TakenLeg<T>{leg.position, Size<T>(magnitude(p.size.raw())), fills[leg.position]});
  }
  const std::size_t n = winners.size();
  const bool all = n <= terms.every;
  RobustDistance<T> out{.untouched = std::nullopt, .least = std::nullopt, .key = std::nullopt, .taken = {}, .winners = n, .subsets = 1, .every_subset = all};
  if (*untouched) {
    out.untouched = out.least = (*untouched)->distance;
    out.key = (*untouched)->key;
  }
  const auto attempt = [&]() -> std::optional<Error> {
    const Result<TakenAccount<T>> left = TakenAccount<T>::make(account, key_count, taken);
    if (!left) {
      Error e = left.error();
      e.index = taken[e.index].position;
      return e;
    }
    const Result<Portfolio<T>> portfolio = left->portfolio();
    if (!portfolio) return portfolio.error();
    const auto death = death_of(*portfolio);
    if (!death) return death.error();
    ++out.subsets;
    if (!*death || (out.least && !((*death)->distance < *out.least))) return std::nullopt;
    out.least = (*death)->distance;
    out.key = (*death)->key;
    out.taken.clear();
    for (const TakenLeg<T>& leg : taken) out.taken.push_back(leg.position);
    return std::nullopt;
  };
  const std::size_t count = all ? (std::size_t{1} << n) - 1 : n + 1;
  for (std::size_t subset = 1; subset <= count; ++subset) {
    taken.clear();
    for (std::size_t i = 0; i < n; ++i)
      if (all ? (subset >> i & 1) != 0 : subset == i + 1 || subset == n + 1) taken.push_back(winners[i]);
    if (const std::optional<Error> e = attempt()) return *e;
  }
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
