// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/elapsed.hpp"
#include "loadline/waterfall/fund_trigger.hpp"

/// @file
/// The triggers that venues use, named by what they compare.

namespace loadline {
inline namespace v1 {

/// Shares of the largest balance at which ADL begins and ends.
template <Scalar T>
struct TriggerLevels {
  Ratio<T> start;  ///< ADL begins at this drawdown
  Ratio<T> stop;   ///< and ends below this one, <= start
};

inline namespace LOADLINE_FLAGS {
namespace detail {

/// Whether a loss has reached a share of the peak. Of a NaN: yes.
template <Scalar T>
[[nodiscard]] constexpr bool lost(const Money<T>& loss, const Ratio<T>& share, const Money<T>& peak) {
  return !(loss < share * peak);
}

template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> check(const TriggerLevels<T>& levels) {
  if (!is_finite(levels.start.raw()) || !is_finite(levels.stop.raw())) return Error{Errc::bad_number, Field::threshold};
  const bool ordered = T(0) < levels.stop.raw() && levels.stop <= levels.start && levels.start <= Ratio<T>(T(1));
  return ordered ? std::nullopt : std::optional(Error{Errc::bad_parameter, Field::threshold});
}

}  // namespace detail

/// The drawdown of a fund from its largest balance in a window.
///
/// @f[ peak - F \ge start \cdot peak, \qquad \text{ends where } peak - F < stop \cdot peak @f]
/// A balance of zero or less fires.
/// @par Units    money: the numeraire; levels: fractions of the largest balance
/// @par Shape    0 < stop <= start <= 1; reads balance, peak
/// @par Rounding none: no division
/// @par Errors   check: MISSING_FIELD (WINDOW: no peak), BAD_PARAMETER (WINDOW: the peak is below the balance; THRESHOLD: the levels)
/// @par Cost     O(1)
/// @par Source   OKX, rules of its fund: 30 % from the peak of eight hours; HTX, page on ADL: drop from the peak of eight hours
template <Scalar T>
struct PeakDrawdown {
  TriggerLevels<T> levels;

  [[nodiscard]] constexpr bool fires(const FundState<T>& s) const {
    if (!(T(0) < s.balance.raw()) || !s.peak || !(s.balance <= *s.peak)) return true;
    return detail::lost(*s.peak - s.balance, s.running ? levels.stop : levels.start, *s.peak);
  }
  [[nodiscard]] constexpr std::optional<Error> check(const FundState<T>& s) const {
    if (!s.peak) return Error{Errc::missing_field, Field::window};
    if (*s.peak < s.balance) return Error{Errc::bad_parameter, Field::window};
    return detail::check(levels);
  }
};

/// The loss of one contract, against the fund that it shares.
///
/// @f[ pnl_{peak} - pnl \ge start \cdot peak \quad\text{and}\quad F > least, \qquad\text{or}\quad F \le 0 @f]
/// It ends where the loss is below stop x peak and the balance above zero. The rule's text says "beyond" the level, its second example fires
/// exactly at it: so does this. Between zero and `least` neither condition begins anything: there the venue's own rule is not monotone.
/// @par Units    money: the numeraire; levels: fractions of the fund's largest balance
/// @par Shape    0 < stop <= start <= 1, least_balance >= 0; reads balance, peak, pnl, peak_pnl
/// @par Rounding none: no division
/// @par Errors   check: MISSING_FIELD (WINDOW: no peak; AMOUNT: no PnL), BAD_PARAMETER (WINDOW: the peak is below the balance; AMOUNT: the best PnL
///               is below the PnL; THRESHOLD: the levels), OVERFLOW (AMOUNT: the loss)
/// @par Cost     O(1)
/// @par Source   Bybit API documentation, adl-alert
template <Scalar T>
struct ContractDrawdown {
  TriggerLevels<T> levels;
  Money<T> least_balance = 0;

  [[nodiscard]] constexpr bool fires(const FundState<T>& s) const {
    if (!(T(0) < s.balance.raw()) || !s.peak || !(s.balance <= *s.peak) || !s.pnl || !s.peak_pnl || !(*s.pnl <= *s.peak_pnl)) return true;
    const Money<T> loss = *s.peak_pnl - *s.pnl;
    if (s.running) return detail::lost(loss, levels.stop, *s.peak);
    return !(s.balance <= least_balance) && detail::lost(loss, levels.start, *s.peak);
  }
  [[nodiscard]] constexpr std::optional<Error> check(const FundState<T>& s) const {
    if (!s.peak) return Error{Errc::missing_field, Field::window};
    if (*s.peak < s.balance) return Error{Errc::bad_parameter, Field::window};
    if (!s.pnl || !s.peak_pnl) return Error{Errc::missing_field, Field::amount};
    if (*s.peak_pnl < *s.pnl) return Error{Errc::bad_parameter, Field::amount};
    if (!is_finite((*s.peak_pnl - *s.pnl).raw())) return Error{Errc::overflow, Field::amount};
    if (!is_finite(least_balance.raw())) return Error{Errc::bad_number, Field::threshold};
    if (least_balance.raw() < T(0)) return Error{Errc::bad_parameter, Field::threshold};
    return detail::check(levels);
  }
  /// What ADL takes over: the loss beyond the start level. The fund bears the rest. For a state that has passed `check`.
  [[nodiscard]] constexpr Money<T> excess(const FundState<T>& s) const {
    LOADLINE_ASSERT(s.peak && s.pnl && s.peak_pnl);
    const Money<T> most = levels.start * *s.peak, loss = *s.peak_pnl - *s.pnl;
    return most < loss ? loss - most : Money<T>(T(0));
  }
};

/// A fall below the average of the window, by a share of it or by an amount, whichever is more.
///
/// @f[ F \le average - \max(share \cdot average,\ amount) @f]
/// No stop level is published: it ends where it would not begin.
/// @par Units    money: the numeraire; share: a fraction
/// @par Shape    0 < share <= 1, amount >= 0; reads balance, average
/// @par Rounding none but the scalar's
/// @par Errors   check: MISSING_FIELD, BAD_PARAMETER (WINDOW: the average is not above zero; THRESHOLD: share or amount)
/// @par Cost     O(1)
/// @par Source   a third party's note of 2025 on OKX
template <Scalar T>
struct BelowAverage {
  Ratio<T> share;
  Money<T> amount = 0;

  /// The balance at which it fires.
  [[nodiscard]] constexpr Money<T> level(const Money<T>& average) const {
    const Money<T> fall = share * average;
    return average - (amount < fall ? fall : amount);
  }
  [[nodiscard]] constexpr bool fires(const FundState<T>& s) const {
    return !(T(0) < s.balance.raw()) || !s.average || !(T(0) < s.average->raw()) || !(level(*s.average) < s.balance);
  }
  [[nodiscard]] constexpr std::optional<Error> check(const FundState<T>& s) const {
    if (!s.average) return Error{Errc::missing_field, Field::window};
    if (!(T(0) < s.average->raw())) return Error{Errc::bad_parameter, Field::window};
    if (!is_finite(share.raw()) || !is_finite(amount.raw())) return Error{Errc::bad_number, Field::threshold};
    if (!(T(0) < share.raw()) || T(1) < share.raw() || amount.raw() < T(0)) return Error{Errc::bad_parameter, Field::threshold};
    return std::nullopt;
  }
};

/// The fund cannot take the position over: its loss is more than there is. In the last time before a contract is settled the fund is not
/// asked at all: whatever the one liquidation order left open is deleveraged.
///
/// @f[ D > F, \qquad \text{from } settlement - span \text{ on: } unfilled > 0 @f]
/// @par Units    money: the numeraire; times: milliseconds
/// @par Shape    span >= 0; reads balance, deficit; with a settlement: unfilled, now
/// @par Rounding none
/// @par Errors   check: BAD_PARAMETER (WINDOW: the span is below zero)
/// @par Cost     O(1)
/// @par Source   Binance FAQ on ADL; Binance delisting announcements of 2025 (the last hour)
struct CannotTakeOver {
  std::optional<Time> settlement = std::nullopt;
  Time span = 3'600'000;

  /// Whether the fund pays at all at that time.
  [[nodiscard]] constexpr bool fund_pays(Time now) const noexcept { return !settlement || (now < *settlement && span < Elapsed{now, *settlement}.length()); }
  template <Scalar T>
  [[nodiscard]] constexpr bool fires(const FundState<T>& s) const {
    return fund_pays(s.now) ? !(s.deficit <= s.balance) : !(s.unfilled <= Money<T>(T(0)));
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const FundState<T>&) const {
    return span < 0 ? std::optional(Error{Errc::bad_parameter, Field::window}) : std::nullopt;
  }
};

/// The liquidated account's value is below zero. There is no fund in the rule: a vault trades, and its own positions are not spared.
/// @par Units    money: the numeraire
/// @par Shape    reads account_value
/// @par Rounding none
/// @par Errors   check: MISSING_FIELD (ACCOUNT)
/// @par Cost     O(1)
/// @par Source   Hyperliquid documentation, ADL
struct NegativeAccountValue {
  template <Scalar T>
  [[nodiscard]] constexpr bool fires(const FundState<T>& s) const {
    return !s.account_value || !(*s.account_value >= Money<T>(T(0)));
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const FundState<T>& s) const {
    return s.account_value ? std::nullopt : std::optional(Error{Errc::missing_field, Field::account});
  }
};

/// The fund pays a deficit whole or not at all: ADL where its balance would fall below zero; zero itself is allowed.
/// @par Units    money: the numeraire
/// @par Shape    reads balance, deficit
/// @par Rounding none but the scalar's
/// @par Errors   none
/// @par Cost     O(1)
/// @par Source   dYdX v4, IsValidInsuranceFundDelta
struct BalanceRule {
  template <Scalar T>
  [[nodiscard]] constexpr bool fires(const FundState<T>& s) const {
    return !(s.balance - s.deficit >= Money<T>(T(0)));
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
