// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_table.hpp"

/// @file
/// When an account of a file is liquidated: its tests, and the policies of its brackets and legs.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// The list of tests that `rule` names.
template <Scalar T>
void read_rule(const PoolScope<T>& pool, const Fields& f, LiquidationRule<T>& out) {
  const std::vector<JsonValue>& tests = f.items("rule");
  if (tests.empty()) fail(Errc::bad_rule, f.path("rule"));
  out = LiquidationRule<T>{.requirement = false, .when = out.when};
  const auto once = [](bool& listed, const std::string& at) {
    if (listed) fail(Errc::bad_rule, at, "a test twice");
    listed = true;
  };
  const auto ratio = [](const Fields& test, Ratio<T>& to) {
    if (const auto x = test.template number<T>("ratio")) to = *x;
    if (!(T(0) < to.raw())) fail(Errc::bad_rule, test.path("ratio"));
  };
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const std::string at = f.path("rule", i);
    std::vector<FileWarning> ignored;
    const std::string name = Fields(tests[i], at, {}, true, ignored).needed_text("test");
    if (name == "requirement") {
      const Fields test = pool.fields(tests[i], at, {"test", "ratio"});
      once(out.requirement, at);
      ratio(test, out.requirement_ratio);
    } else if (name == "level") {
      const Fields test = pool.fields(tests[i], at, {"test", "ratio", "weighted"});
      once(out.level, at);
      if (!test.has("ratio")) fail(Errc::missing_field, test.path("ratio"));
      ratio(test, out.level_ratio);
      out.level_weighted = test.flag("weighted", false);
    } else if (name == "equity") {
      pool.fields(tests[i], at, {"test"});
      once(out.equity, at);
    } else {
      fail(Errc::bad_rule, at + ".test", "must be requirement, level or equity");
    }
  }
}

/// liquidate_when, cum_policy, hedge_offset and rule; where they are absent those of `up`.
template <Scalar T>
void read_policy(const PoolScope<T>& pool, const Fields& f, const Account<T>& up) {
  Account<T>& a = pool.out.account;
  a.rule = up.rule;
  a.cum_policy = up.cum_policy;
  a.hedge_offset = up.hedge_offset;
  if (f.has("liquidate_when")) a.rule.when = f.choice("liquidate_when", {"le", "lt"}) == 1 ? LiquidateWhen::below_zero : LiquidateWhen::at_or_below_zero;
  constexpr CumPolicy policies[] = {CumPolicy::strict, CumPolicy::recompute, CumPolicy::as_given};
  if (f.has("cum_policy")) a.cum_policy = policies[f.choice("cum_policy", {"strict", "recompute", "as_given"})];
  constexpr HedgeOffset offsets[] = {HedgeOffset::both, HedgeOffset::larger, HedgeOffset::net};
  if (f.has("hedge_offset")) a.hedge_offset = offsets[f.choice("hedge_offset", {"both", "larger", "net"})];
  if (f.has("rule")) read_rule(pool, f, a.rule);
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
