#include "base/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "base/guard.hpp"

namespace imprimatur {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool open() const { return number_ >= 0; }

 private:
  int number_;
};

Error system_error(const char* code, const std::filesystem::path& path, const char* what) {
  return fail(code, std::string(what) + ": " + std::strerror(errno), path.string());
}

Status write_all(const Descriptor& file, ByteView content, const std::filesystem::path& path) {
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t wrote = ::write(file.number(), content.data() + done, content.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return system_error("file.write", path, "cannot write");
    done += static_cast<std::size_t>(wrote);
  }
  return ok();
}

Status sync_folder(const std::filesystem::path& folder) {
  const Descriptor descriptor(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.open() || ::fsync(descriptor.number()) != 0) {
    return system_error("file.write", folder, "cannot sync the folder");
  }
  return ok();
}

}  // namespace

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t size_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) return system_error("file.open", path, "cannot open");
  struct stat info {};
  if (::fstat(file.number(), &info) != 0) return system_error("file.read", path, "cannot read");
  if (!S_ISREG(info.st_mode)) return fail("file.read", "not a regular file", path.string());
  if (static_cast<std::uint64_t>(info.st_size) > size_max) {
    return fail("file.too_large",
                "file has " + std::to_string(info.st_size) + " bytes, at most " + std::to_string(size_max) +
                    " are read",
                path.string());
  }
  Bytes content(static_cast<std::size_t>(info.st_size));
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t got = ::read(file.number(), content.data() + done, content.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("file.read", path, "cannot read");
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  content.resize(done);
  return content;
}

Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t size_max) {
  TRY(auto content, read_file(path, size_max));
  return text_of(content);
}

Status write_file(const std::filesystem::path& path, ByteView content, WriteOptions options) {
  static std::atomic<unsigned> serial{0};
  const auto temporary =
      path.string() + ".tmp." + std::to_string(::getpid()) + "." + std::to_string(++serial);
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, options.mode));
    if (!file.open()) return system_error("file.write", path, "cannot create");
    auto written = write_all(file, content, path);
    if (written && options.durability == Durability::synced && guarded("files.sync_file") &&
        ::fsync(file.number()) != 0) {
      written = system_error("file.write", path, "cannot sync");
    }
    if (!written) {
      ::unlink(temporary.c_str());
      return written;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    Error error = system_error("file.write", path, "cannot rename into place");
    ::unlink(temporary.c_str());
    return error;
  }
  const bool synced = options.durability == Durability::synced && guarded("files.sync_folder");
  return synced ? sync_folder(path.parent_path()) : ok();
}

Status make_folders(const std::filesystem::path& path) {
  std::error_code ec;
  std::filesystem::create_directories(path, ec);
  if (ec) return fail("file.make_folder", "cannot make the folder: " + ec.message(), path.string());
  return ok();
}

}  // namespace imprimatur
