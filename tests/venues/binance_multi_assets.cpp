// SPDX-License-Identifier: Apache-2.0
// Multi-Assets Mode. The account of its FAQ: USDT at an index of 0.99 with buffers of 1 % and 0.5 %, USDC at 1 without.
#include "support/catch.hpp"
#include "venues/accounts.hpp"
#include "venues/priced.hpp"

#include <loadline/venues/binance_multi_assets.hpp>

using namespace loadline;
using venues::BinanceMultiAssets;

namespace {

inline constexpr AssetId usdt{0}, usdc{1};

/// Keys: BTCUSDT, ETHUSDC, the index of USDT.
template <class T>
struct Faq {
  std::vector<Price<T>> prices = marks<T>({"20000", "600", "0.99"});
  std::vector<Bracket<T>> btc_rate = flat<T>("0.008"), eth_rate = flat<T>("0.01");
  std::array<WeightTier<T>, 1> usdt_weight{BinanceMultiAssets::weight<T>(Ratio<T>(dec<T>("0.01")))};
  std::array<WeightTier<T>, 1> usdc_weight{BinanceMultiAssets::weight<T>(Ratio<T>(0))};
  std::array<Asset<T>, 2> assets;
  std::vector<Position<T>> positions = {};

  explicit Faq(std::string_view usdt_wallet = "200", std::string_view usdc_wallet = "220")
      : assets{BinanceMultiAssets::asset<T>({.wallet_balance = dec<T>(usdt_wallet), .weight = usdt_weight, .ask_buffer = dec<T>("0.005"), .index = KeyId{2}}),
               BinanceMultiAssets::asset<T>({.wallet_balance = dec<T>(usdc_wallet), .weight = usdc_weight, .ask_buffer = 0})} {}
  Faq(const Faq&) = delete;
  Faq& operator=(const Faq&) = delete;

