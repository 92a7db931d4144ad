// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/scalar.hpp"

/// @file
/// A number known to lie within a radius: two doubles for the middle, one for the radius.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// An enclosure of a real number: |x - (hi + lo)| <= radius, with hi the double nearest to hi + lo.
///
/// Every operation carries the radii of its operands and adds what it rounds off itself, measured by error-free
/// transformations, not estimated: sums and products of short numbers keep the radius 0 and are *known* to be exact.
/// So a report in `double` is computed with about 106 bits, its figures are rounded once, and each error has a bound.
/// Comparisons ask for certainty: `a < b` is true only where it holds for every member of both balls; `sign` is 0 where
/// the ball holds 0 and `sign_is_certain` tells whether it holds anything else.
/// @par Units    none
/// @par Shape    none
/// @par Rounding the middle to nearest, the radius upwards (inflated by 2^-50, plus 2^-1000 where a product underflows)
/// @par Errors   an overflow gives a ball that is not finite
/// @par Cost     20 to 60 operations each; needs IEEE doubles (core/numerics.hpp)
/// @par Source   error-free transformations: Dekker 1971, Knuth; radii: the usual midpoint-radius arithmetic
class Ball {
 public:
  constexpr explicit Ball(int value) noexcept : hi_(value) {}
  constexpr explicit Ball(double value) noexcept : hi_(value) {}

  [[nodiscard]] constexpr double hi() const noexcept { return hi_; }
  [[nodiscard]] constexpr double lo() const noexcept { return lo_; }
  [[nodiscard]] constexpr double radius() const noexcept { return radius_; }
  [[nodiscard]] constexpr bool exact() const noexcept { return radius_ == 0.0; }

  /// Rounded to nearest, which is right to half a unit in the last place plus the radius.
  [[nodiscard]] constexpr explicit operator double() const noexcept { return hi_; }

  /// How far the nearest double may be from the real number.
  [[nodiscard]] constexpr double rounding_error() const noexcept { return (absolute(lo_) + radius_) * inflate; }

  /// The middle alone, exact.
  [[nodiscard]] constexpr Ball centre() const noexcept { return Ball(hi_, lo_, 0.0); }

  /// A ball that holds all members of two balls: about the middle between them, with half their distance and their radii.
  [[nodiscard]] static Ball around(const Ball& low, const Ball& high) noexcept {
    const Ball middle = (low + high) * Ball(0.5), half = (high - low) * Ball(0.5);
    return Ball(middle.hi_, middle.lo_, (middle.radius_ + half.reach() + low.radius_ + high.radius_) * inflate);
  }

  [[nodiscard]] constexpr Ball operator-() const noexcept { return Ball(-hi_, -lo_, radius_); }

  [[nodiscard]] friend Ball operator+(const Ball& x, const Ball& y) noexcept {
    if (x.is_zero()) return y.is_zero() ? Ball(0.0) : y;  // no zero is negative
    if (y.is_zero()) return x;
    const Pair s = two_sum(x.hi_, y.hi_), t = two_sum(x.lo_, y.lo_);
    const Pair c = two_sum(s.rest, t.sum);
    const Pair v = two_sum(s.sum, c.sum);
    const Pair w = two_sum(t.rest, v.rest);
    const Pair z = two_sum(v.sum, w.sum);
    return Ball(z.sum, z.rest, (x.radius_ + y.radius_ + absolute(c.rest) + absolute(w.rest)) * inflate);
  }
  [[nodiscard]] friend Ball operator-(const Ball& x, const Ball& y) noexcept { return x + -y; }

  [[nodiscard]] LOADLINE_INLINE friend Ball operator*(const Ball& x, const Ball& y) noexcept {
    // Most factors of a lowered account are 0, 1 or short: known before four products are made.
    if (x.is_unit()) return x.hi_ < 0.0 ? Ball(0.0) - y : y;  // not -y: no zero is negative
    if (y.is_unit()) return y.hi_ < 0.0 ? Ball(0.0) - x : x;
    if ((x.is_zero() && y.is_finite()) || (y.is_zero() && x.is_finite())) return Ball(0.0);
    return product(x, y);
  }

