// SPDX-License-Identifier: Apache-2.0
//
// Where a short with a profit of a fifth stands in the queue, by its own leverage, under two formulas and one population; and what would move it back.
//
//   adl_lights [OUT.csv]      OUT.csv: leverage, score, share of the queue and lights by formula, for adl_lights.gp
#include <loadline/loadline.hpp>

#include <loadline/analysis/hedge_taken.hpp>
#include <loadline/analysis/lower_light.hpp>

#include <cstdint>
#include <cstdio>
#include <vector>

using namespace loadline;

namespace {

constexpr double mark = 80, own_size = -500, own_entry = 100;
constexpr std::uint64_t own_id = 1'000'000;

/// Figures of an account with one position, of which `equity` is at the mark.
OwnFigures<double> figures(double size, double entry, double equity) {
  const double notional = (size < 0 ? -size : size) * mark;
  return {.size = size,
          .entry = entry,
          .mark = mark,
          .wallet = equity - size * (mark - entry),
          .equity = equity,
          .maintenance = notional / 100,
          .own_maintenance = notional / 100,
          .notional = notional};
}

/// 2,000 shorts: few of them large, entries from 70 to 130, leverages from 0.5 to 25, most of them low. A fixed seed, and arithmetic that is the same
/// everywhere.
struct Population {
  std::vector<std::uint64_t> ids;
  std::vector<double> sizes, entries, equities;

  Population() {
    std::uint64_t state = 20'251'010;
    const auto uniform = [&state] {
      state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
      return static_cast<double>(state >> 32) / 4'294'967'296.0;
    };
    for (std::uint64_t i = 1; i <= 2'000; ++i) {
      const double units = 5 / (uniform() + 0.01), entry = 70 + 60 * uniform(), u = uniform(), leverage = 0.5 + 24.5 * u * u * u;
      ids.push_back(i);
      sizes.push_back(-units);
      entries.push_back(entry);
      equities.push_back(units * mark / leverage);
    }
    ids.push_back(own_id);
    sizes.push_back(own_size);
    entries.push_back(own_entry);
    equities.push_back(1);
  }
};

struct Standing {
  double score, share;
  unsigned lights;
};

/// One formula: the population's scores, and our own standing at any equity.
template <class Formula>
class Queue {
 public:
  explicit Queue(Population& people) : people_(&people) {
    for (std::size_t i = 0; i < people.ids.size(); ++i)
      scores_.push_back(scored_by(Formula{})(figures(people.sizes[i], people.entries[i], people.equities[i])));
  }
  [[nodiscard]] Result<Standing> at(double equity) {
    //! [standing]
    const std::size_t own = scores_.size() - 1;
    people_->equities[own] = equity;
    scores_[own] = scored_by(Formula{})(figures(own_size, own_entry, equity));
    const auto population = Candidates<double>::make({people_->ids, people_->sizes, people_->equities, people_->entries, scores_});
    if (!population) return population.error();
    const auto place = queue_place<double>(*population, {.need = 0, .liquidated = 1, .mark = mark, .price = mark}, own);
    const auto light = FurtherBack<double>::make(*population, own_id, 1);
    if (!place || !light) return place ? light.error() : place.error();
    const double share = (place->units_in_front + place->units) / place->side;
    //! [standing]
    return Standing{place->score, share, 5 - light->now()};
  }
  [[nodiscard]] Result<LowerLight<double>> ways(double equity) {
    if (const auto here = at(equity); !here) return here.error();
    const auto population = Candidates<double>::make({people_->ids, people_->sizes, people_->equities, people_->entries, scores_});
    if (!population) return population.error();
    const auto goal = FurtherBack<double>::make(*population, own_id, 1);
    if (!goal) return goal.error();
    return lower_light(figures(own_size, own_entry, equity), scored_by(Formula{}), *goal, 100'000.0);
  }

 private:
  Population* people_;
  std::vector<double> scores_;
};

int failed(const Error& e) {
  return std::fprintf(stderr, "%s (%s)\n", message(e.code), name(e.field)), 2;
}

template <class Formula>
int print_ways(const char* label, Queue<Formula>& queue, double leverage) {
  const auto r = queue.ways(-own_size * mark / leverage);
  if (!r) return failed(r.error());
  std::printf("  %-24s", label);
  for (const std::optional<LightStep<double>>* way : {&r->cash, &r->smaller, &r->realised}) {
    if (*way)
      std::printf("  %14.2f", (*way)->amount);
    else
      std::printf("  %14s", "no way");
  }
  std::puts("");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::FILE* csv = argc > 1 ? std::fopen(argv[1], "w") : nullptr;
  if (argc > 1 && csv == nullptr) return std::perror(argv[1]), 2;
  Population people;
  //! [formulas]
  Queue<ProfitTimesLeverage> profit(people);
  Queue<PriceRatioTimesLeverage> ratio(people);
  //! [formulas]
  std::puts("Scenario: 2,000 shorts made by a generator, and ours: 500 from 100 at a mark of 80. Share: of all contracts on the side, how many stand in front");
  std::puts("or are ours. Lights: 5 is the fifth that goes first.\n");
  std::puts("            profit x leverage           price ratio x leverage");
  std::puts("  leverage      score   share  lights       score   share  lights");
  if (csv != nullptr) std::fputs("leverage,profit_score,profit_share,profit_lights,ratio_score,ratio_share,ratio_lights\n", csv);
  for (int i = 1; i <= 100; ++i) {
    const double leverage = i / 4.0, equity = -own_size * mark / leverage;
    const auto a = profit.at(equity), b = ratio.at(equity);
    if (!a || !b) return failed(a ? b.error() : a.error());
    if (csv != nullptr) std::fprintf(csv, "%.2f,%.4f,%.4f,%u,%.4f,%.4f,%u\n", leverage, a->score, a->share, a->lights, b->score, b->share, b->lights);
    if (i == 1 || i == 2 || i == 4 || i == 8 || i == 12 || i % 20 == 0)
      std::printf("  %8.2f  %9.4f  %5.1f %%  %6u   %9.4f  %5.1f %%  %6u\n", leverage, a->score, 100 * a->share, a->lights, b->score, 100 * b->share, b->lights);
  }
  std::puts("\nAt five times leverage, to one light less:");
  std::puts("                                cash          closing       realising");
  if (const int e = print_ways("profit x leverage", profit, 5)) return e;
  if (const int e = print_ways("price ratio x leverage", ratio, 5)) return e;
  return csv == nullptr || std::fclose(csv) == 0 ? 0 : 3;
}
