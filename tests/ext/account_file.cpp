// SPDX-License-Identifier: Apache-2.0
// The account file: text in, error code and path out. What is good is answered; the figures are tested elsewhere.
#include "support/answers.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace loadline;

namespace {

/// A JSON object whose members are texts: any of them can be replaced by something that is no value at all.
class Object {
 public:
  Object(std::initializer_list<std::pair<std::string, std::string>> members) : members_(members) {}

  Object& set(const std::string& name, const std::string& value) {
    for (auto& m : members_)
      if (m.first == name) return m.second = value, *this;
    return add(name, value);
  }
  Object& add(const std::string& name, const std::string& value) {
    members_.emplace_back(name, value);
    return *this;
  }
  Object& drop(const std::string& name) {
    std::erase_if(members_, [&](const auto& m) { return m.first == name; });
    return *this;
  }
  [[nodiscard]] bool has(const std::string& name) const {
    return std::any_of(members_.begin(), members_.end(), [&](const auto& m) { return m.first == name; });
  }
  [[nodiscard]] std::string text() const {
    std::string out = "{";
    for (const auto& [name, value] : members_) out += (out.size() > 1 ? ", \"" : "\"") + name + "\": " + value;
    return out + "}";
  }

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

/// A good account file (one price, one asset, one position with one bracket), to be spoiled in one place or two.
class File {
 public:
  File&& top(const std::string& name, const std::string& value) && { return top_.set(name, value), std::move(*this); }
  File&& price(const std::string& value) && { return price_ = value, std::move(*this); }
  File&& asset(const std::string& name, const std::string& value) && { return asset_.set(name, value), std::move(*this); }
  File&& no_asset(const std::string& name) && { return asset_.drop(name), std::move(*this); }
  File&& position(const std::string& name, const std::string& value) && { return position_.set(name, value), std::move(*this); }
  File&& no_position(const std::string& name) && { return position_.drop(name), std::move(*this); }
  File&& row(const std::string& name, const std::string& value) && { return row_.set(name, value), std::move(*this); }
  File&& no_row(const std::string& name) && { return row_.drop(name), std::move(*this); }
  File&& brackets(const std::string& value) && { return brackets_ = value, std::move(*this); }

  operator std::string() const {  // NOLINT(google-explicit-constructor)
    Object position = position_;
    if (brackets_ != "none") position.set("brackets", brackets_.empty() ? "[" + row_.text() + "]" : brackets_);
    Object all{};
    const std::string top = top_.text();
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"prices", "{\"BTCUSDT\": " + price_ + "}"},
                                      {"collateral", "[" + asset_.text() + "]"},
                                      {"positions", "[" + position.text() + "]"}})
      if (!top_.has(name)) all.set(name, value);
    std::string out = all.text();
    if (top.size() > 2) out = top.substr(0, top.size() - 1) + (out.size() > 2 ? ", " : "") + out.substr(1);
    return out;
  }

 private:
  Object top_{}, asset_{{"asset", "\"USDT\""}, {"amount", "10000"}}, position_{{"symbol", "\"BTCUSDT\""}, {"qty", "1"}, {"entry", "50000"}},
      row_{{"cap", "null"}, {"mmr", "\"0.005\""}};
  std::string price_ = "50000", brackets_;
};

/// The two positions of pairs of faults.
std::string good_position(const std::string& symbol) {
  return R"({"symbol": ")" + symbol + R"(", "key": "BTCUSDT", "qty": 1, "entry": 50000, "brackets": [{"cap": null, "mmr": "0.005"}]})";
}

/// Two base keys, for what needs two.
constexpr const char* two_prices = R"({"BTCUSDT": 50000, "ETH": 3000})";

struct Case {
  std::string claim;
  std::string text;
  const char* code;  ///< nullptr: it is answered
  std::string at;
};

template <class T>
void check_one(const Case& c, const Result<AnswerJson, FileError>& answer) {
  CAPTURE(c.claim, c.text.substr(0, 600));
  if (c.code == nullptr) {
    if (!answer) FAIL_CHECK("answers " << name(answer.error().code) << " at '" << answer.error().at << "'");
    return;
  }
  if (answer) {
    FAIL_CHECK("is answered, but should give " << c.code);
    return;
  }
  CHECK(std::string(name(answer.error().code)) == c.code);
  CHECK(answer.error().at == c.at);
  CHECK_FALSE(answer.error().message.empty());
  const AnswerJson error = error_answer(answer.error());
  CHECK(error.size() == 1);
  CHECK(error["error"]["code"] == c.code);
  CHECK(error["error"]["at"] == c.at);
  CHECK_FALSE(error["error"]["message"].get<std::string>().empty());
}

/// In double (tables checked as printed) and in rational.
void check_all(const std::vector<Case>& cases, const FileOptions& options = {}) {
  for (const Case& c : cases) {
    check_one<double>(c, answer_text<double, Rational>(c.text, options));
    check_one<Rational>(c, answer_text<Rational>(c.text, options));
  }
}
void check_good(std::vector<std::pair<std::string, std::string>> files) {
  std::vector<Case> cases;
  for (auto& [claim, text] : files) cases.push_back({std::move(claim), std::move(text), nullptr, ""});
  check_all(cases);
}

AnswerJson rational(const std::string& text, const FileOptions& options = {}) {
  const auto answer = answer_text<Rational>(text, options);
  CAPTURE(text);
  REQUIRE(answer.has_value());
  return *answer;
}
AnswerJson in_double(const std::string& text, const FileOptions& options = {}) {
  const auto answer = answer_text<double, Rational>(text, options);
  CAPTURE(text);
  REQUIRE(answer.has_value());
  return *answer;
}

std::string repeat(std::size_t n, const std::string& s) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += s;
  return out;
}

}  // namespace

TEST_CASE("the good file is answered", "[json]") {
  const AnswerJson a = rational(File());
  CHECK(a["status"] == "safe");
  CHECK(a["equity"] == "10000");
  CHECK(a["maintenance"] == "250");
  CHECK(a["keys"]["BTCUSDT"]["liq_below"] == "8000000/199");  // 40,000 / 0.995
  CHECK(a["warnings"].empty());
  CHECK_FALSE(a.contains("error"));
}

// --- the text -----------------------------------------------------------------------------------------------------------------

TEST_CASE("what is no JSON text is BAD_JSON", "[json][bad_input]") {
  const std::string good = File();
  std::vector<Case> cases{
      {"empty", "", "BAD_JSON", ""},
      {"blanks", " \n", "BAD_JSON", ""},
      {"a word", "safe", "BAD_JSON", ""},
      {"two objects", good + good, "BAD_JSON", ""},
      {"something after the object", good + "x", "BAD_JSON", ""},
      {"a comma too many", R"({"prices": {},})", "BAD_JSON", ""},
      {"single quotes", "{'prices': {}}", "BAD_JSON", ""},
      {"a comment", "{/* */}", "BAD_JSON", ""},
      {"a name without quotes", "{prices: {}}", "BAD_JSON", ""},
  };
  for (const std::size_t cut : {good.size() - 1, good.size() / 2, std::size_t{1}}) {
    const auto a = answer_text<double, Rational>(good.substr(0, cut));
    CAPTURE(cut);
    REQUIRE_FALSE(a.has_value());
    CHECK(a.error().code == Errc::bad_json);
    CHECK_FALSE(a.error().message.empty());
  }
  for (Case& c : cases) {
    INFO(c.claim);
    const auto a = answer_text<double, Rational>(c.text);
    REQUIRE_FALSE(a.has_value());
    CHECK(std::string(name(a.error().code)) == c.code);
    CHECK_FALSE(a.error().message.empty());
  }
}

TEST_CASE("every text that is cut short is refused, never read past its end", "[json][bad_input]") {
  const std::string good = File().top("name", R"("\u00e9\n")").position("qty", "-1.5e-3");
  for (std::size_t n = 0; n < good.size(); ++n) {
    CAPTURE(n);
    const auto a = parse_json(std::string_view(good).substr(0, n));
    REQUIRE_FALSE(a.has_value());
    CHECK(a.error().code == Errc::bad_json);
  }
  CHECK(parse_json(good).has_value());
}

TEST_CASE("invalid UTF-8 is BAD_JSON", "[json][bad_input]") {
  for (const char* bytes : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
    const auto a = parse_json("{\"name\": \"" + std::string(bytes) + "\"}");
    REQUIRE_FALSE(a.has_value());
    CHECK(a.error().code == Errc::bad_json);
    CHECK(a.error().at == "name");
    // Whatever the bytes were, the answer can be printed.
    CHECK_FALSE(error_answer(a.error()).dump(-1, ' ', false, AnswerJson::error_handler_t::strict).empty());
  }
  CHECK(parse_json("{\"x_note\": \"\xc3\xa9\"}").has_value());
  const auto surrogate = parse_json(R"({"name": "\ud800"})");
  REQUIRE_FALSE(surrogate.has_value());
  CHECK(surrogate.error().code == Errc::bad_json);
}

