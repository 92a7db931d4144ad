// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/property.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/portfolio/portfolio.hpp>

#include <array>
#include <cmath>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

/// @file
/// Random accounts of every kind whose numbers stand in one list, so that any of them can be moved, or seeded.

using loadline::Rational;

/// Where a number stands in the list.
using Place = std::size_t;

struct RowShape {
  std::optional<Place> cap;
  Place rate;
};

struct AssetShape {
  Place amount, price, ratio, liability, requirement, borrowed, interest;
  std::optional<std::uint32_t> key;
  std::vector<RowShape> tiers, loans;
  loadline::TierUnit tier_unit = loadline::TierUnit::value, loan_unit = loadline::TierUnit::value;
  bool pnl_in_tiers = false, usable = true;
};

struct LegShape {
  std::uint32_t key, symbol;
  Place size, entry, multiplier, fee, closing_fee, accrued, fixed, coefficient;
  std::vector<RowShape> rows;
  loadline::Side side = loadline::Side::one_way;
  loadline::ContractKind kind = loadline::ContractKind::linear;
  loadline::BracketUnit unit = loadline::BracketUnit::notional;
  loadline::BracketRule rule = loadline::BracketRule::marginal;
  loadline::MaintenanceAt at = loadline::MaintenanceAt::mark;
  std::optional<std::uint32_t> settle = {};
  bool grouped = false;
};

/// An account without its numbers, and the list of them. All are small multiples of powers of two: a double holds each exactly.
struct Shape {
  std::vector<Rational> numbers;
  std::vector<std::string> names;
  std::vector<Place> inputs;  ///< those that may move a little and leave the account valid
  Place cash = 0, requirement_ratio = 0, level_ratio = 0;
  std::vector<Place> marks, betas;
  std::vector<std::uint32_t> keys;  ///< base keys that something follows
  std::optional<Place> derived;     ///< the factor of one derived price, of key 0 (or 1) and key 2
  std::uint32_t derived_of = 0;
  std::vector<AssetShape> assets;
  std::vector<LegShape> legs;
  bool level = false, level_weighted = false, equity = false;
  loadline::LiquidateWhen when = loadline::LiquidateWhen::at_or_below_zero;
  loadline::HedgeOffset offset = loadline::HedgeOffset::both;

  Place add(const std::string& name, const Rational& x, bool movable = true) {
    numbers.push_back(x);
    names.push_back(name);
    if (movable) inputs.push_back(numbers.size() - 1);
    return numbers.size() - 1;
  }
};

inline std::ostream& operator<<(std::ostream& out, const Shape& s) {
  for (Place i = 0; i < s.numbers.size(); ++i) out << s.names[i] << " " << s.numbers[i] << "; ";
  for (const AssetShape& a : s.assets)
    out << "\n  asset" << (a.key ? " key " + std::to_string(*a.key) : "") << (a.tier_unit == loadline::TierUnit::amount ? " by amount" : "") << " tiers "
        << a.tiers.size() << " loans " << a.loans.size() << (a.pnl_in_tiers ? " pnl in tiers" : "") << (a.usable ? "" : " unusable");
  for (const LegShape& l : s.legs)
    out << "\n  leg key " << l.key << " symbol " << l.symbol << " kind " << int(l.kind) << " side " << int(l.side) << " settle "
        << (l.settle ? std::to_string(*l.settle) : "cash") << " rows " << l.rows.size() << (l.unit == loadline::BracketUnit::size ? " by size" : "")
        << (l.rule == loadline::BracketRule::whole ? " whole" : "") << (l.at == loadline::MaintenanceAt::entry ? " at entry" : "")
        << (l.grouped ? " grouped" : "");
  return out << "\n  tests" << (s.level ? " level" : "") << (s.equity ? " equity" : "") << " offset " << int(s.offset) << "\n";
}

/// The account in one scalar, with its storage; `number(place)` gives its numbers.
template <class T>
struct Shaped {
  std::vector<std::vector<loadline::WeightTier<T>>> tiers;
  std::vector<std::vector<loadline::LoanBracket<T>>> loans;
  std::vector<std::vector<loadline::Bracket<T>>> rows;
  std::vector<loadline::Asset<T>> assets;
  std::vector<loadline::Position<T>> positions;
  std::vector<loadline::KeyId> factors;
  std::vector<loadline::DerivedPrice<T>> derived;
  std::vector<loadline::Price<T>> marks;
  std::vector<loadline::Ratio<T>> betas;
  loadline::Account<T> account;

