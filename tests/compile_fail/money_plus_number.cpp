// SPDX-License-Identifier: Apache-2.0
// A raw number joins no sum: 7.0 of what?
// Error: no match for|invalid operands to binary expression
#include <loadline/f64.hpp>

loadline::f64::Money deposit(loadline::f64::Money money) {
#ifdef BAD
  return money + 7.0;
#else
  return money + loadline::f64::Money(7.0);
#endif
}
