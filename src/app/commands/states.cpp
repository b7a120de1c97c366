// imprimatur states [--dot]: what may become of a job and of a card, and on which condition.
#include <cstdio>

#include "app/commands/command.hpp"
#include "job/states_drawing.hpp"

namespace imprimatur::app {

void add_states(CLI::App& app, CommandContext& context) {
  auto* verb =
      app.add_subcommand("states", "Show the states of jobs and cards: event, next state, condition");
  auto dot = std::make_shared<bool>(false);
  verb->add_flag("--dot", *dot, "As a graph for Graphviz");
  verb->callback([&context, dot] {
    context.run = [dot] {
      std::fputs((*dot ? job::states_dot() : job::states_text()).c_str(), stdout);
      return kExitYes;
    };
  });
}

}  // namespace imprimatur::app
