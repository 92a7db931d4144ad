// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

/// @file
/// Names that are numbers: the library holds no text.

namespace loadline {
inline namespace v1 {

/// Index of a market key (a mark, a peg, a basis) in the caller's array of marks. An account's derived prices follow: the
/// number of marks + i names its i-th product of keys.
struct KeyId {
  std::uint32_t index;
  friend constexpr bool operator==(KeyId, KeyId) = default;
};

/// A contract. Two positions of one symbol are legs of one contract (hedge mode) and must differ in their side.
struct SymbolId {
  std::uint32_t index;
  friend constexpr bool operator==(SymbolId, SymbolId) = default;
};

/// Index of an asset among an account's assets.
struct AssetId {
  std::uint32_t index;
  friend constexpr bool operator==(AssetId, AssetId) = default;
};

/// Positions of one group choose their bracket by the sum of their measures.
struct GroupId {
  std::uint32_t index;
  friend constexpr bool operator==(GroupId, GroupId) = default;
};

}  // namespace v1
}  // namespace loadline
