// SPDX-License-Identifier: Apache-2.0
//
// One deficit, one population, every policy of deleveraging: who pays, what becomes of hedges, how levered the most levered is afterwards, who falls
// below zero.
//
//   adl_policies [OUT.csv]      OUT.csv: a row for each policy, for adl_policies.gp
#include <loadline/analysis/adl_metrics.hpp>
#include <loadline/ext/eigen_covariance.hpp>
#include <loadline/loadline.hpp>
#include <loadline/waterfall/gains_haircut.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

using namespace loadline;

namespace {

constexpr std::size_t accounts = 2'000;
constexpr double mark = 101'000, bankruptcy = 104'000;  // of the long that is liquidated: the mark has fallen through it

/// Numbers that are the same everywhere.
class Drawn {
 public:
  double uniform() {
    state_ = state_ * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    return static_cast<double>(state_ >> 11) * 0x1p-53;
  }
  double spread(double middle, double factor) { return middle * std::pow(factor, 2 * (uniform() + uniform() + uniform()) - 3); }

 private:
  std::uint64_t state_ = 20'251'010;
};

//! [population]
/// Short BTC, some of them long ETH against it; sizes, leverage and profit are widely spread.
struct Population {
  std::vector<std::uint64_t> ids;
  std::vector<double> sizes, equities, entries, scores, added_variance;
  Eigen::MatrixXd holdings{accounts, 2};

  Population() : added_variance(accounts) {
    Drawn drawn;
    for (std::size_t i = 0; i < accounts; ++i) {
      const double units = drawn.spread(1, 20), leverage = drawn.spread(6, 2.3), entry = mark * (0.98 + 0.22 * drawn.uniform());
      const double hedge = drawn.uniform() < 0.3 ? units * 25 * (0.9 + 0.6 * drawn.uniform()) : 0;  // ETH
      const double equity = mark * units / leverage, profit = (entry - mark) * units;
      ids.push_back(i);
      sizes.push_back(-units);
      equities.push_back(equity);
      entries.push_back(entry);
      scores.push_back(profit > 0 ? profit / equity * leverage : profit / equity / leverage);
      holdings.row(static_cast<Eigen::Index>(i)) << -units, hedge;
    }
  }
  CandidateColumns<double> columns() { return {ids, sizes, equities, entries, scores, added_variance, {}}; }
};
//! [population]

/// What a policy did.
struct Row {
  const char* name;
  std::size_t bearers, gone;
  double largest, gini, paid, placed, hedging, variance, leverage, below_zero, survivor;
};

template <class Policy>
std::optional<Row> row(const char* name, const Policy& policy, double need, bool spare, double unit_variance, const Eigen::MatrixXd& covariance) {
  //! [one]
  Population people;
  const auto made = Covariance::make(covariance);
  if (!made || made->added_variance(people.holdings, 0, 1, people.added_variance)) return std::nullopt;
  const auto candidates = Candidates<double>::make(people.columns());
  if (!candidates) return std::nullopt;
  DeleveragingWorkspace<double> workspace(candidates->size());
  std::vector<double> given(candidates->size());
  const Deleverage<double> d{.need = need, .liquidated = 1, .mark = mark, .price = bankruptcy, .spare = spare};
  const auto a = policy.allocate(d, *candidates, workspace, std::span<double>(given));
  if (!a) return std::nullopt;
  const HedgeDamage<double> damage = hedge_damage<double>(d, *candidates, given, unit_variance);
  //! [one]

  const double transfer = transfer_per_unit(d);
  std::vector<double> burdens;
  std::vector<Money<double>> profits, paid;
  double leverage = 0;
  std::size_t gone = 0;
  for (std::size_t i = 0; i < accounts; ++i) {
    burdens.push_back(transfer * given[i]);
    profits.emplace_back(std::max(0.0, -people.sizes[i] * (people.entries[i] - mark)));
    paid.emplace_back(transfer * given[i]);
    candidates->take(d, transfer, i, given[i]);
    // Equity that is gone to the last cent has no leverage any more.
    if (people.equities[i] > 0.01)
      leverage = std::max(leverage, -people.sizes[i] * mark / people.equities[i]);
    else
      ++gone;
  }
  const AdlWave<double> wave{
      .deficit = transfer * need, .largest_loss = transfer * need, .spent = transfer * a->placed, .survivor = best_survivor<double>(profits, paid)};
  const auto c = burden_spread<double>(burdens);
  const auto survivor = profit_to_solvency(wave, SurvivorRatio::as_printed);
  return Row{name,
             c.bearers,
             gone,
             c.largest.raw(),
             c.gini.raw(),
             wave.spent.raw(),
             a->placed,
             damage.hedging.raw(),
             damage.variance,
             leverage,
             static_cast<double>(damage.new_bankrupts),
             survivor ? survivor->raw() : 0};
}

}  // namespace

