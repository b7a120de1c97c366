// A guard is what a promise rests on: a check, a sync, a constraint, a record. Each has a name, so that a
// build of its own (preset `mutants`) can leave one out and show that a test notices (tools/mutate). In every
// other build the word is a constant: nothing can be switched off. tests/mutants.txt lists the names, and a
// test compares that list with the code. Include it in source files only: those that do are compiled for the
// purpose. Any thread.
#pragma once

#include <string_view>

namespace imprimatur {

#ifdef IMPRIMATUR_MUTANTS
// False when the environment variable IMPRIMATUR_MUTANT has this name; then the name is also written to the
// file that IMPRIMATUR_MUTANT_REACHED names, once.
bool guarded(std::string_view name);
// For many of a kind at one place: the name is `kind`.`name`.
bool guarded(std::string_view kind, std::string_view name);
#else
consteval bool guarded(std::string_view) {
  return true;
}
constexpr bool guarded(std::string_view, std::string_view) {
  return true;
}
#endif

}  // namespace imprimatur
