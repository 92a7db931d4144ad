// SPDX-License-Identifier: Apache-2.0
// How far an account is from its death when its winners may be taken, and a hedge whose legs see two wicks.
#include "support/catch.hpp"
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/analysis/robust_distance.hpp>
#include <loadline/analysis/two_venues.hpp>
#include <loadline/ext/multiprecision.hpp>

#include <array>
#include <limits>

using namespace loadline;

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

bool near(const Rational& x, const char* value) {
  return x == Rational(value);
}
template <class T>
bool near(const T& x, const char* value) {
  return plain(x) == Approx(Rational(value).convert_to<double>()).epsilon(1e-13);
}

/// Positions on keys of their own under one flat rate, and cash.
template <class T>
struct Book {
  struct Row {
    T size, entry, mark, fill;
  };

  std::array<Bracket<T>, 1> rate{Bracket<T>{.rate = Ratio<T>(bps<T>(100))}};
  std::vector<Position<T>> positions;
  std::vector<Price<T>> marks, fills;
  Account<T> account;

  Book(const T& cash, const std::vector<Row>& rows) {
    std::uint32_t key = 0;
    for (const Row& r : rows) {
      positions.push_back({.key = KeyId{key++}, .size = Size<T>(r.size), .entry = Price<T>(r.entry), .brackets = rate});
      marks.push_back(Price<T>(r.mark));
      fills.push_back(Price<T>(r.fill));
    }
    account.cash = Money<T>(cash);
    account.positions = positions;
  }
  Book(const Book&) = delete;
  Book& operator=(const Book&) = delete;

  [[nodiscard]] std::uint32_t keys() const { return static_cast<std::uint32_t>(marks.size()); }
  [[nodiscard]] Result<RobustDistance<T>> robust(std::size_t every = 10, std::span<const Ratio<T>> betas = {}) const {
    return robust_distance<T>(account, keys(), marks, {.fills = fills, .joint_betas = betas, .every = every});
  }
};

/// The same by another road: the excess is written down and solved by hand, subset by subset, by recursion. Zero or less: dead.
Rational distance_by_hand(const Rational& cash, const std::vector<Book<Rational>::Row>& rows) {
  const Rational m(1, 100), never = 1'000'000;
  Rational excess = cash;
  for (const auto& r : rows) excess += r.size * (r.mark - r.entry) - m * (r.size < 0 ? Rational(-r.size) : r.size) * r.mark;
  if (excess <= 0) return 0;
  Rational nearest = never;
  for (const auto& r : rows) {
    if (r.size == 0) continue;
    // A long loses size (1 - m) a point down, a short |size| (1 + m) a point up.
    const Rational slope = r.size < 0 ? Rational(-r.size * (1 + m)) : Rational(r.size * (1 - m));
    const Rational move = excess / slope / r.mark;
    if (r.size > 0 && move >= 1) continue;
    if (move < nearest) nearest = move;
  }
  return nearest;
}
Rational robust_by_hand(const Rational& cash, std::vector<Book<Rational>::Row> rows, std::size_t from) {
  if (from == rows.size()) return distance_by_hand(cash, rows);
  const Rational stays = robust_by_hand(cash, rows, from + 1);
  const auto r = rows[from];
  if (r.size * (r.mark - r.entry) <= 0) return stays;
  rows[from].size = 0;
  const Rational goes = robust_by_hand(cash + r.size * (r.fill - r.entry), rows, from + 1);
  return goes < stays ? goes : stays;
}
std::vector<Book<Rational>::Row> random_rows() {
  std::vector<Book<Rational>::Row> rows;
  const int n = *rc::gen::inRange(1, 5);
  for (int i = 0; i < n; ++i) {
    const auto price = [] { return Rational(*rc::gen::inRange(60, 140)); };
    rows.push_back({Rational(*rc::gen::inRange(-12, 13)), price(), price(), price()});
  }
  return rows;
}

}  // namespace

TEMPLATE_TEST_CASE("a hedge is 35 % away from its death as it stands, 31.8 % once its short is taken", "[robust_distance]", double, Strict, Rational) {
  using T = TestType;
  const Book<T> hedge(T(300), {{T(10), T(100), T(80), T(80)}, {T(-10), T(100), T(80), T(84)}});
  const auto r = hedge.robust();
  REQUIRE(r);
  CHECK(near(r->untouched->raw(), "71/202"));
  CHECK(near(r->least->raw(), "7/22"));
  CHECK(r->key == KeyId{0});
  CHECK(r->taken == std::vector<std::uint32_t>{1});
  CHECK(r->winners == 1U);
  CHECK(r->subsets == 2U);
  CHECK(r->every_subset);
  // Both legs together move by 1,775 % before it dies; without the short 31.8 % are enough.
  const std::vector<Ratio<T>> together(2, Ratio<T>(1));
  const auto joint = hedge.robust(10, together);
  REQUIRE(joint);
  CHECK(near(joint->untouched->raw(), "71/4"));
  CHECK(near(joint->least->raw(), "7/22"));
  CHECK_FALSE(joint->key);
}

