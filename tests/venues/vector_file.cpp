// SPDX-License-Identifier: Apache-2.0
// Numbers that venues, third-party test suites and closed forms give, as account files with the places of the answer where they
// must stand: tests/data/vectors.jsonl. What is read, solved and printed is the whole account file, in rational and in double.
#include "support/answers.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Json = loadline::AnswerJson;
using loadline::Rational;

// What the file must hold: a line lost or cut is a failure, not a silence.
constexpr std::size_t expected_lines = 116, expected_numbers = 192, expected_words = 38;

std::vector<Json> vectors() {
  std::ifstream in(LOADLINE_TEST_DATA_DIR "/vectors.jsonl", std::ios::binary);
  std::vector<Json> out;
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line.front() != '#') out.push_back(Json::parse(line));
  REQUIRE(out.size() == expected_lines);
  return out;
}

/// A number of the answer or of the file, exactly. No value: what stands there is none.
std::optional<Rational> exact(const Json* x) {
  if (x == nullptr || !(x->is_number() || x->is_string())) return std::nullopt;
  if (x->is_number_float()) return Rational(x->get<double>());
  const auto number = loadline::read_number<Rational>(x->is_string() ? x->get<std::string>() : x->dump());
  if (!number) return std::nullopt;
  return *number;
}

/// The place "pools[0].keys.BTCUSD.liq_below" of an answer; nullptr where there is none.
const Json* resolve(const Json& answer, std::string_view path) {
  const Json* here = &answer;
  while (!path.empty()) {
    if (path.front() == '[') {
      const std::size_t end = path.find(']'), index = std::stoul(std::string(path.substr(1, end - 1)));
      if (!here->is_array() || index >= here->size()) return nullptr;
      here = &(*here)[index];
      path.remove_prefix(end + 1);
    } else {
      const std::size_t end = std::min(path.find_first_of(".["), path.size());
      const auto found = here->is_object() ? here->find(std::string(path.substr(0, end))) : here->end();
      if (!here->is_object() || found == here->end()) return nullptr;
      here = &*found;
      path.remove_prefix(end);
    }
    if (path.starts_with('.')) path.remove_prefix(1);
  }
  return here;
}

/// The sum over places joined by " + ".
std::optional<Rational> figure(const Json& answer, std::string_view places) {
  Rational sum = 0;
  while (true) {
    const std::size_t plus = places.find(" + ");
    const std::optional<Rational> x = exact(resolve(answer, places.substr(0, plus)));
    if (!x) return std::nullopt;
    sum += *x;
    if (plus == std::string_view::npos) return sum;
    places.remove_prefix(plus + 3);
  }
}

/// What is wrong with one expectation of an answer; empty: nothing. `relative` is what a binary answer may be off beyond the source.
std::string fault(const Json& answer, const Json& expectation, const Rational& relative) {
  const std::string at = expectation.at("at").get<std::string>();
  if (expectation.contains("is")) {
    const Json* found = resolve(answer, at);
    if (found == nullptr) return at + " is missing";
    return *found == expectation["is"] ? "" : at + " is " + found->dump() + ", expected " + expectation["is"].dump();
  }
  const std::optional<Rational> value = exact(&expectation.at("value")), within = exact(&expectation.at("within"));
  if (!value || !within || *within < 0) return at + ": the expectation itself is unreadable";
  std::optional<Rational> found = figure(answer, at);
  if (!found) return at + " is no number";
  if (expectation.value("inverse", false)) {
    if (*found == 0) return at + " is zero";
    found = Rational(1 / *found);
  }
  if (abs(Rational(*found - *value)) <= *within + relative * abs(*value)) return "";
  return at + " is " + found->str() + ", expected " + expectation["value"].get<std::string>() + " within " + expectation["within"].get<std::string>();
}

