// The technical log on spdlog: one line a message to standard error, as `time level ID meaning key=value…`.
#pragma once

#include <memory>

#include "base/log.hpp"

namespace spdlog {
class logger;
}

namespace imprimatur::app {

class SpdLog final : public Log {
 public:
  // Lines below `lowest` are left out.
  explicit SpdLog(LogLevel lowest);
  ~SpdLog() override;
  void write(const LogMessage& message, std::initializer_list<LogField> fields) override;

 private:
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace imprimatur::app
