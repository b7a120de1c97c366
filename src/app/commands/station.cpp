// imprimatur station, line pause|resume|task.
#include "app/commands/command.hpp"
#include "app/commands/line_task.hpp"

namespace imprimatur::app {

void add_station(CLI::App& app, CommandContext& context) {
  auto* verb = app.add_subcommand("station", "Show lines and devices: who works, who waits for whom");
  verb->callback(
      [&context] { context.run = [&context] { return call_and_print(context, "GET", "/v1/station"); }; });

  auto* line = app.add_subcommand("line", "Pause or resume a line, answer what it asks");
  line->require_subcommand(1);
  add_line_task(*line, context);
  for (const std::string action : {"pause", "resume"}) {
    auto* act = line->add_subcommand(action, action == "pause" ? "Take no further jobs" : "Take jobs again");
    auto name = std::make_shared<std::string>("line-1");
    act->add_option("LINE", *name, "Name of the line")->capture_default_str();
    act->callback([&context, name, action] {
      context.run = [&context, name, action] {
        return call_and_print(context, "POST", "/v1/lines/" + *name + "/" + action);
      };
    });
  }
}

}  // namespace imprimatur::app
