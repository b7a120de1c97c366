#include "chip/personalise.hpp"

#include "chip/secure_channel.hpp"
#include "tests/chip/card_bench.hpp"

namespace imprimatur::chip {
namespace {

using lds::FileId;
using testing::CardKeyVault;
using testing::VirtualCardChannel;

// Content with an EF.SOD that is only a frame: what stands in it is not looked at here.
ChipContent content_of(lds::FileMap groups) {
  ChipContent content{std::move(groups), testing::specimen_mrz()};
  content.files[FileId::com] = lds::encode_com(testing::groups_of(content.files));
  content.files[FileId::sod] = lds::encode_tlv(0x77, Bytes(1800, 0x5A));
  return content;
}

class Personalise : public ::testing::Test {
 protected:
  Result<WriteReport> write() { return write_chip(channel(), profile, content, vault, random); }
  Result<CloseReport> close() { return close_chip(channel(), profile, vault, random); }
  VirtualCardChannel& channel() {
    if (!channel_) channel_.emplace(card, extended);
    return *channel_;
  }
  void put_in_again() { channel_.reset(); }

  bool extended = true;
  SeededRandom random{1};
  SeededRandom card_random{2};
  devices::Card card{testing::make_blank(), card_random};
  ChipProfile profile = testing::load_test_profile();
  ChipContent content = content_of(testing::specimen_groups());
  CardKeyVault vault;

 private:
  std::optional<VirtualCardChannel> channel_;
};

TEST_F(Personalise, ReadsTheIdentityOfABlank) {
  const auto identity = read_identity(channel(), profile);
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity.value().cplc, card.identity().cplc);
  EXPECT_EQ(identity.value().hex(), to_hex(card.identity().cplc));
}

TEST_F(Personalise, WritesReadsBackAndCloses) {
  const auto written = write();
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written.value().read_back, content.files);
  EXPECT_EQ(written.value().key_version, 0x30);
  for (const auto& [file, bytes] : content.files) {
    ASSERT_NE(card.memory().file(lds::fid(file)), nullptr);
    EXPECT_EQ(card.memory().file(lds::fid(file))->content, bytes);
  }
  const auto closed = close();
  ASSERT_TRUE(closed) << closed.error().message;
  EXPECT_TRUE(closed.value().keys_rotated && closed.value().activated && closed.value().secured);
  EXPECT_EQ(closed.value().key_version, 0x31);
  EXPECT_EQ(card.memory().card_life(), devices::CardLife::secured);
  EXPECT_EQ(card.memory().application_life(), devices::ApplicationLife::personalised);
  EXPECT_EQ(card.memory().key_set(0x30), nullptr);
  ASSERT_NE(card.memory().key_set(0x31), nullptr);
  const auto own =
      devices::diversify_kdf3(Secret(hex(testing::kCardMaster)), card.identity().diversification);
  EXPECT_TRUE(equal(card.memory().key_set(0x31)->keys.dek.reveal(), own.dek.reveal()));
  RecordProperty("apdus_write", static_cast<int>(written.value().count.commands));
  RecordProperty("apdus_close", static_cast<int>(closed.value().count.commands));
}

TEST_F(Personalise, GivesTheCardTheAccessRulesOfTheProfile) {
  ASSERT_TRUE(write());
  EXPECT_EQ(card.memory().read_rule(0x0101), devices::ReadRule::after_bac);
  EXPECT_EQ(card.memory().read_rule(0x0103), devices::ReadRule::after_terminal_authentication);
  const Bytes* keys = card.memory().key_object(0x8F01);
  ASSERT_NE(keys, nullptr);
  // Seed of the MRZ information D23145890734074081221204159 (bac.json computes another MRZ's the same way).
  EXPECT_EQ(to_hex(ByteView(*keys).first(2)), "8010");
}

TEST_F(Personalise, WorksWithShortCommandsOnly) {
  extended = false;
  const auto written = write();
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written.value().read_back, content.files);
  ASSERT_TRUE(close());
  EXPECT_GT(written.value().count.commands, content.files.at(FileId::dg2).size() / 255 * 2);
}

TEST_F(Personalise, WorksAtEverySecurityLevel) {
  for (const std::uint8_t level : std::initializer_list<std::uint8_t>{0x01, 0x03, 0x11, 0x13, 0x33}) {
    SCOPED_TRACE(level);
    for (const bool with_extended : {false, true}) {
      devices::Card other(testing::make_blank(), card_random);
      VirtualCardChannel way(other, with_extended);
      profile.security_level = level;
      const auto written = write_chip(way, profile, content, vault, random);
      ASSERT_TRUE(written) << written.error().message;
      const auto closed = close_chip(way, profile, vault, random);
      ASSERT_TRUE(closed) << closed.error().message;
    }
  }
}

