// SPDX-License-Identifier: Apache-2.0
#include "piecewise/random_curve.hpp"

#include <loadline/piecewise/ball.hpp>

#include <array>
#include <cmath>

namespace {

using loadline::Algebraic;
using loadline::all_roots;
using loadline::Ball;
using loadline::Curve;
using loadline::CurveRoots;
using loadline::CurveTerm;
using loadline::Doubt;
using loadline::Piece;
using loadline::Point;
using loadline::Polynomial;
using loadline::Root;
using loadline::RootKind;

CurveRoots<Rational> exact_roots(const RandomCurve& f) {
  Curve<Rational> curve = f.curve();
  CurveRoots<Rational> found = all_roots(curve);
  RC_ASSERT(curve.doubt.certain);
  RC_ASSERT(curve.doubt.finite);
  return found;
}

/// Every number is short and dyadic: the ball holds it exactly.
Ball ball(const Rational& x) {
  return Ball(x.convert_to<double>());
}
Polynomial<Ball> ball(const Polynomial<Rational>& p) {
  Polynomial<Ball> out;
  for (const Rational& c : p) out.push_back(ball(c));
  return out;
}
std::optional<Point<Ball>> ball(const std::optional<Point<Rational>>& p) {
  if (!p) return std::nullopt;
  return Point<Ball>{ball(p->n), ball(p->d)};
}
Rational exactly(const Ball& x) {
  return Rational(Rational(x.hi()) + Rational(x.lo()));
}

}  // namespace

TEST_CASE("between two roots of a curve its plain values have the sign that is reported there", "[curve]") {
  std::array<int, 4> kinds{};
  check_property("sign of the value at many points == sign of the interval", 800, [&] {
    const RandomCurve f = random_curve();
    RC_LOG() << f << std::endl;
    const CurveRoots<Rational> found = exact_roots(f);
    for (std::size_t i = 0; i <= found.roots.size(); ++i) {
      const int sign = found.view().sign_below(i);
      if (i < found.roots.size()) RC_ASSERT(int{found.roots[i].left} == sign);
      std::optional<Rational> low, high;
      if (i > 0) {
        narrow(found.roots[i - 1].at, 60);
        low = found.roots[i - 1].at.high;
      } else if (f.domain.low) {
        low = value_of(*f.domain.low);
      }
      if (i < found.roots.size()) {
        narrow(found.roots[i].at, 60);
        high = found.roots[i].at.low;
      } else if (f.domain.high) {
        high = value_of(*f.domain.high);
      }
      const Rational a = low ? *low : high ? Rational(*high - 100) : Rational(-100);
      const Rational b = high ? *high : Rational(a + 100);
      RC_ASSERT(a < b);
      for (int k = 1; k < 30; ++k) {
        const Rational s = a + (b - a) * k / 30;
        if (!f.on_edge(s)) RC_ASSERT(sign_of(f.value(s)) == sign);
      }
    }
    for (const Root<Algebraic<Rational>>& r : found.roots) {
      ++kinds[static_cast<std::size_t>(r.kind())];
      if (r.at.exact() && r.zero && (f.continuous || !f.on_edge(r.at.low))) RC_ASSERT(f.value(r.at.low) == 0);
      if (!r.at.exact() && r.kind() == RootKind::cross) RC_ASSERT(sign_of(f.value(r.at.low)) * sign_of(f.value(r.at.high)) <= 0);
      RC_ASSERT(!f.continuous || r.zero);
    }
  });
  for (const int count : kinds) CHECK(count > 3);  // every kind was met
}

TEST_CASE("a curve of lines has the roots of the slice", "[curve]") {
  check_property("all_roots of a curve == all_roots of a slice", 400, [] {
    RandomSlice f = random_slice({.concave = *rc::gen::inRange(0, 3) == 0, .rising_only = false, .positive_range = false});
    RC_LOG() << f << std::endl;
    std::vector<Root<Point<Rational>>> room(loadline::max_roots<Rational>(f.terms), Root<Point<Rational>>{{0, 1}, 0, 0, false});
    loadline::Slice<Rational> slice = f.slice();
    const auto expected = all_roots<Rational>(slice, room);
    std::vector<CurveTerm<Rational>> terms;
    for (const auto& t : f.terms) terms.push_back({t.weight, {t.amount.a, t.amount.b}, {t.unit.a, t.unit.b}, t.schedule});
    Curve<Rational> curve{{f.base.a, f.base.b}, terms, f.domain, false, {}};
    const CurveRoots<Rational> found = all_roots(curve);
    RC_ASSERT(found.first == expected.first);
    RC_ASSERT(found.roots.size() == expected.roots.size());
    for (std::size_t i = 0; i < found.roots.size(); ++i) {
      const auto& [at, left, right, zero] = found.roots[i];
      RC_ASSERT(at.exact());
      RC_ASSERT(at.low == value_of(expected.roots[i].at));
      RC_ASSERT((left == expected.roots[i].left && right == expected.roots[i].right && zero == expected.roots[i].zero));
    }
  });
}