  void open(std::string_view btc_size, std::string_view eth_size) {
    positions.push_back(BinanceMultiAssets::position<T>(
        {.symbol_mark = btc, .position_amt = dec<T>(btc_size), .entry_price = 20'000, .brackets = btc_rate, .leverage = Ratio<T>(100)}, usdt));
    positions.push_back(BinanceMultiAssets::position<T>(
        {.symbol_mark = eth, .position_amt = dec<T>(eth_size), .entry_price = 600, .brackets = eth_rate, .leverage = Ratio<T>(50)}, usdc));
  }
  [[nodiscard]] Portfolio<T> made() const { return portfolio<T>(BinanceMultiAssets::account<T>(assets, positions), prices); }
};

}  // namespace

TEMPLATE_TEST_CASE("a positive balance counts at the bid rate, a negative one at the ask rate", "[venues][source:bn_ma_rates]", LOADLINE_SCALARS) {
  using T = TestType;
  const Faq<T> one("1", "0"), owed("-1", "10");
  CHECK(same(one.made().figures(one.prices).margin_balance, "0.9801"));
  CHECK(same(owed.made().figures(owed.prices).margin_balance, "9.00505", 10));  // 10 - 0.99495
  CHECK(same(one.made().equity(one.prices), "0.99"));                           // at the index itself
  const Faq<T> none("0", "0");
  CHECK(none.made().figures(none.prices).margin_balance == Money<T>(0));
  CHECK(none.made().status(none.prices) == Status::no_margin);
}

TEMPLATE_TEST_CASE("the account equity of the FAQ is 416.02", "[venues][source:bn_ma_equity]", LOADLINE_SCALARS) {
  using T = TestType;
  const Faq<T> faq;
  CHECK(same(faq.made().figures(faq.prices).margin_balance, "416.02"));
  CHECK(same(faq.made().figures(faq.prices).available, "416.02"));
}

// 0.5 x 20,000 x 0.8 % x 0.99495 + 20 x 600 x 1 %; available 416.02 - (0.5 x 20,000 x 1 % x 0.99495 + 20 x 600 x 2 %).
TEMPLATE_TEST_CASE("requirements of a contract count at the ask rate of the asset that it pays", "[venues][source:bn_ma_mm_cut]", LOADLINE_SCALARS) {
  using T = TestType;
  Faq<T> faq;
  faq.open("0.5", "20");
  const auto f = faq.made().figures(faq.prices);
  CHECK(same(f.margin_balance, "416.02"));
  CHECK(same(f.maintenance, "199.596"));
  CHECK(printed((*f.margin_ratio).raw(), "0.4798"));
  CHECK(same(f.available, "76.525", 416));
  CHECK(f.status == Status::safe);
}

// BTC falls until 0.99495 (200 + 0.5 (P - 20,000)) + 220 = 0.99495 x 0.5 P x 0.8 % + 120: USDT is owed there, at the ask rate.
// As a short, PnL and requirement are at the ask rate alike.
TEMPLATE_TEST_CASE("losses go through the weight of the asset that settles them", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  Faq<T> longs;
  longs.open("0.5", "20");
  const auto down = liquidation<T>(longs.made(), longs.prices, btc);
  CHECK(same(down.below, "12063137500/616869", 2e4));
  CHECK(down.above.outcome() == Outcome::none);
  Faq<T> shorts;
  shorts.open("-0.5", "20");
  CHECK(same(liquidation<T>(shorts.made(), shorts.prices, btc).above, "3660175000/179091", 2e4));
}

// The index of USDT alone: (200 x 0.99 - 80 x 1.005) I + 220 - 120 rises with I, and fails nowhere; with 300 USDT owed it fails at
// 220 = (300 x 1.005 + 80 x 1.005) I + 120.
TEMPLATE_TEST_CASE("the index of a margin asset has liquidation prices of its own", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  Faq<T> faq;
  faq.open("0.5", "20");
  const auto held = liquidation<T>(faq.made(), faq.prices, KeyId{2});
  CHECK(held.below.outcome() == Outcome::none);
  CHECK(held.above.outcome() == Outcome::none);
  Faq<T> owing("-300", "520");
  owing.open("0.5", "20");
  CHECK(same(liquidation<T>(owing.made(), owing.prices, KeyId{2}).above, "8000/7638"));  // 400 = 1.005 x 380 I
}

// 1 BTC at 95 % against 10,000 USDT owed at index 1, ask buffer 0.5 %: 0.95 P = 10,050. Nothing needs margin; the equity test decides.
TEMPLATE_TEST_CASE("a debt of one asset is tested against another without any position", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::array<WeightTier<T>, 1> w{BinanceMultiAssets::weight<T>(Ratio<T>(dec<T>("0.05")))};
  const std::array<Asset<T>, 2> assets{BinanceMultiAssets::asset<T>({.wallet_balance = 1, .weight = w, .ask_buffer = dec<T>("0.05"), .index = btc}),
                                       BinanceMultiAssets::asset<T>({.wallet_balance = -10'000, .weight = {}, .ask_buffer = dec<T>("0.005")})};
  const auto prices = marks<T>({"20000"});
  const auto p = portfolio<T>(BinanceMultiAssets::account<T>(assets, {}), prices);
  CHECK(p.maintenance(prices) == Money<T>(0));
  CHECK(p.tests().has(Test::equity));
  CHECK(same(liquidation<T>(p, prices, btc).below, "201000/19", 2e4));
}

// USD 1,024 of notional at 1/128 needs 8 x 1.25 at an ask buffer of 25 %: an account equity of 10 is a margin ratio of 100 %.
TEMPLATE_TEST_CASE("a margin ratio of 100 % is liquidation in Multi-Assets Mode too", "[venues]", LOADLINE_SCALARS) {
  using T = TestType;
  const auto rate = flat<T>("1/128");
  const std::array<WeightTier<T>, 1> half{BinanceMultiAssets::weight<T>(Ratio<T>(dec<T>("0.5")))};
  const auto prices = marks<T>({"1024"});
  const std::array<Position<T>, 1> one{
      BinanceMultiAssets::position<T>({.symbol_mark = only, .position_amt = 1, .entry_price = 1'024, .brackets = rate}, AssetId{0})};
  for (const int wallet : {20, 21}) {
    const std::array<Asset<T>, 1> assets{BinanceMultiAssets::asset<T>({.wallet_balance = wallet, .weight = half, .ask_buffer = dec<T>("0.25")})};
    const auto f = portfolio<T>(BinanceMultiAssets::account<T>(assets, one), prices).figures(prices);
    CHECK(f.status == (wallet == 20 ? Status::liquidatable : Status::safe));
    CHECK((f.margin_ratio == Ratio<T>(1)) == (wallet == 20));
  }
}

// assetIndex prints eight decimals, cut off: 1.736616330 and 2.122531070.
TEMPLATE_TEST_CASE("the rates of the API's sample are index times one less and one more buffer", "[venues][source:bn_ma_assetIndex_ADAUSD]", LOADLINE_SCALARS) {
  using T = TestType;
  const std::array<WeightTier<T>, 1> w{BinanceMultiAssets::weight<T>(Ratio<T>(dec<T>("0.1")))};
  const auto prices = marks<T>({"1.92957370"});
  for (const int wallet : {1, -1}) {
    const std::array<Asset<T>, 1> assets{BinanceMultiAssets::asset<T>({.wallet_balance = wallet, .weight = w, .ask_buffer = dec<T>("0.1"), .index = only})};
    const auto f = portfolio<T>(BinanceMultiAssets::account<T>(assets, {}), prices).figures(prices);
    CHECK(printed(magnitude(f.margin_balance.raw()), wallet > 0 ? "1.73661633" : "2.12253107", 1));
  }
}

// BNB and FDUSD worth 1,000 each count 950 and 989.
TEMPLATE_TEST_CASE("the collateral value ratio is one less the bid buffer", "[venues][source:bn_ma_haircut_bnb_fdusd]", LOADLINE_SCALARS) {
  using T = TestType;
  for (const auto& [buffer, worth] : {std::pair("0.05", "950"), std::pair("0.011", "989")}) {
    const std::array<WeightTier<T>, 1> w{BinanceMultiAssets::weight<T>(Ratio<T>(dec<T>(buffer)))};
    const std::array<Asset<T>, 1> assets{BinanceMultiAssets::asset<T>({.wallet_balance = 1'000, .weight = w, .ask_buffer = 0})};
    CHECK(same(portfolio<T>(BinanceMultiAssets::account<T>(assets, {}), {}).figures({}).margin_balance, worth));
  }
}
