// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/scalar.hpp"

#include <cstddef>
#include <span>
#include <vector>

/// @file
/// Polynomials of small degree in any scalar: arithmetic, and in exact scalars common divisors.

namespace loadline {
inline namespace v1 {

/// Coefficients, lowest degree first; empty is the zero polynomial.
template <Scalar T>
using Polynomial = std::vector<T>;

/// A polynomial that a function only reads; T comes from another argument.
template <class T>
using PolynomialView = std::type_identity_t<std::span<const T>>;

inline namespace LOADLINE_FLAGS {

/// p(x).
/// @par Formula  Horner: c0 + x (c1 + x (c2 + ...))
/// @par Units    none
/// @par Shape    any length; the empty one is 0
/// @par Rounding that of T
/// @par Errors   total
/// @par Cost     one product and one sum a degree, no allocation
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr T value(PolynomialView<T> p, const T& x) {
  if (p.empty()) return T(0);
  T sum = p.back();
  for (std::size_t i = p.size() - 1; i-- > 0;) sum = T(T(sum * x) + p[i]);
  return sum;
}

/// Drops leading coefficients that are certainly zero; of a ball, only an exact 0 is, and a derivative may be left of a zero.
template <Scalar T>
void trim(Polynomial<T>& p) {
  while (!p.empty() && vanishes(p.back())) p.pop_back();
}

/// p += weight * q.
/// @par Units    none
/// @par Shape    p grows to the length of q
/// @par Rounding that of T
/// @par Errors   total
/// @par Cost     O(degree of q)
/// @par Source   none
template <Scalar T>
void add(Polynomial<T>& p, const T& weight, PolynomialView<T> q) {
  if (p.size() < q.size()) p.resize(q.size(), T(0));
  for (std::size_t i = 0; i < q.size(); ++i) p[i] += T(weight * q[i]);
}

/// p - factor * q, trimmed: the gap of an amount above a tier edge.
template <Scalar T>
[[nodiscard]] Polynomial<T> difference(Polynomial<T> p, const T& factor, PolynomialView<T> q) {
  if (p.size() < q.size()) p.resize(q.size(), T(0));
  for (std::size_t i = 0; i < q.size(); ++i) p[i] -= T(factor * q[i]);
  trim(p);
  return p;
}

/// p *= factor.
template <Scalar T>
void scale(Polynomial<T>& p, const T& factor) {
  for (T& c : p) c = T(c * factor);
}

/// p q.
/// @par Units    none
/// @par Shape    length of p + length of q - 1; empty if either is
/// @par Rounding that of T
/// @par Errors   total
/// @par Cost     the product of the lengths
/// @par Source   none
template <Scalar T>
[[nodiscard]] Polynomial<T> product(const Polynomial<T>& p, const Polynomial<T>& q) {
  if (p.empty() || q.empty()) return {};
  Polynomial<T> out(p.size() + q.size() - 1, T(0));
  for (std::size_t i = 0; i < p.size(); ++i)
    for (std::size_t j = 0; j < q.size(); ++j) out[i + j] += T(p[i] * q[j]);
  return out;
}

/// dp/dx.
template <Scalar T>
[[nodiscard]] Polynomial<T> derivative(const Polynomial<T>& p) {
  Polynomial<T> out;
  for (std::size_t i = 1; i < p.size(); ++i) out.push_back(T(p[i] * T(static_cast<int>(i))));
  return out;
}

/// What a division with remainder gives.
template <Scalar T>
requires ScalarTraits<T>::exact struct Division {
  Polynomial<T> quotient, rest;
};

/// p = quotient * q + rest.
/// @par Units    none
/// @par Shape    q not zero, trimmed
/// @par Rounding none
/// @par Errors   total
/// @par Cost     O(degree^2)
/// @par Source   none
template <Scalar T>
requires ScalarTraits<T>::exact [[nodiscard]] Division<T> divide(Polynomial<T> p, const Polynomial<T>& q) {
  trim(p);
  Polynomial<T> quotient;
  if (p.size() >= q.size()) quotient.resize(p.size() - q.size() + 1, T(0));
  while (p.size() >= q.size()) {
    const std::size_t shift = p.size() - q.size();
    quotient[shift] = T(p.back() / q.back());
    for (std::size_t i = 0; i + 1 < q.size(); ++i) p[i + shift] -= T(quotient[shift] * q[i]);
    p.pop_back();
    trim(p);
  }
  return {quotient, p};
}

/// The greatest common divisor, its leading coefficient 1; of two zeros, zero.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   total
/// @par Cost     O(degree^2)
/// @par Source   Euclid
template <Scalar T>
requires ScalarTraits<T>::exact [[nodiscard]] Polynomial<T> common_divisor(Polynomial<T> p, Polynomial<T> q) {
  trim(p);
  trim(q);
  while (!q.empty()) {
    scale(q, T(T(1) / q.back()));  // monic: else the digits grow with every step
    Polynomial<T> rest = divide(p, q).rest;
    p = q;
    q = rest;
  }
  if (!p.empty()) scale(p, T(T(1) / p.back()));
  return p;
}

/// The polynomial with the same zeros as p, each of them simple.
/// @par Units    none
/// @par Shape    p not zero
/// @par Rounding none
/// @par Errors   total
/// @par Cost     O(degree^2)
/// @par Source   Euclid: p / gcd(p, p')
template <Scalar T>
requires ScalarTraits<T>::exact [[nodiscard]] Polynomial<T> square_free(Polynomial<T> p) {
  trim(p);
  const Polynomial<T> common = common_divisor(p, derivative(p));
  return common.size() > 1 ? divide(p, common).quotient : p;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
