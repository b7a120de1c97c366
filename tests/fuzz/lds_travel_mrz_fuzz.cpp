// The zone of any travel document: a text that a person typed or a reader gave, or a DG1 of a card. A zone
// that is accepted has the lines of one of the three shapes, and its DG1 is written back byte for byte.
#include "base/check.hpp"
#include "lds/mrz_travel.hpp"

using namespace imprimatur;

namespace {

void hold_to_the_rules(const lds::TravelMrz& mrz) {
  const std::size_t expected = mrz.lines.size() == 3 ? 30 : mrz.lines.front().size();
  CHECK(mrz.lines.size() == 3 || (mrz.lines.size() == 2 && (expected == 36 || expected == 44)));
  for (const std::string& line : mrz.lines) CHECK(line.size() == expected);
  const auto fields = lds::parse_any(mrz);
  if (!fields) return;
  const std::string& code = fields.value().document_code;
  CHECK(code.size() <= 2 && mrz.lines.front().starts_with(code));
  CHECK(lds::mrz_information(fields.value()).size() >= 24);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  if (const auto zone = lds::travel_mrz_of_text(text_of(input))) hold_to_the_rules(zone.value());
  if (const auto zone = lds::decode_travel_dg1(input)) {
    hold_to_the_rules(zone.value());
    CHECK(equal(lds::encode_travel_dg1(zone.value()), input));
  }
  return 0;
}
