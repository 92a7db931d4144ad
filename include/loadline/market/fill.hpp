// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/scalar.hpp"

#include <concepts>
#include <cstdint>

/// @file
/// What an order finds on one side of a book: the concept of every depth model, and fills over it.

namespace loadline {
inline namespace v1 {

/// Which side of a book: sellers meet the bids, buyers the asks.
enum class BookSide : std::uint8_t { bids, asks };

/// The first units of a side, counted from the best price.
template <Scalar T>
struct Walk {
  T value;  ///< the money for which they change hands
  T worst;  ///< the price of the last of them; of none: the best price, or 0 where there is none
};

/// What an order got.
template <Scalar T>
struct Fill {
  T filled;    ///< base units
  T value;     ///< the money for them
  T worst;     ///< the price of the last of them; 0: nothing was filled
  T unfilled;  ///< base units left over
};

/// One side of a book.
///
///  - `side()`, `total()`   which side; the base units on offer
///  - `walk(q)`             the first q of them, 0 <= q <= total(). Its value rises with q from 0; the worst price falls (bids) or rises (asks)
///  - `within(price)`       the base units on offer at that price or better; none at a price that is no number
template <class D, class T>
concept Depth = Scalar<T> && requires(const D& d, const T& x) {
  { d.side() } -> std::same_as<BookSide>;
  { d.total() } -> std::convertible_to<T>;
  { d.walk(x) } -> std::same_as<Walk<T>>;
  { d.within(x) } -> std::same_as<T>;
};

inline namespace LOADLINE_FLAGS {

/// Takes q units from a side on which the first `taken` are missing already.
///
/// @f[ filled = \min(q, total - taken), \qquad value = V(taken + filled) - V(taken) @f]
/// @par Units    q, taken: base units; value: money; worst: money per base unit
/// @par Shape    q >= 0, taken >= 0
/// @par Rounding that of the scalar; where something is taken already the value is a difference of two sums, kept
///               between the first and the last price
/// @par Errors   none: what the side does not hold is left unfilled, never sold at a price that nobody bid
/// @par Cost     two walks; no allocation
/// @par Source   docs/explanation/order-books.md
template <Scalar T, Depth<T> D>
[[nodiscard]] constexpr Fill<T> fill(const D& side, const T& q, const T& taken) {
  LOADLINE_ASSERT(!(q < T(0)) && !(taken < T(0)));
  const T left = T(side.total() - taken);
  if (!(T(0) < left) || !(T(0) < q)) return {T(0), T(0), T(0), q};
  const T filled = q < left ? q : left;
  const Walk<T> walk = side.walk(T(taken + filled));
  if (!(T(0) < taken) && !is_nothing_yet(taken)) return {filled, walk.value, walk.worst, T(q - filled)};
  const Walk<T> before = side.walk(taken);
  T value = T(walk.value - before.value);
  // Between what it is at the last price and at the first, also where the difference has lost its digits.
  const T at_last = T(filled * walk.worst), at_first = T(filled * before.worst);
  const T &low = at_last < at_first ? at_last : at_first, &high = at_last < at_first ? at_first : at_last;
  if (value < low) value = low;
  if (high < value) value = high;
  return {filled, value, walk.worst, T(q - filled)};
}

/// The same at `limit` or better only.
template <Scalar T, Depth<T> D>
[[nodiscard]] constexpr Fill<T> fill_within(const D& side, const T& q, const T& limit, const T& taken) {
  const T offered = T(side.within(limit) - taken);
  if (!(T(0) < offered)) return {T(0), T(0), T(0), q};
  const T most = q < offered ? q : offered;
  Fill<T> out = fill(side, most, taken);
  out.unfilled = T(q - out.filled);
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
