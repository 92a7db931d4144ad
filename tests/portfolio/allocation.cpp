// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/strict.hpp"
#include "waterfall/people.hpp"

#include <loadline/liquidation/feed_death.hpp>
#include <loadline/market/book.hpp>
#include <loadline/portfolio/portfolio.hpp>
#include <loadline/pricing/guard.hpp>
#include <loadline/waterfall/closing_account.hpp>
#include <loadline/waterfall/collateral_spiral.hpp>
#include <loadline/waterfall/lots.hpp>
#include <loadline/waterfall/pro_rata.hpp>
#include <loadline/waterfall/queue.hpp>
#include <loadline/waterfall/water_filling.hpp>
#include <loadline/waterfall/waterfall.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

namespace {

// Every allocation of this program is counted: all forms of operator new come through here.
std::size_t allocations = 0;

void* count_and_allocate(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void* count_and_allocate(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto a = static_cast<std::size_t>(alignment);
  if (void* p = std::aligned_alloc(a, (size + a - 1) / a * a)) return p;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return count_and_allocate(size);
}
void* operator new[](std::size_t size) {
  return count_and_allocate(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return count_and_allocate(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return count_and_allocate(size, alignment);
}
void operator delete(void* p) noexcept {
  std::free(p);
}
void operator delete[](void* p) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}
void operator delete[](void* p, std::size_t) noexcept {
  std::free(p);
}
void operator delete(void* p, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete[](void* p, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}

namespace {

using loadline::Bound;
using loadline::Bracket;
using loadline::KeyId;
using loadline::Outcome;
using loadline::Portfolio;
using loadline::Position;
using loadline::Price;
using loadline::Ratio;
using loadline::Toward;
using loadline::Workspace;

/// How often `f` allocates.
template <class F>
std::size_t allocations_of(const F& f) {
  const std::size_t before = allocations;
  f();
  return allocations - before;
}

template <class T>
struct Sample {
  std::array<Bracket<T>, 3> rows{Bracket<T>{.cap = T(50'000), .rate = T(T(4) / T(1'000))}, Bracket<T>{.cap = T(250'000), .rate = T(T(5) / T(1'000))},
                                 Bracket<T>{.rate = T(T(1) / T(100))}};
  std::array<Position<T>, 4> positions{
      Position<T>{.key = {0}, .size = 3, .entry = 60'000, .brackets = rows, .side = loadline::Side::long_leg, .tick = Price<T>(T(T(1) / T(10)))},
      Position<T>{.key = {0}, .size = -1, .entry = 61'000, .brackets = rows, .side = loadline::Side::short_leg},
      Position<T>{.key = {1}, .size = -40, .entry = 2'500, .brackets = rows, .leverage = Ratio<T>(20)},
      Position<T>{.key = {2}, .size = 100, .entry = 150, .brackets = rows, .isolated_margin = loadline::Quantity<T>(900)}};
  std::array<Price<T>, 4> marks{60'500, 2'450, 149, 1};
  loadline::Account<T> account{.cash = 20'000, .positions = positions};
};

template <class T>
void ask_everything(const Portfolio<T>& p, std::span<const Price<T>> marks, bool expect_price) {
  Workspace<T> workspace(p);
  std::vector<Bound<T>> bounds(p.keys().size(), Bound<T>(Outcome::none));
  std::vector<loadline::PositionFigures<T>> figures(p.legs().size(), {0, 0, 0, 0, 0, 0, T(0), 0, T(0), 0, false, std::nullopt});
  std::vector<loadline::ExplainedLeg<T>> rows(p.legs().size(), {0, {0}, 0, 0, 0, 0, 0, 0, 0, 0, T(0)});
  std::vector<loadline::ExplainedAsset<T>> assets(p.holdings().size(), {std::nullopt, 0, 0, 0, 0, 0});
  const std::vector<Ratio<T>> betas(p.key_count(), Ratio<T>(1));
  bool found = false, kept = true;

  CHECK(allocations_of([&] { kept = kept && p.excess(marks) == p.excess(marks); }) == 0);
  CHECK(allocations_of([&] { kept = kept && p.equity(marks) == p.equity(marks); }) == 0);
  CHECK(allocations_of([&] { kept = kept && p.maintenance(marks) == p.maintenance(marks); }) == 0);
  CHECK(allocations_of([&] { kept = kept && p.margin_ratio(marks).has_value(); }) == 0);
  CHECK(allocations_of([&] { kept = kept && p.figures(marks).certain; }) == 0);
  CHECK(allocations_of([&] { kept = kept && p.status(marks) == p.status(marks); }) == 0);
  CHECK(allocations_of([&] { p.positions(marks, figures); }) == 0);
  for (const Toward side : {Toward::below, Toward::above}) CHECK(allocations_of([&] { p.liquidation_prices(marks, side, workspace, bounds); }) == 0);
  for (std::uint32_t k = 0; k < p.key_count(); ++k) {
    const KeyId key{k};
    CHECK(allocations_of([&] { found = p.liquidation_below(marks, key).has_value() || found; }) == 0);
    CHECK(allocations_of([&] { found = p.liquidation_above(marks, key).has_value() || found; }) == 0);
    CHECK(allocations_of([&] { found = p.liquidation_price(marks, key).below.has_value() || found; }) == 0);
    CHECK(allocations_of([&] { found = p.bankruptcy_price(marks, key).below.has_value() || found; }) == 0);
    CHECK(allocations_of([&] { found = p.distance(marks, key).has_value() || found; }) == 0);
    CHECK(allocations_of([&] { found = p.solve(marks, key, workspace).below.liquidation.has_value() || found; }) == 0);
    CHECK(allocations_of([&] { kept = p.explain(marks, key, marks[k], rows, assets).ratio.raw() == T(1) && kept; }) == 0);
  }
  CHECK(allocations_of([&] { p.solve_each(marks, workspace, [&](KeyId, const loadline::PathAnswer<T>& a) { kept = kept && !a.overflow; }); }) == 0);
  CHECK(allocations_of([&] { found = p.solve(marks, betas, workspace).below.liquidation.has_value() || found; }) == 0);
  CHECK(allocations_of([&] { found = p.binding(marks, workspace).has_value() || found; }) == 0);
  CHECK(allocations_of([&] { kept = kept && p.loss_slope(marks, KeyId{0}).collateral == p.loss_slope(marks, KeyId{0}).collateral; }) == 0);
  CHECK(allocations_of([&] { kept = loadline::check_marks<T>(marks).has_value() && kept; }) == 0);
  CHECK(found == expect_price);  // the queries did search
  CHECK(kept);
}

}  // namespace

TEMPLATE_TEST_CASE("after make no query allocates", "[allocation]", LOADLINE_SCALARS) {
  using T = TestType;
  const Sample<T> sample;
  const auto made = Portfolio<T>::make(sample.account, 4);
  REQUIRE(made);
  ask_everything<T>(*made, sample.marks, true);
  REQUIRE(made->isolated().size() == 1);
  ask_everything<T>(made->isolated().front(), sample.marks, true);
}

TEMPLATE_TEST_CASE("no query allocates where requirements jump and the equity test is on", "[allocation]", LOADLINE_SCALARS) {
  using T = TestType;
  Sample<T> sample;
  for (Position<T>& p : sample.positions) p.bracket_rule = loadline::BracketRule::whole;
  sample.account.rule.equity = true;
  const auto made = Portfolio<T>::make(sample.account, 4);
  REQUIRE(made);
  ask_everything<T>(*made, sample.marks, true);
}

TEMPLATE_TEST_CASE("deaths by feed allocate nothing, of one key and of several", "[allocation]", LOADLINE_SCALARS) {
  using T = TestType;
  const Sample<T> sample;
  const auto made = Portfolio<T>::make(sample.account, 4);
  REQUIRE(made);
  const T base = sample.marks[0].raw();
  const loadline::Source<T> sources[] = {{base}, {T(base * num<T>(1.001))}, {T(base * num<T>(0.999))}, {sample.marks[1].raw()}};
  const loadline::Ratio<T> third(num<T>(1.0 / 3));
  const loadline::Guarded<T, loadline::Spot, loadline::Spot, loadline::Spot> index{
      loadline::FarSource::left_out, num<T>(0.05), {third, third, third}, {{0}, {1}, {2}}};
  const loadline::PriceMap both(loadline::Keyed{KeyId{0}, index}, loadline::Keyed{KeyId{1}, loadline::Spot{0}});
  loadline::FeedWorkspace<T> workspace(*made);
  std::array<loadline::FeedDeath<T>, 4> out;
  std::optional<loadline::Error> fault;
  CHECK(allocations_of([&] { fault = loadline::deaths_by_feed<T>(*made, sample.marks, both, sources, 0, workspace, out); }) == 0);
  CHECK(!fault);
  CHECK(out[1].below.outcome != loadline::FeedOutcome::unpriced);
}

TEMPLATE_TEST_CASE("a coin and the peg on it are asked for without allocation", "[allocation]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<KeyId> factors{KeyId{0}, KeyId{1}};
  const std::vector<loadline::DerivedPrice<T>> derived{{.times = factors}};
  const std::vector<loadline::WeightTier<T>> tiers{{.cap = T(100), .weight = T(1)}, {.weight = T(T(1) / T(2))}};
  const std::vector<loadline::Asset<T>> assets{{.amount = T(10), .key = KeyId{2}, .weight_tiers = tiers}};
  loadline::Account<T> account{.cash = T(-100)};
  account.rule.level = true;
  account.assets = assets;
  account.derived = derived;
  const auto made = Portfolio<T>::make(account, 2);
  REQUIRE(made);
  const std::vector<Price<T>> marks{T(20), T(1)};
  Workspace<T> workspace(*made);
  bool found = false;
  for (std::uint32_t k = 0; k < 2; ++k) {
    CHECK(allocations_of([&] { found = made->liquidation_below(marks, KeyId{k}, workspace).has_value(); }) == 0);
    CHECK(found);
    CHECK(allocations_of([&] { found = made->liquidation_above(marks, KeyId{k}, workspace).has_value(); }) == 0);
    CHECK(allocations_of([&] { found = made->liquidation_price(marks, KeyId{k}, workspace).below.has_value(); }) == 0);
    CHECK(found);
  }
}

TEMPLATE_TEST_CASE("a collateral spiral allocates nothing", "[allocation]", LOADLINE_SCALARS) {
  using T = TestType;
  constexpr loadline::KeyId coin{0};
  const std::vector<loadline::Asset<T>> held{{.amount = T(500), .key = coin}};
  const auto made = Portfolio<T>::make({.cash = T(-400), .assets = held, .rule = {.requirement = false, .level = true}}, 1);
  const std::array<loadline::BookLevel<T>, 2> levels{loadline::BookLevel<T>{loadline::bps<T>(9'000), T(300)}, {loadline::bps<T>(7'000), T(900)}};
  const auto bids = loadline::Levels<T>::make(loadline::BookSide::bids, levels);
  REQUIRE(made.has_value());
  REQUIRE(bids.has_value());
  const std::array<loadline::SpiralAccount<T>, 2> accounts{loadline::SpiralAccount<T>{&*made, T(500)}, {&*made, T(200)}};
  std::array<loadline::Source<T>, 1> sources{loadline::Source<T>{loadline::bps<T>(7'900)}};
  std::array<loadline::Price<T>, 1> marks{loadline::Price<T>(T(1))};
  std::array<loadline::SpiralFate<T>, 2> fates;
  std::array<loadline::SpiralRound<T>, 3> rounds;
  std::array<loadline::Transfer<T>, 2> transfers;
  loadline::Ledger<T> ledger(transfers);
  const loadline::PriceMap rules(loadline::Keyed{coin, loadline::Spot{0}});
  std::uint32_t deaths = 0;
  CHECK(allocations_of([&] {
          deaths = loadline::collateral_spiral<T>({.key = coin, .source = 0}, accounts, rules, *bids, {sources, marks, fates, rounds}, ledger)->deaths;
        }) == 0);
  CHECK(deaths == 2);
}

TEMPLATE_TEST_CASE("a whole waterfall allocates nothing", "[allocation]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Bracket<T>> rows{{.cap = T(1'000), .rate = T(T(1) / T(64))}, {.rate = T(T(1) / T(32))}};
  const std::vector<Position<T>> positions{{.key = KeyId{0}, .size = 20, .entry = 100, .brackets = rows},
                                           {.key = KeyId{1}, .size = -20, .entry = 100, .brackets = rows}};
  const auto portfolio = Portfolio<T>::make({.cash = T(100), .positions = positions}, 2);
  REQUIRE(portfolio);
  auto closing = loadline::ClosingAccount<T>::make(*portfolio);
  const std::vector<loadline::BookLevel<T>> bids{{T(90), T(4)}}, asks{{T(101), T(4)}};
  const auto b = loadline::Levels<T>::make(loadline::BookSide::bids, bids), a = loadline::Levels<T>::make(loadline::BookSide::asks, asks);
  auto fund = loadline::InsuranceFund<T>::make({.balance = T(40)});
  REQUIRE(closing);
  REQUIRE(b);
  REQUIRE(a);
  REQUIRE(fund);
  std::vector<loadline::TradedBook<T, loadline::Levels<T>>> books{{KeyId{0}, *b, *a}, {KeyId{1}, *b, *a}};
  loadline::BookMarket<T, loadline::Levels<T>> market{books};
  People<T> shorts{{1, T(-100), T(100)}}, longs{{2, T(100), T(100)}};
  const loadline::OtherSide<T> others[] = {{KeyId{0}, shorts.view(), 0}, {KeyId{1}, longs.view(), 10}};
  loadline::DeleveragingWorkspace<T> workspace(1);
  std::vector<loadline::Transfer<T>> storage(40);
  std::vector<loadline::WaterfallStep<T>> steps(10, {loadline::Stage::market, loadline::StepEnd::filled, 0, T(0), T(0), T(0), std::nullopt, T(0)});
  loadline::Ledger<T> ledger(storage);
  const loadline::Waterfall<T, loadline::CloseEverything, loadline::AtBankruptcy, loadline::ContractsProRata> waterfall{{}, {}, {}};
  const std::vector<Price<T>> marks{T(91), T(100)};
  std::size_t done = 0;
  CHECK(allocations_of([&] {
          loadline::Closing<T> account = closing->at(marks);
          const auto report = waterfall.run(account, market, *fund, std::span<const loadline::OtherSide<T>>(others), workspace, ledger,
                                            std::span<loadline::WaterfallStep<T>>(steps));
          done = report ? report->steps : 0;
        }) == 0);
  CHECK(done > 3);
}

TEMPLATE_TEST_CASE("no policy of deleveraging allocates, of few candidates or of many", "[allocation]", LOADLINE_SCALARS) {
  using T = TestType;
  for (const int n : {10, 6'000}) {
    People<T> people;
    for (int i = 0; i < n; ++i) {
      people.add(static_cast<std::uint64_t>(i), T(-1 - i % 5), T(100 + i % 17));
      people.entries.push_back(T(90 + i % 30));
      people.scores.push_back(T(i % 700));
      people.added_variance.push_back(T(i % 9 - 3));
    }
    const loadline::Candidates<T> candidates = people.view();
    loadline::DeleveragingWorkspace<T> workspace(people.size());
    std::vector<T> out(people.size(), T(0));
    const loadline::Deleverage<T> d{T(n), 1, T(100), T(101)};
    const auto allocates = [&](const auto& policy) {
      bool done = false;
      const std::size_t count = allocations_of([&] { done = policy.allocate(d, candidates, workspace, std::span<T>(out)).has_value(); });
      CHECK(done);
      return count;
    };
    CHECK(allocates(loadline::AdlQueue{}) == 0);
    CHECK(allocates(loadline::ContractsProRata{}) == 0);
    CHECK(allocates(loadline::ProfitProRata{}) == 0);
    CHECK(allocates(loadline::RiskAwareProRata<T>{}) == 0);
    CHECK(allocates(loadline::LeverageWaterFilling{}) == 0);
    CHECK(allocates(loadline::LeastHedgeBreaking<T>{T(2)}) == 0);
    CHECK(allocates(loadline::WholeLots<T, loadline::AdlQueue>{{}, T(1)}) == 0);
  }
}

TEMPLATE_TEST_CASE("the counter counts: make and a workspace allocate", "[allocation]", LOADLINE_SCALARS) {
  using T = TestType;
  const Sample<T> sample;
  std::optional<loadline::Result<Portfolio<T>>> made;
  CHECK(allocations_of([&] { made.emplace(Portfolio<T>::make(sample.account, 4)); }) > 0);
  REQUIRE(made->has_value());
  CHECK(allocations_of([&] { const Workspace<T> workspace(**made); }) > 0);
  CHECK(allocations_of([&] { const Portfolio<T> copy = **made; }) > 0);
}
