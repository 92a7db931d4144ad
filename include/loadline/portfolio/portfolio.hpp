// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/marks.hpp"
#include "loadline/portfolio/check.hpp"
#include "loadline/portfolio/explain.hpp"
#include "loadline/portfolio/solve.hpp"

/// @file
/// The account, checked and lowered once: the object that everybody holds.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

template <Scalar T>
class Portfolio;

/// Scratch memory of one thread for one portfolio. Made once; the queries that take it allocate nothing.
///
/// Answers point into it: the next query overwrites them. A portfolio that was made anew needs a workspace anew.
template <Scalar T>
class Workspace {
 public:
  explicit Workspace(const Portfolio<T>& portfolio) : scratch_(portfolio.lowered()) {}

 private:
  friend class Portfolio<T>;
  Scratch<T> scratch_;
};

/// An account that has been checked and lowered. Holds no price; immutable, shareable between threads.
///
/// @f[ f(P) = W + \sum_i \left( q_i m_i (P_i - E_i) + accrued_i \right) - ratio \sum_i MM_i(|q_i| m_i P_i) @f]
/// is the excess. Along one key it is piecewise affine: `make` sums each key's terms into cells, and a query adds up the
/// other keys at their marks and searches the cells of one.
///
/// Queries of one figure are *plain*: computed in `T`, no claim on the last digits. `figures`, `status`, `positions` and
/// `solve` compute in Working<T> (for double: balls of about 106 bits) and round once; `solve` says how far it may be off.
///
/// The six fields below hold for every query; a query names only those in which it differs.
/// @par Units    money: numeraire; sizes: contracts; marks: numeraire per base unit
/// @par Shape    marks: a span by key index, at least key_count() of them
/// @par Rounding none but the scalar's
/// @par Errors   only `make`. Queries are total; a NaN mark fails every test (market/marks.hpp names the culprit)
/// @par Cost     `make` allocates, queries do not
/// @par Source   docs/explanation/normal-form.md; Binance USD-M FAQ "How to calculate liquidation price"
template <Scalar T>
class Portfolio {
 public:
  /// Checks everything and lowers; once per fill or rule change.
  ///
  /// An error names the first fault: rule, cash, then the positions in order (`index`: the position, `item`: the row of
  /// its brackets). OVERFLOW where a figure is too large for T.
  /// @par Cost O(brackets * legs of a key) a key
  [[nodiscard]] static Result<Portfolio> make(const Account<T>& account, std::uint32_t key_count) {
    if (const std::optional<Error> e = check(account, key_count)) return *e;
    std::vector<std::uint32_t> cross;
    for (std::uint32_t i = 0; i < account.positions.size(); ++i)
      if (!account.positions[i].isolated_margin) cross.push_back(i);
    std::optional<Lowered<T>> wallet = lower_wallet<T>(account, cross, account.cash, key_count);
    if (!wallet) return Error{Errc::overflow, Field::account};
    Portfolio out(*std::move(wallet));
    for (std::uint32_t i = 0; i < account.positions.size(); ++i) {
      if (!account.positions[i].isolated_margin) continue;
      wallet = lower_wallet<T>(account, {&i, 1}, *account.positions[i].isolated_margin, key_count);
      if (!wallet) return Error{Errc::overflow, Field::position, i};
      out.isolated_.push_back(Portfolio(*std::move(wallet)));
    }
    return out;
  }

  /// The positions with a wallet of their own, in the account's order: each a portfolio of one leg.
  [[nodiscard]] std::span<const Portfolio> isolated() const noexcept { return isolated_; }
  /// The positions of this wallet.
  [[nodiscard]] std::span<const Leg<T>> legs() const noexcept { return lowered_.legs; }
  /// The keys of this wallet's positions, ascending.
  [[nodiscard]] std::span<const KeyId> keys() const noexcept { return lowered_.keys; }
  /// The number of marks that a query takes.
  [[nodiscard]] std::uint32_t key_count() const noexcept { return lowered_.key_count; }
  /// The tests that are on: what is listed and has a subject, and the equity test wherever money is owed.
  [[nodiscard]] Tests tests() const noexcept { return lowered_.tests; }
  /// Everything else about it: the form that engines work on.
  [[nodiscard]] const Lowered<T>& lowered() const noexcept { return lowered_; }

  // --- plain figures ------------------------------------------------------------------------------------------------

  /// Margin balance - ratio * maintenance: at or below zero the requirement fails.
  /// @par Cost  O(keys * cells)
  [[nodiscard]] Money<T> excess(Marks<T> marks) const { return plain_excess(lowered_, checked(marks)); }
  /// Cash + sum of PnL and accrued.
  /// @par Cost  O(keys)
  [[nodiscard]] Money<T> equity(Marks<T> marks) const { return plain_equity(lowered_, checked(marks)); }
  /// Sum of the maintenance of the positions, without the rule's ratio.
  /// @par Cost  O(brackets)
  [[nodiscard]] Money<T> maintenance(Marks<T> marks) const {
    Money<T> sum = 0;
    for (const Leg<T>& leg : lowered_.legs) sum += leg_figures<T>(leg, lowered_.table(leg), checked(marks)[leg.terms.key.index].raw()).maintenance;
    return sum;
  }
  /// Maintenance / margin balance; absent where maintenance is 0 or the balance is not above 0.
  [[nodiscard]] std::optional<Ratio<T>> margin_ratio(Marks<T> marks) const {
    const Money<T> m = maintenance(marks), b = equity(marks);
    if (m == Money<T>(0) || !(Money<T>(0) < b)) return std::nullopt;
    return m / b;
  }

  // --- plain prices: one key moves, the other marks are held ----------------------------------------------------------

