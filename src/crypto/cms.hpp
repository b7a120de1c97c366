// CMS SignedData (RFC 5652) as EF.SOD uses it (ICAO 9303-10 section 4.6.2): one signer, his
// certificate inside, signed attributes contentType and messageDigest (and signingTime), DER.
#pragma once

#include "crypto/certificate.hpp"

namespace imprimatur::crypto {

struct SignedData {
  std::string content_type;  // OID, dotted
  Bytes content;             // eContent octets
  Certificate signer;        // the signer's certificate as found inside
};

// ContentInfo DER. SHA-256; SignedData.version 3, SignerInfo version 1 (issuerAndSerialNumber).
// `signer` is called once with the DER of the signed attributes (SET OF, tag 31).
// The signature is verified before it is returned: a token that answers nonsense is an error
// (crypto.cms_own_signature).
Result<Bytes> build_signed_data(std::string_view content_type_oid, ByteView content,
                                const Certificate& certificate, const Signer& signer);

// Parses and verifies signature, messageDigest and contentType; says nothing about trust in the
// certificate (verify_chain). Never trusts lengths; errors crypto.cms_syntax, crypto.cms_signature.
// `expected_signer`: who probably signed. When these are the bytes that build_signed_data writes for that
// certificate, the certificate and its key need not be decoded again, which takes longer than the signature's
// verification; in all other cases the answer is the same as without. Borrowed for the call.
Result<SignedData> verify_signed_data(ByteView content_info_der,
                                      const Certificate* expected_signer = nullptr);

}  // namespace imprimatur::crypto
