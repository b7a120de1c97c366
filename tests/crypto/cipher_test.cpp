#include "crypto/cipher.hpp"

#include <gtest/gtest.h>

#include "tests/crypto/vectors.hpp"

namespace imprimatur::crypto {
namespace {

// SP 800-38A F.2.1, F.2.3, F.2.5, first block.
TEST(Cipher, EncryptsAesCbcAsNistDoes) {
  const Bytes iv = hex("000102030405060708090A0B0C0D0E0F");
  const Bytes plain = hex("6BC1BEE22E409F96E93D7E117393172A");
  const struct {
    const char* key;
    const char* cipher;
  } examples[] = {
      {"2B7E151628AED2A6ABF7158809CF4F3C", "7649ABAC8119B246CEE98E9B12E9197D"},
      {"8E73B0F7DA0E6452C810F32B809079E562F8EAD2522C6B7B", "4F021DB243BC633D7178183A9FA071E8"},
      {"603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4",
       "F58C4C04D6E5F1BA779EABFB5F7BFBD6"},
  };
  for (const auto& example : examples) {
    const Bytes key = hex(example.key);
    EXPECT_EQ(to_hex(aes_cbc_encrypt(key, iv, plain)), example.cipher);
    EXPECT_EQ(aes_cbc_decrypt(key, iv, hex(example.cipher)), plain);
  }
  EXPECT_TRUE(aes_cbc_encrypt(hex(examples[0].key), iv, {}).empty());
}

// GlobalPlatform's key check value is AES-ECB of a block of 01.
TEST(Cipher, ComputesKeyCheckValuesWithAesEcb) {
  const auto file = vectors::load("scp03.json");
  const auto& list = file.at("key_check_value").at("vectors").as_array();
  ASSERT_FALSE(list.empty());
  for (const auto& vector : list) {
    const Bytes block = aes_ecb_encrypt(vectors::hex_member(vector, "key"), Bytes(16, 0x01));
    EXPECT_EQ(to_hex(ByteView(block).first(3)), vectors::text_member(vector, "kcv"));
  }
}

TEST(Cipher, ChecksThatCbcDataHasWholeBlocks) {
  EXPECT_DEATH(aes_cbc_encrypt(Bytes(16), Bytes(16), Bytes(15)), "invariant broken");
  EXPECT_DEATH(aes_cbc_encrypt(Bytes(17), Bytes(16), Bytes(16)), "invariant broken");
  EXPECT_DEATH(des3_cbc_encrypt(Bytes(16), Bytes(16), Bytes(16)), "invariant broken");
}

TEST(Cipher, AgreesWithTheCmacVectors) {
  const auto file = vectors::load("cmac-kdf.json");
  int count = 0;
  for (const auto& set : file.at("cmac").as_array()) {
    const Bytes key = vectors::hex_member(set, "key");
    for (const auto& vector : set.at("vectors").as_array()) {
      EXPECT_EQ(to_hex(aes_cmac(key, vectors::hex_member(vector, "message"))),
                vectors::text_member(vector, "mac"));
      ++count;
    }
  }
  EXPECT_EQ(count, 12);
}

// SP 800-108 counter mode by hand: CMAC over an 8-bit counter and the fixed data.
TEST(Cipher, AgreesWithTheCounterKdfVectors) {
  const auto file = vectors::load("cmac-kdf.json");
  for (const auto& vector : file.at("sp800_108_counter_cmac").as_array()) {
    if (vector.at("counter_location").as_string() != "before fixed data" ||
        vector.at("r_bits").as_int64() != 8) {
      continue;
    }
    const Bytes wanted = vectors::hex_member(vector, "output");
    Bytes out;
    for (std::uint8_t i = 1; out.size() < wanted.size(); ++i) {
      append(out, aes_cmac(vectors::hex_member(vector, "key"),
                           concat({Bytes{i}, vectors::hex_member(vector, "fixed_data")})));
    }
    out.resize(wanted.size());
    EXPECT_EQ(to_hex(out), to_hex(wanted));
  }
}

// ICAO 9303-11 appendix D.3: EXTERNAL AUTHENTICATE data under K-ENC and K-MAC.
TEST(Cipher, AgreesWithTheIcaoExampleIn3DesAndRetailMac) {
  const auto file = vectors::load("bac.json");
  const Bytes enc = hex("AB94FDECF2674FDFB9B391F85D7F76F2");
  const Bytes mac = hex("7962D9ECE03D1ACD4C76089DCE131543");
  const auto& example = file.at("mutual_authentication");
  const Bytes plain = vectors::hex_member(example, "S");
  const Bytes cipher = des3_cbc_encrypt(enc, Bytes(8), plain);
  EXPECT_EQ(to_hex(cipher), vectors::text_member(example, "E_ifd"));
  EXPECT_EQ(des3_cbc_decrypt(enc, Bytes(8), cipher), plain);
  EXPECT_EQ(to_hex(retail_mac(mac, pad_80(cipher, 8))), vectors::text_member(example, "M_ifd"));
}

// One block only: then algorithm 3 is 3DES of that block (openssl enc -des-ede-cbc -nopad).
TEST(Cipher, ComputesTheRetailMacOfOneBlock) {
  const Bytes key = hex("7962D9ECE03D1ACD4C76089DCE131543");
  EXPECT_EQ(to_hex(retail_mac(key, hex("0011223344556677"))), "505225BA5B8574C3");
}

TEST(Cipher, PadsAndUnpadsWithMethod2) {
  EXPECT_EQ(to_hex(pad_80({}, 8)), "8000000000000000");
  EXPECT_EQ(to_hex(pad_80(hex("0102030405060708"), 8)), "01020304050607088000000000000000");
  EXPECT_EQ(to_hex(pad_80(hex("01020304050607"), 8)), "0102030405060780");
  EXPECT_EQ(unpad_80(hex("01020304050607088000000000000000")).value(), hex("0102030405060708"));
  EXPECT_EQ(unpad_80(hex("80")).value(), Bytes{});
}

TEST(Cipher, RefusesMissingPadding) {
  for (const char* bad : {"", "00", "0000000000000000", "0102030405060708", "80000000000000FF"}) {
    ASSERT_FALSE(unpad_80(hex(bad))) << bad;
    EXPECT_EQ(unpad_80(hex(bad)).error().code, "crypto.padding");
  }
}

// GCM specification (McGrew and Viega), test cases 13 and 14; test case 16 for associated data.
TEST(Cipher, SealsAsTheGcmTestCasesSay) {
  const Secret zero = Secret(Bytes(32));
  EXPECT_EQ(to_hex(seal(zero, Bytes(12), {}, {})),
            "000000000000000000000000530F8AFBC74536B9A963B4F1C4CB738B");
  EXPECT_EQ(to_hex(seal(zero, Bytes(12), Bytes(16), {})),
            "000000000000000000000000CEA7403D4D606B6E074EC5D3BAF39D18D0D1C8A799996BF0265B98B5D48AB919");
  const Secret key = Secret(hex("FEFFE9928665731C6D6A8F9467308308FEFFE9928665731C6D6A8F9467308308"));
  const Bytes sealed = seal(key, hex("CAFEBABEFACEDBADDECAF888"),
                            hex("D9313225F88406E5A55909C5AFF5269A86A7A9531534F7DA2E4C303D8A318A721C3C0C959568"
                                "09532FCF0E2449A6B525B16AEDF5"
                                "AA0DE657BA637B39"),
                            hex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"));
  EXPECT_EQ(to_hex(ByteView(sealed).last(16)), "76FC6ECE0F4E1768CDDF8853BB2D551B");
}

TEST(Cipher, OpensOnlyWhatWasSealed) {
  const Secret key = Secret(Bytes(32, 7));
  const Bytes sealed = seal(key, Bytes(12, 9), bytes_of("plain text"), bytes_of("context"));
  EXPECT_EQ(text_of(open_sealed(key, sealed, bytes_of("context")).value()), "plain text");
  EXPECT_EQ(open_sealed(key, sealed, bytes_of("Context")).error().code, "crypto.sealed");
  EXPECT_EQ(open_sealed(Secret(Bytes(32, 8)), sealed, bytes_of("context")).error().code, "crypto.sealed");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes bad = sealed;
    bad[i] ^= 1;
    EXPECT_FALSE(open_sealed(key, bad, bytes_of("context"))) << "byte " << i;
    EXPECT_FALSE(open_sealed(key, ByteView(sealed).first(i), bytes_of("context"))) << "length " << i;
  }
}

}  // namespace
}  // namespace imprimatur::crypto