TEST_CASE("200 levels are read, 201 are BAD_JSON", "[json][bad_input]") {
  CHECK(parse_json(repeat(200, "[") + repeat(200, "]")).has_value());
  CHECK(parse_json(repeat(100, "{\"a\": [") + repeat(100, "]}")).has_value());
  for (const std::string& text : {repeat(201, "[") + repeat(201, "]"), repeat(100'000, "["), repeat(201, "{\"a\": ") + "1" + repeat(201, "}")}) {
    const auto a = parse_json(text);
    REQUIRE_FALSE(a.has_value());
    CHECK(a.error().code == Errc::bad_json);
    CHECK(a.error().message.find("200") != std::string::npos);
  }
  check_all({{"inside a field that is skipped", File().top("x_deep", repeat(199, "[") + repeat(199, "]")), nullptr, ""}});
}

TEST_CASE("a name that comes twice in one object is DUPLICATE_KEY, at every level", "[json][bad_input]") {
  const std::string position = R"({"symbol": "BTCUSDT", "qty": 1, "qty": 1, "entry": 50000, "brackets": []})";
  check_all({
      {"at the top", R"({"prices": {}, "prices": {}})", "DUPLICATE_KEY", "prices"},
      {"a price", R"({"prices": {"A": 1, "A": 1}})", "DUPLICATE_KEY", "prices.A"},
      {"inside a price", R"({"prices": {"A": {"value": 1, "value": 1}}})", "DUPLICATE_KEY", "prices.A.value"},
      {"inside an asset", R"({"collateral": [{"asset": "USDT", "amount": 1, "asset": "USDT"}]})", "DUPLICATE_KEY", "collateral[0].asset"},
      {"inside a position", R"({"positions": [{}, )" + position + "]}", "DUPLICATE_KEY", "positions[1].qty"},
      {"inside a bracket", R"({"positions": [{"brackets": [{"mmr": 0}, {"mmr": 0, "mmr": 0}]}]})", "DUPLICATE_KEY", "positions[0].brackets[1].mmr"},
      {"inside a test", R"({"rule": [{"test": "equity", "test": "equity"}]})", "DUPLICATE_KEY", "rule[0].test"},
      {"inside a path", R"({"paths": {"p": {"A": 1, "A": 1}}})", "DUPLICATE_KEY", "paths.p.A"},
      {"inside a skipped field", R"({"x_": {"a": 1, "a": 1}})", "DUPLICATE_KEY", "x_.a"},
      {"a skipped field", R"({"x_a": 1, "x_a": 1})", "DUPLICATE_KEY", "x_a"},
      {"written with an escape", R"({"prices": {"A": 1, "\u0041": 1}})", "DUPLICATE_KEY", "prices.A"},
      {"the first of two", R"({"prices": {"A": 1, "A": 1}, "prices": {}})", "DUPLICATE_KEY", "prices.A"},
      {"before any other fault", R"({"schema": 7, "bad": 1, "prices": {"A": "x", "A": 1}})", "DUPLICATE_KEY", "prices.A"},
      {"but after a fault of the text", R"({"prices": {}, "prices": {})", "BAD_JSON", ""},
  });
}

TEST_CASE("what is no object is BAD_FIELD", "[json][bad_input]") {
  for (const char* text : {"[]", "1", "\"text\"", "null", "true", "[{}]"})
    for (const auto& answer : {answer_text<double, Rational>(text), answer_text<Rational>(text)}) {
      CAPTURE(text);
      REQUIRE_FALSE(answer.has_value());
      CHECK(answer.error().code == Errc::bad_field);
      CHECK_FALSE(answer.error().message.empty());
    }
}

// --- numbers --------------------------------------------------------------------------------------------------------------------

TEST_CASE("a number is read from its text, and exactly", "[json]") {
  const auto cash = [](const std::string& number) { return rational(File().asset("amount", number).top("positions", "[]"))["equity"]; };
  CHECK(cash("0.1") == "1/10");
  CHECK(cash("\"0.1\"") == "1/10");
  CHECK(cash("1e-9") == "1/1000000000");
  CHECK(cash("\"7/3\"") == "7/3");
  CHECK(cash("\"-7/3\"") == "-7/3");
  CHECK(cash("\"0x1.999999999999ap-4\"") == "3602879701896397/36028797018963968");  // the double nearest to 0.1
  CHECK(cash("0.30000000000000000000000000000000000001") == "30000000000000000000000000000000000001/100000000000000000000000000000000000000");
  CHECK(cash("123456789012345678901234567890") == "123456789012345678901234567890");
  CHECK(cash("-0.0") == "0");
  CHECK(cash("1E+2") == "100");
  CHECK(cash("\" 12 \"") == "12");
  CHECK(cash("\"+1.50\"") == "3/2");
  CHECK(cash("\"010\"") == "10");  // not octal
  CHECK(cash("1e400") == "1" + std::string(400, '0'));
  CHECK(in_double(File().asset("amount", "0.1").top("positions", "[]"))["equity"] == 0.1);
  CHECK(in_double(File().asset("amount", "\"0x1.999999999999ap-4\"").top("positions", "[]"))["equity"] == 0.1);
  CHECK(in_double(File().asset("amount", "\"7/3\"").top("positions", "[]"))["equity"] == 7.0 / 3.0);
}

TEST_CASE("what is no finite number is BAD_NUMBER", "[json][bad_input]") {
  std::vector<Case> cases;
  for (const char* value : {"null",    "true",    "false",         "[]",      "[1]",      "{}",      "\"\"",     "\" \"",     "\"x\"",    "\"nan\"",
                            "\"NaN\"", "\"inf\"", "\"-Infinity\"", "\"1/0\"", "\"1/\"",   "\"/3\"",  "\"1/-3\"", "\"1.5/3\"", "\"1e\"",   "\"1e5.5\"",
                            "\"--1\"", "\"1,5\"", "\"1_000\"",     "\"0x\"",  "\"0x1p\"", "\"0b1\"", "\".\"",    "\"1 2\"",   "\"1e5x\"", "\"\\u0661\""}) {
    cases.push_back({std::string("amount ") + value, File().asset("amount", value), "BAD_NUMBER", "collateral[0].amount"});
    cases.push_back({std::string("qty ") + value, File().position("qty", value), "BAD_NUMBER", "positions[0].qty"});
    cases.push_back({std::string("mmr ") + value, File().row("mmr", value), "BAD_NUMBER", "positions[0].brackets[0].mmr"});
    if (std::string_view(value).front() != '{') cases.push_back({std::string("price ") + value, File().price(value), "BAD_NUMBER", "prices.BTCUSDT"});
  }
  check_all(cases);
}

TEST_CASE("a number stands in every field that takes one", "[json][bad_input]") {
  std::vector<Case> cases{
      {"value", File().price(R"({"value": null})"), "BAD_NUMBER", "prices.BTCUSDT.value"},
      {"max_age", File().price(R"({"value": 1, "max_age": "x"})"), "BAD_NUMBER", "prices.BTCUSDT.max_age"},
      {"time", File().price(R"({"value": 1, "time": true})"), "BAD_NUMBER", "prices.BTCUSDT.time"},
      {"as_of", File().top("as_of", "null"), "BAD_NUMBER", "as_of"},
      {"ratio of a test", File().top("rule", R"([{"test": "requirement", "ratio": "x"}])"), "BAD_NUMBER", "rule[0].ratio"},
      {"a path", File().top("paths", R"({"p": {"BTCUSDT": "x"}})"), "BAD_NUMBER", "paths.p.BTCUSDT"},
      {"an order", File().top("orders", R"([{"symbol": "X", "qty": "x"}])"), "BAD_NUMBER", "orders[0].qty"},
      {"an order's price", File().top("orders", R"([{"symbol": "X", "qty": 1, "price": "x"}])"), "BAD_NUMBER", "orders[0].price"},
      {"an order's trigger", File().top("orders", R"([{"symbol": "X", "qty": 1, "trigger": {"price": "x"}}])"), "BAD_NUMBER", "orders[0].trigger.price"},
      {"cap", File().row("cap", "\"x\""), "BAD_NUMBER", "positions[0].brackets[0].cap"},
      {"cum", File().row("cum", "null"), "BAD_NUMBER", "positions[0].brackets[0].cum"},
      {"floor", File().row("floor", "null"), "BAD_NUMBER", "positions[0].brackets[0].floor"},
      {"factor", File().top("prices", R"({"BTCUSDT": 50000, "B2": {"times": ["BTCUSDT"], "factor": null}})"), "BAD_NUMBER", "prices.B2.factor"},
      {"ratio of a level test", File().top("rule", R"([{"test": "level", "ratio": "x"}])"), "BAD_NUMBER", "rule[0].ratio"},
      {"a frontier", File().top("prices", two_prices).top("frontier", R"({"x": "BTCUSDT", "y": "ETH", "y_values": [1, "x"]})"), "BAD_NUMBER",
       "frontier.y_values[1]"},
      {"price of an asset", File().asset("asset", "\"ETH\"").asset("price", "null"), "BAD_NUMBER", "collateral[0].price"},
      {"cap of weights", File().asset("weight_tiers", R"([{"cap": "x", "weight": 1}])"), "BAD_NUMBER", "collateral[0].weight_tiers[0].cap"},
      {"weight", File().asset("weight_tiers", R"([{"weight": null}])"), "BAD_NUMBER", "collateral[0].weight_tiers[0].weight"},
      {"weight for initial margin", File().asset("initial_weight_tiers", R"([{"weight": "x"}])"), "BAD_NUMBER", "collateral[0].initial_weight_tiers[0].weight"},
      {"cap of loans", File().asset("loan_brackets", R"([{"cap": [], "mmr": 0}])"), "BAD_NUMBER", "collateral[0].loan_brackets[0].cap"},
      {"mmr of loans", File().asset("loan_brackets", R"([{"mmr": "x"}])"), "BAD_NUMBER", "collateral[0].loan_brackets[0].mmr"},
      {"imr of loans", File().asset("loan_brackets", R"([{"mmr": 0, "imr": null}])"), "BAD_NUMBER", "collateral[0].loan_brackets[0].imr"},
  };
  for (const char* field : {"ratio", "liability_weight", "requirement_weight", "borrowed", "interest"})
    cases.push_back({field, File().asset(field, "\"x\""), "BAD_NUMBER", std::string("collateral[0].") + field});
  for (const char* field : {"multiplier", "entry", "leverage", "accrued", "fee_rate", "liquidation_fee_rate", "taker_fee_rate", "maintenance_fixed", "tick",
                            "isolated_margin", "bracket_coefficient"})
    cases.push_back({field, File().position(field, "\"x\""), "BAD_NUMBER", std::string("positions[0].") + field});
  check_all(cases);
}

TEST_CASE("the words NaN and Infinity are BAD_NUMBER", "[json][bad_input]") {
  for (const char* word : {"NaN", "Infinity", "-Infinity"}) {
    CAPTURE(word);
    check_all({
        {"amount", File().asset("amount", word), "BAD_NUMBER", "collateral[0].amount"},
        {"price", File().price(word), "BAD_NUMBER", "prices.BTCUSDT"},
        {"mmr", File().row("mmr", word), "BAD_NUMBER", "positions[0].brackets[0].mmr"},
        {"in an array", R"({"x": [1, )" + std::string(word) + "]}", "BAD_NUMBER", "x[1]"},
    });
  }
}

TEST_CASE("an exponent is looked at before anything is converted", "[json][bad_input]") {
  std::vector<Case> cases;
  for (const char* number : {"1e999999999", "-1e999999999", "1e-999999999", "1e401", "1e-401", "1e00000000000000000000401", "1e99999999999999999999999999"}) {
    cases.push_back({std::string("number ") + number, File().asset("amount", number), "NUMBER_RANGE", "collateral[0].amount"});
    cases.push_back({std::string("text ") + number, File().asset("amount", "\"" + std::string(number) + "\""), "NUMBER_RANGE", "collateral[0].amount"});
    cases.push_back({std::string("price ") + number, File().price(number), "NUMBER_RANGE", "prices.BTCUSDT"});
  }
  cases.push_back({"hex", File().asset("amount", "\"0x1p1024\""), "NUMBER_RANGE", "collateral[0].amount"});
  cases.push_back({"long hex exponent", File().asset("amount", "\"0x1p99999\""), "NUMBER_RANGE", "collateral[0].amount"});
  check_all(cases);
  CHECK(answer_text<double, Rational>(std::string(File().asset("amount", "1e309"))).error().code == Errc::number_range);  // beyond double only
}

TEST_CASE("a number of a million digits is NUMBER_RANGE", "[json][bad_input]") {
  const std::string digits(1'000'000, '7');
  check_all({
      {"number", File().asset("amount", digits), "NUMBER_RANGE", "collateral[0].amount"},
      {"text", File().asset("amount", "\"" + digits + "\""), "NUMBER_RANGE", "collateral[0].amount"},
      {"after the point", File().asset("amount", "0." + digits), "NUMBER_RANGE", "collateral[0].amount"},
      {"fraction", File().asset("amount", "\"1/" + digits + "\""), "NUMBER_RANGE", "collateral[0].amount"},
      {"in a field that is skipped", File().top("x_n", "0." + digits), nullptr, ""},
  });
}

// --- unknown fields -----------------------------------------------------------------------------------------------------------------

namespace {

/// One unknown field at every level, with its path.
std::vector<std::pair<std::string, std::string>> unknown_fields(const std::string& name) {
  return {
      {File().top(name, "1"), name},
      {File().price(R"({"value": 50000, ")" + name + R"(": 1})"), "prices.BTCUSDT." + name},
      {File().top("rule", R"([{"test": "requirement", ")" + name + R"(": 1}])"), "rule[0]." + name},
      {File().top("rule", R"([{"test": "equity"}, {"test": "requirement", ")" + name + R"(": 1}])"), "rule[1]." + name},
      {File().top("rules", R"({")" + name + R"(": 1})"), "rules." + name},
      {File().asset(name, "1"), "collateral[0]." + name},
      {File().position(name, "1"), "positions[0]." + name},
      {File().row(name, "1"), "positions[0].brackets[0]." + name},
      {File().asset("weight_tiers", R"([{"weight": 1, ")" + name + R"(": 1}])"), "collateral[0].weight_tiers[0]." + name},
      {File().asset("initial_weight_tiers", R"([{"weight": 1, ")" + name + R"(": 1}])"), "collateral[0].initial_weight_tiers[0]." + name},
      {File().asset("loan_brackets", R"([{"mmr": 0, ")" + name + R"(": 1}])"), "collateral[0].loan_brackets[0]." + name},
      {File().top("prices", R"({"BTCUSDT": 50000, "B2": {"times": ["BTCUSDT"], ")" + name + R"(": 1}})"), "prices.B2." + name},
      {File().top("rule", R"([{"test": "level", "ratio": 1, ")" + name + R"(": 1}])"), "rule[0]." + name},
      {File().top("pools", R"([{"name": "p", ")" + name + R"(": 1}])"), "pools[0]." + name},
      {File().top("pools", R"([{"name": "p", "collateral": [{"asset": "USDT", "amount": 1, ")" + name + R"(": 1}]}])"), "pools[0].collateral[0]." + name},
      {File().top("prices", two_prices).top("frontier", R"({"x": "BTCUSDT", "y": "ETH", ")" + name + R"(": 1})"), "frontier." + name},
      {R"({"accounts": [{"name": "a", ")" + name + R"(": 1}]})", "accounts[0]." + name},
      {File().top("orders", R"([{"symbol": "X", "qty": 1, ")" + name + R"(": 1}])"), "orders[0]." + name},
      {File().top("orders", R"([{"symbol": "X", "qty": 1, "trigger": {"price": 1, ")" + name + R"(": 1}}])"), "orders[0].trigger." + name},
  };
}

}  // namespace

TEST_CASE("an unknown field is refused at every level, with its path", "[json][bad_input]") {
  std::vector<Case> cases;
  for (const char* name : {"mystery", "Qty", "xnote"})
    for (const auto& [text, at] : unknown_fields(name)) cases.push_back({at, text, "UNKNOWN_FIELD", at});
  cases.push_back({"an empty name", File().top("", "1"), "UNKNOWN_FIELD", ""});
  cases.push_back({"ratio of an equity test", File().top("rule", R"([{"test": "equity", "ratio": 1}])"), "UNKNOWN_FIELD", "rule[0].ratio"});
  cases.push_back(
      {"weighted of a requirement test", File().top("rule", R"([{"test": "requirement", "weighted": true}])"), "UNKNOWN_FIELD", "rule[0].weighted"});
  cases.push_back({"an account's field beside accounts", R"({"accounts": [{"name": "a"}], "positions": []})", "UNKNOWN_FIELD", "positions"});
  check_all(cases);
}

TEST_CASE("lenient, an unknown field is a warning with its path, and the rest counts", "[json]") {
  for (const auto& [text, at] : unknown_fields("mystery")) {
    CAPTURE(text);
    const AnswerJson a = rational(text, {.lenient = true});
    CHECK(a["status"] == (a.contains("accounts") ? "no_margin" : "safe"));
    bool warned = false;
    for (const auto& w : a["warnings"]) warned = warned || (w["code"] == "UNKNOWN_FIELD" && w["at"] == at);
    CHECK(warned);
  }
  check_all({{"any other fault is still one", File().top("mystery", "1").position("qty", "null"), "BAD_NUMBER", "positions[0].qty"}}, {.lenient = true});
}

TEST_CASE("names that begin with x_ are skipped at every level, whatever they hold", "[json]") {
  for (const auto& [text, at] : unknown_fields("x_note")) {
    CAPTURE(text);
    const AnswerJson a = rational(text);
    CHECK(a["status"] == (a.contains("accounts") ? "no_margin" : "safe"));
    for (const auto& w : a["warnings"]) CHECK(w["code"] != "UNKNOWN_FIELD");
  }
  check_good({{"an object", File().top("x_", R"({"qty": null, "positions": [[[]]]})")}});
}

// --- one fault ------------------------------------------------------------------------------------------------------------------------

TEST_CASE("faults of the top level", "[json][bad_input]") {
  std::vector<Case> cases{
      {"schema 2", File().top("schema", "2"), "BAD_SCHEMA", "schema"},
      {"schema as a text", File().top("schema", "\"1\""), "BAD_SCHEMA", "schema"},
      {"schema 1.0", File().top("schema", "null"), "BAD_SCHEMA", "schema"},
      {"numeraire as a number", File().top("numeraire", "1"), "BAD_FIELD", "numeraire"},
      {"an empty numeraire", File().top("numeraire", "\"\""), "BAD_FIELD", "numeraire"},
      {"prices as an array", File().top("prices", "[]"), "BAD_FIELD", "prices"},
      {"name as a number", File().top("name", "1"), "BAD_FIELD", "name"},
      {"venue as an object", File().top("venue", "{}"), "BAD_FIELD", "venue"},
      {"rules as a text", File().top("rules", "\"2024\""), "BAD_FIELD", "rules"},
      {"the date of the rules as a number", File().top("rules", R"({"date": 20241024})"), "BAD_FIELD", "rules.date"},
      {"liquidate_when", File().top("liquidate_when", "\"<=\""), "BAD_FIELD", "liquidate_when"},
      {"liquidate_when as a flag", File().top("liquidate_when", "true"), "BAD_FIELD", "liquidate_when"},
      {"cum_policy", File().top("cum_policy", "\"STRICT\""), "BAD_FIELD", "cum_policy"},
      {"hedge_offset", File().top("hedge_offset", "\"none\""), "BAD_FIELD", "hedge_offset"},
      {"rule as an object", File().top("rule", "{}"), "BAD_FIELD", "rule"},
      {"an empty rule", File().top("rule", "[]"), "BAD_RULE", "rule"},
      {"a test as a text", File().top("rule", "[\"equity\"]"), "BAD_FIELD", "rule[0]"},
      {"a test twice", File().top("rule", R"([{"test": "equity"}, {"test": "requirement"}, {"test": "equity"}])"), "BAD_RULE", "rule[2]"},
      {"a rule without a test's name", File().top("rule", "[{}]"), "MISSING_FIELD", "rule[0].test"},
      {"ratio 0", File().top("rule", R"([{"test": "requirement", "ratio": 0}])"), "BAD_RULE", "rule[0].ratio"},
      {"ratio below 0", File().top("rule", R"([{"test": "requirement", "ratio": "-1/3"}])"), "BAD_RULE", "rule[0].ratio"},
      {"a level test without a ratio", File().top("rule", R"([{"test": "level"}])"), "MISSING_FIELD", "rule[0].ratio"},
      {"a level test with ratio 0", File().top("rule", R"([{"test": "level", "ratio": 0}])"), "BAD_RULE", "rule[0].ratio"},
      {"a level test twice", File().top("rule", R"([{"test": "level", "ratio": 1}, {"test": "level", "ratio": 2}])"), "BAD_RULE", "rule[1]"},
      {"weighted as a number", File().top("rule", R"([{"test": "level", "ratio": 1, "weighted": 1}])"), "BAD_FIELD", "rule[0].weighted"},
      {"a test of another name", File().top("rule", R"([{"test": "margin"}])"), "BAD_RULE", "rule[0].test"},
      {"collateral as an object", File().top("collateral", "{}"), "BAD_FIELD", "collateral"},
      {"positions as an object", File().top("positions", "{}"), "BAD_FIELD", "positions"},
      {"a position as a text", File().top("positions", "[\"BTCUSDT\"]"), "BAD_FIELD", "positions[0]"},
      {"an asset as a number", File().top("collateral", "[10000]"), "BAD_FIELD", "collateral[0]"},
      {"orders as an object", File().top("orders", "{}"), "BAD_FIELD", "orders"},
      {"orders_rule", File().top("orders_rule", "\"none\""), "BAD_FIELD", "orders_rule"},
      {"paths as an array", File().top("paths", "[]"), "BAD_FIELD", "paths"},
      {"a path as a number", File().top("paths", R"({"p": 1})"), "BAD_FIELD", "paths.p"},
      {"a path along a key without a price", File().top("paths", R"({"p": {"ETH": 1}})"), "MISSING_PRICE", "paths.p.ETH"},
      {"a path along a derived key", File().top("prices", R"({"BTCUSDT": 50000, "B2": {"times": ["BTCUSDT"]}})").top("paths", R"({"p": {"B2": 1}})"),
       "BAD_FIELD", "paths.p.B2"},
  };
  check_all(cases);
}

TEST_CASE("faults of a derived price", "[json][bad_input]") {
  const auto prices = [](const std::string& more) { return std::string(File().top("prices", R"({"BTCUSDT": 50000, "ETH": 3000, )" + more + "}")); };
  check_all({
      {"times as a text", prices(R"("X": {"times": "ETH"})"), "BAD_FIELD", "prices.X.times"},
      {"times of a number", prices(R"("X": {"times": ["ETH", 1]})"), "BAD_FIELD", "prices.X.times"},
      {"no factors", prices(R"("X": {"times": []})"), "BAD_FIELD", "prices.X.times"},
      {"factor 0", prices(R"("X": {"times": ["ETH"], "factor": 0})"), "BAD_PRICE", "prices.X.factor"},
      {"factor below 0", prices(R"("X": {"times": ["ETH"], "factor": "-1/3"})"), "BAD_PRICE", "prices.X.factor"},
      {"a value beside times", prices(R"("X": {"times": ["ETH"], "value": 3})"), "UNKNOWN_FIELD", "prices.X.value"},
      {"of a key without a price", prices(R"("X": {"times": ["ETH", "SOL"]})"), "MISSING_PRICE", "prices.X"},
      {"a key twice", prices(R"("X": {"times": ["ETH", "ETH"]})"), "BAD_FIELD", "prices.X"},
      {"a key twice through another", prices(R"("Y": {"times": ["X", "ETH"]}, "X": {"times": ["ETH", "BTCUSDT"]})"), "BAD_FIELD", "prices.Y"},
      {"of itself", prices(R"("X": {"times": ["X"]})"), "BAD_FIELD", "prices.X"},
      {"a cycle", prices(R"("X": {"times": ["Y"]}, "Y": {"times": ["Z", "ETH"]}, "Z": {"times": ["X"]})"), "BAD_FIELD", "prices.X"},
      {"of a later key", prices(R"("X": {"times": ["Y", "BTCUSDT"], "factor": 2}, "Y": {"times": ["ETH"], "factor": "0.5"})"), nullptr, ""},
  });
  std::string chain = R"("K0": {"times": ["ETH"]})";
  for (int i = 1; i <= 20'000; ++i) chain = "\"K" + std::to_string(i) + "\": {\"times\": [\"K" + std::to_string(i - 1) + "\"]}, " + chain;
  CHECK(answer_text<double, Rational>(prices(chain)).has_value());  // long chains need no stack
}

TEST_CASE("faults of a price", "[json][bad_input]") {
  check_all({
      {"0", File().price("0"), "BAD_PRICE", "prices.BTCUSDT"},
      {"-0.0", File().price("-0.0"), "BAD_PRICE", "prices.BTCUSDT"},
      {"below 0", File().price("\"-1\""), "BAD_PRICE", "prices.BTCUSDT"},
      {"value 0", File().price(R"({"value": 0})"), "BAD_PRICE", "prices.BTCUSDT"},
      {"no value", File().price("{}"), "MISSING_FIELD", "prices.BTCUSDT.value"},
      {"kind", File().price(R"({"value": 1, "kind": "spot"})"), "BAD_FIELD", "prices.BTCUSDT.kind"},
      {"kind as a number", File().price(R"({"value": 1, "kind": 1})"), "BAD_FIELD", "prices.BTCUSDT.kind"},
      {"source as a number", File().price(R"({"value": 1, "source": 1})"), "BAD_FIELD", "prices.BTCUSDT.source"},
      {"max_age below 0", File().top("as_of", "0").price(R"({"value": 1, "time": 0, "max_age": -1})"), "BAD_FIELD", "prices.BTCUSDT.max_age"},
      {"max_age without the price's time", File().top("as_of", "0").price(R"({"value": 1, "max_age": 1})"), "MISSING_FIELD", "prices.BTCUSDT.time"},
      {"max_age without as_of", File().price(R"({"value": 1, "time": 0, "max_age": 1})"), "MISSING_FIELD", "as_of"},
      {"no price of the position", File().top("prices", "{}"), "MISSING_PRICE", "positions[0]"},
      {"no prices at all", R"({"positions": [)" + good_position("A") + "]}", "MISSING_PRICE", "positions[0]"},
      {"no price of the position's key", File().position("key", "\"BTC\""), "MISSING_PRICE", "positions[0]"},
  });
}

TEST_CASE("a price older than its max_age is STALE_PRICE, to the millisecond", "[json][bad_input]") {
  const auto file = [](const char* as_of, const char* time, const char* age) {
    return std::string(File().top("as_of", as_of).price(std::string(R"({"value": 50000, "time": )") + time + R"(, "max_age": )" + age + "}"));
  };
  check_all({
      {"just old enough", file("60000", "0", "60"), nullptr, ""},
      {"a millisecond more", file("60001", "0", "60"), "STALE_PRICE", "prices.BTCUSDT"},
      {"age 0", file("5", "5", "0"), nullptr, ""},
      {"a fraction of a second", file("5", "0", "\"0.005\""), nullptr, ""},
      {"less than the fraction", file("5", "0", "\"0.0049\""), "STALE_PRICE", "prices.BTCUSDT"},
      {"as texts", file("\"2025-10-10T21:36:00Z\"", "\"2025-10-10T21:35:00Z\"", "60"), nullptr, ""},
      {"as texts, older", file("\"2025-10-10T21:36:00.001Z\"", "\"2025-10-10T21:35:00Z\"", "60"), "STALE_PRICE", "prices.BTCUSDT"},
      {"a text and a number", file("1760132160000", "\"2025-10-10T21:36:00Z\"", "0"), nullptr, ""},
      {"a text and a number, older", file("1760132160001", "\"2025-10-10T21:36:00Z\"", "0"), "STALE_PRICE", "prices.BTCUSDT"},
      {"from after as_of", file("5", "6", "60"), "BAD_TIME", "prices.BTCUSDT.time"},
      {"from after as_of, without an age", File().top("as_of", "5").price(R"({"value": 1, "time": 6})"), "BAD_TIME", "prices.BTCUSDT.time"},
      {"a time without as_of", File().price(R"({"value": 50000, "time": 6})"), nullptr, ""},
  });
}

TEST_CASE("a text that is no time is BAD_TIME", "[json][bad_input]") {
  std::vector<Case> cases;
  for (const char* time : {"",
                           "now",
                           "2025",
                           "2025-10-10",
                           "2025-10-10T21:36:00",
                           "2025-10-10 21:36:00Z",
                           "2025-10-10T21:36:00+00:00",
                           "2025-10-10T21:36:00z",
                           "2025-13-01T00:00:00Z",
                           "2025-00-01T00:00:00Z",
                           "2025-01-00T00:00:00Z",
                           "2025-01-32T00:00:00Z",
                           "2025-04-31T00:00:00Z",
                           "2025-02-29T00:00:00Z",
                           "1900-02-29T00:00:00Z",
                           "2024-02-30T00:00:00Z",
                           "2025-10-10T24:00:00Z",
                           "2025-10-10T21:60:00Z",
                           "2025-10-10T21:36:60Z",
                           "2025-10-10T21:36:00.Z",
                           "25-10-10T21:36:00Z",
                           "2025-10-10T21:36:00ZZ",
                           "-2025-10-10T21:36:00Z",
                           "2025-1-1T00:00:00Z",
                           "0000-01-01T00:00:00Z"})
    cases.push_back({time, File().top("as_of", "\"" + std::string(time) + "\""), "BAD_TIME", "as_of"});
  cases.push_back({"of a price", File().price(R"({"value": 1, "time": "yesterday"})"), "BAD_TIME", "prices.BTCUSDT.time"});
  check_all(cases);
}

TEST_CASE("a time is a text of UTC or milliseconds since 1970, of the Gregorian calendar", "[json]") {
  const auto age = [](const std::string& text, const std::string& ms) {  // `text` is exactly `ms`: neither stale nor late
    const auto file = [](const std::string& as_of, const std::string& time) {
      return std::string(File().top("as_of", as_of).price(R"({"value": 50000, "time": )" + time + R"(, "max_age": 0})"));
    };
    check_good({{text, file("\"" + text + "\"", ms)}, {text, file(ms, "\"" + text + "\"")}});
  };
  age("1970-01-01T00:00:00Z", "0");
  age("1969-12-31T23:59:59Z", "-1000");
  age("2025-10-10T21:36:00Z", "1760132160000");
  age("2025-10-10T21:36:00.25Z", "1760132160250");
  age("2025-10-10T21:36:00.007Z", "1760132160007");
  age("2024-02-29T00:00:00Z", "1709164800000");
  age("2000-02-29T12:00:00Z", "951825600000");
  age("2024-12-31T23:59:59Z", "1735689599000");
  check_good({{"29 February of a leap year", File().top("as_of", "\"2024-02-29T23:59:59Z\"")},
              {"milliseconds as a number with a point", File().top("as_of", "1760132160000.0")}});
  CHECK(rational(File().top("as_of", "\"2025-10-10T21:36:00Z\""))["assumptions"]["as_of"] == "2025-10-10T21:36:00Z");
  CHECK(rational(File().top("as_of", "1760132160000"))["assumptions"]["as_of"] == 1760132160000);
  CHECK(rational(File())["assumptions"]["as_of"].is_null());
}

TEST_CASE("faults of the collateral", "[json][bad_input]") {
  const auto eth = [](const std::string& field, const std::string& value) {
    return std::string(File().asset("asset", "\"ETH\"").asset("price", "3000").asset(field, value));
  };
  std::vector<Case> cases{
      {"no asset", File().no_asset("asset"), "MISSING_FIELD", "collateral[0].asset"},
      {"no amount", File().no_asset("amount"), "MISSING_FIELD", "collateral[0].amount"},
      {"asset as a number", File().asset("asset", "1"), "BAD_FIELD", "collateral[0].asset"},
      {"an empty asset", File().asset("asset", "\"\""), "BAD_FIELD", "collateral[0].asset"},
      {"the numeraire with a key", File().asset("key", "\"BTCUSDT\""), "BAD_FIELD", "collateral[0]"},
      {"the numeraire with a price", File().asset("price", "1"), "BAD_FIELD", "collateral[0]"},
      {"the numeraire twice", File().top("collateral", R"([{"asset": "USDT", "amount": 1}, {"asset": "USDT", "amount": 2}])"), "DUPLICATE_ASSET",
       "collateral[1]"},
      {"a coin twice", File().top("collateral", R"([{"asset": "ETH", "amount": 1, "price": 5}, {"asset": "ETH", "amount": 2, "key": "BTCUSDT"}])"),
       "DUPLICATE_ASSET", "collateral[1]"},
      {"a coin with key and price", eth("key", "\"BTCUSDT\""), "BAD_FIELD", "collateral[0].price"},
      {"a coin with neither", File().asset("asset", "\"ETH\""), "MISSING_PRICE", "collateral[0]"},
      {"a coin whose key has no price", File().asset("asset", "\"ETH\"").asset("key", "\"ETH\""), "MISSING_PRICE", "collateral[0].key"},
      {"key as a number", File().asset("asset", "\"ETH\"").asset("key", "1"), "BAD_FIELD", "collateral[0].key"},
      {"price 0", eth("price", "0"), "BAD_PRICE", "collateral[0].price"},
      {"price below 0", eth("price", "\"-1\""), "BAD_PRICE", "collateral[0].price"},
      {"ratio 0", eth("ratio", "0"), "BAD_RATIO", "collateral[0].ratio"},
      {"ratio below 0", File().asset("ratio", "-1"), "BAD_RATIO", "collateral[0].ratio"},
      {"tier_unit", eth("tier_unit", "\"coins\""), "BAD_FIELD", "collateral[0].tier_unit"},
      {"loan_unit", eth("loan_unit", "1"), "BAD_FIELD", "collateral[0].loan_unit"},
      {"pnl_in_tiers as a number", eth("pnl_in_tiers", "1"), "BAD_FIELD", "collateral[0].pnl_in_tiers"},
      {"usable as a text", eth("usable", "\"true\""), "BAD_FIELD", "collateral[0].usable"},
      {"liability_weight below 1", eth("liability_weight", "0.99"), "BAD_WEIGHT", "collateral[0].liability_weight"},
      {"requirement_weight below 1", eth("requirement_weight", "\"2/3\""), "BAD_WEIGHT", "collateral[0].requirement_weight"},
      {"borrowed below 0", eth("borrowed", "-1"), "BAD_FIELD", "collateral[0].borrowed"},
      {"interest below 0", eth("interest", "-1"), "BAD_FIELD", "collateral[0].interest"},
      {"a loan bracket as a number", eth("loan_brackets", "[1]"), "BAD_FIELD", "collateral[0].loan_brackets[0]"},
      {"no loan brackets", eth("loan_brackets", "[]"), "EMPTY_BRACKETS", "collateral[0].loan_brackets"},
      {"a loan bracket without a rate", eth("loan_brackets", R"([{"cap": 1}])"), "MISSING_FIELD", "collateral[0].loan_brackets[0].mmr"},
      {"loan rate 1", eth("loan_brackets", R"([{"mmr": 1}])"), "BAD_MMR", "collateral[0].loan_brackets[0]"},
      {"loan rate below 0", eth("loan_brackets", R"([{"mmr": "-0.1"}])"), "BAD_MMR", "collateral[0].loan_brackets[0]"},
      {"imr below mmr", eth("loan_brackets", R"([{"mmr": "0.1", "imr": "0.09"}])"), "BAD_MMR", "collateral[0].loan_brackets[0]"},
      {"a falling loan rate", eth("loan_brackets", R"([{"cap": 1, "mmr": "0.1"}, {"mmr": "0.09"}])"), "BRACKETS_NOT_CONVEX", "collateral[0].loan_brackets[1]"},
      {"a falling imr", eth("loan_brackets", R"([{"cap": 1, "mmr": "0.1", "imr": "0.3"}, {"mmr": "0.1", "imr": "0.2"}])"), "BRACKETS_NOT_CONVEX",
       "collateral[0].loan_brackets[1]"},
      {"loan caps that do not ascend", eth("loan_brackets", R"([{"cap": 1, "mmr": 0}, {"cap": 1, "mmr": 0}])"), "BAD_BRACKETS",
       "collateral[0].loan_brackets[1].cap"},
      {"a loan cap of 0", eth("loan_brackets", R"([{"cap": 0, "mmr": 0}])"), "BAD_BRACKETS", "collateral[0].loan_brackets[0].cap"},
      {"a loan bracket after an open one", eth("loan_brackets", R"([{"mmr": 0}, {"mmr": 0}])"), "BAD_BRACKETS", "collateral[0].loan_brackets[1]"},
  };
  for (const std::string name : {"weight_tiers", "initial_weight_tiers"}) {
    const std::string at = "collateral[0]." + name;
    cases.insert(cases.end(),
                 {
                     {name + " as an object", eth(name, "{}"), "BAD_FIELD", at},
                     {name + ", empty", eth(name, "[]"), "EMPTY_TIERS", at},
                     {name + ", no weight", eth(name, R"([{"cap": 1}])"), "MISSING_FIELD", at + "[0].weight"},
                     {name + ", weight above 1", eth(name, R"([{"weight": "1.01"}])"), "BAD_WEIGHT", at + "[0].weight"},
                     {name + ", weight below 0", eth(name, R"([{"cap": 1, "weight": 1}, {"weight": "-0.01"}])"), "BAD_WEIGHT", at + "[1].weight"},
                     {name + ", a rising weight", eth(name, R"([{"cap": 1, "weight": "0.5"}, {"weight": "0.6"}])"), "TIERS_NOT_CONCAVE", at + "[1].weight"},
                     {name + ", caps that do not ascend", eth(name, R"([{"cap": 2, "weight": 1}, {"cap": 1, "weight": 1}])"), "BAD_TIERS", at + "[1].cap"},
                     {name + ", cap 0", eth(name, R"([{"cap": 0, "weight": 1}])"), "BAD_TIERS", at + "[0].cap"},
                     {name + ", a tier after an open one", eth(name, R"([{"cap": null, "weight": 1}, {"weight": 1}])"), "BAD_TIERS", at + "[1]"},
                 });
  }
  check_all(cases);
  check_good({{"another numeraire", File().top("numeraire", "\"USDC\"").asset("asset", "\"USDC\"")},
              {"a debt", File().asset("amount", "-5")},
              {"no collateral", File().top("collateral", "[]")},
              {"weights of the numeraire", File().asset("weight_tiers", R"([{"cap": 5, "weight": 1}, {"cap": 6, "weight": 0}])")},
              {"every field of an asset", File()
                                              .asset("asset", "\"ETH\"")
                                              .asset("key", "\"BTCUSDT\"")
                                              .asset("ratio", "\"1.05\"")
                                              .asset("weight_tiers", R"([{"cap": 100, "weight": 1}, {"cap": null, "weight": "0.9"}])")
                                              .asset("initial_weight_tiers", R"([{"cap": 50, "weight": "0.9"}])")
                                              .asset("tier_unit", "\"amount\"")
                                              .asset("liability_weight", "1.1")
                                              .asset("pnl_in_tiers", "true")
                                              .asset("usable", "false")
                                              .asset("requirement_weight", "1.02")
                                              .asset("borrowed", "3")
                                              .asset("interest", "0.1")
                                              .asset("loan_brackets", R"([{"cap": 10, "mmr": "0.01", "imr": "0.02"}, {"mmr": "0.02"}])")
                                              .asset("loan_unit", "\"amount\"")}});
  CHECK(rational(File().asset("amount", "-5"))["status"] == "bankrupt");
}

TEST_CASE("faults of a position", "[json][bad_input]") {
  std::vector<Case> cases{
      {"no symbol", File().no_position("symbol"), "MISSING_FIELD", "positions[0].symbol"},
      {"no qty", File().no_position("qty"), "MISSING_FIELD", "positions[0].qty"},
      {"no entry", File().no_position("entry"), "MISSING_FIELD", "positions[0].entry"},
      {"symbol as a number", File().position("symbol", "1"), "BAD_FIELD", "positions[0].symbol"},
      {"an empty symbol", File().position("symbol", "\"\""), "BAD_FIELD", "positions[0].symbol"},
      {"key as a number", File().position("key", "1"), "BAD_FIELD", "positions[0].key"},
      {"side", File().position("side", "\"long\""), "BAD_FIELD", "positions[0].side"},
      {"kind", File().position("kind", "\"perpetual\""), "BAD_FIELD", "positions[0].kind"},
      {"a long leg that is short", File().position("side", "\"LONG\"").position("qty", "-1"), "BAD_FIELD", "positions[0].qty"},
      {"a short leg that is long", File().position("side", "\"SHORT\""), "BAD_FIELD", "positions[0].qty"},
      {"multiplier 0", File().position("multiplier", "0"), "BAD_FIELD", "positions[0].multiplier"},
      {"multiplier below 0", File().position("multiplier", "-1"), "BAD_FIELD", "positions[0].multiplier"},
      {"entry 0", File().position("entry", "0"), "BAD_PRICE", "positions[0].entry"},
      {"entry below 0", File().position("entry", "-0.1"), "BAD_PRICE", "positions[0].entry"},
      {"leverage 0", File().position("leverage", "0"), "BAD_LEVERAGE", "positions[0].leverage"},
      {"leverage below 0", File().position("leverage", "-5"), "BAD_LEVERAGE", "positions[0].leverage"},
      {"fee_rate 1", File().position("fee_rate", "1"), "BAD_FIELD", "positions[0].fee_rate"},
      {"liquidation_fee_rate below 0", File().position("liquidation_fee_rate", "-0.001"), "BAD_FIELD", "positions[0].liquidation_fee_rate"},
      {"taker_fee_rate 1", File().position("taker_fee_rate", "\"3/3\""), "BAD_FIELD", "positions[0].taker_fee_rate"},
      {"maintenance_fixed below 0", File().position("maintenance_fixed", "-1"), "BAD_FIELD", "positions[0].maintenance_fixed"},
      {"maintenance_at", File().position("maintenance_at", "\"index\""), "BAD_FIELD", "positions[0].maintenance_at"},
      {"tick 0", File().position("tick", "0"), "BAD_FIELD", "positions[0].tick"},
      {"bracket_unit", File().position("bracket_unit", "\"contracts\""), "BAD_FIELD", "positions[0].bracket_unit"},
      {"bracket_rule", File().position("bracket_rule", "\"flat\""), "BAD_FIELD", "positions[0].bracket_rule"},
      {"bracket_coefficient 0", File().position("bracket_coefficient", "0"), "BAD_FIELD", "positions[0].bracket_coefficient"},
      {"settle as a number", File().position("settle", "1"), "BAD_FIELD", "positions[0].settle"},
      {"settled in what is not listed", File().position("settle", "\"USDC\""), "MISSING_PRICE", "positions[0]"},
      {"a quanto without settle", File().position("kind", "\"quanto\""), "MISSING_FIELD", "positions[0].settle"},
      {"a quanto settled in what is not listed", File().position("kind", "\"quanto\"").position("settle", "\"ETH\""), "MISSING_PRICE", "positions[0]"},
      {"bracket_group as a number", File().position("bracket_group", "1"), "BAD_FIELD", "positions[0].bracket_group"},
      {"no brackets", File().brackets("none"), "EMPTY_BRACKETS", "positions[0].brackets"},
      {"empty brackets", File().brackets("[]"), "EMPTY_BRACKETS", "positions[0].brackets"},
      {"brackets as an object", File().brackets("{}"), "BAD_FIELD", "positions[0].brackets"},
      {"a bracket as a number", File().brackets("[1]"), "BAD_FIELD", "positions[0].brackets[0]"},
      {"no rate", File().no_row("mmr"), "MISSING_FIELD", "positions[0].brackets[0].mmr"},
      {"rate 1", File().row("mmr", "1"), "BAD_MMR", "positions[0].brackets[0].mmr"},
      {"rate below 0", File().row("mmr", "-0.1"), "BAD_MMR", "positions[0].brackets[0].mmr"},
      {"first floor above 0", File().row("floor", "1"), "BAD_BRACKETS", "positions[0].brackets[0].floor"},
      {"cap 0", File().row("cap", "0"), "BAD_BRACKETS", "positions[0].brackets[0].cap"},
      {"first cum not 0", File().row("cum", "1"), "CUM_MISMATCH", "positions[0].brackets[0].cum"},
      {"one symbol twice", File().top("positions", "[" + good_position("A") + ", " + good_position("B") + ", " + good_position("A") + "]"), "DUPLICATE_SYMBOL",
       "positions[2]"},
      {"a symbol, cross and isolated",
       File().top("positions",
                  "[" + good_position("A") + R"(, {"symbol": "A", "key": "BTCUSDT", "qty": 1, "entry": 1, "isolated_margin": 1, "brackets": [{"mmr": 0}]}])"),
       "DUPLICATE_SYMBOL", "positions[1]"},
  };
  const auto rows = [](const std::string& second, const std::string& third = "") {
    return std::string(File().brackets(R"([{"cap": 100, "mmr": "0.01"}, )" + second + (third.empty() ? "" : ", " + third) + "]"));
  };
  for (const Case& c : std::vector<Case>{
           {"gap", rows(R"({"floor": 101, "cap": 200, "mmr": "0.02"})"), "BAD_BRACKETS", "[1].floor"},
           {"overlap", rows(R"({"floor": 99, "cap": 200, "mmr": "0.02"})"), "BAD_BRACKETS", "[1].floor"},
           {"caps that do not ascend", rows(R"({"cap": 100, "mmr": "0.02"})"), "BAD_BRACKETS", "[1].cap"},
           {"a row after an open one", rows(R"({"mmr": "0.02"})", R"({"mmr": "0.03"})"), "BAD_BRACKETS", "[2]"},
           {"a falling rate", rows(R"({"mmr": "0.009"})"), "BRACKETS_NOT_CONVEX", "[1].mmr"},
           {"cum off by a cent", rows(R"({"mmr": "0.02", "cum": "1.01"})"), "CUM_MISMATCH", "[1].cum"},
           {"a fault of a row before one that cannot be read", rows(R"({"cap": 50, "mmr": "0.02"})", R"({"mmr": "x"})"), "BAD_BRACKETS", "[1].cap"},
           {"a row that cannot be read before a fault of a later one", rows(R"({"cap": "x", "mmr": "0.02"})", R"({"mmr": 2})"), "BAD_NUMBER", "[1].cap"},
       })
    cases.push_back({c.claim, c.text, c.code, "positions[0].brackets" + c.at});
  check_all(cases);
}

TEST_CASE("faults of orders, which are read although they are left out of the answer", "[json][bad_input]") {
  const auto order = [](const std::string& fields) { return std::string(File().top("orders", "[{" + fields + "}]")); };
  check_all({
      {"an order as a number", File().top("orders", "[1]"), "BAD_FIELD", "orders[0]"},
      {"no symbol", order(R"("qty": 1)"), "MISSING_FIELD", "orders[0].symbol"},
      {"no qty", order(R"("symbol": "X")"), "MISSING_FIELD", "orders[0].qty"},
      {"reduce_only as a number", order(R"("symbol": "X", "qty": 1, "reduce_only": 1)"), "BAD_FIELD", "orders[0].reduce_only"},
      {"a trigger without a price", order(R"("symbol": "X", "qty": 1, "trigger": {})"), "MISSING_FIELD", "orders[0].trigger.price"},
      {"a trigger on the index", order(R"("symbol": "X", "qty": 1, "trigger": {"price": 1, "source": "index"})"), "BAD_FIELD", "orders[0].trigger.source"},
      {"a trigger as a number", order(R"("symbol": "X", "qty": 1, "trigger": 5)"), "BAD_FIELD", "orders[0].trigger"},
  });
  const AnswerJson a = rational(order(R"("symbol": "X", "side": "", "qty": 1, "price": 5, "reduce_only": true, "trigger": {"price": 1, "source": "last"})"));
  CHECK(a["warnings"] == AnswerJson::parse(R"([{"code": "ORDERS_IGNORED", "at": "orders"}])"));
  CHECK(a["assumptions"]["not_modelled"] == AnswerJson::parse(R"(["orders"])"));
}

// --- valid, but not in this version ----------------------------------------------------------------------------------------------------

TEST_CASE("what is valid and not supported yet is UNSUPPORTED, with its path", "[json]") {
  check_all({
      {"orders_rule loss", File().top("orders_rule", "\"loss\""), "UNSUPPORTED", "orders_rule"},
      {"orders_rule worst_case", File().top("orders_rule", "\"worst_case\""), "UNSUPPORTED", "orders_rule"},
      {"orders_rule of a pool", File().top("pools", R"([{"name": "p", "orders_rule": "loss"}])"), "UNSUPPORTED", "pools[0].orders_rule"},
      {"orders_rule of one account of a book", R"({"accounts": [{"name": "a"}, {"name": "b", "orders_rule": "loss"}]})", "UNSUPPORTED",
       "accounts[1].orders_rule"},
      {"an option", File().position("kind", "\"option\""), "UNSUPPORTED", "positions[0].kind"},
      {"an option of a pool", File().top("pools", R"([{"name": "p", "positions": [{"symbol": "X", "kind": "option"}]}])"), "UNSUPPORTED",
       "pools[0].positions[0].kind"},
      {"an option, whose other fields are not examined", File().position("kind", "\"option\"").position("qty", "null").position("entry", "0"), "UNSUPPORTED",
       "positions[0].kind"},
  });
}

// --- positions that are looked at together ----------------------------------------------------------------------------------------------

namespace {

/// A leg of a contract on BTCUSDT.
std::string btc_leg(const std::string& symbol, const std::string& side, const std::string& qty, const std::string& more = "") {
  return R"({"symbol": ")" + symbol + R"(", "key": "BTCUSDT", "side": ")" + side + R"(", "qty": )" + qty + R"(, "entry": 50000)" + more +
         (more.find("brackets") == std::string::npos ? R"(, "brackets": [{"cap": 100000, "mmr": "0.01"}, {"mmr": "0.03"}])" : "") + "}";
}
std::string two(const std::string& a, const std::string& b) {
  return "[" + a + ", " + b + "]";
}

}  // namespace

TEST_CASE("legs whose margin is offset must agree in what they are", "[json][bad_input]") {
  const std::string eth = R"([{"asset": "USDT", "amount": 10000}, {"asset": "ETH", "amount": 1, "price": 3000}])";
  for (const std::string offset : {"\"larger\"", "\"net\"", "\"both\""}) {
    const auto file = [&](const std::string& second, const std::string& prices = R"({"BTCUSDT": 50000, "B2": 50000})") {
      return std::string(
          File().top("hedge_offset", offset).top("prices", prices).top("collateral", eth).top("positions", two(btc_leg("X", "LONG", "1"), second)));
    };
    const char* code = offset == "\"both\"" ? nullptr : "BAD_FIELD";
    const std::string at = "positions[1]";
    check_all({
        {"in order", file(btc_leg("X", "SHORT", "-2")), nullptr, ""},
        {"another key", file(R"({"symbol": "X", "key": "B2", "side": "SHORT", "qty": -1, "entry": 1, "brackets": [{"mmr": 0}]})"), code, at},
        {"another kind", file(btc_leg("X", "SHORT", "-1", R"(, "kind": "inverse")")), code, at},
        {"another multiplier", file(btc_leg("X", "SHORT", "-1", R"(, "multiplier": 2)")), code, at},
        {"another settle asset", file(btc_leg("X", "SHORT", "-1", R"(, "settle": "ETH")")), code, at},
        {"other brackets", file(btc_leg("X", "SHORT", "-1", R"(, "brackets": [{"mmr": 0}])")), nullptr, ""},
        {"an isolated leg of another kind", file(btc_leg("X", "SHORT", "-1", R"(, "kind": "inverse", "isolated_margin": 5)")), nullptr, ""},
        {"another symbol", file(btc_leg("Y", "SHORT", "-1", R"(, "multiplier": 2)")), nullptr, ""},
    });
  }
}

TEST_CASE("positions that choose their bracket together must agree in their brackets", "[json][bad_input]") {
  const std::string eth = R"([{"asset": "USDT", "amount": 10000}, {"asset": "ETH", "amount": 1, "price": 3000}])";
  const std::string rows = R"(, "brackets": [{"cap": 100000, "mmr": "0.01"}, {"mmr": "0.03"}])";
  const auto file = [&](const std::string& second) {
    return std::string(
        File()
            .top("collateral", eth)
            .top("positions", two(btc_leg("X", "", "1", R"(, "bracket_group": "G")" + rows), btc_leg("Y", "", "-2", R"(, "bracket_group": "G")" + second))));
  };
  const std::string at = "positions[1]";
  check_all({
      {"in order", file(rows), nullptr, ""},
      {"scaled to the same", file(R"(, "bracket_coefficient": "0.5", "brackets": [{"cap": 200000, "mmr": "0.01"}, {"mmr": "0.03"}])"), nullptr, ""},
      {"another cap", file(R"(, "brackets": [{"cap": 100001, "mmr": "0.01"}, {"mmr": "0.03"}])"), "BAD_FIELD", at},
      {"another rate", file(R"(, "brackets": [{"cap": 100000, "mmr": "0.01"}, {"mmr": "0.04"}])"), "BAD_FIELD", at},
      {"a row less", file(R"(, "brackets": [{"mmr": "0.01"}])"), "BAD_FIELD", at},
      {"a last cap", file(R"(, "brackets": [{"cap": 100000, "mmr": "0.01"}, {"cap": 200000, "mmr": "0.03"}])"), "BAD_FIELD", at},
      {"another unit", file(R"(, "bracket_unit": "size")" + rows), "BAD_FIELD", at},
      {"another rule", file(R"(, "bracket_rule": "whole")" + rows), "BAD_FIELD", at},
      {"at entry", file(R"(, "maintenance_at": "entry")" + rows), "BAD_FIELD", at},
      {"another settle asset", file(R"(, "settle": "ETH")" + rows), "BAD_FIELD", at},
      {"isolated, and so in no group", file(R"(, "maintenance_at": "entry", "isolated_margin": 1)" + rows), nullptr, ""},
  });
}

// --- pools, books and the frontier ------------------------------------------------------------------------------------------------------

TEST_CASE("faults of pools", "[json][bad_input]") {
  const auto pools = [](const std::string& text) { return std::string(File().top("pools", text)); };
  const auto pool = [&](const std::string& fields) { return pools(R"([{"name": "p", )" + fields + "}]"); };
  check_all({
      {"an object", pools("{}"), "BAD_FIELD", "pools"},
      {"of a text", pools("[\"p\"]"), "BAD_FIELD", "pools[0]"},
      {"no name", pools("[{}]"), "MISSING_FIELD", "pools[0].name"},
      {"an empty name", pools(R"([{"name": ""}])"), "BAD_FIELD", "pools[0].name"},
      {"a name twice", pools(R"([{"name": "p"}, {"name": "q"}, {"name": "p"}])"), "DUPLICATE_NAME", "pools"},
      {"a venue", pool(R"("venue": "x")"), "UNKNOWN_FIELD", "pools[0].venue"},
      {"a pool in a pool", pool(R"("pools": [])"), "UNKNOWN_FIELD", "pools[0].pools"},
      {"a bad rule", pool(R"("rule": [{"test": "requirement", "ratio": 0}])"), "BAD_RULE", "pools[0].rule[0].ratio"},
      {"liquidate_when", pool(R"("liquidate_when": "never")"), "BAD_FIELD", "pools[0].liquidate_when"},
      {"a bad asset", pool(R"("collateral": [{"asset": "ETH", "amount": 1}])"), "MISSING_PRICE", "pools[0].collateral[0]"},
      {"a bad position", pool(R"("positions": [{"symbol": "BTCUSDT", "qty": 1, "entry": 0, "brackets": [{"mmr": 0}]}])"), "BAD_PRICE",
       "pools[0].positions[0].entry"},
      {"a bad bracket", pool(R"("positions": [{"symbol": "BTCUSDT", "qty": 1, "entry": 1, "brackets": [{"mmr": 0}, {"mmr": 0}]}])"), "BAD_BRACKETS",
       "pools[0].positions[0].brackets[1]"},
      {"an isolated position", pool(R"("positions": [{"symbol": "BTCUSDT", "qty": 1, "entry": 1, "isolated_margin": 1, "brackets": [{"mmr": 0}]}])"),
       "BAD_FIELD", "pools[0].positions[0].isolated_margin"},
      {"a position that settles in an asset of the account only",
       File()
           .top("collateral", R"([{"asset": "ETH", "amount": 1, "price": 3000}])")
           .top("pools", R"([{"name": "p", "positions": [{"symbol": "BTCUSDT", "qty": 1, "entry": 1, "settle": "ETH", "brackets": [{"mmr": 0}]}]}])"),
       "MISSING_PRICE", "pools[0].positions[0]"},
      {"bad orders", pool(R"("orders": [{"symbol": "X"}])"), "MISSING_FIELD", "pools[0].orders[0].qty"},
      {"the first pool before the second", pools(R"([{"name": "p", "collateral": 1}, {}])"), "BAD_FIELD", "pools[0].collateral"},
      {"a name of an isolated position", File().position("isolated_margin", "5").top("pools", R"([{"name": "BTCUSDT"}])"), "DUPLICATE_NAME", "pools"},
      {"the same symbol in two pools",
       pools(R"([{"name": "p", "positions": [)" + good_position("BTCUSDT") + R"(]}, {"name": "q", "positions": [)" + good_position("BTCUSDT") + "]}]"), nullptr,
       ""},
      {"empty", pools("[]"), nullptr, ""},
  });
}

TEST_CASE("faults of a book", "[json][bad_input]") {
  check_all({
      {"empty", R"({"accounts": []})", "BAD_FIELD", "accounts"},
      {"an object", R"({"accounts": {}})", "BAD_FIELD", "accounts"},
      {"of a text", R"({"accounts": ["a"]})", "BAD_FIELD", "accounts[0]"},
      {"no name", R"({"accounts": [{"name": "a"}, {}]})", "MISSING_FIELD", "accounts[1].name"},
      {"a name twice", R"({"accounts": [{"name": "a"}, {"name": "a"}]})", "DUPLICATE_NAME", "accounts[1].name"},
      {"a name at the top", R"({"accounts": [{"name": "a"}], "name": "book"})", "UNKNOWN_FIELD", "name"},
      {"prices of an account", R"({"accounts": [{"name": "a", "prices": {}}]})", "UNKNOWN_FIELD", "accounts[0].prices"},
      {"a bad position", R"({"prices": {"X": 1}, "accounts": [{"name": "a"}, {"name": "b", "positions": [{"symbol": "X"}]}]})", "MISSING_FIELD",
       "accounts[1].positions[0].qty"},
      {"a bad pool", R"({"accounts": [{"name": "a", "pools": [{"name": "p", "collateral": [{"asset": "X", "amount": 1}]}]}]})", "MISSING_PRICE",
       "accounts[0].pools[0].collateral[0]"},
      {"the first account before the second", R"({"accounts": [{"name": "a", "rule": []}, {}]})", "BAD_RULE", "accounts[0].rule"},
      {"accounts before paths", R"({"paths": [], "accounts": [{"name": "a", "rule": []}]})", "BAD_RULE", "accounts[0].rule"},
      {"in order", R"({"prices": {"X": 1}, "accounts": [{"name": "a"}, {"name": "b"}]})", nullptr, ""},
  });
}

TEST_CASE("faults of a frontier", "[json][bad_input]") {
  const auto frontier = [](const std::string& text) {
    return std::string(File().top("prices", R"({"BTCUSDT": 50000, "ETH": 3000, "D": {"times": ["ETH"]}})").top("frontier", text));
  };
  check_all({
      {"a number", frontier("1"), "BAD_FIELD", "frontier"},
      {"no x", frontier(R"({"y": "ETH", "y_values": [1]})"), "MISSING_FIELD", "frontier.x"},
      {"no y", frontier(R"({"x": "ETH", "y_values": [1]})"), "MISSING_FIELD", "frontier.y"},
      {"x without a price", frontier(R"({"x": "SOL", "y": "ETH", "y_values": [1]})"), "MISSING_PRICE", "frontier.x"},
      {"y derived", frontier(R"({"x": "BTCUSDT", "y": "D", "y_values": [1]})"), "BAD_FIELD", "frontier.y"},
      {"one key twice", frontier(R"({"x": "ETH", "y": "ETH", "y_values": [1]})"), "BAD_FIELD", "frontier.y"},
      {"values as a number", frontier(R"({"x": "BTCUSDT", "y": "ETH", "y_values": 1})"), "BAD_FIELD", "frontier.y_values"},
      {"a value of 0", frontier(R"({"x": "BTCUSDT", "y": "ETH", "y_values": [1, 0]})"), "BAD_PRICE", "frontier.y_values[1]"},
      {"in order", frontier(R"({"x": "BTCUSDT", "y": "ETH", "y_values": [1, "2000.5"]})"), nullptr, ""},
      {"no values", frontier(R"({"x": "BTCUSDT", "y": "ETH", "y_values": []})"), nullptr, ""},
  });
}

TEST_CASE("a supported value of a field that also takes others is answered", "[json]") {
  check_good({
      {"hedge_offset both", File().top("hedge_offset", "\"both\"")},
      {"hedge_offset larger", File().top("hedge_offset", "\"larger\"")},
      {"hedge_offset net", File().top("hedge_offset", "\"net\"")},
      {"orders_rule ignore", File().top("orders_rule", "\"ignore\"")},
      {"kind linear", File().position("kind", "\"linear\"")},
      {"settled in the numeraire", File().position("settle", "\"USDT\"")},
      {"all tests",
       File().top("rule", R"([{"test": "equity"}, {"test": "level", "ratio": "1.1", "weighted": true}, {"test": "requirement", "ratio": "1.5"}])")},
      {"kind inverse", File().position("kind", "\"inverse\"")},
      {"kind quanto", File().position("kind", "\"quanto\"").position("settle", "\"USDT\"")},
      {"every field of a position", File()
                                        .position("key", "\"BTCUSDT\"")
                                        .position("side", "\"LONG\"")
                                        .position("multiplier", "1")
                                        .position("leverage", "10")
                                        .position("accrued", "-3")
                                        .position("fee_rate", "0.0004")
                                        .position("liquidation_fee_rate", "0.01")
                                        .position("taker_fee_rate", "0.0004")
                                        .position("maintenance_fixed", "1")
                                        .position("maintenance_at", "\"entry\"")
                                        .position("tick", "0.1")
                                        .position("isolated_margin", "5000")
                                        .position("bracket_unit", "\"size\"")
                                        .position("bracket_rule", "\"whole\"")
                                        .position("bracket_coefficient", "1.5")
                                        .position("bracket_group", "\"BTC\"")
                                        .position("settle", "\"USDT\"")},
      {"every field of a price", File().top("as_of", "5").price(R"({"value": 50000, "kind": "mark", "source": "feed", "time": 5, "max_age": 1})")},
      {"names of people and places",
       File().top("name", "\"main\"").top("venue", "\"Binance\"").top("rules", R"({"id": "r", "date": "2024-10-24", "source": "FAQ"})")},
      {"a path", File().top("paths", R"({"all_down": {"BTCUSDT": "0.5"}, "up": {"BTCUSDT": -1}})")},
      {"an empty object", "{}"},
  });
}

// --- the order of faults -------------------------------------------------------------------------------------------------------------------

TEST_CASE("of two faults the one that stands earlier in the order is named", "[json][bad_input]") {
  const std::string rule = R"([{"test": "requirement", "ratio": 0}])";
  check_all({
      {"unknown field, schema", File().top("schema", "2").top("mystery", "1"), "UNKNOWN_FIELD", "mystery"},
      {"schema, as_of", File().top("as_of", "\"x\"").top("schema", "2"), "BAD_SCHEMA", "schema"},
      {"as_of, numeraire", File().top("numeraire", "1").top("as_of", "\"x\""), "BAD_TIME", "as_of"},
      {"numeraire, prices", File().price("0").top("numeraire", "1"), "BAD_FIELD", "numeraire"},
      {"first price, second price", File().top("prices", R"({"A": 0, "B": "x"})"), "BAD_PRICE", "prices.A"},
      {"prices, accounts", R"({"accounts": [], "prices": {"A": 0}})", "BAD_PRICE", "prices.A"},
      {"prices, liquidate_when", File().top("liquidate_when", "1").price("0"), "BAD_PRICE", "prices.BTCUSDT"},
      {"unknown field of a price, its value", File().price(R"({"value": 0, "mystery": 1})"), "UNKNOWN_FIELD", "prices.BTCUSDT.mystery"},
      {"liquidate_when, cum_policy", File().top("cum_policy", "1").top("liquidate_when", "1"), "BAD_FIELD", "liquidate_when"},
      {"cum_policy, hedge_offset", File().top("hedge_offset", "1").top("cum_policy", "1"), "BAD_FIELD", "cum_policy"},
      {"hedge_offset, rule", File().top("rule", rule).top("hedge_offset", "1"), "BAD_FIELD", "hedge_offset"},
      {"first test, second test", File().top("rule", R"([{"test": "requirement", "ratio": 0}, {"test": "x"}])"), "BAD_RULE", "rule[0].ratio"},
      {"rule, name", File().top("name", "1").top("rule", rule), "BAD_RULE", "rule[0].ratio"},
      {"name, venue", File().top("venue", "1").top("name", "1"), "BAD_FIELD", "name"},
      {"venue, rules", File().top("rules", "1").top("venue", "1"), "BAD_FIELD", "venue"},
      {"rules, collateral", File().asset("amount", "null").top("rules", "1"), "BAD_FIELD", "rules"},
      {"unknown field of an asset, its other faults", File().asset("asset", "1").asset("mystery", "1"), "UNKNOWN_FIELD", "collateral[0].mystery"},
      {"first asset, second asset", File().top("collateral", R"([{"asset": "USDT", "amount": "x"}, {"asset": "ETH", "amount": 1}])"), "BAD_NUMBER",
       "collateral[0].amount"},
      {"collateral, positions", File().position("qty", "null").asset("amount", "null"), "BAD_NUMBER", "collateral[0].amount"},
      {"a table of the collateral, positions", File().position("qty", "null").asset("weight_tiers", "[]"), "EMPTY_TIERS", "collateral[0].weight_tiers"},
      {"unknown field of a tier, its weight", File().asset("weight_tiers", R"([{"weight": 2, "mystery": 1}])"), "UNKNOWN_FIELD",
       "collateral[0].weight_tiers[0].mystery"},
      {"unknown field of a position, its brackets", File().row("mmr", "2").position("mystery", "1"), "UNKNOWN_FIELD", "positions[0].mystery"},
      {"unknown field of a bracket, its rate", File().row("mmr", "2").row("mystery", "1"), "UNKNOWN_FIELD", "positions[0].brackets[0].mystery"},
      {"first position, second position", File().top("positions", R"([{"symbol": "A", "key": "BTCUSDT", "qty": 1, "entry": 0, "brackets": [{"mmr": 0}]}, {}])"),
       "BAD_PRICE", "positions[0].entry"},
      {"a symbol twice, a fault of the next", File().top("positions", "[" + good_position("A") + ", " + good_position("A") + ", {}]"), "DUPLICATE_SYMBOL",
       "positions[1]"},
      {"positions, orders", File().top("orders", "[1]").position("qty", "null"), "BAD_NUMBER", "positions[0].qty"},
      {"positions, legs",
       File()
           .top("hedge_offset", "\"net\"")
           .top("positions", "[" + btc_leg("X", "LONG", "1") + ", " + btc_leg("X", "SHORT", "-1", R"(, "multiplier": 2)") + ", {}]"),
       "MISSING_FIELD", "positions[2].symbol"},
      {"orders, legs",
       File()
           .top("orders", "[1]")
           .top("hedge_offset", "\"net\"")
           .top("positions", two(btc_leg("X", "LONG", "1"), btc_leg("X", "SHORT", "-1", R"(, "multiplier": 2)"))),
       "BAD_FIELD", "orders[0]"},
      {"orders, pools", File().top("pools", "[1]").top("orders", "[1]"), "BAD_FIELD", "orders[0]"},
      {"legs, pools",
       File()
           .top("pools", "[1]")
           .top("hedge_offset", "\"net\"")
           .top("positions", two(btc_leg("X", "LONG", "1"), btc_leg("X", "SHORT", "-1", R"(, "multiplier": 2)"))),
       "BAD_FIELD", "positions[1]"},
      {"orders, paths", File().top("paths", "[]").top("orders", "[1]"), "BAD_FIELD", "orders[0]"},
      {"pools, paths", File().top("paths", "[]").top("pools", "[1]"), "BAD_FIELD", "pools[0]"},
      {"prices one by one, then their products", File().top("prices", R"({"X": {"times": ["SOL"]}, "BTCUSDT": 0})"), "BAD_PRICE", "prices.BTCUSDT"},
      {"products, account", File().top("prices", R"({"X": {"times": ["SOL"]}, "BTCUSDT": 50000})").top("liquidate_when", "1"), "MISSING_PRICE", "prices.X"},
      {"paths, frontier", File().top("frontier", "1").top("paths", "[]"), "BAD_FIELD", "paths"},
      {"first path, second path", File().top("paths", R"({"p": {"ETH": 1}, "q": 1})"), "MISSING_PRICE", "paths.p.ETH"},
      {"frontier after everything of the account", File().top("frontier", "1").position("tick", "0"), "BAD_FIELD", "positions[0].tick"},
      {"the text, anything", R"({"schema": 2, "prices": )", "BAD_JSON", "prices"},
  });
}

// --- deductions ------------------------------------------------------------------------------------------------------------------------------

// 600,000 x (0.0065 - 0.005) + 50 = 950; in binary it is not.
TEST_CASE("a strict deduction is checked on the numbers as printed", "[json]") {
  const auto file = [](const std::string& cum, const std::string& policy) {
    return std::string(
        File()
            .top("cum_policy", "\"" + policy + "\"")
            .brackets(R"([{"cap": 50000, "mmr": 0.004, "cum": 0}, {"cap": 600000, "mmr": 0.005, "cum": 50}, {"cap": 3000000, "mmr": 0.0065, "cum": )" + cum +
                      "}]"));
  };
  const std::string at = "positions[0].brackets[2].cum";
  check_all({
      {"as derived", file("950", "strict"), nullptr, ""},
      {"as a text", file("\"950.0\"", "strict"), nullptr, ""},
      {"a cent more", file("950.01", "strict"), "CUM_MISMATCH", at},
      {"a cent less", file("949.99", "strict"), "CUM_MISMATCH", at},
      {"a billionth more", file("950.000000001", "strict"), "CUM_MISMATCH", at},
      {"a cent more, recomputed", file("950.01", "recompute"), nullptr, ""},
      {"a cent more, used as given", file("950.01", "as_given"), nullptr, ""},
  });
  CHECK(answer_text<double>(file("950", "strict")).has_value());  // in binary the rounding is allowed for
  CHECK_FALSE(answer_text<double>(file("950.01", "strict")).has_value());
  const auto with_coefficient = [](const std::string& cum) {
    return std::string(File().position("bracket_coefficient", "\"1.1\"").brackets(R"([{"cap": 50000, "mmr": 0.004}, {"mmr": 0.005, "cum": )" + cum + "}]"));
  };
  check_all({{"scaled by the coefficient", with_coefficient("50"), nullptr, ""},
             {"given already scaled", with_coefficient("55"), "CUM_MISMATCH", "positions[0].brackets[1].cum"}});
}

// --- figures too large ---------------------------------------------------------------------------------------------------------------------

TEST_CASE("in double a figure that is too large is OVERFLOW; a rational answers", "[json][bad_input]") {
  const std::string two =
      R"([{"symbol": "A", "key": "A", "qty": 1, "entry": 1, "brackets": [{"mmr": 0.1}]}, {"symbol": "B", "key": "B", "qty": 1, "entry": 1, "brackets": [{"mmr": 0.1}]}])";
  for (const std::string& text : {
           std::string(File().position("entry", "1e308").position("qty", "10")),
           std::string(File().price("1e308").position("entry", "1").position("qty", "10")),
           std::string(File().price("1e308").position("entry", "1").position("qty", "-10")),
           std::string(File().top("prices", R"({"A": 1e308, "B": 1e308})").top("positions", two)),
           std::string(File().position("leverage", "1e-320")),
       }) {
    CAPTURE(text);
    const auto a = answer_text<double, Rational>(text);
    REQUIRE_FALSE(a.has_value());
    CHECK(a.error().code == Errc::overflow);
    CHECK_FALSE(a.error().message.empty());
    CHECK(answer_text<Rational>(text).has_value());
  }
}

// --- what is in order, at the edge -----------------------------------------------------------------------------------------------------------

TEST_CASE("a quantity of 0 needs nothing and has no price; no figure is a negative zero", "[json]") {
  for (const char* zero : {"0", "-0.0", "\"0/5\"", "0e5", "\"-0\""}) {
    CAPTURE(zero);
    const std::string text = File().position("qty", zero);
    for (const AnswerJson& a : {in_double(text), rational(text)}) {
      CHECK(a["status"] == "no_margin");
      CHECK(a["tests"].empty());
      CHECK(a["keys"]["BTCUSDT"]["liq_below"].is_null());
      CHECK(a["keys"]["BTCUSDT"]["liq_above"].is_null());
      CHECK(a["keys"]["BTCUSDT"]["all_roots"].empty());
      CHECK(a["margin_ratio"].is_null());
      CHECK(a.dump().find("-0.0") == std::string::npos);
    }
  }
}

TEST_CASE("a price without a position is ignored, a notional above the last cap is a warning", "[json]") {
  const AnswerJson more = rational(File().top("prices", R"({"ETH": 3000, "BTCUSDT": 50000})"));
  CHECK(more["keys"].size() == 1);
  CHECK(more["keys"].contains("BTCUSDT"));
  CHECK(more["equity"] == rational(File())["equity"]);

  const AnswerJson on_cap = rational(File().row("cap", "50000")), above = rational(File().row("cap", "49999.99"));
  CHECK(on_cap["positions"][0]["above_last_cap"] == false);
  CHECK(on_cap["warnings"].empty());
  CHECK(above["positions"][0]["above_last_cap"] == true);
  CHECK(above["warnings"] == AnswerJson::parse(R"([{"code": "ABOVE_LAST_CAP", "at": "positions[0]"}])"));
  CHECK(above["maintenance"] == "250");
}

TEST_CASE("two legs of one symbol are answered as two, isolated ones as pools named for them", "[json]") {
  const auto leg = [](const char* side, const char* qty, const char* margin) {
    return std::string(R"({"symbol": "BTCUSDT", "side": ")") + side + R"(", "qty": )" + qty + R"(, "entry": 50000, "isolated_margin": )" + margin +
           R"(, "brackets": [{"mmr": "0.005"}]})";
  };
  const AnswerJson a = rational(File().top("positions", "[" + leg("LONG", "1", "1000") + ", " + leg("SHORT", "-2", "100") + "]"));
  REQUIRE(a["pools"].size() == 2);
  CHECK(a["pools"][0]["name"] == "BTCUSDT LONG");
  CHECK(a["pools"][1]["name"] == "BTCUSDT SHORT");
  CHECK(a["pools"][0]["status"] == "safe");
  CHECK(a["pools"][1]["status"] == "liquidatable");  // 100 against 500
  CHECK(a["own_status"] == "no_margin");
  CHECK(a["status"] == "liquidatable");
  check_all(
      {{"two pools of one name",
        File().top("positions", "[" + leg("LONG", "1", "1") +
                                    R"(, {"symbol": "BTCUSDT LONG", "key": "BTCUSDT", "qty": 1, "entry": 1, "isolated_margin": 1, "brackets": [{"mmr": 0}]}])"),
        "DUPLICATE_NAME", "pools"}});
}

TEST_CASE("the tick of the options is that of positions that name none", "[json]") {
  const FileOptions options{.lenient = false, .tick = "0.5"};
  CHECK(rational(File(), options)["keys"]["BTCUSDT"]["liq_below_tick"] == "80403/2");
  CHECK(rational(File().position("tick", "0.1"), options)["keys"]["BTCUSDT"]["liq_below_tick"] == "402011/10");
  CHECK_FALSE(rational(File())["keys"]["BTCUSDT"].contains("liq_below_tick"));
}
