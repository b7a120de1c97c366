#include "lds/biometric_templates.hpp"

#include "base/check.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::uint32_t kGroup = 0x7F61;
constexpr std::uint32_t kTemplate = 0x7F60;
constexpr std::uint32_t kCount = 0x02;
constexpr std::uint32_t kHeader = 0xA1;
constexpr std::uint32_t kData = 0x5F2E;
constexpr std::uint32_t kFiller = 0x53;
constexpr std::uint32_t kOlderFiller = 0x04;
constexpr std::uint8_t kFormatOwner[] = {0x01, 0x01};

Bytes encode_header(const BiometricTemplate& one) {
  Bytes content;
  if (one.type != 0) append(content, encode_tlv(0x81, Bytes{one.type}));
  if (one.subtype != 0) append(content, encode_tlv(0x82, Bytes{one.subtype}));
  append(content, encode_tlv(0x87, kFormatOwner));
  Bytes format_type;
  append_be(format_type, one.format_type, 2);
  append(content, encode_tlv(0x88, format_type));
  return encode_tlv(kHeader, content);
}

// Reads one 7F60; keeps the rules, so that each refusal names the file.
class TemplateReader {
 public:
  explicit TemplateReader(const TemplateRules& rules) : rules_(rules) {}

  Result<BiometricTemplate> read(ByteView content) const {
    ByteReader reader(content, "biometric template");
    TRY(const ByteView header, expect_tlv(reader, kHeader));
    TRY(BiometricTemplate one, read_header(header));
    TRY(const Tlv data, read_tlv(reader));
    if (!reader.at_end()) return refused("bytes stand behind a biometric record");
    if (data.tag != kData) return refused("a biometric record is not in the plain form 5F2E");
    one.data = data.value;
    return one;
  }

  Error refused(std::string_view sentence) const {
    return fail(rules_.code, std::string(sentence), rules_.file);
  }

 private:
  // Members that are not needed here (version, dates, creator) are only passed over.
  Result<BiometricTemplate> read_header(ByteView header) const {
    ByteReader reader(header, "biometric header");
    BiometricTemplate one;
    bool has_format = false;
    while (!reader.at_end()) {
      TRY(const Tlv member, read_tlv(reader));
      if (member.tag == 0x81 && !member.value.empty()) one.type = member.value.back();
      if (member.tag == 0x82 && !member.value.empty()) one.subtype = member.value.back();
      if (member.tag != 0x88) continue;
      if (member.value.size() != 2) return refused("a biometric header's format type is not two bytes");
      one.format_type = static_cast<std::uint16_t>(read_be(member.value));
      has_format = true;
    }
    if (!has_format) return refused("a biometric header names no format type");
    return one;
  }

  const TemplateRules& rules_;
};

}  // namespace

Bytes encode_templates(const std::vector<BiometricTemplate>& templates) {
  CHECK(templates.size() <= kTemplatesMax);
  Bytes content = encode_tlv(kCount, Bytes{static_cast<std::uint8_t>(templates.size())});
  for (const BiometricTemplate& one : templates) {
    append(content, encode_tlv(kTemplate, concat({encode_header(one), encode_tlv(kData, one.data)})));
  }
  return encode_tlv(kGroup, content);
}

Result<std::vector<BiometricTemplate>> decode_templates(ByteView content, const TemplateRules& rules) {
  TRY(const ByteView group, only_tlv(content, kGroup, rules.file));
  ByteReader reader(group, rules.file);
  const TemplateReader one_template(rules);
  TRY(const ByteView count, expect_tlv(reader, kCount));
  if (count.size() != 1 || count[0] > kTemplatesMax) {
    return one_template.refused("the number of templates is not 0 to 16");
  }
  std::vector<BiometricTemplate> templates;
  while (templates.size() < count[0]) {
    TRY(const ByteView inside, expect_tlv(reader, kTemplate));
    TRY(BiometricTemplate one, one_template.read(inside));
    templates.push_back(one);
  }
  if (templates.empty() && !reader.at_end()) {
    TRY(const Tlv filler, read_tlv(reader));
    if (filler.tag != kFiller && filler.tag != kOlderFiller) {
      return one_template.refused("something else than a filler follows an empty list");
    }
  }
  if (!reader.at_end()) return one_template.refused("more templates follow than are counted");
  return templates;
}

}  // namespace imprimatur::lds
