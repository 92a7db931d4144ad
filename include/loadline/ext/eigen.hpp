// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/text.hpp"

#include <Eigen/Core>
#include <unsupported/Eigen/AutoDiff>

#include <cmath>
#include <concepts>
#include <string>

/// @file
/// Eigen's AutoDiffScalar as a scalar: every answer with its derivatives by inputs of your choice.
///
/// Works from Eigen 3.4, with derivative vectors of a fixed size. Include it before the first use of these scalars. Component
/// loadline::eigen. Derivatives at kinks: docs/howto/sensitivities.md.

namespace loadline {
inline namespace v1 {

/// A number with N derivatives.
template <int N>
using Dual = Eigen::AutoDiffScalar<Eigen::Matrix<double, N, 1>>;

/// A vector whose length the compiler knows, in doubles.
template <class V>
concept FixedDerivatives = std::same_as<typename V::Scalar, double> && bool(V::IsVectorAtCompileTime) && int(V::SizeAtCompileTime) > 0;

template <FixedDerivatives V>
struct ScalarTraits<Eigen::AutoDiffScalar<V>> : ScalarDefaults<Eigen::AutoDiffScalar<V>> {
  using T = Eigen::AutoDiffScalar<V>;

  [[nodiscard]] static T roundoff() { return T(0x1p-53); }
  [[nodiscard]] static T carry(const T& from, const T& to) { return T(to.value(), from.derivatives()); }
  [[nodiscard]] static bool vanishes(const T& x) { return x.value() == 0.0 && (x.derivatives().array() == 0.0).all(); }
  /// x^y, x > 0 (market/power_depth.hpp): d(x^y) = y x^(y - 1) dx + x^y ln(x) dy.
  [[nodiscard]] static T power(const T& x, const T& y) {
    const double p = std::pow(x.value(), y.value()), by_x = y.value() * std::pow(x.value(), y.value() - 1.0), by_y = p * std::log(x.value());
    return T(p, V(by_x * x.derivatives() + by_y * y.derivatives()));
  }
};

/// Reads a value, with all derivatives zero; writes the value alone.
template <FixedDerivatives V>
struct ScalarText<Eigen::AutoDiffScalar<V>> {
  using T = Eigen::AutoDiffScalar<V>;
  static constexpr bool json_number = false;

  [[nodiscard]] static Result<T> read(const NumberText& text) {
    const Result<double> x = ScalarText<double>::read(text);
    if (!x) return x.error();
    return T(*x);
  }
  [[nodiscard]] static std::string write(const T& x) { return ScalarText<double>::write(x.value()); }
};

inline namespace LOADLINE_FLAGS {

/// The input number `index` of N: its own derivative is 1.
/// @par Units    those of value; derivatives: 1 per unit of it
/// @par Shape    0 <= index < N
/// @par Rounding none
/// @par Errors   none; an index outside is a LOADLINE_ASSERT
/// @par Cost     O(N)
/// @par Source   none
template <int N>
[[nodiscard]] Dual<N> seeded(double value, int index) {
  LOADLINE_ASSERT(0 <= index && index < N);
  return Dual<N>(value, N, index);
}

/// The value alone.
/// @par Units    those of x
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     O(1)
/// @par Source   none
template <FixedDerivatives V>
[[nodiscard]] double value_of(const Eigen::AutoDiffScalar<V>& x) {
  return x.value();
}
template <FixedDerivatives V, int M, int S>
[[nodiscard]] double value_of(const Amount<Eigen::AutoDiffScalar<V>, M, S>& x) {
  return x.raw().value();
}

/// The derivatives, by input.
/// @par Units    those of x per unit of each input
/// @par Shape    a vector of N
/// @par Rounding none
/// @par Errors   none
/// @par Cost     O(N)
/// @par Source   none
template <FixedDerivatives V>
[[nodiscard]] V derivatives_of(const Eigen::AutoDiffScalar<V>& x) {
  return x.derivatives();
}
template <FixedDerivatives V, int M, int S>
[[nodiscard]] V derivatives_of(const Amount<Eigen::AutoDiffScalar<V>, M, S>& x) {
  return x.raw().derivatives();
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
