#include "devices/virtual_card/process/stored_card.hpp"

#include <fcntl.h>

#include "base/files.hpp"

namespace imprimatur::devices {

namespace {
constexpr std::size_t kCardFileSizeMax = 64U << 20;
}

Result<std::unique_ptr<StoredCard>> StoredCard::open(const std::filesystem::path& path, Random& random,
                                                     Settings settings) {
  TRY(auto content, read_file(path, kCardFileSizeMax));
  TRY(auto memory, Memory::load(content));
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file.valid() || ::ftruncate(file.get(), static_cast<off_t>(memory.loaded_size())) != 0) {
    return fail("file.open", "the card file cannot be opened for writing", path.string());
  }
  return std::make_unique<StoredCard>(std::move(memory), random, settings, std::move(file));
}

Status StoredCard::create(const std::filesystem::path& path, Memory blank) {
  return write_file(path, blank.take_unsaved(), {.mode = 0600, .durability = Durability::relaxed});
}

Status StoredCard::save() {
  const Bytes records = card_.take_unsaved();
  if (records.empty()) return ok();
  // One write of a whole command: a killed process leaves all of it or none.
  const ssize_t written = ::write(file_.get(), records.data(), records.size());
  const bool done =
      written == static_cast<ssize_t>(records.size()) && (!durable_ || ::fdatasync(file_.get()) == 0);
  if (!done) return fail("file.write", "a card file could not be written");
  return ok();
}

}  // namespace imprimatur::devices
