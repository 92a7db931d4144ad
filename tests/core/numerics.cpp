// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <loadline/core/numerics.hpp>

#include <cfenv>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

TEST_CASE("the floating point of this program is what the error bounds assume", "[numerics]") {
  CHECK(loadline::numerics_self_test());
}

TEST_CASE("the self test sees every other rounding mode", "[numerics]") {
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
    REQUIRE(std::fesetround(mode) == 0);
    const bool passed = loadline::numerics_self_test();
    REQUIRE(std::fesetround(FE_TONEAREST) == 0);
    CHECK_FALSE(passed);
  }
  CHECK(loadline::numerics_self_test());
}

#if defined(__x86_64__) || defined(_M_X64)
TEST_CASE("the self test sees flushed results and operands taken for zero", "[numerics]") {
  const unsigned int before = _mm_getcsr();
  constexpr unsigned int flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
  for (const unsigned int bits : {flush_to_zero, denormals_are_zero, flush_to_zero | denormals_are_zero}) {
    _mm_setcsr(before | bits);
    const bool passed = loadline::numerics_self_test();
    _mm_setcsr(before);
    CHECK_FALSE(passed);
  }
  CHECK(loadline::numerics_self_test());
}
#endif
