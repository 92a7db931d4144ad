// SPDX-License-Identifier: Apache-2.0
#include "piecewise/random_slice.hpp"
#include "support/strict.hpp"

#include <loadline/piecewise/roots.hpp>

#include <array>
#include <string_view>

namespace {

using loadline::all_roots;
using loadline::max_roots;
using loadline::Piece;
using loadline::Point;
using loadline::Root;
using loadline::RootKind;
using loadline::Roots;
using loadline::Slice;
using loadline::Term;

std::vector<Root<Point<Rational>>> found_by_library(RandomSlice& f, int& first) {
  std::vector<Root<Point<Rational>>> room(max_roots<Rational>(f.terms), Root<Point<Rational>>{{0, 1}, 0, 0, false});
  Slice<Rational> slice = f.slice();
  const Roots<Point<Rational>> found = all_roots<Rational>(slice, room);
  RC_ASSERT(slice.doubt.certain);
  first = found.first;
  return {found.roots.begin(), found.roots.end()};
}

/// A long of size 1 on the line base + b s with the brackets: 1 up to 4, then 3 (unit: a quarter), in any scalar.
template <class T>
constexpr std::array<Piece<T>, 2> two_pieces(int first_slope, int second_slope, int offset) {
  return {Piece<T>{T(0), T(first_slope), T(0)}, Piece<T>{T(4), T(second_slope), T(offset)}};
}

/// The roots of a slice with one edge.
template <class T>
struct Solved {
  std::array<Root<Point<T>>, 3> room;
  std::size_t count;
  int first;
  [[nodiscard]] constexpr bool is(std::size_t i, int numerator, int denominator, int left, int right, RootKind kind) const {
    const Root<Point<T>>& r = room[i];
    return T(r.at.n * T(denominator)) == T(r.at.d * T(numerator)) && T(0) < r.at.d && r.left == left && r.right == right && r.kind() == kind;
  }
};

/// a + b s + weight * S(s) on (0, inf), with S of two pieces that meet at 4.
template <class T>
constexpr Solved<T> solve(int a, int b, int weight, const std::array<Piece<T>, 2>& pieces) {
  const Root<Point<T>> none{{T(0), T(1)}, 0, 0, false};
  Solved<T> out{{none, none, none}, 0, 0};
  std::array<Term<T>, 1> terms{Term<T>{T(weight), {T(0), T(1)}, {T(1), T(0)}, pieces, 0}};
  Slice<T> f{{T(a), T(b)}, terms, {Point<T>{T(0), T(1)}, std::nullopt}};
  const Roots<Point<T>> found = all_roots<T>(f, out.room);
  out.count = found.roots.size();
  out.first = found.first;
  return out;
}

// -2 + s up to 4, then 10 - 2 s: rises through 2, falls through 5.
constexpr bool crosses_twice(const Solved<double>& r) {
  return r.count == 2 && r.first == -1 && r.is(0, 2, 1, -1, 1, RootKind::cross) && r.is(1, 5, 1, 1, -1, RootKind::cross);
}
static_assert(crosses_twice(solve<double>(-2, 1, -1, two_pieces<double>(0, 3, -12))));

}  // namespace

TEST_CASE("all_roots finds every root and jump of a slice, with the right signs and kinds", "[roots]") {
  std::array<int, 4> kinds{};
  check_property("all_roots == the roots found cell by cell from plain values", 3'000, [&] {
    RandomSlice f = random_slice({.concave = *rc::gen::inRange(0, 3) == 0, .rising_only = false, .positive_range = false});
    RC_LOG() << f << std::endl;
    int first = 0;
    const std::vector<Root<Point<Rational>>> found = found_by_library(f, first);
    const Expected expected = expected_roots(f);
    RC_ASSERT(found.size() == expected.roots.size());
    RC_ASSERT(first == expected.first);
    for (std::size_t i = 0; i < found.size(); ++i) {
      RC_LOG() << "root " << i << ": " << value_of(found[i].at) << std::endl;
      RC_ASSERT(found[i].at.d > 0);
      RC_ASSERT(value_of(found[i].at) == expected.roots[i].at);
      RC_ASSERT(int{found[i].left} == expected.roots[i].left);
      RC_ASSERT(int{found[i].right} == expected.roots[i].right);
      RC_ASSERT(found[i].zero == expected.roots[i].zero);
      ++kinds[static_cast<std::size_t>(found[i].kind())];
    }
  });
  for (const int count : kinds) CHECK(count > 5);  // every kind was met
}

