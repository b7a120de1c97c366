#include "crypto/keys.hpp"

#include <openssl/pem.h>

#include "base/encoding.hpp"
#include "crypto/evp_algorithms.hpp"
#include "crypto/key_impl.hpp"

namespace imprimatur::crypto {
namespace {

constexpr std::size_t kDerMax = 8192;
constexpr std::size_t kPemMax = 16384;
constexpr int kRsaBitsMin = 1024;  // what ICAO 9303-12 once allowed for active authentication
constexpr int kRsaBitsMax = 8192;
constexpr std::size_t kRsaBitsGenerated = 2048;  // OpenSSL's public exponent is 65537
constexpr std::size_t kEd25519Size = 32;

using ossl::ParameterBuilder;
using ossl::Parameters;

Error bad_key(std::string what) {
  return fail("crypto.key", std::move(what));
}

const char* curve_name(KeyType type) {
  switch (type) {
    case KeyType::ec_p256:
      return "P-256";
    case KeyType::ec_p384:
      return "P-384";
    case KeyType::ec_brainpool_p256r1:
      return "brainpoolP256r1";
    case KeyType::ec_brainpool_p384r1:
      return "brainpoolP384r1";
    case KeyType::ed25519:
    case KeyType::rsa:
      break;
  }
  CHECK(false);
}

bool is_ec(KeyType type) {
  return curve_of(type).has_value();
}

std::optional<KeyType> ec_type_of(EVP_PKEY* key) {
  OSSL_PARAM* raw = nullptr;
  if (EVP_PKEY_todata(key, EVP_PKEY_KEY_PARAMETERS, &raw) != 1) return std::nullopt;
  const Parameters parameters(raw);
  const ossl::EcGroup group(EC_GROUP_new_from_params(parameters.get(), nullptr, nullptr));
  if (!group) return std::nullopt;
  // Compares the parameters themselves, so a curve with a foreign generator is not taken for a known one.
  switch (EC_GROUP_check_named_curve(group.get(), 0, nullptr)) {
    case NID_X9_62_prime256v1:
      return KeyType::ec_p256;
    case NID_secp384r1:
      return KeyType::ec_p384;
    case NID_brainpoolP256r1:
      return KeyType::ec_brainpool_p256r1;
    case NID_brainpoolP384r1:
      return KeyType::ec_brainpool_p384r1;
    default:
      return std::nullopt;
  }
}

// One coordinate of an EC public key, with leading zeros.
Bytes coordinate(const KeyImpl& key, const char* name) {
  BIGNUM* raw = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key.get(), name, &raw) == 1);
  const ossl::BigNumber number(raw);
  Bytes out(ossl::field_size(key.type));
  CHECK(BN_bn2binpad(number.get(), out.data(), static_cast<int>(out.size())) >= 0);
  return out;
}

// Nobody is asked for a passphrase: an enciphered file is refused.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

const EVP_MD* hash_for(KeyType type, HashAlgorithm hash) {
  return type == KeyType::ed25519 ? nullptr : ossl::hash(hash);
}

}  // namespace

namespace ossl {

std::optional<KeyType> type_of(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_EC:
      return ec_type_of(key);
    case EVP_PKEY_ED25519:
      return KeyType::ed25519;
    case EVP_PKEY_RSA: {
      const int bits = EVP_PKEY_get_bits(key);
      if (bits < kRsaBitsMin || bits > kRsaBitsMax) return std::nullopt;
      return KeyType::rsa;
    }
    default:
      return std::nullopt;
  }
}

std::size_t field_size(KeyType type) {
  const auto curve = curve_of(type);
  CHECK(curve);
  return field_bytes(*curve);
}

Key with_explicit_parameters(const KeyImpl& key) {
  CHECK(is_ec(key.type));
  Key copy(EVP_PKEY_dup(key.get()));
  CHECK(copy != nullptr);
  CHECK(EVP_PKEY_set_utf8_string_param(copy.get(), OSSL_PKEY_PARAM_EC_ENCODING, "explicit") == 1);
  return copy;
}

}  // namespace ossl

