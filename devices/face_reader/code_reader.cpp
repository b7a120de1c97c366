#include "devices/face_reader/code_reader.hpp"

#include <zbar.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/check.hpp"

namespace imprimatur::devices {
namespace {

constexpr double kAroundMm = 1;
constexpr unsigned long kGrey = 0x30303859;  // "Y800", 8 bits of grey, as zbar writes it

GreyImage cut_out(const GreyImage& from, const station::FaceTarget& target) {
  const double scale = pixels_per_mm(from);
  const auto px = [scale](double mm, int most) {
    return std::clamp(static_cast<int>(std::lround(mm * scale)), 0, most);
  };
  const int left = px(target.x - kAroundMm, from.width_px);
  const int right = px(target.x + target.width + kAroundMm, from.width_px);
  const int top = px(target.y - kAroundMm, from.height_px);
  const int bottom = px(target.y + target.height + kAroundMm, from.height_px);
  GreyImage cut{right - left, bottom - top, {}};
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) cut.pixels.push_back(from.at(x, y));
  }
  return cut;
}

}  // namespace

Result<std::string> read_code(const GreyImage& side, const station::FaceTarget& target) {
  const GreyImage cut = cut_out(side, target);
  const auto unreadable = [&target](const char* sentence) {
    return fail("face.unreadable", sentence, target.field, "Clean the card and the camera, light the card.");
  };
  if (cut.pixels.empty()) return unreadable("the code's place is not in the image");
  const std::unique_ptr<zbar::zbar_image_scanner_t, void (*)(zbar::zbar_image_scanner_t*)> scanner(
      zbar::zbar_image_scanner_create(), zbar::zbar_image_scanner_destroy);
  const std::unique_ptr<zbar::zbar_image_t, void (*)(zbar::zbar_image_t*)> image(zbar::zbar_image_create(),
                                                                                 zbar::zbar_image_destroy);
  if (!scanner || !image) return fail("face_reader.memory", "no memory for the code reader");
  const auto kind = target.kind == station::FaceTarget::Kind::qr ? zbar::ZBAR_QRCODE : zbar::ZBAR_CODE128;
  zbar::zbar_image_scanner_set_config(scanner.get(), zbar::ZBAR_NONE, zbar::ZBAR_CFG_ENABLE, 0);
  zbar::zbar_image_scanner_set_config(scanner.get(), kind, zbar::ZBAR_CFG_ENABLE, 1);
  zbar::zbar_image_set_format(image.get(), kGrey);
  zbar::zbar_image_set_size(image.get(), static_cast<unsigned>(cut.width_px),
                            static_cast<unsigned>(cut.height_px));
  zbar::zbar_image_set_data(image.get(), cut.pixels.data(), cut.pixels.size(), nullptr);  // borrowed
  if (zbar::zbar_scan_image(scanner.get(), image.get()) != 1) {
    return unreadable("there is not one code that can be read at the code's place");
  }
  const zbar::zbar_symbol_t* symbol = zbar::zbar_image_first_symbol(image.get());
  CHECK(symbol != nullptr);
  return std::string(zbar::zbar_symbol_get_data(symbol), zbar::zbar_symbol_get_data_length(symbol));
}

}  // namespace imprimatur::devices
