// SPDX-License-Identifier: Apache-2.0
// Files of bands and of marks: what is read, and the row that is refused.
#include "support/catch.hpp"
#include "support/sample.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/market/mark_file.hpp>

#include <fstream>
#include <iterator>

using namespace loadline;

namespace {

std::string file(const char* name) {
  std::ifstream in(std::string(LOADLINE_DATA_DIR "/") + name, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

const std::string header = "timestamp,percentage,depth,notional,weighted_avg_price\n";
/// Two snapshots, lines 2 to 11 and 12 to 21.
std::string two() {
  std::string text = header;
  for (const char* time : {"2025-10-10 00:00:07", "2025-10-10 00:00:37"})
    for (const int k : {-5, -4, -3, -2, -1, 1, 2, 3, 4, 5})
      text += std::string(time) + "," + std::to_string(k) + "," + std::to_string(k < 0 ? -10 * k : 10 * k) + ".5,1000," + std::to_string(100 + k) + "\n";
  return text;
}
std::string replaced(const std::string& from, const std::string& to, std::size_t which = 0) {
  std::string text = two();
  std::size_t at = text.find(from);
  while (which-- > 0) at = text.find(from, at + 1);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}
void refuses(const std::string& text, Errc code, BandFault fault, std::uint32_t line, const BandReading& reading = {}) {
  const auto read = read_bands<double>(text, reading);
  REQUIRE(!read.has_value());
  CHECK(read.error().code == code);
  CHECK(std::string(message(read.error().fault)) == message(fault));
  CHECK(read.error().line == line);
}

}  // namespace

TEMPLATE_TEST_CASE("a file of bands", "[market]", LOADLINE_SCALARS, Rational, Decimal) {
  using T = TestType;
  const auto read = read_bands<T>(two());
  REQUIRE(read.has_value());
  REQUIRE(read->snapshots.size() == 2);
  CHECK(read->trimmed.empty());
  const BandSnapshot<T>& first = read->snapshots[0];
  CHECK(first.time == 1'760'054'407'000);
  CHECK(first.bids[0].size == dec<T>("10.5"));
  CHECK(first.bids[4].size == dec<T>("50.5"));
  CHECK(first.bids[4].mean_price == T(95));
  CHECK(first.asks[4].mean_price == T(105));
  CHECK(first.asks[1].value == T(1'000));
  CHECK(read->at(first.time - 1) == nullptr);
  CHECK(read->at(first.time) == &first);
  CHECK(read->at(first.time + 29'999) == &first);
  CHECK(read->at(first.time + 30'000) == &read->snapshots[1]);
  CHECK(read->at(first.time + 86'400'000) == &read->snapshots[1]);
}

TEST_CASE("the row that is refused is named", "[market]") {
  refuses("", Errc::missing_field, BandFault::empty, 0);
  refuses(header, Errc::missing_field, BandFault::empty, 1);
  refuses("time,percentage,depth,notional,weighted_avg_price\n", Errc::bad_field, BandFault::header, 1);
  refuses(replaced(",4,40.5,1000,104\n", ",4,40.5,1000\n"), Errc::bad_field, BandFault::columns, 10);
  refuses(replaced("2025-10-10 00:00:07,-4", " 2025-10-10 00:00:07,-4"), Errc::bad_field, BandFault::blank, 3);
  refuses(replaced(",1000,96", ",1000,96 "), Errc::bad_field, BandFault::blank, 3);
  refuses(replaced("2025-10-10 00:00:07,-4", "2025-10-10T00:00:07,-4"), Errc::bad_time, BandFault::time, 3);
  refuses(replaced("2025-10-10 00:00:07,-4", "2025-02-29 00:00:07,-4"), Errc::bad_time, BandFault::time, 3);
  refuses(replaced("2025-10-10 00:00:07,-4", "2025-10-10 00:00:60,-4"), Errc::bad_time, BandFault::time, 3);
  refuses(replaced(",-4,", ",-6,"), Errc::bad_field, BandFault::percentage, 3);
  refuses(replaced(",-4,", ",-4.0,"), Errc::bad_field, BandFault::percentage, 3);
  refuses(replaced(",-4,40.5", ",-4,forty"), Errc::bad_number, BandFault::number, 3);
  refuses(replaced(",-4,40.5", ",-4,nan"), Errc::bad_number, BandFault::number, 3);
  refuses(replaced(",-4,40.5", ",-4,1e999"), Errc::number_range, BandFault::number, 3);
  refuses(replaced(",-4,40.5", ",-4,50.6"), Errc::bad_book, BandFault::depth, 3);  // more than within 5 %
  refuses(replaced(",-4,40.5", ",-4,-1"), Errc::bad_book, BandFault::depth, 3);
  refuses(replaced(",3,30.5", ",3,20.4"), Errc::bad_book, BandFault::depth, 9);
  refuses(replaced("1000,103", "1000,0"), Errc::bad_book, BandFault::depth, 9);
  refuses(replaced("30.5,1000,103", "30.5,-1,103"), Errc::bad_book, BandFault::depth, 9);
  refuses(replaced("40.5,1000,96", "40.5,1001,96"), Errc::bad_book, BandFault::depth, 3);  // less money within 5 % than within 4 %
  refuses(replaced("40.5,1000,104", "40.5,999,104"), Errc::bad_book, BandFault::depth, 10);
  CHECK(read_bands<double>(replaced("10.5,1000,101", "10.5,1,101")).has_value());  // the sides are not compared
  CHECK(read_bands<double>(replaced(",3,30.5", ",3,20.5")).has_value());           // an empty ring
}

TEST_CASE("gaps: a band that is missing, and time that jumps", "[market]") {
  refuses(replaced("2025-10-10 00:00:07,-4,40.5,1000,96\n", ""), Errc::bad_book, BandFault::missing_band, 3);
  refuses(replaced("2025-10-10 00:00:07,5,50.5,1000,105\n", ""), Errc::bad_book, BandFault::missing_band, 11);  // the next snapshot's first row
  refuses(replaced("2025-10-10 00:00:37,5,50.5,1000,105\n", ""), Errc::bad_book, BandFault::missing_band, 20);  // the end of the file
  refuses(replaced("2025-10-10 00:00:07,-4,", "2025-10-10 00:00:07,-5,"), Errc::bad_book, BandFault::missing_band, 3);
  refuses(replaced("2025-10-10 00:00:07,-4", "2025-10-10 00:00:08,-4"), Errc::bad_book, BandFault::missing_band, 3);
  std::string text = two();
  for (std::size_t at = text.find(":37"); at != std::string::npos; at = text.find(":37")) text.replace(at, 3, ":07");
  refuses(text, Errc::bad_time, BandFault::order, 12);
  refuses(two(), Errc::bad_time, BandFault::gap, 12, {.longest_gap = 29'999});
  CHECK(read_bands<double>(two(), {.longest_gap = 30'000}).has_value());
}

TEST_CASE("a blank is taken off only where that is asked for, and told", "[market]") {
  const std::string text = replaced("2025-10-10 00:00:07,-4", " 2025-10-10 00:00:07, -4");
  const auto read = read_bands<double>(text, {.trim_blanks = true});
  REQUIRE(read.has_value());
  CHECK(read->trimmed == std::vector<std::uint32_t>{3});
  CHECK(read->snapshots[0].bids[3].size == 40.5);
  refuses(replaced("2025-10-10 00:00:07,-4", "2025-10-10 00: 0:07,-4"), Errc::bad_time, BandFault::time, 3, {.trim_blanks = true});  // not inside
}

TEST_CASE("the days of the calendar", "[market]") {
  const auto time = [](std::string_view text) { return detail::time_of_row(text); };
  CHECK(time("1970-01-01 00:00:00") == Time{0});
  CHECK(time("1969-12-31 23:59:59") == Time{-1'000});
  CHECK(time("2000-02-29 12:00:00") == Time{951'825'600'000});
  CHECK(time("2000-03-01 00:00:00") == Time{951'868'800'000});
  CHECK(time("2024-12-31 23:59:59") == Time{1'735'689'599'000});
  CHECK(time("2025-10-10 15:30:42") == Time{1'760'110'242'000});
  CHECK(!time("1900-02-29 00:00:00"));
  CHECK(!time("2025-10-10 24:00:00"));
  CHECK(!time("2025-10-10 00:00"));
}

TEMPLATE_TEST_CASE("minutes of a mark, straight from open to close", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const std::string head = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n";
  const std::string row = "1760054400000,100,170,90,160,0,1760054459999,0,60,0,0,0\n", later = "1760054520000,200,200,200,200,0,1760054579999,0,60,0,0,0\n";
  const auto read = read_mark_minutes<T>(head + row + later);
  REQUIRE(read.has_value());
  CHECK(*mark_at(*read, 1'760'054'400'000) == T(100));
  CHECK(*mark_at(*read, 1'760'054'415'000) == T(115));
  CHECK(*mark_at(*read, 1'760'054'520'000) == T(200));
  CHECK(mark_at(*read, 1'760'054'399'999).error() == Error{Errc::missing_price, Field::mark});
  CHECK(mark_at(*read, 1'760'054'460'000).error() == Error{Errc::missing_price, Field::mark});  // the minute that is not there
  CHECK(mark_at(*read, 1'760'054'580'000).error() == Error{Errc::missing_price, Field::mark});
  CHECK(read->front().at(1'760'054'460'000).error() == Error{Errc::bad_time, Field::mark});
  CHECK(read->front().at(1'760'054'399'999).error() == Error{Errc::bad_time, Field::mark});
  const auto fault = [&](const std::string& text) {
    const auto bad = read_mark_minutes<T>(text);
    REQUIRE(!bad.has_value());
    return bad.error();
  };
  CHECK(fault("").fault == BandFault::empty);
  CHECK(fault(row).fault == BandFault::header);
  CHECK(fault(head + "1760054400000,100,170\n").fault == BandFault::columns);
  CHECK(fault(head + later + row).fault == BandFault::order);
  CHECK(fault(head + row + row).line == 3);
  CHECK(fault(head + "1760054400001" + row.substr(13)).fault == BandFault::time);
  CHECK(fault(head + " " + row).fault == BandFault::time);
  CHECK(fault(head + "1760054400000,x,170,90,160,0,1760054459999,0,60,0,0,0\n").code == Errc::bad_number);
  CHECK(fault(head + "1760054400000,100,170,90,0,0,1760054459999,0,60,0,0,0\n").code == Errc::bad_price);
}

TEST_CASE("the bands of 10 October 2025: one stray blank", "[market]") {
  const std::string text = file("btcusdt_bands_2025-10-10.csv");
  const auto strict = read_bands<double>(text);
  REQUIRE(!strict.has_value());
  CHECK(strict.error().fault == BandFault::blank);
  const auto read = read_bands<double>(text, {.trim_blanks = true});
  REQUIRE(read.has_value());
  CHECK(read->snapshots.size() == 99);
  CHECK(read->trimmed == std::vector<std::uint32_t>{strict.error().line});
  CHECK(read->at(*detail::time_of_row("2025-10-10 21:34:32"))->bids[3].size == 17.654);
}
