#include "devices/pkcs11/token_keys.hpp"

#include <array>

#include "base/check.hpp"
#include "base/encoding.hpp"

namespace imprimatur::devices {
namespace {

constexpr CK_ULONG kDeriveKeyBytes = 16;
constexpr CK_ULONG kOtherKeyBytes = 32;
constexpr std::uint8_t kOctetString = 0x04;

struct Curve {
  crypto::KeyType type;
  std::string_view parameters;  // CKA_EC_PARAMS in hex: an OID, or a curve name for Edwards curves
};
constexpr std::array kCurves{
    Curve{crypto::KeyType::ec_p256, "06082A8648CE3D030107"},                // 1.2.840.10045.3.1.7
    Curve{crypto::KeyType::ec_p384, "06052B81040022"},                      // 1.3.132.0.34
    Curve{crypto::KeyType::ec_brainpool_p256r1, "06092B2403030208010107"},  // 1.3.36.3.3.2.8.1.1.7
    Curve{crypto::KeyType::ed25519, "06032B6570"},                          // 1.3.101.112
};

// Every secret key: in the token, seen only after log-in, never readable.
std::vector<CK_ATTRIBUTE> secret_template(const CK_ULONG& of, const CK_ULONG& type, std::string_view label,
                                          SecretKeyUse use) {
  const CK_BBOOL& signs = use == SecretKeyUse::wrap ? kFalse : kTrue;
  const CK_BBOOL& enciphers = use == SecretKeyUse::wrap ? kTrue : kFalse;
  return {attribute(CKA_CLASS, of),
          attribute(CKA_KEY_TYPE, type),
          attribute(CKA_LABEL, bytes_of(label)),
          attribute(CKA_TOKEN, kTrue),
          attribute(CKA_PRIVATE, kTrue),
          attribute(CKA_SENSITIVE, kTrue),
          attribute(CKA_EXTRACTABLE, kFalse),
          attribute(CKA_SIGN, signs),
          attribute(CKA_VERIFY, kFalse),
          attribute(CKA_ENCRYPT, enciphers),
          attribute(CKA_DECRYPT, enciphers),
          attribute(CKA_WRAP, kFalse),
          attribute(CKA_UNWRAP, kFalse),
          attribute(CKA_DERIVE, kFalse)};
}

// The bytes inside a DER OCTET STRING, or the value itself from tokens that leave the wrapping out.
ByteView unwrap_point(ByteView value) {
  if (value.size() > 2 && value[0] == kOctetString && value[1] == value.size() - 2) return value.subspan(2);
  return value;
}

}  // namespace

Status make_secret_key(TokenSession& session, std::string_view label, SecretKeyUse use) {
  const CK_ULONG of = CKO_SECRET_KEY;
  const CK_ULONG type = use == SecretKeyUse::hmac ? CKK_GENERIC_SECRET : CKK_AES;
  const CK_ULONG length = use == SecretKeyUse::derive ? kDeriveKeyBytes : kOtherKeyBytes;
  auto wanted = secret_template(of, type, label, use);
  wanted.push_back(attribute(CKA_VALUE_LEN, length));
  CK_MECHANISM mechanism{use == SecretKeyUse::hmac ? CKM_GENERIC_SECRET_KEY_GEN : CKM_AES_KEY_GEN, nullptr,
                         0};
  CK_OBJECT_HANDLE key = 0;
  const CK_RV code =
      session.functions().C_GenerateKey(session.handle(), &mechanism, wanted.data(), wanted.size(), &key);
  return code == CKR_OK ? ok() : Status(token_error("C_GenerateKey", code));
}

Status import_derivation_master(TokenSession& session, std::string_view label, const Secret& key) {
  const CK_ULONG of = CKO_SECRET_KEY;
  const CK_ULONG type = CKK_AES;
  auto wanted = secret_template(of, type, label, SecretKeyUse::derive);
  wanted.push_back(attribute(CKA_VALUE, key.reveal()));
  CK_OBJECT_HANDLE object = 0;
  const CK_RV code =
      session.functions().C_CreateObject(session.handle(), wanted.data(), wanted.size(), &object);
  return code == CKR_OK ? ok() : Status(token_error("C_CreateObject", code));
}

Status make_signing_pair(TokenSession& session, std::string_view label, crypto::KeyType type) {
  const auto* curve =
      std::find_if(kCurves.begin(), kCurves.end(), [type](const Curve& one) { return one.type == type; });
  CHECK(curve != kCurves.end());
  const Bytes parameters = hex(curve->parameters);
  std::vector<CK_ATTRIBUTE> public_key{attribute(CKA_EC_PARAMS, ByteView(parameters)),
                                       attribute(CKA_LABEL, bytes_of(label)),
                                       attribute(CKA_TOKEN, kTrue),
                                       attribute(CKA_VERIFY, kTrue),
                                       attribute(CKA_ENCRYPT, kFalse),
                                       attribute(CKA_WRAP, kFalse)};
  std::vector<CK_ATTRIBUTE> private_key{
      attribute(CKA_LABEL, bytes_of(label)), attribute(CKA_TOKEN, kTrue),
      attribute(CKA_PRIVATE, kTrue),         attribute(CKA_SENSITIVE, kTrue),
      attribute(CKA_EXTRACTABLE, kFalse),    attribute(CKA_SIGN, kTrue),
      attribute(CKA_DECRYPT, kFalse),        attribute(CKA_UNWRAP, kFalse),
      attribute(CKA_DERIVE, kFalse)};
  CK_MECHANISM mechanism{type == crypto::KeyType::ed25519 ? CKM_EC_EDWARDS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN,
                         nullptr, 0};
  CK_OBJECT_HANDLE made_public = 0;
  CK_OBJECT_HANDLE made_private = 0;
  const CK_RV code = session.functions().C_GenerateKeyPair(session.handle(), &mechanism, public_key.data(),
                                                           public_key.size(), private_key.data(),
                                                           private_key.size(), &made_public, &made_private);
  return code == CKR_OK ? ok() : Status(token_error("C_GenerateKeyPair", code));
}

Result<crypto::PublicKey> read_public_key(TokenSession& session, CK_OBJECT_HANDLE key) {
  TRY(auto parameters, session.read_attribute(key, CKA_EC_PARAMS));
  TRY(auto value, session.read_attribute(key, CKA_EC_POINT));
  const std::string name = to_hex(parameters);
  const auto* curve =
      std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& one) { return one.parameters == name; });
  if (curve == kCurves.end())
    return fail("vault.curve", "the token's key is on a curve that is not used here");
  const ByteView point = unwrap_point(value);
  if (curve->type == crypto::KeyType::ed25519) return crypto::PublicKey::from_ed25519(point);
  return crypto::PublicKey::from_ec_point(curve->type, point);
}

}  // namespace imprimatur::devices
