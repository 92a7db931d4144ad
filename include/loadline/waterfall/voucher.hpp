// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"

/// @file
/// Who was due a voucher of a recovery plan. How much of it is not published, and not computed.

namespace loadline {
inline namespace v1 {

/// The thresholds of a plan. An amount lies in [least_amount, most_amount]; no formula for it is known.
template <Scalar T>
struct VoucherRule {
  Money<T> least_loss;
  Ratio<T> least_share;  ///< of net assets, in [0, 1]
  Money<T> least_amount, most_amount;
};

/// What a user lost to forced liquidation, and had before.
template <Scalar T>
struct VoucherCase {
  Money<T> loss;        ///< all losses of the plan's days together, >= 0
  Money<T> net_assets;  ///< at the plan's snapshot; > 0: else no share of them can be told
};

inline namespace LOADLINE_FLAGS {

/// Whether a user is due a voucher.
///
/// @f[ loss \ge loss_{min} \quad and \quad loss \ge share_{min} \cdot net\ assets @f]
/// @par Units    money: USD or its equivalent, as the plan counts; share: a fraction
/// @par Shape    loss >= 0, net assets > 0
/// @par Rounding none: the share is compared by its product, and both thresholds belong to the plan ("at least")
/// @par Errors   BAD_NUMBER, BAD_PARAMETER (VOUCHER: a loss below zero, net assets not above zero; THRESHOLD: the rule's own)
/// @par Cost     O(1)
/// @par Source   Binance announcement of 2025-10-14, The Together Initiative
template <Scalar T>
[[nodiscard]] constexpr Result<bool> voucher_due(const VoucherRule<T>& rule, const VoucherCase<T>& user) {
  if (!is_finite(rule.least_loss.raw()) || !is_finite(rule.least_share.raw())) return Error{Errc::bad_number, Field::threshold};
  if (rule.least_loss.raw() < T(0) || rule.least_share.raw() < T(0) || T(1) < rule.least_share.raw()) return Error{Errc::bad_parameter, Field::threshold};
  if (!is_finite(user.loss.raw()) || !is_finite(user.net_assets.raw())) return Error{Errc::bad_number, Field::voucher};
  if (user.loss.raw() < T(0) || !(T(0) < user.net_assets.raw())) return Error{Errc::bad_parameter, Field::voucher};
  return rule.least_loss <= user.loss && rule.least_share * user.net_assets <= user.loss;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
