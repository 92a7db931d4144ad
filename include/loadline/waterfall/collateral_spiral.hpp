// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/fill.hpp"
#include "loadline/portfolio/portfolio.hpp"
#include "loadline/pricing/price_map.hpp"
#include "loadline/waterfall/ledger.hpp"

#include <cstdint>
#include <span>

/// @file
/// Seized collateral sold into its own book, whose price may be what the collateral is valued at.

namespace loadline {
inline namespace v1 {

/// What a forced sale leaves behind as the print of its pair.
enum class SalePrint : std::uint8_t {
  last,      ///< the price of the last unit sold
  average,   ///< what the round's sale brought per unit
  untouched  ///< the index does not see it: a sale over the counter, or a source that leaves forced trades out
};

/// How much of a dead account's collateral is put on sale.
enum class Seizure : std::uint8_t {
  all,  ///< whatever there is
  owed  ///< what the debt and a fee on it are worth at the round's index, up to all; the rest stays with the account
};

/// The pair into which collateral is sold.
template <Scalar T>
struct SpiralTerms {
  KeyId key;           ///< of the collateral
  std::size_t source;  ///< the pair's own print among the sources
  SalePrint print = SalePrint::last;
  Quantity<T> taken = 0;  ///< what is already missing from the front of the bids
  Time now = 0;           ///< of every round
  Seizure seizure = Seizure::all;
  Ratio<T> fee = 0;  ///< on the debt, under Seizure::owed: the venue's fee, or what it keeps in hand against its own sale
};

/// One price, who dies of it, and what is then sold.
template <Scalar T>
struct SpiralRound {
  Price<T> print = 1;        ///< of the pair, as the round begins
  Price<T> index = 1;        ///< of the collateral, by its rule: the reference of the round's sale
  std::uint32_t deaths = 0;  ///< accounts
  Fill<T> sale{T(0), T(0), T(0), T(0)};
};

/// What became of one account.
template <Scalar T>
struct SpiralFate {
  std::uint32_t round = 0;  ///< in which it died, the first is 1; 0: it lives
  Quantity<T> seized = 0;   ///< of its collateral
  Quantity<T> sold = 0;     ///< of that; the rest nobody bid for
  Money<T> proceeds = 0;
};

/// All rounds together.
template <Scalar T>
struct SpiralSum {
  std::uint32_t rounds = 0;  ///< the last is the one in which nobody dies
  std::uint32_t deaths = 0;
  Quantity<T> sold = 0;
  Money<T> proceeds = 0;
  Quantity<T> unfilled = 0;
};

inline namespace LOADLINE_FLAGS {

/// An account whose collateral can be seized.
template <Scalar T>
struct SpiralAccount {
  const Portfolio<T>* portfolio;
  Quantity<T> collateral;  ///< what can be seized once it fails a test
  Money<T> owed = 0;       ///< its debt: how much is seized under Seizure::owed
};

/// What a spiral reads and writes. Sources and marks stay as the last round leaves them.
template <Scalar T>
struct SpiralRoom {
  std::span<Source<T>> sources;
  std::span<Price<T>> marks;
  std::span<SpiralFate<T>> fates;    ///< as many places as accounts
  std::span<SpiralRound<T>> rounds;  ///< accounts + 1 are always enough
};

/// Prices, deaths and sales in turn, until nobody dies.
///
/// Round k, with x the print, R the rule, c_i the collateral, o_i the debt, f the fee, V the value of the first so many units of the bids:
/// @f[ p_k = R(x_k), \quad D_k = \{ i \notin D_{<k} : i \mathrm{\ fails\ a\ test\ at\ } p_k \}, \quad q_k = \sum_{i \in D_k} s_i, \quad
///     V_k = V(Q_k + q_k) - V(Q_k) @f]
/// s_i = c_i, or min(c_i, o_i (1 + f) / p_k) under Seizure::owed. x_{k+1} is the sale's last price, its average, or x_k; Q is what has been
/// taken. All deaths of a round are one sale, shared in proportion to s: nobody is first, so the order of accounts says nothing. Each account's ledger entry is
/// its share of p_k q_k - V_k of what was filled, from it to the buyers (from them where the sale brought more); account i is `PartyId{PartyKind::account, i}`.
///
/// Under a rule that does not read the source (Dependence::none) there is one round of deaths. A dead account sells once, whatever its sale
/// leaves unpaid; its other balances stay out of it. Isolated positions have wallets of their own and are not asked. A rule with a memory is asked at one time.
/// @par Units    prices: numeraire per unit of collateral; sizes: its units; money: the numeraire
/// @par Shape    `bids`: one side, which nobody refills. It may be empty: nothing is sold and the print stays. marks: one for each key
/// @par Rounding that of the scalar
/// @par Errors   BAD_SIZE (SOURCE, KEY: no such source or mark, `item` the rule; MARK: an account has more keys; ACCOUNT: too few fates; SIZE: too
///               few rounds; TRANSFER: the ledger is full), MISSING_FIELD (ACCOUNT: no portfolio), BAD_BOOK (BOOK_SIDE: not bids), BAD_NUMBER,
///               BAD_PARAMETER (AMOUNT: collateral, DEFICIT: debt, `index` the account; BOOK_DEPTH: taken; LIQUIDATION_FEE_RATE), OVERFLOW
///               (AMOUNT), those of the sources, the rules and the marks. After an error sources and ledger are as they were; marks, fates and rounds are not
/// @par Cost     O(rounds * accounts) figures, two walks a round; no allocation
/// @par Source   docs/explanation/collateral-spiral.md
template <Scalar T, Depth<T> D, class... Rules>
[[nodiscard]] constexpr Result<SpiralSum<T>> collateral_spiral(const SpiralTerms<T>& terms, std::span<const SpiralAccount<T>> accounts,
                                                               const PriceMap<Rules...>& rules, const D& bids, const SpiralRoom<T>& room, Ledger<T>& ledger);

namespace detail {

template <Scalar T, Depth<T> D, class... Rules>
[[nodiscard]] constexpr std::optional<Error> spiral_fault(const SpiralTerms<T>& terms, std::span<const SpiralAccount<T>> accounts,
                                                          const PriceMap<Rules...>& rules, const D& bids, const SpiralRoom<T>& room) {
  const auto at = [](std::size_t i) { return static_cast<std::uint32_t>(i); };
  if (bids.side() != BookSide::bids) return Error{Errc::bad_book, Field::book_side};
  if (!is_finite(terms.taken.raw())) return Error{Errc::bad_number, Field::book_depth};
  if (terms.taken.raw() < T(0)) return Error{Errc::bad_parameter, Field::book_depth};
  if (!is_finite(terms.fee.raw())) return Error{Errc::bad_number, Field::liquidation_fee_rate};
  if (terms.fee.raw() < T(0)) return Error{Errc::bad_parameter, Field::liquidation_fee_rate};
  if (room.sources.size() <= terms.source) return Error{Errc::bad_size, Field::source, at(terms.source)};
  if (room.marks.size() <= terms.key.index) return Error{Errc::bad_size, Field::key, terms.key.index};
  if (room.fates.size() < accounts.size()) return Error{Errc::bad_size, Field::account, at(room.fates.size())};
  std::optional<Error> fault;
  std::uint32_t item = 0;
  rules.each([&](const auto& entry) {
    if (!fault && room.marks.size() <= entry.key.index) fault = Error{Errc::bad_size, Field::key, entry.key.index, item};
    ++item;
  });
  if (fault) return fault;
  T all = T(0);
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    const SpiralAccount<T>& a = accounts[i];
    if (a.portfolio == nullptr) return Error{Errc::missing_field, Field::account, at(i)};
    if (room.marks.size() < a.portfolio->key_count()) return Error{Errc::bad_size, Field::mark, at(i)};
    if (!is_finite(a.collateral.raw())) return Error{Errc::bad_number, Field::amount, at(i)};
    if (a.collateral.raw() < T(0)) return Error{Errc::bad_parameter, Field::amount, at(i)};
    if (!is_finite(a.owed.raw())) return Error{Errc::bad_number, Field::deficit, at(i)};
    if (a.owed.raw() < T(0)) return Error{Errc::bad_parameter, Field::deficit, at(i)};
    all += a.collateral.raw();
    if (!is_finite(T(all + terms.taken.raw()))) return Error{Errc::overflow, Field::amount, at(i)};
  }
  if (const std::optional<Error> e = check_sources<T>(room.sources, terms.now)) return e;
  return rules.check(Feeds<T>(room.sources, terms.now));
}

template <Scalar T>
[[nodiscard]] constexpr bool dies(const Portfolio<T>& portfolio, Marks<T> marks) {
  const Figures<T> f = portfolio.figures(marks);
  return !f.failing.empty() || f.status == Status::bankrupt;
}

template <Scalar T>
[[nodiscard]] constexpr T seized_at(const SpiralTerms<T>& terms, const SpiralAccount<T>& account, const Price<T>& index) {
  const T& all = account.collateral.raw();
  if (terms.seizure == Seizure::all) return all;
  const T needed = T(T(account.owed.raw() * T(T(1) + terms.fee.raw())) / index.raw());
  return needed < all ? needed : all;
}

/// Shares a round's sale among those who died in it, and writes who lost how much against the index.
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> share_sale(std::uint32_t round, const SpiralRound<T>& now, const T& q, std::span<SpiralFate<T>> fates,
                                                        Ledger<T>& ledger) {
  const T worth = T(now.index.raw() * now.sale.filled), lost = T(worth - now.sale.value);
  if (!is_finite(worth) || !is_finite(lost)) return Error{Errc::overflow, Field::amount};
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const T own = fates[i].seized.raw();
    if (fates[i].round != round || !(T(0) < own)) continue;
    const T share = T(own / q), loss = T(lost * share);
    fates[i].sold = now.sale.filled == q ? own : T(now.sale.filled * share);
    fates[i].proceeds = T(now.sale.value * share);
    if (loss == T(0)) continue;  // sold at the index
    const PartyId account{PartyKind::account, static_cast<std::uint32_t>(i)}, buyers{PartyKind::buyers};
    const auto entry =
        T(0) < loss ? ledger.record({account, buyers, loss, Reason::forced_sale}) : ledger.record({buyers, account, T(-loss), Reason::forced_sale});
    if (!entry) return entry.error();
  }
  return std::nullopt;
}

template <Scalar T, Depth<T> D, class... Rules>
[[nodiscard]] constexpr Result<SpiralSum<T>> run_spiral(const SpiralTerms<T>& terms, std::span<const SpiralAccount<T>> accounts,
                                                        const PriceMap<Rules...>& rules, const D& bids, const SpiralRoom<T>& room, Ledger<T>& ledger) {
  for (std::size_t i = 0; i < accounts.size(); ++i) room.fates[i] = SpiralFate<T>{};
  SpiralSum<T> sum;
  T taken = terms.taken.raw();
  Source<T>& pair = room.sources[terms.source];
  while (true) {
    if (room.rounds.size() <= sum.rounds) return Error{Errc::bad_size, Field::size, sum.rounds};
    if (const std::optional<Error> e = rules.write(Feeds<T>(room.sources, terms.now), room.marks)) return *e;
    if (const Result<std::size_t> r = check_marks<T>(room.marks); !r) return r.error();
    SpiralRound<T>& now = room.rounds[sum.rounds++];
    now = SpiralRound<T>{.print = Price<T>(pair.value), .index = room.marks[terms.key.index]};
    T q = T(0);
    for (std::size_t i = 0; i < accounts.size(); ++i) {
      if (room.fates[i].round != 0 || !dies<T>(*accounts[i].portfolio, room.marks)) continue;
      const T own = seized_at(terms, accounts[i], now.index);
      room.fates[i] = SpiralFate<T>{.round = sum.rounds, .seized = Quantity<T>(own)};
      ++now.deaths;
      q += own;
    }
    if (now.deaths == 0) return sum;
    now.sale = fill(bids, q, taken);
    if (const std::optional<Error> e = share_sale<T>(sum.rounds, now, q, room.fates.first(accounts.size()), ledger)) return *e;
    taken += now.sale.filled;
    sum.deaths += now.deaths;
    sum.sold += Quantity<T>(now.sale.filled);
    sum.proceeds += Money<T>(now.sale.value);
    sum.unfilled += Quantity<T>(now.sale.unfilled);
    if (!is_finite(sum.proceeds.raw())) return Error{Errc::overflow, Field::amount};
    if (terms.print == SalePrint::untouched || !(T(0) < now.sale.filled)) continue;
    pair.value = terms.print == SalePrint::last ? now.sale.worst : T(now.sale.value / now.sale.filled);
    pair.time = terms.now;
  }
}

}  // namespace detail

template <Scalar T, Depth<T> D, class... Rules>
constexpr Result<SpiralSum<T>> collateral_spiral(const SpiralTerms<T>& terms, std::span<const SpiralAccount<T>> accounts, const PriceMap<Rules...>& rules,
                                                 const D& bids, const SpiralRoom<T>& room, Ledger<T>& ledger) {
  if (const std::optional<Error> e = detail::spiral_fault(terms, accounts, rules, bids, room)) return *e;
  const Source<T> before = room.sources[terms.source];
  const std::size_t entries = ledger.size();
  Result<SpiralSum<T>> out = detail::run_spiral(terms, accounts, rules, bids, room, ledger);
  if (!out) {
    room.sources[terms.source] = before;
    ledger.rewind(entries);
  }
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
