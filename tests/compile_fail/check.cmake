# SPDX-License-Identifier: Apache-2.0
# Compiles one file twice: as it stands it must compile, with -DBAD it must not, and for the reason that it names.
#
#   cmake -DCXX=<compiler> -DSOURCE=<file> -DINCLUDES=<folders, | between> -P check.cmake
#
# In the file: "// Error: <regular expression that the compiler's message must match>", optionally "// Flags: <options>".

file(STRINGS ${SOURCE} lines REGEX "^// (Error|Flags): ")
set(flags)
set(error)
foreach(line IN LISTS lines)
  if(line MATCHES "^// Flags: (.*)$")
    separate_arguments(flags UNIX_COMMAND "${CMAKE_MATCH_1}")
  elseif(line MATCHES "^// Error: (.*)$")
    set(error "${CMAKE_MATCH_1}")
  endif()
endforeach()
if(error STREQUAL "")
  message(FATAL_ERROR "${SOURCE} does not say which error it expects")
endif()
string(REPLACE "|" ";" folders "${INCLUDES}")
list(TRANSFORM folders PREPEND "-I")
set(compile ${CXX} -std=c++20 -fsyntax-only -Wall -Wextra ${flags} ${folders})

execute_process(COMMAND ${compile} ${SOURCE} RESULT_VARIABLE good ERROR_VARIABLE message)
if(NOT good EQUAL 0 OR NOT message STREQUAL "")
  message(FATAL_ERROR "must compile without a warning, but:\n${message}")
endif()
execute_process(COMMAND ${compile} -DBAD ${SOURCE} RESULT_VARIABLE bad ERROR_VARIABLE message)
if(bad EQUAL 0)
  message(FATAL_ERROR "compiles with -DBAD, but must not")
endif()
if(NOT message MATCHES "error:.*(${error})")
  message(FATAL_ERROR "fails, but not for the reason that it names (${error}):\n${message}")
endif()
