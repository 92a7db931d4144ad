// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <loadline/market/moment.hpp>

using namespace loadline;

namespace {

static_assert(*read_moment("2026-01-21T13:00Z") == Moment{202601211300, 202601211300});
static_assert(*read_moment("2026-01-21") == Moment{202601210000, 202601212359});
static_assert(*read_moment("2026-01-21T13:00:59Z") == *read_moment("2026-01-21T13:00"));  // the minute that has begun
static_assert(read_moment("2024-02-29") && !read_moment("2025-02-29") && !read_moment("1900-02-29") && read_moment("2000-02-29"));

}  // namespace

TEST_CASE("texts that are no moment are refused", "[market]") {
  for (const char* text : {"",
                           "Z",
                           "2026",
                           "2026-1-21",
                           "2026-01-2",
                           "2026/01/21",
                           "2026-01-21 13:00",
                           "2026-01-21T",
                           "2026-01-21T13",
                           "2026-01-21T13:0Z",
                           "2026-01-21Z",
                           "2026-01-21Z1",
                           "2026-01-21T24:00Z",
                           "2026-01-21T13:60Z",
                           "2026-01-21T13:00:60Z",
                           "2026-01-21T13:00+0",
                           "2026-00-21",
                           "2026-13-21",
                           "2026-01-00",
                           "2026-01-32",
                           "2026-04-31",
                           "0000-01-01",
                           "-026-01-01",
                           "2026-01-21T13:00:00.5Z",
                           "2026-01-21T13:00ZZ"}) {
    INFO(text);
    CHECK_FALSE(read_moment(text).has_value());
  }
}

TEST_CASE("a day neither precedes nor follows a minute of it", "[market]") {
  const Moment day = *read_moment("2026-01-21"), minute = *read_moment("2026-01-21T13:00Z");
  CHECK_FALSE(before(day, minute));
  CHECK_FALSE(since(day, minute));
  CHECK_FALSE(before(minute, day));
  CHECK_FALSE(since(minute, day));
  CHECK(before(*read_moment("2026-01-20"), minute));
  CHECK(since(*read_moment("2026-01-22"), minute));
  CHECK(before(*read_moment("2026-01-21T12:59:59Z"), minute));
  CHECK(since(minute, minute));
  CHECK_FALSE(before(minute, minute));
}
