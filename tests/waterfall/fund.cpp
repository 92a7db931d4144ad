// SPDX-License-Identifier: Apache-2.0
// What reaches an insurance fund, what leaves it, and that the ledger says the same.
#include "support/sample.hpp"
#include "waterfall/fund_support.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/venues/insurance_funds.hpp>

#include <array>
#include <limits>
#include <vector>

namespace {

using namespace loadline;
namespace venue = loadline::venues;

constexpr PartyId account{PartyKind::account}, fund_party{PartyKind::insurance_fund};

static_assert(DeficitPayer<InsuranceFund<double>, double> && DeficitPayer<InsuranceFund<Strict>, Strict>);
static_assert(FundRule<CappedFee, Strict> && FundRule<ShareOf<Strict, ShareOf<Strict, WholeSurplus>>, Strict> && FundRule<RemainingMargin, Rational>);

template <class T>
InsuranceFund<T> fund_of(int balance) {
  return *InsuranceFund<T>::make({.balance = balance});
}
template <class T>
FilledOrder<T> closed(std::string_view size, std::string_view fill, std::string_view bankruptcy, std::string_view fee = "0") {
  const auto order = filled_order<T>({.size = dec<T>(size), .fill = dec<T>(fill), .bankruptcy = dec<T>(bankruptcy), .fee_rate = dec<T>(fee)});
  REQUIRE(order.has_value());
  return *order;
}
template <class T>
T taken(const auto& rule, const FilledOrder<T>& order) {
  const auto c = contribution<T>(rule, order);
  REQUIRE(c.has_value());
  return c->raw();
}

}  // namespace

// BitMEX: one contract at 100, liquidated at 99.5, bankrupt at 99. Closed at 99.25 the fund gains 0.25; closed at 98.75 it pays 0.25.
TEMPLATE_TEST_CASE("a fill above the bankruptcy price feeds the fund, one below it draws on it: BitMEX", "[waterfall][fund][source:bmx_fund_example]",
                   LOADLINE_SCALARS) {
  using T = TestType;
  auto fund = fund_of<T>(0);
  const auto above = closed<T>("1", "99.25", "99"), below = closed<T>("1", "98.75", "99");
  CHECK(taken<T>(venue::BitmexInsuranceFund::Contribution{}, above) == dec<T>("0.25"));
  CHECK(taken<T>(venue::BitmexInsuranceFund::Contribution{}, below) == T(0));
  REQUIRE(fund.take(dec<T>("0.25")).has_value());
  CHECK(fund.balance().raw() == dec<T>("0.25"));
  CHECK(below.surplus.raw() == dec<T>("-0.25"));
  const auto draw = fund.pay(T(-below.surplus.raw()));
  REQUIRE(draw.has_value());
  CHECK(draw->paid == dec<T>("0.25"));
  CHECK(draw->unpaid == T(0));
  CHECK(fund.balance().raw() == T(0));
}

TEMPLATE_TEST_CASE("Bitget: bankrupt at 100,000, closed 100 above and 100 below", "[waterfall][fund][source:bitget_insurance]", LOADLINE_SCALARS) {
  using T = TestType;
  CHECK(taken<T>(venue::BitgetInsuranceFund::Contribution{}, closed<T>("1", "100100", "100000")) == T(100));
  CHECK(closed<T>("1", "99900", "100000").surplus.raw() == T(-100));
  // The short twin: bought back below its bankruptcy price is a surplus.
  CHECK(taken<T>(WholeSurplus{}, closed<T>("-1", "99900", "100000")) == T(100));
  CHECK(closed<T>("-1", "100100", "100000").surplus.raw() == T(-100));
}

