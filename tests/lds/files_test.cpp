#include "lds/files.hpp"

#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

// The table of ICAO Doc 9303-10 as the vectors have it, without the files that this station does not write.
TEST(Files, AgreeWithTheTableOfIcao) {
  int known = 0;
  const json::object data = vectors("lds.json");
  for (const json::value& row : data.at("files").as_array()) {
    const std::string ef = text_at(row, "/ef");
    const bool group = ef.starts_with("EF.DG");
    const auto file = file_named(group ? ef.substr(3) : ef);
    const bool left_out = ef == "EF.DIR" || ef == "EF.ATR/INFO" || ef == "EF.CardSecurity";
    ASSERT_EQ(file.has_value(), !left_out) << ef;
    if (!file) continue;
    ++known;
    EXPECT_EQ(fid(*file), read_be(hex_at(row, "/fid"))) << ef;
    EXPECT_EQ(tag_of(*file), read_be(hex_at(row, "/tag"))) << ef;
    EXPECT_EQ(name_of(*file), group ? ef.substr(3) : ef);
    EXPECT_EQ(data_group_number(*file).has_value(), group) << ef;
    if (group) {
      EXPECT_EQ(*data_group_number(*file), std::stoi(ef.substr(5)));
      EXPECT_EQ(data_group(std::stoi(ef.substr(5))), *file);
    }
  }
  EXPECT_EQ(known, 19);
}

TEST(Files, KnowNoOtherGroupsAndNames) {
  EXPECT_FALSE(data_group(0));
  EXPECT_FALSE(data_group(17));
  EXPECT_FALSE(file_named("DG17"));
  EXPECT_FALSE(file_named(""));
}

}  // namespace
}  // namespace imprimatur::lds
