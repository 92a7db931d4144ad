// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/plain.hpp"

/// @file
/// Prices of a key that moves lines together with other keys (a peg, and the coin that it is a peg of), in the caller's scalar.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// A concave function along one key's price: what stands still, the key's own cells, and the terms that it shares.
///
/// Each line of a concave function lies above it. So the root of the line at the mark lies on the failing side of the price
/// looked for, or on it; where that line does not fall, the failing side is looked at from its end. From there Newton's steps
/// cannot pass the price, each changes a line, and the last is exact but for the scalar's rounding.
/// @par Units    rest: numeraire; prices: of the key
/// @par Shape    at least one cell
/// @par Rounding that of the scalar
/// @par Errors   total
/// @par Cost     O(steps * (cells + terms * pieces)), as a rule two or three steps; no allocation
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
class Straight {
 public:
  /// @pre no term on a piece but its first
  Straight(const T& rest, Profile<T> cells, std::span<SharedTerm<T>> terms) : rest_(rest), cells_(cells), terms_(terms), cell_(cells.data()) {}

  /// The line at s. From here `failure` sets out.
  [[nodiscard]] LOADLINE_INLINE Line<T> line_at(const T& s) {
    static_cast<void>(seek(s));
    return line();
  }
  /// The nearest price on one side of the mark at which the function fails. @pre `here` is line_at(mark), and does not fail
  [[nodiscard]] std::optional<T> failure(const Line<T>& here, const T& mark, Toward side) {
    return side == Toward::below ? failure<Toward::below>(here, mark) : failure<Toward::above>(here, mark);
  }

 private:
  template <Toward side>
  [[nodiscard]] LOADLINE_INLINE std::optional<T> failure(const Line<T>& here, const T& mark) {
    constexpr bool below = side == Toward::below;
    const auto nearer = [](const T& a, const T& b) { return below ? b < a : a < b; };     // a lies nearer to the mark than b
    const auto rises = [](const Line<T>& l) { return below ? T(0) < l.b : l.b < T(0); };  // towards the mark
    T p = T(0);
    const bool met = rises(here);
    if (met) p = root(here);
    if (met && nearer(p, mark)) p = carry(p, mark);
    if (below ? !(T(0) < p) : !met || !is_finite(p)) {
      to_end<side>();
      const Line<T> end = line();
      if (below ? !(end.a < T(0)) : !(end.b < T(0))) return std::nullopt;
      p = root(end);
      if (!rises(end) || nearer(p, mark)) return mark;  // by rounding alone
      if (!is_finite(p)) return std::nullopt;
    }
    while (seek(p)) {
      const Line<T> l = line();
      if (!(at(l, p) < T(0))) return !DualScalar<T> || l.b == T(0) ? p : carry(root(l), p);
      const T next = root(l);
      if (!rises(l) || nearer(next, mark)) return mark;
      if (!nearer(next, p)) return p;
      p = next;
    }
    return p;
  }
  /// Goes to the line that holds s; an edge belongs to the line below it. Whether that is another than before.
  LOADLINE_INLINE bool seek(const T& s) {
    const Cell<T>* const before = cell_;
    while (cell_ != cells_.data() && !(cell_[-1].to < s)) --cell_;
    cell_ = cell_of(Profile<T>(cell_, cells_.data() + cells_.size()), s);
    bool other = cell_ != before;
    for (SharedTerm<T>& t : terms_) other = t.seek(s) || other;
    return other;
  }
  /// Goes to the line just above zero, or to that which goes on without end.
  template <Toward side>
  void to_end() {
    constexpr bool below = side == Toward::below;
    cell_ = below ? cells_.data() : cells_.data() + cells_.size() - 1;
    for (SharedTerm<T>& t : terms_)
      for (t.piece = t.first; t.piece != t.last; ++t.piece) {
        const T at_zero = T(t.amount.a - T(t.piece[1].from * t.unit.a)), slope = T(t.amount.b - T(t.piece[1].from * t.unit.b));
        const T &leads = below ? at_zero : slope, &follows = below ? slope : at_zero;
        if (!(T(0) < leads) && !(leads == T(0) && T(0) < follows)) break;
      }
  }
  [[nodiscard]] LOADLINE_INLINE Line<T> line() const {
    Line<T> sum{T(rest_ + cell_->line.a), cell_->line.b};
    for (const SharedTerm<T>& t : terms_) t.add_line(sum);
    return sum;
  }

  T rest_;
  Profile<T> cells_;
  std::span<SharedTerm<T>> terms_;
  const Cell<T>* cell_;
};

/// A function along a straight key, into the scratch memory.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE Straight<T> straight_along(const Lowered<T>& account, Function function, Marks<T> marks, std::uint32_t slot,
                                                         Scratch<T>& scratch) {
  const Profiles<T>& f = account.of(function);
  T rest = f.fixed;
  for (std::size_t j = 0; j < f.keys.size(); ++j)
    if (j != slot && f.keys[j].count > 0) rest += cell_value(f, f.keys[j], marks);
  std::size_t count = 0;
  for (const auto& part : f.loose.parts) {
    SharedTerm<T>& t = scratch.shared[count];
    t = term_along(f.loose, part, marks, account.keys[slot].index);
    if (vanishes(t.amount.b) && vanishes(t.unit.b)) {
      Line<T> level{T(0), T(0)};
      t.to_piece(t.amount.a, t.unit.a);
      t.add_line(level);
      rest += level.a;
    } else {
      ++count;
    }
  }
  return Straight<T>(rest, profile(f, f.keys[slot]), std::span<SharedTerm<T>>(scratch.shared.data(), count));
}

/// One side of a straight key, over all tests that are on. @pre the key is straight
template <Scalar T>
[[nodiscard]] Bound<T> straight_liquidation(const Lowered<T>& account, Marks<T> marks, std::uint32_t slot, Toward side, Scratch<T>& scratch) {
  const T& mark = marks[account.keys[slot].index].raw();
  Bound<T> found = Outcome::none;
  for (const Test test : {Test::requirement, Test::level, Test::equity}) {
    if (!account.tests.has(test)) continue;
    Straight<T> along = straight_along(account, function_of(test), marks, slot, scratch);
    const Line<T> here = along.line_at(mark);
    if (fails(at(here, mark), account.pool.rule.when)) return Outcome::already;
    const std::optional<T> p = along.failure(here, mark, side);
    if (p) found = nearer(found, Bound<T>(Price<T>(*p)), side);
  }
  return found;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
