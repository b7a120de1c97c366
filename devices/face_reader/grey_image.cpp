#include "devices/face_reader/grey_image.hpp"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <memory>

namespace imprimatur::devices {
namespace {

constexpr double kCardWidthMm = 85.60, kCardHeightMm = 53.98;
constexpr double kShapeTolerance = 0.03;
constexpr double kDotsPerInchMin = 180;
constexpr std::int64_t kPixelsMax = 64'000'000;
constexpr int kSideMax = 20'000;

Error bad_image(std::string sentence) {
  return fail("face_reader.image", std::move(sentence), {},
              "The image must show the card from edge to edge, upright, as PNG, JPEG or PGM.");
}

Status check_size(std::int64_t width, std::int64_t height) {
  if (width < 1 || height < 1 || width > kSideMax || height > kSideMax || width * height > kPixelsMax) {
    return bad_image("the image has no pixels or too many");
  }
  return ok();
}

Result<GreyImage> checked_shape(GreyImage image) {
  const double shape = static_cast<double>(image.width_px) / image.height_px;
  if (std::abs(shape / (kCardWidthMm / kCardHeightMm) - 1) > kShapeTolerance) {
    return bad_image("the image has not the shape of a card");
  }
  if (pixels_per_mm(image) * 25.4 < kDotsPerInchMin) return bad_image("the image is too coarse to be read");
  return image;
}

bool is_space(std::uint8_t byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

// A number of the PGM header, behind white space or a comment; -1 when there is none.
int header_number(ByteView file, std::size_t& at) {
  while (at < file.size() && (is_space(file[at]) || file[at] == '#')) {
    if (file[at] == '#') {
      while (at < file.size() && file[at] != '\n') ++at;
    } else {
      ++at;
    }
  }
  int number = -1;
  for (; at < file.size() && file[at] >= '0' && file[at] <= '9'; ++at) {
    number = std::max(number, 0) * 10 + (file[at] - '0');
    if (number > kSideMax) return -1;
  }
  return number;
}

// Reads one image at `at` and moves behind it.
Result<GreyImage> decode_pgm(ByteView file, std::size_t& at) {
  if (file.size() - at < 2 || file[at] != 'P' || file[at + 1] != '5') return bad_image("not a PGM image");
  at += 2;
  GreyImage image;
  image.width_px = header_number(file, at);
  image.height_px = header_number(file, at);
  const int white = header_number(file, at);
  TRY_STATUS(check_size(image.width_px, image.height_px));
  if (white != 255 || at >= file.size() || !is_space(file[at])) return bad_image("not a PGM of 8 bits");
  ++at;
  const auto size = static_cast<std::size_t>(image.width_px) * static_cast<std::size_t>(image.height_px);
  if (file.size() - at < size) return bad_image("the image is cut off");
  const ByteView pixels = file.subspan(at, size);
  image.pixels.assign(pixels.begin(), pixels.end());
  at += size;
  return checked_shape(std::move(image));
}

// The simplified interface of libpng: errors come back as codes, never as jumps.
Result<GreyImage> decode_png(ByteView file) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&png, file.data(), file.size()) == 0) {
    return bad_image("the PNG cannot be read");
  }
  const std::unique_ptr<png_image, void (*)(png_image*)> held(&png, png_image_free);
  TRY_STATUS(check_size(png.width, png.height));
  png.format = PNG_FORMAT_GRAY;
  GreyImage image{static_cast<int>(png.width), static_cast<int>(png.height), Bytes(PNG_IMAGE_SIZE(png))};
  const png_color white{255, 255, 255};  // under what is transparent
  if (png_image_finish_read(&png, &white, image.pixels.data(), 0, nullptr) == 0) {
    return bad_image("the PNG cannot be read to its end");
  }
  return checked_shape(std::move(image));
}

Result<GreyImage> decode_jpeg(ByteView file) {
  const std::unique_ptr<void, int (*)(void*)> decoder(tjInitDecompress(), tjDestroy);
  if (!decoder) return fail("face_reader.memory", "no memory for the JPEG decoder");
  GreyImage image;
  int sampling = 0, colours = 0;
  if (tjDecompressHeader3(decoder.get(), file.data(), file.size(), &image.width_px, &image.height_px,
                          &sampling, &colours) != 0) {
    return bad_image("the JPEG cannot be read");
  }
  TRY_STATUS(check_size(image.width_px, image.height_px));
  image.pixels.resize(static_cast<std::size_t>(image.width_px) * static_cast<std::size_t>(image.height_px));
  if (tjDecompress2(decoder.get(), file.data(), file.size(), image.pixels.data(), image.width_px, 0,
                    image.height_px, TJPF_GRAY, TJFLAG_STOPONWARNING) != 0) {
    return bad_image("the JPEG cannot be read to its end");
  }
  return checked_shape(std::move(image));
}

}  // namespace

double pixels_per_mm(const GreyImage& image) {
  return image.width_px / kCardWidthMm;
}

Result<GreyImage> decode_image(ByteView file) {
  if (file.size() > 8 && file[0] == 0x89 && file[1] == 'P') return decode_png(file);
  if (file.size() > 3 && file[0] == 0xFF && file[1] == 0xD8) return decode_jpeg(file);
  TRY(auto images, decode_pgm_images(file, 1));
  return std::move(images.front());
}

Result<std::vector<GreyImage>> decode_pgm_images(ByteView file, std::size_t count_max) {
  std::vector<GreyImage> images;
  std::size_t at = 0;
  do {
    if (images.size() == count_max) return bad_image("there are more images than sides");
    TRY(auto image, decode_pgm(file, at));
    images.push_back(std::move(image));
  } while (at < file.size());
  return images;
}

}  // namespace imprimatur::devices
