// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/account/account.hpp"
#include "loadline/core/result.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

/// @file
/// Every check of an account, in one place: what passes here cannot fail later.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// The first fault of one position; nullopt: it is in order. The caller sets `index`.
/// @par Units    those of Position
/// @par Shape    none
/// @par Rounding none but that of the bracket check
/// @par Errors MISSING_PRICE (key), BAD_NUMBER (NaN, infinity), BAD_FIELD, BAD_PRICE (entry), BAD_LEVERAGE, and those of its brackets
/// @par Cost     O(brackets)
/// @par Source   docs/reference/errors.md
template <Scalar T>
[[nodiscard]] std::optional<Error> check(const Position<T>& p, std::uint32_t key_count, CumPolicy policy) {
  const auto fault = [](Errc code, Field field) { return std::optional<Error>(Error{code, field}); };
  const auto number = [&](const T& x, Field field) { return is_finite(x) ? std::nullopt : fault(Errc::bad_number, field); };
  const auto above_zero = [&](const T& x, Field field, Errc code) {
    if (!is_finite(x)) return fault(Errc::bad_number, field);
    return T(0) < x ? std::nullopt : fault(code, field);
  };
  const auto rate = [&](const Ratio<T>& x, Field field) {
    if (!is_finite(x.raw())) return fault(Errc::bad_number, field);
    return x.raw() < T(0) || !(x.raw() < T(1)) ? fault(Errc::bad_field, field) : std::nullopt;
  };
  if (p.key.index >= key_count) return fault(Errc::missing_price, Field::key);
  if (auto e = number(p.size.raw(), Field::size)) return e;
  if ((p.side == Side::long_leg && p.size.raw() < T(0)) || (p.side == Side::short_leg && T(0) < p.size.raw())) return fault(Errc::bad_field, Field::size);
  if (auto e = above_zero(p.multiplier.raw(), Field::multiplier, Errc::bad_field)) return e;
  if (auto e = above_zero(p.entry.raw(), Field::entry, Errc::bad_price)) return e;
  if (auto e = rate(p.fee_rate, Field::fee_rate)) return e;
  if (auto e = rate(p.liquidation_fee_rate, Field::liquidation_fee_rate)) return e;
  if (auto e = rate(p.taker_fee_rate, Field::taker_fee_rate)) return e;
  if (p.leverage)
    if (auto e = above_zero(p.leverage->raw(), Field::leverage, Errc::bad_leverage)) return e;
  if (auto e = number(p.accrued.raw(), Field::accrued)) return e;
  if (auto e = number(p.maintenance_fixed.raw(), Field::maintenance_fixed)) return e;
  if (p.maintenance_fixed.raw() < T(0)) return fault(Errc::bad_field, Field::maintenance_fixed);
  if (p.tick)
    if (auto e = above_zero(p.tick->raw(), Field::tick, Errc::bad_field)) return e;
  if (p.isolated_margin)
    if (auto e = number(p.isolated_margin->raw(), Field::isolated_margin)) return e;
  return check(BracketTable<T>{p.brackets, p.bracket_unit, p.bracket_rule, policy, p.bracket_coefficient.raw()});
}

/// The first position that repeats the symbol and side of another; the number of positions if none does.
template <Scalar T>
[[nodiscard]] std::uint32_t first_repeated(std::span<const Position<T>> positions) {
  const auto count = static_cast<std::uint32_t>(positions.size());
  const auto symbol = [&](std::uint32_t i) { return positions[i].symbol ? positions[i].symbol->index : positions[i].key.index; };
  std::vector<std::uint32_t> order(count);
  for (std::uint32_t i = 0; i < count; ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::uint32_t i, std::uint32_t j) {
    if (symbol(i) != symbol(j)) return symbol(i) < symbol(j);
    return positions[i].side != positions[j].side ? positions[i].side < positions[j].side : i < j;
  });
  std::uint32_t first = count;
  for (std::uint32_t k = 1; k < count; ++k)
    if (symbol(order[k]) == symbol(order[k - 1]) && positions[order[k]].side == positions[order[k - 1]].side) first = std::min(first, order[k]);
  return first;
}

/// The first fault of an account; nullopt: it is in order. The order: rule, cash, then the positions one by one.
/// @par Units    those of Account
/// @par Shape    fewer than 2^32 - 1 positions and brackets
/// @par Rounding none but that of the bracket check
/// @par Errors those of a position, and BAD_RULE, BAD_NUMBER (cash, ratio), DUPLICATE_SYMBOL, BAD_SIZE (2^32 items)
/// @par Cost   O(positions log positions + brackets)
/// @par Source   docs/reference/errors.md
template <Scalar T>
[[nodiscard]] std::optional<Error> check(const Account<T>& account, std::uint32_t key_count) {
  constexpr std::size_t most = 0xffff'fffe;
  if (account.positions.size() > most) return Error{Errc::bad_size, Field::account};
  if (!account.rule.requirement && !account.rule.equity) return Error{Errc::bad_rule, Field::rule};
  const T& ratio = account.rule.requirement_ratio.raw();
  if (!is_finite(ratio)) return Error{Errc::bad_number, Field::rule_ratio};
  if (!(T(0) < ratio)) return Error{Errc::bad_rule, Field::rule_ratio};
  if (!is_finite(account.cash.raw())) return Error{Errc::bad_number, Field::cash};
  const std::uint32_t repeated = first_repeated(account.positions);
  std::size_t rows = 0;
  for (std::uint32_t i = 0; i < account.positions.size(); ++i) {
    if (std::optional<Error> e = check(account.positions[i], key_count, account.cum_policy)) {
      e->index = i;
      return e;
    }
    if (i == repeated) return Error{Errc::duplicate_symbol, Field::symbol, i};
    rows += account.positions[i].brackets.size();
    if (rows > most) return Error{Errc::bad_size, Field::brackets, i};
  }
  return std::nullopt;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
