// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/id.hpp"

#include <span>

/// @file
/// Prices that are products of other prices: a wrapped coin as underlying x redemption rate x peg.

namespace loadline {
inline namespace v1 {

/// factor * P_a * P_b * ..., over the caller's own storage: at least one key, base or an earlier derived one. Multiplied out no
/// base key may come twice.
template <Scalar T>
struct DerivedPrice {
  std::span<const KeyId> times;
  Ratio<T> factor = 1;  ///< > 0
};

}  // namespace v1
}  // namespace loadline
