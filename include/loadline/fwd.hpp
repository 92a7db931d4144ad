// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/id.hpp"

/// @file
/// Names without bodies, for headers that only pass them on.

namespace loadline {
inline namespace v1 {

template <Scalar T>
struct Bracket;
template <Scalar T>
struct Position;
template <Scalar T>
struct Account;
inline namespace LOADLINE_FLAGS {
template <Scalar T>
class Portfolio;
template <Scalar T>
class Workspace;
}  // namespace LOADLINE_FLAGS

}  // namespace v1
}  // namespace loadline
