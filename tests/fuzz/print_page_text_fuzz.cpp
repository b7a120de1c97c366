// PDFs read back: any file, and its bytes as a content stream.
#include "base/check.hpp"
#include "print/page_text.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const print::GlyphCharacters characters = {{"sans", std::vector<char32_t>(600, U'A')},
                                             {"sans-bold", std::vector<char32_t>(600, U'B')}};
  static_cast<void>(print::read_page_texts(bytes, characters).has_value());
  const auto texts = print::read_content_texts(text_of(bytes), characters);
  if (texts) CHECK(texts.value().size() <= size);
  return 0;
}
