// SPDX-License-Identifier: Apache-2.0
// Answers to account files that hold more than linear contracts on a wallet: worked numbers, exactly.
#include "support/answers.hpp"
#include "support/catch.hpp"

#include <string>

using namespace loadline;

namespace {

AnswerJson rational(const std::string& text, const FileOptions& options = {}) {
  CAPTURE(text);
  const auto answer = answer_text<Rational>(text, options);
  if (!answer) FAIL(error_answer(answer.error()).dump());
  return *answer;
}

/// The account {"prices": {...}, ...} from its members.
AnswerJson account(const std::string& members) {
  return rational("{" + members + "}");
}

const std::string all_of_it = R"("weight_tiers": [{"weight": 1}])";

}  // namespace

// 10,000 + W(P) + P - 50,000 against 0.005 P, with W(P) = P up to 40,000 and half of the rest: 1.995 P = 40,000.
TEST_CASE("a coin counts at its weights, tier by tier, and its price moves both it and the contract", "[answer]") {
  const AnswerJson a = account(R"("prices": {"BTC": 50000}, "collateral": [{"asset": "USDT", "amount": 10000}, {"asset": "BTC", "amount": 1, "key": "BTC",
    "weight_tiers": [{"cap": 40000, "weight": 1}, {"cap": null, "weight": "0.5"}], "initial_weight_tiers": [{"weight": "0.25"}]}],
    "positions": [{"symbol": "X", "key": "BTC", "qty": 1, "entry": 50000, "leverage": 10, "brackets": [{"mmr": "0.005"}]}])");
  CHECK(a["equity"] == "60000");
  CHECK(a["margin_balance"] == "55000");
  CHECK(a["excess"] == "54750");
  CHECK(a["available"] == "17500");  // 10,000 + 12,500 - 5,000
  CHECK(a["keys"]["BTC"]["liq_below"] == "8000000/399");
  CHECK(a["keys"]["BTC"]["liq_above"].is_null());
  CHECK(a["keys"]["BTC"]["bankrupt_below"] == "20000");
  CHECK(a["loss_slope"]["BTC"] == AnswerJson::parse(R"({"positions": "50000", "collateral": "50000"})"));
  CHECK(a["class"] == "A");
  CHECK(a["warnings"].empty());
}

// A debt of 10,000: 5 % of 5,000 and 10 % of 5,000.
TEST_CASE("a debt needs maintenance by its brackets, and turns the equity test on", "[answer]") {
  const AnswerJson a = account(R"("prices": {"ETH": 2000}, "collateral": [{"asset": "USDT", "amount": 0, "borrowed": 9000, "interest": 1000,
    "loan_brackets": [{"cap": 5000, "mmr": "0.05"}, {"mmr": "0.1"}]}, {"asset": "ETH", "amount": 10, "key": "ETH", )" +
                               all_of_it + "}]");
  CHECK(a["tests"] == AnswerJson::parse(R"(["requirement", "equity"])"));
  CHECK(a["maintenance"] == "750");
  CHECK(a["level"] == AnswerJson::parse(R"({"assets": "20000", "debts": "10000", "ratio": "2"})"));
  CHECK(a["keys"]["ETH"]["liq_below"] == "1075");
  CHECK(a["keys"]["ETH"]["test_below"] == "requirement");
  CHECK(a["keys"]["ETH"]["bankrupt_below"] == "1000");
  CHECK(a["keys"]["ETH"]["equity_left_below"] == "750");
}

