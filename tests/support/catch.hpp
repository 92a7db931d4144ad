// SPDX-License-Identifier: Apache-2.0
#pragma once

/// @file
/// Catch2, version 3 where it is found, else version 2: the only place that knows the difference.

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
