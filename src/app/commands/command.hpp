// The verbs of `imprimatur`. Each verb is a file in this folder that adds itself to the parser; what it does
// runs after parsing and answers the exit code: 0 done or yes, 1 no, 2 usage, 3 can't tell (design section
// 12).
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "base/json.hpp"

namespace imprimatur::app {

inline constexpr int kExitYes = 0;
inline constexpr int kExitNo = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitUnclear = 3;

// What all verbs share. Outlives parsing; `run` is set by the verb that was chosen.
struct CommandContext {
  std::filesystem::path socket;  // of the daemon
  std::filesystem::path templates;
  std::filesystem::path fonts;
  bool json = false;
  std::function<int()> run;
};

using AddCommand = void (*)(CLI::App& app, CommandContext& context);

void add_keys(CLI::App& app, CommandContext& context);
void add_sample(CLI::App& app, CommandContext& context);
void add_submit(CLI::App& app, CommandContext& context);
void add_jobs(CLI::App& app, CommandContext& context);
void add_watch(CLI::App& app, CommandContext& context);
void add_station(CLI::App& app, CommandContext& context);
void add_stock(CLI::App& app, CommandContext& context);
void add_log(CLI::App& app, CommandContext& context);
void add_card(CLI::App& app, CommandContext& context);
void add_chip(CLI::App& app, CommandContext& context);
void add_face(CLI::App& app, CommandContext& context);
void add_report(CLI::App& app, CommandContext& context);
void add_messages(CLI::App& app, CommandContext& context);
void add_states(CLI::App& app, CommandContext& context);
void add_statement(CLI::App& app, CommandContext& context);
void add_sign(CLI::App& app, CommandContext& context);
void add_shift(CLI::App& app, CommandContext& context);
void add_backup(CLI::App& app, CommandContext& context);

// Prints an error for people (code, sentence, field, remedy), or as JSON; answers kExitNo, or kExitUnclear
// when the thing may have happened.
int report_error(const CommandContext& context, const Error& error);

// One request to the daemon, its JSON printed. For verbs that only pass on.
int call_and_print(const CommandContext& context, const std::string& method, const std::string& target,
                   const std::string& body = {});

}  // namespace imprimatur::app
