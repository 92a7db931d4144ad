# SPDX-License-Identifier: Apache-2.0
# Worked numbers of venues (in C++ and as account files), traps, bad input, the bracket file and the account file.

loadline_test(vectors venues/vectors.cpp)
loadline_test(vectors_exact venues/vectors_exact.cpp LINK loadline::multiprecision)
loadline_test(binance_usdm venues/binance_usdm.cpp)
loadline_test(binance_multi_assets venues/binance_multi_assets.cpp)
loadline_test(binance_coinm venues/binance_coinm.cpp)
loadline_test(binance_portfolio_margin venues/binance_portfolio_margin.cpp)
loadline_test(binance_cross_margin venues/binance_cross_margin.cpp)
loadline_test(binance_isolated_margin venues/binance_isolated_margin.cpp)
loadline_test(catalogue venues/catalogue.cpp)
loadline_test(collateral_tables venues/collateral_tables.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(traps portfolio/traps.cpp)
loadline_test(bad_input portfolio/bad_input.cpp)
loadline_test(bracket_file margin/bracket_file.cpp)
loadline_test(account_file ext/account_file.cpp LINK loadline::json loadline::multiprecision)
loadline_test(account_answer ext/account_answer.cpp LINK loadline::json loadline::multiprecision)
loadline_test(vector_file venues/vector_file.cpp LINK loadline::json loadline::multiprecision)
target_compile_definitions(test_vector_file PRIVATE "LOADLINE_TEST_DATA_DIR=\"${CMAKE_CURRENT_SOURCE_DIR}/data\"")
if(TARGET calculator_engine)
  loadline_test(dual ext/dual.cpp ext/dual_files.cpp LINK rapidcheck calculator_engine loadline::eigen)
  target_compile_definitions(test_dual PRIVATE "LOADLINE_DATA_DIR=\"${data_dir}\"")
endif()

foreach(name IN ITEMS vectors vectors_exact binance_usdm binance_multi_assets binance_coinm binance_portfolio_margin binance_cross_margin binance_isolated_margin traps)
  target_compile_definitions(test_${name} PRIVATE "LOADLINE_DATA_DIR=\"${data_dir}\"")
endforeach()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  foreach(name IN ITEMS vectors vectors_exact binance_usdm binance_multi_assets binance_coinm binance_portfolio_margin binance_cross_margin binance_isolated_margin
                traps bad_input bracket_file collateral_tables)
    target_compile_options(test_${name} PRIVATE -Wno-maybe-uninitialized)  # a false alarm of GCC 12 in the copy of an empty std::optional
  endforeach()
endif()
