// DG3, fingerprints (ICAO Doc 9303-10 section 4.7.3). The records (ISO/IEC 19794-4) are opaque: whoever took
// the prints answers for them, and the station neither opens nor shows them.
#include "base/check.hpp"
#include "lds/biometric_templates.hpp"
#include "lds/data_groups.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::uint8_t kFinger = 0x08;
constexpr std::uint16_t kFingerImage = 0x0007;  // ISO/IEC 19794-4
constexpr TemplateRules kRules{"lds.dg3", "DG3"};

}  // namespace

Bytes encode_dg3(const std::vector<FingerRecord>& fingers) {
  CHECK(!fingers.empty());
  std::vector<BiometricTemplate> templates;
  for (const FingerRecord& finger : fingers) {
    CHECK(finger.subtype != 0);
    templates.push_back({kFinger, finger.subtype, kFingerImage, finger.record});
  }
  return encode_tlv(tag_of(FileId::dg3), encode_templates(templates));
}

Bytes encode_dg3_without_fingers(ByteView filler) {
  CHECK(!filler.empty());
  const Bytes list = encode_tlv(0x7F61, concat({encode_tlv(0x02, Bytes{0x00}), encode_tlv(0x53, filler)}));
  return encode_tlv(tag_of(FileId::dg3), list);
}

Result<std::vector<FingerRecord>> decode_dg3(ByteView file) {
  TRY(const ByteView content, only_tlv(file, tag_of(FileId::dg3), kRules.file));
  TRY(const auto templates, decode_templates(content, kRules));
  std::vector<FingerRecord> fingers;
  for (const BiometricTemplate& one : templates) {
    if (one.format_type != kFingerImage) {
      return fail(kRules.code, "a record is not of the format ISO/IEC 19794-4", kRules.file);
    }
    // 9303-10 table 46: the subtype says which finger, and is mandatory here.
    if (one.subtype == 0) return fail(kRules.code, "a template does not say which finger it is", kRules.file);
    if (one.data.empty()) return fail(kRules.code, "a record is empty", kRules.file);
    fingers.push_back({one.data, one.subtype});
  }
  return fingers;
}

}  // namespace imprimatur::lds
