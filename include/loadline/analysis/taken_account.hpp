// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/portfolio.hpp"

#include <optional>
#include <span>
#include <vector>

/// @file
/// What is left of an account when a venue has taken positions of it.

namespace loadline {
inline namespace v1 {

/// So many contracts of one position, closed at a price that the venue sets.
template <Scalar T>
struct TakenLeg {
  std::uint32_t position;  ///< index in the account
  Size<T> contracts;       ///< how many of them go, >= 0
  Price<T> fill;           ///< at which
};

inline namespace LOADLINE_FLAGS {

/// An account after positions of it were closed at given prices: an account of its own, with its own storage.
///
/// @f[ cash' = cash + pnl(part, fill) + accrued \cdot part / size, \qquad size' = size - part @f]
/// Nothing is charged, as venues charge nothing for it. A position taken whole stays in its place with no contracts, so that indices hold. What it
/// pays goes to its settle asset. Open orders are no part of an account here: that a venue cancels them, LegTaken says.
/// @par Units    those of Account
/// @par Shape    taken: any number; of one position more than once, one after the other
/// @par Rounding that of the scalar, once for each part
/// @par Errors   make: those of Portfolio::make; BAD_FIELD (POSITION: there is no such position), UNSUPPORTED (ISOLATED_MARGIN: it has a wallet of its
///               own, and venues differ in what becomes of that), BAD_NUMBER (SIZE, REFERENCE_PRICE: the fill), BAD_PARAMETER (SIZE: below zero, or more
///               than there is), BAD_PRICE (REFERENCE_PRICE: at or below zero for an inverse contract), OVERFLOW (CASH); `index` is the place in `taken`
/// @par Cost     make: a copy of the account, allocates; account: O(1)
/// @par Source   docs/howto/will-my-hedge-be-taken.md
template <Scalar T>
class TakenAccount {
 public:
  /// The account's tables (brackets, weight tiers) stay the caller's, and must outlive what is made.
  [[nodiscard]] static Result<TakenAccount> make(const Account<T>& account, std::uint32_t key_count, std::span<const TakenLeg<T>> taken);

  /// What is left. It points into this object.
  [[nodiscard]] Account<T> account() const {
    Account<T> out = account_;
    out.assets = assets_;
    out.positions = positions_;
    return out;
  }
  /// The same, checked and lowered.
  [[nodiscard]] Result<Portfolio<T>> portfolio() const { return Portfolio<T>::make(account(), key_count_); }

  TakenAccount(TakenAccount&&) = default;
  TakenAccount& operator=(TakenAccount&&) = default;

 private:
  TakenAccount(const Account<T>& account, std::uint32_t key_count)
      : account_(account),
        key_count_(key_count),
        assets_(account.assets.begin(), account.assets.end()),
        positions_(account.positions.begin(), account.positions.end()) {}
  [[nodiscard]] std::optional<Error> take(const TakenLeg<T>& taken);

  Account<T> account_;
  std::uint32_t key_count_;
  std::vector<Asset<T>> assets_;
  std::vector<Position<T>> positions_;
};

// ---- implementation ----

template <Scalar T>
std::optional<Error> TakenAccount<T>::take(const TakenLeg<T>& taken) {
  if (taken.position >= positions_.size()) return Error{Errc::bad_field, Field::position};
  Position<T>& p = positions_[taken.position];
  const T &contracts = taken.contracts.raw(), &fill = taken.fill.raw();
  const T held = magnitude(p.size.raw());
  if (p.isolated_margin) return Error{Errc::unsupported, Field::isolated_margin};
  if (!is_finite(contracts)) return Error{Errc::bad_number, Field::size};
  if (contracts < T(0) || held < contracts) return Error{Errc::bad_parameter, Field::size};
  if (!is_finite(fill)) return Error{Errc::bad_number, Field::reference_price};
  if (p.kind == ContractKind::inverse && !(T(0) < fill)) return Error{Errc::bad_price, Field::reference_price};
  if (contracts == T(0)) return std::nullopt;
  Position<T> part = p;
  part.size = Size<T>(p.size.raw() < T(0) ? T(-contracts) : contracts);
  const bool whole = !(contracts < held);
  const T booked = whole ? p.accrued.raw() : T(p.accrued.raw() * T(contracts / held));
  const T paid = T(pnl_of<T>(part, fill) + booked);
  p.size = Size<T>(whole ? T(0) : T(p.size.raw() - part.size.raw()));
  p.accrued = Quantity<T>(whole ? T(0) : T(p.accrued.raw() - booked));
  T after = p.settle ? assets_[p.settle->index].amount.raw() : account_.cash.raw();
  after += paid;
  if (!is_finite(after)) return Error{Errc::overflow, Field::cash};
  if (p.settle)
    assets_[p.settle->index].amount = Quantity<T>(after);
  else
    account_.cash = Money<T>(after);
  return std::nullopt;
}

template <Scalar T>
Result<TakenAccount<T>> TakenAccount<T>::make(const Account<T>& account, std::uint32_t key_count, std::span<const TakenLeg<T>> taken) {
  if (const std::optional<Error> e = check(account, key_count)) return *e;
  TakenAccount out(account, key_count);
  for (std::uint32_t i = 0; i < taken.size(); ++i)
    if (std::optional<Error> e = out.take(taken[i])) {
      e->index = i;
      return *e;
    }
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
