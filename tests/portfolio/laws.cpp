// SPDX-License-Identifier: Apache-2.0
#include "portfolio/random_account.hpp"
#include "support/strict.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <thread>
#include <type_traits>

namespace {

using loadline::Bound;
using loadline::KeyId;
using loadline::LiquidateWhen;
using loadline::Outcome;
using loadline::PathAnswer;
using loadline::Portfolio;
using loadline::Price;
using loadline::Ratio;
using loadline::RootKind;
using loadline::Status;
using loadline::Test;
using loadline::Toward;
using loadline::Workspace;

template <class T>
bool same(const Bound<T>& a, const Bound<T>& b) {
  return a.outcome() == b.outcome() && (!a || *a == *b);
}
template <class T>
Bound<T> bound(const Portfolio<T>& p, loadline::Marks<T> marks, KeyId key, Toward side) {
  return side == Toward::below ? p.liquidation_below(marks, key) : p.liquidation_above(marks, key);
}
/// Whether `a` is at least as good as `b`: its price is no nearer to the mark.
template <class T>
bool no_closer(const Bound<T>& a, const Bound<T>& b, Toward side) {
  const auto rank = [](const Bound<T>& x) { return x.outcome() == Outcome::none ? 2 : x ? 1 : 0; };
  if (rank(a) != rank(b)) return rank(a) > rank(b);
  if (!a) return true;
  return side == Toward::below ? *a <= *b : *b <= *a;
}
/// Whether any test that is on fails at these marks, by definition.
bool fails_at(const AccountSketch& a, loadline::Tests tests, const std::vector<Rational>& marks) {
  return (tests.has(Test::requirement) && loadline::fails(a.excess(marks), a.when)) || (tests.has(Test::equity) && loadline::fails(a.equity(marks), a.when));
}
/// Half a unit in the last place, and 2^-96 of the sums that cancelled: a ball carries about 106 bits.
bool rounded_once(double found, const Rational& exact, const Rational& sums) {
  const double unit = std::nextafter(std::fabs(found), std::numeric_limits<double>::infinity()) - std::fabs(found);
  return Rational(abs(Rational(Rational(found) - exact))) <= Rational(Rational(unit) / 2 + sums * Rational(0x1p-96));
}
KeyId any_key(const AccountSketch& a) {
  return {*rc::gen::inRange<std::uint32_t>(0, static_cast<std::uint32_t>(a.marks.size()))};
}
constexpr std::array<Toward, 2> sides{Toward::below, Toward::above};

}  // namespace

TEST_CASE("excess, equity and maintenance are the sums by definition", "[laws]") {
  check_property("in rationals exactly", 400, [] {
    const AccountSketch a = random_account(Jumps::anything);
    const Book<Rational> book(a);
    const Portfolio<Rational> p = book.portfolio();
    RC_ASSERT(p.equity(book.marks).raw() == a.equity(a.marks));
    RC_ASSERT(p.maintenance(book.marks).raw() == a.maintenance(a.marks));
    RC_ASSERT(p.excess(book.marks).raw() == a.excess(a.marks));
    const auto figures = p.figures(book.marks);
    RC_ASSERT(figures.equity.raw() == a.equity(a.marks));
    RC_ASSERT(figures.maintenance.raw() == a.maintenance(a.marks));
    RC_ASSERT(figures.excess.raw() == a.excess(a.marks));
    RC_ASSERT(!figures.failing.empty() == fails_at(a, p.tests(), a.marks));
    RC_ASSERT((figures.status == Status::bankrupt) == (a.equity(a.marks) < 0));
  });
}

TEMPLATE_TEST_CASE("more cash never makes an account liquidatable and never moves a liquidation price closer", "[laws]", double, Rational) {
  using T = TestType;
  check_property("cash + something", 300, [] {
    AccountSketch a = random_account(Jumps::anything);
    const Book<T> less(a);
    a.cash += Rational(*rc::gen::inRange(1, 2'000), *rc::gen::element(1, 100, 100'000));
    const Book<T> more(a);
    const Portfolio<T> p = less.portfolio(), q = more.portfolio();
    if (p.figures(less.marks).failing.empty()) RC_ASSERT(q.figures(more.marks).failing.empty());
    for (const KeyId key : p.keys())
      for (const Toward side : sides) RC_ASSERT(no_closer(bound<T>(q, more.marks, key, side), bound<T>(p, less.marks, key, side), side));
  });
}

