// Where in a JSON text its objects begin, for errors that a person has to find. Pure; any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace imprimatur::print {

// Line (from 1) of the opening brace of every object, by JSON pointer ("/front/elements/3"); names with ~ or
// / are not escaped. The text must be JSON that a parser took; of anything else the answer is useless but
// safe.
std::map<std::string, int> object_lines(std::string_view json);

}  // namespace imprimatur::print
