#include "chip/byte_template.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace imprimatur::chip {
namespace {

std::string filled(std::string_view text, const SlotValues& values) {
  const auto parsed = ByteTemplate::parse(text);
  if (!parsed) return parsed.error().message;
  const auto bytes = parsed.value().fill(values);
  return bytes ? to_hex(bytes.value().reveal()) : bytes.error().message;
}

// iso7816.md: DG1 of 95 bytes, SFI 1, activated.
TEST(ByteTemplate, WritesTheFcpOfTheStandardsExample) {
  SlotValues values;
  values[Slot::file_id] = Secret(hex("0101"));
  values[Slot::file_size] = Secret(hex("005F"));
  values[Slot::short_id] = Secret(hex("08"));
  EXPECT_EQ(filled("62(820101 8302{file_id} 8002{file_size} 8801{short_id} 8A0105)", values),
            "6211820101830201018002005F8801088A0105");
}

// emrtd-applet.md: 62 L {04 L docNr} {04 06 birth} {04 06 expiry}, the number padded with <.
TEST(ByteTemplate, WritesTheDocumentKeysOfTheApplet) {
  SlotValues values;
  values[Slot::document_number] = Secret::copy_of(bytes_of("L898902C<"));
  values[Slot::birth_date] = Secret::copy_of(bytes_of("690806"));
  values[Slot::expiry_date] = Secret::copy_of(bytes_of("940623"));
  EXPECT_EQ(filled("62( 04({document_number}) 04({birth_date}) 04({expiry_date}) )", values),
            "621B04094C383938393032433C04063639303830360406393430363233");
}

// emrtd-applet.md: 60 00 04 81 80 n: the outer length is 00, the inner one has two bytes.
TEST(ByteTemplate, WritesLongLengths) {
  SlotValues values;
  values[Slot::aa_modulus] = Secret(Bytes(128, 0xAB));
  EXPECT_EQ(filled("6000 04({aa_modulus})", values).substr(0, 12), "6000048180AB");
  values[Slot::aa_modulus] = Secret(Bytes(256, 0xAB));
  EXPECT_EQ(filled("6000 04({aa_modulus})", values).substr(0, 14), "600004820100AB");
}

TEST(ByteTemplate, SaysWhatIsWrongAndWhere) {
  EXPECT_NE(filled("620", {}).find("character 1"), std::string::npos);
  EXPECT_NE(filled("62 {hope}", {}).find("character 4"), std::string::npos);
  EXPECT_NE(filled("62 {can", {}).find("not closed"), std::string::npos);
  EXPECT_NE(filled("62 (", {}).find("not closed"), std::string::npos);
  EXPECT_NE(filled("62 )", {}).find("not opened"), std::string::npos);
  EXPECT_NE(filled("((((((((((00))))))))))", {}).find("8 brackets"), std::string::npos);
  EXPECT_NE(filled(std::string(2049, '0'), {}).find("2048"), std::string::npos);
  EXPECT_NE(filled("62 {can}", {}).find("{can}"), std::string::npos);
}

TEST(ByteTemplate, KnowsItsGaps) {
  const auto parsed = ByteTemplate::parse("62(04({can})) {file_id}").value();
  EXPECT_EQ(parsed.slots(), (std::set<Slot>{Slot::can, Slot::file_id}));
  EXPECT_TRUE(is_secret(Slot::can));
  EXPECT_FALSE(is_secret(Slot::file_id));
}

}  // namespace
}  // namespace imprimatur::chip
