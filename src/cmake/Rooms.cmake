# A room is a folder of src/ or devices/ and one static library. Its files are found by
# themselves, so that a new device, check or report is a new file and nothing else.

# Flags of every target of ours. Warnings are errors (style.md, line 25).
add_library(imprimatur_flags INTERFACE)
target_include_directories(imprimatur_flags INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
target_compile_options(imprimatur_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wswitch-enum -Werror)
if(IMPRIMATUR_HARDEN)
  target_compile_options(imprimatur_flags INTERFACE
    -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection
    -fcf-protection)
  target_link_options(imprimatur_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# In a mutants build, the sources that have guards get the other form of base/guard.hpp. Only they: the rest is as in
# preset dev, and comes from the compiler's cache.
function(imprimatur_guards_of)
  if(NOT IMPRIMATUR_MUTANTS)
    return()
  endif()
  foreach(source ${ARGN})
    file(STRINGS ${source} guards REGEX "base/guard\\.hpp" LIMIT_COUNT 1)
    if(guards)
      set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS IMPRIMATUR_MUTANTS)
    endif()
  endforeach()
endfunction()

# imprimatur_room(NAME [LINKS library...]): library imprimatur_NAME from this folder's *.cpp.
function(imprimatur_room name)
  cmake_parse_arguments(ROOM "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)  # a room of headers only
    add_library(imprimatur_${name} INTERFACE)
    target_link_libraries(imprimatur_${name} INTERFACE imprimatur_flags ${ROOM_LINKS})
    return()
  endif()
  add_library(imprimatur_${name} STATIC ${sources})
  imprimatur_guards_of(${sources})
  target_link_libraries(imprimatur_${name} PUBLIC imprimatur_flags ${ROOM_LINKS})
endfunction()

# imprimatur_room_test(NAME [LINKS library...]): executable NAME_test from this folder's
# *_test.cpp; each TEST becomes a ctest of its own, labelled with the room.
function(imprimatur_room_test name)
  cmake_parse_arguments(ROOM "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE imprimatur_flags ${ROOM_LINKS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name}_test PRIVATE
    TEST_DATA_DIR="${CMAKE_SOURCE_DIR}/tests/data" SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    TEST_PREFIX ${name}. PROPERTIES LABELS ${name} TIMEOUT 120)
endfunction()