  /// The highest price below the mark at which a test fails.
  ///
  /// Brackets are re-selected on the way; both legs of a symbol are one function of its price. `already`: a test fails at
  /// these marks. `none`: however far the price falls, no test fails.
  /// @par Cost  O(keys * cells) to add up the other keys, O(cells passed) and one division to search
  [[nodiscard]] LOADLINE_INLINE Bound<T> liquidation_below(Marks<T> marks, KeyId key) const {
    return plain_liquidation(lowered_, checked(marks), checked(key), Toward::below);
  }
  /// The lowest price above the mark at which a test fails.
  [[nodiscard]] LOADLINE_INLINE Bound<T> liquidation_above(Marks<T> marks, KeyId key) const {
    return plain_liquidation(lowered_, checked(marks), checked(key), Toward::above);
  }
  /// Both sides at once.
  [[nodiscard]] LOADLINE_INLINE Bounds<T> liquidation_price(Marks<T> marks, KeyId key) const {
    return plain_liquidation(lowered_, checked(marks), checked(key));
  }
  /// One side of every key of keys(), in that order; bit for bit what the one-key query gives.
  /// @par Shape  out: keys().size() places
  /// @par Cost   O(keys * cells) for all of them together
  void liquidation_prices(Marks<T> marks, Toward side, Workspace<T>& workspace, std::span<Bound<T>> out) const {
    LOADLINE_ASSERT(workspace.scratch_.fits(lowered_) && out.size() >= lowered_.keys.size());
    plain_liquidations(lowered_, checked(marks), side, workspace.scratch_, out);
  }
  /// Where equity falls below zero, on both sides.
  /// @par Cost  O(keys)
  [[nodiscard]] Bounds<T> bankruptcy_price(Marks<T> marks, KeyId key) const { return plain_bankruptcy(lowered_, checked(marks), checked(key)); }
  /// |liquidation price / mark - 1| of the nearer side; absent: no price on either side; 0 where a test fails now.
  [[nodiscard]] std::optional<Ratio<T>> distance(Marks<T> marks, KeyId key) const {
    const Bounds<T> b = liquidation_price(marks, key);
    if (b.below.outcome() == Outcome::already) return Ratio<T>(0);
    const T& mark = marks[key.index].raw();
    std::optional<Ratio<T>> nearest;
    if (b.below) nearest = Ratio<T>(T(T(1) - T((*b.below).raw() / mark)));
    if (b.above)
      if (const Ratio<T> d = T(T((*b.above).raw() / mark) - T(1)); !nearest || d < *nearest) nearest = d;
    return nearest;
  }

  // --- computed in Working<T>, rounded once ---------------------------------------------------------------------------

  /// All figures, and the status. A sign in doubt counts against the account.
  /// @par Cost  O(brackets)
  [[nodiscard]] Figures<T> figures(Marks<T> marks) const { return loadline::figures(lowered_, checked(marks)); }
  [[nodiscard]] Status status(Marks<T> marks) const { return figures(marks).status; }
  /// The figures of each leg, in the order of legs().
  /// @par Shape  out: legs().size() places
  void positions(Marks<T> marks, std::span<PositionFigures<T>> out) const {
    LOADLINE_ASSERT(out.size() >= lowered_.legs.size());
    position_figures(lowered_, checked(marks), out);
  }
  /// Liquidation, recovery and bankruptcy prices of one key on both sides, and every root of every test.
  /// @par Cost  O(edges * legs) of the key
  [[nodiscard]] PathAnswer<T> solve(Marks<T> marks, KeyId key, Workspace<T>& workspace) const {
    LOADLINE_ASSERT(workspace.scratch_.fits(lowered_));
    return solve_key(lowered_, checked(marks), checked(key), workspace.scratch_);
  }
  /// The same for every key of keys(), in that order: `f(key, answer)`. The sums over the other keys are made once.
  /// @par Cost  O(legs * brackets), and for each key O(edges * legs) of the key
  template <class F>
  void solve_each(Marks<T> marks, Workspace<T>& workspace, const F& f) const {
    LOADLINE_ASSERT(workspace.scratch_.fits(lowered_));
    solve_keys(lowered_, checked(marks), workspace.scratch_, f);
  }
  /// The same along the joint path P_k(s) = P_k (1 + beta_k s), in s, on the range where every price is above zero.
  /// @par Shape  betas: key_count() of them; all 1 is "everything falls (or rises) together"
  /// @par Cost   O(edges * legs)
  [[nodiscard]] PathAnswer<T> solve(Marks<T> marks, std::span<const Ratio<T>> betas, Workspace<T>& workspace) const {
    LOADLINE_ASSERT(betas.size() == lowered_.key_count && workspace.scratch_.fits(lowered_));
    return solve_joint(lowered_, checked(marks), betas, workspace.scratch_);
  }
  /// What makes up the excess if `key` stood at `price`: one row a leg, in the order of legs(), and the sums.
  /// @par Shape  rows: legs().size() places
  /// @par Cost   O(brackets)
  [[nodiscard]] Explanation<T> explain(Marks<T> marks, KeyId key, Price<T> price, std::span<ExplainedLeg<T>> rows) const {
    LOADLINE_ASSERT(rows.size() >= lowered_.legs.size());
    return loadline::explain(lowered_, checked(marks), checked(key), price, rows);
  }

 private:
  explicit Portfolio(Lowered<T> lowered) : lowered_(std::move(lowered)) {}

  Marks<T> checked(Marks<T> marks) const {
    LOADLINE_ASSERT(marks.size() >= lowered_.key_count);
    return marks;
  }
  KeyId checked(KeyId key) const {
    LOADLINE_ASSERT(key.index < lowered_.key_count);
    return key;
  }

  Lowered<T> lowered_;
  std::vector<Portfolio> isolated_;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