TEST_CASE("a higher maintenance rate never helps", "[laws]") {
  check_property("the rates from some row on raised", 400, [] {
    AccountSketch a = random_account(Jumps::anything);
    const Book<Rational> before(a);
    PositionSketch& changed = a.positions[*rc::gen::inRange<std::size_t>(0, a.positions.size())];
    const auto row = *rc::gen::inRange<std::size_t>(0, changed.rows.size());
    const Rational by(*rc::gen::inRange(1, 900), 10'000);
    for (std::size_t i = row; i < changed.rows.size(); ++i) changed.rows[i].rate += by;
    const Book<Rational> after(a);
    const Portfolio<Rational> p = before.portfolio(), q = after.portfolio();
    RC_ASSERT(q.excess(after.marks) <= p.excess(before.marks));
    if (!p.figures(before.marks).failing.empty()) RC_ASSERT(!q.figures(after.marks).failing.empty());
    for (const KeyId key : p.keys())
      for (const Toward side : sides) RC_ASSERT(no_closer(bound<Rational>(p, before.marks, key, side), bound<Rational>(q, after.marks, key, side), side));
  });
}

TEST_CASE("the order of the positions changes nothing", "[laws]") {
  check_property("in rationals exactly", 300, [] {
    AccountSketch a = random_account(Jumps::anything);
    const Book<Rational> one(a);
    std::rotate(a.positions.begin(), a.positions.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(a.positions.size())),
                a.positions.end());
    if (*rc::gen::arbitrary<bool>()) std::reverse(a.positions.begin(), a.positions.end());
    const Book<Rational> other(a);
    const Portfolio<Rational> p = one.portfolio(), q = other.portfolio();
    RC_ASSERT(p.excess(one.marks) == q.excess(one.marks));
    RC_ASSERT(p.tests() == q.tests());
    RC_ASSERT(p.status(one.marks) == q.status(one.marks));
    Workspace<Rational> w(p), v(q);
    for (const KeyId key : p.keys()) {
      for (const Toward side : sides) RC_ASSERT(same(bound<Rational>(p, one.marks, key, side), bound<Rational>(q, one.marks, key, side)));
      const auto x = p.solve(one.marks, key, w), y = q.solve(one.marks, key, v);
      RC_ASSERT(x.roots.size() == y.roots.size());
      for (std::size_t i = 0; i < x.roots.size(); ++i) {
        RC_ASSERT(x.roots[i].value == y.roots[i].value);
        RC_ASSERT(x.roots[i].kind == y.roots[i].kind);
        RC_ASSERT(x.roots[i].test == y.roots[i].test);
      }
    }
  });
  check_property("in doubles bit by bit, where every key has one position", 250, [] {
    AccountSketch a = random_account(Jumps::anything);
    std::vector<PositionSketch> single;
    for (const PositionSketch& p : a.positions)
      if (single.empty() || single.back().key != p.key) single.push_back(p);
    a.positions = single;
    const Book<double> one(a);
    std::reverse(a.positions.begin(), a.positions.end());
    const Book<double> other(a);
    const Portfolio<double> p = one.portfolio(), q = other.portfolio();
    RC_ASSERT(p.excess(one.marks) == q.excess(one.marks));
    for (const KeyId key : p.keys())
      for (const Toward side : sides) RC_ASSERT(same(bound<double>(p, one.marks, key, side), bound<double>(q, one.marks, key, side)));
  });
}

