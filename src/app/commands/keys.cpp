// imprimatur keys init --test DIR: throw-away keys for a bench.
#include <cstdio>

#include "app/commands/command.hpp"
#include "keys/ceremony.hpp"

namespace imprimatur::app {

void add_keys(CLI::App& app, CommandContext& context) {
  auto* keys = app.add_subcommand("keys", "Key ceremonies");
  keys->require_subcommand(1);
  auto* init = keys->add_subcommand("init", "Make the keys of a bench");
  auto folder = std::make_shared<std::filesystem::path>();
  init->add_option("--test", *folder, "Folder for throw-away keys; must not have any yet")->required();
  init->callback([&context, folder] {
    context.run = [&context, folder] {
      keys::TestKeyOptions options;
      options.templates = context.templates;
      if (auto made = keys::init_test_keys(*folder, options); !made)
        return report_error(context, made.error());
      if (!context.json) std::printf("test keys in %s: never for real cards\n", folder->c_str());
      return kExitYes;
    };
  });
}

}  // namespace imprimatur::app