TEST_CASE("between two roots the sign of a slice does not change", "[roots]") {
  check_property("plain values at many points between roots have the sign that is reported there", 700, [] {
    RandomSlice f = random_slice({.concave = false, .rising_only = false, .positive_range = false});
    RC_LOG() << f << std::endl;
    int first = 0;
    const std::vector<Root<Point<Rational>>> found = found_by_library(f, first);
    for (std::size_t i = 0; i <= found.size(); ++i) {
      const int sign = i == 0 ? first : int{found[i - 1].right};
      if (i < found.size()) RC_ASSERT(int{found[i].left} == sign);
      std::optional<Rational> low, high;
      if (i > 0)
        low = value_of(found[i - 1].at);
      else if (f.domain.low)
        low = value_of(*f.domain.low);
      if (i < found.size())
        high = value_of(found[i].at);
      else if (f.domain.high)
        high = value_of(*f.domain.high);
      const Rational a = low ? *low : high ? Rational(*high - 100) : Rational(-100);
      const Rational b = high ? *high : Rational(a + 100);
      const std::vector<Rational> edges = f.edges();
      for (int k = 1; k < 40; ++k) {
        const Rational s = a + (b - a) * k / 40;
        // Where terms jump in opposite directions at one edge, the edge itself may have a value of its own: a point is left open.
        if (!std::binary_search(edges.begin(), edges.end(), s)) RC_ASSERT(sign_of(f.value(s)) == sign);
      }
      for (int k = 10; k < 60; k += 10) {  // close to both ends
        const Rational part = Rational(b - a) / Rational(boost::multiprecision::cpp_int(1) << k);
        if (low) RC_ASSERT(sign_of(f.value(Rational(a + part))) == sign);
        if (high) RC_ASSERT(sign_of(f.value(Rational(b - part))) == sign);
      }
    }
    for (const Root<Point<Rational>>& r : found)
      if (r.kind() == RootKind::cross || r.kind() == RootKind::touch) RC_ASSERT(r.left * r.right == (r.kind() == RootKind::cross ? -1 : 1));
  });
}

TEST_CASE("a concave slice has at most two places where it is zero and not level", "[roots]") {
  check_property("at most two roots, or one interval of zeros, at its highest", 1'500, [] {
    RandomSlice f = random_slice({.concave = true, .rising_only = false, .positive_range = false});
    RC_LOG() << f << std::endl;
    int first = 0;
    const std::vector<Root<Point<Rational>>> found = found_by_library(f, first);
    std::size_t isolated = 0, ends = 0;
    for (const Root<Point<Rational>>& r : found) {
      RC_ASSERT(r.kind() != RootKind::jump);
      if (r.kind() == RootKind::zero_interval_end && (r.left != 0 || r.right != 0)) {
        ++ends;
        RC_ASSERT(r.left + r.right == -1);  // below zero beside it
      }
      if (r.kind() != RootKind::zero_interval_end) ++isolated;
    }
    RC_ASSERT(isolated + ends <= 2U);
    RC_ASSERT(ends == 0U || isolated == 0U);
  });
}

TEMPLATE_TEST_CASE("each kind of root, by hand", "[roots]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto no_roots = solve<T>(1, 1, -1, two_pieces<T>(0, 1, -4));  // 1 + s, then 5
  CHECK(no_roots.count == 0);
  CHECK(no_roots.first == 1);

  const auto crosses = solve<T>(-2, 1, -1, two_pieces<T>(0, 3, -12));  // -2 + s, from 4 on 10 - 2 s
  REQUIRE(crosses.count == 2);
  CHECK(crosses.first == -1);
  CHECK(crosses.is(0, 2, 1, -1, 1, RootKind::cross));
  CHECK(crosses.is(1, 5, 1, 1, -1, RootKind::cross));

  const auto thirds = solve<T>(-1, 3, 1, two_pieces<T>(0, 0, 0));  // -1 + 3 s: a root that no double holds
  REQUIRE(thirds.count == 1);
  CHECK(thirds.is(0, 1, 3, -1, 1, RootKind::cross));

  const auto at_edge = solve<T>(-4, 1, -1, two_pieces<T>(0, -1, 4));  // -4 + s, from 4 on -8 + 2 s: through zero on the edge
  REQUIRE(at_edge.count == 1);
  CHECK(at_edge.is(0, 4, 1, -1, 1, RootKind::cross));

  const auto touches = solve<T>(-4, 1, -1, two_pieces<T>(0, 2, -8));  // -4 + s, from 4 on 4 - s
  REQUIRE(touches.count == 1);
  CHECK(touches.is(0, 4, 1, -1, -1, RootKind::touch));

  const auto valley = solve<T>(4, -1, 1, two_pieces<T>(0, 2, -8));  // 4 - s, from 4 on s - 4
  REQUIRE(valley.count == 1);
  CHECK(valley.is(0, 4, 1, 1, 1, RootKind::touch));

  const auto jumps = solve<T>(3, 0, -1, two_pieces<T>(0, 0, 7));  // 3, from 4 on -4
  REQUIRE(jumps.count == 1);
  CHECK(jumps.is(0, 4, 1, 1, -1, RootKind::jump));

  const auto jumps_to_zero = solve<T>(3, 0, -1, two_pieces<T>(0, 0, 3));  // 3, above 4: 0
  REQUIRE(jumps_to_zero.count == 1);
  CHECK(jumps_to_zero.is(0, 4, 1, 1, 0, RootKind::jump));

  const auto jumps_above_zero = solve<T>(3, 0, -1, two_pieces<T>(0, 0, 2));  // 3, above 4: 1
  CHECK(jumps_above_zero.count == 0);

  const auto falls_from_zero = solve<T>(0, 0, -1, two_pieces<T>(0, 1, -4));  // 0 up to 4, then 4 - s
  REQUIRE(falls_from_zero.count == 1);
  CHECK(falls_from_zero.first == 0);
  CHECK(falls_from_zero.is(0, 4, 1, 0, -1, RootKind::zero_interval_end));

  const auto falls_to_zero = solve<T>(4, -1, 1, two_pieces<T>(0, 1, -4));  // 4 - s, from 4 on 0
  REQUIRE(falls_to_zero.count == 1);
  CHECK(falls_to_zero.is(0, 4, 1, 1, 0, RootKind::zero_interval_end));

  const auto always_zero = solve<T>(0, 0, -1, two_pieces<T>(0, 0, 0));  // an edge inside an interval of zeros is reported
  CHECK(always_zero.first == 0);
  REQUIRE(always_zero.count == 1);
  CHECK(always_zero.is(0, 4, 1, 0, 0, RootKind::zero_interval_end));

  const auto zero_at_the_open_end = solve<T>(0, 1, 1, two_pieces<T>(0, 0, 0));  // s: its zero is not on (0, inf)
  CHECK(zero_at_the_open_end.count == 0);
  CHECK(zero_at_the_open_end.first == 1);
}

