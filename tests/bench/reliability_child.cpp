#include "bench/reliability_child.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>

#include "base/json.hpp"

namespace imprimatur::bench {
namespace {

struct Child {
  pid_t pid = 0;
  int from = -1;
};

Result<Numbers> parse_numbers(const std::string& text) {
  TRY(auto object, parse_json_object(text));
  Numbers numbers;
  for (const auto& member : object) {
    if (!member.value().is_number()) return fail("bench.child", "an answer is not a number", text);
    numbers[std::string(member.key())] = member.value().to_number<double>();
  }
  return numbers;
}

// Ends the process.
[[noreturn]] void be_child(const std::function<Result<Numbers>()>& work, int to) {
  const auto numbers = work();
  std::string text = "{";
  if (numbers) {
    for (const auto& [name, number] : numbers.value()) {
      std::array<char, 96> member{};
      std::snprintf(member.data(), member.size(), "%s\"%s\":%.9e", text.size() > 1 ? "," : "", name.c_str(),
                    number);
      text += member.data();
    }
  } else {
    std::fprintf(stderr, "%s: %s\n", numbers.error().code.c_str(), numbers.error().message.c_str());
  }
  text += "}";
  const bool told = ::write(to, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::_exit(numbers && told ? 0 : 1);
}

std::string read_all(int from) {
  std::string text;
  std::array<char, 4096> part{};
  for (ssize_t size = 1; size > 0;) {
    size = ::read(from, part.data(), part.size());
    if (size > 0) text.append(part.data(), static_cast<std::size_t>(size));
  }
  ::close(from);
  return text;
}

double status_mb(const std::string& name) {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with(name)) return std::stod(line.substr(name.size())) / 1024;
  }
  return 0;
}

}  // namespace

Result<std::vector<Numbers>> run_children(const std::vector<std::function<Result<Numbers>()>>& works) {
  std::vector<Child> children;
  for (const auto& work : works) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return fail("bench.child", "no pipe");
    std::fflush(nullptr);
    const pid_t pid = ::fork();
    if (pid < 0) return fail("bench.child", "no process");
    if (pid == 0) {
      ::close(ends[0]);
      be_child(work, ends[1]);
    }
    ::close(ends[1]);
    children.push_back({pid, ends[0]});
  }
  std::vector<Numbers> answers;
  Status outcome = ok();
  for (const Child& child : children) {
    const std::string text = read_all(child.from);
    int status = 0;
    ::waitpid(child.pid, &status, 0);
    auto numbers = parse_numbers(text);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !numbers) {
      outcome = fail("bench.child", "a part of the bench failed");
    } else {
      answers.push_back(std::move(numbers).value());
    }
  }
  TRY_STATUS(outcome);
  return answers;
}

Result<Numbers> numbers_of_command(const std::string& command) {
  std::FILE* output = ::popen(command.c_str(), "r");
  if (output == nullptr) return fail("bench.command", "cannot run", command);
  std::string text;
  std::array<char, 4096> part{};
  while (std::fgets(part.data(), part.size(), output) != nullptr) {
    if (part[0] == '{') text = part.data();
  }
  const int status = ::pclose(output);
  if (!WIFEXITED(status) || WEXITSTATUS(status) > 1 || text.empty()) {
    return fail("bench.command", "the command failed", command);
  }
  return parse_numbers(text);
}

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double seconds_since(double began) {
  return now_s() - began;
}

double resident_mb() {
  return status_mb("VmRSS:");
}

double resident_mb_most() {
  return status_mb("VmHWM:");
}

}  // namespace imprimatur::bench
