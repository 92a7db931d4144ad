// SPDX-License-Identifier: Apache-2.0
// dYdX v4 to the last integer. Source: the tables of v4-chain's own tests @84d4664b (docs/sources.md), read from tests/data/onchain_liquidation.jsonl.
#include "venues/onchain.hpp"

#include <loadline/venues/dydx_block.hpp>

#include <algorithm>
#include <map>

using namespace loadline;
using namespace loadline::venues::dydx;

namespace {

template <class I>
Market<I> market(const Json& x) {
  return {x.at("atomic_resolution").get<int>(),
          whole<I>(x.at("price")),
          x.at("price_exponent").get<int>(),
          whole<I>(x, "initial_margin_ppm", 0),
          whole<I>(x, "maintenance_fraction_ppm", 0),
          whole<I>(x, "oi_lower_cap", 0),
          whole<I>(x, "oi_upper_cap", 0),
          whole<I>(x, "open_interest_base_quantums", 0)};
}

template <class I>
LiquidationConfig<I> config(const Json& x) {
  return {whole<I>(x.at("max_liquidation_fee_ppm")),      whole<I>(x.at("bankruptcy_adjustment_ppm")), whole<I>(x.at("smmr_ppm")),
          whole<I>(x.at("min_position_notional")),        whole<I>(x.at("max_position_portion_ppm")),  whole<I>(x.at("max_subaccount_notional")),
          whole<I>(x.at("max_subaccount_insurance_lost"))};
}

/// A subaccount with storage of its own; positions by the venue's perpetual id.
template <class I>
struct Book {
  I usdc = I(0);
  std::vector<std::string> ids = {};
  std::vector<Holding<I>> held = {};

  [[nodiscard]] Account<I> account() const { return {usdc, held}; }
  [[nodiscard]] std::size_t at(const std::string& id) const { return static_cast<std::size_t>(std::find(ids.begin(), ids.end(), id) - ids.begin()); }
  [[nodiscard]] Json json() const {
    Json positions = Json::object();
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (!(held[i].quantums == I(0))) positions[ids[i]] = shown<I>(held[i].quantums);
    return {{"usdc", shown<I>(usdc)}, {"positions", positions}};
  }
  void add(const std::string& id, const Market<I>& in, const I& base, const I& quote) {
    usdc = I(usdc + quote);
    if (at(id) == ids.size()) {
      ids.push_back(id);
      held.push_back({in, I(0)});
    }
    Holding<I>& h = held[at(id)];
    h.quantums = I(h.quantums + base);
  }
};

template <class I>
Book<I> book(const Json& perpetuals, const Json& x) {
  Book<I> out{whole<I>(x.at("usdc"))};
  for (const auto& [id, size] : x.at("positions").items()) out.add(id, market<I>(perpetuals.at(id)), whole<I>(size), I(0));
  return out;
}
/// What the source expects of a subaccount, its numbers as text.
Json state(const Json& x) {
  Json positions = Json::object();
  for (const auto& [id, size] : x.at("positions").items()) positions[id] = shown(size);
  return {{"usdc", shown(x.at("usdc"))}, {"positions", positions}};
}
std::string id_of(const Json& in) {
  return shown(in.at("perpetual_id"));
}

/// The chain's errors in ours.
template <class R>
void check_error(const R& result, const Json& expected) {
  static const std::map<std::string, std::vector<Field>> codes{{"ErrInvalidPerpetualPositionSizeDelta", {Field::size, Field::position, Field::counterparty}},
                                                               {"ErrInvalidQuantumsForInsuranceFundDeltaCalculation", {Field::quantity}},
                                                               {"ErrFailedToUpdateSubaccounts", {Field::deficit}}};
  REQUIRE(!result);
  CHECK(result.error().code == Errc::bad_parameter);
  const auto& fields = codes.at(expected.at("error").template get<std::string>());
  CHECK(std::find(fields.begin(), fields.end(), result.error().field) != fields.end());
}

}  // namespace

