// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/pricing/source.hpp"

#include <array>
#include <tuple>

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
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    V x = feeds.value(source);
    if (!is_finite(x)) return Error{Errc::bad_number, Field::source, static_cast<std::uint32_t>(source)};
    if (!(V(0) < x)) return Error{Errc::bad_price, Field::source, static_cast<std::uint32_t>(source)};
    return Priced<V>{std::move(x)};
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (feeds.size() <= source) return Error{Errc::bad_size, Field::source, static_cast<std::uint32_t>(source)};
    return std::nullopt;
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return i == source ? Dependence::affine : Dependence::none; }
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
};
template <class A, class B>
Times(A, B) -> Times<A, B>;

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
    Priced<V> sum{V(0)};
    T still = T(0);
    std::optional<Error> fault;
    std::size_t i = 0;
    const auto add = [&](const auto& leg) {
      const std::size_t at = i++;
      if (fault || weights[at].raw() == T(0)) return;
      if constexpr (!std::same_as<V, T>) {  // what stands still is a number, not a line
        if (leg.dependence(feeds.moving()) == Dependence::none) {
          const Result<Priced<T>> p = leg.price(feeds.at_rest());
          if (!p) return void(fault = p.error());
          still += T(weights[at].raw() * p->value);
          sum.flags = sum.flags | p->flags;
          return;
        }
      }
      const Result<Priced<V>> p = leg.price(feeds);
      if (!p) return void(fault = p.error());
      sum.value += V(V(weights[at].raw()) * p->value);
      sum.flags = sum.flags | p->flags;
    };
    std::apply([&add](const Legs&... leg) { (add(leg), ...); }, legs);
    if (fault) return *fault;
    if constexpr (!std::same_as<V, T>) sum.value += V(still);
    if (sums_to == WeightSum::printed) {
      T all = T(0);
      for (const Ratio<T>& w : weights) all += w.raw();
      sum.value = V(sum.value / V(all));
    }
    return within_range(std::move(sum), Field::index_weights);
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    T sum = T(0);
    for (std::size_t i = 0; i < count; ++i) {
      const T& w = weights[i].raw();
      const auto item = static_cast<std::uint32_t>(i);
      if (!is_finite(w)) return Error{Errc::bad_number, Field::index_weight, 0, item};
      if (w < T(0)) return Error{Errc::bad_weight, Field::index_weight, 0, item};
      sum += w;
    }
    const T each = sums_to == WeightSum::one ? T(T(4) * unit_roundoff<T>()) : T(T(1) / T(200'000'000));
    if (T(T(static_cast<int>(count)) * each) < magnitude(T(sum - T(1)))) return Error{Errc::bad_weight, Field::index_weights};
    std::optional<Error> fault;
    std::apply([&](const Legs&... leg) { ((fault = fault ? fault : leg.check(feeds)), ...); }, legs);
    return fault;
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t source) const noexcept {
    Dependence all = Dependence::none;
    std::size_t i = 0;
    const auto join = [&](const auto& leg) {
      if (!(weights[i++].raw() == T(0))) all = either(all, leg.dependence(source));
    };
    std::apply([&join](const Legs&... leg) { (join(leg), ...); }, legs);
    return all;
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
