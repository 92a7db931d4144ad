// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_number.hpp"
#include "loadline/liquidation/frontier.hpp"

/// @file
/// The frontier of two keys, as an answer gives it.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// The liquidation prices of x at each of the y values.
template <Scalar T>
[[nodiscard]] AnswerJson frontier_rows(NumberWriter<T>& to, const AccountFile<T>& file, const Portfolio<T>& portfolio, Workspace<T>& workspace) {
  AnswerJson out = AnswerJson::array();
  std::vector<Price<T>> marks = file.marks;
  for (const Price<T>& y : file.frontier->y_values) {
    marks[file.frontier->y.index] = y;
    const PathAnswer<T> a = portfolio.solve(marks, file.frontier->x, workspace);
    to.overflow = to.overflow || a.overflow;
    out.push_back({{"y", to.number(y)},
                   {"liquidatable_now", a.liquidatable_now},
                   {"liq_below", to.number_at(a.below.within, a.below.liquidation)},
                   {"liq_above", to.number_at(a.above.within, a.above.liquidation)},
                   {"recover_below", to.number_at(a.below.within, a.below.recovery)},
                   {"recover_above", to.number_at(a.above.within, a.above.recovery)},
                   {"class", a.path_class == PathClass::affine ? "A" : "Q"},
                   {"certified", a.certified()}});
  }
  return out;
}

/// The exact corners of the frontier over the range of its y values.
template <Scalar T>
[[nodiscard]] AnswerJson frontier_corners(NumberWriter<T>& to, const AccountFile<T>& file, const Portfolio<T>& portfolio) {
  const auto& y = file.frontier->y_values;
  Price<T> low = y.front(), high = low;
  for (const Price<T>& p : y) {
    if (p < low) low = p;
    if (high < p) high = p;
  }
  const auto price = [&](const Bound<T>& b) { return b ? to.number(*b) : AnswerJson(nullptr); };
  AnswerJson out = AnswerJson::array();
  for (const FrontierVertex<T>& v : frontier<T>(portfolio, file.marks, file.frontier->x, file.frontier->y, low, high))
    out.push_back({{"y", to.number(v.y)},
                   {"liquidatable_now", v.x.below.outcome() == Outcome::already},
                   {"liq_below", price(v.x.below)},
                   {"liq_above", price(v.x.above)}});
  return out;
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
