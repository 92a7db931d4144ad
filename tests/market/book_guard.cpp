// SPDX-License-Identifier: Apache-2.0
// Books that cannot be: crossed, locked, unsorted, empty levels, old, from the future; and a refusal that stays.
#include "support/property.hpp"
#include "support/strict.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/market/book_guard.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace loadline;

namespace {

using ::plain;
double plain(const Rational& x) {
  return x.convert_to<double>();
}

template <class T>
struct Level {
  Price<T> price;
  Quantity<T> size;
};
/// A guard does not care how a level is written.
struct RawLevel {
  double price, size;
};

template <class T>
using Side = std::vector<Level<T>>;
template <class T>
std::optional<Error> check_two(const Side<T>& bids, const Side<T>& asks) {
  return check_levels(std::span<const Level<T>>(bids), std::span<const Level<T>>(asks));
}
template <class T>
Level<T> at(int price, int size = 1) {
  return {T(price), T(size)};
}
constexpr std::uint32_t bid_side = 0, ask_side = 1;
constexpr Time minute = 60'000;

/// Bands whose first mean prices are these; sizes 10, 20, ... 50.
template <class T>
BandSnapshot<T> bands(Time time, const T& bid, const T& ask) {
  const auto side = [](const T& mean) {
    const auto band = [&](int k) { return BandDepth<T>{T(10 * k), T(T(10 * k) * mean), mean}; };
    return std::array<BandDepth<T>, band_count>{band(1), band(2), band(3), band(4), band(5)};
  };
  return {time, side(bid), side(ask)};
}
template <class T>
BandGuard<T> guard() {
  return *BandGuard<T>::make(minute, bps<T>(15));
}

}  // namespace

TEMPLATE_TEST_CASE("a book of levels, and what is wrong with it", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const Side<T> bids{at<T>(99), at<T>(98), at<T>(90)}, asks{at<T>(101), at<T>(105)}, none;
  CHECK(!check_two(bids, asks));
  CHECK(!check_two(none, asks));
  CHECK(!check_two(bids, none));
  CHECK(!check_two(none, none));
  const auto book = [](Errc code, Field field, std::uint32_t index = 0, std::uint32_t item = 0) { return Error{code, field, index, item}; };
  CHECK(check_two<T>({at<T>(101)}, asks) == book(Errc::bad_book, Field::spread));  // locked
  CHECK(check_two<T>({at<T>(102)}, asks) == book(Errc::bad_book, Field::spread));  // crossed
  CHECK(!check_two<T>({at<T>(100)}, asks));
  CHECK(check_two<T>({at<T>(98), at<T>(99)}, asks) == book(Errc::bad_book, Field::level, 1, bid_side));
  CHECK(check_two<T>({at<T>(99), at<T>(98), at<T>(98)}, asks) == book(Errc::bad_book, Field::level, 2, bid_side));  // one price twice
  CHECK(check_two<T>(bids, {at<T>(105), at<T>(101)}) == book(Errc::bad_book, Field::level, 1, ask_side));
  CHECK(check_two<T>(bids, {at<T>(101), at<T>(102, 0)}) == book(Errc::bad_book, Field::level, 1, ask_side));
  CHECK(check_two<T>({at<T>(99, -1)}, asks) == book(Errc::bad_book, Field::level, 0, bid_side));
  CHECK(check_two<T>({at<T>(0)}, asks) == book(Errc::bad_book, Field::level, 0, bid_side));
  CHECK(check_two<T>({at<T>(99), at<T>(-3)}, asks) == book(Errc::bad_book, Field::level, 1, bid_side));
}

TEST_CASE("no level that is no number", "[market]") {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    const std::vector<RawLevel> fine{{99.0, 1.0}}, price{{bad, 1.0}}, size{{101.0, 1.0}, {102.0, bad}};
    CHECK(check_levels<RawLevel>(price, fine) == Error{Errc::bad_number, Field::level, 0, bid_side});
    CHECK(check_levels<RawLevel>(fine, size) == Error{Errc::bad_number, Field::level, 1, ask_side});
  }
}

