// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

/// @file
/// How large a fund should be, from losses as they were or as scenarios have them. Beyond the data: fund_tail.hpp.

namespace loadline {
inline namespace v1 {

/// What a unit of money costs, held and missing.
template <Scalar T>
struct FundCosts {
  Ratio<T> carry;      ///< of holding it, >= 0
  Ratio<T> shortfall;  ///< of not having it when a deficit comes, > 0
};

/// The loss at a probability, and the mean of the losses beyond it.
template <Scalar T>
struct TailRisk {
  Money<T> value_at_risk;
  Money<T> expected_shortfall;
};

/// The scenario that asks most of a fund.
template <Scalar T>
struct Cover {
  Money<T> amount = 0;
  std::size_t scenario = 0;  ///< the first of them, if several ask the same
};

inline namespace LOADLINE_FLAGS {

/// The fund at which holding one unit more costs as much as it saves.
///
/// @f[ \min_K\ r K + \kappa\, E[(D - K)^+] \quad\Rightarrow\quad P(D > K^*) \le \frac{r}{\kappa}, \qquad K^* = VaR_{1 - r/\kappa}(D) @f]
/// Of several best sizes, the smallest. At r >= kappa: none at all.
/// @par Units    losses: the numeraire; costs: fractions for one period, that of a loss
/// @par Shape    losses: deficits >= 0 of equal probability, ascending
/// @par Rounding none: compared by cross-multiplication
/// @par Errors   BAD_NUMBER, BAD_PARAMETER (DISCOUNT_RATE: carry; DEFICIT: the cost of a shortfall), OVERFLOW (DISCOUNT_RATE), those of the losses:
///               TAIL_UNDEFINED (EXCEEDANCES: none), BAD_SIZE (SHOCK), BAD_NUMBER, BAD_PARAMETER (SHOCK: below zero, or not ascending; `index`)
/// @par Cost     O(losses), no allocation
/// @par Source   arXiv 2512.01112
template <Scalar T>
[[nodiscard]] constexpr Result<Money<T>> newsvendor_fund(const FundCosts<T>& costs, std::span<const Money<T>> losses);

/// Loss at a probability and mean loss beyond it, of the sample itself.
///
/// @f[ VaR_p = \min\{x : P(D > x) \le 1 - p\}, \qquad ES_p = \frac{1}{1-p} \int_p^1 VaR_u\, du @f]
/// A sample knows nothing beyond its largest loss: with fewer than 1 / (1 - p) losses both figures are that loss.
/// @par Units    the numeraire; p: a fraction
/// @par Shape    losses as of newsvendor_fund; 0 < p < 1
/// @par Rounding none but the scalar's. p counts as the scalar holds it: 0.9 in double is a hair more, so VaR of 1 to 20 is 19, and 18 in a rational
/// @par Errors   BAD_NUMBER, BAD_PARAMETER (PROBABILITY), those of the losses; OVERFLOW (SHOCK)
/// @par Cost     O(losses), no allocation
/// @par Source   textbook
template <Scalar T>
[[nodiscard]] constexpr Result<TailRisk<T>> sample_tail(const Ratio<T>& p, std::span<const Money<T>> losses);

/// Enough for the N largest losses of any one scenario.
///
/// @f[ K = \max_s \sum_{j=1}^{N} \max(L_{s,(j)}, 0), \qquad L_{s,(1)} \ge L_{s,(2)} \ge \dots @f]
/// The losses are those beyond margin, slippage included. N = 2 is the standard of clearing houses; it does not grow with their number.
/// @par Units    the numeraire
/// @par Shape    losses: row by row, `members` to a scenario; a gain is below zero and counts 0. `largest`: scratch, its size is N >= 1
/// @par Rounding none but the scalar's
/// @par Errors   BAD_SIZE (SHOCK: no scenario, or not whole rows), BAD_PARAMETER (COUNTERPARTY: N or members is 0), BAD_NUMBER (SHOCK, `index` the
///               scenario, `item` the member), OVERFLOW (SHOCK, `index` the scenario)
/// @par Cost     O(losses x N), no allocation
/// @par Source   Bank of England, Financial Stability Paper 30
template <Scalar T>
[[nodiscard]] constexpr Result<Cover<T>> cover_fund(std::span<const Money<T>> losses, std::size_t members, std::span<Money<T>> largest);

namespace detail {

template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> loss_fault(std::span<const Money<T>> losses) {
  if (losses.empty()) return Error{Errc::tail_undefined, Field::exceedances};
  if (losses.size() > static_cast<std::size_t>(INT32_MAX)) return Error{Errc::bad_size, Field::shock};
  for (std::size_t i = 0; i < losses.size(); ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    if (!is_finite(losses[i].raw())) return Error{Errc::bad_number, Field::shock, index};
    if (losses[i].raw() < T(0) || (i > 0 && losses[i] < losses[i - 1])) return Error{Errc::bad_parameter, Field::shock, index};
  }
  return std::nullopt;
}

}  // namespace detail

template <Scalar T>
constexpr Result<Money<T>> newsvendor_fund(const FundCosts<T>& costs, std::span<const Money<T>> losses) {
  if (!is_finite(costs.carry.raw())) return Error{Errc::bad_number, Field::discount_rate};
  if (!is_finite(costs.shortfall.raw())) return Error{Errc::bad_number, Field::deficit};
  if (costs.carry.raw() < T(0)) return Error{Errc::bad_parameter, Field::discount_rate};
  if (!(T(0) < costs.shortfall.raw())) return Error{Errc::bad_parameter, Field::deficit};
  if (const std::optional<Error> e = detail::loss_fault(losses)) return *e;
  const T count = T(static_cast<int>(losses.size())), allowed = T(costs.carry.raw() * count);
  if (!is_finite(allowed) || !is_finite(T(costs.shortfall.raw() * count))) return Error{Errc::overflow, Field::discount_rate};
  std::size_t above = 0;  // losses that may exceed the fund: above x shortfall <= losses x carry
  while (above < losses.size() && !(allowed < T(T(static_cast<int>(above + 1)) * costs.shortfall.raw()))) ++above;
  return above == losses.size() ? Money<T>(T(0)) : losses[losses.size() - 1 - above];
}

template <Scalar T>
constexpr Result<TailRisk<T>> sample_tail(const Ratio<T>& p, std::span<const Money<T>> losses) {
  if (!is_finite(p.raw())) return Error{Errc::bad_number, Field::probability};
  if (!(T(0) < p.raw()) || !(p.raw() < T(1))) return Error{Errc::bad_parameter, Field::probability};
  if (const std::optional<Error> e = detail::loss_fault(losses)) return *e;
  const T mass = T(T(static_cast<int>(losses.size())) * T(T(1) - p.raw()));  // the tail, counted in losses
  std::size_t whole = 0;
  T sum = T(0);
  while (whole + 1 < losses.size() && !(mass < T(static_cast<int>(whole + 1)))) sum += losses[losses.size() - 1 - whole++].raw();
  const Money<T> at = losses[losses.size() - 1 - whole];
  sum += T(T(mass - T(static_cast<int>(whole))) * at.raw());
  if (!is_finite(sum)) return Error{Errc::overflow, Field::shock};
  const Money<T> mean = T(sum / mass);
  return TailRisk<T>{at, whole == 0 || mean < at ? at : mean};  // no mean of losses from `at` on is below it, whatever the rounding
}

template <Scalar T>
constexpr Result<Cover<T>> cover_fund(std::span<const Money<T>> losses, std::size_t members, std::span<Money<T>> largest) {
  if (members == 0 || largest.empty()) return Error{Errc::bad_parameter, Field::counterparty};
  if (losses.empty() || losses.size() % members != 0) return Error{Errc::bad_size, Field::shock};
  Cover<T> out;
  for (std::size_t s = 0; s * members < losses.size(); ++s) {
    for (Money<T>& x : largest) x = T(0);
    for (std::size_t j = 0; j < members; ++j) {
      Money<T> x = losses[s * members + j];
      if (!is_finite(x.raw())) return Error{Errc::bad_number, Field::shock, static_cast<std::uint32_t>(s), static_cast<std::uint32_t>(j)};
      for (Money<T>& place : largest)  // descending: what is pushed out goes on to the next place
        if (place < x) {
          const Money<T> out_of_place = place;
          place = x;
          x = out_of_place;
        }
    }
    Money<T> sum = 0;
    for (const Money<T>& x : largest) sum += x;
    if (!is_finite(sum.raw())) return Error{Errc::overflow, Field::shock, static_cast<std::uint32_t>(s)};
    if (out.amount < sum) out = {sum, s};
  }
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
