// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/id.hpp"
#include "loadline/market/fill.hpp"

#include <optional>
#include <span>

/// @file
/// Books by key, as a waterfall trades with them: what was taken stays taken.

namespace loadline {
inline namespace v1 {

/// The two sides of one contract's book, and what has been taken from each.
template <Scalar T, Depth<T> D>
struct TradedBook {
  KeyId key;
  D bids, asks;
  T taken_bids = T(0), taken_asks = T(0);
};

inline namespace LOADLINE_FLAGS {

/// The entry of a key; nullptr: there is none. Found at once where entries lie in the order of the keys.
template <class Entry>
[[nodiscard]] constexpr Entry* find_key(std::span<Entry> entries, KeyId key) noexcept {
  if (key.index < entries.size() && entries[key.index].key == key) return &entries[key.index];
  for (Entry& e : entries)
    if (e.key == key) return &e;
  return nullptr;
}

/// Fills from books. A key without a book fills nothing.
/// @par Units    those of the books
/// @par Shape    each key once
/// @par Rounding that of the books
/// @par Errors   total
/// @par Cost     O(1) to O(books) to find one, and two walks; no allocation
/// @par Source   none
template <Scalar T, Depth<T> D>
struct BookMarket {
  std::span<TradedBook<T, D>> books;

  [[nodiscard]] constexpr Fill<T> fill(KeyId key, BookSide side, const T& q, const std::optional<T>& limit) const {
    TradedBook<T, D>* const book = find_key(books, key);
    if (book == nullptr) return {T(0), T(0), T(0), q};
    T& taken = side == BookSide::bids ? book->taken_bids : book->taken_asks;
    const D& depth = side == BookSide::bids ? book->bids : book->asks;
    const Fill<T> f = limit ? fill_within(depth, q, *limit, taken) : loadline::fill(depth, q, taken);
    taken += f.filled;
    return f;
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
