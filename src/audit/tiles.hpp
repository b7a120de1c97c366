// The files of a log (C2SP tlog-tiles): paths, tiles of hashes, bundles of entries. Blocks on the disk.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "audit/merkle.hpp"

namespace imprimatur::audit {

inline constexpr std::uint64_t kTileWidth = 256;  // hashes of a full tile
inline constexpr int kTileHeight = 8;             // levels of the tree in a tile
inline constexpr std::size_t kHashBytes = 32;
inline constexpr std::size_t kTileBytesMax = kTileWidth * kHashBytes;
inline constexpr std::size_t kBundleBytesMax = kTileWidth * (2 + 65535);
inline constexpr int kTileLevelsMax = 8;  // 256^8 leaves: as many as a sequence can count

// Entry bundles are named as a level of their own.
inline constexpr int kEntriesLevel = -1;

struct Tile {
  int level = 0;  // kEntriesLevel for an entry bundle
  std::uint64_t index = 0;
  std::uint64_t width = kTileWidth;  // 1 to 256; less than 256 is a partial one
  std::string path() const;          // "tile/0/x001/234.p/7"
};

// How many hashes of a level a tree of `size` leaves has.
std::uint64_t level_width(std::uint64_t size, int level);
// How many of them are in the level's last tile when that is partial; 0 when there is no partial one.
std::uint64_t partial_width(std::uint64_t size, int level);

// Adds an entry to a bundle: length in two bytes, big-endian, and the entry (at most 65,535 bytes).
void append_entry(Bytes& bundle, ByteView entry);
// The first `count` entries of a bundle. Error audit.bundle.
Result<std::vector<std::string>> split_bundle(ByteView bundle, std::uint64_t count);

// Reads a log's files, and remembers the tiles it has read last. One thread at a time.
class TileReader {
 public:
  // The log has `size` leaves.
  TileReader(std::filesystem::path folder, std::uint64_t size) : folder_(std::move(folder)), size_(size) {}

  // The hashes of a tile, as many as the log's size gives it. A partial tile may have been replaced by the
  // full one since: then its beginning is taken. Error audit.tile with the path.
  Result<std::vector<Hash>> hashes(int level, std::uint64_t index);
  Result<std::vector<std::string>> entries(std::uint64_t index);

  // For the functions of merkle.hpp.
  Result<Hash> subtree(Subtree subtree);

 private:
  Tile tile(int level, std::uint64_t index) const;

  std::filesystem::path folder_;
  std::uint64_t size_;
  std::map<std::pair<int, std::uint64_t>, std::vector<Hash>> known_;  // at most kTilesKept (tiles.cpp)
};

}  // namespace imprimatur::audit
