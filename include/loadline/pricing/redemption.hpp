// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/decay.hpp"
#include "loadline/market/elapsed.hpp"
#include "loadline/pricing/source.hpp"

/// @file
/// Prices from what the issuer pays: redemption ratios with their limits, and what waiting for the payment costs.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// The redemption ratio of one source: units of the underlying per unit of the wrapped asset. A ratio that has fallen too far is
/// no price but a halt: a slashing, or a fault of the feed, for people to look at.
///
/// @f[ r = x_i, \qquad r \ge (1 - d)\, r_{ref} @f]
/// @par Units    ratio, reference: underlying per wrapped; max_drop: dimensionless
/// @par Shape    max_drop in [0, 1]; 1, the default, allows every fall; reference > 0 unless max_drop is 1
/// @par Rounding none but the scalar's
/// @par Errors   price: STALE_PRICE, BAD_TIME (a print from after now), BAD_NUMBER, BAD_RATIO (REDEMPTION_RATIO: not above zero; RATIO_DROP: beyond the limit;
///               `index` the source);
///               check: BAD_SIZE (no such source), BAD_NUMBER, BAD_PARAMETER (RATIO_DROP), BAD_RATIO (the reference)
/// @par Cost     O(1)
/// @par Source   none
template <Scalar T>
struct RedemptionRatio {
  std::size_t source;
  Ratio<T> reference = 0;    ///< the ratio with which the rule was loaded
  Ratio<T> max_drop = 1;     ///< the share below the reference from which on there is no price
  Time max_age = INT64_MAX;  ///< milliseconds after which the ratio is stale; the default asks no age

  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    if (max_age < INT64_MAX) {
      const Time age = feeds.age(source);
      if (age < 0) return Error{Errc::bad_time, Field::source_time, static_cast<std::uint32_t>(source)};
      if (max_age < age) return Error{Errc::stale_price, Field::source, static_cast<std::uint32_t>(source)};
    }
    V r = feeds.value(source);
    if (!is_finite(r)) return Error{Errc::bad_number, Field::redemption_ratio, static_cast<std::uint32_t>(source)};
    if (!(V(0) < r)) return Error{Errc::bad_ratio, Field::redemption_ratio, static_cast<std::uint32_t>(source)};
    if (limited() && r < V(T(T(T(1) - max_drop.raw()) * reference.raw()))) return Error{Errc::bad_ratio, Field::ratio_drop, static_cast<std::uint32_t>(source)};
    return Priced<V>{std::move(r)};
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    const auto index = static_cast<std::uint32_t>(source);
    if (feeds.size() <= source) return Error{Errc::bad_size, Field::source, index};
    if (max_age < 0) return Error{Errc::bad_parameter, Field::max_age, index};
    if (!is_finite(max_drop.raw())) return Error{Errc::bad_number, Field::ratio_drop, index};
    if (max_drop.raw() < T(0) || T(1) < max_drop.raw()) return Error{Errc::bad_parameter, Field::ratio_drop, index};
    if (!is_finite(reference.raw())) return Error{Errc::bad_number, Field::redemption_ratio, index};
    if (limited() && !(T(0) < reference.raw())) return Error{Errc::bad_ratio, Field::redemption_ratio, index};
    return std::nullopt;
  }
  /// Beyond the limit there is an error in the place of a line, which is a bend.
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept {
    if (i != source) return Dependence::none;
    return limited() ? Dependence::piecewise : Dependence::affine;
  }
  [[nodiscard]] constexpr T slope(const Feeds<T>&, std::size_t i) const { return i == source ? T(1) : T(0); }

 private:
  [[nodiscard]] constexpr bool limited() const { return max_drop.raw() < T(1); }
};

/// The value that the issuer redeems: a ratio, bounded or not, of the underlying's price.
///
/// @f[ p = r \, P_u @f]
/// @par Units    ratio: underlying per wrapped; price: that of the underlying
/// @par Shape    none
/// @par Rounding none but the scalar's
/// @par Errors   those of its parts; OVERFLOW, BAD_PRICE (REDEMPTION_RATIO) where the product leaves the scalar's range or becomes zero
/// @par Cost     that of its parts
/// @par Source   Binance announcement of 2025-10-06: WBETH and BNSOL by their conversion ratio since 2025-10-14
template <class R, class U>
struct Redemption {
  R ratio;
  U underlying;

