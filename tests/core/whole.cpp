// SPDX-License-Identifier: Apache-2.0
// Exact integers: what fits is right, what does not is told.
#include "support/property.hpp"

#include <loadline/core/whole.hpp>

#include <boost/multiprecision/cpp_int.hpp>

#include <array>
#include <cstdint>
#include <limits>

namespace {

using loadline::Checked;
using loadline::Cut;
using loadline::Fraction;
using loadline::Whole;
__extension__ using Magnitude = unsigned __int128;
using Big = boost::multiprecision::cpp_int;

static_assert(loadline::WholeNumber<Whole> && loadline::WholeNumber<Big>);
static_assert(!loadline::WholeNumber<double> && !loadline::WholeNumber<int> && !loadline::WholeNumber<long long>);

constexpr Whole most = static_cast<Whole>((static_cast<Magnitude>(1) << 127) - 1);

constexpr bool at_compile_time() {
  Checked<Whole> exact;
  const Whole a = exact.times_over(most, most, most, Cut::floor);  // through 254 bits
  return a == most && exact.over(-7, 2, Cut::floor) == -4 && exact.over(-7, 2, Cut::ceil) == -3 && exact.over(-7, 2, Cut::toward_zero) == -3 &&
         exact.shifted(-15, -1, Cut::ceil) == -1 && !exact.overflowed();
}
static_assert(at_compile_time());

Big big(Whole x) {
  const bool negative = x < 0;
  const auto size = static_cast<Magnitude>(negative ? -x : x);
  const Big out = (Big(static_cast<std::uint64_t>(size >> 64)) << 64) + static_cast<std::uint64_t>(size);
  return negative ? Big(-out) : out;
}
/// Of any length from 1 to 127 bits, of either sign.
Whole any() {
  const auto high = *rc::gen::arbitrary<std::uint64_t>(), low = *rc::gen::arbitrary<std::uint64_t>();
  const int drop = *rc::gen::inRange(1, 128);
  const auto size = static_cast<Whole>(((static_cast<Magnitude>(high) << 64) | low) >> drop);
  return *rc::gen::arbitrary<bool>() ? -size : size;
}
bool fits(const Big& x) {
  return abs(x) <= big(most);
}
/// The quotient as schoolbooks have it.
Big quotient(const Big& a, const Big& b, Cut cut) {
  const bool negative = (a < 0) != (b < 0);
  const Big x = abs(a), y = abs(b), down = x / y;
  const bool up = x % y != 0 && cut != Cut::toward_zero && negative == (cut == Cut::floor);
  const Big size = up ? Big(down + 1) : down;
  return negative ? Big(-size) : size;
}
constexpr std::array cuts{Cut::floor, Cut::ceil, Cut::toward_zero};

}  // namespace

TEST_CASE("arithmetic is right or says that it is not", "[core]") {
  check_property("sums, differences, products", 300, [] {
    const Whole a = any(), b = any();
    Checked<Whole> sum, difference, product;
    const Whole s = sum.plus(a, b), d = difference.minus(a, b), p = product.times(a, b);
    RC_ASSERT(sum.overflowed() == !fits(big(a) + big(b)));
    RC_ASSERT(difference.overflowed() == !fits(big(a) - big(b)));
    RC_ASSERT(product.overflowed() == !fits(big(a) * big(b)));
    RC_ASSERT(sum.overflowed() || big(s) == big(a) + big(b));
    RC_ASSERT(difference.overflowed() || big(d) == big(a) - big(b));
    RC_ASSERT(product.overflowed() || big(p) == big(a) * big(b));
  });
  check_property("quotients, in the direction named", 300, [] {
    const Whole a = any(), b = any(), d = any();
    const Cut cut = *rc::gen::elementOf(cuts);
    Checked<Whole> simple, wide;
    Checked<Big> unbounded;
    const Whole q = simple.over(a, d, cut), w = wide.times_over(a, b, d, cut);
    if (d == 0) {
      RC_ASSERT(simple.overflowed() && wide.overflowed());
      return;
    }
    RC_ASSERT(!simple.overflowed() && big(q) == quotient(big(a), big(d), cut));
    const Big exact = quotient(big(a) * big(b), big(d), cut);
    RC_ASSERT(wide.overflowed() == !fits(exact));
    RC_ASSERT(wide.overflowed() || big(w) == exact);
    RC_ASSERT(unbounded.times_over(big(a), big(b), big(d), cut) == exact);
  });
  check_property("powers of ten, one digit after another", 200, [] {
    const Whole a = any(), b = any();
    const int e = *rc::gen::inRange(-60, 61);
    const Cut cut = *rc::gen::elementOf(cuts);
    const Big ten = pow(Big(10), static_cast<unsigned>(e < 0 ? -e : e));
    Checked<Whole> one, two;
    const Whole x = one.shifted(a, e, cut), y = two.times_shifted(a, b, e, cut);
    const Big shifted = e < 0 ? quotient(big(a), ten, cut) : Big(big(a) * ten), product = big(a) * big(b);
    RC_ASSERT(one.overflowed() == !fits(shifted));
    RC_ASSERT(one.overflowed() || big(x) == shifted);
    const Big both = e < 0 ? quotient(product, ten, cut) : Big(product * ten);
    // In steps: a product that is too large for 10^38 at once is told, though ten more digits would have brought it back.
    if (!fits(both)) RC_ASSERT(two.overflowed());
    RC_ASSERT(two.overflowed() || big(y) == both);
    if (!(e < -38) && !(0 < e && !fits(product))) RC_ASSERT(two.overflowed() == !fits(both));
  });
}

