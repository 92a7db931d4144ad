// SPDX-License-Identifier: Apache-2.0
//
// The whole calculator against stored exact answers: field by field, every number. What agrees with what: comparison.hpp.
#include "differential/comparison.hpp"
#include "support/catch.hpp"

#include <calculator.hpp>

#include <fstream>
#include <string>
#include <vector>

namespace {

using differential::Comparison;
using differential::Json;
using differential::Scalar;

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
  REQUIRE(out.size() >= 100);
  return out;
}

Comparison run(const std::string& file, Scalar scalar) {
  const auto answer = scalar == Scalar::rational  ? calculator::answer_rational
                      : scalar == Scalar::decimal ? calculator::answer_decimal
                                                  : calculator::answer_double;
  Comparison c(scalar);
  std::size_t line = 0;
  for (const Stored& s : stored(file)) {
    ++line;
    if (scalar == Scalar::decimal && s.account.find('/') != std::string::npos) continue;  // no decimal holds 1/3: what is zero exactly is not here
    const std::size_t before = c.differences.size();
    c.answer(answer(s.account, calculator::Options{}), s.answer);
    for (std::size_t i = before; i < c.differences.size(); ++i) UNSCOPED_INFO(file << ", account " << line << ": " << c.differences[i]);
    if (c.differences.size() > before + 20) break;
  }
  CHECK(c.differences.empty());
  return c;
}

}  // namespace

TEST_CASE("the rational calculator equals the stored answers of linear accounts in value, field by field", "[differential]") {
  CHECK(run("differential.jsonl", Scalar::rational).numbers > 5'000);
  run("differential_hex.jsonl", Scalar::rational);
}

TEST_CASE("the rational calculator equals the stored answers of every account: fractions in value, irrational points in 40 digits", "[differential]") {
  const Comparison c = run("differential_every_decimal.jsonl", Scalar::rational);
  CHECK(c.numbers > 10'000);
  CHECK(c.digits > 800);
  CHECK(c.enclosures > 600);
  run("differential_every_hex.jsonl", Scalar::rational);
}

TEST_CASE("where numbers meet, the rational and the double calculator agree with the stored answers", "[differential]") {
  run("differential_every_coincidence.jsonl", Scalar::rational);
  run("differential_every_coincidence.jsonl", Scalar::binary);
}

TEST_CASE("the decimal calculator agrees to 40 digits", "[differential]") {
  CHECK(run("differential.jsonl", Scalar::decimal).numbers > 2'000);
}

TEST_CASE("the double calculator, given the same doubles, keeps every price within its own claim", "[differential]") {
  const Comparison linear = run("differential_hex.jsonl", Scalar::binary), every = run("differential_every_hex.jsonl", Scalar::binary);
  CHECK(linear.prices > 1'000);
  CHECK(linear.certified * 100 >= linear.prices * 98);  // hand-shaped accounts cancel on purpose
  CHECK(every.prices > 1'000);
  CHECK(every.certified * 100 >= every.prices * 90);
}

TEST_CASE("of accounts as venues have them the double calculator certifies every price but one in a thousand", "[differential]") {
  const Comparison c = run("differential_every_venue_hex.jsonl", Scalar::binary);
  CHECK(c.prices > 1'000);
  CHECK(c.certified * 1'000 >= c.prices * 999);
}

TEST_CASE("the comparison itself notices a wrong digit, a wrong word, a missing field, and a price that is a few units off", "[differential]") {
  const Stored s = stored("differential.jsonl")[0];
  Json ours = calculator::answer_rational(s.account, {});
  REQUIRE(ours.contains("equity"));
  ours["equity"] = "1/3";
  ours["status"] = "fine";
  ours.erase("maintenance");
  Comparison c(Scalar::rational);
  c.answer(ours, s.answer);
  CHECK(c.differences.size() == 3);

  std::size_t spoilt = 0;
  Comparison d(Scalar::binary);
  for (const Stored& v : stored("differential_every_venue_hex.jsonl")) {
    Json answer = calculator::answer_double(v.account, {});
    for (auto& [key, of_key] : answer["keys"].items()) {
      Json& price = of_key["liq_below"];
      if (price.is_null() || !of_key["certified"].get<bool>()) continue;
      for (int i = 0; i < 3; ++i) price = std::nextafter(price.get<double>(), 0.0);
      ++spoilt;
    }
    d.answer(answer, v.answer);
  }
  CHECK(spoilt > 50);
  CHECK(d.differences.size() == spoilt);
}
