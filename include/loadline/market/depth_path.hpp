// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/elapsed.hpp"
#include "loadline/market/recovery.hpp"

#include <cstddef>
#include <span>

/// @file
/// Depth as a path in time: it is withdrawn, and it comes back, not always all of it. A spread has a path of its own.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// When depth leaves, how much, and how it returns.
template <Scalar T, Recovery<T> R = ExponentialRecovery<T>>
struct DepthPlan {
  Time start;         ///< until here the level is 1
  Time turn;          ///< here the recovery begins
  Ratio<T> trough;    ///< the share that would be left if the withdrawal went on for ever
  T withdrawal_time;  ///< its time constant, milliseconds
  Ratio<T> ceiling;   ///< the share to which depth returns; no default: a book need not come back whole
  R recovery;         ///< the shape of the way back
};

/// The same of a spread, or of a gap between the best prices.
template <Scalar T, Recovery<T> R = ExponentialRecovery<T>>
struct SpreadPlan {
  Time start;
  Time turn;
  Ratio<T> normal;  ///< until the start
  Ratio<T> peak;    ///< where it would go if it went on widening
  T widening_time;  ///< milliseconds
  Ratio<T> rest;    ///< where it goes afterwards
  R recovery;
};

namespace detail {

/// One value that leaves `from` towards `outer`, turns, and goes from where it is then to `rest`.
template <Scalar T, Recovery<T> R>
struct TurningPath {
  Time start, turn;
  T from, outer, time, at_turn, rest;
  R recovery;

  [[nodiscard]] constexpr T outward(Time t) const { return T(outer + T(T(from - outer) * decay(T(milliseconds<T>(Elapsed{start, t}.length()) / time)))); }
  [[nodiscard]] constexpr T at(Time t) const {
    if (!(start < t)) return from;
    if (!(turn < t)) return outward(t);
    const T x = T(rest - T(T(rest - at_turn) * recovery.left(milliseconds<T>(Elapsed{turn, t}.length()))));
    const bool up = at_turn < rest;  // rounding leads beyond neither end
    const T &low = up ? at_turn : rest, &high = up ? rest : at_turn;
    return x < low ? low : high < x ? high : x;
  }
};

}  // namespace detail

/// The share of normal depth at a time.
///
/// @f[ d(t) = 1 \;(t \le t_0), \quad \varphi + (1-\varphi)\, e^{-(t-t_0)/\tau_c} \;(t_0 \le t \le t_1), \quad
///     \varrho - (\varrho - d(t_1))\, R(t - t_1) \;(t \ge t_1) @f]
/// The level is continuous, stays in [trough, 1], falls until the turn and does not fall after it.
/// @par Units    levels: shares of normal depth; times: milliseconds since 1970
/// @par Shape    0 <= trough <= 1; level at the turn <= ceiling <= 1; withdrawal_time > 0; start <= turn
/// @par Rounding that of decay(); never beyond the level at the turn and the ceiling
/// @par Errors   make: BAD_NUMBER; BAD_TIME (WITHDRAWAL_TIME: turn before start), BAD_PARAMETER (TROUGH, WITHDRAWAL_TIME, CEILING, those of the recovery);
///               level: none
/// @par Cost     one exponential, or that of the recovery; no allocation
/// @par Source   docs/explanation/depth-in-time.md
template <Scalar T, Recovery<T> R = ExponentialRecovery<T>>
class DepthPath {
 public:
  [[nodiscard]] static constexpr Result<DepthPath> make(const DepthPlan<T, R>& plan) {
    const T &trough = plan.trough.raw(), &ceiling = plan.ceiling.raw();
    if (!is_finite(trough)) return Error{Errc::bad_number, Field::trough};
    if (trough < T(0) || T(1) < trough) return Error{Errc::bad_parameter, Field::trough};
    if (const std::optional<Error> e = detail::check_positive(plan.withdrawal_time, Field::withdrawal_time)) return *e;
    if (plan.turn < plan.start) return Error{Errc::bad_time, Field::withdrawal_time};
    if (!is_finite(ceiling)) return Error{Errc::bad_number, Field::ceiling};
    if (const std::optional<Error> e = plan.recovery.check()) return *e;
    DepthPath path({plan.start, plan.turn, T(1), trough, plan.withdrawal_time, T(1), ceiling, plan.recovery});
    path.path_.at_turn = path.path_.outward(plan.turn);
    if (ceiling < path.path_.at_turn || T(1) < ceiling) return Error{Errc::bad_parameter, Field::ceiling};
    return path;
  }
  [[nodiscard]] constexpr T level(Time t) const { return path_.at(t); }
  /// The lowest level: that at the turn.
  [[nodiscard]] constexpr const T& lowest() const noexcept { return path_.at_turn; }
  [[nodiscard]] constexpr const T& ceiling() const noexcept { return path_.rest; }

