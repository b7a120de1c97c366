// Every shipped profile against the virtual card of its dialect: the whole way, and a cut after every
// command.
#include "chip/chip_keys.hpp"
#include "chip/file_commands.hpp"
#include "chip/personalise.hpp"
#include "tests/chip/card_bench.hpp"

namespace imprimatur::chip {
namespace {

using lds::FileId;
using testing::CardKeyVault;
using testing::VirtualCardChannel;

constexpr std::size_t kImageBytes = 3000;

// The groups that the profile has, with its key files and an EF.SOD that is only a frame.
ChipContent content_for(const ChipProfile& profile, Random& random, std::size_t image_bytes = kImageBytes) {
  ChipContent content;
  content.mrz = testing::specimen_mrz();
  content.can = "123456";
  for (auto& [file, bytes] : testing::specimen_groups(image_bytes)) {
    if (profile.find(file) != nullptr) content.files[file] = bytes;
  }
  content.keys = make_chip_keys(profile, random).value();
  EXPECT_TRUE(add_key_files(profile, content.keys, content.files));
  std::vector<FileId> groups;
  for (const auto& [file, bytes] : content.files) {
    if (lds::data_group_number(file)) groups.push_back(file);
  }
  content.files[FileId::com] = lds::encode_com(groups);
  content.files[FileId::sod] = lds::encode_tlv(0x77, Bytes(900, 0x5A));
  return content;
}

devices::CardKind kind_of(const ChipProfile& profile, devices::Lengths lengths = devices::Lengths::extended) {
  switch (profile.dialect) {
    case Dialect::gp_store_data:
      return {.dialect = devices::Dialect::gp_store_data, .lengths = lengths};
    case Dialect::iso7816_files:
      return {.dialect = devices::Dialect::iso7816_files,
              .lengths = lengths,
              .precreated = profile.commands.create.empty(),
              .scp03 = profile.has_secure_channel};
    case Dialect::emrtd_applet:
      return {.dialect = devices::Dialect::emrtd_applet,
              .lengths = devices::Lengths::short_only,
              .older = !profile.offers(AccessProtocol::pace)};
  }
  return {};
}

class EveryDialect : public ::testing::TestWithParam<std::string> {
 protected:
  devices::Memory blank(devices::Lengths lengths = devices::Lengths::extended) {
    return testing::make_blank({.kind = kind_of(profile, lengths)});
  }

  SeededRandom random{1};
  SeededRandom card_random{2};
  ChipProfile profile = testing::load_test_profile(GetParam());
  ChipContent content = content_for(profile, random);
  CardKeyVault vault;
};

TEST_P(EveryDialect, WritesReadsBackAndCloses) {
  devices::Card card(blank(), card_random);
  VirtualCardChannel way(card);
  const auto identity = read_identity(way, profile);
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity.value().cplc, card.identity().cplc);
  EXPECT_TRUE(way.reset());
  const auto before = read_chip_state(way, profile);
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_EQ(before.value().progress, ChipProgress::untouched);
  EXPECT_TRUE(before.value().blank_keys);
  EXPECT_TRUE(way.reset());

  const auto written = write_chip(way, profile, content, vault, random);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written.value().read_back, content.files);
  for (const auto& [file, bytes] : content.files) {
    ASSERT_NE(card.memory().file(lds::fid(file)), nullptr) << lds::name_of(file);
    // A file that the chip maker made is longer than its content.
    const ByteView stored = card.memory().file(lds::fid(file))->content;
    const ProfileFile* entry = profile.find(file);
    ASSERT_EQ(stored.size(), entry->size == 0 ? bytes.size() : entry->size) << lds::name_of(file);
    EXPECT_TRUE(equal(stored.first(bytes.size()), bytes)) << lds::name_of(file);
  }
  const auto closed = close_chip(way, profile, vault, random);
  ASSERT_TRUE(closed) << closed.error().message;
  EXPECT_TRUE(closed.value().activated);
  EXPECT_EQ(card.memory().application_life(), devices::ApplicationLife::personalised);
  EXPECT_TRUE(way.reset());
  const auto after = read_chip_state(way, profile);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after.value().progress, ChipProgress::closed);
  EXPECT_TRUE(after.value().card_keys && !after.value().blank_keys && after.value().activated);
  EXPECT_EQ(after.value().identity.cplc, card.identity().cplc);
  RecordProperty("apdus", static_cast<int>(written.value().count.commands + closed.value().count.commands));
}

