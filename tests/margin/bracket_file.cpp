// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "support/sample.hpp"
#include "support/strict.hpp"

#include <loadline/margin/bracket_file.hpp>

#include <string>

using namespace loadline;

namespace {

constexpr std::string_view header = "symbol,floor,cap,rate,cum,max_leverage\n";

template <class T>
auto read(std::string_view rows) {
  return read_brackets<T>(std::string(header) + std::string(rows));
}

struct BadFile {
  const char* claim;
  const char* text;  ///< with its header
  RowFault fault;
  Errc code;
  std::uint32_t line;
};

#define HEADER "symbol,floor,cap,rate,cum,max_leverage\n"
#define ROW "A,0,100,0.01,0,50\n"

constexpr BadFile bad_files[] = {
    {"an empty text has no rows", "", RowFault::empty, Errc::empty_brackets, 0},
    {"a header alone has no rows", HEADER, RowFault::empty, Errc::empty_brackets, 1},
    {"comments and a header have no rows", "# a\n\n" HEADER "# b\n", RowFault::empty, Errc::empty_brackets, 4},
    {"the first row must be the header", ROW, RowFault::header, Errc::bad_field, 1},
    {"a header in another order", "symbol,cap,floor,rate,cum,max_leverage\n", RowFault::header, Errc::bad_field, 1},
    {"a header with blanks", "symbol, floor, cap, rate, cum, max_leverage\n", RowFault::header, Errc::bad_field, 1},
    {"a header with a column more", "symbol,floor,cap,rate,cum,max_leverage,x\n", RowFault::header, Errc::bad_field, 1},
    {"the line of a late header is counted with the comments", "# a\n# b\nsymbol\n", RowFault::header, Errc::bad_field, 3},
    {"the header again", HEADER ROW HEADER, RowFault::number, Errc::bad_number, 3},

    {"five columns", HEADER "A,0,100,0.01,0\n", RowFault::columns, Errc::bad_field, 2},
    {"one column", HEADER ROW "A\n", RowFault::columns, Errc::bad_field, 3},
    {"seven columns", HEADER "A,0,100,0.01,0,50,1\n", RowFault::columns, Errc::bad_field, 2},
    {"a comma at the end is a seventh column", HEADER "A,0,100,0.01,0,50,\n", RowFault::columns, Errc::bad_field, 2},
    {"no symbol", HEADER ",0,100,0.01,0,50\n", RowFault::columns, Errc::bad_field, 2},
    {"a blank line is skipped, but a line of blanks is not", HEADER ROW " \n", RowFault::columns, Errc::bad_field, 3},

    {"a floor that is no number", HEADER "A,zero,100,0.01,0,50\n", RowFault::number, Errc::bad_number, 2},
    {"a floor that is missing", HEADER "A,,100,0.01,0,50\n", RowFault::number, Errc::bad_number, 2},
    {"a cap that is no number", HEADER "A,0,1oo,0.01,0,50\n", RowFault::number, Errc::bad_number, 2},
    {"a cap of infinity", HEADER "A,0,inf,0.01,0,50\n", RowFault::number, Errc::bad_number, 2},
    {"a rate that is missing", HEADER "A,0,100,,0,50\n", RowFault::number, Errc::bad_number, 2},
    {"a rate that is NaN", HEADER "A,0,100,nan,0,50\n", RowFault::number, Errc::bad_number, 2},
    {"a rate in percent", HEADER "A,0,100,1%,0,50\n", RowFault::number, Errc::bad_number, 2},
    {"a deduction that is no number", HEADER "A,0,100,0.01,none,50\n", RowFault::number, Errc::bad_number, 2},
    {"a leverage that is no number", HEADER "A,0,100,0.01,0,50x\n", RowFault::number, Errc::bad_number, 2},
    {"a leverage that is missing", HEADER "A,0,100,0.01,0,\n", RowFault::number, Errc::bad_number, 2},
    {"an exponent beyond any double", HEADER "A,0,1e999999999,0.01,0,50\n", RowFault::number, Errc::number_range, 2},
    {"a cap beyond double", HEADER "A,0,1e309,0.01,0,50\n", RowFault::number, Errc::number_range, 2},

    {"a rate of 1", HEADER "A,0,100,1,0,50\n", RowFault::rate, Errc::bad_mmr, 2},
    {"a rate below 0", HEADER "A,0,100,-0.01,0,50\n", RowFault::rate, Errc::bad_mmr, 2},
    {"a rate of 1 in a later row", HEADER ROW "A,100,200,1,99,1\n", RowFault::rate, Errc::bad_mmr, 3},

    {"a first floor above 0", HEADER "A,10,100,0.01,0,50\n", RowFault::gap, Errc::bad_brackets, 2},
    {"a gap of one cent", HEADER ROW "A,100.01,200,0.02,1.0001,25\n", RowFault::gap, Errc::bad_brackets, 3},
    {"a first floor below 0", HEADER "A,-10,100,0.01,0,50\n", RowFault::overlap, Errc::bad_brackets, 2},
    {"an overlap of one cent", HEADER ROW "A,99.99,200,0.02,0.9999,25\n", RowFault::overlap, Errc::bad_brackets, 3},
    {"rows out of order", HEADER ROW "A,200,300,0.03,3,10\nA,100,200,0.02,1,25\n", RowFault::gap, Errc::bad_brackets, 3},
    {"a row after an open one", HEADER "A,0,,0.01,0,50\nA,100,200,0.02,1,25\n", RowFault::overlap, Errc::bad_brackets, 3},
    {"a cap of 0", HEADER "A,0,0,0.01,0,50\n", RowFault::order, Errc::bad_brackets, 2},
    {"a cap below 0", HEADER "A,0,-5,0.01,0,50\n", RowFault::order, Errc::bad_brackets, 2},
    {"a row without width", HEADER ROW "A,100,100,0.02,1,25\n", RowFault::order, Errc::bad_brackets, 3},
    {"a cap below its floor", HEADER ROW "A,100,50,0.02,1,25\n", RowFault::order, Errc::bad_brackets, 3},

    {"the floor is 0 again inside one symbol", HEADER ROW ROW, RowFault::second_table, Errc::bad_brackets, 3},
    {"a symbol that comes again later", HEADER ROW "B,0,100,0.01,0,50\nA,100,200,0.02,1,25\n", RowFault::second_table, Errc::duplicate_symbol, 4},
    {"a whole table that comes again later", HEADER ROW "B,0,100,0.01,0,50\n" ROW, RowFault::second_table, Errc::duplicate_symbol, 4},

    {"a rate that falls", HEADER ROW "A,100,200,0.009,-0.1,25\n", RowFault::falling_rate, Errc::brackets_not_convex, 3},

    {"a first deduction that is not 0", HEADER "A,0,100,0.01,0.01,50\n", RowFault::cum, Errc::cum_mismatch, 2},
    {"a deduction a cent too high", HEADER ROW "A,100,200,0.02,1.01,25\n", RowFault::cum, Errc::cum_mismatch, 3},
    {"a deduction a cent too low", HEADER ROW "A,100,200,0.02,0.99,25\n", RowFault::cum, Errc::cum_mismatch, 3},
    {"a deduction after one that was left to derive", HEADER ROW "A,100,200,0.02,,25\nA,200,300,0.03,3.01,10\n", RowFault::cum, Errc::cum_mismatch, 4},

    {"the first bad row is named, not the worst", HEADER ROW "A,100,200,0.009,0,25\n,,\n", RowFault::falling_rate, Errc::brackets_not_convex, 3},
    {"comments and blank lines count", HEADER "\n# x\n\nA,0,100,0.01,0\n", RowFault::columns, Errc::bad_field, 5},
    {"so do lines that end in CR LF", "symbol,floor,cap,rate,cum,max_leverage\r\n\r\nA,0,100,0.01,0\r\n", RowFault::columns, Errc::bad_field, 3},
    {"the last line needs no end", HEADER "A,0,100,0.01,0", RowFault::columns, Errc::bad_field, 2},
};

}  // namespace

