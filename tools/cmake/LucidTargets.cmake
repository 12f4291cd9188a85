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

# lucid_jumbo(TARGET [SIZE]): several sources to one run of the compiler, which reads the headers that they share only once.
# That is most of the work: a build takes less than half of the time. Not where a compiler cache keeps each source's object.
function(lucid_jumbo target)
  set(size ${ARGN})
  if(NOT size)
    set(size 8)
  endif()
  if(LUCID_JUMBO AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${size})
    # An included source is no header that others include: what it hides stays its own.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# lucid_library(NAME LINK targets… [JUMBO n]): the static library of one top-level folder, all sources below it. JUMBO: how
# many sources at once (8).
function(lucid_library name)
  cmake_parse_arguments(ARG "" "JUMBO" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cpp)
  if(NOT sources)
    set(sources ${CMAKE_SOURCE_DIR}/tools/cmake/empty.cpp)
  endif()
  add_library(lucid_${name} STATIC ${sources})
  add_library(lucid::${name} ALIAS lucid_${name})
  target_link_libraries(lucid_${name} PUBLIC lucid_flags ${ARG_LINK})
  lucid_jumbo(lucid_${name} ${ARG_JUMBO})
endfunction()

# lucid_core_mutants: the sources of core that hold hooks for planted bugs (core/base/mutant.hpp), compiled once more
# with them. Linked before lucid_core, its objects stand for those of the same sources; the linker takes the others, which
# are the same in both builds, from lucid_core. So no object of lucid_core holds sources of both kinds, also in a jumbo
# build. A file that gains its first hook is noticed by the next build.
function(lucid_core_mutants)
  get_target_property(sources lucid_core SOURCES)
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
  foreach(source ${sources})
    file(STRINGS ${source} hooks REGEX "LUCID_(WITH_)?MUTANT" LIMIT_COUNT 1)
    if(hooks)
      list(APPEND hooked ${source})
    else()
      list(APPEND plain ${source})
    endif()
  endforeach()
  get_target_property(links lucid_core LINK_LIBRARIES)
  foreach(build lucid_core_hooked lucid_core_mutants)
    add_library(${build} OBJECT ${hooked})
    target_link_libraries(${build} PRIVATE ${links})
    lucid_jumbo(${build})
  endforeach()
  target_compile_definitions(lucid_core_mutants PUBLIC LUCID_WITH_MUTANTS)
  set_target_properties(lucid_core PROPERTIES SOURCES "${plain}")
  target_sources(lucid_core PRIVATE $<TARGET_OBJECTS:lucid_core_hooked>)
endfunction()

# lucid_program(NAME sources… LINK targets…)
function(lucid_program name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE lucid_flags ${ARG_LINK})
  lucid_jumbo(${name})
endfunction()

# lucid_tests(NAME [PATHS] [SERIAL] [JUMBO n] [TIMEOUT s] [WITH sources…] LINK targets…): one test program of all sources
# in tests/NAME, and those of other tests that it shares. PATHS: they read files of the tree or start its programs.
# SERIAL: they measure time, and CTest runs nothing beside them.
function(lucid_tests name)
  cmake_parse_arguments(ARG "PATHS;SERIAL" "TIMEOUT;JUMBO" "WITH;LINK" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(lucid-tests-${name} ${sources} ${ARG_WITH})
  target_link_libraries(lucid-tests-${name} PRIVATE lucid_flags ${ARG_LINK} GTest::gmock GTest::gtest_main)
  lucid_jumbo(lucid-tests-${name} ${ARG_JUMBO})
  # The optimiser works longest on the tests, where nothing is gained: what they test is optimised all the same.
  target_compile_options(lucid-tests-${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  if(ARG_PATHS)
    target_compile_definitions(lucid-tests-${name} PRIVATE LUCID_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
      LUCID_BINARY_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  endif()
  set(properties TIMEOUT ${ARG_TIMEOUT} LABELS ${name})
  if(ARG_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  gtest_discover_tests(lucid-tests-${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
endfunction()
