// Work in a process of its own, which answers with numbers: for what is one of a kind in a process (SQLite's
// file system), and to use a second processor.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace imprimatur::bench {

using Numbers = std::map<std::string, double>;

// Runs all of them side by side and waits. What a child writes to standard error is seen. Error bench.child
// when one fails.
Result<std::vector<Numbers>> run_children(const std::vector<std::function<Result<Numbers>()>>& works);

// The first line of a command's standard output that begins with "{", as numbers; its exit code must be 0
// or 1.
Result<Numbers> numbers_of_command(const std::string& command);

double seconds_since(double began);  // monotonic
double now_s();
double resident_mb();       // of this process
double resident_mb_most();  // at any time

}  // namespace imprimatur::bench
