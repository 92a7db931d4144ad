// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

/// @file
/// What a bot author would write by hand: arrays of doubles, stored deductions, a linear scan, an exact piecewise solve,
/// nothing kept between calls. It knows one position a symbol, one wallet, continuous brackets, and nothing else.

struct Row {
  double cap, rate, cum;  // the last cap is infinite
};
struct Wallet {
  double cash;
  int n;
  const double *qty, *entry;
  const Row* const* rows;
};

/// The liquidation price of symbol i below (side -1) or above (+1) its mark; NaN: none.
inline double yardstick(const Wallet& b, const double* mark, int i, int side) {
  double x = b.cash;  // margin balance less maintenance, without symbol i
  for (int j = 0; j < b.n; ++j) {
    if (j == i) continue;
    const double notional = std::fabs(b.qty[j]) * mark[j];
    const Row* r = b.rows[j];
    while (notional > r->cap) ++r;
    x += b.qty[j] * (mark[j] - b.entry[j]) - (notional * r->rate - r->cum);
  }
  const double q = b.qty[i], size = std::fabs(q), k = x - q * b.entry[i];
  const Row* r = b.rows[i];
  while (size * mark[i] > r->cap) ++r;
  if (side < 0)  // down: over the floors, while the excess there is above zero
    while (r != b.rows[i] && k + (r - 1)->cap * (q / size - r->rate) + r->cum > 0) --r;
  else
    while (!std::isinf(r->cap) && k + r->cap * (q / size - r->rate) + r->cum > 0) ++r;
  const double price = -(k + r->cum) / (q - size * r->rate);
  return price > 0 && (side < 0 ? price < mark[i] : price > mark[i]) ? price : NAN;
}
