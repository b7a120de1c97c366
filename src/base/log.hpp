// The technical log: lines for the person who runs the station. Not the journal, which is the
// station's signed history (ledger). Every line comes from a list: a message has an id, a level,
// a meaning and what to do; only names, codes and numbers are added, never personal data or secrets.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace imprimatur {

enum class LogLevel { debug, info, warning, error };

// One line of the message list of a room (messages.hpp there).
struct LogMessage {
  std::string_view id;  // stable, upper case: STATION_CARD_GOOD
  LogLevel level;
  std::string_view meaning;  // a sentence for the log
  std::string_view remedy;   // what the operator should do; empty when nothing
};

using LogField = std::pair<std::string_view, std::string>;

class Log {
 public:
  virtual ~Log() = default;
  // Any thread; does not fail.
  virtual void write(const LogMessage& message, std::initializer_list<LogField> fields = {}) = 0;
};

// Drops everything: for tests that do not look.
class NullLog final : public Log {
 public:
  void write(const LogMessage&, std::initializer_list<LogField>) override {}
};

}  // namespace imprimatur
