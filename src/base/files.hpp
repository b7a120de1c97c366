// Files: whole reads with a limit, and writes that are complete or not there at all.
#pragma once

#include <filesystem>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur {

// The whole file. Errors file.open, file.read, file.too_large. Blocks.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t size_max = 64U << 20);
Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t size_max = 64U << 20);

enum class Durability { synced, relaxed };
struct WriteOptions {
  unsigned mode = 0644;
  Durability durability = Durability::synced;
};

// Writes to a temporary name beside it, syncs (file and folder), renames over `path`. After a power
// loss either the old or the new file is there, whole. Makes no folders. Error file.write.
Status write_file(const std::filesystem::path& path, ByteView content, WriteOptions options = {});

// Makes the folder and its parents. Error file.make_folder.
Status make_folders(const std::filesystem::path& path);

}  // namespace imprimatur
