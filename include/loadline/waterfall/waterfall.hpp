// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/fill.hpp"
#include "loadline/waterfall/book_market.hpp"
#include "loadline/waterfall/close_limit.hpp"
#include "loadline/waterfall/close_out.hpp"
#include "loadline/waterfall/deleverage_price.hpp"
#include "loadline/waterfall/deleveraging.hpp"
#include "loadline/waterfall/insurance_fund.hpp"
#include "loadline/waterfall/stage.hpp"

/// @file
/// A liquidation from the first order to the last unit of loss: the market, the insurance fund, deleveraging, everybody.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

/// Where orders go: `fill(key, side, q, limit)` takes from a book and remembers what was taken.
template <class M, class T>
concept Market = Scalar<T> && requires(M& m, KeyId key, const T& q, const std::optional<T>& limit) {
  { m.fill(key, BookSide::bids, q, limit) } -> std::same_as<Fill<T>>;
};
/// The candidates of a contract's other side.
template <Scalar T>
struct OtherSide {
  KeyId key;
  Candidates<T> candidates;
  std::uint32_t first_party = 0;              ///< the index of the first as a party of the ledger
  std::optional<T> reference = std::nullopt;  ///< the price of DeleveragePrice::reference, above zero
};

/// A run of a waterfall: its state while it lasts.
template <Scalar T, class Rules, class M, class F>
class WaterfallRun {
 public:
  constexpr WaterfallRun(const Rules& rules, Closing<T>& account, M& market, F& fund, std::span<const OtherSide<T>> others, DeleveragingWorkspace<T>& workspace,
                         Ledger<T>& ledger, std::span<WaterfallStep<T>> steps)
      : rules_(&rules), account_(&account), market_(&market), fund_(&fund), workspace_(&workspace), ledger_(&ledger), others_(others), steps_(steps) {}

  [[nodiscard]] constexpr Result<WaterfallReport<T>> all(CloseProgress<T>& progress) {
    if (progress.orders == 0 && progress.first_shortage == T(0)) progress.first_shortage = T(-excess(*account_));
    WaterfallEnd end = WaterfallEnd::requirement_met;
    T owed = T(0);
    for (bool more = must_close(*account_); more; more = goes_on()) {
      const std::optional<CloseOrder<T>> next = rules_->close_out.next(*account_, progress);
      if (!next) {
        end = stuck_ ? WaterfallEnd::unplaced : WaterfallEnd::no_more_orders;
        break;
      }
      if (next->leg >= account_->legs.size()) return Error{Errc::bad_size, Field::position, static_cast<std::uint32_t>(next->leg)};
      one(*next);
      if (fault_) return *fault_;
      if (idle_) {
        end = WaterfallEnd::unplaced;
        break;
      }
      ++progress.orders;
      progress.seconds += rules_->seconds_per_order;
    }
    const T noise = T(T(64) * T(unit_roundoff<T>() * moved_));
    if (!open() && noise < T(-account_->equity)) {
      settle();
      if (fault_) return *fault_;
      if (noise < T(-account_->equity)) end = WaterfallEnd::deficit;
    }
    if (noise < T(-account_->equity)) owed = T(-account_->equity);
    if (end == WaterfallEnd::requirement_met && must_close(*account_)) end = WaterfallEnd::no_more_orders;  // at equality it fails
    if (!open() && end != WaterfallEnd::deficit) end = WaterfallEnd::closed;
    return WaterfallReport<T>{end, count_, owed};
  }

