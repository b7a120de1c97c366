// DG3 and DG7: what a job's images say of a holder beside the face. Fingerprints are opaque records (ISO/IEC
// 19794-4, as the authority gave them) under the names finger_HAND_WHICH: HAND is right or left, WHICH thumb,
// index, middle, ring or little; type application/octet-stream. `signature` is a JPEG or JPEG 2000.
//
// Pure functions; any thread. Errors content.finger and content.signature with the field.
#pragma once

#include <optional>

#include "job/document.hpp"

namespace imprimatur::job {

// ISO/IEC 7816-11 table C.2, as DG3 tells which finger. Nothing for all other names.
std::optional<std::uint8_t> finger_subtype(std::string_view image_name);

// Nothing when the job has no fingerprints.
Result<std::optional<Bytes>> compose_dg3(const JobDocument& document, const Images& images);
// DG3 that says that there are none. Its filler follows from the document, so that it is the same each time
// it is composed, and nobody who does not have the document can guess it (ICAO Doc 9303-10 section 4.7.3).
Bytes compose_dg3_without_fingers(const JobDocument& document);

// Nothing when the job has no signature.
Result<std::optional<Bytes>> compose_dg7(const JobDocument& document, const Images& images);

}  // namespace imprimatur::job