 private:
  constexpr explicit DepthPath(detail::TurningPath<T, R> path) : path_(std::move(path)) {}
  detail::TurningPath<T, R> path_;
};

/// A spread that widens and narrows again: the same path upside down.
///
/// @f[ s(t) = s_p - (s_p - s_0)\, e^{-(t-t_0)/\tau_w} \;(t_0 \le t \le t_1), \quad s_r + (s(t_1) - s_r)\, R(t - t_1) \;(t \ge t_1) @f]
/// @par Units    shares of the price; times: milliseconds since 1970
/// @par Shape    0 <= normal <= peak < 1; normal <= rest <= the spread at the turn; widening_time > 0; start <= turn
/// @par Rounding as of DepthPath
/// @par Errors   make: BAD_NUMBER; BAD_TIME (WITHDRAWAL_TIME: turn before start), BAD_PARAMETER (SPREAD: `item` 0 normal, 1 peak, 2 rest;
///               WITHDRAWAL_TIME; those of the recovery); spread: none
/// @par Cost     as of DepthPath
/// @par Source   docs/explanation/depth-in-time.md
template <Scalar T, Recovery<T> R = ExponentialRecovery<T>>
class SpreadPath {
 public:
  [[nodiscard]] static constexpr Result<SpreadPath> make(const SpreadPlan<T, R>& plan) {
    const T &normal = plan.normal.raw(), &peak = plan.peak.raw(), &rest = plan.rest.raw();
    if (!is_finite(normal)) return Error{Errc::bad_number, Field::spread, 0, 0};
    if (normal < T(0)) return Error{Errc::bad_parameter, Field::spread, 0, 0};
    if (!is_finite(peak)) return Error{Errc::bad_number, Field::spread, 0, 1};
    if (peak < normal || !(peak < T(1))) return Error{Errc::bad_parameter, Field::spread, 0, 1};
    if (const std::optional<Error> e = detail::check_positive(plan.widening_time, Field::withdrawal_time)) return *e;
    if (plan.turn < plan.start) return Error{Errc::bad_time, Field::withdrawal_time};
    if (!is_finite(rest)) return Error{Errc::bad_number, Field::spread, 0, 2};
    if (const std::optional<Error> e = plan.recovery.check()) return *e;
    SpreadPath path({plan.start, plan.turn, normal, peak, plan.widening_time, peak, rest, plan.recovery});
    path.path_.at_turn = path.path_.outward(plan.turn);
    if (rest < normal || path.path_.at_turn < rest) return Error{Errc::bad_parameter, Field::spread, 0, 2};
    return path;
  }
  [[nodiscard]] constexpr T spread(Time t) const { return path_.at(t); }
  [[nodiscard]] constexpr const T& widest() const noexcept { return path_.at_turn; }

 private:
  constexpr explicit SpreadPath(detail::TurningPath<T, R> path) : path_(std::move(path)) {}
  detail::TurningPath<T, R> path_;
};

/// Cumulative depth in bands at a time, each band on its own path: near ones collapse, far ones stay.
///
/// @f[ C_k(t) = \sum_{j \le k} (C_j - C_{j-1})\, d_j(t) @f]
/// @par Units    depths: base units, or money, as given
/// @par Shape    one path and one result a band; `normal` ascends from the best price outwards, and is not below zero
/// @par Rounding that of the scalar
/// @par Errors   BAD_SIZE (BAND: not as many paths or results as bands), BAD_NUMBER, BAD_BOOK (BAND: `index`: cumulative depth falls)
/// @par Cost     one level a band; no allocation
/// @par Source   docs/explanation/depth-in-time.md
template <Scalar T, class R>
[[nodiscard]] constexpr std::optional<Error> depth_in_bands(Time t, std::span<const DepthPath<T, R>> paths, std::span<const T> normal, std::span<T> out) {
  if (paths.size() != normal.size() || out.size() != normal.size()) return Error{Errc::bad_size, Field::band};
  for (std::size_t k = 0; k < normal.size(); ++k) {
    const auto index = static_cast<std::uint32_t>(k);
    if (!is_finite(normal[k])) return Error{Errc::bad_number, Field::band, index};
    if (normal[k] < (k == 0 ? T(0) : normal[k - 1])) return Error{Errc::bad_book, Field::band, index};
  }
  T sum = T(0), before = T(0);
  for (std::size_t k = 0; k < normal.size(); ++k) {
    sum += T(T(normal[k] - before) * paths[k].level(t));
    before = normal[k];
    out[k] = sum;
  }
  return std::nullopt;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
