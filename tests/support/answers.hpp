// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <loadline/ext/json.hpp>
#include <loadline/ext/multiprecision.hpp>

/// @file
/// The account file's reader and answer, compiled once: where a test links the calculator's engine it does not instantiate them again.

#ifdef LOADLINE_TEST_ENGINE
extern template loadline::Result<loadline::AnswerJson, loadline::FileError> loadline::answer_text<double, loadline::Rational>(std::string_view,
                                                                                                                              const loadline::FileOptions&);
extern template loadline::Result<loadline::AnswerJson, loadline::FileError> loadline::answer_text<loadline::Decimal, loadline::Rational>(
    std::string_view, const loadline::FileOptions&);
extern template loadline::Result<loadline::AnswerJson, loadline::FileError> loadline::answer_text<loadline::Rational, loadline::Rational>(
    std::string_view, const loadline::FileOptions&);
#endif
