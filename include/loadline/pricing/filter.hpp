// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/decay.hpp"
#include "loadline/market/elapsed.hpp"
#include "loadline/pricing/source.hpp"

/// @file
/// The exponential average of prices, exact for prints at irregular times; and what it takes to move it.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// A price at the time when it was seen.
template <Scalar T>
struct Print {
  T value;
  Time time;
};

/// An exponential average and when it was last brought up to date.
///
/// @f[ M \leftarrow M + a\,(x - M), \qquad a = 1 - e^{-\Delta t / \tau} @f]
/// The print x counts for all of the time since the last one. A second print of the same millisecond counts for no time: it
/// changes nothing.
/// @par Units    value: that of the prints; times: milliseconds
/// @par Shape    time_constant > 0; value > 0
/// @par Rounding that of decay(): not exact in a rational either
/// @par Errors   update: BAD_NUMBER, BAD_PRICE (SOURCE: the print), BAD_TIME (SOURCE_TIME: a step back); the state is then as it was.
///               check: BAD_NUMBER, BAD_PRICE (SOURCE: the value), BAD_PARAMETER (TIME_CONSTANT)
/// @par Cost     one exponential
/// @par Source   textbook: the average of a step function, each moment weighted by e^{-age / tau}
template <Scalar T>
struct EmaState {
  T value;
  Time time;
  Time time_constant;

  /// The share of the average that a price takes which holds from the last update to `now`.
  [[nodiscard]] constexpr T share(Time now) const { return decayed_share(T(milliseconds<T>(Elapsed{time, now}.length()) / milliseconds<T>(time_constant))); }
  /// The new value of the average.
  constexpr Result<T> update(const Print<T>& print) {
    if (const std::optional<Error> e = check()) return *e;
    if (!is_finite(print.value)) return Error{Errc::bad_number, Field::source};
    if (!(T(0) < print.value)) return Error{Errc::bad_price, Field::source};
    if (print.time < time) return Error{Errc::bad_time, Field::source_time};
    const T next = T(value + T(share(print.time) * T(print.value - value)));
    if (!(T(0) < next)) return Error{Errc::bad_price, Field::source};  // lost beside a far larger value
    value = next;
    time = print.time;
    return value;
  }
  [[nodiscard]] constexpr std::optional<Error> check() const {
    if (!is_finite(value)) return Error{Errc::bad_number, Field::source};
    if (!(T(0) < value)) return Error{Errc::bad_price, Field::source};
    if (time_constant <= 0) return Error{Errc::bad_parameter, Field::time_constant};
    return std::nullopt;
  }
};

/// The exponential average as it stands when it sees the next price of a rule, now.
///
/// @f[ p = M + a\,(x - M) @f]
/// @par Units    those of the rule
/// @par Shape    as of EmaState
/// @par Rounding that of decay()
/// @par Errors   those of the rule and of EmaState::check; BAD_TIME (SOURCE_TIME: the state is from after now); BAD_PRICE (SOURCE: lost by
///               rounding beside a far larger average)
/// @par Cost     one exponential beyond the rule
/// @par Source   as of EmaState
template <Scalar T, class R>
struct Ema {
  EmaState<T> state;
  R rule;

  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    if (const std::optional<Error> e = state.check()) return *e;
    Result<Priced<V>> p = rule.price(feeds);
    if (!p) return p;
    if (feeds.now() < state.time) return Error{Errc::bad_time, Field::source_time};
    const V mean = V(state.value);
    p->value = V(mean + V(V(state.share(feeds.now())) * V(p->value - mean)));
    if (!(V(0) < p->value)) return Error{Errc::bad_price, Field::source};
    return p;
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (const std::optional<Error> e = state.check()) return e;
    if (feeds.now() < state.time) return Error{Errc::bad_time, Field::source_time};
    return rule.check(feeds);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return rule.dependence(i); }
  [[nodiscard]] constexpr T slope(const Feeds<T>& feeds, std::size_t i) const requires all_sloped<T, R> {
    return rule.dependence(i) == Dependence::none ? T(0) : T(state.share(feeds.now()) * rule.slope(feeds, i));
  }
};

/// An attempt to move an average by a share, with a price held for a while: 0.05 is up by 5 %, -0.05 down.
template <Scalar T>
struct Manipulation {
  Ratio<T> move;
  Time hold;
};

/// How far from the average one must print to move an exponential one so far: p/M - 1, where p is held for h.
///
/// @f[ \frac{p}{M} - 1 = \frac{x}{1 - e^{-h / \tau}} @f]
/// @par Units    shares of the average; times: milliseconds
/// @par Shape    hold > 0, time_constant > 0
/// @par Rounding that of decay()
/// @par Errors   BAD_NUMBER (PRICE_BAND: the move), BAD_PARAMETER (WINDOW: the hold; TIME_CONSTANT), BAD_PRICE (SOURCE: no price above zero
///               moves it so far down), OVERFLOW (SOURCE)
/// @par Cost     one exponential
/// @par Source   the definition of the average, solved for the print
template <Scalar T>
[[nodiscard]] constexpr Result<Ratio<T>> print_to_move_ema(const Manipulation<T>& attempt, Time time_constant);

namespace detail {

template <Scalar T>
[[nodiscard]] constexpr Result<Ratio<T>> print_to_move(const T& move, const T& share) {
  if (!is_finite(move)) return Error{Errc::bad_number, Field::price_band};
  const T print = T(move / share);
  if (!is_finite(print)) return Error{Errc::overflow, Field::source};
  if (!(T(-1) < print)) return Error{Errc::bad_price, Field::source};
  return Ratio<T>(print);
}

}  // namespace detail

template <Scalar T>
constexpr Result<Ratio<T>> print_to_move_ema(const Manipulation<T>& attempt, Time time_constant) {
  if (time_constant <= 0) return Error{Errc::bad_parameter, Field::time_constant};
  if (attempt.hold <= 0) return Error{Errc::bad_parameter, Field::window};
  const T share = decayed_share(T(milliseconds<T>(attempt.hold) / milliseconds<T>(time_constant)));
  if (!(T(0) < share)) return Error{Errc::overflow, Field::source};  // a hold too short for a scalar's shortest share
  return detail::print_to_move(attempt.move.raw(), share);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
