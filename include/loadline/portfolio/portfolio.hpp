// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/market/marks.hpp"
#include "loadline/portfolio/binding.hpp"
#include "loadline/portfolio/changed_pool.hpp"
#include "loadline/portfolio/check.hpp"
#include "loadline/portfolio/explain.hpp"
#include "loadline/portfolio/straight.hpp"

/// @file
/// The account, checked and lowered once: the object that everybody holds.

namespace loadline {
inline namespace v1 {

inline namespace LOADLINE_FLAGS {

template <Scalar T>
class Portfolio;

/// Scratch memory of one thread for one portfolio. Made once; the queries that take it allocate nothing, except along paths
/// of class Q.
///
/// Answers point into it: the next query overwrites them. A portfolio that was made anew needs a workspace anew.
/// @par Units    none
/// @par Shape    one a thread and portfolio
/// @par Rounding none
/// @par Errors   none
/// @par Cost     allocates when made
/// @par Source   docs/explanation/normal-form.md
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
/// @f[ f(P) = \sum_c \left( H_c + p_c G_c \right) - ratio \left( \sum_i S_i\,MM_i + \sum_c L_c \right) @f]
/// is the excess: balances at their weights H, PnL and accrued G, the requirements of positions MM and of debts L. Along one
/// key it is piecewise affine as a rule: `make` sums each key's parts into cells, and a query adds up the other keys at their
/// marks and searches the cells of one. A key is *plain* where that holds: what it moves, no other key moves, in lines.
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
  /// An error names the first fault: rule, cash, derived prices, assets, then the positions in order (`index`: the asset or
  /// position, `item`: the row of its table). OVERFLOW where a figure is too large for T.
  /// @par Cost O(edges * parts of a key) a key
  [[nodiscard]] static Result<Portfolio> make(const Account<T>& account, std::uint32_t key_count) {
    if (const std::optional<Error> e = check(account, key_count)) return *e;
    std::optional<Lowered<T>> pool = lower_pool<T>(main_pool(account, key_count));
    if (!pool) return Error{Errc::overflow, Field::account};
    Portfolio out(*std::move(pool));
    for (std::uint32_t i = 0; i < account.positions.size(); ++i) {
      if (!account.positions[i].isolated_margin) continue;
      pool = lower_pool<T>(isolated_pool(account, key_count, i));
      if (!pool) return Error{Errc::overflow, Field::position, i};
      out.isolated_.push_back(Portfolio(*std::move(pool)));
    }
    return out;
  }

  /// This pool after one of legs() was closed at its mark: PnL and accrued are paid out, no fee is charged.
  /// @par Errors OVERFLOW
  /// @par Cost   that of make
  [[nodiscard]] Result<Portfolio> without(Marks<T> marks, std::size_t leg) const {
    LOADLINE_ASSERT(leg < lowered_.pool.legs.size());
    using W = Working<T>;
    const W mark = key_price<W>(lowered_.pool, lowered_.pool.legs[leg].terms.key, at_marks<W>(checked(marks)));
    std::optional<Lowered<T>> pool = lower_pool<T>(without_leg(lowered_.pool, leg, mark));
    if (!pool) return Error{Errc::overflow, Field::account};
    return Portfolio(*std::move(pool));
  }

  /// This pool with its collateral sold at the marks: the same value in cash. What is held of an asset beyond what is owed of it is
  /// sold; what is not usable, debts and the PnL in other coins stay.
  /// @par Errors OVERFLOW
  /// @par Cost   that of make
  [[nodiscard]] Result<Portfolio> in_cash(Marks<T> marks) const {
    std::optional<Lowered<T>> pool = lower_pool<T>(in_cash_pool(lowered_.pool, at_marks<Working<T>>(checked(marks))));
    if (!pool) return Error{Errc::overflow, Field::account};
    return Portfolio(*std::move(pool));
  }

  /// The positions with a wallet of their own, in the account's order: each a portfolio of one leg.
  [[nodiscard]] std::span<const Portfolio> isolated() const noexcept { return isolated_; }
  /// The positions of this wallet.
  [[nodiscard]] std::span<const Leg<T>> legs() const noexcept { return lowered_.pool.legs; }
  /// What is held and owed; the first is the cash.
  [[nodiscard]] std::span<const Holding<T>> holdings() const noexcept { return lowered_.pool.holdings; }
  /// The base keys on which this pool's assets and positions depend, ascending.
  [[nodiscard]] std::span<const KeyId> keys() const noexcept { return lowered_.keys; }
  /// The number of marks that a query takes.
  [[nodiscard]] std::uint32_t key_count() const noexcept { return lowered_.pool.key_count; }
  /// Whether a key's prices can be asked for without a workspace: no part of the account that it moves is moved by another key,
  /// and all are lines. True of a key on which nothing is held.
  [[nodiscard]] bool plain(KeyId key) const {
    const std::uint32_t slot = lowered_.slot_of(checked(key));
    return slot == no_index || lowered_.key_class[slot] == KeyClass::plain;
  }
  /// The tests that are on: what is listed and has a subject, and the equity test wherever money is owed.
  [[nodiscard]] Tests tests() const noexcept { return lowered_.tests; }
  /// Everything else about it: the form that engines work on.
  [[nodiscard]] const Lowered<T>& lowered() const noexcept { return lowered_; }

  // --- plain figures ------------------------------------------------------------------------------------------------

  /// Margin balance - ratio * maintenance: at or below zero the requirement fails.
  /// @par Cost  O(keys * cells)
  [[nodiscard]] Money<T> excess(Marks<T> marks) const { return plain_value(lowered_, Function::requirement, checked(marks)); }
  /// Every balance with its PnL and accrued, at its price.
  /// @par Cost  O(keys)
  [[nodiscard]] Money<T> equity(Marks<T> marks) const { return plain_value(lowered_, Function::solvency, checked(marks)); }
  /// The requirements of positions and debts, without the rule's ratio.
  /// @par Cost  O(brackets)
  [[nodiscard]] Money<T> maintenance(Marks<T> marks) const { return plain_totals(marks).maintenance; }
  /// Maintenance / margin balance; absent where maintenance is 0 or the balance is not above 0.
  /// @par Cost  O(brackets)
  [[nodiscard]] std::optional<Ratio<T>> margin_ratio(Marks<T> marks) const {
    const Totals<T> sum = plain_totals(marks);
    if (sum.maintenance == T(0) || !(T(0) < sum.balance)) return std::nullopt;
    return Ratio<T>(T(sum.maintenance / sum.balance));
  }

  // --- plain prices: one key moves, the other marks are held ----------------------------------------------------------

  /// The highest price below the mark at which a test fails.
  ///
  /// Brackets and weights are re-selected on the way; both legs of a symbol are one function of its price. `already`: a test
  /// fails at these marks. `none`: however far the price falls, no test fails.
  /// @pre plain(key); else the same query with a workspace. Without assertions the answer is then `already`, the cautious one
  /// @par Cost  O(keys * cells) to add up the other keys, O(cells passed) and one division to search
  [[nodiscard]] LOADLINE_INLINE Bound<T> liquidation_below(Marks<T> marks, KeyId key) const {
    if (!lowered_.simple && !known(key)) return Outcome::already;
    return plain_liquidation(lowered_, checked(marks), checked(key), Toward::below);
  }
  /// The lowest price above the mark at which a test fails. @pre plain(key)
  [[nodiscard]] LOADLINE_INLINE Bound<T> liquidation_above(Marks<T> marks, KeyId key) const {
    if (!lowered_.simple && !known(key)) return Outcome::already;
    return plain_liquidation(lowered_, checked(marks), checked(key), Toward::above);
  }
  /// Both sides at once. @pre plain(key)
  [[nodiscard]] LOADLINE_INLINE Bounds<T> liquidation_price(Marks<T> marks, KeyId key) const {
    if (!lowered_.simple && !known(key)) return {Outcome::already, Outcome::already};
    return plain_liquidation(lowered_, checked(marks), checked(key));
  }
  /// One side of any key.
  ///
  /// A plain key: the query above. A key that moves lines together with other keys (a peg, a coin with a peg on it), along which
  /// every test is concave: Newton's steps over lines, in T. Any other: what `solve` finds.
  /// @par Cost   O(keys * cells + parts that keys share); of other keys that of solve
  [[nodiscard]] Bound<T> liquidation_below(Marks<T> marks, KeyId key, Workspace<T>& workspace) const { return one_side(marks, key, Toward::below, workspace); }
  [[nodiscard]] Bound<T> liquidation_above(Marks<T> marks, KeyId key, Workspace<T>& workspace) const { return one_side(marks, key, Toward::above, workspace); }
  /// Both sides of any key, in the same way.
  [[nodiscard]] Bounds<T> liquidation_price(Marks<T> marks, KeyId key, Workspace<T>& workspace) const {
    if (plain(key)) return plain_liquidation(lowered_, checked(marks), key);
    LOADLINE_ASSERT(workspace.scratch_.fits(lowered_));
    const std::uint32_t slot = lowered_.slot_of(key);
    if (lowered_.key_class[slot] != KeyClass::straight) return bounds_of(solve(marks, key, workspace));
    return {straight_liquidation(lowered_, checked(marks), slot, Toward::below, workspace.scratch_),
            straight_liquidation(lowered_, checked(marks), slot, Toward::above, workspace.scratch_)};
  }
  /// One side of every key of keys(), in that order; bit for bit what the one-key query gives.
  /// @par Shape  out: keys().size() places
  /// @par Cost   O(keys * cells) for all of them together, where only the requirement is tested
  void liquidation_prices(Marks<T> marks, Toward side, Workspace<T>& workspace, std::span<Bound<T>> out) const {
    LOADLINE_ASSERT(workspace.scratch_.fits(lowered_) && out.size() >= lowered_.keys.size());
    if (lowered_.simple) return plain_liquidations(lowered_, checked(marks), side, workspace.scratch_, out);
    for (std::size_t i = 0; i < lowered_.keys.size(); ++i) out[i] = one_side(marks, lowered_.keys[i], side, workspace);
  }
  /// Where equity falls below zero, on both sides. @pre plain(key)
  /// @par Cost  O(keys)
  [[nodiscard]] Bounds<T> bankruptcy_price(Marks<T> marks, KeyId key) const {
    if (!known(key)) return {Outcome::already, Outcome::already};
    return plain_bankruptcy(lowered_, checked(marks), key);
  }
  /// |liquidation price / mark - 1| of the nearer side; absent: no price on either side; 0 where a test fails now. @pre plain(key)
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
  /// @par Cost  O(rows)
  [[nodiscard]] Figures<T> figures(Marks<T> marks) const { return loadline::figures(lowered_, checked(marks)); }
  [[nodiscard]] Status status(Marks<T> marks) const { return figures(marks).status; }
  /// The figures of each leg, in the order of legs().
  /// @par Shape  out: legs().size() places
  void positions(Marks<T> marks, std::span<PositionFigures<T>> out) const {
    LOADLINE_ASSERT(out.size() >= lowered_.pool.legs.size());
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
    LOADLINE_ASSERT(betas.size() == lowered_.pool.key_count && workspace.scratch_.fits(lowered_));
    return solve_joint(lowered_, checked(marks), betas, workspace.scratch_);
  }
  /// The same along P_k(s) = P_k + slope_k s: for paths on which a price may start at zero, or on which slopes are what is known.
  /// @par Units  slopes: price per unit of s
  /// @par Shape  slopes: key_count() of them; as a price falls to zero the path ends
  /// @par Cost   O(edges * legs)
  [[nodiscard]] PathAnswer<T> solve_sloped(Marks<T> marks, std::span<const T> slopes, Workspace<T>& workspace) const {
    LOADLINE_ASSERT(slopes.size() == lowered_.pool.key_count && workspace.scratch_.fits(lowered_));
    return solve_route(lowered_, checked(marks), sloped_route(lowered_, checked(marks), slopes, workspace.scratch_), workspace.scratch_);
  }
  /// What fails first: now, or at the least relative distance over keys and sides; absent: nothing on any key. Of two alike
  /// the lower key and the side below.
  /// @par Cost   that of solve_each
  [[nodiscard]] std::optional<Binding<T>> binding(Marks<T> marks, Workspace<T>& workspace) const {
    LOADLINE_ASSERT(workspace.scratch_.fits(lowered_));
    return loadline::binding(lowered_, checked(marks), workspace.scratch_);
  }
  /// Money lost for a fall of one key by 100 %, to first order: P dE/dP, split into positions and collateral.
  /// @par Cost   O(legs + assets)
  [[nodiscard]] LossSlope<T> loss_slope(Marks<T> marks, KeyId key) const { return loadline::loss_slope(lowered_, checked(marks), checked(key)); }
  /// What makes up the excess if `key` stood at `price`: one row a leg, one an asset, and the sums.
  /// @par Shape  rows: legs().size() places, assets: holdings().size(); either may be empty: not asked for
  /// @par Cost   O(rows)
  [[nodiscard]] Explanation<T> explain(Marks<T> marks, KeyId key, Price<T> price, std::span<ExplainedLeg<T>> rows,
                                       std::span<ExplainedAsset<T>> assets = {}) const {
    LOADLINE_ASSERT((rows.empty() || rows.size() >= lowered_.pool.legs.size()) && (assets.empty() || assets.size() >= lowered_.pool.holdings.size()));
    return loadline::explain(lowered_, checked(marks), checked(key), price, rows, assets);
  }

 private:
  explicit Portfolio(Lowered<T>&& lowered) : lowered_(std::move(lowered)) {}

  [[nodiscard]] Bound<T> one_side(Marks<T> marks, KeyId key, Toward side, Workspace<T>& workspace) const {
    if (plain(key)) return plain_liquidation(lowered_, checked(marks), key, side);
    LOADLINE_ASSERT(workspace.scratch_.fits(lowered_));
    const std::uint32_t slot = lowered_.slot_of(key);
    if (lowered_.key_class[slot] == KeyClass::straight) return straight_liquidation(lowered_, checked(marks), slot, side, workspace.scratch_);
    const Bounds<T> both = bounds_of(solve(marks, key, workspace));
    return side == Toward::below ? both.below : both.above;
  }
  [[nodiscard]] static Bounds<T> bounds_of(const PathAnswer<T>& a) {
    if (a.liquidatable_now || a.overflow) return {Outcome::already, Outcome::already};
    const auto bound = [](const std::optional<T>& p) { return p ? Bound<T>(Price<T>(*p)) : Bound<T>(Outcome::none); };
    return {bound(a.below.liquidation), bound(a.above.liquidation)};
  }
  [[nodiscard]] Totals<T> plain_totals(Marks<T> marks) const {
    return totals<T>(lowered_.pool, at_marks<T>(checked(marks)), [](const LegAt<T>&, const T&) {});
  }
  /// Whether a key is plain, as the caller has promised.
  [[nodiscard]] bool known(KeyId key) const {
    const bool promised = plain(key);
    LOADLINE_ASSERT(promised);
    return promised;
  }
  Marks<T> checked(Marks<T> marks) const {
    LOADLINE_ASSERT(marks.size() >= lowered_.pool.key_count);
    return marks;
  }
  KeyId checked(KeyId key) const {
    LOADLINE_ASSERT(key.index < lowered_.pool.key_count);
    return key;
  }

  Lowered<T> lowered_;
  std::vector<Portfolio> isolated_;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
