// The part `task` of `imprimatur line`.
#pragma once

#include "app/commands/command.hpp"

namespace imprimatur::app {

void add_line_task(CLI::App& line, CommandContext& context);

}  // namespace imprimatur::app
