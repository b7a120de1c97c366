// Envelopes: what is read must be written so that it reads the same.
#include "base/check.hpp"
#include "job/envelope.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace imprimatur;
  const auto envelope = job::parse_envelope(text_of(ByteView{data, size}));
  if (!envelope) return 0;
  const auto again = job::parse_envelope(job::write_envelope(envelope.value()));
  CHECK(again.has_value());
  CHECK(again.value().salt == envelope.value().salt && again.value().images == envelope.value().images);
  CHECK(again.value().document_text == envelope.value().document_text);
  return 0;
}
