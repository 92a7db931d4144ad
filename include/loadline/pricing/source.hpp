// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"
#include "loadline/market/elapsed.hpp"
#include "loadline/piecewise/probe.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>

/// @file
/// What pricing models read: prints of spot pairs, redemption ratios, inputs of a mark; and what a model must be able to do.

namespace loadline {
inline namespace v1 {

/// The last print of one source.
template <Scalar T>
struct Source {
  T value;                ///< a price in the pair's quote, or a ratio, above zero; with `any_sign` a rate or a difference
  Time time = 0;          ///< of the print
  T depth = T(0);         ///< size quoted near the price, where a model weighs by it
  bool any_sign = false;  ///< a funding rate, a basis: it may be zero or below
};

/// How a price depends on one source, the others held.
enum class Dependence : std::uint8_t {
  none,       ///< not at all
  affine,     ///< a line
  piecewise,  ///< lines that meet, or jump
  other       ///< products of it with itself, quotients by it: no exact walk
};

/// Of two dependences joined by + or by a comparison: the weaker promise.
[[nodiscard]] constexpr Dependence either(Dependence a, Dependence b) noexcept {
  return a < b ? b : a;
}
/// Of a factor and a factor.
[[nodiscard]] constexpr Dependence product(Dependence a, Dependence b) noexcept {
  return a == Dependence::none || b == Dependence::none ? either(a, b) : Dependence::other;
}
/// Of anything behind a bound, a median or a guard.
[[nodiscard]] constexpr Dependence bent(Dependence a) noexcept {
  return a == Dependence::affine ? Dependence::piecewise : a;
}

/// What a model had to do to arrive at its price.
struct PriceFlags {
  bool capped = false;   ///< a growth cap or an upper bound held it down
  bool floored = false;  ///< a floor or a lower bound held it up
  bool guarded = false;  ///< a source was left out or bounded for its distance from the others
  bool stale = false;    ///< a source was left out for its age
  LOADLINE_INLINE friend constexpr PriceFlags operator|(PriceFlags a, PriceFlags b) noexcept {
    static_assert(sizeof(PriceFlags) == sizeof(std::uint32_t) && sizeof(bool) == 1);  // all four at once
    return std::bit_cast<PriceFlags>(std::bit_cast<std::uint32_t>(a) | std::bit_cast<std::uint32_t>(b));
  }
  friend constexpr bool operator==(PriceFlags, PriceFlags) = default;
};

/// A price (or a ratio) and how it came about.
template <Scalar V>
struct Priced {
  V value;
  PriceFlags flags = {};
};

inline namespace LOADLINE_FLAGS {

/// Where prices lie: nowhere below `low`, nowhere above `high`; without `high` they have no end.
template <Scalar T>
struct PriceRange {
  T low;
  std::optional<T> high = std::nullopt;
};

/// The sources of a market as a model reads them: as they are (V is T), or with one of them moving (V is Probe<T>).
///
/// A source that moves prints now: its age is 0.
template <Scalar T, Scalar V = T>
class Feeds {
 public:
  constexpr Feeds(std::span<const Source<T>> sources, Time now) : sources_(sources), now_(now) {}
  constexpr Feeds(std::span<const Source<T>> sources, Time now, std::size_t moving, V value)
      : sources_(sources), now_(now), moving_(moving), value_(std::move(value)) {}

  [[nodiscard]] constexpr std::size_t size() const noexcept { return sources_.size(); }
  [[nodiscard]] constexpr Time now() const noexcept { return now_; }
  [[nodiscard]] constexpr V value(std::size_t source) const {
    LOADLINE_ASSERT(source < sources_.size());
    return source == moving_ ? value_ : V(sources_[source].value);
  }
  /// The source that moves; no source's index where none does.
  [[nodiscard]] constexpr std::size_t moving() const noexcept { return moving_; }
  /// The same without the move: for what does not depend on the source that moves.
  [[nodiscard]] constexpr Feeds<T> at_rest() const { return {sources_, now_}; }
  /// Milliseconds since the print; below zero for one from after now. No difference of times overflows: it stays at the largest Time.
  [[nodiscard]] constexpr Time age(std::size_t source) const noexcept {
    if (source == moving_) return 0;
    const Time then = sources_[source].time;
    if (now_ < then) return -1;
    const std::uint64_t age = static_cast<std::uint64_t>(now_) - static_cast<std::uint64_t>(then);
    constexpr std::uint64_t longest = ~std::uint64_t{0} >> 1;
    return static_cast<Time>(age < longest ? age : longest);
  }
  [[nodiscard]] constexpr V depth(std::size_t source) const { return V(sources_[source].depth); }

 private:
  std::span<const Source<T>> sources_;
  Time now_;
  std::size_t moving_ = static_cast<std::size_t>(-1);
  V value_ = V(0);
};

/// The price, unless it has left what a price can be: a sum or a product may, where none of its parts has.
template <Scalar V>
[[nodiscard]] LOADLINE_INLINE constexpr Result<Priced<V>> within_range(Priced<V> p, Field field) {
  if (!is_finite(p.value)) return Error{Errc::overflow, field};
  if (!(V(0) < p.value)) return Error{Errc::bad_price, field};
  return p;
}

namespace detail {

template <Scalar T, class... Rules>
[[nodiscard]] LOADLINE_NOINLINE constexpr std::optional<Error> found_fault(const Feeds<T>& feeds, const std::tuple<Rules...>& rules) {
  std::optional<Error> fault;
  std::apply([&](const Rules&... rule) { ((fault = fault ? fault : rule.check(feeds)), ...); }, rules);
  return fault;
}

}  // namespace detail

/// What is wrong with the first of several rules with which something is; nullopt: nothing.
template <Scalar T, class... Rules>
[[nodiscard]] constexpr std::optional<Error> first_fault(const Feeds<T>& feeds, const std::tuple<Rules...>& rules) {
  if (std::apply([&](const Rules&... rule) { return (!rule.check(feeds) && ...); }, rules)) return std::nullopt;
  return detail::found_fault(feeds, rules);  // asked again: an Error costs more to carry than a check that finds none
}

/// Whether check_sources finds nothing: the answer that every tick expects, without the making of an Error.
template <Scalar T>
[[nodiscard]] LOADLINE_INLINE constexpr bool sources_in_order(std::span<const Source<T>> sources, Time now) {
  for (const Source<T>& s : sources)
    if (!is_finite(s.value) || !(s.any_sign || T(0) < s.value) || !is_finite(s.depth) || s.depth < T(0) || now < s.time) return false;
  return true;
}

/// Checks the sources themselves; nullopt: they are in order.
/// @par Units    those of Source
/// @par Shape    any number
/// @par Rounding none
/// @par Errors   BAD_NUMBER (a value or depth that is not finite), BAD_PRICE (not above zero), BAD_PARAMETER (a negative depth), BAD_TIME
///               (a print from after now); `index` is the source
/// @par Cost     O(sources)
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check_sources(std::span<const Source<T>> sources, Time now) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    if (!is_finite(sources[i].value)) return Error{Errc::bad_number, Field::source, index};
    if (!sources[i].any_sign && !(T(0) < sources[i].value)) return Error{Errc::bad_price, Field::source, index};
    if (!is_finite(sources[i].depth)) return Error{Errc::bad_number, Field::source_depth, index};
    if (sources[i].depth < T(0)) return Error{Errc::bad_parameter, Field::source_depth, index};
    if (now < sources[i].time) return Error{Errc::bad_time, Field::source_time, index};
  }
  return std::nullopt;
}

/// A rule from sources to the price of a wrapped asset (or to a ratio, an index, a mark). A plain struct with named fields; no
/// base class. Rules compose: a rule's member may be another rule.
///
///  - `price(feeds)`   the price, for sources that stand still and for one that moves; or the error: STALE_PRICE, BAD_RATIO ...
///  - `check(feeds)`   the fault of its parameters or of what it was loaded with, if any; once per rule set, and it asks its parts
///  - `dependence(i)`  how the price depends on source i
///
/// Syntax is checked here. The laws, through which every model of the library is run (tests/pricing/laws.hpp):
///  1. pure: the same feeds, the same price
///  2. dependence: `none` sources may print anything; along an `affine` one the price is one line; along a `piecewise` one what
///     price() says of a Probe is what it says of the number, up to the reach
///  3. never a price that is not above zero, or not finite: an error instead
template <class P, class T>
concept WrappedPricing = Scalar<T> && std::copyable<P> && requires(const P& p, const Feeds<T>& still, const Feeds<T, Probe<T>>& moving) {
  { p.price(still) } -> std::same_as<Result<Priced<T>>>;
  { p.price(moving) } -> std::same_as<Result<Priced<Probe<T>>>>;
  { p.check(still) } -> std::same_as<std::optional<Error>>;
  { p.dependence(std::size_t{}) } -> std::same_as<Dependence>;
};

/// A rule that gives the slope itself. What it gives is what a Probe would find; to ask it costs a product or two, and no walk.
///
///  - `slope(feeds, i)`  how much the price moves per unit of source i; 0 where it is `none` of the rule's
///
/// Asked only where price(feeds) is a price and dependence(i) is `none` or `affine`. A rule composed of others has a slope where all of
/// them have. Law 4: it is the Probe's slope, and a source that prints again what it printed last leaves the price as it is.
template <class P, class T>
concept SlopedPricing = WrappedPricing<P, T> && requires(const P& p, const Feeds<T>& still) {
  { p.slope(still, std::size_t{}) } -> std::same_as<T>;
};

/// A rule that says how far one source can take it. A liquidation price beyond the range is not met, however far the source prints.
///
///  - `range(feeds, i)`  where the price lies at every print of source i above zero; nullopt: not known, or at some print there is no price
///
/// Asked where the sources are in order (check_sources) and the source is not one of `any_sign`. Law 5: the price is a price, and inside, up to rounding.
template <class P, class T>
concept RangedPricing = WrappedPricing<P, T> && requires(const P& p, const Feeds<T>& still) {
  { p.range(still, std::size_t{}) } -> std::same_as<std::optional<PriceRange<T>>>;
};

/// A rule that has a slope where each of its parts has one: its member `slope` is so constrained.
template <class T, class... Parts>
inline constexpr bool all_sloped = (SlopedPricing<Parts, T> && ...);

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
