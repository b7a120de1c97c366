#include "devices/pcsc/pcsc_errors.hpp"

#include <gtest/gtest.h>

namespace imprimatur::devices {
namespace {

TEST(PcscErrors, ALostCardIsAlwaysUnknown) {
  const std::vector<std::pair<PcscCode, std::string>> cases = {
      {0x80100069, "card.removed"},   {0x8010000C, "card.removed"},   {0x80100068, "card.reset"},
      {0x80100013, "card.transport"}, {0x80100016, "card.transport"}, {0x80100017, "card.transport"},
      {0x8010001D, "card.transport"}, {0x80100008, "card.transport"}, {0x80109999, "card.transport"}};
  for (const auto& [code, text] : cases) {
    const Error error = card_error(code, "R");
    EXPECT_EQ(error.code, text) << std::hex << code;
    EXPECT_EQ(error.happened, Happened::unknown);
    EXPECT_FALSE(error.remedy.empty());
  }
}

TEST(PcscErrors, AFailedConnectionHasTouchedNothing) {
  const std::vector<std::pair<PcscCode, std::string>> cases = {
      {0x8010000C, "reader.no_card"}, {0x80100069, "reader.no_card"}, {0x8010000B, "reader.in_use"},
      {0x80100066, "reader.mute"},    {0x80100067, "reader.mute"},    {0x80100017, "reader.gone"},
      {0x80100009, "reader.gone"},    {0x8010001D, "reader.service"}, {0x80109999, "reader.gone"}};
  for (const auto& [code, text] : cases) {
    const Error error = reader_error(code, "R");
    EXPECT_EQ(error.code, text) << std::hex << code;
    EXPECT_EQ(error.happened, Happened::no);
    EXPECT_FALSE(error.remedy.empty());
  }
}

TEST(PcscErrors, ARestartOfPcscdAsksForANewContext) {
  EXPECT_TRUE(is_service_lost(0x80100013));
  EXPECT_TRUE(is_service_lost(0x8010001D));
  EXPECT_TRUE(is_service_lost(0x80100003));
  EXPECT_FALSE(is_service_lost(0x80100017));
  EXPECT_FALSE(is_service_lost(0x00000000));
}

TEST(PcscErrors, NamesReaderAndCode) {
  EXPECT_EQ(card_error(0x80100069, "Desk 1").message,
            "reader Desk 1: PC/SC says 0x80100069 (W_REMOVED_CARD)");
}

}  // namespace
}  // namespace imprimatur::devices
