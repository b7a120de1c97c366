// imprimatur shift open|close.
#include "app/commands/command.hpp"

namespace imprimatur::app {

void add_shift(CLI::App& app, CommandContext& context) {
  auto* shift = app.add_subcommand("shift", "Open or close the shift");
  shift->require_subcommand(1);
  for (const std::string action : {"open", "close"}) {
    auto* verb = shift->add_subcommand(
        action, action == "open" ? "Begin a shift" : "End it; refused while a count differs from the books");
    verb->callback([&context, action] {
      context.run = [&context, action] { return call_and_print(context, "POST", "/v1/shifts/" + action); };
    });
  }
}

}  // namespace imprimatur::app
