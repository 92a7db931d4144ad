// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/id.hpp"
#include "loadline/pricing/source.hpp"
#include "loadline/waterfall/ledger.hpp"

/// @file
/// Making whole: what a venue pays afterwards to accounts that a bad collateral price has liquidated.
///
/// Such a rule is announced in one sentence: the market price at a reference time, less the user's liquidation price. It does not say
/// which price that is, so there are two readings of it, and the caller names the one he means.

namespace loadline {
inline namespace v1 {

/// Which cases are paid without being asked for.
struct CompensationRule {
  Time from = 0, until = 0;              ///< the window of the liquidation, both ends included
  std::span<const AssetId> assets = {};  ///< the collateral that makes a case; ids are the caller's
  bool refund_fee = false;               ///< whether the liquidation fee of a paid case comes back
};

/// When an account was liquidated, and on which collateral.
template <Scalar T>
struct LiquidationCase {
  Time time;
  AssetId collateral;
  Money<T> fee = 0;  ///< liquidation fee that was charged, >= 0
};

/// Why a case is paid or not, in the order in which they are looked at.
enum class CompensationOutcome : std::uint8_t {
  not_eligible_asset,  ///< the collateral is not one of the rule's
  outside_window,      ///< not paid by itself; such cases are looked at one by one
  no_loss,             ///< the reading's figure is zero or below
  paid,
};

/// The name of an outcome, for tables.
[[nodiscard]] constexpr const char* name(CompensationOutcome outcome) noexcept {
  switch (outcome) {
    case CompensationOutcome::not_eligible_asset: return "not_eligible_asset";
    case CompensationOutcome::outside_window: return "outside_window";
    case CompensationOutcome::no_loss: return "no_loss";
    case CompensationOutcome::paid: return "paid";
  }
  return "unknown";
}

/// What a case gets.
template <Scalar T>
struct Compensation {
  CompensationOutcome outcome;
  Money<T> loss;            ///< the reading's figure, signed, whatever the outcome: below zero is a gain
  Money<T> fee;             ///< as charged
  Money<T> make_whole = 0;  ///< the loss of a paid case, else 0
  Money<T> fee_refund = 0;  ///< the fee of a paid case, if the rule refunds it, else 0
  Reason reason;            ///< what the loss is in a ledger
};

inline namespace LOADLINE_FLAGS {
namespace detail {

template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> price_fault(const Price<T>& price, Field field) {
  if (!is_finite(price.raw())) return Error{Errc::bad_number, field};
  if (!(T(0) < price.raw())) return Error{Errc::bad_price, field};
  return std::nullopt;
}

template <Scalar T>
[[nodiscard]] constexpr Result<Money<T>> moved(const Price<T>& reference, const Price<T>& liquidation, const Quantity<T>& quantity, Field field) {
  if (const std::optional<Error> e = price_fault(reference, Field::reference_price)) return *e;
  if (const std::optional<Error> e = price_fault(liquidation, Field::liquidation_price)) return *e;
  if (!is_finite(quantity.raw())) return Error{Errc::bad_number, field};
  const Money<T> loss = (reference - liquidation) * quantity;
  if (!is_finite(loss.raw())) return Error{Errc::overflow, field};
  if (loss.raw() == T(0)) return Money<T>(0);  // never -0
  return loss;
}

}  // namespace detail

/// Reading A: the collateral that was sold, at the reference price instead of the liquidation price.
///
/// @f[ loss = (P_{reference} - P_{liquidation}) \, q @f]
/// What the sources leave open: whether the price is the index at which the account failed or what its collateral fetched, and
/// whether the quantity is all collateral or what was sold of it. Give those you mean. How the index was sampled is not published.
/// @par Units    prices: numeraire per unit of the collateral; sold: units
/// @par Shape    prices > 0, sold >= 0
/// @par Rounding none
/// @par Errors   BAD_PRICE, BAD_NUMBER (REFERENCE_PRICE, LIQUIDATION_PRICE, QUANTITY), BAD_PARAMETER (sold < 0), OVERFLOW
/// @par Cost     O(1)
/// @par Source   Binance statement of 2025-10-12 (losses of users liquidated on such collateral are covered); press of 2025-10-12 on the
///               notice (price at 2025-10-11 00:00 UTC less the liquidation price)
template <Scalar T>
struct CollateralReading {
  Price<T> reference, liquidation;
  Quantity<T> sold;

  static constexpr Reason reason = Reason::forced_sale;
  [[nodiscard]] constexpr Result<Money<T>> loss() const {
    if (sold.raw() < T(0)) return Error{Errc::bad_parameter, Field::quantity};
    return detail::moved(reference, liquidation, sold, Field::quantity);
  }
};

/// Reading B: the position that was closed, at the contract's reference price instead of its liquidation price.
///
/// @f[ loss = (P_{reference} - P_{liquidation}) \, n @f]
/// Signed: a short that was closed before a rise has escaped it, and its figure is below zero. The same things are open as in A.
/// @par Units    prices: numeraire per base unit of a linear contract; size: base units, long > 0
/// @par Shape    prices > 0
/// @par Rounding none
/// @par Errors   BAD_PRICE, BAD_NUMBER (REFERENCE_PRICE, LIQUIDATION_PRICE, SIZE), OVERFLOW
/// @par Cost     O(1)
/// @par Source   as for A: the notice says "liquidation price" and does not say of what
template <Scalar T>
struct PositionReading {
  Price<T> reference, liquidation;
  Size<T> size;

  static constexpr Reason reason = Reason::close_out;
  [[nodiscard]] constexpr Result<Money<T>> loss() const { return detail::moved(reference, liquidation, size, Field::size); }
};

/// A way to read "reference price less liquidation price". Laws: `loss` is pure, and zero where the two prices are equal.
template <class R, class T>
concept CompensationReading = Scalar<T> && requires(const R& reading) {
  { reading.loss() } -> std::same_as<Result<Money<T>>>;
  { R::reason } -> std::convertible_to<Reason>;
};

/// What one case gets under a rule, by a reading.
///
/// @f[ make\_whole = \max(loss, 0) \quad if\ the\ asset\ is\ listed\ and\ from \le time \le until, \quad else\ 0 @f]
/// The refund of fees stands in one press report only, so it is an option. A case without a loss gets no refund either (our choice:
/// nothing is made whole where nothing is lost).
/// @par Units    money: the numeraire; times: milliseconds
/// @par Shape    reading: CollateralReading or PositionReading, or a struct like them
/// @par Rounding none
/// @par Errors   BAD_TIME (WINDOW: it ends before it begins), BAD_NUMBER, BAD_PARAMETER (AMOUNT: the fee), those of the reading
/// @par Cost     O(assets of the rule)
/// @par Source   Binance statement of 2025-10-12; what is open is listed in docs/explanation/compensation.md
template <Scalar T, CompensationReading<T> R>
[[nodiscard]] constexpr Result<Compensation<T>> compensation(const CompensationRule& rule, const LiquidationCase<T>& at, const R& reading) {
  if (rule.until < rule.from) return Error{Errc::bad_time, Field::window};
  if (!is_finite(at.fee.raw())) return Error{Errc::bad_number, Field::amount};
  if (at.fee.raw() < T(0)) return Error{Errc::bad_parameter, Field::amount};
  const Result<Money<T>> loss = reading.loss();
  if (!loss) return loss.error();
  Compensation<T> out{.outcome = CompensationOutcome::not_eligible_asset, .loss = *loss, .fee = at.fee, .reason = R::reason};
  bool eligible = false;
  for (const AssetId asset : rule.assets) eligible = eligible || asset == at.collateral;
  if (!eligible) return out;
  out.outcome = CompensationOutcome::outside_window;
  if (at.time < rule.from || rule.until < at.time) return out;
  out.outcome = CompensationOutcome::no_loss;
  if (!(T(0) < loss->raw())) return out;
  out.outcome = CompensationOutcome::paid;
  out.make_whole = *loss;
  if (rule.refund_fee) out.fee_refund = at.fee;
  return out;
}

/// Who stands where in a case.
struct CompensationParties {
  PartyId account{PartyKind::account};
  PartyId winner{PartyKind::buyers};  ///< has the gain of the sale (A), or of the closed position (B: the counterparties); keeps it
  PartyId fees{PartyKind::fee_pool};  ///< took the liquidation fee; keeps it
  PartyId payer{PartyKind::venue};    ///< pays compensation and refund
};

/// Writes a case: the loss to whoever has gained it, the fee, then what the payer gives. At most four transfers, all or none.
///
/// The winner keeps what he has: nothing is clawed back, so a case that is made whole costs the payer what the winner gained.
/// @par Units    money: the numeraire
/// @par Shape    parties: four, no payment goes from one to itself
/// @par Rounding none
/// @par Errors   those of Ledger::record; then the ledger is as it was
/// @par Cost     O(1), of a failure O(transfers)
/// @par Source   none
template <Scalar T>
constexpr Result<std::size_t> record(Ledger<T>& ledger, const CompensationParties& who, const Compensation<T>& c) {
  const bool lost = T(0) < c.loss.raw();
  const Transfer<T> steps[] = {{lost ? who.account : who.winner, lost ? who.winner : who.account, lost ? c.loss : -c.loss, c.reason},
                               {who.account, who.fees, c.fee, Reason::liquidation_fee},
                               {who.payer, who.account, c.make_whole, Reason::compensation},
                               {who.payer, who.account, c.fee_refund, Reason::fee_refund}};
  const std::size_t before = ledger.size();
  for (const Transfer<T>& step : steps) {
    if (step.amount.raw() == T(0)) continue;
    if (const Result<std::size_t> place = ledger.record(step); !place) return ledger.rewind(before), place.error();
  }
  return ledger.size() - before;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
