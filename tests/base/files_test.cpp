#include "base/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/sync_watch.hpp"

namespace imprimatur {
namespace {

class Files : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/imprimatur-files-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(Files, AreReplacedWholeAndLeaveNoTemporaryName) {
  ASSERT_TRUE(write_file(folder_ / "a", bytes_of("one")));
  ASSERT_TRUE(write_file(folder_ / "a", bytes_of("two"), {.mode = 0600}));
  EXPECT_EQ(read_text_file(folder_ / "a").value(), "two");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
  struct stat info {};
  ASSERT_EQ(::stat((folder_ / "a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(Files, AreOnTheDiskBeforeTheyGetTheirNameAndThenTheNameIs) {
  std::vector<std::string> seen;
  const test_support::SyncWatch watch([&](const std::filesystem::path& synced) {
    const bool named = std::filesystem::exists(folder_ / "a");
    seen.push_back((synced == folder_ ? "the folder" : read_text_file(synced).value()) +
                   (named ? ", named" : ", without its name"));
  });
  ASSERT_TRUE(write_file(folder_ / "a", bytes_of("whole")));
  EXPECT_EQ(seen, (std::vector<std::string>{"whole, without its name", "the folder, named"}));
  seen.clear();
  ASSERT_TRUE(write_file(folder_ / "a", bytes_of("x"), {.durability = Durability::relaxed}));
  EXPECT_TRUE(seen.empty()) << "who does not ask for it does not wait for the disk";
}

TEST_F(Files, SayWhichFileCouldNotBeWrittenOrRead) {
  const auto written = write_file(folder_ / "missing" / "a", bytes_of("x"));
  EXPECT_EQ(written.error().code, "file.write");
  EXPECT_EQ(written.error().field, (folder_ / "missing" / "a").string());
  EXPECT_EQ(read_file(folder_ / "none").error().code, "file.open");
  EXPECT_EQ(read_file(folder_).error().code, "file.read");
}

TEST_F(Files, LargerThanTheLimitAreNotRead) {
  ASSERT_TRUE(write_file(folder_ / "a", Bytes(100)));
  EXPECT_EQ(read_file(folder_ / "a", 99).error().code, "file.too_large");
}

}  // namespace
}  // namespace imprimatur
