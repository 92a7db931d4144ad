// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/result.hpp"
#include "loadline/core/scalar.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// @file
/// Scores of positions for the deleveraging queue, named by what they compute. The highest is taken first.

namespace loadline {
inline namespace v1 {

/// One position's figures. A formula reads those that it names in `needs`.
///
/// Linear contracts. An inverse contract is the other side of a linear one at the reciprocal prices: a size of the opposite sign, prices 1/P.
template <Scalar T>
struct AdlPosition {
  T size;                ///< base units, long > 0
  T entry;               ///< average entry price, > 0
  T mark;                ///< > 0
  T wallet = T(0);       ///< the balance that a profit is measured against
  T equity = T(0);       ///< of the account
  T maintenance = T(0);  ///< the account's requirement
  T notional = T(0);     ///< that leverage counts, at the mark and without sign: the position's, or all of the account's
  T bankruptcy = T(0);   ///< the price at which nothing is left behind the position
};

/// The figures beside size, entry and mark that a formula reads.
struct AdlNeeds {
  bool wallet = false, equity = false, maintenance = false, notional = false, bankruptcy = false;
};

/// A formula: `score(position)`, the highest first, and `needs`. A plain struct of one's own will do.
///
/// Law: finite figures, an entry and a mark above zero give a number, whatever the equity; only what leaves the scalar's range does not.
template <class S, class T>
concept AdlScore = Scalar<T> && requires(const S& s, const AdlPosition<T>& p) {
  { s.score(p) } -> std::same_as<T>;
  { S::needs } -> std::convertible_to<AdlNeeds>;
};

inline namespace LOADLINE_FLAGS {

/// What a position has gained at the mark.
template <Scalar T>
[[nodiscard]] constexpr T unrealised(const AdlPosition<T>& p) {
  return T(p.size * T(p.mark - p.entry));
}
/// The same over the value at entry: profit percent, as a fraction.
template <Scalar T>
[[nodiscard]] constexpr T profit_share(const AdlPosition<T>& p) {
  return T(T(T(sign(p.size)) * T(p.mark - p.entry)) / p.entry);
}

namespace detail {

/// a / b, at most `limit`; that too where nothing above zero divides.
template <Scalar T>
[[nodiscard]] constexpr T limited(const T& a, const T& b, int limit) {
  return T(0) < b && a < T(T(limit) * b) ? T(a / b) : T(limit);
}
/// Winners by share times risk, losers by share over risk: of both the riskier come first.
template <Scalar T>
[[nodiscard]] constexpr T by_risk(const T& share, const T& risk, int limit) {
  if (!(share < T(0))) return T(share * risk);
  return T(1) < T(T(limit) * risk) ? T(share / risk) : T(share * T(limit));
}

}  // namespace detail

/// Notional over the cushion above bankruptcy; without a cushion, and beyond the limit, the limit.
///
/// @f[ l = \frac{|V_{mark}|}{V_{mark} - V_{bankruptcy}} @f] with V = q P, so that a long's is P / (P - B) and a short's P / (B - P).
template <Scalar T>
[[nodiscard]] constexpr T effective_leverage(const AdlPosition<T>& p, int limit) {
  const T cushion = T(p.size * T(p.mark - p.bankruptcy));
  return detail::limited(magnitude(T(p.size * p.mark)), cushion, limit);
}

/// Profit over the wallet, times the margin ratio.
///
/// @f[ s = \frac{\max(0, U)}{\max(1, W)} \cdot \frac{MM}{e}, \qquad 0 \ \text{where}\ e \le 0 @f]
/// Losers, and accounts without equity, score 0: last, not out. Below 1 of the settle asset the score depends on the unit of money.
/// @par Units    money to one; which wallet W and which equity e: the caller's reading
/// @par Shape    none
/// @par Rounding that of the scalar
/// @par Errors   total; a tiny equity may overflow
/// @par Cost     O(1)
/// @par Source   Binance FAQ 360033525471 (LeveragePnL)
struct ProfitTimesMarginRatio {
  static constexpr AdlNeeds needs{.wallet = true, .equity = true, .maintenance = true};
  template <Scalar T>
  [[nodiscard]] constexpr T score(const AdlPosition<T>& p) const {
    const T gain = unrealised(p);
    if (!(T(0) < gain) || !(T(0) < p.equity)) return T(0);
    return T(T(gain / (T(1) < p.wallet ? p.wallet : T(1))) * T(p.maintenance / p.equity));
  }
};

/// Profit percent times effective leverage; of losers, over it.
///
/// @f[ s = g\,l \ \text{where}\ g \ge 0, \qquad g / l \ \text{where}\ g < 0, \qquad g = s_q (P - E) / E @f]
/// At or beyond bankruptcy the leverage counts as `limit`: such a winner is first, such a loser the first of the losers.
/// @par Units    dimensionless
/// @par Shape    limit > 0
/// @par Rounding that of the scalar
/// @par Errors   total
/// @par Cost     O(1)
/// @par Source   BitMEX, auto-deleveraging; OKX help page of 2025-08; Deepcoin; Bybit in words only ("leveraged return")
struct ProfitTimesLeverage {
  int limit = 1'000'000'000;
  static constexpr AdlNeeds needs{.bankruptcy = true};
  template <Scalar T>
  [[nodiscard]] constexpr T score(const AdlPosition<T>& p) const {
    return detail::by_risk(profit_share(p), effective_leverage(p, limit), limit);
  }
};

/// Profit percent over the margin level; of losers, times it. The level is equity over maintenance: high is safe (what OKX and HTX call margin ratio).
///
/// @f[ s = g / m \ \text{where}\ g \ge 0, \qquad g\,m \ \text{where}\ g < 0, \qquad m = e / MM @f]
/// Without equity the level counts as 1 / limit: such a winner is first. Without a requirement it counts as limit of losers; a winner scores 0.
/// @par Units    dimensionless
/// @par Shape    limit > 0
/// @par Rounding that of the scalar
/// @par Errors   total
/// @par Cost     O(1)
/// @par Source   HTX help 64914554002695; OKX, older text
struct ProfitOverMarginLevel {
  int limit = 1'000'000'000;
  static constexpr AdlNeeds needs{.equity = true, .maintenance = true};
  template <Scalar T>
  [[nodiscard]] constexpr T score(const AdlPosition<T>& p) const {
    return detail::by_risk(profit_share(p), detail::limited(p.maintenance, p.equity, limit), limit);
  }
};

/// Mark over entry times leverage; of shorts entry over mark.
///
/// @f[ s = \frac{P}{E} \cdot \frac{N}{e} \ \text{(long)}, \qquad \frac{E}{P} \cdot \frac{N}{e} \ \text{(short)} @f]
/// The formula as printed is that of longs; of a short it would put the losers first. Without equity the leverage counts as `limit`. Losers are not set
/// apart: a levered loser may stand before a winner with little leverage.
/// @par Units    dimensionless
/// @par Shape    limit > 0
/// @par Rounding that of the scalar
/// @par Errors   total
/// @par Cost     O(1)
/// @par Source   Hyperliquid documentation, auto-deleveraging; the shorts' form is a reading
struct PriceRatioTimesLeverage {
  int limit = 1'000'000'000;
  static constexpr AdlNeeds needs{.equity = true, .notional = true};
  template <Scalar T>
  [[nodiscard]] constexpr T score(const AdlPosition<T>& p) const {
    const T ratio = p.size < T(0) ? T(p.entry / p.mark) : T(p.mark / p.entry);
    return T(ratio * detail::limited(p.notional, p.equity, limit));
  }
};

/// The positions of one contract, column by column. What no formula in use needs may be left out.
template <Scalar T>
struct ScoreColumns {
  T mark;
  std::span<const T> sizes;  ///< base units, long > 0
  std::span<const T> entries;
  std::span<const T> wallets = {};
  std::span<const T> equities = {};
  std::span<const T> maintenances = {};
  std::span<const T> notionals = {};  ///< left out: of each position its own, |size| mark
  std::span<const T> bankruptcies = {};

  [[nodiscard]] constexpr AdlPosition<T> at(std::size_t i) const {
    const auto of = [i](std::span<const T> column) { return column.empty() ? T(0) : column[i]; };
    return {.size = sizes[i],
            .entry = entries[i],
            .mark = mark,
            .wallet = of(wallets),
            .equity = of(equities),
            .maintenance = of(maintenances),
            .notional = notionals.empty() ? magnitude(T(sizes[i] * mark)) : notionals[i],
            .bankruptcy = of(bankruptcies)};
  }
};

/// Writes the score of every position, of both sides; nullopt: all are written.
/// @par Units    those of the formula
/// @par Shape    every column that is there has as many places as sizes, and `out` has no fewer
/// @par Rounding that of the scalar
/// @par Errors   BAD_SIZE (COUNTERPARTY: columns of different lengths), MISSING_FIELD (a column that the formula needs), BAD_NUMBER, BAD_PRICE (MARK, ENTRY),
///               OVERFLOW (SCORE: the score is out of range); `index` is the row. Fields: SIZE, ENTRY, CASH the wallet, AMOUNT the equity,
///               MAINTENANCE_FIXED the requirement, QUANTITY the notional, REFERENCE_PRICE the bankruptcy price. `out` has no meaning after an error
/// @par Cost     O(positions), no allocation
/// @par Source   none
template <Scalar T, AdlScore<T> S>
[[nodiscard]] std::optional<Error> fill_scores(const S& score, const ScoreColumns<T>& c, std::span<T> out) {
  struct Column {
    std::span<const T> values;
    bool needed;
    Field field;
  };
  const AdlNeeds needs = S::needs;
  const std::size_t n = c.sizes.size();
  const std::array<Column, 7> columns{{{c.sizes, true, Field::size},
                                       {c.entries, true, Field::entry},
                                       {c.wallets, needs.wallet, Field::cash},
                                       {c.equities, needs.equity, Field::amount},
                                       {c.maintenances, needs.maintenance, Field::maintenance_fixed},
                                       {c.notionals, needs.notional && !c.notionals.empty(), Field::quantity},
                                       {c.bankruptcies, needs.bankruptcy, Field::reference_price}}};
  if (n > UINT32_MAX || out.size() < n) return Error{Errc::bad_size, Field::counterparty};
  for (const Column& column : columns) {
    if (column.needed && column.values.empty() && n != 0) return Error{Errc::missing_field, column.field};
    if (!column.values.empty() && column.values.size() != n) return Error{Errc::bad_size, Field::counterparty};
  }
  if (!is_finite(c.mark)) return Error{Errc::bad_number, Field::mark};
  if (!(T(0) < c.mark)) return Error{Errc::bad_price, Field::mark};
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = static_cast<std::uint32_t>(i);
    for (const Column& column : columns)
      if (column.needed && !is_finite(column.values[i])) return Error{Errc::bad_number, column.field, row};
    if (c.sizes[i] == T(0)) {  // no position, no entry price
      out[i] = T(0);
      continue;
    }
    if (!(T(0) < c.entries[i])) return Error{Errc::bad_price, Field::entry, row};
    const T s = score.score(c.at(i));
    if (!is_finite(s)) return Error{Errc::overflow, Field::score, row};
    out[i] = s;
  }
  return std::nullopt;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
