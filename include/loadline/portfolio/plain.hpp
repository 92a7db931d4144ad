// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/workspace.hpp"

/// @file
/// Figures and prices in the caller's scalar: add up the other keys, search the cells of one.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

template <Scalar T>
[[nodiscard]] LOADLINE_INLINE Profile<T> profile(const Profiles<T>& f, const KeyCells& k) {
  return {f.cells.data() + k.first, k.count};
}

template <Scalar T>
[[nodiscard]] LOADLINE_INLINE T cell_value(const Profiles<T>& f, const KeyCells& k, Marks<T> marks) {
  const T& mark = marks[k.key].raw();
  return at(cell_of(profile(f, k), mark)->line, mark);
}

/// A function without the key in slot `skip`: from the first upwards, plus from the last downwards. @pre every key is plain
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE T other_keys(const Profiles<T>& f, Marks<T> marks, std::size_t skip) {
  T below = f.fixed, above = T(0);
  const KeyCells* const first = f.keys.data();
  const KeyCells* const end = first + f.keys.size();
  const KeyCells* const left_out = first + skip;
  for (const KeyCells* k = first; k != left_out; ++k) below += cell_value(f, *k, marks);
  if (left_out == end) return below;
  for (const KeyCells* k = end - 1; k != left_out; --k) above += cell_value(f, *k, marks);
  return T(below + above);
}

/// A function without the cells of the key in slot `skip`, and without what it shares, for any account. @pre the key, if there is one, is plain
template <Scalar T>
[[nodiscard]] T other_parts(const Lowered<T>& account, Function f, Marks<T> marks, std::size_t skip) {
  const Profiles<T>& p = account.of(f);
  T sum = p.fixed;
  for (std::size_t j = 0; j < p.keys.size(); ++j)
    if (j != skip && p.keys[j].count > 0) sum += cell_value(p, p.keys[j], marks);
  return p.loose.parts.empty() ? sum : T(sum + loose_value(p.loose, marks));
}

/// A function at marks.
template <Scalar T>
[[nodiscard]] T plain_value(const Lowered<T>& account, Function f, Marks<T> marks) {
  if (account.simple && f == Function::requirement) return other_keys(account.of(f), marks, account.keys.size());
  return other_parts(account, f, marks, account.keys.size());
}

/// Where one key stands in one function, and what all else contributes.
template <Scalar T>
struct Standing {
  const Profiles<T>* function;
  const KeyCells* key;
  const Cell<T>* cell;
  T mark, rest;
};

/// The price of one key at which a function fails.
///
/// `concave` may be known to the compiler; `look_first` spares queries that ask for sides on which there is often nothing
/// the walk to the end, and costs the others one comparison.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE Bound<T> search(const Standing<T>& s, LiquidateWhen when, Toward side, bool concave, bool look_first) {
  const Profile<T> cells = profile(*s.function, *s.key);
  if (fails(at(Line<T>{T(s.rest + s.cell->line.a), s.cell->line.b}, s.mark), when)) return Outcome::already;
  if (concave && look_first && never_fails(cells, s.rest, side)) return Outcome::none;
  const std::optional<T> p = side == Toward::below ? first_failure_below(cells, s.cell, s.rest, s.mark, concave, when)
                                                   : first_failure_above(cells, s.cell, s.rest, s.mark, concave, when);
  return p ? Bound<T>(Price<T>(*p)) : Bound<T>(Outcome::none);
}

/// @pre account.simple
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE Standing<T> stand(const Lowered<T>& account, Marks<T> marks, std::uint32_t slot) {
  const Profiles<T>& f = account.of(Function::requirement);
  const KeyCells& k = f.keys[slot];
  const T& mark = marks[k.key].raw();
  return {&f, &k, cell_of(profile(f, k), mark), mark, other_keys(f, marks, slot)};
}

