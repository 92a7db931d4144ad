// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/core/scalar.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

/// @file
/// Numbers as text, read exactly in every scalar. Not part of loadline.hpp.

namespace loadline {
inline namespace v1 {

/// How a number is written.
enum class NumberForm : std::uint8_t { decimal, fraction, hex };

/// The parts of a number's text: sign, then `first` (digits, or numerator, or hex digits with exponent), `second` (denominator).
struct NumberText {
  NumberForm form;
  bool negative;
  std::string_view first, second;
};

/// Reading and writing a scalar; specialise it for a number type of your own.
///
///     static Result<T> read(const NumberText&)    NUMBER_RANGE where the number does not fit
///     static std::string write(const T&)          a text that read() gives back
///     static constexpr bool json_number           whether an answer prints it as a JSON number, or as a string
template <class T>
struct ScalarText;

inline namespace LOADLINE_FLAGS {

/// Splits a number's text: "0.1", "1e-9", "7/3", "0x1.8p-4", with a sign and blanks around.
///
/// @par Units    none
/// @par Shape    none
/// @par Rounding none: nothing is converted
/// @par Errors BAD_NUMBER (anything else, also "nan" and "inf"), NUMBER_RANGE (an exponent beyond +-400, more than 4,000
///             characters: looked at before anything is converted)
/// @par Cost     O(text), no allocation
/// @par Source   docs/reference/account-file.md, Numbers and times
[[nodiscard]] inline Result<NumberText> split_number(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\f\v", digits = "0123456789", hex_digits = "0123456789abcdefABCDEF";
  const auto bad = [] { return Error{Errc::bad_number}; };
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return bad();
  text = text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
  NumberText out{NumberForm::decimal, text.front() == '-', {}, {}};
  if (text.front() == '-' || text.front() == '+') text.remove_prefix(1);
  const std::string_view all = text;
  const auto skip = [&text](std::string_view set) {
    const std::size_t n = std::min(text.find_first_not_of(set), text.size());
    text.remove_prefix(n);
    return n;
  };
  const auto mantissa = [&](std::string_view set) {
    std::size_t n = skip(set);
    if (!text.empty() && text.front() == '.') {
      text.remove_prefix(1);
      n += skip(set);
    }
    return n > 0;
  };
  const auto exponent = [&](char lower, char upper) -> std::optional<bool> {  // none: not one; false: too large
    if (text.empty()) return true;
    if (text.front() != lower && text.front() != upper) return std::nullopt;
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
    const std::string_view number = text;
    if (skip(digits) == 0 || !text.empty()) return std::nullopt;
    const std::size_t significant = number.find_first_not_of('0');
    return significant == std::string_view::npos || number.size() - significant < 4;
  };
  out.first = all;
  if (all.size() > 2 && all[0] == '0' && (all[1] == 'x' || all[1] == 'X')) {
    out.form = NumberForm::hex;
    text.remove_prefix(2);
    out.first = text;
    if (!mantissa(hex_digits)) return bad();
    const std::optional<bool> fits = exponent('p', 'P');
    if (!fits) return bad();
    if (!*fits || all.size() > 4'000) return Error{Errc::number_range};
    return out;
  }
  if (const std::size_t slash = all.find('/'); slash != std::string_view::npos) {
    out.form = NumberForm::fraction;
    out.first = all.substr(0, slash);
    out.second = all.substr(slash + 1);
    for (const std::string_view part : {out.first, out.second})
      if (part.empty() || part.find_first_not_of(digits) != std::string_view::npos) return bad();
    if (out.second.find_first_not_of('0') == std::string_view::npos) return bad();
    if (all.size() > 4'000) return Error{Errc::number_range};
    return out;
  }
  if (!mantissa(digits)) return bad();
  const std::string_view rest = text;
  const std::optional<bool> fits = exponent('e', 'E');
  if (!fits) return bad();
  int e = 0;
  if (*fits && !rest.empty()) {
    const std::string_view number = rest.substr(rest[1] == '+' ? 2 : 1);
    std::from_chars(number.data(), number.data() + number.size(), e);
  }
  if (!*fits || e > 400 || e < -400 || all.size() > 4'000) return Error{Errc::number_range};
  return out;
}

/// The number that a text stands for; exact in a rational, the nearest one in a rounding scalar.
/// @par Units    none
/// @par Shape    a number as the account file writes it
/// @par Rounding exact in a rational; else to the nearest number of T
/// @par Errors   BAD_NUMBER, NUMBER_RANGE
/// @par Cost     O(text)
/// @par Source   docs/reference/account-file.md, Numbers and times
template <Scalar T>
[[nodiscard]] Result<T> read_number(std::string_view text) {
  const Result<NumberText> parts = split_number(text);
  if (!parts) return parts.error();
  return ScalarText<T>::read(*parts);
}

/// The double nearest to p / q, q > 0.
[[nodiscard]] inline double nearest_quotient(std::uint64_t p, std::uint64_t q) noexcept {
  if (p == 0) return 0.0;
  __extension__ using Wide = unsigned __int128;
  const int shift = std::countl_zero(p);
  const Wide numerator = static_cast<Wide>(p << shift) << 64;
  Wide quotient = numerator / q;  // at least 63 bits
  bool rest = numerator % q != 0;
  int exponent = -64 - shift;
  while ((quotient >> 64) != 0) {
    rest = rest || (quotient & 1) != 0;
    quotient >>= 1;
    ++exponent;
  }
  const auto significant = static_cast<std::uint64_t>(quotient) | (rest ? 1U : 0U);  // a sticky bit far below the last place
  return __builtin_ldexp(static_cast<double>(significant), exponent);
}

}  // namespace LOADLINE_FLAGS

template <>
struct ScalarText<double> {
  static constexpr bool json_number = true;

  [[nodiscard]] static Result<double> read(const NumberText& text) {
    double x = 0.0;
    if (text.form == NumberForm::fraction) {
      std::array<std::uint64_t, 2> part{};
      for (std::size_t i = 0; i < 2; ++i) {
        const std::string_view s = i == 0 ? text.first : text.second;
        if (std::from_chars(s.data(), s.data() + s.size(), part[i]).ec != std::errc()) return Error{Errc::number_range};
      }
      x = nearest_quotient(part[0], part[1]);
    } else {
      const std::string_view s = text.first;
      const auto format = text.form == NumberForm::hex ? std::chars_format::hex : std::chars_format::general;
      if (std::from_chars(s.data(), s.data() + s.size(), x, format).ec != std::errc()) return Error{Errc::number_range};
    }
    return text.negative ? -x : x;
  }

  [[nodiscard]] static std::string write(double x) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x);
    return {buffer.data(), end.ptr};
  }
};

}  // namespace v1
}  // namespace loadline
