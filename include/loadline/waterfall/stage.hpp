// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/scalar.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

/// @file
/// The stages of a waterfall, their order on a venue, and what a step reports.

namespace loadline {
inline namespace v1 {

/// Where a liquidated position, or what it cost, may go.
enum class Stage : std::uint8_t {
  market,        ///< an order, limited
  fund,          ///< the insurance fund takes the position at the bankruptcy price
  deleveraging,  ///< the other side gives up the same contracts
  deficit,       ///< below zero with nothing left to close: the fund pays
  socialised,    ///< what the fund cannot pay, everybody does
};

[[nodiscard]] constexpr const char* name(Stage stage) noexcept {
  switch (stage) {
    case Stage::market: return "market";
    case Stage::fund: return "fund";
    case Stage::deleveraging: return "deleveraging";
    case Stage::deficit: return "deficit";
    case Stage::socialised: return "socialised";
  }
  return "unknown";
}

/// Why a step ended.
enum class StepEnd : std::uint8_t {
  filled,         ///< the market took all of it
  at_limit,       ///< the rest was offered only beyond the limit, or the book had no more
  taken_over,     ///< the fund has all that was left
  fund_short,     ///< the fund paid all it could, and took that share
  solvent,        ///< no price above zero uses up what stands behind the position: nobody takes it over
  matched,        ///< the other side has given up all of it
  unplaced,       ///< the other side had too little
  market_filled,  ///< no deleveraging, since the market took a part of the order
  paid,           ///< the whole deficit
  paid_in_part,
  shared_out,
};

[[nodiscard]] constexpr const char* name(StepEnd end) noexcept {
  switch (end) {
    case StepEnd::filled: return "filled";
    case StepEnd::at_limit: return "at_limit";
    case StepEnd::taken_over: return "taken_over";
    case StepEnd::fund_short: return "fund_short";
    case StepEnd::solvent: return "solvent";
    case StepEnd::matched: return "matched";
    case StepEnd::unplaced: return "unplaced";
    case StepEnd::market_filled: return "market_filled";
    case StepEnd::paid: return "paid";
    case StepEnd::paid_in_part: return "paid_in_part";
    case StepEnd::shared_out: return "shared_out";
  }
  return "unknown";
}

/// Why the whole came to an end.
enum class WaterfallEnd : std::uint8_t {
  requirement_met,  ///< the account holds what is left
  closed,           ///< nothing is left, and nothing is owed
  no_more_orders,   ///< the policy waits, or its block is full
  unplaced,         ///< a position found nobody
  deficit,          ///< money is missing, and the stages that would pay it are not in the order
};

/// Which stages there are, and in which order. What one leaves goes on to the next.
struct StageOrder {
  std::array<Stage, 3> stages{Stage::market, Stage::fund, Stage::deleveraging};
  std::size_t count = 3;
  bool fund_pays_deficit = true;
  bool socialised = true;
  bool deleverage_only_unfilled = false;  ///< not where the market took a part of the order (dYdX v4)
};

/// The usual one.
inline constexpr StageOrder usual_order{};
/// OKX once deleveraging is triggered: no orders to the market any more.
inline constexpr StageOrder deleveraging_first{{Stage::deleveraging, Stage::market, Stage::fund}, 1, true, true, false};
/// Binance in the last hour before a delisting: one order, no fund, the rest is deleveraged.
inline constexpr StageOrder delisting_hour{{Stage::market, Stage::deleveraging, Stage::fund}, 2, false, true, false};
/// dYdX v4: the market, and deleveraging only where nothing filled; the fund pays for fills beyond the bankruptcy price.
inline constexpr StageOrder unfilled_only{{Stage::market, Stage::deleveraging, Stage::fund}, 2, true, true, true};
/// A venue without deleveraging: the fund, then everybody (Deribit; Drift and Mango in their own way).
inline constexpr StageOrder without_deleveraging{{Stage::market, Stage::fund, Stage::deleveraging}, 2, true, true, false};

/// At which price the other side is deleveraged.
enum class DeleveragePrice : std::uint8_t {
  bankruptcy,        ///< of the liquidated position: who is taken may gain or lose against the mark, the account ends at zero
  mark,              ///< who is taken bears nothing, the deficit stays
  reference,         ///< one that the venue names (the mark before, the oracle): OtherSide tells it
  reference_capped,  ///< the same, but not beyond the bankruptcy price on the side on which it would leave a deficit
};

/// Whom a venue deleverages, and at which price.
struct DeleverageRule {
  DeleveragePrice price = DeleveragePrice::bankruptcy;
  bool insolvent = false;      ///< accounts without equity are taken as well
  bool spare = true;           ///< of nobody more is taken than his equity can pay for: no new bankruptcy
  bool cancels_orders = true;  ///< the venue cancels the open orders of who is taken; nothing here depends on it
};

/// One step and what it did.
template <Scalar T>
struct WaterfallStep {
  Stage stage;
  StepEnd end;
  std::size_t leg;         ///< of the account
  T asked;                 ///< base units; of a deficit: money
  T done;                  ///< the same
  T price;                 ///< average, or at which it was taken over; 0 where nothing was done
  std::optional<T> limit;  ///< of an order, or the bankruptcy price at which a position went on
  T equity;                ///< of the account afterwards
};

/// What became of it all.
template <Scalar T>
struct WaterfallReport {
  WaterfallEnd end;
  std::size_t steps;
  T deficit;  ///< what is still missing
};

}  // namespace v1
}  // namespace loadline
