#include "station/face_check.hpp"

#include "lds/data_groups.hpp"
#include "station/face_targets.hpp"
#include "tests/job/job_fixture.hpp"

namespace imprimatur::station {
namespace {

using Kind = FaceTarget::Kind;
using Side = FaceTarget::Side;

// A citizen's card that is right in everything.
class FaceCheck : public testing::Test {
 protected:
  void SetUp() override {
    auto line = std::make_shared<ProductLine>();
    line->product = job::load_product(job::templates(), "vn-citizen").value();
    line->face = print::load_face_template(job::templates(), "vn-citizen").value();
    work.line = line;
    work.document = job::citizen();
    work.images = {{"face", job::face_image()}};
    chip = job::compose_files(work.document, work.images, line->product).value();
    targets = face_targets(line->face);
    const auto fields = job::compose_face_fields(work.document, line->product).value();
    for (const FaceTarget& target : targets) read[target.field] = fields.at(target.field);
  }
  // Code and field of what is found, or nothing.
  std::string found() const {
    const auto same = compare_face(work, chip, targets, read);
    return same ? "" : same.error().code + " " + same.error().field;
  }
  // The chip of a job that differs.
  lds::FileMap chip_of(const job::JobDocument& document, const job::Images& images) const {
    const auto files = job::compose_files(document, images, work.line->product);
    EXPECT_TRUE(files) << files.error().message;
    return files.value();
  }

  CardWork work;
  lds::FileMap chip;
  std::vector<FaceTarget> targets;
  FaceTexts read;
};

TEST_F(FaceCheck, FindsNothingWhenJobFaceAndChipAgree) {
  EXPECT_EQ(found(), "");
}

TEST_F(FaceCheck, NamesTheFieldThatTheFaceHasOtherwise) {
  for (const char* line : {"mrz1", "mrz2", "mrz3"}) {
    const std::string before = read.at(line);
    read[line][4] = before[4] == 'X' ? 'Y' : 'X';
    EXPECT_EQ(found(), std::string("face.mrz ") + line);
    read[line] = before;
  }
  read["qr"].pop_back();
  EXPECT_EQ(found(), "face.qr qr");
}

TEST_F(FaceCheck, SaysWhereTheTextsPartAndNeverWhatTheySay) {
  read["mrz3"][1] = 'I';
  const auto differs = compare_face(work, chip, targets, read);
  ASSERT_FALSE(differs);
  EXPECT_EQ(differs.error().message, "the face differs from the job at position 2");
}

TEST_F(FaceCheck, TakesNothingThatWasNotRead) {
  read.erase("mrz2");
  EXPECT_EQ(found(), "face.missing mrz2");
  read["mrz2"] = "";
  EXPECT_EQ(found(), "face.mrz mrz2");
}

TEST_F(FaceCheck, FindsTheChipOfAnotherUnderARightFace) {
  job::JobDocument other = work.document;
  other.holder.residence = "Số 9, Phố Khác, Quận Mẫu, Hà Nội";
  chip = chip_of(other, work.images);
  EXPECT_EQ(found(), "face.qr qr");
  chip = chip_of(work.document, work.images);
  chip[lds::FileId::dg1] = lds::encode_dg1(job::utopian().mrz);
  EXPECT_EQ(found(), "face.mrz mrz1");
}

TEST_F(FaceCheck, FindsAnotherPortraitInTheChipOrOnTheFace) {
  Bytes other = job::face_image();
  other.insert(other.end() - 2, {0xFF, 0xFE, 0x00, 0x03, 0x21});  // a comment: the same picture, other bytes
  job::JobDocument document = work.document;
  document.images["face"].sha256 = to_base64url(crypto::sha256(other));
  chip[lds::FileId::dg2] = chip_of(document, {{"face", other}}).at(lds::FileId::dg2);
  EXPECT_EQ(found(), "face.portrait face");
  chip = chip_of(work.document, work.images);
  EXPECT_EQ(found(), "");
  work.images["face"] = other;  // printed
  EXPECT_EQ(found(), "face.portrait face");
  work.images.clear();
  EXPECT_EQ(found(), "face.portrait face");
}

TEST_F(FaceCheck, WantsTheChipsPortraitToBeReadAfterPrinting) {
  chip.erase(lds::FileId::dg2);
  EXPECT_EQ(found(), "face.portrait face");
}

TEST_F(FaceCheck, NeverTakesAChipThatItCannotUnderstand) {
  chip[lds::FileId::dg1] = Bytes{0x61, 0x01, 0x00};
  EXPECT_NE(found(), "");
  chip = chip_of(work.document, work.images);
  chip[lds::FileId::dg2].resize(40);
  EXPECT_NE(found(), "");
}

// -- where there is something to read

TEST(FaceTargets, AreTheMrzAndTheCodesOfATemplate) {
  const auto targets = face_targets(print::load_face_template(job::templates(), "vn-citizen").value());
  ASSERT_EQ(targets.size(), 4U);
  EXPECT_EQ(targets[0].kind, Kind::qr);
  EXPECT_EQ(targets[0].side, Side::front);
  EXPECT_EQ(targets[0].field, "qr");
  for (std::size_t line = 0; line < 3; ++line) {
    const FaceTarget& mrz = targets[line + 1];
    EXPECT_EQ(mrz.kind, Kind::mrz_line);
    EXPECT_EQ(mrz.side, Side::back);
    EXPECT_EQ(mrz.field, "mrz" + std::to_string(line + 1));
    EXPECT_DOUBLE_EQ(mrz.pitch, 2.54);
    EXPECT_NEAR(mrz.x, (85.6 - 76.2) / 2, 0.01);
    EXPECT_GT(mrz.y, 53.98 - 23.2);  // in the zone (ICAO 9303-5, 4.2.1)
  }
}

TEST(FaceTargets, LeaveOutWhatSomeCardsDoNotShowAndWhatNoReaderReads) {
  const auto face = print::parse_face_template(
      R"({"version":1,"name":"test","title":"Test","card":"ID-1","colours":{},"styles":{},"words":{},)"
      R"("front":{"elements":[)"
      R"({"type":"qr","name":"a","box":[2,2,18,18],"field":"qr","colour":"#000000","when":{"field":"x","present":true}},)"
      R"({"type":"barcode","name":"b","kind":"pdf417","box":[2,22,70,12],"field":"qr","colour":"#000000"},)"
      R"({"type":"barcode","name":"c","box":[2,36,70,8],"field":"document_number","colour":"#000000"}]},)"
      R"("back":{"elements":[]}})",
      {});
  ASSERT_TRUE(face) << face.error().message;
  const auto targets = face_targets(face.value());
  ASSERT_EQ(targets.size(), 1U);
  EXPECT_EQ(targets[0].kind, Kind::code128);
  EXPECT_EQ(targets[0].field, "document_number");
}

}  // namespace
}  // namespace imprimatur::station
