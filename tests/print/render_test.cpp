#include "print/render.hpp"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <atomic>
#include <random>
#include <sstream>
#include <thread>

#include "base/json.hpp"
#include "print/font_set.hpp"
#include "tests/print/face_fixture.hpp"

namespace imprimatur::print {
namespace {

using test_support::run_command;
using test_support::TemporaryFolder;

FaceTemplate face_named(const std::string& name) {
  return load_face_template(templates_folder(), name).value();
}

// The words of a text, so that line breaks and layout do not matter.
std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream stream(text);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

// The number behind `name="` in a line of pdftotext -bbox.
double attribute(const std::string& line, const std::string& name) {
  const std::size_t at = line.find(name + "=\"");
  return at == std::string::npos ? -1 : std::stod(line.substr(at + name.size() + 2));
}

bool contains_in_order(const std::vector<std::string>& all, const std::vector<std::string>& part) {
  return std::search(all.begin(), all.end(), part.begin(), part.end()) != all.end();
}

class RenderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    renderer_ = new_renderer();
    ASSERT_NE(renderer_, nullptr);
  }

  std::string pdf_file() const { return (folder_ / "face.pdf").string(); }

  void render(const FaceTemplate& face, const FaceData& data) {
    const auto pdf = renderer_->render(face, data);
    ASSERT_TRUE(pdf) << pdf.error().message;
    ASSERT_TRUE(write_file(pdf_file(), pdf.value(), {.durability = Durability::relaxed}));
  }

  std::string text(const std::string& options) const {
    const auto result = run_command("pdftotext " + options + " " + pdf_file() + " -");
    EXPECT_EQ(result.exit_code, 0);
    return result.output;
  }

  // A page as grey pixels of a PGM file.
  std::string raster(int page, int dpi) const {
    const std::string root = (folder_ / "page").string();
    const auto result = run_command("pdftoppm -gray -singlefile -f " + std::to_string(page) + " -r " +
                                    std::to_string(dpi) + " " + pdf_file() + " " + root);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return read_text_file(root + ".pgm").value();
  }

  void expect_refused(const FaceTemplate& face, const FaceData& data, const std::string& code,
                      const std::string& field) {
    EXPECT_TRUE(has_finding(renderer_->check(face, data), code, field)) << code;
    const auto pdf = renderer_->render(face, data);
    ASSERT_FALSE(pdf);
    EXPECT_EQ(pdf.error().code, "face.refused");
  }

  TemporaryFolder folder_;
  std::unique_ptr<FaceRenderer> renderer_;
};

TEST_F(RenderTest, PdfIsWellFormedAndOfTheCardsSize) {
  render(face_named("vn-citizen"), citizen());
  const auto checked = run_command("qpdf --check " + pdf_file());
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  const auto info = run_command("pdfinfo " + pdf_file());
  EXPECT_NE(info.output.find("Pages:           2"), std::string::npos) << info.output;
  EXPECT_NE(info.output.find("242.646 x 153.014 pts"), std::string::npos) << info.output;  // 85.60 x 53.98 mm
  const auto fonts = run_command("pdffonts " + pdf_file());
  EXPECT_NE(fonts.output.find("IMPRIM+NotoSans-Bold"), std::string::npos) << fonts.output;
  EXPECT_EQ(fonts.output.find("no  no"), std::string::npos) << fonts.output;  // every font embedded
}

TEST_F(RenderTest, EveryFieldIsOnTheCitizensCardExactly) {
  const FaceData data = citizen();
  render(face_named("vn-citizen"), data);
  const auto words = words_of(text("-raw"));
  for (const char* field : {"name_capitals", "personal_number", "place_of_origin", "residence",
                            "identifying_features", "mrz1", "mrz2", "mrz3"}) {
    EXPECT_TRUE(contains_in_order(words, words_of(data.fields.at(field)))) << field;
  }
  for (const char* shown : {"19/08/2001", "Nữ", "Việt Nam", "31/05/2021", "19/08/2026", "SPECIMEN"}) {
    EXPECT_TRUE(contains_in_order(words, words_of(shown))) << shown;
  }
}

