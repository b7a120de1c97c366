#include "crypto/jws.hpp"

#include <optional>

#include "base/check.hpp"
#include "base/encoding.hpp"

namespace imprimatur::crypto {
namespace {

constexpr std::size_t kSignaturesMax = 16;
constexpr std::size_t kPayloadTextMax = 1U << 20;  // characters of base64url
constexpr std::size_t kProtectedTextMax = 8192;
constexpr std::size_t kSignatureTextMax = 256;

std::string place(std::size_t index, std::string_view member = {}) {
  std::string pointer = "/signatures/" + std::to_string(index);
  if (!member.empty()) pointer.append("/").append(member);
  return pointer;
}

Error syntax(std::string message, std::string field) {
  return fail("jws.syntax", std::move(message), std::move(field));
}

// A member that is base64url text of at most `size_max` characters, as received.
Result<std::string> encoded_member(const json::object& object, std::string_view name, std::size_t size_max,
                                   const std::string& field) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) {
    return syntax("a text member \"" + std::string(name) + "\" is required", field);
  }
  if (value->as_string().size() > size_max) return syntax("the member is too long", field);
  return std::string(value->as_string());
}

Result<Bytes> decode(std::string_view text, const std::string& field) {
  auto bytes = from_base64url(text);
  if (!bytes) return syntax(bytes.error().message, field);
  return bytes;
}

std::optional<HashAlgorithm> hash_of(std::string_view algorithm) {
  if (algorithm == "ES256" || algorithm == "EdDSA") return HashAlgorithm::sha256;  // EdDSA ignores it
  if (algorithm == "ES384") return HashAlgorithm::sha384;
  return std::nullopt;
}

std::optional<std::string_view> algorithm_of(KeyType type) {
  switch (type) {
    case KeyType::ec_p256:
      return "ES256";
    case KeyType::ec_p384:
      return "ES384";
    case KeyType::ed25519:
      return "EdDSA";
    case KeyType::ec_brainpool_p256r1:
    case KeyType::ec_brainpool_p384r1:
    case KeyType::rsa:
      return std::nullopt;
  }
  CHECK(false);
}

std::string signing_input(std::string_view protected_text, std::string_view payload_text) {
  return std::string(protected_text).append(".").append(payload_text);
}

Result<json::object> parse_header(ByteView text, const std::string& field) {
  auto header = parse_json_object(text_of(text), {.size_max = kProtectedTextMax, .depth_max = 4});
  if (header) return header;
  const bool duplicate = header.error().code == "json.duplicate";
  return fail(duplicate ? "jws.duplicate" : "jws.syntax", header.error().message, field);
}

Result<JwsSignature> parse_signature(const json::value& value, std::size_t index) {
  if (!value.is_object()) return syntax("a signature is an object", place(index));
  const auto& object = value.get_object();
  if (object.contains("header")) {
    return fail("jws.unprotected_header", "a header outside the signature is not accepted",
                place(index, "header"));
  }
  JwsSignature signature;
  const std::string protected_place = place(index, "protected");
  TRY(signature.protected_text, encoded_member(object, "protected", kProtectedTextMax, protected_place));
  TRY(auto header_text, decode(signature.protected_text, protected_place));
  TRY(auto header, parse_header(header_text, protected_place));
  // No extension is understood here, so RFC 7515 section 4.1.11 asks to refuse.
  if (header.contains("crit")) return fail("jws.crit", "crit is not accepted", protected_place);
  if (header.contains("b64")) return fail("jws.b64", "an unencoded payload is not accepted", protected_place);
  const json::value* algorithm = header.if_contains("alg");
  if (algorithm == nullptr || !algorithm->is_string() || !hash_of(algorithm->get_string())) {
    return fail("jws.algorithm", "alg is not one of ES256, ES384 and EdDSA", protected_place);
  }
  signature.algorithm = std::string(algorithm->get_string());
  if (const json::value* kid = header.if_contains("kid")) {
    if (!kid->is_string()) return syntax("kid is a text", protected_place);
    signature.kid = std::string(kid->get_string());
  }
  const std::string signature_place = place(index, "signature");
  TRY(auto signature_text, encoded_member(object, "signature", kSignatureTextMax, signature_place));
  TRY(signature.signature, decode(signature_text, signature_place));
  return signature;
}

}  // namespace

Result<Jws> parse_jws(const json::object& general) {
  for (const char* flattened : {"signature", "protected", "header"}) {
    if (general.contains(flattened)) {
      return syntax("only the general form is accepted, and it has no such member",
                    std::string("/") + flattened);
    }
  }
  Jws jws;
  TRY(jws.payload_text, encoded_member(general, "payload", kPayloadTextMax, "/payload"));
  TRY(auto payload, decode(jws.payload_text, "/payload"));
  jws.payload = text_of(payload);
  const json::value* signatures = general.if_contains("signatures");
  if (signatures == nullptr || !signatures->is_array() || signatures->get_array().empty()) {
    return syntax("a list \"signatures\" with at least one signature is required", "/signatures");
  }
  const auto& list = signatures->get_array();
  if (list.size() > kSignaturesMax) {
    return fail("jws.too_many_signatures",
                "there are more than " + std::to_string(kSignaturesMax) + " signatures", "/signatures");
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    TRY(auto signature, parse_signature(list[i], i));
    jws.signatures.push_back(std::move(signature));
  }
  return jws;
}

json::object general_form(const Jws& jws) {
  json::array signatures;
  for (const JwsSignature& one : jws.signatures) {
    signatures.push_back(
        json::object{{"protected", one.protected_text}, {"signature", to_base64url(one.signature)}});
  }
  return {{"payload", jws.payload_text}, {"signatures", std::move(signatures)}};
}

bool verify_jws_signature(const Jws& jws, const JwsSignature& signature, const PublicKey& key) {
  const auto algorithm = algorithm_of(key.type());
  if (!algorithm || signature.algorithm != *algorithm) return false;
  const std::string input = signing_input(signature.protected_text, jws.payload_text);
  return key.verify(*hash_of(*algorithm), SignatureForm::raw, bytes_of(input), signature.signature);
}

json::object sign_jws(std::string_view payload, const std::vector<JwsSigner>& signers) {
  CHECK(!signers.empty() && signers.size() <= kSignaturesMax);
  const std::string payload_text = to_base64url(bytes_of(payload));
  json::array signatures;
  for (const auto& signer : signers) {
    const auto algorithm = algorithm_of(signer.key->type());
    CHECK(algorithm.has_value());
    const json::object header{{"alg", *algorithm}, {"kid", signer.kid}};
    const std::string protected_text = to_base64url(bytes_of(canonical_json(header)));
    const std::string input = signing_input(protected_text, payload_text);
    const Bytes signature = signer.key->sign(*hash_of(*algorithm), SignatureForm::raw, bytes_of(input));
    signatures.push_back(json::object{{"protected", protected_text}, {"signature", to_base64url(signature)}});
  }
  return {{"payload", payload_text}, {"signatures", std::move(signatures)}};
}

}  // namespace imprimatur::crypto
