// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/fund_sizing.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <type_traits>

/// @file
/// How far a size could be off because the losses are few: the figure again, of losses drawn from the losses. Not part of loadline.hpp.

namespace loadline {
inline namespace v1 {

/// Storage for a bootstrap.
template <std::floating_point T>
struct BootstrapRoom {
  std::span<Money<T>> resample;  ///< as many places as there are losses
  std::span<Money<T>> figures;   ///< one for each resample: how many there are is told by this
};

/// Between what a figure lies.
template <std::floating_point T>
struct FundInterval {
  Money<T> low, high;
  std::size_t undefined;  ///< resamples that have no figure; they count as more than any
};

/// A source of random numbers, each uniform over far more values than there are losses, as std::mt19937_64 is.
template <class R>
concept RandomBits = requires(R& random) {
  { random() } -> std::unsigned_integral;
};

inline namespace LOADLINE_FLAGS {

/// The middle part of the figures that resamples have.
///
/// @f[ low = f_{(\lfloor a \rfloor)},\quad high = f_{(B - 1 - \lfloor a \rfloor)},\quad a = B\,\frac{1 - c}{2},\qquad f_{(0)} \le \dots \le f_{(B-1)} @f]
/// A resample is as many losses as there are, drawn with replacement. What no sample holds, no resample does: of a size near or beyond the largest loss
/// the interval is too narrow. A figure without a value (TAIL_UNDEFINED) stands above all others; where the upper end is one, there is none.
/// @par Units    the numeraire; c: a fraction
/// @par Shape    losses as of newsvendor_fund; 0 < c < 1; more than 2 / (1 - c) resamples. figure(losses): a size from ascending losses. random: one
///               number for each loss of each resample, of which the remainder by the number of losses is used
/// @par Rounding none but that of the figures
/// @par Errors   BAD_NUMBER, BAD_PARAMETER (PROBABILITY), those of the losses, BAD_SIZE (SHOCK: not one place for each loss; EXCEEDANCES: too few
///               resamples), any error of the figure but TAIL_UNDEFINED at once, TAIL_UNDEFINED as the figure has it where the upper end has no value
/// @par Cost     O(B n log n) and B figures; no allocation
/// @par Source   textbook: percentile bootstrap
template <std::floating_point T, class Figure, RandomBits R>
requires std::same_as<std::invoke_result_t<const Figure&, std::span<const Money<T>>>, Result<Money<T>>>
[[nodiscard]] constexpr Result<FundInterval<T>> bootstrap_interval(const Ratio<T>& c, std::span<const Money<T>> losses, const Figure& figure, R& random,
                                                                   const BootstrapRoom<T>& room) {
  if (!is_finite(c.raw())) return Error{Errc::bad_number, Field::probability};
  if (!(T(0) < c.raw()) || !(c.raw() < T(1))) return Error{Errc::bad_parameter, Field::probability};
  if (const std::optional<Error> e = detail::loss_fault(losses)) return *e;
  if (room.resample.size() != losses.size()) return Error{Errc::bad_size, Field::shock};
  const T outside = static_cast<T>(room.figures.size()) * (T(1) - c.raw()) / T(2);
  if (!(T(1) < outside)) return Error{Errc::bad_size, Field::exceedances};
  std::size_t defined = 0;
  Error none{Errc::tail_undefined, Field::exceedances};
  for (std::size_t b = 0; b < room.figures.size(); ++b) {
    for (Money<T>& loss : room.resample) loss = losses[static_cast<std::size_t>(random() % losses.size())];
    std::sort(room.resample.begin(), room.resample.end());
    const Result<Money<T>> f = figure(std::span<const Money<T>>(room.resample));
    if (f)
      room.figures[defined++] = *f;
    else if (f.error().code != Errc::tail_undefined)
      return f.error();
    else
      none = f.error();
  }
  const auto left = static_cast<std::size_t>(outside), last = room.figures.size() - 1 - left;
  if (defined <= last) return none;
  std::sort(room.figures.begin(), room.figures.begin() + static_cast<std::ptrdiff_t>(defined));
  return FundInterval<T>{room.figures[left], room.figures[last], room.figures.size() - defined};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
