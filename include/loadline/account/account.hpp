// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/position.hpp"
#include "loadline/margin/rule.hpp"

/// @file
/// An account, as a venue reports it.

namespace loadline {
inline namespace v1 {

/// A wallet and positions, over the caller's own storage; no invariants: Portfolio::make checks it all.
template <Scalar T>
struct Account {
  Money<T> cash = 0;  ///< wallet in the numeraire; below zero it is a debt, which turns the equity test on
  std::span<const Position<T>> positions = {};
  LiquidationRule<T> rule = {};
  CumPolicy cum_policy = CumPolicy::strict;
};

}  // namespace v1
}  // namespace loadline
