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

// Rules of every kind, walked along by both scalars.
template <class T>
using Rule =
    loadline::Floor<T, loadline::Blend<T, loadline::Guarded<T, loadline::Fresh, loadline::Spot>,
                                       loadline::Clamp<T, loadline::Median<loadline::Spot, loadline::Spot>, loadline::Times<loadline::Spot, loadline::Spot>>>>;
template <class T>
using Map = loadline::PriceMap<Rule<T>, loadline::FallingPeg<T, loadline::DepthMedian<3>>,
                               loadline::MarkPrice<T, loadline::Weighted<T, loadline::Spot, loadline::Spot>>>;
template class loadline::FeedWalk<double, Map<double>>;
template class loadline::FeedWalk<Strict, Map<Strict>>;
template loadline::Bounds<Strict> loadline::falling_peg_liquidation(const FallingPegAccount<Strict>&, const Price<Strict>&);
template loadline::Result<loadline::WrongWay<Strict>> loadline::wrong_way(const Portfolio<Strict>&, Marks<Strict>, KeyId);
template loadline::Concentration<Strict> loadline::concentration(const Portfolio<Strict>&, Marks<Strict>);

// Books of every kind.
template class loadline::Levels<double>;
template class loadline::Levels<Strict>;
template class loadline::Book<Strict>;
template class loadline::Bands<Strict>;
template class loadline::PowerLaw<double>;
template class loadline::PowerLaw<Strict>;
template loadline::Result<loadline::Fill<Strict>> loadline::Consumption<Strict>::take(const Levels<Strict>&, const Strict&, Time);

// The waterfall over them.
template class loadline::ClosingAccount<double>;
template class loadline::ClosingAccount<Strict>;
template class loadline::InsuranceFund<Strict>;
template <class Policy, class Limit>
using Falls = loadline::Waterfall<Strict, Policy, Limit, loadline::ContractsProRata>;
using StrictMarket = loadline::BookMarket<Strict, loadline::Levels<Strict>>;
#define LOADLINE_RUN(...)                                                                                                        \
  template loadline::Result<loadline::WaterfallReport<Strict>> __VA_ARGS__::run(                                                 \
      loadline::Closing<Strict>&, StrictMarket&, loadline::InsuranceFund<Strict>&, std::span<const loadline::OtherSide<Strict>>, \
      loadline::DeleveragingWorkspace<Strict>&, loadline::Ledger<Strict>&, std::span<loadline::WaterfallStep<Strict>>) const
// Deleveraging.
template class loadline::Candidates<double>;
template class loadline::Candidates<Strict>;
template struct loadline::LeastHedgeBreaking<double>;
template struct loadline::LeastHedgeBreaking<Strict>;
template struct loadline::WholeLots<double, loadline::AdlQueue>;
template struct loadline::WholeLots<Strict, loadline::ContractsProRata>;
#define LOADLINE_ALLOCATE(T, ...)                                                                                                          \
  template loadline::Result<loadline::Allocation<T>> __VA_ARGS__::allocate(const loadline::Deleverage<T>&, const loadline::Candidates<T>&, \
                                                                           loadline::DeleveragingWorkspace<T>&, std::span<T>) const
LOADLINE_ALLOCATE(double, loadline::AdlQueue);
LOADLINE_ALLOCATE(Strict, loadline::AdlQueue);
LOADLINE_ALLOCATE(double, loadline::LeverageWaterFilling);
LOADLINE_ALLOCATE(Strict, loadline::LeverageWaterFilling);
LOADLINE_ALLOCATE(double, loadline::ProfitProRata);
LOADLINE_ALLOCATE(Strict, loadline::ProfitProRata);
LOADLINE_ALLOCATE(double, loadline::RiskAwareProRata<double>);
LOADLINE_ALLOCATE(Strict, loadline::RiskAwareProRata<Strict>);
template loadline::Result<loadline::QueueCount<double>> loadline::fill_lights(const loadline::Candidates<double>&, int, const loadline::LightRule&,
                                                                              loadline::DeleveragingWorkspace<double>&, std::span<std::uint32_t>);
template loadline::Result<loadline::QueueCount<Strict>> loadline::fill_lights(const loadline::Candidates<Strict>&, int, const loadline::LightRule&,
                                                                              loadline::DeleveragingWorkspace<Strict>&, std::span<std::uint32_t>);
LOADLINE_RUN(Falls<loadline::CloseEverything, loadline::AtBankruptcy>);
LOADLINE_RUN(Falls<loadline::CloseToRatio<Strict>, loadline::AtFillablePrice<Strict>>);
LOADLINE_RUN(Falls<loadline::StepDown, loadline::AtAnyPrice>);
LOADLINE_RUN(Falls<loadline::CloseShare<Strict>, loadline::AtBankruptcy>);
LOADLINE_RUN(Falls<loadline::CloseBlock<Strict>, loadline::AtBankruptcy>);
LOADLINE_RUN(Falls<loadline::CloseRamp<Strict>, loadline::AtBankruptcy>);
