// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/portfolio.hpp"

#include <bit>

/// @file
/// Liquidation prices with a proof: how far the printed number may be from the real one.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// A liquidation price and what is proved of it.
/// @par Units    numeraire per base unit; ulp: units in the last place
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   docs/explanation/what-this-number-leaves-out.md
template <Scalar T>
struct CertifiedBound {
  Bound<T> bound;
  std::optional<double> ulp = {};  ///< no further off than so many units in its last place; absent: nothing is proved

  /// The outcome is proved, and a price is the nearest number or its neighbour.
  [[nodiscard]] constexpr bool certified() const noexcept { return ulp.has_value() && *ulp <= 1.0; }
};

/// Both sides of one key.
template <Scalar T>
struct CertifiedBounds {
  CertifiedBound<T> below, above;
};

namespace detail {

/// A sum of doubles as two: what was added, and what that rounded off.
struct Twofold {
  double sum = 0.0, rest = 0.0;
  LOADLINE_INLINE void add(double x) noexcept {
    const double t = sum + x, z = t - sum;
    rest += (sum - (t - z)) + (x - z);
    sum = t;
  }
};

/// a * b - p, exactly, where p is a * b rounded.
LOADLINE_INLINE double product_rest(double a, double b, double p) noexcept {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
  return __builtin_fma(a, b, -p);
#else
  const double ta = 134'217'729.0 * a, tb = 134'217'729.0 * b;  // Dekker: halves of 26 bits
  const double ah = ta - (ta - a), bh = tb - (tb - b), al = a - ah, bl = b - bh;
  return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
#endif
}

/// Everything but one key's line, in about 106 bits: hi + lo, known to `share` of `size`.
struct Rest {
  double hi, lo, size, share;
  bool clear;  ///< false: a mark lies on a tier edge, which its double may not show exactly
};

/// The excess of a simple account but for one key.
[[nodiscard]] LOADLINE_INLINE Rest others(const Profiles<double>& f, Marks<double> marks, std::size_t slot) noexcept {
  Twofold slopes, offsets{f.unrounded_fixed.hi(), f.unrounded_fixed.lo()};
  double size = magnitude(offsets.sum), rest = 0.0;
  bool clear = true;
  const KeyCells* const own = f.keys.data() + slot;
  for (const KeyCells *k = f.keys.data(), *end = k + f.keys.size(); k != end; ++k) {
    if (k == own) continue;
    const double mark = marks[k->key].raw();
    const Cell<double>* cell = cell_of(profile(f, *k), mark);
    const Line<double>& low = f.rests[static_cast<std::size_t>(cell - f.cells.data())];
    const double p = cell->line.b * mark;
    slopes.add(p);
    offsets.add(cell->line.a);
    rest += product_rest(cell->line.b, mark, p) + (low.b * mark + low.a);
    size += magnitude(p) + magnitude(cell->line.a);
    clear = clear && cell->to != mark;
  }
  Twofold all = slopes;
  all.add(offsets.sum);
  return {all.sum, all.rest + offsets.rest + rest, size, f.blur, clear};
}

/// The cell in whose line the excess falls through zero on one side of the cell c, where it is above zero; null: in none.
/// Signs in plain double: where one is wrong the root is not inside its cell, and that is looked at.
[[nodiscard]] LOADLINE_INLINE const Cell<double>* root_cell(Profile<double> cells, const Cell<double>* c, double x, Toward side) noexcept {
  if (side == Toward::below) {
    for (; c != cells.data(); --c)
      if (!((x + c->line.a) + c->line.b * c[-1].to > 0.0)) return c;
    return x + c->line.a < 0.0 ? c : nullptr;
  }
  for (const Cell<double>* last = cells.data() + cells.size() - 1; c != last; ++c)
    if (!((x + c->line.a) + c->line.b * c->to > 0.0)) return c;
  return c->line.b < 0.0 ? c : nullptr;
}

/// What the quick proof shows, if it holds.
struct Proof {
  double price = 0.0;
  Outcome outcome = Outcome::already;
  bool holds = false;

