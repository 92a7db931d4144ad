// SPDX-License-Identifier: Apache-2.0
// Collateral sold into its own book, and the index that reads the sale.
#include "support/property.hpp"
#include "support/sample.hpp"
#include "waterfall/plain_book.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/pricing/bounds.hpp>
#include <loadline/pricing/index.hpp>
#include <loadline/pricing/median.hpp>
#include <loadline/pricing/redemption.hpp>
#include <loadline/waterfall/collateral_spiral.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using namespace loadline;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
constexpr KeyId coin{0};
constexpr std::size_t venue = 0, redeem = 1;

/// Holds `held` coins against `owed` dollars; liquidated at a level of 1.10 without haircut: at a price of 1.1 owed / held.
struct Loop {
  int held, owed;
};

template <class T>
Portfolio<T> portfolio_of(const Loop& loop) {
  const std::vector<Asset<T>> held{{.amount = T(loop.held), .key = coin}};
  return *Portfolio<T>::make({.cash = T(-loop.owed), .assets = held, .rule = {.requirement = false, .level = true, .level_ratio = bps<T>(11'000)}}, 1);
}

template <class T>
using Level = typename PlainBook<T>::Level;

/// Accounts, a book, and room for the answer.
template <class T>
struct Scene {
  std::vector<Portfolio<T>> portfolios;
  std::vector<SpiralAccount<T>> accounts;
  PlainBook<T> bids{BookSide::bids, {}};
  std::vector<Source<T>> sources;
  std::vector<Price<T>> marks{Price<T>(T(1))};
  std::vector<SpiralFate<T>> fates;
  std::vector<SpiralRound<T>> rounds;
  std::vector<Transfer<T>> transfers;
  Ledger<T> ledger{{}};
  SpiralTerms<T> terms{.key = coin, .source = venue};

  Scene(const std::vector<Loop>& loops, std::vector<Level<T>> levels, const T& print) {
    for (const Loop& loop : loops) portfolios.push_back(portfolio_of<T>(loop));
    for (std::size_t i = 0; i < loops.size(); ++i) accounts.push_back({&portfolios[i], T(loops[i].held), T(loops[i].owed)});
    bids.levels = std::move(levels);
    sources = {{print}, {T(1)}};
    fates.resize(loops.size(), SpiralFate<T>{});
    rounds.resize(loops.size() + 1, SpiralRound<T>{});
    transfers.resize(loops.size(), Transfer<T>{});
    ledger = Ledger<T>(transfers);
  }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  template <class Rule>
  Result<SpiralSum<T>> run(const Rule& rule) {
    return collateral_spiral<T>(terms, accounts, PriceMap(Keyed{coin, rule}), bids, {sources, marks, fates, rounds}, ledger);
  }
  template <class Rule>
  Error refused(const Rule& rule) {
    const auto out = run(rule);
    REQUIRE_FALSE(out.has_value());
    CHECK(ledger.size() == 0);
    return out.error();
  }
};

/// Three loops that die at 0.88, 0.825 and 0.66 (to 11/10 of owed / held), and bids for 700 coins above the last.
const std::vector<Loop> three{{500, 400}, {400, 300}, {1'000, 600}};
template <class T>
std::vector<Level<T>> thin() {
  return {{bps<T>(9'000), T(300)}, {bps<T>(8'500), T(100)}, {bps<T>(8'000), T(200)}, {bps<T>(7'000), T(100)}, {bps<T>(6'500), T(50)}};
}

/// The rounds again, one account after the other over a list of single prices: knows nothing of portfolios, walks and fills.
struct Naive {
  struct Outcome {
    std::vector<int> died;
    std::vector<Rational> prints;
    Rational sold = 0, proceeds = 0, unfilled = 0;
  };
  /// `fee`: on the debt, of which alone is seized; below zero: everything is.
  template <class Index>
  static Outcome run(const std::vector<Loop>& loops, std::vector<Level<Rational>> levels, Rational print, SalePrint left, const Index& index,
                     const Rational& fee = -1) {
    Outcome out{.died = std::vector<int>(loops.size(), 0), .prints = {print}};
    for (int round = 1;; ++round) {
      const Rational price = index(print);
      Rational need = 0, got = 0, value = 0, worst = 0;
      bool any = false;
      for (std::size_t i = 0; i < loops.size(); ++i)
        if (out.died[i] == 0 && 10 * loops[i].held * price <= 11 * loops[i].owed) {
          any = true, out.died[i] = round;
          const Rational debt = (1 + fee) * loops[i].owed;  // worth at the index
          need += fee < 0 || loops[i].held * price <= debt ? Rational(loops[i].held) : Rational(debt / price);
        }
      if (!any) return out;
      for (Level<Rational>& level : levels) {
        const Rational part = std::min<Rational>(level.size, need - got);
        if (part <= 0) continue;
        level.size -= part, got += part, value += part * level.price, worst = level.price;
      }
      out.sold += got, out.proceeds += value, out.unfilled += need - got;
      if (got > 0 && left == SalePrint::last) print = worst;
      if (got > 0 && left == SalePrint::average) print = value / got;
      out.prints.push_back(print);
    }
  }
};

std::vector<Loop> any_loops() {
  std::vector<Loop> out(*rc::gen::inRange<std::size_t>(0, 9));
  for (Loop& loop : out) {
    loop.held = *rc::gen::inRange(1, 1'000);
    loop.owed = *rc::gen::inRange(loop.held / 3, loop.held + 1);
  }
  return out;
}
/// Sizes and prices in 1/256: sums of them are exact in double too.
template <class T>
std::vector<Level<T>> any_levels() {
  std::vector<Level<T>> out;
  int price = *rc::gen::inRange(200, 257);
  for (int n = *rc::gen::inRange(0, 7); n > 0 && price > 0; --n, price -= *rc::gen::inRange(1, 40))
    out.push_back({T(T(price) / T(256)), T(*rc::gen::inRange(1, 900))});
  return out;
}
template <class T>
T any_print() {
  return T(T(*rc::gen::inRange(150, 300)) / T(256));
}

/// Rules that read the venue's print.
template <class T, class F>
void with_any_rule(const F& f) {
  switch (*rc::gen::inRange(0, 3)) {
    case 0: return f(Spot{venue});
    case 1: return f(Floor<T, Spot>{Price<T>(T(T(*rc::gen::inRange(150, 256)) / T(256))), Spot{venue}});
    default: return f(Weighted<T, Spot, Spot>{{Ratio<T>(T(T(3) / T(4))), Ratio<T>(T(T(1) / T(4)))}, {Spot{venue}, Spot{redeem}}});
  }
}

/// Equal, in double up to rounding.
bool same_figure(const Rational& a, const Rational& b) {
  return a == b;
}
bool same_figure(double a, double b) {
  return std::abs(a - b) <= 1e-10 * (1 + std::abs(a) + std::abs(b)) * 100;
}

template <class T>
void any_seizure(Scene<T>& s) {
  s.terms.seizure = *rc::gen::element(Seizure::all, Seizure::owed);
  s.terms.fee = T(T(*rc::gen::inRange(0, 32)) / T(128));
}

template <class F>
void in_both(int cases, const F& law) {
  check_property("in double", cases, [&law] { law(0.0); });
  check_property("exactly, in rationals", cases, [&law] { law(Rational(0)); });
}

}  // namespace

TEMPLATE_TEST_CASE("a sale prints the next death's price, round by round", "[waterfall][spiral]", LOADLINE_SCALARS) {
  using T = TestType;
  Scene<T> s(three, thin<T>(), dec<T>("0.87"));
  const auto sum = s.run(Spot{venue});
  REQUIRE(sum.has_value());
  // 1: at 0.87 the first dies: 300 at 0.90 and 100 at 0.85 and 100 at 0.80, last 0.80
  // 2: at 0.80 the second dies: 100 at 0.80, 100 at 0.70, 50 at 0.65, and 150 find nobody
  // 3: at 0.65 the third dies: nothing is left. 4: nobody
  CHECK(sum->rounds == 4);
  CHECK(sum->deaths == 3);
  CHECK(s.rounds[0].deaths == 1);
  CHECK(same(s.rounds[0].index, "0.87"));
  CHECK(same(s.rounds[0].sale.value, "435"));
  CHECK(same(s.rounds[1].print, "0.8"));
  CHECK(same(s.rounds[1].sale.value, "182.5", 617.5));
  CHECK(s.rounds[1].sale.unfilled == T(150));
  CHECK(same(s.rounds[2].index, "0.65"));
  CHECK(s.rounds[2].sale.filled == T(0));
  CHECK(s.rounds[2].sale.unfilled == T(1'000));
  CHECK(same(s.rounds[3].print, "0.65"));
  CHECK(s.rounds[3].deaths == 0);
  CHECK(s.fates[0].round == 1);
  CHECK(s.fates[1].round == 2);
  CHECK(s.fates[2].round == 3);
  CHECK(s.fates[1].sold == Quantity<T>(T(250)));
  CHECK(sum->sold == Quantity<T>(T(750)));
  CHECK(sum->unfilled == Quantity<T>(T(1'150)));
  CHECK(same(sum->proceeds, "617.5"));
  // The first brought exactly its index, 500 x 0.87, up to rounding; the second 250 x 0.80 - 182.5 less.
  CHECK(same(s.ledger.balance({PartyKind::account, 1}), "-17.5", 200));
  CHECK(s.ledger.balance({PartyKind::account, 2}) == Money<T>(T(0)));
  CHECK(s.ledger.total(Reason::forced_sale) == s.ledger.turnover());
  CHECK(same(s.sources[venue].value, "0.65"));
  CHECK(same(s.marks[0], "0.65"));
}

TEMPLATE_TEST_CASE("what the sale leaves behind decides: average, untouched, redemption, floor, median", "[waterfall][spiral]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto deaths = [](const auto& rule, SalePrint print) {
    Scene<T> s(three, thin<T>(), dec<T>("0.87"));
    s.terms.print = print;
    return s.run(rule)->deaths;
  };
  CHECK(deaths(Spot{venue}, SalePrint::last) == 3);
  CHECK(deaths(Spot{venue}, SalePrint::average) == 1);  // 435 for 500: 0.87, the print that was
  CHECK(deaths(Spot{venue}, SalePrint::untouched) == 1);
  CHECK(deaths(Spot{redeem}, SalePrint::last) == 0);
  CHECK(deaths(Floor<T, Spot>{Price<T>(dec<T>("0.83")), Spot{venue}}, SalePrint::last) == 1);  // the next needs 0.825
  CHECK(deaths(Floor<T, Spot>{Price<T>(dec<T>("0.82")), Spot{venue}}, SalePrint::last) == 2);
  CHECK(deaths(Median(Spot{venue}, Spot{redeem}, Spot{redeem}), SalePrint::last) == 0);
}

TEMPLATE_TEST_CASE("all deaths of a round share one sale", "[waterfall][spiral]", LOADLINE_SCALARS) {
  using T = TestType;
  Scene<T> s({{100, 90}, {300, 270}, {0, 0}}, {{bps<T>(9'500), T(100)}, {bps<T>(9'000), T(100)}}, bps<T>(9'900));
  s.accounts[2] = {&s.portfolios[0], T(0)};  // dies too, and has nothing to sell
  const auto sum = s.run(Spot{venue});
  REQUIRE(sum.has_value());
  CHECK(sum->deaths == 3);
  CHECK(s.rounds[0].sale.filled == T(200));
  CHECK(s.fates[0].sold == Quantity<T>(T(50)));
  CHECK(s.fates[1].sold == Quantity<T>(T(150)));
  CHECK(s.fates[2].round == 1);
  CHECK(s.fates[2].sold == Quantity<T>(T(0)));
  CHECK(same(s.fates[0].proceeds, "46.25"));
  CHECK(same(s.fates[1].proceeds, "138.75"));
  CHECK(same(s.ledger.balance({PartyKind::account, 0}), "-3.25", 50));
  CHECK(s.ledger.size() == 2);
}

TEMPLATE_TEST_CASE("only what the debt needs is seized", "[waterfall][spiral]", LOADLINE_SCALARS) {
  using T = TestType;
  // Index 0.80: 400 owed take 500 of 500 coins; 300 owed take 375 of 400. With 5 % on the debt 393.75, with 10 % all 400.
  const auto sold = [](int fee, std::size_t i) {
    Scene<T> s({{500, 400}, {400, 300}}, {{bps<T>(8'000), T(2'000)}}, bps<T>(8'000));
    s.terms.seizure = Seizure::owed;
    s.terms.fee = bps<T>(fee);
    const auto sum = s.run(Spot{venue});
    REQUIRE(sum.has_value());
    CHECK(sum->deaths == 2);
    CHECK(s.fates[i].seized == s.fates[i].sold);
    return s.fates[i].sold.raw();
  };
  CHECK(same(sold(0, 0), "500", 500));
  CHECK(same(sold(0, 1), "375", 400));
  CHECK(same(sold(500, 1), "393.75", 400));
  CHECK(sold(1'000, 1) == T(400));
  // 400 / 0.87 = 459.77 coins end at 0.80, like 500; there 300 / 0.80 = 375 end at 0.70, where 400 would have ended at 0.65, which kills the third.
  const auto third = [](Seizure seizure) {
    Scene<T> s(three, {{bps<T>(9'000), T(300)}, {bps<T>(8'500), T(100)}, {bps<T>(8'000), T(200)}, {bps<T>(7'000), T(250)}, {bps<T>(6'500), T(500)}},
               dec<T>("0.87"));
    s.terms.seizure = seizure;
    const auto sum = s.run(Spot{venue});
    REQUIRE(sum.has_value());
    CHECK(s.rounds[1].print.raw() == bps<T>(8'000));
    CHECK(s.rounds[2].print.raw() == bps<T>(seizure == Seizure::all ? 6'500 : 7'000));
    if (seizure == Seizure::owed) CHECK(same(s.fates[0].proceeds, "402.81609195402298851", 500));
    return sum->deaths;
  };
  CHECK(third(Seizure::all) == 3);
  CHECK(third(Seizure::owed) == 2);
  // Who owes nothing and dies all the same (of another debt) sells nothing.
  Scene<T> none({{100, 90}}, {{bps<T>(9'000), T(100)}}, bps<T>(8'000));
  none.terms.seizure = Seizure::owed;
  none.accounts[0].owed = T(0);
  CHECK(none.run(Spot{venue})->deaths == 1);
  CHECK(none.fates[0].seized == Quantity<T>(T(0)));
  CHECK(none.ledger.size() == 0);
  // The debt says nothing where all is seized.
  Scene<T> all({{100, 90}}, {{bps<T>(9'000), T(100)}}, bps<T>(8'000));
  all.accounts[0].owed = T(1);
  REQUIRE(all.run(Spot{venue}).has_value());
  CHECK(all.fates[0].seized == Quantity<T>(T(100)));
}

TEMPLATE_TEST_CASE("a sale above the index is the buyers' loss", "[waterfall][spiral]", LOADLINE_SCALARS) {
  using T = TestType;
  Scene<T> s({{100, 90}}, {{bps<T>(9'000), T(100)}}, bps<T>(8'000));
  REQUIRE(s.run(Spot{venue}).has_value());
  CHECK(same(s.ledger.balance({PartyKind::account, 0}), "10", 90));
  CHECK(s.ledger.balance({PartyKind::buyers}) == -s.ledger.balance({PartyKind::account, 0}));
}

TEMPLATE_TEST_CASE("an empty book sells nothing and leaves the print; what was taken before is not there", "[waterfall][spiral]", LOADLINE_SCALARS) {
  using T = TestType;
  Scene<T> empty(three, {}, bps<T>(8'500));
  const auto sum = empty.run(Spot{venue});
  REQUIRE(sum.has_value());
  CHECK(sum->rounds == 2);
  CHECK(sum->deaths == 1);
  CHECK(sum->sold == Quantity<T>(T(0)));
  CHECK(sum->unfilled == Quantity<T>(T(500)));
  CHECK(empty.rounds[1].print.raw() == bps<T>(8'500));
  CHECK(empty.ledger.size() == 0);
  Scene<T> used(three, thin<T>(), bps<T>(8'500));
  used.terms.taken = T(300);
  REQUIRE(used.run(Spot{venue}).has_value());
  CHECK(same(used.rounds[0].sale.value, "347.5", 700));  // 100 at 0.85, 200 at 0.80, 100 at 0.70, 50 at 0.65
  CHECK(used.rounds[0].sale.unfilled == T(50));
}

TEMPLATE_TEST_CASE("no accounts: one round, in which nobody dies", "[waterfall][spiral]", LOADLINE_SCALARS) {
  using T = TestType;
  Scene<T> s({}, thin<T>(), bps<T>(5'000));
  const auto sum = s.run(Spot{venue});
  REQUIRE(sum.has_value());
  CHECK(sum->rounds == 1);
  CHECK(sum->deaths == 0);
}

TEMPLATE_TEST_CASE("at the price of death an account dies, above it not", "[waterfall][spiral]", LOADLINE_SCALARS) {
  using T = TestType;
  // 1.1 x 320 / 704 = 0.5: exact in every scalar but for the 1.1, and doubt counts against the account.
  for (const auto& [print, dead] : {std::pair{T(T(1) / T(2)), 1u}, {T(T(T(1) / T(2)) + T(T(1) / T(1'000'000))), 0u}}) {
    Scene<T> s({{704, 320}}, {}, print);
    CHECK(s.run(Spot{venue})->deaths == dead);
  }
}

TEMPLATE_TEST_CASE("an account without a test dies below zero", "[waterfall][spiral]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::vector<Asset<T>> held{{.amount = T(100), .key = coin}};
  const Portfolio<T> plain = *Portfolio<T>::make({.cash = T(-80), .assets = held}, 1);
  for (const auto& [print, dead] : {std::pair{bps<T>(8'100), 0u}, {bps<T>(7'900), 1u}}) {
    Scene<T> s({{100, 80}}, {}, print);
    s.accounts[0].portfolio = &plain;
    CHECK(s.run(Spot{venue})->deaths == dead);
  }
}

TEMPLATE_TEST_CASE("a sale prints now: a rule that asks for a fresh print gets one", "[waterfall][spiral]", LOADLINE_SCALARS) {
  using T = TestType;
  Scene<T> s(three, thin<T>(), dec<T>("0.87"));
  s.terms.now = 1'000;
  REQUIRE(s.run(Spot{venue}).has_value());
  CHECK(s.sources[venue].time == 1'000);
  CHECK(s.sources[redeem].time == 0);
  s.terms.print = SalePrint::untouched;
  s.sources[venue] = {dec<T>("0.87")};
  s.ledger.rewind(0);
  REQUIRE(s.run(Spot{venue}).has_value());
  CHECK(s.sources[venue].time == 0);
}

TEST_CASE("the spiral ends after at most accounts + 1 rounds, and its sums are those of the rounds", "[waterfall][spiral][laws]") {
  in_both(150, [](auto zero) {
    using T = decltype(zero);
    const auto loops = any_loops();
    Scene<T> s(loops, any_levels<T>(), any_print<T>());
    s.terms.print = *rc::gen::element(SalePrint::last, SalePrint::average, SalePrint::untouched);
    s.terms.taken = T(*rc::gen::inRange(0, 400));
    any_seizure(s);
    with_any_rule<T>([&](const auto& rule) {
      const auto sum = s.run(rule);
      RC_ASSERT(sum.has_value());
      RC_ASSERT(1 <= sum->rounds && sum->rounds <= loops.size() + 1);
      T sold = T(0), value = T(0), unfilled = T(0), collateral = T(0);
      std::uint32_t deaths = 0;
      for (std::uint32_t k = 0; k < sum->rounds; ++k) {
        const SpiralRound<T>& r = s.rounds[k];
        RC_ASSERT((r.deaths == 0) == (k + 1 == sum->rounds));
        sold += r.sale.filled, value += r.sale.value, unfilled += r.sale.unfilled, deaths += r.deaths;
      }
      RC_ASSERT(deaths == sum->deaths && sold == sum->sold.raw() && value == sum->proceeds.raw() && unfilled == sum->unfilled.raw());
      RC_ASSERT(!(s.bids.total() < sold));
      T shares = T(0), proceeds = T(0);
      std::uint32_t dead = 0;
      for (std::size_t i = 0; i < loops.size(); ++i) {
        shares += s.fates[i].sold.raw(), proceeds += s.fates[i].proceeds.raw();
        if (s.fates[i].round == 0) continue;
        ++dead, collateral += s.fates[i].seized.raw();
        RC_ASSERT(!(s.accounts[i].collateral.raw() < s.fates[i].seized.raw()));
        // To the last bit: who finds a bid for all has nothing left on sale.
        if (s.rounds[s.fates[i].round - 1].sale.unfilled == T(0)) RC_ASSERT(s.fates[i].sold == s.fates[i].seized);
        RC_ASSERT(s.terms.seizure == Seizure::owed || s.fates[i].seized == s.accounts[i].collateral);
      }
      RC_ASSERT(dead == deaths && same_figure(T(sold + unfilled), collateral));
      RC_ASSERT(same_figure(shares, sold) && same_figure(proceeds, value));
      RC_ASSERT(same_figure(s.ledger.sum_of_balances().raw(), T(0)));
      // The buyers get what the index, round by round, said more than they paid.
      T gain = T(0);
      for (std::uint32_t k = 0; k < sum->rounds; ++k) gain += T(T(s.rounds[k].index.raw() * s.rounds[k].sale.filled) - s.rounds[k].sale.value);
      RC_ASSERT(same_figure(s.ledger.balance({PartyKind::buyers}).raw(), gain));
    });
  });
}

TEST_CASE("the order of the accounts says nothing", "[waterfall][spiral][laws]") {
  in_both(150, [](auto zero) {
    using T = decltype(zero);
    const auto loops = any_loops();
    const auto levels = any_levels<T>();
    const T print = any_print<T>();
    std::vector<Loop> turned(loops);
    std::rotate(turned.begin(), turned.begin() + (turned.empty() ? 0 : *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(turned))), turned.end());
    if (*rc::gen::arbitrary<bool>()) std::reverse(turned.begin(), turned.end());
    Scene<T> a(loops, levels, print), b(turned, levels, print);
    with_any_rule<T>([&](const auto& rule) {
      const auto x = a.run(rule), y = b.run(rule);
      RC_ASSERT(x.has_value() && y.has_value());
      RC_ASSERT(x->rounds == y->rounds && x->deaths == y->deaths && x->sold == y->sold && x->proceeds == y->proceeds && x->unfilled == y->unfilled);
      for (std::uint32_t k = 0; k < x->rounds; ++k) RC_ASSERT(a.rounds[k].print == b.rounds[k].print && a.rounds[k].deaths == b.rounds[k].deaths);
      for (std::size_t i = 0; i < loops.size(); ++i)
        for (std::size_t j = 0; j < loops.size(); ++j)
          if (loops[i].held == turned[j].held && loops[i].owed == turned[j].owed)
            RC_ASSERT(a.fates[i].round == b.fates[j].round && a.fates[i].sold == b.fates[j].sold && a.fates[i].proceeds == b.fates[j].proceeds);
    });
  });
}

TEST_CASE("under a rule that does not read the pair nobody dies of a sale", "[waterfall][spiral][laws]") {
  in_both(150, [](auto zero) {
    using T = decltype(zero);
    Scene<T> s(any_loops(), any_levels<T>(), any_print<T>());
    s.sources[redeem].value = any_print<T>();
    s.terms.print = *rc::gen::element(SalePrint::last, SalePrint::average);
    const Redemption<RedemptionRatio<T>, Spot> rule{{redeem}, Spot{2}};
    s.sources.push_back({T(1)});
    static_assert(Spot{redeem}.dependence(venue) == Dependence::none);
    RC_ASSERT(rule.dependence(venue) == Dependence::none);
    const auto sum = s.run(rule);
    RC_ASSERT(sum.has_value() && sum->rounds <= 2);
    for (const SpiralFate<T>& fate : s.fates) RC_ASSERT(fate.round <= 1);
  });
}

TEST_CASE("more on offer at the same prices never kills more", "[waterfall][spiral][laws]") {
  in_both(300, [](auto zero) {
    using T = decltype(zero);
    const auto loops = any_loops();
    const auto levels = any_levels<T>();
    const T print = any_print<T>();
    const SalePrint left = *rc::gen::element(SalePrint::last, SalePrint::average);
    Scene<T> thinner(loops, levels, print), deeper(loops, levels, print);
    for (auto& level : deeper.bids.levels) level.size += T(*rc::gen::inRange(0, 500));
    thinner.terms.print = deeper.terms.print = left;
    with_any_rule<T>([&](const auto& rule) {
      const auto x = thinner.run(rule), y = deeper.run(rule);
      RC_ASSERT(x.has_value() && y.has_value());
      // An average hides how far the book was swept: once it is empty its print stands, and a deeper one may print lower afterwards.
      if (left == SalePrint::average && T(0) < x->unfilled.raw()) return;
      RC_ASSERT(y->deaths <= x->deaths);
      for (std::size_t i = 0; i < loops.size(); ++i)
        if (deeper.fates[i].round != 0) RC_ASSERT(thinner.fates[i].round != 0 && thinner.fates[i].round <= deeper.fates[i].round);
    });
  });
}

TEST_CASE("who gives up only what he owes never kills more, and with a large fee is who gives up all", "[waterfall][spiral][laws]") {
  in_both(300, [](auto zero) {
    using T = decltype(zero);
    const auto loops = any_loops();
    const auto levels = any_levels<T>();
    const T print = any_print<T>();
    Scene<T> all(loops, levels, print), part(loops, levels, print), most(loops, levels, print);
    part.terms.seizure = most.terms.seizure = Seizure::owed;
    most.terms.fee = T(10);  // debts are a third of the coins and more, prices below 2
    with_any_rule<T>([&](const auto& rule) {
      const auto x = all.run(rule), y = part.run(rule), z = most.run(rule);
      RC_ASSERT(x.has_value() && y.has_value() && z.has_value());
      RC_ASSERT(y->deaths <= x->deaths && !(x->sold.raw() < y->sold.raw()));
      for (std::size_t i = 0; i < loops.size(); ++i) {
        if (part.fates[i].round != 0) RC_ASSERT(all.fates[i].round != 0 && all.fates[i].round <= part.fates[i].round);
        RC_ASSERT(all.fates[i].round == most.fates[i].round && all.fates[i].sold == most.fates[i].sold);
      }
      RC_ASSERT(x->proceeds == z->proceeds);
    });
  });
}

TEST_CASE("exactly what a plain simulation says", "[waterfall][spiral][laws]") {
  check_property("in rationals", 300, [] {
    const auto loops = any_loops();
    const auto levels = any_levels<Rational>();
    const Rational print = any_print<Rational>(), floor(*rc::gen::inRange(150, 256), 256);
    const SalePrint left = *rc::gen::element(SalePrint::last, SalePrint::average, SalePrint::untouched);
    const auto agree = [&](const auto& rule, const auto& index) {
      Scene<Rational> s(loops, levels, print);
      s.terms.print = left;
      any_seizure(s);
      const auto sum = s.run(rule);
      RC_ASSERT(sum.has_value());
      const Naive::Outcome plain = Naive::run(loops, levels, print, left, index, s.terms.seizure == Seizure::owed ? s.terms.fee.raw() : Rational(-1));
      RC_ASSERT(sum->rounds == plain.prints.size());
      for (std::size_t k = 0; k < plain.prints.size(); ++k) {
        RC_ASSERT(s.rounds[k].print.raw() == plain.prints[k]);
        RC_ASSERT(s.rounds[k].index.raw() == index(plain.prints[k]));
      }
      for (std::size_t i = 0; i < loops.size(); ++i) RC_ASSERT(static_cast<int>(s.fates[i].round) == plain.died[i]);
      RC_ASSERT(sum->sold.raw() == plain.sold && sum->proceeds.raw() == plain.proceeds && sum->unfilled.raw() == plain.unfilled);
      RC_ASSERT(s.sources[venue].value == plain.prints.back());
    };
    agree(Spot{venue}, [](const Rational& x) { return x; });
    agree(Floor<Rational, Spot>{Price<Rational>(floor), Spot{venue}}, [&](const Rational& x) { return std::max(x, floor); });
    agree(Weighted<Rational, Spot, Spot>{{Rational(3, 4), Rational(1, 4)}, {Spot{venue}, Spot{redeem}}},
          [](const Rational& x) { return Rational((3 * x + 1) / 4); });
  });
}

TEMPLATE_TEST_CASE("what is wrong is named, and the print and the ledger stay", "[waterfall][spiral][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = num<T>(not_a_number), infinite = num<T>(infinity);
  const auto refused = [](const auto& change, const auto& rule) {
    Scene<T> s(three, thin<T>(), dec<T>("0.87"));
    change(s);
    const T print = s.sources.empty() ? T(0) : s.sources[venue].value;
    const Error e = s.refused(rule);
    if (!s.sources.empty() && is_finite(print)) CHECK(s.sources[venue].value == print);
    return e;
  };
  const Spot spot{venue};
  CHECK(refused([](auto& s) { s.bids.which = BookSide::asks; }, spot) == Error{Errc::bad_book, Field::book_side});
  CHECK(refused([&](auto& s) { s.terms.taken = nan; }, spot) == Error{Errc::bad_number, Field::book_depth});
  CHECK(refused([](auto& s) { s.terms.taken = T(-1); }, spot) == Error{Errc::bad_parameter, Field::book_depth});
  CHECK(refused([](auto& s) { s.terms.source = 2; }, spot) == Error{Errc::bad_size, Field::source, 2});
  CHECK(refused([](auto& s) { s.sources.clear(); }, spot) == Error{Errc::bad_size, Field::source, 0});
  CHECK(refused([](auto& s) { s.terms.key = {1}; }, spot) == Error{Errc::bad_size, Field::key, 1});
  CHECK(refused([](auto& s) { s.fates.pop_back(); }, spot) == Error{Errc::bad_size, Field::account, 2});
  CHECK(refused([](auto& s) { s.rounds.resize(3, SpiralRound<T>{}); }, spot) == Error{Errc::bad_size, Field::size, 3});  // it takes four
  CHECK(refused([](auto& s) { s.rounds.clear(); }, spot) == Error{Errc::bad_size, Field::size, 0});
  CHECK(refused([](auto& s) { s.ledger = Ledger<T>({}); }, spot) == Error{Errc::bad_size, Field::transfer, 0});
  CHECK(refused([](auto& s) { s.accounts[1].portfolio = nullptr; }, spot) == Error{Errc::missing_field, Field::account, 1});
  CHECK(refused([&](auto& s) { s.accounts[2].collateral = nan; }, spot) == Error{Errc::bad_number, Field::amount, 2});
  CHECK(refused([&](auto& s) { s.accounts[2].collateral = infinite; }, spot) == Error{Errc::bad_number, Field::amount, 2});
  CHECK(refused([](auto& s) { s.accounts[0].collateral = T(-1); }, spot) == Error{Errc::bad_parameter, Field::amount, 0});
  CHECK(refused([](auto& s) { s.accounts[0].collateral = s.accounts[1].collateral = num<T>(1e308); }, spot) == Error{Errc::overflow, Field::amount, 1});
  // Each round's money fits, all rounds' together does not: 1e308 at an index of 2e305, then 1e308 at 1e305.
  const auto rich = [](const Loop& loop, const T& unit) {
    const std::vector<Asset<T>> held{{.amount = T(loop.held), .key = coin}};
    return *Portfolio<T>::make({.cash = T(T(-loop.owed) * unit), .assets = held, .rule = {.requirement = false, .level = true, .level_ratio = bps<T>(11'000)}},
                               1);
  };
  const T huge = num<T>(1e305);
  const Portfolio<T> first = rich({500, 1'000}, huge), second = rich({1'000, 1'000}, huge);
  CHECK(refused(
            [&](auto& s) {
              s.accounts = {{&first, T(500)}, {&second, T(1'000)}};
              s.bids.levels = {{T(T(2) * huge), T(499)}, {huge, T(1'001)}};
              s.sources[venue].value = T(T(2) * huge);
            },
            spot) == Error{Errc::overflow, Field::amount});
  CHECK(refused([&](auto& s) { s.terms.fee = nan; }, spot) == Error{Errc::bad_number, Field::liquidation_fee_rate});
  CHECK(refused([](auto& s) { s.terms.fee = bps<T>(-1); }, spot) == Error{Errc::bad_parameter, Field::liquidation_fee_rate});
  CHECK(refused([&](auto& s) { s.accounts[1].owed = infinite; }, spot) == Error{Errc::bad_number, Field::deficit, 1});
  CHECK(refused([](auto& s) { s.accounts[1].owed = T(-1); }, spot) == Error{Errc::bad_parameter, Field::deficit, 1});
  CHECK(refused([&](auto& s) { s.sources[redeem].value = nan; }, spot) == Error{Errc::bad_number, Field::source, 1});
  CHECK(refused([](auto& s) { s.sources[venue].value = T(0); }, spot) == Error{Errc::bad_price, Field::source, 0});
  CHECK(refused([](auto& s) { s.sources[venue].time = 1; }, spot) == Error{Errc::bad_time, Field::source_time, 0});
  CHECK(refused([](auto&) {}, Spot{7}) == Error{Errc::bad_size, Field::source, 7});
  CHECK(refused([](auto&) {}, Floor<T, Spot>{Price<T>(T(0)), spot}) == Error{Errc::bad_price, Field::price_floor});
  CHECK(refused([&](auto& s) { s.marks.push_back(Price<T>(nan)); }, spot) == Error{Errc::bad_number, Field::mark, 1});
  // In the second round only: a ratio that may fall by a tenth, read from the pair.
  CHECK(refused([](auto&) {}, Redemption<RedemptionRatio<T>, Spot>{{venue, Ratio<T>(bps<T>(8'700)), Ratio<T>(bps<T>(500))}, Spot{redeem}}) ==
        Error{Errc::bad_ratio, Field::ratio_drop, 0});

  Scene<T> two(three, thin<T>(), dec<T>("0.87"));
  const auto keyed = [&](KeyId other) {
    return collateral_spiral<T>(two.terms, two.accounts, PriceMap(Keyed{coin, spot}, Keyed{other, spot}), two.bids,
                                {two.sources, two.marks, two.fates, two.rounds}, two.ledger)
        .error();
  };
  CHECK(keyed({1}) == Error{Errc::bad_size, Field::key, 1, 1});
  CHECK(keyed(coin) == Error{Errc::bad_field, Field::key, 0, 1});
  const Portfolio<T> wide = *Portfolio<T>::make({.cash = T(1)}, 2);
  two.accounts[1].portfolio = &wide;
  CHECK(two.refused(spot) == Error{Errc::bad_size, Field::mark, 1});
}
