// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/ladder.hpp"
#include "loadline/market/slippage.hpp"

#include <cstdint>

/// @file
/// An order book of discrete levels.

namespace loadline {
inline namespace v1 {

/// So many base units at one price.
template <Scalar T>
struct BookLevel {
  Price<T> price;
  Quantity<T> size;
};

inline namespace LOADLINE_FLAGS {

/// One side of discrete levels, the best first. Two levels of one price are allowed: single orders, or the trades of a sweep.
/// @par Units    those of BookLevel
/// @par Shape    bids: prices that do not rise; asks: that do not fall; all above zero, sizes too. No level: an empty side
/// @par Rounding of the sums, once at each level
/// @par Errors   make: BAD_NUMBER, BAD_BOOK, OVERFLOW (LEVEL: `index` is the level, `item` 0 for bids and 1 for asks); BAD_SIZE (LEVEL: the
///               caller's room is too small)
/// @par Cost     make: O(levels), and one allocation unless the caller lends room; queries as of Ladder
/// @par Source   docs/explanation/order-books.md
template <Scalar T>
class Levels : public Ladder<T> {
 public:
  [[nodiscard]] static Result<Levels> make(BookSide side, std::span<const BookLevel<T>> levels) {
    std::vector<Rung<T>> own;
    own.reserve(levels.size());
    if (const std::optional<Error> e = sum_up(side, levels, [&](std::size_t, Rung<T> r) { own.push_back(std::move(r)); })) return *e;
    return Levels(side, std::move(own));
  }
  /// With the sums in the caller's room, which must outlive what is made.
  [[nodiscard]] static Result<Levels> make(BookSide side, std::span<const BookLevel<T>> levels, std::span<Rung<T>> room) {
    if (room.size() < levels.size()) return Error{Errc::bad_size, Field::level, static_cast<std::uint32_t>(room.size()), static_cast<std::uint32_t>(side)};
    if (const std::optional<Error> e = sum_up(side, levels, [&](std::size_t i, Rung<T> r) { room[i] = std::move(r); })) return *e;
    return Levels(side, std::span<const Rung<T>>(room.first(levels.size())));
  }

 private:
  using Ladder<T>::Ladder;

  template <class Add>
  [[nodiscard]] static std::optional<Error> sum_up(BookSide side, std::span<const BookLevel<T>> levels, const Add& add) {
    T size = T(0), value = T(0);
    for (std::size_t i = 0; i < levels.size(); ++i) {
      const auto fault = [&](Errc code) { return Error{code, Field::level, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(side)}; };
      const T &price = levels[i].price.raw(), &own = levels[i].size.raw();
      if (!is_finite(price) || !is_finite(own)) return fault(Errc::bad_number);
      if (!(T(0) < price) || !(T(0) < own)) return fault(Errc::bad_book);
      if (i > 0 && (side == BookSide::bids ? levels[i - 1].price.raw() < price : price < levels[i - 1].price.raw())) return fault(Errc::bad_book);
      const T sum = T(size + own);
      value += T(T(sum - size) * price);  // of what the sum took up: then a walk that ends here ends in this very value
      size = sum;
      if (!is_finite(size) || !is_finite(value)) return fault(Errc::overflow);
      add(i, Rung<T>{price, price, size, value});
    }
    return std::nullopt;
  }
};

/// Both sides of a book.
///
/// @f[ mid = \frac{bid + ask}{2} @f]
/// @par Units    those of BookLevel
/// @par Shape    the best bid below the best ask; a side may be empty, and then there is no mid
/// @par Rounding that of the scalar
/// @par Errors   make: those of Levels; BAD_BOOK (SPREAD: the best bid is not below the best ask; BOOK_SIDE: two sides of one kind).
///               within: MISSING_PRICE (MID: a side is empty), BAD_NUMBER, BAD_PARAMETER (SPREAD: a distance below zero)
/// @par Cost     as of Levels
/// @par Source   docs/explanation/order-books.md
template <Scalar T>
class Book {
 public:
  [[nodiscard]] static Result<Book> make(std::span<const BookLevel<T>> bids, std::span<const BookLevel<T>> asks) {
    Result<Levels<T>> b = Levels<T>::make(BookSide::bids, bids);
    if (!b) return b.error();
    Result<Levels<T>> a = Levels<T>::make(BookSide::asks, asks);
    if (!a) return a.error();
    return make(*std::move(b), *std::move(a));
  }
  [[nodiscard]] static Result<Book> make(Levels<T> bids, Levels<T> asks) {
    if (bids.side() != BookSide::bids || asks.side() != BookSide::asks) return Error{Errc::bad_book, Field::book_side};
    if (bids.best() && asks.best() && !(*bids.best() < *asks.best())) return Error{Errc::bad_book, Field::spread};
    return Book(std::move(bids), std::move(asks));
  }

  [[nodiscard]] const Levels<T>& bids() const noexcept { return bids_; }
  [[nodiscard]] const Levels<T>& asks() const noexcept { return asks_; }
  /// nullopt: a side is empty.
  [[nodiscard]] std::optional<Price<T>> mid() const {
    if (!bids_.best() || !asks_.best()) return std::nullopt;
    return Price<T>(T(T(*bids_.best() / T(2)) + T(*asks_.best() / T(2))));
  }
  /// The depth of each side within a distance of the mid.
  [[nodiscard]] Result<DepthWithin<T>> within(const Ratio<T>& share) const {
    if (!is_finite(share.raw())) return Error{Errc::bad_number, Field::spread};
    if (share.raw() < T(0)) return Error{Errc::bad_parameter, Field::spread};
    const std::optional<Price<T>> middle = mid();
    if (!middle) return Error{Errc::missing_price, Field::mid};
    return depth_within(bids_, asks_, Slippage<T>{*middle, share});
  }

 private:
  Book(Levels<T> bids, Levels<T> asks) : bids_(std::move(bids)), asks_(std::move(asks)) {}

  Levels<T> bids_, asks_;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