  [[nodiscard]] friend Ball operator/(const Ball& x, const Ball& y) noexcept {
    if (x.is_short() && y.is_short()) return short_quotient(x.hi_, y.hi_);
    const double least = absolute(y.hi_) * deflate - (absolute(y.lo_) + y.radius_) * inflate;  // no member of y is nearer to 0
    const double q1 = x.hi_ / y.hi_;
    const Ball rest1 = x - Ball(q1) * y;
    const Pair q = two_sum(q1, rest1.hi_ / y.hi_);
    // The quotient as found, times y, misses x by what is left: a bound that needs no theorem.
    const Ball middle(q.sum, q.rest, 0.0);
    return bounded_quotient(middle, x - middle * y, least);
  }

  Ball& operator+=(const Ball& y) noexcept { return *this = *this + y; }
  Ball& operator-=(const Ball& y) noexcept { return *this = *this - y; }

  /// 0 where the ball holds 0 (or is not a number).
  [[nodiscard]] constexpr int sign() const noexcept {
    const double reached = (absolute(lo_) + radius_) * inflate;
    return (hi_ > 0.0 && hi_ > reached ? 1 : 0) - (hi_ < 0.0 && -hi_ > reached ? 1 : 0);
  }
  [[nodiscard]] constexpr bool is_zero() const noexcept { return hi_ == 0.0 && lo_ == 0.0 && radius_ == 0.0; }
  [[nodiscard]] constexpr bool is_finite() const noexcept { return hi_ - hi_ == 0.0 && radius_ - radius_ == 0.0; }

  [[nodiscard]] friend bool operator<(const Ball& x, const Ball& y) noexcept { return (y - x).sign() > 0; }
  [[nodiscard]] friend bool operator==(const Ball& x, const Ball& y) noexcept { return (y - x).is_zero(); }

 private:
  struct Pair {
    double sum, rest;
  };
  static constexpr double inflate = 1.0 + 0x1p-50, deflate = 1.0 - 0x1p-50;

  constexpr Ball(double hi, double lo, double radius) noexcept : hi_(hi), lo_(lo), radius_(radius) {}

  /// A product of which no factor is known to be 0 or 1.
  static Ball product(const Ball& x, const Ball& y) noexcept {
    if (x.lo_ == 0.0 && y.lo_ == 0.0) {
      const Pair p = two_product(x.hi_, y.hi_);
      if (x.radius_ == 0.0 && y.radius_ == 0.0) return Ball(p.sum + 0.0, p.rest, underflow(p.sum, x.hi_, y.hi_));
      const double own = x.reach() * y.radius_, other = y.reach() * x.radius_;
      return Ball(p.sum + 0.0, p.rest,
                  (own + other) * inflate + underflow(p.sum, x.hi_, y.hi_) + underflow(own, x.reach(), y.radius_) + underflow(other, y.reach(), x.radius_));
    }
    const Pair p = two_product(x.hi_, y.hi_), q = two_product(x.hi_, y.lo_), r = two_product(x.lo_, y.hi_), t = two_product(x.lo_, y.lo_);
    const Pair a = two_sum(q.sum, r.sum);
    const Pair b = two_sum(a.sum, p.rest);
    const Pair c = two_sum(b.sum, t.sum);
    const Pair z = two_sum(p.sum, c.sum);
    const double dropped = absolute(q.rest) + absolute(r.rest) + absolute(t.rest) + absolute(a.rest) + absolute(b.rest) + absolute(c.rest);
    const double own = x.reach() * y.radius_, other = y.reach() * x.radius_, carried = own + other;
    const double lost = underflow(p.sum, x.hi_, y.hi_) + underflow(q.sum, x.hi_, y.lo_) + underflow(r.sum, x.lo_, y.hi_) + underflow(t.sum, x.lo_, y.lo_) +
                        underflow(own, x.reach(), y.radius_) + underflow(other, y.reach(), x.radius_);
    return Ball(z.sum, z.rest, (dropped + carried) * inflate + lost);
  }

