// Data groups as bytes (ICAO Doc 9303-10 section 4.6, 4.7). Encoders produce whole files with their outer
// tag; decoders never trust a length. Pure functions; any thread.
//
// Decoders answer the errors of tlv.hpp for wrong tags and lengths, and lds.com, lds.face_record, lds.dg3,
// lds.dg7, lds.dg11, lds.dg12, lds.dg13 or those of mrz.hpp for what is well formed but not allowed there.
// DG14 and DG15 are in security_infos.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "lds/files.hpp"
#include "lds/mrz.hpp"

namespace imprimatur::lds {

// EF.COM: LDS version "0108", Unicode "040000", tags of the groups present, ascending. Data groups only
// (CHECK).
Bytes encode_com(const std::vector<FileId>& groups);
Result<std::vector<FileId>> decode_com(ByteView file);

Bytes encode_dg1(const Mrz& mrz);
Result<Mrz> decode_dg1(ByteView file);

enum class ImageFormat { jpeg, jpeg2000 };
// By the image's own first bytes: JPEG (FF D8 FF), JPEG 2000 as a JP2 file or a bare codestream (ISO/IEC
// 15444-1 annexes I and A). Nothing for all else.
std::optional<ImageFormat> image_format_of(ByteView image);

struct FaceImage {
  ByteView image;  // borrowed
  // Nothing: image_format_of(image), and JPEG when that says nothing.
  std::optional<ImageFormat> format = std::nullopt;
  std::uint16_t width = 0;   // pixels
  std::uint16_t height = 0;  // pixels
  std::string sex;           // "M", "F", "" = unspecified: into the facial information block
};
// One ISO/IEC 19794-5 record in a CBEFF frame.
Bytes encode_dg2(const FaceImage& face);
struct DecodedFace {
  Bytes image;
  std::optional<ImageFormat> format;  // by the image itself, whatever the record says
  std::uint16_t width = 0;            // pixels, as the record says
  std::uint16_t height = 0;
  std::string sex;  // "M", "F" or ""
};
// The first face inside. Up to 16 faces.
Result<DecodedFace> decode_dg2(ByteView file);
Result<Bytes> decode_dg2_image(ByteView file);

// DG3, fingerprints. Records are opaque: ISO/IEC 19794-4, as the authority gave them.
struct FingerRecord {
  ByteView record;           // borrowed
  std::uint8_t subtype = 0;  // ISO/IEC 7816-11 table C.2: which finger; not 0
};
// One to 16 records (CHECK).
Bytes encode_dg3(const std::vector<FingerRecord>& fingers);
// No prints: 9303-10 asks for random bytes instead, so that documents differ. Not empty (CHECK).
Bytes encode_dg3_without_fingers(ByteView filler);
// Checks the whole file's structure. The records are borrowed from `file`.
Result<std::vector<FingerRecord>> decode_dg3(ByteView file);

// DG7, one image of a signature or usual mark, not empty (CHECK). Files of others have up to nine.
Bytes encode_dg7(ByteView image);
Result<std::vector<Bytes>> decode_dg7(ByteView file);

struct Dg11 {
  std::string full_name;  // primary<<secondary, national characters
  std::string personal_number;
  std::optional<Date> birth_date;
  std::string place_of_birth;  // parts separated by <
  std::string address;         // parts separated by <
  bool operator==(const Dg11&) const = default;
};
// Empty members are left out; 5C lists what is there. Unknown month or day: 00. Years 0 to 9999 (CHECK).
Bytes encode_dg11(const Dg11& details);
// Elements that `Dg11` has no member for are checked against 5C and left out.
Result<Dg11> decode_dg11(ByteView file);

struct Dg12 {
  std::string issuing_authority;
  std::optional<Date> issue_date;
  std::string observations;
  std::string tax_exit_requirements;
  std::optional<WallTime> personalised_at;  // to the second, UTC
  std::string system_serial;                // of the personalisation system
  bool operator==(const Dg12&) const = default;
};
// As with DG11: empty members are left out, foreign elements are checked and left out.
Bytes encode_dg12(const Dg12& details);
Result<Dg12> decode_dg12(ByteView file);

// DG13 as readers of the Vietnamese citizen card know it (vn-cccd facts, section 7): numbered fields.
struct Dg13Field {
  enum class Kind { printable, utf8, utf8_list } kind = Kind::utf8;
  int id = 0;
  std::vector<std::string> values;  // one, but any number for utf8_list
};
struct Dg13Options {
  bool outer_sequence = true;  // unconfirmed by any public text: a setting
};
// At most 64 fields with ids 0 to 127, each once, and 16 values in a list. Error lds.dg13 with the field.
Result<Bytes> encode_dg13(const std::vector<Dg13Field>& fields, Dg13Options options);
// Reads both forms, with and without the outer SEQUENCE.
Result<std::vector<Dg13Field>> decode_dg13(ByteView file);

}  // namespace imprimatur::lds
