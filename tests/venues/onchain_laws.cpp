// SPDX-License-Identifier: Apache-2.0
// Laws of on-chain liquidation, on random accounts: against formulas written once more in unbounded integers and rationals.
#include "support/property.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/liquidation/pro_rata_price.hpp>
#include <loadline/venues/drift_exchange.hpp>
#include <loadline/venues/drift_losses.hpp>
#include <loadline/venues/drift_margin.hpp>
#include <loadline/venues/dydx_block.hpp>
#include <loadline/venues/mango_perp.hpp>

#include <vector>

namespace {

namespace dydx = loadline::venues::dydx;
namespace drift = loadline::venues::drift;
namespace mango = loadline::venues::mango;
using loadline::Cut;
using loadline::Errc;
using loadline::Field;
using loadline::Fraction;
using loadline::Rational;
using loadline::Whole;
using Big = boost::multiprecision::cpp_int;

Big floor_of(const Rational& x) {
  const Big n = numerator(x), d = denominator(x), q = n / d;
  return n % d != 0 && n < 0 ? Big(q - 1) : q;
}
Big ceil_of(const Rational& x) {
  return Big(-floor_of(Rational(-x)));
}
Rational ten_to(int e) {
  const Big size = pow(Big(10), static_cast<unsigned>(e < 0 ? -e : e));
  return e < 0 ? Rational(1, size) : Rational(size);
}
Big widened(Whole x) {
  Big out = 0, unit = 1;
  for (; x != 0; x /= 1'000'000'000, unit *= 1'000'000'000) out += unit * static_cast<long long>(x % 1'000'000'000);
  return out;
}
Rational ratio(const Big& n, const Big& d) {
  return Rational(n) / Rational(d);
}

template <class I>
dydx::Market<I> market_of(const dydx::Market<Big>& m) {
  const auto to = [](const Big& x) { return static_cast<I>(static_cast<long long>(x)); };
  return {m.atomic_resolution,     to(m.price),        m.price_exponent, to(m.initial_ppm), to(m.maintenance_fraction_ppm), to(m.open_interest_floor),
          to(m.open_interest_cap), to(m.open_interest)};
}

/// Up to four positions, cash of a size that leaves the account near its maintenance, on either side of it and of nothing.
struct Case {
  std::vector<dydx::Holding<Big>> held;
  Big usdc;

  [[nodiscard]] dydx::Account<Big> account() const { return {usdc, held}; }
};
Case any_case() {
  Case out;
  const int n = *rc::gen::inRange(1, 5);
  Big worth = 0, size = 0;
  for (int i = 0; i < n; ++i) {
    dydx::Market<Big> m{*rc::gen::inRange(-10, -5), *rc::gen::inRange<long long>(1, 9'000'000'000), *rc::gen::inRange(-9, -3),
                        *rc::gen::inRange(10'000, 1'000'000), *rc::gen::inRange(100'000, 1'000'001)};
    const Big quantums = Big(*rc::gen::inRange<long long>(1, 2'000'000'000)) * (*rc::gen::arbitrary<bool>() ? 1 : -1);
    out.held.push_back({m, quantums});
    const auto r = dydx::risk(out.held.back());
    worth += r->net_collateral;
    size += r->maintenance;
  }
  out.usdc = -worth + size * *rc::gen::inRange(-1'000, 2'000) / 1'000;
  return out;
}
std::size_t any_position(const Case& c) {
  return *rc::gen::inRange<std::size_t>(0, c.held.size());
}
/// Against the position: all of it, one quantum, or anything between.
Big any_closing(const Big& held) {
  const Big size = abs(held), part = *rc::gen::arbitrary<bool>() ? size : Big(1 + size * *rc::gen::inRange(0, 1'000) / 1'000);
  const Big bounded = size < part ? size : part;
  return held < 0 ? bounded : Big(-bounded);
}

/// Notional and maintenance of a position, from their definitions.
Big naive_notional(const dydx::Holding<Big>& h) {
  const Rational x = Rational(h.market.price) * Rational(h.quantums) * ten_to(h.market.price_exponent + h.market.atomic_resolution + 6);
  return x < 0 ? ceil_of(x) : floor_of(x);
}
Big naive_maintenance(const dydx::Holding<Big>& h) {
  const Big base = ceil_of(ratio(Big(abs(naive_notional(h)) * h.market.initial_ppm), 1'000'000));
  return ceil_of(ratio(Big(base * h.market.maintenance_fraction_ppm), 1'000'000));
}
dydx::LiquidationConfig<Big> config() {
  return {*rc::gen::inRange(0, 1'000'001),
          *rc::gen::inRange(1'000'000, 5'000'000),
          *rc::gen::inRange(0, 2'000'000),
          *rc::gen::inRange(0, 1'000'000),
          *rc::gen::inRange(0, 1'000'001),
          Big(*rc::gen::inRange<long long>(0, 1'000'000'000'000)),
          Big(*rc::gen::inRange<long long>(0, 1'000'000'000'000))};
}

}  // namespace

TEST_CASE("dYdX: the bankruptcy price is the formula, and closing at it keeps the ratio", "[venues]") {
  check_property("-DNNV - floor(TNC |DMMR| / TMMR)", 200, [] {
    const Case c = any_case();
    Big total = c.usdc, required = 0;
    for (const auto& h : c.held) {
      total += naive_notional(h);
      required += naive_maintenance(h);
    }
    RC_PRE(required > 0);
    const std::size_t at = any_position(c);
    const Big delta = any_closing(c.held[at].quantums);
    dydx::Holding<Big> after = c.held[at];
    after.quantums += delta;
    const Big freed = abs(Big(naive_maintenance(after) - naive_maintenance(c.held[at])));
    const Big expected = naive_notional(c.held[at]) - naive_notional(after) - floor_of(ratio(Big(total * freed), required));
    const auto q = dydx::bankruptcy_quote(c.account(), dydx::Closing<Big>{at, delta});
    RC_ASSERT(q && *q == expected);
  });
  check_property("the ratio of what is left is not worse, and the last position leaves exactly nothing", 200, [] {
    Case c = any_case();
    const auto before = dydx::risk(c.account());
    RC_PRE(before && before->maintenance > 0);
    auto risk = *before;
    for (std::size_t i = 0; i < c.held.size(); ++i) {
      RC_PRE(naive_maintenance(c.held[i]) > 0);
      const Big delta = -c.held[i].quantums;
      const auto q = dydx::bankruptcy_quote(c.account(), dydx::Closing<Big>{i, delta});
      RC_ASSERT(q);
      c.usdc += *q;
      c.held[i].quantums = 0;
      const auto now = dydx::risk(c.account());
      if (now->maintenance == 0)
        RC_ASSERT(now->net_collateral == 0);
      else
        RC_ASSERT(dydx::transition(risk, *now) == dydx::Transition::success);
      risk = *now;
    }
  });
  check_property("in 127 bits as in unbounded integers, or OVERFLOW", 200, [] {
    const Case c = any_case();
    std::vector<dydx::Holding<Whole>> held;
    const auto scale = Whole(*rc::gen::element<long long>(1, 1'000, 1'000'000'000, 1'000'000'000'000'000'000));
    const auto whole = [](const Big& x) { return static_cast<Whole>(static_cast<long long>(x)); };
    Case big = c;
    big.usdc = c.usdc % 1'000'000'000'000'000;
    for (auto& h : big.held) {
      held.push_back({market_of<Whole>(h.market), whole(h.quantums) * scale});
      h.quantums *= static_cast<long long>(scale);
    }
    const std::size_t at = any_position(c);
    const auto narrow = dydx::bankruptcy_quote(dydx::Account<Whole>{whole(big.usdc), held}, dydx::Closing<Whole>{at, -held[at].quantums});
    const auto wide = dydx::bankruptcy_quote(big.account(), dydx::Closing<Big>{at, Big(-big.held[at].quantums)});
    if (!narrow && narrow.error().code == Errc::overflow) return;
    RC_ASSERT(wide.has_value() == narrow.has_value());
    if (narrow) RC_ASSERT(widened(*narrow) == *wide);
  });
}

TEST_CASE("dYdX: fillable price, subticks, fund and order size", "[venues]") {
  check_property("the fillable price is the formula, between the oracle's and the widest spread", 200, [] {
    const Case c = any_case();
    const auto total = dydx::risk(c.account());
    RC_PRE(total && total->maintenance > 0);
    const std::size_t at = any_position(c);
    const auto rules = config();
    const auto& h = c.held[at];
    Rational open = ratio(rules.bankruptcy_adjustment_ppm, 1'000'000) * (1 - ratio(total->net_collateral, total->maintenance));
    open = open < 0 ? Rational(0) : (open > 1 ? Rational(1) : open);
    const Rational widest = ratio(Big(rules.spread_ppm * naive_maintenance(h)), 1'000'000);
    const Rational expected = Rational(Rational(naive_notional(h)) - open * widest) / Rational(h.quantums);
    const auto p = dydx::fillable_price(c.account(), dydx::Closing<Big>{at, any_closing(h.quantums)}, rules);
    RC_ASSERT(p && p->denominator > 0 && ratio(p->numerator, p->denominator) == expected);
    RC_ASSERT(gcd(abs(p->numerator), p->denominator) == 1);
    // The same number from the formula over any scalar, in units of the chain.
    if (naive_notional(h) != 0) {
      const auto terms = loadline::ProRataTerms<Rational>{.mark = Rational(Rational(naive_notional(h)) / Rational(h.quantums)),
                                                          .size = Rational(h.quantums),
                                                          .maintenance = Rational(naive_maintenance(h)),
                                                          .equity = Rational(total->net_collateral),
                                                          .total_maintenance = Rational(total->maintenance)};
      const auto real = loadline::fillable_price(terms, loadline::SpreadTerms<Rational>{.adjustment = ratio(rules.bankruptcy_adjustment_ppm, 1'000'000),
                                                                                        .widest = ratio(rules.spread_ppm, 1'000'000)});
      RC_ASSERT(real && real->raw() == expected);
      const auto bankrupt = loadline::pro_rata_bankruptcy_price(terms);
      const auto quote = dydx::bankruptcy_quote(c.account(), dydx::Closing<Big>{at, Big(-h.quantums)});
      RC_ASSERT(bankrupt && ceil_of(Rational(bankrupt->raw() * Rational(h.quantums))) == *quote);
    }
  });
  check_property("subticks never go past the price and are less than a tick from it", 200, [] {
    const Rational price = Rational(Big(*rc::gen::inRange<long long>(1, 1'000'000'000'000)), Big(*rc::gen::inRange<long long>(1, 1'000'000)));
    const Big tick = *rc::gen::inRange(1, 1'000'000);
    const int e = *rc::gen::inRange(-12, 4);
    const bool long_position = *rc::gen::arbitrary<bool>();
    const auto s = dydx::fillable_subticks(Fraction<Big>{numerator(price), denominator(price)}, long_position, tick, e);
    RC_ASSERT(s && *s % tick == 0 && *s >= tick);
    const Rational exact = Rational(price / ten_to(e));
    const Big last = (Big(1) << 64) - 1;
    if (*s == tick || *s == last - last % tick) return;
    if (long_position) RC_ASSERT(Rational(*s) >= exact && Rational(Big(*s - tick)) < exact);
    if (!long_position) RC_ASSERT(Rational(*s) <= exact && Rational(Big(*s + tick)) > exact);
  });
  check_property("the fund takes no more than the surplus and the fee, and pays the shortfall and no more", 200, [] {
    const Case c = any_case();
    const auto total = dydx::risk(c.account());
    RC_PRE(total && total->maintenance > 0);
    const std::size_t at = any_position(c);
    const auto rules = config();
    const Big size = abs(any_closing(c.held[at].quantums)), subticks = *rc::gen::inRange<long long>(1, 100'000'000'000);
    const bool buys = c.held[at].quantums < 0;
    const int e = *rc::gen::inRange(-10, -3);
    const auto delta = dydx::fund_delta(c.account(), dydx::Filled<Big>{at, size, subticks, e}, rules);
    const auto bankrupt = dydx::bankruptcy_quote(c.account(), dydx::Closing<Big>{at, buys ? size : Big(-size)});
    RC_ASSERT(delta && bankrupt);
    const Big moved = floor_of(Rational(subticks) * Rational(size) * ten_to(e)), x = (buys ? Big(-moved) : moved) - *bankrupt;
    const Big fee = floor_of(ratio(Big(moved * rules.max_fee_ppm), 1'000'000));
    RC_ASSERT(*delta == (x > 0 ? (fee < x ? fee : x) : x));
    // After fill and fund the account has what its bankruptcy price gives, or more.
    RC_ASSERT((buys ? Big(-moved) : moved) - *delta >= *bankrupt);
  });
  check_property("an order is a part of the position in whole steps, within the limits", 200, [] {
    const Case c = any_case();
    const auto& h = c.held[any_position(c)];
    const auto rules = config();
    const Big left = *rc::gen::inRange<long long>(0, 1'000'000'000'000), step = *rc::gen::inRange(1, 100'000);
    const auto size = dydx::order_quantums(h, rules, left, step);
    const auto limits = dydx::notional_limits(h, rules);
    RC_PRE(h.market.price > 0);
    RC_ASSERT(size && limits && *size >= 1 && *size <= abs(h.quantums) && limits->least <= limits->most);
    const Big most = left < limits->most ? left : limits->most;
    if (*size == abs(h.quantums)) return;
    RC_ASSERT(*size % step == 0 && most < abs(naive_notional(h)));
    dydx::Holding<Big> part = h;
    part.quantums = *size;
    RC_ASSERT(*size == step || abs(naive_notional(part)) <= most);
    part.quantums = *size + step + 1;
    RC_ASSERT(abs(naive_notional(part)) >= most);
  });
  check_property("priorities order: alike one way is alike the other, and the farther goes first", 200, [] {
    const Case c = any_case();
    const auto& m = c.held[0].market;
    const int e = *rc::gen::inRange(-12, 3);
    const auto any_order = [] {
      return dydx::RankedOrder<Big>{*rc::gen::inRange<long long>(1, 1'000'000'000), *rc::gen::inRange<long long>(1, 100'000'000'000)};
    };
    const auto a = any_order(), b = any_order();
    const auto ab = dydx::goes_first(a, b, m, e), ba = dydx::goes_first(b, a, m, e);
    RC_ASSERT(ab && ba && *ab == -*ba);
    const Rational oracle = Rational(m.price) * ten_to(m.price_exponent + m.atomic_resolution + 6);
    const auto distance = [&](const dydx::RankedOrder<Big>& o) {
      const Rational x = Rational(Rational(o.subticks) * ten_to(e) / oracle - 1);
      return x < 0 ? Rational(-x) : x;
    };
    if (distance(a) != distance(b)) RC_ASSERT(*ab == (distance(a) > distance(b) ? 1 : -1));
  });
}

TEST_CASE("Drift: ramps and rounding keep to their side", "[venues]") {
  check_property("a liquidation goes no faster than its ramp and no slower later", 200, [] {
    const drift::Shortage<Big> s{*rc::gen::inRange<long long>(0, 1'000'000'000), 0, *rc::gen::inRange<long long>(0, 1'000'000'000)};
    const int initial = *rc::gen::inRange(0, 10'001), duration = *rc::gen::inRange(0, 300), slot = *rc::gen::inRange(0, 400);
    const auto now = drift::allowed_share(s, drift::Ramp<Big>{initial, duration, 0, slot}),
               next = drift::allowed_share(s, drift::Ramp<Big>{initial, duration, 0, slot + 1});
    RC_ASSERT(now && next && *now <= *next && *now >= 0 && *next <= 10'000);
    if (s.account < 50'000'000 || duration == 0) return;
    const Rational t = Rational(initial, 10'000) + Rational(slot, duration);
    const Rational most = Rational(Big(s.account + s.freed)) * (t < 1 ? t : Rational(1)) - Rational(s.freed);
    RC_ASSERT(Rational(s.account) * ratio(*now, 10'000) <= (most < 0 ? Rational(0) : most));
  });
  check_property("what is taken over covers the shortage where it says so, within position, limit and fees", 300, [] {
    const Big step = *rc::gen::element(1, 1'000'000, 10'000'000);
    const Big base = step * *rc::gen::inRange<long long>(1, 100'000) * (*rc::gen::arbitrary<bool>() ? 1 : -1);
    const drift::PerpTerms<Big> p{base,
                                  *rc::gen::inRange<long long>(1'000, 200'000'000'000),
                                  *rc::gen::inRange(990'000, 1'010'000),
                                  *rc::gen::inRange(50, 5'000),
                                  *rc::gen::inRange(0, 20'000),
                                  *rc::gen::inRange(0, 50'000),
                                  step};
    const Big value = floor_of(ratio(Big(abs(base) * p.oracle_price), 1'000'000'000));
    const Big shortage = value * *rc::gen::inRange(0, 300) / 1'000, share = *rc::gen::inRange(1, 10'001);
    const auto done = drift::liquidate_perp(p, drift::Shortage<Big>{shortage, shortage, 0}, share, Big(abs(base)), std::optional<Big>());
    RC_ASSERT(done && done->base >= 0 && done->base <= abs(base) && done->base % step == 0);
    RC_ASSERT(done->value == floor_of(ratio(Big(done->base * p.oracle_price), 1'000'000'000)));
    RC_ASSERT(done->liquidator_fee == floor_of(ratio(Big(done->value * p.liquidator_fee), 1'000'000)) &&
              done->fund_fee <= done->value * p.max_fund_fee / 1'000'000);
    if (!done->covers) return;
    // In exact money, but for what the cuts of a price and of fees come to.
    const Big per = p.margin_ratio * 100 - p.liquidator_fee;
    const Rational a_unit = ratio(Big(p.oracle_price * p.quote_price / 1'000'000 * per), 1'000'000) + 1;
    RC_ASSERT(Rational(Big(done->base + 1)) * a_unit >= Rational(shortage) * 1'000'000'000);
  });
  check_property("an asset that is given whole is paid for, and back again it is all there", 200, [] {
    const drift::TokenTerms<Big> asset{*rc::gen::inRange<long long>(1, 1'000'000'000), *rc::gen::inRange(6, 12), *rc::gen::inRange(1'000'000, 1'100'000),
                                       8'000};
    const drift::TokenTerms<Big> liability{*rc::gen::inRange<long long>(1, 1'000'000'000), *rc::gen::inRange(0, 12), *rc::gen::inRange(900'000, 1'000'001),
                                           12'000};
    const Big amount = *rc::gen::inRange<long long>(0, 1'000'000'000'000);
    const auto repaid = drift::liability_for_asset(asset, liability, amount);
    const Rational rate = Rational(asset.price) / Rational(liability.price) * Rational(liability.multiplier) / Rational(asset.multiplier) *
                          ten_to(liability.decimals - asset.decimals);
    RC_ASSERT(repaid && *repaid == ceil_of(Rational(Rational(amount) * rate)));
    const Big far = amount + pow(Big(10), 40);
    const auto back = drift::asset_for_liability(asset, liability, far, *repaid);
    RC_ASSERT(back && *back >= amount && *back == floor_of(Rational(Rational(*repaid) / rate)));
    const auto snapped = drift::asset_for_liability(asset, liability, *back, *repaid);
    RC_ASSERT(snapped && *snapped == *back);
  });
  check_property("an exchange stays within what is held, owed, asked for and paid for", 300, [] {
    const drift::TokenTerms<Big> asset{*rc::gen::inRange<long long>(1'000, 1'000'000'000), *rc::gen::inRange(6, 10), *rc::gen::inRange(1'000'000, 1'050'000),
                                       *rc::gen::inRange(5'000, 10'001)};
    const drift::TokenTerms<Big> liability{*rc::gen::inRange<long long>(1'000, 1'000'000'000), *rc::gen::inRange(6, 10), *rc::gen::inRange(950'000, 1'000'001),
                                           *rc::gen::inRange(10'000, 15'000)};
    const drift::SpotTerms<Big> terms{*rc::gen::inRange<long long>(1'000'000'000, 1'000'000'000'000),
                                      *rc::gen::inRange<long long>(1'000'000'000, 1'000'000'000'000), *rc::gen::inRange(0, 50'000),
                                      *rc::gen::inRange<long long>(1'000'000'000, 1'000'000'000'000)};
    const Big worth = floor_of(Rational(Big(terms.owed * liability.price)) * ten_to(-liability.decimals)),
              shortage = 1 + worth * *rc::gen::inRange(0, 300) / 1'000;
    const Big share = *rc::gen::inRange(1, 10'001);
    const auto done = drift::liquidate_tokens(asset, liability, terms, drift::Shortage<Big>{shortage, shortage, 0}, share);
    RC_PRE(done.has_value());
    RC_ASSERT(done->tokens.liability <= terms.owed && done->tokens.liability <= terms.liquidator_max);
    // Where the asset bounds the repayment that is rounded up: what one unit of the liability costs may come on top of the balance.
    const Rational unit = Rational(liability.price) * ten_to(-liability.decimals) * Rational(asset.multiplier) / Rational(liability.multiplier) /
                          (Rational(asset.price) * ten_to(-asset.decimals));
    RC_ASSERT(Rational(done->tokens.asset) <= Rational(terms.balance) + unit);
    RC_ASSERT(done->fund_fee >= 0 && done->fund_fee * 1'000'000 <= done->tokens.liability * terms.max_fund_fee);
    // What the account gives is worth what it is rid of and both fees, but for a dollar that goes with the rest (and the program's own idea of it).
    const Rational paid = Rational(done->tokens.liability) * Rational(liability.price) * ten_to(-liability.decimals) * Rational(asset.multiplier) /
                          Rational(liability.multiplier);
    const Rational given = Rational(done->tokens.asset) * Rational(asset.price) * ten_to(-asset.decimals);
    RC_ASSERT(given <= paid || done->tokens.asset == terms.balance);
    RC_ASSERT(given + Rational(asset.price) * ten_to(-asset.decimals) >= paid || done->tokens.asset == terms.balance);
  });
  check_property("what all positions pay covers a loss, and a thousandth less a unit does not", 200, [] {
    const Big loss = *rc::gen::inRange<long long>(0, 1'000'000'000'000), longs = *rc::gen::inRange<long long>(0, 1'000'000'000'000),
              shorts = *rc::gen::inRange<long long>(1, 1'000'000'000'000);
    const auto rate = drift::funding_for_bankruptcy(loss, longs, shorts);
    const Big all = longs + shorts, unit = Big(1'000'000'000) * 1'000;
    RC_ASSERT(rate && *rate % 1'000 == 0 && *rate * all >= loss * unit && (*rate == 0 || (*rate - 1'000) * all < loss * unit));
    const Big index = *rc::gen::inRange<long long>(0, 100'000'000'000);
    const auto cut = drift::deposit_index_cut(index, loss, shorts);
    RC_ASSERT(cut && *cut * shorts >= index * loss && (*cut == 0 || (*cut - 1) * shorts < index * loss));
  });
}

TEST_CASE("Drift: weights are their formulas, and size never helps", "[venues]") {
  check_property("premium, discount, ratio", 300, [] {
    const auto any_size = [] { return Big(*rc::gen::inRange<long long>(0, 1'000'000'000)) * *rc::gen::element<long long>(1, 1'000, 1'000'000'000); };
    const Big weight = *rc::gen::inRange(0, 20'000), factor = *rc::gen::inRange(0, 100'000), a = any_size(), b = any_size(), root = sqrt(Big(10 * a + 1));
    const Big &less = a < b ? a : b, &more = a < b ? b : a;
    const auto premium = drift::size_premium(weight, a, factor), discount = drift::size_discount(weight, a, factor);
    const Big sloped = factor == 0 ? weight : Big(weight - weight / 5 + root * factor / 10'000'000);
    const Big cut = factor == 0 ? weight : floor_of(ratio(11'000'000'000, Big(1'000'000 + root * factor / 100'000)));
    RC_ASSERT(premium && *premium == (sloped < weight ? weight : sloped));
    RC_ASSERT(discount && *discount == (cut < weight ? cut : weight));
    RC_ASSERT(*drift::size_premium(weight, less, factor) <= *drift::size_premium(weight, more, factor));
    RC_ASSERT(*drift::size_discount(weight, less, factor) >= *drift::size_discount(weight, more, factor));
    const drift::Levels<Big> ordinary{*rc::gen::inRange(5, 5'000), *rc::gen::inRange(5, 5'000)}, lower{*rc::gen::inRange(1, 500), *rc::gen::inRange(1, 500)};
    const auto level = *rc::gen::element(drift::MarginLevel::initial, drift::MarginLevel::fill, drift::MarginLevel::maintenance);
    const auto high = drift::margin_ratio(ordinary, lower, level, a, factor, true), low = drift::margin_ratio(ordinary, lower, level, a, factor, false);
    RC_ASSERT(high && low && *low >= ordinary.at(level));
    if (lower.at(level) <= ordinary.at(level)) RC_ASSERT(*high >= lower.at(level) && *high <= *low);
  });
}

namespace {

Rational part(int low, int high) {
  return Rational(*rc::gen::inRange(low, high), 100);
}
template <class S>
Rational health_of(const S& s) {
  return Rational(s.rest + s.balance * (s.balance < 0 ? s.liability_price : s.asset_price));
}

}  // namespace

TEST_CASE("Mango: health rises to zero and no further than a lot", "[venues]") {
  check_property("tokens for tokens", 200, [] {
    const mango::Token<Rational> asset{part(1, 10'000), part(0, 100), part(1, 100'000), part(1, 100'000), part(0, 10), part(0, 10)};
    const mango::Token<Rational> liability{part(1, 10'000), part(101, 200), Rational(-part(1, 100'000)), Rational(-part(1, 100'000)), part(0, 10), part(0, 10)};
    const Rational health = Rational(-part(1, 100'000)), limit = part(1, 100'000);
    const auto done = mango::liquidate_token(asset, liability, health, limit);
    RC_ASSERT(done && done->liability > 0 && done->liability <= limit && done->liability <= -liability.balance && done->given <= asset.balance &&
              done->received <= done->given);
    const Rational after = Rational(health + done->liability * liability.price * liability.weight - done->given * asset.price * asset.weight);
    const bool frees = after > health;
    if (frees) RC_ASSERT(after <= 0);
    const Rational held = asset.balance < asset.health_balance ? asset.balance : asset.health_balance;
    const Rational owed = -liability.balance < -liability.health_balance ? Rational(-liability.balance) : Rational(-liability.health_balance);
    RC_ASSERT(!frees || after == 0 || done->liability == limit || done->liability == owed || done->given == held);
  });
  check_property("a perpetual's base and gains", 300, [] {
    const Rational weight = part(0, 101), lots = Rational(*rc::gen::inRange(1, 100) * (*rc::gen::arbitrary<bool>() ? 1 : -1)), price = part(1, 1'000);
    mango::Perp<Rational> p{lots, 0, price, part(0, 90), part(111, 200), weight, part(0, 5), part(0, 5), part(0, 50)};
    const Rational quote = Rational(*rc::gen::inRange(-10'000, 10'000), 100), spot = Rational(*rc::gen::inRange(-10'000, 10'000), 100);
    const auto unsettled = [&](const Rational& l, const Rational& q) { return Rational(q + l * price * (l < 0 ? p.liability_weight : p.asset_weight)); };
    const auto token = [&](const Rational& tokens, const Rational& gain, const Rational& rest, const Rational& worth) {
      return mango::SettleToken<Rational>{rest, Rational(tokens + (gain < 0 ? gain : Rational(gain * weight))), worth, Rational(worth * part(100, 150))};
    };
    p.unsettled = unsettled(lots, quote);
    auto before = token(spot, p.unsettled, Rational(*rc::gen::inRange(-10'000, 10'000), 100), part(1, 200));
    const Rational max_lots = Rational(*rc::gen::inRange(0, 120)), max_settled = part(0, 10'000);
    const auto done = mango::liquidate_perp(before, p, max_lots, max_settled);
    RC_ASSERT(done && done->settled >= 0 && done->settled <= max_settled && abs(done->lots) <= max_lots && abs(done->lots) <= abs(lots));
    RC_ASSERT(done->lots == 0 || (done->lots < 0) == (lots > 0));
    RC_ASSERT(denominator(done->lots) == 1 && done->paid == Rational(done->settled * (1 - p.gain_fee)));
    // Health once more, from what the account holds afterwards.
    const Rational gain = unsettled(Rational(lots + done->lots), Rational(quote + done->quote - done->settled));
    auto after = before;
    after.balance = Rational(spot + done->paid + (gain < 0 ? gain : Rational(gain * weight)));
    RC_ASSERT(health_of(after) >= health_of(before) || health_of(before) >= 0);
    if (health_of(before) >= 0) RC_ASSERT(done->lots == 0 && done->settled == 0);
  });
  check_property("a loss is settled, insured or shared, never twice", 300, [] {
    const Rational spot = Rational(*rc::gen::inRange(-5'000, 10'000), 100), loss = Rational(-part(0, 10'000)),
                   rest = Rational(*rc::gen::inRange(-10'000, 10'000), 100);
    const Rational price = part(1, 300), low = Rational(price * part(0, 101)), high = Rational(price * part(101, 200));
    const mango::SettleToken<Rational> own{rest, spot, low, high}, with{rest, Rational(spot + loss), low, high};
    const mango::Loss<Rational> l{loss, part(0, 10'000), price, part(1, 300), Rational(*rc::gen::inRange(0, 100)), part(0, 10)};
    const Rational limit = part(0, 10'000);
    const auto done = mango::liquidate_loss(own, with, l, limit);
    RC_ASSERT(done && done->settled >= 0 && done->insured >= 0 && done->shared >= 0);
    RC_ASSERT(done->settled + done->insured + done->shared <= -loss && done->settled + done->insured <= limit && done->settled <= l.settle_limit);
    RC_ASSERT(done->insurance <= l.vault && denominator(done->insurance) == 1 && (done->shared == 0 || done->insurance == l.vault));
    RC_ASSERT(done->insurance * l.insurance_price >= done->insured * price);  // the liquidator is not short
    auto settled = own;
    settled.balance = Rational(spot - done->settled);
    RC_ASSERT(done->settled == 0 || health_of(settled) >= 0);
    auto after = with;
    after.balance = Rational(with.balance + done->insured + done->shared);
    RC_ASSERT(done->insured + done->shared == 0 || health_of(after) <= 0);
  });
}
