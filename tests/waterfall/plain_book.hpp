// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <loadline/market/fill.hpp>

#include <vector>

/// @file
/// A book as simple as can be, for tests of what trades with it: levels walked one after the other.

template <class T>
struct PlainBook {
  struct Level {
    T price, size;
  };
  loadline::BookSide which;
  std::vector<Level> levels;  ///< from the best price on

  [[nodiscard]] loadline::BookSide side() const { return which; }
  [[nodiscard]] T total() const {
    T sum = T(0);
    for (const Level& l : levels) sum += l.size;
    return sum;
  }
  [[nodiscard]] loadline::Walk<T> walk(const T& q) const {
    loadline::Walk<T> out{T(0), levels.empty() ? T(0) : levels.front().price};
    T left = q;
    for (const Level& l : levels) {
      if (!(T(0) < left)) break;
      const T part = l.size < left ? l.size : left;
      out.value += T(part * l.price);
      out.worst = l.price;
      left -= part;
    }
    return out;
  }
  [[nodiscard]] T within(const T& limit) const {
    T sum = T(0);
    for (const Level& l : levels)
      if (which == loadline::BookSide::bids ? !(l.price < limit) : !(limit < l.price)) sum += l.size;
    return sum;
  }
};
