// What PublicKey and PrivateKey hold, for this room's own files.
#pragma once

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <optional>

#include "crypto/keys.hpp"
#include "crypto/openssl.hpp"

namespace imprimatur::crypto {

struct KeyImpl {
  ossl::Key key;
  KeyType type;

  KeyImpl(ossl::Key owned, KeyType known) : key(std::move(owned)), type(known) {}

  // OpenSSL takes keys as mutable because it counts references; it does not change them.
  EVP_PKEY* get() const { return key.get(); }

  // `key` in the form this room uses: EC keys on a named curve, whatever way the parameters were
  // written. Error crypto.key for types and curves that are not in KeyType.
  static Result<PublicKey> make_public(ossl::Key key);
};

namespace ossl {

using Parameters = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using ParameterBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;

// The type of a key, explicit curve parameters included when they are those of a known curve.
std::optional<KeyType> type_of(EVP_PKEY* key);
// The curve's field in bytes; CHECK: an EC type.
std::size_t field_size(KeyType type);
// Copy of an EC key whose SPKI is written with explicit parameters (ICAO 9303-12 section 7.1).
Key with_explicit_parameters(const KeyImpl& key);

}  // namespace ossl
}  // namespace imprimatur::crypto
