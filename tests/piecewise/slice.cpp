// SPDX-License-Identifier: Apache-2.0
#include "piecewise/random_slice.hpp"
#include "support/strict.hpp"

#include <loadline/piecewise/ball.hpp>
#include <loadline/piecewise/slice.hpp>

#include <array>
#include <limits>

namespace {

using loadline::Ball;
using loadline::decide;
using loadline::Doubt;
using loadline::Piece;
using loadline::Point;
using loadline::Slice;
using loadline::Term;
using loadline::Toward;

RandomSlice any_slice() {
  RandomSlice f = random_slice({.concave = *rc::gen::inRange(0, 3) == 0, .rising_only = false, .positive_range = false});
  RC_LOG() << f << std::endl;
  return f;
}

}  // namespace

TEST_CASE("a walk meets every tier edge once, in order, and knows the line of every cell", "[slice]") {
  check_property("walked edges == all edges, lines == plain values", 2'000, [] {
    RandomSlice f = any_slice();
    const std::vector<Rational> edges = f.edges();
    Slice<Rational> walk = f.slice();
    start(walk);
    const auto agrees_inside = [&](std::size_t cell) {
      const Rational low = cell > 0       ? edges[cell - 1]
                           : f.domain.low ? value_of(*f.domain.low)
                                          : Rational(edges.empty() ? Rational(-100) : Rational(edges.front() - 100));
      const Rational high = cell < edges.size() ? edges[cell] : f.domain.high ? value_of(*f.domain.high) : Rational(low + 100);
      const auto l = line(walk);
      for (int k = 1; k < 4; ++k) {
        const Rational s = low + (high - low) * k / 4;
        RC_ASSERT(at(l, s) == f.value(s));
      }
    };
    for (std::size_t i = 0;; ++i) {
      agrees_inside(i);
      const std::optional<Point<Rational>> edge = next(walk, Toward::above);
      RC_ASSERT(edge.has_value() == (i < edges.size()));
      if (!edge) break;
      RC_ASSERT(value_of(*edge) == edges[i]);
    }
    for (std::size_t i = edges.size();; --i) {  // and back
      agrees_inside(i);
      const std::optional<Point<Rational>> edge = next(walk, Toward::below);
      RC_ASSERT(edge.has_value() == (i > 0));
      if (!edge) break;
      RC_ASSERT(value_of(*edge) == edges[i - 1]);
    }
    RC_ASSERT(walk.doubt.certain);
  });
}

TEST_CASE("seek finds the pieces that hold a point; an edge belongs to the piece below it", "[slice]") {
  check_property("line(seek(s)) at s == f(s), on edges and beside them", 2'000, [] {
    RandomSlice f = any_slice();
    const std::vector<Rational> edges = f.edges();
    Rational s(*rc::gen::inRange(1, 60), *rc::gen::inRange(1, 5));
    if (!edges.empty() && *rc::gen::arbitrary<bool>()) s = edges[*rc::gen::inRange<std::size_t>(0, edges.size())];
    Slice<Rational> walk = f.slice();
    const int scale = *rc::gen::inRange(1, 4);  // a fraction need not be reduced
    seek(walk, Point<Rational>{Rational(s * scale), Rational(scale)});
    RC_ASSERT(at(line(walk), s) == f.value(s));
  });
}

TEMPLATE_TEST_CASE("amounts that rise and fall share one walk", "[slice]", LOADLINE_SCALARS) {
  using T = TestType;
  // Rising: s, edges 2 and 6. Falling: 8 - s, edges 2 and 6 as well, at s = 6 and s = 2.
  const std::array<Piece<T>, 3> p{Piece<T>{T(0), T(1), T(0)}, Piece<T>{T(2), T(2), T(-2)}, Piece<T>{T(6), T(3), T(-8)}};
  std::array<Term<T>, 2> terms{Term<T>{T(-1), {T(0), T(1)}, {T(1), T(0)}, p, 0}, Term<T>{T(-1), {T(8), T(-1)}, {T(1), T(0)}, p, 0}};
  Slice<T> f{{T(0), T(0)}, terms, {Point<T>{T(0), T(1)}, Point<T>{T(8), T(1)}}};
  start(f);
  CHECK(terms[0].piece == 0);
  CHECK(terms[1].piece == 2);
  const auto first = next(f, Toward::above);
  REQUIRE(first);
  CHECK(plain(T(first->n / first->d)) == 2.0);
  CHECK(terms[0].piece == 1);  // both moved at once, in opposite directions
  CHECK(terms[1].piece == 1);
  const auto second = next(f, Toward::above);
  REQUIRE(second);
  CHECK(plain(T(second->n / second->d)) == 6.0);
  CHECK_FALSE(next(f, Toward::above));
  const auto back = next(f, Toward::below);
  REQUIRE(back);
  CHECK(plain(T(back->n / back->d)) == 6.0);
  CHECK(terms[0].piece == 1);
  CHECK(terms[1].piece == 1);
}

