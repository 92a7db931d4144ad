// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/rounding.hpp"
#include "loadline/waterfall/deleveraging.hpp"

/// @file
/// Whole lots of any policy's shares, by the largest remainder.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

/// Rounds a policy's shares to whole lots: each down, and the lots that are missing go to the largest remainders; equal remainders by id, the lower first.
///
/// @f[ x_i = lot \cdot \Big( \big\lfloor y_i / lot \big\rfloor + [\,i \text{ is among the largest remainders}\,] \Big), \qquad
///     \sum_i x_i = lot \cdot \big\lfloor \min(Q, \textstyle\sum_i lot \lfloor c_i / lot \rfloor) / lot \big\rfloor @f]
/// Of nobody more than whole lots of what is available is taken. What is less than a lot of the need is unplaced.
/// @par Units    base units; lot: base units
/// @par Shape    lot > 0
/// @par Rounding to the lot; in numbers that round, the last share gives way to the rounding of the sum. The total is that of whole lots
/// @par Errors   BAD_NUMBER, BAD_PARAMETER (LOT), OVERFLOW (LOT: more lots than the scalar counts), those of the policy
/// @par Cost     that of the policy, O(candidates log candidates) and the rounding of each share; no allocation
/// @par Source   Hamilton's method of apportionment; docs/explanation/deleveraging.md
template <Scalar T, class Policy>
struct WholeLots {
  Policy policy;
  T lot;

  [[nodiscard]] Result<Allocation<T>> allocate(const Deleverage<T>& d, const Candidates<T>& candidates, DeleveragingWorkspace<T>& workspace,
                                               std::span<T> out) const {
    if (!is_finite(lot)) return Error{Errc::bad_number, Field::lot};
    if (!(T(0) < lot)) return Error{Errc::bad_parameter, Field::lot};
    const Result<Allocation<T>> shares = policy.allocate(d, candidates, workspace, out);
    if (!shares) return shares;
    Allocation<T> a = *shares;
    const std::size_t n = candidates.size();
    const T transfer = transfer_per_unit(d);
    // A size that is the nearest number to a multiple of the lot counts as one.
    const auto lots_of = [this](const T& x) { return whole_ticks(T(x + T(x * T(T(8) * unit_roundoff<T>()))), lot, Direction::down); };
    const auto units_of = [this](const T& lots, const T& available) {
      const T units = T(lots * lot);
      return available < units ? available : units;
    };
    const std::span<T> rest = workspace.numbers();
    const std::span<std::uint32_t> order = workspace.order();
    std::size_t count = 0;
    if (!is_finite(T(d.need / lot))) return Error{Errc::overflow, Field::lot};  // before they are counted: that would not end
    const T asked = lots_of(d.need);
    T lots = asked, room = T(0);
    for (std::size_t i = 0; i < n; ++i) {
      const T available = candidates.available(d, transfer, i);
      if (!is_finite(T(available / lot))) return Error{Errc::overflow, Field::lot, static_cast<std::uint32_t>(i)};
      const T whole = lots_of(out[i]), more = T(lots_of(available) - whole);
      rest[i] = T(out[i] - T(whole * lot));
      out[i] = whole;  // lots, until the end
      lots -= whole;
      room += more;
      if (T(0) < more) order[count++] = static_cast<std::uint32_t>(i);
    }
    const bool short_of_room = room < lots;
    if (short_of_room) lots = room;
    const auto larger = [&](std::uint32_t i, std::uint32_t j) {
      if (rest[j] < rest[i]) return true;
      return !(rest[i] < rest[j]) && candidates.columns().ids[i] < candidates.columns().ids[j];
    };
    // One lot each to the largest remainders; what is then missing, since others have no whole lot, in the same order.
    std::sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), larger);
    for (const bool everything : {false, true})
      for (std::size_t k = 0; k < count && !(lots < T(1)); ++k) {
        const std::uint32_t i = order[k];
        T more = T(1);
        if (everything) {
          more = T(lots_of(candidates.available(d, transfer, i)) - out[i]);
          if (lots < more) more = lots;
        }
        out[i] += more;
        lots -= more;
      }
    a.placed = T(0);
    a.touched = 0;
    for (std::size_t i = 0; i < n; ++i) {
      out[i] = units_of(out[i], candidates.available(d, transfer, i));
      // Lots as numbers may add up to a little more than the need.
      if (const T left = T(d.need - a.placed); left < out[i]) out[i] = left;
      a.placed += out[i];
      a.touched += T(0) < out[i] ? 1 : 0;
    }
    // Where no lot is missing, the sum of many lots rounds to something else than so many times the lot.
    a.unplaced = T(d.need - (short_of_room ? a.placed : T(asked * lot)));
    if (!short_of_room && !(T(d.need * T(T(8) * unit_roundoff<T>())) < a.unplaced)) a.unplaced = T(0);
    a.placed = T(d.need - a.unplaced);
    return a;
  }
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
