// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <loadline/ext/multiprecision.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// @file
/// Compares an answer of the calculator with a stored exact one: every member that is stored must be there and agree.
///
/// A stored number is a fraction, or `~` and digits that are right to the last (it is irrational, or long; `~0`: zero at an irrational point, to
/// fifty places). An answer agrees in
///   rational   if it is the fraction, or has the digits; and the enclosure of an irrational point holds them
///   decimal    if it has 40 digits, of itself or of what was summed
///   binary     a price: if it is no further off than the answer claims, which is one unit in the last place where it is certified;
///              any other figure: if it is as near as 1e-12 of itself, or of `terms`, the size of what was summed
/// and all else (words, nulls, signs, lengths) if it is equal.

namespace differential {

using Json = nlohmann::ordered_json;
using loadline::Rational;

enum class Scalar { rational, decimal, binary };

inline Rational ten_to_minus(unsigned n) {
  return Rational(1) / Rational(pow(boost::multiprecision::cpp_int(10), n));
}

/// A number as it was written; `slack`: how far the number meant may be from it.
struct Written {
  Rational value, slack = 0;
};

inline std::optional<Written> written(const Json& x) {
  if (x.is_number_float()) return Written{Rational(x.get<double>())};
  if (!x.is_number() && !x.is_string()) return std::nullopt;
  std::string text = x.is_string() ? x.get<std::string>() : x.dump();
  const bool digits = text.starts_with('~');
  if (digits) text.erase(0, 1);
  const auto value = loadline::read_number<Rational>(text);
  if (!value) return std::nullopt;
  if (!digits) return Written{*value};
  if (*value == 0) return Written{0, ten_to_minus(50)};
  const std::string mantissa = text.substr(0, text.find('e'));
  const auto count = std::count_if(mantissa.begin(), mantissa.end(), [](char c) { return c >= '0' && c <= '9'; });
  return Written{*value, abs(*value) * ten_to_minus(static_cast<unsigned>(count) - 1)};
}

/// Collects differences; a path names each.
class Comparison {
 public:
  explicit Comparison(Scalar scalar) : scalar_(scalar) {}

  std::vector<std::string> differences;
  std::size_t numbers = 0, prices = 0, certified = 0, digits = 0, enclosures = 0;

  void answer(const Json& ours, const Json& expected) { object(ours, expected, Place{}); }

 private:
  /// Where the comparison is: what the objects around a member say about it.
  struct Place {
    std::string at = {}, name = {};
    const Json *ours = nullptr, *expected = nullptr;  ///< the object whose member it is
    std::optional<double> terms = {}, ulp = {};       ///< ulp: what the answer claims for its prices
    bool claims = true;                               ///< false: it claims nothing for the figures at its prices either
  };

  void differ(const Place& p, const Json& ours, const Json& expected) { differences.push_back(p.at + ": " + ours.dump() + ", expected " + expected.dump()); }

  void compare(const Json& ours, const Json& expected, const Place& p) {
    static constexpr const char* texts[] = {"symbol", "key", "side", "name", "as_of", "id", "date", "source", "venue"};
    const bool text = std::find(std::begin(texts), std::end(texts), p.name) != std::end(texts);
    if (expected.is_object()) {
      object(ours, expected, p);
    } else if (expected.is_array()) {
      array(ours, expected, p);
    } else if (const auto x = written(ours), y = written(expected); x && y && !text) {
      number(*x, *y, ours, expected, p);
    } else if (ours != expected) {
      differ(p, ours, expected);
    }
  }

  void object(const Json& ours, const Json& expected, Place p) {
    if (!ours.is_object()) return differ(p, ours, expected);
    static constexpr const char* maps[] = {"keys", "paths", "loss_slope", "without", "price_kinds"};
    if (std::find(std::begin(maps), std::end(maps), p.name) != std::end(maps) && ours.size() != expected.size()) differ(p, ours, expected);
    const Place outer = p;
    p.ours = &ours, p.expected = &expected;
    if (expected.contains("terms")) p.terms = expected["terms"].get<double>();
    if (ours.contains("liquidatable_now") || p.name == "binding") {  // what has prices says how good they are
      p.ulp = ours.value("certified", false) ? std::optional(1.0) : std::nullopt;
      if (ours.contains("ulp") && ours["ulp"].is_number()) p.ulp = ours["ulp"].get<double>();
      p.claims = p.ulp.has_value();
    }
    for (const auto& [name, value] : expected.items()) {
      if (name.find("terms") != std::string::npos || (name == "at" && value.is_null())) continue;
      p.at = outer.at + "." + name, p.name = name;
      if (!ours.contains(name))
        differ(p, "missing", value);
      else
        compare(ours[name], value, p);
    }
  }

