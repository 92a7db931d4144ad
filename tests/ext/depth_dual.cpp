// SPDX-License-Identifier: Apache-2.0
// Books in numbers that carry derivatives, against difference quotients in fifty digits: powers, sizes found by halving, what is missing at a time.
#include "support/catch.hpp"

#include <loadline/ext/eigen.hpp>
#include <loadline/ext/multiprecision.hpp>
#include <loadline/market/bands.hpp>
#include <loadline/market/book.hpp>
#include <loadline/market/consumption.hpp>
#include <loadline/market/power_depth.hpp>
#include <loadline/market/recovery.hpp>
#include <loadline/market/thinned.hpp>

#include <array>
#include <cmath>
#include <vector>

using namespace loadline;

namespace {

constexpr int inputs = 3;
using D = Dual<inputs>;
template <class T>
using In = std::array<T, inputs>;

static_assert(PoweredScalar<D> && PoweredScalar<Decimal> && !PoweredScalar<Rational>);

/// Value and derivatives of `f` at a point of whole multiples of 1 / `parts`: against the same in decimals, a quotient to the right of it.
template <class F>
void check_derivatives(const char* claim, const F& f, const std::array<int, inputs>& at, int parts) {
  INFO(claim);
  In<D> dual{D(0), D(0), D(0)};
  In<Decimal> decimal;
  for (std::size_t i = 0; i < inputs; ++i) {
    dual[i] = seeded<inputs>(static_cast<double>(at[i]) / parts, static_cast<int>(i));
    decimal[i] = Decimal(at[i]) / parts;
  }
  const D found = f(dual);
  const Decimal value = f(decimal), step("1e-20");
  CHECK(found.value() == Approx(value.convert_to<double>()).epsilon(1e-12));
  for (std::size_t i = 0; i < inputs; ++i) {
    In<Decimal> moved = decimal;
    moved[i] += step;
    const double slope = Decimal((f(moved) - value) / step).template convert_to<double>();
    INFO("input " << i << " of " << found.value());
    CHECK(found.derivatives()[static_cast<int>(i)] == Approx(slope).epsilon(1e-9).margin(1e-9));
  }
}

/// A side of 100 within 1 %.
template <class T>
PowerLaw<T> power_law(BookSide side, const T& exponent) {
  return *PowerLaw<T>::make(
      {.side = side, .mid = T(1'000), .size = T(100), .reach = bps<T>(100), .end = bps<T>(2'000), .exponent = exponent, .spread = bps<T>(10)});
}

}  // namespace

TEST_CASE("fills of a power law by size, what is taken, and exponent", "[market][dual]") {
  for (const BookSide side : {BookSide::bids, BookSide::asks}) {
    const auto value = [&](const auto& in) { return fill(power_law(side, in[2]), in[0], in[1]).value; };
    const auto worst = [&](const auto& in) { return fill(power_law(side, in[2]), in[0], in[1]).worst; };
    for (const int exponent : {40, 100, 200, 310}) {  // hundredths; at 1 no power would be needed, but for its derivative
      check_derivatives("value", value, {7'000, 3'000, exponent}, 100);
      check_derivatives("worst price", worst, {7'000, 3'000, exponent}, 100);
    }
    check_derivatives("value, with nothing taken yet", value, {7'000, 0, 100}, 100);
    const auto within = [&](const auto& in) {
      using T = std::remove_cvref_t<decltype(in[0])>;
      return power_law(side, in[2]).within(side == BookSide::bids ? T(T(1'000) - in[0]) : T(T(1'000) + in[0]));
    };
    check_derivatives("depth within a price", within, {1'500, 0, 150}, 100);
  }
}

TEST_CASE("sizes for an average and for a cost by limit, what is taken, and exponent", "[market][dual]") {
  for (const BookSide side : {BookSide::bids, BookSide::asks}) {
    const auto at_average = [&](const auto& in) {
      using T = std::remove_cvref_t<decltype(in[0])>;
      return largest_at_average(power_law(side, in[2]), side == BookSide::bids ? T(T(1'000) - in[0]) : T(T(1'000) + in[0]), in[1]);
    };
    const auto at_cost = [&](const auto& in) {
      using T = std::remove_cvref_t<decltype(in[0])>;
      return largest_at_cost(power_law(side, in[2]), CostLimit<T>{T(1'000), in[0]}, in[1]);
    };
    for (const int exponent : {50, 100, 200}) {
      check_derivatives("average, nothing taken yet", at_average, {1'500, 0, exponent}, 100);
      check_derivatives("average", at_average, {1'500, 1'000, exponent}, 100);
      check_derivatives("cost", at_cost, {50'000, 1'000, exponent}, 100);
    }
    check_derivatives("a cost that all of it does not reach", at_cost, {10'000'000, 1'000, 50}, 100);
  }
}

TEST_CASE("levels and bands, whole and thinned, by limit or cost, what is taken, and level", "[market][dual]") {
  const auto sizes = [](const auto& in, auto&& ask) {
    using T = std::remove_cvref_t<decltype(in[0])>;
    const std::vector<BookLevel<T>> levels{{T(100), T(2)}, {T(98), T(3)}, {T(90), T(5)}};
    const std::vector<Band<T>> bands{{bps<T>(100), T(10)}, {bps<T>(200), T(30)}};
    return T(ask(*Levels<T>::make(BookSide::bids, levels)) + ask(*Bands<T>::make({.side = BookSide::bids, .mid = T(100), .bands = bands})));
  };
  const auto whole = [&](const auto& in) {
    using T = std::remove_cvref_t<decltype(in[0])>;
    return sizes(in, [&](const auto& side) {
      return T(largest_at_average(side, T(T(99) + in[0]), in[1]) + largest_at_cost(side, CostLimit<T>{T(101), in[2]}, in[1]));
    });
  };
  const auto thin = [&](const auto& in) {
    using T = std::remove_cvref_t<decltype(in[0])>;
    return sizes(in, [&](const auto& side) {
      const Thinned<T, std::remove_cvref_t<decltype(side)>> half(side, in[2]);
      return T(largest_at_average(half, T(T(99) + in[0]), in[1]) + largest_at_cost(half, CostLimit<T>{T(101), in[0]}, in[1]));
    });
  };
  check_derivatives("whole", whole, {10, 50, 500}, 100);
  check_derivatives("whole, with nothing taken yet", whole, {10, 0, 500}, 100);
  check_derivatives("thinned", thin, {10, 50, 60}, 100);
}

TEST_CASE("what is left after whole half-lives has its derivative, and so it has at once", "[market][dual]") {
  for (int halvings = 0; halvings < 60; ++halvings) {
    const double x = halvings * std::log(2.0);  // where rounding moves the rest below zero
    const D left = decay(seeded<inputs>(x, 1)), gone = decayed_share(seeded<inputs>(x, 1));
    INFO(halvings);
    CHECK(left.derivatives()[1] == Approx(-std::exp(-x)).epsilon(1e-14));
    CHECK(gone.derivatives()[1] == Approx(std::exp(-x)).epsilon(1e-14));
    CHECK(left.derivatives()[0] == 0.0);
  }
  const auto level = [](const auto& in) {
    using T = std::remove_cvref_t<decltype(in[0])>;
    return T(PowerRecovery<T>{in[0], in[1]}.left(in[2]) + ExponentialRecovery<T>{in[0]}.left(in[2]));
  };
  check_derivatives("recovery by time constant, exponent and time", level, {200, 40, 700}, 100);
}
