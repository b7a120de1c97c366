// What the tests of this room share: a renderer on the real templates and built fonts, fictional holders,
// and small templates made on the spot.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "crypto/digest.hpp"
#include "print/render.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::print {

inline std::filesystem::path templates_folder() {
  return SOURCE_DIR "/templates";
}

inline std::string sha256_of(ByteView bytes) {
  return to_hex_lower(crypto::sha256(bytes));
}

inline std::unique_ptr<FaceRenderer> new_renderer() {
  auto renderer = FaceRenderer::create({templates_folder(), FONTS_DIR}, &sha256_of);
  if (!renderer) {
    ADD_FAILURE() << renderer.error().message;
    return nullptr;
  }
  return std::move(renderer.value());
}

inline Bytes portrait() {
  return read_file(TEST_DATA_DIR "/portrait.jpg").value();
}

// A made-up holder; the MRZ's check digits are those of the layout in tests/data/vn-cccd.json.
inline FaceData citizen() {
  FaceData data;
  data.fields = {
      {"name_printed", "Nguyễn Hoàng Phương Thảo"},
      {"name_capitals", "NGUYỄN HOÀNG PHƯƠNG THẢO"},
      {"personal_number", "048301987654"},
      {"birth_date", "2001-08-19"},
      {"sex", "F"},
      {"nationality", "VNM"},
      {"place_of_origin", "Xã Hòa Ninh, Huyện Hòa Vang, Thành phố Đà Nẵng"},
      {"residence",
       "Số 128/4A, Đường Nguyễn Thị Minh Khai, Khu phố 5, Phường Võ Thị Sáu, Quận 3, Thành phố Hồ Chí Minh"},
      {"identifying_features", "Nốt ruồi cách 1,5 cm dưới sau đuôi mắt trái"},
      {"issue_date", "2021-05-31"},
      {"expiry_date", "2026-08-19"},
      {"document_number", "301987654"},
      {"issuer", "VNM"},
      {"mrz1", "IDVNM3019876547048301987654<<7"},
      {"mrz2", "0108191F2608190VNM<<<<<<<<<<<4"},
      {"mrz3", "NGUYEN<<HOANG<PHUONG<THAO<<<<<"},
      {"qr",
       "048301987654||Nguyễn Hoàng Phương Thảo|19082001|Nữ|Số 128/4A, Đường Nguyễn Thị Minh Khai, Khu phố "
       "5, Phường Võ Thị Sáu, Quận 3, Thành phố Hồ Chí Minh|31052021"},
  };
  data.images["face"] = portrait();
  return data;
}

// ICAO's specimen (Doc 9303-5, appendix B).
inline FaceData utopian() {
  FaceData data;
  data.fields = {
      {"primary_identifier", "Eriksson"},
      {"secondary_identifier", "Anna Maria"},
      {"birth_date", "1974-08-12"},
      {"sex", "F"},
      {"nationality", "UTO"},
      {"residence", "14 Harbour Row, Lower Zenith"},
      {"issue_date", "2007-04-15"},
      {"expiry_date", "2012-04-15"},
      {"document_number", "D23145890"},
      {"issuer", "UTO"},
      {"mrz1", "I<UTOD231458907<<<<<<<<<<<<<<<"},
      {"mrz2", "7408122F1204159UTO<<<<<<<<<<<6"},
      {"mrz3", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"},
      {"qr", "D23145890|Anna Maria Eriksson|19740812|20120415"},
  };
  data.images["face"] = portrait();
  return data;
}

// A template whose front has `elements` (JSON, comma-separated) and whose back is empty.
inline std::string template_with(const std::string& elements, const std::string& back = {}) {
  return R"({"version":1,"name":"test","title":"Test","card":"ID-1","colours":{},"styles":{},)"
         R"("words":{"sex":{"F":"Nữ","M":"Nam"}},"front":{"elements":[)" +
         elements + R"(]},"back":{"elements":[)" + back + "]}}";
}

inline Result<FaceTemplate> parse(const std::string& text) {
  return parse_face_template(text, {"ocr-b", "sans", "sans-bold", "sans-italic", "serif-bold"});
}

// One text element over the whole card, bound to the field "value".
inline FaceTemplate text_template(const std::string& members = R"("size":[6,12],"lines":8)") {
  return parse(template_with(
                   R"({"type":"text","name":"value","box":[2,2,80,50],"font":"sans","field":"value",)" +
                   members + "}"))
      .value();
}

// How many mutated inputs a test tries: `usual`, or what IMPRIMATUR_MUTATIONS says (10000 in the long run).
inline int mutations(int usual) {
  const char* wanted = std::getenv("IMPRIMATUR_MUTATIONS");
  return wanted != nullptr ? std::atoi(wanted) : usual;
}

inline bool has_finding(const std::vector<FaceFinding>& findings, const std::string& code,
                        const std::string& field) {
  for (const FaceFinding& finding : findings) {
    if (finding.code == code && finding.field == field) return true;
  }
  return false;
}

}  // namespace imprimatur::print