TEMPLATE_TEST_CASE("the first bad row is refused by its line", "[margin][bracket_file]", LOADLINE_SCALARS) {
  for (const BadFile& bad : bad_files) {
    INFO(bad.claim);
    const auto file = read_brackets<TestType>(bad.text);
    REQUIRE_FALSE(file.has_value());
    CHECK(std::string(message(file.error().fault)) == message(bad.fault));
    CHECK(std::string(name(file.error().code)) == name(bad.code));
    CHECK(file.error().line == bad.line);
  }
}

TEST_CASE("every fault has words of its own", "[margin][bracket_file]") {
  std::vector<std::string> seen;
  for (int i = 0; i <= static_cast<int>(RowFault::empty); ++i) {
    const std::string words = message(static_cast<RowFault>(i));
    CHECK_FALSE(words.empty());
    CHECK(words != "unknown");
    CHECK(std::find(seen.begin(), seen.end(), words) == seen.end());
    seen.push_back(words);
  }
}

TEMPLATE_TEST_CASE("a good file gives each symbol its rows, in the file's order", "[margin][bracket_file]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto file = read<T>("B,0,100,0.01,0,50\nB,100,200,0.02,1,25\nA,0,1e3,0.005,0,125\n");
  REQUIRE(file.has_value());
  REQUIRE(file->symbols.size() == 2);
  CHECK(file->symbols[0].symbol == "B");
  CHECK(file->symbols[1].symbol == "A");
  const auto& rows = file->symbols[0].rows;
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].floor == T(0));
  CHECK(rows[0].cap == T(100));
  CHECK(rows[0].rate == Ratio<T>(dec<T>("0.01")));
  CHECK(rows[0].cum == T(0));
  CHECK(rows[1].floor == T(100));
  CHECK(rows[1].cap == T(200));
  CHECK(rows[1].rate == Ratio<T>(dec<T>("0.02")));
  CHECK(rows[1].cum == T(1));
  REQUIRE(file->symbols[0].max_leverage.size() == 2);
  CHECK(file->symbols[0].max_leverage[0] == Ratio<T>(50));
  CHECK(file->symbols[0].max_leverage[1] == Ratio<T>(25));
  CHECK(file->symbols[1].rows[0].cap == T(1000));
}

