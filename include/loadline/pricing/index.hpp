// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/pricing/source.hpp"

#include <array>
#include <tuple>
#include <utility>

/// @file
/// Prices from a venue's own books: one pair, chains of pairs, weighted legs.

namespace loadline {
inline namespace v1 {

/// What the weights of an index sum to.
enum class WeightSum : std::uint8_t {
  one,      ///< one
  printed,  ///< one but for the rounding of each to 8 decimals; the mean is divided by what they sum to
};

inline namespace LOADLINE_FLAGS {

/// The last print of one source, as it is.
///
/// @f[ p = x_i @f]
/// @par Units    those of the source
/// @par Shape    none
/// @par Rounding none
/// @par Errors   BAD_SIZE (no such source); BAD_NUMBER, BAD_PRICE where it is not above zero
/// @par Cost     O(1)
/// @par Source   none
struct Spot {
  std::size_t source;

  template <Scalar T, Scalar V>
  [[nodiscard]] LOADLINE_INLINE constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    V x = feeds.value(source);
    if (!is_finite(x)) return Error{Errc::bad_number, Field::source, static_cast<std::uint32_t>(source)};
    if (!(V(0) < x)) return Error{Errc::bad_price, Field::source, static_cast<std::uint32_t>(source)};
    return Priced<V>{std::move(x)};
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (feeds.size() <= source) [[unlikely]]
      return Error{Errc::bad_size, Field::source, static_cast<std::uint32_t>(source)};
    return std::nullopt;
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return i == source ? Dependence::affine : Dependence::none; }
  template <Scalar T>
  [[nodiscard]] constexpr T slope(const Feeds<T>&, std::size_t i) const {
    return i == source ? T(1) : T(0);
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<PriceRange<T>> range(const Feeds<T>& feeds, std::size_t i) const {
    if (i == source) return PriceRange<T>{T(0)};
    const T x = feeds.value(source);
    if (!(T(0) < x)) return std::nullopt;
    return PriceRange<T>{x, x};
  }
};

/// One price in units of another: a cross pair times the pair of its quote; a redemption ratio times the underlying.
///
/// @f[ p = a \, b @f]
/// @par Units    WBETH per ETH times ETH per USDT, say
/// @par Shape    none
/// @par Rounding none but the scalar's
/// @par Errors   those of its factors; OVERFLOW, BAD_PRICE (SOURCE) where the product is no price
/// @par Cost     that of its factors
/// @par Source   none
template <class A, class B>
struct Times {
  A a;
  B b;

  template <Scalar T, Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    const Result<Priced<V>> x = a.price(feeds);
    if (!x) return x;
    const Result<Priced<V>> y = b.price(feeds);
    if (!y) return y;
    return within_range(Priced<V>{V(x->value * y->value), x->flags | y->flags}, Field::source);
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (const std::optional<Error> e = a.check(feeds)) return e;
    return b.check(feeds);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return product(a.dependence(i), b.dependence(i)); }
  template <Scalar T>
  requires all_sloped<T, A, B>
  [[nodiscard]] constexpr T slope(const Feeds<T>& feeds, std::size_t i) const {
    if (!(a.dependence(i) == Dependence::none)) return T(a.slope(feeds, i) * b.price(feeds)->value);
    if (!(b.dependence(i) == Dependence::none)) return T(b.slope(feeds, i) * a.price(feeds)->value);
    return T(0);
  }
};
template <class A, class B>
Times(A, B) -> Times<A, B>;

/// Checks weights and legs: those of Weighted, and of what else weighs legs.
template <Scalar T, class... Legs>
[[nodiscard]] constexpr std::optional<Error> check_weighted(const Feeds<T>& feeds, const std::array<Ratio<T>, sizeof...(Legs)>& weights,
                                                            const std::tuple<Legs...>& legs, WeightSum sums_to = WeightSum::one) {
  T sum = T(0);
  for (std::size_t i = 0; i < sizeof...(Legs); ++i) {
    const T& w = weights[i].raw();
    const auto item = static_cast<std::uint32_t>(i);
    if (!is_finite(w)) return Error{Errc::bad_number, Field::index_weight, 0, item};
    if (w < T(0)) return Error{Errc::bad_weight, Field::index_weight, 0, item};
    sum += w;
  }
  const T each = sums_to == WeightSum::one ? T(T(4) * unit_roundoff<T>()) : T(T(1) / T(200'000'000));
  if (T(T(static_cast<int>(sizeof...(Legs))) * each) < magnitude(T(sum - T(1)))) return Error{Errc::bad_weight, Field::index_weights};
  return first_fault(feeds, legs);
}

/// A weighted index of legs, each a rule of its own.
///
/// @f[ p = \sum_i w_i \, p_i, \qquad \sum_i w_i = 1 @f]
/// @par Units    those of the legs
/// @par Shape    one weight a leg, in [0, 1]; they sum to one, in double up to what rounding explains, or as `sums_to` says
/// @par Rounding none but the scalar's
/// @par Errors   check: BAD_NUMBER, BAD_WEIGHT (negative: INDEX_WEIGHT, `item` the leg; the sum: INDEX_WEIGHTS); price: those of the legs, OVERFLOW, BAD_PRICE
/// (INDEX_WEIGHTS)
/// @par Cost     that of the legs
/// @par Source   Binance announcement of 2025-10-06: WBETH 20 % WBETHUSDT and 80 % WBETH/ETH x ETHUSDT, BNSOL 30 % and 70 %, until 2025-10-14
template <Scalar T, class... Legs>
struct Weighted {
  static constexpr std::size_t count = sizeof...(Legs);
  static_assert(count > 0, "an index has at least one leg");
  std::array<Ratio<T>, count> weights;
  std::tuple<Legs...> legs;
  WeightSum sums_to = WeightSum::one;

  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    return summed(feeds, std::index_sequence_for<Legs...>{});
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const { return check_weighted(feeds, weights, legs, sums_to); }
  [[nodiscard]] constexpr Dependence dependence(std::size_t source) const noexcept { return joined(source, std::index_sequence_for<Legs...>{}); }
  [[nodiscard]] constexpr T slope(const Feeds<T>& feeds, std::size_t source) const requires all_sloped<T, Legs...> {
    const T sum = slopes(feeds, source, std::index_sequence_for<Legs...>{});
    return sums_to == WeightSum::printed ? T(sum / whole()) : sum;
  }

 private:
  // Legs are gone through by index and not by a lambda: sums then stay in registers, and a price costs a third.
  template <Scalar V, std::size_t... I>
  [[nodiscard]] LOADLINE_INLINE constexpr Result<Priced<V>> summed(const Feeds<T, V>& feeds, std::index_sequence<I...>) const {
    V moving = V(0);
    T still = T(0);  // what stands still is a number, and no line
    PriceFlags flags;
    Error fault;
    if (!(add(std::get<I>(legs), weights[I].raw(), feeds, moving, still, flags, fault) && ...)) return fault;
    if constexpr (!std::same_as<V, T>) moving += V(still);
    if (sums_to == WeightSum::printed) moving = V(moving / V(whole()));
    return within_range(Priced<V>{std::move(moving), flags}, Field::index_weights);
  }
  /// false: the leg has no price.
  template <Scalar V, class Leg>
  [[nodiscard]] LOADLINE_INLINE static constexpr bool add(const Leg& leg, const T& weight, const Feeds<T, V>& feeds, V& moving, T& still, PriceFlags& flags,
                                                          Error& fault) {
    if (weight == T(0)) return true;
    if constexpr (!std::same_as<V, T>) {
      if (leg.dependence(feeds.moving()) == Dependence::none) {
        const Result<Priced<T>> p = leg.price(feeds.at_rest());
        if (!p) return fault = p.error(), false;
        still += T(weight * p->value);
        flags = flags | p->flags;
        return true;
      }
    }
    const Result<Priced<V>> p = leg.price(feeds);
    if (!p) return fault = p.error(), false;
    moving += V(V(weight) * p->value);
    flags = flags | p->flags;
    return true;
  }
  template <std::size_t... I>
  [[nodiscard]] LOADLINE_INLINE constexpr Dependence joined(std::size_t source, std::index_sequence<I...>) const noexcept {
    Dependence all = Dependence::none;
    const auto join = [&all](Dependence d, const T& w) {
      if (d != Dependence::none && !(w == T(0))) all = either(all, d);
    };
    (join(std::get<I>(legs).dependence(source), weights[I].raw()), ...);
    return all;
  }
  template <std::size_t... I>
  [[nodiscard]] LOADLINE_INLINE constexpr T slopes(const Feeds<T>& feeds, std::size_t source, std::index_sequence<I...>) const {
    T sum = T(0);
    const auto join = [&](const auto& leg, const T& w) {
      if (leg.dependence(source) != Dependence::none && !(w == T(0))) sum += T(w * leg.slope(feeds, source));
    };
    (join(std::get<I>(legs), weights[I].raw()), ...);
    return sum;
  }
  [[nodiscard]] constexpr T whole() const {
    T all = T(0);
    for (const Ratio<T>& w : weights) all += w.raw();
    return all;
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
