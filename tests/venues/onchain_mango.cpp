// SPDX-License-Identifier: Apache-2.0
// Mango v4's worked liquidations. Source: mango-v4's own tests @1303a4a1 (docs/sources.md), read from tests/data/onchain_liquidation.jsonl.
#include "support/strict.hpp"
#include "venues/onchain.hpp"

#include <loadline/ext/multiprecision.hpp>
#include <loadline/venues/mango_perp.hpp>

#include <cmath>

using namespace loadline;
using namespace loadline::venues::mango;

namespace {

/// A decimal of the file, exactly where T can hold it.
template <class T>
T number(const Json& x) {
  const std::string text = x.dump();
  T out = T(0), unit = T(1);
  bool fraction = false;
  for (const char c : text) {
    if (c == '-') continue;
    if (c == '.') {
      fraction = true;
      continue;
    }
    REQUIRE((c >= '0' && c <= '9'));
    out = T(T(out * T(10)) + T(c - '0'));
    if (fraction) unit = T(unit * T(10));
  }
  out = T(out / unit);
  return text.front() == '-' ? T(-out) : out;
}
template <class T>
double plain_number(const T& x) {
  if constexpr (requires { x.number(); })
    return x.number();
  else
    return static_cast<double>(x);
}
/// Within what the source's own test allows: it prints two decimals, or one.
template <class T>
bool near(const T& x, const Json& value, double allowed) {
  return std::abs(plain_number(x) - value.get<double>()) <= allowed;
}
template <class T>
T positive(const T& x) {
  return x < T(0) ? T(0) : x;
}

/// A token with a perpetual's quote that settles in it.
template <class T>
T weighted(const T& balance, const T& gain, const T& overall) {
  return T(balance + (gain < T(0) ? gain : T(gain * overall)));
}
template <class T>
T contribution(const Json& token, const T& balance) {
  const T price = number<T>(token.at("oracle_price"));
  return T(T(balance * price) * number<T>(token.at(balance < T(0) ? "init_liab_weight" : "init_asset_weight")));
}
template <class T>
SettleToken<T> settle_token(const Json& token, const T& balance, const T& rest) {
  const T price = number<T>(token.at("oracle_price"));
  return {rest, balance, T(price * number<T>(token.at("init_asset_weight"))), T(price * number<T>(token.at("init_liab_weight")))};
}

}  // namespace

TEMPLATE_TEST_CASE("a liability repaid with an asset until health is zero", "[venues][source:mango_token_liq_with_token]", double, Strict, Rational) {
  using T = TestType;
  int refused = 0;
  for (const Json& row : worked("mango_token_liq_with_token", 10)) {
    INFO(row.dump());
    const Json &in = row.at("inputs"), &e = row.at("expected"), &fees = in.at("liquidation_fees");
    T health = contribution<T>(in.at("tokens").at("other"), number<T>(in.at("tokens").at("other").at("balance_spot")));
    const auto of = [&](const std::string& side, const char* weight) {
      const Json& t = in.at("tokens").at(side);
      T balance = number<T>(t.at("balance_spot")), all = balance;
      for (const Json& p : in.at("perps"))
        if (p.at("settle_token") == side) all = weighted(all, number<T>(p.at("quote")), number<T>(p.at("init_overall_asset_weight")));
      health += contribution<T>(t, all);
      return Token<T>{number<T>(t.at("oracle_price")), number<T>(t.at(weight)), balance, all, number<T>(fees.at(side)), number<T>(fees.at(side + "_platform"))};
    };
    const Token<T> asset = of("asset", "init_asset_weight"), liability = of("liab", "init_liab_weight");
    const auto done = liquidate_token(asset, liability, health, number<T>(in.at("max_liab_transfer")));
    if (e.contains("error")) {
      REQUIRE(!done);
      CHECK(done.error().field == Field::amount);
      ++refused;
      continue;
    }
    REQUIRE(done);
    CHECK(near(T(asset.balance - done->given), e.at("liqee_asset"), 0.01));
    CHECK(near(T(liability.balance + done->liability), e.at("liqee_liab"), 0.01));
    CHECK(done->given == done->received);  // no platform fee in these cases
  }
  CHECK(refused == 4);
}

