#include "crypto/cipher.hpp"

#include "crypto/evp_algorithms.hpp"

namespace imprimatur::crypto {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

enum class Direction { decrypt = 0, encrypt = 1 };

ossl::CipherContext new_context() {
  ossl::CipherContext context(EVP_CIPHER_CTX_new());
  CHECK(context != nullptr);
  return context;
}

int as_int(std::size_t size) {
  CHECK(size <= static_cast<std::size_t>(INT32_MAX));
  return static_cast<int>(size);
}

// Whole blocks, no padding.
Bytes run(const EVP_CIPHER* cipher, Direction direction, ByteView key, ByteView iv, ByteView data) {
  const auto block = static_cast<std::size_t>(EVP_CIPHER_get_block_size(cipher));
  CHECK(key.size() == static_cast<std::size_t>(EVP_CIPHER_get_key_length(cipher)));
  CHECK(iv.size() == static_cast<std::size_t>(EVP_CIPHER_get_iv_length(cipher)));
  CHECK(data.size() % block == 0);
  Bytes out(data.size());
  if (data.empty()) return out;
  auto context = new_context();
  CHECK(EVP_CipherInit_ex2(context.get(), cipher, key.data(), iv.empty() ? nullptr : iv.data(),
                           static_cast<int>(direction), nullptr) == 1);
  CHECK(EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1);
  int size = 0;
  CHECK(EVP_CipherUpdate(context.get(), out.data(), &size, data.data(), as_int(data.size())) == 1);
  int last = 0;
  CHECK(EVP_CipherFinal_ex(context.get(), out.data() + size, &last) == 1);
  CHECK(static_cast<std::size_t>(size + last) == out.size());
  return out;
}

const EVP_CIPHER* aes_cbc(ByteView key) {
  return ossl::aes(key.size(), ossl::CipherMode::cbc);
}

Error not_sealed() {
  return fail("crypto.sealed",
              "sealed bytes do not open: key, associated data or bytes are not those sealed");
}

}  // namespace

Bytes aes_cbc_encrypt(ByteView key, ByteView iv, ByteView data) {
  return run(aes_cbc(key), Direction::encrypt, key, iv, data);
}

Bytes aes_cbc_decrypt(ByteView key, ByteView iv, ByteView data) {
  return run(aes_cbc(key), Direction::decrypt, key, iv, data);
}

Bytes aes_ecb_encrypt(ByteView key, ByteView data) {
  return run(ossl::aes(key.size(), ossl::CipherMode::ecb), Direction::encrypt, key, {}, data);
}

Bytes des3_cbc_encrypt(ByteView key, ByteView iv, ByteView data) {
  return run(ossl::des3_cbc(), Direction::encrypt, key, iv, data);
}

Bytes des3_cbc_decrypt(ByteView key, ByteView iv, ByteView data) {
  return run(ossl::des3_cbc(), Direction::decrypt, key, iv, data);
}

Bytes pad_80(ByteView data, std::size_t block) {
  CHECK(block > 0);
  Bytes out = copy_of(data);
  out.push_back(0x80);
  out.resize((out.size() + block - 1) / block * block, 0);
  return out;
}

Result<Bytes> unpad_80(ByteView data) {
  std::size_t end = data.size();
  while (end > 0 && data[end - 1] == 0) --end;
  if (end == 0 || data[end - 1] != 0x80) {
    return fail("crypto.padding",
                "padding 80 00 … is not at the end of " + std::to_string(data.size()) + " bytes");
  }
  return copy_of(data.first(end - 1));
}

Bytes seal(const Secret& key, ByteView nonce, ByteView plain, ByteView associated) {
  CHECK(key.size() == 32 && nonce.size() == kNonce);
  auto context = new_context();
  CHECK(EVP_EncryptInit_ex2(context.get(), ossl::aes(32, ossl::CipherMode::gcm), key.reveal().data(),
                            nonce.data(), nullptr) == 1);
  int size = 0;
  if (!associated.empty()) {
    CHECK(EVP_EncryptUpdate(context.get(), nullptr, &size, associated.data(), as_int(associated.size())) ==
          1);
  }
  Bytes out = copy_of(nonce);
  out.resize(kNonce + plain.size() + kTag);
  if (!plain.empty()) {
    CHECK(EVP_EncryptUpdate(context.get(), out.data() + kNonce, &size, plain.data(), as_int(plain.size())) ==
          1);
  }
  CHECK(EVP_EncryptFinal_ex(context.get(), out.data() + kNonce + plain.size(), &size) == 1);
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTag, out.data() + kNonce + plain.size()) ==
        1);
  return out;
}

Result<Bytes> open_sealed(const Secret& key, ByteView sealed, ByteView associated) {
  CHECK(key.size() == 32);
  if (sealed.size() < kNonce + kTag) return not_sealed();
  const ossl::ErrorQueueGuard errors;
  const ByteView text = sealed.subspan(kNonce, sealed.size() - kNonce - kTag);
  Bytes tag = copy_of(sealed.last(kTag));
  auto context = new_context();
  CHECK(EVP_DecryptInit_ex2(context.get(), ossl::aes(32, ossl::CipherMode::gcm), key.reveal().data(),
                            sealed.data(), nullptr) == 1);
  int size = 0;
  if (!associated.empty()) {
    CHECK(EVP_DecryptUpdate(context.get(), nullptr, &size, associated.data(), as_int(associated.size())) ==
          1);
  }
  Bytes out(text.size());
  if (!text.empty()) {
    CHECK(EVP_DecryptUpdate(context.get(), out.data(), &size, text.data(), as_int(text.size())) == 1);
  }
  CHECK(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()) == 1);
  if (EVP_DecryptFinal_ex(context.get(), out.data() + out.size(), &size) != 1) {
    wipe(out);
    return not_sealed();
  }
  return out;
}

}  // namespace imprimatur::crypto
