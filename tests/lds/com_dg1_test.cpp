#include "lds/data_groups.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

const json::value& examples() {
  static const json::value value = vectors("lds.json").at("examples");
  return value;
}

const std::vector<FileId> kExampleGroups{FileId::dg1,  FileId::dg2,  FileId::dg11, FileId::dg12,
                                         FileId::dg13, FileId::dg14, FileId::dg15};

TEST(Com, WritesTheExample) {
  EXPECT_EQ(to_hex(encode_com(kExampleGroups)), to_hex(example("ef_com")));
  EXPECT_EQ(to_hex(encode_com({FileId::dg15, FileId::dg2, FileId::dg1, FileId::dg14, FileId::dg13,
                               FileId::dg12, FileId::dg11, FileId::dg1})),
            to_hex(example("ef_com")));
}

TEST(Com, ReadsTheExamplesAndThePublicDocument) {
  EXPECT_EQ(decode_com(example("ef_com")).value(), kExampleGroups);
  EXPECT_EQ(decode_com(hex(text_at(examples(), "/ef_com_9303_11"))).value(),
            (std::vector{FileId::dg1, FileId::dg2}));
  EXPECT_EQ(decode_com(hex_at(vectors("lds.json"), "/public_sod_example/ef_com")).value(),
            (std::vector{FileId::dg1, FileId::dg2, FileId::dg3, FileId::dg4, FileId::dg14}));
}

TEST(Com, RefusesWrongVersionsTagsAndLengths) {
  EXPECT_EQ(code_of(decode_com(hex("60145F0104303130585F36063034303030305C026175"))), "lds.com");
  EXPECT_EQ(code_of(decode_com(hex("60145F0104303130365F36063034303030305C026161"))), "lds.com");
  EXPECT_EQ(code_of(decode_com(hex("60145F0104303130365F36063034303030305C026162"))), "lds.com");
  EXPECT_EQ(code_of(decode_com(hex("60165F0104303130365F36063034303030305C0261755500"))), "lds.com");
  EXPECT_EQ(code_of(decode_com(hex("60145F0104303130365F36063034303030305C036175"))), "bytes.short");
  EXPECT_EQ(code_of(decode_com(hex("60145F0104303130365F36063034303030305C02617500"))), "tlv.trailing");
  EXPECT_EQ(code_of(decode_com(hex("61145F0104303130365F36063034303030305C026175"))), "tlv.unexpected");
  // The negative vector: its list counts eight tags where seven stand.
  EXPECT_EQ(code_of(decode_com(hex_at(vectors("lds.json"), "/negative/2/ef_com"))), "no error");
}

TEST(Dg1, WritesAndReadsTheExample) {
  const std::string zone = text_at(examples(), "/dg1/mrz");
  const Mrz mrz{{zone.substr(0, 30), zone.substr(30, 30), zone.substr(60)}};
  EXPECT_EQ(to_hex(encode_dg1(mrz)), to_hex(example("dg1")));
  EXPECT_EQ(decode_dg1(example("dg1")).value().lines, mrz.lines);
}

TEST(Dg1, RefusesOtherDocumentSizesAndTrailingBytes) {
  EXPECT_EQ(code_of(decode_dg1(hex_at(vectors("lds.json"), "/public_sod_example/dg1"))), "mrz.length");
  Bytes longer = example("dg1");
  longer.push_back(0);
  EXPECT_EQ(code_of(decode_dg1(longer)), "tlv.trailing");
  EXPECT_EQ(code_of(decode_dg1({})), "bytes.short");
}

}  // namespace
}  // namespace imprimatur::lds