TEST_F(RenderTest, EveryFieldIsOnTheUtopianCardExactly) {
  const FaceData data = utopian();
  render(face_named("utopia-id"), data);
  const auto words = words_of(text("-raw"));
  for (const char* field :
       {"primary_identifier", "secondary_identifier", "residence", "mrz1", "mrz2", "mrz3"}) {
    EXPECT_TRUE(contains_in_order(words, words_of(data.fields.at(field)))) << field;
  }
  for (const char* shown : {"UTOPIAN", "12 AUG 1974", "15 APR 2012", "D23145890"}) {
    EXPECT_TRUE(contains_in_order(words, words_of(shown))) << shown;
  }
}

TEST_F(RenderTest, ACardWithoutLimitSaysSo) {
  FaceData data = citizen();
  data.fields["expiry_date"] = "";
  render(face_named("vn-citizen"), data);
  EXPECT_TRUE(contains_in_order(words_of(text("-raw")), words_of("Không thời hạn")));
}

TEST_F(RenderTest, MrzLinesHaveTheirPitchAndPlace) {
  for (const auto& [name, data] : {std::pair{"vn-citizen", citizen()}, {"utopia-id", utopian()}}) {
    render(face_named(name), data);
    std::istringstream boxes(text("-f 2 -bbox"));
    int lines = 0;
    for (std::string line; std::getline(boxes, line);) {
      if (line.find("&lt;&lt;") == std::string::npos) continue;
      ++lines;
      const double left = attribute(line, "xMin"), right = attribute(line, "xMax");
      EXPECT_NEAR((right - left) / 30, 7.2, 0.002);  // 2.54 mm, ICAO 9303-3, 4.9
      EXPECT_NEAR(left * 25.4 / 72, (85.6 - 76.2) / 2, 0.05);
      EXPECT_GT(attribute(line, "yMin") * 25.4 / 72, 53.98 - 23.2 - 3);  // the boxes reach over the letters
    }
    EXPECT_EQ(lines, 3) << name;
  }
}

TEST_F(RenderTest, QrDecodesFrom200To600Dpi) {
  for (const auto& [name, data] : {std::pair{"vn-citizen", citizen()}, {"utopia-id", utopian()}}) {
    const FaceTemplate face = face_named(name);
    render(face, data);
    const auto has_qr = [](const Element& element) {
      return std::holds_alternative<QrElement>(element.what);
    };
    const bool in_front = std::any_of(face.front.elements.begin(), face.front.elements.end(), has_qr);
    for (int dpi : {200, 300, 600}) {
      const std::string root = (folder_ / "qr").string();
      ASSERT_EQ(run_command("pdftoppm -png -singlefile -f " + std::string(in_front ? "1" : "2") + " -r " +
                            std::to_string(dpi) + " " + pdf_file() + " " + root)
                    .exit_code,
                0);
      const auto read =
          run_command("zbarimg --raw -q -Sdisable -Sqrcode.enable " + root + ".png 2>/dev/null");
      EXPECT_EQ(read.output, data.fields.at("qr") + "\n") << name << " " << dpi;
    }
  }
}

