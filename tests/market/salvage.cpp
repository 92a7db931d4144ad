// SPDX-License-Identifier: Apache-2.0
// The broken bands of 10 October 2025: what the guard says of them, and what is left once the phantom bid is out.
#include "support/property.hpp"
#include "support/sample.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/market/book_guard.hpp>
#include <loadline/market/mark_file.hpp>
#include <loadline/market/salvage.hpp>

#include <cmath>
#include <fstream>
#include <iterator>

using namespace loadline;

namespace {

using ::plain;
double plain(const Rational& x) {
  return x.convert_to<double>();
}

std::string file(const char* name, const char* folder = LOADLINE_DATA_DIR "/") {
  std::ifstream in(std::string(folder) + name, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}
Time at(std::string_view clock) {
  return *detail::time_of_row("2025-10-10 " + std::string(clock));
}
template <class T>
struct Day {
  BandFile<T> bands = *read_bands<T>(file("btcusdt_bands_2025-10-10.csv"), {.trim_blanks = true});
  std::vector<MarkMinute<T>> marks = *read_mark_minutes<T>(file("btcusd_perp_mark_2025-10-10.csv"));
  [[nodiscard]] T mark(Time t) const { return *mark_at(marks, t); }
};
template <class T>
Phantom<T> phantom() {
  return {BookSide::bids, dec<T>("17.654"), T(121'000)};
}
const char* word(Evidence evidence) {
  return evidence == Evidence::measured ? "measured" : evidence == Evidence::interpolated ? "interpolated" : "beyond";
}

/// Whether x is what the other program printed with one digit (of per cents: two), in doubt either way of a half.
template <class T>
bool is_printed(const T& x, std::string_view text, int unit = 10) {
  const T off = magnitude(T(x - dec<T>(text)));
  return off < T(T(T(1) / T(2 * unit)) + T(T(1) / T(10'000'000)));
}

/// A snapshot of five equal bands a side, a phantom bid of 2 at 130 in them, mark 110: the file's mid is 120.
template <class T>
BandSnapshot<T> broken() {
  const auto side = [](int mean, int extra) {
    const auto band = [&](int k) { return BandDepth<T>{T(100 * (k - 1) + extra), T(0), T(mean)}; };
    return std::array<BandDepth<T>, band_count>{band(1), band(2), band(3), band(4), band(5)};
  };
  return {0, side(130, 2), side(121, 50)};
}
template <class T>
Error refused(const BandSnapshot<T>& snapshot, const T& mark, const Phantom<T>& what) {
  const auto out = salvage(snapshot, mark, what);
  REQUIRE(!out.has_value());
  return out.error();
}

}  // namespace

TEMPLATE_TEST_CASE("the guard accepts the bands until 15:30:42, suspects the bids from 15:22, and refuses everything after", "[market]", LOADLINE_SCALARS,
                   Rational, Decimal) {
  using T = TestType;
  const Day<T> day;
  BandGuard<T> guard = *BandGuard<T>::make(60'000, bps<T>(15));
  int accepted = 0, refused = 0, would_pass = 0;
  for (const BandSnapshot<T>& snapshot : day.bands.snapshots) {
    const TimedPrice<T> mark{day.mark(snapshot.time), snapshot.time};
    const std::optional<Error> e = guard.look(snapshot, mark, snapshot.time);
    INFO("second of the day " << (snapshot.time - at("00:00:00")) / 1'000);
    CHECK(e.has_value() == !(snapshot.time < at("15:30:42")));
    if (e) CHECK(*e == Error{Errc::bad_book, Field::spread});
    CHECK(guard.suspect(BookSide::bids).has_value() == !(snapshot.time < at("15:22:00")));
    (e ? refused : accepted) += 1;
    BandGuard<T> alone = *BandGuard<T>::make(60'000, bps<T>(15));
    if (e && !alone.look(snapshot, mark, snapshot.time)) ++would_pass;
  }
  CHECK(accepted == 52);
  CHECK(refused == 47);
  CHECK(would_pass == 6);  // 15:44:00 to 15:46:33: only the latch refuses them
  CHECK(guard.latch().refused_at() == at("15:30:42"));
  CHECK(guard.suspect(BookSide::bids) == at("15:22:00"));
  CHECK(!guard.suspect(BookSide::asks));
}

TEMPLATE_TEST_CASE("salvaged bands equal those of another program", "[market]", LOADLINE_SCALARS, Rational, Decimal) {
  using T = TestType;
  const Day<T> day;
  const std::string text = file("btcusdt_salvaged_2025-10-10.csv", LOADLINE_TEST_DATA_DIR "/");
  Rows rows(text);
  REQUIRE(rows.next().has_value());  // the header
  int compared = 0, interpolated = 0, without_bids = 0;
  while (const auto row = rows.next()) {
    const auto column = *columns_of<8>(*row);
    INFO(std::string(*row));
    const Time time = *detail::time_of_row(column[0]);
    const BandSnapshot<T>* snapshot = day.bands.at(time);
    REQUIRE((snapshot != nullptr && snapshot->time == time));
    const T mark = day.mark(time);
    const auto out = salvage(*snapshot, mark, phantom<T>());
    REQUIRE(out.has_value());
    CHECK(is_printed(mark, column[1]));  // 114,040.05 once, printed as 114,040.0
    const SalvagedDepth<T> asks = out->asks.within(bps<T>(500)), bids = out->bids.within(bps<T>(200));
    REQUIRE(asks.depth.has_value());
    CHECK(is_printed(*asks.depth, column[2]));
    CHECK(word(asks.evidence) == std::string(column[3]));
    CHECK(is_printed(*out->asks.within_first_edge(), column[4]));
    CHECK(is_printed(T(T(100) * out->asks.range()->nearest), column[5], 100));
    CHECK(bids.depth.has_value() == !column[6].empty());
    if (bids.depth) CHECK(is_printed(*bids.depth, column[6]));
    // Where no bid edge lies below the market the other program says "interpolated" and gives no figure.
    if (column[7] == "interpolated")
      CHECK(!out->bids.range());
    else
      CHECK(word(bids.evidence) == std::string(column[7]));
    ++compared;
    interpolated += asks.evidence == Evidence::interpolated ? 1 : 0;
    without_bids += out->bids.range() ? 0 : 1;
  }
  CHECK(compared == 34);
  CHECK(interpolated == 11);
  CHECK(without_bids == 5);
}

TEMPLATE_TEST_CASE("the lowest asks of the day, and what bounds them without interpolation", "[market]", LOADLINE_SCALARS) {
  using T = TestType;
  const Day<T> day;
  const auto seen = [&](std::string_view clock) { return *salvage(*day.bands.at(at(clock)), day.mark(at(clock)), phantom<T>()); };
  CHECK(plain(*seen("21:20:06").asks.within_first_edge()) == Approx(609).margin(1));
  CHECK(plain(seen("21:20:06").asks.range()->nearest) == Approx(0.091).margin(0.0005));
  CHECK(plain(*seen("21:22:31").asks.within_first_edge()) == Approx(522).margin(0.5));
  CHECK(plain(seen("21:22:31").asks.range()->nearest) == Approx(0.074).margin(0.0005));
  CHECK(!seen("21:22:31").bids.range());
  CHECK(seen("15:55:33").bids.range().has_value());
}

TEMPLATE_TEST_CASE("edges at absolute prices, by hand", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const auto out = salvage(broken<T>(), T(110), Phantom<T>{BookSide::bids, T(2), T(125)});
  REQUIRE(out.has_value());
  CHECK(out->mid == T(120));
  CHECK(plain(out->asks.edges[0].price) == Approx(121.2));
  CHECK(plain(out->asks.edges[0].distance) == Approx(11.2 / 110));
  CHECK(out->asks.edges[0].depth == T(50));  // the phantom is no ask
  CHECK(plain(out->bids.edges[4].price) == Approx(114));
  CHECK(out->bids.edges[4].depth == T(400));
  CHECK(!out->bids.range());  // every bid edge lies above the market
  CHECK(!out->bids.within_first_edge());
  CHECK(out->bids.within(bps<T>(1)).evidence == Evidence::beyond);
  CHECK(!out->bids.within(bps<T>(1)).depth);
  CHECK(plain(out->asks.range()->nearest) == Approx(11.2 / 110));
  CHECK(plain(out->asks.range()->farthest) == Approx(16.0 / 110));
  // Edges every 1.2 / 110 from 11.2 / 110, 100 between two of them, 50 before the first.
  const auto within = [&](double price) { return out->asks.within(num<T>(price / 110)); };
  if constexpr (!std::is_same_v<T, Rational>) {
    CHECK(within(5.6).evidence == Evidence::interpolated);
    CHECK(plain(*within(5.6).depth) == Approx(25));
    CHECK(within(11.3).evidence == Evidence::measured);
    CHECK(plain(*within(11.8).depth) == Approx(100));
    CHECK(plain(*within(15.4).depth) == Approx(400));
    CHECK(within(16.1).evidence == Evidence::beyond);
  }
  const SalvagedSide<T>& asks = out->asks;
  CHECK(asks.within(asks.edges[0].distance).evidence == Evidence::measured);  // at an edge nothing is interpolated
  CHECK(*asks.within(asks.edges[0].distance).depth == T(50));
  CHECK(*asks.within(asks.edges[3].distance).depth == T(350));
  CHECK(asks.within(asks.edges[4].distance).evidence == Evidence::measured);

  CHECK(asks.within(T(0)).depth == T(0));
  CHECK(asks.within(bps<T>(-1)).evidence == Evidence::beyond);  // on the other half nothing is known, and nothing is negative
  CHECK(!asks.within(bps<T>(-1)).depth);
  if constexpr (std::is_same_v<T, double>)
    for (const double none : {std::nan(""), HUGE_VAL, -HUGE_VAL}) CHECK(!asks.within(none).depth);

  // The mirror: a phantom ask of 2 below the market.
  BandSnapshot<T> mirror = broken<T>();
  std::swap(mirror.bids, mirror.asks);
  for (BandDepth<T>& band : mirror.asks) band.mean_price = T(90);
  const auto below = salvage(mirror, T(110), Phantom<T>{BookSide::asks, T(2), T(95)});
  REQUIRE(below.has_value());
  CHECK(below->mid == T(100));
  CHECK(below->bids.edges[0].price == T(99));
  CHECK(*below->bids.within_first_edge() == T(50));
  CHECK(below->asks.edges[1].depth == T(100));
  CHECK(!below->asks.range());
}

TEMPLATE_TEST_CASE("what cannot be salvaged gets a code and its culprit", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const Phantom<T> bid{BookSide::bids, T(2), T(125)};
  const BandSnapshot<T> fine = broken<T>();
  CHECK(refused(fine, T(0), bid) == Error{Errc::bad_price, Field::mark});
  CHECK(refused(fine, T(110), {BookSide::bids, T(0), T(125)}) == Error{Errc::bad_parameter, Field::size});
  CHECK(refused(fine, T(110), {BookSide::bids, T(2), T(0)}) == Error{Errc::bad_parameter, Field::threshold});
  CHECK(refused(fine, T(110), {BookSide::bids, T(2), T(130)}) == Error{Errc::bad_book, Field::band, 0, 0});  // the band is not above the bound
  CHECK(refused(fine, T(110), {BookSide::asks, T(2), T(121)}) == Error{Errc::bad_book, Field::band, 0, 1});
  CHECK(refused(fine, T(130), bid) == Error{Errc::bad_book, Field::mid});  // a bid at the market is no phantom
  BandSnapshot<T> bad = fine;
  bad.bids[0].size = T(T(T(2) * T(9'989)) / T(10'000));  // more than a thousandth short
  CHECK(refused(bad, T(110), bid) == Error{Errc::bad_book, Field::band, 0, 0});
  bad.bids[0].size = T(T(T(2) * T(9'991)) / T(10'000));
  CHECK(salvage(bad, T(110), bid)->bids.edges[0].depth == T(0));
  bad = fine;
  bad.asks[2].size = T(149);
  CHECK(refused(bad, T(110), bid) == Error{Errc::bad_book, Field::band, 2, 1});
  bad = fine;
  bad.bids[4].size = T(1);
  CHECK(refused(bad, T(110), bid) == Error{Errc::bad_book, Field::band, 4, 0});
  bad = fine;
  bad.asks[0].size = T(-1);
  CHECK(refused(bad, T(110), bid) == Error{Errc::bad_book, Field::band, 0, 1});
  if constexpr (std::is_same_v<T, double>) {
    const double nan = std::nan("");
    CHECK(refused(fine, nan, bid) == Error{Errc::bad_number, Field::mark});
    CHECK(refused(fine, T(110), {BookSide::bids, nan, T(125)}) == Error{Errc::bad_number, Field::size});
    CHECK(refused(fine, T(110), {BookSide::bids, T(2), nan}) == Error{Errc::bad_number, Field::threshold});
    bad = fine;
    bad.bids[0].mean_price = 1.7e308;
    CHECK(refused(bad, 1e308, bid) == Error{Errc::overflow, Field::mid});
    bad.bids[0].mean_price = 1e307;  // the mid is a number, its edges are none
    CHECK(refused(bad, 9e306, bid) == Error{Errc::overflow, Field::mid});
    CHECK(refused(fine, 1e-308, bid) == Error{Errc::overflow, Field::mid});
    CHECK(MarkMinute<double>{0, 1.0, 1.7e308}.at(59'999).error() == Error{Errc::overflow, Field::mark});
    CHECK(mark_at(std::vector<MarkMinute<double>>{{0, 1.0, 1.7e308}}, 59'999).error() == Error{Errc::overflow, Field::mark});
    bad = fine;
    bad.bids[0].mean_price = nan;
    CHECK(refused(bad, T(110), bid) == Error{Errc::bad_number, Field::band, 0, 0});
    bad = fine;
    bad.asks[1].size = nan;
    CHECK(refused(bad, T(110), bid) == Error{Errc::bad_number, Field::band, 1, 1});
  }
}

TEST_CASE("a phantom put into a book comes out again", "[market][laws]") {
  int bounded = 0;
  check_property("cumulative depth at the edges is that of the book without it", 200, [&] {
    struct Order {
      Rational price, size;
    };
    const Rational market(*rc::gen::inRange(1'000, 2'000)), best = market * (1 + Rational(*rc::gen::inRange(1, 120), 1'000)), size(*rc::gen::inRange(1, 50));
    const auto orders = [&](int sign) {
      std::vector<Order> out;
      const int count = *rc::gen::inRange(0, 30);
      for (int i = 0; i < count; ++i) out.push_back({market * (1 + Rational(sign * *rc::gen::inRange(1, 2'000), 10'000)), Rational(*rc::gen::inRange(1, 100))});
      return out;
    };
    const std::vector<Order> bids = orders(-1), asks = orders(1);
    const Rational mid = (market + best) / 2;
    const auto held = [](const std::vector<Order>& side, bool bid, const Rational& price) {
      Rational sum = 0;
      for (const Order& order : side)
        if (bid ? price <= order.price : order.price <= price) sum += order.size;
      return sum;
    };
    BandSnapshot<Rational> snapshot{};
    for (int k = 1; k <= 5; ++k) {
      const auto i = static_cast<std::size_t>(k - 1);
      snapshot.bids[i] = {held(bids, true, mid * (100 - k) / 100) + size, 0, best};
      snapshot.asks[i] = {held(asks, false, mid * (100 + k) / 100), 0, market};
    }
    RC_PRE(snapshot.bids[0].size == size);  // real bids beside it would move the mean price: refused by the bound
    const auto out = salvage(snapshot, market, Phantom<Rational>{BookSide::bids, size, market});
    RC_ASSERT(out.has_value());
    RC_ASSERT(out->mid == mid);
    for (std::size_t k = 0; k < band_count; ++k) {
      RC_ASSERT(out->bids.edges[k].depth == held(bids, true, out->bids.edges[k].price));
      RC_ASSERT(out->asks.edges[k].depth == held(asks, false, out->asks.edges[k].price));
      RC_ASSERT(out->asks.edges[k].price == market * (1 + out->asks.edges[k].distance));
    }
    // A depth within a distance rises with it, and is no more than the edge beyond holds.
    Rational before = 0;
    for (int i = 1; i <= 12; ++i) {
      const Rational distance(i, 100);
      const SalvagedDepth<Rational> depth = out->asks.within(distance);
      if (!depth.depth) continue;
      RC_ASSERT(before <= *depth.depth);
      before = *depth.depth;
      if (depth.evidence == Evidence::interpolated) RC_ASSERT(before <= *out->asks.within_first_edge()), ++bounded;
    }
  });
  CHECK(bounded > 20);
}
