// Inspection of documents that others issued: passports and cards of the other sizes, by the printed zone,
// the card access number or both; and the signers that were revoked.
#include "base/json.hpp"
#include "tests/chip/finished_card.hpp"
#include "tests/chip/revocation_list.hpp"
#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

using lds::FileId;
using testing::codes;
using testing::FinishedCard;
using testing::Found;
using testing::kCan;
using testing::sentences;
using testing::trust;

// Of mrz-travel.json: 0 and 1 passports, 2 and 3 TD2, 3 with a long document number, 4 TD1.
lds::TravelMrz specimen(std::size_t number) {
  static const json::value file = testing::load("mrz-travel.json");
  lds::TravelMrz mrz;
  for (const json::value& line : file.at("documents").as_array()[number].at("lines").as_array()) {
    mrz.lines.emplace_back(line.as_string());
  }
  return mrz;
}

// The zone of a card whose MRZ information, and so whose access keys, are those of this document.
lds::Mrz with_keys_of(const lds::TravelMrz& zone) {
  lds::MrzFields fields = lds::parse_any(zone).value();
  fields.document_code = "I";
  fields.optional_data_1.clear();
  return lds::compose_td1(fields).value();
}

void rewrite(devices::Memory& memory, FileId file, const Bytes& content) {
  const std::uint16_t id = lds::fid(file);
  ASSERT_EQ(memory.begin_file(id, content.size()), 0x9000);
  ASSERT_EQ(memory.write_bytes(id, 0, content), 0x9000);
  ASSERT_EQ(memory.complete_file(id), 0x9000);
}

// A document that another state issued: its DG1 has another size than the cards that are made here.
struct ForeignDocument {
  ForeignDocument(std::string_view profile, std::size_t number)
      : zone(specimen(number)), like(testing::load_test_profile(profile), with_keys_of(zone)) {
    like.write();
    image = like.card.take_unsaved();
    issue(lds::encode_travel_dg1(zone));
  }

  // The same card with this DG1, signed.
  void issue(const Bytes& dg1) {
    lds::FileMap files = like.content.files;
    files[FileId::dg1] = dg1;
    like.sign(files);
    devices::Memory memory = devices::Memory::load(image).value();
    rewrite(memory, FileId::dg1, dg1);
    rewrite(memory, FileId::sod, like.content.files[FileId::sod]);
    channel.reset();
    card.emplace(std::move(memory), like.card_random);
    channel.emplace(*card);
  }

  InspectionRequest request() const {
    return {.mrz = zone, .anchors = {trust().csca()}, .at = testing::today()};
  }
  InspectionReport look(const InspectionRequest& asked) {
    auto report = inspect(*channel, asked, like.random);
    EXPECT_TRUE(report) << report.error().message;
    return report ? std::move(report).value() : InspectionReport{};
  }

  lds::TravelMrz zone;
  FinishedCard like;
  Bytes image;  // the card's own file
  std::optional<devices::Card> card;
  std::optional<testing::VirtualCardChannel> channel;
};

class InspectEverySize : public ::testing::TestWithParam<std::size_t> {};

TEST_P(InspectEverySize, OpensWithBacAndComparesDg1) {
  ForeignDocument document("utopia-id", GetParam());
  const auto report = document.look(document.request());
  EXPECT_TRUE(report.passed()) << sentences(report);
  EXPECT_EQ(report.protocols.bac, ProtocolVerdict::passed);
  EXPECT_EQ(report.files.at(FileId::dg1), lds::encode_travel_dg1(document.zone));
}

TEST_P(InspectEverySize, OpensWithPaceAndComparesDg1) {
  ForeignDocument document("utopia-pace", GetParam());
  const auto report = document.look(document.request());
  EXPECT_TRUE(report.passed()) << sentences(report);
  EXPECT_EQ(report.protocols.pace, ProtocolVerdict::passed);
  EXPECT_EQ(report.protocols.pace_can, ProtocolVerdict::not_offered);
}

TEST_P(InspectEverySize, OpensWithTheNumberAlone) {
  ForeignDocument document("utopia-pace", GetParam());
  InspectionRequest asked = document.request();
  asked.mrz = {};
  asked.can = kCan;
  const auto report = document.look(asked);
  EXPECT_TRUE(report.passed()) << sentences(report);
  EXPECT_EQ(report.protocols.pace_can, ProtocolVerdict::passed);
}