// 60,000 USDe against 40,000 USDT: 60,000 P = 1.1 x 40,000.
TEST_CASE("the level test compares what is held with what is owed", "[answer]") {
  const AnswerJson a = account(R"("prices": {"USDE": {"value": 1, "kind": "peg"}}, "rule": [{"test": "level", "ratio": "1.10"}], "collateral":
    [{"asset": "USDE", "amount": 60000, "key": "USDE", )" +
                               all_of_it + R"(}, {"asset": "USDT", "amount": 0, "borrowed": 40000}])");
  CHECK(a["tests"] == AnswerJson::parse(R"(["level", "equity"])"));
  CHECK(a["keys"]["USDE"]["liq_below"] == "11/15");
  CHECK(a["keys"]["USDE"]["test_below"] == "level");
  CHECK(a["keys"]["USDE"]["equity_left_below"] == "4000");
  CHECK(a["binding"]["test"] == "level");
  CHECK(a["binding"]["distance"] == "4/15");
  CHECK(a["paths"].empty());  // no price but a peg: all_down would move nothing
}

// 0.1 + 10,000 (1/25,000 - 1/P) against 0.005 x 10,000 / P, all in BTC: 0.5 = 10,050 / P.
TEST_CASE("an inverse contract pays in its coin", "[answer]") {
  const AnswerJson a = account(R"("prices": {"BTC": 25000}, "collateral": [{"asset": "BTC", "amount": "0.1", "key": "BTC", )" + all_of_it +
                               R"(}], "positions": [{"symbol": "BTCUSD", "key": "BTC", "kind": "inverse", "settle": "BTC", "multiplier": 100, "qty": 100,
    "entry": 25000, "tick": "0.5", "brackets": [{"mmr": "0.005"}]}])");
  const AnswerJson& p = a["positions"][0];
  CHECK(p["kind"] == "inverse");
  CHECK(p["settle"] == "BTC");
  CHECK(p["settle_price"] == "25000");
  CHECK(p["notional"] == "2/5");
  CHECK(p["maintenance"] == "1/500");
  CHECK(p["allocated_bankruptcy_price"] == "20000");  // 0.1 + 0.4 - 10,000 / P
  CHECK(a["gross_notional"] == "10000");
  CHECK(a["keys"]["BTC"]["liq_below"] == "20100");
  CHECK(a["keys"]["BTC"]["liq_below_tick"] == "20100");
  CHECK(a["keys"]["BTC"]["class"] == "A");
  CHECK(a["without"]["BTCUSD"]["status"] == "no_margin");
}

// 20 ETH + 0.001 (P - 50,000) ETH against 1 % of 0.001 P: 0.00099 P = 30. The price of ETH multiplies both sides.
TEST_CASE("a quanto contract pays in a coin that has nothing to do with it", "[answer]") {
  const std::string members = R"("prices": {"BTC": 50000, "ETH": 2000}, "collateral": [{"asset": "ETH", "amount": 20, "key": "ETH", )" + all_of_it +
                              R"(}], "positions": [{"symbol": "Q", "key": "BTC", "kind": "quanto", "settle": "ETH", "multiplier": "0.001", "qty": 1,
    "entry": 50000, "brackets": [{"mmr": "0.01"}]}])";
  const AnswerJson a = account(members);
  CHECK(a["equity"] == "40000");
  CHECK(a["keys"]["BTC"]["liq_below"] == "1000000/33");
  CHECK(a["keys"]["ETH"]["liq_below"].is_null());
  CHECK(a["keys"]["ETH"]["liq_above"].is_null());
  CHECK(a["keys"]["ETH"]["class"] == "A");
  CHECK(a["paths"]["all_down"]["class"] == "Q");  // a price times a price
  CHECK(a["paths"]["all_down"]["liq_below"] == "-13/33");
  CHECK(a["paths"]["all_down"]["ulp"] == 0.0);
  CHECK(a["class"] == "Q");
}

// 2,000 (1 + s) (20 + 50 s) = 30,000: s = (sqrt(39) - 7) / 10.
TEST_CASE("an irrational point is given in forty digits, and enclosed", "[answer]") {
  const std::string members = R"("prices": {"BTC": 50000, "ETH": 2000}, "collateral": [{"asset": "ETH", "amount": 20, "key": "ETH", )" + all_of_it +
                              R"(}, {"asset": "USDT", "amount": -30000}], "positions": [{"symbol": "Q", "key": "BTC", "kind": "quanto", "settle": "ETH",
    "multiplier": "0.001", "qty": 1, "entry": 50000, "brackets": [{"mmr": 0}]}])";
  const AnswerJson a = account(members), path = a["paths"]["all_down"];
  CHECK(path["liq_below"] == "-7.550020016016017941531068790602055389270e-2");
  CHECK(path["test_below"] == "equity");
  REQUIRE(path["within"]["liq_below"].size() == 2);
  const auto side = [](const AnswerJson& x) {  // of the quadratic 50 s^2 + 70 s + 5
    const Rational s = *read_number<Rational>(x.get<std::string>());
    return Rational(50 * s * s + 70 * s + 5) < 0;
  };
  CHECK(side(path["within"]["liq_below"][0]) != side(path["within"]["liq_below"][1]));
  const auto binary = answer_text<double, Rational>("{" + members + "}");
  REQUIRE(binary.has_value());
  CHECK((*binary)["paths"]["all_down"]["liq_below"] == -0.07550020016016018);
  CHECK((*binary)["paths"]["all_down"]["certified"] == true);
}