 private:
  /// Whether another order is asked for after one.
  [[nodiscard]] constexpr bool goes_on() const {
    if constexpr (requires { rules_->close_out.done(*account_); })
      return !rules_->close_out.done(*account_);
    else
      return must_close(*account_);
  }
  [[nodiscard]] constexpr bool open() const {
    for (const ClosingLeg<T>& leg : account_->legs)
      if (!(leg.size == T(0))) return true;
    return false;
  }
  /// One order through the stages. A position of which nobody takes the rest is stuck.
  constexpr void one(const CloseOrder<T>& order) {
    ClosingLeg<T>& leg = account_->legs[order.leg];
    const bool is_long = T(0) < leg.size;
    const T units = magnitude(leg.size);
    left_ = order.size < units ? order.size : units;
    const T asked = left_;
    idle_ = !(T(0) < order.size) || !(T(0) < units) || leg.stuck;
    if (idle_) return;
    const std::size_t transfers = transfers_of(leg);
    bool filled = false;
    for (std::size_t s = 0; s < rules_->order.count && s < rules_->order.stages.size() && T(0) < left_; ++s) {
      const Stage stage = rules_->order.stages[s];
      if (!room(order.leg, transfers)) return;
      if (stage == Stage::market) {
        if (!order.to_market) continue;
        left_ = to_market(order.leg, leg, is_long, left_);
        filled = left_ < asked;
        if (!order.final && filled) return;
      } else if (stage == Stage::fund) {
        left_ = to_fund(order.leg, leg, is_long, left_);
      } else if (stage == Stage::deleveraging) {
        left_ = to_others(order.leg, leg, is_long, left_, filled);
      }
      if (fault_) return;
    }
    leg.stuck = T(0) < left_;
    stuck_ = stuck_ || leg.stuck;
  }
  /// What an order at a stage may record: each candidate of the other side, or two fees and the price.
  [[nodiscard]] constexpr std::size_t transfers_of(const ClosingLeg<T>& leg) const {
    const OtherSide<T>* const others = find_key(others_, leg.key);
    return others == nullptr ? 3 : 3 + others->candidates.size();
  }
  /// Whether another step has a place, in the list and in the ledger.
  constexpr bool room(std::size_t leg, std::size_t transfers) {
    const bool place = count_ < steps_.size();
    if (place && transfers <= ledger_->room()) return true;
    fault_ = Error{Errc::bad_size, place ? Field::transfer : Field::account, static_cast<std::uint32_t>(leg)};
    return false;
  }
  /// Part by part: a copy of the whole would wait for the parts that were just written.
  constexpr void note(Stage stage, StepEnd end, std::size_t leg, const T& asked, const T& done, const T& price, const std::optional<T>& limit) {
    WaterfallStep<T>& step = steps_[count_++];
    step.stage = stage;
    step.end = end;
    step.leg = leg;
    step.asked = asked;
    step.done = done;
    step.price = price;
    step.limit = limit;
    step.equity = account_->equity;
  }

  /// Moves money between the account and another party: above zero the account pays.
  constexpr void pay(const T& amount, PartyId to, Reason reason) {
    if (amount == T(0) || fault_) return;
    const bool pays = T(0) < amount;
    const auto entry = ledger_->record({pays ? rules_->account_party : to, pays ? to : rules_->account_party, magnitude(amount), reason});
    if (!entry) return void(fault_ = entry.error());
    account_->equity -= amount;
  }
  /// The fund pays so much of a deficit; returns what it could.
  constexpr T from_the_fund(const T& need) {
    const Result<FundDraw<T>> draw = record_payment(*ledger_, *fund_, {rules_->fund_party, rules_->account_party}, Money<T>(need));
    if (!draw) return fault_ = draw.error(), T(0);
    account_->equity += draw->paid;
    return draw->paid;
  }
  constexpr void to_the_fund(const T& amount, Reason reason) {
    if (!(T(0) < amount)) return;
    const Result<T> taken = record_contribution(*ledger_, *fund_, {rules_->fund_party, rules_->account_party}, Money<T>(amount), reason);
    if (!taken) return void(fault_ = taken.error());
    account_->equity -= amount;  // what the ledger says
  }
  constexpr void close(ClosingLeg<T>& leg, bool is_long, const T& units) {
    moved_ += T(leg.mark * units);
    resize(*account_, leg, is_long ? T(leg.size - units) : T(leg.size + units));
  }

  /// Whether somebody took no more than he was offered.
  [[nodiscard]] static constexpr bool is_part(const T& x, const T& whole) { return !(x < T(0)) && (x < whole || x == whole); }

  constexpr T to_market(std::size_t index, ClosingLeg<T>& leg, bool is_long, const T& size) {
    const std::optional<T> limit = rules_->limit.limit(*account_, leg);
    const std::optional<T> worthless = bankruptcy_price(leg, account_->equity, maintenance(*account_), rules_->allotment, T(0));
    if (limit && !is_finite(*limit)) return fault_ = Error{Errc::bad_number, Field::liquidation_price, static_cast<std::uint32_t>(index)}, size;
    const Fill<T> f = market_->fill(leg.key, is_long ? BookSide::bids : BookSide::asks, size, limit);
    if (!is_part(f.filled, size) || !is_finite(f.value) || f.value < T(0))
      return fault_ = Error{Errc::bad_parameter, Field::book_depth, static_cast<std::uint32_t>(index)}, size;
    const T left = T(size - f.filled);
    if (T(0) < f.filled) {
      const T at_mark = T(leg.mark * f.filled), taker_fee = T(leg.taker_fee_rate * f.value);
      pay(is_long ? T(at_mark - f.value) : T(f.value - at_mark), PartyId{PartyKind::market}, Reason::close_out);
      pay(taker_fee, PartyId{PartyKind::venue}, Reason::trading_fee);
      if (fault_) return size;
      close(leg, is_long, f.filled);
      // The fund gets the liquidation fee, but no more than this fill brought beyond the bankruptcy price, and than there is.
      T most = account_->equity;
      if (worthless) {
        const T at_worthless = T(*worthless * f.filled), beyond = T((is_long ? T(f.value - at_worthless) : T(at_worthless - f.value)) - taker_fee);
        if (beyond < most) most = beyond;
      }
      const T fee = T(leg.liquidation_fee_rate * f.value);
      to_the_fund(most < fee ? most : fee, Reason::liquidation_fee);
    }
    note(Stage::market, T(0) < left ? StepEnd::at_limit : StepEnd::filled, index, size, f.filled, T(0) < f.filled ? T(f.value / f.filled) : T(0), limit);
    return left;
  }

