// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/text.hpp"

#include <boost/multiprecision/cpp_dec_float.hpp>
#include <boost/multiprecision/cpp_int.hpp>

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// @file
/// Boost.Multiprecision as scalars: cpp_dec_float_50 (audit) and cpp_rational (proof); other fixed numbers of digits, decimal or binary, as well.
///
/// Works from Boost 1.74. Include it before the first use of these scalars: a rational that is not known to be exact
/// claims nothing. Component loadline::multiprecision.

namespace loadline {
inline namespace v1 {

using Decimal = boost::multiprecision::cpp_dec_float_50;
using Rational = boost::multiprecision::cpp_rational;

template <>
struct ScalarTraits<Rational> : ScalarDefaults<Rational> {
  static constexpr bool exact = true;

  using Integer = boost::multiprecision::cpp_int;

  /// x >= 0 without what it has below 2^-bits: for functions that a fraction cannot hold.
  [[nodiscard]] static Rational truncated(const Rational& x, unsigned bits) {
    return Rational(Integer((numerator(x) << bits) / denominator(x)), Integer(Integer(1) << bits));
  }

  /// p times a positive number: integer coefficients without a common factor. Their sums need no common divisors.
  static void make_primitive(std::vector<Rational>& p) {
    Integer multiple = 1, common = 0;
    for (const Rational& c : p) multiple = lcm(multiple, denominator(c));
    for (const Rational& c : p) common = gcd(common, Integer(numerator(c) * (multiple / denominator(c))));
    if (common != 0)
      for (Rational& c : p) c = Rational(Integer(numerator(c) * (multiple / denominator(c)) / common));
  }

  /// The sign of p at x, in integers: that of the sum of c_i n^i d^(degree - i), x = n / d.
  [[nodiscard]] static int sign_at(std::span<const Rational> p, const Rational& x) {
    Integer multiple = 1, sum = 0, power = 1;
    for (const Rational& c : p) multiple = denominator(c) == 1 ? multiple : lcm(multiple, denominator(c));
    for (std::size_t i = p.size(); i-- > 0;) {
      const Integer c = multiple == 1 ? Integer(numerator(p[i])) : Integer(numerator(p[i]) * (multiple / denominator(p[i])));
      sum = sum * numerator(x) + c * power;
      power *= denominator(x);
    }
    return sum.sign();
  }

  /// Halves (low, high) so many times around the only root of p inside; p is negative at `low` if low_sign is. All in
  /// integers: p in y = (x - low) / (high - low), y then doubled and, in the upper half, moved down by 1.
  static void bisect(std::vector<Rational> p, Rational& low, Rational& high, int low_sign, int steps) {
    const Rational width = high - low;
    for (std::size_t i = 0; i + 1 < p.size(); ++i)
      for (std::size_t j = p.size() - 1; j-- > i;) p[j] += p[j + 1] * low;
    Rational power = 1;
    for (Rational& c : p) c *= power, power *= width;
    make_primitive(p);
    std::vector<Integer> q;
    for (const Rational& c : p) q.push_back(numerator(c));
    Integer place = 0, sum;
    for (int k = 0; k < steps; ++k) {
      place *= 2;
      for (std::size_t i = 0; i < q.size(); ++i) q[i] <<= q.size() - 1 - i;
      sum = 0;
      for (const Integer& c : q) sum += c;
      if (sum == 0) {
        low = high = low + width * Rational(Integer(place + 1), Integer(1) << (k + 1));
        return;
      }
      if (sum.sign() != low_sign) continue;
      ++place;
      for (std::size_t i = 0; i + 1 < q.size(); ++i)
        for (std::size_t j = q.size() - 1; j-- > i;) q[j] += q[j + 1];
    }
    const Integer parts = Integer(1) << steps;
    high = low + width * Rational(Integer(place + 1), parts);
    low = low + width * Rational(place, parts);
  }

  /// The only root of p in (low, high), if it is rational. With integer coefficients it is k / lead for an integer k, and
  /// where the interval is narrower than 1 / lead there is one k to try.
  /// @pre p has integer coefficients, and opposite signs at the two ends
  [[nodiscard]] static std::optional<Rational> rational_root(std::span<const Rational> p, Rational low, Rational high) {
    const Rational lead = abs(p.back());
    const int low_sign = sign_at(p, low);
    while (Rational((high - low) * lead) >= 1) {
      const Rational middle = (low + high) / 2;
      const int s = sign_at(p, middle);
      if (s == 0) return middle;
      (s == low_sign ? low : high) = middle;
    }
    const Rational scaled = low * lead;
    Integer k = numerator(scaled) / denominator(scaled);  // towards 0
    if (scaled < 0 && Rational(k) > scaled) --k;
    const Rational x = Rational(Integer(k + 1)) / lead;
    if (low < x && x < high && sign_at(p, x) == 0) return x;
    return std::nullopt;
  }
};
/// A backend of Boost that is a floating-point number, decimal or binary, of a number of digits that the compiler knows.
template <class Backend>
concept FixedPrecision = boost::multiprecision::number_category<Backend>::value ==
                         boost::multiprecision::number_kind_floating_point&& std::numeric_limits<boost::multiprecision::number<Backend>>::digits10 > 0;

template <FixedPrecision Backend, boost::multiprecision::expression_template_option Expressions>
struct ScalarTraits<boost::multiprecision::number<Backend, Expressions>> : ScalarDefaults<boost::multiprecision::number<Backend, Expressions>> {
  using T = boost::multiprecision::number<Backend, Expressions>;

  /// One unit of the last digit that it promises; it carries guard digits.
  [[nodiscard]] static T roundoff() { return T("1e-" + std::to_string(std::numeric_limits<T>::digits10 - 1)); }
  /// x^y, x > 0 (market/power_depth.hpp). A rational has none.
  [[nodiscard]] static T power(const T& x, const T& y) { return T(pow(x, y)); }
};

inline namespace LOADLINE_FLAGS {
namespace detail {

/// 10^n, n >= 0.
[[nodiscard]] inline boost::multiprecision::cpp_int power_of_ten(unsigned n) {
  return boost::multiprecision::pow(boost::multiprecision::cpp_int(10), n);
}

/// Decimal digits as an integer; no leading zero reaches Boost, which would read octal.
[[nodiscard]] inline boost::multiprecision::cpp_int integer(std::string_view digits) {
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string_view::npos ? boost::multiprecision::cpp_int(0) : boost::multiprecision::cpp_int(std::string(digits.substr(first)));
}

/// A decimal text without sign as an integer times a power of ten.
struct ScaledInteger {
  boost::multiprecision::cpp_int digits;
  int exponent;
};
[[nodiscard]] inline ScaledInteger scaled_integer(std::string_view text) {
  const std::size_t e = text.find_first_of("eE");
  const std::string_view mantissa = text.substr(0, e);
  int exponent = 0;
  if (e != std::string_view::npos) {
    std::string_view s = text.substr(e + 1);
    if (s.front() == '+') s.remove_prefix(1);
    std::from_chars(s.data(), s.data() + s.size(), exponent);
  }
  const std::size_t point = mantissa.find('.');
  std::string digits(mantissa.substr(0, point));
  if (point != std::string_view::npos) {
    digits += mantissa.substr(point + 1);
    exponent -= static_cast<int>(mantissa.size() - point - 1);
  }
  return {integer(digits), exponent};
}

/// The exact value of any number's text; a hex float is the double that it names.
[[nodiscard]] inline Result<Rational> exact_value(const NumberText& text) {
  Rational x;
  if (text.form == NumberForm::decimal) {
    const ScaledInteger value = scaled_integer(text.first);
    const auto shift = power_of_ten(static_cast<unsigned>(value.exponent < 0 ? -value.exponent : value.exponent));
    x = value.exponent < 0 ? Rational(value.digits, shift) : Rational(value.digits * shift);
  } else if (text.form == NumberForm::fraction) {
    x = Rational(integer(text.first), integer(text.second));
  } else {
    const Result<double> d = ScalarText<double>::read(NumberText{text.form, false, text.first, {}});
    if (!d) return d.error();
    x = Rational(*d);
  }
  return text.negative ? Rational(-x) : x;
}

/// A rational in scientific notation with so many digits, rounded half away from zero.
[[nodiscard]] inline std::string digits_of(const Rational& x, int digits) {
  using Integer = boost::multiprecision::cpp_int;
  if (x == 0) return "0";
  const Integer n = abs(numerator(x)), d = denominator(x);
  int exponent = static_cast<int>(n.str().size()) - static_cast<int>(d.str().size());  // within one of the right one
  const auto scaled = [&](int e) {                                                     // x * 10^(digits - 1 - e), rounded
    const int shift = digits - 1 - e;
    const Integer up = shift > 0 ? Integer(n * power_of_ten(static_cast<unsigned>(shift))) : n,
                  down = shift < 0 ? Integer(d * power_of_ten(static_cast<unsigned>(-shift))) : d;
    return Integer((2 * up + down) / (2 * down));
  };
  Integer all = scaled(exponent);
  if (all < power_of_ten(static_cast<unsigned>(digits - 1))) all = scaled(--exponent);
  std::string text = all.str();
  exponent += static_cast<int>(text.size()) - digits;
  text.resize(static_cast<std::size_t>(digits), '0');
  return (x < 0 ? "-" : "") + text.substr(0, 1) + "." + text.substr(1) + (exponent < 0 ? "e-" : "e+") + std::to_string(exponent < 0 ? -exponent : exponent);
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS

/// Exact in both directions; written "p/q", or "p" for an integer.
template <>
struct ScalarText<Rational> {
  static constexpr bool json_number = false;
  [[nodiscard]] static Result<Rational> read(const NumberText& text) { return detail::exact_value(text); }
  [[nodiscard]] static std::string write(const Rational& x) { return x.str(); }
  /// The first forty digits of what is only near its number: "1.4142...e+0".
  [[nodiscard]] static std::string write_digits(const Rational& x) { return detail::digits_of(x, 40); }
};

/// A decimal text is read as it stands (to 50 digits and the guard digits), any other number to 50 digits; written with 50.
template <>
struct ScalarText<Decimal> {
  static constexpr bool json_number = false;
  [[nodiscard]] static Result<Decimal> read(const NumberText& text) {
    if (text.form == NumberForm::decimal) {
      const detail::ScaledInteger value = detail::scaled_integer(text.first);
      return Decimal((text.negative ? "-" : "") + value.digits.str() + "e" + std::to_string(value.exponent));
    }
    const Result<Rational> x = detail::exact_value(text);
    if (!x) return x.error();
    return Decimal(Decimal(numerator(*x)) / Decimal(denominator(*x)));
  }
  [[nodiscard]] static std::string write(const Decimal& x) { return x.str(50); }
};

}  // namespace v1
}  // namespace loadline
