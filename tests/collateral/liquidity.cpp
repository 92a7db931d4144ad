// SPDX-License-Identifier: Apache-2.0
// Haircuts from depth, and haircuts on positive balances only.
#include "collateral/laws.hpp"

#include <loadline/venues/binance_portfolio_margin.hpp>

#include <array>

using namespace loadline;

namespace {

template <class T>
using Tiers = std::vector<WeightTier<T>>;

template <class T>
std::pair<Result<LiquidityTable<T>>, Tiers<T>> tiers_of(const PowerDepth<T>& depth, const LiquidityTerms<T>& terms, std::size_t n) {
  Tiers<T> out(n);
  const auto made = liquidity_tiers<T>(depth, terms, out);
  return {made, out};
}
template <class T>
std::pair<Result<LiquidityTable<T>>, Tiers<T>> tiers_of(const std::vector<DepthLevel<T>>& levels, const LiquidityTerms<T>& terms, std::size_t n) {
  Tiers<T> out(n);
  const auto made = liquidity_tiers<T>(std::span<const DepthLevel<T>>(levels), terms, out);
  if (made) out.resize(made->tiers, WeightTier<T>{});
  return {made, out};
}
/// H(V) of a power law at the balance whose worst fill lies at d: V w_m (1 - s - g / (g + 1) d), with V.
std::pair<Rational, Rational> at_distance(const PowerDepth<Rational>& depth, const LiquidityTerms<Rational>& terms, const Rational& d) {
  Rational v = depth.size;
  for (int i = 0; i < depth.exponent; ++i) v *= d / depth.reach.raw();
  return {v, v * terms.market_weight.raw() * (1 - terms.spread.raw() - Rational(depth.exponent) / (depth.exponent + 1) * d)};
}
PowerDepth<Rational> random_depth() {
  return {.size = Rational(*rc::gen::inRange(1, 100'000)),
          .reach = Rational(*rc::gen::inRange(1, 500)) / 10'000,
          .exponent = *rc::gen::inRange(1, 4),
          .end = Rational(*rc::gen::inRange(1, 6'000)) / 10'000};
}
LiquidityTerms<Rational> random_terms() {
  return {.spread = Rational(*rc::gen::inRange(0, 1'000)) / 10'000, .market_weight = Rational(*rc::gen::inRange(0, 101)) / 100};
}

}  // namespace

// A block book with 100 within 1 %, down to 4 %: 200 sold reach 2 % and lose 1 % on average; 400 lose 2 %.
TEMPLATE_TEST_CASE("a block book loses half of its worst distance", "[collateral][source:depth_closed_form]", LOADLINE_SCALARS) {
  using T = TestType;
  const PowerDepth<T> depth{.size = T(100), .reach = bps<T>(100), .exponent = 1, .end = bps<T>(400)};
  CHECK(same(*liquidity_weight<T>(depth, {}, T(200)), "0.99"));
  CHECK(same(*liquidity_weight<T>(depth, {.spread = bps<T>(10), .market_weight = bps<T>(9'000)}, T(200)), "0.8901"));
  CHECK(same(*liquidity_weight<T>(depth, {}, T(400)), "0.98"));
  CHECK(same(*liquidity_weight<T>(depth, {}, T(800)), "0.49"));  // the book ends at 400: the other half counts nothing
  CHECK(same(*liquidity_weight<T>(depth, {.spread = bps<T>(10)}, T(0)), "0.999"));
  CHECK(same(*liquidity_weight<T>(depth, {.spread = bps<T>(10)}, T(-5)), "0.999"));
  const auto [made, tiers] = tiers_of<T>(depth, {}, 2);
  REQUIRE(made.has_value());
  CHECK((same(*tiers[0].cap, "200") && same(*tiers[1].cap, "400")));
  CHECK((same(tiers[0].weight, "0.99") && same(tiers[1].weight, "0.97")));
  CHECK(same(made->error, "1"));  // the triangle over 200; the curve itself is 0.5 above the middle of the chord
}

// A V-shaped book with 100 within 1 %, down to 2 %: Q(2 %) = 400, average loss two thirds of 2 %.
TEMPLATE_TEST_CASE("a V-shaped book loses two thirds of its worst distance", "[collateral][source:depth_closed_form]", LOADLINE_SCALARS) {
  using T = TestType;
  const PowerDepth<T> depth{.size = T(100), .reach = bps<T>(100), .exponent = 2, .end = bps<T>(200)};
  CHECK(same(*liquidity_weight<T>(depth, {}, T(100)), "149/150"));
  CHECK(same(*liquidity_weight<T>(depth, {}, T(400)), "148/150"));
  const auto [made, tiers] = tiers_of<T>(depth, {}, 2);
  REQUIRE(made.has_value());
  CHECK((same(*tiers[0].cap, "100") && same(*tiers[1].cap, "400")));
  // H(100) = 100 x 149 / 150, H(400) = 400 x 148 / 150.
  CHECK((same(tiers[0].weight, "149/150") && same(tiers[1].weight, "443/450")));
}

TEMPLATE_TEST_CASE("level by level a book is its own table; joined, it is a chord below", "[collateral]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<DepthLevel<T>> levels{{bps<T>(10), T(5)}, {bps<T>(30), T(10)}, {bps<T>(50), T(10)}, {bps<T>(200), T(20)}};
  const auto [own, tiers] = tiers_of<T>(levels, {.spread = bps<T>(5)}, 6);
  REQUIRE(own.has_value());
  CHECK(own->tiers == 4);
  CHECK(own->error == T(0));
  CHECK((same(tiers[0].weight, "0.9985") && same(tiers[1].weight, "0.9965") && same(tiers[2].weight, "0.9945") && same(tiers[3].weight, "0.9795")));
  CHECK((same(*tiers[0].cap, "5") && same(*tiers[3].cap, "45")));
  const auto [two, joined] = tiers_of<T>(levels, {}, 2);
  REQUIRE(two.has_value());
  CHECK(two->tiers == 2);
  CHECK((same(*joined[0].cap, "15") && same(*joined[1].cap, "45")));
  CHECK((same(joined[0].weight, "2993/3000") && same(joined[1].weight, "0.985")));  // losses of 0.035 on 15 and 0.45 on 30
  CHECK(same(two->error, "0.1"));                                                   // after ten of the second tier: 10 x (1.5 % - 0.5 %)
}

TEST_CASE("a table from a power law keeps the laws, equals the curve at its edges and is below it between", "[collateral]") {
  check_property("power law", 60, [] {
    const PowerDepth<Rational> depth = random_depth();
    const LiquidityTerms<Rational> terms = random_terms();
    const auto n = static_cast<std::size_t>(*rc::gen::inRange(1, 9));
    const auto [made, tiers] = tiers_of(depth, terms, n);
    RC_ASSERT(made.has_value());
    RC_ASSERT(made->tiers == n);
    RC_ASSERT(check(std::span<const WeightTier<Rational>>(tiers)) == std::nullopt);
    for (int k = 0; k <= 8 * static_cast<int>(n); ++k) {
      const auto [v, h] = at_distance(depth, terms, depth.end.raw() * k / (8 * static_cast<int>(n)));
      const Rational table = haircut_value(tiers, v);
      RC_ASSERT(table <= h);
      RC_ASSERT(h <= table + made->error);
      if (k % 8 == 0) RC_ASSERT(table == h);
      if (k > 0) {  // the weight found by halving: not above the formula, and next to it
        const auto w = liquidity_weight(depth, terms, v);
        RC_ASSERT(w.has_value());
        RC_ASSERT(w->raw() * v <= h);
        RC_ASSERT(h - w->raw() * v <= v * depth.end.raw() / Rational(1'000'000'000'000'000LL));
      }
    }
    const auto [all, most] = at_distance(depth, terms, depth.end.raw());
    RC_ASSERT(haircut_value(tiers, 2 * all) == most);  // beyond the book nothing more counts
  });
}

TEST_CASE("more tiers are never worse, and the error falls", "[collateral]") {
  check_property("twice the tiers", 60, [] {
    const PowerDepth<Rational> depth = random_depth();
    const LiquidityTerms<Rational> terms = random_terms();
    const auto n = static_cast<std::size_t>(*rc::gen::inRange(1, 6));
    const auto [few, coarse] = tiers_of(depth, terms, n);
    const auto [many, fine] = tiers_of(depth, terms, 2 * n);
    const Rational v = *coarse.back().cap * *rc::gen::inRange(0, 1'001) / 1'000;
    RC_ASSERT(haircut_value(coarse, v) <= haircut_value(fine, v));
    RC_ASSERT(many->error <= few->error);
  });
}

TEST_CASE("a table from levels keeps the laws, and its error is the largest distance from the levels' own curve", "[collateral]") {
  check_property("levels", 80, [] {
    std::vector<DepthLevel<Rational>> levels;
    const int count = *rc::gen::inRange(1, 12);
    Rational d = 0;
    for (int i = 0; i < count; ++i) {
      d += Rational(*rc::gen::inRange(0, 700)) / 10'000;
      levels.push_back({d, Rational(*rc::gen::inRange(1, 1'000)) / 8});
    }
    const LiquidityTerms<Rational> terms = random_terms();
    const auto n = static_cast<std::size_t>(*rc::gen::inRange(1, 14));
    const auto [made, tiers] = tiers_of(levels, terms, n);
    RC_ASSERT(made.has_value());
    RC_ASSERT(made->tiers == std::min(n, levels.size()));
    RC_ASSERT(check(std::span<const WeightTier<Rational>>(tiers)) == std::nullopt);
    Rational v = 0, h = 0, worst = 0;
    for (const auto& level : levels) {
      v += level.size;
      h += level.size * terms.market_weight.raw() * (1 - terms.spread.raw() - level.distance.raw());
      const Rational gap = h - haircut_value(tiers, v);
      RC_ASSERT(gap >= 0);
      if (worst < gap) worst = gap;
    }
    RC_ASSERT(made->error == worst);
    RC_ASSERT(haircut_value(tiers, 2 * v) == h);
  });
}

TEST_CASE("derived haircuts keep the laws of a haircut", "[collateral]") {
  for (const int exponent : {1, 2, 3, 8})
    for (const std::size_t n : {1U, 3U, 10U}) {
      const auto [made, tiers] = tiers_of<Rational>({.size = 20, .reach = bps<Rational>(100), .exponent = exponent, .end = bps<Rational>(3'000)},
                                                    {.spread = bps<Rational>(20), .market_weight = bps<Rational>(9'500)}, n);
      REQUIRE(made.has_value());
      check_haircut_laws("exponent " + std::to_string(exponent) + ", tiers " + std::to_string(n), tiers);
    }
}

TEST_CASE("in double a table of many tiers is accepted and close to the exact one", "[collateral]") {
  for (const int exponent : {1, 2, 3, 4}) {
    const auto [made, tiers] = tiers_of<double>({.size = 20e6, .reach = 0.01, .exponent = exponent, .end = 0.3}, {.spread = 0.001, .market_weight = 0.9}, 200);
    const auto [exact, rows] = tiers_of<Rational>({.size = 20'000'000, .reach = bps<Rational>(100), .exponent = exponent, .end = bps<Rational>(3'000)},
                                                  {.spread = bps<Rational>(10), .market_weight = bps<Rational>(9'000)}, 200);
    REQUIRE((made.has_value() && exact.has_value()));
    for (std::size_t i = 0; i < 200; ++i) {
      CHECK(std::abs(tiers[i].weight.raw() - static_cast<double>(rows[i].weight.raw())) < 1e-14);
      CHECK(std::abs(*tiers[i].cap / static_cast<double>(*rows[i].cap) - 1) < 1e-14);
    }
    CHECK(std::abs(made->error / static_cast<double>(exact->error) - 1) < 1e-10);
  }
}

TEMPLATE_TEST_CASE("two haircuts multiply, each clamped", "[collateral]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto both = [](double a, double b) { return plain(combined_weight<T>(Ratio<T>(num<T>(a)), Ratio<T>(num<T>(b))).raw()); };
  CHECK(both(0.5, 0.25) == 0.125);
  CHECK(both(1, 1) == 1);
  CHECK(both(2, 0.5) == 0.5);
  CHECK(both(-1, -1) == 0);  // not 1
  CHECK(both(NAN, 1) == 0);
  CHECK(both(1, NAN) == 0);
}

TEMPLATE_TEST_CASE("bad depths are named", "[collateral]", LOADLINE_SCALARS) {
  using T = TestType;
  struct Bad {
    const char* claim;
    double size, reach;
    int exponent;
    double end, spread, weight;
    Errc code;
    Field field;
  };
  const double inf = HUGE_VAL;
  const Bad bad[] = {{"size 0", 0, .01, 1, .1, 0, 1, Errc::bad_parameter, Field::source_depth},
                     {"size below 0", -1, .01, 1, .1, 0, 1, Errc::bad_parameter, Field::source_depth},
                     {"NaN size", NAN, .01, 1, .1, 0, 1, Errc::bad_number, Field::source_depth},
                     {"reach 0", 1, 0, 1, .1, 0, 1, Errc::bad_parameter, Field::source_depth},
                     {"infinite reach", 1, inf, 1, .1, 0, 1, Errc::bad_number, Field::source_depth},
                     {"exponent 0", 1, .01, 0, .1, 0, 1, Errc::bad_parameter, Field::source_depth},
                     {"exponent 9", 1, .01, 9, .1, 0, 1, Errc::bad_parameter, Field::source_depth},
                     {"end 0", 1, .01, 1, 0, 0, 1, Errc::bad_parameter, Field::price_floor},
                     {"end 1: a price of 0", 1, .01, 1, 1, 0, 1, Errc::bad_parameter, Field::price_floor},
                     {"end NaN", 1, .01, 1, NAN, 0, 1, Errc::bad_number, Field::price_floor},
                     {"end and spread beyond 1", 1, .01, 1, .75, .5, 1, Errc::bad_parameter, Field::price_floor},
                     {"spread below 0", 1, .01, 1, .1, -.01, 1, Errc::bad_parameter, Field::price_band},
                     {"spread 1", 1, .01, 1, .1, 1, 1, Errc::bad_parameter, Field::price_band},
                     {"spread NaN", 1, .01, 1, .1, NAN, 1, Errc::bad_number, Field::price_band},
                     {"weight above 1", 1, .01, 1, .1, 0, 1.5, Errc::bad_weight, Field::tier_weight},
                     {"weight NaN", 1, .01, 1, .1, 0, NAN, Errc::bad_number, Field::tier_weight},
                     {"a book without end", 1e300, 1e-6, 8, .9, 0, 1, Errc::overflow, Field::source_depth}};
  for (const Bad& b : bad) {
    INFO(b.claim);
    const PowerDepth<T> depth{num<T>(b.size), num<T>(b.reach), b.exponent, num<T>(b.end)};
    const LiquidityTerms<T> terms{num<T>(b.spread), num<T>(b.weight)};
    const auto [made, tiers] = tiers_of<T>(depth, terms, 3);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error() == Error{b.code, b.field});
    CHECK(liquidity_weight<T>(depth, terms, T(1)).error() == Error{b.code, b.field});
  }
  const PowerDepth<T> good{.size = T(1), .reach = bps<T>(100), .exponent = 1, .end = bps<T>(1'000)};
  CHECK(liquidity_weight<T>(good, {}, num<T>(NAN)).error() == Error{Errc::bad_number, Field::amount});
  CHECK(liquidity_tiers<T>(good, {}, std::span<WeightTier<T>>{}).error() == Error{Errc::empty_tiers, Field::weight_tiers});
  CHECK(tiers_of<T>(good, {}, 1'001).first.error() == Error{Errc::bad_size, Field::weight_tiers});

  const DepthLevel<T> level{bps<T>(10), T(1)};
  const auto fault = [](const std::vector<DepthLevel<T>>& levels, LiquidityTerms<T> terms = {}) { return tiers_of<T>(levels, terms, 4).first.error(); };
  CHECK(fault({}) == Error{Errc::empty_tiers, Field::weight_tiers});
  CHECK(fault({level, {bps<T>(9), T(1)}}) == Error{Errc::bad_parameter, Field::source_depth, 0, 1});
  CHECK(fault({level, {bps<T>(20), T(0)}}) == Error{Errc::bad_parameter, Field::source_depth, 0, 1});
  CHECK(fault({level, {bps<T>(20), T(-1)}}) == Error{Errc::bad_parameter, Field::source_depth, 0, 1});
  CHECK(fault({level, {1, T(1)}}) == Error{Errc::bad_parameter, Field::source_depth, 0, 1});
  CHECK(fault({{bps<T>(-1), T(1)}}) == Error{Errc::bad_parameter, Field::source_depth, 0, 0});
  CHECK(fault({{num<T>(NAN), T(1)}}) == Error{Errc::bad_number, Field::source_depth, 0, 0});
  CHECK(fault({{num<T>(0.6), T(1)}}, {.spread = num<T>(0.5)}) == Error{Errc::bad_parameter, Field::source_depth, 0, 0});
  CHECK(fault({level, {bps<T>(20), num<T>(1e-30)}}) == Error{Errc::bad_size, Field::weight_tiers});
  CHECK(fault({{bps<T>(10), num<T>(1.7e308)}, {bps<T>(10), num<T>(1.7e308)}}).code == Errc::overflow);
  CHECK(fault({level}, {.spread = num<T>(NAN)}) == Error{Errc::bad_number, Field::price_band});
}

// min(v w, v) of Portfolio Margin: a haircut on what is held, and none on what is owed.
TEST_CASE("a liability weight of 1 is the venue's min(v w, v)", "[collateral]") {
  check_property("one weight", 200, [] {
    const Rational v = Rational(*rc::gen::inRange(-10'000, 10'001)) / 8, w = Rational(*rc::gen::inRange(0, 101)) / 100, cut = v * w;
    const std::array<WeightTier<Rational>, 1> tiers{WeightTier<Rational>{.weight = w}};
    RC_ASSERT(scheduled(tiers, v) == (cut < v ? cut : v));
    const std::array<Asset<Rational>, 1> assets{
        venues::BinancePortfolioMargin::asset<Rational>({.cross_margin_free = 2'000, .um_wallet_balance = Rational(v - 2'000), .collateral_rate = tiers})};
    const auto p = Portfolio<Rational>::make(venues::BinancePortfolioMargin::account<Rational>(assets, {}), 0);
    RC_ASSERT(p.has_value());
    RC_ASSERT(p->figures({}).margin_balance.raw() == (cut < v ? cut : v));
  });
  const std::array<WeightTier<Rational>, 2> tiers{WeightTier<Rational>{.cap = Rational(100), .weight = 1}, WeightTier<Rational>{.weight = Rational(1) / 2}};
  CHECK(scheduled(tiers, 300) == 200);
  CHECK(scheduled(tiers, -300) == -300);
  CHECK(scheduled(tiers, -300, 2) == -600);  // a liability weight above 1 costs more
}
