// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <loadline/core/scalar.hpp>

/// @file
/// A number that forgives nothing: what compiles and passes with it leans on no habit of double.

/// A wrapper of double that converts explicitly only, returns proxies from its operators, may throw when it is copied,
/// and has no numeric_limits.
class Strict {
 public:
  /// What an operator returns: nothing can be done with it but to make a Strict of it.
  class Proxy {
   public:
    explicit constexpr Proxy(double value) noexcept : value_(value) {}

   private:
    friend class Strict;
    double value_;
  };

  constexpr explicit Strict(int value) noexcept : value_(value) {}
  constexpr explicit Strict(double value) noexcept : value_(value) {}
  constexpr explicit Strict(const Proxy& proxy) noexcept : value_(proxy.value_) {}
  constexpr Strict(const Strict& other) noexcept(false) : value_(other.value_) {}
  constexpr Strict(Strict&& other) noexcept(false) : value_(other.value_) {}
  constexpr Strict& operator=(const Strict& other) noexcept(false) = default;
  constexpr Strict& operator=(Strict&& other) noexcept(false) = default;
  constexpr ~Strict() = default;

  [[nodiscard]] constexpr double number() const noexcept { return value_; }

  friend constexpr Proxy operator+(const Strict& a, const Strict& b) noexcept { return Proxy(a.value_ + b.value_); }
  friend constexpr Proxy operator-(const Strict& a, const Strict& b) noexcept { return Proxy(a.value_ - b.value_); }
  friend constexpr Proxy operator*(const Strict& a, const Strict& b) noexcept { return Proxy(a.value_ * b.value_); }
  friend constexpr Proxy operator/(const Strict& a, const Strict& b) noexcept { return Proxy(a.value_ / b.value_); }
  friend constexpr Proxy operator-(const Strict& a) noexcept { return Proxy(-a.value_); }
  constexpr Strict& operator+=(const Strict& b) noexcept { return *this = Strict(value_ + b.value_); }
  constexpr Strict& operator-=(const Strict& b) noexcept { return *this = Strict(value_ - b.value_); }
  friend constexpr bool operator<(const Strict& a, const Strict& b) noexcept { return a.value_ < b.value_; }
  friend constexpr bool operator==(const Strict& a, const Strict& b) noexcept { return a.value_ == b.value_; }

 private:
  double value_;
};

static_assert(loadline::Scalar<Strict> && !loadline::NothrowScalar<Strict>);

/// The scalars that every test file runs over.
#define LOADLINE_SCALARS double, Strict

/// A test's decimal constant in any of them.
template <class T>
constexpr T num(double x) {
  return T(x);
}
/// And back, for messages and approximate comparison.
constexpr double plain(double x) {
  return x;
}
constexpr double plain(const Strict& x) {
  return x.number();
}
