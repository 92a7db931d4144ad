// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/catch.hpp"

#include <rapidcheck.h>
#include <rapidcheck/detail/TestListenerAdapter.h>

#include <sstream>
#include <string>

/// @file
/// Properties: a claim, checked on random cases that shrink when it fails.

/// Checks a RapidCheck property on so many cases; a failure shows the smallest case and how to reproduce it.
///
/// RC_PARAMS="max_success=1000" multiplies the cases by ten (the default is 100), RC_PARAMS="seed=..." repeats a run.
template <class Property>
void check_property(const std::string& claim, int cases, const Property& property) {
  namespace internal = rc::detail;
  internal::TestParams params = internal::configuration().testParams;
  params.maxSuccess = static_cast<int>(static_cast<long long>(params.maxSuccess) * cases / 100);
  internal::TestMetadata about;
  about.id = claim;
  about.description = claim;
  internal::TestListenerAdapter silent;
  const auto result = internal::checkTestable(property, about, params, silent, internal::configuration().reproduce);
  if (result.template is<internal::SuccessResult>()) {
    SUCCEED();
    return;
  }
  std::ostringstream text;
  internal::printResultMessage(result, text);
  FAIL_CHECK("does not hold: " << claim << " (RC_PARAMS=\"seed=" << params.seed << "\")\n" << text.str());
}
