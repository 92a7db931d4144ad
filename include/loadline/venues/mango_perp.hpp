// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/venues/mango_liquidation.hpp"

/// @file
/// Mango v4, liquidation of a perpetual: base and gains taken over in five steps; losses settled, insured and shared out.

namespace loadline {
inline namespace v1 {
namespace venues {
namespace mango {

/// A perpetual position. The settle token's balance already holds its gains and losses, weighted.
template <Scalar T>
struct Perp {
  T lots;                 ///< whole lots; long > 0, short < 0
  T unsettled;            ///< gains or losses with the base at its initial weight, before the overall weight
  T lot_price;            ///< oracle price of one lot in settle tokens, > 0
  T asset_weight;         ///< initial weight of a long's base, in [0, 1)
  T liability_weight;     ///< of a short's, > 1
  T overall_weight;       ///< of a gain that is not settled, in [0, 1]
  T fee = T(0);           ///< on base, to the liquidator, >= 0
  T platform_fee = T(0);  ///< on base, to the platform, >= 0
  T gain_fee = T(0);      ///< on gains taken over, in [0, 1]
};

/// What a liquidation of base and gains changes in the account.
template <Scalar T>
struct PerpTransfer {
  T lots;     ///< added to its lots
  T quote;    ///< added to its quote for them, fees paid
  T settled;  ///< taken from its quote: gains that the liquidator takes over
  T paid;     ///< added to its settle tokens for them
};

/// A loss to be settled, and the vault that insures it.
template <Scalar T>
struct Loss {
  T quote;            ///< the position's unsettled loss, <= 0; no base is left
  T settle_limit;     ///< how much of it may be settled now, >= 0
  T price;            ///< oracle price of the settle token, > 0
  T insurance_price;  ///< oracle price of the vault's token, > 0
  T vault;            ///< whole native tokens in the vault, >= 0
  T fee = T(0);       ///< of the market, >= 0
};

/// Where a loss went: the sum of settled, insured and shared is what the account is rid of.
template <Scalar T>
struct LossTransfer {
  T settled;    ///< paid by the account's own tokens
  T insured;    ///< taken over by the liquidator
  T insurance;  ///< whole native tokens that he gets for it from the vault
  T shared;     ///< borne by all longs and all shorts of the market
};

inline namespace LOADLINE_FLAGS {

/// How much base and how much of the gains a liquidator takes over.
///
/// Five steps, each until health is zero or its own limit is met: (1) base while the unsettled result is a loss; (2) gains settled; (3) base as far
/// as the rest of max_settled lets it be settled; (4) gains settled again; (5) base at the overall weight. One lot less base adds
/// @f[ u = lot\_price\,(1 - f - g - w_a) \text{ for a long}, \qquad lot\_price\,(w_l - 1 - f - g) \text{ for a short} @f]
/// to the unsettled result: all of it to health in step 1, times the overall weight in step 5.
/// @par Units    lots, settle tokens
/// @par Shape    max_lots >= 0, whole; max_settled >= 0. Step 5 begins at a health below -1/2
/// @par Rounding lots up, so that health is reached; the program's quotients are cut in the last bit
/// @par Errors   BAD_NUMBER; BAD_PRICE (SETTLE, MARK); BAD_WEIGHT (TIER_WEIGHT); BAD_PARAMETER (LIQUIDATION_FEE_RATE: a fee as large as the margin, or
///               below zero; QUANTITY: a limit below zero); OVERFLOW
/// @par Cost     O(log lots)
/// @par Source   Mango v4 @1303a4a1, instructions/perp_liq_base_or_positive_pnl.rs
template <Scalar T>
[[nodiscard]] constexpr Result<PerpTransfer<T>> liquidate_perp(const SettleToken<T>& token, const Perp<T>& perp, const T& max_lots, const T& max_settled) {
  if (const std::optional<Error> e = detail::fault(token)) return *e;
  if (!detail::finite<T>({&perp.lots, &perp.unsettled, &perp.lot_price, &perp.asset_weight, &perp.liability_weight, &perp.overall_weight, &perp.fee,
                          &perp.platform_fee, &perp.gain_fee}))
    return Error{Errc::bad_number, Field::position};
  if (!is_finite(max_lots) || !is_finite(max_settled)) return Error{Errc::bad_number, Field::quantity};
  if (!(T(0) < perp.lot_price)) return Error{Errc::bad_price, Field::mark};
  if (perp.asset_weight < T(0) || perp.overall_weight < T(0) || T(1) < perp.overall_weight) return Error{Errc::bad_weight, Field::tier_weight};
  const bool is_long = T(0) < perp.lots;
  const T fees = T(perp.fee + perp.platform_fee), factor = is_long ? T(T(1) - fees) : T(T(1) + fees);
  const T per_lot = T(perp.lot_price * (is_long ? T(factor - perp.asset_weight) : T(perp.liability_weight - factor)));
  if (perp.fee < T(0) || perp.platform_fee < T(0) || perp.gain_fee < T(0) || T(1) < perp.gain_fee || !(T(0) < per_lot))
    return Error{Errc::bad_parameter, Field::liquidation_fee_rate};
  if (max_lots < T(0) || max_settled < T(0)) return Error{Errc::bad_parameter, Field::quantity};
  const T size = is_long ? perp.lots : T(-perp.lots), most = detail::smaller(size, max_lots), gain = T(T(1) - perp.gain_fee);
  const T weight = perp.overall_weight, settle_gain = T(gain - weight);
  SettleToken<T> now = token;
  T unsettled = perp.unsettled, lots = T(0), settled = T(0);
  // What is missing to a health of zero, in settle tokens; nothing: no amount is enough, and only the limits bound it.
  const auto missing = [&]() -> std::optional<T> {
    if (!(detail::health(now) < T(0))) return T(0);
    const Result<std::optional<T>> to = balance_at_zero_health(now);
    return to && *to ? std::optional<T>(T(**to - now.balance)) : std::nullopt;
  };
  const auto bounded = [&](const std::optional<T>& limit) {
    const std::optional<T> need = missing();
    return !need ? limit : (limit ? detail::smaller(*need, *limit) : *need);
  };
  const auto reduce = [&](const std::optional<T>& limit, const T& expected, const T& gained) {
    if (!(T(0) < expected)) return;
    const T left = T(most - lots);
    T count = left;
    if (const std::optional<T> amount = bounded(limit)) count = T(0) < *amount ? detail::smaller(left, whole_ticks(*amount, expected, Direction::up)) : T(0);
    now.balance += T(gained * count);
    unsettled += T(per_lot * count);
    lots += count;
  };
  const auto settle = [&] {
    if (unsettled < T(0) || !(T(0) < settle_gain)) return;
    T amount = detail::smaller(T(max_settled - settled), unsettled);
    if (const std::optional<T> need = missing()) amount = detail::smaller(amount, T(*need / settle_gain));
    if (!(T(0) < amount)) return;
    now.balance += T(amount * settle_gain);
    unsettled = T(unsettled - amount);
    settled += amount;
  };
  if (unsettled < T(0)) reduce(T(-unsettled), per_lot, per_lot);
  settle();
  if (!(unsettled < T(0)) && settled < max_settled) reduce(T(max_settled - settled), T(per_lot * gain), T(per_lot * weight));
  settle();
  if (detail::health(now) < T(T(-1) / T(2)) && T(0) < weight) reduce(std::nullopt, T(per_lot * weight), T(per_lot * weight));
  const T quote = T(T(lots * perp.lot_price) * factor);
  const PerpTransfer<T> out{is_long ? T(-lots) : lots, is_long ? quote : T(-quote), settled, T(settled * gain)};
  if (!detail::finite<T>({&out.lots, &out.quote, &out.settled, &out.paid})) return Error{Errc::overflow, Field::position};
  return out;
}

/// Where an unsettled loss goes: to the account's own tokens, then to the vault, and what an empty vault leaves to all positions of the market.
///
/// @f[ settled = \min(loss, limit, b_0 - b, max), \qquad needed = \min(loss', to\ zero\ health), \qquad
///     insurance = \min\Bigl(\Bigl\lceil \frac{\min(needed, max') p (1 + f)}{p_i} \Bigr\rceil, vault\Bigr) @f]
/// What is settled leaves health as it is. The second and third step come only when nothing more can be settled. The liquidator's limit does not bound what is
/// shared.
/// @par Units    settle tokens; insurance: native tokens of the vault
/// @par Shape    own: the settle token alone, without the loss; with_loss: with it; max_taken >= 0
/// @par Rounding insurance up to a whole token: the liquidator is not short; else that of T
/// @par Errors   BAD_NUMBER; BAD_PRICE (SETTLE, ASSET_PRICE); BAD_PARAMETER (DEFICIT: the loss is above zero; QUANTITY: a limit below zero; FUND: the vault
///               below zero; LIQUIDATION_FEE_RATE); OVERFLOW
/// @par Cost     O(log tokens)
/// @par Source   Mango v4 @1303a4a1, instructions/perp_liq_negative_pnl_or_bankruptcy.rs
template <Scalar T>
[[nodiscard]] constexpr Result<LossTransfer<T>> liquidate_loss(const SettleToken<T>& own, const SettleToken<T>& with_loss, const Loss<T>& loss,
                                                               const T& max_taken) {
  if (const std::optional<Error> e = detail::fault(own)) return *e;
  if (const std::optional<Error> e = detail::fault(with_loss)) return *e;
  if (!detail::finite<T>({&loss.quote, &loss.settle_limit, &loss.price, &loss.insurance_price, &loss.vault, &loss.fee}))
    return Error{Errc::bad_number, Field::deficit};
  if (!is_finite(max_taken)) return Error{Errc::bad_number, Field::quantity};
  if (!(T(0) < loss.price) || !(T(0) < loss.insurance_price)) return Error{Errc::bad_price, Field::asset_price};
  if (T(0) < loss.quote) return Error{Errc::bad_parameter, Field::deficit};
  if (loss.settle_limit < T(0) || max_taken < T(0)) return Error{Errc::bad_parameter, Field::quantity};
  if (loss.vault < T(0)) return Error{Errc::bad_parameter, Field::fund};
  if (loss.fee < T(0)) return Error{Errc::bad_parameter, Field::liquidation_fee_rate};
  // A health below zero without the loss lets nothing be settled; where no balance is enough it is below zero.
  const Result<std::optional<T>> least = balance_at_zero_health(own);
  if (!least) return least.error();
  T possible = *least ? T(own.balance - **least) : T(0);
  possible = T(0) < possible ? detail::smaller(detail::smaller(possible, loss.settle_limit), T(-loss.quote)) : T(0);
  LossTransfer<T> out{detail::smaller(possible, max_taken), T(0), T(0), T(0)};
  const T rest = T(T(-loss.quote) - out.settled);
  if (out.settled < possible || !(T(0) < rest)) return out;
  const Result<std::optional<T>> enough = balance_at_zero_health(with_loss);
  if (!enough) return enough.error();
  T needed = rest;
  if (*enough) needed = detail::smaller(rest, T(**enough - with_loss.balance));
  if (!(detail::health(with_loss) < T(0)) || !(T(0) < needed)) return out;
  const T price = T(loss.price * T(T(1) + loss.fee)), taken = detail::smaller(needed, T(max_taken - out.settled));
  const T asked = whole_ticks(T(taken * price), loss.insurance_price, Direction::up);
  out.insurance = detail::smaller(asked, loss.vault);
  out.insured = detail::smaller(taken, T(T(out.insurance * loss.insurance_price) / price));
  if (out.insurance == loss.vault) out.shared = T(needed - out.insured);
  if (!detail::finite<T>({&out.settled, &out.insured, &out.insurance, &out.shared})) return Error{Errc::overflow, Field::deficit};
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace mango
}  // namespace venues
}  // namespace v1
}  // namespace loadline
