#include "tests/sim/disk.hpp"

#include <algorithm>

#include "tests/sim/disk_file.hpp"

namespace imprimatur::sim {
namespace {

constexpr std::size_t kSector = 512;

bool coin(std::mt19937_64& choose) {
  return (choose() & 1U) != 0;
}

}  // namespace

SimulatedDisk::SimulatedDisk() : glue_(std::make_unique<Glue>(*this)) {}
SimulatedDisk::~SimulatedDisk() = default;

int SimulatedDisk::before(DiskCall call) {
  if (powered_ && on_call) {
    if (const int fault = on_call(call); fault != SQLITE_OK) return fault;
  }
  return powered_ ? SQLITE_OK : SQLITE_IOERR;  // the power may have gone with this very call
}

SimulatedDisk::FilePtr SimulatedDisk::open(const std::string& name, bool make) {
  if (name.empty()) return std::make_shared<File>();
  const auto found = files_.find(name);
  if (found != files_.end()) return found->second;
  if (!make) return nullptr;
  auto file = std::make_shared<File>();
  file->name = name;
  files_[name] = file;
  return file;
}

void SimulatedDisk::apply(Bytes& content, const Write& write) {
  const auto offset = static_cast<std::size_t>(write.offset);
  if (write.truncates) return content.resize(offset);
  content.resize(std::max(content.size(), offset + write.bytes.size()));
  std::copy(write.bytes.begin(), write.bytes.end(),
            content.begin() + static_cast<std::ptrdiff_t>(write.offset));
}

// Sector by sector of the file, each as it was or as it was written.
void SimulatedDisk::apply_torn(Bytes& content, const Write& write, std::mt19937_64& choose) {
  std::size_t done = 0;
  while (done < write.bytes.size()) {
    const auto at = static_cast<std::size_t>(write.offset) + done;
    const std::size_t length = std::min(write.bytes.size() - done, kSector - at % kSector);
    if (coin(choose)) {
      const auto from = write.bytes.begin() + static_cast<std::ptrdiff_t>(done);
      apply(content,
            {static_cast<std::int64_t>(at), Bytes(from, from + static_cast<std::ptrdiff_t>(length)), false});
    }
    done += length;
  }
}

// Takes the room that the write needs, or all that is left.
ByteView SimulatedDisk::that_fits(const File& file, std::int64_t offset, ByteView bytes) {
  const std::int64_t end = offset + static_cast<std::int64_t>(bytes.size());
  const std::int64_t grows = std::max<std::int64_t>(0, end - static_cast<std::int64_t>(file.now.size()));
  if (!room || grows == 0) return bytes;
  const std::int64_t missing = std::max<std::int64_t>(0, grows - *room);
  *room -= grows - missing;
  return bytes.first(bytes.size() - static_cast<std::size_t>(std::min(missing, end - offset)));
}

int SimulatedDisk::write(File& file, std::int64_t offset, ByteView bytes) {
  if (const int fault = before(DiskCall::write); fault != SQLITE_OK) return fault;
  const ByteView fits = that_fits(file, offset, bytes);
  if (!fits.empty()) {
    file.unsynced.push_back({offset, Bytes(fits.begin(), fits.end()), false});
    apply(file.now, file.unsynced.back());
  }
  if (fits.size() == bytes.size()) return SQLITE_OK;
  ++refused;
  return SQLITE_FULL;
}

int SimulatedDisk::truncate(File& file, std::int64_t size) {
  if (const int fault = before(DiskCall::truncate); fault != SQLITE_OK) return fault;
  if (room) *room += std::max<std::int64_t>(0, static_cast<std::int64_t>(file.now.size()) - size);
  file.unsynced.push_back({size, {}, true});
  apply(file.now, file.unsynced.back());
  return SQLITE_OK;
}

int SimulatedDisk::sync(File& file) {
  const int fault = before(DiskCall::sync);
  if (!powered_) return SQLITE_IOERR;
  if (fault != SQLITE_OK) {
    // The kernel tells a failed write-back once and then takes the pages for clean: what did not reach the
    // disk by then never will, though reads still see it.
    for (const Write& write : file.unsynced) {
      if (coin(lost_writes_)) apply(file.durable, write);
    }
    file.unsynced.clear();
    return fault;
  }
  ++syncs_;
  for (const Write& write : file.unsynced) apply(file.durable, write);
  file.unsynced.clear();
  if (!file.entry_durable) removed_.clear();  // a new file's sync is one of its folder too
  file.entry_durable = true;
  return SQLITE_OK;
}

int SimulatedDisk::remove(const std::string& name, bool durably) {
  if (const int fault = before(DiskCall::remove); fault != SQLITE_OK) return fault;
  const auto found = files_.find(name);
  if (found == files_.end()) return SQLITE_IOERR_DELETE_NOENT;
  if (room) *room += static_cast<std::int64_t>(found->second->now.size());
  if (found->second->entry_durable) removed_[name] = found->second->durable;
  files_.erase(found);
  if (durably) removed_.clear();
  return SQLITE_OK;
}

Bytes SimulatedDisk::content_after_cut(const File& file, std::mt19937_64& choose) {
  Bytes content = file.durable;
  if (file.unsynced.empty()) return content;
  const std::size_t count = file.unsynced.size();
  // In the order in which they were made and then no more, as disks mostly do; or any of them.
  const bool in_order = coin(choose);
  const std::size_t whole = in_order ? choose() % (count + 1) : 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Write& write = file.unsynced[i];
    const bool torn = in_order ? i == whole : choose() % 4 == 0;
    if (torn && !write.truncates) {
      apply_torn(content, write, choose);
    } else if (in_order ? i < whole : coin(choose)) {
      apply(content, write);
    }
  }
  return content;
}

DiskImage SimulatedDisk::image(std::mt19937_64& choose) const {
  DiskImage image;
  for (const auto& [name, content] : removed_) {
    if (coin(choose)) image[name] = content;
  }
  for (const auto& [name, file] : files_) {
    if (file->entry_durable || coin(choose)) image[name] = content_after_cut(*file, choose);
  }
  return image;
}

DiskImage SimulatedDisk::image_with_all() const {
  DiskImage image;
  for (const auto& [name, file] : files_) image[name] = file->now;
  return image;
}

DiskImage SimulatedDisk::image_with_none() const {
  DiskImage image;
  for (const auto& [name, content] : removed_) image[name] = content;
  for (const auto& [name, file] : files_) {
    if (file->entry_durable) image[name] = file->durable;
  }
  return image;
}

std::size_t SimulatedDisk::unsynced() const {
  std::size_t count = 0;
  for (const auto& [name, file] : files_) count += file->unsynced.size();
  return count;
}

void SimulatedDisk::end_process() {
  for (auto& [name, file] : files_) {
    auto left = std::make_shared<File>();
    left->name = name;
    left->now = file->now;
    left->durable = file->durable;
    left->unsynced = file->unsynced;
    left->entry_durable = file->entry_durable;
    file = std::move(left);
  }
  powered_ = true;
}

void SimulatedDisk::boot(DiskImage image) {
  files_.clear();
  removed_.clear();
  for (auto& [name, content] : image) {
    auto file = std::make_shared<File>();
    file->name = name;
    file->now = content;
    file->durable = std::move(content);
    file->entry_durable = true;
    files_[name] = std::move(file);
  }
  powered_ = true;
}

}  // namespace imprimatur::sim
