// The MAC of BAC and of 3DES secure messaging is single DES but for its last block. OpenSSL's providers have
// no single DES without the legacy module, and 3DES with equal halves takes three times as long: a card of 24
// KB has to be MACed at inspection, so these few calls go to the old interface of libcrypto, which 3.x
// deprecates.
#define OPENSSL_SUPPRESS_DEPRECATED  // NOLINT(bugprone-reserved-identifier): OpenSSL's own switch
#include <openssl/crypto.h>
#include <openssl/des.h>

#include <algorithm>

#include "base/check.hpp"
#include "crypto/cipher.hpp"

namespace imprimatur::crypto {
namespace {

class KeySchedule {
 public:
  explicit KeySchedule(ByteView key) {
    DES_cblock bytes{};
    std::copy(key.begin(), key.end(), std::begin(bytes));
    DES_set_key_unchecked(&bytes, &schedule_);  // parity bits are not looked at
    OPENSSL_cleanse(bytes, sizeof bytes);
  }
  ~KeySchedule() { OPENSSL_cleanse(&schedule_, sizeof schedule_); }
  KeySchedule(const KeySchedule&) = delete;
  KeySchedule& operator=(const KeySchedule&) = delete;
  DES_key_schedule* get() { return &schedule_; }

 private:
  DES_key_schedule schedule_{};
};

}  // namespace

// Algorithm 3: DES-CBC under the first half, its last block deciphered under the second and enciphered under
// the first again.
Bytes retail_mac(ByteView key, ByteView message) {
  CHECK(key.size() == 2 * kDesBlock);
  CHECK(!message.empty() && message.size() % kDesBlock == 0);
  KeySchedule first(key.first(kDesBlock));
  KeySchedule second(key.last(kDesBlock));
  DES_cblock initial{};
  DES_cblock chain{};
  DES_cbc_cksum(message.data(), &chain, static_cast<long>(message.size()), first.get(), &initial);
  DES_cblock between{};
  DES_ecb_encrypt(&chain, &between, second.get(), DES_DECRYPT);
  DES_ecb_encrypt(&between, &chain, first.get(), DES_ENCRYPT);
  return {std::begin(chain), std::end(chain)};
}

}  // namespace imprimatur::crypto
