// imprimatur submit FILE…: hands envelopes to the daemon. A file that was taken before is no error: the job's
// id makes it idempotent.
#include <cstdio>

#include "app/client.hpp"
#include "app/commands/command.hpp"
#include "base/files.hpp"

namespace imprimatur::app {
namespace {

struct Tally {
  int taken = 0;
  int already = 0;
  int refused = 0;
  json::array answers;
};

// Adds what the daemon said about one file. An error only when the daemon can no longer be asked.
Status submit_file(Client& client, const CommandContext& context, const std::string& path, Tally& tally) {
  TRY(auto text, read_text_file(path));
  TRY(auto answer, client.request("POST", "/v1/jobs", text));
  auto body = parse_json_object(answer.body);
  if (!body) return body.error();
  const std::string state = member_text_or(body.value(), "state", "").value();
  if (answer.status >= 300 || state == "refused") {
    ++tally.refused;
    if (!context.json) std::fprintf(stderr, "%s: %s", path.c_str(), pretty_json(body.value()).c_str());
  } else if (answer.status == 200) {
    ++tally.already;
  } else {
    ++tally.taken;
  }
  body.value()["file"] = path;
  tally.answers.push_back(std::move(body).value());
  return ok();
}

int run_submit(const CommandContext& context, const std::vector<std::string>& files) {
  auto client = Client::connect(context.socket);
  if (!client) return report_error(context, client.error());
  Tally tally;
  for (const std::string& file : files) {
    if (auto submitted = submit_file(*client.value(), context, file, tally); !submitted) {
      return report_error(context, submitted.error());
    }
  }
  if (context.json) {
    std::printf("%s\n", canonical_json(tally.answers).c_str());
  } else {
    std::printf("%d taken, %d here already, %d refused\n", tally.taken, tally.already, tally.refused);
  }
  return tally.refused == 0 ? kExitYes : kExitNo;
}

}  // namespace

void add_submit(CLI::App& app, CommandContext& context) {
  auto* verb = app.add_subcommand("submit", "Hand approved jobs (envelope files) to the station");
  auto files = std::make_shared<std::vector<std::string>>();
  verb->add_option("FILE", *files, "Envelopes")->required()->check(CLI::ExistingFile);
  verb->callback(
      [&context, files] { context.run = [&context, files] { return run_submit(context, *files); }; });
}

}  // namespace imprimatur::app
