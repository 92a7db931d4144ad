// SPDX-License-Identifier: Apache-2.0
#include "waterfall/deleveraging_reference.hpp"

#include <cmath>

using namespace loadline;

namespace {

/// As a double, for approximate comparison.
double value(const Rational& x) {
  return static_cast<double>(x);
}
double value(const Strict& x) {
  return x.number();
}
double value(double x) {
  return x;
}
bool near(double x, double y, double tolerance = 1e-9) {
  return std::abs(x - y) <= tolerance * (1 + std::abs(x) + std::abs(y));
}
Rational sum_of(const Fractions& x) {
  return std::accumulate(x.begin(), x.end(), Rational(0));
}

}  // namespace

TEST_CASE("every policy is its own definition, by sorting, and in doubles within rounding", "[adl][property]") {
  for (const Rule rule : rules) {
    INFO("rule " << static_cast<int>(rule));
    check_property("allocate == sorted reference", 400, [rule] {
      const Venue v = random_venue();
      const Fractions expected = reference(rule, v);
      const Outcome<Rational> exact = allocated<Rational>(rule, v);
      RC_ASSERT(exact.given == expected);
      const Outcome<double> rounded = allocated<double>(rule, v);
      for (std::size_t i = 0; i < v.size(); ++i) RC_ASSERT(near(rounded.given[i], value(expected[i])));
      RC_ASSERT(near(rounded.report.placed, value(exact.report.placed)));
      RC_ASSERT(near(rounded.report.unplaced, value(exact.report.unplaced)));
    });
  }
}

TEST_CASE("I17: exactly the smaller of need and what is available, of nobody more than he has, and everybody is counted", "[adl][property]") {
  for (const Rule rule : rules)
    check_property("sums, bounds, counts", 200, [rule] {
      const Venue v = random_venue();
      const Outcome<Rational> o = allocated<Rational>(rule, v);
      const Rational total = v.total();
      RC_ASSERT(sum_of(o.given) == std::min(v.d.need, total));
      RC_ASSERT(o.report.placed == std::min(v.d.need, total));
      RC_ASSERT(o.report.placed + o.report.unplaced == v.d.need);
      std::size_t eligible = 0, excluded = 0, touched = 0;
      for (std::size_t i = 0; i < v.size(); ++i) {
        RC_ASSERT(o.given[i] >= 0);
        RC_ASSERT(o.given[i] <= v.available(i));
        RC_ASSERT(v.held(i) > 0 || o.given[i] == 0);
        eligible += v.available(i) > 0;
        touched += o.given[i] > 0;
        excluded += v.held(i) > 0 && v.people.equities[i] <= 0 && (!v.d.insolvent || (v.d.spare && v.transfer() > 0));
      }
      RC_ASSERT(o.report.eligible == eligible);
      RC_ASSERT(o.report.touched == touched);
      RC_ASSERT(o.report.excluded == excluded);
    });
}

TEMPLATE_TEST_CASE("I18: no new negative equity, and what winners and the account pay is the deficit at the mark", "[adl][property]", double, Rational) {
  using T = TestType;
  for (const Rule rule : rules)
    check_property("take", 200, [rule] {
      const Venue v = random_venue();
      const Outcome<T> o = allocated<T>(rule, v);
      People<T> people = v.as<T>();
      const auto candidates = people.view();
      const auto d = v.task<T>();
      const std::vector<T> before = people.equities, sizes = people.sizes;
      T paid = T(0), given = T(0);
      for (std::size_t i = 0; i < v.size(); ++i) {
        candidates.take(d, transfer_per_unit(d), i, o.given[i]);
        paid += T(before[i] - people.equities[i]);
        given += o.given[i];
        if (d.spare && !(before[i] < T(0))) RC_ASSERT(!(people.equities[i] < T(0)));  // in doubles as well
        RC_ASSERT(!(T(sizes[i] * people.sizes[i]) < T(0)));                           // nobody is turned round
      }
      const T bankruptcy = T(91), side = T(d.liquidated), account = T(T(side * T(bankruptcy - d.price)) * given);
      RC_ASSERT(near(value(T(paid + account)), value(T(T(side * T(bankruptcy - d.mark)) * given))));
      if constexpr (std::same_as<T, Rational>) RC_ASSERT(Rational(paid + account) == Rational(side * (bankruptcy - d.mark) * given));
    });
}

