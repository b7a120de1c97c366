// Faces that the renderer drew, rasterised by poppler, and read back from the pixels.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "devices/face_reader/command_face_reader.hpp"
#include "devices/face_reader/face_pixels.hpp"
#include "devices/face_reader/virtual_face_reader.hpp"
#include "station/face_targets.hpp"
#include "tests/print/face_fixture.hpp"

namespace imprimatur::devices {
namespace {

using station::FaceTarget;
using station::FaceTexts;
using test_support::run_command;
using test_support::TemporaryFolder;

const std::filesystem::path kFont = std::filesystem::path(FONTS_DIR) / "ocr-b.ttf";

MrzReader mrz_reader() {
  auto reader = MrzReader::create(kFont);
  EXPECT_TRUE(reader) << reader.error().message;
  return std::move(reader).value();
}

print::FaceTemplate face_named(const std::string& name) {
  return print::load_face_template(print::templates_folder(), name).value();
}

// What a good reader says of a face: the fields of its targets.
FaceTexts expected(const std::vector<FaceTarget>& targets, const print::FaceData& data) {
  FaceTexts texts;
  for (const FaceTarget& target : targets) texts[target.field] = data.fields.at(target.field);
  return texts;
}

class FacePixels : public testing::Test {
 protected:
  void render(const std::string& name, const print::FaceData& data) {
    const auto face = face_named(name);
    targets = station::face_targets(face);
    const auto pdf = print::new_renderer()->render(face, data);
    ASSERT_TRUE(pdf) << pdf.error().message;
    ASSERT_TRUE(write_file(folder / "face.pdf", pdf.value(), {.durability = Durability::relaxed}));
  }
  std::vector<GreyImage> raster(int dpi) const {
    const std::string root = (folder / "page").string();
    EXPECT_EQ(run_command("pdftoppm -gray -r " + std::to_string(dpi) + " " + (folder / "face.pdf").string() +
                          " " + root)
                  .exit_code,
              0);
    std::vector<GreyImage> sides;
    for (const char* page : {"-1.pgm", "-2.pgm"}) {
      sides.push_back(decode_image(read_file(root + page).value()).value());
    }
    return sides;
  }

