// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"
#include "loadline/market/moment.hpp"

#include <cstddef>
#include <span>

/// @file
/// Values that change at announced times (a collateral ratio, a rank), and which of them held when.

namespace loadline {
inline namespace v1 {

/// One announced change.
template <class V>
struct Change {
  Moment effective;                      ///< the minute; a whole day where the hour is not known
  std::optional<V> from = std::nullopt;  ///< what the announcement says it replaces; absent: it does not say
  V to;
};

/// What a list of changes says of one moment.
template <class V>
struct InForce {
  std::optional<V> value = std::nullopt;      ///< set by the last change before; absent before the first known one
  std::optional<V> other = std::nullopt;      ///< the moment does not tell the two sides of a change apart: what held after it
  std::optional<V> next_from = std::nullopt;  ///< what the next change says it found. Not `value`: a change in between is missing
};

inline namespace LOADLINE_FLAGS {

/// Checks the ratios of one asset; nullopt: they are in order.
/// @par Units    ratios: fractions
/// @par Shape    times ascending, one change at a time; breaks of the chain (from is not the `to` before) are no fault, see `breaks`
/// @par Rounding none
/// @par Errors   BAD_NUMBER, BAD_WEIGHT (a ratio outside [0, 1]), BAD_TIME (not after the change before); `item` is the change
/// @par Cost     O(changes)
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check(std::span<const Change<Ratio<T>>> changes) {
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const auto item = static_cast<std::uint32_t>(i);
    for (const Ratio<T>& ratio : {changes[i].from.value_or(changes[i].to), changes[i].to}) {
      if (!is_finite(ratio.raw())) return Error{Errc::bad_number, Field::tier_weight, 0, item};
      if (ratio.raw() < T(0) || T(1) < ratio.raw()) return Error{Errc::bad_weight, Field::tier_weight, 0, item};
    }
    if (i > 0 && !before(changes[i - 1].effective, changes[i].effective)) return Error{Errc::bad_time, Field::source_time, 0, item};
  }
  return std::nullopt;
}

/// What held at a moment.
/// @par Units    those of V
/// @par Shape    changes in ascending order of time
/// @par Rounding a day on which it changed, asked for without an hour, has two values: the one before and `other`
/// @par Errors   total
/// @par Cost     O(changes)
/// @par Source   none
template <class V>
[[nodiscard]] constexpr InForce<V> in_force(std::span<const Change<V>> changes, Moment when) {
  InForce<V> out;
  for (const Change<V>& change : changes) {
    if (before(when, change.effective)) {
      out.next_from = change.from;
      break;
    }
    if (since(when, change.effective)) {
      out.value = change.to;
    } else {  // the change falls inside the day asked for
      if (!out.value) out.value = change.from;
      out.other = change.to;
    }
  }
  return out;
}

/// The ratio to count with at a moment: the smallest that the changes leave possible; nullopt: nothing is known.
///
/// Before the first known change it is what that change says it found; across a missing change, the smaller of the two values;
/// on the day of a change, without an hour, the smaller as well.
/// @par Units    a fraction
/// @par Shape    changes in ascending order of time
/// @par Rounding none
/// @par Errors   total; nullopt where there are no changes, or before a first one that names no `from`
/// @par Cost     O(changes)
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr std::optional<Ratio<T>> least_in_force(std::span<const Change<Ratio<T>>> changes, Moment when) {
  std::optional<Ratio<T>> least;
  const auto consider = [&least](const std::optional<Ratio<T>>& ratio) {
    if (ratio && (!least || *ratio < *least)) least = ratio;
  };
  for (const Change<Ratio<T>>& change : changes) {
    if (since(when, change.effective)) {
      least = change.to;
      continue;
    }
    consider(change.from);
    if (before(when, change.effective)) break;
    consider(change.to);
  }
  return least;
}

/// How many changes do not begin where the one before ended: announcements that nobody has.
template <class V>
[[nodiscard]] constexpr std::size_t breaks(std::span<const Change<V>> changes) {
  std::size_t n = 0;
  for (std::size_t i = 1; i < changes.size(); ++i)
    if (changes[i].from && !(*changes[i].from == changes[i - 1].to)) ++n;
  return n;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
