// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

/// @file
/// The calculator's engine for each scalar. One source file each, so that they compile side by side.

namespace calculator {

/// Options that reach the reader.
struct Options {
  bool lenient = false;
  std::optional<std::string> tick;  ///< of positions that name none
};

/// The answer to one account file's text: the object of schema 1, or one with `error`.
nlohmann::ordered_json answer_double(std::string_view text, const Options& options);
nlohmann::ordered_json answer_decimal(std::string_view text, const Options& options);
nlohmann::ordered_json answer_rational(std::string_view text, const Options& options);

/// For display: the double nearest to a number of an answer, whichever scalar wrote it.
double shown(const nlohmann::ordered_json& number);

}  // namespace calculator
