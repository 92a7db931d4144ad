// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include <loadline/core/rows.hpp>

using namespace loadline;

TEST_CASE("comments and empty lines are passed over, and lines keep their numbers", "[rows]") {
  Rows rows("# a comment\r\n\na,b\r\n#\n  c\nlast");
  CHECK(rows.next() == "a,b");
  CHECK(rows.line() == 3U);
  CHECK(rows.next() == "  c");
  CHECK(rows.line() == 5U);
  CHECK(rows.next() == "last");
  CHECK(rows.line() == 6U);
  CHECK(!rows.next());
  CHECK(!rows.next());
  CHECK(rows.line() == 6U);
  CHECK(!Rows("").next());
  CHECK(Rows("").line() == 0U);
}

TEST_CASE("a row has as many columns as are asked for, or none", "[rows]") {
  const auto three = columns_of<3>("a,,c");
  REQUIRE(three);
  CHECK((*three)[0] == "a");
  CHECK((*three)[1].empty());
  CHECK((*three)[2] == "c");
  CHECK(!columns_of<3>("a,b"));
  CHECK(!columns_of<3>("a,b,c,"));
  CHECK(!columns_of<3>("a,b,c,d"));
  CHECK(columns_of<3>(",,")->back().empty());
  CHECK(columns_of<1>("")->front().empty());
  CHECK(!columns_of<1>(","));
}