  TemporaryFolder folder;
  std::vector<FaceTarget> targets;
};

void add_noise(GreyImage& image, double deviation, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0, deviation);
  for (auto& pixel : image.pixels) {
    pixel = static_cast<std::uint8_t>(std::clamp(std::lround(pixel + noise(random)), 0L, 255L));
  }
}

// The card as a camera sees it that is a little off: `scale` larger, `degrees` turned, moved.
GreyImage seen_askew(const GreyImage& card, double scale, double degrees, double x_mm, double y_mm) {
  GreyImage image = card;
  const double angle = degrees * 3.14159265358979 / 180, px_per_mm = pixels_per_mm(card);
  const double middle_x = card.width_px / 2.0, middle_y = card.height_px / 2.0;
  for (int y = 0; y < card.height_px; ++y) {
    for (int x = 0; x < card.width_px; ++x) {
      const double dx = (x - middle_x - x_mm * px_per_mm) / scale;
      const double dy = (y - middle_y - y_mm * px_per_mm) / scale;
      const double from_x = middle_x + dx * std::cos(angle) + dy * std::sin(angle);
      const double from_y = middle_y - dx * std::sin(angle) + dy * std::cos(angle);
      const int left = std::clamp(static_cast<int>(std::floor(from_x)), 0, card.width_px - 2);
      const int top = std::clamp(static_cast<int>(std::floor(from_y)), 0, card.height_px - 2);
      const double u = std::clamp(from_x - left, 0.0, 1.0), v = std::clamp(from_y - top, 0.0, 1.0);
      const double value = (1 - v) * ((1 - u) * card.at(left, top) + u * card.at(left + 1, top)) +
                           v * ((1 - u) * card.at(left, top + 1) + u * card.at(left + 1, top + 1));
      image.pixels[static_cast<std::size_t>(y * card.width_px + x)] =
          static_cast<std::uint8_t>(std::lround(value));
    }
  }
  return image;
}

TEST_F(FacePixels, BothIdentityCardsAreReadFrom200To600Dpi) {
  const MrzReader mrz = mrz_reader();
  const std::vector<std::pair<std::string, print::FaceData>> cards{{"vn-citizen", print::citizen()},
                                                                   {"utopia-id", print::utopian()}};
  for (const auto& [name, data] : cards) {
    render(name, data);
    ASSERT_EQ(targets.size(), 4U) << name;  // three lines and a QR code
    for (const int dpi : {200, 300, 600}) {
      const auto read = read_face(raster(dpi), targets, mrz);
      ASSERT_TRUE(read) << name << " " << dpi << " " << read.error().field << ": " << read.error().message;
      EXPECT_EQ(read.value(), expected(targets, data)) << name << " " << dpi;
    }
  }
}

TEST_F(FacePixels, TheStaffCardsNumberIsReadFromItsBars) {
  const print::FaceData data = print::utopian();
  render("utopia-staff", data);
  ASSERT_EQ(targets.size(), 1U);
  EXPECT_EQ(targets.front().kind, FaceTarget::Kind::code128);
  for (const int dpi : {200, 300, 600}) {
    const auto read = read_face(raster(dpi), targets, mrz_reader());
    ASSERT_TRUE(read) << dpi << read.error().message;
    EXPECT_EQ(read.value(), expected(targets, data)) << dpi;
  }
}

TEST_F(FacePixels, EveryCharacterIsReadAtEveryPlaceInSpiteOfNoise) {
  const MrzReader mrz = mrz_reader();
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<";
  for (int turn = 0; turn < 4; ++turn) {
    print::FaceData data = print::citizen();
    for (int line = 0; line < 3; ++line) {
      std::string& text = data.fields["mrz" + std::to_string(line + 1)];
      for (int i = 0; i < 30; ++i) {
        text[static_cast<std::size_t>(i)] =
            alphabet[static_cast<std::size_t>(turn * 90 + line * 30 + i) % alphabet.size()];
      }
    }
    render("vn-citizen", data);
    for (const int dpi : {200, 300, 600}) {
      auto sides = raster(dpi);
      for (const double deviation : {1.0, 15.0, 25.0}) {
        add_noise(sides[1], deviation, static_cast<unsigned>(turn));
        const std::vector<FaceTarget> lines(targets.end() - 3, targets.end());
        const auto read = read_face(sides, lines, mrz);
        ASSERT_TRUE(read) << dpi << " " << deviation << " " << read.error().field << read.error().message;
        EXPECT_EQ(read.value(), expected(lines, data)) << dpi << " " << deviation;
      }
    }
  }
}

TEST_F(FacePixels, ALineIsFollowedThatIsALittleOffItsPlace) {
  const print::FaceData data = print::citizen();
  render("vn-citizen", data);
  const MrzReader mrz = mrz_reader();
  const auto sides = raster(300);
  struct Askew {
    double scale, degrees, x_mm, y_mm;
  };
  for (const Askew& askew : {Askew{1, 0, 0.8, -0.6}, Askew{1.01, 0, 0, 0}, Askew{0.99, 0, 0, 0},
                             Askew{1, 0.5, 0, 0}, Askew{1, -0.5, 0.2, 0.2}}) {
    const std::vector<GreyImage> seen{
        seen_askew(sides[0], askew.scale, askew.degrees, askew.x_mm, askew.y_mm),
        seen_askew(sides[1], askew.scale, askew.degrees, askew.x_mm, askew.y_mm)};
    const auto read = read_face(seen, targets, mrz);
    ASSERT_TRUE(read) << askew.scale << " " << askew.degrees << ": " << read.error().field << " "
                      << read.error().message;
    EXPECT_EQ(read.value(), expected(targets, data)) << askew.scale << " " << askew.degrees;
  }
}

TEST_F(FacePixels, ACharacterThatIsNotClearlyOneIsAnErrorAndNeverAGuess) {
  render("vn-citizen", print::citizen());
  const MrzReader mrz = mrz_reader();
  const auto sides = raster(300);
  const FaceTarget& line = targets.back();
  ASSERT_EQ(line.field, "mrz3");
  const double scale = pixels_per_mm(sides[1]);
  const auto paint = [&](double from_mm, double to_mm, double above_mm, double below_mm, std::uint8_t grey) {
    GreyImage image = sides[1];
    for (int y = static_cast<int>((line.y - above_mm) * scale);
         y < static_cast<int>((line.y + below_mm) * scale); ++y) {
      for (int x = static_cast<int>((line.x + from_mm) * scale);
           x < static_cast<int>((line.x + to_mm) * scale); ++x) {
        image.pixels[static_cast<std::size_t>(y * image.width_px + x)] = grey;
      }
    }
    return image;
  };
  // Position 5 (E of NGUYEN) covered with ink, or with paper; its lower half scratched away.
  for (const GreyImage& image :
       {paint(4 * 2.54, 5 * 2.54, 2.8, 0.4, 0), paint(4 * 2.54, 5 * 2.54, 2.8, 0.4, 255),
        paint(4 * 2.54, 5 * 2.54, 1.2, 0.4, 255)}) {
    const auto read = mrz.read_line(image, line);
    ASSERT_FALSE(read) << read.value();
    EXPECT_EQ(read.error().code, "face.unreadable");
    EXPECT_EQ(read.error().field, "mrz3");
    EXPECT_NE(read.error().message.find("position 5"), std::string::npos) << read.error().message;
  }
}

TEST_F(FacePixels, WhatLiesBetweenTwoCharactersIsNeither) {
  print::FaceData one = print::citizen(), other = print::citizen();
  one.fields["mrz3"] = "NGUYEN<<HOANG<PHUONG<THA0<<<<<";
  other.fields["mrz3"] = "NGUYEN<<HOANG<PHUONG<THAO<<<<<";
  render("vn-citizen", one);
  auto blend = raster(300)[1];
  render("vn-citizen", other);
  const auto second = raster(300)[1];
  for (std::size_t i = 0; i < blend.pixels.size(); ++i) {
    blend.pixels[i] = static_cast<std::uint8_t>((blend.pixels[i] + second.pixels[i]) / 2);
  }
  const auto read = mrz_reader().read_line(blend, targets.back());
  ASSERT_FALSE(read) << read.value();
  EXPECT_NE(read.error().message.find("position 25"), std::string::npos) << read.error().message;
}

TEST_F(FacePixels, AWrongLetterAndAWrongQrAreReadAsTheyAre) {
  print::FaceData data = print::citizen();
  data.fields["mrz2"][0] = data.fields["mrz2"][0] == '0' ? '8' : '0';
  data.fields["qr"] += "x";
  render("vn-citizen", data);
  const auto read = read_face(raster(300), targets, mrz_reader());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read.value(), expected(targets, data));
  EXPECT_NE(read.value(), expected(targets, print::citizen()));
}

