// EF.COM and data groups: decoders never trust a length, and what they accept they can write again.
#include "base/check.hpp"
#include "lds/data_groups.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView file(data, size);
  if (const auto groups = lds::decode_com(file)) {
    CHECK(lds::decode_com(lds::encode_com(groups.value())).value().size() == groups.value().size());
  }
  if (const auto mrz = lds::decode_dg1(file)) CHECK(equal(lds::encode_dg1(mrz.value()), file));
  if (const auto image = lds::decode_dg2_image(file))
    CHECK(!image.value().empty() && image.value().size() < size);
  if (const auto fingers = lds::decode_dg3(file)) {
    for (const auto& finger : fingers.value()) CHECK(!finger.record.empty() && finger.record.size() < size);
    if (!fingers.value().empty()) {
      CHECK(lds::decode_dg3(lds::encode_dg3(fingers.value())).value().size() == fingers.value().size());
    }
  }
  if (const auto images = lds::decode_dg7(file)) {
    CHECK(lds::decode_dg7(lds::encode_dg7(images.value().front())).value().front() == images.value().front());
  }
  if (const auto details = lds::decode_dg12(file)) {
    CHECK(lds::decode_dg12(lds::encode_dg12(details.value())).value() == details.value());
  }
  if (const auto details = lds::decode_dg11(file)) {
    CHECK(lds::decode_dg11(lds::encode_dg11(details.value())).value() == details.value());
  }
  if (const auto fields = lds::decode_dg13(file)) {
    const Bytes wrapped = lds::encode_dg13(fields.value(), {.outer_sequence = true}).value();
    const Bytes bare = lds::encode_dg13(fields.value(), {.outer_sequence = false}).value();
    CHECK(equal(wrapped, file) || equal(bare, file));
  }
  return 0;
}
