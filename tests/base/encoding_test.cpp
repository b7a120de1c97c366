#include "base/encoding.hpp"

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "tests/support/command.hpp"

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

// Expected text by another tool: base64 of coreutils.
TEST(Base64, AgreesWithAnotherToolAtEveryLengthAndByte) {
  const test_support::TemporaryFolder folder;
  const std::string file = (folder / "bytes").string();
  Bytes bytes;
  for (int i = 0; i < 259; ++i) bytes.push_back(static_cast<std::uint8_t>(i * 7 + 3));
  for (std::size_t size = 250; size <= bytes.size(); ++size) {
    const ByteView part = ByteView(bytes).first(size);
    ASSERT_TRUE(write_file(file, part, {.durability = Durability::relaxed}));
    const std::string told = test_support::run_command("base64 -w0 " + file).output;
    ASSERT_EQ(to_base64(part), told);
    ASSERT_EQ(from_base64(told).value(), copy_of(part));
  }
}

TEST(Base64, NamesTheFirstCharacterThatIsForeign) {
  const std::string good = to_base64(Bytes(99, 0x5A));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char wrong : {'-', '\0', '=', ' ', '\x80', '\xFF'}) {
      std::string text = good;
      text[at] = wrong;
      if (wrong == '=' && at + 1 == good.size()) continue;  // padding
      const auto decoded = from_base64(text);
      ASSERT_FALSE(decoded) << at;
      if (wrong == '=') continue;
      EXPECT_NE(decoded.error().message.find("offset " + std::to_string(at) + " "), std::string::npos)
          << decoded.error().message;
    }
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
