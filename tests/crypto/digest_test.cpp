#include "crypto/digest.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace imprimatur::crypto {
namespace {

// FIPS 180-4 example "abc", as published by NIST.
TEST(Digest, HashesAbcAsNistDoes) {
  const ByteView abc = bytes_of("abc");
  EXPECT_EQ(to_hex(digest(HashAlgorithm::sha1, abc)), "A9993E364706816ABA3E25717850C26C9CD0D89D");
  EXPECT_EQ(to_hex(digest(HashAlgorithm::sha224, abc)),
            "23097D223405D8228642A477BDA255B32AADBCE4BDA0B3F7E36C9DA7");
  EXPECT_EQ(to_hex(digest(HashAlgorithm::sha256, abc)),
            "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
  EXPECT_EQ(
      to_hex(digest(HashAlgorithm::sha384, abc)),
      "CB00753F45A35E8BB5A03D699AC65007272C32AB0EDED1631A8B605A43FF5BED8086072BA1E7CC2358BAECA134C825A7");
  EXPECT_EQ(to_hex(digest(HashAlgorithm::sha512, abc)),
            "DDAF35A193617ABACC417349AE20413112E6FA4E89A97EA20A9EEEE64B55D39A"
            "2192992A274FC1A836BA3C23A3FEEBBD454D4423643CE80E2A9AC94FA54CA49F");
}

TEST(Digest, SaysTheSizeOfEachHash) {
  for (const auto algorithm : {HashAlgorithm::sha1, HashAlgorithm::sha224, HashAlgorithm::sha256,
                               HashAlgorithm::sha384, HashAlgorithm::sha512}) {
    EXPECT_EQ(digest(algorithm, {}).size(), digest_size(algorithm));
  }
}

TEST(Digest, HashesPartsAsTheWhole) {
  EXPECT_EQ(to_hex(sha256({bytes_of("a"), {}, bytes_of("bc")})),
            "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
  EXPECT_EQ(to_hex(sha256(ByteView{})), "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855");
}

// RFC 4231 test cases 1 and 2.
TEST(Digest, ComputesHmacAsRfc4231Does) {
  EXPECT_EQ(to_hex(hmac_sha256(Bytes(20, 0x0B), bytes_of("Hi There"))),
            "B0344C61D8DB38535CA8AFCEAF0BF12B881DC200C9833DA726E9376C2E32CFF7");
  EXPECT_EQ(to_hex(hmac_sha256(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"))),
            "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843");
}

// printf '' | openssl dgst -sha256 -hmac ''
TEST(Digest, ComputesHmacWithAnEmptyKey) {
  EXPECT_EQ(to_hex(hmac_sha256({}, {})), "B613679A0814D9EC772F95D778C35FC5FF1697C493715653C6C712144292C5AD");
}

TEST(Digest, ComparesSecretsByEveryByteAndLength) {
  EXPECT_TRUE(equal_secret(hex("0102"), hex("0102")));
  EXPECT_TRUE(equal_secret({}, {}));
  EXPECT_FALSE(equal_secret(hex("0102"), hex("0103")));
  EXPECT_FALSE(equal_secret(hex("0102"), hex("8102")));
  EXPECT_FALSE(equal_secret(hex("0102"), hex("010200")));
}

}  // namespace
}  // namespace imprimatur::crypto
