// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/pricing/source.hpp"

/// @file
/// A redemption ratio that falls with its underlying.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// The ratio of a wrapped asset as a function of its underlying's price: a key of its own, by which a derived price is multiplied.
///
/// @f[ r = clamp(1 - fall\,(1 - P / reference),\ 0,\ cap) @f]
/// `reference` is where the underlying stood when the peg held, never an entry price. Times P it is quadratic: give a PriceMap this rule for
/// the peg's key and the underlying's rule for the other, and the product stays in the account, where it is solved exactly.
///
/// It is a ratio, not a price, and may be 0: then the wrapped asset is worth nothing, and everything else still has its price.
/// @par Units    a fraction of redemption value
/// @par Shape    reference > 0, fall >= 0, cap > 0
/// @par Rounding none but the scalar's
/// @par Errors   check: BAD_NUMBER, BAD_PRICE (SOURCE: reference), BAD_PARAMETER (RATIO_DROP: fall), BAD_RATIO (REDEMPTION_RATIO: cap); those of the underlying
/// @par Cost     that of the underlying
/// @par Source   docs/explanation/wrong-way.md
template <Scalar T, class Underlying>
struct FallingPeg {
  Price<T> reference;
  Ratio<T> fall;
  Ratio<T> cap;
  Underlying underlying;

  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    const Result<Priced<V>> p = underlying.price(feeds);
    if (!p) return p;
    const V r = V(V(T(T(1) - fall.raw())) + V(V(T(fall.raw() / reference.raw())) * p->value));
    if (r < V(0)) return Priced<V>{V(0), p->flags | PriceFlags{.floored = true}};
    if (V(cap.raw()) < r) return Priced<V>{V(cap.raw()), p->flags | PriceFlags{.capped = true}};
    return Priced<V>{r, p->flags};
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (!is_finite(reference.raw())) return Error{Errc::bad_number, Field::source};
    if (!(T(0) < reference.raw())) return Error{Errc::bad_price, Field::source};
    if (!is_finite(fall.raw())) return Error{Errc::bad_number, Field::ratio_drop};
    if (fall.raw() < T(0)) return Error{Errc::bad_parameter, Field::ratio_drop};
    if (!is_finite(cap.raw())) return Error{Errc::bad_number, Field::redemption_ratio};
    if (!(T(0) < cap.raw())) return Error{Errc::bad_ratio, Field::redemption_ratio};
    return underlying.check(feeds);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return bent(underlying.dependence(i)); }
};
template <Scalar T, class Underlying>
FallingPeg(Price<T>, Ratio<T>, Ratio<T>, Underlying) -> FallingPeg<T, Underlying>;

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
