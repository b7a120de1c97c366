// What a face binds to: the values of one card by name. Plain data, made by the caller from the job
// document; a face template says which of them it shows and how.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/bytes.hpp"

namespace imprimatur::print {

// Text is UTF-8 in NFC. Dates are "YYYY-MM-DD" (unknown parts as "00" or "XX"), sex is "M", "F" or "X",
// nationality is the three-letter code where the template translates it. An absent field counts as empty.
//
// Names in use (job::compose_face_fields makes them): name_printed, name_capitals, primary_identifier,
// secondary_identifier, personal_number, document_number, birth_date, sex, nationality, place_of_origin,
// residence, identifying_features, issue_date, expiry_date (empty: no limit), issuer, mrz1, mrz2, mrz3, qr
// (the payload as text). Images: face (JPEG).
struct FaceData {
  std::map<std::string, std::string> fields;
  std::map<std::string, Bytes> images;
};

// One thing that keeps a face from being printed: what the operator or the submitter has to put right.
// `code` is stable ("face.does_not_fit"), `field` is the bound field (or the element's name where it is
// static), `sentence` is for people. The value itself is personal and never in it.
struct FaceFinding {
  std::string code;
  std::string field;
  std::string sentence;
};

// SHA-256 of bytes as lower-case hex. Passed in, since this room does not use `crypto`.
using Sha256Hex = std::function<std::string(ByteView)>;

}  // namespace imprimatur::print
