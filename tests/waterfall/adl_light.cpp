// SPDX-License-Identifier: Apache-2.0
#include "support/property.hpp"
#include "support/strict.hpp"
#include "waterfall/people.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/waterfall/adl_light.hpp>
#include <loadline/waterfall/adl_quantile.hpp>

#include <limits>
#include <numeric>
#include <random>

namespace {

using namespace loadline;

template <class T>
std::vector<std::uint32_t> lights_of(People<T>& people, int side, const LightRule& rule) {
  DeleveragingWorkspace<T> workspace(people.size());
  std::vector<std::uint32_t> out(people.size(), 99);
  REQUIRE(fill_lights<T>(people.view(), side, rule, workspace, out).has_value());
  return out;
}
template <class T>
std::vector<T> shares_of(People<T>& people, int side, const LightRule& rule) {
  DeleveragingWorkspace<T> workspace(people.size());
  std::vector<T> out(people.size(), T(9));
  REQUIRE(fill_shares<T>(people.view(), side, rule, workspace, std::span<T>(out)).has_value());
  return out;
}

/// Sorted, and counted in whole numbers.
std::vector<std::uint32_t> lights_by_sorting(const People<double>& people, int side, const LightRule& rule) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < people.size(); ++i)
    if (people.sizes[i] * side > 0 && (rule.insolvent || people.equities[i] > 0)) order.push_back(i);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return people.scores[a] != people.scores[b] ? people.scores[a] > people.scores[b] : people.ids[a] < people.ids[b];
  });
  const auto weight = [&](std::size_t i) { return rule.by == QueueWeight::users ? 1LL : static_cast<long long>(std::abs(people.sizes[i])); };
  long long total = 0, front = 0;
  for (const std::size_t i : order) total += weight(i);
  std::vector<std::uint32_t> lights(people.size(), 0);
  for (const std::size_t i : order) {
    front += weight(i);
    const long long part = (front * rule.lights + total - 1) / total;
    lights[i] = rule.lights + 1 - static_cast<std::uint32_t>(part);
  }
  return lights;
}

enum class Shape { spread, few_values, one_value, half_zero, wide, outliers, nearly_equal, two_scales, count };

/// Whole sizes, so that sums are exact; scores of a shape.
People<double> crowd(std::size_t n, Shape shape, std::uint64_t seed) {
  std::mt19937_64 g(seed);
  const auto uniform = [&] { return static_cast<double>(g() >> 11) * 0x1p-53; };
  People<double> people;
  for (std::size_t i = 0; i < n; ++i) {
    const double size = 1 + static_cast<double>(g() % 50);
    people.add(seed % 2 == 0 ? i * 3 + 1 : (i * 0x9E3779B97F4A7C15ULL) ^ seed, g() % 3 == 0 ? size : -size, g() % 10 == 0 ? -1.0 : 100.0);
    double score = uniform() - 0.3;
    if (shape == Shape::few_values) score = static_cast<double>(g() % 7) - 3;
    if (shape == Shape::one_value) score = -0.0;
    if (shape == Shape::half_zero) score = g() % 2 == 0 ? 0 : uniform();
    if (shape == Shape::wide) score = std::ldexp(uniform() - 0.5, static_cast<int>(g() % 600) - 300);
    if (shape == Shape::outliers) score = g() % 100 == 0 ? (g() % 2 == 0 ? 1e308 : -1e308) : uniform();
    if (shape == Shape::two_scales) score = g() % 2 == 0 ? 1 + uniform() * 0x1p-40 : (g() % 4 == 0 ? 1e300 : 2e300) * uniform();
    if (shape == Shape::nearly_equal) score = 1 + static_cast<double>(g() % 9) * 0x1p-52;
    people.scores.push_back(score);
  }
  return people;
}

}  // namespace

#define ALL_SCALARS double, Strict, Rational

