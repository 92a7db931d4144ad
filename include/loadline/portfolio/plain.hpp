// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/workspace.hpp"

/// @file
/// Figures and prices in the caller's scalar: add up the other keys, search the cells of one.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

template <class T>
using Marks = std::span<const Price<T>>;

template <Scalar T>
[[nodiscard]] LOADLINE_INLINE T cell_value(const Lowered<T>& account, const KeyCells& k, Marks<T> marks) {
  const T& mark = marks[k.key].raw();
  return at(cell_of(account.profile(k), mark)->line, mark);
}

/// The excess without the key in slot `skip`: from the first upwards, plus from the last downwards.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE T other_keys(const Lowered<T>& account, Marks<T> marks, std::size_t skip) {
  T below = account.cash.raw(), above = T(0);
  const KeyCells* const first = account.profiles.data();
  const KeyCells* const end = first + account.profiles.size();
  const KeyCells* const left_out = first + skip;
  for (const KeyCells* k = first; k != left_out; ++k) below += cell_value(account, *k, marks);
  if (left_out == end) return below;
  for (const KeyCells* k = end - 1; k != left_out; --k) above += cell_value(account, *k, marks);
  return T(below + above);
}

/// The equity without the key in slot `skip`.
template <Scalar T>
[[nodiscard]] T other_equity(const Lowered<T>& account, Marks<T> marks, std::size_t skip) {
  T sum = account.cash.raw();
  for (std::size_t j = 0; j < account.profiles.size(); ++j)
    if (j != skip) sum += at(account.equity[j], marks[account.profiles[j].key].raw());
  return sum;
}

template <Scalar T>
[[nodiscard]] T plain_excess(const Lowered<T>& account, Marks<T> marks) {
  return other_keys(account, marks, account.profiles.size());
}
template <Scalar T>
[[nodiscard]] T plain_equity(const Lowered<T>& account, Marks<T> marks) {
  return other_equity(account, marks, account.profiles.size());
}

/// Where a line fails, from a mark: `already`, a price, or none.
template <Scalar T>
[[nodiscard]] Bound<T> line_failure(const Line<T>& l, const T& mark, LiquidateWhen when, Toward side) {
  if (fails(at(l, mark), when)) return Outcome::already;
  if (side == Toward::below ? !(T(0) < l.b && l.a < T(0)) : !(l.b < T(0))) return Outcome::none;
  return Price<T>(root(l));
}

/// Where one key stands, and what all else contributes.
template <Scalar T>
struct Standing {
  std::size_t slot;
  const Cell<T>* cell;
  T mark, excess, equity;
};

/// The price of one key at which the first test fails.
///
/// `simple` is account.simple, known to the compiler; `look_first` spares queries that ask for sides on which there is
/// often nothing the walk to the end, and costs the others one comparison.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE Bound<T> search(const Lowered<T>& account, const Standing<T>& at_mark, Toward side, bool simple, bool look_first) {
  const KeyCells& k = account.profiles[at_mark.slot];
  const bool continuous = simple || k.continuous;
  const LiquidateWhen when = account.rule.when;
  Bound<T> found = Outcome::none;
  if (simple || account.tests.has(Test::requirement)) {
    if (fails(at(Line<T>{T(at_mark.excess + at_mark.cell->line.a), at_mark.cell->line.b}, at_mark.mark), when)) return Outcome::already;
    if (simple && look_first && never_fails(account.profile(k), at_mark.excess, side)) return Outcome::none;
    const std::optional<T> p = side == Toward::below ? first_failure_below(account.profile(k), at_mark.cell, at_mark.excess, at_mark.mark, continuous, when)
                                                     : first_failure_above(account.profile(k), at_mark.cell, at_mark.excess, at_mark.mark, continuous, when);
    if (p) found = Price<T>(*p);
  }
  if (!simple && account.tests.has(Test::equity)) {
    const Line<T>& gain = account.equity[at_mark.slot];
    const Bound<T> e = line_failure({T(at_mark.equity + gain.a), gain.b}, at_mark.mark, when, side);
    if (e.outcome() == Outcome::already) return e;
    if (e && (!found || (side == Toward::below ? *found < *e : *e < *found))) found = e;
  }
  return found;
}

