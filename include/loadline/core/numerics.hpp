// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/config.hpp"

/// @file
/// Whether this program's floating point is what the error bounds assume.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// True when rounding is to nearest, subnormals live, NaN compares false and error-free sums are error-free.
///
/// Looks at run time for what no macro tells: flush-to-zero set by another object's start-up code, another rounding
/// mode, reassociation. Call it once at start; where it is false no answer of this library is certified.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost   a few dozen operations
/// @par Source   IEEE 754
[[nodiscard]] inline bool numerics_self_test() noexcept {
  volatile double one = 1.0, tiny = 0x1p-53, three = 3.0, least = 0x1p-1074, small = 0x1p-1022, zero = 0.0, ten = 10.0;
  const volatile double tie = one + tiny;                // to nearest even: 1
  const volatile double above = one + (tiny + 0x1p-80);  // 1 + 2^-52
  const volatile double third = one / three;
  const volatile double sum = ten + tiny, back = sum - ten, rest = tiny - back;
  const volatile double nan = zero / zero, half_small = small * 0.5;
  const bool nearest = tie == 1.0 && above == 1.0 + 0x1p-52 && third == 0x1.5555555555555p-2 && -third == -0x1.5555555555555p-2;
  const bool subnormals = half_small == 0x1p-1023 && half_small > 0.0 && least > 0.0;
  const bool ordered = !(nan == nan) && !(nan < one) && !(one < nan);
  return nearest && subnormals && ordered && back + rest == tiny && LOADLINE_UNSAFE_MATH == 0;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
