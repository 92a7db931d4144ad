// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/property.hpp"
#include "support/sample.hpp"

#include <loadline/collateral/liquidity.hpp>
#include <loadline/ext/multiprecision.hpp>

#include <vector>

/// @file
/// The laws of a haircut, in exact numbers: weight in [0, 1], H(0) = 0, H(V) <= V, H non-decreasing, concave and continuous.

/// What a schedule, as an account uses it, makes of V; beside it the same written down again from the rows.
inline loadline::Rational scheduled(std::span<const loadline::WeightTier<loadline::Rational>> tiers, const loadline::Rational& v, int below = 1) {
  using loadline::Rational;
  std::vector<loadline::Piece<Rational>> pieces(loadline::max_weight_pieces(tiers), loadline::Piece<Rational>{0, 0, 0});
  pieces.resize(loadline::write_weights<Rational>(tiers, Rational(below), pieces));
  return loadline::value(loadline::Schedule<Rational>(pieces), v);
}

inline loadline::Rational haircut_value(std::span<const loadline::WeightTier<loadline::Rational>> tiers, const loadline::Rational& v) {
  using loadline::Rational;
  Rational sum = 0, floor = 0;
  for (const auto& tier : tiers) {
    if (v <= floor) break;
    const Rational upper = tier.cap && *tier.cap < v ? *tier.cap : v;
    sum += (upper - floor) * tier.weight.raw();
    if (!tier.cap) break;
    floor = *tier.cap;
  }
  return sum;
}

/// Checks the laws of a table: check() accepts it, and on random balances H keeps its shape and both ways to compute it agree.
inline void check_haircut_laws(const std::string& who, std::span<const loadline::WeightTier<loadline::Rational>> tiers, int cases = 40) {
  using loadline::Rational;
  INFO(who);
  REQUIRE_FALSE(tiers.empty());
  CHECK(loadline::check(tiers) == std::nullopt);
  Rational largest = 1;
  for (const auto& tier : tiers) {
    CHECK(tier.weight.raw() >= 0);
    CHECK(tier.weight.raw() <= 1);
    if (tier.cap) largest = *tier.cap;
  }
  const auto h = [&](const Rational& v) { return haircut_value(tiers, v); };
  CHECK(h(0) == 0);
  CHECK(scheduled(tiers, 0) == 0);
  // Continuous: what a step across an edge adds is no more than the step.
  for (const auto& tier : tiers)
    if (tier.cap) {
      const Rational step = *tier.cap / Rational(1'000'000'000);
      const Rational added = scheduled(tiers, *tier.cap + step) - scheduled(tiers, *tier.cap - step);
      CHECK(added >= 0);
      CHECK(added <= 2 * step);
    }
  check_property(who + ": H(V) <= V, non-decreasing, concave", cases, [&] {
    const auto draw = [&] { return Rational(largest * Rational(*rc::gen::inRange(0, 1'500'000)) / Rational(1'000'000)); };
    Rational a = draw(), b = draw();
    if (b < a) std::swap(a, b);
    const Rational share = Rational(*rc::gen::inRange(0, 101)) / Rational(100), between = a + (b - a) * share;
    for (const Rational& v : {a, b, between}) {
      RC_ASSERT(h(v) == scheduled(tiers, v));
      RC_ASSERT(h(v) == loadline::counted(tiers, v));
      RC_ASSERT(h(v) <= v);
      RC_ASSERT(h(v) >= 0);
    }
    RC_ASSERT(h(a) <= h(b));
    RC_ASSERT(h(between) >= h(a) + (h(b) - h(a)) * share);
  });
}
