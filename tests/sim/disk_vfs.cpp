// What SQLite asks of a file system (sqlite.org/c3ref/vfs.html, io_methods.html), answered by the disk.
#include <algorithm>
#include <cstring>
#include <new>

#include "base/check.hpp"
#include "tests/sim/disk_file.hpp"

namespace imprimatur::sim {
namespace {

constexpr int kPathMax = 512;
constexpr int kSectorSize = 4096;  // as SQLite's own file system says

}  // namespace

struct SimulatedDisk::Glue::Handle {
  sqlite3_file base;
  SimulatedDisk* disk;
  FilePtr* file;  // SQLite allocates handles without constructing them
  int level;
  bool maps;
  unsigned shared_slots, exclusive_slots;

  static Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  File& get() const { return **file; }
};

SimulatedDisk::Glue::Glue(SimulatedDisk& owner)
    : disk(owner), before(sqlite3_vfs_find(nullptr)), name(std::string("disk-on-") + before->zName) {
  CHECK(sqlite3_vfs_find(name.c_str()) == nullptr);
  vfs = *before;  // sleeping, loading and error texts stay as they are
  vfs.iVersion = 2;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = kPathMax;
  vfs.pNext = nullptr;
  vfs.zName = name.c_str();
  vfs.pAppData = &disk;
  vfs.xOpen = open;
  vfs.xDelete = remove;
  vfs.xAccess = access;
  vfs.xRandomness = randomness;
  CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
  sqlite3_randomness(0, nullptr);  // begins anew, from this disk's
}

SimulatedDisk::Glue::~Glue() {
  sqlite3_vfs_unregister(&vfs);
  sqlite3_vfs_register(before, 1);
  sqlite3_randomness(0, nullptr);
}

int SimulatedDisk::Glue::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                              int* out_flags) {
  static const sqlite3_io_methods kMethods = {
      .iVersion = 2,
      .xClose = close,
      .xRead = read,
      .xWrite = write,
      .xTruncate = truncate,
      .xSync = sync,
      .xFileSize = size,
      .xLock = lock,
      .xUnlock = unlock,
      .xCheckReservedLock =
          [](sqlite3_file* which, int* out) {
            *out = Handle::of(which).get().reserved ? 1 : 0;
            return SQLITE_OK;
          },
      .xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; },
      .xSectorSize = [](sqlite3_file*) { return kSectorSize; },
      .xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; },
      .xShmMap = shared_map,
      .xShmLock = shared_lock,
      .xShmBarrier = [](sqlite3_file*) {},
      .xShmUnmap = shared_unmap,
      .xFetch = nullptr,
      .xUnfetch = nullptr,
  };
  auto& disk = *static_cast<SimulatedDisk*>(vfs->pAppData);
  file->pMethods = nullptr;
  if (const int fault = disk.before(DiskCall::open); fault != SQLITE_OK) return SQLITE_CANTOPEN;
  // The ledger's own file was made before SQLite was asked, empty.
  const bool make = (flags & (SQLITE_OPEN_CREATE | SQLITE_OPEN_MAIN_DB)) != 0;
  FilePtr found = disk.open(name == nullptr ? "" : name, make);
  if (found == nullptr) return SQLITE_CANTOPEN;
  new (file) Handle{{&kMethods}, &disk, new FilePtr(std::move(found)), SQLITE_LOCK_NONE, false, 0, 0};
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int SimulatedDisk::Glue::remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  return static_cast<SimulatedDisk*>(vfs->pAppData)->remove(name, sync_folder != 0);
}

int SimulatedDisk::Glue::access(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
  const auto& files = static_cast<SimulatedDisk*>(vfs->pAppData)->files_;
  const auto found = files.find(name);
  *result = found != files.end() && (flags != SQLITE_ACCESS_EXISTS || !found->second->now.empty()) ? 1 : 0;
  return SQLITE_OK;
}

int SimulatedDisk::Glue::randomness(sqlite3_vfs* vfs, int size, char* out) {
  auto& glue = *static_cast<SimulatedDisk*>(vfs->pAppData)->glue_;
  std::mt19937_64 bytes(++glue.random_bytes);
  std::generate(out, out + size, [&] { return static_cast<char>(bytes() & 0xFF); });
  return size;
}

int SimulatedDisk::Glue::close(sqlite3_file* file) {
  Handle& handle = Handle::of(file);
  unlock(file, SQLITE_LOCK_NONE);
  if (handle.maps) shared_unmap(file, 0);
  delete handle.file;
  return SQLITE_OK;
}

int SimulatedDisk::Glue::read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  Handle& handle = Handle::of(file);
  if (const int fault = handle.disk->before(DiskCall::read); fault != SQLITE_OK) return fault;
  const Bytes& content = handle.get().now;
  const auto from = std::min(static_cast<std::size_t>(offset), content.size());
  const std::size_t there = std::min(static_cast<std::size_t>(size), content.size() - from);
  if (there > 0) std::memcpy(out, content.data() + from, there);
  std::memset(static_cast<char*>(out) + there, 0, static_cast<std::size_t>(size) - there);
  return there == static_cast<std::size_t>(size) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int SimulatedDisk::Glue::write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const Handle& handle = Handle::of(file);
  return handle.disk->write(handle.get(), offset,
                            {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)});
}