// WBETH = ETH x 1.08 x peg; 10 of it owe 30,000 at a level of 1.2: the product must stay above 3,600.
TEST_CASE("a wrapped coin dies of its underlying, of its rate or of its peg", "[answer]") {
  const AnswerJson a = account(R"("prices": {"ETH": 4000, "RATE": {"value": "1.08", "kind": "redemption"}, "PEG": {"value": 1, "kind": "peg"},
    "WBETH": {"times": ["ETH", "RATE", "PEG"]}}, "rule": [{"test": "level", "ratio": "1.2"}], "paths": {"depeg": {"ETH": 1, "PEG": 1}},
    "collateral": [{"asset": "WBETH", "amount": 10, "key": "WBETH", )" +
                               all_of_it + R"(}, {"asset": "USDT", "amount": 0, "borrowed": 30000}])");
  REQUIRE(a["keys"].size() == 3);
  CHECK(a["keys"]["ETH"]["liq_below"] == "10000/3");
  CHECK(a["keys"]["PEG"]["liq_below"] == "5/6");
  CHECK(a["keys"]["RATE"]["liq_below"] == "9/10");
  CHECK(a["paths"]["all_down"]["liq_below"] == "-1/6");  // ETH alone: rates and pegs do not fall with the market
  // 43,200 (1 + s)^2 = 36,000
  CHECK(a["paths"]["depeg"]["liq_below"] == "-8.712907082472314423838369533199644341209e-2");
  CHECK(a["paths"]["depeg"]["class"] == "Q");
  CHECK(a["binding"]["key"] == "ETH");  // all alike: the first by name
  CHECK(a["binding"]["distance"] == "1/6");
  CHECK(a["assumptions"]["price_kinds"] == AnswerJson::parse(R"({"ETH": null, "PEG": "peg", "RATE": "redemption"})"));
}

