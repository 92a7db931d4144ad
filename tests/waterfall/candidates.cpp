// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/strict.hpp"
#include "waterfall/people.hpp"

#include <loadline/waterfall/gains_haircut.hpp>
#include <loadline/waterfall/lots.hpp>
#include <loadline/waterfall/pro_rata.hpp>
#include <loadline/waterfall/queue.hpp>
#include <loadline/waterfall/water_filling.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <random>

using namespace loadline;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity(), not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class Policy>
Result<Allocation<double>> run(const Policy& policy, const Deleverage<double>& d, People<double>& people, std::vector<double>& out) {
  const auto candidates = Candidates<double>::make(people.columns());
  if (!candidates) return candidates.error();
  DeleveragingWorkspace<double> workspace(people.size());
  out.assign(people.size(), 77);
  return policy.allocate(d, *candidates, workspace, std::span<double>(out));
}
template <class Policy>
std::optional<Error> fault(const Policy& policy, const Deleverage<double>& d, People<double> people) {
  std::vector<double> out;
  const auto a = run(policy, d, people, out);
  if (a) return std::nullopt;
  return a.error();
}
std::optional<Error> fault(const CandidateColumns<double>& columns) {
  const auto made = Candidates<double>::make(columns);
  if (made) return std::nullopt;
  return made.error();
}
bool is(const std::optional<Error>& e, Errc code, Field field, std::uint32_t index = 0) {
  return e && e->code == code && e->field == field && e->index == index;
}

/// Everything that a policy could ask for.
People<double> three() {
  People<double> people{{7, -5, 100}, {8, 4, 100}, {9, -3, 50}};
  people.entries = {110, 100, 120};
  people.scores = {1, 2, 3};
  people.added_variance = {10, 0, -6};
  return people;
}
template <class F>
void each_policy(const F& f) {
  f(AdlQueue{});
  f(ContractsProRata{});
  f(ProfitProRata{});
  f(RiskAwareProRata<double>{});
  f(LeverageWaterFilling{});
  f(LeastHedgeBreaking<double>{2});
  f(WholeLots<double, ContractsProRata>{{}, 0.5});
}
const Deleverage<double> plain_one{4, 1, 100, 100};

}  // namespace

TEST_CASE("columns are checked: the code, the column and the row", "[adl]") {
  CHECK_FALSE(fault(CandidateColumns<double>{}));
  People<double> people = three();
  CHECK_FALSE(fault(people.columns()));
  for (const double bad : {not_a_number, infinity, -infinity}) {
    const auto with = [&](std::vector<double> People<double>::*column) {
      People<double> p = three();
      if ((p.*column).empty()) (p.*column).assign(3, 1);
      (p.*column)[2] = bad;
      return fault(p.columns());
    };
    CHECK(is(with(&People<double>::sizes), Errc::bad_number, Field::size, 2));
    CHECK(is(with(&People<double>::equities), Errc::bad_number, Field::amount, 2));
    CHECK(is(with(&People<double>::entries), Errc::bad_number, Field::entry, 2));
    CHECK(is(with(&People<double>::added_variance), Errc::bad_number, Field::added_variance, 2));
    CHECK(is(with(&People<double>::most), Errc::bad_number, Field::close_fraction, 2));
    CHECK_FALSE(with(&People<double>::scores));  // looked at where they are used
  }
  People<double> p = three();
  p.entries[1] = 0;
  CHECK(is(fault(p.columns()), Errc::bad_price, Field::entry, 1));
  p = three();
  p.most = {1, -0.5, 1};
  CHECK(is(fault(p.columns()), Errc::bad_parameter, Field::close_fraction, 1));
  for (auto column : {&People<double>::sizes, &People<double>::equities, &People<double>::entries, &People<double>::scores, &People<double>::added_variance}) {
    p = three();
    (p.*column).pop_back();
    CHECK(is(fault(p.columns()), Errc::bad_size, Field::counterparty));
  }
  p = three();
  p.most = {1};
  CHECK(is(fault(p.columns()), Errc::bad_size, Field::counterparty));
  p = three();
  p.ids = {9, 8, 9};
  CHECK(is(fault(p.columns()), Errc::duplicate_id, Field::counterparty, 2));
  p.ids = {9, 9, 8};
  CHECK(is(fault(p.columns()), Errc::duplicate_id, Field::counterparty, 1));
}