int SimulatedDisk::Glue::truncate(sqlite3_file* file, sqlite3_int64 size) {
  const Handle& handle = Handle::of(file);
  return handle.disk->truncate(handle.get(), size);
}

int SimulatedDisk::Glue::sync(sqlite3_file* file, int) {
  const Handle& handle = Handle::of(file);
  return handle.disk->sync(handle.get());
}

int SimulatedDisk::Glue::size(sqlite3_file* file, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(Handle::of(file).get().now.size());
  return SQLITE_OK;
}

int SimulatedDisk::Glue::lock(sqlite3_file* which, int level) {
  Handle& handle = Handle::of(which);
  File& file = handle.get();
  if (handle.level >= level) return SQLITE_OK;
  if (file.exclusive) return SQLITE_BUSY;
  if (level >= SQLITE_LOCK_SHARED && handle.level == SQLITE_LOCK_NONE) {
    ++file.shared;
    handle.level = SQLITE_LOCK_SHARED;
  }
  if (level >= SQLITE_LOCK_RESERVED && handle.level < SQLITE_LOCK_RESERVED) {
    if (file.reserved) return SQLITE_BUSY;
    file.reserved = true;
    handle.level = SQLITE_LOCK_RESERVED;
  }
  if (level == SQLITE_LOCK_EXCLUSIVE) {
    if (file.shared > 1) return SQLITE_BUSY;
    file.exclusive = true;
    handle.level = SQLITE_LOCK_EXCLUSIVE;
  }
  return SQLITE_OK;
}

int SimulatedDisk::Glue::unlock(sqlite3_file* which, int level) {
  Handle& handle = Handle::of(which);
  File& file = handle.get();
  if (handle.level == SQLITE_LOCK_EXCLUSIVE && level < SQLITE_LOCK_EXCLUSIVE) file.exclusive = false;
  if (handle.level >= SQLITE_LOCK_RESERVED && level < SQLITE_LOCK_RESERVED) file.reserved = false;
  if (handle.level >= SQLITE_LOCK_SHARED && level < SQLITE_LOCK_SHARED) --file.shared;
  handle.level = std::min(handle.level, level);
  return SQLITE_OK;
}

int SimulatedDisk::Glue::shared_map(sqlite3_file* which, int region, int size, int extend,
                                    void volatile** out) {
  Handle& handle = Handle::of(which);
  File& file = handle.get();
  *out = nullptr;
  if (!handle.disk->powered()) return SQLITE_IOERR_SHMMAP;
  if (!handle.maps) ++file.region_users;
  handle.maps = true;
  const auto index = static_cast<std::size_t>(region);
  while (file.regions.size() <= index) {
    if (extend == 0) return SQLITE_OK;
    file.regions.push_back(std::make_unique<std::array<char, 32768>>());
  }
  CHECK(static_cast<std::size_t>(size) == file.regions[index]->size());
  *out = file.regions[index]->data();
  return SQLITE_OK;
}

int SimulatedDisk::Glue::shared_lock(sqlite3_file* which, int offset, int count, int flags) {
  Handle& handle = Handle::of(which);
  File& file = handle.get();
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  const bool takes = (flags & SQLITE_SHM_LOCK) != 0;
  for (int slot = offset; takes && slot < offset + count; ++slot) {
    const auto at = static_cast<std::size_t>(slot);
    const bool mine = ((exclusive ? handle.exclusive_slots : handle.shared_slots) >> slot & 1U) != 0;
    if (mine) continue;
    if (file.exclusive_slots[at] || (exclusive && file.shared_slots[at] > 0)) return SQLITE_BUSY;
  }
  for (int slot = offset; slot < offset + count; ++slot) {
    const auto at = static_cast<std::size_t>(slot);
    unsigned& held = exclusive ? handle.exclusive_slots : handle.shared_slots;
    const unsigned bit = 1U << slot;
    if (((held & bit) != 0) == takes) continue;
    held ^= bit;
    if (exclusive) {
      file.exclusive_slots[at] = takes;
    } else {
      file.shared_slots[at] += takes ? 1 : -1;
    }
  }
  return SQLITE_OK;
}

int SimulatedDisk::Glue::shared_unmap(sqlite3_file* which, int) {
  Handle& handle = Handle::of(which);
  File& file = handle.get();
  if (!handle.maps) return SQLITE_OK;
  shared_lock(which, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED);
  shared_lock(which, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
  handle.maps = false;
  if (--file.region_users == 0) file.regions.clear();
  return SQLITE_OK;
}

}  // namespace imprimatur::sim
