// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/rounding.hpp"
#include "loadline/piecewise/ball.hpp"
#include "loadline/piecewise/order.hpp"
#include "loadline/portfolio/answer.hpp"

#include <bit>

/// @file
/// From where a root lies, a fraction or an algebraic number, to numbers of the caller's.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

inline constexpr int enclosure_bits = 200;  ///< how narrow an irrational point of an exact scalar is given

/// A point of a path as a fraction: itself, or the middle of its enclosure.
template <Scalar W>
[[nodiscard]] constexpr Point<W> point_of(const Point<W>& p) {
  return p;
}
template <Scalar W>
[[nodiscard]] Point<W> point_of(const Algebraic<W>& a) {
  if constexpr (ScalarTraits<W>::exact) {
    narrow(a, enclosure_bits);
    return {W(W(a.low + a.high) / W(2)), W(1)};
  } else {
    return {located(a), W(1)};
  }
}

/// A given point as a place of either kind.
template <class Place, Scalar W>
[[nodiscard]] Place place_of(const Point<W>& p) {
  if constexpr (std::same_as<Place, Point<W>>)
    return p;
  else
    return exactly(W(p.n / p.d));
}

/// The two numbers between which an irrational point lies; absent where its value tells all there is to know.
template <Scalar W>
[[nodiscard]] constexpr std::optional<Enclosure<W>> enclosure(const Point<W>&) {
  return std::nullopt;
}
template <Scalar W>
[[nodiscard]] std::optional<Enclosure<W>> enclosure(const Algebraic<W>& a) {
  if constexpr (ScalarTraits<W>::exact) {
    narrow(a, enclosure_bits);
    if (!a.exact()) return Enclosure<W>{a.low, a.high};
  }
  return std::nullopt;
}

/// The whole ticks nearest to a point that do not lie beyond it.
template <Scalar W>
[[nodiscard]] W ticks(const Point<W>& p, const W& tick, Direction direction) {
  return whole_ticks(p.n, W(tick * p.d), direction);
}
template <Scalar W>
[[nodiscard]] W ticks(const Algebraic<W>& a, const W& tick, Direction direction) {
  W count = whole_ticks(point_of<W>(a).n, tick, direction);
  if constexpr (ScalarTraits<W>::exact) {  // the middle of the enclosure may lie beyond a multiple of the tick that the number does not reach
    Doubt none;
    const auto beyond = [&](const W& k) { return compare(a, W(k * tick), none); };
    if (direction == Direction::up) {
      while (beyond(count) > 0) count += W(1);
      while (beyond(W(count - W(1))) <= 0) count -= W(1);
    } else {
      while (beyond(count) < 0) count -= W(1);
      while (beyond(W(count + W(1))) >= 0) count += W(1);
    }
  }
  return count;
}

/// From the working scalar to the caller's, with the largest error that this rounding can have made.
template <Scalar T>
class Rounder {
 public:
  using W = Working<T>;

  [[nodiscard]] T operator()(const Point<W>& p) {
    const W x = W(p.n / p.d);
    if constexpr (std::same_as<W, Ball>) {
      const double error = x.rounding_error(), size = magnitude(x.hi());
      const double unit = size > 0.0 ? size - std::bit_cast<double>(std::bit_cast<std::uint64_t>(size) - 1) : 0x1p-1074;
      const double claim = error / unit * (1.0 + 0x1p-50);
      if (error != 0.0) claimed_ = claim <= 0.5 && claimed_ <= 0.5 ? 0.5 : claimed_ < claim ? claim : claimed_;
      bounded_ = bounded_ && claim < 0x1p52;  // beyond that no digit is claimed
    }
    return static_cast<T>(x);
  }

  /// The claim, in units in the last place; absent: none is made. A scalar without rounding claims 0.
  [[nodiscard]] std::optional<double> ulp(bool certain) const {
    if (ScalarTraits<T>::exact) return 0.0;
    return std::same_as<W, Ball> && certain && bounded_ && LOADLINE_UNSAFE_MATH == 0 ? std::optional<double>(claimed_) : std::nullopt;
  }

 private:
  double claimed_ = 0.0;
  bool bounded_ = true;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
