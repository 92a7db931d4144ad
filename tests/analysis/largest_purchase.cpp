// SPDX-License-Identifier: Apache-2.0
// The largest purchase that keeps a liquidation peg, and what a portfolio says once it is made.
#include "support/property.hpp"
#include "support/sample.hpp"

#include <loadline/analysis/largest_purchase.hpp>
#include <loadline/ext/multiprecision.hpp>

#include <array>
#include <limits>
#include <vector>

namespace {

using loadline::Account;
using loadline::Asset;
using loadline::both;
using loadline::Bracket;
using loadline::Errc;
using loadline::Error;
using loadline::Field;
using loadline::KeyId;
using loadline::largest_purchase;
using loadline::LiquidationRule;
using loadline::Outcome;
using loadline::Piece;
using loadline::Portfolio;
using loadline::Position;
using loadline::Price;
using loadline::Purchase;
using loadline::PurchaseAtPeg;
using loadline::PurchaseLimit;
using loadline::Quantity;
using loadline::Rational;
using loadline::TieredPurchase;
using loadline::TierUnit;
using loadline::WeightTier;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
constexpr KeyId peg{0}, coin{1};

/// What a balance counts: itself above zero, `ratio` times itself below.
template <class T>
std::array<Piece<T>, 2> counted_as_debt(const T& ratio) {
  return {Piece<T>{T(0), ratio, T(0)}, Piece<T>{T(0), T(1), T(0)}};
}
template <class T>
std::array<Piece<T>, 1> flat_weight(const T& weight) {
  return {Piece<T>{T(0), weight, T(0)}};
}

/// An account that buys a wrapped asset: cash, some of the asset, another coin as collateral, a position in that coin.
struct Buyer {
  Rational cash, held, coins, coin_weight, size, rate, ratio = 1;
  std::vector<WeightTier<Rational>> tiers;
  TierUnit unit = TierUnit::value;
  bool by_level = false;
  Rational level = Rational(11, 10);

  [[nodiscard]] Portfolio<Rational> portfolio() const {
    const WeightTier<Rational> at[] = {{.weight = coin_weight}};
    const Bracket<Rational> bracket[] = {{.rate = rate}};
    std::vector<Asset<Rational>> assets{{.amount = held, .key = peg, .ratio = ratio}, {.amount = coins, .key = coin}};
    if (!by_level) assets[0].weight_tiers = tiers, assets[0].tier_unit = unit, assets[1].weight_tiers = at;
    const Position<Rational> positions[] = {{.key = coin, .size = size, .entry = 50, .brackets = bracket}};
    LiquidationRule<Rational> rule;
    if (by_level) rule = {.requirement = false, .level = true, .level_ratio = level};
    return *Portfolio<Rational>::make({.cash = cash, .assets = assets, .positions = std::span(positions, size == 0 ? 0 : 1), .rule = rule}, 2);
  }
  /// The figure of the rule's own test at a peg.
  [[nodiscard]] Rational excess(const Rational& at_peg) const {
    const Price<Rational> marks[] = {at_peg, 50};
    const Portfolio<Rational> p = portfolio();
    if (!by_level) return p.excess(marks).raw();
    const auto f = p.figures(marks);
    return f.assets.raw() - level * f.debts.raw();
  }
  [[nodiscard]] Buyer after(const Rational& n, const Rational& paid) const {
    Buyer out = *this;
    out.cash -= n * paid;
    out.held += n;
    return out;
  }
};

/// What the two functions take, written from a Buyer.
struct Terms {
  std::vector<Piece<Rational>> weights;
  std::vector<Piece<Rational>> payment;
  TieredPurchase<Rational> at;

