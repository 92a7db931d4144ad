// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/strict.hpp"

#include <loadline/core/result.hpp>

#include <memory>
#include <set>
#include <string>
#include <type_traits>

namespace {

using loadline::Errc;
using loadline::Error;
using loadline::Field;
using loadline::Result;

/// A value that only its own maker can make.
class Ticket {
 public:
  explicit Ticket(int number) : number_(number) {}
  Ticket() = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

constexpr Result<int> half_of(int x) {
  if (x % 2 != 0) return Error{Errc::bad_field, Field::size, 3, 4};
  return x / 2;
}
static_assert(half_of(8).has_value() && *half_of(8) == 4);
static_assert(!half_of(7) && half_of(7).error() == Error{Errc::bad_field, Field::size, 3, 4});
static_assert(*half_of(8).and_then(half_of) == 2);
static_assert(!half_of(6).and_then(half_of));
static_assert(half_of(7).value_or(-1) == -1 && half_of(8).value_or(-1) == 4);

}  // namespace

TEST_CASE("a result holds a value or an error", "[result]") {
  const Result<int> good = 7, bad = Error{Errc::bad_price, Field::mark, 2};
  CHECK(good.has_value());
  CHECK(good);
  CHECK(*good == 7);
  CHECK_FALSE(bad.has_value());
  CHECK_FALSE(bad);
  CHECK(bad.error().code == Errc::bad_price);
  CHECK(bad.error().field == Field::mark);
  CHECK(bad.error().index == 2);
  CHECK(bad.error().item == 0);
}

TEST_CASE("value_or gives the value, or the other", "[result]") {
  CHECK(half_of(10).value_or(1) == 5);
  CHECK(half_of(11).value_or(1) == 1);
}

TEST_CASE("and_then goes on with a value and stops at the first error", "[result]") {
  int calls = 0;
  const auto counted = [&calls](int x) {
    ++calls;
    return half_of(x);
  };
  CHECK(*half_of(12).and_then(counted) == 3);
  CHECK(calls == 1);
  CHECK(half_of(13).and_then(counted).error() == half_of(13).error());
  CHECK(calls == 1);
  // To another type.
  const auto text = half_of(12).and_then([](int x) { return Result<std::string>(std::to_string(x)); });
  CHECK(*text == "6");
}

TEST_CASE("a result moves what cannot be copied", "[result]") {
  Result<std::unique_ptr<int>> made = std::make_unique<int>(5);
  REQUIRE(made);
  CHECK(**made == 5);
  **made = 6;
  const std::unique_ptr<int> taken = *std::move(made);
  CHECK(*taken == 6);
  STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Result<std::unique_ptr<int>>>);
}

TEST_CASE("a value needs no default constructor", "[result]") {
  const Result<Ticket> good = Ticket(9), bad = Error{};
  CHECK(good->number() == 9);
  CHECK_FALSE(bad);
  STATIC_REQUIRE_FALSE(std::is_default_constructible_v<Result<Ticket>>);
}

TEMPLATE_TEST_CASE("a result holds any scalar", "[result]", LOADLINE_SCALARS) {
  using T = TestType;
  const Result<T> good = T(3), bad = Error{Errc::bad_number};
  CHECK(plain(*good) == 3.0);
  CHECK(plain(bad.value_or(T(4))) == 4.0);
}

TEST_CASE("every code has a name and a message of its own, and a fixed number", "[result]") {
  std::set<std::string> names, messages;
  int codes = 0;
  for (int i = 0; i < 1'000; ++i) {
    const auto code = static_cast<Errc>(i);
    if (std::string(name(code)) == "UNKNOWN") {
      CHECK(std::string(message(code)) == "unknown");
      continue;
    }
    ++codes;
    CHECK(std::string(message(code)) != "unknown");
    names.insert(name(code));
    messages.insert(message(code));
  }
  CHECK(codes == 37);
  CHECK(names.size() == 37);
  CHECK(messages.size() == 37);
  // They end up in logs: these numbers may never change.
  CHECK(static_cast<int>(Errc::bad_json) == 1);
  CHECK(static_cast<int>(Errc::duplicate_key) == 20);
  CHECK(static_cast<int>(Errc::bad_price) == 30);
  CHECK(static_cast<int>(Errc::bad_ratio) == 40);
  CHECK(static_cast<int>(Errc::bad_tiers) == 50);
  CHECK(static_cast<int>(Errc::empty_brackets) == 60);
  CHECK(static_cast<int>(Errc::cum_mismatch) == 64);
  CHECK(static_cast<int>(Errc::bad_size) == 71);
  CHECK(static_cast<int>(Errc::overflow) == 80);
}
