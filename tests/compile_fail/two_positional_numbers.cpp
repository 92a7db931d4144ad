// SPDX-License-Identifier: Apache-2.0
// Two raw numbers in a row could be in either order: a named field takes one, positional arguments do not.
// Error: could not convert|cannot convert|no matching function|no viable conversion
#include <loadline/f64.hpp>

using namespace loadline;

template <class T>
Money<T> notional(const Price<T>& price, const Size<T>& size) {
  return price * size;
}

f64::Money ask() {
#ifdef BAD
  return notional(50'000.0, 0.1);
#else
  return notional(f64::Price(50'000.0), f64::Size(0.1));
#endif
}
