// AES-CMAC (RFC 4493, NIST SP 800-38B) over libcrypto's AES. EVP_MAC looks its cipher up by name for every
// key, which doubles the time of an APDU's MAC and passes through much more code between two commands to a
// card.
#include <array>

#include "crypto/cipher.hpp"
#include "crypto/evp_algorithms.hpp"

namespace imprimatur::crypto {
namespace {

using Block = std::array<std::uint8_t, kAesBlock>;

constexpr std::size_t kPieceBytes = 256;  // enciphered at a time; whole blocks

class CbcChain {
 public:
  explicit CbcChain(ByteView key) : context_(EVP_CIPHER_CTX_new()) {
    const Block zero{};
    CHECK(context_ != nullptr);
    CHECK(EVP_EncryptInit_ex2(context_.get(), ossl::aes(key.size(), ossl::CipherMode::cbc), key.data(),
                              zero.data(), nullptr) == 1);
    CHECK(EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1);
  }

  // Begins a message: back to an initial vector of zeros, under the same key.
  void restart() {
    const Block zero{};
    CHECK(EVP_EncryptInit_ex2(context_.get(), nullptr, nullptr, zero.data(), nullptr) == 1);
  }

  // At most kPieceBytes of whole blocks; the last block of the result.
  Block add(ByteView blocks) {
    std::array<std::uint8_t, kPieceBytes> out{};
    CHECK(!blocks.empty() && blocks.size() <= out.size() && blocks.size() % kAesBlock == 0);
    int size = 0;
    CHECK(EVP_EncryptUpdate(context_.get(), out.data(), &size, blocks.data(),
                            static_cast<int>(blocks.size())) == 1);
    CHECK(static_cast<std::size_t>(size) == blocks.size());
    Block last{};
    std::copy_n(out.data() + blocks.size() - kAesBlock, kAesBlock, last.begin());
    return last;
  }

 private:
  ossl::CipherContext context_;
};

// Multiplication by x in GF(2^128) (RFC 4493 section 2.3), without a branch on the secret bit.
void double_block(Block& block) {
  const auto carry = static_cast<std::uint8_t>(block[0] >> 7);
  for (std::size_t i = 0; i + 1 < block.size(); ++i) {
    block[i] = static_cast<std::uint8_t>(block[i] << 1 | block[i + 1] >> 7);
  }
  block.back() = static_cast<std::uint8_t>(block.back() << 1 ^ (0x87 & -carry));
}

}  // namespace

Bytes aes_cmac(ByteView key, ByteView message) {
  CbcChain chain(key);
  Block subkey = chain.add(Block{});
  chain.restart();
  // Everything but the last block, which is whole or not and is masked accordingly (section 2.4).
  const std::size_t before = message.empty() ? 0 : (message.size() - 1) / kAesBlock * kAesBlock;
  for (std::size_t at = 0; at < before; at += kPieceBytes) {
    chain.add(message.subspan(at, std::min(kPieceBytes, before - at)));
  }
  const ByteView rest = message.subspan(before);
  double_block(subkey);
  if (rest.size() < kAesBlock) double_block(subkey);
  Block last{};
  std::copy(rest.begin(), rest.end(), last.begin());
  if (rest.size() < kAesBlock) last[rest.size()] = 0x80;
  for (std::size_t i = 0; i < last.size(); ++i) last[i] ^= subkey[i];
  OPENSSL_cleanse(subkey.data(), subkey.size());
  const Block mac = chain.add(last);
  return {mac.begin(), mac.end()};
}

}  // namespace imprimatur::crypto
