// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/loadline.hpp"

/// @file
/// The names of loadline for double.

namespace loadline {
inline namespace v1 {
namespace f64 {

using Money = loadline::Money<double>;
using Price = loadline::Price<double>;
using Size = loadline::Size<double>;
using Ratio = loadline::Ratio<double>;
using Bracket = loadline::Bracket<double>;
using Position = loadline::Position<double>;
using Account = loadline::Account<double>;
using Portfolio = loadline::Portfolio<double>;
using Workspace = loadline::Workspace<double>;
using Bound = loadline::Bound<double>;
using Bounds = loadline::Bounds<double>;

}  // namespace f64
}  // namespace v1
}  // namespace loadline
