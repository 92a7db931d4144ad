// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/property.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/market/slippage.hpp>

#include <type_traits>

/// @file
/// The laws of a depth model, through which levels, bands and power laws are run: exactly in rationals, up to rounding in double.

namespace depth_laws {

using namespace loadline;

/// A whole number drawn from [low, high], over a divisor.
template <class T>
T drawn(int low, int high, int divisor = 1) {
  return T(T(*rc::gen::inRange(low, high + 1)) / T(divisor));
}

template <class T>
bool near(const T& a, const T& b, const T& scale) {
  if constexpr (std::is_same_v<T, double>)
    return (a < b ? b - a : a - b) <= 1e-11 * (scale < 0 ? -scale : scale);
  else
    return a == b;
}
/// a <= b, up to rounding.
template <class T>
bool at_most(const T& a, const T& b, const T& scale) {
  return a < b || near(a, b, scale);
}

/// `strict`: worst prices move with every unit, so each names one size (bands and power laws; not levels).
template <class T, class D>
void check_depth_laws(const D& side, bool strict) {
  static_assert(InvertibleDepth<D, T>);
  const T total = side.total();
  const bool bids = side.side() == BookSide::bids;
  RC_ASSERT(fill(side, T(total + 1), T(0)).filled == total);
  RC_ASSERT(near(fill(side, T(total + 1), T(0)).unfilled, T(1), T(total + 1)));
  RC_ASSERT(fill(side, T(1), total).filled == 0);
  RC_ASSERT(fill(side, T(1), T(total + 1)).unfilled == 1);
  RC_ASSERT(side.walk(T(0)).value == 0);
  if (total == 0) {
    RC_ASSERT(side.walk(T(0)).worst == 0);
    RC_ASSERT(side.within(T(1)) == 0);
    RC_ASSERT(side.size_at_average(T(1), T(0)) == 0);
    return;
  }
  const T best = side.walk(T(0)).worst, end = side.walk(total).worst, money = side.walk(total).value;
  RC_ASSERT((0 < best && 0 < end));
  const auto no_better = [&](const T& a, const T& b) { return bids ? at_most(a, b, best) : at_most(b, a, best); };  // price a than price b
  const T taken = *rc::gen::inRange(0, 3) == 0 ? T(0) : T(total * drawn<T>(0, 999, 1'000)), left = T(total - taken);
  const T q = T(left * drawn<T>(1, 1'000, 1'000)), more = T(left * drawn<T>(1, 1'000, 1'000));

  // The average lies between the best and the worst price; both and the value are monotone in size.
  const Walk<T> one = side.walk(q), other = side.walk(more);
  RC_ASSERT((no_better(one.worst, best) && no_better(end, one.worst)));
  RC_ASSERT((bids ? at_most(T(one.worst * q), one.value, money) && at_most(one.value, T(best * q), money)
                  : at_most(T(best * q), one.value, money) && at_most(one.value, T(one.worst * q), money)));
  if (q < more) {
    RC_ASSERT(at_most(one.value, other.value, money));
    RC_ASSERT(no_better(other.worst, one.worst));
    RC_ASSERT((bids ? at_most(T(other.value * q), T(one.value * more), T(money * total)) : at_most(T(one.value * more), T(other.value * q), T(money * total))));
  }

  // What is taken in two parts costs what it costs in one.
  const Fill<T> whole = fill(side, q, taken);
  RC_ASSERT((whole.filled == q && whole.unfilled == 0));
  const T part = T(q * drawn<T>(1, 999, 1'000));
  const Fill<T> first = fill(side, part, taken), second = fill(side, T(q - part), T(taken + part));
  RC_ASSERT(near(T(first.value + second.value), whole.value, money));
  RC_ASSERT(near(second.worst, whole.worst, best));

  // The size within the worst price is that size; where a price is that of many units, it is all of them.
  // In double a last bit of a price decides over all units that lie there, so the inverse is asked a little beyond it, and compared only
  // where prices have moved.
  const auto eased = [&](const T& price) {
    if constexpr (std::is_same_v<T, double>)
      return bids ? price * (1 - 1e-12) : price * (1 + 1e-12);
    else
      return price;
  };
  const auto moved = [&](const T& price) { return strict && !(std::is_same_v<T, double> && magnitude(T(price - best)) * 1'000 < best); };
  const T again = largest_within(side, whole.worst, taken);
  if (moved(whole.worst)) RC_ASSERT(near(again, q, total));
  RC_ASSERT(at_most(q, largest_within(side, eased(whole.worst), taken), total));
  RC_ASSERT(no_better(whole.worst, side.walk(T(taken + again)).worst));
  const Fill<T> limited = fill_within(side, left, whole.worst, taken);
  RC_ASSERT(near(limited.filled, again, total));

  // The size at an average price has that average, and no larger one has.
  const T average = *average_price(whole), size = largest_at_average(side, average, taken);
  RC_ASSERT(at_most(q, largest_at_average(side, eased(average), taken), total));
  if (moved(average) && q * 100 > total) RC_ASSERT(near(size, q, T(total * 100)));
  RC_ASSERT(near(fill(side, size, taken).value, T(average * size), money));
  const T asked = T(end + T(T(best - end) * drawn<T>(-100, 1'100, 1'000)));
  const T found = largest_at_average(side, asked, taken), halved = detail::halved_size(side, asked, T(0), taken);
  RC_ASSERT((!(found < 0) && !(left < found)));
  const auto ahead = [&](const T& x) {  // of the limit; it falls once it is below zero
    const T value = fill(side, x, taken).value, at_limit = T(asked * x);
    return bids ? T(value - at_limit) : T(at_limit - value);
  };
  for (const T& x : {found, halved}) {
    RC_ASSERT(at_most(T(0), ahead(x), money));
    RC_ASSERT(at_most(ahead(T(x + T(T(left - x) / 2))), ahead(x) < 0 ? T(0) : ahead(x), money));
  }
  // The size for a cost has that cost at most, and is the one that has it wherever the cost rises.
  const T mid = T(best * (bids ? drawn<T>(1'000, 1'050, 1'000) : drawn<T>(950, 1'000, 1'000)));
  const auto cost_of = [&](const T& x) { return cost_against(side.side(), fill(side, x, taken), Price<T>(mid)).raw(); };
  const T cost = cost_of(q), slack = std::is_same_v<T, double> ? T(money / T(1'000'000'000)) : T(0);
  if (!(cost < 0)) {  // below: only by rounding
    const T bought = largest_at_cost(side, CostLimit<T>{mid, T(cost + slack)}, taken), by_halves = detail::halved_size(side, mid, T(cost + slack), taken);
    RC_ASSERT((!(bought < 0) && !(left < bought)));
    RC_ASSERT(at_most(cost_of(bought), T(cost + slack), money));
    RC_ASSERT(q < bought + T(left / 1'000'000'000));
    if (bought < left) RC_ASSERT(cost_of(T(bought + T(T(left - bought) / 1'000))) > cost);
    RC_ASSERT(at_most(magnitude(T(cost_of(bought) - cost_of(by_halves))), T(money / 1'000'000'000), money));
  }
  if constexpr (!std::is_same_v<T, double>) {
    RC_ASSERT(magnitude(T(found - halved)) < left / 1'000'000'000);
    if (!strict && halved < found) RC_ASSERT(ahead(found) == 0);  // between curved prices the size may be no fraction
  }
}

}  // namespace depth_laws
