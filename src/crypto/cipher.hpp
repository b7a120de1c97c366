// Block ciphers and MACs as smart cards use them. Pure functions; any thread.
//
// Keys have 16, 24 or 32 bytes (AES) or 16 bytes (two-key 3DES); data of the CBC functions has whole
// blocks: a wrong length is a broken invariant of the caller, not input (CHECK).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace imprimatur::crypto {

inline constexpr std::size_t kAesBlock = 16;
inline constexpr std::size_t kDesBlock = 8;

Bytes aes_cbc_encrypt(ByteView key, ByteView iv, ByteView data);
Bytes aes_cbc_decrypt(ByteView key, ByteView iv, ByteView data);
Bytes aes_ecb_encrypt(ByteView key, ByteView data);
// Two-key 3DES (EDE), ISO/IEC 18033-3, as BAC and 3DES secure messaging use it (ICAO 9303-11, 9.8).
Bytes des3_cbc_encrypt(ByteView key, ByteView iv, ByteView data);
Bytes des3_cbc_decrypt(ByteView key, ByteView iv, ByteView data);

// AES-CMAC (RFC 4493, SP 800-38B), 16 bytes.
Bytes aes_cmac(ByteView key, ByteView message);
// ISO/IEC 9797-1 MAC algorithm 3 with DES, 8 bytes; `message` is padded already.
Bytes retail_mac(ByteView key, ByteView message);

// ISO/IEC 9797-1 padding method 2: 80 and zeros up to a whole block; always adds at least one byte.
Bytes pad_80(ByteView data, std::size_t block);
// Error crypto.padding when the padding is not there.
Result<Bytes> unpad_80(ByteView data);

// AES-256-GCM with a fresh nonce: nonce (12) ‖ ciphertext ‖ tag (16).
Bytes seal(const Secret& key, ByteView nonce, ByteView plain, ByteView associated);
// Error crypto.sealed when key, associated data or bytes are not those that were sealed.
Result<Bytes> open_sealed(const Secret& key, ByteView sealed, ByteView associated);

}  // namespace imprimatur::crypto