TEMPLATE_TEST_CASE("points are compared as fractions", "[slice]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto order = [](int n1, int d1, int n2, int d2) {
    Doubt doubt;
    const int found = compare(Point<T>{T(n1), T(d1)}, Point<T>{T(n2), T(d2)}, doubt);
    CHECK(doubt.certain);
    CHECK(doubt.finite);
    return found;
  };
  CHECK(order(1, 3, 1, 3) == 0);
  CHECK(order(1, 3, 2, 6) == 0);
  CHECK(order(1, 3, 1, 2) == -1);
  CHECK(order(1, 2, 1, 3) == 1);
  CHECK(order(-1, 2, 1, 3) == -1);
  CHECK(order(5, 2, 4, 2) == 1);
}

TEST_CASE("a sign that the scalar cannot tell is noted, and only such a sign", "[slice]") {
  const Ball third = Ball(1) / Ball(3), about_zero = third * Ball(3) - Ball(1);
  Doubt doubt;
  CHECK(decide(Ball(0), doubt) == 0);
  CHECK(doubt.certain);
  CHECK(decide(third, doubt) == 1);
  CHECK(decide(-third, doubt) == -1);
  CHECK(doubt.certain);
  CHECK(decide(about_zero, doubt) == 0);
  CHECK_FALSE(doubt.certain);
  CHECK(decide(Ball(1), doubt) == 1);
  CHECK_FALSE(doubt.certain);  // doubt stays
  CHECK(doubt.finite);
  Doubt of_a_double;
  CHECK(decide(0.0, of_a_double) == 0);
  CHECK(of_a_double.certain);
}

TEMPLATE_TEST_CASE("a figure that is not finite has no sign, and is noted", "[slice]", double, Strict, Ball) {
  using T = TestType;
  for (const double x : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    Doubt doubt;
    CHECK(decide(T(x), doubt) == 0);
    CHECK_FALSE(doubt.certain);
    CHECK_FALSE(doubt.finite);
  }
}

TEST_CASE("two edges that cannot be told apart are one, and only where the function may jump the order is noted as open", "[slice]") {
  // The same edge from two sides: s = 3, and 3 s' = 9 with s' = s (1/3) 3, which is s but not known to be.
  const Ball about_one = Ball(1) / Ball(3) * Ball(3);
  const std::array<Piece<Ball>, 2> p{Piece<Ball>{Ball(0), Ball(0), Ball(0)}, Piece<Ball>{Ball(3), Ball(1), Ball(-3)}};
  for (const bool continuous : {true, false}) {
    std::array<Term<Ball>, 2> terms{Term<Ball>{Ball(-1), {Ball(0), Ball(1)}, {Ball(1), Ball(0)}, p, 0},
                                    Term<Ball>{Ball(-1), {Ball(0), about_one}, {Ball(1), Ball(0)}, p, 0}};
    Slice<Ball> f{{Ball(5), Ball(0)}, terms, {Point<Ball>{Ball(0), Ball(1)}, std::nullopt}, continuous};
    start(f);
    REQUIRE(next(f, Toward::above));
    CHECK(terms[0].piece == 1);
    CHECK(terms[1].piece == 1);
    CHECK(f.doubt.certain == continuous);
    CHECK(f.doubt.finite);
    CHECK_FALSE(next(f, Toward::above));
  }
}

TEMPLATE_TEST_CASE("an amount in proportion to its unit stays on its piece, on every path", "[slice]", LOADLINE_SCALARS) {
  using T = TestType;
  // A haircut by amount without PnL: 2 coins at the price s, full weight up to 1 coin, nothing above. f = s, not 2 s.
  const std::array<Piece<T>, 2> p{Piece<T>{T(0), T(1), T(0)}, Piece<T>{T(1), T(0), T(1)}};
  for (const int low : {0, 1}) {
    std::array<Term<T>, 1> terms{Term<T>{T(1), {T(0), T(2)}, {T(0), T(1)}, p, 0}};
    Slice<T> f{{T(0), T(0)}, terms, {Point<T>{T(low), T(1)}, std::nullopt}};
    start(f);
    CHECK(terms[0].piece == 1);
    CHECK(plain(at(line(f), T(5))) == 5.0);
    CHECK_FALSE(next(f, Toward::above));
    seek(f, Point<T>{T(5), T(1)});
    CHECK(plain(at(line(f), T(5))) == 5.0);
  }
}
