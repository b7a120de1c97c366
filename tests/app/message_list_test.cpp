#include "app/message_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "app/journald_log.hpp"

namespace imprimatur::app {
namespace {

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
  EXPECT_GT(ids.size(), 25U);
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