TEST_CASE("I19: water-filling brings all it touches to one leverage, nobody untouched stands above it", "[adl][property]") {
  check_property("KKT", 600, [] {
    Venue v = random_venue();
    v.d.insolvent = false;
    const Fractions x = allocated<Rational>(Rule::water, v).given;
    if (v.d.need >= v.total()) return;
    const Rational t = v.transfer();
    std::vector<Rational> touched, capped, untouched;
    Rational rising = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
      const Rational q = v.held(i), &e = v.people.equities[i];
      if (v.available(i) == 0 || e <= t * q) continue;  // a close-out would not save him: he comes last
      rising += v.available(i);
      const Rational leverage = (q - x[i]) * v.d.mark / (e - t * x[i]);
      (x[i] == 0 ? untouched : x[i] < v.available(i) ? touched : capped).push_back(leverage);
    }
    if (v.d.need >= rising) return;
    for (const Rational& l : touched) {
      RC_ASSERT(l == touched.front());
      for (const Rational& u : untouched) RC_ASSERT(u <= l);
      for (const Rational& c : capped) RC_ASSERT(c <= l || !v.people.most.empty());
    }
  });
}

TEST_CASE("I19: who splits his account in two gives up the same together", "[adl][property]") {
  for (const Rule rule : rules) {
    if (rule == Rule::queue) continue;  // among equal scores ids decide
    check_property("Sybil", 200, [rule] {
      const Venue v = random_venue();
      if (v.size() == 0) return;
      const auto who = static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(v.size())));
      Venue split = v;
      const auto halve = [who](Fractions& column) {
        if (column.empty()) return;
        column[who] /= 2;
        column.push_back(Rational(column[who]));
      };
      split.people.ids.push_back(1'000);
      for (Fractions* column : {&split.people.sizes, &split.people.equities, &split.people.added_variance, &split.people.most}) halve(*column);
      split.people.entries.push_back(Rational(v.people.entries[who]));
      split.people.scores.push_back(Rational(v.people.scores[who]));
      const Fractions one = allocated<Rational>(rule, v).given, two = allocated<Rational>(rule, split).given;
      for (std::size_t i = 0; i < v.size(); ++i) RC_ASSERT(one[i] == (i == who ? Rational(two[i] + two.back()) : two[i]));
    });
  }
}

TEST_CASE("larger needs take no less of anybody; scale and order of rows change nothing", "[adl][property]") {
  for (const Rule rule : rules)
    check_property("monotone, scale, permutation", 100, [rule] {
      Venue v = random_venue();
      const Fractions x = allocated<Rational>(rule, v).given;
      Venue more = v;
      more.d.need += drawn(0, 3, 4);
      const Fractions y = allocated<Rational>(rule, more).given;
      for (std::size_t i = 0; i < v.size(); ++i) RC_ASSERT(x[i] <= y[i]);

      Venue scaled = v;
      const Rational k = drawn(1, 5) / 3;
      for (Fractions* column : {&scaled.people.sizes, &scaled.people.equities, &scaled.people.added_variance, &scaled.people.most})
        for (Rational& z : *column) z *= k;
      scaled.d.need *= k;
      const Fractions s = allocated<Rational>(rule, scaled).given;
      for (std::size_t i = 0; i < v.size(); ++i) RC_ASSERT(s[i] == x[i] * k);

      Venue turned = v;
      std::reverse(turned.people.ids.begin(), turned.people.ids.end());
      for (Fractions* column :
           {&turned.people.sizes, &turned.people.equities, &turned.people.entries, &turned.people.scores, &turned.people.added_variance, &turned.people.most})
        std::reverse(column->begin(), column->end());
      Fractions r = allocated<Rational>(rule, turned).given;
      std::reverse(r.begin(), r.end());
      RC_ASSERT(r == x);
    });
}

