// The technical log as journald keeps it: one record a message, its parts as fields
// (systemd.journal-fields(7)), so that an operator can ask for one kind of message or one device.
#pragma once

#include <string>
#include <vector>

#include "base/log.hpp"

namespace imprimatur::app {

// MESSAGE, MESSAGE_ID, PRIORITY, IMPRIMATUR_MESSAGE, IMPRIMATUR_REMEDY and IMPRIMATUR_<NAME> for each field
// that is not empty, as NAME=value.
std::vector<std::string> journald_fields(const LogMessage& message, std::initializer_list<LogField> fields);

class JournaldLog final : public Log {
 public:
  explicit JournaldLog(LogLevel lowest) : lowest_(lowest) {}
  // Whether standard error goes to journald (systemd.exec(5), JOURNAL_STREAM).
  static bool is_there();
  void write(const LogMessage& message, std::initializer_list<LogField> fields) override;

 private:
  LogLevel lowest_;
};

}  // namespace imprimatur::app