TEST_F(RenderTest, QrHasItsQuietZone) {
  render(
      parse(
          template_with(
              R"({"type":"rectangle","name":"dark","box":[0,0,85.6,53.98],"fill":"#202020","allow_overlap":true},)"
              R"({"type":"qr","name":"code","box":[60,10,18,18],"field":"qr","colour":"#000000"})"))
          .value(),
      citizen());
  const std::string image = raster(1, 300);
  const std::size_t header = image.find("255\n") + 4;
  const int width = std::stoi(image.substr(3));
  const auto dark = [&](double x_mm, double y_mm) {
    const auto x = static_cast<std::size_t>(x_mm / 25.4 * 300),
               y = static_cast<std::size_t>(y_mm / 25.4 * 300);
    return static_cast<unsigned char>(image[header + y * static_cast<std::size_t>(width) + x]) < 128;
  };
  EXPECT_TRUE(dark(59.5, 19));
  for (double x = 60.1; x < 61; x += 0.1) EXPECT_FALSE(dark(x, 19)) << x;  // four modules of three dots
}

TEST_F(RenderTest, TheSameCardGivesTheSameBytesOnAnyRendererInAnyOrder) {
  const FaceTemplate vn = face_named("vn-citizen"), utopia = face_named("utopia-id");
  const Bytes first = renderer_->render(vn, citizen()).value();
  const Bytes utopian_card = renderer_->render(utopia, utopian()).value();
  FaceData other = citizen();
  other.fields["name_capitals"] = "ĐẶNG VĂN Ỷ";
  EXPECT_NE(renderer_->render(vn, other).value(), first);
  EXPECT_EQ(renderer_->render(vn, citizen()).value(), first);
  EXPECT_EQ(new_renderer()->render(utopia, utopian()).value(), utopian_card);
  EXPECT_EQ(new_renderer()->render(vn, citizen()).value(), first);
}

TEST_F(RenderTest, HoldsNothingFromTheCardBefore) {
  const FaceTemplate face = face_named("vn-citizen");
  ASSERT_TRUE(renderer_->render(face, citizen()));
  FaceData other = citizen();
  other.fields["name_capitals"] = "LÊ AN";
  render(face, other);
  EXPECT_EQ(text("-raw").find("THẢO"), std::string::npos);
}

TEST_F(RenderTest, StaysBelowTheFileSizeLimit) {
  EXPECT_LT(renderer_->render(face_named("vn-citizen"), citizen()).value().size(), 250'000U);
  EXPECT_LT(renderer_->render(face_named("utopia-id"), utopian()).value().size(), 250'000U);
}

// All 134 letters, one a line, in one text; pdftotext must give the same letters in composed form.
TEST_F(RenderTest, WritesEveryVietnameseLetter) {
  const auto table = parse_json_object(read_text_file(TEST_DATA_DIR "/mrz-td1.json").value());
  std::string letters;
  for (const auto& letter : table.value().at("transliteration").at("vietnamese_upper_case").as_object()) {
    const auto* utf8 = reinterpret_cast<const utf8proc_uint8_t*>(letter.key().data());
    utf8proc_int32_t upper = 0;
    ASSERT_GT(utf8proc_iterate(utf8, static_cast<utf8proc_ssize_t>(letter.key().size()), &upper), 0);
    std::array<utf8proc_uint8_t, 4> lower{};
    const auto size = utf8proc_encode_char(utf8proc_tolower(upper), lower.data());
    if (!letters.empty()) letters += " ";
    letters += std::string(letter.key()) + " " +
               std::string(lower.begin(), lower.begin() + static_cast<std::ptrdiff_t>(size));
  }
  const auto expected = words_of(letters);
  ASSERT_EQ(expected.size(), 134U);
  for (const char* font : {"sans", "sans-bold", "sans-italic", "serif-bold"}) {
    const auto face = parse_face_template(
        template_with(std::string(R"({"type":"text","name":"value","box":[2,2,80,50],"font":")") + font +
                      R"(","field":"value","size":[5,10],"lines":8,"rise":1.2,"leading":1.4})"),
        {font});
    ASSERT_TRUE(face);
    render(face.value(), FaceData{{{"value", letters}}, {}});
    EXPECT_EQ(words_of(text("-raw")), expected) << font;
  }
}

TEST_F(RenderTest, LettersThatDifferByOneMarkLookDifferent) {
  const FaceTemplate face = text_template(R"("size":20)");
  const auto pixels = [&](const std::string& name) {
    render(face, FaceData{{{"value", name}}, {}});
    return raster(1, 300);
  };
  // The trap of fonts with nested composite glyphs: the breve of Ằ is lost.
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"HẰNG", "HÀNG"},     {"ẤN", "ÂN"},     {"HỒ", "HÔ"}, {"ĐỖ", "ĐÔ"},
      {"TRƯỜNG", "TRƯƠNG"}, {"DIỄM", "DIÊM"}, {"Ậ", "Ạ"}};
  for (const auto& [left, right] : pairs) EXPECT_NE(pixels(left), pixels(right)) << left;
}

TEST_F(RenderTest, StackedMarksUnderDescendersFit) {
  const FaceTemplate face = face_named("vn-citizen");
  FaceData data = citizen();
  data.fields["residence"] =
      "Ngõ 7 Đường Nguyễn Quý Đức, Ấp Ẵng Ễng Ỗng, Ấp Ẫ, Xã Bình Phước, Tỉnh Vĩnh Long";
  data.fields["place_of_origin"] = "Ấp Ẵng, Xã Quỳnh Giang gặp Ấp Ễng, Nghệ An";
  data.fields["name_capitals"] = "NGUYỄN THỊ ẪM ẴNG";
  EXPECT_TRUE(renderer_->check(face, data).empty());
  render(face, data);
  const auto words = words_of(text("-raw"));
  EXPECT_TRUE(contains_in_order(words, words_of(data.fields["residence"])));
}

TEST_F(RenderTest, RefusesTextThatWouldNotBeExact) {
  const FaceTemplate face = face_named("vn-citizen");
  const std::vector<std::pair<std::string, std::string>> bad = {{"NGUYE\xCC\x82\xCC\x83N", "face.not_nfc"},
                                                                {"NGUY\xFF", "face.not_utf8"},
                                                                {"NGUYỄN\nAN", "face.control"},
                                                                {"NGUYỄN  AN", "face.spaces"},
                                                                {"NGUYỄN Ж", "face.no_glyph"},
                                                                {"NGUYỄN \xF0\x9F\x98\x80", "face.no_glyph"},
                                                                {std::string(90, 'W'), "face.does_not_fit"}};
  for (const auto& [name, code] : bad) {
    FaceData data = citizen();
    data.fields["name_capitals"] = name;
    expect_refused(face, data, code, "name_capitals");
  }
}

TEST_F(RenderTest, RefusesValuesTheFaceCannotShow) {
  const FaceTemplate face = face_named("vn-citizen");
  const std::vector<std::tuple<std::string, std::string, std::string>> bad = {
      {"birth_date", "19.08.2001", "face.bad_date"},
      {"sex", "Q", "face.bad_value"},
      {"residence", "", "face.missing"},
      {"mrz2", "0108191F2608190VNM<<<<<<<<<<<", "face.bad_mrz"},
      {"mrz3", "nguyen<<hoang<phuong<thao<<<<<", "face.bad_mrz"},
      {"qr", std::string(600, 'x'), "face.qr_too_long"}};
  for (const auto& [field, value, code] : bad) {
    FaceData data = citizen();
    data.fields[field] = value;
    expect_refused(face, data, code, field);
  }
}

TEST_F(RenderTest, FindingsNeverTellTheValue) {
  FaceData data = citizen();
  data.fields["name_capitals"] = "NGUYỄN  THỊ";
  data.fields["residence"] = std::string(300, 'Q');
  data.fields["sex"] = "UNHEARD";
  for (const FaceFinding& finding : renderer_->check(face_named("vn-citizen"), data)) {
    for (const char* value : {"NGUY", "QQQ", "UNHEARD"}) {
      EXPECT_EQ(finding.sentence.find(value), std::string::npos) << finding.sentence;
    }
  }
}

TEST_F(RenderTest, RefusesPortraitsThatAreNotOne) {
  const FaceTemplate face = face_named("vn-citizen");
  FaceData data = citizen();
  data.images["face"].resize(data.images["face"].size() / 2);
  expect_refused(face, data, "face.image", "face");
  data.images["face"] = hex("89504E470D0A1A0A0000000D49484452");
  expect_refused(face, data, "face.image", "face");
  data.images.erase("face");
  expect_refused(face, data, "face.missing", "face");
}

TEST_F(RenderTest, RefusesAPortraitOfAnotherShape) {
  const auto face = parse(template_with(
      R"({"type":"photo","name":"portrait","box":[1,1,20,20],"image":"face","aspect_tolerance":0.05})"));
  ASSERT_TRUE(face);
  expect_refused(face.value(), citizen(), "face.image_aspect", "face");
}

TEST_F(RenderTest, ReportsEveryFindingAtOnce) {
  FaceData data = citizen();
  data.fields["sex"] = "?";
  data.fields["mrz1"] = "";
  data.images.erase("face");
  EXPECT_EQ(renderer_->check(face_named("vn-citizen"), data).size(), 3U);
}

TEST_F(RenderTest, NothingIsPrintedOnTheContactPlate) {
  render(face_named("vn-citizen"), citizen());
  const std::string image = raster(2, 300);
  const std::size_t header = image.find("255\n") + 4;
  const auto width = static_cast<std::size_t>(std::stoi(image.substr(3)));
  for (double y_mm = 18.8; y_mm < 29; y_mm += 0.2) {
    for (double x_mm = 9.4; x_mm < 20.8; x_mm += 0.2) {
      const auto x = static_cast<std::size_t>(x_mm / 25.4 * 300),
                 y = static_cast<std::size_t>(y_mm / 25.4 * 300);
      ASSERT_EQ(static_cast<unsigned char>(image[header + y * width + x]), 255) << x_mm << " " << y_mm;
    }
  }
}

// Texts over several pages at once, since each look at a page is a process: one text a place, 18 a side.
std::string places(int first) {
  std::string elements;
  for (int i = 0; i < 18; ++i) {
    elements += std::string(i > 0 ? "," : "") + R"({"type":"text","name":"t)" + std::to_string(i) +
                R"(","font":"sans","size":[5,6],"rise":1.35,"condense":0.7,"box":[1,)" +
                std::to_string(0.2 + i * 2.98) + R"(,83,2.98],"field":"v)" + std::to_string(first + i) +
                R"("})";
  }
  return elements;
}

