#include "app/journald_log.hpp"

#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>

#include "app/message_list.hpp"
#include "base/encoding.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::app {
namespace {

// syslog(3)
char priority_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return '7';
    case LogLevel::info:
      return '6';
    case LogLevel::warning:
      return '4';
    case LogLevel::error:
      return '3';
  }
  return '3';
}

std::string field_name(std::string_view name) {
  std::string out = "IMPRIMATUR_";
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_');
  }
  return out;
}

}  // namespace

std::string journald_message_id(std::string_view id) {
  const auto digest = crypto::sha256(bytes_of("imprimatur message " + std::string(id)));
  Bytes bytes(digest.begin(), digest.begin() + 16);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return to_hex_lower(bytes);
}

std::vector<std::string> journald_fields(const LogMessage& message, std::initializer_list<LogField> fields) {
  std::string line(message.meaning);
  for (const auto& [name, value] : fields) {
    if (!value.empty()) line += " " + std::string(name) + "=" + value;
  }
  std::vector<std::string> list{"MESSAGE=" + line, "MESSAGE_ID=" + journald_message_id(message.id),
                                std::string("PRIORITY=") + priority_of(message.level),
                                "IMPRIMATUR_MESSAGE=" + std::string(message.id)};
  if (!message.remedy.empty()) list.push_back("IMPRIMATUR_REMEDY=" + std::string(message.remedy));
  for (const auto& [name, value] : fields) {
    if (!value.empty()) list.push_back(field_name(name) + "=" + value);
  }
  return list;
}

bool JournaldLog::is_there() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat found {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &found) != 0) return false;
  return std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) == stream;
}

void JournaldLog::write(const LogMessage& message, std::initializer_list<LogField> fields) {
  if (message.level < lowest_) return;
  std::vector<std::string> texts = journald_fields(message, fields);
  std::vector<iovec> parts;
  for (std::string& text : texts) parts.push_back({text.data(), text.size()});
  ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

}  // namespace imprimatur::app
