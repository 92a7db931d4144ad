// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/deleveraging.hpp"
#include "loadline/waterfall/level.hpp"

/// @file
/// Everybody gives up in proportion to something: contracts, profit, risk. Nobody more than his cap.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

/// `weight(deleverage, candidates, i)`: what a candidate's share is in proportion to, >= 0. `needs_entries`: whether it asks for entry prices. A weight with
/// parameters may have `fault()`, what is wrong with them.
template <class W, class T>
concept ShareWeight = Scalar<T> && requires(const W& w, const Deleverage<T>& d, const Candidates<T>& candidates, std::size_t i) {
  { w.weight(d, candidates, i) } -> std::same_as<T>;
  { W::needs_entries } -> std::convertible_to<bool>;
};

/// The position itself: everybody gives up the same part of it.
struct ByContracts {
  static constexpr bool needs_entries = false;
  template <Scalar T>
  [[nodiscard]] constexpr T weight(const Deleverage<T>& d, const Candidates<T>& candidates, std::size_t i) const {
    return candidates.held(d, i);
  }
};

/// The profit at the mark; who has none gives up nothing.
///
/// @f[ w = \max(0,\ s\,(entry - P)\,q) @f] with s = 1 where a long position is liquidated.
struct ByProfit {
  static constexpr bool needs_entries = true;
  template <Scalar T>
  [[nodiscard]] constexpr T weight(const Deleverage<T>& d, const Candidates<T>& candidates, std::size_t i) const {
    const T& entry = candidates.columns().entries[i];
    const T gain = d.liquidated > 0 ? T(entry - d.mark) : T(d.mark - entry);
    return T(0) < gain ? T(gain * candidates.held(d, i)) : T(0);
  }
};

/// The position times a function of its leverage l = P q / e; an account without equity has none, and no weight.
///
/// @f[ w = q\,l\,g(l), \qquad g(l) = l^{power} \ \text{or}\ (l - above)^+ \ \text{where power is 0} @f]
/// @par Source   arXiv 2512.01112, risk-aware pro rata
template <Scalar T>
struct ByRisk {
  int power = 1;   ///< 0 to 64
  T above = T(0);  ///< with power 0
  static constexpr bool needs_entries = false;

  [[nodiscard]] constexpr std::optional<Error> fault() const {
    if (power < 0 || power > 64) return Error{Errc::bad_parameter, Field::exponent};
    if (!is_finite(above)) return Error{Errc::bad_number, Field::threshold};
    if (above < T(0)) return Error{Errc::bad_parameter, Field::threshold};
    return std::nullopt;
  }

  [[nodiscard]] constexpr T weight(const Deleverage<T>& d, const Candidates<T>& candidates, std::size_t i) const {
    const T held = candidates.held(d, i);
    if (!(T(0) < held) || !(T(0) < candidates.columns().equities[i])) return T(0);
    const T leverage = T(T(d.mark * held) / candidates.columns().equities[i]);
    T g = T(1);
    for (int k = 0; k < power; ++k) g = T(g * leverage);
    if (power == 0) g = above < leverage ? T(leverage - above) : T(0);
    return T(T(held * leverage) * g);
  }
};

/// Shares in proportion to a weight, each up to what is available of the candidate.
///
/// @f[ x_i = \min(c_i,\ \eta\,w_i), \qquad \sum_i x_i = Q @f]
/// Who has no weight comes last (share_out).
/// @par Units    base units; weights: any one unit
/// @par Shape    the columns that the weight asks for
/// @par Rounding that of the scalar; the sum is the need
/// @par Errors   MISSING_FIELD (ENTRY), OVERFLOW (SHARE_WEIGHT: a weight out of range, `index`), BAD_PARAMETER (EXPONENT, THRESHOLD), BAD_NUMBER
///               (THRESHOLD) of ByRisk, those of check
/// @par Cost     O(candidates) expected; no allocation
/// @par Source   arXiv 2512.01112 (capped pro rata: the only rule that is indifferent to splitting accounts, to scale, and monotone); Drift and Mango close
///               by contracts; docs/explanation/deleveraging.md
template <class Weight>
struct ProRata {
  Weight by{};

  template <Scalar T>
  requires ShareWeight<Weight, T>
  [[nodiscard]] Result<Allocation<T>> allocate(const Deleverage<T>& d, const Candidates<T>& candidates, DeleveragingWorkspace<T>& workspace,
                                               std::span<T> out) const {
    if constexpr (requires { by.fault(); })
      if (const auto e = by.fault()) return *e;
    if (Weight::needs_entries && candidates.columns().entries.size() != candidates.size()) return Error{Errc::missing_field, Field::entry};
    return share_out(d, candidates, workspace, out, [&](std::size_t i, const T& available) {
      return RisingShare<T>{T(0), by.weight(d, candidates, i), available};
    });
  }
};

/// Every contract of the other side is closed in the same proportion, up to the caps.
using ContractsProRata = ProRata<ByContracts>;
/// In proportion to profit: who lost nothing by the move that made the deficit bears it.
using ProfitProRata = ProRata<ByProfit>;
/// In proportion to risk.
template <Scalar T>
using RiskAwareProRata = ProRata<ByRisk<T>>;

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
