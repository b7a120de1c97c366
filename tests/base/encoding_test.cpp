#include "base/encoding.hpp"

#include <gtest/gtest.h>

namespace imprimatur {
namespace {

// RFC 4648 section 10.
TEST(Base64, AgreesWithTheTestVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(to_base64(bytes_of(plain)), text);
    ASSERT_TRUE(from_base64(text)) << text;
    EXPECT_EQ(text_of(from_base64(text).value()), plain);
  }
}

TEST(Base64, RefusesEveryOtherSpellingOfTheSameBytes) {
  for (const char* text : {"Zg", "Zg=", "Zh==", "Zg==\n", " Zg==", "Z===", "====", "Zm9v=", "Zm-v"}) {
    EXPECT_FALSE(from_base64(text)) << text;
  }
}

TEST(Base64Url, UsesItsOwnAlphabetWithoutPadding) {
  EXPECT_EQ(to_base64url(hex("FBFF")), "-_8");
  EXPECT_EQ(from_base64url("-_8").value(), hex("FBFF"));
  for (const char* text : {"-_8=", "-_9", "+/8", "-"}) EXPECT_FALSE(from_base64url(text)) << text;
}

TEST(Hex, ReadsBothCasesAndRefusesTheRest) {
  EXPECT_EQ(from_hex("00fFA9").value(), (Bytes{0x00, 0xFF, 0xA9}));
  EXPECT_EQ(to_hex(Bytes{0x00, 0xFF, 0xA9}), "00FFA9");
  EXPECT_EQ(to_hex_lower(Bytes{0xAB}), "ab");
  EXPECT_EQ(from_hex("0").error().code, "encoding.hex");
  EXPECT_NE(from_hex("00 1").error().message.find("offset 2"), std::string::npos);
}

}  // namespace
}  // namespace imprimatur
