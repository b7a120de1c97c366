// imprimatur jobs, job ID, hold/release/cancel ID.
#include <cstdio>

#include "app/client.hpp"
#include "app/commands/command.hpp"

namespace imprimatur::app {
namespace {

constexpr int kPageSize = 500;
constexpr int kPagesMax = 2000;  // a million jobs; more want a filter

std::string text_of_member(const json::object& object, std::string_view name) {
  auto text = member_text_or(object, name, "");
  return text ? std::move(text).value() : std::string();
}

void print_row(const json::value& job) {
  if (!job.is_object()) return;
  const auto& object = job.get_object();
  std::printf("%-36s  %-11s  %-12s  %-10s  %s\n", text_of_member(object, "id").c_str(),
              text_of_member(object, "state").c_str(), text_of_member(object, "product").c_str(),
              text_of_member(object, "blank").c_str(), text_of_member(object, "unit").c_str());
}

int run_list(const CommandContext& context, const std::string& state) {
  auto client = Client::connect(context.socket);
  if (!client) return report_error(context, client.error());
  if (!context.json) {
    std::printf("%-36s  %-11s  %-12s  %-10s  %s\n", "job", "state", "product", "blank", "unit");
  }
  std::int64_t after = 0;
  for (int page = 0; page < kPagesMax; ++page) {
    std::string target = "/v1/jobs?limit=" + std::to_string(kPageSize) + "&after=" + std::to_string(after);
    if (!state.empty()) target += "&state=" + state;
    auto answer = client.value()->call("GET", target);
    if (!answer) return report_error(context, answer.error());
    auto jobs = member_array(answer.value().as_object(), "jobs");
    if (!jobs) return report_error(context, jobs.error());
    for (const auto& job : *jobs.value()) {
      if (context.json) {
        std::printf("%s\n", canonical_json(job).c_str());
      } else {
        print_row(job);
      }
    }
    auto next = member_int(answer.value().as_object(), "next");
    if (!next) break;  // the last page
    after = next.value();
  }
  return kExitYes;
}

void add_job_verb(CLI::App& app, CommandContext& context, const std::string& name, const std::string& help,
                  const std::string& method, const std::string& suffix) {
  auto* verb = app.add_subcommand(name, help);
  auto id = std::make_shared<std::string>();
  verb->add_option("ID", *id, "Job")->required();
  verb->callback([&context, id, method, suffix] {
    context.run = [&context, id, method, suffix] {
      return call_and_print(context, method, "/v1/jobs/" + *id + suffix);
    };
  });
}

}  // namespace

void add_jobs(CLI::App& app, CommandContext& context) {
  auto* list = app.add_subcommand("jobs", "List the jobs of the station");
  auto state = std::make_shared<std::string>();
  list->add_option("--state", *state, "Only those in this state");
  list->callback(
      [&context, state] { context.run = [&context, state] { return run_list(context, *state); }; });
  add_job_verb(app, context, "job", "Show one job with its attempts", "GET", "");
  add_job_verb(app, context, "hold", "Keep a job back", "POST", "/hold");
  add_job_verb(app, context, "release", "Let a held job go on", "POST", "/release");
  add_job_verb(app, context, "cancel", "Cancel a job that has not begun", "POST", "/cancel");
  add_job_verb(app, context, "deliver", "Note that a job's card was handed over", "POST", "/deliver");
}

}  // namespace imprimatur::app
