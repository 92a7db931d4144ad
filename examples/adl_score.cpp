// SPDX-License-Identifier: Apache-2.0
//
// A venue ranks by a formula of its own. Who is taken first, which light does each see, and who would be first under the formulas of others?
//
// The venue, its formula and its six accounts are of this example.
#include <loadline/loadline.hpp>
#include <loadline/waterfall/adl_light.hpp>
#include <loadline/waterfall/adl_rank.hpp>
#include <loadline/waterfall/adl_score_other.hpp>

#include <array>
#include <cstdio>

using namespace loadline;

namespace {

//! [formula]
/// Profit percent times maintenance over equity; of losers nothing but how close they are to liquidation, and behind all winners.
struct ProfitTimesUse {
  static constexpr AdlNeeds needs{.equity = true, .maintenance = true};

  template <Scalar T>
  [[nodiscard]] constexpr T score(const AdlPosition<T>& p) const {
    const T gain = profit_share(p);
    const T use = p.maintenance < p.equity ? T(p.maintenance / p.equity) : T(1);  // all of it, also where the account is liquidated
    return T(0) < gain ? T(gain * use) : T(use - T(1));
  }
};
static_assert(AdlScore<ProfitTimesUse, double>);
//! [formula]

int complain(const Error& e) {
  return std::fprintf(stderr, "%s: %s of row %u\n", name(e.code), name(e.field), e.index), 2;
}

}  // namespace

int main() {
  //! [columns]
  // Shorts in one contract, marked at 100: column by column, as a feed brings them. The sixth is a long, on the other side.
  const std::array<std::uint64_t, 6> ids{11, 12, 13, 14, 15, 16};
  std::array<double, 6> sizes{-10, -40, -5, -20, -25, 100};
  std::array<double, 6> equities{400, 4'000, 5'000, 300, 1'000, 2'000};
  const std::array<double, 6> entries{140, 120, 300, 95, 105, 90};
  const std::array<double, 6> maintenances{50, 200, 25, 100, 125, 500};
  const std::array<double, 6> wallets{0, 3'200, 4'000, 400, 875, 1'000};
  const std::array<double, 6> bankruptcies{140, 200, 1'100, 115, 140, 80};
  const ScoreColumns<double> columns{
      .mark = 100, .sizes = sizes, .entries = entries, .wallets = wallets, .equities = equities, .maintenances = maintenances, .bankruptcies = bankruptcies};
  //! [columns]

  //! [fill]
  std::array<double, 6> scores{};
  if (const auto fault = fill_scores<double>(ProfitTimesUse{}, columns, scores)) return complain(*fault);
  //! [fill]

  //! [take]
  // 45 of a long position find nobody in the market and are closed at 98.
  const auto people = Candidates<double>::make({.ids = ids, .sizes = sizes, .equities = equities, .entries = entries, .scores = scores});
  if (!people) return complain(people.error());
  DeleveragingWorkspace<double> workspace(ids.size());
  std::array<double, 6> given{};
  std::array<std::uint32_t, 6> lights{};
  const auto lit = fill_lights<double>(*people, -1, {.lights = 5, .by = QueueWeight::contracts}, workspace, lights);
  const Deleverage<double> need{.need = 45, .liquidated = 1, .mark = 100, .price = 98};
  const auto taken = AdlQueue{}.allocate(need, *people, workspace, std::span<double>(given));
  if (!lit || !taken) return complain(lit ? taken.error() : lit.error());
  //! [take]

  std::printf("shorts at the mark of 100, a formula of the venue's own\n");
  std::printf("%4s %6s %7s %8s %9s %7s %7s\n", "id", "size", "entry", "equity", "score", "lights", "taken");
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (sizes[i] < 0)
      std::printf("%4d %6.0f %7.0f %8.0f %9.4f %7u %7.0f\n", static_cast<int>(ids[i]), sizes[i], entries[i], equities[i], scores[i], lights[i], given[i]);
  std::printf("placed %.0f, unplaced %.0f; who is taken gains %.0f a unit against the mark\n\n", taken->placed, taken->unplaced, -transfer_per_unit(need));

  std::printf("places of the same five under formulas of others\n");
  std::printf("%-40s %4s %4s %4s %4s %4s\n", "", "11", "12", "13", "14", "15");
  std::optional<Error> fault;
  const auto places = [&](const char* what, const auto& formula) {
    if (!fault) fault = fill_scores<double>(formula, columns, scores);
    std::printf("%-40s", what);
    for (std::size_t i = 0; i < 5; ++i) {
      int place = 1;
      for (std::size_t j = 0; j < 5; ++j) place += scores[i] < scores[j] || (scores[i] == scores[j] && ids[j] < ids[i]) ? 1 : 0;
      std::printf(" %4d", place);
    }
    std::printf("\n");
  };
  places("own", ProfitTimesUse{});
  places("profit / wallet x margin ratio", ProfitTimesMarginRatio{});
  places("profit % x effective leverage", ProfitTimesLeverage{});
  places("profit % / margin level", ProfitOverMarginLevel{});
  places("price ratio x leverage", PriceRatioTimesLeverage{});
  places("leverage x mark / bankruptcy", LeverageTimesBankruptcyRatio{});
  if (fault) return complain(*fault);

  //! [readings]
  // Two shorts: one has gained 45,000 on collateral of 100,000 that is all wrapped ether, so its settle wallet is empty. The margin ratio is the same.
  const std::array<std::uint64_t, 2> both{21, 22};
  const std::array<double, 2> size{-1'000, -10}, entry{145, 145}, settle{0, 500}, account{100'000, 500}, one{1, 1};
  std::array<double, 2> by_settle{}, by_account{};
  std::array<std::uint32_t, 2> settle_place{}, account_place{}, order{};
  const ScoreColumns<double> book{.mark = 100, .sizes = size, .entries = entry, .maintenances = one};
  const auto gap = score_two_readings<double>(ProfitTimesMarginRatio{}, book, both, -1, {settle, one}, {account, one}, order,
                                              {by_settle, by_account, settle_place, account_place});
  //! [readings]
  if (!gap) return complain(gap.error());
  std::printf("\nid 21, a gain of 45,000 and an empty settle wallet\n");
  std::printf("wallet of the settle asset: %9.2f, place %u of %u\n", by_settle[0], settle_place[0], gap->positions);
  std::printf("the whole account:          %9.2f, place %u of %u\n", by_account[0], account_place[0], gap->positions);
  if (gap->first_and_last()) std::printf("first under one reading, last under the other\n");
  return 0;
}
