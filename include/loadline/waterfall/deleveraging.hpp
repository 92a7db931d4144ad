// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/candidates.hpp"

#include <concepts>

/// @file
/// The place of auto-deleveraging in a waterfall: what a policy is, the memory it works in, and what all policies share.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

/// Memory of one thread for policies. Made once for the largest other side; allocations allocate nothing.
/// @par Units    none
/// @par Shape    serves up to so many candidates
/// @par Rounding none
/// @par Errors   none
/// @par Cost     allocates when made: 4 bytes and two numbers a candidate, of many doubles three
/// @par Source   none
template <Scalar T>
class DeleveragingWorkspace {
 public:
  /// Below so many candidates nothing is sampled (selection.hpp).
  static constexpr std::size_t many = 4'096;

  explicit DeleveragingWorkspace(std::size_t candidates)
      : given_(candidates, T(0)),
        numbers_(candidates, T(0)),
        order_(candidates),
        weights_(std::same_as<T, double> && many <= candidates ? candidates : 0, T(0)) {}

  /// How many candidates it serves.
  [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }
  /// What each candidate gives up: the waterfall lets a policy write here.
  [[nodiscard]] std::span<T> given() noexcept { return given_; }
  [[nodiscard]] std::span<T> numbers() noexcept { return numbers_; }
  [[nodiscard]] std::span<std::uint32_t> order() noexcept { return order_; }
  [[nodiscard]] std::span<T> weights() noexcept { return weights_; }

 private:
  std::vector<T> given_, numbers_;
  std::vector<std::uint32_t> order_;
  std::vector<T> weights_;
};

/// `allocate(deleverage, candidates, workspace, out)` writes how many base units each candidate gives up.
///
///  - 0 <= out[i] <= available(i); out[i] = 0 for candidates on the side of the liquidated account
///  - the sum is min(need, what is available): `placed`; what is missing is `unplaced`. Where all of it is placed, `placed` is the need itself, and the sum
///    differs from it by no more than the rounding of a sum
///  - an error leaves the candidates as they were; out has no meaning then
/// @pre as many places in out and in the workspace as candidates; need >= 0
template <class A, class T>
concept Deleveraging = Scalar<T> &&
    requires(const A& a, const Deleverage<T>& d, const Candidates<T>& candidates, DeleveragingWorkspace<T>& workspace, std::span<T> out) {
  { a.allocate(d, candidates, workspace, out) } -> std::same_as<Result<Allocation<T>>>;
};

/// Checks what is to be given up; nullopt: it is in order.
/// @par Units    those of Deleverage
/// @par Shape    none
/// @par Rounding none
/// @par Errors   BAD_NUMBER (SIZE: the need, MARK, REFERENCE_PRICE: the price), BAD_PARAMETER (SIZE: below zero; POSITION: liquidated is neither 1 nor -1),
///               BAD_PRICE (MARK; REFERENCE_PRICE: below zero), BAD_SIZE (COUNTERPARTY: the workspace or `out` is too short)
/// @par Cost     O(1)
/// @par Source   none
template <Scalar T>
[[nodiscard]] std::optional<Error> check(const Deleverage<T>& d, const Candidates<T>& candidates, DeleveragingWorkspace<T>& workspace, std::span<const T> out) {
  if (!is_finite(d.need)) return Error{Errc::bad_number, Field::size};
  if (d.need < T(0)) return Error{Errc::bad_parameter, Field::size};
  if (d.liquidated != 1 && d.liquidated != -1) return Error{Errc::bad_parameter, Field::position};
  if (!is_finite(d.mark)) return Error{Errc::bad_number, Field::mark};
  if (!(T(0) < d.mark)) return Error{Errc::bad_price, Field::mark};
  if (!is_finite(d.price)) return Error{Errc::bad_number, Field::reference_price};
  if (d.price < T(0)) return Error{Errc::bad_price, Field::reference_price};
  if (workspace.size() < candidates.size() || out.size() < candidates.size()) return Error{Errc::bad_size, Field::counterparty};
  return std::nullopt;
}

/// Writes what is available of the candidates from `first` up to `last` into `out`, counts them, and adds it to `placed`.
/// @par Cost     O(last - first)
template <Scalar T>
constexpr void add_available(const Deleverage<T>& deleverage, const Candidates<T>& everybody, std::size_t first, std::size_t last, std::span<T> out,
                             Allocation<T>& counted) {
  const Candidates<T> candidates = everybody;  // a copy: what is written to `out` cannot change it, and the compiler knows it
  const auto add = [&](auto liquidated) {      // a constant: the compiler does not take it out of the loop by itself
    const Deleverage<T> d{deleverage.need, liquidated, deleverage.mark, deleverage.price, deleverage.insolvent, deleverage.spare};
    const T transfer = transfer_per_unit(d);
    std::size_t eligible = 0, excluded = 0;
    T placed = counted.placed;
    for (std::size_t i = first; i < last; ++i) {
      const T units = candidates.available(d, transfer, i);
      if (T(0) < units)
        ++eligible;
      else
        excluded += candidates.excluded(d, transfer, i) ? 1 : 0;
      placed += units;
      out[i] = units;
    }
    counted.eligible += eligible;
    counted.excluded += excluded;
    counted.placed = placed;
  };
  deleverage.liquidated > 0 ? add(std::integral_constant<int, 1>()) : add(std::integral_constant<int, -1>());
}
/// The same of all candidates: `placed` is the sum of what is available.
template <Scalar T>
[[nodiscard]] constexpr Allocation<T> all_available(const Deleverage<T>& d, const Candidates<T>& candidates, std::span<T> out) {
  Allocation<T> a{T(0), T(0), 0, 0, 0};
  add_available(d, candidates, 0, candidates.size(), out, a);
  return a;
}

/// Makes rounded shares sum to `need`: what is too much is taken from the last, what is missing is given to those who give up something already, the last
/// first, then to anybody.
/// @par Units    base units
/// @par Shape    need <= the sum of most(i)
/// @par Rounding none where the shares sum to the need
/// @par Errors   total
/// @par Cost     O(shares)
/// @par Source   none
template <Scalar T, class Most>
[[nodiscard]] Allocation<T> settle(const T& need, std::span<T> shares, const Most& most, Allocation<T> counted) {
  T left = need;
  for (T& x : shares) {
    if (left < x) x = left;
    left -= x;
  }
  for (const bool anybody : {false, true})
    for (std::size_t i = shares.size(); i-- > 0 && T(0) < left;) {
      if (!anybody && !(T(0) < shares[i])) continue;
      const T room = T(most(i) - shares[i]), more = room < left ? room : left;
      if (!(T(0) < more)) continue;
      shares[i] = room < left ? most(i) : T(shares[i] + more);
      if (most(i) < shares[i]) shares[i] = most(i);  // by rounding
      left -= more;
    }
  for (const T& x : shares) counted.touched += T(0) < x ? 1 : 0;
  counted.placed = need;
  return counted;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