// Any text that the check takes is on the page, character by character, as another reader sees it.
TEST_F(RenderTest, AnyAcceptedTextIsOnThePageExactly) {
  const auto face = parse(template_with(places(0), places(18)));
  ASSERT_TRUE(face) << face.error().message;
  const FontSet fonts = load_fonts(templates_folder(), FONTS_DIR, &sha256_of).value();
  std::vector<char32_t> characters;
  for (const auto& entry : fonts.find("sans")->metrics.glyphs) characters.push_back(entry.first);
  std::sort(characters.begin(), characters.end());
  std::mt19937 random(20210531);
  int accepted = 0;
  for (int round = 0; round < 6; ++round) {
    FaceData data;
    std::vector<std::string> expected;
    for (int i = 0; i < 36; ++i) {
      std::string text;
      const std::size_t length = 1 + random() % 40;
      for (std::size_t at = 0; at < length; ++at) {
        std::array<utf8proc_uint8_t, 4> bytes{};
        const char32_t character = random() % 9 == 0 ? U' ' : characters[random() % characters.size()];
        const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(character), bytes.data());
        text.append(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      }
      const std::string field = "v" + std::to_string(i);
      data.fields[field] = text;
      if (!renderer_->check(face.value(), data).empty() &&
          has_finding(renderer_->check(face.value(), data), "face.spaces", field)) {
        data.fields[field] = text = "Ỷ" + std::to_string(i);
      }
      expected.push_back(text);
    }
    for (const FaceFinding& finding : renderer_->check(face.value(), data)) {
      ASSERT_EQ(finding.code, "face.does_not_fit") << finding.sentence;
      data.fields[finding.field] = expected[static_cast<std::size_t>(std::stoi(finding.field.substr(1)))] =
          "ẴỆỢ";
    }
    ASSERT_TRUE(renderer_->check(face.value(), data).empty());
    render(face.value(), data);
    std::istringstream lines(text("-raw -nopgbrk"));
    for (const std::string& wanted : expected) {
      std::string line;
      ASSERT_TRUE(std::getline(lines, line));
      EXPECT_EQ(line, wanted);
      ++accepted;
    }
  }
  EXPECT_EQ(accepted, 216);
}

