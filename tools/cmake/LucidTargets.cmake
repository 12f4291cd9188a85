# One function for each kind of target, so that flags are said once.

add_library(lucid_flags INTERFACE)
target_include_directories(lucid_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(lucid_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wnull-dereference $<$<BOOL:${LUCID_WARNINGS_AS_ERRORS}>:-Werror> -fstack-protector-strong)
# Optimised builds of g++ 12 report null dereferences, overlapping copies (GCC bug 105651, "text" + std::string) and
# reads past the end (comparing two vectors of bytes) inside libstdc++ that cannot happen. Debug builds keep the warnings.
target_compile_options(lucid_flags INTERFACE $<$<CONFIG:Release>:-Wno-null-dereference -D_FORTIFY_SOURCE=2>
  $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>
  $<$<AND:$<CONFIG:Release>,$<CXX_COMPILER_ID:GNU>>:-Wno-stringop-overread>)
target_link_options(lucid_flags INTERFACE -Wl,-z,relro -Wl,-z,now)
if(LUCID_SANITIZE)
  target_compile_options(lucid_flags INTERFACE -fsanitize=${LUCID_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(lucid_flags INTERFACE -fsanitize=${LUCID_SANITIZE})
endif()

# lucid_precompile(TARGET headers…): what most sources of a target include, parsed once for all of them. Not under a
# compiler cache: it would have to be told to trust a header by its time.
function(lucid_precompile target)
  if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

# lucid_library(NAME LINK targets…): the static library of one top-level folder, all sources below it.
function(lucid_library name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cpp)
  if(NOT sources)
    set(sources ${CMAKE_SOURCE_DIR}/tools/cmake/empty.cpp)
  endif()
  add_library(lucid_${name} STATIC ${sources})
  add_library(lucid::${name} ALIAS lucid_${name})
  target_link_libraries(lucid_${name} PUBLIC lucid_flags ${ARG_LINK})
endfunction()

# lucid_core_mutants: the sources of core that hold hooks for planted bugs (core/base/mutant.hpp), compiled once more
# with them. Linked before lucid_core, its objects stand for those of the same sources; the linker takes the others, which
# are the same in both builds, from lucid_core. A file that gains its first hook is noticed by the next build.
function(lucid_core_mutants)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/core/*.cpp)
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
  foreach(source ${sources})
    file(STRINGS ${source} hooks REGEX "LUCID_(WITH_)?MUTANT" LIMIT_COUNT 1)
    if(hooks)
      list(APPEND hooked ${source})
    endif()
  endforeach()
  add_library(lucid_core_mutants OBJECT ${hooked})
  target_compile_definitions(lucid_core_mutants PUBLIC LUCID_WITH_MUTANTS)
  target_link_libraries(lucid_core_mutants PUBLIC lucid_core)
endfunction()

# lucid_program(NAME sources… LINK targets…)
function(lucid_program name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE lucid_flags ${ARG_LINK})
endfunction()

# lucid_tests(NAME [PATHS] LINK targets… [PRECOMPILE headers…]): one test program of all sources in tests/NAME. PATHS:
# they read files of the tree or start its programs. PRECOMPILE: beside GoogleTest's own.
function(lucid_tests name)
  cmake_parse_arguments(ARG "PATHS" "TIMEOUT" "LINK;PRECOMPILE" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(lucid-tests-${name} ${sources})
  target_link_libraries(lucid-tests-${name} PRIVATE lucid_flags ${ARG_LINK} GTest::gmock GTest::gtest_main)
  lucid_precompile(lucid-tests-${name} <gmock/gmock.h> <gtest/gtest.h> ${ARG_PRECOMPILE})
  # The optimiser works longest on the tests, where nothing is gained: what they test is optimised all the same.
  target_compile_options(lucid-tests-${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  if(ARG_PATHS)
    target_compile_definitions(lucid-tests-${name} PRIVATE LUCID_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
      LUCID_BINARY_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  endif()
  gtest_discover_tests(lucid-tests-${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS ${name})
endfunction()