TEST_CASE("the robust distance is the least over every subset of winners, exactly", "[robust_distance]") {
  check_property("brute force", 200, [] {
    const Rational cash = *rc::gen::inRange(-200, 1'500);
    const auto rows = random_rows();
    const Book<Rational> book(cash, rows);
    const auto r = book.robust();
    RC_ASSERT(bool(r));
    const Rational expected = robust_by_hand(cash, rows, 0), never = 1'000'000;
    RC_ASSERT(r->least.has_value() == (expected < never));
    if (r->least) RC_ASSERT(r->least->raw() == expected);
    const Rational untouched = distance_by_hand(cash, rows);
    RC_ASSERT(r->untouched.has_value() == (untouched < never));
    if (r->untouched) RC_ASSERT(r->untouched->raw() == untouched);
    // What it names is what leaves it.
    if (!r->least) return;
    auto left = rows;
    Rational paid = cash;
    for (const std::uint32_t i : r->taken) {
      paid += left[i].size * (left[i].fill - left[i].entry);
      left[i].size = 0;
    }
    RC_ASSERT(distance_by_hand(paid, left) == expected);
  });
}

TEST_CASE("more cash never lowers the robust distance", "[robust_distance]") {
  check_property("monotone in cash", 150, [] {
    const Rational cash = *rc::gen::inRange(-200, 1'500), more = *rc::gen::inRange(0, 400);
    const auto rows = random_rows();
    const Book<Rational> poor(cash, rows), rich(cash + more, rows);
    const auto a = poor.robust(), b = rich.robust();
    RC_ASSERT(bool(a));
    RC_ASSERT(bool(b));
    if (!a->least) RC_ASSERT(!b->least);
    if (b->least) RC_ASSERT(a->least->raw() <= b->least->raw());
    if (a->untouched) RC_ASSERT(a->least->raw() <= a->untouched->raw());
  });
}

TEST_CASE("beyond the stated number of winners: none, each alone, all; and it says so", "[robust_distance]") {
  const std::vector<Book<double>::Row> rows{{10, 50, 80, 80}, {-5, 100, 80, 80}, {4, 70, 80, 80}, {3, 100, 80, 80}};
  const Book<double> book(400, rows);
  const auto some = book.robust(2), all = book.robust(3);
  REQUIRE((some && all));
  CHECK(some->winners == 3U);
  CHECK(some->subsets == 5U);
  CHECK_FALSE(some->every_subset);
  CHECK(all->subsets == 8U);
  CHECK(all->every_subset);
  CHECK_FALSE(some->least < all->least);
}

TEST_CASE("who has neither won nor lost is not taken, however bad the fill", "[robust_distance]") {
  const Book<double> book(60, {{10, 80, 80, 1}, {0, 50, 80, 1}, {-10, 79, 80, 1'000}});
  const auto r = book.robust();
  REQUIRE(r);
  CHECK(r->winners == 0U);
  CHECK(r->subsets == 1U);
  CHECK(r->taken.empty());
  CHECK(r->least == r->untouched);
}

TEST_CASE("a hedge that lives only by its winner is dead once that is taken at a bad price", "[robust_distance]") {
  const Book<double> book(60, {{10, 100, 80, 80}, {-10, 100, 80, 90}});  // 60 - 200 + 100 of cash, and 8 needed
  const auto r = book.robust();
  REQUIRE(r);
  CHECK(r->least == Ratio<double>(0));
  CHECK_FALSE(r->key);
  CHECK(r->taken == std::vector<std::uint32_t>{1});
}

TEST_CASE("what the distance cannot be asked of is named", "[robust_distance][bad_input]") {
  Book<double> book(300, {{10, 100, 80, 80}, {-10, 100, 80, 84}});
  CHECK(book.robust(21).error() == Error{Errc::bad_size, Field::position});
  CHECK(robust_distance<double>(book.account, 2, book.marks, {.fills = std::span(book.fills).first(1)}).error() ==
        Error{Errc::bad_size, Field::reference_price, 1});
  book.fills[1] = no_number;
  CHECK(book.robust().error() == Error{Errc::bad_number, Field::reference_price, 1});
  book.fills = {Price<double>(no_number), Price<double>(84)};
  CHECK(book.robust());  // a loser's fill is not looked at
  book.marks[1] = no_number;
  CHECK(book.robust().error() == Error{Errc::bad_number, Field::mark, 1});
  book.account.cash = Money<double>(no_number);
  CHECK(book.robust().error() == Error{Errc::bad_number, Field::cash});
}

TEMPLATE_TEST_CASE("AVAX at 6.02 on one venue and 17 on the other: the long dies, the short that hedged it is naked",
                   "[two_venues][source:avax_prints_2025_10_10]", double, Strict, Rational) {
  using T = TestType;
  const auto price = [](int cents) { return T(T(cents) / T(100)); };
  // Twice levered on each: 1,000 AVAX from 26.59 on 13,295.
  const Book<T> coinm(T(13'295), {{T(1'000), price(2'659), price(2'659), T(1)}}), other(T(13'295), {{T(-1'000), price(2'659), price(2'659), T(1)}});
  const auto a = Portfolio<T>::make(coinm.account, 1), b = Portfolio<T>::make(other.account, 1);
  REQUIRE((a && b));
  const auto r = two_venues<T>({&*a, coinm.marks, KeyId{0}, Price<T>(price(602))}, {&*b, other.marks, KeyId{0}, Price<T>(17)});
  REQUIRE(r);
  CHECK(r->first.dies);
  CHECK_FALSE(r->second.dies);
  CHECK(near((*r->first.price.below).raw(), "2659/198"));   // 13.43
  CHECK(near((*r->second.price.above).raw(), "7977/202"));  // 39.49
  CHECK(near(r->first.exposure.raw(), "1000"));
  CHECK(near(r->hedged.raw(), "0"));
  CHECK(near(r->naked.raw(), "-1000"));
  CHECK(near(r->first.equity.raw(), "13295"));
  CHECK(near(r->second.distance->raw(), "49/101"));
  CHECK(near(r->second.from_print->raw(), "4543/3434"));  // 39.49 / 17 - 1
  // The other way round: who was long on the second venue lived, and the short on the first gained.
  const auto back = two_venues<T>({&*b, other.marks, KeyId{0}, Price<T>(price(602))}, {&*a, coinm.marks, KeyId{0}, Price<T>(17)});
  REQUIRE(back);
  CHECK_FALSE(back->first.dies);
  CHECK_FALSE(back->second.dies);
  CHECK(near(back->naked.raw(), "0"));
}

TEMPLATE_TEST_CASE("a long of 1.29 times dies at 6.02, one of 2.72 times at 17, to the third digit", "[two_venues][source:avax_prints_2025_10_10]", double,
                   Strict, Rational) {
  using T = TestType;
  const auto dies = [](int thousandths, int print_cents) {
    const T entry = T(T(2'659) / T(100)), cash = T(T(T(entry * T(1'000)) * T(1'000)) / T(thousandths));
    const Book<T> book(cash, {{T(1'000), entry, entry, T(1)}});
    const auto p = Portfolio<T>::make(book.account, 1);
    return at_wick<T>({&*p, book.marks, KeyId{0}, Price<T>(T(T(print_cents) / T(100)))})->dies;
  };
  CHECK_FALSE(dies(1'288, 602));
  CHECK(dies(1'289, 602));
  CHECK_FALSE(dies(2'724, 1'700));
  CHECK(dies(2'725, 1'700));
}

TEST_CASE("at the liquidation price itself it dies; who is dead already has no distance", "[two_venues]") {
  using T = Rational;
  const Book<T> book(T(500), {{T(10), T(100), T(100), T(1)}});
  const auto p = Portfolio<T>::make(book.account, 1);
  const Price<T> liquidation = *p->liquidation_price(book.marks, KeyId{0}).below;
  CHECK(at_wick<T>({&*p, book.marks, KeyId{0}, liquidation})->dies);
  CHECK_FALSE(at_wick<T>({&*p, book.marks, KeyId{0}, Price<T>(T(liquidation.raw() + T(1) / 1'000'000))})->dies);
  const Book<T> dead(T(-5), {{T(10), T(100), T(100), T(1)}});
  const auto d = Portfolio<T>::make(dead.account, 1);
  const auto r = at_wick<T>({&*d, dead.marks, KeyId{0}, Price<T>(100)});
  REQUIRE(r);
  CHECK(r->dies);
  CHECK(r->distance == Ratio<T>(0));
  // Both at their own marks: no wick, nobody dies, nothing is left open.
  const auto calm = two_venues<T>({&*p, book.marks, KeyId{0}, Price<T>(100)}, {&*p, book.marks, KeyId{0}, Price<T>(100)});
  CHECK(calm->naked == calm->hedged);
}

TEST_CASE("bad wicks are named, with the venue", "[two_venues][bad_input]") {
  Book<double> book(500, {{10, 100, 100, 1}});
  const auto p = Portfolio<double>::make(book.account, 1);
  const VenueAtWick<double> good{&*p, book.marks, KeyId{0}, 90};
  VenueAtWick<double> bad = good;
  bad.print = no_number;
  CHECK(two_venues<double>(good, bad).error() == Error{Errc::bad_number, Field::reference_price, 0, 1});
  CHECK(two_venues<double>(bad, good).error() == Error{Errc::bad_number, Field::reference_price});
  bad.print = 0;
  CHECK(at_wick<double>(bad).error() == Error{Errc::bad_price, Field::reference_price});
  bad = good;
  bad.key = KeyId{1};
  CHECK(at_wick<double>(bad).error() == Error{Errc::missing_price, Field::key});
  book.marks[0] = no_number;
  CHECK(at_wick<double>(good).error() == Error{Errc::bad_number, Field::mark});
}
