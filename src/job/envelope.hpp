// The envelope in which a job is submitted, version 1 (design section 4): approval, salt, document, images.
#pragma once

#include "job/document.hpp"

namespace imprimatur::job {

struct Envelope {
  json::object approval;      // JWS, general JSON
  Bytes salt;                 // 32 bytes
  std::string document_text;  // the exact text that was approved
  Images images;
  std::string digest;  // SHA-256 of the envelope's bytes as received, base64url
};

// Reads the outer form and base64; the approval is verified by `examine_envelope` (intake.hpp).
// Errors envelope.syntax, envelope.version, envelope.salt, envelope.image with field.
Result<Envelope> parse_envelope(std::string_view text);
std::string write_envelope(const Envelope& envelope);

// base64url of SHA-256(salt ‖ document text): the `document` member of an approval.
std::string document_commitment(ByteView salt, std::string_view document_text);

}  // namespace imprimatur::job
