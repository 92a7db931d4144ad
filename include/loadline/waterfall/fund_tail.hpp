// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/fund_sizing.hpp"

#include <cmath>
#include <concepts>
#include <limits>

/// @file
/// Losses beyond the data: peaks over a threshold, and when to refuse. Not part of loadline.hpp: it needs <cmath>.

namespace loadline {
inline namespace v1 {

/// Below so many exceedances no figure is given.
inline constexpr std::size_t least_exceedances = 20;

/// A generalised Pareto distribution of what losses exceed a threshold by. The library does not fit it: bring the fit, and what it rests on.
template <std::floating_point T>
struct TailFit {
  Money<T> threshold;       ///< u >= 0
  T shape;                  ///< xi; above zero a power law of exponent 1 / xi, below zero an end at u - beta / xi
  Money<T> scale;           ///< beta > 0
  std::size_t losses;       ///< n
  std::size_t exceedances;  ///< n_u <= n, losses above the threshold
  Money<T> largest = 0;     ///< the largest loss seen, 0: not told. A fit that cannot have brought it is refused
};

inline namespace LOADLINE_FLAGS {

/// Loss at a probability and mean loss beyond it, by peaks over threshold.
///
/// @f[ VaR_p = u + \frac{\beta}{\xi} \left( \left( \frac{n}{n_u} (1 - p) \right)^{-\xi} - 1 \right), \qquad ES_p = \frac{VaR_p + \beta - \xi u}{1 - \xi} @f]
/// At xi = 0 the limit, u - beta ln(n (1 - p) / n_u). At xi >= 1 the mean is infinite: no number is given. A fit by weighted moments returns a shape below 1
/// whatever the data, so it cannot show that: fit by maximum likelihood.
/// @par Units    the numeraire; p: a fraction
/// @par Shape    0 < p < 1, and not below the threshold: 1 - p <= n_u / n, up to the
///               rounding of p. Built-in floating point only: it needs powers
/// @par Rounding a few units in the last place, for shapes near 0 as well
/// @par Errors   TAIL_UNDEFINED (TAIL_SHAPE: xi >= 1; EXCEEDANCES: fewer than 20), BAD_NUMBER, BAD_PARAMETER (THRESHOLD, TAIL_SCALE, EXCEEDANCES: more than
///               losses, TAIL_SHAPE: the tail ends before the largest loss; PROBABILITY), OVERFLOW (TAIL_SCALE)
/// @par Cost     O(1)
/// @par Source   textbook: generalised Pareto tail
template <std::floating_point T>
[[nodiscard]] inline Result<TailRisk<T>> peaks_over_threshold(const Ratio<T>& p, const TailFit<T>& fit);

/// Checks a fit; nullopt: it is in order. A finite shape of 1 or more and too few exceedances are told before anything else about the numbers.
/// @par Units    those of TailFit
/// @par Shape    none
/// @par Rounding none
/// @par Errors   as of peaks_over_threshold
/// @par Cost     O(1)
/// @par Source   none
template <std::floating_point T>
[[nodiscard]] constexpr std::optional<Error> check(const TailFit<T>& fit) {
  if (!is_finite(fit.shape)) return Error{Errc::bad_number, Field::tail_shape};
  if (!(fit.shape < T(1))) return Error{Errc::tail_undefined, Field::tail_shape};
  if (fit.exceedances < least_exceedances) return Error{Errc::tail_undefined, Field::exceedances};
  if (fit.losses < fit.exceedances) return Error{Errc::bad_parameter, Field::exceedances};
  if (!is_finite(fit.threshold.raw())) return Error{Errc::bad_number, Field::threshold};
  if (fit.threshold.raw() < T(0)) return Error{Errc::bad_parameter, Field::threshold};
  if (!is_finite(fit.scale.raw())) return Error{Errc::bad_number, Field::tail_scale};
  if (!(T(0) < fit.scale.raw())) return Error{Errc::bad_parameter, Field::tail_scale};
  if (!is_finite(fit.largest.raw())) return Error{Errc::bad_number, Field::amount};
  const T beyond = fit.largest.raw() - fit.threshold.raw();
  if (T(0) < beyond && fit.shape < T(0) && !(T(0) < fit.scale.raw() + fit.shape * beyond)) return Error{Errc::bad_parameter, Field::tail_shape};
  return std::nullopt;
}

template <std::floating_point T>
inline Result<TailRisk<T>> peaks_over_threshold(const Ratio<T>& p, const TailFit<T>& fit) {
  if (const std::optional<Error> e = check(fit)) return *e;
  if (!is_finite(p.raw())) return Error{Errc::bad_number, Field::probability};
  const T above = static_cast<T>(fit.exceedances) / static_cast<T>(fit.losses), left = T(1) - p.raw();
  if (!(T(0) < p.raw()) || !(T(0) < left) || above < left - std::numeric_limits<T>::epsilon()) return Error{Errc::bad_parameter, Field::probability};
  const T share = left < above ? left / above : T(1);  // of the exceedances, those beyond the answer
  const T depth = -std::log(share);                    // (s^-xi - 1) / xi without the cancellation that it has for a small xi
  const T growth = fit.shape == T(0) ? depth : std::expm1(fit.shape * depth) / fit.shape;
  const T var = fit.threshold.raw() + fit.scale.raw() * growth;
  const T shortfall = var + (fit.scale.raw() + fit.shape * (var - fit.threshold.raw())) / (T(1) - fit.shape);
  if (!is_finite(var) || !is_finite(shortfall)) return Error{Errc::overflow, Field::tail_scale};
  return TailRisk<T>{var, shortfall};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
