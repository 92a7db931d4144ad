// SPDX-License-Identifier: Apache-2.0
// What shocks do to a fund, what it covers, how large it should be, and when a tail has no answer.
#include "support/sample.hpp"
#include "waterfall/fund_support.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/waterfall/fund_path.hpp>
#include <loadline/waterfall/fund_tail.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using namespace loadline;

template <class T>
std::vector<Money<T>> money(std::initializer_list<int> values) {
  std::vector<Money<T>> out;
  for (const int v : values) out.push_back(T(v));
  return out;
}
/// Sorted losses, many of them equal, some zero.
template <class T>
std::vector<Money<T>> any_losses() {
  std::vector<Money<T>> out;
  for (int i = 0, count = *rc::gen::inRange(1, 40); i < count; ++i) out.push_back(figure<T>(*rc::gen::element(4, 1'000)));
  std::sort(out.begin(), out.end());
  return out;
}
template <class T>
std::span<const Money<T>> view(const std::vector<Money<T>>& v) {
  return v;
}
const TailFit<double> sound{.threshold = 10, .shape = 0.5, .scale = 7, .losses = 2'000, .exceedances = 100};

}  // namespace

TEMPLATE_TEST_CASE("a fund under a list of shocks", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto fund = *InsuranceFund<T>::make({.balance = 1'000});
  const std::array<FundShock<T>, 4> shocks{
      FundShock<T>{.time = 0, .deficit = 250}, {.time = 10, .deficit = 350, .inflow = 100}, {.time = 20, .deficit = 600}, {.time = 200, .inflow = 40}};
  std::array<WindowSample<T>, 5> scratch{};
  std::array<FundStep<T>, 4> out{};
  REQUIRE_FALSE(drawdown_path<T>(fund, shocks, {scratch, 100}, out));
  CHECK(out[0].balance.raw() == T(750));
  CHECK(out[0].drawdown.raw() == bps<T>(2'500));  // from the balance before the first shock
  CHECK(out[1].balance.raw() == T(500));
  CHECK(out[1].drawdown.raw() == bps<T>(5'000));
  CHECK(out[2].paid.raw() == T(500));
  CHECK(out[2].unpaid.raw() == T(100));
  CHECK(out[2].drawdown.raw() == T(1));
  CHECK(out[3].balance.raw() == T(40));
  CHECK(out[3].drawdown.raw() == T(0));  // the window has forgotten
  CHECK(fund.balance().raw() == T(1'000));
}

TEST_CASE("a path is the recursion of the fund, and its drawdown that of the window", "[waterfall][fund][laws]") {
  check_property("exactly, in rationals", 300, [] {
    using T = Rational;
    const T start = figure<T>(3'000);
    const Time width = *rc::gen::inRange(1, 60);
    std::vector<FundShock<T>> shocks;
    Time now = 0;
    for (int i = 0, count = *rc::gen::inRange(0, 25); i < count; ++i)
      shocks.push_back({.time = now += *rc::gen::inRange(0, 20), .deficit = figure<T>(500), .inflow = figure<T>(200)});
    std::vector<WindowSample<T>> scratch(shocks.size() + 1);
    std::vector<FundStep<T>> out(shocks.size());
    RC_ASSERT(!(drawdown_path<T>(*InsuranceFund<T>::make({.balance = start}), shocks, {scratch, width}, out)));
    T fund = start;
    std::vector<std::pair<Time, T>> past;
    if (!shocks.empty()) past.emplace_back(shocks[0].time, start);
    for (std::size_t i = 0; i < shocks.size(); ++i) {
      const T deficit = shocks[i].deficit.raw(), paid = fund < deficit ? fund : deficit;
      fund += shocks[i].inflow.raw() - paid;
      past.emplace_back(shocks[i].time, fund);
      T peak = fund;
      for (std::size_t j = 0; j + 1 < past.size(); ++j)
        if (shocks[i].time - width < past[j + 1].first && peak < past[j].second) peak = past[j].second;
      RC_ASSERT(out[i].balance.raw() == fund && out[i].paid.raw() == paid && out[i].unpaid.raw() == T(deficit - paid) && fund >= 0);
      RC_ASSERT(out[i].drawdown.raw() == (peak == 0 ? T(1) : T(1 - fund / peak)));
    }
  });
}

TEMPLATE_TEST_CASE("a path that fails names the shock and writes nothing", "[waterfall][fund][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto fund = *InsuranceFund<T>::make({.balance = 10});
  std::array<WindowSample<T>, 3> scratch{};
  std::array<FundStep<T>, 2> out{};
  const auto refused = [&](std::vector<FundShock<T>> shocks, Time width = 100) {
    const auto e = drawdown_path<T>(fund, shocks, {scratch, width}, out);
    REQUIRE(e.has_value());
    CHECK(out[0].balance.raw() == T(0));
    return *e;
  };
  const FundShock<T> good{.time = 5, .deficit = 1};
  CHECK(refused({good, {.time = 6, .deficit = -1}}) == Error{Errc::bad_parameter, Field::deficit, 1});
  CHECK(refused({good, {.time = 6, .inflow = -1}}) == Error{Errc::bad_parameter, Field::amount, 1});
  CHECK(refused({good, {.time = 4}}) == Error{Errc::bad_time, Field::source_time, 1});
  CHECK(refused({good, good, good}) == Error{Errc::bad_size, Field::shock});
  CHECK(refused({good}, 0) == Error{Errc::bad_parameter, Field::window});
  CHECK(drawdown_path<T>(fund, std::vector{good}, {{scratch.data(), 1}, 100}, out) == Error{Errc::bad_size, Field::window});
}

TEMPLATE_TEST_CASE("a cover ratio is fund over open interest", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  CHECK(cover_ratio<T>({.fund = 25, .open_interest = 1'000})->raw() == bps<T>(250));
  CHECK(cover_ratio<T>({.fund = 0, .open_interest = 1'000})->raw() == T(0));
  CHECK(error_of(cover_ratio<T>({.fund = -1, .open_interest = 1})) == Error{Errc::bad_fund, Field::fund});
  CHECK(error_of(cover_ratio<T>({.fund = 1, .open_interest = 0})) == Error{Errc::bad_parameter, Field::open_interest});
  CHECK(error_of(cover_ratio<T>({.fund = num<T>(infinity), .open_interest = 1})) == Error{Errc::bad_number, Field::fund});
  CHECK(error_of(cover_ratio<T>({.fund = 1, .open_interest = num<T>(not_a_number)})) == Error{Errc::bad_number, Field::open_interest});
  CHECK(error_of(cover_ratio<T>({.fund = num<T>(1e300), .open_interest = num<T>(1e-300)})) == Error{Errc::overflow, Field::fund});
}

TEMPLATE_TEST_CASE("ten losses, a fund that costs 2 and a shortfall that costs 10: two may exceed it", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto losses = money<T>({0, 0, 1, 2, 3, 5, 8, 13, 21, 34});
  const auto best = [&](int carry, int shortfall) { return newsvendor_fund<T>({.carry = carry, .shortfall = shortfall}, view(losses))->raw(); };
  CHECK(best(2, 10) == T(13));
  CHECK(best(1, 10) == T(21));
  CHECK(best(0, 10) == T(34));   // money that costs nothing: the largest loss
  CHECK(best(9, 100) == T(34));  // not even one
  CHECK(best(10, 10) == T(0));
  CHECK(best(11, 10) == T(0));
  CHECK(best(9, 10) == T(0));
}

TEST_CASE("no other size costs less than the newsvendor's, and no smaller one as little", "[waterfall][fund][laws]") {
  check_property("exactly, in rationals, against every loss and the middles between them", 400, [] {
    using T = Rational;
    const auto losses = any_losses<T>();
    const T r = figure<T>(30), kappa = figure<T>(30) + 1;
    const auto cost = [&](const T& k) {
      T sum = 0;
      for (const auto& d : losses) sum += d.raw() > k ? T(d.raw() - k) : T(0);
      return T(r * k + kappa * sum / static_cast<int>(losses.size()));
    };
    const T best = newsvendor_fund<T>({.carry = r, .shortfall = kappa}, view(losses))->raw();
    std::vector<T> candidates{T(0)};
    for (std::size_t i = 0; i < losses.size(); ++i) {
      candidates.push_back(losses[i].raw());
      if (i > 0) candidates.push_back((losses[i].raw() + losses[i - 1].raw()) / 2);
    }
    for (const T& k : candidates) RC_ASSERT((k < best ? cost(best) < cost(k) : cost(best) <= cost(k)));
    if (r < kappa && r > 0) RC_ASSERT(best == sample_tail<T>(Ratio<T>(T(1 - r / kappa)), view(losses))->value_at_risk.raw());
  });
}

TEMPLATE_TEST_CASE("the mean beyond a probability, of a sample", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto losses = money<T>({0, 10, 20, 40});
  const auto tail = [&](int percent) { return *sample_tail<T>(Ratio<T>(bps<T>(100 * percent)), view(losses)); };
  CHECK(tail(50).value_at_risk.raw() == T(10));
  CHECK(tail(50).expected_shortfall.raw() == T(30));
  CHECK(tail(75).value_at_risk.raw() == T(20));
  CHECK(tail(75).expected_shortfall.raw() == T(40));
  CHECK(tail(99).value_at_risk.raw() == T(40));
  CHECK(tail(99).expected_shortfall.raw() == T(40));
  CHECK(sample_tail<T>(Ratio<T>(num<T>(1e-17)), view(losses))->value_at_risk.raw() == T(0));  // 1 - p is 1 in double: no loss is left beyond the first
  const std::vector<Money<T>> vast(20, Money<T>(num<T>(1e308)));
  CHECK(error_of(sample_tail<T>(Ratio<T>(bps<T>(5'000)), view(vast))) == Error{Errc::overflow, Field::shock});
  const std::vector<Money<T>> dust(2, Money<T>(num<T>(5e-324)));  // its parts vanish in double, the mean does not
  CHECK(sample_tail<T>(Ratio<T>(bps<T>(2'000)), view(dust))->expected_shortfall.raw() == num<T>(5e-324));
  const std::vector<Money<T>> level(7, Money<T>(T(T(1) / T(3))));
  for (int percent = 1; percent < 100; ++percent) {
    const auto flat = *sample_tail<T>(Ratio<T>(bps<T>(100 * percent)), view(level));
    CHECK_FALSE(flat.expected_shortfall < flat.value_at_risk);
  }
}

TEST_CASE("the sample's shortfall is the mean of its quantiles beyond p", "[waterfall][fund][laws]") {
  check_property("exactly, in rationals", 400, [] {
    using T = Rational;
    const auto losses = any_losses<T>();
    const T p(*rc::gen::inRange(1, 200), 200), n = static_cast<int>(losses.size());
    const auto tail = sample_tail<T>(Ratio<T>(p), view(losses));
    T area = 0;  // the i-th loss is the quantile on ((i) / n, (i + 1) / n]
    for (std::size_t i = 0; i < losses.size(); ++i) {
      const T low = static_cast<int>(i) / n, high = static_cast<int>(i + 1) / n;
      if (p < high) area += losses[i].raw() * T(high - (low < p ? p : low));
    }
    RC_ASSERT(tail->expected_shortfall.raw() == T(area / (1 - p)));
    RC_ASSERT(tail->value_at_risk.raw() <= tail->expected_shortfall.raw());
    const auto above = [&](const T& x) {
      return T(static_cast<int>(std::count_if(losses.begin(), losses.end(), [&x](const auto& l) { return l.raw() > x; })));
    };
    RC_ASSERT(above(tail->value_at_risk.raw()) <= n * (1 - p));
    for (const auto& l : losses) RC_ASSERT(!(l.raw() < tail->value_at_risk.raw()) || above(l.raw()) > n * (1 - p));
  });
}

TEMPLATE_TEST_CASE("Cover 2: the two largest of the worst scenario", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto losses = money<T>({5, -90, 7, 1,    //
                                9, 2, 0, 0,      //
                                -1, -2, -3, -4,  //
                                12, -5, 0, 0});
  std::array<Money<T>, 2> two{Money<T>(T(0)), T(0)};
  const auto c = cover_fund<T>(view(losses), 4, two);
  CHECK(c->amount.raw() == T(12));
  CHECK(c->scenario == 0);  // 5 + 7; the last ties with one loss of 12
  std::array<Money<T>, 1> one{Money<T>(T(0))};
  CHECK(cover_fund<T>(view(losses), 4, one)->scenario == 3);
  std::vector<Money<T>> many(9, Money<T>(T(0)));
  CHECK(cover_fund<T>(view(losses), 4, std::span(many))->amount.raw() == T(13));  // 5 + 7 + 1: gains do not pay for losses
  CHECK(cover_fund<T>(view(money<T>({-1, -2})), 2, two)->amount.raw() == T(0));
}

TEST_CASE("Cover N is what sorting says", "[waterfall][fund][laws]") {
  check_property("exactly, in rationals", 300, [] {
    using T = Rational;
    const auto members = *rc::gen::inRange<std::size_t>(1, 8), scenarios = *rc::gen::inRange<std::size_t>(1, 8), n = *rc::gen::inRange<std::size_t>(1, 6);
    std::vector<Money<T>> losses;
    for (std::size_t i = 0; i < members * scenarios; ++i) losses.push_back(T(figure<T>(500) - 150));
    T most = 0;
    for (std::size_t s = 0; s < scenarios; ++s) {
      std::vector<T> row;
      for (std::size_t j = 0; j < members; ++j) row.push_back(losses[s * members + j].raw());
      std::sort(row.rbegin(), row.rend());
      T sum = 0;
      for (std::size_t j = 0; j < std::min(n, members); ++j) sum += row[j] > 0 ? row[j] : T(0);
      most = sum > most ? sum : most;
    }
    std::vector<Money<T>> scratch(n, Money<T>(T(0)));
    RC_ASSERT(cover_fund<T>(view(losses), members, std::span(scratch))->amount.raw() == most);
  });
}

TEMPLATE_TEST_CASE("sizes name what they cannot be made of", "[waterfall][fund][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = num<T>(not_a_number);
  const auto losses = money<T>({1, 2}), none = money<T>({}), falling = money<T>({2, 1}), gains = money<T>({-2, 1});
  std::vector<Money<T>> broken{Money<T>(T(1)), Money<T>(nan)};
  const auto size = [&](const std::vector<Money<T>>& l, const T& carry = T(1), const T& shortfall = T(2)) {
    return error_of(newsvendor_fund<T>({.carry = carry, .shortfall = shortfall}, view(l)));
  };
  CHECK(size(none) == Error{Errc::tail_undefined, Field::exceedances});
  CHECK(size(falling) == Error{Errc::bad_parameter, Field::shock, 1});
  CHECK(size(gains) == Error{Errc::bad_parameter, Field::shock, 0});
  CHECK(size(broken) == Error{Errc::bad_number, Field::shock, 1});
  CHECK(size(losses, T(-1)) == Error{Errc::bad_parameter, Field::discount_rate});
  CHECK(size(losses, nan) == Error{Errc::bad_number, Field::discount_rate});
  CHECK(size(losses, T(1), T(0)) == Error{Errc::bad_parameter, Field::deficit});
  CHECK(size(losses, num<T>(1.5e308), num<T>(1.6e308)) == Error{Errc::overflow, Field::discount_rate});
  const auto tail = [&](const T& p) { return error_of(sample_tail<T>(Ratio<T>(p), view(losses))); };
  CHECK(tail(T(0)) == Error{Errc::bad_parameter, Field::probability});
  CHECK(tail(T(1)) == Error{Errc::bad_parameter, Field::probability});
  CHECK(tail(nan) == Error{Errc::bad_number, Field::probability});
  CHECK(error_of(sample_tail<T>(Ratio<T>(bps<T>(5'000)), view(none))) == Error{Errc::tail_undefined, Field::exceedances});
  std::array<Money<T>, 2> two{Money<T>(T(0)), T(0)};
  CHECK(error_of(cover_fund<T>(view(losses), 0, two)) == Error{Errc::bad_parameter, Field::counterparty});
  CHECK(error_of(cover_fund<T>(view(losses), 2, {})) == Error{Errc::bad_parameter, Field::counterparty});
  CHECK(error_of(cover_fund<T>(view(losses), 3, two)) == Error{Errc::bad_size, Field::shock});
  CHECK(error_of(cover_fund<T>(view(none), 3, two)) == Error{Errc::bad_size, Field::shock});
  CHECK(error_of(cover_fund<T>(view(broken), 1, two)) == Error{Errc::bad_number, Field::shock, 1, 0});
}

TEST_CASE("peaks over threshold: closed cases", "[waterfall][fund]") {
  // xi = 1/2, beta = 7, u = 10, one in twenty above it: of 1 in 2,000 a hundredth is left, whose root is 10: 10 + 14 (10 - 1) = 136; the mean 2 (136 + 7 - 5) =
  // 276.
  const auto half = *peaks_over_threshold<double>(Ratio<double>(1 - 1.0 / 2'000), sound);
  CHECK(half.value_at_risk.raw() == Approx(136).epsilon(1e-12));
  CHECK(half.expected_shortfall.raw() == Approx(276).epsilon(1e-12));
  auto fit = sound;
  fit.shape = 0;  // exponential: 10 + 7 ln 100, the mean 7 more
  const auto exponential = *peaks_over_threshold<double>(Ratio<double>(1 - 1.0 / 2'000), fit);
  CHECK(exponential.value_at_risk.raw() == Approx(10 + 7 * std::log(100.0)).epsilon(1e-12));
  CHECK(exponential.expected_shortfall.raw() == Approx(17 + 7 * std::log(100.0)).epsilon(1e-12));
  fit.shape = -0.5;  // ends at 10 + 14
  CHECK(peaks_over_threshold<double>(Ratio<double>(1 - 0x1p-40), fit)->value_at_risk.raw() == Approx(24 - 14 * std::sqrt(20 * 0x1p-40)).epsilon(1e-12));
  CHECK(peaks_over_threshold<double>(Ratio<double>(0.95), sound)->value_at_risk.raw() == Approx(10).epsilon(1e-12));  // at the threshold
  CHECK(peaks_over_threshold<float>(Ratio<float>(0.99F), {10, 0.5F, 7, 2'000, 100})->value_at_risk.raw() ==
        Approx(10 + 14 * (std::sqrt(5.0) - 1)).epsilon(1e-5));
}

TEST_CASE("the mean beyond p is the integral of the quantiles, and small shapes join the exponential", "[waterfall][fund][laws]") {
  check_property("in double, by the midpoint rule on a substitution that takes the end in", 100, [] {
    auto fit = sound;
    fit.shape = *rc::gen::inRange(-80, 60) / 100.0, fit.scale = Money<double>(*rc::gen::inRange(1, 100)),
    fit.threshold = Money<double>(*rc::gen::inRange(0, 100));
    const double p = 0.95 + *rc::gen::inRange(0, 49) / 1'000.0;
    const auto tail = *peaks_over_threshold<double>(Ratio<double>(p), fit);
    double sum = 0;
    constexpr int steps = 20'000;
    for (int i = 0; i < steps; ++i) {  // 1 - u = (1 - p) y^4
      const double y = (i + 0.5) / steps, left = (1 - p) * y * y * y * y;
      if (left < 1e-13) continue;  // 1 - left would be 1
      sum += peaks_over_threshold<double>(Ratio<double>(1 - left), fit)->value_at_risk.raw() * 4 * y * y * y / steps;
    }
    RC_ASSERT(std::abs(sum - tail.expected_shortfall.raw()) <= 2e-3 * tail.expected_shortfall.raw());
    RC_ASSERT(tail.value_at_risk.raw() <= tail.expected_shortfall.raw());
    auto heavier = fit;
    heavier.shape += 0.1;
    RC_ASSERT(peaks_over_threshold<double>(Ratio<double>(p), heavier)->value_at_risk.raw() >= tail.value_at_risk.raw() * (1 - 1e-14));
  });
  auto fit = sound;
  fit.shape = 0;
  const double flat = peaks_over_threshold<double>(Ratio<double>(0.999), fit)->value_at_risk.raw();
  for (const double shape : {1e-300, 1e-18, 1e-14, -1e-14, -1e-18}) {
    fit.shape = shape;
    CHECK(peaks_over_threshold<double>(Ratio<double>(0.999), fit)->value_at_risk.raw() == Approx(flat).epsilon(1e-12));
  }
}

TEST_CASE("a tail without a mean, or known from too little, has no figure", "[waterfall][fund][bad_input]") {
  const auto refused = [](auto change, double p = 0.99) {
    auto fit = sound;
    change(fit);
    return error_of(peaks_over_threshold<double>(Ratio<double>(p), fit));
  };
  using Fit = TailFit<double>;
  CHECK(refused([](Fit& f) { f.shape = 1; }) == Error{Errc::tail_undefined, Field::tail_shape});
  CHECK(refused([](Fit& f) { f.shape = 1.7; }) == Error{Errc::tail_undefined, Field::tail_shape});
  CHECK(refused([](Fit& f) { f.exceedances = 19; }) == Error{Errc::tail_undefined, Field::exceedances});
  CHECK(refused([](Fit& f) { f.exceedances = 0; }) == Error{Errc::tail_undefined, Field::exceedances});
  CHECK(refused([](Fit& f) { f.losses = 99; }) == Error{Errc::bad_parameter, Field::exceedances});
  CHECK(refused([](Fit& f) { f.scale = 0; }) == Error{Errc::bad_parameter, Field::tail_scale});
  CHECK(refused([](Fit& f) { f.threshold = -1; }) == Error{Errc::bad_parameter, Field::threshold});
  CHECK(refused([](Fit& f) { f.shape = -0.5, f.largest = 24; }) == Error{Errc::bad_parameter, Field::tail_shape});  // it ends at 24: nothing comes to be there
  CHECK(refused([](Fit& f) { f.shape = not_a_number; }) == Error{Errc::bad_number, Field::tail_shape});
  CHECK(refused([](Fit& f) { f.scale = Money<double>(infinity); }) == Error{Errc::bad_number, Field::tail_scale});
  CHECK(refused([](Fit& f) { f.threshold = Money<double>(not_a_number); }) == Error{Errc::bad_number, Field::threshold});
  CHECK(refused([](Fit& f) { f.largest = Money<double>(not_a_number); }) == Error{Errc::bad_number, Field::amount});
  CHECK(refused([](Fit&) {}, 0.949) == Error{Errc::bad_parameter, Field::probability});  // below the threshold the formula says nothing
  CHECK(refused([](Fit&) {}, 1) == Error{Errc::bad_parameter, Field::probability});
  CHECK(refused([](Fit& f) { f.exceedances = f.losses; }, 0) == Error{Errc::bad_parameter, Field::probability});
  CHECK(refused([](Fit&) {}, not_a_number) == Error{Errc::bad_number, Field::probability});
  CHECK(refused([](Fit& f) { f.scale = Money<double>(1e308); }) == Error{Errc::overflow, Field::tail_scale});
  auto twenty = sound;
  twenty.exceedances = 20, twenty.shape = 0.99, twenty.largest = 1e9;
  CHECK(peaks_over_threshold<double>(Ratio<double>(0.999), twenty).has_value());
  twenty.shape = -0.5, twenty.largest = 23.9;
  CHECK(peaks_over_threshold<double>(Ratio<double>(0.999), twenty).has_value());
}
