// SPDX-License-Identifier: Apache-2.0
// Money and a price do not add up, and the error names them.
// Error: (no match|invalid operands).*Money
#include <loadline/f64.hpp>

namespace f64 = loadline::f64;

f64::Money sum(f64::Money money, f64::Price price, f64::Size size) {
#ifdef BAD
  static_cast<void>(size);
  return money + price;
#else
  return money + price * size;
#endif
}