TEST_F(FacePixels, ACodeThatIsNotThereIsUnreadable) {
  render("vn-citizen", print::citizen());
  auto sides = raster(300);
  std::swap(sides[0], sides[1]);  // the card lies the other way round
  for (const FaceTarget& target : targets) {
    const auto read = read_face(sides, {target}, mrz_reader());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, "face.unreadable") << target.field;
    EXPECT_EQ(read.error().field, target.field);
  }
}

// -- the readers

class FaceReaders : public FacePixels {
 protected:
  void SetUp() override {
    data = print::citizen();
    render("vn-citizen", data);
    request.targets = targets;
    request.place = {station::Place::Kind::reader, 2};
    request.print_job = "urn:uuid:0b6b1c1e-0000-4000-8000-000000000001";
  }
  std::string code_of(station::FaceReader& reader) {
    const auto read = reader.read(request);
    return read ? "" : read.error().code;
  }
  SystemClock clock;
  print::FaceData data;
  station::FaceRequest request;
};

TEST_F(FaceReaders, TheVirtualOneReadsWhatThePrinterHasPrinted) {
  std::filesystem::create_directories(folder / "spool/card-2");
  std::filesystem::copy_file(folder / "face.pdf",
                             folder / "spool/card-2/0b6b1c1e-0000-4000-8000-000000000001.pdf");
  auto reader = open_virtual_face_reader({folder / "spool", kFont, 300}, clock).value();
  const auto read = reader->read(request);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read.value(), expected(targets, data));
  for (const char* job : {"urn:uuid:0b6b1c1e-0000-4000-8000-000000000002", "", "urn:uuid:../x"}) {
    request.print_job = job;
    EXPECT_EQ(code_of(*reader), "face_reader.nothing_printed") << job;
  }
}

TEST_F(FaceReaders, TheCommandOneReadsThePictureOfACamera) {
  const std::string root = (folder / "picture").string();
  ASSERT_EQ(run_command("pdftoppm -r 300 -png " + (folder / "face.pdf").string() + " " + root).exit_code, 0);
  std::filesystem::rename(root + "-1.png", root + "-front");
  std::filesystem::rename(root + "-2.png", root + "-back");
  auto reader = open_command_face_reader({{"cat", root + "-{side}"}, kFont}, clock).value();
  auto read = reader->read(request);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read.value(), expected(targets, data));
  // The same as JPEG.
  ASSERT_EQ(run_command("pdftoppm -r 300 -jpeg " + (folder / "face.pdf").string() + " " + root).exit_code, 0);
  std::filesystem::rename(root + "-1.jpg", root + "-front");
  std::filesystem::rename(root + "-2.jpg", root + "-back");
  read = reader->read(request);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read.value(), expected(targets, data));
}

