#include "crypto/rsa_raw.hpp"

#include <openssl/rsa.h>

#include <array>

#include "crypto/key_impl.hpp"

namespace imprimatur::crypto {
namespace {

constexpr std::uint8_t kPartialRecovery = 0x6A;  // 9796-2 scheme 1: header 01, more data, no filler
constexpr std::uint8_t kTrailerSha1 = 0xBC;
constexpr std::uint8_t kTrailerNamed = 0xCC;

struct Trailer {
  std::uint8_t identifier;  // ISO/IEC 10118
  HashAlgorithm hash;
};
constexpr std::array<Trailer, 5> kTrailers{{{0x33, HashAlgorithm::sha1},
                                            {0x38, HashAlgorithm::sha224},
                                            {0x34, HashAlgorithm::sha256},
                                            {0x36, HashAlgorithm::sha384},
                                            {0x35, HashAlgorithm::sha512}}};

using Begin = int (*)(EVP_PKEY_CTX*);
using Operate = int (*)(EVP_PKEY_CTX*, unsigned char*, std::size_t*, const unsigned char*, std::size_t);

Result<Bytes> without_padding(const KeyImpl& key, ByteView number, Begin begin, Operate operate) {
  const ossl::ErrorQueueGuard errors;
  CHECK(key.type == KeyType::rsa);
  const auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
  if (number.size() != size) {
    return fail("crypto.rsa", "an RSA number of " + std::to_string(number.size()) + " bytes, wanted " +
                                  std::to_string(size));
  }
  const ossl::KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  CHECK(context != nullptr && begin(context.get()) == 1);
  CHECK(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) == 1);
  Bytes out(size);
  std::size_t written = out.size();
  if (operate(context.get(), out.data(), &written, number.data(), number.size()) != 1) {
    return fail("crypto.rsa", "an RSA number is not below the modulus");
  }
  CHECK(written == size);
  return out;
}

// left - right for equal lengths and left >= right.
Bytes difference(ByteView left, ByteView right) {
  CHECK(left.size() == right.size());
  Bytes out(left.size());
  int borrow = 0;
  for (std::size_t i = left.size(); i-- > 0;) {
    const int digit = left[i] - right[i] - borrow;
    borrow = digit < 0 ? 1 : 0;
    out[i] = static_cast<std::uint8_t>(digit & 0xFF);
  }
  return out;
}

struct Ending {
  HashAlgorithm hash = HashAlgorithm::sha1;
  std::size_t bytes = 1;
};

std::optional<Ending> ending_of(ByteView recovered) {
  if (recovered.back() == kTrailerSha1) return Ending{};
  if (recovered.back() != kTrailerNamed) return std::nullopt;
  for (const Trailer& trailer : kTrailers) {
    if (trailer.identifier == recovered[recovered.size() - 2]) return Ending{trailer.hash, 2};
  }
  return std::nullopt;
}

}  // namespace

Result<Bytes> rsa_public(const PublicKey& key, ByteView number) {
  return without_padding(key.impl(), number, EVP_PKEY_encrypt_init, EVP_PKEY_encrypt);
}

Result<Bytes> rsa_private(const PrivateKey& key, ByteView number) {
  return without_padding(key.impl(), number, EVP_PKEY_decrypt_init, EVP_PKEY_decrypt);
}

bool is_iso9796_2_representative(ByteView recovered, ByteView not_recovered) {
  if (recovered.size() < 2 || recovered[0] != kPartialRecovery) return false;
  const auto ending = ending_of(recovered);
  if (!ending) return false;
  const std::size_t hash_size = digest_size(ending->hash);
  if (recovered.size() < 1 + hash_size + ending->bytes) return false;
  const std::size_t recovered_size = recovered.size() - 1 - hash_size - ending->bytes;
  const ByteView message = recovered.subspan(1, recovered_size);
  const ByteView hash = recovered.subspan(1 + recovered_size, hash_size);
  return equal(digest(ending->hash, concat({message, not_recovered})), hash);
}

bool verify_iso9796_2(const PublicKey& key, ByteView not_recovered, ByteView signature) {
  const auto recovered = rsa_public(key, signature);
  if (!recovered) return false;
  if (is_iso9796_2_representative(recovered.value(), not_recovered)) return true;
  const Bytes n = key.rsa_components().n;
  return is_iso9796_2_representative(difference(n, recovered.value()), not_recovered);
}

}  // namespace imprimatur::crypto
