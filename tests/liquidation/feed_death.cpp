// SPDX-License-Identifier: Apache-2.0
// Which print of which feed kills: the two WBETH indices, by hand; random indices and accounts, by putting the print back in.
#include "support/catch.hpp"
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/liquidation/falling_peg.hpp>
#include <loadline/liquidation/feed_death.hpp>
#include <loadline/pricing/bounds.hpp>
#include <loadline/pricing/guard.hpp>
#include <loadline/pricing/index.hpp>
#include <loadline/pricing/median.hpp>
#include <loadline/pricing/peg.hpp>

#include <array>
#include <limits>

using namespace loadline;

namespace {

constexpr KeyId wbeth{0}, eth{1};
enum : std::size_t { wbeth_usdt, wbeth_eth, eth_usdt, redemption };

/// 100 WBETH at a margin level of 1.10. At ETH 4,000 and 1.08 ETH to one WBETH they are worth 432,000; with what is owed they
/// die at 0.71 of that.
template <class T>
struct Loan {
  std::array<Source<T>, 4> sources{Source<T>{T(4'320)}, Source<T>{T(T(108) / T(100))}, Source<T>{T(4'000)}, Source<T>{T(T(108) / T(100))}};
  std::vector<Price<T>> marks{Price<T>(T(4'320)), Price<T>(T(4'000))};
  std::array<Asset<T>, 1> held{Asset<T>{.amount = Quantity<T>(100), .key = wbeth}};

