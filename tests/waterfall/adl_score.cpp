// SPDX-License-Identifier: Apache-2.0
#include "support/property.hpp"
#include "support/strict.hpp"
#include "waterfall/people.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/waterfall/adl_rank.hpp>
#include <loadline/waterfall/adl_score.hpp>
#include <loadline/waterfall/adl_score_other.hpp>
#include <loadline/waterfall/queue.hpp>

#include <limits>
#include <numeric>

static double plain(const loadline::Rational& x) {
  return static_cast<double>(x);
}

namespace {

using namespace loadline;
using Position = AdlPosition<double>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

/// n / d in any scalar.
template <class T>
T fraction(int n, int d = 1) {
  return T(T(n) / T(d));
}
template <class T>
bool near(const T& x, double expected) {
  return plain(x) == Approx(expected).epsilon(1e-14);
}
/// Exact in a rational, to the last digits elsewhere.
template <class T>
bool is(const T& x, int n, int d = 1) {
  if constexpr (std::same_as<T, Rational>) return x == Rational(n) / d;
  return near(x, static_cast<double>(n) / d);
}

/// A formula of one's own: no base class.
struct ByEquityAlone {
  static constexpr AdlNeeds needs{.equity = true};
  template <Scalar T>
  [[nodiscard]] constexpr T score(const AdlPosition<T>& p) const {
    return p.equity;
  }
};
static_assert(AdlScore<ByEquityAlone, double> && AdlScore<ByEquityAlone, Strict> && AdlScore<ProfitTimesLeverage, Rational>);
static_assert(!AdlScore<int, double>);

template <class F>
void for_all_formulas(const F& f) {
  f(ProfitTimesMarginRatio{});
  f(ProfitTimesLeverage{});
  f(ProfitOverMarginLevel{});
  f(PriceRatioTimesLeverage{});
  f(LeverageTimesBankruptcyRatio{});
  f(MoneyTimesLeverage{});
}

/// Columns with storage of their own.
template <class T>
struct Crowd {
  T mark = T(100);
  std::vector<std::uint64_t> ids;
  std::vector<T> sizes, entries, wallets, equities, maintenances, notionals, bankruptcies;

  void add(const AdlPosition<T>& p) {
    ids.push_back(ids.size() + 1);
    sizes.push_back(p.size);
    entries.push_back(p.entry);
    wallets.push_back(p.wallet);
    equities.push_back(p.equity);
    maintenances.push_back(p.maintenance);
    notionals.push_back(p.notional);
    bankruptcies.push_back(p.bankruptcy);
  }
  [[nodiscard]] ScoreColumns<T> columns() const { return {mark, sizes, entries, wallets, equities, maintenances, notionals, bankruptcies}; }
};

/// Figures around 100 with every sign of equity, wallet and cushion.
template <class T>
AdlPosition<T> any_position() {
  const auto below = [](int low, int high) { return fraction<T>(*rc::gen::inRange(low, high), *rc::gen::element(1, 3, 7)); };
  const T size = below(-50, 50);
  return {.size = size,
          .entry = below(1, 900),
          .mark = below(1, 900),
          .wallet = below(-90, 900),
          .equity = below(-90, 900),
          .maintenance = below(0, 90),
          .notional = below(0, 900),
          .bankruptcy = below(-90, 900)};
}

}  // namespace

#define ALL_SCALARS double, Strict, Rational

