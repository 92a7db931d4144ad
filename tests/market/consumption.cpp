// SPDX-License-Identifier: Apache-2.0
// What one's own trades leave behind: as if in one piece without time, as if never after long, and what the state may not be.
#include "market/depth_laws.hpp"
#include "support/strict.hpp"

#include <loadline/market/bands.hpp>
#include <loadline/market/book.hpp>
#include <loadline/market/consumption.hpp>
#include <loadline/market/power_depth.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace loadline;
using namespace depth_laws;

TEST_CASE("trades of one millisecond cost what one trade costs, in every model", "[market][laws]") {
  check_property("splitting without recovery", 200, [] {
    const std::vector<BookLevel<Rational>> levels{{100, 5}, {99, 7}, {90, 20}};
    const std::vector<Band<Rational>> bands{{Rational(1) / 100, 10}, {Rational(1) / 10, 32}};
    const auto a = Levels<Rational>::make(BookSide::bids, levels);
    const auto b = Bands<Rational>::make({.side = BookSide::asks, .mid = 100, .bands = bands});
    const auto c = PowerLaw<Rational>::make({.side = BookSide::bids, .mid = 100, .size = 10, .reach = bps<Rational>(100), .end = bps<Rational>(320)});
    const Rational before = drawn<Rational>(0, 40), q1 = drawn<Rational>(0, 40, 3), q2 = drawn<Rational>(0, 40, 3);
    const auto check = [&](const auto& side) {
      Consumption<Rational> split{.recovery_time = 1, .time = 5, .missing = before}, whole = split;
      const auto one = split.take(side, q1, 5), two = split.take(side, q2, 5), both = whole.take(side, q1 + q2, 5);
      RC_ASSERT((one.has_value() && two.has_value() && both.has_value()));
      RC_ASSERT(one->filled + two->filled == both->filled);
      RC_ASSERT(one->value + two->value == both->value);
      RC_ASSERT(split.missing == whole.missing);
      RC_ASSERT(one->value == fill(side, q1, before).value);
    };
    check(*a), check(*b), check(*c);
  });
}

TEST_CASE("with time between them trades cost less, and what is missing falls as e^(-t / tau)", "[market][laws]") {
  check_property("recovery", 300, [] {
    const auto side = PowerLaw<double>::make({.side = BookSide::bids, .mid = 100, .size = 10, .reach = 0.01, .end = 0.5, .exponent = drawn<double>(1, 30, 10)});
    RC_ASSERT(side.has_value());
    const Time tau = *rc::gen::inRange(1, 100'000), wait = *rc::gen::inRange(1, 300'000), wait_more = *rc::gen::inRange(1, 300'000);
    const double q = side->total() * drawn<double>(1, 400, 1'000);
    Consumption<double> state{.recovery_time = tau};
    const double first = state.take(*side, q, 0)->value;
    const double left = std::exp(-static_cast<double>(wait) / static_cast<double>(tau));
    RC_ASSERT(near(*state.at(wait), q * left, q));
    Consumption<double> later = state;
    const double second = state.take(*side, q, wait)->value, third = later.take(*side, q, wait + wait_more)->value;
    RC_ASSERT((at_most(second, third, first) && at_most(third, first, first)));
    RC_ASSERT(near(state.missing, q * (1 + left), q));
    RC_ASSERT(near(second, fill(*side, q, q * left).value, first));
    // Two steps of time are one.
    Consumption<double> walked{.recovery_time = tau, .missing = q};
    RC_ASSERT(walked.take(*side, 0, wait).has_value());
    RC_ASSERT(near(*walked.at(wait + wait_more), *Consumption<double>{.recovery_time = tau, .missing = q}.at(wait + wait_more), q));
  });
}

TEMPLATE_TEST_CASE("faults of a consumption are named, and change nothing", "[market][bad_input]", LOADLINE_SCALARS) {
  using T = TestType;
  const T nan = T(num<T>(0.0) / num<T>(0.0));
  const std::vector<BookLevel<T>> levels{{T(100), T(5)}};
  const auto side = *Levels<T>::make(BookSide::bids, levels);
  const auto fault = [&](Consumption<T> state, const T& q, Time now) {
    const T before = state.missing;
    const Time then = state.time;
    const auto out = state.take(side, q, now);
    CHECK((state.time == then && (state.missing == before || !is_finite(before))));
    return out.error();
  };
  CHECK(fault({.recovery_time = 0}, T(1), 1) == Error{Errc::bad_parameter, Field::recovery_time});
  CHECK(fault({.recovery_time = -1}, T(1), 1) == Error{Errc::bad_parameter, Field::recovery_time});
  CHECK(fault({.recovery_time = 1, .time = 0, .missing = nan}, T(1), 1) == Error{Errc::bad_number, Field::book_depth});
  CHECK(fault({.recovery_time = 1, .time = 0, .missing = T(-1)}, T(1), 1) == Error{Errc::bad_parameter, Field::book_depth});
  CHECK(fault({.recovery_time = 1, .time = 5, .missing = T(1)}, T(1), 4) == Error{Errc::bad_time, Field::source_time});
  CHECK(fault({.recovery_time = 1, .time = 5, .missing = T(1)}, nan, 5) == Error{Errc::bad_number, Field::quantity});
  CHECK(fault({.recovery_time = 1, .time = 5, .missing = T(1)}, T(-1), 5) == Error{Errc::bad_parameter, Field::quantity});
  Consumption<T> state{.recovery_time = 1'000, .time = 5, .missing = T(9)};  // more than there is: the book has shrunk
  const auto none = state.take(side, T(2), 5);
  REQUIRE(none.has_value());
  CHECK((none->filled == T(0) && none->unfilled == T(2) && state.missing == T(9)));
  const auto again = state.take(side, T(8), std::numeric_limits<Time>::max());  // everything has come back
  CHECK((again->filled == T(5) && again->unfilled == T(3) && state.missing == T(5)));
}
