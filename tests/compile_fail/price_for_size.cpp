// SPDX-License-Identifier: Apache-2.0
// A price is not a size.
// Error: could not convert|cannot convert|no viable conversion
#include <loadline/f64.hpp>

namespace f64 = loadline::f64;

f64::Position position(f64::Price price, f64::Size size) {
#ifdef BAD
  static_cast<void>(size);
  return {.key = {0}, .size = price, .entry = price, .brackets = {}};
#else
  return {.key = {0}, .size = size, .entry = price, .brackets = {}};
#endif
}