// The user's figures: UPnL 40.2, wallet 4.27, margin ratio 13.42 %; he multiplies the rounded 9.41.
TEMPLATE_TEST_CASE("profit over wallet times margin ratio gives a user's figures", "[waterfall][source:bn_adl_leveragepnl_forum]", ALL_SCALARS) {
  using T = TestType;
  AdlPosition<T> p{.size = T(1), .entry = T(100), .mark = fraction<T>(1'402, 10), .wallet = fraction<T>(427, 100), .equity = T(1), .maintenance = T(1)};
  const T share = ProfitTimesMarginRatio{}.score(p);  // a margin ratio of one
  CHECK(std::abs(plain(share) - 9.41) < 0.006);
  p.maintenance = fraction<T>(1'342, 10'000);
  const T score = ProfitTimesMarginRatio{}.score(p);
  CHECK(std::abs(plain(score) - 1.26) < 0.006);
  CHECK(is(score, 402 * 1'342, 427 * 1'000));
}

// All collateral is a wrapped asset worth 100,000: the settle wallet is empty.
TEMPLATE_TEST_CASE("an empty settle wallet is first under one reading and last under the other", "[waterfall]", ALL_SCALARS) {
  using T = TestType;
  Crowd<T> crowd;
  crowd.mark = T(55);
  // Shorts. The first has gained 45,000; the margin ratio of each reading is 1.
  crowd.add({.size = T(-1'000), .entry = T(100), .mark = T(55)});
  crowd.add({.size = T(-10), .entry = T(100), .mark = T(55)});  // 450 on 500: 0.9
  crowd.add({.size = T(-20), .entry = T(100), .mark = T(55)});  // 900 on 1,000, and the same ratio
  crowd.add({.size = T(30), .entry = T(100), .mark = T(55)});   // the other side
  crowd.maintenances = {T(1), T(1), T(1), T(1)};
  const std::vector<T> settle{T(0), T(500), T(1'000), T(0)}, account{T(100'000), T(500), T(1'000), T(1)}, ones(4, T(1));
  std::vector<T> a(4, T(0)), b(4, T(0));
  std::vector<std::uint32_t> pa(4), pb(4), order(4);
  const auto gap = score_two_readings<T>(ProfitTimesMarginRatio{}, crowd.columns(), crowd.ids, -1, {settle, ones}, {account, ones}, order, {a, b, pa, pb});
  REQUIRE(gap.has_value());
  CHECK(is(a[0], 45'000));
  CHECK(is(b[0], 45, 100));
  CHECK(pa == std::vector<std::uint32_t>{1, 2, 3, 0});  // equal scores by id
  CHECK(pb == std::vector<std::uint32_t>{3, 1, 2, 0});
  CHECK(gap->index == 0);
  CHECK(gap->first_and_last());
  CHECK(gap->positions == 3);
  CHECK_FALSE(ReadingGap{0, 1, 1, 1}.first_and_last());  // alone one is both, which says nothing
  CHECK_FALSE(ReadingGap{0, 1, 2, 3}.first_and_last());
  CHECK(ReadingGap{0, 3, 1, 3}.first_and_last());
  const auto nobody = score_two_readings<T>(ProfitTimesMarginRatio{}, ScoreColumns<T>{T(1), {}, {}}, {}, 1, {}, {}, order, {a, b, pa, pb});
  REQUIRE_FALSE(nobody.has_value());
  CHECK(nobody.error() == Error{Errc::bad_size, Field::counterparty});
}

TEMPLATE_TEST_CASE("profit percent times effective leverage, of losers over it", "[waterfall]", ALL_SCALARS) {
  using T = TestType;
  const auto score = [](int size, int entry, int mark, int bankruptcy) {
    return ProfitTimesLeverage{}.score(AdlPosition<T>{.size = T(size), .entry = T(entry), .mark = T(mark), .bankruptcy = T(bankruptcy)});
  };
  CHECK(is(score(2, 100, 120, 90), 8, 10));      // 20 % x 120 / 30
  CHECK(is(score(-2, 100, 80, 120), 4, 10));     // 20 % x 80 / 40
  CHECK(is(score(2, 100, 90, 80), -1, 90));      // -10 % / 9
  CHECK(is(score(-2, 100, 125, 150), -5, 100));  // -25 % / 5
  CHECK(is(score(2, 100, 120, -120), 1, 10));    // more than the position is worth stands behind it: leverage one half
  CHECK(is(score(0, 100, 120, 90), 0));
  CHECK(is(score(3, 100, 100, 90), 0));
  SECTION("at or beyond bankruptcy the leverage counts as the limit") {
    CHECK(is(score(2, 100, 120, 120), 200'000'000));
    CHECK(is(score(2, 100, 120, 130), 200'000'000));
    CHECK(is(score(-2, 100, 80, 70), 200'000'000));
    CHECK(near(score(2, 100, 90, 95), -1e-10));
    CHECK(
        is(ProfitTimesLeverage{.limit = 50}.score(AdlPosition<T>{.size = T(1), .entry = T(100), .mark = T(120), .bankruptcy = T(119)}), 10));  // 120 is beyond
  }
  SECTION("an inverse contract is the other side at the reciprocal prices") {
    // 100 contracts long at 50, marked at 80, bankrupt at 40: value -100/P. Profit 100 (1/50 - 1/80) of 100/50; leverage (1/80) / (1/40 - 1/80) = 1.
    const T inverse =
        ProfitTimesLeverage{}.score(AdlPosition<T>{.size = T(-100), .entry = fraction<T>(1, 50), .mark = fraction<T>(1, 80), .bankruptcy = fraction<T>(1, 40)});
    CHECK(is(inverse, 3, 8));
  }
}

TEMPLATE_TEST_CASE("profit percent over the margin level, of losers times it", "[waterfall]", ALL_SCALARS) {
  using T = TestType;
  const auto score = [](int mark, int equity, int maintenance) {
    return ProfitOverMarginLevel{}.score(AdlPosition<T>{.size = T(1), .entry = T(100), .mark = T(mark), .equity = T(equity), .maintenance = T(maintenance)});
  };
  CHECK(is(score(120, 60, 20), 1, 15));  // 20 % / 3
  CHECK(is(score(80, 60, 20), -6, 10));  // -20 % x 3
  CHECK(is(score(120, 0, 20), 200'000'000));
  CHECK(is(score(120, -5, 20), 200'000'000));
  CHECK(is(score(120, 0, 0), 200'000'000));
  CHECK(is(score(120, 5, 0), 0));
  CHECK(near(score(80, -5, 20), -2e-10));
  CHECK(is(score(80, 5, 0), -200'000'000));
}

// By hand: mark 120. Longs at 100 and at 150, three times levered; shorts at 150 and at 100.
TEMPLATE_TEST_CASE("price ratio times leverage, shorts by the inverse ratio", "[waterfall]", ALL_SCALARS) {
  using T = TestType;
  const auto score = [](int size, int entry, int equity) {
    return PriceRatioTimesLeverage{}.score(
        AdlPosition<T>{.size = T(size), .entry = T(entry), .mark = T(120), .equity = T(equity), .notional = T(120 * std::abs(size))});
  };
  CHECK(is(score(10, 100, 400), 36, 10));     // 1.2 x 1,200 / 400
  CHECK(is(score(10, 150, 400), 24, 10));     // 0.8 x 3
  CHECK(is(score(-10, 150, 400), 375, 100));  // 1.25 x 3
  CHECK(is(score(-10, 100, 400), 25, 10));
  CHECK(is(score(-10, 100, 4'000), 25, 100));
  CHECK(is(score(10, 100, 0), 1'200'000'000));
  CHECK(is(score(10, 100, -1), 1'200'000'000));
  CHECK(is(score(0, 100, 5), 0));
  // A levered loser may stand before a winner.
  CHECK(plain(score(10, 150, 100)) > plain(score(10, 100, 400)));
}

TEMPLATE_TEST_CASE("scores that other sources give", "[waterfall]", ALL_SCALARS) {
  using T = TestType;
  const AdlPosition<T> p{.size = T(2), .entry = T(100), .mark = T(120), .equity = T(80), .notional = T(240), .bankruptcy = T(80)};
  CHECK(is(LeverageTimesBankruptcyRatio{}.score(p), 9, 2));  // 3 x 1.5
  CHECK(is(MoneyTimesLeverage{}.score(p), 120));             // 40 x 3
  AdlPosition<T> whole = p;
  whole.bankruptcy = T(0);
  CHECK(near(LeverageTimesBankruptcyRatio{}.score(whole), 3e9));
  whole.equity = T(-1);
  CHECK(near(LeverageTimesBankruptcyRatio{}.score(whole), 1e18));
  CHECK(near(MoneyTimesLeverage{}.score(whole), 40e9));
}

TEMPLATE_TEST_CASE("losers and accounts without equity score nothing by profit over wallet", "[waterfall]", ALL_SCALARS) {
  using T = TestType;
  const auto score = [](int mark, int wallet, int equity) {
    return ProfitTimesMarginRatio{}.score(
        AdlPosition<T>{.size = T(1), .entry = T(100), .mark = T(mark), .wallet = T(wallet), .equity = T(equity), .maintenance = T(3)});
  };
  CHECK(is(score(90, 10, 10), 0));
  CHECK(is(score(120, 10, 0), 0));
  CHECK(is(score(120, 10, -4), 0));
  CHECK(is(score(120, -10, 10), 6));  // a wallet below one counts as one
  CHECK(is(score(120, 0, 10), 6));
  CHECK(is(score(120, 1, 10), 6));
  CHECK(is(score(120, 2, 10), 3));
  const AdlPosition<T> half{.size = T(1), .entry = T(100), .mark = T(120), .wallet = fraction<T>(1, 2), .equity = T(10), .maintenance = T(3)};
  CHECK(is(ProfitTimesMarginRatio{}.score(half), 6));
}

TEMPLATE_TEST_CASE("columns are scored row by row, and each fault has its code", "[waterfall]", double, Strict) {
  using T = TestType;
  Crowd<T> good;
  for (int i = 1; i < 5; ++i)
    good.add({.size = T(i % 2 == 0 ? i : -i),
              .entry = T(80 + 10 * i),
              .mark = T(100),
              .wallet = T(i),
              .equity = T(10 * i),
              .maintenance = T(2),
              .notional = T(100 * i),
              .bankruptcy = T(90)});
  std::vector<T> out(4, T(-1));
  for_all_formulas([&](const auto& formula) {
    REQUIRE_FALSE(fill_scores<T>(formula, good.columns(), out).has_value());
    for (std::size_t i = 0; i < 4; ++i) CHECK(out[i] == formula.score(good.columns().at(i)));
  });
  const auto fault = [&](const auto& formula, const auto& change) {
    Crowd<T> bad = good;
    change(bad);
    const auto e = fill_scores<T>(formula, bad.columns(), out);
    REQUIRE(e.has_value());
    return *e;
  };
  const T nan(not_a_number), inf(infinity);
  CHECK(fault(ProfitTimesLeverage{}, [&](auto& c) { c.sizes[2] = nan; }) == Error{Errc::bad_number, Field::size, 2});
  CHECK(fault(ProfitTimesLeverage{}, [&](auto& c) { c.entries[1] = inf; }) == Error{Errc::bad_number, Field::entry, 1});
  CHECK(fault(ProfitTimesLeverage{}, [&](auto& c) { c.entries[1] = T(0); }) == Error{Errc::bad_price, Field::entry, 1});
  CHECK(fault(ProfitTimesLeverage{}, [&](auto& c) { c.bankruptcies[3] = nan; }) == Error{Errc::bad_number, Field::reference_price, 3});
  CHECK(fault(ProfitTimesMarginRatio{}, [&](auto& c) { c.wallets[3] = nan; }) == Error{Errc::bad_number, Field::cash, 3});
  CHECK(fault(ProfitTimesMarginRatio{}, [&](auto& c) { c.equities[0] = inf; }) == Error{Errc::bad_number, Field::amount, 0});
  CHECK(fault(ProfitTimesMarginRatio{}, [&](auto& c) { c.maintenances[0] = inf; }) == Error{Errc::bad_number, Field::maintenance_fixed, 0});
  CHECK(fault(PriceRatioTimesLeverage{}, [&](auto& c) { c.notionals[1] = inf; }) == Error{Errc::bad_number, Field::quantity, 1});
  CHECK(fault(ProfitTimesLeverage{}, [&](auto& c) { c.mark = nan; }) == Error{Errc::bad_number, Field::mark});
  CHECK(fault(ProfitTimesLeverage{}, [&](auto& c) { c.mark = T(0); }) == Error{Errc::bad_price, Field::mark});
  CHECK(fault(ProfitTimesLeverage{}, [&](auto& c) { c.bankruptcies.clear(); }) == Error{Errc::missing_field, Field::reference_price});
  CHECK(fault(ProfitTimesLeverage{}, [&](auto& c) { c.entries.clear(); }) == Error{Errc::missing_field, Field::entry});
  CHECK(fault(ProfitTimesMarginRatio{}, [&](auto& c) { c.wallets.pop_back(); }) == Error{Errc::bad_size, Field::counterparty});
  CHECK(fault(ProfitTimesLeverage{}, [&](auto& c) { c.wallets.pop_back(); }) == Error{Errc::bad_size, Field::counterparty});  // also where it is not read
  CHECK(fault(ProfitTimesMarginRatio{}, [&](auto& c) { c.sizes[1] = T(1e300), c.entries[1] = T(1), c.mark = T(1e200); }) ==
        Error{Errc::overflow, Field::score, 1});
  Crowd<T> unread = good;
  unread.wallets[0] = nan;  // not read by this formula
  CHECK_FALSE(fill_scores<T>(ProfitTimesLeverage{}, unread.columns(), out).has_value());
  unread.notionals.clear();  // left out: the position's own
  REQUIRE_FALSE(fill_scores<T>(PriceRatioTimesLeverage{}, unread.columns(), out).has_value());
  CHECK(plain(out[1]) == Approx(100.0 / 100 * 200 / 20));
  CHECK(*fill_scores<T>(ProfitTimesLeverage{}, good.columns(), std::span<T>(out).first(3)) == Error{Errc::bad_size, Field::counterparty});
  CHECK_FALSE(fill_scores<T>(ProfitTimesLeverage{}, ScoreColumns<T>{T(1), {}, {}}, std::span<T>()).has_value());
}

TEST_CASE("whatever the equity, a score is a number", "[waterfall]") {
  check_property("finite figures give finite scores", 300, [] {
    const auto p = any_position<double>();
    for_all_formulas([&](const auto& f) { RC_ASSERT(is_finite(f.score(p))); });
  });
  // The same formulas as they are printed, by another hand, in rationals: where nothing is divided by zero.
  check_property("the printed formulas, exactly", 300, [] {
    const auto p = any_position<Rational>();
    RC_PRE(p.equity > 0 && p.maintenance > 0 && p.size != 0 && p.bankruptcy > 0);
    const int side = p.size > 0 ? 1 : -1;
    const Rational gain = p.size * p.mark - p.size * p.entry, percent = gain / (p.size * side * p.entry);
    const Rational value = p.size * p.mark, broke = p.size * p.bankruptcy;
    const Rational wallet = p.wallet > 1 ? p.wallet : Rational(1);
    RC_ASSERT(ProfitTimesMarginRatio{}.score(p) == (gain > 0 ? gain : Rational(0)) / wallet * p.maintenance / p.equity);
    if (value > broke) {
      const Rational leverage = (value < 0 ? Rational(-value) : value) / (value - broke);
      RC_ASSERT(ProfitTimesLeverage{}.score(p) == (percent > 0 ? Rational(percent * leverage) : Rational(percent / leverage)));
    }
    const Rational level = p.equity / p.maintenance;
    RC_ASSERT(ProfitOverMarginLevel{}.score(p) == (percent > 0 ? Rational(percent / level) : Rational(percent * level)));
    RC_ASSERT(PriceRatioTimesLeverage{}.score(p) == (side > 0 ? Rational(p.mark / p.entry) : Rational(p.entry / p.mark)) * p.notional / p.equity);
    RC_ASSERT(LeverageTimesBankruptcyRatio{}.score(p) == p.notional / p.equity * p.mark / p.bankruptcy);
    RC_ASSERT(MoneyTimesLeverage{}.score(p) == gain * p.notional / p.equity);
  });
  check_property("doubles agree with rationals", 200, [] {
    const auto p = any_position<Rational>();
    const Position d{plain(p.size),   plain(p.entry),       plain(p.mark),     plain(p.wallet),
                     plain(p.equity), plain(p.maintenance), plain(p.notional), plain(p.bankruptcy)};
    RC_PRE(p.mark != p.bankruptcy && p.mark != p.entry);
    for_all_formulas([&](const auto& f) { RC_ASSERT(f.score(d) == Approx(plain(f.score(p))).epsilon(1e-9)); });
  });
}

TEST_CASE("the laws of the formulas", "[waterfall]") {
  check_property("dimensionless scores do not know the unit of money, nor that of size", 200, [] {
    const auto p = any_position<Rational>();
    const Rational money = *rc::gen::inRange(1, 1'000), size = *rc::gen::inRange(1, 1'000);
    const AdlPosition<Rational> q{p.size * size,    p.entry * money / size, p.mark * money / size, p.wallet * money,
                                  p.equity * money, p.maintenance * money,  p.notional * money,    p.bankruptcy * money / size};
    RC_ASSERT(ProfitTimesLeverage{}.score(p) == ProfitTimesLeverage{}.score(q));
    RC_ASSERT(ProfitOverMarginLevel{}.score(p) == ProfitOverMarginLevel{}.score(q));
    RC_ASSERT(PriceRatioTimesLeverage{}.score(p) == PriceRatioTimesLeverage{}.score(q));
    RC_ASSERT(LeverageTimesBankruptcyRatio{}.score(p) == LeverageTimesBankruptcyRatio{}.score(q));
    RC_ASSERT(MoneyTimesLeverage{}.score(q) == MoneyTimesLeverage{}.score(p) * money);
    if (p.wallet >= 1) RC_ASSERT(ProfitTimesMarginRatio{}.score(p) == ProfitTimesMarginRatio{}.score(q));
  });
  check_property("less cushion and less equity never move a position back", 300, [] {
    auto p = any_position<Rational>();
    auto worse = p;
    worse.equity -= *rc::gen::inRange(0, 200);
    worse.bankruptcy += Rational(*rc::gen::inRange(0, 200)) * (p.size > 0 ? 1 : -1);
    RC_ASSERT(ProfitTimesLeverage{}.score(p) <= ProfitTimesLeverage{}.score(worse));
    RC_ASSERT(ProfitOverMarginLevel{}.score(p) <= ProfitOverMarginLevel{}.score(worse));
    RC_ASSERT(PriceRatioTimesLeverage{}.score(p) <= PriceRatioTimesLeverage{}.score(worse));
    if (worse.equity > 0) RC_ASSERT(ProfitTimesMarginRatio{}.score(p) <= ProfitTimesMarginRatio{}.score(worse));
  });
  check_property("losers come after winners, and are not left out", 300, [] {
    const auto p = any_position<Rational>(), q = any_position<Rational>();
    RC_PRE(profit_share(p) > 0 && profit_share(q) < 0);
    RC_ASSERT(ProfitTimesLeverage{}.score(q) < 0);
    RC_ASSERT(ProfitOverMarginLevel{}.score(q) < 0);
    RC_ASSERT(ProfitTimesLeverage{}.score(p) > ProfitTimesLeverage{}.score(q));
    RC_ASSERT(ProfitOverMarginLevel{}.score(p) > ProfitOverMarginLevel{}.score(q));
    RC_ASSERT(ProfitTimesMarginRatio{}.score(p) >= ProfitTimesMarginRatio{}.score(q));
  });
}

TEMPLATE_TEST_CASE("ranks look at one figure after the other", "[waterfall]", ALL_SCALARS) {
  using T = TestType;
  const std::vector<std::uint64_t> ids{50, 40, 30, 20, 10, 5};
  const std::vector<T> leverage{T(3), T(5), T(3), T(3), T(3), T(3)}, profit{T(9), T(1), T(9), T(9), T(8), T(9)}, balance{T(4), T(9), T(4), T(2), T(1), T(4)},
      opened{T(7), T(1), T(8), T(1), T(9), T(7)};
  const std::vector<RankKey<T>> keys{{leverage}, {profit}, {balance, false}, {opened}};
  std::vector<T> out(6, T(0));
  std::vector<std::uint32_t> order(6);
  REQUIRE_FALSE(fill_ranks<T>(keys, ids, order, out).has_value());
  CHECK(order == std::vector<std::uint32_t>{1, 3, 2, 5, 0, 4});  // id 5 before id 50, which equals it in all
  const int expected[] = {2, 6, 4, 5, 1, 3};
  for (std::size_t i = 0; i < 6; ++i) CHECK(is(out[i], expected[i]));
  std::vector<T> nan = profit;
  if constexpr (!std::same_as<T, Rational>) {
    nan[4] = T(not_a_number);
    const std::vector<RankKey<T>> bad{{leverage}, {nan}};
    CHECK(*fill_ranks<T>(bad, ids, order, out) == Error{Errc::bad_number, Field::score, 4, 1});
  }
  nan.pop_back();
  const std::vector<RankKey<T>> few{{leverage}, {nan}};
  CHECK(*fill_ranks<T>(few, ids, order, out) == Error{Errc::bad_size, Field::counterparty, 0, 1});
  CHECK(*fill_ranks<T>(keys, ids, std::span(order).first(5), out) == Error{Errc::bad_size, Field::counterparty});
}

TEST_CASE("ranks do not depend on the order of the rows", "[waterfall]") {
  check_property("permuted rows keep their ranks", 100, [] {
    const auto n = *rc::gen::inRange<std::size_t>(1, 40);
    std::vector<std::uint64_t> ids(n);
    std::iota(ids.begin(), ids.end(), std::uint64_t{1});
    std::vector<double> a(n), b(n);
    for (std::size_t i = 0; i < n; ++i) a[i] = *rc::gen::inRange(0, 3), b[i] = *rc::gen::inRange(0, 3);
    std::vector<double> out(n), again(n);
    std::vector<std::uint32_t> order(n);
    const auto rank = [&](std::span<double> to) {
      const std::vector<RankKey<double>> keys{{a}, {b, false}};
      RC_ASSERT_FALSE(fill_ranks<double>(keys, ids, order, to).has_value());
    };
    rank(out);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        const bool ahead = a[j] < a[i] || (a[i] == a[j] && (b[i] < b[j] || (b[i] == b[j] && ids[i] < ids[j])));
        if (i != j) RC_ASSERT((out[i] > out[j]) == ahead);
      }
    std::reverse(ids.begin(), ids.end());
    std::reverse(a.begin(), a.end());
    std::reverse(b.begin(), b.end());
    rank(again);
    std::reverse(again.begin(), again.end());
    RC_ASSERT(out == again);
  });
}

TEMPLATE_TEST_CASE("a round robin takes the list from a start, and reaches so far", "[waterfall]", ALL_SCALARS) {
  using T = TestType;
  People<T> people;
  const int sizes[] = {-3, 4, -2, -5, 7, -1};
  for (int i = 0; i < 6; ++i) people.add(static_cast<std::uint64_t>(10 + i), T(sizes[i]), T(1'000));
  people.scores.assign(6, T(0));
  people.most.assign(6, T(0));
  const auto fill = [&](int liquidated, std::uint64_t start, std::size_t reach) {
    return fill_round_robin<T>(liquidated, people.sizes, start, reach, people.scores, people.most);
  };
  const auto taken = [&](int liquidated, int need) {
    DeleveragingWorkspace<T> workspace(6);
    std::vector<T> out(6, T(0));
    const auto a = AdlQueue{}.allocate(Deleverage<T>{T(need), liquidated, T(100), T(100)}, people.view(), workspace, std::span<T>(out));
    REQUIRE(a.has_value());
    std::vector<int> units;
    for (const T& x : out) units.push_back(static_cast<int>(plain(x)));
    units.push_back(static_cast<int>(plain(a->unplaced)));
    return units;
  };
  auto count = fill(1, 2, 500);  // the shorts are rows 0, 2, 3, 5; from the third on
  REQUIRE(count.has_value());
  CHECK(count->listed == 4);
  CHECK(count->scanned == 4);
  CHECK(taken(1, 7) == std::vector<int>{1, 0, 0, 5, 0, 1, 0});
  REQUIRE(fill(1, 1, 500).has_value());
  CHECK(taken(1, 3) == std::vector<int>{0, 0, 2, 1, 0, 0, 0});
  count = fill(1, 6, 2);  // the same start, two in reach
  REQUIRE(count.has_value());
  CHECK(count->scanned == 2);
  CHECK(taken(1, 7) == std::vector<int>{0, 0, 0, 5, 0, 1, 1});
  count = fill(-1, 1, 1);
  REQUIRE(count.has_value());
  CHECK(count->listed == 2);
  CHECK(taken(-1, 9) == std::vector<int>{0, 0, 0, 0, 7, 0, 2});
  count = fill(1, 3, 0);
  REQUIRE(count.has_value());
  CHECK(taken(1, 1) == std::vector<int>{0, 0, 0, 0, 0, 0, 1});
  CHECK(fill_round_robin<T>(1, people.sizes, 0, 3, std::span<T>(people.scores).first(5), people.most).error() == Error{Errc::bad_size, Field::counterparty});
  CHECK(fill(1, 0, std::size_t{1} << 32).error() == Error{Errc::bad_parameter, Field::level});
  const auto nobody = fill_round_robin<T>(1, std::span<const T>(), 5, 3, people.scores, people.most);
  REQUIRE(nobody.has_value());
  CHECK(nobody->listed == 0);
  if constexpr (!std::same_as<T, Rational>) {
    people.sizes[4] = T(not_a_number);
    CHECK(fill(1, 0, 3).error() == Error{Errc::bad_number, Field::size, 4});
  }
}
