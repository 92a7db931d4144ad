// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/pricing/source.hpp"

/// @file
/// Prices held together: blended with another, floored, clamped around redemption value, taken on the cautious side.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// Evaluates two rules and joins their prices; the first error counts.
template <Scalar V, Scalar T, class A, class B, class Join>
[[nodiscard]] constexpr Result<Priced<V>> join_prices(const Feeds<T, V>& feeds, const A& a, const B& b, const Join& join) {
  const Result<Priced<V>> x = a.price(feeds);
  if (!x) return x;
  const Result<Priced<V>> y = b.price(feeds);
  if (!y) return y;
  Priced<V> out = join(x->value, y->value);
  out.flags = out.flags | x->flags | y->flags;
  return within_range(std::move(out), Field::source);
}
/// Checks two rules in turn.
template <Scalar T, class A, class B>
[[nodiscard]] constexpr std::optional<Error> check_both(const Feeds<T>& feeds, const A& a, const B& b) {
  if (const std::optional<Error> e = a.check(feeds)) return e;
  return b.check(feeds);
}

/// A share of one price and the rest of another.
///
/// @f[ p = s\,a + (1 - s)\,b @f]
/// @par Units    those of a and b, which are the same
/// @par Shape    share in [0, 1]
/// @par Rounding none but the scalar's
/// @par Errors   check: BAD_NUMBER, BAD_PARAMETER (BLEND_SHARE); those of a and b
/// @par Cost     that of a and b
/// @par Source   Binance on the USDe index, 2025-10-12: the redemption price joins the index weights (the weights are not published)
template <Scalar T, class A, class B>
struct Blend {
  Ratio<T> share;
  A a;
  B b;

  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    if (share.raw() == T(0)) return b.price(feeds);  // what has no share is not asked
    if (share.raw() == T(1)) return a.price(feeds);
    return join_prices(feeds, a, b, [this](const V& x, const V& y) { return Priced<V>{V(V(V(share.raw()) * x) + V(V(T(T(1) - share.raw())) * y))}; });
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (!is_finite(share.raw())) return Error{Errc::bad_number, Field::blend_share};
    if (share.raw() < T(0) || T(1) < share.raw()) return Error{Errc::bad_parameter, Field::blend_share};
    return check_both(feeds, a, b);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept {
    if (share.raw() == T(0)) return b.dependence(i);
    if (share.raw() == T(1)) return a.dependence(i);
    return either(a.dependence(i), b.dependence(i));
  }
  [[nodiscard]] constexpr T slope(const Feeds<T>& feeds, std::size_t i) const requires all_sloped<T, A, B> {
    T sum = T(0);
    if (!(share.raw() == T(0))) sum += T(share.raw() * a.slope(feeds, i));
    if (!(share.raw() == T(1))) sum += T(T(T(1) - share.raw()) * b.slope(feeds, i));
    return sum;
  }
};
template <Scalar T, class A, class B>
Blend(Ratio<T>, A, B) -> Blend<T, A, B>;

/// A least price.
///
/// @f[ p = \max(a, floor) @f]
/// Binance gave the index of USDe a minimum after the event; its value was not published, so it is a parameter.
/// @par Units    those of a
/// @par Shape    floor > 0
/// @par Rounding none
/// @par Errors   check: BAD_NUMBER, BAD_PRICE (PRICE_FLOOR); those of a: a floor stands in for no missing price
/// @par Cost     that of a
/// @par Source   Binance, 2025-10-12: a minimum price threshold in the USDe index
template <Scalar T, class A>
struct Floor {
  Price<T> floor;
  A a;

  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    Result<Priced<V>> x = a.price(feeds);
    if (x && x->value < V(floor.raw())) {
      x->value = V(floor.raw());
      x->flags.floored = true;
    }
    return x;
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (!is_finite(floor.raw())) return Error{Errc::bad_number, Field::price_floor};
    if (!(T(0) < floor.raw())) return Error{Errc::bad_price, Field::price_floor};
    return a.check(feeds);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return bent(a.dependence(i)); }
};
template <Scalar T, class A>
Floor(Price<T>, A) -> Floor<T, A>;

