// The certificates of the TCP port while the daemon runs: read again when their files change, or when a
// person asks (SIGHUP). What is read is journalled before it is in force; what cannot be used is logged, and
// changes nothing.
#pragma once

#include <chrono>
#include <mutex>

#include "api/server.hpp"
#include "app/file_watch.hpp"
#include "app/station_loop.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "ledger/ledger.hpp"

namespace imprimatur::app {

class Certificates {
 public:
  struct Parts {
    api::Server& server;
    StationLoop& loop;
    ledger::Ledger& ledger;  // touched in the loop's turns only
    const Clock& clock;
    Log& log;
    FileWatch files;                     // made before the server has read them
    std::chrono::milliseconds interval;  // between two looks at the files; 0: none
  };
  explicit Certificates(Parts parts) : parts_(std::move(parts)) {}

  // Any thread but the loop's. `cause` is for the journal: "asked", "files".
  void reload(std::string_view cause);

  // The housekeeper's, often: looks at the files when it is time.
  void look();

 private:
  Status journal(const api::CertificatesRead& read, std::string_view cause);

  Parts parts_;
  std::mutex reloading_;
  SteadyTime next_look_{};
};

// The files that a TCP port reads.
std::vector<std::filesystem::path> files_of(const std::optional<api::TcpOptions>& tcp);

}  // namespace imprimatur::app
