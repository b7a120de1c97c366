// The historical bytes of any answer to reset.
#include "chip/answer_to_reset.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)imprimatur::chip::capabilities_of({data, size});
  return 0;
}
