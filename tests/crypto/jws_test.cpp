#include "crypto/jws.hpp"

#include <gtest/gtest.h>

#include "tests/crypto/vectors.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::crypto {
namespace {

using test_support::run_command;
using test_support::TemporaryFolder;

const json::value& vector_file() {
  static const json::value file = vectors::load("jws-vectors.json");
  return file;
}

// The parts of a compact JWS in general form.
json::object general_of(const std::string& compact) {
  const auto first = compact.find('.');
  const auto second = compact.rfind('.');
  return {{"payload", compact.substr(first + 1, second - first - 1)},
          {"signatures", json::array{json::object{{"protected", compact.substr(0, first)},
                                                  {"signature", compact.substr(second + 1)}}}}};
}

json::object own_with(std::string_view protected_text, std::string_view signature) {
  return {{"payload", vector_file().at("own").at("general").at("payload")},
          {"signatures", json::array{json::object{{"protected", protected_text}, {"signature", signature}}}}};
}

PublicKey own_key(std::size_t index) {
  return PublicKey::from_jwk(vector_file().at("own").at("signatures").at(index).at("jwk").as_object())
      .value();
}

const json::value& negative(std::string_view what) {
  for (const auto& vector : vector_file().at("negative").as_array()) {
    if (std::string_view(vector.at("what").as_string()).starts_with(what)) return vector;
  }
  CHECK(false);
}

TEST(Jws, VerifiesThePublishedExamples) {
  int count = 0;
  for (const auto& vector : vector_file().at("published_jws").as_array()) {
    const auto* compact = vector.as_object().if_contains("compact");
    if (compact == nullptr) continue;
    const std::string algorithm = vectors::text_member(vector, "alg");
    if (algorithm != "ES256" && algorithm != "EdDSA") continue;
    const auto jws = parse_jws(general_of(std::string(compact->as_string()))).value();
    const auto key = PublicKey::from_jwk(vector.at("jwk").as_object()).value();
    EXPECT_TRUE(verify_jws_signature(jws, jws.signatures.at(0), key)) << algorithm;
    ++count;
  }
  EXPECT_EQ(count, 2);
}

TEST(Jws, VerifiesEverySignatureOfAGeneralJwsWithItsOwnKeyOnly) {
  const auto jws = parse_jws(vector_file().at("own").at("general").as_object()).value();
  EXPECT_EQ(jws.payload, vectors::text_member(vector_file().at("own"), "payload"));
  ASSERT_EQ(jws.signatures.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(jws.signatures[i].kid, own_key(i).thumbprint());
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_EQ(verify_jws_signature(jws, jws.signatures[i], own_key(k)), i == k);
    }
  }
}

TEST(Jws, SaysWhichSignatureWasAltered) {
  const auto jws = parse_jws(negative("first signature altered").at("general").as_object()).value();
  EXPECT_FALSE(verify_jws_signature(jws, jws.signatures[0], own_key(0)));
  EXPECT_TRUE(verify_jws_signature(jws, jws.signatures[1], own_key(1)));
  EXPECT_TRUE(verify_jws_signature(jws, jws.signatures[2], own_key(2)));
}

TEST(Jws, RefusesEcdsaSignaturesInDerAndWithZero) {
  const auto header = vectors::text_member(vector_file().at("own").at("signatures").at(1), "protected");
  for (const char* what : {"ES256 signature as DER", "ES256 r = 0"}) {
    const auto jws = parse_jws(own_with(header, vectors::text_member(negative(what), "signature"))).value();
    EXPECT_FALSE(verify_jws_signature(jws, jws.signatures[0], own_key(1))) << what;
  }
}

TEST(Jws, RefusesAnAlgorithmThatDoesNotFitTheKey) {
  const auto key = PrivateKey::generate(KeyType::ec_p384).value();
  const std::string header = to_base64url(bytes_of(R"({"alg":"ES256"})"));
  const auto payload = vectors::text_member(vector_file().at("own").at("general"), "payload");
  // The signature itself is good: only alg is wrong.
  const Bytes signature = key.sign(HashAlgorithm::sha384, SignatureForm::raw,
                                   bytes_of(std::string(header).append(".").append(payload)));
  const auto jws = parse_jws(own_with(header, to_base64url(signature))).value();
  EXPECT_FALSE(verify_jws_signature(jws, jws.signatures[0], key.public_key()));
}

