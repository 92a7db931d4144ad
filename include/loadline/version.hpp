// SPDX-License-Identifier: Apache-2.0
#pragma once

/// @file
/// The only place where the version is written; the build reads it from here.

#define LOADLINE_VERSION_MAJOR 0
#define LOADLINE_VERSION_MINOR 1
#define LOADLINE_VERSION_PATCH 0
