# SPDX-License-Identifier: Apache-2.0
# Worked numbers of venues (in C++ and as account files), traps, bad input, the bracket file and the account file.

loadline_test(venues venues/vectors.cpp venues/binance_usdm.cpp venues/binance_multi_assets.cpp venues/binance_coinm.cpp venues/binance_portfolio_margin.cpp
                     venues/binance_cross_margin.cpp venues/binance_isolated_margin.cpp portfolio/traps.cpp UNITY)
loadline_test(vectors_exact venues/vectors_exact.cpp LINK loadline::multiprecision)
loadline_test(adl_rules venues/adl_rules.cpp LINK loadline::multiprecision)
loadline_test(catalogue venues/catalogue.cpp)
loadline_test(collateral_tables venues/collateral_tables.cpp LINK rapidcheck loadline::multiprecision)
loadline_test(bad_input portfolio/bad_input.cpp)
loadline_test(bracket_file margin/bracket_file.cpp)
foreach(file IN ITEMS ext/account_file ext/account_answer venues/vector_file)
  cmake_path(GET file FILENAME name)
  loadline_test(${name} ${file}.cpp LINK loadline::json loadline::multiprecision)
  if(TARGET calculator_engine)  # it has instantiated what they call: support/answers.hpp
    target_link_libraries(test_${name} PRIVATE calculator_engine)
    target_compile_definitions(test_${name} PRIVATE LOADLINE_TEST_ENGINE)
  endif()
endforeach()
target_compile_definitions(test_vector_file PRIVATE "LOADLINE_TEST_DATA_DIR=\"${CMAKE_CURRENT_SOURCE_DIR}/data\"")
loadline_test(eigen_covariance ext/eigen_covariance.cpp LINK rapidcheck loadline::multiprecision loadline::eigen)
if(TARGET calculator_engine)
  loadline_test(dual ext/dual.cpp ext/dual_files.cpp LINK rapidcheck calculator_engine loadline::eigen)
  target_compile_definitions(test_dual PRIVATE "LOADLINE_DATA_DIR=\"${data_dir}\"")
  loadline_test(depth_dual ext/depth_dual.cpp LINK loadline::eigen loadline::multiprecision)
endif()

foreach(name IN ITEMS venues vectors_exact)
  target_compile_definitions(test_${name} PRIVATE "LOADLINE_DATA_DIR=\"${data_dir}\"")
endforeach()

# --- on-chain venues, in integers
foreach(venue IN ITEMS dydx drift mango)
  loadline_test(onchain_${venue} venues/onchain_${venue}.cpp LINK loadline::json loadline::multiprecision)
  target_compile_definitions(test_onchain_${venue} PRIVATE "LOADLINE_TEST_DATA_DIR=\"${CMAKE_CURRENT_SOURCE_DIR}/data\"")
endforeach()
loadline_test(onchain_bad_input venues/onchain_bad_input.cpp)
loadline_test(onchain_laws venues/onchain_laws.cpp LINK rapidcheck loadline::multiprecision)
