// SPDX-License-Identifier: Apache-2.0
#pragma once

/// @file
/// What the build decides: the assertion mode, the guard against unsafe floating point, the inline namespaces.

// A caller's bug (a key that the portfolio does not have, too few marks) meets LOADLINE_ASSERT. Define it before
// the first include to replace it; with NDEBUG it is empty.
#if defined(LOADLINE_ASSERT)
#define LOADLINE_ASSERT_MODE custom
#elif defined(NDEBUG)
#define LOADLINE_ASSERT(condition) static_cast<void>(0)
#define LOADLINE_ASSERT_MODE unchecked
#else
#include <cassert>
#define LOADLINE_ASSERT(condition) assert(condition)
#define LOADLINE_ASSERT_MODE checked
#endif

// The error bounds, and the test for NaN, rest on IEEE 754. Macros show -ffast-math and its visible parts;
// numerics_self_test() (core/numerics.hpp) looks for what no macro tells.
#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__)
#define LOADLINE_UNSAFE_MATH 1
#if !defined(LOADLINE_ALLOW_UNSAFE_MATH)
#error "loadline: unsafe floating point (-ffast-math or a part of it). Define LOADLINE_ALLOW_UNSAFE_MATH to go on; then nothing is certified."
#endif
#else
#define LOADLINE_UNSAFE_MATH 0
#endif

#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define LOADLINE_ARITHMETIC fma
#else
#define LOADLINE_ARITHMETIC plain
#endif

#define LOADLINE_JOIN_(a, b) a##_##b
#define LOADLINE_JOIN(a, b) LOADLINE_JOIN_(a, b)
/// Code whose body depends on the flags lives in this namespace, so that two objects built differently never share it.
#define LOADLINE_FLAGS LOADLINE_JOIN(LOADLINE_ARITHMETIC, LOADLINE_ASSERT_MODE)

/// For the few functions that every tick runs through: a call would cost as much as the work.
#if defined(__GNUC__)
#define LOADLINE_INLINE [[gnu::always_inline]] inline
#define LOADLINE_NOINLINE [[gnu::noinline]]
#else
#define LOADLINE_INLINE inline
#define LOADLINE_NOINLINE
#endif
