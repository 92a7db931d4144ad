// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/piecewise/sweep.hpp"

/// @file
/// Which tests decide that an account is liquidated.

namespace loadline {
inline namespace v1 {

/// A test of a figure that must stay above (or at) zero, in the order in which several failures are named.
enum class Test : unsigned char {
  requirement,  ///< margin balance - ratio * maintenance
  level,        ///< assets - ratio * debts
  equity,       ///< margin balance
};
inline constexpr std::size_t test_count = 3;

/// The account-file word for it.
[[nodiscard]] constexpr const char* name(Test test) noexcept {
  switch (test) {
    case Test::requirement: return "requirement";
    case Test::level: return "level";
    case Test::equity: return "equity";
  }
  return "unknown";
}

/// A set of tests.
class Tests {
 public:
  constexpr Tests() noexcept = default;
  constexpr Tests& add(Test test) noexcept {
    bits_ = static_cast<unsigned char>(bits_ | bit(test));
    return *this;
  }
  [[nodiscard]] constexpr bool has(Test test) const noexcept { return (bits_ & bit(test)) != 0; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  friend constexpr bool operator==(Tests, Tests) = default;

 private:
  static constexpr unsigned char bit(Test test) noexcept { return static_cast<unsigned char>(1U << static_cast<unsigned>(test)); }
  unsigned char bits_ = 0;
};

/// The tests that an account lists, and when one fails.
/// @par Units    ratios: factors
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none here; Portfolio::make
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, Tests
template <Scalar T>
struct LiquidationRule {
  bool requirement = true;
  Ratio<T> requirement_ratio = 1;  ///< maintenance counts this many times, > 0
  bool level = false;
  Ratio<T> level_ratio = 1;     ///< assets must exceed so many times the debts, > 0
  bool level_weighted = false;  ///< what is held counts at its weight tiers
  bool equity = false;          ///< asked for; where money is owed the equity test is on in any case
  LiquidateWhen when = LiquidateWhen::at_or_below_zero;
};

/// How an account stands, from best to worst.
enum class Status : unsigned char {
  no_margin,     ///< nothing is needed and nothing owed
  safe,          ///< every test that is on passes
  liquidatable,  ///< a test fails
  bankrupt,      ///< equity is below zero
};

/// The account-file word for it.
[[nodiscard]] constexpr const char* name(Status status) noexcept {
  switch (status) {
    case Status::no_margin: return "no_margin";
    case Status::safe: return "safe";
    case Status::liquidatable: return "liquidatable";
    case Status::bankrupt: return "bankrupt";
  }
  return "unknown";
}

}  // namespace v1
}  // namespace loadline