  template <Scalar T, Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    const Result<Priced<V>> r = ratio.price(feeds);
    if (!r) return r;
    const Result<Priced<V>> p = underlying.price(feeds);
    if (!p) return p;
    return within_range(Priced<V>{V(r->value * p->value), r->flags | p->flags}, Field::redemption_ratio);
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (const std::optional<Error> e = ratio.check(feeds)) return e;
    return underlying.check(feeds);
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return product(ratio.dependence(i), underlying.dependence(i)); }
  template <Scalar T>
  requires all_sloped<T, R, U>
  [[nodiscard]] constexpr T slope(const Feeds<T>& feeds, std::size_t i) const {
    if (!(ratio.dependence(i) == Dependence::none)) return T(ratio.slope(feeds, i) * underlying.price(feeds)->value);
    if (!(underlying.dependence(i) == Dependence::none)) return T(underlying.slope(feeds, i) * ratio.price(feeds)->value);
    return T(0);
  }
};
template <class R, class U>
Redemption(R, U) -> Redemption<R, U>;

/// A ratio that may grow no faster than stated. It grows by the line, not by compound interest; a fall passes through.
///
/// @f[ r_{cap}(t) = r_0 \left(1 + g\, \frac{t - t_0}{\mathrm{year}}\right), \qquad r_{used} = \min(r, r_{cap}) @f]
/// @par Units    ratios: underlying per wrapped; yearly_growth: per year of 365 days; times: milliseconds
/// @par Shape    snapshot_ratio > 0; yearly_growth >= 0; 0 <= min_age <= max_age; the snapshot is not after now
/// @par Rounding none but the scalar's; contracts that count in integers cut the growth, and end below by less than two units
/// @par Errors   price: those of the ratio; BAD_TIME (GROWTH_CAP: the snapshot is after now), OVERFLOW. check: BAD_NUMBER, BAD_RATIO (the
///               snapshot's), BAD_PARAMETER (the growth), all GROWTH_CAP; BAD_PARAMETER (MAX_AGE: the ages), BAD_TIME (MAX_AGE: a snapshot
///               too young or too old now); CAP_BELOW_RATE (the cap holds the live ratio down already: a wrong snapshot or growth)
/// @par Cost     O(1) beyond the ratio
/// @par Source   Aave CAPO, bgd-labs/aave-capo 2c280ef9, PriceCapAdapterBase; check after the wrong cap of wstETH on 2026-03-10
template <Scalar T, class R>
struct GrowthCap {
  R ratio;
  Ratio<T> snapshot_ratio;
  Time snapshot_time;
  Ratio<T> yearly_growth;
  Time min_age = 0;          ///< of the snapshot when the rule is loaded, so that it cannot be a moment's ratio
  Time max_age = INT64_MAX;  ///< likewise: growth from an old snapshot leaves too much room

  /// The cap at a time, not before the snapshot.
  [[nodiscard]] constexpr T cap(Time now) const {
    const T age = milliseconds<T>(Elapsed{snapshot_time, now}.length());
    const T growth = T(T(yearly_growth.raw() * age) / milliseconds<T>(milliseconds_per_year));
    return T(snapshot_ratio.raw() + T(snapshot_ratio.raw() * growth));
  }
  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    Result<Priced<V>> r = ratio.price(feeds);
    if (!r) return r;
    if (feeds.now() < snapshot_time) return Error{Errc::bad_time, Field::growth_cap};
    const T bound = cap(feeds.now());
    if (!is_finite(bound)) return Error{Errc::overflow, Field::growth_cap};
    if (V(bound) < r->value) {
      r->value = V(bound);
      r->flags.capped = true;
    }
    return r;
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (const std::optional<Error> e = ratio.check(feeds)) return e;
    if (!is_finite(snapshot_ratio.raw()) || !is_finite(yearly_growth.raw())) return Error{Errc::bad_number, Field::growth_cap};
    if (!(T(0) < snapshot_ratio.raw())) return Error{Errc::bad_ratio, Field::growth_cap};
    if (yearly_growth.raw() < T(0)) return Error{Errc::bad_parameter, Field::growth_cap};
    if (min_age < 0 || max_age < min_age) return Error{Errc::bad_parameter, Field::max_age};
    if (feeds.now() < snapshot_time) return Error{Errc::bad_time, Field::growth_cap};
    const Time age = Elapsed{snapshot_time, feeds.now()}.length();
    if (age < min_age || max_age < age) return Error{Errc::bad_time, Field::max_age};
    const Result<Priced<T>> live = ratio.price(feeds);
    if (!live) return live.error();
    if (!is_finite(cap(feeds.now()))) return Error{Errc::overflow, Field::growth_cap};
    if (cap(feeds.now()) < live->value) return Error{Errc::cap_below_rate, Field::growth_cap};
    return std::nullopt;
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return bent(ratio.dependence(i)); }
};

