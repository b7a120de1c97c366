#include "crypto/evp_algorithms.hpp"

#include <array>

namespace imprimatur::crypto::ossl {
namespace {

Md fetch_md(const char* name) {
  Md md(EVP_MD_fetch(nullptr, name, nullptr));
  CHECK(md != nullptr);
  return md;
}

Cipher fetch_cipher(const char* name) {
  Cipher cipher(EVP_CIPHER_fetch(nullptr, name, nullptr));
  CHECK(cipher != nullptr);
  return cipher;
}

std::size_t aes_index(std::size_t key_size) {
  CHECK(key_size == 16 || key_size == 24 || key_size == 32);
  return key_size / 8 - 2;
}

}  // namespace

const EVP_MD* hash(HashAlgorithm algorithm) {
  static const std::array<Md, 5> hashes{fetch_md("SHA1"), fetch_md("SHA224"), fetch_md("SHA256"),
                                        fetch_md("SHA384"), fetch_md("SHA512")};
  return hashes.at(static_cast<std::size_t>(algorithm)).get();
}

const EVP_CIPHER* aes(std::size_t key_size, CipherMode mode) {
  static const std::array<std::array<Cipher, 3>, 3> ciphers{
      {{fetch_cipher("AES-128-ECB"), fetch_cipher("AES-192-ECB"), fetch_cipher("AES-256-ECB")},
       {fetch_cipher("AES-128-CBC"), fetch_cipher("AES-192-CBC"), fetch_cipher("AES-256-CBC")},
       {fetch_cipher("AES-128-GCM"), fetch_cipher("AES-192-GCM"), fetch_cipher("AES-256-GCM")}}};
  return ciphers.at(static_cast<std::size_t>(mode)).at(aes_index(key_size)).get();
}

const EVP_CIPHER* des3_cbc() {
  static const Cipher cipher = fetch_cipher("DES-EDE-CBC");
  return cipher.get();
}

}  // namespace imprimatur::crypto::ossl