  template <class Number>
  Shaped(const Shape& s, const Number& number) {
    const auto cap = [&](const RowShape& r) { return r.cap ? std::optional<T>(number(*r.cap)) : std::nullopt; };
    tiers.reserve(s.assets.size());
    loans.reserve(s.assets.size());
    rows.reserve(s.legs.size());
    for (const AssetShape& a : s.assets) {
      auto& t = tiers.emplace_back();
      for (const RowShape& r : a.tiers) t.push_back({.cap = cap(r), .weight = number(r.rate)});
      auto& l = loans.emplace_back();
      for (const RowShape& r : a.loans) l.push_back({.cap = cap(r), .maintenance_rate = number(r.rate)});
      assets.push_back({.amount = number(a.amount),
                        .key = a.key ? std::optional(loadline::KeyId{*a.key}) : std::nullopt,
                        .price = number(a.price),
                        .ratio = number(a.ratio),
                        .weight_tiers = t,
                        .tier_unit = a.tier_unit,
                        .liability_weight = number(a.liability),
                        .pnl_in_tiers = a.pnl_in_tiers,
                        .usable = a.usable,
                        .requirement_weight = number(a.requirement),
                        .borrowed = number(a.borrowed),
                        .interest = number(a.interest),
                        .loan_brackets = l,
                        .loan_unit = a.loan_unit});
    }
    for (const LegShape& l : s.legs) {
      auto& r = rows.emplace_back();
      for (const RowShape& row : l.rows) r.push_back({.cap = cap(row), .rate = number(row.rate)});
      loadline::Position<T> p{.key = {l.key}, .size = number(l.size), .entry = number(l.entry), .brackets = r};
      p.side = l.side;
      p.symbol = loadline::SymbolId{l.symbol};
      p.kind = l.kind;
      if (l.settle) p.settle = loadline::AssetId{*l.settle};
      p.multiplier = number(l.multiplier);
      p.bracket_unit = l.unit;
      p.bracket_rule = l.rule;
      p.bracket_coefficient = number(l.coefficient);
      if (l.grouped) p.bracket_group = loadline::GroupId{0};
      p.maintenance_at = l.at;
      p.maintenance_fixed = number(l.fixed);
      p.fee_rate = number(l.fee);
      p.liquidation_fee_rate = number(l.closing_fee);
      p.accrued = number(l.accrued);
      positions.push_back(p);
    }
    if (s.derived) {
      factors = {loadline::KeyId{s.derived_of}, loadline::KeyId{2}};
      derived.push_back({.times = factors, .factor = number(*s.derived)});
    }
    for (const Place p : s.marks) marks.push_back(number(p));
    for (const Place p : s.betas) betas.push_back(number(p));
    account.cash = number(s.cash);
    account.assets = assets;
    account.positions = positions;
    account.derived = derived;
    account.rule.requirement_ratio = number(s.requirement_ratio);
    account.rule.level = s.level;
    account.rule.level_ratio = number(s.level_ratio);
    account.rule.level_weighted = s.level_weighted;
    account.rule.equity = s.equity;
    account.rule.when = s.when;
    account.hedge_offset = s.offset;
  }
  Shaped(const Shaped&) = delete;
  Shaped& operator=(const Shaped&) = delete;

  [[nodiscard]] loadline::Result<loadline::Portfolio<T>> portfolio() const {
    return loadline::Portfolio<T>::make(account, static_cast<std::uint32_t>(marks.size()));
  }
};

/// Draws them.
class ShapeDraw {
 public:
  [[nodiscard]] static Shape account() {
    ShapeDraw d;
    d.draw();
    return std::move(d.s_);
  }

 private:
  using Kind = loadline::ContractKind;

