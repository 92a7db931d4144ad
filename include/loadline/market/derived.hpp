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
/// @par Units    the factor carries what the product of prices lacks
/// @par Shape    at least one key
/// @par Rounding none
/// @par Errors   none here; Portfolio::make
/// @par Cost     none
/// @par Source   docs/reference/account-file.md, A price
template <Scalar T>
struct DerivedPrice {
  std::span<const KeyId> times;
  Ratio<T> factor = 1;  ///< > 0
};

}  // namespace v1
}  // namespace loadline