// 2 BTC of collateral against a short of 10 ETH from 3,000 at 1 %: 2 x + 30,000 - 10.1 y.
TEST_CASE("a frontier is the liquidation price of one key at prices of another", "[answer]") {
  const AnswerJson a = account(R"("prices": {"BTC": 1000, "ETH": 3000}, "frontier": {"x": "BTC", "y": "ETH", "y_values": [3000, "2000", 3200]},
    "collateral": [{"asset": "BTC", "amount": 2, "key": "BTC", )" +
                               all_of_it + R"(}], "positions": [{"symbol": "ETH", "qty": -10, "entry": 3000, "brackets": [{"mmr": "0.01"}]}])");
  REQUIRE(a["frontier"].size() == 3);
  CHECK(a["frontier"][0]["y"] == "3000");
  CHECK(a["frontier"][0]["liq_below"] == "150");
  CHECK(a["frontier"][1]["liq_below"].is_null());
  CHECK(a["frontier"][1]["liquidatable_now"] == false);
  CHECK(a["frontier"][2]["liquidatable_now"] == true);
  CHECK(a["frontier"][2]["liq_below"].is_null());
  CHECK(a["frontier"][2]["recover_above"] == "1160");
  CHECK(a["keys"]["ETH"]["liq_above"] == "320000/101");
}

// 2 BTC that count in full up to 2,000 and half above, against a short of 10 ETH from 3,000 at 1 % up to 30,300 and 2 % above. In cells of
// x (edge 1,000) and y (edge 3,030):  W(x) + 30,000 - 10.1 y  or  W(x) + 30,303 - 10.2 y,  with W = 2 x or 1,000 + x.
TEST_CASE("the corners of a frontier are exact, and what solving there finds", "[answer]") {
  const auto with = [](const std::string& y_values, const std::string& more, const std::string& eth = "3000") {
    return account(R"("prices": {"BTC": 1500, "ETH": )" + eth + R"(}, "frontier": {"x": "BTC", "y": "ETH", "y_values": [)" + y_values + R"(]}, )" + more +
                   R"("collateral": [{"asset": "BTC", "amount": 2, "key": "BTC", "weight_tiers": [{"cap": 2000, "weight": 1}, {"weight": "0.5"}]}],
    "positions": [{"symbol": "ETH", "qty": -10, "entry": 3000, "brackets": [{"cap": 30300, "mmr": "0.01"}, {"mmr": "0.02"}]}])");
  };
  const AnswerJson a = with(R"(3250, 2950, 3100)", "")["frontier_corners"];
  CHECK(a == AnswerJson::parse(R"([{"y": "2950", "liquidatable_now": false, "liq_below": null, "liq_above": null},
    {"y": "3030", "liquidatable_now": false, "liq_below": "603/2", "liq_above": null},
    {"y": "161515/51", "liquidatable_now": false, "liq_below": "1000", "liq_above": null},
    {"y": "164015/51", "liquidatable_now": true, "liq_below": null, "liq_above": null},
    {"y": "3250", "liquidatable_now": true, "liq_below": null, "liq_above": null}])"));
  const AnswerJson lives_at_zero = with("2950, 3250", R"("liquidate_when": "lt", )")["frontier_corners"];
  CHECK(lives_at_zero[3]["y"] == "164015/51");
  CHECK(lives_at_zero[3]["liquidatable_now"] == false);
  CHECK(lives_at_zero[3]["liq_below"] == "1500");
  for (const AnswerJson& corner : a) {
    const std::string y = corner["y"].get<std::string>();
    INFO(y);
    const AnswerJson there = with("\"" + y + "\"", "", "\"" + y + "\""), key = there["keys"]["BTC"];
    for (const AnswerJson& solved : {key, there["frontier"][0]}) {
      CHECK(solved["liquidatable_now"] == corner["liquidatable_now"]);
      CHECK(solved["liq_below"] == corner["liq_below"]);
      CHECK(solved["liq_above"] == corner["liq_above"]);
    }
    REQUIRE(there["frontier_corners"].size() == 1);  // the range is one point
    CHECK(there["frontier_corners"][0] == corner);
  }
  CHECK_FALSE(with("", "").contains("frontier_corners"));                                                                      // no range
  CHECK_FALSE(with("2950, 3250", R"("rule": [{"test": "requirement"}, {"test": "equity"}], )").contains("frontier_corners"));  // two tests
}

// The legs of 3 and 2 at 100, with 10 % up to 250 and 20 % above: 30 + 5 and 20; of the larger 35; of the difference 10.
TEST_CASE("a hedge offset leaves the larger leg, or the difference, to need margin", "[answer]") {
  const auto with = [](const std::string& offset) {
    return account(R"("prices": {"X": 100}, "hedge_offset": ")" + offset + R"(", "collateral": [{"asset": "USDT", "amount": 200}], "positions": [
    {"symbol": "X", "side": "LONG", "qty": 3, "entry": 100, "brackets": [{"cap": 250, "mmr": "0.1"}, {"mmr": "0.2"}]},
    {"symbol": "X", "side": "SHORT", "qty": -2, "entry": 100, "brackets": [{"cap": 250, "mmr": "0.1"}, {"mmr": "0.2"}]}])");
  };
  const AnswerJson both = with("both"), larger = with("larger"), net = with("net");
  CHECK(both["maintenance"] == "55");
  CHECK(larger["maintenance"] == "35");
  CHECK(net["maintenance"] == "10");
  CHECK(larger["positions"][1]["maintenance"] == "0");
  CHECK(larger["positions"][1]["notional"] == "200");
  CHECK(net["gross_notional"] == "500");
  CHECK(net["assumptions"]["hedge_offset"] == "net");
  CHECK(net["without"]["X LONG"]["status"] == "safe");  // the short of 2 then needs 20
}

