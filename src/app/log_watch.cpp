#include "app/log_watch.hpp"

#include "app/messages.hpp"

namespace imprimatur::app {
namespace {

constexpr std::size_t kBundlesAtOnce = 16;  // some milliseconds: the end of the daemon waits no longer

}  // namespace

LogWatch::LogWatch(Parts parts) : parts_(std::move(parts)) {
  if (parts_.check) thread_ = std::thread([this] { work(); });
}

LogWatch::~LogWatch() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

// A disk that cannot be read or written says nothing about the ledger.
void LogWatch::tell(const Error& error) {
  const bool differs = error.code == "audit.forked" || error.code == "audit.journal";
  parts_.log.write(differs ? message::kLogDiffers : message::kLogNotChecked,
                   {{"code", error.code}, {"cause", error.message}});
  if (differs) parts_.on_difference(error);
}

void LogWatch::work() {
  bool done = false;
  while (!done && !stopping_) {
    const auto looked = parts_.check->go_on(kBundlesAtOnce);
    if (!looked) return tell(looked.error());
    done = looked.value();
  }
  if (const std::size_t files = parts_.check->files_rebuilt(); files > 0) {
    parts_.log.write(message::kLogRebuilt, {{"files", std::to_string(files)}});
  }
}

}  // namespace imprimatur::app
