// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/sample.hpp"

#include <array>
#include <initializer_list>

/// @file
/// A checked portfolio of an account, its marks, and both liquidation prices of a key.

/// Marks from decimals.
template <class T>
std::vector<loadline::Price<T>> marks(std::initializer_list<std::string_view> prices) {
  std::vector<loadline::Price<T>> out;
  for (const std::string_view price : prices) out.emplace_back(dec<T>(price));
  return out;
}
template <class T>
loadline::Portfolio<T> portfolio(const loadline::Account<T>& account, const std::vector<loadline::Price<T>>& prices) {
  return *loadline::Portfolio<T>::make(account, static_cast<std::uint32_t>(prices.size()));
}
template <class T>
loadline::Bounds<T> liquidation(const loadline::Portfolio<T>& p, const std::vector<loadline::Price<T>>& prices, loadline::KeyId key) {
  loadline::Workspace<T> workspace(p);
  return p.liquidation_price(prices, key, workspace);
}
/// One weight for any amount, or tiers from caps (the last may be "": open) and weights.
template <class T>
std::vector<loadline::WeightTier<T>> weights(std::initializer_list<std::string_view> caps, std::initializer_list<std::string_view> values) {
  std::vector<loadline::WeightTier<T>> out;
  auto cap = caps.begin();
  for (const std::string_view value : values) {
    out.push_back({.weight = dec<T>(value)});
    if (!cap->empty()) out.back().cap = dec<T>(*cap);
    ++cap;
  }
  return out;
}
template <class T>
std::vector<loadline::WeightTier<T>> weight(std::string_view value) {
  return weights<T>({""}, {value});
}