// Alone 100 and 100 lie in the first bracket; together 200 need 10 % of 150 and 20 % of 50.
TEST_CASE("a bracket group chooses the bracket by the sum", "[answer]") {
  const auto leg = [](const std::string& symbol, const std::string& group) {
    return R"({"symbol": ")" + symbol + R"(", "key": "X", "qty": 1, "entry": 100, )" + group + R"("brackets": [{"cap": 150, "mmr": "0.1"}, {"mmr": "0.2"}]})";
  };
  const auto with = [&](const std::string& group) {
    return account(R"("prices": {"X": 100}, "collateral": [{"asset": "USDT", "amount": 200}], "positions": [)" + leg("A", group) + ", " + leg("B", group) +
                   "]");
  };
  CHECK(with("")["maintenance"] == "20");
  const AnswerJson grouped = with(R"("bracket_group": "G", )");
  CHECK(grouped["maintenance"] == "25");
  CHECK(grouped["positions"][0]["maintenance"] == "25/2");
  CHECK(grouped["positions"][0]["bracket"] == 1);
  CHECK(grouped["keys"]["X"]["liq_below"].is_null());  // 200 covers all that the two can lose
}

TEST_CASE("pools are answered beside the account, under its rule or their own, and the worst of them is its status", "[answer]") {
  const std::string position = R"("positions": [{"symbol": "X", "qty": 10, "entry": 100, "brackets": [{"mmr": "0.1"}]}])";
  const AnswerJson a = account(
      R"("prices": {"X": 100}, "rule": [{"test": "requirement", "ratio": 2}], "liquidate_when": "lt",
    "collateral": [{"asset": "USDT", "amount": 1000}], )" +
      position + R"(, "pools": [{"name": "p", "collateral": [{"asset": "USDT", "amount": 150}], )" + position +
      R"(}, {"name": "q", "rule": [{"test": "requirement"}], "liquidate_when": "le", "collateral": [{"asset": "USDT", "amount": 280}], )" + position + "}]");
  CHECK(a["status"] == "liquidatable");
  CHECK(a["own_status"] == "safe");
  CHECK(a["binding"]["pool"] == "p");
  CHECK(a["binding"]["key"].is_null());
  CHECK(a["binding"]["distance"] == "0");
  CHECK(a["keys"]["X"]["liq_below"].is_null());  // 1,000 + 10 P - 1,000 - 2 P
  REQUIRE(a["pools"].size() == 2);
  CHECK(a["pools"][0]["status"] == "liquidatable");
  CHECK(a["pools"][0]["liquidate_when"] == "lt");
  CHECK(a["pools"][0]["keys"]["X"]["recover_above"] == "425/4");
  CHECK(a["pools"][1]["liquidate_when"] == "le");
  CHECK(a["pools"][1]["keys"]["X"]["liq_below"] == "80");
  CHECK(a["pools"][1]["binding"]["pool"] == "q");
  CHECK_FALSE(a["pools"][1].contains("assumptions"));
  CHECK_FALSE(a["pools"][1].contains("own_status"));
}

TEST_CASE("an isolated position holds its margin in the asset in which it settles", "[answer]") {
  const AnswerJson a = account(R"("prices": {"BTC": 25000}, "collateral": [{"asset": "BTC", "amount": 1, "key": "BTC", "weight_tiers": [{"weight": "0.5"}]}],
    "positions": [{"symbol": "BTCUSD", "key": "BTC", "kind": "inverse", "settle": "BTC", "multiplier": 100, "qty": 100, "entry": 25000,
    "isolated_margin": "0.1", "brackets": [{"mmr": "0.005"}]}])");
  REQUIRE(a["pools"].size() == 1);
  CHECK(a["pools"][0]["name"] == "BTCUSD");
  CHECK(a["pools"][0]["margin_balance"] == "2500");  // at weight 1
  CHECK(a["pools"][0]["keys"]["BTC"]["liq_below"] == "20100");
  CHECK(a["own_status"] == "no_margin");
  CHECK(a["margin_balance"] == "12500");
  CHECK(a["binding"]["pool"] == "BTCUSD");
}

TEST_CASE("a book is answered account by account over the same prices", "[answer]") {
  const auto entry = [](const std::string& name, const std::string& cash) {
    return R"({"name": ")" + name + R"(", "venue": "V", "collateral": [{"asset": "USDT", "amount": )" + cash +
           R"(}], "positions": [{"symbol": "X", "qty": 10, "entry": 100, "brackets": [{"cap": 50, "mmr": "0.1"}]}]})";
  };
  const AnswerJson a = rational(R"({"prices": {"X": 100}, "accounts": [)" + entry("a", "500") + ", " + entry("b", "280") + "]}");
  CHECK(a["status"] == "safe");
  CHECK(a["binding"]["account"] == "b");
  CHECK(a["binding"]["key"] == "X");
  CHECK(a["binding"]["price"] == "80");
  REQUIRE(a["accounts"].size() == 2);
  CHECK(a["accounts"][0]["name"] == "a");
  CHECK(a["accounts"][0]["venue"] == "V");
  CHECK(a["accounts"][0]["keys"]["X"]["liq_below"] == "500/9");
  CHECK(a["accounts"][1]["keys"]["X"]["liq_below"] == "80");
  CHECK(a["warnings"] == AnswerJson::parse(R"([{"code": "ABOVE_LAST_CAP", "at": "accounts[0].positions[0]"},
    {"code": "ABOVE_LAST_CAP", "at": "accounts[1].positions[0]"}])"));
  CHECK_FALSE(a.contains("equity"));
}

