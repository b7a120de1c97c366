// A file of the simulated disk. Private to disk.cpp and disk_vfs.cpp.
#pragma once

#include <sqlite3.h>

#include <array>

#include "tests/sim/disk.hpp"

namespace imprimatur::sim {

struct SimulatedDisk::File {
  std::string name;  // empty: a temporary file
  Bytes now;         // what reads see
  Bytes durable;     // what was synced
  std::vector<Write> unsynced;
  bool entry_durable = false;  // the name survives a power cut

  // Locks between connections of this process, as SQLite counts them.
  int shared = 0;
  bool reserved = false;
  bool exclusive = false;
  // The index of the write-ahead log: memory that connections share.
  std::vector<std::unique_ptr<std::array<char, 32768>>> regions;
  std::array<int, SQLITE_SHM_NLOCK> shared_slots{};
  std::array<bool, SQLITE_SHM_NLOCK> exclusive_slots{};
  int region_users = 0;
};

// SQLite's table of functions, with the disk behind it.
struct SimulatedDisk::Glue {
  explicit Glue(SimulatedDisk& disk);
  ~Glue();
  Glue(const Glue&) = delete;
  Glue& operator=(const Glue&) = delete;

  struct Handle;
  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags);
  static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder);
  static int access(sqlite3_vfs* vfs, const char* name, int flags, int* result);
  static int randomness(sqlite3_vfs* vfs, int size, char* out);
  static int close(sqlite3_file* file);
  static int read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset);
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset);
  static int truncate(sqlite3_file* file, sqlite3_int64 size);
  static int sync(sqlite3_file* file, int flags);
  static int size(sqlite3_file* file, sqlite3_int64* out);
  static int lock(sqlite3_file* file, int level);
  static int unlock(sqlite3_file* file, int level);
  static int shared_map(sqlite3_file* file, int region, int size, int extend, void volatile** out);
  static int shared_lock(sqlite3_file* file, int offset, int count, int flags);
  static int shared_unmap(sqlite3_file* file, int remove_it);

  SimulatedDisk& disk;
  sqlite3_vfs* before = nullptr;  // the default until then
  std::string name;
  sqlite3_vfs vfs{};
  std::uint64_t random_bytes = 0;  // handed out
};

}  // namespace imprimatur::sim
