// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/config.hpp"

#include <concepts>

/// @file
/// Exact integers for rules that are stated in integers: the direction of every division is named, and what does not fit is told.

namespace loadline {
inline namespace v1 {

/// A signed integer of 127 bits and a sign: wide enough for the figures of on-chain venues.
__extension__ using Whole = __int128;

/// An exact signed integer: Whole, or one without bound (boost::multiprecision::cpp_int). Division cuts towards zero.
template <class I>
concept WholeNumber = std::same_as<I, Whole> ||(std::copyable<I> && !std::integral<I> && requires(I a, const I& b) {
  I(0);
  I(a + b);
  I(a - b);
  I(a * b);
  I(a / b);
  I(a % b);
  { b < b } -> std::convertible_to<bool>;
  { b == b } -> std::convertible_to<bool>;
});

/// Where a quotient goes that is not whole.
enum class Cut : unsigned char { floor, ceil, toward_zero };

namespace detail {

/// a b / d for magnitudes below 2^127, through a product of 254 bits; false where the quotient does not fit into 128.
struct WideQuotient {
  __extension__ using Unsigned = unsigned __int128;
  Unsigned quotient = 0, rest = 0;

  [[nodiscard]] constexpr bool divide(Unsigned a, Unsigned b, Unsigned d) noexcept {
    constexpr Unsigned half = (Unsigned(1) << 64) - 1;
    const Unsigned al = a & half, ah = a >> 64, bl = b & half, bh = b >> 64;
    const Unsigned ll = al * bl, lh = al * bh, hl = ah * bl;
    const Unsigned middle = (ll >> 64) + (lh & half) + (hl & half);
    const Unsigned low = (ll & half) | (middle << 64), high = ah * bh + (lh >> 64) + (hl >> 64) + (middle >> 64);
    if (high >= d) return false;
    rest = high;
    for (int bit = 127; bit >= 0; --bit) {
      rest = (rest << 1) | ((low >> bit) & 1);  // below 2 d
      quotient <<= 1;
      if (rest >= d) {
        rest -= d;
        quotient |= 1;
      }
    }
    return true;
  }
};

}  // namespace detail

inline namespace LOADLINE_FLAGS {

/// Integer arithmetic that remembers whether anything did not fit.
///
/// A formula is written with it from end to end and asked once: after a result that did not fit, what follows means nothing, and
/// no branch taken on the way can hide it. Integers without bound always fit.
/// @par Units    none
/// @par Shape    Whole: |x| < 2^127, the smallest number of the type is not used
/// @par Rounding of a quotient: the Cut that is named; all else is exact
/// @par Errors   `overflowed` becomes true, for good, at a result that does not fit and at a division by zero
/// @par Cost     a few operations; a product beyond 127 bits on its way to a quotient: 128 steps
/// @par Source   none
template <WholeNumber I>
class Checked {
 public:
  static constexpr bool bounded = std::same_as<I, Whole>;

  [[nodiscard]] constexpr bool overflowed() const noexcept { return overflowed_; }

  [[nodiscard]] constexpr I plus(const I& a, const I& b) {
    I out = I(0);
    if constexpr (bounded)
      fits(!__builtin_add_overflow(a, b, &out), out);
    else
      out = I(a + b);
    return out;
  }
  [[nodiscard]] constexpr I minus(const I& a, const I& b) {
    I out = I(0);
    if constexpr (bounded)
      fits(!__builtin_sub_overflow(a, b, &out), out);
    else
      out = I(a - b);
    return out;
  }
  [[nodiscard]] constexpr I times(const I& a, const I& b) {
    I out = I(0);
    if constexpr (bounded)
      fits(!__builtin_mul_overflow(a, b, &out), out);
    else
      out = I(a * b);
    return out;
  }
  [[nodiscard]] constexpr I magnitude(const I& a) { return a < I(0) ? minus(I(0), a) : a; }

  /// a / b
  [[nodiscard]] constexpr I over(const I& a, const I& b, Cut cut) {
    if (b == I(0) || !inside(a) || !inside(b)) return refuse();
    return adjusted(I(a / b), !(I(a % b) == I(0)), (a < I(0)) != (b < I(0)), cut);
  }

  /// a b / d, where the product need not fit.
  [[nodiscard]] constexpr I times_over(const I& a, const I& b, const I& d, Cut cut) {
    if constexpr (bounded) {
      if (Whole product = 0; __builtin_mul_overflow(a, b, &product) || !inside(product)) {
        using Unsigned = detail::WideQuotient::Unsigned;
        if (d == 0 || !inside(a) || !inside(b) || !inside(d)) return refuse();
        const auto size = [](Whole x) { return static_cast<Unsigned>(x < 0 ? -x : x); };
        detail::WideQuotient wide;
        if (!wide.divide(size(a), size(b), size(d)) || (wide.quotient >> 127) != 0) return refuse();
        const bool negative = ((a < 0) != (b < 0)) != (d < 0);
        const auto whole = static_cast<Whole>(wide.quotient);
        return adjusted(negative ? -whole : whole, wide.rest != 0, negative, cut);
      }
    }
    return over(times(a, b), d, cut);
  }

  /// a 10^e. Cutting digit by digit is cutting once.
  [[nodiscard]] constexpr I shifted(const I& a, int e, Cut cut) {
    I out = a;
    for (int i = 0; i < e && !overflowed_ && !(out == I(0)); ++i) out = times(out, I(10));
    for (int i = 0; i > e; --i) {
      const I next = over(out, I(10), cut);
      if (next == out) break;  // 0, or the unit that the cut goes to: no further digit changes it
      out = next;
    }
    return out;
  }

  /// a b 10^e, where a b need not fit.
  [[nodiscard]] constexpr I times_shifted(const I& a, const I& b, int e, Cut cut) {
    if (!(e < 0)) return shifted(times(a, b), e, cut);
    const int digits = e < -38 ? 38 : -e;  // 10^38 is the last that fits
    return shifted(times_over(a, b, shifted(I(1), digits, cut), cut), e + digits, cut);
  }

 private:
  constexpr void fits(bool ok, const I& out) { overflowed_ = overflowed_ || !ok || !inside(out); }
  [[nodiscard]] static constexpr bool inside(const I& a) {
    if constexpr (bounded) return a != Whole(static_cast<detail::WideQuotient::Unsigned>(1) << 127);
    return true;
  }
  [[nodiscard]] constexpr I refuse() {
    overflowed_ = true;
    return I(0);
  }
  [[nodiscard]] constexpr I adjusted(const I& cut_off, bool rest, bool negative, Cut cut) {
    if (!rest || cut == Cut::toward_zero || negative != (cut == Cut::floor)) return cut_off;
    return negative ? minus(cut_off, I(1)) : plus(cut_off, I(1));
  }

  bool overflowed_ = false;
};

/// The greatest common divisor of two magnitudes, a >= 0, b >= 0.
template <WholeNumber I>
[[nodiscard]] constexpr I common_divisor(I a, I b) {
  while (!(b == I(0))) {
    const I rest = I(a % b);
    a = b;
    b = rest;
  }
  return a;
}

/// n / d with d > 0; `reduced` has no common factor.
template <WholeNumber I>
struct Fraction {
  I numerator, denominator;

  [[nodiscard]] constexpr Fraction reduced() const {
    const I common = common_divisor<I>(numerator < I(0) ? I(I(0) - numerator) : numerator, denominator);
    return common < I(2) ? *this : Fraction{I(numerator / common), I(denominator / common)};
  }
};

/// Which of two fractions is larger: -1, 0 or 1. By continued fractions: no product that could fail to fit.
template <WholeNumber I>
[[nodiscard]] constexpr int compare(Fraction<I> a, Fraction<I> b) {
  for (int sense = 1;; sense = -sense) {
    Checked<I> exact;
    const I p = exact.over(a.numerator, a.denominator, Cut::floor), q = exact.over(b.numerator, b.denominator, Cut::floor);
    if (p < q) return -sense;
    if (q < p) return sense;
    const auto rest = [](const Fraction<I>& x) {  // in [0, d)
      const I cut_off = I(x.numerator % x.denominator);
      return cut_off < I(0) ? I(cut_off + x.denominator) : cut_off;
    };
    const I r = rest(a), s = rest(b);
    if (r == I(0) || s == I(0)) return r == s ? 0 : (r == I(0) ? -sense : sense);
    a = {a.denominator, r};  // the rests turned over: the order turns with them
    b = {b.denominator, s};
  }
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