TEMPLATE_TEST_CASE("BitMEX's queue: order, percentiles, closes", "[waterfall][source:bmx_adl_queue]", ALL_SCALARS) {
  using T = TestType;
  People<T> people;  // longs, whom a short liquidation takes
  const int quantities[] = {10, 10, 20, 30, 20, 10}, scores[] = {3, 6, 1, 4, 5, 2};
  for (int i = 0; i < 6; ++i) {
    people.add(static_cast<std::uint64_t>(i + 1), T(quantities[i]), T(1'000'000));
    people.scores.push_back(T(scores[i]));
  }
  const std::vector<std::uint32_t> lights = lights_of(people, 1, {});
  const std::size_t order[] = {2, 5, 4, 1, 6, 3};
  const std::uint32_t percentiles[] = {20, 40, 60, 80, 80, 100};
  for (std::size_t k = 0; k < 6; ++k) CHECK(100 * (6 - lights[order[k] - 1]) / 5 == percentiles[k]);
  // The order, and the cumulative quantities 10, 30, 60, 70, 80, 100 of 100.
  DeleveragingWorkspace<T> workspace(6);
  std::vector<T> shares(6, T(0));
  REQUIRE(fill_shares<T>(people.view(), 1, {}, workspace, std::span<T>(shares)).has_value());
  const int cumulative[] = {10, 30, 60, 70, 80, 100};
  for (std::size_t k = 0; k < 6; ++k) {
    CHECK(workspace.order()[k] == order[k] - 1);
    CHECK(shares[order[k] - 1] == T(T(cumulative[k]) / T(100)));
    CHECK(*queue_share<T>(people.view(), 1, {}, order[k] - 1) == shares[order[k] - 1]);
  }
  // A short of 20, bankrupt at 650: 10 of account 2, and 10 of account 5, which keeps 10.
  std::vector<T> out(6, T(0));
  const auto a = AdlQueue{}.allocate(Deleverage<T>{T(20), -1, T(640), T(650)}, people.view(), workspace, std::span<T>(out));
  REQUIRE(a.has_value());
  for (std::size_t i = 0; i < 6; ++i) CHECK(out[i] == T(i == 1 || i == 4 ? 10 : 0));
  CHECK(T(people.sizes[4] - out[4]) == T(10));
  CHECK(a->touched == 2);
}

TEMPLATE_TEST_CASE("lights by users, of one side, with and without who has no equity", "[waterfall]", ALL_SCALARS) {
  using T = TestType;
  People<T> people;
  const int sizes[] = {-10, -1, -1, 500, -1, -1, 0}, equities[] = {5, 5, 0, 5, 5, 5, 5}, scores[] = {1, 2, 9, 9, 2, 0, 9};
  for (int i = 0; i < 7; ++i) {
    people.add(static_cast<std::uint64_t>(i + 1), T(sizes[i]), T(equities[i]));
    people.scores.push_back(T(scores[i]));
  }
  // ids 2, 5 (equal, the lower first), 1, 6; id 3 is passed over.
  CHECK(lights_of(people, -1, {4, QueueWeight::users}) == std::vector<std::uint32_t>{2, 4, 0, 0, 3, 1, 0});
  CHECK(lights_of(people, -1, {5, QueueWeight::users, true}) == std::vector<std::uint32_t>{2, 4, 5, 0, 3, 1, 0});
  CHECK(lights_of(people, -1, {2, QueueWeight::contracts}) == std::vector<std::uint32_t>{1, 2, 0, 0, 2, 1, 0});  // 1, 2, 12, 13 of 13
  CHECK(lights_of(people, -1, {1, QueueWeight::users}) == std::vector<std::uint32_t>{1, 1, 0, 0, 1, 1, 0});
  CHECK(lights_of(people, 1, {}) == std::vector<std::uint32_t>{0, 0, 0, 1, 0, 0, 0});  // alone: all of the queue is up to oneself
  CHECK(lights_of(people, -1, {100, QueueWeight::users}) == std::vector<std::uint32_t>{26, 76, 0, 0, 51, 1, 0});
  DeleveragingWorkspace<T> workspace(7);
  std::vector<std::uint32_t> out(7);
  const auto count = fill_lights<T>(people.view(), -1, {}, workspace, out);
  REQUIRE(count.has_value());
  CHECK(count->queued == 4);
  CHECK(count->excluded == 1);
  CHECK(count->total == T(13));
}