TEST_CASE("in balls a curve has the exact roots, wherever nothing was in doubt", "[curve]") {
  int certain = 0, all = 0;
  check_property("same roots, same signs, and each enclosure holds the exact root", 600, [&] {
    const RandomCurve f = random_curve();
    RC_LOG() << f << std::endl;
    std::vector<std::vector<Piece<Ball>>> schedules;
    for (const auto& s : f.schedules) {
      schedules.emplace_back();
      for (const auto& p : s) schedules.back().push_back({ball(p.from), ball(p.slope), ball(p.offset)});
    }
    std::vector<CurveTerm<Ball>> terms;
    for (std::size_t i = 0; i < f.terms.size(); ++i) terms.push_back({ball(f.terms[i].weight), ball(f.terms[i].amount), ball(f.terms[i].unit), schedules[i]});
    Curve<Ball> curve{ball(f.base), terms, {ball(f.domain.low), ball(f.domain.high)}, f.continuous, {}};
    const CurveRoots<Ball> found = all_roots(curve);
    ++all;
    RC_ASSERT(curve.doubt.finite);
    if (!curve.doubt.certain) return;
    ++certain;
    const CurveRoots<Rational> expected = exact_roots(f);
    RC_ASSERT(found.first == expected.first);
    RC_ASSERT(found.roots.size() == expected.roots.size());
    for (std::size_t i = 0; i < found.roots.size(); ++i) {
      const auto& r = found.roots[i];
      RC_ASSERT((r.left == expected.roots[i].left && r.right == expected.roots[i].right && r.zero == expected.roots[i].zero));
      const Ball b = located(r.at);
      const Rational radius(b.radius());
      Doubt none;
      RC_ASSERT(compare(expected.roots[i].at, Rational(exactly(b) - radius), none) >= 0);
      RC_ASSERT(compare(expected.roots[i].at, Rational(exactly(b) + radius), none) <= 0);
      RC_ASSERT(b.radius() <= 0x1p-80 * (1 + std::abs(b.hi())));
    }
  });
  CHECK(certain * 10 > all * 9);  // doubt is for multiple roots and jumps at edges that no ball holds
}

TEST_CASE("in balls a root on an edge that no double holds is certain where the curve has no jumps", "[curve]") {
  // s^2 - 2 up to s^2 = 2, then 3 (s^2 - 2); and its fold 2 - s^2, then s^2 - 2
  const auto solve = [](int slope, int offset, int base, int square, bool continuous, Doubt& doubt) {
    const std::array<Piece<Ball>, 2> pieces{Piece<Ball>{Ball(0), Ball(0), Ball(0)}, Piece<Ball>{Ball(2), Ball(slope), Ball(offset)}};
    const std::array<CurveTerm<Ball>, 1> terms{CurveTerm<Ball>{Ball(1), {Ball(0), Ball(0), Ball(1)}, {Ball(1)}, pieces}};
    Curve<Ball> f{{Ball(base), Ball(0), Ball(square)}, terms, {Point<Ball>{Ball(0), Ball(1)}, std::nullopt}, continuous, {}};
    CurveRoots<Ball> found = all_roots(f);
    doubt = f.doubt;
    return found;
  };
  Doubt doubt;
  const CurveRoots<Ball> through = solve(2, -4, -2, 1, true, doubt);
  REQUIRE(through.roots.size() == 1);
  CHECK(through.roots[0].kind() == RootKind::cross);
  CHECK(through.first == -1);
  CHECK(located(through.roots[0].at).hi() == std::sqrt(2.0));
  CHECK(located(through.roots[0].at).radius() < 1e-29);
  CHECK(doubt.certain);

  const CurveRoots<Ball> touch = solve(2, -4, 2, -1, true, doubt);
  REQUIRE(touch.roots.size() == 1);
  CHECK(touch.roots[0].kind() == RootKind::touch);
  CHECK_FALSE(doubt.certain);  // it may miss zero by less than a ball sees

  const CurveRoots<Ball> onto = solve(2, -4, 0, 0, true, doubt);  // 0 up to the edge: known to be 0 there
  REQUIRE(onto.roots.size() == 1);
  CHECK(onto.roots[0].kind() == RootKind::zero_interval_end);
  CHECK(doubt.certain);

  const CurveRoots<Ball> jump = solve(0, -3, 1, 0, false, doubt);  // 1, then -2
  REQUIRE(jump.roots.size() == 1);
  CHECK(jump.roots[0].kind() == RootKind::jump);
  CHECK(doubt.certain);
}
