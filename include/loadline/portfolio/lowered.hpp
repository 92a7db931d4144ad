// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/id.hpp"
#include "loadline/piecewise/sweep.hpp"
#include "loadline/portfolio/loose.hpp"
#include "loadline/portfolio/lower.hpp"

/// @file
/// A pool made ready: its form, and the cells of every key in flat arrays. What engines work on.

namespace loadline {
inline namespace v1 {

/// Which cells belong to one key.
struct KeyCells {
  std::uint32_t key, first, count;  ///< cells first ... first + count - 1
  bool concave;                     ///< concave, and so without jumps: the cells, and what the key moves together with others
};

inline namespace LOADLINE_FLAGS {

/// A test's figure by key: f = fixed + sum over keys of the cell under the mark + the loose parts.
template <Scalar T>
struct Profiles {
  T fixed;                     ///< what no price moves
  std::vector<KeyCells> keys;  ///< by slot; no cells where the key's own parts are no lines
  std::vector<Cell<T>> cells;
  Working<T> unrounded_fixed;
  std::vector<Cell<T>> rests;  ///< by cell, of double: what rounding took from it; of one layout, so that one offset serves both
  T blur;                      ///< of double: a sum of lines with their rests is the real one to so large a share of what is added
  LooseParts<T> loose;         ///< parts that several keys move, and those of keys without cells
};

/// What may be asked of a key without the general solver.
enum class KeyClass : std::uint8_t {
  plain,     ///< what it moves are lines that no other key moves: they are cells
  straight,  ///< they are lines while the other keys are held, and every test that is on is concave along them
  general
};

/// The functions that decide: each test, and solvency.
enum class Function : std::uint8_t { requirement, level, equity_test, solvency };
inline constexpr std::size_t function_count = 4;
[[nodiscard]] constexpr Function function_of(Test test) noexcept {
  return static_cast<Function>(test);
}

/// One pool, lowered. Holds no price. Made by Portfolio::make; rules on one side of it, solvers on the other.
template <Scalar T>
struct Lowered {
  using W = Working<T>;

  Pool<T> pool;
  Form<W> form;
  std::vector<KeyId> keys;           ///< base keys by slot, ascending
  std::vector<KeyClass> key_class;   ///< by slot
  std::vector<T> ticks;              ///< by slot: the smallest of the positions that follow the key itself; 0: none has one
  std::uint32_t first_key = 0;       ///< where `slots` begins
  std::uint32_t slot_count = 0;      ///< the length of `slots`
  std::vector<std::uint32_t> slots;  ///< by key index, from the first key held to the last
  std::array<Profiles<T>, function_count> profiles;
  Tests tests = {};
  bool simple = false;  ///< only the requirement is tested, every key is plain, and it is concave in every key

  /// The slot of a base key; no_index: nothing is held on it.
  [[nodiscard]] LOADLINE_INLINE std::uint32_t slot_of(KeyId key) const noexcept {
    const std::uint32_t i = key.index - first_key;  // wraps below the first key
    return i < slot_count ? slots[i] : no_index;
  }
  [[nodiscard]] const Profiles<T>& of(Function f) const noexcept { return profiles[static_cast<std::size_t>(f)]; }
  [[nodiscard]] bool on(Function f) const noexcept { return f == Function::solvency || tests.has(static_cast<Test>(f)); }
};

/// With which factor a sum enters a function; 0: not at all.
template <Scalar W, Scalar T>
[[nodiscard]] W factor_in(const Pool<T>& pool, Sum sum, Function f) {
  if (sum == Sum::maintenance && f == Function::requirement) return W(-W(pool.rule.requirement_ratio.raw()));
  const bool in = (sum == Sum::balance && (f == Function::requirement || f == Function::equity_test)) || (sum == Sum::level && f == Function::level) ||
                  (sum == Sum::equity && f == Function::solvency);
  return W(in ? 1 : 0);
}

/// A function's value from the sums.
template <Scalar T>
[[nodiscard]] Working<T> function_of(const Lowered<T>& account, Function f, const Sums<Working<T>>& sums) {
  using W = Working<T>;
  switch (f) {
    case Function::requirement: return W(sums[Sum::balance] - W(W(account.pool.rule.requirement_ratio.raw()) * sums[Sum::maintenance]));
    case Function::level: return sums[Sum::level];
    case Function::equity_test: return sums[Sum::balance];
    case Function::solvency: break;
  }
  return sums[Sum::equity];
}

template <Scalar T>
[[nodiscard]] Profiles<T> no_profiles() {
  return {.fixed = T(0), .keys = {}, .cells = {}, .unrounded_fixed = Working<T>(0), .rests = {}, .blur = T(0), .loose = {}};
}

/// Adds what a part contributes to a function along one plain key's price: to the line, or as a term. Powers are 0 or 1.
template <Scalar W>
void lower_part(const Form<W>& form, const Part<W>& part, const W& factor, Line<W>& base, std::vector<Term<W>>& terms) {
  const auto add = [](Line<W>& to, const Monomial<W>& m) { (m.count == 0 ? to.a : to.b) += m.coefficient; };
  Line<W> amount{W(0), W(0)};
  for (const Monomial<W>& m : form.amount_of(part)) add(amount, m);
  const W weight = W(factor * part.weight);
  if (part.pieces == 0) {
    base.a += W(weight * amount.a);
    base.b += W(weight * amount.b);
    return;
  }
  Line<W> unit{W(0), W(0)};
  add(unit, part.unit);
  terms.push_back({weight, amount, unit, form.schedule_of(part), 0});
}

/// The radius of a ball as a share of it, at most 1.
[[nodiscard]] inline double share_of(const Ball& x) noexcept {
  const double share = x.radius() == 0.0 ? 0.0 : x.radius() / magnitude(x.hi()) * (1.0 + 0x1p-50);
  return share < 1.0 ? share : 1.0;
}

/// What the rounding of a cell to double leaves out.
inline void keep_rest(Profiles<double>& to, const std::optional<Ball>& end, const Line<Ball>& l) {
  to.rests.push_back({end ? end->lo() : 0.0, {l.a.lo(), l.b.lo()}});
  for (const Ball& x : {l.a, l.b})
    if (const double share = share_of(x); to.blur < share) to.blur = share;
}

/// Sums the parts of one plain key into cells, in ascending order, each a line.
/// @return false where a figure is too large for T
template <Scalar T>
[[nodiscard]] bool lower_key(Lowered<T>& out, std::uint32_t slot, Function f, std::vector<Term<Working<T>>>& terms) {
  using W = Working<T>;
  Profiles<T>& to = out.profiles[static_cast<std::size_t>(f)];
  terms.clear();
  Line<W> base{W(0), W(0)};
  bool concave = true;
  for (const std::uint32_t i : out.form.own_of(slot)) {
    const Part<W>& part = out.form.parts[i];
    const W factor = factor_in<W>(out.pool, part.sum, f);
    if (factor == W(0)) continue;
    lower_part(out.form, part, factor, base, terms);
    concave = concave && part.concave;
  }
  Slice<W> slice{base, terms, {Point<W>{W(0), W(1)}, std::nullopt}, concave};
  const auto first = static_cast<std::uint32_t>(to.cells.size());
  bool finite = true;
  start(slice);
  for (bool more = true; more;) {
    const Line<W> l = line(slice);
    const std::optional<Point<W>> edge = next(slice, Toward::above);
    const std::optional<W> end = edge ? std::optional<W>(W(edge->n / edge->d)) : std::nullopt;
    to.cells.push_back({end ? rounded_to<T>(*end) : no_end<T>(), {rounded_to<T>(l.a), rounded_to<T>(l.b)}});
    if constexpr (std::same_as<W, Ball>) keep_rest(to, end, l);
    const Cell<T>& cell = to.cells.back();
    finite = finite && is_finite(cell.line.a) && is_finite(cell.line.b) && (!edge || is_finite(cell.to));
    more = edge.has_value();
  }
  to.keys.push_back({out.keys[slot].index, first, static_cast<std::uint32_t>(to.cells.size()) - first, concave});
  return finite && slice.doubt.finite;
}

/// Whether some parts are lines in a key's price while the other prices are held.
template <Scalar W>
[[nodiscard]] bool lines_in(const Form<W>& form, std::span<const std::uint32_t> parts, std::uint32_t slot) {
  const auto line = [&](const Monomial<W>& m) {
    for (const Power& q : form.powers_of(m))
      if (q.slot == slot && q.exponent != 1) return false;
    return true;
  };
  for (const std::uint32_t i : parts) {
    for (const Monomial<W>& m : form.amount_of(form.parts[i]))
      if (!line(m)) return false;
    if (form.parts[i].pieces > 0 && !line(form.parts[i].unit)) return false;
  }
  return true;
}

/// Notes a part of the form as loose in a function, with the factor it has there.
/// @return false where a figure is too large for T
template <Scalar T>
[[nodiscard]] bool lower_loose(const Lowered<T>& account, const Part<Working<T>>& part, const Working<T>& factor, LooseParts<T>& to) {
  using W = Working<T>;
  const auto size = [](const auto& list) { return static_cast<std::uint32_t>(list.size()); };
  bool finite = true;
  const auto take = [&](const W& x) {
    T y = rounded_to<T>(x);
    finite = finite && is_finite(y);
    return y;
  };
  const auto monomial = [&](const Monomial<W>& m) {
    const std::uint32_t first = size(to.powers);
    for (const Power& q : account.form.powers_of(m)) to.powers.push_back({account.keys[q.slot].index, q.exponent});
    return Monomial<T>{take(m.coefficient), first, m.count};
  };
  const W weight = W(factor * part.weight);
  const std::uint32_t first = size(to.monomials), first_piece = size(to.pieces);
  for (const Monomial<W>& m : account.form.amount_of(part)) to.monomials.push_back(monomial(m));
  for (const Piece<W>& p : account.form.schedule_of(part)) to.pieces.push_back({take(p.from), take(W(weight * p.slope)), take(W(weight * p.offset))});
  if (part.pieces == 0) to.pieces.push_back({T(0), take(weight), T(0)});
  const Monomial<T> unit = part.pieces == 0 ? Monomial<T>{T(1), 0, 0} : monomial(part.unit);
  to.parts.push_back({first, part.count, unit, first_piece, size(to.pieces) - first_piece});
  return finite;
}

/// The tests that are on: what is listed and has a subject, and the equity test wherever money is owed.
template <Scalar T>
[[nodiscard]] Tests tests_of(const Pool<T>& pool) {
  using W = Working<T>;
  bool needs = false, holds = false;
  for (const Leg<T>& leg : pool.legs) {
    needs = needs || needs_margin(leg, pool.table(leg));
    holds = holds || !(leg.terms.size.raw() == T(0)) || !(leg.terms.accrued.raw() == T(0));
  }
  const bool debts = owes(pool);
  for (const Holding<T>& h : pool.holdings) {
    bool rates = false;
    for (const LoanBracket<T>& row : pool.loans_of(h)) rates = rates || T(0) < row.maintenance_rate.raw();
    needs = needs || (rates && W(0) < debt_of(h));
  }
  Tests on;
  if (pool.rule.requirement && needs) on.add(Test::requirement);
  if (pool.rule.level && (debts || holds)) on.add(Test::level);
  if (debts || (pool.rule.equity && (needs || holds))) on.add(Test::equity);
  return on;
}

/// Numbers the base keys that holdings and legs depend on.
template <Scalar T>
void number_keys(Lowered<T>& out) {
  std::vector<std::uint32_t> used;
  const auto note = [&](const KeyId& key) {
    for (const KeyId& k : out.pool.factors_of(key)) used.push_back(k.index);
  };
  for (const Leg<T>& leg : out.pool.legs) note(leg.terms.key);
  for (const Holding<T>& h : out.pool.holdings)
    if (h.terms.key) note(*h.terms.key);
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  if (used.empty()) return;
  out.first_key = used.front();
  out.slot_count = used.back() - used.front() + 1;
  out.slots.assign(out.slot_count, no_index);
  for (const std::uint32_t key : used) {
    out.slots[key - out.first_key] = static_cast<std::uint32_t>(out.keys.size());
    out.keys.push_back(KeyId{key});
  }
  out.ticks.assign(out.keys.size(), T(0));
  for (const Leg<T>& leg : out.pool.legs) {
    if (!leg.terms.tick || leg.terms.key.index >= out.pool.key_count) continue;
    T& least = out.ticks[out.slot_of(leg.terms.key)];
    if (least == T(0) || leg.terms.tick->raw() < least) least = leg.terms.tick->raw();
  }
}

/// Lowers a checked pool; nullopt: a figure is too large for T.
/// @par Units    those of Account
/// @par Shape    none
/// @par Rounding that of the working scalar, then once to T
/// @par Errors   nullopt as above
/// @par Cost     O(edges * parts) a key; allocates
/// @par Source   docs/explanation/normal-form.md
template <Scalar T>
[[nodiscard]] std::optional<Lowered<T>> lower_pool(Pool<T> pool) {
  using W = Working<T>;
  Lowered<T> out{.pool = std::move(pool),
                 .form = {},
                 .keys = {},
                 .key_class = {},
                 .ticks = {},
                 .slots = {},
                 .profiles = {{no_profiles<T>(), no_profiles<T>(), no_profiles<T>(), no_profiles<T>()}}};
  number_keys(out);
  const auto slot_of = [&out](KeyId key) { return out.slot_of(key); };
  out.form = Lowering<T, decltype(slot_of)>(out.pool, slot_of).form(out.keys.size());
  out.tests = tests_of(out.pool);
  const std::span<const std::uint32_t> shared = out.form.shared;
  const auto moves_shared = [&](std::uint32_t s) {
    return std::any_of(shared.begin(), shared.end(), [&](std::uint32_t i) { return out.form.moves(out.form.parts[i], s); });
  };
  std::vector<bool> own_lines;  // by slot: the key has cells
  for (std::uint32_t s = 0; s < out.keys.size(); ++s) {
    own_lines.push_back(lines_in(out.form, out.form.own_of(s), s));
    const bool lines = own_lines[s] && lines_in(out.form, shared, s);
    out.key_class.push_back(!lines ? KeyClass::general : moves_shared(s) ? KeyClass::straight : KeyClass::plain);
  }
  out.simple = out.tests == Tests().add(Test::requirement);
  std::vector<Term<W>> terms;
  bool finite = out.form.finite;
  for (const Function f : {Function::requirement, Function::level, Function::equity_test, Function::solvency}) {
    if (!out.on(f) && f != Function::requirement) continue;  // the excess is a figure also where it is no test
    Profiles<T>& to = out.profiles[static_cast<std::size_t>(f)];
    Sums<W> fixed = no_sums<W>();
    add_parts(
        out.form, std::span<const std::uint32_t>(out.form.fixed), [](std::uint32_t) { return W(1); }, fixed);
    to.unrounded_fixed = function_of(out, f, fixed);
    to.fixed = rounded_to<T>(to.unrounded_fixed);
    if constexpr (std::same_as<W, Ball>) to.blur = out.form.certain ? share_of(to.unrounded_fixed) : 1.0;
    const auto loosen = [&](std::span<const std::uint32_t> parts) {
      for (const std::uint32_t i : parts) {
        const W factor = factor_in<W>(out.pool, out.form.parts[i].sum, f);
        if (factor == W(0)) continue;
        finite = lower_loose(out, out.form.parts[i], factor, to.loose) && finite;
      }
    };
    to.keys.reserve(out.keys.size());
    if (f == Function::requirement) {  // about as many cells as pieces
      to.cells.reserve(out.form.pieces.size() + out.keys.size());
      if constexpr (std::same_as<W, Ball>) to.rests.reserve(out.form.pieces.size() + out.keys.size());
    }
    for (std::uint32_t s = 0; s < out.keys.size(); ++s) {
      if (own_lines[s]) {
        finite = lower_key(out, s, f, terms) && finite;
        for (const std::uint32_t i : shared)
          if (!out.form.parts[i].concave && !(factor_in<W>(out.pool, out.form.parts[i].sum, f) == W(0)) && out.form.moves(out.form.parts[i], s))
            to.keys.back().concave = false;
        if (out.on(f) && f != Function::solvency && !to.keys.back().concave && out.key_class[s] == KeyClass::straight) out.key_class[s] = KeyClass::general;
      } else {
        to.keys.push_back({out.keys[s].index, 0, 0, false});
        loosen(out.form.own_of(s));
      }
      if (f == Function::requirement) out.simple = out.simple && out.key_class[s] == KeyClass::plain && to.keys.back().concave;
    }
    loosen(shared);
    if constexpr (std::same_as<T, double>) to.blur += 0x1p-104 * static_cast<double>(2 * out.keys.size() + 4) * static_cast<double>(2 * out.keys.size() + 4);
    finite = finite && is_finite(to.fixed);
  }
  if (!finite) return std::nullopt;
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
