// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/slippage.hpp"

#include <concepts>
#include <type_traits>

/// @file
/// One side of a book whose depth grows as a power of the distance: three numbers instead of a table.

namespace loadline {
inline namespace v1 {

/// A power-law side. Distances are measured from its best price, which lies half a spread from the mid, and are shares of the mid.
template <Scalar T>
struct PowerTerms {
  BookSide side;
  Price<T> mid;
  Quantity<T> size;       ///< all that is offered within `reach`
  Ratio<T> reach;         ///< e.g. 1 %
  Ratio<T> end;           ///< where the book ends
  Ratio<T> exponent = 1;  ///< 1: a block book, linear impact; 2: a V-shaped one, square-root impact; any number above zero
  Ratio<T> spread = 0;    ///< half of it, or a gap
};

/// A number with powers: the built-in ones, and those whose ScalarTraits have `power(x, y)`, x > 0, as ext/multiprecision.hpp and ext/eigen.hpp
/// give it to decimals and to numbers with derivatives.
template <class T>
concept PoweredScalar = Scalar<T> &&(std::floating_point<T> || requires(const T& x) {
  { ScalarTraits<T>::power(x, x) } -> std::same_as<T>;
});

inline namespace LOADLINE_FLAGS {

/// One side of a power-law book: an InvertibleDepth.
///
/// Sold or bought are q units, D within reach d, exponent g, half spread s; upper signs for bids:
/// @f[ Q(\delta) = D (\delta / d)^g, \qquad worst = mid\,(1 \mp (s + \delta)), \qquad value = q\,mid\,\Bigl(1 \mp \bigl(s + \frac{g}{g + 1} \delta\bigr)\Bigr),
///     \qquad \delta = d\,(q / D)^{1/g} @f]
/// so the average loses g / (g + 1) of what the last unit loses, beyond the spread.
/// @par Units    size: base units; reach, end, spread: shares of the mid
/// @par Shape    mid, size, reach, exponent > 0; 0 < end < 1; spread >= 0; for bids spread + end < 1: nobody sells at a price of zero
/// @par Rounding that of the scalar and of its power function; with an exponent of 1 exact in a rational
/// @par Errors   make: BAD_NUMBER, BAD_PRICE (MID), BAD_PARAMETER (BOOK_DEPTH: size; BAND: reach; PRICE_BAND: end; EXPONENT; SPREAD), UNSUPPORTED
///               (EXPONENT: not 1 in a scalar without powers), OVERFLOW (BOOK_DEPTH: the size at the end)
/// @par Cost     one power a query; a size for an average with something taken and an exponent other than 1: some sixty
/// @par Source   docs/explanation/order-books.md; shape functions as in Alfonsi, Fruth and Schied
template <Scalar T>
class PowerLaw {
 public:
  [[nodiscard]] static constexpr Result<PowerLaw> make(const PowerTerms<T>& terms);

  [[nodiscard]] constexpr BookSide side() const noexcept { return terms_.side; }
  [[nodiscard]] constexpr const T& total() const noexcept { return total_; }
  [[nodiscard]] constexpr const PowerTerms<T>& terms() const noexcept { return terms_; }

  /// The first q units, q >= 0; above total(): all of them.
  [[nodiscard]] constexpr Walk<T> walk(const T& q) const {
    LOADLINE_ASSERT(!(q < T(0)));
    const T filled = q < total_ ? q : total_, distance = distance_of(filled);
    return {T(filled * price_at(T(share_ * distance))), price_at(distance)};
  }
  /// The units at `price` or better.
  [[nodiscard]] constexpr T within(const T& price) const { return depth_at(beyond_spread(price)); }
  /// The most that can be had at an average of `limit` or better (largest_at_average).
  [[nodiscard]] constexpr T size_at_average(const T& limit, const T& taken) const {
    const T left = T(total_ - taken), distance = beyond_spread(limit);
    if (!(T(0) < left) || !(T(0) < distance) || !is_finite(distance)) return is_finite(limit) && T(0) < left && T(0) < distance ? left : T(0);
    if (!(T(0) < taken) && !is_nothing_yet(taken)) return depth_at(T(distance / share_));
    if (!is_one(terms_.exponent.raw())) return detail::halved_size(*this, limit, T(0), taken);
    const T size = T(T(2) * T(depth(distance) - taken));  // the middle of the block lies at the distance
    return !(T(0) < size) ? T(0) : left < size ? left : size;
  }

 private:
  explicit constexpr PowerLaw(const PowerTerms<T>& terms) : terms_(terms), share_(T(terms.exponent.raw() / T(terms.exponent.raw() + T(1)))), total_(T(0)) {
    total_ = depth(terms_.end.raw());
  }

  /// Without derivatives as well: one by the exponent needs a power.
  [[nodiscard]] static constexpr bool is_one(const T& y) { return vanishes(T(y - T(1))); }
  [[nodiscard]] static constexpr T power(const T& x, const T& y) {
    if (is_one(y)) return x;
    if (!(T(0) < x)) return T(0);
    if constexpr (requires { ScalarTraits<T>::power(x, y); })
      return ScalarTraits<T>::power(x, y);
    else if constexpr (std::is_same_v<T, float>)
      return __builtin_powf(x, y);  // <cmath> would add a tenth to what the umbrella header costs
    else if constexpr (std::is_same_v<T, double>)
      return __builtin_pow(x, y);
    else if constexpr (std::is_same_v<T, long double>)
      return __builtin_powl(x, y);
    else
      return x;  // never met: make refuses every other exponent
  }
  /// The price so far beyond the best one.
  [[nodiscard]] constexpr T price_at(const T& distance) const {
    const T away = T(terms_.spread.raw() + distance);
    return T(terms_.mid.raw() * (terms_.side == BookSide::bids ? T(T(1) - away) : T(T(1) + away)));
  }
  [[nodiscard]] constexpr T beyond_spread(const T& price) const {
    const T away = T(T(price - terms_.mid.raw()) / terms_.mid.raw());
    return T((terms_.side == BookSide::bids ? T(-away) : away) - terms_.spread.raw());
  }
  /// Q, without an end.
  [[nodiscard]] constexpr T depth(const T& distance) const { return T(terms_.size.raw() * power(T(distance / terms_.reach.raw()), terms_.exponent.raw())); }
  [[nodiscard]] constexpr T depth_at(const T& distance) const {
    if (!(T(0) < distance)) return T(0);
    if (!(distance < terms_.end.raw())) return total_;
    const T q = depth(distance);
    return q < total_ ? q : total_;
  }
  /// Its inverse, never beyond the end.
  [[nodiscard]] constexpr T distance_of(const T& q) const {
    if (!(q < total_)) return terms_.end.raw();
    const T d = T(terms_.reach.raw() * power(T(q / terms_.size.raw()), T(T(1) / terms_.exponent.raw())));
    return d < terms_.end.raw() ? d : terms_.end.raw();
  }

  PowerTerms<T> terms_;
  T share_, total_;
};

template <Scalar T>
constexpr Result<PowerLaw<T>> PowerLaw<T>::make(const PowerTerms<T>& terms) {
  const T &size = terms.size.raw(), &reach = terms.reach.raw(), &end = terms.end.raw(), &g = terms.exponent.raw(), &spread = terms.spread.raw();
  if (!is_finite(terms.mid.raw())) return Error{Errc::bad_number, Field::mid};
  if (!(T(0) < terms.mid.raw())) return Error{Errc::bad_price, Field::mid};
  if (!is_finite(size)) return Error{Errc::bad_number, Field::book_depth};
  if (!(T(0) < size)) return Error{Errc::bad_parameter, Field::book_depth};
  if (!is_finite(reach)) return Error{Errc::bad_number, Field::band};
  if (!(T(0) < reach)) return Error{Errc::bad_parameter, Field::band};
  if (!is_finite(g)) return Error{Errc::bad_number, Field::exponent};
  if (!(T(0) < g)) return Error{Errc::bad_parameter, Field::exponent};
  if constexpr (!PoweredScalar<T>)
    if (!is_one(g)) return Error{Errc::unsupported, Field::exponent};
  if (!is_finite(spread)) return Error{Errc::bad_number, Field::spread};
  if (spread < T(0)) return Error{Errc::bad_parameter, Field::spread};
  if (!is_finite(end)) return Error{Errc::bad_number, Field::price_band};
  if (!(T(0) < end) || !(end < T(1))) return Error{Errc::bad_parameter, Field::price_band};
  if (terms.side == BookSide::bids && !(T(spread + end) < T(1))) return Error{Errc::bad_parameter, Field::spread};
  const PowerLaw made(terms);
  const T most = T(made.total_ * made.price_at(end));
  if (!is_finite(made.total_) || !(T(0) < made.total_) || !is_finite(most) || !(T(0) < most)) return Error{Errc::overflow, Field::book_depth};
  return made;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
