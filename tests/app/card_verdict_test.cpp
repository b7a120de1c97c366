#include "app/commands/card_verdict.hpp"

#include <gtest/gtest.h>

#include "lds/data_groups.hpp"
#include "lds/mrz_travel.hpp"

namespace imprimatur::app {
namespace {

// The fictional holder of ICAO Doc 9303-5, appendix A.
chip::InspectionReport report() {
  chip::InspectionReport out;
  out.files[lds::FileId::dg1] =
      lds::encode_dg1({{"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6",
                        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"}});
  out.files[lds::FileId::dg2] = {0x75, 0x00};
  out.protocols.pace = chip::ProtocolVerdict::passed;
  out.protocols.pace_info = lds::PaceInfo{lds::CipherSuite::aes256, crypto::Curve::brainpool_p256r1};
  out.protocols.chip_authentication = chip::ProtocolVerdict::not_trusted;
  return out;
}

TEST(CardVerdict, SaysInWordsWhatWasFound) {
  auto seen = report();
  seen.findings.push_back({"pa.chain", "no trusted authority issued the signer's certificate", "EF.SOD"});
  const std::string text = verdict_text(seen);
  EXPECT_TRUE(text.starts_with("The document is NOT in order.\n"));
  for (const std::string part :
       {"no trusted authority issued the signer's certificate [pa.chain, EF.SOD]", "type I, issued by UTO",
        "passed (brainpoolP256r1, aes-256)", "NOT TRUSTED", "DG1", "EF.SOD could not be read"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(CardVerdict, NamesNobody) {
  const std::string said = verdict_text(report()) + canonical_json(verdict_json(report()));
  for (const std::string personal : {"ERIKSSON", "ANNA", "D23145890", "740812", "120415"}) {
    EXPECT_EQ(said.find(personal), std::string::npos) << personal;
  }
}

TEST(CardVerdict, TellsMachinesTheSame) {
  const auto object = verdict_json(report());
  EXPECT_TRUE(object.at("authentic").as_bool());
  EXPECT_EQ(object.at("protocols").at("pace").as_string(), "passed");
  EXPECT_EQ(object.at("protocols").at("chip_authentication").as_string(), "not-trusted");
  EXPECT_EQ(object.at("protocols").at("bac").as_string(), "not-tried");
  EXPECT_EQ(object.at("document").at("issuer").as_string(), "UTO");
  EXPECT_EQ(object.at("files").as_array().size(), 2U);
  EXPECT_EQ(object.at("contents").at(0).at("standing").as_string(), "unchecked");
}

// The passport of ICAO Doc 9303-4, appendix B.
TEST(CardVerdict, KnowsAPassportAndTheNumber) {
  auto seen = report();
  const auto zone = lds::travel_mrz_of_text(
      "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10");
  seen.files[lds::FileId::dg1] = lds::encode_travel_dg1(zone.value());
  EXPECT_EQ(verdict_text(seen).find("PACE with the number"), std::string::npos);
  seen.protocols.pace_can = chip::ProtocolVerdict::failed;
  EXPECT_NE(verdict_text(seen).find("type P, issued by UTO"), std::string::npos);
  EXPECT_NE(verdict_text(seen).find("PACE with the number"), std::string::npos);
  EXPECT_EQ(verdict_json(seen).at("document").at("type").as_string(), "P");
  EXPECT_EQ(verdict_json(seen).at("protocols").at("pace_can").as_string(), "failed");
}

// Whatever is in the files: no document makes it stop.
TEST(CardVerdict, TakesFilesThatMakeNoSense) {
  auto seen = report();
  for (const int number : {1, 2, 11, 14, 15}) seen.files[*lds::data_group(number)] = {0xFF, 0x84};
  seen.passive = lds::authenticate_passively(Bytes{0x77, 0x00}, seen.files, {}, WallTime{});
  EXPECT_FALSE(verdict_text(seen).empty());
  EXPECT_FALSE(verdict_json(seen).contains("document"));
}

}  // namespace
}  // namespace imprimatur::app
