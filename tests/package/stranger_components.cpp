// SPDX-License-Identifier: Apache-2.0
#include <loadline/ext/eigen.hpp>
#include <loadline/ext/json.hpp>
#include <loadline/ext/multiprecision.hpp>
#include <loadline/loadline.hpp>

int main() {
  const auto answer = loadline::answer_text<loadline::Rational>(
      R"({"prices": {"X": 100}, "collateral": [{"asset": "USDT", "amount": 10}], "positions": [{"symbol": "X", "qty": 1, "entry": 100, "brackets": [{"mmr": "0.01"}]}]})");
  if (!answer || (*answer)["keys"]["X"]["liq_below"] != "1000/11") return 1;

  using Number = loadline::Dual<1>;
  const loadline::Bracket<Number> brackets[] = {{.rate = Number(0.01)}};
  const loadline::Position<Number> positions[] = {{.key = loadline::KeyId{0}, .size = Number(1), .entry = Number(100), .brackets = brackets}};
  const auto portfolio = loadline::Portfolio<Number>::make({.cash = loadline::seeded<1>(10, 0), .positions = positions}, 1);
  const loadline::Price<Number> marks[] = {Number(100)};
  if (!portfolio) return 2;
  const double slope = loadline::derivatives_of(*portfolio->liquidation_below(marks, loadline::KeyId{0}))[0];  // -1 / 0.99
  return -1.0102 < slope && slope < -1.0101 ? 0 : 3;
}
