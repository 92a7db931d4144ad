// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/ext/json_assumptions.hpp"
#include "loadline/ext/json_figures.hpp"
#include "loadline/ext/json_file.hpp"
#include "loadline/ext/json_frontier.hpp"
#include "loadline/ext/json_standing.hpp"

/// @file
/// The answer to an account file, as JSON.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {
namespace detail {

/// Writes the answer of one file. A figure that is not finite sets `overflow`.
template <Scalar T>
class AnswerWriter {
 public:
  explicit AnswerWriter(const AccountFile<T>& file) : file_(&file), warnings_(file.warnings) {}

  [[nodiscard]] bool overflow() const noexcept { return numbers_.overflow; }

  /// @return the answer, or where a portfolio could not be made
  [[nodiscard]] Result<AnswerJson, FileError> book() {
    PoolStanding<T> all;
    AnswerJson rows = AnswerJson::array();
    for (const AccountEntry<T>& entry : file_->accounts) {
      PoolStanding<T> own;
      Result<AnswerJson, FileError> row = account(entry, own);
      if (!row) return row.error();
      rows.push_back(*std::move(row));
      take(all, own, [&](AnswerJson& b) { b = with_first("account", text_or_null(entry.name), std::move(b)); });
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
  [[nodiscard]] Result<AnswerJson, FileError> account(const AccountEntry<T>& entry, PoolStanding<T>& all) {
    const auto key_count = static_cast<std::uint32_t>(file_->keys.size());
    const auto failed = [](const PoolFile<T>& pool, const Error& e) {
      const std::string at = e.field == Field::position ? pool.path("positions", e.index) : pool.at;
      return FileError{e.code, at, std::string(message(e.code))};
    };
    const Result<Portfolio<T>> main = Portfolio<T>::make(entry.main.account, key_count);
    if (!main) return failed(entry.main, main.error());
    AnswerJson out;
    out["name"] = text_or_null(entry.name);
    out["venue"] = text_or_null(entry.venue);
    out["numeraire"] = file_->numeraire;
    out["liquidate_when"] = when_of(entry.main.account);
    out["status"] = nullptr;
    out["binding"] = nullptr;
    PoolStanding<T> own;
    out["own_status"] = nullptr;
    pool(*main, entry.main, nullptr, out, own);
    out["own_status"] = name(own.status);
    const auto keep = [](AnswerJson&) {};
    take(all, own, keep);
    AnswerJson pools = AnswerJson::array();
    const auto add = [&](const Portfolio<T>& portfolio, const PoolFile<T>& file, const std::string& label) {
      PoolStanding<T> standing;
      AnswerJson p;
      p["name"] = label;
      p["liquidate_when"] = when_of(file.account);
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
    out["assumptions"] = assumptions(numbers_, *file_, entry, *main);
    return out;
  }

  /// Everything about one pool, `label` its name (null: the account itself).
  void pool(const Portfolio<T>& portfolio, const PoolFile<T>& file, const AnswerJson& label, AnswerJson& out, PoolStanding<T>& standing) {
    const Marks<T> marks = file_->marks;
    const Figures<T> f = portfolio.figures(marks);
    write_figures(numbers_, f, out);
    out["positions"] = position_rows(numbers_, *file_, portfolio, file, warnings_);
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
      k["price"] = numbers_.number(marks[key.index]);
      write_path(numbers_, a, true, k);
      append(out["keys"], file_->keys[key.index], std::move(k));
      const LossSlope<T> slope = portfolio.loss_slope(marks, key);
      append(out["loss_slope"], file_->keys[key.index], {{"positions", numbers_.number(slope.positions)}, {"collateral", numbers_.number(slope.collateral)}});
    });
    standing.json = binding_json(numbers_, *file_, standing.binding, label);
    out["binding"] = standing.json;
    out["paths"] = AnswerJson::object();
    std::vector<Ratio<T>> betas(file_->keys.size(), Ratio<T>(0));
    for (const auto& p : file_->paths) {
      for (const auto& [key, beta] : p.betas) betas[key.index] = beta;
      AnswerJson j = AnswerJson::object();
      const PathAnswer<T> a = portfolio.solve(marks, betas, workspace);
      note(a);
      write_path(numbers_, a, false, j);
      append(out["paths"], p.name, std::move(j));
      for (const auto& [key, beta] : p.betas) betas[key.index] = 0;
    }
    out["without"] = without(portfolio, file, label);
    if (file_->frontier) {
      out["frontier"] = frontier_rows(numbers_, *file_, portfolio, workspace);
      if (has_exact_frontier(portfolio, file_->frontier->x, file_->frontier->y) && !file_->frontier->y_values.empty())
        out["frontier_corners"] = frontier_corners(numbers_, *file_, portfolio);
    }
    out["class"] = affine ? "A" : "Q";
    out["certified"] = certified;
  }

  [[nodiscard]] AnswerJson without(const Portfolio<T>& portfolio, const PoolFile<T>& file, const AnswerJson& label) {
    AnswerJson out = AnswerJson::object();
    for (std::size_t i = 0; i < portfolio.legs().size(); ++i) {
      const Position<T>& p = portfolio.legs()[i].terms;
      if (p.size.raw() == T(0)) continue;
      const Result<Portfolio<T>> rest = portfolio.without(file_->marks, i);
      if (!rest) {
        numbers_.overflow = true;
        return out;
      }
      Workspace<T> workspace(*rest);
      append(out, file.label(p),
             {{"status", name(rest->status(file_->marks))}, {"binding", binding_json(numbers_, *file_, rest->binding(file_->marks, workspace), label)}});
    }
    return out;
  }

  const AccountFile<T>* file_;
  std::vector<FileWarning> warnings_;
  NumberWriter<T> numbers_;
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
/// @par Units    none
/// @par Shape    {error: {code, message, at}}
/// @par Rounding none
/// @par Errors   none
/// @par Cost     O(1)
/// @par Source   docs/reference/errors.md
[[nodiscard]] inline AnswerJson error_answer(const FileError& e) {
  AnswerJson out;
  out["error"] = {{"code", name(e.code)}, {"message", e.at.empty() ? e.message : e.at + ": " + e.message}, {"at", e.at}};
  return out;
}

/// Text in, answer out: reads, checks, solves. See read_account for `Exact`.
/// @par Units    docs/reference/account-file.md
/// @par Shape    one JSON object
/// @par Rounding those of read_account and answer
/// @par Errors   FileError: the first fault
/// @par Cost     those of parse_json, read_account and answer
/// @par Source   docs/reference/account-file.md
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
