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

/// Two sums of doubles side by side, each as two numbers: what was added, and what that rounded off.
///
/// One register holds both, so a pair costs what one number does. No product may be fused with a sum here: what is added
/// comes from products whose rests are taken as well, which keeps compilers from it.
struct Twofold {
  using Pair [[gnu::vector_size(16)]] = double;
  using Bits [[gnu::vector_size(16)]] = long long;

  Pair sum = {}, rest = {}, size = {};  ///< size: what was added, by magnitude

  LOADLINE_INLINE void add(double x, double y) noexcept {
    const Pair v = {x, y}, t = sum + v, z = t - sum;
    rest += (sum - (t - z)) + (v - z);
    sum = t;
    size += reinterpret_cast<Pair>(reinterpret_cast<Bits>(v) & 0x7fff'ffff'ffff'ffff);
  }
};

/// What a + b rounds off.
LOADLINE_INLINE double sum_rest(double a, double b, double sum) noexcept {
  const double z = sum - a;
  return (a - (sum - z)) + (b - z);
}

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

/// What rounding took from the line of a cell.
[[nodiscard]] LOADLINE_INLINE const Line<double>& rest_of(const Profiles<double>& f, const Cell<double>* cell) noexcept {
  return f.rests[static_cast<std::size_t>(cell - f.cells.data())].line;
}

/// The excess of a simple account but for one key.
[[nodiscard]] LOADLINE_INLINE Rest others(const Profiles<double>& f, Marks<double> marks, std::size_t slot) noexcept {
  const double fixed = f.unrounded_fixed.hi();
  Twofold sums{{fixed, 0.0}, {}, {__builtin_fabs(fixed), 0.0}};
  double rest = f.unrounded_fixed.lo();
  bool clear = true;
  const KeyCells* const own = f.keys.data() + slot;
  for (const KeyCells *k = f.keys.data(), *end = k + f.keys.size(); k != end; ++k) {
    if (k == own) continue;
    const double mark = marks[k->key].raw();
    const Cell<double>* cell = cell_of(profile(f, *k), mark);
    const Line<double>& low = rest_of(f, cell);
    const double p = cell->line.b * mark;
    sums.add(cell->line.a, p);
    rest += product_rest(cell->line.b, mark, p) + (low.b * mark + low.a);
    clear = clear & (mark < cell->to);
  }
  const double hi = sums.sum[0] + sums.sum[1];
  return {hi, sum_rest(sums.sum[0], sums.sum[1], hi) + (sums.rest[0] + sums.rest[1]) + rest, sums.size[0] + sums.size[1], f.blur, clear};
}

/// What the quick proof shows of one side, or `open`: nothing.
struct Proof {
  enum Shown : int { open, price, none, already };
  Shown shown = open;
  double at = 0.0;

