#include "devices/virtual_card/iso7816_files.hpp"

#include "pace_terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

constexpr std::string_view kName = "A000000247100101020304";

Memory blank_of(CardKind kind) {
  CardIdentity identity = identity_of("B000001");
  identity.kind = kind;
  const HostKeys keys = transport_keys();
  return Memory::make_blank(
      identity, {Secret::copy_of(keys.enc), Secret::copy_of(keys.mac), Secret::copy_of(keys.dek)});
}

Bytes command(std::string_view header, ByteView data) {
  Bytes apdu = hex(header);
  if (data.size() > 255) apdu.push_back(0);
  append_be(apdu, data.size(), data.size() > 255 ? 2 : 1);
  append(apdu, data);
  return apdu;
}

// CREATE FILE of a transparent EF; `more` are further control parameters.
Bytes create_file(std::uint16_t file_id, std::size_t size, ByteView more = {}) {
  Bytes parameters = hex("820101");
  Bytes number;
  append_be(number, file_id, 2);
  append_tlv(parameters, 0x83, number);
  number.clear();
  append_be(number, size, 2);
  append_tlv(parameters, 0x80, number);
  append(parameters, more);
  return command("00E00000", tlv(0x62, parameters));
}

class FileCard : public ::testing::Test {
 protected:
  explicit FileCard(Lengths lengths = Lengths::extended)
      : card_(blank_of({.dialect = Dialect::iso7816_files, .lengths = lengths}), random_) {
    card_.power_on();
  }
  SeededRandom random_{3};
  Card card_;

  std::string ask(ByteView apdu) { return to_hex(card_.process(apdu)); }
  std::string ask(std::string_view apdu) { return ask(hex(apdu)); }
  void make_directory() {
    ASSERT_EQ(ask(command("00E00000", hex("621482013883025000840B" + std::string(kName)))), "9000");
  }
  std::string put_seed() { return ask(command("00DA8F01", concat({hex("8010"), document_seed()}))); }
};

TEST_F(FileCard, ShowsItsIdentityWithoutAnIssuerDomain) {
  EXPECT_EQ(ask("80CA9F7F00").substr(0, 12), "9F7F2A4790D6");
  EXPECT_EQ(ask("00CA9F7F00").substr(0, 12), "9F7F2A4790D6");
  EXPECT_EQ(ask("80CA00E000"), "6A88");
  EXPECT_EQ(ask("00A4040008A00000015100000000"), "6A82");
  EXPECT_EQ(ask("00A4040000"), "6F0782013883023F009000") << "by default: the master file";
  EXPECT_EQ(ask("00A4040C07A0000002471001"), "6A82") << "nothing is made yet";
}

TEST_F(FileCard, IsPersonalisedByFilesAndReadAtTheBorder) {
  const Bytes access = card_access_of(2, 0x0D);
  ASSERT_EQ(ask(create_file(0x011C, access.size())), "9000") << "under the master file";
  ASSERT_EQ(ask(command("00D60000", access)), "9000");
  make_directory();
  ASSERT_EQ(ask(create_file(0x011E, 24, hex("8801F0"))), "9000");
  ASSERT_EQ(ask(command("00D60000", ef_com())), "9000");
  const Bytes photo = pattern(40000, 2);
  ASSERT_EQ(ask(create_file(0x0102, photo.size())), "9000");
  for (std::size_t at = 0; at < photo.size(); at += 2000) {
    const ByteView piece = ByteView(photo).subspan(at, 2000);
    Bytes offset;
    append_be(offset, at, 2);
    const Bytes apdu = at < 0x8000 ? command("00D6" + to_hex(offset), piece)
                                   : command("00D70000", concat({tlv(0x54, offset), tlv(0x53, piece)}));
    ASSERT_EQ(ask(apdu), "9000") << at;
  }
  ASSERT_EQ(ask(create_file(0x0103, 4)), "9000");
  ASSERT_EQ(ask("00D6830004AABBCCDD"), "9000") << "by short id";
  EXPECT_EQ(ask("00B0830004"), "AABBCCDD9000") << "everything is read back before activation";
  ASSERT_EQ(ask("00A4040C0B" + std::string(kName)), "9000");
  EXPECT_EQ(ask("00440000"), "6985") << "without access keys";
  ASSERT_EQ(
      ask(command("00DA8F01", concat({hex("8010"), document_seed(), hex("8114"), specimen_mrz_password()}))),
      "9000");
  ASSERT_EQ(ask("00440000"), "9000");

  card_.power_off();
  Card reloaded(Memory::load(card_.take_unsaved()).value(), random_);
  reloaded.power_on();
  AesTerminal pace(reloaded);
  ASSERT_EQ(open_pace(reloaded, {2, crypto::Curve::brainpool_p256r1, 1, specimen_mrz_password()}, pace),
            0x9000);
  EXPECT_EQ(to_hex(pace.send(hex("00A4040C0B" + std::string(kName)))), "9000");
  EXPECT_EQ(to_hex(pace.send(hex("00B09E0016"))), to_hex(ef_com()) + "9000");
  EXPECT_EQ(to_hex(pace.send(hex("00B0830004"))), "6982") << "DG3 is never read";
  ASSERT_EQ(status_of(reloaded.process(hex("00A4040C0B" + std::string(kName)))), 0x9000);
  Terminal bac(reloaded);
  ASSERT_EQ(bac.open(document_seed()), 0x9000);
  EXPECT_EQ(to_hex(bac.send(hex("00B10102045402800010"))),
            "530E" + to_hex(ByteView(photo).subspan(0x8000, 14)) + "9000");
}

