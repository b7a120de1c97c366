// The frame of DG2, DG3 and DG4 (ICAO Doc 9303-10 section 4.7.2, tables of CBEFF; ISO/IEC 7816-11): 7F61 with
// a count and one 7F60 a template, each with a header A1 and its data. For this room's own files only.
#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::lds {

inline constexpr std::size_t kTemplatesMax = 16;

struct BiometricTemplate {
  std::uint8_t type = 0;          // 81: 02 face, 08 finger; 0: not given
  std::uint8_t subtype = 0;       // 82: which finger; 0: not given
  std::uint16_t format_type = 0;  // 88: 0007 finger image, 0008 face
  ByteView data;                  // of 5F2E, borrowed
};

// 7F61 with the templates, at most kTemplatesMax (CHECK). Format owner 0101 (ISO/IEC JTC 1/SC 37).
Bytes encode_templates(const std::vector<BiometricTemplate>& templates);

// `content` is what stands in the group's outer tag: 7F61 alone. An empty list may be followed by a filler
// (53, or the 04 of older texts), which makes documents without prints differ. Data that are TLV themselves
// (7F2E) are refused: ISO/IEC 39794 is not read here. Errors of tlv.hpp and `code`.
struct TemplateRules {
  const char* code;
  const char* file;
};
Result<std::vector<BiometricTemplate>> decode_templates(ByteView content, const TemplateRules& rules);

}  // namespace imprimatur::lds