  Terms(const Buyer& b, const Rational& at_peg, const Rational& paid)
      : weights(loadline::max_weight_pieces<Rational>(b.tiers), Piece<Rational>{0, 0, 0}),
        at{.excess = b.excess(at_peg),
           .paid = paid,
           .price = Rational(at_peg * b.ratio),
           .held = b.held,
           .balance = b.cash,
           .weights = {},
           .unit = b.unit,
           .payment = {}} {
    const std::span<const WeightTier<Rational>> none, tiers = b.by_level ? none : std::span<const WeightTier<Rational>>(b.tiers);
    weights.resize(loadline::write_weights<Rational, Rational>(tiers, Rational(1), weights));
    if (b.by_level)
      for (const Piece<Rational>& p : counted_as_debt<Rational>(b.level)) payment.push_back(p);
    else
      payment.push_back({0, 1, 0});
    at.weights = weights;
    at.payment = payment;
  }
  Terms(const Terms&) = delete;
  Terms& operator=(const Terms&) = delete;
};

Rational random_rational(int low, int high) {
  return Rational(*rc::gen::inRange(low, high), *rc::gen::element(1, 3, 7, 10));
}

Buyer any_buyer() {
  Buyer b;
  b.cash = random_rational(-300, 2'000);
  b.held = random_rational(0, 500);
  b.coins = random_rational(0, 60);
  b.coin_weight = Rational(*rc::gen::inRange(50, 101), 100);
  b.by_level = *rc::gen::arbitrary<bool>();
  b.size = b.by_level ? Rational(0) : random_rational(-20, 20);
  b.rate = Rational(*rc::gen::inRange(1, 200), 1'000);
  b.ratio = Rational(*rc::gen::inRange(900, 1'200), 1'000);
  b.unit = *rc::gen::arbitrary<bool>() ? TierUnit::value : TierUnit::amount;
  Rational cap = 0, weight = 1;
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    cap += random_rational(1, 900);
    weight *= Rational(*rc::gen::inRange(50, 101), 100);
    b.tiers.push_back({.cap = cap, .weight = weight});
  }
  if (*rc::gen::arbitrary<bool>()) b.tiers.push_back({.weight = Rational(weight / 2)});
  return b;
}

}  // namespace

// 100,000 USDT, and a level of 1.10 that must hold at 0.50: n units at 0.65 cost 0.65 n, the debt is 0.65 n - 100,000, and
// 0.5 n = 1.1 (0.65 n - 100,000) at n = 110,000 / 0.215.
TEMPLATE_TEST_CASE("cash first, then debt: the level holds down to a peg of 0.50", "[analysis]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto payment = counted_as_debt<T>(dec<T>("1.1"));
  const auto whole = flat_weight<T>(T(1));
  const auto bought = largest_purchase(
      TieredPurchase<T>{.excess = T(100'000), .paid = dec<T>("0.65"), .price = dec<T>("0.5"), .balance = T(100'000), .weights = whole, .payment = payment});
  REQUIRE(bought.has_value());
  CHECK(bought->limit == PurchaseLimit::bounded);
  CHECK(bought->least == Quantity<T>(T(0)));
  CHECK(same(bought->most, "22000000/43"));
  // From cash alone, and from debt alone, it is one division.
  const auto from_cash = largest_purchase(PurchaseAtPeg<T>{.excess = T(1'500), .paid = dec<T>("0.65"), .price = dec<T>("0.5")});
  CHECK(same(from_cash->most, "10000"));
  const auto from_debt = largest_purchase(PurchaseAtPeg<T>{.excess = T(215), .paid = dec<T>("0.65"), .payment_factor = dec<T>("1.1"), .price = dec<T>("0.5")});
  CHECK(same(from_debt->most, "1000"));
}

// Weights 95 % to 1,000, 50 % to 2,000, then nothing; the price at the peg is 1, a unit costs 2, the excess is 2,000:
// the first 1,000 units take 1.05 each, the next 1.5; 950 of 1,500 and so 633.33 more.
TEMPLATE_TEST_CASE("tiers are passed one by one", "[analysis]", LOADLINE_SCALARS) {
  using T = TestType;
  const WeightTier<T> tiers[] = {{.cap = T(1'000), .weight = dec<T>("0.95")}, {.cap = T(2'000), .weight = dec<T>("0.5")}};
  std::vector<Piece<T>> pieces(5, Piece<T>{T(0), T(0), T(0)});
  pieces.resize(loadline::write_weights<T, T>(tiers, T(1), pieces), pieces.front());
  const auto cash = flat_weight<T>(T(1));
  TieredPurchase<T> at{.excess = T(2'000), .paid = T(2), .price = T(1), .balance = T(9'999), .weights = pieces, .payment = cash};
  const auto most = [&at] {
    const auto bought = largest_purchase(at);
    REQUIRE(bought.has_value());
    REQUIRE(bought->limit == PurchaseLimit::bounded);
    return bought->most;
  };
  CHECK(same(most(), "4900/3"));
  at.excess = T(1'050);  // exactly the first tier
  CHECK(same(most(), "1000"));
  at.excess = T(2'550);  // exactly the second
  CHECK(same(most(), "2000"));
  at.excess = T(2'750);  // 200 beyond, which count nothing
  CHECK(same(most(), "2100"));
  at.excess = T(0);
  CHECK(most() == Quantity<T>(T(0)));
  at.excess = T(1'500);
  at.held = T(1'000);  // the first tier is taken
  CHECK(same(most(), "1000"));
  at.unit = TierUnit::amount;  // at twice the price a tier by amount holds as many units
  at.price = T(2);
  CHECK(same(most(), "1250"));  // 1,000 units take 1 each, then 2
}

TEMPLATE_TEST_CASE("bounded, unbounded, mended or impossible", "[analysis]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto at = [](int excess, int paid, int price) { return *largest_purchase(PurchaseAtPeg<T>{.excess = T(excess), .paid = T(paid), .price = T(price)}); };
  CHECK(at(10, 3, 1).limit == PurchaseLimit::bounded);
  CHECK(at(10, 3, 1).most == Quantity<T>(T(5)));
  CHECK(at(10, 3, 3).limit == PurchaseLimit::unbounded);
  CHECK(at(10, 1, 3).limit == PurchaseLimit::unbounded);
  CHECK(at(10, 1, 3).least == Quantity<T>(T(0)));
  CHECK(at(0, 3, 1).limit == PurchaseLimit::bounded);
  CHECK(at(0, 3, 1).most == Quantity<T>(T(0)));
  CHECK(at(0, 3, 3).limit == PurchaseLimit::unbounded);
  CHECK(at(-10, 3, 1).limit == PurchaseLimit::none);
  CHECK(at(-10, 3, 3).limit == PurchaseLimit::none);
  CHECK(at(-10, 1, 3).limit == PurchaseLimit::unbounded);  // each unit adds 2
  CHECK(at(-10, 1, 3).least == Quantity<T>(T(5)));
  CHECK(at(10, 3, 0).most < at(10, 3, 1).most);

  const auto joined = both(at(10, 3, 1), at(9, 2, 1));
  CHECK(joined.limit == PurchaseLimit::bounded);
  CHECK(joined.most == Quantity<T>(T(5)));
  CHECK(both(at(10, 3, 1), at(-10, 1, 3)).least == Quantity<T>(T(5)));  // 5 exactly keeps both
  CHECK(both(at(10, 3, 1), at(-10, 1, 3)).most == Quantity<T>(T(5)));
  CHECK(both(at(8, 3, 1), at(-10, 1, 3)).limit == PurchaseLimit::none);
  CHECK(both(at(8, 3, 1), at(-10, 3, 1)).limit == PurchaseLimit::none);
  CHECK(both(at(8, 1, 1), at(-10, 1, 3)).limit == PurchaseLimit::unbounded);
}

TEST_CASE("put back into a portfolio, the purchase has the given liquidation peg", "[analysis][laws]") {
  int exactly = 0, held_back = 0, never = 0;
  check_property("in rationals exactly", 500, [&] {
    const Buyer b = any_buyer();
    const Rational kept(*rc::gen::inRange(10, 95), 100), now = kept + Rational(*rc::gen::inRange(1, 60), 100);
    const Rational paid = now * b.ratio * Rational(*rc::gen::inRange(70, 130), 100);
    const Terms there(b, kept, paid), here(b, now, paid);
    RC_PRE(here.at.excess.raw() > 0);
    const auto at_kept = largest_purchase(there.at), at_now = largest_purchase(here.at);
    RC_ASSERT(at_kept.has_value());
    RC_ASSERT(at_now.has_value());
    const Purchase<Rational> all = both(*at_kept, *at_now);
    const Price<Rational> marks[] = {now, 50};
    if (all.limit == PurchaseLimit::none) return;
    if (all.limit == PurchaseLimit::unbounded) {
      ++never;
      const Buyer after = b.after(all.least.raw() + 1'000'000, paid);
      RC_ASSERT(after.excess(kept) >= 0);
      return;
    }
    const Rational n = all.most.raw();
    const Buyer after = b.after(n, paid), more = b.after(n + Rational(1, 1'000), paid);
    RC_ASSERT(after.excess(kept) >= 0);
    RC_ASSERT(after.excess(now) >= 0);
    RC_ASSERT((more.excess(kept) < 0 || more.excess(now) < 0));
    if (all.least.raw() > 0) RC_ASSERT((b.after(all.least.raw(), paid).excess(kept) == 0 || b.after(all.least.raw(), paid).excess(now) == 0));
    const auto found = after.portfolio().liquidation_below(marks, peg);
    if (after.excess(now) == 0) {  // the present binds: it is liquidatable at once
      ++held_back;
      RC_ASSERT(found.outcome() == Outcome::already);
      return;
    }
    ++exactly;
    RC_ASSERT(found.has_value());
    RC_ASSERT((*found).raw() == kept);
    const auto further = more.portfolio().liquidation_below(marks, peg);
    RC_ASSERT((further.outcome() == Outcome::already || (further.has_value() && *found < *further)));
  });
  CHECK(exactly > 100);
  CHECK(held_back > 0);
  CHECK(never > 0);
}

TEST_CASE("without tiers both ways give the same", "[analysis][laws]") {
  check_property("in rationals", 300, [] {
    const Rational excess = random_rational(-900, 900), paid = random_rational(1, 50), price = random_rational(0, 50);
    const Rational weight(*rc::gen::inRange(0, 101), 100), factor(*rc::gen::inRange(50, 300), 100), held = random_rational(0, 90);
    const auto one = largest_purchase(PurchaseAtPeg<Rational>{.excess = excess, .paid = paid, .payment_factor = factor, .price = price, .weight = weight});
    const auto weights = flat_weight<Rational>(weight), payment = flat_weight<Rational>(factor);
    for (const TierUnit unit : {TierUnit::value, TierUnit::amount}) {
      const auto other = largest_purchase(TieredPurchase<Rational>{
          .excess = excess, .paid = paid, .price = price, .held = held, .balance = Rational(-3), .weights = weights, .unit = unit, .payment = payment});
      RC_ASSERT((one.has_value() && other.has_value()));
      RC_ASSERT(one->limit == other->limit);
      if (one->limit == PurchaseLimit::none) continue;
      RC_ASSERT(one->least == other->least);
      if (one->limit == PurchaseLimit::bounded) RC_ASSERT(one->most == other->most);
    }
  });
}

TEST_CASE("in double the largest purchase is that of the rational, nearly", "[analysis][laws]") {
  check_property("to 1e-9 of it, or of 1,000 units", 200, [] {
    const Buyer b = any_buyer();
    const Rational kept(*rc::gen::inRange(10, 95), 100), paid = (kept + Rational(1, 10)) * b.ratio;
    const Terms exact(b, kept, paid);
    const auto expected = largest_purchase(exact.at);
    RC_PRE(expected->limit == PurchaseLimit::bounded);
    const auto rounded = [](const std::vector<Piece<Rational>>& in) {
      std::vector<Piece<double>> out;
      for (const Piece<Rational>& p : in) {
        out.push_back({static_cast<double>(p.from), static_cast<double>(p.slope), 0});
        out.back().offset = out.size() == 1 ? 0 : loadline::joining_offset(out[out.size() - 2], out.back().from, out.back().slope);
      }
      return out;
    };
    const auto weights = rounded(exact.weights), payment = rounded(exact.payment);
    const auto to_double = [](const auto& x) { return static_cast<double>(x.raw()); };
    const auto found = largest_purchase(TieredPurchase<double>{.excess = to_double(exact.at.excess),
                                                               .paid = to_double(exact.at.paid),
                                                               .price = to_double(exact.at.price),
                                                               .held = to_double(exact.at.held),
                                                               .balance = to_double(exact.at.balance),
                                                               .weights = weights,
                                                               .unit = exact.at.unit,
                                                               .payment = payment});
    RC_ASSERT(found.has_value());
    if (found->limit == PurchaseLimit::none) {  // a hair's breadth from it
      RC_ASSERT(expected->most.raw() - expected->least.raw() < Rational(1, 1'000));
      return;
    }
    RC_ASSERT(found->limit == PurchaseLimit::bounded);
    const double most = to_double(expected->most), scale = 1'000 + most;
    RC_ASSERT(std::abs(found->most.raw() - most) <= 1e-9 * scale);
  });
}

TEMPLATE_TEST_CASE("a bad purchase is refused by name", "[analysis][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  struct Row {
    double excess, paid, factor, price, weight;
    Error error;
  };
  const Row rows[] = {{not_a_number, 1, 1, 1, 1, {Errc::bad_number, Field::account}},
                      {1, 0, 1, 1, 1, {Errc::bad_price, Field::asset_price}},
                      {1, -1, 1, 1, 1, {Errc::bad_price, Field::asset_price}},
                      {1, infinity, 1, 1, 1, {Errc::bad_number, Field::asset_price}},
                      {1, 1, 1, -1, 1, {Errc::bad_price, Field::mark}},
                      {1, 1, 1, not_a_number, 1, {Errc::bad_number, Field::mark}},
                      {1, 1, 1, 1, 1.01, {Errc::bad_weight, Field::asset}},
                      {1, 1, 1, 1, -0.01, {Errc::bad_weight, Field::asset}},
                      {1, 1, 1, 1, not_a_number, {Errc::bad_number, Field::asset}},
                      {1, 1, 0, 1, 1, {Errc::bad_parameter, Field::liability_weight}},
                      {1, 1, infinity, 1, 1, {Errc::bad_number, Field::liability_weight}},
                      {1, 1e200, 1e200, 1, 1, {Errc::overflow, Field::asset_price}},
                      {1e300, 1e-300, 1, 0, 1, {Errc::overflow, Field::quantity}}};
  for (const Row& row : rows) {
    INFO("row " << &row - rows);
    const auto bought = largest_purchase(PurchaseAtPeg<T>{.excess = num<T>(row.excess),
                                                          .paid = num<T>(row.paid),
                                                          .payment_factor = num<T>(row.factor),
                                                          .price = num<T>(row.price),
                                                          .weight = num<T>(row.weight)});
    REQUIRE_FALSE(bought.has_value());
    CHECK(bought.error() == row.error);
  }

  const std::array<Piece<T>, 2> good = counted_as_debt<T>(dec<T>("1.1"));
  const auto fault = [](std::span<const Piece<T>> weights, std::span<const Piece<T>> payment, double held = 0, double balance = 0, double paid = 2) {
    const auto bought = largest_purchase(TieredPurchase<T>{
        .excess = T(1), .paid = num<T>(paid), .price = T(1), .held = num<T>(held), .balance = num<T>(balance), .weights = weights, .payment = payment});
    return bought ? std::optional<Error>() : bought.error();
  };
  const std::array<Piece<T>, 2> rising{Piece<T>{T(0), T(0), T(0)}, Piece<T>{T(0), T(1), T(0)}};
  const std::array<Piece<T>, 2> jump{Piece<T>{T(0), T(1), T(0)}, Piece<T>{T(5), T(0), T(7)}};
  const std::array<Piece<T>, 3> order{Piece<T>{T(0), T(1), T(0)}, Piece<T>{T(5), T(0), T(5)}, Piece<T>{T(5), T(0), T(5)}};
  const std::array<Piece<T>, 1> none{Piece<T>{T(0), num<T>(not_a_number), T(0)}};
  CHECK_FALSE(fault(good, good).has_value());
  CHECK(fault({}, good) == Error{Errc::empty_tiers, Field::tier});
  CHECK(fault(good, {}) == Error{Errc::empty_tiers, Field::loan_bracket});
  CHECK(fault(rising, good) == Error{Errc::tiers_not_concave, Field::tier, 0, 1});
  CHECK(fault(good, rising) == Error{Errc::tiers_not_concave, Field::loan_bracket, 0, 1});
  CHECK(fault(jump, good) == Error{Errc::bad_tiers, Field::tier, 0, 1});
  CHECK(fault(order, good) == Error{Errc::bad_tiers, Field::tier, 0, 2});
  CHECK(fault(none, good) == Error{Errc::bad_number, Field::tier, 0, 0});
  CHECK(fault(good, good, not_a_number) == Error{Errc::bad_number, Field::quantity});
  CHECK(fault(good, good, 0, infinity) == Error{Errc::bad_number, Field::cash});
  CHECK(fault(good, good, 1e308, 0, 0) == Error{Errc::bad_price, Field::asset_price});
  CHECK(fault(good, good, 0, 1, 1.7e308) == Error{Errc::overflow, Field::quantity});
}

TEMPLATE_TEST_CASE("pieces that are no numbers, jumps and edges that stand still are refused where they are", "[analysis][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::array<Piece<T>, 1> cash = flat_weight<T>(T(1));
  const auto fault = [&cash](const std::array<Piece<T>, 3>& weights) {
    const auto bought = largest_purchase(TieredPurchase<T>{.excess = T(1), .paid = T(2), .price = T(1), .balance = T(0), .weights = weights, .payment = cash});
    return bought ? std::optional<Error>() : bought.error();
  };
  using Three = std::array<Piece<T>, 3>;
  const Three good{Piece<T>{T(0), T(1), T(0)}, Piece<T>{T(4), num<T>(0.5), T(2)}, Piece<T>{T(8), T(0), T(6)}};
  CHECK_FALSE(fault(good));
  for (const double x : {not_a_number, infinity, -infinity})
    for (const std::size_t i : {0U, 1U, 2U}) {
      Three slope = good, offset = good, from = good;
      slope[i].slope = num<T>(x), offset[i].offset = num<T>(x), from[i].from = num<T>(x);
      const Error bad{Errc::bad_number, Field::tier, 0, static_cast<std::uint32_t>(i)};
      CHECK(fault(slope) == bad);
      CHECK(fault(offset) == bad);
      if (i > 0) CHECK(fault(from) == bad);  // the first has no start
    }
  Three jump = good, equal = good, back = good;
  jump[2].offset = T(5);  // down
  CHECK(fault(jump) == Error{Errc::bad_tiers, Field::tier, 0, 2});
  jump[2].offset = T(7);  // up
  CHECK(fault(jump) == Error{Errc::bad_tiers, Field::tier, 0, 2});
  equal[2] = Piece<T>{T(4), num<T>(0.5), T(2)};
  CHECK(fault(equal) == Error{Errc::bad_tiers, Field::tier, 0, 2});
  back[2] = Piece<T>{T(3), num<T>(0.5), T(2)};
  CHECK(fault(back) == Error{Errc::bad_tiers, Field::tier, 0, 2});
}

TEMPLATE_TEST_CASE("at a peg of zero what is bought counts nothing, whatever its tiers", "[analysis]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::array<Piece<T>, 2> tiers{Piece<T>{T(0), T(1), T(0)}, Piece<T>{T(1'000), num<T>(0.5), T(500)}};
  const std::array<Piece<T>, 1> cash = flat_weight<T>(T(1));
  for (const TierUnit unit : {TierUnit::value, TierUnit::amount}) {
    TieredPurchase<T> at{.excess = T(100), .paid = T(2), .price = T(0), .held = T(7), .balance = T(9), .weights = tiers, .unit = unit, .payment = cash};
    const auto bought = largest_purchase(at);
    REQUIRE(bought);
    CHECK(bought->limit == PurchaseLimit::bounded);
    CHECK(bought->most == Quantity<T>(T(50)));
    at.excess = T(-1);
    CHECK(largest_purchase(at)->limit == PurchaseLimit::none);
  }
}

TEMPLATE_TEST_CASE("what two tests allow together, either way round", "[analysis]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto amounts = [](PurchaseLimit limit, int least, int most) { return Purchase<T>{limit, Quantity<T>(least), Quantity<T>(most)}; };
  const auto none = amounts(PurchaseLimit::none, 0, 0), any = amounts(PurchaseLimit::unbounded, 3, 0), few = amounts(PurchaseLimit::bounded, 1, 5),
             some = amounts(PurchaseLimit::bounded, 2, 9);
  const auto is = [](const Purchase<T>& found, const Purchase<T>& expected) {
    CHECK(found.limit == expected.limit);
    CHECK(found.least == expected.least);
    if (expected.limit == PurchaseLimit::bounded) CHECK(found.most == expected.most);
  };
  for (const bool turned : {false, true}) {
    const auto together = [turned](const Purchase<T>& a, const Purchase<T>& b) { return turned ? both(b, a) : both(a, b); };
    is(together(none, any), none);
    is(together(none, few), none);
    is(together(any, few), amounts(PurchaseLimit::bounded, 3, 5));
    is(together(few, some), amounts(PurchaseLimit::bounded, 2, 5));
    is(together(any, any), any);
    is(together(any, amounts(PurchaseLimit::bounded, 0, 2)), none);
    is(together(any, amounts(PurchaseLimit::bounded, 0, 3)), amounts(PurchaseLimit::bounded, 3, 3));
    is(together(any, amounts(PurchaseLimit::unbounded, 4, 0)), amounts(PurchaseLimit::unbounded, 4, 0));
  }
}
