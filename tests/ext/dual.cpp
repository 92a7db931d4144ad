// SPDX-License-Identifier: Apache-2.0
//
// The whole calculator in numbers that carry derivatives: against exact difference quotients, closed forms, and at the edges.
#include "ext/sensitive_account.hpp"

#include <loadline/ext/eigen.hpp>
#include <loadline/loadline.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <map>

using namespace loadline;

namespace {

constexpr int inputs = 3;
using D = Dual<inputs>;

static_assert(DualScalar<D> && DualScalar<Dual<1>> && DualScalar<Eigen::AutoDiffScalar<Eigen::Matrix<double, 1, 2>>>);
static_assert(!DualScalar<double> && !DualScalar<Ball> && !DualScalar<Rational> && !DualScalar<Decimal>);
static_assert(!FixedDerivatives<Eigen::VectorXd> && !FixedDerivatives<Eigen::Matrix2d>);

D in(double value, int index) {
  return seeded<inputs>(value, index);
}
bool close(double x, double y, double tolerance = 1e-12) {
  return std::fabs(x - y) <= tolerance * std::fmax(1.0, std::fmax(std::fabs(x), std::fabs(y)));
}
/// Whether two numbers agree in value and in every derivative.
bool close(const D& x, const D& y, double tolerance = 1e-12) {
  bool all = close(x.value(), y.value(), tolerance);
  for (int i = 0; i < inputs; ++i) all = all && close(x.derivatives()[i], y.derivatives()[i], tolerance);
  return all;
}

// --- 1,000 random accounts ----------------------------------------------------------------------------------------------

/// The figures of an account that have derivatives, in a fixed order.
template <class T>
struct Answers {
  struct Figure {
    std::string name;
    std::optional<T> value;
    bool rational;  ///< class Q
    bool money;     ///< sums of amounts of the size of the notional
  };
  std::vector<Figure> figures = {};
  double gross = 0;  ///< notional

  template <class X>
  void add(const std::string& name, const std::optional<X>& x, bool rational = false) {
    if constexpr (std::is_same_v<X, T>)
      figures.push_back({name, x, rational, false});
    else
      figures.push_back({name, x ? std::optional<T>(x->raw()) : std::nullopt, rational, std::is_same_v<X, Money<T>>});
  }
  void add(const std::string& name, const Bound<T>& b) { add(name, b ? std::optional<Price<T>>(*b) : std::nullopt); }
  void add(const std::string& path, const PathAnswer<T>& a) {
    RC_ASSERT(!a.overflow);
    for (const auto& [side, s] : {std::pair(" below: ", &a.below), std::pair(" above: ", &a.above)}) {
      const bool rational = a.path_class == PathClass::rational;
      add(path + side + "liquidation", s->liquidation, rational);
      add(path + side + "recovery", s->recovery, rational);
      add(path + side + "bankruptcy", s->bankruptcy, rational);
      add(path + side + "distance", s->distance, rational);
      add(path + side + "equity left", s->equity_left, rational);
    }
  }
};

/// nullopt: an account that is not in order.
template <class T, class Number>
std::optional<Answers<T>> answers(const Shape& s, KeyId key, const Number& number) {
  const Shaped<T> shaped(s, number);
  const auto made = shaped.portfolio();
  if (!made) return std::nullopt;
  Answers<T> out;
  const Marks<T> marks = shaped.marks;
  Workspace<T> workspace(*made);
  const Figures<T> f = made->figures(marks);
  if constexpr (std::is_same_v<T, Rational>) out.gross = f.gross_notional.raw().template convert_to<double>();
  out.add("equity", std::optional(f.equity));
  out.add("excess", std::optional(f.excess));
  out.add("plain excess", std::optional(made->excess(marks)));
  out.add("available", std::optional(f.available));
  out.add("level", f.level);
  out.add("margin ratio", f.margin_ratio);
  out.add("loss slope", std::optional(made->loss_slope(marks, key).positions));
  out.add("key", made->solve(marks, key, workspace));
  const Bounds<T> none{Outcome::none, Outcome::none};
  const bool plain = made->plain(key);
  const Bounds<T> liquidation = plain ? made->liquidation_price(marks, key) : none, bankruptcy = plain ? made->bankruptcy_price(marks, key) : none;
  out.add("plain liquidation below", liquidation.below);
  out.add("plain liquidation above", liquidation.above);
  out.add("plain bankruptcy below", bankruptcy.below);
  out.add("plain bankruptcy above", bankruptcy.above);
  out.add("joint", made->solve(marks, shaped.betas, workspace));
  return out;
}

}  // namespace

