// Face templates: JSON text. What loads keeps every rule, so that what passes can be drawn.
#include "base/check.hpp"
#include "print/face_template.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto parsed =
      print::examine_face_template(text, {"ocr-b", "sans", "sans-bold", "sans-italic", "serif-bold"});
  CHECK(parsed.face || !parsed.faults.empty());
  for (const print::TemplateFault& fault : parsed.faults) CHECK(!fault.error.message.empty());
  return 0;
}
