// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/deleveraging.hpp"

#include <array>
#include <optional>

/// @file
/// The level at which shares that rise with it, each between nothing and a cap, sum to what is needed.

namespace loadline {
inline namespace v1 {

/// A share as a function of the level: clamp(at_zero + slope * level, 0, most).
template <Scalar T>
struct RisingShare {
  T at_zero;
  T slope;  ///< > 0; of who is to come last, not above zero
  T most;   ///< > 0

  [[nodiscard]] constexpr T at(const T& level) const {
    if (!(T(0) < slope)) return T(0);
    const T x = T(at_zero + T(slope * level));
    if (!(T(0) < x)) return T(0);
    return x < most ? x : most;
  }
  /// Where it leaves zero, and where it meets its cap.
  [[nodiscard]] constexpr T begins() const { return T(T(-at_zero) / slope); }
  [[nodiscard]] constexpr T ends() const { return T(T(most - at_zero) / slope); }
};

inline namespace LOADLINE_FLAGS {

namespace detail {

/// The search: an interval that holds the level, and the shares that bend inside it.
template <Scalar T, class Share>
class LevelSearch {
 public:
  LevelSearch(std::span<std::uint32_t> items, const Share& share, const T& need) : items_(items), share_(share), need_(need) {}

  [[nodiscard]] T found() {
    while (!items_.empty()) {
      const T at = pivot();
      if (is_finite(at)) {
        T sum = T(constant_ + T(slope_ * at));
        for (const std::uint32_t i : items_) sum += share_(i).at(at);
        (sum < need_ ? low_ : high_) = at;
      }
      drop_straight();
    }
    // Inside the interval, whatever the division makes of it: beyond it are shares that have nothing to do with this level.
    const T level = T(0) < slope_ ? T(T(need_ - constant_) / slope_) : T(0);
    if (T(0) < slope_ && is_finite(level)) return low_ && level < *low_ ? *low_ : high_ && *high_ < level ? *high_ : level;
    return high_ ? *high_ : low_ ? *low_ : T(0);
  }

 private:
  /// A bend that has left the scalar's range is nowhere; on which side it left tells whether the share is at its cap, or nothing, at every level.
  [[nodiscard]] bool inside(const T& x) const { return is_finite(x) && (!low_ || *low_ < x) && (!high_ || x < *high_); }
  /// Of a share that bends inside the interval, where; of both places in turn.
  [[nodiscard]] T bend(std::uint32_t i, bool late) const {
    const RisingShare<T> s = share_(i);
    const T first = late ? s.ends() : s.begins();
    return inside(first) ? first : late ? s.begins() : s.ends();
  }
  /// The median of a few bends.
  [[nodiscard]] T pivot() const {
    std::array<std::uint32_t, 31> sample{};
    const std::size_t count = items_.size() < sample.size() ? items_.size() : sample.size();
    for (std::size_t k = 0; k < count; ++k) sample[k] = static_cast<std::uint32_t>(k * items_.size() / count);
    const auto place = [&](std::uint32_t k) { return bend(items_[k], k % 2 == 1); };
    std::nth_element(sample.begin(), sample.begin() + count / 2, sample.begin() + count, [&](std::uint32_t a, std::uint32_t b) { return place(a) < place(b); });
    return place(sample[count / 2]);
  }
  /// Adds up the shares that are straight on the interval, and keeps the others.
  void drop_straight() {
    std::size_t kept = 0;
    for (const std::uint32_t i : items_) {
      const RisingShare<T> s = share_(i);
      const T begins = s.begins(), ends = s.ends();
      if ((low_ && !(*low_ < ends)) || (!is_finite(ends) && ends < T(0))) {
        constant_ += s.most;
      } else if ((high_ && !(begins < *high_)) || (!is_finite(begins) && T(0) < begins)) {
        continue;
      } else if (inside(begins) || inside(ends)) {
        items_[kept++] = i;
      } else {
        constant_ += s.at_zero;
        slope_ += s.slope;
      }
    }
    items_ = items_.first(kept);
  }

  std::span<std::uint32_t> items_;
  const Share& share_;
  T need_;
  T constant_ = T(0), slope_ = T(0);
  std::optional<T> low_ = std::nullopt, high_ = std::nullopt;
};

}  // namespace detail

/// The level at which the shares of `items` sum to `need`.
///
/// @f[ \sum_i \mathrm{clamp}(a_i + b_i \nu,\ 0,\ c_i) = Q @f]
/// The sum is piecewise linear and does not fall, so the level is found by cutting the interval at a share's bend, with those that are straight
/// on what is left added up for good: weighted selection, no sorting. In a rational the level is exact.
/// @par Units    share(i) tells a RisingShare in the units of the need; the level in those over the slope
/// @par Shape    0 < need < the sum of all caps; items: indices into the caller's figures, reordered and overwritten
/// @par Rounding that of the scalar; comparisons are between bends and never against a computed level
/// @par Errors   total
/// @par Cost     O(items) expected, O(items log items) as a rule at worst; no allocation
/// @par Source   docs/explanation/deleveraging.md
template <Scalar T, class Share>
[[nodiscard]] T level_of(std::span<std::uint32_t> items, const Share& share, const T& need) {
  return detail::LevelSearch<T, Share>(items, share, need).found();
}

/// Shares by level among those whose share rises with it. Who has another slope comes last: where the others have too little, all that is available of
/// them is taken and the rest falls on the last in proportion to what is available, so that every policy places the same.
/// @par Units    `share(i, available)` tells a RisingShare in base units
/// @par Shape    out and workspace as of a policy
/// @par Rounding that of the scalar; the sum is the need
/// @par Errors   OVERFLOW (SIZE: what is available adds up to more than the scalar holds; SHARE_WEIGHT: so do the shares' figures, from `index`
///               on), those of check
/// @par Cost     O(candidates) expected; no allocation
/// @par Source   docs/explanation/deleveraging.md
template <Scalar T, class Share>
[[nodiscard]] Result<Allocation<T>> share_out(const Deleverage<T>& d, const Candidates<T>& candidates, DeleveragingWorkspace<T>& workspace, std::span<T> out,
                                              const Share& share) {
  if (const auto e = check<T>(d, candidates, workspace, out)) return *e;
  const std::size_t n = candidates.size();
  out = out.first(n);
  Allocation<T> a = all_available(d, candidates, out);
  if (!is_finite(a.placed)) return Error{Errc::overflow, Field::size};
  if (!(d.need < a.placed)) {
    a.unplaced = T(d.need - a.placed);
    a.touched = a.eligible;
    return a;
  }
  const std::span<T> most = workspace.numbers().first(n);
  const std::span<std::uint32_t> order = workspace.order();
  std::size_t rising = 0, last = n;  // the rising ones at the front, the last ones at the back
  T theirs = T(0), range = T(0), slopes = T(0);
  for (std::size_t i = 0; i < n; ++i) {
    most[i] = out[i];
    out[i] = T(0);
    if (!(T(0) < most[i])) continue;
    const RisingShare<T> s = share(i, most[i]);
    const auto item = static_cast<std::uint32_t>(i);
    if constexpr (!ScalarTraits<T>::exact) {
      range += T(magnitude(s.at_zero) + magnitude(s.slope));
      if (!is_finite(range)) return Error{Errc::overflow, Field::share_weight, item};
    }
    if (!(T(0) < s.slope)) {
      order[--last] = item;
      continue;
    }
    theirs += most[i];
    slopes += s.slope;
    order[rising++] = item;
  }
  const auto give = [&](std::span<std::uint32_t> items, const T& need, const auto& of) {
    const T level = level_of<T>(items, of, need);
    for (std::size_t i = 0; i < n; ++i)
      if (T(0) < most[i]) out[i] = of(static_cast<std::uint32_t>(i)).at(level);
  };
  if (d.need < theirs) {
    if (!is_finite(T(d.need / slopes))) return Error{Errc::overflow, Field::share_weight};
    if (T(0) < d.need) give(order.first(rising), d.need, [&](std::uint32_t i) { return share(i, most[i]); });
  } else {
    const T rest = T(d.need - theirs);
    if (T(0) < rest) give(order.subspan(last, n - last), rest, [&](std::uint32_t i) { return RisingShare<T>{T(0), most[i], most[i]}; });
    for (const std::uint32_t i : order.first(rising)) out[i] = most[i];
  }
  return settle(
      d.need, out, [&](std::size_t i) { return most[i]; }, a);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
