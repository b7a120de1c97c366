#include "chip/session_keys.hpp"

#include <bit>

#include "base/check.hpp"
#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

using lds::CipherSuite;

constexpr std::size_t kMacSize = 8;
constexpr std::uint32_t kDoPublicKey = 0x7F49;
constexpr std::uint32_t kDoObjectIdentifier = 0x06;
constexpr std::uint32_t kDoPoint = 0x86;

struct Derivation {
  crypto::HashAlgorithm hash;
  std::size_t key_size;
};

// 9303-11 section 9.7.1.
Derivation derivation_of(CipherSuite suite) {
  switch (suite) {
    case CipherSuite::des3:
    case CipherSuite::aes128:
      return {crypto::HashAlgorithm::sha1, 16};
    case CipherSuite::aes192:
      return {crypto::HashAlgorithm::sha256, 24};
    case CipherSuite::aes256:
      return {crypto::HashAlgorithm::sha256, 32};
  }
  CHECK(false);
}

// Odd parity in the lowest bit of each byte.
void adjust_parity(Bytes& key) {
  for (std::uint8_t& byte : key) {
    const auto upper = static_cast<std::uint8_t>(byte & 0xFE);
    byte = static_cast<std::uint8_t>(upper | ((std::popcount(upper) & 1) ^ 1));
  }
}

}  // namespace

Secret derive_key(ByteView secret, DerivedKey key, CipherSuite suite) {
  const Derivation derivation = derivation_of(suite);
  Bytes input;
  input.reserve(secret.size() + 4);  // so that no unwiped copy stays behind
  append(input, secret);
  append_be(input, static_cast<std::uint32_t>(key), 4);
  Bytes out = crypto::digest(derivation.hash, input);
  wipe(input);
  wipe(std::span(out).subspan(derivation.key_size));
  out.resize(derivation.key_size);
  if (suite == CipherSuite::des3) adjust_parity(out);
  return Secret(std::move(out));
}

SecureMessaging start_messaging(ByteView agreed_secret, CipherSuite suite) {
  const bool des3 = suite == CipherSuite::des3;
  return SecureMessaging(des3 ? SmCipher::des3 : SmCipher::aes,
                         derive_key(agreed_secret, DerivedKey::encryption, suite),
                         derive_key(agreed_secret, DerivedKey::mac, suite),
                         Bytes(des3 ? crypto::kDesBlock : crypto::kAesBlock, 0));
}

Bytes authentication_token(const Secret& mac_key, CipherSuite suite, ByteView oid, ByteView point) {
  const Bytes object = lds::encode_tlv(
      kDoPublicKey, concat({lds::encode_tlv(kDoObjectIdentifier, oid), lds::encode_tlv(kDoPoint, point)}));
  Bytes mac = suite == CipherSuite::des3
                  ? crypto::retail_mac(mac_key.reveal(), crypto::pad_80(object, crypto::kDesBlock))
                  : crypto::aes_cmac(mac_key.reveal(), object);
  mac.resize(kMacSize);
  return mac;
}

}  // namespace imprimatur::chip