TEMPLATE_TEST_CASE("margin of a position and of an account", "[venues][source:dydx_margin_requirements][source:dydx_subaccount_risk]", LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("dydx_margin_requirements", 10)) {
    const Json& in = row.at("inputs");
    const auto r = risk(Holding<I>{market<I>(in), whole<I>(in.at("quantums")), whole<I>(in, "custom_imf_ppm", 0)});
    REQUIRE(r);
    CHECK(shown<I>(r->initial) == shown(row.at("expected").at("imr")));
    CHECK(shown<I>(r->maintenance) == shown(row.at("expected").at("mmr")));
  }
  for (const Json& row : worked("dydx_subaccount_risk", 9)) {
    const Json& in = row.at("inputs");
    Book<I> b = book<I>(in.at("perpetuals"), in);
    // Funding is settled before the risk is taken: floor of the sum of -(index - index of the position) x quantums, in millionths.
    Checked<I> exact;
    I ppm = I(0);
    for (std::size_t i = 0; i < b.ids.size(); ++i)
      if (in.at("position_funding_index").contains(b.ids[i]))
        ppm = exact.plus(
            ppm, exact.times(exact.minus(whole<I>(in.at("position_funding_index").at(b.ids[i])), whole<I>(in.at("perp_funding_index"))), b.held[i].quantums));
    b.usdc = exact.plus(b.usdc, exact.over(ppm, I(1'000'000), Cut::floor));
    const auto r = risk(b.account());
    REQUIRE(r);
    CHECK(shown<I>(r->net_collateral) == shown(row.at("expected").at("nc")));
    CHECK(shown<I>(r->initial) == shown(row.at("expected").at("imr")));
    CHECK(shown<I>(r->maintenance) == shown(row.at("expected").at("mmr")));
  }
}

TEMPLATE_TEST_CASE("initial fractions rise with open interest", "[venues][source:dydx_adjusted_imf_ppm][source:dydx_initial_margin][source:dydx_net_notional]",
                   LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("dydx_adjusted_imf_ppm", 5)) {
    const Json& in = row.at("inputs");
    const Market<I> m{0, I(1), 0, whole<I>(in.at("initial_margin_ppm")), I(0), whole<I>(in, "oi_lower_cap", 0), whole<I>(in, "oi_upper_cap", 0)};
    const auto ppm = scaled_initial_ppm(m, whole<I>(in.at("oi_notional")));
    REQUIRE(ppm);
    CHECK(shown<I>(*ppm) == shown(row.at("expected").at("adjusted_imf_ppm")));
  }
  for (const Json& row : worked("dydx_initial_margin", 2)) {
    const Json& in = row.at("inputs");
    const auto r = risk(Holding<I>{{-6, I(1), 0, whole<I>(in.at("initial_margin_ppm")), I(0)}, whole<I>(in.at("notional"))});
    REQUIRE(r);
    CHECK(shown<I>(r->initial) == shown(row.at("expected").at("initial_margin")));
  }
  for (const Json& row : worked("dydx_net_notional", 1)) {
    const Json& in = row.at("inputs");
    const auto r = risk(Holding<I>{market<I>(in), whole<I>(in.at("quantums"))});
    REQUIRE(r);
    CHECK(shown<I>(r->net_collateral) == shown(row.at("expected").at("notional")));
  }
}

