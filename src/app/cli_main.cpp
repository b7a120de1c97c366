// imprimatur: the command line for operators, queues and auditors.
#include <array>
#include <cstdlib>

#include "app/commands/command.hpp"

namespace {

using namespace imprimatur::app;

// A new verb is a new file in commands/ and a line here.
constexpr std::array<AddCommand, 18> kCommands{add_keys,    add_sample, add_submit,  add_jobs,      add_watch,
                                               add_station, add_stock,  add_log,     add_card,      add_chip,
                                               add_face,    add_report, add_states,  add_statement, add_sign,
                                               add_shift,   add_backup, add_messages};

std::string environment_or(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App parser{"imprimatur: issue identity cards, and show what was done", "imprimatur"};
  parser.require_subcommand(1);
  CommandContext context;
  context.socket = environment_or("IMPRIMATUR_SOCKET", "/run/imprimatur/imprimatur.sock");
  context.templates = environment_or("IMPRIMATUR_TEMPLATES", IMPRIMATUR_DEFAULT_TEMPLATES);
  context.fonts = environment_or("IMPRIMATUR_FONTS", IMPRIMATUR_DEFAULT_FONTS);
  parser.add_option("--socket", context.socket, "The daemon's socket")->capture_default_str();
  parser.add_option("--templates", context.templates, "Folder of products, profiles and faces");
  parser.add_option("--fonts", context.fonts, "Folder of the built fonts");
  parser.add_flag("--json", context.json, "Answer for machines");
  parser.fallthrough();
  for (const AddCommand add : kCommands) add(parser, context);
  try {
    parser.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = parser.exit(error);
    return code == 0 ? kExitYes : kExitUsage;
  }
  return context.run ? context.run() : kExitUsage;
}
