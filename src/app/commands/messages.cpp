// imprimatur messages: what the daemon can write into the technical log, and what to do about it.
#include <cstdio>

#include "app/commands/command.hpp"
#include "app/message_list.hpp"

namespace imprimatur::app {
namespace {

const char* word_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "";
}

int run_messages(const CommandContext& context) {
  for (const LogMessage* message : all_messages()) {
    const std::string id(message->id);
    const std::string meaning(message->meaning);
    const std::string remedy(message->remedy);
    if (context.json) {
      const json::object object{{"id", id},
                                {"level", word_of(message->level)},
                                {"meaning", meaning},
                                {"message_id", journald_message_id(id)},
                                {"remedy", remedy}};
      std::printf("%s\n", canonical_json(object).c_str());
      continue;
    }
    std::printf("%s (%s)\n  %s\n", id.c_str(), word_of(message->level), meaning.c_str());
    if (!remedy.empty()) std::printf("  do: %s\n", remedy.c_str());
  }
  return kExitYes;
}

}  // namespace

void add_messages(CLI::App& app, CommandContext& context) {
  auto* verb = app.add_subcommand("messages", "Every message of the daemon's log, and what to do about it");
  verb->callback([&context] { context.run = [&context] { return run_messages(context); }; });
}

}  // namespace imprimatur::app
