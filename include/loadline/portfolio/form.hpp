// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/piecewise/slice.hpp"

#include <array>
#include <cstdint>
#include <vector>

/// @file
/// The lowered form of an account: sums of tier schedules over products of prices. Rules on one side, solvers on the other.

namespace loadline {
inline namespace v1 {

/// What the parts of a form add up to.
enum class Sum : std::uint8_t {
  equity,       ///< everything at its price, no haircut
  balance,      ///< margin balance: collateral at its weights, with PnL
  maintenance,  ///< requirements of positions and debts
  level,        ///< assets - level ratio * debts
  fees,         ///< what liquidating every position would cost
};
inline constexpr std::size_t sum_count = 5;

/// P_slot ^ exponent
struct Power {
  std::uint32_t slot;
  std::int32_t exponent;
};

/// coefficient * product of powers; the powers lie in the form.
template <Scalar W>
struct Monomial {
  W coefficient;
  std::uint32_t first, count;
};

/// weight * amount, or weight * unit * S(amount / unit); amount a sum of monomials, unit one monomial above zero.
template <Scalar W>
struct Part {
  Sum sum;
  W weight;
  std::uint32_t first, count;         ///< the amount's monomials
  Monomial<W> unit;                   ///< of the tiers
  std::uint32_t first_piece, pieces;  ///< none: no tiers
  bool continuous;                    ///< its schedule has no jumps
  bool concave;                       ///< what it adds to a test is concave
};

/// The parts of an account, by the prices that move them. Slots number the base keys in use.
template <Scalar W>
struct Form {
  std::vector<Power> powers;
  std::vector<Monomial<W>> monomials;
  std::vector<Piece<W>> pieces;
  std::vector<Part<W>> parts;
  std::vector<std::uint32_t> fixed;      ///< parts that no price moves
  std::vector<std::uint32_t> own;        ///< parts that one price moves, grouped by slot
  std::vector<std::uint32_t> first_own;  ///< by slot, and one more
  std::vector<std::uint32_t> shared;     ///< parts that several prices move
  bool certain = true;                   ///< false: a sign was open that decided which parts there are
  bool finite = true;                    ///< false: an amount is so small that its tiers lie beyond every price

  [[nodiscard]] std::span<const std::uint32_t> own_of(std::size_t slot) const noexcept {
    return {own.data() + first_own[slot], first_own[slot + 1] - first_own[slot]};
  }
  [[nodiscard]] std::span<const Power> powers_of(const Monomial<W>& m) const noexcept { return {powers.data() + m.first, m.count}; }
  [[nodiscard]] std::span<const Monomial<W>> amount_of(const Part<W>& p) const noexcept { return {monomials.data() + p.first, p.count}; }
  [[nodiscard]] Schedule<W> schedule_of(const Part<W>& p) const noexcept { return Schedule<W>(pieces).subspan(p.first_piece, p.pieces); }

  /// Whether the price in a slot moves the part.
  [[nodiscard]] bool moves(const Part<W>& p, std::uint32_t slot) const noexcept {
    const auto has = [&](const Monomial<W>& m) {
      for (const Power& q : powers_of(m))
        if (q.slot == slot) return true;
      return false;
    };
    for (const Monomial<W>& m : amount_of(p))
      if (has(m)) return true;
    return p.pieces > 0 && has(p.unit);
  }
};

/// One number for each sum.
template <Scalar W>
struct Sums {
  std::array<W, sum_count> value;
  bool certain = true;  ///< false: a tier was open at which a part may jump

  [[nodiscard]] const W& operator[](Sum sum) const noexcept { return value[static_cast<std::size_t>(sum)]; }
  [[nodiscard]] W& operator[](Sum sum) noexcept { return value[static_cast<std::size_t>(sum)]; }
};

inline namespace LOADLINE_FLAGS {

template <Scalar W>
[[nodiscard]] constexpr Sums<W> no_sums() {
  return {{W(0), W(0), W(0), W(0), W(0)}, true};
}
template <Scalar W>
constexpr void add(Sums<W>& to, const Sums<W>& x) {
  for (std::size_t i = 0; i < sum_count; ++i) to.value[i] += x.value[i];
  to.certain = to.certain && x.certain;
}

/// The value of a monomial; `price(slot)` in W.
template <Scalar W, class Price>
[[nodiscard]] constexpr W value(const Form<W>& form, const Monomial<W>& m, const Price& price) {
  W x = m.coefficient;
  for (const Power& q : form.powers_of(m)) {
    for (std::int32_t e = 0; e < q.exponent; ++e) x = W(x * price(q.slot));
    for (std::int32_t e = 0; e > q.exponent; --e) x = W(x / price(q.slot));
  }
  return x;
}

/// The value of a part at prices. In doubt about a tier at which it may jump the higher tier is taken, and `certain` cleared.
template <Scalar W, class Price>
[[nodiscard]] constexpr W value(const Form<W>& form, const Part<W>& p, const Price& price, bool& certain) {
  W amount = W(0);
  for (const Monomial<W>& m : form.amount_of(p)) amount += value(form, m, price);
  if (p.pieces == 0) return W(p.weight * amount);
  const W unit = value(form, p.unit, price);
  const Schedule<W> schedule = form.schedule_of(p);
  std::size_t i = 0;
  for (; i + 1 < schedule.size(); ++i) {
    const W beyond = W(amount - W(schedule[i + 1].from * unit));
    const bool open = sign(beyond) == 0 && !sign_is_certain(beyond);
    if (open && p.continuous) break;
    if (!open && sign(beyond) <= 0) break;
    certain = certain && !open;
  }
  return W(p.weight * W(W(schedule[i].slope * amount) + W(schedule[i].offset * unit)));
}

/// Adds parts, by index, to the sums.
template <Scalar W, class Price>
constexpr void add_parts(const Form<W>& form, std::span<const std::uint32_t> parts, const Price& price, Sums<W>& to) {
  for (const std::uint32_t i : parts) to[form.parts[i].sum] += value(form, form.parts[i], price, to.certain);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