TEST_CASE("what is to be given up is checked by every policy, and candidates stay as they were", "[adl]") {
  each_policy([](const auto& policy) {
    const auto with = [&](double need, double mark, double price, int liquidated = 1) {
      People<double> people = three();
      const auto e = fault(policy, {need, liquidated, mark, price}, people);
      CHECK(people.sizes == three().sizes);
      CHECK(people.equities == three().equities);
      return e;
    };
    CHECK_FALSE(with(4, 100, 100));
    CHECK(is(with(-1, 100, 100), Errc::bad_parameter, Field::size));
    CHECK(is(with(not_a_number, 100, 100), Errc::bad_number, Field::size));
    CHECK(is(with(infinity, 100, 100), Errc::bad_number, Field::size));
    CHECK(is(with(4, 0, 100), Errc::bad_price, Field::mark));
    CHECK(is(with(4, -1, 100), Errc::bad_price, Field::mark));
    CHECK(is(with(4, not_a_number, 100), Errc::bad_number, Field::mark));
    CHECK(is(with(4, 100, not_a_number), Errc::bad_number, Field::reference_price));
    CHECK(is(with(4, 100, -infinity), Errc::bad_number, Field::reference_price));
    CHECK(is(with(4, 100, -1), Errc::bad_price, Field::reference_price));
    CHECK_FALSE(with(4, 100, 0));  // a short that is worth nothing at every price
    CHECK(is(with(4, 100, 100, 0), Errc::bad_parameter, Field::position));

    People<double> people = three();
    DeleveragingWorkspace<double> small(2), enough(3);
    std::vector<double> out(3), little(2);
    const auto view = people.view();
    const auto a = policy.allocate(plain_one, view, small, std::span<double>(out));
    CHECK((!a && is(a.error(), Errc::bad_size, Field::counterparty)));
    const auto b = policy.allocate(plain_one, view, enough, std::span<double>(little));
    CHECK((!b && is(b.error(), Errc::bad_size, Field::counterparty)));
    // Larger ones serve; what is not the candidates' is left alone.
    DeleveragingWorkspace<double> large(9);
    std::vector<double> longer(5, 77);
    CHECK(policy.allocate(plain_one, view, large, std::span<double>(longer))->placed == 4);
    CHECK(longer[3] == 77);
    CHECK(longer[4] == 77);
  });
}

TEST_CASE("nobody there, nobody left, nothing to do", "[adl]") {
  each_policy([](const auto& policy) {
    std::vector<double> out;
    People<double> nobody;
    const auto none = run(policy, plain_one, nobody, out);
    const bool without_columns = !none;  // a policy that asks for a column finds an empty one: it is there
    CHECK_FALSE(without_columns);
    if (none) CHECK(none->unplaced == 4);
    People<double> people = three();
    const auto all = run(policy, {20, 1, 100, 100}, people, out);
    CHECK(out == std::vector<double>{5, 0, 3});
    CHECK(all->placed == 8);
    CHECK(all->unplaced == 12);
    CHECK(all->touched == 2);
    const auto nothing = run(policy, {0, 1, 100, 100}, people, out);
    CHECK(out == std::vector<double>{0, 0, 0});
    CHECK(nothing->placed == 0);
    CHECK(nothing->unplaced == 0);
    CHECK(nothing->touched == 0);
    CHECK(nothing->eligible == 2);
    for (double& e : people.equities) e = 0;
    const auto poor = run(policy, plain_one, people, out);
    CHECK(poor->unplaced == 4);
    CHECK(poor->excluded == 2);
    CHECK(poor->eligible == 0);
  });
}