TEST_CASE("a power of two more money leaves every price the same, bit by bit", "[laws]") {
  check_property("cash, multipliers, caps, deductions, fixed and accrued amounts x 2^n", 300, [] {
    AccountSketch a = random_account(Jumps::anything);
    const Book<double> book(a);
    Book<double> scaled(a);
    const double factor = std::ldexp(1.0, *rc::gen::inRange(-12, 13));
    for (std::size_t i = 0; i < scaled.positions.size(); ++i) {
      auto& position = scaled.positions[i];
      position.multiplier = position.multiplier.raw() * factor;
      position.maintenance_fixed = position.maintenance_fixed.raw() * factor;
      position.accrued = position.accrued.raw() * factor;
      if (position.bracket_unit == loadline::BracketUnit::size) continue;  // caps and deductions count contracts
      for (auto& row : scaled.brackets[i]) {
        if (row.cap) row.cap = *row.cap * factor;
        if (row.cum) row.cum = *row.cum * factor;
      }
    }
    scaled.account.cash = scaled.account.cash.raw() * factor;
    const Portfolio<double> p = book.portfolio(), q = scaled.portfolio();
    Workspace<double> w(p), v(q);
    RC_ASSERT(p.excess(book.marks).raw() * factor == q.excess(book.marks).raw());
    for (const KeyId key : p.keys()) {
      for (const Toward side : sides) RC_ASSERT(same(bound<double>(p, book.marks, key, side), bound<double>(q, book.marks, key, side)));
      const auto b = p.bankruptcy_price(book.marks, key), c = q.bankruptcy_price(book.marks, key);
      RC_ASSERT(same(b.below, c.below));
      RC_ASSERT(same(b.above, c.above));
      const auto x = p.solve(book.marks, key, w), y = q.solve(book.marks, key, v);
      RC_ASSERT(x.below.liquidation == y.below.liquidation);
      RC_ASSERT(x.above.liquidation == y.above.liquidation);
      RC_ASSERT(x.below.recovery == y.below.recovery);
      RC_ASSERT(x.above.recovery == y.above.recovery);
    }
  });
}

TEST_CASE("at a liquidation price the excess is zero, at a bankruptcy price the equity is", "[laws]") {
  int prices = 0;
  check_property("in rationals exactly, for continuous schedules", 400, [&] {
    const AccountSketch a = random_account(Jumps::none);
    const Book<Rational> book(a);
    const Portfolio<Rational> p = book.portfolio();
    for (const KeyId key : p.keys()) {
      const auto bankrupt = p.bankruptcy_price(book.marks, key);
      for (const Toward side : sides) {
        const Bound<Rational> liquidation = bound<Rational>(p, book.marks, key, side);
        if (liquidation && p.tests().has(Test::requirement)) {
          ++prices;
          const auto there = book.with(key.index, (*liquidation).raw());
          // Maintenance is not below zero here, so the requirement fails first, or both at once.
          RC_ASSERT(p.excess(there).raw() == 0);
          RC_ASSERT(a.excess(a.with(key.index, (*liquidation).raw())) == 0);
        }
        const Bound<Rational>& b = side == Toward::below ? bankrupt.below : bankrupt.above;
        if (b) RC_ASSERT(p.equity(book.with(key.index, (*b).raw())).raw() == 0);
        if (b && liquidation) RC_ASSERT(no_closer(b, liquidation, side) || !p.tests().has(Test::requirement));
      }
    }
  });
  CHECK(prices > 50);
}

