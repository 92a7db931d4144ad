// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

/// @file
/// Who paid whom, and why: a ledger of transfers, which can only sum to zero.

namespace loadline {
inline namespace v1 {

/// What a party is. Several parties of one kind differ in their index.
enum class PartyKind : std::uint8_t {
  account,         ///< the account that is liquidated, or one of several
  counterparties,  ///< the other side of its positions, those that are deleveraged too
  venue,           ///< the venue's own money
  insurance_fund,
  fee_pool,
  buyers,  ///< who bought its collateral
  market,  ///< everybody else
};

/// The name of a kind, for tables.
[[nodiscard]] constexpr const char* name(PartyKind kind) noexcept {
  switch (kind) {
    case PartyKind::account: return "account";
    case PartyKind::counterparties: return "counterparties";
    case PartyKind::venue: return "venue";
    case PartyKind::insurance_fund: return "insurance_fund";
    case PartyKind::fee_pool: return "fee_pool";
    case PartyKind::buyers: return "buyers";
    case PartyKind::market: return "market";
  }
  return "unknown";
}

/// A party: its kind, and which of that kind. `PartyId{PartyKind::venue}` is the venue.
struct PartyId {
  PartyKind kind;
  std::uint32_t index = 0;
  friend constexpr bool operator==(PartyId, PartyId) = default;
};

/// Why money moved.
enum class Reason : std::uint8_t {
  close_out,        ///< a position closed away from the reference price
  forced_sale,      ///< collateral sold away from the reference price
  trading_fee,      ///< of the venue's own schedule
  liquidation_fee,  ///< charged for being liquidated
  fund_payment,     ///< the insurance fund covers a deficit, or takes in a surplus
  adl,              ///< a winner gives up profit
  socialised_loss,  ///< the rest, shared out
  compensation,     ///< paid afterwards for a loss
  fee_refund,       ///< a fee paid back
};

/// The name of a reason, for tables.
[[nodiscard]] constexpr const char* name(Reason reason) noexcept {
  switch (reason) {
    case Reason::close_out: return "close_out";
    case Reason::forced_sale: return "forced_sale";
    case Reason::trading_fee: return "trading_fee";
    case Reason::liquidation_fee: return "liquidation_fee";
    case Reason::fund_payment: return "fund_payment";
    case Reason::adl: return "adl";
    case Reason::socialised_loss: return "socialised_loss";
    case Reason::compensation: return "compensation";
    case Reason::fee_refund: return "fee_refund";
  }
  return "unknown";
}

/// One entry: money that leaves one party and reaches another.
template <Scalar T>
struct Transfer {
  PartyId from{PartyKind::market};
  PartyId to{PartyKind::market};
  Money<T> amount = 0;  ///< > 0: who pays is told by `from` and `to`, never by a sign
  Reason reason = Reason::close_out;
};

inline namespace LOADLINE_FLAGS {

/// Transfers in the order in which they happened, over the caller's storage.
///
/// @f[ balance(p) = \sum_{to = p} amount - \sum_{from = p} amount, \qquad \sum_p balance(p) = 0 @f]
/// There is no other kind of entry: what one party gains another has lost, whatever a step of a waterfall gets wrong. A step that
/// fails half way takes its entries back with `rewind`.
/// @par Units    money: the numeraire
/// @par Shape    as many transfers as the storage has places
/// @par Rounding none but the scalar's: in a rational the balances sum to exactly zero, in double each balance rounds by itself
/// @par Errors   only `record`; the queries are total
/// @par Cost     record O(1); balance, total O(transfers); sums over parties O(transfers^2); no allocation
/// @par Source   double entry
template <Scalar T>
class Ledger {
 public:
  constexpr explicit Ledger(std::span<Transfer<T>> storage) : storage_(storage) {}

  /// Appends one transfer and tells its place; after an error nothing has changed.
  /// @par Errors   BAD_NUMBER (amount), BAD_PARAMETER (an amount that is not above zero; from and to are one party: TRANSFER), BAD_SIZE
  ///               (the storage is full), OVERFLOW (the sum of all amounts, which bounds every balance); `index` is the entry's place
  constexpr Result<std::size_t> record(const Transfer<T>& transfer) {
    const auto index = static_cast<std::uint32_t>(size_);
    const T& amount = transfer.amount.raw();
    if (!is_finite(amount)) return Error{Errc::bad_number, Field::amount, index};
    if (!(T(0) < amount)) return Error{Errc::bad_parameter, Field::amount, index};
    if (transfer.from == transfer.to) return Error{Errc::bad_parameter, Field::transfer, index};
    if (room() == 0) return Error{Errc::bad_size, Field::transfer, index};
    const T turnover = T(turnover_.raw() + amount);
    if (!is_finite(T(T(2) * turnover))) return Error{Errc::overflow, Field::amount, index};  // twice: a balance may round up
    // Part by part: a copy of the whole would wait for the parts that were just written.
    Transfer<T>& place = storage_[size_];
    place.from.kind = transfer.from.kind;
    place.from.index = transfer.from.index;
    place.to.kind = transfer.to.kind;
    place.to.index = transfer.to.index;
    place.amount = transfer.amount;
    place.reason = transfer.reason;
    turnover_ = turnover;
    return size_++;
  }

  /// Takes back every entry from `size` on.
  constexpr void rewind(std::size_t size) {
    LOADLINE_ASSERT(size <= size_);
    size_ = size;
    turnover_ = 0;
    for (const Transfer<T>& t : transfers()) turnover_ += t.amount;
  }

  [[nodiscard]] constexpr std::span<const Transfer<T>> transfers() const noexcept { return storage_.first(size_); }
  [[nodiscard]] constexpr std::size_t size() const noexcept { return size_; }
  /// How many more it can hold.
  [[nodiscard]] constexpr std::size_t room() const noexcept { return storage_.size() - size_; }
  /// The sum of all amounts.
  [[nodiscard]] constexpr const Money<T>& turnover() const noexcept { return turnover_; }

  /// What a party has gained, below zero: lost.
  [[nodiscard]] constexpr Money<T> balance(PartyId party) const {
    Money<T> sum = 0;
    for (const Transfer<T>& t : transfers()) {
      if (t.to == party) sum += t.amount;
      if (t.from == party) sum -= t.amount;
    }
    return sum;
  }
  /// What a party has gained for one reason.
  [[nodiscard]] constexpr Money<T> balance(PartyId party, Reason reason) const {
    Money<T> sum = 0;
    for (const Transfer<T>& t : transfers()) {
      if (t.reason != reason) continue;
      if (t.to == party) sum += t.amount;
      if (t.from == party) sum -= t.amount;
    }
    return sum;
  }
  /// What moved for one reason, whoever paid.
  [[nodiscard]] constexpr Money<T> total(Reason reason) const {
    Money<T> sum = 0;
    for (const Transfer<T>& t : transfers())
      if (t.reason == reason) sum += t.amount;
    return sum;
  }

  /// `f(party, balance)` for every party, each once, in the order of their first transfer.
  template <class F>
  constexpr void each_party(const F& f) const {
    for (std::size_t i = 0; i < size_; ++i) {
      const Transfer<T>& t = storage_[i];
      if (!seen(t.from, i)) f(t.from, balance(t.from));
      if (!seen(t.to, i)) f(t.to, balance(t.to));
    }
  }
  /// The sum of all balances: zero, up to the scalar's rounding.
  [[nodiscard]] constexpr Money<T> sum_of_balances() const {
    Money<T> sum = 0;
    each_party([&sum](PartyId, const Money<T>& balance) { sum += balance; });
    return sum;
  }

 private:
  [[nodiscard]] constexpr bool seen(PartyId party, std::size_t before) const noexcept {
    for (const Transfer<T>& t : storage_.first(before))
      if (t.from == party || t.to == party) return true;
    return false;
  }

  std::span<Transfer<T>> storage_;
  std::size_t size_ = 0;
  Money<T> turnover_ = 0;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
