#include "print/face_check.hpp"

#include <gtest/gtest.h>

#include "tests/print/face_fixture.hpp"

namespace imprimatur::print {
namespace {

job::JobDocument document() {
  const FaceData data = citizen();
  job::JobDocument document;
  document.product = "vn-citizen";
  document.document = {.type = "ID",
                       .issuer = "VNM",
                       .number = data.fields.at("document_number"),
                       .issue_date = {},
                       .expiry_date = {}};
  document.document.issue_date = parse_date("2021-05-31").value();
  document.mrz.lines = {data.fields.at("mrz1"), data.fields.at("mrz2"), data.fields.at("mrz3")};
  document.holder.personal_number = data.fields.at("personal_number");
  document.holder.name_printed = data.fields.at("name_printed");
  document.holder.birth_date = "2001-08-19";
  document.holder.sex = "F";
  document.holder.nationality = "VNM";
  document.holder.place_of_origin = data.fields.at("place_of_origin");
  document.holder.residence = data.fields.at("residence");
  return document;
}

std::vector<job::Finding> findings_of(const job::JobDocument& document, const job::Images& images) {
  const auto check =
      make_face_check(job::load_product(templates_folder(), "vn-citizen").value(),
                      load_face_template(templates_folder(), "vn-citizen").value(), new_renderer());
  EXPECT_EQ(check->name(), "face");
  return check->examine({document, images, parse_date("2021-06-01").value()});
}

TEST(FaceCheck, FindsNothingWrongWithAGoodJob) {
  for (const auto& finding : findings_of(document(), {{"face", portrait()}})) {
    ADD_FAILURE() << finding.code << " " << finding.field << " " << finding.sentence;
  }
}

TEST(FaceCheck, PointsIntoTheDocument) {
  job::JobDocument bad = document();
  bad.holder.name_printed = "Nguyễn Ж";
  const auto findings = findings_of(bad, {{"face", Bytes(100, 0)}});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].code, "face.no_glyph");
  EXPECT_EQ(findings[0].field, "/holder/name_printed");
  EXPECT_EQ(findings[0].severity, job::Severity::blocks);
  EXPECT_EQ(findings[1].code, "face.image");
  EXPECT_EQ(findings[1].field, "/images/face");
}

TEST(FaceCheck, PassesOnWhatCannotBeComposed) {
  job::JobDocument bad = document();
  bad.holder.residence = "12|34";  // the QR code's separator
  const auto findings = findings_of(bad, {{"face", portrait()}});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].field, "/holder/residence");
}

TEST(FaceCheck, PointsIntoTheProductsOwnData) {
  job::JobDocument staff = document();
  staff.product = "utopia-staff";
  staff.holder.primary_identifier = "Eriksson";
  staff.holder.residence.clear();
  staff.holder.nationality = "UTO";
  staff.product_data["role"] = std::string(300, 'W');
  const auto check =
      make_face_check(job::load_product(templates_folder(), "utopia-staff").value(),
                      load_face_template(templates_folder(), "utopia-staff").value(), new_renderer());
  const job::Images images{{"face", portrait()}};
  const auto findings = check->examine({staff, images, parse_date("2021-06-01").value()});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].code, "face.does_not_fit");
  EXPECT_EQ(findings[0].field, "/product_data/role");
  staff.product_data["role"] = "Harbour pilot";
  EXPECT_TRUE(check->examine({staff, images, parse_date("2021-06-01").value()}).empty());
}

TEST(FaceCheck, KnowsWhereFieldsComeFrom) {
  EXPECT_EQ(document_pointer("residence"), "/holder/residence");
  EXPECT_EQ(document_pointer("mrz2"), "/mrz/1");
  EXPECT_EQ(document_pointer("expiry_date"), "/document/expiry_date");
}

}  // namespace
}  // namespace imprimatur::print