// A long of 0.001 is sold at 10,913.21 where the order was limited at 10,871.09.
TEST_CASE("the surplus of a forced order in Binance's sample", "[waterfall][fund][source:bn_um_force_order_surplus]") {
  const auto order = closed<Rational>("0.001", "10913.21", "10871.09", "0.0125");
  CHECK(order.surplus.raw() == dec<Rational>("0.04212"));
  CHECK(order.notional.raw() == dec<Rational>("10.91321"));
  CHECK(taken<Rational>(WholeSurplus{}, order) == dec<Rational>("0.04212"));
  CHECK(taken<Rational>(venue::BinanceInsuranceFund::Contribution{}, order) == dec<Rational>("0.04212"));  // the fee, 0.136, is more than there is
  CHECK(printed(closed<double>("0.001", "10913.21", "10871.09").surplus.raw(), "0.042120000000", 1));
}

// dYdX v4: 0.1 BTC long with -5,100: bankrupt at 51,000; closed at 56,100 with a fee of 2.5 %: 140.25. Short with 4,900: bankrupt at 49,000; closed at 44,100
// with 0.5 % and 2.5 %: 22.05 and 110.25; at the bankruptcy price: nothing; at 50,490 and 49,490: the fund pays 51 and 49.
TEMPLATE_TEST_CASE("the fund gets the fee as far as the surplus bears it: dYdX", "[waterfall][fund][source:dydx_insurance_fund_delta]", LOADLINE_SCALARS) {
  using T = TestType;
  const venue::DydxInsuranceFund::Contribution rule;
  CHECK(printed(taken<T>(rule, closed<T>("0.1", "56100", "51000", "0.025")), "140.250000", 1));
  CHECK(printed(taken<T>(rule, closed<T>("-0.1", "44100", "49000", "0.005")), "22.050000", 1));
  CHECK(printed(taken<T>(rule, closed<T>("-0.1", "44100", "49000", "0.025")), "110.250000", 1));
  CHECK(taken<T>(rule, closed<T>("0.1", "51000", "51000", "0.005")) == T(0));
  CHECK(taken<T>(rule, closed<T>("-0.1", "49000", "49000", "0.005")) == T(0));
  CHECK(printed(closed<T>("0.1", "50490", "51000", "0.005").surplus.raw(), "-51.000000", 1));
  CHECK(printed(closed<T>("-0.1", "49490", "49000", "0.005").surplus.raw(), "-49.000000", 1));
  CHECK(taken<T>(rule, closed<T>("0.1", "50490", "51000", "0.005")) == T(0));
  CHECK(venue::DydxInsuranceFund::fee_rate<T>().raw() == dec<T>("0.005"));
}

