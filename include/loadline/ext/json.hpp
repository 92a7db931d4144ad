// SPDX-License-Identifier: Apache-2.0
#pragma once

/// @file
/// The account file, schema 1, read and answered. Needs nlohmann_json 3.11; component loadline::json.

#include "loadline/ext/json_answer.hpp"
