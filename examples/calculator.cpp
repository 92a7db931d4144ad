// SPDX-License-Identifier: Apache-2.0
//
// How much may this account carry, where does it go under, and by which test?
// Reads account files (docs/reference/account-file.md) and answers as a table or as JSON.
//
//   calculator [FILE|-] [--format table|json] [--scalar double|decimal|rational] [--batch] [--tick TICK] [--lenient]
#include "calculator.hpp"

#include <loadline/core/text.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_line = std::size_t{16} << 20;
constexpr int bad_input = 2, bad_output = 3;

/// 1234567.5 as "1,234,567.50"; small prices keep six significant digits.
std::string number(double x) {
  std::array<char, 64> buffer{};
  const double size = std::fabs(x);
  const int places = size >= 100 || size == 0 ? 2 : size >= 1 ? 4 : size >= 1e-9 ? std::min(14, 5 - static_cast<int>(std::floor(std::log10(size)))) : 12;
  if (size >= 1e15) return std::snprintf(buffer.data(), buffer.size(), "%.6g", x), buffer.data();
  std::snprintf(buffer.data(), buffer.size(), "%.*f", places, x);
  std::string text = buffer.data();
  const std::size_t first = text[0] == '-' ? 1 : 0;
  for (std::size_t at = std::min(text.find('.'), text.size()); at > first + 3;) text.insert(at -= 3, ",");
  return text;
}
std::string number(const Json& x) {
  return x.is_null() ? "-" : number(calculator::shown(x));
}
/// A move: "-12.46 %", or from ten times on "x142".
std::string percent(double x) {
  std::array<char, 32> buffer{};
  if (x < 9)
    std::snprintf(buffer.data(), buffer.size(), "%+.2f %%", 100 * x);
  else
    std::snprintf(buffer.data(), buffer.size(), "x%.0f", 1 + x);
  return buffer.data();
}

std::string ratio(const Json& x) {
  if (x.is_null()) return "-";
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.2f %%", 100 * calculator::shown(x));
  return buffer.data();
}
std::string times(const Json& x) {
  if (x.is_null()) return "-";
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.2fx", calculator::shown(x));
  return buffer.data();
}

/// Texts of the account for a terminal: control characters shown as ?.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

