// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"
#include "loadline/market/fill.hpp"

#include <optional>

/// @file
/// From prices to sizes: what a limit on the worst or on the average price lets through, depth around the mid, and what crossing costs.

namespace loadline {
inline namespace v1 {

/// A distance from the mid, as a share of it: 0.01 is 1 % down for a seller, 1 % up for a buyer.
template <Scalar T>
struct Slippage {
  Price<T> mid;
  Ratio<T> share;
};

/// A cost against the mid, zero or more: what a seller may lose on it in all, or a buyer pay on top.
template <Scalar T>
struct CostLimit {
  Price<T> mid;
  Money<T> cost;
};

/// What lies within a distance of the mid.
template <Scalar T>
struct DepthWithin {
  T bids, asks;  ///< base units

  [[nodiscard]] constexpr T both() const { return T(bids + asks); }
};

inline namespace LOADLINE_FLAGS {

/// A depth model that knows for itself how much an average price lets through; without it the size is found by halving.
///
///  - `size_at_average(limit, taken)`  as of largest_at_average
template <class D, class T>
concept InvertibleDepth = Depth<D, T> && requires(const D& d, const T& x) {
  { d.size_at_average(x, x) } -> std::same_as<T>;
};

/// The price at that distance.
///
/// @f[ p = mid\,(1 \mp d) @f]
/// @par Units    price: money per base unit
/// @par Shape    none
/// @par Rounding that of the scalar
/// @par Errors   none; zero or below lets every bid through
/// @par Cost     O(1)
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr T price_at(BookSide side, const Slippage<T>& slippage) {
  const T away = side == BookSide::bids ? T(-slippage.share.raw()) : slippage.share.raw();
  return T(slippage.mid.raw() * T(T(1) + away));
}

/// The most that can be had at `limit` or better with `taken` missing from the front.
///
/// @f[ q = \max(0, within(limit) - taken) @f]
/// @par Units    base units
/// @par Shape    taken >= 0
/// @par Rounding that of the scalar; of a NaN nothing
/// @par Errors   none
/// @par Cost     one search
/// @par Source   docs/explanation/order-books.md
template <Scalar T, Depth<T> D>
[[nodiscard]] constexpr T largest_within(const D& side, const T& limit, const T& taken) {
  const T left = T(side.within(limit) - taken);
  return T(0) < left ? left : T(0);
}

namespace detail {

/// The size by halving, at its lower end: the most that costs no more than `cost` against `limit`. The average gets worse with size: what passes,
/// passes for every smaller one.
template <Scalar T, Depth<T> D>
[[nodiscard]] constexpr T halved_size(const D& side, const T& limit, const T& cost, const T& taken) {
  const auto to_spare = [&](const Fill<T>& f) {
    const T ahead = T(f.value - T(limit * f.filled));
    return T((side.side() == BookSide::bids ? ahead : T(-ahead)) + cost);
  };
  const auto passes = [&](const T& q) { return !(to_spare(fill(side, q, taken)) < T(0)); };
  const T left = T(side.total() - taken);
  if (!is_finite(limit) || !(T(0) < left)) return T(0);
  T low = T(0), high = point(left);
  if (passes(high)) return left;
  constexpr int steps = ScalarTraits<T>::exact ? 64 : 1'100;  // down to the smallest double; most end after some sixty
  for (int i = 0; i < steps; ++i) {
    const T middle = T(T(low + high) / T(2));
    if (!(low < middle) || !(middle < high)) break;
    (passes(middle) ? low : high) = middle;
  }
  if constexpr (DualScalar<T>) {  // found on values; one step of Newton brings the derivatives
    const Fill<T> f = fill(side, low, taken);
    const T slope = side.side() == BookSide::bids ? T(f.worst - limit) : T(limit - f.worst);
    if (T(0) < f.filled && slope < T(0)) return carry(T(low - T(to_spare(f) / slope)), low);
  }
  return low;
}

}  // namespace detail

/// The most that can be had at an average price of `limit` or better with `taken` missing from the front.
///
/// @f[ q = \max \{ x : V(taken + x) - V(taken) \ge limit \cdot x \} @f] for a seller, @f$ \le @f$ for a buyer.
/// @par Units    base units; limit: money per base unit
/// @par Shape    taken >= 0
/// @par Rounding that of the scalar: the average may be off by it. By halving, and in a rational where the size is none, short by at most
///               2^-64 of the stretch it lies in. Of a NaN nothing
/// @par Errors   none
/// @par Cost     one search for levels and bands, O(1) for a power law; some sixty walks by halving
/// @par Source   docs/explanation/order-books.md
template <Scalar T, Depth<T> D>
[[nodiscard]] constexpr T largest_at_average(const D& side, const T& limit, const T& taken) {
  if constexpr (InvertibleDepth<D, T>)
    return side.size_at_average(limit, taken);
  else
    return detail::halved_size(side, limit, T(0), taken);
}

/// The most that can be had for a cost against the mid with `taken` missing from the front: the inverse of cost_against.
///
/// @f[ q = \max \{ x : \pm (mid \cdot x - (V(taken + x) - V(taken))) \le C \} @f]
/// @par Units    base units
/// @par Shape    taken >= 0
/// @par Rounding as of largest_at_average. Of a cost below zero, or of a NaN, nothing
/// @par Errors   none
/// @par Cost     one search for levels and bands; some sixty walks by halving
/// @par Source   docs/explanation/order-books.md
template <Scalar T, Depth<T> D>
[[nodiscard]] constexpr T largest_at_cost(const D& side, const CostLimit<T>& most, const T& taken) {
  const T &mid = most.mid.raw(), &cost = most.cost.raw();
  if (!is_finite(cost) || cost < T(0)) return T(0);
  if constexpr (requires { side.size_at_cost(mid, cost, taken); })
    return side.size_at_cost(mid, cost, taken);
  else
    return detail::halved_size(side, mid, cost, taken);
}

/// The average price of a fill; nullopt: nothing was filled.
template <Scalar T>
[[nodiscard]] constexpr std::optional<T> average_price(const Fill<T>& fill) {
  if (!(T(0) < fill.filled)) return std::nullopt;
  return T(fill.value / fill.filled);
}

/// What a fill costs against the mid: what the seller did not get, or the buyer paid on top.
///
/// @f[ C = \pm (q \cdot mid - value) @f]
/// @par Units    money
/// @par Shape    the fill is of that side
/// @par Rounding that of the scalar: a difference of two amounts
/// @par Errors   none
/// @par Cost     O(1)
/// @par Source   docs/explanation/order-books.md
template <Scalar T>
[[nodiscard]] constexpr Money<T> cost_against(BookSide side, const Fill<T>& fill, const Price<T>& mid) {
  const T at_mid = T(fill.filled * mid.raw());
  return side == BookSide::bids ? T(at_mid - fill.value) : T(fill.value - at_mid);
}

/// The depth of one side within that distance of the mid.
template <Scalar T, Depth<T> D>
[[nodiscard]] constexpr T depth_within(const D& side, const Slippage<T>& slippage) {
  return side.within(price_at(side.side(), slippage));
}

/// The depth of both sides within that distance of the mid.
template <Scalar T, Depth<T> Bids, Depth<T> Asks>
[[nodiscard]] constexpr DepthWithin<T> depth_within(const Bids& bids, const Asks& asks, const Slippage<T>& slippage) {
  LOADLINE_ASSERT(bids.side() == BookSide::bids && asks.side() == BookSide::asks);
  return {depth_within(bids, slippage), depth_within(asks, slippage)};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
