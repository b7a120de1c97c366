// Image headers: whatever is read has a size.
#include "base/check.hpp"
#include "job/image_size.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace imprimatur;
  for (const auto& found : {job::jpeg_size({data, size}), job::jp2_size({data, size})}) {
    CHECK(!found || (found.value().width > 0 && found.value().height > 0));
  }
  return 0;
}