Result<PublicKey> KeyImpl::make_public(ossl::Key key) {
  const auto type = ossl::type_of(key.get());
  if (!type) return bad_key("the key's type, size or curve is not one that this system uses");
  KeyImpl impl(std::move(key), *type);
  if (!is_ec(*type)) return PublicKey(std::make_shared<const KeyImpl>(std::move(impl)));
  return PublicKey::from_ec_point(*type, concat({Bytes{0x04}, coordinate(impl, OSSL_PKEY_PARAM_EC_PUB_X),
                                                 coordinate(impl, OSSL_PKEY_PARAM_EC_PUB_Y)}));
}

Result<PublicKey> PublicKey::from_spki_der(ByteView der) {
  const ossl::ErrorQueueGuard errors;
  if (der.size() > kDerMax)
    return bad_key("a public key of " + std::to_string(der.size()) + " bytes is too large");
  const unsigned char* at = der.data();
  ossl::Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (!key) return bad_key("SubjectPublicKeyInfo cannot be read");
  if (at != der.data() + der.size()) return bad_key("bytes follow after SubjectPublicKeyInfo");
  return KeyImpl::make_public(std::move(key));
}

Result<PublicKey> PublicKey::from_ec_point(KeyType curve, ByteView uncompressed_point) {
  const ossl::ErrorQueueGuard errors;
  if (!is_ec(curve)) return bad_key("a point needs an elliptic curve");
  if (uncompressed_point.size() != 1 + 2 * ossl::field_size(curve) || uncompressed_point[0] != 0x04) {
    return bad_key("an uncompressed point of this curve starts with 04 and has " +
                   std::to_string(1 + 2 * ossl::field_size(curve)) + " bytes");
  }
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  CHECK(builder != nullptr);
  CHECK(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve_name(curve), 0) ==
        1);
  CHECK(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, uncompressed_point.data(),
                                         uncompressed_point.size()) == 1);
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const ossl::KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  CHECK(parameters != nullptr && context != nullptr);
  CHECK(EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* raw = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return bad_key("the point is not on the curve");
  }
  return PublicKey(std::make_shared<const KeyImpl>(ossl::Key(raw), curve));
}

Result<PublicKey> PublicKey::from_ed25519(ByteView raw) {
  if (raw.size() != kEd25519Size) return bad_key("an Ed25519 public key has 32 bytes");
  ossl::Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw.size()));
  CHECK(key != nullptr);
  return PublicKey(std::make_shared<const KeyImpl>(std::move(key), KeyType::ed25519));
}

Result<PublicKey> PublicKey::from_jwk(const json::object& jwk) {
  TRY(auto kind, member_text(jwk, "kty"));
  TRY(auto curve, member_text(jwk, "crv"));
  TRY(auto x_text, member_text(jwk, "x"));
  TRY(auto x, from_base64url(x_text));
  if (kind == "OKP" && curve == "Ed25519") return from_ed25519(x);
  if (kind != "EC" || (curve != "P-256" && curve != "P-384")) {
    return bad_key("a JWK of kty and crv other than EC P-256, EC P-384 and OKP Ed25519 is not used here");
  }
  const KeyType type = curve == "P-256" ? KeyType::ec_p256 : KeyType::ec_p384;
  TRY(auto y_text, member_text(jwk, "y"));
  TRY(auto y, from_base64url(y_text));
  // RFC 7518 section 6.2.1.2: coordinates have the field's full length.
  if (x.size() != ossl::field_size(type) || y.size() != x.size())
    return bad_key("a JWK coordinate's length is wrong");
  return from_ec_point(type, concat({Bytes{0x04}, x, y}));
}

KeyType PublicKey::type() const {
  return impl_->type;
}

