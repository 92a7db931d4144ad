// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/strict.hpp"

#include <loadline/core/text.hpp>
#include <loadline/portfolio/portfolio.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

/// @file
/// An account with storage of its own, its numbers written as decimals; and when a number is the printed one.

template <>
struct loadline::ScalarText<Strict> {
  static constexpr bool json_number = false;
  [[nodiscard]] static Result<Strict> read(const NumberText& text) {
    const Result<double> x = ScalarText<double>::read(text);
    if (!x) return x.error();
    return Strict(*x);
  }
  [[nodiscard]] static std::string write(const Strict& x) { return ScalarText<double>::write(x.number()); }
};

/// A decimal ("0.0065") or a fraction ("10/3") in any scalar; exact in a rational.
template <class T>
T dec(std::string_view text) {
  return *loadline::read_number<T>(text);
}

/// Whether x is the number that a source prints: off by no more than `units` of its last digit (a half: it was rounded).
template <class T>
bool printed(const T& x, std::string_view text, double units = 0.5) {
  const std::size_t point = text.find('.');
  const std::size_t digits = point == std::string_view::npos ? 0 : text.size() - point - 1;
  return std::abs(plain(x) - dec<double>(text)) <= units * std::pow(10.0, -static_cast<double>(digits));
}

/// Whether x is a number that is known exactly. The inputs are decimals, each rounded to the nearest double: eight units in
/// the last place are what that, and the few operations after it, come to in these accounts. Where the number is a small
/// difference of large ones, `largest` names their size, and the units are those of it.
template <class T>
bool same(const T& x, std::string_view exact, double largest = 0) {
  const double e = dec<double>(exact), size = std::max(std::abs(e), std::abs(largest));
  return std::abs(plain(x) - e) <= 8 * (std::nextafter(size, HUGE_VAL) - size);
}

/// Whether there is a price, and it is `exact`.
template <class T>
bool same(const loadline::Bound<T>& price, std::string_view exact, double largest = 0) {
  return price.has_value() && same((*price).raw(), exact, largest);
}
template <class T>
bool same(const std::optional<T>& x, std::string_view exact, double largest = 0) {
  return x.has_value() && same(*x, exact, largest);
}
template <class T, int M, int S>
bool same(const loadline::Amount<T, M, S>& x, std::string_view exact, double largest = 0) {
  return same(x.raw(), exact, largest);
}

/// One rate at any size, without a deduction or with a given one.
template <class T>
std::vector<loadline::Bracket<T>> flat(std::string_view rate) {
  return {{.rate = dec<T>(rate)}};
}
template <class T>
std::vector<loadline::Bracket<T>> flat(std::string_view rate, std::string_view cum) {
  return {{.rate = dec<T>(rate), .cum = dec<T>(cum)}};
}

/// A position, as a sample holds it.
template <class T>
struct SampleLeg {
  std::uint32_t key = 0;
  std::string_view qty = "1";
  std::string_view entry = "1";
  std::vector<loadline::Bracket<T>> brackets = {};
  loadline::Side side = loadline::Side::one_way;
  std::string_view multiplier = "1";
  std::string_view leverage = {};  ///< empty, as below: absent
  std::string_view isolated_margin = {};
  std::string_view tick = {};
  std::string_view maintenance_fixed = "0";
  loadline::MaintenanceAt maintenance_at = loadline::MaintenanceAt::mark;
};

/// Cash, marks and positions, over one block of storage.
template <class T>
struct Sample {
  std::vector<std::vector<loadline::Bracket<T>>> tables;
  std::vector<loadline::Position<T>> positions;
  std::vector<loadline::Price<T>> marks;
  loadline::Money<T> cash;
  loadline::CumPolicy cum_policy;
  loadline::LiquidateWhen when = loadline::LiquidateWhen::at_or_below_zero;

  Sample(std::string_view wallet, std::initializer_list<std::string_view> prices, loadline::CumPolicy policy = loadline::CumPolicy::strict)
      : cash(dec<T>(wallet)), cum_policy(policy) {
    for (const std::string_view price : prices) marks.emplace_back(dec<T>(price));
  }
  Sample(const Sample&) = delete;  // the positions point into the tables
  Sample& operator=(const Sample&) = delete;
  Sample(Sample&&) noexcept = default;
  Sample& operator=(Sample&&) noexcept = default;
  ~Sample() = default;

  Sample&& with(const SampleLeg<T>& leg) && {
    tables.push_back(leg.brackets);
    loadline::Position<T> p{.key = {leg.key}, .size = dec<T>(leg.qty), .entry = dec<T>(leg.entry), .brackets = tables.back()};
    p.side = leg.side;
    p.multiplier = dec<T>(leg.multiplier);
    p.maintenance_fixed = dec<T>(leg.maintenance_fixed);
    p.maintenance_at = leg.maintenance_at;
    if (!leg.leverage.empty()) p.leverage = loadline::Ratio<T>(dec<T>(leg.leverage));
    if (!leg.isolated_margin.empty()) p.isolated_margin = loadline::Quantity<T>(dec<T>(leg.isolated_margin));
    if (!leg.tick.empty()) p.tick = loadline::Price<T>(dec<T>(leg.tick));
    positions.push_back(p);
    return std::move(*this);
  }
  Sample&& with_rule(loadline::LiquidateWhen rule) && {
    when = rule;
    return std::move(*this);
  }

  [[nodiscard]] loadline::Portfolio<T> portfolio() const {
    loadline::Account<T> account{.cash = cash, .positions = positions, .cum_policy = cum_policy};
    account.rule.when = when;
    return *loadline::Portfolio<T>::make(account, static_cast<std::uint32_t>(marks.size()));
  }
};

/// The figures of every leg of a wallet.
template <class T>
std::vector<loadline::PositionFigures<T>> figures_of_legs(const loadline::Portfolio<T>& portfolio, loadline::Marks<T> marks) {
  std::vector<loadline::PositionFigures<T>> out(portfolio.legs().size(), loadline::PositionFigures<T>{});
  portfolio.positions(marks, out);
  return out;
}
