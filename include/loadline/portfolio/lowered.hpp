// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/id.hpp"
#include "loadline/piecewise/sweep.hpp"
#include "loadline/portfolio/lower.hpp"

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

/// One wallet, lowered. Holds no price. Made by Portfolio::make; rules on one side of it, solvers on the other.
template <Scalar T>
struct Lowered {
  static constexpr std::uint32_t no_slot = 0xffff'ffff;

  std::vector<Leg<T>> legs;
  std::vector<Bracket<T>> rows;      ///< the legs' brackets
  std::vector<KeyId> keys;           ///< by slot, ascending
  std::vector<std::uint32_t> slots;  ///< by key index
  std::vector<KeyCells> profiles;    ///< by slot
  std::vector<Cell<T>> cells;        ///< of the requirement: PnL less ratio * maintenance
  std::vector<Line<T>> equity;       ///< by slot: PnL
  Money<T> cash = 0;
  LiquidationRule<T> rule = {};
  CumPolicy cum_policy = CumPolicy::strict;
  Tests tests = {};
  bool simple = false;  ///< only the requirement is tested, and it is continuous in every key

  [[nodiscard]] BracketTable<T> table(const Leg<T>& leg) const { return table_of<T>(leg, rows, cum_policy); }
  [[nodiscard]] LOADLINE_INLINE Profile<T> profile(const KeyCells& k) const { return {cells.data() + k.first, k.count}; }
};

inline namespace LOADLINE_FLAGS {

/// Sums the terms of one key into cells, in ascending order, each a line.
template <Scalar T>
void lower_key(Lowered<T>& out, std::uint32_t slot, std::span<const Piece<T>> pieces, std::vector<Term<T>>& terms) {
  terms.clear();
  Lines<T> lines{{T(0), T(0)}, {T(0), T(0)}};
  bool continuous = true;
  for (const Leg<T>& leg : out.legs) {
    if (leg.slot != slot) continue;
    Term<T> term{T(0), {T(0), T(0)}, {T(1), T(0)}, {}, 0};
    const Schedule<T> schedule = pieces.subspan(leg.first_row, leg.rows);
    if (!lower<T>(leg, out.table(leg), schedule, out.rule.requirement_ratio.raw(), Line<T>{T(0), T(1)}, lines, term)) continue;
    terms.push_back(term);
    continuous = continuous && is_continuous(out.table(leg));
  }
  Slice<T> f{lines.requirement, terms, {Point<T>{T(0), T(1)}, std::nullopt}};
  const auto first = static_cast<std::uint32_t>(out.cells.size());
  start(f);
  for (bool more = true; more;) {
    const Line<T> l = line(f);
    const std::optional<Point<T>> edge = next(f, Toward::above);
    out.cells.push_back({edge ? T(edge->n / edge->d) : no_end<T>(), l});
    more = edge.has_value();
  }
  const auto count = static_cast<std::uint32_t>(out.cells.size()) - first;
  out.profiles.push_back({out.keys[slot].index, first, count, continuous});
  out.equity.push_back(lines.equity);
}

/// Lowers the positions named by `members`, which have been checked, over one wallet.
/// @par Cost O(edges * legs) a key; allocates
template <Scalar T>
[[nodiscard]] Lowered<T> lower_wallet(const Account<T>& account, std::span<const std::uint32_t> members, const Money<T>& cash, std::uint32_t key_count) {
  Lowered<T> out;
  out.cash = cash;
  out.rule = account.rule;
  out.cum_policy = account.cum_policy;
  out.slots.assign(key_count, Lowered<T>::no_slot);
  for (const std::uint32_t i : members) out.slots[account.positions[i].key.index] = 0;
  for (std::uint32_t k = 0; k < key_count; ++k) {
    if (out.slots[k] == Lowered<T>::no_slot) continue;
    out.slots[k] = static_cast<std::uint32_t>(out.keys.size());
    out.keys.push_back(KeyId{k});
  }
  bool needs = false, holds = false;
  out.legs.reserve(members.size());
  for (const std::uint32_t i : members) {
    const Position<T>& p = account.positions[i];
    Leg<T> leg{i, out.slots[p.key.index], static_cast<std::uint32_t>(out.rows.size()), static_cast<std::uint32_t>(p.brackets.size()), p};
    leg.terms.brackets = {};
    out.rows.insert(out.rows.end(), p.brackets.begin(), p.brackets.end());
    needs = needs || needs_margin(leg, out.table(leg));
    holds = holds || !(p.size.raw() == T(0)) || !(p.accrued.raw() == T(0));
    out.legs.push_back(std::move(leg));
  }
  if (out.rule.requirement && needs) out.tests.add(Test::requirement);
  if (cash.raw() < T(0) || (out.rule.equity && (needs || holds))) out.tests.add(Test::equity);

  std::vector<Piece<T>> pieces(out.rows.size(), Piece<T>{T(0), T(0), T(0)});
  for (const Leg<T>& leg : out.legs) write_schedule<T>(out.table(leg), std::span(pieces).subspan(leg.first_row, leg.rows));
  std::vector<Term<T>> terms;
  out.simple = out.tests == Tests().add(Test::requirement);
  for (std::uint32_t slot = 0; slot < out.keys.size(); ++slot) {
    lower_key<T>(out, slot, pieces, terms);
    out.simple = out.simple && out.profiles.back().continuous;
  }
  return out;
}

/// False where a figure that the queries start from is too large for T.
template <Scalar T>
[[nodiscard]] bool is_finite(const Lowered<T>& account) {
  const auto line_is_finite = [](const Line<T>& l) { return is_finite(l.a) && is_finite(l.b); };
  for (const KeyCells& k : account.profiles) {
    const Profile<T> cells = account.profile(k);
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (!line_is_finite(cells[i].line) || (i + 1 < cells.size() && !is_finite(cells[i].to))) return false;
  }
  for (const Line<T>& l : account.equity)
    if (!line_is_finite(l)) return false;
  return true;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
