// Data groups as bytes (ICAO Doc 9303-10 section 4.6, 4.7). Encoders produce whole files with their outer
// tag; decoders never trust a length. Pure functions; any thread.
//
// Decoders answer the errors of tlv.hpp for wrong tags and lengths, and lds.com, lds.face_record, lds.dg11,
// lds.dg13 or those of mrz.hpp for what is well formed but not allowed there.
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
struct FaceImage {
  ByteView image;  // borrowed
  ImageFormat format = ImageFormat::jpeg;
  std::uint16_t width = 0;   // pixels
  std::uint16_t height = 0;  // pixels
  std::string sex;           // "M", "F", "" = unspecified: into the facial information block
};
// One ISO/IEC 19794-5 record in a CBEFF frame.
Bytes encode_dg2(const FaceImage& face);
// The image bytes of the first face inside.
Result<Bytes> decode_dg2_image(ByteView file);

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
