// SPDX-License-Identifier: Apache-2.0
// What on-chain formulas refuse, and the edges beside it: a code and the culprit, no number.
#include "support/catch.hpp"

#include <loadline/venues/drift_exchange.hpp>
#include <loadline/venues/drift_losses.hpp>
#include <loadline/venues/drift_margin.hpp>
#include <loadline/venues/dydx_block.hpp>

#include <array>

using namespace loadline;

namespace {

template <class R>
Error fault(const R& result) {
  REQUIRE(!result);
  return result.error();
}
constexpr Errc bad = Errc::bad_parameter;
constexpr Whole two_to(int n) {
  return n == 0 ? Whole(1) : 2 * two_to(n - 1);
}

}  // namespace

TEST_CASE("dYdX refuses", "[venues]") {
  using namespace loadline::venues::dydx;
  const Market<Whole> btc{-8, 5'000'000'000, -5, 200'000, 500'000};
  const auto market = [&](auto change) {
    Market<Whole> m = btc;
    change(m);
    const Error e = fault(risk(Holding<Whole>{m, 1}));
    const std::array held{Holding<Whole>{btc, 1}, Holding<Whole>{m, 1}};
    CHECK(fault(risk(Account<Whole>{0, held})) == Error{e.code, e.field, 1});  // the index of the position
    return e;
  };
  CHECK(market([](auto& m) { m.price = -1; }) == Error{Errc::bad_price, Field::mark});
  CHECK(market([](auto& m) { m.price_exponent = 61; }) == Error{bad, Field::exponent});
  CHECK(market([](auto& m) { m.atomic_resolution = -61; }) == Error{bad, Field::exponent});
  CHECK(market([](auto& m) { m.initial_ppm = 1'000'001; }) == Error{bad, Field::bracket_rate});
  CHECK(market([](auto& m) { m.maintenance_fraction_ppm = -1; }) == Error{bad, Field::bracket_rate});
  CHECK(market([](auto& m) { m.open_interest = -1; }) == Error{bad, Field::open_interest});
  CHECK(market([](auto& m) { m.open_interest_floor = m.open_interest_cap = 5; }) == Error{bad, Field::open_interest});
  CHECK(market([](auto& m) { m.price_exponent = 40; }) == Error{Errc::overflow, Field::size});
  CHECK(fault(risk(Holding<Whole>{btc, 1, 1'000'001})) == Error{bad, Field::leverage});
  CHECK(fault(scaled_initial_ppm(btc, Whole(-1))) == Error{bad, Field::open_interest});
  CHECK(fault(risk(Account<Whole>{two_to(126) + (two_to(126) - 1), std::array{Holding<Whole>{btc, 1}}})) == Error{Errc::overflow, Field::account});

  const std::array held{Holding<Whole>{btc, 10'000'000}, Holding<Whole>{btc, 0}};
  const Account<Whole> account{-4'501'000'000, held};
  CHECK(fault(bankruptcy_quote(account, {2, -1})) == Error{bad, Field::position, 2});
  CHECK(fault(bankruptcy_quote(account, {1, -1})) == Error{bad, Field::position, 1});
  CHECK(fault(bankruptcy_quote(account, {0, 0})) == Error{bad, Field::size, 0});
  CHECK(fault(bankruptcy_quote(account, {0, 1})) == Error{bad, Field::size, 0});
  CHECK(bankruptcy_quote(account, {0, -10'000'000}).has_value());
  CHECK(fault(bankruptcy_quote(account, {0, -10'000'001})) == Error{bad, Field::size, 0});
  Market<Whole> free = btc;
  free.maintenance_fraction_ppm = 0;
  const std::array no_margin{Holding<Whole>{free, 5}};
  CHECK(fault(bankruptcy_quote(Account<Whole>{-1, no_margin}, {0, -5})) == Error{bad, Field::account});
  CHECK(!risk(Account<Whole>{-1'000'000, no_margin})->liquidatable());

  LiquidationConfig<Whole> rules{.max_block_notional = 1, .max_block_lost = 1};
  const auto config = [&](auto change) {
    LiquidationConfig<Whole> c = rules;
    change(c);
    const Error e = fault(fillable_price(account, {0, -1}, c));
    CHECK(fault(notional_limits(held[0], c)) == e);
    CHECK(fault(fund_delta(account, {0, 1, 1, -8}, c)) == e);
    return e;
  };
  CHECK(config([](auto& c) { c.max_fee_ppm = 1'000'001; }) == Error{bad, Field::liquidation_fee_rate});
  CHECK(config([](auto& c) { c.bankruptcy_adjustment_ppm = 999'999; }) == Error{bad, Field::threshold});
  CHECK(config([](auto& c) { c.spread_ppm = -1; }) == Error{bad, Field::spread});
  CHECK(config([](auto& c) { c.min_notional = -1; }) == Error{bad, Field::quantity});
  CHECK(config([](auto& c) { c.max_portion_ppm = 1'000'001; }) == Error{bad, Field::close_fraction});
  CHECK(config([](auto& c) { c.max_block_notional = -1; }) == Error{bad, Field::amount});
  CHECK(config([](auto& c) { c.max_block_lost = -1; }) == Error{bad, Field::fund_limit});

  CHECK(fault(fund_delta(account, {0, 0, 1, -8}, rules)) == Error{bad, Field::quantity});
  CHECK(fault(fund_delta(account, {0, 1, 0, -8}, rules)) == Error{bad, Field::liquidation_price});
  CHECK(fault(fund_delta(account, {0, 1, 1, 61}, rules)) == Error{bad, Field::exponent});
  CHECK(fault(fund_delta(account, {7, 1, 1, -8}, rules)) == Error{bad, Field::position, 7});
  CHECK(fault(fund_delta(account, {0, 10'000'001, 1, -8}, rules)) == Error{bad, Field::size, 0});
  CHECK(fault(fillable_subticks(Fraction<Whole>{1, 0}, true, Whole(1), 0)) == Error{bad, Field::liquidation_price});
  CHECK(fault(fillable_subticks(Fraction<Whole>{1, 1}, true, Whole(0), 0)) == Error{bad, Field::tick});
  CHECK(fault(fillable_subticks(Fraction<Whole>{1, 1}, true, two_to(64), 0)) == Error{bad, Field::tick});
  CHECK(*fillable_subticks(Fraction<Whole>{-5, 1}, false, Whole(3), 0) == 3);
  CHECK(fault(fillable_subticks(Fraction<Whole>{two_to(126), 1}, false, Whole(1), -9)) == Error{Errc::overflow, Field::liquidation_price});
  CHECK(fault(left_in_block(Whole(10), Whole(11))) == Error{bad, Field::fund_limit});
  CHECK(*left_in_block(Whole(10), Whole(10)) == 0);
  CHECK(fault(order_quantums(held[0], rules, Whole(-1), Whole(1))) == Error{bad, Field::amount});
  CHECK(fault(order_quantums(held[0], rules, Whole(1), Whole(0))) == Error{bad, Field::tick});
  CHECK(*order_quantums(held[1], rules, Whole(1), Whole(5)) == 0);  // nothing held, nothing ordered
  Market<Whole> worthless = btc;
  worthless.price = 0;
  CHECK(fault(goes_first(RankedOrder<Whole>{1, 1}, RankedOrder<Whole>{1, 1}, worthless, -8)) == Error{Errc::bad_price, Field::mark});
  CHECK(fault(goes_first(RankedOrder<Whole>{1, 1}, RankedOrder<Whole>{1, 1}, btc, -61)) == Error{bad, Field::exponent});
  CHECK(*goes_first(RankedOrder<Whole>{1, 1}, RankedOrder<Whole>{1, 1}, btc, -8) == 0);

  const std::array opposite{Holding<Whole>{btc, -9'999'999}};
  const Account<Whole> rich{1'000'000'000'000, opposite};
  CHECK(deleverage(account, {0, -9'999'999}, rich, 0, false).has_value());
  CHECK(fault(deleverage(account, {0, -10'000'000}, rich, 0, false)) == Error{bad, Field::counterparty});
  CHECK(fault(deleverage(account, {0, -1}, rich, 1, false)) == Error{bad, Field::counterparty});
  CHECK(fault(deleverage(account, {0, -1}, account, 0, false)) == Error{bad, Field::counterparty});
  CHECK(fault(deleverage(account, {0, -9'999'999}, Account<Whole>{0, opposite}, 0, false)) == Error{bad, Field::deficit, 1});
  CHECK(fault(deleverage(Account<Whole>{-5'000'001'000, held}, {0, -9'999'999}, rich, 0, true)) == Error{bad, Field::deficit, 0});
}

TEST_CASE("Drift refuses", "[venues]") {
  using namespace loadline::venues::drift;
  const PerpTerms<Whole> good{2'000'000'000, 100'000'000, 1'000'000, 700, 10'000, 10'000, 10'000'000};
  const Shortage<Whole> shortage{10'000'000, 10'000'000, 0};
  const auto terms = [&](auto change) {
    PerpTerms<Whole> p = good;
    change(p);
    return fault(liquidate_perp(p, shortage, Whole(10'000), Whole(10'000'000), std::optional<Whole>()));
  };
  CHECK(terms([](auto& p) { p.oracle_price = -1; }) == Error{Errc::bad_price, Field::mark});
  CHECK(terms([](auto& p) { p.quote_price = -1; }) == Error{Errc::bad_price, Field::mark});
  CHECK(terms([](auto& p) { p.oracle_price = p.quote_price = 1; }) == Error{Errc::bad_price, Field::mark});
  CHECK(terms([](auto& p) { p.margin_ratio = -1; }) == Error{bad, Field::bracket_rate});
  CHECK(terms([](auto& p) { p.liquidator_fee = -1; }) == Error{bad, Field::liquidation_fee_rate});
  CHECK(terms([](auto& p) { p.step = 0; }) == Error{bad, Field::tick});
  CHECK(terms([](auto& p) { p.base = 2'000'000'001; }) == Error{bad, Field::tick});
  CHECK(terms([](auto& p) { p.base = 0; }) == Error{bad, Field::size});
  CHECK(terms([](auto& p) { p.oracle_price = p.quote_price = two_to(126); }).code == Errc::overflow);
  const auto run = [&](const Shortage<Whole>& s, Whole share, Whole most, std::optional<Whole> limit) { return liquidate_perp(good, s, share, most, limit); };
  CHECK(fault(run({-1, 0, 0}, 10'000, 10'000'000, {})) == Error{bad, Field::deficit});
  CHECK(fault(run({1, -1, 0}, 10'000, 10'000'000, {})) == Error{bad, Field::deficit});
  CHECK(fault(run(shortage, 10'001, 10'000'000, {})) == Error{bad, Field::close_fraction});
  CHECK(fault(run(shortage, 10'000, 9'999'999, {})) == Error{bad, Field::quantity});
  CHECK(fault(run(shortage, 10'000, 10'000'000, Whole(99'999'999))) == Error{bad, Field::reference_price});
  CHECK(run(shortage, 10'000, 10'000'000, Whole(100'000'000)).has_value());
  CHECK(terms([](auto& p) { p.margin_ratio = two_to(126); }) == Error{Errc::overflow, Field::bracket_rate});
  CHECK(run(shortage, 0, 10'000'000, {})->base == 0);
  CHECK(fault(liquidator_fee(Whole(-1), Whole(1), Whole(0), Whole(1))) == Error{bad, Field::liquidation_fee_rate});
  CHECK(fault(allowed_share(Shortage<Whole>{-1, 0, 0}, Ramp<Whole>{0, 1, 0, 1})) == Error{bad, Field::deficit});
  CHECK(fault(allowed_share(shortage, Ramp<Whole>{0, -1, 0, 1})) == Error{bad, Field::close_fraction});
  CHECK(*allowed_share(Shortage<Whole>{49'999'999, 0, 0}, Ramp<Whole>{0, 150, 0, 0}) == 10'000);
  CHECK(*allowed_share(Shortage<Whole>{50'000'000, 0, 0}, Ramp<Whole>{0, 150, 0, 0}) == 0);
  CHECK(fault(allowed_share(Shortage<Whole>{50'000'000, 0, 0}, Ramp<Whole>{0, 150, 1, 0})) == Error{Errc::bad_time, Field::source_time});

  const TokenTerms<Whole> usd{1'000'000, 6, 1'000'000, 10'000}, sol{100'000'000, 9, 999'000, 11'000};
  const auto token = [&](auto change, std::uint32_t which) {
    TokenTerms<Whole> t = which == 0 ? usd : sol;
    change(t);
    const Error e = which == 0 ? fault(liability_for_asset(t, sol, Whole(1))) : fault(liability_for_asset(usd, t, Whole(1)));
    CHECK(e == (which == 0 ? fault(asset_for_liability(t, sol, Whole(1), Whole(1))) : fault(asset_for_liability(usd, t, Whole(1), Whole(1)))));
    CHECK(e.index == which);
    return e;
  };
  for (const std::uint32_t which : {0U, 1U}) {
    CHECK(token([](auto& t) { t.price = 0; }, which) == Error{Errc::bad_price, Field::asset_price, which});
    CHECK(token([](auto& t) { t.decimals = 19; }, which) == Error{bad, Field::exponent, which});
    CHECK(token([](auto& t) { t.multiplier = 0; }, which) == Error{bad, Field::liquidation_fee_rate, which});
    CHECK(token([](auto& t) { t.weight = -1; }, which) == Error{Errc::bad_weight, Field::tier_weight, which});
  }
  CHECK(fault(liability_for_asset(usd, sol, Whole(-1))) == Error{bad, Field::amount});
  CHECK(fault(asset_for_liability(usd, sol, Whole(1), Whole(-1))) == Error{bad, Field::amount, 1});
  CHECK(fault(liability_to_cover(usd, sol, Whole(-1), Whole(0))) == Error{bad, Field::deficit});
  CHECK(!*liability_to_cover(sol, usd, Whole(1), Whole(0)));          // the asset's weight is not below
  CHECK(!*liability_to_cover(usd, sol, Whole(1), Whole(1'000'000)));  // the fee is more than the weights' difference
  CHECK(fault(spot_fund_fee(usd, sol, Whole(1), Whole(-1), Whole(1))) == Error{bad, Field::amount, 1});
  CHECK(fault(meets_limit(TokenTransfer<Whole>{1, 0}, 6, 6, Whole(1))) == Error{bad, Field::amount, 1});
  CHECK(fault(swap_within_bounds(usd, sol, TokenTransfer<Whole>{0, 1})) == Error{bad, Field::amount, 0});
  const SpotTerms<Whole> held{1'000'000'000, 1'000'000'000, 0, 1'000'000'000};
  const auto tokens = [&](auto change, Whole share = 10'000) {
    SpotTerms<Whole> t = held;
    change(t);
    return liquidate_tokens(usd, sol, t, shortage, share);
  };
  CHECK(tokens([](auto&) {}).has_value());
  CHECK(tokens([](auto&) {}, 0)->tokens.liability == 0);
  CHECK(fault(tokens([](auto&) {}, 10'001)) == Error{bad, Field::close_fraction});
  CHECK(fault(tokens([](auto& t) { t.balance = -1; })) == Error{bad, Field::amount});
  CHECK(fault(tokens([](auto& t) { t.balance = 0; })) == Error{bad, Field::amount});
  CHECK(fault(tokens([](auto& t) { t.owed = -1; })) == Error{bad, Field::amount, 1});
  CHECK(fault(tokens([](auto& t) { t.max_fund_fee = -1; })) == Error{bad, Field::liquidation_fee_rate, 1});
  CHECK(fault(tokens([](auto& t) { t.liquidator_max = 0; })) == Error{bad, Field::amount});
  CHECK(fault(tokens([](auto& t) { t.limit_price = 100'200'000; })) == Error{bad, Field::reference_price});
  CHECK(tokens([](auto& t) { t.limit_price = 100'100'000; }).has_value());
  CHECK(fault(funding_for_bankruptcy(Whole(-1), Whole(1), Whole(1))) == Error{bad, Field::deficit});
  CHECK(fault(funding_for_bankruptcy(two_to(126), Whole(1), Whole(0))) == Error{Errc::overflow, Field::deficit});
  CHECK(*deposit_index_cut(Whole(5), Whole(1), Whole(0)) == 0);
  CHECK(fault(deposit_index_cut(Whole(5), Whole(-1), Whole(1))) == Error{bad, Field::deficit});
  CHECK(fault(shown_liquidation_price(Whole(0), Whole(1), Whole(1), Whole(1))) == Error{Errc::bad_price, Field::mark});
  CHECK(fault(shown_liquidation_price(Whole(1), Whole(1), Whole(1), Whole(-1))) == Error{bad, Field::bracket_rate});

  CHECK(fault(size_premium(Whole(-1), Whole(1), Whole(1))) == Error{Errc::bad_weight, Field::tier_weight});
  CHECK(fault(size_premium(Whole(1), Whole(-1), Whole(1))) == Error{bad, Field::size});
  CHECK(fault(size_premium(Whole(1), Whole(1), Whole(-1))) == Error{bad, Field::threshold});
  CHECK(fault(size_premium(Whole(1), two_to(126), Whole(1))) == Error{Errc::overflow, Field::size});
  CHECK(fault(size_discount(Whole(-1), Whole(1), Whole(1))) == Error{Errc::bad_weight, Field::tier_weight});
  CHECK(fault(size_discount(Whole(1), Whole(-1), Whole(1))) == Error{bad, Field::size});
  CHECK(fault(size_discount(Whole(1), Whole(1), Whole(-1))) == Error{bad, Field::threshold});
  CHECK(fault(size_discount(Whole(1), two_to(126), Whole(1))) == Error{Errc::overflow, Field::size});
  CHECK(fault(sized(Whole(-1), 6)) == Error{bad, Field::size});
  CHECK(fault(sized(Whole(1), 19)) == Error{bad, Field::exponent});
  CHECK(fault(sized(Whole(1), -1)) == Error{bad, Field::exponent});
  CHECK(fault(sized(two_to(126), 8)) == Error{Errc::overflow, Field::size});
  CHECK(fault(scaled_weight(Whole(-1), Whole(1), Whole(1))) == Error{Errc::bad_weight, Field::tier_weight});
  CHECK(fault(scaled_weight(Whole(1), Whole(-1), Whole(1))) == Error{bad, Field::threshold});
  CHECK(fault(scaled_weight(Whole(1), Whole(1), Whole(-1))) == Error{bad, Field::amount});
  const Levels<Whole> ordinary{1'000, 500}, lower{100, 50}, beyond{1'000'000'000'001, 1}, below{1, -1};
  for (const Levels<Whole>& wrong : {beyond, below}) {
    CHECK(fault(margin_ratio(wrong, lower, MarginLevel::initial, Whole(1), Whole(1), true)) == Error{bad, Field::bracket_rate});
    CHECK(fault(margin_ratio(ordinary, wrong, MarginLevel::initial, Whole(1), Whole(1), true)) == Error{bad, Field::bracket_rate});
    CHECK(fault(gain_weight(wrong, MarginLevel::initial, Whole(1), Whole(1))) == Error{Errc::bad_weight, Field::tier_weight});
  }
  CHECK(fault(margin_ratio(ordinary, lower, MarginLevel::initial, Whole(-1), Whole(1), true)) == Error{bad, Field::size});
  CHECK(fault(margin_ratio(ordinary, lower, MarginLevel::fill, Whole(1), Whole(-1), true)) == Error{bad, Field::threshold});
  CHECK(fault(margin_ratio(ordinary, lower, MarginLevel::initial, two_to(126), Whole(1), true)) == Error{Errc::overflow, Field::size});
  CHECK(fault(gain_weight(ordinary, MarginLevel::initial, Whole(-1), Whole(-1))) == Error{bad, Field::threshold});
  CHECK(fault(gain_weight(ordinary, MarginLevel::initial, two_to(126), Whole(1))) == Error{Errc::overflow, Field::size});
  CHECK(*margin_ratio(Levels<Whole>{4, 2}, Levels<Whole>{2, 1}, MarginLevel::initial, Whole(0), Whole(1), true) == 2);  // a fifth of nothing divides nothing
}
