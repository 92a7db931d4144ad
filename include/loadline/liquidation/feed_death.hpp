// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/portfolio/portfolio.hpp"
#include "loadline/pricing/price_map.hpp"

#include <vector>

/// @file
/// The print of one feed that kills an account, all other feeds unchanged.

namespace loadline {
inline namespace v1 {

/// What one feed can do on one side.
enum class FeedOutcome : std::uint8_t {
  dies,       ///< at a print of it a test fails
  cannot,     ///< no print of it alone makes a test fail
  already,    ///< a test fails at the present prints
  unpriced,   ///< beyond a print a rule has no price; up to it no test fails
  undecided,  ///< beyond a print the prices are no lines in the feed (or too many pieces of them); up to it no test fails
};

inline namespace LOADLINE_FLAGS {

/// One side of one feed.
template <Scalar T>
struct FeedBound {
  FeedOutcome outcome = FeedOutcome::cannot;
  T print = T(0);     ///< dies: the nearest print at which a test fails (under below_zero: beyond which); unpriced, undecided: how far the account was followed
  bool jump = false;  ///< dies: the prices jump there; at the print itself the account may live, beyond it it is dead
  std::optional<Error> error = std::nullopt;  ///< unpriced: why
  std::optional<KeyId> key = std::nullopt;    ///< dies: the key whose price does it, where it is only one
};

/// Both sides of one feed.
template <Scalar T>
struct FeedDeath {
  FeedBound<T> below, above;
};

/// Room for a walk along a feed; made once for a portfolio, which must live as long. Its members are the walk's.
/// @par Units    none
/// @par Shape    for one portfolio and one thread
/// @par Rounding none
/// @par Errors   none
/// @par Cost     allocates when made; queries of class A along it do not
/// @par Source   none
template <Scalar T>
class FeedWorkspace {
 public:
  explicit FeedWorkspace(const Portfolio<T>& portfolio)
      : paths(portfolio), marks(portfolio.key_count(), Price<T>(0)), present(portfolio.key_count(), Price<T>(0)), slopes(portfolio.key_count(), T(0)) {}

  Workspace<T> paths;
  std::vector<Price<T>> marks, present;
  std::vector<T> slopes;
  std::optional<KeyId> bounded = std::nullopt;  ///< the key of `bounds`, at the present marks
  Bounds<T> bounds{Outcome::none, Outcome::none};
};

/// The walk itself: from piece to piece of the rules, on each of which every price is a line in the feed.
template <Scalar T, class Map>
class FeedWalk {
 public:
  FeedWalk(const Portfolio<T>& portfolio, const Map& map, std::span<const Source<T>> sources, Time now, FeedWorkspace<T>& workspace)
      : portfolio_(&portfolio), map_(&map), sources_(sources), now_(now), workspace_(&workspace) {}

  /// @pre workspace.present are the marks at the present prints
  [[nodiscard]] FeedDeath<T> both(std::size_t source) {
    source_ = source;
    std::size_t moved = 0;
    Dependence how = Dependence::none;
    map_->each([&](const auto& entry) {
      const Dependence d = entry.rule.dependence(source);
      if (d == Dependence::none) return;
      only_ = entry.key;
      how = either(how, d);
      ++moved;
    });
    if (moved == 0) return still();
    if (moved > 1) only_.reset();
    if (moved == 1 && how == Dependence::affine) return along_line();
    return {one(-1), one(1)};
  }

 private:
  /// Whether a test fails at the present prints.
  [[nodiscard]] bool dead() {
    if (!dead_) dead_ = !portfolio_->figures(workspace_->present).failing.empty();
    return *dead_;
  }
  /// A feed that moves nothing: it cannot kill what lives.
  [[nodiscard]] FeedDeath<T> still() {
    if (!dead()) return {};
    const FeedBound<T> already{FeedOutcome::already, sources_[source_].value};
    return {already, already};
  }

  /// One key, one line: both sides from one look at it.
  [[nodiscard]] FeedDeath<T> along_line() {
    Reach<T> reach;
    const T& x = sources_[source_].value;
    FeedDeath<T> out;
    const std::optional<Probe<T>> line = look(Feeds<T, Probe<T>>(sources_, now_, source_, Probe<T>(x, T(1), reach)), out.below);
    if (!line) return out.above = out.below, out;
    bound();
    if (here_.below.outcome() == Outcome::already) {
      out.below = out.above = {FeedOutcome::already, x};
      return out;
    }
    const T& slope = line->slope();
    if (slope == T(0)) return out;
    const auto meet = [&](const Bound<T>& b, bool lower) {
      if (!b) return;
      const T print = T(x + T(T((*b).raw() - line->value()) / slope));
      if (!sources_[source_].any_sign && !(T(0) < print)) return;
      (lower == (T(0) < slope) ? out.below : out.above) = {FeedOutcome::dies, print, false, std::nullopt, only_};
    };
    meet(here_.below, true);
    meet(here_.above, false);
    return out;
  }
  /// The price of the only key that moves; absent: `out` says why.
  [[nodiscard]] std::optional<Probe<T>> look(const Feeds<T, Probe<T>>& feeds, FeedBound<T>& out) const {
    std::optional<Probe<T>> line;
    map_->each([&](const auto& entry) {
      if (!(entry.key == *only_)) return;
      const Result<Priced<Probe<T>>> p = entry.rule.price(feeds);
      if (p)
        line = p->value;
      else
        out = {FeedOutcome::unpriced, feeds.value(source_).value(), false, p.error()};
    });
    return line;
  }
  /// The liquidation prices of the only key at the present prints, found once for all sources that move it.
  void bound() {
    FeedWorkspace<T>& w = *workspace_;
    if (!(w.bounded && *w.bounded == *only_)) {
      w.bounds = portfolio_->liquidation_price(w.present, *only_, w.paths);
      w.bounded = only_;
    }
    here_ = w.bounds;
  }

  /// One side, piece by piece.
  [[nodiscard]] FeedBound<T> one(int direction) {
    T x = sources_[source_].value;
    std::optional<T> beyond;  // where the piece before would have died, just past its end
    for (int step = 0; step < max_pieces; ++step) {
      Reach<T> reach{direction};
      const Feeds<T, Probe<T>> feeds(sources_, now_, source_, Probe<T>(x, T(1), reach));
      const FeedBound<T> end = only_ ? along_key(feeds, x, direction, reach, beyond) : along_keys(feeds, x, direction, reach, beyond);
      if (end.outcome != FeedOutcome::cannot) return end;
      if (!reach.distance) return end;
      T next = direction < 0 ? T(x - *reach.distance) : T(x + *reach.distance);
      if (!(T(0) < next) && !sources_[source_].any_sign) return end;
      if (!(direction < 0 ? next < x : x < next)) {  // the end of the piece rounds to its start: on by the least step that moves
        const T least = T(magnitude(x) * T(T(2) * unit_roundoff<T>()));
        next = direction < 0 ? T(x - least) : T(x + least);
      }
      x = next;
    }
    return {FeedOutcome::undecided, x};
  }

  /// A piece on which one key moves.
  [[nodiscard]] FeedBound<T> along_key(const Feeds<T, Probe<T>>& feeds, const T& x, int direction, const Reach<T>& reach, std::optional<T>& beyond) {
    FeedBound<T> none;
    const std::optional<Probe<T>> line = look(feeds, none);
    if (!line) return none;
    if (!reach.straight) return {FeedOutcome::undecided, x};
    FeedWorkspace<T>& w = *workspace_;
    if (x == sources_[source_].value) bound();
    const T& price = line->value();
    if (here_.below.outcome() == Outcome::already) return {FeedOutcome::already, x};
    if (outside(price)) {
      w.marks = w.present;
      w.marks[only_->index] = Price<T>(price);
      here_ = portfolio_->liquidation_price(w.marks, *only_, w.paths);
      if (here_.below.outcome() == Outcome::already) return arrived(x, beyond, direction);
    }
    const T& slope = line->slope();
    const bool falls = direction < 0 ? T(0) < slope : slope < T(0);
    const Bound<T>& ahead = falls ? here_.below : here_.above;
    if (slope == T(0) || !ahead) return beyond.reset(), FeedBound<T>{};
    const T distance = magnitude(T(T((*ahead).raw() - price) / slope));
    return found(x, distance, direction, reach, beyond);
  }

  /// A piece on which several move.
  [[nodiscard]] FeedBound<T> along_keys(const Feeds<T, Probe<T>>& feeds, const T& x, int direction, const Reach<T>& reach, std::optional<T>& beyond) {
    FeedWorkspace<T>& w = *workspace_;
    std::optional<Error> fault;
    w.marks = w.present;
    for (T& slope : w.slopes) slope = T(0);
    map_->each([&](const auto& entry) {
      if (fault || entry.rule.dependence(source_) == Dependence::none) return;
      const Result<Priced<Probe<T>>> p = entry.rule.price(feeds);
      if (!p) return void(fault = p.error());
      w.marks[entry.key.index] = Price<T>(p->value.value());
      w.slopes[entry.key.index] = direction < 0 ? T(-p->value.slope()) : p->value.slope();
    });
    if (fault) return {FeedOutcome::unpriced, x, false, fault};
    if (!reach.straight) return {FeedOutcome::undecided, x};
    const PathAnswer<T> answer = portfolio_->solve_sloped(w.marks, w.slopes, w.paths);
    // At its present price, too, a source that prints may make a difference: it was stale, and counts again.
    if (x == sources_[source_].value && dead()) return {FeedOutcome::already, x};
    if (answer.liquidatable_now || answer.overflow) return arrived(x, beyond, direction);
    if (!answer.above.liquidation) return beyond.reset(), FeedBound<T>{};
    return found(x, *answer.above.liquidation, direction, reach, beyond);
  }

  /// Dead at the start of a piece: since the end of the piece before by a jump, or where that piece's own line would have died,
  /// had its end not been rounded.
  [[nodiscard]] FeedBound<T> arrived(const T& x, const std::optional<T>& beyond, int direction) const {
    const T slack = T(magnitude(x) * T(T(64) * unit_roundoff<T>()));
    const bool met = beyond && !(T(slack) < (direction < 0 ? T(x - *beyond) : T(*beyond - x)));
    return {FeedOutcome::dies, x, !met, std::nullopt, only_};
  }
  [[nodiscard]] FeedBound<T> found(const T& x, const T& distance, int direction, const Reach<T>& reach, std::optional<T>& beyond) const {
    const T print = direction < 0 ? T(x - distance) : T(x + distance);
    if (reach.distance && *reach.distance < distance) return beyond = print, FeedBound<T>{};
    if (!(T(0) < print) && !sources_[source_].any_sign) return {};
    return {FeedOutcome::dies, print, false, std::nullopt, only_};
  }
  [[nodiscard]] bool outside(const T& price) const {
    return (here_.below && !((*here_.below).raw() < price)) || (here_.above && !(price < (*here_.above).raw()));
  }

  static constexpr int max_pieces = 1'000;
  const Portfolio<T>* portfolio_;
  const Map* map_;
  std::span<const Source<T>> sources_;
  Time now_;
  FeedWorkspace<T>* workspace_;
  std::size_t source_ = 0;
  std::optional<KeyId> only_ = std::nullopt;      ///< the key that the source moves, if it is one
  std::optional<bool> dead_ = std::nullopt;       ///< whether a test fails at the present prints, once asked
  Bounds<T> here_{Outcome::none, Outcome::none};  ///< of that key, at the piece
};

/// Checks what a walk takes, and writes the present marks into the workspace; nullopt: all is in order.
template <Scalar T, class Map>
[[nodiscard]] std::optional<Error> prepare_feeds(const Portfolio<T>& portfolio, Marks<T> marks, const Map& map, std::span<const Source<T>> sources, Time now,
                                                 FeedWorkspace<T>& workspace) {
  LOADLINE_ASSERT(marks.size() >= portfolio.key_count());
  if (const std::optional<Error> e = check_sources(sources, now)) return e;
  const Feeds<T> feeds(sources, now);
  if (const std::optional<Error> e = map.check(feeds)) return e;
  std::optional<Error> fault;
  std::uint32_t n = 0;
  map.each([&](const auto& entry) {
    if (!fault && !(entry.key.index < portfolio.key_count())) fault = Error{Errc::bad_field, Field::key, 0, n};
    ++n;
  });
  if (fault) return fault;
  for (std::uint32_t i = 0; i < portfolio.key_count(); ++i) {
    bool ruled = false;
    map.each([&](const auto& entry) { ruled = ruled || entry.key.index == i; });
    if (ruled) continue;
    if (const auto checked = check_marks(marks.subspan(i, 1)); !checked) return Error{checked.error().code, Field::mark, i};
    workspace.present[i] = marks[i];
  }
  workspace.bounded.reset();
  return map.write(feeds, std::span<Price<T>>(workspace.present));
}

/// The print of each source that kills the account, that feed alone and all others unchanged.
///
/// For source i with print x the keys stand at p_k(x), by the rules of `map`; the answer is the nearest x on each side at which a
/// test fails. Weights, medians, guards and clamps are walked piece by piece, on each of which every p_k is a line: one moving key is a
/// division against its liquidation prices, several are a joint path (class A or Q). A feed that cannot kill says so.
/// @par Units    each print in its source's own units
/// @par Shape    marks: of the keys without a rule, key_count() of them; out: one place a source
/// @par Rounding none but the scalar's; plain, no claim on the last digits
/// @par Errors   those of check_marks (of the keys without a rule), of check_sources, of the map's check, BAD_FIELD (KEY: a rule for a key that is no
/// mark of the portfolio), and of the rules at the present prints
/// @par Cost     a source that moves one key: two liquidation prices a key (not a source), and pieces * rule; several keys: a joint path a piece
/// @par Source   docs/explanation/death-by-feed.md
template <Scalar T, class... Rules>
[[nodiscard]] std::optional<Error> deaths_by_feed(const Portfolio<T>& portfolio, Marks<T> marks, const PriceMap<Rules...>& map,
                                                  std::span<const Source<T>> sources, Time now, FeedWorkspace<T>& workspace, std::span<FeedDeath<T>> out) {
  LOADLINE_ASSERT(out.size() >= sources.size());
  if (const std::optional<Error> e = prepare_feeds(portfolio, marks, map, sources, now, workspace)) return e;
  FeedWalk<T, PriceMap<Rules...>> walk(portfolio, map, sources, now, workspace);
  for (std::size_t i = 0; i < sources.size(); ++i) out[i] = walk.both(i);
  return std::nullopt;
}

/// The same for one source.
/// @par Cost     that of one source
template <Scalar T, class... Rules>
[[nodiscard]] Result<FeedDeath<T>> death_by_feed(const Portfolio<T>& portfolio, Marks<T> marks, const PriceMap<Rules...>& map,
                                                 std::span<const Source<T>> sources, Time now, std::size_t source, FeedWorkspace<T>& workspace) {
  LOADLINE_ASSERT(source < sources.size());
  if (const std::optional<Error> e = prepare_feeds(portfolio, marks, map, sources, now, workspace)) return *e;
  return FeedWalk<T, PriceMap<Rules...>>(portfolio, map, sources, now, workspace).both(source);
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
