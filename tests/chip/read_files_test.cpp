#include "chip/read_files.hpp"

#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

using lds::FileId;

// A file in memory that answers READ BINARY as ISO/IEC 7816-4 section 11.3.3 says.
struct FakeFile {
  Bytes content;
  bool short_ids = true;
  std::size_t commands = 0;

  Response operator()(const Command& command) {
    ++commands;
    if (command.ins == 0xA4) return {{}, kSwDone};
    std::size_t offset = static_cast<std::size_t>(command.p1) << 8 | command.p2;
    if (command.ins == 0xB0 && (command.p1 & 0x80) != 0) {
      if (!short_ids) return {{}, 0x6A86};
      offset = command.p2;
    }
    if (command.ins == 0xB1) {
      EXPECT_EQ(command.data[0], 0x54);
      offset = read_be(ByteView(command.data).subspan(2));
    }
    if (offset >= content.size()) return {{}, 0x6B00};
    const std::size_t wanted = *command.le - (command.ins == 0xB1 ? 4 : 0);
    const std::size_t size = std::min(wanted, content.size() - offset);
    const ByteView piece = ByteView(content).subspan(offset, size);
    const std::uint16_t sw = size < wanted ? 0x6282 : kSwDone;
    if (command.ins == 0xB0) return {copy_of(piece), sw};
    Bytes object{0x53};
    if (size > 0x7F) object.push_back(size > 0xFF ? 0x82 : 0x81);
    append_be(object, size, size > 0xFF ? 2 : 1);
    append(object, piece);
    return {object, sw};
  }
};

Result<FileRead> read(FakeFile& file, std::size_t answer_max = 231) {
  return read_file(
      {[&file](const Command& command) -> Result<Response> { return file(command); }, answer_max},
      FileId::dg2);
}

Bytes file_of(std::size_t value_size) {
  Bytes file{0x75, 0x82};
  append_be(file, value_size, 2);
  for (std::size_t i = 0; i < value_size; ++i) file.push_back(static_cast<std::uint8_t>(i * 7 + i / 251));
  return file;
}

TEST(ReadFiles, BuildsTheCommandsOfTheStandard) {
  EXPECT_EQ(to_hex(testing::encoded(read_binary({.offset = 4, .length = 18}))), "00B0000412");
  EXPECT_EQ(to_hex(testing::encoded(read_binary({.offset = 0x7FFF, .length = 256}))), "00B07FFF00");
  EXPECT_EQ(to_hex(testing::encoded(read_binary({.offset = 0x8000, .length = 256}))),
            "00B10000045402800000");  // iso7816 facts
  EXPECT_EQ(to_hex(testing::encoded(read_binary_short_id(0x1E, 4))), "00B09E0004");
}

TEST(ReadFiles, ReadsASmallFileWithOneCommand) {
  FakeFile file{hex("75020102")};
  EXPECT_EQ(to_hex(read(file).value().content), "75020102");
  EXPECT_EQ(file.commands, 1U);
}

TEST(ReadFiles, ReadsAcrossTheLimitOfPlainOffsets) {
  for (const std::size_t size : {300U, 1000U, 32760U, 32763U, 32764U, 40000U, 65531U}) {
    FakeFile file{file_of(size)};
    const auto result = read(file);
    ASSERT_TRUE(result) << size << " " << result.error().message;
    EXPECT_EQ(result.value().content, file.content) << size;
    FakeFile again{file_of(size)};
    EXPECT_EQ(read(again, 2279).value().content, again.content) << size;
  }
}

TEST(ReadFiles, SelectsTheFileWhereShortIdsAreUnknown) {
  FakeFile file{file_of(500), false};
  EXPECT_EQ(read(file).value().content, file.content);
}

TEST(ReadFiles, IgnoresWhatStandsBehindTheObject) {
  FakeFile file{concat({file_of(300), Bytes(500, 0xFF)})};
  EXPECT_EQ(read(file).value().content, file_of(300));
}

TEST(ReadFiles, TellsARefusalWithItsStatusWord) {
  const CardLink link{[](const Command&) -> Result<Response> { return Response{{}, 0x6982}; }, 231};
  const auto result = read_file(link, FileId::dg3);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result.value().found());
  EXPECT_EQ(result.value().sw, 0x6982);
}

TEST(ReadFiles, NeverTrustsALength) {
  for (const std::string_view header :
       {"7583010000", "75840FFFFFFF", "7580", "75", "7589010203040506070809", "FFFFFFFF"}) {
    FakeFile file{concat({hex(header), Bytes(20, 0)})};
    if (header == "75") file.content = hex("75");
    const auto result = read(file);
    ASSERT_FALSE(result) << header;
    EXPECT_EQ(result.error().code, "chip.file_length") << header;
    EXPECT_LE(file.commands, 2U);
  }
}

TEST(ReadFiles, StopsWhenTheFileEndsEarly) {
  FakeFile file{file_of(2000)};
  file.content.resize(700);
  EXPECT_EQ(read(file).error().code, "chip.profile_fault");  // 6B00: offset outside the file
  const CardLink silent{[calls = 0](const Command&) mutable -> Result<Response> {
                          return ++calls == 1 ? Response{hex("758207D0"), kSwDone} : Response{{}, kSwDone};
                        },
                        231};
  EXPECT_EQ(read_file(silent, FileId::dg2).error().code, "chip.file_short");
}

TEST(ReadFiles, RefusesAMalformedAnswerToTheOddInstruction) {
  FakeFile file{file_of(40'000)};
  const CardLink link{[&file](const Command& command) -> Result<Response> {
                        Response response = file(command);
                        if (command.ins == 0xB1) response.data[1] = 0x84;
                        return response;
                      },
                      231};
  EXPECT_EQ(read_file(link, FileId::dg2).error().code, "chip.file_length");
}

}  // namespace
}  // namespace imprimatur::chip
