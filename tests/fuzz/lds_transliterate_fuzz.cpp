// Names: whatever comes out is an identifier of the MRZ and stays as it is.
#include <algorithm>

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "lds/transliterate.hpp"
#include "lds/utf8.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string name = text_of({data, size});
  const auto out = lds::transliterate_name(name);
  if (!out) return 0;
  CHECK(lds::is_utf8(name));
  std::string text = out.value();
  CHECK(text.find("<<") == std::string::npos);
  CHECK(text.empty() || (text.front() != '<' && text.back() != '<'));
  CHECK(std::all_of(text.begin(), text.end(), [](char c) { return c == '<' || (c >= 'A' && c <= 'Z'); }));
  std::replace(text.begin(), text.end(), '<', ' ');
  CHECK(text.size() > 1024 || lds::transliterate_name(text).value() == out.value());
  return 0;
}