TEST_F(Personalise, WorksWithSixteenByteMacsAndLongerKeys) {
  const std::string master = "404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F";
  devices::Card other(testing::make_blank({.s16 = true, .transport_master = master}), card_random);
  vault.masters["transport-master"] = master;
  vault.masters["card-master"] = "505152535455565758595A5B5C5D5E5F404142434445464748494A4B4C4D4E4F";
  profile.scp_mode = ScpMode::s16;
  VirtualCardChannel way(other);
  const auto written = write_chip(way, profile, content, vault, random);
  ASSERT_TRUE(written) << written.error().message;
  const auto closed = close_chip(way, profile, vault, random);
  ASSERT_TRUE(closed) << closed.error().message;
}

TEST_F(Personalise, GoesOnAfter256BlocksAndBeyondPlainOffsets) {
  extended = false;
  content = content_of(testing::specimen_groups(63'000));
  const auto written = write();
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written.value().read_back, content.files);
}

TEST_F(Personalise, RefusesContentThatDoesNotFitBeforeTouchingTheCard) {
  const auto refused = [&](auto change) {
    ChipContent bad{content.files, content.mrz};
    change(bad);
    auto written = write_chip(channel(), profile, bad, vault, random);
    EXPECT_FALSE(written);
    EXPECT_TRUE(vault.derived.empty());
    return written.error().code + " " + written.error().field;
  };
  EXPECT_EQ(refused([](ChipContent& bad) { bad.files.erase(FileId::sod); }), "chip.content EF.SOD");
  EXPECT_EQ(refused([](ChipContent& bad) { bad.files.erase(FileId::dg13); }), "chip.content DG13");
  EXPECT_EQ(refused([](ChipContent& bad) { bad.files[FileId::dg15] = hex("6F00"); }), "chip.content DG15");
  EXPECT_EQ(refused([](ChipContent& bad) { bad.files[FileId::dg2].push_back(0); }), "chip.content DG2");
  EXPECT_EQ(refused([](ChipContent& bad) { bad.files[FileId::dg3][0] = 0x64; }), "chip.content DG3");
  EXPECT_EQ(refused([](ChipContent& bad) { bad.files.erase(FileId::dg3); }), "chip.content EF.COM");
  EXPECT_EQ(refused([](ChipContent& bad) { bad.mrz.lines[2] = "ERIKSSON<<ANNE<MARIA<<<<<<<<<<"; }),
            "chip.content DG1");
}

TEST_F(Personalise, StopsAfterOneWrongAuthentication) {
  vault.masters["transport-master"] = "00000000000000000000000000000000";
  const auto written = write();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "chip.authentication_failed");
  EXPECT_EQ(action_of(written.error()), StatusAction::quarantine);
  EXPECT_EQ(written.error().happened, Happened::no);
  EXPECT_EQ(vault.derived.size(), 1U);
  EXPECT_EQ(card.memory().key_set(0x30)->failed_authentications, 0);  // the card's cryptogram told us first
}

TEST_F(Personalise, KnowsACounterfeitByItsCryptogram) {
  card.set_fault({.kind = devices::FaultKind::wrong_keys});
  EXPECT_EQ(write().error().code, "chip.authentication_failed");
}

TEST_F(Personalise, RefusesACardOfOtherStock) {
  profile.blank_keys.version = 0x20;
  const auto written = write();
  EXPECT_EQ(written.error().code, "chip.card_unexpected");
  EXPECT_NE(written.error().message.find("6A88"), std::string::npos);
}

TEST_F(Personalise, TellsAFailingVaultBeforeTheCardIsChanged) {
  vault.masters.erase("transport-master");
  EXPECT_EQ(write().error().code, "vault.no_key");
  EXPECT_EQ(card.memory().file(0x0101), nullptr);
}

TEST_F(Personalise, TellsACutAsUnknown) {
  card.set_fault({.kind = devices::FaultKind::cut, .command = 8, .bytes = 100});
  const auto written = write();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "card.transport");
  EXPECT_EQ(written.error().happened, Happened::unknown);
  put_in_again();
  const auto state = read_chip_state(channel(), profile);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state.value().identity.cplc, card.identity().cplc);
  EXPECT_TRUE(state.value().blank_keys);
  EXPECT_FALSE(state.value().card_keys);
  EXPECT_FALSE(state.value().activated);
}

