#include "job/chip_fields.hpp"

#include "lds/data_groups.hpp"
#include "tests/job/job_fixture.hpp"

namespace imprimatur::job {
namespace {

class ChipFields : public testing::Test {
 protected:
  void SetUp() override {
    product = load_product(templates(), "vn-citizen").value();
    fields = compose_face_fields(citizen(), product).value();
    chip = compose_files(citizen(), {{"face", face_image()}}, product).value();
  }
  Product product;
  std::map<std::string, std::string> fields;
  lds::FileMap chip;
};

TEST_F(ChipFields, AreTheFacesOwnWhenTheChipIsOfTheSameJob) {
  const auto same = with_chip_fields(fields, chip, product);
  ASSERT_TRUE(same) << same.error().message;
  EXPECT_EQ(same.value(), fields);
}

TEST_F(ChipFields, TellAnotherPersonsChipByItsMrzAndItsQrFields) {
  JobDocument other = citizen();
  other.holder.residence = "Số 2, Phố Khác, Quận Mẫu, Hà Nội";
  other.holder.previous_number.clear();
  other.mrz.lines[2] = "TRAN<<THI<BA<<<<<<<<<<<<<<<<<<";
  other.holder.primary_identifier = "Trần";
  other.holder.secondary_identifier = "Thị Ba";
  other.holder.name_printed = "Trần Thị Ba";
  const auto of_other = compose_files(other, {{"face", face_image()}}, product);
  ASSERT_TRUE(of_other) << of_other.error().message;
  const auto read = with_chip_fields(fields, of_other.value(), product).value();
  EXPECT_EQ(read.at("mrz3"), other.mrz.lines[2]);
  EXPECT_EQ(read.at("residence"), other.holder.residence);
  EXPECT_EQ(read.at("qr"), "001185123456||Trần Thị Ba|12031985|Nữ|Số 2, Phố Khác, Quận Mẫu, Hà Nội|24112026");
  EXPECT_NE(read.at("qr"), fields.at("qr"));
}

TEST_F(ChipFields, LeaveWhatNoChipSaysAsItIs) {
  const auto read = with_chip_fields(fields, {}, product);
  ASSERT_TRUE(read);
  EXPECT_EQ(read.value(), fields);
}

TEST_F(ChipFields, RefuseAChipThatCannotBeUnderstood) {
  chip[lds::FileId::dg13] = Bytes{0x6D, 0x02, 0x30};
  EXPECT_FALSE(with_chip_fields(fields, chip, product));
  chip[lds::FileId::dg13] =
      lds::encode_dg13({{lds::Dg13Field::Kind::printable, 3, {"1985-03-12"}}}, {}).value();
  EXPECT_EQ(with_chip_fields(fields, chip, product).error().code, "content.chip_date");
}

}  // namespace
}  // namespace imprimatur::job
