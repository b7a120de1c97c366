// OpenSSL objects with an owner, and the checks around its calls. For this room's own files only:
// no other room includes OpenSSL.
//
// Calls that can fail only when OpenSSL is broken or memory is gone are wrapped in CHECK. After a
// call that failed on input the error queue is emptied, so that it cannot colour a later answer.
#pragma once

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/bytes.hpp"
#include "base/check.hpp"

namespace imprimatur::crypto::ossl {

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};
template <class T, auto free_function>
using Owned = std::unique_ptr<T, Free<free_function>>;

using Md = Owned<EVP_MD, EVP_MD_free>;
using MdContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using Cipher = Owned<EVP_CIPHER, EVP_CIPHER_free>;
using CipherContext = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Bio = Owned<BIO, BIO_free_all>;
using BigNumber = Owned<BIGNUM, BN_free>;
using EcdsaSignature = Owned<ECDSA_SIG, ECDSA_SIG_free>;
using EcGroup = Owned<EC_GROUP, EC_GROUP_free>;
using EcPoint = Owned<EC_POINT, EC_POINT_free>;
using X509Certificate = Owned<X509, X509_free>;
using X509Extension = Owned<X509_EXTENSION, X509_EXTENSION_free>;
using Name = Owned<X509_NAME, X509_NAME_free>;
using GeneralNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using OctetString = Owned<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free>;
using Integer = Owned<ASN1_INTEGER, ASN1_INTEGER_free>;
using Object = Owned<ASN1_OBJECT, ASN1_OBJECT_free>;
using Time = Owned<ASN1_TIME, ASN1_TIME_free>;
using Algorithm = Owned<X509_ALGOR, X509_ALGOR_free>;
using ContentInfo = Owned<CMS_ContentInfo, CMS_ContentInfo_free>;

// The bytes that an i2d_ function writes for `object`.
template <class T>
Bytes der_of(int (*i2d)(const T*, unsigned char**), const T* object) {
  const int size = i2d(object, nullptr);
  CHECK(size > 0);
  Bytes out(static_cast<std::size_t>(size));
  unsigned char* end = out.data();
  CHECK(i2d(object, &end) == size);
  return out;
}

// A BIO that reads `bytes`, which must outlive it.
inline Bio reader_of(ByteView bytes) {
  CHECK(bytes.size() <= static_cast<std::size_t>(INT32_MAX));
  Bio bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  CHECK(bio != nullptr);
  return bio;
}

inline Bio memory_bio() {
  Bio bio(BIO_new(BIO_s_mem()));
  CHECK(bio != nullptr);
  return bio;
}

// What was written into a memory BIO, borrowed.
inline ByteView written(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  CHECK(size >= 0);
  return {reinterpret_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)};
}

// Empties the error queue when it goes.
struct ErrorQueueGuard {
  ErrorQueueGuard() { ERR_clear_error(); }
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
  ~ErrorQueueGuard() { ERR_clear_error(); }
};

}  // namespace imprimatur::crypto::ossl
