#include "crypto/signing_request.hpp"

#include <openssl/pem.h>

#include "crypto/certificate_extensions.hpp"
#include "crypto/der.hpp"
#include "crypto/key_impl.hpp"

namespace imprimatur::crypto {
namespace {

Error refused(std::string what, std::string field) {
  return fail("crypto.certificate_request", std::move(what), std::move(field));
}

Status check_request(const SigningRequest& request, const PublicKey& key) {
  TRY_STATUS(ossl::check_subject({.country = request.country,
                                  .icao_code = request.icao_code,
                                  .organization = request.organization,
                                  .common_name = request.common_name,
                                  .contact_mail = request.contact_mail,
                                  .document_types = request.document_types}));
  if (request.document_types.empty())
    return refused("a document signer has document types", "document_types");
  if (request.usage_from >= request.usage_to) return refused("the dates are not in order", "usage_to");
  if (key.type() == KeyType::rsa || key.type() == KeyType::ed25519) {
    return refused("document signers have EC keys", "key");
  }
  return ok();
}

// CertificationRequestInfo, version 0, with one attribute: extensionRequest (RFC 2985 section 5.4.2).
Bytes request_info(const SigningRequest& request, const PublicKey& key) {
  // A certificate that is never signed serves as the tray for key and extensions.
  const ossl::X509Certificate tray(X509_new());
  CHECK(tray != nullptr);
  ossl::set_public_key(tray.get(), key, request.parameters);
  ossl::add_key_usage(tray.get(), CertificateRole::document_signer);
  ossl::add_usage_period(tray.get(), request.usage_from, request.usage_to);
  ossl::add_subject_alternative_name(tray.get(), request.contact_mail, request.icao_code);
  ossl::add_document_types(tray.get(), request.document_types);
  const Bytes extensions =
      ossl::der_of<X509_EXTENSIONS>(i2d_X509_EXTENSIONS, X509_get0_extensions(tray.get()));
  const Bytes attribute =
      der::object(der::kSequence, {der::identifier(NID_ext_req), der::object(der::kSet, {extensions})});
  const ossl::Name subject = ossl::subject_name(request.country, request.organization, request.common_name);
  return der::object(der::kSequence,
                     {der::small_integer(0), ossl::der_of<X509_NAME>(i2d_X509_NAME, subject.get()),
                      ossl::der_of<X509_PUBKEY>(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(tray.get())),
                      der::object(der::kContext0, {attribute})});
}

}  // namespace

Result<Bytes> build_signing_request(const SigningRequest& request, const PublicKey& key,
                                    const Signer& signer) {
  const ossl::ErrorQueueGuard errors;
  TRY_STATUS(check_request(request, key));
  const auto algorithm = der::signature_algorithm(key.type());
  const Bytes info = request_info(request, key);
  TRY(auto raw_signature, signer(info));
  if (!key.verify(algorithm.hash, SignatureForm::raw, info, raw_signature)) {
    return fail("crypto.certificate_own_signature", "the signature that came back does not fit the key", {},
                "check that the token's private and public key belong together");
  }
  TRY(auto signature, ecdsa_raw_to_der(raw_signature));
  const Bytes no_unused_bits{0x00};
  return der::object(der::kSequence, {info, algorithm.signature_identifier(),
                                      der::object(der::kBitString, {no_unused_bits, signature})});
}

std::string signing_request_pem(ByteView der) {
  const auto bio = ossl::memory_bio();
  CHECK(PEM_write_bio(bio.get(), PEM_STRING_X509_REQ, "", der.data(), static_cast<long>(der.size())) > 0);
  return text_of(ossl::written(bio.get()));
}

}  // namespace imprimatur::crypto
