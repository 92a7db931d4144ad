// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_file.hpp"
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

  [[nodiscard]] AnswerJson account(const Portfolio<T>& portfolio) {
    AnswerJson out;
    out["name"] = text(file_->name);
    out["venue"] = text(file_->venue);
    out["numeraire"] = file_->numeraire;
    out["liquidate_when"] = when();
    Status worst = portfolio.status(file_->marks);
    out["status"] = nullptr;
    out["own_status"] = name(worst);
    wallet(portfolio, out);
    AnswerJson pools = AnswerJson::array();
    for (const Portfolio<T>& isolated : portfolio.isolated()) {
      AnswerJson pool;
      pool["name"] = file_->label(isolated.legs().front().terms);
      pool["liquidate_when"] = when();
      const Status status = isolated.status(file_->marks);
      pool["status"] = name(status);
      worst = worst < status ? status : worst;
      wallet(isolated, pool);
      pools.push_back(std::move(pool));
    }
    out["status"] = name(worst);
    out["pools"] = std::move(pools);
    out["assumptions"] = assumptions(portfolio);
    out["warnings"] = AnswerJson::array();
    for (const FileWarning& w : warnings_) out["warnings"].push_back({{"code", w.code}, {"at", w.at}});
    return out;
  }

 private:
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
  [[nodiscard]] static AnswerJson text(const std::optional<std::string>& s) { return s ? AnswerJson(*s) : AnswerJson(nullptr); }
  [[nodiscard]] const char* when() const noexcept { return file_->account.rule.when == LiquidateWhen::below_zero ? "lt" : "le"; }
  [[nodiscard]] static AnswerJson word(const std::optional<Test>& test) { return test ? AnswerJson(name(*test)) : AnswerJson(nullptr); }

  void wallet(const Portfolio<T>& portfolio, AnswerJson& out) {
    const Figures<T> f = portfolio.figures(file_->marks);
    out["tests"] = AnswerJson::array();
    for (const Test test : {Test::requirement, Test::level, Test::equity})
      if (f.tests.has(test)) out["tests"].push_back(name(test));
    out["equity"] = number(f.equity);
    out["margin_balance"] = number(f.margin_balance);
    out["maintenance"] = number(f.maintenance);
    out["excess"] = number(f.excess);
    out["initial"] = number(f.initial);
    out["available"] = number(f.available);
    out["gross_notional"] = number(f.gross_notional);
    out["margin_ratio"] = number(f.margin_ratio);
    out["effective_leverage"] = number(f.effective_leverage);
    out["net_leverage"] = number(f.net_leverage);
    out["positions"] = positions(portfolio);
    Workspace<T> workspace(portfolio);
    std::vector<std::pair<std::string_view, AnswerJson>> keys;
    portfolio.solve_each(file_->marks, workspace, [&](KeyId key, const PathAnswer<T>& a) {
      AnswerJson k = AnswerJson::object();
      k["price"] = number(file_->marks[key.index]);
      path(a, true, k);
      keys.emplace_back(file_->keys[key.index], std::move(k));
    });
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    out["keys"] = AnswerJson::object();
    for (auto& [key, answer] : keys) append(out["keys"], std::string(key), std::move(answer));
    out["paths"] = AnswerJson::object();
    std::vector<Ratio<T>> betas(file_->keys.size(), Ratio<T>(0));
    for (const auto& p : file_->paths) {
      for (const auto& [key, beta] : p.betas) betas[key.index] = beta;
      AnswerJson j = AnswerJson::object();
      path(portfolio.solve(file_->marks, betas, workspace), false, j);
      append(out["paths"], p.name, std::move(j));
      for (const auto& [key, beta] : p.betas) betas[key.index] = 0;
    }
  }

  /// A member whose name is known to be new: no search.
  static void append(AnswerJson& object, std::string name, AnswerJson value) {
    using Members = AnswerJson::object_t::Container;
    static_cast<Members&>(object.get_ref<AnswerJson::object_t&>()).emplace_back(std::move(name), std::move(value));
  }

  [[nodiscard]] AnswerJson positions(const Portfolio<T>& portfolio) {
    AnswerJson out = AnswerJson::array();
    std::vector<PositionFigures<T>> rows(portfolio.legs().size(), PositionFigures<T>{0, 0, 0, 0, 0, T(0), 0, T(0), 0, false, std::nullopt});
    portfolio.positions(file_->marks, rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const PositionFigures<T>& f = rows[i];
      const Position<T>& p = file_->positions[f.position];
      if (f.above_last_cap) warnings_.push_back({"ABOVE_LAST_CAP", "positions[" + std::to_string(f.position) + "]"});
      out.push_back({{"symbol", file_->symbols[p.symbol->index]},
                     {"side", p.side == Side::one_way    ? ""
                              : p.side == Side::long_leg ? "LONG"
                                                         : "SHORT"},
                     {"key", file_->keys[p.key.index]},
                     {"kind", "linear"},
                     {"settle", file_->numeraire},
                     {"settle_price", number(T(1))},
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
    out["liquidatable_now"] = a.liquidatable_now;
    out["liq_below"] = number(a.below.liquidation);
    out["liq_above"] = number(a.above.liquidation);
    out["test_below"] = word(a.below.test);
    out["test_above"] = word(a.above.test);
    out["recover_below"] = number(a.below.recovery);
    out["recover_above"] = number(a.above.recovery);
    out["bankrupt_now"] = a.bankrupt_now;
    out["bankrupt_below"] = number(a.below.bankruptcy);
    out["bankrupt_above"] = number(a.above.bankruptcy);
    if (is_key) {
      out["distance_below"] = number(a.below.distance);
      out["distance_above"] = number(a.above.distance);
    }
    if (a.has_tick) {
      out["liq_below_tick"] = number(a.below.tick);
      out["liq_above_tick"] = number(a.above.tick);
    }
    out["all_roots"] = AnswerJson::array();
    for (const TestRoot<T>& r : a.roots) out["all_roots"].push_back({{"value", number(r.value)}, {"kind", name(r.kind)}, {"test", name(r.test)}});
    out["ulp"] = a.ulp ? AnswerJson(*a.ulp) : AnswerJson(nullptr);
    out["class"] = "A";
  }

  [[nodiscard]] AnswerJson assumptions(const Portfolio<T>& portfolio) {
    AnswerJson out;
    out["as_of"] = file_->as_of ? AnswerJson(file_->as_of->text) : AnswerJson(nullptr);
    if (file_->as_of && file_->as_of->kind == JsonValue::Kind::number)
      if (AnswerJson number = AnswerJson::parse(file_->as_of->text, nullptr, false); number.is_number()) out["as_of"] = std::move(number);
    out["rules"] = nullptr;
    if (file_->rules) {
      out["rules"] = AnswerJson::object();
      if (file_->rules->id) out["rules"]["id"] = *file_->rules->id;
      if (file_->rules->date) out["rules"]["date"] = *file_->rules->date;
      if (file_->rules->source) out["rules"]["source"] = *file_->rules->source;
    }
    out["liquidate_when"] = when();
    out["rule"] = AnswerJson::array();
    const LiquidationRule<T>& rule = file_->account.rule;
    if (rule.requirement) out["rule"].push_back({{"test", "requirement"}, {"ratio", number(rule.requirement_ratio)}});
    if (rule.equity) out["rule"].push_back({{"test", "equity"}});
    constexpr const char* policies[] = {"strict", "recompute", "as_given"};
    out["cum_policy"] = policies[static_cast<std::size_t>(file_->account.cum_policy)];
    out["hedge_offset"] = "both";
    out["price_kinds"] = AnswerJson::object();
    std::vector<std::uint32_t> keys;
    for (const KeyId key : portfolio.keys()) keys.push_back(key.index);
    std::sort(keys.begin(), keys.end(), [this](std::uint32_t a, std::uint32_t b) { return file_->keys[a] < file_->keys[b]; });
    for (const std::uint32_t key : keys)
      append(out["price_kinds"], file_->keys[key], file_->kinds[key].empty() ? AnswerJson(nullptr) : AnswerJson(file_->kinds[key]));
    out["not_modelled"] = AnswerJson::array();
    if (file_->has_orders) out["not_modelled"].push_back("orders");
    return out;
  }

  const AccountFile<T>* file_;
  std::vector<FileWarning> warnings_;
  bool overflow_ = false;
};

}  // namespace detail

/// The answer to a file whose account has been made into a portfolio.
/// @par Units    docs/reference/account-file.md
/// @par Shape    `portfolio` made from `file.account`
/// @par Rounding a double is written so that it reads back; decimals with 50 digits
/// @par Errors OVERFLOW where a figure is too large for T
/// @par Cost     that of solve for every key and path
/// @par Source   docs/reference/account-file.md
template <Scalar T>
[[nodiscard]] Result<AnswerJson, FileError> answer(const AccountFile<T>& file, const Portfolio<T>& portfolio) {
  detail::AnswerWriter<T> writer(file);
  AnswerJson out = writer.account(portfolio);
  if (writer.overflow()) return FileError{Errc::overflow, "", message(Errc::overflow)};
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
  const Result<Portfolio<T>> portfolio = Portfolio<T>::make(file->account, static_cast<std::uint32_t>(file->keys.size()));
  if (!portfolio) {
    const Error& e = portfolio.error();
    return FileError{e.code, e.field == Field::position ? "positions[" + std::to_string(e.index) + "]" : "", message(e.code)};
  }
  return answer(*file, *portfolio);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
