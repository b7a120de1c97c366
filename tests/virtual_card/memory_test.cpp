#include "devices/virtual_card/memory.hpp"

#include "base/files.hpp"
#include "terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

TEST(Memory, IsTheSameAfterAReload) {
  SeededRandom random(1);
  Card card(blank(), random);
  personalise(card, 1000);
  const Bytes file = card.take_unsaved();
  auto loaded = Memory::load(file);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded.value().loaded_size(), file.size());
  EXPECT_EQ(loaded.value().identity().serial, "B000001");
  EXPECT_EQ(loaded.value().identity().card_class, "utopia-id");
  Card again(std::move(loaded.value()), random);
  again.power_on();
  EXPECT_EQ(to_hex(again.process(hex("80CA9F7F00"))).substr(0, 12), "9F7F2A4790D6");
  EXPECT_EQ(to_hex(again.process(hex("80CA00C100"))), "C1030000019000") << "the sequence counter stays";
  ASSERT_EQ(status_of(again.process(hex("00A4040C07A0000002471001"))), 0x9000);
  Terminal terminal(again);
  ASSERT_EQ(terminal.open(document_seed()), 0x9000);
  EXPECT_EQ(to_hex(terminal.send(hex("00B081005F"))), to_hex(pattern(95, 1)) + "9000");
  EXPECT_TRUE(again.take_unsaved().empty()) << "reading changes nothing";
}

TEST(Memory, LeavesOutARecordThatWasCut) {
  Memory memory = blank();
  Bytes file = memory.take_unsaved();
  const std::size_t whole = file.size();
  ASSERT_EQ(memory.set_card_life(CardLife::secured), sw::kDone);
  append(file, memory.take_unsaved());
  for (std::size_t size = whole; size < file.size(); ++size) {
    const auto loaded = Memory::load(ByteView(file).first(size));
    ASSERT_TRUE(loaded.has_value()) << size;
    EXPECT_EQ(loaded.value().card_life(), CardLife::op_ready);
    EXPECT_EQ(loaded.value().loaded_size(), whole);
  }
  EXPECT_EQ(Memory::load(file).value().card_life(), CardLife::secured);
}

TEST(Memory, RefusesAFileThatIsNotOne) {
  Memory memory = blank();
  const Bytes file = memory.take_unsaved();
  Bytes other_version = file;
  other_version[7] = 2;
  EXPECT_EQ(Memory::load(other_version).error().code, "card.version");
  Bytes altered = file;
  altered[40] ^= 0x01;
  EXPECT_EQ(Memory::load(altered).error().code, "card.corrupt");
  EXPECT_EQ(Memory::load(bytes_of("not a card file")).error().code, "card.format");
  EXPECT_EQ(Memory::load(ByteView(file).first(8)).error().code, "card.corrupt") << "no identity";
}

// A file of version 1, made from FORMAT.md by a Python script: a card in life SECURED with a small DG1.
TEST(Memory, ReadsAnOldFile) {
  const auto file = read_text_file(std::string(TEST_DATA_DIR) + "/virtual-card-v1.hex");
  ASSERT_TRUE(file.has_value());
  std::string text = file.value();
  text.erase(text.find_last_not_of('\n') + 1);
  const auto memory = Memory::load(hex(text));
  ASSERT_TRUE(memory.has_value());
  EXPECT_EQ(memory.value().identity().serial, "B000001");
  EXPECT_EQ(memory.value().card_life(), CardLife::secured);
  ASSERT_NE(memory.value().key_set(0x30), nullptr);
  EXPECT_EQ(to_hex(memory.value().file(0x0101)->content), "0102030405");
  EXPECT_TRUE(memory.value().file(0x0101)->complete);
}

}  // namespace
}  // namespace imprimatur::devices::testing