TEST_F(RenderTest, EveryFieldIsOnTheStaffCardExactly) {
  const FaceTemplate face = face_named("utopia-staff");
  FaceData data = utopian();
  render(face, data);
  auto words = words_of(text("-raw"));
  for (const char* shown :
       {"Anna Maria Eriksson", "D23145890", "15 APR 2012", "15 April 2007", "Member of staff"}) {
    EXPECT_TRUE(contains_in_order(words, words_of(shown))) << shown;
  }
  data.fields["role"] = "Harbour pilot";
  data.fields["secondary_identifier"] = "";
  render(face, data);
  words = words_of(text("-raw"));
  EXPECT_TRUE(contains_in_order(words, words_of("Harbour pilot")));
  EXPECT_FALSE(contains_in_order(words, words_of("Member of staff")));
  EXPECT_FALSE(contains_in_order(words, words_of("Anna")));
}

TEST_F(RenderTest, BarCodesDecodeFrom200To600Dpi) {
  const FaceData data = utopian();
  render(face_named("utopia-staff"), data);
  for (int dpi : {200, 300, 600}) {
    const std::string root = (folder_ / "bars").string();
    ASSERT_EQ(run_command("pdftoppm -png -singlefile -f 2 -r " + std::to_string(dpi) + " " + pdf_file() +
                          " " + root)
                  .exit_code,
              0);
    const auto bars = run_command("zbarimg --raw -q " + root + ".png 2>/dev/null");
    EXPECT_EQ(bars.output, data.fields.at("document_number") + "\n") << dpi;
    const auto stacked = run_command("ZXingReader -format PDF417 " + root + ".png 2>/dev/null");
    EXPECT_NE(stacked.output.find(data.fields.at("qr")), std::string::npos) << dpi << stacked.output;
  }
}

