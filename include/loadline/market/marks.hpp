// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"

#include <cstddef>
#include <span>

/// @file
/// The gate for prices: what passes here is a price.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// Number of marks, if each is finite and above zero. Call it once a tick, before the queries.
///
/// Queries take marks as they are. A NaN that gets past this gate never looks safe (it fails every test), but an infinite mark
/// may, to the plain queries, and only this gate names the culprit.
/// @par Units    numeraire per base unit
/// @par Shape    any number of marks
/// @par Rounding none
/// @par Errors   BAD_NUMBER (NaN, infinity), BAD_PRICE (zero, negative), with the index of the mark
/// @par Cost     O(marks), no allocation
/// @par Source   none
template <Scalar T>
[[nodiscard]] constexpr Result<std::size_t> check_marks(std::span<const Price<T>> marks) {
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    if (!is_finite(marks[i].raw())) return Error{Errc::bad_number, Field::mark, index};
    if (!(T(0) < marks[i].raw())) return Error{Errc::bad_price, Field::mark, index};
  }
  return marks.size();
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
