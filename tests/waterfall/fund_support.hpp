// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/property.hpp"

#include <loadline/core/result.hpp>

#include <limits>

/// @file
/// What the tests of funds share: numbers that are none, random figures, the error of a result.

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

template <class V>
loadline::Error error_of(const loadline::Result<V>& r) {
  REQUIRE_FALSE(r.has_value());
  return r.error();
}
/// A figure below `most` in any scalar: of a double, a number with rounding of its own.
template <class T>
T figure(int most) {
  return T(T(*rc::gen::inRange(0, most)) / T(*rc::gen::element(1, 3, 7, 100)));
}
