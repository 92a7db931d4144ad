// SPDX-License-Identifier: Apache-2.0
//
// Accounts made of the fuzzer's bytes, solved in double and, on the same doubles, in rationals:
// same status, same null, and every price within the claim that goes with it.
#include <loadline/ext/multiprecision.hpp>
#include <loadline/loadline.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <vector>

using namespace loadline;

namespace {

class Bytes {
 public:
  Bytes(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  unsigned byte() { return at_ < size_ ? data_[at_++] : 0; }
  /// A number of few or of many bits, so that both coincidences and roundings come.
  double number() {
    const unsigned kind = byte();
    double x = byte() + 1;
    if (kind & 1) x = x * 256 + byte();
    if (kind & 2) x += byte() / 100.0;
    if (kind & 4) x /= 7.0;
    if (kind & 8) x *= 1'000.0;
    return x;
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_, at_ = 0;
};

struct Made {
  std::array<std::vector<Bracket<double>>, 3> tables;
  std::vector<Position<double>> positions;
  Account<double> account;
  std::vector<Price<double>> marks;
};

Made make(Bytes& in) {
  Made m;
  for (auto& table : m.tables) {
    const unsigned rows = in.byte() % 4 + 1;
    double cap = 0, rate = 0;
    for (unsigned i = 0; i < rows; ++i) {
      cap += in.number();
      rate += (in.byte() % 64) / 512.0;
      table.push_back({.cap = i + 1 == rows ? std::nullopt : std::optional(cap), .rate = rate < 0.9 ? rate : 0.9});
      if (in.byte() % 5 == 0) table.back().cum = static_cast<double>(in.byte());
    }
  }
  const unsigned count = in.byte() % 4;
  for (unsigned i = 0; i < count; ++i) {
    const unsigned bits = in.byte();
    const double size = in.number();
    m.positions.push_back(
        {.key = KeyId{(bits >> 1) % 2}, .size = bits & 1 ? size : -size, .entry = in.number(), .brackets = m.tables[in.byte() % 3], .symbol = SymbolId{i}});
    Position<double>& p = m.positions.back();
    if (bits & 8) p.bracket_unit = BracketUnit::size;
    if (bits & 16) p.bracket_rule = BracketRule::whole;
    if (bits & 32) p.maintenance_at = MaintenanceAt::entry;
    if (bits & 64) p.fee_rate = 0.0005;
    if (bits & 128) p.maintenance_fixed = in.number();
  }
  const unsigned bits = in.byte();
  m.account.cash = bits & 1 ? -in.number() : in.number() * 16;
  m.account.rule = {.requirement = (bits & 6) != 6,
                    .requirement_ratio = bits & 8 ? 1.05 : 1.0,
                    .equity = (bits & 2) != 0,
                    .when = bits & 16 ? LiquidateWhen::below_zero : LiquidateWhen::at_or_below_zero};
  m.account.cum_policy = bits & 32 ? CumPolicy::as_given : CumPolicy::recompute;
  for (int k = 0; k < 2; ++k) m.marks.emplace_back(in.number());
  return m;
}

Account<Rational> exactly(const Made& m, std::array<std::vector<Bracket<Rational>>, 3>& tables, std::vector<Position<Rational>>& positions) {
  const auto q = [](double x) { return Rational(x); };
  for (std::size_t t = 0; t < 3; ++t)
    for (const Bracket<double>& b : m.tables[t])
      tables[t].push_back(
          {.cap = b.cap ? std::optional(q(*b.cap)) : std::nullopt, .rate = q(b.rate.raw()), .cum = b.cum ? std::optional(q(*b.cum)) : std::nullopt});
  for (const Position<double>& p : m.positions) {
    std::size_t table = 0;
    while (p.brackets.data() != m.tables[table].data()) ++table;
    positions.push_back({.key = p.key,
                         .size = q(p.size.raw()),
                         .entry = q(p.entry.raw()),
                         .brackets = tables[table],
                         .symbol = p.symbol,
                         .bracket_unit = p.bracket_unit,
                         .bracket_rule = p.bracket_rule,
                         .maintenance_at = p.maintenance_at,
                         .maintenance_fixed = q(p.maintenance_fixed.raw()),
                         .fee_rate = q(p.fee_rate.raw())});
  }
  const LiquidationRule<double>& r = m.account.rule;
  return {.cash = q(m.account.cash.raw()),
          .positions = positions,
          .rule = {r.requirement, q(r.requirement_ratio.raw()), r.equity, r.when},
          .cum_policy = m.account.cum_policy};
}

void agree(const std::optional<double>& ours, const std::optional<Rational>& exact, double ulp) {
  if (ours.has_value() != exact.has_value()) std::abort();
  if (!ours) return;
  const double size = std::fabs(*ours), unit = std::nextafter(size, HUGE_VAL) - size;
  if (abs(Rational(Rational(*ours) - *exact)) > Rational(ulp) * Rational(unit)) std::abort();
}

void agree(const PathAnswer<double>& a, const PathAnswer<Rational>& b) {
  if (!a.ulp) return;  // no claim
  if (a.liquidatable_now != b.liquidatable_now || a.bankrupt_now != b.bankrupt_now || a.roots.size() != b.roots.size()) std::abort();
  for (std::size_t i = 0; i < a.roots.size(); ++i) {
    if (a.roots[i].kind != b.roots[i].kind || a.roots[i].test != b.roots[i].test) std::abort();
    agree(a.roots[i].value, b.roots[i].value, *a.ulp);
  }
  for (const auto& [x, y] : {std::pair(&a.below, &b.below), std::pair(&a.above, &b.above)}) {
    agree(x->liquidation, y->liquidation, *a.ulp);
    agree(x->recovery, y->recovery, *a.ulp);
    agree(x->bankruptcy, y->bankruptcy, *a.ulp);
    if (x->test != y->test) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes in(data, size);
  const Made m = make(in);
  std::array<std::vector<Bracket<Rational>>, 3> tables;
  std::vector<Position<Rational>> positions;
  const Account<Rational> exact_account = exactly(m, tables, positions);
  const auto p = Portfolio<double>::make({m.account.cash, m.positions, m.account.rule, m.account.cum_policy}, 2);
  const auto exact = Portfolio<Rational>::make(exact_account, 2);
  if (p.has_value() != exact.has_value()) std::abort();
  if (!p) return 0;
  std::vector<Price<Rational>> marks;
  for (const Price<double>& mark : m.marks) marks.emplace_back(Rational(mark.raw()));
  const Figures<double> f = p->figures(m.marks);
  if (f.certain && f.status != exact->status(marks)) std::abort();
  if (f.status < exact->status(marks)) std::abort();  // in doubt the account is less safe, never safer
  Workspace<double> workspace(*p);
  Workspace<Rational> exact_workspace(*exact);
  for (const KeyId key : p->keys()) agree(p->solve(m.marks, key, workspace), exact->solve(marks, key, exact_workspace));
  const std::vector<Ratio<double>> betas{1, in.byte() % 3 == 0 ? -1 : 1};
  std::vector<Ratio<Rational>> exact_betas;
  for (const Ratio<double>& b : betas) exact_betas.emplace_back(Rational(b.raw()));
  agree(p->solve(m.marks, betas, workspace), exact->solve(marks, exact_betas, exact_workspace));
  return 0;
}
