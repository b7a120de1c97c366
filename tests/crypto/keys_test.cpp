#include "crypto/keys.hpp"

#include <gtest/gtest.h>

#include "tests/crypto/vectors.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::crypto {
namespace {

using test_support::run_command;
using test_support::TemporaryFolder;

constexpr KeyType kGenerated[] = {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_brainpool_p256r1,
                                  KeyType::ec_brainpool_p384r1, KeyType::ed25519};

HashAlgorithm hash_of(KeyType type) {
  return type == KeyType::ec_p384 ? HashAlgorithm::sha384 : HashAlgorithm::sha256;
}

// RFC 8032 section 7.1, test 2.
TEST(Keys, SignEd25519AsRfc8032Does) {
  const auto key =
      PrivateKey::from_ed25519_seed(hex("4CCD089B28FF96DA9DB6C346EC114E0F5B8A319F35ABA624DA8CF6ED4FB8A6FB"))
          .value();
  EXPECT_EQ(to_hex(key.public_key().ed25519_raw()),
            "3D4017C3E843895A92B70AA74D1B7EBC9C982CCF2EC4968CC0CD55F12AF4660C");
  EXPECT_EQ(to_hex(key.sign(HashAlgorithm::sha256, SignatureForm::raw, hex("72"))),
            "92A009A9F0D4CAB8720E820B5F642540A2B27B5416503F8FB3762223EBDB69DA"
            "085AC1E43E15996E458F3613D0F11D8C387B2EAEB4302AEEB00D291612BB0C00");
}

TEST(Keys, VerifyWhatTheySignedAndNothingElse) {
  for (const KeyType type : kGenerated) {
    const auto key = PrivateKey::generate(type).value();
    for (const auto form : {SignatureForm::der, SignatureForm::raw}) {
      const Bytes signature = key.sign(hash_of(type), form, bytes_of("message"));
      const auto verifier = key.public_key();
      EXPECT_TRUE(verifier.verify(hash_of(type), form, bytes_of("message"), signature));
      EXPECT_FALSE(verifier.verify(hash_of(type), form, bytes_of("Message"), signature));
      for (std::size_t i = 0; i < signature.size(); i += 7) {
        Bytes bad = signature;
        bad[i] ^= 0x10;
        EXPECT_FALSE(verifier.verify(hash_of(type), form, bytes_of("message"), bad));
      }
      EXPECT_FALSE(verifier.verify(hash_of(type), form, bytes_of("message"), {}));
      EXPECT_FALSE(verifier.verify(hash_of(type), form, bytes_of("message"), concat({signature, Bytes{0}})));
      EXPECT_FALSE(PrivateKey::generate(type).value().public_key().verify(hash_of(type), form,
                                                                          bytes_of("message"), signature));
    }
  }
}

TEST(Keys, AreReadByTheOpensslToolWhichVerifiesTheirSignatures) {
  const TemporaryFolder folder;
  const std::string at = folder.path().string();
  for (const KeyType type : {KeyType::ec_p256, KeyType::ec_p384, KeyType::ec_brainpool_p256r1}) {
    const auto key = PrivateKey::generate(type).value();
    ASSERT_TRUE(write_file(folder / "key.pem", key.to_pkcs8_pem().reveal(), {.mode = 0600}));
    ASSERT_TRUE(write_file(folder / "public.der", key.public_key().spki_der()));
    ASSERT_TRUE(write_file(folder / "message", bytes_of("message")));
    ASSERT_TRUE(
        write_file(folder / "signature", key.sign(hash_of(type), SignatureForm::der, bytes_of("message"))));
    const std::string hash = type == KeyType::ec_p384 ? "-sha384" : "-sha256";
    const auto result = run_command("cd " + at + " && openssl dgst " + hash +
                                    " -verify public.der -keyform DER -signature signature message" +
                                    " && openssl pkey -in key.pem -pubout -outform DER | cmp - public.der");
    EXPECT_EQ(result.exit_code, 0) << result.output;
  }
}

TEST(Keys, VerifyRsaSignaturesOfTheOpensslTool) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "message", bytes_of("message")));
  const auto made = run_command("cd " + folder.path().string() +
                                " && openssl genrsa -out key.pem 2048 2>/dev/null"
                                " && openssl pkey -in key.pem -pubout -outform DER -out public.der"
                                " && openssl dgst -sha256 -sign key.pem -out signature message");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const auto key = PublicKey::from_spki_der(read_file(folder / "public.der").value()).value();
  const auto signature = read_file(folder / "signature").value();
  EXPECT_EQ(key.type(), KeyType::rsa);
  EXPECT_TRUE(key.verify(HashAlgorithm::sha256, SignatureForm::der, bytes_of("message"), signature));
  EXPECT_FALSE(key.verify(HashAlgorithm::sha256, SignatureForm::der, bytes_of("massage"), signature));
  EXPECT_FALSE(key.verify(HashAlgorithm::sha384, SignatureForm::der, bytes_of("message"), signature));
}

