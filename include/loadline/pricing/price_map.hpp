// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/id.hpp"
#include "loadline/pricing/source.hpp"

#include <tuple>

/// @file
/// Which rule gives which key its price.

namespace loadline {
inline namespace v1 {

/// A key and the rule that prices it.
template <class Rule>
struct Keyed {
  KeyId key;
  Rule rule;
};
template <class Rule>
Keyed(KeyId, Rule) -> Keyed<Rule>;

inline namespace LOADLINE_FLAGS {

/// The rules of several keys over one list of sources. A source may enter any number of them.
/// @par Units    numeraire per base unit, or what the key's price means
/// @par Shape    each key at most once; keys without a rule keep the mark that they have
/// @par Rounding none
/// @par Errors   check: BAD_FIELD (a key twice: KEY, `item` the second), then those of the rules
/// @par Cost     that of the rules
/// @par Source   none
template <class... Rules>
struct PriceMap {
  std::tuple<Keyed<Rules>...> entries;

  constexpr explicit PriceMap(Keyed<Rules>... rules) : entries(std::move(rules)...) {}

  /// `f(entry)` of each in turn.
  template <class F>
  constexpr void each(const F& f) const {
    std::apply([&f](const auto&... entry) { (f(entry), ...); }, entries);
  }
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    KeyId seen[sizeof...(Rules) + 1] = {};
    std::uint32_t n = 0;
    std::optional<Error> fault;
    each([&](const auto& entry) {
      for (std::uint32_t i = 0; i < n; ++i)
        if (!fault && seen[i] == entry.key) fault = Error{Errc::bad_field, Field::key, 0, n};
      seen[n++] = entry.key;
    });
    each([&](const auto& entry) { fault = fault ? fault : entry.rule.check(feeds); });
    return fault;
  }
  /// Every priced key at the sources as they are, into `marks`; on an error some of them are written.
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> write(const Feeds<T>& feeds, std::span<Price<T>> marks) const {
    std::optional<Error> fault;
    each([&](const auto& entry) {
      if (fault) return;
      LOADLINE_ASSERT(entry.key.index < marks.size());
      const Result<Priced<T>> p = entry.rule.price(feeds);
      if (p)
        marks[entry.key.index] = Price<T>(p->value);
      else
        fault = p.error();
    });
    return fault;
  }
};
template <class... Rules>
PriceMap(Keyed<Rules>...) -> PriceMap<Rules...>;

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
