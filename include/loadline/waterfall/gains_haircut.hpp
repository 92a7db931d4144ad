// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"

#include <span>

/// @file
/// Gains haircutting: winners keep their positions and give up one share of their profits. Not part of loadline.hpp.

namespace loadline {
inline namespace v1 {

/// What was cut.
template <Scalar T>
struct GainsHaircut {
  Ratio<T> share = 0;    ///< of every profit
  Money<T> missing = 0;  ///< beyond all profits; above zero: insolvent
};

inline namespace LOADLINE_FLAGS {

/// Variation margin gains haircutting: pro rata in wealth. Nobody's position is touched, and nobody who has lost pays.
///
/// @f[ \eta = \min\left(1,\ \frac{R}{\sum_i G_i^+}\right), \qquad kept_i = (1 - \eta)\,G_i^+ - G_i^- @f]
/// @par Units    numeraire: R `needed`, G `gains` at the mark, below zero for a loss
/// @par Shape    a place in `kept` for each of the gains; both may be one column
/// @par Rounding that of the scalar
/// @par Errors   BAD_NUMBER, BAD_PARAMETER (DEFICIT: below zero), BAD_NUMBER (AMOUNT, `index`), OVERFLOW (AMOUNT, `index`: the sum of profits), BAD_SIZE
///               (COUNTERPARTY: `kept` is too short). On error nothing is written
/// @par Cost     O(gains), no allocation
/// @par Source   CPMI-IOSCO, Recovery of financial market infrastructures, 2014; docs/explanation/deleveraging.md
template <Scalar T>
[[nodiscard]] constexpr Result<GainsHaircut<T>> gains_haircut(const Money<T>& needed, std::span<const Money<T>> gains, std::span<Money<T>> kept) {
  if (!is_finite(needed.raw())) return Error{Errc::bad_number, Field::deficit};
  if (needed.raw() < T(0)) return Error{Errc::bad_parameter, Field::deficit};
  if (kept.size() < gains.size()) return Error{Errc::bad_size, Field::counterparty};
  T profits = T(0);
  for (std::size_t i = 0; i < gains.size(); ++i) {
    const T& gain = gains[i].raw();
    if (!is_finite(gain)) return Error{Errc::bad_number, Field::amount, static_cast<std::uint32_t>(i)};
    if (T(0) < gain) profits += gain;
    if (!is_finite(profits)) return Error{Errc::overflow, Field::amount, static_cast<std::uint32_t>(i)};
  }
  GainsHaircut<T> cut;
  const bool all = profits < needed.raw();
  if (all) cut.missing = Money<T>(T(needed.raw() - profits));
  if (T(0) < needed.raw()) cut.share = Ratio<T>(all || !(T(0) < profits) ? T(1) : T(needed.raw() / profits));
  for (std::size_t i = 0; i < gains.size(); ++i) {
    const T gain = gains[i].raw();
    kept[i] = Money<T>(T(0) < gain ? T(gain - T(cut.share.raw() * gain)) : gain);
  }
  return cut;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
