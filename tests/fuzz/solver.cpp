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

/// An account with its storage; the third key is the product of the other two.
template <class T>
struct Made {
  std::array<std::vector<Bracket<T>>, 3> tables;
  std::vector<WeightTier<T>> weights;
  std::vector<LoanBracket<T>> loans;
  std::vector<Asset<T>> assets;
  std::vector<Position<T>> positions;
  std::vector<DerivedPrice<T>> derived{DerivedPrice<T>{{}}};
  Account<T> account;
  std::vector<Price<T>> marks;

  void connect() {
    static constexpr std::array<KeyId, 2> both{KeyId{0}, KeyId{1}};
    derived[0].times = both;
    account.assets = assets;
    account.positions = positions;
    account.derived = derived;
  }
};

/// Coins, debts, tiers, hedge offsets, the level test, inverse contracts and a derived key; none of them where the first byte is 0.
void extend(Bytes& in, Made<double>& m) {
  const unsigned how = in.byte();
  if (how == 0) return;
  if (how & 1) {
    m.account.rule.level = true;
    m.account.rule.level_ratio = how & 2 ? 1.1 : 0.75;
    m.account.rule.level_weighted = (how & 4) != 0;
  }
  constexpr HedgeOffset offsets[] = {HedgeOffset::both, HedgeOffset::larger, HedgeOffset::net, HedgeOffset::both};
  m.account.hedge_offset = offsets[(how >> 3) % 4];
  m.derived[0].factor = how & 32 ? 0.37 : 1.0;
  double cap = 0, weight = 1;
  for (unsigned i = in.byte() % 3 + 1; i > 0; --i) {
    cap += in.number();
    weight *= (in.byte() % 8 + 1) / 8.0;
    m.weights.push_back({.cap = i == 1 && how & 64 ? std::nullopt : std::optional(cap), .weight = weight});
  }
  double rate = 0;
  cap = 0;
  for (unsigned i = in.byte() % 3 + 1; i > 0; --i) {
    cap += in.number();
    rate += (in.byte() % 16) / 64.0;
    m.loans.push_back({.cap = i == 1 ? std::nullopt : std::optional(cap), .maintenance_rate = rate < 0.9 ? rate : 0.9});
  }
  for (unsigned i = in.byte() % 4; i > 0; --i) {
    const unsigned a = in.byte(), b = in.byte();
    m.assets.push_back({.amount = a & 1 ? -in.number() : in.number()});
    Asset<double>& x = m.assets.back();
    if (a & 6) x.key = KeyId{(a >> 1 & 3) - 1};
    if (a & 8) x.weight_tiers = m.weights;
    if (a & 16) x.tier_unit = TierUnit::amount;
    if (a & 32) x.liability_weight = 1.25;
    x.pnl_in_tiers = (a & 64) != 0;
    x.usable = (a & 128) == 0;
    if (b & 1) x.requirement_weight = 1.02;
    if (b & 2) x.borrowed = in.number();
    if (b & 4) x.interest = in.number();
    if (b & 8) x.loan_brackets = m.loans;
    if (b & 16) x.loan_unit = TierUnit::amount;
    if (b & 32) x.ratio = 1.05;
    if (!x.key) x.price = b & 64 ? 0.99 : 1.0;
  }
  for (Position<double>& p : m.positions) {
    const unsigned a = in.byte();
    if (a & 1) p.kind = ContractKind::inverse;
    if (a & 2) p.key = KeyId{2};
    if (a & 4 && !m.assets.empty()) p.settle = AssetId{in.byte() % static_cast<unsigned>(m.assets.size())};
    if (a & 8) p.accrued = in.number();
    if (a & 16) p.bracket_group = GroupId{0};
    if (a & 32) p.symbol = SymbolId{7};  // legs of one contract, where their sides differ
    if (a & 64) p.side = p.size.raw() < 0 ? Side::short_leg : Side::long_leg;
  }
}

Made<double> make(Bytes& in) {
  Made<double> m;
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
  extend(in, m);
  m.connect();
  return m;
}

