// SPDX-License-Identifier: Apache-2.0
// A tail fitted to losses whose law is known, when there is none to fit, and how far a figure could be off.
#include "support/catch.hpp"

#include <loadline/waterfall/fund_bootstrap.hpp>
#include <loadline/waterfall/fund_tail.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace {

using namespace loadline;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

/// What is exceeded with probability `left` beyond `threshold`.
double quantile(double left, double shape, double scale) {
  return shape == 0 ? -scale * std::log(left) : scale * (std::pow(left, -shape) - 1) / shape;
}
template <class T = double>
std::vector<Money<T>> sorted(std::vector<T> values) {
  std::sort(values.begin(), values.end());
  std::vector<Money<T>> out;
  for (const T v : values) out.push_back(Money<T>(v));
  return out;
}
/// `below` losses up to the threshold, then `count` beyond it that lie where the law has its quantiles.
std::vector<Money<double>> ideal(int count, double shape, double scale, double threshold = 10, int below = 0) {
  std::vector<double> out;
  for (int i = 0; i < below; ++i) out.push_back(threshold * (i + 1) / below);
  for (int i = 0; i < count; ++i) out.push_back(threshold + quantile(1 - (i + 0.5) / count, shape, scale));
  return sorted(out);
}
std::vector<Money<double>> drawn(std::mt19937_64& random, int count, double shape, double threshold = 10) {
  std::vector<double> out;
  for (int i = 0; i < count; ++i) out.push_back(threshold + quantile((static_cast<double>(random() >> 12) + 0.5) * 0x1p-52, shape, 1));
  return sorted(out);
}
template <class T>
std::span<const Money<T>> view(const std::vector<Money<T>>& v) {
  return v;
}
auto fit(const std::vector<Money<double>>& losses, double threshold = 10) {
  return fit_tail<double>(Money<double>(threshold), view(losses));
}
template <class V>
Error error_of(const Result<V>& r) {
  REQUIRE_FALSE(r.has_value());
  return r.error();
}
/// The logarithm of the likelihood, of both parameters as the density has them.
double likelihood(const std::vector<Money<double>>& losses, double threshold, double shape, double scale) {
  double sum = 0;
  for (const auto& loss : losses) {
    const double y = loss.raw() - threshold;
    if (y <= 0) continue;
    if (1 + shape * y / scale <= 0) return -infinity;
    sum += -std::log(scale) - (shape == 0 ? y / scale : (1 + 1 / shape) * std::log1p(shape * y / scale));
  }
  return sum;
}
constexpr auto mean = [](std::span<const Money<double>> losses) -> Result<Money<double>> {
  double sum = 0;
  for (const auto& l : losses) sum += l.raw();
  return Money<double>(sum / static_cast<double>(losses.size()));
};
/// Storage and a call for the bootstrap of so many resamples.
template <class Figure, class R>
auto interval(double c, const std::vector<Money<double>>& losses, std::size_t resamples, const Figure& figure, R&& random) {
  std::vector<Money<double>> resample(losses.size(), Money<double>(0)), figures(resamples, Money<double>(0));
  return bootstrap_interval<double>(Ratio<double>(c), view(losses), figure, random, {resample, figures});
}

}  // namespace