TEST_P(EveryDialect, GivesTheCardTheKeysOfItsProtocols) {
  devices::Card card(blank(), card_random);
  VirtualCardChannel way(card);
  ASSERT_TRUE(write_chip(way, profile, content, vault, random));
  ASSERT_NE(card.memory().key_object(0x8F01), nullptr);
  EXPECT_EQ(card.memory().key_object(0x8F02) != nullptr, profile.active_authentication.has_value());
  EXPECT_EQ(card.memory().key_object(0x8F03) != nullptr, profile.chip_authentication.has_value());
  const std::string access = to_hex(*card.memory().key_object(0x8F01));
  EXPECT_EQ(access.substr(0, 4), "8010");
  if (profile.offers(AccessProtocol::pace)) {
    EXPECT_EQ(access.substr(36, 4), "8114");
    EXPECT_EQ(access.substr(80), "8206313233343536");
  }
}

TEST_P(EveryDialect, WorksWithShortCommandsOnly) {
  for (const bool reader_takes_extended : {false, true}) {
    devices::Card card(blank(devices::Lengths::short_only), card_random);
    VirtualCardChannel way(card, reader_takes_extended);
    const auto written = write_chip(way, profile, content, vault, random);
    // An RSA key of 2048 bits needs a longer command where nothing cuts it.
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(written.value().read_back, content.files);
    ASSERT_TRUE(close_chip(way, profile, vault, random));
  }
}

TEST_P(EveryDialect, TellsTheStateAfterACutInAnyCommand) {
  std::size_t commands = 0;
  std::size_t writing = 0;
  {
    devices::Card card(blank(), card_random);
    VirtualCardChannel way(card);
    const auto written = write_chip(way, profile, content, vault, random);
    ASSERT_TRUE(written);
    const auto closed = close_chip(way, profile, vault, random);
    ASSERT_TRUE(closed);
    writing = written.value().count.commands;
    commands = writing + closed.value().count.commands;
  }
  for (std::size_t k = 1; k <= commands; ++k) {
    SCOPED_TRACE("cut in command " + std::to_string(k) + " of " + std::to_string(commands));
    devices::Card card(blank(), card_random);
    card.set_fault({.kind = devices::FaultKind::cut, .command = k, .bytes = 64});
    {
      VirtualCardChannel way(card);
      const auto written = write_chip(way, profile, content, vault, random);
      ASSERT_EQ(written.has_value(), k > writing);
      if (!written) {
        EXPECT_EQ(written.error().happened, Happened::unknown);
      } else {
        const auto closed = close_chip(way, profile, vault, random);
        ASSERT_FALSE(closed);
        EXPECT_EQ(closed.error().happened, Happened::unknown);
      }
    }
    VirtualCardChannel way(card);
    const auto state = read_chip_state(way, profile);
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(state.value().identity.cplc, card.identity().cplc);
    const bool locked = card.memory().application_life() == devices::ApplicationLife::personalised;
    EXPECT_EQ(state.value().activated, locked);
    EXPECT_TRUE(k > writing || state.value().progress != ChipProgress::closed);
    if (k <= writing || state.value().progress == ChipProgress::untouched) continue;
    // Everything was written and read back before: what is left of closing can be done now.
    EXPECT_TRUE(way.reset());
    const auto closed = close_chip(way, profile, vault, random);
    ASSERT_TRUE(closed) << closed.error().message;
    EXPECT_EQ(card.memory().application_life(), devices::ApplicationLife::personalised);
  }
}

TEST_P(EveryDialect, NeverWritesAFinishedCardAgain) {
  devices::Card card(blank(), card_random);
  VirtualCardChannel way(card);
  ASSERT_TRUE(write_chip(way, profile, content, vault, random));
  ASSERT_TRUE(close_chip(way, profile, vault, random));
  EXPECT_TRUE(way.reset());
  const auto again = write_chip(way, profile, content, vault, random);
  ASSERT_FALSE(again);
  EXPECT_EQ(action_of(again.error()), StatusAction::quarantine) << again.error().message;
}

TEST_P(EveryDialect, RefusesKeysThatAreNotThoseOfTheFiles) {
  devices::Card card(blank(), card_random);
  VirtualCardChannel way(card);
  content.keys = {};
  const auto without = write_chip(way, profile, content, vault, random);
  const bool has_keys = profile.active_authentication || profile.chip_authentication;
  EXPECT_EQ(without.has_value(), !has_keys);
  if (!has_keys) return;
  EXPECT_EQ(without.error().code, "chip.content");
  content.keys = make_chip_keys(profile, random).value();  // others than those of DG14 and DG15
  EXPECT_EQ(write_chip(way, profile, content, vault, random).error().code, "chip.content");
  const devices::File* dg1 = card.memory().file(0x0101);
  EXPECT_TRUE(dg1 == nullptr || dg1->content[0] == 0xFF);  // not there, or never written
}

