// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/id.hpp"
#include "loadline/piecewise/sweep.hpp"
#include "loadline/portfolio/lower.hpp"

#include <algorithm>
#include <vector>

/// @file
/// The lowered form of one wallet: cells of every key in flat arrays. What engines work on.

namespace loadline {
inline namespace v1 {

/// Which cells belong to one key.
struct KeyCells {
  std::uint32_t key, first, count;  ///< cells first ... first + count - 1
  bool continuous;                  ///< false: the requirement may jump at an edge
};

inline namespace LOADLINE_FLAGS {

/// One wallet, lowered. Holds no price. Made by Portfolio::make; rules on one side of it, solvers on the other.
template <Scalar T>
struct Lowered {
  static constexpr std::uint32_t no_slot = 0xffff'ffff;

  std::vector<Leg<T>> legs;
  std::vector<Bracket<T>> rows;          ///< the legs' brackets
  std::vector<KeyId> keys;               ///< by slot, ascending
  std::vector<std::uint32_t> by_key;     ///< indices of legs, grouped by slot
  std::vector<std::uint32_t> first_leg;  ///< by slot, and one more: where its legs begin in by_key
  std::uint32_t key_count = 0;           ///< marks that a query takes
  std::uint32_t first_key = 0;           ///< where `slots` begins
  std::uint32_t slot_count = 0;          ///< the length of `slots`
  std::vector<std::uint32_t> slots;      ///< by key index, from the first key held to the last
  std::vector<KeyCells> profiles;        ///< by slot
  std::vector<Cell<T>> cells;            ///< of the requirement: PnL less ratio * maintenance
  std::vector<Line<T>> equity;           ///< by slot: PnL
  Money<T> cash = 0;
  LiquidationRule<T> rule = {};
  CumPolicy cum_policy = CumPolicy::strict;
  Tests tests = {};
  bool simple = false;  ///< only the requirement is tested, and it is continuous in every key

  /// The slot of a key; no_slot: nothing is held on it.
  [[nodiscard]] LOADLINE_INLINE std::uint32_t slot_of(KeyId key) const noexcept {
    const std::uint32_t i = key.index - first_key;  // wraps below the first key
    return i < slot_count ? slots[i] : no_slot;
  }
  [[nodiscard]] std::span<const std::uint32_t> legs_of(std::size_t slot) const noexcept {
    return {by_key.data() + first_leg[slot], first_leg[slot + 1] - first_leg[slot]};
  }
  [[nodiscard]] BracketTable<T> table(const Leg<T>& leg) const { return table_of<T>(leg, rows, cum_policy); }
  [[nodiscard]] LOADLINE_INLINE Profile<T> profile(const KeyCells& k) const { return {cells.data() + k.first, k.count}; }
};

/// Sums the terms of one key, whose legs are `members`, into cells, in ascending order, each a line.
/// @return false where a figure is too large for T
template <Scalar T>
[[nodiscard]] bool lower_key(Lowered<T>& out, std::uint32_t slot, std::span<const std::uint32_t> members, std::span<const Piece<T>> pieces,
                             std::vector<Term<T>>& terms) {
  terms.clear();
  Lines<T> lines{{T(0), T(0)}, {T(0), T(0)}};
  bool continuous = true;
  for (const std::uint32_t i : members) {
    const Leg<T>& leg = out.legs[i];
    Term<T> term{T(0), {T(0), T(0)}, {T(1), T(0)}, {}, 0};
    const Schedule<T> schedule = pieces.subspan(leg.first_row, leg.rows);
    if (!lower<T>(leg, out.table(leg), schedule, out.rule.requirement_ratio.raw(), Line<T>{T(0), T(1)}, lines, term)) continue;
    terms.push_back(term);
    continuous = continuous && is_continuous(out.table(leg));
  }
  Slice<T> f{lines.requirement, terms, {Point<T>{T(0), T(1)}, std::nullopt}, continuous};
  const auto first = static_cast<std::uint32_t>(out.cells.size());
  const auto line_is_finite = [](const Line<T>& l) { return is_finite(l.a) && is_finite(l.b); };
  bool finite = line_is_finite(lines.equity);
  start(f);
  for (bool more = true; more;) {
    const Line<T> l = line(f);
    const std::optional<Point<T>> edge = next(f, Toward::above);
    out.cells.push_back({edge ? T(edge->n / edge->d) : no_end<T>(), l});
    finite = finite && line_is_finite(l) && (!edge || is_finite(out.cells.back().to));
    more = edge.has_value();
  }
  const auto count = static_cast<std::uint32_t>(out.cells.size()) - first;
  out.profiles.push_back({out.keys[slot].index, first, count, continuous});
  out.equity.push_back(lines.equity);
  return finite && f.doubt.finite;
}

/// Lowers the positions named by `members`, which have been checked, over one wallet; nullopt: a figure is too large for T.
/// @par Units    those of Account
/// @par Shape    `members`: indices of positions
/// @par Rounding that of T
/// @par Errors   nullopt as above
/// @par Cost O(edges * legs) a key; allocates
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
[[nodiscard]] std::optional<Lowered<T>> lower_wallet(const Account<T>& account, std::span<const std::uint32_t> members, const Money<T>& cash,
                                                     std::uint32_t key_count) {
  Lowered<T> out;
  out.cash = cash;
  out.rule = account.rule;
  out.cum_policy = account.cum_policy;
  out.key_count = key_count;
  bool needs = false, holds = false;
  out.legs.reserve(members.size());
  for (const std::uint32_t i : members) {
    const Position<T>& p = account.positions[i];
    Leg<T> leg{i, 0, static_cast<std::uint32_t>(out.rows.size()), static_cast<std::uint32_t>(p.brackets.size()), p};
    leg.terms.brackets = {};
    out.rows.insert(out.rows.end(), p.brackets.begin(), p.brackets.end());
    needs = needs || needs_margin(leg, out.table(leg));
    holds = holds || !(p.size.raw() == T(0)) || !(p.accrued.raw() == T(0));
    out.by_key.push_back(static_cast<std::uint32_t>(out.legs.size()));
    out.legs.push_back(std::move(leg));
  }
  if (out.rule.requirement && needs) out.tests.add(Test::requirement);
  if (cash.raw() < T(0) || (out.rule.equity && (needs || holds))) out.tests.add(Test::equity);

  const auto key_of = [&out](std::uint32_t leg) { return out.legs[leg].terms.key.index; };
  std::sort(out.by_key.begin(), out.by_key.end(), [&](std::uint32_t a, std::uint32_t b) { return key_of(a) != key_of(b) ? key_of(a) < key_of(b) : a < b; });
  if (!out.by_key.empty()) {
    out.first_key = key_of(out.by_key.front());
    out.slot_count = key_of(out.by_key.back()) - out.first_key + 1;
    out.slots.assign(out.slot_count, Lowered<T>::no_slot);
  }

  std::vector<Piece<T>> pieces(out.rows.size(), Piece<T>{T(0), T(0), T(0)});
  for (const Leg<T>& leg : out.legs) write_schedule<T>(out.table(leg), std::span(pieces).subspan(leg.first_row, leg.rows));
  std::vector<Term<T>> terms;
  out.simple = out.tests == Tests().add(Test::requirement);
  bool finite = true;
  for (std::size_t begin = 0, end = 0; begin < out.by_key.size(); begin = end) {
    const std::uint32_t key = key_of(out.by_key[begin]);
    const auto slot = static_cast<std::uint32_t>(out.keys.size());
    out.keys.push_back(KeyId{key});
    out.first_leg.push_back(static_cast<std::uint32_t>(begin));
    out.slots[key - out.first_key] = slot;
    for (end = begin; end < out.by_key.size() && key_of(out.by_key[end]) == key; ++end) out.legs[out.by_key[end]].slot = slot;
    finite = lower_key<T>(out, slot, std::span<const std::uint32_t>(out.by_key).subspan(begin, end - begin), pieces, terms) && finite;
    out.simple = out.simple && out.profiles.back().continuous;
  }
  out.first_leg.push_back(static_cast<std::uint32_t>(out.by_key.size()));
  if (!finite) return std::nullopt;
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