TEST_F(RenderTest, PanelsAreLayersOfThePdf) {
  const FaceTemplate face = face_named("utopia-staff");
  render(face, utopian());
  EXPECT_EQ(run_command("qpdf --check " + pdf_file()).exit_code, 0);
  const std::string json = run_command("qpdf --json --json-key=qpdf " + pdf_file()).output;
  EXPECT_NE(json.find("/OCProperties"), std::string::npos);
  EXPECT_NE(json.find("overlay"), std::string::npos);
  const std::string whole = raster(1, 100);
  // Alone, the resin panel has the name and not the picture; the overlay is shown only when it is asked for.
  const auto resin = renderer_->render(face, utopian(), Panel::resin);
  ASSERT_TRUE(resin) << resin.error().message;
  ASSERT_TRUE(write_file(pdf_file(), resin.value(), {.durability = Durability::relaxed}));
  const auto words = words_of(text("-raw"));
  EXPECT_TRUE(contains_in_order(words, words_of("Anna Maria Eriksson")));
  EXPECT_FALSE(contains_in_order(words, words_of("Harbour Authority")));
  const auto overlay = renderer_->render(face, utopian(), Panel::overlay);
  ASSERT_TRUE(overlay);
  ASSERT_TRUE(write_file(pdf_file(), overlay.value(), {.durability = Durability::relaxed}));
  const std::string alone = raster(1, 100);
  const auto dark = [](const std::string& image) {
    return std::count_if(image.begin() + 20, image.end(),
                         [](char c) { return static_cast<unsigned char>(c) < 128; });
  };
  EXPECT_GT(dark(alone), 50);
  EXPECT_GT(dark(whole), dark(alone));
}

// A template with one piece of art on each side, beside what a card binds.
std::string art_template(const std::string& file, const std::string& sha256, const std::string& more = {}) {
  std::string text =
      template_with(R"({"type":"art","name":"crest","box":[2,2,10,10],"art":"crest"},)"
                    R"({"type":"text","name":"v","font":"sans","size":8,"box":[20,2,30,4],"field":"value"})" +
                        more,
                    R"({"type":"art","name":"again","box":[2,2,20,20],"art":"crest"})");
  const std::string art =
      R"("art":{"crest":{"file":")" + file + R"(","sha256":")" + sha256 + R"("}},"front")";
  return text.replace(text.find("\"front\""), 7, art);
}

const std::string kCrest = "harbour-crest.png";

std::string hash_of_crest() {
  return sha256_of(read_file(templates_folder() / "faces" / "art" / kCrest).value());
}

TEST_F(RenderTest, ArtIsOnEveryCardAndCompressedOnce) {
  const auto face = parse(art_template(kCrest, hash_of_crest()));
  ASSERT_TRUE(face) << face.error().message;
  EXPECT_TRUE(renderer_->examine(face.value()).empty());
  FaceData data;
  data.fields["value"] = "one";
  render(face.value(), data);
  EXPECT_EQ(run_command("qpdf --check " + pdf_file()).exit_code, 0);
  // One image in the file, shown on both pages; navy and amber are there.
  const auto images = run_command("pdfimages -list " + pdf_file());
  EXPECT_NE(images.output.find("jpeg"), std::string::npos) << images.output;
  for (const int page : {1, 2}) {
    const std::string grey = raster(page, 150);
    EXPECT_GT(std::count_if(grey.begin() + 20, grey.end(),
                            [](char c) { return static_cast<unsigned char>(c) < 80; }),
              100)
        << page;
  }
  // The same card by another renderer, after another card: the same bytes.
  const Bytes first = read_file(pdf_file()).value();
  data.fields["value"] = "two";
  ASSERT_TRUE(renderer_->render(face.value(), data));
  data.fields["value"] = "one";
  EXPECT_EQ(renderer_->render(face.value(), data).value(), first);
  EXPECT_EQ(new_renderer()->render(face.value(), data).value(), first);
}

