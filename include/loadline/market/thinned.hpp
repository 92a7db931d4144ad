// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/fill.hpp"

/// @file
/// A side of a book of which a share is left.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// One side of a book, with the same share of it left at every price.
///
/// @f[ Q'(p) = d\, Q(p), \qquad V'(q) = d\, V(q / d) @f]
/// It is itself a Depth. With the level of a DepthPath it is the book at a time.
/// @par Units    those of the side; level: dimensionless
/// @par Shape    0 <= level <= 1; the side outlives this view of it
/// @par Rounding that of the scalar; never more of the side is walked than there is
/// @par Errors   none
/// @par Cost     that of the side
/// @par Source   docs/explanation/depth-in-time.md
template <Scalar T, Depth<T> D>
class Thinned {
 public:
  constexpr Thinned(const D& whole, const T& level) : whole_(&whole), level_(level) { LOADLINE_ASSERT(!(level < T(0)) && !(T(1) < level)); }

  [[nodiscard]] constexpr BookSide side() const { return whole_->side(); }
  [[nodiscard]] constexpr T total() const { return T(level_ * T(whole_->total())); }
  [[nodiscard]] constexpr Walk<T> walk(const T& q) const {
    const T all = T(whole_->total());
    if (!(T(0) < level_)) return {T(0), T(0)};  // nothing is left, and no best price
    const T asked = T(q / level_);
    const Walk<T> walk = whole_->walk(all < asked ? all : asked);
    return {T(level_ * walk.value), walk.worst};
  }
  [[nodiscard]] constexpr T within(const T& price) const { return T(level_ * T(whole_->within(price))); }

 private:
  const D* whole_;
  T level_;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
