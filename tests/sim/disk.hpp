// A disk in memory under SQLite, on which the power can go at any moment. Reads see every write; a power cut
// leaves what was synced and any part of what was not: each write since the file's last sync is there, is not
// there, or is torn between two sectors; a file that was made or removed since may be there or not.
//
// While a disk exists it is SQLite's default file system (VFS), so that the ledger runs on it unchanged; a
// second one takes its place until it is gone, for what is opened meanwhile. One thread. A path's name must
// exist on the real file system as well (the ledger looks), as the empty file that the ledger makes; nothing
// is written to that.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace imprimatur::sim {

enum class DiskCall { open, read, write, truncate, sync, remove };

// The files that a power cut left, by name.
using DiskImage = std::map<std::string, Bytes>;

class SimulatedDisk {
 public:
  SimulatedDisk();
  ~SimulatedDisk();
  SimulatedDisk(const SimulatedDisk&) = delete;
  SimulatedDisk& operator=(const SimulatedDisk&) = delete;

  // Called before every call takes effect. An SQLite result code that is not 0 is what the call answers
  // instead (SQLITE_FULL, SQLITE_IOERR_…); a write that fails did nothing.
  std::function<int(DiskCall call)> on_call;

  // How many bytes files may still grow by; nothing: as many as they like. A write that finds no room writes
  // what fits and answers SQLITE_FULL.
  std::optional<std::int64_t> room;
  std::uint64_t refused = 0;  // writes that found no room

  // No call works any more until `boot`.
  void cut_power() { powered_ = false; }
  bool powered() const { return powered_; }
  // One of the images that a power cut now can leave.
  DiskImage image(std::mt19937_64& choose) const;
  // The one with every write, and the one with none of those since the last syncs.
  DiskImage image_with_all() const;
  DiskImage image_with_none() const;
  // How many writes are not synced.
  std::size_t unsynced() const;
  // The process that used the disk has ended without closing anything; the kernel goes on: a new process
  // reads what was written, on the disk or not.
  void end_process();
  // Everything that was open is gone; the disk holds the image, all of it durable.
  void boot(DiskImage image);

  std::uint64_t syncs() const { return syncs_; }

  struct File;  // for the glue to SQLite (disk_vfs.cpp)
  struct Glue;

 private:
  friend struct Glue;
  struct Write {
    std::int64_t offset = 0;  // of a truncation: the size
    Bytes bytes;
    bool truncates = false;
  };
  using FilePtr = std::shared_ptr<File>;

  int before(DiskCall call);
  FilePtr open(const std::string& name, bool make);
  int write(File& file, std::int64_t offset, ByteView bytes);
  ByteView that_fits(const File& file, std::int64_t offset, ByteView bytes);
  int truncate(File& file, std::int64_t size);
  int sync(File& file);
  int remove(const std::string& name, bool durably);
  static void apply(Bytes& content, const Write& write);
  static void apply_torn(Bytes& content, const Write& write, std::mt19937_64& choose);
  static Bytes content_after_cut(const File& file, std::mt19937_64& choose);

  std::map<std::string, FilePtr> files_;
  std::map<std::string, Bytes> removed_;  // their removal is not durable yet
  std::mt19937_64 lost_writes_{17};       // what of the unsynced survives a sync that failed
  bool powered_ = true;
  std::uint64_t syncs_ = 0;
  std::unique_ptr<Glue> glue_;
};

}  // namespace imprimatur::sim