  [[nodiscard]] Result<Portfolio<T>> made() const {
    const T owed = T(T(432'000 * 71) / T(110));
    return Portfolio<T>::make({.cash = T(-owed),
                               .assets = held,
                               .rule = {.requirement = false, .level = true, .level_ratio = Ratio<T>(bps<T>(11'000)), .when = LiquidateWhen::at_or_below_zero}},
                              2);
  }
};
template <class T>
auto old_index() {
  return PriceMap(Keyed{wbeth, Weighted<T, Spot, Times<Spot, Spot>>{{Ratio<T>(bps<T>(2'000)), Ratio<T>(bps<T>(8'000))},
                                                                    {Spot{wbeth_usdt}, Times{Spot{wbeth_eth}, Spot{eth_usdt}}}}},
                  Keyed{eth, Spot{eth_usdt}});
}
auto new_index() {
  return PriceMap(Keyed{wbeth, Times{Spot{redemption}, Spot{eth_usdt}}}, Keyed{eth, Spot{eth_usdt}});
}

template <class T, class Map>
std::array<FeedDeath<T>, 4> all(const Loan<T>& loan, const Map& map) {
  const auto p = loan.made();
  REQUIRE(p);
  FeedWorkspace<T> workspace(*p);
  std::array<FeedDeath<T>, 4> out;
  REQUIRE(!map.check(Feeds<T>(loan.sources, 0)));
  REQUIRE(!deaths_by_feed<T>(*p, loan.marks, map, loan.sources, 0, workspace, out));
  return out;
}
bool near(const Rational& x, const char* value) {
  return x == Rational(value);
}
template <class T>
bool near(const T& x, const char* value) {
  return plain(x) == Approx(Rational(value).convert_to<double>()).epsilon(1e-14);
}

}  // namespace

TEMPLATE_TEST_CASE("the old WBETH index dies of the cross, never of the dollar pair; the new one of no pair of the wrapped coin", "[feed]", double, Strict,
                   Rational) {
  using T = TestType;
  const Loan<T> loan;
  const auto old = all(loan, old_index<T>());
  CHECK(old[wbeth_usdt].below.outcome == FeedOutcome::cannot);  // without it the index is still 0.8 of redemption
  CHECK(old[wbeth_usdt].above.outcome == FeedOutcome::cannot);
  REQUIRE(old[wbeth_eth].below.outcome == FeedOutcome::dies);
  CHECK(near(old[wbeth_eth].below.print, "1377/2000"));  // (0.71 - 0.2) / 0.8 = 0.6375 of 1.08
  CHECK(old[wbeth_eth].below.key == wbeth);
  REQUIRE(old[eth_usdt].below.outcome == FeedOutcome::dies);
  CHECK(near(old[eth_usdt].below.print, "2550"));  // 0.6375 of 4,000: the dollar pair still says 4,320
  CHECK(old[redemption].below.outcome == FeedOutcome::cannot);
  CHECK(old[wbeth_eth].above.outcome == FeedOutcome::cannot);

  const auto now = all(loan, new_index());
  CHECK(now[wbeth_usdt].below.outcome == FeedOutcome::cannot);
  CHECK(now[wbeth_eth].below.outcome == FeedOutcome::cannot);
  REQUIRE(now[eth_usdt].below.outcome == FeedOutcome::dies);
  CHECK(near(now[eth_usdt].below.print, "2840"));
  REQUIRE(now[redemption].below.outcome == FeedOutcome::dies);
  CHECK(near(now[redemption].below.print, "1917/2500"));  // 0.71 of 1.08
}

TEMPLATE_TEST_CASE("the same account with its peg as a key: it dies at 0.71", "[feed]", double, Strict, Rational) {
  using T = TestType;
  const KeyId keys[] = {KeyId{0}, KeyId{1}};
  const DerivedPrice<T> product[] = {{.times = keys, .factor = Ratio<T>(T(T(108) / T(100)))}};  // key 2 = ETH x peg x 1.08
  const Asset<T> held[] = {{.amount = Quantity<T>(100), .key = KeyId{2}}};
  const T owed = T(T(432'000 * 71) / T(110));
  const auto p = Portfolio<T>::make(
      {.cash = T(-owed), .assets = held, .derived = product, .rule = {.requirement = false, .level = true, .level_ratio = Ratio<T>(bps<T>(11'000))}}, 2);
  REQUIRE(p);
  const Price<T> marks[] = {Price<T>(4'000), Price<T>(1)};
  Workspace<T> workspace(*p);
  const auto peg = p->liquidation_price(marks, KeyId{1}, workspace);
  REQUIRE(peg.below);
  CHECK(near((*peg.below).raw(), "71/100"));
}

namespace {

Rational random_share() {
  return Rational(*rc::gen::inRange(0, 13), 12);
}

/// Wrapped coins (key 0) on tiers by value, and contracts on ETH (key 1) and BTC (key 2).
struct RandomAccount {
  std::vector<WeightTier<Rational>> weights;
  std::vector<Asset<Rational>> held;
  std::vector<Bracket<Rational>> brackets;
  std::vector<Position<Rational>> positions;
  RandomAccount() {
    weights.push_back({.cap = Rational(*rc::gen::inRange(1, 4'000)), .weight = Ratio<Rational>(Rational(*rc::gen::inRange(8, 11), 10))});
    weights.push_back({.weight = Ratio<Rational>(Rational(*rc::gen::inRange(0, 8), 10))});
    held.push_back({.amount = Quantity<Rational>(*rc::gen::inRange(1, 60)), .key = KeyId{0}, .weight_tiers = weights});
    brackets.push_back({.cap = Rational(*rc::gen::inRange(100, 3'000)), .rate = Ratio<Rational>(Rational(1, 100))});
    brackets.push_back({.rate = Ratio<Rational>(Rational(5, 100))});
    for (const std::uint32_t key : {1U, 2U})
      positions.push_back(
          {.key = KeyId{key}, .size = Size<Rational>(*rc::gen::inRange(-30, 31)), .entry = Price<Rational>(*rc::gen::inRange(50, 150)), .brackets = brackets});
  }
  RandomAccount(const RandomAccount&) = delete;
  RandomAccount& operator=(const RandomAccount&) = delete;
  [[nodiscard]] Portfolio<Rational> made(const Rational& cash, std::span<const DerivedPrice<Rational>> derived = {}) const {
    auto p = Portfolio<Rational>::make({.cash = cash, .assets = held, .positions = positions, .derived = derived, .rule = {.equity = true}}, 3);
    RC_ASSERT(bool(p));
    return *std::move(p);
  }
};

/// Puts prints back in: up to the answer no test fails, at it (or just beyond it) one does.
template <class Map>
void check_by_printing(const Portfolio<Rational>& p, const Map& map, const std::vector<Source<Rational>>& sources, std::array<int, 6>& seen,
                       bool jumps = false) {
  std::vector<Price<Rational>> marks(3, Price<Rational>(1));
  FeedWorkspace<Rational> workspace(p);
  std::vector<FeedDeath<Rational>> out(sources.size());
  RC_ASSERT(!deaths_by_feed<Rational>(p, marks, map, sources, 0, workspace, out));
  const auto fails = [&](std::size_t i, const Rational& print) {
    std::vector<Source<Rational>> other = sources;
    other[i].value = print;
    RC_ASSERT(!map.write(Feeds<Rational>(other, 0), std::span<Price<Rational>>(marks)));
    return !p.figures(marks).failing.empty();
  };
  const Rational tiny = Rational(1, boost::multiprecision::cpp_int(1) << 150);
  for (std::size_t i = 0; i < sources.size(); ++i)
    for (const int direction : {-1, 1}) {
      const FeedBound<Rational>& b = direction < 0 ? out[i].below : out[i].above;
      const Rational& x = sources[i].value;
      ++seen[static_cast<std::size_t>(b.outcome)];
      if (b.outcome == FeedOutcome::already) {
        RC_ASSERT(fails(i, x));
        continue;
      }
      const Rational end = b.outcome == FeedOutcome::dies ? b.print : direction < 0 ? Rational(0) : Rational(x * 20);
      RC_ASSERT((b.outcome == FeedOutcome::dies || b.outcome == FeedOutcome::cannot));
      RC_ASSERT((direction < 0 ? !(x < end) : !(end < x)));
      for (const int part : {0, 3, 11, 20, 24}) RC_ASSERT(!fails(i, Rational(x + (end - x) * part / 25)));
      if (b.outcome != FeedOutcome::dies) continue;
      if (!jumps) RC_ASSERT(!b.jump);
      if (b.jump) ++seen[5];
      RC_ASSERT(!fails(i, Rational(end - direction * tiny)));
      RC_ASSERT(fails(i, Rational(end + direction * tiny)));
    }
}

std::vector<Source<Rational>> random_prints() {
  std::vector<Source<Rational>> s;
  const auto about = [](int low, int high) { return Rational(*rc::gen::inRange(low * 10, high * 10), 1'000); };
  s.push_back({Rational(100 * about(90, 115))});
  s.push_back({about(90, 115)});
  s.push_back({Rational(100 * about(90, 110))});
  s.push_back({about(95, 110)});
  s.push_back({Rational(100 * about(80, 120))});
  return s;
}

}  // namespace

TEST_CASE("random indices and accounts: up to the print no test fails, beyond it one does", "[feed]") {
  std::array<int, 6> seen{};
  check_property("put the print back in", 150, [&seen] {
    const RandomAccount account;
    const auto s = random_prints();
    const Rational w = random_share();
    const Weighted<Rational, Spot, Times<Spot, Spot>> index{{Ratio<Rational>(w), Ratio<Rational>(Rational(1 - w))}, {Spot{0}, Times{Spot{1}, Spot{2}}}};
    const Clamp clamped{Ratio<Rational>(Rational(*rc::gen::inRange(0, 6), 10)), Ratio<Rational>(Rational(*rc::gen::inRange(0, 6), 10)), index,
                        Times{Spot{3}, Spot{2}}};
    const Floor floored{Price<Rational>(*rc::gen::inRange(1, 90)), Blend{Ratio<Rational>(random_share()), index, Spot{0}}};
    const Keyed eth_price{KeyId{1}, Spot{2}}, btc_price{KeyId{2}, Spot{4}};
    const auto run = [&](const auto& rule) {
      const PriceMap map(Keyed{KeyId{0}, rule}, eth_price, btc_price);
      const Portfolio<Rational> flat = account.made(Rational(0));
      std::vector<Price<Rational>> marks(3, Price<Rational>(1));
      RC_ASSERT(!map.write(Feeds<Rational>(s, 0), std::span<Price<Rational>>(marks)));
      const Rational need = flat.excess(marks).raw();  // cash that leaves the account a little
      check_by_printing(account.made(Rational(*rc::gen::inRange(0, 1'500)) - need), map, s, seen);
    };
    run(index);
    run(clamped);
    run(floored);
    run(Median(Spot{0}, Times{Spot{1}, Spot{2}}, Times{Spot{3}, Spot{2}}));
  });
  CHECK(seen[static_cast<std::size_t>(FeedOutcome::dies)] > 300);
  CHECK(seen[static_cast<std::size_t>(FeedOutcome::cannot)] > 300);
}

TEST_CASE("guards that leave a source out: the index jumps, and the walk looks at the far side", "[feed]") {
  std::array<int, 6> seen{};
  check_property("put the print back in, over jumps", 200, [&seen] {
    const RandomAccount account;
    std::vector<Source<Rational>> s;
    for (int i = 0; i < 5; ++i) s.push_back({Rational(*rc::gen::inRange(960, 1'045), 10)});
    const Rational fifth(1, 5);
    const std::array<Ratio<Rational>, 5> weights{Ratio<Rational>(fifth), Ratio<Rational>(fifth), Ratio<Rational>(fifth), Ratio<Rational>(fifth),
                                                 Ratio<Rational>(fifth)};
    const Guarded<Rational, Spot, Spot, Spot, Spot, Spot> index{
        *rc::gen::element(FarSource::left_out, FarSource::bounded), Ratio<Rational>(Rational(5, 100)), weights, {Spot{0}, Spot{1}, Spot{2}, Spot{3}, Spot{4}}};
    const PriceMap map(Keyed{KeyId{0}, Spot{0}}, Keyed{KeyId{1}, index}, Keyed{KeyId{2}, Spot{4}});
    std::vector<Price<Rational>> marks(3, Price<Rational>(1));
    RC_ASSERT(!map.write(Feeds<Rational>(s, 0), std::span<Price<Rational>>(marks)));
    const Rational need = account.made(Rational(0)).excess(marks).raw();
    check_by_printing(account.made(Rational(*rc::gen::inRange(1, 60)) - need), map, s, seen, true);
  });
  CHECK(seen[5] > 10);
}

namespace {

/// A rule without slope and range: the walk has to find both.
template <class Rule>
struct Silent {
  Rule rule;
  template <Scalar T, Scalar V>
  [[nodiscard]] Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    return rule.price(feeds);
  }
  template <Scalar T>
  [[nodiscard]] std::optional<Error> check(const Feeds<T>& feeds) const {
    return rule.check(feeds);
  }
  [[nodiscard]] Dependence dependence(std::size_t i) const { return rule.dependence(i); }
};
static_assert(WrappedPricing<Silent<Spot>, double> && !SlopedPricing<Silent<Spot>, double> && !RangedPricing<Silent<Spot>, double>);

}  // namespace

TEST_CASE("slopes and ranges that a rule gives itself change no answer", "[feed]") {
  int out_of_range = 0, dies = 0;
  check_property("with them and without", 300, [&] {
    const RandomAccount account;
    const Time now = 100'000;
    std::vector<Source<Rational>> s;
    for (int i = 0; i < 5; ++i) s.push_back({Rational(*rc::gen::inRange(960, 1'045), 10), *rc::gen::inRange(0, 4) == 0 ? now - 50'000 : now});
    const Time age = *rc::gen::element(Time{10'000}, Time{90'000});
    const Rational w = random_share();
    const std::array<Ratio<Rational>, 5> weights{Ratio<Rational>(Rational(w / 2)), Ratio<Rational>(Rational((1 - w) / 2)), Ratio<Rational>(Rational(1, 4)),
                                                 Ratio<Rational>(Rational(1, 4)), Ratio<Rational>(0)};
    const auto run = [&](const auto& rule) {
      const PriceMap map(Keyed{KeyId{1}, rule});
      const PriceMap silent(Keyed{KeyId{1}, Silent<std::remove_cvref_t<decltype(rule)>>{rule}});
      std::vector<Price<Rational>> marks(3, Price<Rational>(100));
      if (map.write(Feeds<Rational>(s, now), std::span<Price<Rational>>(marks))) return;
      const Portfolio<Rational> p = account.made(Rational(*rc::gen::inRange(-5, 200)) - account.made(Rational(0)).excess(marks).raw());
      FeedWorkspace<Rational> room(p), other_room(p);
      std::array<FeedDeath<Rational>, 5> a, b;
      RC_ASSERT(deaths_by_feed<Rational>(p, marks, map, s, now, room, a) == deaths_by_feed<Rational>(p, marks, silent, s, now, other_room, b));
      for (std::size_t i = 0; i < 5; ++i)
        for (const auto side : {&FeedDeath<Rational>::below, &FeedDeath<Rational>::above}) {
          const FeedBound<Rational>&x = a[i].*side, &y = b[i].*side;
          RC_ASSERT(x.outcome == y.outcome);
          RC_ASSERT(x.print == y.print);
          RC_ASSERT(x.jump == y.jump);
          RC_ASSERT(x.error == y.error);
          RC_ASSERT(x.key == y.key);
          (x.outcome == FeedOutcome::dies ? dies : out_of_range) += 1;
        }
    };
    run(Weighted<Rational, Spot, Times<Spot, Spot>, Spot, Fresh, Spot>{weights, {Spot{0}, Times{Spot{1}, Spot{2}}, Spot{3}, Fresh{4, age}, Spot{2}}});
    run(Median(Fresh{0, age}, Fresh{1, age}, Fresh{2, age}, Fresh{3, age}, Fresh{4, age}));
    run(Median(Spot{0}, Spot{0}, Fresh{1, age}, Spot{2}, Spot{3}));
    run(Guarded<Rational, Fresh, Fresh, Fresh, Fresh, Fresh>{*rc::gen::element(FarSource::left_out, FarSource::bounded),
                                                             Ratio<Rational>(Rational(*rc::gen::inRange(1, 9), 100)),
                                                             weights,
                                                             {Fresh{0, age}, Fresh{1, age}, Fresh{2, age}, Fresh{3, age}, Fresh{4, age}}});
  });
  CHECK(dies > 1'000);
  CHECK(out_of_range > 1'000);
}

TEMPLATE_TEST_CASE("a rise that kills a long: the guard leaves the high print out", "[feed]", double, Strict, Rational) {
  using T = TestType;
  // Three venues at 100, 100 and 95.5: the index is 98.5. As the first rises beyond 105 its weight is 0, and the index jumps from 100.17 to 97.75.
  const std::array<Source<T>, 3> s{Source<T>{T(100)}, Source<T>{T(100)}, Source<T>{T(T(191) / T(2))}};
  const Ratio<T> third(T(T(1) / T(3)));
  const PriceMap map(
      Keyed{KeyId{0}, Guarded<T, Spot, Spot, Spot>{FarSource::left_out, Ratio<T>(bps<T>(500)), {third, third, third}, {Spot{0}, Spot{1}, Spot{2}}}});
  const Bracket<T> none[] = {{.rate = Ratio<T>(0)}};
  const Position<T> longs[] = {{.key = KeyId{0}, .size = Size<T>(1), .entry = Price<T>(100), .brackets = none}};
  const auto p = Portfolio<T>::make({.cash = T(2), .positions = longs, .rule = {.requirement = false, .equity = true}}, 1);  // dead at 98
  REQUIRE(p);
  FeedWorkspace<T> workspace(*p);
  const Price<T> marks[] = {Price<T>(1)};
  const auto d = death_by_feed<T>(*p, marks, map, s, 0, 0, workspace);
  REQUIRE(d);
  REQUIRE(d->above.outcome == FeedOutcome::dies);
  CHECK(d->above.jump);
  CHECK(near(d->above.print, "105"));
  REQUIRE(d->below.outcome == FeedOutcome::dies);
  CHECK(!d->below.jump);
  CHECK(near(d->below.print, "197/2"));  // (98.5 + 100 + 95.5) / 3 = 98
}

TEST_CASE("a peg that falls with its underlying: walked exactly, and in closed form", "[feed][falling_peg]") {
  std::array<int, 6> seen{};
  int closed = 0;
  check_property("the closed form is the exact answer", 400, [&] {
    const Rational reference(*rc::gen::inRange(60, 140)), fall(*rc::gen::inRange(0, 45), 10), cap(*rc::gen::inRange(5, 13), 10);
    const Rational mark(*rc::gen::inRange(70, 130)), size(*rc::gen::inRange(-40, 41), 10), entry(*rc::gen::inRange(70, 130));
    const Rational weight(*rc::gen::inRange(1, 21), 20), rate(*rc::gen::inRange(1, 10), 100), coins(*rc::gen::inRange(0, 40), 10);
    if (size == 0) return;  // without a position there is no requirement to fail
    const WeightTier<Rational> weights[] = {{.weight = Ratio<Rational>(weight)}};
    const Bracket<Rational> brackets[] = {{.rate = Ratio<Rational>(rate)}};
    const KeyId factors[] = {KeyId{0}, KeyId{1}};
    const DerivedPrice<Rational> product[] = {{.times = factors}};
    const Asset<Rational> held[] = {{.amount = Quantity<Rational>(coins), .key = KeyId{3}, .weight_tiers = weights}};
    const Position<Rational> positions[] = {{.key = KeyId{1}, .size = Size<Rational>(size), .entry = Price<Rational>(entry), .brackets = brackets}};
    const std::vector<Source<Rational>> s{{mark}};
    const PriceMap map(Keyed{KeyId{0}, FallingPeg{Price<Rational>(reference), Ratio<Rational>(fall), Ratio<Rational>(cap), Spot{0}}}, Keyed{KeyId{1}, Spot{0}});
    std::vector<Price<Rational>> marks(3, Price<Rational>(1));
    RC_ASSERT(!map.write(Feeds<Rational>(s, 0), std::span<Price<Rational>>(marks)));
    const auto make = [&](const Rational& cash) {
      auto p = Portfolio<Rational>::make({.cash = cash, .assets = held, .positions = positions, .derived = product}, 3);
      RC_ASSERT(bool(p));
      return *std::move(p);
    };
    const Rational cash = Rational(*rc::gen::inRange(1, 80)) - make(0).excess(marks).raw();
    const Portfolio<Rational> p = make(cash);
    check_by_printing(p, map, s, seen);

    FeedWorkspace<Rational> workspace(p);
    const auto exact = death_by_feed<Rational>(p, marks, map, s, 0, 0, workspace);
    RC_ASSERT(bool(exact));
    const auto d = [](const Rational& x) { return x.convert_to<double>(); };
    const FallingPegAccount<double> account{.cash = d(cash),
                                            .collateral = d(coins),
                                            .weight = d(weight),
                                            .size = d(size),
                                            .entry = d(entry),
                                            .maintenance_rate = d(rate),
                                            .reference = d(reference),
                                            .fall = d(fall),
                                            .cap = d(cap)};
    const Bounds<double> b = falling_peg_liquidation<double>(account, Price<double>(d(mark)));
    const auto same = [&](const Bound<double>& found, const FeedBound<Rational>& at) {
      RC_ASSERT(found.has_value() == (at.outcome == FeedOutcome::dies));
      if (!found) return;
      ++closed;
      const double error = std::abs(d(Rational(Rational((*found).raw()) - at.print)));
      RC_ASSERT(error <= 1e-12 * d(at.print));
    };
    same(b.below, exact->below);
    same(b.above, exact->above);
    // Put back, it is no price at which all is well.
    if (b.below) RC_ASSERT(falling_peg_liquidation<double>(account, *b.below).below.outcome() == Outcome::already);
  });
  CHECK(closed > 150);
}

TEMPLATE_TEST_CASE("the falling peg by hand: anchored at its own reference, clamped at zero", "[falling_peg]", double, Strict) {
  using T = TestType;
  const auto at = [](const FallingPegAccount<T>& a) {
    const Bounds<T> b = falling_peg_liquidation<T>(a, Price<T>(100));
    REQUIRE(b.below);
    return plain((*b.below).raw());
  };
  const FallingPegAccount<T> three{.collateral = num<T>(1),
                                   .weight = num<T>(0.95),
                                   .size = num<T>(3),
                                   .entry = num<T>(80),
                                   .maintenance_rate = num<T>(0.01),
                                   .reference = num<T>(100),
                                   .fall = num<T>(1)};
  CHECK(at(three) == Approx(66.614208).epsilon(1e-8));
  FallingPegAccount<T> wrong = three;
  wrong.reference = num<T>(80);  // the entry in its place: safer than the truth
  CHECK(at(wrong) == Approx(64.284863).epsilon(1e-8));
  FallingPegAccount<T> steep = three;
  steep.cash = num<T>(100), steep.entry = num<T>(100), steep.fall = num<T>(4);
  CHECK(at(steep) == Approx(200 / 2.97));  // the ratio is 0 there: the coins are gone; without the clamp 70.99
  FallingPegAccount<T> none = three;
  none.fall = num<T>(0), none.entry = num<T>(100);
  CHECK(at(none) == Approx(300 / 3.92));
}

TEST_CASE("slopes in proportion to the prices are the joint path", "[solve]") {
  check_property("P + slope s is P (1 + beta s)", 100, [] {
    const RandomAccount account;
    const std::vector<Price<Rational>> marks{Price<Rational>(100), Price<Rational>(*rc::gen::inRange(70, 130)), Price<Rational>(*rc::gen::inRange(70, 130))};
    const Portfolio<Rational> p = account.made(Rational(*rc::gen::inRange(1, 2'000)) - account.made(Rational(0)).excess(marks).raw());
    std::vector<Ratio<Rational>> betas;
    std::vector<Rational> slopes;
    for (const Price<Rational>& mark : marks) {
      betas.emplace_back(Rational(*rc::gen::inRange(-20, 21), 10));
      slopes.push_back(Rational(betas.back().raw() * mark.raw()));
    }
    Workspace<Rational> joint_room(p), sloped_room(p);
    const auto joint = p.solve(marks, betas, joint_room);
    const auto sloped = p.solve_sloped(marks, slopes, sloped_room);
    RC_ASSERT(joint.liquidatable_now == sloped.liquidatable_now);
    for (const auto side : {&PathAnswer<Rational>::below, &PathAnswer<Rational>::above}) {
      RC_ASSERT((joint.*side).liquidation == (sloped.*side).liquidation);
      RC_ASSERT((joint.*side).bankruptcy == (sloped.*side).bankruptcy);
      RC_ASSERT((joint.*side).equity_left.has_value() == (sloped.*side).equity_left.has_value());
    }
    RC_ASSERT(joint.roots.size() == sloped.roots.size());
  });
}

TEST_CASE("a square root of any scalar", "[falling_peg]") {
  CHECK(square_root(Strict(2.0)).number() == Approx(std::sqrt(2.0)).epsilon(1e-15));
  CHECK(square_root(Strict(0.0)).number() == 0);
  CHECK(square_root(Strict(1e-300)).number() == Approx(1e-150).epsilon(1e-14));
  CHECK(square_root(Strict(1e300)).number() == Approx(1e150).epsilon(1e-14));
  const Decimal two = square_root(Decimal(2));
  CHECK(abs(Decimal(two * two - 2)) < Decimal("1e-48"));
}

TEST_CASE("prints that are no prices are refused, and a rule without a price ends the walk", "[feed][bad_input]") {
  const Loan<double> loan;
  const auto p = loan.made();
  REQUIRE(p);
  FeedWorkspace<double> workspace(*p);
  auto sources = loan.sources;
  sources[1].value = -1;
  std::array<FeedDeath<double>, 4> out;
  CHECK(deaths_by_feed<double>(*p, loan.marks, new_index(), sources, 0, workspace, out) == Error{Errc::bad_price, Field::source, 1});
  sources = loan.sources;
  sources[3].time = 5;
  CHECK(deaths_by_feed<double>(*p, loan.marks, new_index(), sources, 4, workspace, out) == Error{Errc::bad_time, Field::source_time, 3});
  const PriceMap squared(Keyed{wbeth, Times{Spot{wbeth_eth}, Times{Spot{wbeth_eth}, Spot{eth_usdt}}}});
  const auto d = death_by_feed<double>(*p, loan.marks, squared, loan.sources, 0, wbeth_eth, workspace);
  REQUIRE(d);
  CHECK(d->below.outcome == FeedOutcome::undecided);  // a square is no line: said, not guessed
}

TEST_CASE("a stale source counts again when it prints: dead now is dead, whatever it would print", "[feed]") {
  // One index of three venues for two keys; the first has been silent, so the index is 2,550 and not 2,600.
  const std::array<Source<double>, 3> sources{Source<double>{4'000, 0}, {2'500, 10'000}, {2'600, 10'000}};
  const Median index(Fresh{0, 1'000}, Fresh{1, 1'000}, Fresh{2, 1'000});
  const PriceMap map(Keyed{KeyId{0}, index}, Keyed{KeyId{1}, index});
  const Asset<double> held[] = {{.amount = 10, .key = KeyId{0}}, {.amount = 10, .key = KeyId{1}}};
  const Price<double> marks[] = {1, 1};
  const auto ask = [&](double owed) {
    const auto p = Portfolio<double>::make({.cash = -owed, .assets = held, .rule = {.requirement = false, .level = true, .level_ratio = 1.1}}, 2);
    REQUIRE(p);
    FeedWorkspace<double> workspace(*p);
    std::array<FeedDeath<double>, 3> out;
    REQUIRE(!deaths_by_feed<double>(*p, marks, map, sources, 10'000, workspace, out));
    return out;
  };
  for (const auto& d : ask(46'900)) {  // dead at 2,579.5
    CHECK(d.below.outcome == FeedOutcome::already);
    CHECK(d.above.outcome == FeedOutcome::already);
  }
  const auto alive = ask(46'000);  // dead at 2,530
  REQUIRE(alive[0].below.outcome == FeedOutcome::dies);
  CHECK(alive[0].below.print == Approx(2'530));  // the middle one of 2,500, 2,600 and itself
  CHECK(alive[0].above.outcome == FeedOutcome::cannot);
}

TEST_CASE("a map with a fault is refused before it is walked", "[feed][bad_input]") {
  const Loan<double> loan;
  const auto p = loan.made();
  REQUIRE(p);
  FeedWorkspace<double> workspace(*p);
  std::array<FeedDeath<double>, 4> out;
  const PriceMap heavy(Keyed{wbeth, Weighted<double, Spot, Spot>{{0.9, 0.9}, {Spot{0}, Spot{2}}}});
  CHECK(deaths_by_feed<double>(*p, loan.marks, heavy, loan.sources, 0, workspace, out) == Error{Errc::bad_weight, Field::index_weights});
  CHECK(deaths_by_feed<double>(*p, loan.marks, PriceMap(Keyed{wbeth, Spot{9}}), loan.sources, 0, workspace, out) == Error{Errc::bad_size, Field::source, 9});
  const Price<double> bad_marks[] = {4'320, std::numeric_limits<double>::quiet_NaN()};
  const PriceMap one(Keyed{wbeth, Spot{wbeth_usdt}});
  CHECK(deaths_by_feed<double>(*p, bad_marks, one, loan.sources, 0, workspace, out) == Error{Errc::bad_number, Field::mark, 1});
  CHECK(!deaths_by_feed<double>(*p, bad_marks, new_index(), loan.sources, 0, workspace, out));  // its mark is not asked: a rule gives it
  CHECK(deaths_by_feed<double>(*p, loan.marks, PriceMap(Keyed{KeyId{7}, Spot{0}}), loan.sources, 0, workspace, out) ==
        Error{Errc::bad_field, Field::key, 0, 0});
}