TEST_F(Personalise, TellsWornMemoryAsAFaultyCard) {
  card.set_fault({.kind = devices::FaultKind::stuck_memory});
  const auto written = write();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "chip.card_faulty");
  EXPECT_EQ(action_of(written.error()), StatusAction::next);
}

TEST_F(Personalise, SeesAByteThatWasReadBackDifferently) {
  profile.security_level = 0x03;  // answers are not protected
  std::size_t reads = 0;
  channel().tamper = [&](ByteView command, Bytes& answer) {
    if (command[1] == 0xB0 && ++reads == 4) answer[10] ^= 0x01;
  };
  const auto written = write();
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "chip.readback_differs");
  EXPECT_EQ(action_of(written.error()), StatusAction::next);
}

TEST_F(Personalise, EndsWhenTheAnswersAreTamperedWith) {
  channel().tamper = [](ByteView command, Bytes& answer) {
    if (command[1] == 0xB0) answer[3] ^= 0x01;
  };
  EXPECT_EQ(write().error().code, "chip.session_lost");
}

// Cuts power once in each command of close_chip, both before and after the card executed it; afterwards the
// card must be one that a second close_chip finishes.
TEST_F(Personalise, ClosingGoesOnAfterACutAtAnyCommand) {
  ASSERT_TRUE(write());
  devices::Card untouched(testing::make_blank(), card_random);
  std::size_t commands = 0;
  {
    VirtualCardChannel way(untouched);
    ASSERT_TRUE(write_chip(way, profile, content, vault, random));
    const auto closed = close_chip(way, profile, vault, random);
    ASSERT_TRUE(closed);
    commands = closed.value().count.commands;
  }
  for (std::size_t k = 1; k <= commands; ++k) {
    for (const auto kind : {devices::FaultKind::cut, devices::FaultKind::lost_answer}) {
      SCOPED_TRACE("command " + std::to_string(k) +
                   (kind == devices::FaultKind::cut ? " cut" : " answer lost"));
      devices::Card victim(testing::make_blank(), card_random);
      {
        VirtualCardChannel way(victim);
        ASSERT_TRUE(write_chip(way, profile, content, vault, random));
      }
      victim.set_fault({.kind = kind, .command = k, .bytes = 0});
      {
        VirtualCardChannel way(victim);
        const auto closed = close_chip(way, profile, vault, random);
        ASSERT_FALSE(closed);
        EXPECT_EQ(closed.error().happened, Happened::unknown);
      }
      VirtualCardChannel way(victim);
      const auto closed = close_chip(way, profile, vault, random);
      ASSERT_TRUE(closed) << closed.error().message;
      EXPECT_EQ(victim.memory().card_life(), devices::CardLife::secured);
      EXPECT_EQ(victim.memory().application_life(), devices::ApplicationLife::personalised);
      EXPECT_EQ(victim.memory().key_set(0x30), nullptr);
      EXPECT_NE(victim.memory().key_set(0x31), nullptr);
    }
  }
}

TEST_F(Personalise, ReadsTheStateOfAFinishedCard) {
  ASSERT_TRUE(write());
  ASSERT_TRUE(close());
  const auto state = read_chip_state(channel(), profile);
  ASSERT_TRUE(state);
  EXPECT_TRUE(state.value().activated);
  EXPECT_TRUE(state.value().card_keys);
  EXPECT_FALSE(state.value().blank_keys);
}

TEST_F(Personalise, NeverWritesAFinishedCardAgain) {
  ASSERT_TRUE(write());
  ASSERT_TRUE(close());
  EXPECT_EQ(write().error().code, "chip.card_unexpected");  // the blank's key version is gone
}

TEST_F(Personalise, FollowsTheOrderOfTheProfile) {
  profile.closing = {ClosingStep::activate, ClosingStep::rotate_keys};
  ASSERT_TRUE(write());
  const auto closed = close();
  ASSERT_TRUE(closed) << closed.error().message;
  EXPECT_TRUE(closed.value().keys_rotated && closed.value().activated);
  EXPECT_FALSE(closed.value().secured);
  EXPECT_EQ(card.memory().card_life(), devices::CardLife::op_ready);
}

}  // namespace
}  // namespace imprimatur::chip
