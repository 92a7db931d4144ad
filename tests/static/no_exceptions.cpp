// SPDX-License-Identifier: Apache-2.0
//
// The whole library, instantiated, compiles with -fno-exceptions -fno-rtti.
#include "support/strict.hpp"

#include <loadline/f64.hpp>
#include <loadline/fwd.hpp>

template class loadline::Portfolio<double>;
template class loadline::Portfolio<Strict>;
template class loadline::Workspace<double>;
template class loadline::Workspace<Strict>;
template class loadline::Ledger<double>;
template class loadline::Ledger<Strict>;
template loadline::Result<loadline::Compensation<Strict>> loadline::compensation(const CompensationRule&, const LiquidationCase<Strict>&,
                                                                                 const CollateralReading<Strict>&);
template loadline::Result<loadline::ImpliedFailure<Strict>> loadline::implied_failure(const RedemptionTrade<Strict>&);
template loadline::Result<loadline::Purchase<Strict>> loadline::largest_purchase(const TieredPurchase<Strict>&);
