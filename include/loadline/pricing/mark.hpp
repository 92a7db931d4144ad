// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/pricing/source.hpp"

/// @file
/// The mark price of a perpetual: the median of two prices from the index and the contract's own.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// Binance's mark price.
///
/// @f[ p_1 = index \left(1 + funding\,\frac{hours\ left}{interval}\right), \quad p_2 = index + basis, \quad p = median(p_1, p_2, contract) @f]
/// with `basis` the moving average of contract - index (30 samples in 30 s since 2025-09-18, 60 in a minute before). What a wild
/// contract print moves at once is the median only; it also enters the average, one sample in thirty, which is the caller's to add.
/// @par Units    prices: numeraire; funding: fraction a interval; hours
/// @par Shape    funding and basis are sources with `any_sign`; hours_left in [0, interval], interval > 0
/// @par Rounding none but the scalar's
/// @par Errors   check: BAD_NUMBER, BAD_PARAMETER (WINDOW: hours_left or interval), BAD_SIZE (SOURCE); those of the index; BAD_NUMBER (MARK) where one of the
/// three
///               is not finite, BAD_PRICE (MARK) where the median is not above zero. The ages of funding, basis and contract are the caller's to watch
/// @par Cost     that of the index
/// @par Source   Binance FAQ 360033525071 and announcement of 2025-09-16; every page seen prints 8 for the interval, whatever the contract's own
template <Scalar T, class Index>
struct MarkPrice {
  Index index;
  std::size_t funding, basis, contract;
  T hours_left;
  T interval = T(8);

  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    const Result<Priced<V>> i = index.price(feeds);
    if (!i) return i;
    V a = V(i->value * V(V(1) + V(feeds.value(funding) * V(T(hours_left / interval))))), b = V(i->value + feeds.value(basis)), c = feeds.value(contract);
    for (const V* x : {&a, &b, &c})
      if (!is_finite(*x)) return Error{Errc::bad_number, Field::mark};
    if (b < a) std::swap(a, b);  // a <= b; the middle is c held between them
    const V middle = c < a ? a : b < c ? b : c;
    if (!(V(0) < middle)) return Error{Errc::bad_price, Field::mark};
    return Priced<V>{middle, i->flags};
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (!is_finite(hours_left) || !is_finite(interval)) return Error{Errc::bad_number, Field::window};
    if (!(T(0) < interval) || hours_left < T(0) || interval < hours_left) return Error{Errc::bad_parameter, Field::window};
    for (const std::size_t source : {funding, basis, contract})
      if (feeds.size() <= source) return Error{Errc::bad_size, Field::source, static_cast<std::uint32_t>(source)};
    return index.check(feeds);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept {
    const Dependence on_index = index.dependence(i);
    const Dependence first = i == funding ? product(on_index, Dependence::affine) : on_index;
    return bent(i == funding || i == basis || i == contract ? either(first, Dependence::affine) : first);
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
