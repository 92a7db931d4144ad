// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"
#include "loadline/pricing/source.hpp"

#include <concepts>
#include <optional>
#include <utility>

/// @file
/// When positions are deleveraged: what a fund must have lost, or fail to pay, for ADL to begin and to end.

namespace loadline {
inline namespace v1 {

/// What a trigger looks at. Fill in what yours reads; what is missing or contradicts itself counts as a reason to begin.
template <Scalar T>
struct FundState {
  Money<T> balance;                                      ///< of the fund, as reported: venues report figures below zero
  std::optional<Money<T>> peak = std::nullopt;           ///< its largest balance in the window (WindowPeak)
  std::optional<Money<T>> average = std::nullopt;        ///< its average over the window
  std::optional<Money<T>> pnl = std::nullopt;            ///< of one contract inside the fund
  std::optional<Money<T>> peak_pnl = std::nullopt;       ///< its best in the window
  std::optional<Money<T>> account_value = std::nullopt;  ///< of the account that is being liquidated
  Money<T> deficit = 0;                                  ///< what the fund would now have to pay, >= 0
  Money<T> unfilled = 0;                                 ///< notional that the liquidation order left open, >= 0
  Time now = 0;
  bool running = false;  ///< whether ADL has begun and not ended: the stop level decides, not the start level
};

/// When ADL begins and ends: `fires(state)` says whether it is on after this state.
///
/// Laws: more losses (a lower balance, PnL or account value, a larger deficit or rest) never switch it off; what fires when ADL is not
/// running fires when it is; a NaN fires. A trigger may add `check(state)`, which names what it needs and did not get.
template <class A, class T>
concept AdlTrigger = Scalar<T> && requires(const A& trigger, const FundState<T>& state) {
  { trigger.fires(state) } -> std::same_as<bool>;
};

inline namespace LOADLINE_FLAGS {

/// What no trigger can read. nullopt: nothing.
/// @par Units    those of FundState
/// @par Shape    none
/// @par Rounding none
/// @par Errors   BAD_NUMBER (FUND, WINDOW: peak or average, AMOUNT: a PnL, ACCOUNT, DEFICIT, QUANTITY: what is unfilled),
///               BAD_PARAMETER (DEFICIT, QUANTITY: below zero)
/// @par Cost     O(1)
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check(const FundState<T>& s) {
  const auto broken = [](const std::optional<Money<T>>& x) { return x && !is_finite(x->raw()); };
  if (!is_finite(s.balance.raw())) return Error{Errc::bad_number, Field::fund};
  if (broken(s.peak) || broken(s.average)) return Error{Errc::bad_number, Field::window};
  if (broken(s.pnl) || broken(s.peak_pnl)) return Error{Errc::bad_number, Field::amount};
  if (broken(s.account_value)) return Error{Errc::bad_number, Field::account};
  if (!is_finite(s.deficit.raw())) return Error{Errc::bad_number, Field::deficit};
  if (!is_finite(s.unfilled.raw())) return Error{Errc::bad_number, Field::quantity};
  if (s.deficit.raw() < T(0)) return Error{Errc::bad_parameter, Field::deficit};
  if (s.unfilled.raw() < T(0)) return Error{Errc::bad_parameter, Field::quantity};
  return std::nullopt;
}

/// A trigger that remembers whether ADL is running.
/// @par Units    those of FundState
/// @par Shape    states in the order of time
/// @par Rounding none
/// @par Errors   update: those of check(FundState), then those of the trigger's own `check`. It is then as it was: whether ADL runs is not known
/// @par Cost     that of the trigger
/// @par Source   none
template <Scalar T, AdlTrigger<T> A>
class AdlSwitch {
 public:
  constexpr explicit AdlSwitch(A trigger) : trigger_(std::move(trigger)) {}

  /// Whether ADL runs after this state; its `running` is not read.
  constexpr Result<bool> update(FundState<T> s);
  [[nodiscard]] constexpr bool running() const noexcept { return running_; }
  [[nodiscard]] constexpr const A& trigger() const noexcept { return trigger_; }

 private:
  A trigger_;
  bool running_ = false;
};

template <Scalar T, AdlTrigger<T> A>
constexpr Result<bool> AdlSwitch<T, A>::update(FundState<T> s) {
  if (const std::optional<Error> e = check(s)) return *e;
  s.running = running_;
  if constexpr (requires {
                  { trigger_.check(s) } -> std::same_as<std::optional<Error>>;
                }) {
    if (const std::optional<Error> e = trigger_.check(s)) return *e;
  }
  return running_ = trigger_.fires(s);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
