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

/// A generalised Pareto distribution of what losses exceed a threshold by, and what it rests on: from `fit_tail`, or a fit of your own.
template <std::floating_point T>
struct TailFit {
  Money<T> threshold;       ///< u >= 0
  T shape;                  ///< xi; above zero a power law of exponent 1 / xi, below zero an end at u - beta / xi
  Money<T> scale;           ///< beta > 0
  std::size_t losses;       ///< n
  std::size_t exceedances;  ///< n_u <= n, losses above the threshold
  Money<T> largest = 0;     ///< the largest loss seen, above the threshold; 0: not told. A fit that cannot have brought it is refused
};

inline namespace LOADLINE_FLAGS {

/// Loss at a probability and mean loss beyond it, by peaks over threshold.
///
/// @f[ VaR_p = u + \frac{\beta}{\xi} \left( \left( \frac{n}{n_u} (1 - p) \right)^{-\xi} - 1 \right), \qquad ES_p = \frac{VaR_p + \beta - \xi u}{1 - \xi} @f]
/// At xi = 0 the limit, u - beta ln(n (1 - p) / n_u). At xi >= 1 the mean is infinite: no number is given.
/// @par Units    the numeraire; p: a fraction
/// @par Shape    0 < p < 1, and not below the threshold: 1 - p <= n_u / n, up to the
///               rounding of p. Built-in floating point only: it needs powers
/// @par Rounding a few units in the last place, for shapes near 0 as well
/// @par Errors   TAIL_UNDEFINED (TAIL_SHAPE: xi >= 1; EXCEEDANCES: fewer than 20), BAD_NUMBER, BAD_PARAMETER (THRESHOLD, TAIL_SCALE, EXCEEDANCES: more than
///               losses, TAIL_SHAPE: the tail ends before the largest loss; AMOUNT: the largest loss is not above the threshold; PROBABILITY), OVERFLOW
///               (TAIL_SCALE)
/// @par Cost     O(1)
/// @par Source   textbook: generalised Pareto tail
template <std::floating_point T>
[[nodiscard]] inline Result<TailRisk<T>> peaks_over_threshold(const Ratio<T>& p, const TailFit<T>& fit);

/// The tail that makes what exceeded the threshold most likely.
///
/// With y the excesses and theta = xi / beta one unknown is left:
/// @f[ \xi(\theta) = \frac{1}{n_u} \sum_i \ln(1 + \theta y_i), \qquad \frac{1 + \xi(\theta)}{n_u} \sum_i \frac{1}{1 + \theta y_i} = 1, \qquad
///     \beta = \xi / \theta @f]
/// (0 solves the second always; it is the answer where twice the squared mean of y is the mean square.) xi rises with theta, so the shapes from -1/2 to 1 are
/// an interval of theta, which is halved; of several maxima it finds one. Where the likelihood still rises at shape 1 there is no mean; where it falls from
/// -1/2 on, the losses end too sharply for this estimate (below -1 it has no maximum at all): both are refused. Weighted moments are simpler and return a
/// shape below 1 whatever the data, so they never refuse. The error of the shape is about (1 + xi) / sqrt(n_u): with few exceedances a tail without a mean
/// may look as if it had one.
/// @par Units    the numeraire
/// @par Shape    losses as of newsvendor_fund; threshold >= 0, a loss at it does not exceed it
/// @par Rounding theta to the last place; a shape nearer to 0 than about the root of epsilon is told to that
/// @par Errors   BAD_NUMBER, BAD_PARAMETER (THRESHOLD), those of the losses, TAIL_UNDEFINED (EXCEEDANCES: fewer than 20; TAIL_SHAPE), those of check(TailFit)
/// @par Cost     O(exceedances) for each halving, some hundred of them; no allocation
/// @par Source   textbook: maximum likelihood, with the scale eliminated
template <std::floating_point T>
[[nodiscard]] inline Result<TailFit<T>> fit_tail(const Money<T>& threshold, std::span<const Money<T>> losses);

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
  if (fit.largest.raw() == T(0)) return std::nullopt;
  const T beyond = fit.largest.raw() - fit.threshold.raw();
  if (!(T(0) < beyond)) return Error{Errc::bad_parameter, Field::amount};
  if (fit.shape < T(0) && !(T(0) < fit.scale.raw() + fit.shape * beyond)) return Error{Errc::bad_parameter, Field::tail_shape};
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

namespace detail {

/// The likelihood of excesses, as a function of theta times the largest of them.
template <std::floating_point T>
struct ExcessLikelihood {
  std::span<const Money<T>> beyond;  ///< losses above the threshold, ascending
  T threshold, largest;              ///< largest: excess

  [[nodiscard]] T shape(const T& theta) const {
    return mean([&](const T& z) { return std::log1p(theta * z); });
  }
  /// Whether a larger theta is more likely. Near 0, where both sums cancel, by the limit of their difference.
  [[nodiscard]] bool rises(const T& theta) const {
    if (theta * theta < std::numeric_limits<T>::epsilon()) {
      const T first = mean([](const T& z) { return z; });
      return T(2) * first * first < mean([](const T& z) { return z * z; });
    }
    const T bent = mean([&](const T&z) { return theta * z / (T(1) + theta * z); }), xi = shape(theta);
    return bent * (T(1) + xi) < xi;
  }

 private:
  template <class F>
  [[nodiscard]] T mean(const F& f) const {
    T sum = T(0);
    for (const Money<T>& loss : beyond) sum += f((loss.raw() - threshold) / largest);
    return sum / static_cast<T>(beyond.size());
  }
};

/// The first number in (low, high] of which `before` is false, for a question that turns once.
template <std::floating_point T, class F>
[[nodiscard]] T halve(T low, T high, const F& before) {
  for (T middle = low + (high - low) / T(2); low < middle && middle < high; middle = low + (high - low) / T(2)) (before(middle) ? low : high) = middle;
  return high;
}

}  // namespace detail

template <std::floating_point T>
inline Result<TailFit<T>> fit_tail(const Money<T>& threshold, std::span<const Money<T>> losses) {
  if (!is_finite(threshold.raw())) return Error{Errc::bad_number, Field::threshold};
  if (threshold.raw() < T(0)) return Error{Errc::bad_parameter, Field::threshold};
  if (const std::optional<Error> e = detail::loss_fault(losses)) return *e;
  std::size_t below = 0;
  while (below < losses.size() && losses[below] <= threshold) ++below;
  const std::size_t exceedances = losses.size() - below;
  if (exceedances < least_exceedances) return Error{Errc::tail_undefined, Field::exceedances};
  const detail::ExcessLikelihood<T> likelihood{losses.subspan(below), threshold.raw(), losses.back().raw() - threshold.raw()};
  T low = T(-1) + std::numeric_limits<T>::epsilon(), high = T(1);
  if (likelihood.shape(low) < T(-0.5)) low = detail::halve(low, T(0), [&](const T& theta) { return likelihood.shape(theta) < T(-0.5); });
  while (likelihood.shape(high) < T(1) && high < std::numeric_limits<T>::max() / T(32)) high *= T(16);
  if (!likelihood.rises(low) || likelihood.rises(high)) return Error{Errc::tail_undefined, Field::tail_shape};
  const T theta = detail::halve(low, high, [&](const T& at) { return likelihood.rises(at); });
  const T shape = likelihood.shape(theta);  // and theta is not 0: about it `rises` has one answer
  const TailFit<T> fit{threshold, shape, T(shape / theta * likelihood.largest), losses.size(), exceedances, losses.back()};
  if (const std::optional<Error> e = check(fit)) return *e;
  return fit;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