// spec emrtd-applet, last paragraphs: short id in P1 and nothing before it but SELECT by name.
TEST(PrecreatedFiles, AreWrittenWithoutCreateAndSelectOfEach) {
  SeededRandom random(1);
  SeededRandom card_random(2);
  const ChipProfile profile = testing::load_test_profile("iso7816-precreated");
  const ChipContent content = content_for(profile, random);
  CardKeyVault vault;
  devices::Card card(testing::make_blank({.kind = kind_of(profile)}), card_random);
  VirtualCardChannel way(card);
  std::size_t created = 0, selected = 0, by_short_id = 0;
  way.tamper = [&](ByteView command, Bytes&) {
    created += command[1] == 0xE0 ? 1U : 0U;
    selected += command[1] == 0xA4 && command[2] == 0x02 ? 1U : 0U;
    by_short_id += command[1] == 0xD6 && command[2] >= 0x80 ? 1U : 0U;
  };
  ASSERT_TRUE(write_chip(way, profile, content, vault, random));
  EXPECT_EQ(created, 0U);
  EXPECT_EQ(selected, 0U);
  EXPECT_EQ(by_short_id, content.files.size());
}

// What the chip maker made too small is known before anything is written.
TEST(PrecreatedFiles, RefuseContentThatDoesNotFit) {
  SeededRandom random(1);
  SeededRandom card_random(2);
  const ChipProfile profile = testing::load_test_profile("iso7816-precreated");
  const ChipContent content = content_for(profile, random, 24'600);
  CardKeyVault vault;
  devices::Card card(testing::make_blank({.kind = kind_of(profile)}), card_random);
  VirtualCardChannel way(card);
  const auto written = write_chip(way, profile, content, vault, random);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "chip.content");
  EXPECT_EQ(written.error().field, "DG2");
  EXPECT_EQ(card.memory().file(0x0101)->content[0], 0xFF);
}

