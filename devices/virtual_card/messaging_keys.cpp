#include "devices/virtual_card/messaging_keys.hpp"

#include <bit>

#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::size_t kMacSize = 8;

void adjust_parity(Bytes& key) {
  for (std::uint8_t& byte : key) {
    const auto upper = static_cast<std::uint8_t>(byte & 0xFE);
    byte = static_cast<std::uint8_t>(upper | (std::popcount(upper) % 2 == 0 ? 1 : 0));
  }
}

std::size_t key_size(CipherSuite suite) {
  switch (suite) {
    case CipherSuite::des3:
    case CipherSuite::aes128:
      return 16;
    case CipherSuite::aes192:
      return 24;
    case CipherSuite::aes256:
      return 32;
  }
  return 16;
}

Secret derive(CipherSuite suite, ByteView secret, std::uint8_t counter) {
  const bool long_key = suite == CipherSuite::aes192 || suite == CipherSuite::aes256;
  const auto hash = long_key ? crypto::HashAlgorithm::sha256 : crypto::HashAlgorithm::sha1;
  Bytes input = copy_of(secret);
  append(input, Bytes{0, 0, 0, counter});
  Bytes digest = crypto::digest(hash, input);
  wipe(input);
  Bytes key = copy_of(ByteView(digest).first(key_size(suite)));
  wipe(digest);
  if (suite == CipherSuite::des3) adjust_parity(key);
  return Secret(std::move(key));
}

}  // namespace

std::size_t block_size(CipherSuite suite) {
  return suite == CipherSuite::des3 ? crypto::kDesBlock : crypto::kAesBlock;
}

MessagingKeys derive_messaging_keys(CipherSuite suite, ByteView secret) {
  return {suite, derive(suite, secret, 1), derive(suite, secret, 2)};
}

Secret derive_password_key(CipherSuite suite, ByteView password) {
  return derive(suite, password, 3);
}

Bytes message_mac(const MessagingKeys& keys, ByteView message) {
  if (keys.suite == CipherSuite::des3) return crypto::retail_mac(keys.mac.reveal(), message);
  Bytes mac = crypto::aes_cmac(keys.mac.reveal(), message);
  mac.resize(kMacSize);
  return mac;
}

}  // namespace imprimatur::devices