TEMPLATE_TEST_CASE("a small surplus caps the fee; shares and margins are shares and margins", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  const FilledOrder<T> order{.notional = 1'000, .surplus = 4, .fee_rate = bps<T>(50), .remaining_margin = 12};
  CHECK(taken<T>(CappedFee{}, order) == T(4));
  CHECK(taken<T>(RemainingMargin{}, order) == T(12));
  CHECK(taken<T>(ShareOf<T, WholeSurplus>{bps<T>(2'500), {}}, order) == T(1));
  const FilledOrder<T> lost{.notional = 1'000, .surplus = -4, .fee_rate = bps<T>(50), .remaining_margin = -3};
  CHECK(taken<T>(RemainingMargin{}, lost) == T(0));
  CHECK(taken<T>(ShareOf<T, WholeSurplus>{bps<T>(2'500), {}}, lost) == T(0));
}

TEST_CASE("a contribution is never below zero and never above what there is", "[waterfall][fund][laws]") {
  const auto law = [](auto zero) {
    using T = decltype(zero);
    const auto sided = [] { return *rc::gen::arbitrary<bool>() ? figure<T>(1'000) : T(-figure<T>(1'000)); };
    const FilledOrder<T> order{.notional = figure<T>(100'000), .surplus = sided(), .fee_rate = T(figure<T>(1'000) / T(1'000)), .remaining_margin = sided()};
    const auto surplus = T(0) < order.surplus.raw() ? order.surplus.raw() : T(0),
               margin = T(0) < order.remaining_margin.raw() ? order.remaining_margin.raw() : T(0);
    const T share = T(T(*rc::gen::inRange(0, 101)) / T(100));
    const T capped = taken<T>(CappedFee{}, order), fee = T(order.fee_rate.raw() * order.notional.raw());
    RC_ASSERT((capped == surplus || capped == fee) && !(surplus < capped) && !(fee < capped));
    RC_ASSERT(taken<T>(WholeSurplus{}, order) == surplus);
    RC_ASSERT(taken<T>(RemainingMargin{}, order) == margin);
    const T part = taken<T>(ShareOf<T, CappedFee>{share, {}}, order);
    RC_ASSERT(part == T(share * capped) && !(part < T(0)) && !(capped < part));
  };
  check_property("in double", 300, [&law] { law(0.0); });
  check_property("exactly, in rationals", 300, [&law] { law(Rational(0)); });
}

// I21: the fund is never below zero, and what it pays in all is the least of what it has and what is asked.
TEST_CASE("a fund pays min(fund, deficit), in one go or in many, and is never below zero", "[waterfall][fund][laws]") {
  const auto law = [](auto zero, bool exact) {
    using T = decltype(zero);
    const T start = figure<T>(10'000);
    auto fund = *InsuranceFund<T>::make({.balance = start});
    T asked = T(0), paid = T(0), unpaid = T(0);
    const int count = *rc::gen::inRange(0, 30);
    for (int i = 0; i < count; ++i) {
      const T deficit = figure<T>(2'000), before = fund.balance().raw();
      const auto draw = fund.pay(deficit);
      RC_ASSERT(draw.has_value());
      RC_ASSERT(draw->paid == (deficit < before ? deficit : before));
      RC_ASSERT(draw->unpaid == T(deficit - draw->paid));
      RC_ASSERT(!(fund.balance().raw() < T(0)) && fund.balance().raw() == T(before - draw->paid));
      RC_ASSERT(fund.paid().raw() == T(paid + draw->paid));
      asked += deficit, paid += draw->paid, unpaid += draw->unpaid;
    }
    if (!exact) return;
    RC_ASSERT(paid == (asked < start ? asked : start));
    RC_ASSERT(T(paid + unpaid) == asked && T(fund.balance().raw() + paid) == start);
  };
  check_property("in double", 300, [&law] { law(0.0, false); });
  check_property("exactly, in rationals", 300, [&law] { law(Rational(0), true); });
}

TEST_CASE("limits, a floor and whole payments, against an independent count", "[waterfall][fund][laws]") {
  check_property("exactly, in rationals", 400, [] {
    using T = Rational;
    const T floor = figure<T>(500), most = figure<T>(1'000), period = figure<T>(3'000);
    const bool whole = *rc::gen::arbitrary<bool>(), has_most = *rc::gen::arbitrary<bool>(), has_period = *rc::gen::arbitrary<bool>();
    FundTerms<T> terms{.balance = figure<T>(10'000), .floor = floor, .whole = whole};
    if (has_most) terms.payment_limit = most;
    if (has_period) terms.period_limit = period;
    auto fund = *InsuranceFund<T>::make(terms);
    T balance = terms.balance.raw(), in_period = 0;
    for (int i = 0, count = *rc::gen::inRange(0, 20); i < count; ++i) {
      switch (*rc::gen::inRange(0, 4)) {
        case 0: {
          const T amount = figure<T>(500);
          RC_ASSERT(*fund.take(amount) == amount);
          balance += amount;
          break;
        }
        case 1: fund.begin_period(), in_period = 0; break;
        default: {
          const T deficit = figure<T>(2'000);
          T pays = deficit;
          for (const T& bound : {T(balance - floor), has_most ? most : deficit, has_period ? T(period - in_period) : deficit})
            pays = bound < pays ? bound : pays;
          if (pays < 0) pays = 0;
          if (whole && pays < deficit) pays = 0;
          const auto quoted = fund.quote(deficit), draw = fund.pay(deficit);
          RC_ASSERT(draw->paid == pays && draw->unpaid == T(deficit - pays) && quoted->paid == pays);
          balance -= pays, in_period += pays;
        }
      }
      RC_ASSERT(fund.balance().raw() == balance && balance >= 0);
    }
  });
}

TEMPLATE_TEST_CASE("the twins of a payment: nothing asked, all of it, one beyond", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  auto fund = fund_of<T>(10);
  CHECK(fund.pay(T(0))->paid == T(0));
  CHECK(fund.pay(T(4))->unpaid == T(0));
  const auto last = fund.pay(T(7));
  CHECK(last->paid == T(6));
  CHECK(last->unpaid == T(1));
  CHECK(fund.balance().raw() == T(0));
  CHECK(fund.pay(T(1))->unpaid == T(1));
  auto whole = *InsuranceFund<T>::make(venue::DydxInsuranceFund::terms<T>(T(10)));
  CHECK(whole.pay(T(11))->unpaid == T(11));
  CHECK(whole.balance().raw() == T(10));
  CHECK(whole.pay(T(10))->paid == T(10));  // to zero is allowed
  CHECK(whole.balance().raw() == T(0));
  auto empty = fund_of<T>(0);
  CHECK(empty.pay(T(5))->unpaid == T(5));
}

TEST_CASE("a floor is not paid out by rounding", "[waterfall][fund][laws]") {
  check_property("in double", 500, [] {
    const double floor = figure<double>(1'000), balance = floor + figure<double>(1'000'000);
    auto fund = *InsuranceFund<double>::make({.balance = balance, .floor = floor});
    const double most = fund.available().raw();
    RC_ASSERT(fund.pay(most + 1)->paid == most);
    RC_ASSERT(!(fund.balance().raw() < floor) && fund.balance().raw() <= floor * (1 + 1e-12) + 1e-9);
  });
}

TEST_CASE("fund and ledger move together, or not at all", "[waterfall][fund][laws]") {
  check_property("in rationals, with a ledger that fills up", 300, [] {
    using T = Rational;
    std::vector<Transfer<T>> storage(*rc::gen::inRange<std::size_t>(0, 12));
    Ledger<T> ledger(storage);
    const T start = figure<T>(3'000);
    auto fund = *InsuranceFund<T>::make({.balance = start});
    for (int i = 0; i < 12; ++i) {
      const T amount = figure<T>(1'000), before = fund.balance().raw();
      const std::size_t entries = ledger.size();
      if (*rc::gen::arbitrary<bool>()) {
        const auto draw = record_payment(ledger, fund, FundParties{}, Money<T>(amount));
        RC_ASSERT((bool(draw) ? fund.balance().raw() == T(before - draw->paid) : fund.balance().raw() == before && ledger.size() == entries));
      } else {
        const auto in = record_contribution(ledger, fund, FundParties{}, Money<T>(amount));
        RC_ASSERT((bool(in) ? *in == amount && fund.balance().raw() == T(before + amount) : fund.balance().raw() == before && ledger.size() == entries));
      }
      RC_ASSERT(ledger.balance(fund_party).raw() == T(fund.balance().raw() - start));
      RC_ASSERT(ledger.balance(account).raw() == T(start - fund.balance().raw()));
    }
    RC_ASSERT(ledger.sum_of_balances().raw() == 0);
  });
}

TEMPLATE_TEST_CASE("a contribution of zero leaves no entry, another its reason", "[waterfall][fund]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array<Transfer<T>, 1> storage{};
  Ledger<T> ledger(storage);
  auto fund = fund_of<T>(0);
  CHECK(*record_contribution(ledger, fund, FundParties{}, Money<T>(T(0))) == T(0));
  CHECK(ledger.size() == 0);
  CHECK(*record_contribution(ledger, fund, FundParties{}, Money<T>(T(3)), Reason::fund_payment) == T(3));
  CHECK(ledger.balance(fund_party, Reason::fund_payment).raw() == T(3));
}

TEMPLATE_TEST_CASE("a recorded step that fails leaves fund and ledger alone", "[waterfall][fund][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array<Transfer<T>, 1> storage{};
  Ledger<T> ledger(storage);
  auto fund = *InsuranceFund<T>::make({.balance = num<T>(1e308)});
  // The ledger has room for the entry; the fund cannot hold the sum, so the entry goes.
  CHECK(error_of(record_contribution(ledger, fund, FundParties{}, Money<T>(num<T>(0.8e308)))) == Error{Errc::overflow, Field::fund});
  CHECK(ledger.size() == 0);
  REQUIRE(record_payment(ledger, fund, FundParties{}, Money<T>(T(5))).has_value());
  CHECK(ledger.balance(account, Reason::fund_payment).raw() == T(5));
  CHECK(error_of(record_payment(ledger, fund, FundParties{}, Money<T>(T(5)))) == Error{Errc::bad_size, Field::transfer, 1});
  CHECK(error_of(record_contribution(ledger, fund, FundParties{}, Money<T>(T(-5)))) == Error{Errc::bad_parameter, Field::amount, 1});
  CHECK(fund.balance().raw() == num<T>(1e308));
  CHECK(record_payment(ledger, fund, FundParties{}, Money<T>(T(0)))->paid == T(0));
  CHECK(ledger.size() == 1);
}

TEMPLATE_TEST_CASE("a fund names what it does not take, and keeps its totals", "[waterfall][fund][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto made = [](const FundTerms<T>& terms) { return error_of(InsuranceFund<T>::make(terms)); };
  CHECK(made({.balance = -1}) == Error{Errc::bad_fund, Field::fund});
  CHECK(made({.balance = num<T>(not_a_number)}) == Error{Errc::bad_number, Field::fund});
  CHECK(made({.balance = num<T>(infinity)}) == Error{Errc::bad_number, Field::fund});
  CHECK(made({.balance = 1, .floor = -1}) == Error{Errc::bad_parameter, Field::fund_limit});
  CHECK(made({.balance = 1, .payment_limit = Money<T>(T(-1))}) == Error{Errc::bad_parameter, Field::fund_limit});
  CHECK(made({.balance = 1, .period_limit = Money<T>(num<T>(not_a_number))}) == Error{Errc::bad_number, Field::fund_limit});
  CHECK(InsuranceFund<T>::make({.balance = num<T>(-0.0)}).has_value());
  auto fund = fund_of<T>(10);
  CHECK(error_of(fund.pay(T(-1))) == Error{Errc::bad_parameter, Field::deficit});
  CHECK(error_of(fund.pay(num<T>(not_a_number))) == Error{Errc::bad_number, Field::deficit});
  CHECK(error_of(fund.pay(num<T>(infinity))) == Error{Errc::bad_number, Field::deficit});
  CHECK(error_of(fund.take(T(-1))) == Error{Errc::bad_parameter, Field::amount});
  CHECK(error_of(fund.take(num<T>(not_a_number))) == Error{Errc::bad_number, Field::amount});
  CHECK(fund.balance().raw() == T(10));
  CHECK(fund.paid().raw() == T(0));
  auto poor = *InsuranceFund<T>::make({.balance = 1, .floor = 5});
  CHECK(poor.pay(T(1))->paid == T(0));
  CHECK(poor.balance().raw() == T(1));
  auto busy = *InsuranceFund<T>::make({.balance = num<T>(1e308)});
  REQUIRE(busy.pay(num<T>(1e308)).has_value());
  REQUIRE(busy.take(num<T>(1e308)).has_value());
  CHECK(error_of(busy.pay(num<T>(1e308))) == Error{Errc::overflow, Field::fund_limit});  // what it has paid in all is no number any more
  CHECK(busy.balance().raw() == num<T>(1e308));
  busy.begin_period();
  CHECK(busy.pay(num<T>(1e308)).has_value());
}

TEMPLATE_TEST_CASE("a fill and a rule are refused by name", "[waterfall][fund][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto refused = [](const ClosedFill<T>& f) { return error_of(filled_order<T>(f)); };
  const T nan = num<T>(not_a_number);
  CHECK(refused({.size = nan, .fill = 1, .bankruptcy = 1}) == Error{Errc::bad_number, Field::size});
  CHECK(refused({.size = 1, .fill = nan, .bankruptcy = 1}) == Error{Errc::bad_number, Field::reference_price});
  CHECK(refused({.size = 1, .fill = 0, .bankruptcy = 1}) == Error{Errc::bad_price, Field::reference_price});
  CHECK(refused({.size = 1, .fill = 1, .bankruptcy = -1}) == Error{Errc::bad_price, Field::liquidation_price});
  CHECK(refused({.size = 1, .fill = 1, .bankruptcy = nan}) == Error{Errc::bad_number, Field::liquidation_price});
  CHECK(refused({.size = 1, .fill = 1, .bankruptcy = 1, .fee_rate = nan}) == Error{Errc::bad_number, Field::fee_rate});
  CHECK(refused({.size = 100, .fill = 1, .bankruptcy = num<T>(1e308)}) == Error{Errc::overflow, Field::size});  // the surplus, not the notional
  CHECK(refused({.size = 1, .fill = 1, .bankruptcy = 1, .fee_rate = bps<T>(-1)}) == Error{Errc::bad_parameter, Field::fee_rate});
  CHECK(refused({.size = 1, .fill = 1, .bankruptcy = 1, .remaining_margin = nan}) == Error{Errc::bad_number, Field::amount});
  CHECK(refused({.size = num<T>(1e308), .fill = 100, .bankruptcy = 1}) == Error{Errc::overflow, Field::size});
  CHECK(filled_order<T>({.size = 1, .fill = 1, .bankruptcy = 0}).has_value());
  struct Grasping {
    T contribution(const FilledOrder<T>& order) const { return T(order.surplus.raw() + T(1)); }
  };
  CHECK(error_of(contribution<T>(Grasping{}, FilledOrder<T>{.notional = 10, .surplus = 2})) == Error{Errc::bad_parameter, Field::fund_share});
  CHECK(error_of(contribution<T>(WholeSurplus{}, FilledOrder<T>{.notional = -1, .surplus = 2})) == Error{Errc::bad_parameter, Field::amount});
  CHECK(error_of(contribution<T>(WholeSurplus{}, FilledOrder<T>{.notional = 1, .surplus = nan})) == Error{Errc::bad_number, Field::amount});
  const auto order_of = [](const FilledOrder<T>& order) { return error_of(contribution<T>(WholeSurplus{}, order)); };
  CHECK(order_of({.notional = 1, .surplus = 2, .remaining_margin = nan}) == Error{Errc::bad_number, Field::amount});
  CHECK(order_of({.notional = nan, .surplus = 2}) == Error{Errc::bad_number, Field::amount});
  CHECK(order_of({.notional = 1, .surplus = 2, .fee_rate = nan}) == Error{Errc::bad_number, Field::fee_rate});
  CHECK(order_of({.notional = 1, .surplus = 2, .fee_rate = bps<T>(-1)}) == Error{Errc::bad_parameter, Field::fee_rate});
  struct Broken {
    T contribution(const FilledOrder<T>&) const { return num<T>(not_a_number); }
  };
  CHECK(error_of(contribution<T>(Broken{}, FilledOrder<T>{.notional = 1, .surplus = 2})) == Error{Errc::overflow, Field::amount});
  const auto share_of = [](const T& share) {
    return contribution<T>(ShareOf<T, ShareOf<T, CappedFee>>{Ratio<T>(T(1)), {share, {}}},
                           FilledOrder<T>{.notional = 100, .surplus = 50, .fee_rate = bps<T>(100)});
  };
  CHECK(share_of(T(0))->raw() == T(0));
  CHECK(share_of(T(1))->raw() == T(1));
  CHECK(error_of(share_of(bps<T>(10'001))) == Error{Errc::bad_parameter, Field::fund_share});  // less than the surplus, and more than the rule says
  CHECK(error_of(share_of(T(-1))) == Error{Errc::bad_parameter, Field::fund_share});
  CHECK(error_of(share_of(nan)) == Error{Errc::bad_number, Field::fund_share});
}
