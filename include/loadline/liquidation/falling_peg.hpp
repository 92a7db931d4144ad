// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/answer.hpp"

/// @file
/// Collateral whose redemption falls with its underlying: the quadratic in closed form.

namespace loadline {
inline namespace v1 {

/// Wrapped collateral beside a linear contract on its underlying, and how the peg follows the underlying.
///
/// The ratio is r(P) = clamp(1 - fall (1 - P / reference), 0, cap). `reference` is where the underlying stood when the peg held,
/// never an entry price: an entry below it would make the account look safer than it is.
template <Scalar T>
struct FallingPegAccount {
  Money<T> cash = 0;           ///< below zero it is owed
  Quantity<T> collateral = 0;  ///< wrapped coins, >= 0
  Ratio<T> weight = 1;         ///< in [0, 1]
  Size<T> size = 0;            ///< of the contract, long > 0, in coins
  Price<T> entry = 1;
  Ratio<T> maintenance_rate = 0;  ///< in [0, 1)
  Money<T> deduction = 0;         ///< of the bracket
  Price<T> reference = 1;
  Ratio<T> fall = 0;  ///< of the ratio, for a fall of the underlying by 100 %; >= 0
  Ratio<T> cap = 1;   ///< of the ratio, > 0
};

inline namespace LOADLINE_FLAGS {

/// The root of x >= 0 by Newton's method, to what T rounds; that of the processor for double.
template <Scalar T>
requires(!ScalarTraits<T>::exact) [[nodiscard]] constexpr T square_root(const T& x) {
#if defined(__GNUC__)
  if constexpr (std::is_same_v<T, double>) return __builtin_sqrt(x);
#endif
  if (!(T(0) < x)) return T(0);
  T scale = T(1);  // a power of 2 with 1 <= x / scale^2 < 4, so that few steps are enough
  while (!(x < T(T(4) * T(scale * scale)))) scale = T(scale * T(2));
  while (x < T(scale * scale)) scale = T(scale / T(2));
  T y = T(scale * T(2));
  for (;;) {  // from above: falls until it no longer does
    const T next = T(T(y + T(x / y)) / T(2));
    if (!(next < y)) return y;
    y = next;
  }
}

/// Where such an account is liquidated by its requirement, below and above the underlying's price.
///
/// @f[ f(P) = W + c\,w\,P\,r(P) + q (P - E) - m |q| P + d \le 0 @f]
/// On the middle branch A P^2 + B P + C = 0 with A = c w fall / reference, B = c w (1 - fall) + q - m |q|, C = W - q E + d, and the
/// two roots are taken as -2C / (B + sign(B) sqrt(B^2 - 4AC)) and its partner: no difference of like numbers, and right where
/// fall is 0. Where r is 0 or at its cap f is a line. A root counts only on its own branch.
/// @par Units    prices: numeraire per coin
/// @par Shape    none
/// @par Rounding that of T; a discriminant close to zero loses half the digits, as the root itself does
/// @par Errors   none; `already` also where a figure is not finite or outside its range, and where the mark cannot be told from a root
/// @par Cost     O(1)
/// @par Source   docs/explanation/wrong-way.md. Any other account: `deaths_by_feed` with the FallingPeg rule, exact in rationals
template <Scalar T>
requires(!ScalarTraits<T>::exact) [[nodiscard]] Bounds<T> falling_peg_liquidation(const FallingPegAccount<T>& a, const Price<T>& underlying) {
  const T held = T(a.collateral.raw() * a.weight.raw()), q = a.size.raw(), fall = a.fall.raw(), cap = a.cap.raw(), reference = a.reference.raw();
  const T line = T(q - T(a.maintenance_rate.raw() * magnitude(q)));
  const T C = T(T(a.cash.raw() - T(q * a.entry.raw())) + a.deduction.raw());
  const T mark = underlying.raw();

  for (const T* x : {&held, &q, &fall, &cap, &reference, &line, &C, &mark})
    if (!is_finite(*x)) return {Outcome::already, Outcome::already};
  if (a.collateral.raw() < T(0) || a.weight.raw() < T(0) || T(1) < a.weight.raw()) return {Outcome::already, Outcome::already};
  if (a.maintenance_rate.raw() < T(0) || !(a.maintenance_rate.raw() < T(1))) return {Outcome::already, Outcome::already};
  if (fall < T(0) || !(T(0) < cap) || !(T(0) < reference) || !(T(0) < mark)) return {Outcome::already, Outcome::already};

  std::optional<T> below, above;
  bool at_mark = false;  // a root that rounding cannot tell from the mark
  const auto note = [&](const T& root) {
    if (!(T(0) < root)) return;
    if (!(T(mark * T(T(16) * unit_roundoff<T>())) < magnitude(T(root - mark)))) at_mark = true;
    if (root < mark && (!below || *below < root)) below = root;
    if (mark < root && (!above || root < *above)) above = root;
  };
  // A root on a branch's end may round to the other side of it: what is beyond by no more than rounding explains counts.
  const auto inside = [](const T& root, const std::optional<T>& low, const std::optional<T>& high) {
    const T slack = T(magnitude(root) * T(T(16) * unit_roundoff<T>()));
    return (!low || !(T(root + slack) < *low)) && (!high || !(*high < T(root - slack)));
  };
  const auto note_line = [&](const T& ratio, const std::optional<T>& low, const std::optional<T>& high) {
    const T slope = T(T(held * ratio) + line);
    // What is no more than the rounding of its two parts is no slope: the root would lie beyond every price.
    if (!(T(T(magnitude(T(held * ratio)) + magnitude(line)) * T(T(4) * unit_roundoff<T>())) < magnitude(slope))) return;
    if (const T root = T(-T(C / slope)); inside(root, low, high)) note(root);
  };

  T here = T(T(1) - T(fall * T(T(1) - T(mark / reference))));
  here = here < T(0) ? T(0) : cap < here ? cap : here;
  if (!(T(0) < T(T(T(T(held * here) + line) * mark) + C))) return {Outcome::already, Outcome::already};

  if (!(T(0) < fall)) {
    note_line(cap < T(1) ? cap : T(1), std::nullopt, std::nullopt);
  } else {
    const T zero = T(reference * T(T(1) - T(T(1) / fall))), full = T(reference * T(T(1) - T(T(T(1) - cap) / fall)));
    note_line(T(0), std::nullopt, zero);
    note_line(cap, full, std::nullopt);
    const T A = T(T(held * fall) / reference), B = T(T(held * T(T(1) - fall)) + line);
    const auto note_middle = [&](const T& root) {
      if (inside(root, zero, full)) note(root);
    };
    const T discriminant = T(T(B * B) - T(T(T(4) * A) * C));
    if (!(discriminant < T(0))) {
      const T s = square_root(discriminant);
      const T half = B < T(0) ? T(T(s - B) / T(2)) : T(-T(T(B + s) / T(2)));  // -(B + sign(B) s) / 2
      if (!(half == T(0))) note_middle(T(C / half));
      if (!(A == T(0))) note_middle(T(half / A));
    }
  }
  if (at_mark) return {Outcome::already, Outcome::already};
  return {below ? Bound<T>(Price<T>(*below)) : Bound<T>(Outcome::none), above ? Bound<T>(Price<T>(*above)) : Bound<T>(Outcome::none)};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
