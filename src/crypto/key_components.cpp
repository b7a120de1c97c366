// Keys from and to their numbers: what a chip's own key pair is made of. Private numbers live in OpenSSL's
// secure memory where there is one, and are wiped in any case.
#include <array>

#include "crypto/key_impl.hpp"
#include "crypto/rsa_raw.hpp"

namespace imprimatur::crypto {
namespace {

using SecretNumber = ossl::Owned<BIGNUM, BN_clear_free>;
using Context = ossl::Owned<BN_CTX, BN_CTX_free>;

constexpr std::size_t kRsaBytesMin = 128;
constexpr std::size_t kRsaBytesMax = 1024;
constexpr std::size_t kExponentBytesMax = 8;

Error bad_key(std::string what) {
  return fail("crypto.key", std::move(what));
}

SecretNumber number_of(ByteView bytes) {
  SecretNumber out(BN_secure_new());
  CHECK(out != nullptr);
  CHECK(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), out.get()) != nullptr);
  BN_set_flags(out.get(), BN_FLG_CONSTTIME);
  return out;
}

SecretNumber get_number(const KeyImpl& key, const char* name) {
  BIGNUM* raw = nullptr;
  CHECK(EVP_PKEY_get_bn_param(key.get(), name, &raw) == 1);
  return SecretNumber(raw);
}

Bytes bytes_of_number(const BIGNUM* number) {
  Bytes out(static_cast<std::size_t>(BN_num_bytes(number)));
  CHECK(BN_bn2bin(number, out.data()) == static_cast<int>(out.size()));
  return out;
}

ossl::ParameterBuilder new_builder() {
  ossl::ParameterBuilder builder(OSSL_PARAM_BLD_new());
  CHECK(builder != nullptr);
  return builder;
}

// nullptr when OpenSSL does not take the numbers.
ossl::Key key_from(const char* kind, int selection, OSSL_PARAM_BLD* builder) {
  const ossl::Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const ossl::KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  CHECK(parameters != nullptr && context != nullptr);
  CHECK(EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* raw = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &raw, selection, parameters.get()) != 1) return nullptr;
  return ossl::Key(raw);
}

bool is_modulus_and_exponent(ByteView n, ByteView e) {
  return n.size() >= kRsaBytesMin && n.size() <= kRsaBytesMax && n[0] != 0 && (n.back() & 1) != 0 &&
         !e.empty() && e.size() <= kExponentBytesMax && e[0] != 0 && (e.back() & 1) != 0 && read_be(e) >= 3;
}

// Both primes, and what the private operation derives from them (RFC 8017 section 3.2). False when they are
// not the factors of n.
struct Factors {
  std::array<SecretNumber, 5> numbers;  // p, q, d mod (p - 1), d mod (q - 1), 1/q mod p

  bool fill(const RsaComponents& given, const BIGNUM* n, const BIGNUM* d) {
    const Context context(BN_CTX_secure_new());
    CHECK(context != nullptr);
    for (auto& number : numbers) number = number_of({});
    numbers[0] = number_of(given.p.reveal());
    numbers[1] = number_of(given.q.reveal());
    const SecretNumber product = number_of({});
    CHECK(BN_mul(product.get(), numbers[0].get(), numbers[1].get(), context.get()) == 1);
    if (BN_cmp(product.get(), n) != 0) return false;
    for (const std::size_t i : {0U, 1U}) {
      const SecretNumber less = number_of(i == 0 ? given.p.reveal() : given.q.reveal());
      if (BN_sub_word(less.get(), 1) != 1 || BN_is_zero(less.get()) ||
          BN_mod(numbers[2 + i].get(), d, less.get(), context.get()) != 1) {
        return false;
      }
    }
    return BN_mod_inverse(numbers[4].get(), numbers[1].get(), numbers[0].get(), context.get()) != nullptr;
  }
};

// Whether the two exponents belong together: an operation and its inverse.
bool fits_together(const PrivateKey& key, std::size_t modulus_bytes) {
  Bytes sample(modulus_bytes, 0);
  sample.back() = 2;
  const auto once = rsa_private(key, sample);
  if (!once) return false;
  const auto back = rsa_public(key.public_key(), once.value());
  return back && back.value() == sample;
}

}  // namespace

KeyType key_type_of(Curve curve) {
  switch (curve) {
    case Curve::p256:
      return KeyType::ec_p256;
    case Curve::p384:
      return KeyType::ec_p384;
    case Curve::brainpool_p256r1:
      return KeyType::ec_brainpool_p256r1;
    case Curve::brainpool_p384r1:
      return KeyType::ec_brainpool_p384r1;
  }
  CHECK(false);
}

std::optional<Curve> curve_of(KeyType type) {
  switch (type) {
    case KeyType::ec_p256:
      return Curve::p256;
    case KeyType::ec_p384:
      return Curve::p384;
    case KeyType::ec_brainpool_p256r1:
      return Curve::brainpool_p256r1;
    case KeyType::ec_brainpool_p384r1:
      return Curve::brainpool_p384r1;
    case KeyType::ed25519:
    case KeyType::rsa:
      return std::nullopt;
  }
  CHECK(false);
}

