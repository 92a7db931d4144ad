// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/pricing/source.hpp"

#include <array>
#include <tuple>
#include <utility>

/// @file
/// Prices of several venues: what is fresh, the median of it, the median by depth.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// The last print of one source, while it is not too old.
///
/// @f[ p = x_i \quad if\ age_i \le max\_age @f]
/// @par Units    max_age: milliseconds
/// @par Shape    max_age >= 0
/// @par Rounding none
/// @par Errors   check: BAD_SIZE (no such source), BAD_PARAMETER (MAX_AGE); price: STALE_PRICE, BAD_TIME (a print from after now), BAD_NUMBER, BAD_PRICE;
/// `index` is the source
/// @par Cost     O(1)
/// @par Source   none
struct Fresh {
  std::size_t source;
  Time max_age;

  template <Scalar T, Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    const auto index = static_cast<std::uint32_t>(source);
    const Time age = feeds.age(source);
    if (age < 0) return Error{Errc::bad_time, Field::source_time, index};
    if (max_age < age) return Error{Errc::stale_price, Field::source, index};
    V x = feeds.value(source);
    if (!is_finite(x)) return Error{Errc::bad_number, Field::source, index};
    if (!(V(0) < x)) return Error{Errc::bad_price, Field::source, index};
    return Priced<V>{std::move(x)};
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (feeds.size() <= source) return Error{Errc::bad_size, Field::source, static_cast<std::uint32_t>(source)};
    if (max_age < 0) return Error{Errc::bad_parameter, Field::max_age, static_cast<std::uint32_t>(source)};
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
    const Result<Priced<T>> p = price(feeds);
    if (!p) return std::nullopt;
    return PriceRange<T>{p->value, p->value};
  }
};

namespace detail {

template <class V, std::size_t... I>
[[nodiscard]] LOADLINE_INLINE constexpr std::array<V, sizeof...(I)> filled(const V& any, std::index_sequence<I...>) {
  return {(static_cast<void>(I), any)...};
}

}  // namespace detail

/// An array of which every place is `any`: a scalar need not have a default.
template <std::size_t N, class V>
[[nodiscard]] LOADLINE_INLINE constexpr std::array<V, N> filled(const V& any) {
  return detail::filled(any, std::make_index_sequence<N>{});
}

/// The prices of some legs that are fresh, and which legs they are: room on the stack.
template <Scalar V, std::size_t N>
struct FreshLegs {
  std::array<V, N> value;
  std::array<std::uint32_t, N> leg{};
  std::size_t count = 0;
  PriceFlags flags = {};
  std::optional<Error> fault = std::nullopt;

  /// `any`: what stands where no price is yet.
  constexpr explicit FreshLegs(const V& any) : value(filled<N>(any)) {}
};

/// Asks every leg. A leg that is stale is left out, and said; any other error counts; none left: the first leg's STALE_PRICE.
template <Scalar V, Scalar T, class... Legs>
[[nodiscard]] constexpr FreshLegs<V, sizeof...(Legs)> fresh_legs(const Feeds<T, V>& feeds, const std::tuple<Legs...>& legs) {
  // Filled with a number that the compiler does not know: zeros it would clear as a block, which is slow.
  FreshLegs<V, sizeof...(Legs)> out(feeds.size() == 0 ? V(0) : feeds.value(0));
  std::optional<Error> stale;
  std::uint32_t i = 0;
  const auto ask = [&](const auto& leg) {
    const std::uint32_t at = i++;
    if (out.fault) return;
    Result<Priced<V>> p = leg.price(feeds);
    if (p) {
      out.value[out.count] = std::move(p->value);
      out.leg[out.count++] = at;
      out.flags = out.flags | p->flags;
    } else if (p.error().code == Errc::stale_price) {
      out.flags.stale = true;
      if (!stale) stale = p.error();
    } else {
      out.fault = p.error();
    }
  };
  std::apply([&ask](const Legs&... leg) { (ask(leg), ...); }, legs);
  if (!out.fault && out.count == 0) out.fault = stale;
  return out;
}

/// The middle of n > 0 prices, of two middle ones the mean. Sorts them.
template <Scalar V, std::size_t N>
[[nodiscard]] constexpr V middle(std::array<V, N>& x, std::size_t n) {
  for (std::size_t i = 1; i < n; ++i) {
    const V moved = x[i];
    std::size_t j = i;
    for (; j > 0 && moved < x[j - 1]; --j) x[j] = x[j - 1];
    x[j] = moved;
  }
  return n % 2 == 1 ? x[n / 2] : V(V(x[n / 2 - 1] + x[n / 2]) / V(2));
}

