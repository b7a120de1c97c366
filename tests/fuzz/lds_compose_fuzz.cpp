// Fields of a zone, divided by line feeds. What can be composed must be accepted by the parser and give the
// same fields, but for a name that was cut.
#include "base/bytes.hpp"
#include "base/check.hpp"
#include "lds/mrz.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<std::string, 11> texts;
  std::size_t field = 0;
  for (const std::uint8_t byte : ByteView(data, size)) {
    if (byte == '\n' && field + 1 < texts.size()) {
      ++field;
    } else {
      texts[field] += static_cast<char>(byte);
    }
  }
  lds::MrzFields fields{texts[0], texts[1], texts[2], texts[3], texts[4], texts[5],
                        texts[6], texts[7], texts[8], texts[9], texts[10]};
  const auto mrz = lds::compose_td1(fields);
  if (!mrz) return 0;
  auto parsed = lds::parse_td1(mrz.value());
  CHECK(parsed);
  const std::size_t name = fields.primary_identifier.size() + fields.secondary_identifier.size() + 2;
  const bool cut = fields.secondary_identifier.empty() ? name > 32 : name > 30;
  if (cut) {
    CHECK(mrz.value().lines[2].back() != '<');
    parsed.value().primary_identifier = fields.primary_identifier;
    parsed.value().secondary_identifier = fields.secondary_identifier;
  }
  CHECK(parsed.value() == fields);
  return 0;
}
