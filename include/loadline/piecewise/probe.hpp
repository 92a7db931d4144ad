// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/scalar.hpp"

#include <optional>
#include <utility>

/// @file
/// A number that knows how it moves with one other number, and how far that holds.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// How far a calculation stays the same straight line, in one direction.
template <Scalar T>
struct Reach {
  int direction = 1;                         ///< 1: as the variable rises, -1: as it falls
  std::optional<T> distance = std::nullopt;  ///< to the nearest comparison that turns; absent: none does
  bool straight = true;                      ///< false: two moving numbers were multiplied, or one divided by
};

/// A value and its slope in one variable x, which moves in one direction from here: write a formula once for any scalar, and
/// with probes it tells the line on which it lies and how far that line goes.
///
/// Sums of lines are lines. A comparison takes the side that holds just beyond x in the direction of the walk, and notes in the
/// Reach where it would turn. So min, max, median, clamps and guards of lines come out as pieces, one at a time, without a list.
/// Comparing for equality notes nothing: formulas that branch should use <.
/// @par Units    value: the formula's; slope: the formula's per unit of x
/// @par Shape    none
/// @par Rounding that of T: of two lines that meet, the place where they do is off by what T rounds
/// @par Errors   none; where a product of moving numbers is taken, `straight` of the reach is false and the slope is that of the tangent
/// @par Cost     O(1): two of T an operation, a division for a comparison of lines that approach each other
/// @par Source   none
template <Scalar T>
class Probe {
 public:
  constexpr explicit Probe(int value) : value_(T(value)), slope_(T(0)) {}
  constexpr explicit Probe(T value) : value_(std::move(value)), slope_(T(0)) {}
  /// What moves.
  constexpr Probe(T value, T slope, Reach<T>& reach) : value_(std::move(value)), slope_(std::move(slope)), reach_(&reach) {}

  [[nodiscard]] constexpr const T& value() const noexcept { return value_; }
  [[nodiscard]] constexpr const T& slope() const noexcept { return slope_; }

  friend constexpr Probe operator+(const Probe& a, const Probe& b) { return {T(a.value_ + b.value_), T(a.slope_ + b.slope_), a.of(b)}; }
  friend constexpr Probe operator-(const Probe& a, const Probe& b) { return {T(a.value_ - b.value_), T(a.slope_ - b.slope_), a.of(b)}; }
  friend constexpr Probe operator-(const Probe& a) { return {T(-a.value_), T(-a.slope_), a.reach_}; }
  friend constexpr Probe operator*(const Probe& a, const Probe& b) {
    if (!a.reach_) return {T(a.value_ * b.value_), T(a.value_ * b.slope_), b.reach_};
    if (!b.reach_) return {T(a.value_ * b.value_), T(a.slope_ * b.value_), a.reach_};
    if (!(a.slope_ == T(0)) && !(b.slope_ == T(0))) a.reach_->straight = false;
    return {T(a.value_ * b.value_), T(T(a.slope_ * b.value_) + T(a.value_ * b.slope_)), a.reach_};
  }
  friend constexpr Probe operator/(const Probe& a, const Probe& b) {
    if (!b.reach_ || b.slope_ == T(0)) return {T(a.value_ / b.value_), T(a.slope_ / b.value_), a.of(b)};
    b.reach_->straight = false;
    const T quotient = T(a.value_ / b.value_);
    return {quotient, T(T(a.slope_ - T(quotient * b.slope_)) / b.value_), b.reach_};
  }
  constexpr Probe& operator+=(const Probe& b) { return *this = *this + b; }
  constexpr Probe& operator-=(const Probe& b) { return *this = *this - b; }

  friend constexpr bool operator<(const Probe& a, const Probe& b) {
    Reach<T>* reach = a.of(b);
    if (!reach) return a.value_ < b.value_;
    const T gap = T(b.value_ - a.value_);
    const T drift = reach->direction < 0 ? T(a.slope_ - b.slope_) : T(b.slope_ - a.slope_);
    if (gap == T(0)) return T(0) < drift;
    const bool less = T(0) < gap;
    if (less ? drift < T(0) : T(0) < drift) {
      const T distance = T(-T(gap / drift));
      if (!reach->distance || distance < *reach->distance) reach->distance = distance;
    }
    return less;
  }
  friend constexpr bool operator==(const Probe& a, const Probe& b) { return a.value_ == b.value_ && a.slope_ == b.slope_; }

 private:
  constexpr Probe(T value, T slope, Reach<T>* reach) : value_(std::move(value)), slope_(std::move(slope)), reach_(reach) {}
  [[nodiscard]] constexpr Reach<T>* of(const Probe& other) const noexcept { return reach_ ? reach_ : other.reach_; }

  T value_, slope_;
  Reach<T>* reach_ = nullptr;  ///< none: a constant
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
