// Public and private keys and their signatures. The only thing that holds a private key in memory
// here is `PrivateKey`: for people's signing keys, test keys and the tools' throw-away CSCA. Keys of
// the station live behind `KeyVault`.
//
// Immutable after construction; any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/json.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/curves.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::crypto {

enum class KeyType { ec_p256, ec_p384, ec_brainpool_p256r1, ec_brainpool_p384r1, ed25519, rsa };
KeyType key_type_of(Curve curve);
std::optional<Curve> curve_of(KeyType type);  // nothing for ed25519 and rsa

// How an ECDSA signature is written: DER (X.509, CMS) or r ‖ s of fixed length (JWS, PKCS#11).
enum class SignatureForm { der, raw };

// The numbers of an RSA key, big-endian without leading zeros. The primes may be empty in a key that is
// given; the private operation is then slower.
struct RsaPublicNumbers {
  Bytes n;
  Bytes e;
};
struct RsaComponents {
  Bytes n;
  Bytes e;
  Secret d;
  Secret p;
  Secret q;
};

struct KeyImpl;

class PublicKey {
 public:
  static Result<PublicKey> from_spki_der(ByteView der);  // error crypto.key
  static Result<PublicKey> from_rsa(const RsaPublicNumbers& numbers);
  static Result<PublicKey> from_ec_point(KeyType curve,
                                         ByteView uncompressed_point);  // 04 ‖ x ‖ y, on the curve
  static Result<PublicKey> from_ed25519(ByteView raw);                  // 32 bytes
  static Result<PublicKey> from_jwk(const json::object& jwk);           // EC P-256, P-384, OKP Ed25519

  KeyType type() const;
  Bytes spki_der() const;
  Bytes ed25519_raw() const;                // CHECK: type is ed25519
  json::object jwk() const;                 // EC and OKP only (RFC 7517, RFC 8037)
  std::string thumbprint() const;           // RFC 7638, SHA-256, base64url: good as kid
  Bytes ec_point() const;                   // 04 ‖ x ‖ y; CHECK: an EC key
  RsaPublicNumbers rsa_components() const;  // CHECK: type is rsa

  // ECDSA over digest(hash, message), or Ed25519 (hash is ignored) or RSA PKCS#1 v1.5.
  // False for every wrong signature, also a malformed one.
  bool verify(HashAlgorithm hash, SignatureForm form, ByteView message, ByteView signature) const;

  const KeyImpl& impl() const { return *impl_; }  // for this room's own files

 private:
  explicit PublicKey(std::shared_ptr<const KeyImpl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const KeyImpl> impl_;
  friend class PrivateKey;
  friend struct KeyImpl;
};

class PrivateKey {
 public:
  // RSA keys have 2048 bits and e = 65537 (ICAO 9303-11 section 6.1); they take a good part of a second.
  static Result<PrivateKey> generate(KeyType type);
  // The same with 1024 (for test keys of old chips only), 2048, 3072 or 4096 bits; error crypto.key for
  // others.
  static Result<PrivateKey> generate_rsa(std::size_t bits);
  static Result<PrivateKey> from_pkcs8_pem(std::string_view pem);
  static Result<PrivateKey> from_ed25519_seed(ByteView seed);  // 32 bytes
  static Result<PrivateKey> from_ec_scalar(KeyType curve,
                                           const Secret& scalar);  // 1 to order - 1, field size
  static Result<PrivateKey> from_rsa(const RsaComponents& components);
  Secret to_pkcs8_pem() const;
  // What a chip is given of its own key. CHECK: the type fits.
  Secret ec_scalar() const;  // of the field's size
  RsaComponents rsa_components() const;

  KeyType type() const;
  PublicKey public_key() const;
  Bytes sign(HashAlgorithm hash, SignatureForm form, ByteView message) const;
  // ECDSA r ‖ s over a digest that was made elsewhere, as a token signs. CHECK: an EC key.
  Bytes sign_prehashed(ByteView digest) const;

  const KeyImpl& impl() const { return *impl_; }

 private:
  explicit PrivateKey(std::shared_ptr<const KeyImpl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const KeyImpl> impl_;
};

// ECDSA signatures between their two forms; `size` is the curve's field in bytes (32, 48).
Result<Bytes> ecdsa_raw_to_der(ByteView raw);
Result<Bytes> ecdsa_der_to_raw(ByteView der, std::size_t size);

}  // namespace imprimatur::crypto
