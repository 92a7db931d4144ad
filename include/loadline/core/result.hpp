// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/core/config.hpp"

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

/// @file
/// A value or an error: which rule was broken, and where.

namespace loadline {
inline namespace v1 {

/// What is wrong with the data. Names follow the account file's codes; the numbers are fixed, they end up in logs.
enum class Errc : std::uint16_t {
  bad_json = 1,
  bad_number = 2,
  number_range = 3,
  bad_time = 4,
  bad_field = 5,
  missing_field = 6,
  unknown_field = 7,
  unsupported = 8,
  bad_schema = 9,
  duplicate_key = 20,
  duplicate_name = 21,
  duplicate_asset = 22,
  duplicate_symbol = 23,
  duplicate_id = 24,
  bad_price = 30,
  missing_price = 31,
  stale_price = 32,
  bad_ratio = 40,
  bad_weight = 41,
  bad_rule = 42,
  cap_below_rate = 43,
  bad_parameter = 44,
  bad_book = 45,
  bad_fund = 46,
  tail_undefined = 47,
  bad_covariance = 48,
  bad_tiers = 50,
  empty_tiers = 51,
  tiers_not_concave = 52,
  empty_brackets = 60,
  bad_brackets = 61,
  bad_mmr = 62,
  brackets_not_convex = 63,
  cum_mismatch = 64,
  bad_leverage = 70,
  bad_size = 71,
  overflow = 80,
};

/// The stable text of a code, as the account file's answers print it.
[[nodiscard]] constexpr const char* name(Errc code) noexcept {
  switch (code) {
    case Errc::bad_json: return "BAD_JSON";
    case Errc::bad_number: return "BAD_NUMBER";
    case Errc::number_range: return "NUMBER_RANGE";
    case Errc::bad_time: return "BAD_TIME";
    case Errc::bad_field: return "BAD_FIELD";
    case Errc::missing_field: return "MISSING_FIELD";
    case Errc::unknown_field: return "UNKNOWN_FIELD";
    case Errc::unsupported: return "UNSUPPORTED";
    case Errc::bad_schema: return "BAD_SCHEMA";
    case Errc::duplicate_key: return "DUPLICATE_KEY";
    case Errc::duplicate_name: return "DUPLICATE_NAME";
    case Errc::duplicate_asset: return "DUPLICATE_ASSET";
    case Errc::duplicate_symbol: return "DUPLICATE_SYMBOL";
    case Errc::duplicate_id: return "DUPLICATE_ID";
    case Errc::bad_price: return "BAD_PRICE";
    case Errc::missing_price: return "MISSING_PRICE";
    case Errc::stale_price: return "STALE_PRICE";
    case Errc::bad_ratio: return "BAD_RATIO";
    case Errc::bad_weight: return "BAD_WEIGHT";
    case Errc::bad_rule: return "BAD_RULE";
    case Errc::cap_below_rate: return "CAP_BELOW_RATE";
    case Errc::bad_parameter: return "BAD_PARAMETER";
    case Errc::bad_book: return "BAD_BOOK";
    case Errc::bad_fund: return "BAD_FUND";
    case Errc::tail_undefined: return "TAIL_UNDEFINED";
    case Errc::bad_covariance: return "BAD_COVARIANCE";
    case Errc::bad_tiers: return "BAD_TIERS";
    case Errc::empty_tiers: return "EMPTY_TIERS";
    case Errc::tiers_not_concave: return "TIERS_NOT_CONCAVE";
    case Errc::empty_brackets: return "EMPTY_BRACKETS";
    case Errc::bad_brackets: return "BAD_BRACKETS";
    case Errc::bad_mmr: return "BAD_MMR";
    case Errc::brackets_not_convex: return "BRACKETS_NOT_CONVEX";
    case Errc::cum_mismatch: return "CUM_MISMATCH";
    case Errc::bad_leverage: return "BAD_LEVERAGE";
    case Errc::bad_size: return "BAD_SIZE";
    case Errc::overflow: return "OVERFLOW";
  }
  return "UNKNOWN";
}

/// What the code means, for people.
[[nodiscard]] constexpr const char* message(Errc code) noexcept {
  switch (code) {
    case Errc::bad_json: return "the text is not JSON";
    case Errc::bad_number: return "not a finite number";
    case Errc::number_range: return "the number is outside the range of its type";
    case Errc::bad_time: return "not a time, a time after as_of, or time that goes backwards";
    case Errc::bad_field: return "a wrong type, an unknown word, or a value outside its range";
    case Errc::missing_field: return "the field is needed";
    case Errc::unknown_field: return "the field is unknown";
    case Errc::unsupported: return "valid, but not supported by this version";
    case Errc::bad_schema: return "only schema 1 is known";
    case Errc::duplicate_key: return "the object repeats a name";
    case Errc::duplicate_name: return "the name is taken";
    case Errc::duplicate_asset: return "the asset appears twice";
    case Errc::duplicate_symbol: return "the symbol and side appear twice";
    case Errc::duplicate_id: return "the id appears twice";
    case Errc::bad_price: return "a price must be above zero";
    case Errc::missing_price: return "the key has no price";
    case Errc::stale_price: return "the price is older than its max_age, or no source is fresh";
    case Errc::bad_ratio: return "a ratio must be above zero, and may not fall beyond its limit";
    case Errc::bad_weight: return "the weight is outside its range";
    case Errc::bad_rule: return "a rule lists at least one test, each once, with a ratio above zero";
    case Errc::cap_below_rate: return "the cap is below the live rate";
    case Errc::bad_covariance: return "a covariance is symmetric and has no negative eigenvalue";
    case Errc::bad_parameter: return "a parameter is outside its range";
    case Errc::bad_book: return "the book is crossed, unsorted or has a level of no size";
    case Errc::bad_fund: return "a fund cannot begin below zero, or has no such part";
    case Errc::tail_undefined: return "the tail of the losses has no mean, or too few of them are known";
    case Errc::bad_tiers: return "tier caps must ascend, only the last may be open";
    case Errc::empty_tiers: return "no tiers";
    case Errc::tiers_not_concave: return "tier weights must not rise";
    case Errc::empty_brackets: return "no brackets";
    case Errc::bad_brackets: return "bracket caps must ascend without gap or overlap, only the last may be open";
    case Errc::bad_mmr: return "a maintenance rate must be in [0, 1)";
    case Errc::brackets_not_convex: return "maintenance rates must not fall";
    case Errc::cum_mismatch: return "the given deduction is not the one that keeps the requirement continuous";
    case Errc::bad_leverage: return "a leverage must be above zero";
    case Errc::bad_size: return "the number of items is too large";
    case Errc::overflow: return "a figure is too large for its type";
  }
  return "unknown";
}

/// Which field of the account is at fault.
enum class Field : std::uint8_t {
  account,
  cash,
  mark,
  rule_ratio,
  rule,
  position,
  key,
  size,
  multiplier,
  entry,
  leverage,
  accrued,
  fee_rate,
  liquidation_fee_rate,
  taker_fee_rate,
  maintenance_fixed,
  tick,
  isolated_margin,
  bracket_coefficient,
  brackets,
  bracket,
  bracket_floor,
  bracket_cap,
  bracket_rate,
  bracket_cum,
  symbol,
  level_ratio,
  derived,
  derived_factor,
  asset,
  asset_key,
  asset_price,
  amount,
  asset_ratio,
  weight_tiers,
  initial_weight_tiers,
  tier,
  tier_weight,
  tier_cap,
  initial_tier,
  initial_tier_weight,
  initial_tier_cap,
  liability_weight,
  requirement_weight,
  borrowed,
  interest,
  loan_bracket,
  loan_cap,
  settle,
  bracket_group,
  source,
  source_time,
  source_depth,
  index_weight,
  index_weights,
  redemption_ratio,
  ratio_drop,
  growth_cap,
  price_floor,
  price_cap,
  price_band,
  blend_share,
  time_constant,
  window,
  max_age,
  redemption_fee,
  queue_time,
  discount_rate,
  threshold,
  voucher,
  quantity,
  probability,
  reference_price,
  liquidation_price,
  recovery_share,
  transfer,
  level,
  mid,
  spread,
  band,
  book_side,
  book_depth,
  exponent,
  trough,
  ceiling,
  recovery_time,
  withdrawal_time,
  fund,
  fund_share,
  fund_limit,
  deficit,
  shock,
  exceedances,
  tail_shape,
  tail_scale,
  close_fraction,
  open_interest,
  counterparty,
  score,
  share_weight,
  added_variance,
  covariance,
  lot,
};

/// The field's name, as the structs of the library write it.
[[nodiscard]] constexpr const char* name(Field field) noexcept {
  switch (field) {
    case Field::account: return "account";
    case Field::cash: return "cash";
    case Field::mark: return "mark";
    case Field::rule_ratio: return "rule_ratio";
    case Field::rule: return "rule";
    case Field::position: return "position";
    case Field::key: return "key";
    case Field::size: return "size";
    case Field::multiplier: return "multiplier";
    case Field::entry: return "entry";
    case Field::leverage: return "leverage";
    case Field::accrued: return "accrued";
    case Field::fee_rate: return "fee_rate";
    case Field::liquidation_fee_rate: return "liquidation_fee_rate";
    case Field::taker_fee_rate: return "taker_fee_rate";
    case Field::maintenance_fixed: return "maintenance_fixed";
    case Field::tick: return "tick";
    case Field::isolated_margin: return "isolated_margin";
    case Field::bracket_coefficient: return "bracket_coefficient";
    case Field::brackets: return "brackets";
    case Field::bracket: return "bracket";
    case Field::bracket_floor: return "bracket_floor";
    case Field::bracket_cap: return "bracket_cap";
    case Field::bracket_rate: return "bracket_rate";
    case Field::bracket_cum: return "bracket_cum";
    case Field::symbol: return "symbol";
    case Field::level_ratio: return "level_ratio";
    case Field::derived: return "derived";
    case Field::derived_factor: return "derived_factor";
    case Field::asset: return "asset";
    case Field::asset_key: return "asset_key";
    case Field::asset_price: return "asset_price";
    case Field::amount: return "amount";
    case Field::asset_ratio: return "asset_ratio";
    case Field::weight_tiers: return "weight_tiers";
    case Field::initial_weight_tiers: return "initial_weight_tiers";
    case Field::tier: return "tier";
    case Field::tier_weight: return "tier_weight";
    case Field::tier_cap: return "tier_cap";
    case Field::initial_tier: return "initial_tier";
    case Field::initial_tier_weight: return "initial_tier_weight";
    case Field::initial_tier_cap: return "initial_tier_cap";
    case Field::liability_weight: return "liability_weight";
    case Field::requirement_weight: return "requirement_weight";
    case Field::borrowed: return "borrowed";
    case Field::interest: return "interest";
    case Field::loan_bracket: return "loan_bracket";
    case Field::loan_cap: return "loan_cap";
    case Field::settle: return "settle";
    case Field::bracket_group: return "bracket_group";
    case Field::source: return "source";
    case Field::source_time: return "source_time";
    case Field::source_depth: return "source_depth";
    case Field::index_weight: return "index_weight";
    case Field::index_weights: return "index_weights";
    case Field::redemption_ratio: return "redemption_ratio";
    case Field::ratio_drop: return "ratio_drop";
    case Field::growth_cap: return "growth_cap";
    case Field::price_floor: return "price_floor";
    case Field::price_cap: return "price_cap";
    case Field::price_band: return "price_band";
    case Field::blend_share: return "blend_share";
    case Field::time_constant: return "time_constant";
    case Field::window: return "window";
    case Field::max_age: return "max_age";
    case Field::redemption_fee: return "redemption_fee";
    case Field::queue_time: return "queue_time";
    case Field::discount_rate: return "discount_rate";
    case Field::threshold: return "threshold";
    case Field::voucher: return "voucher";
    case Field::quantity: return "quantity";
    case Field::probability: return "probability";
    case Field::reference_price: return "reference_price";
    case Field::liquidation_price: return "liquidation_price";
    case Field::recovery_share: return "recovery_share";
    case Field::transfer: return "transfer";
    case Field::level: return "level";
    case Field::mid: return "mid";
    case Field::spread: return "spread";
    case Field::band: return "band";
    case Field::book_side: return "book_side";
    case Field::book_depth: return "book_depth";
    case Field::exponent: return "exponent";
    case Field::trough: return "trough";
    case Field::ceiling: return "ceiling";
    case Field::recovery_time: return "recovery_time";
    case Field::withdrawal_time: return "withdrawal_time";
    case Field::fund: return "fund";
    case Field::fund_share: return "fund_share";
    case Field::fund_limit: return "fund_limit";
    case Field::deficit: return "deficit";
    case Field::shock: return "shock";
    case Field::exceedances: return "exceedances";
    case Field::tail_shape: return "tail_shape";
    case Field::tail_scale: return "tail_scale";
    case Field::close_fraction: return "close_fraction";
    case Field::open_interest: return "open_interest";
    case Field::counterparty: return "counterparty";
    case Field::score: return "score";
    case Field::share_weight: return "share_weight";
    case Field::added_variance: return "added_variance";
    case Field::covariance: return "covariance";
    case Field::lot: return "lot";
  }
  return "unknown";
}

/// The first fault found: the code, the field, the index of the position (or mark) and of the bracket inside it.
/// @par Units    none
/// @par Shape    none
/// @par Rounding none
/// @par Errors   none
/// @par Cost     none
/// @par Source   docs/reference/errors.md
struct Error {
  Errc code = Errc::bad_field;
  Field field = Field::account;
  std::uint32_t index = 0;
  std::uint32_t item = 0;
  friend constexpr bool operator==(const Error&, const Error&) = default;
};

inline namespace LOADLINE_FLAGS {

/// A value or an error, with the names of std::expected; ours in every language mode, since an alias would give C++20
/// and C++23 objects different symbols.
/// @par Units    those of V
/// @par Shape    a value or an error, never both
/// @par Rounding none
/// @par Errors   reading what is not there is a LOADLINE_ASSERT
/// @par Cost     that of std::optional<V> and an E
/// @par Source   std::expected
template <class V, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = V;
  using error_type = E;
  constexpr Result(V value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  constexpr Result(E error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] constexpr bool has_value() const noexcept { return value_.has_value(); }
  constexpr explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] constexpr const V& operator*() const& noexcept { return LOADLINE_ASSERT(has_value()), *value_; }
  [[nodiscard]] constexpr V& operator*() & noexcept { return LOADLINE_ASSERT(has_value()), *value_; }
  [[nodiscard]] constexpr V&& operator*() && noexcept { return LOADLINE_ASSERT(has_value()), *std::move(value_); }
  [[nodiscard]] constexpr const V* operator->() const noexcept { return &**this; }
  [[nodiscard]] constexpr V* operator->() noexcept { return &**this; }
  [[nodiscard]] constexpr const E& error() const noexcept { return LOADLINE_ASSERT(!has_value()), error_; }
  [[nodiscard]] constexpr V value_or(V other) const& { return has_value() ? *value_ : std::move(other); }

  /// `f` of the value (a Result), or this error.
  template <class F>
  constexpr auto and_then(F&& f) const& -> std::remove_cvref_t<std::invoke_result_t<F, const V&>> {
    if (has_value()) return std::forward<F>(f)(*value_);
    return error_;
  }

 private:
  std::optional<V> value_;
  E error_{};
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