/// A price held inside a band around redemption value.
///
/// @f[ p = \min(\max(a, (1 - down)\,nav), (1 + up)\,nav) @f]
/// @par Units    those of a and nav
/// @par Shape    down in [0, 1), up >= 0: then the floor is never above the cap
/// @par Rounding none but the scalar's
/// @par Errors   check: BAD_NUMBER, BAD_PARAMETER (PRICE_FLOOR: down; PRICE_CAP: up; PRICE_BAND: the floor above the cap); those of a and nav
/// @par Cost     that of a and nav
/// @par Source   docs/explanation/wrapped-pricing.md
template <Scalar T, class A, class Nav>
struct Clamp {
  Ratio<T> down, up;
  A a;
  Nav nav;

  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    return join_prices(feeds, a, nav, [this](const V& x, const V& y) {
      const V low = V(V(T(T(1) - down.raw())) * y), high = V(V(T(T(1) + up.raw())) * y);
      if (x < low) return Priced<V>{low, {.floored = true}};
      if (high < x) return Priced<V>{high, {.capped = true}};
      return Priced<V>{x};
    });
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (!is_finite(down.raw())) return Error{Errc::bad_number, Field::price_floor};
    if (!is_finite(up.raw())) return Error{Errc::bad_number, Field::price_cap};
    if (T(T(1) + up.raw()) < T(T(1) - down.raw())) return Error{Errc::bad_parameter, Field::price_band};
    if (down.raw() < T(0) || !(down.raw() < T(1))) return Error{Errc::bad_parameter, Field::price_floor};
    if (up.raw() < T(0)) return Error{Errc::bad_parameter, Field::price_cap};
    return check_both(feeds, a, nav);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return bent(either(a.dependence(i), nav.dependence(i))); }
};
template <Scalar T, class A, class Nav>
Clamp(Ratio<T>, Ratio<T>, A, Nav) -> Clamp<T, A, Nav>;

/// The lower of two prices.
/// @par Units    those of a and b
/// @par Shape    none
/// @par Rounding none
/// @par Errors   those of a and b
/// @par Cost     that of a and b
/// @par Source   none
template <class A, class B>
struct LowerOf {
  A a;
  B b;

  template <Scalar T, Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    return join_prices(feeds, a, b, [](const V& x, const V& y) { return Priced<V>{y < x ? y : x}; });
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    return check_both(feeds, a, b);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return bent(either(a.dependence(i), b.dependence(i))); }
};
template <class A, class B>
LowerOf(A, B) -> LowerOf<A, B>;

/// The higher of two prices; `floored` where the second holds the first up.
/// @par Units    those of a and b
/// @par Shape    none
/// @par Rounding none
/// @par Errors   those of a and b
/// @par Cost     that of a and b
/// @par Source   none
template <class A, class B>
struct HigherOf {
  A a;
  B b;

  template <Scalar T, Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    return join_prices(feeds, a, b, [](const V& x, const V& y) { return x < y ? Priced<V>{y, {.floored = true}} : Priced<V>{x}; });
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    return check_both(feeds, a, b);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return bent(either(a.dependence(i), b.dependence(i))); }
};
template <class A, class B>
HigherOf(A, B) -> HigherOf<A, B>;

/// The two-price rule: what is borrowed or withdrawn counts at the lower of redemption value and smoothed market; what is
/// liquidated, at the smoothed market floored at redemption value. One venue's print can then neither liquidate nor be borrowed against.
///
/// @f[ opening = \min(nav, market), \qquad liquidation = \max(market, nav) @f]
/// `opening()` and `liquidation()` are the rules; bind the second to the key that liquidates.
/// @par Units    those of market and nav
/// @par Shape    market is meant to be smoothed: an Ema or a Twap
/// @par Rounding none
/// @par Errors   those of market and nav
/// @par Cost     that of market and nav
/// @par Source   common in lending oracles; docs/explanation/wrapped-pricing.md
template <class Market, class Nav>
struct TwoPrice {
  Market market;
  Nav nav;
  [[nodiscard]] constexpr LowerOf<Nav, Market> opening() const { return {nav, market}; }
  [[nodiscard]] constexpr HigherOf<Market, Nav> liquidation() const { return {market, nav}; }
};
template <class Market, class Nav>
TwoPrice(Market, Nav) -> TwoPrice<Market, Nav>;

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
