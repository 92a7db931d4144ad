// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/amount.hpp"
#include "loadline/waterfall/candidates.hpp"

#include <optional>

/// @file
/// How a deleveraging did: what it needed and took, what the best winner kept, who bore it, which hedges it broke. Not part of loadline.hpp.

namespace loadline {
inline namespace v1 {

/// One position that was closed by deleveraging.
template <Scalar T>
struct AdlFill {
  Size<T> size = 0;    ///< base units; the sign does not matter
  Price<T> mark = 0;   ///< of the contract at that moment
  Price<T> price = 0;  ///< at which it was closed
};

/// The figures of one wave of deleveraging, in money.
template <Scalar T>
struct AdlWave {
  Money<T> deficit = 0;       ///< D: what the bankrupt accounts were short of
  Money<T> largest_loss = 0;  ///< the largest of them
  Money<T> spent = 0;         ///< H: what was taken from winners
  Money<T> survivor = 0;      ///< what the winner who kept most kept of his profit: best_survivor
};

/// Two papers' worth of definitions of the same two ratios: they disagree in what stands below the line.
enum class SurvivorRatio : std::uint8_t {
  as_printed,  ///< over what was covered: theta D, and theta times the largest loss, theta = H / D up to 1
  as_coded,    ///< over what was left: D - H, and 1 - theta times the largest loss; the published tables
};

/// How unevenly a burden lies.
template <Scalar T>
struct BurdenSpread {
  Ratio<T> largest = 0;     ///< share of the one who bears most
  Ratio<T> herfindahl = 0;  ///< sum of squared shares: 1 where one bears all, 1 / n where n bear the same
  Ratio<T> gini = 0;        ///< 0: all bear the same
  std::size_t bearers = 0;  ///< who bear something
};

/// What a deleveraging did to the accounts that it took from.
template <Scalar T>
struct HedgeDamage {
  T variance = T(0);              ///< sum of changes of variance, each over its account's equity; above zero: hedges were broken
  Size<T> hedging = 0;            ///< base units closed while they hedged
  std::size_t accounts = 0;       ///< whose variance has risen
  std::size_t new_bankrupts = 0;  ///< solvent before, with less than nothing afterwards
};

inline namespace LOADLINE_FLAGS {

/// What winners give up at once, since they are closed away from the mark.
///
/// @f[ B = \sum_k \left| mark_k - price_k \right| \left| q_k \right| @f]
/// @par Units    numeraire
/// @par Shape    fills: any number
/// @par Rounding that of the scalar
/// @par Errors   total
/// @par Cost     O(fills)
/// @par Source   github.com/pluriholonomic/autodeleveraging-analysis @aae0be86, methodology 3.3; arXiv 2512.01112
template <Scalar T>
[[nodiscard]] constexpr Money<T> needed_budget(std::span<const AdlFill<T>> fills) {
  Money<T> sum = 0;
  for (const AdlFill<T>& f : fills) sum += Money<T>(T(magnitude(T(f.mark.raw() - f.price.raw())) * magnitude(f.size.raw())));
  return sum;
}

/// What was taken beyond what was needed; below zero: less.
/// @par Units    numeraire
/// @par Shape    none
/// @par Rounding that of the scalar
/// @par Errors   total
/// @par Cost     O(1)
/// @par Source   arXiv 2512.01112
template <Scalar T>
[[nodiscard]] constexpr Money<T> overshoot(const AdlWave<T>& wave, const Money<T>& needed) {
  return wave.spent - needed;
}

/// The largest profit that a winner kept.
///
/// @f[ \upsilon = \max_i\ (w_i - x_i)^+ @f]
/// @par Units    numeraire: profits and what was taken of them
/// @par Shape    two columns of one length
/// @par Rounding that of the scalar
/// @par Errors   total; none: zero
/// @par Cost     O(winners)
/// @par Source   arXiv 2512.01112
template <Scalar T>
[[nodiscard]] constexpr Money<T> best_survivor(std::span<const Money<T>> profits, std::span<const Money<T>> taken) {
  LOADLINE_ASSERT(profits.size() == taken.size());
  Money<T> best = 0;
  for (std::size_t i = 0; i < profits.size(); ++i) {
    const Money<T> kept = profits[i] - taken[i];
    if (best < kept) best = kept;
  }
  return best;
}

/// Profit-to-solvency ratio: what the best winner kept, to the deficit.
///
/// @f[ PTSR = \frac{\upsilon}{\theta D} \ \text{or} \ \frac{\upsilon}{D - H}, \qquad \theta = \min(1, H / D) @f]
/// @par Units    none
/// @par Shape    none
/// @par Rounding that of the scalar
/// @par Errors   nullopt: nothing stands below the line (no deficit, or none covered; as coded: none left)
/// @par Cost     O(1)
/// @par Source   arXiv 2512.01112; the code at github.com/pluriholonomic/autodeleveraging-analysis @aae0be86 divides by what is left
template <Scalar T>
[[nodiscard]] constexpr std::optional<Ratio<T>> profit_to_solvency(const AdlWave<T>& wave, SurvivorRatio reading) {
  const T &deficit = wave.deficit.raw(), &spent = wave.spent.raw();
  const T covered = spent < deficit ? spent : deficit;
  const T below = reading == SurvivorRatio::as_printed ? covered : T(deficit - spent);
  if (!(T(0) < deficit) || !(T(0) < below)) return std::nullopt;
  return Ratio<T>(T(wave.survivor.raw() / below));
}

/// Profit-to-maximum-loss ratio: what the best winner kept, to the largest loss.
///
/// @f[ PMR = \frac{\upsilon}{\theta\,L} \ \text{or} \ \frac{\upsilon}{(1 - \theta)\,L} @f]
/// @par Units    none
/// @par Shape    none
/// @par Rounding that of the scalar
/// @par Errors   nullopt: nothing stands below the line
/// @par Cost     O(1)
/// @par Source   as of profit_to_solvency
template <Scalar T>
[[nodiscard]] constexpr std::optional<Ratio<T>> profit_to_largest_loss(const AdlWave<T>& wave, SurvivorRatio reading) {
  const T &deficit = wave.deficit.raw(), &spent = wave.spent.raw();
  if (!(T(0) < deficit)) return std::nullopt;
  const T covered = spent < deficit ? T(spent / deficit) : T(1);
  const T below = T((reading == SurvivorRatio::as_printed ? covered : T(T(1) - covered)) * wave.largest_loss.raw());
  if (!(T(0) < below)) return std::nullopt;
  return Ratio<T>(T(wave.survivor.raw() / below));
}

/// What the best winner kept, to it and the deficit that is left (RD-NSE).
///
/// @f[ \frac{\upsilon}{\upsilon + D - H} @f]
/// Above one where more was taken than was missing.
/// @par Units    none
/// @par Shape    none
/// @par Rounding that of the scalar
/// @par Errors   nullopt: nothing above zero stands below the line
/// @par Cost     O(1)
/// @par Source   github.com/pluriholonomic/autodeleveraging-analysis @aae0be86
template <Scalar T>
[[nodiscard]] constexpr std::optional<Ratio<T>> residual_share(const AdlWave<T>& wave) {
  const T below = T(wave.survivor.raw() + T(wave.deficit.raw() - wave.spent.raw()));
  if (!(T(0) < below)) return std::nullopt;
  return Ratio<T>(T(wave.survivor.raw() / below));
}

/// How unevenly what was taken lies on those who could have borne it.
///
/// @f[ s_i = \frac{x_i}{\sum x}, \qquad HHI = \sum s_i^2, \qquad G = \frac{2 \sum_i i\, x_{(i)}}{n \sum x} - \frac{n+1}{n} @f]
/// with x in ascending order, i from 1.
/// @par Units    burdens: any one unit; the answers have none
/// @par Shape    burdens >= 0, reordered
/// @par Rounding that of the scalar
/// @par Errors   total; where nobody bears anything all is zero
/// @par Cost     O(n log n), no allocation
/// @par Source   C. Gini 1912; O. Herfindahl 1950
template <Scalar T>
[[nodiscard]] BurdenSpread<T> burden_spread(std::span<T> burdens) {
  BurdenSpread<T> c;
  std::sort(burdens.begin(), burdens.end(), [](const T& a, const T& b) { return a < b; });
  T sum = T(0), squares = T(0), ranked = T(0), place = T(0);
  for (const T& x : burdens) {
    place += T(1);
    sum += x;
    squares += T(x * x);
    ranked += T(place * x);
    c.bearers += T(0) < x ? 1 : 0;
  }
  if (!(T(0) < sum)) return c;
  c.largest = Ratio<T>(T(burdens.back() / sum));
  c.herfindahl = Ratio<T>(T(T(squares / sum) / sum));
  c.gini = Ratio<T>(T(T(T(T(2) * ranked) / T(place * sum)) - T(T(place + T(1)) / place)));
  return c;
}

/// What an allocation does to the hedges of those it takes from; the candidates are those before it.
///
/// @f[ \sum_i \frac{-2 x_i m_i + x_i^2 S}{e_i} @f]
/// over accounts with equity; m is the column added_variance (none: S times the position, no hedges). LeastHedgeBreaking makes it as small as it can.
/// @par Units    variance: that of unit_variance over numeraire
/// @par Shape    given: base units, a place for each candidate
/// @par Rounding that of the scalar
/// @par Errors   total
/// @par Cost     O(candidates)
/// @par Source   docs/explanation/deleveraging.md
template <Scalar T>
[[nodiscard]] constexpr HedgeDamage<T> hedge_damage(const Deleverage<T>& d, const Candidates<T>& candidates, std::span<const T> given, const T& unit_variance) {
  LOADLINE_ASSERT(candidates.size() <= given.size());
  HedgeDamage<T> out;
  const CandidateColumns<T>& c = candidates.columns();
  const T transfer = transfer_per_unit(d);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const T& x = given[i];
    const T& equity = c.equities[i];
    if (!(T(0) < x) || !(T(0) < equity)) continue;
    const T added = c.added_variance.empty() ? T(unit_variance * candidates.held(d, i)) : c.added_variance[i];
    const T change = T(T(T(x * x) * unit_variance) - T(T(T(2) * x) * added));
    out.variance += T(change / equity);
    if (added < T(0)) out.hedging += Size<T>(x);
    out.accounts += T(0) < change ? 1 : 0;
    out.new_bankrupts += T(equity - T(transfer * x)) < T(0) ? 1 : 0;
  }
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
