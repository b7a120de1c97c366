#include "app/file_watch.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/files.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::app {
namespace {

class WatchedFiles : public testing::Test {
 protected:
  WatchedFiles() {
    write("a", "one");
    write("b", "two");
  }
  void write(const std::string& name, const std::string& text) {
    EXPECT_TRUE(write_file(folder_ / name, bytes_of(text), {.durability = Durability::relaxed}));
  }
  FileWatch watch() const { return FileWatch({folder_ / "a", folder_ / "b"}); }
  test_support::TemporaryFolder folder_;
};

TEST_F(WatchedFiles, SayNothingUntilTheyChangeAndThenOnce) {
  FileWatch files = watch();
  EXPECT_FALSE(files.look());
  write("b", "three");
  EXPECT_FALSE(files.look());  // somebody may still be writing
  EXPECT_TRUE(files.look());
  EXPECT_FALSE(files.look());
}

TEST_F(WatchedFiles, AreNotLookedAtWhileTheyAreBeingWritten) {
  FileWatch files = watch();
  write("a", "half");
  EXPECT_FALSE(files.look());
  write("a", "whole, and longer");
  EXPECT_FALSE(files.look());
  write("b", "that goes with it");
  EXPECT_FALSE(files.look());
  EXPECT_TRUE(files.look());
}

TEST_F(WatchedFiles, ShowAReplacementOfTheSameSizeAndTime) {
  FileWatch files = watch();
  struct stat before {};
  ASSERT_EQ(::stat((folder_ / "a").c_str(), &before), 0);
  write("new", "uno");
  const timespec times[] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder_ / "new").c_str(), times, 0), 0);
  std::filesystem::rename(folder_ / "new", folder_ / "a");
  EXPECT_FALSE(files.look());
  EXPECT_TRUE(files.look());
}

TEST_F(WatchedFiles, AreReadThroughLinksAndMissedWhenTheyAreGone) {
  std::filesystem::create_symlink(folder_ / "a", folder_ / "current");
  FileWatch files({folder_ / "current"});
  std::filesystem::remove(folder_ / "current");
  std::filesystem::create_symlink(folder_ / "b", folder_ / "current");
  EXPECT_FALSE(files.look());
  EXPECT_TRUE(files.look());
  std::filesystem::remove(folder_ / "b");
  EXPECT_FALSE(files.look());
  EXPECT_TRUE(files.look());
  EXPECT_FALSE(files.look());
}

}  // namespace
}  // namespace imprimatur::app