/// All that is wrong with the answer to one line.
std::vector<std::string> faults(const Json& line, const loadline::Result<Json, loadline::FileError>& answer, const Rational& relative) {
  const std::string who = line.at("source").get<std::string>() + ", " + line.at("name").get<std::string>() + ": ";
  if (!answer) return {who + "not answered: " + std::string(name(answer.error().code)) + " at '" + answer.error().at + "'"};
  std::vector<std::string> out;
  if (line.at("expect").empty()) out.push_back(who + "nothing is expected");
  for (const Json& expectation : line["expect"]) {
    if (relative != 0 && expectation.value("rational_only", false)) continue;
    if (const std::string text = fault(*answer, expectation, relative); !text.empty()) out.push_back(who + text);
  }
  return out;
}

template <class T>
void check(const Rational& relative) {
  for (const Json& line : vectors())
    for (const std::string& text : faults(line, loadline::answer_text<T, Rational>(line.at("account").dump()), relative)) FAIL_CHECK(text);
}

}  // namespace

TEST_CASE("the worked numbers come out of the account file in rational", "[venues]") {
  check<Rational>(0);
}

TEST_CASE("the worked numbers come out of the account file in double", "[venues]") {
  check<double>(Rational(1) / Rational(1'000'000'000'000));
}

TEST_CASE("the file of worked numbers is whole", "[venues]") {
  std::set<std::string> names;
  std::size_t numbers = 0, words = 0;
  for (const Json& line : vectors()) {
    CAPTURE(line.dump());
    CHECK(names.insert(line.at("name").get<std::string>()).second);
    CHECK(line.at("account").is_object());
    CHECK_FALSE(line.at("expect").empty());
    for (const Json& expectation : line["expect"]) {
      CHECK(expectation.contains("is") != expectation.contains("value"));
      ++(expectation.contains("is") ? words : numbers);
    }
  }
  CHECK(numbers == expected_numbers);
  CHECK(words == expected_words);
}

TEST_CASE("the comparison itself notices a wrong digit, a wrong word, a place that is missing and an account that is not answered", "[venues]") {
  // 50 of cash, long 1 entered at 100, a fifth of the mark is needed: liquidated at 50 / 0.8.
  const auto line = [](const std::string& expectations) {
    return Json::parse(R"({"source": "s", "name": "n", "account": {"prices": {"K": "100"}, "collateral": [{"asset": "USDT", "amount": "50"}],
      "positions": [{"symbol": "K", "qty": "1", "entry": "100", "brackets": [{"cap": null, "mmr": "0.2"}]}]}, "expect": )" +
                       expectations + "}");
  };
  const auto count = [](const Json& j) { return faults(j, loadline::answer_text<Rational>(j["account"].dump()), 0).size(); };
  CHECK(count(line(R"([{"at": "keys.K.liq_below", "value": "62.5", "within": "0"}, {"at": "keys.K.liq_above", "is": null},
    {"at": "status", "is": "safe"}, {"at": "equity + maintenance", "value": "70.4", "within": "0.4"},
    {"at": "equity", "value": "0.02", "within": "0", "inverse": true}, {"at": "positions[0].notional", "value": "100", "within": "0"}])")) == 0);
  const std::vector<std::string> wrong{R"({"at": "keys.K.liq_below", "value": "62.51", "within": "0.005"})",
                                       R"({"at": "keys.K.liq_below", "is": null})",
                                       R"({"at": "keys.K.liq_above", "value": "0", "within": "1"})",
                                       R"({"at": "keys.L.liq_below", "is": null})",
                                       R"({"at": "status", "is": "bankrupt"})",
                                       R"({"at": "equity + maintenance", "value": "70.4", "within": "0.3"})",
                                       R"({"at": "equity", "value": "50", "within": "0", "inverse": true})",
                                       R"({"at": "positions[1].notional", "value": "100", "within": "0"})"};
  for (const std::string& expectation : wrong) {
    CAPTURE(expectation);
    CHECK(count(line("[" + expectation + "]")) == 1);
  }
  CHECK(count(line("[]")) == 1);
  Json bad = line(R"([{"at": "status", "is": "safe"}])");
  bad["account"]["prices"]["K"] = "-1";
  CHECK(count(bad) == 1);
}