  [[nodiscard]] LOADLINE_INLINE CertifiedBound<double> bound() const noexcept {
    if (outcome == Outcome::price) return {Price<double>(price), 0.5};
    return {outcome, 0.0};
  }
};

/// One side of one key.
///
/// The excess is concave. If it is above zero at the mark, a zero of one cell's own line inside that cell, on the side where
/// the line rises towards the mark, is the only zero on this side: the walk that found the cell needs no proof of its own.
[[nodiscard]] LOADLINE_INLINE Proof quick_proof(const Profiles<double>& f, const KeyCells& k, double mark, const Rest& rest, Toward side) noexcept {
  constexpr double sure = 0x1p-48;  // a plain sum of a few numbers has no worse an error than this share of what is added
  const Profile<double> cells = profile(f, k);
  const Cell<double>* c = cell_of(cells, mark);
  const double p = c->line.b * mark, now = (rest.hi + c->line.a) + p, margin = (rest.size + magnitude(c->line.a) + magnitude(p)) * (sure + rest.share);
  if (!(magnitude(now) > margin)) return {};
  if (now < 0.0) return {0.0, Outcome::already, true};
  c = root_cell(cells, c, rest.hi, side);
  if (c == nullptr) {
    if (side == Toward::above) return {0.0, Outcome::none, cells.back().line.b > 0.0};
    const double a = cells.front().line.a;
    return {0.0, Outcome::none, rest.hi + a > (rest.size + magnitude(a)) * (sure + rest.share)};
  }
  const Line<double>& l = c->line;
  const Line<double>& low = f.rests[static_cast<std::size_t>(c - f.cells.data())];
  if ((side == Toward::below) != (l.b > 0.0)) return {};
  // a + b P = 0 with a = hi + lo: P to a few units, then the residual, which is short, over b.
  Twofold a{rest.hi, 0.0};
  a.add(l.a);
  const double per = 1.0 / l.b, guess = -a.sum * per, product = l.b * guess;
  const double residual = (a.sum + product) + (product_rest(l.b, guess, product) + ((a.rest + rest.lo) + (low.a + low.b * guess)));
  const double step = -residual * per, price = guess + step, left = (guess - price) + step;
  const double open = ((rest.size + magnitude(l.a) + magnitude(product)) * (rest.share + 0x1p-100) + 0x1p-990) * magnitude(per) + magnitude(step) * 0x1p-49;
  const double unit = price - std::bit_cast<double>(std::bit_cast<std::uint64_t>(price) - 1);  // the smaller of the two beside a power of two
  const bool inside = price < c->to && (c == cells.data() ? price > 0.0 : c[-1].to < price);
  return {price, Outcome::price, inside && (magnitude(left) + open) * (1.0 + 0x1p-50) <= 0.5 * unit};
}

/// What Portfolio::solve proves.
template <Scalar T>
[[nodiscard]] LOADLINE_NOINLINE CertifiedBounds<T> solved(const Portfolio<T>& portfolio, Marks<T> marks, KeyId key, Workspace<T>& workspace) {
  const PathAnswer<T> a = portfolio.solve(marks, key, workspace);
  const auto side = [&](const PathSide<T>& s) {
    if (a.overflow || a.liquidatable_now) return CertifiedBound<T>{Outcome::already, a.overflow ? std::nullopt : a.ulp};
    return CertifiedBound<T>{s.liquidation ? Bound<T>(Price<T>(*s.liquidation)) : Bound<T>(Outcome::none), a.ulp};
  };
  return {side(a.below), side(a.above)};
}

}  // namespace detail

/// Both sides of one key, or one of them, with a proof.
///
/// In double the excess at the price found is computed in about 100 bits, with a bound for its error. Divided by the slope of
/// the cell it says how far the price is off; one correction makes it the nearest double as a rule (`ulp` 0.5). Where this
/// quick proof fails (a mark or a price on a tier edge, a sign that is open), where several tests are on, and for keys that
/// are not plain, the answer is that of Portfolio::solve with its bound. A sign that stays open counts against the account:
/// `already`, and nothing is certified. Scalars without rounding certify 0; scalars that round otherwise certify nothing.
/// @par Units    those of Portfolio
/// @par Shape    those of Portfolio
/// @par Rounding to nearest, as certified
/// @par Errors   total
/// @par Cost     two to three times the plain query; where the quick proof fails that of solve; no allocation but for class Q
/// @par Source   docs/explanation/numbers.md
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE CertifiedBound<T> liquidation_price_certified(const Portfolio<T>& portfolio, Marks<T> marks, KeyId key, Toward side,
                                                                            Workspace<T>& workspace) {
  if constexpr (std::same_as<T, double>) {
    const Lowered<double>& account = portfolio.lowered();
    if (const std::uint32_t slot = account.slot_of(key); account.simple && slot != no_index && LOADLINE_UNSAFE_MATH == 0) {
      const Profiles<double>& f = account.of(Function::requirement);
      const detail::Rest rest = detail::others(f, marks, slot);
      const detail::Proof proof = detail::quick_proof(f, f.keys[slot], marks[key.index].raw(), rest, side);
      if (rest.clear && proof.holds) return proof.bound();
    }
  }
  const CertifiedBounds<T> slow = detail::solved(portfolio, marks, key, workspace);
  return side == Toward::below ? slow.below : slow.above;
}
/// Both sides of a key, under the same fields.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE CertifiedBounds<T> liquidation_price_certified(const Portfolio<T>& portfolio, Marks<T> marks, KeyId key,
                                                                             Workspace<T>& workspace) {
  if constexpr (std::same_as<T, double>) {
    const Lowered<double>& account = portfolio.lowered();
    if (const std::uint32_t slot = account.slot_of(key); account.simple && slot != no_index && LOADLINE_UNSAFE_MATH == 0) {
      const Profiles<double>& f = account.of(Function::requirement);
      const detail::Rest rest = detail::others(f, marks, slot);
      const detail::Proof below = detail::quick_proof(f, f.keys[slot], marks[key.index].raw(), rest, Toward::below);
      const detail::Proof above = detail::quick_proof(f, f.keys[slot], marks[key.index].raw(), rest, Toward::above);
      if (rest.clear && below.holds && above.holds) return {below.bound(), above.bound()};
    }
  }
  return detail::solved(portfolio, marks, key, workspace);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
