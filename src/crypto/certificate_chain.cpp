// verify_chain: OpenSSL's path check, with the one exception that the document PKI needs.
#include <openssl/x509_vfy.h>

#include <algorithm>

#include "crypto/certificate_impl.hpp"
#include "crypto/key_impl.hpp"

namespace imprimatur::crypto {
namespace {

using Store = ossl::Owned<X509_STORE, X509_STORE_free>;
using StoreContext = ossl::Owned<X509_STORE_CTX, X509_STORE_CTX_free>;

// ICAO 9303-12 asks for explicit curve parameters, which OpenSSL refuses (error 94). They are allowed
// when they are exactly those of a known curve: then nobody chose the parameters.
int allow_known_explicit_curves(int good, X509_STORE_CTX* context) {
  if (good == 1 || X509_STORE_CTX_get_error(context) != X509_V_ERR_EC_KEY_EXPLICIT_PARAMS) return good;
  EVP_PKEY* key = X509_get0_pubkey(X509_STORE_CTX_get_current_cert(context));
  if (key == nullptr || !ossl::type_of(key)) return 0;
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

const char* code_of(int error) {
  switch (error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return "crypto.chain_unknown_issuer";
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE:
    case X509_V_ERR_UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY:
      return "crypto.chain_signature";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "crypto.chain_expired";
    default:
      return "crypto.chain_usage";
  }
}

}  // namespace

Status verify_chain(const Certificate& certificate, const std::vector<Certificate>& anchors, WallTime at) {
  TRY_STATUS(find_anchor(certificate, anchors, at));
  return ok();
}

Result<Certificate> find_anchor(const Certificate& certificate, const std::vector<Certificate>& anchors,
                                WallTime at) {
  const ossl::ErrorQueueGuard errors;
  const Store store(X509_STORE_new());
  const StoreContext context(X509_STORE_CTX_new());
  CHECK(store != nullptr && context != nullptr);
  for (const auto& anchor : anchors) CHECK(X509_STORE_add_cert(store.get(), anchor.impl().get()) == 1);
  CHECK(X509_STORE_CTX_init(context.get(), store.get(), certificate.impl().get(), nullptr) == 1);
  X509_VERIFY_PARAM* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(parameters,
                             std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
  X509_VERIFY_PARAM_set_depth(parameters, 1);
  // An anchor is trusted by itself, link certificates included.
  CHECK(X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN) == 1);
  X509_STORE_CTX_set_verify_cb(context.get(), allow_known_explicit_curves);
  if (X509_verify_cert(context.get()) != 1) {
    const int error = X509_STORE_CTX_get_error(context.get());
    return fail(code_of(error), std::string("the certificate's chain is refused: ") +
                                    X509_verify_cert_error_string(error) + " (depth " +
                                    std::to_string(X509_STORE_CTX_get_error_depth(context.get())) + ")");
  }
  // Absent key usage reads as "everything": the profile makes it mandatory (9303-12 section 7.1).
  const std::uint32_t usage = X509_get_key_usage(certificate.impl().get());
  if (usage == UINT32_MAX || (usage & KU_DIGITAL_SIGNATURE) == 0) {
    return fail("crypto.chain_usage", "the certificate's key usage does not allow signing documents");
  }
  STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
  CHECK(chain != nullptr && sk_X509_num(chain) > 0);
  const X509* last = sk_X509_value(chain, sk_X509_num(chain) - 1);
  const auto anchor = std::find_if(anchors.begin(), anchors.end(), [last](const Certificate& each) {
    return X509_cmp(each.impl().get(), last) == 0;
  });
  CHECK(anchor != anchors.end());  // a chain that was found good ends in the store
  return *anchor;
}

}  // namespace imprimatur::crypto