TEST_CASE("columns that a policy needs, parameters that it takes", "[adl]") {
  People<double> people = three();
  people.entries.clear();
  CHECK(is(fault(ProfitProRata{}, plain_one, people), Errc::missing_field, Field::entry));
  people.scores.clear();
  CHECK(is(fault(AdlQueue{}, plain_one, people), Errc::missing_field, Field::counterparty));
  people.added_variance.clear();
  CHECK(is(fault(LeastHedgeBreaking<double>{2}, plain_one, people), Errc::missing_field, Field::added_variance));
  people = three();
  CHECK(is(fault(LeastHedgeBreaking<double>{0}, plain_one, people), Errc::bad_parameter, Field::added_variance));
  CHECK(is(fault(LeastHedgeBreaking<double>{not_a_number}, plain_one, people), Errc::bad_number, Field::added_variance));
  CHECK(is(fault(LeastHedgeBreaking<double>{5e-324}, plain_one, people), Errc::overflow, Field::share_weight));
  CHECK(is(fault(RiskAwareProRata<double>{{-1, 0}}, plain_one, people), Errc::bad_parameter, Field::exponent));
  CHECK(is(fault(RiskAwareProRata<double>{{65, 0}}, plain_one, people), Errc::bad_parameter, Field::exponent));
  CHECK(is(fault(RiskAwareProRata<double>{{0, not_a_number}}, plain_one, people), Errc::bad_number, Field::threshold));
  CHECK(is(fault(RiskAwareProRata<double>{{0, -1}}, plain_one, people), Errc::bad_parameter, Field::threshold));
  CHECK(is(fault(WholeLots<double, AdlQueue>{{}, 0}, plain_one, people), Errc::bad_parameter, Field::lot));
  CHECK(is(fault(WholeLots<double, AdlQueue>{{}, -1}, plain_one, people), Errc::bad_parameter, Field::lot));
  CHECK(is(fault(WholeLots<double, AdlQueue>{{}, not_a_number}, plain_one, people), Errc::bad_number, Field::lot));
  People<double> large{{1, -1e300, 1}};
  large.scores = {1};
  CHECK(is(fault(WholeLots<double, AdlQueue>{{}, 1e-300}, {1e299, 1, 100, 100}, large), Errc::overflow, Field::lot));
}

TEST_CASE("figures beyond the scalar: a code, or numbers; never a NaN", "[adl]") {
  People<double> large{{1, -1e308, 1e9}, {2, -1e308, 1e9}};
  large.scores = {1, 2};
  for (const auto& e : {fault(AdlQueue{}, plain_one, large), fault(ContractsProRata{}, plain_one, large), fault(LeverageWaterFilling{}, plain_one, large)})
    CHECK(is(e, Errc::overflow, Field::size));
  People<double> poor{{1, -1e200, 1e-200}};
  CHECK(is(fault(RiskAwareProRata<double>{{3, 0}}, plain_one, poor), Errc::overflow, Field::share_weight));
  // Weights so small that no level reaches the need.
  People<double> rich{{1, -1, 1e9}, {2, -1, 2e9}, {3, -1, 4e9}};
  CHECK(is(fault(RiskAwareProRata<double>{{44, 0}}, {0.5, 1, 100, 100}, rich), Errc::overflow, Field::share_weight));
  // The least equity there is: the highest leverage there is, so he is first, whatever it does to the search.
  std::vector<double> out;
  for (const double need : {5.0, 10.0, 12.0, 0.001}) {
    People<double> people{{1, -10, 100}, {2, -10, 5e-324}, {3, -10, 100}};
    const auto a = run(LeverageWaterFilling{}, {need, 1, 100, 100}, people, out);
    REQUIRE(a);
    CHECK(out[1] == std::min(need, 10.0));
    CHECK(out[0] + out[1] + out[2] == Approx(need));
    people.most = {10, 6, 10};
    REQUIRE(run(LeverageWaterFilling{}, {need, 1, 100, 100}, people, out));
    CHECK(out[1] == std::min(need, 6.0));
    CHECK(out[0] + out[1] + out[2] == Approx(need));
    if (need > 6) CHECK(out[0] == Approx(out[2]));
  }
  // Most of them, each capped: they are at their caps at every level that can be written.
  People<double> hopeless{{1, -10, 5e-324}, {2, -10, 100}, {3, -10, 5e-324}, {4, -10, 5e-324}, {5, -10, 100}, {6, -10, 5e-324}};
  hopeless.most = {6, 10, 6, 6, 10, 6};
  REQUIRE(run(LeverageWaterFilling{}, {30, 1, 100, 100}, hopeless, out));
  for (std::size_t i = 0; i < out.size(); ++i) CHECK(out[i] == Approx(hopeless.equities[i] < 1 ? 6 : 3));
  // Numbers so small that they have no relative roundoff: still no new bankruptcy.
  for (int k = 1; k < 40; ++k)
    for (const double price : {100.5, 102.0, 103.0, 107.0}) {
      People<double> tiny{{1, -10, k * 5e-324}};
      REQUIRE(run(ContractsProRata{}, {3, 1, 100, price}, tiny, out));
      CHECK((price - 100) * out[0] <= k * 5e-324);
    }
}

