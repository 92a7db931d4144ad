// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"
#include "loadline/market/decay.hpp"
#include "loadline/market/elapsed.hpp"
#include "loadline/market/fill.hpp"

/// @file
/// What one's own trades have taken from a side of a book, and how it comes back.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// What is missing from the front of one side because of one's own trades. Every depth model takes it: it is the `taken` of fill().
///
/// @f[ V \leftarrow V e^{-\Delta t / \tau} \ \mathrm{between\ trades}, \qquad V \leftarrow V + q \ \mathrm{at\ a\ trade} @f]
/// @par Units    missing: base units; times: milliseconds
/// @par Shape    recovery_time > 0; missing >= 0. One for each side of a book
/// @par Rounding that of decay(): not exact in a rational, but for trades of one millisecond, between which nothing comes back
/// @par Errors   at, take: those of check; BAD_TIME (SOURCE_TIME: a step back); take: BAD_NUMBER, BAD_PARAMETER (QUANTITY: below zero); the
///               state is then as it was. check: BAD_NUMBER, BAD_PARAMETER (BOOK_DEPTH: missing), BAD_PARAMETER (RECOVERY_TIME)
/// @par Cost     one exponential, and a fill
/// @par Source   Obizhaeva and Wang 2013: exponential resilience, here of the volume
template <Scalar T>
struct Consumption {
  Time recovery_time;  ///< after which 1/e of what was taken is still missing
  Time time = 0;       ///< of the last trade
  T missing = T(0);    ///< right after it

  /// What is still missing at a time.
  [[nodiscard]] constexpr Result<T> at(Time now) const {
    if (const std::optional<Error> e = check()) return *e;
    if (now < time) return Error{Errc::bad_time, Field::source_time};
    return T(missing * decay(T(milliseconds<T>(Elapsed{time, now}.length()) / milliseconds<T>(recovery_time))));
  }
  /// Trades q units, and remembers what was filled.
  template <Depth<T> D>
  constexpr Result<Fill<T>> take(const D& side, const T& q, Time now) {
    const Result<T> gone = at(now);
    if (!gone) return gone.error();
    if (!is_finite(q)) return Error{Errc::bad_number, Field::quantity};
    if (q < T(0)) return Error{Errc::bad_parameter, Field::quantity};
    const Fill<T> out = fill(side, q, *gone);
    missing = T(*gone + out.filled);
    time = now;
    return out;
  }
  [[nodiscard]] constexpr std::optional<Error> check() const {
    if (recovery_time <= 0) return Error{Errc::bad_parameter, Field::recovery_time};
    if (!is_finite(missing)) return Error{Errc::bad_number, Field::book_depth};
    if (missing < T(0)) return Error{Errc::bad_parameter, Field::book_depth};
    return std::nullopt;
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