/// Rows of text, columns aligned: the first to the left, the others to the right.
class Table {
 public:
  void row(std::vector<std::string> cells) {
    for (std::string& cell : cells) cell = printable(std::move(cell));
    rows_.push_back(std::move(cells));
  }
  std::string text() const {
    std::vector<std::size_t> width;
    for (const auto& r : rows_)
      for (std::size_t i = 0; i < r.size(); ++i) {
        if (i == width.size()) width.push_back(0);
        width[i] = std::max(width[i], r[i].size());
      }
    std::string out;
    for (const auto& r : rows_) {
      std::string line = "  ";
      for (std::size_t i = 0; i < r.size(); ++i) {
        const std::string pad(width[i] - r[i].size(), ' ');
        line += i == 0 ? r[i] + pad : "  " + pad + r[i];
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + "\n";
    }
    return out;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// "98,345.10 (-12.46 %)", or why there is none.
std::string price(const Json& path, const std::string& side, const Json& mark) {
  const bool dead = path["liquidatable_now"].get<bool>();
  const Json& p = path[(dead ? "recover_" : "liq_") + side];
  if (p.is_null()) return dead ? "-" : "never";
  const double value = calculator::shown(p);
  return mark.is_null() ? percent(value) : number(value) + " (" + percent(value / calculator::shown(mark) - 1) + ")";
}

/// What the account dies of first.
std::string first_to_fail(const Json& b) {
  if (b.is_null()) return "nothing, on any key";
  const std::string test = "the " + b["test"].get<std::string>() + " test",
                    pool = b["pool"].is_null() ? "" : ", in pool " + printable(b["pool"].get<std::string>());
  if (b["key"].is_null()) return test + ", now" + pool;
  return test + ", with " + printable(b["key"].get<std::string>()) + " " + b["side"].get<std::string>() + " " + number(b["price"]) + pool;
}

/// Money lost for a fall of a key by 100 %, where collateral has a part in it.
std::string slope_table(const Json& slopes) {
  Table t;
  t.row({"lost for a fall of 100 %", "of positions", "of collateral"});
  bool any = false;
  for (const auto& [key, slope] : slopes.items()) {
    t.row({key, number(slope["positions"]), number(slope["collateral"])});
    any = any || calculator::shown(slope["collateral"]) != 0;
  }
  return any ? "\n" + t.text() : "";
}

std::string wallet_table(const Json& a, const std::string& title) {
  std::string out = printable(title) + ": " + a["status"].get<std::string>() + "\n";
  Table figures;
  figures.row({"equity", number(a["equity"]), "maintenance", number(a["maintenance"]), "excess", number(a["excess"])});
  figures.row({"initial", number(a["initial"]), "available", number(a["available"]), "gross notional", number(a["gross_notional"])});
  figures.row({"margin ratio", ratio(a["margin_ratio"]), "leverage", times(a["effective_leverage"]), "net leverage", times(a["net_leverage"])});
  const Json& level = a["level"];
  const bool by_level = std::find(a["tests"].begin(), a["tests"].end(), "level") != a["tests"].end();
  if (by_level) figures.row({"assets", number(level["assets"]), "debts", number(level["debts"]), "margin level", number(level["ratio"])});
  out += figures.text() + "  first to fail: " + first_to_fail(a["binding"]) + "\n";
  if (!a["positions"].empty()) {
    Table t;
    t.row({"position", "notional", "pnl", "maintenance", "bracket", "settles in", ""});
    for (const Json& p : a["positions"]) {
      const std::string side = p["side"].get<std::string>();
      t.row({p["symbol"].get<std::string>() + (side.empty() ? "" : " " + side), number(p["notional"]), number(p["pnl"]), number(p["maintenance"]),
             std::to_string(p["bracket"].get<int>() + 1), p["settle"].get<std::string>(), p["above_last_cap"].get<bool>() ? "above the last cap" : ""});
    }
    out += "\n" + t.text();
  }
  if (a["keys"].empty() && a["paths"].empty()) return out;
  Table t;
  bool dead = false;
  for (const auto& [key, k] : a["keys"].items()) dead = dead || k["liquidatable_now"].get<bool>();
  t.row({dead ? "liquidatable: safe again" : "liquidated", "mark", "below", "above", "bankrupt below", "bankrupt above"});
  const auto bankrupt = [](const Json& path, const char* side, bool is_key) {
    const Json& p = path[std::string("bankrupt_") + side];
    if (path["bankrupt_now"].get<bool>()) return std::string("now");
    return p.is_null() ? "never" : is_key ? number(p) : percent(calculator::shown(p));
  };
  for (const auto& [key, k] : a["keys"].items())
    t.row({key, number(k["price"]), price(k, "below", k["price"]), price(k, "above", k["price"]), bankrupt(k, "below", true), bankrupt(k, "above", true)});
  for (const auto& [name, p] : a["paths"].items())
    t.row({name + " (together)", "", price(p, "below", nullptr), price(p, "above", nullptr), bankrupt(p, "below", false), bankrupt(p, "above", false)});
  out += "\n" + t.text() + slope_table(a["loss_slope"]);
  if (!a.contains("frontier")) return out;
  Table f;
  f.row({"frontier: y", "x below", "x above"});
  for (const Json& row : a["frontier"]) {
    const bool now = row["liquidatable_now"].get<bool>();
    const auto end = [&](const std::string& side) {
      const Json& p = row[(now ? "recover_" : "liq_") + side];
      return p.is_null() ? "never" : number(p);
    };
    f.row({number(row["y"]), end("below"), end("above"), now ? "liquidatable: safe again" : ""});
  }
  return out + "\n" + f.text();
}

std::string account_table(const Json& a) {
  std::string title = a["name"].is_null() ? "account" : a["name"].get<std::string>();
  if (!a["venue"].is_null()) title += " at " + a["venue"].get<std::string>();
  std::string out = wallet_table(a, title + ", in " + a["numeraire"].get<std::string>());
  for (const Json& pool : a["pools"]) out += "\n" + wallet_table(pool, "pool " + pool["name"].get<std::string>());
  return out;
}

std::string table(const Json& a) {
  std::string out;
  if (a.contains("accounts")) {  // a book
    for (const Json& account : a["accounts"]) out += account_table(account) + "\n";
    const Json& b = a["binding"];
    out += "the book: " + a["status"].get<std::string>() + "; first to fail: " + first_to_fail(b);
    out += (b.is_null() ? "" : ", of " + printable(b["account"].get<std::string>())) + "\n";
  } else {
    out = account_table(a);
  }
  for (const Json& w : a["warnings"]) out += "warning: " + w["code"].get<std::string>() + " at " + printable(w["at"].get<std::string>()) + "\n";
  return out;
}

/// Lines of a stream, in constant memory: a line that is too long is passed over, and said to be.
class Lines {
 public:
  explicit Lines(std::FILE* in) : in_(in) {}

  /// False at the end. `too_long`: the line was cut.
  bool next(std::string& line, bool& too_long) {
    line.clear();
    too_long = false;
    for (bool any = false;; any = true) {
      if (at_ == size_) {
        at_ = 0;
        size_ = std::fread(buffer_.data(), 1, buffer_.size(), in_);
        if (size_ == 0) return std::exchange(any, false) && !std::exchange(ended_, true);
      }
      const char* begin = buffer_.data() + at_;
      const char* end = static_cast<const char*>(std::memchr(begin, '\n', size_ - at_));
      const std::size_t count = end == nullptr ? size_ - at_ : static_cast<std::size_t>(end - begin);
      if (!too_long && line.size() + count > longest_line) too_long = true, line.clear(), line.shrink_to_fit();
      if (!too_long) line.append(begin, count);
      at_ += count + (end == nullptr ? 0 : 1);
      if (end != nullptr) return true;
    }
  }

 private:
  std::FILE* in_;
  std::array<char, 1 << 16> buffer_{};
  std::size_t at_ = 0, size_ = 0;
  bool ended_ = false;
};

Json refused(const char* code, const char* why) {
  return Json{{"error", {{"code", code}, {"message", why}, {"at", ""}}}};
}

bool write(const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, with a status of its own
  CLI::App app("Margin, liquidation and bankruptcy prices of an account file (schema 1).", "calculator");
  std::string file = "-", format = isatty(STDOUT_FILENO) != 0 ? "table" : "json", scalar = "double", tick;
  bool batch = false;
  calculator::Options options;
  app.add_option("file", file, "an account file, or - for standard input")->capture_default_str();
  app.add_option("--format", format, "table (default on a terminal) or json")->check(CLI::IsMember({"table", "json"}));
  app.add_option("--scalar", scalar, "double, decimal (50 digits) or rational (exact)")
      ->check(CLI::IsMember({"double", "decimal", "rational"}))
      ->capture_default_str();
  app.add_flag("--batch", batch, "one account a line in, one answer a line out");
  app.add_option("--tick", tick, "the tick of positions that name none");
  app.add_flag("--lenient", options.lenient, "unknown fields are warnings");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : bad_input;
  }
  if (!tick.empty()) {
    const auto t = loadline::read_number<double>(tick);
    if (!t || !(*t > 0)) return std::fprintf(stderr, "calculator: --tick %s: must be a number above 0\n", tick.c_str()), bad_input;
    options.tick = tick;
  }
  const auto answer = scalar == "double" ? calculator::answer_double : scalar == "decimal" ? calculator::answer_decimal : calculator::answer_rational;
  const auto show = [&](const Json& a) {
    return format == "json" || a.contains("error") ? a.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n" : table(a);
  };

  const auto answered = [&](const std::string& text) {
    try {
      return answer(text, options);
    } catch (const std::bad_alloc&) {
      return refused("OVERFLOW", "the account is too large for this machine's memory");
    }
  };

  std::FILE* in = file == "-" ? stdin : std::fopen(file.c_str(), "rb");
  if (in == nullptr) return std::perror(("calculator: " + file).c_str()), bad_input;
  int status = 0;
  if (batch) {
    Lines lines(in);
    std::string line;
    for (bool too_long = false; status == 0 && lines.next(line, too_long);) {
      if (!too_long && line.find_first_not_of(" \t\r\n\f\v") == std::string::npos) continue;
      const Json a = too_long ? refused("BAD_JSON", "the line is longer than 16 MiB") : answered(line);
      if (!write(show(a))) status = bad_output;
    }
  } else {
    std::string text;
    std::array<char, 1 << 16> buffer{};
    for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), in)) > 0;) text.append(buffer.data(), n);
    const Json a = answered(text);
    const bool bad = a.contains("error");
    if (bad) {
      std::fprintf(stderr, "calculator: %s: %s\n", a["error"]["code"].get<std::string>().c_str(), a["error"]["message"].get<std::string>().c_str());
      status = bad_input;
    }
    if ((!bad || format == "json") && !write(show(a))) status = bad_output;
  }
  if (std::ferror(in) != 0) std::perror(("calculator: " + file).c_str()), status = bad_input;
  if (std::fflush(stdout) != 0) status = bad_output;
  if (status == bad_output) std::fprintf(stderr, "calculator: cannot write the answer\n");
  return status;
}
