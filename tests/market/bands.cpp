// SPDX-License-Identifier: Apache-2.0
// Bands against a loop that cuts them at every edge, the laws of a depth, and tables that are none.
#include "market/depth_laws.hpp"
#include "support/strict.hpp"

#include <loadline/market/bands.hpp>
#include <loadline/market/book.hpp>

#include <limits>
#include <vector>

using namespace loadline;
using namespace depth_laws;

namespace {

static_assert(Depth<Bands<Strict>, Strict> && InvertibleDepth<Bands<double>, double>);

/// What a table is drawn as: so many units (or so much money) in each band.
template <class T>
struct Drawn {
  BookSide side;
  T mid, spread;
  std::vector<Band<T>> bands;
  BandUnit unit;

  [[nodiscard]] BandTable<T> table() const { return {.side = side, .mid = mid, .bands = bands, .spread = spread, .unit = unit}; }
};

template <class T>
Drawn<T> random_bands() {
  Drawn<T> out{
      *rc::gen::element(BookSide::bids, BookSide::asks), drawn<T>(10, 1'000), drawn<T>(0, 20, 10'000), {}, *rc::gen::element(BandUnit::base, BandUnit::value)};
  T distance = out.spread, depth = 0;
  for (int n = *rc::gen::inRange(0, 8); n > 0; --n) {
    distance += drawn<T>(1, 1'000, 10'000);
    depth += *rc::gen::inRange(0, 4) == 0 ? T(0) : drawn<T>(1, 1'000);  // 0: a hole
    out.bands.push_back({distance, depth});
  }
  return out;
}

/// The same by a loop over the bands: each cut by what is taken and by what is left to fill, its middle price times the units between the cuts.
template <class T>
Fill<T> looped(const Drawn<T>& d, const T& q, const T& taken) {
  Fill<T> out{T(0), T(0), T(0), T(0)};
  T near_edge = d.spread, before = 0, depth = 0, left = q;
  for (const Band<T>& band : d.bands) {
    const auto price = [&](const T& distance) { return d.side == BookSide::bids ? T(d.mid * (1 - distance)) : T(d.mid * (1 + distance)); };
    const T from = price(near_edge), to = price(band.distance.raw());
    const T money_or_units = T(band.depth - depth), units = d.unit == BandUnit::base ? money_or_units : T(money_or_units * 2 / (from + to));
    const T lost = taken < before ? T(0) : taken < before + units ? T(taken - before) : units;
    const T got = left < units - lost ? left : T(units - lost);
    if (got > 0) {
      const T slope = T((to - from) / units), p = T(from + slope * lost), worst = T(from + slope * (lost + got));
      out.filled += got;
      out.value += T(got * (p + worst) / 2);
      out.worst = worst;
      left -= got;
    }
    near_edge = band.distance.raw();
    depth = band.depth;
    before += units;
  }
  out.unfilled = left;
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE("bands obey the laws of a depth, and a loop over them", "[market][laws]", double, Rational) {
  using T = TestType;
  int beyond = 0, holes = 0;
  check_property("bands", std::is_same_v<T, double> ? 500 : 250, [&] {
    const Drawn<T> d = random_bands<T>();
    const auto made = Bands<T>::make(d.table());
    RC_ASSERT(made.has_value());
    check_depth_laws<T>(*made, true);
    const T taken = drawn<T>(0, 2'000, 8), q = drawn<T>(1, 6'000, 8);
    const Fill<T> ours = fill(*made, q, taken), theirs = looped(d, q, taken);
    RC_ASSERT(near(ours.filled, theirs.filled, T(1'000)));
    RC_ASSERT(near(ours.unfilled, theirs.unfilled, T(1'000)));
    RC_ASSERT(near(ours.value, theirs.value, T(T(10'000) * d.mid)));
    RC_ASSERT(near(ours.worst, theirs.worst, d.mid));
    beyond += ours.unfilled > 0;
    holes += made->rungs().size() < d.bands.size();
  });
  CHECK(beyond > 30);
  CHECK(holes > 30);
}

TEST_CASE("bands so narrow that they are levels fill as levels do", "[market][laws]") {
  check_property("levels as bands", 100, [] {
    // Holes between slivers: the limit of thin bands is a book of levels at their middle prices.
    const BookSide side = *rc::gen::element(BookSide::bids, BookSide::asks);
    const Rational sliver(1, 1'000'000'000'000LL), mid = 100;
    std::vector<Band<Rational>> bands;
    std::vector<BookLevel<Rational>> levels;
    Rational distance = 0, depth = 0;
    for (int n = *rc::gen::inRange(1, 6); n > 0; --n) {
      distance += drawn<Rational>(1, 500, 10'000);
      bands.push_back({distance, depth});
      const Rational size = drawn<Rational>(1, 100);
      depth += size;
      bands.push_back({Rational(distance + sliver), depth});
      distance += sliver;
      levels.push_back({side == BookSide::bids ? Rational(mid * (1 - distance)) : Rational(mid * (1 + distance)), size});
    }
    const auto a = Bands<Rational>::make({.side = side, .mid = mid, .bands = bands});
    const auto b = Levels<Rational>::make(side, levels);
    RC_ASSERT((a.has_value() && b.has_value()));
    const Rational q = depth * drawn<Rational>(1, 1'000, 1'000);
    const Rational off = fill(*a, q, Rational(0)).value - fill(*b, q, Rational(0)).value;
    RC_ASSERT((-off < q / 1'000'000'000 && off < q / 1'000'000'000));
  });
}

// 100 units within 1 %, 300 within 2 %: 200 sold reach 1.5 %; 100 lose 0.5 % on average and 100 lose 1.25 %.
TEMPLATE_TEST_CASE("two bands by hand", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const std::vector<Band<T>> bands{{bps<T>(100), T(100)}, {bps<T>(200), T(300)}};
  const auto exact = [](const T& x, const T& y) { return magnitude(T(x - y)) < T(T(1) / T(1'000'000'000)); };
  for (const BookSide side : {BookSide::bids, BookSide::asks}) {
    const T sign = side == BookSide::bids ? T(-1) : T(1);
    const auto made = Bands<T>::make({.side = side, .mid = T(1'000), .bands = bands});
    REQUIRE(made.has_value());
    const Fill<T> f = fill(*made, T(200), T(0));
    CHECK(exact(f.value, T(T(200'000) + T(sign * T(1'750)))));
    CHECK(exact(f.worst, T(T(1'000) + T(sign * T(15)))));
    CHECK(exact(cost_against(side, f, Price<T>(T(1'000))).raw(), T(1'750)));
    CHECK(exact(largest_within(*made, T(T(1'000) + T(sign * T(15))), T(50)), T(150)));
    CHECK(exact(largest_at_cost(*made, CostLimit<T>{T(1'000), T(1'750)}, T(0)), T(200)));
    CHECK(exact(largest_at_cost(*made, CostLimit<T>{T(1'000), T(T(1'625) / T(2))}, T(200)), T(50)));  // 50 that lose 1.625 % on average
    CHECK(exact(largest_at_average(*made, T(T(1'000) + T(sign * T(T(35) / T(4)))), T(0)), T(200)));   // 0.875 %
    CHECK(exact(largest_at_average(*made, T(T(1'000) + T(sign * T(15))), T(200)), T(0)));
    CHECK(exact(largest_at_average(*made, T(T(1'000) + T(sign * T(T(65) / T(4)))), T(200)), T(50)));  // from 1.5 % to 1.75 %
    CHECK(fill(*made, T(400), T(0)).unfilled == T(100));
    const auto p = price_at(side, Slippage<T>{T(1'000), bps<T>(50)});
    CHECK(exact(made->within(p), T(50)));
    CHECK(made->within(T(1'000)) == T(0));
  }
}

TEMPLATE_TEST_CASE("money in a band is its units at the middle price", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const std::vector<Band<T>> money{{T(T(1) / T(4)), T(7'000)}, {T(T(1) / T(2)), T(12'000)}};
  const auto made = Bands<T>::make({.side = BookSide::bids, .mid = T(1'000), .bands = money, .unit = BandUnit::value});
  REQUIRE(made.has_value());
  CHECK(made->total() == T(16));  // 7,000 at 875 and 5,000 at 625
  CHECK(made->walk(T(16)).value == T(12'000));
  CHECK(made->walk(T(12)).value == T(T(7'000) + T(T(4) * T(T(1'375) / T(2)))));  // half of the second band, from 750 to 625
}

TEMPLATE_TEST_CASE("tables that are no book are named", "[market][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = T(num<T>(0.0) / num<T>(0.0)), huge = num<T>(std::numeric_limits<double>::max());
  const auto fault = [](const std::vector<Band<T>>& bands, const T& mid = T(100), const T& spread = T(0), BookSide side = BookSide::bids) {
    return Bands<T>::make({.side = side, .mid = mid, .bands = bands, .spread = spread}).error();
  };
  const Band<T> good{bps<T>(100), T(5)};
  CHECK(fault({good}, nan) == Error{Errc::bad_number, Field::mid});
  CHECK(fault({good}, T(0)) == Error{Errc::bad_price, Field::mid});
  CHECK(fault({good}, T(1), nan) == Error{Errc::bad_number, Field::spread});
  CHECK(fault({good}, T(1), T(-1)) == Error{Errc::bad_parameter, Field::spread});
  CHECK(fault({good}, T(1), bps<T>(100)) == Error{Errc::bad_book, Field::band, 0});
  CHECK(fault({good, good}) == Error{Errc::bad_book, Field::band, 1});
  CHECK(fault({good, {bps<T>(200), T(4)}}) == Error{Errc::bad_book, Field::band, 1});
  CHECK(fault({{bps<T>(100), T(-1)}}) == Error{Errc::bad_book, Field::band, 0});
  CHECK(fault({good, {T(1), T(9)}}) == Error{Errc::bad_book, Field::band, 1});
  CHECK(fault({good, {bps<T>(200), nan}}) == Error{Errc::bad_number, Field::band, 1});
  CHECK(fault({{nan, T(1)}}) == Error{Errc::bad_number, Field::band, 0});
  CHECK(fault({{bps<T>(100), huge}}) == Error{Errc::overflow, Field::band, 0});
  CHECK(fault({{bps<T>(9'000), T(5)}}, num<T>(std::numeric_limits<double>::denorm_min())) == Error{Errc::overflow, Field::band, 0});  // a last price of 0
  const std::vector<Band<T>> far{good, {T(1), T(9)}}, none;
  CHECK(Bands<T>::make({.side = BookSide::asks, .mid = T(100), .bands = far})->walk(T(9)).worst == T(200));  // a buyer's price has no end
  const auto empty = Bands<T>::make({.side = BookSide::bids, .mid = T(100), .bands = none});
  CHECK(fill(*empty, T(3), T(0)).unfilled == T(3));
  const std::vector<Band<T>> holes{{bps<T>(100), T(0)}, {bps<T>(200), T(0)}};
  CHECK(Bands<T>::make({.side = BookSide::bids, .mid = T(100), .bands = holes})->total() == T(0));
}
