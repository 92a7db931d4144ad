// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"
#include "loadline/market/logarithm.hpp"

#include <concepts>
#include <optional>

/// @file
/// How what has left a book comes back: three shapes of recovery, and their time constants from two observed levels.

namespace loadline {
inline namespace v1 {

/// A shape of recovery. Implement it as a plain struct; no base class.
///
///  - `left(u)`    the share of the way back that is still to go, u milliseconds after the turn: 1 at 0, never rising, never below 0
///  - `check()`    what is wrong with its parameters
template <class R, class T>
concept Recovery = Scalar<T> && std::copyable<R> && requires(const R& r, const T& u) {
  { r.left(u) } -> std::same_as<T>;
  { r.check() } -> std::same_as<std::optional<Error>>;
};

inline namespace LOADLINE_FLAGS {

namespace detail {

[[nodiscard]] constexpr std::optional<Error> check_positive(const auto& x, Field field) {
  using T = std::remove_cvref_t<decltype(x)>;
  if (!is_finite(x)) return Error{Errc::bad_number, field};
  if (!(T(0) < x)) return Error{Errc::bad_parameter, field};
  return std::nullopt;
}

}  // namespace detail

/// The same share of what is left comes back in every moment.
///
/// @f[ R(u) = e^{-u/\tau} @f]
/// @par Units    time: milliseconds
/// @par Shape    time > 0
/// @par Rounding that of decay()
/// @par Errors   check: BAD_NUMBER, BAD_PARAMETER (RECOVERY_TIME)
/// @par Cost     one exponential
/// @par Source   docs/explanation/depth-in-time.md
template <Scalar T>
struct ExponentialRecovery {
  T time;

  [[nodiscard]] constexpr T left(const T& u) const { return decay(T(u / time)); }
  [[nodiscard]] constexpr std::optional<Error> check() const { return detail::check_positive(time, Field::recovery_time); }
};

/// Quick at first and slow for days: what has been measured after large moves, with an exponent near 0.4.
///
/// @f[ R(u) = (1 + u/\tau)^{-a} @f]
/// @par Units    time: milliseconds; exponent: dimensionless
/// @par Shape    time > 0, exponent > 0
/// @par Rounding that of decay() and log_one_plus(); not exact in a rational either
/// @par Errors   check: BAD_NUMBER, BAD_PARAMETER (RECOVERY_TIME, EXPONENT)
/// @par Cost     one logarithm and one exponential
/// @par Source   B. Toth, J. Kertesz, J. D. Farmer, "Studies of the limit order book around large price changes", 2009 (the exponent)
template <Scalar T>
struct PowerRecovery {
  T time;
  T exponent;

  [[nodiscard]] constexpr T left(const T& u) const {
    const T x = T(u / time);
    return is_finite(x) ? decay(T(exponent * log_one_plus(x))) : T(0);
  }
  [[nodiscard]] constexpr std::optional<Error> check() const {
    if (const std::optional<Error> e = detail::check_positive(time, Field::recovery_time)) return e;
    return detail::check_positive(exponent, Field::exponent);
  }
};

/// Two kinds of liquidity, each with its own speed: machines that return at once, and people.
///
/// @f[ R(u) = w\, e^{-u/\tau_f} + (1 - w)\, e^{-u/\tau_s} @f]
/// @par Units    fast, slow: milliseconds; fast_share: dimensionless
/// @par Shape    0 < fast <= slow, fast_share in [0, 1]
/// @par Rounding that of decay()
/// @par Errors   check: BAD_NUMBER, BAD_PARAMETER (RECOVERY_TIME: `item` 0 the fast one, 1 the slow; RECOVERY_SHARE)
/// @par Cost     two exponentials
/// @par Source   docs/explanation/depth-in-time.md
template <Scalar T>
struct TwoSpeedRecovery {
  T fast, slow;
  Ratio<T> fast_share;

  [[nodiscard]] constexpr T left(const T& u) const {
    const T quick = decay(T(u / fast)), rest = decay(T(u / slow));
    return T(rest + T(fast_share.raw() * T(quick - rest)));
  }
  [[nodiscard]] constexpr std::optional<Error> check() const {
    if (const std::optional<Error> e = detail::check_positive(fast, Field::recovery_time)) return e;
    if (!is_finite(slow)) return Error{Errc::bad_number, Field::recovery_time, 0, 1};
    if (slow < fast) return Error{Errc::bad_parameter, Field::recovery_time, 0, 1};
    if (!is_finite(fast_share.raw())) return Error{Errc::bad_number, Field::recovery_share};
    if (fast_share.raw() < T(0) || T(1) < fast_share.raw()) return Error{Errc::bad_parameter, Field::recovery_share};
    return std::nullopt;
  }
};

/// A level that was seen on the way from one level to another.
template <Scalar T>
struct SeenLevel {
  Ratio<T> from;   ///< where the way began
  Ratio<T> to;     ///< where it would end
  Ratio<T> level;  ///< what was seen, strictly between the two
  T after;         ///< milliseconds after the beginning
};

/// The time constant of an exponential way, down or up, through a level that was seen.
///
/// @f[ \tau = \frac{\Delta}{\ln \frac{to - from}{to - level}} @f]
/// Of a withdrawal, from = 1 and to = the trough; of a recovery, from = the level at the turn and to = the ceiling.
/// @par Units    milliseconds
/// @par Shape    level strictly between from and to; after > 0
/// @par Rounding that of log_one_plus()
/// @par Errors   BAD_NUMBER, BAD_PARAMETER (LEVEL, or RECOVERY_TIME: after), OVERFLOW (RECOVERY_TIME)
/// @par Cost     one logarithm
/// @par Source   the definition of the path, solved for its time constant
template <Scalar T>
[[nodiscard]] constexpr Result<T> exponential_time(const SeenLevel<T>& seen);

/// The time constant of a power law through a level that was seen.
///
/// @f[ \tau = \frac{\Delta}{\left(\frac{to - from}{to - level}\right)^{1/a} - 1} @f]
/// @par Units    milliseconds; exponent: dimensionless
/// @par Shape    as of exponential_time; exponent > 0
/// @par Rounding that of log_one_plus() and decay()
/// @par Errors   as of exponential_time; BAD_NUMBER, BAD_PARAMETER (EXPONENT)
/// @par Cost     one logarithm and two exponentials
/// @par Source   the definition of the path, solved for its time constant
template <Scalar T>
[[nodiscard]] constexpr Result<T> power_time(const SeenLevel<T>& seen, const T& exponent);

namespace detail {

/// ln((to - from) / (to - level)), which is above zero.
template <Scalar T>
[[nodiscard]] constexpr Result<T> log_of_way(const SeenLevel<T>& seen) {
  const T &from = seen.from.raw(), &to = seen.to.raw(), &level = seen.level.raw();
  if (!is_finite(from) || !is_finite(to) || !is_finite(level)) return Error{Errc::bad_number, Field::level};
  const bool up = from < level && level < to, down = to < level && level < from;
  if (!up && !down) return Error{Errc::bad_parameter, Field::level};
  if (const std::optional<Error> e = check_positive(seen.after, Field::recovery_time)) return *e;
  const T z = T(T(level - from) / T(to - level));
  if (!is_finite(z)) return Error{Errc::overflow, Field::level};
  const T log = log_one_plus(z);
  if (!(T(0) < log)) return Error{Errc::overflow, Field::recovery_time};
  return log;
}

template <Scalar T>
[[nodiscard]] constexpr Result<T> time_within_range(const T& time) {
  if (!is_finite(time) || !(T(0) < time)) return Error{Errc::overflow, Field::recovery_time};
  return time;
}

}  // namespace detail

template <Scalar T>
constexpr Result<T> exponential_time(const SeenLevel<T>& seen) {
  const Result<T> log = detail::log_of_way(seen);
  if (!log) return log.error();
  return detail::time_within_range(T(seen.after / *log));
}

template <Scalar T>
constexpr Result<T> power_time(const SeenLevel<T>& seen, const T& exponent) {
  const Result<T> log = detail::log_of_way(seen);
  if (!log) return log.error();
  if (const std::optional<Error> e = detail::check_positive(exponent, Field::exponent)) return *e;
  const T x = T(*log / exponent);  // e^x - 1 = (1 - e^-x) / e^-x
  if (!is_finite(x)) return Error{Errc::overflow, Field::recovery_time};
  const T gone = decayed_share(x);
  if (!(T(0) < gone)) return Error{Errc::overflow, Field::recovery_time};
  return detail::time_within_range(T(T(seen.after * decay(x)) / gone));
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
