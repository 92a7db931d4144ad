// SPDX-License-Identifier: Apache-2.0
//
// Any byte string is answered or refused: with an answer, or with an error that has a code and a message.
#include <loadline/ext/json.hpp>
#include <loadline/ext/multiprecision.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto answer = loadline::answer_text<double, loadline::Rational>(text, {.lenient = size % 2 == 1, .tick = std::nullopt});
  if (answer ? !answer->contains("status") : answer.error().message.empty()) std::abort();
  if (answer && !nlohmann::ordered_json::accept(answer->dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace))) std::abort();
  return 0;
}