TEST_CASE("what is only assumed is a warning", "[answer]") {
  const AnswerJson a =
      account(R"("prices": {"ETH": 2000}, "collateral": [{"asset": "ETH", "amount": 1, "key": "ETH"}, {"asset": "USDC", "amount": 1, "price": 1},
    {"asset": "BTC", "amount": 1, "price": 5, "usable": false}, {"asset": "DAI", "amount": -1, "price": 1}],
    "pools": [{"name": "p", "collateral": [{"asset": "ETH", "amount": 1, "key": "ETH"}], "orders": [{"symbol": "X", "qty": 1}]}])");
  CHECK(a["warnings"] == AnswerJson::parse(R"([{"code": "DEFAULT_WEIGHT", "at": "collateral[0]"}, {"code": "DEFAULT_WEIGHT", "at": "collateral[1]"},
    {"code": "DEFAULT_WEIGHT", "at": "pools[0].collateral[0]"}, {"code": "ORDERS_IGNORED", "at": "pools[0].orders"}])"));
  CHECK(a["assumptions"]["not_modelled"] == AnswerJson::parse(R"(["orders"])"));
  CHECK(a["equity"] == "2005");
  CHECK(a["margin_balance"] == "2000");  // what is not usable counts nothing
}

TEST_CASE("an answer says whether the rules that it names hold on its day", "[answer]") {
  constexpr venues::RuleSet known[] = {{"year", "2024-01-01", "2024-12-31", "a page"}, {"undated", "", "", "another"}};
  const auto with = [&](const std::string& members) { return rational("{" + members + "}", {.rules = known})["assumptions"]; };
  const auto on = [&](const std::string& as_of, const std::string& id = "year") {
    return with(R"("as_of": )" + as_of + R"(, "rules": {"id": ")" + id + "\"}")["rules_hold"];
  };
  CHECK(on(R"("2024-06-30T12:00Z")") == AnswerJson::parse(R"({"first_day": "2024-01-01", "last_day": "2024-12-31", "on_as_of": true, "source": "a page"})"));
  CHECK(on(R"("2024-01-01T00:00Z")")["on_as_of"] == true);
  CHECK(on(R"("2023-12-31T23:59:59.999Z")")["on_as_of"] == false);
  CHECK(on(R"("2024-12-31T23:59:59.999Z")")["on_as_of"] == true);
  CHECK(on(R"("2025-01-01T00:00Z")")["on_as_of"] == false);
  CHECK(on("1704067199999")["on_as_of"] == false);  // a millisecond before 2024
  CHECK(on("1704067200000")["on_as_of"] == true);
  CHECK(on(R"("2024-06-30T12:00Z")", "undated") == AnswerJson::parse(R"({"first_day": "", "last_day": "", "on_as_of": false, "source": "another"})"));
  CHECK(with(R"("rules": {"id": "year"})")["rules_hold"]["on_as_of"].is_null());
  CHECK(with(R"("rules": {"id": "year"})")["rules_hold"]["last_day"] == "2024-12-31");
  CHECK(on(R"("2024-06-30T12:00Z")", "unknown").is_null());
  CHECK(on(R"("2024-06-30T12:00Z")", "Year").is_null());
  CHECK(with(R"("as_of": 0, "rules": {"date": "2024-06-30"})")["rules_hold"].is_null());
  CHECK(with(R"("as_of": 0)")["rules_hold"].is_null());
  CHECK(rational(R"({"as_of": 0, "rules": {"id": "year"}})")["assumptions"]["rules_hold"].is_null());  // nothing is known to this reader
}