TEST_F(FileCard, IsClosedOnceItIsActivated) {
  make_directory();
  ASSERT_EQ(ask(create_file(0x0101, 4)), "9000");
  ASSERT_EQ(put_seed(), "9000");
  EXPECT_EQ(ask("00440000"), "9000") << "the selected file alone";
  EXPECT_EQ(ask("00D6000001AA"), "9000") << "so writing goes on";
  ASSERT_EQ(ask("004404000B" + std::string(kName)), "9000");
  EXPECT_EQ(ask("00D6000001BB"), "6982");
  EXPECT_EQ(ask(create_file(0x0102, 4)), "6982");
  EXPECT_EQ(put_seed(), "6982");
  EXPECT_EQ(ask("00B0810004"), "6982");
  EXPECT_EQ(ask("00A4020C020101"), "6982");
  EXPECT_EQ(ask("00A4000C023F00"), "9000");
  EXPECT_EQ(ask(create_file(0x011C, 4)), "6982");
}

TEST_F(FileCard, TakesReadingConditionsFromCompactAttributes) {
  make_directory();
  // Access mode 01: reading; 03: update and reading, whose condition is the last.
  ASSERT_EQ(ask(create_file(0x010B, 2, hex("8C020100"))), "9000");
  ASSERT_EQ(ask("00D600000201"
                "02"),
            "9000");
  ASSERT_EQ(ask(create_file(0x010C, 2, hex("8C0303FF40"))), "9000");
  ASSERT_EQ(ask(create_file(0x010D, 2, hex("8C0201FF"))), "9000");
  ASSERT_EQ(ask(create_file(0x0101, 2, hex("8C020120"))), "9000");
  ASSERT_EQ(put_seed(), "9000");
  ASSERT_EQ(ask("004404000B" + std::string(kName)), "9000");
  EXPECT_EQ(ask("00B08B0002"), "01029000") << "always";
  EXPECT_EQ(ask("00B08C0002"), "6982");
  Terminal bac(card_);
  ASSERT_EQ(bac.open(document_seed()), 0x9000);
  EXPECT_EQ(to_hex(bac.send(hex("00B08C0002"))), "FFFF9000");
  EXPECT_EQ(to_hex(bac.send(hex("00B08D0002"))), "6982");
  EXPECT_EQ(to_hex(bac.send(hex("00B0810002"))), "6982");
}

