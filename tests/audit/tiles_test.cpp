#include "audit/tiles.hpp"

#include <gtest/gtest.h>

#include "tests/audit/vectors.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::audit {
namespace {

TEST(Tiles, NamesFilesAsTheExamplesDo) {
  for (const auto& line : tlog_vectors().at("tile_index_paths").as_array()) {
    const auto& vector = line.as_object();
    EXPECT_EQ((Tile{0, number_at(vector, "n")}.path()), "tile/0/" + text_at(vector, "path"));
    EXPECT_EQ((Tile{kEntriesLevel, number_at(vector, "n")}.path()),
              "tile/entries/" + text_at(vector, "path"));
  }
}

TEST(Tiles, CountsFullAndPartialTilesAsTheExamplesDo) {
  int seen = 0;
  for (const auto& line : tlog_vectors().at("tile_counts").as_array()) {
    const std::uint64_t size = number_at(line.as_object(), "tree_size");
    for (const auto& row : line.as_object().at("tiles").as_array()) {
      const auto& vector = row.as_object();
      const auto level = static_cast<int>(number_at(vector, "level"));
      const std::uint64_t full = number_at(vector, "full_tiles");
      const std::uint64_t partial = number_at(vector, "partial_width");
      EXPECT_EQ(level_width(size, level) / kTileWidth, full);
      EXPECT_EQ(partial_width(size, level), partial);
      if (partial != 0) {
        EXPECT_EQ((Tile{level, full, partial}.path()), text_at(vector, "partial_path"));
      }
      ++seen;
    }
  }
  EXPECT_GT(seen, 10);
}

TEST(Tiles, WritesAndSplitsTheBundleOfTheWorkedExample) {
  const auto worked = tlog_vectors().at("worked_example").as_object();
  Bytes bundle;
  std::vector<std::string> entries;
  for (const auto& entry : worked.at("entries").as_array()) {
    entries.push_back(text_at(entry.as_object(), "utf8"));
    append_entry(bundle, bytes_of(entries.back()));
  }
  EXPECT_EQ(to_hex_lower(bundle), text_at(worked.at("entry_bundle").as_object(), "content_hex"));
  EXPECT_EQ(split_bundle(bundle, 7).value(), entries);
  EXPECT_EQ(split_bundle(bundle, 8).error().code, "audit.bundle");
  bundle.pop_back();
  EXPECT_EQ(split_bundle(bundle, 7).error().code, "audit.bundle");
}

class TilesOnDisk : public testing::Test {
 protected:
  void put(const std::string& path, ByteView content) {
    std::filesystem::create_directories((folder / path).parent_path());
    ASSERT_TRUE(write_file(folder / path, content));
  }
  test_support::TemporaryFolder folder;
};

TEST_F(TilesOnDisk, ReadTheTileOfTheWorkedExample) {
  const auto worked = tlog_vectors().at("worked_example").as_object();
  const auto& tile = worked.at("tile").as_object();
  put(text_at(tile, "path"), from_hex(text_at(tile, "content_hex")).value());
  TileReader reader(folder.path(), 7);
  ASSERT_EQ(reader.hashes(0, 0).value().size(), 7U);
  EXPECT_EQ(reader.subtree({1, 0}).value(), hash_of_hex(worked.at("inner_nodes").as_object().at("0-1")));
  EXPECT_EQ(reader.subtree({2, 0}).value(), hash_of_hex(worked.at("inner_nodes").as_object().at("0-3")));
  const auto root = tree_root(7, [&reader](Subtree subtree) { return reader.subtree(subtree); });
  EXPECT_EQ(root.value(),
            hash_of_hex(worked.at("roots_by_size").as_array().at(7).as_object().at("root_hex")));
  EXPECT_FALSE(reader.subtree({3, 0}));
  EXPECT_FALSE(reader.hashes(0, 1));
}

TEST_F(TilesOnDisk, TakeTheBeginningOfAFullTileInPlaceOfAPartialOne) {
  Bytes full(kTileBytesMax);
  for (std::size_t i = 0; i < full.size(); ++i) full[i] = static_cast<std::uint8_t>(i / kHashBytes);
  put("tile/0/000", full);
  TileReader reader(folder.path(), 3);
  const auto hashes = reader.hashes(0, 0).value();
  ASSERT_EQ(hashes.size(), 3U);
  EXPECT_EQ(hashes[2][0], 2);
}

TEST_F(TilesOnDisk, RefuseATileOfAWrongSizeOrNone) {
  put("tile/0/000.p/3", Bytes(95));
  EXPECT_EQ(TileReader(folder.path(), 3).hashes(0, 0).error().code, "audit.tile");
  EXPECT_EQ(TileReader(folder.path(), 4).hashes(0, 0).error().code, "audit.tile");
  EXPECT_EQ(TileReader(folder.path(), 4).entries(0).error().code, "audit.tile");
}

}  // namespace
}  // namespace imprimatur::audit