Result<PublicKey> PublicKey::from_rsa(const RsaPublicNumbers& numbers) {
  const ossl::ErrorQueueGuard errors;
  if (!is_modulus_and_exponent(numbers.n, numbers.e)) {
    return bad_key("the numbers are no RSA modulus of 1024 to 8192 bits and public exponent");
  }
  const auto builder = new_builder();
  const SecretNumber n = number_of(numbers.n);
  const SecretNumber e = number_of(numbers.e);
  CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1);
  CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
  auto key = key_from("RSA", EVP_PKEY_PUBLIC_KEY, builder.get());
  if (!key) return bad_key("the numbers are no RSA public key");
  return KeyImpl::make_public(std::move(key));
}

RsaPublicNumbers PublicKey::rsa_components() const {
  CHECK(impl_->type == KeyType::rsa);
  return {bytes_of_number(get_number(*impl_, OSSL_PKEY_PARAM_RSA_N).get()),
          bytes_of_number(get_number(*impl_, OSSL_PKEY_PARAM_RSA_E).get())};
}

Result<PrivateKey> PrivateKey::from_ec_scalar(KeyType type, const Secret& scalar) {
  const ossl::ErrorQueueGuard errors;
  const auto curve = curve_of(type);
  if (!curve || scalar.size() != field_bytes(*curve)) {
    return bad_key("a private key needs an elliptic curve and a number of its field's size");
  }
  auto point = multiply(*curve, scalar);
  if (!point) return bad_key("the private key is not 1 to the curve's order less one");
  const auto builder = new_builder();
  const SecretNumber number = number_of(scalar.reveal());
  CHECK(OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, name_of(*curve).data(),
                                        0) == 1);
  CHECK(OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.value().data(),
                                         point.value().size()) == 1);
  CHECK(OSSL_PARAM_BLD_push_BN_pad(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get(), scalar.size()) ==
        1);
  auto key = key_from("EC", EVP_PKEY_KEYPAIR, builder.get());
  CHECK(key != nullptr);
  return PrivateKey(std::make_shared<const KeyImpl>(std::move(key), type));
}

Secret PrivateKey::ec_scalar() const {
  const SecretNumber number = get_number(*impl_, OSSL_PKEY_PARAM_PRIV_KEY);
  Bytes out(ossl::field_size(impl_->type));
  CHECK(BN_bn2binpad(number.get(), out.data(), static_cast<int>(out.size())) >= 0);
  return Secret(std::move(out));
}

Result<PrivateKey> PrivateKey::from_rsa(const RsaComponents& given) {
  const ossl::ErrorQueueGuard errors;
  if (!is_modulus_and_exponent(given.n, given.e) || given.d.empty() || given.d.size() > given.n.size() ||
      given.p.empty() != given.q.empty() || given.p.size() + given.q.size() > given.n.size() + 1) {
    return bad_key("the numbers are no RSA key of 1024 to 8192 bits");
  }
  const auto builder = new_builder();
  const SecretNumber n = number_of(given.n);
  const SecretNumber e = number_of(given.e);
  const SecretNumber d = number_of(given.d.reveal());
  CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1);
  CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
  CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_D, d.get()) == 1);
  Factors factors;
  if (!given.p.empty()) {
    if (!factors.fill(given, n.get(), d.get())) return bad_key("the RSA primes are not those of the modulus");
    constexpr std::array kNames{OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2,
                                OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
                                OSSL_PKEY_PARAM_RSA_COEFFICIENT1};
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      CHECK(OSSL_PARAM_BLD_push_BN(builder.get(), kNames.at(i), factors.numbers.at(i).get()) == 1);
    }
  }
  auto key = key_from("RSA", EVP_PKEY_KEYPAIR, builder.get());
  if (!key) return bad_key("the numbers are no RSA private key");
  PrivateKey out(std::make_shared<const KeyImpl>(std::move(key), KeyType::rsa));
  if (!fits_together(out, given.n.size())) return bad_key("the two RSA exponents do not belong together");
  return out;
}

RsaComponents PrivateKey::rsa_components() const {
  CHECK(impl_->type == KeyType::rsa);
  const auto number = [this](const char* name) { return bytes_of_number(get_number(*impl_, name).get()); };
  RsaComponents out{number(OSSL_PKEY_PARAM_RSA_N),
                    number(OSSL_PKEY_PARAM_RSA_E),
                    Secret(number(OSSL_PKEY_PARAM_RSA_D)),
                    {},
                    {}};
  BIGNUM* first = nullptr;  // absent in a key that was given without its primes
  if (EVP_PKEY_get_bn_param(impl_->get(), OSSL_PKEY_PARAM_RSA_FACTOR1, &first) != 1) return out;
  out.p = Secret(bytes_of_number(SecretNumber(first).get()));
  out.q = Secret(number(OSSL_PKEY_PARAM_RSA_FACTOR2));
  return out;
}

}  // namespace imprimatur::crypto
