#include "crypto/rsa_raw.hpp"

#include <gtest/gtest.h>

#include "tests/crypto/vectors.hpp"

namespace imprimatur::crypto {
namespace {

Bytes exponent(const json::value& vector) {
  Bytes out;
  append_be(out, static_cast<std::uint64_t>(vector.at("e").as_int64()), 3);
  return out;
}

// The file writes it as a number: without a leading zero digit.
Secret private_exponent(const json::value& vector) {
  const std::string digits = vectors::text_member(vector, "d");
  return Secret(hex(digits.size() % 2 == 0 ? digits : "0" + digits));
}

PublicKey public_key(const json::value& vector) {
  return PublicKey::from_rsa({vectors::hex_member(vector, "n"), exponent(vector)}).value();
}

std::vector<json::value> rsa_vectors() {
  std::vector<json::value> out;
  const auto file = vectors::load("ca-aa.json");
  for (const auto& vector : file.at("active_authentication_own").as_array()) {
    if (vector.as_object().contains("n")) out.push_back(vector);
  }
  return out;
}

TEST(RsaRaw, RecoversAndMakesTheSignaturesOfTheVectors) {
  ASSERT_EQ(rsa_vectors().size(), 2U);
  for (const auto& vector : rsa_vectors()) {
    const Bytes representative = vectors::hex_member(vector, "F");
    const Bytes signature = vectors::hex_member(vector, "signature");
    EXPECT_EQ(rsa_public(public_key(vector), signature).value(), representative);
    const auto key = PrivateKey::from_rsa(
        {vectors::hex_member(vector, "n"), exponent(vector), private_exponent(vector), {}, {}});
    ASSERT_TRUE(key) << key.error().message;
    EXPECT_EQ(rsa_private(key.value(), representative).value(), signature);
  }
}

TEST(RsaRaw, VerifiesMessageRecoverySignatures) {
  for (const auto& vector : rsa_vectors()) {
    const auto key = public_key(vector);
    const Bytes challenge = vectors::hex_member(vector, "rnd_ifd");
    const Bytes signature = vectors::hex_member(vector, "signature");
    EXPECT_TRUE(verify_iso9796_2(key, challenge, signature));
    Bytes other = challenge;
    other[3] ^= 1;
    EXPECT_FALSE(verify_iso9796_2(key, other, signature));
    for (std::size_t i = 0; i < signature.size(); i += 13) {
      Bytes bad = signature;
      bad[i] ^= 0x20;
      EXPECT_FALSE(verify_iso9796_2(key, challenge, bad));
    }
    EXPECT_FALSE(verify_iso9796_2(key, challenge, {}));
    EXPECT_FALSE(verify_iso9796_2(key, challenge, ByteView(signature).first(signature.size() - 1)));
    EXPECT_FALSE(verify_iso9796_2(key, challenge, Bytes(signature.size(), 0xFF)));
    EXPECT_FALSE(verify_iso9796_2(key, challenge, Bytes(signature.size(), 0)));
  }
}

// ICAO Doc 9303-11 appendix F prints the representative of its example; the key is not printed.
TEST(RsaRaw, TakesTheRepresentativeOfTheWorkedExample) {
  const auto file = vectors::load("ca-aa.json");
  const auto& icao = file.at("active_authentication_icao_f");
  const Bytes challenge = vectors::hex_member(icao, "rnd_ifd");
  const Bytes representative = vectors::hex_member(icao, "F");
  EXPECT_TRUE(is_iso9796_2_representative(representative, challenge));
  EXPECT_FALSE(is_iso9796_2_representative(representative, hex("F173589974BF40C7")));
}

// Every trailer, its hash computed by the digest it names.
TEST(RsaRaw, KnowsTheTrailersOfAllHashes) {
  const Bytes challenge = hex("0011223344556677");
  const Bytes message = Bytes(40, 0x5A);
  struct Named {
    std::string trailer;
    HashAlgorithm hash;
  };
  for (const Named& named : {Named{"BC", HashAlgorithm::sha1}, Named{"33CC", HashAlgorithm::sha1},
                             Named{"38CC", HashAlgorithm::sha224}, Named{"34CC", HashAlgorithm::sha256},
                             Named{"36CC", HashAlgorithm::sha384}, Named{"35CC", HashAlgorithm::sha512}}) {
    const Bytes hash = digest(named.hash, concat({message, challenge}));
    const Bytes whole = concat({hex("6A"), message, hash, hex(named.trailer)});
    EXPECT_TRUE(is_iso9796_2_representative(whole, challenge)) << named.trailer;
    Bytes other_header = whole;
    other_header[0] = 0x4A;
    EXPECT_FALSE(is_iso9796_2_representative(other_header, challenge));
    EXPECT_FALSE(is_iso9796_2_representative(concat({hex("6A"), message, hash, hex("39CC")}), challenge));
    EXPECT_FALSE(is_iso9796_2_representative(concat({hex("6A"), message, hash, hex("BB")}), challenge));
  }
  for (const std::string tiny : {"", "6A", "BC", "6ABC", "6A35CC", "35CC"}) {
    EXPECT_FALSE(is_iso9796_2_representative(hex(tiny), challenge));
  }
}

// 9796-2 lets the signer answer the smaller of S and n - S.
TEST(RsaRaw, TakesTheSmallerOfTheTwoSignatures) {
  for (const auto& vector : rsa_vectors()) {
    const Bytes n = vectors::hex_member(vector, "n");
    const Bytes signature = vectors::hex_member(vector, "signature");
    Bytes mirrored(n.size());
    int borrow = 0;
    for (std::size_t i = n.size(); i-- > 0;) {
      const int digit = n[i] - signature[i] - borrow;
      borrow = digit < 0 ? 1 : 0;
      mirrored[i] = static_cast<std::uint8_t>(digit & 0xFF);
    }
    EXPECT_TRUE(verify_iso9796_2(public_key(vector), vectors::hex_member(vector, "rnd_ifd"), mirrored));
  }
}

TEST(RsaRaw, RefusesNumbersThatAreNotBelowTheModulus) {
  const auto key = PrivateKey::generate(KeyType::rsa).value();
  const Bytes n = key.public_key().rsa_components().n;
  for (const Bytes& number :
       {n, Bytes(n.size(), 0xFF), Bytes(n.size() - 1, 1), Bytes(n.size() + 1, 0), Bytes{}}) {
    EXPECT_EQ(rsa_public(key.public_key(), number).error().code, "crypto.rsa");
    EXPECT_EQ(rsa_private(key, number).error().code, "crypto.rsa");
  }
}

}  // namespace
}  // namespace imprimatur::crypto
