// imprimatur watch: the batch as it goes: a bar, the rate, and what each device is doing.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "app/client.hpp"
#include "app/commands/command.hpp"

namespace imprimatur::app {
namespace {

constexpr int kBarWidth = 40;

struct WatchOptions {
  bool until_done = false;
  std::int64_t expect = 0;  // jobs that must have ended before --until-done is content
};

std::int64_t count_of(const json::object& counts, std::string_view name) {
  auto count = member_int(counts, name);
  return count ? count.value() : 0;
}

// What the screen shows, from one progress message.
struct Picture {
  std::int64_t issued = 0, failed = 0, doubt = 0, waiting = 0, working = 0, spoiled = 0;
  double cards_per_hour = 0;
  std::vector<std::string> devices;

  std::int64_t ended() const { return issued + failed + doubt; }
  std::int64_t total() const { return ended() + waiting + working; }
};

Picture picture_of(const json::object& data) {
  Picture picture;
  if (auto jobs = member_object(data, "jobs")) {
    const json::object& counts = *jobs.value();
    // Issued is issued, whatever became of the card afterwards.
    for (const char* state : {"issued", "delivered", "recalled", "destroyed", "missing"})
      picture.issued += count_of(counts, state);
    picture.failed = count_of(counts, "failed");
    picture.doubt = count_of(counts, "in_doubt");
    picture.waiting = count_of(counts, "ready") + count_of(counts, "held");
    picture.working = count_of(counts, "claimed") + count_of(counts, "in_progress");
  }
  picture.spoiled = count_of(data, "spoiled");
  picture.cards_per_hour = static_cast<double>(count_of(data, "cards_per_hour"));
  auto devices = member_array(data, "devices");
  if (!devices) return picture;
  for (const auto& device : *devices.value()) {
    if (!device.is_object()) continue;
    const auto& object = device.get_object();
    char line[128];
    std::snprintf(line, sizeof line, "  %-12s %-20s %s", member_text_or(object, "name", "?").value().c_str(),
                  member_text_or(object, "doing", "").value().c_str(),
                  member_text_or(object, "blank", "").value().c_str());
    picture.devices.emplace_back(line);
  }
  return picture;
}

// Redraws in place on a terminal; one line a change elsewhere.
class Screen {
 public:
  void draw(const Picture& picture) {
    if (!terminal_) {
      if (picture.ended() == last_ended_) return;
      last_ended_ = picture.ended();
      std::printf("%lld of %lld ended, %.0f cards an hour\n", static_cast<long long>(picture.ended()),
                  static_cast<long long>(picture.total()), picture.cards_per_hour);
      std::fflush(stdout);
      return;
    }
    if (lines_ > 0) std::printf("\033[%dA", lines_);
    const std::int64_t total = std::max<std::int64_t>(picture.total(), 1);
    const int filled = static_cast<int>(picture.ended() * kBarWidth / total);
    std::string bar;
    for (int i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "░";
    std::printf("\033[K%s %lld/%lld  %.0f cards/h\n", bar.c_str(), static_cast<long long>(picture.ended()),
                static_cast<long long>(picture.total()), picture.cards_per_hour);
    std::printf(
        "\033[K  issued %lld   working %lld   waiting %lld   in doubt %lld   failed %lld   blanks spoiled "
        "%lld\n",
        static_cast<long long>(picture.issued), static_cast<long long>(picture.working),
        static_cast<long long>(picture.waiting), static_cast<long long>(picture.doubt),
        static_cast<long long>(picture.failed), static_cast<long long>(picture.spoiled));
    for (const auto& device : picture.devices) std::printf("\033[K%s\n", device.c_str());
    lines_ = 2 + static_cast<int>(picture.devices.size());
    std::fflush(stdout);
  }

 private:
  bool terminal_ = ::isatty(STDOUT_FILENO) != 0;
  int lines_ = 0;
  std::int64_t last_ended_ = -1;
};

int run_watch(const CommandContext& context, const WatchOptions& options) {
  auto client = Client::connect(context.socket);
  if (!client) return report_error(context, client.error());
  Screen screen;
  bool done = false;
  api::Subscribe subscribe;
  subscribe.progress = true;
  subscribe.credit = api::kCreditMax;
  auto followed = client.value()->follow(subscribe, [&](const json::object& event, std::string_view message) {
    if (context.json) {
      std::printf("%.*s\n", static_cast<int>(message.size()), message.data());
      std::fflush(stdout);
    }
    if (member_text_or(event, "type", "").value() != "org.imprimatur.progress.v1") return true;
    auto data = member_object(event, "data");
    if (!data) return true;
    const Picture picture = picture_of(*data.value());
    if (!context.json) screen.draw(picture);
    done = picture.working == 0 && picture.waiting == 0 && picture.ended() >= options.expect;
    return !(options.until_done && done);
  });
  if (!followed) return report_error(context, followed.error());
  return options.until_done && !done ? kExitUnclear : kExitYes;
}

}  // namespace

void add_watch(CLI::App& app, CommandContext& context) {
  auto* verb = app.add_subcommand("watch", "Follow the batch: a bar, the rate, what each device does");
  auto options = std::make_shared<WatchOptions>();
  verb->add_flag("--until-done", options->until_done, "End when no job waits or is being made");
  verb->add_option("--expect", options->expect, "With --until-done: at least so many jobs must have ended");
  verb->callback(
      [&context, options] { context.run = [&context, options] { return run_watch(context, *options); }; });
}

}  // namespace imprimatur::app
