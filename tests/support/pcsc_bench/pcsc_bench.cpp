#include "support/pcsc_bench/pcsc_bench.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>

#include "base/files.hpp"

namespace imprimatur::testing {

namespace {

constexpr int kStartPatienceMs = 10'000;
constexpr int kStopPatienceMs = 2'000;

int connect_to(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return descriptor;
  ::close(descriptor);
  return -1;
}

std::string end_of(const std::filesystem::path& log) {
  const auto text = read_text_file(log);
  if (!text) return {};
  return text.value().substr(text.value().size() > 800 ? text.value().size() - 800 : 0);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& command,
                                         const std::filesystem::path& log) {
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ChildProcess child;
  child.id_ = ::fork();
  if (child.id_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(output, 1);
    ::dup2(output, 2);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  ::close(output);
  if (child.id_ < 0) return fail("bench.start", "no process can be made");
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : id_(std::exchange(other.id_, -1)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this != &other) {
    stop();
    id_ = std::exchange(other.id_, -1);
  }
  return *this;
}

bool ChildProcess::running() {
  if (id_ < 0) return false;
  if (::waitpid(id_, nullptr, WNOHANG) == 0) return true;
  id_ = -1;
  return false;
}

void ChildProcess::wait_for_end() {
  ::waitpid(id_, nullptr, 0);
  id_ = -1;
}

void ChildProcess::stop() {
  if (!running()) return;
  const int handle = static_cast<int>(::syscall(SYS_pidfd_open, id_, 0));
  ::kill(id_, SIGTERM);
  pollfd wait{handle, POLLIN, 0};
  if (::poll(&wait, 1, kStopPatienceMs) == 0) ::kill(id_, SIGKILL);
  ::close(handle);
  wait_for_end();
}

void ChildProcess::kill() {
  if (!running()) return;
  ::kill(id_, SIGKILL);
  wait_for_end();
}

std::string PcscBench::reader_name(int reader) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto index = static_cast<std::size_t>(reader - 1);
  return "Imprimatur Virtual Reader " + std::to_string(reader) + " 0" + kDigits.at(index) + " 00";
}

Result<std::unique_ptr<PcscBench>> PcscBench::start(PcscBenchSettings settings) {
  auto bench = std::unique_ptr<PcscBench>(new PcscBench(std::move(settings)));
  TRY_STATUS(bench->prepare());
  if (bench->settings_.with_cards_at_start) {
    TRY_STATUS(bench->start_cards());
  }
  TRY_STATUS(bench->start_pcscd());
  return bench;
}

Status PcscBench::prepare() {
  // libpcsclite reads the socket's name once, so every bench of a process has the same folder.
  folder_ = "/tmp/imprimatur-bench-" + std::to_string(::getpid());
  std::filesystem::remove_all(folder_);
  for (const char* part : {"s", "conf", "run"}) {
    TRY_STATUS(make_folders(folder_ / part));
  }
  TRY_STATUS(write_file(folder_ / "master.hex", bytes_of(settings_.transport_master)));
  std::string readers;
  for (int reader = 1; reader <= settings_.readers; ++reader) {
    const std::string number = std::to_string(reader);
    readers += "FRIENDLYNAME \"Imprimatur Virtual Reader " + number +
               "\"\nDEVICENAME /dev/null:" + (folder_ / "s" / ("reader-" + number + ".sock")).string() +
               "\nLIBPATH " PCSC_BENCH_DRIVER "\nCHANNELID " + number + "\n\n";
  }
  TRY_STATUS(write_file(folder_ / "conf" / "imprimatur", bytes_of(readers)));
  ::setenv("PCSCLITE_CSOCK_NAME", (folder_ / "run" / "pcscd.comm").c_str(), 1);
  return ok();
}

PcscBench::~PcscBench() {
  pcscd_.stop();
  cards_.stop();
  std::error_code none;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, none);
}

Status PcscBench::start_cards() {
  std::vector<std::string> command = {PCSC_BENCH_VIRTUAL_CARD,
                                      "--socket-dir",
                                      (folder_ / "s").string(),
                                      "--state",
                                      (folder_ / "state").string(),
                                      "--transport-master",
                                      (folder_ / "master.hex").string(),
                                      "--receipt",
                                      receipt().string(),
                                      "--readers",
                                      std::to_string(settings_.readers),
                                      "--printers",
                                      std::to_string(settings_.printers)};
  for (const std::string& kind : settings_.classes) {
    command.push_back("--class");
    command.push_back(kind);
  }
  command.insert(command.end(), settings_.more_options.begin(), settings_.more_options.end());
  TRY(cards_, ChildProcess::start(command, folder_ / "cards.log"));
  return wait_for(control_socket(), cards_, "cards.log");
}

Status PcscBench::start_pcscd() {
  TRY(pcscd_, ChildProcess::start({PCSC_BENCH_PCSCD, folder_.string()}, folder_ / "pcscd.log"));
  return wait_for(folder_ / "run" / "pcscd.comm", pcscd_, "pcscd.log");
}

void PcscBench::kill_pcscd() {
  pcscd_.kill();
}

// Looks again whenever something changes in the socket's folder.
Status PcscBench::wait_for(const std::filesystem::path& socket, ChildProcess& process,
                           const std::string& log) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kStartPatienceMs);
  const int watch = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  ::inotify_add_watch(watch, socket.parent_path().c_str(), IN_CREATE | IN_ATTRIB | IN_MOVED_TO);
  bool answers = false;
  while (!answers && process.running() && std::chrono::steady_clock::now() < deadline) {
    const int descriptor = connect_to(socket);
    answers = descriptor >= 0;
    if (answers) {
      ::close(descriptor);
      break;
    }
    constexpr int kLookAgainMs = 20;
    pollfd wait{watch, POLLIN, 0};
    std::array<char, 4096> events;
    if (::poll(&wait, 1, kLookAgainMs) > 0 && ::read(watch, events.data(), events.size()) < 0) continue;
  }
  ::close(watch);
  if (!answers) return fail("bench.start", "a process did not start: " + end_of(folder_ / log));
  return ok();
}

std::string PcscBench::control(const std::string& line) {
  const int descriptor = connect_to(control_socket());
  const std::string text = line + "\n";
  std::string answer;
  if (::send(descriptor, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size())) {
    std::array<char, 4096> buffer;
    while (answer.find('\n') == std::string::npos) {
      const ssize_t count = ::recv(descriptor, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      answer.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  ::close(descriptor);
  return answer.substr(0, answer.find('\n'));
}

}  // namespace imprimatur::testing