/// Where the middle one lies while one source moves, its legs at the very bottom and at the very top; and what stands still.
template <Scalar T>
struct MedianRange {
  T low, high;
  T least, most;          ///< of the legs that stand still
  std::size_t moved = 0;  ///< legs that do not
};
/// `seen(k, price)` for each leg that is there: with its price if it stands still, else with nullptr.
template <Scalar T, class Seen, class... Legs>
[[nodiscard]] LOADLINE_INLINE constexpr std::optional<MedianRange<T>> median_range(const Feeds<T>& feeds, std::size_t source, const std::tuple<Legs...>& legs,
                                                                                   const Seen& seen) {
  std::array<T, sizeof...(Legs)> still = filled<sizeof...(Legs)>(feeds.value(source));  // as in fresh_legs
  std::size_t count = 0, moved = 0, at = 0;
  bool known = true;
  const auto ask = [&](const auto& leg) {
    const std::size_t k = at++;
    if (!known) return;
    if (leg.dependence(source) == Dependence::none) {
      const Result<Priced<T>> p = leg.price(feeds);
      if (!p) {
        known = p.error().code == Errc::stale_price;
        return;
      }
      std::size_t place = count++;
      for (; place > 0 && p->value < still[place - 1]; --place) still[place] = still[place - 1];
      still[place] = p->value;
      seen(k, &p->value);
    } else if constexpr (RangedPricing<std::remove_cvref_t<decltype(leg)>, T>) {
      known = leg.range(feeds, source).has_value();
      ++moved;
      seen(k, static_cast<const T*>(nullptr));
    } else {
      known = false;
    }
  };
  std::apply([&ask](const Legs&... leg) { (ask(leg), ...); }, legs);
  const std::size_t n = count + moved, low = (n - 1) / 2, high = n / 2;  // of an even number the mean of both
  if (!known || low < moved || !(high < count)) return std::nullopt;
  return MedianRange<T>{still[low - moved], still[high], still[0], still[count - 1], moved};
}

/// The median of legs, each a rule of its own; stale legs are left out.
///
/// @f[ p = median(p_1, ..., p_n) @f]
/// As long as fewer than half of the legs are wrong it lies between prices that are right: floor((n - 1) / 2) of n may print anything.
/// @par Units    those of the legs
/// @par Shape    at least one leg; the median of an even number is the mean of the two in the middle
/// @par Rounding none but the scalar's, of that mean
/// @par Errors   those of the legs; STALE_PRICE of the first where none is fresh
/// @par Cost     that of the legs, O(n^2) comparisons
/// @par Source   docs/explanation/wrapped-pricing.md
template <class... Legs>
struct Median {
  static_assert(sizeof...(Legs) > 0, "a median has at least one leg");
  std::tuple<Legs...> legs;

  constexpr explicit Median(Legs... leg) : legs(std::move(leg)...) {}

  template <Scalar T, Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    FreshLegs<V, sizeof...(Legs)> fresh = fresh_legs<V>(feeds, legs);
    if (fresh.fault) return *fresh.fault;
    return within_range(Priced<V>{middle(fresh.value, fresh.count), fresh.flags}, Field::source);
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    return first_fault(feeds, legs);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t source) const noexcept {
    Dependence all = Dependence::none;
    std::apply([&](const Legs&... leg) { ((all = either(all, leg.dependence(source))), ...); }, legs);
    return sizeof...(Legs) == 1 ? all : bent(all);
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<PriceRange<T>> range(const Feeds<T>& feeds, std::size_t source) const {
    const auto middle = median_range(feeds, source, legs, [](std::size_t, const T*) {});
    if (!middle) return std::nullopt;
    return PriceRange<T>{middle->low, middle->high};
  }
};

/// The median of sources by their depth: the lowest print below or at which half of all depth is quoted.
///
/// @f[ p = \min \{ x_i : \sum_{x_j \le x_i} d_j \ge \tfrac12 \sum_j d_j \} @f]
/// The lower weighted median: between two prints with half the depth each it takes the lower one. Stale sources are left out.
/// @par Units    depth: anything, alike for all
/// @par Shape    N >= 1 sources; depths >= 0
/// @par Rounding none; sums of depth that are half but for rounding count as half
/// @par Errors   check: those of Fresh; price: those of Fresh, STALE_PRICE of the first source where none is fresh, BAD_PARAMETER (SOURCE_DEPTH) where none
///               that is fresh has depth
/// @par Cost     O(N^2) comparisons
/// @par Source   docs/explanation/wrapped-pricing.md
template <std::size_t N>
struct DepthMedian {
  static_assert(N > 0, "a median has at least one source");
  std::array<std::size_t, N> sources;
  Time max_age;

  template <Scalar T, Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    FreshLegs<V, N> x(V(0)), depth(V(0));
    V half = V(0);
    PriceFlags flags;
    std::optional<Error> stale;
    for (const std::size_t source : sources) {
      Result<Priced<V>> p = Fresh{source, max_age}.price(feeds);
      if (!p && p.error().code != Errc::stale_price) return p;
      if (!p) {
        flags.stale = true;
        if (!stale) stale = p.error();
        continue;
      }
      std::size_t at = x.count++;
      x.value[at] = std::move(p->value);
      depth.value[at] = feeds.depth(source);
      half += depth.value[at];
      for (; at > 0 && x.value[at] < x.value[at - 1]; --at) {
        std::swap(x.value[at], x.value[at - 1]);
        std::swap(depth.value[at], depth.value[at - 1]);
      }
    }
    if (x.count == 0) return *stale;
    if (!(V(0) < half)) return Error{Errc::bad_parameter, Field::source_depth, static_cast<std::uint32_t>(sources[0])};
    // Depths that are half but for rounding are half: of two prints in doubt the lower one.
    half = V(V(half / V(2)) * V(T(T(1) - T(T(static_cast<int>(4 * N)) * unit_roundoff<T>()))));
    V sum = V(0);
    std::size_t i = 0;
    for (; i + 1 < x.count; ++i) {
      sum += depth.value[i];
      if (!(sum < half)) break;
    }
    return Priced<V>{x.value[i], flags};
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    for (const std::size_t source : sources)
      if (const std::optional<Error> e = Fresh{source, max_age}.check(feeds)) return e;
    return std::nullopt;
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept {
    for (const std::size_t source : sources)
      if (source == i) return N == 1 ? Dependence::affine : Dependence::piecewise;
    return Dependence::none;
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
