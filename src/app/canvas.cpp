#include "app/canvas.hpp"

#include <turbojpeg.h>

#include <memory>

#include "base/check.hpp"

namespace imprimatur::app {

Bytes Canvas::to_jpeg(int quality) const {
  const std::unique_ptr<void, int (*)(void*)> encoder(tjInitCompress(), tjDestroy);
  CHECK(encoder != nullptr);
  const Bytes rgb = to_rgb();
  unsigned char* out = nullptr;
  unsigned long size = 0;
  const int result = tjCompress2(encoder.get(), rgb.data(), width_, 0, height_, TJPF_RGB, &out, &size,
                                 TJSAMP_420, quality, TJFLAG_ACCURATEDCT);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(out, tjFree);
  CHECK(result == 0);
  return copy_of(ByteView(out, size));
}

}  // namespace imprimatur::app
