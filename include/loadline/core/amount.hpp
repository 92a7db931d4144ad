// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/scalar.hpp"

/// @file
/// Money, Price, Size and Ratio: a scalar that carries the exponents of money and of size.

namespace loadline {
inline namespace v1 {

template <class U, class T>
concept ExactSource = std::same_as<U, T> ||(std::integral<U> && !std::same_as<U, bool>);

/// A scalar with M exponents of money and S of size. Same layout as `T`; every operator returns a stored amount.
///
/// A *named* field may be given a raw `T` or an integer. Raw numbers join no sum and no comparison: both operands of
/// every operator are deduced, so `money + 7.0` and `price < 3.0` do not compile, and no `double` gets into a rational.
/// @par Units    the exponents M and S; Money, Price, Size, Ratio below
/// @par Shape    none
/// @par Rounding that of T
/// @par Errors   none; a wrong dimension does not compile
/// @par Cost   that of `T`
/// @par Source   none
template <Scalar T, int M, int S>
class Amount {
 public:
  template <class U>
  requires ExactSource<U, T>
  constexpr Amount(U value) noexcept(NothrowScalar<T>) : value_(static_cast<T>(value)) {}  // NOLINT(google-explicit-constructor)

  /// The number without its dimension: the only way out.
  [[nodiscard]] constexpr const T& raw() const noexcept { return value_; }

  constexpr Amount& operator+=(const Amount& other) {
    value_ += other.value_;
    return *this;
  }
  constexpr Amount& operator-=(const Amount& other) {
    value_ -= other.value_;
    return *this;
  }

 private:
  T value_;
};

template <class T>
using Money = Amount<T, 1, 0>;  ///< units of the numeraire, e.g. USDT
template <class T>
using Size = Amount<T, 0, 1>;  ///< contracts; long > 0, short < 0
template <class T>
using Quantity = Amount<T, 0, 1>;  ///< units of an asset; times its price it is money
template <class T>
using Price = Amount<T, 1, -1>;  ///< numeraire per base unit
template <class T>
using Ratio = Amount<T, 0, 0>;  ///< dimensionless; 0.01 is one percent

template <class T, int M, int S>
[[nodiscard]] constexpr Amount<T, M, S> operator+(const Amount<T, M, S>& a, const Amount<T, M, S>& b) {
  return T(a.raw() + b.raw());
}
template <class T, int M, int S>
[[nodiscard]] constexpr Amount<T, M, S> operator-(const Amount<T, M, S>& a, const Amount<T, M, S>& b) {
  return T(a.raw() - b.raw());
}
template <class T, int M, int S>
[[nodiscard]] constexpr Amount<T, M, S> operator-(const Amount<T, M, S>& a) {
  return T(-a.raw());
}
template <class T, int M1, int S1, int M2, int S2>
[[nodiscard]] constexpr Amount<T, M1 + M2, S1 + S2> operator*(const Amount<T, M1, S1>& a, const Amount<T, M2, S2>& b) {
  return T(a.raw() * b.raw());
}
template <class T, int M1, int S1, int M2, int S2>
[[nodiscard]] constexpr Amount<T, M1 - M2, S1 - S2> operator/(const Amount<T, M1, S1>& a, const Amount<T, M2, S2>& b) {
  return T(a.raw() / b.raw());
}
template <class T, int M, int S>
[[nodiscard]] constexpr bool operator==(const Amount<T, M, S>& a, const Amount<T, M, S>& b) {
  return a.raw() == b.raw();
}
template <class T, int M, int S>
[[nodiscard]] constexpr bool operator<(const Amount<T, M, S>& a, const Amount<T, M, S>& b) {
  return a.raw() < b.raw();
}
template <class T, int M, int S>
[[nodiscard]] constexpr bool operator>(const Amount<T, M, S>& a, const Amount<T, M, S>& b) {
  return b.raw() < a.raw();
}
template <class T, int M, int S>
[[nodiscard]] constexpr bool operator<=(const Amount<T, M, S>& a, const Amount<T, M, S>& b) {
  return a.raw() < b.raw() || a.raw() == b.raw();  // not !(b < a): a NaN is not <= anything
}
template <class T, int M, int S>
[[nodiscard]] constexpr bool operator>=(const Amount<T, M, S>& a, const Amount<T, M, S>& b) {
  return b <= a;
}

/// An exact decimal constant: `bps<T>(40)` is 0.0040 in every scalar.
/// @par Units    dimensionless
/// @par Shape    none
/// @par Rounding one division in T; exact in a decimal or a rational
/// @par Errors   none
/// @par Cost     O(1)
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr T bps(int n) {
  return T(T(n) / T(10'000));
}

}  // namespace v1
}  // namespace loadline