  void array(const Json& ours, const Json& expected, Place p) {
    if (!ours.is_array() || ours.size() != expected.size()) return differ(p, ours, expected);
    const std::string at = p.at;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      p.at = at + "[" + std::to_string(i) + "]";
      compare(ours[i], expected[i], p);
    }
  }

  void number(const Written& x, const Written& y, const Json& ours, const Json& expected, const Place& p) {
    ++numbers;
    if (y.slack != 0) ++digits;
    const Rational error = abs(Rational(x.value - y.value)), size = abs(y.value);
    if (scalar_ == Scalar::rational || ours.is_number_integer()) {
      if (error > y.slack || !encloses(y, p)) differ(p, ours, expected);
    } else if (scalar_ == Scalar::decimal) {
      // 40 digits of the figure, or, where it is the small rest of large ones, of what was summed (all inputs are below 1e9).
      if (error > size * ten_to_minus(40) && error > ten_to_minus(30)) differ(p, ours, expected);
    } else if (is_price(p)) {
      ++prices;
      if (!p.ulp) return;
      if (*p.ulp <= 1) ++certified;
      const double a = std::fabs(ours.get<double>());
      const Rational unit = a > 0 ? Rational(std::bit_cast<double>(std::bit_cast<std::uint64_t>(a) + 1)) - Rational(a) : Rational(0);
      if (error > Rational(*p.ulp) * unit + y.slack) differ(p, ours, expected);
    } else if (p.terms) {
      if (p.claims && error > Rational(1e-12) * std::max(size, terms(y.value, p))) differ(p, ours, expected);
    } else if (error > size / Rational(0x1p52) && error > Rational(1e-18)) {  // where nothing is said about terms: 106 bits, rounded once
      differ(p, ours, expected);
    }
  }

  /// Whether the enclosure that comes with a point, if one does, holds it.
  bool encloses(const Written& y, const Place& p) {
    if (!p.ours || !p.ours->contains("within")) return true;
    const Json& within = (*p.ours)["within"];
    if (within.is_object() && !within.contains(p.name)) return true;
    if (within.is_array() && p.name != "value") return true;
    ++enclosures;
    const Json& ends = within.is_object() ? within[p.name] : within;
    const auto low = written(ends[0]), high = written(ends[1]);
    return low && high && low->value < high->value && low->value <= y.value + y.slack && high->value >= y.value - y.slack;
  }

  static bool is_price(const Place& p) {
    for (const char* start : {"liq_", "recover_", "bankrupt_"})
      if (p.name.starts_with(start)) return true;
    return p.name == "value" || (p.name == "price" && p.ours->contains("side"));
  }

  /// The size of what a figure was summed from; of a quotient: what an error of its divisor does to it.
  static Rational terms(const Rational& y, const Place& p) {
    const auto of = [&](const char* member) { return Rational((*p.expected)[member].get<double>()); };
    const auto over = [&](const char* member) {
      const Rational divisor = written((*p.expected)[member])->value;
      return Rational((1 + abs(y)) * Rational(*p.terms) / abs(divisor));
    };
    if (p.name == "margin_ratio") return over("margin_balance");
    if (p.name == "effective_leverage" || p.name == "net_leverage") return over("equity");
    if (p.name == "ratio" && p.expected->contains("debts")) return over("debts");
    if (p.name == "allocated_bankruptcy_price") return of("allocated_terms");
    if (p.name == "equity_left_below") return of("terms_below");
    if (p.name == "equity_left_above") return of("terms_above");
    if (p.name.starts_with("distance")) return 2 + abs(y);  // |price / mark - 1|
    if (p.name == "settle_price" || p.name == "price" || p.name == "y" || p.name == "ratio") return 0;
    return Rational(*p.terms);
  }

  Scalar scalar_;
};

}  // namespace differential