TEST_CASE("the fit finds the law that losses were made of", "[waterfall][fund]") {
  for (const double shape : {-0.3, -0.05, 0.0, 0.2, 0.5, 0.9}) {
    const auto losses = ideal(4'000, shape, 7, 10, 1'000);
    const auto found = fit(losses);
    REQUIRE(found.has_value());
    CHECK(std::abs(found->shape - shape) < 0.01);
    CHECK(found->scale.raw() == Approx(7).epsilon(0.01));
    CHECK(found->threshold.raw() == 10);
    CHECK(found->losses == 5'000);
    CHECK(found->exceedances == 4'000);  // the loss at the threshold does not exceed it
    CHECK(found->largest.raw() == losses.back().raw());
    const double p = 0.99;
    const auto tail = peaks_over_threshold<double>(Ratio<double>(p), *found);
    CHECK(tail->value_at_risk.raw() == Approx(10 + quantile((1 - p) * 5 / 4, shape, 7)).epsilon(0.02));
  }
}

TEST_CASE("samples scatter about the law as the estimate's own error says", "[waterfall][fund]") {
  std::mt19937_64 random(20'251'010);
  for (const double shape : {-0.2, 0.1, 0.4}) {
    constexpr int samples = 300, count = 400;
    double sum = 0, squares = 0, scales = 0;
    for (int i = 0; i < samples; ++i) {
      const auto found = fit(drawn(random, count, shape));
      REQUIRE(found.has_value());
      sum += found->shape, squares += found->shape * found->shape, scales += found->scale.raw();
    }
    const double average = sum / samples, error = (1 + shape) / std::sqrt(count);
    CHECK(std::abs(average - shape) < 4 * error / std::sqrt(samples) + 2.0 / count);  // its bias is of order 1 / n
    CHECK(std::sqrt(squares / samples - average * average) == Approx(error).epsilon(0.15));
    CHECK(scales / samples == Approx(1).epsilon(0.02));
  }
}

TEST_CASE("no other shape and scale make the excesses more likely", "[waterfall][fund][laws]") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200; ++i) {
    const double law = -0.4 + static_cast<double>(random() % 130) / 100;
    const auto losses = drawn(random, 20 + static_cast<int>(random() % 100), law);
    const auto found = fit(losses);
    if (!found) {
      CHECK(found.error() == Error{Errc::tail_undefined, Field::tail_shape});
      continue;
    }
    const double best = likelihood(losses, 10, found->shape, found->scale.raw());
    for (const double shape : {-1e-1, -1e-3, -1e-6, 0.0, 1e-6, 1e-3, 1e-1})
      for (const double scale : {-1e-1, -1e-3, -1e-6, 0.0, 1e-6, 1e-3, 1e-1})
        CHECK(likelihood(losses, 10, found->shape + shape, found->scale.raw() * (1 + scale)) <= best + 1e-10);
    // In other units, and from another threshold, it is the same tail; by a power of two to the last bit.
    std::vector<double> halves, shifted;
    for (const auto& l : losses) halves.push_back(l.raw() / 2), shifted.push_back(l.raw() + 90);
    const auto half = fit(sorted(halves), 5), moved = fit(sorted(shifted), 100);
    REQUIRE((half && moved));
    CHECK(half->shape == found->shape);
    CHECK(half->scale.raw() * 2 == found->scale.raw());
    CHECK(moved->shape == Approx(found->shape).margin(1e-6));
  }
}

TEST_CASE("shapes about zero: the exponential's own fit is met from both sides", "[waterfall][fund]") {
  // Stationary at shape 0 where twice the squared mean is the mean square: quantiles of an exponential, the last one x of
  // 2 (S + x)^2 = n (Q + x^2), S and Q the sums of the others and of their squares.
  constexpr int n = 60;
  std::vector<double> values;
  double s = 0, q = 0;
  for (int i = 0; i + 1 < n; ++i) {
    values.push_back(quantile(1 - (i + 0.5) / n, 0, 1));
    s += values.back(), q += values.back() * values.back();
  }
  const double x = (2 * s + std::sqrt(4 * s * s + (n - 2) * (2 * s * s - n * q))) / (n - 2);
  for (const double nudge : {-1e-3, -1e-6, 0.0, 1e-6, 1e-3}) {
    std::vector<double> nudged = values;
    nudged.push_back(x + nudge);
    const auto found = fit_tail<double>(Money<double>(0), view(sorted(nudged)));
    REQUIRE(found.has_value());
    CHECK(std::abs(found->shape) < std::abs(nudge) + 1e-6);
    CHECK(found->scale.raw() == Approx((s + x) / n).epsilon(1e-3));
    if (std::abs(nudge) > 1e-5) CHECK((found->shape > 0) == (nudge > 0));
  }
  // Where a halving meets 0, or what rounding makes of it, the two sums say nothing; their limit does.
  for (const double shape : {-0.2, 0.2}) {
    const auto losses = ideal(100, shape, 1, 0);
    const detail::ExcessLikelihood<double> likely{view(losses), 0, losses.back().raw()};
    for (const double theta : {-1e-9, -1e-17, -0.0, 1e-300, 1e-17, 1e-9}) CHECK(likely.rises(theta) == (shape > 0));
  }
}

