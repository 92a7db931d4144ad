// SPDX-License-Identifier: Apache-2.0
// Drift v2 to the last integer. Source: protocol-v2's own tests @0ae3e3b1 (docs/sources.md), read from tests/data/onchain_liquidation.jsonl.
#include "venues/onchain.hpp"

#include <loadline/venues/drift_exchange.hpp>
#include <loadline/venues/drift_losses.hpp>
#include <loadline/venues/drift_margin.hpp>

#include <map>
#include <set>
#include <stdexcept>

using namespace loadline;
using namespace loadline::venues::drift;

namespace {

template <class I>
I field(const Json& in, const char* name) {
  return whole<I>(in.at(name));
}
template <class I>
PerpTerms<I> perp(const Json& in, const char* base, const char* ratio, const char* fee, const char* fund) {
  return {whole<I>(in, base, 0),
          field<I>(in, "oracle_price"),
          field<I>(in, "quote_oracle_price"),
          field<I>(in, ratio),
          field<I>(in, fee),
          whole<I>(in, fund, 0),
          I(1)};
}
template <class I>
TokenTerms<I> token(const Json& in, const std::string& side) {
  const auto get = [&](const char* name, int otherwise) { return whole<I>(in, (side + name).c_str(), otherwise); };
  return {get("_price", 1), in.value(side + "_decimals", 6), get("_liquidation_multiplier", 1'000'000), get("_weight", 0)};
}

}  // namespace