TEST_CASE("what did not fit is never forgotten", "[core]") {
  Checked<Whole> exact;
  CHECK(exact.plus(most, 0) == most);
  CHECK(!exact.overflowed());
  static_cast<void>(exact.plus(most, 1));
  CHECK(exact.overflowed());
  CHECK(exact.minus(3, 1) == 2);
  CHECK(exact.overflowed());
  Checked<Whole> lowest;
  static_cast<void>(lowest.minus(-most, 1));  // -2^127 has no magnitude
  CHECK(lowest.overflowed());
  // Given as it is, it is told wherever it would be divided: cut down it has no opposite.
  for (const Whole divisor : {Whole(-1), Whole(1), Whole(7)}) {
    Checked<Whole> divided, by, twice;
    static_cast<void>(divided.over(-most - 1, divisor, Cut::floor));
    CHECK(divided.overflowed());
    static_cast<void>(by.over(divisor, -most - 1, Cut::floor));
    CHECK(by.overflowed());
    static_cast<void>(twice.times_over(-most - 1, divisor, divisor, Cut::floor));
    CHECK(twice.overflowed());
  }
  Checked<Big> unbounded;
  CHECK(unbounded.times(big(most), big(most)) == big(most) * big(most));
  CHECK(!unbounded.overflowed());
  static_cast<void>(unbounded.over(1, 0, Cut::floor));
  CHECK(unbounded.overflowed());
}

TEST_CASE("a power of ten beyond all digits ends at once", "[core]") {
  constexpr int far = std::numeric_limits<int>::max();
  Checked<Whole> exact;
  CHECK(exact.shifted(most, -far, Cut::floor) == 0);
  CHECK(exact.shifted(-most, -far, Cut::floor) == -1);
  CHECK(exact.shifted(-most, -far, Cut::ceil) == 0);
  CHECK(exact.shifted(most, -far, Cut::ceil) == 1);
  CHECK(exact.shifted(-most, -far, Cut::toward_zero) == 0);
  CHECK(exact.shifted(0, far, Cut::floor) == 0);
  CHECK(!exact.overflowed());
  static_cast<void>(exact.shifted(1, far, Cut::floor));
  CHECK(exact.overflowed());
}

TEST_CASE("fractions are compared without a product", "[core]") {
  // Small ones often share their whole part, and one of the two often ends there.
  for (int n = -12; n <= 12; ++n)
    for (int d = 1; d <= 6; ++d)
      for (int m = -12; m <= 12; ++m)
        for (int e = 1; e <= 6; ++e) REQUIRE(compare(Fraction<Whole>{n, d}, Fraction<Whole>{m, e}) == (n * e < m * d ? -1 : (m * d < n * e ? 1 : 0)));
  check_property("as cross-multiplying would", 500, [] {
    const auto positive = [] {
      const Whole x = any();
      return x == 0 ? Whole(1) : (x < 0 ? -x : x);
    };
    const Fraction<Whole> a{any(), positive()};
    const Fraction<Whole> b = *rc::gen::arbitrary<bool>() ? Fraction<Whole>{any(), positive()} : Fraction<Whole>{a.numerator, positive()};
    const Big left = big(a.numerator) * big(b.denominator), right = big(b.numerator) * big(a.denominator);
    RC_ASSERT(compare(a, b) == (left < right ? -1 : (right < left ? 1 : 0)));
    RC_ASSERT(compare(a, b) == -compare(b, a));
    RC_ASSERT(compare(a, a.reduced()) == 0);
    RC_ASSERT(gcd(big(a.reduced().numerator), big(a.reduced().denominator)) == 1);
  });
}
