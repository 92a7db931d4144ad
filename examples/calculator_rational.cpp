// SPDX-License-Identifier: Apache-2.0
#include "calculator.hpp"

#include <loadline/ext/json.hpp>
#include <loadline/ext/multiprecision.hpp>
#include <loadline/venues/catalogue.hpp>

template loadline::Result<loadline::AnswerJson, loadline::FileError> loadline::answer_text<loadline::Rational, loadline::Rational>(
    std::string_view, const loadline::FileOptions&);

nlohmann::ordered_json calculator::answer_rational(std::string_view text, const Options& options) {
  // Bracket tables are checked in rationals: 0.0065 and 950 mean what they say, whatever scalar computes.
  const auto answer = loadline::answer_text<loadline::Rational, loadline::Rational>(text, {options.lenient, options.tick, loadline::venues::catalogue});
  return answer ? *answer : loadline::error_answer(answer.error());
}

double calculator::shown(const nlohmann::ordered_json& number) {
  if (number.is_number()) return number.get<double>();
  const auto exact = loadline::read_number<loadline::Rational>(number.get_ref<const std::string&>());
  return exact ? exact->convert_to<double>() : 0.0;
}
