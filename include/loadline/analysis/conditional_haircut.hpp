// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"

#include <cmath>
#include <optional>

/// @file
/// A haircut that knows that the book is under stress.

namespace loadline {
inline namespace v1 {

/// Inputs of a Gaussian haircut.
struct HaircutInputs {
  double volatility;   ///< of the collateral's log price over the horizon, >= 0
  double correlation;  ///< of the collateral's fall with the book's loss, in [-1, 1]
  double stress;       ///< z of the book's quantile, e.g. 2.326 for 99 %
  double confidence;   ///< z of the haircut's own quantile
};

inline namespace LOADLINE_FLAGS {

/// The haircut of collateral taken alone, given that the book is at its quantile, and their signed difference.
struct ConditionalHaircut {
  double separate;     ///< 1 - e^{-z' sigma}
  double conditional;  ///< 1 - e^{-(rho z sigma + z' sigma sqrt(1 - rho^2))}
  double difference;   ///< conditional - separate: above zero where the collateral falls with the book
};

/// @f[ h = 1 - e^{-(\rho z \sigma + z' \sigma \sqrt{1 - \rho^2})} @f]
/// of log returns that are jointly normal, the book's loss being at its quantile z. A haircut below zero says that the collateral is
/// expected to rise while the book loses.
/// @par Units    volatility: of log prices over the horizon; z: standard deviations; haircuts: fractions
/// @par Shape    none
/// @par Rounding that of std::exp and std::sqrt
/// @par Errors   absent where an input is not finite, volatility is negative or correlation is outside [-1, 1]
/// @par Cost     O(1)
/// @par Source   docs/explanation/wrong-way.md
[[nodiscard]] inline std::optional<ConditionalHaircut> conditional_haircut(const HaircutInputs& in) {
  if (!std::isfinite(in.volatility) || in.volatility < 0 || !std::isfinite(in.stress) || !std::isfinite(in.confidence)) return std::nullopt;
  if (!(-1 <= in.correlation && in.correlation <= 1)) return std::nullopt;
  const double separate = -std::expm1(-in.confidence * in.volatility);
  const double loss = in.correlation * in.stress * in.volatility + in.confidence * in.volatility * std::sqrt((1 - in.correlation) * (1 + in.correlation));
  const double conditional = -std::expm1(-loss);
  return ConditionalHaircut{separate, conditional, conditional - separate};
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
