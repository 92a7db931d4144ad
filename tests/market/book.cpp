// SPDX-License-Identifier: Apache-2.0
// Levels against a loop over them, the laws of a depth, the sweep of ATOM on 10 October 2025, and books that are none.
#include "market/depth_laws.hpp"
#include "support/strict.hpp"

#include <loadline/core/rows.hpp>
#include <loadline/market/book.hpp>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

using namespace loadline;
using namespace depth_laws;

namespace {

static_assert(Depth<Levels<Strict>, Strict> && InvertibleDepth<Levels<double>, double>);

template <class T>
std::vector<BookLevel<T>> random_levels(BookSide side) {
  std::vector<BookLevel<T>> out;
  T price = drawn<T>(5'000, 9'000, 100);
  for (int n = *rc::gen::inRange(0, 12); n > 0; --n) {
    out.push_back({price, drawn<T>(1, 5'000, 16)});
    const T step = drawn<T>(0, 400, 100);  // 0: two levels of one price
    price = side == BookSide::bids ? T(price - step) : T(price + step);
  }
  return out;
}

/// The same by a loop: passes over what is taken, then fills.
template <class T>
Fill<T> looped(const std::vector<BookLevel<T>>& levels, T q, T taken) {
  Fill<T> out{T(0), T(0), T(0), T(0)};
  for (const BookLevel<T>& level : levels) {
    T here = level.size.raw();
    const T gone = taken < here ? taken : here;
    taken -= gone;
    here -= gone;
    const T got = q < here ? q : here;
    if (got > 0) {
      out.filled += got;
      out.value += T(got * level.price.raw());
      out.worst = level.price.raw();
    }
    q -= got;
  }
  out.unfilled = q;
  return out;
}

template <class T>
std::vector<BookLevel<T>> atom_sweep() {
  std::ifstream in(LOADLINE_DATA_DIR "/atom_sweep_2025-10-10.csv", std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  std::vector<BookLevel<T>> out;
  Rows rows(text);
  REQUIRE(rows.next() == "price,size");
  while (const auto row = rows.next()) {
    const auto column = columns_of<2>(*row);
    out.push_back({*read_number<T>((*column)[0]), *read_number<T>((*column)[1])});
  }
  return out;
}

template <class T>
bool rounds_to(const T& x, const char* printed) {
  const std::string_view text = printed;
  const std::size_t point = text.find('.'), digits = point == std::string_view::npos ? 0 : text.size() - point - 1;
  T half = T(T(1) / T(2));
  for (std::size_t i = 0; i < digits; ++i) half = T(half / T(10));
  return magnitude(T(x - *read_number<T>(text))) <= half;
}

}  // namespace

TEMPLATE_TEST_CASE("levels obey the laws of a depth, and a loop over them", "[market][laws]", double, Rational) {
  using T = TestType;
  int beyond = 0;
  check_property("levels", 400, [&] {
    const BookSide side = *rc::gen::element(BookSide::bids, BookSide::asks);
    const std::vector<BookLevel<T>> levels = random_levels<T>(side);
    const auto made = Levels<T>::make(side, levels);
    RC_ASSERT(made.has_value());
    check_depth_laws<T>(*made, false);
    std::vector<Rung<T>> room(levels.size() + 1, Rung<T>{T(0), T(0), T(0), T(0)});
    const auto lent = Levels<T>::make(side, levels, room);
    RC_ASSERT(lent.has_value());
    const T taken = drawn<T>(0, 3'000, 8), q = drawn<T>(1, 9'000, 8), limit = drawn<T>(4'000, 10'000, 100);
    const Fill<T> ours = fill(*made, q, taken), theirs = looped(levels, q, taken), third = fill(*lent, q, taken);
    RC_ASSERT((ours.filled == theirs.filled && ours.unfilled == theirs.unfilled && ours.worst == theirs.worst));
    RC_ASSERT(near(ours.value, theirs.value, T(200'000)));
    RC_ASSERT((third.filled == ours.filled && third.value == ours.value && third.worst == ours.worst));
    T offered = 0;
    for (const BookLevel<T>& level : levels)
      if (side == BookSide::bids ? !(level.price.raw() < limit) : !(limit < level.price.raw())) offered += level.size.raw();
    RC_ASSERT(made->within(limit) == offered);
    beyond += ours.unfilled > 0;
  });
  CHECK(beyond > 40);
}

TEST_CASE("in double value and worst price of levels are monotone to the last bit", "[market][laws]") {
  check_property("no tolerance", 300, [] {
    const BookSide side = *rc::gen::element(BookSide::bids, BookSide::asks);
    std::vector<BookLevel<double>> levels = random_levels<double>(side);
    for (BookLevel<double>& level : levels) level.size = level.size.raw() / 3;
    const auto made = Levels<double>::make(side, levels);
    RC_ASSERT(made.has_value());
    double size = 0, value = 0;
    for (const Rung<double>& r : made->rungs()) {
      RC_ASSERT(r.value == value + (r.size - size) * r.last);  // what a walk to its last unit would pay, also where the sum of sizes was rounded
      size = r.size, value = r.value;
      const double below = std::nextafter(r.size, 0), above = std::nextafter(r.size, HUGE_VAL);
      const Walk<double> a = made->walk(below), b = made->walk(r.size), c = made->walk(above);
      RC_ASSERT((a.value <= b.value && b.value <= c.value && b.value == r.value && b.worst == r.last));
      RC_ASSERT((side == BookSide::bids ? a.worst >= b.worst && b.worst >= c.worst : a.worst <= b.worst && b.worst <= c.worst));
      RC_ASSERT(made->within(r.last) >= r.size);
    }
  });
}

TEST_CASE("a small order behind much that is taken is paid at the price where it lies", "[market]") {
  const std::vector<BookLevel<double>> level{{100.0, 1e12}};
  for (const BookSide side : {BookSide::bids, BookSide::asks}) {
    const auto made = Levels<double>::make(side, level);
    REQUIRE(made.has_value());
    // Sums of 3e11 units and 3e13 in money hold neither: their difference would be 0 for the first, and twice too much for the second.
    for (const double q : {1e-6, 3.2e-5}) CHECK(fill(*made, q, 3e11).value == q * 100);
  }
}

TEMPLATE_TEST_CASE("three levels by hand", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const std::vector<BookLevel<T>> bids{{T(100), T(2)}, {T(98), T(3)}, {T(90), T(5)}}, asks{{T(102), T(4)}, {T(110), T(4)}};
  const auto book = Book<T>::make(bids, asks);
  REQUIRE(book.has_value());
  CHECK(book->mid()->raw() == T(101));
  CHECK(book->bids().total() == T(10));
  const Fill<T> sold = fill(book->bids(), T(4), T(0));  // 2 at 100 and 2 at 98
  CHECK((sold.filled == T(4) && sold.value == T(396) && sold.worst == T(98) && sold.unfilled == T(0)));
  CHECK(average_price(sold) == T(99));
  CHECK(cost_against(BookSide::bids, sold, *book->mid()).raw() == T(8));
  const Fill<T> bought = fill(book->asks(), T(8), T(2));  // 2 at 102 and 4 at 110, then nothing
  CHECK((bought.filled == T(6) && bought.value == T(644) && bought.worst == T(110) && bought.unfilled == T(2)));
  CHECK(cost_against(BookSide::asks, bought, *book->mid()).raw() == T(38));
  CHECK(!average_price(fill(book->bids(), T(1), T(10))));
  for (const T& taken : {T(0), T(1)}) {
    const Fill<T> none = fill(book->bids(), T(0), taken);
    CHECK((none.filled == T(0) && none.value == T(0) && none.worst == T(0) && none.unfilled == T(0)));
  }

  CHECK(largest_within(book->bids(), T(98), T(1)) == T(4));
  CHECK(largest_within(book->bids(), T(101), T(0)) == T(0));
  CHECK(largest_at_average(book->bids(), T(99), T(0)) == T(4));
  CHECK(largest_at_average(book->bids(), T(99), T(1)) == T(2));  // one at 100, one at 98
  CHECK(largest_at_average(book->bids(), T(100), T(0)) == T(2));
  CHECK(largest_at_average(book->bids(), T(100), T(1)) == T(1));
  CHECK(largest_at_average(book->bids(), T(98), T(2)) == T(3));
  CHECK(largest_at_average(book->bids(), T(1), T(3)) == T(7));
  CHECK(largest_at_average(book->asks(), T(106), T(0)) == T(8));
  CHECK(largest_at_average(book->asks(), T(104), T(2)) == T(T(8) / T(3)));  // 2 x 102 + x 110 = (2 + x) 104
  CHECK(largest_at_average(book->asks(), T(101), T(0)) == T(0));

  const auto for_cost = [&](const auto& side, const T& mid, const T& cost, const T& taken) { return largest_at_cost(side, CostLimit<T>{mid, cost}, taken); };
  CHECK(for_cost(book->bids(), T(101), T(8), T(0)) == T(4));  // as above
  CHECK(for_cost(book->bids(), T(101), T(2), T(0)) == T(2));
  CHECK(for_cost(book->bids(), T(101), T(0), T(0)) == T(0));
  CHECK(for_cost(book->bids(), T(101), T(22), T(0)) == T(6));
  CHECK(for_cost(book->bids(), T(101), T(66), T(0)) == T(10));
  CHECK(for_cost(book->bids(), T(101), T(67), T(0)) == T(10));
  CHECK(for_cost(book->bids(), T(101), T(4), T(1)) == T(2));            // one at 100, one at 98
  CHECK(for_cost(book->bids(), T(98), T(0), T(0)) == T(T(11) / T(2)));  // what the best bid gives beyond 98 pays for a half at 90
  CHECK(for_cost(book->asks(), T(101), T(13), T(0)) == T(5));
  CHECK(for_cost(book->asks(), T(101), T(13), T(8)) == T(0));
  CHECK(for_cost(book->asks(), T(101), T(-1), T(0)) == T(0));
  CHECK(for_cost(book->asks(), T(110), T(-1), T(0)) == T(0));  // to a cost below zero belongs no largest size that begins at nothing

  const auto depth = book->within(T(T(3) / T(101)));  // from 98 to 104
  REQUIRE(depth.has_value());
  CHECK((depth->bids == T(5) && depth->asks == T(4) && depth->both() == T(9)));
  CHECK(book->within(T(0))->both() == T(0));
  CHECK(book->within(T(2))->bids == T(10));  // below a price of zero
}

TEMPLATE_TEST_CASE("an empty side fills nothing and has no mid", "[market]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<BookLevel<T>> none, asks{{T(102), T(4)}};
  const auto book = Book<T>::make(none, asks);
  REQUIRE(book.has_value());
  const Fill<T> f = fill(book->bids(), T(7), T(0));
  CHECK((f.filled == T(0) && f.value == T(0) && f.worst == T(0) && f.unfilled == T(7)));
  CHECK(fill_within(book->bids(), T(7), T(1), T(0)).unfilled == T(7));
  CHECK(book->bids().walk(T(0)).worst == T(0));
  CHECK((!book->bids().best() && !book->mid()));
  CHECK(book->within(bps<T>(100)).error() == Error{Errc::missing_price, Field::mid});
  CHECK(largest_at_average(book->bids(), T(1), T(0)) == T(0));
}

// The trades of one sell order, best price first. The order ate what was bid; the levels are those bids, as far as it got.
TEMPLATE_TEST_CASE("at the lowest print of ATOM 2.53 USDT changed hands", "[market][source:atom_sweep_2025_10_10]", double, Rational) {
  using T = TestType;
  const std::vector<BookLevel<T>> levels = atom_sweep<T>();
  REQUIRE(levels.size() == 71);
  const auto bids = Levels<T>::make(BookSide::bids, levels);
  REQUIRE(bids.has_value());
  const Fill<T> all = fill(*bids, T(10'000), T(0));
  CHECK(rounds_to(all.filled, "9695.33"));
  CHECK(rounds_to(all.value, "9170.08"));
  CHECK(rounds_to(*average_price(all), "0.94582"));
  CHECK(all.worst == *read_number<T>("0.001"));
  CHECK(*bids->best() == *read_number<T>("1.688"));
  // A resting bid gets what the sweep brings to it or lower: the rest of the order, once the better bids are gone.
  const T above = bids->within(*read_number<T>("0.0010001")), over = bids->within(*read_number<T>("0.9000001"));
  const Fill<T> at_low = fill(*bids, bids->total(), above), below = fill(*bids, bids->total(), over);
  CHECK(rounds_to(at_low.filled, "2531.18"));
  CHECK(rounds_to(T(T(at_low.filled * T(100)) / all.filled), "26.1"));
  CHECK(rounds_to(at_low.value, "2.53"));
  CHECK(rounds_to(T(T(below.filled * T(100)) / all.filled), "39.2"));
  CHECK(rounds_to(below.value, "997.65"));
}

TEMPLATE_TEST_CASE("what is no book is named", "[market][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = T(num<T>(0.0) / num<T>(0.0)), huge = num<T>(std::numeric_limits<double>::max());
  const BookLevel<T> good{T(100), T(2)};
  const auto fault = [](BookSide side, const std::vector<BookLevel<T>>& levels) { return Levels<T>::make(side, levels).error(); };
  const auto at = [](Errc code, std::uint32_t level, std::uint32_t side) { return Error{code, Field::level, level, side}; };
  CHECK(fault(BookSide::bids, {good, {T(101), T(1)}}) == at(Errc::bad_book, 1, 0));
  CHECK(fault(BookSide::asks, {good, {T(101), T(1)}, {T(99), T(1)}}) == at(Errc::bad_book, 2, 1));
  CHECK(fault(BookSide::bids, {good, {T(99), T(0)}}) == at(Errc::bad_book, 1, 0));
  CHECK(fault(BookSide::bids, {good, {T(99), T(-1)}}) == at(Errc::bad_book, 1, 0));
  CHECK(fault(BookSide::bids, {good, {T(0), T(1)}}) == at(Errc::bad_book, 1, 0));
  CHECK(fault(BookSide::asks, {{T(-1), T(1)}}) == at(Errc::bad_book, 0, 1));
  CHECK(fault(BookSide::asks, {{nan, T(1)}}) == at(Errc::bad_number, 0, 1));
  CHECK(fault(BookSide::asks, {good, {T(101), nan}}) == at(Errc::bad_number, 1, 1));
  CHECK(fault(BookSide::bids, {{T(1), huge}, {T(1), huge}}) == at(Errc::overflow, 1, 0));
  CHECK(fault(BookSide::bids, {{huge, T(2)}}) == at(Errc::overflow, 0, 0));
  std::vector<Rung<T>> room(1, Rung<T>{T(0), T(0), T(0), T(0)});
  const std::vector<BookLevel<T>> two{good, good}, one{good}, lower{{T(99), T(1)}};
  CHECK(Levels<T>::make(BookSide::bids, two, room).error() == at(Errc::bad_size, 1, 0));
  CHECK(Book<T>::make(one, one).error() == Error{Errc::bad_book, Field::spread});    // locked
  CHECK(Book<T>::make(one, lower).error() == Error{Errc::bad_book, Field::spread});  // crossed
  CHECK(Book<T>::make(lower, one).has_value());
  const auto bids = *Levels<T>::make(BookSide::bids, lower), asks = *Levels<T>::make(BookSide::asks, one);
  CHECK(Book<T>::make(asks, bids).error() == Error{Errc::bad_book, Field::book_side});
  CHECK(Book<T>::make(bids, asks)->within(nan).error() == Error{Errc::bad_number, Field::spread});
  CHECK(Book<T>::make(bids, asks)->within(T(-1)).error() == Error{Errc::bad_parameter, Field::spread});
  // A limit that is no number lets nothing through.
  CHECK(bids.within(nan) == T(0));
  CHECK(bids.size_at_average(nan, T(0)) == T(0));
  CHECK(largest_within(asks, nan, T(0)) == T(0));
  CHECK(largest_at_cost(asks, CostLimit<T>{T(100), nan}, T(0)) == T(0));
  CHECK(largest_at_cost(asks, CostLimit<T>{nan, T(1)}, T(0)) == T(0));
}