TEMPLATE_TEST_CASE("what cannot be lit has a code", "[waterfall]", double, Strict) {
  using T = TestType;
  for (const int n : {5, 5'000}) {
    People<T> people;
    for (int i = 0; i < n; ++i) {
      people.add(static_cast<std::uint64_t>(i + 1), T(i % 2 == 0 ? 1 : -1), T(i == 2 ? 0 : 1));
      people.scores.push_back(T(i));
    }
    DeleveragingWorkspace<T> workspace(static_cast<std::size_t>(n)), small(4);
    std::vector<std::uint32_t> out(static_cast<std::size_t>(n));
    std::vector<T> shares(static_cast<std::size_t>(n), T(0));
    const auto fault = [&](const LightRule& rule, DeleveragingWorkspace<T>& w, std::span<std::uint32_t> to) {
      const auto r = fill_lights<T>(people.view(), 1, rule, w, to);
      REQUIRE_FALSE(r.has_value());
      return r.error();
    };
    CHECK(fault({.lights = 0}, workspace, out) == Error{Errc::bad_parameter, Field::level});
    CHECK(fault({.lights = 10'001}, workspace, out) == Error{Errc::bad_parameter, Field::level});
    CHECK(fault({}, small, out) == Error{Errc::bad_size, Field::counterparty});
    CHECK(fault({}, workspace, std::span(out).first(4)) == Error{Errc::bad_size, Field::counterparty});
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()}) {
      people.scores[4] = T(bad);
      CHECK(fault({}, workspace, out) == Error{Errc::bad_number, Field::score, 4});
      CHECK(fill_shares<T>(people.view(), 1, {}, workspace, std::span<T>(shares)).error() == Error{Errc::bad_number, Field::score, 4});
      CHECK(queue_share<T>(people.view(), 1, {}, 0).error() == Error{Errc::bad_number, Field::score, 4});
      CHECK(fill_lights<T>(people.view(), -1, {}, workspace, out).has_value());  // on the other side
      people.scores[4] = T(4);
      people.scores[2] = T(bad);  // passed over for its equity
      CHECK(fill_lights<T>(people.view(), 1, {}, workspace, out).has_value());
      CHECK(fault({.insolvent = true}, workspace, out) == Error{Errc::bad_number, Field::score, 2});
      people.scores[2] = T(2);
    }
    CHECK(queue_share<T>(people.view(), 1, {}, 1).error() == Error{Errc::bad_parameter, Field::counterparty, 1});
    CHECK(queue_share<T>(people.view(), 1, {}, 2).error() == Error{Errc::bad_parameter, Field::counterparty, 2});
    CHECK(queue_share<T>(people.view(), 1, {}, static_cast<std::size_t>(n)).error().code == Errc::bad_parameter);
    const T kept = people.sizes[0];
    people.sizes[0] = people.sizes[4] = T(1e308);
    CHECK(fault({}, workspace, out) == Error{Errc::overflow, Field::size});
    CHECK(fill_lights<T>(people.view(), 1, {.by = QueueWeight::users}, workspace, out).has_value());
    CHECK(fill_shares<T>(people.view(), 1, {}, workspace, std::span<T>(shares)).error() == Error{Errc::overflow, Field::size});
    CHECK(queue_share<T>(people.view(), 1, {}, 0).error() == Error{Errc::overflow, Field::size});
    people.sizes[0] = people.sizes[4] = kept;
    people.scores.clear();
    CHECK(fault({}, workspace, out) == Error{Errc::missing_field, Field::counterparty});
    CHECK(queue_share<T>(people.view(), 1, {}, 0).error() == Error{Errc::missing_field, Field::counterparty});
  }
  People<T> nobody;
  DeleveragingWorkspace<T> workspace(0);
  const auto none = fill_lights<T>(nobody.view(), 1, {}, workspace, std::span<std::uint32_t>());
  REQUIRE(none.has_value());
  CHECK(none->queued == 0);
}

TEST_CASE("lights equal those of a sorted queue", "[waterfall]") {
  const auto compare = [](std::size_t n, Shape shape, std::uint64_t seed, const LightRule& rule) {
    People<double> people = crowd(n, shape, seed);
    for (const int side : {1, -1}) {
      const bool same = lights_of(people, side, rule) == lights_by_sorting(people, side, rule);
      INFO(n << " candidates, shape " << static_cast<int>(shape) << ", seed " << seed << ", lights " << rule.lights << ", side " << side);
      CHECK(same);
    }
  };
  // On both sides of the size from which a histogram is made.
  for (const std::size_t n : {1U, 2U, 255U, 256U, 4'095U, 4'096U, 4'097U, 20'000U})
    for (int shape = 0; shape < static_cast<int>(Shape::count); ++shape)
      for (const std::uint32_t lights : {1U, 2U, 5U, 64U, 65U})
        compare(n, static_cast<Shape>(shape), n + lights, {lights, lights % 2 == 0 ? QueueWeight::users : QueueWeight::contracts, lights == 5});
  check_property("any population, any count of lights", 60, [&] {
    const auto n = *rc::gen::inRange<std::size_t>(1, 6'000);
    const auto shape = static_cast<Shape>(*rc::gen::inRange(0, static_cast<int>(Shape::count)));
    const LightRule rule{*rc::gen::inRange(1U, 80U), *rc::gen::element(QueueWeight::contracts, QueueWeight::users), *rc::gen::arbitrary<bool>()};
    People<double> people = crowd(n, shape, *rc::gen::inRange<std::uint64_t>(0, 1'000'000));
    for (const int side : {1, -1}) RC_ASSERT(lights_of(people, side, rule) == lights_by_sorting(people, side, rule));
  });
}

TEST_CASE("the laws of lights and shares", "[waterfall]") {
  check_property("shares rise along the queue to one, lights fall with them, equal scores go by id", 60, [] {
    const auto n = *rc::gen::element<std::size_t>(3, 50, 4'095, 4'096, 4'500);
    const auto shape = static_cast<Shape>(*rc::gen::inRange(0, static_cast<int>(Shape::count)));
    const LightRule rule{*rc::gen::inRange(1U, 12U), *rc::gen::element(QueueWeight::contracts, QueueWeight::users), false};
    People<double> people = crowd(n, shape, *rc::gen::inRange<std::uint64_t>(0, 1'000'000));
    DeleveragingWorkspace<double> workspace(n);
    std::vector<double> shares(n);
    const auto count = fill_shares<double>(people.view(), -1, rule, workspace, std::span<double>(shares));
    RC_ASSERT(count.has_value());
    RC_PRE(count->queued > 0);
    const std::vector<std::uint32_t> order(workspace.order().begin(), workspace.order().begin() + static_cast<std::ptrdiff_t>(count->queued));
    const std::vector<std::uint32_t> lights = lights_of(people, -1, rule);
    double before = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
      const std::uint32_t i = order[k];
      const double weight = rule.by == QueueWeight::users ? 1.0 : -people.sizes[i];
      RC_ASSERT(shares[i] == Approx(before + weight / count->total).epsilon(1e-12));
      before = shares[i];
      if (k == 0) continue;
      const std::uint32_t j = order[k - 1];
      RC_ASSERT(people.scores[j] > people.scores[i] || (people.scores[j] == people.scores[i] && people.ids[j] < people.ids[i]));
      RC_ASSERT(shares[j] < shares[i]);
      RC_ASSERT(lights[j] >= lights[i]);
    }
    RC_ASSERT(before == 1.0);
    RC_ASSERT(lights[order.back()] == 1U);
    const auto own = order[*rc::gen::inRange<std::size_t>(0, order.size())];
    RC_ASSERT(*queue_share<double>(people.view(), -1, rule, own) == Approx(shares[own]).epsilon(1e-14));
    // The light alone says as much as it can.
    const auto stretch = stretch_of<double>(lights[own], rule.lights);
    RC_ASSERT(stretch.has_value());
    RC_ASSERT(stretch->least < shares[own] * (1 + 1e-14) && shares[own] <= stretch->most * (1 + 1e-14));
    if (rule.by == QueueWeight::contracts) {
      const auto front = units_in_front<double>(lights[own], rule.lights, {count->total, -people.sizes[own]});
      const double ahead = std::round(shares[own] * count->total + people.sizes[own]);
      RC_ASSERT(front.has_value());
      RC_ASSERT(front->least <= ahead + 1e-9 && ahead <= front->most + 1e-9);
    }
  });
  check_property("the order of the rows, and the unit of scores and of sizes, do not matter", 40, [] {
    const auto n = *rc::gen::element<std::size_t>(7, 4'095, 4'200);
    const auto shape = static_cast<Shape>(*rc::gen::inRange(0, static_cast<int>(Shape::wide)));
    People<double> people = crowd(n, shape, *rc::gen::inRange<std::uint64_t>(0, 1'000'000));
    const LightRule rule{*rc::gen::inRange(1U, 12U), *rc::gen::element(QueueWeight::contracts, QueueWeight::users), true};
    const std::vector<std::uint32_t> lights = lights_of(people, 1, rule);
    std::vector<std::size_t> at(n);
    std::iota(at.begin(), at.end(), std::size_t{0});
    std::shuffle(at.begin(), at.end(), std::mt19937_64(n));
    People<double> mixed;
    for (const std::size_t i : at) {
      mixed.add(people.ids[i], people.sizes[i] * 8, people.equities[i]);
      mixed.scores.push_back(people.scores[i] * 0x1p20);
    }
    const std::vector<std::uint32_t> again = lights_of(mixed, 1, rule);
    for (std::size_t k = 0; k < n; ++k) RC_ASSERT(again[k] == lights[at[k]]);
  });
  check_property("rationals and doubles agree", 60, [] {
    const auto n = *rc::gen::inRange<std::size_t>(1, 60);
    People<double> people = crowd(n, static_cast<Shape>(*rc::gen::inRange(0, static_cast<int>(Shape::wide))), *rc::gen::inRange<std::uint64_t>(0, 1'000'000));
    People<Rational> exact;
    for (std::size_t i = 0; i < n; ++i) {
      exact.add(people.ids[i], Rational(people.sizes[i]) / 3, Rational(people.equities[i]));
      exact.scores.push_back(Rational(people.scores[i]) / 7);
    }
    const LightRule rule{*rc::gen::inRange(1U, 12U), *rc::gen::element(QueueWeight::contracts, QueueWeight::users), false};
    RC_ASSERT(lights_of(people, -1, rule) == lights_of(exact, -1, rule));
    const auto shares = shares_of(exact, -1, rule);
    Rational most = 0;
    for (const Rational& s : shares) most = s > most ? s : most;
    RC_ASSERT(most == 1 || std::all_of(shares.begin(), shares.end(), [](const Rational& s) { return s == 0; }));
  });
}

TEMPLATE_TEST_CASE("a light alone leaves a stretch of the queue open", "[waterfall]", ALL_SCALARS) {
  using T = TestType;
  const auto front = stretch_of<T>(5, 5), last = stretch_of<T>(1, 5);
  REQUIRE(front.has_value());
  REQUIRE(last.has_value());
  CHECK(front->least == T(0));
  CHECK(front->most == T(T(1) / T(5)));
  CHECK(last->least == T(T(4) / T(5)));
  CHECK(last->most == T(1));
  CHECK(stretch_of<T>(0, 5).error() == Error{Errc::bad_parameter, Field::level});
  CHECK(stretch_of<T>(6, 5).error() == Error{Errc::bad_parameter, Field::level});
  CHECK(stretch_of<T>(1, 1U << 31).error() == Error{Errc::bad_parameter, Field::level});
  // 100 on the side, 30 of them one's own, three lights of four: 25 to 50 of them end with one's own last unit.
  const auto units = [](std::uint32_t light, int queue, int own) { return units_in_front<T>(light, 4, {T(queue), T(own)}); };
  CHECK(units_in_front<double>(4, 10, {90, 63}));  // 0.7 of 90 is less than 63 in doubles, and the lights of all give 4
  REQUIRE(units(3, 100, 30).has_value());
  CHECK(units(3, 100, 30)->least == T(0));
  CHECK(units(3, 100, 30)->most == T(20));
  CHECK(units(1, 100, 30)->least == T(45));
  CHECK(units(1, 100, 30)->most == T(70));
  CHECK(units(4, 100, 25)->most == T(0));
  CHECK(units(4, 100, 26).error() == Error{Errc::bad_parameter, Field::level});  // a quarter cannot hold it: the light would be lower
  CHECK(units(3, 20, 30).error() == Error{Errc::bad_parameter, Field::open_interest});
  CHECK(units(3, 20, 0).error() == Error{Errc::bad_parameter, Field::size});
  CHECK(units(5, 100, 30).error() == Error{Errc::bad_parameter, Field::level});
  if constexpr (!std::same_as<T, Rational>) {
    const T nan(std::numeric_limits<double>::quiet_NaN());
    CHECK(units_in_front<T>(3, 4, {nan, T(1)}).error() == Error{Errc::bad_number, Field::open_interest});
    CHECK(units_in_front<T>(3, 4, {T(1), nan}).error() == Error{Errc::bad_number, Field::size});
  }
}