  [[nodiscard]] LOADLINE_INLINE CertifiedBound<double> bound() const noexcept {
    if (shown == price) return {Price<double>(at), 0.5};
    return {shown == none ? Outcome::none : Outcome::already, 0.0};
  }
};

/// Where the key stands, and whether the excess there is above zero (1), below it (-1), or open (0).
struct Stand {
  const Cell<double>* cell;
  int sign;
};
[[nodiscard]] LOADLINE_INLINE Stand stand_of(Profile<double> cells, double mark, const Rest& rest) noexcept {
  constexpr double sure = 0x1p-48;  // a plain sum of a few numbers has no worse an error than this share of what is added
  const Cell<double>* c = cell_of(cells, mark);
  const double p = c->line.b * mark, now = (rest.hi + c->line.a) + p;
  const double margin = (rest.size + __builtin_fabs(c->line.a) + __builtin_fabs(p)) * (sure + rest.share);
  const bool clear = rest.clear & (mark < c->to);
  return {c, !clear ? 0 : now > margin ? 1 : -now > margin ? -1 : 0};
}

/// One side of one key, given where the key stands.
///
/// The excess is concave. If it is above zero at the mark, a zero of one cell's own line inside that cell, on the side where
/// the line rises towards the mark, is the only zero on this side: the walk that finds the cell needs no proof of its own.
/// It asks for signs in plain double: where one is wrong the root is not inside its cell, and that is looked at.
[[nodiscard]] LOADLINE_INLINE Proof quick_proof(const Profiles<double>& f, Profile<double> cells, const Stand& stand, const Rest& rest, Toward side) noexcept {
  if (stand.sign <= 0) return {stand.sign < 0 ? Proof::already : Proof::open};
  const Cell<double>* c = stand.cell;
  const Cell<double>* const first = cells.data();
  if (side == Toward::below) {
    while (c != first && (rest.hi + c->line.a) + c->line.b * c[-1].to > 0.0) --c;
    if (!(c->line.b > 0.0) || (c == first && !(rest.hi + c->line.a < 0.0))) {
      const double a = first->line.a;
      const bool never = c == first && rest.hi + a > (rest.size + __builtin_fabs(a)) * (0x1p-48 + rest.share);
      return {never ? Proof::none : Proof::open};
    }
  } else {
    const Cell<double>* const last = first + cells.size() - 1;
    while (c != last && (rest.hi + c->line.a) + c->line.b * c->to > 0.0) ++c;
    if (!(c->line.b < 0.0)) return {c == last && c->line.b > 0.0 ? Proof::none : Proof::open};
  }
  const Line<double>& l = c->line;
  const Line<double>& low = rest_of(f, c);
  // a + b P = 0 with a = hi + lo: P to a few units, then the residual, which is short, over -b.
  const double per = -1.0 / l.b, a = rest.hi + l.a, guess = a * per, product = l.b * guess;
  const double lo = (sum_rest(rest.hi, l.a, a) + rest.lo) + (low.a + low.b * guess);
  const double residual = (a + product) + (product_rest(l.b, guess, product) + lo), step = residual * per;
  const double price = guess + step, left = (guess - price) + step;
  // The product is no larger than what a was added up from, and a few roundings.
  const double known = (rest.size + __builtin_fabs(l.a)) * (2.125 * (rest.share + 0x1p-100)) + 0x1p-990;
  const double open = known * (side == Toward::below ? -per : per) + __builtin_fabs(step) * 0x1p-49;
  const double unit = price - std::bit_cast<double>(std::bit_cast<std::uint64_t>(price) - 1);  // the smaller of the two beside a power of two
  const bool inside = price < c->to && (c == first ? 0.0 : c[-1].to) < price;
  const bool near = __builtin_fabs(left) + open <= (0.5 - 0x1p-50) * unit;
  return {inside && near ? Proof::price : Proof::open, price};
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
/// @par Cost     two to four times the plain query; where the quick proof fails that of solve; no allocation but for class Q
/// @par Source   docs/explanation/numbers.md
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE CertifiedBound<T> liquidation_price_certified(const Portfolio<T>& portfolio, Marks<T> marks, KeyId key, Toward side,
                                                                            Workspace<T>& workspace) {
  if constexpr (std::same_as<T, double>) {
    const Lowered<double>& account = portfolio.lowered();
    if (const std::uint32_t slot = account.slot_of(key); account.simple && slot != no_index && LOADLINE_UNSAFE_MATH == 0) {
      const Profiles<double>& f = account.of(Function::requirement);
      const Profile<double> cells = profile(f, f.keys[slot]);
      const detail::Rest rest = detail::others(f, marks, slot);
      const detail::Proof proof = detail::quick_proof(f, cells, detail::stand_of(cells, marks[key.index].raw(), rest), rest, side);
      if (proof.shown != detail::Proof::open) return proof.bound();
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
      const Profile<double> cells = profile(f, f.keys[slot]);
      const detail::Rest rest = detail::others(f, marks, slot);
      const detail::Stand stand = detail::stand_of(cells, marks[key.index].raw(), rest);
      const detail::Proof below = detail::quick_proof(f, cells, stand, rest, Toward::below), above = detail::quick_proof(f, cells, stand, rest, Toward::above);
      if (below.shown != detail::Proof::open && above.shown != detail::Proof::open) return {below.bound(), above.bound()};
    }
  }
  return detail::solved(portfolio, marks, key, workspace);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