TEMPLATE_TEST_CASE("two terms with the same edge give one event", "[roots]", LOADLINE_SCALARS) {
  using T = TestType;
  // The second term's amount is 3 s and its edge 12: the same place, s = 4. f = 5 - 4 - 4 above it.
  const auto first = two_pieces<T>(0, 0, 4);
  const std::array<Piece<T>, 2> second{Piece<T>{T(0), T(0), T(0)}, Piece<T>{T(12), T(0), T(4)}};
  std::array<Term<T>, 2> terms{Term<T>{T(-1), {T(0), T(1)}, {T(1), T(0)}, first, 0}, Term<T>{T(-1), {T(0), T(3)}, {T(1), T(0)}, second, 0}};
  Slice<T> f{{T(5), T(0)}, terms, {Point<T>{T(0), T(1)}, std::nullopt}};
  std::vector<Root<Point<T>>> room(max_roots<T>(terms), Root<Point<T>>{{T(0), T(1)}, 0, 0, false});
  const Roots<Point<T>> found = all_roots<T>(f, room);
  REQUIRE(found.roots.size() == 1);
  CHECK(plain(T(found.roots[0].at.n / found.roots[0].at.d)) == 4.0);
  CHECK(int{found.roots[0].left} == 1);
  CHECK(int{found.roots[0].right} == -1);
  CHECK(found.roots[0].kind() == RootKind::jump);
  CHECK(found.sign_below(0) == 1);
  CHECK(found.sign_below(1) == -1);
}

TEST_CASE("a path that ends before an edge does not see it", "[roots]") {
  const auto pieces = two_pieces<Rational>(0, 3, -12);  // -2 + s up to 4, then 10 - 2 s
  const auto solve = [&](std::optional<Point<Rational>> low, std::optional<Point<Rational>> high) {
    std::vector<Term<Rational>> terms{{Rational(-1), {0, 1}, {1, 0}, pieces, 0}};
    Slice<Rational> f{{-2, 1}, terms, {low, high}};
    std::vector<Root<Point<Rational>>> room(max_roots<Rational>(terms), Root<Point<Rational>>{{0, 1}, 0, 0, false});
    const Roots<Point<Rational>> found = all_roots<Rational>(f, room);
    std::vector<Rational> out;
    for (const auto& r : found.roots) out.push_back(value_of(r.at));
    return out;
  };
  using Values = std::vector<Rational>;
  CHECK(solve(std::nullopt, std::nullopt) == Values{2, 5});
  CHECK(solve(Point<Rational>{2, 1}, Point<Rational>{5, 1}) == Values{});
  CHECK(solve(Point<Rational>{3, 1}, std::nullopt) == Values{5});
  CHECK(solve(Point<Rational>{4, 1}, std::nullopt) == Values{5});
  CHECK(solve(std::nullopt, Point<Rational>{8, 2}) == Values{2});
  CHECK(solve(Point<Rational>{6, 1}, std::nullopt) == Values{});
}

TEST_CASE("the kinds of roots have the account file's words", "[roots]") {
  CHECK(std::string_view(name(RootKind::cross)) == "cross");
  CHECK(std::string_view(name(RootKind::touch)) == "touch");
  CHECK(std::string_view(name(RootKind::jump)) == "jump");
  CHECK(std::string_view(name(RootKind::zero_interval_end)) == "zero-interval-end");
}
