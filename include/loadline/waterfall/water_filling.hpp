// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/level.hpp"

/// @file
/// Policies that look at what is left of the accounts: the highest leverage comes down first; legs that hedge are closed last.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

/// Leverage water-filling: the most levered come down to one level, nobody below it is touched. It minimises the largest leverage afterwards.
///
/// @f[ \frac{(q_i - x_i) P}{e_i - t x_i} = l \quad\Rightarrow\quad x_i = \big(q_i - \mu\,(e_i - t q_i)\big)^+, \qquad \mu = \frac{l}{P - l\,t}, \quad
///     l = \frac{\mu P}{1 + \mu t} @f]
/// The transfer t may have either sign; in mu the shares are straight lines whatever it is. A leverage is that of the position on its account's equity.
/// Who would not survive a full close-out (e <= t q) is only levered higher by being taken: he comes last (share_out).
/// @par Units    base units
/// @par Shape    none
/// @par Rounding that of the scalar; the sum is the need
/// @par Errors   OVERFLOW (SHARE_WEIGHT), those of check
/// @par Cost     O(candidates) expected; no allocation
/// @par Source   arXiv 2603.15963; docs/explanation/deleveraging.md
struct LeverageWaterFilling {
  template <Scalar T>
  [[nodiscard]] Result<Allocation<T>> allocate(const Deleverage<T>& d, const Candidates<T>& candidates, DeleveragingWorkspace<T>& workspace,
                                               std::span<T> out) const {
    const T transfer = transfer_per_unit(d);
    return share_out(d, candidates, workspace, out, [&](std::size_t i, const T& available) {
      const T held = candidates.held(d, i);
      return RisingShare<T>{held, T(candidates.columns().equities[i] - T(transfer * held)), available};
    });
  }
};

/// Least hedge-breaking: the sum of the accounts' variances, each over its equity, becomes as small as it can.
///
/// @f[ \min \sum_i \frac{-2 x_i m_i + x_i^2 S}{e_i} \quad\Rightarrow\quad x_i = \mathrm{clamp}\Big(\frac{m_i + \nu e_i}{S},\ 0,\ c_i\Big) @f]
/// m is the column added_variance: the covariance of a base unit of the position, on its side, with the whole account; below zero the position
/// hedges, and is closed last. S is the variance of a base unit. Accounts without hedges have m = S q, and this is LeverageWaterFilling without transfer.
/// Columns from a covariance matrix: ext/eigen_covariance.hpp.
/// @par Units    base units; S: variance of one base unit over any period, m in the same
/// @par Shape    needs the column added_variance
/// @par Rounding that of the scalar; the sum is the need
/// @par Errors   MISSING_FIELD (ADDED_VARIANCE: no column), BAD_NUMBER, BAD_PARAMETER (ADDED_VARIANCE: the unit variance, not above zero), OVERFLOW
/// (SHARE_WEIGHT), those of check
/// @par Cost     O(candidates) expected; no allocation
/// @par Source   docs/explanation/deleveraging.md
template <Scalar T>
struct LeastHedgeBreaking {
  T unit_variance;

  [[nodiscard]] Result<Allocation<T>> allocate(const Deleverage<T>& d, const Candidates<T>& candidates, DeleveragingWorkspace<T>& workspace,
                                               std::span<T> out) const {
    const std::span<const T> added = candidates.columns().added_variance;
    if (added.size() != candidates.size()) return Error{Errc::missing_field, Field::added_variance};
    if (!is_finite(unit_variance)) return Error{Errc::bad_number, Field::added_variance};
    if (!(T(0) < unit_variance)) return Error{Errc::bad_parameter, Field::added_variance};
    return share_out(d, candidates, workspace, out, [&](std::size_t i, const T& available) {
      return RisingShare<T>{T(added[i] / unit_variance), T(candidates.columns().equities[i] / unit_variance), available};
    });
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