TEST(Jws, RefusesEachForbiddenFormWithItsOwnCode) {
  const auto& own = vector_file().at("own");
  const auto header = vectors::text_member(own.at("signatures").at(0), "protected");
  const auto signature = vectors::text_member(own.at("signatures").at(0), "signature");
  const auto code = [](const json::object& general) { return parse_jws(general).error().code; };
  const auto protected_of = [](const char* what) {
    return vectors::text_member(negative(what), "protected");
  };

  EXPECT_EQ(code(own_with(protected_of("alg none"), "")), "jws.algorithm");
  EXPECT_EQ(code(own_with(protected_of("crit names an unknown"), signature)), "jws.crit");
  EXPECT_EQ(code(own_with(protected_of("crit empty"), signature)), "jws.crit");
  EXPECT_EQ(code(own_with(protected_of("crit names a registered"), signature)), "jws.crit");
  EXPECT_EQ(code(own_with(to_base64url(bytes_of(R"({"alg":"EdDSA","b64":false})")), signature)), "jws.b64");
  EXPECT_EQ(code(own_with(protected_of("duplicate member"), signature)), "jws.duplicate");
  EXPECT_EQ(code(own_with(protected_of("base64url with padding"), signature)), "jws.syntax");
  EXPECT_EQ(code(own_with(header, signature + "=")), "jws.syntax");
  EXPECT_EQ(code(own_with("", signature)), "jws.syntax");
  EXPECT_EQ(code(negative("same member").at("general").as_object()), "jws.unprotected_header");
  EXPECT_EQ(code(own.at("flattened_first").as_object()), "jws.syntax");
  EXPECT_EQ(code(own.at("detached_general").as_object()), "jws.syntax");
  auto both = own.at("general").as_object();
  both["signature"] = signature;
  EXPECT_EQ(code(both), "jws.syntax");
  auto many = own_with(header, signature);
  for (int i = 0; i < 16; ++i) many["signatures"].as_array().push_back(many["signatures"].as_array()[0]);
  EXPECT_EQ(code(many), "jws.too_many_signatures");
  auto none = own_with(header, signature);
  none["signatures"].as_array().clear();
  EXPECT_EQ(code(none), "jws.syntax");
  EXPECT_EQ(code({{"payload", 1}, {"signatures", 2}}), "jws.syntax");
  EXPECT_EQ(code({}), "jws.syntax");
}

// jose (Latchset) has no EdDSA; python3-jwcrypto verifies all three.
TEST(Jws, IsVerifiedByTheJoseTool) {
  const TemporaryFolder folder;
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384}) {
    const auto key = PrivateKey::generate(type).value();
    const auto jws =
        sign_jws(R"({"statement":"approve"})", {{.kid = key.public_key().thumbprint(), .key = &key}});
    ASSERT_TRUE(write_file(folder / "jws.json", bytes_of(canonical_json(jws))));
    ASSERT_TRUE(write_file(folder / "jwk.json", bytes_of(canonical_json(key.public_key().jwk()))));
    const std::string verify =
        "cd " + folder.path().string() + " && jose jws ver -i jws.json -k jwk.json -O -";
    auto result = run_command(verify);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    EXPECT_EQ(result.output, R"({"statement":"approve"})");
    const auto stranger = PrivateKey::generate(type).value();
    ASSERT_TRUE(write_file(folder / "jwk.json", bytes_of(canonical_json(stranger.public_key().jwk()))));
    EXPECT_NE(run_command(verify).exit_code, 0);
  }
}

TEST(Jws, OfThreePeopleIsVerifiedByJwcrypto) {
  const TemporaryFolder folder;
  const std::vector<PrivateKey> keys{PrivateKey::generate(KeyType::ec_p256).value(),
                                     PrivateKey::generate(KeyType::ec_p384).value(),
                                     PrivateKey::generate(KeyType::ed25519).value()};
  std::vector<JwsSigner> signers;
  json::array jwks;
  for (const auto& key : keys) {
    signers.push_back({.kid = key.public_key().thumbprint(), .key = &key});
    jwks.push_back(key.public_key().jwk());
  }
  ASSERT_TRUE(write_file(folder / "jws.json", bytes_of(canonical_json(sign_jws("payload", signers)))));
  ASSERT_TRUE(write_file(folder / "jwks.json", bytes_of(canonical_json(jwks))));
  constexpr std::string_view kScript = R"(
import json
from jwcrypto import jwk, jws
from jwcrypto.common import base64url_decode
text = open("jws.json").read()
general = json.loads(text)
for key, signature in zip(json.load(open("jwks.json")), general["signatures"]):
    one = jws.JWS()
    one.deserialize(json.dumps({"payload": general["payload"], "signatures": [signature]}))
    one.verify(jwk.JWK(**key))
    assert one.payload == b"payload"
    assert json.loads(base64url_decode(signature["protected"]))["kid"] == jwk.JWK(**key).thumbprint()
print("good", len(general["signatures"]))
)";
  ASSERT_TRUE(write_file(folder / "verify.py", bytes_of(kScript)));
  const auto result = run_command("cd " + folder.path().string() + " && /usr/bin/python3 verify.py");
  EXPECT_EQ(result.output, "good 3\n");
}

}  // namespace
}  // namespace imprimatur::crypto
