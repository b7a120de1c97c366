// Portraits from outside: JPEG, JPEG 2000, PNG. What comes out clean is a sound JPEG of the size it tells.
#include "base/check.hpp"
#include "print/image_check.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const print::ImageLimits limits{.side_px_min = 16, .side_px_max = 1024, .pixels_max = 500'000};
  const auto clean = print::clean_image(ByteView(data, size), limits, {.longer_side_px_wanted = 40});
  if (!clean) return 0;
  const auto info = print::check_jpeg(clean.value().jpeg, {.side_px_min = 1});
  CHECK(info && info.value().width_px == clean.value().width_px &&
        info.value().height_px == clean.value().height_px);
  return 0;
}