TEST_CASE("with fees the repayment brings health to zero exactly", "[venues]") {
  using T = Rational;
  const Token<T> asset{T(2), T(T(8) / T(10)), T(100), T(100), T(T(2) / T(100)), T(T(1) / T(100))};
  const Token<T> liability{T(3), T(T(12) / T(10)), T(-50), T(-50), T(T(3) / T(100)), T(0)};
  const T health = T(T(T(100) * T(2)) * T(T(8) / T(10)) - T(T(50) * T(3)) * T(T(12) / T(10)));
  const auto done = liquidate_token(asset, liability, health, T(1'000));
  REQUIRE(done);
  const T after = T(T(T(100) - done->given) * T(2) * T(T(8) / T(10)) - T(T(50) - done->liability) * T(3) * T(T(12) / T(10)));
  CHECK(after == T(0));
  CHECK(T(done->received / done->given) == T(T(102 * 103) / T(103 * 103)));  // (1 + f_a)(1 + f_l) of (1 + f_a + g_a)(1 + f_l)
}

TEMPLATE_TEST_CASE("base and gains of a perpetual, step by step", "[venues][source:mango_perp_liq_base_or_positive_pnl]", double, Strict, Rational) {
  using T = TestType;
  for (const Json& row : worked("mango_perp_liq_base_or_positive_pnl", 16)) {
    INFO(row.dump());
    const Json &in = row.at("inputs"), &e = row.at("expected"), &p = in.at("perp"), &settle = in.at("tokens").at("settle");
    const T lots = number<T>(p.at("base_lots")), price = T(number<T>(p.at("oracle_price")) * number<T>(p.at("base_lot_size")));
    const T weight = number<T>(p.at(lots < T(0) ? "init_base_liab_weight" : "init_base_asset_weight"));
    const T unsettled = T(number<T>(p.at("quote")) + T(T(lots * price) * weight)), overall = number<T>(p.at("init_overall_asset_weight"));
    const T spot = number<T>(settle.at("balance_spot"));
    const T rest = contribution<T>(in.at("tokens").at("other"), number<T>(in.at("tokens").at("other").at("balance_spot")));
    const Perp<T> perp{lots,
                       unsettled,
                       price,
                       number<T>(p.at("init_base_asset_weight")),
                       number<T>(p.at("init_base_liab_weight")),
                       overall,
                       number<T>(in.at("base_liquidation_fee")),
                       number<T>(in.at("platform_liquidation_fee")),
                       number<T>(in.at("positive_pnl_liquidation_fee"))};
    T limit = number<T>(in.at("max_base_transfer"));
    if (limit < T(0)) limit = T(-limit);
    const auto done = liquidate_perp(settle_token<T>(settle, weighted(spot, unsettled, overall), rest), perp, limit, number<T>(in.at("max_pnl_transfer")));
    REQUIRE(done);
    CHECK(T(lots + done->lots) == number<T>(e.at("liqee_base_lots")));
    CHECK(near(T(T(number<T>(p.at("quote")) + done->quote) - done->settled), e.at("liqee_quote"), 0.01));
    CHECK(near(T(spot + done->paid), e.at("liqee_settle_token"), 0.01));
  }
}

TEMPLATE_TEST_CASE("a loss settled, insured and shared", "[venues][source:mango_perp_liq_negative_pnl_or_bankruptcy]", double, Strict, Rational) {
  using T = TestType;
  for (const Json& row : worked("mango_perp_liq_negative_pnl_or_bankruptcy", 6)) {
    INFO(row.dump());
    const Json &in = row.at("inputs"), &e = row.at("expected"), &settle = in.at("tokens").at("settle");
    const T spot = number<T>(settle.at("balance_spot")), quote = number<T>(in.at("perp").at("quote"));
    const T rest = contribution<T>(in.at("tokens").at("other"), number<T>(in.at("tokens").at("other").at("balance_spot")));
    const Loss<T> loss{quote,
                       number<T>(in.at("recurring_settle_limit")),
                       number<T>(settle.at("oracle_price")),
                       number<T>(in.at("insurance_price")),
                       number<T>(in.at("insurance_vault")),
                       number<T>(in.at("base_liquidation_fee"))};
    const auto done =
        liquidate_loss(settle_token<T>(settle, spot, rest), settle_token<T>(settle, T(spot + quote), rest), loss, number<T>(in.at("max_liab_transfer")));
    REQUIRE(done);
    CHECK(near(T(spot - done->settled), e.at("liqee_settle_token"), 0.1));
    CHECK(near(T(T(T(quote + done->settled) + done->insured) + done->shared), e.at("liqee_perp_quote"), 0.1));
    CHECK(near(T(-T(done->settled + done->insured)), e.at("liqor_perp_quote"), 0.1));
    CHECK(near(done->insurance, e.at("liqor_insurance_token"), 0.1));
    CHECK(near(T(done->shared / number<T>(in.at("open_interest"))), e.at("socialized_loss_per_contract"), 0.1));
  }
}

TEST_CASE("what Mango refuses", "[venues]") {
  const Token<double> asset{1, 0.8, 1, 1}, liability{1, 1.2, -1, -1};
  CHECK(liquidate_token(asset, liability, -1.0, 0.0).error() == Error{Errc::bad_parameter, Field::quantity});
  CHECK(liquidate_token(asset, Token<double>{0, 1.2, -1, -1}, -1.0, 1.0).error() == Error{Errc::bad_price, Field::asset_price, 1});
  CHECK(liquidate_token(asset, Token<double>{1, 1.2, -1, 1}, -1.0, 1.0).error() == Error{Errc::bad_parameter, Field::amount, 1});
  CHECK(liquidate_token(Token<double>{std::nan(""), 0.8, 1, 1}, liability, -1.0, 1.0).error() == Error{Errc::bad_number, Field::asset, 0});
  CHECK(liquidate_token(asset, liability, 0.0, 1.0)->liability == 0);
  CHECK(liquidate_token(asset, liability, std::nan(""), 1.0).error() == Error{Errc::bad_number, Field::account});
  const SettleToken<double> token{-3, 2, 1, 1};
  const Perp<double> perp{10, 5, 1, 0.5, 1.5, 0.5};
  CHECK(liquidate_perp(SettleToken<double>{-3, 2, 1, 0.5}, perp, 1.0, 1.0).error() == Error{Errc::bad_price, Field::settle});
  CHECK(liquidate_perp(token, Perp<double>{10, 5, 1, 0.5, 1.5, 0.5, 0.5}, 1.0, 1.0).error() == Error{Errc::bad_parameter, Field::liquidation_fee_rate});
  CHECK(liquidate_perp(token, Perp<double>{10, 5, 0, 0.5, 1.5, 0.5}, 1.0, 1.0).error() == Error{Errc::bad_price, Field::mark});
  // While his own limit stops the settling, nothing is insured or shared: an empty vault says nothing yet.
  const SettleToken<double> own{-5, 10, 1, 1}, with_loss{-5, 2, 1, 1};
  CHECK(liquidate_loss(own, with_loss, Loss<double>{-8, 100, 1, 1, 0}, 2.0)->settled == 2);
  CHECK(liquidate_loss(own, with_loss, Loss<double>{-8, 100, 1, 1, 0}, 2.0)->shared == 0);
  CHECK(liquidate_loss(own, with_loss, Loss<double>{-8, 100, 1, 1, 0}, 100.0)->settled == 5);
  CHECK(liquidate_loss(own, with_loss, Loss<double>{-8, 100, 1, 1, 0}, 100.0)->shared == 3);
  // Gains that health counts for as much as the liquidator pays: settling them frees nothing, and nothing is settled.
  CHECK(liquidate_perp(token, perp, 0.0, 5.0)->settled > 0);
  CHECK(liquidate_perp(token, Perp<double>{10, 5, 1, 0.5, 1.5, 0.5, 0, 0, 0.5}, 0.0, 5.0)->settled == 0);
  CHECK(liquidate_perp(token, perp, -1.0, 1.0).error() == Error{Errc::bad_parameter, Field::quantity});
  CHECK(liquidate_loss(token, token, Loss<double>{1, 0, 1, 1, 0}, 1.0).error() == Error{Errc::bad_parameter, Field::deficit});
  CHECK(liquidate_loss(token, token, Loss<double>{-1, 0, 1, 1, -1}, 1.0).error() == Error{Errc::bad_parameter, Field::fund});
  CHECK(!*balance_at_zero_health(SettleToken<double>{-3, 2, 0, 1}));  // a token of weight zero helps nobody
}