TEMPLATE_TEST_CASE("a symbol is found by its whole name", "[margin][bracket_file]", LOADLINE_SCALARS) {
  const auto file = read<TestType>("BTCUSDT,0,100,0.01,0,50\nBTCUSDT_241227,0,100,0.02,0,25\n");
  REQUIRE(file.has_value());
  REQUIRE(file->find("BTCUSDT_241227") != nullptr);
  CHECK(file->find("BTCUSDT_241227")->symbol == "BTCUSDT_241227");
  CHECK(file->find("BTCUSDT")->max_leverage[0] == Ratio<TestType>(50));
  CHECK(file->find("BTC") == nullptr);
  CHECK(file->find("") == nullptr);
}

TEMPLATE_TEST_CASE("comments, blank lines, CR LF and a missing last line end change nothing", "[margin][bracket_file]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto file = read_brackets<T>("# about\r\n\r\nsymbol,floor,cap,rate,cum,max_leverage\r\n# A\r\nA,0,100,0.01,0,50\r\n\r\nA,100,200,0.02,1,25");
  REQUIRE(file.has_value());
  REQUIRE(file->symbols.size() == 1);
  REQUIRE(file->symbols[0].rows.size() == 2);
  CHECK(file->symbols[0].max_leverage[1] == Ratio<T>(25));
}

TEMPLATE_TEST_CASE("an empty cap leaves the last bracket open, in each symbol", "[margin][bracket_file]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto file = read<T>("A,0,100,0.01,0,50\nA,100,,0.02,1,25\nB,0,,0.01,,50\n");
  REQUIRE(file.has_value());
  CHECK(file->symbols[0].rows[0].cap == T(100));
  CHECK_FALSE(file->symbols[0].rows[1].cap);
  CHECK_FALSE(file->symbols[1].rows[0].cap);
}

TEMPLATE_TEST_CASE("an empty deduction is left to derive", "[margin][bracket_file]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto file = read<T>("A,0,100,0.01,,50\nA,100,200,0.02,,25\nA,200,300,0.03,3,10\n");
  REQUIRE(file.has_value());
  const auto& rows = file->symbols[0].rows;
  CHECK_FALSE(rows[0].cum);
  CHECK_FALSE(rows[1].cum);
  CHECK(rows[2].cum == T(3));  // 100 x 0.01 + 200 x 0.01, with the derived one before it
  const BracketTable<T> table{rows};
  Deductions<T, T> row(table);
  row.advance();
  CHECK(same(row.derived(), "1"));
}

TEMPLATE_TEST_CASE("equal rates and a rate of 0 are in order", "[margin][bracket_file]", LOADLINE_SCALARS) {
  CHECK(read<TestType>("A,0,100,0,0,50\nA,100,200,0,0,25\nA,200,300,0.01,2,10\n").has_value());
}

// 0.0065 is not a double; 600,000 x (0.0065 - 0.005) is 900.0000000000001 in binary.
TEMPLATE_TEST_CASE("the deduction of decimal rates passes in binary", "[margin][bracket_file]", LOADLINE_SCALARS) {
  CHECK(read<TestType>("A,0,50000,0.004,0,125\nA,50000,600000,0.005,50,100\nA,600000,3000000,0.0065,950,75\n").has_value());
  CHECK_FALSE(read<TestType>("A,0,50000,0.004,0,125\nA,50000,600000,0.005,50,100\nA,600000,3000000,0.0065,950.01,75\n").has_value());
  CHECK_FALSE(read<TestType>("A,0,50000,0.004,0,125\nA,50000,600000,0.005,50,100\nA,600000,3000000,0.0065,950.0000001,75\n").has_value());
}
