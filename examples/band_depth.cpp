// SPDX-License-Identifier: Apache-2.0
//
// 10 October 2025: which snapshots of a venue's public depth file can be used, what do the broken ones still say, and how did depth come back?
//
//   band_depth BANDS.csv MARKS.csv      BANDS.csv: Binance's bookDepth; MARKS.csv: minutes of a mark price, its markPriceKlines
#include <loadline/loadline.hpp>
#include <loadline/market/mark_file.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace loadline;

namespace {

std::string text_of(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}
int fail(const char* path, const BandError& e) {
  return std::fprintf(stderr, "%s: row %u: %s (%s)\n", path, e.line, message(e.fault), name(e.code)), 2;
}
/// HH:MM:SS of a day.
std::string clock(Time t) {
  const auto second = static_cast<int>(t / 1'000 % 86'400);
  char text[16];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d", second / 3'600, second / 60 % 60, second % 60);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "usage: band_depth BANDS.csv MARKS.csv\n"), 2;
  const std::string bands_text = text_of(argv[1]), marks_text = text_of(argv[2]);

  //! [read]
  Result<BandFile<double>, BandError> bands = read_bands<double>(bands_text);
  if (!bands && bands.error().fault == BandFault::blank) {  // the venue's own file has one: say so, and ask for it by name
    std::printf("row %u: %s\n", bands.error().line, message(bands.error().fault));
    bands = read_bands<double>(bands_text, {.trim_blanks = true});
  }
  if (!bands) return fail(argv[1], bands.error());
  const Result<std::vector<MarkMinute<double>>, BandError> marks = read_mark_minutes<double>(marks_text);
  if (!marks) return fail(argv[2], marks.error());
  //! [read]

  //! [guard]
  BandGuard<double> guard = *BandGuard<double>::make(60'000, bps<double>(15));  // a minute old at most; the mid within 0.15 % of the mark
  int accepted = 0, refused = 0;
  for (const BandSnapshot<double>& snapshot : bands->snapshots) {
    const Result<double> mark = mark_at(*marks, snapshot.time);
    if (!mark) return std::fprintf(stderr, "%s: no mark at %s\n", argv[2], clock(snapshot.time).c_str()), 2;
    const std::optional<Error> refusal = guard.look(snapshot, {*mark, snapshot.time}, snapshot.time);
    (refusal ? refused : accepted) += 1;
  }
  //! [guard]
  std::printf("%zu snapshots: %d accepted, %d refused\n", bands->snapshots.size(), accepted, refused);
  if (const auto since = guard.suspect(BookSide::bids)) std::printf("bids suspect since %s\n", clock(*since).c_str());
  if (const auto& refusal = guard.latch().refusal())
    std::printf("refused since %s: %s, %s\n", clock(guard.latch().refused_at()).c_str(), name(refusal->code), name(refusal->field));

  std::printf("\nwithout the phantom bid, BTC\n\n%-10s %10s %12s %-13s %12s %-9s %16s  %s\n", "time", "mark", "asks in 5 %", "", "bids in 2 %", "",
              "asks measured", "bids measured");
  const auto range = [](const SalvagedSide<double>& side) {
    char text[32] = "none";
    if (const auto r = side.range()) std::snprintf(text, sizeof text, "%.1f to %.1f %%", 100 * r->nearest, 100 * r->farthest);
    return std::string(text);
  };
  const char* const words[] = {"measured", "interpolated", "beyond"};
  int salvageable = 0;
  //! [salvage]
  const Phantom<double> phantom{BookSide::bids, 17.654, 121'000};  // found by eye: the same 17.654 BTC at 121,363 in every band for eight hours
  for (const BandSnapshot<double>& snapshot : bands->snapshots) {
    const Result<Salvaged<double>> salvaged = salvage(snapshot, *mark_at(*marks, snapshot.time), phantom);
    if (!salvaged) continue;  // before the phantom, or real bids beside it
    const SalvagedDepth<double> asks = salvaged->asks.within(0.05), bids = salvaged->bids.within(0.02);
    //! [salvage]
    if (salvageable++ % 3 != 0) continue;  // a third of them is enough for a table
    std::printf("%-10s %10.1f %12.1f %-13s ", clock(snapshot.time).c_str(), salvaged->mark, asks.depth.value_or(0), words[static_cast<int>(asks.evidence)]);
    if (bids.depth)
      std::printf("%12.1f", *bids.depth);
    else
      std::printf("%12s", "-");
    std::printf(" %-9s %16s  %s\n", words[static_cast<int>(bids.evidence)], range(salvaged->asks).c_str(), range(salvaged->bids).c_str());
  }

  std::printf("%d snapshots salvaged\n", salvageable);

  //! [path]
  // Asks within 5 %: 14 % of normal at 21:22. Two ways back that fit the two hours after it equally well.
  const Time turn = *detail::time_of_row("2025-10-10 21:22:00"), minute = 60'000;
  const double lowest = 517.45 / 3'668.05;
  const auto slow = DepthPath<double, PowerRecovery<double>>::make(
      {.start = turn - 20 * minute, .turn = turn, .trough = lowest, .withdrawal_time = 60e3, .ceiling = 1, .recovery = {.time = 16.5 * 60e3, .exponent = 0.4}});
  const auto plateau = DepthPath<double>::make(
      {.start = turn - 20 * minute, .turn = turn, .trough = lowest, .withdrawal_time = 60e3, .ceiling = 0.65, .recovery = {.time = 37 * 60e3}});
  if (!slow || !plateau) return 2;
  //! [path]
  std::printf("\nshare of normal depth\n\nminutes after 21:22   power law   plateau at 65 %%\n");
  for (const int after : {0, 1, 5, 15, 35, 60, 120, 1'440, 10'080})
    std::printf("%19d %10.1f%% %17.1f%%\n", after, 100 * slow->level(turn + after * minute), 100 * plateau->level(turn + after * minute));
}
