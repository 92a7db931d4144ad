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
using Quantity = loadline::Quantity<double>;
using WeightTier = loadline::WeightTier<double>;
using LoanBracket = loadline::LoanBracket<double>;
using DerivedPrice = loadline::DerivedPrice<double>;
using LiquidationRule = loadline::LiquidationRule<double>;
using Asset = loadline::Asset<double>;
using Bracket = loadline::Bracket<double>;
using Position = loadline::Position<double>;
using Account = loadline::Account<double>;
using Portfolio = loadline::Portfolio<double>;
using Workspace = loadline::Workspace<double>;
using Bound = loadline::Bound<double>;
using Bounds = loadline::Bounds<double>;
using CertifiedBound = loadline::CertifiedBound<double>;
using CertifiedBounds = loadline::CertifiedBounds<double>;
using Figures = loadline::Figures<double>;
using PositionFigures = loadline::PositionFigures<double>;
using PathAnswer = loadline::PathAnswer<double>;
using Binding = loadline::Binding<double>;
using LossSlope = loadline::LossSlope<double>;
using ExplainedLeg = loadline::ExplainedLeg<double>;
using ExplainedAsset = loadline::ExplainedAsset<double>;

}  // namespace f64
}  // namespace v1
}  // namespace loadline
