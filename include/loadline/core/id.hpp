// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// @file
/// Names that are numbers: the library holds no text.

namespace loadline {
inline namespace v1 {

/// Index of a market key (a mark, a peg, a basis) in the caller's array of marks.
struct KeyId {
  std::uint32_t index;
  friend constexpr bool operator==(KeyId, KeyId) = default;
};

/// A contract. Two positions of one symbol are legs of one contract (hedge mode) and must differ in their side.
struct SymbolId {
  std::uint32_t index;
  friend constexpr bool operator==(SymbolId, SymbolId) = default;
};

}  // namespace v1
}  // namespace loadline