TEST_CASE("I20: pro rata keeps the ranking, and the queue touches a later one only when every earlier one is exhausted", "[adl][property]") {
  check_property("ranking", 300, [] {
    Venue v = random_venue();
    v.people.most.clear();
    v.d.spare = false;
    const Fractions x = allocated<Rational>(Rule::contracts, v).given;
    const Fractions q = allocated<Rational>(Rule::queue, v).given;
    for (std::size_t i = 0; i < v.size(); ++i)
      for (std::size_t j = 0; j < v.size(); ++j) {
        if (v.available(i) == 0 || v.available(j) == 0) continue;
        if (v.held(i) <= v.held(j)) RC_ASSERT(v.held(i) - x[i] <= v.held(j) - x[j]);
        if (v.people.scores[j] < v.people.scores[i] && q[j] > 0) RC_ASSERT(q[i] == v.available(i));
      }
  });
}

TEST_CASE("capped pro rata minimises the sum of w phi(x / w): no transfer between two makes it smaller, and the conditions hold exactly", "[adl][property]") {
  for (const Rule rule : {Rule::contracts, Rule::profit, Rule::risk})
    check_property("KKT of capped pro rata", 200, [rule] {
      const Venue v = random_venue();
      if (v.d.need >= v.total()) return;
      const Fractions x = allocated<Rational>(rule, v).given;
      Fractions w(v.size(), Rational(0));
      Rational weighty = 0;
      for (std::size_t i = 0; i < v.size(); ++i) {
        const Rational q = v.held(i), &e = v.people.equities[i];
        const Rational gain = std::max(Rational(0), v.d.liquidated > 0 ? Rational(v.people.entries[i] - 100) : Rational(100 - v.people.entries[i]));
        w[i] = rule == Rule::contracts ? q : rule == Rule::profit ? Rational(gain * q) : e > 0 ? Rational(q * q * q * q / (e * e * e)) : Rational(0);
        if (w[i] > 0) weighty += v.available(i);
      }
      if (v.d.need >= weighty) return;
      const auto phi = [](const Rational& h) { return Rational(h * h); };
      for (std::size_t i = 0; i < v.size(); ++i)
        for (std::size_t j = 0; j < v.size(); ++j) {
          if (i == j || w[i] == 0 || w[j] == 0) continue;
          // Stationarity: who could give more has at least the ratio of anybody who gives something.
          if (x[i] < v.available(i) && x[j] > 0) RC_ASSERT(x[i] * w[j] >= x[j] * w[i]);
          const Rational moved = std::min({Rational(1) / 16, Rational(v.available(i) - x[i]), x[j]});
          if (moved <= 0) continue;
          const Rational now = w[i] * phi(Rational(x[i] / w[i])) + w[j] * phi(Rational(x[j] / w[j]));
          RC_ASSERT(w[i] * phi(Rational((x[i] + moved) / w[i])) + w[j] * phi(Rational((x[j] - moved) / w[j])) >= now);
        }
    });
}

