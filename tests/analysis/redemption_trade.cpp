// SPDX-License-Identifier: Apache-2.0
// What a print below redemption value implies, and what its buyer earns.
#include "support/property.hpp"
#include "support/sample.hpp"

#include <loadline/analysis/redemption_trade.hpp>
#include <loadline/ext/multiprecision.hpp>

#include <cmath>
#include <limits>

namespace {

using loadline::break_even_print;
using loadline::discount_factor;
using loadline::Errc;
using loadline::Error;
using loadline::Field;
using loadline::Implied;
using loadline::implied_failure;
using loadline::Price;
using loadline::QueueCost;
using loadline::Ratio;
using loadline::Rational;
using loadline::redemption_profit;
using loadline::RedemptionTrade;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

template <class T>
RedemptionTrade<T> print_of(std::string_view print, std::string_view ratio, std::string_view underlying, std::string_view recovery) {
  return {.print = dec<T>(print), .redemption_ratio = dec<T>(ratio), .underlying = dec<T>(underlying), .recovery_share = dec<T>(recovery)};
}

RedemptionTrade<Rational> any_trade() {
  const auto part = [](int low, int high, int of) { return Rational(*rc::gen::inRange(low, high), of); };
  return {.print = part(1, 40'000, 7),
          .redemption_ratio = part(1, 3'000, 1'000),
          .underlying = part(1, 50'000, 11),
          .fee = part(0, 100, 100),
          .discount = part(1, 1'100, 1'000),
          .recovery_share = part(0, 101, 100)};
}
/// S and F, written out once more.
std::pair<Rational, Rational> outcomes(const RedemptionTrade<Rational>& t) {
  const Rational value = t.redemption_ratio.raw() * t.underlying.raw();
  return {value * t.discount.raw() - value * t.fee.raw() * t.discount.raw(), t.recovery_share.raw() * value};
}

}  // namespace

// Source: Binance spot, 10 October 2025. USDe/USDT: 0.65 (21:54) and 0.6567 (21:44). BNSOL/USDT 34.90, SOL 168.79, WBETH/USDT 430.65, ETH 3,435:
// lows of the day, not of one minute, so the underlying was at least there and q at least so much. 1.076 and 1.08: stated ratios.
TEMPLATE_TEST_CASE("the prints of 10 October 2025 and the failure they imply", "[analysis][source:depeg_prints_2025_10_10]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto implied = [](const RedemptionTrade<T>& trade) { return *implied_failure(trade); };
  CHECK(same(implied(print_of<T>("0.65", "1", "1", "0")).value, "0.35", 1));
  CHECK(same(implied(print_of<T>("0.65", "1", "1", "0.5")).value, "0.7", 1));
  CHECK(same(implied(print_of<T>("0.6567", "1", "1", "0")).value, "0.3433", 1));
  CHECK(implied(print_of<T>("0.65", "1", "1", "0.5")).reads == Implied::probability);

  // 34.90 / (1.076 x 168.79) = 0.19216; 430.65 / (1.08 x 3,435) = 0.11608.
  CHECK(printed(implied(print_of<T>("34.90", "1.076", "168.79", "0")).value.raw(), "0.80784"));
  CHECK(printed(implied(print_of<T>("430.65", "1.08", "3435", "0")).value.raw(), "0.88392"));
  // Below half of the redemption value: a buyer gains even if redemption fails and half is recovered.
  const auto bnsol = implied(print_of<T>("34.90", "1.076", "168.79", "0.5")), wbeth = implied(print_of<T>("430.65", "1.08", "3435", "0.5"));
  CHECK(bnsol.reads == Implied::above_one);
  CHECK(wbeth.reads == Implied::above_one);
  CHECK(printed(bnsol.value.raw(), "1.61568"));
  CHECK(printed(wbeth.value.raw(), "1.76783"));

  const auto profit = *redemption_profit(print_of<T>("34.90", "1.076", "168.79", "0.5"));
  CHECK(same(profit.redeemed, "181.61804"));
  CHECK(same(profit.recovered, "90.80902"));
  CHECK(same(profit.gain, "146.71804", 181));
  CHECK(same(profit.loss, "-55.90902", 90));
  CHECK(printed(profit.rate.raw(), "4.2040"));
}

TEMPLATE_TEST_CASE("fee and queue lower what a redemption pays, not what failure pays", "[analysis]", LOADLINE_SCALARS) {
  using T = TestType;
  RedemptionTrade<T> trade = print_of<T>("0.8", "2", "0.5", "0.25");
  trade.fee = dec<T>("0.1");
  trade.discount = dec<T>("0.9");
  const auto profit = *redemption_profit(trade);
  CHECK(same(profit.redeemed, "0.81"));
  CHECK(same(profit.recovered, "0.25"));
  CHECK(same(profit.gain, "0.01", 1));
  CHECK(same(profit.rate, "0.0125", 1));
  CHECK(same(implied_failure(trade)->value, "1/56", 2));
  CHECK(same(*break_even_print(trade, Ratio<T>(T(T(1) / T(56)))), "0.8", 1));
}

TEMPLATE_TEST_CASE("a probability outside [0, 1] is told, not cut off", "[analysis]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto at = [](std::string_view print) { return *implied_failure(print_of<T>(print, "1", "1", "0.5")); };
  CHECK(at("1.5").reads == Implied::below_zero);
  CHECK(at("1.5").value == Ratio<T>(T(-1)));
  CHECK(at("1").reads == Implied::probability);
  CHECK(at("1").value == Ratio<T>(T(0)));
  CHECK(at("0.5").reads == Implied::probability);
  CHECK(at("0.5").value == Ratio<T>(T(1)));
  CHECK(at("0.25").reads == Implied::above_one);
  CHECK(same(at("0.25").value, "1.5"));
}

TEST_CASE("implied probability and break-even print undo each other", "[analysis][laws]") {
  int seen[3] = {0, 0, 0};
  check_property("in rationals exactly, against the definition", 600, [&seen] {
    RedemptionTrade<Rational> trade = any_trade();
    const auto [succeeds, fails] = outcomes(trade);
    const auto profit = redemption_profit(trade);
    RC_ASSERT(profit.has_value());
    RC_ASSERT(profit->redeemed.raw() == succeeds);
    RC_ASSERT(profit->recovered.raw() == fails);
    RC_ASSERT(profit->gain.raw() == succeeds - trade.print.raw());
    RC_ASSERT(profit->loss.raw() == trade.print.raw() - fails);
    RC_ASSERT(profit->rate.raw() * trade.print.raw() == profit->gain.raw());
    const auto implied = implied_failure(trade);
    if (succeeds <= fails) {
      RC_ASSERT(!implied.has_value());
      RC_ASSERT((implied.error() == Error{Errc::bad_parameter, Field::recovery_share}));
      return;
    }
    const Rational q = implied->value.raw();
    RC_ASSERT((1 - q) * succeeds + q * fails == trade.print.raw());
    RC_ASSERT((implied->reads == Implied::below_zero) == (q < 0));
    RC_ASSERT((implied->reads == Implied::above_one) == (q > 1));
    ++seen[static_cast<int>(implied->reads)];
    const auto back = break_even_print(trade, implied->value);
    RC_ASSERT(back.has_value() == (implied->reads == Implied::probability));
    if (back) RC_ASSERT(*back == trade.print);
    // The other way round, from a probability that is one.
    const Ratio<Rational> failure(Rational(*rc::gen::inRange(0, 101), 100));
    trade.print = *break_even_print(trade, failure);
    if (Rational(0) < trade.print.raw()) RC_ASSERT(implied_failure(trade)->value == failure);
  });
  CHECK(seen[0] > 0);
  CHECK(seen[1] > 0);
  CHECK(seen[2] > 0);
}

TEST_CASE("a lower print implies more, a better recovery implies more", "[analysis][laws]") {
  check_property("in rationals", 300, [] {
    RedemptionTrade<Rational> trade = any_trade();
    const auto before = implied_failure(trade);
    RC_PRE(before.has_value());
    RedemptionTrade<Rational> cheaper = trade, safer = trade;
    cheaper.print = cheaper.print * Ratio<Rational>(Rational(*rc::gen::inRange(1, 100), 100));
    RC_ASSERT(before->value < implied_failure(cheaper)->value);
    safer.recovery_share = Rational((trade.recovery_share.raw() + 1) / 2);
    const auto after = implied_failure(safer);
    if (after && Rational(0) < before->value.raw() && safer.recovery_share > trade.recovery_share) RC_ASSERT(before->value < after->value);
  });
}

TEST_CASE("the discount of a queue", "[analysis]") {
  const auto factor = [](double days, double rate) { return discount_factor({.days = days, .rate_per_year = rate})->raw(); };
  CHECK(factor(0, 0.3) == 1.0);
  CHECK(factor(10, 0) == 1.0);
  CHECK(factor(365, 0.1) == Approx(0.904837418035959573).epsilon(1e-15));  // e^-0.1
  CHECK(factor(3, 0.1) * factor(7, 0.1) == Approx(factor(10, 0.1)).epsilon(1e-15));
  CHECK(factor(365, -0.1) > 1.0);
  const auto fault = [](double days, double rate) { return discount_factor({.days = days, .rate_per_year = rate}).error(); };
  CHECK(fault(-1, 0.1) == Error{Errc::bad_parameter, Field::queue_time});
  CHECK(fault(not_a_number, 0.1) == Error{Errc::bad_number, Field::queue_time});
  CHECK(fault(infinity, 0.1) == Error{Errc::bad_number, Field::queue_time});
  CHECK(fault(1, not_a_number) == Error{Errc::bad_number, Field::discount_rate});
  CHECK(fault(365, 1e6) == Error{Errc::overflow, Field::discount_rate});
  CHECK(fault(365, -1e6) == Error{Errc::overflow, Field::discount_rate});
}

TEMPLATE_TEST_CASE("a bad trade is refused by name", "[analysis][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  struct Row {
    double print, ratio, underlying, fee, discount, recovery;
    Error error;
  };
  const Row rows[] = {{0, 1, 1, 0, 1, 0, {Errc::bad_price, Field::asset_price}},
                      {-1, 1, 1, 0, 1, 0, {Errc::bad_price, Field::asset_price}},
                      {not_a_number, 1, 1, 0, 1, 0, {Errc::bad_number, Field::asset_price}},
                      {1, 0, 1, 0, 1, 0, {Errc::bad_ratio, Field::redemption_ratio}},
                      {1, -1, 1, 0, 1, 0, {Errc::bad_ratio, Field::redemption_ratio}},
                      {1, infinity, 1, 0, 1, 0, {Errc::bad_number, Field::redemption_ratio}},
                      {1, 1, 0, 0, 1, 0, {Errc::bad_price, Field::mark}},
                      {1, 1, not_a_number, 0, 1, 0, {Errc::bad_number, Field::mark}},
                      {1, 1, 1, 1, 1, 0, {Errc::bad_parameter, Field::redemption_fee}},
                      {1, 1, 1, -0.01, 1, 0, {Errc::bad_parameter, Field::redemption_fee}},
                      {1, 1, 1, not_a_number, 1, 0, {Errc::bad_number, Field::redemption_fee}},
                      {1, 1, 1, 0, 0, 0, {Errc::bad_parameter, Field::discount_rate}},
                      {1, 1, 1, 0, -1, 0, {Errc::bad_parameter, Field::discount_rate}},
                      {1, 1, 1, 0, not_a_number, 0, {Errc::bad_number, Field::discount_rate}},
                      {1, 1, 1, 0, 1, -0.1, {Errc::bad_parameter, Field::recovery_share}},
                      {1, 1, 1, 0, 1, 1.1, {Errc::bad_parameter, Field::recovery_share}},
                      {1, 1, 1, 0, 1, not_a_number, {Errc::bad_number, Field::recovery_share}},
                      {1, 1e200, 1e200, 0, 1, 0, {Errc::overflow, Field::mark}},
                      {1e-300, 1e200, 1, 0, 1, 0, {Errc::overflow, Field::mark}}};
  for (const Row& row : rows) {
    INFO("row " << &row - rows);
    const RedemptionTrade<T> trade{.print = num<T>(row.print),
                                   .redemption_ratio = num<T>(row.ratio),
                                   .underlying = num<T>(row.underlying),
                                   .fee = num<T>(row.fee),
                                   .discount = num<T>(row.discount),
                                   .recovery_share = num<T>(row.recovery)};
    CHECK(check(trade) == row.error);
    const auto profit = redemption_profit(trade);
    const auto implied = implied_failure(trade);
    const auto back = break_even_print(trade, Ratio<T>(T(0)));
    REQUIRE((!profit.has_value() && !implied.has_value() && !back.has_value()));
    CHECK(profit.error() == row.error);
    CHECK(implied.error() == row.error);
    CHECK(back.error() == row.error);
  }
  const RedemptionTrade<T> good{.print = T(1)};
  CHECK_FALSE(check(good).has_value());
  for (const double q : {-0.01, 1.01}) {
    const auto back = break_even_print(good, Ratio<T>(num<T>(q)));
    REQUIRE_FALSE(back.has_value());
    CHECK(back.error() == Error{Errc::bad_parameter, Field::probability});
  }
  const auto back = break_even_print(good, Ratio<T>(num<T>(not_a_number)));
  REQUIRE_FALSE(back.has_value());
  CHECK(back.error() == Error{Errc::bad_number, Field::probability});
  RedemptionTrade<T> as_good = good;
  as_good.recovery_share = T(1);
  const auto unknowable = implied_failure(as_good);
  REQUIRE_FALSE(unknowable.has_value());
  CHECK(unknowable.error() == Error{Errc::bad_parameter, Field::recovery_share});
}

TEST_CASE("a print a hair below what failure pays reads so, though the quotient rounds onto 1", "[analysis]") {
  const double below = std::nextafter(0.5, 0.0);
  const auto implied = implied_failure(RedemptionTrade<double>{.print = below, .recovery_share = 0.5});
  REQUIRE(implied);
  CHECK(implied->value.raw() == 1.0);
  CHECK(implied->reads == Implied::above_one);
}

TEMPLATE_TEST_CASE("figures beyond the scalar's range are an overflow, not an infinite rate or probability", "[analysis][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto trade = [](double print, double ratio, double underlying, double discount) {
    return RedemptionTrade<T>{.print = num<T>(print), .redemption_ratio = num<T>(ratio), .underlying = num<T>(underlying), .discount = num<T>(discount)};
  };
  CHECK(check(trade(1e150, 1, 1e200, 1e200)) == Error{Errc::overflow, Field::mark});
  CHECK_FALSE(check(trade(1e-200, 1, 1, 1e200)));
  CHECK(redemption_profit(trade(1e-200, 1, 1, 1e200)).error() == Error{Errc::overflow, Field::asset_price});
  CHECK(implied_failure(trade(1e200, 1, 1e-200, 1)).error() == Error{Errc::overflow, Field::probability});
  for (const double x : {not_a_number, infinity}) {
    CHECK(check(trade(x, 1, 1, 1)) == Error{Errc::bad_number, Field::asset_price});
    CHECK(check(trade(1, x, 1, 1)) == Error{Errc::bad_number, Field::redemption_ratio});
    CHECK(check(trade(1, 1, x, 1)) == Error{Errc::bad_number, Field::mark});
    CHECK(check(trade(1, 1, 1, x)) == Error{Errc::bad_number, Field::discount_rate});
    CHECK(break_even_print(trade(1, 1, 1, 1), Ratio<T>(num<T>(x))).error() == Error{Errc::bad_number, Field::probability});
  }
}
