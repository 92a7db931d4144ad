// SPDX-License-Identifier: Apache-2.0
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/core/text.hpp>
#include <loadline/ext/multiprecision.hpp>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

using loadline::Decimal;
using loadline::Errc;
using loadline::nearest_quotient;
using loadline::NumberForm;
using loadline::Rational;
using loadline::read_number;
using loadline::ScalarText;
using loadline::split_number;

namespace {

Errc refused(const std::string& text) {
  const auto r = split_number(text);
  return r ? Errc::overflow : r.error().code;  // overflow: never given by split_number
}

bool is_nearest(double found, const Rational& exact) {
  if (!std::isfinite(found)) return false;
  const Rational error = abs(Rational(Rational(found) - exact));
  for (const double other : {std::nextafter(found, INFINITY), std::nextafter(found, -INFINITY)}) {
    if (!std::isfinite(other)) continue;
    const Rational other_error = abs(Rational(Rational(other) - exact));
    if (other_error < error) return false;
    std::uint64_t bits = 0;
    std::memcpy(&bits, &found, sizeof bits);
    if (other_error == error && (bits & 1U) != 0) return false;  // a tie goes to the even one
  }
  return true;
}

}  // namespace

TEST_CASE("every form of a number is read, in double and exactly in rationals", "[text]") {
  struct Case {
    const char* text;
    double value;
    Rational exact;
  };
  const Case cases[] = {
      {"0", 0.0, 0},
      {"7", 7.0, 7},
      {"007", 7.0, 7},
      {"-7", -7.0, -7},
      {"+7", 7.0, 7},
      {"0.1", 0.1, Rational(1, 10)},
      {".5", 0.5, Rational(1, 2)},
      {"5.", 5.0, 5},
      {"1e3", 1'000.0, 1'000},
      {"1E3", 1'000.0, 1'000},
      {"1e+3", 1'000.0, 1'000},
      {"1e-9", 1e-9, Rational(1, 1'000'000'000)},
      {"12.5e-1", 1.25, Rational(5, 4)},
      {"1e0003", 1'000.0, 1'000},
      {"7/3", 7.0 / 3.0, Rational(7, 3)},
      {"-7/3", -7.0 / 3.0, Rational(-7, 3)},
      {"+14/006", 7.0 / 3.0, Rational(7, 3)},
      {"0/5", 0.0, 0},
      {"0x1.8p-4", 0.09375, Rational(3, 32)},
      {"0X1.8P-4", 0.09375, Rational(3, 32)},
      {"-0x1p+3", -8.0, -8},
      {"0xff", 255.0, 255},
      {"0x.8", 0.5, Rational(1, 2)},
      {" \t\r\n\f\v42 \t\r\n\f\v", 42.0, 42},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const auto x = read_number<double>(c.text);
    const auto r = read_number<Rational>(c.text);
    REQUIRE(x);
    REQUIRE(r);
    CHECK(*x == c.value);
    CHECK(*r == c.exact);
    const auto d = read_number<Decimal>(c.text);
    REQUIRE(d);
    CHECK(abs(Decimal(*d - Decimal(Decimal(numerator(c.exact)) / Decimal(denominator(c.exact))))) <= Decimal("1e-45"));
  }
  CHECK(std::signbit(*read_number<double>("-0")));
}

TEST_CASE("a number's text is split into sign, form and parts", "[text]") {
  const auto fraction = split_number(" -7/30");
  REQUIRE(fraction);
  CHECK(fraction->form == NumberForm::fraction);
  CHECK(fraction->negative);
  CHECK(fraction->first == "7");
  CHECK(fraction->second == "30");
  const auto hex = split_number("0x1.8p-4");
  REQUIRE(hex);
  CHECK(hex->form == NumberForm::hex);
  CHECK_FALSE(hex->negative);
  CHECK(hex->first == "1.8p-4");
  const auto decimal = split_number("+1.5e3 ");
  REQUIRE(decimal);
  CHECK(decimal->form == NumberForm::decimal);
  CHECK(decimal->first == "1.5e3");
}

TEST_CASE("what is not a number is refused", "[text]") {
  for (const char* text : {"",
                           " ",
                           "\t\n",
                           "-",
                           "+",
                           ".",
                           "-.",
                           "e5",
                           "1e",
                           "1e+",
                           "1e-",
                           "1e5.",
                           "1.2.3",
                           "--1",
                           "+-1",
                           "- 1",
                           "1 2",
                           "1_000",
                           "1,5",
                           "1,000",
                           "nan",
                           "NaN",
                           "inf",
                           "-inf",
                           "infinity",
                           "0x",
                           "0x.",
                           "0xp1",
                           "0x1p",
                           "0x1p+",
                           "0xg",
                           "0x1.8q3",
                           "1p3",
                           "abc",
                           "1a",
                           "1/",
                           "/3",
                           "1/0",
                           "1/00",
                           "0/0",
                           "1/-3",
                           "1.5/2",
                           "1/2/3",
                           "1/ 3",
                           "1e2/3",
                           "0x1/2",
                           "1d5",
                           "1f",
                           "1e5e5",
                           "\x01"
                           "1",
                           "1\xc2\xa0",
                           "\xef\xbc\x91"}) {
    INFO('"' << text << '"');
    CHECK(refused(text) == Errc::bad_number);
    CHECK(read_number<double>(text).error().code == Errc::bad_number);
    CHECK(read_number<Rational>(text).error().code == Errc::bad_number);
  }
  CHECK(refused(std::string("1\0", 2)) == Errc::bad_number);
  CHECK(refused(std::string("\0"
                            "1",
                            2)) == Errc::bad_number);
}

TEST_CASE("exponents reach from -400 to 400", "[text]") {
  CHECK(split_number("1e400"));
  CHECK(split_number("1e-400"));
  CHECK(split_number("1e+400"));
  CHECK(split_number("1e00400"));
  CHECK(refused("1e401") == Errc::number_range);
  CHECK(refused("1e-401") == Errc::number_range);
  CHECK(refused("0e401") == Errc::number_range);
  CHECK(refused("1e1000") == Errc::number_range);
  CHECK(refused("1e99999999999999999999") == Errc::number_range);
  CHECK(refused("0x1p1000") == Errc::number_range);
  CHECK(split_number("0x1p999"));
  CHECK(*read_number<Rational>("1e400") == pow(boost::multiprecision::cpp_int(10), 400));
  CHECK(*read_number<Rational>("1e-400") == Rational(1, pow(boost::multiprecision::cpp_int(10), 400)));
  CHECK(read_number<double>("1e400").error().code == Errc::number_range);
  CHECK(read_number<double>("1e309").error().code == Errc::number_range);
  CHECK(*read_number<double>("1.7976931348623157e308") == std::numeric_limits<double>::max());
  CHECK(*read_number<double>("5e-324") == std::numeric_limits<double>::denorm_min());
}

TEST_CASE("a number has at most 4,000 characters", "[text]") {
  const std::string digits(3'998, '1');
  CHECK(split_number("0." + digits));
  CHECK(refused("0." + digits + "1") == Errc::number_range);
  CHECK(split_number("  0." + digits + "   "));  // blanks are not counted
  CHECK(split_number("-0." + digits));           // nor is the sign
  CHECK(split_number("1/" + digits));
  CHECK(refused("1/" + digits + "1") == Errc::number_range);
  CHECK(split_number("0x" + digits));
  CHECK(refused("0x" + digits + "1") == Errc::number_range);
  CHECK(refused(std::string(1'000'000, '9')) == Errc::number_range);
  CHECK(refused(std::string(1'000'000, '9') + "x") == Errc::bad_number);
  CHECK(read_number<Rational>("0." + digits));
  CHECK(read_number<double>("0." + digits));
}

TEST_CASE("a fraction becomes the nearest double", "[text]") {
  check_property("nearest, ties to even", 5'000, [] {
    const auto bits = [] { return *rc::gen::inRange(1, 65); };
    const auto number = [&] {
      const auto width = bits();
      const auto raw = *rc::gen::arbitrary<std::uint64_t>();
      return width == 64 ? raw : raw & ((std::uint64_t{1} << width) - 1);
    };
    std::uint64_t p = number(), q = number();
    if (*rc::gen::inRange(0, 4) == 0) q = std::uint64_t{1} << *rc::gen::inRange(0, 64);  // powers of two make ties
    if (q == 0) q = 1;
    const Rational exact = Rational(p) / Rational(q);
    RC_ASSERT(is_nearest(nearest_quotient(p, q), exact));
    const auto read = read_number<double>(std::to_string(p) + "/" + std::to_string(q));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == nearest_quotient(p, q));
    RC_ASSERT(*read_number<Rational>(std::to_string(p) + "/" + std::to_string(q)) == exact);
  });
  check_property("nearest also where the quotient lies within 2^-110 of a tie", 1'000, [] {
    // p / q = m / 2^54 (1 + r / (m q)) with m odd, of 54 bits: half way between two doubles, but for the last term.
    const std::uint64_t q = *rc::gen::arbitrary<std::uint64_t>() | (std::uint64_t{1} << 63) | 1U;
    std::uint64_t inverse = 1;  // of q modulo 2^64, by Newton
    for (int i = 0; i < 6; ++i) inverse *= 2 - q * inverse;
    const auto r = static_cast<std::int64_t>(*rc::gen::inRange(-500, 500) * 2 + 1);
    const std::uint64_t m = (0 - static_cast<std::uint64_t>(r) * inverse) & ((std::uint64_t{1} << 54) - 1);
    RC_PRE(m >= (std::uint64_t{1} << 53));
    const boost::multiprecision::cpp_int p = (boost::multiprecision::cpp_int(m) * q + r) >> 54;
    RC_ASSERT(p * (boost::multiprecision::cpp_int(1) << 54) == boost::multiprecision::cpp_int(m) * q + r);
    RC_ASSERT(is_nearest(nearest_quotient(static_cast<std::uint64_t>(p), q), Rational(p) / Rational(q)));
  });
  CHECK(nearest_quotient(0, 7) == 0.0);
  CHECK(nearest_quotient(~std::uint64_t{0}, 1) == 0x1p64);
  CHECK(nearest_quotient(1, ~std::uint64_t{0}) == 0x1p-64);
  CHECK(nearest_quotient((std::uint64_t{1} << 53) + 1, 1) == 0x1p53);  // a tie, to even
  CHECK(nearest_quotient((std::uint64_t{1} << 53) + 3, 1) == 0x1p53 + 4.0);
  CHECK(read_number<double>("18446744073709551616/1").error().code == Errc::number_range);  // beyond 64 bits
}

