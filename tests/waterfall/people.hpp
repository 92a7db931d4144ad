// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <loadline/waterfall/candidates.hpp>

#include <cstdint>
#include <utility>
#include <vector>

/// @file
/// Candidates in memory of their own, row by row.

template <class T>
struct People {
  struct Row {
    std::uint64_t id;
    T size;
    T equity;
  };

  std::vector<std::uint64_t> ids;
  std::vector<T> sizes, equities, entries, scores, added_variance, most;

  People() = default;
  People(std::initializer_list<Row> rows) {
    for (const Row& r : rows) add(r.id, r.size, r.equity);
  }
  void add(std::uint64_t id, const T& size, const T& equity) {
    ids.push_back(id);
    sizes.push_back(size);
    equities.push_back(equity);
  }
  [[nodiscard]] std::size_t size() const { return ids.size(); }
  [[nodiscard]] loadline::CandidateColumns<T> columns() { return {ids, sizes, equities, entries, scores, added_variance, most}; }
  [[nodiscard]] loadline::Candidates<T> view() { return *loadline::Candidates<T>::make(columns()); }
};
