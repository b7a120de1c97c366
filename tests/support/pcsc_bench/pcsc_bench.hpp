// A bench for tests: a `virtual-card` process with blanks, and a real pcscd that loads the virtual reader
// driver, in a temporary folder with a short path. Both end with the object. Sets PCSCLITE_CSOCK_NAME, so
// libpcsclite of this process talks to it: one bench at a time, and before the first PC/SC call.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace imprimatur::testing {

class ChildProcess {
 public:
  // Starts a program; its output goes to `log`. Ends with this process.
  static Result<ChildProcess> start(const std::vector<std::string>& command,
                                    const std::filesystem::path& log);
  ChildProcess() = default;
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess() { stop(); }

  bool running();
  void stop();  // SIGTERM, after two seconds SIGKILL; waits for the end
  void kill();  // SIGKILL; waits for the end
  pid_t id() const { return id_; }

 private:
  void wait_for_end();
  pid_t id_ = -1;
};

struct PcscBenchSettings {
  int readers = 2;
  int printers = 1;
  std::vector<std::string> classes = {"vn-citizen=4", "utopia-id=2"};
  std::string transport_master = "404142434445464748494A4B4C4D4E4F";  // hex
  std::vector<std::string> more_options = {};                         // of virtual-card
  bool with_cards_at_start = true;                                    // false: call start_cards() later
};

class PcscBench {
 public:
  // Waits until both answer, at most ten seconds. Errors bench.start, with the end of the log.
  static Result<std::unique_ptr<PcscBench>> start(PcscBenchSettings settings = {});
  ~PcscBench();

  // "Imprimatur Virtual Reader 1 00 00", from 1: pcscd adds its own count of readers and the slot.
  static std::string reader_name(int reader);
  std::filesystem::path folder() const { return folder_; }
  std::filesystem::path control_socket() const { return folder_ / "s" / "control.sock"; }
  std::filesystem::path receipt() const { return folder_ / "receipt.csv"; }

  // One line of the control socket: the first line of the answer.
  std::string control(const std::string& line);

  Status start_cards();
  void stop_cards() { cards_.stop(); }
  void kill_cards() { cards_.kill(); }
  Status start_pcscd();
  void kill_pcscd();

 private:
  explicit PcscBench(PcscBenchSettings settings) : settings_(std::move(settings)) {}
  Status prepare();
  Status wait_for(const std::filesystem::path& socket, ChildProcess& process, const std::string& log) const;

  PcscBenchSettings settings_;
  std::filesystem::path folder_;
  ChildProcess cards_;
  ChildProcess pcscd_;
};

}  // namespace imprimatur::testing