TEST_F(FileCard, RefusesWhatDoesNotFit) {
  EXPECT_EQ(ask(create_file(0x0101, 4)), "6A80") << "only in the directory";
  EXPECT_EQ(put_seed(), "6985");
  EXPECT_EQ(ask("00440000"), "6A82");
  make_directory();
  ASSERT_EQ(ask("00A4000C023F00"), "9000");
  EXPECT_EQ(ask(command("00E00000", hex("6211820138830250018407A0000002471001"))), "6A80")
      << "the lengths do not fit";
  EXPECT_EQ(ask(command("00E00000", hex("620D820138830250018404A0000002"))), "6A80")
      << "a name of four bytes";
  EXPECT_EQ(ask(command("00E00000", hex("620F820138830250018406A00000024711"))), "6A8A")
      << "a second directory";
  ASSERT_EQ(ask("00A4000C025000"), "9000") << "by file id";
  EXPECT_EQ(ask(create_file(0x0101, 0)), "6A80");
  EXPECT_EQ(ask(create_file(0x0201, 4)), "6A80");
  EXPECT_EQ(ask(create_file(0x0101, 4, hex("880109"))), "6A80") << "low bits of a short id";
  EXPECT_EQ(ask(create_file(0x0101, 4, hex("8C0103"))), "6A80") << "a condition is missing";
  ASSERT_EQ(ask(create_file(0x0101, 4)), "9000");
  EXPECT_EQ(ask(create_file(0x0101, 4)), "6A89");
  EXPECT_EQ(ask(create_file(0x0102, 4, hex("880108"))), "6A89") << "the short id is taken";
  EXPECT_EQ(ask("00D600000501020304"
                "05"),
            "6700")
      << "past the end";
  EXPECT_EQ(ask("00D600040101"), "6B00");
  EXPECT_EQ(ask("00D69F000101"), "6A82");
  EXPECT_EQ(ask(command("00DA8F03", hex("A1038001"
                                        "0C"))),
            "6A80");
  EXPECT_EQ(ask("00DA00990101"), "6A88");
  ASSERT_EQ(ask("00A4000C023F00"), "9000");
  EXPECT_EQ(ask("00D681000101"), "6A82") << "a file of the directory from outside";
  EXPECT_EQ(ask("00D701010654010053"
                "0101"),
            "6A82");
  ASSERT_EQ(ask("00A4000C025000"), "9000");
  for (std::uint16_t file_id = 0x0102; file_id < 0x0104; ++file_id) {
    EXPECT_EQ(ask(create_file(file_id, 60000)), file_id == 0x0102 ? "9000" : "6A84");
  }
}

class ChainingCard : public FileCard {
 protected:
  ChainingCard() : FileCard(Lengths::chaining) { make_directory(); }
};

TEST_F(ChainingCard, SaysSoAndTakesNoExtendedLength) {
  EXPECT_NE(to_hex(card_.power_on()).find("73C40180"), std::string::npos);
  EXPECT_EQ(ask("00A4000C023F00"), "9000");
  EXPECT_EQ(ask("00B0810000"), "4301B84703C401809000") << "no 7F66";
  EXPECT_EQ(ask("00B08100000000"), "6700");
}

TEST_F(ChainingCard, TakesACommandInParts) {
  ASSERT_EQ(ask(create_file(0x0101, 500)), "9000");
  const Bytes content = pattern(500, 9);
  ASSERT_EQ(ask(command("10D60000", ByteView(content).first(250))), "9000");
  EXPECT_EQ(ask("00B0000004"), "FFFFFFFF9000") << "another command ends the chain: nothing was written";
  ASSERT_EQ(ask(command("10D60000", ByteView(content).first(250))), "9000");
  ASSERT_EQ(ask(command("00D60000", ByteView(content).subspan(250))), "9000");
  EXPECT_EQ(ask("00B0000000"), to_hex(ByteView(content).first(256)) + "9000");
  ASSERT_EQ(ask(command("10D60000", ByteView(content).first(10))), "9000");
  EXPECT_EQ(ask(command("10DA8F01", ByteView(content).first(10))), "6883");
  EXPECT_EQ(ask("10B0000000"), "6884");
}

TEST_F(ChainingCard, LimitsWhatItCollects) {
  const Bytes part(255, 1);
  for (int i = 0; i < 8; ++i) ASSERT_EQ(ask(command("10DA8F02", part)), "9000");
  EXPECT_EQ(ask(command("10DA8F02", part)), "6700");
}