TEMPLATE_TEST_CASE("fees that rise with time and shares that widen with it",
                   "[venues][source:drift_get_liquidation_fee][source:drift_calculate_max_pct_to_liquidate][source:drift_calculate_perp_if_fee]",
                   LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("drift_get_liquidation_fee", 2)) {
    const Json& in = row.at("inputs");
    const auto fee = liquidator_fee(field<I>(in, "base_liquidation_fee"), field<I>(in, "max_liquidation_fee"), field<I>(in, "last_active_user_slot"),
                                    field<I>(in, "current_slot"));
    REQUIRE(fee);
    CHECK(shown<I>(*fee) == shown(row.at("expected").at("result")));
  }
  CHECK(*liquidator_fee(I(20'000), I(50'000), I(7), I(7 + 1'499)) == I(20'000));
  CHECK(*liquidator_fee(I(20'000), I(50'000), I(7), I(7 + 1'500)) == I(21'500));
  CHECK(liquidator_fee(I(20'000), I(50'000), I(7), I(6)).error() == Error{Errc::bad_time, Field::source_time});
  for (const Json& row : worked("drift_calculate_max_pct_to_liquidate", 1)) {
    const Json& in = row.at("inputs");
    const auto share = allowed_share(
        Shortage<I>{field<I>(in, "margin_shortage"), I(0), field<I>(in, "liquidation_margin_freed")},
        Ramp<I>{field<I>(in, "initial_pct_to_liquidate"), field<I>(in, "liquidation_duration"), field<I>(in, "last_active_slot"), field<I>(in, "slot")});
    REQUIRE(share);
    CHECK(shown<I>(*share) == shown(row.at("expected").at("result")));
  }
  // 60 USD short, 30 freed, half of the ramp: (90 x 60 % - 30) / 60 = 40 %.
  CHECK(*allowed_share(Shortage<I>{I(60'000'000), I(0), I(30'000'000)}, Ramp<I>{I(1'000), I(150), I(1), I(76)}) == I(4'000));
  CHECK(*allowed_share(Shortage<I>{I(60'000'000), I(0), I(90'000'000)}, Ramp<I>{I(1'000), I(150), I(1), I(76)}) == I(0));
  CHECK(*allowed_share(Shortage<I>{I(60'000'000), I(0), I(0)}, Ramp<I>{I(0), I(0), I(1), I(1)}) == I(10'000));
  for (const Json& row : worked("drift_calculate_perp_if_fee", 4)) {
    INFO(row.dump());
    const Json& in = row.at("inputs");
    const auto fee =
        perp_fund_fee(perp<I>(in, "user_base_asset_amount", "margin_ratio", "liquidator_fee", "max_if_liquidation_fee"), field<I>(in, "margin_shortage"));
    REQUIRE(fee);
    CHECK(shown<I>(*fee) == shown(row.at("expected").at("result")));
  }
}

TEMPLATE_TEST_CASE(
    "how much covers a shortage",
    "[venues][source:drift_calculate_base_asset_amount_to_cover_margin_shortage][source:drift_calculate_liability_transfer_to_cover_margin_shortage]",
    LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("drift_calculate_base_asset_amount_to_cover_margin_shortage", 2)) {
    const Json& in = row.at("inputs");
    const auto base =
        base_to_cover(perp<I>(in, "base", "margin_ratio", "liquidation_fee", "max"), field<I>(in, "margin_shortage"), field<I>(in, "if_liquidation_fee"));
    REQUIRE((base && *base));
    CHECK(shown<I>(**base) == shown(row.at("expected").at("result")));
  }
  CHECK(!*base_to_cover(PerpTerms<I>{I(1), I(100'000'000), I(1'000'000), I(100), I(10'000), I(0), I(1)}, I(1), I(0)));  // the fee is the whole margin
  for (const Json& row : worked("drift_calculate_liability_transfer_to_cover_margin_shortage", 1)) {
    const Json& in = row.at("inputs");
    const auto amount =
        liability_to_cover(token<I>(in, "asset"), token<I>(in, "liability"), field<I>(in, "margin_shortage"), field<I>(in, "if_liquidation_fee"));
    REQUIRE((amount && *amount));
    CHECK(shown<I>(**amount) == shown(row.at("expected").at("result")));
  }
}

TEMPLATE_TEST_CASE("tokens for tokens",
                   "[venues][source:drift_calculate_liability_transfer_implied_by_asset_amount][source:drift_calculate_asset_transfer_for_liability_transfer]"
                   "[source:drift_calculate_spot_if_fee]",
                   LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("drift_calculate_liability_transfer_implied_by_asset_amount", 1)) {
    const Json& in = row.at("inputs");
    const auto amount = liability_for_asset(token<I>(in, "asset"), token<I>(in, "liability"), field<I>(in, "asset_amount"));
    REQUIRE(amount);
    CHECK(shown<I>(*amount) == shown(row.at("expected").at("result")));
  }
  for (const Json& row : worked("drift_calculate_asset_transfer_for_liability_transfer", 4)) {
    INFO(row.dump());
    const Json& in = row.at("inputs");
    const auto amount = asset_for_liability(token<I>(in, "asset"), token<I>(in, "liability"), field<I>(in, "asset_amount"), field<I>(in, "liability_amount"));
    REQUIRE(amount);
    CHECK(shown<I>(*amount) == shown(row.at("expected").at("result")));
  }
  for (const Json& row : worked("drift_calculate_spot_if_fee", 2)) {
    const Json& in = row.at("inputs");
    const auto fee = spot_fund_fee(token<I>(in, "asset"), token<I>(in, "liability"), field<I>(in, "margin_shortage"), field<I>(in, "token_amount"),
                                   field<I>(in, "max_if_fee"));
    REQUIRE(fee);
    CHECK(shown<I>(*fee) == shown(row.at("expected").at("result")));
  }
  // Half of the weights' difference is needed for the shortage, the rest is the fee: (11,000 - 10,000) less 0.05 of 1.1, in millionths.
  const TokenTerms<I> asset{I(1'000'000), 6, I(1'000'000), I(10'000)}, liability{I(100'000'000), 9, I(1'000'000), I(11'000)};
  CHECK(*spot_fund_fee(asset, liability, I(5'000'000), I(1'000'000'000), I(1'000'000)) == I(45'454));
}

TEMPLATE_TEST_CASE("limits of a transfer",
                   "[venues][source:drift_validate_transfer_satisfies_limit_price][source:drift_validate_swap_within_liquidation_boundaries]",
                   LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("drift_validate_transfer_satisfies_limit_price", 3)) {
    const Json& in = row.at("inputs");
    const auto ok = meets_limit(TokenTransfer<I>{field<I>(in, "asset_transfer"), field<I>(in, "liability_transfer")}, in.at("asset_decimals").get<int>(),
                                in.at("liability_decimals").get<int>(), field<I>(in, "limit_price"));
    REQUIRE(ok);
    CHECK(*ok == row.at("expected").at("ok"));
  }
  for (const Json& row : worked("drift_validate_swap_within_liquidation_boundaries", 1)) {
    const Json& in = row.at("inputs");
    TokenTransfer<I> t{field<I>(in, "asset_transfer"), field<I>(in, "liability_transfer")};
    const auto ok = swap_within_bounds(token<I>(in, "asset"), token<I>(in, "liability"), t);
    REQUIRE(ok);
    CHECK(*ok == row.at("expected").at("ok"));
    // 200 / 1.01 = 198.019801 is just enough.
    t.liability = I(198'019'801);
    CHECK(*swap_within_bounds(token<I>(in, "asset"), token<I>(in, "liability"), t));
    t.liability = I(198'019'800);
    CHECK(!*swap_within_bounds(token<I>(in, "asset"), token<I>(in, "liability"), t));
  }
}

TEMPLATE_TEST_CASE("the SDK's liquidation price", "[venues][source:drift_sdk_liquidation_price][source:drift_sdk_cross_liquidation_price]", LOADLINE_INTEGERS) {
  using I = TestType;
  std::vector<Json> rows = worked("drift_sdk_cross_liquidation_price", 3);
  for (Json& row : worked("drift_sdk_liquidation_price", 1)) rows.push_back(std::move(row));
  for (const Json& row : rows) {
    const Json& in = row.at("inputs");
    INFO(row.dump());
    Checked<I> exact;
    const I oracle = whole<I>(in.at(in.contains("oracle_price") ? "oracle_price" : "perp_oracle_price")), base = field<I>(in, "base_asset_amount");
    const I ratio = field<I>(in, "margin_ratio_maintenance"), value = exact.times_over(base, oracle, I(1'000'000'000), Cut::toward_zero);
    I free = exact.plus(exact.plus(value, field<I>(in, "quote_asset_amount")), whole<I>(in, "usdc_deposit", 0));
    free = exact.minus(free, exact.times_over(exact.magnitude(value), ratio, I(10'000), Cut::floor));
    if (in.contains("collateral"))
      for (const Json& c : in.at("collateral")) {
        CHECK(!c.at("same_oracle_as_perp").get<bool>());
        const I worth = exact.times_shifted(whole<I>(c.at("token_amount")), whole<I>(c.at("oracle_price")), -c.at("decimals").get<int>(), Cut::floor);
        free = exact.plus(free, exact.times_over(worth, whole<I>(c.at("maintenance_asset_weight")), I(10'000), Cut::floor));
      }
    const auto price = shown_liquidation_price(oracle, free, base, ratio);
    REQUIRE((price && *price));
    CHECK(shown<I>(**price) == shown(row.at("expected").at("liquidation_price")));
  }
  CHECK(!*shown_liquidation_price(I(100), I(1'000'000), I(0), I(500)));              // nothing moves it
  CHECK(!*shown_liquidation_price(I(100), I(1'000'000), I(1'000'000'000), I(500)));  // more money than the position can lose
}

TEMPLATE_TEST_CASE("weights and ratios by size and by level",
                   "[venues][source:drift_spot_asset_weight][source:drift_spot_liability_weight][source:drift_scaled_initial_asset_weight]"
                   "[source:drift_unrealized_asset_weight][source:drift_perp_margin_ratio]",
                   LOADLINE_INTEGERS) {
  using I = TestType;
  const auto level = [](const Json& in) {
    const std::string name = in.at("margin_type");
    return name == "Initial" ? MarginLevel::initial : (name == "Fill" ? MarginLevel::fill : MarginLevel::maintenance);
  };
  const auto levels = [](const Json& in, const char* initial, const char* maintenance) {
    return Levels<I>{whole<I>(in, initial, 0), whole<I>(in, maintenance, 0)};
  };
  for (const Json& row : worked("drift_spot_asset_weight", 5)) {
    INFO(row.dump());
    const Json& in = row.at("inputs");
    const auto size = sized(field<I>(in, "size"), in.at("decimals").get<int>());
    REQUIRE(size);
    const auto weight = size_discount(levels(in, "initial_asset_weight", "maintenance_asset_weight").at(level(in)), *size, field<I>(in, "imf_factor"));
    REQUIRE(weight);
    CHECK(shown<I>(*weight) == shown(row.at("expected").at("weight")));
  }
  for (const Json& row : worked("drift_spot_liability_weight", 4)) {
    INFO(row.dump());
    const Json& in = row.at("inputs");
    const auto weight = size_premium(levels(in, "initial_liability_weight", "maintenance_liability_weight").at(level(in)),
                                     *sized(field<I>(in, "size"), in.at("decimals").get<int>()), field<I>(in, "imf_factor"));
    REQUIRE(weight);
    CHECK(shown<I>(*weight) == shown(row.at("expected").at("weight")));
  }
  for (const Json& row : worked("drift_scaled_initial_asset_weight", 4)) {
    const Json& in = row.at("inputs");
    Checked<I> exact;  // an interest index of 1
    const I value = exact.times_over(field<I>(in, "deposit_balance"), field<I>(in, "oracle_price"), I(1'000'000'000), Cut::floor);
    const auto weight = scaled_weight(field<I>(in, "initial_asset_weight"), field<I>(in, "scale_initial_asset_weight_start"), value);
    REQUIRE(weight);
    CHECK(shown<I>(*weight) == shown(row.at("expected").at("weight")));
  }
  for (const Json& row : worked("drift_unrealized_asset_weight", 3)) {
    const Json& in = row.at("inputs");
    const auto weight = gain_weight(levels(in, "unrealized_pnl_initial_asset_weight", "unrealized_pnl_maintenance_asset_weight"), level(in),
                                    field<I>(in, "unrealized_pnl"), field<I>(in, "unrealized_pnl_imf_factor"));
    REQUIRE(weight);
    CHECK(shown<I>(*weight) == shown(row.at("expected").at("weight")));
  }
  for (const Json& row : worked("drift_perp_margin_ratio", 8)) {
    INFO(row.dump());
    const Json& in = row.at("inputs");
    const auto ratio = margin_ratio(levels(in, "margin_ratio_initial", "margin_ratio_maintenance"),
                                    levels(in, "high_leverage_margin_ratio_initial", "high_leverage_margin_ratio_maintenance"), level(in), field<I>(in, "size"),
                                    whole<I>(in, "imf_factor", 0), in.at("high_leverage").get<bool>());
    REQUIRE(ratio);
    CHECK(shown<I>(*ratio) == shown(row.at("expected").at("margin_ratio")));
  }
  // What the source does not try. A root of 10^8 with a factor of 20: 800 + 200 = 1,000 meets the ratio, one more is above it.
  const Levels<I> ordinary{I(1'000), I(500)}, lower{I(100), I(50)}, none{I(0), I(0)}, half{I(100), I(0)};
  const I size = I(1'000'000'000'000'000LL), larger = I(1'020'000'000'000'000LL);
  CHECK(*margin_ratio(ordinary, lower, MarginLevel::initial, size, I(20), true) == I(100));
  CHECK(*margin_ratio(ordinary, lower, MarginLevel::initial, larger, I(20), true) == I(1'001));
  CHECK(*margin_ratio(ordinary, lower, MarginLevel::initial, size, I(20), false) == I(1'000));
  CHECK(*margin_ratio(ordinary, none, MarginLevel::initial, size, I(20), true) == I(1'000));
  CHECK(*margin_ratio(ordinary, half, MarginLevel::initial, size, I(0), true) == I(1'000));
  CHECK(*margin_ratio(ordinary, lower, MarginLevel::fill, I(0), I(0), false) == I(750));
  CHECK(*margin_ratio(ordinary, Levels<I>{I(2'000), I(50)}, MarginLevel::initial, size, I(10), true) == I(2'000));  // never below h: 1 x 1/2, cut
  CHECK(*size_premium(I(11'000), I(0), I(10'000)) == I(11'000));
  CHECK(*size_discount(I(9'000), I(0), I(10'000)) == I(9'000));
  CHECK(*size_discount(I(12'000), I(1), I(1)) == I(11'000));  // 3 / 100,000 is cut: not 10,999
  CHECK(*scaled_weight(I(9'000), I(0), I(1)) == I(9'000));
  const Levels<I> gains{I(8'000), I(9'000)};
  CHECK(*gain_weight(gains, MarginLevel::maintenance, I(1), I(1'000)) == I(9'000));
  CHECK(*gain_weight(gains, MarginLevel::fill, I(1), I(0)) == I(8'000));  // no mean here
  CHECK(*gain_weight(gains, MarginLevel::initial, I(0), I(0)) == I(10'000));
  CHECK(*gain_weight(gains, MarginLevel::maintenance, I(-5), I(0)) == I(10'000));
  CHECK(*sized(I(1'999), 12) == I(1));
  CHECK(*sized(I(7), 0) == I(7'000'000'000LL));
  // Roots to the last integer, up to what fits.
  for (const auto& [x, root] :
       {std::pair{0LL, 0LL}, {1, 1}, {2, 1}, {3, 1}, {4, 2}, {8, 2}, {9, 3}, {9'999'999'999'999LL, 3'162'277}, {10'000'000'000'000LL, 3'162'277}})
    CHECK(loadline::venues::drift::detail::whole_root(I(x)) == I(root));
  for (long long n = 1; n < 4'000'000'000LL; n = n * 3 + 1) {
    CHECK(loadline::venues::drift::detail::whole_root(I(I(n) * I(n))) == I(n));
    CHECK(loadline::venues::drift::detail::whole_root(I(I(n) * I(n) - I(1))) == I(n - 1));
  }
}

TEMPLATE_TEST_CASE("losses that nobody covers", "[venues][source:drift_flow_resolve_perp_bankruptcy][source:drift_flow_resolve_spot_bankruptcy]",
                   LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("drift_flow_resolve_perp_bankruptcy", 2)) {
    const Json &m = row.at("inputs").at("perp_markets").at(0), &e = row.at("expected").at("step1");
    // The fund is empty, the market's fee pool pays first: 9 decimals of a balance, 6 of the token.
    Checked<I> exact;
    const I owed = exact.magnitude(whole<I>(row.at("inputs").at("user").at("perp_positions").at(0).at("quote_asset_amount")));
    const I loss = exact.minus(owed, exact.over(whole<I>(m, "fee_pool_scaled_balance", 0), I(1'000), Cut::floor));
    const auto rate = funding_for_bankruptcy(loss, field<I>(m, "base_asset_amount_long"), exact.magnitude(field<I>(m, "base_asset_amount_short")));
    REQUIRE(rate);
    CHECK(shown<I>(I(field<I>(m, "cumulative_funding_rate_long") + *rate)) == shown(e.at("perp_market[0].cumulative_funding_rate_long")));
    CHECK(shown<I>(I(field<I>(m, "cumulative_funding_rate_short") - *rate)) == shown(e.at("perp_market[0].cumulative_funding_rate_short")));
  }
  for (const Json& row : worked("drift_flow_resolve_spot_bankruptcy", 1)) {
    const Json& m = row.at("inputs").at("spot_markets").at(0);
    const I index = field<I>(m, "cumulative_deposit_interest");
    const auto cut = deposit_index_cut(index, I(field<I>(m, "borrow_balance") / I(1'000)), I(field<I>(m, "deposit_balance") / I(1'000)));
    REQUIRE(cut);
    CHECK(shown<I>(I(index - *cut)) == shown(row.at("expected").at("step1").at("spot_market[0].cumulative_deposit_interest")));
  }
  CHECK(*funding_for_bankruptcy(I(1), I(3'000'000'000LL), I(0)) == I(1'000));  // a third, rounded up
  CHECK(funding_for_bankruptcy(I(1), I(0), I(0)).error() == Error{Errc::bad_parameter, Field::open_interest});
}

TEMPLATE_TEST_CASE("what is small goes whole, and what covers nothing ends nothing", "[venues]", LOADLINE_INTEGERS) {
  using I = TestType;
  const auto perp_at = [](int base, int ratio) {  // base in hundredths, at 100 USD
    const PerpTerms<I> p{I(I(base) * I(10'000'000)), I(100'000'000), I(1'000'000), I(ratio), I(10'000), I(0), I(10'000'000)};
    const auto done = liquidate_perp(p, Shortage<I>{I(1'000'000), I(1'000'000), I(0)}, I(10'000), I(10'000'000'000LL), std::optional<I>());
    REQUIRE(done);
    return *done;
  };
  // 1 / (100 x 6 %) = 0.1667 is 0.17 in steps; 50 USD go whole, 51 do not.
  CHECK(perp_at(50, 700).base == I(500'000'000));
  CHECK(perp_at(51, 700).base == I(170'000'000));
  CHECK(perp_at(51, 700).covers);
  // The liquidator's fee is the whole margin: all of it goes, and the shortage is what it was.
  CHECK(perp_at(51, 100).base == I(510'000'000));
  CHECK(!perp_at(51, 100).covers);
  const TokenTerms<I> usd{I(1'000'000), 6, I(1'000'000), I(10'000)}, coin{I(100'000'000), 9, I(1'000'000), I(11'000)};
  const auto tokens_of = [&](const TokenTerms<I>& asset, int owed) {  // owed in hundredths, at 100 USD
    const SpotTerms<I> held{I(1'000'000'000), I(I(owed) * I(10'000'000)), I(0), I(10'000'000'000LL)};
    const auto done = liquidate_tokens(asset, coin, held, Shortage<I>{I(500'000), I(500'000), I(0)}, I(10'000));
    REQUIRE(done);
    return *done;
  };
  // 0.5 / (100 x 10 %) = 0.05; a debt of 10 USD goes whole, one of 11 does not.
  CHECK(tokens_of(usd, 10).tokens.liability == I(100'000'000));
  CHECK(tokens_of(usd, 11).tokens.liability == I(50'000'000));
  CHECK(tokens_of(usd, 11).covers);
  TokenTerms<I> heavy = usd;  // worth as much as the debt weighs: repaying frees nothing
  heavy.weight = I(11'000);
  CHECK(tokens_of(heavy, 11).tokens.liability == I(110'000'000));
  CHECK(!tokens_of(heavy, 11).covers);
}

namespace {

/// An account of USDC and one cross (or one isolated) position, as the venue's own flow tests have it.
template <class I>
struct Flow {
  I usdc = I(0), base = I(0), quote = I(0), orders = I(0), bids = I(0), asks = I(0), taken = I(0), paid = I(0), fund = I(0), freed = I(0), since = I(0);
  bool liquidated = false;

  struct Margin {
    I requirement, shortage, own;
    bool enough, may_leave;
  };
  [[nodiscard]] I ratio(const Json& m, bool high_leverage) const {
    const Levels<I> ordinary{I(0), whole<I>(m.at("margin_ratio_maintenance"))}, lower{I(1), whole<I>(m, "high_leverage_margin_ratio_maintenance", 0)};
    const auto out = margin_ratio(ordinary, lower, MarginLevel::maintenance, worst(), whole<I>(m, "imf_factor", 0), high_leverage);
    REQUIRE(out);
    return *out;
  }
  [[nodiscard]] I worst() const {
    const I up = I(base + bids), down = I(base + asks), a = up < I(0) ? I(I(0) - up) : up, b = down < I(0) ? I(I(0) - down) : down;
    return a < b ? b : a;
  }
  [[nodiscard]] Margin margin(const Json& m, bool high_leverage, const I& buffer) const {
    Checked<I> exact;
    const I price = whole<I>(m.at("oracle_price")), liability = exact.times_over(worst(), price, I(1'000'000'000), Cut::floor);
    const I pnl = exact.plus(exact.times_over(base, price, I(1'000'000'000), Cut::toward_zero), quote);
    const I own = exact.plus(exact.times_over(liability, ratio(m, high_leverage), I(10'000), Cut::floor), exact.times(orders, I(10'000)));
    const I buffered = exact.plus(own, exact.times_over(liability, buffer, I(10'000), Cut::floor));
    const I worth = exact.plus(usdc, pnl), lost = pnl < I(0) ? exact.times_over(pnl, buffer, I(10'000), Cut::toward_zero) : I(0);
    const I gap = exact.minus(buffered, exact.plus(worth, lost));
    return {own, gap < I(0) ? I(0) : gap, own, !(worth < own), !(I(0) < gap)};
  }
};

}  // namespace

TEMPLATE_TEST_CASE("liquidations of a perpetual, slot by slot", "[venues][source:drift_flow_liquidate_perp]", LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("drift_flow_liquidate_perp", 13)) {
    INFO(row.dump());
    const Json &in = row.at("inputs"), &market = in.at("perp_markets").at(0), &user = in.at("user"), &p = user.at("perp_positions").at(0);
    const bool high = user.value("margin_mode", "") == "HighLeverage", isolated = p.value("isolated", false);
    Flow<I> f;
    if (!isolated)
      for (const Json& s : user.at("spot_positions")) f.usdc = I(f.usdc + I(whole<I>(s.at("scaled_balance")) / I(1'000)));
    f.base = whole<I>(p.at("base_asset_amount"));
    f.quote = whole<I>(p.at("quote_asset_amount"));
    f.orders = whole<I>(p, "open_orders", 0);
    f.bids = whole<I>(p, "open_bids", 0);
    f.asks = whole<I>(p, "open_asks", 0);
    int step = 0;
    for (const Json& s : in.at("steps")) {
      const std::string name = "step" + std::to_string(++step);
      std::optional<Error> fault;
      if (s.at("op") == "liquidate_perp") {
        const I buffer = whole<I>(s.at("liquidation_margin_buffer_ratio")), slot = whole<I>(s.at("slot"));
        auto m = f.margin(market, high, buffer);
        if (!f.liquidated && m.enough) {
          fault = Error{Errc::bad_parameter, Field::account};
        } else {
          if (!f.liquidated) f.since = slot;
          f.liquidated = true;
          const I before = m.shortage;
          f.orders = f.bids = f.asks = I(0);
          m = f.margin(market, high, buffer);
          f.freed = I(f.freed + I(before - m.shortage));
          const I ratio = I(f.ratio(market, high) + buffer);
          const PerpTerms<I> terms{f.base,
                                   whole<I>(market.at("oracle_price")),
                                   I(1'000'000),
                                   ratio,
                                   whole<I>(market.at("liquidator_fee")),
                                   whole<I>(market, "if_liquidation_fee", 0),
                                   whole<I>(market.at("order_step_size"))};
          Shortage<I> shortage{m.shortage, m.shortage, f.freed};
          const auto share =
              allowed_share(shortage, Ramp<I>{whole<I>(s.at("initial_pct_to_liquidate")), whole<I>(s.at("liquidation_duration")), f.since, slot});
          REQUIRE(share);
          std::optional<I> limit;
          if (!s.at("limit_price").is_null()) limit = whole<I>(s.at("limit_price"));
          const auto done = liquidate_perp(terms, shortage, isolated ? I(10'000) : *share, whole<I>(s.at("liquidator_max_base_asset_amount")), limit);
          if (!done) {
            fault = done.error();
          } else {
            const bool was_long = I(0) < f.base;
            f.base = was_long ? I(f.base - done->base) : I(f.base + done->base);
            f.quote = I(was_long ? I(f.quote + done->value) : I(f.quote - done->value));
            f.quote = I(f.quote - I(done->liquidator_fee + done->fund_fee));
            f.taken = was_long ? I(f.taken + done->base) : I(f.taken - done->base);
            f.paid = I(f.paid + I((was_long ? I(I(0) - done->value) : done->value) + done->liquidator_fee));
            f.fund = I(f.fund + done->fund_fee);
            f.freed = I(f.freed + I(m.shortage - f.margin(market, high, buffer).shortage));
            if (done->covers) {
              f.liquidated = false;
              f.freed = I(0);
            }
          }
        }
      }
      if (!row.at("expected").contains(name)) continue;
      for (const auto& [place, value] : row.at("expected").at(name).items()) {
        INFO(name << " " << place);
        if (place == "error") {
          REQUIRE(fault);
          CHECK(fault->field == (value == "LiquidationDoesntSatisfyLimitPrice" ? Field::reference_price : Field::account));
          continue;
        }
        REQUIRE(!fault);
        if (place == "user.perp_positions[0].base_asset_amount") CHECK(shown<I>(f.base) == shown(value));
        if (place == "user.perp_positions[0].quote_asset_amount") CHECK(shown<I>(f.quote) == shown(value));
        if (place == "user.liquidation_margin_freed") CHECK(shown<I>(f.freed) == shown(value));
        if (place == "user.last_active_slot") CHECK(shown<I>(f.since) == shown(value));
        if (place == "user.status") CHECK(!f.liquidated);
        if (place == "liquidator.perp_positions[0].base_asset_amount") CHECK(shown<I>(f.taken) == shown(value));
        if (place == "liquidator.perp_positions[0].quote_asset_amount") CHECK(shown<I>(f.paid) == shown(value));
        if (place == "perp_market[0].total_liquidation_fee") CHECK(shown<I>(f.fund) == shown(value));
      }
    }
  }
}

TEMPLATE_TEST_CASE("an isolated position is liquidated by itself", "[venues][source:drift_flow_isolated_apart]", LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("drift_flow_isolated_apart", 1)) {
    const Json &in = row.at("inputs"), &user = in.at("user"), &steps = in.at("steps");
    const auto position = [&](std::size_t i) {
      const Json& p = user.at("perp_positions").at(i);
      Flow<I> f;
      f.base = whole<I>(p.at("base_asset_amount"));
      f.quote = whole<I>(p.at("quote_asset_amount"));
      f.orders = whole<I>(p, "open_orders", 0);
      f.bids = whole<I>(p, "open_bids", 0);
      return f;
    };
    const I buffer = whole<I>(steps.at(0).at("liquidation_margin_buffer_ratio"));
    // The rest of the account: 100 of deposit, a borrow of 1 at a weight of 1, a position of 100 without result that needs 5.
    Flow<I> rest = position(1);
    rest.usdc = I(whole<I>(user.at("spot_positions").at(0).at("scaled_balance")) / I(1'000));
    const I borrowed = I(whole<I>(user.at("spot_positions").at(1).at("scaled_balance")) / I(1'000));
    const auto cross = rest.margin(in.at("perp_markets").at(1), false, buffer);
    CHECK(cross.requirement == I(5'000'000));
    CHECK(!(rest.usdc < I(cross.requirement + borrowed)));
    for (const char* step : {"step1", "step2"}) CHECK(row.at("expected").at(step).at("error") == "SufficientCollateral");
    // The isolated one has nothing of its own but a loss of 50, and goes whole: worth 100, less the liquidator's 1 %; the fund's fee finds nothing left.
    Flow<I> apart = position(0);
    const Json& market = in.at("perp_markets").at(0);
    CHECK(!apart.margin(market, false, buffer).enough);
    apart.orders = apart.bids = I(0);
    const auto m = apart.margin(market, false, buffer);
    const PerpTerms<I> terms{apart.base,
                             whole<I>(market.at("oracle_price")),
                             I(1'000'000),
                             I(apart.ratio(market, false) + buffer),
                             whole<I>(market.at("liquidator_fee")),
                             whole<I>(market.at("if_liquidation_fee")),
                             whole<I>(market.at("order_step_size"))};
    const auto done = liquidate_perp(terms, Shortage<I>{m.shortage, m.shortage, I(0)}, I(10'000), whole<I>(steps.at(3).at("liquidator_max_base_asset_amount")),
                                     std::optional<I>());
    REQUIRE(done);
    CHECK(done->base == apart.base);
    CHECK(done->value == I(100'000'000));
    CHECK(done->liquidator_fee == I(1'000'000));
    CHECK(done->fund_fee == I(0));
    CHECK(!done->covers);
  }
}

namespace {

/// An account of tokens and of one perpetual's result, without base, as the venue's flow tests of exchanges have it.
template <class I>
struct Wallet {
  struct Holding {
    I scaled;
    bool borrow;
  };
  const Json* markets;
  std::map<int, Holding> held;  // by spot market
  I pnl = I(0), freed = I(0), since = I(0);
  bool liquidated = false;

  [[nodiscard]] const Json& market(int index) const {
    for (const Json& m : *markets)
      if (m.at("market_index") == index) return m;
    throw std::runtime_error("no such market");
  }
  /// Scaled units in one token: interest indices are all 1 in these cases.
  [[nodiscard]] I unit(int index) const {
    I out = I(1);
    for (int i = market(index).at("decimals").template get<int>(); i < 9; ++i) out = I(out * I(10));
    return out;
  }
  [[nodiscard]] I tokens(int index) const {
    const auto h = held.find(index);
    if (h == held.end()) return I(0);
    Checked<I> exact;
    return exact.over(h->second.scaled, unit(index), h->second.borrow ? Cut::ceil : Cut::floor);
  }
  /// Moves tokens out of a balance (a deposit that is given, a borrow that is repaid) or into it. Borrows are rounded up, either way.
  void move(int index, const I& amount, bool to_borrow) {
    Holding& h = held.try_emplace(index, Holding{I(0), to_borrow}).first->second;
    if (h.scaled == I(0)) h.borrow = to_borrow;
    const I scaled = I(I(amount * unit(index)) + I(h.borrow ? 1 : 0));
    if (h.borrow == to_borrow)
      h.scaled = I(h.scaled + scaled);
    else
      h.scaled = amount == tokens(index) ? I(0) : I(h.scaled - scaled);
  }
  struct Margin {
    I required, buffered, collateral, shortage;
  };
  [[nodiscard]] Margin margin(const I& buffer) const {
    Checked<I> exact;
    Margin out{I(0), I(0), pnl, I(0)};
    for (const auto& [index, h] : held) {
      const Json& m = market(index);
      const I value = exact.times_shifted(tokens(index), whole<I>(m.at("oracle_price")), -m.at("decimals").template get<int>(), Cut::floor);
      const auto weighted = [&](const char* weight) { return exact.times_over(value, whole<I>(m.at(weight)), I(10'000), Cut::floor); };
      if (h.borrow) {
        out.required = exact.plus(out.required, weighted("maintenance_liability_weight"));
        out.buffered = exact.plus(out.buffered, exact.times_over(value, buffer, I(10'000), Cut::floor));
      } else {
        out.collateral = exact.plus(out.collateral, weighted("maintenance_asset_weight"));
      }
    }
    out.buffered = exact.plus(out.buffered, out.required);
    const I lost = pnl < I(0) ? exact.times_over(pnl, buffer, I(10'000), Cut::toward_zero) : I(0);
    const I gap = exact.minus(out.buffered, exact.plus(out.collateral, lost));
    out.shortage = gap < I(0) ? I(0) : gap;
    return out;
  }
  [[nodiscard]] TokenTerms<I> token(int index, bool liability, const I& buffer) const {
    const Json& m = market(index);
    const I fee = whole<I>(m, "liquidator_fee", 0);
    return {whole<I>(m.at("oracle_price")), m.at("decimals").template get<int>(), liability ? I(I(1'000'000) - fee) : I(I(1'000'000) + fee),
            liability ? I(whole<I>(m.at("maintenance_liability_weight")) + buffer) : whole<I>(m.at("maintenance_asset_weight"))};
  }
};

template <class I>
Wallet<I> wallet(const Json& in, const Json& user) {
  Wallet<I> out{&in.at("spot_markets"), {}};
  for (const Json& p : user.at("spot_positions"))
    out.held.emplace(p.at("market_index").get<int>(), typename Wallet<I>::Holding{whole<I>(p.at("scaled_balance")), p.at("balance_type") == "Borrow"});
  for (const Json& p : user.at("perp_positions")) {
    out.pnl = whole<I>(p.at("quote_asset_amount"));
    if (p.contains("isolated_position_scaled_balance"))
      out.held.emplace(0, typename Wallet<I>::Holding{whole<I>(p.at("isolated_position_scaled_balance")), false});
  }
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE(
    "exchanges of deposits, borrows and results, slot by slot",
    "[venues][source:drift_flow_liquidate_spot][source:drift_flow_liquidate_borrow_for_perp_pnl][source:drift_flow_liquidate_perp_pnl_for_deposit]",
    LOADLINE_INTEGERS) {
  using I = TestType;
  std::vector<Json> rows = worked("drift_flow_liquidate_spot", 6);
  for (const char* key : {"drift_flow_liquidate_borrow_for_perp_pnl", "drift_flow_liquidate_perp_pnl_for_deposit"})
    for (Json& row : worked(key, 4)) rows.push_back(std::move(row));
  std::set<std::string> places;
  for (const Json& row : rows) {
    INFO(row.dump());
    const Json& in = row.at("inputs");
    Wallet<I> user = wallet<I>(in, in.at("user")), liquidator = wallet<I>(in, in.at("liquidator"));
    const bool isolated = in.at("user").dump().find("isolated_position") != std::string::npos;
    I revenue = I(0), buffer = I(0);
    int step = 0;
    for (const Json& s : in.at("steps")) {
      const std::string name = "step" + std::to_string(++step), op = s.at("op");
      std::optional<Error> fault;
      if (op == "margin_calculation") buffer = whole<I>(s.at("margin_buffer"));
      if (op == "resolve_perp_bankruptcy") user.pnl = I(0);  // shared out over the other positions: tested above
      if (op.starts_with("liquidate")) {
        buffer = whole<I>(s.at("liquidation_margin_buffer_ratio"));
        const I slot = whole<I>(s.at("slot"));
        const auto before = user.margin(buffer);
        if (!user.liquidated) user.since = slot;
        user.liquidated = true;
        const bool pays_with_result = op == "liquidate_borrow_for_perp_pnl", owes_result = op == "liquidate_perp_pnl_for_deposit";
        const I perp_fee = in.at("perp_markets").empty() ? I(0) : whole<I>(in.at("perp_markets").at(0), "liquidator_fee", 0);
        const int asset_index = s.value("asset_market_index", -1), liability_index = s.value("liability_market_index", -1);
        const TokenTerms<I> asset =
            pays_with_result ? TokenTerms<I>{I(1'000'000), 6, I(I(1'000'000) + perp_fee), I(10'000)} : user.token(asset_index, false, I(0));
        const TokenTerms<I> liability =
            owes_result ? TokenTerms<I>{I(1'000'000), 6, I(I(1'000'000) - perp_fee), I(I(10'000) + buffer)} : user.token(liability_index, true, buffer);
        SpotTerms<I> terms{pays_with_result ? user.pnl : user.tokens(asset_index), owes_result ? I(I(0) - user.pnl) : user.tokens(liability_index),
                           op == "liquidate_spot" ? whole<I>(user.market(liability_index), "if_liquidation_fee", 0) : I(0),
                           whole<I>(s.at(owes_result ? "liquidator_max_pnl_transfer" : "liquidator_max_liability_transfer"))};
        if (!s.at("limit_price").is_null()) terms.limit_price = whole<I>(s.at("limit_price"));
        const Shortage<I> shortage{before.shortage, before.shortage, user.freed};
        const auto share =
            allowed_share(shortage, Ramp<I>{whole<I>(s.at("initial_pct_to_liquidate")), whole<I>(s.at("liquidation_duration")), user.since, slot});
        REQUIRE(share);
        const auto done = liquidate_tokens(asset, liability, terms, shortage, isolated ? I(10'000) : *share);
        if (!done) {
          fault = done.error();
        } else {
          const I given = done->tokens.asset, repaid = done->tokens.liability;
          if (pays_with_result) {
            user.pnl = I(user.pnl - given);
            liquidator.pnl = I(liquidator.pnl + given);
          } else {
            user.move(asset_index, given, true);
            liquidator.move(asset_index, given, false);
          }
          if (owes_result) {
            user.pnl = I(user.pnl + repaid);
            liquidator.pnl = I(liquidator.pnl - repaid);
          } else {
            user.move(liability_index, I(repaid - done->fund_fee), false);
            liquidator.move(liability_index, repaid, true);
          }
          revenue = I(revenue + done->fund_fee);
          user.freed = I(user.freed + I(before.shortage - user.margin(buffer).shortage));
          if (done->covers) {
            user.liquidated = false;
            user.freed = I(0);
          }
        }
      }
      if (!row.at("expected").contains(name)) continue;
      // Positions by their place in the source's lists: the user's as given; the liquidator's deposit of USDC, then what he took over.
      const auto scaled = [&](const Wallet<I>& w, const Json& given, int place) {
        const Json& list = given.at("spot_positions");
        if (place < static_cast<int>(list.size())) return w.held.at(list.at(static_cast<std::size_t>(place)).at("market_index").get<int>()).scaled;
        return w.held.at(1).scaled;
      };
      for (const auto& [place, value] : row.at("expected").at(name).items()) {
        INFO(name << " " << place);
        places.insert(place);
        if (place == "error") {
          if (value.is_null())
            CHECK(!fault);
          else
            CHECK((fault && fault->field == Field::reference_price));
          continue;
        }
        REQUIRE(!fault);
        const auto m = user.margin(buffer);
        if (place == "user.spot_positions[0].scaled_balance") CHECK(shown<I>(scaled(user, in.at("user"), 0)) == shown(value));
        if (place == "user.spot_positions[1].scaled_balance") CHECK(shown<I>(scaled(user, in.at("user"), 1)) == shown(value));
        if (place == "liquidator.spot_positions[0].scaled_balance") CHECK(shown<I>(scaled(liquidator, in.at("liquidator"), 0)) == shown(value));
        if (place == "liquidator.spot_positions[1].scaled_balance") CHECK(shown<I>(scaled(liquidator, in.at("liquidator"), 1)) == shown(value));
        if (place == "user.perp_positions[0].isolated_position_scaled_balance") CHECK(shown<I>(user.held.at(0).scaled) == shown(value));
        if (place == "user.perp_positions[0].quote_asset_amount") CHECK(shown<I>(user.pnl) == shown(value));
        if (place == "liquidator.perp_positions[0].quote_asset_amount") CHECK(shown<I>(liquidator.pnl) == shown(value));
        if (place == "user.liquidation_margin_freed") CHECK(shown<I>(user.freed) == shown(value));
        if (place == "user.last_active_slot") CHECK(shown<I>(user.since) == shown(value));
        if (place == "spot_market[1].revenue_pool_token_amount") CHECK(shown<I>(revenue) == shown(value));
        if (place == "margin_requirement") CHECK(shown<I>(m.required) == shown(value));
        if (place == "total_collateral") CHECK(shown<I>(m.collateral) == shown(value));
        if (place == "margin_requirement_plus_buffer") CHECK(shown<I>(m.buffered) == shown(value));
      }
    }
  }
  CHECK(places.size() == 14);  // every kind of figure above was met
}