TEST_F(FaceReaders, ACommandThatFailsHangsOrSaysTooMuchGivesNoImage) {
  const auto code_with = [&](std::vector<std::string> command) {
    auto reader = open_command_face_reader(
        {std::move(command), kFont, std::chrono::milliseconds(300), 1U << 20}, clock);
    return code_of(*reader.value());
  };
  EXPECT_EQ(code_with({"false"}), "face_reader.command");
  EXPECT_EQ(code_with({"/there/is/no/such/program"}), "face_reader.command");
  EXPECT_EQ(code_with({"cat", "/dev/zero"}), "face_reader.command");  // too much
  EXPECT_EQ(code_with({"true"}), "face_reader.image");                // nothing
  EXPECT_EQ(code_with({"echo", "no image"}), "face_reader.image");
  EXPECT_EQ(code_with({"sh", "-c", "kill -9 $$"}), "face_reader.command");
  const auto began = clock.steady();
  EXPECT_EQ(code_with({"tail", "-f", "/dev/null"}), "face_reader.command");
  // What it leaves running that holds its output open ends with it.
  EXPECT_EQ(code_with({"sh", "-c", "tail -f /dev/null &"}), "face_reader.command");
  EXPECT_EQ(code_with({"sh", "-c", "exec >/dev/null; exec tail -f /dev/null"}), "face_reader.command");
  EXPECT_LT(clock.steady() - began, std::chrono::seconds(5));
  EXPECT_FALSE(open_command_face_reader({{}, kFont}, clock));
}

// -- images from outside

Bytes as_bytes(const std::string& text) {
  return Bytes(text.begin(), text.end());
}

Bytes pgm(int width, int height, const std::string& white = "255") {
  Bytes file = as_bytes("P5\n# a comment\n" + std::to_string(width) + " " + std::to_string(height) + "\n" +
                        white + "\n");
  file.resize(file.size() + static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0x80);
  return file;
}

TEST(GreyImages, HaveTheShapeOfACardAndEnoughDots) {
  EXPECT_TRUE(decode_image(pgm(1011, 638)));
  EXPECT_TRUE(decode_image(pgm(674, 425)));
  for (const Bytes& bad :
       {pgm(1011, 800), pgm(638, 1011), pgm(428, 270), pgm(1011, 638, "65535"), pgm(0, 0), Bytes{},
        as_bytes("P5"), as_bytes("P5 99999 99999 255\n"), as_bytes("P6 1 1 255\n   ")}) {
    const auto image = decode_image(bad);
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, "face_reader.image");
  }
  Bytes cut = pgm(1011, 638);
  cut.pop_back();
  EXPECT_FALSE(decode_image(cut));
  Bytes two = pgm(1011, 638);
  append(two, pgm(1011, 638));
  EXPECT_EQ(decode_pgm_images(two, 2).value().size(), 2U);
  EXPECT_FALSE(decode_pgm_images(two, 1));
  EXPECT_FALSE(decode_image(two));
}

TEST_F(FacePixels, MutatedPicturesAreErrorsOrImages) {
  render("utopia-id", print::utopian());
  std::vector<Bytes> pictures{pgm(674, 425)};
  for (const std::string kind : {"png", "jpeg"}) {
    const std::string root = (folder / kind).string();
    ASSERT_EQ(run_command("pdftoppm -singlefile -r 200 -" + kind + " " + (folder / "face.pdf").string() +
                          " " + root)
                  .exit_code,
              0);
    pictures.push_back(read_file(root + (kind == "png" ? ".png" : ".jpg")).value());
  }
  std::mt19937 random(5);
  const int tries = print::mutations(150);
  for (int i = 0; i < tries; ++i) {
    Bytes picture = pictures[static_cast<std::size_t>(i) % pictures.size()];
    for (int change = 0; change < 4; ++change)
      picture[random() % picture.size()] = static_cast<std::uint8_t>(random());
    for (int change = 0; change < 2; ++change) picture[random() % 64] = static_cast<std::uint8_t>(random());
    if (i % 7 == 0) picture.resize(random() % picture.size());
    const auto image = decode_image(picture);
    if (!image) {
      EXPECT_TRUE(image.error().code.starts_with("face_reader.")) << image.error().code;
    }
  }
}

}  // namespace
}  // namespace imprimatur::devices
