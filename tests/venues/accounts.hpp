// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/sample.hpp"

#include <loadline/margin/bracket_file.hpp>

#include <fstream>
#include <iterator>

/// @file
/// The accounts of venues' own pages, in any scalar. Where a source names no mark, mark = entry: it moves no liquidation
/// price of a one-position account. Sources by id: docs/sources.md.

/// The bracket file of 24 October 2024.
template <class T>
loadline::Result<loadline::BracketFile<T>, loadline::RowError> binance_file() {
  std::ifstream in(LOADLINE_DATA_DIR "/binance_usdm_brackets_2024-10-24.csv", std::ios::binary);
  return loadline::read_brackets<T>(std::string(std::istreambuf_iterator<char>(in), {}));
}
template <class T>
std::vector<loadline::Bracket<T>> binance_brackets(std::string_view symbol) {
  return (*binance_file<T>()).find(symbol)->rows;
}

/// A table from caps (the last may be "": open) and rates.
template <class T>
std::vector<loadline::Bracket<T>> ladder(std::initializer_list<std::string_view> caps, std::initializer_list<std::string_view> rates) {
  std::vector<loadline::Bracket<T>> out;
  auto cap = caps.begin();
  for (const std::string_view rate : rates) {
    out.push_back({.rate = dec<T>(rate)});
    if (!cap->empty()) out.back().cap = dec<T>(*cap);
    ++cap;
  }
  return out;
}
template <class T>
std::vector<loadline::Bracket<T>> btcusdt_2021() {
  return ladder<T>({"50000", "250000", "1000000", "10000000", "20000000", "50000000", "100000000", "200000000", "300000000", "500000000"},
                   {"0.004", "0.005", "0.01", "0.025", "0.05", "0.1", "0.125", "0.15", "0.25", "0.5"});
}

inline constexpr loadline::KeyId btc{0}, eth{1}, only{0};

/// Both examples of one-way cross mode are this account: a BTC short (mark 9,462.81) beside an ETH long (mark 200).
template <class T>
Sample<T> short_btc_long_eth() {
  return Sample<T>("10.72", {"9462.81", "200"})
      .with({.key = 0, .qty = "-0.005", .entry = "9451.53", .brackets = flat<T>("0.004")})
      .with({.key = 1, .qty = "1", .entry = "199.53", .brackets = flat<T>("0.0065")});
}

/// The FAQ's two longs on one wallet; `btc_table`: the one bracket of the example, or the whole ladder around it.
template <class T>
Sample<T> faq_cross(const std::vector<loadline::Bracket<T>>& btc_table = flat<T>("0.025", "16300")) {
  return Sample<T>("1535443.01", {"31967.27", "1335.18"}, loadline::CumPolicy::as_given)
      .with({.key = 0, .qty = "109.488", .entry = "32481.98", .brackets = btc_table})
      .with({.key = 1, .qty = "3683.979", .entry = "1456.84", .brackets = flat<T>("0.1", "135365")});
}
template <class T>
Sample<T> faq_isolated_eth() {
  return Sample<T>("0", {"1335.18"}, loadline::CumPolicy::as_given)
      .with({.qty = "3683.979", .entry = "1456.84", .brackets = flat<T>("0.1", "135365"), .isolated_margin = "1535443.01"});
}
template <class T>
Sample<T> faq_isolated_btc(const std::vector<loadline::Bracket<T>>& table = flat<T>("0.025", "16300")) {
  return Sample<T>("0", {"31967.27"}, loadline::CumPolicy::as_given)
      .with({.qty = "109.488", .entry = "32481.98", .brackets = table, .isolated_margin = "1535443.01"});
}

/// The position of Binance's API sample. The cash is ours; it moves none of the figures.
template <class T>
Sample<T> ada_sample() {
  return Sample<T>("100", {"0.41047590"}).with({.qty = "30", .entry = "0.385", .brackets = flat<T>("0.0065"), .leverage = "20"});
}

/// One isolated position with one bracket, 1 % and 0.01 of deduction.
template <class T>
Sample<T> binance_isolated(std::string_view qty, std::string_view entry, std::string_view margin) {
  return Sample<T>("0", {entry}, loadline::CumPolicy::as_given)
      .with({.qty = qty, .entry = entry, .brackets = flat<T>("0.01", "0.01"), .isolated_margin = margin});
}

/// One isolated contract entered at 10, 1 % maintenance at entry. The source names no quantity: it cancels.
template <class T>
Sample<T> bybit_isolated(std::string_view qty, std::string_view margin) {
  return Sample<T>("0", {"10"})
      .with({.qty = qty, .entry = "10", .brackets = flat<T>("0.01"), .isolated_margin = margin, .maintenance_at = loadline::MaintenanceAt::entry});
}

/// Bybit's example of tiered margin: a position worth 3,500. The cash is ours.
template <class T>
Sample<T> xyz() {
  return Sample<T>("1000", {"35"})
      .with({.qty = "100",
             .entry = "35",
             .brackets = ladder<T>({"1000", "2000", "3000", "4000", "5000"}, {"0.02", "0.025", "0.03", "0.035", "0.04"}),
             .leverage = "10"});
}

/// Bybit's example of an isolated long: 20,000, 50x, 0.5 % at entry.
template <class T>
Sample<T> isolated_19700() {
  return Sample<T>("0", {"20000"})
      .with({.qty = "1",
             .entry = "20000",
             .brackets = flat<T>("0.005"),
             .leverage = "50",
             .isolated_margin = "400",
             .maintenance_at = loadline::MaintenanceAt::entry});
}

/// A position that Bybit showed; the fee to close (quantity x bankruptcy price x 0.055 %) stands in margin and maintenance.
template <class T>
Sample<T> live_b() {
  return Sample<T>("0", {"75152.9"})
      .with({.qty = "0.033",
             .entry = "74939.5",
             .brackets = flat<T>("0.005"),
             .leverage = "5",
             .isolated_margin = "495.68882154",
             .tick = "0.1",
             .maintenance_fixed = "1.08812154",
             .maintenance_at = loadline::MaintenanceAt::entry});
}

/// Hedge mode: a long and a short leg of BTCUSDT, entered at the mark of 116,848.
template <class T>
Sample<T> hedge(std::string_view long_qty, std::string_view short_qty, std::string_view cash, const std::vector<loadline::Bracket<T>>& table) {
  return Sample<T>(cash, {"116848"})
      .with({.qty = long_qty, .entry = "116848", .brackets = table, .side = loadline::Side::long_leg})
      .with({.qty = short_qty, .entry = "116848", .brackets = table, .side = loadline::Side::short_leg});
}
