// SPDX-License-Identifier: Apache-2.0
// Auto-exchange: the venue's two examples, when it happens, conservation, and input that is refused.
#include "support/property.hpp"
#include "support/sample.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/venues/binance_auto_exchange.hpp>

#include <limits>
#include <vector>

using namespace loadline;
using venues::BinanceAutoExchange;
using venues::BinanceAutoExchangeOld;

namespace {

template <class T>
using Balances = std::vector<ExchangeBalance<T>>;

template <class T>
struct Outcome {
  Result<Exchanged<T>> sums;
  std::vector<Quantity<T>> moved;
};
template <class T>
Outcome<T> run(const Balances<T>& balances) {
  std::vector<Quantity<T>> moved(balances.size(), Quantity<T>(77));
  const Result<Exchanged<T>> sums = exchange<T>(balances, moved);
  return {sums, moved};
}
template <class T>
Result<ExchangeTrigger> trigger(const Balances<T>& balances, const ExchangeRule<T>& rule, bool after_liquidation = false) {
  return exchange_trigger<T>(balances, rule, after_liquidation);
}
/// A row of the wallet: amount, index, buffer on what is sold.
template <class T>
ExchangeBalance<T> row(std::string_view amount, std::string_view index, std::string_view buffer = "0") {
  return BinanceAutoExchangeOld::balance<T>({.wallet_balance = dec<T>(amount), .index = dec<T>(index), .auto_exchange_bid_buffer = dec<T>(buffer)});
}

}  // namespace