TEST_CASE("least hedge-breaking is a minimum: its conditions hold exactly, and hedging legs go last", "[adl][property]") {
  check_property("KKT of least hedge-breaking", 600, [] {
    Venue v = random_venue();
    v.d.insolvent = false;
    if (v.d.need >= v.total()) return;
    const Fractions x = allocated<Rational>(Rule::hedge, v).given;
    const auto slope = [&](std::size_t i) { return Rational((unit_variance * x[i] - v.people.added_variance[i]) / v.people.equities[i]); };
    for (std::size_t i = 0; i < v.size(); ++i)
      for (std::size_t j = 0; j < v.size(); ++j)
        if (v.available(i) > 0 && v.available(j) > 0 && x[i] < v.available(i) && x[j] > 0) RC_ASSERT(slope(j) <= slope(i));
  });
  check_property("without hedges it is water-filling at the mark", 300, [] {
    Venue v = random_venue();
    v.d.price = v.d.mark;
    v.d.insolvent = false;
    for (std::size_t i = 0; i < v.size(); ++i) v.people.added_variance[i] = unit_variance * v.held(i);
    RC_ASSERT(allocated<Rational>(Rule::hedge, v).given == allocated<Rational>(Rule::water, v).given);
  });
}

TEST_CASE("level_of is where the sorted bends say", "[adl][property]") {
  check_property("level", 500, [] {
    const int n = *rc::gen::inRange(1, 40);
    Fractions a, b, c;
    Rational total = 0;
    for (int i = 0; i < n; ++i) {
      a.push_back(drawn(-5, 5));
      b.push_back(drawn(1, 4) / 2);
      c.push_back(drawn(1, 6) / 2);
      total += c.back();
    }
    const Rational need = total * drawn(1, 15) / 16;
    if (need >= total) return;
    std::vector<std::uint32_t> items(a.size());
    std::iota(items.begin(), items.end(), 0U);
    const auto share = [&](std::uint32_t i) { return RisingShare<Rational>{a[i], b[i], c[i]}; };
    const Rational level = level_of<Rational>(items, share, need);
    const Fractions expected = by_sorted_bends(a, b, c, need);
    for (std::uint32_t i = 0; i < a.size(); ++i) RC_ASSERT(share(i).at(level) == expected[i]);
  });
}

// ---- worked examples ----

namespace {

/// Somebody short while a long is liquidated at `price`, mark 100.
template <class T>
std::vector<T> given(const auto& policy, People<T>& people, const Deleverage<T>& d) {
  const auto o = try_policy<T>(policy, d, people);
  REQUIRE(o);
  return o->given;
}

}  // namespace

TEMPLATE_TEST_CASE("the paper's five accounts", "[adl][source:chitra_five_accounts]", double, Strict, Rational) {
  using T = TestType;
  // In wealth: who has won 8, 4 and 1/2 holds as many units at a profit of one each; half of the deficit of 15 is taken from them. The other two have
  // nothing to take: their equity is below zero.
  const T half = T(T(1) / T(2));
  People<T> people{{1, T(-8), T(10)}, {2, T(-4), T(5)}, {3, T(-half), T(1)}, {4, T(-3), T(-3)}, {5, T(-12), T(-12)}};
  people.entries = {T(101), T(101), T(101), T(99), T(99)};
  people.scores = {T(1), T(2), T(0), T(9), T(8)};  // the paper's queue begins with the second
  const Deleverage<T> d{T(T(15) * half), 1, T(100), T(100)};
  CHECK(given<T>(AdlQueue{}, people, d) == std::vector<T>{T(T(7) / T(2)), T(4), T(0), T(0), T(0)});
  for (const auto& x : {given<T>(ProfitProRata{}, people, d), given<T>(ContractsProRata{}, people, d)}) {
    CHECK(near(value(x[0]), 4.8));
    CHECK(near(value(x[1]), 2.4));
    CHECK(near(value(x[2]), 0.3));
  }
  CHECK(try_policy<T>(ProfitProRata{}, d, people)->report.excluded == 2);
}

TEMPLATE_TEST_CASE("water-filling brings ten contracts on an equity of 200 down to a leverage of three", "[adl]", double, Strict, Rational) {
  using T = TestType;
  // (10 - x) 100 / (200 - 5 x) = 3 at x = 80 / 17; the second stands at three already.
  People<T> people{{1, T(-10), T(200)}, {2, T(-30), T(1'000)}, {3, T(-5), T(1'000)}};
  const T x = T(T(80) / T(17));
  const auto o = given<T>(LeverageWaterFilling{}, people, {x, 1, T(100), T(105)});
  CHECK(near(value(o[0]), value(x), 1e-14));
  CHECK(near(value(T(T(T(T(10) - o[0]) * T(100)) / T(T(200) - T(T(5) * o[0])))), 3, 1e-14));
  CHECK(near(value(o[1]), 0, 1e-13));
  CHECK(o[2] == T(0));
}

