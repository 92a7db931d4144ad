// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/partial_close.hpp"

#include <concepts>

/// @file
/// What a venue sends to the market first: policies that name the next order, one by one.

namespace loadline {
inline namespace v1 {

/// One liquidation order.
template <Scalar T>
struct CloseOrder {
  std::size_t leg;
  T size;                 ///< base units to close, > 0
  bool final = true;      ///< what it leaves goes on to the next stage; false: only where nothing of it was filled, else the policy is asked again
  bool to_market = true;  ///< false: it passes over the market, straight to who takes positions over
};

/// What a policy is told between its orders.
template <Scalar T>
struct CloseProgress {
  std::uint32_t orders = 0;  ///< sent so far
  T seconds = T(0);          ///< since the first
  T first_shortage = T(0);   ///< requirement - equity before the first order
};

/// In which order positions are closed.
enum class LegOrder : std::uint8_t {
  as_given,
  largest_maintenance,  ///< what frees most margin
  largest_notional,
  smallest_notional,
};

inline namespace LOADLINE_FLAGS {

/// Names the next order; nullopt: it sends no more.
///
/// An order names an open position that is not stuck; more than is left of it is cut down to that. One that asks for nothing, or for a stuck
/// position, ends the run. Orders are limited by the waterfall, not by the policy. A policy is asked while the account must close; one that aims further says
/// with `done(account)` when it has enough.
template <class P, class T>
concept CloseOut = Scalar<T> && std::copyable<P> && requires(const P& p, const Closing<T>& account, const CloseProgress<T>& progress) {
  { p.next(account, progress) } -> std::same_as<std::optional<CloseOrder<T>>>;
};

/// The open position that comes first; no_leg: none is open that somebody would have.
inline constexpr std::size_t no_leg = static_cast<std::size_t>(-1);
template <Scalar T>
[[nodiscard]] constexpr std::size_t first_leg(const Closing<T>& account, LegOrder order) {
  std::size_t first = no_leg;
  T best = T(0);
  for (std::size_t i = 0; i < account.legs.size(); ++i) {
    const ClosingLeg<T>& leg = account.legs[i];
    if (leg.size == T(0) || leg.stuck) continue;
    if (order == LegOrder::as_given) return i;
    const T measure = order == LegOrder::largest_maintenance ? leg.needed : T(magnitude(leg.size) * leg.mark);
    if (first == no_leg || (order == LegOrder::smallest_notional ? measure < best : best < measure)) {
      first = i;
      best = measure;
    }
  }
  return first;
}

/// Everything, position by position, each in one order.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     O(legs) an order
/// @par Source   the full liquidation of small accounts on every venue
struct CloseEverything {
  LegOrder order = LegOrder::as_given;

  template <Scalar T>
  [[nodiscard]] constexpr std::optional<CloseOrder<T>> next(const Closing<T>& account, const CloseProgress<T>&) const {
    const std::size_t leg = first_leg(account, order);
    if (leg == no_leg) return std::nullopt;
    return CloseOrder<T>{leg, magnitude(account.legs[leg].size)};
  }
};

/// The smallest part that restores a target ratio, position by position; Binance's one large IOC with target 1.
///
/// A position of which no part is enough is closed whole. Where the market costs more than expected the part turns out too small and
/// the next order follows; after `rounds` orders positions are closed whole.
/// At exact equality, where a requirement may fail, there is nothing to close: the waterfall ends with `no_more_orders`.
/// @par Units    target: requirement / equity to be reached, in (0, 1]; slippage: expected, a fraction of the notional; fees come on top
/// @par Shape    none
/// @par Rounding that of the scalar
/// @par Errors   none
/// @par Cost     O(legs * pieces) an order
/// @par Source   Binance, Smart Liquidation; Bybit UTA portfolio margin reduces to 90 % (third party)
template <Scalar T>
struct CloseToRatio {
  T target = T(1);
  T slippage = T(0);
  LegOrder order = LegOrder::largest_maintenance;
  bool one_order = false;  ///< what an order leaves goes on to the next stage; false: the rest is asked for again while something fills
  std::uint32_t rounds = 4;

  [[nodiscard]] constexpr bool done(const Closing<T>& account) const {
    return !(T(target * account.equity) < T(account.requirement_ratio * maintenance(account)));
  }
  [[nodiscard]] constexpr std::optional<CloseOrder<T>> next(const Closing<T>& account, const CloseProgress<T>& progress) const {
    const std::size_t i = first_leg(account, order);
    if (i == no_leg) return std::nullopt;
    const ClosingLeg<T>& leg = account.legs[i];
    if (!(progress.orders < rounds)) return CloseOrder<T>{i, magnitude(leg.size)};
    const T size = least_part(account, leg, target, T(T(slippage + leg.liquidation_fee_rate) + leg.taker_fee_rate)).size;
    if (!(T(0) < size)) return std::nullopt;
    return CloseOrder<T>{i, size, one_order};
  }
};

/// Down the tiers: so much that the position fits a tier that lies `tiers` lower; from there on all of it.
///
/// @f[ close = |q| - cap_{k - tiers}, \qquad k > tiers @f]
/// @par Units    none
/// @par Shape    tiers >= 1; by the position's own schedule
/// @par Rounding that of the scalar
/// @par Errors   none
/// @par Cost     O(legs + pieces) an order
/// @par Source   OKX, partial liquidation: in tier 3 and above down by two tiers (15,000 contracts in tier 3: 13,000 are closed, to the 2,000 of tier 1);
///               BitMEX, Bybit: one tier at a time, fill or kill
struct StepDown {
  std::size_t tiers = 1;
  LegOrder order = LegOrder::largest_maintenance;

  template <Scalar T>
  [[nodiscard]] constexpr std::optional<CloseOrder<T>> next(const Closing<T>& account, const CloseProgress<T>&) const {
    const std::size_t i = first_leg(account, order);
    if (i == no_leg) return std::nullopt;
    const ClosingLeg<T>& leg = account.legs[i];
    const T units = magnitude(leg.size);
    const std::size_t k = leg.maintenance.empty() ? 0 : piece_of(leg.maintenance, T(leg.measure * units));
    if (k < tiers || tiers == 0) return CloseOrder<T>{i, units};
    T keep = T(leg.maintenance[k - tiers + 1].from / leg.measure);
    if (!(keep < units)) {  // on the edge but for rounding: it is in the tier below
      if (k == tiers) return CloseOrder<T>{i, units};
      keep = T(leg.maintenance[k - tiers].from / leg.measure);
    }
    return CloseOrder<T>{i, T(units - keep), false};
  }
};

/// A fixed share of large positions first, then, after a pause, everything; and nothing to the market any more where too little equity is left.
/// @par Units    share: of the position; above: notional at the mark; pause: seconds; backstop: of the maintenance, 0 for a venue that has none
/// @par Shape    share in (0, 1]
/// @par Rounding that of the scalar
/// @par Errors   none
/// @par Cost     O(legs) an order
/// @par Source   Hyperliquid docs, liquidations: above 100,000 USDC 20 % first, 30 s later the whole position; below two thirds of the maintenance
///               the liquidator vault takes everything over
template <Scalar T>
struct CloseShare {
  T share = T(T(1) / T(5));
  T above = T(100'000);
  T pause = T(30);
  T backstop = T(T(2) / T(3));
  LegOrder order = LegOrder::largest_notional;

  [[nodiscard]] constexpr std::optional<CloseOrder<T>> next(const Closing<T>& account, const CloseProgress<T>& progress) const {
    const std::size_t leg = first_leg(account, order);
    if (leg == no_leg) return std::nullopt;
    const T units = magnitude(account.legs[leg].size);
    if (T(0) < backstop && account.equity < T(backstop * maintenance(account))) return CloseOrder<T>{leg, units, true, false};
    if (progress.orders == 0 && above < T(units * account.legs[leg].mark)) return CloseOrder<T>{leg, T(units * share), false};
    if (progress.orders > 0 && progress.seconds < pause) return std::nullopt;
    return CloseOrder<T>{leg, units};
  }
};

/// At most a share of the position, or a least notional, in one block.
///
/// @f[ notional \le \min\left(\max(least, portion\,|q| P),\ left\ in\ the\ block\right) @f]
/// @par Units    least, block: notional at the mark
/// @par Shape    portion in (0, 1]
/// @par Rounding that of the scalar; venues floor to their step
/// @par Errors   none
/// @par Cost     O(legs) an order
/// @par Source   dYdX v4, x/clob, GetLiquidatablePositionSizeDelta; the same in integers: venues/dydx_liquidation.hpp
template <Scalar T>
struct CloseBlock {
  T portion;
  T least;
  T block;  ///< what is left of the block's limit
  LegOrder order = LegOrder::as_given;

  [[nodiscard]] constexpr std::optional<CloseOrder<T>> next(const Closing<T>& account, const CloseProgress<T>& progress) const {
    const std::size_t leg = first_leg(account, order);
    if (leg == no_leg || progress.orders > 0) return std::nullopt;
    const T &mark = account.legs[leg].mark, units = magnitude(account.legs[leg].size);
    const T notional = T(units * mark), share = T(notional * portion);
    T most = share < least ? least : share;
    if (block < most) most = block;
    if (!(T(0) < most)) return std::nullopt;
    return CloseOrder<T>{leg, !(most < notional) ? units : T(most / mark)};
  }
};

/// A share of what is missing that grows with time: what may be freed by now, less what has been freed.
///
/// @f[ p(t) = \min(1, initial + t / duration), \qquad x = x_{least} \frac{p\,S_0 - (S_0 - S)}{S} @f]
/// S the present shortage, S_0 the first, x_least the least part that is enough now.
/// @par Units    duration: seconds; whole_below: numeraire of shortage, below which all that is needed is closed at once
/// @par Shape    initial in [0, 1]; a duration that is not above 0 is over. With initial 0 nothing is closed at once: the caller lets time pass (CloseProgress)
/// @par Rounding that of the scalar
/// @par Errors   none
/// @par Cost     O(legs * pieces) an order
/// @par Source   Drift v2, controller/liquidation.rs: calculate_max_pct_to_liquidate; whole below a shortage of 50 USD
template <Scalar T>
struct CloseRamp {
  T initial;
  T duration;
  T whole_below;
  T slippage = T(0);
  LegOrder order = LegOrder::as_given;

  [[nodiscard]] constexpr std::optional<CloseOrder<T>> next(const Closing<T>& account, const CloseProgress<T>& progress) const {
    const std::size_t leg = first_leg(account, order);
    const T shortage = T(-excess(account));
    if (leg == no_leg || !(T(0) < shortage)) return std::nullopt;
    const T cost = T(T(slippage + account.legs[leg].liquidation_fee_rate) + account.legs[leg].taker_fee_rate);
    const T enough = least_part(account, account.legs[leg], T(1), cost).size;
    if (shortage < whole_below) return CloseOrder<T>{leg, enough};
    T share = T(0) < duration ? T(initial + T(progress.seconds / duration)) : T(1);
    if (T(1) < share) share = T(1);
    const T due = T(T(share * progress.first_shortage) - T(progress.first_shortage - shortage));
    if (!(T(0) < due)) return std::nullopt;
    const T part = T(enough * T(due / shortage));
    return CloseOrder<T>{leg, part < enough ? part : enough};
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
