// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/portfolio.hpp"

#include <optional>
#include <span>
#include <vector>

/// @file
/// Where an account dies, and of what first: as distances.

namespace loadline {
inline namespace v1 {

/// Where an account dies if one key's price moves and the others stand still.
template <Scalar T>
struct KeyDeath {
  KeyId key;
  Bounds<T> price;                                  ///< liquidation prices on both sides of the mark
  std::optional<Ratio<T>> distance = std::nullopt;  ///< |price / mark - 1| of the nearer one; 0: it is dead now; absent: no price of this key kills
};

/// What dies first.
template <Scalar T>
struct NearestDeath {
  std::optional<KeyId> key;  ///< absent: dead at the marks, or on a joint path
  Ratio<T> distance;
};

inline namespace LOADLINE_FLAGS {

/// Where an account dies, key by key, in the order of keys().
/// @par Units    prices: numeraire per base unit; distances: fractions of the mark
/// @par Shape    positions with a wallet of their own are left out: each is a portfolio of its own (Portfolio::isolated)
/// @par Rounding that of the plain queries
/// @par Errors   MISSING_PRICE, BAD_NUMBER, BAD_PRICE (MARK, with its index)
/// @par Cost     that of the liquidation prices of every key; allocates a workspace
/// @par Source   none
template <Scalar T>
[[nodiscard]] Result<std::vector<KeyDeath<T>>> key_deaths(const Portfolio<T>& portfolio, Marks<T> marks);

/// What dies first: the account now, or the key with the least distance (of two alike the lower one); absent: no single key's price kills it.
///
/// An account whose equity is below zero is dead, also where no test of its rule says so.
/// @par Units    distance: fraction of the mark
/// @par Shape    as of key_deaths
/// @par Rounding that of the plain queries; a sign in doubt counts against the account
/// @par Errors   those of key_deaths
/// @par Cost     that of key_deaths
/// @par Source   none
template <Scalar T>
[[nodiscard]] Result<std::optional<NearestDeath<T>>> nearest_death(const Portfolio<T>& portfolio, Marks<T> marks);

/// The same along a joint move, P_k (1 + beta_k s): the nearest s, down or up, without its sign. A hedge whose legs follow two keys dies of one of them
/// alone long before it dies of both together.
/// @par Units    distance: |s|; with betas of 1 the fraction by which every price moves
/// @par Shape    betas: key_count() of them
/// @par Rounding that of Portfolio::solve
/// @par Errors   those of key_deaths; BAD_SIZE, BAD_NUMBER (SHOCK: a beta, `index`), OVERFLOW (ACCOUNT)
/// @par Cost     that of Portfolio::solve; allocates a workspace
/// @par Source   none
template <Scalar T>
[[nodiscard]] Result<std::optional<NearestDeath<T>>> nearest_death(const Portfolio<T>& portfolio, Marks<T> marks, std::span<const Ratio<T>> betas);

// ---- implementation ----

namespace detail {

/// The fault of the marks, if any.
template <Scalar T>
[[nodiscard]] std::optional<Error> marks_fault(const Portfolio<T>& portfolio, Marks<T> marks) {
  if (marks.size() < portfolio.key_count()) return Error{Errc::missing_price, Field::mark, static_cast<std::uint32_t>(marks.size())};
  if (const auto checked = check_marks<T>(marks.first(portfolio.key_count())); !checked) return checked.error();
  return std::nullopt;
}

/// |price / mark - 1| of the nearer side; 0: dead now.
template <Scalar T>
[[nodiscard]] std::optional<Ratio<T>> distance_to(const Bounds<T>& price, const Price<T>& from) {
  if (price.below.outcome() == Outcome::already || price.above.outcome() == Outcome::already) return Ratio<T>(0);
  std::optional<Ratio<T>> nearest;
  if (price.below) nearest = Ratio<T>(T(T(1) - T((*price.below).raw() / from.raw())));
  if (price.above)
    if (const Ratio<T> d = T(T((*price.above).raw() / from.raw()) - T(1)); !nearest || d < *nearest) nearest = d;
  if (nearest && !(T(0) < nearest->raw())) nearest = Ratio<T>(0);  // rounding, or a place beyond it: nothing is left
  return nearest;
}

}  // namespace detail

template <Scalar T>
Result<std::vector<KeyDeath<T>>> key_deaths(const Portfolio<T>& portfolio, Marks<T> marks) {
  if (const std::optional<Error> e = detail::marks_fault(portfolio, marks)) return *e;
  Workspace<T> workspace(portfolio);
  std::vector<KeyDeath<T>> out;
  out.reserve(portfolio.keys().size());
  for (const KeyId key : portfolio.keys()) {
    const Bounds<T> price = portfolio.liquidation_price(marks, key, workspace);
    out.push_back(KeyDeath<T>{key, price, detail::distance_to(price, marks[key.index])});
  }
  return out;
}

template <Scalar T>
Result<std::optional<NearestDeath<T>>> nearest_death(const Portfolio<T>& portfolio, Marks<T> marks) {
  const Result<std::vector<KeyDeath<T>>> all = key_deaths(portfolio, marks);
  if (!all) return all.error();
  const Status now = portfolio.status(marks);
  if (now == Status::liquidatable || now == Status::bankrupt) return std::optional(NearestDeath<T>{std::nullopt, Ratio<T>(0)});
  std::optional<NearestDeath<T>> nearest;
  for (const KeyDeath<T>& k : *all) {
    if (!k.distance) continue;
    const bool dead = k.price.below.outcome() == Outcome::already;
    if (!nearest || *k.distance < nearest->distance) nearest = NearestDeath<T>{dead ? std::nullopt : std::optional<KeyId>(k.key), *k.distance};
  }
  return nearest;
}

template <Scalar T>
Result<std::optional<NearestDeath<T>>> nearest_death(const Portfolio<T>& portfolio, Marks<T> marks, std::span<const Ratio<T>> betas) {
  if (const std::optional<Error> e = detail::marks_fault(portfolio, marks)) return *e;
  if (betas.size() != portfolio.key_count()) return Error{Errc::bad_size, Field::shock, static_cast<std::uint32_t>(betas.size())};
  for (std::uint32_t i = 0; i < betas.size(); ++i)
    if (!is_finite(betas[i].raw())) return Error{Errc::bad_number, Field::shock, i};
  Workspace<T> workspace(portfolio);
  const PathAnswer<T> answer = portfolio.solve(marks, betas, workspace);
  if (answer.overflow) return Error{Errc::overflow, Field::account};
  if (answer.liquidatable_now || answer.bankrupt_now) return std::optional(NearestDeath<T>{std::nullopt, Ratio<T>(0)});
  std::optional<NearestDeath<T>> nearest;
  for (const PathSide<T>* side : {&answer.below, &answer.above})
    if (side->liquidation)
      if (const T s = magnitude(*side->liquidation); !nearest || s < nearest->distance.raw()) nearest = NearestDeath<T>{std::nullopt, Ratio<T>(s)};
  return nearest;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
