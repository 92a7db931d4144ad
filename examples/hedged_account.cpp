// SPDX-License-Identifier: Apache-2.0
//
// Long and short legs over three symbols: where does this account die on each, and where if all move together?
//
//   hedged_account ACCOUNT.json [OUT.csv]      OUT.csv: excess against the move, for hedged_account.gp
#include <loadline/ext/json.hpp>
#include <loadline/f64.hpp>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace loadline;

namespace {

std::string shown(const std::optional<double>& x, double mark) {
  if (!x) return "never";
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.2f (%+.1f %%)", *x, 100 * (*x / mark - 1));
  return buffer;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: hedged_account ACCOUNT.json [OUT.csv]\n"), 2;
  std::ifstream in(argv[1]);
  const std::string text{std::istreambuf_iterator<char>(in), {}};

  //! [read]
  const auto document = parse_json(text);
  if (!document) return std::fprintf(stderr, "%s: %s\n", document.error().at.c_str(), document.error().message.c_str()), 2;
  const auto file = read_account<double>(*document);
  if (!file) return std::fprintf(stderr, "%s: %s\n", file.error().at.c_str(), file.error().message.c_str()), 2;
  const auto key_count = static_cast<std::uint32_t>(file->keys.size());
  const auto& account = file->accounts.front().main;
  const auto portfolio = f64::Portfolio::make(account.account, key_count);
  if (!portfolio) return std::fprintf(stderr, "%s\n", message(portfolio.error().code)), 2;
  //! [read]

  //! [solve]
  f64::Workspace workspace(*portfolio);
  for (const KeyId key : portfolio->keys()) {  // one symbol moves, the others stand still
    const auto a = portfolio->solve(file->marks, key, workspace);
    const double mark = file->marks[key.index].raw();
    std::printf("%-8s  mark %10.2f  liquidated below %-20s above %s\n", file->keys[key.index].c_str(), mark, shown(a.below.liquidation, mark).c_str(),
                shown(a.above.liquidation, mark).c_str());
  }
  const std::vector<f64::Ratio> all(key_count, 1);  // P (1 + s) for every key
  const auto joint = portfolio->solve(file->marks, all, workspace);
  std::printf("together  ");
  if (joint.below.liquidation) std::printf("liquidated at a fall of %.2f %%  ", -100 * *joint.below.liquidation);
  if (joint.above.liquidation) std::printf("liquidated at a rise of %.2f %%", 100 * *joint.above.liquidation);
  std::puts(joint.below.liquidation || joint.above.liquidation ? "" : "never liquidated");
  //! [solve]

  //! [explain]
  const KeyId first = portfolio->keys().front();
  const auto dies = portfolio->solve(file->marks, first, workspace).below.liquidation;
  if (dies) {
    std::vector<ExplainedLeg<double>> legs(portfolio->legs().size());
    const auto e = portfolio->explain(file->marks, first, *dies, legs);
    std::printf("\nwhy %s at %.2f:\n", file->keys[first.index].c_str(), *dies);
    for (const auto& leg : legs)
      std::printf("  %-14s  mark %10.2f  pnl %14.2f  maintenance %12.2f = %14.2f x %.4f - %.2f\n", account.label(account.positions[leg.position]).c_str(),
                  leg.mark.raw(), leg.pnl.raw(), leg.maintenance.raw(), leg.notional.raw(), leg.rate.raw(), leg.cum);
    const double rest = std::fabs(e.excess.raw()) < 0.005 ? 0.0 : e.excess.raw();  // the price is rounded to a double
    std::printf("  cash %.2f + pnl %.2f - maintenance %.2f = %.2f\n", e.collateral.raw(), e.pnl.raw(), e.maintenance.raw(), rest);
  }
  //! [explain]

  if (argc < 3) return 0;
  std::FILE* csv = std::fopen(argv[2], "w");
  if (csv == nullptr) return std::perror(argv[2]), 2;
  std::fputs("move", csv);
  for (const KeyId key : portfolio->keys()) std::fprintf(csv, ",%s", file->keys[key.index].c_str());
  std::fputs(",together\n", csv);
  for (int percent = -80; percent <= 60; ++percent) {
    const double factor = 1 + percent / 100.0;
    std::fprintf(csv, "%d", percent);
    std::vector<f64::Price> together;
    for (const f64::Price& mark : file->marks) together.emplace_back(mark.raw() * factor);
    for (const KeyId key : portfolio->keys()) {
      std::vector<f64::Price> marks = file->marks;
      marks[key.index] = together[key.index];
      std::fprintf(csv, ",%.2f", portfolio->excess(marks).raw());
    }
    std::fprintf(csv, ",%.2f\n", portfolio->excess(together).raw());
  }
  return std::fclose(csv) == 0 ? 0 : 3;
}
