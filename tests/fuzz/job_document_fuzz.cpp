// Job documents: what is read must be written so that it reads the same, and can be put on trial.
#include "base/check.hpp"
#include "base/encoding.hpp"
#include "job/document.hpp"
#include "job/product.hpp"

namespace {

using namespace imprimatur;

job::Product any_product() {
  job::Product product;
  product.issuer = "UTO";
  product.data_groups = {lds::FileId::dg1, lds::FileId::dg2, lds::FileId::dg11, lds::FileId::dg13};
  product.qr = "{personal_number}|{birth_date:DDMMYYYY}|{residence}";
  product.settings = {{"mrz_expiry_without_limit", "991231"}, {"expiry_printed_without_limit", "none"}};
  return product;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = job::parse_document(text_of(ByteView{data, size}));
  if (!document) return 0;
  const std::string text = job::write_document(document.value());
  const auto again = job::parse_document(text);
  CHECK(again.has_value() && job::write_document(again.value()) == text);
  const job::Product product = any_product();
  const job::Images images = {{"face", hex("FFD8FFC0000B08000A000A01011100FFD9")}};
  const auto files = job::compose_files(document.value(), images, product);
  CHECK(!files || files.value().size() == 5);
  for (const auto& check : job::checks_for(product))
    check->examine({document.value(), images, {2026, 11, 24}});
  return 0;
}
