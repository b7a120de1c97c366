// Writing of small DER objects (X.690) whose layout this room knows. For this room's own files only.
#pragma once

#include "base/bytes.hpp"
#include "base/check.hpp"
#include "crypto/keys.hpp"
#include "crypto/openssl.hpp"

namespace imprimatur::crypto::der {

inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kBitString = 0x03;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kObjectIdentifier = 0x06;
inline constexpr std::uint8_t kPrintableString = 0x13;
inline constexpr std::uint8_t kSequence = 0x30;
inline constexpr std::uint8_t kSet = 0x31;
inline constexpr std::uint8_t kContext0 = 0xA0;  // [0], constructed

// One object of `tag` whose content is the parts side by side.
inline Bytes object(std::uint8_t tag, std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (ByteView part : parts) size += part.size();
  CHECK(size < (1U << 24));
  Bytes out;
  out.reserve(size + 5);
  out.push_back(tag);
  if (size < 0x80) {
    append_be(out, size, 1);
  } else {
    const std::size_t width = size < 0x100 ? 1 : size < 0x10000 ? 2 : 3;
    append_be(out, 0x80 | width, 1);
    append_be(out, size, width);
  }
  for (ByteView part : parts) append(out, part);
  return out;
}

inline Bytes small_integer(std::uint8_t value) {
  CHECK(value < 0x80);
  return {0x02, 0x01, value};
}

inline Bytes identifier(int nid) {
  return ossl::der_of<ASN1_OBJECT>(i2d_ASN1_OBJECT, OBJ_nid2obj(nid));
}

// A SET OF: the elements in the order that DER asks for (X.690 section 11.6).
inline Bytes set_of(std::vector<Bytes> elements) {
  std::sort(elements.begin(), elements.end());
  Bytes content;
  for (const Bytes& element : elements) append(content, element);
  return object(kSet, {content});
}

// What goes with a signature key: its hash and the identifiers of both algorithms, parameters absent
// (RFC 5754 sections 2 and 3.3).
struct SignatureAlgorithm {
  HashAlgorithm hash;
  int hash_nid;
  int signature_nid;

  Bytes hash_identifier() const { return object(kSequence, {identifier(hash_nid)}); }
  Bytes signature_identifier() const { return object(kSequence, {identifier(signature_nid)}); }
};

// CHECK: an EC key.
inline SignatureAlgorithm signature_algorithm(KeyType type) {
  CHECK(type != KeyType::rsa && type != KeyType::ed25519);
  if (type == KeyType::ec_p384) return {HashAlgorithm::sha384, NID_sha384, NID_ecdsa_with_SHA384};
  return {HashAlgorithm::sha256, NID_sha256, NID_ecdsa_with_SHA256};
}

}  // namespace imprimatur::crypto::der