TEST_F(RenderTest, ArtThatIsNotThePinnedFileIsNeverDecoded) {
  FaceData data;
  data.fields["value"] = "one";
  for (const auto& [file, hash] : {std::pair<std::string, std::string>{kCrest, std::string(64, '0')},
                                   {"no-such-file.png", hash_of_crest()}}) {
    const auto face = parse(art_template(file, hash));
    ASSERT_TRUE(face) << face.error().message;
    const auto errors = renderer_->examine(face.value());
    ASSERT_EQ(errors.size(), 1U) << file;
    EXPECT_EQ(errors[0].code, "template.art");
    EXPECT_EQ(errors[0].field, "art/crest");
    expect_refused(face.value(), data, "face.art", "crest");
  }
}

TEST_F(RenderTest, ArtOfAnotherShapeThanItsPlaceIsAFaultOfTheTemplate) {
  std::string text = art_template(kCrest, hash_of_crest());
  text.replace(text.find("[2,2,20,20]"), 11, "[2,2,20,15]");
  const auto face = parse(text);
  ASSERT_TRUE(face) << face.error().message;
  const auto errors = renderer_->examine(face.value());
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].code, "template.art");
}

TEST_F(RenderTest, ArtUnderAConditionIsOnTheCardsThatAskForIt) {
  const auto face = parse(art_template(
      kCrest, hash_of_crest(),
      R"(,{"type":"art","name":"mark","box":[60,30,20,20],"art":"crest","when":{"field":"marked","present":true}})"));
  ASSERT_TRUE(face) << face.error().message;
  const auto dark_at_mark = [&](const std::string& marked) {
    FaceData data;
    data.fields = {{"value", "one"}, {"marked", marked}};
    render(face.value(), data);
    const std::string grey = raster(1, 100);
    const std::size_t header = grey.find("255\n") + 4, width = (grey.size() - header) / 213;
    int dark = 0;
    for (std::size_t y = 120; y < 190; ++y) {
      for (std::size_t x = 240; x < 310; ++x) {
        dark += static_cast<unsigned char>(grey[header + y * width + x]) < 80 ? 1 : 0;
      }
    }
    return dark;
  };
  EXPECT_EQ(dark_at_mark(""), 0);
  EXPECT_GT(dark_at_mark("yes"), 100);
}

TEST(ArtFiles, ArePlainNamesWithAHash) {
  const std::string hash(64, 'a');
  EXPECT_TRUE(parse(art_template("crest.jpg", hash)));
  for (const auto& [file, sha256] : {std::pair<std::string, std::string>{"../fonts/crest.png", hash},
                                     {"/etc/crest.png", hash},
                                     {"crest.svg", hash},
                                     {".png", hash},
                                     {"crest.png", "abc"},
                                     {"crest.png", std::string(64, 'A')}}) {
    const auto face = parse(art_template(file, sha256));
    ASSERT_FALSE(face) << file;
    EXPECT_EQ(face.error().code, "template.value") << file;
  }
  std::string unknown = art_template("crest.png", hash);
  unknown.replace(unknown.find("\"art\":\"crest\""), 13, "\"art\":\"other\"");
  EXPECT_FALSE(parse(unknown));
  // Over what is read it may not lie, and not into text's way.
  EXPECT_FALSE(parse(art_template(
      "crest.png", hash,
      R"(,{"type":"art","name":"over","box":[20,2,10,10],"art":"crest","allow_overlap":true})")));
}

TEST_F(RenderTest, AGhostIsGreyAndPale) {
  const auto face = parse(template_with(
      R"({"type":"photo","name":"p","box":[1,1,20,26.67],"image":"face"},)"
      R"({"type":"image","name":"g","box":[30,1,20,26.67],"image":"face","grey":true,"opacity":0.3,"radius":3})"));
  ASSERT_TRUE(face) << face.error().message;
  render(face.value(), citizen());
  const std::string root = (folder_ / "page").string();
  ASSERT_EQ(run_command("pdftoppm -singlefile -f 1 -r 100 " + pdf_file() + " " + root).exit_code, 0);
  const Bytes image = read_file(root + ".ppm").value();
  const std::size_t header = text_of(image).find("255\n") + 4;
  const auto width = static_cast<std::size_t>(std::stoi(text_of(ByteView(image).subspan(3, 8))));
  const auto colourful_and_darkest = [&](double from_mm) {
    int colourful = 0, darkest = 255;
    for (std::size_t y = 6; y < 100; ++y) {
      for (auto x = static_cast<std::size_t>(from_mm / 25.4 * 100);
           x < static_cast<std::size_t>((from_mm + 18) / 25.4 * 100); ++x) {
        const std::uint8_t* pixel = image.data() + header + 3 * (y * width + x);
        const auto [low, high] = std::minmax({pixel[0], pixel[1], pixel[2]});
        colourful += high - low > 12 ? 1 : 0;
        darkest = std::min<int>(darkest, low);
      }
    }
    return std::pair(colourful, darkest);
  };
  EXPECT_GT(colourful_and_darkest(2).first, 100);
  EXPECT_EQ(colourful_and_darkest(31).first, 0);
  EXPECT_GT(colourful_and_darkest(31).second, 255 * 0.7 - 6);
}

