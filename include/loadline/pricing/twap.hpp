// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/pricing/filter.hpp"

/// @file
/// The time-weighted average over a window, exact for prints at irregular times; and what it takes to move it.

namespace loadline {
inline namespace v1 {
inline namespace LOADLINE_FLAGS {

/// The prints that a time-weighted average still needs, oldest first, in storage of the caller's.
///
/// A print holds until the next. Of two of the same millisecond the later one holds: it takes the place of the earlier, which held for no time.
/// @par Units    times: milliseconds
/// @par Shape    storage for the prints of one window and one from before it; window > 0
/// @par Rounding none
/// @par Errors   add: BAD_NUMBER, BAD_PRICE (SOURCE), BAD_TIME (SOURCE_TIME: a step back), BAD_SIZE (WINDOW: the storage is full of prints that
///               the window needs; the print is not kept); BAD_PARAMETER (WINDOW). The state is then as it was
/// @par Cost     O(1), and O(prints) where room is made
/// @par Source   none
template <Scalar T>
class PrintWindow {
 public:
  constexpr PrintWindow(std::span<Print<T>> storage, Time window) : storage_(storage), window_(window) {}

  [[nodiscard]] constexpr std::span<const Print<T>> prints() const noexcept { return storage_.first(count_); }
  [[nodiscard]] constexpr Time window() const noexcept { return window_; }

  /// nullopt: it is kept.
  constexpr std::optional<Error> add(const Print<T>& print) {
    if (window_ <= 0) return Error{Errc::bad_parameter, Field::window};
    if (!is_finite(print.value)) return Error{Errc::bad_number, Field::source};
    if (!(T(0) < print.value)) return Error{Errc::bad_price, Field::source};
    if (count_ > 0 && print.time < storage_[count_ - 1].time) return Error{Errc::bad_time, Field::source_time};
    if (count_ > 0 && print.time == storage_[count_ - 1].time) return storage_[count_ - 1].value = print.value, std::nullopt;
    if (count_ == storage_.size() && !make_room(print.time)) return Error{Errc::bad_size, Field::window};
    storage_[count_++] = print;
    return std::nullopt;
  }

 private:
  /// Drops what no longer reaches into the window: all but the last print at or before its start.
  constexpr bool make_room(Time now) {
    std::size_t first = 0;
    while (first + 1 < count_ && window_ <= Elapsed{storage_[first + 1].time, now}.length()) ++first;
    for (std::size_t i = first; i < count_; ++i) storage_[i - first] = storage_[i];
    count_ -= first;
    return count_ < storage_.size();
  }

  std::span<Print<T>> storage_;
  std::size_t count_ = 0;
  Time window_;
};

/// The time-weighted average over a window, if a rule's price holds from now for a while longer.
///
/// @f[ p = \frac{\sum_i x_i\, \Delta t_i + x\, h}{w} @f]
/// The window ends h after now; the last print holds until now. With h = 0, the plain average: the rule is not asked, a present
/// price counts for no time. The last print is carried however old it is: its age is for a rule of freshness to judge.
/// @par Units    prices: those of the rule; times: milliseconds
/// @par Shape    prints ascend in time, none after now (PrintWindow keeps them so); window > 0; 0 <= hold <= window
/// @par Rounding none but the scalar's
/// @par Errors   those of the rule; MISSING_PRICE (WINDOW: the prints do not reach back to its start: the average of a shorter time is not
///               passed off as it), BAD_TIME (SOURCE_TIME: a print from after now, or out of order; `item` the print), BAD_NUMBER and
///               BAD_PRICE (SOURCE, `item` the print), OVERFLOW and BAD_PRICE (WINDOW: the average leaves the scalar's range);
///               check: BAD_PARAMETER (WINDOW)
/// @par Cost     O(prints) beyond the rule
/// @par Source   textbook
template <Scalar T, class R>
struct Twap {
  std::span<const Print<T>> prints;
  Time window;
  Time hold;
  R rule;

  template <Scalar V>
  [[nodiscard]] constexpr Result<Priced<V>> price(const Feeds<T, V>& feeds) const {
    if (const std::optional<Error> e = fault(feeds.now())) return *e;
    const T length = milliseconds<T>(window);
    T past = T(0);
    Time left = window - hold, end = feeds.now();
    for (std::size_t i = prints.size(); i-- > 0 && left > 0; end = prints[i].time) {
      const Time held = Elapsed{prints[i].time, end}.length();
      const Time counted = held < left ? held : left;
      past += T(prints[i].value * T(milliseconds<T>(counted) / length));
      left -= counted;
    }
    if (left > 0) return Error{Errc::missing_price, Field::window};
    Priced<V> p{V(past)};
    if (hold > 0) {
      const Result<Priced<V>> next = rule.price(feeds);
      if (!next) return next;
      p = {V(p.value + V(next->value * V(T(milliseconds<T>(hold) / length)))), next->flags};
    }
    if (!is_finite(p.value)) return Error{Errc::overflow, Field::window};
    if (!(V(0) < p.value)) return Error{Errc::bad_price, Field::window};
    return p;
  }
  [[nodiscard]] constexpr std::optional<Error> check(const Feeds<T>& feeds) const {
    if (const std::optional<Error> e = rule.check(feeds)) return e;
    return fault(feeds.now());
  }
  [[nodiscard]] constexpr Dependence dependence(std::size_t i) const noexcept { return hold == 0 ? Dependence::none : rule.dependence(i); }
  [[nodiscard]] constexpr T slope(const Feeds<T>& feeds, std::size_t i) const requires all_sloped<T, R> {
    return hold == 0 ? T(0) : T(rule.slope(feeds, i) * T(milliseconds<T>(hold) / milliseconds<T>(window)));
  }

 private:
  [[nodiscard]] constexpr std::optional<Error> fault(Time now) const {
    if (window <= 0 || hold < 0 || window < hold) return Error{Errc::bad_parameter, Field::window};
    for (std::size_t i = 0; i < prints.size(); ++i) {
      const auto item = static_cast<std::uint32_t>(i);
      if (!is_finite(prints[i].value)) return Error{Errc::bad_number, Field::source, 0, item};
      if (!(T(0) < prints[i].value)) return Error{Errc::bad_price, Field::source, 0, item};
      if (now < prints[i].time || (i > 0 && prints[i].time < prints[i - 1].time)) return Error{Errc::bad_time, Field::source_time, 0, item};
    }
    return std::nullopt;
  }
};

/// The same of a time-weighted average over a window that stood at M throughout.
///
/// @f[ \frac{p}{M} - 1 = \frac{x\, w}{h} @f]
/// @par Units    shares of the average; times: milliseconds
/// @par Shape    0 < hold <= window
/// @par Rounding none but the scalar's
/// @par Errors   BAD_NUMBER (PRICE_BAND: the move), BAD_PARAMETER (WINDOW), BAD_PRICE and OVERFLOW (SOURCE) as of print_to_move_ema
/// @par Cost     O(1)
/// @par Source   the definition of the average, solved for the print
template <Scalar T>
[[nodiscard]] constexpr Result<Ratio<T>> print_to_move_twap(const Manipulation<T>& attempt, Time window);

template <Scalar T>
constexpr Result<Ratio<T>> print_to_move_twap(const Manipulation<T>& attempt, Time window) {
  if (attempt.hold <= 0 || window < attempt.hold) return Error{Errc::bad_parameter, Field::window};
  return detail::print_to_move(attempt.move.raw(), T(milliseconds<T>(attempt.hold) / milliseconds<T>(window)));
}

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
