// SPDX-License-Identifier: Apache-2.0
// A raw number joins no comparison.
// Error: no match for|invalid operands to binary expression
#include <loadline/f64.hpp>

bool cheap(loadline::f64::Price price) {
#ifdef BAD
  return price < 3.0;
#else
  return price < loadline::f64::Price(3.0);
#endif
}