Bytes PublicKey::spki_der() const {
  return ossl::der_of<EVP_PKEY>(i2d_PUBKEY, impl_->get());
}

Bytes PublicKey::ed25519_raw() const {
  CHECK(impl_->type == KeyType::ed25519);
  Bytes out(kEd25519Size);
  std::size_t size = out.size();
  CHECK(EVP_PKEY_get_raw_public_key(impl_->get(), out.data(), &size) == 1 && size == out.size());
  return out;
}

json::object PublicKey::jwk() const {
  if (impl_->type == KeyType::ed25519) {
    return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", to_base64url(ed25519_raw())}};
  }
  CHECK(impl_->type == KeyType::ec_p256 || impl_->type == KeyType::ec_p384);
  return {{"kty", "EC"},
          {"crv", curve_name(impl_->type)},
          {"x", to_base64url(coordinate(*impl_, OSSL_PKEY_PARAM_EC_PUB_X))},
          {"y", to_base64url(coordinate(*impl_, OSSL_PKEY_PARAM_EC_PUB_Y))}};
}

// RFC 7638 section 3: jwk() has just the required members, and canonical JSON is the form it asks for.
std::string PublicKey::thumbprint() const {
  return to_base64url(sha256(bytes_of(canonical_json(jwk()))));
}

Bytes PublicKey::ec_point() const {
  return concat({Bytes{0x04}, coordinate(*impl_, OSSL_PKEY_PARAM_EC_PUB_X),
                 coordinate(*impl_, OSSL_PKEY_PARAM_EC_PUB_Y)});
}

bool PublicKey::verify(HashAlgorithm hash, SignatureForm form, ByteView message, ByteView signature) const {
  const ossl::ErrorQueueGuard errors;
  Bytes der;
  if (is_ec(impl_->type) && form == SignatureForm::raw) {
    if (signature.size() != 2 * ossl::field_size(impl_->type)) return false;
    auto converted = ecdsa_raw_to_der(signature);
    if (!converted) return false;
    der = std::move(converted).value();
    signature = der;
  }
  const ossl::MdContext context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_DigestVerifyInit(context.get(), nullptr, hash_for(impl_->type, hash), nullptr, impl_->get()) ==
        1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

Result<PrivateKey> PrivateKey::generate(KeyType type) {
  if (type == KeyType::rsa) return generate_rsa(kRsaBitsGenerated);
  ossl::Key key(type == KeyType::ed25519 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                         : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve_name(type)));
  CHECK(key != nullptr);
  return PrivateKey(std::make_shared<const KeyImpl>(std::move(key), type));
}

Result<PrivateKey> PrivateKey::generate_rsa(std::size_t bits) {
  if (bits != 1024 && bits != 2048 && bits != 3072 && bits != 4096)
    return bad_key("an RSA key has 1024, 2048, 3072 or 4096 bits");
  ossl::Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits));
  CHECK(key != nullptr);
  return PrivateKey(std::make_shared<const KeyImpl>(std::move(key), KeyType::rsa));
}

Result<PrivateKey> PrivateKey::from_pkcs8_pem(std::string_view pem) {
  const ossl::ErrorQueueGuard errors;
  if (pem.size() > kPemMax) return bad_key("a private key file of this size is not one");
  const auto bio = ossl::reader_of(bytes_of(pem));
  ossl::Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) {
    return fail("crypto.key", "the private key cannot be read", {},
                "give an unencrypted PKCS#8 PEM file that begins with BEGIN PRIVATE KEY");
  }
  const auto type = ossl::type_of(key.get());
  if (!type) return bad_key("the key's type, size or curve is not one that this system uses");
  return PrivateKey(std::make_shared<const KeyImpl>(std::move(key), *type));
}

