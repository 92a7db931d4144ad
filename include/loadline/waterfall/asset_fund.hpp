// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "loadline/waterfall/insurance_fund.hpp"

#include <span>

/// @file
/// A fund that holds several assets, valued at given prices with haircuts.

namespace loadline {
inline namespace v1 {

/// What a fund holds of one asset.
template <Scalar T>
struct FundAsset {
  Quantity<T> amount;    ///< >= 0
  Price<T> price;        ///< > 0
  Ratio<T> haircut = 0;  ///< in [0, 1]
};

inline namespace LOADLINE_FLAGS {

/// A fund of several assets, over storage of the caller's: a DeficitPayer. Deficits are paid from the assets in their order, each at its
/// haircut value, so the balance falls by what is paid; what a sale brings above that is not counted.
///
/// @f[ F = \sum_i a_i\,P_i\,(1 - h_i), \qquad a_i \leftarrow a_i - \frac{paid_i}{P_i (1 - h_i)} @f]
/// Contributions arrive in the first asset.
/// @par Units    amounts: units of each asset; prices: numeraire per unit; haircuts: fractions
/// @par Shape    at least one asset, the first without a haircut
/// @par Rounding none but the scalar's; an asset that is used up ends at zero exactly
/// @par Errors   make: BAD_SIZE (FUND: no asset), `index` the asset: BAD_NUMBER, BAD_FUND (AMOUNT: below zero), BAD_PRICE (ASSET_PRICE), BAD_WEIGHT
///               (FUND_SHARE: a haircut outside [0, 1]; of the first asset: not 0), OVERFLOW (FUND); revalue: BAD_SIZE (ASSET_PRICE: not one price an
///               asset), BAD_NUMBER, BAD_PRICE, OVERFLOW; the others as of InsuranceFund, and take: OVERFLOW
///               (AMOUNT: units of the first asset). After an error it is as it was
/// @par Cost     O(assets), no allocation
/// @par Source   none
template <Scalar T>
class AssetFund {
 public:
  static constexpr Result<AssetFund> make(std::span<FundAsset<T>> assets) {
    if (assets.empty()) return Error{Errc::bad_size, Field::fund};
    for (std::size_t i = 0; i < assets.size(); ++i) {
      const FundAsset<T>& a = assets[i];
      const auto index = static_cast<std::uint32_t>(i);
      if (!is_finite(a.amount.raw())) return Error{Errc::bad_number, Field::amount, index};
      if (a.amount.raw() < T(0)) return Error{Errc::bad_fund, Field::amount, index};
      if (const std::optional<Error> e = fault(a.price, index)) return *e;
      if (!is_finite(a.haircut.raw())) return Error{Errc::bad_number, Field::fund_share, index};
      if (a.haircut.raw() < T(0) || T(1) < a.haircut.raw() || (i == 0 && !(a.haircut.raw() == T(0)))) return Error{Errc::bad_weight, Field::fund_share, index};
    }
    const AssetFund fund(assets);
    if (!is_finite(fund.balance().raw())) return Error{Errc::overflow, Field::fund};
    return fund;
  }

  [[nodiscard]] constexpr std::span<const FundAsset<T>> assets() const noexcept { return assets_; }
  [[nodiscard]] constexpr Money<T> balance() const {
    Money<T> sum = 0;
    for (const FundAsset<T>& a : assets_) sum += Money<T>(value(a));
    return sum;
  }
  /// New prices, one an asset; nullopt: they hold.
  constexpr std::optional<Error> revalue(std::span<const Price<T>> prices) {
    if (prices.size() != assets_.size()) return Error{Errc::bad_size, Field::asset_price};
    T sum = T(0);
    for (std::size_t i = 0; i < prices.size(); ++i) {
      if (const std::optional<Error> e = fault(prices[i], static_cast<std::uint32_t>(i))) return e;
      sum += value({assets_[i].amount, prices[i], assets_[i].haircut});
    }
    if (!is_finite(sum)) return Error{Errc::overflow, Field::fund};
    for (std::size_t i = 0; i < prices.size(); ++i) assets_[i].price = prices[i];
    return std::nullopt;
  }

  [[nodiscard]] constexpr Result<FundDraw<T>> quote(const Money<T>& deficit) const {
    if (!is_finite(deficit.raw())) return Error{Errc::bad_number, Field::deficit};
    if (deficit.raw() < T(0)) return Error{Errc::bad_parameter, Field::deficit};
    const Money<T> held = balance();
    if (!(held < deficit)) return FundDraw<T>{deficit.raw(), T(0)};
    return FundDraw<T>{held.raw(), T(deficit.raw() - held.raw())};
  }
  constexpr Result<FundDraw<T>> pay(const Money<T>& deficit) {
    const Result<FundDraw<T>> draw = quote(deficit);
    if (!draw) return draw;
    const bool all = draw->paid == balance().raw();  // told by the sum: its parts may round otherwise
    T rest = draw->paid;
    for (FundAsset<T>& a : assets_) {
      const T held = value(a);
      if (held == T(0)) continue;
      if (all) {
        a.amount = T(0);
        continue;
      }
      if (!(T(0) < rest)) break;
      const T units = T(rest / unit(a));
      a.amount = rest < held && units < a.amount.raw() ? T(a.amount.raw() - units) : T(0);
      rest = rest < held ? T(0) : T(rest - held);
    }
    return draw;
  }
  constexpr Result<T> take(const Money<T>& amount) {
    if (!is_finite(amount.raw())) return Error{Errc::bad_number, Field::amount};
    if (amount.raw() < T(0)) return Error{Errc::bad_parameter, Field::amount};
    if (!is_finite((balance() + amount).raw())) return Error{Errc::overflow, Field::fund};
    FundAsset<T>& first = assets_[0];
    const Quantity<T> held = first.amount + Quantity<T>(T(amount.raw() / first.price.raw()));
    if (!is_finite(held.raw())) return Error{Errc::overflow, Field::amount};
    first.amount = held;
    return amount.raw();
  }

 private:
  constexpr explicit AssetFund(std::span<FundAsset<T>> assets) : assets_(assets) {}

  [[nodiscard]] static constexpr T unit(const FundAsset<T>& a) { return T(a.price.raw() * T(T(1) - a.haircut.raw())); }
  [[nodiscard]] static constexpr T value(const FundAsset<T>& a) { return T(a.amount.raw() * unit(a)); }
  [[nodiscard]] static constexpr std::optional<Error> fault(const Price<T>& price, std::uint32_t index) {
    if (!is_finite(price.raw())) return Error{Errc::bad_number, Field::asset_price, index};
    if (!(T(0) < price.raw())) return Error{Errc::bad_price, Field::asset_price, index};
    return std::nullopt;
  }

  std::span<FundAsset<T>> assets_;
};

}  // namespace LOADLINE_FLAGS
}  // namespace v1
}  // namespace loadline