  constexpr T to_fund(std::size_t index, ClosingLeg<T>& leg, bool is_long, const T& size) {
    const std::optional<T> price = bankruptcy_price(leg, account_->equity, maintenance(*account_), rules_->allotment, T(0));
    if (!price) {
      note(Stage::fund, StepEnd::solvent, index, size, T(0), T(0), price);
      return size;
    }
    // What the account pays; below zero the fund pays it, so that the account is left with nothing.
    const T per_unit = is_long ? T(leg.mark - *price) : T(*price - leg.mark);
    T taken = size;
    if (per_unit < T(0)) {
      const T need = T(-T(per_unit * size)), paid = from_the_fund(need);
      if (fault_) return size;
      if (paid < need) taken = T(size * T(paid / need));
    } else {
      to_the_fund(T(per_unit * size), Reason::fund_payment);
      if (fault_) return size;
    }
    close(leg, is_long, taken);
    note(Stage::fund, taken < size ? StepEnd::fund_short : StepEnd::taken_over, index, size, taken, T(0) < taken ? *price : T(0), price);
    return T(size - taken);
  }

  constexpr T to_others(std::size_t index, ClosingLeg<T>& leg, bool is_long, const T& size, bool filled) {
    if (rules_->order.deleverage_only_unfilled && filled) {
      note(Stage::deleveraging, StepEnd::market_filled, index, size, T(0), T(0), std::nullopt);
      return size;
    }
    const std::optional<T> bankruptcy = bankruptcy_price(leg, account_->equity, maintenance(*account_), rules_->allotment, T(0));
    const OtherSide<T>* const o = find_key(others_, leg.key);
    const Result<T> at = deleverage_price<T>(rules_->deleverage.price, {size, is_long ? 1 : -1, leg.mark, bankruptcy, o == nullptr ? leg.mark : o->reference});
    if (!at) {
      fault_ = at.error();
      fault_->index = static_cast<std::uint32_t>(o - others_.data());
      return size;
    }
    const T price = *at;
    T placed = T(0);
    if (o != nullptr) {
      const DeleverageRule& rule = rules_->deleverage;
      const Deleverage<T> d{size, is_long ? 1 : -1, leg.mark, price, rule.insolvent, rule.spare};
      const std::span<T> given = workspace_->given();
      const Result<Allocation<T>> a = rules_->deleveraging.allocate(d, o->candidates, *workspace_, given);
      if (!a) return fault_ = a.error(), size;
      if (!is_part(a->placed, size)) return fault_ = Error{Errc::bad_parameter, Field::counterparty, static_cast<std::uint32_t>(index)}, size;
      const T transfer = transfer_per_unit(d);
      for (std::size_t i = 0; i < o->candidates.size(); ++i) {
        if (!(T(0) < given[i])) continue;
        pay(T(-T(transfer * given[i])), PartyId{PartyKind::counterparties, o->first_party + static_cast<std::uint32_t>(i)}, Reason::adl);
        if (fault_) return close(leg, is_long, placed), size;  // what others have given up already
        o->candidates.take(d, transfer, i, given[i]);
        placed += given[i];
      }
      placed = a->placed;
    }
    close(leg, is_long, placed);
    note(Stage::deleveraging, placed < size ? StepEnd::unplaced : StepEnd::matched, index, size, placed, T(0) < placed ? price : T(0), bankruptcy);
    return T(size - placed);
  }

  /// Nothing is left to close, and money is missing.
  constexpr void settle() {
    if (rules_->order.fund_pays_deficit) {
      if (!room(0, 1)) return;
      const T need = T(-account_->equity), paid = from_the_fund(need);
      if (fault_) return;
      note(Stage::deficit, paid < need ? StepEnd::paid_in_part : StepEnd::paid, 0, need, paid, T(0), std::nullopt);
    }
    if (rules_->order.socialised && account_->equity < T(0)) {
      if (!room(0, 1)) return;
      const T need = T(-account_->equity);
      pay(T(-need), PartyId{PartyKind::market}, Reason::socialised_loss);
      if (fault_) return;
      note(Stage::socialised, StepEnd::shared_out, 0, need, need, T(0), std::nullopt);
    }
  }

