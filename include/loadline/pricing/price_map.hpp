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
    Error fault;
    return sound(feeds, fault) ? std::nullopt : std::optional<Error>(fault);
  }
  /// Every priced key at the sources as they are, into `marks`; on an error some of them are written. It asks the rules for prices and
  /// checks neither them nor the map: check() does, once per rule set. Of a key that is there twice the later rule writes last.
  template <Scalar T>
  [[nodiscard]] constexpr std::optional<Error> write(const Feeds<T>& feeds, std::span<Price<T>> marks) const {
    Error fault;
    return written(feeds, marks, fault) ? std::nullopt : std::optional<Error>(fault);
  }

  /// check(), true where there is no fault: for those who ask at every tick, and would pay for an Error that is not there.
  template <Scalar T>
  [[nodiscard]] LOADLINE_INLINE constexpr bool sound(const Feeds<T>& feeds, Error& fault) const {
    std::uint32_t n = 0, twice = 0;
    if constexpr (sizeof...(Rules) > 1) {
      KeyId seen[sizeof...(Rules)] = {};
      each([&](const auto& entry) {
        for (std::uint32_t i = 0; i < n; ++i)
          if (twice == 0 && seen[i] == entry.key) twice = n;
        seen[n++] = entry.key;
      });
    }
    if (twice != 0) return fault = Error{Errc::bad_field, Field::key, 0, twice}, false;
    const auto ask = [&](const auto& entry) {
      if (const std::optional<Error> e = entry.rule.check(feeds)) return fault = *e, false;
      return true;
    };
    return std::apply([&ask](const auto&... entry) { return (ask(entry) && ...); }, entries);
  }
  /// write() in the same way.
  template <Scalar T>
  [[nodiscard]] LOADLINE_INLINE constexpr bool written(const Feeds<T>& feeds, std::span<Price<T>> marks, Error& fault) const {
    const auto ask = [&](const auto& entry) {
      LOADLINE_ASSERT(entry.key.index < marks.size());
      const Result<Priced<T>> p = entry.rule.price(feeds);
      if (!p) return fault = p.error(), false;
      marks[entry.key.index] = Price<T>(p->value);
      return true;
    };
    return std::apply([&ask](const auto&... entry) { return (ask(entry) && ...); }, entries);
  }
};
template <class... Rules>
PriceMap(Keyed<Rules>...) -> PriceMap<Rules...>;

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
