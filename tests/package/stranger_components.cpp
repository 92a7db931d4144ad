// SPDX-License-Identifier: Apache-2.0
#include <loadline/ext/json.hpp>
#include <loadline/ext/multiprecision.hpp>

int main() {
  const auto answer = loadline::answer_text<loadline::Rational>(
      R"({"prices": {"X": 100}, "collateral": [{"asset": "USDT", "amount": 10}], "positions": [{"symbol": "X", "qty": 1, "entry": 100, "brackets": [{"mmr": "0.01"}]}]})");
  return answer && (*answer)["keys"]["X"]["liq_below"] == "1000/11" ? 0 : 1;
}
