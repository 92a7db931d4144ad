// SPDX-License-Identifier: Apache-2.0
#include "portfolio/random_account.hpp"

#include <loadline/liquidation/certified.hpp>

#include <cmath>
#include <limits>

using namespace loadline;

namespace {

/// What is claimed of a price, against the exact answer of one side.
void check_claim(const CertifiedBound<double>& found, bool failing, const std::optional<Rational>& price) {
  if (!found.ulp) return;
  RC_ASSERT(failing == (found.bound.outcome() == Outcome::already));
  if (failing) return;
  RC_ASSERT(found.bound.has_value() == price.has_value());
  if (!price) return;
  const double p = (*found.bound).raw();
  const Rational unit = Rational(p) - Rational(std::nextafter(p, 0.0));
  RC_ASSERT(Rational(abs(Rational(Rational(p) - *price))) <= Rational(Rational(*found.ulp) * unit));
}

struct Count {
  int asked = 0, proved = 0;
};

/// Every key of an account in double against the same account in rationals.
void compare(const Portfolio<double>& p, std::span<const Price<double>> marks, const Portfolio<Rational>& q, std::span<const Price<Rational>> exact_marks,
             Count& count) {
  Workspace<double> w(p);
  Workspace<Rational> v(q);
  for (const KeyId key : p.keys()) {
    const PathAnswer<Rational> exact = q.solve(exact_marks, key, v);
    const CertifiedBounds<double> both = liquidation_price_certified(p, marks, key, w);
    check_claim(both.below, exact.liquidatable_now, exact.below.liquidation);
    check_claim(both.above, exact.liquidatable_now, exact.above.liquidation);
    const CertifiedBound<double> below = liquidation_price_certified(p, marks, key, Toward::below, w),
                                 above = liquidation_price_certified(p, marks, key, Toward::above, w);
    check_claim(below, exact.liquidatable_now, exact.below.liquidation);
    check_claim(above, exact.liquidatable_now, exact.above.liquidation);
    count.asked += 2;
    count.proved += (both.below.certified() ? 1 : 0) + (both.above.certified() ? 1 : 0);
  }
}

}  // namespace

TEST_CASE("a certified price is the exact one to the error that it claims", "[certified]") {
  Count count;
  check_property("cash accounts: |price - exact| <= claim, and the outcome is the exact one", 600, [&] {
    const AccountSketch drawn = random_account(*rc::gen::element(Jumps::none, Jumps::none, Jumps::anything));
    const Book<double> book(drawn);
    const Book<Rational> exact(in_own_doubles(drawn, book));
    compare(book.portfolio(), book.marks, exact.portfolio(), exact.marks, count);
  });
  CHECK(count.proved > 0.95 * count.asked);  // the rest lies on edges, or is zero at the mark
}

TEST_CASE("certified with coins as collateral", "[certified]") {
  Count count;
  check_property("coins at flat and tiered weights: |price - exact| <= claim", 300, [&] {
    const AccountSketch drawn = random_account(Jumps::none);
    const Book<double> book(drawn);
    const Book<Rational> exact(in_own_doubles(drawn, book));
    const double held = *rc::gen::inRange(1, 300) / 16.0, first = *rc::gen::inRange(1, 4'000), weight = *rc::gen::inRange(40, 100) / 128.0;
    const bool by_amount = *rc::gen::arbitrary<bool>();
    const auto with_coin = [&]<class T>(Account<T> a, std::vector<WeightTier<T>>& tiers, std::vector<Asset<T>>& assets) {
      tiers = {{.cap = T(first), .weight = T(weight)}, {.cap = T(2 * first), .weight = T(weight / 2)}, {.weight = T(weight / 8)}};
      assets = {{.amount = T(held), .key = KeyId{0}, .weight_tiers = tiers, .tier_unit = by_amount ? TierUnit::amount : TierUnit::value}};
      a.assets = assets;
      return Portfolio<T>::make(a, static_cast<std::uint32_t>(book.marks.size()));
    };
    std::vector<WeightTier<double>> tiers;
    std::vector<Asset<double>> assets;
    std::vector<WeightTier<Rational>> exact_tiers;
    std::vector<Asset<Rational>> exact_assets;
    const auto p = with_coin(book.account, tiers, assets);
    const auto q = with_coin(exact.account, exact_tiers, exact_assets);
    RC_ASSERT(p.has_value() && q.has_value());
    compare(*p, book.marks, *q, exact.marks, count);
  });
  CHECK(count.proved > 0.95 * count.asked);
}

TEST_CASE("nothing is certified that is not known", "[certified]") {
  const Bracket<double> rows[] = {{.rate = 0.5}};
  const Position<double> position[] = {{.key = {0}, .size = 1, .entry = 100, .brackets = rows}};
  const auto made = Portfolio<double>::make({.cash = 25, .positions = position}, 1);
  REQUIRE(made);
  Workspace<double> w(*made);
  const auto at = [&](double mark) {
    const Price<double> marks[] = {Price<double>(mark)};
    return liquidation_price_certified(*made, std::span<const Price<double>>(marks), KeyId{0}, w);
  };
  CHECK(at(200).below.certified());
  CHECK((*at(200).below.bound).raw() == 150);  // 25 + P - 100 = P / 2
  CHECK(at(200).above.bound.outcome() == Outcome::none);
  CHECK(at(200).above.certified());
  CHECK(at(150).below.bound.outcome() == Outcome::already);  // exactly zero: fails, and is known to
  CHECK(at(150).below.certified());
  CHECK(at(100).below.bound.outcome() == Outcome::already);
  CHECK(at(std::numeric_limits<double>::quiet_NaN()).below.bound.outcome() == Outcome::already);
  CHECK_FALSE(at(std::numeric_limits<double>::quiet_NaN()).below.certified());
  CHECK_FALSE(at(std::numeric_limits<double>::infinity()).below.certified());
}

TEMPLATE_TEST_CASE("scalars without rounding certify 0, others nothing", "[certified]", Rational, Decimal) {
  using T = TestType;
  const Bracket<T> rows[] = {{.rate = T(T(1) / T(100))}};
  const Position<T> position[] = {{.key = {0}, .size = 1, .entry = 100, .brackets = rows}};
  const auto made = Portfolio<T>::make({.cash = 25, .positions = position}, 1);
  REQUIRE(made);
  Workspace<T> w(*made);
  const Price<T> marks[] = {100};
  const auto b = liquidation_price_certified(*made, std::span<const Price<T>>(marks), KeyId{0}, Toward::below, w);
  CHECK(b.bound.has_value());
  CHECK(b.certified() == std::is_same_v<T, Rational>);
}