TEST_CASE("a refusal stays until it is taken back by name", "[market]") {
  CHECK(BookGuard::make(0).error() == Error{Errc::bad_parameter, Field::max_age});
  BookGuard guard = *BookGuard::make(1'000);
  const std::vector<RawLevel> bids{{99.0, 1.0}}, asks{{101.0, 1.0}}, high{{103.0, 1.0}};
  const auto look = [&](const std::vector<RawLevel>& b, Time of_book, Time now) { return guard.look<RawLevel>(b, asks, of_book, now); };
  CHECK(!look(bids, 5'000, 5'000));
  CHECK(!look(bids, 5'000, 6'000));  // the same book again, as old as it may be
  const Error crossed{Errc::bad_book, Field::spread};
  CHECK(look(high, 6'500, 6'600) == crossed);
  CHECK(look(bids, 6'700, 6'700) == crossed);  // whole again, or so it seems
  CHECK(look(bids, 6'800, 9'999) == crossed);  // the first fault, not the newest
  CHECK(guard.latch().refusal() == crossed);
  CHECK(guard.latch().refused_at() == 6'600);
  guard.reset();
  CHECK(!guard.latch().refusal());
  CHECK(!look(bids, 6'900, 7'000));

  CHECK(look(bids, 6'899, 7'000) == Error{Errc::bad_time, Field::source_time});  // a book from before the last one
  guard.reset();
  CHECK(look(bids, 7'001, 7'000) == Error{Errc::bad_time, Field::source_time});  // from after now
  guard.reset();
  CHECK(look(bids, 7'000, 8'001) == Error{Errc::stale_price, Field::max_age});
  CHECK(look(bids, 8'001, 8'001) == Error{Errc::stale_price, Field::max_age});
  guard.reset();
  CHECK(look(bids, std::numeric_limits<Time>::min(), std::numeric_limits<Time>::max()) == Error{Errc::stale_price, Field::max_age});
}

TEMPLATE_TEST_CASE("bands allow a mid or they do not", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  const MidRange<T> range = possible_mids(bands<T>(0, T(99'000), T(100'500)));
  CHECK(plain(range.low) == Approx(100'500 / 1.01));
  CHECK(range.high == T(100'000));
  const auto look = [](const T& bid, const T& ask, int mark) {
    BandGuard<T> g = guard<T>();
    return g.look(bands<T>(minute, bid, ask), {T(mark), minute}, minute);
  };
  const Error crossed{Errc::bad_book, Field::spread}, far{Errc::bad_book, Field::mid};
  CHECK(!look(T(99'500), T(100'500), 100'000));
  CHECK(look(T(100'501), T(100'500), 100'000) == crossed);
  CHECK(look(T(98'500), T(100'600), 100'000) == crossed);              // the two bands are more than two per cent apart
  CHECK(!look(T(99'990), T(T(T(101) * T(99'990)) / T(99)), 101'000));  // exactly two: one mid, 101,000
  CHECK(!look(T(99'500), T(100'000), 100'149));                        // the mark above every mid, within 0.15 %
  CHECK(look(T(99'500), T(100'000), 100'151) == far);
  CHECK(look(T(100'151), T(100'600), 100'000) == far);
  CHECK(!look(T(100'149), T(100'600), 100'000));

  BandGuard<T> g = guard<T>();
  CHECK(!g.look(bands<T>(1, T(99'850), T(100'500)), {T(100'000), 1}, 1));  // at the tolerance, not inside it
  CHECK(!g.suspect(BookSide::bids));
  CHECK(!g.look(bands<T>(2, T(99'851), T(100'500)), {T(100'000), 2}, 2));
  CHECK(g.suspect(BookSide::bids) == Time{2});
  CHECK(!g.suspect(BookSide::asks));
  CHECK(!g.look(bands<T>(3, T(99'500), T(100'149)), {T(100'000), 3}, 3));
  CHECK(g.suspect(BookSide::bids) == Time{2});  // it stays
  CHECK(g.suspect(BookSide::asks) == Time{3});
  CHECK(!g.look(bands<T>(4, T(99'852), T(100'148)), {T(100'000), 4}, 4));
  CHECK(g.suspect(BookSide::bids) == Time{2});  // since when, not when last
  CHECK(g.suspect(BookSide::asks) == Time{3});
  g.reset();
  CHECK(!g.suspect(BookSide::bids));
  CHECK(!g.suspect(BookSide::asks));
  const T edge = T(T(100'000) * T(T(1) + bps<T>(15)));
  CHECK(!g.look(bands<T>(5, T(99'500), edge), {T(100'000), 5}, 5));
  CHECK(!g.suspect(BookSide::asks));
}

TEMPLATE_TEST_CASE("snapshots and marks that a band guard cannot use", "[market]", LOADLINE_SCALARS, Rational) {
  using T = TestType;
  CHECK(BandGuard<T>::make(0, bps<T>(15)).error() == Error{Errc::bad_parameter, Field::max_age});
  CHECK(BandGuard<T>::make(1, 0).error() == Error{Errc::bad_parameter, Field::price_band});
  CHECK(BandGuard<T>::make(1, 1).error() == Error{Errc::bad_parameter, Field::price_band});
  const BandSnapshot<T> fine = bands<T>(2 * minute, T(99'500), T(100'500));
  const auto look = [](const BandSnapshot<T>& snapshot, const T& mark, Time of_mark, Time now) {
    BandGuard<T> g = guard<T>();
    const std::optional<Error> e = g.look(snapshot, {mark, of_mark}, now);
    CHECK(g.look(bands<T>(now, T(99'500), T(100'500)), {T(100'000), now}, now) == e);  // latched, or passed
    return e;
  };
  CHECK(!look(fine, T(100'000), 2 * minute, 3 * minute));
  CHECK(look(fine, T(100'000), 3 * minute, 3 * minute + 1) == Error{Errc::stale_price, Field::max_age});
  CHECK(look(fine, T(100'000), 2 * minute - 1, 3 * minute) == Error{Errc::stale_price, Field::mark});
  CHECK(look(fine, T(100'000), 2 * minute + 1, 2 * minute) == Error{Errc::bad_time, Field::mark});
  CHECK(look(fine, T(100'000), 2 * minute - 1, 2 * minute - 1) == Error{Errc::bad_time, Field::source_time});
  CHECK(look(fine, T(0), 2 * minute, 2 * minute) == Error{Errc::bad_price, Field::mark});
  BandSnapshot<T> bad = fine;
  bad.bids[0].size = T(0);
  CHECK(look(bad, T(100'000), 2 * minute, 2 * minute) == Error{Errc::bad_book, Field::band, 0, bid_side});
  bad = fine;
  bad.asks[3].size = T(29);
  CHECK(look(bad, T(100'000), 2 * minute, 2 * minute) == Error{Errc::bad_book, Field::band, 3, ask_side});
  bad = fine;
  bad.asks[4].value = T(bad.asks[3].value - T(1));  // units rise, their money does not
  CHECK(look(bad, T(100'000), 2 * minute, 2 * minute) == Error{Errc::bad_book, Field::band, 4, ask_side});
  bad = fine;
  bad.bids[0].value = T(-1);
  CHECK(look(bad, T(100'000), 2 * minute, 2 * minute) == Error{Errc::bad_book, Field::band, 0, bid_side});
  bad = fine;
  bad.asks[0].mean_price = T(-1);
  CHECK(look(bad, T(100'000), 2 * minute, 2 * minute) == Error{Errc::bad_book, Field::band, 0, ask_side});
  if constexpr (std::is_same_v<T, double>) {
    const double nan = std::nan("");
    CHECK(BandGuard<T>::make(1, nan).error() == Error{Errc::bad_number, Field::price_band});
    CHECK(look(fine, nan, 2 * minute, 2 * minute) == Error{Errc::bad_number, Field::mark});
    bad = fine;
    bad.bids[2].mean_price = nan;
    CHECK(look(bad, T(100'000), 2 * minute, 2 * minute) == Error{Errc::bad_number, Field::band, 2, bid_side});
  }
}

TEST_CASE("a band guard never refuses what a real book can show", "[market][laws]") {
  int accepted = 0, refused = 0;
  check_property("bands of a book, summed level by level from its own mid", 300, [&] {
    // Levels on both sides of a mid, in hundredths of a per cent of it; the mark within 0.15 % of the mid.
    const Rational mid(*rc::gen::inRange(50'000, 150'000));
    const auto side = [&](int sign) {
      std::array<BandDepth<Rational>, band_count> out{};
      Rational size = 0, value = 0;
      for (int k = 1; k <= 5; ++k) {
        const int levels = *rc::gen::inRange(k == 1 ? 1 : 0, 4);
        for (int i = 0; i < levels; ++i) {
          const Rational price = mid * (10'000 + sign * *rc::gen::inRange(100 * (k - 1) + 1, 100 * k + 1)) / 10'000, q(*rc::gen::inRange(1, 50));
          size += q;
          value += q * price;
        }
        out[static_cast<std::size_t>(k - 1)] = {size, value, value / size};
      }
      return out;
    };
    BandSnapshot<Rational> snapshot{7, side(-1), side(1)};
    const Rational mark = mid / (Rational(1) + Rational(*rc::gen::inRange(-15, 16), 10'000));
    const TimedPrice<Rational> reference{mark, 7};
    RC_ASSERT(!guard<Rational>().look(snapshot, reference, 7));
    ++accepted;
    // One bid further above the mid than the asks' mean and larger than all else: no mid fits.
    const Rational above = mid * Rational(1'02, 100), q = snapshot.bids[0].size * 1'000;
    for (BandDepth<Rational>& band : snapshot.bids) {
      band.value += q * above;
      band.size += q;
      band.mean_price = band.value / band.size;
    }
    const Error crossed{Errc::bad_book, Field::spread};
    RC_ASSERT(guard<Rational>().look(snapshot, reference, 7) == crossed);
    ++refused;
  });
  CHECK(accepted == refused);
  CHECK(accepted > 100);
}
