#include "crypto/cms.hpp"

#include <optional>

#include "crypto/certificate_impl.hpp"
#include "crypto/der.hpp"

namespace imprimatur::crypto {
namespace {

constexpr std::size_t kContentInfoMax = 256U << 10;

using CertificateStack = ossl::Owned<STACK_OF(X509), [](STACK_OF(X509) * list) { sk_X509_free(list); }>;

Error bad_syntax(std::string what) {
  return fail("crypto.cms_syntax", std::move(what));
}

// Attribute ::= SEQUENCE { type, SET { value } }
Bytes attribute(int nid, ByteView value) {
  return der::object(der::kSequence, {der::identifier(nid), der::object(der::kSet, {value})});
}

// The signed attributes with the tag under which they are signed, SET OF (RFC 5652 section 5.4).
Bytes signed_attributes(ByteView content_type, ByteView content, HashAlgorithm hash) {
  return der::set_of(
      {attribute(NID_pkcs9_contentType, content_type),
       attribute(NID_pkcs9_messageDigest, der::object(der::kOctetString, {digest(hash, content)}))});
}

Bytes issuer_and_serial(const X509* certificate) {
  return der::object(der::kSequence,
                     {ossl::der_of<X509_NAME>(i2d_X509_NAME, X509_get_issuer_name(certificate)),
                      ossl::der_of<ASN1_INTEGER>(i2d_ASN1_INTEGER, X509_get0_serialNumber(certificate))});
}

std::string oid_text(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  if (size <= 0 || static_cast<std::size_t>(size) >= text.size()) return {};
  return text.data();
}

// Structure that the SOD's profile asks for, before any signature is looked at.
Status check_structure(CMS_ContentInfo* cms) {
  if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) return bad_syntax("the content is not signedData");
  ASN1_OCTET_STRING** content = CMS_get0_content(cms);
  if (content == nullptr || *content == nullptr) return bad_syntax("signedData carries no content");
  STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms);
  if (signers == nullptr || sk_CMS_SignerInfo_num(signers) != 1)
    return bad_syntax("signedData has not one signer");
  if (CMS_signed_get_attr_count(sk_CMS_SignerInfo_value(signers, 0)) < 2) {
    return bad_syntax("the signer has no signed attributes");
  }
  return ok();
}

bool signs_documents(const PublicKey& key) {
  return key.type() != KeyType::rsa && key.type() != KeyType::ed25519;
}

// The ContentInfo as this file writes it. `content_type` and `signature` in DER; CHECK: an EC key.
Bytes assemble(const Certificate& certificate, ByteView content_type, ByteView content,
               const Bytes& attributes, ByteView signature) {
  const auto algorithm = der::signature_algorithm(certificate.public_key().type());
  Bytes tagged_attributes = attributes;
  tagged_attributes[0] = der::kContext0;
  const Bytes signer_info = der::object(
      der::kSequence,
      {der::small_integer(1), issuer_and_serial(certificate.impl().get()), algorithm.hash_identifier(),
       tagged_attributes, algorithm.signature_identifier(), der::object(der::kOctetString, {signature})});
  const Bytes encapsulated =
      der::object(der::kSequence,
                  {content_type, der::object(der::kContext0, {der::object(der::kOctetString, {content})})});
  // Version 3 because the content is not id-data (RFC 5652 section 5.1).
  const Bytes signed_data =
      der::object(der::kSequence,
                  {der::small_integer(3), der::object(der::kSet, {algorithm.hash_identifier()}), encapsulated,
                   der::object(der::kContext0, {certificate.der()}), der::object(der::kSet, {signer_info})});
  return der::object(der::kSequence,
                     {der::identifier(NID_pkcs7_signed), der::object(der::kContext0, {signed_data})});
}

// Where the changing parts stand in what `assemble` writes. Only a guess for other bytes.
struct Parts {
  ByteView content_type;  // whole object
  ByteView content;
  ByteView signature;
};

// Takes the next object of `tag` off `rest`: its value; nothing when there is none that fits.
std::optional<ByteView> take(ByteView& rest, std::uint8_t tag) {
  if (rest.size() < 2 || rest[0] != tag) return std::nullopt;
  std::size_t header = 2;
  std::size_t length = rest[1];
  if (length >= 0x80) {
    const std::size_t width = length - 0x80;
    if (width == 0 || width > 3 || rest.size() < header + width) return std::nullopt;
    length = read_be(rest.subspan(header, width));
    header += width;
  }
  if (rest.size() - header < length) return std::nullopt;
  const ByteView value = rest.subspan(header, length);
  rest = rest.subspan(header + length);
  return value;
}

// The value inside objects of `tags`, each the first thing in the one before.
std::optional<ByteView> descend(ByteView bytes, std::initializer_list<std::uint8_t> tags) {
  for (const std::uint8_t tag : tags) {
    const auto value = take(bytes, tag);
    if (!value) return std::nullopt;
    bytes = *value;
  }
  return bytes;
}

