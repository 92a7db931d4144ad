// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_file.hpp"
#include "loadline/liquidation/frontier.hpp"
#include "loadline/portfolio/portfolio.hpp"

#include <string>

/// @file
/// The answer to an account file, as JSON.

namespace loadline {
inline namespace v1 {

using AnswerJson = nlohmann::ordered_json;  ///< members in the order in which a person reads them

inline namespace LOADLINE_FLAGS {
namespace detail {

/// Writes the answer of one file. A double that is not finite sets `overflow`.
template <Scalar T>
class AnswerWriter {
 public:
  explicit AnswerWriter(const AccountFile<T>& file) : file_(&file), warnings_(file.warnings) {}

  [[nodiscard]] bool overflow() const noexcept { return overflow_; }

  /// @return the answer, or where a portfolio could not be made
  [[nodiscard]] Result<AnswerJson, FileError> book() {
    Standing all;
    AnswerJson rows = AnswerJson::array();
    for (const AccountEntry<T>& entry : file_->accounts) {
      Standing own;
      Result<AnswerJson, FileError> row = account(entry, own);
      if (!row) return row.error();
      rows.push_back(*std::move(row));
      take(all, own, [&](AnswerJson& b) { b = with_first("account", text(entry.name), std::move(b)); });
    }
    AnswerJson out = AnswerJson::object();
    if (file_->many) {
      out["status"] = name(all.status);
      out["binding"] = all.json;
      out["accounts"] = std::move(rows);
    } else {
      out = std::move(rows.front());
    }
    out["warnings"] = AnswerJson::array();
    for (const FileWarning& w : warnings_) out["warnings"].push_back({{"code", w.code}, {"at", w.at}});
    return out;
  }

 private:
  /// How a pool, an account or a book stands: the worst status, and what fails first.
  struct Standing {
    Status status = Status::no_margin;
    std::optional<Binding<T>> binding = {};
    AnswerJson json = nullptr;
  };

  /// The nearer binding; of two alike the first, but one that fails now comes before one that is on the very price.
  template <class Edit>
  static void take(Standing& to, const Standing& from, const Edit& edit) {
    if (to.status < from.status) to.status = from.status;
    if (!from.binding) return;
    const bool first_now = to.binding && !to.binding->key, now = !from.binding->key;
    const bool irrational = from.binding->within || (to.binding && to.binding->within);
    if (to.binding && !is_nearer(from.binding->distance, to.binding->distance, irrational) &&
        !(from.binding->distance == to.binding->distance && now && !first_now))
      return;
    to.binding = from.binding;
    to.json = from.json;
    edit(to.json);
  }
  static AnswerJson with_first(const char* member, AnswerJson value, AnswerJson object) {
    AnswerJson out = AnswerJson::object();
    out[member] = std::move(value);
    for (auto& [key, v] : object.items()) out[key] = std::move(v);
    return out;
  }

  [[nodiscard]] AnswerJson number(const T& x) {
    if constexpr (ScalarText<T>::json_number) {
      if (!is_finite(x)) return overflow_ = true, nullptr;
      return x;
    } else {
      if (!is_finite(x)) overflow_ = true;
      return ScalarText<T>::write(x);
    }
  }
  template <int M, int S>
  [[nodiscard]] AnswerJson number(const Amount<T, M, S>& x) {
    return number(x.raw());
  }
  template <class V>
  [[nodiscard]] AnswerJson number(const std::optional<V>& x) {
    return x ? number(*x) : AnswerJson(nullptr);
  }
  /// A figure at an irrational point of an exact scalar: its first forty digits.
  [[nodiscard]] AnswerJson number_at(const std::optional<Enclosure<T>>& within, const T& x) {
    if constexpr (requires { ScalarText<T>::write_digits(x); })
      if (within) return ScalarText<T>::write_digits(x);
    return number(x);
  }
  [[nodiscard]] AnswerJson number_at(const std::optional<Enclosure<T>>& within, const std::optional<T>& x) {
    return x ? number_at(within, *x) : AnswerJson(nullptr);
  }
  [[nodiscard]] static AnswerJson text(const std::optional<std::string>& s) { return s ? AnswerJson(*s) : AnswerJson(nullptr); }
  [[nodiscard]] static const char* when(const Account<T>& a) noexcept { return a.rule.when == LiquidateWhen::below_zero ? "lt" : "le"; }
  [[nodiscard]] static AnswerJson word(const std::optional<Test>& test) { return test ? AnswerJson(name(*test)) : AnswerJson(nullptr); }
  /// A member whose name is known to be new: no search.
  static void append(AnswerJson& object, std::string name, AnswerJson value) {
    using Members = AnswerJson::object_t::Container;
    static_cast<Members&>(object.get_ref<AnswerJson::object_t&>()).emplace_back(std::move(name), std::move(value));
  }

  [[nodiscard]] Result<AnswerJson, FileError> account(const AccountEntry<T>& entry, Standing& all) {
    const auto key_count = static_cast<std::uint32_t>(file_->keys.size());
    const auto failed = [](const PoolFile<T>& pool, const Error& e) {
      const std::string at = e.field == Field::position ? pool.path("positions", e.index) : pool.at;
      return FileError{e.code, at, std::string(message(e.code))};
    };
    const Result<Portfolio<T>> main = Portfolio<T>::make(entry.main.account, key_count);
    if (!main) return failed(entry.main, main.error());
    AnswerJson out;
    out["name"] = text(entry.name);
    out["venue"] = text(entry.venue);
    out["numeraire"] = file_->numeraire;
    out["liquidate_when"] = when(entry.main.account);
    out["status"] = nullptr;
    out["binding"] = nullptr;
    Standing own;
    out["own_status"] = nullptr;
    pool(*main, entry.main, nullptr, out, own);
    out["own_status"] = name(own.status);
    const auto keep = [](AnswerJson&) {};
    take(all, own, keep);
    AnswerJson pools = AnswerJson::array();
    const auto add = [&](const Portfolio<T>& portfolio, const PoolFile<T>& file, const std::string& label) {
      Standing standing;
      AnswerJson p;
      p["name"] = label;
      p["liquidate_when"] = when(file.account);
      p["status"] = nullptr;
      p["binding"] = nullptr;
      pool(portfolio, file, label, p, standing);
      p["status"] = name(standing.status);
      p["binding"] = standing.json;
      pools.push_back(std::move(p));
      take(all, standing, keep);
    };
    for (const PoolFile<T>& file : entry.pools) {
      const Result<Portfolio<T>> portfolio = Portfolio<T>::make(file.account, key_count);
      if (!portfolio) return failed(file, portfolio.error());
      add(*portfolio, file, file.name);
    }
    for (const Portfolio<T>& isolated : main->isolated()) add(isolated, entry.main, entry.main.label(isolated.legs().front().terms));
    out["status"] = name(all.status);
    out["binding"] = all.json;
    out["pools"] = std::move(pools);
    out["assumptions"] = assumptions(entry, *main);
    return out;
  }

  [[nodiscard]] AnswerJson binding(const std::optional<Binding<T>>& b, const AnswerJson& pool) {
    if (!b) return nullptr;
    AnswerJson out;
    out["pool"] = pool;
    out["test"] = name(b->test);
    out["key"] = b->key ? AnswerJson(file_->key_name(*b->key)) : AnswerJson(nullptr);
    out["side"] = !b->side ? AnswerJson(nullptr) : AnswerJson(*b->side == Toward::below ? "below" : "above");
    out["price"] = number_at(b->within, b->price);
    out["distance"] = number_at(b->within, b->distance);
    out["certified"] = b->certified;
    return out;
  }

  /// Everything about one pool, `label` its name (null: the account itself).
  void pool(const Portfolio<T>& portfolio, const PoolFile<T>& file, const AnswerJson& label, AnswerJson& out, Standing& standing) {
    const Marks<T> marks = file_->marks;
    const Figures<T> f = portfolio.figures(marks);
    figures(f, out);
    out["positions"] = positions(portfolio, file);
    Workspace<T> workspace(portfolio);
    standing.status = f.status;
    standing.binding = binding_now(f);
    bool affine = true, certified = f.certain;
    const auto note = [&](const PathAnswer<T>& a) {
      affine = affine && a.path_class == PathClass::affine;
      certified = certified && a.certified();
    };
    out["keys"] = AnswerJson::object();
    out["loss_slope"] = AnswerJson::object();
    portfolio.solve_each(marks, workspace, [&](KeyId key, const PathAnswer<T>& a) {
      note(a);
      if (f.failing.empty()) take_nearer(standing.binding, key, a);
      AnswerJson k = AnswerJson::object();
      k["price"] = number(marks[key.index]);
      path(a, true, k);
      append(out["keys"], file_->keys[key.index], std::move(k));
      const LossSlope<T> slope = portfolio.loss_slope(marks, key);
      append(out["loss_slope"], file_->keys[key.index], {{"positions", number(slope.positions)}, {"collateral", number(slope.collateral)}});
    });
    standing.json = binding(standing.binding, label);
    out["binding"] = standing.json;
    out["paths"] = AnswerJson::object();
    std::vector<Ratio<T>> betas(file_->keys.size(), Ratio<T>(0));
    for (const auto& p : file_->paths) {
      for (const auto& [key, beta] : p.betas) betas[key.index] = beta;
      AnswerJson j = AnswerJson::object();
      const PathAnswer<T> a = portfolio.solve(marks, betas, workspace);
      note(a);
      path(a, false, j);
      append(out["paths"], p.name, std::move(j));
      for (const auto& [key, beta] : p.betas) betas[key.index] = 0;
    }
    out["without"] = without(portfolio, file, label);
    if (file_->frontier) {
      out["frontier"] = frontier(portfolio, workspace);
      if (has_exact_frontier(portfolio, file_->frontier->x, file_->frontier->y) && !file_->frontier->y_values.empty())
        out["frontier_corners"] = corners(portfolio);
    }
    out["class"] = affine ? "A" : "Q";
    out["certified"] = certified;
  }

  void figures(const Figures<T>& f, AnswerJson& out) {
    out["tests"] = AnswerJson::array();
    for (const Test test : {Test::requirement, Test::level, Test::equity})
      if (f.tests.has(test)) out["tests"].push_back(name(test));
    out["equity"] = number(f.equity);
    out["margin_balance"] = number(f.margin_balance);
    out["maintenance"] = number(f.maintenance);
    out["excess"] = number(f.excess);
    out["initial"] = number(f.initial);
    out["available"] = number(f.available);
    out["level"] = {{"assets", number(f.assets)}, {"debts", number(f.debts)}, {"ratio", number(f.level)}};
    out["gross_notional"] = number(f.gross_notional);
    out["margin_ratio"] = number(f.margin_ratio);
    out["effective_leverage"] = number(f.effective_leverage);
    out["net_leverage"] = number(f.net_leverage);
  }

  [[nodiscard]] AnswerJson positions(const Portfolio<T>& portfolio, const PoolFile<T>& file) {
    AnswerJson out = AnswerJson::array();
    std::vector<PositionFigures<T>> rows(portfolio.legs().size(), PositionFigures<T>{});
    portfolio.positions(file_->marks, rows);
    constexpr const char *sides[] = {"", "LONG", "SHORT"}, *kinds[] = {"linear", "inverse", "quanto"};
    for (const PositionFigures<T>& f : rows) {
      const Position<T>& p = file.positions[f.position];
      if (f.above_last_cap) warnings_.push_back({"ABOVE_LAST_CAP", file.path("positions", f.position)});
      out.push_back({{"symbol", file.symbols[p.symbol->index]},
                     {"side", sides[static_cast<std::size_t>(p.side)]},
                     {"key", file_->key_name(p.key)},
                     {"kind", kinds[static_cast<std::size_t>(p.kind)]},
                     {"settle", p.settle ? file.assets[p.settle->index] : file_->numeraire},
                     {"settle_price", number(f.settle_price)},
                     {"notional", number(f.notional)},
                     {"pnl", number(f.pnl)},
                     {"maintenance", number(f.maintenance)},
                     {"initial", number(f.initial)},
                     {"bracket", f.bracket},
                     {"above_last_cap", f.above_last_cap},
                     {"allocated_bankruptcy_price", number(f.allocated_bankruptcy_price)}});
    }
    return out;
  }

  void path(const PathAnswer<T>& a, bool is_key, AnswerJson& out) {
    overflow_ = overflow_ || a.overflow;
    AnswerJson within = AnswerJson::object();
    const auto side = [&](const PathSide<T>& s, const std::string& suffix) {
      const auto enclose = [&](const char* what, const std::optional<T>& x, const std::optional<Enclosure<T>>& e) {
        if (x && e) within[what + suffix] = {number(e->low), number(e->high)};
      };
      out["liq" + suffix] = number_at(s.within, s.liquidation);
      out["test" + suffix] = word(s.test);
      out["recover" + suffix] = number_at(s.within, s.recovery);
      out["bankrupt" + suffix] = number_at(s.bankruptcy_within, s.bankruptcy);
      if (is_key) out["distance" + suffix] = number_at(s.within, s.distance);
      out["equity_left" + suffix] = s.equity_left ? number_at(s.within, s.equity_left->raw()) : AnswerJson(nullptr);
      if (a.has_tick) out["liq" + suffix + "_tick"] = number(s.tick);
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
      out["all_roots"].push_back({{"value", number_at(r.within, r.value)}, {"kind", name(r.kind)}, {"test", name(r.test)}});
      if (r.within) out["all_roots"].back()["within"] = {number(r.within->low), number(r.within->high)};
    }
    if (!within.empty()) out["within"] = std::move(within);
    out["class"] = a.path_class == PathClass::affine ? "A" : "Q";
    out["ulp"] = a.ulp ? AnswerJson(*a.ulp) : AnswerJson(nullptr);
    out["certified"] = a.certified();
  }

  [[nodiscard]] AnswerJson without(const Portfolio<T>& portfolio, const PoolFile<T>& file, const AnswerJson& label) {
    AnswerJson out = AnswerJson::object();
    for (std::size_t i = 0; i < portfolio.legs().size(); ++i) {
      const Position<T>& p = portfolio.legs()[i].terms;
      if (p.size.raw() == T(0)) continue;
      const Result<Portfolio<T>> rest = portfolio.without(file_->marks, i);
      if (!rest) {
        overflow_ = true;
        return out;
      }
      Workspace<T> workspace(*rest);
      append(out, file.label(p), {{"status", name(rest->status(file_->marks))}, {"binding", binding(rest->binding(file_->marks, workspace), label)}});
    }
    return out;
  }

  [[nodiscard]] AnswerJson frontier(const Portfolio<T>& portfolio, Workspace<T>& workspace) {
    AnswerJson out = AnswerJson::array();
    std::vector<Price<T>> marks = file_->marks;
    for (const Price<T>& y : file_->frontier->y_values) {
      marks[file_->frontier->y.index] = y;
      const PathAnswer<T> a = portfolio.solve(marks, file_->frontier->x, workspace);
      overflow_ = overflow_ || a.overflow;
      out.push_back({{"y", number(y)},
                     {"liquidatable_now", a.liquidatable_now},
                     {"liq_below", number_at(a.below.within, a.below.liquidation)},
                     {"liq_above", number_at(a.above.within, a.above.liquidation)},
                     {"recover_below", number_at(a.below.within, a.below.recovery)},
                     {"recover_above", number_at(a.above.within, a.above.recovery)},
                     {"class", a.path_class == PathClass::affine ? "A" : "Q"},
                     {"certified", a.certified()}});
    }
    return out;
  }

  /// The exact corners of the frontier over the range of its y values.
  [[nodiscard]] AnswerJson corners(const Portfolio<T>& portfolio) {
    const auto& y = file_->frontier->y_values;
    Price<T> low = y.front(), high = low;
    for (const Price<T>& p : y) {
      if (p < low) low = p;
      if (high < p) high = p;
    }
    const auto price = [&](const Bound<T>& b) { return b ? number(*b) : AnswerJson(nullptr); };
    AnswerJson out = AnswerJson::array();
    for (const FrontierVertex<T>& v : loadline::frontier<T>(portfolio, file_->marks, file_->frontier->x, file_->frontier->y, low, high))
      out.push_back({{"y", number(v.y)},
                     {"liquidatable_now", v.x.below.outcome() == Outcome::already},
                     {"liq_below", price(v.x.below)},
                     {"liq_above", price(v.x.above)}});
    return out;
  }

  /// On which days a known rule set holds, and whether as_of is one of them; null: no such set.
  [[nodiscard]] AnswerJson rules_hold(const std::string& id) const {
    const auto rules = std::find_if(file_->known_rules.begin(), file_->known_rules.end(), [&](const venues::RuleSet& r) { return id == r.id; });
    if (rules == file_->known_rules.end()) return nullptr;
    AnswerJson out{{"first_day", rules->first_day}, {"last_day", rules->last_day}, {"on_as_of", nullptr}, {"source", rules->source}};
    if (const auto day = file_->as_of ? detail::day_of(*file_->as_of) : std::nullopt) out["on_as_of"] = venues::covers(*rules, *day);
    return out;
  }

  [[nodiscard]] AnswerJson assumptions(const AccountEntry<T>& entry, const Portfolio<T>& portfolio) {
    const Account<T>& account = entry.main.account;
    AnswerJson out;
    out["as_of"] = file_->as_of ? AnswerJson(file_->as_of->text) : AnswerJson(nullptr);
    if (file_->as_of && file_->as_of->kind == JsonValue::Kind::number)
      if (AnswerJson number = AnswerJson::parse(file_->as_of->text, nullptr, false); number.is_number()) out["as_of"] = std::move(number);
    out["rules"] = nullptr;
    if (entry.rules) {
      out["rules"] = AnswerJson::object();
      if (entry.rules->id) out["rules"]["id"] = *entry.rules->id;
      if (entry.rules->date) out["rules"]["date"] = *entry.rules->date;
      if (entry.rules->source) out["rules"]["source"] = *entry.rules->source;
    }
    out["rules_hold"] = entry.rules && entry.rules->id ? rules_hold(*entry.rules->id) : AnswerJson(nullptr);
    out["liquidate_when"] = when(account);
    out["rule"] = AnswerJson::array();
    const LiquidationRule<T>& rule = account.rule;
    if (rule.requirement) out["rule"].push_back({{"test", "requirement"}, {"ratio", number(rule.requirement_ratio)}});
    if (rule.level) out["rule"].push_back({{"test", "level"}, {"ratio", number(rule.level_ratio)}, {"weighted", rule.level_weighted}});
    if (rule.equity) out["rule"].push_back({{"test", "equity"}});
    constexpr const char *policies[] = {"strict", "recompute", "as_given"}, *offsets[] = {"both", "larger", "net"};
    out["cum_policy"] = policies[static_cast<std::size_t>(account.cum_policy)];
    out["hedge_offset"] = offsets[static_cast<std::size_t>(account.hedge_offset)];
    out["price_kinds"] = AnswerJson::object();
    for (const KeyId key : portfolio.keys())
      append(out["price_kinds"], file_->keys[key.index], file_->kinds[key.index].empty() ? AnswerJson(nullptr) : AnswerJson(file_->kinds[key.index]));
    bool orders = entry.main.has_orders;
    for (const PoolFile<T>& pool : entry.pools) orders = orders || pool.has_orders;
    out["not_modelled"] = AnswerJson::array();
    if (orders) out["not_modelled"].push_back("orders");
    return out;
  }

  const AccountFile<T>* file_;
  std::vector<FileWarning> warnings_;
  bool overflow_ = false;
};

}  // namespace detail

/// The answer to a file: every account of it, checked, lowered and solved.
/// @par Units    docs/reference/account-file.md
/// @par Shape    none
/// @par Rounding a double is written so that it reads back; decimals with 50 digits; irrational points of rationals with 40
/// @par Errors   OVERFLOW where a figure is too large for T
/// @par Cost     that of solve for every key and path, and again for every position that is left out in turn
/// @par Source   docs/reference/account-file.md
template <Scalar T>
[[nodiscard]] Result<AnswerJson, FileError> answer(const AccountFile<T>& file) {
  detail::AnswerWriter<T> writer(file);
  Result<AnswerJson, FileError> out = writer.book();
  if (out && writer.overflow()) return FileError{Errc::overflow, "", message(Errc::overflow)};
  return out;
}

/// The answer that an error gives.
[[nodiscard]] inline AnswerJson error_answer(const FileError& e) {
  AnswerJson out;
  out["error"] = {{"code", name(e.code)}, {"message", e.at.empty() ? e.message : e.at + ": " + e.message}, {"at", e.at}};
  return out;
}

/// Text in, answer out: reads, checks, solves. See read_account for `Exact`.
template <Scalar T, Scalar Exact = T>
[[nodiscard]] Result<AnswerJson, FileError> answer_text(std::string_view text, const FileOptions& options = {}) {
  const Result<JsonValue, FileError> document = parse_json(text);
  if (!document) return document.error();
  const Result<AccountFile<T>, FileError> file = read_account<T, Exact>(*document, options);
  if (!file) return file.error();
  return answer(*file);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
