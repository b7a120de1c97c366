// TLV objects, nested: what is read must be written again with the same bytes.
#include "base/check.hpp"
#include "lds/tlv.hpp"

namespace {

using namespace imprimatur;

constexpr int kDepthMax = 8;

void walk(ByteView bytes, int depth) {
  ByteReader reader(bytes, "input");
  while (!reader.at_end()) {
    const std::size_t start = reader.offset();
    const auto object = lds::read_tlv(reader);
    if (!object) return;
    const ByteView whole = bytes.subspan(start, reader.offset() - start);
    CHECK(equal(lds::encode_tlv(object.value().tag, object.value().value), whole));
    CHECK(lds::total_length(whole).value() == whole.size());
    CHECK(lds::only_tlv(whole, object.value().tag, "object"));
    if (depth < kDepthMax) walk(object.value().value, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  walk({data, size}, 0);
  return 0;
}
