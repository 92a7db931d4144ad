// SPDX-License-Identifier: Apache-2.0
#include "piecewise/random_slice.hpp"
#include "support/strict.hpp"

#include <loadline/piecewise/newton.hpp>

#include <array>

namespace {

using loadline::newton;
using loadline::Piece;
using loadline::Point;
using loadline::Slice;
using loadline::Term;
using loadline::Toward;

/// -2 + s up to 4, then 10 - 2 s: above zero between 2 and 5.
template <class T>
constexpr std::array<Piece<T>, 2> pieces() {
  return {Piece<T>{T(0), T(0), T(0)}, Piece<T>{T(4), T(3), T(-12)}};
}
template <class T>
constexpr std::optional<T> from(int s, Toward side, int level = -2) {
  const auto p = pieces<T>();
  std::array<Term<T>, 1> terms{Term<T>{T(-1), {T(0), T(1)}, {T(1), T(0)}, p, 0}};
  return newton<T>(Slice<T>{{T(level), T(1)}, terms, {Point<T>{T(0), T(1)}, std::nullopt}}, T(s), side);
}
static_assert(from<double>(1, Toward::above) == 2.0);
static_assert(from<double>(100, Toward::below) == 5.0);

}  // namespace

TEST_CASE("Newton finds the nearest root of a concave slice from a failing point", "[newton]") {
  int found = 0, none = 0;
  check_property("newton == nearest root on that side, or nothing where there is none", 4'000, [&] {
    RandomSlice f = random_slice({.concave = true, .rising_only = *rc::gen::arbitrary<bool>(), .positive_range = false});
    const Expected all = expected_roots(f);
    const Rational low = f.domain.low ? value_of(*f.domain.low) : Rational(-40), high = f.domain.high ? value_of(*f.domain.high) : Rational(low + 80);
    Rational s = low + (high - low) * *rc::gen::inRange(1, 64) / 64;
    const std::vector<Rational> edges = f.edges();
    if (!edges.empty() && *rc::gen::inRange(0, 3) == 0) s = edges[*rc::gen::inRange<std::size_t>(0, edges.size())];
    if (f.value(s) >= 0) return;
    RC_LOG() << f << "\nfrom " << s << std::endl;
    for (const Toward side : {Toward::above, Toward::below}) {
      std::optional<Rational> expected;
      for (const ExpectedRoot& r : all.roots) {
        if (side == Toward::above && r.at > s && !expected) expected = r.at;
        if (side == Toward::below && r.at < s) expected = r.at;
      }
      RC_LOG() << (side == Toward::above ? "above" : "below") << std::endl;
      RC_ASSERT(newton<Rational>(f.slice(), s, side) == expected);
      ++(expected ? found : none);
    }
  });
  CHECK(found > 100);
  CHECK(none > 100);
}

TEMPLATE_TEST_CASE("Newton from both sides, and nothing where the slice only falls or stays below zero", "[newton]", LOADLINE_SCALARS) {
  using T = TestType;
  CHECK(plain(from<T>(1, Toward::above).value()) == 2.0);
  CHECK(plain(from<T>(100, Toward::below).value()) == 5.0);
  CHECK_FALSE(from<T>(1, Toward::below).has_value());
  CHECK_FALSE(from<T>(100, Toward::above).has_value());
  CHECK(plain(from<T>(1, Toward::above, -4).value()) == 4.0);  // touches zero at the edge
  CHECK(plain(from<T>(9, Toward::below, -4).value()) == 4.0);
  CHECK_FALSE(from<T>(1, Toward::above, -5).has_value());  // stays below zero
  CHECK_FALSE(from<T>(9, Toward::below, -5).has_value());
}

TEMPLATE_TEST_CASE("Newton does not leave the path's open range", "[newton]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto on = [](int level, int slope, std::optional<Point<T>> low, std::optional<Point<T>> high, int s, Toward side) {
    return newton<T>(Slice<T>{{T(level), T(slope)}, {}, {low, high}}, T(s), side);
  };
  const Point<T> six{T(12), T(2)};
  CHECK(plain(on(-5, 1, std::nullopt, six, 1, Toward::above).value()) == 5.0);
  CHECK_FALSE(on(-6, 1, std::nullopt, six, 1, Toward::above).has_value());
  CHECK_FALSE(on(-7, 1, std::nullopt, six, 1, Toward::above).has_value());
  CHECK(plain(on(7, -1, six, std::nullopt, 9, Toward::below).value()) == 7.0);
  CHECK_FALSE(on(6, -1, six, std::nullopt, 9, Toward::below).has_value());
  CHECK_FALSE(on(5, -1, six, std::nullopt, 9, Toward::below).has_value());
}
