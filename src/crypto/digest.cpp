#include "crypto/digest.hpp"

#include <openssl/hmac.h>

#include "crypto/evp_algorithms.hpp"

namespace imprimatur::crypto {

std::size_t digest_size(HashAlgorithm algorithm) {
  switch (algorithm) {
    case HashAlgorithm::sha1:
      return 20;
    case HashAlgorithm::sha224:
      return 28;
    case HashAlgorithm::sha256:
      return 32;
    case HashAlgorithm::sha384:
      return 48;
    case HashAlgorithm::sha512:
      return 64;
  }
  CHECK(false);
}

Bytes digest(HashAlgorithm algorithm, ByteView message) {
  Bytes out(digest_size(algorithm));
  unsigned size = 0;
  CHECK(EVP_Digest(message.data(), message.size(), out.data(), &size, ossl::hash(algorithm), nullptr) == 1);
  CHECK(size == out.size());
  return out;
}

Sha256 sha256(ByteView message) {
  return sha256({message});
}

Sha256 sha256(std::initializer_list<ByteView> parts) {
  ossl::MdContext context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_DigestInit_ex2(context.get(), ossl::hash(HashAlgorithm::sha256), nullptr) == 1);
  for (ByteView part : parts) CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  Sha256 out{};
  unsigned size = 0;
  CHECK(EVP_DigestFinal_ex(context.get(), out.data(), &size) == 1);
  CHECK(size == out.size());
  return out;
}

Sha256 hmac_sha256(ByteView key, ByteView message) {
  static constexpr std::uint8_t kNothing = 0;  // OpenSSL takes a null key for "no key was set"
  Sha256 out{};
  unsigned size = 0;
  CHECK(HMAC(ossl::hash(HashAlgorithm::sha256), key.empty() ? &kNothing : key.data(),
             static_cast<int>(key.size()), message.data(), message.size(), out.data(), &size) != nullptr);
  CHECK(size == out.size());
  return out;
}

bool equal_secret(ByteView left, ByteView right) {
  return left.size() == right.size() &&
         (left.empty() || CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0);
}

}  // namespace imprimatur::crypto
