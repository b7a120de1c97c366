// What goes on the chip and on the face. Bytes come from the shared vectors.
#include "job/face_fields.hpp"
#include "job_fixture.hpp"
#include "lds/data_groups.hpp"

namespace imprimatur::job {
namespace {

const Product& vn() {
  static const Product product = load_product(templates(), "vn-citizen").value();
  return product;
}

const Product& utopia() {
  static const Product product = load_product(templates(), "utopia-id").value();
  return product;
}

std::map<std::string, std::string> fields_of(const JobDocument& job, const Product& product) {
  const auto fields = compose_face_fields(job, product);
  EXPECT_TRUE(fields) << fields.error().message;
  return fields.value();
}

// mrz-td1.json: the synthetic Vietnamese cards and ICAO's Utopian specimen.
TEST(ComposeMrz, GivesTheSpecimensOfTheVectors) {
  struct Case {
    const char* id;
    const char* primary;
    const char* secondary;
    const char* number;
    const char* birth;
    const char* sex;
    std::optional<Date> expiry;
  };
  const Case cases[] = {
      {"vnm-synthetic-1", "LÊ", "THỊ ÁNH DƯƠNG", "001185123456", "1985-03-12", "F", Date{2045, 3, 12}},
      {"vnm-synthetic-2", "NGUYỄN", "VĂN ĐỨC", "079204000017", "2004-02-29", "M", Date{2029, 2, 28}},
      {"vnm-synthetic-3", "Đặng", "Trần Hương Giang", "048301987654", "2001-11-30", "F", Date{2026, 11, 30}},
      {"vnm-synthetic-4", "Hoàng", "Phủ", "096060555001", "1960-01-01", "M", std::nullopt},
      {"icao-utopia", "ERIKSSON", "ANNA MARIA", "D23145890", "1974-08-12", "F", Date{2012, 4, 15}}};
  const json::object vectors = test_data("mrz-td1.json");
  for (const Case& one : cases) {
    const bool utopian_card = std::string_view(one.id) == "icao-utopia";
    JobDocument job = utopian_card ? utopian() : citizen();
    job.holder.primary_identifier = one.primary;
    job.holder.secondary_identifier = one.secondary;
    job.holder.personal_number = job.document.number = one.number;
    job.holder.birth_date = one.birth;
    job.holder.sex = one.sex;
    job.document.expiry_date = one.expiry;
    const auto mrz = compose_mrz(job, utopian_card ? utopia() : vn());
    ASSERT_TRUE(mrz) << mrz.error().message;
    for (const auto& specimen : vectors.at("specimens").get_array()) {
      if (specimen.at("id").get_string() != one.id) continue;
      for (std::size_t line = 0; line < 3; ++line) {
        EXPECT_EQ(mrz.value().lines[line], std::string(specimen.at("lines").at(line).get_string())) << one.id;
      }
    }
  }
}

// mrz-td1.json, unknown_dates_of_birth; sex is unspecified there too.
TEST(ComposeMrz, WritesFillersForWhatIsNotKnown) {
  const std::vector<std::string> births = {"1964-00-00", "1964-08-00", "0000-00-00"};
  const json::object vectors = test_data("mrz-td1.json");
  const auto& cases = vectors.at("unknown_dates_of_birth").get_array();
  ASSERT_EQ(cases.size(), births.size());
  for (std::size_t i = 0; i < births.size(); ++i) {
    JobDocument job = utopian();
    job.holder.birth_date = births[i];
    job.holder.sex = "X";
    EXPECT_EQ(compose_mrz(job, utopia()).value().lines[1],
              std::string(cases[i].at("lines").at(1).get_string()));
  }
}

TEST(ComposeMrz, RefusesWhatItCannotSay) {
  JobDocument job = citizen();
  job.holder.personal_number = "123";
  EXPECT_EQ(code_of(compose_mrz(job, vn())), "content.mrz");
  job = citizen();
  job.holder.primary_identifier = "日";
  EXPECT_EQ(code_of(compose_mrz(job, vn())), "content.name");
  EXPECT_EQ(field_of(compose_mrz(job, vn())), "/holder/primary_identifier");
  job = utopian();
  job.document.expiry_date.reset();
  EXPECT_EQ(code_of(compose_mrz(job, utopia())), "content.expiry");
}

// vn-cccd.json, dg13: this holder, with another expiry date and a chip id that is not known when the content
// is made. Fields of the vector are compared one by one.
TEST(ComposeFiles, WritesDg13AsReadersKnowIt) {
  const auto files = compose_files(citizen(), images_of(citizen()), vn());
  ASSERT_TRUE(files) << files.error().message;
  const Bytes& dg13 = files.value().at(lds::FileId::dg13);
  const std::string written = to_hex(dg13);
  const json::object vectors = test_data("vn-cccd.json");
  std::string fields;
  for (const auto& field : vectors.at("dg13").at("fields").get_array()) {
    const auto id = field.at("id").get_int64();
    if (id == 16) continue;
    std::string expected(field.at("hex").get_string());
    // 24/11/2026 issued and 12/03/2045 expires, for 01/07/2021 and 12/03/2025.
    if (id == 11) expected = "300F02010B130A" + to_hex(bytes_of("24/11/2026"));
    if (id == 12) expected = "300F02010C0C0A" + to_hex(bytes_of("12/03/2045"));
    fields += expected;
  }
  const std::size_t size = fields.size() / 2;
  ASSERT_GT(size, 255U);
  Bytes head = hex("6D82");
  append_be(head, size + 4, 2);
  append(head, hex("3082"));
  append_be(head, size, 2);
  EXPECT_EQ(written, to_hex(head) + fields);
}

TEST(ComposeFiles, FollowsTheSettingOfDg13sOuterForm) {
  Product plain = vn();
  plain.settings["dg13_outer_sequence"] = "false";
  const Bytes with = compose_files(citizen(), images_of(citizen()), vn()).value().at(lds::FileId::dg13);
  const Bytes without = compose_files(citizen(), images_of(citizen()), plain).value().at(lds::FileId::dg13);
  EXPECT_EQ(without.size() + 4, with.size());
}

TEST(ComposeFiles, MakesEveryGroupAndTheirList) {
  const auto files = compose_files(citizen(), images_of(citizen()), vn()).value();
  ASSERT_EQ(files.size(), 5U);
  // lds.md: EF.COM with LDS 0108, Unicode 040000 and tags 61 75 6B 6D.
  EXPECT_EQ(to_hex(files.at(lds::FileId::com)), "60165F0104303130385F36063034303030305C0461756B6D");
  EXPECT_EQ(to_hex(ByteView(files.at(lds::FileId::dg1)).first(5)), "615D5F1F5A");
  EXPECT_EQ(imprimatur::text_of(ByteView(files.at(lds::FileId::dg1)).subspan(5)), citizen().mrz.joined());
  EXPECT_EQ(lds::decode_dg2_image(files.at(lds::FileId::dg2)).value(), face_image());
  const auto utopian_files = compose_files(utopian(), images_of(utopian()), utopia()).value();
  // Without a signature, which the product lets be left out: 61 75 6B 6C.
  EXPECT_EQ(to_hex(utopian_files.at(lds::FileId::com)), "60165F0104303130385F36063034303030305C0461756B6C");
}

TEST(ComposeFiles, TellsDg2TheSizeAndTheSex) {
  const Bytes dg2 = compose_files(citizen(), images_of(citizen()), vn()).value().at(lds::FileId::dg2);
  const std::string written = to_hex(dg2);
  // ISO/IEC 19794-5: image information has width and height side by side; 413 is 019D, 531 is 0213.
  EXPECT_NE(written.find("019D0213"), std::string::npos);
}

// ICAO Doc 9303-10, 4.7.11: tags 5F0E, 5F10, 5F2B, 5F11, 5F42; parts separated by <.
TEST(ComposeFiles, WritesDg11WithItsParts) {
  const auto details =
      lds::decode_dg11(compose_files(citizen(), images_of(citizen()), vn()).value().at(lds::FileId::dg11));
  ASSERT_TRUE(details);
  EXPECT_EQ(details.value().full_name, "Lê<<Thị<Ánh<Dương");
  EXPECT_EQ(details.value().personal_number, "001185123456");
  EXPECT_EQ(details.value().birth_date, (Date{1985, 3, 12}));
  EXPECT_EQ(details.value().place_of_birth, "Phường Mẫu<Quận Mẫu<Hà Nội");
  EXPECT_EQ(details.value().address, "Số 1<Phố Thử<Phường Mẫu<Quận Mẫu<Hà Nội");
  JobDocument job = utopian();
  job.holder.birth_date = "1974-00-00";
  job.holder.secondary_identifier = "";
  job.mrz = compose_mrz(job, utopia()).value();
  const auto less =
      lds::decode_dg11(compose_files(job, images_of(job), utopia()).value().at(lds::FileId::dg11));
  EXPECT_FALSE(less.value().birth_date);
  EXPECT_EQ(less.value().full_name, "Eriksson");
}

TEST(ComposeFiles, LeavesOutAPreviousNumberThatThereIsNot) {
  JobDocument job = citizen();
  job.holder.previous_number = "";
  const auto fields =
      lds::decode_dg13(compose_files(job, images_of(job), vn()).value().at(lds::FileId::dg13)).value();
  ASSERT_EQ(fields.size(), 14U);
  EXPECT_EQ(fields.back().id, 14);
}

TEST(ComposeFiles, RefusesAnMrzThatTheDataDoNotGive) {
  JobDocument job = citizen();
  job.mrz.lines[2][29] = 'X';
  EXPECT_EQ(code_of(compose_files(job, images_of(job), vn())), "content.mrz");
}

TEST(ComposeFiles, RefusesProductsWithGroupsItCannotMake) {
  Product product = utopia();
  product.data_groups = {lds::FileId::dg1, lds::FileId::dg2, lds::FileId::dg5};
  EXPECT_EQ(code_of(compose_files(utopian(), images_of(utopian()), product)), "content.data_group");
}

// lds.md: 63 { 7F61 { 02 n, 7F60 { A1 { 81 08 finger, 82 which, 87 0101, 88 0007 }, 5F2E or 7F2E record } … }
// }; ISO/IEC 7816-11 table C.2: right index 09, left thumb 06.
TEST(ComposeFiles, PutsFingerprintsIntoDg3InTheOrderOfTheHand) {
  JobDocument job = citizen();
  Images images = images_of(job);
  add_image(job, images, "finger_left_thumb", "application/octet-stream", hex("46495200AA"));
  add_image(job, images, "finger_right_index", "application/octet-stream", hex("46495200BB"));
  const auto files = compose_files(job, images, vn());
  ASSERT_TRUE(files) << files.error().message;
  const std::string dg3 = to_hex(files.value().at(lds::FileId::dg3));
  EXPECT_EQ(dg3.substr(0, 2), "63");
  EXPECT_NE(dg3.find("7F61"), std::string::npos);
  const std::size_t right = dg3.find("820109"), left = dg3.find("820106");
  ASSERT_NE(right, std::string::npos);
  ASSERT_NE(left, std::string::npos);
  EXPECT_LT(right, left);
  EXPECT_LT(right, dg3.find("46495200BB"));
  EXPECT_LT(left, dg3.find("46495200AA"));
  // EF.COM lists 61 75 63 6B 6D.
  EXPECT_TRUE(to_hex(files.value().at(lds::FileId::com)).ends_with("5C056175636B6D"));
}

TEST(ComposeFiles, LeavesDg3OutOrSaysThatThereAreNoFingers) {
  const JobDocument job = citizen();
  EXPECT_FALSE(compose_files(job, images_of(job), vn()).value().contains(lds::FileId::dg3));
  Product always = vn();
  always.optional_groups.clear();
  const auto dg3_of = [&](const JobDocument& one) {
    return compose_files(one, images_of(one), always).value().at(lds::FileId::dg3);
  };
  const Bytes first = dg3_of(job);
  // lds.md: no instances and a filler that differs from document to document (32 bytes here).
  EXPECT_EQ(to_hex(ByteView(first).first(10)),
            "63287F6125020100"
            "5320");
  EXPECT_EQ(dg3_of(job), first);
  JobDocument other = job;
  other.id = "0b9dbf5c-91c1-4c0b-9c8e-6a5cb9a8a003";
  EXPECT_NE(dg3_of(other), first);
}

TEST(ComposeFiles, RefusesFingersThatItCannotName) {
  const auto with = [](const char* name, const char* type, const Product& product) {
    JobDocument job = product.name == "vn-citizen" ? citizen() : utopian();
    Images images = images_of(job);
    add_image(job, images, name, type, hex("46495200AA"));
    const auto files = compose_files(job, images, product);
    EXPECT_EQ(code_of(files), "content.finger");
    return field_of(files);
  };
  EXPECT_EQ(with("finger_right_sixth", "application/octet-stream", vn()), "/images/finger_right_sixth");
  EXPECT_EQ(with("finger_right_index", "image/jpeg", vn()), "/images/finger_right_index");
  EXPECT_EQ(with("finger_right_index", "application/octet-stream", utopia()), "/images/finger_right_index");
  JobDocument job = citizen();
  Images images = images_of(job);
  add_image(job, images, "finger_right_index", "application/octet-stream", hex("46495200AA"));
  images["finger_right_index"].clear();
  EXPECT_EQ(code_of(compose_files(job, images, vn())), "content.finger");
}

// lds.md: 67 { 02 01 n, 5F43 image }.
TEST(ComposeFiles, PutsTheSignatureIntoDg7) {
  JobDocument job = utopian();
  Images images = images_of(job);
  add_image(job, images, "signature", "image/jpeg", hex("FFD8FFE00102"));
  const auto files = compose_files(job, images, utopia());
  ASSERT_TRUE(files) << files.error().message;
  EXPECT_EQ(to_hex(files.value().at(lds::FileId::dg7)), "670C0201015F4306FFD8FFE00102");
  add_image(job, images, "signature", "image/jp2", hex("FFD8FFE00102"));
  EXPECT_EQ(code_of(compose_files(job, images, utopia())), "content.signature");
  add_image(job, images, "signature", "application/octet-stream", hex("FFD8FFE00102"));
  EXPECT_EQ(field_of(compose_files(job, images, utopia())), "/images/signature");
}

TEST(ComposeFiles, RefusesAJobWithoutTheSignatureThatTheProductNeeds) {
  Product product = utopia();
  product.optional_groups.clear();
  EXPECT_EQ(code_of(compose_files(utopian(), images_of(utopian()), product)), "content.signature");
}

// lds.md: 6C { 5C tags, 5F19 authority, 5F26 date of issue in 8 digits, 5F1B observations }.
TEST(ComposeFiles, TellsIssuingAuthorityAndDateInDg12) {
  Product product = utopia();
  product.settings["issuing_authority"] = "UTOPIA";
  const auto files = compose_files(utopian(), images_of(utopian()), product).value();
  EXPECT_EQ(to_hex(files.at(lds::FileId::dg12)),
            "6C1A5C045F195F265F19065554"
            "4F5049415F26083230323631313234");
  product.settings["observations"] = "NONE";
  const auto more = compose_files(utopian(), images_of(utopian()), product).value();
  EXPECT_EQ(lds::decode_dg12(more.at(lds::FileId::dg12)).value().observations, "NONE");
}

// portrait.jp2 has 240 × 320 pixels (opj_dump).
TEST(ComposeFiles, PutsAJpeg2000IntoDg2) {
  const auto picture = read_text_file(std::filesystem::path(TEST_DATA_DIR) / "portrait.jp2").value();
  JobDocument job = citizen();
  Images images;
  add_image(job, images, "face", "image/jp2", copy_of(bytes_of(picture)));
  const auto files = compose_files(job, images, vn());
  ASSERT_TRUE(files) << files.error().message;
  const auto face = lds::decode_dg2(files.value().at(lds::FileId::dg2)).value();
  EXPECT_EQ(face.image, images.at("face"));
  EXPECT_EQ(face.format, lds::ImageFormat::jpeg2000);
  EXPECT_EQ(face.width, 240);
  EXPECT_EQ(face.height, 320);
}

TEST(ComposeFiles, RefusesProductDataOfAnotherShape) {
  const auto with = [](const char* member, const json::value& value) {
    JobDocument job = citizen();
    job.product_data[member] = value;
    const auto files = compose_files(job, images_of(job), vn());
    EXPECT_EQ(code_of(files), "content.product_data");
    return field_of(files);
  };
  EXPECT_EQ(with("parents", json::array{"a", "b", "c"}), "/product_data/parents");
  EXPECT_EQ(with("parents", json::array{1}), "/product_data/parents");
  EXPECT_EQ(with("spouse", "Lê"), "/product_data/spouse");
  EXPECT_EQ(with("blood_group", "A"), "/product_data/blood_group");
}

TEST(FaceFields, ShowTheHolder) {
  const auto fields = fields_of(citizen(), vn());
  EXPECT_EQ(fields.at("name_printed"), "Lê Thị Ánh Dương");
  EXPECT_EQ(fields.at("name_capitals"), "LÊ THỊ ÁNH DƯƠNG");
  EXPECT_EQ(fields.at("sex"), "F");
  EXPECT_EQ(fields.at("sex_printed"), "Nữ");
  EXPECT_EQ(fields.at("nationality_printed"), "Việt Nam");
  EXPECT_EQ(fields.at("birth_date"), "1985-03-12");
  EXPECT_EQ(fields.at("issue_date"), "2026-11-24");
  EXPECT_EQ(fields.at("expiry_date"), "2045-03-12");
  EXPECT_EQ(fields.at("expiry_printed"), "12/03/2045");
  EXPECT_EQ(fields.at("document_number"), "001185123456");
  EXPECT_EQ(fields.at("issuer"), "VNM");
  EXPECT_EQ(fields.at("mrz1") + fields.at("mrz2") + fields.at("mrz3"), citizen().mrz.joined());
}

TEST(FaceFields, ShowWhatOnlyTheProductKnows) {
  const Product staff = load_product(templates(), "utopia-staff").value();
  JobDocument job = utopian();
  job.product = "utopia-staff";
  job.document.type = "C";
  job.mrz = compose_mrz(job, staff).value();
  EXPECT_EQ(fields_of(job, staff).at("role"), "");
  job.product_data["role"] = "Harbour pilot";
  const auto fields = fields_of(job, staff);
  EXPECT_EQ(fields.at("role"), "Harbour pilot");
  EXPECT_EQ(fields.at("qr"), "D23145890|Anna Maria Eriksson|Harbour pilot|20320415");
  EXPECT_TRUE(compose_files(job, images_of(job), staff));
  job.product_data["role"] = 7;
  EXPECT_EQ(field_of(compose_face_fields(job, staff)), "/product_data/role");
  job.product_data["role"] = "Pilot|Cook";
  EXPECT_EQ(field_of(compose_face_fields(job, staff)), "/product_data/role");
  job.product_data = {{"role", "Pilot"}, {"rank", "Captain"}};  // which nothing shows
  const auto files = compose_files(job, images_of(job), staff);
  EXPECT_EQ(code_of(files), "content.product_data");
  EXPECT_EQ(field_of(files), "/product_data/rank");
}

TEST(FaceFields, SayThatACardHasNoLimit) {
  JobDocument job = citizen();
  job.document.expiry_date.reset();
  EXPECT_EQ(fields_of(job, vn()).at("expiry_date"), "");
  EXPECT_EQ(fields_of(job, vn()).at("expiry_printed"), "Không thời hạn");
}

TEST(FaceFields, CrossOutUnknownPartsOfADate) {
  JobDocument job = citizen();
  job.holder.birth_date = "1950-00-00";
  EXPECT_EQ(fields_of(job, vn()).at("birth_date"), "1950-XX-XX");
  job.holder.birth_date = "0000-00-00";
  EXPECT_EQ(fields_of(job, vn()).at("birth_date"), "XXXX-XX-XX");
}

// vn-cccd.json, qr: both payloads.
TEST(FaceFields, PutTheQrTogetherAsTheVectorsDo) {
  const json::object vectors = test_data("vn-cccd.json");
  for (const auto& example : vectors.at("qr").get_array()) {
    const auto& parts = example.at("fields").get_array();
    const auto part = [&](std::size_t i) { return std::string(parts[i].get_string()); };
    const auto date = [](const std::string& text) {
      return text.substr(4, 4) + "-" + text.substr(2, 2) + "-" + text.substr(0, 2);
    };
    JobDocument job = citizen();
    job.holder.personal_number = part(0);
    job.holder.previous_number = part(1);
    job.holder.name_printed = part(2);
    job.holder.birth_date = date(part(3));
    job.holder.sex = part(4) == "Nam" ? "M" : "F";
    job.holder.residence = part(5);
    job.document.issue_date = parse_date(date(part(6))).value();
    EXPECT_EQ(fields_of(job, vn()).at("qr"), std::string(example.at("payload").get_string()));
  }
}

TEST(FaceFields, RefuseASexThatTheProductHasNoWordFor) {
  JobDocument job = citizen();
  job.holder.sex = "X";
  const auto fields = compose_face_fields(job, vn());
  EXPECT_EQ(code_of(fields), "content.table");
  EXPECT_EQ(field_of(fields), "/holder/sex");
}

// mrz-td1.json lists every Vietnamese capital; lower-case forms are those of Unicode, checked by python3
// beforehand.
TEST(FaceFields, KnowTheCapitalOfEveryVietnameseLetter) {
  EXPECT_EQ(capitals_of("àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"),
            "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ");
  EXPECT_EQ(capitals_of("O'Connor-Łabędź, 1"), "O'CONNOR-ŁABĘDŹ, 1");
  EXPECT_EQ(capitals_of("日本"), "日本");
}

}  // namespace
}  // namespace imprimatur::job