INSTANTIATE_TEST_SUITE_P(Shipped, EveryDialect,
                         ::testing::Values("vn-citizen", "utopia-pace", "utopia-rsa", "iso7816-specimen",
                                           "iso7816-precreated", "iso7816-scp03", "emrtd-applet-specimen",
                                           "emrtd-applet-older"),
                         [](const auto& shipped) {
                           std::string name = shipped.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

class EveryScp03 : public ::testing::TestWithParam<std::tuple<std::size_t, bool, int>> {};

TEST_P(EveryScp03, PersonalisesACard) {
  const auto [key_bytes, s16, level] = GetParam();
  const std::string master = std::string("404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F")
                                 .substr(0, 2 * key_bytes);
  SeededRandom random(1);
  SeededRandom card_random(2);
  ChipProfile profile = testing::load_test_profile("utopia-pace");
  profile.scp_mode = s16 ? ScpMode::s16 : ScpMode::s8;
  profile.security_level = static_cast<std::uint8_t>(level);
  const ChipContent content = content_for(profile, random);
  CardKeyVault vault;
  vault.masters["transport-master"] = master;
  vault.masters["card-master"] = std::string(master.rbegin(), master.rend());
  for (const ChannelTo to : {ChannelTo::issuer_domain, ChannelTo::application}) {
    profile.channel_to = to;
    devices::Card card(testing::make_blank({.s16 = s16, .transport_master = master}), card_random);
    VirtualCardChannel way(card);
    const auto written = write_chip(way, profile, content, vault, random);
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_EQ(written.value().read_back, content.files);
    const auto closed = close_chip(way, profile, vault, random);
    ASSERT_TRUE(closed) << closed.error().message;
    ASSERT_NE(card.memory().key_set(0x31), nullptr);
    EXPECT_EQ(card.memory().key_set(0x31)->keys.enc.size(), key_bytes);
    EXPECT_EQ(card.memory().card_life(), devices::CardLife::secured);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryScp03,
                         ::testing::Combine(::testing::Values(16U, 24U, 32U), ::testing::Bool(),
                                            ::testing::Values(0x01, 0x03, 0x11, 0x13, 0x33)));

// A card of the stock without PUT KEY: nothing is left half done, and closing can be called again.
TEST(CardWithoutPutKey, IsActivatedAndSecuredWithTheKeysThatItHas) {
  SeededRandom random(1);
  SeededRandom card_random(2);
  ChipProfile profile = testing::load_test_profile();
  profile.missing = {MissingCommand::put_key};
  profile.card_keys = profile.blank_keys;
  profile.closing = {ClosingStep::activate, ClosingStep::secure_issuer_domain};
  const ChipContent content = content_for(profile, random);
  CardKeyVault vault;
  devices::Card card(testing::make_blank(), card_random);
  VirtualCardChannel way(card);
  ASSERT_TRUE(write_chip(way, profile, content, vault, random));
  const auto closed = close_chip(way, profile, vault, random);
  ASSERT_TRUE(closed) << closed.error().message;
  EXPECT_TRUE(closed.value().activated && closed.value().secured && !closed.value().keys_rotated);
  EXPECT_NE(card.memory().key_set(0x30), nullptr);
  EXPECT_EQ(card.memory().card_life(), devices::CardLife::secured);
  EXPECT_TRUE(way.reset());
  EXPECT_EQ(read_chip_state(way, profile).value().progress, ChipProgress::closed);
  const auto again = close_chip(way, profile, vault, random);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_FALSE(again.value().activated || again.value().secured);
}

// An RSA key of 2048 bits fits no short command: it is chained where the card takes that, and refused before
// anything is written where it does not.
TEST(KeyCommands, AreChainedWhereTheCardTakesThatAndRefusedBeforeWritingWhereNot) {
  SeededRandom random(1);
  SeededRandom card_random(2);
  ChipProfile profile = testing::load_test_profile("iso7816-specimen");
  profile.active_authentication->key = crypto::KeyType::rsa;
  const ChipContent content = content_for(profile, random);
  CardKeyVault vault;
  for (const auto lengths : {devices::Lengths::chaining, devices::Lengths::short_only}) {
    devices::Card card(testing::make_blank({.kind = kind_of(profile, lengths)}), card_random);
    VirtualCardChannel way(card);
    const auto written = write_chip(way, profile, content, vault, random);
    if (lengths == devices::Lengths::chaining) {
      ASSERT_TRUE(written) << written.error().message;
      ASSERT_NE(card.memory().key_object(0x8F02), nullptr);
      EXPECT_GT(card.memory().key_object(0x8F02)->size(), 768U);  // n, d, p and q
    } else {
      ASSERT_FALSE(written);
      EXPECT_EQ(written.error().code, "chip.content");
      EXPECT_FALSE(card.memory().directory());
    }
  }
}

TEST(FileCommands, WritesTheHeaderOfAFileLast) {
  const Bytes content(600, 0x11);
  const auto commands = file_commands::update_commands(content, {.command_max = 255});
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_EQ(to_hex(Bytes{commands[0].p1, commands[0].p2}), "00FF");
  EXPECT_EQ(to_hex(Bytes{commands[1].p1, commands[1].p2}), "01FE");
  EXPECT_EQ(to_hex(Bytes{commands[2].p1, commands[2].p2}), "0000");
  EXPECT_EQ(commands[2].data.size(), 255U);
}

TEST(FileCommands, SelectsByTheShortIdOfTheFirstCommandThatItSends) {
  const Bytes content(3000, 0x11);
  // In extended form too the second piece begins where P2 alone can say.
  const auto commands = file_commands::update_commands(content, {.command_max = 2000, .short_id = 1});
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_EQ(to_hex(Bytes{commands[0].p1, commands[0].p2}), "81FF");
  EXPECT_EQ(to_hex(Bytes{commands[2].p1, commands[2].p2}), "0000");
  const auto in_order =
      file_commands::update_commands(content, {.command_max = 2000, .header_last = false, .short_id = 1});
  ASSERT_EQ(in_order.size(), 2U);
  EXPECT_EQ(to_hex(Bytes{in_order[0].p1, in_order[0].p2}), "8100");
}

// iso7816.md: 00 D7 00 00 0B 54 02 8000 53 05 0102030405.
TEST(FileCommands, UsesTheOddInstructionBeyondFifteenBits) {
  Bytes content(0x8000, 0x11);
  append(content, hex("0102030405"));
  const auto commands =
      file_commands::update_commands(content, {.command_max = 0x8000, .header_last = false});
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(to_hex(encode_command(commands[1], ApduForm::short_only).value()),
            "00D700000B5402800053050102030405");
}

}  // namespace
}  // namespace imprimatur::chip
