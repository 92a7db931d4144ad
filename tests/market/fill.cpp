// SPDX-License-Identifier: Apache-2.0
// What an order finds on a side of a book, and what it finds when others were there before it.
#include "support/catch.hpp"
#include "support/strict.hpp"
#include "waterfall/plain_book.hpp"

#include <loadline/market/bands.hpp>
#include <loadline/market/book.hpp>
#include <loadline/market/power_depth.hpp>
#include <loadline/waterfall/book_market.hpp>

#include <limits>
#include <vector>

using namespace loadline;

namespace {

template <class T>
void check_fill(const Fill<T>& f, double filled, double value, double worst, double unfilled) {
  CHECK(plain(f.filled) == filled);
  CHECK(plain(f.value) == value);
  CHECK(plain(f.worst) == worst);
  CHECK(plain(f.unfilled) == unfilled);
}

/// A side whose sums have lost their digits: the first unit costs 100, the last one something else, and both together whatever the test says.
template <class T>
struct Blurred {
  T last, value;
  [[nodiscard]] BookSide side() const { return BookSide::bids; }
  [[nodiscard]] T total() const { return T(10); }
  [[nodiscard]] Walk<T> walk(const T& q) const { return T(4) < q ? Walk<T>{value, last} : Walk<T>{T(0), T(100)}; }
  [[nodiscard]] T within(const T& price) const { return price; }
};

const double nan_ = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEMPLATE_TEST_CASE("an order takes what is there, the best first, and leaves the rest unfilled", "[market]", LOADLINE_SCALARS) {
  using T = TestType;
  const PlainBook<T> bids{BookSide::bids, {{T(100), T(2)}, {T(98), T(2)}}}, asks{BookSide::asks, {{T(98), T(2)}, {T(100), T(2)}}};
  check_fill(fill(bids, T(3), T(0)), 3, 298, 98, 0);
  check_fill(fill(asks, T(3), T(0)), 3, 296, 100, 0);
  check_fill(fill(bids, T(4), T(0)), 4, 396, 98, 0);
  check_fill(fill(bids, T(5), T(0)), 4, 396, 98, 1);
}

TEMPLATE_TEST_CASE("what others have taken is not there any more", "[market]", LOADLINE_SCALARS) {
  using T = TestType;
  const PlainBook<T> bids{BookSide::bids, {{T(100), T(2)}, {T(98), T(2)}}}, asks{BookSide::asks, {{T(98), T(2)}, {T(100), T(2)}}};
  check_fill(fill(bids, T(2), T(1)), 2, 198, 98, 0);
  check_fill(fill(asks, T(2), T(1)), 2, 198, 100, 0);
  check_fill(fill(bids, T(5), T(3)), 1, 98, 98, 4);
}

TEMPLATE_TEST_CASE("nothing is filled for nothing: no value and no price", "[market]", LOADLINE_SCALARS) {
  using T = TestType;
  const PlainBook<T> bids{BookSide::bids, {{T(100), T(2)}}}, empty{BookSide::bids, {}};
  check_fill(fill(empty, T(3), T(0)), 0, 0, 0, 3);
  check_fill(fill(bids, T(0), T(0)), 0, 0, 0, 0);
  check_fill(fill(bids, T(0), T(1)), 0, 0, 0, 0);
  check_fill(fill(bids, T(3), T(2)), 0, 0, 0, 3);
  check_fill(fill(bids, T(3), T(5)), 0, 0, 0, 3);  // more was taken than there is now
}

TEMPLATE_TEST_CASE("a value that rounding has spoilt is kept between the first price and the last", "[market]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto value = [](int last, int sum) { return plain(fill(Blurred<T>{T(last), T(sum)}, T(2), T(4)).value); };
  for (const int last : {90, 110}) {  // falling prices, and rising ones
    const double low = last == 90 ? 180 : 200, high = last == 90 ? 200 : 220;
    CHECK(value(last, -5) == low);
    CHECK(value(last, static_cast<int>(low) + 7) == low + 7);
    CHECK(value(last, 1'000) == high);
  }
}

TEMPLATE_TEST_CASE("beyond its limit an order fills nothing", "[market]", LOADLINE_SCALARS) {
  using T = TestType;
  const PlainBook<T> bids{BookSide::bids, {{T(100), T(2)}, {T(98), T(2)}}}, asks{BookSide::asks, {{T(98), T(2)}, {T(100), T(2)}}};
  check_fill(fill_within(bids, T(3), T(100), T(0)), 2, 200, 100, 1);
  check_fill(fill_within(asks, T(3), T(98), T(0)), 2, 196, 98, 1);
  check_fill(fill_within(bids, T(3), T(98), T(0)), 3, 298, 98, 0);
  check_fill(fill_within(bids, T(9), T(98), T(1)), 3, 296, 98, 6);
  check_fill(fill_within(bids, T(3), T(100), T(1)), 1, 100, 100, 2);
  check_fill(fill_within(bids, T(3), T(100), T(2)), 0, 0, 0, 3);  // all of it was taken
  check_fill(fill_within(bids, T(3), T(100), T(3)), 0, 0, 0, 3);
  check_fill(fill_within(bids, T(3), T(101), T(0)), 0, 0, 0, 3);
  check_fill(fill_within(bids, T(0), T(98), T(0)), 0, 0, 0, 0);
}

TEMPLATE_TEST_CASE("a limit that is no number fills nothing, on either side, in every model", "[market][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = num<T>(nan_);
  for (const BookSide side : {BookSide::bids, BookSide::asks}) {
    const std::vector<BookLevel<T>> levels{{T(100), T(2)}};
    const std::vector<Band<T>> bands{{bps<T>(100), T(5)}};
    const auto whole = Levels<T>::make(side, levels);
    check_fill(fill_within(*whole, T(1), nan, T(0)), 0, 0, 0, 1);
    check_fill(fill_within(*Bands<T>::make({.side = side, .mid = T(100), .bands = bands}), T(1), nan, T(0)), 0, 0, 0, 1);
    if constexpr (std::floating_point<T>) {
      const PowerTerms<T> terms{.side = side, .mid = T(100), .size = T(5), .reach = bps<T>(100), .end = bps<T>(200)};
      check_fill(fill_within(*PowerLaw<T>::make(terms), T(1), nan, T(0)), 0, 0, 0, 1);
    }
  }
  check_fill(fill_within(Blurred<T>{T(90), T(1)}, T(1), nan, T(0)), 0, 0, 0, 1);  // a size that is no number
}

TEMPLATE_TEST_CASE("books by key: each side keeps what was taken from it", "[market][waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  using Book = TradedBook<T, PlainBook<T>>;
  std::vector<Book> books;
  for (const std::uint32_t key : {1u, 5u, 2u})
    books.push_back({KeyId{key}, {BookSide::bids, {{T(static_cast<int>(100 + key)), T(4)}}}, {BookSide::asks, {{T(static_cast<int>(200 + key)), T(4)}}}});
  const BookMarket<T, PlainBook<T>> market{books};
  // The third lies at its key's place, the others do not.
  check_fill(market.fill(KeyId{2}, BookSide::bids, T(3), std::nullopt), 3, 306, 102, 0);
  check_fill(market.fill(KeyId{1}, BookSide::asks, T(3), std::nullopt), 3, 603, 201, 0);
  check_fill(market.fill(KeyId{5}, BookSide::bids, T(3), T(105)), 3, 315, 105, 0);
  check_fill(market.fill(KeyId{5}, BookSide::bids, T(3), T(106)), 0, 0, 0, 3);
  check_fill(market.fill(KeyId{5}, BookSide::bids, T(3), T(105)), 1, 105, 105, 2);
  check_fill(market.fill(KeyId{5}, BookSide::asks, T(3), T(205)), 3, 615, 205, 0);
  check_fill(market.fill(KeyId{0}, BookSide::asks, T(3), T(205)), 0, 0, 0, 3);  // no book
  check_fill(market.fill(KeyId{3}, BookSide::asks, T(3), std::nullopt), 0, 0, 0, 3);
  CHECK(plain(books[0].taken_bids) == 0.0);
  CHECK(plain(books[0].taken_asks) == 3.0);
  CHECK(plain(books[1].taken_bids) == 4.0);
  CHECK(plain(books[1].taken_asks) == 3.0);
  CHECK(plain(books[2].taken_bids) == 3.0);
}