TEST_CASE("a decimal becomes the nearest double", "[text]") {
  check_property("nearest, ties to even", 2'000, [] {
    const auto digits = *rc::gen::inRange<std::int64_t>(0, 1'000'000'000'000'000'000);
    const auto exponent = *rc::gen::inRange(-300, 280);
    const std::string text = std::to_string(digits) + "e" + std::to_string(exponent);
    RC_ASSERT(is_nearest(*read_number<double>(text), *read_number<Rational>(text)));
  });
}

TEST_CASE("what is written is read back", "[text]") {
  check_property("double, bit by bit", 2'000, [] {
    const auto bits = *rc::gen::arbitrary<std::uint64_t>();
    double x = 0.0;
    std::memcpy(&x, &bits, sizeof x);
    if (!std::isfinite(x)) return;
    const auto back = read_number<double>(ScalarText<double>::write(x));
    RC_ASSERT(back.has_value());
    RC_ASSERT(std::memcmp(&*back, &x, sizeof x) == 0);
  });
  for (const double x : {0.0, 1e22, 1e-7, std::numeric_limits<double>::max(), std::numeric_limits<double>::denorm_min()})
    CHECK(*read_number<double>(ScalarText<double>::write(x)) == x);
  check_property("rational, exactly", 1'000, [] {
    const auto n = *rc::gen::arbitrary<std::int64_t>();
    const auto d = *rc::gen::inRange<std::int64_t>(1, std::numeric_limits<std::int64_t>::max());
    const Rational x = Rational(Rational(n) / Rational(d));
    RC_ASSERT(*read_number<Rational>(ScalarText<Rational>::write(x)) == x);
  });
  check_property("decimal, to 50 digits", 500, [] {
    const Decimal x = Decimal(Decimal(*rc::gen::arbitrary<std::int64_t>()) / Decimal(*rc::gen::inRange(1, 1'000'000)));
    const auto back = read_number<Decimal>(ScalarText<Decimal>::write(x));
    RC_ASSERT(back.has_value());
    RC_ASSERT(ScalarText<Decimal>::write(*back) == ScalarText<Decimal>::write(x));
  });
  CHECK(ScalarText<Rational>::write(Rational(-7, 3)) == "-7/3");
  CHECK(ScalarText<Rational>::write(Rational(4)) == "4");
  CHECK(ScalarText<double>::write(0.1) == "0.1");
}

TEST_CASE("leading zeros are decimal, never octal", "[text]") {
  CHECK(*read_number<Rational>("010") == 10);
  CHECK(*read_number<Rational>("010/0020") == Rational(1, 2));
  CHECK(*read_number<Rational>("0.010") == Rational(1, 100));
  CHECK(*read_number<double>("010") == 10.0);
  CHECK(*read_number<Rational>("00") == 0);
}