TEST_CASE("what rounding leaves is given to nobody beyond what he has", "[adl]") {
  std::vector<double> out;
  People<double> shorts{{1, -8428260248.0563068, 1e12}, {2, -52536.942636258907, 1e12}, {3, -3.4007028545080456e-08, 1e12}};
  REQUIRE(run(ContractsProRata{}, {842831278.49989438, 1, 100, 100}, shorts, out));
  for (std::size_t i = 0; i < out.size(); ++i) CHECK(out[i] <= -shorts.sizes[i]);
  std::vector<double> share{0.30346826941509558};
  const double most = 0.83895172584603028;
  const auto a = settle<double>(most, share, [&](std::size_t) { return most; }, {0, 0, 0, 0, 0});
  CHECK(share[0] == most);
  CHECK(a.placed == most);
}

TEST_CASE("a position that is closed needs no entry price", "[adl][bad_input]") {
  People<double> people{{1, 0, 100}, {2, -1, 100}};
  people.entries = {0, 90};
  CHECK(Candidates<double>::make(people.columns()));
  people.entries = {0, 0};
  CHECK(is(fault(people.columns()), Errc::bad_price, Field::entry, 1));
}

TEST_CASE("a score that is no number: an error of who may be taken, nothing of others", "[adl]") {
  for (const std::size_t n : {3U, 5'000U})
    for (const double bad : {not_a_number, infinity, -infinity}) {
      People<double> people;
      for (std::size_t i = 0; i < n; ++i) {
        people.add(i, i % 2 == 0 ? -1 : 1, i % 10 == 4 ? 0 : 100);
        people.scores.push_back(static_cast<double>(i % 7));
      }
      std::vector<double> out, expected;
      const Deleverage<double> d{static_cast<double>(n) / 10, 1, 100, 100};
      REQUIRE(run(AdlQueue{}, d, people, expected));
      const auto last = static_cast<std::uint32_t>((n - 1) / 2 * 2);
      people.scores[1] = bad;             // on the same side
      if (n > 4) people.scores[4] = bad;  // without equity
      const auto a = run(AdlQueue{}, d, people, out);
      REQUIRE(a);
      CHECK(out == expected);
      for (const std::uint32_t who : {std::uint32_t{0}, last}) {
        if (people.equities[who] == 0) continue;
        People<double> p = people;
        p.scores[who] = bad;
        CHECK(is(fault(AdlQueue{}, d, p), Errc::bad_number, Field::score, who));
      }
    }
}

namespace {

/// The queue by a sort.
std::vector<double> sorted_queue(const People<double>& people, double need) {
  std::vector<std::size_t> order(people.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return people.scores[i] != people.scores[j] ? people.scores[j] < people.scores[i] : people.ids[i] < people.ids[j];
  });
  std::vector<double> out(people.size(), 0);
  for (const std::size_t i : order) {
    if (people.sizes[i] >= 0 || people.equities[i] <= 0) continue;
    out[i] = std::min(need, -people.sizes[i]);
    need -= out[i];
  }
  return out;
}

}  // namespace

TEST_CASE("the queue of few and of many, whatever the scores, is that of a sort", "[adl]") {
  std::mt19937_64 random(20'251'010);
  const auto drawn = [&random](double low, double high) { return std::uniform_real_distribution<double>(low, high)(random); };
  const auto lognormal = [&random] { return std::lognormal_distribution<double>(0, 1.5)(random); };
  using Draw = std::function<double(std::size_t)>;
  const std::vector<Draw> kinds{
      [](std::size_t) { return 1.0; },
      [&](std::size_t) { return drawn(1, 1.05); },
      [&](std::size_t) { return drawn(1, 1 + 1e-12); },
      [&](std::size_t) { return random() % 2 == 0 ? 0.0 : lognormal(); },
      [&](std::size_t) { return random() % 2 == 0 ? 0.0 : -0.0; },
      [&](std::size_t) { return -lognormal(); },
      [&](std::size_t) { return lognormal() * (random() % 3 == 0 ? -1 : 1); },
      [&](std::size_t) { return drawn(-1, 1) * std::numeric_limits<double>::max(); },
      [&](std::size_t) { return static_cast<double>(random() % 9) * 5e-324 * (random() % 2 == 0 ? -1 : 1); },
      [](std::size_t i) { return static_cast<double>(i % 16); },                 // with the steps of a sample
      [](std::size_t i) { return i % 2 == 0 ? static_cast<double>(i) : -1e9; },  // half of it where no sample looks
      [](std::size_t i) { return i == 4'321 ? 2.0 : 1.0; },
  };
  for (const std::size_t n : {std::size_t{4'000}, std::size_t{4'095}, std::size_t{4'096}, std::size_t{4'097}, std::size_t{20'000}})
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
      INFO("n " << n << ", scores " << kind);
      People<double> people;
      double total = 0;
      for (std::size_t i = 0; i < n; ++i) {
        // Whole numbers: every sum is exact.
        people.add((i * 2'654'435'761U) % 4'294'967'291U, std::floor(1 + 3 * lognormal()) * (random() % 8 == 0 ? 1 : -1), random() % 16 == 0 ? 0 : 100);
        people.scores.push_back(kinds[kind](i));
        if (people.sizes[i] < 0 && people.equities[i] > 0) total -= people.sizes[i];
      }
      if (kind % 3 == 0)  // a whale, whom a sample may miss
        people.sizes[n / 3] = -std::floor(total), people.equities[n / 3] = 100, total = 0;
      if (total == 0)
        for (std::size_t i = 0; i < n; ++i)
          if (people.sizes[i] < 0 && people.equities[i] > 0) total -= people.sizes[i];
      for (const double need : {0.0, 1.0, std::floor(total / 1'000), std::floor(total / 20), std::floor(total / 2), total - 1, total, total + 1}) {
        std::vector<double> out;
        const auto a = run(AdlQueue{}, {need, 1, 100, 100}, people, out);
        REQUIRE(a);
        const std::vector<double> expected = sorted_queue(people, need);
        REQUIRE(out == expected);
        CHECK(a->placed == std::min(need, total));
        CHECK(a->unplaced == std::max(0.0, need - total));
        CHECK(a->touched == static_cast<std::size_t>(std::count_if(expected.begin(), expected.end(), [](double x) { return x > 0; })));
      }
    }
}

TEST_CASE("a need that is the total but for rounding is placed, by every policy, few or many", "[adl]") {
  std::mt19937_64 random(7);
  for (const std::size_t n : {50U, 6'000U}) {
    People<double> people;
    double total = 0;
    for (std::size_t i = 0; i < n; ++i) {
      people.add(i, -std::lognormal_distribution<double>(0, 2)(random), 1e5);
      people.scores.push_back(std::lognormal_distribution<double>(0, 1)(random));
      people.entries.push_back(101 + static_cast<double>(random() % 10));
      people.added_variance.push_back(static_cast<double>(random() % 10));
      total -= people.sizes[i];
    }
    for (const double part : {1 - 0x1p-53, 1 - 0x1p-52, 1 - 0x1p-50, 1 - 0x1p-40, 1.0})
      each_policy([&](const auto& policy) {
        if constexpr (!requires { policy.lot; }) {
          std::vector<double> out;
          const auto a = run(policy, {total * part, 1, 100, 100}, people, out);
          REQUIRE(a);
          const double sum = std::accumulate(out.begin(), out.end(), 0.0);
          CHECK(a->placed == total * part);
          CHECK(a->unplaced == 0);
          CHECK(std::abs(sum - total * part) <= 1e-12 * total);
          for (std::size_t i = 0; i < n; ++i) CHECK_FALSE((out[i] < 0 || out[i] > -people.sizes[i]));
        }
      });
  }
}

TEMPLATE_TEST_CASE("gains are cut in proportion, and where they are too little that is said", "[adl]", LOADLINE_SCALARS) {
  using T = TestType;
  std::vector<Money<T>> gains{8, 4, Money<T>(T(T(1) / T(2))), -3, 0};
  std::vector<Money<T>> kept(5, Money<T>(0));
  const auto half = gains_haircut<T>(Money<T>(T(T(25) / T(4))), gains, kept);
  REQUIRE(half);
  CHECK(half->share == Ratio<T>(T(T(1) / T(2))));
  CHECK(half->missing == Money<T>(0));
  CHECK(kept == std::vector<Money<T>>{4, 2, Money<T>(T(T(1) / T(4))), -3, 0});
  const auto all = gains_haircut<T>(Money<T>(20), gains, kept);
  CHECK(all->share == Ratio<T>(1));
  CHECK(all->missing == Money<T>(T(T(15) / T(2))));
  CHECK(kept == std::vector<Money<T>>{0, 0, 0, -3, 0});
  const auto none = gains_haircut<T>(Money<T>(0), gains, kept);
  CHECK(none->share == Ratio<T>(0));
  CHECK(kept == gains);
  const std::vector<Money<T>> losers{-1, -2};
  const auto nobody = gains_haircut<T>(Money<T>(5), losers, kept);
  CHECK(nobody->missing == Money<T>(5));
  const auto nothing = gains_haircut<T>(Money<T>(0), losers, kept);
  CHECK(nothing->share == Ratio<T>(0));
  CHECK(nothing->missing == Money<T>(0));

  const auto code = [&](const T& needed, const std::vector<Money<T>>& g, std::size_t places = 5) {
    const auto cut = gains_haircut<T>(Money<T>(needed), g, std::span<Money<T>>(kept).first(places));
    return cut ? std::optional<Error>() : std::optional<Error>(cut.error());
  };
  CHECK(is(code(T(-1), gains), Errc::bad_parameter, Field::deficit));
  CHECK(is(code(num<T>(not_a_number), gains), Errc::bad_number, Field::deficit));
  CHECK(is(code(T(1), gains, 4), Errc::bad_size, Field::counterparty));
  std::vector<Money<T>> bad = gains;
  bad[3] = Money<T>(num<T>(not_a_number));
  CHECK(is(code(T(1), bad), Errc::bad_number, Field::amount, 3));
  bad = {Money<T>(num<T>(1e308)), Money<T>(num<T>(1e308))};
  CHECK(is(code(T(1), bad), Errc::overflow, Field::amount, 1));
}