TEMPLATE_TEST_CASE("what a risk says, and which of two is worse",
                   "[venues][source:dydx_risk_status][source:dydx_risk_cmp][source:dydx_is_liquidatable][source:dydx_undercollateralized_transition]",
                   LOADLINE_INTEGERS) {
  using I = TestType;
  const auto of = [](const Json& x) { return Risk<I>{whole<I>(x.at("nc")), whole<I>(x, "imr", 0), whole<I>(x, "mmr", 0)}; };
  for (const Json& row : worked("dydx_risk_status", 10)) {
    const Risk<I> r = of(row.at("inputs"));
    const Json& e = row.at("expected");
    INFO(row.dump());
    if (e.contains("initial_collateralized")) CHECK(r.initially_covered() == e.at("initial_collateralized"));
    if (e.contains("maintenance_collateralized")) CHECK(r.maintained() == e.at("maintenance_collateralized"));
    if (e.contains("liquidatable")) CHECK(r.liquidatable() == e.at("liquidatable"));
  }
  for (const Json& row : worked("dydx_risk_cmp", 10)) {
    INFO(row.dump());
    const Risk<I> a = of(row.at("inputs").at("a")), b = of(row.at("inputs").at("b"));
    CHECK(compare_risk(a, b) == row.at("expected").at("cmp"));
    CHECK(compare_risk(b, a) == -compare_risk(a, b));
  }
  CHECK(compare_risk(Risk<I>{I(-1), I(0), I(0)}, Risk<I>{I(1), I(0), I(0)}) == 1);
  CHECK(compare_risk(Risk<I>{I(-1), I(0), I(0)}, Risk<I>{I(-100), I(0), I(1)}) == 1);
  for (const Json& row : worked("dydx_is_liquidatable", 4)) {
    const auto r = risk(book<I>(row.at("inputs").at("perpetuals"), row.at("inputs")).account());
    REQUIRE(r);
    CHECK(r->liquidatable() == row.at("expected").at("liquidatable"));
  }
  for (const Json& row : worked("dydx_undercollateralized_transition", 5)) {
    INFO(row.dump());
    static const std::map<std::string, Transition> names{{"Success", Transition::success},
                                                         {"NewlyUndercollateralized", Transition::newly_undercollateralized},
                                                         {"StillUndercollateralized", Transition::still_undercollateralized}};
    CHECK(transition(of(row.at("inputs").at("cur")), of(row.at("inputs").at("new"))) == names.at(row.at("expected").at("result").template get<std::string>()));
  }
}