// 20,000 / 97.5 % = 20,512.82, printed 20,513: BTC worth so much is sold.
TEMPLATE_TEST_CASE("20,000 owed sell BTC worth 20,513", "[collateral][source:bn_ma_autoexchange_20513]", double, Strict, Rational) {
  using T = TestType;
  const auto out = run<T>({row<T>("-20000", "1"), row<T>("3", "40000", "0.025")});
  REQUIRE(out.sums.has_value());
  const T worth = T(T(-out.moved[1].raw()) * T(40'000));
  if constexpr (std::is_same_v<T, Rational>) {
    CHECK(worth == Rational(20'000) * 1'000 / 975);
    CHECK(out.moved[0].raw() == 20'000);
  } else {
    CHECK(printed(worth, "20513"));
    CHECK(same(worth, "20512.820512820512821"));
  }
  CHECK(out.sums->uncovered == Money<T>(0));
}

TEMPLATE_TEST_CASE("5,000 owed sell BTC worth 5,128.20", "[collateral][source:bn_ma_autoexchange_5128]", double, Strict, Rational) {
  using T = TestType;
  const auto out = run<T>({row<T>("-5000", "1"), row<T>("0.5", "100000", "0.025")});
  REQUIRE(out.sums.has_value());
  const T worth = T(T(-out.moved[1].raw()) * T(100'000));
  if constexpr (std::is_same_v<T, Rational>)
    CHECK(worth == Rational(5'000) * 1'000 / 975);
  else
    CHECK(printed(worth, "5128.20", 1));  // the page cuts 5,128.205
}

// 100 and 300 at bids of 1 and 0.5 hold 250 against 125: half of each goes. Two debts of 100 and 400 against 250: half of each is repaid.
TEMPLATE_TEST_CASE("everything is sold pro rata, and what is short stays owed pro rata", "[collateral]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto half = run<T>({row<T>("100", "1"), row<T>("300", "1", "0.5"), row<T>("0", "7"), row<T>("-125", "1")});
  REQUIRE(half.sums.has_value());
  CHECK(half.moved == std::vector<Quantity<T>>{-50, -150, 0, 125});
  CHECK((half.sums->owed == Money<T>(125) && half.sums->sold == Money<T>(125) && half.sums->uncovered == Money<T>(0)));
  const auto all = run<T>({row<T>("100", "1"), row<T>("300", "1", "0.5"), row<T>("-100", "1"), row<T>("-200", "2")});
  REQUIRE(all.sums.has_value());
  CHECK(all.moved == std::vector<Quantity<T>>{-100, -300, 50, 100});
  CHECK((all.sums->owed == Money<T>(500) && all.sums->sold == Money<T>(250) && all.sums->uncovered == Money<T>(250)));
}

TEMPLATE_TEST_CASE("nothing owed moves nothing; nothing held leaves all uncovered", "[collateral]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rich = run<T>({row<T>("100", "1"), row<T>("-0", "1")}), poor = run<T>({row<T>("-100", "2"), row<T>("5", "1", "1")});
  CHECK(rich.moved == std::vector<Quantity<T>>{0, 0});
  for (const Quantity<T>& m : rich.moved) CHECK_FALSE(std::signbit(plain(m.raw())));  // no zero is negative
  CHECK(poor.moved == std::vector<Quantity<T>>{0, -5});                               // a bid of 0: sold for nothing
  CHECK(poor.sums->uncovered == Money<T>(200));
  CHECK(run<T>({}).sums->owed == Money<T>(0));
}

TEMPLATE_TEST_CASE("an exchange happens beyond the bound, after a deficit, and at the loan to value", "[collateral]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto old_rule = BinanceAutoExchangeOld::rule<T>(), rule = BinanceAutoExchange::rule<T>();
  const auto owing = [](std::string_view amount) { return Balances<T>{row<T>("10", "40000", "0.025"), row<T>(amount, "1")}; };
  CHECK(*trigger<T>(owing("-10000"), old_rule) == ExchangeTrigger::none);
  CHECK(*trigger<T>(owing("-10000.01"), old_rule) == ExchangeTrigger::balance);
  CHECK(*trigger<T>(owing("-1"), old_rule, true) == ExchangeTrigger::deficit);
  CHECK(*trigger<T>(owing("1"), old_rule, true) == ExchangeTrigger::none);
  CHECK(*trigger<T>({}, rule, true) == ExchangeTrigger::none);
  const auto user = [&](std::string_view amount, std::string_view asset, int vip) {
    const std::string_view index = asset == "BTC" ? "40000" : "1";
    return *trigger<T>({row<T>("1000000", "1"), BinanceAutoExchange::balance<T>({.wallet_balance = dec<T>(amount), .index = dec<T>(index)}, asset, vip)}, rule);
  };
  for (const int vip : {0, 1, 2, 9}) {
    const bool low = vip <= 1;
    for (const char* asset : {"USDT", "USDC"}) {
      CHECK(user(low ? "-5000" : "-10000", asset, vip) == ExchangeTrigger::none);
      CHECK(user(low ? "-5000.01" : "-10000.01", asset, vip) == ExchangeTrigger::balance);
    }
    CHECK(user("-0.1", "BTC", vip) == ExchangeTrigger::none);
    CHECK(user("-0.1001", "BTC", vip) == ExchangeTrigger::balance);
    CHECK(user("-900000", "ETH", vip) == ExchangeTrigger::none);
  }
  // Owed over held: 995 of 1,000 is enough now, 1,000 of 1,000 was then.
  for (const auto& [owed, now, then] :
       {std::tuple("-994.99", ExchangeTrigger::none, ExchangeTrigger::none), std::tuple("-995.01", ExchangeTrigger::loan_to_value, ExchangeTrigger::none),
        std::tuple("-1000", ExchangeTrigger::loan_to_value, ExchangeTrigger::loan_to_value)}) {
    const Balances<T> b{row<T>("1000", "1"), row<T>(owed, "1")};
    CHECK(*trigger<T>(b, rule) == now);
    CHECK(*trigger<T>(b, old_rule) == then);
  }
}

TEMPLATE_TEST_CASE("a bad balance or rule is named, and nothing is written", "[collateral]", LOADLINE_SCALARS) {
  using T = TestType;
  const ExchangeBalance<T> good{.amount = 1};
  const auto with = [&](auto change) {
    ExchangeBalance<T> b = good;
    change(b);
    return b;
  };
  struct Bad {
    const char* claim;
    ExchangeBalance<T> balance;
    Errc code;
    Field field;
  };
  const T nan = num<T>(NAN), inf = num<T>(HUGE_VAL);
  const std::vector<Bad> bad{{"NaN amount", with([&](auto& b) { b.amount = nan; }), Errc::bad_number, Field::amount},
                             {"infinite amount", with([&](auto& b) { b.amount = inf; }), Errc::bad_number, Field::amount},
                             {"NaN price", with([&](auto& b) { b.price = nan; }), Errc::bad_number, Field::asset_price},
                             {"price of 0", with([&](auto& b) { b.price = 0; }), Errc::bad_price, Field::asset_price},
                             {"price below 0", with([&](auto& b) { b.price = -1; }), Errc::bad_price, Field::asset_price},
                             {"bid above 1", with([&](auto& b) { b.bid = num<T>(1.01); }), Errc::bad_weight, Field::tier_weight},
                             {"bid below 0", with([&](auto& b) { b.bid = num<T>(-0.01); }), Errc::bad_weight, Field::tier_weight},
                             {"NaN bid", with([&](auto& b) { b.bid = nan; }), Errc::bad_number, Field::tier_weight},
                             {"ask below 1", with([&](auto& b) { b.ask = num<T>(0.99); }), Errc::bad_weight, Field::liability_weight},
                             {"infinite ask", with([&](auto& b) { b.ask = inf; }), Errc::bad_number, Field::liability_weight},
                             {"allowed debt below 0", with([&](auto& b) { b.allowed_debt = Quantity<T>(-1); }), Errc::bad_parameter, Field::threshold},
                             {"NaN allowed debt", with([&](auto& b) { b.allowed_debt = Quantity<T>(nan); }), Errc::bad_number, Field::threshold}};
  for (const Bad& b : bad) {
    INFO(b.claim);
    const Balances<T> balances{good, b.balance};
    const auto out = run<T>(balances);
    REQUIRE_FALSE(out.sums.has_value());
    CHECK(out.sums.error() == Error{b.code, b.field, 1});
    CHECK(out.moved == std::vector<Quantity<T>>{77, 77});
    CHECK(trigger<T>(balances, {}).error() == Error{b.code, b.field, 1});
  }
  std::vector<Quantity<T>> small(1, Quantity<T>(0));
  CHECK(exchange<T>(Balances<T>{good, good}, small).error() == Error{Errc::bad_size, Field::quantity});
  const Balances<T> huge{{.amount = num<T>(1e308), .price = 10}, {.amount = -1}};
  CHECK(run<T>(huge).sums.error() == Error{Errc::overflow, Field::account});
  CHECK(trigger<T>(huge, {}).error() == Error{Errc::overflow, Field::account});
  CHECK(trigger<T>({good}, {.allowed_debt = Money<T>(-1)}).error() == Error{Errc::bad_parameter, Field::threshold});
  CHECK(trigger<T>({good}, {.allowed_debt = Money<T>(nan)}).error() == Error{Errc::bad_number, Field::threshold});
  CHECK(trigger<T>({good}, {.loan_to_value = 0}).error() == Error{Errc::bad_parameter, Field::level_ratio});
  CHECK(trigger<T>({good}, {.loan_to_value = nan}).error() == Error{Errc::bad_number, Field::level_ratio});
}

namespace {

Balances<Rational> random_balances() {
  Balances<Rational> out;
  const int n = *rc::gen::inRange(0, 6);
  for (int i = 0; i < n; ++i)
    out.push_back({.amount = Rational(*rc::gen::inRange(-1'000, 1'001)) / 8,
                   .price = Rational(*rc::gen::inRange(1, 500)) / 16,
                   .bid = Rational(*rc::gen::inRange(0, 1'001)) / 1'000,
                   .ask = Rational(1'000 + *rc::gen::inRange(0, 500)) / 1'000});
  return out;
}

}  // namespace

TEST_CASE("value bought is value sold, and nobody sells or buys more than there is", "[collateral]") {
  check_property("conservation, exactly", 300, [] {
    const Balances<Rational> balances = random_balances();
    const auto out = run<Rational>(balances);
    RC_ASSERT(out.sums.has_value());
    Rational bought = 0, sold = 0, owed = 0, left = 0, held_left = 0;
    for (std::size_t i = 0; i < balances.size(); ++i) {
      const Rational a = balances[i].amount.raw(), d = out.moved[i].raw(), p = balances[i].price.raw();
      RC_ASSERT((a < 0 ? d >= 0 && d <= -a : d <= 0 && d >= -a));  // towards zero, never across it
      if (a < 0) {
        bought += d * p * balances[i].ask.raw();
        owed += -a * p * balances[i].ask.raw();
        left += -(a + d) * p * balances[i].ask.raw();
      } else {
        sold += -d * p * balances[i].bid.raw();
        held_left += (a + d) * p * balances[i].bid.raw();
      }
    }
    RC_ASSERT(bought == sold);
    RC_ASSERT(out.sums->sold.raw() == sold);
    RC_ASSERT(out.sums->owed.raw() == owed);
    RC_ASSERT(out.sums->uncovered.raw() == left);
    RC_ASSERT((left == 0 || held_left == 0));  // a debt stays only where nothing of value is left
  });
}

TEST_CASE("an exchange done twice is an exchange done once; scale and order do not matter", "[collateral]") {
  check_property("idempotent, homogeneous, symmetric", 200, [] {
    const Balances<Rational> balances = random_balances();
    const auto once = run<Rational>(balances);
    Balances<Rational> after = balances, scaled = balances, reversed(balances.rbegin(), balances.rend());
    for (std::size_t i = 0; i < balances.size(); ++i) {
      after[i].amount += once.moved[i];
      scaled[i].amount = Rational(balances[i].amount.raw() * 3);
    }
    const auto twice = run<Rational>(after), thrice = run<Rational>(scaled), back = run<Rational>(reversed);
    RC_ASSERT(twice.sums->owed == once.sums->uncovered);
    RC_ASSERT(twice.sums->uncovered == once.sums->uncovered);
    for (std::size_t i = 0; i < balances.size(); ++i) {
      const bool worthless = balances[i].bid.raw() == 0;
      if (!worthless) RC_ASSERT(twice.moved[i].raw() == 0);
      RC_ASSERT(thrice.moved[i].raw() == Rational(once.moved[i].raw() * 3));
      RC_ASSERT(back.moved[balances.size() - 1 - i] == once.moved[i]);
    }
  });
}

TEST_CASE("double agrees with the exact exchange", "[collateral]") {
  check_property("double against rational", 200, [] {
    const Balances<Rational> exact = random_balances();
    Balances<double> plain_ones;
    for (const auto& b : exact)
      plain_ones.push_back({.amount = static_cast<double>(b.amount.raw()),
                            .price = static_cast<double>(b.price.raw()),
                            .bid = static_cast<double>(b.bid.raw()),
                            .ask = static_cast<double>(b.ask.raw())});
    const auto a = run<Rational>(exact);
    const auto b = run<double>(plain_ones);
    for (std::size_t i = 0; i < exact.size(); ++i) {
      const double e = static_cast<double>(a.moved[i].raw());
      RC_ASSERT(std::abs(b.moved[i].raw() - e) <= 1e-12 * std::abs(static_cast<double>(exact[i].amount.raw())));
      RC_ASSERT(std::abs(b.moved[i].raw()) <= std::abs(plain_ones[i].amount.raw()));
    }
  });
}