TEST_CASE("what has no mean, ends too sharply or is known from too little is not fitted", "[waterfall][fund][bad_input]") {
  const Error shape{Errc::tail_undefined, Field::tail_shape}, few{Errc::tail_undefined, Field::exceedances};
  CHECK(error_of(fit(ideal(1'000, 1.1, 7))) == shape);
  CHECK(error_of(fit(ideal(1'000, 2.5, 7))) == shape);
  CHECK(error_of(fit(ideal(1'000, -0.7, 7))) == shape);
  CHECK(error_of(fit(ideal(1'000, -1, 7))) == shape);                                // uniform
  CHECK(error_of(fit(std::vector<Money<double>>(30, Money<double>(12)))) == shape);  // all one loss
  CHECK(error_of(fit(ideal(19, 0.2, 7, 10, 500))) == few);
  CHECK(fit(ideal(20, 0.2, 7, 10, 500)).has_value());
  CHECK(error_of(fit({})) == few);
  CHECK(error_of(fit(ideal(100, 0.2, 7), 1e6)) == few);
  CHECK(error_of(fit(ideal(100, 0.2, 7), -1)) == Error{Errc::bad_parameter, Field::threshold});
  CHECK(error_of(fit(ideal(19, 0.2, 7), -1)) == Error{Errc::bad_parameter, Field::threshold});  // the culprit before what follows from it
  CHECK(error_of(fit(ideal(100, 0.2, 7), not_a_number)) == Error{Errc::bad_number, Field::threshold});
  auto losses = ideal(100, 0.2, 7);
  std::swap(losses[50], losses[70]);
  CHECK(error_of(fit(losses)) == Error{Errc::bad_parameter, Field::shock, 51});
  losses[50] = Money<double>(infinity);
  CHECK(error_of(fit(losses)) == Error{Errc::bad_number, Field::shock, 50});
  // The ends of the scalar: figures or a code, never a number that is none.
  std::vector<double> spread(39, std::numeric_limits<double>::denorm_min()), huge;
  spread.push_back(1e308);
  CHECK(error_of(fit(sorted(spread), 0)) == shape);
  spread.insert(spread.begin(), 960, std::numeric_limits<double>::denorm_min());  // so many that no theta has a shape of 1
  CHECK(error_of(fit(sorted(spread), 0)) == shape);
  for (int i = 0; i < 50; ++i) huge.push_back(std::numeric_limits<double>::max() * (quantile(1 - (i + 0.5) / 50, 0.1, 1) / quantile(0.01, 0.1, 1)));
  const auto far = fit(sorted(huge), 0);
  REQUIRE(far.has_value());
  CHECK(std::isfinite(far->scale.raw()));
  std::vector<float> small;
  for (int i = 0; i < 500; ++i) small.push_back(static_cast<float>(quantile(1 - (i + 0.5) / 500, 0.4, 3)));
  const auto single = fit_tail<float>(Money<float>(0.0F), view(sorted(small)));
  REQUIRE(single.has_value());
  CHECK(std::abs(single->shape - 0.4F) < 0.05F);
  auto told = *fit(ideal(100, 0.2, 7));
  told.largest = 10;
  CHECK(error_of(peaks_over_threshold<double>(Ratio<double>(0.9), told)) == Error{Errc::bad_parameter, Field::amount});  // nothing exceeds the threshold
}

TEST_CASE("a bootstrap draws what its numbers say", "[waterfall][fund]") {
  const auto losses = sorted({1, 2, 4, 8});
  std::uint64_t next = 0;
  const auto in_order = interval(0.5, losses, 10, mean, [&next] { return next++; });  // every resample is the sample
  CHECK(in_order->low.raw() == 3.75);
  CHECK(in_order->high.raw() == 3.75);
  // Resample b is four times loss b of 4: figures 1, 2, 4, 8, 1, 2, ...; of ten, 2.5 are outside at each end: 1 1 1 2 2 2 4 4 8 8 from the third to the eighth.
  std::uint64_t call = 0;
  const auto constant = interval(0.5, losses, 10, mean, [&call] { return call++ / 4; });
  CHECK(constant->low.raw() == 1);
  CHECK(constant->high.raw() == 4);
  CHECK(constant->undefined == 0);
  // A figure sees ascending losses.
  std::mt19937_64 random(3);
  const auto ascending = [](std::span<const Money<double>> l) -> Result<Money<double>> {
    return std::is_sorted(l.begin(), l.end()) ? Result<Money<double>>(Money<double>(1)) : Error{Errc::bad_parameter, Field::shock};
  };
  CHECK(interval(0.9, losses, 100, ascending, random).has_value());
}

TEST_CASE("the interval of a mean is as wide as theory has it", "[waterfall][fund]") {
  const auto losses = ideal(400, 0, 1, 0);
  std::mt19937_64 random(11);
  const auto range = interval(0.9, losses, 2'000, mean, random);
  REQUIRE(range.has_value());
  CHECK(range->low.raw() == Approx(1 - 1.645 / 20).margin(0.01));  // an exponential deviates by its mean
  CHECK(range->high.raw() == Approx(1 + 1.645 / 20).margin(0.01));
  const auto wider = interval(0.99, losses, 2'000, mean, random);
  CHECK((wider->low < range->low && range->high < wider->high));
}

TEST_CASE("the interval of a fitted tail, and where its upper end has none", "[waterfall][fund]") {
  std::mt19937_64 random(5);
  const auto shortfall = [](std::span<const Money<double>> losses) -> Result<Money<double>> {
    const auto found = fit_tail<double>(Money<double>(10), losses);
    if (!found) return found.error();
    const auto tail = peaks_over_threshold<double>(Ratio<double>(0.99), *found);
    if (!tail) return tail.error();
    return tail->expected_shortfall;
  };
  const auto light = ideal(100, 0.1, 7, 10, 400), heavy = ideal(40, 0.85, 7, 10, 400);
  const auto range = interval(0.9, light, 200, shortfall, random);
  REQUIRE(range.has_value());
  const double estimate = shortfall(view(light))->raw();
  CHECK(range->low.raw() < estimate);
  CHECK(estimate < range->high.raw());
  REQUIRE(shortfall(view(heavy)).has_value());  // a figure there is; how large it may be nobody knows
  CHECK(error_of(interval(0.9, heavy, 200, shortfall, random)).code == Errc::tail_undefined);
}

TEST_CASE("resamples without a figure stand above all others", "[waterfall][fund]") {
  const auto losses = sorted({1, 2, 4, 8});
  const auto with = [&losses](std::size_t undefined) {
    std::size_t count = 0;
    std::uint64_t call = 0;
    const auto figure = [&](std::span<const Money<double>> l) -> Result<Money<double>> {
      return count++ < undefined ? Result<Money<double>>(Error{Errc::tail_undefined, Field::tail_shape}) : mean(l);
    };
    return interval(0.5, losses, 10, figure, [&call] { return call++ / 4; });
  };
  const auto two = with(2);  // the second 1 of three and the first 2 are gone: 1 1 2 2 4 4 8 8 . .
  CHECK(two->low.raw() == 2);
  CHECK(two->high.raw() == 8);
  CHECK(two->undefined == 2);
  CHECK(error_of(with(3)) == Error{Errc::tail_undefined, Field::tail_shape});
  CHECK(error_of(with(10)) == Error{Errc::tail_undefined, Field::tail_shape});
}

TEST_CASE("a bootstrap names what it does not take", "[waterfall][fund][bad_input]") {
  const auto losses = sorted({1, 2, 4, 8});
  std::mt19937_64 random(1);
  const auto refused = [&](double c, const std::vector<Money<double>>& l, std::size_t resamples = 100) {
    return error_of(interval(c, l, resamples, mean, random));
  };
  CHECK(refused(0, losses) == Error{Errc::bad_parameter, Field::probability});
  CHECK(refused(1, losses) == Error{Errc::bad_parameter, Field::probability});
  CHECK(refused(not_a_number, losses) == Error{Errc::bad_number, Field::probability});
  CHECK(refused(0.5, {}) == Error{Errc::tail_undefined, Field::exceedances});
  CHECK(refused(0.5, {losses[1], losses[0]}) == Error{Errc::bad_parameter, Field::shock, 1});
  CHECK(refused(0.5, losses, 4) == Error{Errc::bad_size, Field::exceedances});  // one at each end, none outside
  CHECK(refused(0.5, losses, 0) == Error{Errc::bad_size, Field::exceedances});
  CHECK(interval(0.5, losses, 5, mean, random).has_value());
  std::vector<Money<double>> short_one(3, Money<double>(0)), figures(100, Money<double>(0));
  CHECK(error_of(bootstrap_interval<double>(Ratio<double>(0.5), view(losses), mean, random, {short_one, figures})) == Error{Errc::bad_size, Field::shock});
  const auto broken = [](std::span<const Money<double>>) -> Result<Money<double>> { return Error{Errc::overflow, Field::amount}; };
  CHECK(error_of(interval(0.5, losses, 100, broken, random)) == Error{Errc::overflow, Field::amount});
  int calls = 0;
  const auto once = [&](std::span<const Money<double>> l) { return calls++ == 0 ? broken(l) : mean(l); };  // no tail, but a fault: not passed over
  CHECK(error_of(interval(0.5, losses, 100, once, random)) == Error{Errc::overflow, Field::amount});
}
