// Statements in JWS general form: without a key nothing is ever accepted.
#include "base/check.hpp"
#include "crypto/jws.hpp"
#include "job/statement.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace imprimatur;
  const auto general = parse_json_object(text_of(ByteView{data, size}));
  if (!general) return 0;
  const auto jws = crypto::parse_jws(general.value());
  CHECK(!jws || (!jws.value().signatures.empty() && jws.value().signatures.size() <= 16));
  if (jws) {  // what is journalled is the same to every signature
    const auto again = crypto::parse_jws(crypto::general_form(jws.value()));
    CHECK(again.has_value() && again.value().payload == jws.value().payload);
    CHECK(again.value().signatures.size() == jws.value().signatures.size());
  }
  job::Policy policy;
  policy.requirements["destroy"] = {.role = "approver", .people = 1};
  CHECK(!job::verify_statement(general.value(), policy, WallTime{}));
  return 0;
}
