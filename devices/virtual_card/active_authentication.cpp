#include "devices/virtual_card/active_authentication.hpp"

#include "crypto/keys.hpp"
#include "crypto/rsa_raw.hpp"

namespace imprimatur::devices {

Response ActiveAuthentication::internal_authenticate(const Command& command) {
  constexpr std::size_t kChallengeSize = 8;
  if (command.p1_p2() != 0) return sw::kWrongParameters;
  if (command.data.size() != kChallengeSize || command.ne == 0) return sw::kWrongLength;
  const Bytes* value = memory_.key_object(kActiveAuthenticationKey);
  if (value == nullptr) return sw::kReferenceNotFound;
  if (const auto rsa = read_rsa_key(*value)) return sign_rsa(*rsa, command.data);
  if (const auto ec = read_ec_key(*value)) return sign_ec(*ec, command.data);
  return sw::kReferenceNotFound;
}

// 9303-11 appendix F: F = 6A ‖ M1 ‖ hash(M1 ‖ challenge) ‖ trailer, as long as the modulus.
Response ActiveAuthentication::sign_rsa(const RsaPrivateKey& numbers, ByteView challenge) {
  constexpr std::size_t kBytesOfSha1Keys = 128;
  const auto key = crypto::PrivateKey::from_rsa({.n = copy_of(numbers.n),
                                                 .e = copy_of(numbers.e),
                                                 .d = Secret::copy_of(numbers.d),
                                                 .p = Secret::copy_of(numbers.p),
                                                 .q = Secret::copy_of(numbers.q)});
  if (!key) return sw::kReferenceNotFound;
  const bool sha1 = numbers.n.size() <= kBytesOfSha1Keys;
  const auto hash = sha1 ? crypto::HashAlgorithm::sha1 : crypto::HashAlgorithm::sha256;
  const Bytes trailer = sha1 ? Bytes{0xBC} : Bytes{0x34, 0xCC};
  const Bytes message = random_.bytes(numbers.n.size() - 1 - crypto::digest_size(hash) - trailer.size());
  Bytes representative =
      concat({Bytes{0x6A}, message, crypto::digest(hash, concat({message, challenge})), trailer});
  if (counterfeit_) representative[representative.size() / 2] ^= 0x5A;
  const auto signature = crypto::rsa_private(key.value(), representative);
  work_.rsa_signature_bits += numbers.n.size() * 8;
  if (!signature) return sw::kReferenceNotFound;
  return Response(signature.value());
}

Response ActiveAuthentication::sign_ec(const EcPrivateKey& key, ByteView challenge) {
  Bytes scalar = copy_of(key.scalar);
  if (counterfeit_) scalar.back() ^= 0x5A;
  const auto signer =
      crypto::PrivateKey::from_ec_scalar(crypto::key_type_of(key.curve), Secret(std::move(scalar)));
  if (!signer) return sw::kReferenceNotFound;
  work_.curve_multiplications += multiplication_work(key.curve);
  return Response(signer.value().sign(crypto::HashAlgorithm::sha256, crypto::SignatureForm::raw, challenge));
}

}  // namespace imprimatur::devices
