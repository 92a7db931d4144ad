// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/fill.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

/// @file
/// One side of a book as stretches along which units lie evenly between two prices: what levels and bands have in common.

namespace loadline {
inline namespace v1 {

/// A stretch of one side. A level begins and ends at one price.
template <Scalar T>
struct Rung {
  T first, last;  ///< the prices at its ends, the better one first
  T size, value;  ///< of it and all before it
};

inline namespace LOADLINE_FLAGS {

/// One side of a book, with the sums of its sizes and values: a Depth, and an InvertibleDepth. Made by Levels and Bands.
///
/// With C and K the sums before the rung of the q-th unit, m its own size, a and b its prices:
/// @f[ worst = a + (b - a)\, \frac{q - C}{m}, \qquad value = K + (q - C)\, \frac{a + worst}{2} @f]
/// @par Units    sizes: base units; prices: money per base unit
/// @par Shape    any number of rungs; none: an empty side
/// @par Rounding that of the scalar. Over levels both figures are monotone in q in double as well; at the end of a rung they are its own
/// @par Errors   none; what cannot be a book is refused by make of Levels and Bands
/// @par Cost     one binary search a query, no allocation
/// @par Source   docs/explanation/order-books.md
template <Scalar T>
class Ladder {
 public:
  [[nodiscard]] BookSide side() const noexcept { return side_; }
  [[nodiscard]] std::span<const Rung<T>> rungs() const noexcept { return own_.empty() ? lent_ : std::span<const Rung<T>>(own_); }
  [[nodiscard]] T total() const { return rungs().empty() ? T(0) : rungs().back().size; }
  /// nullopt: nobody quotes.
  [[nodiscard]] std::optional<T> best() const {
    if (rungs().empty()) return std::nullopt;
    return rungs().front().first;
  }

  /// The first q units, q >= 0; above total(): all of them.
  [[nodiscard]] Walk<T> walk(const T& q) const;
  /// The units at `price` or better.
  [[nodiscard]] T within(const T& price) const;
  /// The most that can be had at an average of `limit` or better (largest_at_average).
  [[nodiscard]] T size_at_average(const T& limit, const T& taken) const { return size_at_cost(limit, T(0), taken); }
  /// The most that costs no more than `cost`, which is not below zero, against `mid` (largest_at_cost).
  [[nodiscard]] T size_at_cost(const T& mid, const T& cost, const T& taken) const;

 protected:
  Ladder(BookSide side, std::vector<Rung<T>> own) : side_(side), own_(std::move(own)) {}
  Ladder(BookSide side, std::span<const Rung<T>> lent) : side_(side), lent_(lent) {}

 private:
  /// The first rung from `begin` on that the predicate holds for; it holds for all after it. None: the last.
  template <class Holds>
  [[nodiscard]] static std::size_t first_of(std::span<const Rung<T>> rungs, std::size_t begin, const Holds& holds) {
    for (std::size_t n = rungs.size() - begin; n > 1;) {  // no branch to predict: the compiler moves
      const std::size_t half = n / 2;
      begin = holds(rungs[begin + half - 1]) ? begin : begin + half;
      n -= half;
    }
    return begin;
  }

  BookSide side_;
  std::vector<Rung<T>> own_;
  std::span<const Rung<T>> lent_;
};

namespace detail {

/// Where g + a x - c x^2 turns below zero; g > 0 and c > 0, and at `end` it is below. In a scalar that holds no such root: short of it.
template <Scalar T>
[[nodiscard]] T turning_size(const T& g, const T& a, const T& c, const T& end) {
  if constexpr (ScalarTraits<T>::exact) {
    if constexpr (requires(std::vector<T> & p) {
                    ScalarTraits<T>::make_primitive(p);
                    ScalarTraits<T>::rational_root(std::span<const T>(p), end, end);
                  }) {
      std::vector<T> p{g, a, T(-c)};
      ScalarTraits<T>::make_primitive(p);
      if (const std::optional<T> x = ScalarTraits<T>::rational_root(std::span<const T>(p), T(0), end)) return *x;
    }
    T low = T(0), high = end;
    for (int i = 0; i < 64; ++i) {
      const T middle = T(T(low + high) / T(2));
      (T(g + T(middle * T(a - T(c * middle)))) < T(0) ? high : low) = middle;
    }
    return low;
  } else {
    T x = end;  // Newton from the right falls towards the root, for the parabola is concave
    for (int i = 0; i < 200; ++i) {
      const T next = T(x - T(T(g + T(x * T(a - T(c * x)))) / T(a - T(T(2) * T(c * x)))));
      const bool done = !(next < x);
      x = next;
      if (done) break;
    }
    return x;
  }
}

}  // namespace detail

template <Scalar T>
Walk<T> Ladder<T>::walk(const T& q) const {
  LOADLINE_ASSERT(!(q < T(0)));
  const std::span<const Rung<T>> all = rungs();
  if (all.empty()) return {T(0), T(0)};
  const std::size_t i = first_of(all, 0, [&](const Rung<T>& r) { return !(r.size < q); });
  const Rung<T>& r = all[i];
  if (!(q < r.size)) return {r.value, r.last};
  const T before = i == 0 ? T(0) : all[i - 1].size, paid = i == 0 ? T(0) : all[i - 1].value, x = T(q - before);
  if (r.first == r.last) return {T(paid + T(x * r.last)), r.last};
  const T worst = T(r.first + T(T(r.last - r.first) * T(x / T(r.size - before))));
  return {T(paid + T(x * T(T(r.first + worst) / T(2)))), worst};
}

template <Scalar T>
T Ladder<T>::within(const T& price) const {
  const std::span<const Rung<T>> all = rungs();
  if (all.empty()) return T(0);
  const bool bids = side_ == BookSide::bids;
  const auto better = [&](const T& p) { return bids ? price < p : p < price; };
  const std::size_t i = first_of(all, 0, [&](const Rung<T>& r) { return !better(r.last) && !(r.last == price); });
  const Rung<T>& r = all[i];
  if (better(r.last) || r.last == price) return r.size;
  const T before = i == 0 ? T(0) : all[i - 1].size;
  if (!better(r.first)) return before;
  return T(before + T(T(r.size - before) * T(T(r.first - price) / T(r.first - r.last))));
}

template <Scalar T>
T Ladder<T>::size_at_cost(const T& mid, const T& cost, const T& taken) const {
  LOADLINE_ASSERT(!(taken < T(0)));
  const std::span<const Rung<T>> all = rungs();
  if (!is_finite(mid) || !(taken < total())) return T(0);
  const auto ahead = [&](const T& x) { return side_ == BookSide::bids ? x : T(-x); };  // above zero: to the trader's good
  const bool some = T(0) < taken || is_nothing_yet(taken);
  const T paid = some ? walk(taken).value : T(0);
  const auto surplus = [&](const Rung<T>& r) { return T(ahead(T(T(r.value - paid) - T(mid * T(r.size - taken)))) + cost); };
  const std::size_t begin = some ? first_of(all, 0, [&](const Rung<T>& r) { return taken < r.size; }) : 0;
  const std::size_t i = first_of(all, begin, [&](const Rung<T>& r) { return surplus(r) < T(0); });
  const Rung<T>& r = all[i];
  if (!(surplus(r) < T(0))) return T(r.size - taken);
  const bool fresh = i == begin;  // the size ends on the rung on which it begins
  const T before = i == 0 ? T(0) : all[i - 1].size, from = fresh ? taken : before, left = T(r.size - from);
  const T price = fresh ? T(r.first + T(T(r.last - r.first) * T(T(taken - before) / T(r.size - before)))) : r.first;
  const T g = fresh ? cost : surplus(all[i - 1]), a = ahead(T(price - mid)), c = T(ahead(T(price - r.last)) / T(T(2) * left));
  T x = T(0);
  if (!(T(0) < c))
    x = a < T(0) ? T(g / T(-a)) : left;
  else if (!(T(0) < g))
    x = T(a / c);
  else
    x = detail::turning_size(g, a, c, left);
  if (!(T(0) < x)) x = T(0);
  if (left < x) x = left;
  return fresh ? x : T(T(from - taken) + x);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
