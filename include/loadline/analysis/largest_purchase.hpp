// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/collateral/weight.hpp"
#include "loadline/piecewise/newton.hpp"

#include <array>

/// @file
/// How much of a wrapped asset an account can buy and still not be liquidated above a given peg.
///
/// At one peg the excess of a test is affine in the amount bought, or concave where tiers are passed: so the answer is one division,
/// or one walk. An account whose excess is concave in the peg (class A) is safe between two pegs if it is at both: ask at the peg
/// that is to be kept and at the present one, once for each test that is on, and take what all of them allow (`both`).

namespace loadline {
inline namespace v1 {

/// Whether an amount to buy exists.
enum class PurchaseLimit : unsigned char {
  none,       ///< no amount keeps the test
  bounded,    ///< those in [least, most]
  unbounded,  ///< those from `least` on: every further unit adds more than it costs
};

/// The amounts that keep a test at a peg.
template <Scalar T>
struct Purchase {
  PurchaseLimit limit = PurchaseLimit::none;
  Quantity<T> least = 0;  ///< above 0: the test fails at this peg now, and buying mends it
  Quantity<T> most = 0;   ///< where bounded; the test's figure is 0 there: the account's liquidation peg is this one
};

/// A test's figure at one peg, before a purchase, and what a unit does to it.
template <Scalar T>
struct PurchaseAtPeg {
  Money<T> excess;              ///< margin balance - ratio * maintenance, or assets - ratio * debts
  Price<T> paid;                ///< for a unit, fees included, > 0
  Ratio<T> payment_factor = 1;  ///< what a unit of the money paid counts, > 0: 1 from cash, the level's ratio from a debt
  Price<T> price;               ///< of the asset at this peg, >= 0
  Ratio<T> weight = 1;          ///< what the asset counts, in [0, 1]
};

/// The same where tiers are passed.
template <Scalar T>
struct TieredPurchase {
  Money<T> excess;       ///< as above, with the balances below in it
  Price<T> paid;         ///< for a unit, fees included, > 0
  Price<T> price;        ///< of the asset at this peg, >= 0
  Quantity<T> held = 0;  ///< of the asset, net of debts in it
  Money<T> balance = 0;  ///< what pays; below zero it is a debt
  Schedule<T> weights;   ///< what the asset counts (write_weights), concave
  TierUnit unit = TierUnit::value;
  Schedule<T> payment;  ///< what the balance counts, concave: slope 1 above zero, the level's ratio below, say
};

inline namespace LOADLINE_FLAGS {

/// What two tests, or two pegs, allow together.
template <Scalar T>
[[nodiscard]] constexpr Purchase<T> both(const Purchase<T>& a, const Purchase<T>& b) {
  if (a.limit == PurchaseLimit::none || b.limit == PurchaseLimit::none) return {};
  Purchase<T> out = a.limit == PurchaseLimit::unbounded || (b.limit == PurchaseLimit::bounded && b.most < a.most) ? b : a;
  out.least = a.least < b.least ? b.least : a.least;
  if (out.limit == PurchaseLimit::bounded && out.most < out.least) return {};
  return out;
}

namespace detail {

template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> purchase_fault(const Money<T>& excess, const Price<T>& paid, const Price<T>& price) {
  if (!is_finite(excess.raw())) return Error{Errc::bad_number, Field::account};
  if (!is_finite(paid.raw())) return Error{Errc::bad_number, Field::asset_price};
  if (!(T(0) < paid.raw())) return Error{Errc::bad_price, Field::asset_price};
  if (!is_finite(price.raw())) return Error{Errc::bad_number, Field::mark};
  if (price.raw() < T(0)) return Error{Errc::bad_price, Field::mark};
  return std::nullopt;
}

/// The fault of a schedule that is not concave and without jumps, if any; a jump within rounding is none.
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> concave_fault(Schedule<T> schedule, Field field) {
  if (schedule.empty()) return Error{Errc::empty_tiers, field};
  for (std::size_t i = 0; i < schedule.size(); ++i) {
    const Piece<T>& p = schedule[i];
    const auto item = static_cast<std::uint32_t>(i);
    if (!is_finite(p.slope) || !is_finite(p.offset) || (i > 0 && !is_finite(p.from))) return Error{Errc::bad_number, field, 0, item};
    if (i == 0) continue;
    const Piece<T>& before = schedule[i - 1];
    if (i > 1 && !(before.from < p.from)) return Error{Errc::bad_tiers, field, 0, item};
    if (before.slope < p.slope) return Error{Errc::tiers_not_concave, field, 0, item};
    const T step = T(p.from * T(p.slope - before.slope)), room = T(T(T(8) * unit_roundoff<T>()) * T(magnitude(before.offset) + magnitude(step)));
    if (room < magnitude(T(p.offset - T(before.offset - step)))) return Error{Errc::bad_tiers, field, 0, item};
  }
  return std::nullopt;
}

/// The amounts n >= 0 with n >= from (if any) and n <= to (if any).
template <Scalar T>
[[nodiscard]] constexpr Purchase<T> purchase_between(const T& from, const std::optional<T>& to) {
  const T least = T(0) < from ? from : T(0);
  if (!to) return {PurchaseLimit::unbounded, least};
  if (*to < least) return {};
  return {PurchaseLimit::bounded, least, *to};
}

}  // namespace detail

/// The amounts after which the test still holds at this peg, without tiers.
///
/// @f[ f(n) = f + n\,(w\,v - c\,p) \ge 0, \qquad n_{max} = \frac{f}{c\,p - w\,v} @f]
/// with f the excess, v the price at the peg, w its weight, p the price paid and c what money paid counts.
/// @par Units    excess: numeraire; amounts: units of the asset
/// @par Shape    one weight and one way to pay, up to the answer; else TieredPurchase
/// @par Rounding none but the scalar's; a rational is exact, so the liquidation peg of the new account is the given one
/// @par Errors   BAD_NUMBER, BAD_PRICE (ASSET_PRICE: paid, MARK: price), BAD_WEIGHT (ASSET: weight), BAD_PARAMETER (LIABILITY_WEIGHT:
///               payment_factor), OVERFLOW
/// @par Cost     one division
/// @par Source   derived: docs/howto/buying-a-depeg.md
template <Scalar T>
[[nodiscard]] constexpr Result<Purchase<T>> largest_purchase(const PurchaseAtPeg<T>& at) {
  if (const std::optional<Error> e = detail::purchase_fault(at.excess, at.paid, at.price)) return *e;
  if (!is_finite(at.weight.raw())) return Error{Errc::bad_number, Field::asset};
  if (at.weight.raw() < T(0) || T(1) < at.weight.raw()) return Error{Errc::bad_weight, Field::asset};
  if (!is_finite(at.payment_factor.raw())) return Error{Errc::bad_number, Field::liability_weight};
  if (!(T(0) < at.payment_factor.raw())) return Error{Errc::bad_parameter, Field::liability_weight};
  const T cost = T((at.payment_factor * at.paid).raw() - (at.weight * at.price).raw());
  const int falls = sign(cost), safe = sign(at.excess.raw());
  if (!is_finite(cost)) return Error{Errc::overflow, Field::asset_price};
  if (falls == 0) return safe < 0 ? Purchase<T>{} : Purchase<T>{PurchaseLimit::unbounded};
  const T edge = T(at.excess.raw() / cost);
  if (!is_finite(edge)) return Error{Errc::overflow, Field::quantity};
  if (falls > 0) return detail::purchase_between(T(0), std::optional<T>(edge));
  return detail::purchase_between(edge, std::optional<T>());
}

/// The amounts after which the test still holds at this peg, through the tiers of the asset and of what pays for it.
///
/// @f[ f(n) = f + H(h + n) - H(h) + C(b - n\,p) - C(b) @f]
/// with H the value of so much of the asset by its weights at this peg, C what the balance b counts. Both are concave, so f is: the
/// amounts are an interval. Its ends are found by Newton from the outside, where f < 0, in finitely many exact steps.
/// @par Units    tiers of the asset: its value at the peg, or its amount; of the payment: money
/// @par Shape    schedules of at least one piece, slopes not rising, no jumps
/// @par Rounding none but the scalar's
/// @par Errors   BAD_NUMBER, BAD_PRICE as above; EMPTY_TIERS, BAD_TIERS (order, a jump), TIERS_NOT_CONCAVE (TIER: the weights,
///               LOAN_BRACKET: the payment; `item` the piece); OVERFLOW
/// @par Cost     O(pieces^2), no allocation
/// @par Source   derived: docs/howto/buying-a-depeg.md
template <Scalar T>
[[nodiscard]] constexpr Result<Purchase<T>> largest_purchase(const TieredPurchase<T>& at) {
  if (const std::optional<Error> e = detail::purchase_fault(at.excess, at.paid, at.price)) return *e;
  if (!is_finite(at.held.raw())) return Error{Errc::bad_number, Field::quantity};
  if (!is_finite(at.balance.raw())) return Error{Errc::bad_number, Field::cash};
  if (const std::optional<Error> e = detail::concave_fault(at.weights, Field::tier)) return *e;
  if (const std::optional<Error> e = detail::concave_fault(at.payment, Field::loan_bracket)) return *e;
  const bool by_value = at.unit == TierUnit::value;
  const T one = by_value ? at.price.raw() : T(1);  // what a unit of the asset measures
  std::array<Term<T>, 2> terms{Term<T>{by_value ? T(1) : at.price.raw(), {T(at.held.raw() * one), one}, {T(1), T(0)}, at.weights},
                               Term<T>{T(1), {at.balance.raw(), T(-at.paid.raw())}, {T(1), T(0)}, at.payment}};
  Slice<T> f{.base = {T(0), T(0)}, .terms = terms, .domain = {}, .continuous = true};
  seek(f, Point<T>{T(0), T(1)});
  f.base.a = T(at.excess.raw() - line(f).a);
  const T now = line(f).a;
  // Beyond all edges: the last tier of what is bought, the first piece of what pays.
  if (T(0) < one) terms[0].piece = at.weights.size() - 1;
  terms[1].piece = 0;
  const Line<T> last = line(f);
  if (!is_finite(now) || !is_finite(last.a) || !is_finite(last.b)) return Error{Errc::overflow, Field::quantity};
  std::optional<T> most, least = T(0);
  if (last.b < T(0)) {
    most = root(last);  // f is no greater than its last line
    if (*most < T(0)) most = T(0);
    seek(f, Point<T>{*most, T(1)});
    if (const Line<T> l = line(f); loadline::at(l, *most) < T(0)) most = newton(f, *most, Toward::below);
    if (!(now < T(0)) && (!most || *most < T(0))) most = T(0);  // by rounding only
    if (!most) return Purchase<T>{};
  }
  if (now < T(0)) least = newton(f, T(0), Toward::above);
  if (!least) return Purchase<T>{};
  if (!is_finite(*least) || (most && !is_finite(*most))) return Error{Errc::overflow, Field::quantity};
  return detail::purchase_between(*least, most);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
