// SPDX-License-Identifier: Apache-2.0
//
// The whole calculator against stored exact answers: field by field, every number.
//   rational: equal in value.   decimal: to 40 digits.   double: status, nulls and words equal, and every price within the answer's own ulp.
#include "support/catch.hpp"

#include <calculator.hpp>
#include <loadline/ext/multiprecision.hpp>
#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::ordered_json;
using loadline::Rational;

struct Stored {
  std::string account;
  Json answer;
};

std::vector<Stored> stored(const std::string& file) {
  std::ifstream in(std::string(LOADLINE_TEST_DATA_DIR) + "/" + file);
  std::vector<Stored> out;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    Json j = Json::parse(line);
    out.push_back({j["account"].get<std::string>(), j["answer"]});
  }
  REQUIRE(out.size() >= 200);
  return out;
}

Rational exact(const Json& x) {
  if (x.is_number_float()) return Rational(x.get<double>());
  return *loadline::read_number<Rational>(x.is_string() ? x.get<std::string>() : x.dump());
}

bool is_number(const Json& x) {
  return x.is_number() || (x.is_string() && loadline::read_number<Rational>(x.get_ref<const std::string&>()));
}

/// Collects differences; a path names each.
class Comparison {
 public:
  enum class Scalar { rational, decimal, binary };
  explicit Comparison(Scalar scalar) : scalar_(scalar) {}

  std::vector<std::string> differences;
  std::size_t numbers = 0, prices = 0, within_one_ulp = 0;

  void answer(const Json& ours, const Json& expected) {
    ulp_.reset();
    compare(ours, expected, "");
  }

 private:
  void differ(const std::string& at, const Json& ours, const Json& expected) {
    differences.push_back(at + ": " + ours.dump() + ", expected " + expected.dump());
  }

  void compare(const Json& ours, const Json& expected, const std::string& at) {
    const bool text_field = at.ends_with(".symbol") || at.ends_with(".key") || at.ends_with(".side") || at.ends_with(".name") || at.ends_with(".as_of");
    if (expected.is_object()) {
      if (!ours.is_object()) return differ(at, ours, expected);
      const bool path = ours.contains("ulp");
      if (path) ulp_ = ours["ulp"].is_null() ? std::nullopt : std::optional(ours["ulp"].get<double>());
      for (const auto& [name, value] : expected.items()) {
        if (name == "at" && value.is_null()) continue;
        if (!ours.contains(name))
          differ(at + "." + name, "missing", value);
        else
          compare(ours[name], value, at + "." + name);
      }
      for (const char* map : {"keys", "paths"})
        if (expected.contains(map) && ours[map].size() != expected[map].size()) differ(at + "." + map, ours[map], expected[map]);
    } else if (expected.is_array()) {
      if (!ours.is_array() || ours.size() != expected.size()) return differ(at, ours, expected);
      for (std::size_t i = 0; i < ours.size(); ++i) compare(ours[i], expected[i], at + "[" + std::to_string(i) + "]");
    } else if (!text_field && is_number(expected) && is_number(ours)) {
      ++numbers;
      number(ours, expected, at);
    } else if (ours != expected) {
      differ(at, ours, expected);
    }
  }

  void number(const Json& ours, const Json& expected, const std::string& at) {
    const Rational x = exact(ours), y = exact(expected), error = abs(Rational(x - y));
    if (scalar_ == Scalar::rational || ours.is_number_integer()) {
      if (error != 0) differ(at, ours, expected);
    } else if (scalar_ == Scalar::decimal) {
      // 40 digits of the figure, or, where it is the small rest of large ones, of what was summed (all inputs are below 1e9).
      if (error > abs(y) / tens(40) && error > Rational(1) / tens(30)) differ(at, ours, expected);
    } else if (is_price(at)) {
      ++prices;
      if (!ulp_) return;
      if (*ulp_ <= 1) ++within_one_ulp;
      const double size = std::fabs(ours.get<double>());
      const Rational unit = size > 0 ? Rational(std::bit_cast<double>(std::bit_cast<std::uint64_t>(size) + 1)) - Rational(size) : Rational(0);
      if (error > Rational(*ulp_) * unit) differ(at, ours, expected);
    } else if (error > abs(y) / Rational(0x1p52) && error > Rational(1e-18)) {  // figures: 106 bits, rounded once; 1e-18 is what is left of cancelled ones
      differ(at, ours, expected);
    }
  }

  static bool is_price(const std::string& at) {
    for (const char* end : {".liq_below", ".liq_above", ".recover_below", ".recover_above", ".bankrupt_below", ".bankrupt_above"})
      if (at.ends_with(end)) return true;
    return at.find(".all_roots[") != std::string::npos && at.ends_with(".value");
  }
  static Rational tens(unsigned n) { return Rational(pow(boost::multiprecision::cpp_int(10), n)); }

  Scalar scalar_;
  std::optional<double> ulp_;
};

template <class Answer>
Comparison run(const std::string& file, Comparison::Scalar scalar, const Answer& answer) {
  Comparison c(scalar);
  std::size_t line = 0;
  for (const Stored& s : stored(file)) {
    ++line;
    if (scalar == Comparison::Scalar::decimal && s.account.find('/') != std::string::npos) continue;  // no decimal holds 1/3: what is zero exactly is not here
    const std::size_t before = c.differences.size();
    c.answer(answer(s.account, calculator::Options{}), s.answer);
    for (std::size_t i = before; i < c.differences.size(); ++i) UNSCOPED_INFO("account " << line << ": " << c.differences[i]);
    if (c.differences.size() > before + 20) break;
  }
  CHECK(c.differences.empty());
  return c;
}

}  // namespace

TEST_CASE("the rational calculator equals the stored answers in value, field by field", "[differential]") {
  const Comparison a = run("differential.jsonl", Comparison::Scalar::rational, calculator::answer_rational);
  CHECK(a.numbers > 5'000);
  run("differential_hex.jsonl", Comparison::Scalar::rational, calculator::answer_rational);
}

TEST_CASE("the decimal calculator agrees to 40 digits", "[differential]") {
  const Comparison a = run("differential.jsonl", Comparison::Scalar::decimal, calculator::answer_decimal);
  CHECK(a.numbers > 2'000);
}

TEST_CASE("the double calculator, given the same doubles, keeps every price within its own claim", "[differential]") {
  const Comparison c = run("differential_hex.jsonl", Comparison::Scalar::binary, calculator::answer_double);
  CHECK(c.prices > 1'000);
  CHECK(c.within_one_ulp * 100 >= c.prices * 98);  // hand-shaped accounts cancel on purpose; on venue-shaped ones it is all of them
}

TEST_CASE("the comparison itself notices a wrong digit, a wrong word and a missing field", "[differential]") {
  const Stored s = stored("differential.jsonl")[0];
  Json ours = calculator::answer_rational(s.account, {});
  REQUIRE(ours.contains("equity"));
  ours["equity"] = "1/3";
  ours["status"] = "fine";
  ours.erase("maintenance");
  Comparison c(Comparison::Scalar::rational);
  c.answer(ours, s.answer);
  CHECK(c.differences.size() == 3);
}
