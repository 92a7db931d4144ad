// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/margin/rule.hpp"
#include "loadline/piecewise/roots.hpp"

#include <array>

/// @file
/// Where an account with several tests changes status along one path.

namespace loadline {
inline namespace v1 {

/// The roots of the tests that are on.
template <class Place>
using RootsByTest = std::array<std::optional<Roots<Place>>, test_count>;

/// One end of the connected range of equal status around the present.
template <class Place>
struct End {
  const Place* at;
  Test test;  ///< the test that fails there, or (from a failing start) that stops failing
};

inline namespace LOADLINE_FLAGS {

/// Whether a sign fails.
[[nodiscard]] constexpr bool sign_fails(int sign, LiquidateWhen when) noexcept {
  return when == LiquidateWhen::below_zero ? sign < 0 : sign <= 0;
}

/// Walks the roots of all tests outward from a start, merged in order.
///
/// The account fails where any test does. At a jump the point itself is left open: what counts there is the range beyond.
/// @par Units    s: the parameter of the path
/// @par Shape    one set of roots a test
/// @par Rounding none
/// @par Errors   total; order in doubt is noted
/// @par Cost O(roots), no allocation
/// @par Source   docs/explanation/normal-form.md, Several tests
template <class Place>
class StatusWalk {
 public:
  constexpr StatusWalk(const RootsByTest<Place>& roots, LiquidateWhen when, const Place& start, Doubt& doubt)
      : roots_(&roots), when_(when), start_(start), doubt_(&doubt) {}

  /// The end of the range around the start, whose status is `failing`, towards one side.
  [[nodiscard]] constexpr std::optional<End<Place>> end(Toward side, bool failing) const {
    std::array<std::size_t, test_count> next{};  // below: roots not yet passed lie before it; above: at and after it
    bool on_root = false;
    for (std::size_t t = 0; t < test_count; ++t) {
      if (!(*roots_)[t]) continue;
      const std::span<const Root<Place>> r = (*roots_)[t]->roots;
      std::size_t i = 0;
      while (i < r.size() && compare(r[i].at, start_, *doubt_) < 0) ++i;
      const bool exact = i < r.size() && compare(r[i].at, start_, *doubt_) == 0;
      on_root = on_root || exact;
      next[t] = exact && side == Toward::above ? i : exact ? i + 1 : i;
    }
    for (bool at_start = on_root;; at_start = false) {
      const Place* p = nearest(next, side);
      if (p == nullptr) return std::nullopt;
      const std::array<std::size_t, test_count> before = next;
      Tests here, point;
      bool known = true;
      for (std::size_t t = 0; t < test_count; ++t) {
        if (!(*roots_)[t]) continue;
        const Roots<Place>& r = *(*roots_)[t];
        const bool moves = is_at(r, next[t], p, side);
        const std::size_t root = side == Toward::above ? next[t] : next[t] - 1;
        if (moves && !r.roots[root].zero) known = false;
        if (moves ? r.roots[root].zero && sign_fails(0, when_) : sign_fails(sign_here(r, next[t]), when_)) point.add(static_cast<Test>(t));
        if (moves) next[t] = side == Toward::above ? next[t] + 1 : next[t] - 1;
        if (sign_fails(sign_here(r, next[t]), when_)) here.add(static_cast<Test>(t));
      }
      const bool flips_beyond = !here.empty() != failing;
      const bool flips_on = !at_start && (known || !point.empty()) && !point.empty() != failing;
      if (flips_beyond || flips_on) return End<Place>{p, named(before, p, side, failing ? failing_in(before) : here, point)};
    }
  }

 private:
  /// Sign in the interval that the walk is in: with `next` roots below it.
  static constexpr int sign_here(const Roots<Place>& r, std::size_t next) noexcept { return r.sign_below(next); }

  constexpr bool is_at(const Roots<Place>& r, std::size_t next, const Place* p, Toward side) const {
    if (side == Toward::above ? next == r.roots.size() : next == 0) return false;
    const Place* at = &r.roots[side == Toward::above ? next : next - 1].at;
    return at == p || compare(*at, *p, *doubt_) == 0;  // a point is itself, also where its ball is too wide to tell
  }

  constexpr const Place* nearest(const std::array<std::size_t, test_count>& next, Toward side) const {
    const Place* best = nullptr;
    for (std::size_t t = 0; t < test_count; ++t) {
      if (!(*roots_)[t]) continue;
      const std::span<const Root<Place>> r = (*roots_)[t]->roots;
      if (side == Toward::above ? next[t] == r.size() : next[t] == 0) continue;
      const Place* p = &r[side == Toward::above ? next[t] : next[t] - 1].at;
      if (best == nullptr || (side == Toward::above ? compare(*p, *best, *doubt_) < 0 : compare(*best, *p, *doubt_) < 0)) best = p;
    }
    return best;
  }

  constexpr Tests failing_in(const std::array<std::size_t, test_count>& next) const {
    Tests failing;
    for (std::size_t t = 0; t < test_count; ++t)
      if ((*roots_)[t] && sign_fails(sign_here(*(*roots_)[t], next[t]), when_)) failing.add(static_cast<Test>(t));
    return failing;
  }

  /// Of the tests with a root at p, the first that fails next to it or on it; else the first.
  constexpr Test named(const std::array<std::size_t, test_count>& before, const Place* p, Toward side, Tests beside, Tests on) const {
    std::optional<Test> first;
    for (std::size_t t = 0; t < test_count; ++t) {
      if (!(*roots_)[t] || !is_at(*(*roots_)[t], before[t], p, side)) continue;
      const Test test = static_cast<Test>(t);
      if (beside.has(test) || on.has(test)) return test;
      if (!first) first = test;
    }
    return *first;
  }

  const RootsByTest<Place>* roots_;
  LiquidateWhen when_;
  Place start_;
  Doubt* doubt_;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