Result<PrivateKey> PrivateKey::from_ed25519_seed(ByteView seed) {
  if (seed.size() != kEd25519Size) return bad_key("an Ed25519 seed has 32 bytes");
  ossl::Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  CHECK(key != nullptr);
  return PrivateKey(std::make_shared<const KeyImpl>(std::move(key), KeyType::ed25519));
}

Secret PrivateKey::to_pkcs8_pem() const {
  const auto bio = ossl::memory_bio();  // OpenSSL wipes its buffer when it frees it
  CHECK(PEM_write_bio_PKCS8PrivateKey(bio.get(), impl_->get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return Secret::copy_of(ossl::written(bio.get()));
}

KeyType PrivateKey::type() const {
  return impl_->type;
}

PublicKey PrivateKey::public_key() const {
  auto key = PublicKey::from_spki_der(ossl::der_of<EVP_PKEY>(i2d_PUBKEY, impl_->get()));
  CHECK(key.has_value());
  return std::move(key).value();
}

Bytes PrivateKey::sign(HashAlgorithm hash, SignatureForm form, ByteView message) const {
  const ossl::MdContext context(EVP_MD_CTX_new());
  CHECK(context != nullptr);
  CHECK(EVP_DigestSignInit(context.get(), nullptr, hash_for(impl_->type, hash), nullptr, impl_->get()) == 1);
  std::size_t size = 0;
  CHECK(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1);
  Bytes out(size);
  CHECK(EVP_DigestSign(context.get(), out.data(), &size, message.data(), message.size()) == 1);
  out.resize(size);
  if (!is_ec(impl_->type) || form == SignatureForm::der) return out;
  auto raw = ecdsa_der_to_raw(out, ossl::field_size(impl_->type));
  CHECK(raw.has_value());
  return std::move(raw).value();
}

Bytes PrivateKey::sign_prehashed(ByteView digest) const {
  CHECK(is_ec(impl_->type));
  const ossl::KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, impl_->get(), nullptr));
  CHECK(context != nullptr && EVP_PKEY_sign_init(context.get()) == 1);
  std::size_t size = 0;
  CHECK(EVP_PKEY_sign(context.get(), nullptr, &size, digest.data(), digest.size()) == 1);
  Bytes der(size);
  CHECK(EVP_PKEY_sign(context.get(), der.data(), &size, digest.data(), digest.size()) == 1);
  der.resize(size);
  auto raw = ecdsa_der_to_raw(der, ossl::field_size(impl_->type));
  CHECK(raw.has_value());
  return std::move(raw).value();
}

Result<Bytes> ecdsa_raw_to_der(ByteView raw) {
  if (raw.empty() || raw.size() % 2 != 0 || raw.size() > 132)
    return bad_key("an ECDSA signature r ‖ s has two halves");
  const auto half = raw.size() / 2;
  ossl::BigNumber r(BN_bin2bn(raw.data(), static_cast<int>(half), nullptr));
  ossl::BigNumber s(BN_bin2bn(raw.data() + half, static_cast<int>(half), nullptr));
  const ossl::EcdsaSignature signature(ECDSA_SIG_new());
  CHECK(r != nullptr && s != nullptr && signature != nullptr);
  CHECK(ECDSA_SIG_set0(signature.get(), r.release(), s.release()) == 1);
  return ossl::der_of<ECDSA_SIG>(i2d_ECDSA_SIG, signature.get());
}

Result<Bytes> ecdsa_der_to_raw(ByteView der, std::size_t size) {
  const ossl::ErrorQueueGuard errors;
  const unsigned char* at = der.data();
  const ossl::EcdsaSignature signature(
      der.size() > 256 ? nullptr : d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!signature || at != der.data() + der.size()) return bad_key("an ECDSA signature is not in DER");
  Bytes out(2 * size);
  const int width = static_cast<int>(size);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out.data(), width) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out.data() + size, width) < 0) {
    return bad_key("an ECDSA signature's number is longer than the curve's field");
  }
  return out;
}

}  // namespace imprimatur::crypto
