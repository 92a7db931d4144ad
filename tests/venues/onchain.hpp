// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/catch.hpp"

#include <loadline/core/whole.hpp>

#include <boost/multiprecision/cpp_int.hpp>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

/// @file
/// The worked integers of on-chain venues (tests/data/onchain_liquidation.jsonl), read into any integer.

using Json = nlohmann::json;
using Unbounded = boost::multiprecision::cpp_int;
#define LOADLINE_INTEGERS loadline::Whole, Unbounded

/// The lines of one source key: a line lost or cut is a failure, not a silence.
inline std::vector<Json> worked(std::string_view key, std::size_t count) {
  std::ifstream in(LOADLINE_TEST_DATA_DIR "/onchain_liquidation.jsonl", std::ios::binary);
  std::vector<Json> out;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (Json row = Json::parse(line); row.at("source") == key) out.push_back(std::move(row));
  }
  REQUIRE(out.size() == count);
  return out;
}

/// A whole number, written as one or, beyond 53 bits, as text.
template <class I>
I whole(const Json& x) {
  const std::string text = x.is_string() ? x.get<std::string>() : x.dump();
  I out = I(0);
  const bool negative = text.front() == '-';
  for (const char c : text.substr(negative ? 1 : 0)) {
    REQUIRE((c >= '0' && c <= '9'));
    out = I(out * I(10));
    out = I(out + I(c - '0'));
  }
  return negative ? I(I(0) - out) : out;
}
template <class I>
I whole(const Json& object, const char* name, int otherwise) {
  return object.contains(name) ? whole<I>(object.at(name)) : I(otherwise);
}

/// As text, so that a failure shows it: Catch prints no __int128.
template <class I>
std::string shown(I x) {
  if (x == I(0)) return "0";
  std::string out;
  const bool negative = x < I(0);
  for (; !(x == I(0)); x = I(x / I(10))) {
    const I last = I(x % I(10));
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(negative ? I(I(0) - last) : last)));
  }
  return negative ? "-" + out : out;
}
/// A worked number as the same text.
inline std::string shown(const Json& x) {
  return x.is_string() ? x.get<std::string>() : x.dump();
}
