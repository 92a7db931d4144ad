// SPDX-License-Identifier: Apache-2.0
// What the compiler itself can prove. The one test at the end only says that this file was compiled.
#include "support/catch.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/f64.hpp>

#include <array>
#include <memory>
#include <string>
#include <type_traits>

namespace {

using loadline::Decimal;
using loadline::NothrowScalar;
using loadline::Rational;
using loadline::Scalar;
namespace f64 = loadline::f64;

// --- scalars --------------------------------------------------------------------------------------------------------
static_assert(Scalar<double> && Scalar<float> && Scalar<long double> && Scalar<Strict> && Scalar<Rational> && Scalar<Decimal> && Scalar<loadline::Ball>);
static_assert(!Scalar<int> && !Scalar<bool> && !Scalar<unsigned long> && !Scalar<std::string> && !Scalar<double*> && !Scalar<const char*> && !Scalar<void>);
static_assert(!Scalar<loadline::Price<double>>);  // an amount is not a number

struct NoOrder {
  explicit NoOrder(int);
  friend NoOrder operator+(NoOrder, NoOrder);
  friend NoOrder operator-(NoOrder, NoOrder);
  friend NoOrder operator*(NoOrder, NoOrder);
  friend NoOrder operator/(NoOrder, NoOrder);
  friend NoOrder operator-(NoOrder);
  NoOrder& operator+=(NoOrder);
  NoOrder& operator-=(NoOrder);
  friend bool operator==(NoOrder, NoOrder);
};
struct Ordered : NoOrder {
  using NoOrder::NoOrder;
  Ordered(NoOrder);
  friend bool operator<(Ordered, Ordered);
};
static_assert(!Scalar<NoOrder> && Scalar<Ordered>);

struct MoveOnly {
  explicit MoveOnly(int);
  MoveOnly(MoveOnly&&);
  MoveOnly& operator=(MoveOnly&&);
  friend MoveOnly operator+(const MoveOnly&, const MoveOnly&);
  friend MoveOnly operator-(const MoveOnly&, const MoveOnly&);
  friend MoveOnly operator*(const MoveOnly&, const MoveOnly&);
  friend MoveOnly operator/(const MoveOnly&, const MoveOnly&);
  friend MoveOnly operator-(const MoveOnly&);
  MoveOnly& operator+=(const MoveOnly&);
  MoveOnly& operator-=(const MoveOnly&);
  friend bool operator<(const MoveOnly&, const MoveOnly&);
  friend bool operator==(const MoveOnly&, const MoveOnly&);
};
static_assert(!Scalar<MoveOnly>);

static_assert(NothrowScalar<double> && NothrowScalar<loadline::Ball> && NothrowScalar<float>);
static_assert(!NothrowScalar<Strict> && !NothrowScalar<Rational> && !NothrowScalar<int>);

static_assert(std::same_as<loadline::Working<double>, loadline::Ball> && std::same_as<loadline::Working<Strict>, Strict> &&
              std::same_as<loadline::Working<Rational>, Rational>);
static_assert(loadline::ScalarTraits<Rational>::exact && !loadline::ScalarTraits<double>::exact && !loadline::ScalarTraits<Decimal>::exact);

// --- amounts cost nothing -------------------------------------------------------------------------------------------
static_assert(sizeof(f64::Price) == sizeof(double) && alignof(f64::Price) == alignof(double));
static_assert(std::is_trivially_copyable_v<f64::Price> && std::is_trivially_destructible_v<f64::Price> && std::is_standard_layout_v<f64::Price>);
static_assert(sizeof(f64::Money) == sizeof(double) && sizeof(f64::Size) == sizeof(double) && sizeof(f64::Ratio) == sizeof(double));
static_assert(std::is_trivially_copyable_v<f64::Position> && std::is_trivially_copyable_v<f64::Account> && std::is_trivially_copyable_v<f64::Bracket>);
static_assert(std::is_trivially_copyable_v<f64::Bound> && std::is_trivially_copyable_v<f64::Bounds> && std::is_trivially_copyable_v<loadline::Figures<double>>);

template <class A, class B>
concept Adds = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Compares = requires(A a, B b) {
  a < b;
};
template <class A, class B>
concept Equals = requires(A a, B b) {
  a == b;
};
static_assert(Adds<f64::Money, f64::Money> && !Adds<f64::Money, f64::Price> && !Adds<f64::Money, double> && !Adds<double, f64::Money> &&
              !Adds<f64::Money, int>);
static_assert(Compares<f64::Price, f64::Price> && !Compares<f64::Price, f64::Size> && !Compares<f64::Price, double> && !Compares<int, f64::Price>);
static_assert(Equals<f64::Size, f64::Size> && !Equals<f64::Size, f64::Money> && !Equals<f64::Size, int>);
static_assert(std::same_as<decltype(f64::Price(2) * f64::Size(3)), f64::Money>);
static_assert(std::same_as<decltype(f64::Money(6) / f64::Size(3)), f64::Price>);
static_assert(std::same_as<decltype(f64::Money(6) / f64::Price(3)), f64::Size>);
static_assert(std::same_as<decltype(f64::Money(6) / f64::Money(3)), f64::Ratio>);
static_assert(std::is_convertible_v<double, f64::Price> && std::is_convertible_v<int, f64::Price> && !std::is_convertible_v<float, f64::Price>);
static_assert(!std::is_convertible_v<bool, f64::Price> && !std::is_constructible_v<f64::Price, f64::Size>);
static_assert(!std::is_convertible_v<f64::Price, double> && !std::is_constructible_v<double, f64::Price>);
static_assert(!std::is_constructible_v<loadline::Price<Rational>, double> && std::is_constructible_v<loadline::Price<Rational>, int>);
static_assert(!std::is_constructible_v<loadline::Price<Strict>, double>);

// --- results and portfolios -----------------------------------------------------------------------------------------
using Made = loadline::Result<f64::Portfolio>;
static_assert(std::copyable<f64::Portfolio> && std::is_nothrow_move_constructible_v<f64::Portfolio> && !std::is_default_constructible_v<f64::Portfolio>);
static_assert(std::copyable<loadline::Portfolio<Strict>> && std::copyable<loadline::Portfolio<Rational>>);
static_assert(std::same_as<decltype(f64::Portfolio::make(f64::Account{}, 1)), Made>);
static_assert(std::copyable<Made> && !std::is_convertible_v<Made, bool> && std::is_constructible_v<bool, Made>);
static_assert(std::movable<loadline::Result<std::unique_ptr<int>>> && !std::copyable<loadline::Result<std::unique_ptr<int>>>);
static_assert(!std::is_convertible_v<f64::Bound, bool> && std::is_constructible_v<bool, f64::Bound> && !std::is_default_constructible_v<f64::Bound>);
static_assert(!f64::Bound(loadline::Outcome::none) && f64::Bound(loadline::Outcome::already).outcome() == loadline::Outcome::already);
static_assert(f64::Bound(f64::Price(7)) && *f64::Bound(f64::Price(7)) == f64::Price(7));
static_assert(!std::is_convertible_v<double, f64::Bound>);  // 0.0 is not "no price"

// --- a liquidation price, found by the compiler ------------------------------------------------------------------------
// A short of 2 from 1,000; maintenance 1 % of notional up to 2,000, then 3 % less 40.
//   up to P = 1,000:  cash + 2 (1,000 - P) - 0.02 P        = cash + 2,000 - 2.02 P
//   above it:         cash + 2 (1,000 - P) - 0.06 P + 40   = cash + 2,040 - 2.06 P
// With 267.2 of cash, and times 100 so that every number is whole: 230,720 - 206 P = 0 at P = 1,120.
constexpr std::array<loadline::Cell<double>, 2> short_of_two{
    loadline::Cell<double>{1'000.0, {200'000.0, -202.0}},
    loadline::Cell<double>{loadline::no_end<double>(), {204'000.0, -206.0}},
};
constexpr loadline::Profile<double> short_profile = short_of_two;
static_assert(*loadline::first_failure_above(short_profile, loadline::cell_of(short_profile, 990.0), 26'720.0, 990.0, true,
                                             loadline::LiquidateWhen::at_or_below_zero) == 1'120.0);

constexpr std::array<loadline::Piece<double>, 2> short_pieces{loadline::Piece<double>{0.0, 1.0, 0.0}, loadline::Piece<double>{2'000.0, 3.0, -4'000.0}};
constexpr double by_newton() {
  std::array<loadline::Term<double>, 1> terms{loadline::Term<double>{-1.0, {0.0, 2.0}, {1.0, 0.0}, short_pieces, 0}};
  return *loadline::newton<double>({{226'720.0, -200.0}, terms, {loadline::Point<double>{0.0, 1.0}, std::nullopt}}, 5'000.0, loadline::Toward::below);
}
static_assert(by_newton() == 1'120.0);
constexpr bool by_all_roots() {
  std::array<loadline::Term<double>, 1> terms{loadline::Term<double>{-1.0, {0.0, 2.0}, {1.0, 0.0}, short_pieces, 0}};
  loadline::Slice<double> f{{226'720.0, -200.0}, terms, {loadline::Point<double>{0.0, 1.0}, std::nullopt}};
  const loadline::Root<loadline::Point<double>> none{{0.0, 1.0}, 0, 0, false};
  std::array<loadline::Root<loadline::Point<double>>, 3> room{none, none, none};
  const auto found = loadline::all_roots<double>(f, room);
  return found.roots.size() == 1 && found.first == 1 && found.roots[0].at.n / found.roots[0].at.d == 1'120.0 &&
         found.roots[0].kind() == loadline::RootKind::cross;
}
static_assert(by_all_roots());

// --- brackets and texts, checked by the compiler ------------------------------------------------------------------------
constexpr std::array<f64::Bracket, 2> rows{f64::Bracket{.cap = 2'000.0, .rate = 0.25, .cum = 0.0}, f64::Bracket{.rate = 0.5, .cum = 500.0}};
static_assert(!loadline::check(loadline::BracketTable<double>{rows}));
constexpr std::array<f64::Bracket, 2> falling{f64::Bracket{.cap = 2'000.0, .rate = 0.5}, f64::Bracket{.rate = 0.25}};
static_assert(loadline::check(loadline::BracketTable<double>{falling})->code == loadline::Errc::brackets_not_convex);
static_assert(loadline::round_to_tick(1'120.75, 0.5, loadline::Direction::up) == 1'121.0);
static_assert(std::string_view(loadline::name(loadline::Errc::brackets_not_convex)) == "BRACKETS_NOT_CONVEX");

}  // namespace

TEST_CASE("the compiler agrees with what this file asserts", "[static]") {
  SUCCEED();
}
