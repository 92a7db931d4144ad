// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/id.hpp"
#include "loadline/portfolio/form.hpp"
#include "loadline/portfolio/pool.hpp"

/// @file
/// Parts that several keys move, in the caller's scalar: their value at marks, and their lines along one key.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

template <class T>
using Marks = std::span<const Price<T>>;

/// The parts of a function that lie in no key's cells: a line, or unit * S(amount / unit), with the weight in the pieces.
template <Scalar T>
struct LooseParts {
  struct Part {
    std::uint32_t first, count;         ///< the amount's monomials
    Monomial<T> unit;                   ///< of the tiers
    std::uint32_t first_piece, pieces;  ///< at least one
  };
  std::vector<Part> parts;
  std::vector<Monomial<T>> monomials;
  std::vector<Power> powers;  ///< by key, not by slot
  std::vector<Piece<T>> pieces;
};

/// A loose part along one key, the other prices held: a + b P, or its tiers; and the piece that it is on.
template <Scalar T>
struct SharedTerm {
  Line<T> amount, unit;
  const Piece<T>*first, *last, *piece;

  /// Goes to the piece that holds s; an edge belongs to the piece below it. Whether that is another than before.
  LOADLINE_INLINE bool seek(const T& s) { return to_piece(at(amount, s), at(unit, s)); }
  LOADLINE_INLINE bool to_piece(const T& x, const T& u) {
    const Piece<T>* const before = piece;
    while (piece != first && !(T(piece->from * u) < x)) --piece;
    while (piece != last && T(piece[1].from * u) < x) ++piece;
    return piece != before;
  }
  LOADLINE_INLINE void add_line(Line<T>& to) const {
    to.a += T(T(piece->slope * amount.a) + T(piece->offset * unit.a));
    to.b += T(T(piece->slope * amount.b) + T(piece->offset * unit.b));
  }
};

/// A loose part along `key`; no_index: at the marks, and the term is level.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE SharedTerm<T> term_along(const LooseParts<T>& loose, const typename LooseParts<T>::Part& part, Marks<T> marks,
                                                       std::uint32_t key) {
  const auto add = [&](Line<T>& to, const Monomial<T>& m) {
    T x = m.coefficient;
    bool moves = false;
    for (const Power *q = loose.powers.data() + m.first, *const end = q + m.count; q != end; ++q) {
      if (q->slot == key) {
        moves = true;
        continue;
      }
      const T& price = marks[q->slot].raw();
      if (q->exponent > 0) x = T(x * price);
      for (std::int32_t e = 1; e < q->exponent; ++e) x = T(x * price);
      for (std::int32_t e = 0; e > q->exponent; --e) x = T(x / price);
    }
    (moves ? to.b : to.a) += x;
  };
  const Piece<T>* const first = loose.pieces.data() + part.first_piece;
  SharedTerm<T> out{{T(0), T(0)}, {T(0), T(0)}, first, first + (part.pieces - 1), first};
  for (std::uint32_t i = 0; i < part.count; ++i) add(out.amount, loose.monomials[part.first + i]);
  add(out.unit, part.unit);
  return out;
}

/// The parts of a function that lie in no cell, at marks.
template <Scalar T>
[[nodiscard]] T loose_value(const LooseParts<T>& loose, Marks<T> marks) {
  Line<T> sum{T(0), T(0)};
  for (const auto& part : loose.parts) {
    SharedTerm<T> t = term_along(loose, part, marks, no_index);
    t.to_piece(t.amount.a, t.unit.a);
    t.add_line(sum);
  }
  return sum.a;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