template <Scalar T>
[[nodiscard]] LOADLINE_INLINE Standing<T> stand(const Lowered<T>& account, Marks<T> marks, std::uint32_t slot, bool simple) {
  const KeyCells& k = account.profiles[slot];
  const T& mark = marks[k.key].raw();
  return {slot, cell_of(account.profile(k), mark), mark, other_keys(account, marks, slot),
          simple || !account.tests.has(Test::equity) ? T(0) : other_equity(account, marks, slot)};
}

/// One side of one key, where any test, jumps, or a key without positions may come in.
template <Scalar T>
[[nodiscard]] LOADLINE_NOINLINE Bound<T> general_liquidation(const Lowered<T>& account, Marks<T> marks, KeyId key, Toward side) {
  const std::uint32_t slot = account.slot_of(key);
  if (slot != Lowered<T>::no_slot) return search(account, stand(account, marks, slot, false), side, false, false);
  const bool failing = (account.tests.has(Test::requirement) && fails(plain_excess(account, marks), account.rule.when)) ||
                       (account.tests.has(Test::equity) && fails(plain_equity(account, marks), account.rule.when));
  return failing ? Outcome::already : Outcome::none;
}

/// One side of one key.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE Bound<T> plain_liquidation(const Lowered<T>& account, Marks<T> marks, KeyId key, Toward side) {
  const std::uint32_t slot = account.slot_of(key);
  if (!account.simple || slot == Lowered<T>::no_slot) return general_liquidation(account, marks, key, side);
  return search(account, stand(account, marks, slot, true), side, true, false);
}

/// Both sides of one key.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE Bounds<T> plain_liquidation(const Lowered<T>& account, Marks<T> marks, KeyId key) {
  const std::uint32_t slot = account.slot_of(key);
  if (!account.simple || slot == Lowered<T>::no_slot)
    return {general_liquidation(account, marks, key, Toward::below), general_liquidation(account, marks, key, Toward::above)};
  const Standing<T> standing = stand(account, marks, slot, true);
  return {search(account, standing, Toward::below, true, true), search(account, standing, Toward::above, true, true)};
}

/// One side of every key; bit for bit the one-key query, since both add up in the same order.
template <Scalar T>
void plain_liquidations(const Lowered<T>& account, Marks<T> marks, Toward side, Scratch<T>& scratch, std::span<Bound<T>> out) {
  const std::size_t keys = account.profiles.size();
  T below = account.cash.raw(), above = T(0);
  for (std::size_t j = 0; j < keys; ++j) {
    const KeyCells& k = account.profiles[j];
    const T& mark = marks[k.key].raw();
    const Cell<T>* cell = cell_of(account.profile(k), mark);
    scratch.cell[j] = cell;
    scratch.value[j] = at(cell->line, mark);
    scratch.partial[j] = below;
    below += scratch.value[j];
  }
  const auto run = [&](const auto& one) {
    for (std::size_t j = keys; j-- > 0;) {
      out[j] = one(Standing<T>{j, scratch.cell[j], marks[account.profiles[j].key].raw(), T(scratch.partial[j] + above), T(0)});
      above += scratch.value[j];
    }
  };
  if (account.simple && side == Toward::below) return run([&](const Standing<T>& s) { return search(account, s, Toward::below, true, true); });
  if (account.simple) return run([&](const Standing<T>& s) { return search(account, s, Toward::above, true, true); });
  run([&](Standing<T> s) {
    if (account.tests.has(Test::equity)) s.equity = other_equity(account, marks, s.slot);
    return search(account, s, side, false, false);
  });
}

/// Where equity falls below zero, on both sides.
template <Scalar T>
[[nodiscard]] Bounds<T> plain_bankruptcy(const Lowered<T>& account, Marks<T> marks, KeyId key) {
  const std::uint32_t slot = account.slot_of(key);
  const bool held = slot != Lowered<T>::no_slot;
  const T x = other_equity(account, marks, held ? slot : account.profiles.size());
  const Line<T> l = held ? Line<T>{T(x + account.equity[slot].a), account.equity[slot].b} : Line<T>{x, T(0)};
  const T& mark = marks[key.index].raw();
  return {line_failure(l, mark, LiquidateWhen::below_zero, Toward::below), line_failure(l, mark, LiquidateWhen::below_zero, Toward::above)};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
