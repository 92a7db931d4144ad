// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/ledger.hpp"

#include <concepts>
#include <optional>

/// @file
/// An insurance fund: it takes contributions, pays deficits as far as it can, and is never below zero.

namespace loadline {
inline namespace v1 {

/// How a fund begins, and what bounds its payments.
template <Scalar T>
struct FundTerms {
  Money<T> balance;
  Money<T> floor = 0;                                    ///< never paid out
  std::optional<Money<T>> payment_limit = std::nullopt;  ///< most for one deficit
  std::optional<Money<T>> period_limit = std::nullopt;   ///< most in all until `begin_period`: a block, a day
  bool whole = false;                                    ///< pays a deficit whole or not at all
};

/// What a fund did about a deficit.
template <Scalar T>
struct FundDraw {
  T paid, unpaid;
};

/// Whatever pays deficits: a fund, a fund of several assets.
///
///  - `balance()`      what it is worth, never below zero
///  - `quote(deficit)` what it would do about a deficit, without doing it
///  - `pay(deficit)`   does it; cannot fail where `quote` has not
///  - `take(amount)`   a contribution; returns what was taken
template <class F, class T>
concept DeficitPayer = Scalar<T> && requires(F& fund, const F& seen, const Money<T>& money) {
  { seen.balance() } -> std::same_as<Money<T>>;
  { seen.quote(money) } -> std::same_as<Result<FundDraw<T>>>;
  { fund.pay(money) } -> std::same_as<Result<FundDraw<T>>>;
  { fund.take(money) } -> std::same_as<Result<T>>;
};

inline namespace LOADLINE_FLAGS {

/// One fund: of a contract, of a category, or of many.
///
/// @f[ paid = \min(D,\ F - floor,\ limits), \qquad unpaid = D - paid, \qquad F \leftarrow F - paid @f]
/// With `whole`, paid is D or 0.
/// @par Units    money: the numeraire
/// @par Shape    balance, floor and limits >= 0. A balance below the floor pays nothing
/// @par Rounding none but the scalar's; a fund that pays all it has ends at the floor exactly
/// @par Errors   make: BAD_NUMBER, BAD_FUND (FUND: begins below zero), BAD_PARAMETER (FUND_LIMIT: the floor or a limit below zero);
///               quote, pay: BAD_NUMBER, BAD_PARAMETER (DEFICIT: below zero), OVERFLOW (FUND_LIMIT: all that the period has paid); take: BAD_NUMBER,
///               BAD_PARAMETER (AMOUNT: below zero), OVERFLOW (FUND). After an error the fund is as it was
/// @par Cost     O(1), no allocation
/// @par Source   fund dynamics: arXiv 2512.01112; floor, limits and whole payments: code of Drift v2 and dYdX v4
template <Scalar T>
class InsuranceFund {
 public:
  static constexpr Result<InsuranceFund> make(const FundTerms<T>& terms) {
    if (!is_finite(terms.balance.raw())) return Error{Errc::bad_number, Field::fund};
    if (terms.balance.raw() < T(0)) return Error{Errc::bad_fund, Field::fund};
    for (const std::optional<Money<T>>& limit : {std::optional(terms.floor), terms.payment_limit, terms.period_limit}) {
      if (limit && !is_finite(limit->raw())) return Error{Errc::bad_number, Field::fund_limit};
      if (limit && limit->raw() < T(0)) return Error{Errc::bad_parameter, Field::fund_limit};
    }
    return InsuranceFund(terms);
  }

  [[nodiscard]] constexpr Money<T> balance() const { return terms_.balance; }
  /// What it can pay for the next deficit.
  [[nodiscard]] constexpr Money<T> available() const {
    Money<T> most = terms_.balance - terms_.floor;
    if (terms_.payment_limit && *terms_.payment_limit < most) most = *terms_.payment_limit;
    if (terms_.period_limit && *terms_.period_limit - paid_ < most) most = *terms_.period_limit - paid_;
    return T(0) < most.raw() ? most : Money<T>(T(0));
  }
  /// What it has paid since the period began.
  [[nodiscard]] constexpr const Money<T>& paid() const noexcept { return paid_; }

  [[nodiscard]] constexpr Result<FundDraw<T>> quote(const Money<T>& deficit) const {
    if (!is_finite(deficit.raw())) return Error{Errc::bad_number, Field::deficit};
    if (deficit.raw() < T(0)) return Error{Errc::bad_parameter, Field::deficit};
    Money<T> pays = available();
    if (!(pays < deficit))
      pays = deficit;
    else if (terms_.whole)
      pays = T(0);
    if (!is_finite((paid_ + pays).raw())) return Error{Errc::overflow, Field::fund_limit};
    return FundDraw<T>{pays.raw(), (deficit - pays).raw()};
  }
  constexpr Result<FundDraw<T>> pay(const Money<T>& deficit) {
    const Result<FundDraw<T>> draw = quote(deficit);
    if (!draw || draw->paid == T(0)) return draw;
    const Money<T> left = terms_.balance - Money<T>(draw->paid);
    terms_.balance = left < terms_.floor ? terms_.floor : left;  // what was paid may have been rounded up
    paid_ += Money<T>(draw->paid);
    return draw;
  }
  constexpr Result<T> take(const Money<T>& amount) {
    if (!is_finite(amount.raw())) return Error{Errc::bad_number, Field::amount};
    if (amount.raw() < T(0)) return Error{Errc::bad_parameter, Field::amount};
    const Money<T> sum = terms_.balance + amount;
    if (!is_finite(sum.raw())) return Error{Errc::overflow, Field::fund};
    terms_.balance = sum;
    return amount.raw();
  }
  /// The limit of a period counts from here.
  constexpr void begin_period() { paid_ = T(0); }

 private:
  constexpr explicit InsuranceFund(const FundTerms<T>& terms) : terms_(terms) {}

  FundTerms<T> terms_;
  Money<T> paid_ = 0;
};

/// Between whom a fund's money moves.
struct FundParties {
  PartyId fund{PartyKind::insurance_fund};
  PartyId account{PartyKind::account};  ///< whose deficit is paid, or who contributes
};

/// Pays a deficit and writes it down: the fund loses what the entry says, or nothing happens.
/// @par Units    money: the numeraire
/// @par Shape    the two parties differ
/// @par Rounding that of the fund
/// @par Errors   those of the fund, then those of Ledger::record; fund and ledger are then as they were
/// @par Cost     that of the fund
/// @par Source   none
template <Scalar T, DeficitPayer<T> F>
constexpr Result<FundDraw<T>> record_payment(Ledger<T>& ledger, F& fund, const FundParties& who, const Money<T>& deficit) {
  const Result<FundDraw<T>> draw = fund.quote(deficit);
  if (!draw || draw->paid == T(0)) return draw;
  if (const auto place = ledger.record({who.fund, who.account, draw->paid, Reason::fund_payment}); !place) return place.error();
  return fund.pay(deficit);
}

/// Takes a contribution and writes it down, all or nothing. A contribution of zero leaves no entry.
/// @par Units    money: the numeraire
/// @par Shape    the two parties differ
/// @par Rounding that of the fund
/// @par Errors   those of Ledger::record, then those of the fund; fund and ledger are then as they were
/// @par Cost     that of the fund; of a failure O(transfers)
/// @par Source   none
template <Scalar T, DeficitPayer<T> F>
constexpr Result<T> record_contribution(Ledger<T>& ledger, F& fund, const FundParties& who, const Money<T>& amount, Reason reason = Reason::liquidation_fee) {
  if (amount.raw() == T(0)) return fund.take(amount);
  const std::size_t before = ledger.size();
  if (const auto place = ledger.record({who.account, who.fund, amount, reason}); !place) return place.error();
  const Result<T> taken = fund.take(amount);
  if (!taken) ledger.rewind(before);
  return taken;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
