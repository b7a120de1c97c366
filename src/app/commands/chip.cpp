// imprimatur chip check PROFILE: is a chip profile sound?
#include <cstdio>

#include "app/commands/command.hpp"
#include "base/encoding.hpp"
#include "chip/profile.hpp"

namespace imprimatur::app {
namespace {

int run_check(const CommandContext& context, const std::string& name) {
  auto profile = chip::load_profile(context.templates / "chips", name);
  if (!profile) return report_error(context, profile.error());
  const std::string hash = to_hex_lower(profile.value().hash);
  if (context.json) {
    std::printf("%s\n",
                canonical_json(json::object{{"hash", hash}, {"holds", true}, {"profile", name}}).c_str());
  } else {
    std::printf("%s holds: %zu files, hash %s\n", name.c_str(), profile.value().files.size(), hash.c_str());
  }
  return kExitYes;
}

}  // namespace

void add_chip(CLI::App& app, CommandContext& context) {
  auto* chip = app.add_subcommand("chip", "Check a chip profile");
  chip->require_subcommand(1);
  auto* check = chip->add_subcommand("check", "Is the profile sound?");
  auto name = std::make_shared<std::string>();
  check->add_option("PROFILE", *name, "Name, as in templates/chips")->required();
  check->callback([&context, name] { context.run = [&context, name] { return run_check(context, *name); }; });
}

}  // namespace imprimatur::app
