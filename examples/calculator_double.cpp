// SPDX-License-Identifier: Apache-2.0
#include "calculator.hpp"

#include <loadline/ext/json.hpp>
#include <loadline/ext/multiprecision.hpp>
#include <loadline/venues/catalogue.hpp>

template loadline::Result<loadline::AnswerJson, loadline::FileError> loadline::answer_text<double, loadline::Rational>(std::string_view,
                                                                                                                       const loadline::FileOptions&);

nlohmann::ordered_json calculator::answer_double(std::string_view text, const Options& options) {
  // Bracket tables are checked in rationals: 0.0065 and 950 mean what they say, whatever scalar computes.
  const auto answer = loadline::answer_text<double, loadline::Rational>(text, {options.lenient, options.tick, loadline::venues::catalogue});
  return answer ? *answer : loadline::error_answer(answer.error());
}
