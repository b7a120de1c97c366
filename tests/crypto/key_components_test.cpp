#include <gtest/gtest.h>

#include "crypto/keys.hpp"
#include "crypto/rsa_raw.hpp"
#include "tests/crypto/vectors.hpp"

namespace imprimatur::crypto {
namespace {

constexpr KeyType kCurves[] = {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_brainpool_p256r1,
                               KeyType::ec_brainpool_p384r1};

TEST(KeyComponents, GeneratedRsaKeysHave2048BitsAndTheUsualExponent) {
  const auto key = PrivateKey::generate(KeyType::rsa).value();
  EXPECT_EQ(key.public_key().type(), KeyType::rsa);
  const auto numbers = key.public_key().rsa_components();
  EXPECT_EQ(numbers.n.size(), 256U);
  EXPECT_GE(numbers.n[0], 0x80);
  EXPECT_EQ(to_hex(numbers.e), "010001");
  const auto parts = key.rsa_components();
  EXPECT_EQ(parts.n, numbers.n);
  EXPECT_EQ(parts.p.size(), 128U);
  EXPECT_EQ(parts.q.size(), 128U);
}

TEST(KeyComponents, GeneratesRsaKeysOfAKnownLength) {
  const auto key = PrivateKey::generate_rsa(1024).value();
  EXPECT_EQ(key.public_key().rsa_components().n.size(), 128U);
  EXPECT_EQ(to_hex(key.public_key().rsa_components().e), "010001");
  for (const std::size_t bits : {0U, 512U, 1023U, 8192U}) {
    EXPECT_EQ(PrivateKey::generate_rsa(bits).error().code, "crypto.key") << bits;
  }
}

TEST(KeyComponents, RsaKeysSurviveBeingTakenApart) {
  const auto key = PrivateKey::generate(KeyType::rsa).value();
  const auto whole = PrivateKey::from_rsa(key.rsa_components()).value();
  EXPECT_EQ(whole.public_key().spki_der(), key.public_key().spki_der());
  auto parts = key.rsa_components();
  const auto without_primes = PrivateKey::from_rsa({parts.n, parts.e, std::move(parts.d), {}, {}}).value();
  EXPECT_TRUE(without_primes.rsa_components().p.empty());
  for (const auto& again : {whole, without_primes}) {
    const Bytes signature = again.sign(HashAlgorithm::sha256, SignatureForm::der, bytes_of("message"));
    EXPECT_EQ(signature, key.sign(HashAlgorithm::sha256, SignatureForm::der, bytes_of("message")));
  }
  EXPECT_EQ(PublicKey::from_rsa(key.public_key().rsa_components()).value().spki_der(),
            key.public_key().spki_der());
}

TEST(KeyComponents, RefuseRsaNumbersThatDoNotBelongTogether) {
  const auto key = PrivateKey::generate(KeyType::rsa).value();
  const auto changed = [&](auto change) {
    RsaComponents parts = key.rsa_components();
    change(parts);
    const auto made = PrivateKey::from_rsa(parts);
    return !made && made.error().code == "crypto.key";
  };
  EXPECT_FALSE(changed([](RsaComponents&) {}));
  EXPECT_TRUE(changed([](RsaComponents& parts) {
    Bytes d = copy_of(parts.d.reveal());
    d.back() ^= 2;
    parts = {parts.n, parts.e, Secret(std::move(d)), {}, {}};
  }));
  EXPECT_TRUE(changed([](RsaComponents& parts) { parts.q = parts.p.clone(); }));
  EXPECT_TRUE(changed([](RsaComponents& parts) { parts.q = Secret(); }));
  EXPECT_TRUE(changed([](RsaComponents& parts) { parts.d = Secret(); }));
  EXPECT_TRUE(changed([](RsaComponents& parts) { parts.e = hex("010000"); }));
  EXPECT_TRUE(changed([](RsaComponents& parts) { parts.e = hex("01"); }));
  EXPECT_TRUE(changed([](RsaComponents& parts) { parts.n.back() &= 0xFE; }));
  EXPECT_TRUE(changed([](RsaComponents& parts) { parts.n.resize(64); }));
  EXPECT_FALSE(PublicKey::from_rsa({Bytes(64, 0xFF), hex("010001")}));
  EXPECT_FALSE(PublicKey::from_rsa({{}, {}}));
}

// Scalars and points of the worked examples (ICAO Doc 9303-11 appendix G.1, and the chip authentication
// example).
TEST(KeyComponents, EllipticKeysAreMadeFromTheirScalar) {
  const auto file = vectors::load("ca-aa.json");
  const auto& example = file.at("chip_authentication_own");
  const auto key =
      PrivateKey::from_ec_scalar(KeyType::ec_brainpool_p256r1, Secret(vectors::hex_member(example, "sk_ic")))
          .value();
  EXPECT_EQ(key.public_key().ec_point(), vectors::hex_member(example, "pk_ic"));
  EXPECT_EQ(copy_of(key.ec_scalar().reveal()), vectors::hex_member(example, "sk_ic"));
}

TEST(KeyComponents, EllipticKeysSurviveBeingTakenApart) {
  for (const KeyType type : kCurves) {
    const auto key = PrivateKey::generate(type).value();
    const auto again = PrivateKey::from_ec_scalar(type, key.ec_scalar()).value();
    EXPECT_EQ(again.public_key().spki_der(), key.public_key().spki_der());
    const Bytes signature = again.sign(HashAlgorithm::sha256, SignatureForm::raw, bytes_of("message"));
    EXPECT_TRUE(
        key.public_key().verify(HashAlgorithm::sha256, SignatureForm::raw, bytes_of("message"), signature));
    EXPECT_EQ(key_type_of(*curve_of(type)), type);
  }
  EXPECT_EQ(curve_of(KeyType::rsa), std::nullopt);
}

TEST(KeyComponents, RefuseScalarsOutsideTheGroup) {
  const std::string order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";
  const std::string above = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632552";
  for (const Bytes& bad : {hex(order), hex(above), Bytes(32, 0), Bytes(31, 1), Bytes(48, 1), Bytes{}}) {
    const auto key = PrivateKey::from_ec_scalar(KeyType::ec_p256, Secret::copy_of(bad));
    ASSERT_FALSE(key) << to_hex(bad);
    EXPECT_EQ(key.error().code, "crypto.key");
  }
  EXPECT_FALSE(PrivateKey::from_ec_scalar(KeyType::rsa, Secret(Bytes(32, 1))));
}

}  // namespace
}  // namespace imprimatur::crypto
