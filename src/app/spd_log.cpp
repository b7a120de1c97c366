#include "app/spd_log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace imprimatur::app {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

SpdLog::SpdLog(LogLevel lowest)
    : logger_(
          std::make_shared<spdlog::logger>("imprimatur", std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
  logger_->set_level(level_of(lowest));
  logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger_->flush_on(spdlog::level::info);
}

SpdLog::~SpdLog() = default;

void SpdLog::write(const LogMessage& message, std::initializer_list<LogField> fields) {
  if (!logger_->should_log(level_of(message.level))) return;
  std::string line = std::string(message.id) + " " + std::string(message.meaning);
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    line += " " + std::string(name) + "=" + value;
  }
  if (!message.remedy.empty()) line += " | " + std::string(message.remedy);
  logger_->log(level_of(message.level), "{}", line);
}

}  // namespace imprimatur::app