TEMPLATE_TEST_CASE("a price on the good side of the mark pays who is taken, and then who would fall below zero is not spared", "[adl]", double, Strict,
                   Rational) {
  using T = TestType;
  People<T> people{{1, T(-10), T(3)}, {2, T(-10), T(-1)}};
  people.scores = {T(1), T(2)};
  const auto paying = try_policy<T>(AdlQueue{}, {T(5), 1, T(92), T(90), true, true}, people);  // they are short, and buy at 90 what is worth 92
  CHECK(paying->given == std::vector<T>{T(0), T(5)});
  const auto costing = try_policy<T>(AdlQueue{}, {T(5), 1, T(92), T(95), true, true}, people);
  CHECK(costing->given == std::vector<T>{T(1), T(0)});  // three of equity pay for one at three each
  CHECK(costing->report.unplaced == T(4));
  CHECK(costing->report.excluded == 1);
  const auto careless = try_policy<T>(AdlQueue{}, {T(5), 1, T(92), T(95), true, false}, people);
  CHECK(careless->given == std::vector<T>{T(0), T(5)});
  CHECK(careless->report.excluded == 0);
}

// ---- whole lots ----

TEMPLATE_TEST_CASE("lots go to the largest remainders, ties to the lower id", "[adl]", double, Strict, Rational) {
  using T = TestType;
  People<T> people{{5, T(-5), T(100)}, {2, T(-3), T(100)}, {9, T(-2), T(100)}};
  const auto lots = [&](const T& need, const T& lot) { return try_policy<T>(WholeLots<T, ContractsProRata>{{}, lot}, {need, 1, T(100), T(100)}, people); };
  // 4 of 10: 2, 1.2, 0.8: the third has the largest remainder.
  CHECK(lots(T(4), T(1))->given == std::vector<T>{T(2), T(1), T(1)});
  // 5 of 10: 2.5, 1.5, 1: one lot is missing, two have a half left, and 2 is before 5.
  CHECK(lots(T(5), T(1))->given == std::vector<T>{T(2), T(2), T(1)});
  // Fewer lots than accounts.
  CHECK(lots(T(1), T(1))->given == std::vector<T>{T(1), T(0), T(0)});
  CHECK(lots(T(2), T(1))->given == std::vector<T>{T(1), T(1), T(0)});
  // Less than a lot: nothing.
  const auto half = lots(T(T(1) / T(2)), T(1));
  CHECK(half->given == std::vector<T>{T(0), T(0), T(0)});
  CHECK(half->report.unplaced == T(T(1) / T(2)));
  CHECK(half->report.touched == 0);
  // Lots larger than every position.
  CHECK(lots(T(5), T(6))->report.unplaced == T(5));
  // Lots of three fit 5 once, 3 once and 2 not at all: of nine asked six are placed.
  const auto threes = lots(T(9), T(3));
  CHECK(threes->given == std::vector<T>{T(3), T(3), T(0)});
  CHECK(threes->report.unplaced == T(3));
}

TEST_CASE("by the largest remainder a larger need can take less of somebody", "[adl]") {
  for (const auto& [need, last] : {std::pair(10, 2), std::pair(11, 1)}) {
    People<Rational> people{{1, Rational(-6), Rational(100)}, {2, Rational(-6), Rational(100)}, {3, Rational(-2), Rational(100)}};
    const Candidates<Rational> candidates = people.view();
    DeleveragingWorkspace<Rational> workspace(3);
    const WholeLots<Rational, ContractsProRata> lots{{}, Rational(1)};
    const Deleverage<Rational> d{Rational(need), 1, Rational(100), Rational(100)};
    REQUIRE(lots.allocate(d, candidates, workspace, workspace.given()));
    CHECK(workspace.given()[2] == last);
  }
}

