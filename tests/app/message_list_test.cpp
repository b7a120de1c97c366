#include "app/message_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "app/journald_log.hpp"
#include "base/files.hpp"

namespace imprimatur::app {
namespace {

// As the compiler's input has them, whatever CMake made of it.
std::size_t messages_in_the_headers() {
  std::size_t count = 0;
  for (const auto& room : std::filesystem::directory_iterator(SOURCE_DIR "/src")) {
    const auto header = room.path() / "messages.hpp";
    if (!std::filesystem::exists(header)) continue;
    const std::string text = read_text_file(header, 1U << 20).value();
    for (std::size_t at = text.find("constexpr LogMessage k"); at != std::string::npos;
         at = text.find("constexpr LogMessage k", at + 1)) {
      ++count;
    }
  }
  return count;
}

TEST(MessageList, HasEveryMessageOnceAndSaysWhatToDoAboutErrors) {
  std::set<std::string_view> ids;
  for (const LogMessage* message : all_messages()) {
    EXPECT_TRUE(ids.insert(message->id).second) << message->id;
    EXPECT_FALSE(message->meaning.empty()) << message->id;
    if (message->level == LogLevel::error) {
      EXPECT_FALSE(message->remedy.empty()) << message->id;
    }
  }
  EXPECT_TRUE(ids.contains("DAEMON_STARTED"));
  EXPECT_TRUE(ids.contains("STATION_CARD_GOOD"));
  EXPECT_EQ(ids.size(), messages_in_the_headers());
}

TEST(JournaldLog, GivesEachPartAFieldOfItsOwn) {
  const LogMessage message{"TEST_ID", LogLevel::warning, "something is odd", "Look."};
  const auto fields = journald_fields(message, {{"reader", "r-1"}, {"empty", ""}, {"status-word", "6A82"}});
  const auto has = [&](const std::string& field) {
    return std::find(fields.begin(), fields.end(), field) != fields.end();
  };
  EXPECT_TRUE(has("MESSAGE=something is odd reader=r-1 status-word=6A82"));
  EXPECT_TRUE(has("PRIORITY=4"));
  EXPECT_TRUE(has("IMPRIMATUR_MESSAGE=TEST_ID"));
  EXPECT_TRUE(has("IMPRIMATUR_REMEDY=Look."));
  EXPECT_TRUE(has("IMPRIMATUR_READER=r-1"));
  EXPECT_TRUE(has("IMPRIMATUR_STATUS_WORD=6A82"));
  EXPECT_FALSE(has("IMPRIMATUR_EMPTY="));
  // printf 'imprimatur message TEST_ID' | sha256sum, with the bits of RFC 4122 section 4.4
  EXPECT_TRUE(has("MESSAGE_ID=d28a1c0155f5449596f032142649791c"));
}

}  // namespace
}  // namespace imprimatur::app