TEST(ShortCard, SaysSoAndRefusesExtendedLength) {
  SeededRandom random(1);
  Card card(blank_of({.lengths = Lengths::short_only}), random);
  EXPECT_NE(to_hex(card.power_on()).find("73C40100"), std::string::npos);
  EXPECT_EQ(to_hex(card.process(hex("80CA9F7F000000"))), "6700");
  EXPECT_EQ(status_of(card.process(hex("10D600000101"))), 0x6884);
  EXPECT_EQ(to_hex(card.process(hex("00A4040008A00000015100000000"))),
            "6F118408A000000151000000A5059F650200FF9000");
}

// spec/emrtd-applet.md, last paragraphs: SELECT, then 00 D6 with the short id in P1, then plain offsets.
TEST(PrecreatedCard, IsWrittenByShortFileId) {
  SeededRandom random(1);
  Card card(blank_of({.dialect = Dialect::iso7816_files, .precreated = true}), random);
  card.power_on();
  const auto ask = [&card](std::string_view apdu) { return to_hex(card.process(hex(apdu))); };
  EXPECT_EQ(ask("00A4040C07A0000002471001"), "9000");
  EXPECT_EQ(ask("00B0810002"), "FFFF9000");
  EXPECT_EQ(ask("00D6810003615B5F"), "9000");
  EXPECT_EQ(ask("00D60003021F58"), "9000");
  EXPECT_EQ(ask("00B0810005"), "615B5F1F589000");
  EXPECT_EQ(ask("00D6900001AA"), "6A82");  // there is no file 0110
  EXPECT_EQ(ask("00D6005F01AA"), "9000");
  EXPECT_EQ(ask("00D6006001AA"), "6B00");  // 96 bytes
  EXPECT_EQ(ask("00E000000D620B8201018302010180020060"), "6A89");
}

TEST(PrecreatedCard, HasItsFilesAfterItIsLoadedAgain) {
  Memory memory = blank_of({.dialect = Dialect::iso7816_files, .precreated = true});
  const auto loaded = Memory::load(memory.take_unsaved());
  ASSERT_TRUE(loaded.has_value());
  ASSERT_NE(loaded.value().file(0x0102), nullptr);
  EXPECT_EQ(loaded.value().file(0x0102)->content.size(), 24'576U);
  EXPECT_TRUE(loaded.value().attributes(0x011C)->under_master_file);
}

TEST(Scp03FileCard, TakesNothingOutsideItsChannel) {
  SeededRandom random(1);
  Card card(blank_of({.dialect = Dialect::iso7816_files, .precreated = true, .scp03 = true}), random);
  card.power_on();
  const auto ask = [&card](std::string_view apdu) { return to_hex(card.process(hex(apdu))); };
  EXPECT_EQ(ask("00A4040008A00000015100000000").substr(0, 2), "6F");
  EXPECT_EQ(ask("80CA00E000").substr(0, 2), "E0");
  EXPECT_EQ(ask("00A4040C07A0000002471001"), "9000");
  EXPECT_EQ(ask("00D6810003615B5F"), "6982");
  EXPECT_EQ(ask("00B0810002"), "6982");
  EXPECT_EQ(ask("00DA8F0112"
                "8010"
                "000102030405060708090A0B0C0D0E0F"),
            "6982");
  EXPECT_NE(ask("00440000"), "9000");
  EXPECT_EQ(card.memory().application_life(), ApplicationLife::selectable);
  EXPECT_EQ(card.memory().file(0x0101)->content[0], 0xFF);
}

TEST(CardKind, IsKeptInTheCardFile) {
  for (const CardKind kind :
       {CardKind{}, CardKind{.dialect = Dialect::iso7816_files, .lengths = Lengths::chaining},
        CardKind{.dialect = Dialect::emrtd_applet, .lengths = Lengths::short_only, .older = true},
        CardKind{.dialect = Dialect::iso7816_files, .precreated = true},
        CardKind{.dialect = Dialect::iso7816_files, .scp03 = true}}) {
    Memory memory = blank_of(kind);
    const auto loaded = Memory::load(memory.take_unsaved());
    ASSERT_TRUE(loaded.has_value());
    EXPECT_EQ(loaded.value().identity().kind, kind);
  }
}

}  // namespace
}  // namespace imprimatur::devices::testing