TEST_CASE("lots of a tenth in doubles: the last one is not lost, and nothing is reported unplaced", "[adl]") {
  People<double> people;
  for (std::uint64_t i = 0; i < 30; ++i) people.add(i, -0.1, 100);
  for (int k = 0; k <= 30; ++k) {
    const auto o = try_policy<double>(WholeLots<double, AdlQueue>{{}, 0.1}, {0.1 * k, 1, 100, 100}, people);
    CHECK_FALSE(o);  // no scores
    people.scores.assign(30, 1.0);
    const auto scored = try_policy<double>(WholeLots<double, AdlQueue>{{}, 0.1}, {0.1 * k, 1, 100, 100}, people);
    REQUIRE(scored);
    CHECK(scored->report.unplaced < 1e-14);
    CHECK(scored->report.touched == static_cast<std::size_t>(k));
    CHECK(std::abs(std::accumulate(scored->given.begin(), scored->given.end(), 0.0) - 0.1 * k) < 1e-14);
    if (k < 30) CHECK(scored->report.unplaced == 0);
    double added = 0;  // the need as a sum of lots: not the double next to k tenths
    for (int j = 0; j < k; ++j) added += 0.1;
    const auto summed = try_policy<double>(WholeLots<double, AdlQueue>{{}, 0.1}, {added, 1, 100, 100}, people);
    CHECK(summed->report.unplaced == 0);
    CHECK(summed->report.placed == added);
    CHECK(summed->report.touched == static_cast<std::size_t>(k));
    people.scores.clear();
  }
}

TEST_CASE("whole lots keep the total, differ from the shares by less than a lot where everybody has room, and take whole lots", "[adl][property]") {
  for (const Rule rule : rules)
    check_property("lots", 150, [rule] {
      const Venue v = random_venue();
      const Rational lot = drawn(1, 3) / 2;
      People<Rational> people = v.as<Rational>();
      const Fractions shares = allocated<Rational>(rule, v).given;
      const auto o = with_policy<Rational>(rule, [&](const auto& policy) {
        return try_policy<Rational>(WholeLots<Rational, std::remove_cvref_t<decltype(policy)>>{policy, lot}, v.d, people);
      });
      RC_ASSERT(o);
      const auto floored = [&](const Rational& x) { return Rational(numerator(Rational(x / lot)) / denominator(Rational(x / lot))); };
      Rational room = 0;
      bool roomy = true;
      for (std::size_t i = 0; i < v.size(); ++i) {
        const Rational lots = o->given[i] / lot;
        RC_ASSERT(denominator(lots) == 1);
        RC_ASSERT(lots >= floored(shares[i]));
        RC_ASSERT(lots <= floored(v.available(i)));
        room += floored(v.available(i));
        roomy = roomy && floored(v.available(i)) * lot == v.available(i);
      }
      const Rational placed = lot * std::min(floored(v.d.need), room);
      RC_ASSERT(sum_of(o->given) == placed);
      RC_ASSERT(o->report.placed == placed);
      RC_ASSERT(o->report.unplaced == v.d.need - placed);
      // Larger remainders are served first.
      for (std::size_t i = 0; roomy && i < v.size(); ++i) {
        RC_ASSERT(o->given[i] < shares[i] + lot);
        for (std::size_t j = 0; j < v.size(); ++j)
          if (o->given[i] > shares[i] && o->given[j] < shares[j]) {
            const Rational a = shares[i] - lot * floored(shares[i]), b = shares[j] - lot * floored(shares[j]);
            RC_ASSERT(a > b || (a == b && v.people.ids[i] < v.people.ids[j]));
          }
      }
    });
}
