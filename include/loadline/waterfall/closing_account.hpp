// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/portfolio.hpp"
#include "loadline/waterfall/closing.hpp"

#include <vector>

/// @file
/// From a portfolio to an account that is being closed.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// The positions of a portfolio, ready to be closed at any marks. Made once; `at` allocates nothing.
///
/// Closing a unit changes the margin balance by what it is sold for against the mark, and frees its maintenance; collateral keeps
/// its value at the marks. That is exact for positions that pay in cash, which is what it asks for.
/// @par Units    those of Account
/// @par Shape    positions that pay in the account's cash, linear, each in a bracket group of its own, hedge offset `both`; only the
///               requirement is tested. Isolated positions stand alone and are left out
/// @par Rounding that of the scalar
/// @par Errors   make: UNSUPPORTED (what is not of that shape: POSITION with its index among legs(), or RULE)
/// @par Cost     make: O(legs * brackets), allocates; at: one evaluation of the margin
/// @par Source   docs/explanation/waterfall.md
template <Scalar T>
class ClosingAccount {
 public:
  [[nodiscard]] static Result<ClosingAccount> make(const Portfolio<T>& portfolio) {
    const Lowered<T>& account = portfolio.lowered();
    const Pool<T>& pool = account.pool;
    if (!(account.tests == Tests().add(Test::requirement)) || pool.hedge_offset != HedgeOffset::both) return Error{Errc::unsupported, Field::rule};
    ClosingAccount out(portfolio);
    std::size_t rows = 0;
    for (const Leg<T>& leg : pool.legs) rows += leg.rows;
    out.pieces_.reserve(rows);
    for (std::uint32_t i = 0; i < pool.legs.size(); ++i) {
      const Leg<T>& leg = pool.legs[i];
      const Position<T>& p = leg.terms;
      bool grouped = false;
      for (const Leg<T>& other : pool.legs) grouped = grouped || (&other != &leg && same_group(leg, other));
      if (p.kind != ContractKind::linear || grouped || pool.settling_in(0).size() != pool.legs.size()) return Error{Errc::unsupported, Field::position, i};
      const T units = T(magnitude(p.size.raw()) * p.multiplier.raw());
      const std::size_t first = out.pieces_.size();
      const BracketTable<T> table = pool.table(leg);
      for (std::size_t k = 0; k < leg.rows; ++k) out.pieces_.push_back(Piece<T>{T(0), T(0), T(0)});
      static_cast<void>(write_schedule<T>(table, std::span<Piece<T>>(out.pieces_).subspan(first)));
      const T size = p.size.raw() < T(0) ? T(-units) : units;
      out.legs_.push_back(ClosingLeg<T>{.key = p.key,
                                        .size = size,
                                        .mark = T(0),
                                        .maintenance = Schedule<T>(out.pieces_).subspan(first, leg.rows),
                                        .measure = T(0),
                                        .rate = p.fee_rate.raw(),
                                        .fixed = p.maintenance_fixed.raw(),
                                        .liquidation_fee_rate = p.liquidation_fee_rate.raw(),
                                        .taker_fee_rate = p.taker_fee_rate.raw()});
      out.rates_.push_back(p.fee_rate.raw());
      out.sizes_.push_back(size);
    }
    return out;
  }

  /// The account at these marks, whole again. It points into this object: the next call takes it back.
  /// @pre the portfolio still lives
  [[nodiscard]] Closing<T> at(Marks<T> marks) {
    const Lowered<T>& account = portfolio_->lowered();
    const Pool<T>& pool = account.pool;
    for (std::size_t i = 0; i < legs_.size(); ++i) {
      const Position<T>& p = pool.legs[i].terms;
      ClosingLeg<T>& leg = legs_[i];
      leg.size = sizes_[i];
      leg.mark = key_price<T>(pool, p.key, at_marks<T>(marks));
      const T price = p.maintenance_at == MaintenanceAt::mark ? leg.mark : p.entry.raw();
      const bool by_size = p.bracket_unit == BracketUnit::size;
      leg.measure = by_size ? T(T(1) / p.multiplier.raw()) : price;
      leg.scale = by_size ? T(price * p.multiplier.raw()) : T(1);
      leg.rate = T(rates_[i] * price);
    }
    Closing<T> out{T(0), legs_, pool.rule.requirement_ratio.raw(), pool.rule.when};
    start(out);
    out.equity = T(plain_value(account, Function::requirement, marks) + T(out.requirement_ratio * maintenance(out)));
    return out;
  }

  ClosingAccount(ClosingAccount&&) = default;
  ClosingAccount& operator=(ClosingAccount&&) = default;

 private:
  explicit ClosingAccount(const Portfolio<T>& portfolio) : portfolio_(&portfolio) {
    legs_.reserve(portfolio.legs().size());
    sizes_.reserve(portfolio.legs().size());
    rates_.reserve(portfolio.legs().size());
  }

  const Portfolio<T>* portfolio_;
  std::vector<Piece<T>> pieces_;
  std::vector<ClosingLeg<T>> legs_;
  std::vector<T> sizes_, rates_;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