TEMPLATE_TEST_CASE("bankruptcy price, fillable price and subticks",
                   "[venues][source:dydx_bankruptcy_price][source:dydx_fillable_price][source:dydx_fillable_price_to_subticks]", LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("dydx_bankruptcy_price", 10)) {
    const Json &in = row.at("inputs"), &e = row.at("expected");
    INFO(row.dump());
    const Book<I> b = book<I>(in.at("perpetuals"), in);
    const auto q = bankruptcy_quote(b.account(), Closing<I>{b.at(id_of(in)), whole<I>(in.at("delta_quantums"))});
    if (e.contains("error")) {
      check_error(q, e);
    } else {
      REQUIRE(q);
      CHECK(shown<I>(*q) == shown(e.at("bankruptcy_quote_quantums")));
    }
  }
  for (const Json& row : worked("dydx_fillable_price", 7)) {
    const Json &in = row.at("inputs"), &e = row.at("expected");
    INFO(row.dump());
    const Book<I> b = book<I>(in.at("perpetuals"), in);
    const auto p = fillable_price(b.account(), Closing<I>{b.at(id_of(in)), whole<I>(in.at("delta_quantums"))}, config<I>(in.at("config")));
    if (e.contains("error")) {
      check_error(p, e);
    } else {
      REQUIRE(p);
      CHECK(shown<I>(p->numerator) == shown(e.at("fillable_price_rational").at(0)));
      CHECK(shown<I>(p->denominator) == shown(e.at("fillable_price_rational").at(1)));
    }
  }
  for (const Json& row : worked("dydx_fillable_price_to_subticks", 1)) {
    const Json& in = row.at("inputs");
    const Fraction<I> price{whole<I>(in.at("fillable_price_rational").at(0)), whole<I>(in.at("fillable_price_rational").at(1))};
    const auto s = fillable_subticks(price, in.at("is_liquidating_long").get<bool>(), whole<I>(in.at("subticks_per_tick")),
                                     in.at("quantum_conversion_exponent").get<int>());
    REQUIRE(s);
    CHECK(shown<I>(*s) == shown(row.at("expected").at("subticks")));
  }
  // 499.99 quote quantums a base quantum at 10^-8: 49,999,000,000 subticks, between two ticks of 7.
  const Fraction<I> price{I(49'999), I(100)};
  CHECK(*fillable_subticks(price, true, I(7), -8) == I(I(7'142'714'286LL) * I(7)));
  CHECK(*fillable_subticks(price, false, I(7), -8) == I(I(7'142'714'285LL) * I(7)));
  CHECK(shown<I>(*fillable_subticks(Fraction<I>{I(9'000'000'000'000'000'000LL), I(1)}, false, I(100), -8)) == "18446744073709551600");
}

TEMPLATE_TEST_CASE("what the fund takes and gives", "[venues][source:dydx_insurance_fund_delta][source:dydx_insurance_fund_valid]", LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("dydx_insurance_fund_delta", 9)) {
    const Json &in = row.at("inputs"), &e = row.at("expected");
    INFO(row.dump());
    const Book<I> b = book<I>(in.at("perpetuals"), in);
    CHECK((b.held.at(b.at(id_of(in))).quantums < I(0)) == in.at("is_buy"));
    const auto d = fund_delta(
        b.account(), Filled<I>{b.at(id_of(in)), whole<I>(in.at("fill_amount")), whole<I>(in.at("subticks")), in.at("quantum_conversion_exponent").get<int>()},
        config<I>(in.at("config")));
    if (e.contains("error")) {
      check_error(d, e);
    } else {
      REQUIRE(d);
      CHECK(shown<I>(*d) == shown(e.at("insurance_fund_delta")));
    }
  }
  for (const Json& row : worked("dydx_insurance_fund_valid", 2))
    CHECK(fund_can_take(whole<I>(row.at("inputs").at("balance")), whole<I>(row.at("inputs").at("delta"))) == row.at("expected").at("valid"));
  CHECK(fund_can_take(I(1), I(-1)));
  CHECK(!fund_can_take(I(1), I(-2)));
}

TEMPLATE_TEST_CASE("limits of a block and the order of liquidations",
                   "[venues][source:dydx_position_notional_limits][source:dydx_subaccount_block_limits][source:dydx_liquidation_order_priority]",
                   LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("dydx_position_notional_limits", 1)) {
    const Json& in = row.at("inputs");
    const auto l = notional_limits(Holding<I>{market<I>(in.at("perpetuals").at(id_of(in))), whole<I>(in.at("quantums"))}, config<I>(in.at("config")));
    REQUIRE(l);
    CHECK(shown<I>(l->least) == shown(row.at("expected").at("min_notional")));
    CHECK(shown<I>(l->most) == shown(row.at("expected").at("max_notional")));
  }
  for (const Json& row : worked("dydx_subaccount_block_limits", 1)) {
    const Json& in = row.at("inputs");
    const LiquidationConfig<I> c = config<I>(in.at("config"));
    const auto left = left_in_block(c.max_block_notional, whole<I>(in.at("previous_notional_liquidated")));
    REQUIRE(left);
    CHECK(shown<I>(*left) == shown(row.at("expected").at("max_notional_liquidatable")));
    CHECK(!left_in_block(c.max_block_lost, I(I(0) - whole<I>(in.at("previous_insurance_delta")))));  // more lost than the limit
  }
  for (const Json& row : worked("dydx_liquidation_order_priority", 3)) {
    const Json& in = row.at("inputs");
    std::vector<Json> orders = in.at("orders");
    REQUIRE(orders.front().at("name") != row.at("expected").at("order").front());  // the source gives them unsorted
    std::stable_sort(orders.begin(), orders.end(), [&](const Json& x, const Json& y) {
      const auto ranked = [](const Json& o) { return RankedOrder<I>{whole<I>(o.at("base_quantums")), whole<I>(o.at("subticks"))}; };
      return *goes_first(ranked(x), ranked(y), market<I>(in.at("perpetual")), in.at("quantum_conversion_exponent").get<int>()) > 0;
    });
    for (std::size_t i = 0; i < orders.size(); ++i) CHECK(orders[i].at("name") == row.at("expected").at("order").at(i));
  }
}

TEMPLATE_TEST_CASE("deleveraging, one chunk", "[venues][source:dydx_can_deleverage][source:dydx_process_deleveraging][source:dydx_process_deleveraging_ok]",
                   LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("dydx_can_deleverage", 1)) {
    const Json& in = row.at("inputs");
    const Deleveraging how = may_deleverage(*risk(book<I>(in.at("perpetuals"), in).account()), in.at("final_settlement").get<bool>());
    CHECK((how == Deleveraging::at_bankruptcy) == row.at("expected").at("at_bankruptcy"));
    CHECK((how == Deleveraging::at_oracle) == row.at("expected").at("at_oracle"));
  }
  CHECK(may_deleverage(Risk<I>{I(-1), I(1), I(1)}, true) == Deleveraging::at_bankruptcy);
  CHECK(may_deleverage(Risk<I>{I(0), I(1), I(1)}, false) == Deleveraging::none);
  std::vector<Json> rows = worked("dydx_process_deleveraging", 16);
  for (Json& row : worked("dydx_process_deleveraging_ok", 3)) rows.push_back(std::move(row));
  for (const Json& row : rows) {
    const Json &in = row.at("inputs"), &e = row.at("expected");
    INFO(row.dump());
    const std::string id = id_of(in);
    Book<I> from = book<I>(in.at("perpetuals"), in.at("liquidated")), to = book<I>(in.at("perpetuals"), in.at("offsetting"));
    const auto done =
        deleverage(from.account(), Closing<I>{from.at(id), whole<I>(in.at("delta_quantums"))}, to.account(), to.at(id), in.at("at_oracle_price").get<bool>());
    if (e.contains("error")) {
      check_error(done, e);
      continue;
    }
    REQUIRE(done);
    if (e.contains("ok")) continue;
    const Market<I> m = market<I>(in.at("perpetuals").at(id));
    from.add(id, m, done->base, done->quote);
    to.add(id, m, I(I(0) - done->base), I(I(0) - done->quote));
    CHECK(from.json() == state(e.at("liquidated")));
    CHECK(to.json() == state(e.at("offsetting")));
  }
}

namespace {

/// One market, its accounts by name, its resting orders, one fund: what a block does to them, with the library's rules and a matching loop.
template <class I>
struct Chain {
  std::string id;
  Market<I> in;
  std::map<std::string, Book<I>> accounts;
  I fund = I(0);

  /// Offers `quantums` of the position to the other accounts, in the order of `names`; what is left comes back.
  I offset(const std::string& name, I quantums, bool at_oracle, const std::vector<std::string>& names, Json* fills = nullptr) {
    for (const std::string& other : names) {
      if (other == name || quantums == I(0)) continue;
      Book<I>&from = accounts.at(name), &to = accounts.at(other);
      if (to.at(id) == to.ids.size()) continue;
      const I theirs = to.held[to.at(id)].quantums;
      if ((theirs < I(0)) == (I(0) < quantums)) continue;
      const bool all = quantums < I(0) ? quantums < I(I(0) - (theirs < I(0) ? I(I(0) - theirs) : theirs)) : theirs < quantums;
      const I part = all ? (quantums < I(0) ? I(I(0) - (theirs < I(0) ? I(I(0) - theirs) : theirs)) : theirs) : quantums;
      const auto done = deleverage(from.account(), Closing<I>{from.at(id), part}, to.account(), to.at(id), at_oracle);
      if (!done) continue;
      from.add(id, in, done->base, done->quote);
      to.add(id, in, I(I(0) - done->base), I(I(0) - done->quote));
      quantums = I(quantums - part);
      if (fills != nullptr) (*fills)[other] = shown<I>(part < I(0) ? I(I(0) - part) : part);
    }
    return quantums;
  }
};

template <class I>
Chain<I> chain(const Json& in, const std::string& id) {
  Chain<I> out{id, market<I>(in.at("perpetuals").at(id)), {}, I(0)};
  for (const auto& [name, x] : in.at("subaccounts").items()) out.accounts.emplace(name, book<I>(in.at("perpetuals"), x));
  return out;
}
std::vector<std::string> names_of(const Json& subaccounts) {
  std::vector<std::string> out;
  for (const auto& [name, x] : subaccounts.items()) out.push_back(name);
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE("deleveraging against whoever can take it", "[venues][source:dydx_deleverage_offset]", LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("dydx_deleverage_offset", 6)) {
    const Json &in = row.at("inputs"), &e = row.at("expected");
    INFO(row.dump());
    Chain<I> c = chain<I>(in, id_of(in));
    Json fills = Json::object(), expected = Json::object();
    const I left = c.offset(in.at("liquidated").get<std::string>(), whole<I>(in.at("delta_quantums")), in.at("final_settlement").get<bool>(),
                            names_of(in.at("subaccounts")), &fills);
    for (const auto& [name, size] : e.at("fills").items()) expected[name] = shown(size);
    CHECK(fills == expected);
    CHECK(shown<I>(left) == shown(e.at("remaining")));
    for (const auto& [name, x] : e.at("subaccounts").items()) CHECK(c.accounts.at(name).json() == state(x));
  }
}

TEMPLATE_TEST_CASE("a block: limits, order book, fund and deleveraging", "[venues][source:dydx_liquidation_e2e]", LOADLINE_INTEGERS) {
  using I = TestType;
  for (const Json& row : worked("dydx_liquidation_e2e", 10)) {
    const Json& in = row.at("inputs");
    INFO(row.dump());
    const std::string id = "0";
    Chain<I> c = chain<I>(in, id);
    c.fund = whole<I>(in.at("insurance_fund"));
    const LiquidationConfig<I> rules = config<I>(in.at("config"));
    const int exponent = in.at("quantum_conversion_exponent").get<int>();
    const bool settles = in.at("final_settlement").get<bool>();
    std::vector<Json> orders = in.at("orders");
    const std::vector<std::string> names = names_of(in.at("subaccounts"));
    for (const std::string name : in.at("liquidatable")) {
      Book<I>& b = c.accounts.at(name);
      REQUIRE(risk(b.account())->liquidatable());
      const std::size_t at = b.at(id);
      const bool sells = I(0) < b.held[at].quantums;
      const I size = *order_quantums(b.held[at], rules, rules.max_block_notional, whole<I>(in.at("step_base_quantums")));
      const auto price = fillable_price(b.account(), Closing<I>{at, sells ? I(I(0) - size) : size}, rules);
      const I limit = *fillable_subticks(*price, sells, whole<I>(in.at("subticks_per_tick")), exponent);
      I left = size, lost = I(0);
      bool filled = false;
      while (!(left == I(0))) {
        // The best resting order of the other side within the limit.
        Json* best = nullptr;
        for (Json& o : orders) {
          const I at_price = whole<I>(o.at("subticks"));
          if (o.at("is_buy").get<bool>() != sells || whole<I>(o.at("base_quantums")) == I(0)) continue;
          if (sells ? at_price < limit : limit < at_price) continue;
          if (best == nullptr || (sells ? whole<I>(best->at("subticks")) < at_price : at_price < whole<I>(best->at("subticks")))) best = &o;
        }
        if (best == nullptr) break;
        const I offered = whole<I>(best->at("base_quantums")), part = offered < left ? offered : left;
        const Filled<I> fill{at, part, whole<I>(best->at("subticks")), exponent};
        const auto delta = fund_delta(b.account(), fill, rules);
        REQUIRE(delta);
        const I after = *delta < I(0) ? I(lost - *delta) : lost;
        if (!fund_can_take(c.fund, *delta) || rules.max_block_lost < after) break;
        Checked<I> exact;
        const I quote = exact.times_shifted(fill.subticks, part, exponent, Cut::floor);
        const I base = sells ? I(I(0) - part) : part, gained = sells ? quote : I(I(0) - quote);
        b.add(id, c.in, base, I(gained - *delta));
        c.accounts.at(best->at("owner").get<std::string>()).add(id, c.in, I(I(0) - base), I(I(0) - gained));
        c.fund = I(c.fund + *delta);
        lost = after;
        left = I(left - part);
        (*best)["base_quantums"] = shown<I>(I(offered - part));
        filled = true;
      }
      if (!filled && may_deleverage(*risk(b.account()), settles) == Deleveraging::at_bankruptcy) c.offset(name, sells ? I(I(0) - size) : size, false, names);
    }
    if (settles)
      for (const std::string& name : names) {
        const Book<I>& b = c.accounts.at(name);
        const I held = b.held.at(b.at(id)).quantums;
        if (held == I(0)) continue;
        c.offset(name, I(I(0) - held), may_deleverage(*risk(b.account()), true) == Deleveraging::at_oracle, names);
      }
    for (const auto& [name, x] : row.at("expected").at("subaccounts").items()) CHECK(c.accounts.at(name).json() == state(x));
  }
}
