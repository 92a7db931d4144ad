// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/catch.hpp"
#include "support/strict.hpp"
#include "waterfall/people.hpp"
#include "waterfall/plain_book.hpp"

#include <loadline/waterfall/book_market.hpp>
#include <loadline/waterfall/pro_rata.hpp>
#include <loadline/waterfall/waterfall.hpp>

#include <optional>
#include <utility>
#include <vector>

/// @file
/// An account of one long position, and all that a waterfall over it needs, for tests that change one thing of it.

/// 16 units long at a mark of 64 that need 256 (a quarter), a book, a fund, and nobody on the other side.
template <class T>
struct Long {
  std::vector<loadline::Piece<T>> rows{{T(0), T(T(1) / T(4)), T(0)}};
  std::vector<loadline::ClosingLeg<T>> legs{{.key = loadline::KeyId{0}, .size = T(16), .mark = T(64), .maintenance = rows, .measure = T(64)}};
  std::vector<loadline::TradedBook<T, PlainBook<T>>> books;
  loadline::Closing<T> account{T(0), legs};
  loadline::InsuranceFund<T> fund;
  People<T> people;  ///< of the other side, once `against` has named them
  std::vector<loadline::OtherSide<T>> others;
  loadline::DeleveragingWorkspace<T> workspace{0};
  std::size_t places = 40;         ///< in the ledger
  std::optional<T> held;           ///< what the ledger holds already, of other parties
  loadline::Ledger<T> ledger{{}};  ///< of the last run
  std::vector<loadline::Transfer<T>> storage = std::vector<loadline::Transfer<T>>(40);
  std::vector<loadline::WaterfallStep<T>> steps;
  loadline::CloseProgress<T> progress;
  loadline::PartyId party{loadline::PartyKind::account};  ///< the account's, as the ledger knows it

  Long(std::vector<typename PlainBook<T>::Level> bids, int balance)
      : books{{loadline::KeyId{0}, {loadline::BookSide::bids, std::move(bids)}, {loadline::BookSide::asks, {}}}},
        fund(*loadline::InsuranceFund<T>::make({.balance = balance})),
        steps(10, loadline::WaterfallStep<T>{loadline::Stage::market, loadline::StepEnd::filled, 0, T(0), T(0), T(0), std::nullopt, T(0)}) {}
  Long(const Long&) = delete;

  /// The position becomes the second of two, of which the first is closed already.
  void second() {
    legs.insert(legs.begin(), legs[0]);
    legs[0].key = loadline::KeyId{7};
    legs[0].size = T(0);
    account.legs = legs;
  }
  /// So many units, as the other side of the position; it comes second, behind one of a contract that nobody closes.
  void against(int units, const std::optional<T>& reference = std::nullopt) {
    people = People<T>{{1, T(units), T(100'000)}};
    others = {{loadline::KeyId{9}, people.view(), 90}, {loadline::KeyId{0}, people.view(), 10, reference}};
    workspace = loadline::DeleveragingWorkspace<T>(1);
  }

  template <class W>
  loadline::Result<loadline::WaterfallReport<T>> run(const W& waterfall) {
    loadline::BookMarket<T, PlainBook<T>> market{books};
    return run(waterfall, market, fund);
  }
  template <class W, class M, class F>
  loadline::Result<loadline::WaterfallReport<T>> run(const W& waterfall, M& market, F& payer) {
    using loadline::PartyId, loadline::PartyKind;
    ledger = loadline::Ledger<T>(std::span(storage).first(places));
    if (held) REQUIRE(ledger.record({PartyId{PartyKind::fee_pool}, PartyId{PartyKind::buyers}, *held}));
    const T before = account.equity;
    const auto report = waterfall.run(account, market, payer, std::span<const loadline::OtherSide<T>>(others), workspace, ledger,
                                      std::span<loadline::WaterfallStep<T>>(steps), progress);
    CHECK(plain(ledger.sum_of_balances().raw()) == Approx(0.0).margin(1e-9));
    if (loadline::is_finite(before)) CHECK(plain(account.equity) == Approx(plain(before) + plain(ledger.balance(party).raw())).margin(1e-9));
    return report;
  }
};