  static int in(int low, int high) { return *rc::gen::inRange(low, high + 1); }
  static bool one_in(int n) { return in(1, n) == 1; }
  static Rational part(int low, int high, int parts) { return Rational(in(low, high), parts); }
  static Rational rounded(double x) { return Rational(std::llround(x * 1'024), 1'024); }
  double at(Place p) const { return s_.numbers[p].convert_to<double>(); }
  double price(std::uint32_t key) const { return key < 3 ? at(s_.marks[key]) : at(*s_.derived) * at(s_.marks[s_.derived_of]) * at(s_.marks[2]); }
  double price(const AssetShape& a) const { return (a.key ? price(*a.key) : at(a.price)) * at(a.ratio); }

  /// Caps around `size`, rates (or weights) from `first` by `step` a row.
  std::vector<RowShape> table(const std::string& name, double size, const Rational& first, int least, int most, int parts, bool open) {
    std::vector<RowShape> out;
    const int count = in(1, 4);
    double cap = 0;
    Rational rate = first;
    for (int i = 0; i < count; ++i) {
      cap += std::fmax(size * in(2, 12) / 10.0, 1.0 / 64);
      const bool last = i + 1 == count;
      const std::optional<Place> to = last && (open || one_in(2)) ? std::nullopt : std::optional(s_.add(name + " cap", rounded(cap)));
      out.push_back({to, s_.add(name, rate)});
      rate += part(least, most, parts);
      if (rate <= 0) break;
    }
    return out;
  }

  void asset(std::uint32_t key_count) {
    AssetShape a{};
    if (!one_in(5)) a.key = static_cast<std::uint32_t>(in(0, static_cast<int>(key_count) - 1));
    a.price = s_.add("price", a.key ? Rational(1) : part(4, 12, 8), !a.key);
    a.ratio = one_in(4) ? s_.add("ratio", part(28, 40, 32)) : s_.add("ratio", 1);
    const double unit = price(a), money = in(-40, 160);
    a.amount = s_.add("amount", one_in(8) ? Rational(0) : rounded(money / unit), false);
    if (s_.numbers[a.amount] != 0) s_.inputs.push_back(a.amount);
    const bool debt = one_in(4);
    a.borrowed = s_.add("debt", debt ? rounded(in(1, 80) / unit + 1.0 / 64) : Rational(0), debt);
    a.interest = s_.add("interest", debt ? rounded(in(1, 8) / (8 * unit) + 1.0 / 64) : Rational(0), debt);
    a.liability = one_in(3) ? s_.add("liability weight", 1 + part(1, 8, 32)) : s_.add("liability weight", 1, false);
    a.requirement = one_in(4) ? s_.add("requirement weight", 1 + part(1, 4, 32)) : s_.add("requirement weight", 1, false);
    a.tier_unit = one_in(2) ? loadline::TierUnit::amount : loadline::TierUnit::value;
    a.loan_unit = one_in(2) ? loadline::TierUnit::amount : loadline::TierUnit::value;
    if (!one_in(3)) a.tiers = table("weight", a.tier_unit == loadline::TierUnit::amount ? 80 / unit : 80, part(20, 31, 32), -8, -1, 32, false);
    if (debt && one_in(2)) a.loans = table("loan rate", a.loan_unit == loadline::TierUnit::amount ? 40 / unit : 40, part(1, 16, 256), 1, 16, 256, true);
    a.pnl_in_tiers = one_in(3);
    a.usable = !one_in(8);
    s_.assets.push_back(a);
  }

  void leg(std::uint32_t key, std::uint32_t symbol) {
    LegShape l{};
    l.key = key;
    l.symbol = symbol;
    l.kind = std::array{Kind::linear, Kind::linear, Kind::inverse, Kind::quanto}[static_cast<std::size_t>(in(0, 3))];
    if (!s_.assets.empty() && !one_in(3)) l.settle = static_cast<std::uint32_t>(in(0, static_cast<int>(s_.assets.size()) - 1));
    const double mark = price(key), settle = l.settle ? price(s_.assets[*l.settle]) : 1;
    const double unit = (l.kind == Kind::inverse ? 1 / mark : mark) * settle;  // money for one
    l.multiplier = s_.add("multiplier", std::fmax(1, std::round(1'024 / unit)) / 1'024 < 1 ? rounded(1 / unit + 1.0 / 512) : Rational(in(1, 2)));
    l.size = s_.add("size", Rational(in(0, 1) * 2 - 1) * (Rational(1, 8) + rounded(in(4, 300) / (unit * at(l.multiplier)))));
    l.entry = s_.add("entry", s_.numbers[key < 3 ? s_.marks[key] : s_.marks[s_.derived_of]] * part(12, 20, 16));
    l.fee = one_in(4) ? s_.add("fee rate", part(1, 16, 4'096)) : s_.add("fee rate", 0, false);
    l.closing_fee = one_in(4) ? s_.add("closing fee", part(1, 64, 4'096)) : s_.add("closing fee", 0, false);
    l.accrued = s_.add("accrued", one_in(3) ? rounded(in(-8, 8) / (2 * settle)) : Rational(0));
    l.fixed = one_in(5) ? s_.add("fixed", part(1, 32, 16)) : s_.add("fixed", 0, false);
    l.coefficient = one_in(4) ? s_.add("coefficient", part(2, 6, 4)) : s_.add("coefficient", 1);
    if (one_in(6)) l.unit = loadline::BracketUnit::size;
    if (one_in(8)) l.rule = loadline::BracketRule::whole;
    if (one_in(6)) l.at = loadline::MaintenanceAt::entry;
    const double measure = std::fabs(at(l.size)) * (l.unit == loadline::BracketUnit::size ? 1 : at(l.multiplier) * unit / settle);
    l.rows = table("rate", measure, part(1, 24, 1'024), 1, 48, 1'024, false);
    s_.legs.push_back(l);
  }

  void draw() {
    for (int k = 0; k < 2; ++k) s_.marks.push_back(s_.add("mark", part(16, 400, 4)));
    s_.marks.push_back(s_.add("mark", part(24, 40, 32)));
    std::uint32_t keys = 3;
    if (one_in(2)) {
      s_.derived_of = static_cast<std::uint32_t>(in(0, 1));
      s_.derived = s_.add("factor", part(28, 40, 32));
      ++keys;
    }
    for (int k = 0; k < 3; ++k) s_.betas.push_back(s_.add("beta", one_in(6) ? Rational(0) : one_in(2) ? Rational(1) : part(-8, 12, 8)));
    for (int n = in(0, 3); n > 0; --n) asset(keys);
    std::uint32_t symbol = 0;
    for (int n = in(1, 3); n > 0; --n) {
      leg(static_cast<std::uint32_t>(in(0, static_cast<int>(keys) - 1)), symbol);
      const int more = in(0, 7);
      if (more == 0) {  // the other leg of hedge mode
        LegShape other = s_.legs.back();
        s_.legs.back().side = s_.numbers[other.size] < 0 ? loadline::Side::short_leg : loadline::Side::long_leg;
        other.side = s_.numbers[other.size] < 0 ? loadline::Side::long_leg : loadline::Side::short_leg;
        other.size = s_.add("size", -s_.numbers[other.size] * part(1, 15, 8));
        s_.legs.push_back(other);
      } else if (more == 1 && !grouped_) {  // a bracket group: one table for two keys
        grouped_ = s_.legs.back().grouped = true;
        LegShape other = s_.legs.back();
        other.key = (other.key + 1) % 3;
        other.symbol = ++symbol;
        other.size = s_.add("size", s_.numbers[other.size] * part(4, 12, 8));
        other.entry = s_.add("entry", s_.numbers[s_.marks[other.key]] * part(12, 20, 16));
        s_.legs.push_back(other);
      }
      ++symbol;
    }
    s_.offset = std::array{loadline::HedgeOffset::both, loadline::HedgeOffset::larger, loadline::HedgeOffset::net}[static_cast<std::size_t>(in(0, 2))];
    s_.requirement_ratio = s_.add("requirement ratio", one_in(3) ? part(12, 24, 16) : Rational(1));
    s_.level = one_in(4);
    s_.level_weighted = one_in(2);
    s_.level_ratio = s_.add("level ratio", one_in(3) ? Rational(1) : part(16, 20, 16));
    s_.equity = one_in(4);
    if (one_in(3)) s_.when = loadline::LiquidateWhen::below_zero;
    // Cash: a share of the notional above what the account needs; one in four needs more than it has, one in eight has none.
    s_.cash = s_.add("cash", 0);
    const Shaped<double> plain(s_, [&](Place p) { return at(p); });
    const auto made = plain.portfolio();
    RC_ASSERT(made.has_value());
    for (const loadline::KeyId& key : made->keys()) s_.keys.push_back(key.index);
    const loadline::Figures<double> f = made->figures(plain.marks);
    if (!one_in(8)) s_.numbers[s_.cash] = rounded((one_in(4) ? -in(1, 20) : in(1, 120)) * f.gross_notional.raw() / 100 - f.excess.raw());
  }

  Shape s_ = {};
  bool grouped_ = false;
};