std::optional<Parts> parts_of(ByteView content_info_der) {
  auto rest = descend(content_info_der, {der::kSequence});
  if (!rest || !take(*rest, der::kObjectIdentifier)) return std::nullopt;
  rest = descend(*rest, {der::kContext0, der::kSequence});
  if (!rest || !take(*rest, der::kInteger) || !take(*rest, der::kSet)) return std::nullopt;
  auto encapsulated = take(*rest, der::kSequence);
  if (!encapsulated || !take(*rest, der::kContext0)) return std::nullopt;
  Parts parts;
  const ByteView from_type = *encapsulated;
  if (!take(*encapsulated, der::kObjectIdentifier)) return std::nullopt;
  parts.content_type = from_type.first(from_type.size() - encapsulated->size());
  const auto content = descend(*encapsulated, {der::kContext0, der::kOctetString});
  auto signer = descend(*rest, {der::kSet, der::kSequence});
  if (!content || !signer) return std::nullopt;
  for (const std::uint8_t tag :
       {der::kInteger, der::kSequence, der::kSequence, der::kContext0, der::kSequence}) {
    if (!take(*signer, tag)) return std::nullopt;
  }
  const auto signature = take(*signer, der::kOctetString);
  if (!signature) return std::nullopt;
  parts.content = *content;
  parts.signature = *signature;
  return parts;
}

// The signed data when they are, byte for byte, what this file writes for `certificate`, and the signature is
// good. Nothing of what was read is believed: the whole is written again from the parts and compared.
std::optional<SignedData> verify_as_written(ByteView content_info_der, const Certificate& certificate) {
  const PublicKey key = certificate.public_key();
  const auto parts = parts_of(content_info_der);
  if (!parts || !signs_documents(key)) return std::nullopt;
  const HashAlgorithm hash = der::signature_algorithm(key.type()).hash;
  const Bytes attributes = signed_attributes(parts->content_type, parts->content, hash);
  const Bytes written =
      assemble(certificate, parts->content_type, parts->content, attributes, parts->signature);
  if (!equal(written, content_info_der)) return std::nullopt;
  if (!key.verify(hash, SignatureForm::der, attributes, parts->signature)) return std::nullopt;
  const unsigned char* at = parts->content_type.data();
  const ossl::Object type(d2i_ASN1_OBJECT(nullptr, &at, static_cast<long>(parts->content_type.size())));
  if (!type) return std::nullopt;
  return SignedData{
      .content_type = oid_text(type.get()), .content = copy_of(parts->content), .signer = certificate};
}

}  // namespace

Result<Bytes> build_signed_data(std::string_view content_type_oid, ByteView content,
                                const Certificate& certificate, const Signer& signer) {
  const ossl::ErrorQueueGuard errors;
  const ossl::Object type(OBJ_txt2obj(std::string(content_type_oid).c_str(), 1));
  if (!type) return bad_syntax("the content type is not an object identifier");
  const PublicKey key = certificate.public_key();
  if (!signs_documents(key)) return bad_syntax("documents are signed with EC keys");
  const Bytes content_type = ossl::der_of<ASN1_OBJECT>(i2d_ASN1_OBJECT, type.get());
  const HashAlgorithm hash = der::signature_algorithm(key.type()).hash;
  const Bytes attributes = signed_attributes(content_type, content, hash);
  TRY(auto raw_signature, signer(attributes));
  if (!key.verify(hash, SignatureForm::raw, attributes, raw_signature)) {
    return fail("crypto.cms_own_signature",
                "the signature that came back does not fit the signer's certificate", {},
                "check that the token's key and the document signer's certificate belong together");
  }
  TRY(auto signature, ecdsa_raw_to_der(raw_signature));
  return assemble(certificate, content_type, content, attributes, signature);
}

Result<SignedData> verify_signed_data(ByteView content_info_der, const Certificate* expected_signer) {
  const ossl::ErrorQueueGuard errors;
  if (content_info_der.size() > kContentInfoMax) return bad_syntax("signed data larger than 256 KiB");
  if (expected_signer != nullptr) {
    if (auto known = verify_as_written(content_info_der, *expected_signer)) return std::move(*known);
  }
  const unsigned char* at = content_info_der.data();
  const ossl::ContentInfo cms(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(content_info_der.size())));
  if (!cms) return bad_syntax("signed data cannot be read");
  if (at != content_info_der.data() + content_info_der.size())
    return bad_syntax("bytes follow after the signed data");
  TRY_STATUS(check_structure(cms.get()));
  const auto content = ossl::memory_bio();
  // Trust in the certificate is verify_chain's matter.
  if (CMS_verify(cms.get(), nullptr, nullptr, nullptr, content.get(),
                 CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1) {
    return fail("crypto.cms_signature",
                "signature, message digest or content type of the signed data is wrong");
  }
  const CertificateStack signers(CMS_get0_signers(cms.get()));
  if (!signers || sk_X509_num(signers.get()) != 1)
    return bad_syntax("the signer's certificate is not inside");
  X509* borrowed = sk_X509_value(signers.get(), 0);
  CHECK(X509_up_ref(borrowed) == 1);
  TRY(auto signer, CertificateImpl::make(ossl::X509Certificate(borrowed)));
  return SignedData{.content_type = oid_text(CMS_get0_eContentType(cms.get())),
                    .content = copy_of(ossl::written(content.get())),
                    .signer = std::move(signer)};
}

}  // namespace imprimatur::crypto