  /// A quotient with what it leaves of the dividend; no member of the divisor is nearer to 0 than `least`.
  static Ball bounded_quotient(const Ball& q, const Ball& left, double least) noexcept {
    const double missed = absolute(left.hi_) + absolute(left.lo_) + left.radius_;
    if (missed == 0.0 && least > 0.0) return q;
    if (!(least > 0.0)) return Ball(q.hi_, q.lo_, 1.0 / 0.0 * (missed + 1.0));
    return Ball(q.hi_, q.lo_, missed / (least * deflate) * inflate + 0x1p-1000);
  }
  /// The same quotient of two doubles, without the products and sums that are known to vanish.
  static Ball short_quotient(double x, double y) noexcept {
    const double q1 = x / y;
    const Pair q = two_sum(q1, __builtin_fma(-q1, y, x) / y), p = two_product(q.sum, y), r = two_product(q.rest, y);
    const Pair b = two_sum(r.sum, p.rest), z = two_sum(p.sum, b.sum);
    const Ball back(z.sum, z.rest, (absolute(r.rest) + absolute(b.rest)) * inflate);
    return bounded_quotient(Ball(q.sum, q.rest, 0.0), Ball(x) - back, absolute(y) * deflate);
  }
  /// A double between 2^-400 and 2^400: nothing that is made from two of them underflows.
  constexpr bool is_short() const noexcept { return lo_ == 0.0 && radius_ == 0.0 && absolute(hi_) > 0x1p-400 && absolute(hi_) < 0x1p400; }

  static constexpr double absolute(double x) noexcept { return x < 0.0 ? -x : x; }
  constexpr bool is_unit() const noexcept { return (hi_ == 1.0 || hi_ == -1.0) && lo_ == 0.0 && radius_ == 0.0; }
  constexpr double reach() const noexcept { return absolute(hi_) + absolute(lo_) + radius_; }
  /// Below 2^-900 the rest of a product of two non-zero numbers may itself be lost.
  static constexpr double underflow(double product, double x, double y) noexcept {
    return absolute(product) < 0x1p-900 && x != 0.0 && y != 0.0 ? 0x1p-1000 : 0.0;
  }
  static constexpr Pair two_sum(double a, double b) noexcept {
    const double s = a + b, z = s - a;
    return {s, (a - (s - z)) + (b - z)};
  }
  static Pair two_product(double a, double b) noexcept {
    const double p = a * b;
    return {p, __builtin_fma(a, b, -p)};
  }

  double hi_, lo_ = 0.0, radius_ = 0.0;
};

// Asked of every figure: without the subtractions of a comparison with zero.
[[nodiscard]] inline int sign(const Ball& x) noexcept {
  return x.sign();
}
[[nodiscard]] inline bool sign_is_certain(const Ball& x) noexcept {
  return x.sign() != 0 || x.is_zero();
}
[[nodiscard]] inline bool vanishes(const Ball& x) noexcept {
  return x.is_zero();
}
[[nodiscard]] inline bool is_finite(const Ball& x) noexcept {
  return x.is_finite();
}
[[nodiscard]] inline Ball point(const Ball& x) noexcept {
  return x.centre();
}
[[nodiscard]] inline Ball around(const Ball& low, const Ball& high) noexcept {
  return Ball::around(low, high);
}

}  // namespace LOADLINE_FLAGS

template <>
struct ScalarTraits<double> : ScalarDefaults<double> {
  using Working = Ball;
};
template <>
struct ScalarTraits<Ball> : ScalarDefaults<Ball> {
  static constexpr bool encloses = true;
  using Rough = double;                                       ///< in which a search may begin
  static Ball roundoff() noexcept { return Ball(0x1p-104); }  // what a middle can be off by; 1 + 2^-1000 is held exactly
};

}  // namespace v1
}  // namespace loadline
