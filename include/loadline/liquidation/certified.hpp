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

/// The excess in about 100 bits: sums of cells at marks, with a bound for what is left out.
class Residual {
 public:
  LOADLINE_INLINE void line(const Line<Ball>& l, double at) noexcept {
    const double p = l.b.hi() * at;
    slopes_.add(p);
    offsets_.add(l.a.hi());
    rest_ += product_rest(l.b.hi(), at, p) + l.b.lo() * at + l.a.lo();
    size_ += magnitude(p) + magnitude(l.a.hi());
    radius_ += l.b.radius() * at + l.a.radius();
    terms_ += 2.0;
  }
  LOADLINE_INLINE void number(const Ball& x) noexcept {
    offsets_.add(x.hi());
    rest_ += x.lo();
    size_ += magnitude(x.hi());
    radius_ += x.radius();
    terms_ += 1.0;
  }
  /// The sum; and how far it may be off: (terms u)^2 of what was added, the radii, and 2^-1000 where products underflow.
  [[nodiscard]] LOADLINE_INLINE double value() const noexcept { return (slopes_.sum + offsets_.sum) + (rest_ + slopes_.rest + offsets_.rest + cancelled()); }
  [[nodiscard]] LOADLINE_INLINE double error() const noexcept {
    const double v = magnitude(value());
    return (terms_ * terms_ * 0x1p-104 * size_ + radius_ + v * 0x1p-51) * (1.0 + 0x1p-40) + 0x1p-990;
  }
  [[nodiscard]] LOADLINE_INLINE int sign() const noexcept {
    const double v = value();
    return error() < v ? 1 : v < -error() ? -1 : 0;
  }

 private:
  /// What slopes + offsets rounds off.
  [[nodiscard]] LOADLINE_INLINE double cancelled() const noexcept {
    const double t = slopes_.sum + offsets_.sum, z = t - slopes_.sum;
    return (slopes_.sum - (t - z)) + (offsets_.sum - z);
  }

  Twofold slopes_, offsets_;
  double rest_ = 0.0, size_ = 0.0, radius_ = 0.0, terms_ = 0.0;
};

/// The excess of a simple account but for one key; false where a mark lies on an edge that its double does not show exactly.
[[nodiscard]] LOADLINE_INLINE bool others(const Profiles<double>& f, Marks<double> marks, std::size_t slot, Residual& sum) {
  bool clear = true;
  sum.number(f.unrounded_fixed);
  for (std::size_t j = 0; j < f.keys.size(); ++j) {
    if (j == slot) continue;
    const double mark = marks[f.keys[j].key].raw();
    const Cell<double>* cell = cell_of(profile(f, f.keys[j]), mark);
    clear = clear && cell->to != mark;
    sum.line(f.unrounded[static_cast<std::size_t>(cell - f.cells.data())].line, mark);
  }
  return clear;
}

/// One side of one key, from its standing; absent: the quick proof fails.
///
/// The excess is concave. If it is above zero at the mark, a zero of one cell's own line inside that cell, on the side where
/// the line rises towards the mark, is the only zero on this side: the walk that found the cell needs no proof of its own.
[[nodiscard]] LOADLINE_INLINE std::optional<CertifiedBound<double>> quick_proof(const Lowered<double>& account, const Standing<double>& s, const Residual& rest,
                                                                                Toward side) {
  const Profiles<double>& f = *s.function;
  const Profile<double> cells = profile(f, *s.key);
  const Cell<Ball>* unrounded = f.unrounded.data() + s.key->first;
  Residual now = rest;
  now.line(unrounded[s.cell - cells.data()].line, s.mark);
  if (s.cell->to == s.mark) return std::nullopt;
  if (now.sign() < 0) return CertifiedBound<double>{Outcome::already, 0.0};
  if (now.sign() == 0) return std::nullopt;
  const Bound<double> found = search(s, account.pool.rule.when, side, true, true);
  const std::size_t last = cells.size() - 1;
  if (found.outcome() == Outcome::none) {
    if (side == Toward::above) return sign(unrounded[last].line.b) >= 0 ? std::optional(CertifiedBound<double>{Outcome::none, 0.0}) : std::nullopt;
    Residual end = rest;
    end.number(unrounded[0].line.a);
    return end.sign() > 0 ? std::optional(CertifiedBound<double>{Outcome::none, 0.0}) : std::nullopt;
  }
  if (!found) return std::nullopt;
  double price = (*found).raw();
  const auto i = static_cast<std::size_t>(cell_of(cells, price) - cells.data());
  const Line<Ball>& l = unrounded[i].line;
  const double slope = magnitude(l.b.hi()) * (1.0 - 0x1p-50) - l.b.radius();
  if (!(slope > 0.0) || (side == Toward::below) != (l.b.hi() > 0.0)) return std::nullopt;
  for (int step = 0; step < 3; ++step) {
    if (!(price > 0.0) || !(price < cells[i].to) || (i > 0 && !(cells[i - 1].to < price))) return std::nullopt;
    Residual at = rest;
    at.line(l, price);
    const double off = (magnitude(at.value()) + at.error()) / slope * (1.0 + 0x1p-50);
    const double unit = price - std::bit_cast<double>(std::bit_cast<std::uint64_t>(price) - 1);  // the smaller of the two beside a power of two
    if (off <= 0.5 * unit) return CertifiedBound<double>{Price<double>(price), 0.5};
    price -= at.value() / l.b.hi();
  }
  return std::nullopt;
}

/// Whether the quick proof is worth a try.
[[nodiscard]] LOADLINE_INLINE bool may_be_quick(const Lowered<double>& account, std::uint32_t slot) {
  return account.simple && account.form.certain && slot != no_index && LOADLINE_UNSAFE_MATH == 0;
}

/// Where a key of a simple account stands, beside the excess of the others.
[[nodiscard]] LOADLINE_INLINE Standing<double> beside(const Lowered<double>& account, Marks<double> marks, std::uint32_t slot, const Residual& rest) {
  const Profiles<double>& f = account.of(Function::requirement);
  const KeyCells& k = f.keys[slot];
  const double mark = marks[k.key].raw();
  return {&f, &k, cell_of(profile(f, k), mark), mark, rest.value()};
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
    if (const std::uint32_t slot = account.slot_of(key); detail::may_be_quick(account, slot)) {
      detail::Residual rest;
      if (detail::others(account.of(Function::requirement), marks, slot, rest))
        if (const auto proof = detail::quick_proof(account, detail::beside(account, marks, slot, rest), rest, side)) return *proof;
    }
  }
  const CertifiedBounds<T> slow = detail::solved(portfolio, marks, key, workspace);
  return side == Toward::below ? slow.below : slow.above;
}
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE CertifiedBounds<T> liquidation_price_certified(const Portfolio<T>& portfolio, Marks<T> marks, KeyId key,
                                                                             Workspace<T>& workspace) {
  if constexpr (std::same_as<T, double>) {
    const Lowered<double>& account = portfolio.lowered();
    if (const std::uint32_t slot = account.slot_of(key); detail::may_be_quick(account, slot)) {
      detail::Residual rest;
      if (detail::others(account.of(Function::requirement), marks, slot, rest)) {
        const Standing<double> standing = detail::beside(account, marks, slot, rest);
        const auto below = detail::quick_proof(account, standing, rest, Toward::below), above = detail::quick_proof(account, standing, rest, Toward::above);
        if (below && above) return {*below, *above};
      }
    }
  }
  return detail::solved(portfolio, marks, key, workspace);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
