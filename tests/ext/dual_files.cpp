// SPDX-License-Identifier: Apache-2.0
//
// The account files of the examples, answered in numbers that carry derivatives.
#include "support/catch.hpp"

#include "calculator.hpp"

#include <loadline/ext/eigen.hpp>
#include <loadline/ext/json.hpp>
#include <loadline/ext/multiprecision.hpp>
#include <loadline/venues/catalogue.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

namespace {

using Json = nlohmann::ordered_json;

/// Whether two answers are one, number by number. What double claims of its last digits no other rounding scalar claims.
void compare(const Json& dual, const Json& plain, const std::string& at) {
  INFO(at);
  if (plain.is_number_float() && dual.is_string()) {
    const double x = calculator::shown(dual), y = plain.get<double>();
    CHECK(std::fabs(x - y) <= 1e-11 * std::max(std::fabs(x), std::fabs(y)) + 1e-9);
    return;
  }
  REQUIRE(dual.type() == plain.type());
  REQUIRE(dual.size() == plain.size());
  if (plain.is_object()) {
    for (const auto& [key, value] : plain.items())
      if (key != "ulp" && key != "certified") compare(dual.at(key), value, at + "." + key);
  } else if (plain.is_array()) {
    for (std::size_t i = 0; i < plain.size(); ++i) compare(dual[i], plain[i], at + "[" + std::to_string(i) + "]");
  } else {
    CHECK(dual == plain);
  }
}

}  // namespace

TEST_CASE("account files have the figures that they have in double", "[ext][dual]") {
  for (const char* name :
       {"book", "coin_margined", "cross_margin", "hedge", "hedged_account", "isolated", "linear", "multi_asset", "portfolio_margin", "wrapped"}) {
    std::ifstream file(std::string(LOADLINE_DATA_DIR) + "/" + name + ".json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    REQUIRE(!text.empty());
    const auto dual = loadline::answer_text<loadline::Dual<2>, loadline::Rational>(text, {.rules = loadline::venues::catalogue});
    REQUIRE(dual.has_value());
    compare(*dual, calculator::answer_double(text, {}), name);
  }
}
