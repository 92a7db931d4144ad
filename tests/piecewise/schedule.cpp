// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/strict.hpp"

#include <loadline/piecewise/schedule.hpp>
#include <loadline/piecewise/term.hpp>

#include <array>

namespace {

using loadline::joining_offset;
using loadline::Line;
using loadline::Piece;
using loadline::piece_of;
using loadline::Schedule;
using loadline::Term;
using loadline::value;

/// 1 % up to 100, then 2 %, joined; above 300 a jump to 10 %.
template <class T>
constexpr std::array<Piece<T>, 3> pieces() {
  return {Piece<T>{T(0), T(T(1) / T(100)), T(0)}, Piece<T>{T(100), T(T(2) / T(100)), T(-1)}, Piece<T>{T(300), T(T(1) / T(10)), T(0)}};
}

// Source: Binance USD-M FAQ, maintenance amount: 5,000,000 x (5 % - 2.5 %) + 16,300 = 141,300. Times 1,000, so that every
// figure is a whole number.
static_assert(joining_offset(Piece<double>{0.0, 25.0, -16'300'000.0}, 5'000'000.0, 50.0) == -141'300'000.0);

}  // namespace

TEMPLATE_TEST_CASE("an edge belongs to the piece below it", "[schedule]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto p = pieces<T>();
  const Schedule<T> schedule = p;
  CHECK(piece_of(schedule, T(-5)) == 0);
  CHECK(piece_of(schedule, T(0)) == 0);
  CHECK(piece_of(schedule, T(99)) == 0);
  CHECK(piece_of(schedule, T(100)) == 0);
  CHECK(piece_of(schedule, T(101)) == 1);
  CHECK(piece_of(schedule, T(300)) == 1);
  CHECK(piece_of(schedule, T(301)) == 2);
  CHECK(plain(value(schedule, T(100))) == 1.0);
  CHECK(plain(value(schedule, T(300))) == 5.0);
  CHECK(plain(value(schedule, T(400))) == 40.0);
  CHECK(plain(value(schedule, T(-100))) == -1.0);
}

TEMPLATE_TEST_CASE("a schedule of one piece is a line", "[schedule]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::array<Piece<T>, 1> p{Piece<T>{T(7), T(3), T(2)}};
  CHECK(piece_of(Schedule<T>(p), T(1'000)) == 0);
  CHECK(plain(value(Schedule<T>(p), T(-1))) == -1.0);  // its `from` is not looked at
}

TEMPLATE_TEST_CASE("the joining offset is the venue's deduction: 5,000,000 x (5 % - 2.5 %) + 16,300 = 141,300", "[schedule]", LOADLINE_SCALARS) {
  using T = TestType;
  const Piece<T> before{T(0), T(T(25) / T(1'000)), T(-16'300)};
  // 0.05 and 0.025 are not doubles; the product is off by less than one unit in the last place of 141,300.
  CHECK(plain(joining_offset(before, T(5'000'000), T(T(5) / T(100)))) == Approx(-141'300.0).epsilon(2e-16).margin(0.0));
}

TEMPLATE_TEST_CASE("a joined piece meets the one before it", "[schedule]", LOADLINE_SCALARS) {
  using T = TestType;
  const Piece<T> before{T(0), T(2), T(3)};
  const T offset = joining_offset(before, T(5), T(7));
  CHECK(plain(offset) == -22.0);
  CHECK(plain(T(T(T(7) * T(5)) + offset)) == 13.0);
}

TEMPLATE_TEST_CASE("a term is the perspective of its schedule: linear, inverse and haircut by amount are lines on each piece", "[term]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto p = pieces<T>();
  const auto at_s = [](const Term<T>& t, int s) { return plain(at(line(t), T(s))); };
  // 2 s of notional at s = 100: 200 x 2 % - 1 = 3, weighted with -1.
  const Term<T> linear{T(-1), {T(0), T(2)}, {T(1), T(0)}, p, 1};
  CHECK(at_s(linear, 100) == -3.0);
  // 400 units at unit price s = 2: amount / unit = 200, so 2 x 3.
  const Term<T> inverse{T(-1), {T(400), T(0)}, {T(0), T(1)}, p, 1};
  CHECK(at_s(inverse, 2) == -6.0);
  CHECK(plain(turn(linear)) > 0.0);
  CHECK(plain(turn(inverse)) < 0.0);
  // The edge at 100: 2 s = 100, 400 / s = 100.
  CHECK(plain(root(gap(linear, 1))) == 50.0);
  CHECK(plain(root(gap(inverse, 1))) == 4.0);
}