/// One side of one plain key in one function, or of a key that moves nothing.
template <Scalar T>
[[nodiscard]] Bound<T> function_failure(const Lowered<T>& account, Function f, Marks<T> marks, std::uint32_t slot, LiquidateWhen when, Toward side) {
  const Profiles<T>& p = account.of(f);
  if (slot == no_index) return fails(plain_value(account, f, marks), when) ? Outcome::already : Outcome::none;
  const KeyCells& k = p.keys[slot];
  const T& mark = marks[k.key].raw();
  return search(Standing<T>{&p, &k, cell_of(profile(p, k), mark), mark, other_parts(account, f, marks, slot)}, when, side, k.concave, false);
}

/// The nearer of two answers of one side; `already` is nearest.
template <Scalar T>
[[nodiscard]] Bound<T> nearer(const Bound<T>& a, const Bound<T>& b, Toward side) {
  if (a.outcome() == Outcome::already || b.outcome() == Outcome::none) return a;
  if (b.outcome() == Outcome::already || a.outcome() == Outcome::none) return b;
  return (side == Toward::below ? *a < *b : *b < *a) ? b : a;
}

/// One side of one plain key, over all tests that are on.
template <Scalar T>
[[nodiscard]] LOADLINE_NOINLINE Bound<T> general_liquidation(const Lowered<T>& account, Marks<T> marks, KeyId key, Toward side) {
  const std::uint32_t slot = account.slot_of(key);
  Bound<T> found = Outcome::none;
  for (const Test test : {Test::requirement, Test::level, Test::equity})
    if (account.tests.has(test)) found = nearer(found, function_failure(account, function_of(test), marks, slot, account.pool.rule.when, side), side);
  return found;
}

/// One side of one key.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE Bound<T> plain_liquidation(const Lowered<T>& account, Marks<T> marks, KeyId key, Toward side) {
  const std::uint32_t slot = account.slot_of(key);
  if (!account.simple || slot == no_index) return general_liquidation(account, marks, key, side);
  return search(stand(account, marks, slot), account.pool.rule.when, side, true, false);
}

/// Both sides of one key.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE Bounds<T> plain_liquidation(const Lowered<T>& account, Marks<T> marks, KeyId key) {
  const std::uint32_t slot = account.slot_of(key);
  if (!account.simple || slot == no_index)
    return {general_liquidation(account, marks, key, Toward::below), general_liquidation(account, marks, key, Toward::above)};
  const Standing<T> standing = stand(account, marks, slot);
  const LiquidateWhen when = account.pool.rule.when;
  return {search(standing, when, Toward::below, true, true), search(standing, when, Toward::above, true, true)};
}

/// One side of every key of a simple account; bit for bit the one-key query, since both add up in the same order.
template <Scalar T>
void plain_liquidations(const Lowered<T>& account, Marks<T> marks, Toward side, Scratch<T>& scratch, std::span<Bound<T>> out) {
  const Profiles<T>& f = account.of(Function::requirement);
  T below = f.fixed, above = T(0);
  for (std::size_t j = 0; j < f.keys.size(); ++j) {
    const T& mark = marks[f.keys[j].key].raw();
    const Cell<T>* cell = cell_of(profile(f, f.keys[j]), mark);
    scratch.cell[j] = cell;
    scratch.value[j] = at(cell->line, mark);
    scratch.partial[j] = below;
    below += scratch.value[j];
  }
  const auto run = [&](Toward toward) {
    for (std::size_t j = f.keys.size(); j-- > 0;) {
      const Standing<T> standing{&f, &f.keys[j], scratch.cell[j], marks[f.keys[j].key].raw(), T(scratch.partial[j] + above)};
      out[j] = search(standing, account.pool.rule.when, toward, true, true);
      above += scratch.value[j];
    }
  };
  side == Toward::below ? run(Toward::below) : run(Toward::above);
}

/// Where equity falls below zero, on both sides of a plain key.
template <Scalar T>
[[nodiscard]] Bounds<T> plain_bankruptcy(const Lowered<T>& account, Marks<T> marks, KeyId key) {
  const std::uint32_t slot = account.slot_of(key);
  return {function_failure(account, Function::solvency, marks, slot, LiquidateWhen::below_zero, Toward::below),
          function_failure(account, Function::solvency, marks, slot, LiquidateWhen::below_zero, Toward::above)};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
