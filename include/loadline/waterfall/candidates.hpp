// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/core/scalar.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// @file
/// Who may be deleveraged: the positions in one contract, a column for each figure, and how much of each may be taken.

namespace loadline {
inline namespace v1 {

/// The positions in one contract, column by column, over the caller's storage: the i-th figures of all columns are one position.
///
/// Columns that no policy in use asks for may be left out. Linear contracts: a transfer per base unit is the same at any price.
template <Scalar T>
struct CandidateColumns {
  std::span<const std::uint64_t> ids;      ///< each once; where scores are equal the lower one goes first
  std::span<T> sizes;                      ///< base units, long > 0
  std::span<T> equities;                   ///< of their accounts, at the marks
  std::span<const T> entries = {};         ///< average entry prices
  std::span<const T> scores = {};          ///< places in the queue: the highest goes first
  std::span<const T> added_variance = {};  ///< what the position adds to its account's variance, per base unit; below zero it hedges
  std::span<const T> most = {};            ///< base units that may be taken, where that is less than the position
};

/// What is to be given up, and at which price.
template <Scalar T>
struct Deleverage {
  T need;                  ///< base units
  int liquidated;          ///< 1: a long position is being closed, and shorts are taken; -1: a short one
  T mark;                  ///< against which transfers are counted
  T price;                 ///< at which both sides are closed
  bool insolvent = false;  ///< accounts without equity are taken as well
  bool spare = true;       ///< of nobody more is taken than his equity can pay for: no new bankruptcy
};

/// What became of it.
template <Scalar T>
struct Allocation {
  T placed;              ///< base units; the sum of what each gives up
  T unplaced;            ///< what nobody is left for
  std::size_t eligible;  ///< on the other side, with something that may be taken
  std::size_t excluded;  ///< on the other side, passed over for their equity
  std::size_t touched;   ///< give up something
};

inline namespace LOADLINE_FLAGS {

/// What each base unit costs who is taken, against the mark; below zero he gains.
///
/// @f[ t = s\,(X - P) @f] with s = 1 where a long position is liquidated, X the price and P the mark.
/// @par Units    numeraire per base unit
/// @par Shape    none
/// @par Rounding that of the scalar
/// @par Errors   total
/// @par Cost     O(1)
/// @par Source   docs/explanation/deleveraging.md
template <Scalar T>
[[nodiscard]] constexpr T transfer_per_unit(const Deleverage<T>& d) {
  return d.liquidated > 0 ? T(d.price - d.mark) : T(d.mark - d.price);
}

/// Checked columns. A view: copies share the storage.
/// @par Units    those of CandidateColumns
/// @par Shape    every column that is there has as many places as ids
/// @par Rounding that of the scalar
/// @par Errors   only `make`
/// @par Cost     queries O(1), no allocation
/// @par Source   docs/explanation/deleveraging.md
template <Scalar T>
class Candidates {
 public:
  /// @par Errors   BAD_SIZE (COUNTERPARTY: columns of different lengths, or 2^32 and more), BAD_NUMBER (SIZE, AMOUNT: the equity, ENTRY, ADDED_VARIANCE,
  /// CLOSE_FRACTION: most), BAD_PRICE (ENTRY: of a position that is open), BAD_PARAMETER (CLOSE_FRACTION: below zero), DUPLICATE_ID (COUNTERPARTY);
  ///               `index` is the row, of an id that appears twice the second one. Scores are checked where they are used: they change more often
  /// @par Cost     O(n log n) for the ids, allocates
  [[nodiscard]] static Result<Candidates> make(const CandidateColumns<T>& columns);

  [[nodiscard]] constexpr std::size_t size() const noexcept { return columns_.ids.size(); }
  [[nodiscard]] constexpr const CandidateColumns<T>& columns() const noexcept { return columns_; }

  /// Base units on the other side of what is liquidated; 0: none.
  [[nodiscard]] constexpr T held(const Deleverage<T>& d, std::size_t i) const {
    const T other = d.liquidated > 0 ? T(-columns_.sizes[i]) : columns_.sizes[i];
    return T(0) < other ? other : T(0);
  }
  /// Whether a position is passed over for its account's equity alone: there is none, and the rule spares those, or being taken would cost something.
  [[nodiscard]] constexpr bool excluded(const Deleverage<T>& d, const T& transfer, std::size_t i) const {
    return (!d.insolvent || (d.spare && T(0) < transfer)) && !(T(0) < columns_.equities[i]) && T(0) < held(d, i);
  }
  /// Base units of a position that may be taken.
  ///
  /// @f[ c_i = \min\left(q_i,\ most_i,\ \frac{e_i}{t}\ \text{where}\ t > 0\right) @f]
  [[nodiscard]] constexpr T available(const Deleverage<T>& d, const T& transfer, std::size_t i) const {
    T units = held(d, i);
    const T& equity = columns_.equities[i];
    const bool solvent = T(0) < equity;
    if (!solvent && !d.insolvent) return T(0);
    if (!columns_.most.empty() && columns_.most[i] < units) units = columns_.most[i];
    if (d.spare && T(0) < transfer && equity < T(transfer * units)) {
      units = solvent ? T(equity / transfer) : T(0);
      if (equity < T(transfer * units)) units = T(units * T(T(1) - T(T(4) * unit_roundoff<T>())));
      if (equity < T(transfer * units)) return T(0);  // numbers so small that they have no relative roundoff
    }
    return units;
  }
  /// Takes so much of a position: it shrinks, and its account pays the transfer.
  constexpr void take(const Deleverage<T>& d, const T& transfer, std::size_t i, const T& units) const {
    T& size = columns_.sizes[i];
    size = d.liquidated > 0 ? T(size + units) : T(size - units);
    columns_.equities[i] -= T(transfer * units);
  }

 private:
  constexpr explicit Candidates(const CandidateColumns<T>& columns) : columns_(columns) {}
  CandidateColumns<T> columns_;
};

// ---- implementation ----

template <Scalar T>
Result<Candidates<T>> Candidates<T>::make(const CandidateColumns<T>& columns) {
  const std::size_t n = columns.ids.size();
  if (n > UINT32_MAX || columns.sizes.size() != n || columns.equities.size() != n) return Error{Errc::bad_size, Field::counterparty};
  for (const std::span<const T>& optional : {columns.entries, columns.scores, columns.added_variance, columns.most})
    if (!optional.empty() && optional.size() != n) return Error{Errc::bad_size, Field::counterparty};
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = static_cast<std::uint32_t>(i);
    if (!is_finite(columns.sizes[i])) return Error{Errc::bad_number, Field::size, row};
    if (!is_finite(columns.equities[i])) return Error{Errc::bad_number, Field::amount, row};
    if (!columns.entries.empty()) {
      if (!is_finite(columns.entries[i])) return Error{Errc::bad_number, Field::entry, row};
      if (!(T(0) < columns.entries[i]) && !(columns.sizes[i] == T(0))) return Error{Errc::bad_price, Field::entry, row};
    }
    if (!columns.added_variance.empty() && !is_finite(columns.added_variance[i])) return Error{Errc::bad_number, Field::added_variance, row};
    if (!columns.most.empty()) {
      if (!is_finite(columns.most[i])) return Error{Errc::bad_number, Field::close_fraction, row};
      if (columns.most[i] < T(0)) return Error{Errc::bad_parameter, Field::close_fraction, row};
    }
  }
  std::vector<std::uint64_t> sorted(columns.ids.begin(), columns.ids.end());
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end()) {
    bool seen = false;
    for (std::size_t i = 0; i < n; ++i) {
      if (columns.ids[i] != *twice) continue;
      if (seen) return Error{Errc::duplicate_id, Field::counterparty, static_cast<std::uint32_t>(i)};
      seen = true;
    }
  }
  return Candidates(columns);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
