// SPDX-License-Identifier: Apache-2.0
// Compensation by two readings of one sentence, the voucher's thresholds, and what the ledger says of both.
#include "support/property.hpp"
#include "support/sample.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/venues/binance_october_2025.hpp>

#include <array>
#include <limits>

namespace {

using loadline::AssetId;
using loadline::CollateralReading;
using loadline::compensation;
using loadline::CompensationOutcome;
using loadline::CompensationParties;
using loadline::CompensationRule;
using loadline::Errc;
using loadline::Error;
using loadline::Field;
using loadline::Ledger;
using loadline::LiquidationCase;
using loadline::Money;
using loadline::PartyId;
using loadline::PartyKind;
using loadline::PositionReading;
using loadline::Rational;
using loadline::Reason;
using loadline::Time;
using loadline::Transfer;
using loadline::voucher_due;
using loadline::VoucherCase;
using Depeg = loadline::venues::BinanceDepegCompensation;
using Vouchers = loadline::venues::BinanceTogetherVouchers;

constexpr PartyId account{PartyKind::account}, buyers{PartyKind::buyers}, fees{PartyKind::fee_pool}, venue{PartyKind::venue};
constexpr Time minute = 60'000;

static_assert(Depeg::until - Depeg::from == 40 * minute);              // 21:36 to 22:16
static_assert(Depeg::reference - Depeg::until == 104 * minute);        // 22:16 to midnight
static_assert(Depeg::reference % (24 * 60 * minute) == 0);             // midnight UTC
static_assert(Depeg::reference == 1'760'140'800'000);                  // 2025-10-11
static_assert(Depeg::reference - Vouchers::from == 24 * 60 * minute);  // the day before
static_assert(Vouchers::from - Vouchers::snapshot == minute);          // 23:59 of the day before that
static_assert(Vouchers::until - Depeg::reference == (24 * 60 - 1) * minute);

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();

/// 100,000 USDe of a loop of 5x, which dies at 0.88, against the price at 00:00.
template <class T>
CollateralReading<T> loop_of_five(std::string_view reference = "0.9978") {
  return {.reference = dec<T>(reference), .liquidation = dec<T>("0.88"), .sold = T(100'000)};
}

}  // namespace

// Source: Binance statement of 2025-10-12 and the press on its notice: the window 21:36 to 22:16, the price of 2025-10-11 00:00 UTC.
// USDe/USDT minute candles: at 00:00 between 0.9977 and 0.9979; the first minute of the window has its low at 0.84.
TEMPLATE_TEST_CASE("a loop of 5x in USDe is made whole by 11,780 USDT", "[waterfall][source:bn_depeg_compensation]", LOADLINE_SCALARS) {
  using T = TestType;
  const LiquidationCase<T> at{.time = Depeg::from, .collateral = Depeg::usde, .fee = T(500)};
  const auto without_fee = compensation(Depeg::rule(), at, loop_of_five<T>());
  REQUIRE(without_fee.has_value());
  CHECK(without_fee->outcome == CompensationOutcome::paid);
  CHECK(same(without_fee->loss, "11780", 100'000));  // (0.9978 - 0.88) x 100,000
  CHECK(without_fee->make_whole == without_fee->loss);
  CHECK(without_fee->fee_refund == Money<T>(T(0)));
  CHECK(without_fee->fee == Money<T>(T(500)));
  const auto with_fee = compensation(Depeg::rule(true), at, loop_of_five<T>());
  REQUIRE(with_fee.has_value());
  CHECK(with_fee->make_whole == without_fee->make_whole);
  CHECK(with_fee->fee_refund == Money<T>(T(500)));
  // The minute's range moves it by ten either way.
  CHECK(same(compensation(Depeg::rule(), at, loop_of_five<T>("0.9977"))->loss, "11770", 100'000));
  CHECK(same(compensation(Depeg::rule(), at, loop_of_five<T>("0.9979"))->loss, "11790", 100'000));
}

TEMPLATE_TEST_CASE("both ends of the window belong to it, and a millisecond beyond does not", "[waterfall][source:bn_depeg_compensation]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto outcome = [](Time time, AssetId asset) { return compensation(Depeg::rule(), LiquidationCase<T>{time, asset}, loop_of_five<T>())->outcome; };
  CHECK(outcome(Depeg::from, Depeg::usde) == CompensationOutcome::paid);
  CHECK(outcome(Depeg::until, Depeg::usde) == CompensationOutcome::paid);
  CHECK(outcome(Depeg::from - 1, Depeg::usde) == CompensationOutcome::outside_window);
  CHECK(outcome(Depeg::until + 1, Depeg::usde) == CompensationOutcome::outside_window);
  CHECK(outcome(Depeg::from, Depeg::bnsol) == CompensationOutcome::paid);
  CHECK(outcome(Depeg::from, Depeg::wbeth) == CompensationOutcome::paid);
  CHECK(outcome(Depeg::from, AssetId{3}) == CompensationOutcome::not_eligible_asset);
  CHECK(outcome(Depeg::from - 1, AssetId{3}) == CompensationOutcome::not_eligible_asset);
  // The figure is there all the same, and nothing is paid: not even the fee.
  const auto late = compensation(Depeg::rule(true), LiquidationCase<T>{Depeg::until + 1, Depeg::usde, T(5)}, loop_of_five<T>());
  CHECK(same(late->loss, "11780", 100'000));
  CHECK(late->make_whole == Money<T>(T(0)));
  CHECK(late->fee_refund == Money<T>(T(0)));
}

TEMPLATE_TEST_CASE("the position's reading is signed: a short closed before a rise has lost nothing", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  const LiquidationCase<T> at{.time = Depeg::from, .collateral = Depeg::wbeth, .fee = T(7)};
  const auto closed = [&at](int size) { return *compensation(Depeg::rule(true), at, PositionReading<T>{T(3'820), T(3'500), T(size)}); };
  CHECK(closed(10).outcome == CompensationOutcome::paid);
  CHECK(closed(10).make_whole == Money<T>(T(3'200)));
  CHECK(closed(10).fee_refund == Money<T>(T(7)));
  CHECK(closed(10).reason == Reason::close_out);
  CHECK(closed(-10).outcome == CompensationOutcome::no_loss);
  CHECK(closed(-10).loss == Money<T>(T(-3'200)));
  CHECK(closed(-10).make_whole == Money<T>(T(0)));
  CHECK(closed(-10).fee_refund == Money<T>(T(0)));
  CHECK(closed(0).outcome == CompensationOutcome::no_loss);
  const auto level = compensation(Depeg::rule(), at, CollateralReading<T>{T(1), T(1), T(9)});
  CHECK(level->outcome == CompensationOutcome::no_loss);
  const auto nothing = compensation(Depeg::rule(), at, CollateralReading<T>{T(1), T(2), T(0)});
  CHECK(nothing->outcome == CompensationOutcome::no_loss);
  CHECK(nothing->loss == Money<T>(T(0)));
  CHECK_FALSE(std::signbit(plain(nothing->loss.raw())));
}

TEMPLATE_TEST_CASE("the venue pays what the buyers keep", "[waterfall]", LOADLINE_SCALARS) {
  using T = TestType;
  std::array<Transfer<T>, 4> storage{};
  Ledger<T> ledger(storage);
  const LiquidationCase<T> at{.time = Depeg::from, .collateral = Depeg::usde, .fee = T(20)};
  const CollateralReading<T> sold{.reference = T(1), .liquidation = dec<T>("0.75"), .sold = T(1'000)};
  REQUIRE(*record(ledger, CompensationParties{}, *compensation(Depeg::rule(true), at, sold)) == 4);
  CHECK(ledger.balance(account) == Money<T>(T(0)));
  CHECK(ledger.balance(buyers) == Money<T>(T(250)));
  CHECK(ledger.balance(fees) == Money<T>(T(20)));
  CHECK(ledger.balance(venue) == Money<T>(T(-270)));
  CHECK(ledger.total(Reason::forced_sale) == ledger.total(Reason::compensation));

  SECTION("an unpaid case leaves the loss with the account") {
    ledger.rewind(0);
    const LiquidationCase<T> early{.time = Depeg::from - 1, .collateral = Depeg::usde, .fee = T(20)};
    REQUIRE(*record(ledger, CompensationParties{}, *compensation(Depeg::rule(true), early, sold)) == 2);
    CHECK(ledger.balance(account) == Money<T>(T(-270)));
    CHECK(ledger.balance(venue) == Money<T>(T(0)));
  }
  SECTION("a gain comes from the other side") {
    ledger.rewind(0);
    const CompensationParties who{.winner = {PartyKind::counterparties}};
    REQUIRE(*record(ledger, who, *compensation(Depeg::rule(), LiquidationCase<T>{Depeg::from, Depeg::usde}, PositionReading<T>{T(110), T(100), T(-3)})) == 1);
    CHECK(ledger.balance(account) == Money<T>(T(30)));
    CHECK(ledger.balance({PartyKind::counterparties}) == Money<T>(T(-30)));
  }
  SECTION("a ledger without room takes none of it") {
    ledger.rewind(1);
    const auto failed = record(ledger, CompensationParties{}, *compensation(Depeg::rule(true), at, sold));
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error() == Error{Errc::bad_size, Field::transfer, 4});
    CHECK(ledger.size() == 1);
    CHECK(ledger.turnover() == Money<T>(T(250)));
  }
  SECTION("nobody pays himself") {
    ledger.rewind(0);
    const auto failed = record(ledger, CompensationParties{.payer = account}, *compensation(Depeg::rule(true), at, sold));
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error() == Error{Errc::bad_parameter, Field::transfer, 2});
    CHECK(ledger.size() == 0);
  }
}

TEST_CASE("compensation in rationals equals an independent reckoning, and its ledger sums to zero", "[waterfall][laws]") {
  check_property("either reading, inside and outside the rule", 500, [] {
    const auto rational = [](int low, int high) { return Rational(*rc::gen::inRange(low, high), *rc::gen::element(1, 7, 1'000)); };
    const Rational reference = rational(1, 5'000), price = rational(1, 5'000), quantity = rational(-900, 900), fee = rational(0, 90);
    const std::array listed{AssetId{4}, AssetId{2}};
    const bool refund = *rc::gen::arbitrary<bool>(), by_collateral = *rc::gen::arbitrary<bool>();
    const CompensationRule rule{.from = 10, .until = 20, .assets = listed, .refund_fee = refund};
    const LiquidationCase<Rational> at{*rc::gen::inRange<Time>(8, 23), AssetId{*rc::gen::inRange(1u, 5u)}, fee};
    const Rational q = by_collateral ? Rational(abs(quantity)) : quantity;
    const auto c = by_collateral ? compensation(rule, at, CollateralReading<Rational>{reference, price, q})
                                 : compensation(rule, at, PositionReading<Rational>{reference, price, q});
    RC_ASSERT(c.has_value());
    const Rational loss = reference * q - price * q;
    const bool due = (at.collateral.index == 4 || at.collateral.index == 2) && at.time >= 10 && at.time <= 20 && loss > 0;
    RC_ASSERT(c->loss.raw() == loss);
    RC_ASSERT((c->outcome == CompensationOutcome::paid) == due);
    RC_ASSERT(c->make_whole.raw() == (due ? loss : Rational(0)));
    RC_ASSERT(c->fee_refund.raw() == (due && refund ? fee : Rational(0)));
    std::array<Transfer<Rational>, 4> storage{};
    Ledger<Rational> ledger(storage);
    RC_ASSERT(record(ledger, CompensationParties{}, *c).has_value());
    RC_ASSERT(ledger.sum_of_balances().raw() == 0);
    RC_ASSERT(ledger.balance(account).raw() == (due ? (refund ? Rational(0) : Rational(-fee)) : Rational(-loss - fee)));
    RC_ASSERT(ledger.balance(buyers).raw() == loss);
    RC_ASSERT(ledger.balance(fees).raw() == fee);
    RC_ASSERT(ledger.balance(venue).raw() == (due ? Rational(-loss - (refund ? fee : Rational(0))) : Rational(0)));
  });
}

TEMPLATE_TEST_CASE("a bad case is refused by name", "[waterfall][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto fault = [](const CompensationRule& rule, const LiquidationCase<T>& at, const auto& reading) {
    const auto c = compensation(rule, at, reading);
    REQUIRE_FALSE(c.has_value());
    return c.error();
  };
  const CompensationRule rule = Depeg::rule();
  const LiquidationCase<T> at{Depeg::from, Depeg::usde};
  const CollateralReading<T> good{T(1), T(1), T(1)};
  CHECK(fault({.from = 2, .until = 1}, at, good) == Error{Errc::bad_time, Field::window});
  CHECK(fault(rule, {Depeg::from, Depeg::usde, num<T>(not_a_number)}, good) == Error{Errc::bad_number, Field::amount});
  CHECK(fault(rule, {Depeg::from, Depeg::usde, T(-1)}, good) == Error{Errc::bad_parameter, Field::amount});
  CHECK(fault(rule, at, CollateralReading<T>{T(0), T(1), T(1)}) == Error{Errc::bad_price, Field::reference_price});
  CHECK(fault(rule, at, CollateralReading<T>{num<T>(infinity), T(1), T(1)}) == Error{Errc::bad_number, Field::reference_price});
  CHECK(fault(rule, at, CollateralReading<T>{T(1), T(-1), T(1)}) == Error{Errc::bad_price, Field::liquidation_price});
  CHECK(fault(rule, at, CollateralReading<T>{T(1), num<T>(not_a_number), T(1)}) == Error{Errc::bad_number, Field::liquidation_price});
  CHECK(fault(rule, at, CollateralReading<T>{T(1), T(1), T(-1)}) == Error{Errc::bad_parameter, Field::quantity});
  CHECK(fault(rule, at, CollateralReading<T>{T(1), T(1), num<T>(not_a_number)}) == Error{Errc::bad_number, Field::quantity});
  CHECK(fault(rule, at, CollateralReading<T>{num<T>(1e300), T(1), num<T>(1e300)}) == Error{Errc::overflow, Field::quantity});
  CHECK(fault(rule, at, PositionReading<T>{T(1), T(1), num<T>(not_a_number)}) == Error{Errc::bad_number, Field::size});
  CHECK(fault(rule, at, PositionReading<T>{T(1), num<T>(1e300), num<T>(-1e300)}) == Error{Errc::overflow, Field::size});
}

// Source: Binance, The Together Initiative, 2025-10-14: at least USD 50, at least 30 % of net assets.
TEMPLATE_TEST_CASE("a voucher needs both thresholds, and each belongs to it", "[waterfall][source:bn_together_voucher]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto due = [](std::string_view loss, std::string_view net) {
    return *voucher_due(Vouchers::rule<T>(), VoucherCase<T>{.loss = dec<T>(loss), .net_assets = dec<T>(net)});
  };
  CHECK(due("50", "100"));
  CHECK_FALSE(due("49.99", "100"));
  CHECK(due("3000", "10000"));
  CHECK_FALSE(due("2999.99", "10000"));
  CHECK(due("3000", "9999"));
  CHECK_FALSE(due("50", "1000"));
  CHECK_FALSE(due("0", "0.01"));
  const auto rule = Vouchers::rule<T>();
  CHECK(rule.least_amount == Money<T>(T(4)));
  CHECK(rule.most_amount == Money<T>(T(6'000)));

  const auto fault = [](const loadline::VoucherRule<T>& r, const VoucherCase<T>& user) {
    const auto answer = voucher_due(r, user);
    REQUIRE_FALSE(answer.has_value());
    return answer.error();
  };
  CHECK(fault(rule, {T(60), T(0)}) == Error{Errc::bad_parameter, Field::voucher});
  CHECK(fault(rule, {T(60), T(-100)}) == Error{Errc::bad_parameter, Field::voucher});
  CHECK(fault(rule, {T(-60), T(100)}) == Error{Errc::bad_parameter, Field::voucher});
  CHECK(fault(rule, {num<T>(not_a_number), T(100)}) == Error{Errc::bad_number, Field::voucher});
  CHECK(fault(rule, {T(60), num<T>(infinity)}) == Error{Errc::bad_number, Field::voucher});
  CHECK(fault({T(-1), T(0), T(4), T(6'000)}, {T(60), T(100)}) == Error{Errc::bad_parameter, Field::threshold});
  CHECK(fault({T(50), T(2), T(4), T(6'000)}, {T(60), T(100)}) == Error{Errc::bad_parameter, Field::threshold});
  CHECK(fault({T(50), num<T>(not_a_number), T(4), T(6'000)}, {T(60), T(100)}) == Error{Errc::bad_number, Field::threshold});
}

TEST_CASE("0.3 of net assets in rationals: exactly 30 % is due, a hair below is not", "[waterfall][source:bn_together_voucher]") {
  const auto rule = Vouchers::rule<Rational>();
  CHECK(*voucher_due(rule, VoucherCase<Rational>{Rational(1'000, 3), Rational(10'000, 9)}));
  CHECK_FALSE(*voucher_due(rule, VoucherCase<Rational>{Rational(1'000, 3), Rational("1000000000000000001/900000000000000")}));
}