int main(int argc, char** argv) {
  //! [covariance]
  // A day's changes of price: 3 % and 4 % of the marks, correlated by nine tenths.
  const double btc = 0.03 * mark, eth = 0.04 * 3'800;
  Eigen::MatrixXd covariance(2, 2);
  covariance << btc * btc, 0.9 * btc * eth, 0.9 * btc * eth, eth * eth;
  //! [covariance]
  double total = 0;
  for (const double size : Population().sizes) total -= size;
  const double need = std::floor(0.1 * total);

  std::FILE* csv = argc > 1 ? std::fopen(argv[1], "w") : nullptr;
  if (argc > 1 && csv == nullptr) return std::perror(argv[1]), 2;
  if (csv != nullptr)
    std::fputs("policy,spare,bearers,largest_share,gini,paid,placed,hedging_closed,variance,largest_leverage,equity_gone,below_zero,survivor\n", csv);
  std::printf("Scenario, invented: %zu shorts of BTC hold %.0f; %.0f of them are deleveraged at %.0f, mark %.0f: %.2f million pass to the long.\n", accounts,
              total, need, bankruptcy, mark, (bankruptcy - mark) * need / 1e6);
  for (const bool spare : {true, false}) {
    const double s2 = btc * btc;
    std::printf("\n%s\n", spare ? "Of nobody more than his equity pays for:" : "Whoever is taken, whatever becomes of him:");
    std::puts("  policy                  who pays  largest   Gini  hedging BTC  variance/equity  leverage after  equity gone  below zero  best survivor");
    //! [policies]
    const std::optional<Row> rows[] = {
        row("queue", AdlQueue{}, need, spare, s2, covariance),
        row("contracts pro rata", ContractsProRata{}, need, spare, s2, covariance),
        row("profit pro rata", ProfitProRata{}, need, spare, s2, covariance),
        row("risk-aware pro rata", RiskAwareProRata<double>{}, need, spare, s2, covariance),
        row("whole lots of 1", WholeLots<double, ContractsProRata>{{}, 1.0}, need, spare, s2, covariance),
        row("water-filling", LeverageWaterFilling{}, need, spare, s2, covariance),
        row("least hedge-breaking", LeastHedgeBreaking<double>{s2}, need, spare, s2, covariance),
    };
    //! [policies]
    for (const std::optional<Row>& r : rows) {
      if (!r) return std::fputs("a policy failed\n", stderr), 3;
      std::printf("  %-22s %9zu  %6.2f %%  %5.3f  %11.1f  %15.0f  %14.2f  %11zu  %10.0f  %13.3f\n", r->name, r->bearers, 100 * r->largest, r->gini, r->hedging,
                  r->variance, r->leverage, r->gone, r->below_zero, r->survivor);
      if (csv != nullptr)
        std::fprintf(csv, "%s,%d,%zu,%.6f,%.6f,%.2f,%.4f,%.4f,%.2f,%.4f,%zu,%.0f,%.6f\n", r->name, spare ? 1 : 0, r->bearers, r->largest, r->gini, r->paid,
                     r->placed, r->hedging, r->variance, r->leverage, r->gone, r->below_zero, r->survivor);
    }
  }

  //! [haircut]
  // The other mechanism: nobody is closed, every profit is cut by one share.
  const Population people;
  std::vector<Money<double>> gains, kept(accounts, Money<double>(0));
  for (std::size_t i = 0; i < accounts; ++i) gains.emplace_back(-people.sizes[i] * (people.entries[i] - mark));
  const auto cut = gains_haircut<double>(Money<double>((bankruptcy - mark) * need), gains, kept);
  //! [haircut]
  if (!cut) return std::fprintf(stderr, "%s\n", message(cut.error().code)), 3;
  std::printf("\nThe same money by gains haircutting: every profit is cut by %.2f %%, no position is touched.\n", 100 * cut->share.raw());
  return csv == nullptr || std::fclose(csv) == 0 ? 0 : 3;
}