TEST(Keys, SurvivePemAndSpki) {
  for (const KeyType type : kGenerated) {
    const auto key = PrivateKey::generate(type).value();
    const auto pem = key.to_pkcs8_pem();
    const auto again = PrivateKey::from_pkcs8_pem(text_of(pem.reveal())).value();
    EXPECT_EQ(again.public_key().spki_der(), key.public_key().spki_der());
    EXPECT_EQ(again.public_key().type(), type);
    EXPECT_EQ(PublicKey::from_spki_der(key.public_key().spki_der()).value().type(), type);
  }
}

TEST(Keys, HaveTheThumbprintsOfTheVectors) {
  const auto file = vectors::load("jws-vectors.json");
  int count = 0;
  for (const auto& vector : file.at("thumbprints").as_array()) {
    const auto& jwk = vector.at("jwk").as_object();
    if (jwk.at("kty").as_string() == "RSA") continue;
    const auto key = PublicKey::from_jwk(jwk).value();
    EXPECT_EQ(key.thumbprint(), vectors::text_member(vector, "thumbprint_sha256"));
    EXPECT_EQ(PublicKey::from_jwk(key.jwk()).value().spki_der(), key.spki_der());
    ++count;
  }
  EXPECT_EQ(count, 2);
}

TEST(Keys, WithExplicitParametersOfAKnownCurveAreThatCurve) {
  const TemporaryFolder folder;
  const auto made =
      run_command("cd " + folder.path().string() +
                  " && openssl ecparam -name brainpoolP256r1 -genkey -param_enc explicit -noout -out key.pem"
                  " && openssl pkey -in key.pem -pubout -outform DER -out public.der");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const auto der = read_file(folder / "public.der").value();
  const auto key = PublicKey::from_spki_der(der).value();
  EXPECT_EQ(key.type(), KeyType::ec_brainpool_p256r1);
  EXPECT_LT(key.spki_der().size(), der.size());  // named again
}

TEST(Keys, OfForeignCurvesAndBrokenEncodingsAreRefused) {
  const TemporaryFolder folder;
  const auto made =
      run_command("cd " + folder.path().string() +
                  " && openssl ecparam -name secp256k1 -genkey -noout -out k1.pem"
                  " && openssl pkey -in k1.pem -pubout -outform DER -out k1.der"
                  " && openssl genpkey -algorithm ED25519 -aes-128-cbc -pass pass:x -out sealed.pem");
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_EQ(PublicKey::from_spki_der(read_file(folder / "k1.der").value()).error().code, "crypto.key");
  EXPECT_EQ(PrivateKey::from_pkcs8_pem(read_text_file(folder / "k1.pem").value()).error().code, "crypto.key");
  EXPECT_EQ(PrivateKey::from_pkcs8_pem(read_text_file(folder / "sealed.pem").value()).error().code,
            "crypto.key");
  const Bytes good = PrivateKey::generate(KeyType::ec_p256).value().public_key().spki_der();
  EXPECT_FALSE(PublicKey::from_spki_der(concat({good, Bytes{0}})));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(PublicKey::from_spki_der(ByteView(good).first(size))) << size;
  }
  Bytes off_curve = good;
  off_curve.back() ^= 1;
  EXPECT_FALSE(PublicKey::from_spki_der(off_curve));
}

TEST(Keys, PointsThatAreNotOnTheCurveAreRefused) {
  Bytes point(65, 1);
  point[0] = 4;
  EXPECT_EQ(PublicKey::from_ec_point(KeyType::ec_p256, point).error().code, "crypto.key");
  EXPECT_FALSE(PublicKey::from_ec_point(KeyType::ec_p256, Bytes{0}));  // infinity
  EXPECT_FALSE(PublicKey::from_ec_point(KeyType::ed25519, point));
  EXPECT_FALSE(PublicKey::from_ed25519(Bytes(31)));
}

TEST(Keys, EcdsaFormsConvertBothWaysWithLeadingZeros) {
  Bytes raw(64, 0);
  raw[31] = 0x80;  // r = 128 needs a sign byte in DER, s = 1
  raw[63] = 0x01;
  const Bytes der = ecdsa_raw_to_der(raw).value();
  EXPECT_EQ(to_hex(der), "300702020080020101");
  EXPECT_EQ(ecdsa_der_to_raw(der, 32).value(), raw);
  EXPECT_FALSE(ecdsa_der_to_raw(hex("30070202008002010100"), 32));
  EXPECT_FALSE(ecdsa_der_to_raw(hex("3007020200800201"), 32));
  EXPECT_FALSE(ecdsa_der_to_raw(ecdsa_raw_to_der(Bytes(96, 0xFF)).value(), 32));
  EXPECT_FALSE(ecdsa_raw_to_der(Bytes(63)));
}

}  // namespace
}  // namespace imprimatur::crypto
