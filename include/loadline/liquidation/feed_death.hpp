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
  void both(std::size_t source, FeedDeath<T>& out) {
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
    out = {};
    if (moved == 0) return still(out);
    alone_ = moved == 1;
    if (alone_ && how == Dependence::affine) return along_line(out);
    if (alone_ && out_of_range()) return;
    out.below = one(-1);
    out.above = one(1);
  }

 private:
  /// Where the piece before would have died, just past its end.
  struct Beyond {
    T print = T(0);
    bool known = false;
  };
  /// Whether a test fails at the present prints.
  [[nodiscard]] bool dead() {
    if (!dead_) dead_ = !portfolio_->figures(workspace_->present).failing.empty();
    return *dead_;
  }
  /// A feed that moves nothing: it cannot kill what lives.
  void still(FeedDeath<T>& out) {
    if (dead()) already(out);
  }
  void already(FeedDeath<T>& out) const {
    for (FeedBound<T>* side : {&out.below, &out.above}) {
      side->outcome = FeedOutcome::already;
      side->print = sources_[source_].value;
    }
  }

  /// One key, one line: both sides from its slope.
  void along_line(FeedDeath<T>& out) {
    const T& x = sources_[source_].value;
    T price = T(0), slope = T(0);
    if (!(sloped(price, slope) || probed(price, slope, out))) return;
    const Bounds<T>& bounds = bound();
    if (bounds.below.outcome() == Outcome::already) return already(out);
    if (slope == T(0)) return;
    const bool rises = T(0) < slope;
    const auto meet = [&](const Bound<T>& b, FeedBound<T>& side) {
      if (!b) return;
      const T print = T(x + T(T((*b).raw() - price) / slope));
      if (!sources_[source_].any_sign && !(T(0) < print)) return;
      side.outcome = FeedOutcome::dies;
      side.print = print;
      side.key = only_;
    };
    meet(bounds.below, rises ? out.below : out.above);
    meet(bounds.above, rises ? out.above : out.below);
  }
  /// Price and slope where the rule gives them itself.
  [[nodiscard]] bool sloped(T& price, T& slope) const {
    bool given = false;
    map_->each([&]<class Rule>(const Keyed<Rule>& entry) {
      if constexpr (SlopedPricing<Rule, T>) {
        if (!(entry.key == only_)) return;
        price = workspace_->present[entry.key.index].raw();
        slope = entry.rule.slope(Feeds<T>(sources_, now_), source_);
        given = true;
      }
    });
    return given;
  }
  /// The same from a Probe; false: `out` says why not.
  [[nodiscard]] LOADLINE_NOINLINE bool probed(T& price, T& slope, FeedDeath<T>& out) const {
    Reach<T> reach;
    const std::optional<Probe<T>> line = look(Feeds<T, Probe<T>>(sources_, now_, source_, Probe<T>(sources_[source_].value, T(1), reach)), out.below);
    if (!line) return out.above = out.below, false;
    price = line->value();
    slope = line->slope();
    return true;
  }
  /// Whether the rule's range holds none of the only key's liquidation prices: then no print of the source reaches one.
  [[nodiscard]] bool out_of_range() {
    if (sources_[source_].any_sign) return false;
    std::optional<PriceRange<T>> range;
    map_->each([&]<class Rule>(const Keyed<Rule>& entry) {
      if constexpr (RangedPricing<Rule, T>)
        if (entry.key == only_) range = entry.rule.range(Feeds<T>(sources_, now_), source_);
    });
    if (!range) return false;
    const auto& [below, above] = bound();
    if (below.outcome() == Outcome::already) return false;
    const T slack = T(T(64) * unit_roundoff<T>());  // what rounding may add to a price
    if (below && !((*below).raw() < T(range->low * T(T(1) - slack)))) return false;
    return !above || (range->high && T(*range->high * T(T(1) + slack)) < (*above).raw());
  }
  /// The price of the only key that moves; absent: `out` says why.
  [[nodiscard]] std::optional<Probe<T>> look(const Feeds<T, Probe<T>>& feeds, FeedBound<T>& out) const {
    std::optional<Probe<T>> line;
    map_->each([&](const auto& entry) {
      if (!(entry.key == only_)) return;
      const Result<Priced<Probe<T>>> p = entry.rule.price(feeds);
      if (p)
        line = p->value;
      else
        out = {FeedOutcome::unpriced, feeds.value(source_).value(), false, p.error()};
    });
    return line;
  }
  /// The liquidation prices of the only key at the present prints, found once for all sources that move it.
  [[nodiscard]] const Bounds<T>& bound() {
    FeedWorkspace<T>& w = *workspace_;
    if (!(w.bounded && *w.bounded == only_)) {
      w.bounds = portfolio_->liquidation_price(w.present, only_, w.paths);
      w.bounded = only_;
    }
    return w.bounds;
  }

  /// One side, piece by piece.
  [[nodiscard]] FeedBound<T> one(int direction) {
    T x = sources_[source_].value;
    Beyond beyond;
    for (int step = 0; step < max_pieces; ++step) {
      Reach<T> reach{direction};
      const Feeds<T, Probe<T>> feeds(sources_, now_, source_, Probe<T>(x, T(1), reach));
      const FeedBound<T> end = alone_ ? along_key(feeds, x, direction, reach, beyond) : along_keys(feeds, x, direction, reach, beyond);
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
  [[nodiscard]] FeedBound<T> along_key(const Feeds<T, Probe<T>>& feeds, const T& x, int direction, const Reach<T>& reach, Beyond& beyond) {
    FeedBound<T> none;
    const std::optional<Probe<T>> line = look(feeds, none);
    if (!line) return none;
    if (!reach.straight) return {FeedOutcome::undecided, x};
    FeedWorkspace<T>& w = *workspace_;
    if (x == sources_[source_].value) here_ = bound();
    const T& price = line->value();
    if (here_.below.outcome() == Outcome::already) return {FeedOutcome::already, x};
    if (outside(price)) {
      w.marks = w.present;
      w.marks[only_.index] = Price<T>(price);
      here_ = portfolio_->liquidation_price(w.marks, only_, w.paths);
      if (here_.below.outcome() == Outcome::already) return arrived(x, beyond, direction);
    }
    const T& slope = line->slope();
    const bool falls = direction < 0 ? T(0) < slope : slope < T(0);
    const Bound<T>& ahead = falls ? here_.below : here_.above;
    if (slope == T(0) || !ahead) return beyond.known = false, FeedBound<T>{};
    const T distance = magnitude(T(T((*ahead).raw() - price) / slope));
    return found(x, distance, direction, reach, beyond);
  }

  /// A piece on which several move.
  [[nodiscard]] FeedBound<T> along_keys(const Feeds<T, Probe<T>>& feeds, const T& x, int direction, const Reach<T>& reach, Beyond& beyond) {
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
    if (!answer.above.liquidation) return beyond.known = false, FeedBound<T>{};
    return found(x, *answer.above.liquidation, direction, reach, beyond);
  }

  /// Dead at the start of a piece: since the end of the piece before by a jump, or where that piece's own line would have died,
  /// had its end not been rounded.
  [[nodiscard]] FeedBound<T> arrived(const T& x, const Beyond& beyond, int direction) const {
    const T slack = T(magnitude(x) * T(T(64) * unit_roundoff<T>()));
    const bool met = beyond.known && !(T(slack) < (direction < 0 ? T(x - beyond.print) : T(beyond.print - x)));
    return {FeedOutcome::dies, x, !met, std::nullopt, key()};
  }
  [[nodiscard]] FeedBound<T> found(const T& x, const T& distance, int direction, const Reach<T>& reach, Beyond& beyond) const {
    const T print = direction < 0 ? T(x - distance) : T(x + distance);
    if (reach.distance && *reach.distance < distance) return beyond = {print, true}, FeedBound<T>{};
    if (!(T(0) < print) && !sources_[source_].any_sign) return {};
    return {FeedOutcome::dies, print, false, std::nullopt, key()};
  }
  [[nodiscard]] std::optional<KeyId> key() const { return alone_ ? std::optional<KeyId>(only_) : std::nullopt; }
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
  KeyId only_{};                                  ///< the key that the source moves, if it is one
  bool alone_ = false;                            ///< whether it is
  std::optional<bool> dead_ = std::nullopt;       ///< whether a test fails at the present prints, once asked
  Bounds<T> here_{Outcome::none, Outcome::none};  ///< of that key, at the piece
};

/// Checks what a walk takes, and writes the present marks into the workspace; false: `fault` says what is not in order.
template <Scalar T, class Map>
[[nodiscard]] bool prepare_feeds(const Portfolio<T>& portfolio, Marks<T> marks, const Map& map, std::span<const Source<T>> sources, Time now,
                                 FeedWorkspace<T>& workspace, Error& fault) {
  LOADLINE_ASSERT(marks.size() >= portfolio.key_count());
  if (!sources_in_order(sources, now)) return fault = *check_sources(sources, now), false;
  const Feeds<T> feeds(sources, now);
  if (!map.sound(feeds, fault)) return false;
  std::uint32_t n = 0, foreign = no_index;
  map.each([&](const auto& entry) {
    if (foreign == no_index && !(entry.key.index < portfolio.key_count())) foreign = n;
    ++n;
  });
  if (foreign != no_index) return fault = Error{Errc::bad_field, Field::key, 0, foreign}, false;
  for (std::uint32_t i = 0; i < portfolio.key_count(); ++i) {
    bool ruled = false;
    map.each([&](const auto& entry) { ruled = ruled || entry.key.index == i; });
    if (ruled) continue;
    if (!is_finite(marks[i].raw()) || !(T(0) < marks[i].raw())) return fault = Error{check_marks(marks.subspan(i, 1)).error().code, Field::mark, i}, false;
    workspace.present[i] = marks[i];
  }
  workspace.bounded.reset();
  return map.written(feeds, std::span<Price<T>>(workspace.present), fault);
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
  Error fault;
  if (!prepare_feeds(portfolio, marks, map, sources, now, workspace, fault)) return fault;
  FeedWalk<T, PriceMap<Rules...>> walk(portfolio, map, sources, now, workspace);
  for (std::size_t i = 0; i < sources.size(); ++i) walk.both(i, out[i]);
  return std::nullopt;
}

/// The same for one source.
/// @par Cost     that of one source
template <Scalar T, class... Rules>
[[nodiscard]] Result<FeedDeath<T>> death_by_feed(const Portfolio<T>& portfolio, Marks<T> marks, const PriceMap<Rules...>& map,
                                                 std::span<const Source<T>> sources, Time now, std::size_t source, FeedWorkspace<T>& workspace) {
  LOADLINE_ASSERT(source < sources.size());
  Error fault;
  if (!prepare_feeds(portfolio, marks, map, sources, now, workspace, fault)) return fault;
  FeedDeath<T> out;
  FeedWalk<T, PriceMap<Rules...>>(portfolio, map, sources, now, workspace).both(source, out);
  return out;
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