  const Rules* rules_;
  Closing<T>* account_;
  M* market_;
  F* fund_;
  DeleveragingWorkspace<T>* workspace_;
  Ledger<T>* ledger_;
  std::span<const OtherSide<T>> others_;
  std::span<WaterfallStep<T>> steps_;
  std::size_t count_ = 0;
  T moved_ = T(0);      ///< notional closed so far
  bool stuck_ = false;  ///< a position is
  bool idle_ = false;   ///< the last order asked for nothing
  T left_ = T(0);       ///< of the last order, after its stages
  std::optional<Error> fault_ = std::nullopt;
};

/// The pipeline. Close-out, limit and deleveraging are policies; the order of stages is a value.
///
/// Every order goes through the stages: what the market does not fill at the limit the fund takes over at the bankruptcy price, as far
/// as it can pay the difference to the mark; what it cannot is deleveraged. As long as the requirement fails the policy is asked for
/// the next order. A deficit that is left when nothing remains to be closed is paid by the fund and then shared out.
///
/// Money is counted against the mark: selling below it is a transfer to who bought. So all transfers sum to zero, and equity changes
/// by exactly what the ledger says. Contracts move with every step from the account to the other side of the step.
/// @par Units    numeraire, base units
/// @par Shape    `steps`: one place an order and stage; `others`: each key once; `workspace`: for the largest other side
/// @par Rounding that of the scalar; equity below zero by less than 64 roundings of the notional closed is no deficit
/// @par Errors   those of check; BAD_PARAMETER (TRANSFER: the account is no party of its own; COUNTERPARTY, BOOK_DEPTH: a deleveraging, a market that takes
///               more than it was offered, or no number), BAD_NUMBER (LIQUIDATION_PRICE: a limit; REFERENCE_PRICE), BAD_PRICE, MISSING_PRICE (REFERENCE_PRICE),
///               BAD_SIZE (POSITION: a policy names one that there is not; COUNTERPARTY: the workspace is too small; before a step that has no place: ACCOUNT
///               in `steps`, TRANSFER in the ledger, `index` the leg), those of the fund and of the deleveraging, and OVERFLOW (ACCOUNT: the requirement; and
///               of the ledger). What was done before it stays, whole: ledger, books, fund and account agree; but a fill that the ledger cannot hold stays
///               taken from its book
/// @par Cost     O(orders * (legs + candidates)); no allocation
/// @par Source   docs/explanation/waterfall.md
template <Scalar T, CloseOut<T> Policy, CloseLimit<T> Limit, Deleveraging<T> Adl>
struct Waterfall {
  Policy close_out;
  Limit limit;
  Adl deleveraging;
  StageOrder order = usual_order;
  DeleverageRule deleverage{};
  Allotment allotment = Allotment::by_maintenance;  ///< of takeovers
  PartyId account_party{PartyKind::account};
  PartyId fund_party{PartyKind::insurance_fund};
  T seconds_per_order = T(0);  ///< between two orders

  template <Market<T> M, DeficitPayer<T> F>
  [[nodiscard]] constexpr Result<WaterfallReport<T>> run(Closing<T>& account, M& market, F& fund, std::span<const OtherSide<T>> others,
                                                         DeleveragingWorkspace<T>& workspace, Ledger<T>& ledger, std::span<WaterfallStep<T>> steps) const {
    CloseProgress<T> progress;
    return run(account, market, fund, others, workspace, ledger, steps, progress);
  }
  /// The same from where a policy that waits has left off: `progress` is what it is told, the caller adds the seconds that have passed, and it is kept
  /// up to date.
  template <Market<T> M, DeficitPayer<T> F>
  [[nodiscard]] constexpr Result<WaterfallReport<T>> run(Closing<T>& account, M& market, F& fund, std::span<const OtherSide<T>> others,
                                                         DeleveragingWorkspace<T>& workspace, Ledger<T>& ledger, std::span<WaterfallStep<T>> steps,
                                                         CloseProgress<T>& progress) const {
    if (const std::optional<Error> e = check(account)) return *e;
    for (const PartyId other : {PartyId{PartyKind::market}, PartyId{PartyKind::venue}, fund_party})
      if (account_party == other || account_party.kind == PartyKind::counterparties) return Error{Errc::bad_parameter, Field::transfer};
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (workspace.size() < others[i].candidates.size()) return Error{Errc::bad_size, Field::counterparty, static_cast<std::uint32_t>(i)};
      if (others[i].reference && !is_finite(*others[i].reference)) return Error{Errc::bad_number, Field::reference_price, static_cast<std::uint32_t>(i)};
      if (others[i].reference && !(T(0) < *others[i].reference)) return Error{Errc::bad_price, Field::reference_price, static_cast<std::uint32_t>(i)};
    }
    start(account);
    if (!is_finite(excess(account))) return Error{Errc::overflow, Field::account};
    return WaterfallRun<T, Waterfall, M, F>(*this, account, market, fund, others, workspace, ledger, steps).all(progress);
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