/// What a redemption is worth that is paid out at the end of a queue.
///
/// @f[ p = p_{nav}\, (1 - f)\, e^{-(y + s)\, T_{queue}} @f]
/// @par Units    price: that of the redemption rule; fee: share of the payout; yield y (what one forgoes) and spread s (for the issuer's
///               solvency): per year of 365 days, continuous; queue: milliseconds
/// @par Shape    fee in [0, 1); yield + spread >= 0: waiting never adds; queue >= 0
/// @par Rounding that of decay(): the factor is not exact in a rational either
/// @par Errors   those of the redemption rule; check: BAD_NUMBER, BAD_PARAMETER (REDEMPTION_FEE, DISCOUNT_RATE, QUEUE_TIME); both: BAD_PRICE,
///               OVERFLOW (DISCOUNT_RATE) where nothing is left, or the price leaves the scalar's range
/// @par Cost     one exponential
/// @par Source   from the definitions: the payout, discounted
template <Scalar T, class R>
struct QueueRedemption {
  R redemption;
  Ratio<T> fee;
  Ratio<T> yield;
  Ratio<T> spread;
  Time queue;

  /// What a unit of value in the queue is worth.
  [[nodiscard]] constexpr T factor() const {
    const T wait = T(milliseconds<T>(queue) / milliseconds<T>(milliseconds_per_year));
    return T(T(T(1) - fee.raw()) * decay(T(T(yield.raw() + spread.raw()) * wait)));
  }
  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    const Result<Priced<V>> p = redemption.price(feeds);
    if (!p) return p;
    return within_range(Priced<V>{V(V(factor()) * p->value), p->flags}, Field::discount_rate);
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (const std::optional<Error> e = redemption.check(feeds)) return e;
    if (!is_finite(fee.raw())) return Error{Errc::bad_number, Field::redemption_fee};
    if (fee.raw() < T(0) || !(fee.raw() < T(1))) return Error{Errc::bad_parameter, Field::redemption_fee};
    const T rate = T(yield.raw() + spread.raw());
    if (!is_finite(rate)) return Error{Errc::bad_number, Field::discount_rate};
    if (rate < T(0)) return Error{Errc::bad_parameter, Field::discount_rate};
    if (queue < 0) return Error{Errc::bad_parameter, Field::queue_time};
    if (!(T(0) < factor())) return Error{Errc::bad_price, Field::discount_rate};
    return std::nullopt;
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return redemption.dependence(i); }
  [[nodiscard]] constexpr T slope(const Feeds<T>& feeds, std::size_t i) const requires all_sloped<T, R> {
    return redemption.dependence(i) == Dependence::none ? T(0) : T(factor() * redemption.slope(feeds, i));
  }
};

/// How far two prices of one thing lie apart, as reports on capped oracles print it: of a wrapped asset and its underlying it is what
/// the ratio adds.
///
/// @f[ 2\,(a - b) / (a + b) @f]
/// @par Units    a fraction; above zero where the first is the higher one, and -1 times that of the other order
/// @par Shape    both above zero
/// @par Rounding none but the scalar's
/// @par Errors   BAD_NUMBER, BAD_PRICE (SOURCE, `index` 0 or 1)
/// @par Cost     O(1)
/// @par Source   Aave CAPO, bgd-labs/aave-capo 2c280ef9, reports: column Diff
template <Scalar T>
[[nodiscard]] constexpr Result<Ratio<T>> price_spread(const Price<T>& a, const Price<T>& b) {
  for (const std::uint32_t i : {0U, 1U}) {
    const T& x = i == 0 ? a.raw() : b.raw();
    if (!is_finite(x)) return Error{Errc::bad_number, Field::source, i};
    if (!(T(0) < x)) return Error{Errc::bad_price, Field::source, i};
  }
  return Ratio<T>(T(T(T(2) * T(a.raw() - b.raw())) / T(a.raw() + b.raw())));
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
