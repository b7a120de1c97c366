#include "audit/tiles.hpp"

#include <algorithm>

#include "base/byte_reader.hpp"
#include "base/files.hpp"

namespace imprimatur::audit {
namespace {

constexpr std::size_t kTilesKept = 64;

std::string three_digits(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(3 - digits.size(), '0') + digits;
}

// Groups of three digits, all but the last with an x: 1234067 → x001/x234/067.
std::string index_path(std::uint64_t index) {
  std::string path = three_digits(index % 1000);
  for (index /= 1000; index > 0; index /= 1000) path = "x" + three_digits(index % 1000) + "/" + path;
  return path;
}

// The file of a tile, or of the full tile that has taken its place.
Result<Bytes> read_tile(const std::filesystem::path& folder, const Tile& tile, std::size_t size_max) {
  auto content = read_file(folder / tile.path(), size_max);
  if (content || tile.width == kTileWidth) return content;
  return read_file(folder / Tile{tile.level, tile.index}.path(), size_max);
}

Error bad_tile(const Tile& tile, const std::string& what) {
  return fail("audit.tile", what, tile.path(), "Rebuild the files from the ledger, or fetch them again.");
}

Hash root_of(const std::vector<Hash>& hashes) {
  GrowingTree tree;
  for (const Hash& hash : hashes) tree.add(hash);
  return tree.root();
}

}  // namespace

std::string Tile::path() const {
  const std::string folder = level == kEntriesLevel ? "tile/entries/" : "tile/" + std::to_string(level) + "/";
  const std::string partial = width == kTileWidth ? "" : ".p/" + std::to_string(width);
  return folder + index_path(index) + partial;
}

std::uint64_t level_width(std::uint64_t size, int level) {
  return level == kEntriesLevel ? size : size >> (kTileHeight * level);
}

std::uint64_t partial_width(std::uint64_t size, int level) {
  return level_width(size, level) % kTileWidth;
}

void append_entry(Bytes& bundle, ByteView entry) {
  append_be(bundle, entry.size(), 2);
  append(bundle, entry);
}

Result<std::vector<std::string>> split_bundle(ByteView bundle, std::uint64_t count) {
  ByteReader reader(bundle, "entry bundle");
  std::vector<std::string> entries;
  while (entries.size() < count) {
    auto length = reader.take_be(2);
    if (!length) return fail("audit.bundle", length.error().message);
    auto entry = reader.take(length.value());
    if (!entry) return fail("audit.bundle", entry.error().message);
    entries.push_back(text_of(entry.value()));
  }
  return entries;
}

Tile TileReader::tile(int level, std::uint64_t index) const {
  const std::uint64_t width = level_width(size_, level);
  const std::uint64_t before = std::min(width, index * kTileWidth);
  return {level, index, std::min(kTileWidth, width - before)};
}

Result<std::vector<Hash>> TileReader::hashes(int level, std::uint64_t index) {
  const auto known = known_.find({level, index});
  if (known != known_.end()) return known->second;
  const Tile wanted = tile(level, index);
  if (wanted.width == 0) return bad_tile(wanted, "the log has no such tile");
  auto content = read_tile(folder_, wanted, kTileBytesMax);
  if (!content) return bad_tile(wanted, content.error().message);
  const Bytes& bytes = content.value();
  if (bytes.size() != wanted.width * kHashBytes && bytes.size() != kTileBytesMax) {
    return bad_tile(wanted, "the tile has " + std::to_string(bytes.size()) + " bytes");
  }
  std::vector<Hash> hashes(wanted.width);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * kHashBytes), kHashBytes, hashes[i].begin());
  }
  if (known_.size() >= kTilesKept) known_.erase(known_.begin());
  known_.emplace(std::pair{level, index}, hashes);
  return hashes;
}

Result<std::vector<std::string>> TileReader::entries(std::uint64_t index) {
  const Tile wanted = tile(kEntriesLevel, index);
  if (wanted.width == 0) return bad_tile(wanted, "the log has no such bundle");
  auto content = read_tile(folder_, wanted, kBundleBytesMax);
  if (!content) return bad_tile(wanted, content.error().message);
  auto entries = split_bundle(content.value(), wanted.width);
  if (!entries) return bad_tile(wanted, entries.error().message);
  return entries;
}

Result<Hash> TileReader::subtree(Subtree subtree) {
  const int level = subtree.level / kTileHeight;
  const int below = subtree.level % kTileHeight;  // levels inside the tile
  const std::uint64_t first = subtree.index << below;
  const auto count = static_cast<std::ptrdiff_t>(std::uint64_t{1} << below);
  TRY(auto all, hashes(level, first / kTileWidth));
  const auto offset = static_cast<std::ptrdiff_t>(first % kTileWidth);
  if (offset + count > static_cast<std::ptrdiff_t>(all.size())) {
    return bad_tile({level, first / kTileWidth, all.size()}, "the tile is too short");
  }
  return root_of({all.begin() + offset, all.begin() + offset + count});
}

}  // namespace imprimatur::audit
