#include "ledger/backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/guard.hpp"
#include "ledger/schema.hpp"
#include "ledger/sqlite.hpp"

namespace imprimatur::ledger {
namespace {

Result<BackupReport> examine(Database& database) {
  TRY_STATUS(check_version(database));
  Query check(database, "PRAGMA quick_check(1)");
  TRY(auto row, check.step());
  if (guarded("backup.quick_check") && (!row || check.text(0) != "ok")) {
    return fail("ledger.damaged", "the database is damaged: " + (row ? check.text(0) : std::string()), {},
                "Use an older copy, and check the disk.");
  }
  BackupReport report;
  TRY(report.epoch, read_meta(database, "epoch"));
  TRY(report.origin, read_meta(database, "origin"));
  Query size(database, "SELECT count(*), coalesce(max(sequence) + 1, 0) FROM journal");
  TRY_STATUS(size.step());
  if (guarded("backup.journal_gap") && size.integer(0) != size.integer(1))
    return fail("ledger.damaged", "the journal has a gap");
  report.size = static_cast<Sequence>(size.integer(0));
  return report;
}

// A name is durable only when its folder is.
Status sync_folder_of(const std::filesystem::path& file) {
  const auto folder = std::filesystem::absolute(file).parent_path();
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return fail("ledger.store", "cannot open the folder", folder.string());
  const int outcome = ::fsync(descriptor);
  ::close(descriptor);
  if (outcome != 0) return fail("ledger.store", "the folder could not be synced", folder.string());
  return ok();
}

void remove_with_side_files(const std::filesystem::path& file) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    std::filesystem::remove(file.string() + suffix, ignored);
}

Result<BackupReport> copy_to(const std::filesystem::path& from, const std::filesystem::path& part) {
  TRY(auto source, Database::open(from, Database::Mode::read));
  TRY_STATUS(check_version(*source));
  TRY(auto target, Database::open(part, Database::Mode::create));
  TRY_STATUS(source->copy_into(*target));
  // As a copy it is one file: without a log beside it.
  Query mode(*target, "PRAGMA journal_mode = DELETE");
  TRY_STATUS(mode.step());
  return examine(*target);
}

Result<BackupReport> copy_whole(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (guarded("backup.replaces_nothing") && std::filesystem::exists(to)) {
    return fail("ledger.exists", "there is a file of this name already", to.string(),
                "Move it away, or choose another name.");
  }
  const std::filesystem::path part = to.string() + ".part";
  remove_with_side_files(part);  // of a copy that was cut off
  auto report = copy_to(from, part);
  if (!report) {
    remove_with_side_files(part);
    return report.error();
  }
  std::error_code failed;
  std::filesystem::rename(part, to, failed);
  if (failed) return fail("ledger.store", "cannot rename the copy: " + failed.message(), to.string());
  if (guarded("backup.sync_folder")) {
    TRY_STATUS(sync_folder_of(to));
  }
  return report;
}

}  // namespace

Result<BackupReport> back_up(const std::filesystem::path& ledger, const std::filesystem::path& copy_file) {
  return copy_whole(ledger, copy_file);
}

Result<BackupReport> restore(const std::filesystem::path& copy_file, const std::filesystem::path& ledger) {
  for (const char* suffix : {"-wal", "-shm"}) {
    if (guarded("backup.side_files") && std::filesystem::exists(ledger.string() + suffix)) {
      return fail("ledger.exists", "files of another ledger lie there", ledger.string() + suffix,
                  "Move the old ledger away with all its files.");
    }
  }
  return copy_whole(copy_file, ledger);
}

}  // namespace imprimatur::ledger
