#include "tests/ipp/child_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/check.hpp"

extern char** environ;

namespace imprimatur::tests {
namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  return out;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment) {
  std::vector<char*> argument_list = pointers_to(arguments);
  argument_list.push_back(nullptr);
  std::vector<char*> environment_list = pointers_to(environment);  // first, so that they win
  for (char** one = environ; *one != nullptr; ++one) environment_list.push_back(*one);
  environment_list.push_back(nullptr);
  std::array<int, 2> ends{};
  CHECK(pipe2(ends.data(), O_CLOEXEC) == 0);
  pid_ = fork();
  CHECK(pid_ >= 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    execvpe(argument_list[0], argument_list.data(), environment_list.data());
    _exit(127);
  }
  close(ends[1]);
  output_pipe_ = ends[0];
}

ChildProcess::~ChildProcess() {
  if (!reaped_) {
    kill(pid_, SIGKILL);
    reap();
  }
  close(output_pipe_);
}

void ChildProcess::signal(int number) const {
  if (!reaped_) kill(pid_, number);
}

int ChildProcess::reap() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// False at the end of the output or of the time.
bool ChildProcess::read_some(std::chrono::steady_clock::time_point until) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
  pollfd wait{.fd = output_pipe_, .events = POLLIN, .revents = 0};
  if (left <= 0 || poll(&wait, 1, static_cast<int>(left)) <= 0) return false;
  std::array<char, 4'096> buffer;
  const ssize_t count = read(output_pipe_, buffer.data(), buffer.size());
  if (count > 0) output_.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

bool ChildProcess::wait_for_output(const std::string& text, std::chrono::milliseconds time_max) {
  const auto until = std::chrono::steady_clock::now() + time_max;
  while (output_.find(text) == std::string::npos) {
    if (!read_some(until)) return false;
  }
  return true;
}

int ChildProcess::wait_for_exit(std::chrono::milliseconds time_max) {
  const auto until = std::chrono::steady_clock::now() + time_max;
  while (read_some(until)) {
  }
  if (std::chrono::steady_clock::now() >= until) return -1;
  return reap();
}

int free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  CHECK(bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0);
  CHECK(getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  close(probe);
  return ntohs(address.sin_port);
}

}  // namespace imprimatur::tests
