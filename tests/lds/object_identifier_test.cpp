#include "lds/object_identifier.hpp"

#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

// X.690 section 8.19.5 (2.999.3), and identifiers of the standards as `openssl asn1parse -genstr OID:…`
// writes them.
const std::pair<const char*, const char*> kKnown[] = {
    {"2.999.3", "883703"},
    {"0.4.0.127.0.7.2.2.4.2.2", "04007F00070202040202"},
    {"2.23.136.1.1.5", "678108010105"},
    {"1.2.840.10045.4.3.2", "2A8648CE3D040302"},
    {"1.3.36.3.3.2.8.1.1.7", "2B2403030208010107"},
    {"1.39.4294967295", "4F8FFFFFFF7F"},
    {"0.0", "00"},
};

TEST(ObjectIdentifier, IsWrittenAndRead) {
  for (const auto& [dotted, content] : kKnown) {
    EXPECT_EQ(to_hex(encode_object_identifier(dotted)), content) << dotted;
    EXPECT_EQ(decode_object_identifier(hex(content)).value(), dotted);
  }
}

TEST(ObjectIdentifier, RefusesMalformedContent) {
  for (const char* content : {"", "2A86", "2A8003", "80", "2A9080808000"}) {
    EXPECT_EQ(code_of(decode_object_identifier(hex(content))), "lds.object_identifier") << content;
  }
  EXPECT_EQ(code_of(decode_object_identifier(Bytes(65, 1))), "lds.object_identifier");
}

}  // namespace
}  // namespace imprimatur::lds