// Central quotients with a step of 2^-66, in rationals; irrational prices are known to 2^-200. At a kink the quotients of the
// two sides differ: there is no derivative to compare with.
TEST_CASE("derivatives are the exact difference quotients", "[ext][dual]") {
  const Rational step(boost::multiprecision::cpp_int(1), boost::multiprecision::cpp_int(1) << 66);
  int compared = 0, of_class_q = 0, skipped = 0;
  double worst = 0;
  std::map<std::string, int> by_input;
  check_property("derivatives are the exact difference quotients", 1'000, [&] {
    const Shape s = ShapeDraw::account();
    RC_LOG() << s;
    std::array<Place, inputs> moved{};
    for (Place& p : moved) p = *rc::gen::elementOf(s.inputs);
    if (*rc::gen::inRange(0, 3) == 0) moved[0] = s.cash;
    const KeyId key{*rc::gen::elementOf(s.keys)};
    const auto dual = answers<D>(s, key, [&](Place p) {
      D x(s.numbers[p].convert_to<double>());
      for (int i = 0; i < inputs; ++i) x.derivatives()[i] = moved[static_cast<std::size_t>(i)] == p ? 1 : 0;
      return x;
    });
    const auto with = [&](Place place, const Rational& by) {
      return answers<Rational>(s, key, [&](Place p) { return p == place ? Rational(s.numbers[p] + by) : s.numbers[p]; });
    };
    const auto exact = with(0, 0);
    RC_ASSERT(exact.has_value() && dual.has_value());
    for (int i = 0; i < inputs; ++i) {
      const Place place = moved[static_cast<std::size_t>(i)];
      const auto less = with(place, -step), more = with(place, step);
      RC_ASSERT(less.has_value() && more.has_value());
      ++by_input[s.names[place]];
      const double input = s.numbers[place].convert_to<double>();
      for (std::size_t j = 0; j < exact->figures.size(); ++j) {
        const auto &x = exact->figures[j].value, &below = less->figures[j].value, &above = more->figures[j].value;
        const auto& found = dual->figures[j].value;
        RC_LOG() << exact->figures[j].name << " by " << s.names[place] << "\n";
        if (!x && !below && !above) {
          RC_ASSERT(!found);
          continue;
        }
        const bool smooth = x && below && above;
        const Rational left = smooth ? Rational((*x - *below) / step) : 0, right = smooth ? Rational((*above - *x) / step) : 0;
        const double quotient = Rational((left + right) / 2).convert_to<double>(), apart = Rational(right - left).convert_to<double>();
        if (!smooth || std::fabs(apart) > 1e-12 * (std::fabs(quotient) + 1e-3)) {
          ++skipped;
          continue;
        }
        RC_ASSERT(found.has_value());
        // Relative to the quotient; where that is nearly 0, to a thousandth of what the figure (of money, the notional) is to the input.
        const double value = x->convert_to<double>(), size = std::fmax(std::fabs(value), exact->figures[j].money ? exact->gross : 0);
        const double floor = 1e-3 * size / std::fmax(1, std::fabs(input));
        const double error = std::fabs(derivatives_of(*found)[i] - quotient) / std::fmax(std::fabs(quotient), floor + 1e-9);
        RC_LOG() << "exact " << quotient << ", found " << derivatives_of(*found)[i] << "\n";
        RC_ASSERT(error <= 1e-9);
        RC_ASSERT(close(value_of(*found), value, 1e-10));
        worst = std::fmax(worst, error);
        ++compared;
        of_class_q += exact->figures[j].rational ? 1 : 0;
      }
    }
  });
  INFO(compared << " compared, " << of_class_q << " of class Q, " << skipped << " skipped, worst " << worst);
  CHECK(compared > 20'000);
  CHECK(of_class_q > 2'000);
  CHECK(skipped * 50 < compared);
  for (const char* name : {"cash", "amount", "entry", "mark", "rate", "weight", "size", "debt", "beta", "rate cap", "factor"}) {
    INFO(name);
    CHECK(by_input[name] > 0);
  }
}

// --- closed forms ---------------------------------------------------------------------------------------------------------

TEST_CASE("a linear position has the derivatives of its closed form", "[ext][dual]") {
  // E = C + q (P - e) = r |q| P  =>  P = (q e - C) / (q - r |q|)
  for (const double side : {1.0, -1.0}) {
    const D cash = in(1'000, 0), size = in(2 * side, 1), rate = in(0.02, 2), entry = D(3'000);
    const Bracket<D> rows[] = {{.rate = rate}};
    const Position<D> positions[] = {{.key = KeyId{0}, .size = size, .entry = entry, .brackets = rows, .tick = D(0.5)}};
    const auto account = Portfolio<D>::make({.cash = cash, .positions = positions}, 1);
    REQUIRE(account.has_value());
    const Price<D> marks[] = {D(2'900)};
    const D expected = D(D(D(size * entry) - cash) / D(size - D(rate * magnitude(size))));
    Workspace<D> workspace(*account);
    const PathAnswer<D> a = account->solve(marks, KeyId{0}, workspace);
    const Bounds<D> plain = account->liquidation_price(marks, KeyId{0});
    const PathSide<D>& end = side > 0 ? a.below : a.above;
    CHECK(close(*end.liquidation, expected));
    CHECK(close((*(side > 0 ? plain.below : plain.above)).raw(), expected));
    CHECK(close(*end.distance, magnitude(D(D(expected / D(2'900)) - D(1)))));
    CHECK(close(end.equity_left->raw(), D(D(rate * magnitude(size)) * expected), 1e-11));  // what maintenance asks for there
    CHECK(close(*end.bankruptcy, D(D(D(size * entry) - cash) / size)));
    CHECK(close(value_of(*end.tick), side > 0 ? std::ceil(2 * expected.value()) / 2 : std::floor(2 * expected.value()) / 2));
    CHECK(derivatives_of(*end.tick).isZero(0));  // whole ticks: a step function
    CHECK(!(side > 0 ? a.above : a.below).liquidation);
    CHECK(a.roots.size() == 1);
    CHECK(close(a.roots.front().value, expected));
    CHECK(!a.ulp);  // as for every scalar that rounds and is no enclosure
    const auto b = account->binding(marks, workspace);
    REQUIRE(b.has_value());
    CHECK(close(*b->price, expected));
    CHECK(close(b->distance, *end.distance));
  }
}

TEST_CASE("a peg has the derivatives of its closed form, on tiers and on their edge", "[ext][dual]") {
  // 10 coins at a price c and a peg p: up to a value of 100 all of it counts, beyond it half. Owed: D.
  const std::vector<KeyId> factors{KeyId{0}, KeyId{1}};
  const std::vector<DerivedPrice<D>> product{{.times = factors}};
  const std::vector<WeightTier<D>> tiers{{.cap = D(100), .weight = D(1)}, {.weight = D(0.5)}};
  const std::vector<Asset<D>> assets{{.amount = D(10), .key = KeyId{2}, .weight_tiers = tiers}};
  const D coin = in(20, 1);
  for (const double owed : {125.0, 100.0, 50.0}) {
    const D debt = in(owed, 0);
    const auto account = Portfolio<D>::make({.cash = D(-debt), .assets = assets, .derived = product, .rule = {.equity = true}}, 2);
    REQUIRE(account.has_value());
    const Price<D> marks[] = {coin, D(1)};
    Workspace<D> workspace(*account);
    const D value = owed > 100 ? D(D(D(2) * debt) - D(100)) : debt;  // that covers the debt; on the edge as below it
    const D expected = D(value / D(D(10) * coin));
    CHECK(close((*account->liquidation_below(marks, KeyId{1}, workspace)).raw(), expected));
    CHECK(close(*account->solve(marks, KeyId{1}, workspace).below.liquidation, expected));
  }
}

TEST_CASE("a quanto on a joint path has the derivatives of its closed form", "[ext][dual]") {
  // u = 1 + s moves the coin B and the underlying P: C + B u (A + q m (P u - E)) - r |q| m P u B u = 0, a quadratic in u.
  const D cash = in(-20'000, 0), amount = in(3, 1), size = in(400, 2), coin = D(60'000), mark = D(2'500), entry = D(2'600), multiplier = D(1e-6),
          rate = D(0.015);
  const Bracket<D> rows[] = {{.rate = rate}};
  const Asset<D> assets[] = {{.amount = amount, .key = KeyId{0}}};
  const Position<D> positions[] = {
      {.key = KeyId{1}, .size = size, .entry = entry, .brackets = rows, .kind = ContractKind::quanto, .settle = AssetId{0}, .multiplier = multiplier}};
  const auto account = Portfolio<D>::make({.cash = cash, .assets = assets, .positions = positions}, 2);
  REQUIRE(account.has_value());
  const Price<D> marks[] = {coin, mark};
  const Ratio<D> betas[] = {1, 1};
  Workspace<D> workspace(*account);
  const PathAnswer<D> path = account->solve(marks, betas, workspace);
  CHECK(path.path_class == PathClass::rational);
  const D face = D(size * multiplier), b = D(coin * D(amount - D(face * entry)));
  const auto expected = [&](const D& kept) {  // of a u^2 + b u + C, the root above 0
    const D a = D(coin * D(D(face * mark) * kept)), root = D(sqrt(D(D(b * b) - D(D(D(4) * a) * cash))));
    return D(D(D(root - b) / D(D(2) * a)) - D(1));
  };
  REQUIRE(path.below.liquidation.has_value());
  CHECK(close(*path.below.liquidation, expected(D(D(1) - rate))));
  CHECK(close(*path.below.bankruptcy, expected(D(1))));
  CHECK(derivatives_of(*path.below.liquidation).cwiseAbs().minCoeff() > 1e-7);
}

// --- edges --------------------------------------------------------------------------------------------------------------

namespace {

/// The only root of p between 0 and 1, as the solver of class Q gives it.
D only_root(const Polynomial<D>& p, bool exact) {
  Doubt doubt;
  const std::vector<Algebraic<D>> roots = isolate(p, {Point<D>{D(0), D(1)}, Point<D>{D(1), D(1)}}, doubt);
  REQUIRE(roots.size() == 1);
  const D x = located(roots.front());
  CHECK(roots.front().exact() == exact);
  return x;
}

}  // namespace

TEST_CASE("a root that bisection meets exactly is lifted as well", "[ext][dual]") {
  // dx/dc_i = -x^i / p'(x)
  SECTION("on the way to the scalar's limit") {  // (x - 1/2) (x + 3)
    const D x = only_root({in(-1.5, 0), in(2.5, 1), in(1, 2)}, true);
    CHECK(close(x, D(0.5, D::DerType(-1 / 3.5, -0.5 / 3.5, -0.25 / 3.5))));
  }
  SECTION("where an interval was divided") {  // (x - 1/2) (x - 1/4) (x + 1)
    Doubt doubt;
    const auto roots = isolate(Polynomial<D>{in(0.125, 0), in(-0.625, 1), D(0.25), in(1, 2)}, {Point<D>{D(0), D(1)}, Point<D>{D(1), D(1)}}, doubt);
    REQUIRE(roots.size() == 2);
    CHECK(close(located(roots[0]), D(0.25, D::DerType(1, 0.25, 0.015625) / 0.3125)));
    CHECK(close(located(roots[1]), D(0.5, D::DerType(-1, -0.5, -0.125) / 0.375)));
  }
  SECTION("on a line") {
    CHECK(close(only_root({in(-1, 0), in(2, 1)}, true), D(0.5, D::DerType(-0.5, -0.25, 0))));
  }
  SECTION("on what is a line only at this value") {
    CHECK(close(only_root({in(-1, 0), in(2, 1), in(0, 2)}, true), D(0.5, D::DerType(-0.5, -0.25, -0.125))));
  }
  SECTION("from a number that was not met") {  // x^2 + x - 1: the golden ratio
    const double x = (std::sqrt(5.0) - 1) / 2, slope = 2 * x + 1;
    CHECK(close(only_root({in(-1, 0), in(1, 1), in(1, 2)}, false), D(x, D::DerType(-1, -x, -x * x) / slope)));
  }
}

TEST_CASE("a root that rounding moves off the end of the domain does not count", "[ext][dual]") {
  // (x - 2) (x + 3) / 10: in double its value at 2 is 1e-16, not 0.
  Curve<D> curve{{in(-0.6, 0), D(0.1), D(0.1)}, {}, {Point<D>{D(1), D(1)}, Point<D>{D(2), D(1)}}, true, {}};
  CHECK(all_roots(curve).roots.empty());
  Curve<Decimal> third{{Decimal(-2), Decimal(1) / 3, Decimal(1) / 3}, {}, {Point<Decimal>{1, 1}, Point<Decimal>{2, 1}}, true, {}};
  CHECK(all_roots(third).roots.empty());
}

TEST_CASE("a multiple root has a value and no finite derivatives", "[ext][dual]") {
  Doubt doubt;
  const auto roots = isolate(Polynomial<D>{in(0.25, 0), in(-1, 1), in(1, 2)}, {Point<D>{D(0), D(1)}, Point<D>{D(1), D(1)}}, doubt);  // (x - 1/2)^2
  REQUIRE(roots.size() == 1);
  const D x = located(roots.front());
  CHECK(close(x.value(), 0.5, 1e-6));
  CHECK(!(std::fabs(x.derivatives()[0]) < 1e6));
}

TEST_CASE("on a tier edge a price moves as below the edge", "[ext][dual]") {
  // 10 long from 100; a rate of 1/64 up to 500, then of 1/16. The cash leaves exactly the maintenance at 50, where 500 is reached.
  const Bracket<D> rows[] = {{.cap = in(500, 2), .rate = D(0.015625)}, {.rate = D(0.0625)}};
  const Position<D> positions[] = {{.key = KeyId{0}, .size = D(10), .entry = D(100), .brackets = rows}};
  const auto account = Portfolio<D>::make({.cash = in(507.8125, 0), .positions = positions}, 1);
  REQUIRE(account.has_value());
  const Price<D> marks[] = {in(100, 1)};
  Workspace<D> workspace(*account);
  const D expected(50, D::DerType(-1 / 9.84375, 0, 0));  // above the edge it would be -1 / 9.375; of the edge itself 0, and 0.1 by the cap
  CHECK(close(*account->solve(marks, KeyId{0}, workspace).below.liquidation, expected));
  CHECK(close((*account->liquidation_below(marks, KeyId{0})).raw(), expected));

  // Class Q: below 1/2 the function is x - 1/2, above twice that.
  const Piece<D> bend[] = {{D(0), D(1), D(0)}, {D(0), D(2), D(0)}};
  const CurveTerm<D> term[] = {{D(1), {in(-0.5, 0), D(1)}, {D(1)}, bend}};
  Curve<D> curve{{in(0, 1)}, term, {Point<D>{D(0), D(1)}, Point<D>{D(1), D(1)}}, true, {}};
  const CurveRoots<D> roots = all_roots(curve);
  REQUIRE(roots.roots.size() == 1);
  CHECK(close(located(roots.roots.front().at), D(0.5, D::DerType(-1, -1, 0))));
}

TEST_CASE("where the requirement jumps a price moves with the edge", "[ext][dual]") {
  // Whole-position rates: above 500 of notional 20 % instead of 1 %. 10 short: the edge at 50 is where it dies.
  const Bracket<D> rows[] = {{.cap = in(500, 0), .rate = D(0.01)}, {.rate = D(0.2)}};
  const Position<D> positions[] = {{.key = KeyId{0}, .size = in(-10, 1), .entry = D(45), .brackets = rows, .bracket_rule = BracketRule::whole}};
  const auto account = Portfolio<D>::make({.cash = in(100, 2), .positions = positions}, 1);
  REQUIRE(account.has_value());
  const Price<D> marks[] = {D(45)};
  Workspace<D> workspace(*account);
  const D expected(50, D::DerType(0.1, 5, 0));  // cap / |q|: cash does not move it
  CHECK(close(*account->solve(marks, KeyId{0}, workspace).above.liquidation, expected));
  CHECK(close((*account->liquidation_above(marks, KeyId{0})).raw(), expected));
}

TEST_CASE("what is zero, but may change, is not left out", "[ext][dual]") {
  // All in the coin, and no cash yet: an inverse contract on it, and a quanto for class Q.
  const Bracket<D> rows[] = {{.rate = D(0.02)}};
  const Asset<D> assets[] = {{.amount = D(2), .key = KeyId{0}}};
  Position<D> positions[] = {
      {.key = KeyId{0}, .size = D(50), .entry = D(100), .brackets = rows, .kind = ContractKind::inverse, .settle = AssetId{0}, .multiplier = D(10)},
      {.key = KeyId{1}, .size = D(1), .entry = D(10), .brackets = rows, .kind = ContractKind::quanto, .settle = AssetId{0}, .multiplier = D(0.01)}};
  const Price<D> marks[] = {D(100), D(10)};
  Ratio<D> betas[] = {1, 0};
  const auto prices = [&](const D& cash, const D& accrued, const D& beta) {
    positions[0].accrued = accrued;
    betas[1] = beta;
    const auto account = Portfolio<D>::make({.cash = cash, .assets = assets, .positions = positions}, 2);
    REQUIRE(account.has_value());
    Workspace<D> workspace(*account);
    return std::array<D, 3>{*account->solve(marks, KeyId{0}, workspace).below.liquidation, account->equity(marks).raw(),
                            *account->solve(marks, betas, workspace).below.liquidation};
  };
  const double h = 1e-4;
  const auto found = prices(in(0, 0), in(0, 1), in(0, 2));
  const auto moved = [&](int i, double by) { return prices(D(i == 0 ? by : 0), D(i == 1 ? by : 0), D(i == 2 ? by : 0)); };
  for (int i = 0; i < inputs; ++i) {
    const auto less = moved(i, -h), more = moved(i, h);
    for (std::size_t j = 0; j < found.size(); ++j) {
      INFO(i << " " << j);
      CHECK(close(found[j].derivatives()[i], (more[j].value() - less[j].value()) / (2 * h), 1e-6));
    }
  }
  CHECK(found[0].derivatives()[0] != 0);
  CHECK(found[2].derivatives()[2] != 0);

  // In a level test nothing held counts as held.
  const Asset<D> loan[] = {{.amount = D(10), .key = KeyId{0}}, {.borrowed = D(500)}};
  const auto account = Portfolio<D>::make({.cash = in(0, 0), .assets = loan, .rule = {.requirement = false, .level = true, .level_ratio = D(1.25)}}, 1);
  REQUIRE(account.has_value());
  Workspace<D> workspace(*account);
  const Price<D> mark[] = {D(100)};
  CHECK(close(*account->solve(mark, KeyId{0}, workspace).below.liquidation, D(62.5, D::DerType(-0.1, 0, 0))));
  CHECK(close(account->figures(mark).level->raw(), D(2, D::DerType(1.0 / 500, 0, 0))));
}

TEST_CASE("outcomes are those of the value", "[ext][dual]") {
  const Bracket<D> rows[] = {{.rate = in(0.02, 0)}};
  const Position<D> positions[] = {{.key = KeyId{0}, .size = in(1, 1), .entry = D(100), .brackets = rows}};
  const auto rich = Portfolio<D>::make({.cash = in(200, 2), .positions = positions}, 1),
             poor = Portfolio<D>::make({.cash = in(1, 2), .positions = positions}, 1);
  REQUIRE((rich.has_value() && poor.has_value()));
  const Price<D> marks[] = {D(100)};
  CHECK(rich->liquidation_below(marks, KeyId{0}).outcome() == Outcome::none);
  CHECK(poor->liquidation_below(marks, KeyId{0}).outcome() == Outcome::already);
  Workspace<D> workspace(*poor);
  const PathAnswer<D> a = poor->solve(marks, KeyId{0}, workspace);
  CHECK(a.liquidatable_now);
  CHECK(close(*a.above.recovery, D(99 / 0.98, D::DerType(99 / 0.98 / 0.98, 1 / 0.98 * (100 - 99 / 0.98 * 0.98), -1 / 0.98))));
  CHECK(poor->status(marks) == Status::liquidatable);
  const Price<D> nan[] = {D(std::numeric_limits<double>::quiet_NaN())};
  CHECK(rich->liquidation_below(nan, KeyId{0}).outcome() == Outcome::already);
  CHECK(Portfolio<D>::make({.cash = in(std::numeric_limits<double>::infinity(), 0)}, 1).error().code == Errc::bad_number);
}

TEST_CASE("a number is read without derivatives and written as its value", "[ext][dual]") {
  for (const char* text : {"0.1", "-7/3", "0x1.8p-4", "1e-300", "0"}) {
    const D x = *read_number<D>(text);
    CHECK(x.value() == *read_number<double>(text));
    CHECK(derivatives_of(x).isZero(0));
    CHECK(ScalarText<D>::write(in(x.value(), 1)) == ScalarText<double>::write(x.value()));
    CHECK(read_number<D>(ScalarText<D>::write(x))->value() == x.value());
  }
  CHECK(read_number<D>("1e400").error().code == Errc::number_range);
  CHECK(read_number<D>("one").error().code == Errc::bad_number);
}

TEST_CASE("zero vanishes with its derivatives only", "[ext][dual]") {
  CHECK(vanishes(D(0)));
  CHECK(!vanishes(in(0, 1)));
  CHECK(is_nothing_yet(in(0, 1)));
  CHECK(!is_nothing_yet(D(0)));
  CHECK(in(1, 0) == in(1, 1));
  CHECK(!(in(1, 0) < in(1, 1)));
  CHECK(derivatives_of(point(in(1, 0))).isZero(0));
  CHECK(unit_roundoff<D>().value() == unit_roundoff<double>());
  CHECK(value_of(Price<D>(in(2, 0))) == 2);
  CHECK(derivatives_of(Price<D>(in(2, 0)))[0] == 1);
}
