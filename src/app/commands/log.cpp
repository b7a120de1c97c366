// imprimatur log verify|prove: the audit log, without trusting the station.
#include <cstdio>

#include "app/commands/command.hpp"
#include "audit/verify.hpp"
#include "base/files.hpp"

namespace imprimatur::app {
namespace {

struct VerifyOptions {
  std::filesystem::path folder;
  std::filesystem::path key;
  std::filesystem::path since;
};

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

Result<audit::LogVerdict> verify(const VerifyOptions& options) {
  TRY(auto key, read_text_file(options.key, 4096));
  std::optional<std::string> since;
  if (!options.since.empty()) {
    TRY(auto note, read_text_file(options.since, 1U << 20));
    since = std::move(note);
  }
  return audit::verify_log(options.folder, trimmed(key), since);
}

int run_verify(const CommandContext& context, const VerifyOptions& options) {
  auto verdict = verify(options);
  if (!verdict) return report_error(context, verdict.error());
  const auto& log = verdict.value();
  if (context.json) {
    json::array problems;
    for (const auto& problem : log.problems) problems.emplace_back(problem);
    json::object types;
    for (const auto& [type, count] : log.entries_by_type) types[type] = count;
    std::printf("%s\n", canonical_json(json::object{{"entries", log.size},
                                                    {"holds", log.holds()},
                                                    {"problems", std::move(problems)},
                                                    {"root", log.root_hex},
                                                    {"types", std::move(types)}})
                            .c_str());
  } else {
    for (const auto& problem : log.problems) std::printf("  %s\n", problem.c_str());
    std::printf("%s: %llu entries, root %s\n", log.holds() ? "the log holds" : "the log does NOT hold",
                static_cast<unsigned long long>(log.size), log.root_hex.c_str());
  }
  return log.holds() ? kExitYes : kExitNo;
}

int run_prove(const CommandContext& context, const std::filesystem::path& folder,
              const std::filesystem::path& event) {
  auto bytes = read_text_file(event, 1U << 20);
  if (!bytes) return report_error(context, bytes.error());
  auto proof = audit::prove_entry(folder, trimmed(bytes.value()));
  if (!proof) return report_error(context, proof.error());
  std::printf("%s", proof.value().c_str());
  return kExitYes;
}

}  // namespace

void add_log(CLI::App& app, CommandContext& context) {
  auto* log = app.add_subcommand("log", "Verify the audit log, or prove that an event is in it");
  log->require_subcommand(1);
  auto options = std::make_shared<VerifyOptions>();
  auto* verify_verb = log->add_subcommand("verify", "Does the log hold?");
  verify_verb->add_option("DIR", options->folder, "Folder of the log")
      ->required()
      ->check(CLI::ExistingDirectory);
  verify_verb->add_option("--key", options->key, "Verifier key (vkey file)")
      ->required()
      ->check(CLI::ExistingFile);
  verify_verb->add_option("--since", options->since, "An older checkpoint that it must have grown from")
      ->check(CLI::ExistingFile);
  verify_verb->callback(
      [&context, options] { context.run = [&context, options] { return run_verify(context, *options); }; });

  auto folder = std::make_shared<std::filesystem::path>();
  auto event = std::make_shared<std::filesystem::path>();
  auto* prove = log->add_subcommand("prove", "A proof that a status message is in the log");
  prove->add_option("DIR", *folder, "Folder of the log")->required()->check(CLI::ExistingDirectory);
  prove->add_option("--event", *event, "File with the message's bytes")->required()->check(CLI::ExistingFile);
  prove->callback([&context, folder, event] {
    context.run = [&context, folder, event] { return run_prove(context, *folder, *event); };
  });
}

}  // namespace imprimatur::app
