// SPDX-License-Identifier: Apache-2.0
// -ffast-math breaks what the error bounds and the test for NaN rest on; who wants it must say so.
// Flags: -ffast-math
// Error: unsafe floating point
#ifndef BAD
#define LOADLINE_ALLOW_UNSAFE_MATH
#endif
#include <loadline/loadline.hpp>

bool certified() {
  return loadline::numerics_self_test();
}
