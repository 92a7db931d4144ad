// SPDX-License-Identifier: Apache-2.0
// An integer is not a scalar: its division drops the rest.
// Error: constraint
#include <loadline/loadline.hpp>

#ifdef BAD
using Number = int;
#else
using Number = double;
#endif

std::size_t size() {
  return sizeof(loadline::Portfolio<Number>);
}
