# SPDX-License-Identifier: Apache-2.0
# The tests that mirror include/loadline folder by folder, properties, and what must not compile.

find_package(Threads REQUIRED)

# --- core
loadline_test(core_amount core/amount.cpp)
loadline_test(core_result core/result.cpp)
loadline_test(core_numerics core/numerics.cpp)
loadline_test(core_scalar core/scalar.cpp LINK loadline::multiprecision)
loadline_test(core_rows core/rows.cpp)
loadline_test(core_rounding core/rounding.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(core_whole core/whole.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(core_text core/text.cpp LINK rapidcheck loadline::multiprecision)

# --- piecewise
loadline_test(piecewise_ball piecewise/ball.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(piecewise_schedule piecewise/schedule.cpp)
loadline_test(piecewise_slice piecewise/slice.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(piecewise_roots piecewise/roots.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(piecewise_sweep piecewise/sweep.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(piecewise_newton piecewise/newton.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(piecewise_polynomial piecewise/polynomial.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(piecewise_isolate piecewise/isolate.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(piecewise_curve piecewise/curve.cpp LINK rapidcheck loadline::multiprecision)

# --- market, collateral
loadline_test(market_moment market/moment.cpp)
loadline_test(market_fill market/fill.cpp)
loadline_test(market_depth_path market/depth_path.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(market_book_guard market/book_guard.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(market_band_file market/band_file.cpp LINK loadline::multiprecision)
loadline_test(market_salvage market/salvage.cpp LINK rapidcheck loadline::multiprecision)
foreach(name band_file salvage)
  target_compile_definitions(test_market_${name} PRIVATE "LOADLINE_DATA_DIR=\"${data_dir}\"" "LOADLINE_TEST_DATA_DIR=\"${CMAKE_CURRENT_SOURCE_DIR}/data\"")
endforeach()
foreach(name IN ITEMS bands book consumption power_depth)
  loadline_test(market_${name} market/${name}.cpp LINK rapidcheck loadline::multiprecision)
endforeach()
target_compile_definitions(test_market_book PRIVATE "LOADLINE_DATA_DIR=\"${data_dir}\"")
loadline_test(collateral_change collateral/change.cpp LINK rapidcheck loadline::multiprecision)
target_compile_definitions(test_collateral_change PRIVATE "LOADLINE_DATA_DIR=\"${data_dir}\"")
loadline_test(collateral_exchange collateral/exchange.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(collateral_liquidity collateral/liquidity.cpp LINK rapidcheck loadline::multiprecision)

# --- pricing
loadline_test(pricing_bounds pricing/bounds.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(pricing_filter pricing/filter.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(pricing_parts pricing/parts.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(pricing_growth_floor pricing/growth_floor.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(pricing_redemption pricing/redemption.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(pricing_slopes pricing/slopes.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(pricing_venues pricing/venues.cpp LINK rapidcheck loadline::multiprecision)

# --- portfolio
loadline_test(portfolio_laws portfolio/laws.cpp LINK rapidcheck loadline::multiprecision Threads::Threads)
loadline_test(portfolio_straight portfolio/straight.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(portfolio_allocation portfolio/allocation.cpp)

# --- waterfall, analysis
loadline_test(waterfall_adl_light waterfall/adl_light.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_adl_score waterfall/adl_score.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_closing waterfall/closing.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_account waterfall/closing_account.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_run waterfall/waterfall.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_stages waterfall/stages.cpp)
loadline_test(waterfall_ledger waterfall/ledger.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_collateral_spiral waterfall/collateral_spiral.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_compensation waterfall/compensation.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_candidates waterfall/candidates.cpp)
loadline_test(waterfall_deleveraging waterfall/deleveraging.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_fund waterfall/fund.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_fund_window waterfall/fund_window.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_fund_pools waterfall/fund_pools.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_fund_sizing waterfall/fund_sizing.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(waterfall_fund_tail waterfall/fund_tail.cpp)
loadline_test(analysis_redemption_trade analysis/redemption_trade.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(analysis_largest_purchase analysis/largest_purchase.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(analysis_conditional_haircut analysis/conditional_haircut.cpp)
loadline_test(analysis_adl_metrics analysis/adl_metrics.cpp LINK rapidcheck loadline::multiprecision)
target_compile_definitions(test_analysis_adl_metrics PRIVATE "LOADLINE_TEST_DATA_DIR=\"${CMAKE_CURRENT_SOURCE_DIR}/data\"")
loadline_test(analysis_wrong_way analysis/wrong_way.cpp LINK rapidcheck loadline::multiprecision)
foreach(name hedge_taken lower_light robust_distance)
  loadline_test(analysis_${name} analysis/${name}.cpp LINK rapidcheck loadline::multiprecision)
endforeach()

# --- liquidation
loadline_test(liquidation_feed_death liquidation/feed_death.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(liquidation_falling_peg liquidation/falling_peg.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(liquidation_certified liquidation/certified.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(liquidation_pro_rata_price liquidation/pro_rata_price.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(liquidation_frontier liquidation/frontier.cpp LINK rapidcheck loadline::multiprecision)

# --- what the compiler proves
loadline_test(static_checks static/static_checks.cpp LINK loadline::multiprecision)

# --- what must not compile
set(compile_fail_includes ${PROJECT_SOURCE_DIR}/include ${Boost_INCLUDE_DIRS})
list(JOIN compile_fail_includes "|" compile_fail_includes)
foreach(name money_plus_number price_less_than_number mixed_dimensions two_positional_numbers price_for_size double_into_rational integer_portfolio unsafe_math)
  add_test(NAME compile_fail_${name} COMMAND ${CMAKE_COMMAND} -DCXX=${CMAKE_CXX_COMPILER} -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/${name}.cpp
                                             "-DINCLUDES=${compile_fail_includes}" -P ${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/check.cmake)
endforeach()
