// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_number.hpp"
#include "loadline/portfolio/portfolio.hpp"

/// @file
/// What an answer says of one pool at its marks, and along one path.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// The figures of one pool.
template <Scalar T>
void write_figures(NumberWriter<T>& to, const Figures<T>& f, AnswerJson& out) {
  out["tests"] = AnswerJson::array();
  for (const Test test : {Test::requirement, Test::level, Test::equity})
    if (f.tests.has(test)) out["tests"].push_back(name(test));
  out["equity"] = to.number(f.equity);
  out["margin_balance"] = to.number(f.margin_balance);
  out["maintenance"] = to.number(f.maintenance);
  out["excess"] = to.number(f.excess);
  out["initial"] = to.number(f.initial);
  out["available"] = to.number(f.available);
  out["level"] = {{"assets", to.number(f.assets)}, {"debts", to.number(f.debts)}, {"ratio", to.number(f.level)}};
  out["gross_notional"] = to.number(f.gross_notional);
  out["margin_ratio"] = to.number(f.margin_ratio);
  out["effective_leverage"] = to.number(f.effective_leverage);
  out["net_leverage"] = to.number(f.net_leverage);
}

/// Its positions, one by one; `warnings` hear of sizes above the last cap.
template <Scalar T>
[[nodiscard]] AnswerJson position_rows(NumberWriter<T>& to, const AccountFile<T>& book, const Portfolio<T>& portfolio, const PoolFile<T>& file,
                                       std::vector<FileWarning>& warnings) {
  AnswerJson out = AnswerJson::array();
  std::vector<PositionFigures<T>> rows(portfolio.legs().size(), PositionFigures<T>{});
  portfolio.positions(book.marks, rows);
  constexpr const char *sides[] = {"", "LONG", "SHORT"}, *kinds[] = {"linear", "inverse", "quanto"};
  for (const PositionFigures<T>& f : rows) {
    const Position<T>& p = file.positions[f.position];
    if (f.above_last_cap) warnings.push_back({"ABOVE_LAST_CAP", file.path("positions", f.position)});
    out.push_back({{"symbol", file.symbols[p.symbol->index]},
                   {"side", sides[static_cast<std::size_t>(p.side)]},
                   {"key", book.key_name(p.key)},
                   {"kind", kinds[static_cast<std::size_t>(p.kind)]},
                   {"settle", p.settle ? file.assets[p.settle->index] : book.numeraire},
                   {"settle_price", to.number(f.settle_price)},
                   {"notional", to.number(f.notional)},
                   {"pnl", to.number(f.pnl)},
                   {"maintenance", to.number(f.maintenance)},
                   {"initial", to.number(f.initial)},
                   {"bracket", f.bracket},
                   {"above_last_cap", f.above_last_cap},
                   {"allocated_bankruptcy_price", to.number(f.allocated_bankruptcy_price)}});
  }
  return out;
}

/// What is found along one key or path.
template <Scalar T>
void write_path(NumberWriter<T>& to, const PathAnswer<T>& a, bool is_key, AnswerJson& out) {
  to.overflow = to.overflow || a.overflow;
  AnswerJson within = AnswerJson::object();
  const auto side = [&](const PathSide<T>& s, const std::string& suffix) {
    const auto enclose = [&](const char* what, const std::optional<T>& x, const std::optional<Enclosure<T>>& e) {
      if (x && e) within[what + suffix] = {to.number(e->low), to.number(e->high)};
    };
    out["liq" + suffix] = to.number_at(s.within, s.liquidation);
    out["test" + suffix] = test_or_null(s.test);
    out["recover" + suffix] = to.number_at(s.within, s.recovery);
    out["bankrupt" + suffix] = to.number_at(s.bankruptcy_within, s.bankruptcy);
    if (is_key) out["distance" + suffix] = to.number_at(s.within, s.distance);
    out["equity_left" + suffix] = s.equity_left ? to.number_at(s.within, s.equity_left->raw()) : AnswerJson(nullptr);
    if (a.has_tick) out["liq" + suffix + "_tick"] = to.number(s.tick);
    enclose("liq", s.liquidation, s.within);
    enclose("recover", s.recovery, s.within);
    enclose("bankrupt", s.bankruptcy, s.bankruptcy_within);
  };
  out["liquidatable_now"] = a.liquidatable_now;
  out["bankrupt_now"] = a.bankrupt_now;
  side(a.below, "_below");
  side(a.above, "_above");
  out["all_roots"] = AnswerJson::array();
  for (const TestRoot<T>& r : a.roots) {
    out["all_roots"].push_back({{"value", to.number_at(r.within, r.value)}, {"kind", name(r.kind)}, {"test", name(r.test)}});
    if (r.within) out["all_roots"].back()["within"] = {to.number(r.within->low), to.number(r.within->high)};
  }
  if (!within.empty()) out["within"] = std::move(within);
  out["class"] = a.path_class == PathClass::affine ? "A" : "Q";
  out["ulp"] = a.ulp ? AnswerJson(*a.ulp) : AnswerJson(nullptr);
  out["certified"] = a.certified();
}

}  // namespace detail
}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