Made<Rational> exactly(const Made<double>& m) {
  Made<Rational> out;
  const auto q = [](double x) { return Rational(x); };
  const auto maybe = [](const std::optional<double>& x) { return x ? std::optional(Rational(*x)) : std::nullopt; };
  for (std::size_t t = 0; t < 3; ++t)
    for (const Bracket<double>& b : m.tables[t]) out.tables[t].push_back({.cap = maybe(b.cap), .rate = q(b.rate.raw()), .cum = maybe(b.cum)});
  for (const WeightTier<double>& w : m.weights) out.weights.push_back({.cap = maybe(w.cap), .weight = q(w.weight.raw())});
  for (const LoanBracket<double>& l : m.loans) out.loans.push_back({.cap = maybe(l.cap), .maintenance_rate = q(l.maintenance_rate.raw())});
  for (const Asset<double>& a : m.assets) {
    out.assets.push_back({.amount = q(a.amount.raw()),
                          .key = a.key,
                          .price = q(a.price.raw()),
                          .ratio = q(a.ratio.raw()),
                          .tier_unit = a.tier_unit,
                          .liability_weight = q(a.liability_weight.raw()),
                          .pnl_in_tiers = a.pnl_in_tiers,
                          .usable = a.usable,
                          .requirement_weight = q(a.requirement_weight.raw()),
                          .borrowed = q(a.borrowed.raw()),
                          .interest = q(a.interest.raw()),
                          .loan_unit = a.loan_unit});
    if (!a.weight_tiers.empty()) out.assets.back().weight_tiers = out.weights;
    if (!a.loan_brackets.empty()) out.assets.back().loan_brackets = out.loans;
  }
  for (const Position<double>& p : m.positions) {
    std::size_t table = 0;
    while (p.brackets.data() != m.tables[table].data()) ++table;
    out.positions.push_back({.key = p.key,
                             .size = q(p.size.raw()),
                             .entry = q(p.entry.raw()),
                             .brackets = out.tables[table],
                             .side = p.side,
                             .symbol = p.symbol,
                             .kind = p.kind,
                             .settle = p.settle,
                             .bracket_unit = p.bracket_unit,
                             .bracket_rule = p.bracket_rule,
                             .bracket_group = p.bracket_group,
                             .maintenance_at = p.maintenance_at,
                             .maintenance_fixed = q(p.maintenance_fixed.raw()),
                             .fee_rate = q(p.fee_rate.raw()),
                             .accrued = q(p.accrued.raw())});
  }
  out.derived[0].factor = q(m.derived[0].factor.raw());
  const LiquidationRule<double>& r = m.account.rule;
  out.account = {.cash = q(m.account.cash.raw()),
                 .rule = {.requirement = r.requirement,
                          .requirement_ratio = q(r.requirement_ratio.raw()),
                          .level = r.level,
                          .level_ratio = q(r.level_ratio.raw()),
                          .level_weighted = r.level_weighted,
                          .equity = r.equity,
                          .when = r.when},
                 .cum_policy = m.account.cum_policy,
                 .hedge_offset = m.account.hedge_offset};
  for (const Price<double>& mark : m.marks) out.marks.emplace_back(q(mark.raw()));
  out.connect();
  return out;
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
  const Made<double> m = make(in);
  const Made<Rational> e = exactly(m);
  const std::vector<Price<Rational>>& marks = e.marks;
  const auto p = Portfolio<double>::make(m.account, 2);
  const auto exact = Portfolio<Rational>::make(e.account, 2);
  if (p.has_value() != exact.has_value()) std::abort();
  if (!p) return p.error() == exact.error() ? 0 : (std::abort(), 0);
  const Figures<double> f = p->figures(m.marks);
  if (f.certain && f.status != exact->status(marks)) std::abort();
  if (f.status < exact->status(marks)) std::abort();  // in doubt the account is less safe, never safer
  Workspace<double> workspace(*p);
  Workspace<Rational> exact_workspace(*exact);
  if (p->keys().size() != exact->keys().size()) std::abort();
  for (const KeyId key : p->keys()) agree(p->solve(m.marks, key, workspace), exact->solve(marks, key, exact_workspace));
  const std::vector<Ratio<double>> betas{1, in.byte() % 3 == 0 ? -1 : 1};
  std::vector<Ratio<Rational>> exact_betas;
  for (const Ratio<double>& b : betas) exact_betas.emplace_back(Rational(b.raw()));
  agree(p->solve(m.marks, betas, workspace), exact->solve(marks, exact_betas, exact_workspace));
  for (std::size_t leg = 0; leg < p->legs().size(); ++leg) {
    const auto rest = p->without(m.marks, leg);
    const auto exact_rest = exact->without(marks, leg);
    if (!rest || !exact_rest || rest->status(m.marks) < exact_rest->status(marks)) std::abort();
  }
  return 0;
}
