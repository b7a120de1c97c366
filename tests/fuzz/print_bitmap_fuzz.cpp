// Rasters that another program made: PPM. What is read can be drawn out and written.
#include "base/check.hpp"
#include "print/bitmap.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bitmap = print::read_ppm(ByteView(data, size));
  if (!bitmap) return 0;
  const auto wide =
      print::with_bleed(bitmap.value(), bitmap.value().width_px + 5, bitmap.value().height_px + 3);
  CHECK(print::encode_png(wide));
  return 0;
}
