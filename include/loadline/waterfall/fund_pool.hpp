// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/id.hpp"
#include "loadline/waterfall/insurance_fund.hpp"

#include <span>

/// @file
/// Which fund pays for which contract: a fund of its own, a category's, a shared pool with a limit for each contract.

namespace loadline {
inline namespace v1 {

/// A contract's share in a pool. A contract with several is paid by them in the order in which they are listed.
template <Scalar T>
struct PoolMember {
  SymbolId contract;
  std::uint32_t pool;                            ///< index of the fund
  std::optional<Money<T>> limit = std::nullopt;  ///< most that the pool pays for this contract until `begin_period`
  Money<T> paid = 0;                             ///< so far, >= 0
};

inline namespace LOADLINE_FLAGS {

/// Funds and who may draw on them, over storage of the caller's.
///
/// @f[ x_j = \min\Bigl(available_j,\ limit_{cj} - paid_{cj},\ D - \sum_{i<j} x_i\Bigr), \qquad \sum_j x_j + unpaid = D @f]
/// A contract with a fund of its own is a pool with one member: what happens elsewhere does not reach it. A category is a pool with many. A
/// contract may have both, then the second is not touched while the first still pays. Contributions go to the first. A fund that pays whole or
/// not at all is asked for what reaches it: what earlier pools and its own limit leave of the deficit.
/// @par Units    money: the numeraire
/// @par Shape    a contract and a pool meet at most once
/// @par Rounding none but the scalar's
/// @par Errors   make: BAD_FUND (FUND, `index` the member, `item` the pool: there is no such fund), DUPLICATE_SYMBOL (FUND, `index` the second),
///               BAD_NUMBER, BAD_PARAMETER (FUND_LIMIT: the limit or what is paid, below zero); pay, take: BAD_FUND (FUND, `index` the contract:
///               it has no fund), those of the funds; with a ledger those of Ledger::record. After an error all is as it was
/// @par Cost     make O(members^2); the others O(members), of a failure O(transfers) more; no allocation
/// @par Source   isolated and shared pools: Bybit, page on its insurance pools of 2025-12; funds by category: Binance announcement of 2025-05
template <Scalar T, DeficitPayer<T> F = InsuranceFund<T>>
class FundPools {
 public:
  static constexpr Result<FundPools> make(std::span<F> funds, std::span<PoolMember<T>> members) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      const PoolMember<T>& m = members[i];
      const auto index = static_cast<std::uint32_t>(i);
      if (m.pool >= funds.size()) return Error{Errc::bad_fund, Field::fund, index, m.pool};
      for (const PoolMember<T>& other : members.first(i))
        if (other.contract == m.contract && other.pool == m.pool) return Error{Errc::duplicate_symbol, Field::fund, index, m.pool};
      if (!is_finite(m.paid.raw()) || (m.limit && !is_finite(m.limit->raw()))) return Error{Errc::bad_number, Field::fund_limit, index};
      if (m.paid.raw() < T(0) || (m.limit && m.limit->raw() < T(0))) return Error{Errc::bad_parameter, Field::fund_limit, index};
    }
    return FundPools(funds, members);
  }

  [[nodiscard]] constexpr std::span<const F> funds() const noexcept { return funds_; }
  [[nodiscard]] constexpr std::span<const PoolMember<T>> members() const noexcept { return members_; }

  /// What the contract's pools would do about a deficit.
  [[nodiscard]] constexpr Result<FundDraw<T>> quote(SymbolId contract, const Money<T>& deficit) const {
    return each_payment(contract, deficit, [](const PoolMember<T>&, const T&) { return std::optional<Error>(); });
  }
  constexpr Result<FundDraw<T>> pay(SymbolId contract, const Money<T>& deficit) {
    const Result<FundDraw<T>> draw = quote(contract, deficit);
    if (draw) commit(contract, deficit);
    return draw;
  }
  /// The same, written down: one entry for each pool that pays, from PartyKind::insurance_fund with the pool's index.
  constexpr Result<FundDraw<T>> pay(Ledger<T>& ledger, PartyId account, SymbolId contract, const Money<T>& deficit) {
    const std::size_t before = ledger.size();
    const Result<FundDraw<T>> draw = each_payment(contract, deficit, [&](const PoolMember<T>& m, const T& paid) -> std::optional<Error> {
      const auto place = ledger.record({PartyId{PartyKind::insurance_fund, m.pool}, account, paid, Reason::fund_payment});
      return place ? std::nullopt : std::optional(place.error());
    });
    if (draw)
      commit(contract, deficit);
    else
      ledger.rewind(before);
    return draw;
  }

  constexpr Result<T> take(SymbolId contract, const Money<T>& amount) {
    for (const PoolMember<T>& m : members_)
      if (m.contract == contract) return funds_[m.pool].take(amount);
    return Error{Errc::bad_fund, Field::fund, contract.index};
  }
  constexpr Result<T> take(Ledger<T>& ledger, PartyId account, SymbolId contract, const Money<T>& amount, Reason reason = Reason::liquidation_fee) {
    for (const PoolMember<T>& m : members_)
      if (m.contract == contract) return record_contribution(ledger, funds_[m.pool], {PartyId{PartyKind::insurance_fund, m.pool}, account}, amount, reason);
    return Error{Errc::bad_fund, Field::fund, contract.index};
  }

  /// Limits count from here, those of the funds as well.
  constexpr void begin_period() {
    for (PoolMember<T>& m : members_) m.paid = T(0);
    for (F& fund : funds_)
      if constexpr (requires { fund.begin_period(); }) fund.begin_period();
  }

 private:
  constexpr FundPools(std::span<F> funds, std::span<PoolMember<T>> members) : funds_(funds), members_(members) {}

  /// What a member may still ask for of what is left.
  [[nodiscard]] static constexpr T asked(const PoolMember<T>& m, const T& rest) {
    if (!m.limit) return rest;
    const T left = T(m.limit->raw() - m.paid.raw());
    if (!(T(0) < left)) return T(0);
    return left < rest ? left : rest;
  }

  template <class Note>
  [[nodiscard]] constexpr Result<FundDraw<T>> each_payment(SymbolId contract, const Money<T>& deficit, const Note& note) const {
    if (!is_finite(deficit.raw())) return Error{Errc::bad_number, Field::deficit};
    if (deficit.raw() < T(0)) return Error{Errc::bad_parameter, Field::deficit};
    FundDraw<T> sum{T(0), deficit.raw()};
    bool known = false;
    for (const PoolMember<T>& m : members_) {
      if (!(m.contract == contract)) continue;
      known = true;
      const Result<FundDraw<T>> draw = funds_[m.pool].quote(asked(m, sum.unpaid));
      if (!draw) return draw;
      if (draw->paid == T(0)) continue;
      if (!is_finite(T(m.paid.raw() + draw->paid))) return Error{Errc::overflow, Field::fund_limit, contract.index};
      if (const std::optional<Error> e = note(m, draw->paid)) return *e;
      sum.paid += draw->paid;
      sum.unpaid = T(sum.unpaid - draw->paid);
    }
    if (!known) return Error{Errc::bad_fund, Field::fund, contract.index};
    return sum;
  }
  constexpr void commit(SymbolId contract, const Money<T>& deficit) {
    T rest = deficit.raw();
    for (PoolMember<T>& m : members_) {
      if (!(m.contract == contract)) continue;
      const T ask = asked(m, rest);
      const Result<FundDraw<T>> draw = funds_[m.pool].pay(ask);
      LOADLINE_ASSERT(draw.has_value());
      m.paid += Money<T>(draw->paid);
      rest = T(rest - draw->paid);
    }
  }

  std::span<F> funds_;
  std::span<PoolMember<T>> members_;
};

/// What one contract can draw on, as a DeficitPayer: for whoever pays a deficit and need not know that there are pools.
/// @par Units    money: the numeraire
/// @par Shape    the pools outlive it; they have a fund for the contract
/// @par Rounding that of the funds
/// @par Errors   those of FundPools
/// @par Cost     that of FundPools
/// @par Source   none
template <Scalar T, DeficitPayer<T> F = InsuranceFund<T>>
struct ContractFund {
  FundPools<T, F>& pools;
  SymbolId contract;

  /// What its pools hold, whatever its limits: `quote` knows those.
  [[nodiscard]] constexpr Money<T> balance() const {
    Money<T> sum = 0;
    for (const PoolMember<T>& m : pools.members())
      if (m.contract == contract) sum += pools.funds()[m.pool].balance();
    return sum;
  }
  [[nodiscard]] constexpr Result<FundDraw<T>> quote(const Money<T>& deficit) const { return pools.quote(contract, deficit); }
  constexpr Result<FundDraw<T>> pay(const Money<T>& deficit) { return pools.pay(contract, deficit); }
  constexpr Result<T> take(const Money<T>& amount) { return pools.take(contract, amount); }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
