// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/adl_score.hpp"
#include "loadline/waterfall/queue.hpp"

/// @file
/// Scores that only a whole population has: ranks by several figures in turn, a round robin, and one score under two readings of an account.

namespace loadline {
inline namespace v1 {

/// A column that a rank looks at.
template <Scalar T>
struct RankKey {
  std::span<const T> values;
  bool highest_first = true;
};

/// Who is in reach of a round robin.
struct RobinCount {
  std::size_t listed;   ///< on the other side
  std::size_t scanned;  ///< of them, in reach
};

/// One reading of what an account is: the settle asset's wallet, or all of it.
template <Scalar T>
struct WalletReading {
  std::span<const T> wallets;
  std::span<const T> equities;
};

/// Two scores of each position and its places in the two queues of its side; 1 is first.
template <Scalar T>
struct TwoReadings {
  std::span<T> settle_scores, account_scores;
  std::span<std::uint32_t> settle_places, account_places;
};

/// The position whose places differ most; of several the first row.
struct ReadingGap {
  std::size_t index;
  std::uint32_t settle_place, account_place;
  std::uint32_t positions;  ///< on its side

  /// First under one reading, last under the other.
  [[nodiscard]] constexpr bool first_and_last() const noexcept {
    const bool ahead = settle_place < account_place;
    return positions > 1 && (ahead ? settle_place : account_place) == 1 && (ahead ? account_place : settle_place) == positions;
  }
};

inline namespace LOADLINE_FLAGS {

/// Scores n, n - 1, ... 1 in the order of several figures: by the first, where they are equal by the second, and so on; at last by id, the lower first.
/// @par Units    scores: places from the end
/// @par Shape    every key, `order` and `out` have as many places as ids; fewer than 2^31
/// @par Rounding none
/// @par Errors   BAD_SIZE (COUNTERPARTY), BAD_NUMBER (SCORE: `index` the row, `item` the key)
/// @par Cost     O(positions (log positions) keys); no allocation: `order` is the workspace's
/// @par Source   Ethereal documentation, auto-deleveraging
template <Scalar T>
[[nodiscard]] std::optional<Error> fill_ranks(std::span<const RankKey<T>> keys, std::span<const std::uint64_t> ids, std::span<std::uint32_t> order,
                                              std::span<T> out) {
  const std::size_t n = ids.size();
  if (n > INT32_MAX || order.size() < n || out.size() < n) return Error{Errc::bad_size, Field::counterparty};
  for (std::size_t k = 0; k < keys.size(); ++k) {
    if (keys[k].values.size() != n) return Error{Errc::bad_size, Field::counterparty, 0, static_cast<std::uint32_t>(k)};
    for (std::size_t i = 0; i < n; ++i)
      if (!is_finite(keys[k].values[i])) return Error{Errc::bad_number, Field::score, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(k)};
  }
  order = order.first(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = static_cast<std::uint32_t>(i);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    for (const RankKey<T>& key : keys) {
      const T &x = key.values[a], &y = key.values[b];
      if (x < y) return !key.highest_first;
      if (y < x) return key.highest_first;
    }
    return ids[a] < ids[b];
  });
  for (std::size_t k = 0; k < n; ++k) out[order[k]] = T(static_cast<int>(n - k));
  return std::nullopt;
}

/// Nobody is ranked: the other side in the order of its list, round and round from a start, and no further than `reach`.
///
/// Who is in reach scores reach, reach - 1, ...; who is not scores 0, and `most` lets nothing be taken of him: what is left is unplaced.
/// @par Units    most: base units
/// @par Shape    liquidated 1: shorts are listed, -1: longs; `scores` and `most` have as many places as sizes; start: any number, taken modulo the list;
///               reach < 2^31
/// @par Rounding none
/// @par Errors   BAD_SIZE (COUNTERPARTY), BAD_NUMBER (SIZE, `index`), BAD_PARAMETER (LEVEL: the reach)
/// @par Cost     O(positions), no allocation
/// @par Source   dydxprotocol/v4-chain at 84d4664b, x/clob/keeper/deleveraging.go
template <Scalar T>
[[nodiscard]] Result<RobinCount> fill_round_robin(int liquidated, std::span<const T> sizes, std::uint64_t start, std::size_t reach, std::span<T> scores,
                                                  std::span<T> most) {
  const std::size_t n = sizes.size();
  if (n > UINT32_MAX || scores.size() < n || most.size() < n) return Error{Errc::bad_size, Field::counterparty};
  if (reach > INT32_MAX) return Error{Errc::bad_parameter, Field::level};
  const auto listed = [&](std::size_t i) { return liquidated > 0 ? sizes[i] < T(0) : T(0) < sizes[i]; };
  RobinCount count{0, 0};
  for (std::size_t i = 0; i < n; ++i) {
    if (!is_finite(sizes[i])) return Error{Errc::bad_number, Field::size, static_cast<std::uint32_t>(i)};
    count.listed += listed(i) ? 1 : 0;
  }
  const std::size_t first = count.listed == 0 ? 0 : static_cast<std::size_t>(start % count.listed);
  std::size_t place = 0;
  for (std::size_t i = 0; i < n; ++i) {
    scores[i] = most[i] = T(0);
    if (!listed(i)) continue;
    const std::size_t turn = place >= first ? place - first : place + count.listed - first;
    ++place;
    if (turn >= reach) continue;
    scores[i] = T(static_cast<int>(reach - turn));
    most[i] = magnitude(sizes[i]);
    ++count.scanned;
  }
  return count;
}

/// The same formula over two readings of what a wallet is, and where they disagree.
///
/// A book on wrapped collateral has an empty settle wallet: under one reading its profit is measured against 1, under the other against all it has.
/// @par Units    those of the formula
/// @par Shape    side 1 longs, -1 shorts; every span has a place for each position; wallets and equities of `columns` are not looked at
/// @par Rounding that of the scalar
/// @par Errors   those of fill_scores; BAD_SIZE (COUNTERPARTY), also where nobody is on the side
/// @par Cost     O(positions log positions); no allocation: `order` is the workspace's
/// @par Source   Binance FAQ 360033525471 does not say which wallet it means in multi-assets mode and portfolio margin
template <Scalar T, AdlScore<T> S>
[[nodiscard]] Result<ReadingGap> score_two_readings(const S& score, ScoreColumns<T> columns, std::span<const std::uint64_t> ids, int side,
                                                    const WalletReading<T>& settle, const WalletReading<T>& account, std::span<std::uint32_t> order,
                                                    const TwoReadings<T>& out) {
  const std::size_t n = columns.sizes.size();
  if (ids.size() != n || order.size() < n || out.settle_places.size() < n || out.account_places.size() < n) return Error{Errc::bad_size, Field::counterparty};
  std::uint32_t positions = 0;
  const auto read = [&](const WalletReading<T>& reading, std::span<T> scores, std::span<std::uint32_t> places) -> std::optional<Error> {
    columns.wallets = reading.wallets;
    columns.equities = reading.equities;
    if (const auto e = fill_scores<T>(score, columns, scores)) return e;
    positions = 0;
    for (std::size_t i = 0; i < n; ++i) {
      places[i] = 0;
      if (side > 0 ? T(0) < columns.sizes[i] : columns.sizes[i] < T(0)) order[positions++] = static_cast<std::uint32_t>(i);
    }
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(positions), detail::QueueOrder<T>{scores, ids});
    for (std::uint32_t k = 0; k < positions; ++k) places[order[k]] = k + 1;
    return std::nullopt;
  };
  if (const auto e = read(settle, out.settle_scores, out.settle_places)) return *e;
  if (const auto e = read(account, out.account_scores, out.account_places)) return *e;
  if (positions == 0) return Error{Errc::bad_size, Field::counterparty};
  ReadingGap gap{n, 0, 0, positions};
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t a = out.settle_places[i], b = out.account_places[i];
    const auto apart = [](std::uint32_t x, std::uint32_t y) { return x < y ? y - x : x - y; };
    if (a != 0 && (gap.index == n || apart(gap.settle_place, gap.account_place) < apart(a, b))) gap = {i, a, b, positions};
  }
  return gap;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
