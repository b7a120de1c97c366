// PACE, chip authentication and active authentication in an inspection: the virtual card has them by its own
// code.
#include "chip/chip_keys.hpp"
#include "chip/inspect.hpp"
#include "tests/chip/finished_card.hpp"

namespace imprimatur::chip {
namespace {

using lds::FileId;
using testing::VirtualCardChannel;

using testing::codes;
using testing::FinishedCard;
using testing::Found;
using testing::kCan;
using testing::sentences;
using testing::trust;

class InspectShipped : public ::testing::TestWithParam<std::string> {};

TEST_P(InspectShipped, PassesWithEveryProtocolOfTheProfile) {
  FinishedCard finished(testing::load_test_profile(GetParam()));
  finished.write();
  const auto report = finished.look(finished.request());
  EXPECT_TRUE(report.passed()) << sentences(report);
  const auto& profile = finished.profile;
  const auto& protocols = report.protocols;
  EXPECT_EQ(protocols.bac == ProtocolVerdict::passed, profile.offers(AccessProtocol::bac));
  EXPECT_EQ(protocols.pace == ProtocolVerdict::passed, profile.offers(AccessProtocol::pace));
  EXPECT_EQ(protocols.chip_authentication == ProtocolVerdict::passed,
            profile.chip_authentication.has_value());
  EXPECT_EQ(protocols.active_authentication == ProtocolVerdict::passed,
            profile.active_authentication.has_value());
  lds::FileMap readable = finished.content.files;
  readable.erase(FileId::dg3);
  EXPECT_TRUE(report.files == readable);
}

TEST_P(InspectShipped, PassesAsADocumentOfAnybody) {
  FinishedCard finished(testing::load_test_profile(GetParam()));
  finished.write();
  InspectionRequest asked = finished.request();
  asked.profile = nullptr;
  const auto report = finished.look(asked);
  EXPECT_TRUE(report.passed()) << sentences(report);
  const bool pace = finished.profile.offers(AccessProtocol::pace);
  EXPECT_EQ(report.protocols.pace, pace ? ProtocolVerdict::passed : ProtocolVerdict::not_offered);
  EXPECT_EQ(report.protocols.bac, pace ? ProtocolVerdict::not_tried : ProtocolVerdict::passed);
}

TEST_P(InspectShipped, IsReadAgainWithThePrintedZone) {
  FinishedCard finished(testing::load_test_profile(GetParam()));
  finished.write();
  RereadRequest asked;
  asked.mrz = finished.content.mrz;
  asked.expected = &finished.content.files;
  asked.groups = {FileId::dg2};
  asked.profile = &finished.profile;
  const auto report = reread(finished.channel, asked, finished.random);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report.value().passed()) << sentences(report.value());
  EXPECT_EQ(report.value().files.at(FileId::dg2), finished.content.files.at(FileId::dg2));
}

INSTANTIATE_TEST_SUITE_P(Profiles, InspectShipped,
                         ::testing::Values("vn-citizen", "utopia-id", "utopia-pace", "utopia-rsa",
                                           "iso7816-specimen", "iso7816-precreated", "iso7816-scp03",
                                           "emrtd-applet-specimen", "emrtd-applet-older"),
                         [](const auto& each) {
                           std::string name = each.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

class InspectPace : public ::testing::Test {
 protected:
  std::vector<const ChipProfile*> anybody_and_ours() const { return {nullptr, &finished.profile}; }

  FinishedCard finished{testing::load_test_profile("utopia-pace")};
};

TEST_F(InspectPace, OpensWithTheCardAccessNumberAlone) {
  finished.write();
  InspectionRequest asked = finished.request();
  asked.mrz = {};
  asked.can = kCan;
  for (const ChipProfile* profile : anybody_and_ours()) {
    asked.profile = profile;
    const auto report = finished.look(asked);
    EXPECT_TRUE(report.passed()) << sentences(report);
    EXPECT_EQ(report.protocols.pace, ProtocolVerdict::passed);
    EXPECT_EQ(report.protocols.bac, ProtocolVerdict::not_tried);
  }
}

// EF.ATR/INFO lets a reader that nobody told ask for long answers.
TEST_F(InspectPace, ReadsAnyDocumentWithAsFewCommandsAsItAllows) {
  finished.write();
  InspectionRequest asked = finished.request();
  asked.profile = nullptr;
  const std::size_t longer = finished.look(asked).count.commands;
  VirtualCardChannel short_reader(finished.card, false);
  const auto report = inspect(short_reader, asked, finished.random);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report.value().passed()) << sentences(report.value());
  EXPECT_LT(longer + 10, report.value().count.commands);
}

TEST_F(InspectPace, SaysThatAWrongNumberDoesNotOpen) {
  finished.write();
  InspectionRequest asked = finished.request();
  asked.mrz = {};
  asked.can = "362840";
  asked.profile = nullptr;
  const auto report = finished.look(asked);
  EXPECT_EQ(codes(report), Found{"inspect.access"});
  EXPECT_EQ(report.protocols.pace, ProtocolVerdict::failed);
  asked.can = "36284";
  EXPECT_EQ(inspect(finished.channel, asked, finished.random).error().code, "chip.can");
}

TEST_F(InspectPace, SaysThatAnotherZoneDoesNotOpen) {
  finished.write();
  InspectionRequest asked = finished.request();
  asked.mrz.lines[1] = "7408122F1304159UTO<<<<<<<<<<<6";  // another expiry
  auto fields = lds::parse_td1(testing::specimen_mrz()).value();
  fields.expiry_date = "130415";
  asked.mrz = lds::compose_td1(fields).value();
  asked.profile = nullptr;
  EXPECT_EQ(codes(finished.look(asked)), Found{"inspect.access"});
  asked.profile = &finished.profile;
  EXPECT_EQ(codes(finished.look(asked)), (Found{"inspect.access_missing", "inspect.access"}));
}

TEST_F(InspectPace, FindsACounterfeitWhoseKeysAreNotThoseThatAreSigned) {
  finished.write();
  finished.card.set_fault({.kind = devices::FaultKind::wrong_chip_key});
  for (const ChipProfile* profile : anybody_and_ours()) {
    InspectionRequest asked = finished.request();
    asked.profile = profile;
    const auto report = finished.look(asked);
    EXPECT_EQ(codes(report),
              (Found{"inspect.chip_authentication DG14", "inspect.active_authentication DG15"}))
        << sentences(report);
    EXPECT_EQ(report.protocols.chip_authentication, ProtocolVerdict::failed);
    EXPECT_EQ(report.protocols.active_authentication, ProtocolVerdict::failed);
    EXPECT_TRUE(report.files == finished.content.files);  // it can be read all the same
  }
}

TEST_F(InspectPace, TrustsNoProofWhoseKeyIsNotSigned) {
  FinishedCard other(testing::load_test_profile("utopia-pace"));
  SeededRandom random(99);
  const ChipKeys other_keys = make_chip_keys(other.profile, random).value();
  lds::FileMap signed_files = finished.content.files;
  ASSERT_TRUE(add_key_files(finished.profile, other_keys, signed_files));
  finished.sign(signed_files);
  finished.write();
  const auto report = finished.look(finished.request());
  EXPECT_EQ(codes(report), (Found{"pa.hash EF.SOD", "pa.hash EF.SOD"}));
  EXPECT_EQ(report.protocols.chip_authentication, ProtocolVerdict::not_trusted);
  EXPECT_EQ(report.protocols.active_authentication, ProtocolVerdict::not_trusted);
}

TEST_F(InspectPace, TrustsNoProofWithoutATrustedSigner) {
  finished.write();
  InspectionRequest asked = finished.request();
  asked.anchors.clear();
  const auto report = finished.look(asked);
  EXPECT_FALSE(report.passed());
  EXPECT_EQ(report.protocols.chip_authentication, ProtocolVerdict::not_trusted);
  EXPECT_EQ(report.protocols.active_authentication, ProtocolVerdict::not_trusted);
}

TEST_F(InspectPace, FindsOffersThatDg14DoesNotConfirm) {
  auto infos = lds::decode_dg14(finished.content.files.at(FileId::dg14)).value();
  infos.pace = {{lds::CipherSuite::aes256, crypto::Curve::p256}};
  finished.content.files[FileId::dg14] = lds::encode_dg14(infos, lds::CurveForm::explicit_);
  finished.sign(finished.content.files);
  finished.write();
  const auto report = finished.look(finished.request());
  EXPECT_EQ(codes(report), Found{"inspect.card_access_differs EF.CardAccess"}) << sentences(report);
}

TEST_F(InspectPace, FindsThatDg14IsSilentAboutPace) {
  auto infos = lds::decode_dg14(finished.content.files.at(FileId::dg14)).value();
  infos.pace.clear();
  finished.content.files[FileId::dg14] = lds::encode_dg14(infos, lds::CurveForm::explicit_);
  finished.sign(finished.content.files);
  finished.write();
  for (const ChipProfile* profile : anybody_and_ours()) {
    InspectionRequest asked = finished.request();
    asked.profile = profile;
    const auto report = finished.look(asked);
    EXPECT_EQ(codes(report), Found{"inspect.card_access_differs EF.CardAccess"}) << sentences(report);
  }
}

TEST_F(InspectPace, FindsThatThereIsNoDg14) {
  ChipProfile profile = testing::load_test_profile("utopia-pace");
  profile.active_authentication.reset();
  profile.chip_authentication.reset();
  std::erase_if(profile.files, [](const ProfileFile& file) {
    return file.file == FileId::dg14 || file.file == FileId::dg15;
  });
  FinishedCard silent(profile);
  silent.content.files.erase(FileId::dg14);
  silent.sign(silent.content.files);
  silent.write();
  const auto report = silent.look(silent.request());
  EXPECT_EQ(codes(report), Found{"inspect.card_access_differs EF.CardAccess"}) << sentences(report);
}

TEST_F(InspectPace, FindsThatAnAccessOfTheProductIsMissing) {
  FinishedCard bac_only(testing::load_test_profile("vn-citizen"));
  bac_only.write();
  ChipProfile wanted = bac_only.profile;
  wanted.access = {AccessProtocol::pace, AccessProtocol::bac};
  wanted.pace = {{lds::CipherSuite::aes128, crypto::Curve::p256}};
  InspectionRequest asked = bac_only.request();
  asked.profile = &wanted;
  const auto report = bac_only.look(asked);
  EXPECT_EQ(codes(report), Found{"inspect.access_missing"}) << sentences(report);
  EXPECT_EQ(report.protocols.bac, ProtocolVerdict::passed);
  EXPECT_EQ(report.protocols.pace, ProtocolVerdict::not_offered);
  EXPECT_TRUE(report.files.contains(FileId::dg2));  // read by the access that there is
}

TEST_F(InspectPace, FindsThatAProofOfTheProductIsMissing) {
  FinishedCard plain(testing::load_test_profile("vn-citizen"));
  plain.write();
  ChipProfile wanted = plain.profile;
  wanted.chip_authentication = ChipAuthenticationProfile{};
  wanted.active_authentication = ActiveAuthenticationProfile{};
  InspectionRequest asked = plain.request();
  asked.profile = &wanted;
  EXPECT_EQ(codes(plain.look(asked)),
            (Found{"inspect.chip_authentication", "inspect.active_authentication"}));
}

TEST_F(InspectPace, SaysThatADocumentWithoutPaceNeedsItsZone) {
  FinishedCard bac_only(testing::load_test_profile("vn-citizen"));
  bac_only.write();
  InspectionRequest asked = bac_only.request();
  asked.mrz = {};
  asked.can = kCan;
  asked.profile = nullptr;
  EXPECT_EQ(codes(bac_only.look(asked)), Found{"inspect.access"});
}

// A card that still takes files and keys in clear is not finished.
TEST(InspectPlain, FindsThatAnUnlockedCardTakesFilesAndKeys) {
  FinishedCard open_card(testing::load_test_profile("iso7816-specimen"));
  ASSERT_TRUE(
      write_chip(open_card.channel, open_card.profile, open_card.content, open_card.vault, open_card.random));
  ASSERT_TRUE(open_card.channel.reset());
  const auto found = codes(open_card.look(open_card.request()));
  EXPECT_GE(std::count(found.begin(), found.end(), "inspect.owes_refusal"), 2);
}

TEST_F(InspectPace, NeverPassesWhenAnAnswerWithDataIsSpoiled) {
  finished.write();
  // What a SELECT in clear answers with is not looked at.
  const auto matters = [](ByteView command, const Bytes& answer) {
    return answer.size() > 2 && (command[0] != 0x00 || command[1] != 0xA4);
  };
  std::size_t answers = 0;
  finished.channel.tamper = [&](ByteView command, Bytes& answer) {
    answers += matters(command, answer) ? 1U : 0U;
  };
  ASSERT_TRUE(finished.look(finished.request()).passed());
  ASSERT_GT(answers, 15U);
  for (std::size_t spoiled = 1; spoiled <= answers; ++spoiled) {
    ASSERT_TRUE(finished.channel.reset());
    std::size_t number = 0;
    finished.channel.tamper = [&](ByteView command, Bytes& answer) {
      if (matters(command, answer) && ++number == spoiled) answer[answer.size() / 2] ^= 0x10;
    };
    const auto report = inspect(finished.channel, finished.request(), finished.random);
    EXPECT_TRUE(!report || !report.value().passed()) << "answer " << spoiled << " of " << answers;
  }
}

}  // namespace
}  // namespace imprimatur::chip
