// JWS in general JSON form (RFC 7515 section 7.2.1) with ES256, ES384 and EdDSA: the form of every
// signed decision. Strict: duplicate members, unprotected headers, `crit`, `b64`, unknown
// algorithms and padded base64 are refused, each with its own code (jws.*).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "crypto/keys.hpp"

namespace imprimatur::crypto {

struct JwsSignature {
  std::string protected_text;  // base64url as received
  std::string algorithm;       // alg of the protected header
  std::string kid;
  Bytes signature;
};

struct Jws {
  std::string payload_text;              // base64url as received: what is signed
  std::string payload;                   // decoded
  std::vector<JwsSignature> signatures;  // 1 to 16
};

// Reads; verifies nothing. `kid` is empty when the header has none. Errors jws.syntax (general form
// only, payload at most 1 MiB of base64url), jws.duplicate, jws.crit, jws.b64, jws.unprotected_header,
// jws.algorithm (not one of the three), jws.too_many_signatures.
Result<Jws> parse_jws(const json::object& general);

// The general form again, with what is verified and nothing else: members that no signature covers are left
// out.
json::object general_form(const Jws& jws);

// True when `signature` of `jws` is good under `key` *and* its alg is the one that fits the key's
// type: the verifier fixes the algorithm by key, never by header.
bool verify_jws_signature(const Jws& jws, const JwsSignature& signature, const PublicKey& key);

struct JwsSigner {
  std::string kid;
  const PrivateKey* key = nullptr;  // borrowed for the call
};

// A general JWS over `payload` signed by each signer. CHECK: at least one signer.
json::object sign_jws(std::string_view payload, const std::vector<JwsSigner>& signers);

}  // namespace imprimatur::crypto
