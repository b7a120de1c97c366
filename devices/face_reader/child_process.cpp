#include "devices/face_reader/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

extern "C" {  // glibc 2.36 says so itself for no C++ compiler
#include <sys/pidfd.h>
}

#include "base/check.hpp"

namespace imprimatur::devices {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

// Starts the program with `output` as its standard output, in a process group of its own. -1 when it cannot
// be started.
pid_t start(std::vector<std::string>& arguments, int output) {
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  std::string path = "PATH=/usr/local/bin:/usr/bin:/bin", language = "LC_ALL=C.UTF-8";
  std::array<char*, 3> surroundings{path.data(), language.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (posix_spawn_file_actions_init(&actions) != 0) return -1;
  if (posix_spawnattr_init(&attributes) != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return -1;
  }
  bool good = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
              posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) == 0 &&
              posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0 &&
              posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK) == 0 &&
              posix_spawnattr_setpgroup(&attributes, 0) == 0;
  sigset_t none;
  sigemptyset(&none);
  good = good && posix_spawnattr_setsigmask(&attributes, &none) == 0;
  pid_t pid = -1;
  if (good && posix_spawnp(&pid, words[0], &actions, &attributes, words.data(), surroundings.data()) != 0) {
    pid = -1;
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

// Waits until there is something to read, or the process behind a pidfd has ended. False: it is too late.
bool wait_for(int descriptor, SteadyTime deadline, const Clock& clock) {
  for (;;) {  // again after a signal, until the deadline
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock.steady());
    if (left.count() <= 0) return false;
    pollfd wait{descriptor, POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(left.count())) > 0) return true;
  }
}

enum class Ended { by_itself, too_much, too_late };

// Takes the output to its end and waits for the process.
Ended collect(pid_t pid, int from, Bytes& output, std::size_t bytes_max, SteadyTime deadline,
              const Clock& clock) {
  std::array<std::uint8_t, 65536> part{};
  for (;;) {  // ends by its time, its output's size, or its output's end
    if (!wait_for(from, deadline, clock)) return Ended::too_late;
    const ssize_t size = ::read(from, part.data(), part.size());
    if (size <= 0) break;
    if (output.size() + static_cast<std::size_t>(size) > bytes_max) return Ended::too_much;
    output.insert(output.end(), part.begin(), part.begin() + size);
  }
  const Descriptor process(::pidfd_open(pid, 0));
  const bool ended = process.get() >= 0 && wait_for(process.get(), deadline, clock);
  return ended ? Ended::by_itself : Ended::too_late;
}

}  // namespace

Result<Bytes> run_child(std::vector<std::string> arguments, ChildLimits limits, const Clock& clock) {
  CHECK(!arguments.empty());
  const std::string program = arguments.front();
  const auto failed = [&program](const std::string& what) {
    return fail("face_reader.command", "the program " + what, program,
                "Run it by hand with the same arguments; see line.face_reader in the configuration.");
  };
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return failed("got no pipe");
  Descriptor from(ends[0]), to(ends[1]);
  const pid_t pid = start(arguments, to.get());
  to.close();
  if (pid < 0) return failed("cannot be started");
  Bytes output;
  const SteadyTime deadline =
      clock.steady() + std::chrono::duration_cast<std::chrono::microseconds>(limits.time);
  const Ended ended = collect(pid, from.get(), output, limits.output_bytes, deadline, clock);
  ::kill(-pid, SIGKILL);  // and what it has left running; it is not waited for yet, so the number is its own
  int status = 0;
  if (::waitpid(pid, &status, 0) != pid) return failed("was lost");
  if (ended == Ended::too_late) return failed("took too long");
  if (ended == Ended::too_much) return failed("wrote more than an image may have");
  if (!WIFEXITED(status)) return failed("was stopped by a signal");
  if (WEXITSTATUS(status) != 0) return failed("failed with exit code " + std::to_string(WEXITSTATUS(status)));
  return output;
}

}  // namespace imprimatur::devices
