// Invariants. A broken one stops the process, in every build: a station that no longer knows what
// it does must not go on. Never for input: bad input is an `Error`.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace imprimatur::detail {
[[noreturn]] inline void invariant_broken(const char* what, const char* file, int line) {
  std::fprintf(stderr, "invariant broken: %s (%s:%d)\n", what, file, line);
  std::abort();
}
}  // namespace imprimatur::detail

#define CHECK(condition)                               \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::imprimatur::detail::invariant_broken(#condition, __FILE__, __LINE__))
