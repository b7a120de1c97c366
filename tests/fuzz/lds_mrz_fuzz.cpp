// Machine readable zones: three lines divided by line feeds. A zone that is accepted must be composed again
// from its fields, character by character.
#include "base/bytes.hpp"
#include "base/check.hpp"
#include "lds/mrz.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lds::Mrz mrz;
  std::size_t line = 0;
  for (const std::uint8_t byte : ByteView(data, size)) {
    if (byte == '\n' && line < 2) {
      ++line;
    } else {
      mrz.lines[line] += static_cast<char>(byte);
    }
  }
  const auto fields = lds::parse_td1(mrz);
  if (!fields) return 0;
  const auto composed = lds::compose_td1(fields.value());
  CHECK(composed && composed.value() == mrz);
  CHECK(lds::mrz_information(fields.value()).size() >= 24);
  return 0;
}
