// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/fund_window.hpp"
#include "loadline/waterfall/insurance_fund.hpp"

/// @file
/// What a list of shocks does to a fund, and how much of the open interest it covers.

namespace loadline {
inline namespace v1 {

/// What reaches a fund at one time: first the deficit, then what comes in.
template <Scalar T>
struct FundShock {
  Time time;
  Money<T> deficit = 0;  ///< >= 0
  Money<T> inflow = 0;   ///< >= 0
};

/// Where the fund stands after a shock.
template <Scalar T>
struct FundStep {
  Money<T> balance = 0;
  Money<T> paid = 0, unpaid = 0;
  Ratio<T> drawdown = 0;  ///< from the largest balance of the window
};

/// The window of a path, and room for it.
template <Scalar T>
struct PathWindow {
  std::span<WindowSample<T>> scratch;
  Time width;
  WindowReading reading = WindowReading::held;
};

/// A fund and what it stands behind.
template <Scalar T>
struct Coverage {
  Money<T> fund;           ///< >= 0
  Money<T> open_interest;  ///< notional, > 0
};

inline namespace LOADLINE_FLAGS {

/// A fund under a list of shocks.
///
/// @f[ F_{t+1} = F_t - paid_t + inflow_t, \qquad paid_t + unpaid_t = D_t, \qquad DD_t = 1 - F_{t+1} / \max_{window} F @f]
/// paid is min(F, D), within the fund's floor and limits; a period goes on through the whole list. The balance before the first shock stands in the window. The
/// fund is a copy: the caller's does not change.
/// @par Units    money: the numeraire; times: milliseconds
/// @par Shape    shocks in the order of time; `out` one step for each; at most shocks + 1 places of scratch are used
/// @par Rounding none but the scalar's
/// @par Errors   BAD_SIZE (SHOCK: `out` is too short; WINDOW: the scratch is), `index` the shock: those of InsuranceFund, BAD_TIME (SOURCE_TIME),
///               BAD_PARAMETER (WINDOW). `out` is then as it was
/// @par Cost     O(shocks), no allocation
/// @par Source   fund dynamics: arXiv 2512.01112
template <Scalar T>
[[nodiscard]] constexpr std::optional<Error> drawdown_path(const InsuranceFund<T>& fund, std::span<const FundShock<T>> shocks, const PathWindow<T>& window,
                                                           std::span<FundStep<T>> out) {
  if (out.size() < shocks.size()) return Error{Errc::bad_size, Field::shock};
  for (const bool writes : {false, true}) {  // first only looked at: an error leaves `out` alone
    InsuranceFund<T> f = fund;
    WindowPeak<T> w(window.scratch, window.width, window.reading);
    for (std::size_t i = 0; i < shocks.size(); ++i) {
      const FundShock<T>& shock = shocks[i];
      const auto at = [i](Error e) { return e.index = static_cast<std::uint32_t>(i), e; };
      if (i == 0)
        if (const std::optional<Error> e = w.add(shock.time, f.balance().raw())) return at(*e);
      const Result<FundDraw<T>> draw = f.pay(shock.deficit);
      if (!draw) return at(draw.error());
      if (const Result<T> taken = f.take(shock.inflow); !taken) return at(taken.error());
      if (const std::optional<Error> e = w.add(shock.time, f.balance().raw())) return at(*e);
      const Result<Ratio<T>> gone = drawdown(w);
      if (!gone) return at(gone.error());
      if (writes) out[i] = {f.balance(), draw->paid, draw->unpaid, *gone};
    }
  }
  return std::nullopt;
}

/// How much of the open interest the fund covers: fund / open interest.
/// @par Units    a fraction
/// @par Shape    fund >= 0, open interest > 0
/// @par Rounding none but the scalar's
/// @par Errors   BAD_NUMBER, BAD_FUND (FUND), BAD_PARAMETER (OPEN_INTEREST: of none there is no ratio), OVERFLOW (FUND)
/// @par Cost     O(1)
/// @par Source   textbook
template <Scalar T>
[[nodiscard]] constexpr Result<Ratio<T>> cover_ratio(const Coverage<T>& c) {
  if (!is_finite(c.fund.raw())) return Error{Errc::bad_number, Field::fund};
  if (!is_finite(c.open_interest.raw())) return Error{Errc::bad_number, Field::open_interest};
  if (c.fund.raw() < T(0)) return Error{Errc::bad_fund, Field::fund};
  if (!(T(0) < c.open_interest.raw())) return Error{Errc::bad_parameter, Field::open_interest};
  const Ratio<T> ratio = c.fund / c.open_interest;
  if (!is_finite(ratio.raw())) return Error{Errc::overflow, Field::fund};
  return ratio;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
