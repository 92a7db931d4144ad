// SPDX-License-Identifier: Apache-2.0
// A double has lost the decimal that it was written as; a rational account must not take it.
// Error: could not convert|cannot convert|no viable conversion|no matching
#include <loadline/ext/multiprecision.hpp>
#include <loadline/loadline.hpp>

using loadline::Rational;

loadline::Position<Rational> position() {
#ifdef BAD
  return {.key = {0}, .size = 0.1, .entry = 50'000, .brackets = {}};
#else
  return {.key = {0}, .size = Rational(1, 10), .entry = 50'000, .brackets = {}};
#endif
}