TEST_P(InspectEverySize, FindsThatAnotherNameIsPrinted) {
  ForeignDocument document("utopia-id", GetParam());
  InspectionRequest asked = document.request();
  for (std::string& line : asked.mrz.lines) {
    if (const auto name = line.find("<<"); name < 20 && line.find("ANNA") != std::string::npos) {
      line.replace(line.find("ANNA"), 4, "ANNE");
    } else if (line.find("PETER") != std::string::npos) {
      line.replace(line.find("PETER"), 5, "PETRA");
    }
  }
  EXPECT_EQ(codes(document.look(asked)), Found{"inspect.mrz_differs DG1"});
}

INSTANTIATE_TEST_SUITE_P(Specimens, InspectEverySize, ::testing::Values(0, 1, 2, 3, 4));

TEST(InspectForeign, ReadsNoDg1OfAnUnknownSize) {
  ForeignDocument document("utopia-pace", 0);
  document.issue(lds::encode_tlv(0x61, lds::encode_tlv(0x5F1F, Bytes(88 + 1, 'P'))));
  InspectionRequest asked = document.request();
  asked.mrz = {};
  asked.can = kCan;
  const auto found = codes(document.look(asked));
  EXPECT_NE(std::find(found.begin(), found.end(), "inspect.read DG1"), found.end());
}

class InspectBoth : public ::testing::Test {
 protected:
  InspectionRequest with_number(std::string_view number) const {
    InspectionRequest asked = finished.request();
    asked.can = number;
    return asked;
  }
  FinishedCard finished{testing::load_test_profile("utopia-pace")};
};

TEST_F(InspectBoth, ProvesZoneAndNumber) {
  finished.write();
  for (const ChipProfile* profile :
       {static_cast<const ChipProfile*>(nullptr), &std::as_const(finished).profile}) {
    InspectionRequest asked = with_number(kCan);
    asked.profile = profile;
    const auto report = finished.look(asked);
    EXPECT_TRUE(report.passed()) << sentences(report);
    EXPECT_EQ(report.protocols.pace, ProtocolVerdict::passed);
    EXPECT_EQ(report.protocols.pace_can, ProtocolVerdict::passed);
  }
}

TEST_F(InspectBoth, FindsANumberThatIsNotTheChips) {
  finished.write();
  const auto report = finished.look(with_number("362840"));
  EXPECT_EQ(codes(report), Found{"inspect.access"}) << sentences(report);
  EXPECT_EQ(report.protocols.pace, ProtocolVerdict::passed);
  EXPECT_EQ(report.protocols.pace_can, ProtocolVerdict::failed);
  EXPECT_TRUE(report.files == finished.content.files);
}

TEST_F(InspectBoth, RefusesWhatIsNoNumber) {
  finished.write();
  EXPECT_EQ(inspect(finished.channel, with_number("36284"), finished.random).error().code, "chip.can");
}

TEST_F(InspectBoth, LeavesTheNumberWhereOnlyBacIsOffered) {
  FinishedCard plain(testing::load_test_profile("utopia-id"));
  plain.write();
  InspectionRequest asked = plain.request();
  asked.can = kCan;
  const auto report = plain.look(asked);
  EXPECT_TRUE(report.passed()) << sentences(report);
  EXPECT_EQ(report.protocols.pace_can, ProtocolVerdict::not_offered);
}

TEST(InspectRevocation, FindsASignerThatWasRevoked) {
  FinishedCard finished(testing::load_test_profile("utopia-pace"));
  finished.write();
  InspectionRequest asked = finished.request();
  asked.revocation = {testing::revocation_list(trust(), "02")};
  const auto report = finished.look(asked);
  EXPECT_EQ(codes(report), Found{"pa.revoked EF.SOD"}) << sentences(report);
  // Keys that a revoked signer vouches for prove nothing.
  EXPECT_EQ(report.protocols.chip_authentication, ProtocolVerdict::not_trusted);
  EXPECT_EQ(report.protocols.active_authentication, ProtocolVerdict::not_trusted);
}

TEST(InspectRevocation, PassesASignerThatIsNotOnTheList) {
  FinishedCard finished(testing::load_test_profile("utopia-pace"));
  finished.write();
  InspectionRequest asked = finished.request();
  asked.revocation = {testing::revocation_list(trust(), "0815")};
  const auto report = finished.look(asked);
  EXPECT_TRUE(report.passed()) << sentences(report);
}

TEST(InspectRevocation, FindsAListThatIsNone) {
  FinishedCard finished(testing::load_test_profile("utopia-id"));
  finished.write();
  InspectionRequest asked = finished.request();
  asked.revocation = {hex("3003020101")};
  EXPECT_EQ(codes(finished.look(asked)), Found{"pa.crl EF.SOD"});
}

}  // namespace
}  // namespace imprimatur::chip
