// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/descartes.hpp"

/// @file
/// All roots of a polynomial in an interval: Descartes' rule in Bernstein form, and bisection.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// As isolate_quietly, on values.
template <Scalar T>
[[nodiscard]] std::vector<Algebraic<T>> isolate_values(Polynomial<T> p, const Domain<T>& domain, Doubt& doubt) {
  while (!p.empty() && p.back() == T(0)) p.pop_back();
  for (const T& c : p)
    if (!is_finite(c)) doubt = {false, false};
  if constexpr (ScalarTraits<T>::exact) {
    if (p.size() > 2) p = square_free(p);
    for (const auto& end : {domain.low, domain.high})
      while (end && p.size() > 1 && value(p, T(end->n / end->d)) == T(0)) p = divide(p, Polynomial<T>{T(-end->n), end->d}).quotient;
    if constexpr (requires { ScalarTraits<T>::make_primitive(p); }) ScalarTraits<T>::make_primitive(p);
  }
  if (!domain.low || !domain.high)
    for (; !p.empty() && sign(p.back()) == 0; p.pop_back()) doubt.certain = false;  // a root may lie beyond any bound
  if (p.size() < 2 || !doubt.finite) return {};
  if (p.size() == 2 && sign(p.back()) != 0) {
    const T x = T(T(-p[0]) / p[1]);
    const auto beyond = [&](const Point<T>& end) { return decide(T(T(x * end.d) - end.n), doubt); };
    if (x == point(x)) {
      if ((domain.low && beyond(*domain.low) <= 0) || (domain.high && beyond(*domain.high) >= 0)) return {};
      return {{{}, x, x}};
    }
  }
  T low = T(0), high = T(0);
  if (!domain.low || !domain.high) {
    high = root_bound(p);
    low = T(-high);
  }
  const auto end = [&](const Point<T>& at) {
    const T x = T(at.n / at.d);
    if (!(x == point(x)) && sign(value(p, x)) == 0) doubt.certain = false;  // a root that close to the end may lie beyond it
    return point(x);
  };
  if (domain.low) low = end(*domain.low);
  if (domain.high) high = end(*domain.high);
  if (!is_finite(low) || !is_finite(high)) doubt = {false, false};
  if (!(low < high)) return {};
  return roots_between(p, low, high, doubt);
}

}  // namespace detail

/// As isolate, but a root that stays unresolved is not noted: the caller looks at it.
template <Scalar T>
[[nodiscard]] std::vector<Algebraic<T>> isolate_quietly(Polynomial<T> p, const Domain<T>& domain, Doubt& doubt) {
  std::vector<Algebraic<T>> out = detail::isolate_values(DualScalar<T> ? p : std::move(p), domain, doubt);
  if constexpr (DualScalar<T>)
    for (Algebraic<T>& r : out) r.polynomial = p;  // for the derivatives, also of numbers found on the way, and of leading zeros
  return out;
}

/// All distinct roots of p inside an open interval, ascending. Roots on its ends do not count.
///
/// Descartes: the number of roots inside is at most the number of sign changes of the Bernstein coefficients, and exact
/// where that is 0 or 1; else the interval is divided. A sign that a ball leaves open makes the number a range. What
/// stays open down to the scalar's limit, a multiple root for one, is returned as one unresolved number and noted.
/// @par Units    none
/// @par Shape    the zero polynomial has no distinct roots
/// @par Rounding none in an exact scalar: rational roots are exact where ScalarTraits<T>::rational_root is given
/// @par Errors   total; what is not finite gives no roots and is noted
/// @par Cost     O(degree^2) a division; some log2(distance of the roots / their bound) of them
/// @par Source   Collins and Akritas 1976; Bernstein form: Lane and Riesenfeld 1981
template <Scalar T>
[[nodiscard]] std::vector<Algebraic<T>> isolate(const Polynomial<T>& p, const Domain<T>& domain, Doubt& doubt) {
  std::vector<Algebraic<T>> out = isolate_quietly(p, domain, doubt);
  for (const Algebraic<T>& r : out)
    if (!r.resolved) doubt.certain = false;
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
