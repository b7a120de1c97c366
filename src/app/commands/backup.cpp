// imprimatur backup FILE, restore FILE: copies of a station's ledger.
#include <cstdio>

#include "app/commands/command.hpp"
#include "ledger/backup.hpp"

namespace imprimatur::app {
namespace {

using Copy = Result<ledger::BackupReport> (*)(const std::filesystem::path&, const std::filesystem::path&);

int run_copy(const CommandContext& context, Copy copy, const std::filesystem::path& from,
             const std::filesystem::path& to) {
  const auto report = copy(from, to);
  if (!report) return report_error(context, report.error());
  const auto& [epoch, origin, size] = report.value();
  if (context.json) {
    const json::object answer{{"epoch", epoch}, {"file", to.string()}, {"origin", origin}, {"size", size}};
    std::printf("%s\n", canonical_json(answer).c_str());
  } else {
    std::printf("%s: %llu entries of %s\n", to.c_str(), static_cast<unsigned long long>(size),
                origin.c_str());
  }
  return kExitYes;
}

}  // namespace

void add_backup(CLI::App& app, CommandContext& context) {
  auto* backup =
      app.add_subcommand("backup", "Copy a station's ledger while it works; checked, for its owner only");
  auto ledger = std::make_shared<std::filesystem::path>();
  auto file = std::make_shared<std::filesystem::path>();
  backup->add_option("FILE", *file, "The copy; must not be there")->required();
  backup->add_option("--ledger", *ledger, "ledger.sqlite of the station")
      ->required()
      ->check(CLI::ExistingFile);
  backup->callback([&context, ledger, file] {
    context.run = [&context, ledger, file] { return run_copy(context, ledger::back_up, *ledger, *file); };
  });

  auto* restore = app.add_subcommand("restore", "Put a copy back where no ledger is; the station is stopped");
  auto to = std::make_shared<std::filesystem::path>();
  auto copy = std::make_shared<std::filesystem::path>();
  restore->add_option("FILE", *copy, "The copy")->required()->check(CLI::ExistingFile);
  restore->add_option("--ledger", *to, "Where ledger.sqlite of the station goes")->required();
  restore->callback([&context, to, copy] {
    context.run = [&context, to, copy] { return run_copy(context, ledger::restore, *copy, *to); };
  });
}

}  // namespace imprimatur::app
