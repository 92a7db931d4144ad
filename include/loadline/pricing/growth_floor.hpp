// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/elapsed.hpp"
#include "loadline/pricing/source.hpp"

/// @file
/// A floor under a redemption ratio that moves with time.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// A ratio that may fall no faster than stated: the counterpart of GrowthCap for losses that an issuer can explain, such as fees and
/// small slashings. Below the floor there is no price but an error: what fell so fast is a slashing or a broken feed, which freezes, and does
/// not liquidate.
///
/// @f[ r_{floor}(t) = r_0 \left(1 - s\, \frac{t - t_0}{\mathrm{year}}\right), \qquad r \ge r_{floor}(t) @f]
/// @par Units    ratios: underlying per wrapped; yearly_fall: per year of 365 days; times: milliseconds
/// @par Shape    snapshot_ratio > 0; yearly_fall >= 0; the snapshot is not after now. Once the floor has come down to zero, every ratio passes
/// @par Rounding none but the scalar's
/// @par Errors   price: those of the ratio; BAD_TIME (RATIO_DROP: the snapshot is after now), BAD_RATIO (RATIO_DROP: below the floor). check: those of
///               price at the present ratio, BAD_NUMBER, BAD_RATIO (the snapshot's), BAD_PARAMETER (the fall), all RATIO_DROP
/// @par Cost     O(1) beyond the ratio
/// @par Source   docs/explanation/wrapped-pricing.md
template <Scalar T, class R>
struct GrowthFloor {
  R ratio;
  Ratio<T> snapshot_ratio;
  Time snapshot_time;
  Ratio<T> yearly_fall;

  /// The floor at a time, not before the snapshot; zero or below once it holds nothing up.
  [[nodiscard]] constexpr T floor(Time now) const {
    const T age = milliseconds<T>(Elapsed{snapshot_time, now}.length());
    const T fall = T(T(yearly_fall.raw() * age) / milliseconds<T>(milliseconds_per_year));
    return T(snapshot_ratio.raw() * T(T(1) - fall));
  }
  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    Result<Priced<V>> r = ratio.price(feeds);
    if (!r) return r;
    if (feeds.now() < snapshot_time) return Error{Errc::bad_time, Field::ratio_drop};
    const T bound = floor(feeds.now());
    if (T(0) < bound && r->value < V(bound)) return Error{Errc::bad_ratio, Field::ratio_drop};
    return r;
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (const std::optional<Error> e = ratio.check(feeds)) return e;
    if (!is_finite(snapshot_ratio.raw()) || !is_finite(yearly_fall.raw())) return Error{Errc::bad_number, Field::ratio_drop};
    if (!(T(0) < snapshot_ratio.raw())) return Error{Errc::bad_ratio, Field::ratio_drop};
    if (yearly_fall.raw() < T(0)) return Error{Errc::bad_parameter, Field::ratio_drop};
    const Result<Priced<T>> live = price(feeds);
    if (!live) return live.error();
    return std::nullopt;
  }
  /// Below the floor there is an error in the place of a line, which is a bend.
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return bent(ratio.dependence(i)); }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