// One reading serves both ways of showing it, the limits of each count.
TEST_F(RenderTest, JudgesAnImageInEachWayThatItIsShown) {
  const auto with = [](const std::string& photo, const std::string& ghost) {
    return parse(template_with(R"({"type":"photo","name":"p","box":[1,1,20,26.67],"image":"face")" + photo +
                               R"(},{"type":"image","name":"g","box":[30,1,20,26.67],"image":"face",)"
                               R"("grey":true)" +
                               ghost + "}"))
        .value();
  };
  EXPECT_TRUE(renderer_->check(with("", ""), citizen()).empty());
  expect_refused(with("", R"(,"side_px_min":481)"), citizen(), "face.image", "face");
  expect_refused(with(R"(,"side_px_min":481)", ""), citizen(), "face.image", "face");
  FaceData damaged = citizen();
  damaged.images["face"].resize(damaged.images["face"].size() / 2);
  EXPECT_EQ(renderer_->check(with("", ""), damaged).size(), 2U);
}

TEST_F(RenderTest, ChecksOnManyThreadsAtOnce) {
  const FaceTemplate citizens = face_named("vn-citizen"), utopians = face_named("utopia-id");
  FaceData bad = citizen();
  bad.fields["mrz1"] = "";
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        right += renderer_->check(citizens, citizen()).empty() ? 1 : 0;
        right += renderer_->check(utopians, utopian()).empty() ? 1 : 0;
        right += has_finding(renderer_->check(citizens, bad), "face.bad_mrz", "mrz1") ? 1 : 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 4 * 20 * 3);
}

TEST_F(RenderTest, TakesAPortraitOfEachFormat) {
  for (const char* name : {"portrait.jpg", "portrait.jp2", "portrait.png"}) {
    FaceData data = citizen();
    data.images["face"] = read_file(std::string(TEST_DATA_DIR "/") + name).value();
    EXPECT_TRUE(renderer_->render(face_named("vn-citizen"), data)) << name;
  }
}

TEST_F(RenderTest, ExaminesWhatTheTemplateSaysItself) {
  for (const char* name : {"vn-citizen", "utopia-id", "utopia-staff"}) {
    const auto errors = renderer_->examine(face_named(name));
    EXPECT_TRUE(errors.empty()) << name << ": " << errors[0].message;
  }
  const auto first = [&](const std::string& element) {
    const auto face = parse(template_with(element));
    EXPECT_TRUE(face) << face.error().message;
    const auto errors = renderer_->examine(face.value());
    return errors.empty() ? std::string() : errors[0].code + " " + errors[0].message;
  };
  const std::string head = R"({"type":"text","name":"a","font":"sans","size":8,"box":[2,2,12,4],)";
  EXPECT_EQ(first(head + R"("text":"Short"})"), "");
  EXPECT_EQ(first(head + R"("text":"A long one"})").rfind("template.size front: a", 0), 0U);
  EXPECT_EQ(first(head + R"("text":"Ж"})").rfind("template.font front: a", 0), 0U);
  EXPECT_EQ(first(head + R"("field":"d","date":"DD MMM YYYY"})").rfind("template.size front: a", 0), 0U);
  EXPECT_EQ(first(head + R"("field":"sex","words":"sex"})"), "");
  EXPECT_EQ(first(head + R"("field":"x","when_empty":"without any limit"})").rfind("template.size", 0), 0U);
  EXPECT_EQ(
      first(
          R"({"type":"text","name":"a","font":"ocr-b","size":8,"box":[2,2,30,4],"field":"x","language":"vi"})")
          .rfind("template.font front: a", 0),
      0U);
}

}  // namespace
}  // namespace imprimatur::print