TEST_CASE("no test fails strictly between the mark and the liquidation price, and one fails at once beyond it", "[laws]") {
  check_property("plain figures at many prices between", 300, [] {
    const AccountSketch a = random_account(Jumps::whole);
    const Book<Rational> book(a);
    const Portfolio<Rational> p = book.portfolio();
    const KeyId key = any_key(a);
    const Rational& mark = a.marks[key.index];
    for (const Toward side : sides) {
      const Bound<Rational> found = bound<Rational>(p, book.marks, key, side);
      if (found.outcome() == Outcome::already) {
        RC_ASSERT(fails_at(a, p.tests(), a.marks));
        continue;
      }
      RC_ASSERT(!fails_at(a, p.tests(), a.marks));
      const Rational end = found ? (*found).raw() : side == Toward::below ? Rational(0) : Rational(mark * 1'000);
      for (int k = 1; k < 32; ++k) RC_ASSERT(!fails_at(a, p.tests(), a.with(key.index, Rational(mark + (end - mark) * k / 32))));
      for (int k = 4; k < 40; k += 4)
        RC_ASSERT(!fails_at(a, p.tests(), a.with(key.index, Rational(end + (mark - end) / Rational(boost::multiprecision::cpp_int(1) << k)))));
      if (!found) continue;
      const Rational step = Rational(1) / Rational(boost::multiprecision::cpp_int(1) << 80);
      const Rational beyond = side == Toward::below ? Rational(end * (1 - step)) : Rational(end * (1 + step));
      // Where zero is a failure, a touch is one point; elsewhere the range beyond fails.
      RC_ASSERT(fails_at(a, p.tests(), a.with(key.index, beyond)) || fails_at(a, p.tests(), a.with(key.index, end)));
    }
  });
}

TEST_CASE("an account that fails goes on failing up to its recovery price, and passes beyond it", "[laws]") {
  int recoveries = 0;
  check_property("plain figures at many prices between", 600, [&] {
    const AccountSketch a = random_account(Jumps::whole);
    const Book<Rational> book(a);
    const Portfolio<Rational> p = book.portfolio();
    if (p.figures(book.marks).failing.empty()) return;
    Workspace<Rational> w(p);
    const KeyId key = any_key(a);
    const Rational& mark = a.marks[key.index];
    const PathAnswer<Rational> answer = p.solve(book.marks, key, w);
    RC_ASSERT(answer.liquidatable_now);
    for (const Toward side : sides) {
      const auto& way = side == Toward::below ? answer.below : answer.above;
      RC_ASSERT(!way.liquidation.has_value());
      const Rational end = way.recovery ? *way.recovery : side == Toward::below ? Rational(0) : Rational(mark * 1'000);
      for (int k = 1; k < 32; ++k) RC_ASSERT(fails_at(a, p.tests(), a.with(key.index, Rational(mark + (end - mark) * k / 32))));
      if (!way.recovery) continue;
      ++recoveries;
      const Rational step = Rational(1) / Rational(boost::multiprecision::cpp_int(1) << 80);
      const Rational beyond = side == Toward::below ? Rational(end * (1 - step)) : Rational(end * (1 + step));
      RC_ASSERT(!fails_at(a, p.tests(), a.with(key.index, beyond)) || !fails_at(a, p.tests(), a.with(key.index, end)));
    }
  });
  CHECK(recoveries > 10);
}

TEST_CASE("the plain price is the solved price", "[laws]") {
  int prices = 0, jumps = 0;
  check_property("solve() == liquidation_below/above in rationals, for every rule, with jumps", 600, [&] {
    const AccountSketch a = random_account(Jumps::anything);
    const Book<Rational> book(a);
    const Portfolio<Rational> p = book.portfolio();
    Workspace<Rational> w(p);
    for (std::uint32_t k = 0; k < a.marks.size(); ++k) {
      const KeyId key{k};
      const PathAnswer<Rational> answer = p.solve(book.marks, key, w);
      RC_ASSERT(answer.ulp == 0.0);
      const auto both = p.liquidation_price(book.marks, key), bankrupt = p.bankruptcy_price(book.marks, key);
      for (const Toward side : sides) {
        const auto& way = side == Toward::below ? answer.below : answer.above;
        const Bound<Rational> plain_bound = bound<Rational>(p, book.marks, key, side);
        RC_LOG() << "key " << k << (side == Toward::below ? " below" : " above") << std::endl;
        RC_ASSERT(same(plain_bound, side == Toward::below ? both.below : both.above));
        RC_ASSERT(answer.liquidatable_now == (plain_bound.outcome() == Outcome::already));
        RC_ASSERT(way.liquidation.has_value() == plain_bound.has_value());
        if (plain_bound) {
          ++prices;
          RC_ASSERT(*way.liquidation == (*plain_bound).raw());
          RC_ASSERT(way.test.has_value());
          RC_ASSERT(*way.distance == abs(Rational((*plain_bound).raw() / a.marks[k] - 1)));
          if (a.excess(a.with(k, *way.liquidation)) != 0 && a.equity(a.with(k, *way.liquidation)) != 0) ++jumps;
        }
        const Bound<Rational>& b = side == Toward::below ? bankrupt.below : bankrupt.above;
        RC_ASSERT(answer.bankrupt_now == (b.outcome() == Outcome::already));
        RC_ASSERT(way.bankruptcy.has_value() == b.has_value());
        if (b) RC_ASSERT(*way.bankruptcy == (*b).raw());
      }
      const auto distance = p.distance(book.marks, key);
      if (answer.liquidatable_now) {
        RC_ASSERT(distance->raw() == 0);
      } else {
        RC_ASSERT(distance.has_value() == (both.below || both.above));
        std::optional<Rational> nearest;
        for (const auto& d : {answer.below.distance, answer.above.distance})
          if (d && (!nearest || *d < *nearest)) nearest = *d;
        if (distance) RC_ASSERT(distance->raw() == *nearest);
      }
    }
  });
  CHECK(prices > 50);
  CHECK(jumps > 0);
}

TEMPLATE_TEST_CASE("the prices of all keys at once are those of one key at a time, bit by bit", "[laws]", double, Rational) {
  using T = TestType;
  check_property("liquidation_prices == liquidation_below/above", 300, [] {
    const AccountSketch a = random_account(*rc::gen::element(Jumps::none, Jumps::anything));
    const Book<T> book(a);
    const Portfolio<T> p = book.portfolio();
    Workspace<T> w(p);
    std::vector<Bound<T>> all(p.keys().size(), Bound<T>(Outcome::none));
    for (const Toward side : sides) {
      p.liquidation_prices(book.marks, side, w, all);
      for (std::size_t i = 0; i < all.size(); ++i) RC_ASSERT(same(all[i], bound<T>(p, book.marks, p.keys()[i], side)));
    }
  });
}

TEMPLATE_TEST_CASE("all keys solved in turn give what each gives alone", "[laws]", double, Rational) {
  using T = TestType;
  check_property("solve_each == solve", 250, [] {
    const AccountSketch a = random_account(Jumps::anything);
    const Book<T> book(a);
    const Portfolio<T> p = book.portfolio();
    Workspace<T> w(p), v(p);
    std::size_t asked = 0;
    p.solve_each(book.marks, w, [&](KeyId key, const PathAnswer<T>& x) {
      RC_ASSERT(key == p.keys()[asked++]);
      const PathAnswer<T> y = p.solve(book.marks, key, v);
      RC_ASSERT(x.liquidatable_now == y.liquidatable_now);
      RC_ASSERT(x.bankrupt_now == y.bankrupt_now);
      RC_ASSERT(x.overflow == y.overflow);
      RC_ASSERT(x.ulp == y.ulp);
      for (const auto& [one, other] : {std::pair{x.below, y.below}, std::pair{x.above, y.above}}) {
        RC_ASSERT(one.liquidation == other.liquidation);
        RC_ASSERT(one.test == other.test);
        RC_ASSERT(one.recovery == other.recovery);
        RC_ASSERT(one.bankruptcy == other.bankruptcy);
        RC_ASSERT(one.distance == other.distance);
      }
      RC_ASSERT(x.roots.size() == y.roots.size());
      for (std::size_t i = 0; i < x.roots.size(); ++i) RC_ASSERT(x.roots[i].value == y.roots[i].value);
    });
    RC_ASSERT(asked == p.keys().size());
  });
}

TEST_CASE("the excess of valid schedules is concave: at most two roots", "[laws]") {
  check_property("along one key and along joint paths", 400, [] {
    const AccountSketch a = random_account(Jumps::none);
    const Book<Rational> book(a);
    const Portfolio<Rational> p = book.portfolio();
    Workspace<Rational> w(p);
    const auto at_most_two = [](const PathAnswer<Rational>& answer) {
      int roots = 0;
      for (const auto& r : answer.roots) {
        if (r.test != Test::requirement) continue;
        RC_ASSERT(r.kind != RootKind::jump);
        if (r.kind != RootKind::zero_interval_end) ++roots;
      }
      RC_ASSERT(roots <= 2);
    };
    for (const KeyId key : p.keys()) at_most_two(p.solve(book.marks, key, w));
    std::vector<Ratio<Rational>> betas;
    for (std::size_t i = 0; i < a.marks.size(); ++i) betas.push_back(Rational(*rc::gen::inRange(-4, 5), 2));
    at_most_two(p.solve(book.marks, betas, w));
  });
}

TEST_CASE("two positions of one contract merged at the weighted entry have the same equity at every mark", "[laws]") {
  check_property("in rationals exactly", 250, [] {
    AccountSketch a = random_account(Jumps::none);
    PositionSketch& p = a.positions.front();
    PositionSketch twin = p;
    const std::uint32_t key = twin.key;
    p.size = Rational(abs(p.size) + 1);
    p.side = twin.side = loadline::Side::one_way;
    twin.size = *rc::gen::inRange(1, 9);
    twin.entry = *rc::gen::inRange(1, 300);
    twin.accrued = 0;
    twin.symbol = 1'000;
    AccountSketch merged = a;
    PositionSketch& m = merged.positions.front();
    m.size = p.size + twin.size;
    m.entry = (p.entry * p.size + twin.entry * twin.size) / m.size;
    a.positions.push_back(twin);
    const Book<Rational> two(a), one(merged);
    const Portfolio<Rational> x = two.portfolio(), y = one.portfolio();
    for (int k = 1; k < 8; ++k) {
      const auto marks = two.with(key, Rational(*rc::gen::inRange(1, 400), k));
      RC_ASSERT(x.equity(marks) == y.equity(marks));
      RC_ASSERT(x.figures(marks).equity == y.figures(marks).equity);
    }
    const auto b = x.bankruptcy_price(two.marks, {key}), c = y.bankruptcy_price(two.marks, {key});
    RC_ASSERT(same(b.below, c.below));
    RC_ASSERT(same(b.above, c.above));
  });
}

TEST_CASE("a joint path on which one key moves is the path of that key", "[laws]") {
  check_property("P (1 + s), in rationals exactly", 400, [] {
    const AccountSketch a = random_account(Jumps::anything);
    const Book<Rational> book(a);
    const Portfolio<Rational> p = book.portfolio();
    Workspace<Rational> w(p), v(p);
    const KeyId key = any_key(a);
    const Rational& mark = a.marks[key.index];
    std::vector<Ratio<Rational>> betas(a.marks.size(), Ratio<Rational>(0));
    const Rational beta(*rc::gen::inRange(1, 7), 3);
    betas[key.index] = beta;
    const PathAnswer<Rational> joint = p.solve(book.marks, betas, w), single = p.solve(book.marks, key, v);
    const auto moved = [&](const std::optional<Rational>& s) { return s ? std::optional<Rational>(mark * (1 + beta * *s)) : std::nullopt; };
    RC_ASSERT(joint.liquidatable_now == single.liquidatable_now);
    RC_ASSERT(joint.bankrupt_now == single.bankrupt_now);
    for (const auto& [x, y] : {std::pair{joint.below, single.below}, std::pair{joint.above, single.above}}) {
      RC_ASSERT(moved(x.liquidation) == y.liquidation);
      RC_ASSERT(moved(x.recovery) == y.recovery);
      RC_ASSERT(moved(x.bankruptcy) == y.bankruptcy);
      RC_ASSERT(x.test == y.test);
      RC_ASSERT(!x.distance.has_value());
    }
    RC_ASSERT(joint.roots.size() == single.roots.size());
    for (std::size_t i = 0; i < joint.roots.size(); ++i) {
      RC_ASSERT(moved(joint.roots[i].value) == single.roots[i].value);
      RC_ASSERT(joint.roots[i].kind == single.roots[i].kind);
      RC_ASSERT(joint.roots[i].test == single.roots[i].test);
    }
  });
}

TEST_CASE("on a joint path the account fails where it is said to, and not before", "[laws]") {
  check_property("plain figures between now and the liquidation point", 250, [] {
    const AccountSketch a = random_account(Jumps::none);
    const Book<Rational> book(a);
    const Portfolio<Rational> p = book.portfolio();
    Workspace<Rational> w(p);
    std::vector<Ratio<Rational>> betas;
    Rational low = -1'000, high = 1'000;
    for (std::size_t i = 0; i < a.marks.size(); ++i) {
      const Rational beta(*rc::gen::inRange(-4, 5), 2);
      betas.push_back(beta);
      if (beta > 0) low = std::max(low, Rational(-1 / beta));
      if (beta < 0) high = std::min(high, Rational(-1 / beta));
    }
    const auto along = [&](const Rational& s) {
      std::vector<Rational> out = a.marks;
      for (std::size_t i = 0; i < out.size(); ++i) out[i] *= 1 + betas[i].raw() * s;
      return out;
    };
    const PathAnswer<Rational> answer = p.solve(book.marks, betas, w);
    RC_ASSERT(answer.liquidatable_now == fails_at(a, p.tests(), a.marks));
    for (const Toward side : sides) {
      const auto& way = side == Toward::below ? answer.below : answer.above;
      const auto& found = answer.liquidatable_now ? way.recovery : way.liquidation;
      const Rational end = found ? *found : side == Toward::below ? low : high;
      for (int k = 1; k < 24; ++k) RC_ASSERT(fails_at(a, p.tests(), along(Rational(end * k / 24))) == answer.liquidatable_now);
      if (found) RC_ASSERT((a.excess(along(end)) == 0 || a.equity(along(end)) == 0));
    }
  });
}

TEST_CASE("an explanation sums to the excess", "[laws]") {
  check_property("in rationals exactly, leg by leg", 300, [] {
    const AccountSketch a = random_account(Jumps::anything);
    const Book<Rational> book(a);
    const Portfolio<Rational> p = book.portfolio();
    const KeyId key = any_key(a);
    const Rational price(*rc::gen::inRange(1, 500), 3);
    std::vector<loadline::ExplainedLeg<Rational>> rows(p.legs().size(), {0, {0}, 0, 0, 0, 0, 0, 0, 0, 0, Rational(0)});
    std::vector<loadline::ExplainedAsset<Rational>> assets(p.holdings().size(), {std::nullopt, 0, 0, 0, 0, 0});
    const auto sums = p.explain(book.marks, key, price, rows, assets);
    RC_ASSERT(sums.collateral + sums.pnl + sums.accrued == sums.balance);
    RC_ASSERT(sums.balance - sums.ratio * sums.maintenance == sums.excess);
    RC_ASSERT(sums.collateral.raw() == a.cash);
    RC_ASSERT(assets.size() == 1);
    RC_ASSERT(!assets[0].asset.has_value());
    RC_ASSERT(assets[0].net.raw() == a.cash);
    RC_ASSERT(assets[0].gain.raw() == sums.pnl.raw() + sums.accrued.raw());
    RC_ASSERT(assets[0].balance == sums.balance);
    RC_ASSERT(assets[0].maintenance.raw() == 0);
    RC_ASSERT(sums.excess == p.excess(book.with(key.index, price)));
    Rational pnl = 0, accrued = 0, maintenance = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const PositionSketch& q = a.positions[rows[i].position];
      RC_ASSERT(rows[i].key == KeyId{q.key});
      RC_ASSERT(rows[i].mark.raw() == (rows[i].key == key ? price : a.marks[rows[i].key.index]));
      RC_ASSERT(rows[i].pnl.raw() == q.size * q.multiplier * (rows[i].mark.raw() - q.entry));
      RC_ASSERT(rows[i].maintenance.raw() == q.maintenance(rows[i].mark.raw(), a.policy == loadline::CumPolicy::as_given));
      RC_ASSERT(rows[i].rate.raw() == q.rows[rows[i].bracket].rate);
      pnl += rows[i].pnl.raw();
      accrued += rows[i].accrued.raw();
      maintenance += rows[i].maintenance.raw();
    }
    RC_ASSERT(sums.pnl.raw() == pnl);
    RC_ASSERT(sums.accrued.raw() == accrued);
    RC_ASSERT(sums.maintenance.raw() == maintenance);
  });
}

TEST_CASE("in double, the solved price is the rational one to the error that it claims", "[laws]") {
  int claims = 0;
  check_property("|double - exact| <= claimed ulps, and a half by default", 300, [&] {
    const AccountSketch drawn = random_account(Jumps::none);
    const Book<double> book(drawn);
    const AccountSketch a = in_own_doubles(drawn, book);
    Rational sums = abs(a.cash);
    for (const PositionSketch& p : a.positions) sums += p.gross(Rational(a.marks[p.key] + p.entry)) + abs(p.accrued) + p.fixed;
    const Book<Rational> exact(a);
    const Portfolio<double> p = book.portfolio();
    const Portfolio<Rational> q = exact.portfolio();
    Workspace<double> w(p);
    Workspace<Rational> v(q);
    for (const KeyId key : p.keys()) {
      const auto x = p.solve(book.marks, key, w);
      const auto y = q.solve(exact.marks, key, v);
      if (!x.ulp) continue;
      ++claims;
      RC_ASSERT(x.liquidatable_now == y.liquidatable_now);
      RC_ASSERT(x.roots.size() == y.roots.size());
      const auto close = [&](const std::optional<double>& found, const std::optional<Rational>& true_value) {
        RC_ASSERT(found.has_value() == true_value.has_value());
        if (!found) return;
        const double unit = *found - std::nextafter(*found, 0.0);
        RC_ASSERT(Rational(abs(Rational(Rational(*found) - *true_value))) <= Rational(Rational(*x.ulp) * Rational(unit)));
      };
      close(x.below.liquidation, y.below.liquidation);
      close(x.above.liquidation, y.above.liquidation);
      close(x.below.recovery, y.below.recovery);
      close(x.above.recovery, y.above.recovery);
      close(x.below.bankruptcy, y.below.bankruptcy);
      close(x.above.bankruptcy, y.above.bankruptcy);
      const auto f = p.figures(book.marks);
      RC_ASSERT(rounded_once(f.equity.raw(), a.equity(a.marks), sums));
      RC_ASSERT(rounded_once(f.maintenance.raw(), a.maintenance(a.marks), sums));
      RC_ASSERT(rounded_once(f.excess.raw(), a.excess(a.marks), sums));
    }
  });
  CHECK(claims > 50);
}

TEST_CASE("a portfolio answers many threads at once", "[laws]") {
  check_property("the same answers in every thread", 20, [] {
    const AccountSketch a = random_account(Jumps::anything);
    const Book<double> book(a);
    const Portfolio<double> made = book.portfolio();
    const Portfolio<double>& shared = made;
    const auto ask = [&](std::vector<double>& out) {
      Workspace<double> w(shared);
      for (int round = 0; round < 20; ++round)
        for (const KeyId key : shared.keys()) {
          const auto plain_price = shared.liquidation_price(book.marks, key);
          const auto solved = shared.solve(book.marks, key, w);
          out.push_back(plain_price.below ? (*plain_price.below).raw() : -1.0 - static_cast<double>(plain_price.below.outcome()));
          out.push_back(solved.above.liquidation.value_or(-1.0));
          out.push_back(static_cast<double>(solved.roots.size()));
          for (const auto& r : solved.roots) out.push_back(r.value);
          out.push_back(shared.figures(book.marks).excess.raw());
        }
    };
    std::vector<double> alone;
    ask(alone);
    std::array<std::vector<double>, 4> together;
    std::vector<std::thread> threads;
    for (std::vector<double>& out : together) threads.emplace_back([&ask, &out] { ask(out); });
    for (std::thread& t : threads) t.join();
    for (const std::vector<double>& out : together) RC_ASSERT(out == alone);
  });
}

TEMPLATE_TEST_CASE("a mark that is not a number never looks safe", "[laws]", LOADLINE_SCALARS) {
  using T = TestType;
  check_property("status, excess, liquidation prices of every key", 250, [] {
    const AccountSketch a = random_account(Jumps::anything);
    const Book<T> book(a);
    const Portfolio<T> p = book.portfolio();
    const KeyId bad = any_key(a);
    const auto marks = book.with(bad.index, T(std::numeric_limits<double>::quiet_NaN()));
    const auto figures = p.figures(marks);
    RC_ASSERT(figures.status != Status::safe);
    RC_ASSERT(figures.status != Status::no_margin);
    RC_ASSERT(figures.failing == p.tests());
    RC_ASSERT(!figures.margin_ratio.has_value());
    RC_ASSERT(!p.margin_ratio(marks).has_value());
    RC_ASSERT(!(loadline::Money<T>(0) < p.excess(marks)));
    RC_ASSERT(loadline::check_marks<T>(marks).error() == (loadline::Error{loadline::Errc::bad_number, loadline::Field::mark, bad.index}));
    if (p.tests().empty()) return;
    Workspace<T> w(p);
    std::vector<Bound<T>> all(p.keys().size(), Bound<T>(Outcome::none));
    for (const Toward side : sides) {
      p.liquidation_prices(marks, side, w, all);
      for (const Bound<T>& b : all) RC_ASSERT(b.outcome() == Outcome::already);
      for (const KeyId key : p.keys()) RC_ASSERT(bound<T>(p, marks, key, side).outcome() == Outcome::already);
    }
    for (const KeyId key : p.keys()) {
      const auto answer = p.solve(marks, key, w);
      RC_ASSERT(answer.liquidatable_now);
      RC_ASSERT(!answer.ulp.has_value());
    }
  });
}
